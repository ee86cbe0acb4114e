//! Properties of the filter.

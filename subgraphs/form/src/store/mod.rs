//! The rows of this subgraph: forms and deliveries in the core database, submissions in each
//! tenant's own.

pub(crate) mod deliveries;
pub(crate) mod forms;
mod state;
pub(crate) mod submissions;

pub(crate) use deliveries::Delivery;
pub(crate) use forms::Form;
pub(crate) use state::{Failure, State};
pub(crate) use submissions::Submission;

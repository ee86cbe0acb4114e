//! Plans operations for one supergraph.

use std::time::{Duration, Instant};

use crate::normalize::NormalizedOperation;
use crate::plan::planning::Planning;
use crate::plan::render::render;
use crate::plan::supergraph::SupergraphIndex;
use crate::plan::wanted::Wanted;
use crate::plan::{PlanError, QueryPlan};

/// Plans operations for one supergraph.
pub(crate) struct Planner {
    index: SupergraphIndex,
}

impl Planner {
    pub(crate) fn new(supergraph_sdl: &str) -> Result<Self, PlanError> {
        let index = SupergraphIndex::read(supergraph_sdl)?;
        Ok(Self { index })
    }

    /// The subgraphs that plans may name.
    pub(crate) fn subgraphs(&self) -> impl Iterator<Item = &str> {
        self.index.subgraphs.iter().map(AsRef::as_ref)
    }

    /// Plans a normalized operation.
    pub(crate) fn plan(
        &self,
        operation: &NormalizedOperation,
        limit: Duration,
    ) -> Result<QueryPlan, PlanError> {
        let wanted = Wanted::of(&operation.selections);
        let deadline = Instant::now() + limit;
        let (draft, scopes) = Planning::draft(&self.index, operation.kind, &wanted, deadline)?;
        Ok(render(&self.index, &draft, scopes, &operation.types))
    }
}

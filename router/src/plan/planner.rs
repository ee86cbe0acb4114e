//! Plans operations for one supergraph.

use std::time::{Duration, Instant};

use crate::normalize::NormalizedOperation;
use crate::plan::labels::Labels;
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

    /// The labels of overrides that a request can have on or off.
    pub(crate) fn labels(&self) -> &Labels {
        &self.index.labels
    }

    /// Plans a normalized operation, with labels of overrides switched on.
    pub(crate) fn plan(
        &self,
        operation: &NormalizedOperation,
        on: &[usize],
        limit: Duration,
    ) -> Result<QueryPlan, PlanError> {
        let index = &self.index.with(on);
        let wanted = Wanted::of(&operation.selections);
        let deadline = Instant::now() + limit;
        let plan =
            |joins_twigs| Planning::draft(index, operation.kind, &wanted, deadline, joins_twigs);
        // Types that go on together can stand in each other's way, though that is rare.
        let (draft, scopes) = match plan(true) {
            Err(PlanError::Failed(_)) => plan(false)?,
            planned => planned?,
        };
        Ok(render(index, &draft, scopes, &operation.types))
    }
}

//! The one door to the planner crate.
//!
//! What is known to go wrong in it never reaches it: conditions are folded, aliases are
//! neutral, literals are variables, mutations come one root field at a time (all done by
//! `normalize`); budgets bound the input; `guard` bounds time and contains panics; plans are
//! cached under whole texts, not under the crate's hashes.

use std::time::{Duration, Instant};

use apollo_compiler::Schema;
use hive_router_query_planner::ast::normalization::normalize_operation;
use hive_router_query_planner::graph::PlannerOverrideContext;
use hive_router_query_planner::planner::{Planner as HivePlanner, QueryPlannerOptions};
use hive_router_query_planner::utils::cancellation::CancellationToken;
use hive_router_query_planner::utils::parsing::{safe_parse_operation, safe_parse_schema};

use crate::plan::convert::Converter;
use crate::plan::{PlanError, QueryPlan, fold, guard};

/// Plans operations for one supergraph.
pub(crate) struct Planner {
    hive: HivePlanner,
    supergraph: Schema,
}

impl Planner {
    pub(crate) fn new(supergraph_sdl: &str) -> Result<Self, PlanError> {
        guard::catch(|| {
            let failed = |err: String| PlanError::Failed(err);
            let document =
                safe_parse_schema(supergraph_sdl).map_err(|err| failed(err.to_string()))?;
            let hive = HivePlanner::new_from_supergraph(&document, QueryPlannerOptions::default())
                .map_err(|err| failed(err.to_string()))?;
            let supergraph = Schema::parse(supergraph_sdl, "supergraph.graphql")
                .map_err(|invalid| failed(invalid.errors.to_string()))?;
            Ok(Self { hive, supergraph })
        })
    }

    /// The subgraphs that plans may name.
    pub(crate) fn subgraphs(&self) -> impl Iterator<Item = &str> {
        self.hive
            .supergraph
            .known_subgraphs
            .values()
            .map(String::as_str)
    }

    /// Plans a normalized operation.
    pub(crate) fn plan(&self, operation: &str, limit: Duration) -> Result<QueryPlan, PlanError> {
        let started = Instant::now();
        let failed = |err: String| {
            // The crate reports running out of time in as many ways as it has stages.
            if started.elapsed() >= limit {
                return PlanError::TimedOut;
            }
            PlanError::Failed(err)
        };
        let document = safe_parse_operation(operation).map_err(|err| failed(err.to_string()))?;
        let normalized = normalize_operation(&self.hive.supergraph, &document, None)
            .map_err(|err| failed(err.to_string()))?;
        let mut plan = self
            .hive
            .plan_from_normalized_operation(
                normalized.executable_operation(),
                PlannerOverrideContext::default(),
                &CancellationToken::with_timeout(limit),
            )
            .map_err(|err| failed(err.to_string()))?;
        fold::fold(&mut plan, &self.supergraph);
        Converter::new(&self.supergraph).plan(plan).map_err(failed)
    }
}

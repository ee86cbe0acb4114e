//! Holds composed supergraphs against the planner that the router uses.

use hive_router_query_planner::ast::normalization::normalize_operation;
use hive_router_query_planner::graph::PlannerOverrideContext;
use hive_router_query_planner::planner::{Planner, QueryPlannerOptions};
use hive_router_query_planner::utils::cancellation::CancellationToken;
use hive_router_query_planner::utils::parsing::{parse_operation, safe_parse_schema};

/// Lets the planner read a supergraph.
pub(crate) fn read(supergraph: &str) -> Planner {
    let document = safe_parse_schema(supergraph).unwrap();
    Planner::new_from_supergraph(&document, QueryPlannerOptions::default()).unwrap()
}

/// The plan of an operation, as the planner prints it.
pub(crate) fn plan(planner: &Planner, operation: &str) -> String {
    let operation = parse_operation(operation);
    let normalized = normalize_operation(&planner.supergraph, &operation, None).unwrap();
    let plan = planner.plan_from_normalized_operation(
        normalized.executable_operation(),
        PlannerOverrideContext::default(),
        &CancellationToken::new(),
    );
    plan.unwrap().to_string()
}

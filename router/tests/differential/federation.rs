//! A federated graph and its monolith, ready to be asked the same.

use std::sync::Arc;
use std::time::{Duration, Instant};

use apollo_compiler::validation::Valid;
use apollo_compiler::{ExecutableDocument, Schema};
use router::compose::{SubgraphSdl, compose};
use router::{Budgets, Context, Engine, Options, Request, Subgraph};
use serde_json::Value as Json;
use tokio::runtime::Runtime;

use crate::compare::compare;
use crate::graph::Graph;
use crate::monolith;
use crate::strict::Strict;
use crate::world::World;

pub(crate) struct Federation {
    pub(crate) api: Valid<Schema>,
    engine: Arc<Engine>,
    pub(crate) world: Arc<World>,
    runtime: Runtime,
}

/// What comes of one operation.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Same,
    /// It is no valid operation.
    Invalid,
    Different(String),
}

impl Federation {
    /// The graph in this process; an error tells why it does not compose.
    pub(crate) fn new(seed: u64, subgraphs: &[SubgraphSdl]) -> Result<Self, String> {
        Self::with(seed, subgraphs, |_, strict| Arc::new(strict))
    }

    /// The graph over any transport: `connect` puts one between the engine and a subgraph.
    pub(crate) fn with(
        seed: u64,
        subgraphs: &[SubgraphSdl],
        connect: impl Fn(&str, Strict) -> Arc<dyn Subgraph>,
    ) -> Result<Self, String> {
        let composition = compose(subgraphs);
        let supergraph = composition.supergraph.ok_or_else(|| {
            let lines = composition
                .diagnostics
                .iter()
                .map(|diagnostic| format!("{diagnostic:?}"));
            lines.collect::<Vec<_>>().join("\n")
        })?;
        let graphs = subgraphs
            .iter()
            .map(Graph::read)
            .collect::<Result<_, _>>()?;
        let world = Arc::new(World::new(seed, graphs));
        if world.is_contradictory() {
            return Err("code: Contradictory".to_owned());
        }
        let api = Schema::parse_and_validate(&supergraph.api_sdl, "api.graphql")
            .map_err(|err| err.errors.to_string())?;
        let mut builder = Engine::builder(supergraph).options(options());
        for (number, subgraph) in subgraphs.iter().enumerate() {
            builder = builder.subgraph(
                &subgraph.name,
                connect(&subgraph.name, Strict::new(&world, number)),
            );
        }
        Ok(Self {
            api,
            engine: Arc::new(builder.build().map_err(|err| err.to_string())?),
            world,
            runtime: Runtime::new().expect("a runtime starts"),
        })
    }

    /// Asks both for the same.
    pub(crate) fn check(&self, text: &str, variables: &Json) -> Outcome {
        let Ok(document) =
            ExecutableDocument::parse_and_validate(&self.api, text, "operation.graphql")
        else {
            return Outcome::Invalid;
        };
        self.world.begin();
        let Ok(expected) = monolith::execute(&self.world, &self.api, &document, variables) else {
            return Outcome::Invalid;
        };
        self.world.begin();
        match compare(&self.ask(text, variables), expected) {
            Ok(()) => Outcome::Same,
            Err(difference) => Outcome::Different(difference),
        }
    }

    pub(crate) fn ask(&self, text: &str, variables: &Json) -> Json {
        let answer = self
            .engine
            .execute(request(text, variables), Context::default());
        let response = self.runtime.block_on(answer);
        serde_json::from_slice(response.body()).expect("an answer is JSON")
    }

    /// The plan of an operation, and the time that it took.
    pub(crate) fn plan(&self, text: &str, variables: &Json) -> (String, Duration) {
        let start = Instant::now();
        let plan = self
            .runtime
            .block_on(self.engine.explain(request(text, variables)));
        let took = start.elapsed();
        let plan = plan.map_or_else(|errors| format!("{errors:?}"), |plan| plan.to_string());
        (plan, took)
    }
}

fn request(text: &str, variables: &Json) -> Request {
    Request {
        query: text.to_owned(),
        variables: variables.as_object().cloned().unwrap_or_default(),
        ..Request::default()
    }
}

/// Random operations ask for more than honest ones.
fn options() -> Options {
    Options {
        budgets: Budgets {
            tokens_max: 100_000,
            depth_max: 100,
            aliases_max: 10_000,
            root_fields_max: 10_000,
            selections_max: 100_000,
        },
        ..Options::default()
    }
}

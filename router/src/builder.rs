//! Building an engine: its options, and the checks that its parts fit together.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::budget::Budgets;
use crate::cache::Cache;
use crate::compose::Supergraph;
use crate::engine::Engine;
use crate::execute::Subgraphs;
use crate::flights::{Epoch, Flights};
use crate::normalize::names;
use crate::plan::planner::Planner;
use crate::rollout::{RandomRollout, Rollout};
use crate::schema::ApiSchema;
use crate::subgraph::Subgraph;

/// What an operator may set.
#[derive(Clone, Debug)]
pub struct Options {
    /// Bounds of one document.
    pub budgets: Budgets,
    /// How long one request may take.
    pub request_timeout: Duration,
    /// How long one plan may take.
    pub plan_timeout: Duration,
    /// Documents kept, and as many plans.
    pub cached_documents_max: usize,
    /// Bytes of documents kept, as many of shapes and as many of plans; an estimate.
    pub cached_bytes_max: usize,
    /// Bytes of data, about, that subgraphs may give for one request. What they give beyond is
    /// an error at its place.
    pub data_bytes_max: usize,
    /// Bytes of an answer. A larger one is an error instead.
    pub answer_bytes_max: usize,
    /// Queries under way that identical ones may join, of callers that are the same by what
    /// [`SharedBy`](crate::SharedBy) says; 0 turns that off. 1,024.
    pub shared_queries_max: usize,
    /// Whether clients may ask for the schema.
    pub introspection: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            budgets: Budgets::default(),
            request_timeout: Duration::from_secs(30),
            plan_timeout: Duration::from_secs(5),
            cached_documents_max: 1_000,
            cached_bytes_max: 64 << 20,
            data_bytes_max: 128 << 20,
            answer_bytes_max: 32 << 20,
            shared_queries_max: 1_024,
            introspection: true,
        }
    }
}

/// Why an engine can not be built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The API schema is not valid GraphQL.
    #[error("api schema is invalid: {0}")]
    ApiSchema(String),
    /// The planner can not read the supergraph.
    #[error("supergraph is unusable: {0}")]
    Supergraph(String),
    /// The supergraph names a subgraph that was not given.
    #[error("supergraph names subgraph {0:?}, which was not given")]
    MissingSubgraph(String),
    /// A subgraph was given that the supergraph does not name.
    #[error("subgraph {0:?} was given, which the supergraph does not name")]
    UnknownSubgraph(String),
    /// A field has a name that the engine uses for its own purposes.
    #[error("field {0:?} has a reserved name: names like _p0_name belong to the router")]
    ReservedName(String),
}

/// Gathers what an [`Engine`] needs.
pub struct EngineBuilder {
    supergraph: Supergraph,
    subgraphs: Subgraphs,
    options: Options,
    rollout: Arc<dyn Rollout>,
}

impl EngineBuilder {
    pub(crate) fn new(supergraph: Supergraph) -> Self {
        Self {
            supergraph,
            subgraphs: HashMap::new(),
            options: Options::default(),
            rollout: Arc::new(RandomRollout),
        }
    }

    /// Adds a subgraph under the name that the supergraph knows it by.
    #[must_use]
    pub fn subgraph(mut self, name: &str, subgraph: Arc<dyn Subgraph>) -> Self {
        self.subgraphs.insert(name.into(), subgraph);
        self
    }

    /// Replaces the default options.
    #[must_use]
    pub fn options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// Replaces what decides for whom progressive overrides move fields; chance, unless set.
    #[must_use]
    pub fn rollout(mut self, rollout: Arc<dyn Rollout>) -> Self {
        self.rollout = rollout;
        self
    }

    /// Checks that everything fits together.
    pub fn build(self) -> Result<Engine, BuildError> {
        let api = ApiSchema::parse(&self.supergraph.api_sdl).map_err(BuildError::ApiSchema)?;
        if let Some(field) = names::find_clash(&api) {
            return Err(BuildError::ReservedName(field));
        }
        let planner = Planner::new(&self.supergraph.sdl)
            .map_err(|err| BuildError::Supergraph(err.to_string()))?;
        for name in planner.subgraphs() {
            if !self.subgraphs.contains_key(name) {
                return Err(BuildError::MissingSubgraph(name.to_owned()));
            }
        }
        for name in self.subgraphs.keys() {
            if !planner.subgraphs().any(|known| known == &**name) {
                return Err(BuildError::UnknownSubgraph(name.to_string()));
            }
        }
        let options = self.options;
        let entries = options.cached_documents_max;
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Ok(Engine {
            documents: Cache::new(entries, options.cached_bytes_max),
            prepared: Cache::new(entries, options.cached_bytes_max),
            plans: Cache::new(entries, options.cached_bytes_max),
            api: Arc::new(api),
            planner: Arc::new(planner),
            planning: Arc::new(Semaphore::new(threads)),
            subgraphs: self.subgraphs,
            flights: Flights::new(options.shared_queries_max),
            epoch: Epoch::default(),
            rollout: self.rollout,
            options,
        })
    }
}

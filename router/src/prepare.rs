//! The cached part of a request: its document, and what a plan and a shape can be made of
//! before any value is known.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::time::Instant;

use crate::bind;
use crate::document::Document;
use crate::engine::Engine;
use crate::error::{Code, GraphQLError};
use crate::normalize::arguments::Argument;
use crate::normalize::shape::Shape;
use crate::normalize::switches::Setting;
use crate::normalize::{self, NormalizedOperation};
use crate::plan::{PlanError, QueryPlan, guard};
use crate::rollout::On;
use crate::subgraph::OperationKind;

/// Documents shorter than this are parsed where they arrive; a thread would cost more.
const SHORT: usize = 2_000;

/// What a syntax tree or a plan takes for each byte of its text, generously.
const BYTES_PER_CHARACTER: usize = 40;

/// What a field of a shape takes, with its names.
const BYTES_PER_ENTRY: usize = 300;

/// The document, the operation in it, the setting of its switches, and the labels of overrides
/// that are on.
pub(crate) type PreparedKey = (u64, usize, Setting, On);

/// An operation that only lacks the values of a request.
pub(crate) struct Prepared {
    pub(crate) arguments: Vec<Argument>,
    pub(crate) shape: Arc<Shape>,
    pub(crate) introspects: bool,
    /// One plan for a query; for a mutation the plans of its root fields, in order.
    pub(crate) plans: Vec<Arc<QueryPlan>>,
    /// The root of the data has a slot for each plan.
    pub(crate) is_mutation: bool,
    /// An estimate of the bytes that it holds.
    weight: usize,
    /// Bytes of the last answer.
    size: AtomicUsize,
    /// Values in the data of the last answer.
    values: AtomicUsize,
}

impl Prepared {
    /// Room for the next answer: about as much as the last one took.
    pub(crate) fn expected_size(&self) -> usize {
        self.size.load(Ordering::Relaxed).clamp(1 << 10, 1 << 20) + 64
    }

    /// The same for the data.
    pub(crate) fn expected_values(&self) -> usize {
        self.values.load(Ordering::Relaxed).clamp(1 << 4, 1 << 16)
    }

    pub(crate) fn note_sizes(&self, bytes: usize, values: usize) {
        self.size.store(bytes, Ordering::Relaxed);
        self.values.store(values, Ordering::Relaxed);
    }
}

impl Engine {
    /// The document of a text, parsed and validated at most once while it is in use.
    pub(crate) async fn document(&self, text: &str) -> Result<Arc<Document>, Vec<GraphQLError>> {
        if let Some(document) = self.documents.find(text) {
            return Ok(document);
        }
        let text: Arc<str> = text.into();
        let weight = text.len() * BYTES_PER_CHARACTER;
        // What happens once for a document must not make every request's future large.
        Box::pin(
            self.documents
                .find_or_make(Arc::clone(&text), |_| weight, || self.parse(text)),
        )
        .await
    }

    async fn parse(&self, text: Arc<str>) -> Result<Arc<Document>, Vec<GraphQLError>> {
        let api = Arc::clone(&self.api);
        let budgets = self.options.budgets;
        let is_short = text.len() < SHORT;
        let parse = move || Document::parse(&api, &text, &budgets).map(Arc::new);
        if is_short {
            return guard::catch(|| Ok(parse())).unwrap_or_else(|err| Err(vec![internal(&err)]));
        }
        let work = move || Ok(parse());
        guard::run(&self.planning, self.options.plan_timeout, work)
            .await
            .unwrap_or_else(|err| Err(vec![refuse(&err)]))
    }

    /// What is needed to run an operation with its switches and labels set like this.
    pub(crate) async fn prepare(
        &self,
        document: &Arc<Document>,
        position: usize,
        (setting, on): (Setting, On),
        deadline: Instant,
    ) -> Result<Arc<Prepared>, GraphQLError> {
        let key = (document.id, position, setting, on);
        if let Some(prepared) = self.prepared.find(&key) {
            return Ok(prepared);
        }
        let settings = (key.2.clone(), key.3.clone());
        let make = Box::pin(self.make(Arc::clone(document), position, settings));
        let made = self.prepared.find_or_make(key, |made| made.weight, || make);
        match tokio::time::timeout_at(deadline, made).await {
            Ok(made) => made,
            Err(_elapsed) => Err(refuse(&PlanError::TimedOut)),
        }
    }

    async fn make(
        &self,
        document: Arc<Document>,
        position: usize,
        (setting, on): (Setting, On),
    ) -> Result<Arc<Prepared>, GraphQLError> {
        let api = Arc::clone(&self.api);
        let work = move || Ok(normalize::normalize(&api, &document, position, &setting));
        let normalized = guard::run(&self.planning, self.options.plan_timeout, work)
            .await
            .map_err(|err| refuse(&err))??;
        let mut plans = Vec::with_capacity(normalized.operations.len());
        for operation in normalized.operations {
            plans.push(self.plan(operation, &on).await?);
        }
        let is_mutation = normalized.kind == OperationKind::Mutation;
        Ok(Arc::new(Prepared {
            arguments: normalized.arguments,
            shape: bind::bind(&normalized.shape, &plans, is_mutation),
            introspects: normalized.introspects,
            plans,
            weight: normalized.entries * BYTES_PER_ENTRY,
            size: AtomicUsize::new(0),
            values: AtomicUsize::new(0),
            is_mutation,
        }))
    }

    async fn plan(
        &self,
        operation: NormalizedOperation,
        on: &On,
    ) -> Result<Arc<QueryPlan>, GraphQLError> {
        let key: Arc<str> = match on.is_empty() {
            true => operation.text.as_str().into(),
            false => format!("{} # {on:?}", operation.text).into(),
        };
        let on = on.clone();
        let weight = key.len() * BYTES_PER_CHARACTER;
        let make = || async move {
            let planner = Arc::clone(&self.planner);
            let limit = self.options.plan_timeout;
            let work = move || planner.plan(&operation, &on, limit);
            guard::run(&self.planning, limit, work).await.map(Arc::new)
        };
        self.plans
            .find_or_make(key, |_| weight, make)
            .await
            .map_err(|err| refuse(&err))
    }
}

fn refuse(err: &PlanError) -> GraphQLError {
    match err {
        PlanError::TimedOut => {
            tracing::warn!("planning an operation took too long");
            GraphQLError::new(Code::GatewayTimeout, "the request took too long to plan")
        }
        PlanError::Panicked(_) | PlanError::Failed(_) => internal(err),
    }
}

fn internal(err: &PlanError) -> GraphQLError {
    tracing::error!(error = %err, "an operation could not be planned");
    GraphQLError::internal()
}

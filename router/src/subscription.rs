//! Subscriptions: each event of a subgraph's stream seeds the data, and the rest of the plan
//! runs on top of it.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::UploadValue;
use futures::stream::{self, BoxStream, StreamExt};
use futures::{FutureExt, Stream};
use tokio::time::Instant;

use crate::engine::{Context, Engine, Ready, Request, Response};
use crate::error::GraphQLError;
use crate::execute::{self, Executed, Inputs};
use crate::plan::guard::panic_message;
use crate::plan::{Fetch, QueryPlan};
use crate::subgraph::{OperationKind, SubgraphResponse};

/// Subgraphs may keep a stream open for as long as they like.
const NO_DEADLINE: Duration = Duration::from_secs(60 * 60 * 24 * 365);

impl Engine {
    /// Answers a subscription with a stream, and anything else with one response.
    ///
    /// The stream is pulled: a subgraph is asked for its next event only when the answer to
    /// the one before has been taken. Dropping it ends the subgraph's stream.
    pub async fn subscribe(
        self: &Arc<Self>,
        request: Request,
        context: Context,
    ) -> BoxStream<'static, Response> {
        match self.ready(request, context).await {
            Ok(ready) if ready.kind() == OperationKind::Subscription => {
                Arc::clone(self).events(ready).boxed()
            }
            Ok(ready) => once(self.complete(ready).await),
            Err(errors) => once(Response::refused(errors)),
        }
    }

    fn events(self: Arc<Self>, ready: Ready) -> impl Stream<Item = Response> {
        async_stream::stream! {
            let plan = ready.prepared.plans.first();
            let Some((plan, fetch)) = plan.and_then(|plan| Some((plan, plan.subscription.as_ref()?))) else {
                tracing::error!("a subscription was planned without a stream");
                yield Response::refused(vec![GraphQLError::internal()]);
                return;
            };
            let mut upstream = self.open(fetch, &ready.inputs);
            while let Some(event) = next(fetch, &mut upstream).await {
                yield self.answer(plan, fetch, &ready, event).await;
            }
        }
    }

    fn open(&self, fetch: &Fetch, inputs: &Inputs) -> BoxStream<'static, SubgraphResponse> {
        let Some(subgraph) = self.subgraphs.get(&fetch.subgraph) else {
            let failed = SubgraphResponse::failed(GraphQLError::internal());
            return stream::iter([failed]).boxed();
        };
        let mut request = execute::request(fetch, inputs);
        request.deadline = Instant::now() + NO_DEADLINE;
        subgraph.subscribe(request)
    }

    async fn answer(
        &self,
        plan: &QueryPlan,
        fetch: &Fetch,
        ready: &Ready,
        event: SubgraphResponse,
    ) -> Response {
        let inputs = Inputs {
            arguments: ready.inputs.arguments.clone(),
            uploads: ready
                .inputs
                .uploads
                .iter()
                .flat_map(UploadValue::try_clone)
                .collect(),
            extensions: Arc::clone(&ready.inputs.extensions),
            deadline: Instant::now() + self.options.request_timeout,
            data_bytes_max: ready.inputs.data_bytes_max,
        };
        let mut seed = Executed::nothing(&inputs, ready.prepared.expected_values());
        seed.merge_root(fetch, None, &plan.layouts, event);
        let executed = execute::execute(&self.subgraphs, &inputs, plan, seed).await;
        self.respond(&ready.prepared, executed, None)
    }
}

fn once(response: Response) -> BoxStream<'static, Response> {
    stream::iter([response]).boxed()
}

/// The next event; a panic while making it is the last one.
async fn next(
    fetch: &Fetch,
    upstream: &mut BoxStream<'static, SubgraphResponse>,
) -> Option<SubgraphResponse> {
    match AssertUnwindSafe(upstream.next()).catch_unwind().await {
        Ok(event) => event,
        Err(panic) => {
            let message = panic_message(&*panic);
            tracing::error!(
                subgraph = &*fetch.subgraph,
                message,
                "subscription panicked"
            );
            *upstream = stream::empty().boxed();
            Some(SubgraphResponse::failed(GraphQLError::internal()))
        }
    }
}

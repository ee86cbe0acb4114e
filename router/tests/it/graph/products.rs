//! What is sold. Owns `Product`.

use std::sync::Arc;

use async_graphql::{Context, EmptyMutation, ID, Object, Schema};
use futures::Stream;
use tokio::sync::Notify;

pub(crate) type Products = Schema<Query, EmptyMutation, Subscription>;

/// Told when somebody stops listening to `ticks`.
#[derive(Clone, Default)]
pub(crate) struct Stopped(pub(crate) Arc<Notify>);

impl Drop for Listening {
    fn drop(&mut self) {
        self.0.0.notify_one();
    }
}

struct Listening(Stopped);

pub(crate) fn schema(stopped: Stopped) -> Products {
    Schema::build(Query, EmptyMutation, Subscription)
        .data(stopped)
        .enable_subscription_in_federation()
        .finish()
}

#[derive(Clone)]
pub(crate) struct Product {
    upc: i32,
}

#[Object]
impl Product {
    async fn upc(&self) -> ID {
        self.upc.into()
    }

    async fn name(&self) -> Option<String> {
        Some(["Table", "Couch", "Chair"][usize::try_from(self.upc).expect("small") - 1].to_owned())
    }

    async fn price(&self) -> Option<i32> {
        (self.upc != 3).then_some(self.upc * 100)
    }

    async fn weight(&self) -> Option<i32> {
        Some(self.upc * 10)
    }

    async fn similar(&self) -> Vec<Product> {
        let others = (1..=3).filter(|upc| *upc != self.upc);
        others.map(|upc| Product { upc }).collect()
    }
}

pub(crate) struct Query;

#[Object]
impl Query {
    async fn top_products(&self, #[graphql(default = 2)] first: i32) -> Vec<Product> {
        (1..=first.min(3)).map(|upc| Product { upc }).collect()
    }

    async fn product(&self, upc: ID) -> Option<Product> {
        let upc = upc.parse().ok()?;
        (1..=3).contains(&upc).then_some(Product { upc })
    }

    #[graphql(entity)]
    async fn find_product_by_upc(&self, upc: ID) -> Option<Product> {
        let upc = upc.parse().ok()?;
        (1..=3).contains(&upc).then_some(Product { upc })
    }
}

pub(crate) struct Subscription;

#[async_graphql::Subscription]
impl Subscription {
    /// Products as they come, from one to `until`.
    async fn product_added(&self, until: i32) -> impl Stream<Item = Product> {
        futures::stream::iter((1..=until.min(3)).map(|upc| Product { upc }))
    }

    /// Never stops.
    async fn ticks(&self, ctx: &Context<'_>) -> impl Stream<Item = i32> {
        let listening = Listening(ctx.data_unchecked::<Stopped>().clone());
        futures::stream::unfold((0, listening), async |(n, listening)| {
            tokio::task::yield_now().await;
            Some((n, (n + 1, listening)))
        })
    }
}

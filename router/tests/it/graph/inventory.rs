//! What is on stock, and what shipping costs: needs price and weight from elsewhere.

use async_graphql::{
    ComplexObject, EmptyMutation, EmptySubscription, ID, Object, Schema, SimpleObject,
};

pub(crate) type Inventory = Schema<Query, EmptyMutation, EmptySubscription>;

pub(crate) fn schema() -> Inventory {
    Schema::new(Query, EmptyMutation, EmptySubscription)
}

#[derive(SimpleObject)]
#[graphql(complex, extends)]
pub(crate) struct Product {
    #[graphql(external)]
    upc: ID,
    #[graphql(external)]
    price: Option<i32>,
    #[graphql(external)]
    weight: Option<i32>,
}

#[ComplexObject]
impl Product {
    async fn in_stock(&self) -> bool {
        self.upc.as_str() != "2"
    }

    /// Free for expensive things; `-1` when nobody said the price.
    #[graphql(requires = "price weight")]
    async fn shipping(&self) -> i32 {
        match (self.price, self.weight) {
            (Some(price), _) if price >= 200 => 0,
            (Some(_), Some(weight)) => weight / 2,
            _ => -1,
        }
    }
}

pub(crate) struct Query;

#[Object]
impl Query {
    async fn warehouse(&self) -> String {
        "Rotterdam".to_owned()
    }

    #[graphql(entity)]
    async fn find_product_by_upc(
        &self,
        #[graphql(key)] upc: ID,
        price: Option<i32>,
        weight: Option<i32>,
    ) -> Product {
        Product { upc, price, weight }
    }
}

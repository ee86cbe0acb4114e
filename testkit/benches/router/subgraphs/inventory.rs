//! What is in stock, and what sending it costs.

use async_graphql::{Object, SimpleObject};

/// Something that is sold, as far as the stock knows it.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Product {
    upc: String,
    #[graphql(external)]
    price: i32,
    #[graphql(external)]
    weight: i32,
    in_stock: bool,
}

#[async_graphql::ComplexObject]
impl Product {
    /// Free for what is dear, and by weight for the rest.
    #[graphql(requires = "price weight")]
    async fn shipping_estimate(&self) -> Option<i32> {
        Some(if self.price > 1000 {
            0
        } else {
            self.weight / 2
        })
    }
}

pub(crate) struct Query;

#[Object]
impl Query {
    #[graphql(entity)]
    async fn find_product_by_upc(
        &self,
        upc: String,
        price: Option<i32>,
        weight: Option<i32>,
    ) -> Product {
        let number: usize = upc.parse().unwrap_or_default();
        Product {
            in_stock: !number.is_multiple_of(3),
            upc,
            price: price.unwrap_or_default(),
            weight: weight.unwrap_or_default(),
        }
    }
}

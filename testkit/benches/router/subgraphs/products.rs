//! What is sold.

use async_graphql::{Object, SimpleObject};

pub(crate) const PRODUCTS: usize = 9;

/// Something that is sold.
#[derive(Clone, SimpleObject)]
pub(crate) struct Product {
    upc: String,
    name: String,
    price: i32,
    weight: i32,
}

impl Product {
    fn of(number: usize) -> Self {
        let size = i32::try_from(number).unwrap_or_default();
        Self {
            upc: number.to_string(),
            name: format!("Something useful, number {number}"),
            price: 120 + 270 * size,
            weight: 90 + 135 * size,
        }
    }
}

pub(crate) struct Query;

#[Object]
impl Query {
    async fn top_products(&self, #[graphql(default = 5)] first: usize) -> Vec<Product> {
        (0..PRODUCTS.min(first)).map(Product::of).collect()
    }

    #[graphql(entity)]
    async fn find_product_by_upc(&self, upc: String) -> Option<Product> {
        upc.parse().ok().map(Product::of)
    }
}

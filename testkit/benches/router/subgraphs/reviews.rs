//! What customers say of products.

use async_graphql::{ComplexObject, ID, Object, SimpleObject};

use super::products::PRODUCTS;

const REVIEWS: usize = 22;
const USERS: usize = 6;

/// What one customer says of one product.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Review {
    id: ID,
    body: String,
    #[graphql(skip)]
    number: usize,
}

impl Review {
    fn of(number: usize) -> Self {
        Self {
            id: number.into(),
            body: format!("Review number {number} says what there is to say about it."),
            number,
        }
    }

    fn author_of(number: usize) -> usize {
        (number * 5 + number / 7) % USERS
    }

    fn product_of(number: usize) -> usize {
        (number * 4 + number / 5) % PRODUCTS
    }
}

#[ComplexObject]
impl Review {
    async fn author(&self) -> Option<User> {
        Some(User {
            id: Self::author_of(self.number).into(),
        })
    }

    async fn product(&self) -> Option<Product> {
        Some(Product {
            upc: Self::product_of(self.number).to_string(),
        })
    }
}

/// A customer who says something.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct User {
    id: ID,
}

#[ComplexObject]
impl User {
    async fn reviews(&self) -> Vec<Review> {
        let own = self.id.parse::<usize>().ok();
        let numbers = (0..REVIEWS).filter(|number| Some(Review::author_of(*number)) == own);
        numbers.map(Review::of).collect()
    }
}

/// A product that something is said of.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Product {
    upc: String,
}

#[ComplexObject]
impl Product {
    async fn reviews(&self) -> Vec<Review> {
        let own = self.upc.parse::<usize>().ok();
        let numbers = (0..REVIEWS).filter(|number| Some(Review::product_of(*number)) == own);
        numbers.map(Review::of).collect()
    }
}

pub(crate) struct Query;

#[Object]
impl Query {
    #[graphql(entity)]
    async fn find_user_by_id(&self, id: ID) -> User {
        User { id }
    }

    #[graphql(entity)]
    async fn find_product_by_upc(&self, upc: String) -> Product {
        Product { upc }
    }
}

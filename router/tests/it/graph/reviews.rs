//! What people say. Extends `User` and `Product`.

use async_graphql::{
    ComplexObject, EmptyMutation, EmptySubscription, ID, Object, Schema, SimpleObject,
};

pub(crate) type Reviews = Schema<Query, EmptyMutation, EmptySubscription>;

pub(crate) fn schema() -> Reviews {
    Schema::new(Query, EmptyMutation, EmptySubscription)
}

/// Body, author, product.
const ALL: [(&str, &str, &str); 4] = [
    ("Love it", "1", "1"),
    ("Too expensive", "1", "2"),
    ("Could be better", "2", "3"),
    ("Prefer something else", "2", "1"),
];

#[derive(Clone)]
pub(crate) struct Review {
    index: usize,
}

#[Object]
impl Review {
    async fn id(&self) -> ID {
        self.index.into()
    }

    async fn body(&self) -> String {
        ALL[self.index].0.to_owned()
    }

    async fn author(&self) -> User {
        User::known_as(ALL[self.index].1)
    }

    async fn product(&self) -> Product {
        Product {
            upc: ALL[self.index].2.into(),
        }
    }
}

#[derive(SimpleObject)]
#[graphql(complex, extends)]
pub(crate) struct User {
    #[graphql(external)]
    id: ID,
    /// What a review says about its author, where it says anything.
    #[graphql(external)]
    name: Option<String>,
}

impl User {
    fn known_as(id: impl Into<ID>) -> Self {
        Self {
            id: id.into(),
            name: None,
        }
    }
}

#[ComplexObject]
impl User {
    async fn reviews(&self, first: Option<i32>) -> Vec<Review> {
        let own = (0..ALL.len()).filter(|index| ALL[*index].1 == self.id.as_str());
        own.take(first.map_or(usize::MAX, |first| usize::try_from(first).unwrap_or(0)))
            .map(|index| Review { index })
            .collect()
    }
}

#[derive(SimpleObject)]
#[graphql(complex, extends)]
pub(crate) struct Product {
    #[graphql(external)]
    upc: ID,
}

#[ComplexObject]
impl Product {
    async fn reviews(&self) -> Vec<Review> {
        let about = (0..ALL.len()).filter(|index| ALL[*index].2 == self.upc.as_str());
        about.map(|index| Review { index }).collect()
    }
}

pub(crate) struct Query;

#[Object]
impl Query {
    async fn reviews(&self) -> Vec<Review> {
        (0..ALL.len()).map(|index| Review { index }).collect()
    }

    /// 13 is cursed and 99 does not exist.
    async fn suspects(&self) -> Vec<User> {
        ["1", "13", "2", "99", "13"].map(User::known_as).into()
    }

    /// Knows the name without asking.
    #[graphql(provides = "name")]
    async fn star(&self) -> User {
        User {
            id: "2".into(),
            name: Some("Star Bob".to_owned()),
        }
    }

    #[graphql(entity)]
    async fn find_user_by_id(&self, id: ID) -> User {
        User::known_as(id)
    }

    #[graphql(entity)]
    async fn find_product_by_upc(&self, upc: ID) -> Product {
        Product { upc }
    }
}

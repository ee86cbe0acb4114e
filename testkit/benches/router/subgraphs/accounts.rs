//! Who the customers are.

use async_graphql::{ID, Object, SimpleObject};

const NAMES: [&str; 6] = ["Ada", "Bob", "Cyd", "Dee", "Eve", "Flo"];

/// A customer.
#[derive(Clone, SimpleObject)]
pub(crate) struct User {
    id: ID,
    username: String,
    name: String,
    birthday: i32,
}

impl User {
    fn of(number: usize) -> Self {
        let name = NAMES[number % NAMES.len()];
        Self {
            id: number.into(),
            username: format!("{}.{number}", name.to_lowercase()),
            name: format!("{name} of the shop"),
            birthday: 19_700_101 + 10_203 * i32::try_from(number).unwrap_or_default(),
        }
    }
}

pub(crate) struct Query;

#[Object]
impl Query {
    async fn users(&self) -> Vec<User> {
        (0..NAMES.len()).map(User::of).collect()
    }

    #[graphql(entity)]
    async fn find_user_by_id(&self, id: ID) -> Option<User> {
        id.parse().ok().map(User::of)
    }
}

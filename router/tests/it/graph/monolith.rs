//! The same shop without federation: what the engine's answers are held against.

use async_graphql::{EmptyMutation, EmptySubscription, Enum, ID, Interface, Object, Schema, Union};

pub(crate) type Monolith = Schema<Query, EmptyMutation, EmptySubscription>;

pub(crate) fn schema() -> Monolith {
    Schema::build(Query, EmptyMutation, EmptySubscription)
        .limit_recursive_depth(200)
        .finish()
}

const REVIEWS: [(&str, i32, i32); 4] = [
    ("Love it", 1, 1),
    ("Too expensive", 1, 2),
    ("Could be better", 2, 3),
    ("Prefer something else", 2, 1),
];

fn reviews(wanted: impl Fn(&(&str, i32, i32)) -> bool) -> Vec<Review> {
    let all = 0..REVIEWS.len();
    all.filter(|index| wanted(&REVIEWS[*index]))
        .map(Review)
        .collect()
}

#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum Rank {
    Member,
    Staff,
}

pub(crate) struct User(i32);

#[Object]
impl User {
    async fn id(&self) -> ID {
        self.0.into()
    }
    async fn name(&self) -> Option<&str> {
        ["Ada", "Bob", "Cy", "Dee"]
            .get(usize::try_from(self.0 - 1).ok()?)
            .copied()
    }
    /// async-graphql leaves a failed field out instead of making it null, so none fails here.
    async fn email(&self) -> Option<&str> {
        (self.0 == 1).then_some("ada@example.org")
    }
    async fn rank(&self) -> Rank {
        if self.0 == 1 {
            Rank::Staff
        } else {
            Rank::Member
        }
    }
    async fn manager(&self) -> Option<User> {
        (self.0 > 1).then(|| User(self.0 - 1))
    }
    async fn greeting(&self, #[graphql(default = "Hello")] word: String) -> String {
        format!("{word} {}", self.0)
    }
    async fn reviews(&self, first: Option<i32>) -> Vec<Review> {
        let first = first.map_or(usize::MAX, |first| usize::try_from(first).unwrap_or(0));
        reviews(|review| review.1 == self.0)
            .into_iter()
            .take(first)
            .collect()
    }
}

pub(crate) struct Robot;

#[Object]
impl Robot {
    async fn id(&self) -> ID {
        "7".into()
    }
    async fn model(&self) -> &str {
        "Marvin"
    }
    async fn rank(&self) -> Option<&str> {
        Some("cleaner")
    }
    async fn owner(&self) -> Option<User> {
        Some(User(3))
    }
}

pub(crate) struct RobotActor;

#[Object]
impl RobotActor {
    async fn id(&self) -> ID {
        "r2".into()
    }
    async fn battery(&self) -> f64 {
        0.5
    }
}

#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID"))]
pub(crate) enum Actor {
    User(User),
    Robot(RobotActor),
}

#[derive(Union)]
pub(crate) enum Found {
    User(User),
    Robot(Robot),
}

pub(crate) struct Product(i32);

#[Object]
impl Product {
    async fn upc(&self) -> ID {
        self.0.into()
    }
    async fn name(&self) -> Option<&str> {
        ["Table", "Couch", "Chair"]
            .get(usize::try_from(self.0 - 1).ok()?)
            .copied()
    }
    async fn price(&self) -> Option<i32> {
        (self.0 != 3).then_some(self.0 * 100)
    }
    async fn weight(&self) -> Option<i32> {
        Some(self.0 * 10)
    }
    async fn similar(&self) -> Vec<Product> {
        (1..=3).filter(|upc| *upc != self.0).map(Product).collect()
    }
    async fn in_stock(&self) -> bool {
        self.0 != 2
    }
    async fn shipping(&self) -> i32 {
        [5, 0, -1][usize::try_from(self.0 - 1).unwrap_or(0)]
    }
    async fn reviews(&self) -> Vec<Review> {
        reviews(|review| review.2 == self.0)
    }
}

pub(crate) struct Review(usize);

#[Object]
impl Review {
    async fn id(&self) -> ID {
        self.0.into()
    }
    async fn body(&self) -> &str {
        REVIEWS[self.0].0
    }
    async fn author(&self) -> User {
        User(REVIEWS[self.0].1)
    }
    async fn product(&self) -> Product {
        Product(REVIEWS[self.0].2)
    }
}

pub(crate) struct Query;

#[Object]
impl Query {
    async fn me(&self) -> User {
        User(1)
    }
    async fn users(&self) -> Vec<User> {
        vec![User(1), User(2), User(3)]
    }
    async fn user(&self, id: ID) -> Option<User> {
        let id = id.parse().ok()?;
        (1..=4).contains(&id).then_some(User(id))
    }
    async fn actors(&self) -> Vec<Actor> {
        vec![Actor::User(User(2)), Actor::Robot(RobotActor)]
    }
    async fn search(&self) -> Vec<Found> {
        vec![Found::User(User(1)), Found::Robot(Robot)]
    }
    async fn top_products(&self, #[graphql(default = 2)] first: i32) -> Vec<Product> {
        (1..=first.min(3)).map(Product).collect()
    }
    async fn product(&self, upc: ID) -> Option<Product> {
        let upc = upc.parse().ok()?;
        (1..=3).contains(&upc).then_some(Product(upc))
    }
    async fn reviews(&self) -> Vec<Review> {
        reviews(|_| true)
    }
    async fn warehouse(&self) -> &str {
        "Rotterdam"
    }
}

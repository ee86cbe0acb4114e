//! Who people are. Owns `User`.

use async_graphql::{
    Context, EmptySubscription, Enum, Error, ErrorExtensions, ID, InputObject, Interface, Json,
    Object, OneofObject, Result, Schema, SimpleObject, Union, Upload,
};
use std::io::Read;
use std::sync::{Arc, Mutex};
use tokio::sync::Notify;

pub(crate) type Accounts = Schema<Query, Mutation, EmptySubscription>;

/// The names, which a mutation changes, and a gate for slow fields.
#[derive(Default)]
pub(crate) struct State {
    renamed: Mutex<Vec<String>>,
    pub(crate) gate: Arc<Notify>,
}

pub(crate) fn schema() -> Accounts {
    Schema::build(Query, Mutation, EmptySubscription)
        .data(State::default())
        .finish()
}

pub(crate) fn coded(code: &str, message: &str) -> Error {
    Error::new(message).extend_with(|_, extensions| extensions.set("code", code))
}

#[derive(Clone, Copy, PartialEq, Eq, Enum)]
pub(crate) enum Rank {
    Member,
    Staff,
}

pub(crate) struct User {
    id: i32,
}

impl User {
    pub(crate) fn find(id: &str) -> Option<Self> {
        let id = id.parse().ok()?;
        (1..=4).contains(&id).then_some(Self { id })
    }
}

#[Object]
impl User {
    async fn id(&self) -> ID {
        self.id.into()
    }

    #[graphql(shareable)]
    async fn name(&self) -> Option<String> {
        let name = ["Ada", "Bob", "Cy", "Dee"][usize::try_from(self.id).expect("small") - 1];
        Some(name.to_owned())
    }

    /// Only Ada's may be seen.
    async fn email(&self) -> Result<Option<String>> {
        match self.id {
            1 => Ok(Some("ada@example.org".to_owned())),
            _ => Err(coded("FORBIDDEN", "e-mail is private")),
        }
    }

    /// Dee has none, although everybody must.
    async fn badge(&self) -> Result<i32> {
        match self.id {
            4 => Err(coded("NOT_FOUND", "no badge")),
            id => Ok(id * 100),
        }
    }

    async fn rank(&self) -> Rank {
        if self.id == 1 {
            Rank::Staff
        } else {
            Rank::Member
        }
    }

    async fn manager(&self) -> Option<User> {
        (self.id > 1).then(|| User { id: self.id - 1 })
    }

    async fn greeting(
        &self,
        #[graphql(default_with = "\"Hello\".to_owned()")] word: String,
    ) -> String {
        format!("{word} {}", self.id)
    }
}

#[derive(SimpleObject)]
pub(crate) struct Robot {
    id: ID,
    model: String,
    /// Not what a user calls rank.
    rank: Option<String>,
    owner: Option<User>,
}

#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID"))]
pub(crate) enum Actor {
    User(User),
    Robot(RobotActor),
}

/// An actor without a person behind it.
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

#[derive(Union)]
pub(crate) enum Found {
    User(User),
    Robot(Robot),
}

#[derive(InputObject)]
pub(crate) struct EchoInput {
    name: String,
    #[graphql(default = 3)]
    count: i32,
    rank: Option<Rank>,
    tags: Option<Vec<String>>,
    nested: Option<Nested>,
}

#[derive(InputObject)]
pub(crate) struct Nested {
    flag: bool,
    factor: Option<f64>,
}

#[derive(OneofObject)]
pub(crate) enum Key {
    Id(ID),
    Name(String),
}

pub(crate) struct Query;

#[Object]
impl Query {
    async fn me(&self) -> User {
        User { id: 1 }
    }

    async fn users(&self) -> Vec<User> {
        (1..=3).map(|id| User { id }).collect()
    }

    async fn everybody(&self) -> Vec<User> {
        (1..=4).map(|id| User { id }).collect()
    }

    async fn user(&self, id: ID) -> Option<User> {
        User::find(&id)
    }

    async fn actors(&self) -> Vec<Actor> {
        vec![Actor::User(User { id: 2 }), Actor::Robot(RobotActor)]
    }

    async fn search(&self) -> Vec<Found> {
        let robot = Robot {
            id: "7".into(),
            model: "Marvin".to_owned(),
            rank: Some("cleaner".to_owned()),
            owner: Some(User { id: 3 }),
        };
        vec![Found::User(User { id: 1 }), Found::Robot(robot)]
    }

    /// What arrives, as text.
    async fn echo(&self, input: EchoInput) -> String {
        format!(
            "{} {} {:?} {:?} {:?}",
            input.name,
            input.count,
            input.rank.map(|rank| rank == Rank::Staff),
            input.tags,
            input.nested.map(|nested| (nested.flag, nested.factor)),
        )
    }

    async fn pick(&self, by: Key) -> String {
        match by {
            Key::Id(id) => format!("id {}", *id),
            Key::Name(name) => format!("name {name}"),
        }
    }

    async fn scalars(
        &self,
        int: Option<i32>,
        float: Option<f64>,
        id: Option<ID>,
        json: Option<Json<serde_json::Value>>,
    ) -> String {
        format!(
            "{int:?} {float:?} {:?} {:?}",
            id.map(|id| id.0),
            json.map(|json| json.0.to_string())
        )
    }

    async fn limited(&self, #[graphql(validator(maximum = 10))] n: i32) -> i32 {
        n
    }

    async fn crash(&self) -> Option<i32> {
        Some("seven".parse().expect("a resolver breaks"))
    }

    async fn sixteen(&self, #[graphql(validator(multiple_of = 16))] n: i64) -> i64 {
        n
    }

    async fn uncoded(&self) -> Result<Option<i32>> {
        Err(Error::new("database at 10.0.0.7 refused"))
    }

    /// Answers when the gate is opened.
    async fn slow(&self, ctx: &Context<'_>) -> Option<i32> {
        let gate = Arc::clone(&ctx.data_unchecked::<State>().gate);
        gate.notified().await;
        Some(1)
    }

    #[graphql(entity)]
    async fn find_user_by_id(&self, id: ID) -> Result<Option<User>> {
        if id == "13" {
            return Err(coded("CONFLICT", "user 13 is cursed"));
        }
        Ok(User::find(&id))
    }
}

pub(crate) struct Mutation;

#[Object]
impl Mutation {
    /// Adds a name and answers with all so far: the order of execution shows.
    async fn rename(&self, ctx: &Context<'_>, to: String) -> Vec<String> {
        let mut renamed = ctx
            .data_unchecked::<State>()
            .renamed
            .lock()
            .expect("no panic");
        renamed.push(to);
        renamed.clone()
    }

    async fn promote(&self, id: ID) -> Option<User> {
        User::find(&id)
    }

    async fn read_file(&self, ctx: &Context<'_>, file: Upload) -> Result<String> {
        let upload = file.value(ctx)?;
        let name = upload.filename.clone();
        let mut text = String::new();
        upload.into_read().read_to_string(&mut text)?;
        Ok(format!("{name}: {text}"))
    }

    async fn read_files(&self, ctx: &Context<'_>, files: Vec<Upload>) -> Result<Vec<String>> {
        files
            .into_iter()
            .map(|file| Ok(file.value(ctx)?.filename))
            .collect()
    }
}

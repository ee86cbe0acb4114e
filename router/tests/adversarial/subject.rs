//! The graph that is attacked: two subgraphs with an entity, an interface, a union and nested
//! inputs, which answer whatever they are told to.

use std::sync::{Arc, Mutex};

use futures::future::BoxFuture;
use futures::stream::BoxStream;
use futures::{FutureExt, StreamExt};
use router::compose::{SubgraphSdl, compose};
use router::{
    Code, Context, Engine, GraphQLError, PathSegment, Request, Subgraph, SubgraphRequest,
    SubgraphResponse,
};
use serde_json::{Map, Value as Json, json};

const LINK: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key", "@requires", "@external"])
"#;

const A: &str = r#"
type Query { me: User users(in: In, first: Int = 3, ids: [[ID!]], any: Json, word: String): [User!] node(id: ID!): Node any: [Any] sum(a: Int, b: Float, on: Boolean): Int! }
type Mutation { rename(to: String!): User }
interface Node { id: ID! next: Node }
type User implements Node @key(fields: "id") { id: ID! name: String friends: [User!]! boss: User next: Node kind: Kind }
type Robot implements Node { id: ID! next: Node serial: [Int!] }
union Any = User | Robot
enum Kind { HUMAN OTHER }
input In { name: String = "x" nested: In list: [In!] kind: Kind n: Int }
scalar Json
"#;

const B: &str = r#"
type Query { top: [User] }
type User @key(fields: "id") { id: ID! name: String @external score: Int! badge: String @requires(fields: "name") }
"#;

/// An answer: JSON in the form of a GraphQL response.
pub(crate) type Answer = Arc<Mutex<Json>>;

struct Told(Answer);

impl Subgraph for Told {
    fn execute(&self, _: SubgraphRequest) -> BoxFuture<'_, SubgraphResponse> {
        let answer = self.0.lock().expect("nothing panics").clone();
        std::future::ready(read(answer)).boxed()
    }

    fn subscribe(&self, request: SubgraphRequest) -> BoxStream<'static, SubgraphResponse> {
        futures::stream::iter(self.execute(request).now_or_never()).boxed()
    }
}

fn read(mut answer: Json) -> SubgraphResponse {
    let errors = answer["errors"].as_array().cloned().unwrap_or_default();
    let error = |told: &Json| {
        let mut error = GraphQLError::new(Code::Internal, told["message"].to_string());
        error.path =
            serde_json::from_value::<Vec<PathSegment>>(told["path"].clone()).unwrap_or_default();
        error
    };
    let data = async_graphql::Value::from_json(answer["data"].take()).unwrap_or_default();
    SubgraphResponse::of(data, errors.iter().map(error).collect())
}

/// An engine, and what its subgraphs answer.
pub(crate) struct Subject {
    pub(crate) engine: Arc<Engine>,
    a: Answer,
    b: Answer,
}

impl Subject {
    pub(crate) fn new() -> Self {
        let sdl = |name: &str, text: &str| SubgraphSdl {
            name: name.to_owned(),
            url: None,
            sdl: format!("{LINK}{text}"),
        };
        let composition = compose(&[sdl("a", A), sdl("b", B)]);
        let supergraph = composition
            .supergraph
            .unwrap_or_else(|| panic!("{:?}", composition.diagnostics));
        let (a, b) = (Answer::default(), Answer::default());
        let engine = Engine::builder(supergraph)
            .subgraph("a", Arc::new(Told(Arc::clone(&a))))
            .subgraph("b", Arc::new(Told(Arc::clone(&b))))
            .build()
            .expect("it fits together");
        let subject = Self {
            engine: Arc::new(engine),
            a,
            b,
        };
        subject.tell(json!({ "data": {} }), json!({ "data": {} }));
        subject
    }

    /// Sets what the subgraphs answer from now on.
    pub(crate) fn tell(&self, a: Json, b: Json) {
        *self.a.lock().expect("nothing panics") = a;
        *self.b.lock().expect("nothing panics") = b;
    }

    /// Asks, and checks that the answer is well-formed whatever it says.
    pub(crate) async fn ask(&self, query: &str, variables: Map<String, Json>) -> Json {
        let request = Request {
            query: query.to_owned(),
            variables,
            ..Request::default()
        };
        let response = self.engine.execute(request, Context::default()).await;
        let answer: Json = serde_json::from_slice(response.body()).expect("an answer is JSON");
        let object = answer.as_object().expect("an answer is an object");
        assert!(
            object
                .keys()
                .all(|key| ["data", "errors"].contains(&key.as_str())),
            "{answer}"
        );
        assert!(
            object.contains_key("data") || object.contains_key("errors"),
            "{answer}"
        );
        for error in object
            .get("errors")
            .and_then(Json::as_array)
            .into_iter()
            .flatten()
        {
            assert!(
                error["message"].is_string() && error["extensions"]["code"].is_string(),
                "{error}"
            );
        }
        answer
    }
}

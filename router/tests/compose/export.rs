//! Composes what async-graphql itself exports.

use async_graphql::{
    EmptyMutation, EmptySubscription, Enum, ID, InputObject, Interface, Json, Object, OneofObject,
    SDLExportOptions, Schema, SimpleObject, Subscription, Union,
};
use futures::Stream;
use router::compose::{SubgraphSdl, compose};

use super::planner;

/// How an endpoint is called.
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
enum Method {
    /// Reads.
    Get,
    /// Does anything.
    #[graphql(deprecation = "say what it does")]
    Post,
}

/// Whatever has an id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "&ID"))]
enum Node {
    Endpoint(Endpoint),
}

/// One endpoint of a service.
#[derive(SimpleObject)]
struct Endpoint {
    /// Its id.
    id: ID,
    /// Its method.
    method: Method,
    /// Its title.
    title: String,
    /// What it takes.
    request_schema: Json<String>,
}

/// How to find an endpoint.
#[derive(OneofObject)]
enum EndpointBy {
    /// By its id.
    Id(ID),
    /// By its title, and more.
    Title(TitleFilter),
}

/// What a title looks like.
#[derive(InputObject)]
struct TitleFilter {
    /// How it begins.
    #[graphql(default = "a")]
    prefix: String,
}

#[derive(Union)]
enum AddResult {
    Added(Added),
    Refused(Refused),
}

#[derive(SimpleObject)]
struct Added {
    endpoint: Endpoint,
}

#[derive(SimpleObject)]
struct Refused {
    reason: String,
}

struct RegistryQuery;

/// What the registry can be asked.
#[Object(name = "Query", extends)]
impl RegistryQuery {
    #[graphql(entity)]
    async fn find_endpoint_by_id(&self, id: ID) -> Option<Endpoint> {
        let _ = id;
        None
    }

    /// Finds one endpoint.
    async fn endpoint(
        &self,
        #[graphql(desc = "Which one.")] by: EndpointBy,
        #[graphql(desc = "How many \"tries\".", default = 3)] tries: i32,
    ) -> Option<Endpoint> {
        let _ = (by, tries);
        None
    }

    /// Finds anything.
    async fn node(&self, id: ID) -> Option<Node> {
        let _ = id;
        None
    }
}

struct RegistryMutation;

#[Object(name = "Mutation")]
impl RegistryMutation {
    /// Adds one endpoint.
    async fn add_endpoint(&self, title: String) -> AddResult {
        AddResult::Refused(Refused { reason: title })
    }
}

struct RegistrySubscription;

#[Subscription(name = "Subscription")]
impl RegistrySubscription {
    /// Every endpoint that is added.
    async fn endpoint_added(&self) -> impl Stream<Item = Endpoint> {
        futures::stream::empty()
    }
}

/// A form that submits to an endpoint.
#[derive(SimpleObject)]
struct Form {
    /// What stands above it.
    title: String,
}

struct FormEndpoint {
    id: ID,
    title: String,
    request_schema: String,
}

/// One endpoint of a service.
#[Object(name = "Endpoint", extends)]
impl FormEndpoint {
    #[graphql(external)]
    async fn id(&self) -> &ID {
        &self.id
    }

    #[graphql(external)]
    async fn title(&self) -> &str {
        &self.title
    }

    #[graphql(external)]
    async fn request_schema(&self) -> Json<&str> {
        Json(&self.request_schema)
    }

    /// The form that submits to it.
    #[graphql(requires = "title requestSchema")]
    async fn form(&self) -> Option<Form> {
        None
    }
}

struct FormQuery;

#[Object(name = "Query")]
impl FormQuery {
    // Without `key`, all arguments would be key fields.
    #[graphql(entity)]
    async fn find_endpoint_by_id(
        &self,
        #[graphql(key)] id: ID,
        title: Option<String>,
        request_schema: Option<Json<String>>,
    ) -> FormEndpoint {
        let request_schema = request_schema.map(|schema| schema.0).unwrap_or_default();
        FormEndpoint {
            id,
            title: title.unwrap_or_default(),
            request_schema,
        }
    }

    /// Finds a form.
    async fn form(&self, id: ID) -> Option<Form> {
        let _ = id;
        None
    }
}

fn subgraph(name: &str, sdl: String) -> SubgraphSdl {
    SubgraphSdl {
        name: name.to_owned(),
        url: None,
        sdl,
    }
}

fn exported() -> Vec<SubgraphSdl> {
    let options = SDLExportOptions::new().federation().include_specified_by();
    let registry = Schema::build(RegistryQuery, RegistryMutation, RegistrySubscription)
        .enable_subscription_in_federation()
        .finish();
    let form = Schema::build(FormQuery, EmptyMutation, EmptySubscription).finish();
    vec![
        subgraph("registry", registry.sdl_with_options(options)),
        subgraph("form", form.sdl_with_options(options)),
    ]
}

#[test]
fn exported_subgraphs_compose_and_keep_their_descriptions() {
    let composition = compose(&exported());
    assert_eq!(composition.diagnostics, []);
    insta::assert_snapshot!("api", composition.supergraph.unwrap().api_sdl);
}

#[test]
fn a_query_over_exported_subgraphs_is_planned() {
    let subgraphs = exported();
    let supergraph = compose(&subgraphs).supergraph.unwrap();
    let engine = planner::engine(&subgraphs, &supergraph);
    let operation = r#"{ endpoint(by: { id: "1" }) { method form { title } } }"#;
    insta::assert_snapshot!("plan", planner::plan(&engine, operation));
}

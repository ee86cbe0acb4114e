//! The list of subgraphs, and how each is wired to the router.

use std::sync::Arc;

use async_graphql::{ObjectType, Request, SDLExportOptions, Schema, SubscriptionType};
use http::Extensions;
use kit::event::{EventType, Handler};
use kit::viewer::{Client, Revealed};
use kit::{App, Viewer};
use router::compose::SubgraphSdl;
use router::{InProcess, Subgraph};

use crate::config::Config;
use crate::manual::describe;

/// Everything that the subgraphs give to the process.
pub struct Assembly {
    /// The subgraphs, in the order of the supergraph.
    pub subgraphs: Vec<Mounted>,
    /// What they do when something happened.
    pub handlers: Vec<Handler>,
    /// The kinds of event that they announce.
    pub event_types: Vec<EventType>,
}

/// A subgraph, ready for the router.
pub struct Mounted {
    /// Its name and SDL.
    pub sdl: SubgraphSdl,
    /// What executes its operations.
    pub subgraph: Arc<dyn Subgraph>,
}

/// Builds all subgraphs.
pub fn assemble(app: &App, config: &Config) -> Assembly {
    let mut event_types = [
        auth::event_types(),
        user::event_types(),
        tenant::event_types(),
        registry::event_types(),
        form::event_types(),
        menu::event_types(),
        notification::event_types(),
        platform::event_types(),
    ]
    .concat();
    event_types.sort_by_key(|event_type| event_type.kind);

    let platform = platform::schema(app.clone(), event_types.clone());
    let subgraphs = vec![
        mount(
            auth::NAME,
            auth::schema(app.clone(), config.auth.clone()),
            app,
            auth::attach,
        ),
        mount(user::NAME, user::schema(app.clone()), app, user::attach),
        mount(
            tenant::NAME,
            tenant::schema(app.clone(), config.tenants.clone()),
            app,
            tenant::attach,
        ),
        mount(
            registry::NAME,
            registry::schema(app.clone(), config.health.clone()),
            app,
            registry::attach,
        ),
        mount(form::NAME, form::schema(app.clone()), app, form::attach),
        mount(menu::NAME, menu::schema(app.clone()), app, menu::attach),
        mount(
            notification::NAME,
            notification::schema(app.clone()),
            app,
            notification::attach,
        ),
        mount(platform::NAME, platform, app, platform::attach),
    ];
    let handlers = [
        auth::handlers(app),
        user::handlers(app),
        tenant::handlers(app),
        registry::handlers(app),
        form::handlers(app),
        menu::handlers(app),
        notification::handlers(app),
        platform::handlers(app),
    ]
    .concat();
    Assembly {
        subgraphs,
        handlers,
        event_types,
    }
}

/// Wires one subgraph: its SDL for composition, and its schema with what a request needs.
fn mount<Q, M, S>(
    name: &str,
    schema: Schema<Q, M, S>,
    app: &App,
    attach: fn(Request, &App, Option<&Viewer>) -> Request,
) -> Mounted
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    let options = SDLExportOptions::new()
        .federation()
        .include_specified_by()
        .sorted_fields()
        .sorted_arguments()
        .sorted_enum_items()
        .use_space_ident();
    let sdl = SubgraphSdl {
        name: name.to_owned(),
        url: None,
        sdl: describe(&schema.sdl_with_options(options)),
    };
    let app = app.clone();
    let subgraph = InProcess::new(schema, move |request, extensions: &Extensions| {
        let viewer = extensions.get::<Viewer>();
        let request = attach(request, &app, viewer);
        let request = handed_on::<Viewer>(request, extensions);
        let request = handed_on::<Client>(request, extensions);
        handed_on::<Revealed>(request, extensions)
    });
    Mounted {
        sdl,
        subgraph: Arc::new(subgraph),
    }
}

/// Puts what the edge found out into the data of a subgraph's request.
fn handed_on<T: Clone + Send + Sync + 'static>(
    request: Request,
    extensions: &Extensions,
) -> Request {
    match extensions.get::<T>() {
        Some(value) => request.data(value.clone()),
        None => request,
    }
}

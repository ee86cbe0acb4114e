//! The list of subgraphs, and how each is wired to the router.

use std::sync::Arc;

use async_graphql::{ObjectType, Request, SDLExportOptions, Schema, SubscriptionType};
use http::Extensions;
use kit::event::{EventType, Handler};
use kit::permission::Catalogue;
use kit::viewer::{Client, Cookies, Revealed};
use kit::{App, Viewer};
use router::compose::SubgraphSdl;
use router::{InProcess, Subgraph};

use crate::config::Config;
use crate::manual::describe;
use crate::role::Role;

/// Everything that the subgraphs give to the process.
pub struct Assembly {
    /// The subgraphs, in the order of the supergraph.
    pub subgraphs: Vec<Mounted>,
    /// The kinds of event that they announce.
    pub event_types: Vec<EventType>,
}

/// A subgraph, ready for a router.
pub struct Mounted {
    /// The role of a process that has it.
    pub role: Role,
    /// Its name and SDL.
    pub sdl: SubgraphSdl,
    /// What executes its operations in this process.
    pub subgraph: Arc<dyn Subgraph>,
    /// What it does when something happened.
    pub handlers: Vec<Handler>,
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

    let types = event_types.clone();
    let catalogue = catalogue();
    let subgraphs = vec![
        mount(
            Role::Auth,
            auth::schema(app.clone(), config.auth.clone()),
            app,
            auth::attach,
        )
        .reacts(auth::handlers(app)),
        mount(
            Role::User,
            user::schema(app.clone(), catalogue),
            app,
            user::attach,
        )
        .reacts(user::handlers(app)),
        mount(
            Role::Tenant,
            tenant::schema(app.clone(), config.tenants.clone()),
            app,
            tenant::attach,
        )
        .reacts(tenant::handlers(app)),
        mount(
            Role::Registry,
            registry::schema(app.clone(), config.health.clone()),
            app,
            registry::attach,
        )
        .reacts(registry::handlers(app)),
        mount(Role::Form, form::schema(app.clone()), app, form::attach).reacts(form::handlers(app)),
        mount(Role::Menu, menu::schema(app.clone()), app, menu::attach).reacts(menu::handlers(app)),
        mount(
            Role::Notification,
            notification::schema(app.clone()),
            app,
            notification::attach,
        )
        .reacts(notification::handlers(app)),
        mount(
            Role::Platform,
            platform::schema(app.clone(), types),
            app,
            platform::attach,
        )
        .reacts(platform::handlers(app)),
    ];
    Assembly {
        subgraphs,
        event_types,
    }
}

/// What there is to grant: the permissions that the operations of all subgraphs require.
pub fn catalogue() -> Catalogue {
    Catalogue::new([
        (auth::NAME, auth::permissions()),
        (user::NAME, user::permissions()),
        (tenant::NAME, tenant::permissions()),
        (registry::NAME, registry::permissions()),
        (form::NAME, form::permissions()),
        (menu::NAME, menu::permissions()),
        (notification::NAME, notification::permissions()),
        (platform::NAME, platform::permissions()),
    ])
}

impl Mounted {
    fn reacts(mut self, handlers: Vec<Handler>) -> Self {
        self.handlers = handlers;
        self
    }
}

/// Wires one subgraph: its SDL for composition, and its schema with what a request needs.
fn mount<Q, M, S>(
    role: Role,
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
        name: role.name().to_owned(),
        url: None,
        sdl: describe(&schema.sdl_with_options(options)),
    };
    let app = app.clone();
    let subgraph = InProcess::new(schema, move |request, extensions: &Extensions| {
        let viewer = extensions.get::<Viewer>();
        let request = attach(request, &app, viewer);
        let request = handed_on::<Viewer>(request, extensions);
        let request = handed_on::<Client>(request, extensions);
        let request = handed_on::<Cookies>(request, extensions);
        handed_on::<Revealed>(request, extensions)
    });
    Mounted {
        role,
        sdl,
        subgraph: Arc::new(subgraph),
        handlers: Vec::new(),
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

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use kit::permission::is_well_formed_pattern;

    use super::*;

    /// The texts of `Permission("…")` in the sources of the subgraphs, tests left out.
    fn required() -> Vec<String> {
        let subgraphs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../subgraphs");
        let (mut found, mut folders) = (Vec::new(), vec![subgraphs]);
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("a folder of sources") {
                let path = entry.expect("an entry").path();
                let name = path.file_stem().unwrap_or_default().to_owned();
                if path.is_dir() && name != "tests" {
                    folders.push(path);
                } else if path.extension().is_some_and(|it| it == "rs")
                    && !["tests", "permission"].contains(&name.to_str().unwrap_or_default())
                {
                    let text = fs::read_to_string(path).expect("a source is text");
                    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
                    let parts = code.split("Permission(\"").skip(1);
                    found.extend(parts.filter_map(|it| Some(it.split_once('"')?.0.to_owned())));
                }
            }
        }
        found
    }

    #[test]
    fn what_operations_require_is_in_the_catalogue() {
        let catalogue = catalogue();
        let required = required();
        assert!(required.len() > 10, "the sources were read: {required:?}");
        for permission in required {
            assert!(
                catalogue.find(&permission).is_some(),
                "`{permission}` is missing in `permissions()` of its subgraph"
            );
        }
    }

    #[test]
    fn the_catalogue_is_fit_to_be_read() {
        let catalogue = catalogue();
        for (at, entry) in catalogue.entries().iter().enumerate() {
            let described = entry.described;
            let name = described.permission.0;
            assert!(is_well_formed_pattern(name), "{name}");
            assert!(described.description.ends_with('.'), "{name}");
            let later = &catalogue.entries()[at + 1..];
            let twice = later.iter().any(|it| it.described.permission.0 == name);
            assert!(!twice, "{name} is there twice");
        }
    }

    #[test]
    fn the_built_in_roles_grant_what_there_is() {
        let catalogue = catalogue();
        for role in kit::role::BUILT_IN {
            for pattern in role.permissions {
                let pattern = pattern.strip_prefix('!').unwrap_or(pattern);
                assert!(catalogue.knows(pattern), "{pattern} of {}", role.slug);
            }
        }
    }
}

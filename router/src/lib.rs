//! The federation engine and gateway.
//!
//! Subgraph SDLs are composed into a supergraph ([`compose`]); an [`Engine`] answers requests
//! against it: parse → validate → budgets → normalize → plan (cached) → execute → project.
//! This crate knows SDL and transports and no domain.

pub mod compose;
pub mod diff;
pub mod graphiql;
pub mod http;
pub mod remote;

mod bind;
mod budget;
mod builder;
mod cache;
mod data;
mod document;
mod engine;
mod error;
mod execute;
mod flights;
mod in_process;
mod input;
mod introspection;
mod literal;
mod normalize;
mod paths;
mod plan;
mod prepare;
mod project;
mod rollout;
mod schema;
mod serve;
mod sharing;
mod subgraph;
mod subscription;
mod variables;

pub use crate::http::{
    Anonymous, Authenticate, BatchOptions, CompressionOptions, CorsOptions, CsrfOptions, Expiry,
    HttpOptions, ManifestError, NoOrigin, Origin, Origins, PersistedOptions, SseOptions, Standing,
    Trusted, TrustedDocuments, WebSocketOptions,
};
pub use budget::Budgets;
pub use builder::{BuildError, EngineBuilder, Options};
pub use engine::{Cached, Context, Engine, Explanation, Request, Response, Upload};
pub use error::{Code, GraphQLError, Location, PathSegment};
pub use in_process::InProcess;
pub use remote::{ClientHeaders, Credentials, HeaderRules, Remote, RemoteOptions};
pub use rollout::{RandomRollout, Rollout};
pub use serve::{Admit, ServeOptions, serve_subgraph};
pub use sharing::SharedBy;
pub use subgraph::{
    EntitiesField, OperationKind, Subgraph, SubgraphOperation, SubgraphRequest, SubgraphResponse,
};

//! Which requests are the same.

use bytes::Bytes;

use crate::engine::{Context, Engine, Request};
use crate::flights::Key;
use crate::subgraph::OperationKind;

/// Among a request's [`extensions`](Context::extensions): callers with equal bytes are the same as
/// far as any answer can tell, so that identical queries of theirs may share one.
#[derive(Clone, Debug)]
pub struct SharedBy(pub Bytes);

impl Engine {
    /// What a request may be shared by: only queries are, and only if the caller is known.
    pub(crate) async fn share(&self, request: &Request, context: &Context) -> Option<Key> {
        let SharedBy(caller) = context.extensions.get()?;
        let is_off = self.options.shared_queries_max == 0 || !request.uploads.is_empty();
        let name = request.operation_name.as_deref();
        if is_off || self.kind(&request.query, name).await.ok()? != OperationKind::Query {
            return None;
        }
        let mut body = Vec::with_capacity(request.query.len() + 64);
        for part in [&*request.query, name.unwrap_or_default()] {
            body.extend_from_slice(&part.len().to_le_bytes());
            body.extend_from_slice(part.as_bytes());
        }
        serde_json::to_writer(&mut body, &request.variables).ok()?;
        Some(Key {
            epoch: self.epoch.now(),
            caller: caller.clone(),
            body: body.into(),
        })
    }
}

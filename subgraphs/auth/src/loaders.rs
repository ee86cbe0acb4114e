//! Sessions by id, for one request of one user.

use std::collections::HashMap;
use std::sync::Arc;

use dataloader::BatchFn;
use dataloader::non_cached::Loader;
use kit::App;
use kit::error::StorageError;
use kit::id::{SessionId, UserId};
use kit::{Code, Coded};

use crate::store::session::Session;

/// Loads sessions of one user; another's is not found.
pub(crate) type Sessions = Loader<SessionId, Loaded, OfUser>;

type Loaded = Result<Option<Session>, Unloaded>;

/// The sessions of a batch could not be read.
#[derive(Debug, Clone, thiserror::Error)]
#[error("sessions cannot be loaded")]
pub(crate) struct Unloaded(#[source] Arc<StorageError>);

impl Coded for Unloaded {
    fn code(&self) -> Code {
        Code::Internal
    }
}

pub(crate) struct OfUser {
    app: App,
    user: UserId,
}

/// A loader for one request.
pub(crate) fn sessions(app: App, user: UserId) -> Sessions {
    Loader::new(OfUser { app, user })
}

impl OfUser {
    async fn find(&self, ids: &[SessionId]) -> Result<Vec<Session>, StorageError> {
        let mut conn = self.app.db.read().await?;
        Ok(Session::by_ids(&mut conn, self.user, ids).await?)
    }
}

impl BatchFn<SessionId, Loaded> for OfUser {
    async fn load(&mut self, ids: &[SessionId]) -> HashMap<SessionId, Loaded> {
        match self.find(ids).await {
            Ok(found) => {
                let mut loaded = ids
                    .iter()
                    .map(|&id| (id, Ok(None)))
                    .collect::<HashMap<_, _>>();
                loaded.extend(
                    found
                        .into_iter()
                        .map(|session| (session.id, Ok(Some(session)))),
                );
                loaded
            }
            Err(err) => {
                let err = Unloaded(Arc::new(err));
                ids.iter().map(|&id| (id, Err(err.clone()))).collect()
            }
        }
    }
}

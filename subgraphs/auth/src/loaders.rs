//! Sessions and entries of the record by id, for one request of one user.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use dataloader::BatchFn;
use dataloader::non_cached::Loader;
use kit::App;
use kit::error::StorageError;
use kit::id::{SessionId, UserId};
use kit::{Code, Coded};

use crate::activity::ActivityId;
use crate::store::activity::Entry;
use crate::store::session::Session;

/// Loads sessions of one user; another's is not found.
pub(crate) type Sessions = Loader<SessionId, Loaded<Session>, OfUser>;
/// Loads entries of one user; another's is not found.
pub(crate) type Activities = Loader<ActivityId, Loaded<Arc<Entry>>, OfUser>;

type Loaded<T> = Result<Option<T>, Unloaded>;

/// The rows of a batch could not be read.
#[derive(Debug, Clone, thiserror::Error)]
#[error("rows cannot be loaded")]
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

/// A loader of sessions for one request.
pub(crate) fn sessions(app: App, user: UserId) -> Sessions {
    Loader::new(OfUser { app, user })
}

/// A loader of entries for one request.
pub(crate) fn activities(app: App, user: UserId) -> Activities {
    Loader::new(OfUser { app, user })
}

impl OfUser {
    async fn sessions(&self, ids: &[SessionId]) -> Result<Vec<Session>, StorageError> {
        let mut conn = self.app.db.read().await?;
        Ok(Session::by_ids(&mut conn, self.user, ids).await?)
    }

    async fn entries(&self, ids: &[ActivityId]) -> Result<Vec<Arc<Entry>>, StorageError> {
        let mut conn = self.app.db.read().await?;
        let found = Entry::by_ids(&mut conn, self.user, ids).await?;
        Ok(found.into_iter().map(Arc::new).collect())
    }
}

impl BatchFn<SessionId, Loaded<Session>> for OfUser {
    async fn load(&mut self, ids: &[SessionId]) -> HashMap<SessionId, Loaded<Session>> {
        by_key(ids, self.sessions(ids).await, |session| session.id)
    }
}

impl BatchFn<ActivityId, Loaded<Arc<Entry>>> for OfUser {
    async fn load(&mut self, ids: &[ActivityId]) -> HashMap<ActivityId, Loaded<Arc<Entry>>> {
        by_key(ids, self.entries(ids).await, |entry| entry.id)
    }
}

/// An answer for each key that was asked for.
fn by_key<K: Copy + Eq + Hash, T>(
    keys: &[K],
    found: Result<Vec<T>, StorageError>,
    key: impl Fn(&T) -> K,
) -> HashMap<K, Loaded<T>> {
    match found.map_err(|err| Unloaded(Arc::new(err))) {
        Ok(found) => {
            let none = keys.iter().map(|&key| (key, Ok(None)));
            let mut loaded = none.collect::<HashMap<_, _>>();
            loaded.extend(found.into_iter().map(|row| (key(&row), Ok(Some(row)))));
            loaded
        }
        Err(err) => keys.iter().map(|&key| (key, Err(err.clone()))).collect(),
    }
}

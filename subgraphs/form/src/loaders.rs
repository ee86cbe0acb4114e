//! Forms and submissions by id, for one request of one viewer.

use std::collections::HashMap;
use std::hash::Hash;

use dataloader::{BatchFn, cached};
use kit::id::FormId;
use kit::{ApiError, App, Viewer};

use crate::error::FormError;
use crate::ids::SubmissionId;
use crate::store::{Form, Submission};
use crate::{form, submission};

/// Something, if it is there and the viewer may see it.
pub(crate) type Loaded<T> = Result<Option<T>, ApiError>;
/// Loads forms that the viewer may use.
pub(crate) type Forms = cached::Loader<FormId, Loaded<Form>, FormsById>;
/// Loads submissions of the current tenant.
pub(crate) type Submissions = cached::Loader<SubmissionId, Loaded<Submission>, SubmissionsById>;

pub(crate) struct FormsById {
    app: App,
    viewer: Viewer,
}

pub(crate) struct SubmissionsById {
    app: App,
    viewer: Viewer,
}

/// A loader for one request.
pub(crate) fn forms(app: App, viewer: Viewer) -> Forms {
    cached::Loader::new(FormsById { app, viewer })
}

/// A loader for one request.
pub(crate) fn submissions(app: App, viewer: Viewer) -> Submissions {
    cached::Loader::new(SubmissionsById { app, viewer })
}

impl BatchFn<FormId, Loaded<Form>> for FormsById {
    async fn load(&mut self, ids: &[FormId]) -> HashMap<FormId, Loaded<Form>> {
        let found = form::by_ids(&self.app, &self.viewer, ids).await;
        by_key(ids, found, |form| form.id)
    }
}

impl BatchFn<SubmissionId, Loaded<Submission>> for SubmissionsById {
    async fn load(&mut self, ids: &[SubmissionId]) -> HashMap<SubmissionId, Loaded<Submission>> {
        let found = submission::by_ids(&self.app, &self.viewer, ids).await;
        by_key(ids, found, |submission| submission.id)
    }
}

/// Gives every key an answer: what was found, nothing, or the failure that all of them share.
fn by_key<K: Copy + Eq + Hash, T>(
    keys: &[K],
    found: Result<Vec<T>, FormError>,
    key: impl Fn(&T) -> K,
) -> HashMap<K, Loaded<T>> {
    match found.map_err(ApiError::from) {
        Ok(found) => {
            let mut answers: HashMap<K, Loaded<T>> =
                keys.iter().map(|&key| (key, Ok(None))).collect();
            answers.extend(found.into_iter().map(|row| (key(&row), Ok(Some(row)))));
            answers
        }
        Err(err) => keys.iter().map(|&key| (key, Err(err.clone()))).collect(),
    }
}

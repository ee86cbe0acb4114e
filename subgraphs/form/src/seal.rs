//! What is kept of a submission's secrets, and how its data is recognised again.

use kit::secret::{MasterKey, SecretError};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::error::FormError;
use crate::ids::SubmissionId;
use crate::store::Submission;

/// Seals a submission's whole data, for the time until it is delivered.
pub(crate) fn data(key: &MasterKey, id: SubmissionId, data: &Value) -> String {
    key.seal(&context(id, "data"), data.to_string().as_bytes())
}

/// The whole data of a submission.
pub(crate) fn whole_data(key: &MasterKey, submission: &Submission) -> Result<Value, FormError> {
    let Some(sealed) = &submission.secret_data else {
        return Ok(submission.data.0.clone());
    };
    let text = open(key, &context(submission.id, "data"), sealed)?;
    serde_json::from_slice(&text).map_err(|err| FormError::Corrupt(err.into()))
}

/// A hash of the data. Sealed, because a short password in known data could be guessed from it.
pub(crate) fn hash(key: &MasterKey, id: SubmissionId, data: &Value) -> String {
    key.seal(&context(id, "hash"), &digest(data))
}

/// Whether a submission was made of this data.
pub(crate) fn is_hash_of(
    key: &MasterKey,
    submission: &Submission,
    data: &Value,
) -> Result<bool, FormError> {
    let kept = open(
        key,
        &context(submission.id, "hash"),
        &submission.request_hash,
    )?;
    Ok(kept == digest(data))
}

fn open(key: &MasterKey, context: &str, sealed: &str) -> Result<Vec<u8>, FormError> {
    key.open(context, sealed)
        .map_err(|err: SecretError| FormError::Corrupt(err.into()))
}

fn context(id: SubmissionId, what: &str) -> String {
    format!("form_submissions/{id}/{what}")
}

fn digest(data: &Value) -> Vec<u8> {
    Sha256::digest(sorted(data).to_string()).to_vec()
}

/// The same value with every object's members in one order, whatever order a client sent.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort_unstable();
            let member = |name: &String| (name.clone(), sorted(&members[name]));
            Value::Object(names.into_iter().map(member).collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        other => other.clone(),
    }
}

//! Schemas made ready once, and kept as long as there is room.

use std::sync::Arc;

use kit::id::TenantId;
use serde_json::Value;

use crate::cache::Bounded;
use crate::field::{self, Fields};
use crate::schema::{self, RequestSchema, SchemaError};
use crate::validate::Checker;
use kit::turns::{Bounds, Turns};

/// Bytes of schema text whose fields are kept; made ready they take some ten times as much.
const FIELDS_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Bytes of schema text whose checkers are kept.
const CHECKERS_BYTES_MAX: usize = 512 * 1024;

/// Data that is checked at once; a client decides how much there is to check.
const CHECKING: Bounds = Bounds {
    all_max: 2,
    each_max: 1,
    queue_max: 50,
};

/// A schema and its fields.
pub(crate) struct Prepared {
    pub(crate) version: String,
    /// Why there are no fields, if the schema is of no use.
    pub(crate) schema: Result<RequestSchema, SchemaError>,
    pub(crate) fields: Fields,
    bytes: usize,
}

/// All schemas that were used lately. Clones share them.
#[derive(Clone)]
pub(crate) struct Catalog {
    prepared: Arc<Bounded<String, Prepared>>,
    checkers: Arc<Bounded<String, Checker>>,
    /// Turns at checking data.
    pub(crate) checking: Turns<TenantId>,
}

impl Default for Catalog {
    fn default() -> Self {
        Self {
            prepared: Arc::new(Bounded::new(FIELDS_BYTES_MAX)),
            checkers: Arc::new(Bounded::new(CHECKERS_BYTES_MAX)),
            checking: Turns::new(CHECKING),
        }
    }
}

impl Catalog {
    /// The fields of a schema.
    ///
    /// A schema of some size takes milliseconds, so it is made ready off the async threads.
    pub(crate) async fn prepare(
        &self,
        raw: Value,
    ) -> Result<Arc<Prepared>, tokio::task::JoinError> {
        let text = raw.to_string();
        let version = schema::version_of_text(&text);
        if let Some(prepared) = self.prepared.find(&version) {
            return Ok(prepared);
        }
        let bytes = text.len();
        let key = version.clone();
        let prepared =
            tokio::task::spawn_blocking(move || Prepared::new(&raw, version, bytes)).await?;
        let prepared = Arc::new(prepared);
        self.prepared.insert(key, Arc::clone(&prepared), bytes);
        Ok(prepared)
    }

    /// What checks data for a schema. May take milliseconds: call it off the async threads.
    pub(crate) fn checker(&self, prepared: &Prepared) -> Result<Arc<Checker>, SchemaError> {
        if let Some(checker) = self.checkers.find(&prepared.version) {
            return Ok(checker);
        }
        let schema = prepared.schema.as_ref().map_err(SchemaError::clone)?;
        let checker = Arc::new(Checker::new(schema)?);
        self.checkers.insert(
            prepared.version.clone(),
            Arc::clone(&checker),
            prepared.bytes,
        );
        Ok(checker)
    }
}

impl Prepared {
    fn new(raw: &Value, version: String, bytes: usize) -> Self {
        let schema = RequestSchema::parse(raw);
        let fields = match &schema {
            Ok(schema) => field::build(schema),
            Err(error) => field::unusable(&error.to_string()),
        };
        Self {
            version,
            schema,
            fields,
            bytes,
        }
    }
}

//! The manifest of trusted documents, as code generators write it: either an object from hash
//! to document, or Apollo's `apollo-persisted-query-manifest`.

use std::collections::HashMap;
use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::digest::{Digest, spelled};
use crate::engine::Engine;
use crate::error::Code;
use crate::subgraph::OperationKind;

const APOLLO: &str = "apollo-persisted-query-manifest";

/// Documents that may be asked for by name.
#[derive(Clone, Debug, Default)]
pub struct TrustedDocuments {
    documents: HashMap<String, Document>,
}

#[derive(Clone, Debug)]
struct Document {
    text: String,
    /// What the manifest says about the operation.
    claim: Option<Claim>,
}

#[derive(Clone, Debug)]
struct Claim {
    name: String,
    kind: String,
}

/// What is wrong with a manifest, and with which of its documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
pub struct ManifestError {
    /// The document, unless the manifest as a whole is meant.
    pub id: Option<String>,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for ManifestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.id {
            Some(id) => write!(f, "document {id:?}: {}", self.message),
            None => write!(f, "manifest: {}", self.message),
        }
    }
}

impl ManifestError {
    fn whole(message: impl Into<String>) -> Self {
        Self {
            id: None,
            message: message.into(),
        }
    }

    fn of(id: &str, message: impl Into<String>) -> Self {
        Self {
            id: Some(id.to_owned()),
            message: message.into(),
        }
    }
}

impl TrustedDocuments {
    /// Reads a manifest, or says everything that is wrong with it.
    pub fn parse(manifest: &[u8]) -> Result<Self, Vec<ManifestError>> {
        let Entries(entries) = serde_json::from_slice(manifest)
            .map_err(|err| vec![ManifestError::whole(format!("is no JSON object: {err}"))])?;
        let mut reading = Reading::default();
        if entries.iter().any(|(key, _)| key == "format") {
            reading.apollo(entries);
        } else {
            for (id, text) in entries {
                match text {
                    Json::String(text) => reading.add(&id, text, None),
                    _ => reading.errors.push(ManifestError::of(&id, "is no text")),
                }
            }
        }
        if reading.errors.is_empty() {
            return Ok(Self {
                documents: reading.documents,
            });
        }
        Err(reading.errors)
    }

    /// Holds every document against the schema; says which can not be executed, and why.
    pub async fn check(&self, engine: &Engine) -> Vec<ManifestError> {
        let mut errors = Vec::new();
        for (id, document) in &self.documents {
            if let Err(message) = document.check(engine).await {
                errors.push(ManifestError::of(id, message));
            }
        }
        errors.sort_by(|one, other| one.id.cmp(&other.id));
        errors
    }

    /// How many documents there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.documents.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }

    pub(super) fn find(&self, id: &str) -> Option<&str> {
        self.documents.get(id).map(|document| &*document.text)
    }
}

impl Document {
    async fn check(&self, engine: &Engine) -> Result<(), String> {
        let name = self.claim.as_ref().map(|claim| claim.name.as_str());
        match (engine.kind(&self.text, name).await, &self.claim) {
            (Ok(kind), Some(claim)) if claim.kind != kind.as_str() => {
                Err(format!("is a {}, not a {}", kind.as_str(), claim.kind))
            }
            (Ok(_), _) => Ok(()),
            // A valid document with several operations: the request names one.
            (Err(errors), None)
                if errors
                    .iter()
                    .all(|err| err.code() == Some(Code::BadUserInput.as_str())) =>
            {
                Ok(())
            }
            (Err(errors), _) => {
                let messages: Vec<String> = errors.into_iter().map(|err| err.message).collect();
                Err(messages.join("; "))
            }
        }
    }
}

/// A manifest that is being read.
#[derive(Default)]
struct Reading {
    documents: HashMap<String, Document>,
    errors: Vec<ManifestError>,
}

/// One operation of Apollo's format.
#[derive(Deserialize)]
struct Operation {
    id: String,
    name: String,
    #[serde(rename = "type")]
    kind: String,
    body: String,
}

impl Reading {
    fn apollo(&mut self, entries: Vec<(String, Json)>) {
        let mut entries: HashMap<String, Json> = entries.into_iter().collect();
        if entries.get("format").and_then(Json::as_str) != Some(APOLLO) {
            self.whole(format!("format must be {APOLLO:?}"));
        }
        if entries.get("version").and_then(Json::as_u64) != Some(1) {
            self.whole("version must be 1");
        }
        let Some(Json::Array(operations)) = entries.remove("operations") else {
            self.whole("operations must be a list");
            return;
        };
        for (index, operation) in operations.into_iter().enumerate() {
            match serde_json::from_value::<Operation>(operation) {
                Ok(operation) => self.operation(operation),
                Err(err) => self.whole(format!("operations[{index}] is malformed: {err}")),
            }
        }
    }

    fn operation(&mut self, operation: Operation) {
        let kinds = [
            OperationKind::Query,
            OperationKind::Mutation,
            OperationKind::Subscription,
        ];
        let Operation {
            id,
            name,
            kind,
            body,
        } = operation;
        if kinds.iter().all(|known| known.as_str() != kind) {
            let message = format!("type {kind:?} is none of query, mutation and subscription");
            self.errors.push(ManifestError::of(&id, message));
        }
        self.add(&id, body, Some(Claim { name, kind }));
    }

    fn add(&mut self, id: &str, text: String, claim: Option<Claim>) {
        let key = spelled(id);
        // Apollo lets projects choose their ids, so there only a prefix makes one a hash.
        let is_hash = claim.is_none() || id.starts_with("sha256:");
        let digest = Digest::parse(&key).filter(|_| is_hash);
        if digest.is_some_and(|digest| digest != Digest::of(&text)) {
            let message = format!("has the hash {}", Digest::of(&text));
            self.errors.push(ManifestError::of(id, message));
        }
        if self
            .documents
            .insert(key, Document { text, claim })
            .is_some()
        {
            self.errors.push(ManifestError::of(id, "is there twice"));
        }
    }

    fn whole(&mut self, message: impl Into<String>) {
        self.errors.push(ManifestError::whole(message));
    }
}

/// The entries of an object, those that are there twice too.
struct Entries(Vec<(String, Json)>);

impl<'de> Deserialize<'de> for Entries {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collector;

        impl<'de> Visitor<'de> for Collector {
            type Value = Entries;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }

        deserializer.deserialize_map(Collector)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn errors(manifest: &str) -> Vec<String> {
        match TrustedDocuments::parse(manifest.as_bytes()) {
            Ok(_) => Vec::new(),
            Err(errors) => errors.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn both_formats_are_read() {
        let hash = Digest::of("{ a }").to_string();
        let plain = json!({ format!("sha256:{hash}"): "{ a }", "cafe": "{ b }" });
        let documents = TrustedDocuments::parse(plain.to_string().as_bytes()).expect("it is fine");
        assert_eq!(documents.len(), 2);
        assert_eq!(documents.find(&hash), Some("{ a }"));
        assert_eq!(documents.find("cafe"), Some("{ b }"));

        let apollo = json!({ "format": APOLLO, "version": 1, "operations": [
            { "id": "1", "name": "A", "type": "query", "body": "query A { a }" },
        ] });
        let documents = TrustedDocuments::parse(apollo.to_string().as_bytes()).expect("it is fine");
        assert_eq!(documents.find("1"), Some("query A { a }"));
    }

    #[test]
    fn every_error_is_named() {
        assert!(errors("[]")[0].starts_with("manifest: is no JSON object"));
        let wrong = "0".repeat(64);
        let plain =
            format!(r#"{{ "{wrong}": "{{ a }}", "n": 1, "x": "{{ a }}", "x": "{{ b }}" }}"#);
        assert_eq!(
            errors(&plain),
            [
                format!("document {wrong:?}: has the hash {}", Digest::of("{ a }")),
                r#"document "n": is no text"#.to_owned(),
                r#"document "x": is there twice"#.to_owned(),
            ]
        );
        let apollo = json!({ "format": "other", "version": 2, "operations": [
            { "id": "1", "name": "A", "type": "fragment", "body": "query A { a }" },
            { "id": "1", "name": "A", "type": "query", "body": "query A { a }" },
            { "id": "2" },
        ] });
        let found = errors(&apollo.to_string());
        assert_eq!(found.len(), 5, "{found:#?}");
        assert!(found[4].starts_with("manifest: operations[2] is malformed: missing field `name`"));
    }
}

//! The settings of the HTTP front, and what the router makes of them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use router::{
    BatchOptions, CompressionOptions, CorsOptions, CsrfOptions, Engine, HttpOptions, Origin,
    Origins, PersistedOptions, SseOptions, Trusted, TrustedDocuments, WebSocketOptions,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::io::AsyncReadExt as _;
use tokio_util::sync::CancellationToken;

use crate::config::Config;

/// Bytes of a manifest of trusted documents.
const MANIFEST_MAX: u64 = 64 << 20;
/// How often whoever holds a subscription open is recognised again: what was revoked ends within five
/// seconds, with time for the check itself.
const CHECK_INTERVAL: Duration = Duration::from_secs(3);

/// Settings of the HTTP front.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HttpConfig {
    /// Other origins whose pages may call the API, such as `https://app.example.com`. A single `*`
    /// is every origin, then without credentials.
    pub cors_origins: Vec<String>,
    /// Whether browsers may send cookies and the like from these origins.
    pub cors_credentials: bool,
    /// Whether requests that a form of another site could send are refused, unless they carry a
    /// header such as `apollo-require-preflight`.
    pub csrf_protection: bool,
    /// Whether answers are compressed with gzip, br or zstd, and bodies may be.
    pub compression: bool,
    /// How many requests one body may have, as a JSON array. 0 refuses batches.
    pub batch_requests_max: usize,
    /// Whether clients may register documents by their hash, and then send only that.
    pub automatic_persisted_queries: bool,
    /// File with the documents that clients may ask for by name: an object from SHA-256 hash to
    /// document, or an `apollo-persisted-query-manifest`.
    pub trusted_documents: Option<PathBuf>,
    /// What that file means.
    pub trusted_documents_mode: TrustedDocumentsMode,
}

/// What a manifest of trusted documents means.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TrustedDocumentsMode {
    /// Nothing.
    Off,
    /// Clients may name its documents, or send any other.
    #[default]
    Allow,
    /// Clients must name one of its documents. GraphiQL does not, so it is of no use then.
    Required,
}

impl Default for HttpConfig {
    fn default() -> Self {
        Self {
            cors_origins: Vec::new(),
            cors_credentials: false,
            csrf_protection: true,
            compression: true,
            batch_requests_max: 0,
            automatic_persisted_queries: true,
            trusted_documents: None,
            trusted_documents_mode: TrustedDocumentsMode::default(),
        }
    }
}

impl HttpConfig {
    /// Checks what can be checked without touching anything.
    pub fn check(&self) -> anyhow::Result<()> {
        self.origins()?;
        if self.trusted_documents_mode == TrustedDocumentsMode::Required
            && self.trusted_documents.is_none()
        {
            bail!(
                "the setting `http.trusted_documents_mode` is required, \
                 but `http.trusted_documents` names no file"
            );
        }
        Ok(())
    }

    fn origins(&self) -> anyhow::Result<Origins> {
        let credentials = self.cors_credentials;
        match self.cors_origins.as_slice() {
            [] => Ok(Origins::None),
            [any] if any == "*" && credentials => bail!(
                "the setting `http.cors_credentials` needs `http.cors_origins` to name origins, not \"*\""
            ),
            [any] if any == "*" => Ok(Origins::Any),
            named => Ok(Origins::Listed {
                origins: named
                    .iter()
                    .map(|origin| origin.parse::<Origin>())
                    .collect::<Result<_, _>>()
                    .context("the setting `http.cors_origins`")?,
                credentials,
            }),
        }
    }

    async fn trusted(&self, engine: &Engine) -> anyhow::Result<Trusted> {
        let Some(path) = &self.trusted_documents else {
            return Ok(Trusted::Off);
        };
        match self.trusted_documents_mode {
            TrustedDocumentsMode::Off => Ok(Trusted::Off),
            TrustedDocumentsMode::Allow => Ok(Trusted::Allow(manifest(path, engine).await?)),
            TrustedDocumentsMode::Required => Ok(Trusted::Required(manifest(path, engine).await?)),
        }
    }
}

/// The options of the router's HTTP front.
pub(crate) async fn options(
    config: &Config,
    engine: &Engine,
    shutdown: &CancellationToken,
) -> anyhow::Result<HttpOptions> {
    let http = &config.http;
    Ok(HttpOptions {
        multipart_max: config.graphql.body_bytes_max,
        body_max: config.graphql.json_bytes_max,
        batch: BatchOptions {
            enabled: http.batch_requests_max > 0,
            requests_max: http.batch_requests_max,
            ..BatchOptions::default()
        },
        compression: CompressionOptions {
            answers: http.compression,
            bodies: http.compression,
            ..CompressionOptions::default()
        },
        cors: CorsOptions {
            origins: http.origins()?,
            ..CorsOptions::default()
        },
        csrf: CsrfOptions {
            enabled: http.csrf_protection,
            ..CsrfOptions::default()
        },
        persisted: PersistedOptions {
            automatic: http.automatic_persisted_queries,
            trusted: http.trusted(engine).await?,
            ..PersistedOptions::default()
        },
        sse: SseOptions {
            check_interval: CHECK_INTERVAL,
            ..SseOptions::default()
        },
        websocket: WebSocketOptions {
            check_interval: CHECK_INTERVAL,
            ..WebSocketOptions::default()
        },
        shutdown: shutdown.clone(),
        ..HttpOptions::default()
    })
}

/// Reads the manifest and holds it against the schema.
async fn manifest(path: &Path, engine: &Engine) -> anyhow::Result<Arc<TrustedDocuments>> {
    let named = || format!("the setting `http.trusted_documents`: {}", path.display());
    let file = tokio::fs::File::open(path).await.with_context(named)?;
    let mut bytes = Vec::new();
    file.take(MANIFEST_MAX + 1)
        .read_to_end(&mut bytes)
        .await
        .with_context(named)?;
    if bytes.len() as u64 > MANIFEST_MAX {
        bail!("{} is larger than {MANIFEST_MAX} bytes", named());
    }
    let (documents, errors) = match TrustedDocuments::parse(&bytes) {
        Ok(documents) => {
            let errors = documents.check(engine).await;
            (Some(documents), errors)
        }
        Err(errors) => (None, errors),
    };
    match documents {
        Some(documents) if errors.is_empty() => Ok(Arc::new(documents)),
        _ => {
            let lines: Vec<String> = errors.iter().map(|error| format!("\n  {error}")).collect();
            bail!("{}{}", named(), lines.concat())
        }
    }
}

#[cfg(test)]
mod tests;

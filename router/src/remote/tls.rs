//! TLS to subgraphs: rustls with ring, and the authorities that are trusted.

use std::io;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::remote::{Protocol, RemoteError};

/// How to greet one server.
pub(crate) struct Tls {
    connector: TlsConnector,
    name: ServerName<'static>,
}

impl Tls {
    pub(crate) async fn connect(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        self.connector.connect(self.name.clone(), stream).await
    }
}

/// What connections to `host` offer; `authorities` is PEM, and the system's when there is none.
pub(crate) fn client(
    host: &str,
    protocol: Protocol,
    authorities: Option<&[u8]>,
) -> Result<Tls, RemoteError> {
    let name = ServerName::try_from(host.to_owned())
        .map_err(|_| RemoteError::Url("names a host that no certificate can name"))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|err| RemoteError::Tls(err.to_string()))?
        .with_root_certificates(roots(authorities)?)
        .with_no_client_auth();
    let offered: &[&[u8]] = match protocol {
        Protocol::Http1 => &[b"http/1.1"],
        Protocol::Http2 => &[b"h2"],
        Protocol::Negotiated => &[b"h2", b"http/1.1"],
    };
    config.alpn_protocols = offered.iter().map(|name| name.to_vec()).collect();
    Ok(Tls {
        connector: TlsConnector::from(Arc::new(config)),
        name,
    })
}

fn roots(authorities: Option<&[u8]>) -> Result<RootCertStore, RemoteError> {
    let mut roots = RootCertStore::empty();
    match authorities {
        Some(pem) => {
            for certificate in CertificateDer::pem_slice_iter(pem) {
                let added = certificate
                    .map_err(|err| err.to_string())
                    .and_then(|found| roots.add(found).map_err(|err| err.to_string()));
                added.map_err(RemoteError::Tls)?;
            }
        }
        // Systems keep authorities that rustls can not read; the others do.
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    if roots.is_empty() {
        return Err(RemoteError::Tls("no certificate is trusted".to_owned()));
    }
    Ok(roots)
}

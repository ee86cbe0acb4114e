//! Every way to a subgraph gives the same answers.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use http::Version;
use router::RemoteOptions;
use router::remote::{Protocol, SocketOptions};
use serde_json::json;
use tokio::net::{TcpListener, TcpStream, UnixListener};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::graph::{EVERYTHING, engine, everything, failures, run};
use crate::served::Stock;

fn spoken(protocol: Protocol) -> RemoteOptions {
    RemoteOptions {
        protocol,
        ..RemoteOptions::default()
    }
}

#[tokio::test]
async fn http_1_keeps_its_connections() {
    let stock = Stock::default();
    let address = stock.listen().await;
    let url = format!("http://{address}/graphql");
    let engine = engine(&url, RemoteOptions::default());
    for _ in 0..3 {
        assert_eq!(run(&engine, EVERYTHING).await, everything());
    }
    let versions = stock.versions();
    assert_eq!(versions, [Version::HTTP_11; 6]);
}

#[tokio::test]
async fn http_2_needs_no_question_first() {
    let stock = Stock::default();
    let address = stock.listen().await;
    let url = format!("http://{address}/graphql");
    let engine = engine(&url, spoken(Protocol::Http2));
    assert_eq!(run(&engine, EVERYTHING).await, everything());
    assert_eq!(stock.versions(), [Version::HTTP_2; 2]);
}

#[tokio::test]
async fn unix_sockets_carry_queries_and_subscriptions() {
    let folder = tempfile::tempdir().expect("there is place");
    let path = folder.path().join("stock.sock");
    let listener = UnixListener::bind(&path).expect("the folder is ours");
    let stock = Stock::default();
    let app = stock.app();
    tokio::spawn(async move { axum::serve(listener, app).await });

    let path = path.display();
    let options = RemoteOptions {
        socket: SocketOptions {
            url: Some(format!("unix://{path}?path=/ws")),
            ..SocketOptions::default()
        },
        ..RemoteOptions::default()
    };
    let engine = engine(&format!("unix://{path}?path=/graphql"), options);
    assert_eq!(run(&engine, EVERYTHING).await, everything());
    let events = crate::sockets::all(&engine, "subscription { counted(until: 1) }").await;
    assert_eq!(events, [json!({ "data": { "counted": 0 } })]);
}

/// Greets whoever connects with a certificate.
struct Secure {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl axum::serve::Listener for Secure {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            if let Ok((stream, address)) = self.listener.accept().await
                && let Ok(stream) = self.acceptor.accept(stream).await
            {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

/// The address of a stock behind TLS, and the certificate in PEM.
async fn listen_securely(stock: &Stock) -> (SocketAddr, Vec<u8>) {
    let names = vec!["localhost".to_owned()];
    let made = rcgen::generate_simple_self_signed(names).expect("a certificate can be made");
    let key = rustls::pki_types::PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring has them")
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key.into())
        .expect("they belong together");
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let listener = TcpListener::bind("127.0.0.1:0")
        .await
        .expect("loopback is free");
    let address = listener.local_addr().expect("a bound socket has one");
    let secure = Secure {
        listener,
        acceptor: TlsAcceptor::from(Arc::new(config)),
    };
    let app = stock.app();
    tokio::spawn(async move { axum::serve(secure, app).await });
    (address, made.cert.pem().into_bytes())
}

#[tokio::test]
async fn tls_negotiates_the_version() {
    let stock = Stock::default();
    let (address, certificate) = listen_securely(&stock).await;
    let url = format!("https://localhost:{}/graphql", address.port());
    for protocol in [Protocol::Negotiated, Protocol::Http1, Protocol::Http2] {
        let options = RemoteOptions {
            authorities: Some(certificate.clone()),
            socket: SocketOptions {
                url: Some(format!("wss://localhost:{}/ws", address.port())),
                ..SocketOptions::default()
            },
            ..spoken(protocol)
        };
        let engine = engine(&url, options);
        assert_eq!(run(&engine, EVERYTHING).await, everything());
        let events = crate::sockets::all(&engine, "subscription { counted(until: 1) }").await;
        assert_eq!(events, [json!({ "data": { "counted": 0 } })]);
    }
    let (http_1, http_2) = (Version::HTTP_11, Version::HTTP_2);
    assert_eq!(
        stock.versions(),
        [http_2, http_2, http_1, http_1, http_2, http_2]
    );
}

#[tokio::test]
async fn a_certificate_of_nobody_is_refused() {
    let stock = Stock::default();
    let (address, _) = listen_securely(&stock).await;
    let (_, other) = listen_securely(&stock).await;
    let options = RemoteOptions {
        authorities: Some(other),
        ..RemoteOptions::default()
    };
    let url = format!("https://localhost:{}/graphql", address.port());
    let answer = run(&engine(&url, options), "{ warehouse }").await;
    assert_eq!(
        failures(&answer),
        [r#"SUBREQUEST_HTTP_ERROR stock ["warehouse"]"#]
    );
    assert!(stock.versions().is_empty());
}

#[tokio::test]
async fn variables_arrive_as_they_were() {
    let stock = Stock::default();
    let address = stock.listen().await;
    let engine = engine(
        &format!("http://{address}/graphql"),
        RemoteOptions::default(),
    );
    let text = "\"quotes\" \\ \u{0} \u{1f980} </script> \n";
    let request = router::Request {
        variables: json!({ "text": text })
            .as_object()
            .cloned()
            .unwrap_or_default(),
        ..crate::graph::request("query ($text: String!) { echo(text: $text) }")
    };
    let answer = engine.execute(request, router::Context::default()).await;
    let answer: serde_json::Value = serde_json::from_slice(answer.body()).expect("it is JSON");
    assert_eq!(answer, json!({ "data": { "echo": text } }));
}

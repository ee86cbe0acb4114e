//! The server that is measured, and clients who come from everywhere.

use std::sync::atomic::{AtomicU32, Ordering};

use testkit::{Backend, Client, Portico};

/// So many attempts of one machine pass the limits on those who are in a hurry. Lock-outs are not
/// settings: each attempt that may fail comes from an address of its own.
const LIMITS: [(&str, &str); 5] = [
    ("PORTICO_AUTH_ACCOUNT_LOGINS_PER_MINUTE", "1000000"),
    ("PORTICO_AUTH_ADDRESS_LOGINS_PER_MINUTE", "1000000"),
    ("PORTICO_AUTH_ADDRESS_REGISTRATIONS_PER_MINUTE", "1000000"),
    ("PORTICO_AUTH_ADDRESS_LETTERS_PER_MINUTE", "1000000"),
    ("PORTICO_TRUSTED_PROXIES", "127.0.0.0/8"),
];

/// A server on an empty database.
pub(crate) async fn start(backend: Backend) -> Portico {
    Portico::start_with(backend, &LIMITS).await
}

/// The same server, from now on with proofs of addresses.
pub(crate) async fn with_proofs(mut portico: Portico) -> Portico {
    portico.interrupt().await;
    let required = [("PORTICO_AUTH_EMAIL_VERIFICATION", "required")];
    portico.start_beside_with(&required).await
}

/// The client at an address where nobody was before.
pub(crate) fn stranger(client: &Client) -> Client {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let [_, high, middle, low] = NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes();
    client.forwarded_for(&format!("10.{high}.{middle}.{low}"))
}

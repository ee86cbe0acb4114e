//! The throwaway Redis of the test run, and room in it of one test's own.

use std::net::SocketAddr;

use url::Url;

const REDIS_URL: &str = "TESTKIT_REDIS_URL";

/// Keys of one test's own: nobody else's begin like them.
#[derive(Clone, Debug)]
pub struct Redis {
    url: Url,
    prefix: String,
}

impl Redis {
    /// Fresh keys on the server of the test run.
    #[expect(
        clippy::disallowed_methods,
        reason = "the server's address is the test run's business, not a setting of Portico"
    )]
    pub fn fresh() -> Self {
        let Ok(text) = std::env::var(REDIS_URL) else {
            panic!(
                "{REDIS_URL} is not set: run everything with `cargo xtask test`, \
                 or a part of it with `cargo xtask with-services -- cargo nextest run -p PACKAGE`"
            );
        };
        let url = Url::parse(&text);
        Self {
            url: url.unwrap_or_else(|error| panic!("{REDIS_URL} is no URL: {error}")),
            prefix: format!("test-{}", kit::secret::random_text::<9>()),
        }
    }

    /// The same keys through another address, such as a [`Cable`](crate::Cable)'s.
    #[must_use]
    pub fn through(&self, address: SocketAddr) -> Self {
        let mut other = self.clone();
        other
            .url
            .set_ip_host(address.ip())
            .and_then(|()| other.url.set_port(Some(address.port())))
            .expect("the URL of a server has a host");
        other
    }

    /// Where the server listens.
    pub fn address(&self) -> SocketAddr {
        let addresses = self.url.socket_addrs(|| Some(6379));
        let address = addresses.ok().and_then(|found| found.first().copied());
        address.unwrap_or_else(|| panic!("{REDIS_URL} names no address"))
    }

    /// As the setting `redis.url` takes it, password included.
    pub fn setting(&self) -> &str {
        self.url.as_str()
    }

    /// What the keys begin with, for the setting `redis.prefix`.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }
}

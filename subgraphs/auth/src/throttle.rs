//! Lock-out: failed attempts are counted for the account and for the network address they come
//! from, and each further one makes the next wait twice as long.
//!
//! Counted per attempt and not per request, because one request can carry a hundred logins. An
//! unknown account is counted as if it existed, so that a lock tells nobody whether it does.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{NaiveDateTime, TimeDelta};
use kit::Conn;
use kit::viewer::Client;
use sha2::{Digest as _, Sha256};

use crate::account::EmailKey;
use crate::error::AuthError;
use crate::store::failure::{self, Failures};

/// How long the first failure that is not free locks; each further one locks twice as long.
const LOCK_FIRST_S: i64 = 30;
/// The longest that one more failure locks; a lock for ever would let anybody lock anybody out.
const LOCK_MAX: TimeDelta = TimeDelta::minutes(15);
/// Failures are forgotten when there has been none for so long.
const FORGOTTEN_AFTER: TimeDelta = TimeDelta::hours(1);

/// One thing that attempts are counted for.
struct Source {
    name: String,
    /// Failures that cost nothing.
    free: i32,
}

/// What the attempts of one operation are counted for.
pub(crate) struct Throttle {
    account: Option<Source>,
    address: Option<Source>,
}

impl Throttle {
    /// Counts for an account and for where the client is.
    pub(crate) fn of_account(email: &EmailKey, client: &Client) -> Self {
        let digest = URL_SAFE_NO_PAD.encode(Sha256::digest(email.as_str()));
        let account = Source {
            name: format!("account/{digest}"),
            free: 5,
        };
        Self {
            account: Some(account),
            ..Self::of_address(client)
        }
    }

    /// Counts only for where the client is; more is free, since many may share an address.
    pub(crate) fn of_address(client: &Client) -> Self {
        let address = client.address.map(|address| Source {
            name: format!("address/{}", network(address)),
            free: 50,
        });
        Self {
            account: None,
            address,
        }
    }

    /// For how many seconds the account or the address is still locked, if it is.
    pub(crate) async fn locked_for(
        &self,
        conn: &mut Conn,
        now: NaiveDateTime,
    ) -> Result<Option<i64>, AuthError> {
        for source in self.sources() {
            let Some(failures) = failure::find(conn, &source.name).await? else {
                continue;
            };
            let wait = locked_until(&failures, source.free) - now;
            if wait > TimeDelta::zero() {
                return Ok(Some(wait.num_seconds() + 1));
            }
        }
        Ok(None)
    }

    /// Counts a failure.
    pub(crate) async fn count(&self, conn: &mut Conn, now: NaiveDateTime) -> Result<(), AuthError> {
        for source in self.sources() {
            failure::forget(conn, &source.name, now - FORGOTTEN_AFTER).await?;
            failure::count(conn, &source.name, now).await?;
        }
        Ok(())
    }

    /// Forgets the failures of the account, whose owner has come. Those of the address stay: an
    /// attacker may have an account of their own.
    pub(crate) async fn forgive(
        &self,
        conn: &mut Conn,
        now: NaiveDateTime,
    ) -> Result<(), AuthError> {
        if let Some(account) = &self.account {
            failure::forget(conn, &account.name, now).await?;
        }
        Ok(())
    }

    fn sources(&self) -> impl Iterator<Item = &Source> {
        self.account.iter().chain(&self.address)
    }
}

/// The oldest failure that still counts.
pub(crate) fn counts_since(now: NaiveDateTime) -> NaiveDateTime {
    now - FORGOTTEN_AFTER
}

/// An IPv6 subscriber has a whole /64 and would never run out of addresses.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

fn locked_until(failures: &Failures, free: i32) -> NaiveDateTime {
    let beyond = failures.failures - free;
    if beyond < 0 {
        return failures.last_at;
    }
    let wait = TimeDelta::seconds(LOCK_FIRST_S << beyond.min(20));
    failures.last_at + wait.min(LOCK_MAX)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn each_further_failure_doubles_the_wait_up_to_a_bound() {
        let last_at = DateTime::UNIX_EPOCH.naive_utc();
        for (failures, seconds) in [
            (1, 0),
            (4, 0),
            (5, 30),
            (6, 60),
            (9, 480),
            (10, 900),
            (i32::MAX, 900),
        ] {
            let failures = Failures { failures, last_at };
            let wait = locked_until(&failures, 5) - last_at;
            assert_eq!(wait.num_seconds(), seconds, "{}", failures.failures);
        }
    }

    #[test]
    fn addresses_of_one_subscriber_count_as_one() {
        for (address, expected) in [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ] {
            let address = address.parse().expect("an address");
            assert_eq!(network(address), expected);
        }
    }
}

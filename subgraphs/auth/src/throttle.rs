//! Lock-out: failed attempts are counted, and too many lock whoever made them.
//!
//! They are counted for an account together with the network address that they come from, so that
//! nobody is locked out by somebody elsewhere; for the address, which may try many accounts; and
//! for the account alone, at a number that takes many addresses to reach. Each attempt is counted
//! before it is made and taken back when it succeeds: of any number that come at once, only those
//! are made for which there is room.
//!
//! Counted per attempt and not per request, because one request can carry a hundred logins. An
//! unknown account is counted as if it existed, so that a lock tells nobody whether it does.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{NaiveDateTime, TimeDelta};
use kit::id::UserId;
use kit::viewer::Client;
use kit::{App, Conn};
use sha2::{Digest as _, Sha256};

use crate::error::AuthError;
use crate::limit::{BackOff, Window};
use crate::person::EmailKey;
use crate::store::failure::{self, Failures};

/// Failures are forgotten when there has been none for so long.
const FORGOTTEN_AFTER: TimeDelta = TimeDelta::hours(1);
/// Failures of an account from one address that cost nothing.
const ACCOUNT_FREE: i32 = 5;
/// Failures of an address that cost nothing; more, since many may share it.
const ADDRESS_FREE: i32 = 50;
/// Failures of an account from all addresses together. One address makes about ten in this time.
const ACCOUNT_MAX: Window = Window {
    most: 100,
    length: TimeDelta::minutes(15),
};
/// Letters to one address. Whoever asks for more gets the same answer, and nobody a letter.
const LETTERS_MAX: Window = Window {
    most: 5,
    length: TimeDelta::hours(1),
};
/// What is refused during a lock is recorded once in so long.
const RECORDED: Window = Window {
    most: 1,
    length: TimeDelta::minutes(1),
};

/// One thing that attempts are counted for.
struct Source {
    name: String,
    limit: Limit,
    /// What a success does to the failures before it.
    success: Success,
}

enum Limit {
    BackOff(BackOff),
    Window(Window),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Success {
    /// They are forgotten: their owner has come.
    Forgives,
    /// They stay: an attacker may have an account of their own.
    ChangesNothing,
}

/// What the attempts of one operation are counted for.
pub(crate) struct Throttle(Vec<Source>);

/// Attempts that are counted and not yet made.
#[must_use]
pub(crate) struct Charges(Vec<Charge>);

struct Charge {
    source: String,
    success: Success,
    counted_at: NaiveDateTime,
    before: NaiveDateTime,
}

impl Throttle {
    /// Counts the logins of an account by a client.
    pub(crate) fn of_login(email: &EmailKey, client: &Client) -> Self {
        let mut sources = Vec::from(Self::of_account(email, client));
        sources.extend(Self::of_address("address", client).0);
        Self(sources)
    }

    fn of_account(email: &EmailKey, client: &Client) -> [Source; 2] {
        let email = email.as_str();
        let network = network_of(client).unwrap_or_default();
        let pair = Source {
            name: format!("pair/{}", digest(&[email, &network])),
            limit: Limit::BackOff(BackOff { free: ACCOUNT_FREE }),
            success: Success::Forgives,
        };
        let account = Source {
            name: format!("account/{}", digest(&[email])),
            limit: Limit::Window(ACCOUNT_MAX),
            success: Success::ChangesNothing,
        };
        [pair, account]
    }

    /// Counts the registrations of a client, together with its logins.
    pub(crate) fn of_registration(client: &Client) -> Self {
        Self::of_address("address", client)
    }

    /// Counts the refused refresh tokens of a client.
    pub(crate) fn of_refresh(client: &Client) -> Self {
        Self::of_address("refresh", client)
    }

    /// Counts the attempts at an account's second factor, wherever they come from: whoever makes
    /// them has proven the first, and can come from many addresses.
    pub(crate) fn of_second_factor(account: UserId) -> Self {
        Self(vec![Source {
            name: format!("factor/{account}"),
            limit: Limit::BackOff(BackOff { free: ACCOUNT_FREE }),
            success: Success::Forgives,
        }])
    }

    /// Counts the refused API keys of a client.
    pub(crate) fn of_api_key(client: &Client) -> Self {
        Self::of_address("key", client)
    }

    /// Counts for both at once.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// Counts the links and codes of a client that are good for nothing.
    pub(crate) fn of_proof(client: &Client) -> Self {
        Self::of_address("proof", client)
    }

    /// Counts the letters to an address, whoever asks for them and whether it is known or not.
    pub(crate) fn of_letters(email: &EmailKey) -> Self {
        Self(vec![Source {
            name: format!("letters/{}", digest(&[email.as_str()])),
            limit: Limit::Window(LETTERS_MAX),
            success: Success::ChangesNothing,
        }])
    }

    /// Forgets the failures of an account, as its owner has come in another way. Those from other
    /// networks stay: they lock nobody but those.
    pub(crate) async fn forgive(
        email: &EmailKey,
        client: &Client,
        conn: &mut Conn,
        now: NaiveDateTime,
    ) -> Result<(), AuthError> {
        let [pair, account] = Self::of_account(email, client);
        for source in [pair, account] {
            failure::forget(conn, &source.name, now).await?;
        }
        Ok(())
    }

    /// Lets one refusal of a subject by a client through, once a minute.
    pub(crate) fn of_record(action: &str, subject: &str, client: &Client) -> Self {
        let network = network_of(client).unwrap_or_default();
        Self(vec![Source {
            name: format!("record/{}", digest(&[action, subject, &network])),
            limit: Limit::Window(RECORDED),
            success: Success::ChangesNothing,
        }])
    }

    fn of_address(kind: &str, client: &Client) -> Self {
        let address = network_of(client).map(|network| Source {
            name: format!("{kind}/{network}"),
            limit: Limit::BackOff(BackOff { free: ADDRESS_FREE }),
            success: Success::ChangesNothing,
        });
        Self(address.into_iter().collect())
    }

    /// For how many seconds one of the sources is still locked, if any is. Only reads.
    async fn locked_for(
        &self,
        conn: &mut Conn,
        now: NaiveDateTime,
    ) -> Result<Option<i64>, AuthError> {
        for source in &self.0 {
            let failures = failure::find(conn, &source.name).await?;
            let wait = failures.map(|failures| source.locked_until(&failures) - now);
            if let Some(wait) = wait.filter(|wait| *wait > TimeDelta::zero()) {
                return Ok(Some(wait.num_seconds() + 1));
            }
        }
        Ok(None)
    }

    /// Counts an attempt that is about to be made, or refuses it. While a source is locked, this
    /// only reads.
    pub(crate) async fn charge(&self, app: &App) -> Result<Charges, AuthError> {
        let now = app.clock.now_utc();
        if let Some(seconds) = self.locked_for(&mut app.db.read().await?, now).await? {
            return Err(AuthError::Locked { seconds });
        }
        self.count(&mut app.db.write().await?, now).await
    }

    async fn count(&self, conn: &mut Conn, now: NaiveDateTime) -> Result<Charges, AuthError> {
        let mut charges = Charges(Vec::with_capacity(self.0.len()));
        for source in &self.0 {
            match source.charge(conn, now).await? {
                Some(charge) => charges.0.push(charge),
                None => {
                    charges.take_back(conn).await?;
                    let seconds = self.locked_for(conn, now).await?.unwrap_or(1);
                    return Err(AuthError::Locked { seconds });
                }
            }
        }
        Ok(charges)
    }
}

impl Source {
    fn locked_until(&self, failures: &Failures) -> NaiveDateTime {
        match self.limit {
            Limit::BackOff(limit) => limit.locked_until(failures),
            Limit::Window(limit) => limit.locked_until(failures),
        }
    }

    async fn charge(
        &self,
        conn: &mut Conn,
        now: NaiveDateTime,
    ) -> Result<Option<Charge>, AuthError> {
        let known = failure::find(conn, &self.name).await?;
        let counted = match self.limit {
            Limit::BackOff(limit) => {
                failure::forget(conn, &self.name, now - FORGOTTEN_AFTER).await?;
                failure::back_off(conn, &self.name, limit, now).await?
            }
            Limit::Window(limit) => failure::step(conn, &self.name, limit, now).await?,
        };
        Ok(counted.then(|| Charge {
            source: self.name.clone(),
            success: self.success,
            counted_at: now,
            before: known.map_or(now, |known| known.last_at),
        }))
    }
}

impl Charges {
    /// The attempt was not made, or was no failure.
    async fn take_back(self, conn: &mut Conn) -> Result<(), AuthError> {
        for charge in self.0 {
            let Charge {
                source,
                counted_at,
                before,
                ..
            } = charge;
            failure::take_back(conn, &source, counted_at, before).await?;
        }
        Ok(())
    }

    /// The attempt succeeded.
    pub(crate) async fn succeed(
        self,
        conn: &mut Conn,
        now: NaiveDateTime,
    ) -> Result<(), AuthError> {
        let is_forgiven = |charge: &Charge| charge.success == Success::Forgives;
        let (forgiven, others) = self.0.into_iter().partition::<Vec<_>, _>(is_forgiven);
        for charge in forgiven {
            failure::forget(conn, &charge.source, now).await?;
        }
        Self(others).take_back(conn).await
    }
}

/// The oldest failure that still counts.
pub(crate) fn counts_since(now: NaiveDateTime) -> NaiveDateTime {
    now - FORGOTTEN_AFTER
}

/// Where a client is, as far as limits tell apart.
pub(crate) fn network_of(client: &Client) -> Option<String> {
    client.address.map(network)
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

/// A short name for several texts, none of which can pass for two.
pub(crate) fn digest(texts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for text in texts {
        digest.update(text);
        digest.update([0]);
    }
    URL_SAFE_NO_PAD.encode(digest.finalize())
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
            let wait = BackOff { free: 5 }.locked_until(&failures) - last_at;
            assert_eq!(wait.num_seconds(), seconds, "{}", failures.failures);
        }
    }

    #[test]
    fn a_window_locks_when_it_is_full_until_it_ends() {
        let last_at = DateTime::UNIX_EPOCH.naive_utc();
        for (failures, minutes) in [(0, 0), (99, 0), (100, 15), (101, 15)] {
            let wait = ACCOUNT_MAX.locked_until(&Failures { failures, last_at }) - last_at;
            assert_eq!(wait.num_minutes(), minutes, "{failures}");
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

//! Turns at work on passwords, which is slow on purpose: a few at a time, off the async threads, so
//! that many sign-ins at once exhaust neither memory nor processors.
//!
//! Twice as many have a turn as hash at once: while one looks an account up or keeps a session, another
//! hashes, so that no processor waits for the database.
//!
//! Those who wait have a place, of which there are so many in all and fewer for each network
//! address. Registrations wait apart from logins, and one of them at most stands in the way of a
//! login: whoever floods one keeps nobody from the other.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::error::AuthError;
use crate::password::{self, Verdict};

/// Those who have a turn, for each who hashes.
const TURNS_PER_HASH: usize = 2;
/// Those who wait for their turn, for each who hashes; the next one is sent away.
const WAITING_PER_TURN: usize = 128;
/// How much more willingly than others a hashing thread gives way (nice(2)); a tenth of the weight.
#[cfg(target_os = "linux")]
const NICE: i32 = 10;
/// Places that one network address can have. One request can carry many logins.
const PLACES_PER_NETWORK: usize = 8;

/// Gives turns.
#[derive(Clone)]
pub(crate) struct Passwords {
    turns: Arc<Semaphore>,
    hashing: Arc<Semaphore>,
    registering: Arc<Semaphore>,
    judging: Arc<Semaphore>,
    logins: Queue,
    registrations: Queue,
    nobodys: Arc<OnceLock<String>>,
}

/// The right to hash once, as soon as a processor is free for it. It is given back when the hashing
/// has ended, even if nobody waits for the result any more.
pub(crate) struct Turn {
    hashing: Arc<Semaphore>,
    nobodys: Arc<OnceLock<String>>,
    _permits: (OwnedSemaphorePermit, Option<OwnedSemaphorePermit>),
    _place: Place,
}

impl Passwords {
    pub(crate) fn new(parallel: NonZeroU32) -> Self {
        let parallel = parallel.get() as usize;
        let places = parallel.saturating_mul(TURNS_PER_HASH + WAITING_PER_TURN);
        Self {
            turns: Arc::new(Semaphore::new(parallel.saturating_mul(TURNS_PER_HASH))),
            hashing: Arc::new(Semaphore::new(parallel)),
            registering: Arc::new(Semaphore::new(1)),
            judging: Arc::new(Semaphore::new(1)),
            logins: Queue::new(places),
            registrations: Queue::new(places),
            nobodys: Arc::default(),
        }
    }

    /// Waits for a turn at checking a password, unless too many wait already.
    pub(crate) async fn login_turn(&self, network: Option<String>) -> Result<Turn, AuthError> {
        let place = self.logins.enter(network)?;
        Ok(self.turn(None, place).await)
    }

    /// Waits for a turn at hashing a new password that is hard enough to guess, unless too many
    /// wait already. `personal` are words that a guesser would try first.
    ///
    /// Judging a password can take longer than hashing it, so it has no part in the turn.
    pub(crate) async fn registration_turn(
        &self,
        network: Option<String>,
        password: &str,
        personal: Vec<String>,
    ) -> Result<Turn, AuthError> {
        let place = self.registrations.enter(network)?;
        let judging = permit(&self.judging).await;
        let password = password.to_owned();
        run(move || {
            let judged = password::check_strength(&password, &personal);
            drop(judging);
            judged
        })
        .await?;
        let registering = permit(&self.registering).await;
        Ok(self.turn(Some(registering), place).await)
    }

    async fn turn(&self, registering: Option<OwnedSemaphorePermit>, place: Place) -> Turn {
        Turn {
            hashing: self.hashing.clone(),
            nobodys: self.nobodys.clone(),
            _permits: (permit(&self.turns).await, registering),
            _place: place,
        }
    }
}

impl Turn {
    /// Hashes a new password.
    pub(crate) async fn hash(self, password: String) -> Result<String, AuthError> {
        let hashing = permit(&self.hashing).await;
        let (hash, _) = run(move || {
            let hash = password::hash(&password);
            drop(hashing);
            (hash, self)
        })
        .await;
        hash
    }

    /// Checks a password against a stored hash. Without one it takes the same time, so that nobody
    /// can tell an unknown account from a wrong password. The turn comes back with the verdict, to
    /// be kept until the next one may begin.
    pub(crate) async fn verify(
        self,
        password: String,
        stored: Option<String>,
    ) -> Result<(Verdict, Self), AuthError> {
        let hashing = permit(&self.hashing).await;
        let (verdict, turn) = run(move || {
            let verdict = password::verify(&password, stored.as_deref(), &self.nobodys);
            drop(hashing);
            (verdict, self)
        })
        .await;
        Ok((verdict?, turn))
    }
}

/// Runs work on a password on a thread of its own that gives way to all others: what anybody else
/// asks for is answered first. A thread costs a thousandth of a hash.
async fn run<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, done) = oneshot::channel();
    let thread = thread::Builder::new().name("password".to_owned());
    let started = thread.spawn(move || {
        give_way();
        // Nobody may wait for it any more.
        let _ = sender.send(work());
    });
    started.expect("there are only a few of these threads at once");
    done.await.expect("work on a password does not panic")
}

/// Lowers the priority of this thread. On Linux alone: elsewhere it would be that of the process.
fn give_way() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(NICE) {
        tracing::debug!(
            error = &error as &dyn std::error::Error,
            "hashing does not give way"
        );
    }
}

async fn permit(semaphore: &Arc<Semaphore>) -> OwnedSemaphorePermit {
    let permit = semaphore.clone().acquire_owned().await;
    permit.expect("nobody closes the semaphore")
}

/// Who has a place, by network address.
#[derive(Clone)]
struct Queue {
    places: usize,
    taken: Arc<Mutex<Taken>>,
}

#[derive(Default)]
struct Taken {
    all: usize,
    by_network: HashMap<String, usize>,
}

/// A place in a queue, given back when it is dropped.
struct Place {
    queue: Queue,
    network: Option<String>,
}

impl Queue {
    fn new(places: usize) -> Self {
        Self {
            places,
            taken: Arc::default(),
        }
    }

    fn enter(&self, network: Option<String>) -> Result<Place, AuthError> {
        let mut taken = self.taken.lock().expect("no panic while it is held");
        if taken.all >= self.places {
            return Err(AuthError::Busy);
        }
        if let Some(network) = &network {
            let of_network = taken.by_network.get(network).copied().unwrap_or_default();
            if of_network >= PLACES_PER_NETWORK {
                return Err(AuthError::Busy);
            }
            taken.by_network.insert(network.clone(), of_network + 1);
        }
        taken.all += 1;
        Ok(Place {
            queue: self.clone(),
            network,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.queue.taken.lock().expect("no panic while it is held");
        taken.all -= 1;
        let Some(network) = &self.network else { return };
        if let Some(of_network) = taken.by_network.get_mut(network) {
            *of_network -= 1;
            if *of_network == 0 {
                taken.by_network.remove(network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    const GOOD: &str = "plum-tractor-Orbit-19";

    fn passwords() -> Passwords {
        Passwords::new(NonZeroU32::MIN)
    }

    async fn turn() -> Turn {
        passwords().login_turn(None).await.expect("nobody waits")
    }

    /// All turns that there are.
    async fn turns(passwords: &Passwords, network: Option<&str>) -> Vec<Turn> {
        let mut turns = Vec::new();
        for _ in 0..TURNS_PER_HASH {
            let turn = passwords.login_turn(network.map(str::to_owned)).await;
            turns.push(turn.expect("nobody waits"));
        }
        turns
    }

    async fn verdict(password: &str, stored: Option<&str>) -> Verdict {
        let stored = stored.map(str::to_owned);
        let checked = turn().await.verify(password.to_owned(), stored).await;
        checked.expect("readable").0
    }

    #[tokio::test]
    async fn a_password_opens_its_own_hash_only() {
        let hash = turn().await.hash(GOOD.to_owned()).await.expect("hashed");
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );

        let right = Verdict::Right { rehashed: None };
        assert_eq!(verdict(GOOD, Some(&hash)).await, right);
        assert_eq!(verdict("another", Some(&hash)).await, Verdict::Wrong);
    }

    #[tokio::test]
    async fn nobodys_password_is_always_wrong() {
        assert_eq!(verdict(GOOD, None).await, Verdict::Wrong);
    }

    #[tokio::test]
    async fn one_too_many_is_sent_away() {
        let passwords = passwords();
        let turns = turns(&passwords, None).await;
        let mut waiting = (0..WAITING_PER_TURN)
            .map(|_| Box::pin(passwords.login_turn(None)))
            .collect::<Vec<_>>();
        for one in &mut waiting {
            assert!(futures::poll!(one).is_pending());
        }
        let refused = passwords.login_turn(None).await;
        assert!(matches!(refused, Err(AuthError::Busy)));
        drop((turns, waiting));
        assert!(passwords.login_turn(None).await.is_ok());
    }

    #[tokio::test]
    async fn an_address_takes_only_its_own_places() {
        let passwords = passwords();
        let flooder = || Some("192.0.2.7".to_owned());
        let turns = turns(&passwords, flooder().as_deref()).await;
        let mut waiting = (TURNS_PER_HASH..PLACES_PER_NETWORK)
            .map(|_| Box::pin(passwords.login_turn(flooder())))
            .collect::<Vec<_>>();
        for one in &mut waiting {
            assert!(futures::poll!(one).is_pending());
        }
        let refused = passwords.login_turn(flooder()).await;
        assert!(matches!(refused, Err(AuthError::Busy)));

        let mut other = Box::pin(passwords.login_turn(Some("192.0.2.8".to_owned())));
        assert!(futures::poll!(&mut other).is_pending());
        drop((turns, waiting));
        other.await.expect("the next one");
    }

    #[tokio::test]
    async fn one_registration_at_most_stands_in_the_way_of_a_login() {
        let passwords = passwords();
        let mut turns = turns(&passwords, None).await;
        let mut registrations = tokio::task::JoinSet::new();
        for _ in 0..2 {
            let passwords = passwords.clone();
            registrations
                .spawn(async move { passwords.registration_turn(None, GOOD, Vec::new()).await });
        }
        while passwords.registering.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let mut login = Box::pin(passwords.login_turn(None));
        assert!(futures::poll!(&mut login).is_pending());

        turns.truncate(TURNS_PER_HASH - 1);
        let registered = registrations.join_next().await.expect("there are two");
        assert!(registered.expect("no panic").is_ok());
        let turn = login.await;
        assert!(
            turn.is_ok(),
            "its turn comes before the other registration's"
        );
        assert!(registrations.try_join_next().is_none());
    }

    #[tokio::test]
    async fn judging_takes_no_turn() {
        let passwords = passwords();
        let hashing = passwords.login_turn(None).await.expect("nobody waits");
        let weak = passwords.registration_turn(None, "password", Vec::new());
        assert!(matches!(weak.await, Err(AuthError::WeakPassword(_))));
        drop(hashing);
    }

    #[tokio::test]
    async fn an_unknown_account_takes_the_time_of_a_wrong_password() {
        let passwords = passwords();
        let stored = turn().await.hash(GOOD.to_owned()).await.expect("hashed");
        let time = async |stored: Option<&str>| {
            let turn = passwords.login_turn(None).await.expect("nobody waits");
            let started = Instant::now();
            let verified = turn.verify("another".to_owned(), stored.map(str::to_owned));
            verified.await.expect("readable");
            started.elapsed()
        };
        // Side by side, since other work of the machine slows both.
        let (mut nobodys, mut wrong) = (Duration::MAX, Duration::MAX);
        for _ in 0..10 {
            nobodys = nobodys.min(time(None).await);
            wrong = wrong.min(time(Some(&stored)).await);
        }
        assert!(nobodys * 2 > wrong, "{nobodys:?} and {wrong:?}");
        assert!(wrong * 2 > nobodys, "{nobodys:?} and {wrong:?}");
    }
}

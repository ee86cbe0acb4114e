//! Passwords: argon2id, a few at a time, off the async threads.

use std::num::NonZeroU32;
use std::sync::{Arc, OnceLock};

use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use zxcvbn::Score;

use crate::error::AuthError;

/// Fewest characters of a password.
pub(crate) const LENGTH_MIN: usize = 8;
/// Most characters of a password.
pub(crate) const LENGTH_MAX: usize = 256;
/// Those who wait for their turn, for each who has it; the next one is sent away.
const WAITING_PER_TURN: usize = 128;
const SCORE_MIN: Score = Score::Three;

/// OWASP's minimum for argon2id.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// Gives turns at hashing, so that many sign-ins at once exhaust neither memory nor processors.
#[derive(Clone)]
pub(crate) struct Passwords {
    turns: Arc<Semaphore>,
    places: Arc<Semaphore>,
    nobodys: Arc<OnceLock<String>>,
}

/// The right to hash once. It is given back when the hashing has ended, even if nobody waits for
/// the result any more.
pub(crate) struct Turn {
    nobodys: Arc<OnceLock<String>>,
    _turn: OwnedSemaphorePermit,
    _place: OwnedSemaphorePermit,
}

/// What became of a check.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Not the password, or nobody's.
    Wrong,
    /// The password; with a new hash if the stored one was made with other parameters.
    Right { rehashed: Option<String> },
}

impl Passwords {
    pub(crate) fn new(parallel: NonZeroU32) -> Self {
        let parallel = parallel.get() as usize;
        let places = parallel.saturating_mul(1 + WAITING_PER_TURN);
        Self {
            turns: Arc::new(Semaphore::new(parallel)),
            places: Arc::new(Semaphore::new(places.min(Semaphore::MAX_PERMITS))),
            nobodys: Arc::default(),
        }
    }

    /// Waits for a turn, unless too many wait already.
    pub(crate) async fn turn(&self) -> Result<Turn, AuthError> {
        let place = self.places.clone().try_acquire_owned();
        let place = place.map_err(|_| AuthError::Busy)?;
        let turn = self.turns.clone().acquire_owned().await;
        Ok(Turn {
            nobodys: self.nobodys.clone(),
            _turn: turn.expect("nobody closes the semaphore"),
            _place: place,
        })
    }
}

impl Turn {
    /// Hashes a new password, or says why it is too easy to guess. `personal` are words that a
    /// guesser would try first.
    pub(crate) async fn choose(
        self,
        password: String,
        personal: Vec<String>,
    ) -> Result<String, AuthError> {
        let (chosen, _) = self
            .run(move |_| {
                check_strength(&password, &personal)?;
                hash(&password)
            })
            .await;
        chosen
    }

    /// Checks a password against a stored hash. Without one it takes the same time, so that nobody
    /// can tell an unknown account from a wrong password. The turn comes back with the verdict, to
    /// be kept until the next one may begin.
    pub(crate) async fn verify(
        self,
        password: String,
        stored: Option<String>,
    ) -> Result<(Verdict, Self), AuthError> {
        let (verdict, turn) = self
            .run(move |nobodys| check(&password, stored.as_deref(), nobodys))
            .await;
        Ok((verdict?, turn))
    }

    async fn run<T: Send + 'static>(
        self,
        work: impl FnOnce(&OnceLock<String>) -> T + Send + 'static,
    ) -> (T, Self) {
        tokio::task::spawn_blocking(move || (work(&self.nobodys), self))
            .await
            .expect("hashing does not panic")
    }
}

fn check(
    password: &str,
    stored: Option<&str>,
    nobodys: &OnceLock<String>,
) -> Result<Verdict, AuthError> {
    let nobodys = match nobodys.get() {
        Some(hash) => hash,
        None => {
            let fresh = hash(&kit::secret::random_text::<32>())?;
            nobodys.get_or_init(|| fresh)
        }
    };
    let is_right = is_right(password, stored.unwrap_or(nobodys))?;
    let Some(stored) = stored.filter(|_| is_right) else {
        return Ok(Verdict::Wrong);
    };
    let rehashed = is_outdated(stored)?.then(|| hash(password)).transpose()?;
    Ok(Verdict::Right { rehashed })
}

/// Refuses lengths that no password has, before any time is spent on it.
pub(crate) fn check_length(password: &str) -> Result<(), AuthError> {
    let length = password.chars().count();
    if (LENGTH_MIN..=LENGTH_MAX).contains(&length) {
        return Ok(());
    }
    Err(AuthError::PasswordLength(length))
}

fn check_strength(password: &str, personal: &[String]) -> Result<(), AuthError> {
    let personal = personal.iter().map(String::as_str).collect::<Vec<_>>();
    let estimate = zxcvbn::zxcvbn(password, &personal);
    if estimate.score() >= SCORE_MIN {
        return Ok(());
    }
    let feedback = estimate.feedback();
    let warning = feedback.and_then(|feedback| feedback.warning());
    let suggestions = feedback.map_or(&[][..], |feedback| feedback.suggestions());
    let advice = warning
        .map(|warning| warning.to_string())
        .into_iter()
        .chain(suggestions.iter().map(ToString::to_string))
        .map(|advice| {
            advice
                .trim_end_matches('.')
                .to_lowercase()
                .replace(". ", "; ")
        })
        .collect::<Vec<_>>();
    Err(AuthError::WeakPassword(match advice.is_empty() {
        true => "add another word or two; uncommon words are better".to_owned(),
        false => advice.join("; "),
    }))
}

fn hasher() -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None);
    let params = params.expect("the parameters are within argon2's bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash(password: &str) -> Result<String, AuthError> {
    let salt = SaltString::generate(&mut OsRng);
    let hash = hasher().hash_password(password.as_bytes(), &salt);
    hash.map(|hash| hash.to_string()).map_err(AuthError::Hash)
}

fn is_right(password: &str, stored: &str) -> Result<bool, AuthError> {
    use argon2::password_hash::Error;

    let stored = PasswordHash::new(stored).map_err(AuthError::Hash)?;
    // The parameters are those of the stored hash.
    match Argon2::default().verify_password(password.as_bytes(), &stored) {
        Ok(()) => Ok(true),
        Err(Error::Password) => Ok(false),
        Err(err) => Err(AuthError::Hash(err)),
    }
}

fn is_outdated(stored: &str) -> Result<bool, AuthError> {
    let stored = PasswordHash::new(stored).map_err(AuthError::Hash)?;
    let params = Params::try_from(&stored).map_err(AuthError::Hash)?;
    let same = stored.algorithm == Algorithm::Argon2id.ident()
        && (params.m_cost(), params.t_cost(), params.p_cost()) == (MEMORY_KIB, PASSES, LANES);
    Ok(!same)
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
        passwords().turn().await.expect("nobody waits")
    }

    async fn verdict(password: &str, stored: Option<&str>) -> Verdict {
        let stored = stored.map(str::to_owned);
        let checked = turn().await.verify(password.to_owned(), stored).await;
        checked.expect("readable").0
    }

    #[tokio::test]
    async fn a_password_opens_its_own_hash_only() {
        let hash = turn().await.choose(GOOD.to_owned(), Vec::new()).await;
        let hash = hash.expect("strong");
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
    async fn nobodys_password_takes_as_long_as_a_wrong_one() {
        let stored = hash(GOOD).expect("hashed");
        let passwords = passwords();
        // The shortest of some is what it takes when nothing else runs.
        let shortest = async |stored: Option<&str>| {
            let mut shortest = Duration::MAX;
            for _ in 0..6 {
                let turn = passwords.turn().await.expect("nobody waits");
                let started = Instant::now();
                let verified = turn.verify("another".to_owned(), stored.map(str::to_owned));
                verified.await.expect("readable");
                shortest = shortest.min(started.elapsed());
            }
            shortest
        };
        let (nobodys, wrong) = (shortest(None).await, shortest(Some(&stored)).await);
        assert!(nobodys * 2 > wrong, "{nobodys:?} and {wrong:?}");
        assert!(wrong * 2 > nobodys, "{nobodys:?} and {wrong:?}");
    }

    #[tokio::test]
    async fn a_hash_with_other_parameters_is_replaced() {
        let params = Params::new(8_192, 1, 1, None).expect("in bounds");
        let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let salt = SaltString::generate(&mut OsRng);
        let stored = weak.hash_password(GOOD.as_bytes(), &salt).expect("hashed");

        let Verdict::Right {
            rehashed: Some(hash),
        } = verdict(GOOD, Some(&stored.to_string())).await
        else {
            panic!("not rehashed");
        };
        assert!(!is_outdated(&hash).expect("readable"));
        assert!(is_right(GOOD, &hash).expect("readable"));
    }

    #[tokio::test]
    async fn one_too_many_is_sent_away() {
        let passwords = passwords();
        let turn = passwords.turn().await.expect("nobody waits");
        let mut waiting = (0..WAITING_PER_TURN)
            .map(|_| Box::pin(passwords.turn()))
            .collect::<Vec<_>>();
        for one in &mut waiting {
            assert!(futures::poll!(one).is_pending());
        }
        assert!(matches!(passwords.turn().await, Err(AuthError::Busy)));
        drop((turn, waiting));
        assert!(passwords.turn().await.is_ok());
    }

    #[test]
    fn what_is_easy_to_guess_is_refused_with_advice() {
        let personal = ["ada".to_owned(), "lovelace".to_owned()];
        for password in [
            "password",
            "12345678",
            "qwertyuiop",
            "lovelace1815",
            "aaaaaaaaaaaa",
        ] {
            let refused = check_strength(password, &personal);
            let Err(AuthError::WeakPassword(advice)) = refused else {
                panic!("{password} passed");
            };
            assert!(!advice.is_empty());
        }
        check_strength(GOOD, &personal).expect("strong");
    }

    #[test]
    fn lengths_are_counted_in_characters() {
        for (password, fits) in [
            ("a".repeat(7), false),
            ("ä".repeat(8), true),
            ("ä".repeat(256), true),
            ("a".repeat(257), false),
        ] {
            assert_eq!(check_length(&password).is_ok(), fits, "{password}");
        }
    }
}

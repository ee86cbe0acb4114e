//! Passwords: how long, how hard to guess, and their argon2id hashes. All of it takes its time:
//! `turn` says when.

use std::sync::OnceLock;

use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use zxcvbn::Score;

use crate::error::AuthError;

/// Fewest characters of a password.
pub(crate) const LENGTH_MIN: usize = 8;
/// Most characters of a password.
pub(crate) const LENGTH_MAX: usize = 256;
/// Characters that are judged. A beginning that is hard to guess is enough, and the time of the
/// judgement grows much faster than the length: a hundred characters can be made to take seconds.
const JUDGED_MAX: usize = 48;
const SCORE_MIN: Score = Score::Three;

/// OWASP's minimum for argon2id.
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// What became of a check.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Not the password, or nobody's.
    Wrong,
    /// The password; with a new hash if the stored one was made with other parameters.
    Right { rehashed: Option<String> },
}

/// Checks a password against a stored hash, or against that of nobody, which is always wrong.
pub(crate) fn verify(
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

/// Refuses what is easy to guess, and says what would help. `personal` are words that a guesser
/// would try first.
pub(crate) fn check_strength(password: &str, personal: &[String]) -> Result<(), AuthError> {
    let personal = personal.iter().map(String::as_str).collect::<Vec<_>>();
    let end = password.char_indices().nth(JUDGED_MAX);
    let judged = end.map_or(password, |(end, _)| &password[..end]);
    let estimate = zxcvbn::zxcvbn(judged, &personal);
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

pub(crate) fn hash(password: &str) -> Result<String, AuthError> {
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

    #[test]
    fn a_hash_with_other_parameters_is_replaced() {
        let params = Params::new(8_192, 1, 1, None).expect("in bounds");
        let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let salt = SaltString::generate(&mut OsRng);
        let stored = weak.hash_password(GOOD.as_bytes(), &salt).expect("hashed");

        let verdict = verify(GOOD, Some(&stored.to_string()), &OnceLock::new());
        let Ok(Verdict::Right {
            rehashed: Some(hash),
        }) = verdict
        else {
            panic!("not rehashed");
        };
        assert!(!is_outdated(&hash).expect("readable"));
        assert!(is_right(GOOD, &hash).expect("readable"));
    }

    #[test]
    fn no_password_takes_long_to_judge() {
        let personal = ["ada", "lovelace", "ada@example.com"].map(str::to_owned);
        for crafted in [
            "4@8({[<369!1|7$5%2",
            "p4$$w0rd",
            "aB1!",
            "qwertz",
            "1987-03-21",
        ] {
            let password = crafted.repeat(LENGTH_MAX / crafted.len());
            let started = Instant::now();
            let _ = check_strength(&password, &personal);
            let taken = started.elapsed();
            assert!(taken < Duration::from_secs(2), "{crafted}: {taken:?}");
        }
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

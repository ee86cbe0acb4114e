//! What signing in costs at the least: the check of a password, and nothing around it. For the
//! benchmark, which holds real sign-ins against it.

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use futures::future::try_join_all;

use crate::config::AuthConfig;
use crate::error::AuthError;
use crate::turn::Passwords;

/// Of any length that a password may have, and nobody's.
const PASSWORD: &str = "seven pelicans under a violet bridge";
/// Those who wait, for each who has a turn: a turn that ends is taken at once.
const WAITING_PER_TURN: usize = 2;

/// How many passwords are checked in a second, by as many at once and in the same way as sign-ins
/// do it.
pub async fn checks_per_second(config: &AuthConfig, during: Duration) -> Result<f64, AuthError> {
    let passwords = Passwords::new(config.parallel_hashes);
    // The first check makes the hash that it is held against.
    check(&passwords).await?;
    let started = Instant::now();
    let checks = (0..waiting(config.parallel_hashes)).map(|_| async {
        let mut checked = 0_u32;
        while started.elapsed() < during {
            check(&passwords).await?;
            checked += 1;
        }
        Ok::<_, AuthError>(checked)
    });
    let checked: u32 = try_join_all(checks).await?.into_iter().sum();
    Ok(f64::from(checked) / started.elapsed().as_secs_f64())
}

async fn check(passwords: &Passwords) -> Result<(), AuthError> {
    let turn = passwords.login_turn(None).await?;
    turn.verify(PASSWORD.to_owned(), None).await?;
    Ok(())
}

fn waiting(parallel: NonZeroU32) -> usize {
    (parallel.get() as usize).saturating_mul(WAITING_PER_TURN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn checks_are_counted() {
        let config = AuthConfig::default();
        let counted = checks_per_second(&config, Duration::from_millis(1)).await;
        assert!(counted.expect("they can be made") > 0.0);
    }
}

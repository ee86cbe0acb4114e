//! One-time codes by the time (RFC 6238): HMAC-SHA-1, six digits, steps of 30 seconds, as every
//! authenticator app has them.

use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac as _};
use sha1::Sha1;

/// Seconds for which a code stands.
pub(crate) const STEP_S: i64 = 30;
/// Digits of a code.
pub(crate) const DIGITS: usize = 6;
/// Bytes of a secret: as many as the hash has (RFC 4226, section 4).
pub(crate) const SECRET_BYTES: usize = 20;
/// Codes of so many steps before and after are good, too (RFC 6238, section 5.2): clocks differ,
/// and people type slowly.
const SKEW: i64 = 1;
const CODES: u32 = 1_000_000;

/// The step whose code this is: that of the time, or one of its neighbours.
pub(crate) fn step_of(secret: &[u8], code: &str, now: DateTime<Utc>) -> Option<i64> {
    let code = parse(code)?;
    let step = step_at(now);
    // All are compared, so that the time it takes does not tell which.
    (step - SKEW..=step + SKEW).fold(None, |found, step| {
        let is_it = truncated(secret, step) % CODES == code;
        found.or(is_it.then_some(step))
    })
}

/// The step of a time.
pub(crate) fn step_at(now: DateTime<Utc>) -> i64 {
    now.timestamp().div_euclid(STEP_S)
}

/// The code of a step.
#[cfg(test)]
pub(crate) fn code_of(secret: &[u8], step: i64) -> String {
    format!("{:06}", truncated(secret, step) % CODES)
}

/// Reads a code, which people write as `123 456`, too.
fn parse(code: &str) -> Option<u32> {
    let digits = code.chars().filter(|c| !c.is_whitespace());
    let digits = digits.take(DIGITS + 1).collect::<String>();
    let is_code = digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_code.then(|| digits.parse().ok()).flatten()
}

/// The 31 bits that a code is made of (RFC 4226, section 5.3).
fn truncated(secret: &[u8], step: i64) -> u32 {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).expect("a key may have any length");
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let offset = usize::from(hash[hash.len() - 1] & 15);
    let bytes = [0, 1, 2, 3].map(|place| hash[offset + place]);
    u32::from_be_bytes(bytes) & 0x7fff_ffff
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    const SECRET: &[u8; SECRET_BYTES] = b"12345678901234567890";

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(second)
    }

    #[test]
    fn the_vectors_of_rfc_6238_hold() {
        // Appendix B, those with SHA-1, which have eight digits.
        for (second, expected) in [
            (59, 94_287_082),
            (1_111_111_109, 7_081_804),
            (1_111_111_111, 14_050_471),
            (1_234_567_890, 89_005_924),
            (2_000_000_000, 69_279_037),
            (20_000_000_000, 65_353_130),
        ] {
            let code = truncated(SECRET, step_at(at(second))) % 100_000_000;
            assert_eq!(code, expected, "{second}");
            let short = format!("{:06}", expected % CODES);
            assert_eq!(
                step_of(SECRET, &short, at(second)),
                Some(second / STEP_S),
                "{second}"
            );
        }
    }

    #[test]
    fn the_neighbours_are_good_and_no_others() {
        let now = at(1_234_567_890);
        let step = step_at(now);
        for (away, is_good) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let code = code_of(SECRET, step + away);
            let expected = is_good.then_some(step + away);
            assert_eq!(step_of(SECRET, &code, now), expected, "{away}");
        }
    }

    #[test]
    fn a_code_has_six_digits() {
        assert_eq!(parse("081804"), Some(81_804));
        assert_eq!(parse(" 081 804\n"), Some(81_804));
        for bad in ["", "81804", "0818040", "08180a", "+81804", "٠٨١٨٠٤"] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}

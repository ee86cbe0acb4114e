//! What an authenticator app shows.

use data_encoding::BASE32_NOPAD;
use hmac::{Hmac, Mac as _};
use sha1::Sha1;

/// Seconds for which a code is good (RFC 6238, section 5.2).
const STEP: i64 = 30;

/// The code (RFC 6238 with RFC 4226, section 5.3) of this many steps from now.
pub(crate) fn code(secret: &str, steps: i64) -> String {
    let key = BASE32_NOPAD.decode(secret.as_bytes()).expect("base32");
    let step = kit::clock::Clock::default().now().timestamp() / STEP + steps;
    let mut mac = Hmac::<Sha1>::new_from_slice(&key).expect("a key may have any length");
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let at = usize::from(hash[19] & 0xf);
    let number = u32::from_be_bytes(hash[at..at + 4].try_into().expect("four bytes"));
    format!("{:06}", (number & 0x7fff_ffff) % 1_000_000)
}

//! Recovery codes: for somebody whose authenticator is gone. Ten at a time, each good for one use.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use kit::id::UserId;
use kit::secret;
use kit::{App, Conn};
use sha2::Sha256;

use crate::error::AuthError;
use crate::store::recovery_code;

/// Codes of a set.
pub(crate) const COUNT: usize = 10;
/// Of Crockford's base32: no two signs look alike. Ten of them are 50 bits.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const LENGTH: usize = 10;
const HALF: usize = LENGTH / 2;
const KEY: &str = "portico/recovery-codes/v1";

/// Makes a new set in the place of the one before, in the caller's transaction. The codes are shown
/// now and never again.
pub(crate) async fn renew(
    app: &App,
    conn: &mut Conn,
    account: UserId,
) -> Result<Vec<String>, AuthError> {
    let codes = (0..COUNT).map(|_| generate()).collect::<Vec<_>>();
    let digests = codes.iter().map(|code| digest(app, account, code));
    recovery_code::replace(conn, account, digests.collect()).await?;
    Ok(codes.iter().map(|code| written(code)).collect())
}

/// Uses a code, in the caller's transaction. False if it is none, or used already.
pub(crate) async fn spend(
    app: &App,
    conn: &mut Conn,
    account: UserId,
    code: &str,
) -> Result<bool, AuthError> {
    let Some(code) = parse(code) else {
        return Ok(false);
    };
    let digest = digest(app, account, &code);
    Ok(recovery_code::spend(conn, account, &digest, app.clock.now_utc()).await?)
}

fn generate() -> String {
    let bytes = secret::random::<LENGTH>();
    let sign = |byte: u8| char::from(ALPHABET[usize::from(byte & 31)]);
    bytes.into_iter().map(sign).collect()
}

/// As people read it best: `xxxxx-xxxxx`.
fn written(code: &str) -> String {
    format!("{}-{}", &code[..HALF], &code[HALF..])
}

/// Reads a code, however it was copied.
fn parse(text: &str) -> Option<String> {
    let signs = text.chars().filter(|c| !c.is_whitespace() && *c != '-');
    let code = signs
        .take(LENGTH + 1)
        .map(|c| match c.to_ascii_lowercase() {
            'o' => '0',
            'i' | 'l' => '1',
            c => c,
        })
        .collect::<String>();
    let known = |byte: u8| ALPHABET.contains(&byte);
    (code.len() == LENGTH && code.bytes().all(known)).then_some(code)
}

fn digest(app: &App, account: UserId, code: &str) -> String {
    let key = app.key.derive(KEY);
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key may have any length");
    mac.update(account.to_string().as_bytes());
    mac.update(code.as_bytes());
    URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_reads_back_however_it_is_copied() {
        for _ in 0..100 {
            let code = generate();
            let shown = written(&code);
            assert_eq!(shown.len(), 11);
            let spoken = shown.to_uppercase().replace('0', "O").replace('1', "l");
            for text in [&shown, &code, &format!(" {spoken}\n")] {
                assert_eq!(parse(text).as_ref(), Some(&code), "{text}");
            }
        }
    }

    #[test]
    fn nothing_else_is_a_code() {
        for bad in [
            "",
            "123456",
            "0000-00000",
            "00000-000000",
            "00000-0000u",
            "ÄÄÄÄÄ",
        ] {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}

//! The refresh token in a cookie of a browser: no script of a page can read it.

use chrono::{DateTime, Utc};
use kit::clock::Clock;

use crate::config::SameSite;
use crate::token::RefreshToken;

/// The cookie's name. By its prefix (RFC 6265bis, section 4.1.3.2), a browser takes it only by TLS
/// or from its own host, for this host alone.
pub const REFRESH_COOKIE: &str = "__Host-portico_refresh";

/// A value of `Set-Cookie` that keeps a refresh token until it ends.
pub(crate) fn kept(
    token: &RefreshToken,
    expires_at: DateTime<Utc>,
    same_site: SameSite,
    clock: &Clock,
) -> String {
    let seconds = (expires_at - clock.now()).num_seconds().max(0);
    cookie(token.reveal(), seconds, same_site)
}

/// A value of `Set-Cookie` that drops the refresh token.
pub(crate) fn dropped(same_site: SameSite) -> String {
    cookie("", 0, same_site)
}

fn cookie(value: &str, seconds: i64, same_site: SameSite) -> String {
    let same_site = match same_site {
        SameSite::Strict => "Strict",
        SameSite::Lax => "Lax",
        SameSite::None => "None",
    };
    format!(
        "{REFRESH_COOKIE}={value}; Path=/; Max-Age={seconds}; HttpOnly; Secure; SameSite={same_site}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_cannot_read_it() {
        let cookie = dropped(SameSite::Strict);
        assert_eq!(
            cookie,
            "__Host-portico_refresh=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict"
        );
    }
}

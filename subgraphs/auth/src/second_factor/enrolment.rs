//! How a secret gets into an authenticator app: as text, as a link, and as a picture of the link.

use chrono::{DateTime, Utc};
use data_encoding::BASE32_NOPAD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

use super::totp::{DIGITS, SECRET_BYTES, STEP_S};

/// What the app calls us.
const ISSUER: &str = "Portico";
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'@');
/// Sides of the picture at least, in pixels.
const PIXELS: u32 = 240;

/// A secret on its way to its user's app. It is shown once.
pub(crate) struct Enrolment {
    pub(crate) secret: String,
    pub(crate) uri: String,
    pub(crate) qr_svg: String,
    pub(crate) expires_at: DateTime<Utc>,
}

impl Enrolment {
    pub(crate) fn new(secret: &[u8; SECRET_BYTES], email: &str, expires_at: DateTime<Utc>) -> Self {
        let secret = BASE32_NOPAD.encode(secret);
        let uri = uri(&secret, email);
        Self {
            qr_svg: picture(&uri),
            secret,
            uri,
            expires_at,
        }
    }
}

/// The link, by the Key URI format of the authenticator apps
/// (<https://github.com/google/google-authenticator/wiki/Key-Uri-Format>).
fn uri(secret: &str, email: &str) -> String {
    let email = utf8_percent_encode(email, PLAIN);
    format!(
        "otpauth://totp/{ISSUER}:{email}?secret={secret}&issuer={ISSUER}\
         &algorithm=SHA1&digits={DIGITS}&period={STEP_S}"
    )
}

fn picture(uri: &str) -> String {
    let code = QrCode::with_error_correction_level(uri, EcLevel::M);
    let code = code.expect("a link with an address of 254 characters is small enough");
    code.render::<svg::Color<'_>>()
        .min_dimensions(PIXELS, PIXELS)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_says_everything_that_an_app_needs() {
        let enrolment = Enrolment::new(
            b"12345678901234567890",
            "ada+x@example.com",
            DateTime::UNIX_EPOCH,
        );
        assert_eq!(enrolment.secret, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(
            enrolment.uri,
            "otpauth://totp/Portico:ada%2Bx@example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
             &issuer=Portico&algorithm=SHA1&digits=6&period=30"
        );
        assert!(enrolment.qr_svg.contains("<svg"), "{}", enrolment.qr_svg);
    }

    #[test]
    fn the_longest_address_fits() {
        let email = format!("{}@{}.example", "ü".repeat(32), "d".repeat(180));
        let picture = Enrolment::new(&[7; SECRET_BYTES], &email, DateTime::UNIX_EPOCH).qr_svg;
        assert!(picture.ends_with("</svg>"));
    }
}

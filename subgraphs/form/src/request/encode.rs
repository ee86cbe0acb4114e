//! Which characters stand for themselves in which part of a request.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// RFC 3986's unreserved characters: all that a value may keep.
const VALUE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Reserved characters that neither end a parameter nor mean a space.
const RESERVED: &AsciiSet = &VALUE
    .remove(b':')
    .remove(b'/')
    .remove(b'?')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b',')
    .remove(b';');

/// What the fixed parts of a path may keep: RFC 3986's `pchar`, and escapes that are there.
const PATH: &AsciiSet = &RESERVED
    .remove(b'&')
    .remove(b'+')
    .remove(b'=')
    .remove(b'%')
    .add(b'?')
    .remove(b'/');

/// A value anywhere in a URL.
pub(super) fn value(text: &str) -> String {
    utf8_percent_encode(text, VALUE).to_string()
}

/// A value that may keep reserved characters, as `allowReserved` asks.
pub(super) fn reserved(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// The fixed part of a path template.
pub(super) fn path(text: &str) -> String {
    utf8_percent_encode(text, PATH).to_string()
}

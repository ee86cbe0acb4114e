//! Where a sign-in ends: at a page of ours, or of an origin that the operator listed, and nowhere
//! else. An address that anybody may choose would lend our name to a stranger's page.

use kit::App;
use url::Url;

use crate::error::AuthError;

const LENGTH_MAX: usize = 2048;
/// Parameters that the end of a sign-in adds. One that is there before would be read in its place.
const RESERVED: [&str; 4] = ["code", "state", "iss", "error"];

/// The page that a sign-in ends at, from what a client asked for.
pub(super) fn resolve(app: &App, origins: &[Url], asked: Option<&str>) -> Result<Url, AuthError> {
    let asked = asked.unwrap_or("/");
    // Browsers read a backslash as a slash and skip control characters.
    let is_odd = |c: char| c == '\\' || c.is_control() || c.is_whitespace();
    if asked.len() > LENGTH_MAX || asked.contains(is_odd) {
        return Err(AuthError::InvalidReturn);
    }
    let own = app.links.page("", &[]);
    let url = match asked.strip_prefix('/') {
        Some(rest) if !rest.starts_with('/') => own.join(asked),
        Some(_) => return Err(AuthError::InvalidReturn),
        None => asked.parse(),
    };
    let mut url = url.map_err(|_| AuthError::InvalidReturn)?;
    let is_ours = url.origin() == own.origin()
        || origins.iter().any(|origin| origin.origin() == url.origin());
    let is_plain = matches!(url.scheme(), "http" | "https")
        && url.username().is_empty()
        && url.password().is_none();
    if !is_ours || !is_plain {
        return Err(AuthError::InvalidReturn);
    }
    let kept = url
        .query_pairs()
        .filter(|(name, _)| !RESERVED.contains(&name.as_ref()))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect::<Vec<_>>();
    url.set_query(None);
    if !kept.is_empty() {
        url.query_pairs_mut().extend_pairs(kept);
    }
    Ok(url)
}

/// The page with these parameters added.
pub(super) fn with(page: &Url, parameters: &[(&str, &str)]) -> Url {
    let mut url = page.clone();
    url.query_pairs_mut().extend_pairs(parameters);
    url
}

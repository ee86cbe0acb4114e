//! People as accounts are made for them.

use kit::scalar::EmailAddress;

use crate::error::AuthError;
use crate::event::DEFAULT_LOCALE;

/// Most characters of a name.
pub(crate) const NAME_MAX: usize = 100;
/// Most characters of a language tag.
const LOCALE_MAX: usize = 16;

/// An e-mail address as accounts are found by it: in lower case. By the letter of RFC 5321 the part
/// before the `@` may tell cases apart; no mail provider does, and people mix them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EmailKey(String);

impl EmailKey {
    /// Reads an address, however it is written.
    pub(crate) fn parse(text: &str) -> Result<Self, AuthError> {
        let address = EmailAddress::parse(text).ok_or(AuthError::InvalidEmail)?;
        Ok(Self(address.as_str().to_lowercase()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Somebody whose name, address and language are fit to be kept.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) email: EmailAddress,
    pub(crate) email_key: EmailKey,
    /// Of the letters to them.
    pub(crate) locale: String,
}

impl Person {
    /// Checks what is said of somebody; without a language, letters are in English.
    pub(crate) fn new(name: &str, email: &str, locale: Option<String>) -> Result<Self, AuthError> {
        let name = name.trim();
        let length = name.chars().count();
        if !(1..=NAME_MAX).contains(&length) || name.chars().any(char::is_control) {
            return Err(AuthError::InvalidName);
        }
        let email = EmailAddress::parse(email).ok_or(AuthError::InvalidEmail)?;
        let locale = locale.unwrap_or_else(|| DEFAULT_LOCALE.to_owned());
        if !is_locale(&locale) {
            return Err(AuthError::InvalidLocale);
        }
        Ok(Self {
            locale,
            name: name.to_owned(),
            email_key: EmailKey::parse(email.as_str())?,
            email,
        })
    }

    /// What somebody who knows them would guess first.
    pub(crate) fn personal_words(&self) -> Vec<String> {
        words_of(&[&self.name, self.email_key.as_str()])
    }
}

/// Words that somebody would guess first who knows these texts.
pub(crate) fn words_of(texts: &[&str]) -> Vec<String> {
    let parts = texts.iter().flat_map(|text| {
        let parts = text.split(|c: char| !c.is_alphanumeric());
        parts.filter(|part| part.len() > 2)
    });
    parts
        .chain(texts.iter().copied())
        .map(str::to_lowercase)
        .collect()
}

/// Whether a text has the form of a language tag (BCP 47) that fits its column.
fn is_locale(text: &str) -> bool {
    let mut parts = text.split(['-', '_']);
    let is_language =
        |part: &str| (2..=3).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphabetic());
    let is_subtag = |part: &str| {
        (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric())
    };
    text.len() <= LOCALE_MAX && parts.next().is_some_and(is_language) && parts.all(is_subtag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_found_however_it_is_written() {
        let key = EmailKey::parse("  Ada.Lovelace@Example.COM ").expect("an address");
        assert_eq!(
            key,
            EmailKey::parse("ada.lovelace@example.com").expect("an address")
        );
        assert!(matches!(
            EmailKey::parse("ada"),
            Err(AuthError::InvalidEmail)
        ));
    }

    #[test]
    fn what_cannot_be_kept_is_refused() {
        assert!(Person::new("Ada", "ada@example.com", None).is_ok());
        for name in ["", "  ", "a\nb", &"n".repeat(101)] {
            let refused = Person::new(name, "ada@example.com", None);
            assert!(matches!(refused, Err(AuthError::InvalidName)), "{name:?}");
        }
        let refused = Person::new("Ada", "ada@", None);
        assert!(matches!(refused, Err(AuthError::InvalidEmail)));
        for locale in [
            "",
            "e",
            "english",
            "en-",
            "id ID",
            "id-ID-x-very-long",
            "en\r\n",
        ] {
            let refused = Person::new("Ada", "ada@example.com", Some(locale.to_owned()));
            assert!(
                matches!(refused, Err(AuthError::InvalidLocale)),
                "{locale:?}"
            );
        }
        assert!(is_locale("id") && is_locale("id-ID") && is_locale("zh_Hant_TW"));
    }

    #[test]
    fn a_guesser_knows_the_name_and_the_address() {
        let user = Person::new("Ada M. Lovelace", "countess@Example.com", None).expect("fine");
        let words = user.personal_words();
        for word in [
            "ada",
            "lovelace",
            "countess",
            "example",
            "countess@example.com",
        ] {
            assert!(words.iter().any(|known| known == word), "{word}");
        }
    }
}

//! What tests do with letters, and what the letters say.

use kit::mail::{Language, Mail};
use serde_json::{Value, json};

use super::{Fixture, PASSWORD};
use crate::letters::{Subject, Way};
use crate::{AuthConfig, EmailVerification};

pub(super) const REGISTER: &str = "mutation ($input: RegisterInput!) {
    register(input: $input) { email verificationRequired user { id } }
}";
pub(super) const VERIFY: &str = "mutation ($input: VerifyEmailInput!) {
    verifyEmail(input: $input) { user { id } }
}";
pub(super) const RESET: &str = "mutation ($input: ResetPasswordInput!) {
    resetPassword(input: $input) { user { id } }
}";
pub(super) const LOGIN_RESULT: &str = "mutation ($input: LoginInput!) {
    login(input: $input) {
        __typename
        ... on LoginSuccess { accessToken refreshToken }
        ... on EmailUnverified { email }
    }
}";
pub(super) const INVALID_PROOF: &str =
    "BAD_USER_INPUT: this link or code is unknown, used or too old; ask for a new one";

/// The settings of an operator who has changed nothing.
pub(super) fn required() -> AuthConfig {
    AuthConfig {
        email_verification: EmailVerification::Required,
        ..AuthConfig::default()
    }
}

/// The token of a letter's link.
pub(super) fn token(mail: &Mail) -> String {
    let link = mail.links.first().expect("the letter has a link");
    let (_, query) = link.split_once("?token=").expect("the link has a token");
    query.split('&').next().expect("a text").to_owned()
}

/// The code of a letter.
pub(super) fn code(mail: &Mail) -> String {
    mail.codes.first().expect("the letter has a code").clone()
}

/// Another code than that of a letter.
pub(super) fn other_code(mail: &Mail, step: u32) -> String {
    let code: u32 = code(mail).parse().expect("six digits");
    format!("{:06}", (code + 1 + step) % 1_000_000)
}

impl Fixture {
    pub(super) async fn input(&self, query: &str, input: Value) -> Value {
        self.run(None, query, json!({ "input": input })).await
    }

    /// Asks for an account with [`PASSWORD`].
    pub(super) async fn ask(&self, email: &str) -> Value {
        let input = json!({ "name": "Ada", "email": email, "password": PASSWORD });
        self.input(REGISTER, input).await
    }

    /// The letters to somebody, oldest first.
    pub(super) async fn letters_to(&self, email: &str) -> Vec<Mail> {
        let mut letters = self.test.letters().await;
        letters.retain(|mail| mail.to == email);
        letters
    }

    pub(super) async fn last_letter(&self, email: &str) -> Mail {
        let mut letters = self.letters_to(email).await;
        letters.pop().expect("there is a letter")
    }

    pub(super) async fn subjects(&self, email: &str) -> Vec<String> {
        let letters = self.letters_to(email).await;
        letters.into_iter().map(|mail| mail.subject).collect()
    }

    /// Where signing in leads, by the name of its type, or the refusal.
    pub(super) async fn entering(&self, email: &str, password: &str) -> String {
        let input = json!({ "email": email, "password": password });
        let answer = self.input(LOGIN_RESULT, input).await;
        let name = answer["login"]["__typename"].as_str();
        let name = name.or(answer.as_str());
        name.unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    pub(super) async fn request_reset(&self, email: &str) -> Value {
        let query = "mutation ($input: RequestPasswordResetInput!) {
            requestPasswordReset(input: $input) { email }
        }";
        self.input(query, json!({ "email": email })).await
    }

    pub(super) async fn resend(&self, email: &str) -> Value {
        let query = "mutation ($input: ResendVerificationInput!) {
            resendVerification(input: $input) { email }
        }";
        self.input(query, json!({ "email": email })).await
    }
}

#[test]
fn every_letter_reads_well_in_every_language() {
    const ASKING: [Subject; 6] = [
        Subject::RegisteredAgain,
        Subject::Created,
        Subject::VerifyEmail,
        Subject::Known,
        Subject::ResetPassword,
        Subject::ConfirmEmail,
    ];
    const TELLING: [Subject; 5] = [
        Subject::AccountDeleted,
        Subject::PasswordChanged,
        Subject::EmailTaken,
        Subject::EmailChangeAsked,
        Subject::EmailChanged,
    ];
    let way = Way {
        link: "https://portico.example/auth/page?token=ptt_1&lang=en",
        code: "123456",
    };
    for language in [Language::English, Language::Indonesian] {
        let asking = ASKING.map(|subject| (subject, subject.asking(language, &way)));
        let telling = TELLING.map(|subject| (subject, subject.telling(language)));
        for (subject, letter) in asking.into_iter().chain(telling) {
            let mail = letter.to("ada@example.com");
            let name = format!("{subject:?}_{}", language.tag()).to_lowercase();
            insta::assert_snapshot!(format!("{name}_text"), shown(&mail.subject, &mail.text));
            insta::assert_snapshot!(format!("{name}_html"), shown(&mail.subject, &mail.html));
        }
    }
}

fn shown(subject: &str, body: &str) -> String {
    format!("Subject: {subject}\n\n{body}")
}

//! Letters about the ways into an account: whoever did not do it should hear of it.

use kit::mail::{Language, Letter, queue};
use kit::{App, Conn};

use super::provider::Provider;
use crate::error::AuthError;
use crate::store::account::Account;

/// What happened.
#[derive(Debug, Clone, Copy)]
pub(super) enum News {
    /// A provider opens the account from now on.
    Linked,
    /// The same, and what was set before the address was confirmed is gone.
    Claimed,
    /// A provider does not open the account any more.
    Unlinked,
}

/// Queues the letter to the account's user.
pub(super) async fn send(
    app: &App,
    conn: &mut Conn,
    account: &Account,
    provider: &Provider,
    news: News,
) -> Result<(), AuthError> {
    send_named(app, conn, account, &provider.display_name, news).await
}

/// The same for a provider of which only the name is left.
pub(super) async fn send_named(
    app: &App,
    conn: &mut Conn,
    account: &Account,
    provider: &str,
    news: News,
) -> Result<(), AuthError> {
    let letter = match Language::of(&account.locale) {
        Language::English => english(provider, news),
        Language::Indonesian => indonesian(provider, news),
    };
    queue(conn, app, &letter.to(&account.email)).await?;
    Ok(())
}

fn english(provider: &str, news: News) -> Letter {
    let begin = |subject: String| Letter::new(Language::English, subject);
    match news {
        News::Linked => begin(format!("{provider} now opens your account"))
            .paragraph(format!(
                "You can now sign in to your Portico account with {provider}."
            ))
            .paragraph(
                "If this was not you, sign in, remove it from your account, and change your password.",
            ),
        News::Claimed => begin(format!("{provider} now opens your account"))
            .paragraph(format!(
                "You can now sign in to your Portico account with {provider}, which has confirmed \
                 that this e-mail address is yours."
            ))
            .paragraph(
                "The account had been registered before without a confirmation. The password that \
                 was chosen then, and everybody who was signed in with it, have been removed.",
            ),
        News::Unlinked => begin(format!("{provider} no longer opens your account"))
            .paragraph(format!(
                "{provider} has been removed from your Portico account and can no longer be used to sign in."
            ))
            .paragraph("If this was not you, sign in and change your password."),
    }
}

fn indonesian(provider: &str, news: News) -> Letter {
    let begin = |subject: String| Letter::new(Language::Indonesian, subject);
    match news {
        News::Linked => begin(format!("{provider} kini dapat membuka akun Anda"))
            .paragraph(format!(
                "Anda sekarang dapat masuk ke akun Portico Anda dengan {provider}."
            ))
            .paragraph(
                "Jika bukan Anda yang melakukannya, masuklah, hapus tautan itu dari akun Anda, dan \
                 ubah kata sandi Anda.",
            ),
        News::Claimed => begin(format!("{provider} kini dapat membuka akun Anda"))
            .paragraph(format!(
                "Anda sekarang dapat masuk ke akun Portico Anda dengan {provider}, yang telah \
                 memastikan bahwa alamat email ini milik Anda."
            ))
            .paragraph(
                "Akun ini sebelumnya didaftarkan tanpa konfirmasi. Kata sandi yang dibuat saat itu \
                 telah dihapus, dan semua sesi yang memakainya telah diakhiri.",
            ),
        News::Unlinked => begin(format!("{provider} tidak lagi dapat membuka akun Anda"))
            .paragraph(format!(
                "{provider} telah dihapus dari akun Portico Anda dan tidak dapat lagi dipakai untuk masuk."
            ))
            .paragraph("Jika bukan Anda yang melakukannya, masuklah dan ubah kata sandi Anda."),
    }
}

//! The letter of an invitation. It names the tenant by its slug alone: a name is any text, and would
//! let people send theirs in our letters.

use kit::mail::{self, Language, Letter};
use kit::{App, Conn};
use url::Url;

use super::token::Token;
use crate::config::TenantConfig;
use crate::error::TenantError;
use crate::store::{Invitation, tenants};

/// Queues the letter, in the caller's transaction.
pub(super) async fn send(
    app: &App,
    conn: &mut Conn,
    config: &TenantConfig,
    invitation: &Invitation,
    token: &Token,
) -> Result<(), TenantError> {
    let tenant = tenants::find(conn, invitation.tenant_id).await?;
    let language = Language::of(&invitation.locale);
    let link = link(app, config, token, language);
    let letter = write(language, &tenant.slug, link.as_str());
    mail::queue(conn, app, &letter.to(&invitation.email)).await?;
    Ok(())
}

/// Where an invitation is accepted: on a page of ours, or on one that the operator has put in its
/// place.
fn link(app: &App, config: &TenantConfig, token: &Token, language: Language) -> Url {
    let parameters = [("token", token.as_str()), ("lang", language.tag())];
    match &config.links.invitation {
        Some(page) => {
            let mut page = page.clone();
            page.query_pairs_mut().extend_pairs(parameters);
            page
        }
        None => app.links.page("auth/invitation", &parameters),
    }
}

fn write(language: Language, slug: &str, link: &str) -> Letter {
    match language {
        Language::English => Letter::new(language, format!("You are invited to {slug}"))
            .paragraph(format!(
                "A member of {slug} invites you to join it. See what you would be there, and decide:"
            ))
            .action("See the invitation", link)
            .paragraph(
                "You need an account: if you have none, register first, then open the link again.",
            )
            .paragraph(
                "The link is good for seven days and for one use, by anybody who has it: keep it to \
                 yourself. If you do not know who invites you, ignore this letter: nothing happens.",
            ),
        Language::Indonesian => Letter::new(language, format!("Anda diundang ke {slug}"))
            .paragraph(format!(
                "Seorang anggota {slug} mengundang Anda untuk bergabung. Lihat peran Anda di sana, lalu \
                 putuskan:"
            ))
            .action("Lihat undangan", link)
            .paragraph(
                "Anda memerlukan akun: jika belum punya, daftarlah terlebih dahulu, lalu buka lagi tautan \
                 ini.",
            )
            .paragraph(
                "Tautan berlaku selama tujuh hari dan hanya untuk sekali pakai, oleh siapa pun yang \
                 memilikinya: jangan bagikan. Jika Anda tidak mengenal pengundangnya, abaikan surat ini: \
                 tidak akan terjadi apa-apa.",
            ),
    }
}

//! What the user is told by mail of their second factor: somebody else may have been at it.

use kit::mail::{Language, Letter, queue};
use kit::{App, Conn};

use crate::error::AuthError;
use crate::store::account::Account;

/// What happened.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Notice {
    TurnedOn,
    TurnedOff,
    /// And so many are left.
    RecoveryCodeUsed(i64),
}

impl Notice {
    /// Queues the letter, in the transaction of what it is about.
    pub(crate) async fn queue(
        self,
        app: &App,
        conn: &mut Conn,
        account: &Account,
    ) -> Result<(), AuthError> {
        let letter = self.letter(Language::of(&account.locale));
        queue(conn, app, &letter.to(&account.email)).await?;
        Ok(())
    }

    fn letter(self, language: Language) -> Letter {
        match language {
            Language::English => self.english(),
            Language::Indonesian => self.indonesian(),
        }
    }

    fn english(self) -> Letter {
        const WARNING: &str = "If this was not you, somebody else has access to your account: \
             change your password and end all sessions.";
        let letter = |subject: &str| Letter::new(Language::English, subject);
        match self {
            Self::TurnedOn => letter("Two-step sign-in is on")
                .paragraph(
                    "From now on, signing in to your account takes a code of your \
                     authenticator app besides the first step.",
                )
                .paragraph("Keep your recovery codes where you find them without your phone."),
            Self::TurnedOff => letter("Two-step sign-in is off").paragraph(
                "Signing in to your account no longer takes a code of your authenticator app.",
            ),
            Self::RecoveryCodeUsed(left) => letter("A recovery code was used").paragraph(format!(
                "One of your recovery codes was used on your account. It is good for nothing \
                 now, and {left} of the set are left. You can make a new set at any time."
            )),
        }
        .paragraph(WARNING)
    }

    fn indonesian(self) -> Letter {
        const WARNING: &str = "Jika ini bukan Anda, berarti orang lain memiliki akses ke akun Anda: \
             segera ganti kata sandi dan akhiri semua sesi.";
        let letter = |subject: &str| Letter::new(Language::Indonesian, subject);
        match self {
            Self::TurnedOn => letter("Verifikasi dua langkah telah aktif")
                .paragraph(
                    "Mulai sekarang, untuk masuk ke akun Anda diperlukan kode dari aplikasi \
                     autentikator selain langkah pertama.",
                )
                .paragraph(
                    "Simpan kode pemulihan Anda di tempat yang dapat dijangkau tanpa ponsel.",
                ),
            Self::TurnedOff => letter("Verifikasi dua langkah telah dinonaktifkan").paragraph(
                "Untuk masuk ke akun Anda tidak lagi diperlukan kode dari aplikasi autentikator.",
            ),
            Self::RecoveryCodeUsed(left) => {
                letter("Kode pemulihan telah digunakan").paragraph(format!(
                    "Salah satu kode pemulihan akun Anda baru saja digunakan dan tidak berlaku \
                     lagi. Sisa kode pemulihan: {left}. Anda dapat membuat kode baru kapan saja."
                ))
            }
        }
        .paragraph(WARNING)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_letter_exists_in_both_languages() {
        for notice in [
            Notice::TurnedOn,
            Notice::TurnedOff,
            Notice::RecoveryCodeUsed(3),
        ] {
            let [english, indonesian] = [Language::English, Language::Indonesian]
                .map(|language| notice.letter(language).to("ada@example.com"));
            assert_ne!(english.subject, indonesian.subject);
            for text in [english.text, indonesian.text] {
                let counts = matches!(notice, Notice::RecoveryCodeUsed(_));
                assert_eq!(text.contains('3'), counts, "{text}");
            }
        }
    }
}

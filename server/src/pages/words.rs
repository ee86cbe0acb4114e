//! What the pages say, in the languages of our letters.

use kit::mail::Language;

use super::deed::{Deed, Outcome};

/// The words of one page.
pub(super) struct Words {
    pub(super) title: &'static str,
    pub(super) text: &'static str,
    pub(super) button: &'static str,
    /// What it says afterwards.
    pub(super) done: &'static str,
}

pub(super) fn of(language: Language, deed: Deed) -> Words {
    match language {
        Language::English => english(deed),
        Language::Indonesian => indonesian(deed),
    }
}

fn english(deed: Deed) -> Words {
    match deed {
        Deed::VerifyEmail => Words {
            title: "Confirm your e-mail address",
            text: "One more click, and your account is ready.",
            button: "Confirm the address",
            done: "Thank you, the address is confirmed. You can sign in now.",
        },
        Deed::ResetPassword => Words {
            title: "Choose a new password",
            text: "At least 8 characters that are hard to guess; several uncommon words do well. You will be \
                   signed out everywhere.",
            button: "Save the password",
            done: "The password is saved. You can sign in with it now.",
        },
        Deed::ConfirmEmail => Words {
            title: "Confirm your new e-mail address",
            text: "From then on you sign in with this address.",
            button: "Confirm the address",
            done: "Thank you, your account has the new address now.",
        },
    }
}

fn indonesian(deed: Deed) -> Words {
    match deed {
        Deed::VerifyEmail => Words {
            title: "Konfirmasikan alamat email Anda",
            text: "Satu klik lagi, dan akun Anda siap dipakai.",
            button: "Konfirmasikan alamat",
            done: "Terima kasih, alamat Anda telah dikonfirmasi. Sekarang Anda dapat masuk.",
        },
        Deed::ResetPassword => Words {
            title: "Buat kata sandi baru",
            text: "Paling sedikit 8 karakter yang sulit ditebak; beberapa kata yang tidak umum sudah cukup. Anda \
                   akan keluar dari semua perangkat.",
            button: "Simpan kata sandi",
            done: "Kata sandi telah disimpan. Sekarang Anda dapat masuk dengan kata sandi itu.",
        },
        Deed::ConfirmEmail => Words {
            title: "Konfirmasikan alamat email baru Anda",
            text: "Setelah itu Anda masuk dengan alamat ini.",
            button: "Konfirmasikan alamat",
            done: "Terima kasih, akun Anda sekarang memakai alamat yang baru.",
        },
    }
}

pub(super) fn new_password(language: Language) -> &'static str {
    match language {
        Language::English => "New password",
        Language::Indonesian => "Kata sandi baru",
    }
}

/// Why a password was refused. The advice itself is in English.
pub(super) fn bad_password(language: Language, said: &str) -> String {
    match language {
        Language::English => format!("Not saved: {said}."),
        Language::Indonesian => {
            format!(
                "Kata sandi ini terlalu pendek, terlalu panjang, atau terlalu mudah ditebak ({said})."
            )
        }
    }
}

pub(super) fn refusal(language: Language, outcome: &Outcome) -> (&'static str, &'static str) {
    match (language, outcome) {
        (Language::English, Outcome::Taken) => (
            "The address is taken",
            "Another account has got this address meanwhile. Nothing was changed.",
        ),
        (Language::English, Outcome::TooMany) => (
            "Too many attempts",
            "Wait a few minutes, then follow the link again.",
        ),
        (Language::English, Outcome::Failed) => (
            "That did not work",
            "Something is wrong on our side. Your link stays good: try again in a few minutes.",
        ),
        (Language::English, _) => (
            "This link is not good any more",
            "It was used before, or it is too old, or there is a newer one in your inbox. If what it was for \
             is not done, ask for a new letter.",
        ),
        (Language::Indonesian, Outcome::Taken) => (
            "Alamat sudah dipakai",
            "Akun lain telah memakai alamat ini. Tidak ada yang diubah.",
        ),
        (Language::Indonesian, Outcome::TooMany) => (
            "Terlalu banyak percobaan",
            "Tunggu beberapa menit, lalu buka tautan itu lagi.",
        ),
        (Language::Indonesian, Outcome::Failed) => (
            "Tidak berhasil",
            "Terjadi kesalahan di pihak kami. Tautan Anda tetap berlaku: coba lagi beberapa menit lagi.",
        ),
        (Language::Indonesian, _) => (
            "Tautan ini tidak berlaku lagi",
            "Tautan sudah dipakai, sudah terlalu lama, atau ada yang lebih baru di kotak masuk Anda. Jika \
             tujuannya belum tercapai, mintalah surat baru.",
        ),
    }
}

pub(super) fn nothing_here(language: Language) -> (&'static str, &'static str) {
    match language {
        Language::English => ("There is nothing here", "Check the link in the letter."),
        Language::Indonesian => (
            "Tidak ada apa-apa di sini",
            "Periksa kembali tautan di surat Anda.",
        ),
    }
}

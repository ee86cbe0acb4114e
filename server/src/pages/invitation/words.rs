//! What the page of an invitation says, in the languages of our letters.

use kit::mail::Language;

use super::steps::{Offer, Step};

/// The words of the form.
pub(super) struct Words {
    pub(super) title: &'static str,
    pub(super) how: &'static str,
    pub(super) email: &'static str,
    pub(super) password: &'static str,
    pub(super) code: &'static str,
    pub(super) button: &'static str,
}

pub(super) fn of(language: Language) -> Words {
    match language {
        Language::English => Words {
            title: "You are invited",
            how: "Sign in with your account to accept; it may have another address than the letter. If \
                  you have none yet, register first, then open the link of the letter again. Do not \
                  accept if you do not know who invites you.",
            email: "E-mail address of your account",
            password: "Password",
            code: "One-time code, if your account asks for one",
            button: "Sign in and join",
        },
        Language::Indonesian => Words {
            title: "Anda diundang",
            how: "Masuklah dengan akun Anda untuk menerima; alamatnya boleh berbeda dari alamat surat ini. \
                  Jika belum punya akun, daftarlah terlebih dahulu, lalu buka lagi tautan di surat. \
                  Jangan menerima jika Anda tidak mengenal pengundangnya.",
            email: "Alamat email akun Anda",
            password: "Kata sandi",
            code: "Kode sekali pakai, jika akun Anda memintanya",
            button: "Masuk dan bergabung",
        },
    }
}

pub(super) fn offered(language: Language, offer: &Offer) -> String {
    let Offer { name, slug, .. } = offer;
    let roles = offer.roles.join(", ");
    match language {
        Language::English => format!("You can join {name} ({slug}) as: {roles}."),
        Language::Indonesian => {
            format!("Anda dapat bergabung dengan {name} ({slug}) sebagai: {roles}.")
        }
    }
}

pub(super) fn done(language: Language, offer: &Offer) -> (&'static str, String) {
    let slug = &offer.slug;
    match language {
        Language::English => (
            "Welcome",
            format!(
                "You are a member of {slug} now. Sign in to the application, and choose {slug} there."
            ),
        ),
        Language::Indonesian => (
            "Selamat datang",
            format!(
                "Anda sekarang anggota {slug}. Masuklah ke aplikasi, lalu pilih {slug} di sana."
            ),
        ),
    }
}

/// What is said above the form, if trying again may help.
pub(super) fn wrong(language: Language, step: &Step) -> Option<&'static str> {
    let (english, indonesian) = match step {
        Step::WrongPassword => (
            "This address and this password do not belong together.",
            "Alamat dan kata sandi ini tidak cocok.",
        ),
        Step::NoCode => (
            "Your account has a second factor: type the password again, and the code that your app shows \
             now or a recovery code.",
            "Akun Anda memakai faktor kedua: ketikkan lagi kata sandinya, serta kode yang ditampilkan \
             aplikasi Anda sekarang atau kode pemulihan.",
        ),
        Step::WrongCode => (
            "This code is not right. Each code is good for one use.",
            "Kode ini tidak benar. Setiap kode hanya untuk sekali pakai.",
        ),
        Step::Unverified => (
            "The address of your account is not confirmed yet: follow the link of that letter first.",
            "Alamat akun Anda belum dikonfirmasi: buka dahulu tautan di surat konfirmasi.",
        ),
        Step::MemberAlready => (
            "This account is a member already. The invitation stays good for another one.",
            "Akun ini sudah menjadi anggota. Undangan tetap berlaku untuk akun lain.",
        ),
        Step::Full => (
            "There is no room for another member at the moment. The invitation stays good.",
            "Saat ini tidak ada tempat untuk anggota baru. Undangan tetap berlaku.",
        ),
        Step::BadLink | Step::TooMany | Step::Failed => return None,
    };
    Some(match language {
        Language::English => english,
        Language::Indonesian => indonesian,
    })
}

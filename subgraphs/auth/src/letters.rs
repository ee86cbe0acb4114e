//! What the letters of this subgraph say, in every language. None has the name of its reader in it:
//! whoever registers somebody else's address would have us send them any text.

use kit::mail::{Language, Letter};

/// What a letter is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// To prove the address of a new account.
    VerifyEmail,
    /// An address was registered more than once before anybody has proven it.
    RegisteredAgain,
    /// Somebody registers an address that has an account.
    Known,
    /// Somebody made an account for its reader, who has to choose a password.
    Created,
    /// The account of its reader is gone.
    AccountDeleted,
    /// To choose a new password.
    ResetPassword,
    /// The password was changed.
    PasswordChanged,
    /// To prove the address that an account is to have.
    ConfirmEmail,
    /// The address that an account is to have has an account already.
    EmailTaken,
    /// To the old address: somebody wants another.
    EmailChangeAsked,
    /// To the old address: the account has another.
    EmailChanged,
}

/// A link and a code that do the same.
pub(crate) struct Way<'a> {
    pub(crate) link: &'a str,
    pub(crate) code: &'a str,
}

/// How a letter with a link goes on.
struct Asking<'a> {
    subject: &'a str,
    opening: &'a str,
    button: &'a str,
    code: &'a str,
    closing: &'a str,
}

impl Subject {
    /// The letter that asks its reader to follow a link or to type a code.
    pub(crate) fn asking(self, language: Language, way: &Way<'_>) -> Letter {
        let asking = match language {
            Language::English => self.asking_in_english(),
            Language::Indonesian => self.asking_in_indonesian(),
        };
        Letter::new(language, asking.subject)
            .paragraph(asking.opening)
            .action(asking.button, way.link)
            .paragraph(asking.code)
            .code(way.code)
            .paragraph(asking.closing)
    }

    /// The letter that only tells.
    pub(crate) fn telling(self, language: Language) -> Letter {
        let (subject, paragraphs) = match language {
            Language::English => self.telling_in_english(),
            Language::Indonesian => self.telling_in_indonesian(),
        };
        let letter = Letter::new(language, subject);
        paragraphs.into_iter().fold(letter, Letter::paragraph)
    }

    fn asking_in_english(self) -> Asking<'static> {
        match self {
            Self::Known => Asking {
                subject: "You already have an account",
                opening: "Somebody, probably you, wanted to register an account with this e-mail \
                          address. It has one already: just sign in. If you do not know the password \
                          any more, choose a new one:",
                button: "Choose a new password",
                code: "Or type this code where you are asked for it:",
                closing: "Link and code are good for one hour and for one use. If it was not you, \
                          ignore this letter: nothing has changed.",
            },
            Self::RegisteredAgain => Asking {
                subject: "Confirm your e-mail address and choose a password",
                opening: "Somebody, probably you, has registered this e-mail address more than once. \
                          Confirm that it is yours by choosing the password of the account:",
                button: "Choose a password",
                code: "Or type this code where you are asked for it:",
                closing: "Link and code are good for one day and for one use; earlier letters are not good \
                          any more. If you have not registered, ignore this letter: without it nobody can \
                          use the account.",
            },
            Self::Created => Asking {
                subject: "An account was made for you",
                opening: "Those who run the platform have made an account for you, with this e-mail \
                          address. Choose a password to sign in with:",
                button: "Choose a password",
                code: "Or type this code where you are asked for it:",
                closing: "Link and code are good for seven days and for one use. After that, ask for \
                          another letter with \u{201c}forgotten password\u{201d}. If you do not know \
                          what this is about, ignore this letter: nobody else can use the account.",
            },
            Self::ResetPassword => Asking {
                subject: "Choose a new password",
                opening: "Somebody, probably you, has forgotten the password of the account with this \
                          e-mail address. Choose a new one:",
                button: "Choose a new password",
                code: "Or type this code where you are asked for it:",
                closing: "Link and code are good for one hour and for one use. If it was not you, \
                          ignore this letter: your password stays as it is.",
            },
            Self::ConfirmEmail => Asking {
                subject: "Confirm your new e-mail address",
                opening: "You want to sign in with this e-mail address from now on. Confirm that it is \
                          yours:",
                button: "Confirm the address",
                code: "Or type this code where you are asked for it:",
                closing: "Link and code are good for one hour and for one use. If it was not you, \
                          ignore this letter: nothing happens.",
            },
            _ => Asking {
                subject: "Confirm your e-mail address",
                opening: "Welcome. Confirm that this e-mail address is yours, and you can sign in:",
                button: "Confirm the address",
                code: "Or type this code where you are asked for it:",
                closing: "Link and code are good for one day and for one use. If you have not \
                          registered, ignore this letter: without it nobody can use the account.",
            },
        }
    }

    fn asking_in_indonesian(self) -> Asking<'static> {
        match self {
            Self::Known => Asking {
                subject: "Anda sudah memiliki akun",
                opening: "Seseorang, mungkin Anda sendiri, ingin mendaftarkan akun dengan alamat email \
                          ini. Alamat ini sudah memiliki akun: silakan langsung masuk. Jika Anda lupa \
                          kata sandinya, buatlah yang baru:",
                button: "Buat kata sandi baru",
                code: "Atau ketikkan kode ini saat diminta:",
                closing: "Tautan dan kode berlaku selama satu jam dan hanya untuk sekali pakai. Jika itu \
                          bukan Anda, abaikan surat ini: tidak ada yang berubah.",
            },
            Self::RegisteredAgain => Asking {
                subject: "Konfirmasikan alamat email Anda dan buat kata sandi",
                opening: "Seseorang, mungkin Anda sendiri, telah mendaftarkan alamat email ini lebih dari \
                          sekali. Konfirmasikan bahwa alamat ini milik Anda dengan membuat kata sandi \
                          akun:",
                button: "Buat kata sandi",
                code: "Atau ketikkan kode ini saat diminta:",
                closing: "Tautan dan kode berlaku selama satu hari dan hanya untuk sekali pakai; surat \
                          sebelumnya tidak berlaku lagi. Jika Anda tidak mendaftar, abaikan surat ini: \
                          tanpa surat ini tidak seorang pun dapat memakai akun tersebut.",
            },
            Self::Created => Asking {
                subject: "Sebuah akun telah dibuat untuk Anda",
                opening: "Pengelola platform telah membuat akun untuk Anda dengan alamat email ini. \
                          Buatlah kata sandi untuk masuk:",
                button: "Buat kata sandi",
                code: "Atau ketikkan kode ini saat diminta:",
                closing: "Tautan dan kode berlaku selama tujuh hari dan hanya untuk sekali pakai. \
                          Setelah itu, mintalah surat baru melalui \u{201c}lupa kata sandi\u{201d}. \
                          Jika Anda tidak tahu tentang hal ini, abaikan surat ini: tidak ada orang lain \
                          yang dapat memakai akun tersebut.",
            },
            Self::ResetPassword => Asking {
                subject: "Buat kata sandi baru",
                opening: "Seseorang, mungkin Anda sendiri, lupa kata sandi akun dengan alamat email ini. \
                          Buatlah kata sandi yang baru:",
                button: "Buat kata sandi baru",
                code: "Atau ketikkan kode ini saat diminta:",
                closing: "Tautan dan kode berlaku selama satu jam dan hanya untuk sekali pakai. Jika itu \
                          bukan Anda, abaikan surat ini: kata sandi Anda tetap seperti semula.",
            },
            Self::ConfirmEmail => Asking {
                subject: "Konfirmasikan alamat email baru Anda",
                opening: "Anda ingin masuk dengan alamat email ini mulai sekarang. Konfirmasikan bahwa \
                          alamat ini milik Anda:",
                button: "Konfirmasikan alamat",
                code: "Atau ketikkan kode ini saat diminta:",
                closing: "Tautan dan kode berlaku selama satu jam dan hanya untuk sekali pakai. Jika itu \
                          bukan Anda, abaikan surat ini: tidak akan terjadi apa-apa.",
            },
            _ => Asking {
                subject: "Konfirmasikan alamat email Anda",
                opening: "Selamat datang. Konfirmasikan bahwa alamat email ini milik Anda agar Anda dapat \
                          masuk:",
                button: "Konfirmasikan alamat",
                code: "Atau ketikkan kode ini saat diminta:",
                closing: "Tautan dan kode berlaku selama satu hari dan hanya untuk sekali pakai. Jika Anda \
                          tidak mendaftar, abaikan surat ini: tanpa surat ini tidak seorang pun dapat \
                          memakai akun tersebut.",
            },
        }
    }

    fn telling_in_english(self) -> (&'static str, [&'static str; 2]) {
        match self {
            Self::EmailTaken => (
                "This e-mail address already has an account",
                [
                    "Somebody, probably you, wanted to use this e-mail address for another account. It \
                     already has an account of its own, so nothing was changed.",
                    "If it was not you, ignore this letter.",
                ],
            ),
            Self::EmailChangeAsked => (
                "Your e-mail address is about to change",
                [
                    "Somebody who is signed in to your account, probably you, wants to sign in with \
                     another e-mail address from now on. This one stays until the other is confirmed.",
                    "If it was not you, choose a new password at once: that ends all sessions and stops \
                     the change.",
                ],
            ),
            Self::EmailChanged => (
                "Your e-mail address was changed",
                [
                    "Your account has another e-mail address now. Sign in with that one; this one is no \
                     longer used.",
                    "If it was not you, tell the people who run the platform at once.",
                ],
            ),
            Self::AccountDeleted => (
                "Your account was deleted",
                [
                    "Your account is gone, with all that it kept of you. Nobody can sign in with it any \
                     more, and the e-mail address can be registered again.",
                    "If it was not you, tell the people who run the platform.",
                ],
            ),
            _ => (
                "Your password was changed",
                [
                    "The password of your account was changed. Where you were signed in elsewhere, you \
                     have to sign in again.",
                    "If it was not you, choose a new password at once, with \u{201c}forgotten \
                     password\u{201d}.",
                ],
            ),
        }
    }

    fn telling_in_indonesian(self) -> (&'static str, [&'static str; 2]) {
        match self {
            Self::EmailTaken => (
                "Alamat email ini sudah memiliki akun",
                [
                    "Seseorang, mungkin Anda sendiri, ingin memakai alamat email ini untuk akun lain. \
                     Alamat ini sudah memiliki akun sendiri, jadi tidak ada yang diubah.",
                    "Jika itu bukan Anda, abaikan surat ini.",
                ],
            ),
            Self::EmailChangeAsked => (
                "Alamat email Anda akan diubah",
                [
                    "Seseorang yang sedang masuk ke akun Anda, mungkin Anda sendiri, ingin masuk dengan \
                     alamat email lain mulai sekarang. Alamat ini tetap berlaku sampai alamat yang baru \
                     dikonfirmasikan.",
                    "Jika itu bukan Anda, segera buat kata sandi baru: semua sesi akan berakhir dan \
                     perubahan itu dibatalkan.",
                ],
            ),
            Self::EmailChanged => (
                "Alamat email Anda telah diubah",
                [
                    "Akun Anda sekarang memiliki alamat email lain. Silakan masuk dengan alamat itu; alamat \
                     ini tidak dipakai lagi.",
                    "Jika itu bukan Anda, segera beri tahu pengelola platform.",
                ],
            ),
            Self::AccountDeleted => (
                "Akun Anda telah dihapus",
                [
                    "Akun Anda sudah tidak ada, beserta semua data Anda di dalamnya. Tidak ada lagi yang \
                     dapat masuk dengan akun itu, dan alamat email ini dapat didaftarkan kembali.",
                    "Jika itu bukan Anda, beri tahu pengelola platform.",
                ],
            ),
            _ => (
                "Kata sandi Anda telah diubah",
                [
                    "Kata sandi akun Anda telah diubah. Di perangkat lain tempat Anda masuk, Anda harus \
                     masuk kembali.",
                    "Jika itu bukan Anda, segera buat kata sandi baru melalui \u{201c}lupa kata \
                     sandi\u{201d}.",
                ],
            ),
        }
    }
}

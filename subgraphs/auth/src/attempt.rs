//! The names of what is on record: what was attempted, and why it was refused.

use async_graphql::Enum;

/// An enum whose variants are kept as texts.
macro_rules! kept {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal,)* }) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
        $(#[$meta])*
        pub(crate) enum $name { $($(#[$doc])* $variant,)* }

        impl $name {
            pub(crate) fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// Reads what is kept; none for what an older or newer version wrote.
            pub(crate) fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

kept! {
    /// What was attempted.
    #[graphql(name = "AuthAction")]
    Action {
        /// An account was to be made.
        Register = "register",
        /// Somebody signed in by password.
        Login = "login",
        /// A refresh token was to be spent.
        Refresh = "refresh",
        /// A session was ended by its user.
        Logout = "logout",
        /// All sessions of a user were ended.
        LogoutEverywhere = "logout_everywhere",
        /// A session was given a name.
        RenameSession = "rename_session",
        /// A session was ended from another one.
        RevokeSession = "revoke_session",
        /// A token was revoked by whoever holds it.
        RevokeToken = "revoke_token",
        /// A session changed to another tenant.
        SwitchTenant = "switch_tenant",
        /// A password was right, and a code was asked for.
        TwoFactorChallenge = "two_factor_challenge",
        /// A second factor was to be set up.
        SetUpTwoFactor = "set_up_two_factor",
        /// A second factor was to be turned on.
        ConfirmTwoFactor = "confirm_two_factor",
        /// A code was given to sign in.
        CompleteTwoFactor = "complete_two_factor",
        /// A second factor was to be turned off.
        DisableTwoFactor = "disable_two_factor",
        /// Recovery codes were to be replaced.
        RegenerateRecoveryCodes = "regenerate_recovery_codes",
        /// A recovery code was used up.
        UseRecoveryCode = "use_recovery_code",
        /// Somebody signed in proved anew who they are.
        Reauthenticate = "reauthenticate",
        /// An API key was to be made.
        CreateApiKey = "create_api_key",
        /// An API key was to get another name.
        UpdateApiKey = "update_api_key",
        /// An API key was to be revoked.
        RevokeApiKey = "revoke_api_key",
        /// A program presented an API key.
        UseApiKey = "use_api_key",
        /// Somebody signed in through another provider.
        OauthLogin = "oauth_login",
        /// Another provider was to open the account.
        LinkIdentity = "link_identity",
        /// Another provider was to open the account no longer.
        UnlinkIdentity = "unlink_identity",
        /// An e-mail address was to be proven.
        VerifyEmail = "verify_email",
        /// Another letter was asked for to prove an e-mail address.
        ResendVerification = "resend_verification",
        /// A letter was asked for to choose a new password.
        RequestPasswordReset = "request_password_reset",
        /// A new password was chosen by what a letter brought.
        ResetPassword = "reset_password",
        /// The password was to be changed.
        ChangePassword = "change_password",
        /// A letter was asked for to change the e-mail address.
        RequestEmailChange = "request_email_change",
        /// The e-mail address was to be changed.
        ChangeEmail = "change_email",
        /// An administrator of the platform made an account for somebody.
        CreateUser = "create_user",
        /// An administrator of the platform closed an account.
        DeactivateUser = "deactivate_user",
        /// An administrator of the platform opened an account again.
        ReactivateUser = "reactivate_user",
        /// An account was to be deleted.
        DeleteUser = "delete_user",
        /// A user asked for all that is kept of them.
        ExportData = "export_data",
    }
}

kept! {
    /// Why something was refused.
    #[graphql(name = "AuthFailure")]
    Failure {
        /// Another account has the address.
        EmailTaken = "email_taken",
        /// There were too many failed attempts before.
        Locked = "locked",
        /// No account has the address.
        UnknownAccount = "unknown_account",
        /// The password was wrong.
        WrongPassword = "wrong_password",
        /// The token is none of ours.
        UnknownToken = "unknown_token",
        /// The token was too old.
        ExpiredToken = "expired_token",
        /// The token had been spent before; its session was ended.
        ReplayedToken = "replayed_token",
        /// The session had ended.
        SessionEnded = "session_ended",
        /// The user does not belong to the tenant.
        NoMember = "no_member",
        /// Whoever asked may not do this.
        Denied = "denied",
        /// The code was wrong, or had been used.
        WrongCode = "wrong_code",
        /// The recovery code was wrong, or had been used.
        WrongRecoveryCode = "wrong_recovery_code",
        /// The password or the code was wrong.
        WrongProof = "wrong_proof",
        /// The sign-in had been finished, given up or forgotten.
        SpentChallenge = "spent_challenge",
        /// It did not fit the state of the account.
        NotApplicable = "not_applicable",
        /// The API key is none of ours, or of somebody else.
        UnknownKey = "unknown_key",
        /// The API key had been revoked.
        RevokedKey = "revoked_key",
        /// The API key was too old.
        ExpiredKey = "expired_key",
        /// There are as many as there may be.
        QuotaExceeded = "quota_exceeded",
        /// The provider did not confirm who it was.
        Provider = "provider",
        /// Nobody had found the e-mail address to be the user's.
        UnverifiedAddress = "unverified_address",
        /// Another account is linked to it.
        IdentityTaken = "identity_taken",
        /// The account is deactivated.
        Deactivated = "deactivated",
        /// The e-mail address had to be proven first.
        UnverifiedEmail = "unverified_email",
        /// The link or the code was wrong, used or too old.
        InvalidProof = "invalid_proof",
    }
}

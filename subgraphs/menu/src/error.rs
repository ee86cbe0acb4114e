//! What an operation of this subgraph can refuse.

use kit::{Code, Coded};

/// Everything that is refused here; storage fails as kit's `StorageError`.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MenuError {
    /// Only one's own.
    #[error("a menu is shown to the user themselves only")]
    NotYourself,
}

impl Coded for MenuError {
    fn code(&self) -> Code {
        match self {
            Self::NotYourself => Code::Forbidden,
        }
    }
}

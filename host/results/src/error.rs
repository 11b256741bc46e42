//! Why results could not be read or written.

use docmill::error::Action;
use docmill::store::{IoCause, StoreError};

/// Why results could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ResultsError {
    /// A file is no file of results, or says what cannot be.
    #[error("`{}` is damaged: {reason}", .file.escape_debug())]
    Damaged {
        /// Its name within the folder.
        file: String,
        /// What is wrong with it; a lower-case fragment.
        reason: String,
    },
    /// A file was written by a later docmill.
    #[error("`{}` was written by a later docmill", .file.escape_debug())]
    Later {
        /// Its name within the folder.
        file: String,
    },
    /// The folder could not be read or written.
    #[error("the results could not be {action}")]
    Io {
        /// What was tried: `read` or `written`.
        action: &'static str,
        /// Why.
        #[source]
        cause: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The store said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ResultsError {
    pub(crate) fn damaged(file: &str, reason: impl ToString) -> ResultsError {
        ResultsError::Damaged { file: file.to_owned(), reason: reason.to_string() }
    }

    pub(crate) fn reading(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        ResultsError::Io { action: "read", cause: cause.into() }
    }

    pub(crate) fn writing(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        ResultsError::Io { action: "written", cause: cause.into() }
    }
}

impl From<ResultsError> for StoreError {
    fn from(error: ResultsError) -> StoreError {
        match error {
            ResultsError::Store(error) => error,
            ResultsError::Io { action: "written", cause } => {
                StoreError::Io { action: Action::Written, cause: IoCause::Database(cause) }
            }
            error => {
                StoreError::Io { action: Action::Read, cause: IoCause::Database(Box::new(error)) }
            }
        }
    }
}

//! What an HTTP answer says when there is no receipt to give.

use core::fmt;
use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::bundle::{HeaderError, OpenError};
use crate::signed::{BadSignature, SignedError};

/// The body of an answer that is not a success, as JSON `{"code": .., "message": ..}`.
///
/// Neither field ever holds anything a person typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// A stable name in kebab case, for programs.
    pub code: Cow<'static, str>,
    /// One English sentence with the next step, for developers.
    pub message: Cow<'static, str>,
}

impl Problem {
    /// A problem whose message is `reason` as it prints.
    #[must_use]
    pub fn new(code: &'static str, reason: &impl fmt::Display) -> Self {
        Self {
            code: code.into(),
            message: reason.to_string().into(),
        }
    }
}

macro_rules! problem_of {
    ($($error:ty),*) => {$(
        impl From<$error> for Problem {
            fn from(error: $error) -> Self {
                Self::new(error.code(), &error)
            }
        }
    )*};
}
problem_of!(HeaderError, OpenError, BadSignature, SignedError);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_is_a_code_and_a_sentence_in_json() {
        let json = serde_json::to_string(&Problem::from(HeaderError::NoSuchVersion)).unwrap();
        let wanted = r#"{"code":"no-such-version","message":"bundle version 0 does not exist"}"#;
        assert_eq!(json, wanted);
        let back: Problem = serde_json::from_str(&json).unwrap();
        assert_eq!(back, HeaderError::NoSuchVersion.into());
    }
}

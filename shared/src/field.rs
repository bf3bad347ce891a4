//! What people type about people, cleaned and checked once, at the edge.
//!
//! A value of these types is well-formed: it was cleaned the same way on every phone and on the
//! server, so equal values are equal bytes. An *error* means that the text cannot be the thing;
//! a *warning* ([`NumberWarning`]) means that it can, but deserves a second look. Each error
//! carries a stable code for the screens' catalogues and never the text that was typed.
//!
//! The modules know no document, no stage and no unit, and `Debug` shows nobody's name or
//! number.

pub mod card_text;
pub mod date;
pub mod fold;
pub mod name;
mod normal;
pub mod number;
pub mod phone;
pub mod text;

use serde::{Deserialize, Serialize};

pub use card_text::CardText;
pub use date::PartialDate;
pub use name::PersonName;
pub use number::{NumberWarning, PersonalNumber};
pub use phone::Phone;
pub use text::TextField;

/// Sex as identity cards print it and personal numbers encode it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Sex {
    /// Nam.
    Male,
    /// Nữ.
    Female,
}

impl Sex {
    /// Both, in the order of their codes.
    pub const ALL: [Self; 2] = [Self::Male, Self::Female];

    /// The number stored in documents: 0 male, 1 female, as in a personal number's fourth digit.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The sex with this stored number, if there is one.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }
}

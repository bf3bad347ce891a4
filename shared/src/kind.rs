//! The kinds of documents, and who may read each.

use serde::{Deserialize, Serialize};

use crate::id::{Audience, Companion};

/// What a document is. The numbers stand in the documents themselves; append only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(u8)]
pub enum Kind {
    /// One resident, as the community team sees them.
    Dossier = 0,
    /// A resident's full number and exact birth date.
    Identity = 1,
    /// A resident's restricted reasons and irregularities.
    Case = 2,
    /// One guidance session.
    Session = 3,
    /// One household.
    Household = 4,
    /// A place where sessions happen: hall, school, company, desk, police post.
    Place = 5,
    /// A campaign: name and period.
    Campaign = 6,
    /// One target: unit, indicator, kind, value.
    Target = 7,
    /// A team and its hamlets.
    Team = 8,
    /// Who works when and where.
    Shift = 9,
    /// A message from above or an obstacle from below.
    Notice = 10,
    /// A list of codes with dates: services, reasons, outcomes.
    Catalogue = 11,
    /// Figures carried without their records: opening figures, erased persons.
    Balance = 12,
}

impl Kind {
    /// Every kind, by number.
    pub const ALL: [Self; 13] = [
        Self::Dossier,
        Self::Identity,
        Self::Case,
        Self::Session,
        Self::Household,
        Self::Place,
        Self::Campaign,
        Self::Target,
        Self::Team,
        Self::Shift,
        Self::Notice,
        Self::Catalogue,
        Self::Balance,
    ];

    /// The kind's number.
    #[must_use]
    pub fn code(self) -> u64 {
        self as u64
    }

    /// The kind with this number, if this build knows it.
    #[must_use]
    pub fn from_code(code: u64) -> Option<Self> {
        Self::ALL.get(usize::try_from(code).ok()?).copied()
    }

    /// Who may read documents of this kind.
    #[must_use]
    pub fn audience(self) -> Audience {
        match self {
            Self::Identity | Self::Case => Audience::Police,
            _ => Audience::Team,
        }
    }

    /// The kind of this companion of a dossier.
    #[must_use]
    pub fn of_companion(which: Companion) -> Self {
        match which {
            Companion::Identity => Self::Identity,
            Companion::Case => Self::Case,
        }
    }

    /// Whether documents of this kind are found by deriving their id from a dossier's.
    #[must_use]
    pub fn is_companion(self) -> bool {
        matches!(self, Self::Identity | Self::Case)
    }
}

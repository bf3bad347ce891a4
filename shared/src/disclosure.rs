//! Disclosures: who saw a full personal number, on a phone, whether there was signal or not.
//!
//! A phone writes a disclosure down before it shows, exports or prints the number, and sends it
//! with its next pull requests until an answer says that the server has it. The server writes
//! each down once, in the audit. Disclosures name documents, never the number.

use serde::{Deserialize, Serialize};

use crate::catalogue::coded;
use crate::id::{DocumentId, Incarnation};
use crate::limits::DISCLOSURES_A_PULL_MAX;
use crate::time::UnixSeconds;

coded! {
    /// How a full number left the phone's storage.
    Way {
        /// It stood on the screen.
        Viewed = 0, "viewed";
        /// Somebody was looked for by it.
        Searched = 1, "searched";
        /// It went into a file.
        Exported = 2, "exported";
        /// It went onto paper.
        Printed = 3, "printed";
    }
}

/// One full number disclosed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disclosure {
    /// How.
    pub way: Way,
    /// Whose: the dossier; `None` for a search that found nobody.
    pub dossier: Option<DocumentId>,
    /// When, by the phone's clock.
    pub at: UnixSeconds,
}

/// Disclosures of one device on their way up.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Disclosures {
    /// How many came before the first of the list, over all lives of the device.
    pub before: u64,
    /// The oldest the server has not confirmed, at most [`DISCLOSURES_A_PULL_MAX`].
    pub list: Vec<Disclosure>,
}

/// How far the server has written down the disclosures of a device. A life that began from an
/// older storage may give numbers again: what an earlier life was told counts nothing for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct DisclosedUpto {
    /// In which life they were sent.
    pub incarnation: Incarnation,
    /// How many.
    pub count: u64,
}

impl DisclosedUpto {
    /// Nothing yet, in the first life.
    pub const NOTHING: Self = Self {
        incarnation: Incarnation(0),
        count: 0,
    };
}

impl Disclosures {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether they keep to the bound, and their numbers to theirs.
    #[must_use]
    pub fn is_bounded(&self) -> bool {
        self.list.len() <= DISCLOSURES_A_PULL_MAX
            && self.before.checked_add(self.list.len() as u64).is_some()
    }

    /// How far the server is once it has written these down.
    #[must_use]
    pub fn upto(&self, incarnation: Incarnation) -> DisclosedUpto {
        DisclosedUpto {
            incarnation,
            count: self.before.saturating_add(self.list.len() as u64),
        }
    }

    /// Those that are new to a server that is so far.
    pub fn new_after(
        &self,
        known: DisclosedUpto,
        incarnation: Incarnation,
    ) -> impl Iterator<Item = &Disclosure> {
        let known = match known.incarnation.cmp(&incarnation) {
            core::cmp::Ordering::Less => 0,
            core::cmp::Ordering::Equal => known.count,
            // A request from before: a later life sends them again.
            core::cmp::Ordering::Greater => u64::MAX,
        };
        let numbered = (self.before..).zip(&self.list);
        numbered.filter_map(move |(n, disclosure)| (n >= known).then_some(disclosure))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(before: u64, count: usize) -> Disclosures {
        let one = Disclosure {
            way: Way::Viewed,
            dossier: Some(DocumentId([4; 16])),
            at: UnixSeconds(9),
        };
        Disclosures {
            before,
            list: vec![one; count],
        }
    }

    fn upto(life: u32, count: u64) -> DisclosedUpto {
        DisclosedUpto {
            incarnation: Incarnation(life),
            count,
        }
    }

    #[test]
    fn each_is_new_once_in_every_life() {
        let new = |known, life| sent(4, 3).new_after(known, Incarnation(life)).count();
        assert_eq!(new(upto(1, 0), 1), 3);
        assert_eq!(new(upto(1, 5), 1), 2);
        assert_eq!(new(upto(1, 7), 1), 0);
        assert_eq!(new(upto(1, 7), 2), 3);
        assert_eq!(new(upto(2, 0), 1), 0);
        assert_eq!(sent(4, 3).upto(Incarnation(1)), upto(1, 7));
    }

    #[test]
    fn numbers_that_run_over_are_refused() {
        assert!(sent(u64::MAX, 0).is_bounded());
        assert!(!sent(u64::MAX, 1).is_bounded());
        assert!(!sent(0, DISCLOSURES_A_PULL_MAX + 1).is_bounded());
    }
}

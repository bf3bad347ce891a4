//! Loans: single documents that a device may read and write for a short while.
//!
//! Some roles follow no hamlet: a mobile card team works through a day's list, a desk sees one
//! person at a time. What they need is lent to their device, document by document, until a moment.
//! The phone says in every pull which loans it has ([`Lent::mark`]); if they are others by now, or
//! the documents have changed, the answer brings all of them anew, as rows: a loan shows what
//! stands in a document and not how it came to be. A phone forgets what is lent once the moment
//! has passed, by its own clock as the server last corrected it.
//!
//! Who may be lent what is [`crate::permission`]'s.

use serde::{Deserialize, Serialize};

use crate::catalogue::coded;
use crate::hash;
use crate::id::DocumentId;
use crate::row::Row;
use crate::time::UnixSeconds;

coded! {
    /// What documents are lent for.
    Purpose {
        /// The people a mobile card team calls on, or whom a desk at a school or a company waits
        /// for; chosen by a coordinator.
        DayList = 0, "day-list";
        /// The one person who stands at a desk; found by the full number.
        LookUp = 1, "look-up";
    }
}

/// Some documents lent to one device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loan {
    /// Its number among the device's loans.
    pub number: u32,
    /// What for.
    pub purpose: Purpose,
    /// The first moment at which it is over.
    pub until: UnixSeconds,
    /// What the list is called, such as a class or a company, in the words of its import; empty
    /// where it has no name.
    pub title: String,
    /// The dossiers, in the order in which they are to be called on; at most
    /// [`crate::limits::LOAN_DOCUMENTS_MAX`].
    pub dossiers: Vec<DocumentId>,
}

/// Everything that is lent to a device now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lent {
    /// Names this state of the loans; the device sends it with its next pulls. 0 where nothing is
    /// lent.
    pub mark: u64,
    /// The loans that are not over.
    pub loans: Vec<Loan>,
    /// The documents: dossiers, and their companions where the device's role may read them.
    pub documents: Vec<LentDocument>,
}

/// A lent document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LentDocument {
    /// The id it goes on under.
    pub document: DocumentId,
    /// Former ids that lead to it.
    pub joined: Vec<DocumentId>,
    /// Its row: [`Row::to_bytes`].
    #[serde(with = "serde_bytes")]
    pub row: Vec<u8>,
}

impl Lent {
    /// Nothing.
    #[must_use]
    pub fn nothing() -> Self {
        Self::new(Vec::new(), Vec::new())
    }

    /// These loans of these documents, with their mark.
    #[must_use]
    pub fn new(loans: Vec<Loan>, documents: Vec<LentDocument>) -> Self {
        let mark = match loans.is_empty() {
            true => 0,
            false => {
                let content = postcard::to_allocvec(&(&loans, &documents));
                let content = content.expect("loans are plain data");
                // 0 is taken, and 49 bits tell enough states apart in seven bytes of a request.
                1 + (u64::from_le_bytes(hash::derive("sampan/lent", &[&content])) >> 16)
            }
        };
        Self {
            mark,
            loans,
            documents,
        }
    }
}

impl LentDocument {
    /// The row, if the bytes are one.
    #[must_use]
    pub fn row(&self) -> Option<Row> {
        Row::from_bytes(&self.row).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loan(until: i64) -> Loan {
        Loan {
            number: 3,
            purpose: Purpose::DayList,
            until: UnixSeconds(until),
            title: String::new(),
            dossiers: vec![DocumentId([4; 16])],
        }
    }

    fn document(row: &[u8]) -> LentDocument {
        LentDocument {
            document: DocumentId([4; 16]),
            joined: Vec::new(),
            row: row.to_vec(),
        }
    }

    #[test]
    fn the_mark_names_loans_and_what_the_documents_show() {
        let lent = |until, row| Lent::new(vec![loan(until)], vec![document(row)]).mark;
        assert_eq!(Lent::nothing().mark, 0);
        assert_ne!(lent(9, b"a"), 0);
        assert_eq!(lent(9, b"a"), lent(9, b"a"));
        assert_ne!(lent(9, b"a"), lent(10, b"a"));
        assert_ne!(lent(9, b"a"), lent(9, b"b"));
    }
}

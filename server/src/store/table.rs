//! The tables a store keeps records in.

macro_rules! tables {
    ($($(#[$doc:meta])* $name:ident = $code:literal),+ $(,)?) => {
        /// A table of records. What the records mean is known above the store.
        ///
        /// The codes stand in every file: never reuse or renumber one, append new ones.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum Table {
            $($(#[$doc])* $name = $code,)+
        }

        impl Table {
            /// Every table, by ascending code.
            pub const ALL: &[Self] = &[$(Self::$name,)+];
        }
    };
}

tables! {
    /// The server about itself: epoch, incarnations, chain ends.
    Meta = 0,
    /// Enrolled devices.
    Device = 1,
    /// Invitations to enrol.
    Invite = 2,
    /// Console accounts.
    Account = 3,
    /// Units with their dated names and parents.
    Unit = 4,
    /// The folded row of a document.
    Row = 5,
    /// Where a document's entries stand in the streams; written by [`super::Append::index`].
    History = 6,
    /// A re-founded or united document's new id.
    Alias = 7,
    /// Tags of full numbers.
    Tag = 8,
    /// Changes waiting for what they depend on.
    Parked = 9,
    /// Changes waiting for a person's decision.
    Held = 10,
    /// What was answered to a bundle.
    Receipt = 11,
    /// Raw bundles, kept for a while.
    Bundle = 12,
    /// Blocks of document keys.
    Key = 13,
    /// The audit chain.
    Audit = 14,
    /// What is left of a document whose values were dropped.
    Stub = 15,
    /// Bundles being worked on, to recognise one that ends the process.
    Inflight = 16,
    /// Facts of documents that were moved out of the streams.
    Closed = 17,
    /// Short-lived rights to read single documents.
    Loan = 18,
    /// Signed-in console sessions.
    Login = 19,
    /// Campaigns, targets, services and other shared lists.
    Catalogue = 20,
    /// Persons erased, and those who must not be.
    Erasure = 21,
    /// Imports, and how offices' tables were understood.
    Import = 22,
    /// Frozen reports.
    Report = 23,
    /// Dossiers that joined another one, by unit.
    Union = 24,
    /// Small notes that views answer from, written with what they are about.
    Noted = 25,
}

impl Table {
    /// The table's number in files.
    #[must_use]
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The table with this number, if there is one.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_dense_and_lead_back() {
        for (position, table) in Table::ALL.iter().enumerate() {
            assert_eq!(usize::from(table.code()), position);
            assert_eq!(Table::from_code(table.code()), Some(*table));
        }
        assert_eq!(Table::from_code(u8::MAX), None);
    }
}

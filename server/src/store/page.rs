//! Reading a table or a stream page by page.

use core::ops::Bound;

use super::{Table, Versioned, limits};

/// How much one page may hold. A page has at least one entry if there is any, even one larger
/// than `bytes_max`, so that a reader always gets on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ScanLimit {
    /// Entries or records; at most [`limits::PAGE_ENTRIES_MAX`] are given.
    pub entries_max: usize,
    /// Bytes of keys and values together; at most [`limits::PAGE_BYTES_MAX`] are given.
    pub bytes_max: usize,
}

impl ScanLimit {
    /// As much as one page can hold.
    pub const WIDEST: Self = Self {
        entries_max: limits::PAGE_ENTRIES_MAX,
        bytes_max: limits::PAGE_BYTES_MAX,
    };

    /// At most `entries_max` entries, whatever their size.
    #[must_use]
    pub fn entries(entries_max: usize) -> Self {
        Self {
            entries_max,
            ..Self::WIDEST
        }
    }
}

/// Which records of a table to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RangeQuery {
    /// The table.
    pub table: Table,
    /// Only keys that begin with these bytes; empty = all.
    pub prefix: Vec<u8>,
    /// Only keys from (included) or after (excluded) this one.
    pub start: Bound<Vec<u8>>,
    /// How much one page may hold.
    pub limit: ScanLimit,
}

impl RangeQuery {
    /// The first and widest page of the keys of `table` that begin with `prefix`.
    #[must_use]
    pub fn new(table: Table, prefix: impl Into<Vec<u8>>) -> Self {
        Self {
            table,
            prefix: prefix.into(),
            start: Bound::Unbounded,
            limit: ScanLimit::WIDEST,
        }
    }

    /// The page after the one that ended with `key`.
    #[must_use]
    pub fn after(self, key: impl Into<Vec<u8>>) -> Self {
        Self {
            start: Bound::Excluded(key.into()),
            ..self
        }
    }

    /// The page that begins at the first key not below `key`.
    #[must_use]
    pub fn from(self, key: impl Into<Vec<u8>>) -> Self {
        Self {
            start: Bound::Included(key.into()),
            ..self
        }
    }

    /// The same keys, but no more than `limit` allows.
    #[must_use]
    pub fn limit(self, limit: ScanLimit) -> Self {
        Self { limit, ..self }
    }

    /// Where in the table reading begins, the prefix taken into account.
    pub(super) fn lower_bound(&self) -> Bound<&[u8]> {
        match &self.start {
            Bound::Included(key) if *key > self.prefix => Bound::Included(key),
            Bound::Excluded(key) if *key >= self.prefix => Bound::Excluded(key),
            _ => Bound::Included(&self.prefix),
        }
    }
}

/// One page of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RangePage {
    /// Keys and records, ascending by key.
    pub records: Vec<(Vec<u8>, Versioned)>,
    /// Whether records that fit the query follow; go on with [`RangeQuery::after`].
    pub more: bool,
}

/// One page of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogPage {
    /// Numbers and entries, ascending without gaps.
    pub entries: Vec<(u64, Vec<u8>)>,
    /// The number of the stream's last entry; beyond the page's last one if more follow.
    pub head: u64,
}

/// The room that is left on a page being filled.
pub(super) struct Room {
    limit: ScanLimit,
    entries: usize,
    bytes: usize,
}

impl Room {
    /// An empty page.
    pub(super) fn of(limit: ScanLimit) -> Self {
        Self {
            limit: ScanLimit {
                entries_max: limit.entries_max.clamp(1, limits::PAGE_ENTRIES_MAX),
                bytes_max: limit.bytes_max.min(limits::PAGE_BYTES_MAX),
            },
            entries: 0,
            bytes: 0,
        }
    }

    /// Takes room for an entry of `bytes`; `false` if the page is full without it.
    pub(super) fn take(&mut self, bytes: usize) -> bool {
        let fits = self.entries == 0
            || (self.entries < self.limit.entries_max
                && self.bytes.saturating_add(bytes) <= self.limit.bytes_max);
        if fits {
            self.entries += 1;
            self.bytes = self.bytes.saturating_add(bytes);
        }
        fits
    }
}

//! Row pages: confirmed rows packed into few stored records.
//!
//! Pages are written like a log: changed rows go into a new page, and a row is found in the page
//! written last. Once many small pages have gathered, their rows are packed into large ones; once
//! half of what is stored is outdated, everything is written anew. A row that must not survive
//! (erased, re-founded, no longer followed) always causes everything to be written anew, so no
//! older page can keep it.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use shared::id::DocumentId;
use shared::row::Row;
use shared::sorted::SortedMap;

use crate::confirmed::{Confirmed, Held, Home};
use crate::effect::{Store, Write};
use crate::limits::{ROW_PAGE_BYTES, SMALL_PAGES_BYTES_MAX, SMALL_PAGES_MAX};
use crate::vault::Vault;

/// The pages in storage.
#[derive(Debug, Clone, Default)]
pub(crate) struct Directory {
    next: u32,
    /// Bytes of rows in each page, outdated ones included.
    bytes: SortedMap<u32, usize>,
}

/// One row in a page.
#[derive(Serialize, Deserialize)]
struct PackedRow<'a> {
    home: Home,
    document: DocumentId,
    #[serde(with = "serde_bytes")]
    row: &'a [u8],
}

/// A page whose content is not rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BadPage;

/// Which rows have to be written.
pub(crate) enum Changed {
    /// These.
    Some(BTreeSet<(Home, DocumentId)>),
    /// All, because something must be forgotten.
    All,
}

impl Directory {
    /// Takes a stored page into memory and has each row looked at while it is decoded: that is
    /// half of what opening a phone costs. Pages must come in ascending order of their numbers.
    pub(crate) fn load(
        &mut self,
        confirmed: &mut Confirmed,
        (number, plain): (u32, &[u8]),
        mut look: impl FnMut(Home, DocumentId, &Row),
    ) -> Result<(), BadPage> {
        let rows: Vec<PackedRow<'_>> = postcard::from_bytes(plain).map_err(|_| BadPage)?;
        self.next = self.next.max(number + 1);
        self.bytes.insert(number, plain.len());
        for packed in rows {
            let (held, row) = Held::read(packed.row, number).ok_or(BadPage)?;
            // Rows of a stream without a record belong to one that is no longer followed.
            if let Some(rows) = confirmed.rows_mut(packed.home) {
                rows.insert(packed.document, held);
                look(packed.home, packed.document, &row);
            }
        }
        Ok(())
    }

    /// The writes that bring storage up to `confirmed`.
    pub(crate) fn write(
        &mut self,
        confirmed: &mut Confirmed,
        changed: Changed,
        vault: &mut Vault,
    ) -> Vec<Write> {
        let mut writes = Vec::new();
        match changed {
            Changed::Some(rows) if rows.is_empty() => return writes,
            Changed::Some(rows) => {
                self.append(confirmed, rows, vault, &mut writes);
                if self.is_mostly_outdated(confirmed) {
                    writes.clear();
                    self.rewrite(confirmed, vault, &mut writes);
                } else {
                    self.pack_small(confirmed, vault, &mut writes);
                }
            }
            Changed::All => self.rewrite(confirmed, vault, &mut writes),
        }
        writes
    }

    fn rewrite(&mut self, confirmed: &mut Confirmed, vault: &mut Vault, writes: &mut Vec<Write>) {
        self.bytes.clear();
        writes.push(Write::DeletePrefix {
            store: Store::Rows,
            prefix: Vec::new(),
        });
        self.append(confirmed, every_row(confirmed, |_| true), vault, writes);
    }

    fn append(
        &mut self,
        confirmed: &mut Confirmed,
        rows: BTreeSet<(Home, DocumentId)>,
        vault: &mut Vault,
        writes: &mut Vec<Write>,
    ) {
        let mut page: Vec<(Home, DocumentId, Held)> = Vec::new();
        let mut bytes = 0;
        for (home, document) in rows {
            let held = confirmed
                .rows_mut(home)
                .and_then(|rows| rows.get(&document));
            let Some(held) = held.cloned() else { continue };
            bytes += held.bytes().len();
            page.push((home, document, held));
            if bytes >= ROW_PAGE_BYTES {
                self.put(confirmed, core::mem::take(&mut page), vault, writes);
                bytes = 0;
            }
        }
        if !page.is_empty() {
            self.put(confirmed, page, vault, writes);
        }
    }

    fn put(
        &mut self,
        confirmed: &mut Confirmed,
        page: Vec<(Home, DocumentId, Held)>,
        vault: &mut Vault,
        writes: &mut Vec<Write>,
    ) {
        let number = self.next;
        self.next += 1;
        let packed: Vec<PackedRow<'_>> = page
            .iter()
            .map(|(home, document, held)| PackedRow {
                home: *home,
                document: *document,
                row: held.bytes(),
            })
            .collect();
        let plain = postcard::to_allocvec(&packed).expect("rows have a stored form");
        self.bytes.insert(number, plain.len());
        let key = number.to_be_bytes();
        writes.push(Write::Put {
            store: Store::Rows,
            key: key.to_vec(),
            value: vault.seal(Store::Rows, &key, &plain),
        });
        for (home, document, mut held) in page {
            held.page = number;
            if let Some(rows) = confirmed.rows_mut(home) {
                rows.insert(document, held);
            }
        }
    }

    fn pack_small(
        &mut self,
        confirmed: &mut Confirmed,
        vault: &mut Vault,
        writes: &mut Vec<Write>,
    ) {
        let small: SortedMap<u32, usize> = (self.bytes.iter())
            .filter(|(_, bytes)| **bytes < ROW_PAGE_BYTES / 2)
            .map(|(number, bytes)| (*number, *bytes))
            .collect();
        let full = small.values().sum::<usize>() > SMALL_PAGES_BYTES_MAX;
        if small.len() < 2 || (!full && small.len() <= SMALL_PAGES_MAX) {
            return;
        }
        let rows = every_row(confirmed, |held| small.contains_key(&held.page));
        for number in small.keys() {
            self.bytes.remove(number);
            writes.push(Write::Delete {
                store: Store::Rows,
                key: number.to_be_bytes().to_vec(),
            });
        }
        self.append(confirmed, rows, vault, writes);
    }

    fn is_mostly_outdated(&self, confirmed: &Confirmed) -> bool {
        let stored: usize = self.bytes.values().sum();
        if stored < 4 * ROW_PAGE_BYTES {
            return false;
        }
        let streams = confirmed.streams.values().map(|stream| &stream.rows);
        let live: usize = streams
            .chain([&confirmed.alone, &confirmed.lent])
            .flat_map(|rows| rows.iter())
            .map(|(_, held)| held.bytes().len())
            .sum();
        stored > 3 * live
    }
}

fn every_row(
    confirmed: &Confirmed,
    wanted: impl Fn(&Held) -> bool,
) -> BTreeSet<(Home, DocumentId)> {
    let streams = confirmed
        .streams
        .iter()
        .map(|(id, stream)| (Home::Stream(*id), &stream.rows));
    streams
        .chain([
            (Home::Alone, &confirmed.alone),
            (Home::Lent, &confirmed.lent),
        ])
        .flat_map(|(home, rows)| rows.iter().map(move |(id, held)| (home, *id, held)))
        .filter(|(_, _, held)| wanted(held))
        .map(|(home, id, _)| (home, id))
        .collect()
}

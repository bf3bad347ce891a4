//! A server whose disk loses power, fills up, fails and forgets bits, under redb's own backend.
//!
//! A *life* is a story told once to a server on a disk that writes down everything done to it.
//! Every moment of it is a crash point: of the sectors not yet flushed then, each may be kept or
//! lost. Nothing has to be lived again for that, so ten thousand points are a matter of seconds.

// What a disk holds, and everything that was done to it.
pub mod disk;
// A life, and what had been acknowledged at each moment of it.
pub mod life;
// One loss of power, perhaps a second one in the recovery, and what must be true after it.
pub mod point;
// Writes, flushes and reads that fail, and bits that turn.
pub mod fault;

use server::store::{RangeQuery, ScanLimit, Store, StoreError, Table, TallyQuery};
use shared::hash::digest;
use shared::id::{Audience, StreamId};
use shared::tally::Indicator;
use shared::time::LocalDay;

use crate::world::{COMMUNE, HAMLETS, PROVINCE};

/// Everything a store shows, as one hash: two stores with the same are the same to a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Print([u8; 32]);

impl Print {
    /// Reads all of a store.
    pub async fn of(store: &impl Store) -> Result<Self, StoreError> {
        let mut text = Vec::new();
        for table in Table::ALL {
            records(store, *table, &mut text).await?;
        }
        let units = [PROVINCE, COMMUNE, HAMLETS[0], HAMLETS[1]];
        for unit in units {
            for audience in Audience::ALL {
                entries(store, StreamId { unit, audience }, &mut text).await?;
            }
        }
        let query = TallyQuery {
            units: units.to_vec(),
            indicators: Indicator::all().map(Indicator::code).collect(),
            days: LocalDay::MIN..=LocalDay::MAX,
        };
        for tally in store.tallies(query).await? {
            text.extend(format!("{tally:?}").into_bytes());
        }
        Ok(Self(digest("print", &[&text])))
    }
}

async fn records(store: &impl Store, table: Table, text: &mut Vec<u8>) -> Result<(), StoreError> {
    let mut query = RangeQuery::new(table, []);
    loop {
        let page = store.range(query.clone()).await?;
        for (key, record) in &page.records {
            for part in [key, &record.version.0.to_le_bytes().to_vec(), &record.bytes] {
                text.extend((part.len() as u32).to_le_bytes());
                text.extend(part);
            }
        }
        match page.records.last() {
            Some((key, _)) if page.more => query = query.after(key.clone()),
            _ => return Ok(()),
        }
        text.push(table.code());
    }
}

async fn entries(
    store: &impl Store,
    stream: StreamId,
    text: &mut Vec<u8>,
) -> Result<(), StoreError> {
    let mut after = 0;
    loop {
        let page = store.scan(stream, after, ScanLimit::WIDEST).await?;
        for (n, bytes) in &page.entries {
            text.extend(n.to_le_bytes());
            text.extend((bytes.len() as u32).to_le_bytes());
            text.extend(bytes);
            after = *n;
        }
        if after == page.head {
            return Ok(());
        }
    }
}

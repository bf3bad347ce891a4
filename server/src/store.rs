//! The store: data in, data out, all of a commit or nothing.
//!
//! It promises that an applied commit is durable before [`Store::commit`] answers, that the
//! entries of a stream are numbered 1, 2, 3... without gaps in the order they became durable,
//! and that a failure to read is an error, never an absence. It refuses to know HTTP, bundles,
//! people, and what the bytes in its records mean; the modules above give them types.
//!
//! Four kinds of data live side by side and change together in one [`Commit`]:
//!
//! | data | named by | changes by |
//! |---|---|---|
//! | records | [`Table`] and key | [`Put`], under [`Expect`] |
//! | stream entries | [`StreamId`] and n | [`Append`]; what one says moves by [`Rewrite`] |
//! | history | a key chosen by the appender | [`Append::index`] |
//! | tallies | unit, indicator, day, team | [`TallyDelta`] |
//!
//! [`Memory`] is the oracle the engines are compared with, [`Redb`] the default engine;
//! [`AnyStore`] is whichever of them a server was started with.

mod any;
mod error;
pub mod limits;
mod memory;
mod page;
mod redb;
mod table;
mod tally;

use core::future::Future;

use serde::{Deserialize, Serialize};
use shared::id::{StreamId, TeamId, UnitId};
use shared::time::LocalDay;
use tokio::sync::broadcast;

pub use self::any::AnyStore;
pub use self::error::{OpenError, StoreError};
pub use self::memory::Memory;
pub use self::page::{LogPage, RangePage, RangeQuery, ScanLimit};
pub use self::redb::{Moment, Redb, RedbConfig, Row};
pub use self::table::Table;
pub use self::tally::{BadTally, TallyCell, TallyQuery};

/// A durable home for records, streams and tallies.
///
/// Handles are cheap clones of one store. Every read sees one moment: the newest durable commit
/// when it began. Two reads may see two moments; who writes from what they read says so with
/// [`Commit::expect`].
pub trait Store: Clone + Send + Sync + 'static {
    /// Makes `group` durable in one transaction and answers one outcome per commit, in order.
    ///
    /// Each commit applies whole or not at all, on its own: one that conflicts takes nothing
    /// with it. Later commits of the group see the earlier ones. An error means that the fate of
    /// the whole group is unknown until the store is opened again; send the commits again then.
    ///
    /// Engines may block the polling thread until the disk has answered; the writer polls on a
    /// thread of its own ([`crate::writer::Writer`]).
    fn commit(
        &self,
        group: Vec<Commit>,
    ) -> impl Future<Output = Result<Vec<Outcome>, StoreError>> + Send;

    /// The records of `table` under `keys`, in the order of `keys`; `None` where there is none.
    fn get(
        &self,
        table: Table,
        keys: Vec<Vec<u8>>,
    ) -> impl Future<Output = Result<Vec<Option<Versioned>>, StoreError>> + Send;

    /// One page of a table's records in ascending order of their keys.
    fn range(
        &self,
        query: RangeQuery,
    ) -> impl Future<Output = Result<RangePage, StoreError>> + Send;

    /// The entries of `stream` after number `after`, ascending, as many as `limit` allows but at
    /// least one if there is one, and the stream's head at the same moment.
    fn scan(
        &self,
        stream: StreamId,
        after: u64,
        limit: ScanLimit,
    ) -> impl Future<Output = Result<LogPage, StoreError>> + Send;

    /// The number of the last entry of each stream, in the order asked; 0 for an empty one.
    fn heads(
        &self,
        streams: Vec<StreamId>,
    ) -> impl Future<Output = Result<Vec<u64>, StoreError>> + Send;

    /// The counts above zero that `query` asks for, ascending by unit, indicator, day, team.
    fn tallies(
        &self,
        query: TallyQuery,
    ) -> impl Future<Output = Result<Vec<Tally>, StoreError>> + Send;

    /// The same counts with days and teams added up, ascending by unit and indicator.
    fn sums(&self, query: TallyQuery) -> impl Future<Output = Result<Vec<Sum>, StoreError>> + Send;

    /// News of streams that grew from now on. Hints may be lost, late or doubled: what is true
    /// stands in [`Store::heads`].
    fn hints(&self) -> broadcast::Receiver<Hint>;
}

/// The number of the commit that last wrote a record, counted over the whole store from 1.
///
/// No number is used twice, so a record deleted and written again never looks unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Version(pub u64);

impl Version {
    /// What to expect of a record that must not exist.
    pub const ABSENT: Self = Self(0);
}

/// A record as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versioned {
    /// The commit that wrote it.
    pub version: Version,
    /// The record.
    pub bytes: Vec<u8>,
}

/// One bundle's effect, all or nothing; build it from `Commit::default()`.
///
/// Expectations are checked first; then puts apply in order, then rewrites, appends, tallies.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Commit {
    /// What must still be true of the records this commit was computed from.
    pub expect: Vec<Expect>,
    /// Records to write or delete; of several with one key the last counts.
    pub puts: Vec<Put>,
    /// Entries whose content moves elsewhere in this commit.
    pub rewrites: Vec<Rewrite>,
    /// Entries to add to the ends of streams, in this order.
    pub appends: Vec<Append>,
    /// What to add to counts; several for one cell are added up before they are judged.
    pub tallies: Vec<TallyDelta>,
}

/// A record that must still have this version for a commit to apply.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expect {
    /// The record's table.
    pub table: Table,
    /// The record's key.
    pub key: Vec<u8>,
    /// The version it was read at; [`Version::ABSENT`] if it was not there.
    pub version: Version,
}

/// A record to write or delete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Put {
    /// The record's table.
    pub table: Table,
    /// The record's key, 1 to [`limits::KEY_BYTES_MAX`] bytes.
    pub key: Vec<u8>,
    /// The new record, or `None` to delete it; deleting nothing is no error.
    pub bytes: Option<Vec<u8>>,
}

/// An entry to add to the end of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Append {
    /// The stream that grows.
    pub stream: StreamId,
    /// The entry.
    pub bytes: Vec<u8>,
    /// Key of the record in [`Table::History`] that receives the entry's [`LogPosition`].
    pub index: Option<Vec<u8>>,
}

/// What stands in the place of an entry from now on. Its number stays, and so does the stream's
/// head; an entry that is not there stays away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewrite {
    /// The stream.
    pub stream: StreamId,
    /// The entry's number.
    pub n: u64,
    /// What stands there.
    pub bytes: Vec<u8>,
}

/// What to add to one count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TallyDelta {
    /// The leaf unit the count belongs to.
    pub unit: UnitId,
    /// What is counted; numbers are given above the store.
    pub indicator: u16,
    /// The local day it happened.
    pub day: LocalDay,
    /// The team that did it; 0 = none.
    pub team: TeamId,
    /// May be negative, but never below what was counted before.
    pub delta: i64,
}

/// One count above zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tally {
    /// The leaf unit.
    pub unit: UnitId,
    /// What is counted.
    pub indicator: u16,
    /// The local day it happened.
    pub day: LocalDay,
    /// The team that did it; 0 = none.
    pub team: TeamId,
    /// How many.
    pub count: u64,
}

/// What one unit counts of one indicator over the days asked for; above zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sum {
    /// The leaf unit.
    pub unit: UnitId,
    /// What is counted.
    pub indicator: u16,
    /// How many.
    pub count: u64,
}

/// What became of one commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It is durable.
    Applied {
        /// The version of every record it wrote.
        version: Version,
        /// The new heads of the streams it appended to, each once, ascending by stream. The
        /// last entry appended to a stream has its head as number.
        heads: Vec<(StreamId, u64)>,
    },
    /// An expectation no longer held; nothing was done. Read again, compute again.
    Conflict {
        /// The table of the first record that had changed.
        table: Table,
        /// Its key.
        key: Vec<u8>,
    },
    /// A count would have left 0..=u64::MAX; nothing was done. The rows and the tallies
    /// disagree: recount before more is built on them.
    Unbalanced {
        /// The first such count, in ascending order.
        cell: TallyCell,
    },
}

/// Where an entry stands: the content of the records [`Append::index`] writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LogPosition {
    /// The stream.
    pub stream: StreamId,
    /// The entry's number in it, from 1.
    pub n: u64,
}

impl LogPosition {
    /// The position as a record: three varints, unit, audience, n.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        postcard::to_allocvec(self).expect("three integers always serialise")
    }

    /// The position in a history record.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if the bytes are anything else than one position.
    pub fn decode(bytes: &[u8]) -> Result<Self, StoreError> {
        match postcard::take_from_bytes(bytes).map_err(StoreError::corrupt)? {
            (position, []) => Ok(position),
            _ => Err(StoreError::corrupt(postcard::Error::DeserializeBadEncoding)),
        }
    }
}

/// News that a stream grew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hint {
    /// The stream.
    pub stream: StreamId,
    /// The number of its last entry when the hint was given.
    pub head: u64,
}

impl Commit {
    /// Whether the commit keeps the bounds in [`limits`]; stores ask before they begin.
    ///
    /// # Errors
    /// [`StoreError::TooLarge`] names the first bound that is broken. An empty key breaks one,
    /// too: it would have no place in a range.
    pub fn check(&self) -> Result<(), StoreError> {
        let writes = self.puts.len() + self.rewrites.len() + self.appends.len();
        let parts = self.expect.len() + writes + self.tallies.len();
        within("parts of a commit", parts, limits::COMMIT_PARTS_MAX)?;
        let expected = self.expect.iter().map(|expect| &expect.key);
        let put = self.puts.iter().map(|put| &put.key);
        let indexed = self
            .appends
            .iter()
            .filter_map(|append| append.index.as_ref());
        for key in expected.chain(put).chain(indexed) {
            within("bytes of a key", key.len(), limits::KEY_BYTES_MAX)?;
            if key.is_empty() {
                return Err(StoreError::EmptyKey);
            }
        }
        let records = self.puts.iter().filter_map(|put| put.bytes.as_ref());
        let appended = self.appends.iter().map(|append| &append.bytes);
        let rewritten = self.rewrites.iter().map(|rewrite| &rewrite.bytes);
        for bytes in records.chain(appended).chain(rewritten) {
            within("bytes of a record", bytes.len(), limits::VALUE_BYTES_MAX)?;
        }
        Ok(())
    }
}

/// `Ok` if `size` is at most `max`.
fn within(what: &'static str, size: usize, max: usize) -> Result<(), StoreError> {
    if size <= max {
        Ok(())
    } else {
        Err(StoreError::TooLarge { what, size, max })
    }
}

/// Tells listeners about the streams that grew; nobody listening is no error.
fn tell(hints: &broadcast::Sender<Hint>, outcomes: &[Outcome]) {
    for outcome in outcomes {
        if let Outcome::Applied { heads, .. } = outcome {
            for &(stream, head) in heads {
                let _nobody_listens = hints.send(Hint { stream, head });
            }
        }
    }
}

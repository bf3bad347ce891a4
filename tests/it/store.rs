//! What every store promises, shown on every store: the oracle, the engine on a file, and the
//! engine through the enum a server holds.
#![allow(clippy::unwrap_used, reason = "all of it is tests")]

// A disk in memory that can be stopped, broken and copied.
mod disk;
// Random scripts: the engine and the oracle never disagree.
mod oracle;
// The promises, each for any store.
mod promises;
// What stays when a store is opened again, and which files are refused.
mod reopen;
// The queue before the store.
mod writer;

use core::pin::pin;
use core::task::{Context, Poll, Waker};
use std::path::Path;

use server::store::{
    Append, Commit, Outcome, Put, Redb, RedbConfig, Store, Table, TallyDelta, Versioned,
};
use shared::id::{Audience, StreamId, TeamId, UnitId};
use shared::time::LocalDay;

const CACHE_BYTES: usize = 4 * 1024 * 1024;

const TEAM: StreamId = StreamId {
    unit: UnitId(7),
    audience: Audience::Team,
};
const POLICE: StreamId = StreamId {
    unit: UnitId(7),
    audience: Audience::Police,
};

fn config(folder: &Path) -> RedbConfig {
    RedbConfig {
        path: folder.join("store.redb"),
        cache_bytes: CACHE_BYTES,
    }
}

fn new_file(folder: &Path) -> Redb {
    Redb::create(&config(folder)).unwrap()
}

/// The outcome of a future that never waits: outside a runtime every store answers when first
/// asked.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("the store kept its caller waiting"),
    }
}

async fn applied(store: &impl Store, commit: Commit) -> Vec<(StreamId, u64)> {
    let outcomes = store.commit(vec![commit]).await.unwrap();
    match outcomes.as_slice() {
        [Outcome::Applied { heads, .. }] => heads.clone(),
        other => panic!("not applied: {other:?}"),
    }
}

async fn record(store: &impl Store, table: Table, key: &str) -> Option<Versioned> {
    let found = store.get(table, vec![key.into()]).await.unwrap();
    found.into_iter().next().unwrap()
}

fn put(table: Table, key: &str, bytes: &str) -> Put {
    Put {
        table,
        key: key.into(),
        bytes: Some(bytes.into()),
    }
}

fn entry(stream: StreamId, bytes: &str) -> Append {
    Append {
        stream,
        bytes: bytes.into(),
        index: None,
    }
}

/// `delta` cards collected in unit 7 on the `day`-th day by team 1.
fn cards(day: i32, delta: i64) -> TallyDelta {
    TallyDelta {
        unit: UnitId(7),
        indicator: 3,
        day: LocalDay(19_600 + day),
        team: TeamId(1),
        delta,
    }
}

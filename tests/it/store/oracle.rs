//! Random scripts: the engine and the oracle never disagree, not even when the engine is killed
//! and opened again in between.

use proptest::collection::vec;
use proptest::prelude::*;
use server::store::{
    Append, Commit, Expect, LogPage, Memory, Outcome, Put, RangeQuery, Redb, Rewrite, ScanLimit,
    Store, Table, Tally, TallyDelta, TallyQuery, Version, Versioned,
};
use shared::id::{Audience, StreamId, TeamId, UnitId};
use shared::time::LocalDay;

use super::disk::Disk;
use super::{CACHE_BYTES, now};

const TABLES: [Table; 3] = [Table::Meta, Table::History, Table::Catalogue];

#[derive(Debug, Clone)]
enum Step {
    Commit(Vec<(Commit, Vec<Read>)>),
    Kill,
}

/// A record a commit says it has read.
#[derive(Debug, Clone)]
struct Read {
    table: Table,
    key: Vec<u8>,
    /// The version it claims; `None` = the one that is there before the group.
    claimed: Option<u64>,
}

/// All a store shows: outcomes and pages compare as whole values.
#[derive(Debug, PartialEq)]
struct Shown {
    records: Vec<(Table, Vec<u8>, Versioned)>,
    logs: Vec<LogPage>,
    heads: Vec<u64>,
    tallies: Vec<Tally>,
}

proptest! {
    #[test]
    fn the_engine_and_the_oracle_never_disagree(
        script in vec(step(), 1..20),
        limit in (0..5_usize, 0..40_usize),
    ) {
        let limit = ScanLimit { entries_max: limit.0, bytes_max: limit.1 };
        let oracle = Memory::new();
        let mut disk = Disk::default();
        let mut engine = Redb::with_backend(disk.clone(), CACHE_BYTES).unwrap();
        for step in script {
            match step {
                Step::Commit(group) => {
                    let group = claimed(&oracle, group);
                    let wanted: Vec<Outcome> = now(oracle.commit(group.clone())).unwrap();
                    prop_assert_eq!(now(engine.commit(group)).unwrap(), wanted);
                }
                Step::Kill => {
                    disk = disk.copy();
                    engine = Redb::with_backend(disk.clone(), CACHE_BYTES).unwrap();
                }
            }
            prop_assert_eq!(shown(&engine, limit), shown(&oracle, limit));
        }
    }
}

/// The group with its reads turned into expectations.
fn claimed(oracle: &Memory, group: Vec<(Commit, Vec<Read>)>) -> Vec<Commit> {
    let expectation = |read: Read| {
        let found = now(oracle.get(read.table, vec![read.key.clone()])).unwrap();
        let current = found[0].as_ref().map_or(Version::ABSENT, |it| it.version);
        Expect {
            version: read.claimed.map_or(current, Version),
            table: read.table,
            key: read.key,
        }
    };
    let with_reads = |(commit, reads): (Commit, Vec<Read>)| Commit {
        expect: reads.into_iter().map(expectation).collect(),
        ..commit
    };
    group.into_iter().map(with_reads).collect()
}

fn shown(store: &impl Store, limit: ScanLimit) -> Shown {
    let streams: Vec<_> = (0..2)
        .flat_map(|unit| Audience::ALL.map(|it| stream(unit, it)))
        .collect();
    let query = TallyQuery {
        units: vec![UnitId(0), UnitId(1)],
        indicators: vec![0, 1],
        days: LocalDay(-1)..=LocalDay(1),
    };
    Shown {
        records: TABLES
            .into_iter()
            .flat_map(|table| records(store, table, limit))
            .collect(),
        logs: streams
            .iter()
            .flat_map(|stream| log(store, *stream, limit))
            .collect(),
        heads: now(store.heads(streams)).unwrap(),
        tallies: now(store.tallies(query)).unwrap(),
    }
}

/// The records of a table, page by page.
fn records(store: &impl Store, table: Table, limit: ScanLimit) -> Vec<(Table, Vec<u8>, Versioned)> {
    let mut records = Vec::new();
    let mut query = RangeQuery::new(table, "").limit(limit);
    loop {
        let page = now(store.range(query.clone())).unwrap();
        let last = page.records.last().map(|(key, _)| key.clone());
        records.extend(
            page.records
                .into_iter()
                .map(|(key, record)| (table, key, record)),
        );
        match last {
            Some(key) if page.more => query = query.after(key),
            _ => return records,
        }
    }
}

fn log(store: &impl Store, stream: StreamId, limit: ScanLimit) -> Vec<LogPage> {
    let mut pages = Vec::new();
    let mut after = 0;
    loop {
        let page = now(store.scan(stream, after, limit)).unwrap();
        after = page.entries.last().map_or(after, |(n, _)| *n);
        let done = after == page.head;
        pages.push(page);
        if done {
            return pages;
        }
    }
}

fn stream(unit: u32, audience: Audience) -> StreamId {
    StreamId {
        unit: UnitId(unit),
        audience,
    }
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => vec((commit(), vec(read(), 0..2)), 1..4).prop_map(Step::Commit),
        1 => Just(Step::Kill),
    ]
}

fn read() -> impl Strategy<Value = Read> {
    let claimed = prop_oneof![3 => Just(None), 1 => (0..6_u64).prop_map(Some)];
    (table(), key(), claimed).prop_map(|(table, key, claimed)| Read {
        table,
        key,
        claimed,
    })
}

fn commit() -> impl Strategy<Value = Commit> {
    let entries = (vec(rewrite(), 0..2), vec(append(), 0..4));
    let parts = (vec(put(), 0..4), entries, vec(delta(), 0..4));
    parts.prop_map(|(puts, (rewrites, appends), tallies)| Commit {
        expect: Vec::new(),
        puts,
        rewrites,
        appends,
        tallies,
    })
}

/// Of an entry that is there or not.
fn rewrite() -> impl Strategy<Value = Rewrite> {
    let audience = prop::sample::select(&Audience::ALL[..]);
    let place = (0..2_u32, audience, 0..5_u64, vec(any::<u8>(), 0..20));
    place.prop_map(|(unit, audience, n, bytes)| Rewrite {
        stream: stream(unit, audience),
        n,
        bytes,
    })
}

fn put() -> impl Strategy<Value = Put> {
    let bytes = proptest::option::weighted(0.7, vec(any::<u8>(), 0..20));
    (table(), key(), bytes).prop_map(|(table, key, bytes)| Put { table, key, bytes })
}

fn append() -> impl Strategy<Value = Append> {
    let index = proptest::option::of(key());
    let audience = prop::sample::select(&Audience::ALL[..]);
    (0..2_u32, audience, vec(any::<u8>(), 0..20), index).prop_map(
        |(unit, audience, bytes, index)| Append {
            stream: stream(unit, audience),
            bytes,
            index,
        },
    )
}

fn delta() -> impl Strategy<Value = TallyDelta> {
    let place = (0..2_u32, 0..2_u16, -2..3_i32, 0..2_u32);
    (place, -1..4_i64).prop_map(|((unit, indicator, day, team), delta)| TallyDelta {
        unit: UnitId(unit),
        indicator,
        day: LocalDay(day),
        team: TeamId(team),
        delta,
    })
}

fn table() -> impl Strategy<Value = Table> {
    prop::sample::select(&TABLES[..])
}

fn key() -> impl Strategy<Value = Vec<u8>> {
    vec(prop::sample::select(&[0, b'a', 0xff][..]), 1..3)
}

//! The promises, each for any store; the list at the end runs each on every store.

use core::ops::Bound;

use server::store::{
    AnyStore, Append, Commit, Expect, Hint, LogPage, LogPosition, Memory, Outcome, Put, RangeQuery,
    Rewrite, ScanLimit, Store, StoreError, Table, Tally, TallyCell, TallyDelta, TallyQuery,
    Version, limits,
};
use shared::id::{TeamId, UnitId};
use shared::time::LocalDay;

use super::{POLICE, TEAM, applied, cards, entry, new_file, put, record};

async fn an_empty_store_has_nothing<S: Store>(store: S) {
    assert_eq!(record(&store, Table::Row, "a").await, None);
    assert_eq!(keys(&store, RangeQuery::new(Table::Row, "")).await, "");
    assert_eq!(store.heads(vec![TEAM, POLICE]).await.unwrap(), [0, 0]);
    let page = store.scan(TEAM, 0, ScanLimit::WIDEST).await.unwrap();
    assert_eq!((page.entries.len(), page.head), (0, 0));
    assert_eq!(store.commit(Vec::new()).await.unwrap(), []);
}

async fn entries_are_numbered_from_one_without_gaps<S: Store>(store: S) {
    let commit = |bytes| Commit {
        appends: vec![entry(TEAM, bytes), entry(POLICE, bytes), entry(TEAM, bytes)],
        ..Commit::default()
    };
    assert_eq!(applied(&store, commit("a")).await, [(TEAM, 2), (POLICE, 1)]);
    let group = store.commit(vec![commit("b"), commit("c")]).await.unwrap();
    assert!(
        matches!(&group[1], Outcome::Applied { heads, .. } if *heads == [(TEAM, 6), (POLICE, 3)])
    );
    let page = store.scan(TEAM, 0, ScanLimit::WIDEST).await.unwrap();
    assert_eq!(shown(&page), "1a 2a 3b 4b 5c 6c");
    assert_eq!(store.heads(vec![POLICE, TEAM]).await.unwrap(), [3, 6]);
}

async fn a_commit_applies_to_all_streams_and_tables_or_to_none<S: Store>(store: S) {
    let commit = Commit {
        expect: vec![expect("locked", Version(99))],
        puts: vec![put(Table::Row, "a", "1"), put(Table::Tag, "a", "1")],
        appends: vec![entry(TEAM, "a"), entry(POLICE, "a")],
        tallies: vec![cards(0, 1)],
        ..Commit::default()
    };
    let outcomes = store.commit(vec![commit.clone()]).await.unwrap();
    assert_eq!(outcomes, [conflict("locked")]);
    assert_eq!(record(&store, Table::Row, "a").await, None);
    assert_eq!(store.heads(vec![TEAM, POLICE]).await.unwrap(), [0, 0]);
    assert_eq!(counts(&store).await, []);

    let expect = vec![expect("locked", Version::ABSENT)];
    applied(&store, Commit { expect, ..commit }).await;
    assert!(record(&store, Table::Row, "a").await.is_some());
    assert!(record(&store, Table::Tag, "a").await.is_some());
    assert_eq!(store.heads(vec![TEAM, POLICE]).await.unwrap(), [1, 1]);
    assert_eq!(counts(&store).await, [(0, 1)]);
}

async fn an_entry_keeps_its_number_when_another_takes_its_place<S: Store>(store: S) {
    let appends = ["a", "b", "c"].map(|bytes| entry(TEAM, bytes)).into();
    let append = Commit {
        appends,
        ..Commit::default()
    };
    applied(&store, append).await;
    let rewrite = |n, bytes: &str| Rewrite {
        stream: TEAM,
        n,
        bytes: bytes.into(),
    };
    let rewriting = Commit {
        rewrites: vec![rewrite(2, "B"), rewrite(9, "nowhere")],
        appends: vec![entry(TEAM, "d")],
        ..Commit::default()
    };
    assert_eq!(applied(&store, rewriting).await, [(TEAM, 4)]);
    let late = Commit {
        expect: vec![expect("locked", Version(99))],
        rewrites: vec![rewrite(1, "A")],
        ..Commit::default()
    };
    let outcomes = store.commit(vec![late]).await.unwrap();
    assert_eq!(outcomes, [conflict("locked")]);
    let page = store.scan(TEAM, 0, ScanLimit::WIDEST).await.unwrap();
    assert_eq!((shown(&page).as_str(), page.head), ("1a 2B 3c 4d", 4));
}

async fn a_record_read_before_it_changed_is_a_conflict<S: Store>(store: S) {
    applied(&store, write("a", Version::ABSENT, "1")).await;
    let read = record(&store, Table::Row, "a").await.unwrap().version;
    applied(&store, write("a", read, "2")).await;
    let late = store.commit(vec![write("a", read, "3")]).await.unwrap();
    assert_eq!(late, [conflict("a")]);
    let created_twice = write("a", Version::ABSENT, "4");
    let outcomes = store.commit(vec![created_twice]).await.unwrap();
    assert_eq!(outcomes, [conflict("a")]);
    assert_eq!(record(&store, Table::Row, "a").await.unwrap().bytes, b"2");
}

async fn of_two_commits_in_a_group_the_second_sees_the_first<S: Store>(store: S) {
    let group = vec![
        write("a", Version::ABSENT, "first"),
        write("a", Version::ABSENT, "second"),
        write("b", Version::ABSENT, "third"),
    ];
    let outcomes = store.commit(group).await.unwrap();
    assert_eq!(outcomes[0], at_version(1));
    assert_eq!(outcomes[1], conflict("a"));
    assert_eq!(outcomes[2], at_version(2));
    assert_eq!(
        record(&store, Table::Row, "a").await.unwrap().bytes,
        b"first"
    );
    assert_eq!(
        record(&store, Table::Row, "b").await.unwrap().version,
        Version(2)
    );
}

async fn a_deleted_record_is_absent_and_its_version_never_returns<S: Store>(store: S) {
    applied(&store, write("a", Version::ABSENT, "1")).await;
    let first = record(&store, Table::Row, "a").await.unwrap().version;
    let delete = Commit {
        puts: vec![Put {
            table: Table::Row,
            key: "a".into(),
            bytes: None,
        }],
        ..Commit::default()
    };
    applied(&store, delete.clone()).await;
    assert_eq!(record(&store, Table::Row, "a").await, None);
    applied(&store, delete).await;
    applied(&store, write("a", Version::ABSENT, "1")).await;
    let outcomes = store.commit(vec![write("a", first, "2")]).await.unwrap();
    assert_eq!(outcomes, [conflict("a")]);
}

async fn an_empty_record_is_not_an_absent_one<S: Store>(store: S) {
    applied(&store, write("a", Version::ABSENT, "")).await;
    assert_eq!(record(&store, Table::Row, "a").await.unwrap().bytes, b"");
}

async fn of_several_puts_of_one_record_the_last_counts<S: Store>(store: S) {
    let puts = ["1", "2", "3"].map(|bytes| put(Table::Row, "a", bytes));
    let commit = Commit {
        puts: puts.into(),
        ..Commit::default()
    };
    applied(&store, commit).await;
    assert_eq!(record(&store, Table::Row, "a").await.unwrap().bytes, b"3");
}

async fn records_answer_in_the_order_they_were_asked_for<S: Store>(store: S) {
    applied(&store, write("a", Version::ABSENT, "1")).await;
    applied(&store, write("c", Version::ABSENT, "3")).await;
    let asked = ["c", "b", "a", "c"].map(|key| key.into()).to_vec();
    let found = store.get(Table::Row, asked).await.unwrap();
    let found: Vec<_> = found
        .iter()
        .map(|it| it.as_ref().map(|it| it.bytes[0]))
        .collect();
    assert_eq!(found, [Some(b'3'), None, Some(b'1'), Some(b'3')]);
}

async fn history_leads_to_the_entry<S: Store>(store: S) {
    applied(&store, appended("before", None)).await;
    applied(&store, appended("wanted", Some("dossier/1"))).await;
    let found = record(&store, Table::History, "dossier/1").await.unwrap();
    let position = LogPosition::decode(&found.bytes).unwrap();
    assert_eq!(position, LogPosition { stream: TEAM, n: 2 });
    let page = store
        .scan(TEAM, position.n - 1, ScanLimit::entries(1))
        .await;
    assert_eq!(shown(&page.unwrap()), "2wanted");
}

async fn tallies_add_up<S: Store>(store: S) {
    let commit = |tallies: &[TallyDelta]| Commit {
        tallies: tallies.to_vec(),
        ..Commit::default()
    };
    applied(&store, commit(&[cards(0, 2), cards(2, 1), cards(-1, 4)])).await;
    applied(&store, commit(&[cards(0, 1), cards(2, -1)])).await;
    assert_eq!(counts(&store).await, [(-1, 4), (0, 3)]);
    // Order within a commit does not matter, only the sum does.
    applied(&store, commit(&[cards(5, -1), cards(5, 2)])).await;
    assert_eq!(counts(&store).await, [(-1, 4), (0, 3), (5, 1)]);
}

async fn tallies_answer_only_what_was_asked<S: Store>(store: S) {
    let elsewhere = TallyDelta {
        unit: UnitId(8),
        ..cards(0, 5)
    };
    let otherwise = TallyDelta {
        indicator: 4,
        ..cards(0, 6)
    };
    let by_another = TallyDelta {
        team: TeamId(0),
        ..cards(0, 7)
    };
    let tallies = vec![cards(0, 4), elsewhere, otherwise, by_another, cards(9, 8)];
    let commit = Commit {
        tallies,
        ..Commit::default()
    };
    applied(&store, commit).await;
    let query = TallyQuery {
        units: vec![UnitId(8), UnitId(7), UnitId(9), UnitId(8)],
        indicators: vec![3],
        days: LocalDay(19_600)..=LocalDay(19_601),
    };
    let sums: Vec<_> = store.sums(query.clone()).await.unwrap();
    let sums: Vec<_> = sums
        .iter()
        .map(|it| (it.unit.0, it.indicator, it.count))
        .collect();
    assert_eq!(sums, [(7, 3, 11), (8, 3, 5)]);
    let found: Vec<_> = store.tallies(query).await.unwrap();
    assert!(found.is_sorted());
    let found: Vec<_> = found
        .iter()
        .map(|it| (it.unit.0, it.team.0, it.count))
        .collect();
    assert_eq!(found, [(7, 0, 7), (7, 1, 4), (8, 1, 5)]);
}

async fn a_count_never_falls_below_zero_and_nothing_else_of_the_commit_happens<S: Store>(store: S) {
    let commit = |delta| Commit {
        puts: vec![put(Table::Row, "a", "1")],
        appends: vec![entry(TEAM, "a")],
        tallies: vec![cards(0, delta)],
        ..Commit::default()
    };
    let outcomes = store.commit(vec![commit(2), commit(-3), commit(-2)]).await;
    let TallyDelta {
        unit,
        indicator,
        day,
        team,
        ..
    } = cards(0, 0);
    let cell = TallyCell {
        unit,
        indicator,
        day,
        team,
    };
    assert_eq!(outcomes.unwrap()[1], Outcome::Unbalanced { cell });
    assert_eq!(counts(&store).await, []);
    assert_eq!(store.heads(vec![TEAM]).await.unwrap(), [2]);
}

async fn pages_of_a_table_meet_without_gap_or_overlap<S: Store>(store: S) {
    let names = ["a", "ab", "abc", "ac", "b", "\u{ff}"];
    let commit = Commit {
        puts: names.map(|key| put(Table::Row, key, "12345")).into(),
        ..Commit::default()
    };
    applied(&store, commit).await;
    applied(&store, write_in(Table::Unit, "ab")).await;
    applied(&store, write_in(Table::History, "ab")).await;
    let of_row = |prefix: &str| RangeQuery::new(Table::Row, prefix);
    assert_eq!(keys(&store, of_row("a")).await, "a ab abc ac");
    assert_eq!(keys(&store, of_row("ab")).await, "ab abc");
    assert_eq!(
        keys(&store, of_row("").from("abb")).await,
        "abc ac b \u{ff}"
    );
    assert_eq!(keys(&store, of_row("ab").after("aa")).await, "ab abc");
    assert_eq!(keys(&store, of_row("ab").after("ab")).await, "abc");
    assert_eq!(keys(&store, of_row("ab").from("b")).await, "");

    let mut query = of_row("a").limit(ScanLimit::entries(3));
    let first = store.range(query.clone()).await.unwrap();
    assert!(first.more);
    query.start = Bound::Excluded(first.records[2].0.clone());
    assert_eq!(keys(&store, query).await, "ac");
    let exactly_all = of_row("a").limit(ScanLimit::entries(4));
    assert!(!store.range(exactly_all).await.unwrap().more);
}

async fn a_page_keeps_its_bytes_but_always_moves_on<S: Store>(store: S) {
    for bytes in ["1234", "5678", "a long entry", "9"] {
        applied(&store, appended(bytes, None)).await;
    }
    let page = async |after, bytes_max| {
        let limit = ScanLimit {
            bytes_max,
            ..ScanLimit::WIDEST
        };
        shown(&store.scan(TEAM, after, limit).await.unwrap())
    };
    assert_eq!(page(0, 8).await, "11234 25678");
    assert_eq!(page(0, 7).await, "11234");
    assert_eq!(page(2, 7).await, "3a long entry");
    assert_eq!(page(2, 0).await, "3a long entry");
    assert_eq!(page(4, 7).await, "");
    assert_eq!(page(u64::MAX, 7).await, "");
    let nothing_asked = store.scan(TEAM, 1, ScanLimit::entries(0)).await.unwrap();
    assert_eq!(
        (shown(&nothing_asked).as_str(), nothing_asked.head),
        ("25678", 4)
    );
}

async fn hints_name_the_streams_that_grew<S: Store>(store: S) {
    let mut hints = store.hints();
    let lost = Commit {
        expect: vec![expect("a", Version(1))],
        appends: vec![entry(TEAM, "a")],
        ..Commit::default()
    };
    let grown = Commit {
        appends: vec![entry(POLICE, "a"), entry(POLICE, "b")],
        ..Commit::default()
    };
    store.clone().commit(vec![lost, grown]).await.unwrap();
    let hint = Hint {
        stream: POLICE,
        head: 2,
    };
    assert_eq!(hints.recv().await.unwrap(), hint);
    assert!(hints.is_empty());
}

async fn what_breaks_a_bound_is_refused_before_anything_is_done<S: Store>(store: S) {
    let long = "k".repeat(limits::KEY_BYTES_MAX + 1);
    let group = vec![appended("a", None), write_in(Table::Row, &long)];
    let refused = store.commit(group).await.unwrap_err();
    assert!(matches!(refused, StoreError::TooLarge { .. }) && !refused.is_transient());
    let unnamed = store.commit(vec![write_in(Table::Row, "")]).await;
    assert!(matches!(unnamed, Err(StoreError::EmptyKey)));
    assert_eq!(store.heads(vec![TEAM]).await.unwrap(), [0]);
    let many = vec![TEAM; limits::READ_KEYS_MAX + 1];
    assert!(matches!(
        store.heads(many).await,
        Err(StoreError::TooLarge { .. })
    ));
}

fn expect(key: &str, version: Version) -> Expect {
    Expect {
        table: Table::Row,
        key: key.into(),
        version,
    }
}

fn conflict(key: &str) -> Outcome {
    Outcome::Conflict {
        table: Table::Row,
        key: key.into(),
    }
}

fn at_version(version: u64) -> Outcome {
    Outcome::Applied {
        version: Version(version),
        heads: Vec::new(),
    }
}

/// Writes a row that was read at `read`.
fn write(key: &str, read: Version, bytes: &str) -> Commit {
    Commit {
        expect: vec![expect(key, read)],
        puts: vec![put(Table::Row, key, bytes)],
        ..Commit::default()
    }
}

fn write_in(table: Table, key: &str) -> Commit {
    Commit {
        puts: vec![put(table, key, "1")],
        ..Commit::default()
    }
}

fn appended(bytes: &str, index: Option<&str>) -> Commit {
    Commit {
        appends: vec![Append {
            index: index.map(Into::into),
            ..entry(TEAM, bytes)
        }],
        ..Commit::default()
    }
}

fn shown(page: &LogPage) -> String {
    let entry = |(n, bytes): &(u64, Vec<u8>)| format!("{n}{}", String::from_utf8_lossy(bytes));
    page.entries.iter().map(entry).collect::<Vec<_>>().join(" ")
}

async fn keys(store: &impl Store, query: RangeQuery) -> String {
    let page = store.range(query).await.unwrap();
    let key = |(key, _)| String::from_utf8(key).unwrap();
    page.records
        .into_iter()
        .map(key)
        .collect::<Vec<_>>()
        .join(" ")
}

/// Days from the first and counts of the cards of unit 7.
async fn counts(store: &impl Store) -> Vec<(i32, u64)> {
    let query = TallyQuery {
        units: vec![UnitId(7)],
        indicators: vec![3],
        days: LocalDay::MIN..=LocalDay::MAX,
    };
    let tallies = store.tallies(query).await.unwrap();
    let shown = |Tally { day, count, .. }| (day.0 - 19_600, count);
    tallies.into_iter().map(shown).collect()
}

macro_rules! every_store_promises {
    ($($promise:ident),+ $(,)?) => {
        mod memory {
            $(#[tokio::test]
            async fn $promise() {
                super::$promise(super::Memory::new()).await;
            })+
        }

        mod redb {
            $(#[tokio::test]
            async fn $promise() {
                let folder = tempfile::tempdir().unwrap();
                super::$promise(super::new_file(folder.path())).await;
            })+
        }

        mod any {
            $(#[tokio::test]
            async fn $promise() {
                super::$promise(super::AnyStore::from(super::Memory::new())).await;
                let folder = tempfile::tempdir().unwrap();
                super::$promise(super::AnyStore::from(super::new_file(folder.path()))).await;
            })+
        }
    };
}

every_store_promises! {
    an_empty_store_has_nothing,
    entries_are_numbered_from_one_without_gaps,
    a_commit_applies_to_all_streams_and_tables_or_to_none,
    an_entry_keeps_its_number_when_another_takes_its_place,
    a_record_read_before_it_changed_is_a_conflict,
    of_two_commits_in_a_group_the_second_sees_the_first,
    a_deleted_record_is_absent_and_its_version_never_returns,
    an_empty_record_is_not_an_absent_one,
    of_several_puts_of_one_record_the_last_counts,
    records_answer_in_the_order_they_were_asked_for,
    history_leads_to_the_entry,
    tallies_add_up,
    tallies_answer_only_what_was_asked,
    a_count_never_falls_below_zero_and_nothing_else_of_the_commit_happens,
    pages_of_a_table_meet_without_gap_or_overlap,
    a_page_keeps_its_bytes_but_always_moves_on,
    hints_name_the_streams_that_grew,
    what_breaks_a_bound_is_refused_before_anything_is_done,
}

//! What stays when a store is opened again, and which files are refused.

use std::fs;
use std::path::Path;

use redb::{Database, TableDefinition};
use server::store::{
    Append, Commit, OpenError, Redb, RedbConfig, ScanLimit, Store, StoreError, Table, TallyQuery,
    Version,
};
use shared::id::UnitId;
use shared::time::LocalDay;

use super::disk::Disk;
use super::{CACHE_BYTES, TEAM, applied, cards, config, entry, new_file, now, put, record};

#[test]
fn a_closed_store_opens_with_all_it_held() {
    let folder = tempfile::tempdir().unwrap();
    let store = new_file(folder.path());
    fill(&store);
    drop(store);
    let store = Redb::open(&config(folder.path())).unwrap();
    assert_filled(&store);
    now(applied(&store, filling(51)));
    assert_eq!(
        now(record(&store, Table::Row, "51")).unwrap().version,
        Version(51)
    );
}

#[test]
fn a_killed_server_loses_nothing_it_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let running = new_file(folder.path());
    fill(&running);
    // A copy taken while the store is open is what a killed process leaves.
    let left_behind = RedbConfig {
        path: folder.path().join("left-behind.redb"),
        cache_bytes: CACHE_BYTES,
    };
    fs::copy(config(folder.path()).path, &left_behind.path).unwrap();
    assert_filled(&Redb::open(&left_behind).unwrap());
}

#[test]
fn a_full_disk_is_an_error_and_the_store_opens_again_with_what_it_had() {
    let disk = Disk::default();
    let store = Redb::with_backend(disk.clone(), CACHE_BYTES).unwrap();
    fill(&store);
    disk.fill();
    let full = now(store.commit(vec![filling(51)])).unwrap_err();
    assert!(matches!(full, StoreError::Full(_)) && full.is_transient());
    let stopped = now(store.commit(vec![filling(51)])).unwrap_err();
    assert!(matches!(stopped, StoreError::Closed | StoreError::Full(_)));
    assert_filled(&Redb::with_backend(disk.copy(), CACHE_BYTES).unwrap());
}

#[test]
fn a_store_is_made_only_where_nothing_stands() {
    let folder = tempfile::tempdir().unwrap();
    let missing = Redb::open(&config(folder.path()));
    assert!(matches!(missing, Err(OpenError::Missing { .. })));
    assert!(fs::read_dir(folder.path()).unwrap().next().is_none());
    fill(&new_file(folder.path()));
    let again = Redb::create(&config(folder.path()));
    assert!(matches!(again, Err(OpenError::Exists { .. })));
    assert_filled(&Redb::open(&config(folder.path())).unwrap());
}

#[test]
fn a_creation_that_was_cut_off_is_begun_again() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("store.redb.unfinished"), "redb, almost").unwrap();
    fill(&new_file(folder.path()));
    let names: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(names.len(), 1);
}

#[test]
fn a_file_that_is_no_store_is_refused_and_left_alone() {
    let refusal = |content: &[u8]| {
        let folder = tempfile::tempdir().unwrap();
        let config = config(folder.path());
        fs::write(&config.path, content).unwrap();
        let refused = Redb::open(&config).unwrap_err();
        assert_eq!(fs::read(&config.path).unwrap(), content);
        refused
    };
    assert!(matches!(refusal(b""), OpenError::Empty { .. }));
    assert!(matches!(refusal(b"red"), OpenError::Foreign));
    assert!(matches!(refusal(b"SQLite format 3\0"), OpenError::Foreign));
    assert!(matches!(
        refusal(b"redb\x1A\x0A\xA9\x0D\x0A"),
        OpenError::Damaged(_)
    ));
}

#[test]
fn a_file_of_another_program_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path());
    write_number(&config.path, "settings", ("format", 1));
    assert!(matches!(Redb::open(&config), Err(OpenError::Foreign)));
}

#[test]
fn a_file_of_a_newer_format_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    drop(new_file(folder.path()));
    let config = config(folder.path());
    write_number(&config.path, "store", ("format", 3));
    let refused = Redb::open(&config);
    assert!(matches!(
        refused,
        Err(OpenError::Format { found: 3, known: 2 })
    ));
}

#[test]
fn a_store_opens_in_one_process_only() {
    let folder = tempfile::tempdir().unwrap();
    let _running = new_file(folder.path());
    assert!(matches!(
        Redb::open(&config(folder.path())),
        Err(OpenError::InUse)
    ));
}

#[test]
fn a_file_cut_off_or_overwritten_at_its_start_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    fill(&new_file(folder.path()));
    let config = config(folder.path());
    let whole = fs::read(&config.path).unwrap();
    for length in [100, 5_000, whole.len() / 2] {
        fs::write(&config.path, &whole[..length]).unwrap();
        let refused = Redb::open(&config);
        assert!(
            matches!(refused, Err(OpenError::Damaged(_))),
            "{length}: {refused:?}"
        );
    }
    let mut overwritten = whole;
    overwritten[64..320].fill(0xA5);
    fs::write(&config.path, &overwritten).unwrap();
    assert!(matches!(Redb::open(&config), Err(OpenError::Damaged(_))));
}

#[test]
fn a_lost_entry_is_damage_and_no_absence() {
    let folder = tempfile::tempdir().unwrap();
    fill(&new_file(folder.path()));
    let config = config(folder.path());
    let database = Database::open(&config.path).unwrap();
    let transaction = database.begin_write().unwrap();
    let log: TableDefinition<(u32, u8, u64), &[u8]> = TableDefinition::new("log");
    for lost in [20, 50] {
        let key = (TEAM.unit.0, TEAM.audience.code(), lost);
        transaction.open_table(log).unwrap().remove(key).unwrap();
    }
    transaction.commit().unwrap();
    drop(database);
    let store = Redb::open(&config).unwrap();
    for after in [0, 19, 20, 49] {
        let found = now(store.scan(TEAM, after, ScanLimit::WIDEST));
        assert!(matches!(found, Err(StoreError::Corrupt(_))), "{after}");
    }
    let before = now(store.scan(TEAM, 0, ScanLimit::entries(18))).unwrap();
    assert_eq!(before.entries.len(), 18);
}

/// The `n`-th of the commits that [`fill`] makes.
fn filling(n: i32) -> Commit {
    let key = n.to_string();
    Commit {
        puts: vec![put(Table::Row, &key, &key)],
        appends: vec![Append {
            index: Some(key.clone().into()),
            ..entry(TEAM, &key.repeat(100))
        }],
        tallies: vec![cards(n % 5, 1)],
        ..Commit::default()
    }
}

fn fill(store: &Redb) {
    for n in 1..=50 {
        now(applied(store, filling(n)));
    }
}

fn assert_filled(store: &Redb) {
    let page = now(store.scan(TEAM, 0, ScanLimit::WIDEST)).unwrap();
    assert_eq!((page.head, page.entries.len()), (50, 50));
    for ((n, bytes), wanted) in page.entries.iter().zip(1..) {
        assert_eq!(
            (*n, bytes),
            (wanted, &wanted.to_string().repeat(100).into())
        );
        let row = now(record(store, Table::Row, &wanted.to_string())).unwrap();
        assert_eq!(row.version, Version(wanted));
    }
    let query = TallyQuery {
        units: vec![UnitId(7)],
        indicators: vec![3],
        days: LocalDay::MIN..=LocalDay::MAX,
    };
    let tallies = now(store.tallies(query)).unwrap();
    assert_eq!(
        tallies.iter().map(|tally| tally.count).collect::<Vec<_>>(),
        [10; 5]
    );
}

fn write_number(path: &Path, table: &str, (key, number): (&str, u64)) {
    let database = Database::create(path).unwrap();
    let transaction = database.begin_write().unwrap();
    let definition: TableDefinition<&str, u64> = TableDefinition::new(table);
    transaction
        .open_table(definition)
        .unwrap()
        .insert(key, number)
        .unwrap();
    transaction.commit().unwrap();
}

//! What a backup is good for: a server that is restored, and phones that notice.
#![allow(clippy::unwrap_used, reason = "all of it is tests")]

use std::fs;
use std::path::{Path, PathBuf};

use server::backup::restore::{RestoreError, Source, restore};
use server::backup::{BackupError, Pair, prune, save};
use server::config::DataFolder;
use server::foundation::{self, NewSecrets, Opened};
use server::http::Token;
use server::server::Server;
use server::store::Redb;
use server::verify::verify;
use server::writer::Writer;
use shared::engine::RowEngine;
use shared::permission::Role;
use shared::time::UnixSeconds;

use crate::world::{COMMUNE, HAMLETS, NewResident, World, at_once, units};

const MASTER: [u8; 32] = [9; 32];

/// A world whose server keeps its files in a folder.
struct Kept {
    folder: tempfile::TempDir,
    world: World<'static, RowEngine, Redb>,
}

impl Kept {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::new(folder.path().join("first"));
        let new = NewSecrets {
            master: MASTER,
            token: Token::from_bytes([1; 32]),
            vault: [2; 32],
        };
        at_once(foundation::create(&data, &units(None), new)).unwrap();
        let opened = at_once(foundation::open(&data)).unwrap();
        let ground = (opened.store, opened.foundation.secrets);
        let mut world = World::of(1, &RowEngine, ground);
        world.phone("An", Role::TeamMember, &HAMLETS);
        world.phone("Dung", Role::CommunePolice, &[COMMUNE]);
        Self { folder, world }
    }

    fn records(&mut self, phone: usize, number: &str) {
        let resident = NewResident {
            hamlet: HAMLETS[0],
            name: "Huỳnh Út".to_owned(),
            birth_year: 1952,
            number: Some(number.to_owned()),
            phone: None,
        };
        self.world.add_resident(phone, &resident).unwrap();
    }

    fn everybody_syncs(&mut self) {
        for phone in 0..2 {
            self.world.reachable(phone);
            self.world.run_until_quiet();
        }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn backed_up(&self) -> Pair {
        let now = self.world.now;
        at_once(save(&self.world.server, self.folder.path(), now, |_| {})).unwrap()
    }

    /// Makes a server of the backup in a new folder.
    fn restored(&self, pair: &Pair, name: &str) -> Result<Opened, RestoreError> {
        let source = Source {
            pair: pair.clone(),
            master: Some(self.at("first").join("sampan.key")),
            token: Token::from_bytes([3; 32]),
            now: self.world.now,
        };
        at_once(restore(&DataFolder::new(self.at(name)), source, |_| {}))
    }
}

fn server(opened: Opened) -> Server<Redb> {
    let writer = Writer::direct(opened.store.clone());
    Server::new(opened.store, writer, opened.foundation)
}

fn spoil(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_restored_server_and_its_phones_end_with_the_same() {
    let mut kept = Kept::new();
    kept.records(0, "099052000001");
    kept.everybody_syncs();
    let pair = kept.backed_up();
    // In no backup: sent and confirmed; the identity's values are gone from the phone.
    kept.records(0, "099052000002");
    kept.everybody_syncs();
    kept.everybody_syncs();
    // Not even sent.
    kept.records(1, "099052000003");

    let opened = kept.restored(&pair, "second").unwrap();
    assert!(opened.foundation.epoch > kept.world.server.epoch());
    kept.world.server = server(opened);
    let report = at_once(verify(&kept.world.server)).unwrap();
    assert!(report.is_clean(), "{report:?}");
    assert_eq!(report.documents, 2);
    kept.world.heal();
    kept.world.assert_outboxes_empty();
    kept.world.assert_nothing_lost();
    kept.world.assert_all_equal();
    kept.world.assert_server_agrees_with_itself();
    let report = at_once(verify(&kept.world.server)).unwrap();
    assert!(report.is_clean(), "{report:?}");
    assert_eq!(report.documents, 6);
}

#[test]
fn the_same_backup_restored_again_is_another_epoch() {
    let mut kept = Kept::new();
    kept.records(0, "099052000001");
    kept.everybody_syncs();
    let pair = kept.backed_up();
    let first = kept.restored(&pair, "second").unwrap();
    kept.world.advance(60);
    let again = kept.restored(&pair, "third").unwrap();
    assert!(first.foundation.epoch < again.foundation.epoch);
}

#[test]
fn what_is_no_whole_backup_of_this_server_is_refused() {
    let mut kept = Kept::new();
    kept.records(0, "099052000001");
    kept.everybody_syncs();
    let pair = kept.backed_up();
    let refused = |error| matches!(error, Err(RestoreError::Backup(BackupError::Sealed { .. })));
    let whole = fs::read(&pair.store).unwrap();
    spoil(&pair.store, |bytes| bytes.truncate(bytes.len() - 1));
    assert!(refused(kept.restored(&pair, "cut-off")));
    fs::write(&pair.store, &whole).unwrap();
    spoil(&pair.store, |bytes| bytes[1_000] ^= 1);
    assert!(refused(kept.restored(&pair, "altered")));
    fs::write(&pair.store, &whole).unwrap();
    let key = kept.at("first").join("sampan.key");
    spoil(&key, |bytes| bytes[0] ^= 1);
    assert!(refused(kept.restored(&pair, "another-master")));
    spoil(&key, |bytes| bytes[0] ^= 1);
    kept.restored(&pair, "whole").unwrap();
    let taken = kept.restored(&pair, "whole");
    assert!(matches!(taken, Err(RestoreError::Foundation(_))));
}

#[test]
fn a_restoring_that_was_cut_off_is_no_server() {
    let mut kept = Kept::new();
    kept.records(0, "099052000001");
    kept.everybody_syncs();
    let pair = kept.backed_up();
    spoil(&pair.store, |bytes| bytes.truncate(bytes.len() - 1));
    assert!(kept.restored(&pair, "cut-off").is_err());
    assert!(at_once(foundation::open(&DataFolder::new(kept.at("cut-off")))).is_err());
}

#[test]
fn old_backups_of_keys_go_and_the_newest_of_stores_stay() {
    let folder = tempfile::tempdir().unwrap();
    let day = |n: i64| UnixSeconds(1_700_000_000).plus(n * 24 * 3600);
    for n in 0..30 {
        for ending in ["store", "keys"] {
            fs::write(
                folder.path().join(format!("sampan-{}.{ending}", day(n).0)),
                "",
            )
            .unwrap();
        }
    }
    fs::write(folder.path().join("note.txt"), "").unwrap();
    prune(folder.path(), day(29)).unwrap();
    let count = |ending: &str| {
        let names = fs::read_dir(folder.path())
            .unwrap()
            .map(|it| it.unwrap().path());
        names
            .filter(|path| path.extension().is_some_and(|it| it == ending))
            .count()
    };
    assert_eq!((count("store"), count("keys"), count("txt")), (7, 20, 1));
}

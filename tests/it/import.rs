//! Documents from elsewhere come in by one command, and nothing else of theirs does.
#![allow(clippy::unwrap_used, reason = "all of it is tests")]

mod tables;

use server::import::{Import, ImportError};
use server::server::Circumstances;
use server::store::Memory;
use shared::engine::{Edit, Engine as _, RowEngine, Slot};
use shared::id::ActorId;
use shared::key::Key;
use shared::kind::Kind;
use shared::row::Row;
use shared::time::{LocalDay, UnixSeconds};

use crate::http::figure;
use crate::http::phone::MORNING;
use crate::http::wire::{HAMLET, Site};

/// A flat automerge document of somebody else's: its one change, as automerge writes it.
fn foreign(name: &str, birth_year: u64) -> Vec<u8> {
    let edit = Edit {
        actor: ActorId([1; 16]),
        time: UnixSeconds(1_600_000_000),
        puts: vec![
            (Slot::Key(Key::NAME), name.into()),
            (Slot::Key(Key::BIRTH_YEAR), birth_year.into()),
        ],
    };
    RowEngine.edit(&Row::default(), &edit).unwrap().chunk()
}

#[tokio::test]
async fn an_import_comes_in_once_however_often_it_is_run_and_bombs_stay_outside() {
    let site = Site::start(Memory::new()).await;
    let import = Import {
        label: "Danh sách ấp 1".to_owned(),
        day: LocalDay::from_date(2023, 11, 20).unwrap(),
        kind: Kind::Dossier,
        unit: HAMLET,
    };
    let circumstances = Circumstances {
        now: MORNING,
        seed: [3; 32],
    };
    let files = [foreign("Nguyễn Văn An", 1985), foreign("Lâm Thị Đẹp", 1990)];
    for _ in 0..2 {
        let server = site.server();
        let came = server
            .import_automerge(&import, &files, circumstances)
            .await;
        assert_eq!(came.unwrap(), ["stored", "stored"]);
        assert_eq!(figure(&site, HAMLET.0, "dossiers").await, 2);
    }
    let mut bomb = foreign("Nguyễn Văn An", 1985);
    bomb[8] = 2;
    let server = site.server();
    let came = server
        .import_automerge(&import, &[bomb], circumstances)
        .await;
    assert!(matches!(came, Err(ImportError::Foreign(_))));
    let padded = [foreign("An", 1985), vec![0; 3]].concat();
    let came = server
        .import_automerge(&import, &[padded], circumstances)
        .await;
    assert!(matches!(came, Err(ImportError::Foreign(_))));
    assert_eq!(figure(&site, HAMLET.0, "dossiers").await, 2);
}

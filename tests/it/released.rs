//! Data of every released protocol: a server's folder and its phones' storage, put away when that
//! protocol was spoken, still open, count what they counted, and go on together.
//!
//! `SAMPAN_BLESS=1 cargo test -p tests --test it -- released` puts the present ones away anew. That
//! is right as long as their protocol is not released, and never afterwards: then whatever was
//! stored must be read as it is.
#![allow(clippy::unwrap_used, reason = "all of it is tests")]

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use client_core::input::{History, Put};
use client_core::views::Query;
use serde::{Deserialize, Serialize};
use server::config::DataFolder;
use server::foundation::{self, NewSecrets};
use server::http::Token;
use server::server::DeviceStep;
use server::store::Redb;
use server::verify::verify;
use shared::engine::{Engine, RowEngine};
use shared::event::Step;
use shared::id::DocumentId;
use shared::key::Key;
use shared::kind::Kind;
use shared::version::{PROTOCOL, PROTOCOL_OLDEST_SERVED};

use crate::world::frozen::{OWNERS, Phones};
use crate::world::{Ground, HAMLETS, NewResident, World, at_once, units};

const AN: usize = 0;
const BINH: usize = 1;
const DUNG: usize = 2;

/// A server and its phones at one moment, and what they showed then.
#[derive(Debug, Serialize, Deserialize)]
struct PutAway {
    /// The server's files: path in its folder, content.
    files: Vec<(String, Vec<u8>)>,
    phones: Phones,
    /// By indicator.
    figures: BTreeMap<u16, i64>,
    /// Dossiers on each phone's list, and what it had not sent.
    shown: Vec<(u32, u32)>,
}

#[test]
fn data_of_every_released_protocol_opens_counts_the_same_and_goes_on() {
    if std::env::var_os("SAMPAN_BLESS").is_some() {
        fs::write(file(PROTOCOL), packed(&put_away())).unwrap();
    }
    for protocol in PROTOCOL_OLDEST_SERVED..=PROTOCOL {
        let folder = tempfile::tempdir().unwrap();
        let bytes = fs::read(file(protocol)).unwrap();
        goes_on(folder.path(), unpacked(&bytes));
    }
}

fn goes_on(folder: &Path, before: PutAway) {
    for (name, bytes) in &before.files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        make_private(&path);
    }
    let opened = at_once(foundation::open_checked(&DataFolder::new(folder))).unwrap();
    let ground = (opened.store, opened.foundation.secrets);
    let mut world = World::taken_up(&RowEngine, ground, before.phones);
    assert_eq!(world.server_figures(), before.figures);
    assert_eq!(shown(&world), before.shown);
    world.assert_server_agrees_with_itself();
    // New work upon old, and everything that still waited.
    let known = dossiers(&world, AN);
    for dossier in known {
        world.write(AN, dossier, vec![Put::key(Key::NOTE, "Đã xem lại".into())]);
    }
    world.heal_with_approvals();
    world.assert_outboxes_empty();
    world.assert_nothing_lost();
    world.assert_all_equal();
    world.assert_nobody_waits();
    world.assert_server_agrees_with_itself();
    assert!(at_once(verify(&world.server)).unwrap().is_clean());
    let noted = |id: &DocumentId| {
        world.phones[BINH]
            .client()
            .row(id)
            .get(&Key::NOTE)
            .is_some()
    };
    assert!(dossiers(&world, BINH).iter().any(noted));
}

/// A commune in which much has happened, with work under way.
fn put_away() -> PutAway {
    let folder = tempfile::tempdir().unwrap();
    let data = DataFolder::new(folder.path());
    let new = NewSecrets {
        master: [9; 32],
        token: Token::from_bytes([1; 32]),
        vault: [2; 32],
    };
    at_once(foundation::create(&data, &units(None), new)).unwrap();
    let opened = at_once(foundation::open(&data)).unwrap();
    let mut world = World::of(1, &RowEngine, (opened.store, opened.foundation.secrets));
    for (name, role, units) in OWNERS {
        world.phone(name, role, units);
    }
    happens(&mut world);
    // As a start shows it.
    for phone in &mut world.phones {
        phone.restart(History::Certain, world.now);
    }
    let (phones, figures, shown) = (world.put_away(), world.server_figures(), shown(&world));
    drop(world);
    let mut files = Vec::new();
    read_all(folder.path(), folder.path(), &mut files);
    files.sort();
    PutAway {
        files,
        phones,
        figures,
        shown,
    }
}

/// A union and its undoing, an erasure, a re-founding, closed documents; then work of which some is
/// held, some under way, some in a colleague's phone, and some not handed in.
fn happens(world: &mut World<'_, RowEngine, Redb>) {
    let same = Some("099052000002");
    for (phone, name, number) in [
        (AN, "Huỳnh Út", Some("099052000001")),
        (AN, "Trần Thị Lan", same),
        (BINH, "Trần Thị Lan", same),
        (BINH, "Lâm Đời", None),
        (DUNG, "Lê Văn Đẹp", Some("099052000003")),
    ] {
        records(world, phone, (name, number));
    }
    world.heal();
    for dossier in dossiers(world, AN) {
        world.reach(AN, dossier, HAMLETS[0], Step::CardCollected);
    }
    world.heal();
    world.separate(0);
    world.erase(1);
    world.refound(2);
    world.close_documents();
    world.heal();
    world.steer(BINH, DeviceStep::Suspend);
    records(world, BINH, ("Huỳnh Thị Mận", None));
    world.reachable(BINH);
    world.run_until_quiet();
    records(world, AN, ("Nguyễn Văn Tám", Some("099052000004")));
    world.hand_over(AN, DUNG);
    records(world, DUNG, ("Phan Thị Bảy", Some("099052000005")));
}

fn records(
    world: &mut World<'_, RowEngine, Redb>,
    phone: usize,
    (name, number): (&str, Option<&str>),
) {
    let resident = NewResident {
        hamlet: HAMLETS[0],
        name: name.to_owned(),
        birth_year: 1952,
        number: number.map(str::to_owned),
        phone: Some("0957000001".to_owned()),
    };
    world.add_resident(phone, &resident).unwrap();
}

fn dossiers<E: Engine, S: Ground>(world: &World<'_, E, S>, phone: usize) -> Vec<DocumentId> {
    let query = Query::all(Kind::Dossier, 100);
    let shown = world.phones[phone].client().list(&query);
    shown.lines.iter().map(|line| line.document).collect()
}

fn shown<E: Engine, S: Ground>(world: &World<'_, E, S>) -> Vec<(u32, u32)> {
    let phone = |phone: usize| {
        let sync = world.phones[phone].client().sync();
        (
            dossiers(world, phone).len() as u32,
            (sync.unsent + sync.sending) as u32,
        )
    };
    (0..world.phones.len()).map(phone).collect()
}

fn file(protocol: u8) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("it/released");
    folder.join(format!("protocol-{protocol}.bin"))
}

fn read_all(root: &Path, folder: &Path, files: &mut Vec<(String, Vec<u8>)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => read_all(root, &path, files),
            false => {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap();
                files.push((name.to_owned(), fs::read(&path).unwrap()));
            }
        }
    }
}

/// Others may not read a master secret.
fn make_private(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    }
    #[cfg(not(unix))]
    let _ = path;
}

/// A store's file is mostly empty pages.
fn packed(put_away: &PutAway) -> Vec<u8> {
    let plain = postcard::to_allocvec(put_away).unwrap();
    let mut packed = brotli::CompressorWriter::new(Vec::new(), 1 << 16, 9, 22);
    packed.write_all(&plain).unwrap();
    packed.into_inner()
}

fn unpacked(bytes: &[u8]) -> PutAway {
    let mut plain = Vec::new();
    brotli::BrotliDecompress(&mut &bytes[..], &mut plain).unwrap();
    postcard::from_bytes(&plain).unwrap()
}

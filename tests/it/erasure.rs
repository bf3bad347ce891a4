//! A person can be erased: from the server's disks, from older backups of its store, from phones.
#![allow(clippy::unwrap_used, reason = "all of it is tests")]

use std::path::Path;

use server::ledger::document::{Alias, Found};
use server::ledger::history::{Step as LogStep, read_step};
use server::secrets::Secrets;
use server::server::{Circumstances, EraseReason, Server};
use server::store::{Redb, RedbConfig, ScanLimit, Store};
use server::vault::{Folder, Vault};
use server::verify::verify;
use server::writer::Writer;
use shared::engine::RowEngine;
use shared::event::Step;
use shared::facts::{Name, Origin};
use shared::id::{Audience, DocumentId, StreamId};
use shared::key::Key;
use shared::permission::Role;
use shared::receipt::{HoldReason, Outcome, RefuseReason};

use crate::http::figure;
use crate::http::phone::{MORNING, Phone, put};
use crate::http::wire::{COMMUNE, HAMLET, Site, units};
use crate::world::{HAMLETS, NewResident, World, at_once};

const MASTER: [u8; 32] = [9; 32];
const NAME: &str = "Lượm Thị Đẹp";
const NUMBER: &str = "099085000777";

fn config(folder: &Path) -> RedbConfig {
    RedbConfig {
        path: folder.join("sampan.redb"),
        cache_bytes: 4 << 20,
    }
}

/// The keys in a folder.
fn secrets(folder: &Path) -> Secrets {
    let key = Secrets::vault_key(&MASTER);
    let files = Folder::new(folder.join("keys"));
    let vault = match folder.join("keys/root").exists() {
        true => Vault::open(files, key),
        false => Vault::create(files, key, [3; 32]),
    };
    Secrets::with_vault(&MASTER, vault.unwrap())
}

/// A server on a store and keys that stand in different folders, as after a restore.
pub fn server_on(store: &Path, keys: &Path) -> Server<Redb> {
    let store = Redb::open(&config(store)).unwrap();
    let foundation = server::server::Foundation {
        secrets: std::sync::Arc::new(secrets(keys)),
        units: units(),
        epoch: 1,
    };
    Server::new(store.clone(), Writer::direct(store), foundation)
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to.join("keys")).unwrap();
    std::fs::copy(from.join("sampan.redb"), to.join("sampan.redb")).unwrap();
    for entry in std::fs::read_dir(from.join("keys")).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join("keys").join(entry.file_name())).unwrap();
    }
}

/// Whether these bytes stand anywhere in the folder's files.
pub fn holds(folder: &Path, bytes: &[u8]) -> bool {
    let keys = std::fs::read_dir(folder.join("keys")).unwrap();
    let files = keys.map(|entry| entry.unwrap().path());
    files.chain([config(folder).path]).any(|path| {
        let content = std::fs::read(path).unwrap();
        content.windows(bytes.len()).any(|part| part == bytes)
    })
}

/// How many changes of the commune can be opened, and how many not any more.
pub async fn openable(server: &Server<Redb>) -> (usize, usize) {
    let (mut open, mut closed) = (0, 0);
    for audience in Audience::ALL {
        let stream = StreamId {
            unit: HAMLET,
            audience,
        };
        let store = server.ledger().store();
        let page = store.scan(stream, 0, ScanLimit::WIDEST).await.unwrap();
        for (_, bytes) in page.entries {
            let LogStep::Change(sealed) = read_step(&bytes).unwrap() else {
                continue;
            };
            match server.ledger().key_of(sealed.under).await.unwrap() {
                Some(key) => open += usize::from(sealed.open(&key).is_ok()),
                None => closed += 1,
            }
        }
    }
    (open, closed)
}

async fn is_erased(server: &Server<Redb>, dossier: DocumentId) -> bool {
    let found = server.ledger().document(dossier).await.unwrap();
    matches!(found, Found::Alias(Alias::Erased))
}

/// A hamlet on a real disk with her and a neighbour in it, and people who knew her.
pub struct Scene {
    pub disk: tempfile::TempDir,
    /// Store and keys as they were before she was erased.
    pub backup: tempfile::TempDir,
    pub site: Site,
    pub phone: Phone,
    /// Suspended, with later work about her held.
    pub away: Phone,
    pub officer: Phone,
    /// That later work.
    pub held: Vec<u8>,
    pub dossier: DocumentId,
}

const ERASED: Outcome = Outcome::Refused(RefuseReason::Erased);
const REASON: &str = r#"{"reason":"request"}"#;

impl Scene {
    pub async fn new() -> Self {
        let (disk, backup) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::fs::create_dir(disk.path().join("keys")).unwrap();
        let store = Redb::create(&config(disk.path())).unwrap();
        let site = Site::start_with(store, secrets(disk.path()), MORNING).await;
        site.account("dpo", Role::Auditor, COMMUNE).await;
        site.account("cong-an", Role::CommunePolice, COMMUNE).await;
        let mut phone = site.phone(1, "team-member", HAMLET).await;
        let mut away = site.phone(2, "team-member", HAMLET).await;
        let mut officer = site.phone(3, "commune-police", COMMUNE).await;
        let mut written = phone.resident(NAME, NUMBER);
        let dossier = written[0].0.document();
        written.push(phone.step(written[0].0, Step::CardCollected));
        written.extend(phone.resident("Trần Văn Tèo", "099085000778"));
        site.push(&phone.bundle(&written)).await;
        for reader in [&mut phone, &mut away, &mut officer] {
            site.pull(reader).await;
        }
        let suspend = format!("/v1/devices/{}/suspend", away.device);
        assert_eq!(site.console("POST", &suspend, "").await.status, 204);
        let note = away.write(known(dossier), vec![put(Key::NOTE, "Nhà đóng cửa")]);
        let held = away.bundle(&[note]);
        let suspended = Outcome::Held(HoldReason::Suspended);
        assert_eq!(away.outcomes(&site.push(&held).await), [suspended]);
        copy(disk.path(), backup.path());
        Self {
            disk,
            backup,
            site,
            phone,
            away,
            officer,
            held,
            dossier,
        }
    }

    async fn erase(&self) {
        let page = self.site.browser("dpo").await;
        let erase = format!("/v1/dossiers/{}/erase", self.dossier);
        let erased = page.ask("POST", &erase, REASON).await;
        assert_eq!(erased.status, 200, "{erased:?}");
    }
}

/// The name of a document that others made.
pub fn known(document: DocumentId) -> Name {
    Name {
        origin: Origin::Elsewhere(document),
        companion: None,
    }
}

#[tokio::test]
async fn only_a_data_protection_officer_erases_and_nobody_what_a_legal_matter_needs() {
    let scene = Scene::new().await;
    let officer = scene.site.browser("cong-an").await;
    let page = scene.site.browser("dpo").await;
    let erase = format!("/v1/dossiers/{}/erase", scene.dossier);
    let hold = format!("/v1/dossiers/{}/hold", scene.dossier);
    assert_eq!(officer.ask("POST", &erase, REASON).await.status, 403);
    let held = page.ask("POST", &hold, r#"{"reference":"12/2026/TB"}"#);
    assert_eq!(held.await.status, 204);
    let refused = page.ask("POST", &erase, REASON).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "on-hold"));
    let lifted = page.ask("POST", &hold, r#"{"reference":null}"#).await;
    assert_eq!(lifted.status, 204);
    assert_eq!(page.ask("POST", &erase, "{}").await.status, 400);
    scene.erase().await;
    let again = page.ask("POST", &erase, REASON).await;
    assert_eq!((again.status, again.code().as_str()), (404, "no-dossier"));
}

#[tokio::test]
async fn an_erased_person_is_in_no_list_and_still_counts() {
    let mut scene = Scene::new().await;
    scene.erase().await;
    let page = scene.site.browser("cong-an").await;
    let path = format!("/v1/dossiers/{}", scene.dossier);
    assert_eq!(page.ask("GET", &path, "").await.status, 404);
    let search = format!(r#"{{"unit":{HAMLET},"text":"Lượm"}}"#);
    let found = page.ask("POST", "/v1/dossiers/search", &search).await;
    assert_eq!(found.json()["fitting"], 0);
    let waiting = scene.site.console("GET", "/v1/held", "").await.json();
    assert_eq!(waiting.as_array().unwrap().len(), 0);
    // What was held, and what comes later, is refused and its content destroyed.
    let receipt = scene.site.push(&scene.held).await;
    assert_eq!(scene.away.outcomes(&receipt), [ERASED]);
    let phone = &mut scene.phone;
    let late = phone.write(known(scene.dossier), vec![put(Key::NOTE, "Hẹn lại")]);
    let receipt = scene.site.push(&phone.bundle(&[late])).await;
    assert_eq!(phone.outcomes(&receipt), [ERASED]);
    assert_eq!(figure(&scene.site, COMMUNE.0, "dossiers").await, 2);
    assert_eq!(figure(&scene.site, COMMUNE.0, "card-collected").await, 1);
    assert!(verify(scene.site.server()).await.unwrap().is_clean());
}

#[tokio::test]
async fn phones_forget_when_they_pull_and_thereby_say_so() {
    let mut scene = Scene::new().await;
    scene.erase().await;
    let site = &scene.site;
    let page = site.browser("dpo").await;
    let erasures = || async { page.ask("GET", "/v1/erasures", "").await.json()[0].clone() };
    assert_eq!(erasures().await["waiting"].as_array().unwrap().len(), 3);
    for reader in [&mut scene.phone, &mut scene.officer] {
        site.pull(reader).await;
        assert!(!reader.shown.rows.contains_key(&scene.dossier));
        site.pull(reader).await;
    }
    let told = erasures().await;
    let done = (&told["confirmed"], &told["is_done"]);
    assert_eq!(done, (&2.into(), &true.into()));
    assert_eq!(told["waiting"][0], scene.away.device.to_string());
    // Whoever comes new reads the same stream without her.
    let mut fresh = site.phone(4, "commune-police", COMMUNE).await;
    site.pull(&mut fresh).await;
    assert_eq!(fresh.shown.rows, scene.officer.shown.rows);
}

#[tokio::test]
async fn nothing_of_an_erased_person_is_left_on_disks_and_older_backups_bring_nobody_back() {
    let scene = Scene::new().await;
    scene.erase().await;
    let (disk, backup) = (scene.disk.path(), scene.backup.path());
    scene.site.stop().await;
    for clear in [NAME, "Lượm", NUMBER] {
        assert!(!holds(disk, clear.as_bytes()), "{clear}");
    }
    // Her dossier, identity and step are closed; the neighbour's dossier and identity open, and
    // the balance that goes on counting her.
    let expected = (2, 3);
    let booked = (expected.0 + 1, expected.1);
    let now = server_on(disk, disk);
    assert!(is_erased(&now, scene.dossier).await);
    assert_eq!(openable(&now).await, booked);
    drop(now);
    let old_store = server_on(backup, disk);
    assert!(is_erased(&old_store, scene.dossier).await);
    assert_eq!(openable(&old_store).await, expected);
    drop(old_store);
    // Older keys have hers again, until a server starts that knows of the erasure.
    let old_both = server_on(backup, backup);
    assert_eq!(openable(&old_both).await, (5, 0));
    drop(old_both);
    let old_keys = server_on(disk, backup);
    assert_eq!(openable(&old_keys).await, booked);
    let circumstances = Circumstances {
        now: MORNING,
        seed: [8; 32],
    };
    old_keys.finish_erasures(circumstances).await.unwrap();
    drop(old_keys);
    assert_eq!(openable(&server_on(backup, backup)).await, expected);
}

fn resident(number: &str) -> NewResident {
    NewResident {
        hamlet: HAMLETS[0],
        name: NAME.into(),
        birth_year: 1985,
        number: Some(number.to_owned()),
        phone: None,
    }
}

#[test]
fn simulated_phones_forget_an_erased_person_and_say_so() {
    let mut world = World::seeded(11, &RowEngine);
    let an = world.phone("An", Role::TeamMember, &HAMLETS);
    let officer = world.phone("Công an", Role::CommunePolice, &HAMLETS);
    let number = world.number(1, 1985);
    let dossier = world.add_resident(an, &resident(&number)).unwrap();
    world.reach(an, dossier, HAMLETS[0], Step::CardCollected);
    world.heal();
    let before = world.server_figures();
    // Unsent work about her, on a phone that does not know yet.
    let note = client_core::input::Put::key(Key::NOTE, "Hẹn lại".into());
    assert!(world.write(an, dossier, vec![note]));
    let circumstances = world.circumstances();
    let server = world.server.clone();
    at_once(server.erase(dossier, EraseReason::Request, circumstances)).unwrap();
    world.heal();
    world.assert_outboxes_empty();
    assert_eq!(world.server_figures(), before, "her count stays");
    for phone in [an, officer] {
        assert!(world.phones[phone].client().row(&dossier).is_empty());
        for clear in [NAME.as_bytes(), number.as_bytes()] {
            assert!(!world.phones[phone].disk.contains(clear));
        }
    }
    let erasures = at_once(world.server.erasures()).unwrap();
    assert_eq!((erasures[0].confirmed, erasures[0].waiting.len()), (2, 0));
}

/// The vault remembers whom a restored store knows nothing of, or knows too well.
#[test]
fn a_store_restored_to_before_an_erasure_is_told_of_it_and_brings_nobody_back() {
    for is_known_to_the_copy in [true, false] {
        let mut world = World::seeded(12, &RowEngine);
        let an = world.phone("An", Role::TeamMember, &HAMLETS);
        let officer = world.phone("Công an", Role::CommunePolice, &HAMLETS);
        if !is_known_to_the_copy {
            world.server_copies_itself();
        }
        let number = world.number(1, 1985);
        let dossier = world.add_resident(an, &resident(&number)).unwrap();
        world.heal();
        if is_known_to_the_copy {
            world.server_copies_itself();
        }
        // After the copy she got a step further; that counts, too.
        world.reach(an, dossier, HAMLETS[0], Step::CardCollected);
        world.heal();
        let before = world.server_figures();
        world.erase(0);
        world.heal();
        assert_eq!(world.server_figures(), before);
        world.server_goes_back();
        assert_eq!(world.server_figures(), before, "the balance is there again");
        // A phone that knows nothing of it goes on, and is told.
        let note = client_core::input::Put::key(Key::NOTE, "Hẹn lại".into());
        world.write(an, dossier, vec![note]);
        world.heal();
        world.assert_outboxes_empty();
        world.assert_all_equal();
        world.assert_server_agrees_with_itself();
        assert_eq!(world.server_figures(), before, "nobody comes back");
        assert!(at_once(world.server.is_erased(dossier)).unwrap());
        assert!(at_once(verify(&world.server)).unwrap().is_clean());
        for phone in [an, officer] {
            assert!(world.phones[phone].client().row(&dossier).is_empty());
            for clear in [NAME.as_bytes(), number.as_bytes()] {
                assert!(!world.phones[phone].disk.contains(clear));
            }
        }
        let erasures = at_once(world.server.erasures()).unwrap();
        assert_eq!(erasures.len(), 1);
        assert!(erasures[0].is_done && erasures[0].waiting.is_empty());
        // Told once, the store knows it: another start changes nothing.
        let circumstances = world.circumstances();
        at_once(world.server.finish_erasures(circumstances)).unwrap();
        assert_eq!(world.server_figures(), before);
    }
}

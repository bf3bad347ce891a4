//! A document can lose its history: a secret leaves a note, a union is undone, and nobody's late
//! work is lost by it.
#![allow(clippy::unwrap_used, reason = "all of it is tests")]

use std::path::Path;

use client_core::input::Put;
use client_core::views::{NotAcceptedView, Why};
use server::gate::Leaving;
use server::ledger::document::{Alias, Found};
use server::server::Circumstances;
use server::verify::verify;
use shared::engine::{Engine, RowEngine};
use shared::event::Step;
use shared::id::DocumentId;
use shared::key::Key;
use shared::permission::Role;
use shared::receipt::Outcome;
use shared::row::Row;
use shared::value::Value;

use crate::erasure::{Scene, holds, known, openable, server_on};
use crate::http::phone::{MORNING, put as put_text};
use crate::http::wire::COMMUNE;
use crate::world::checks::server_rows;
use crate::world::{HAMLETS, NewResident, World, at_once};

const SECRET: &str = "mã kích hoạt 482913";

fn resident(name: &str, number: &str) -> NewResident {
    NewResident {
        hamlet: HAMLETS[0],
        name: name.into(),
        birth_year: 1985,
        number: Some(number.to_owned()),
        phone: None,
    }
}

fn without(keys: &[Key]) -> Leaving {
    Leaving {
        removed: keys.iter().cloned().collect(),
        ..Leaving::default()
    }
}

fn put(key: Key, text: &str) -> Vec<Put> {
    vec![Put::key(key, text.into())]
}

fn text(row: &Row, key: &Key) -> Option<String> {
    row.get(key).and_then(Value::as_text).map(str::to_owned)
}

/// Everything that must be true of a world that has fallen silent.
fn assert_whole<E: Engine>(world: &World<'_, E>) {
    world.assert_outboxes_empty();
    world.assert_all_equal();
    world.assert_server_agrees_with_itself();
    world.assert_nothing_lost();
    let report = at_once(verify(&world.server)).unwrap();
    assert!(report.is_clean(), "{report:?}");
}

fn refound<E: Engine>(world: &mut World<'_, E>, id: DocumentId, leaving: &Leaving) -> DocumentId {
    let circumstances = world.circumstances();
    let server = world.server.clone();
    at_once(server.refound(id, leaving, circumstances)).unwrap()
}

#[test]
fn a_secret_leaves_a_note_with_its_history_and_the_rest_stays() {
    for engine in [&RowEngine as &dyn Named, &crdt::AutomergeEngine::default()] {
        engine.secret_leaves();
    }
}

/// The same story under either engine.
trait Named {
    fn secret_leaves(&self);
}

impl<E: Engine> Named for E {
    fn secret_leaves(&self) {
        let mut world = World::seeded(21, self);
        let an = world.phone("An", Role::TeamMember, &HAMLETS);
        let binh = world.phone("Bình", Role::TeamMember, &HAMLETS);
        let officer = world.phone("Công an", Role::CommunePolice, &HAMLETS);
        let number = world.number(1, 1985);
        let dossier = world
            .add_resident(an, &resident("Lượm Thị Đẹp", &number))
            .unwrap();
        world.reach(an, dossier, HAMLETS[0], Step::CardCollected);
        world.write(an, dossier, put(Key::NOTE, SECRET));
        world.heal();
        let before = world.server_figures();
        // Bình works on without signal: a value of his own, a step, and one more to the note.
        world.write(binh, dossier, put(Key::PHONE, "0957214402"));
        world.reach(binh, dossier, HAMLETS[0], Step::EidLevel1);
        world.write(binh, dossier, put(Key::NOTE, "482913 còn đúng"));
        let to = refound(&mut world, dossier, &without(&[Key::NOTE]));
        assert_eq!(world.server_figures(), before, "what counted counts");
        world.heal();
        assert_whole(&world);
        let rows = server_rows(&world);
        let row = &rows[&to];
        assert_eq!(text(row, &Key::PHONE).as_deref(), Some("0957214402"));
        assert_eq!(row.get(&Key::NOTE), None);
        assert_eq!(row.events().count(), 2, "a step each, none twice");
        let identity = &rows[&to.companion(shared::id::Companion::Identity)];
        assert_eq!(text(identity, &Key::NUMBER), Some(number));
        for phone in [an, binh, officer] {
            assert!(!world.phones[phone].disk.contains(SECRET.as_bytes()));
            assert!(
                world.phones[phone].client().row(&dossier) == *row,
                "an alias leads on"
            );
        }
        let told: Vec<NotAcceptedView> = world.phones[binh].client().not_accepted();
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0].why, Why::KeyRemoved);
        // Whoever comes new gets the same from the same stream.
        world.phone("Dung", Role::CommunePolice, &HAMLETS);
        world.heal();
        assert_whole(&world);
    }
}

#[tokio::test]
async fn an_officer_takes_a_secret_out_and_no_file_opens_it_any_more() {
    let mut scene = Scene::new().await;
    let written = scene
        .phone
        .write(known(scene.dossier), vec![put_text(Key::NOTE, SECRET)]);
    scene.site.push(&scene.phone.bundle(&[written])).await;
    let refound = format!("/v1/dossiers/{}/refound", scene.dossier);
    let wish = r#"{"remove":["note"]}"#;
    scene.site.account("lanh-dao", Role::Leader, COMMUNE).await;
    let leader = scene.site.browser("lanh-dao").await;
    assert_eq!(leader.ask("POST", &refound, wish).await.status, 403);
    let officer = scene.site.browser("cong-an").await;
    for bad in [
        r#"{"remove":["k"]}"#,
        r#"{"remove":["nothing-known"]}"#,
        r#"{"drop":[]}"#,
    ] {
        assert_eq!(
            officer.ask("POST", &refound, bad).await.status,
            400,
            "{bad}"
        );
    }
    let done = officer.ask("POST", &refound, wish).await;
    assert_eq!(done.status, 200, "{done:?}");
    let to: DocumentId = done.json()["document"].as_str().unwrap().parse().unwrap();
    let undo = format!("/v1/unions/{}/undo", scene.dossier);
    let undone = officer.ask("POST", &undo, "{}").await;
    assert_eq!((undone.status, undone.code().as_str()), (404, "not-united"));
    // What was held of it is told where to go, and so is whatever comes late.
    let receipt = scene.site.push(&scene.held).await;
    let rebase = Outcome::Rebase { survivor: to };
    assert_eq!(scene.away.outcomes(&receipt), [rebase]);
    let late = scene
        .phone
        .write(known(scene.dossier), vec![put_text(Key::ADDRESS, "Ấp 1")]);
    let receipt = scene.site.push(&scene.phone.bundle(&[late])).await;
    assert_eq!(scene.phone.outcomes(&receipt), [rebase]);
    let dpo = scene.site.browser("dpo").await;
    let audit = dpo.ask("GET", "/v1/audit", "").await.json();
    let acts = audit
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["act"].as_str().unwrap());
    assert!(
        acts.clone()
            .any(|act| act.contains("Refounded") && act.contains("note"))
    );
    assert!(acts.clone().all(|act| !act.contains(SECRET)));
    let mut fresh = scene.site.phone(4, "commune-police", COMMUNE).await;
    scene.site.pull(&mut fresh).await;
    assert_eq!(text(&fresh.shown.rows[&to], &Key::NOTE), None);
    assert!(verify(scene.site.server()).await.unwrap().is_clean());
    let (disk, backup) = (scene.disk.path(), scene.backup.path());
    scene.site.stop().await;
    assert!(!holds(disk, SECRET.as_bytes()));
    assert_unreadable(disk, backup).await;
}

/// Nothing of what she was before opens, whichever backup of store or keys is used.
async fn assert_unreadable(disk: &Path, backup: &Path) {
    // Her four changes are closed; two new documents and the neighbour's two open.
    assert_eq!(openable(&server_on(disk, disk)).await, (4, 4));
    let old_store = server_on(backup, disk);
    assert_eq!(openable(&old_store).await, (2, 3));
    drop(old_store);
    // Older keys have hers again, until a server starts that knows of it.
    let old_keys = server_on(disk, backup);
    let circumstances = Circumstances {
        now: MORNING,
        seed: [8; 32],
    };
    old_keys.finish_erasures(circumstances).await.unwrap();
    drop(old_keys);
    assert_eq!(openable(&server_on(backup, backup)).await, (2, 3));
}

/// Two dossiers of one person, united; the survivor and the one that joined it.
fn united<E: Engine>(world: &mut World<'_, E>) -> (DocumentId, DocumentId) {
    let number = world.number(1, 1985);
    let resident = resident("Lượm Thị Đẹp", &number);
    let (an, binh) = (0, 1);
    let first = world.add_resident(an, &resident).unwrap();
    world.write(an, first, put(Key::ADDRESS, "Ấp 1, nhà đầu"));
    world.heal();
    let second = world.add_resident(binh, &resident).unwrap();
    world.write(binh, second, put(Key::PHONE, "0957214402"));
    world.reach(binh, second, HAMLETS[0], Step::CardCollected);
    world.heal();
    let found = at_once(world.server.ledger().document(second)).unwrap();
    assert!(matches!(found, Found::Alias(Alias::United(to)) if to == first));
    (first, second)
}

#[test]
fn a_union_that_is_undone_stays_undone_whatever_comes_late() {
    let mut world = World::seeded(22, &RowEngine);
    for name in ["An", "Bình"] {
        world.phone(name, Role::TeamMember, &HAMLETS);
    }
    world.phone("Công an", Role::CommunePolice, &HAMLETS);
    let (first, second) = united(&mut world);
    // Work without signal upon the united dossier.
    world.write(0, first, put(Key::NOTE, "Gặp lại thứ hai"));
    let (server, circumstances) = (world.server.clone(), world.circumstances());
    let leaving = Leaving::default();
    let apart = at_once(server.undo_union(second, &leaving, circumstances)).unwrap();
    let again = at_once(server.undo_union(second, &leaving, world.circumstances()));
    assert!(again.is_err(), "there is nothing left to undo");
    world.heal();
    assert_whole(&world);
    let [stays, leaves] = apart[..] else {
        panic!("{apart:?}")
    };
    let rows = server_rows(&world);
    assert_eq!(
        text(&rows[&stays], &Key::ADDRESS).as_deref(),
        Some("Ấp 1, nhà đầu")
    );
    assert_eq!(
        text(&rows[&stays], &Key::NOTE).as_deref(),
        Some("Gặp lại thứ hai")
    );
    assert_eq!(rows[&stays].get(&Key::PHONE), None);
    assert_eq!(
        text(&rows[&leaves], &Key::PHONE).as_deref(),
        Some("0957214402")
    );
    assert_eq!(rows[&leaves].events().count(), 1);
    for id in [stays, leaves] {
        assert!(rows.contains_key(&id.companion(shared::id::Companion::Identity)));
    }
    // Whatever is written in either does not bring them together again.
    for (phone, id) in [(0, first), (1, second)] {
        world.write(phone, id, put(Key::NOTE, "Đã xem lại"));
        world.heal();
    }
    assert_whole(&world);
    let rows = server_rows(&world);
    let noted = |id| text(&rows[&id], &Key::NOTE);
    assert_eq!(noted(stays).as_deref(), Some("Đã xem lại"));
    assert_eq!(noted(leaves).as_deref(), Some("Đã xem lại"));
    world.phone("Dung", Role::CommunePolice, &HAMLETS);
    world.heal();
    assert_whole(&world);
}

#[test]
fn what_is_said_late_in_a_companion_finds_the_new_one() {
    let mut world = World::seeded(23, &RowEngine);
    let an = world.phone("An", Role::TeamMember, &HAMLETS);
    let officer = world.phone("Công an", Role::CommunePolice, &HAMLETS);
    let (known, unknown) = (world.number(1, 1985), world.number(1, 1986));
    let dossier = world
        .add_resident(an, &resident("Lượm Thị Đẹp", &known))
        .unwrap();
    let nobody = NewResident {
        number: None,
        ..resident("Trần Văn Tèo", &unknown)
    };
    let other = world.add_resident(an, &nobody).unwrap();
    world.heal();
    // An, who cannot read identities, enters one number anew and another for the first time.
    for (id, number) in [(dossier, &unknown), (other, &known)] {
        assert!(world.number_entered(an, id, number));
    }
    let to = [dossier, other].map(|id| refound(&mut world, id, &Leaving::default()));
    world.heal();
    assert_whole(&world);
    let rows = server_rows(&world);
    let identity = |id: DocumentId| &rows[&id.companion(shared::id::Companion::Identity)];
    assert!(
        identity(to[0]).is_conflicted(&Key::NUMBER),
        "both are shown, none is lost"
    );
    assert_eq!(text(identity(to[1]), &Key::NUMBER), Some(known));
    assert_eq!(world.phones[officer].client().row(&to[0]), rows[&to[0]]);
}

#[test]
fn what_waits_on_the_server_learns_where_its_document_goes_on() {
    let mut world = World::seeded(24, &RowEngine);
    let an = world.phone("An", Role::TeamMember, &HAMLETS);
    let binh = world.phone("Bình", Role::TeamMember, &HAMLETS);
    let number = world.number(1, 1985);
    let dossier = world
        .add_resident(an, &resident("Lượm Thị Đẹp", &number))
        .unwrap();
    world.heal();
    world.steer(binh, server::server::DeviceStep::Suspend);
    world.write(binh, dossier, put(Key::NOTE, "Hẹn lại"));
    world.reachable(binh);
    world.run_until_quiet();
    assert_eq!(at_once(world.server.held()).unwrap().len(), 1);
    let to = refound(&mut world, dossier, &Leaving::default());
    assert!(at_once(world.server.held()).unwrap().is_empty());
    world.heal();
    assert_whole(&world);
    assert_eq!(
        text(&server_rows(&world)[&to], &Key::NOTE).as_deref(),
        Some("Hẹn lại")
    );
}

#[test]
fn a_conflict_must_be_settled_before_its_losers_are_left_behind() {
    let mut world = World::seeded(25, &RowEngine);
    let an = world.phone("An", Role::TeamMember, &HAMLETS);
    let binh = world.phone("Bình", Role::TeamMember, &HAMLETS);
    let number = world.number(1, 1985);
    let dossier = world
        .add_resident(an, &resident("Lượm Thị Đẹp", &number))
        .unwrap();
    world.heal();
    world.write(an, dossier, put(Key::NOTE, "Nhà đầu"));
    world.write(binh, dossier, put(Key::NOTE, "Nhà cuối"));
    world.heal();
    let shown = text(&server_rows(&world)[&dossier], &Key::NOTE);
    let (server, circumstances) = (world.server.clone(), world.circumstances());
    let refused = at_once(server.refound(dossier, &Leaving::default(), circumstances));
    assert!(refused.unwrap_err().to_string().contains("note"));
    let settled = Leaving {
        settled: [Key::NOTE].into(),
        ..Leaving::default()
    };
    let to = refound(&mut world, dossier, &settled);
    world.heal();
    assert_whole(&world);
    assert_eq!(text(&server_rows(&world)[&to], &Key::NOTE), shown);
}

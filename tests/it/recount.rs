//! What stands in the store is what the log says, and whoever changes it is found out.
#![allow(clippy::unwrap_used, reason = "all of it is tests")]

use std::sync::Arc;

use server::auditor::{Auditor, Findings, Tick};
use server::ledger::document::{Found, put_document};
use server::secrets::Secrets;
use server::server::{Circumstances, Foundation, Server};
use server::store::{Commit, Memory, Store, TallyDelta};
use server::verify::{Report, verify};
use server::writer::Writer;
use shared::event::Step;
use shared::id::{DocumentId, TeamId};
use shared::key::Key;
use shared::time::LocalDay;

use crate::http::phone::{MORNING, put};
use crate::http::wire::{HAMLET, Site, units};

const NOW: Circumstances = Circumstances {
    now: MORNING,
    seed: [3; 32],
};

/// A store with one citizen whom two phones recorded, united into one dossier, and its server.
async fn worked() -> (Memory, Server<Memory>, DocumentId) {
    let store = Memory::new();
    let site = Site::start(store.clone()).await;
    let mut survivor = None;
    for seed in [1, 2] {
        let mut phone = site.phone(seed, "team-member", HAMLET).await;
        let mut written = phone.resident("Nguyễn Văn An", "099085000001");
        written.push(phone.write(written[0].0, vec![put(Key::NOTE, "Nhà sau chợ")]));
        written.push(phone.step(written[0].0, Step::CardCollected));
        survivor.get_or_insert(written[0].0.document());
        site.push(&phone.bundle(&written)).await;
        let late = phone.write(written[0].0, vec![put(Key::ADDRESS, "Ấp 1")]);
        site.push(&phone.bundle(&[late])).await;
    }
    let keys = site.server().ledger().secrets().vault().clone();
    let foundation = Foundation {
        secrets: Arc::new(Secrets::with_vault(&[9; 32], keys)),
        units: units(),
        epoch: 1,
    };
    let server = Server::new(store.clone(), Writer::direct(store.clone()), foundation);
    (store, server, survivor.unwrap())
}

/// Shows another row of the document than its history makes.
async fn spoil(store: &Memory, server: &Server<Memory>, id: DocumentId) {
    let Found::Document(mut document) = server.ledger().document(id).await.unwrap() else {
        panic!("no document");
    };
    document.row.max_op += 1;
    document.row.cells.remove(&Key::NOTE);
    let commit = Commit {
        puts: vec![put_document(id, &document)],
        ..Commit::default()
    };
    store.commit(vec![commit]).await.unwrap();
}

#[tokio::test]
async fn rows_histories_and_figures_count_to_the_same_after_a_union() {
    let (_, server, _) = worked().await;
    let report = verify(&server).await.unwrap();
    assert!(report.is_clean(), "{report:?}");
    assert_eq!((report.streams, report.documents), (2, 2));
    // Four changes of each phone on the dossier, one on the identity, and a mark in each stream.
    assert_eq!(report.entries, 2 * 5 + 2);
}

#[tokio::test]
async fn a_changed_figure_or_row_is_found_by_counting() {
    let (store, server, dossier) = worked().await;
    let delta = TallyDelta {
        unit: HAMLET,
        indicator: 1,
        day: LocalDay(0),
        team: TeamId(0),
        delta: 1,
    };
    let commit = Commit {
        tallies: vec![delta],
        ..Commit::default()
    };
    store.commit(vec![commit]).await.unwrap();
    spoil(&store, &server, dossier).await;
    let report = verify(&server).await.unwrap();
    let wanted = Report {
        bad_rows: 1,
        bad_tallies: 1,
        ..report.clone()
    };
    assert_eq!(report, wanted);
    assert!(!report.is_clean());
}

#[tokio::test]
async fn the_auditor_repairs_a_row_counts_it_and_looks_at_nothing_twice() {
    let (store, server, dossier) = worked().await;
    let findings = Arc::new(Findings::default());
    let mut auditor = Auditor::new(server.clone(), findings.clone());
    round(&mut auditor).await;
    assert_eq!((findings.audited(), findings.disagreements()), (2, 0));
    round(&mut auditor).await;
    assert_eq!(findings.audited(), 2);

    spoil(&store, &server, dossier).await;
    round(&mut auditor).await;
    assert_eq!((findings.audited(), findings.disagreements()), (3, 1));
    assert!(verify(&server).await.unwrap().is_clean());
}

async fn round(auditor: &mut Auditor<Memory>) {
    while auditor.tick(NOW).await.unwrap() == Tick::More {}
}

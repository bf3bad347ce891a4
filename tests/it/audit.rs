//! Who did what is written down with what was done, and nobody can change it unseen.
#![allow(clippy::unwrap_used, reason = "all of it is tests")]

use server::audit::verify_chain;
use server::ledger::audit::{Act, Who};
use server::secrets::Secrets;
use server::server::{Foundation, Server};
use server::store::Memory;
use server::writer::Writer;
use shared::permission::Role;

use crate::http::phone::MORNING;
use crate::http::wire::{COMMUNE, HAMLET, Site, units};

/// A server over a copy of the store, with the same keys.
fn other(store: &Memory) -> Server<Memory> {
    let store = store.copy().unwrap();
    let foundation = Foundation {
        secrets: std::sync::Arc::new(Secrets::from_master(&[9; 32])),
        units: units(),
        epoch: 1,
    };
    Server::new(store.clone(), Writer::direct(store), foundation)
}

#[tokio::test]
async fn what_people_do_and_look_at_is_written_down_by_name() {
    let site = Site::start(Memory::new()).await;
    site.account("cong-an", Role::CommunePolice, COMMUNE).await;
    site.account("dpo", Role::Auditor, COMMUNE).await;
    let mut phone = site.phone(1, "team-member", HAMLET).await;
    let suspend = format!("/v1/devices/{}/suspend", phone.device);
    assert_eq!(site.console("POST", &suspend, "").await.status, 204);
    let written = phone.resident("Lâm Thị Thắm", "099085000001");
    site.push(&phone.bundle(&written)).await;
    let page = site.browser("cong-an").await;
    let held = page.ask("GET", "/v1/held", "").await.json();
    let (document, change) = (&held[0]["document"], &held[0]["change"]);
    let approve = format!(
        "/v1/held/{}/{}/approve",
        document.as_str().unwrap(),
        change.as_str().unwrap()
    );
    assert_eq!(page.ask("POST", &approve, "").await.status, 204);
    let search = format!(r#"{{"unit":{HAMLET},"text":"Thắm"}}"#);
    let found = page.ask("POST", "/v1/dossiers/search", &search).await;
    assert_eq!(found.json()["fitting"], 1);
    let dossier = format!("/v1/dossiers/{}", document.as_str().unwrap());
    assert_eq!(page.ask("GET", &dossier, "").await.status, 200);

    let ledger = site.server().ledger();
    let entries = ledger.audited(0).await.unwrap();
    let officer = Who::Account("cong-an".parse().unwrap());
    let by_officer: Vec<&Act> = entries
        .iter()
        .filter(|(_, entry)| entry.who == officer)
        .map(|(_, entry)| &entry.act)
        .collect();
    assert!(
        matches!(
            by_officer[..],
            [
                Act::SignedIn,
                Act::Decided { approved: true, .. },
                Act::Searched { shown: 1, .. },
                Act::Viewed {
                    full_number: false,
                    ..
                }
            ]
        ),
        "{by_officer:?}"
    );
    let device = Who::Device(phone.device);
    let by_phone = entries.iter().filter(|(_, entry)| entry.who == device);
    let acts: Vec<&Act> = by_phone.map(|(_, entry)| &entry.act).collect();
    assert!(matches!(
        acts[..],
        [Act::Enrolled, Act::Answered { taken: true, .. }]
    ));
    assert!(
        entries
            .iter()
            .all(|(n, entry)| *n > 0 && entry.at >= MORNING)
    );

    let lines = site.browser("dpo").await.ask("GET", "/v1/audit", "").await;
    let text = lines.json().to_string();
    assert!(text.contains("cong-an") && !text.contains("Thắm"), "{text}");
    assert_eq!(page.ask("GET", "/v1/audit", "").await.status, 403);
}

#[tokio::test]
async fn a_chain_that_was_changed_or_cut_off_does_not_fit_a_head_kept_elsewhere() {
    let store = Memory::new();
    let site = Site::start(store.clone()).await;
    site.phone(1, "team-member", HAMLET).await;
    let (cut_off, rewritten) = (other(&store), other(&store));
    let honest = site.server();
    honest.note(Act::SignedIn, MORNING).await.unwrap();
    let head = honest.audit_head(MORNING).await.unwrap();
    honest.note(Act::SignedIn, MORNING).await.unwrap();
    let report = verify_chain(honest, std::slice::from_ref(&head))
        .await
        .unwrap();
    assert!(report.is_clean(), "{report:?}");
    // It is kept here, too.
    assert_eq!(report.heads, 2);

    let report = verify_chain(&cut_off, std::slice::from_ref(&head))
        .await
        .unwrap();
    assert_eq!((report.broken_heads, report.heads), (1, 0));
    rewritten.note(Act::Enrolled, MORNING).await.unwrap();
    let report = verify_chain(&rewritten, std::slice::from_ref(&head))
        .await
        .unwrap();
    assert_eq!((report.broken_heads, report.is_clean()), (1, false));
    let text = head.to_string();
    assert_eq!(text.parse(), Ok(head));
    let forged = format!("{}A", &text[..text.len() - 1]).parse().unwrap();
    let report = verify_chain(honest, &[forged]).await.unwrap();
    assert_eq!(report.foreign_heads, 1);
}

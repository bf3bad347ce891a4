//! Dossiers at the console: found, read, and edited beside phones that know nothing of it.

use serde_json::{Value as Json, json};
use server::store::Memory;
use shared::event::Step;
use shared::id::DocumentId;
use shared::key::Key;
use shared::permission::Role;
use shared::receipt::Outcome;

use super::accounts::Browser;
use super::phone::{Phone, put};
use super::wire::{COMMUNE, HAMLET, NEIGHBOUR, PROVINCE, Site};

const NUMBER: &str = "099085000001";

/// A phone that has handed in a resident, and the resident's dossier.
async fn resident(site: &Site, seed: u8, name: &str) -> (Phone, DocumentId) {
    let mut phone = site.phone(seed, "team-member", HAMLET).await;
    let written = phone.resident(name, NUMBER);
    let receipt = site.push(&phone.bundle(&written)).await;
    assert_eq!(phone.outcomes(&receipt), [Outcome::Stored; 2]);
    (phone, written[0].0.document())
}

async fn page(browser: &Browser<'_>, dossier: DocumentId) -> Json {
    let path = format!("/v1/dossiers/{dossier}");
    let answer = browser.ask("GET", &path, "").await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.json()
}

/// Sends an edit with what `page` shows; the status and the answer.
async fn edit(browser: &Browser<'_>, page: &Json, what: (&str, Json)) -> (u16, Json) {
    let path = format!("/v1/dossiers/{}/edit", page["document"].as_str().unwrap());
    let body = json!({"heads": page["heads"], what.0: what.1});
    let answer = browser.ask("POST", &path, &body.to_string()).await;
    (answer.status, answer.json())
}

fn field<'p>(page: &'p Json, key: &str) -> &'p Json {
    let fields = page["fields"].as_array().unwrap();
    fields.iter().find(|field| field["key"] == key).unwrap()
}

/// Each live value of a field with its author.
fn said(page: &Json, key: &str) -> Vec<(String, String)> {
    let values = field(page, key)["values"].as_array().unwrap();
    let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
    let pair = |one: &Json| (text(&one["value"]), text(&one["wrote"]["by"]));
    let mut pairs: Vec<_> = values.iter().map(pair).collect();
    pairs.sort();
    pairs
}

#[tokio::test]
async fn an_edit_on_a_page_opened_before_a_phones_upload_stands_beside_it_as_a_conflict() {
    let site = Site::start(Memory::new()).await;
    let (mut phone, dossier) = resident(&site, 1, "Nguyễn Văn An").await;
    site.account("lan", Role::CommunePolice, COMMUNE).await;
    let browser = site.browser("lan").await;
    let opened = page(&browser, dossier).await;

    let name = server::author::elsewhere(dossier);
    let meanwhile = phone.write(name, vec![put(Key::PHONE, "0951234567")]);
    site.push(&phone.bundle(&[meanwhile])).await;
    let typed = json!({"key": "phone", "value": "095 765 4321"});
    let (status, answer) = edit(&browser, &opened, ("put", typed)).await;
    assert_eq!((status, &answer["outcome"]), (200, &"stored".into()));

    let both = [
        ("0951234567".to_owned(), "Máy 1".to_owned()),
        ("0957654321".to_owned(), "Cô lan".to_owned()),
    ];
    assert_eq!(said(&answer["dossier"], "phone"), both);
    assert_eq!(field(&answer["dossier"], "phone")["is_conflicted"], true);
    site.pull(&mut phone).await;
    assert!(phone.shown.rows[&dossier].is_conflicted(&Key::PHONE));

    // Somebody chooses, upon a page that shows both: settled, everywhere.
    let conflicted = page(&browser, dossier).await;
    let values = field(&conflicted, "phone")["values"].as_array().unwrap();
    let right = values
        .iter()
        .find(|one| one["wrote"]["by"] == "Máy 1")
        .unwrap();
    let chosen = json!({"key": "phone", "op": right["op"]});
    let (status, settled) = edit(&browser, &conflicted, ("choose", chosen)).await;
    assert_eq!(status, 200);
    assert_eq!(field(&settled["dossier"], "phone")["is_conflicted"], false);
    site.pull(&mut phone).await;
    let row = &phone.shown.rows[&dossier];
    assert!(!row.is_conflicted(&Key::PHONE));
    assert_eq!(row.get(&Key::PHONE), Some(&"0951234567".into()));
}

#[tokio::test]
async fn two_edits_from_one_page_are_one_persons_and_no_conflict() {
    let site = Site::start(Memory::new()).await;
    let (_, dossier) = resident(&site, 1, "Nguyễn Văn An").await;
    site.account("lan", Role::CommunePolice, COMMUNE).await;
    let browser = site.browser("lan").await;
    let opened = page(&browser, dossier).await;
    for phone in ["0950000001", "0950000002"] {
        let typed = json!({"key": "phone", "value": phone});
        let (status, answer) = edit(&browser, &opened, ("put", typed)).await;
        assert_eq!(status, 200, "{answer}");
        let alone = [(phone.to_owned(), "Cô lan".to_owned())];
        assert_eq!(said(&answer["dossier"], "phone"), alone);
    }
    let again = json!({"key": "phone", "value": "0950000002"});
    let now = page(&browser, dossier).await;
    assert_eq!(
        edit(&browser, &now, ("put", again)).await.1["outcome"],
        "nothing"
    );
}

#[tokio::test]
async fn two_accounts_on_one_state_conflict_like_two_phones() {
    let site = Site::start(Memory::new()).await;
    let (_, dossier) = resident(&site, 1, "Nguyễn Văn An").await;
    let mut pages = Vec::new();
    for name in ["lan", "hoa"] {
        site.account(name, Role::CommunePolice, COMMUNE).await;
        let browser = site.browser(name).await;
        let opened = page(&browser, dossier).await;
        pages.push((browser, opened, format!("Tổ 1, nhà {name}")));
    }
    for (browser, opened, address) in &pages {
        let typed = json!({"key": "addr", "value": address});
        assert_eq!(edit(browser, opened, ("put", typed)).await.0, 200);
    }
    let both = said(&page(&pages[0].0, dossier).await, "addr");
    assert_eq!(both.len(), 2);
    assert_eq!(both[0].1, "Cô hoa");
}

#[tokio::test]
async fn an_event_is_taken_back_by_whoever_may_and_counts_no_more() {
    let site = Site::start(Memory::new()).await;
    let (mut phone, dossier) = resident(&site, 1, "Nguyễn Văn An").await;
    let step = phone.step(server::author::elsewhere(dossier), Step::CardCollected);
    site.push(&phone.bundle(&[step])).await;
    site.account("lan", Role::CommunePolice, COMMUNE).await;
    site.account("to", Role::CommuneTeam, COMMUNE).await;
    let (officer, team) = (site.browser("lan").await, site.browser("to").await);
    let opened = page(&team, dossier).await;
    let happened = &opened["events"][0];
    assert_eq!(
        (&happened["step"], &happened["may_void"]),
        (&"card-collected".into(), &false.into())
    );
    let void = json!({"event": happened["event"], "reason": "mistake"});
    let (status, refused) = edit(&team, &opened, ("void", void.clone())).await;
    assert_eq!((status, &refused["code"]), (403, &"not-permitted".into()));
    let (status, answer) = edit(&officer, &opened, ("void", void)).await;
    assert_eq!(status, 200, "{answer}");
    assert!(answer["dossier"]["events"].as_array().unwrap().is_empty());
    assert_eq!(answer["dossier"]["voided"][0]["step"], "card-collected");
    assert_eq!(super::figure(&site, HAMLET.0, "card-collected").await, 0);
}

#[tokio::test]
async fn what_does_not_fit_its_field_is_said_by_its_code_and_counts_against_nobody() {
    let site = Site::start(Memory::new()).await;
    let (_, dossier) = resident(&site, 1, "Nguyễn Văn An").await;
    site.account("lan", Role::CommunePolice, COMMUNE).await;
    let browser = site.browser("lan").await;
    let opened = page(&browser, dossier).await;
    for (key, value, status, code) in [
        ("phone", "12", 422, "phone-start"),
        ("byear", "1700", 422, "put-out-of-range"),
        ("name", "", 422, "name-empty"),
        ("last3", "123", 400, "unknown-field"),
        ("nowhere", "x", 400, "unknown-field"),
    ] {
        let typed = json!({"key": key, "value": value});
        let (found, answer) = edit(&browser, &opened, ("put", typed)).await;
        assert_eq!((found, &answer["code"]), (status, &code.into()), "{key}");
    }
    let unknown = json!({"document": dossier.to_string(), "heads": ["00".repeat(32)]});
    let typed = json!({"key": "phone", "value": "0950000001"});
    let (status, answer) = edit(&browser, &unknown, ("put", typed)).await;
    assert_eq!((status, &answer["code"]), (409, &"unknown-heads".into()));
}

#[tokio::test]
async fn people_are_found_without_marks_within_a_commune_by_whoever_reads_it() {
    let site = Site::start(Memory::new()).await;
    let (mut phone, dossier) = resident(&site, 1, "Lâm Thị Đẹp").await;
    site.account("lan", Role::CommunePolice, COMMUNE).await;
    let browser = site.browser("lan").await;
    let found = async |browser: &Browser<'_>, unit: u32, text: &str| {
        let body = json!({"unit": unit, "text": text}).to_string();
        let answer = browser.ask("POST", "/v1/dossiers/search", &body).await;
        (answer.status, answer.json())
    };
    for (text, fits) in [
        ("dep", 1),
        ("lam de", 1),
        ("001", 1),
        ("nguyen", 0),
        ("", 1),
    ] {
        let (status, list) = found(&browser, COMMUNE.0, text).await;
        assert_eq!((status, &list["fitting"]), (200, &fits.into()), "{text}");
        assert_eq!(list["all"], 1);
    }
    let more = phone.resident("Nguyễn Văn Bảy", "099085000002");
    site.push(&phone.bundle(&more)).await;
    let (_, list) = found(&browser, COMMUNE.0, "nguyen").await;
    assert_eq!(list["lines"][0]["name"], "Nguyễn Văn Bảy");
    assert_eq!(found(&browser, PROVINCE.0, "").await.0, 403);

    site.account("hoa", Role::TeamLead, NEIGHBOUR).await;
    site.account("sep", Role::Coordinator, PROVINCE).await;
    for name in ["hoa", "sep"] {
        let other = site.browser(name).await;
        assert_eq!(found(&other, HAMLET.0, "").await.0, 403, "{name}");
        let path = format!("/v1/dossiers/{dossier}");
        let answer = other.ask("GET", &path, "").await;
        assert_eq!((answer.status, answer.code().as_str()), (404, "no-dossier"));
    }
    let program = site
        .console("GET", &format!("/v1/dossiers/{dossier}"), "")
        .await;
    assert_eq!(program.status, 403);
}

#[tokio::test]
async fn a_copy_for_the_person_holds_what_its_giver_may_read_and_what_was_corrected_since() {
    let site = Site::start(Memory::new()).await;
    let (mut phone, dossier) = resident(&site, 1, "Nguyễn Văn An").await;
    for number in ["0951234567", "0957654321"] {
        let name = server::author::elsewhere(dossier);
        let written = phone.write(name, vec![put(Key::PHONE, number)]);
        site.push(&phone.bundle(&[written])).await;
    }
    for (name, role, unit) in [
        ("lan", Role::CommunePolice, COMMUNE),
        ("tam", Role::TeamLead, HAMLET),
        ("be", Role::TeamLead, NEIGHBOUR),
        ("ut", Role::Coordinator, PROVINCE),
        ("na", Role::Auditor, PROVINCE),
    ] {
        site.account(name, role, unit).await;
    }
    let path = format!("/v1/dossiers/{dossier}/export");
    let number = format!("{NUMBER:?}");
    for (name, status, has_number) in [
        ("lan", 200, true),
        ("tam", 200, false),
        ("be", 404, false),
        ("ut", 404, false),
        ("na", 404, false),
    ] {
        let browser = site.browser(name).await;
        let answer = browser.ask("POST", &path, "").await;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        assert_eq!(answer.status, status, "{name}: {text}");
        assert_eq!(text.contains(&number), has_number, "{name}: {text}");
        if status == 200 {
            let told = &answer.json()["documents"][0];
            assert_eq!(told["values"]["phone"][0]["value"], "0957654321");
            assert_eq!(told["before"]["phone"][0]["value"], "0951234567");
            assert_eq!(told["before"]["phone"][0]["wrote"]["by"], "Máy 1");
        }
    }
    let browser = site.browser("na").await;
    let lines = browser.ask("GET", "/v1/audit?last=1000", "").await.json();
    let lines = lines.as_array().unwrap().iter();
    let exported = lines.filter(|line| line["kind"] == "exported");
    let exported: Vec<_> = exported
        .map(|line| {
            (
                line["who"].as_str().unwrap(),
                line["about"].as_str().unwrap(),
            )
        })
        .collect();
    let id = dossier.to_string();
    assert_eq!(exported, [("lan", &*id), ("tam", &*id)]);
}

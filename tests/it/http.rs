//! The whole server as phones and consoles meet it: over HTTP on the loopback.
#![allow(clippy::unwrap_used, reason = "all of it is tests")]

// Signing in to the console.
pub mod accounts;
// Parcels, and phones of another age.
mod carried;
// Dossiers read and edited at the console.
mod dossiers;
// What stands behind a unit's figures.
mod figures;
// A server that is killed while phones hand in.
mod killed;
// A phone in a few lines.
pub mod phone;
// Frozen reports, and tables as files.
mod reports;
// A server on a free port, and requests to it.
pub mod wire;

use server::store::Memory;
use shared::enrol::EnrolState;
use shared::event::Step;
use shared::facts::{Name, Origin};
use shared::key::Key;
use shared::names::Names;
use shared::receipt::{HoldReason, Outcome};
use shared::signed::verify;
use shared::value::Value;

use phone::{Phone, put};
use wire::{COMMUNE, HAMLET, NEIGHBOUR, Site};

const NUMBER: &str = "099085000001";

#[tokio::test]
async fn a_phone_learns_what_its_units_and_colleagues_are_called_and_no_others() {
    let site = Site::start(Memory::new()).await;
    let one = site.phone(1, "team-member", HAMLET).await;
    let two = site.phone(2, "team-lead", HAMLET).await;
    let police = site.phone(3, "commune-police", COMMUNE).await;
    let stranger = site.phone(4, "team-member", NEIGHBOUR).await;
    let names = names(&site, &one).await;
    assert_eq!(names.unit(HAMLET), Some("Ấp 1"));
    assert_eq!(names.unit(NEIGHBOUR), Some("Ấp 2"));
    assert_eq!(names.unit(COMMUNE), Some("Xã Đất Mới"));
    let known = [&one, &two, &police].map(|phone| names.person(phone.device));
    assert_eq!(known, [Some("Máy 1"); 3]);
    assert_eq!(names.person(stranger.device), None);
    let steps = format!("/v1/devices/{}/suspend", one.device);
    assert_eq!(site.console("POST", &steps, "").await.status, 204);
    assert_eq!(self::names(&site, &one).await.people, []);
}

#[tokio::test]
async fn a_phone_may_seal_a_preview_to_those_alone_who_read_all_that_it_does() {
    let site = Site::start(Memory::new()).await;
    let one = site.phone(1, "team-member", HAMLET).await;
    let two = site.phone(2, "team-lead", HAMLET).await;
    let police = site.phone(3, "commune-police", COMMUNE).await;
    let stranger = site.phone(4, "team-member", NEIGHBOUR).await;
    let told = names(&site, &one).await;
    let sealing = |phone: &Phone| told.colleague(phone.device).map(|known| known.sealing);
    assert_eq!(sealing(&two), Some(Some(two.sealing())));
    assert_eq!(sealing(&police), Some(Some(police.sealing())));
    assert_eq!(sealing(&stranger), None);
    assert_eq!(sealing(&one), None);
    let told = names(&site, &police).await;
    let known = told.colleague(one.device).unwrap();
    assert_eq!(known.signing, one.key.public());
    assert_eq!(known.sealing, None, "what police write is not for the team");
    let steps = format!("/v1/devices/{}/suspend", two.device);
    assert_eq!(site.console("POST", &steps, "").await.status, 204);
    let told = names(&site, &one).await;
    assert_eq!(told.colleague(two.device), None);
    assert_eq!(told.person(two.device), Some("Máy 1"));
}

async fn names(site: &Site, phone: &Phone) -> Names {
    let answer = site.post("/v1/names", &phone.pull_request(0)).await;
    assert_eq!(answer.status, 200);
    verify(&answer.body, &phone.server.unwrap().0).unwrap()
}

#[tokio::test]
async fn a_phone_enrols_works_before_it_is_confirmed_and_loses_nothing() {
    let site = Site::start(Memory::new()).await;
    let mut phone = Phone::new(1, HAMLET);
    let invite = site.invite("team-member", HAMLET).await;
    let request = phone.enrolment(&invite);
    let answer = site.post("/v1/enrol", &request).await;
    assert!(matches!(
        phone.enrolled(&invite, &answer.body),
        EnrolState::Pending(_)
    ));
    let written = phone.resident("Nguyễn Văn An", NUMBER);
    let receipt = site.push(&phone.bundle(&written)).await;
    let unconfirmed = Outcome::Held(HoldReason::Unconfirmed);
    assert_eq!(phone.outcomes(&receipt), [unconfirmed, Outcome::Parked]);
    let early = phone.step(written[0].0, Step::CardCollected);
    site.push(&phone.bundle(&[early])).await;
    assert_eq!(
        site.console("GET", "/v1/held", "").await.json()[0]["reason"],
        "unconfirmed"
    );

    let listed = site.console("GET", "/v1/devices", "").await.json();
    assert_eq!(listed[0]["state"], "pending");
    assert_eq!(listed[0]["check_code"].as_str().unwrap().len(), 6);
    site.confirm(&phone).await;
    let again = site.post("/v1/enrol", &request).await;
    assert!(matches!(
        phone.enrolled(&invite, &again.body),
        EnrolState::Active(_)
    ));
    let answer = site.post("/v1/pull", &phone.pull_request(0)).await;
    let answer = phone.pulled(&answer.body);
    for receipt in &answer.receipts {
        let outcomes = phone.outcomes(receipt);
        assert!(
            outcomes.iter().all(|o| *o == Outcome::Stored),
            "{outcomes:?}"
        );
    }
    assert_eq!(answer.receipts.len(), 2);
    assert!(
        site.console("GET", "/v1/held", "")
            .await
            .json()
            .as_array()
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn the_same_bundle_gets_the_same_receipt_and_counts_once() {
    let site = Site::start(Memory::new()).await;
    let mut phone = site.phone(1, "team-member", HAMLET).await;
    let written = phone.resident("Nguyễn Văn An", NUMBER);
    let bundle = phone.bundle(&written);
    let first = site.push(&bundle).await;
    assert_eq!(phone.outcomes(&first), [Outcome::Stored, Outcome::Stored]);
    assert_eq!(site.push(&bundle).await, first);
    assert_eq!(figure(&site, COMMUNE.0, "dossiers").await, 1);
}

#[tokio::test]
async fn a_colleague_pulls_what_was_pushed_and_police_alone_the_number() {
    let site = Site::start(Memory::new()).await;
    let mut phone = site.phone(1, "team-member", HAMLET).await;
    let mut colleague = site.phone(2, "team-member", HAMLET).await;
    let mut officer = site.phone(3, "commune-police", COMMUNE).await;
    let mut stranger = site.phone(4, "team-member", NEIGHBOUR).await;
    let written = phone.resident("Nguyễn Văn An", NUMBER);
    let (dossier, identity) = (written[0].0.document(), written[1].0.document());
    site.push(&phone.bundle(&written)).await;
    for reader in [&mut colleague, &mut officer, &mut stranger] {
        site.pull(reader).await;
    }
    let name = Some(&Value::from("Nguyễn Văn An"));
    assert_eq!(colleague.shown.rows[&dossier].get(&Key::NAME), name);
    assert!(!colleague.shown.rows.contains_key(&identity));
    assert_eq!(officer.shown.rows[&dossier].get(&Key::NAME), name);
    let number = Some(&Value::from(NUMBER));
    assert_eq!(officer.shown.rows[&identity].get(&Key::NUMBER), number);
    assert!(stranger.shown.rows.is_empty());
    let nothing_new = site.post("/v1/pull", &colleague.pull_request(0)).await.body;
    assert!(nothing_new.len() <= 120, "{} bytes", nothing_new.len());
}

#[tokio::test]
async fn one_citizen_recorded_by_two_phones_becomes_one_dossier_with_a_visible_conflict() {
    let site = Site::start(Memory::new()).await;
    let mut first = site.phone(1, "team-member", HAMLET).await;
    let mut second = site.phone(2, "team-member", HAMLET).await;
    let mut mine = first.resident("Nguyễn Văn An", NUMBER);
    mine.push(first.write(mine[0].0, vec![put(Key::PHONE, "0951234567")]));
    let mut theirs = second.resident("Nguyễn Văn An", NUMBER);
    theirs.push(second.write(theirs[0].0, vec![put(Key::PHONE, "0957654321")]));
    theirs.push(second.step(theirs[0].0, Step::CardCollected));
    let (survivor, joined) = (mine[0].0.document(), theirs[0].0.document());
    site.push(&first.bundle(&mine)).await;
    let receipt = site.push(&second.bundle(&theirs)).await;
    assert_eq!(second.outcomes(&receipt), [Outcome::Stored; 4]);
    assert_eq!(figure(&site, HAMLET.0, "dossiers").await, 1);
    for phone in [&mut first, &mut second] {
        site.pull(phone).await;
        assert_eq!(phone.shown.survivor(joined), survivor);
        assert!(phone.shown.rows[&survivor].is_conflicted(&Key::PHONE));
        assert!(!phone.shown.rows.contains_key(&joined));
    }
    assert_eq!(first.shown.rows[&survivor], second.shown.rows[&survivor]);

    // Whoever knows the dossier under its old name goes on, and the log still folds for all.
    let late = second.write(theirs[0].0, vec![put(Key::NOTE, "Nhà sau chợ")]);
    site.push(&second.bundle(&[late])).await;
    let name = Name {
        origin: Origin::Elsewhere(survivor),
        companion: None,
    };
    let settled = first.write(name, vec![put(Key::PHONE, "0957654321")]);
    site.push(&first.bundle(&[settled])).await;
    for phone in [&mut first, &mut second] {
        site.pull(phone).await;
        let row = &phone.shown.rows[&survivor];
        assert!(!row.is_conflicted(&Key::PHONE));
        assert_eq!(row.get(&Key::NOTE), Some(&Value::from("Nhà sau chợ")));
    }
    assert_eq!(first.shown.rows[&survivor], second.shown.rows[&survivor]);
}

#[tokio::test]
async fn progress_counts_what_was_reached_against_its_target() {
    let site = Site::start(Memory::new()).await;
    let mut phone = site.phone(1, "team-member", HAMLET).await;
    let mut team = site.phone(2, "commune-team", COMMUNE).await;
    let mut written = phone.resident("Nguyễn Văn An", NUMBER);
    written.push(phone.step(written[0].0, Step::CardCollected));
    written.extend(phone.resident("Lâm Thị Đẹp", "099085000002"));
    site.push(&phone.bundle(&written)).await;
    let target = team.new_name();
    let puts = vec![
        put(Key::KIND, shared::kind::Kind::Target.code()),
        put(Key::UNIT, u64::from(COMMUNE.0)),
        put(Key::TARGET_INDICATOR, 12),
        put(Key::TARGET_KIND, 0),
        put(Key::TARGET_VALUE, 3),
    ];
    let set = team.write(target, puts);
    let receipt = site.push(&team.bundle(&[set])).await;
    assert_eq!(team.outcomes(&receipt), [Outcome::Stored]);

    let path = "/v1/progress?unit=2&day=2023-11-20";
    let progress = site.console("GET", path, "").await.json();
    assert_eq!(progress["as_of"], "2023-11-20");
    let target = &progress["unit"]["targets"][0];
    assert_eq!(
        (&target["reached"], &target["value"]),
        (&1.into(), &3.into())
    );
    assert_eq!(target["percent"], "33.33");
    let rounded = format!("{path}&percents=round");
    let rounded = site.console("GET", &rounded, "").await.json();
    assert_eq!(rounded["unit"]["targets"][0]["percent"], "33.33");
    assert_eq!(progress["children"][0]["name"], "Ấp 1");
    assert_eq!(figure(&site, COMMUNE.0, "dossiers").await, 2);
    assert_eq!(figure(&site, COMMUNE.0, "card-collected").await, 1);
    assert_eq!(figure(&site, NEIGHBOUR.0, "dossiers").await, 0);
    let before = "/v1/progress?unit=2&day=2023-11-19";
    let before = site.console("GET", before, "").await.json();
    assert_eq!(before["unit"]["targets"][0]["reached"], 0);
}

#[tokio::test]
async fn pace_tells_each_day_of_the_campaign_whose_target_it_is() {
    let site = Site::start(Memory::new()).await;
    let mut phone = site.phone(1, "team-member", HAMLET).await;
    let mut written = phone.resident("Nguyễn Văn An", NUMBER);
    written.push(phone.step(written[0].0, Step::CardCollected));
    site.push(&phone.bundle(&written)).await;
    let ask = async || {
        let path = "/v1/pace?unit=2&indicator=card-collected";
        site.console("GET", path, "").await.json()
    };
    assert!(ask().await.is_null());
    let mut office = site.phone(2, "coordinator", COMMUNE).await;
    let (campaign, target) = (office.new_name(), office.new_name());
    let founding = |kind: shared::kind::Kind| {
        let unit = put(Key::UNIT, u64::from(COMMUNE.0));
        vec![put(Key::KIND, kind.code()), unit]
    };
    let mut puts = founding(shared::kind::Kind::Campaign);
    puts.extend([
        put(Key::CAMPAIGN_NAME, "Ba ngày"),
        put(Key::CAMPAIGN_FROM, 20_231_118),
        put(Key::CAMPAIGN_TO, 20_231_121),
    ]);
    let opened = office.write(campaign, puts);
    let mut puts = founding(shared::kind::Kind::Target);
    let link = Value::Bytes(campaign.document().0.to_vec());
    puts.extend([
        put(Key::TARGET_CAMPAIGN, link),
        put(Key::TARGET_INDICATOR, 12),
        put(Key::TARGET_KIND, 0),
        put(Key::TARGET_VALUE, 3),
    ]);
    let set = office.write(target, puts);
    let receipt = site.push(&office.bundle(&[opened, set])).await;
    assert_eq!(office.outcomes(&receipt), [Outcome::Stored; 2]);
    let pace = ask().await;
    assert_eq!(pace["campaign"], "Ba ngày");
    assert_eq!(
        (&pace["start"], &pace["end"]),
        (&"2023-11-18".into(), &"2023-11-21".into())
    );
    assert_eq!(pace["reached"], serde_json::json!([0, 0, 1]));
    assert_eq!(pace["target"], 3);
}

#[tokio::test]
async fn a_waiting_pull_is_answered_when_news_comes_and_when_the_server_stops() {
    let site = Site::start(Memory::new()).await;
    let mut phone = site.phone(1, "team-member", HAMLET).await;
    let mut colleague = site.phone(2, "team-member", HAMLET).await;
    site.pull(&mut colleague).await;
    let written = phone.resident("Nguyễn Văn An", NUMBER);
    let bundle = phone.bundle(&written);
    let request = colleague.pull_request(30);
    let (answer, _) = tokio::join!(site.post("/v1/pull", &request), site.push(&bundle));
    assert_eq!(colleague.pulled(&answer.body).pages.len(), 1);

    let address = site.address;
    let request = colleague.pull_request(30);
    let waiting = tokio::spawn(async move {
        let head = format!(
            "POST /v1/pull HTTP/1.1\r\ncontent-length: {}",
            request.len()
        );
        wire::exchange(address, &head, &request).await
    });
    site.stop().await;
    if let Ok(answer) = waiting.await {
        assert!(colleague.pulled(&answer.body).pages.is_empty());
    }
}

#[tokio::test]
async fn what_is_not_a_request_gets_its_own_code_and_every_answer_its_guards() {
    let site = Site::start(Memory::new()).await;
    let get = |path: &str| format!("GET {path} HTTP/1.1");
    for (head, status, code) in [
        (get("/v1/nothing"), 404, "not-found"),
        (get("/v1/bundles"), 405, "method-not-allowed"),
        (get("/v1/progress?unit=2"), 401, "unauthorized"),
        (get("/v1/progress?unit=x"), 400, "bad-request"),
    ] {
        let answer = site.send(&head, b"").await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (status, code),
            "{head}"
        );
        for guard in ["nosniff", "no-referrer", "no-store", "default-src 'none'"] {
            assert!(answer.head.contains(guard), "{head}: {guard}");
        }
    }
    let unknown = site.console("GET", "/v1/progress?unit=77", "").await;
    assert_eq!(
        (unknown.status, unknown.code().as_str()),
        (404, "no-such-unit")
    );
    let health = site.send(&get("/v1/health"), b"").await;
    assert_eq!(health.json()["status"], "ok");
    assert_eq!(health.json()["automerge_disagreements"], 0);
}

#[tokio::test]
async fn a_server_whose_disk_is_nearly_full_reads_and_tells_phones_to_keep_their_work() {
    let site = Site::start(Memory::new()).await;
    let mut phone = site.phone(1, "team-member", HAMLET).await;
    let mut colleague = site.phone(2, "team-member", HAMLET).await;
    let first = phone.resident("Nguyễn Văn An", NUMBER);
    site.push(&phone.bundle(&first)).await;
    site.server().room().note(100, 200);
    let second = phone.resident("Lâm Thị Đẹp", "099085000002");
    let bundle = phone.bundle(&second);
    let answer = site.post("/v1/bundles", &bundle).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (507, "disk-nearly-full")
    );
    assert!(answer.head.contains("retry-after: 300"), "{}", answer.head);
    site.pull(&mut colleague).await;
    assert_eq!(colleague.shown.rows.len(), 1);
    let health = site.send("GET /v1/health HTTP/1.1", b"").await;
    assert_eq!(health.json()["status"], "read-only");
    site.server().room().note(200, 200);
    let receipt = site.push(&bundle).await;
    assert_eq!(phone.outcomes(&receipt), [Outcome::Stored; 2]);
}

#[tokio::test]
async fn bodies_are_bounded_whether_or_not_a_length_is_announced() {
    let site = Site::start(Memory::new()).await;
    let long = vec![b'x'; shared::limits::BUNDLE_BYTES_MAX + 1];
    let answer = site.post("/v1/bundles", &long).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (413, "body-too-long")
    );
    let head = "POST /v1/bundles HTTP/1.1\r\ntransfer-encoding: chunked";
    let mut chunked = format!("{:x}\r\n", long.len()).into_bytes();
    chunked.extend_from_slice(&long);
    let answer = site.send(head, &chunked).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (413, "body-too-long")
    );
}

#[tokio::test]
async fn consoles_hear_which_streams_have_grown() {
    use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
    let site = Site::start(Memory::new()).await;
    let mut phone = site.phone(1, "team-member", HAMLET).await;
    let stream = tokio::net::TcpStream::connect(site.address).await.unwrap();
    let mut lines = BufReader::new(stream);
    let token = server::http::Token::from_bytes([5; 32]);
    let head =
        format!("GET /v1/events HTTP/1.1\r\nhost: s\r\nauthorization: Bearer {token}\r\n\r\n");
    lines.get_mut().write_all(head.as_bytes()).await.unwrap();
    let mut line = String::new();
    while !line.starts_with("HTTP/1.1 200") {
        lines.read_line(&mut line).await.unwrap();
    }
    let written = phone.resident("Nguyễn Văn An", NUMBER);
    site.push(&phone.bundle(&written)).await;
    loop {
        line.clear();
        lines.read_line(&mut line).await.unwrap();
        if let Some(data) = line.trim().strip_prefix("data:") {
            let told: serde_json::Value = serde_json::from_str(data).unwrap();
            assert_eq!(told[0], serde_json::json!({"unit": 3, "audience": "team"}));
            assert_eq!(
                told[1],
                serde_json::json!({"unit": 3, "audience": "police"})
            );
            return;
        }
    }
}

/// One figure of a unit as the console shows it today.
pub async fn figure(site: &Site, unit: u32, indicator: &str) -> u64 {
    let path = format!("/v1/progress?unit={unit}");
    let progress = site.console("GET", &path, "").await.json();
    let figures = progress["unit"]["figures"].as_array().unwrap().clone();
    let found = figures.iter().find(|f| f["indicator"] == indicator);
    found.map_or(0, |figure| figure["count"].as_u64().unwrap())
}

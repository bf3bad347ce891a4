//! What stands behind a unit's figures: told apart, summed up again, and who may read the words.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use server::ledger::audit::{Act, read_audited};
use server::server::FreshnessQuery;
use server::store::Memory;
use shared::bundle::BundleNumber;
use shared::catalogue::{AreaType, NoticeKind};
use shared::engine::Slot;
use shared::event::{self, Event, OutcomeResult, Stamp, Step, What};
use shared::id::{DocumentId, TeamId};
use shared::key::Key;
use shared::kind::Kind;
use shared::permission::Role;
use shared::pull::Unsent;
use shared::reason::Reason;
use shared::receipt::Outcome;
use shared::value::Value;

use super::phone::{MORNING, Phone, Written, put};
use super::wire::{COMMUNE, HAMLET, NEIGHBOUR, Site};

const DAY: &str = "2023-11-20";

fn founding(phone: &Phone, kind: Kind) -> Vec<(Slot, Value)> {
    let unit = put(Key::UNIT, u64::from(phone.unit.0));
    vec![put(Key::KIND, kind.code()), unit]
}

fn ended(phone: &Phone, result: OutcomeResult, service: u16) -> (Slot, Value) {
    let what = What::Outcome(event::Outcome {
        dossier: None,
        session: None,
        result,
        service,
    });
    let stamp = Stamp {
        at: MORNING.local_minute(),
        unit: phone.unit,
        team: TeamId(1),
    };
    let payload = Event { what, stamp }.to_payload();
    (Slot::Event, Value::Bytes(payload))
}

/// A hall in a place of minorities, and a session there at eight in the morning: somebody submits
/// an application, somebody else has no phone.
fn morning_at_the_hall(phone: &mut Phone) -> Vec<Written> {
    let (hall, session, notice) = (phone.new_name(), phone.new_name(), phone.new_name());
    let mut puts = founding(phone, Kind::Place);
    puts.push(put(Key::PLACE_NAME, "Nhà văn hóa ấp"));
    let area = u64::from(AreaType::Minority.code());
    puts.push(put(Key::AREA_TYPE, area));
    let place = phone.write(hall, puts);
    let mut puts = founding(phone, Kind::Session);
    let started = MORNING.local_minute().0.unsigned_abs();
    puts.extend([
        put(Key::SESSION_KIND, 2),
        put(Key::STARTED, started),
        put(Key::SESSION_TEAM, 1),
        put(Key::SESSION_PLACE, Value::Bytes(hall.document().0.to_vec())),
        put(Key::HEADCOUNT, 12),
        put(Key::OBSTACLES, "Mạng chập chờn"),
        ended(phone, OutcomeResult::Submitted, 103),
        ended(phone, OutcomeResult::Blocked(Reason::NoPhone), 103),
    ]);
    let session = phone.write(session, puts);
    let mut puts = founding(phone, Kind::Notice);
    let kind = u64::from(NoticeKind::Obstacle.code());
    puts.push(put(Key::NOTICE_KIND, kind));
    puts.push(put(Key::NOTICE_TEXT, "Nước ròng, vỏ lãi không vô được"));
    vec![place, session, phone.write(notice, puts)]
}

/// A site with a morning of work in each of two hamlets.
async fn worked() -> Site {
    let site = Site::start(Memory::new()).await;
    for (seed, unit) in [(1, HAMLET), (2, NEIGHBOUR)] {
        let mut phone = site.phone(seed, "commune-police", unit).await;
        let number = format!("09908500000{seed}");
        let mut written = phone.resident("Nguyễn Văn An", &number);
        written.push(phone.step(written[0].0, Step::CardPrinted));
        written.push(phone.step(written[0].0, Step::CardUndeliverable));
        written.extend(morning_at_the_hall(&mut phone));
        let receipt = site.push(&phone.bundle(&written)).await;
        let outcomes = phone.outcomes(&receipt);
        assert!(
            outcomes.iter().all(|one| *one == Outcome::Stored),
            "{outcomes:?}"
        );
    }
    site
}

async fn ask(site: &Site, path: &str) -> Json {
    let answer = site.console("GET", path, "").await;
    assert_eq!(answer.status, 200, "{path}: {answer:?}");
    answer.json()
}

fn counts(figures: &Json) -> BTreeMap<String, u64> {
    let figures = figures.as_array().unwrap().iter();
    let count = |one: &Json| {
        let indicator = one["indicator"].as_str().unwrap().to_owned();
        (indicator, one["count"].as_u64().unwrap())
    };
    figures.map(count).collect()
}

#[tokio::test]
async fn the_groups_of_every_breakdown_add_up_to_the_units_own_figures() {
    let site = worked().await;
    let progress = ask(&site, &format!("/v1/progress?unit=2&day={DAY}")).await;
    let whole = counts(&progress["unit"]["figures"]);
    assert_eq!(whole["card-undeliverable"], 2);
    let parts = progress["unit"]["parts"].as_array().unwrap();
    let mut of_printed = parts.iter().filter(|part| part["of"] == "card-printed");
    assert_eq!(of_printed.next().unwrap()["percent"], "100.00");
    let of_sessions = ["sessions", "attendances", "submissions"];
    for by in ["team", "day", "area", "place", "place-area", "shift"] {
        let path = format!("/v1/breakdown?unit=2&by={by}&day={DAY}");
        let told = ask(&site, &path).await;
        let mut sum = BTreeMap::new();
        for group in told["groups"].as_array().unwrap() {
            for (indicator, count) in counts(&group["figures"]) {
                *sum.entry(indicator).or_insert(0) += count;
            }
        }
        let mut wanted = whole.clone();
        if ["place", "place-area", "shift"].contains(&by) {
            wanted.retain(|indicator, _| of_sessions.contains(&indicator.as_str()));
        }
        assert_eq!(sum, wanted, "{by}");
    }
}

#[tokio::test]
async fn groups_are_named_by_what_people_call_them() {
    let site = worked().await;
    let keys = async |by: &str| -> Vec<(Json, Json)> {
        let told = ask(&site, &format!("/v1/breakdown?unit=2&by={by}&day={DAY}")).await;
        let groups = told["groups"].as_array().unwrap().iter();
        groups
            .map(|one| (one["key"].clone(), one["name"].clone()))
            .collect()
    };
    assert_eq!(keys("day").await[0].0, DAY);
    assert_eq!(keys("area").await[0].0, "rural");
    assert_eq!(keys("place").await[0].1, "Nhà văn hóa ấp");
    assert_eq!(keys("place-area").await, [("minority".into(), Json::Null)]);
    assert_eq!(keys("shift").await, [("07:00-12:00".into(), Json::Null)]);
    let mut lead = site.phone(3, "commune-team", COMMUNE).await;
    let team = lead.new_name();
    let mut puts = founding(&lead, Kind::Team);
    puts.extend([put(Key::TEAM_NUMBER, 1), put(Key::TEAM_NAME, "Tổ một")]);
    let named = lead.write(team, puts);
    site.push(&lead.bundle(&[named])).await;
    assert_eq!(keys("team").await[0], ("1".into(), "Tổ một".into()));
}

#[tokio::test]
async fn a_breakdown_of_days_begins_where_it_is_asked_to() {
    let site = worked().await;
    let after = format!("/v1/breakdown?unit=2&by=day&from={DAY}&day=2023-11-30");
    let told = ask(&site, &after).await;
    let keys: Vec<&Json> = told["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["key"])
        .collect();
    assert_eq!(keys, [DAY]);
    let late = "/v1/breakdown?unit=2&by=day&from=2023-11-21&day=2023-11-30";
    assert_eq!(ask(&site, late).await["groups"], Json::Array(Vec::new()));
    for bad in ["by=nothing", "by=day&from=2023-11-21&day=2023-11-20"] {
        let answer = site
            .console("GET", &format!("/v1/breakdown?unit=2&{bad}"), "")
            .await;
        assert_eq!(answer.status, 400, "{bad}");
    }
}

#[tokio::test]
async fn services_tell_who_was_guided_and_what_stood_in_the_way() {
    let site = worked().await;
    let told = ask(&site, &format!("/v1/services?unit=2&day={DAY}")).await;
    let lines = told["services"].as_array().unwrap();
    let residence = lines.iter().find(|line| line["code"] == "D06-03").unwrap();
    let said = |key: &str| residence[key].as_u64().unwrap();
    assert_eq!(
        (said("sessions"), said("guided"), said("submitted")),
        (2, 4, 2)
    );
    assert_eq!(residence["blocked"][0]["reason"], "e1-no-phone");
    assert_eq!(residence["blocked"][0]["count"], 2);
    let untouched = lines.iter().filter(|line| line["sessions"] == 0).count();
    assert_eq!(
        untouched,
        lines.len() - 1,
        "services nobody asked about are listed, too"
    );
    assert_eq!(
        (&told["obstacles"], &told["sessions_with_obstacles"]),
        (&2.into(), &2.into())
    );
    let eve = ask(&site, "/v1/services?unit=2&day=2023-11-19").await;
    let guided = |told: &Json| {
        told["services"]
            .as_array()
            .unwrap()
            .iter()
            .map(|line| line["guided"].as_u64().unwrap())
            .sum::<u64>()
    };
    assert_eq!((guided(&eve), guided(&told)), (0, 4));
}

#[tokio::test]
async fn sessions_one_by_one_add_up_to_the_units_figures() {
    let site = worked().await;
    let progress = ask(&site, &format!("/v1/progress?unit=2&day={DAY}")).await;
    let whole = counts(&progress["unit"]["figures"]);
    let told = ask(&site, &format!("/v1/sessions?unit=2&day={DAY}")).await;
    let lines = told["sessions"].as_array().unwrap();
    let attended: u64 = lines
        .iter()
        .map(|one| one["attendances"].as_u64().unwrap())
        .sum();
    assert_eq!(
        (lines.len() as u64, attended),
        (whole["sessions"], whole["attendances"])
    );
    let outcomes = lines
        .iter()
        .flat_map(|one| one["outcomes"].as_array().unwrap());
    let submitted = outcomes.filter(|one| one["result"] == "submitted").count();
    assert_eq!(submitted as u64, whole["submissions"]);
    let first = &lines[0];
    let said = ["day", "place", "shift"].map(|key| first[key].as_str().unwrap());
    assert_eq!(said, [DAY, "Nhà văn hóa ấp", "07:00-12:00"]);
    for none in [
        "unit=2&from=2023-11-21&day=2023-11-30",
        "unit=2&day=2023-11-19",
    ] {
        let told = ask(&site, &format!("/v1/sessions?{none}")).await;
        assert_eq!(told["sessions"], Json::Array(Vec::new()), "{none}");
    }
}

#[tokio::test]
async fn sessions_leave_as_a_file_of_each_kind_and_it_is_written_down() {
    let site = worked().await;
    site.account("dung", Role::Coordinator, COMMUNE).await;
    let browser = site.browser("dung").await;
    for (list, kind) in [
        ("sessions", "csv"),
        ("attendances", "xlsx"),
        ("sessions", "json"),
    ] {
        let asked = serde_json::json!({
            "unit": COMMUNE.0, "kind": kind, "list": list, "is_public": false,
            "table": { "title": "Buổi", "columns": [{ "name": "Ngày" }], "rows": [[DAY]] },
        });
        let file = browser.ask("POST", "/v1/exports", &asked.to_string()).await;
        assert_eq!(file.status, 200, "{list} {kind}");
    }
    let audit = site.server().ledger().audit_page(0).await.unwrap();
    let acts = audit
        .iter()
        .map(|(_, bytes)| read_audited(bytes).unwrap().act);
    let left = acts.filter(|act| match act {
        Act::ListExported { list, rows: 1, .. } => list == "sessions" || list == "attendances",
        _ => false,
    });
    assert_eq!(left.count(), 3);
}

#[tokio::test]
async fn what_teams_wrote_is_told_to_those_who_may_read_the_place() {
    let site = worked().await;
    let path = format!("/v1/reported?unit=2&day={DAY}");
    let kinds = |told: &Json| -> Vec<String> {
        let told = told.as_array().unwrap().iter();
        let mut kinds: Vec<String> = told
            .map(|one| one["kind"].as_str().unwrap().to_owned())
            .collect();
        kinds.sort();
        kinds
    };
    assert_eq!(kinds(&ask(&site, &path).await), ["obstacle", "obstacle"]);
    site.account("lan", Role::CommunePolice, COMMUNE).await;
    let officer = site.browser("lan").await;
    let told = officer.ask("GET", &path, "").await.json();
    assert_eq!(kinds(&told), ["obstacle", "obstacle", "session", "session"]);
    assert!(
        told.as_array()
            .unwrap()
            .iter()
            .any(|one| one["unit_name"] == "Ấp 2")
    );
}

#[tokio::test]
async fn possible_doubles_are_a_number_for_all_and_a_list_for_those_who_may_read() {
    let site = Site::start(Memory::new()).await;
    let path = format!("/v1/doubles?unit=2&day={DAY}");
    assert_eq!(ask(&site, &path).await["residents"], 0);
    let mut dossiers: Vec<DocumentId> = Vec::new();
    for (seed, unit) in [(1, HAMLET), (2, NEIGHBOUR)] {
        let mut phone = site.phone(seed, "team-member", unit).await;
        let written = phone.resident("Nguyễn Văn An", "099085000001");
        dossiers.push(written[0].0.document());
        site.push(&phone.bundle(&written)).await;
    }
    let told = ask(&site, &path).await;
    assert_eq!(
        (&told["residents"], &told["listed"]),
        (&1.into(), &Json::Array(Vec::new()))
    );
    site.account("lan", Role::CommunePolice, COMMUNE).await;
    let officer = site.browser("lan").await;
    let told = officer.ask("GET", &path, "").await.json();
    let listed = told["listed"][0].as_array().unwrap();
    let shown: Vec<&str> = listed
        .iter()
        .map(|one| one["document"].as_str().unwrap())
        .collect();
    assert_eq!(
        shown,
        dossiers
            .iter()
            .map(DocumentId::to_string)
            .collect::<Vec<_>>()
    );
    let hamlet = officer
        .ask("GET", &format!("/v1/doubles?unit=3&day={DAY}"), "")
        .await;
    assert_eq!(
        hamlet.json()["residents"],
        1,
        "a hamlet sees the one half it has"
    );
}

#[tokio::test]
async fn what_a_phone_says_it_still_holds_is_known_until_its_last_bundle_has_come() {
    let site = Site::start(Memory::new()).await;
    let mut phone = site.phone(1, "team-member", HAMLET).await;
    let written = phone.resident("Nguyễn Văn An", "099085000001");
    phone.unsent = Some(Unsent {
        records: 3,
        oldest: MORNING.plus(-86_400),
        upto: BundleNumber(0),
    });
    let path = format!("/v1/freshness?unit=2&day={DAY}");
    let told = ask(&site, &path).await;
    assert_eq!(
        (&told["unit"]["phones"], &told["unit"]["unsent"]),
        (&1.into(), &0.into())
    );
    site.pull(&mut phone).await;
    let told = ask(&site, &path).await;
    let oldest = MORNING.plus(-86_400).0;
    for contact in [&told["unit"], &told["children"][0], &told["teams"][0]] {
        assert_eq!(contact["unsent"], 3);
        assert_eq!(contact["unsent_oldest"], oldest);
    }
    assert_eq!(told["children"][0]["unit"], HAMLET.0);
    let devices = ask(&site, "/v1/devices").await;
    assert_eq!(devices[0]["unsent"]["records"], 3);
    site.push(&phone.bundle(&written)).await;
    assert_eq!(ask(&site, &path).await["unit"]["unsent"], 0);
    // Whoever carries the request once more brings no old news.
    site.pull(&mut phone).await;
    assert_eq!(ask(&site, &path).await["unit"]["unsent"], 0);
}

#[tokio::test]
async fn a_phone_not_heard_of_for_three_days_has_gone_silent() {
    let site = Site::start(Memory::new()).await;
    site.phone(1, "team-member", HAMLET).await;
    let server = site.server();
    let query = |days: i64| FreshnessQuery {
        unit: COMMUNE,
        day: MORNING.local_day(),
        now: MORNING.plus(days * 86_400 + 3_600),
    };
    let soon = server.freshness(query(2)).await.unwrap();
    assert_eq!(
        (soon.unit.phones, soon.unit.silent, soon.silent_units),
        (1, 0, 0)
    );
    let late = server.freshness(query(4)).await.unwrap();
    assert_eq!((late.unit.silent, late.silent_units), (1, 1));
    assert_eq!(late.teams[0].contact.heard_last, late.unit.heard_first);
    assert_eq!(
        late.children.len(),
        1,
        "a hamlet without a phone is not told"
    );
}

//! What nobody honest sends: each attack gets its own stable answer and changes nothing but the
//! device's counters and its receipts.
#![allow(clippy::unwrap_used, reason = "all of it is tests")]

use server::ledger::document::{Alias, drop_document, put_alias};
use server::store::{Commit, Memory, RangeQuery, ScanLimit, Store, Table, Tally, TallyQuery};
use shared::change::Action;
use shared::engine::Slot;
use shared::event::{Event, Stamp, Visit, VisitResult, What};
use shared::facts::{Batch, DepRef, FactOp, FactSlot, Form, Name, Origin, Upon, encode};
use shared::id::{Audience, ChangeHash, DeviceId, DocumentId, StreamId, TeamId};
use shared::key::Key;
use shared::kind::Kind;
use shared::limits::EVENT_NOTE_BYTES_MAX;
use shared::receipt::{Outcome, Verdict};
use shared::tally::Indicator;
use shared::time::LocalDay;
use shared::value::Value;

use crate::http::phone::{MORNING, Phone, Written, put};
use crate::http::wire::{COMMUNE, HAMLET, PROVINCE, Site};

const NAME: &str = "Nguyễn Văn An";

/// A server, a phone with one dossier in the log, and a colleague who has it too.
struct Scene {
    store: Memory,
    site: Site,
    phone: Phone,
    colleague: Phone,
    dossier: Name,
}

impl Scene {
    async fn set() -> Self {
        let store = Memory::new();
        let site = Site::start(store.clone()).await;
        let mut phone = site.phone(1, "team-member", HAMLET).await;
        let mut colleague = site.phone(2, "team-member", HAMLET).await;
        let written = phone.resident(NAME, "099085000001");
        site.push(&phone.bundle(&written)).await;
        site.pull(&mut colleague).await;
        Self {
            store,
            site,
            phone,
            colleague,
            dossier: written[0].0,
        }
    }

    /// An honest edit of the dossier, not yet sent.
    fn note(&mut self) -> Written {
        let puts = vec![put(Key::NOTE, "Nhà sau chợ")];
        self.phone.write(self.dossier, puts)
    }

    /// Hands in bytes and holds that they got this answer and changed nothing.
    async fn refuses(&mut self, bundle: &[u8], code: &str) {
        let before = state(&self.store).await;
        let answer = self.site.post("/v1/bundles", bundle).await;
        let given = match answer.status {
            200 => told(&self.phone, &answer.body),
            _ => answer.code(),
        };
        assert_eq!(given, code);
        assert!(
            state(&self.store).await == before,
            "{code} changed something"
        );
    }

    /// Sends the edit after `twist` has changed its batch.
    async fn twisted(code: &str, twist: impl FnOnce(&mut Batch)) {
        let mut scene = Self::set().await;
        let note = scene.note();
        let mut batches = scene.phone.batches(&[note]);
        twist(&mut batches[0].1);
        let bundle = scene.phone.bundle_of(&batches);
        scene.refuses(&bundle, code).await;
    }
}

/// What a receipt says, by its stable code.
fn told(phone: &Phone, receipt: &[u8]) -> String {
    let code = match phone.receipt(receipt).verdict {
        Verdict::Taken(outcomes) => {
            let first = outcomes.iter().find(|o| **o != Outcome::Stored);
            first.copied().unwrap_or(Outcome::Stored).code()
        }
        Verdict::Rejected(rejection) => rejection.reason.code(),
        Verdict::TooNew => "too-new",
    };
    code.to_owned()
}

/// Everything a store holds but devices' counters and receipts.
type State = (
    Vec<(Table, Vec<u8>, Vec<u8>)>,
    Vec<(u64, Vec<u8>)>,
    Vec<Tally>,
);

async fn state(store: &Memory) -> State {
    let mut records = Vec::new();
    for table in Table::ALL {
        if matches!(table, Table::Device | Table::Receipt) {
            continue;
        }
        let page = store.range(RangeQuery::new(*table, [])).await.unwrap();
        let of_table = page.records.into_iter();
        records.extend(of_table.map(|(key, record)| (*table, key, record.bytes)));
    }
    let mut entries = Vec::new();
    let units = [PROVINCE, COMMUNE, HAMLET];
    for unit in units {
        for audience in Audience::ALL {
            let stream = StreamId { unit, audience };
            let page = store.scan(stream, 0, ScanLimit::WIDEST).await.unwrap();
            entries.extend(page.entries);
        }
    }
    let query = TallyQuery {
        units: units.to_vec(),
        indicators: Indicator::all().map(Indicator::code).collect(),
        days: LocalDay(0)..=LocalDay::MAX,
    };
    (records, entries, store.tallies(query).await.unwrap())
}

#[tokio::test]
async fn bytes_that_are_no_bundle_are_named() {
    let mut scene = Scene::set().await;
    let note = scene.note();
    let bundle = scene.phone.bundle(&[note]);
    scene.refuses(b"", "not-a-bundle").await;
    scene.refuses(&bundle[..40], "header-truncated").await;
    let cut = &bundle[..bundle.len() - 10];
    scene.refuses(cut, "length-mismatch").await;
    let mut future = bundle.clone();
    future[4] = 2;
    scene.refuses(&future, "too-new").await;
    let mut suite = bundle.clone();
    suite[5] = 9;
    scene.refuses(&suite, "unknown-suite").await;
    let long = vec![0; shared::limits::BUNDLE_BYTES_MAX + 1];
    scene.refuses(&long, "body-too-long").await;
}

#[tokio::test]
async fn nobody_speaks_for_another_device() {
    let mut scene = Scene::set().await;
    let note = scene.note();
    let bundle = scene.phone.bundle(&[note]);
    let signed_by = |phone: &Phone, bundle: &[u8]| {
        let body = &bundle[..bundle.len() - 64];
        let signature = phone.key.sign("sampan/bundle/v1", body);
        [body, &signature].concat()
    };
    let stolen = signed_by(&scene.colleague, &bundle);
    scene.refuses(&stolen, "bad-signature").await;
    let mut renamed = bundle.clone();
    renamed[6..22].copy_from_slice(&scene.colleague.device.0);
    let renamed = signed_by(&scene.colleague, &renamed);
    let before = state(&scene.store).await;
    let receipt = scene.site.push(&renamed).await;
    assert_eq!(told(&scene.colleague, &receipt), "bad-seal");
    assert!(state(&scene.store).await == before);
    let mut unknown = bundle.clone();
    unknown[6..22].copy_from_slice(&DeviceId([7; 16]).0);
    scene.refuses(&unknown, "unknown-device").await;
    let mut flipped = bundle.clone();
    flipped[200] ^= 1;
    scene.refuses(&flipped, "bad-signature").await;
}

#[tokio::test]
async fn a_replay_changes_nothing_and_a_second_bundle_under_a_number_is_a_fork() {
    let mut scene = Scene::set().await;
    let note = scene.note();
    let mut clone = scene.phone.batches(std::slice::from_ref(&note));
    clone[0].1.facts[0].ops[0].action = Action::Put("Nhà bên kênh".into());
    let bundle = scene.phone.bundle(&[note]);
    let first = scene.site.push(&bundle).await;
    scene.refuses(&bundle, "stored").await;
    assert_eq!(scene.site.push(&bundle).await, first);
    let again = scene.phone.sealed_again(&clone);
    scene.refuses(&again, "fork").await;
    let under_a_new_number = scene.phone.bundle_of(&clone);
    scene.refuses(&under_a_new_number, "fork").await;
}

#[tokio::test]
async fn sections_that_are_no_facts_are_rejected_and_later_codecs_kept_for_later() {
    let mut scene = Scene::set().await;
    for (plain, code) in [
        (vec![0, 1, 2, 3], "malformed"),
        (vec![1, 9, 9, 9], "malformed"),
        (vec![9, 1, 2, 3], "too-new"),
    ] {
        let bundle = scene.phone.bundle_saying(vec![(Audience::Team, plain)]);
        scene.refuses(&bundle, code).await;
    }
    let note = scene.note();
    let batches = scene.phone.batches(&[note]);
    let mut plain = encode(&batches[0].1, Form::Bundle(scene.phone.device));
    plain.push(0);
    let bundle = scene.phone.bundle_saying(vec![(Audience::Team, plain)]);
    scene.refuses(&bundle, "malformed").await;
}

#[tokio::test]
async fn a_document_grows_no_further_than_phones_can_carry() {
    let mut scene = Scene::set().await;
    let few = scene.phone.write(scene.dossier, visits(200));
    let many = scene.phone.write(scene.dossier, visits(100));
    let receipt = scene.site.push(&scene.phone.bundle(&[few])).await;
    assert_eq!(told(&scene.phone, &receipt), "stored");
    let receipt = scene.site.push(&scene.phone.bundle(&[many])).await;
    assert_eq!(told(&scene.phone, &receipt), "full");
    // What is short still finds room.
    scene.site.pull(&mut scene.colleague).await;
    let puts = vec![put(Key::ADDRESS, "Ấp 1")];
    let name = Name {
        origin: Origin::Elsewhere(scene.dossier.document()),
        companion: None,
    };
    let short = scene.colleague.write(name, puts);
    let receipt = scene.site.push(&scene.colleague.bundle(&[short])).await;
    assert_eq!(told(&scene.colleague, &receipt), "stored");
}

/// So many visits with the longest notes: about 1 KB each.
fn visits(count: usize) -> Vec<(Slot, Value)> {
    let visit = Event {
        what: What::Visit(Visit {
            result: VisitResult::Met,
            note: "n".repeat(EVENT_NOTE_BYTES_MAX),
        }),
        stamp: Stamp {
            at: MORNING.local_minute(),
            unit: HAMLET,
            team: TeamId(1),
        },
    };
    let payload = Value::Bytes(visit.to_payload());
    vec![(Slot::Event, payload); count]
}

#[tokio::test]
async fn dishonest_dependencies_have_a_code_each() {
    let mut scene = Scene::set().await;
    let genesis = scene.phone.shown.rows[&scene.dossier.document()].heads[0];
    let own = scene.note();
    let second = own.1.hash();
    let third = scene
        .phone
        .write(scene.dossier, vec![put(Key::ADDRESS, "Ấp 1")]);
    scene.site.push(&scene.phone.bundle(&[own])).await;
    let mut batches = scene.phone.batches(&[third]);
    batches[0].1.facts[0].upon = Upon::Listed(full(&[genesis, second]));
    let bundle = scene.phone.bundle_of(&batches);
    scene.refuses(&bundle, "redundant-dep").await;

    let mut scene = Scene::set().await;
    let name = Name {
        origin: Origin::Elsewhere(scene.dossier.document()),
        companion: None,
    };
    let theirs = scene.colleague.write(name, vec![put(Key::ADDRESS, "Ấp 1")]);
    let head = theirs.1.hash();
    scene.site.push(&scene.colleague.bundle(&[theirs])).await;
    scene.site.pull(&mut scene.phone).await;
    let note = scene.note();
    assert_eq!(note.1.deps.len(), 2);
    let mut batches = scene.phone.batches(&[note]);
    batches[0].1.facts[0].upon = Upon::Listed(full(&[head]));
    let bundle = scene.phone.bundle_of(&batches);
    scene.refuses(&bundle, "omitted-own-change").await;
}

/// These hashes in full, ascending, as a fact lists them.
fn full(hashes: &[ChangeHash]) -> Vec<DepRef> {
    let mut hashes = hashes.to_vec();
    hashes.sort_unstable();
    hashes.into_iter().map(DepRef::Full).collect()
}

#[tokio::test]
async fn what_is_written_upon_something_unknown_is_parked_and_shows_nowhere() {
    let mut scene = Scene::set().await;
    let note = scene.note();
    let mut batches = scene.phone.batches(&[note]);
    batches[0].1.facts[0].upon = Upon::Listed(full(&[ChangeHash([7; 32])]));
    let bundle = scene.phone.bundle_of(&batches);
    let before = state(&scene.store).await;
    let receipt = scene.site.push(&bundle).await;
    assert_eq!(scene.phone.outcomes(&receipt), [Outcome::Parked]);
    let mut after = state(&scene.store).await;
    after.0.retain(|(table, ..)| *table != Table::Parked);
    assert!(after == before);
}

#[tokio::test]
async fn what_left_its_id_tells_late_changes_where_to_or_that_it_is_gone() {
    let elsewhere = DocumentId([9; 16]);
    for (alias, code) in [
        (Alias::Refounded(elsewhere), "rebase"),
        (Alias::Erased, "erased"),
    ] {
        let mut scene = Scene::set().await;
        let id = scene.dossier.document();
        let commit = Commit {
            puts: vec![drop_document(id), put_alias(id, alias)],
            ..Commit::default()
        };
        scene.store.commit(vec![commit]).await.unwrap();
        let note = scene.note();
        let receipt = scene.site.push(&scene.phone.bundle(&[note])).await;
        assert_eq!(told(&scene.phone, &receipt), code);
    }
}

#[tokio::test]
async fn facts_that_say_too_much_or_too_little_are_rejected() {
    Scene::twisted("key-twice", |batch| {
        let again = batch.facts[0].ops[0].clone();
        batch.facts[0].ops.push(again);
    })
    .await;
    Scene::twisted("empty-change", |batch| batch.facts[0].ops.clear()).await;
    Scene::twisted("ask-full", |batch| batch.checks.known[0][0] ^= 1).await;
    Scene::twisted("nothing-to-remove", |batch| {
        batch.facts[0].ops = vec![FactOp {
            slot: FactSlot::Key(Key::ADDRESS),
            action: Action::Delete,
        }];
    })
    .await;
}

#[tokio::test]
async fn values_and_rights_are_checked_one_by_one() {
    let writes = |key: Key, value: Value, code: &'static str| async move {
        let mut scene = Scene::set().await;
        let puts = vec![(Slot::Key(key), value)];
        let written = scene.phone.write(scene.dossier, puts);
        let bundle = scene.phone.bundle(&[written]);
        scene.refuses(&bundle, code).await;
    };
    writes(Key::COUNTED, Value::Bool(false), "not-allowed").await;
    writes(Key::UNIT, Value::Uint(4), "not-allowed").await;
    writes(Key::NUMBER, "099085000001".into(), "unknown-key").await;
    writes(Key::NOTE, Value::Uint(7), "wrong-type").await;
    writes(Key::PHONE, "+84951234567".into(), "wrong-type").await;
    writes(Key::new("from.later").unwrap(), Value::Uint(1), "too-new").await;
}

#[tokio::test]
async fn a_new_resident_must_be_told_the_same_in_both_halves_and_sections() {
    let mut scene = Scene::set().await;
    let mut written = scene.phone.resident(NAME, "099085000002");
    let mut batches = scene.phone.batches(&written);
    batches[0].1.checks.begun[0] ^= 1;
    let bundle = scene.phone.bundle_of(&batches);
    scene.refuses(&bundle, "malformed").await;

    let mut all = scene.phone.batches(&written[..1]);
    let police = scene.phone.batches(&written[1..]).remove(0).1;
    all[0].1.facts.extend(police.facts);
    let bundle = scene.phone.bundle_of(&all);
    scene.refuses(&bundle, "wrong-audience").await;

    let dossier = scene.phone.new_name();
    let puts = vec![put(Key::NAME, NAME)];
    let nameless = scene.phone.write(dossier, puts);
    let bundle = scene.phone.bundle(&[nameless]);
    scene.refuses(&bundle, "wrong-document").await;

    let dossier = scene.phone.new_name();
    let puts = vec![
        put(Key::KIND, Kind::Dossier.code()),
        put(Key::UNIT, u64::from(HAMLET.0)),
        put(Key::LAST3, "999"),
    ];
    written[0] = scene.phone.write(dossier, puts);
    let identity = Name {
        companion: written[1].0.companion,
        ..dossier
    };
    let puts = vec![
        put(Key::KIND, Kind::Identity.code()),
        put(Key::UNIT, u64::from(HAMLET.0)),
        put(Key::NUMBER, "099085000002"),
    ];
    written[1] = scene.phone.write(identity, puts);
    let bundle = scene.phone.bundle(&written);
    scene.refuses(&bundle, "companions-disagree").await;
}

#[tokio::test]
async fn a_device_that_is_not_confirmed_gets_in_nothing_its_role_may_not_write() {
    let mut scene = Scene::set().await;
    let invite = scene.site.invite("team-member", HAMLET).await;
    let mut pending = Phone::new(9, HAMLET);
    let answer = scene
        .site
        .post("/v1/enrol", &pending.enrolment(&invite))
        .await;
    pending.enrolled(&invite, &answer.body);
    let name = pending.new_name();
    let puts = vec![
        put(Key::KIND, Kind::Balance.code()),
        put(Key::UNIT, u64::from(HAMLET.0)),
    ];
    let balance = pending.write(name, puts);
    let bundle = pending.bundle(&[balance]);
    scene.refuses(&bundle, "not-allowed").await;
}

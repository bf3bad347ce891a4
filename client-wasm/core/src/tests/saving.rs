//! "Saved" means stored, and nothing else does.

use shared::id::{Audience, DocumentId};
use shared::key::Key;
use shared::kind::Kind;
use shared::tally::Indicator;
use shared::value::Value;

use super::phone::{Mood, Phone, new_dossier, visit};
use crate::effect::Notice;
use crate::entry::{Attendee, Entry, NewSession, ResultName};
use crate::input::{History, Input, Save};
use crate::views::{Query, RecordState};
use crate::{NotSaved, Spared, Store};

#[test]
fn saved_is_shown_only_once_storage_has_the_save() {
    let mut phone = Phone::enrolled(1, &[Audience::Team]);
    phone.shown.clear();
    phone.mood = Mood::Silent { done: true };
    phone.save(1, vec![new_dossier("Lâm Thị Đẹp")]);
    assert_eq!(phone.shown, Vec::new());
    assert_eq!(phone.client.records(), Vec::new());
    phone.restart(History::Certain);
    assert_eq!(phone.client.records().len(), 1);
}

#[test]
fn a_save_that_storage_refuses_comes_back_whole_and_leaves_no_trace() {
    let mut phone = Phone::enrolled(1, &[Audience::Team]);
    phone.add_resident("Thạch Sa Rinh");
    let (records, disk) = (phone.client.records(), phone.disk.clone());
    phone.shown.clear();
    phone.mood = Mood::Full;
    let writes = vec![new_dossier("Lâm Thị Đẹp")];
    phone.save(7, writes.clone());
    let save = Save { tag: 7, writes };
    let back = Notice::NotSaved {
        tag: 7,
        reason: NotSaved::Full,
        save,
    };
    assert_eq!(phone.shown, [back]);
    assert_eq!(phone.client.records(), records);
    assert_eq!(phone.disk, disk);
    phone.mood = Mood::Works;
    phone.save(8, vec![new_dossier("Lâm Thị Đẹp")]);
    assert_eq!(phone.client.records().len(), 2);
}

#[test]
fn a_save_that_changes_nothing_says_so() {
    let mut phone = Phone::enrolled(1, &[Audience::Team]);
    let dossier = phone.add_resident("Lâm Thị Đẹp");
    phone.put(dossier, Key::NAME, Value::from("Lâm Thị Đẹp"));
    assert_eq!(phone.not_saved(), Some(NotSaved::Nothing));
    phone.put(dossier, Key::UNIT, Value::Uint(3));
    assert_eq!(phone.not_saved(), Some(NotSaved::BadValue));
}

#[test]
fn one_save_is_one_record_in_one_bundle_with_a_section_per_audience() {
    let mut phone = Phone::enrolled(1, &Audience::ALL);
    phone.add_resident_with_number("Lâm Thị Đẹp", "099158004127");
    assert_eq!(phone.client.records().len(), 1);
    let (_, bytes) = phone.send().unwrap();
    assert_eq!(phone.changes_in(&bytes), 2);
    let bundle = shared::bundle::Bundle::read(&bytes).unwrap();
    assert_eq!(bundle.header().sections.len(), 2);
    assert_eq!(phone.client.records()[0].state, RecordState::Sending);
}

#[test]
fn saves_join_the_open_bundle_until_it_is_frozen() {
    let mut phone = Phone::enrolled(1, &[Audience::Team]);
    for n in 0..130 {
        phone.add_resident(&format!("Người {n}"));
    }
    let state = phone.client.state().unwrap();
    let frozen: Vec<usize> = (state.outbox.frozen.values())
        .map(|bundle| bundle.changes().len())
        .collect();
    assert!(!frozen.is_empty());
    let open = state
        .outbox
        .tail
        .as_ref()
        .map_or(0, |tail| tail.changes().len());
    assert_eq!(frozen.iter().sum::<usize>() + open, 130);
    let mut previous = None;
    for bundle in state.outbox.frozen.values() {
        let read = shared::bundle::Bundle::read(bundle.bytes()).unwrap();
        assert_eq!(read.header().previous, previous);
        previous = Some(read.id());
    }
}

#[test]
fn a_locked_phone_gives_out_the_bundle_as_it_stays_afterwards() {
    let mut phone = Phone::enrolled(1, &[Audience::Team]);
    phone.add_resident("Lâm Thị Đẹp");
    phone.lock(History::Certain);
    phone.save(3, vec![new_dossier("Thạch Sa Rinh")]);
    assert_eq!(phone.not_saved(), Some(NotSaved::Locked));
    phone.give(Input::HandOut {
        leave: crate::Leave::CarryOnly,
    });
    let given = phone.handed_out.pop().unwrap();
    phone.unlock();
    phone.add_resident("Thạch Sa Rinh");
    let (serial, bytes) = phone.posts.pop_front().unwrap();
    assert_eq!((serial, bytes), (given.serial, given.bytes));
    phone.give(Input::HandOut {
        leave: crate::Leave::CarryOnly,
    });
    let serials: std::collections::BTreeSet<_> = phone
        .handed_out
        .iter()
        .map(|bundle| bundle.serial)
        .collect();
    assert_eq!(serials.len(), 2);
}

#[test]
fn a_receipt_that_came_while_locked_counts_once_unlocked() {
    let mut phone = Phone::enrolled(1, &Audience::ALL);
    phone.add_resident("Lâm Thị Đẹp");
    let (serial, bytes) = phone.send().unwrap();
    let stored = [shared::receipt::Outcome::Stored];
    let receipt = super::phone::receipt(serial, &bytes, &stored);
    phone.lock(History::Certain);
    phone.answer(serial, receipt);
    phone.restart(History::Certain);
    assert_eq!(phone.client.records()[0].state, RecordState::Received);
    let inbox = |store: &Store| *store == Store::Inbox;
    assert!(!phone.disk.keys().any(|(store, _)| inbox(store)));
}

#[test]
fn damaged_storage_is_never_taken_for_empty() {
    let mut phone = Phone::enrolled(1, &[Audience::Team]);
    phone.add_resident("Lâm Thị Đẹp");
    let damaged = |store: Store, phone: &mut Phone| {
        for ((in_store, _), value) in &mut phone.disk {
            if *in_store == store {
                let last = value.len() - 1;
                value[last] ^= 1;
            }
        }
    };
    let whole = phone.disk.clone();
    damaged(Store::Journal, &mut phone);
    let before = phone.disk.clone();
    phone.restart(History::Certain);
    assert!(phone.shown.contains(&Notice::Unreadable(Store::Journal)));
    assert!(!phone.client.is_open());
    phone.give(Input::HandOut {
        leave: crate::Leave::CarryOnly,
    });
    assert_eq!(phone.handed_out.len(), 1, "sealed work can still leave");
    let kept = |disk: &std::collections::BTreeMap<(Store, Vec<u8>), Vec<u8>>| {
        let mut disk = disk.clone();
        disk.retain(|(store, _), _| *store != Store::Outbox);
        disk
    };
    assert_eq!(kept(&phone.disk), kept(&before));
    phone.disk = whole;
    phone.disk.retain(|(store, _), _| *store != Store::Meta);
    phone.restart(History::Certain);
    assert!(phone.shown.contains(&Notice::Unreadable(Store::Meta)));
}

#[test]
fn nobody_works_before_a_server_answered() {
    let mut phone = Phone::blank(1);
    phone.save(1, vec![new_dossier("Lâm Thị Đẹp")]);
    assert_eq!(phone.not_saved(), Some(NotSaved::NotEnrolled));
}

#[test]
fn an_event_gets_its_id_from_the_op_that_writes_it() {
    let mut phone = Phone::enrolled(1, &[Audience::Team]);
    let mut write = new_dossier("Lâm Thị Đẹp");
    write.puts.push(visit());
    phone.save(1, vec![write]);
    let dossier = phone.saved_documents()[0];
    assert_eq!(phone.client.row(&dossier).events().count(), 1);
}

#[test]
fn an_alarm_that_goes_off_too_early_is_set_again() {
    let mut phone = Phone::enrolled(1, &[Audience::Team]);
    phone.add_resident("Lâm Thị Đẹp");
    let alarm = phone.alarm.take();
    assert!(alarm.is_some());
    let seed = phone.seed();
    phone.give(Input::Tick { seed });
    assert_eq!(phone.alarm, alarm);
}

#[test]
fn an_erased_phone_keeps_and_sends_only_what_it_cannot_read() {
    let mut phone = Phone::enrolled(1, &[Audience::Team]);
    phone.add_resident("Lâm Thị Đẹp");
    let (serial, bytes) = phone.send().unwrap();
    phone.add_resident("Thạch Sa Rinh");
    phone.lock(History::Certain);
    phone.give(Input::Erase(Spared::Sealed));
    for from_storage in [false, true] {
        if from_storage {
            phone.lock(History::Certain);
        }
        assert!(phone.disk.keys().all(|(store, _)| *store == Store::Outbox));
        assert_eq!(phone.client.waiting(), 2);
        phone.give(Input::HandOut {
            leave: crate::Leave::CarryOnly,
        });
        let given = std::mem::take(&mut phone.handed_out);
        assert_eq!((given[0].serial, &given[0].bytes), (serial, &bytes));
        assert_eq!(given.len(), 2);
        phone.pulls = 0;
        assert_eq!(phone.send(), Some((serial, bytes.clone())));
        assert_eq!(phone.pulls, 0);
    }
    // Whoever begins anew on it is another device, which carries on what it cannot read.
    phone.unlock();
    assert!(phone.client.is_open());
    let sync = phone.client.sync();
    assert_eq!((sync.in_custody, sync.unsent), (2, 0));
    phone.lock(History::Certain);
    phone.give(Input::Erase(Spared::Nothing));
    assert_eq!(phone.disk.len(), 0);
    assert_eq!(phone.client.waiting(), 0);
    phone.unlock();
    assert!(phone.client.is_open());
}

#[test]
fn a_session_written_down_anew_counts_once_with_what_was_said_last() {
    let mut phone = Phone::enrolled(1, &[Audience::Team]);
    let dossiers = ["Lâm Thị Đẹp", "Trần Văn Út"].map(|name| phone.add_resident(name));
    let first = held_session(&mut phone, None, &dossiers[..1], 4);
    let at = |phone: &Phone, session| phone.client.row(session).get(&Key::STARTED).cloned();
    let began = at(&phone, &first);
    phone.now = phone.now.plus(3_600);
    let second = held_session(&mut phone, Some(first), &dossiers, 1);
    assert_eq!(at(&phone, &second), began);
    let listed = phone.client.list(&Query::all(Kind::Session, 10)).lines;
    let listed: Vec<_> = listed.iter().map(|line| line.document).collect();
    assert_eq!(listed, [second]);
    let count = |indicator: Indicator| -> i64 {
        let figures = phone.client.figures();
        let found = figures.iter().filter(|(key, _)| key.indicator == indicator);
        found.map(|(_, count)| count).sum()
    };
    assert_eq!(count(Indicator::Sessions), 1);
    assert_eq!(count(Indicator::Attendances), 3);
    assert_eq!(count(Indicator::PeopleGuided), 2);
}

fn held_session(
    phone: &mut Phone,
    replaces: Option<DocumentId>,
    people: &[DocumentId],
    others: u32,
) -> DocumentId {
    let people = people.iter().map(|document| Attendee {
        document: document.to_string(),
        result: ResultName::Activated,
        reason: None,
        again: None,
    });
    let entry = Entry::Session(NewSession {
        place: "home".to_owned(),
        service: 1,
        people: people.collect(),
        others,
        replaces: replaces.map(|id| id.to_string()),
        ..NewSession::default()
    });
    let save = phone.client.save_of(9, &entry, phone.now).unwrap();
    phone.save(9, save.writes);
    phone.saved_documents()[0]
}

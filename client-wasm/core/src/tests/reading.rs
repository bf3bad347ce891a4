//! What people read beside the rows: names, history, and what takes a save back.

use shared::event::{Event, What};
use shared::id::{Audience, DeviceId, DocumentId};
use shared::key::Key;
use shared::names::Names;
use shared::receipt::Outcome;
use shared::signed::sign;
use shared::value::Value;

use super::phone::{Phone, server_key, visit};
use super::world::Log;
use crate::Store;
use crate::entry::Entry;
use crate::history::Said;
use crate::input::{DocumentWrite, History, Input, Record, Target};

#[test]
fn a_phone_asks_for_names_once_and_knows_them_after_a_restart() {
    let mut phone = Phone::enrolled(1, &[Audience::Team]);
    let log = Log::new();
    log.bring(&mut phone);
    log.bring(&mut phone);
    assert_eq!(phone.asks_for_names, 1);
    let own = phone.client.device().unwrap();
    phone.give(named(own, &[(own, "anh Khoa")]));
    phone.restart(History::Certain);
    assert_eq!(
        phone.client.names().and_then(|names| names.person(own)),
        Some("anh Khoa")
    );
}

#[test]
fn names_meant_for_another_phone_are_not_taken() {
    let mut phone = Phone::enrolled(1, &[Audience::Team]);
    phone.give(named(DeviceId([9; 16]), &[]));
    assert_eq!(phone.client.names(), None);
}

/// The second phone has pulled the dossier that the first has recorded.
fn two_phones_with_one_dossier() -> (Phone, Phone, DocumentId) {
    let mut one = Phone::enrolled(1, &[Audience::Team]);
    let mut two = Phone::enrolled(2, &[Audience::Team]);
    let dossier = one.add_resident("Lâm Thị Đẹp");
    let mut log = Log::new();
    log.take_all(&one);
    log.bring(&mut two);
    (one, two, dossier)
}

#[test]
fn values_and_events_say_which_device_wrote_them_also_after_a_restart() {
    let (one, mut two, dossier) = two_phones_with_one_dossier();
    let (author, reader) = (one.client.device().unwrap(), two.client.device().unwrap());
    two.give(named(reader, &[(author, "anh Khoa"), (reader, "chị Thắm")]));
    two.save(5, vec![visited(dossier)]);
    two.restart(History::Certain);
    let view = two.client.document(&dossier).unwrap();
    let name = view.fields.iter().find(|field| field.key == Key::NAME);
    assert_eq!(name.unwrap().values[0].device, Some(author));
    assert_eq!(view.events[0].device, Some(reader));
}

#[test]
fn history_tells_what_pages_brought_and_what_is_mine_in_order() {
    let (one, mut two, dossier) = two_phones_with_one_dossier();
    two.put(dossier, Key::PHONE, Value::from("0957214402"));
    let passages = two.client.history(&dossier, &facts(&two, &dossier));
    let devices: Vec<_> = passages.iter().map(|passage| passage.device).collect();
    let both = [one.client.device().unwrap(), two.client.device().unwrap()];
    assert_eq!(devices, both);
    let phone = Said::Value(Key::PHONE, Value::from("0957214402"));
    assert_eq!(passages[1].said, [phone]);
    assert!(passages[0].is_confirmed && !passages[1].is_confirmed);
}

#[test]
fn a_value_just_saved_is_taken_back_to_what_stood_there() {
    let mut phone = Phone::enrolled(1, &[Audience::Team]);
    let dossier = phone.add_resident("Lâm Thị Đẹp");
    phone.put(dossier, Key::NOTE, Value::from("bến dưới"));
    phone.put(dossier, Key::NOTE, Value::from("bến trên"));
    undo_last(&mut phone);
    let row = phone.client.row(&dossier);
    assert_eq!(row.get(&Key::NOTE), Some(&Value::from("bến dưới")));
}

#[test]
fn a_visit_just_saved_is_voided_and_stays_in_the_document() {
    let mut phone = Phone::enrolled(1, &[Audience::Team]);
    let dossier = phone.add_resident("Lâm Thị Đẹp");
    phone.save(5, vec![visited(dossier)]);
    undo_last(&mut phone);
    let view = phone.client.document(&dossier).unwrap();
    let voids = |event: &Event| matches!(event.what, What::Void(_));
    assert!(view.events.iter().all(|one| voids(&one.event)));
    assert_eq!(view.voided.len(), 1);
}

#[test]
fn a_new_dossier_and_what_is_confirmed_are_not_taken_back() {
    let mut phone = Phone::enrolled(1, &[Audience::Team]);
    let dossier = phone.add_resident("Lâm Thị Đẹp");
    assert_eq!(phone.client.undo_of(last(&phone)), None);
    phone.save(5, vec![visited(dossier)]);
    let record = last(&phone);
    let mut log = Log::new();
    log.take_all(&phone);
    log.bring(&mut phone);
    assert_eq!(phone.client.undo_of(record), None);
}

#[test]
fn a_locked_phone_says_what_waits_and_that_it_was_heard() {
    let mut phone = Phone::enrolled(1, &[Audience::Team]);
    phone.add_resident("Lâm Thị Đẹp");
    phone.add_resident("Trần Văn Út");
    phone.lock(History::Certain);
    assert_eq!(phone.client.waiting(), 2);
    phone.send_and_hear(Outcome::Stored);
    assert_eq!(phone.client.waiting(), 0);
    phone.lock(History::Certain);
    assert_eq!(phone.client.waiting(), 0);
    phone.unlock();
    assert_eq!(phone.client.waiting(), 0);
}

fn visited(dossier: DocumentId) -> DocumentWrite {
    DocumentWrite {
        target: Target::Existing(dossier),
        puts: vec![visit()],
    }
}

fn named(device: DeviceId, people: &[(DeviceId, &str)]) -> Input {
    let people = people.iter().map(|(id, name)| (*id, (*name).to_owned()));
    let names = Names {
        device,
        units: Vec::new(),
        people: people.collect(),
        colleagues: Vec::new(),
    };
    let bytes = sign(&names, &server_key()).unwrap();
    Input::Named { bytes }
}

fn facts(phone: &Phone, dossier: &DocumentId) -> Vec<Record> {
    let prefix = phone.client.history_prefix(dossier).unwrap();
    let stored = phone.disk.iter();
    stored
        .filter(|((store, key), _)| *store == Store::Facts && key.starts_with(&prefix))
        .map(|((store, key), value)| Record {
            store: *store,
            key: key.clone(),
            value: value.clone(),
        })
        .collect()
}

fn last(phone: &Phone) -> u64 {
    phone.client.records().last().unwrap().record
}

fn undo_last(phone: &mut Phone) {
    let undo = phone.client.undo_of(last(phone)).unwrap();
    let save = phone.client.save_of(9, &Entry::Undo(undo), phone.now);
    phone.save(9, save.unwrap().writes);
}

//! Looking into what a colleague hands over, before the server has it.

use shared::id::Audience;
use shared::key::Key;
use shared::names::{Colleague, Names};
use shared::parcel::{Item, Sort, pack};
use shared::signed::sign;
use shared::value::Value;

use super::carrying::deliver;
use super::phone::{Phone, server_key};
use super::world::{Log, name_of};
use crate::history::Said;
use crate::input::{History, Input, Leave};
use crate::views::PreviewedView;

const TEAM: [Audience; 1] = [Audience::Team];
const NAME: &str = "Lâm Thị Đẹp";

#[test]
fn a_colleague_sees_what_was_handed_over_also_after_a_restart() {
    let (mut one, mut two) = team();
    let written = one.add_resident_with_number(NAME, "099158004127");
    let parcel = handed_over(&mut one);
    take(&mut two, &parcel);
    let shown = [PreviewedView {
        document: written,
        name: NAME.to_owned(),
        from: "anh Khoa".to_owned(),
        is_new: true,
    }];
    assert_eq!(two.client.previewed(""), shown);
    two.restart(History::Certain);
    assert_eq!(two.client.previewed(""), shown);
    assert_eq!(two.client.previewed("dep lam").len(), 1);
    assert_eq!(two.client.previewed("út"), []);
    assert_eq!(name_of(&two, &written), None, "never as confirmed");
}

#[test]
fn what_the_server_has_told_is_no_preview_any_more() {
    let (mut one, mut two) = team();
    let written = one.add_resident(NAME);
    let parcel = handed_over(&mut one);
    take(&mut two, &parcel);
    deliver(&mut two, &one);
    assert_eq!(two.client.previewed("").len(), 1, "until the page comes");
    let mut log = Log::new();
    log.take_all(&one);
    log.bring(&mut two);
    assert_eq!(two.client.previewed(""), []);
    assert_eq!(name_of(&two, &written).as_deref(), Some(NAME));
    two.restart(History::Certain);
    let notes = two.disk.keys().filter(|(_, key)| key.ends_with(b"note"));
    assert_eq!(notes.count(), 0, "the note has served");
}

#[test]
fn whoever_the_server_did_not_name_carries_and_sees_nothing() {
    let (mut one, _) = team();
    let mut stranger = Phone::enrolled(3, &TEAM);
    one.add_resident(NAME);
    let parcel = handed_over(&mut one);
    take(&mut stranger, &parcel);
    assert_eq!(stranger.client.sync().in_custody, 1);
    assert_eq!(stranger.client.previewed(""), []);
}

#[test]
fn a_bundle_under_a_borrowed_name_is_not_shown() {
    let (mut one, mut two) = team();
    one.add_resident(NAME);
    let parcel = handed_over(&mut one);
    // What the server says of that colleague is another key.
    learn(&mut two, &one, Phone::enrolled(9, &TEAM).public.unwrap());
    take(&mut two, &parcel);
    assert_eq!(two.client.previewed(""), []);
    assert_eq!(two.client.sync().in_custody, 1);
}

#[test]
fn a_locked_phone_hands_out_bundles_and_no_notes() {
    let (mut one, _) = team();
    one.add_resident(NAME);
    one.lock(History::Certain);
    one.give(Input::HandOut {
        leave: Leave::LookAtTeam,
    });
    assert_eq!((one.handed_out.len(), one.notes.len()), (1, 0));
}

#[test]
fn a_change_of_somebody_known_shows_beside_what_is_known() {
    let (mut one, mut two) = team();
    let dossier = one.add_resident(NAME);
    let mut log = Log::new();
    log.take_all(&one);
    log.bring(&mut one);
    log.bring(&mut two);
    one.put(dossier, Key::PHONE, Value::from("0951234567"));
    let parcel = handed_over(&mut one);
    take(&mut two, &parcel);
    let previewed = two.client.previewed("");
    assert_eq!((previewed.len(), previewed[0].is_new), (1, false));
    let view = two.client.document(&dossier).unwrap();
    let said = Said::Value(Key::PHONE, Value::from("0951234567"));
    assert_eq!(view.previews[0].said, [said]);
}

/// Two phones of a hamlet that know each other's keys.
pub(super) fn team() -> (Phone, Phone) {
    let (mut one, mut two) = (Phone::enrolled(1, &TEAM), Phone::enrolled(2, &TEAM));
    let (first, second) = (one.public.unwrap(), two.public.unwrap());
    learn(&mut one, &two, second);
    learn(&mut two, &one, first);
    (one, two)
}

/// The server names a colleague who may see the same, with this key.
fn learn(phone: &mut Phone, colleague: &Phone, signing: shared::signed::DevicePublic) {
    let device = colleague.client.device().unwrap();
    let names = Names {
        device: phone.client.device().unwrap(),
        units: Vec::new(),
        people: vec![(device, "anh Khoa".to_owned())],
        colleagues: vec![Colleague {
            device,
            signing,
            sealing: Some(
                colleague
                    .client
                    .state()
                    .unwrap()
                    .device
                    .enrol_keys()
                    .sealing,
            ),
        }],
    };
    let bytes = sign(&names, &server_key()).unwrap();
    phone.give(Input::Named { bytes });
}

/// The parcel that a colleague is given: bundles and notes.
pub(super) fn handed_over(phone: &mut Phone) -> Vec<u8> {
    phone.give(Input::HandOut {
        leave: Leave::LookAtTeam,
    });
    let item = |sort| move |bytes| Item { sort, bytes };
    let bundles = phone.handed_out.drain(..).map(|carried| carried.bytes);
    let bundles = bundles.map(item(Sort::Bundle));
    let notes = phone.notes.drain(..).map(item(Sort::Preview));
    pack(&notes.chain(bundles).collect::<Vec<_>>()).unwrap()
}

pub(super) fn take(phone: &mut Phone, parcel: &[u8]) {
    let (bytes, seed) = (parcel.to_vec(), phone.seed());
    phone.give(Input::TakeParcel { bytes, seed });
}

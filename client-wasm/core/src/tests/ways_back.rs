//! Every outcome has a way back.

use shared::id::{Audience, Companion, Incarnation};
use shared::key::Key;
use shared::receipt::{HoldReason, Outcome, RefuseReason, RejectReason, Rejection, Verdict};
use shared::value::Value;

use super::phone::{Phone, receipt, verdict};
use super::world::{Log, name_of};
use crate::effect::Notice;
use crate::input::{DocumentWrite, History, Input, Target};
use crate::views::{RecordState, Why};

#[test]
fn a_refusal_takes_later_edits_of_the_document_with_it() {
    let mut phone = Phone::enrolled(1, &Audience::ALL);
    let refused = phone.add_resident("Lâm Thị Đẹp");
    let (serial, bytes) = phone.send().unwrap();
    phone.put(refused, Key::BIRTH_YEAR, Value::Uint(1958));
    let other = phone.add_resident("Thạch Sa Rinh");
    let outcome = Outcome::Refused(RefuseReason::ByDecision);
    phone.answer(serial, receipt(serial, &bytes, &[outcome]));
    assert!(phone.client.document(&refused).is_none());
    assert_eq!(name_of(&phone, &other).as_deref(), Some("Thạch Sa Rinh"));
    let why: Vec<Why> = (phone.client.not_accepted().iter())
        .map(|entry| entry.why)
        .collect();
    let reasons = [RefuseReason::ByDecision, RefuseReason::Dependent];
    assert_eq!(why, reasons.map(Why::Refused));
    let (_, bytes) = phone.posts.pop_front().or_else(|| phone.send()).unwrap();
    assert_eq!(phone.changes_in(&bytes), 1, "the dependent edit stays here");
    phone.restart(History::Certain);
    assert_eq!(phone.client.not_accepted().len(), 2);
    let number = phone.client.not_accepted()[0].number;
    phone.give(Input::Dismiss { number });
    phone.restart(History::Certain);
    assert_eq!(phone.client.not_accepted().len(), 1);
}

#[test]
fn a_clock_that_was_ahead_is_corrected_without_asking_anyone() {
    let mut phone = Phone::enrolled(1, &Audience::ALL);
    phone.now = phone.now.plus(3 * 24 * 3600);
    let dossier = phone.add_resident("Lâm Thị Đẹp");
    phone.send_and_hear(Outcome::Refused(RefuseReason::Clock));
    assert_eq!(phone.client.not_accepted(), Vec::new());
    assert_eq!(name_of(&phone, &dossier).as_deref(), Some("Lâm Thị Đẹp"));
    let own = phone.client.state().unwrap().mine.all().next().cloned();
    assert_eq!(own.unwrap().change.time.0, 1_700_000_100);
    phone.send_and_hear(Outcome::Stored);
    assert_eq!(phone.client.records()[0].state, RecordState::Received);
}

#[test]
fn an_ambiguous_reference_is_spelled_out_in_the_next_bundle() {
    let mut phone = Phone::enrolled(1, &Audience::ALL);
    let dossier = phone.add_resident("Lâm Thị Đẹp");
    phone.send_and_hear(Outcome::Stored);
    let mut log = Log::new();
    log.take_all(&phone);
    log.bring(&mut phone);
    phone.put(dossier, Key::BIRTH_YEAR, Value::Uint(1958));
    let own = phone.client.state().unwrap().mine.all().next().cloned();
    let first = phone.send_and_hear(Outcome::AskFull);
    let (second, bytes) = phone.posts.pop_front().or_else(|| phone.send()).unwrap();
    assert_ne!(first, second);
    let now = phone.client.state().unwrap().mine.all().next().cloned();
    assert_eq!(now.unwrap().change, own.unwrap().change);
    phone.answer(second, receipt(second, &bytes, &[Outcome::Stored]));
    assert_eq!(phone.client.records()[0].state, RecordState::Received);
}

#[test]
fn what_is_asked_for_once_more_though_it_was_spelled_out_is_not_sent_without_end() {
    let mut phone = Phone::enrolled(1, &Audience::ALL);
    let dossier = phone.add_resident("Lâm Thị Đẹp");
    phone.send_and_hear(Outcome::Stored);
    let mut log = Log::new();
    log.take_all(&phone);
    log.bring(&mut phone);
    phone.put(dossier, Key::BIRTH_YEAR, Value::Uint(1958));
    let mut sent = 0;
    for _ in 0..20 {
        while let Some((serial, bytes)) = phone.posts.pop_front().or_else(|| phone.send()) {
            sent += 1;
            phone.answer(serial, receipt(serial, &bytes, &[Outcome::AskFull]));
        }
        log.bring(&mut phone);
    }
    let lives = 1 + usize::from(crate::limits::REISSUES_MAX);
    assert_eq!(sent, 2 * lives, "in each life short and in full");
    assert_eq!(phone.client.sync().rejected, 1);
    let shown = phone.client.row(&dossier);
    assert_eq!(shown.get(&Key::BIRTH_YEAR), Some(&Value::Uint(1958)));
    // A server that has room again, or a program that spells better, takes it after all.
    let seed = phone.seed();
    phone.give(Input::Reissue { seed });
    phone.send_and_hear(Outcome::Stored);
    assert_eq!(phone.client.records()[0].state, RecordState::Received);
}

#[test]
fn a_fork_is_issued_again_under_a_new_actor_with_the_same_ids() {
    let mut phone = Phone::enrolled(1, &Audience::ALL);
    let dossier = phone.add_resident("Lâm Thị Đẹp");
    phone.send_and_hear(Outcome::Stored);
    let mut log = Log::new();
    log.take_all(&phone);
    log.bring(&mut phone);
    phone.save(
        0,
        vec![DocumentWrite {
            target: Target::Existing(dossier),
            puts: vec![super::phone::visit()],
        }],
    );
    let before = phone.client.row(&dossier);
    let (serial, bytes) = phone.send().unwrap();
    phone.answer(serial, verdict(serial, &bytes, forked_at(Some(0))));
    let state = phone.client.state().unwrap();
    let life = state.device.incarnation;
    assert_ne!(life, Incarnation(0));
    let own = state.mine.all().next().unwrap();
    assert_eq!(own.author.incarnation, life);
    assert_eq!(own.document, dossier);
    let after = phone.client.row(&dossier);
    let events = |row: &shared::row::Row| row.events().map(|(id, _)| id).collect::<Vec<_>>();
    assert_eq!(events(&before), events(&after));
    assert_ne!(before.heads, after.heads);
    let (serial, bytes) = phone.posts.pop_front().or_else(|| phone.send()).unwrap();
    assert_eq!(serial.incarnation, life);
    phone.answer(serial, receipt(serial, &bytes, &[Outcome::Stored]));
    assert_eq!(phone.client.records()[0].state, RecordState::Received);
}

fn forked_at(change: Option<u32>) -> Verdict {
    Verdict::Rejected(Rejection {
        change,
        ..Rejection::whole(RejectReason::Fork)
    })
}

#[test]
fn a_bundle_whose_number_a_copy_has_used_goes_again_as_it_is_in_a_new_life() {
    let mut phone = Phone::enrolled(1, &Audience::ALL);
    phone.add_resident("Lâm Thị Đẹp");
    let before = changes(&phone);
    let (serial, bytes) = phone.send().unwrap();
    phone.answer(serial, verdict(serial, &bytes, forked_at(None)));
    assert!(phone.shown.contains(&Notice::Copied));
    assert_eq!(changes(&phone), before);
    let (next, _) = phone.posts.pop_front().or_else(|| phone.send()).unwrap();
    assert!(next.incarnation > serial.incarnation);
    assert_eq!(phone.client.state().unwrap().outbox.frozen.len(), 1);
}

#[test]
fn whom_a_copy_has_given_a_name_of_this_phones_keeps_it_and_ours_gets_another() {
    let mut phone = Phone::enrolled(1, &Audience::ALL);
    let dossier = phone.add_resident("Lâm Thị Đẹp");
    phone.put(dossier, Key::BIRTH_YEAR, Value::Uint(1958));
    let other = phone.add_resident("Thạch Sa Rinh");
    let (serial, bytes) = phone.send().unwrap();
    phone.answer(serial, verdict(serial, &bytes, forked_at(Some(0))));
    assert!(phone.client.row(&dossier).is_empty());
    assert_eq!(name_of(&phone, &other).as_deref(), Some("Thạch Sa Rinh"));
    let own = phone.client.state().unwrap().mine.all();
    let again: Vec<_> = own.filter(|own| own.document != other).collect();
    assert_eq!(again.len(), 1);
    assert_eq!(phone.client.present_name(dossier), again[0].document);
    let row = phone.client.row(&again[0].document);
    assert_eq!(row.get(&Key::NAME), Some(&Value::from("Lâm Thị Đẹp")));
    assert_eq!(row.get(&Key::BIRTH_YEAR), Some(&Value::Uint(1958)));
    assert!(phone.client.not_accepted().is_empty());
}

/// The server finds the two changes of one save in the order of their documents, so that it may
/// be the number that it first has otherwise.
#[test]
fn whom_a_copy_has_given_the_name_of_ours_is_found_by_the_number_as_well() {
    for at in [0, 1] {
        let mut phone = Phone::enrolled(1, &Audience::ALL);
        let dossier = phone.add_resident_with_number("Lâm Thị Đẹp", "099158004127");
        let (serial, bytes) = phone.send().unwrap();
        phone.answer(serial, verdict(serial, &bytes, forked_at(Some(at))));
        let again = phone.client.present_name(dossier);
        assert_ne!(again, dossier);
        let own = phone.client.state().unwrap().mine.all();
        let written: Vec<_> = own.map(|own| own.document).collect();
        assert_eq!(written.len(), 2);
        assert!(written.contains(&again));
        assert!(written.contains(&again.companion(Companion::Identity)));
    }
}

/// A phone was set back, or copied, and was shown what it had named meanwhile before it named
/// anybody itself: a new person must not be written over the one who bears that name.
#[test]
fn a_name_that_the_server_has_shown_is_given_to_nobody_else() {
    let [mut before, mut copy] = [0; 2].map(|_| Phone::enrolled(1, &Audience::ALL));
    let first = before.add_resident_with_number("Trần Văn Út", "099047000311");
    let mut log = Log::new();
    log.take_all(&before);
    log.bring(&mut copy);
    let other = copy.add_resident_with_number("Thạch Thị Mười", "099162001188");
    assert_ne!(other, first);
    assert!(copy.shown.contains(&Notice::Copied));
    assert_eq!(name_of(&copy, &first).as_deref(), Some("Trần Văn Út"));
    assert_eq!(name_of(&copy, &other).as_deref(), Some("Thạch Thị Mười"));
}

#[test]
fn what_was_rejected_waits_for_an_update_and_goes_again() {
    let mut phone = Phone::enrolled(1, &Audience::ALL);
    let dossier = phone.add_resident("Lâm Thị Đẹp");
    let (serial, bytes) = phone.send().unwrap();
    let rejected = Verdict::Rejected(Rejection::whole(RejectReason::UnknownKey));
    phone.answer(serial, verdict(serial, &bytes, rejected));
    let state = RecordState::Rejected(RejectReason::UnknownKey);
    assert_eq!(phone.client.records()[0].state, state);
    assert_eq!(name_of(&phone, &dossier).as_deref(), Some("Lâm Thị Đẹp"));
    assert!(phone.send().is_none());
    let seed = phone.seed();
    phone.give(Input::Reissue { seed });
    assert_eq!(phone.client.records()[0].state, RecordState::OnThisPhone);
    assert_eq!(phone.send_and_hear(Outcome::Stored).incarnation.0, 1);
}

#[test]
fn an_uncertain_start_packs_the_same_changes_under_new_numbers() {
    let mut phone = Phone::enrolled(1, &Audience::ALL);
    let dossier = phone.add_resident("Lâm Thị Đẹp");
    phone.put(dossier, Key::BIRTH_YEAR, Value::Uint(1958));
    let (old, _) = phone.send().unwrap();
    let before = changes(&phone);
    phone.restart(History::Uncertain);
    assert_eq!(changes(&phone), before);
    let (serial, bytes) = phone.send().unwrap();
    assert_eq!((serial.incarnation.0, serial.number.0), (1, 0));
    assert_ne!(serial, old);
    assert_eq!(phone.changes_in(&bytes), 2);
    phone.answer(serial, receipt(serial, &bytes, &[Outcome::Known; 2]));
    assert_eq!(phone.client.records()[0].state, RecordState::Received);
    let next = phone.add_resident("Thạch Sa Rinh");
    assert_ne!(next, dossier);
}

#[test]
fn too_new_a_bundle_is_kept_and_sent_again_later() {
    let mut phone = Phone::enrolled(1, &Audience::ALL);
    phone.add_resident("Lâm Thị Đẹp");
    let (serial, bytes) = phone.send().unwrap();
    phone.answer(serial, verdict(serial, &bytes, Verdict::TooNew));
    assert!(phone.send().is_none());
    phone.now = phone.now.plus(7 * 3600);
    assert_eq!(phone.send(), Some((serial, bytes)));
}

#[test]
fn receipts_in_any_order_and_twice_end_the_same() {
    let held = Outcome::Held(HoldReason::UnitChanged);
    let stories = [
        vec![Outcome::Parked, held, Outcome::Stored],
        vec![Outcome::Parked, Outcome::Known],
        vec![held, Outcome::Refused(RefuseReason::ByDecision)],
    ];
    for story in stories {
        let ends = orders(&story).into_iter().map(|order| {
            let mut phone = Phone::enrolled(1, &Audience::ALL);
            phone.add_resident("Lâm Thị Đẹp");
            let (serial, bytes) = phone.send().unwrap();
            for outcome in order.iter().chain(&order) {
                phone.receive(receipt(serial, &bytes, &[*outcome]));
            }
            (phone.client.records(), phone.client.not_accepted())
        });
        let ends: Vec<_> = ends.collect();
        assert!(ends.windows(2).all(|pair| pair[0] == pair[1]), "{story:?}");
    }
}

#[test]
fn someone_elses_or_a_changed_receipt_means_nothing() {
    let mut phone = Phone::enrolled(1, &Audience::ALL);
    phone.add_resident("Lâm Thị Đẹp");
    let (serial, bytes) = phone.send().unwrap();
    let mut changed = receipt(serial, &bytes, &[Outcome::Stored]);
    changed[3] ^= 1;
    phone.receive(changed);
    let state = phone.client.records()[0].state;
    assert!(matches!(state, RecordState::Sending), "{state:?}");
}

#[test]
fn a_key_the_server_gave_up_makes_the_phone_seal_again_in_a_new_life() {
    let mut phone = Phone::enrolled(1, &Audience::ALL);
    phone.add_resident("Lâm Thị Đẹp");
    let before = changes(&phone);
    for life in 1..6 {
        let Some((serial, bytes)) = phone.posts.pop_front().or_else(|| phone.send()) else {
            assert!(life > u32::from(crate::limits::REISSUES_MAX));
            return;
        };
        let whole = Rejection::whole(RejectReason::UnknownRecipient);
        phone.answer(serial, verdict(serial, &bytes, Verdict::Rejected(whole)));
        assert_eq!(changes(&phone).len(), before.len());
    }
    panic!("a server that rejects everything must not be asked for ever");
}

fn changes(phone: &Phone) -> Vec<shared::change::Change> {
    let mine = phone.client.state().unwrap().mine.all();
    mine.map(|own| own.change.clone()).collect()
}

fn orders<T: Clone>(of: &[T]) -> Vec<Vec<T>> {
    if of.len() < 2 {
        return vec![of.to_vec()];
    }
    let mut all = Vec::new();
    for at in 0..of.len() {
        let mut rest = of.to_vec();
        let first = rest.remove(at);
        for mut order in orders(&rest) {
            order.insert(0, first.clone());
            all.push(order);
        }
    }
    all
}

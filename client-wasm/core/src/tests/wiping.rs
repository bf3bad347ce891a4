use shared::id::Audience;
use shared::pull::PullRequest;
use shared::receipt::{HoldReason, Outcome, Receipt};
use shared::wipe::{WipeOrder, is_wiped};

use super::phone::{Phone, server_key};
use crate::effect::{Notice, Store};
use crate::input::{History, Input};

/// The order to this phone, signed as the server signs.
fn order(phone: &Phone, assignment: u32) -> Vec<u8> {
    let order = WipeOrder {
        device: phone.client.state().unwrap().device.id,
        epoch: 1,
        assignment,
        at: phone.now,
    };
    shared::signed::sign(&order, &server_key()).unwrap()
}

fn hear(phone: &mut Phone, bytes: Vec<u8>) {
    let seed = phone.seed();
    phone.give(Input::Pulled { bytes, seed });
}

fn stores(phone: &Phone) -> Vec<Store> {
    let mut stores: Vec<Store> = phone.disk.keys().map(|(store, _)| *store).collect();
    stores.dedup();
    stores
}

#[test]
fn a_lost_phone_offers_what_is_sealed_then_forgets_everything_else_and_says_so() {
    let mut phone = Phone::enrolled(1, &Audience::ALL);
    phone.add_resident("Lâm Thị Đẹp");
    let order = order(&phone, 1);
    hear(&mut phone, order);
    assert!(!phone.shown.contains(&Notice::Wiped), "first the outbox");
    let (serial, bytes) = phone.posts.pop_back().expect("an offered bundle");
    let before = phone.pulls;
    let seed = phone.seed();
    phone.give(Input::Posted {
        serial,
        answer: crate::input::PostAnswer::Failed,
        seed,
    });
    assert!(phone.shown.contains(&Notice::Wiped));
    assert_eq!(phone.pulls, before + 1, "it says so");
    assert_eq!(stores(&phone), [Store::Outbox]);
    // Whoever has the phone can still send what nobody but the server can read.
    let sealed = phone
        .disk
        .values()
        .any(|value| value.windows(bytes.len()).any(|part| part == bytes));
    assert!(sealed);
    phone.lock(History::Certain);
    phone.give(Input::HandOut {
        leave: crate::input::Leave::CarryOnly,
    });
    assert_eq!(phone.handed_out.len(), 1);
}

#[test]
fn orders_of_others_or_from_before_are_not_obeyed() {
    let mut phone = Phone::enrolled(1, &Audience::ALL);
    phone.add_resident("Lâm Thị Đẹp");
    let other = Phone::enrolled(2, &Audience::ALL);
    let foreign = order(&other, 1);
    let former = order(&phone, 0);
    let mut forged = order(&phone, 1);
    forged[20] ^= 1;
    for bytes in [foreign, former, forged] {
        hear(&mut phone, bytes);
        assert!(!phone.shown.contains(&Notice::Wiped));
        assert!(stores(&phone).contains(&Store::Meta));
    }
}

/// The receipt for a bundle with the order in it, signed as the server signs.
fn receipt_with_order(serial: shared::bundle::Serial, bytes: &[u8], assignment: u32) -> Vec<u8> {
    let outcomes = vec![Outcome::Held(HoldReason::AfterRevocation)];
    let receipt = super::phone::receipt(serial, bytes, &outcomes);
    let read: Receipt = shared::signed::verify(&receipt, &server_key().public()).unwrap();
    let receipt = Receipt {
        wipe: Some(assignment),
        ..read
    };
    shared::signed::sign(&receipt, &server_key()).unwrap()
}

#[test]
fn a_receipt_wipes_a_lost_phone_and_one_from_before_it_was_found_does_not() {
    for (assignment, wipes) in [(0, false), (1, true)] {
        let mut phone = Phone::enrolled(1, &Audience::ALL);
        phone.add_resident("Lâm Thị Đẹp");
        let (serial, bytes) = phone.send().expect("something waits");
        let receipt = receipt_with_order(serial, &bytes, assignment);
        phone.receive(receipt);
        phone.answer(serial, Vec::new());
        assert_eq!(phone.shown.contains(&Notice::Wiped), wipes);
        assert_eq!(stores(&phone).contains(&Store::Meta), !wipes);
    }
}

#[test]
fn a_locked_phone_obeys_once_what_is_sealed_was_offered() {
    for by_receipt in [false, true] {
        let mut phone = Phone::enrolled(1, &Audience::ALL);
        phone.add_resident("Lâm Thị Đẹp");
        let order = order(&phone, 1);
        let mut forged = order.clone();
        forged[20] ^= 1;
        phone.lock(History::Certain);
        hear(&mut phone, forged);
        assert!(stores(&phone).contains(&Store::Meta), "a forged order");
        let (serial, bytes) = phone.send().expect("something waits");
        match by_receipt {
            true => {
                let receipt = receipt_with_order(serial, &bytes, 1);
                phone.answer(serial, receipt);
            }
            false => {
                hear(&mut phone, order);
                assert!(!phone.shown.contains(&Notice::Wiped), "first the outbox");
                phone.answer(serial, Vec::new());
            }
        }
        assert!(phone.shown.contains(&Notice::Wiped));
        assert_eq!(stores(&phone), [Store::Outbox]);
        let said = shared::signed::Signed::<PullRequest>::read(&phone.last_pull).unwrap();
        assert!(
            is_wiped(said.claimed()),
            "it says so, by a request signed ahead"
        );
    }
}

//! What goes up and comes back in somebody else's pocket.

use shared::id::Audience;
use shared::news;
use shared::parcel::{Item, Sort, pack, unpack};
use shared::pull::PullRequest;
use shared::receipt::Outcome;
use shared::seal::SealingKey;
use shared::signed::Signed;
use shared::time::UnixSeconds;

use super::phone::{Phone, receipt};
use super::world::{Log, name_of};
use crate::input::{History, Input, Leave};
use crate::limits::KEEP_SENT_SECONDS;

const TEAM: [Audience; 1] = [Audience::Team];

#[test]
fn a_courier_brings_back_the_receipt_and_the_news() {
    let (mut far, mut courier) = (Phone::enrolled(1, &TEAM), Phone::enrolled(2, &TEAM));
    let written = far.add_resident("Lâm Thị Đẹp");
    let theirs = courier.add_resident("Trần Văn Út");
    courier.send_and_hear(Outcome::Stored);
    let parcel = handed_out(&mut far);
    take(&mut courier, &parcel);
    courier.restart(History::Certain);
    let carried = courier.client.sync().carried_for;
    assert_eq!((carried[0].bundles, carried[0].returns), (1, 0));
    deliver(&mut courier, &far);
    let request = asked(&mut courier);
    let mut log = Log::new();
    log.take_all(&far);
    log.take_all(&courier);
    answer_errand(&mut courier, Some(sealed(&far, &log)));
    let request = Signed::<PullRequest>::read(&request).unwrap();
    let said = request.claimed();
    assert_eq!(said.device, far.client.device().unwrap());
    assert_eq!(
        said.unsent.unwrap().records,
        1,
        "not received, though carried"
    );
    courier.restart(History::Certain);
    let carried = courier.client.sync().carried_for;
    assert_eq!((carried[0].bundles, carried[0].returns), (0, 2));
    let back = courier.client.returns().unwrap();
    assert_eq!(far.client.sync().unsent, 1);
    take(&mut far, &back);
    assert!(far.client.records().is_empty(), "confirmed by the page");
    assert_eq!(name_of(&far, &theirs).as_deref(), Some("Trần Văn Út"));
    assert_eq!(name_of(&far, &written).as_deref(), Some("Lâm Thị Đẹp"));
    // Twice is once.
    take(&mut far, &back);
    assert!(far.client.not_accepted().is_empty());
}

#[test]
fn an_errand_that_nobody_answers_is_run_again_later() {
    let (mut far, mut courier) = (Phone::enrolled(1, &TEAM), Phone::enrolled(2, &TEAM));
    let parcel = handed_out(&mut far);
    take(&mut courier, &parcel);
    asked(&mut courier);
    let seed = courier.seed();
    courier.give(Input::ErrandFailed { seed });
    assert!(courier.errands.is_empty(), "not at once");
    courier.now = courier.alarm.unwrap();
    let seed = courier.seed();
    courier.give(Input::Tick { seed });
    asked(&mut courier);
    answer_errand(&mut courier, None);
    let seed = courier.seed();
    courier.give(Input::Reachable { seed });
    assert!(courier.errands.is_empty(), "the server had nothing to say");
    assert_eq!(courier.client.returns(), None);
}

#[test]
fn a_phone_carries_neither_its_own_request_nor_one_it_could_read_the_answer_of() {
    let mut phone = Phone::enrolled(1, &TEAM);
    let parcel = handed_out(&mut phone);
    take(&mut phone, &parcel);
    let junk = pack(&[Item {
        sort: Sort::Request,
        bytes: b"nobody's".to_vec(),
    }]);
    take(&mut phone, &junk.unwrap());
    let seed = phone.seed();
    phone.give(Input::Reachable { seed });
    assert!(phone.errands.is_empty());
}

#[test]
fn what_nobody_fetched_for_a_month_is_let_go() {
    let (mut far, mut courier) = (Phone::enrolled(1, &TEAM), Phone::enrolled(2, &TEAM));
    far.add_resident("Lâm Thị Đẹp");
    let parcel = handed_out(&mut far);
    take(&mut courier, &parcel);
    deliver(&mut courier, &far);
    assert!(courier.client.returns().is_some());
    courier.now = UnixSeconds(courier.now.0 + KEEP_SENT_SECONDS + 3600);
    courier.restart(History::Certain);
    assert_eq!(courier.client.returns(), None);
}

/// What a person gets who carries: bundles and a request.
fn handed_out(phone: &mut Phone) -> Vec<u8> {
    phone.give(Input::HandOut {
        leave: Leave::CarryOnly,
    });
    let bundles = phone.handed_out.drain(..).map(|carried| Item {
        sort: Sort::Bundle,
        bytes: carried.bytes,
    });
    let request = phone.request.take().map(|bytes| Item {
        sort: Sort::Request,
        bytes,
    });
    pack(&bundles.chain(request).collect::<Vec<_>>()).unwrap()
}

fn take(phone: &mut Phone, parcel: &[u8]) {
    let (bytes, seed) = (parcel.to_vec(), phone.seed());
    phone.give(Input::TakeParcel { bytes, seed });
}

/// The server takes one bundle that the author wrote and the courier carries.
pub(super) fn deliver(courier: &mut Phone, author: &Phone) {
    let (serial, bytes) = courier.send().expect("a bundle is carried");
    let outcomes = vec![Outcome::Stored; author.changes_in(&bytes)];
    courier.answer(serial, receipt(serial, &bytes, &outcomes));
}

/// The request that the server is asked with.
fn asked(courier: &mut Phone) -> Vec<u8> {
    let seed = courier.seed();
    courier.give(Input::Reachable { seed });
    let parcel = courier.errands.pop_front().expect("an errand");
    let items = unpack(&parcel).unwrap();
    assert_eq!(items[0].sort, Sort::Request);
    items[0].bytes.clone()
}

fn answer_errand(courier: &mut Phone, news: Option<Vec<u8>>) {
    let items = news.map(|bytes| Item {
        sort: Sort::News,
        bytes,
    });
    let bytes = pack(&items.into_iter().collect::<Vec<_>>()).unwrap();
    let seed = courier.seed();
    courier.give(Input::ErrandAnswered { bytes, seed });
}

/// News that only this phone can read.
fn sealed(phone: &Phone, log: &Log) -> Vec<u8> {
    let device = phone.client.device().unwrap();
    let key: SealingKey = phone.client.state().unwrap().device.enrol_keys().sealing;
    news::seal(&log.answer(phone, 10), (device, &key), [3; 32]).unwrap()
}

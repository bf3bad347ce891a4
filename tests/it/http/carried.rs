//! What others carry, and phones that are older or newer than the server.

use server::store::Memory;
use shared::key::Key;
use shared::parcel::{Item, Sort, pack, unpack};
use shared::receipt::{Outcome, Verdict};
use shared::signed::verify;
use shared::spoken::{Behind, Spoken};
use shared::value::Value;
use shared::version::PROTOCOL;

use super::phone::{MORNING, Phone};
use super::wire::{HAMLET, Site};

#[tokio::test]
async fn a_courier_brings_receipts_and_news_that_only_their_phones_can_read() {
    let site = Site::start(Memory::new()).await;
    let mut near = site.phone(1, "team-member", HAMLET).await;
    let mut far = site.phone(2, "team-member", HAMLET).await;
    let theirs = near.resident("Nguyễn Văn An", "099085000001");
    site.push(&near.bundle(&theirs)).await;
    let mine = far.resident("Lâm Thị Đẹp", "099085000002");
    let up = pack(&[
        item(Sort::Bundle, far.bundle(&mine)),
        item(Sort::Bundle, b"nobody's".to_vec()),
        // A request for an open answer gets none from a carrier.
        item(Sort::Request, far.pull_request(0)),
        item(Sort::Request, far.request_by_courier()),
    ]);
    let answer = site.post("/v1/parcels", &up.unwrap()).await;
    assert_eq!(answer.status, 200);
    let down = unpack(&answer.body).unwrap();
    let sorts: Vec<Sort> = down.iter().map(|item| item.sort).collect();
    assert_eq!(sorts, [Sort::Receipt, Sort::News]);
    assert_eq!(far.outcomes(&down[0].bytes), [Outcome::Stored; 2]);
    let inside = far.news(&down[1].bytes);
    far.pulled(&inside);
    for written in [&theirs, &mine] {
        let row = &far.shown.rows[&written[0].0.document()];
        assert!(matches!(row.get(&Key::NAME), Some(Value::Text(_))));
    }
    let nothing = site.post("/v1/parcels", b"SMPB").await;
    assert_eq!(
        (nothing.status, nothing.code()),
        (400, "not-a-parcel".into())
    );
}

#[tokio::test]
async fn a_phone_of_another_protocol_is_told_so_and_still_hands_in() {
    let site = Site::start(Memory::new()).await;
    let mut phone = site.phone(1, "team-member", HAMLET).await;
    let mut request = phone.pull_request(0);
    for (protocol, behind) in [(PROTOCOL + 1, Behind::Server), (PROTOCOL - 1, Behind::Us)] {
        request[0] = protocol;
        let answer = site.post("/v1/pull", &request).await;
        assert_eq!(answer.status, 200);
        let spoken: Spoken = verify(&answer.body, &phone.server.unwrap().0).unwrap();
        assert_eq!(spoken.device, phone.device);
        let is_behind = match behind {
            Behind::Server => spoken.newest < protocol,
            Behind::Us => spoken.oldest > protocol,
        };
        assert!(is_behind && spoken.sealing_keys.contains(&phone.server.unwrap().1));
    }
    let written = phone.resident("Nguyễn Văn An", "099085000001");
    let bundle = phone.bundle(&written);
    let mut later = bundle.clone();
    later[4] = 2;
    let receipt = phone.receipt(&site.push(&later).await);
    assert_eq!(receipt.verdict, Verdict::TooNew);
    // Nothing was written down: the number is still free for the bundle as this server reads it.
    assert_eq!(
        phone.outcomes(&site.push(&bundle).await),
        [Outcome::Stored; 2]
    );
}

#[tokio::test]
async fn what_was_sealed_to_last_years_key_arrives_and_brings_back_this_years() {
    let site = Site::start(Memory::new()).await;
    let mut phone = site.phone(1, "team-member", HAMLET).await;
    let sealed_to = phone.server.unwrap().1;
    let written = phone.resident("Nguyễn Văn An", "099085000001");
    let carried = phone.bundle(&written);
    let secrets = site.server().ledger().secrets();
    secrets.turn_opening_keys(MORNING, [5; 32]).unwrap();
    let receipt = phone.receipt(&site.push(&carried).await);
    assert!(matches!(receipt.verdict, Verdict::Taken(_)));
    let [new] = receipt.sealing_keys[..] else {
        panic!("one key to seal to")
    };
    assert_ne!(new, sealed_to);
    let signing = phone.server.unwrap().0;
    phone.server = Some((signing, new));
    let written = phone.resident("Nguyễn Văn Bình", "099085000002");
    let next = phone.bundle(&written);
    assert_eq!(
        phone.outcomes(&site.push(&next).await),
        [Outcome::Stored; 2]
    );
}

#[tokio::test]
async fn pages_are_spelled_once_and_end_where_others_go_on() {
    let site = Site::start(Memory::new()).await;
    let mut phone = site.phone(1, "team-member", HAMLET).await;
    let mut first = site.phone(2, "team-member", HAMLET).await;
    let mut second = site.phone(3, "team-member", HAMLET).await;
    for _ in 0..3 {
        let written: Vec<_> = (0..400).map(|_| resident(&mut phone)).collect();
        site.push(&phone.bundle(&written)).await;
    }
    let pages = |phone: &mut Phone, answer: &[u8]| {
        let answer = phone.pulled(answer);
        let ends = answer.pages.iter().map(|page| (page.after, page.upto));
        ends.collect::<Vec<_>>()
    };
    for phone in [&mut first, &mut second] {
        let answer = site.post("/v1/pull", &phone.pull_request(0)).await;
        let ends = [(0, 1024), (1024, 1152), (1152, 1200)];
        assert_eq!(pages(phone, &answer.body), ends);
    }
    assert_eq!(first.shown.rows, second.shown.rows);
    assert_eq!(first.shown.rows.len(), 1200);
    let more = resident(&mut phone);
    site.push(&phone.bundle(&[more])).await;
    let answer = site.post("/v1/pull", &first.pull_request(0)).await;
    assert_eq!(pages(&mut first, &answer.body), [(1200, 1201)]);
}

/// A dossier without identity.
fn resident(phone: &mut Phone) -> super::phone::Written {
    phone.resident("Nguyễn Văn An", "099085000001").remove(0)
}

fn item(sort: Sort, bytes: Vec<u8>) -> Item {
    Item { sort, bytes }
}

//! What somebody finds who images the storage of a phone: without its data key, and with it.

use shared::bundle::{Bundle, SectionKey};
use shared::facts::{Form, decode};
use shared::id::Audience;
use shared::page::Page;
use shared::receipt::Outcome;
use shared::value::Value;

use super::phone::Phone;
use super::previewing;
use super::world::Log;
use crate::effect::Store;
use crate::input::Input;
use crate::outbox::StoredBundle;
use crate::stored;
use crate::vault::Vault;

const NAMES: [&str; 2] = ["Lâm Thị Đẹp", "Trần Văn Tèo"];
const NUMBERS: [&str; 2] = ["099158004127", "099085000778"];

/// A bundle's text, as far as the keys kept beside it open it.
fn opened_bundle(vault: &Vault, key: &[u8], value: &[u8]) -> String {
    let stored: StoredBundle = stored::read_plain(Store::Outbox, value).unwrap();
    let frozen = match stored {
        StoredBundle::Open(tail) => tail.freeze().unwrap(),
        StoredBundle::Frozen(frozen) => frozen,
    };
    let keys = vault.open(Store::Outbox, key, frozen.secret()).unwrap();
    let keys: Vec<(Audience, SectionKey)> = postcard::from_bytes(&keys).unwrap();
    let bundle = Bundle::read(frozen.bytes()).unwrap();
    let device = bundle.header().serial.device;
    let texts = keys.iter().map(|(audience, key)| {
        let section = bundle.open_section(*audience, key).unwrap();
        format!(
            "{:?}",
            decode(&section.plain, Form::Bundle(device)).unwrap()
        )
    });
    texts.collect()
}

/// Everything on the disk that its owner's data key opens, as text.
pub(super) fn dump(phone: &Phone) -> String {
    let vault = Vault::new([7; 32], [0; 32]);
    let mut text = String::new();
    for ((store, key), value) in &phone.disk {
        text += &match vault.open(*store, key, value) {
            Ok(plain) if *store == Store::Facts => {
                let page: Page = postcard::from_bytes(&plain).unwrap();
                format!("{:?}", page.written().unwrap())
            }
            Ok(plain) => String::from_utf8_lossy(&plain).into_owned(),
            Err(_) if *store == Store::Outbox && key.len() == 8 => {
                opened_bundle(&vault, key, value)
            }
            Err(_) => String::from_utf8_lossy(value).into_owned(),
        };
    }
    text
}

/// Two members of a team. The second has the first one's work in custody, may look at the team's
/// part of it, and has recorded somebody, too.
fn team() -> Phone {
    let (mut one, mut two) = previewing::team();
    one.add_resident_with_number(NAMES[0], NUMBERS[0]);
    let parcel = previewing::handed_over(&mut one);
    previewing::take(&mut two, &parcel);
    assert_eq!(two.client.previewed("").len(), 1);
    two.add_resident_with_number(NAMES[1], NUMBERS[1]);
    let mut log = Log::new();
    log.take_all(&one);
    log.bring(&mut two);
    two
}

#[test]
fn without_the_data_key_storage_holds_no_name_and_no_number() {
    let phone = team();
    for ((store, _), value) in &phone.disk {
        for secret in NAMES.iter().chain(&NUMBERS) {
            let found = value
                .windows(secret.len())
                .any(|part| part == secret.as_bytes());
            assert!(!found, "{secret} in {store:?}");
        }
    }
}

#[test]
fn with_its_data_key_a_team_phone_yields_no_number_but_its_owners_unsent_ones() {
    let mut phone = team();
    let text = dump(&phone);
    assert!(
        text.contains(NAMES[0]) && text.contains(NAMES[1]),
        "it is all open"
    );
    assert!(!text.contains(NUMBERS[0]), "a colleague's");
    assert!(text.contains(NUMBERS[1]), "its owner's, not yet sent");
    let seed = phone.seed();
    phone.give(Input::Reachable { seed });
    while let Some((serial, bytes)) = phone.send() {
        let is_own = phone.client.device() == Some(serial.device);
        let changes = if is_own { phone.changes_in(&bytes) } else { 2 };
        let outcomes = vec![Outcome::Stored; changes];
        let receipt = super::phone::receipt(serial, &bytes, &outcomes);
        phone.answer(serial, receipt);
    }
    let text = dump(&phone);
    for number in NUMBERS {
        assert!(
            !text.contains(number),
            "sent, and forgotten though the bundle is kept"
        );
    }
}

#[test]
fn what_was_lent_leaves_nothing_behind() {
    use shared::id::{Companion, DocumentId};
    use shared::key::Key;
    use shared::kind::Kind;
    use shared::loan::{Lent, LentDocument, Loan, Purpose};

    let mut office = Phone::enrolled(1, &Audience::ALL);
    let mut phone = Phone::enrolled(2, &[Audience::Team]);
    let dossier = office.add_resident_with_number(NAMES[0], NUMBERS[0]);
    let lent = |id: DocumentId| LentDocument {
        document: id,
        joined: Vec::new(),
        row: office.client.row(&id).to_bytes(),
    };
    let loan = Loan {
        number: 1,
        purpose: Purpose::DayList,
        until: phone.now.plus(3_600),
        title: String::new(),
        dossiers: vec![dossier],
    };
    let identity = dossier.companion(Companion::Identity);
    let documents = vec![lent(dossier), lent(identity)];
    let log = Log::new();
    let bytes = log.answer_with(&phone, |answer| {
        answer.lent = Some(Lent::new(vec![loan], documents));
    });
    let seed = phone.seed();
    phone.give(Input::Pulled { bytes, seed });
    let row = phone.client.row(&dossier);
    assert_eq!(row.kind(), Some(Kind::Dossier));
    assert_eq!(row.get(&Key::NAME), Some(&Value::from(NAMES[0])));
    assert!(dump(&phone).contains(NUMBERS[0]));
    phone.now = phone.alarm.unwrap().max(phone.now.plus(3_600));
    let seed = phone.seed();
    phone.give(Input::Tick { seed });
    let text = dump(&phone);
    assert!(!text.contains(NAMES[0]) && !text.contains(NUMBERS[0]));
    assert!(phone.client.row(&dossier).is_empty());
}

//! Lists and search.

use shared::id::{Audience, DocumentId};
use shared::key::Key;
use shared::kind::Kind;
use shared::value::Value;

use super::phone::Phone;
use crate::entry::Entry;
use crate::views::{Query, Trait};

fn found(phone: &Phone, text: &str) -> Vec<String> {
    let text = text.to_owned();
    let list = phone.client.list(&Query {
        text,
        ..Query::all(Kind::Dossier, 10)
    });
    list.lines.into_iter().map(|line| line.name).collect()
}

#[test]
fn search_needs_no_accents_and_no_whole_words() {
    let mut phone = Phone::enrolled(1, &[Audience::Team]);
    let doi = phone.add_resident("Lý Đầm Dơi");
    phone.add_resident("Lâm Thị Đẹp");
    assert_eq!(found(&phone, "dam doi"), ["Lý Đầm Dơi"]);
    assert_eq!(found(&phone, "ĐẸP la"), ["Lâm Thị Đẹp"]);
    assert_eq!(found(&phone, "thi doi"), [""; 0]);
    phone.put(doi, Key::LAST3, Value::from("127"));
    phone.put(doi, Key::BIRTH_YEAR, Value::Uint(1958));
    assert_eq!(found(&phone, "127"), ["Lý Đầm Dơi"]);
    assert_eq!(found(&phone, "doi 1958"), ["Lý Đầm Dơi"]);
    assert_eq!(found(&phone, "099158004127"), ["Lý Đầm Dơi"]);
    assert_eq!(found(&phone, "128"), [""; 0]);
}

#[test]
fn people_are_listed_by_given_name() {
    let mut phone = Phone::enrolled(1, &[Audience::Team]);
    for name in ["Trần Văn Út", "Lâm Thị Đẹp", "Kim Văn Dơi", "An Thị Đẹp"] {
        phone.add_resident(name);
    }
    let order = ["Kim Văn Dơi", "An Thị Đẹp", "Lâm Thị Đẹp", "Trần Văn Út"];
    assert_eq!(found(&phone, ""), order);
}

#[test]
fn accents_as_typed_come_first_and_none_typed_ask_for_none() {
    let mut phone = Phone::enrolled(1, &[Audience::Team]);
    for name in ["Lâm Thị Dẹp", "Trần Thị Đẹp", "Kim Thị Đép"] {
        phone.add_resident(name);
    }
    let all = ["Lâm Thị Dẹp", "Kim Thị Đép", "Trần Thị Đẹp"];
    assert_eq!(found(&phone, "dep"), all);
    assert_eq!(found(&phone, "Đẹp")[0], "Trần Thị Đẹp");
    assert_eq!(found(&phone, "đẹp").len(), 3);
}

#[test]
fn the_last_digits_of_a_phone_find_its_owner() {
    let mut phone = Phone::enrolled(1, &[Audience::Team]);
    let dep = phone.add_resident("Lâm Thị Đẹp");
    phone.put(dep, Key::PHONE, Value::from("0951214402"));
    assert_eq!(found(&phone, "402"), ["Lâm Thị Đẹp"]);
    assert_eq!(found(&phone, "0951214402"), ["Lâm Thị Đẹp"]);
    assert_eq!(found(&phone, "02"), [""; 0]);
}

#[test]
fn parts_of_a_list_make_the_whole_list() {
    let mut phone = Phone::enrolled(1, &[Audience::Team]);
    for n in 0..25 {
        phone.add_resident(&format!("Lâm Thị {}", ["Đẹp", "Út", "Bé", "Dơi"][n % 4]));
    }
    let whole = phone.client.list(&Query::all(Kind::Dossier, 100)).lines;
    let part = |from| {
        let query = Query::all(Kind::Dossier, 7);
        phone.client.list(&Query { from, ..query })
    };
    let parts: Vec<_> = (0..5).flat_map(|n| part(n * 7).lines).collect();
    assert_eq!(parts, whole);
    assert_eq!((part(20).count, part(99).lines), (25, Vec::new()));
    let without = vec![whole[0].document];
    let query = Query::all(Kind::Dossier, 1);
    let rest = phone.client.list(&Query { without, ..query });
    assert_eq!((rest.count, &rest.lines[0]), (24, &whole[1]));
}

#[test]
fn a_promised_visit_is_due_until_somebody_came() {
    let mut phone = Phone::enrolled(1, &[Audience::Team]);
    let dep = phone.add_resident("Lâm Thị Đẹp");
    let due = |phone: &Phone| {
        let only = vec![Trait::Due];
        let query = Query::all(Kind::Dossier, 10);
        let list = phone.client.list(&Query { only, ..query });
        list.lines.iter().map(|line| line.due).collect::<Vec<_>>()
    };
    visits(&mut phone, dep, "rescheduled", Some(20_231_120));
    assert_eq!(due(&phone), [Some(20_231_120)]);
    visits(&mut phone, dep, "met", None);
    assert_eq!(due(&phone), []);
}

fn visits(phone: &mut Phone, dossier: DocumentId, result: &str, again: Option<u32>) {
    let entry = Entry::Visit {
        document: dossier.to_string(),
        result: result.to_owned(),
        note: String::new(),
        again,
    };
    let save = phone.client.save_of(1, &entry, phone.now).unwrap();
    phone.save(1, save.writes);
}

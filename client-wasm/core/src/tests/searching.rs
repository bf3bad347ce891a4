//! Lists and search.

use shared::id::Audience;
use shared::key::Key;
use shared::kind::Kind;
use shared::value::Value;

use super::phone::Phone;
use crate::views::Query;

fn found(phone: &Phone, text: &str) -> Vec<String> {
    let list = phone.client.list(&Query {
        text: text.to_owned(),
        kind: Kind::Dossier,
        unit: None,
        lines_max: 10,
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

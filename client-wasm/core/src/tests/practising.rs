//! A phone that practises is whole, and what it entered reaches nobody.

use shared::bundle::Bundle;
use shared::seal::OpeningKeys;

use super::phone::{Phone, opening_key};
use crate::practice;

#[test]
fn a_practising_phone_works_and_its_records_open_for_no_server() {
    let mut phone = Phone::practising(1);
    let dossier = phone.add_resident("Lâm Thị Đẹp");
    assert!(phone.client.document(&dossier).is_some());
    assert_eq!(phone.client.sync().unsent, 1);
    let (_, bytes) = phone.send().unwrap();
    let bundle = Bundle::read(&bytes).unwrap();
    let device = phone.public.unwrap();
    let verified = bundle.verify(&device).unwrap();
    let keys = OpeningKeys::new(vec![opening_key()]);
    assert!(verified.open(&keys).is_err());
}

#[test]
fn practice_answers_nobody_else() {
    let real = Phone::requesting(1);
    assert_eq!(practice::enrolled(&real), None);
    assert_eq!(practice::enrolled(b"junk"), None);
    assert_eq!(practice::names(b"junk", "Ấp tập".to_owned()), None);
}

//! Figures of a period against the one before, and against targets.

use shared::id::Audience;
use shared::tally::Indicator;

use super::phone::Phone;
use crate::entry::{Attendee, Entry, NewSession, ResultName};
use crate::progress::{Made, Period, ProgressQuery};

fn made(phone: &Phone, period: Period, back: u16, indicator: Indicator) -> (i64, i64) {
    let query = ProgressQuery { period, back };
    let progress = phone.client.progress(query, phone.now).expect("open");
    let find = |all: &[Made]| {
        let found = all
            .iter()
            .find(|one| one.indicator == indicator.to_string());
        found.map(|one| (one.done, one.before)).expect("shown")
    };
    assert_eq!(find(&progress.mine), find(&progress.team));
    find(&progress.mine)
}

#[test]
fn what_was_done_last_week_stands_beside_this_week() {
    let mut phone = Phone::enrolled(1, &[Audience::Team]);
    let people = ["Lâm Thị Đẹp", "Trần Văn Út"].map(|name| phone.add_resident(name));
    let guide = |phone: &mut Phone, document: &str| {
        let attendee = Attendee {
            document: document.to_owned(),
            result: ResultName::Activated,
            reason: None,
            again: None,
        };
        phone.enter(Entry::Session(NewSession {
            place: "home".to_owned(),
            service: 1,
            people: vec![attendee],
            ..NewSession::default()
        }));
    };
    guide(&mut phone, &people[0].to_string());
    let activated = |phone: &Phone, back| made(phone, Period::Week, back, Indicator::EidActivated);
    assert_eq!(activated(&phone, 0), (1, 0));
    phone.now = phone.now.plus(7 * 86_400);
    guide(&mut phone, &people[1].to_string());
    assert_eq!(activated(&phone, 0), (1, 1));
    assert_eq!(activated(&phone, 1), (1, 0));
    assert_eq!(made(&phone, Period::Month, 0, Indicator::Sessions), (2, 0));
}

//! Who of those already here may be the person that is being written down.

use serde::Serialize;
use shared::engine::Engine;
use shared::field::fold::fold;
use shared::field::{PartialDate, PersonalNumber, Phone};
use shared::kind::Kind;

use crate::client::Client;
use crate::entry::NewPerson;
use crate::search::Found;
use crate::views::{Line, line};

/// Points from which somebody is offered: the same whole name alone is enough, a phone number alone
/// is not, because households share one.
const OFFERED_FROM: u32 = 3;

/// People offered at most: more cannot be compared at a door.
pub const DOUBLES_MAX: usize = 3;

/// Somebody who may be the same person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Double {
    /// Who.
    pub line: Line,
    /// What agrees, by the names of the fields.
    pub agree: Vec<&'static str>,
}

impl<E: Engine> Client<E> {
    /// People like the one typed so far, the likeliest first. `this_year` reads two-digit years.
    pub fn doubles(&self, typed: &NewPerson, this_year: u16) -> Vec<Double> {
        let Some(state) = self.state() else {
            return Vec::new();
        };
        let sought = Likeness::of(typed, this_year);
        let people = state.found.iter();
        let mut likely: Vec<_> = people
            .filter(|(_, found)| found.kind == Kind::Dossier && !found.is_withdrawn)
            .map(|(id, found)| (sought.compared(found), id, found))
            .filter(|((points, _), ..)| *points >= OFFERED_FROM)
            .collect();
        likely.sort_by_key(|((points, _), id, _)| (core::cmp::Reverse(*points), **id));
        let offered = likely.into_iter().take(DOUBLES_MAX);
        offered
            .map(|((_, agree), id, found)| Double {
                line: line(state, id, found),
                agree,
            })
            .collect()
    }
}

/// What is compared.
struct Likeness {
    name: String,
    birth_year: Option<u64>,
    last3: Option<String>,
    phone: Option<String>,
}

impl Likeness {
    fn of(typed: &NewPerson, this_year: u16) -> Self {
        let birth = PartialDate::parse_as_of(&typed.birth, this_year).ok();
        Self {
            name: fold(&typed.name),
            birth_year: birth.map(|birth| birth.year().into()),
            last3: PersonalNumber::parse(&typed.number)
                .ok()
                .map(PersonalNumber::last3),
            phone: Phone::parse(&typed.phone)
                .ok()
                .map(|phone| phone.to_string()),
        }
    }

    /// Points, and what agrees.
    fn compared(&self, found: &Found) -> (u32, Vec<&'static str>) {
        let same_name = self.name.contains(' ') && self.name == found.folded();
        let same_year = self.birth_year.is_some() && self.birth_year == found.birth_year;
        let same_last3 = self.last3.is_some() && self.last3 == found.last3;
        let same_phone = self.phone.is_some() && self.phone.as_deref() == found.phone();
        let agree = [
            (same_name, 3, "name"),
            (same_last3, 2, "number"),
            (same_phone, 2, "phone"),
            (same_year, 1, "birth"),
        ];
        let agree = agree.into_iter().filter(|(agrees, ..)| *agrees);
        let (points, names): (Vec<u32>, Vec<_>) =
            agree.map(|(_, points, name)| (points, name)).unzip();
        (points.into_iter().sum(), names)
    }
}

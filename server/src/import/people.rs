//! A line about somebody, read; and whoever of them is known already.

use std::collections::BTreeMap;

use shared::field::fold::fold;
use shared::field::number::KnownOfPerson;
use shared::field::{PartialDate, PersonName, PersonalNumber, Phone, Sex, TextField};
use shared::id::{DocumentId, UnitId};
use shared::key::Key;
use shared::row::Row;
use shared::time::LocalDay;
use shared::value::Value;

use super::columns::{Columns, Field};
use super::places::{Meant, Places};
use super::plan::Notes;
use super::sheet::{Cell, Line};
use crate::ledger::LedgerError;
use crate::server::Server;
use crate::store::Store;

/// Somebody, as far as a line tells.
#[derive(Debug, Clone, Default)]
pub(super) struct Person {
    pub(super) name: Option<PersonName>,
    pub(super) birth: Option<PartialDate>,
    pub(super) sex: Option<Sex>,
    pub(super) number: Option<PersonalNumber>,
    pub(super) old_number: Option<String>,
    pub(super) phone: Option<Phone>,
    pub(super) address: Option<TextField>,
    pub(super) hamlet: Option<UnitId>,
}

/// Reads a line: what cannot be read is noted and left out, never guessed.
pub(super) fn read_person(
    (columns, line): (&Columns, &Line),
    (places, as_of): (&Places<'_>, LocalDay),
    notes: &mut Notes,
) -> Person {
    let cell = |field| columns.cell(line, field);
    let text = |field| cell(field).map_or("", |cell: &Cell| cell.text.as_str());
    let mut person = Person {
        name: read_name(text(Field::Name), notes),
        sex: read_sex(text(Field::Sex), notes),
        ..Person::default()
    };
    let births = [Field::Birth, Field::BirthOfMan, Field::BirthOfWoman];
    if let Some(field) = births.into_iter().find(|field| cell(*field).is_some()) {
        let read = PartialDate::parse_as_of(text(field), as_of.date().0 as u16);
        person.birth = notes.kept(field, read.map_err(|error| error.code()));
        match field {
            Field::BirthOfMan => person.sex = Some(Sex::Male),
            Field::BirthOfWoman => person.sex = Some(Sex::Female),
            _ => {}
        }
    }
    if let Some(cell) = cell(Field::Number) {
        read_number(cell, &mut person, notes);
    }
    if let Some(old) = cell(Field::OldNumber) {
        match digits(&old.text) {
            Some(old) if old.len() == 9 => person.old_number = Some(old),
            _ => notes.warn(Field::OldNumber, "old-number-unreadable"),
        }
    }
    if !text(Field::Phone).is_empty() {
        let read = read_phone(cell(Field::Phone));
        person.phone = notes.kept(Field::Phone, read);
    }
    let address = TextField::clean(text(Field::Address));
    person.address = notes.kept(Field::Address, address.map_err(|error| error.code()));
    person.address = person.address.filter(|address| !address.is_empty());
    person.hamlet = match places.hamlet(text(Field::Hamlet), text(Field::Commune)) {
        Meant::One(hamlet) => Some(hamlet),
        Meant::Several => notes.wrong(Field::Hamlet, "hamlet-several"),
        Meant::None if text(Field::Hamlet).is_empty() => {
            notes.wrong(Field::Hamlet, "hamlet-missing")
        }
        Meant::None => notes.wrong(Field::Hamlet, "hamlet-unknown"),
    };
    person
}

fn read_name(text: &str, notes: &mut Notes) -> Option<PersonName> {
    // The letter of Iceland looks like the Vietnamese one; cleaning makes it that.
    if text.contains(['\u{d0}', '\u{f0}', '\u{189}', '\u{256}']) {
        notes.warn(Field::Name, "letter-replaced");
    }
    match PersonName::clean(text) {
        Ok(name) => Some(name),
        Err(error) => notes.wrong(Field::Name, error.code()),
    }
}

fn read_sex(text: &str, notes: &mut Notes) -> Option<Sex> {
    match fold(text).as_str() {
        "" => None,
        "nam" | "trai" | "m" | "male" => Some(Sex::Male),
        "nu" | "gai" | "f" | "female" => Some(Sex::Female),
        _ => {
            notes.warn(Field::Sex, "sex-unreadable");
            None
        }
    }
}

fn read_number(cell: &Cell, person: &mut Person, notes: &mut Notes) {
    let typed = digits(&cell.text);
    if typed.as_ref().is_some_and(|typed| typed.len() == 9) && !cell.is_number {
        person.old_number = typed;
        return notes.warn(Field::Number, "number-old");
    }
    // Spreadsheets take the zeros away that a number begins with: at most two of them.
    let padded = match typed {
        Some(typed) if cell.is_number && (10..12).contains(&typed.len()) => {
            notes.warn(Field::Number, "number-zeros-restored");
            format!("{typed:0>12}")
        }
        _ => cell.text.clone(),
    };
    let number = match PersonalNumber::parse(&padded) {
        Ok(number) => number,
        Err(error) => {
            let has_letter_o = PersonalNumber::parse(&padded.replace(['O', 'o'], "0")).is_ok();
            let code = if has_letter_o {
                "number-letter-o"
            } else {
                error.code()
            };
            return notes.wrong(Field::Number, code).unwrap_or_default();
        }
    };
    let known = KnownOfPerson {
        sex: person.sex,
        birth_year: person.birth.map(PartialDate::year),
        as_of_year: None,
    };
    for warning in number.warnings(known) {
        notes.warn(Field::Number, warning.code());
    }
    person.number = Some(number);
}

fn read_phone(cell: Option<&Cell>) -> Result<Phone, &'static str> {
    let Some(cell) = cell else {
        return Err("phone-empty");
    };
    let padded = match cell.is_number && cell.text.len() == 9 {
        true => format!("0{}", cell.text),
        false => cell.text.clone(),
    };
    Phone::parse(&padded).map_err(|error| error.code())
}

fn digits(text: &str) -> Option<String> {
    let digits = shared::field::fold::digits(text)?;
    let digit = |digit: &u8| char::from(b'0' + digit);
    Some(digits.iter().map(digit).collect())
}

/// Who has a dossier already, in one unit.
pub(super) struct Known<'s, S> {
    server: &'s Server<S>,
    root: UnitId,
    day: LocalDay,
    by_hamlet: BTreeMap<UnitId, BTreeMap<(String, u64), Vec<DocumentId>>>,
}

impl<'s, S: Store> Known<'s, S> {
    pub(super) fn within(server: &'s Server<S>, root: UnitId, day: LocalDay) -> Self {
        Self {
            server,
            root,
            day,
            by_hamlet: BTreeMap::new(),
        }
    }

    /// The dossier with this number.
    pub(super) async fn numbered(
        &self,
        number: PersonalNumber,
    ) -> Result<Option<DocumentId>, LedgerError> {
        let ledger = self.server.ledger();
        let tag = ledger.secrets().tag(&number);
        let tagged = ledger.tagged(tag).await?.record.unwrap_or_default();
        let found = ledger.documents(&tagged.dossiers).await?;
        let tree = self.server.units();
        let mut here = found.into_iter().filter(|(_, document)| {
            let unit = document.place.stream.unit;
            !is_withdrawn(&document.row) && tree.is_within(unit, self.root, self.day)
        });
        Ok(here.next().map(|(id, _)| id))
    }

    /// Dossiers of the hamlet that agree on folded name and birth year.
    pub(super) async fn alike(
        &mut self,
        hamlet: UnitId,
        person: &Person,
    ) -> Result<Vec<DocumentId>, LedgerError> {
        let (Some(name), Some(birth)) = (&person.name, person.birth) else {
            return Ok(Vec::new());
        };
        if !self.by_hamlet.contains_key(&hamlet) {
            let people = self.people_of(hamlet).await?;
            self.by_hamlet.insert(hamlet, people);
        }
        let key = (name.folded(), u64::from(birth.year()));
        let found = self.by_hamlet.get(&hamlet).and_then(|here| here.get(&key));
        Ok(found.cloned().unwrap_or_default())
    }

    async fn people_of(
        &self,
        hamlet: UnitId,
    ) -> Result<BTreeMap<(String, u64), Vec<DocumentId>>, LedgerError> {
        let mut people: BTreeMap<_, Vec<DocumentId>> = BTreeMap::new();
        let ids = self.server.dossiers_of(hamlet).await?;
        for some in ids.chunks(256) {
            for (id, document) in self.server.ledger().documents(some).await? {
                let row = &document.row;
                let name = row.get(&Key::NAME).and_then(Value::as_text).map(fold);
                let year = row.get(&Key::BIRTH_YEAR).and_then(Value::as_uint);
                if let (Some(name), Some(year), false) = (name, year, is_withdrawn(row)) {
                    people.entry((name, year)).or_default().push(id);
                }
            }
            tokio::task::yield_now().await;
        }
        Ok(people)
    }
}

pub(super) fn is_withdrawn(row: &Row) -> bool {
    row.get(&Key::WITHDRAWN) == Some(&Value::Bool(true))
}

//! What there is to say about a new resident while it is being typed.
//!
//! Errors stop a save, warnings never do. Codes are those of `shared::field`; what belongs into
//! their sentences comes along.

use serde::Serialize;
use shared::field::number::{KnownOfPerson, NumberError};
use shared::field::phone::PhoneError;
use shared::field::{NumberWarning, PartialDate, PersonName, PersonalNumber, Phone, Sex};

use crate::entry::NewPerson;

/// Something about one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Remark {
    /// Which field, as screens name it.
    pub field: &'static str,
    /// The stable code.
    pub code: &'static str,
    /// How grave.
    pub severity: Severity,
    /// How many digits there are, for lengths.
    pub digits: Option<usize>,
    /// The year the number names, where it differs.
    pub year: Option<u16>,
    /// The year that was written, where it differs.
    pub written: Option<u16>,
    /// Whether the number names a woman, where it differs.
    pub is_female: Option<bool>,
}

/// How grave a remark is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// It cannot be saved like this.
    Error,
    /// Worth a second look.
    Warning,
}

/// Everything to say about what was typed so far, in `this_year`. Empty fields say nothing: only
/// a save asks for a name.
#[must_use]
pub fn remarks(person: &NewPerson, this_year: u16) -> Vec<Remark> {
    let mut said = Vec::new();
    let typed = |text: &str| !text.trim().is_empty();
    let birth = PartialDate::parse_as_of(&person.birth, this_year);
    if typed(&person.name)
        && let Err(error) = PersonName::clean(&person.name)
    {
        said.push(remark("name", error.code()));
    }
    if typed(&person.birth)
        && let Err(error) = &birth
    {
        said.push(remark("birth", error.code()));
    }
    if typed(&person.phone)
        && let Err(error) = Phone::parse(&person.phone)
    {
        said.push(Remark {
            digits: match error {
                PhoneError::Length { digits } => Some(digits),
                _ => None,
            },
            ..remark("phone", error.code())
        });
    }
    if typed(&person.number) {
        let known = KnownOfPerson {
            sex: person.sex.map(Sex::from),
            birth_year: birth.ok().map(PartialDate::year),
            as_of_year: Some(this_year),
        };
        said.extend(of_number(&person.number, known));
    }
    said
}

fn of_number(typed: &str, known: KnownOfPerson) -> Vec<Remark> {
    let number = match PersonalNumber::parse(typed) {
        Ok(number) => number,
        Err(error) => {
            let digits = match error {
                NumberError::Length { digits } => Some(digits),
                NumberError::Character => None,
            };
            return vec![Remark {
                digits,
                ..remark("number", error.code())
            }];
        }
    };
    let warnings = number.warnings(known).into_iter();
    let said = warnings.map(|warning| Remark {
        severity: Severity::Warning,
        year: (warning == NumberWarning::BirthYearDiffers).then(|| number.birth_year()),
        written: known
            .birth_year
            .filter(|_| warning == NumberWarning::BirthYearDiffers),
        is_female: (warning == NumberWarning::SexDiffers).then(|| number.sex() == Sex::Female),
        ..remark("number", warning.code())
    });
    said.collect()
}

fn remark(field: &'static str, code: &'static str) -> Remark {
    Remark {
        field,
        code,
        severity: Severity::Error,
        digits: None,
        year: None,
        written: None,
        is_female: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(number: &str, birth: &str) -> NewPerson {
        NewPerson {
            number: number.into(),
            name: "Lâm Thị Đẹp".into(),
            birth: birth.into(),
            ..NewPerson::default()
        }
    }

    #[test]
    fn a_short_number_is_an_error_and_another_year_a_warning() {
        let short = remarks(&person("09915800", ""), 2026);
        assert_eq!((short[0].code, short[0].digits), ("number-length", Some(8)));
        let said = remarks(&person("099158004127", "1960"), 2026);
        let year = said
            .iter()
            .find(|one| one.field == "number" && one.year.is_some());
        let year = year.expect("the years differ");
        assert_eq!(year.severity, Severity::Warning);
        assert_eq!((year.year, year.written), (Some(1958), Some(1960)));
    }

    #[test]
    fn an_empty_form_is_not_scolded() {
        let mut empty = person("", "");
        empty.name = String::new();
        assert_eq!(remarks(&empty, 2026), []);
    }
}

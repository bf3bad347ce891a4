//! What lists and search look at: one small entry per document, kept up to date with every save
//! and page.

use shared::event::{Events, Step};
use shared::field::PersonName;
use shared::field::fold::fold;
use shared::id::UnitId;
use shared::key::Key;
use shared::kind::Kind;
use shared::row::Row;
use shared::stage::Stages;
use shared::value::Value;

use crate::views::Trait;

/// What a list shows of one document, and what search compares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) kind: Kind,
    pub(crate) unit: Option<UnitId>,
    pub(crate) name: String,
    folded: String,
    /// What lists of people are sorted by.
    pub(crate) order: Vec<u8>,
    pub(crate) last3: Option<String>,
    phone: Option<Box<str>>,
    pub(crate) birth_year: Option<u64>,
    /// The day somebody promised to come, packed.
    pub(crate) due: Option<u64>,
    pub(crate) sex: Option<u64>,
    /// Furthest levels of card and e-ID.
    pub(crate) levels: (u8, u8),
    pub(crate) is_conflicted: bool,
    pub(crate) is_withdrawn: bool,
}

impl Found {
    /// The entry of a document; `None` for what no list shows.
    pub(crate) fn of(row: &Row) -> Option<Self> {
        let kind = row.kind()?;
        if kind.is_companion() {
            return None;
        }
        let text = |key: &Key| row.get(key).and_then(Value::as_text);
        let number = |key: &Key| row.get(key).and_then(Value::as_uint);
        let name = text(&name_key(kind)).unwrap_or_default().to_owned();
        let order = PersonName::clean(&name)
            .map(|name| name.sort_key().as_bytes().to_vec())
            .unwrap_or_default();
        let stages = (kind == Kind::Dossier).then(|| Stages::of(&Events::of(row)));
        let levels = stages.as_ref().map_or((0, 0), |stages| {
            (stages.card.furthest(), stages.eid.furthest())
        });
        let staged = |stages: &Stages| stages.card.is_conflicted || stages.eid.is_conflicted;
        Some(Self {
            kind,
            unit: row.unit(),
            folded: fold(&name),
            name,
            order,
            last3: text(&Key::LAST3).map(str::to_owned),
            phone: text(&Key::PHONE).map(Into::into),
            birth_year: number(&Key::BIRTH_YEAR),
            due: number(&Key::DUE),
            sex: number(&Key::SEX),
            levels,
            is_conflicted: row.conflicts().next().is_some() || stages.as_ref().is_some_and(staged),
            is_withdrawn: row.get(&Key::WITHDRAWN) == Some(&Value::Bool(true)),
        })
    }

    /// Whether this is so.
    pub(crate) fn is(&self, one: Trait) -> bool {
        match one {
            Trait::NotActivated => Some(self.levels.1) < Step::EidActivated.level(),
            Trait::NoCard => Some(self.levels.0) < Step::CardCollected.level(),
            Trait::Conflicted => self.is_conflicted,
            Trait::Due => self.due.is_some(),
        }
    }

    fn has_digits(&self, digits: &str) -> bool {
        let last3 = self.last3.as_deref();
        let phone = self.phone.as_deref();
        last3.is_some_and(|last3| last3.starts_with(digits))
            || (digits.len() > 3 && last3.is_some_and(|last3| digits.ends_with(last3)))
            || (digits.len() >= PHONE_DIGITS_MIN && phone.is_some_and(|all| all.ends_with(digits)))
            || (digits.len() == 4 && self.birth_year == digits.parse().ok())
    }
}

/// Last digits of a phone number that are worth a search: fewer fit too many.
const PHONE_DIGITS_MIN: usize = 3;

/// What somebody typed to find people.
pub(crate) struct Sought {
    /// Without accents and capitals.
    words: Vec<String>,
    /// As typed but for capitals; empty if it has no accents.
    accented: Vec<String>,
}

impl Sought {
    pub(crate) fn new(typed: &str) -> Self {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        let (folded, lower) = (fold(typed), typed.to_lowercase());
        let is_plain = lower.is_ascii();
        Self {
            words: words(&folded),
            accented: if is_plain { Vec::new() } else { words(&lower) },
        }
    }

    /// Whether every word begins a word of the name, or is the end of the personal or the phone
    /// number, or the birth year.
    pub(crate) fn fits(&self, found: &Found) -> bool {
        self.words.iter().all(|word| {
            let in_name = found
                .folded
                .split(' ')
                .any(|part| part.starts_with(&**word));
            let digits = word.bytes().all(|byte| byte.is_ascii_digit());
            in_name || (digits && found.has_digits(word))
        })
    }

    /// Whether the name has the accents that were typed.
    pub(crate) fn is_written_so(&self, found: &Found) -> bool {
        if self.accented.is_empty() {
            return true;
        }
        let name = found.name.to_lowercase();
        let begins = |word: &String| name.split(' ').any(|part| part.starts_with(&**word));
        self.accented.iter().all(begins)
    }
}

fn name_key(kind: Kind) -> Key {
    match kind {
        Kind::Household => Key::HOUSEHOLD_NAME,
        Kind::Place => Key::PLACE_NAME,
        Kind::Campaign => Key::CAMPAIGN_NAME,
        Kind::Team => Key::TEAM_NAME,
        Kind::Catalogue => Key::CATALOGUE_NAME,
        _ => Key::NAME,
    }
}

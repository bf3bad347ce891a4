//! What lists and search look at: one small entry per document, kept up to date with every save
//! and page.

use shared::event::Events;
use shared::field::PersonName;
use shared::field::fold::fold;
use shared::id::UnitId;
use shared::key::Key;
use shared::kind::Kind;
use shared::row::Row;
use shared::stage::Stages;
use shared::value::Value;

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
    pub(crate) birth_year: Option<u64>,
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
            birth_year: number(&Key::BIRTH_YEAR),
            sex: number(&Key::SEX),
            levels,
            is_conflicted: row.conflicts().next().is_some() || stages.as_ref().is_some_and(staged),
            is_withdrawn: row.get(&Key::WITHDRAWN) == Some(&Value::Bool(true)),
        })
    }

    /// Whether every word of a folded query begins a word of the name, or is the end of the
    /// number or the birth year.
    pub(crate) fn fits(&self, folded_query: &str) -> bool {
        folded_query.split(' ').all(|word| {
            let in_name = self.folded.split(' ').any(|part| part.starts_with(word));
            let digits = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
            in_name || (digits && self.has_digits(word))
        })
    }

    fn has_digits(&self, digits: &str) -> bool {
        let last3 = self.last3.as_deref();
        let year = self.birth_year.map(|year| year.to_string());
        last3.is_some_and(|last3| last3.starts_with(digits))
            || (digits.len() > 3 && last3.is_some_and(|last3| digits.ends_with(last3)))
            || year.is_some_and(|year| year == digits)
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

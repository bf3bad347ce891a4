//! What lists and search look at: one small entry per document, kept up to date with every save
//! and page.

use serde::Deserialize;
use shared::event::{Events, Stage, Step, Visit, VisitResult, What};
use shared::field::fold::fold;
use shared::field::{PartialDate, PersonName};
use shared::id::{DocumentId, UnitId};
use shared::key::Key;
use shared::kind::Kind;
use shared::reason::Reason;
use shared::row::Row;
use shared::stage::Stages;
use shared::time::{LocalDay, LocalMinute};
use shared::value::Value;

/// What a person of a list may be chosen by.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub enum Trait {
    /// The e-ID account is not activated.
    NotActivated,
    /// No card data were collected.
    NoCard,
    /// Two devices wrote different things.
    Conflicted,
    /// Somebody promised to come again.
    Due,
    /// Neither collected nor appointed, and nobody said why.
    Unclassified,
    /// Somebody must go to the home.
    HomeVisit,
    /// Belongs to no household yet.
    NoHousehold,
    /// The card's furthest level is this.
    Card(u8),
    /// The account's furthest level is this.
    Eid(u8),
    /// The reason with this number stands for card or account.
    Reason(u64),
    /// The residence with this number.
    Residence(u64),
    /// Born in these years, both included.
    Born(u64, u64),
    /// Lives in this household.
    Household(DocumentId),
    /// The home lies on this canal, as the household has it.
    Canal(String),
}

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
    /// Of a dossier: where it is at home. Any of the household's ids.
    pub(crate) household: Option<DocumentId>,
    /// Of a household: where it lies.
    pub(crate) canal: Option<Box<str>>,
    /// What a day's plan is made from.
    pub(crate) work: Work,
}

/// What is known of a dossier that work follows from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Work {
    /// Codes of the reasons for card and account.
    pub(crate) reasons: (Option<u64>, Option<u64>),
    pub(crate) residence: Option<u64>,
    pub(crate) home_visit: bool,
    /// Open side states of card and account.
    pub(crate) sides: (Option<Step>, Option<Step>),
    /// The day for which the card's data are to be taken.
    pub(crate) appointed: Option<LocalDay>,
    /// The day on which the account's result was reported.
    pub(crate) reported: Option<LocalDay>,
    /// What was noted of the promise to come again: when the canal is passable.
    pub(crate) promise: Option<Box<str>>,
    /// When something last happened.
    pub(crate) latest: Option<LocalMinute>,
    /// Whom a person holds to be the same resident.
    pub(crate) same_as: Option<DocumentId>,
}

impl Found {
    /// The entry of a document; `None` for what no list shows.
    pub(crate) fn of(row: &Row) -> Option<Self> {
        let kind = row.kind()?;
        if kind.is_companion() {
            return None;
        }
        // Of somebody who is lent no longer only a stub is left.
        if row.get(&name_key(kind)) == Some(&Value::Withheld) {
            return None;
        }
        let text = |key: &Key| row.get(key).and_then(Value::as_text);
        let number = |key: &Key| row.get(key).and_then(Value::as_uint);
        let name = text(&name_key(kind)).unwrap_or_default().to_owned();
        let order = PersonName::clean(&name)
            .map(|name| name.sort_key().as_bytes().to_vec())
            .unwrap_or_default();
        let events = (kind == Kind::Dossier).then(|| Events::of(row));
        let stages = events.as_ref().map(Stages::of);
        let work = (events.as_ref().zip(stages.as_ref()))
            .map_or_else(Work::default, |(events, stages)| {
                Work::of(row, events, stages)
            });
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
            household: link(row, &Key::HOUSEHOLD),
            canal: text(&Key::CANAL).map(Into::into),
            work,
        })
    }

    /// Whether this is so; `home` is the entry of the household.
    pub(crate) fn is(&self, one: &Trait, home: Option<&Self>) -> bool {
        match one {
            Trait::NotActivated => !self.is_activated(),
            Trait::NoCard => !self.has_card(),
            Trait::Conflicted => self.is_conflicted,
            Trait::Due => self.due.is_some(),
            Trait::Unclassified => self.is_unclassified(),
            Trait::HomeVisit => self.needs_visit(),
            Trait::NoHousehold => home.is_none(),
            Trait::Card(level) => self.levels.0 == *level,
            Trait::Eid(level) => self.levels.1 == *level,
            Trait::Reason(code) => {
                let (card, eid) = self.work.reasons;
                (!self.has_card() && card == Some(*code))
                    || (!self.is_activated() && eid == Some(*code))
            }
            Trait::Residence(code) => self.work.residence == Some(*code),
            Trait::Born(from, to) => {
                let years = *from..=*to;
                self.birth_year.is_some_and(|year| years.contains(&year))
            }
            Trait::Household(_) => false,
            Trait::Canal(canal) => {
                home.is_some_and(|home| home.canal.as_deref() == Some(canal.as_str()))
            }
        }
    }

    pub(crate) fn has_card(&self) -> bool {
        Some(self.levels.0) >= Step::CardCollected.level()
    }

    pub(crate) fn is_activated(&self) -> bool {
        Some(self.levels.1) >= Step::EidActivated.level()
    }

    /// Nothing happened with the card, and nobody said why.
    pub(crate) fn is_unclassified(&self) -> bool {
        self.kind == Kind::Dossier && self.levels.0 == 0 && self.work.reasons.0.is_none()
    }

    /// Somebody said that a home visit is needed, and something is still to be done there.
    pub(crate) fn needs_visit(&self) -> bool {
        let (card, eid) = self.work.reasons;
        let because = |reason: Option<u64>| reason == Some(Reason::NeedsHomeVisit.code().into());
        let open = !self.has_card() || !self.is_activated();
        let asked = (because(card) && !self.has_card()) || (because(eid) && !self.is_activated());
        open && (self.work.home_visit || asked)
    }

    /// Name without accents and capitals.
    pub(crate) fn folded(&self) -> &str {
        &self.folded
    }

    pub(crate) fn phone(&self) -> Option<&str> {
        self.phone.as_deref()
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

impl Work {
    fn of(row: &Row, events: &Events, stages: &Stages) -> Self {
        let number = |key: &Key| row.get(key).and_then(Value::as_uint);
        let reported = stages.eid.first(4).map(|reached| reached.at.day());
        let is_due = number(&Key::DUE).is_some();
        let promises = events
            .valid
            .iter()
            .rev()
            .filter_map(|one| promise(&one.event.what));
        Self {
            reasons: (number(&Key::CARD_REASON), number(&Key::EID_REASON)),
            residence: number(&Key::RESIDENCE),
            home_visit: row.get(&Key::HOME_VISIT) == Some(&Value::Bool(true)),
            sides: (stages.card.side, stages.eid.side),
            appointed: appointed(events).filter(|_| stages.card.furthest() == 1),
            reported: reported.filter(|_| stages.eid.furthest() == 4),
            promise: promises.take(usize::from(is_due)).next().map(Into::into),
            latest: events.valid.last().map(|last| last.event.stamp.at),
            same_as: link(row, &Key::SAME_AS),
        }
    }
}

/// The note of an agreement to come again.
fn promise(what: &What) -> Option<&str> {
    match what {
        What::Visit(Visit { result, note }) => {
            (*result == VisitResult::Rescheduled).then_some(note.as_str())
        }
        _ => None,
    }
}

/// The day of the latest appointment for the card.
fn appointed(events: &Events) -> Option<LocalDay> {
    let day = |on: Option<PartialDate>, at: LocalMinute| match on {
        Some(on) => on.day(),
        None => Some(at.day()),
    };
    let found = events
        .valid
        .iter()
        .rev()
        .find_map(|one| match one.event.what {
            What::Stage(Stage {
                step: Step::CardAppointed,
                on,
                ..
            }) => Some(day(on, one.event.stamp.at)),
            _ => None,
        });
    found.flatten()
}

/// The document that a key names.
pub(crate) fn link(row: &Row, key: &Key) -> Option<DocumentId> {
    let bytes = row.get(key).and_then(Value::as_bytes)?;
    bytes.try_into().ok().map(DocumentId)
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

    /// Whether every word begins a word of this name.
    pub(crate) fn fits_name(&self, name: &str) -> bool {
        let folded = fold(name);
        let begins = |word: &String| folded.split(' ').any(|part| part.starts_with(&**word));
        self.words.iter().all(begins)
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

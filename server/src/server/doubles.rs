//! Possible doubles: residents of whom more than one dossier counts until somebody decides.
//!
//! Two dossiers are possible doubles if their identities bear the same number, both count, and
//! nobody has found them to be different people. The ledger notes the tags that more than one
//! dossier bears, so only those are read.

use serde::Serialize;
use shared::id::{DocumentId, UnitId};
use shared::key::Key;
use shared::row::Row;
use shared::time::LocalDay;
use shared::value::Value;

use super::{ProgressError, Server};
use crate::ledger::LedgerError;
use crate::ledger::document::Document;
use crate::ledger::noted::Subject;
use crate::ledger::tag::TagRecord;
use crate::secrets::Tag;
use crate::store::Store;

/// Residents one list holds.
pub const DOUBLES_MAX: usize = 500;

/// Tags that several dossiers bear, of which one answer knows.
const TAGS_MAX: usize = 65_536;

/// Tags read at once.
const READ_AT_ONCE: usize = 4_096;

/// How many residents may be listed twice, and who they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PossibleDoubles {
    /// Residents of whom more than one dossier counts, at least one of them in the unit.
    pub residents: usize,
    /// The first of them, at most [`DOUBLES_MAX`]; only those whose dossiers whoever asks may
    /// read, every one.
    pub listed: Vec<Vec<DoubleLine>>,
}

/// One of a resident's dossiers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DoubleLine {
    /// The dossier, in hexadecimal.
    pub document: String,
    /// Its hamlet.
    pub unit: UnitId,
    /// What that is called.
    pub unit_name: String,
    /// As written.
    pub name: String,
    /// Year of birth.
    pub birth_year: Option<u64>,
}

impl<S: Store> Server<S> {
    /// The possible doubles of a unit, in the tree of a day; those are listed of whose units
    /// `open` is true.
    ///
    /// # Errors
    /// [`ProgressError`].
    pub async fn possible_doubles(
        &self,
        (unit, day): (UnitId, LocalDay),
        open: impl Fn(UnitId) -> bool + Send + Sync,
    ) -> Result<PossibleDoubles, ProgressError> {
        let tree = self.units();
        tree.get(unit, day).ok_or(ProgressError::NoSuchUnit)?;
        let mut found = PossibleDoubles {
            residents: 0,
            listed: Vec::new(),
        };
        for record in self.shared_tags().await? {
            let both = self.counted(&record).await?;
            let is_here =
                |one: &(DocumentId, Document)| tree.is_within(one.1.place.stream.unit, unit, day);
            if both.len() < 2 || !both.iter().any(is_here) {
                continue;
            }
            found.residents += 1;
            let may_read = both.iter().all(|(_, one)| open(one.place.stream.unit));
            if may_read && found.listed.len() < DOUBLES_MAX {
                let line = |(id, document): &(DocumentId, Document)| {
                    let unit = document.place.stream.unit;
                    let name = tree.get(unit, day).map(|unit| unit.full_name_vi());
                    line(*id, (unit, name.unwrap_or_default()), &document.row)
                };
                found.listed.push(both.iter().map(line).collect());
            }
        }
        Ok(found)
    }

    /// The tags that several dossiers bear, as they are now.
    pub(super) async fn shared_tags(&self) -> Result<Vec<TagRecord>, LedgerError> {
        let tags = self.ledger().all_noted(Subject::Doubled, TAGS_MAX).await?;
        let mut records = Vec::with_capacity(tags.len());
        for some in tags.chunks(READ_AT_ONCE) {
            let some: Vec<Tag> = some.iter().copied().map(Tag).collect();
            records.extend(self.ledger().all_tagged(&some).await?);
        }
        records.retain(|record| record.dossiers.len() > 1);
        Ok(records)
    }

    /// The dossiers of a tag that count and that nobody found to be of different people.
    async fn counted(
        &self,
        record: &TagRecord,
    ) -> Result<Vec<(DocumentId, Document)>, LedgerError> {
        let mut found = self.ledger().documents(&record.dossiers).await?;
        found.retain(|(_, document)| {
            let says = |key: &Key, value| document.row.get(key) == Some(&Value::Bool(value));
            !says(&Key::WITHDRAWN, true) && !says(&Key::COUNTED, false)
        });
        let names = |(id, document): &(DocumentId, Document)| {
            let mut names = document.place.joined.clone();
            names.push(*id);
            names
        };
        let all: Vec<Vec<DocumentId>> = found.iter().map(names).collect();
        let is_open = |at: usize| {
            let others = (0..all.len()).filter(|other| *other != at);
            let mut open = others.filter(|other| !record.forbids(&all[at], &all[*other]));
            open.next().is_some()
        };
        let open: Vec<bool> = (0..all.len()).map(is_open).collect();
        let both = found.into_iter().zip(open).filter(|(_, open)| *open);
        Ok(both.map(|(one, _)| one).collect())
    }
}

fn line(id: DocumentId, (unit, unit_name): (UnitId, String), row: &Row) -> DoubleLine {
    DoubleLine {
        document: id.to_string(),
        unit,
        unit_name,
        name: row
            .get(&Key::NAME)
            .and_then(Value::as_text)
            .unwrap_or_default()
            .to_owned(),
        birth_year: row.get(&Key::BIRTH_YEAR).and_then(Value::as_uint),
    }
}

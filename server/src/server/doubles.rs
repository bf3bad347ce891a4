//! Possible doubles: residents of whom more than one dossier counts until somebody decides.
//!
//! Two dossiers are possible doubles if their identities bear the same number, both count, and
//! nobody has found them to be different people. Only tags that more than one dossier bears are
//! remembered; the list is read once and follows every commit that writes a tag from then on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use shared::id::{DocumentId, UnitId};
use shared::key::Key;
use shared::row::Row;
use shared::time::LocalDay;
use shared::value::Value;

use super::{ProgressError, Server};
use crate::ledger::LedgerError;
use crate::ledger::document::Document;
use crate::ledger::tag::TagRecord;
use crate::secrets::Tag;
use crate::store::{Put, Store, Table};

/// Residents one list holds.
pub const DOUBLES_MAX: usize = 500;

/// Tags remembered: the least likely of a nation's records would still fit.
const TAGS_MAX: usize = 65_536;

/// Tags that several dossiers bear, once somebody has asked.
#[derive(Debug, Default)]
pub(super) struct Doubles {
    written: Mutex<Written>,
    /// Held while it is brought up to date.
    known: tokio::sync::Mutex<Option<BTreeMap<Tag, TagRecord>>>,
}

/// Tags written since they were last read.
#[derive(Debug, Default)]
struct Written {
    is_followed: bool,
    tags: BTreeSet<Tag>,
}

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

impl Doubles {
    /// Follows a commit that was applied.
    pub(super) fn follow(&self, tags: Vec<Tag>) {
        let mut written = self.written();
        if written.is_followed {
            written.tags.extend(tags);
        }
    }

    fn written(&self) -> MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The tags a commit writes.
pub(super) fn tag_puts(puts: &[Put]) -> Vec<Tag> {
    let tags = puts.iter().filter(|put| put.table == Table::Tag);
    let tag = |put: &Put| <[u8; 16]>::try_from(put.key.as_slice()).ok();
    tags.filter_map(tag).map(Tag).collect()
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
        let mut known = self.doubles.known.lock().await;
        if known.is_none() {
            self.doubles.written().is_followed = true;
            *known = Some(self.read_tags().await?);
        }
        let written = core::mem::take(&mut self.doubles.written().tags);
        let tags = known.get_or_insert_default();
        for tag in &written {
            match self.ledger().tagged(*tag).await {
                Ok(found) => note(tags, *tag, found.record.unwrap_or_default()),
                Err(error) => {
                    self.doubles.written().tags.extend(&written);
                    return Err(error);
                }
            }
        }
        Ok(tags.values().cloned().collect())
    }

    async fn read_tags(&self) -> Result<BTreeMap<Tag, TagRecord>, LedgerError> {
        let (mut tags, mut after) = (BTreeMap::new(), None);
        loop {
            let page = self.ledger().tags(after).await?;
            let Some((last, _)) = page.last() else {
                return Ok(tags);
            };
            after = Some(*last);
            for (tag, record) in page {
                note(&mut tags, tag, record);
            }
            tokio::task::yield_now().await;
        }
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

fn note(tags: &mut BTreeMap<Tag, TagRecord>, tag: Tag, record: TagRecord) {
    if record.dossiers.len() < 2 {
        tags.remove(&tag);
    } else if tags.len() < TAGS_MAX || tags.contains_key(&tag) {
        tags.insert(tag, record);
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

//! Everything held on one person, for that person: what stands, what was written before, by whom.
//!
//! A dossier with its companions, as far as whoever asks may read them. Sessions somebody was at
//! name many people and stay out; their outcomes stand in the dossier as events.

use std::collections::BTreeMap;

use serde::Serialize;
use shared::change::Action;
use shared::entry::Logged;
use shared::id::{Audience, Companion, DocumentId};
use shared::kind::Kind;
use shared::permission::Role;
use shared::row::Cell;
use shared::time::UnixSeconds;

use super::Server;
use super::dossier::{Authors, EventView, LiveView, Seen, Wrote};
use crate::ledger::LedgerError;
use crate::ledger::document::{Document, Found};
use crate::store::Store;

/// Everything held on one person, as whoever asks may read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PersonExport {
    /// The dossier, in hexadecimal.
    pub dossier: String,
    /// When it was given out.
    pub exported: UnixSeconds,
    /// The hamlet's name today, if it has one.
    pub unit_name: Option<String>,
    /// The dossier, then its companions.
    pub documents: Vec<DocumentExport>,
}

/// One document of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DocumentExport {
    /// Which, in hexadecimal.
    pub document: String,
    /// What it is: `dossier`, `identity` or `case`.
    pub kind: &'static str,
    /// What it says, by the names of its keys; several values where people wrote different ones.
    pub values: BTreeMap<String, Vec<LiveView>>,
    /// What happened, the newest first.
    pub events: Vec<EventView>,
    /// What happened and was taken back, the newest first.
    pub voided: Vec<EventView>,
    /// Who wrote to it and when, in the order it became durable.
    pub changes: Vec<Wrote>,
    /// Everything ever written in it and replaced since, by the names of the keys.
    pub before: BTreeMap<String, Vec<LiveView>>,
}

/// What may be given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExportScope {
    /// What whoever asks is; decides nothing but which events they might take back.
    pub role: Role,
    /// Whether they may read what the police alone may.
    pub audience: Audience,
}

impl<S: Store> Server<S> {
    /// Everything held on the person with this dossier. Write it down before it is shown.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn export_person(
        &self,
        (id, dossier): (DocumentId, &Document),
        scope: ExportScope,
        now: UnixSeconds,
    ) -> Result<PersonExport, LedgerError> {
        let mut documents = vec![self.export_document((id, dossier), scope.role).await?];
        if scope.audience == Audience::Police {
            for companion in [Companion::Identity, Companion::Case] {
                let companion = id.companion(companion);
                if let Found::Document(found) = self.ledger().document(companion).await? {
                    let found = (companion, &*found);
                    documents.push(self.export_document(found, scope.role).await?);
                }
            }
        }
        let (units, unit) = (self.units(), dossier.place.stream.unit);
        let unit_name = units.get(unit, now.local_day());
        Ok(PersonExport {
            dossier: id.to_string(),
            exported: now,
            unit_name: unit_name.map(|unit| unit.full_name_vi()),
            documents,
        })
    }

    async fn export_document(
        &self,
        (id, document): (DocumentId, &Document),
        role: Role,
    ) -> Result<DocumentExport, LedgerError> {
        let Document {
            place, key, row, ..
        } = document;
        let history = self.ledger().logged(id, place, key).await?;
        let authors = self.authors(&history).await?;
        let seen = Seen {
            row,
            authors: &authors,
            role,
        };
        let (events, voided) = seen.happened();
        let live = row.cells.iter().filter(|(key, _)| key.event_id().is_none());
        let values = live.map(|(key, cells)| {
            let cells = cells.iter().map(|cell| seen.value(key, cell));
            (key.name().to_owned(), cells.collect())
        });
        Ok(DocumentExport {
            document: id.to_string(),
            kind: kind_name(place.kind),
            values: values.collect(),
            events,
            voided,
            changes: history
                .iter()
                .filter_map(|one| wrote(one, &authors))
                .collect(),
            before: replaced(&history, &seen),
        })
    }
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Dossier => "dossier",
        Kind::Identity => "identity",
        Kind::Case => "case",
        _ => "other",
    }
}

/// Who made a change, and when.
fn wrote(logged: &Logged, authors: &Authors) -> Option<Wrote> {
    let op = logged.change.op_ids().next()?;
    authors.get(&op).cloned()
}

/// What was written once and is not live any more: a correction does not make it unwritten.
fn replaced(history: &[Logged], seen: &Seen<'_>) -> BTreeMap<String, Vec<LiveView>> {
    let mut before: BTreeMap<String, Vec<LiveView>> = BTreeMap::new();
    for change in history.iter().map(|logged| &logged.change) {
        for (id, op) in change.op_ids().zip(&change.ops) {
            let is_live = seen.row.live(&op.key).iter().any(|cell| cell.id == id);
            if let (Action::Put(value), false) =
                (&op.action, is_live || op.key.event_id().is_some())
            {
                let value = value.clone();
                let view = seen.value(&op.key, &Cell { id, value });
                before
                    .entry(op.key.name().to_owned())
                    .or_default()
                    .push(view);
            }
        }
    }
    before
}

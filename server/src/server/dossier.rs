//! One dossier as a page shows it: every live value and event with its author and time.

use std::collections::BTreeMap;

use serde::Serialize;
use shared::change::OpId;
use shared::entry::Logged;
use shared::event::{Event, EventKind, Events, RowEvent, What};
use shared::id::{ChangeHash, DeviceId, DocumentId, EventId, UnitId};
use shared::key::Key;
use shared::kind::Kind;
use shared::permission::{Operation, Role, may_void, may_write};
use shared::reason::Reason;
use shared::row::{Cell, Row};
use shared::stage::{FunnelState, Stages};
use shared::time::{LocalMinute, UnixSeconds};
use shared::value::Value;

use super::Server;
use super::guidance::outcome_name;
use crate::ledger::LedgerError;
use crate::ledger::document::{Alias, Document, Found};
use crate::store::Store;

/// Names an id may have had before: unions of unions.
const ALIASES_MAX: usize = 16;

/// A dossier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DossierView {
    /// The id it goes on under, in hexadecimal.
    pub document: String,
    /// Its hamlet.
    pub unit: UnitId,
    /// What the page shows, to be sent back with an edit: it is written upon exactly this.
    pub heads: Vec<String>,
    /// What it says, events left out.
    pub fields: Vec<FieldView>,
    /// How far the card is.
    pub card: FunnelView,
    /// How far the e-ID is.
    pub eid: FunnelView,
    /// What happened and counts, the newest first.
    pub events: Vec<EventView>,
    /// What happened and was taken back, the newest first.
    pub voided: Vec<EventView>,
    /// Changes since it was first written down.
    pub changes: usize,
}

/// One thing a dossier says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldView {
    /// The key's name.
    pub key: &'static str,
    /// Its live values, the winner last.
    pub values: Vec<LiveView>,
    /// Whether they differ.
    pub is_conflicted: bool,
    /// Whether whoever asks may write it.
    pub may_write: bool,
}

/// One live value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LiveView {
    /// Names it within its field.
    pub op: String,
    /// Text, number or yes and no; codes by their stable names.
    pub value: serde_json::Value,
    /// Who wrote it.
    pub wrote: Wrote,
}

/// Who wrote something, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Wrote {
    /// The device's name for people; `None` if nobody knows.
    pub by: Option<String>,
    /// By its clock.
    pub at: UnixSeconds,
}

/// One of a resident's products.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FunnelView {
    /// Furthest level, 0 to 5.
    pub furthest: u8,
    /// When each level was first reached, from level 1.
    pub reached: Vec<LocalMinute>,
    /// The stable name of the open side state.
    pub side: Option<&'static str>,
    /// Whether a step was written unseen by who took it back.
    pub is_conflicted: bool,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventView {
    /// Its id, in hexadecimal.
    pub event: String,
    /// When it happened.
    pub at: LocalMinute,
    /// What happened.
    #[serde(flatten)]
    pub what: WhatView,
    /// Who wrote it.
    pub wrote: Option<Wrote>,
    /// Whether whoever asks may take it back.
    pub may_void: bool,
}

/// What happened, in stable names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum WhatView {
    /// A step of card or e-ID.
    Step {
        /// Which.
        step: &'static str,
    },
    /// Somebody came to the house.
    Visit {
        /// What came of it.
        result: &'static str,
        /// A note; may be empty.
        note: String,
    },
    /// Guidance ended so.
    Guidance {
        /// How.
        result: &'static str,
    },
    /// Consent was given or taken back.
    Consent {
        /// Taken back.
        withdrawn: bool,
    },
    /// A value was chosen that was winning already.
    Confirmed {
        /// Of which key.
        key: Option<&'static str>,
    },
}

impl<S: Store> Server<S> {
    /// The dossier that goes on under this id or a later one; `None` if there is none.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn find_dossier(
        &self,
        id: DocumentId,
    ) -> Result<Option<(DocumentId, Document)>, LedgerError> {
        let mut id = id;
        for _ in 0..ALIASES_MAX {
            id = match self.ledger().document(id).await? {
                Found::Document(found) if found.place.kind == Kind::Dossier => {
                    return Ok(Some((id, *found)));
                }
                Found::Alias(Alias::United(next) | Alias::Refounded(next)) => next,
                _ => return Ok(None),
            };
        }
        Ok(None)
    }

    /// A dossier as somebody with this role sees it.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn dossier(
        &self,
        (id, document): (DocumentId, &Document),
        role: Role,
    ) -> Result<DossierView, LedgerError> {
        let history = self
            .ledger()
            .logged(id, &document.place, &document.key)
            .await?;
        let authors = self.authors(&history).await?;
        let row = &document.row;
        let stages = Stages::of(&Events::of(row));
        let seen = Seen {
            row,
            authors: &authors,
            role,
        };
        let (events, voided) = seen.happened();
        Ok(DossierView {
            document: id.to_string(),
            unit: document.place.stream.unit,
            heads: row.heads.iter().map(ChangeHash::to_string).collect(),
            fields: SHOWN.iter().map(|key| seen.field(key)).collect(),
            card: FunnelView::from(&stages.card),
            eid: FunnelView::from(&stages.eid),
            events,
            voided,
            changes: history.len(),
        })
    }

    /// Who wrote each op of a history.
    pub(super) async fn authors(&self, history: &[Logged]) -> Result<Authors, LedgerError> {
        let mut devices: Vec<DeviceId> = history.iter().map(|one| one.author.device).collect();
        devices.sort_unstable();
        devices.dedup();
        let mut labels: BTreeMap<DeviceId, String> = BTreeMap::new();
        for device in devices {
            let record = self.ledger().device(device).await?.record;
            labels.extend(record.map(|record| (device, record.label)));
        }
        let mut authors = Authors::new();
        for logged in history {
            let wrote = Wrote {
                by: labels.get(&logged.author.device).cloned(),
                at: logged.change.time,
            };
            authors.extend(logged.change.op_ids().map(|op| (op, wrote.clone())));
        }
        Ok(authors)
    }
}

pub(super) type Authors = BTreeMap<OpId, Wrote>;

/// What pages show, in their order. The full personal number is in no dossier.
const SHOWN: [Key; 12] = [
    Key::NAME,
    Key::BIRTH_YEAR,
    Key::SEX,
    Key::LAST3,
    Key::PHONE,
    Key::ADDRESS,
    Key::RESIDENCE,
    Key::CARD_REASON,
    Key::EID_REASON,
    Key::HOME_VISIT,
    Key::DUE,
    Key::NOTE,
];

/// A row as somebody sees it.
pub(super) struct Seen<'r> {
    pub(super) row: &'r Row,
    pub(super) authors: &'r Authors,
    pub(super) role: Role,
}

impl Seen<'_> {
    /// What counts, and what was taken back, each the newest first.
    pub(super) fn happened(&self) -> (Vec<EventView>, Vec<EventView>) {
        let events = Events::of(self.row);
        let valid = events.valid.iter().rev();
        let voided = events.voided.iter().rev().map(|voided| &voided.event);
        (
            valid.filter_map(|event| self.event(event)).collect(),
            voided.filter_map(|event| self.event(event)).collect(),
        )
    }

    fn field(&self, key: &Key) -> FieldView {
        FieldView {
            key: key.spec().map_or("", |spec| spec.name),
            values: self
                .row
                .live(key)
                .iter()
                .map(|cell| self.value(key, cell))
                .collect(),
            is_conflicted: self.row.is_conflicted(key),
            may_write: may_write(self.role, Kind::Dossier, Operation::Write(key)),
        }
    }

    pub(super) fn value(&self, key: &Key, cell: &Cell) -> LiveView {
        let unknown = || Wrote {
            by: None,
            at: UnixSeconds(0),
        };
        LiveView {
            op: op_name(cell.id),
            value: plain(key, &cell.value),
            wrote: self.authors.get(&cell.id).cloned().unwrap_or_else(unknown),
        }
    }

    fn event(&self, RowEvent { id, event }: &RowEvent) -> Option<EventView> {
        let cells = self.row.live(&Key::event(*id));
        Some(EventView {
            event: id.to_string(),
            at: event.stamp.at,
            what: what(event)?,
            wrote: cells
                .last()
                .and_then(|cell| self.authors.get(&cell.id))
                .cloned(),
            may_void: self.may_void(*id, event.kind()),
        })
    }

    fn may_void(&self, id: EventId, kind: EventKind) -> bool {
        let stands = !self.row.live(&Key::event(id)).is_empty();
        stands && may_void(self.role, Kind::Dossier, kind)
    }
}

/// The name of an op within its document.
pub(super) fn op_name(op: OpId) -> String {
    format!("{}@{}", op.counter, op.actor)
}

/// A value for programs and pages.
fn plain(key: &Key, value: &Value) -> serde_json::Value {
    let is_reason = [Key::CARD_REASON, Key::EID_REASON].contains(key);
    match value {
        Value::Text(text) => text.as_str().into(),
        Value::Uint(number) if is_reason => reason_name(*number).into(),
        Value::Uint(number) => (*number).into(),
        Value::Bool(yes) => (*yes).into(),
        _ => serde_json::Value::Null,
    }
}

/// The stable name of a reason's number.
pub(super) fn reason_name(code: u64) -> Option<&'static str> {
    Reason::from_code(code).map(Reason::name)
}

/// What an event says; `None` for what is shown by what it did.
fn what(event: &Event) -> Option<WhatView> {
    Some(match &event.what {
        What::Stage(stage) => WhatView::Step {
            step: stage.step.name(),
        },
        What::Visit(visit) => WhatView::Visit {
            result: visit.result.name(),
            note: visit.note.clone(),
        },
        What::Outcome(outcome) => WhatView::Guidance {
            result: outcome_name(outcome.result),
        },
        What::Consent(consent) => WhatView::Consent {
            withdrawn: consent.withdrawn,
        },
        What::Confirmed(confirmed) => WhatView::Confirmed {
            key: confirmed
                .key()
                .and_then(|key| key.spec().map(|spec| spec.name)),
        },
        What::Void(_) | What::Opening(_) => return None,
    })
}

impl From<&FunnelState> for FunnelView {
    fn from(state: &FunnelState) -> Self {
        Self {
            furthest: state.furthest(),
            reached: state
                .reached
                .iter()
                .flatten()
                .map(|reached| reached.at)
                .collect(),
            side: state.side.map(|step| step.name()),
            is_conflicted: state.is_conflicted,
        }
    }
}

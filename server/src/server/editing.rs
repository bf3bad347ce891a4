//! Edits made at a console: bundles of the account's own device.
//!
//! An edit is written upon exactly what its page showed. What a phone wrote meanwhile is therefore
//! beside it and not below it: both stay, as a conflict, until somebody chooses. It passes door,
//! gate and writer like any other bundle.

use shared::bundle::{BundleNumber, SealError, Serial};
use shared::check::{PutFault, check_put};
use shared::derive::replay;
use shared::engine::Slot;
use shared::event::{Confirmed, Event, Stamp, Void, VoidReason, What};
use shared::field::{PersonName, Phone, Sex, TextField};
use shared::id::{ChangeHash, DeviceId, DocumentId, EventId, Incarnation};
use shared::key::Key;
use shared::kind::Kind;
use shared::permission::{Operation, Role, may_void, may_write};
use shared::receipt::{HoldReason, Outcome, RefuseReason, RejectReason, Verdict};
use shared::row::Row;
use shared::value::Value;
use tokio::sync::Mutex;

use super::dossier::op_name;
use super::{Account, Circumstances, IntakeError, Server};
use crate::author::{Author, Progress, Write, elsewhere};
use crate::ledger::LedgerError;
use crate::ledger::audit::Act;
use crate::ledger::document::Document;
use crate::store::Store;

/// Accounts that write at once, roughly: each waits for its own earlier edit, whose number and
/// hash the next one needs.
const TURNS: usize = 32;

/// Numbers looked at for the next bundle: rejected ones leave theirs used.
const NUMBERS_TRIED_MAX: u32 = 1_024;

/// One edit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DossierEdit {
    /// The dossier.
    pub document: DocumentId,
    /// What the page showed.
    pub heads: Vec<ChangeHash>,
    /// What is to be different.
    pub what: Editing,
}

impl DossierEdit {
    /// What is written down of it: what was edited, never what it says.
    #[must_use]
    pub fn act(&self) -> Act {
        let (how, what) = match &self.what {
            Editing::Put { key, .. } => ("put", key.clone()),
            Editing::Choose { key, .. } => ("choose", key.clone()),
            Editing::Void { event, .. } => ("void", event.to_string()),
        };
        Act::Edited {
            dossier: self.document,
            how: how.to_owned(),
            what,
        }
    }
}

/// What is to be different.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Editing {
    /// A field says something else.
    Put {
        /// The key's name.
        key: String,
        /// As typed; empty empties it.
        typed: String,
    },
    /// Of several live values this one is right.
    Choose {
        /// The key's name.
        key: String,
        /// The value's name within its field.
        op: String,
    },
    /// An event does not count.
    Void {
        /// Which.
        event: EventId,
        /// Why.
        reason: VoidReason,
    },
}

/// What became of an edit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edited {
    /// It is in the log.
    Stored,
    /// It waits for a decision.
    Held(HoldReason),
    /// It says what was there already.
    Nothing,
}

/// Why an edit was not made. The dossier is as it was.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// The page showed what this server never had.
    #[error("the page shows another state than any this dossier had: load it again")]
    UnknownHeads,
    /// There is no such field or value, or it is not written here.
    #[error("there is no such field or value to write: load the dossier again")]
    UnknownField,
    /// The account's role does not write this.
    #[error("the account's role does not write this")]
    NotPermitted,
    /// What was typed does not fit its field; the code says why.
    #[error("the value does not fit its field: {0}")]
    BadValue(&'static str),
    /// The document left this dossier's place meanwhile.
    #[error("the dossier was re-founded or is not complete: load it again")]
    Moved,
    /// The change was refused.
    #[error("the change is refused: {}", .0.message())]
    Refused(RefuseReason),
    /// The gate did not take what this build made of the edit.
    #[error("the gate rejects the edit: {}", .0.message())]
    Rejected(RejectReason),
    /// Too many of this account's bundles were rejected.
    #[error("no number is left for the account's next bundle")]
    NoNumber,
    /// It could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// It could not be handed in; try again.
    #[error(transparent)]
    Intake(#[from] IntakeError),
    /// The ledger could not be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl From<PutFault> for EditError {
    fn from(fault: PutFault) -> Self {
        Self::BadValue(fault.code())
    }
}

/// Lets one edit of an account at a time pass.
#[derive(Debug, Default)]
pub(super) struct Turns([Mutex<()>; TURNS]);

impl<S: Store> Server<S> {
    /// Makes an edit in somebody's name.
    ///
    /// # Errors
    /// [`EditError`].
    pub async fn edit_dossier(
        &self,
        account: &Account,
        (id, document): (DocumentId, &Document),
        edit: &DossierEdit,
        circumstances: Circumstances,
    ) -> Result<Edited, EditError> {
        let turn = usize::from(account.record.id.0[0]) % TURNS;
        let _turn = self.turns.0[turn].lock().await;
        let mut author = self.author_now(account).await?;
        let row = self.row_at((id, document), &edit.heads, &author).await?;
        let stamp = Stamp {
            at: circumstances.now.local_minute(),
            unit: document.place.stream.unit,
            team: account.record.grant.team,
        };
        let write = write(id, &row, &edit.what, stamp)?;
        permitted(account.record.grant.role, &row, &write)?;
        // A row that includes the author's own last change is never stale.
        let _always_fits = author.show(id, row);
        if author.save(circumstances.now, vec![write]) == 0 {
            return Ok(Edited::Nothing);
        }
        match author.seal(circumstances.seed)? {
            Some(bundle) => self.hand_in(&bundle.bytes, circumstances).await,
            None => Ok(Edited::Nothing),
        }
    }

    /// The account's author, after its last bundle.
    async fn author_now(&self, account: &Account) -> Result<Author, EditError> {
        let (device, incarnation) = (account.record.device, Incarnation(self.epoch()));
        let progress = self.next_of(device, incarnation).await?;
        let progress = progress.ok_or(EditError::NoNumber)?;
        Ok(self.author_of(account.record.id, progress))
    }

    /// How far one of the server's own authors is, by what it has handed in; `None` if no number
    /// is left for its next bundle.
    pub(crate) async fn next_of(
        &self,
        device: DeviceId,
        incarnation: Incarnation,
    ) -> Result<Option<Progress>, LedgerError> {
        let record = self.ledger().device(device).await?.record;
        let record = record.ok_or(LedgerError::Contradiction("an author without its device"))?;
        let last = record.chains.get(&incarnation.0);
        let first = last.map_or(0, |end| end.number.saturating_add(1));
        for number in (first..=u32::MAX).take(NUMBERS_TRIED_MAX as usize) {
            let serial = Serial {
                device,
                incarnation,
                number: BundleNumber(number),
            };
            if self.ledger().answered(serial).await?.record.is_none() {
                return Ok(Some(Progress {
                    next_bundle: serial.number,
                    previous: last.map(|end| end.bundle),
                    ..Progress::of_new(incarnation)
                }));
            }
        }
        Ok(None)
    }

    /// The row as the page showed it, with the account's own last change: whoever edits on
    /// a second page knows what they wrote on the first.
    async fn row_at(
        &self,
        (id, document): (DocumentId, &Document),
        heads: &[ChangeHash],
        author: &Author,
    ) -> Result<Row, EditError> {
        let mut wanted = heads.to_vec();
        let own = document.row.actors.get(&author.life().actor(id));
        wanted.extend(own.map(|own| own.last));
        wanted.sort_unstable();
        wanted.dedup();
        if document.row.heads.iter().all(|head| wanted.contains(head)) && !heads.is_empty() {
            // Nothing was written since; what else is named must still be known.
            if wanted.iter().all(|hash| document.row.shows(hash)) {
                return Ok(document.row.clone());
            }
        }
        let history = self
            .ledger()
            .history(id, &document.place, &document.key)
            .await?;
        let row = replay(&history, &wanted);
        let row = row.map_err(|_| LedgerError::Contradiction("a history that does not fold"))?;
        row.filter(|row| !row.is_empty())
            .ok_or(EditError::UnknownHeads)
    }

    async fn hand_in(
        &self,
        bundle: &[u8],
        circumstances: Circumstances,
    ) -> Result<Edited, EditError> {
        let receipt = self.take_own_bundle(bundle, circumstances).await?;
        let outcomes = match receipt.verdict {
            Verdict::Taken(outcomes) => outcomes.to_vec(),
            Verdict::Rejected(rejection) => return Err(EditError::Rejected(rejection.reason)),
            Verdict::TooNew => return Err(EditError::UnknownField),
        };
        match outcomes.first() {
            Some(Outcome::Stored | Outcome::Known) => Ok(Edited::Stored),
            Some(Outcome::Held(reason)) => Ok(Edited::Held(*reason)),
            Some(Outcome::Refused(reason)) => Err(EditError::Refused(*reason)),
            _ => Err(EditError::Moved),
        }
    }
}

fn write(id: DocumentId, row: &Row, what: &Editing, stamp: Stamp) -> Result<Write, EditError> {
    let mut write = Write::to(elsewhere(id));
    match what {
        Editing::Put { key, typed } => {
            let key = key_named(key)?;
            let value = value_of(&key, typed.trim())?;
            check_put(Kind::Dossier, &key, &value)?;
            write.puts.push((Slot::Key(key), value));
        }
        Editing::Choose { key, op } => {
            let key = key_named(key)?;
            let live = row.live(&key).iter();
            let chosen = live.clone().find(|cell| op_name(cell.id) == *op);
            let value = chosen.ok_or(EditError::UnknownField)?.value.clone();
            let wins = row.get(&key) == Some(&value);
            write.puts.push((Slot::Key(key.clone()), value));
            // Choosing the winner leaves no trace among the values.
            if wins && let Some(confirmed) = Confirmed::choosing(&key) {
                let what = What::Confirmed(confirmed);
                write = write.event(&Event { what, stamp });
            }
        }
        Editing::Void { event, reason } => {
            if row.live(&Key::event(*event)).is_empty() {
                return Err(EditError::UnknownField);
            }
            let what = What::Void(Void {
                events: vec![*event],
                reason: *reason,
            });
            write = write.event(&Event { what, stamp });
        }
    }
    Ok(write)
}

/// Asks the table before the gate does: what the gate turns away counts against the device.
fn permitted(role: Role, row: &Row, write: &Write) -> Result<(), EditError> {
    let is_permitted = |(slot, value): &(Slot, Value)| match slot {
        Slot::Key(key) => may_write(role, Kind::Dossier, Operation::Write(key)),
        Slot::Event => read(value).is_some_and(|event| match &event.what {
            What::Void(void) => void.events.iter().all(|voided| {
                let target = row.get(&Key::event(*voided)).and_then(read);
                target.is_some_and(|target| may_void(role, Kind::Dossier, target.kind()))
            }),
            _ => may_write(role, Kind::Dossier, Operation::AddEvent(event.kind())),
        }),
    };
    match write.puts.iter().all(is_permitted) {
        true => Ok(()),
        false => Err(EditError::NotPermitted),
    }
}

fn read(value: &Value) -> Option<Event> {
    Event::from_payload(value.as_bytes()?).ok()
}

fn key_named(name: &str) -> Result<Key, EditError> {
    let found = shared::key::TABLE.iter().find(|spec| spec.name == name);
    found.map(Key::from).ok_or(EditError::UnknownField)
}

/// What was typed as the value its key holds. Other keys are not typed at a console.
fn value_of(key: &Key, typed: &str) -> Result<Value, EditError> {
    let is = |wanted: Key| *key == wanted;
    if typed.is_empty() && !is(Key::NAME) {
        return Ok(Value::Null);
    }
    if is(Key::NAME) {
        let name = PersonName::clean(typed).map_err(|bad| EditError::BadValue(bad.code()))?;
        Ok(name.as_str().into())
    } else if is(Key::PHONE) {
        let phone = Phone::parse(typed).map_err(|bad| EditError::BadValue(bad.code()))?;
        Ok(phone.to_string().as_str().into())
    } else if is(Key::ADDRESS) || is(Key::NOTE) {
        let text = TextField::clean(typed).map_err(|bad| EditError::BadValue(bad.code()))?;
        Ok(text.as_str().into())
    } else if is(Key::BIRTH_YEAR) {
        let year = typed.parse().map_err(|_| PutFault::BadDate)?;
        Ok(Value::Uint(year))
    } else if is(Key::SEX) {
        match typed {
            "male" => Ok(Value::Uint(Sex::Male.code().into())),
            "female" => Ok(Value::Uint(Sex::Female.code().into())),
            _ => Err(PutFault::UnknownCode.into()),
        }
    } else {
        Err(EditError::UnknownField)
    }
}

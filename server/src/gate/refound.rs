//! Re-founding: a document loses its history on purpose and goes on under a new id.
//!
//! What shall stay is written anew by the server in one go; the former document leaves aliases and
//! its key is destroyed, so nothing it ever said can be read again. That takes a secret out that was
//! typed into a note, makes a document small again, and undoes a union: then two go on where one
//! was. A dossier takes its identity and case along, for one key seals all three.
//!
//! Nobody's late work is lost by it: whatever arrives under a former name is answered *rebase*.

use std::collections::{BTreeMap, BTreeSet};

use shared::change::Action;
use shared::engine::Slot;
use shared::entry::Logged;
use shared::event::{Event, What};
use shared::facts::Author;
use shared::field::number::PersonalNumber;
use shared::id::{Companion, DocumentId, EventId, StreamId};
use shared::key::Key;
use shared::kind::Kind;
use shared::receipt::Outcome;
use shared::row::{Cell, Row};
use shared::value::Value;

use super::draft::{Draft, NOT_OPEN};
use super::locate::follow;
use super::{Booking, Moment, Stop, erase, waking};
use crate::ledger::document::{Alias, Document, Found, Place, is_personal};
use crate::ledger::{Ledger, LedgerError};
use crate::secrets::Tag;
use crate::store::{Commit, Store};
use crate::vault::{BlockId, KeyName};

/// What does not go on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Leaving {
    /// Keys that are left out, in the document and its companions.
    pub removed: BTreeSet<Key>,
    /// Keys with several values of which only the one that is shown goes on.
    pub settled: BTreeSet<Key>,
}

/// What to commit, and what to destroy once it is durable.
#[derive(Debug)]
pub struct Refounded {
    /// The document until now, under its present name.
    pub from: DocumentId,
    /// The documents that go on: one, or two where a union was undone, the survivor's part first.
    pub to: Vec<DocumentId>,
    /// Everything that changes.
    pub commit: Commit,
    /// The keys of everything the document ever said.
    pub keys: Vec<(BlockId, KeyName)>,
    /// The streams that say so.
    pub streams: BTreeSet<StreamId>,
    /// The number of the server's next document.
    pub next: u32,
}

/// Why a document is not re-founded.
#[derive(Debug, thiserror::Error)]
pub enum NotRefoundable {
    /// There is no such document, or it is no document of its own.
    #[error("there is no such document")]
    NotHere,
    /// It holds nothing about a person and shares its key with others: nothing would be forgotten.
    #[error("the document holds nothing personal and cannot be forgotten alone")]
    Shared,
    /// Kind and unit stay whatever happens.
    #[error("what a document is and where it belongs cannot be taken out")]
    Founding,
    /// These keys have several values: settle them, or say that the shown one shall stay.
    #[error("some values are in conflict: {}", names(.0))]
    Conflicted(BTreeSet<Key>),
    /// Nothing would go on: erase it instead.
    #[error("nothing would be left: erase the person instead")]
    Nothing,
    /// No union made this id an alias.
    #[error("no such union: the dossier was never joined, or that was undone")]
    NotUnited,
    /// The ledger could not be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

fn names(keys: &BTreeSet<Key>) -> String {
    let names: Vec<&str> = keys.iter().map(Key::name).collect();
    names.join(", ")
}

/// Prepares the re-founding of a document, with its companions if it is a dossier.
///
/// # Errors
/// [`NotRefoundable`]; nothing is changed then.
pub async fn refound<S: Store>(
    ledger: &Ledger<S>,
    named: DocumentId,
    leaving: &Leaving,
    booking: Booking,
    moment: Moment<'_>,
) -> Result<Refounded, NotRefoundable> {
    let mut draft = Draft::new(ledger, moment);
    let from = open(&mut draft, named).await?;
    let to = booking.document(0);
    let goes_to = BTreeMap::from_iter(draft.names(from).into_iter().map(|name| (name, to)));
    go_on(draft, (from, vec![to]), &goes_to, (leaving, booking)).await
}

/// Prepares the undoing of the union by which `joined` became an alias: both go on as they were
/// before, with what was written about each since, and are never united again.
///
/// # Errors
/// [`NotRefoundable`]; nothing is changed then.
pub async fn separate<S: Store>(
    ledger: &Ledger<S>,
    joined: DocumentId,
    leaving: &Leaving,
    booking: Booking,
    moment: Moment<'_>,
) -> Result<Refounded, NotRefoundable> {
    let Found::Alias(Alias::United(_)) = ledger.document(joined).await? else {
        return Err(NotRefoundable::NotUnited);
    };
    let mut draft = Draft::new(ledger, moment);
    let from = open(&mut draft, joined).await?;
    let (stays, leaves) = (booking.document(0), booking.document(1));
    let mut goes_to = BTreeMap::new();
    for name in draft.names(from) {
        let is_of_joined = leads_through(ledger, name, joined).await?;
        goes_to.insert(name, if is_of_joined { leaves } else { stays });
    }
    let parts = vec![stays, leaves];
    go_on(draft, (from, parts), &goes_to, (leaving, booking)).await
}

/// Whether an id's unions lead through `joined`.
async fn leads_through<S: Store>(
    ledger: &Ledger<S>,
    name: DocumentId,
    joined: DocumentId,
) -> Result<bool, LedgerError> {
    let mut id = name;
    while id != joined {
        match ledger.document(id).await? {
            Found::Alias(Alias::United(next)) => id = next,
            _ => return Ok(false),
        }
    }
    Ok(true)
}

/// The document under its present name, open in the draft.
async fn open<S: Store>(
    draft: &mut Draft<'_, S>,
    named: DocumentId,
) -> Result<DocumentId, NotRefoundable> {
    let id = match follow(draft, named).await {
        Ok(Ok(id)) => id,
        Ok(Err(_)) | Err(Stop::Reject(_) | Stop::TooNew) => return Err(NotRefoundable::NotHere),
        Err(Stop::Ledger(error)) => return Err(error.into()),
    };
    let found = draft.documents.get(&id).ok_or(NotRefoundable::NotHere)?;
    match found.document.place.kind {
        kind if kind.is_companion() => Err(NotRefoundable::NotHere),
        kind if !is_personal(kind) => Err(NotRefoundable::Shared),
        _ => Ok(id),
    }
}

/// Where each name of a document goes on.
type GoesTo = BTreeMap<DocumentId, DocumentId>;

/// One document that goes on.
struct Part {
    /// The document, or the dossier it goes with.
    to: DocumentId,
    which: Option<Companion>,
    place: Place,
    puts: Vec<(Key, Value)>,
}

impl Part {
    fn id(&self) -> DocumentId {
        named(self.to, self.which)
    }

    fn number(&self) -> Option<PersonalNumber> {
        let number = self.puts.iter().find(|(key, _)| *key == Key::NUMBER)?;
        PersonalNumber::parse(number.1.as_text()?).ok()
    }
}

/// The document, or its companion if one is meant.
fn named(document: DocumentId, which: Option<Companion>) -> DocumentId {
    which.map_or(document, |which| document.companion(which))
}

/// What goes with a document of this kind, itself first.
fn parts_of_kind(kind: Kind) -> &'static [Option<Companion>] {
    match kind {
        Kind::Dossier => &[None, Some(Companion::Identity), Some(Companion::Case)],
        _ => &[None],
    }
}

async fn go_on<S: Store>(
    mut draft: Draft<'_, S>,
    (from, to): (DocumentId, Vec<DocumentId>),
    goes_to: &GoesTo,
    (leaving, booking): (&Leaving, Booking),
) -> Result<Refounded, NotRefoundable> {
    if [Key::KIND, Key::UNIT]
        .iter()
        .any(|key| leaving.removed.contains(key))
    {
        return Err(NotRefoundable::Founding);
    }
    let names: Vec<DocumentId> = goes_to.keys().copied().collect();
    let whole = parts_of_kind(draft.documents[&from].document.place.kind);
    let mut parts = Vec::new();
    for which in whole {
        draft.open(named(from, *which)).await?;
        parts.extend(take_apart(&draft, (from, *which), goes_to, leaving).await?);
    }
    let is_begun = |to: &DocumentId| parts.iter().any(|part: &Part| part.id() == *to);
    if !to.iter().all(is_begun) {
        return Err(NotRefoundable::Nothing);
    }
    retag(&mut draft, (from, &to), goes_to, &parts).await?;
    let keys = erase::destroyed(&mut draft, &names).await?;
    let rebase = |name, which| {
        let survivor = named(goes_to[&name], which);
        Outcome::Rebase { survivor }
    };
    erase::drop_held(&mut draft, &names, rebase).await?;
    let streams = parts.iter().map(|part| part.place.stream).collect();
    for part in parts {
        let n = to.iter().position(|to| *to == part.to).unwrap_or_default();
        begin(&mut draft, part, (booking.author, booking.n + n as u32)).await?;
    }
    for which in whole {
        leave(&mut draft, (from, *which), goes_to).await?;
    }
    wake(&mut draft, &names).await?;
    Ok(Refounded {
        from,
        commit: draft.finish(),
        keys,
        streams,
        next: booking.n + to.len() as u32,
        to,
    })
}

/// What a document's names show each for itself, without what leaves.
async fn take_apart<S: Store>(
    draft: &Draft<'_, S>,
    (from, which): (DocumentId, Option<Companion>),
    goes_to: &GoesTo,
    leaving: &Leaving,
) -> Result<Vec<Part>, NotRefoundable> {
    let id = named(from, which);
    let Some(working) = draft.documents.get(&id) else {
        return Ok(Vec::new());
    };
    let Document {
        place, key, row, ..
    } = &working.document;
    let to: BTreeSet<DocumentId> = goes_to.values().copied().collect();
    let mut shown: BTreeMap<DocumentId, Row> = BTreeMap::new();
    if to.len() == 1 {
        shown.extend(to.into_iter().map(|to| (to, row.clone())));
    } else {
        let logged = draft.ledger.logged(id, place, key).await?;
        let places: GoesTo = goes_to
            .iter()
            .map(|(name, to)| (named(*name, which), *to))
            .collect();
        for logged in &logged {
            let to = places.get(&logged.document).ok_or(NOT_OPEN)?;
            show(shown.entry(*to).or_default(), logged);
        }
        share_voids(&mut shown);
    }
    let conflicted = |row: &Row| {
        let open = row.conflicts().filter(|key| !leaving.leaves_behind(key));
        open.cloned().collect::<Vec<Key>>()
    };
    let conflicts: BTreeSet<Key> = shown.values().flat_map(conflicted).collect();
    if !conflicts.is_empty() {
        return Err(NotRefoundable::Conflicted(conflicts));
    }
    let part = |(to, row): (DocumentId, Row)| Part {
        to,
        which,
        place: Place {
            entries: 0,
            joined: Vec::new(),
            sealed_under: to,
            ..place.clone()
        },
        puts: surviving(&row, leaving),
    };
    Ok(shown.into_iter().map(part).collect())
}

impl Leaving {
    fn leaves_behind(&self, key: &Key) -> bool {
        self.removed.contains(key) || self.settled.contains(key)
    }
}

/// The values that go on; kind and unit are written first in any case.
fn surviving(row: &Row, leaving: &Leaving) -> Vec<(Key, Value)> {
    let stays =
        |key: &&Key| !leaving.removed.contains(*key) && **key != Key::KIND && **key != Key::UNIT;
    let keys = row.cells.keys().filter(stays);
    let shown = keys.filter_map(|key| Some((key.clone(), row.get(key)?.clone())));
    shown.filter(|(_, value)| *value != Value::Null).collect()
}

/// Lets a row show one change more, whatever it was written upon: half of that may be elsewhere.
fn show(row: &mut Row, logged: &Logged) {
    for (id, op) in logged.change.op_ids().zip(&logged.change.ops) {
        let live = row.cells.get_or_insert(op.key.clone(), Vec::new);
        live.retain(|cell| !op.preds.contains(&cell.id));
        if let Action::Put(value) = &op.action {
            let value = value.clone();
            live.push(Cell { id, value });
            live.sort_by_key(|cell| cell.id);
        }
    }
    row.cells.retain(|_, live| !live.is_empty());
}

/// What voids an event that is somewhere else now goes there, too.
fn share_voids(shown: &mut BTreeMap<DocumentId, Row>) {
    let void = |(_, payload): &(EventId, &[u8])| match Event::from_payload(payload).ok()?.what {
        What::Void(void) => Some(void.events),
        _ => None,
    };
    let mut voids: Vec<(Key, Vec<Cell>, Vec<EventId>)> = Vec::new();
    for row in shown.values() {
        for event in row.events() {
            let key = Key::event(event.0);
            let live = row.live(&key).to_vec();
            voids.extend(void(&event).map(|voided| (key, live, voided)));
        }
    }
    for row in shown.values_mut() {
        for (key, live, voided) in &voids {
            if voided
                .iter()
                .any(|event| !row.live(&Key::event(*event)).is_empty())
            {
                row.cells.get_or_insert(key.clone(), || live.clone());
            }
        }
    }
}

/// Puts the new names in the place of the old under the tags of every number the person ever bore;
/// where two go on, they are never united again.
async fn retag<S: Store>(
    draft: &mut Draft<'_, S>,
    (from, to): (DocumentId, &[DocumentId]),
    goes_to: &GoesTo,
    parts: &[Part],
) -> Result<(), NotRefoundable> {
    let secrets = draft.ledger.secrets();
    let number = |part: &Part| Some((secrets.tag(&part.number()?), part.to));
    let borne: Vec<(Tag, DocumentId)> = parts.iter().filter_map(number).collect();
    for tag in erase::tags(draft, from.companion(Companion::Identity)).await? {
        let mut record = match draft.tag(tag).await {
            Ok(record) => record,
            Err(Stop::Ledger(error)) => return Err(error.into()),
            Err(_) => continue,
        };
        let is_former = |dossier: &DocumentId| goes_to.contains_key(dossier);
        let at = record.dossiers.iter().position(is_former);
        record.dossiers.retain(|dossier| !is_former(dossier));
        let at = at.unwrap_or(record.dossiers.len());
        let bearers = to.iter().filter(|to| borne.contains(&(tag, **to)));
        record.dossiers.splice(at..at, bearers.copied());
        for (one, other) in &mut record.never_unite {
            *one = goes_to.get(one).copied().unwrap_or(*one);
            *other = goes_to.get(other).copied().unwrap_or(*other);
        }
        if let [one, other] = to {
            record.never_unite.push((*one, *other));
        }
        draft.set_tag(tag, record);
    }
    Ok(())
}

async fn begin<S: Store>(
    draft: &mut Draft<'_, S>,
    part: Part,
    (author, n): (Author, u32),
) -> Result<(), LedgerError> {
    let (id, created) = (part.id(), part.which.is_none().then_some(n));
    let founding = [
        (Slot::Key(Key::KIND), Value::Uint(part.place.kind.code())),
        (
            Slot::Key(Key::UNIT),
            Value::Uint(part.place.stream.unit.0.into()),
        ),
    ];
    let puts = part
        .puts
        .into_iter()
        .map(|(key, value)| (Slot::Key(key), value));
    let puts = founding.into_iter().chain(puts).collect();
    draft.begin(id, part.place).await?;
    draft.write((id, created), author, puts).await
}

/// Leaves aliases in place of a document, or of the companion it never had.
async fn leave<S: Store>(
    draft: &mut Draft<'_, S>,
    (from, which): (DocumentId, Option<Companion>),
    goes_to: &GoesTo,
) -> Result<(), LedgerError> {
    let id = named(from, which);
    let places: GoesTo = goes_to
        .iter()
        .map(|(name, to)| (named(*name, which), named(*to, which)))
        .collect();
    let mut marked = Vec::new();
    if draft.documents.contains_key(&id) {
        marked = draft.names(id);
        draft.leave(id, |name| places[&name]).await?;
    } else {
        draft.expect_nothing(id);
    }
    for (name, to) in places.iter().filter(|(name, _)| !marked.contains(name)) {
        draft.lead(*name, Alias::Refounded(*to));
    }
    Ok(())
}

/// What waited for the document learns where it goes on.
async fn wake<S: Store>(
    draft: &mut Draft<'_, S>,
    names: &[DocumentId],
) -> Result<(), NotRefoundable> {
    for name in names {
        for waiting in draft.ledger.parked_for(*name).await? {
            match waking::retry(draft, &waiting).await {
                Ok(_) | Err(Stop::Reject(_) | Stop::TooNew) => {}
                Err(Stop::Ledger(error)) => return Err(error.into()),
            }
        }
    }
    Ok(())
}

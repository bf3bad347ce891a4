//! Erasing a person: everything that tells of them leaves, and what they counted for stays.
//!
//! The commit takes the rows, the places of their changes, the tags of every number they ever
//! bore, and whatever is held or parked; later facts find a tombstone. The changes themselves stay
//! in the log, sealed under keys that are destroyed next: see [`crate::vault`]. Their count goes
//! on in a balance of the hamlet, which says nothing about whom it counted and goes wherever the
//! hamlet goes.

use std::collections::{BTreeMap, BTreeSet};

use shared::change::Action;
use shared::engine::Slot;
use shared::event::{Event, Figure, Opening, Stamp, What};
use shared::field::number::PersonalNumber;
use shared::id::{Audience, Companion, DocumentId, StreamId, TeamId, UnitId};
use shared::key::Key;
use shared::kind::Kind;
use shared::limits::EVENT_FIGURES_MAX;
use shared::receipt::{Outcome, RefuseReason};
use shared::tally::Contributions;
use shared::value::Value;

use super::decide::tell;
use super::draft::Draft;
use super::locate::{Located, follow};
use super::{Booking, Moment, Stop};
use crate::ledger::document::{Alias, Place};
use crate::ledger::erasure::Forgotten;
use crate::ledger::key::{KeyPlace, put_key};
use crate::ledger::waiting::Decision;
use crate::ledger::{Ledger, LedgerError};
use crate::secrets::Tag;
use crate::store::{Commit, Store, Table};
use crate::vault::{BlockId, KeyName};

/// What to commit, and what to destroy once it is durable.
#[derive(Debug)]
pub struct Erased {
    /// The dossier under its present name.
    pub dossier: DocumentId,
    /// Everything that changes.
    pub commit: Commit,
    /// The keys of everything about the person.
    pub keys: Vec<(BlockId, KeyName)>,
    /// The streams that carry a tombstone.
    pub streams: BTreeSet<StreamId>,
    /// Documents the server created: balances.
    pub booked: u32,
    /// Other dossiers with the same personal number, which stay.
    pub linked: BTreeSet<DocumentId>,
    /// Where the dossier belonged.
    pub unit: UnitId,
    /// Every name of everything about the person, with the stream it stood in if it did.
    pub names: Vec<(DocumentId, Option<StreamId>)>,
    /// What the person counted for.
    pub counted: Contributions,
}

/// Why nobody is erased.
#[derive(Debug, thiserror::Error)]
pub enum NotErasable {
    /// There is no such dossier.
    #[error("there is no such dossier")]
    NotHere,
    /// It was erased before.
    #[error("the dossier was erased before")]
    Already,
    /// The ledger could not be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// Prepares the erasing of the person with this dossier.
///
/// # Errors
/// [`NotErasable`]; nothing is changed then.
pub async fn erase<S: Store>(
    ledger: &Ledger<S>,
    named: DocumentId,
    booking: Booking,
    moment: Moment<'_>,
) -> Result<Erased, NotErasable> {
    let mut draft = Draft::new(ledger, moment);
    let dossier = open(&mut draft, named).await?;
    let unit = draft.documents[&dossier].document.place.stream.unit;
    let names = draft.names(dossier);
    let keys = destroyed(&mut draft, &names).await?;
    let companions = [Companion::Identity, Companion::Case].map(|c| dossier.companion(c));
    for id in companions {
        draft.open(id).await?;
    }
    let linked = untag(&mut draft, companions[0], &names).await?;
    drop_parked(&mut draft, &names).await?;
    let erased = |_, _| Outcome::Refused(RefuseReason::Erased);
    drop_held(&mut draft, &names, erased).await?;
    let (mut streams, mut all_names) = (BTreeSet::new(), Vec::new());
    let mut counted = Contributions::new();
    for id in [dossier, companions[0], companions[1]] {
        let Some(working) = draft.documents.get(&id) else {
            draft.expect_nothing(id);
            draft.lead(id, Alias::Erased);
            all_names.push((id, None));
            continue;
        };
        let stream = working.document.place.stream;
        streams.insert(stream);
        let of_this = draft.names(id).into_iter();
        all_names.extend(of_this.map(|name| (name, Some(stream))));
        for (key, count) in draft.wipe(id).await? {
            *counted.entry(key).or_default() += count;
        }
    }
    let booked = u32::from(!counted.is_empty());
    if booked > 0 {
        book(&mut draft, &counted, unit, booking).await?;
    }
    Ok(Erased {
        dossier,
        commit: draft.finish(),
        keys,
        streams,
        booked,
        linked,
        unit,
        names: all_names,
        counted,
    })
}

/// Prepares the erasing of somebody whom this store, restored from a backup, does not know to be
/// erased: their keys are gone, so nothing of them can be read. What
/// they counted for in it must leave the figures beside: only a recount tells how much that was.
///
/// # Errors
/// [`LedgerError`]; nothing is changed then.
pub async fn erase_again<S: Store>(
    ledger: &Ledger<S>,
    forgotten: &Forgotten,
    booking: Booking,
    moment: Moment<'_>,
) -> Result<Erased, LedgerError> {
    let mut draft = Draft::new(ledger, moment);
    let names: Vec<DocumentId> = forgotten.names.iter().map(|(name, _)| *name).collect();
    untag_all(&mut draft, &names).await?;
    drop_parked(&mut draft, &names).await?;
    let erased = |_, _| Outcome::Refused(RefuseReason::Erased);
    drop_held(&mut draft, &names, erased).await?;
    for (block, name) in &forgotten.keys {
        let id = DocumentId(name.0);
        if names.contains(&id) {
            draft.put(put_key(id, KeyPlace::Destroyed(*block)));
        }
    }
    for (name, stream) in &forgotten.names {
        draft.take_away_unread(*name, *stream).await?;
    }
    let counted: Contributions = forgotten.counted.iter().copied().collect();
    let booked = u32::from(!counted.is_empty());
    if booked > 0 {
        book(&mut draft, &counted, forgotten.unit, booking).await?;
    }
    let streams = forgotten.names.iter().filter_map(|(_, stream)| *stream);
    Ok(Erased {
        dossier: forgotten.dossier,
        keys: forgotten.keys.clone(),
        streams: streams.collect(),
        booked,
        linked: BTreeSet::new(),
        unit: forgotten.unit,
        names: forgotten.names.clone(),
        counted,
        commit: draft.finish(),
    })
}

/// Takes these dossiers from every tag: which numbers they bore cannot be read any more.
async fn untag_all<S: Store>(
    draft: &mut Draft<'_, S>,
    names: &[DocumentId],
) -> Result<(), LedgerError> {
    let mut after = None;
    loop {
        let page = draft.ledger.tags(after).await?;
        let Some((last, _)) = page.last() else {
            return Ok(());
        };
        after = Some(*last);
        for (tag, record) in page {
            let is_meant = |dossier: &DocumentId| names.contains(dossier);
            if record.dossiers.iter().any(is_meant) {
                untag_one(draft, tag, names).await?;
            }
        }
    }
}

/// Takes these dossiers from one tag; the others under it.
async fn untag_one<S: Store>(
    draft: &mut Draft<'_, S>,
    tag: Tag,
    names: &[DocumentId],
) -> Result<Vec<DocumentId>, LedgerError> {
    let mut record = match draft.tag(tag).await {
        Ok(record) => record,
        Err(Stop::Ledger(error)) => return Err(error),
        Err(_) => return Ok(Vec::new()),
    };
    record.dossiers.retain(|dossier| !names.contains(dossier));
    record
        .never_unite
        .retain(|(one, other)| !names.contains(one) && !names.contains(other));
    let others = record.dossiers.clone();
    draft.set_tag(tag, record);
    Ok(others)
}

/// The dossier under its present name, open in the draft.
async fn open<S: Store>(
    draft: &mut Draft<'_, S>,
    named: DocumentId,
) -> Result<DocumentId, NotErasable> {
    let dossier = match follow(draft, named).await {
        Ok(Ok(id)) => id,
        Ok(Err(Located::Erased)) => return Err(NotErasable::Already),
        Ok(Err(_)) | Err(Stop::Reject(_) | Stop::TooNew) => return Err(NotErasable::NotHere),
        Err(Stop::Ledger(error)) => return Err(error.into()),
    };
    let found = draft.documents.get(&dossier);
    match found.is_some_and(|found| found.document.place.kind == Kind::Dossier) {
        true => Ok(dossier),
        false => Err(NotErasable::NotHere),
    }
}

/// The keys of the dossier and of all that joined it; what is under them is marked as gone.
pub(super) async fn destroyed<S: Store>(
    draft: &mut Draft<'_, S>,
    names: &[DocumentId],
) -> Result<Vec<(BlockId, KeyName)>, LedgerError> {
    let mut keys = Vec::new();
    for name in names {
        if let Some(place) = draft.ledger.key_place(*name).await? {
            keys.push((place.block(), (*name).into()));
            draft.put(put_key(*name, KeyPlace::Destroyed(place.block())));
        }
        // What waited once and went into the log was sealed under this one.
        keys.push((BlockId::WAITING, KeyName::of_waiting(&name.0[..5])));
    }
    Ok(keys)
}

/// Takes the dossier from the tags of every number its identity ever bore; the other dossiers
/// under them.
async fn untag<S: Store>(
    draft: &mut Draft<'_, S>,
    identity: DocumentId,
    names: &[DocumentId],
) -> Result<BTreeSet<DocumentId>, LedgerError> {
    let mut others = BTreeSet::new();
    for tag in tags(draft, identity).await? {
        others.extend(untag_one(draft, tag, names).await?);
    }
    Ok(others)
}

pub(super) async fn tags<S: Store>(
    draft: &mut Draft<'_, S>,
    identity: DocumentId,
) -> Result<BTreeSet<Tag>, LedgerError> {
    if !draft.documents.contains_key(&identity) {
        return Ok(BTreeSet::new());
    }
    let secrets = draft.ledger.secrets();
    let history = draft.history(identity).await?;
    let puts = history.iter().flat_map(|(_, change)| &change.ops);
    let numbers = puts.filter_map(|op| match &op.action {
        Action::Put(value) if op.key == Key::NUMBER => value.as_text(),
        _ => None,
    });
    let numbers = numbers.filter_map(|text| PersonalNumber::parse(text).ok());
    Ok(numbers.map(|number| secrets.tag(&number)).collect())
}

/// Destroys what is parked, and tells whoever wrote it.
async fn drop_parked<S: Store>(
    draft: &mut Draft<'_, S>,
    names: &[DocumentId],
) -> Result<(), LedgerError> {
    let erased = Outcome::Refused(RefuseReason::Erased);
    for name in names {
        for parked in draft.ledger.parked_for(*name).await? {
            let (expect, put) = parked.remove(Table::Parked);
            draft.expect(expect.table, expect.key, expect.version);
            draft.put(put);
            let serial = parked.record.serial;
            let positions = parked.record.positions.iter();
            let changed: Vec<_> = positions.map(|position| (*position, erased)).collect();
            draft.amend(serial, &changed).await?;
            let device = draft.device(serial.device).await?;
            device.parked = device.parked.saturating_sub(1);
        }
    }
    Ok(())
}

/// Destroys what is held under these names or their companions', and tells whoever wrote it what
/// has become of the document.
pub(super) async fn drop_held<S: Store>(
    draft: &mut Draft<'_, S>,
    names: &[DocumentId],
    outcome: impl Fn(DocumentId, Option<Companion>) -> Outcome,
) -> Result<(), LedgerError> {
    for name in names {
        for which in [None, Some(Companion::Identity), Some(Companion::Case)] {
            let document = which.map_or(*name, |which| name.companion(which));
            for held in draft.ledger.held_for(document).await? {
                let (expect, put) = held.remove(Table::Held);
                draft.expect(expect.table, expect.key, expect.version);
                draft.put(put);
                if let Decision::Open(_) = held.record.decision {
                    tell(draft, &held.record, outcome(*name, which)).await?;
                }
            }
        }
    }
    Ok(())
}

/// Books what the person counted for in a balance of their hamlet: its phones read that, whichever
/// commune it belongs to some day.
async fn book<S: Store>(
    draft: &mut Draft<'_, S>,
    counted: &Contributions,
    unit: UnitId,
    booking: Booking,
) -> Result<(), LedgerError> {
    let (document, created) = (booking.document(0), Some(booking.n));
    let stamp = Stamp {
        at: draft.moment.now.local_minute(),
        unit,
        team: TeamId::default(),
    };
    let mut puts = vec![
        (Slot::Key(Key::KIND), Value::Uint(Kind::Balance.code())),
        (Slot::Key(Key::UNIT), Value::Uint(unit.0.into())),
    ];
    puts.extend(openings(counted).map(|opening| {
        let what = What::Opening(opening);
        (
            Slot::Event,
            Value::Bytes(Event { what, stamp }.to_payload()),
        )
    }));
    let place = Place {
        kind: Kind::Balance,
        stream: StreamId {
            unit,
            audience: Audience::Team,
        },
        entries: 0,
        joined: Vec::new(),
        sealed_under: document,
    };
    draft.begin(document, place).await?;
    draft.write((document, created), booking.author, puts).await
}

/// Figures, as many in each event as one may hold. Nothing a person counts for is negative.
fn openings(counted: &Contributions) -> impl Iterator<Item = Opening> {
    let counted: BTreeMap<_, u64> = counted
        .iter()
        .filter_map(|(place, count)| Some((*place, u64::try_from(*count).ok()?)))
        .collect();
    let figures: Vec<Figure> = counted
        .into_iter()
        .filter(|(_, count)| *count > 0)
        .map(|(place, count)| Figure { place, count })
        .collect();
    let chunks: Vec<Opening> = figures
        .chunks(EVENT_FIGURES_MAX)
        .map(|figures| Opening {
            figures: figures.to_vec(),
        })
        .collect();
    chunks.into_iter()
}

//! Which document a fact means.

use shared::change::Action;
use shared::facts::{Author, Base, DocumentRef, Fact, FactSlot, Upon};
use shared::id::{Companion, DocumentId, StreamId, UnitId};
use shared::key::Key;
use shared::kind::Kind;
use shared::receipt::RejectReason;

use super::Stop;
use super::draft::Draft;
use super::group::Group;
use crate::ledger::document::{Alias, Match, Place};
use crate::store::Store;

/// What a reference leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Located {
    /// A document that is open in the draft now.
    Here(Names),
    /// A document that begins with this group, once one of its changes is stored.
    New(Names, Place),
    /// Nothing yet: it may still arrive.
    Unknown,
    /// Nothing, and nothing will come: its first change was refused.
    Refused,
    /// More than one document begins like this.
    Several,
    /// It was erased.
    Erased,
    /// It goes on under another id.
    Refounded(DocumentId),
}

/// A document under the name its author used and under the one it has now; two after a union.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Names {
    /// As the author names it: actors are derived from this.
    pub(super) named: DocumentId,
    /// As the ledger has it.
    pub(super) actual: DocumentId,
}

/// Finds the document of a group and opens it in the draft.
pub(super) async fn locate<S: Store>(
    draft: &mut Draft<'_, S>,
    group: &Group,
) -> Result<Located, Stop> {
    let DocumentRef { base, companion } = group.reference;
    let named = match base_id(draft, &group.authors, base).await? {
        Ok(id) => id,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let names = match follow(draft, named).await? {
        Ok(actual) => Names { named, actual },
        // Whoever meant a companion makes the edit again on the new document's.
        Err(Located::Refounded(to)) => {
            let to = companion.map_or(to, |which| to.companion(which));
            return Ok(Located::Refounded(to));
        }
        Err(elsewhere) => return Ok(elsewhere),
    };
    match companion {
        None => here_or_new(draft, group, names, None).await,
        Some(which) => companion_of(draft, group, names, which).await,
    }
}

/// The id a base names, or where it leads instead.
async fn base_id<S: Store>(
    draft: &Draft<'_, S>,
    authors: &[Author],
    base: Base,
) -> Result<Result<DocumentId, Located>, Stop> {
    Ok(match base {
        Base::Full(id) => Ok(id),
        Base::Created { author, n } => {
            let by = authors[author];
            Ok(DocumentId::created(by.device, by.incarnation, n))
        }
        Base::Prefix(prefix) => {
            let known = draft.ledger.by_prefix(&prefix).await?;
            // What this draft begins stands in no ledger yet.
            let mut begun = draft.begun().filter(|id| id.0.starts_with(&prefix));
            match (known, begun.next(), begun.next()) {
                (Match::One(id), None, _) | (Match::None, Some(id), None) => Ok(id),
                (Match::None, None, _) => Err(Located::Unknown),
                _ => Err(Located::Several),
            }
        }
    })
}

/// Opens the document, following unions.
pub(super) async fn follow<S: Store>(
    draft: &mut Draft<'_, S>,
    named: DocumentId,
) -> Result<Result<DocumentId, Located>, Stop> {
    let mut id = named;
    // A chain of unions is as long as the dossiers one person ever had; a longer one is a circle.
    for _ in 0..64 {
        match draft.open(id).await? {
            None => return Ok(Ok(id)),
            Some(Alias::United(survivor)) => id = survivor,
            Some(Alias::Erased) => return Ok(Err(Located::Erased)),
            Some(Alias::Refounded(to)) => return Ok(Err(Located::Refounded(to))),
        }
    }
    Err(crate::ledger::LedgerError::Contradiction("aliases lead in a circle").into())
}

async fn companion_of<S: Store>(
    draft: &mut Draft<'_, S>,
    group: &Group,
    dossier: Names,
    which: Companion,
) -> Result<Located, Stop> {
    let Some(found) = draft.documents.get(&dossier.actual) else {
        return missing(draft, dossier.actual).await;
    };
    if found.document.place.kind != Kind::Dossier {
        return Err(Stop::reject(RejectReason::WrongDocument));
    }
    let named = dossier.named.companion(which);
    let actual = dossier.actual.companion(which);
    match follow(draft, actual).await? {
        Ok(actual) => {
            here_or_new(draft, group, Names { named, actual }, Some(dossier.actual)).await
        }
        Err(elsewhere) => Ok(elsewhere),
    }
}

/// A document that is not there: it may come, unless what it was to begin with was refused.
async fn missing<S: Store>(draft: &Draft<'_, S>, id: DocumentId) -> Result<Located, Stop> {
    match draft.refuses(id).await? {
        true => Ok(Located::Refused),
        false => Ok(Located::Unknown),
    }
}

async fn here_or_new<S: Store>(
    draft: &Draft<'_, S>,
    group: &Group,
    names: Names,
    dossier: Option<DocumentId>,
) -> Result<Located, Stop> {
    if let Some(found) = draft.documents.get(&names.actual) {
        let kind = found.document.place.kind;
        if kind.audience() != group.audience {
            return Err(Stop::reject(RejectReason::WrongAudience));
        }
        return Ok(Located::Here(names));
    }
    let first = &group.facts[0];
    if first.upon != Upon::Genesis {
        return missing(draft, names.actual).await;
    }
    let (kind, unit) = birth(first).ok_or_else(|| Stop::reject(RejectReason::WrongDocument))?;
    let is_companion = group.reference.companion.map(Kind::of_companion);
    if is_companion.unwrap_or(kind) != kind || (kind.is_companion() && is_companion.is_none()) {
        return Err(Stop::reject(RejectReason::WrongDocument));
    }
    if kind.audience() != group.audience {
        return Err(Stop::reject(RejectReason::WrongAudience));
    }
    let place = Place {
        kind,
        stream: StreamId {
            unit,
            audience: kind.audience(),
        },
        entries: 0,
        joined: Vec::new(),
        sealed_under: dossier.unwrap_or(names.actual),
    };
    Ok(Located::New(names, place))
}

/// What a first change says the document is and where it belongs.
fn birth(fact: &Fact) -> Option<(Kind, UnitId)> {
    let uint = |key: &Key| {
        fact.ops.iter().find_map(|op| match (&op.slot, &op.action) {
            (FactSlot::Key(found), Action::Put(value)) if found == key => value.as_uint(),
            _ => None,
        })
    };
    let kind = Kind::from_code(uint(&Key::KIND)?)?;
    let unit = u32::try_from(uint(&Key::UNIT)?).ok()?;
    Some((kind, UnitId(unit)))
}

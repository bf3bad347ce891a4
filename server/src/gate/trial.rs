//! A trial: one document's changes in one bundle, derived and judged before anything is written.

use std::collections::{BTreeMap, BTreeSet};

use shared::change::{Action, Change};
use shared::derive::{Hashed, Resolved, derive};
use shared::engine::{Engine as _, RowEngine, next_deps};
use shared::entry::Logged;
use shared::facts::{Author, Base, Batch, DocumentRef, Fact, Upon, begun_check, known_check};
use shared::id::{ChangeHash, DocumentId, UnitId};
use shared::key::Key;
use shared::kind::Kind;
use shared::receipt::{HoldReason, Outcome, RefuseReason, RejectReason};
use shared::row::Row;
use shared::value::Value;

use super::draft::{Draft, NOT_OPEN};
use super::group::Group;
use super::judge::{self, Fate};
use super::locate::{Located, Names, locate};
use super::upon::{Deps, Known};
use super::{Stop, waiting};
use crate::ledger::document::{Document, Place};
use crate::ledger::waiting::{Decision, HeldChange, HeldSubject, Waiting};
use crate::store::Store;

/// What was decided about a group.
pub(super) struct Decided {
    /// One outcome per fact.
    pub(super) outcomes: Vec<Outcome>,
    /// The changes that were derived, as far as it went.
    hashes: Vec<ChangeHash>,
    named: Option<DocumentId>,
}

impl Decided {
    /// (position, document, hash) of each change, if the document begins in the section and all
    /// its changes could be derived.
    pub(super) fn begun_pairs(&self, group: &Group) -> Vec<(u32, DocumentId, ChangeHash)> {
        let Some(named) = self.named.filter(|_| group.check.is_none()) else {
            return Vec::new();
        };
        let pairs = group.positions.iter().zip(&self.hashes);
        pairs
            .map(|(position, hash)| (*position, named, *hash))
            .collect()
    }

    /// The same outcome for every change of the group.
    fn all(group: &Group, outcome: Outcome) -> Self {
        Self {
            outcomes: vec![outcome; group.facts.len()],
            hashes: Vec::new(),
            named: None,
        }
    }
}

/// Checks the hash over everything that begins in a section, unless part of it had to wait.
pub(super) fn check_begun(
    batch: &Batch,
    mut begun: Vec<(u32, DocumentId, ChangeHash)>,
) -> Result<(), Stop> {
    let documents = batch.documents().into_iter();
    let begin: BTreeSet<DocumentRef> = documents
        .filter_map(|(document, begins)| begins.then_some(document))
        .collect();
    let begins = |fact: &&Fact| begin.contains(&fact.document);
    if batch.facts.iter().filter(begins).count() != begun.len() {
        return Ok(());
    }
    begun.sort_unstable();
    let found = begun_check(begun.iter().map(|(_, document, hash)| (document, hash)));
    match found == batch.checks.begun {
        true => Ok(()),
        false => Err(Stop::reject(RejectReason::Malformed)),
    }
}

/// Decides about a group and applies what is stored, held or parked to the draft.
pub(super) async fn decide<S: Store>(
    draft: &mut Draft<'_, S>,
    group: &Group,
) -> Result<Decided, Stop> {
    let (names, new) = match locate(draft, group).await? {
        Located::Here(names) => (names, None),
        Located::New(names, place) => (names, Some(place)),
        Located::Unknown => {
            return waiting::park(draft, group)
                .await
                .map(|o| Decided::all(group, o));
        }
        Located::Refused => {
            let outcome = Outcome::Refused(RefuseReason::Dependent);
            return Ok(Decided::all(group, outcome));
        }
        Located::Several => return Ok(Decided::all(group, Outcome::AskFull)),
        Located::Erased => return Ok(Decided::all(group, Outcome::Refused(RefuseReason::Erased))),
        Located::Refounded(survivor) => {
            return Ok(Decided::all(group, Outcome::Rebase { survivor }));
        }
    };
    let mut trial = Trial::open(draft, names, new).await?;
    for position in 0..group.facts.len() {
        match trial.derive(draft, group, position).await? {
            Derived::Change => {}
            Derived::Missing => {
                return waiting::park(draft, group)
                    .await
                    .map(|o| Decided::all(group, o));
            }
            Derived::Several => return Ok(Decided::all(group, Outcome::AskFull)),
        }
    }
    if let Some(check) = group.check
        && check != known_check(&names.named, trial.hashes.iter())
    {
        // A short reference was resolved to something else than was meant.
        return Ok(Decided::all(group, Outcome::AskFull));
    }
    trial.apply(draft, group).await
}

enum Derived {
    Change,
    Missing,
    Several,
}

/// A document on which a group is tried out before anything is written down.
struct Trial {
    names: Names,
    /// Where the document will be if it is new.
    new: Option<Place>,
    kind: Kind,
    unit: UnitId,
    sealed_under: DocumentId,
    row: Row,
    /// Everything in the log and the changes to be stored, once it was needed.
    history: Option<Vec<Hashed>>,
    /// The changes to be stored.
    added: Vec<Hashed>,
    held: Vec<Hashed>,
    refused: Vec<Hashed>,
    /// What was decided before about changes that are not in the log.
    decisions: BTreeMap<ChangeHash, Waiting<HeldChange>>,
    hashes: Vec<ChangeHash>,
    steps: Vec<(Logged, Fate)>,
}

impl Trial {
    async fn open<S: Store>(
        draft: &mut Draft<'_, S>,
        names: Names,
        new: Option<Place>,
    ) -> Result<Self, Stop> {
        let (place, row) = match &new {
            Some(place) => (place.clone(), Row::default()),
            None => {
                let working = draft.documents.get(&names.actual).ok_or(NOT_OPEN)?;
                let Document { place, row, .. } = &working.document;
                (place.clone(), row.clone())
            }
        };
        let (mut held, mut refused) = (Vec::new(), Vec::new());
        let mut decisions = BTreeMap::new();
        for waiting in draft.held(names.actual).await? {
            let logged = draft.opened(&waiting).await?;
            let list = match waiting.record.decision {
                Decision::Open(_) => &mut held,
                Decision::Refused(_) => &mut refused,
            };
            list.push((logged.hash, logged.change));
            decisions.insert(logged.hash, waiting);
        }
        Ok(Self {
            names,
            new,
            kind: place.kind,
            unit: place.stream.unit,
            sealed_under: place.sealed_under,
            row,
            history: None,
            added: Vec::new(),
            held,
            refused,
            decisions,
            hashes: Vec::new(),
            steps: Vec::new(),
        })
    }

    async fn derive<S: Store>(
        &mut self,
        draft: &mut Draft<'_, S>,
        group: &Group,
        position: usize,
    ) -> Result<Derived, Stop> {
        let fact = &group.facts[position];
        let author = group.authors[fact.author];
        let actor = author.actor(self.names.named);
        if !self.known().is_enough(&fact.upon, &actor) {
            self.read_history(draft).await?;
        }
        let known = self.known();
        let (deps, waits) = match known.resolve(&fact.upon) {
            Deps::Logged(deps) => (deps, None),
            Deps::OnHeld(deps) => (deps, Some(Fate::Held(HoldReason::OnHeld))),
            Deps::OnRefused(deps) => (deps, Some(Fate::Refused(RefuseReason::Dependent))),
            Deps::Missing => return Ok(Derived::Missing),
            Deps::Several => return Ok(Derived::Several),
        };
        let Some(row) = known.row_at(&actor, &deps)? else {
            return Ok(Derived::Missing);
        };
        let resolved = Resolved {
            actor,
            deps,
            time: fact.time,
            ops: fact.ops_for(&group.authors, self.names.named),
        };
        let at = |reason| Stop::reject_change(reason, group.positions[position]);
        let change = derive(&row, &resolved).map_err(|error| at(error.into()))?;
        let created = match group.reference {
            DocumentRef {
                base: Base::Created { author: by, n },
                companion: None,
            } if by == fact.author && fact.upon == Upon::Genesis => Some(n),
            _ => None,
        };
        self.step(draft, group, position, (author, created, change), waits)
            .await?;
        Ok(Derived::Change)
    }

    async fn step<S: Store>(
        &mut self,
        draft: &mut Draft<'_, S>,
        group: &Group,
        position: usize,
        (author, created, change): (Author, Option<u32>, Change),
        waits: Option<Fate>,
    ) -> Result<(), Stop> {
        let hash = change.hash();
        if self.is_taken(&change) {
            self.read_history(draft).await?;
        }
        let fate = self
            .fate_of(draft, group, position, (hash, &change), waits)
            .await?;
        let upon_all_shown =
            !change.deps.is_empty() && change.deps == next_deps(&self.row, &change.actor);
        let hashed = (hash, change.clone());
        match fate {
            Fate::Stored => {
                let folded = RowEngine.fold(&mut self.row, &change);
                folded.map_err(|_| {
                    Stop::reject_change(RejectReason::Fork, group.positions[position])
                })?;
                if let Some(history) = &mut self.history {
                    history.push(hashed.clone());
                }
                self.added.push(hashed);
            }
            Fate::Held(_) => self.held.push(hashed),
            Fate::Refused(_) => self.refused.push(hashed),
            Fate::Known => {}
        }
        self.hashes.push(hash);
        let document = self.names.named;
        let logged = Logged {
            document,
            author,
            created,
            upon_all_shown,
            hash,
            change,
        };
        self.steps.push((logged, fate));
        Ok(())
    }

    /// What becomes of a change; `waits`: of what it was written upon.
    async fn fate_of<S: Store>(
        &self,
        draft: &mut Draft<'_, S>,
        group: &Group,
        position: usize,
        (hash, change): (ChangeHash, &Change),
        waits: Option<Fate>,
    ) -> Result<Fate, Stop> {
        let is_fork = |(known, other): &Hashed| {
            *known != hash && other.actor == change.actor && other.seq == change.seq
        };
        if self.held.iter().any(is_fork) {
            return Err(Stop::reject_change(
                RejectReason::Fork,
                group.positions[position],
            ));
        }
        Ok(match waits {
            _ if self.decisions.contains_key(&hash) => self.decisions[&hash].record.decision.into(),
            _ if self.is_logged(&hash) => Fate::Known,
            _ if self.is_taken(change) || self.is_somebody_else(group, change) => {
                return Err(Stop::reject_change(
                    RejectReason::Fork,
                    group.positions[position],
                ));
            }
            Some(refused @ Fate::Refused(_)) => refused,
            waits => {
                let subject = judge::Subject {
                    kind: self.kind,
                    unit: self.unit,
                    dossier: self.sealed_under,
                    row: &self.row,
                };
                let (device, at) = (group.serial.device, group.positions[position]);
                let fate = judge::judge(draft, device, &subject, change, at).await?;
                match fate {
                    Fate::Stored => waits.unwrap_or(fate),
                    fate => fate,
                }
            }
        })
    }

    fn known(&self) -> Known<'_> {
        Known {
            row: &self.row,
            history: self.history.as_deref().unwrap_or_default(),
            held: &self.held,
            refused: &self.refused,
            previous: self.hashes.last().copied(),
        }
    }

    /// Reads what the log has of the document, unless that was done before.
    async fn read_history<S: Store>(&mut self, draft: &mut Draft<'_, S>) -> Result<(), Stop> {
        if self.history.is_none() {
            let logged = match self.new {
                Some(_) => &[],
                None => draft.history(self.names.actual).await?,
            };
            self.history = Some([logged, &self.added].concat());
        }
        Ok(())
    }

    /// Whether a change that [`Self::is_taken`] asked the history for is in it.
    fn is_logged(&self, hash: &ChangeHash) -> bool {
        let history = self.history.iter().flatten();
        history.into_iter().any(|(known, _)| known == hash)
    }

    /// Whether another change already stands under this actor's sequence number.
    fn is_taken(&self, change: &Change) -> bool {
        self.row
            .actors
            .get(&change.actor)
            .is_some_and(|state| state.seq >= change.seq)
    }

    /// Whether the change begins a document that is there and was never begun like this: a copy
    /// of the author's phone has used the name for another person. Written again by a later life
    /// of the phone, a beginning says what it said before.
    fn is_somebody_else(&self, group: &Group, change: &Change) -> bool {
        let begins = |change: &Change| change.deps.is_empty();
        let DocumentRef { base, companion } = group.reference;
        let is_own = matches!(base, Base::Created { .. }) && companion.is_none();
        let known = self.history.iter().flatten().chain(&self.held);
        let mut begun = known.filter(|(_, known)| begins(known)).peekable();
        is_own
            && begins(change)
            && begun.peek().is_some()
            && !begun.any(|(_, known)| values(known) == values(change))
    }

    async fn apply<S: Store>(
        mut self,
        draft: &mut Draft<'_, S>,
        group: &Group,
    ) -> Result<Decided, Stop> {
        let mut outcomes = Vec::with_capacity(self.steps.len());
        for ((logged, fate), position) in self.steps.drain(..).zip(&group.positions) {
            let (decision, outcome) = match fate {
                Fate::Known => (None, Outcome::Known),
                Fate::Stored => (None, Outcome::Stored),
                Fate::Held(reason) => (Some(Decision::Open(reason)), Outcome::Held(reason)),
                Fate::Refused(reason) => {
                    (Some(Decision::Refused(reason)), Outcome::Refused(reason))
                }
            };
            if let Some(decision) = decision {
                let sealed_under = self.sealed_under;
                let subject = HeldSubject {
                    position: *position,
                    decision,
                    sealed_under,
                };
                let key = draft
                    .key_for(self.kind, self.sealed_under, self.unit)
                    .await?;
                let held = HeldChange::new(waiting::arrived(draft, group), &subject, &logged, &key);
                let earlier = self.decisions.get(&logged.hash);
                let held = match earlier {
                    Some(earlier) => held.after(&earlier.record),
                    None => held,
                };
                draft.keep(self.names.actual, (held, logged.clone()), earlier);
            }
            if fate == Fate::Stored {
                if let Some(place) = self.new.take() {
                    draft.begin(self.names.actual, place).await?;
                }
                draft.store(self.names.actual, logged).await?;
            }
            outcomes.push(outcome);
        }
        Ok(Decided {
            outcomes,
            hashes: self.hashes,
            named: Some(self.names.named),
        })
    }
}

/// What a change puts under which key. Events are left out: made again, they may get other ids.
fn values(change: &Change) -> BTreeMap<&Key, &Value> {
    let puts = change.ops.iter().filter_map(|op| match &op.action {
        Action::Put(value) if op.key.event_id().is_none() => Some((&op.key, value)),
        _ => None,
    });
    puts.collect()
}

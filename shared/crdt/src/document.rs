//! Whole automerge documents: history, saved bytes, and the row they show.

use std::collections::BTreeMap;

use automerge::{
    Automerge, AutomergeError, LoadOptions, ObjId, ROOT, ReadDoc, TextEncoding, Value as Shown,
};
use shared::change::{Change, OpId};
use shared::id::ChangeHash;
use shared::key::Key;
use shared::row::{ActorState, Cell, Row};

use crate::causal::{self, Unplaced};
use crate::guard::{Panicked, guarded};
use crate::scalar;
use crate::spelling::{self, ParseError, Unspellable};

/// One automerge document with all its history.
#[derive(Debug, Clone)]
pub struct Document(Automerge);

/// One change of a history, with what it was written upon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The change's hash.
    pub hash: ChangeHash,
    /// The change.
    pub change: Change,
    /// For each key the change writes: its live cells just before, as its author saw them,
    /// ascending by op id; empty if the key was not there.
    pub before: BTreeMap<Key, Vec<Cell>>,
}

/// Why a history makes no document.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// The history has holes; fetch what is missing and try again.
    #[error("{changes} changes depend on something that is missing")]
    MissingDependency {
        /// How many changes cannot be placed.
        changes: usize,
    },
    /// Automerge cannot read the change's bytes.
    #[error("automerge cannot read change {hash}")]
    Unreadable {
        /// Which.
        hash: ChangeHash,
        /// What automerge says.
        source: Box<automerge::LoadChangeError>,
    },
    /// Automerge gives the change another hash: our chunk writer is wrong.
    #[error("automerge gives change {hash} another hash")]
    HashDiffers {
        /// Our hash of it.
        hash: ChangeHash,
    },
    /// Automerge refuses the change upon its dependencies.
    #[error("automerge refuses change {hash}")]
    Refused {
        /// Which.
        hash: ChangeHash,
        /// What automerge says.
        source: Box<AutomergeError>,
    },
    /// Automerge took the change without an error and did not apply it.
    #[error("automerge did not apply change {hash}")]
    Ignored {
        /// Which.
        hash: ChangeHash,
    },
    /// Automerge panicked over some change.
    #[error(transparent)]
    Panicked(#[from] Panicked),
}

/// Why saved bytes give no document; restore them from the log of changes.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// Automerge cannot load the bytes.
    #[error("automerge cannot load the saved document")]
    Refused(#[source] Box<AutomergeError>),
    /// Automerge panicked over the bytes.
    #[error(transparent)]
    Panicked(#[from] Panicked),
}

/// The document with exactly this history, given in any order and with repetitions.
///
/// # Errors
/// [`RebuildError`]; it names the first change in causal order that automerge does not take.
pub fn rebuild(changes: &[Change]) -> Result<Document, RebuildError> {
    let sorted = causal::sorted(changes)
        .map_err(|Unplaced(changes)| RebuildError::MissingDependency { changes })?;
    let parsed = sorted.into_iter().map(|(_, change)| parse(change));
    Document::of(&parsed.collect::<Result<Vec<_>, _>>()?)
}

impl Document {
    /// Reads back what [`Self::save`] wrote. Not for bytes from outside: automerge sets no bound
    /// on what they inflate to.
    ///
    /// # Errors
    /// [`LoadError`] if the bytes are damaged or their heads do not match their content.
    pub fn load(bytes: &[u8]) -> Result<Self, LoadError> {
        let options = LoadOptions::new().text_encoding(TextEncoding::UnicodeCodePoint);
        let loaded = guarded(|| Automerge::load_with_options(bytes, options))?;
        loaded
            .map(Self)
            .map_err(|source| LoadError::Refused(Box::new(source)))
    }

    /// Automerge's compressed form of the whole document.
    #[must_use]
    pub fn save(&self) -> Vec<u8> {
        self.0.save()
    }

    /// Adds one change whose dependencies the document has, as its bytes arrive from elsewhere.
    ///
    /// # Errors
    /// [`RebuildError`]; the document may be half changed then and must be thrown away.
    pub fn add(&mut self, change: &Change) -> Result<(), RebuildError> {
        self.apply(parse(change)?)
    }

    /// The document's heads, ascending.
    #[must_use]
    pub fn heads(&self) -> Vec<ChangeHash> {
        spelling::hashes(&self.0.get_heads())
    }

    /// The row this document shows, read from automerge's state alone.
    ///
    /// # Errors
    /// [`Unspellable`] if the document is not one of ours.
    pub fn project(&self) -> Result<Row, Unspellable> {
        guarded(|| self.row())?
    }

    /// The document's changes, every change after all it depends on; of concurrent ones the one
    /// with the earlier clock first.
    ///
    /// # Errors
    /// [`Unspellable`] if the document is not one of ours.
    pub fn changes(&self) -> Result<Vec<Change>, Unspellable> {
        Ok(self.history()?.map(|step| step.change).collect())
    }

    /// The document's changes in the order of [`Self::changes`], each with what its author saw
    /// in the keys it wrote.
    ///
    /// # Errors
    /// [`Unspellable`] if the document is not one of ours.
    pub fn history(&self) -> Result<impl Iterator<Item = Step> + use<>, Unspellable> {
        let mut steps = guarded(|| self.steps())??;
        let changes: Vec<_> = steps.values().map(|step| step.change.clone()).collect();
        let order = causal::sorted(&changes).expect("automerge holds no change without its deps");
        let order: Vec<_> = order.into_iter().map(|(hash, _)| hash).collect();
        Ok(order
            .into_iter()
            .filter_map(move |hash| steps.remove(&hash)))
    }

    pub(crate) fn empty() -> Self {
        Self(Automerge::new_with_encoding(TextEncoding::UnicodeCodePoint))
    }

    /// The document with this history, causes first.
    pub(crate) fn of(history: &[automerge::Change]) -> Result<Self, RebuildError> {
        let mut document = Self::empty();
        if guarded(|| document.0.apply_changes(history.iter().cloned())) == Ok(Ok(()))
            && history.iter().all(|change| document.has(&change.hash()))
        {
            return Ok(document);
        }
        // Something is wrong with one of them: only one by one do they tell which.
        let mut document = Self::empty();
        for change in history {
            document.apply(change.clone())?;
        }
        Ok(document)
    }

    pub(crate) fn inner_mut(&mut self) -> &mut Automerge {
        &mut self.0
    }

    /// Whether the document contains every one of these changes.
    pub(crate) fn contains(&self, hashes: &[ChangeHash]) -> bool {
        let mut hashes = hashes.iter().map(|hash| automerge::ChangeHash(hash.0));
        hashes.all(|hash| self.has(&hash))
    }

    /// Applies a change whose dependencies the document has. After an error the document may
    /// be half changed and must be thrown away.
    pub(crate) fn apply(&mut self, change: automerge::Change) -> Result<(), RebuildError> {
        let hash = ChangeHash(change.hash().0);
        guarded(|| self.0.apply_changes([change]))?.map_err(|source| RebuildError::Refused {
            hash,
            source: Box::new(source),
        })?;
        match self.contains(&[hash]) {
            true => Ok(()),
            false => Err(RebuildError::Ignored { hash }),
        }
    }

    /// Whether the change is applied; being queued for want of a dependency is not enough.
    fn has(&self, hash: &automerge::ChangeHash) -> bool {
        self.0.get_change_meta_by_hash(hash).is_some()
    }

    /// What `change`, one of this document's, was when it was written.
    pub(crate) fn step(&self, change: &automerge::Change) -> Result<Step, Unspellable> {
        let live = |key: &Key| cells(key, self.0.get_all_at(ROOT, key.name(), change.deps()));
        let spelled = spelling::read(change, live)?;
        let keys = spelled.ops.iter().map(|op| op.key.clone());
        Ok(Step {
            hash: ChangeHash(change.hash().0),
            before: keys
                .map(|key| live(&key).map(|cells| (key, cells)))
                .collect::<Result<_, _>>()?,
            change: spelled,
        })
    }

    fn steps(&self) -> Result<BTreeMap<ChangeHash, Step>, Unspellable> {
        let changes = self.0.get_changes(&[]);
        let steps = changes.iter().map(|change| self.step(change));
        steps
            .map(|step| step.map(|step| (step.hash, step)))
            .collect()
    }

    fn row(&self) -> Result<Row, Unspellable> {
        let mut row = Row {
            heads: self.heads(),
            ..Row::default()
        };
        for change in self.0.get_changes_meta(&[]) {
            let state = ActorState {
                seq: change.seq,
                last: ChangeHash(change.hash.0),
            };
            let actor = spelling::actor(&change.actor)?;
            let latest = row.actors.get_or_insert(actor, || state);
            if latest.seq < state.seq {
                *latest = state;
            }
            row.max_op = row.max_op.max(change.max_op);
        }
        for name in self.0.keys(ROOT) {
            let key = spelling::key(&name)?;
            let live = cells(&key, self.0.get_all(ROOT, name))?;
            row.cells.insert(key, live);
        }
        Ok(row)
    }
}

/// The change through automerge's parser, or why not.
pub(crate) fn parse(change: &Change) -> Result<automerge::Change, RebuildError> {
    let hash = change.hash();
    spelling::parse(change).map_err(|error| match error {
        ParseError::Refused(source) => RebuildError::Unreadable {
            hash,
            source: Box::new(source),
        },
        ParseError::HashDiffers => RebuildError::HashDiffers { hash },
        ParseError::Panicked => Panicked.into(),
    })
}

/// What automerge shows under `key`, as cells ascending by op id.
fn cells(
    key: &Key,
    shown: Result<Vec<(Shown<'_>, ObjId)>, AutomergeError>,
) -> Result<Vec<Cell>, Unspellable> {
    let foreign = || Unspellable::Value { key: key.clone() };
    let cell = |(shown, id): (Shown<'_>, ObjId)| {
        let value = match &shown {
            Shown::Scalar(held) => scalar::value(held),
            Shown::Object(_) => None,
        };
        match (value, id) {
            (Some(value), ObjId::Id(counter, actor, _)) => {
                let actor = spelling::actor(&actor)?;
                let id = OpId { counter, actor };
                Ok(Cell { id, value })
            }
            _ => Err(foreign()),
        }
    };
    let shown = shown.map_err(|_| foreign())?;
    let mut cells = shown.into_iter().map(cell).collect::<Result<Vec<_>, _>>()?;
    cells.sort_unstable_by_key(|cell| cell.id);
    Ok(cells)
}

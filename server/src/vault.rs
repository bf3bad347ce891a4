//! The vault: the keys of residents' documents, kept outside the store so that they can be
//! forgotten.
//!
//! A store never overwrites what it once held, and its backups even less. So the store holds only
//! sealed documents, and the keys stand here, where a key that is destroyed is gone: its block is
//! written anew under a fresh block key without it, then the root that names the block keys, and
//! both old files are overwritten. Nothing but the root opens under the master secret.
//!
//! | file | holds | sealed under |
//! |---|---|---|
//! | `root` | generation, block keys, names destroyed so far, notes on them | the master secret |
//! | `block-{block}-{generation}` | the keys of one commune, ascending by name | its block key |
//! | `journal-{generation}` | keys made since the generation began, 80 bytes each | a key of the root |
//!
//! It promises that a key given out by [`Vault::obtain`] is on the disk when [`Vault::flush`]
//! returns, and never leads a second life under the same name. It knows no people and no store;
//! but it outlives stores that are restored, so who destroys keys may leave a note here
//! ([`Vault::note`]) from which a store that has forgotten the destruction is told of it again.
//! A key obtained for a bundle that is rejected in the end stays unused; it opens nothing.

use core::fmt;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use shared::hash::{derive, digest};
use shared::id::DocumentId;

use crate::secrets::{CannotUnseal, DataKey};

mod block;
mod files;
mod root;

use block::{Block, RECORD_BYTES, Record};
pub use files::{Files, Folder, Scratch};
use root::{BlockPlace, Root};

/// Blocks whose keys are kept open in memory; a commune of 6,000 dossiers has 300 KB.
pub const BLOCKS_OPEN_MAX: usize = 128;

/// Keys in the journal from which it is folded into the blocks, unless the blocks hold more than
/// four times as many: then a quarter of those, so that no key is written anew too often.
pub const JOURNAL_KEYS: u64 = 65_536;

/// Which block a key stands in: the number of the commune it was made in, for good.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct BlockId(pub u32);

impl BlockId {
    /// The block for keys of what has no place yet.
    pub const WAITING: Self = Self(u32::MAX);

    /// The block for what opens bundles.
    pub const OPENING: Self = Self(u32::MAX - 1);
}

/// What a key is known by: nothing about a person.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub struct KeyName(pub [u8; 16]);

impl From<DocumentId> for KeyName {
    fn from(dossier: DocumentId) -> Self {
        Self(dossier.0)
    }
}

impl KeyName {
    /// The key for groups that wait for a document whose id begins so.
    #[must_use]
    pub fn of_waiting(prefix: &[u8]) -> Self {
        Self(derive("sampan/waiting-key", &[prefix]))
    }
}

/// Why a key cannot be had or kept.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// A file cannot be read or written; nothing was acknowledged.
    #[error("the files of keys cannot be used")]
    Files(#[from] io::Error),
    /// A file does not open: damaged, or of another master secret. Restore the keys' backup.
    #[error("a file of keys does not open")]
    Sealed(#[from] CannotUnseal),
    /// A file is not what its name says. Restore the keys' backup.
    #[error("a file of keys cannot be read")]
    Unreadable(#[source] postcard::Error),
    /// The root names a file that is not there. Restore the keys' backup.
    #[error("a file of keys is missing")]
    Missing,
    /// The key was never here, or this is an older backup of the keys than of the store.
    #[error("a key is missing: restore the newest backup of the keys")]
    Lost,
}

/// The keys. Clones are handles to the same vault.
#[derive(Clone)]
pub struct Vault {
    inner: Arc<Inner>,
}

struct Inner {
    files: Box<dyn Files>,
    wrapping: DataKey,
    /// Held by whoever writes files, so that a second one waits and finds it done.
    writing: Mutex<()>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    root: Root,
    /// Keys that are in no block yet, each where it will be looked for: a name that came back with
    /// a restored store may have another block than before.
    fresh: BTreeMap<(BlockId, KeyName), DataKey>,
    /// Those of them that are not in the journal yet.
    unsaved: Vec<(BlockId, KeyName)>,
    /// Keys in the journal's file.
    journal_records: u64,
    /// An append failed half way: the journal must not be gone on with.
    is_torn: bool,
    open: BTreeMap<BlockId, (u64, Arc<Block>)>,
    uses: u64,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault")
    }
}

impl Vault {
    /// A vault that lives as long as its handles.
    ///
    /// # Panics
    /// Never: memory takes what it is given.
    #[must_use]
    pub fn in_memory(seed: [u8; 32]) -> Self {
        let wrapping = DataKey(digest("sampan/vault-in-memory", &[&seed]));
        Self::create(Scratch::default(), wrapping, seed).expect("memory takes what it is given")
    }

    /// Makes a vault where none is. `seed`: fresh random bytes, not derived from the master
    /// secret, or keys would outlive their destruction there.
    ///
    /// # Errors
    /// [`VaultError::Files`].
    pub fn create(
        files: impl Files + 'static,
        wrapping: DataKey,
        seed: [u8; 32],
    ) -> Result<Self, VaultError> {
        let root = Root::new(seed);
        files.replace(&root.journal_name(), &[])?;
        files.replace(root::NAME, &root.seal(&wrapping))?;
        Ok(Self::of(Box::new(files), wrapping, State::with(root)))
    }

    /// Opens the vault in `files`; what a crash left over is overwritten and removed.
    ///
    /// # Errors
    /// [`VaultError`].
    pub fn open(files: impl Files + 'static, wrapping: DataKey) -> Result<Self, VaultError> {
        let sealed = files.read(root::NAME)?.ok_or(VaultError::Missing)?;
        let root = Root::unseal(&sealed, &wrapping)?;
        let journal = files.read(&root.journal_name())?;
        let journal = journal.ok_or(VaultError::Missing)?;
        let needed: BTreeSet<String> = root.files().collect();
        for name in files.names()?.iter().filter(|name| !needed.contains(*name)) {
            files.remove(name)?;
        }
        let mut state = State::with(root);
        state.read_journal(&journal);
        let vault = Self::of(Box::new(files), wrapping, state);
        if vault.state().is_torn {
            vault.flush()?;
        }
        Ok(vault)
    }

    fn of(files: Box<dyn Files>, wrapping: DataKey, state: State) -> Self {
        let inner = Inner {
            files,
            wrapping,
            writing: Mutex::new(()),
            state: Mutex::new(state),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// The key under `name`, made of `fresh` if there is none. It must not be used for anything
    /// durable before [`Self::flush`] has returned.
    ///
    /// # Errors
    /// [`VaultError`]; a name whose key was destroyed gets none again: [`VaultError::Lost`].
    pub fn obtain(
        &self,
        block: BlockId,
        name: KeyName,
        fresh: DataKey,
    ) -> Result<DataKey, VaultError> {
        match self.key(block, name) {
            Ok(Some(key)) => return Ok(key),
            Ok(None) => return Err(VaultError::Lost),
            Err(VaultError::Lost) => {}
            Err(error) => return Err(error),
        }
        let mut state = self.state();
        // Somebody else may have made it meanwhile.
        if let Some(key) = state.fresh.get(&(block, name)) {
            return Ok(key.clone());
        }
        state.fresh.insert((block, name), fresh.clone());
        state.unsaved.push((block, name));
        Ok(fresh)
    }

    /// The key under `name`; `None` if it was destroyed.
    ///
    /// # Errors
    /// [`VaultError`].
    pub fn key(&self, block: BlockId, name: KeyName) -> Result<Option<DataKey>, VaultError> {
        {
            let state = self.state();
            if let Some(key) = state.fresh.get(&(block, name)) {
                return Ok(Some(key.clone()));
            }
            if state.root.destroyed.contains(&name) {
                return Ok(None);
            }
        }
        match self.block(block)?.get(name) {
            Some(key) => Ok(Some(key)),
            None => Err(VaultError::Lost),
        }
    }

    /// Makes every key that was given out durable.
    ///
    /// # Errors
    /// [`VaultError`]; nothing that was sealed with the new keys may be kept then.
    pub fn flush(&self) -> Result<(), VaultError> {
        if !self.has_unsaved() {
            return Ok(());
        }
        let _alone = self.writing();
        self.save()
    }

    /// Whether a key was given out that is not durable yet.
    #[must_use]
    pub fn has_unsaved(&self) -> bool {
        let state = self.state();
        state.is_torn || !state.unsaved.is_empty()
    }

    /// Destroys keys for good: when this returns no file has them, and what was sealed with them
    /// opens nowhere but in older backups of the keys. Names without a key are remembered, too.
    /// `seed`: fresh random bytes.
    ///
    /// # Errors
    /// [`VaultError`]; nothing is destroyed then, or nobody knows: do it again.
    pub fn destroy(&self, keys: &[(BlockId, KeyName)], seed: [u8; 32]) -> Result<(), VaultError> {
        let _alone = self.writing();
        let mut next = self.state().root.clone();
        next.renew(seed);
        next.destroyed.extend(keys.iter().map(|(_, name)| *name));
        self.fold(next, keys.iter().map(|(block, _)| *block).collect())
    }

    /// Keeps a note under a name whose key is about to be destroyed; it is durable when this
    /// returns, and counts from when the key is gone.
    ///
    /// # Errors
    /// [`VaultError`]; nothing is noted then, or nobody knows: do it again.
    pub fn note(&self, name: KeyName, note: Vec<u8>) -> Result<(), VaultError> {
        let _alone = self.writing();
        let mut next = self.state().root.clone();
        next.generation += 1;
        next.notes.insert(name, note);
        self.fold(next, BTreeSet::new())
    }

    /// The notes under names whose keys are destroyed, by name.
    #[must_use]
    pub fn notes(&self) -> Vec<(KeyName, Vec<u8>)> {
        let root = &self.state().root;
        let notes = root.notes.iter();
        let gone = notes.filter(|(name, _)| root.destroyed.contains(name));
        gone.map(|(name, note)| (*name, note.clone())).collect()
    }

    /// Every file as it is now, for a backup: all of one moment, and everything [`Self::flush`]
    /// ever made durable.
    ///
    /// # Errors
    /// [`VaultError`].
    pub fn snapshot(&self) -> Result<Vec<(String, Vec<u8>)>, VaultError> {
        let _alone = self.writing();
        let names = self.inner.files.names()?;
        let read = |name: String| {
            let bytes = self.inner.files.read(&name)?.ok_or(VaultError::Missing)?;
            Ok((name, bytes))
        };
        names.into_iter().map(read).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        let locked = self.inner.state.lock();
        locked.unwrap_or_else(PoisonError::into_inner)
    }

    fn writing(&self) -> MutexGuard<'_, ()> {
        let locked = self.inner.writing.lock();
        locked.unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends what is unsaved to the journal, or folds a journal that is long or torn.
    fn save(&self) -> Result<(), VaultError> {
        let mut state = self.state();
        if state.is_torn || state.journal_is_long() {
            let mut next = state.root.clone();
            drop(state);
            next.generation += 1;
            return self.fold(next, BTreeSet::new());
        }
        let names = core::mem::take(&mut state.unsaved);
        let (journal, records) = (state.root.journal_name(), state.journal_of(&names));
        drop(state);
        if names.is_empty() {
            return Ok(());
        }
        let saved = self.inner.files.append(&journal, &records);
        let mut state = self.state();
        if saved.is_ok() {
            state.journal_records += names.len() as u64;
        } else {
            state.is_torn = true;
            state.unsaved.extend(names);
        }
        Ok(saved?)
    }

    /// Writes the keys of the journal, and `also`, into blocks of the generation of `next`, then
    /// `next`; then removes what it replaces.
    fn fold(&self, mut next: Root, also: BTreeSet<BlockId>) -> Result<(), VaultError> {
        let (fresh, old) = {
            let state = self.state();
            (state.fresh.clone(), state.root.clone())
        };
        let mut touched: BTreeMap<BlockId, BTreeMap<KeyName, DataKey>> = also
            .into_iter()
            .map(|block| (block, BTreeMap::new()))
            .collect();
        for ((block, name), key) in &fresh {
            let keys = touched.entry(*block).or_default();
            keys.insert(*name, key.clone());
        }
        for (block, mut keys) in touched {
            keys.extend(self.block(block)?.entries());
            keys.retain(|name, _| !next.destroyed.contains(name));
            let key = next.block_key(block);
            let place = BlockPlace {
                generation: next.generation,
                keys: keys.len() as u64,
                key,
            };
            let name = place.file(block);
            let sealed = Block::of(keys).seal(&place.key, &name);
            self.inner.files.replace(&name, &sealed)?;
            next.blocks.insert(block, place);
        }
        self.inner.files.replace(&next.journal_name(), &[])?;
        let sealed = next.seal(&self.inner.wrapping);
        self.inner.files.replace(root::NAME, &sealed)?;
        self.state().begin(next.clone(), &fresh);
        let needed: BTreeSet<String> = next.files().collect();
        for name in old.files().filter(|name| !needed.contains(name)) {
            self.inner.files.remove(&name)?;
        }
        Ok(())
    }

    fn block(&self, id: BlockId) -> Result<Arc<Block>, VaultError> {
        let place = {
            let mut state = self.state();
            state.uses += 1;
            let now = state.uses;
            if let Some((used, block)) = state.open.get_mut(&id) {
                *used = now;
                return Ok(block.clone());
            }
            match state.root.blocks.get(&id) {
                Some(place) => place.clone(),
                None => return Ok(Arc::default()),
            }
        };
        let name = place.file(id);
        let Some(sealed) = self.inner.files.read(&name)? else {
            // It was written anew since its place was read.
            let is_current = self.state().root.blocks.get(&id) == Some(&place);
            return match is_current {
                true => Err(VaultError::Missing),
                false => self.block(id),
            };
        };
        let block = Arc::new(Block::unseal(&sealed, &place.key, &name)?);
        let mut state = self.state();
        if state.root.blocks.get(&id) == Some(&place) {
            state.keep_open(id, block.clone());
        }
        Ok(block)
    }
}

impl State {
    fn with(root: Root) -> Self {
        Self {
            root,
            ..Self::default()
        }
    }

    /// Takes in what the journal's file has. A record that does not open was never acknowledged:
    /// power failed while it was written.
    fn read_journal(&mut self, bytes: &[u8]) {
        let key = self.root.journal_key();
        for (n, sealed) in (0..).zip(bytes.chunks(RECORD_BYTES)) {
            match Record::unseal(sealed, &key, n) {
                Some(Record { block, name, key }) => {
                    self.fresh.insert((block, name), key);
                }
                None => self.is_torn = true,
            }
            self.journal_records += 1;
        }
    }

    fn journal_of(&self, names: &[(BlockId, KeyName)]) -> Vec<u8> {
        let key = self.root.journal_key();
        let known = names.iter().filter_map(|&(block, name)| {
            let key = self.fresh.get(&(block, name))?.clone();
            Some(Record { block, name, key })
        });
        let sealed = (self.journal_records..).zip(known);
        sealed
            .flat_map(|(n, record)| record.seal(&key, n))
            .collect()
    }

    fn journal_is_long(&self) -> bool {
        let in_blocks: u64 = self.root.blocks.values().map(|place| place.keys).sum();
        self.journal_records >= JOURNAL_KEYS.max(in_blocks / 4)
    }

    /// Goes on with another root, whose blocks have everything in `folded`.
    fn begin(&mut self, root: Root, folded: &BTreeMap<(BlockId, KeyName), DataKey>) {
        self.fresh.retain(|place, _| !folded.contains_key(place));
        self.unsaved = self.fresh.keys().copied().collect();
        self.journal_records = 0;
        self.is_torn = false;
        let kept = |id: &BlockId| root.blocks.get(id) == self.root.blocks.get(id);
        self.open.retain(|id, _| kept(id));
        self.root = root;
    }

    fn keep_open(&mut self, id: BlockId, block: Arc<Block>) {
        if self.open.len() >= BLOCKS_OPEN_MAX {
            let oldest = self.open.iter().min_by_key(|(_, (used, _))| *used);
            if let Some(oldest) = oldest.map(|(id, _)| *id) {
                self.open.remove(&oldest);
            }
        }
        self.open.insert(id, (self.uses, block));
    }
}

#[cfg(test)]
mod tests;

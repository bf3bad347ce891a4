//! One input being worked out on a candidate state.
//!
//! Handlers change the candidate through [`Work`], which remembers what was touched; what has to
//! be written follows from that at the end and cannot be forgotten.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_bytes::Bytes;
use shared::bundle::{SealError, Serial};
use shared::engine::Engine;
use shared::facts::Detail;
use shared::hash;
use shared::id::{DocumentId, StreamId};
use shared::limits::{FREEZE_BYTES_MAX, FREEZE_CHANGES_MAX};
use shared::page::Page;
use shared::row::Row;
use shared::time::UnixSeconds;

use crate::confirmed::{Home, StoredStream};
use crate::effect::{Effect, Notice, Store, Write};
use crate::mine::{Own, OwnId, OwnState};
use crate::outbox::{FrozenBundle, OpenBundle, Sealing, StoredBundle, bundle_key};
use crate::pages::Changed;
use crate::search::Found;
use crate::state::{NotAcceptedEntry, State};
use crate::stored::{self, ALONE_KEY, DEVICE_KEY, LOANS_KEY, UNTOLD_KEY};
use crate::vault::Vault;

/// A candidate state with what led to it.
pub(crate) struct Work<'a, E> {
    pub(crate) engine: &'a E,
    pub(crate) vault: &'a mut Vault,
    pub(crate) now: UnixSeconds,
    pub(crate) state: State,
    /// To be done once the candidate is stored.
    pub(crate) effects: Vec<Effect>,
    seed: [u8; 32],
    drawn: u32,
    touched: Touched,
}

#[derive(Default)]
struct Touched {
    device: bool,
    alone_marks: bool,
    loans: bool,
    untold: bool,
    everything_in_rows: bool,
    tail: bool,
    streams: BTreeSet<StreamId>,
    rows: BTreeSet<(Home, DocumentId)>,
    saves: BTreeSet<u64>,
    bundles: BTreeSet<Serial>,
    not_accepted: BTreeSet<u64>,
    found: BTreeSet<DocumentId>,
    writes: Vec<Write>,
}

impl Touched {
    /// Whether nothing that a pull request speaks of has changed.
    fn leaves_requests_true(&self) -> bool {
        !self.device && !self.loans && !self.untold && self.streams.is_empty()
    }
}

/// What came of the work.
pub(crate) struct Worked {
    pub(crate) state: State,
    pub(crate) writes: Vec<Write>,
    pub(crate) effects: Vec<Effect>,
}

impl<'a, E: Engine> Work<'a, E> {
    pub(crate) fn new(
        engine: &'a E,
        vault: &'a mut Vault,
        state: State,
        now: UnixSeconds,
        seed: [u8; 32],
    ) -> Self {
        Self {
            engine,
            vault,
            now,
            state,
            effects: Vec::new(),
            seed,
            drawn: 0,
            touched: Touched::default(),
        }
    }

    /// Fresh randomness grown from the input's seed.
    pub(crate) fn draw(&mut self) -> [u8; 32] {
        self.drawn += 1;
        hash::digest(
            "sampan/client-seed",
            &[&self.seed, &self.drawn.to_le_bytes()],
        )
    }

    pub(crate) fn show(&mut self, notice: Notice) {
        let effect = Effect::Show(notice);
        if !self.effects.contains(&effect) {
            self.effects.push(effect);
        }
    }

    pub(crate) fn row(&self, root: &DocumentId) -> Row {
        self.state.row(self.engine, root)
    }

    pub(crate) fn root(&self, id: &DocumentId) -> DocumentId {
        self.state.confirmed.root(id)
    }

    pub(crate) fn touch_device(&mut self) {
        self.touched.device = true;
    }

    pub(crate) fn touch_stream(&mut self, id: StreamId) {
        self.touched.streams.insert(id);
    }

    pub(crate) fn touch_row(&mut self, home: Home, document: DocumentId) {
        self.touched.rows.insert((home, document));
        self.touched.found.insert(document);
    }

    /// Something in the row pages must not survive: they are all written anew.
    pub(crate) fn rewrite_rows(&mut self) {
        self.touched.everything_in_rows = true;
    }

    pub(crate) fn touch_alone_marks(&mut self) {
        self.touched.alone_marks = true;
    }

    pub(crate) fn touch_loans(&mut self) {
        self.touched.loans = true;
    }

    pub(crate) fn touch_untold(&mut self) {
        self.touched.untold = true;
    }

    /// Has screens and search look at this document again.
    pub(crate) fn touch_found(&mut self, root: DocumentId) {
        self.touched.found.insert(root);
    }

    pub(crate) fn touch_bundle(&mut self, serial: Serial) {
        self.touched.bundles.insert(serial);
    }

    pub(crate) fn write(&mut self, write: Write) {
        self.touched.writes.push(write);
    }

    /// Keeps a pulled page as history.
    pub(crate) fn keep_page(&mut self, page: &Page) {
        let key = stored::facts_key(page.stream, page.after);
        let write = stored::put_sealed(self.vault, Store::Facts, &key, page);
        self.write(write);
    }

    /// Adds an own change to *mine*.
    pub(crate) fn add_own(&mut self, at: UnixSeconds, own: Own) {
        let root = self.root(&own.document);
        self.touched.saves.insert(own.id.save);
        self.touched.found.insert(root);
        self.state.mine.insert(at, root, own);
    }

    pub(crate) fn update_own(&mut self, id: OwnId, change: impl FnOnce(&mut Own)) {
        self.touched.saves.insert(id.save);
        self.state.mine.update(id, change);
    }

    /// Takes a change out of *mine*, and out of the open bundle if it travels there.
    pub(crate) fn remove_own(&mut self, id: OwnId) -> Option<Own> {
        let own = self.state.mine.remove(id)?;
        let root = self.root(&own.document);
        self.touched.saves.insert(id.save);
        self.touched.found.insert(root);
        let tail = self.state.outbox.tail.as_ref();
        if tail.is_some_and(|tail| tail.changes().contains(&id)) {
            self.touched.tail = true;
        }
        Some(own)
    }

    /// Has these changes of one save travel in the open bundle, and seals it again.
    ///
    /// # Errors
    /// [`SealError`] if they do not even fit a bundle of their own; nothing was placed then.
    pub(crate) fn place(&mut self, ids: &[OwnId], detail: Detail) -> Result<(), SealError> {
        let crowded = |tail: &OpenBundle| {
            !tail.changes().is_empty() && tail.changes().len() + ids.len() > FREEZE_CHANGES_MAX
        };
        if self.state.outbox.tail.as_ref().is_some_and(crowded) {
            self.freeze_tail()?;
        }
        let before = self.state.outbox.tail.clone();
        match self.try_place(ids, detail) {
            Err(SealError::TooLong) if before.is_some() => {
                self.state.outbox.tail = before;
                self.freeze_tail()?;
                self.try_place(ids, detail)?;
            }
            other => other?,
        }
        let tail = self.state.outbox.tail.as_ref();
        let full = |tail: &OpenBundle| {
            tail.changes().len() >= FREEZE_CHANGES_MAX || tail.facts_bytes() >= FREEZE_BYTES_MAX
        };
        if tail.is_some_and(full) {
            self.freeze_tail()?;
        }
        Ok(())
    }

    /// Ends the open bundle; the next save begins another.
    pub(crate) fn freeze_tail(&mut self) -> Result<(), SealError> {
        self.reseal_if_touched()?;
        let Some(frozen) = self.state.outbox.tail.take().and_then(OpenBundle::freeze) else {
            return Ok(());
        };
        self.keep_frozen(frozen);
        Ok(())
    }

    /// Adds an entry to what was not accepted.
    pub(crate) fn not_accept(&mut self, entry: NotAcceptedEntry) {
        let number = self.state.device.next_not_accepted;
        self.state.device.next_not_accepted += 1;
        self.touch_device();
        self.touched.not_accepted.insert(number);
        self.state.not_accepted.insert(number, Arc::new(entry));
        self.show(Notice::NotAccepted);
    }

    pub(crate) fn dismiss(&mut self, number: u64) {
        if self.state.not_accepted.remove(&number).is_some() {
            self.touched.not_accepted.insert(number);
        }
    }

    /// The candidate with all its writes.
    pub(crate) fn finish(mut self) -> Worked {
        if self.reseal_if_touched().is_err() {
            // The rest of the bundle was sealed before and is still stored as it was.
            self.touched.tail = false;
        }
        let found = core::mem::take(&mut self.touched.found);
        if !found.is_empty() {
            self.show(Notice::Changed);
        }
        for root in found {
            self.look_again(root);
        }
        if !self.touched.leaves_requests_true() {
            self.leave_pull_ahead();
            self.leave_belief();
        }
        let writes = self.writes();
        Worked {
            state: self.state,
            writes,
            effects: self.effects,
        }
    }

    fn try_place(&mut self, ids: &[OwnId], detail: Detail) -> Result<(), SealError> {
        let device = &self.state.device;
        let (serial, previous) = (device.next_serial(), device.chain.previous);
        let begin = || OpenBundle::begin(serial, previous);
        let tail = self.state.outbox.tail.get_or_insert_with(begin);
        tail.add(ids, detail);
        for id in ids {
            self.update_own(*id, |own| {
                own.serial = serial;
                own.state = OwnState::Waiting;
            });
        }
        self.touched.tail = true;
        self.reseal_if_touched()
    }

    fn reseal_if_touched(&mut self) -> Result<(), SealError> {
        if !core::mem::take(&mut self.touched.tail) {
            return Ok(());
        }
        let seed = self.draw();
        let Some(mut tail) = self.state.outbox.tail.take() else {
            return Ok(());
        };
        let serial = tail.serial();
        self.touched.bundles.insert(serial);
        let mine = &self.state.mine;
        if !tail.changes().iter().any(|id| mine.get(*id).is_some()) {
            // Nothing is left to say and the number never left the phone: the next save has it.
            return Ok(());
        }
        let device = &self.state.device;
        let Some(to) = device
            .server
            .as_ref()
            .and_then(|server| server.keys.sealing.first().copied())
        else {
            self.state.outbox.tail = Some(tail);
            return Ok(());
        };
        let key = device.signing_key();
        let sealing = Sealing {
            to,
            key: &key,
            seed,
        };
        let vault = &mut *self.vault;
        let hide = |keys: &[u8]| vault.seal(Store::Outbox, &bundle_key(serial), keys);
        let sealed = tail.seal(mine, sealing, hide);
        self.state.outbox.tail = Some(tail);
        sealed
    }

    fn keep_frozen(&mut self, frozen: FrozenBundle) {
        let chain = &mut self.state.device.chain;
        chain.previous = Some(frozen.id());
        chain.next = frozen.serial().number.next().unwrap_or(chain.next);
        self.touched.bundles.insert(frozen.serial());
        self.state.outbox.frozen.insert(frozen.serial(), frozen);
        self.touch_device();
    }

    fn look_again(&mut self, root: DocumentId) {
        let row = self.row(&root);
        let is_shown = self.root(&root) == root && !self.is_stub(&root);
        match Found::of(&row) {
            Some(found) if is_shown => {
                self.state.found.insert(root, Arc::new(found));
            }
            _ => {
                self.state.found.remove(&root);
            }
        }
    }

    /// Whether nothing of the document is left here but what an edit needs.
    fn is_stub(&self, root: &DocumentId) -> bool {
        let alone = (self.state.confirmed.held(root)).is_some_and(|(home, _)| home == Home::Alone);
        alone && self.state.mine.of(root).next().is_none()
    }

    fn writes(&mut self) -> Vec<Write> {
        let touched = core::mem::take(&mut self.touched);
        let mut writes = touched.writes;
        for serial in touched.bundles {
            writes.push(self.bundle_write(serial));
        }
        for save in touched.saves {
            let key = stored::number_key(save);
            writes.push(match self.state.mine.save(save) {
                Some(record) => stored::put_sealed(self.vault, Store::Journal, &key, &**record),
                None => delete(Store::Journal, &key),
            });
        }
        for number in touched.not_accepted {
            let key = stored::number_key(number);
            writes.push(match self.state.not_accepted.get(&number) {
                Some(entry) => stored::put_sealed(self.vault, Store::NotAccepted, &key, &**entry),
                None => delete(Store::NotAccepted, &key),
            });
        }
        for id in touched.streams {
            writes.push(self.stream_write(id));
        }
        let changed = match touched.everything_in_rows {
            true => Changed::All,
            false => Changed::Some(touched.rows),
        };
        let state = &mut self.state;
        writes.extend(state.pages.write(&mut state.confirmed, changed, self.vault));
        if touched.alone_marks {
            let marks = &*self.state.confirmed.alone_marks;
            writes.push(stored::put_sealed(
                self.vault,
                Store::Meta,
                ALONE_KEY,
                marks,
            ));
        }
        if touched.loans {
            let loans = &*self.state.confirmed.loans;
            writes.push(stored::put_sealed(
                self.vault,
                Store::Meta,
                LOANS_KEY,
                loans,
            ));
        }
        if touched.untold {
            let untold = &*self.state.untold;
            writes.push(stored::put_sealed(
                self.vault,
                Store::Meta,
                UNTOLD_KEY,
                untold,
            ));
        }
        if touched.device {
            let device = &self.state.device;
            writes.push(stored::put_sealed(
                self.vault,
                Store::Meta,
                DEVICE_KEY,
                device,
            ));
        }
        writes
    }

    fn bundle_write(&self, serial: Serial) -> Write {
        let key = bundle_key(serial);
        let outbox = &self.state.outbox;
        if let Some(frozen) = outbox.frozen.get(&serial) {
            let stored = StoredBundle::Frozen(frozen.clone());
            return stored::put_plain(Store::Outbox, &key, &stored);
        }
        match &outbox.tail {
            Some(tail) if tail.serial() == serial => {
                let stored = StoredBundle::Open(tail.clone());
                stored::put_plain(Store::Outbox, &key, &stored)
            }
            _ => delete(Store::Outbox, &key),
        }
    }

    fn stream_write(&mut self, id: StreamId) -> Write {
        let key = stored::stream_key(id);
        let Some(stream) = self.state.confirmed.streams.get(&id) else {
            return delete(Store::Meta, &key);
        };
        let stored = StoredStream {
            id,
            cursor: stream.cursor,
            head: stream.head,
            marks: Arc::clone(&stream.marks),
            spoilt: stream.spoilt,
        };
        stored::put_sealed(self.vault, Store::Meta, &key, &stored)
    }
}

/// The write that deletes one key.
pub(crate) fn delete(store: Store, key: &[u8]) -> Write {
    Write::Delete {
        store,
        key: key.to_vec(),
    }
}

/// Bytes as a stored value.
pub(crate) fn put_bytes(store: Store, key: &[u8], bytes: &[u8]) -> Write {
    stored::put_plain(store, key, &Bytes::new(bytes))
}

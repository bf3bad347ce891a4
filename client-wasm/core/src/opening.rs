//! From stored records to an open phone; and what a phone can do while it is locked.
//!
//! A locked phone holds only what is sealed: it can hand out and send bundles, and keeps the
//! receipts it gets for later. What cannot be read is never taken for empty: the phone then
//! stays locked and writes nothing over it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use shared::bundle::Serial;
use shared::engine::Engine;
use shared::hash;
use shared::id::DocumentId;
use shared::names::Names;
use shared::receipt::Receipt;
use shared::signed::Signed;
use shared::time::UnixSeconds;

use crate::client::Open;
use crate::confirmed::{Confirmed, Home, StoredStream, Stream};
use crate::custody::Custody;
use crate::device::Device;
use crate::effect::{Effect, Notice, Store, Write};
use crate::input::{History, Input, PostAnswer, Record, Spared};
use crate::limits::INBOX_RECEIPTS_MAX;
use crate::mine::{Mine, SaveRecord};
use crate::outbox::{FrozenBundle, OpenBundle, Outbox, StoredBundle, bundle_key};
use crate::pages::Directory;
use crate::search::Found;
use crate::sending;
use crate::state::State;
use crate::stored::{
    self, ALONE_KEY, BELIEF_KEY, DEVICE_KEY, LOANS_KEY, NAMES_KEY, PULL_AHEAD_KEY, UNTOLD_KEY,
    Unreadable,
};
use crate::vault::Vault;
use crate::wiping::{Belief, wiped};
use crate::work::{Work, delete};

/// A phone whose data key is not here.
#[derive(Clone)]
pub(crate) struct Locked {
    records: Arc<Vec<Record>>,
    outbox: Outbox,
    custody: Custody,
    history: History,
    seed: [u8; 32],
    /// What came while locked, with its keys in [`Store::Inbox`].
    inbox: Vec<Record>,
    /// The pull request that was signed when the phone was last open.
    pull_ahead: Option<Vec<u8>>,
    /// What an order to forget everything is believed by.
    belief: Option<Belief>,
    /// Such an order has come.
    must_wipe: bool,
    posting: Option<Serial>,
    /// Posts in a row that nobody answered.
    failures: u32,
    /// Bundles that were answered while locked; proven only once unlocked.
    heard: BTreeSet<Serial>,
    /// Whether something did not open although the key is right.
    pub(crate) unreadable: bool,
}

/// The key in [`Store::Inbox`] of the newest answer to a pull; receipts have keys of 16 bytes.
const ANSWER_KEY: &[u8] = b"answer";

/// What lists show of each document as its row stands in the pages, and whose row that is.
type Seen = BTreeMap<DocumentId, (Home, Option<Arc<Found>>)>;

/// What has to be stored, and what follows from it.
pub(crate) type Outcome = (Vec<Write>, Vec<Effect>);

impl Locked {
    pub(crate) fn read(
        stored: Vec<Record>,
        history: History,
        seed: [u8; 32],
    ) -> Result<Self, Store> {
        let (mut outbox, mut custody) = (Outbox::default(), Custody::default());
        let (mut pull_ahead, mut belief) = (None, None);
        for record in of(&stored, Store::Outbox) {
            if record.key == PULL_AHEAD_KEY {
                pull_ahead = Some(record.value.clone());
                continue;
            }
            if record.key == BELIEF_KEY {
                // One that cannot be read is made anew once the phone is open.
                belief = stored::read_plain(Store::Outbox, &record.value).ok();
                continue;
            }
            let read = stored::read_plain(Store::Outbox, &record.value);
            match read.map_err(|Unreadable(store)| store)? {
                StoredBundle::Open(tail) => outbox.tail = Some(tail),
                StoredBundle::Frozen(frozen) => {
                    outbox.frozen.insert(frozen.serial(), frozen);
                }
            }
        }
        for record in of(&stored, Store::Custody) {
            custody
                .load(&record.value)
                .map_err(|Unreadable(store)| store)?;
        }
        let inbox: Vec<Record> = of(&stored, Store::Inbox).cloned().collect();
        let heard = inbox.iter().filter_map(claimed_serial).collect();
        Ok(Self {
            records: Arc::new(stored),
            outbox,
            custody,
            history,
            seed,
            inbox,
            pull_ahead,
            belief,
            must_wipe: false,
            posting: None,
            failures: 0,
            heard,
            unreadable: false,
        })
    }

    /// Works out an input that needs no data key. Nor does an order to forget everything, once what
    /// is sealed was offered to the server.
    pub(crate) fn handle(&mut self, input: Input, now: UnixSeconds) -> Outcome {
        self.must_wipe |= self.is_order(&input);
        let (mut writes, mut effects) = self.work_out(input, now);
        if self.must_wipe && self.posting.is_none() {
            let (more, last) = self.wipe();
            writes.extend(more);
            effects.extend(last);
        }
        (writes, effects)
    }

    fn is_order(&self, input: &Input) -> bool {
        let bytes = match input {
            Input::Pulled { bytes, .. } | Input::Receipt { bytes, .. } => bytes,
            Input::Posted {
                answer: PostAnswer::Receipt(bytes),
                ..
            } => bytes,
            _ => return false,
        };
        self.belief
            .as_ref()
            .is_some_and(|belief| belief.is_order(bytes))
    }

    fn wipe(&mut self) -> Outcome {
        let said = self.belief.take().map(Belief::into_said);
        self.must_wipe = false;
        let (mut writes, _) = self.erase(Spared::Sealed);
        let (last, effects) = wiped(said);
        writes.extend(last);
        (writes, effects)
    }

    fn work_out(&mut self, input: Input, now: UnixSeconds) -> Outcome {
        match input {
            Input::HandOut { .. } => {
                let writes = self.freeze();
                let bundles = sending::carried(&mut self.outbox);
                let request = self.pull_ahead.clone();
                let notes = Vec::new();
                let given = Effect::HandOut {
                    bundles,
                    request,
                    notes,
                };
                (writes, vec![given])
            }
            Input::Reachable { .. } | Input::Tick { .. } => {
                if matches!(input, Input::Reachable { .. }) {
                    self.failures = 0;
                }
                let (writes, mut effects) = self.send();
                let bytes = self.pull_ahead.take();
                effects.extend(bytes.map(|bytes| Effect::Pull { bytes }));
                (writes, effects)
            }
            // The order is not kept: what is sealed goes out, then all is forgotten.
            Input::Pulled { .. } if self.must_wipe => self.send(),
            Input::Pulled { bytes, .. } => self.keep(ANSWER_KEY, &bytes),
            Input::Posted {
                serial,
                answer: PostAnswer::Receipt(bytes),
                ..
            } => {
                self.posting = None;
                self.failures = 0;
                self.heard.insert(serial);
                let mut outcome = self.keep_receipt(&bytes);
                let (writes, effects) = self.send();
                outcome.0.extend(writes);
                outcome.1.extend(effects);
                outcome.1.push(Effect::Show(Notice::Changed));
                outcome
            }
            Input::Posted { seed, .. } => {
                self.posting = None;
                let at = now.plus(sending::pause(self.failures, seed));
                self.failures = self.failures.saturating_add(1);
                (Vec::new(), vec![Effect::Schedule { at }])
            }
            Input::Receipt { bytes, .. } => {
                let mut outcome = self.keep_receipt(&bytes);
                if self.must_wipe {
                    self.heard.extend(claimed_serial_of(&bytes));
                    let (writes, effects) = self.send();
                    outcome.0.extend(writes);
                    outcome.1.extend(effects);
                }
                outcome
            }
            Input::Erase(spared) => self.erase(spared),
            _ => Outcome::default(),
        }
    }

    /// Opens everything. On an error nothing has changed.
    pub(crate) fn unlock(
        &self,
        engine: &impl Engine,
        data_key: [u8; 32],
        now: UnixSeconds,
        seed: [u8; 32],
    ) -> Result<(Open, Outcome), Notice> {
        let mut vault = Vault::new(data_key, hash::digest("sampan/start", &[&self.seed, &seed]));
        let found = self.record(Store::Meta, DEVICE_KEY);
        let is_new = found.is_none();
        let mut state = match found {
            None if self.holds_anything_sealed() => return Err(Notice::Unreadable(Store::Meta)),
            None => State::new(Device::new(hash::digest("sampan/device-seed", &[&seed]))),
            Some(record) => {
                let plain = vault
                    .open(Store::Meta, DEVICE_KEY, &record.value)
                    .map_err(|_| Notice::WrongKey)?;
                let device = stored::read_plain(Store::Meta, &plain);
                State::new(device.map_err(unreadable)?)
            }
        };
        let seen = self.load(&mut state, &vault).map_err(unreadable)?;
        let mut work = Work::new(engine, &mut vault, state, now, seed);
        if is_new {
            work.touch_device();
            work.take_over_outbox();
        }
        work.begin(self.history, seen);
        for kept in &self.inbox {
            match kept.key == ANSWER_KEY {
                true => work.pulled(&kept.value),
                false => {
                    work.receipt(&kept.value);
                }
            }
            work.write(delete(Store::Inbox, &kept.key));
        }
        work.show(Notice::Ready);
        work.drive();
        let worked = work.finish();
        let open = Open {
            state: worked.state,
            vault,
        };
        Ok((open, (worked.writes, worked.effects)))
    }

    /// Records in bundles that nobody has answered yet.
    pub(crate) fn waiting(&self) -> usize {
        let unanswered = self.outbox.unanswered();
        let frozen = unanswered.filter(|bundle| !self.heard.contains(&bundle.serial()));
        let tail = self.outbox.tail.iter().flat_map(OpenBundle::changes);
        let changes = frozen.flat_map(FrozenBundle::changes).chain(tail);
        let records: BTreeSet<u64> = changes.map(|id| id.save).collect();
        records.len()
    }

    fn load(&self, state: &mut State, vault: &Vault) -> Result<Seen, Unreadable> {
        for record in of(&self.records, Store::Meta) {
            if stored::is_stream_key(&record.key) {
                let stream = stored::read_sealed(vault, Store::Meta, &record.key, &record.value)?;
                add_stream(&mut state.confirmed, stream);
            }
        }
        if let Some(record) = self.record(Store::Meta, ALONE_KEY) {
            state.confirmed.alone_marks = Arc::new(stored::read_sealed(
                vault,
                Store::Meta,
                ALONE_KEY,
                &record.value,
            )?);
        }
        if let Some(record) = self.record(Store::Meta, NAMES_KEY) {
            // Whatever another version left there, the server tells them again.
            let read = stored::read_sealed(vault, Store::Meta, NAMES_KEY, &record.value);
            if let Ok((names, learned)) = read {
                let names: Names = names;
                state.names = Some(Arc::new(names));
                state.names_learned = learned;
            }
        }
        if let Some(record) = self.record(Store::Meta, LOANS_KEY) {
            let loans = stored::read_sealed(vault, Store::Meta, LOANS_KEY, &record.value)?;
            state.confirmed.loans = Arc::new(loans);
        }
        if let Some(record) = self.record(Store::Meta, UNTOLD_KEY) {
            let untold = stored::read_sealed(vault, Store::Meta, UNTOLD_KEY, &record.value)?;
            state.untold = Arc::new(untold);
        }
        let seen = self.load_rows(&mut state.pages, &mut state.confirmed, vault)?;
        state.mine = self.load_mine(&state.confirmed, vault)?;
        for record in of(&self.records, Store::NotAccepted) {
            let number = stored::number_of(Store::NotAccepted, &record.key)?;
            let entry = stored::read_sealed(vault, Store::NotAccepted, &record.key, &record.value)?;
            state.not_accepted.insert(number, Arc::new(entry));
        }
        state.belief = self.belief.clone().map(Arc::new);
        state.outbox = self.outbox.clone();
        state.custody = self.custody.clone();
        Ok(seen)
    }

    fn load_rows(
        &self,
        pages: &mut Directory,
        confirmed: &mut Confirmed,
        vault: &Vault,
    ) -> Result<Seen, Unreadable> {
        let bad = Unreadable(Store::Rows);
        let mut seen = Seen::new();
        let mut records: Vec<&Record> = of(&self.records, Store::Rows).collect();
        records.sort_by(|a, b| a.key.cmp(&b.key));
        for record in records {
            let key = record.key.as_slice().try_into().map_err(|_| bad)?;
            let plain = vault
                .open(Store::Rows, &record.key, &record.value)
                .map_err(|_| bad)?;
            pages
                .load(
                    confirmed,
                    (u32::from_be_bytes(key), &plain),
                    |home, id, row| {
                        seen.insert(id, (home, Found::of(row).map(Arc::new)));
                    },
                )
                .map_err(|_| bad)?;
        }
        Ok(seen)
    }

    fn load_mine(&self, confirmed: &Confirmed, vault: &Vault) -> Result<Mine, Unreadable> {
        let mut mine = Mine::default();
        for record in of(&self.records, Store::Journal) {
            let save: SaveRecord =
                stored::read_sealed(vault, Store::Journal, &record.key, &record.value)?;
            for own in save.changes {
                mine.insert(save.at, confirmed.root(&own.document), own);
            }
        }
        Ok(mine)
    }

    fn send(&mut self) -> Outcome {
        if self.posting.is_some() {
            return Outcome::default();
        }
        let waits = |outbox: &Outbox, heard: &BTreeSet<Serial>| {
            let mut unanswered = outbox.unanswered();
            unanswered
                .find(|bundle| !heard.contains(&bundle.serial()))
                .map(|bundle| (bundle.serial(), bundle.bytes().to_vec()))
        };
        let mut writes = Vec::new();
        let mut next = waits(&self.outbox, &self.heard);
        if next.is_none() {
            writes = self.freeze();
            next = waits(&self.outbox, &self.heard);
        }
        let Some((serial, bytes)) = next else {
            return (writes, Vec::new());
        };
        self.posting = Some(serial);
        (writes, vec![Effect::Post { serial, bytes }])
    }

    fn freeze(&mut self) -> Vec<Write> {
        let Some(frozen) = self.outbox.tail.take().and_then(OpenBundle::freeze) else {
            return Vec::new();
        };
        let (serial, key) = (frozen.serial(), bundle_key(frozen.serial()));
        let stored = StoredBundle::Frozen(frozen.clone());
        self.outbox.frozen.insert(serial, frozen);
        vec![stored::put_plain(Store::Outbox, &key, &stored)]
    }

    fn keep_receipt(&mut self, bytes: &[u8]) -> Outcome {
        let key = hash::derive::<16>("sampan/inbox", &[bytes]);
        if self.inbox.len() >= INBOX_RECEIPTS_MAX {
            return Outcome::default();
        }
        self.keep(&key, bytes)
    }

    /// Keeps bytes until somebody unlocks; under one key only the newest.
    fn keep(&mut self, key: &[u8], bytes: &[u8]) -> Outcome {
        self.inbox.retain(|record| record.key != key);
        let (store, key, value) = (Store::Inbox, key.to_vec(), bytes.to_vec());
        self.inbox.push(Record {
            store,
            key: key.clone(),
            value: value.clone(),
        });
        (vec![Write::Put { store, key, value }], Vec::new())
    }

    /// Forgets what was written of people, on the disk and here. A request signed ahead goes too:
    /// its answer would bring names.
    fn erase(&mut self, spared: Spared) -> Outcome {
        let is_spared = |store: &Store| match spared {
            Spared::Sealed => matches!(store, Store::Outbox | Store::Custody),
            Spared::Nothing => false,
        };
        let gone = Store::ALL.into_iter().filter(|store| !is_spared(store));
        let mut writes: Vec<Write> = gone
            .map(|store| Write::DeletePrefix {
                store,
                prefix: Vec::new(),
            })
            .collect();
        writes.push(delete(Store::Outbox, PULL_AHEAD_KEY));
        let records = self.records.iter();
        self.records = Arc::new(records.filter(|r| is_spared(&r.store)).cloned().collect());
        self.inbox = Vec::new();
        self.pull_ahead = None;
        if spared == Spared::Nothing {
            (self.outbox, self.custody) = (Outbox::default(), Custody::default());
            self.heard = BTreeSet::new();
        }
        (writes, Vec::new())
    }

    fn record(&self, store: Store, key: &[u8]) -> Option<&Record> {
        of(&self.records, store).find(|record| record.key == key)
    }

    fn holds_anything_sealed(&self) -> bool {
        let is_spared = |store| matches!(store, Store::Inbox | Store::Custody | Store::Outbox);
        let sealed = |record: &Record| !is_spared(record.store);
        self.records.iter().any(sealed)
    }
}

impl<E: Engine> Work<'_, E> {
    /// Brings what was loaded into working order.
    fn begin(&mut self, history: History, seen: Seen) {
        self.catch_up_chain();
        if history == History::Uncertain && self.state.knows_server() {
            self.begin_life();
        }
        if self.state.outbox.tail.is_some() {
            self.state.sender.tail_due = Some(self.now);
        }
        self.prune_returns();
        for (id, (home, found)) in seen {
            let confirmed = &self.state.confirmed;
            let is_shown = confirmed.root(&id) == id
                && home != Home::Alone
                && confirmed.held(&id).is_some_and(|(from, _)| from == home);
            match found {
                Some(found) if is_shown => {
                    self.state.found.insert(id, found);
                }
                None if is_shown => {}
                _ => self.touch_found(self.root(&id)),
            }
        }
        let mine: Vec<_> = self.state.mine.roots().copied().collect();
        for root in mine {
            self.touch_found(root);
        }
        self.show_notes();
    }

    /// While locked, the tail may have been frozen without the device's record.
    fn catch_up_chain(&mut self) {
        let (life, next) = (self.state.device.incarnation, self.state.device.chain.next);
        let last =
            self.state.outbox.frozen.values().rev().find(|bundle| {
                bundle.serial().incarnation == life && bundle.serial().number >= next
            });
        if let Some(last) = last {
            let (id, number) = (last.id(), last.serial().number);
            let chain = &mut self.state.device.chain;
            chain.previous = Some(id);
            chain.next = number.next().unwrap_or(number);
            self.touch_device();
        }
    }
}

/// Which bundle a kept receipt says it answers: enough not to send that again before somebody
/// unlocks and it is proven.
fn claimed_serial(kept: &Record) -> Option<Serial> {
    let is_receipt = kept.key != ANSWER_KEY;
    is_receipt.then(|| claimed_serial_of(&kept.value)).flatten()
}

fn claimed_serial_of(receipt: &[u8]) -> Option<Serial> {
    let receipt = Signed::<Receipt>::read(receipt).ok()?;
    Some(receipt.claimed().serial)
}

fn add_stream(confirmed: &mut Confirmed, stored: StoredStream) {
    if stored.spoilt {
        let refill = Arc::new(Stream::refill(stored.head));
        confirmed.refills.insert(stored.id, refill);
    }
    let stream = Stream {
        cursor: stored.cursor,
        head: stored.head,
        marks: stored.marks,
        spoilt: stored.spoilt,
        ..Stream::default()
    };
    confirmed.streams.insert(stored.id, Arc::new(stream));
}

fn of(records: &[Record], store: Store) -> impl Iterator<Item = &Record> {
    records.iter().filter(move |record| record.store == store)
}

fn unreadable(Unreadable(store): Unreadable) -> Notice {
    Notice::Unreadable(store)
}

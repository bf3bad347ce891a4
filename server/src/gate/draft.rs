//! A draft: the ledger as it will be once the bundle is committed.

use std::collections::{BTreeMap, BTreeSet};

use shared::bundle::Serial;
use shared::derive::Hashed;
use shared::engine::{Edit, Engine as _, RowEngine, Slot};
use shared::entry::{Entry, Logged};
use shared::facts::Author;
use shared::hash::digest;
use shared::id::{BundleId, Companion, DeviceId, DocumentId, StreamId, UnitId};
use shared::kind::Kind;
use shared::limits::CHANGE_OPS_MAX;
use shared::receipt::{Receipt, Verdict};
use shared::tally::{Contributions, contributions, difference};
use shared::value::Value;

use super::Moment;
use crate::ledger::audit::{Act, Audited, Who, append_audit};
use crate::ledger::closed::drop_closed;
use crate::ledger::device::{ChainEnd, DeviceRecord, put_device};
use crate::ledger::document::{
    Alias, Document, Found, Place, drop_document, is_personal, put_alias, put_document,
};
use crate::ledger::history::{append_change, append_mark};
use crate::ledger::key::{KeyPlace, block_of, put_key};
use crate::ledger::loan::LoanRecord;
use crate::ledger::noted::{drop_marked, drop_note, put_note};
use crate::ledger::receipt::{Answered, put_receipt, serial_key, signed};
use crate::ledger::tag::TagRecord;
use crate::ledger::target::put_target;
use crate::ledger::union::put_union;
use crate::ledger::waiting::{Decision, HeldChange, Waiting, held_hash, put_held};
use crate::ledger::{Ledger, LedgerError, Read};
use crate::secrets::{DataKey, Tag};
use crate::store::{Commit, Expect, Put, Store, Table, TallyDelta, Version};
use crate::vault::{BlockId, KeyName};

/// A document being worked on.
#[derive(Debug, Clone)]
pub(super) struct Working {
    /// The document as it is now.
    pub(super) document: Document,
    /// What it counted for when it was read.
    before: Contributions,
    /// Its changes, once they were needed; kept up to date.
    history: Option<Vec<Hashed>>,
    /// The changes this draft has added.
    pub(super) added: Vec<Hashed>,
    /// Whether it has to be written.
    dirty: bool,
    /// Whether this draft has put keys in it or united it with another: what waits for it, and what
    /// it may be the same as, must be looked at again.
    pub(super) touched: bool,
}

impl Working {
    /// Shows another row from now on.
    pub(super) fn replace(&mut self, row: shared::row::Row) {
        self.document.row = row;
        self.dirty = true;
    }

    /// Whether the ledger does not know it yet.
    fn begins(&self) -> bool {
        self.document.version == Version::ABSENT
    }
}

/// The state of one bundle's admission.
pub(super) struct Draft<'l, S> {
    pub(super) ledger: &'l Ledger<S>,
    pub(super) moment: Moment<'l>,
    pub(super) documents: BTreeMap<DocumentId, Working>,
    /// Documents that begin with this draft and were united into others by it.
    begun_and_joined: Vec<DocumentId>,
    aliases: BTreeMap<DocumentId, Option<Alias>>,
    devices: BTreeMap<DeviceId, Read<DeviceRecord>>,
    loans: BTreeMap<DeviceId, Vec<LoanRecord>>,
    answers: BTreeMap<Serial, (Version, Option<u64>, Answered)>,
    pub(super) tags: BTreeMap<Tag, TagRecord>,
    /// Documents whose first change this draft refuses.
    pub(super) refused: BTreeSet<DocumentId>,
    /// What this draft holds or refuses, by its key: what one bundle woke another may bring again.
    kept: BTreeMap<Vec<u8>, (HeldChange, Logged)>,
    /// What documents that were taken away counted for.
    gone: Vec<Contributions>,
    commit: Commit,
}

impl<'l, S: Store> Draft<'l, S> {
    pub(super) fn new(ledger: &'l Ledger<S>, moment: Moment<'l>) -> Self {
        Self {
            ledger,
            moment,
            documents: BTreeMap::new(),
            begun_and_joined: Vec::new(),
            aliases: BTreeMap::new(),
            devices: BTreeMap::new(),
            loans: BTreeMap::new(),
            answers: BTreeMap::new(),
            tags: BTreeMap::new(),
            refused: BTreeSet::new(),
            kept: BTreeMap::new(),
            gone: Vec::new(),
            commit: Commit::default(),
        }
    }

    /// Reads the document into the draft; where its id leads elsewhere, says where.
    pub(super) async fn open(&mut self, id: DocumentId) -> Result<Option<Alias>, LedgerError> {
        if self.documents.contains_key(&id) {
            return Ok(None);
        }
        if let Some(alias) = self.aliases.get(&id) {
            return Ok(*alias);
        }
        let alias = match self.ledger.document(id).await? {
            Found::Nothing => None,
            Found::Alias(alias) => Some(alias),
            Found::Document(document) => {
                self.expect(Table::Row, id.0.to_vec(), document.version);
                let before = contributions(&document.row);
                let working = Working {
                    document: *document,
                    before,
                    history: None,
                    added: Vec::new(),
                    dirty: false,
                    touched: false,
                };
                self.documents.insert(id, working);
                return Ok(None);
            }
        };
        self.aliases.insert(id, alias);
        Ok(alias)
    }

    /// The documents that begin with this draft, whatever became of them since.
    pub(super) fn begun(&self) -> impl Iterator<Item = DocumentId> {
        let begun = (self.documents.iter()).filter(|(_, working)| working.begins());
        let joined = self.begun_and_joined.iter().copied();
        begun.map(|(id, _)| *id).chain(joined)
    }

    /// Every id the document was ever known by: its own, and those of the documents united into it.
    pub(super) fn names(&self, id: DocumentId) -> Vec<DocumentId> {
        let joined = self.documents.get(&id).map(|w| &w.document.place.joined);
        core::iter::once(id)
            .chain(joined.into_iter().flatten().copied())
            .collect()
    }

    /// What is held or refused of the document, under whichever of its names it came, but for
    /// what this draft brings into the log.
    pub(super) async fn held(
        &self,
        id: DocumentId,
    ) -> Result<Vec<Waiting<HeldChange>>, LedgerError> {
        let added = self.documents.get(&id).map(|working| &working.added);
        let mut found = Vec::new();
        for name in self.names(id) {
            found.extend(self.ledger.held_for(name).await?);
            let is_known = |key: &Vec<u8>| found.iter().any(|waiting| waiting.key == *key);
            let new = self.kept.range(name.0.to_vec()..);
            let new = new.take_while(|(key, _)| key.starts_with(&name.0));
            let new: Vec<_> = new.filter(|(key, _)| !is_known(key)).collect();
            found.extend(new.into_iter().map(|(key, (record, _))| Waiting {
                key: key.clone(),
                version: Version::ABSENT,
                record: record.clone(),
            }));
        }
        for waiting in &mut found {
            if let Some((kept, _)) = self.kept.get(&waiting.key) {
                waiting.record = kept.clone();
            }
        }
        found.retain(|waiting| {
            let hash = held_hash(&waiting.key);
            !(added.into_iter().flatten()).any(|(known, _)| Some(*known) == hash)
        });
        Ok(found)
    }

    /// Keeps a change aside under the document's present name, and nowhere else.
    pub(super) fn keep(
        &mut self,
        document: DocumentId,
        (held, logged): (HeldChange, Logged),
        earlier: Option<&Waiting<HeldChange>>,
    ) {
        if let Some(earlier) = earlier {
            self.kept.remove(&earlier.key);
            self.put(earlier.remove(Table::Held).1);
        }
        let put = put_held(document, logged.hash, &held);
        self.kept.insert(put.key.clone(), (held, logged));
        self.put(put);
    }

    /// The held change itself. What this draft keeps may be sealed with a key that stands nowhere
    /// yet.
    pub(super) async fn opened(
        &self,
        waiting: &Waiting<HeldChange>,
    ) -> Result<Logged, LedgerError> {
        match self.kept.get(&waiting.key) {
            Some((_, logged)) => Ok(logged.clone()),
            None => self.ledger.opened(&waiting.record).await,
        }
    }

    /// Whether the change that was to begin this document was refused.
    pub(super) async fn refuses(&self, id: DocumentId) -> Result<bool, LedgerError> {
        if self.refused.contains(&id) {
            return Ok(true);
        }
        for waiting in self.ledger.held_for(id).await? {
            if let Decision::Refused(_) = waiting.record.decision {
                let refused = self.ledger.opened(&waiting.record).await?;
                if refused.change.deps.is_empty() {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// Whether the dossier, under any of its names, is lent to the device, or was not long ago.
    pub(super) async fn is_lent(
        &mut self,
        device: DeviceId,
        dossier: DocumentId,
    ) -> Result<bool, LedgerError> {
        if !self.loans.contains_key(&device) {
            let loans = self.ledger.loans(device).await?;
            self.loans.insert(device, loans);
        }
        let (names, now) = (self.names(dossier), self.moment.now);
        let mut takes = self.loans[&device]
            .iter()
            .filter(|loan| loan.takes_work(now));
        Ok(takes.any(|record| names.iter().any(|name| record.loan.dossiers.contains(name))))
    }

    /// Begins a document that is nowhere yet.
    pub(super) async fn begin(&mut self, id: DocumentId, place: Place) -> Result<(), LedgerError> {
        let key = self.key_for(place.kind, place.sealed_under, place.stream.unit);
        let key = key.await?;
        self.expect(Table::Row, id.0.to_vec(), Version::ABSENT);
        let document = Document {
            version: Version::ABSENT,
            place,
            key,
            row: shared::row::Row::default(),
        };
        let before = Contributions::default();
        let working = Working {
            document,
            before,
            history: Some(Vec::new()),
            added: Vec::new(),
            dirty: true,
            touched: true,
        };
        self.documents.insert(id, working);
        Ok(())
    }

    /// The key a new document of `unit` is sealed with: its dossier's, made when that is new.
    pub(super) async fn key_for(
        &mut self,
        kind: Kind,
        dossier: DocumentId,
        unit: UnitId,
    ) -> Result<DataKey, LedgerError> {
        if !is_personal(kind) {
            return Ok(self.ledger.secrets().commons().clone());
        }
        let companions = [Companion::Identity, Companion::Case];
        let companions = companions.map(|which| dossier.companion(which));
        for id in core::iter::once(dossier).chain(companions) {
            let kept = |working: &&Working| working.document.place.sealed_under == dossier;
            if let Some(working) = self.documents.get(&id).filter(kept) {
                return Ok(working.document.key.clone());
            }
        }
        if self.ledger.key_place(dossier).await?.is_some() {
            let key = self.ledger.key_of(dossier).await?;
            return key.ok_or(LedgerError::Contradiction(
                "a new document of an erased one",
            ));
        }
        let block = block_of(unit, self.moment.units, self.moment.now.local_day());
        self.put(put_key(dossier, KeyPlace::In(block)));
        self.new_key(block, dossier.into())
    }

    /// The key of groups that wait for what begins with `prefix`.
    pub(super) fn waiting_key(&mut self, prefix: &[u8]) -> Result<DataKey, LedgerError> {
        self.new_key(BlockId::WAITING, KeyName::of_waiting(prefix))
    }

    /// The key under `name`, made now unless it was made before.
    fn new_key(&mut self, block: BlockId, name: KeyName) -> Result<DataKey, LedgerError> {
        let fresh = DataKey(digest("sampan/document-key", &[&self.moment.seed, &name.0]));
        Ok(self.ledger.secrets().vault().obtain(block, name, fresh)?)
    }

    /// The changes of a document, from the first. Read only when first asked for: whoever edits
    /// what the row shows needs none of them.
    pub(super) async fn history(&mut self, id: DocumentId) -> Result<&[Hashed], LedgerError> {
        let working = self.documents.get_mut(&id).ok_or(NOT_OPEN)?;
        if working.history.is_none() {
            let Document { place, key, .. } = &working.document;
            let mut history = self.ledger.history(id, place, key).await?;
            history.extend_from_slice(&working.added);
            working.history = Some(history);
        }
        Ok(working.history.as_deref().unwrap_or_default())
    }

    /// Folds a change into its document and appends it to the stream.
    pub(super) async fn store(
        &mut self,
        id: DocumentId,
        logged: Logged,
    ) -> Result<(), LedgerError> {
        let working = self.documents.get_mut(&id).ok_or(NOT_OPEN)?;
        RowEngine
            .fold(&mut working.document.row, &logged.change)
            .map_err(|_| LedgerError::Contradiction("a derived change does not fold"))?;
        let hashed = (logged.hash, logged.change.clone());
        if let Some(history) = &mut working.history {
            history.push(hashed.clone());
        }
        working.added.push(hashed);
        self.commit.appends.push(append_change(
            &working.document.place,
            &working.document.key,
            &logged,
        ));
        working.document.place.entries += 1;
        (working.dirty, working.touched) = (true, true);
        Ok(())
    }

    /// Makes `joined` part of `survivor`: their rows, histories and figures.
    pub(super) async fn join(
        &mut self,
        survivor: DocumentId,
        joined: DocumentId,
    ) -> Result<(), LedgerError> {
        let is_read = |working: &Working| working.history.is_some();
        if [survivor, joined]
            .iter()
            .any(|id| self.documents.get(id).is_some_and(is_read))
        {
            self.history(survivor).await?;
            self.history(joined).await?;
        }
        let other = self.documents.remove(&joined).ok_or(NOT_OPEN)?;
        if other.begins() {
            self.begun_and_joined.push(joined);
        }
        let working = self.documents.get_mut(&survivor).ok_or(NOT_OPEN)?;
        let place = &mut working.document.place;
        place.joined.push(joined);
        place.joined.extend(other.document.place.joined);
        // Changes under either name get index entries by this count: it must pass both.
        place.entries += other.document.place.entries;
        let said = (place.kind, &other.document.row);
        let commons = self.ledger.secrets().commons();
        self.commit.puts.extend(drop_note(joined, said, commons));
        working.document.row.unite(other.document.row);
        if let Some(history) = &mut working.history {
            history.extend(other.history.unwrap_or_default());
        }
        working.added.extend(other.added);
        for (key, count) in other.before {
            *working.before.entry(key).or_default() += count;
        }
        // What waits for either may have waited for both.
        (working.dirty, working.touched) = (true, true);
        let mark = Entry::United { survivor, joined };
        self.commit
            .appends
            .push(append_mark(working.document.place.stream, mark));
        self.lead(joined, Alias::United(survivor));
        self.commit.puts.push(drop_document(joined));
        Ok(())
    }

    /// Takes a document away for good, with the places of its changes, and leaves tombstones; gives
    /// what it counted for.
    pub(super) async fn wipe(&mut self, id: DocumentId) -> Result<Contributions, LedgerError> {
        let erased = |document| (Entry::Erased { document }, Alias::Erased);
        self.take_away(id, erased).await
    }

    /// As [`Self::wipe`], but each of the document's names goes on as `to` says, and what it
    /// counted for is counted where it goes on.
    pub(super) async fn leave(
        &mut self,
        id: DocumentId,
        to: impl Fn(DocumentId) -> DocumentId,
    ) -> Result<(), LedgerError> {
        let refounded = |from| {
            let to = to(from);
            (Entry::Refounded { from, to }, Alias::Refounded(to))
        };
        self.take_away(id, refounded).await?;
        Ok(())
    }

    /// Takes a document away under all its names, its own last: until then readers find it.
    async fn take_away(
        &mut self,
        id: DocumentId,
        trace: impl Fn(DocumentId) -> (Entry, Alias),
    ) -> Result<Contributions, LedgerError> {
        let names = self.names(id);
        let gone = self.documents.remove(&id).ok_or(NOT_OPEN)?;
        let stream = gone.document.place.stream;
        for joined in &gone.document.place.joined {
            self.put(put_union(stream.unit, *joined, None));
        }
        for name in names.into_iter().rev() {
            let (mark, alias) = trace(name);
            self.commit.appends.push(append_mark(stream, mark));
            self.lead(name, alias);
            self.put(drop_closed(name));
            for key in self.ledger.history_keys(name).await? {
                self.put(Put {
                    table: Table::History,
                    key,
                    bytes: None,
                });
            }
        }
        self.put(drop_document(id));
        let said = (gone.document.place.kind, &gone.document.row);
        let commons = self.ledger.secrets().commons();
        self.commit.puts.extend(drop_note(id, said, commons));
        self.gone.push(gone.before.clone());
        Ok(gone.before)
    }

    /// Takes one name of a document away whose key is gone, whether or not it is there.
    pub(super) async fn take_away_unread(
        &mut self,
        name: DocumentId,
        stream: Option<StreamId>,
    ) -> Result<(), LedgerError> {
        self.lead(name, Alias::Erased);
        self.put(drop_document(name));
        self.put(drop_closed(name));
        self.put(drop_marked(name));
        for key in self.ledger.history_keys(name).await? {
            self.put(Put {
                table: Table::History,
                key,
                bytes: None,
            });
        }
        if let Some(stream) = stream {
            self.put(put_union(stream.unit, name, None));
            let mark = Entry::Erased { document: name };
            self.commit.appends.push(append_mark(stream, mark));
        }
        Ok(())
    }

    /// Begins a document by the server, or goes on with one: puts as many changes as they need.
    pub(super) async fn write(
        &mut self,
        (document, created): (DocumentId, Option<u32>),
        author: Author,
        puts: Vec<(Slot, Value)>,
    ) -> Result<(), LedgerError> {
        for chunk in puts.chunks(CHANGE_OPS_MAX) {
            let edit = Edit {
                actor: author.actor(document),
                time: self.moment.now,
                puts: chunk.to_vec(),
            };
            let working = self.documents.get(&document).ok_or(NOT_OPEN)?;
            let Some(change) = RowEngine.edit(&working.document.row, &edit) else {
                continue;
            };
            let is_first = change.deps.is_empty();
            let logged = Logged {
                document,
                author,
                created: created.filter(|_| is_first),
                upon_all_shown: !is_first,
                hash: change.hash(),
                change,
            };
            self.store(document, logged).await?;
        }
        Ok(())
    }

    /// Writes down what a device did, or caused.
    pub(super) fn audit(&mut self, device: DeviceId, act: Act) {
        let (at, who) = (self.moment.now, Who::Device(device));
        let entry = append_audit(&Audited { at, who, act });
        self.commit.appends.push(entry);
    }

    /// Makes an id lead elsewhere.
    pub(super) fn lead(&mut self, id: DocumentId, alias: Alias) {
        self.aliases.insert(id, Some(alias));
        self.commit.puts.push(put_alias(id, alias));
    }

    pub(super) fn expect(&mut self, table: Table, key: Vec<u8>, version: Version) {
        self.commit.expect.push(Expect {
            table,
            key,
            version,
        });
    }

    /// Expects that a document that was not found is still not there, if it is not begun here.
    pub(super) fn expect_nothing(&mut self, id: DocumentId) {
        if !self.documents.contains_key(&id) {
            self.expect(Table::Row, id.0.to_vec(), Version::ABSENT);
        }
    }

    pub(super) fn put(&mut self, put: Put) {
        self.commit.puts.push(put);
    }

    /// The device's record, to be read or changed.
    pub(super) async fn device(
        &mut self,
        device: DeviceId,
    ) -> Result<&mut DeviceRecord, LedgerError> {
        if !self.devices.contains_key(&device) {
            let found = self.ledger.device(device).await?;
            self.expect(Table::Device, device.0.to_vec(), found.version);
            self.devices.insert(device, found);
        }
        let record = self
            .devices
            .get_mut(&device)
            .and_then(|found| found.record.as_mut());
        record.ok_or(LedgerError::Contradiction(
            "a bundle of a device that is not enrolled",
        ))
    }

    /// Notes that a bundle arrived.
    pub(super) async fn heard_from(
        &mut self,
        serial: Serial,
        (previous, bundle): (Option<BundleId>, BundleId),
    ) -> Result<(), LedgerError> {
        let now = self.moment.now;
        let record = self.device(serial.device).await?;
        record.heard = now;
        let end = ChainEnd {
            number: serial.number.0,
            bundle,
        };
        record.follow_chain(serial.incarnation, (previous, end));
        Ok(())
    }

    /// Notes that a device sent what honest software cannot make, or newer software has made.
    pub(super) async fn flag(&mut self, device: DeviceId) -> Result<(), LedgerError> {
        let now = self.moment.now;
        let record = self.device(device).await?;
        record.heard = now;
        record.rejected = record.rejected.saturating_add(1);
        Ok(())
    }

    /// Prepares the receipt for a bundle.
    pub(super) async fn answer(
        &mut self,
        serial: Serial,
        bundle: BundleId,
        verdict: Verdict,
    ) -> Result<(), LedgerError> {
        let act = Act::Answered {
            serial,
            bundle,
            taken: matches!(verdict, Verdict::Taken(_)),
        };
        self.audit(serial.device, act);
        let found = self.ledger.answered(serial).await?;
        let receipt = Receipt {
            epoch: self.moment.epoch,
            serial,
            bundle,
            received: self.moment.now,
            verdict,
            backed_up_to: None,
            sealing_keys: self.ledger.secrets().public().sealing,
            wipe: None,
        };
        self.issue(serial, found, receipt).await
    }

    /// Changes outcomes of a bundle that was answered before; its receipt is issued again.
    pub(super) async fn amend(
        &mut self,
        serial: Serial,
        changed: &[(u32, shared::receipt::Outcome)],
    ) -> Result<(), LedgerError> {
        let found = match self.answers.get(&serial) {
            Some((version, _, answered)) => Read {
                version: *version,
                record: Some(answered.clone()),
            },
            None => self.ledger.answered(serial).await?,
        };
        let Some(answered) = found.record.clone() else {
            return Err(LedgerError::Contradiction(
                "a waiting change without a receipt",
            ));
        };
        let Verdict::Taken(outcomes) = &answered.receipt.verdict else {
            return Err(LedgerError::Contradiction(
                "a waiting change of a rejected bundle",
            ));
        };
        let mut outcomes = outcomes.to_vec();
        for (position, outcome) in changed {
            if let Some(place) = outcomes.get_mut(*position as usize) {
                *place = *outcome;
            }
        }
        let receipt = Receipt {
            verdict: super::taken(outcomes),
            ..answered.receipt
        };
        self.issue(serial, found, receipt).await
    }

    async fn issue(
        &mut self,
        serial: Serial,
        found: Read<Answered>,
        receipt: Receipt,
    ) -> Result<(), LedgerError> {
        let record = self.device(serial.device).await?;
        record.receipts += 1;
        let issue = record.receipts;
        let replaced = match self.answers.get(&serial) {
            Some((_, replaced, _)) => *replaced,
            None => {
                self.expect(Table::Receipt, serial_key(serial), found.version);
                found.record.map(|answered| answered.issue)
            }
        };
        let answered = Answered {
            bundle: receipt.bundle,
            issue,
            receipt,
        };
        self.answers
            .insert(serial, (found.version, replaced, answered));
        Ok(())
    }

    /// The signed receipt of a bundle this draft answers.
    pub(super) fn receipt_of(&self, serial: Serial) -> Result<Vec<u8>, LedgerError> {
        let (_, _, answered) = self.answers.get(&serial).ok_or(NOT_OPEN)?;
        let key = self.ledger.secrets().signing();
        let device = self.devices.get(&serial.device);
        let device = device.and_then(|read| read.record.as_ref());
        // Kept without the order, for the phone may be found again; sent with it while it is lost.
        let receipt = Receipt {
            wipe: device.and_then(DeviceRecord::wipe_ordered),
            ..answered.receipt.clone()
        };
        signed(receipt, self.moment.epoch, key)
    }

    /// Everything that is to be written.
    pub(super) fn finish(mut self) -> Commit {
        let mut deltas: BTreeMap<shared::tally::TallyKey, i64> = BTreeMap::new();
        for (id, working) in self.documents.iter().filter(|(_, working)| working.dirty) {
            self.commit.puts.push(put_document(*id, &working.document));
            let says = (working.document.place.kind, &working.document.row);
            let commons = self.ledger.secrets().commons();
            self.commit.puts.extend(put_note(*id, says, commons));
            let place = &working.document.place;
            if place.kind == Kind::Target && working.touched {
                self.commit.puts.push(put_target(place.stream.unit, *id));
            }
            let after = contributions(&working.document.row);
            for (key, delta) in difference(&working.before, &after) {
                *deltas.entry(key).or_default() += delta;
            }
        }
        for (key, count) in self.gone.iter().flatten() {
            *deltas.entry(*key).or_default() -= count;
        }
        let counted = deltas.into_iter().filter(|(_, delta)| *delta != 0);
        self.commit
            .tallies
            .extend(counted.map(|(key, delta)| TallyDelta {
                unit: key.unit,
                indicator: key.indicator.code(),
                day: key.day,
                team: key.team,
                delta,
            }));
        for (device, found) in &self.devices {
            if let Some(record) = &found.record {
                self.commit.puts.push(put_device(*device, record));
            }
        }
        for (_, replaced, answered) in self.answers.values() {
            self.commit.puts.extend(put_receipt(answered, *replaced));
        }
        self.commit
    }
}

/// A document is worked on before it was opened: our own mistake, reported instead of panicking.
pub(super) const NOT_OPEN: LedgerError = LedgerError::Contradiction("a document was not opened");

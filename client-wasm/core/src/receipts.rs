//! Receipts: what the server says became of each change.
//!
//! They may come in any order, twice, and for former lives; a change only ever moves to a more
//! final state, so every order ends the same.

use std::sync::Arc;

use shared::bundle::Serial;
use shared::engine::Engine;
use shared::id::DocumentId;
use shared::receipt::{
    BackedUpTo, Outcome, Receipt, RefuseReason, RejectReason, Rejection, Verdict,
};
use shared::signed;
use shared::time::UnixSeconds;

use crate::confirmed::{Held, Home, Stream};
use crate::effect::Notice;
use crate::limits::{KEEP_SENT_SECONDS, REISSUES_MAX, TOO_NEW_RETRY_SECONDS};
use crate::mine::{Own, OwnId, OwnState};
use crate::work::Work;

impl<E: Engine> Work<'_, E> {
    /// Takes in a receipt from anywhere. Whether it was one that means something here.
    pub(crate) fn receipt(&mut self, bytes: &[u8]) -> bool {
        let Some(server) = &self.state.device.server else {
            return false;
        };
        let epoch = server.epoch;
        let receipt = match signed::verify::<Receipt>(bytes, &server.keys.signing) {
            Ok(receipt) => receipt,
            Err(error) => {
                self.show(Notice::Unusable(error.code().to_owned()));
                return false;
            }
        };
        if receipt.serial.device != self.state.device.id {
            self.custody_receipt(&receipt, bytes);
            return true;
        }
        if receipt.epoch < epoch {
            // From before the server was restored: what it promised may be lost.
            return true;
        }
        if receipt.epoch > epoch {
            self.new_epoch(receipt.epoch, receipt.backed_up_to);
        }
        self.learn_from(&receipt);
        self.judge(&receipt);
        self.wipe_ordered_by(&receipt);
        true
    }

    /// The server was restored from a backup: everything after it is sent and pulled again.
    pub(crate) fn new_epoch(&mut self, epoch: u32, backed_up_to: Option<BackedUpTo>) {
        if let Some(server) = &mut self.state.device.server {
            server.epoch = epoch;
        }
        let device = &mut self.state.device;
        device.backed_up_to = backed_up_to;
        device.receipts_upto = 0;
        // Assignments are numbered anew from wherever the restored server stands.
        if let Some(assignment) = &mut device.assignment {
            assignment.version = 0;
        }
        self.begin_life_as_it_is();
        let lost: Vec<Serial> = (self.state.outbox.frozen.keys())
            .filter(|serial| !covers(backed_up_to, **serial))
            .copied()
            .collect();
        for serial in lost {
            if let Some(bundle) = self.state.outbox.frozen.get_mut(&serial) {
                bundle.answered = None;
                bundle.not_before = None;
            }
            self.touch_bundle(serial);
        }
        let mine: Vec<OwnId> = (self.state.mine.all())
            .filter(|own| !covers(backed_up_to, own.serial))
            .filter(|own| own.state.rank() > OwnState::Rejected(RejectReason::Fork).rank())
            .map(|own| own.id)
            .collect();
        for id in mine {
            self.update_own(id, |own| own.state = OwnState::Waiting);
        }
        let streams: Vec<_> = self.state.confirmed.streams.keys().copied().collect();
        for id in streams {
            // Nobody knows yet how much of it the restored server has.
            if let Some(stream) = self.state.confirmed.streams.get_mut(&id) {
                Arc::make_mut(stream).head = 0;
            }
            self.spoil(id);
        }
    }

    /// Notes how far bundles are in the server's backup.
    pub(crate) fn backed_up(&mut self, to: Option<BackedUpTo>) {
        if to > self.state.device.backed_up_to {
            self.state.device.backed_up_to = to;
            self.touch_device();
        }
    }

    /// Lets go of bundles that are safe elsewhere, and of old ones where the server has just told
    /// its time: a phone whose clock is years off would think that it has kept them long enough.
    pub(crate) fn prune_sent(&mut self, told: Option<UnixSeconds>) {
        let backed_up_to = self.state.device.backed_up_to;
        let done: Vec<Serial> = (self.state.outbox.frozen.values())
            .filter(|bundle| {
                let Some(at) = bundle.answered else {
                    return false;
                };
                covers(backed_up_to, bundle.serial())
                    || told.is_some_and(|now| at.plus(KEEP_SENT_SECONDS) <= now)
            })
            // A later receipt may still have to be matched with these.
            .filter(|bundle| {
                let mine = &self.state.mine;
                let waits = |id: &OwnId| mine.get(*id).is_some();
                !bundle.changes().iter().any(waits)
            })
            .map(|bundle| bundle.serial())
            .collect();
        for serial in done {
            self.state.outbox.frozen.remove(&serial);
            self.touch_bundle(serial);
        }
    }

    /// Confirms what was received in documents that no page will bring here.
    pub(crate) fn settle(&mut self, root: &DocumentId) {
        loop {
            let row = self.row(root);
            let first = self.state.mine.of(root).next();
            let Some(own) = first.filter(|own| own.state == OwnState::Received) else {
                return;
            };
            if self.state.is_followed(root, &row, own.audience) {
                return;
            }
            let id = own.id;
            let change = own.change.clone();
            let mut confirmed = self.state.confirmed.row(root).unwrap_or_default();
            // What it stands on may be gone with a stream that was left: then nothing is kept.
            if self.engine.fold(&mut confirmed, &change).is_ok() {
                // Whoever may not read the stream keeps no values from it either.
                let kept = Held::new(&confirmed.stub());
                self.state.confirmed.alone.insert(*root, kept);
                self.touch_row(Home::Alone, *root);
            }
            self.remove_own(id);
        }
    }

    /// Has a stream pulled anew from its start. What is here stays visible until then.
    pub(crate) fn spoil(&mut self, id: shared::id::StreamId) {
        if let Some(stream) = self.state.confirmed.streams.get_mut(&id) {
            Arc::make_mut(stream).spoilt = true;
            let refill = Stream::refill(stream.head);
            self.state.confirmed.refills.insert(id, Arc::new(refill));
            self.touch_stream(id);
        }
    }

    fn learn_from(&mut self, receipt: &Receipt) {
        self.backed_up(receipt.backed_up_to);
        let device = &mut self.state.device;
        // Not the latest: a clock that once ran ahead would stay believed.
        device.last_heard = Some(self.now);
        if let Some(server) = &mut device.server
            && !receipt.sealing_keys.is_empty()
            && device.last_keys < receipt.received
        {
            device.last_keys = receipt.received;
            server.keys.sealing.clone_from(&receipt.sealing_keys);
        }
        self.touch_device();
    }

    fn judge(&mut self, receipt: &Receipt) {
        let serial = receipt.serial;
        let Some(bundle) = self.state.outbox.frozen.get(&serial) else {
            return;
        };
        if bundle.id() != receipt.bundle {
            // Somebody else sealed under this life's numbers: a copy of this phone is at work.
            if bundle.answered.is_none() && !self.forked(serial, None) {
                self.show(Notice::Rejected(RejectReason::Fork));
            }
            return;
        }
        let (changes, is_full) = (bundle.changes().to_vec(), bundle.is_full());
        match &receipt.verdict {
            Verdict::Taken(outcomes) if outcomes.len() != changes.len() => {
                self.show(Notice::Unusable("receipt-length".to_owned()));
            }
            Verdict::Taken(outcomes) => {
                self.answered(serial, receipt.received);
                let is_understood = |outcome: &Outcome| *outcome != Outcome::AskFull;
                if outcomes.iter().any(is_understood) {
                    self.state.device.reissues = 0;
                }
                let ahead = |(id, outcome): (&OwnId, &Outcome)| {
                    let refused = *outcome == Outcome::Refused(RefuseReason::Clock);
                    refused && self.state.mine.get(*id).is_some()
                };
                if changes.iter().zip(outcomes.iter()).any(ahead) {
                    self.begin_life();
                }
                for (id, outcome) in changes.iter().zip(outcomes.iter()) {
                    match *outcome {
                        Outcome::AskFull if is_full => self.not_understood(*id, serial),
                        outcome => self.outcome(*id, outcome, receipt),
                    }
                }
                self.settle_all(&changes);
            }
            Verdict::Rejected(rejection) => {
                self.answered(serial, receipt.received);
                self.rejected(serial, &changes, rejection);
            }
            Verdict::TooNew => {
                let again = self.now.plus(TOO_NEW_RETRY_SECONDS);
                if let Some(bundle) = self.state.outbox.frozen.get_mut(&serial) {
                    bundle.not_before = Some(again);
                }
                self.touch_bundle(serial);
            }
        }
    }

    fn answered(&mut self, serial: Serial, at: UnixSeconds) {
        if let Some(bundle) = self.state.outbox.frozen.get_mut(&serial) {
            bundle.answered.get_or_insert(at);
            bundle.not_before = None;
        }
        self.touch_bundle(serial);
    }

    fn outcome(&mut self, id: OwnId, outcome: Outcome, receipt: &Receipt) {
        let Some(own) = self.state.mine.get(id) else {
            return;
        };
        let travels_elsewhere = own.serial != receipt.serial;
        match outcome {
            Outcome::Stored | Outcome::Known => self.raise(id, OwnState::Received),
            Outcome::Parked => self.raise(id, OwnState::Parked),
            Outcome::Held(reason) => self.raise(id, OwnState::Held(reason)),
            Outcome::Rebase { survivor } => self.rebase(id, survivor),
            Outcome::Refused(RefuseReason::Clock) => self.redo_clock(id, receipt.received),
            Outcome::Refused(reason) => self.refuse(id, reason),
            Outcome::AskFull if travels_elsewhere => {}
            Outcome::AskFull => self.send_full(id),
        }
    }

    /// It was spelled out, and the server still reads something else in it, or has no room for
    /// more that waits. The same bytes would be asked for without end: what is left is to write it
    /// anew upon what the server shows, once that has come.
    fn not_understood(&mut self, id: OwnId, serial: Serial) {
        let misplaced = OwnState::Rejected(RejectReason::ForeignDeps);
        self.update_own(id, |own| {
            if own.serial == serial && own.state.rank() < OwnState::Received.rank() {
                own.state = misplaced;
            }
        });
    }

    fn raise(&mut self, id: OwnId, state: OwnState) {
        let Some(own) = self.state.mine.get(id) else {
            return;
        };
        if state.rank() > own.state.rank() {
            let root = self.root(&own.document);
            self.update_own(id, |own| own.state = state);
            self.touch_found(root);
        }
    }

    /// What the server has of streams that this phone has just left is nobody's to show here.
    pub(crate) fn settle_left(&mut self) {
        let all: Vec<OwnId> = self.state.mine.all().map(|own| own.id).collect();
        self.settle_all(&all);
    }

    fn settle_all(&mut self, changes: &[OwnId]) {
        let roots: std::collections::BTreeSet<DocumentId> = changes
            .iter()
            .filter_map(|id| self.state.mine.get(*id))
            .map(|own| self.root(&own.document))
            .collect();
        for root in roots {
            self.settle(&root);
        }
        self.settle_rebases();
    }

    fn rejected(&mut self, serial: Serial, changes: &[OwnId], rejection: &Rejection) {
        let reason = rejection.reason;
        let concerned: Vec<OwnId> = (changes.iter().copied())
            .filter(|id| {
                let own = self.state.mine.get(*id);
                own.is_some_and(|own| own.serial == serial)
            })
            .collect();
        if concerned.is_empty() {
            return;
        }
        let at = rejection.change.and_then(|at| changes.get(at as usize));
        if reason == RejectReason::Fork && self.forked(serial, at.copied()) {
            return;
        }
        for id in concerned {
            self.raise(id, OwnState::Rejected(reason));
        }
        self.show(Notice::Rejected(reason));
        let cured_by_a_new_life = matches!(
            reason,
            RejectReason::BadHeader | RejectReason::UnknownRecipient | RejectReason::ChainBroken
        );
        if cured_by_a_new_life {
            self.reissue_by_itself(serial);
        }
    }

    /// Issues again what was written upon a row that lacked what its changes stand on: a server
    /// restored from a backup shows it for a while. Called when every page has come.
    pub(crate) fn reissue_misplaced(&mut self) {
        let misplaced = |own: &Own| {
            matches!(
                own.state,
                OwnState::Rejected(
                    RejectReason::RedundantDep
                        | RejectReason::OmittedOwnChange
                        | RejectReason::ForeignDeps
                )
            )
        };
        if self.state.mine.all().any(misplaced) {
            self.reissue_by_itself(self.state.device.next_serial());
        }
    }

    fn reissue_by_itself(&mut self, serial: Serial) {
        let device = &mut self.state.device;
        if serial.incarnation == device.incarnation && device.reissues < REISSUES_MAX {
            device.reissues += 1;
            self.reissue();
        }
    }
}

/// Whether a bundle is in the backup. What is said of one life says nothing of those before it:
/// nobody but the phone knows how many bundles they had.
fn covers(backed_up_to: Option<BackedUpTo>, serial: Serial) -> bool {
    backed_up_to
        .is_some_and(|to| serial.incarnation == to.incarnation && serial.number <= to.number)
}

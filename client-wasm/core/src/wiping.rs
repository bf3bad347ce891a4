//! Obeying the order to a lost phone: offer what is sealed, then forget everything else.
//!
//! What was entered is sealed to the server already and stays until it has arrived, for whoever
//! finds the phone can send it and not read it. The rest goes in one transaction; the phone then
//! knows neither its owner nor its own keys, and a request signed before says so to the server.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use shared::disclosure::Disclosures;
use shared::engine::Engine;
use shared::id::DeviceId;
use shared::pull::{PullRequest, Reply};
use shared::receipt::Receipt;
use shared::signed::{self, DevicePublic};
use shared::version::PROTOCOL;
use shared::wipe::WipeOrder;

use crate::effect::{Effect, Notice, Store, Write};
use crate::limits::PULL_BYTES_MAX;
use crate::stored::{self, BELIEF_KEY, PULL_AHEAD_KEY};
use crate::work::{Work, delete};

/// What a locked phone needs to obey an order; it says nothing of anybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Belief {
    device: DeviceId,
    server: DevicePublic,
    assignment: u32,
    epoch: u32,
    /// Who signed what follows: the phone may have taken other keys.
    by: DevicePublic,
    /// The request that says that the phone has nothing any more, signed ahead.
    said: Vec<u8>,
}

impl Belief {
    /// Whether these bytes, a receipt or the answer to a pull, order the phone to forget.
    pub(crate) fn is_order(&self, bytes: &[u8]) -> bool {
        // A restored server numbers assignments anew.
        let is_due = |assignment, epoch| (epoch, assignment) >= (self.epoch, self.assignment);
        let ordered = signed::verify::<WipeOrder>(bytes, &self.server);
        let by_order = ordered.is_ok_and(|order| {
            order.device == self.device && is_due(order.assignment, order.epoch)
        });
        let receipt = signed::verify::<Receipt>(bytes, &self.server);
        let by_receipt = receipt.is_ok_and(|receipt| {
            let is_mine = receipt.serial.device == self.device;
            is_mine
                && receipt
                    .wipe
                    .is_some_and(|version| is_due(version, receipt.epoch))
        });
        by_order || by_receipt
    }

    pub(crate) fn into_said(self) -> Vec<u8> {
        self.said
    }
}

/// What destroys everything but what is sealed, and says so to the server.
pub(crate) fn wiped(said: Option<Vec<u8>>) -> (Vec<Write>, Vec<Effect>) {
    let is_spared = |store: &Store| matches!(store, Store::Outbox | Store::Custody);
    let gone = Store::ALL.into_iter().filter(|store| !is_spared(store));
    let mut writes: Vec<Write> = gone
        .map(|store| Write::DeletePrefix {
            store,
            prefix: Vec::new(),
        })
        .collect();
    writes.push(delete(Store::Outbox, BELIEF_KEY));
    // Whoever sends while the phone is locked says it again, should it not arrive.
    writes.push(match said.clone() {
        Some(value) => Write::Put {
            store: Store::Outbox,
            key: PULL_AHEAD_KEY.to_vec(),
            value,
        },
        None => delete(Store::Outbox, PULL_AHEAD_KEY),
    });
    let said = said.map(|bytes| Effect::Pull { bytes });
    let shown = Effect::Show(Notice::Wiped);
    (writes, said.into_iter().chain([shown]).collect())
}

impl<E: Engine> Work<'_, E> {
    /// Takes the order in, unless it is from before the phone was found again.
    pub(crate) fn wipe_ordered(&mut self, order: &WipeOrder) {
        match self.must_obey(order.assignment, order.epoch) {
            true => self.state.sender.pulling = false,
            false => self.pull_failed(),
        }
    }

    /// The order came in a receipt, perhaps by courier.
    pub(crate) fn wipe_ordered_by(&mut self, receipt: &Receipt) {
        if let Some(assignment) = receipt.wipe {
            self.must_obey(assignment, receipt.epoch);
        }
    }

    fn must_obey(&mut self, assignment: u32, order_epoch: u32) -> bool {
        let device = &self.state.device;
        let known = device.assignment.as_ref().map_or(0, |known| known.version);
        let epoch = device.server.as_ref().map_or(0, |server| server.epoch);
        if (order_epoch, assignment) < (epoch, known) {
            self.show(Notice::Unusable("former-order".to_owned()));
            return false;
        }
        if !self.state.sender.must_wipe {
            self.state.sender.must_wipe = true;
            self.reachable();
        }
        true
    }

    /// Whether everything sealed was offered once, as far as there is a way to the server.
    pub(crate) fn is_to_wipe(&self) -> bool {
        self.state.sender.must_wipe && self.state.sender.posting.is_none()
    }

    /// What destroys everything but what is sealed, and says so.
    pub(crate) fn wipe(self) -> (Vec<Write>, Vec<Effect>) {
        wiped(self.wiped_request())
    }

    /// Leaves with the sealed bundles what a locked phone must know to obey an order.
    pub(crate) fn leave_belief(&mut self) {
        let device = &self.state.device;
        let (Some(server), Some(assignment)) = (&device.server, &device.assignment) else {
            return;
        };
        let known = self.state.belief.as_deref();
        let is_known = known.is_some_and(|known| {
            (known.server, known.assignment, known.epoch)
                == (server.keys.signing, assignment.version, server.epoch)
                && known.by == device.signing_key().public()
        });
        if is_known {
            return;
        }
        let Some(said) = self.wiped_request() else {
            return;
        };
        let belief = Belief {
            device: device.id,
            server: server.keys.signing,
            assignment: assignment.version,
            epoch: server.epoch,
            by: device.signing_key().public(),
            said,
        };
        let write = stored::put_plain(Store::Outbox, BELIEF_KEY, &belief);
        self.state.belief = Some(Arc::new(belief));
        self.write(write);
    }

    fn wiped_request(&self) -> Option<Vec<u8>> {
        let device = &self.state.device;
        let request = PullRequest {
            protocol: PROTOCOL,
            device: device.id,
            incarnation: device.incarnation,
            at: self.now,
            assignment: 0,
            epoch: device.server.as_ref()?.epoch,
            cursors: Vec::new(),
            receipts_upto: 0,
            wait_seconds: 0,
            bytes_max: PULL_BYTES_MAX,
            reply: Reply::Open,
            lent: 0,
            disclosures: Disclosures::default(),
            unsent: None,
        };
        signed::sign(&request, &device.signing_key()).ok()
    }
}

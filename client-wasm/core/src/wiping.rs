//! Obeying the order to a lost phone: offer what is sealed, then forget everything else.
//!
//! What was entered is sealed to the server already and stays until it has arrived, for whoever
//! finds the phone can send it and not read it. The rest goes in one transaction; the phone then
//! knows neither its owner nor its own keys, and a request signed before says so to the server.

use shared::engine::Engine;
use shared::pull::{PullRequest, Reply};
use shared::signed;
use shared::version::PROTOCOL;
use shared::wipe::WipeOrder;

use crate::effect::{Effect, Notice, Store, Write};
use crate::limits::PULL_BYTES_MAX;
use crate::stored::PULL_AHEAD_KEY;
use crate::work::Work;

impl<E: Engine> Work<'_, E> {
    /// Takes the order in, unless it is from before the phone was found again.
    pub(crate) fn wipe_ordered(&mut self, order: &WipeOrder) {
        let device = &self.state.device;
        let known = device.assignment.as_ref().map_or(0, |known| known.version);
        let epoch = device.server.as_ref().map_or(0, |server| server.epoch);
        if order.assignment < known || order.epoch < epoch {
            self.show(Notice::Unusable("former-order".to_owned()));
            return self.pull_failed();
        }
        self.state.sender.pulling = false;
        if !self.state.sender.must_wipe {
            self.state.sender.must_wipe = true;
            self.reachable();
        }
    }

    /// Whether everything sealed was offered once, as far as there is a way to the server.
    pub(crate) fn is_to_wipe(&self) -> bool {
        self.state.sender.must_wipe && self.state.sender.posting.is_none()
    }

    /// What destroys everything but what is sealed, and says so.
    pub(crate) fn wipe(self) -> (Vec<Write>, Vec<Effect>) {
        let is_spared = |store: &Store| matches!(store, Store::Outbox | Store::Custody);
        let gone = Store::ALL.into_iter().filter(|store| !is_spared(store));
        let mut writes: Vec<Write> = gone
            .map(|store| Write::DeletePrefix {
                store,
                prefix: Vec::new(),
            })
            .collect();
        let said = self.wiped_request();
        // Whoever sends while the phone is locked says it again, should it not arrive.
        writes.push(match said.clone() {
            Some(value) => Write::Put {
                store: Store::Outbox,
                key: PULL_AHEAD_KEY.to_vec(),
                value,
            },
            None => Write::Delete {
                store: Store::Outbox,
                key: PULL_AHEAD_KEY.to_vec(),
            },
        });
        let said = said.map(|bytes| Effect::Pull { bytes });
        let shown = Effect::Show(Notice::Wiped);
        (writes, said.into_iter().chain([shown]).collect())
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
        };
        signed::sign(&request, &device.signing_key()).ok()
    }
}

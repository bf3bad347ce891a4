//! Names of units and colleagues: asked for when something appears that has none here.

use shared::engine::Engine;
use shared::id::DeviceId;
use shared::names::Names;
use shared::signed;

use crate::effect::{Effect, Notice, Store};
use crate::limits::{NAMES_EVERY_SECONDS, NAMES_KEPT_SECONDS};
use crate::stored::{self, NAMES_KEY};
use crate::work::Work;

impl<E: Engine> Work<'_, E> {
    /// Asks for names if there are none yet, or none lately: who is new here has written nothing,
    /// and can be shown previews as soon as their keys are known.
    pub(crate) fn refresh_names(&mut self) {
        let learned = self.state.names_learned;
        let is_old = self.now >= learned.plus(NAMES_KEPT_SECONDS);
        if self.state.names.is_none() || is_old {
            self.ask_names();
        }
    }

    /// Asks for names if one of these authors has none.
    pub(crate) fn ask_names_of(&mut self, authors: impl IntoIterator<Item = DeviceId>) {
        let own = self.state.device.id;
        let names = self.state.names.clone();
        let is_known = |device: &DeviceId| {
            *device == own
                || names
                    .as_ref()
                    .is_some_and(|names| names.person(*device).is_some())
        };
        if !authors.into_iter().all(|device| is_known(&device)) {
            self.ask_names();
        }
    }

    /// Takes in the answer. One that cannot be used changes nothing; later work asks again.
    pub(crate) fn learn_names(&mut self, bytes: &[u8]) {
        let Some(server) = &self.state.device.server else {
            return;
        };
        let Ok(names) = signed::verify::<Names>(bytes, &server.keys.signing) else {
            return self.show(Notice::Unusable("names".to_owned()));
        };
        if names.device != self.state.device.id {
            return self.show(Notice::Unusable("other-device".to_owned()));
        }
        let learned = (&names, self.now);
        let write = stored::put_sealed(self.vault, Store::Meta, NAMES_KEY, &learned);
        self.write(write);
        self.state.names = Some(names.into());
        self.state.names_learned = self.now;
        self.show_notes();
        self.show(Notice::Changed);
    }

    fn ask_names(&mut self) {
        let asked = self.state.sender.names_asked;
        let is_soon = asked.is_some_and(|at| self.now < at.plus(NAMES_EVERY_SECONDS));
        if is_soon || !self.state.device.is_active {
            return;
        }
        if let Some(bytes) = self.names_request() {
            self.state.sender.names_asked = Some(self.now);
            self.effects.push(Effect::AskNames { bytes });
        }
    }
}

//! Questions that need signal and are asked once: a person by the full number, other keys.

use shared::engine::Engine;
use shared::field::PersonalNumber;
use shared::lookup::{Found, LookUp, LookedUp};
use shared::rekey::Rekeyed;
use shared::signed;

use crate::effect::{Effect, Notice};
use crate::limits::KEYS_SECONDS_MAX;
use crate::work::Work;

impl<E: Engine> Work<'_, E> {
    /// Asks the server who bears this number.
    pub(crate) fn look_up(&mut self, typed: &str) {
        let Ok(number) = PersonalNumber::parse(typed) else {
            return self.show(Notice::Unusable("bad-number".to_owned()));
        };
        let seed = self.draw();
        let device = &self.state.device;
        let to = device.server.iter().find_map(|s| s.keys.sealing.first());
        let asked = to.map(|to| {
            LookUp::new((device.id, self.now), &number.to_string(), to, seed)
                .map_err(drop)
                .and_then(|asked| signed::sign(&asked, &device.signing_key()).map_err(drop))
        });
        match asked {
            Some(Ok(bytes)) => self.effects.push(Effect::LookUp { bytes }),
            _ => self.show(Notice::Unusable("no-server".to_owned())),
        }
    }

    /// Takes in the answer; what was lent comes with the next pull, which goes out at once.
    pub(crate) fn looked_up(&mut self, bytes: &[u8]) {
        let Some(server) = &self.state.device.server else {
            return;
        };
        let answer = match signed::verify::<LookedUp>(bytes, &server.keys.signing) {
            Ok(answer) if answer.device == self.state.device.id => answer,
            _ => return self.show(Notice::Unusable("look-up".to_owned())),
        };
        let (dossiers, again) = match answer.found {
            Found::Nothing => (Vec::new(), None),
            Found::Followed(dossiers) => (dossiers, None),
            Found::Lent(dossiers, _) => {
                self.state.sender.pull_at = self.now;
                (dossiers, None)
            }
            Found::TooOften(again) => (Vec::new(), Some(again)),
        };
        self.show(Notice::LookedUp { dossiers, again });
    }

    /// Hands over to other keys once the present ones are a year old; again with every pull until
    /// the server has said that they hold.
    pub(crate) fn drive_rekey(&mut self) {
        if self.state.sender.pull_failures > 0 {
            self.hand_over_again();
        }
        let now = self.now;
        let device = &self.state.device;
        let since = match device.keys_since {
            Some(since) => since,
            None => {
                self.state.device.keys_since = Some(now);
                self.touch_device();
                return;
            }
        };
        if device.next_secret.is_none() {
            if now < since.plus(KEYS_SECONDS_MAX) {
                return;
            }
            let secret = self.draw();
            self.state.device.next_secret = Some(secret);
            self.touch_device();
        }
        let bytes = self.state.device.hand_over();
        self.effects
            .extend(bytes.map(|bytes| Effect::Rekey { bytes }));
    }

    /// Hands over once more, after news failed to come: a server restored from before the present
    /// keys answers nothing that they sign, and cannot even say that it was restored. What it
    /// knows already it only confirms.
    fn hand_over_again(&mut self) {
        let told = self.state.device.hand_overs.iter().cloned();
        self.effects
            .extend(told.map(|bytes| Effect::Rekey { bytes }));
    }

    /// The server says which keys hold: from now on the new ones sign.
    pub(crate) fn rekeyed(&mut self, bytes: &[u8]) {
        let Some(server) = &self.state.device.server else {
            return;
        };
        let (id, now) = (self.state.device.id, self.now);
        match signed::verify::<Rekeyed>(bytes, &server.keys.signing) {
            Ok(answer) if answer.device == id => {
                if self.state.device.take_next_keys(&answer.keys, now) {
                    self.touch_device();
                }
                // It may have answered nothing because it did not know them.
                if answer.keys == self.state.device.enrol_keys()
                    && self.state.sender.pull_failures > 0
                {
                    self.reachable();
                }
            }
            _ => self.show(Notice::Unusable("keys".to_owned())),
        }
    }
}

//! Becoming a device the server knows.

use shared::engine::Engine;
use shared::enrol::{EnrolAnswer, EnrolRequest, EnrolState, Invite};
use shared::signed;

use crate::device::Server;
use crate::effect::{Effect, Notice};
use crate::limits::ENROL_EVERY_SECONDS;
use crate::work::Work;

impl<E: Engine> Work<'_, E> {
    /// Asks to be enrolled with a scanned invite; asking again with the same one is harmless.
    pub(crate) fn enrol(&mut self, invite: &str) {
        if self.state.device.is_active {
            return self.show(Notice::Enrolled);
        }
        let Ok(read) = invite.parse::<Invite>() else {
            return self.show(Notice::Unusable("bad-invite".to_owned()));
        };
        self.state.device.invite = Some(invite.to_owned());
        self.state.sender.pull_at = self.now;
        self.touch_device();
        let keys = self.state.device.enrol_keys();
        let code = read.key().check_code(&keys);
        self.show(Notice::EnrolCode(code.to_string()));
    }

    /// Asks again and again while a coordinator has yet to confirm.
    pub(crate) fn drive_enrolment(&mut self) {
        let device = &self.state.device;
        let Some(invite) = device
            .invite
            .as_deref()
            .and_then(|text| text.parse::<Invite>().ok())
        else {
            return;
        };
        if self.now < self.state.sender.pull_at {
            return;
        }
        let request = EnrolRequest::new(device.enrol_keys(), &invite);
        let Ok(bytes) = signed::sign(&request, &device.signing_key()) else {
            return;
        };
        self.state.sender.pull_at = self.now.plus(ENROL_EVERY_SECONDS);
        self.effects.push(Effect::Enrol { bytes });
    }

    /// Takes in the server's answer. From the first one on work can be saved.
    pub(crate) fn enrol_answered(&mut self, bytes: &[u8]) {
        let invite = self.state.device.invite.as_deref();
        let Some(invite) = invite.and_then(|text| text.parse::<Invite>().ok()) else {
            return;
        };
        let answer = match EnrolAnswer::receive(bytes, self.state.device.id, &invite) {
            Ok(answer) => answer,
            Err(_) => return self.show(Notice::Unusable("enrol-answer".to_owned())),
        };
        self.touch_device();
        let device = &mut self.state.device;
        let (assignment, notice) = match &answer.state {
            EnrolState::Refused => {
                device.invite = None;
                return self.show(Notice::EnrolRefused);
            }
            EnrolState::Pending(assignment) => (assignment, Notice::EnrolPending),
            EnrolState::Active(assignment) => {
                device.invite = None;
                device.is_active = true;
                self.state.sender.pull_at = self.now;
                (assignment, Notice::Enrolled)
            }
        };
        device.server = Some(Server {
            keys: answer.server,
            epoch: answer.epoch,
        });
        self.adopt(assignment);
        self.show(notice);
    }
}

//! When what leaves the phone: one post and one pull at a time, with growing pauses between
//! failures.

use shared::bundle::{SectionKey, Serial};
use shared::engine::Engine;
use shared::id::Audience;
use shared::time::UnixSeconds;

use crate::effect::{Carried, Effect, Store};
use crate::input::Leave;
use crate::limits::{
    PULL_EVERY_SECONDS, RETRY_SECONDS_MAX, RETRY_SECONDS_MIN, SEND_DELAY_SECONDS,
    TOO_NEW_RETRY_SECONDS,
};
use crate::outbox::{Outbox, bundle_key};
use crate::work::Work;

impl<E: Engine> Work<'_, E> {
    /// Sends whatever is due now, and asks to be woken for the rest.
    pub(crate) fn drive(&mut self) {
        self.end_loans();
        if self.state.outbox.tail.is_some() && self.state.sender.tail_due.is_none() {
            self.state.sender.tail_due = Some(self.now.plus(SEND_DELAY_SECONDS));
        }
        if self.state.knows_server() {
            self.drive_post();
        }
        if self.state.sender.must_wipe {
            return;
        }
        if self.state.device.is_active {
            self.drive_pull();
        } else {
            self.drive_enrolment();
        }
        self.schedule();
    }

    /// The wish last told is used up, also if the alarm went off a moment too early. Whatever is
    /// due goes out after every input anyway.
    pub(crate) fn woken(&mut self) {
        self.state.sender.scheduled = None;
    }

    /// Signal is back: what waited for its pause waits no longer.
    pub(crate) fn reachable(&mut self) {
        let (now, sender) = (self.now, &mut self.state.sender);
        sender.post_failures = 0;
        sender.pull_failures = 0;
        sender.post_at = now;
        sender.pull_at = now;
        if self.state.outbox.tail.is_some() {
            sender.tail_due = Some(now);
        }
    }

    /// What the server said to a post.
    pub(crate) fn posted(&mut self, serial: Serial, bytes: &[u8]) {
        // An answer that leaves the bundle waiting is a failure of the way: without a pause the
        // same would be asked again at once.
        if !self.receipt(bytes) || self.waits(serial) {
            self.post_failed(serial);
            return;
        }
        let sender = &mut self.state.sender;
        sender.posting.take_if(|posting| *posting == serial);
        sender.post_failures = 0;
        // A page will soon show what was taken.
        sender.pull_at = sender.pull_at.min(self.now.plus(SEND_DELAY_SECONDS));
    }

    pub(crate) fn post_failed(&mut self, serial: Serial) {
        let sender = &mut self.state.sender;
        sender.posting.take_if(|posting| *posting == serial);
        self.pause_posts();
    }

    /// Nobody answered: posts wait, longer with every failure.
    pub(crate) fn pause_posts(&mut self) {
        let seed = self.draw();
        let sender = &mut self.state.sender;
        sender.post_at = self.now.plus(pause(sender.post_failures, seed));
        sender.post_failures = sender.post_failures.saturating_add(1);
    }

    pub(crate) fn pull_failed(&mut self) {
        let seed = self.draw();
        let sender = &mut self.state.sender;
        sender.pulling = false;
        sender.pull_at = self.now.plus(pause(sender.pull_failures, seed));
        sender.pull_failures = sender.pull_failures.saturating_add(1);
    }

    /// Gives every bundle without a receipt to a carrier.
    pub(crate) fn hand_out(&mut self, leave: Leave) {
        if self.freeze_tail().is_err() {
            return;
        }
        self.state.sender.tail_due = None;
        let mut bundles = carried(&mut self.state.outbox);
        for bundle in &mut bundles {
            self.touch_bundle(bundle.serial);
            if leave == Leave::LookAtTeam {
                bundle.team_key = self.team_key(bundle.serial);
            }
        }
        let request = self.state.device.is_active.then(|| self.sealed_request());
        let request = request.flatten();
        let notes = match leave {
            Leave::LookAtTeam => self.notes_for(&bundles),
            Leave::CarryOnly => Vec::new(),
        };
        self.effects.push(Effect::HandOut {
            bundles,
            request,
            notes,
        });
    }

    /// The next pull may go out at this time.
    pub(crate) fn pull_next(&mut self, more: bool) {
        let pause = if more { 0 } else { PULL_EVERY_SECONDS };
        let sender = &mut self.state.sender;
        sender.pulling = false;
        sender.pull_failures = 0;
        sender.pull_at = self.now.plus(pause);
    }

    fn errand_waits(&self) -> bool {
        self.state.sender.errand.is_none() && self.state.custody.next_request().is_some()
    }

    fn waits(&self, serial: Serial) -> bool {
        let own = self.state.outbox.frozen.get(&serial);
        let own_waits =
            own.is_some_and(|bundle| bundle.answered.is_none() && bundle.not_before.is_none());
        own_waits || self.state.custody.has(serial)
    }

    pub(crate) fn team_key(&self, serial: Serial) -> Option<SectionKey> {
        let sealed = self.state.outbox.frozen.get(&serial)?.secret();
        let key = bundle_key(serial);
        let plain = self.vault.open(Store::Outbox, &key, sealed).ok()?;
        let keys: Vec<(Audience, SectionKey)> = postcard::from_bytes(&plain).ok()?;
        let team = keys
            .iter()
            .find(|(audience, _)| *audience == Audience::Team);
        team.map(|(_, key)| *key)
    }

    fn drive_post(&mut self) {
        let sender = &self.state.sender;
        if sender.posting.is_some() || !is_due(sender.post_at, self.now) {
            return;
        }
        let tail_is_due = |due: Option<UnixSeconds>| due.is_some_and(|due| is_due(due, self.now));
        if self.next_frozen().is_none() && tail_is_due(self.state.sender.tail_due) {
            if self.freeze_tail().is_err() {
                return;
            }
            self.state.sender.tail_due = None;
        }
        let next = self.next_frozen().or_else(|| self.state.custody.next());
        if let Some(Carried { serial, bytes, .. }) = next {
            self.state.sender.posting = Some(serial);
            self.effects.push(Effect::Post { serial, bytes });
        } else {
            // News for a colleague is worth more once the server has what they wrote.
            self.drive_errand();
        }
    }

    fn drive_pull(&mut self) {
        if self.state.sender.pulling || !is_due(self.state.sender.pull_at, self.now) {
            return;
        }
        if let Some(bytes) = self.pull_request() {
            self.state.sender.pulling = true;
            self.effects.push(Effect::Pull { bytes });
            self.drive_rekey();
        }
    }

    fn next_frozen(&self) -> Option<Carried> {
        let is_free = |at: Option<UnixSeconds>| at.is_none_or(|at| is_due(at, self.now));
        let mut unanswered = self.state.outbox.unanswered();
        let bundle = unanswered.find(|bundle| is_free(bundle.not_before))?;
        Some(Carried {
            serial: bundle.serial(),
            bytes: bundle.bytes().to_vec(),
            team_key: None,
        })
    }

    fn schedule(&mut self) {
        let knows_server = self.state.knows_server();
        let sender = &self.state.sender;
        let waits = self.state.outbox.unanswered();
        let posts = waits
            .map(|bundle| bundle.not_before.unwrap_or(self.now))
            .chain(sender.tail_due)
            .chain(self.state.custody.next().map(|_| self.now))
            .chain(self.errand_waits().then_some(self.now))
            .map(|at| at.max(sender.post_at))
            .filter(|_| knows_server && sender.posting.is_none());
        let device = &self.state.device;
        let asks = !device.is_active && device.invite.is_some();
        let pulls = asks || (device.is_active && !sender.pulling);
        let pull = pulls.then_some(sender.pull_at);
        let ends = self.next_loan_end();
        let Some(at) = posts.chain(pull).chain(ends).min() else {
            return;
        };
        let at = match is_due(at, self.now) {
            true => self.now.plus(1),
            false => at,
        };
        if sender.scheduled != Some(at) {
            self.state.sender.scheduled = Some(at);
            self.effects.push(Effect::Schedule { at });
        }
    }
}

/// Whether a wait is over. None is longer than [`TOO_NEW_RETRY_SECONDS`]: one that seems to be was
/// begun by a clock that has been put back since.
fn is_due(at: UnixSeconds, now: UnixSeconds) -> bool {
    at <= now || at > now.plus(TOO_NEW_RETRY_SECONDS)
}

/// All bundles without a receipt, from now on known to be carried by somebody.
pub(crate) fn carried(outbox: &mut Outbox) -> Vec<Carried> {
    let waits = outbox.frozen.values_mut();
    waits
        .filter(|bundle| bundle.answered.is_none())
        .map(|bundle| {
            bundle.carried = true;
            Carried {
                serial: bundle.serial(),
                bytes: bundle.bytes().to_vec(),
                team_key: None,
            }
        })
        .collect()
}

/// Seconds to wait after this many failures before: doubled each time, bounded, and spread by
/// half so that phones of one village do not all come back at the same moment.
pub(crate) fn pause(failures: u32, seed: [u8; 32]) -> i64 {
    let doubled = RETRY_SECONDS_MIN.saturating_mul(1 << failures.min(20));
    let longest = doubled.min(RETRY_SECONDS_MAX);
    let spread = i64::from(u16::from_le_bytes([seed[0], seed[1]])) * longest / (2 * 65_536);
    longest - spread
}

//! New lives of the same phone.
//!
//! After a restore, a copy or two writers at once nobody can say which numbers were used. The
//! phone then begins a new incarnation: bundles are numbered from 0 again, and what was not
//! answered is packed again *unchanged*. If it had arrived after all, the server knows it. Only
//! what the server called a fork is made again by the new life's actors, under the same document
//! and event ids; a document whose very beginning is a fork was begun under one name by a copy
//! and by this phone, is about somebody else there, and gets a name of its own.
//!
//! Whatever is made again is made by a new life, for a change once handed out may arrive years
//! later: a server restored from a backup gets every old bundle once more, and finds nothing
//! wrong with a clock that has been caught up with. Two changes of one actor under one number
//! would then be a fork; of two lives they are two changes with the same values.

use shared::bundle::Serial;
use shared::engine::Engine;
use shared::facts::{Detail, Origin};
use shared::id::DocumentId;

use crate::effect::Notice;
use crate::limits::{FORK_LIVES_MAX, FORKS_MAX};
use crate::mine::{Own, OwnId, OwnState};
use crate::work::Work;

impl<E: Engine> Work<'_, E> {
    /// Begins a new life and packs again what is not answered.
    pub(crate) fn begin_life(&mut self) {
        self.begin_life_after(0);
    }

    /// The same, leaving some lives out.
    fn begin_life_after(&mut self, skipped: u32) {
        let mine = &self.state.mine;
        let lost: Vec<Serial> = (self.state.outbox.unanswered())
            // What was confirmed before and is to be sent once more has no other way.
            .filter(|bundle| bundle.changes().iter().all(|id| mine.get(*id).is_some()))
            .map(|bundle| bundle.serial())
            .collect();
        let now = self.now;
        for serial in lost {
            // It need not be sent again. It is kept as what was answered is: if it did arrive and
            // the server is restored from before, nobody else has its bytes.
            if let Some(bundle) = self.state.outbox.frozen.get_mut(&serial) {
                bundle.answered = Some(now);
            }
            self.touch_bundle(serial);
        }
        if let Some(tail) = self.state.outbox.tail.take() {
            self.touch_bundle(tail.serial());
        }
        self.state.device.begin_next_life(skipped);
        self.touch_device();
        self.state.sender.posting = None;
        self.pack_waiting();
    }

    /// Begins a new life with every bundle of the old one left as it is. What the old one wrote
    /// may be missing from what the server shows next, and must not be numbered again.
    pub(crate) fn begin_life_as_it_is(&mut self) {
        let frozen = self.freeze_tail();
        let unsealed = self.state.outbox.tail.take();
        self.state.device.begin_next_life(0);
        self.touch_device();
        self.state.sender.posting = None;
        if frozen.is_err() || unsealed.is_some() {
            self.pack_waiting();
        }
    }

    /// Begins a new life in which what was rejected is issued again.
    pub(crate) fn reissue(&mut self) {
        if !self.state.knows_server() {
            return;
        }
        self.begin_life();
        let roots: Vec<DocumentId> = self.state.mine.roots().copied().collect();
        for root in roots {
            let rejected = |own: &&Own| matches!(own.state, OwnState::Rejected(_));
            let first = self.state.mine.of(&root).find(rejected).map(|own| own.id);
            let Some(first) = first else { continue };
            let again: Vec<Own> = self.leave(first);
            for own in again {
                let at = own.change.time;
                self.redo(own, at);
            }
        }
    }

    /// A copy of this phone is at work: what the server has under this number, or under that of
    /// the change `at`, is the copy's. Whether a new life could be begun because of it.
    ///
    /// Everything else is packed again as it is, and the bundle is let go of: were the server
    /// restored, it must not come before the copy's.
    pub(crate) fn forked(&mut self, serial: Serial, at: Option<OwnId>) -> bool {
        if self.state.device.reissues >= FORKS_MAX {
            return false;
        }
        self.state.device.reissues += 1;
        self.state.outbox.frozen.remove(&serial);
        self.touch_bundle(serial);
        let forked = at.and_then(|id| self.state.mine.get(id));
        let forked = forked.map(|own| self.root_of_beginning(own)).cloned();
        let again = forked.map(|own| (self.leave_with_companions(&own), own));
        let skipped = u32::from(self.draw()[0] % FORK_LIVES_MAX);
        self.begin_life_after(skipped);
        match again {
            Some((again, own)) if is_beginning(&own) => self.begin_again(again),
            Some((again, _)) => {
                for own in again {
                    let at = own.change.time;
                    self.redo(own, at);
                }
            }
            None => {}
        }
        self.show(Notice::Copied);
        true
    }

    /// The server names the first change that it has otherwise, which may begin a companion: then
    /// the copy has used the name of the whole, and the whole is about somebody else there.
    fn root_of_beginning<'o>(&'o self, own: &'o Own) -> &'o Own {
        if own.name.companion.is_none() || !own.change.deps.is_empty() {
            return own;
        }
        let begins = |one: &&Own| one.name.origin == own.name.origin && is_beginning(one);
        self.state.mine.all().find(begins).unwrap_or(own)
    }

    /// Takes a change out of *mine* with all that was written upon it; of a document's first also
    /// what was written in its companions.
    fn leave_with_companions(&mut self, first: &Own) -> Vec<Own> {
        let mut left = self.leave(first.id);
        if is_beginning(first) {
            let (origin, name) = (first.name.origin, first.name);
            let belongs = |own: &&Own| own.name.origin == origin && own.name != name;
            let companions = self.state.mine.all().filter(belongs).map(|own| own.id);
            let companions: Vec<OwnId> = companions.collect();
            left.extend(companions.into_iter().filter_map(|id| self.remove_own(id)));
        }
        left
    }

    /// What is parked travels once more with what waits: a document's beginning in one bundle with
    /// an edit that stands upon a parked one would be parked with it, each waiting for the other.
    fn pack_waiting(&mut self) {
        let travels = |own: &&Own| matches!(own.state, OwnState::Waiting | OwnState::Parked);
        let saves: Vec<Vec<OwnId>> = (self.state.mine.saves())
            .map(|(_, save)| {
                let travelling = save.changes.iter().filter(travels);
                travelling.map(|own| own.id).collect()
            })
            .filter(|ids: &Vec<OwnId>| !ids.is_empty())
            .collect();
        for ids in saves {
            // Each save fitted a bundle of its own when it was made; it still does.
            let _ = self.place(&ids, Detail::Short);
        }
    }
}

/// Whether a change begins a document that this device has named.
fn is_beginning(own: &Own) -> bool {
    own.change.deps.is_empty()
        && own.name.companion.is_none()
        && matches!(own.name.origin, Origin::Created(..))
}

//! The client: one input at a time, storage first.

use std::collections::VecDeque;

use shared::engine::Engine;
use shared::time::UnixSeconds;

use crate::effect::{Effect, NotSaved, Notice, StorageFailure, Ticket, Write};
use crate::input::{Input, PostAnswer, Save};
use crate::limits::QUEUE_INPUTS_MAX;
use crate::opening::Locked;
use crate::state::State;
use crate::vault::Vault;
use crate::work::{Work, Worked};

/// One phone.
///
/// Call [`Client::handle`] for everything that happens and do what it returns.
pub struct Client<E> {
    pub(crate) engine: E,
    pub(crate) phase: Phase,
    waiting: Option<Waiting>,
    queue: VecDeque<(Input, UnixSeconds)>,
    tickets: u64,
}

/// How far the phone is.
pub(crate) enum Phase {
    /// Nothing happened yet.
    New,
    /// Storage is read, the data key is not here.
    Locked(Box<Locked>),
    /// At work.
    Open(Box<Open>),
}

pub(crate) struct Open {
    pub(crate) state: State,
    pub(crate) vault: Vault,
}

/// A transaction that storage is working on, with what it was for.
struct Waiting {
    ticket: Ticket,
    next: Next,
    effects: Vec<Effect>,
    /// The save to hand back if it fails.
    save: Option<Save>,
}

/// What the phone becomes once the transaction is durable.
enum Next {
    Open(Box<State>),
    Unlock(Box<Open>),
    Locked(Box<Locked>),
    /// It has forgotten everything.
    New,
}

impl<E: Engine> Client<E> {
    /// A phone that has not read its storage yet; `Input::Start` must come first.
    pub fn new(engine: E) -> Self {
        Self {
            engine,
            phase: Phase::New,
            waiting: None,
            queue: VecDeque::new(),
            tickets: 0,
        }
    }

    /// Takes in one thing that happened at `now` and says what to do.
    pub fn handle(&mut self, input: Input, now: UnixSeconds) -> Vec<Effect> {
        let mut effects = Vec::new();
        match input {
            Input::Stored(ticket) => self.stored(ticket, &mut effects),
            Input::StoreFailed(ticket, failure) => {
                self.store_failed(ticket, failure, &mut effects);
            }
            input if self.queue.len() >= QUEUE_INPUTS_MAX => turn_away(input, &mut effects),
            input => self.queue.push_back((input, now)),
        }
        while self.waiting.is_none()
            && let Some((input, at)) = self.queue.pop_front()
        {
            self.step(input, at, &mut effects);
        }
        effects
    }

    /// Whether everything that came in has been worked out and stored.
    pub fn is_idle(&self) -> bool {
        self.waiting.is_none()
    }

    /// Records of this phone that are not known to have arrived, also while it is locked.
    pub fn waiting(&self) -> usize {
        match &self.phase {
            Phase::New => 0,
            Phase::Locked(locked) => locked.waiting(),
            Phase::Open(_) => self.sync().unsent,
        }
    }

    fn stored(&mut self, ticket: Ticket, effects: &mut Vec<Effect>) {
        let Some(waiting) = self.waiting.take_if(|waiting| waiting.ticket == ticket) else {
            return;
        };
        effects.extend(waiting.effects);
        match (waiting.next, &mut self.phase) {
            (Next::Open(state), Phase::Open(open)) => open.state = *state,
            (Next::Open(_), _) => {}
            (Next::Unlock(open), phase) => *phase = Phase::Open(open),
            (Next::Locked(locked), phase) => *phase = Phase::Locked(locked),
            (Next::New, phase) => *phase = Phase::New,
        }
    }

    fn store_failed(&mut self, ticket: Ticket, failure: StorageFailure, effects: &mut Vec<Effect>) {
        let Some(waiting) = self.waiting.take_if(|waiting| waiting.ticket == ticket) else {
            return;
        };
        let reason = match failure {
            StorageFailure::Full => NotSaved::Full,
            StorageFailure::Broken => NotSaved::Broken,
        };
        effects.push(Effect::Show(match waiting.save {
            Some(save) => not_saved(save, reason),
            None => Notice::StorageFailed(failure),
        }));
    }

    fn step(&mut self, input: Input, now: UnixSeconds, effects: &mut Vec<Effect>) {
        match core::mem::replace(&mut self.phase, Phase::New) {
            Phase::New => self.start(input, effects),
            Phase::Locked(locked) => self.step_locked(locked, input, now, effects),
            Phase::Open(open) => self.step_open(open, input, now, effects),
        }
    }

    fn start(&mut self, input: Input, effects: &mut Vec<Effect>) {
        match input {
            Input::Start {
                stored,
                history,
                seed,
            } => match Locked::read(stored, history, seed) {
                Ok(locked) => self.phase = Phase::Locked(Box::new(locked)),
                Err(store) => effects.push(Effect::Show(Notice::Unreadable(store))),
            },
            Input::Save { save, .. } => {
                effects.push(Effect::Show(not_saved(save, NotSaved::Locked)));
            }
            _ => {}
        }
    }

    fn step_locked(
        &mut self,
        mut locked: Box<Locked>,
        input: Input,
        now: UnixSeconds,
        effects: &mut Vec<Effect>,
    ) {
        if let Input::Save { save, .. } = input {
            effects.push(Effect::Show(not_saved(save, NotSaved::Locked)));
            self.phase = Phase::Locked(locked);
            return;
        }
        let Input::Unlock { data_key, seed } = input else {
            let mut next = locked.clone();
            let worked = next.handle(input, now);
            self.phase = Phase::Locked(locked);
            self.settle(Next::Locked(next), worked, None, effects);
            return;
        };
        match locked.unlock(&self.engine, data_key, now, seed) {
            Ok((open, outcome)) => {
                self.phase = Phase::Locked(locked);
                self.settle(Next::Unlock(Box::new(open)), outcome, None, effects);
            }
            Err(notice) => {
                // From here on storage is not trusted with anything but what is sealed in it.
                locked.unreadable |= matches!(notice, Notice::Unreadable(_));
                self.phase = Phase::Locked(locked);
                effects.push(Effect::Show(notice));
            }
        }
    }

    fn step_open(
        &mut self,
        mut open: Box<Open>,
        input: Input,
        now: UnixSeconds,
        effects: &mut Vec<Effect>,
    ) {
        let seed = seed_of(&input);
        let state = open.state.clone();
        let mut work = Work::new(&self.engine, &mut open.vault, state, now, seed);
        let mut save = None;
        let done = match input {
            Input::Save { save: entered, .. } => {
                let done = work.save(&entered);
                save = Some(entered);
                done
            }
            other => {
                dispatch(&mut work, other);
                Ok(())
            }
        };
        if let (Err(reason), Some(save)) = (done, save.clone()) {
            effects.push(Effect::Show(not_saved(save, reason)));
            self.phase = Phase::Open(open);
            return;
        }
        work.drive();
        if work.is_to_wipe() {
            let outcome = work.wipe();
            self.phase = Phase::Open(open);
            return self.settle(Next::New, outcome, save, effects);
        }
        let Worked {
            state,
            writes,
            effects: wanted,
        } = work.finish();
        self.phase = Phase::Open(open);
        self.settle(Next::Open(Box::new(state)), (writes, wanted), save, effects);
    }

    /// Stores what has to be stored, or goes on at once if that is nothing.
    fn settle(
        &mut self,
        next: Next,
        (writes, wanted): (Vec<Write>, Vec<Effect>),
        save: Option<Save>,
        effects: &mut Vec<Effect>,
    ) {
        self.tickets += 1;
        let ticket = Ticket(self.tickets);
        self.waiting = Some(Waiting {
            ticket,
            next,
            effects: wanted,
            save,
        });
        if writes.is_empty() {
            self.stored(ticket, effects);
        } else {
            effects.push(Effect::Store { ticket, writes });
        }
    }
}

fn dispatch<E: Engine>(work: &mut Work<'_, E>, input: Input) {
    match input {
        Input::Reachable { .. } => work.reachable(),
        Input::Posted { serial, answer, .. } => match answer {
            PostAnswer::Receipt(bytes) => work.posted(serial, &bytes),
            PostAnswer::Failed => work.post_failed(serial),
        },
        Input::Receipt { bytes, .. } => {
            work.receipt(&bytes);
        }
        Input::Pulled { bytes, .. } => work.pulled(&bytes),
        Input::PullFailed { .. } => work.pull_failed(),
        Input::Named { bytes } => work.learn_names(&bytes),
        Input::HandOut { leave } => work.hand_out(leave),
        Input::TakeCustody { bytes, preview } => work.take_custody(&bytes, preview),
        Input::TakeParcel { bytes, .. } => work.take_parcel(&bytes),
        Input::ErrandAnswered { bytes, .. } => work.errand_answered(&bytes),
        Input::ErrandFailed { .. } => work.errand_failed(),
        Input::Reissue { .. } => work.reissue(),
        Input::Dismiss { number } => work.dismiss(number),
        Input::Enrol { invite, .. } => work.enrol(&invite),
        Input::EnrolAnswered { bytes, .. } => work.enrol_answered(&bytes),
        Input::LookUp { number, .. } => work.look_up(&number),
        Input::LookedUp { bytes } => work.looked_up(&bytes),
        Input::Rekeyed { bytes } => work.rekeyed(&bytes),
        Input::Disclose { way, dossier } => work.disclose(way, dossier),
        Input::Tick { .. } => work.woken(),
        Input::Start { .. }
        | Input::Unlock { .. }
        | Input::Stored(_)
        | Input::StoreFailed(..)
        | Input::Erase(_)
        | Input::Save { .. } => {}
    }
}

fn seed_of(input: &Input) -> [u8; 32] {
    match input {
        Input::Start { seed, .. }
        | Input::Unlock { seed, .. }
        | Input::Save { seed, .. }
        | Input::Tick { seed }
        | Input::Reachable { seed }
        | Input::Posted { seed, .. }
        | Input::Receipt { seed, .. }
        | Input::Pulled { seed, .. }
        | Input::PullFailed { seed }
        | Input::TakeParcel { seed, .. }
        | Input::ErrandAnswered { seed, .. }
        | Input::ErrandFailed { seed }
        | Input::Reissue { seed }
        | Input::LookUp { seed, .. }
        | Input::Enrol { seed, .. }
        | Input::EnrolAnswered { seed, .. } => *seed,
        // These make nothing that needs to be secret: what they seal is hedged by its content.
        Input::Stored(_)
        | Input::StoreFailed(..)
        | Input::Named { .. }
        | Input::LookedUp { .. }
        | Input::Rekeyed { .. }
        | Input::Disclose { .. }
        | Input::HandOut { .. }
        | Input::TakeCustody { .. }
        | Input::Erase(_)
        | Input::Dismiss { .. } => [0; 32],
    }
}

fn turn_away(input: Input, effects: &mut Vec<Effect>) {
    // Everything but a save comes again by itself.
    if let Input::Save { save, .. } = input {
        effects.push(Effect::Show(not_saved(save, NotSaved::Busy)));
    }
}

fn not_saved(save: Save, reason: NotSaved) -> Notice {
    Notice::NotSaved {
        tag: save.tag,
        reason,
        save,
    }
}

//! What was seen before, as odds: one slot for every yes-or-no question asked in a context.
//!
//! A question is asked under two contexts, a wide one that fills quickly and a narrow one that
//! knows more. The narrow one answers; while it has seen nothing it starts from the wide one.
//! Slots are found by hash in a table of fixed size, so no input makes it grow.

use super::range::ODDS_BITS;

/// Slots, as a power of 2.
const TABLE_BITS: u32 = 14;

/// Odds are kept finer than the range coder uses them.
const SLOT_BITS: u32 = 16;

/// How many answers a slot counts; from then on the newest weighs one in about so many.
const SEEN_MAX: u8 = 40;

/// How many answers of the past a slot keeps when something new begins.
const SEEN_KEPT_MAX: u8 = 12;

/// Where a question is asked: the hash of all that is taken into account.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context {
    wide: u32,
    narrow: u32,
}

impl Context {
    /// The context of `detail` within a topic.
    pub(super) fn below(topic: u32, detail: u64) -> Self {
        let wide = mixed(mixed(topic, detail as u32), (detail >> 32) as u32);
        Self { wide, narrow: wide }
    }

    /// The same, knowing more.
    pub(super) fn knowing(self, more: u64) -> Self {
        let narrow = mixed(mixed(self.wide ^ 1, more as u32), (more >> 32) as u32);
        Self { narrow, ..self }
    }

    /// The same question's part `part`, for questions in several steps.
    pub(super) fn part(self, part: u32) -> Self {
        Self {
            wide: mixed(self.wide, part),
            narrow: mixed(self.narrow, part),
        }
    }
}

fn mixed(hash: u32, more: u32) -> u32 {
    let hash = (hash ^ more).wrapping_mul(0x9e37_79b1).rotate_left(15);
    hash.wrapping_mul(0x85eb_ca6b) ^ (hash >> 13)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Slot {
    /// Part of the hash: tells questions apart that fall into one place.
    mark: u8,
    /// Answers seen, at most [`SEEN_MAX`].
    seen: u8,
    /// Of a yes, in 2^[`SLOT_BITS`].
    odds: u16,
}

const UNASKED: Slot = Slot {
    mark: 0,
    seen: 0,
    odds: 1 << (SLOT_BITS - 1),
};

/// All odds. Both ends of a line keep the same.
#[derive(Clone)]
pub(super) struct Odds {
    slots: Vec<Slot>,
}

impl Odds {
    pub(super) fn new() -> Self {
        Self {
            slots: vec![UNASKED; 1 << TABLE_BITS],
        }
    }

    /// Odds of a yes for the range coder, and where to note the answer.
    pub(super) fn ask(&mut self, context: Context, step: u32) -> (u32, Asked) {
        let wide = self.find(mixed(context.wide, step));
        let narrow = match context.narrow == context.wide {
            true => wide,
            false => self.find(mixed(context.narrow, step)),
        };
        if self.slots[narrow].seen == 0 {
            self.slots[narrow].odds = self.slots[wide].odds;
        }
        let odds = u32::from(self.slots[narrow].odds) >> (SLOT_BITS - ODDS_BITS);
        let most = (1 << ODDS_BITS) - 1;
        (odds.clamp(1, most), Asked { wide, narrow })
    }

    pub(super) fn note(&mut self, asked: &Asked, yes: bool) {
        self.slots[asked.narrow].note(yes);
        if asked.wide != asked.narrow {
            self.slots[asked.wide].note(yes);
        }
    }

    /// What was seen stays, and weighs less than what comes.
    pub(super) fn begin_anew(&mut self) {
        for slot in &mut self.slots {
            slot.seen = slot.seen.min(SEEN_KEPT_MAX);
        }
    }

    /// The slot of this hash; a question asked seldom makes room.
    fn find(&mut self, hash: u32) -> usize {
        let place = (hash >> (32 - TABLE_BITS)) as usize;
        let mark = hash as u8;
        let other = place ^ 1;
        let fits = |slot: &Slot| slot.seen == 0 || slot.mark == mark;
        let found = if fits(&self.slots[place]) {
            place
        } else if fits(&self.slots[other]) {
            other
        } else {
            let seldom = if self.slots[place].seen <= self.slots[other].seen {
                place
            } else {
                other
            };
            self.slots[seldom] = UNASKED;
            seldom
        };
        self.slots[found].mark = mark;
        found
    }
}

/// Where the answer to a question is noted.
pub(super) struct Asked {
    wide: usize,
    narrow: usize,
}

impl Slot {
    /// The first answers weigh much, later ones less and less.
    fn note(&mut self, yes: bool) {
        let aim = if yes { (1_i32 << SLOT_BITS) - 1 } else { 0 };
        let step = (aim - i32::from(self.odds)) * 2 / (2 * i32::from(self.seen) + 3);
        self.odds = (i32::from(self.odds) + step) as u16;
        self.seen = (self.seen + 1).min(SEEN_MAX);
    }
}

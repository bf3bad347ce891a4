//! A failing story, shortened until nothing more can be left out.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::Fate;
use super::story::{Happening, Story};

/// Stories lived while one is shortened.
const TRIES_MAX: usize = 3_000;

/// Whether a telling panics, and with which words.
pub fn failure(tell: impl FnOnce()) -> Option<String> {
    let panic = catch_unwind(AssertUnwindSafe(tell)).err()?;
    let text = (panic.downcast_ref::<String>().cloned())
        .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
    Some(text.unwrap_or_else(|| "a panic without words".to_owned()))
}

/// The shortest story found in which `fails` still holds.
pub fn shrunk(story: Story, fails: impl Fn(&Story) -> bool) -> Story {
    let mut search = Search {
        best: story,
        fails,
        tries_left: TRIES_MAX,
    };
    search.leave_out();
    search.calm();
    search.leave_out();
    search.best
}

struct Search<F> {
    best: Story,
    fails: F,
    tries_left: usize,
}

impl<F: Fn(&Story) -> bool> Search<F> {
    /// Leaves out ever smaller stretches, until no single happening can go.
    fn leave_out(&mut self) {
        let mut stretch = self.best.happenings.len().div_ceil(2);
        while stretch > 0 {
            let before = self.best.happenings.len();
            let mut start = 0;
            while start < self.best.happenings.len() {
                let mut shorter = self.best.clone();
                let end = (start + stretch).min(shorter.happenings.len());
                shorter.happenings.drain(start..end);
                if !self.take(shorter) {
                    start += stretch;
                }
            }
            let stuck = self.best.happenings.len() == before;
            stretch = match stretch {
                1 if stuck => 0,
                1 => 1,
                larger => larger.div_ceil(2),
            };
        }
    }

    /// Lets messages fare well where that does not matter.
    fn calm(&mut self) {
        for position in 0..self.best.happenings.len() {
            if let Happening::MessageMoves(fate) = &self.best.happenings[position]
                && *fate != Fate::FAIR
            {
                let mut calmer = self.best.clone();
                calmer.happenings[position] = Happening::MessageMoves(Fate::FAIR);
                self.take(calmer);
            }
        }
    }

    fn take(&mut self, candidate: Story) -> bool {
        if self.tries_left == 0 {
            return false;
        }
        self.tries_left -= 1;
        let still_fails = (self.fails)(&candidate);
        if still_fails {
            self.best = candidate;
        }
        still_fails
    }
}

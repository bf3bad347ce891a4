//! The outcomes of a bundle's changes, written in runs.

use core::ops::Deref;

use serde::{Deserialize, Serialize};

use super::{HoldReason, Outcome, RefuseReason};
use crate::id::DocumentId;
use crate::limits::BUNDLE_CHANGES_MAX;

/// One outcome per change of a bundle, at most [`BUNDLE_CHANGES_MAX`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "Vec<Run>", into = "Vec<Run>")]
pub struct Outcomes(Vec<Outcome>);

impl Outcomes {
    /// These outcomes, in the bundle's order.
    ///
    /// # Errors
    /// [`TooManyOutcomes`] if there are more than a bundle may carry changes.
    pub fn new(outcomes: Vec<Outcome>) -> Result<Self, TooManyOutcomes> {
        if outcomes.len() > BUNDLE_CHANGES_MAX {
            return Err(TooManyOutcomes);
        }
        Ok(Self(outcomes))
    }
}

impl Deref for Outcomes {
    type Target = [Outcome];

    fn deref(&self) -> &[Outcome] {
        &self.0
    }
}

/// No bundle carries so many changes: answer it as rejected for its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("more than {BUNDLE_CHANGES_MAX} outcomes: reject the bundle for its size")]
pub struct TooManyOutcomes;

const HELD: u8 = 64;
const REFUSED: u8 = 128;
const REASONS: u8 = 64;

/// Equal outcomes in a row.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Run {
    number: u8,
    count: u16,
    survivor: Option<DocumentId>,
}

impl Run {
    fn of(outcome: Outcome, count: usize) -> Self {
        let count = u16::try_from(count).expect("at most BUNDLE_CHANGES_MAX outcomes");
        let (number, survivor) = match outcome {
            Outcome::Stored => (0, None),
            Outcome::Known => (1, None),
            Outcome::Parked => (2, None),
            Outcome::AskFull => (3, None),
            Outcome::Rebase { survivor } => (4, Some(survivor)),
            Outcome::Held(reason) => (HELD + reason.number() % REASONS, None),
            Outcome::Refused(reason) => (REFUSED + reason.number() % REASONS, None),
        };
        Self {
            number,
            count,
            survivor,
        }
    }

    fn outcome(&self) -> Result<Outcome, BadRun> {
        Ok(match (self.number, self.survivor) {
            (0, None) => Outcome::Stored,
            (1, None) => Outcome::Known,
            (2, None) => Outcome::Parked,
            (3, None) => Outcome::AskFull,
            (4, Some(survivor)) => Outcome::Rebase { survivor },
            (n @ HELD..128, None) => Outcome::Held(HoldReason::from_number(n - HELD)),
            (n @ REFUSED..192, None) => Outcome::Refused(RefuseReason::from_number(n - REFUSED)),
            _ => return Err(BadRun::Outcome),
        })
    }
}

impl From<Outcomes> for Vec<Run> {
    fn from(outcomes: Outcomes) -> Self {
        (outcomes.0.chunk_by(|a, b| a == b))
            .map(|run| Run::of(run[0], run.len()))
            .collect()
    }
}

impl TryFrom<Vec<Run>> for Outcomes {
    type Error = BadRun;

    fn try_from(runs: Vec<Run>) -> Result<Self, BadRun> {
        let changes: usize = runs.iter().map(|run| usize::from(run.count)).sum();
        if changes > BUNDLE_CHANGES_MAX {
            return Err(BadRun::TooMany);
        }
        let mut outcomes = Vec::with_capacity(changes);
        for run in &runs {
            let outcome = run.outcome()?;
            if run.count == 0 || outcomes.last() == Some(&outcome) {
                return Err(BadRun::Spelling);
            }
            outcomes.extend(core::iter::repeat_n(outcome, run.count.into()));
        }
        Ok(Self(outcomes))
    }
}

/// Why runs are not outcomes; seen only inside a malformed receipt.
#[derive(Debug, thiserror::Error)]
enum BadRun {
    #[error("an outcome with an unknown number")]
    Outcome,
    #[error("an empty run, or two runs that should be one")]
    Spelling,
    #[error("more outcomes than a bundle carries changes")]
    TooMany,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(runs: &[(u8, u16, Option<DocumentId>)]) -> Option<Outcomes> {
        postcard::from_bytes(&postcard::to_allocvec(runs).unwrap()).ok()
    }

    #[test]
    fn outcomes_have_one_spelling() {
        assert!(read(&[(0, 2, None), (1, 1, None)]).is_some());
        assert!(read(&[(0, 1, None), (0, 1, None)]).is_none());
        assert!(read(&[(0, 0, None)]).is_none());
        assert!(read(&[(0, 1, Some(DocumentId([1; 16])))]).is_none());
        assert!(read(&[(4, 1, None)]).is_none());
        assert!(read(&[(5, 1, None)]).is_none());
        assert!(read(&[(192, 1, None)]).is_none());
    }

    #[test]
    fn a_run_of_millions_is_refused_before_it_is_written_out() {
        let full = BUNDLE_CHANGES_MAX as u16;
        assert_eq!(read(&[(0, full, None)]).unwrap().len(), BUNDLE_CHANGES_MAX);
        assert!(read(&[(0, full, None), (1, 1, None)]).is_none());
        assert!(read(&[(0, u16::MAX, None)]).is_none());
        assert_eq!(
            Outcomes::new(vec![Outcome::Stored; 2_049]),
            Err(TooManyOutcomes)
        );
    }
}

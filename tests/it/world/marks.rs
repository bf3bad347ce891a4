//! Rare things that happened in a world: proof that a run looked where it says it looks.

use std::collections::{BTreeMap, BTreeSet};

use shared::bundle::Serial;
use shared::id::{Audience, DocumentId};
use shared::key::Key;
use shared::permission::Role;
use shared::pull::PullAnswer;
use shared::receipt::{Outcome, Receipt, Verdict};
use shared::row::Row;
use shared::signed::{DevicePublic, verify};

use super::{COMMUNE, HAMLETS, PROVINCE};
use shared::id::UnitId;

/// One rare thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// A receipt was lost on its way, and came with a pull.
    ReceiptLostThenPulled,
    /// The server was restored to before work whose values its phone had dropped.
    RestoredAfterValuesWereDropped,
    /// What was issued again arrived, and so did its original.
    ReissueBesideOriginal,
    /// Work in a later bundle was refused with what it stood upon.
    DependentsInLaterBundle,
    /// Half a bundle arrived.
    CutOff,
    /// A phone was lost, and its person got another.
    PhoneLost,
    /// A save was refused because the phone's storage failed.
    NotSaved,
}

impl Mark {
    pub const ALL: [Self; 7] = [
        Self::ReceiptLostThenPulled,
        Self::RestoredAfterValuesWereDropped,
        Self::ReissueBesideOriginal,
        Self::DependentsInLaterBundle,
        Self::CutOff,
        Self::PhoneLost,
        Self::NotSaved,
    ];
}

/// What a world's post office remembers of answers, to hold later ones against them.
#[derive(Debug, Default)]
pub struct Memory {
    pub marks: BTreeSet<Mark>,
    unanswered: BTreeSet<Serial>,
    answers: BTreeMap<(u32, Serial), Vec<Outcome>>,
}

impl Memory {
    /// Takes in a receipt as it left the server. What was stored is never taken back in the same
    /// epoch.
    pub fn see_receipt(&mut self, receipt: &Receipt, reaches_the_phone: bool) {
        if !reaches_the_phone {
            self.unanswered.insert(receipt.serial);
        }
        let Verdict::Taken(outcomes) = &receipt.verdict else {
            return;
        };
        let outcomes: Vec<Outcome> = outcomes.iter().copied().collect();
        let refused = |it: &&Outcome| matches!(it, Outcome::Refused(_));
        let mut reasons = outcomes
            .iter()
            .filter(refused)
            .map(|it| it.code())
            .peekable();
        if reasons.peek().is_some() && reasons.all(|code| code == "dependent") {
            self.marks.insert(Mark::DependentsInLaterBundle);
        }
        let key = (receipt.epoch, receipt.serial);
        if let Some(before) = self.answers.insert(key, outcomes.clone()) {
            let is_in = |it: &Outcome| matches!(it, Outcome::Stored | Outcome::Known);
            for (before, now) in before.iter().zip(&outcomes) {
                assert!(!is_in(before) || is_in(now), "{before:?} became {now:?}");
            }
        }
    }

    /// Takes in the answer to a pull: who asked gets what they may read, and nothing else.
    pub fn see_pull(&mut self, answer: &[u8], server: &DevicePublic, reader: &Reader) {
        let Ok(answer) = verify::<PullAnswer>(answer, server) else {
            return;
        };
        for page in &answer.pages {
            let (unit, audience) = (page.stream.unit, page.stream.audience);
            assert!(
                reader.may_read(unit, audience),
                "{reader:?} was shown {:?}",
                page.stream
            );
        }
        for receipt in &answer.receipts {
            let receipt: Receipt = verify(receipt, server).expect("the server signs its receipts");
            if self.unanswered.remove(&receipt.serial) {
                self.marks.insert(Mark::ReceiptLostThenPulled);
            }
        }
    }

    /// Takes in the server's documents at the end.
    pub fn see_rows(&mut self, rows: &BTreeMap<DocumentId, Row>) {
        // An event's key belongs to one operation of one author.
        let is_doubled = |row: &Row| {
            let events = row.cells.keys().filter(|key| key.event_id().is_some());
            let mut live = events.map(|key: &Key| row.live(key).len());
            live.any(|live| live > 1)
        };
        if rows.values().any(is_doubled) {
            self.marks.insert(Mark::ReissueBesideOriginal);
        }
    }
}

/// Who reads, and where.
#[derive(Debug, Clone)]
pub struct Reader {
    pub role: Role,
    pub units: Vec<UnitId>,
}

impl Reader {
    fn may_read(&self, unit: UnitId, audience: Audience) -> bool {
        let below = self.units.contains(&COMMUNE) && HAMLETS.contains(&unit);
        let near = self.units.contains(&unit) || below || [COMMUNE, PROVINCE].contains(&unit);
        near && (audience == Audience::Team || self.role != Role::TeamMember)
    }
}

//! Rare things that happened in a world: proof that a run looked where it says it looks.

use std::collections::{BTreeMap, BTreeSet};

use shared::bundle::Serial;
use shared::id::{Audience, DocumentId};
use shared::key::Key;
use shared::permission::Role;
use shared::pull::PullAnswer;
use shared::receipt::{HoldReason, Outcome, Receipt, RefuseReason, RejectReason, Verdict};
use shared::row::Row;
use shared::signed::{DevicePublic, verify};

use super::HAMLETS;
use super::office::{COMMUNE, NEW_COMMUNE, PROVINCE};
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
    /// A phone's system emptied its storage, and its person began anew.
    PhoneEmptied,
    /// A save was refused because the phone's storage failed.
    NotSaved,
    /// A phone was copied, and both went on.
    PhoneCopied,
    /// Two copies of one phone wrote under the same number, and one had to issue anew.
    Forked,
    /// Somebody had other work by the time that theirs arrived.
    HeldForOtherWork,
    /// A coordinator refused something.
    RefusedByDecision,
    /// Somebody was forgotten.
    Erased,
    /// A server was restored to before somebody was forgotten, and forgot them again.
    ErasedAgain,
    /// Work upon somebody who is forgotten arrived, and was destroyed.
    RefusedAsErased,
    /// A dossier lost its history.
    Refounded,
    /// Work upon what a dossier was before was made again on what it is now.
    Rebased,
    /// A union was undone, and the two stayed two.
    UnionUndoneForGood,
    /// The hamlets came to another commune.
    Reformed,
    /// A bundle was too new for the server, stayed on its phone, and was taken once it was not.
    TooNewThenTaken,
    /// A server that speaks another protocol was asked for news.
    OtherDialect,
    /// A colleague's bundle went on through a third phone.
    CourierOfCourier,
    /// News came back with somebody who travels.
    NewsByParcel,
    /// A phone had changed its keys, and was not known by the ones it signed with.
    SignedWithAnotherKey,
}

impl Mark {
    pub const ALL: [Self; 24] = [
        Self::ReceiptLostThenPulled,
        Self::RestoredAfterValuesWereDropped,
        Self::ReissueBesideOriginal,
        Self::DependentsInLaterBundle,
        Self::CutOff,
        Self::PhoneLost,
        Self::PhoneEmptied,
        Self::NotSaved,
        Self::PhoneCopied,
        Self::Forked,
        Self::HeldForOtherWork,
        Self::RefusedByDecision,
        Self::Erased,
        Self::ErasedAgain,
        Self::RefusedAsErased,
        Self::Refounded,
        Self::Rebased,
        Self::UnionUndoneForGood,
        Self::Reformed,
        Self::TooNewThenTaken,
        Self::OtherDialect,
        Self::CourierOfCourier,
        Self::NewsByParcel,
        Self::SignedWithAnotherKey,
    ];
}

/// What a world's post office remembers of answers, to hold later ones against them.
#[derive(Debug, Default)]
pub struct Memory {
    pub marks: BTreeSet<Mark>,
    unanswered: BTreeSet<Serial>,
    too_new: BTreeSet<Serial>,
    answers: BTreeMap<(u32, Serial), Vec<Outcome>>,
}

impl Memory {
    /// Takes in a receipt as it left the server. What was stored is never taken back in the same
    /// epoch.
    pub fn see_receipt(&mut self, receipt: &Receipt, reaches_the_phone: bool) {
        if !reaches_the_phone {
            self.unanswered.insert(receipt.serial);
        }
        let outcomes = match &receipt.verdict {
            Verdict::Taken(outcomes) => outcomes,
            Verdict::TooNew => {
                self.too_new.insert(receipt.serial);
                return;
            }
            Verdict::Rejected(rejection) => {
                if rejection.reason == RejectReason::Fork {
                    self.marks.insert(Mark::Forked);
                }
                return;
            }
        };
        if self.too_new.remove(&receipt.serial) {
            self.marks.insert(Mark::TooNewThenTaken);
        }
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
        self.marks.extend(outcomes.iter().filter_map(told));
        let key = (receipt.epoch, receipt.serial);
        if let Some(before) = self.answers.insert(key, outcomes.clone()) {
            let is_in = |it: &Outcome| matches!(it, Outcome::Stored | Outcome::Known);
            for (before, now) in before.iter().zip(&outcomes) {
                assert!(!is_in(before) || is_in(now), "{before:?} became {now:?}");
            }
        }
    }

    /// Takes in the answer to a pull: who asked gets what they may read, and nothing else. How
    /// many pages and receipts it brings.
    pub fn see_pull(&mut self, answer: &[u8], server: &DevicePublic, reader: &Reader) -> usize {
        let Ok(answer) = verify::<PullAnswer>(answer, server) else {
            return 0;
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
        answer.pages.len() + answer.receipts.len()
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

/// What an outcome tells by itself.
fn told(outcome: &Outcome) -> Option<Mark> {
    match outcome {
        Outcome::Rebase { .. } => Some(Mark::Rebased),
        Outcome::Refused(RefuseReason::Erased) => Some(Mark::RefusedAsErased),
        Outcome::Refused(RefuseReason::ByDecision) => Some(Mark::RefusedByDecision),
        Outcome::Held(HoldReason::RoleChanged | HoldReason::UnitChanged) => {
            Some(Mark::HeldForOtherWork)
        }
        _ => None,
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
        let communes = [COMMUNE, NEW_COMMUNE];
        let below = HAMLETS.contains(&unit) && communes.iter().any(|it| self.units.contains(it));
        let above = [COMMUNE, NEW_COMMUNE, PROVINCE].contains(&unit);
        let near = self.units.contains(&unit) || below || above;
        near && (audience == Audience::Team || self.role != Role::TeamMember)
    }
}

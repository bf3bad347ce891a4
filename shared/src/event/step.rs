//! The steps of the two funnels, card and e-ID.

use crate::catalogue::coded;

/// Levels of each funnel, from 1; 0 = nothing reached yet.
pub const LEVELS: u8 = 5;

/// Which of a resident's two products.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Funnel {
    /// The identity card.
    Card,
    /// The e-ID account.
    Eid,
}

coded! {
    /// One step of a funnel: a level reached, or a side state that lowers nothing.
    Step {
        /// Card level 1: an appointment to come and be recorded.
        CardAppointed = 1, "card-appointed";
        /// Card level 2: data and biometrics taken on police equipment.
        CardCollected = 2, "card-collected";
        /// Card level 3: sent in, being processed.
        CardProcessing = 3, "card-processing";
        /// Card level 4: printed and back at the unit.
        CardPrinted = 4, "card-printed";
        /// Card level 5: handed to the resident.
        CardHandedOver = 5, "card-handed-over";
        /// Card side state: sent back to be corrected.
        CardReturned = 6, "card-returned";
        /// Card side state: cannot be delivered, wrong address or phone.
        CardUndeliverable = 7, "card-undeliverable";
        /// E-ID level 1: made by the resident in the app.
        EidLevel1 = 11, "eid-level1";
        /// E-ID level 2: biometrics for a level 2 account taken by the police.
        EidCollected = 12, "eid-collected";
        /// E-ID level 3: accepted by the ministry.
        EidAccepted = 13, "eid-accepted";
        /// E-ID level 4: the resident was told by message.
        EidReported = 14, "eid-reported";
        /// E-ID level 5: activated on the resident's phone.
        EidActivated = 15, "eid-activated";
        /// E-ID side state: sent back by the ministry.
        EidReturned = 16, "eid-returned";
        /// E-ID side state: seven days passed without activation; the hotline must help.
        EidOverdue = 17, "eid-overdue";
        /// E-ID side state: locked.
        EidLocked = 18, "eid-locked";
    }
}

impl Step {
    /// The funnel it belongs to.
    #[must_use]
    pub fn funnel(self) -> Funnel {
        if self < Self::EidLevel1 {
            Funnel::Card
        } else {
            Funnel::Eid
        }
    }

    /// The level it reaches, 1 to [`LEVELS`]; `None` for a side state.
    #[must_use]
    pub fn level(self) -> Option<u8> {
        let level = match self.funnel() {
            Funnel::Card => self.code(),
            Funnel::Eid => self.code() - 10,
        };
        (level <= LEVELS).then_some(level)
    }

    /// The least level that, reached after this side state, ends it; `None` for a level.
    #[must_use]
    pub fn ended_by(self) -> Option<u8> {
        match self {
            Self::CardReturned | Self::EidReturned => Some(2),
            Self::CardUndeliverable | Self::EidOverdue => Some(4),
            Self::EidLocked => Some(5),
            _ => None,
        }
    }

    /// The step that reaches `level` of `funnel`; `None` beyond 1 to [`LEVELS`].
    #[must_use]
    pub fn reaching(funnel: Funnel, level: u8) -> Option<Self> {
        let mut steps = Self::ALL.iter().copied();
        steps.find(|step| step.funnel() == funnel && step.level() == Some(level))
    }
}

//! What is counted.

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::catalogue::Residence;
use crate::event::{Funnel, LEVELS, Step};
use crate::reason::Reason;
use crate::tally::Reported;

/// A number or name no indicator of this build has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an indicator this build does not know; update it")]
pub struct UnknownIndicator;

/// One thing that is counted. Numbers stand in targets and balances: append only.
///
/// `Display` and `FromStr` use a stable kebab-case name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub enum Indicator {
    /// Dossiers whose present unit it is. No day, no team. Number 1.
    Dossiers,
    /// Dossiers not collected, not even appointed, and without a reason. No day. Number 2.
    Unclassified,
    /// Dossiers whose card reached level 1. Numbers 11 to 15 for the five levels.
    CardAppointed,
    /// Dossiers whose card reached level 2.
    CardCollected,
    /// Dossiers whose card reached level 3.
    CardProcessing,
    /// Dossiers whose card reached level 4.
    CardPrinted,
    /// Dossiers whose card reached level 5.
    CardHandedOver,
    /// Dossiers whose e-ID reached level 1 or more: level 2 implies level 1. Numbers 21 to 25.
    EidLevel1,
    /// Dossiers whose e-ID was collected for level 2.
    EidCollected,
    /// Dossiers whose e-ID was accepted.
    EidAccepted,
    /// Dossiers whose e-ID result was reported.
    EidReported,
    /// Dossiers whose e-ID was activated.
    EidActivated,
    /// Dossiers whose card was sent back and not collected again, on the day it was. Number 16.
    CardReturned,
    /// Dossiers whose card cannot be delivered and was not handed over or printed again since, on
    /// the day somebody found that. Number 17.
    CardUndeliverable,
    /// Dossiers whose e-ID was sent back and not collected again. Number 26.
    EidReturned,
    /// Dossiers whose e-ID was not activated within seven days, nor since. Number 27.
    EidOverdue,
    /// Dossiers whose e-ID is locked. Number 28.
    EidLocked,
    /// Visits made. Number 40.
    Visits,
    /// Guidance sessions held. Number 50.
    Sessions,
    /// Attendances: one person may attend many sessions. Number 51.
    Attendances,
    /// Dossiers guided at least once, on the day of the first time. Number 52.
    PeopleGuided,
    /// Applications submitted online during sessions. Number 53.
    Submissions,
    /// Dossiers whose card is not collected, for this reason. No day. Number 100 + the reason's.
    CardWaits(Reason),
    /// Dossiers whose e-ID is not activated, for this reason. No day. Number 200 + the reason's.
    EidWaits(Reason),
    /// Dossiers of this residence. No day. Number 300 + the residence's.
    Residing(Residence),
    /// What an office reports. Number 400 + the figure's.
    Reported(Reported),
}

/// The indicators without a parameter: number and name.
const PLAIN: [(Indicator, u16, &str); 22] = [
    (Indicator::Dossiers, 1, "dossiers"),
    (Indicator::Unclassified, 2, "unclassified"),
    (Indicator::CardAppointed, 11, "card-appointed"),
    (Indicator::CardCollected, 12, "card-collected"),
    (Indicator::CardProcessing, 13, "card-processing"),
    (Indicator::CardPrinted, 14, "card-printed"),
    (Indicator::CardHandedOver, 15, "card-handed-over"),
    (Indicator::CardReturned, 16, "card-returned"),
    (Indicator::CardUndeliverable, 17, "card-undeliverable"),
    (Indicator::EidLevel1, 21, "eid-level1"),
    (Indicator::EidCollected, 22, "eid-collected"),
    (Indicator::EidAccepted, 23, "eid-accepted"),
    (Indicator::EidReported, 24, "eid-reported"),
    (Indicator::EidActivated, 25, "eid-activated"),
    (Indicator::EidReturned, 26, "eid-returned"),
    (Indicator::EidOverdue, 27, "eid-overdue"),
    (Indicator::EidLocked, 28, "eid-locked"),
    (Indicator::Visits, 40, "visits"),
    (Indicator::Sessions, 50, "sessions"),
    (Indicator::Attendances, 51, "attendances"),
    (Indicator::PeopleGuided, 52, "people-guided"),
    (Indicator::Submissions, 53, "submissions"),
];

const CARD_LEVELS: [Indicator; LEVELS as usize] = [
    Indicator::CardAppointed,
    Indicator::CardCollected,
    Indicator::CardProcessing,
    Indicator::CardPrinted,
    Indicator::CardHandedOver,
];

const EID_LEVELS: [Indicator; LEVELS as usize] = [
    Indicator::EidLevel1,
    Indicator::EidCollected,
    Indicator::EidAccepted,
    Indicator::EidReported,
    Indicator::EidActivated,
];

const CARD_WAITS: u16 = 100;
const EID_WAITS: u16 = 200;
const RESIDING: u16 = 300;
const REPORTED: u16 = 400;

impl Indicator {
    /// Every indicator.
    pub fn all() -> impl Iterator<Item = Self> {
        let plain = PLAIN.iter().map(|(indicator, _, _)| *indicator);
        let reasons = || Reason::ALL.iter().copied();
        plain
            .chain(reasons().map(Self::CardWaits))
            .chain(reasons().map(Self::EidWaits))
            .chain(Residence::ALL.iter().copied().map(Self::Residing))
            .chain(Reported::ALL.iter().copied().map(Self::Reported))
    }

    /// The indicators of a funnel's levels, from level 1.
    #[must_use]
    pub fn levels(funnel: Funnel) -> [Self; LEVELS as usize] {
        match funnel {
            Funnel::Card => CARD_LEVELS,
            Funnel::Eid => EID_LEVELS,
        }
    }

    /// The indicator of a side state; `None` for a step that reaches a level.
    #[must_use]
    pub fn aside(step: Step) -> Option<Self> {
        match step {
            Step::CardReturned => Some(Self::CardReturned),
            Step::CardUndeliverable => Some(Self::CardUndeliverable),
            Step::EidReturned => Some(Self::EidReturned),
            Step::EidOverdue => Some(Self::EidOverdue),
            Step::EidLocked => Some(Self::EidLocked),
            _ => None,
        }
    }

    /// The indicator this one is a part of, where reports compare the two: cards handed over of
    /// those collected, e-IDs activated of those accepted.
    #[must_use]
    pub fn whole(self) -> Option<Self> {
        match self {
            Self::CardPrinted | Self::CardHandedOver => Some(Self::CardCollected),
            Self::CardUndeliverable => Some(Self::CardPrinted),
            Self::EidAccepted => Some(Self::EidCollected),
            Self::EidActivated => Some(Self::EidAccepted),
            Self::Reported(figure) => figure.whole().map(Self::Reported),
            _ => None,
        }
    }

    /// Whether its figures belong to days. Those of the others say how it stands now, whatever
    /// day is asked for.
    #[must_use]
    pub fn has_days(self) -> bool {
        !matches!(
            self,
            Self::Dossiers
                | Self::Unclassified
                | Self::CardWaits(_)
                | Self::EidWaits(_)
                | Self::Residing(_)
        )
    }

    /// Its number in targets and balances.
    #[must_use]
    pub fn code(self) -> u16 {
        match self {
            Self::CardWaits(reason) => CARD_WAITS + u16::from(reason.code()),
            Self::EidWaits(reason) => EID_WAITS + u16::from(reason.code()),
            Self::Residing(residence) => RESIDING + u16::from(residence.code()),
            Self::Reported(figure) => REPORTED + u16::from(figure.code()),
            plain => plain.spelling().1,
        }
    }

    /// The indicator with this number, if this build knows it.
    #[must_use]
    pub fn from_code(code: u16) -> Option<Self> {
        let below = u64::from(code % 100);
        match code / 100 * 100 {
            0 => PLAIN.iter().find(|row| row.1 == code).map(|row| row.0),
            CARD_WAITS => Reason::from_code(below).map(Self::CardWaits),
            EID_WAITS => Reason::from_code(below).map(Self::EidWaits),
            RESIDING => Residence::from_code(below).map(Self::Residing),
            REPORTED => Reported::from_code(below).map(Self::Reported),
            _ => None,
        }
    }

    fn spelling(self) -> (Self, u16, &'static str) {
        let found = PLAIN.iter().find(|(indicator, _, _)| *indicator == self);
        *found.expect("a test walks every indicator without a parameter")
    }
}

impl From<Indicator> for u16 {
    fn from(indicator: Indicator) -> u16 {
        indicator.code()
    }
}

impl TryFrom<u16> for Indicator {
    type Error = UnknownIndicator;

    fn try_from(code: u16) -> Result<Self, UnknownIndicator> {
        Self::from_code(code).ok_or(UnknownIndicator)
    }
}

impl fmt::Display for Indicator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CardWaits(reason) => write!(f, "card-waits-{}", reason.name()),
            Self::EidWaits(reason) => write!(f, "eid-waits-{}", reason.name()),
            Self::Residing(residence) => write!(f, "residing-{}", residence.name()),
            Self::Reported(figure) => write!(f, "reported-{}", figure.name()),
            plain => f.write_str(plain.spelling().2),
        }
    }
}

impl FromStr for Indicator {
    type Err = UnknownIndicator;

    fn from_str(name: &str) -> Result<Self, UnknownIndicator> {
        Self::all()
            .find(|indicator| indicator.to_string() == name)
            .ok_or(UnknownIndicator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_numbers_and_names_is_the_golden_one() {
        let line = |indicator: Indicator| format!("{} {indicator}\n", indicator.code());
        let text: String = Indicator::all().map(line).collect();
        crate::golden::check("indicators.txt", &text);
    }

    #[test]
    fn numbers_and_names_give_back_their_indicator() {
        for indicator in Indicator::all() {
            assert_eq!(Indicator::from_code(indicator.code()), Some(indicator));
            assert_eq!(indicator.to_string().parse(), Ok(indicator));
        }
        let known = (0..=u16::MAX).filter_map(Indicator::from_code).count();
        assert_eq!(known, Indicator::all().count());
    }
}

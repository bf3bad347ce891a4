//! What a published campaign says: where, when, how many. No share of it, no document, no clock.

use core::ops::Range;

use shared::catalogue::TargetKind;
use shared::event::{Funnel, LEVELS};
use shared::tally::Indicator;
use shared::time::LocalDay;

use crate::demo::people::Setting;

/// A campaign as its reports tell it.
pub(super) struct Script {
    /// Its short name: authors of two campaigns on one server are told apart by it.
    pub(super) name: &'static str,
    /// The province's code before the reform of 2025.
    pub(super) province: &'static str,
    /// What the campaign is called.
    pub(super) campaign: &'static str,
    /// The campaign's first day, and the first day after it.
    pub(super) days: Range<LocalDay>,
    /// The days that were reported, the earliest first.
    pub(super) reports: Vec<LocalDay>,
    /// What was counted on those days.
    pub(super) series: Vec<Series>,
    /// What was to be reached.
    pub(super) goals: Vec<Goal>,
    /// The commune whose residents are generated one by one.
    pub(super) sample: Sample,
}

/// The commune with records.
pub(super) struct Sample {
    /// Its code.
    pub(super) commune: &'static str,
    /// What kind of place it is.
    pub(super) setting: Setting,
    /// Khmer names, in a thousand households.
    pub(super) khmer_permille: u32,
    /// When its phones work: the first day, and the first day after it.
    pub(super) field: Range<LocalDay>,
}

/// One figure of the campaign.
pub(super) struct Series {
    /// What is counted.
    pub(super) indicator: Indicator,
    /// The total up to each reported day, or the count on that day where the indicator has none.
    pub(super) totals: Vec<u64>,
    /// Where.
    pub(super) place: Where,
}

/// Where a total is counted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Where {
    /// Shared among everything below the province.
    Everywhere,
    /// Shared among everything below this district.
    Within(&'static str),
    /// Shared among everything below the province but this district.
    Outside(&'static str),
    /// Where the reasons of the last reported day say: for residents who are to be classified.
    AsClassified,
    /// By the province's offices.
    Province,
    /// Once by every district.
    EachDistrict,
    /// Once by every commune.
    EachCommune,
}

impl Where {
    /// Whether what is counted there grows as teams go from place to place.
    pub(super) fn goes_round(self) -> bool {
        matches!(self, Self::Everywhere | Self::Within(_) | Self::Outside(_))
    }
}

/// A target of the province; those of districts and communes are their shares of it.
pub(super) struct Goal {
    /// What is counted.
    pub(super) indicator: Indicator,
    /// Whose figure it is.
    pub(super) kind: TargetKind,
    /// What is to be reached.
    pub(super) value: u64,
    /// The first day that counts towards it, where not every day does.
    pub(super) from: Option<LocalDay>,
    /// When it is due.
    pub(super) due: Option<LocalDay>,
}

impl Goal {
    /// A target set from above, without a day.
    pub(super) fn assigned(indicator: Indicator, value: u64) -> Self {
        Self {
            indicator,
            kind: TargetKind::Assigned,
            value,
            from: None,
            due: None,
        }
    }
}

impl Series {
    /// A figure of the province's offices.
    pub(super) fn office(indicator: Indicator, totals: &[u64]) -> Self {
        Self {
            indicator,
            totals: totals.to_vec(),
            place: Where::Province,
        }
    }

    /// A figure shared among all units.
    pub(super) fn everywhere(indicator: Indicator, totals: &[u64]) -> Self {
        Self {
            indicator,
            totals: totals.to_vec(),
            place: Where::Everywhere,
        }
    }

    /// All levels of a funnel, by level and then by reported day: what records can reach must be
    /// told for every level, because a level reached implies those below it.
    pub(super) fn funnel(funnel: Funnel, totals: [&[u64]; LEVELS as usize]) -> Vec<Self> {
        let levels = Indicator::levels(funnel).into_iter().zip(totals);
        levels
            .map(|(indicator, totals)| Self::everywhere(indicator, totals))
            .collect()
    }
}

/// A day that exists.
pub(super) fn date(year: i32, month: u32, day: u32) -> LocalDay {
    LocalDay::from_date(year, month, day).unwrap_or_default()
}

//! Who visits which household when, and what comes of it.

use core::ops::Range;
use std::collections::{BTreeSet, VecDeque};

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use shared::id::UnitId;
use shared::time::{LocalDay, LocalMinute};

use super::draw::{Seed, Source, chance, one_of, source, weighted};
use super::tide::Coast;

/// The work of one team in one hamlet.
#[derive(Debug, Clone)]
pub struct FieldPlan {
    /// The hamlet, whose work is the same whatever else is generated.
    pub hamlet: UnitId,
    /// Households, numbered from 1; each belongs to one worker.
    pub households: u32,
    /// Workers, numbered from 0.
    pub workers: u32,
    /// First day, and the first day after the campaign.
    pub period: Range<LocalDay>,
    /// Where workers travel by skiff, the sea whose tide decides when.
    pub coast: Option<Coast>,
}

/// One worker's day with at least one visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldDay {
    /// The worker, from 0.
    pub worker: u32,
    /// The day.
    pub day: LocalDay,
    /// The visits in order, none overlapping another.
    pub visits: Vec<Visit>,
}

/// One visit to one household.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visit {
    /// The household's number, from 1.
    pub household: u32,
    /// When it began.
    pub start: LocalMinute,
    /// How long it took, in minutes.
    pub minutes: u16,
    /// What came of it.
    pub outcome: Outcome,
    /// A note, where the worker wrote one.
    pub note: Option<&'static str>,
}

/// What came of a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Somebody reached a stage; the household needs no further visit.
    Reached(Stage),
    /// Nobody opened; the worker comes again.
    NotHome,
    /// The water was too low; the worker comes again.
    TideMissed,
    /// A reason, by its code in the catalogue, why nothing could be done; no further visit.
    Blocked(&'static str),
}

/// The stages visits lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// A day at the card station is agreed.
    Appointed,
    /// The card dossier is taken by the mobile team.
    Collected,
    /// The e-ID account is active.
    Activated,
}

/// The days of all workers, by day, then worker.
///
/// A worker knocks at 8 to 25 doors a day, finds four in ten closed and comes back to those
/// later. Storms from September to November keep everybody home for one to three days.
#[must_use]
pub fn field_days(plan: &FieldPlan, seed: Seed) -> Vec<FieldDay> {
    let mut rng = source(seed, Source::FieldDays, plan.hamlet.0);
    let storms = storms(plan, &mut rng);
    let mut open: Vec<VecDeque<u32>> = (0..plan.workers)
        .map(|worker| households_of(worker, plan).collect())
        .collect();
    let mut days = Vec::new();
    let calendar = (plan.period.start.0..plan.period.end.0).map(LocalDay);
    for day in calendar.filter(|day| !storms.contains(day)) {
        let slots = slots(plan, day);
        for (worker, open) in (0..).zip(&mut open) {
            let visits = visits(open, &slots, plan.coast, &mut rng);
            if !visits.is_empty() {
                days.push(FieldDay {
                    worker,
                    day,
                    visits,
                });
            }
        }
    }
    days
}

fn households_of(worker: u32, plan: &FieldPlan) -> impl Iterator<Item = u32> {
    let workers = plan.workers;
    (1..=plan.households).filter(move |household| household % workers == worker)
}

/// Morning and afternoon, in minutes of the day: 07:00 to 11:00 and 13:00 to 17:00.
const SHIFTS: [Range<i64>; 2] = [7 * 60..11 * 60, 13 * 60..17 * 60];

/// Fewest and most doors of a day.
const DOORS: core::ops::RangeInclusive<usize> = 8..=25;

/// Reasons a team may record, with weights.
const REASONS: [(&str, u32); 12] = [
    ("A1", 30),
    ("E1", 10),
    ("E2", 12),
    ("E3", 12),
    ("E5", 8),
    ("E8", 8),
    ("E7", 5),
    ("E9", 4),
    ("C1", 5),
    ("A3", 3),
    ("E4", 2),
    ("F1", 1),
];

const NOTES: [&str; 10] = [
    "Hẹn tối mai quay lại.",
    "Cả nhà đi làm ở Bình Dương, cuối năm mới về.",
    "Máy cũ quá, không mở được ứng dụng.",
    "SIM của người con, phải sang tên trước.",
    "Ngày sinh trên giấy khai sinh khác trên thẻ.",
    "Đã chỉ cách nộp hồ sơ qua mạng.",
    "Bác lớn tuổi, cần hướng dẫn bằng tiếng Khmer.",
    "Chờ nước lớn mới vô được.",
    "Đã nhận thẻ, chưa kích hoạt.",
    "ok",
];

/// Days lost to storms: from September to November one begins on every 25th day.
fn storms(plan: &FieldPlan, rng: &mut ChaCha8Rng) -> BTreeSet<LocalDay> {
    let mut lost = BTreeSet::new();
    for day in (plan.period.start.0..plan.period.end.0).map(LocalDay) {
        let in_season = (9..=11).contains(&day.date().1);
        if in_season && chance(rng, 40) {
            let length = rng.random_range(1..=3);
            lost.extend((0..length).map(|n| LocalDay(day.0 + n)));
        }
    }
    lost
}

/// When visits can begin: the shifts, and where skiffs travel only their passable parts.
fn slots(plan: &FieldPlan, day: LocalDay) -> Vec<Range<i64>> {
    let midnight = day.first_minute().0;
    let shifts = SHIFTS.map(|shift| midnight + shift.start..midnight + shift.end);
    let Some(coast) = plan.coast else {
        return shifts.to_vec();
    };
    let windows = coast.windows(day);
    let passable = shifts.iter().flat_map(|shift| {
        windows
            .iter()
            .map(|window| window.start.0.max(shift.start)..window.end.0.min(shift.end))
    });
    passable.filter(|slot| slot.start < slot.end).collect()
}

/// One worker's visits of a day; households that need another visit go to the end of `open`.
fn visits(
    open: &mut VecDeque<u32>,
    slots: &[Range<i64>],
    coast: Option<Coast>,
    rng: &mut ChaCha8Rng,
) -> Vec<Visit> {
    let doors = rng.random_range(DOORS).min(open.len());
    let mut visits = Vec::with_capacity(doors);
    let mut slots = slots.iter().cloned();
    let mut slot = slots.next();
    while visits.len() < doors
        && let Some(free) = slot.clone()
    {
        let start = free.start + rng.random_range(2..15);
        if start >= free.end {
            slot = slots.next();
            continue;
        }
        let Some(household) = open.pop_front() else {
            break;
        };
        let visit = visit(household, LocalMinute(start), coast, rng);
        if matches!(visit.outcome, Outcome::NotHome | Outcome::TideMissed) {
            open.push_back(household);
        }
        slot = Some(start + i64::from(visit.minutes)..free.end);
        visits.push(visit);
    }
    visits
}

fn visit(household: u32, start: LocalMinute, coast: Option<Coast>, rng: &mut ChaCha8Rng) -> Visit {
    let outcome = outcome(coast, rng);
    let minutes = match outcome {
        Outcome::NotHome | Outcome::TideMissed => rng.random_range(2..=5),
        Outcome::Reached(_) | Outcome::Blocked(_) => rng.random_range(5..=25),
    };
    let note = chance(rng, 350).then(|| one_of(rng, &NOTES));
    Visit {
        household,
        start,
        minutes,
        outcome,
        note,
    }
}

fn outcome(coast: Option<Coast>, rng: &mut ChaCha8Rng) -> Outcome {
    if coast.is_some() && chance(rng, 100) {
        return Outcome::TideMissed;
    }
    let table = [
        (Outcome::NotHome, 40),
        (Outcome::Reached(Stage::Activated), 33),
        (Outcome::Reached(Stage::Collected), 8),
        (Outcome::Reached(Stage::Appointed), 5),
        (Outcome::Blocked(weighted(rng, &REASONS)), 14),
    ];
    weighted(rng, &table)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(coast: Option<Coast>) -> FieldPlan {
        let first = LocalDay::from_date(2023, 8, 25).unwrap();
        FieldPlan {
            hamlet: UnitId(1_000_101),
            households: 140,
            workers: 3,
            period: first..LocalDay(first.0 + 30),
            coast,
        }
    }

    #[test]
    fn one_seed_gives_one_campaign() {
        let plan = plan(Some(Coast::East));
        let days = field_days(&plan, [1; 32]);
        assert_eq!(days, field_days(&plan, [1; 32]));
        assert_ne!(days, field_days(&plan, [2; 32]));
        let nobody = FieldPlan { workers: 0, ..plan };
        assert!(field_days(&nobody, [1; 32]).is_empty());
    }

    #[test]
    fn a_worker_is_in_one_place_at_a_time_and_within_hours() {
        for day in field_days(&plan(None), [3; 32]) {
            let mut free_from = day.day.first_minute();
            for visit in day.visits {
                let of_day = visit.start.0 - day.day.first_minute().0;
                assert!(SHIFTS.iter().any(|shift| shift.contains(&of_day)));
                assert!(visit.start >= free_from);
                free_from = LocalMinute(visit.start.0 + i64::from(visit.minutes));
            }
        }
    }

    #[test]
    fn skiffs_leave_only_on_passable_water() {
        let days = field_days(&plan(Some(Coast::East)), [4; 32]);
        let visits = days.iter().flat_map(|day| &day.visits);
        for visit in visits.clone() {
            let windows = Coast::East.windows(visit.start.day());
            assert!(windows.iter().any(|window| window.contains(&visit.start)));
        }
        assert!(
            visits
                .clone()
                .any(|visit| visit.outcome == Outcome::TideMissed)
        );
    }

    #[test]
    fn every_household_is_visited_until_something_comes_of_it() {
        let days = field_days(&plan(None), [5; 32]);
        let mut done: Vec<u32> = days
            .iter()
            .flat_map(|day| &day.visits)
            .filter(|visit| !matches!(visit.outcome, Outcome::NotHome))
            .map(|visit| visit.household)
            .collect();
        done.sort_unstable();
        assert_eq!(done, (1..=140).collect::<Vec<u32>>());
    }
}

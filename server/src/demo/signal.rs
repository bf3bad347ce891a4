//! When a field phone can reach anybody, what its clock shows, and whether it gets lost.

use core::ops::Range;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use shared::time::{LocalDay, LocalMinute};

use super::draw::{Seed, Source, chance, source, weighted};

/// What happens to one phone during a campaign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhoneFate {
    /// When it has no signal, in order, without overlap; between them it can sync.
    pub offline: Vec<Range<LocalMinute>>,
    /// How it reaches the server at all.
    pub route: Route,
    /// What its clock shows beyond the true time, in minutes.
    pub clock_error_minutes: i32,
    /// The day it is lost with whatever was not handed over.
    pub lost_on: Option<LocalDay>,
}

/// How a phone reaches the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// By its own connection, now and then.
    Direct,
    /// Never by itself: a colleague's phone or a file carries its bundles.
    Carried,
}

/// The fate of the `worker`-th phone (from 0) in a period.
///
/// Half of the gaps are under an hour and one in fifty lasts one to four weeks; 5 of 100 phones
/// never connect, 5 have clocks off by more than 10 minutes, and 3 of 1,000 are lost each month.
#[must_use]
pub fn fate(period: Range<LocalDay>, worker: u32, seed: Seed) -> PhoneFate {
    let mut rng = source(seed, Source::Signal, worker);
    let route = match chance(&mut rng, 50) {
        true => Route::Carried,
        false => Route::Direct,
    };
    PhoneFate {
        offline: gaps(period.clone(), &mut rng),
        route,
        clock_error_minutes: clock_error(&mut rng),
        lost_on: day_of_loss(period, &mut rng),
    }
}

const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;

/// Shortest, longest minutes without signal; weight in percent.
const GAPS: [((i64, i64), u32); 5] = [
    ((5, HOUR), 50),
    ((HOUR, 8 * HOUR), 25),
    ((8 * HOUR, 48 * HOUR), 17),
    ((2 * DAY, 7 * DAY), 6),
    ((7 * DAY, 28 * DAY), 2),
];

/// Shortest and longest minutes of a contact between two gaps.
const CONTACT: (i64, i64) = (5, 45);

fn gaps(period: Range<LocalDay>, rng: &mut ChaCha8Rng) -> Vec<Range<LocalMinute>> {
    let end = period.end.first_minute().0;
    let mut at = period.start.first_minute().0;
    let mut gaps = Vec::new();
    while at < end {
        let (shortest, longest) = weighted(rng, &GAPS);
        let until = end.min(at + rng.random_range(shortest..longest));
        gaps.push(LocalMinute(at)..LocalMinute(until));
        at = until + rng.random_range(CONTACT.0..CONTACT.1);
    }
    gaps
}

fn clock_error(rng: &mut ChaCha8Rng) -> i32 {
    let (least, most) = weighted(rng, &[((0, 3), 950), ((11, 600), 45), ((1_441, 20_000), 5)]);
    let error = rng.random_range(least..most);
    match chance(rng, 500) {
        true => error,
        false => -error,
    }
}

/// Three of a thousand a month is one in ten thousand a day.
fn day_of_loss(period: Range<LocalDay>, rng: &mut ChaCha8Rng) -> Option<LocalDay> {
    (period.start.0..period.end.0)
        .find(|_| rng.random_ratio(1, 10_000))
        .map(LocalDay)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fates() -> impl Iterator<Item = PhoneFate> {
        let first = LocalDay::from_date(2023, 7, 25).unwrap();
        let period = first..LocalDay(first.0 + 63);
        (0..1_000).map(move |worker| fate(period.clone(), worker, [1; 32]))
    }

    #[test]
    fn gaps_are_in_order_and_mostly_short() {
        let (mut short, mut all, mut weeks) = (0, 0, 0);
        for fate in fates() {
            assert!(
                fate.offline
                    .windows(2)
                    .all(|pair| pair[0].end < pair[1].start)
            );
            for gap in &fate.offline {
                let minutes = gap.end.0 - gap.start.0;
                all += 1;
                short += usize::from(minutes < HOUR);
                weeks += usize::from(minutes > 7 * DAY);
            }
        }
        assert!((45..=55).contains(&(short * 100 / all)));
        assert!(weeks > 100);
    }

    #[test]
    fn some_phones_never_connect_go_wrong_or_get_lost() {
        let fates: Vec<PhoneFate> = fates().collect();
        let count = |is: &dyn Fn(&PhoneFate) -> bool| fates.iter().filter(|f| is(f)).count();
        assert!((30..=75).contains(&count(&|fate| fate.route == Route::Carried)));
        assert!((30..=75).contains(&count(&|fate| fate.clock_error_minutes.abs() > 10)));
        assert!((1..=20).contains(&count(&|fate| fate.lost_on.is_some())));
    }
}

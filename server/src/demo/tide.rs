//! Synthetic tides: when a skiff gets through the small canals.
//!
//! A sum of a few harmonics with the periods of the real constituents and made-up phases. It
//! drifts by about 50 minutes a day and swells every two weeks like the sea does, and must not
//! be used to plan a journey.

use core::ops::Range;

use shared::time::{LocalDay, LocalMinute};

/// Which sea a hamlet's canals open to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coast {
    /// The East Sea: two high tides a day, a range of 3 to 4 m.
    East,
    /// The Gulf of Thailand: one high tide a day, about 1 m.
    West,
}

/// The lowest water, in millimetres about the mean, that carries a loaded skiff.
pub const PASSABLE_FROM_MM: i32 = -200;

/// First and last minute of a day in which people travel by skiff: 05:00 to 22:00.
const TRAVEL_MINUTES: Range<i64> = 5 * 60..22 * 60;

/// How finely windows are found.
const STEP_MINUTES: i64 = 10;

/// One harmonic: amplitude in millimetres, period in minutes, phase in minutes.
struct Harmonic {
    amplitude_mm: f64,
    period: f64,
    phase: f64,
}

const fn harmonic(amplitude_mm: f64, period: f64, phase: f64) -> Harmonic {
    Harmonic {
        amplitude_mm,
        period,
        phase,
    }
}

/// M2, S2, K1, O1.
const EAST: [Harmonic; 4] = [
    harmonic(900.0, 745.2, 130.0),
    harmonic(300.0, 720.0, 60.0),
    harmonic(600.0, 1_435.8, 400.0),
    harmonic(450.0, 1_549.2, 910.0),
];

/// K1, O1, M2.
const WEST: [Harmonic; 3] = [
    harmonic(250.0, 1_435.8, 720.0),
    harmonic(200.0, 1_549.2, 300.0),
    harmonic(100.0, 745.2, 510.0),
];

impl Coast {
    /// The water's height in millimetres about its mean.
    #[must_use]
    pub fn level_mm(self, at: LocalMinute) -> i32 {
        let harmonics: &[Harmonic] = match self {
            Self::East => &EAST,
            Self::West => &WEST,
        };
        let height: f64 = harmonics
            .iter()
            .map(|part| {
                part.amplitude_mm * cosine_of_turns((at.0 as f64 + part.phase) / part.period)
            })
            .sum();
        height.round() as i32
    }

    /// When small canals are passable between 05:00 and 22:00 of a day, in steps of ten minutes.
    #[must_use]
    pub fn windows(self, day: LocalDay) -> Vec<Range<LocalMinute>> {
        let midnight = day.first_minute().0;
        let mut windows: Vec<Range<LocalMinute>> = Vec::new();
        for minute in TRAVEL_MINUTES.step_by(STEP_MINUTES as usize) {
            let at = LocalMinute(midnight + minute);
            if self.level_mm(at) <= PASSABLE_FROM_MM {
                continue;
            }
            let end = LocalMinute(at.0 + STEP_MINUTES);
            match windows.last_mut().filter(|window| window.end == at) {
                Some(window) => window.end = end,
                None => windows.push(at..end),
            }
        }
        windows
    }
}

/// cos(2πx), to about one part in a thousand.
///
/// Only sums and products, which every machine computes alike; the library's cosine may differ
/// in its last digit from one system to the next, and a replay must not.
fn cosine_of_turns(x: f64) -> f64 {
    let from_peak = x - x.round();
    let quarter = 0.25 - from_peak.abs();
    let parabola = 8.0 * quarter * (1.0 - 2.0 * quarter.abs());
    parabola * (0.775 + 0.225 * parabola.abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days() -> impl Iterator<Item = LocalDay> {
        let first = LocalDay::from_date(2023, 2, 26).unwrap();
        (0..30).map(move |n| LocalDay(first.0 + n))
    }

    #[test]
    fn the_cosine_is_close_enough() {
        for n in -1_000..1_000 {
            let x = f64::from(n) / 97.0;
            let exact = (core::f64::consts::TAU * x).cos();
            assert!((cosine_of_turns(x) - exact).abs() < 0.0015, "{x}");
        }
    }

    #[test]
    fn the_east_rises_twice_a_day_and_higher_than_the_west() {
        let range = |coast: Coast| {
            let minutes =
                days().flat_map(|day| (0..144).map(move |n| day.first_minute().0 + n * 10));
            let levels: Vec<i32> = minutes.map(|m| coast.level_mm(LocalMinute(m))).collect();
            levels.iter().max().unwrap() - levels.iter().min().unwrap()
        };
        assert!((3_000..=4_500).contains(&range(Coast::East)));
        assert!((700..=1_200).contains(&range(Coast::West)));
    }

    #[test]
    fn windows_lie_within_the_day_and_drift() {
        let mut starts = std::collections::BTreeSet::new();
        for day in days() {
            for window in Coast::East.windows(day) {
                assert_eq!(window.start.day(), day);
                assert!(window.start < window.end);
                starts.insert(window.start.0 - day.first_minute().0);
            }
        }
        assert!(starts.len() > 20);
    }
}

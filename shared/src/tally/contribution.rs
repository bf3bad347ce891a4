//! What each kind of document adds to the tallies.

use super::{Contributions, Indicator, NO_DAY, Tallies, TallyKey};
use crate::catalogue::Residence;
use crate::event::{Events, Funnel, Outcome, OutcomeResult, RowEvent, Stamp, What};
use crate::id::TeamId;
use crate::key::Key;
use crate::kind::Kind;
use crate::limits::FIGURE_MAX;
use crate::reason::Reason;
use crate::row::Row;
use crate::stage::{FunnelState, Stages};
use crate::time::LocalMinute;
use crate::value::Value;

/// The card level from which no reason for its absence counts any more.
const CARD_DONE: u8 = 2;
/// The e-ID level from which no reason for its absence counts any more.
const EID_DONE: u8 = 5;

/// What the document with this row adds to the tallies.
///
/// A withdrawn document adds nothing, nor does a dossier that is linked and not the counted one.
/// Kinds other than dossier, session and balance never add anything.
#[must_use]
pub fn contributions(row: &Row) -> Contributions {
    if row.get(&Key::WITHDRAWN) == Some(&Value::Bool(true)) {
        return Contributions::new();
    }
    let mut tallies = Tallies::default();
    match row.kind() {
        Some(Kind::Dossier) if row.get(&Key::COUNTED) != Some(&Value::Bool(false)) => {
            add_dossier(&mut tallies, row);
        }
        Some(Kind::Session) => add_session(&mut tallies, row),
        Some(Kind::Balance) => add_balance(&mut tallies, row),
        _ => {}
    }
    tallies.counts
}

fn add_dossier(tallies: &mut Tallies, row: &Row) {
    let events = Events::of(row);
    let stages = Stages::of(&events);
    add_present(tallies, row, &stages);
    add_reached(tallies, &stages.card, Funnel::Card);
    add_reached(tallies, &stages.eid, Funnel::Eid);
    let visits = events
        .valid
        .iter()
        .filter(|entry| matches!(entry.event.what, What::Visit(_)));
    for visit in visits {
        count_event(tallies, visit, Indicator::Visits);
    }
    if let Some((first, _)) = outcomes(&events).next() {
        count_event(tallies, first, Indicator::PeopleGuided);
    }
}

/// What the dossier's present unit has: nothing here has a day or a team.
fn add_present(tallies: &mut Tallies, row: &Row, stages: &Stages) {
    let Some(unit) = row.unit() else { return };
    let code = |key: &Key| row.get(key).and_then(Value::as_uint);
    let card_reason = code(&Key::CARD_REASON);
    let eid_reason = code(&Key::EID_REASON);
    let card_waits = stages.card.furthest() < CARD_DONE;
    let eid_waits = stages.eid.furthest() < EID_DONE;
    let unclassified = stages.card.furthest() == 0 && card_reason.is_none();
    let known = |waits: bool, code: Option<u64>| code.filter(|_| waits).and_then(Reason::from_code);
    let present = [
        Some(Indicator::Dossiers),
        unclassified.then_some(Indicator::Unclassified),
        known(card_waits, card_reason).map(Indicator::CardWaits),
        known(eid_waits, eid_reason).map(Indicator::EidWaits),
        code(&Key::RESIDENCE)
            .and_then(Residence::from_code)
            .map(Indicator::Residing),
    ];
    tallies.apply(present.into_iter().flatten().map(|indicator| {
        let key = TallyKey {
            unit,
            indicator,
            day: NO_DAY,
            team: TeamId::default(),
        };
        (key, 1)
    }));
}

fn add_reached(tallies: &mut Tallies, state: &FunnelState, funnel: Funnel) {
    let levels = Indicator::levels(funnel).into_iter().zip(state.reached);
    let aside = state.side.and_then(Indicator::aside).zip(Some(state.aside));
    for (indicator, reached) in levels.chain(aside) {
        tallies.apply(reached.map(|reached| {
            let key = TallyKey {
                unit: reached.unit,
                indicator,
                day: reached.at.day(),
                team: reached.team,
            };
            (key, 1)
        }));
    }
}

fn add_session(tallies: &mut Tallies, row: &Row) {
    let events = Events::of(row);
    let submitted =
        outcomes(&events).filter(|(_, outcome)| outcome.result == OutcomeResult::Submitted);
    for (entry, _) in submitted {
        count_event(tallies, entry, Indicator::Submissions);
    }
    let Some(unit) = row.unit() else { return };
    let number = |key: &Key| row.get(key).and_then(Value::as_uint);
    let listed = outcomes(&events).count() as i64;
    let heads = number(&Key::HEADCOUNT).map_or(0, |heads| heads.min(FIGURE_MAX) as i64);
    let started = number(&Key::STARTED).and_then(|minute| i64::try_from(minute).ok());
    let team = number(&Key::SESSION_TEAM).and_then(|team| u32::try_from(team).ok());
    let at = |indicator| TallyKey {
        unit,
        indicator,
        day: started.map_or(NO_DAY, |minute| LocalMinute(minute).day()),
        team: TeamId(team.unwrap_or(0)),
    };
    tallies.apply([
        (at(Indicator::Sessions), 1),
        (at(Indicator::Attendances), heads.max(listed)),
    ]);
}

fn add_balance(tallies: &mut Tallies, row: &Row) {
    for entry in Events::of(row).valid {
        if let What::Opening(opening) = entry.event.what {
            let figures = opening.figures.into_iter();
            tallies.apply(figures.map(|figure| (figure.place, figure.count as i64)));
        }
    }
}

fn outcomes(events: &Events) -> impl Iterator<Item = (&RowEvent, &Outcome)> {
    events
        .valid
        .iter()
        .filter_map(|entry| match &entry.event.what {
            What::Outcome(outcome) => Some((entry, outcome)),
            _ => None,
        })
}

fn count_event(tallies: &mut Tallies, entry: &RowEvent, indicator: Indicator) {
    let Stamp { at, unit, team } = entry.event.stamp;
    let day = at.day();
    let key = TallyKey {
        unit,
        indicator,
        day,
        team,
    };
    tallies.apply([(key, 1)]);
}

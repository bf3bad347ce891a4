//! How far a resident's card and e-ID have come, read from the dossier's events.
//!
//! There is no register of the stage: it follows from the events that count
//! ([`crate::event::Events`]), so devices that hold the same events agree. Levels are "ever
//! reached": reaching a level reaches all below it, and a side state such as a return lowers
//! nothing.

use crate::event::{Events, Funnel, LEVELS, RowEvent, Step};
use crate::id::{EventId, TeamId, UnitId};
use crate::row::Row;
use crate::time::LocalMinute;

/// Both funnels of one dossier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stages {
    /// The identity card.
    pub card: FunnelState,
    /// The e-ID account.
    pub eid: FunnelState,
}

/// One funnel of one dossier.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FunnelState {
    /// At index `k - 1`: the first event by which level `k` or a higher one was reached. Filled
    /// from the front, so the furthest level is the count of `Some`.
    pub reached: [Option<Reached>; LEVELS as usize],
    /// The latest side state that no later step has ended.
    pub side: Option<Step>,
    /// The event by which it came to that.
    pub aside: Option<Reached>,
    /// Whether a step counts although a void took the same step back at a later time: somebody
    /// wrote it unseen by whoever voided, and a person should look.
    pub is_conflicted: bool,
}

/// The event that first reached a level, or led aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached {
    /// The event.
    pub event: EventId,
    /// When it was written.
    pub at: LocalMinute,
    /// The unit it counts for.
    pub unit: UnitId,
    /// The team it counts for.
    pub team: TeamId,
}

/// The stages of the dossier with this row.
#[must_use]
pub fn stages(row: &Row) -> Stages {
    Stages::of(&Events::of(row))
}

impl Stages {
    /// The stages that follow from a dossier's events.
    #[must_use]
    pub fn of(events: &Events) -> Self {
        Self {
            card: FunnelState::of(events, Funnel::Card),
            eid: FunnelState::of(events, Funnel::Eid),
        }
    }

    /// The state of one funnel.
    #[must_use]
    pub fn funnel(&self, funnel: Funnel) -> &FunnelState {
        match funnel {
            Funnel::Card => &self.card,
            Funnel::Eid => &self.eid,
        }
    }
}

impl FunnelState {
    /// The furthest level reached, 0 to [`LEVELS`].
    #[must_use]
    pub fn furthest(&self) -> u8 {
        self.reached.iter().flatten().count() as u8
    }

    /// The first event by which `level` (1 to [`LEVELS`]) was reached.
    #[must_use]
    pub fn first(&self, level: u8) -> Option<&Reached> {
        self.reached
            .get(usize::from(level).checked_sub(1)?)?
            .as_ref()
    }

    fn of(events: &Events, funnel: Funnel) -> Self {
        let steps: Vec<(Step, &RowEvent)> = steps_in(&events.valid, funnel).collect();
        let side = open_side(&steps);
        let mut state = Self {
            side: side.map(|(step, _)| step),
            aside: side.map(|(_, entry)| Reached::by(entry)),
            is_conflicted: is_conflicted(events, &steps, funnel),
            ..Self::default()
        };
        // Entries come by time, so the first to fill a level is the first that reached it.
        for (step, entry) in steps {
            for slot in &mut state.reached[..usize::from(step.level().unwrap_or(0))] {
                slot.get_or_insert(Reached::by(entry));
            }
        }
        state
    }
}

impl Reached {
    fn by(entry: &RowEvent) -> Self {
        let stamp = entry.event.stamp;
        Self {
            event: entry.id,
            at: stamp.at,
            unit: stamp.unit,
            team: stamp.team,
        }
    }
}

fn steps_in(entries: &[RowEvent], funnel: Funnel) -> impl Iterator<Item = (Step, &RowEvent)> {
    entries.iter().filter_map(move |entry| {
        let step = entry.event.step()?;
        (step.funnel() == funnel).then_some((step, entry))
    })
}

fn open_side<'a>(steps: &[(Step, &'a RowEvent)]) -> Option<(Step, &'a RowEvent)> {
    let open = |&position: &usize| {
        let ended_by = steps[position].0.ended_by();
        let later = &steps[position + 1..];
        ended_by.is_some_and(|end| later.iter().all(|(step, _)| step.level() < Some(end)))
    };
    let latest = (0..steps.len()).rev().find(open)?;
    Some(steps[latest])
}

fn is_conflicted(events: &Events, surviving: &[(Step, &RowEvent)], funnel: Funnel) -> bool {
    events.voided.iter().any(|voided| {
        let step = voided
            .event
            .event
            .step()
            .filter(|step| step.funnel() == funnel);
        let unseen = |&(other, entry): &(Step, &RowEvent)| {
            Some(other) == step && entry.event.stamp.at < voided.at
        };
        surviving.iter().any(unseen)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Event, Source, Stage, Stamp, Void, VoidReason, What};
    use crate::event::{Outcome, OutcomeResult};
    use crate::key::Key;
    use crate::row::Cell;
    use crate::value::Value;
    use crate::{change::OpId, id::ActorId, id::DocumentId};

    const VOID: VoidReason = VoidReason::Mistake;

    fn step(step: Step) -> What {
        let source = Source::Told;
        let on = None;
        What::Stage(Stage { step, on, source })
    }

    fn void(events: &[u8]) -> What {
        let events = events.iter().map(|&n| EventId([n; 8])).collect();
        What::Void(Void {
            events,
            reason: VOID,
        })
    }

    /// The stages of a dossier with these events: id, minute, what.
    fn stages_with(events: &[(u8, i64, What)]) -> Stages {
        let mut row = Row::default();
        for (id, minute, what) in events {
            let stamp = Stamp {
                at: LocalMinute(100_000 + *minute),
                unit: UnitId(u32::from(*id)),
                team: TeamId(0),
            };
            let what = what.clone();
            let value = Value::Bytes(Event { what, stamp }.to_payload());
            let actor = ActorId([*id; 16]);
            let id = OpId { counter: 1, actor };
            let key = Key::event(EventId(actor.0[..8].try_into().unwrap()));
            row.cells.insert(key, vec![Cell { id, value }]);
        }
        stages(&row)
    }

    #[test]
    fn a_level_is_dated_by_the_first_event_that_reached_it_or_more() {
        let events = [
            (1, 30, step(Step::CardCollected)),
            (2, 20, step(Step::CardPrinted)),
            (3, 20, step(Step::CardHandedOver)),
        ];
        let card = stages_with(&events).card;
        assert_eq!(card.furthest(), 5);
        let first = |level| card.first(level).map(|reached| reached.event.0[0]);
        assert_eq!([1, 4, 5].map(first), [Some(2), Some(2), Some(3)]);
        assert_eq!([0, 6].map(first), [None, None]);
    }

    #[test]
    fn a_return_lowers_nothing_and_ends_when_collected_again() {
        let mut events = vec![
            (1, 10, step(Step::CardProcessing)),
            (2, 20, step(Step::CardReturned)),
        ];
        let card = stages_with(&events).card;
        assert_eq!((card.furthest(), card.side), (3, Some(Step::CardReturned)));
        events.push((3, 30, step(Step::CardAppointed)));
        assert!(stages_with(&events).card.side.is_some());
        events.push((4, 40, step(Step::CardCollected)));
        assert_eq!(stages_with(&events).card.side, None);
    }

    #[test]
    fn a_void_takes_back_what_it_names_and_a_void_of_it_gives_it_back() {
        let mut events = vec![(1, 10, step(Step::EidActivated)), (2, 20, void(&[1]))];
        assert_eq!(stages_with(&events).eid.furthest(), 0);
        events.push((3, 30, void(&[2])));
        assert_eq!(stages_with(&events).eid.furthest(), 5);
        // One level deep: voiding the second void does not make the first stand again.
        events.push((4, 40, void(&[3])));
        assert_eq!(stages_with(&events).eid.furthest(), 5);
        events.push((5, 50, void(&[1])));
        assert_eq!(stages_with(&events).eid.furthest(), 0);
    }

    #[test]
    fn a_step_the_void_did_not_see_survives_and_shows_as_a_conflict() {
        let concurrent = [
            (1, 10, step(Step::CardCollected)),
            (2, 15, step(Step::CardCollected)),
            (3, 20, void(&[1])),
        ];
        let card = stages_with(&concurrent).card;
        assert_eq!((card.furthest(), card.is_conflicted), (2, true));
        let corrected = [
            (1, 10, step(Step::CardCollected)),
            (3, 20, void(&[1])),
            (2, 21, step(Step::CardCollected)),
        ];
        let card = stages_with(&corrected).card;
        assert_eq!((card.furthest(), card.is_conflicted), (2, false));
    }

    #[test]
    fn guidance_that_ended_in_activation_activates() {
        let outcome = What::Outcome(Outcome {
            dossier: None,
            session: Some(DocumentId([1; 16])),
            result: OutcomeResult::Activated,
            service: 0,
        });
        assert_eq!(stages_with(&[(1, 10, outcome)]).eid.furthest(), 5);
    }

    #[test]
    fn every_level_has_its_step_and_every_step_a_meaning() {
        for funnel in [Funnel::Card, Funnel::Eid] {
            for level in 1..=LEVELS {
                let step = Step::reaching(funnel, level).unwrap();
                assert_eq!((step.funnel(), step.level()), (funnel, Some(level)));
            }
        }
        for step in Step::ALL {
            assert!(step.level().is_some() != step.ended_by().is_some());
        }
    }
}

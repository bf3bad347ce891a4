use super::*;
use crate::engine::{Edit, Engine, RowEngine, Slot};
use crate::event::{Event, Figure, Opening, Outcome, OutcomeResult, Source, Stage, Stamp, Step};
use crate::event::{Events, Visit, VisitResult, Void, VoidReason, What};
use crate::id::{ActorId, DocumentId};
use crate::key::Key;
use crate::kind::Kind;
use crate::row::Row;
use crate::time::{LocalMinute, UnixSeconds};
use crate::value::Value;
use proptest::prelude::*;

const DAY: LocalDay = LocalDay(19_600);
const SESSION: Option<DocumentId> = Some(DocumentId([9; 16]));

fn stamp(minute: i64, place: u32) -> Stamp {
    Stamp {
        at: LocalMinute(DAY.first_minute().0 + minute),
        unit: UnitId(place % 3),
        team: TeamId(place % 2),
    }
}

fn new_row(kind: Kind, unit: u64) -> Row {
    let mut row = Row::default();
    save(&mut row, 0, Key::KIND, Value::Uint(kind.code()));
    save(&mut row, 0, Key::UNIT, Value::Uint(unit));
    row
}

fn save(row: &mut Row, author: u8, key: Key, value: Value) {
    fold_edit(row, author, Slot::Key(key), value);
}

fn add(row: &mut Row, author: u8, what: What, stamp: Stamp) {
    let payload = Event { what, stamp }.to_payload();
    fold_edit(row, author, Slot::Event, Value::Bytes(payload));
}

fn fold_edit(row: &mut Row, author: u8, slot: Slot, value: Value) {
    let edit = Edit {
        actor: ActorId([author; 16]),
        time: UnixSeconds(0),
        puts: vec![(slot, value)],
    };
    if let Some(change) = RowEngine.edit(row, &edit) {
        RowEngine.fold(row, &change).unwrap();
    }
}

fn step(step: Step) -> What {
    let (on, source) = (None, Source::Witnessed);
    What::Stage(Stage { step, on, source })
}

fn outcome(result: OutcomeResult, session: Option<DocumentId>) -> What {
    What::Outcome(Outcome {
        dossier: None,
        session,
        result,
        service: 1,
    })
}

fn tallies_of(row: &Row) -> Tallies {
    let mut tallies = Tallies::default();
    tallies.add(&contributions(row));
    tallies
}

#[test]
fn a_card_nobody_can_deliver_counts_until_it_is_handed_over() {
    let mut dossier = new_row(Kind::Dossier, 1);
    add(&mut dossier, 1, step(Step::CardPrinted), stamp(1, 1));
    add(
        &mut dossier,
        1,
        step(Step::CardUndeliverable),
        stamp(1_440, 2),
    );
    let counted = |row: &Row, indicator| {
        let found = contributions(row).into_iter();
        let mut found = found.filter(move |(key, _)| key.indicator == indicator);
        found.next().map(|(key, _)| (key.unit, key.day))
    };
    let day = LocalDay(DAY.0 + 1);
    let undeliverable = counted(&dossier, Indicator::CardUndeliverable);
    assert_eq!(undeliverable, Some((UnitId(2), day)));
    assert_eq!(
        Indicator::CardUndeliverable.whole(),
        Some(Indicator::CardPrinted)
    );
    add(&mut dossier, 1, step(Step::CardHandedOver), stamp(2_880, 1));
    assert_eq!(counted(&dossier, Indicator::CardUndeliverable), None);
    assert!(counted(&dossier, Indicator::CardHandedOver).is_some());
}

#[test]
fn a_dossier_counts_where_and_when_its_work_was_stamped() {
    let mut row = new_row(Kind::Dossier, 7);
    assert_eq!(
        tallies_of(&row).total(UnitId(7), Indicator::Unclassified, NO_DAY),
        1
    );
    add(&mut row, 1, step(Step::EidCollected), stamp(0, 1));
    save(&mut row, 1, Key::UNIT, Value::Uint(8));
    let tallies = tallies_of(&row);
    assert_eq!(tallies.total(UnitId(8), Indicator::Dossiers, DAY), 1);
    // Level 2 implies level 1, at the unit of the work and not where the dossier is now.
    for indicator in [Indicator::EidLevel1, Indicator::EidCollected] {
        assert_eq!(tallies.total(UnitId(1), indicator, DAY), 1);
        assert_eq!(tallies.total(UnitId(1), indicator, LocalDay(DAY.0 - 1)), 0);
    }
    assert_eq!(
        tallies.grand_total(Indicator::EidAccepted, LocalDay::MAX),
        0
    );
}

#[test]
fn reasons_count_only_while_something_is_missing() {
    let mut row = new_row(Kind::Dossier, 7);
    let reason = crate::reason::Reason::Abroad;
    save(
        &mut row,
        1,
        Key::CARD_REASON,
        Value::Uint(reason.code().into()),
    );
    let waits = Indicator::CardWaits(reason);
    assert_eq!(tallies_of(&row).total(UnitId(7), waits, NO_DAY), 1);
    assert_eq!(
        tallies_of(&row).total(UnitId(7), Indicator::Unclassified, NO_DAY),
        0
    );
    add(&mut row, 1, step(Step::CardCollected), stamp(0, 1));
    assert_eq!(tallies_of(&row).total(UnitId(7), waits, NO_DAY), 0);
}

#[test]
fn dossiers_not_counted_and_withdrawn_documents_add_nothing() {
    let mut row = new_row(Kind::Dossier, 7);
    save(&mut row, 1, Key::COUNTED, Value::Bool(false));
    assert!(contributions(&row).is_empty());
    let mut session = new_row(Kind::Session, 7);
    assert!(!contributions(&session).is_empty());
    save(&mut session, 1, Key::WITHDRAWN, Value::Bool(true));
    assert!(contributions(&session).is_empty());
}

#[test]
fn activations_count_from_dossiers_attendances_and_submissions_from_sessions() {
    let mut session = new_row(Kind::Session, 7);
    save(
        &mut session,
        1,
        Key::STARTED,
        Value::Uint(DAY.first_minute().0 as u64 + 600),
    );
    save(&mut session, 1, Key::SESSION_TEAM, Value::Uint(4));
    for result in [OutcomeResult::Activated, OutcomeResult::Submitted] {
        add(&mut session, 1, outcome(result, None), stamp(600, 1));
    }
    let mut dossier = new_row(Kind::Dossier, 7);
    add(
        &mut dossier,
        1,
        outcome(OutcomeResult::Activated, SESSION),
        stamp(600, 1),
    );
    let held = tallies_of(&session);
    assert_eq!(
        held.by_team(Indicator::Attendances, DAY),
        [(TeamId(4), 2)].into()
    );
    assert_eq!(
        held.by_day(UnitId(7), Indicator::Sessions, DAY),
        [(DAY, 1)].into()
    );
    assert_eq!(held.grand_total(Indicator::Submissions, DAY), 1);
    assert_eq!(held.grand_total(Indicator::EidActivated, DAY), 0);
    let guided = tallies_of(&dossier);
    assert_eq!(
        guided.by_unit(Indicator::EidActivated, DAY),
        [(UnitId(1), 1)].into()
    );
    assert_eq!(guided.grand_total(Indicator::PeopleGuided, DAY), 1);
    assert_eq!(guided.grand_total(Indicator::Attendances, DAY), 0);
    save(&mut session, 1, Key::HEADCOUNT, Value::Uint(50));
    assert_eq!(
        tallies_of(&session).grand_total(Indicator::Attendances, DAY),
        50
    );
}

#[test]
fn a_balance_stands_for_the_records_it_replaces() {
    let mut dossier = new_row(Kind::Dossier, 7);
    add(&mut dossier, 1, step(Step::CardHandedOver), stamp(0, 1));
    let before = tallies_of(&dossier);
    let figures = before.iter().map(|(place, count)| Figure {
        place,
        count: count as u64,
    });
    let opening = What::Opening(Opening {
        figures: figures.collect(),
    });
    let mut balance = new_row(Kind::Balance, 7);
    add(&mut balance, 1, opening, stamp(0, 0));
    assert_eq!(tallies_of(&balance), before);
}

/// One save of a random worker.
#[derive(Debug, Clone)]
enum Act {
    Step(Step),
    Visit,
    Guided(OutcomeResult),
    /// Voids some of the events the author sees.
    Void(Vec<usize>),
    Reason(u64),
    Move(u64),
    Counted(bool),
}

fn any_act() -> impl Strategy<Value = Act> {
    use OutcomeResult::{Activated, Declined, Submitted};
    prop_oneof![
        6 => proptest::sample::select(Step::ALL).prop_map(Act::Step),
        2 => Just(Act::Visit),
        1 => proptest::sample::select(vec![Activated, Declined, Submitted]).prop_map(Act::Guided),
        3 => proptest::collection::vec(0..20usize, 1..4).prop_map(Act::Void),
        1 => (0..30u64).prop_map(Act::Reason),
        1 => (0..3u64).prop_map(Act::Move),
        1 => any::<bool>().prop_map(Act::Counted),
    ]
}

fn act(row: &mut Row, author: u8, act: Act, stamp: Stamp) {
    let what = match act {
        Act::Reason(code) => return save(row, author, Key::CARD_REASON, Value::Uint(code)),
        Act::Move(unit) => return save(row, author, Key::UNIT, Value::Uint(unit)),
        Act::Counted(yes) => return save(row, author, Key::COUNTED, Value::Bool(yes)),
        Act::Step(one) => step(one),
        Act::Visit => What::Visit(Visit {
            result: VisitResult::Met,
            note: String::new(),
        }),
        Act::Guided(result) => outcome(result, SESSION),
        Act::Void(picks) => {
            let seen: Vec<_> = row.events().map(|(id, _)| id).collect();
            let mut events: Vec<_> = picks
                .iter()
                .filter_map(|pick| seen.get(pick % seen.len().max(1)).copied())
                .collect();
            events.sort();
            events.dedup();
            if events.is_empty() {
                return;
            }
            let reason = VoidReason::Mistake;
            What::Void(Void { events, reason })
        }
    };
    add(row, author, what, stamp);
}

proptest! {
    #[test]
    fn figures_kept_save_by_save_equal_figures_counted_afresh(
        acts in proptest::collection::vec((0..4usize, any_act(), 0..9_000i64, 0..6u32), 1..60),
    ) {
        let mut rows: Vec<Row> =
            [Kind::Dossier, Kind::Dossier, Kind::Session, Kind::Balance]
                .map(|kind| new_row(kind, 0)).into();
        let mut kept = Tallies::default();
        rows.iter().for_each(|row| kept.add(&contributions(row)));
        for (author, (which, one, minute, place)) in (1..).zip(acts) {
            let before = contributions(&rows[which]);
            act(&mut rows[which], author, one, stamp(minute, place));
            kept.apply(difference(&before, &contributions(&rows[which])));
        }
        let mut afresh = Tallies::default();
        rows.iter().for_each(|row| afresh.add(&contributions(row)));
        prop_assert_eq!(kept, afresh);
    }

    #[test]
    fn each_level_counts_once_per_dossier_and_never_less_than_the_next(
        acts in proptest::collection::vec((any_act(), 0..9_000i64, 0..6u32), 1..40),
    ) {
        let mut row = new_row(Kind::Dossier, 0);
        for (author, (one, minute, place)) in (1..).zip(acts) {
            act(&mut row, author, one, stamp(minute, place));
        }
        save(&mut row, 0, Key::COUNTED, Value::Bool(true));
        let tallies = tallies_of(&row);
        for funnel in [crate::event::Funnel::Card, crate::event::Funnel::Eid] {
            let counts = Indicator::levels(funnel)
                .map(|level| tallies.grand_total(level, LocalDay::MAX));
            prop_assert!(counts.is_sorted_by(|less, more| less >= more) && counts[0] <= 1);
            // Counted by hand: the furthest level of any event no standing void names.
            let valid = Events::of(&row).valid;
            let steps = valid.iter().filter_map(|entry| entry.event.step());
            let furthest = steps.filter(|step| step.funnel() == funnel).filter_map(Step::level);
            prop_assert_eq!(counts.iter().sum::<i64>(), i64::from(furthest.max().unwrap_or(0)));
        }
    }
}

use super::*;
use crate::golden;
use crate::tally::Indicator;
use proptest::prelude::*;

fn stamp() -> Stamp {
    Stamp {
        at: LocalMinute(28_000_000),
        unit: UnitId(31_999),
        team: TeamId(3),
    }
}

fn read_back(what: What) -> Result<Event, BadEvent> {
    let event = Event {
        what,
        stamp: stamp(),
    };
    let read = Event::from_payload(&event.to_payload());
    assert!(read.as_ref().is_err() || read.as_ref() == Ok(&event));
    read
}

fn figure(unit: u32, count: u64) -> Figure {
    let place = TallyKey {
        unit: UnitId(unit),
        indicator: Indicator::EidActivated,
        day: NO_DAY,
        team: TeamId(0),
    };
    Figure { place, count }
}

#[test]
fn a_stage_event_takes_13_bytes_and_its_second_byte_tells_the_kind() {
    let what = What::Stage(Stage {
        step: Step::CardCollected,
        on: None,
        source: Source::Witnessed,
    });
    let event = read_back(what).unwrap();
    let payload = event.to_payload();
    assert_eq!(payload.len(), 13);
    assert_eq!(payload[..3], [PAYLOAD_VERSION, event.kind().code(), 2]);
}

#[test]
fn later_versions_and_kinds_are_told_from_damage() {
    let event = read_back(What::Confirmed(Confirmed { key_index: 6 })).unwrap();
    let mut payload = event.to_payload();
    payload[1] = KIND_COUNT;
    assert_eq!(
        Event::from_payload(&payload),
        Err(BadEvent::Kind(KIND_COUNT))
    );
    payload[0] = 2;
    assert_eq!(Event::from_payload(&payload), Err(BadEvent::Version(2)));
    assert_eq!(Event::from_payload(&[]), Err(BadEvent::Length(0)));
    assert!(EventKind::all().all(|kind| kind.code() < KIND_COUNT));
}

#[test]
fn bounds_hold() {
    let void = |ids: &[u8]| {
        let events = ids.iter().map(|&n| EventId([n; 8])).collect();
        let reason = VoidReason::Mistake;
        read_back(What::Void(Void { events, reason })).is_ok()
    };
    assert!(void(&[1, 2]) && !void(&[]) && !void(&[2, 1]) && !void(&[1, 1]));
    let visit = |note: &str| {
        let note = note.to_owned();
        let result = VisitResult::Met;
        read_back(What::Visit(Visit { result, note })).is_ok()
    };
    assert!(visit("hẹn lại\nthứ bảy") && !visit("e\u{302}") && !visit("\u{7}"));
    assert!(!visit(&"x".repeat(EVENT_NOTE_BYTES_MAX + 1)));
    let opening = |figures: Vec<Figure>| read_back(What::Opening(Opening { figures })).is_ok();
    assert!(opening(vec![figure(1, 5), figure(2, 5)]));
    assert!(!opening(vec![figure(2, 5), figure(1, 5)]) && !opening(vec![figure(1, 0)]));
    assert!(!opening(vec![figure(1, u64::MAX)]) && !opening(vec![]));
    let widest = (0..EVENT_FIGURES_MAX as u32).map(|n| figure(u32::MAX - 64 + n, FIGURE_MAX));
    assert!(opening(widest.collect()));
}

#[test]
fn an_event_far_off_the_calendar_is_refused() {
    let mut event = read_back(What::Confirmed(Confirmed { key_index: 0 })).unwrap();
    for at in [i64::MIN, 0, i64::MAX] {
        event.stamp.at = LocalMinute(at);
        let read = Event::from_payload(&event.to_payload());
        assert_eq!(read, Err(BadEvent::Bounds("time")));
    }
}

/// One event of every kind, by name.
fn samples() -> [(&'static str, What); 7] {
    let document = DocumentId([0xd0; 16]);
    let stage = Stage {
        step: Step::CardHandedOver,
        on: PartialDate::from_packed(20_231_100).ok(),
        source: Source::Told,
    };
    let visit = Visit {
        result: VisitResult::Rescheduled,
        note: "Hẹn con nước lớn".to_owned(),
    };
    let void = Void {
        events: vec![EventId([1; 8]), EventId([2; 8])],
        reason: VoidReason::WrongPerson,
    };
    let consent = Consent {
        text_version: 3,
        language: Language::Khmer,
        how: ConsentHow::Guardian,
        withdrawn: false,
    };
    let outcome = Outcome {
        dossier: Some(document),
        session: None,
        result: OutcomeResult::Blocked(Reason::SimOfAnother),
        service: 25,
    };
    let figures = vec![figure(31_999, 556_022)];
    [
        ("stage", What::Stage(stage)),
        ("visit", What::Visit(visit)),
        ("void", What::Void(void)),
        ("confirmed", What::Confirmed(Confirmed { key_index: 6 })),
        ("consent", What::Consent(consent)),
        ("outcome", What::Outcome(outcome)),
        ("opening", What::Opening(Opening { figures })),
    ]
}

#[test]
fn every_kind_of_event_has_its_golden_bytes() {
    let mut found = String::new();
    for (code, (name, what)) in (0..).zip(samples()) {
        let event = read_back(what).unwrap();
        assert_eq!(event.kind().code(), code, "{name}");
        let payload = event.to_payload();
        let hex: String = payload.iter().map(|byte| format!("{byte:02x}")).collect();
        found += &format!("{name} {hex}\n");
    }
    golden::check("events.txt", &found);
}

#[test]
fn every_end_of_guidance_has_its_golden_bytes() {
    let ends = [
        OutcomeResult::Submitted,
        OutcomeResult::Activated,
        OutcomeResult::Draft,
        OutcomeResult::Rescheduled,
        OutcomeResult::Referred,
        OutcomeResult::Blocked(Reason::SimOfAnother),
        OutcomeResult::Declined,
        OutcomeResult::Finished,
    ];
    let mut found = String::new();
    for result in ends {
        let outcome = Outcome {
            dossier: None,
            session: Some(DocumentId([0xd0; 16])),
            result,
            service: 25,
        };
        let payload = read_back(What::Outcome(outcome)).unwrap().to_payload();
        let hex: String = payload.iter().map(|byte| format!("{byte:02x}")).collect();
        found += &format!("{result:?} {hex}\n");
    }
    golden::check("outcomes.txt", &found);
}

proptest! {
    #[test]
    fn any_bytes_are_an_event_in_its_only_spelling_or_an_error(
        tail in proptest::collection::vec(any::<u8>(), 0..40),
        kind in 0..8u8,
    ) {
        let mut payload = vec![PAYLOAD_VERSION, kind];
        payload.extend(tail);
        if let Ok(event) = Event::from_payload(&payload) {
            prop_assert_eq!(event.to_payload(), payload);
        }
    }
}

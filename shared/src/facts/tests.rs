//! Promises of the codec: what is written is read again, and nothing else is read.

use proptest::prelude::*;

use super::*;
use crate::change::Op;
use crate::derive::{Hashed, Resolved, derive, replay};
use crate::engine::{Edit, Engine as _, RowEngine};
use crate::event::{
    Confirmed, Event, Outcome, OutcomeResult, Source, Stage, Stamp, Step, Visit, VisitResult, Void,
    VoidReason, What,
};
use crate::id::{TeamId, UnitId};
use crate::key::{Key, TABLE};
use crate::limits::VALUE_BYTES_MAX;
use crate::row::Row;
use crate::time::LocalMinute;
use crate::value::Value;

const DEVICE: DeviceId = DeviceId([3; 16]);

fn own_life(incarnation: u32) -> Author {
    Author {
        device: DEVICE,
        incarnation: Incarnation(incarnation),
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<u64>().prop_map(Value::Uint),
        (0..300_u64).prop_map(Value::Uint),
        any::<i64>().prop_map(Value::Int),
        ".{0,40}".prop_map(Value::Text),
        // Names of the lists, made up, in Khmer letters, and with spaces where none belong.
        "(Nguyễn|Thạch|Lý|Đ[a-z]{0,5}) (Thị |Văn |)(Đẹp|Sóc Kha|Út|[À-ỹ]{1,6})"
            .prop_map(Value::Text),
        "[\u{1780}-\u{17b3} ]{1,20}".prop_map(Value::Text),
        "(Tổ|ấp| |0)( [0-9]{0,12}){1,3}".prop_map(Value::Text),
        (18_000_000..25_000_000_u64).prop_map(Value::Uint),
        "0[0-9]{9,10}".prop_map(Value::Text),
        "[0-9]{3}|[0-9]{9}|[0-9]{12}".prop_map(Value::Text),
        prop::collection::vec(any::<u8>(), 0..40).prop_map(Value::Bytes),
        prop::collection::vec(any::<u8>(), 16..=16).prop_map(Value::Bytes),
    ]
}

fn any_put() -> impl Strategy<Value = (Slot, Value)> {
    let slot = prop_oneof![
        4 => (0..TABLE.len()).prop_map(|index| Slot::Key(Key::from(&TABLE[index]))),
        1 => "[a-z]{8,12}".prop_map(|name| Slot::Key(Key::new(&name).expect("it fits"))),
    ];
    prop_oneof![
        6 => (slot, any_value()),
        1 => prop::collection::vec(any::<u8>(), 1..30).prop_map(|b| (Slot::Event, Value::Bytes(b))),
        2 => any_event().prop_map(|event| (Slot::Event, Value::Bytes(event.to_payload()))),
    ]
}

/// An event of every kind that phones write.
fn any_event() -> impl Strategy<Value = Event> {
    let stage = (0..Step::ALL.len(), 0..Source::ALL.len()).prop_map(|(step, source)| {
        What::Stage(Stage {
            step: Step::ALL[step],
            on: None,
            source: Source::ALL[source],
        })
    });
    let visit = (0..VisitResult::ALL.len(), ".{0,30}|(nước|lớn|CCCD| ){0,9}");
    let visit = visit.prop_map(|(result, note)| {
        let result = VisitResult::ALL[result];
        What::Visit(Visit { result, note })
    });
    let void = prop::collection::btree_set(any::<[u8; 8]>(), 1..4).prop_map(|events| {
        What::Void(Void {
            events: events.into_iter().map(EventId).collect(),
            reason: VoidReason::Duplicate,
        })
    });
    let id = || prop::option::of((0..3_u8).prop_map(|id| DocumentId([id; 16])));
    let outcome = (id(), id()).prop_map(|(dossier, session)| {
        What::Outcome(Outcome {
            dossier,
            session,
            result: OutcomeResult::Activated,
            service: 3,
        })
    });
    let confirmed = any::<u16>().prop_map(|key_index| What::Confirmed(Confirmed { key_index }));
    let stamp = (28_330_000..28_340_000_i64, 0..3_u32, 0..3_u32);
    let what = prop_oneof![stage, visit, void, outcome, confirmed];
    (what, stamp).prop_map(|(what, (at, unit, team))| Event {
        what,
        stamp: Stamp {
            at: LocalMinute(at),
            unit: UnitId(unit),
            team: TeamId(team),
        },
    })
}

/// One save: which of a few documents, when, and what.
type Save = (usize, i64, Vec<(Slot, Value)>);

fn any_saves() -> impl Strategy<Value = Vec<Save>> {
    let puts = prop::collection::vec(any_put(), 1..12);
    prop::collection::vec((0..5_usize, -50_000..50_000_i64, puts), 1..30)
}

fn name(document: usize) -> Name {
    let origin = match document {
        0..3 => Origin::Created(own_life(document as u32 / 2), document as u32 * 7),
        _ => Origin::Elsewhere(DocumentId([document as u8; 16])),
    };
    let companion = (document == 2).then_some(Companion::Identity);
    Name { origin, companion }
}

/// What one phone would have written: changes over rows that nobody else touches.
fn written(saves: &[Save]) -> Vec<(Name, Change)> {
    let mut rows = std::collections::BTreeMap::<Name, Row>::new();
    let mut changes = Vec::new();
    for (document, time, puts) in saves {
        let name = name(*document);
        let mut puts = puts.clone();
        let mut keys = std::collections::BTreeSet::new();
        puts.retain(|(slot, _)| match slot {
            Slot::Key(key) => keys.insert(key.clone()),
            Slot::Event => true,
        });
        let actor = own_life(1).actor(name.document());
        let edit = Edit {
            actor,
            time: UnixSeconds(1_700_000_000 + time),
            puts,
        };
        let row = rows.entry(name).or_default();
        if let Some(change) = RowEngine.edit(row, &edit) {
            RowEngine.fold(row, &change).expect("one author in order");
            changes.push((name, change));
        }
    }
    changes
}

use crate::change::Change;

fn outgoing(changes: &[(Name, Change)]) -> Vec<Outgoing<'_>> {
    let sent = changes.iter();
    sent.map(|(name, change)| Outgoing {
        name: *name,
        author: own_life(1),
        change,
    })
    .collect()
}

proptest! {
    #[test]
    fn every_batch_our_code_writes_is_read_again(saves in any_saves(), full in any::<bool>()) {
        let changes = written(&saves);
        let detail = if full { Detail::Full } else { Detail::Short };
        let batch = spell(&outgoing(&changes), detail);
        for codec in CODECS {
            let bytes = encode_in(codec, &batch, Form::Bundle(DEVICE)).expect("it is small");
            prop_assert_eq!(decode(&bytes, Form::Bundle(DEVICE)), Ok(batch.clone()));
        }
    }

    #[test]
    fn the_receiver_derives_the_very_changes(saves in any_saves()) {
        let changes = written(&saves);
        let batch = spell(&outgoing(&changes), Detail::Full);
        let batch = decode(&encode(&batch, Form::Bundle(DEVICE)), Form::Bundle(DEVICE)).unwrap();
        let mut histories = std::collections::BTreeMap::<DocumentRef, Vec<Hashed>>::new();
        for (fact, (name, change)) in batch.facts.iter().zip(&changes) {
            let history = histories.entry(fact.document).or_default();
            let deps = match &fact.upon {
                Upon::Genesis => vec![],
                Upon::Previous => vec![history.last().expect("a previous change").0],
                _ => change.deps.clone(),
            };
            let row = replay(history, &deps).unwrap().expect("complete history");
            let reversed: Vec<Hashed> = history.iter().rev().cloned().collect();
            let again = replay(&reversed, &deps).unwrap();
            prop_assert_eq!(again.as_ref(), Some(&row), "in any order");
            let actor = batch.authors[fact.author].actor(name.document());
            let resolved = Resolved { actor, deps, time: fact.time, ops: fact.ops_for(&batch.authors, name.document()) };
            prop_assert_eq!(&derive(&row, &resolved).expect("an honest change"), change);
            history.push((change.hash(), change.clone()));
        }
    }

    #[test]
    fn damaged_bytes_never_panic_and_never_read_as_something_else(
        saves in any_saves(),
        position in any::<prop::sample::Index>(),
        flip in 1..=255_u8,
        cut in any::<bool>(),
    ) {
        let batch = spell(&outgoing(&written(&saves)), Detail::Short);
        for codec in [CODEC_PLAIN, CODEC_GUESSED] {
            let mut bytes = encode_in(codec, &batch, Form::Bundle(DEVICE)).expect("it is small");
            let position = position.index(bytes.len());
            if cut { bytes.truncate(position) } else { bytes[position] ^= flip }
            if let Ok(read) = decode(&bytes, Form::Bundle(DEVICE)) {
                let again = encode_in(bytes[0], &read, Form::Bundle(DEVICE));
                prop_assert_eq!(Some(bytes), again);
            }
        }
    }

    #[test]
    fn random_bytes_never_panic(mut bytes in prop::collection::vec(any::<u8>(), 1..300)) {
        for codec in CODECS {
            bytes[0] = codec;
            let _ = decode(&bytes, Form::Bundle(DEVICE));
            let _ = decode(&bytes, Form::Page);
        }
    }
}

/// A phone that made a document and found it again after a way back has two names for it.
#[test]
fn a_document_known_by_two_names_travels_under_one() {
    let save = |value: &str| (1, 0, vec![(Slot::Key(Key::NAME), value.into())]);
    let mut changes = written(&[save("An"), save("Anh"), save("Ánh")]);
    changes[1].0 = Name {
        origin: Origin::Elsewhere(changes[0].0.document()),
        companion: None,
    };
    for first in 0..2 {
        let batch = spell(&outgoing(&changes[first..]), Detail::Short);
        let names: std::collections::BTreeSet<_> = batch.facts.iter().map(|f| f.document).collect();
        assert_eq!(names.len(), 1, "{names:?}");
        let bytes = encode(&batch, Form::Bundle(DEVICE));
        assert_eq!(decode(&bytes, Form::Bundle(DEVICE)), Ok(batch));
    }
}

#[test]
fn a_deflate_bomb_is_stopped_at_the_limit() {
    let bomb = deflate::pack(&vec![0; SECTION_BYTES_MAX * 4]);
    let bytes = [&[CODEC_DEFLATE], bomb.as_slice()].concat();
    assert_eq!(decode(&bytes, Form::Page), Err(FactsError::TooLarge));
}

#[test]
fn a_few_bytes_cannot_ask_for_millions_of_guesses() {
    for byte in 0..=255 {
        let bytes = [&[CODEC_GUESSED], vec![byte; 20_000].as_slice()].concat();
        for form in [Form::Bundle(DEVICE), Form::Page] {
            assert!(decode(&bytes, form).is_err());
        }
    }
}

#[test]
fn what_asks_too_much_travels_in_columns() {
    let note = |n: usize| Value::Text(format!("{n} ").repeat(VALUE_BYTES_MAX / 8));
    let put = |n| vec![(Slot::Key(Key::NOTE), note(n))];
    let saves: Vec<Save> = (0..200).map(|n| (0, n as i64, put(n))).collect();
    let batch = spell(&outgoing(&written(&saves)), Detail::Short);
    let form = Form::Bundle(DEVICE);
    assert_eq!(encode_in(CODEC_GUESSED, &batch, form), None);
    assert_eq!(decode(&encode(&batch, form), form), Ok(batch));
}

#[test]
fn a_text_of_the_greatest_length_is_read_again() {
    for text in ["ồ".repeat(VALUE_BYTES_MAX / 3), " ".repeat(VALUE_BYTES_MAX)] {
        let save = vec![(Slot::Key(Key::NOTE), Value::Text(text))];
        let batch = spell(&outgoing(&written(&[(0, 0, save)])), Detail::Short);
        let bytes = encode_in(CODEC_GUESSED, &batch, Form::Bundle(DEVICE)).expect("it fits");
        assert_eq!(decode(&bytes, Form::Bundle(DEVICE)), Ok(batch));
    }
}

#[test]
fn a_bundle_may_not_state_what_is_derived() {
    let changes = written(&[(0, 0, vec![(Slot::Key(Key::NAME), "An".into())])]);
    let mut batch = spell(&outgoing(&changes), Detail::Short);
    batch.facts[0].upon = Upon::AllShown;
    batch.checks = Checks {
        begun: [0; 8],
        known: vec![[0; 2]],
    };
    let bytes = encode(&batch, Form::Page);
    assert_eq!(decode(&bytes, Form::Page), Ok(batch.clone()));
    let bytes = [
        &[CODEC_PLAIN],
        columns::write(&batch, Form::Bundle(DEVICE)).as_slice(),
    ]
    .concat();
    assert!(decode(&bytes, Form::Bundle(DEVICE)).is_err());
}

#[test]
fn an_unknown_codec_says_its_number() {
    assert_eq!(
        decode(&[9, 0], Form::Page),
        Err(FactsError::UnknownCodec(9))
    );
    assert_eq!(decode(&[], Form::Page), Err(FactsError::Malformed));
}

#[test]
fn an_event_issued_again_is_looked_for_in_the_lives_before_and_not_for_ever() {
    let document = DocumentId([5; 16]);
    let spelled = |first: u32, now: u32| {
        let (first, now) = (own_life(first), own_life(now));
        let event = EventId::written_by(first.actor(document), 9);
        let change = Change {
            actor: now.actor(document),
            seq: 1,
            start_op: 20,
            time: UnixSeconds(1_700_000_000),
            deps: Vec::new(),
            ops: vec![Op {
                key: Key::event(event),
                action: Action::Put(Value::Bytes(vec![1])),
                preds: Vec::new(),
            }],
        };
        let mut authors = Authors { list: vec![now] };
        let ops = fact_ops(&change, now, document, &mut authors);
        (ops[0].slot.clone(), authors.list.len(), event)
    };
    let again = FactSlot::Again {
        author: 1,
        counter: 9,
    };
    let (slot, authors, _) = spelled(3, 40);
    assert_eq!((slot, authors), (again, 2));
    let (slot, authors, event) = spelled(3, u32::MAX);
    assert_eq!((slot, authors), (FactSlot::Key(Key::event(event)), 1));
}

//! Promises of the codec: what is written is read again, and nothing else is read.

use proptest::prelude::*;

use super::*;
use crate::derive::{Hashed, Resolved, derive, replay};
use crate::engine::{Edit, Engine as _, RowEngine};
use crate::key::{Key, TABLE};
use crate::row::Row;
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
    ]
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
        let bytes = encode(&batch, Form::Bundle(DEVICE));
        prop_assert_eq!(decode(&bytes, Form::Bundle(DEVICE)), Ok(batch));
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
        let mut plain = [&[CODEC_PLAIN], columns::write(&batch, Form::Bundle(DEVICE)).as_slice()]
            .concat();
        let position = position.index(plain.len());
        if cut { plain.truncate(position) } else { plain[position] ^= flip }
        if let Ok(read) = decode(&plain, Form::Bundle(DEVICE)) {
            let again = columns::write(&read, Form::Bundle(DEVICE));
            prop_assert_eq!(&plain[1..], again.as_slice());
        }
    }

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = decode(&bytes, Form::Bundle(DEVICE));
        let _ = decode(&bytes, Form::Page);
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

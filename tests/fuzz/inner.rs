//! What stands in a bundle once it is open and inflated: columns, values and events.
//!
//! Changed by chance before they are deflated again, or hardly any of them would get past the
//! inflating. Whatever is read is spelled alike in every codec.

use miniz_oxide::deflate::compress_to_vec;
use shared::change::Action;
use shared::event::Event;
use shared::facts::{Batch, CODEC_DEFLATE, CODEC_GUESSED, CODEC_PLAIN, Form, decode, encode_in};
use shared::id::DeviceId;
use shared::row::Row;
use shared::value::Value;

use crate::mutate::{Chance, mutated};
use crate::{Target, gate};

const FORM: Form = Form::Bundle(DeviceId([7; 16]));

/// As hard as the senders deflate: nothing else is canonical.
const LEVEL: u8 = 9;

/// Columns and events as honest bundles hold them.
pub struct Inner {
    columns: Vec<Vec<u8>>,
    events: Vec<Vec<u8>>,
}

impl Inner {
    pub fn new() -> Self {
        let plains = gate::honest().plains;
        let batches = plains.iter().filter_map(|plain| decode(plain, FORM).ok());
        let batches: Vec<Batch> = batches.collect();
        let columns = batches.iter().filter_map(|batch| {
            let plain = encode_in(CODEC_PLAIN, batch, FORM)?;
            Some(plain[1..].to_vec())
        });
        let columns: Vec<Vec<u8>> = columns.collect();
        let events: Vec<Vec<u8>> = batches.iter().flat_map(bytes_in).collect();
        assert!(
            !columns.is_empty() && !events.is_empty(),
            "honest bundles hold both"
        );
        Self { columns, events }
    }
}

impl Target for Inner {
    fn name(&self) -> &'static str {
        "inner"
    }

    fn input(&mut self, chance: &mut Chance) -> Vec<u8> {
        match chance.below(3) {
            0 => [&[CODEC_PLAIN], mutated(&self.columns, chance).as_slice()].concat(),
            1 => {
                let columns = compress_to_vec(&mutated(&self.columns, chance), LEVEL);
                [&[CODEC_DEFLATE], columns.as_slice()].concat()
            }
            _ => mutated(&self.events, chance),
        }
    }

    fn read(&mut self, input: &[u8]) {
        event(input);
        let _ = Row::from_bytes(input);
        for form in [FORM, Form::Page] {
            if let Ok(batch) = decode(input, form) {
                is_spelled_alike(&batch, form);
                bytes_in(&batch).for_each(|bytes| event(&bytes));
            }
        }
    }
}

/// An event that was read says the same when it is written and read again.
fn event(bytes: &[u8]) {
    if let Ok(event) = Event::from_payload(bytes) {
        assert_eq!(Event::from_payload(&event.to_payload()), Ok(event));
    }
}

fn is_spelled_alike(batch: &Batch, form: Form) {
    for codec in [CODEC_PLAIN, CODEC_DEFLATE, CODEC_GUESSED] {
        if let Some(spelled) = encode_in(codec, batch, form) {
            assert_eq!(decode(&spelled, form).as_ref(), Ok(batch));
        }
    }
}

fn bytes_in(batch: &Batch) -> impl Iterator<Item = Vec<u8>> + '_ {
    let ops = batch.facts.iter().flat_map(|fact| &fact.ops);
    ops.filter_map(|op| match &op.action {
        Action::Put(Value::Bytes(bytes)) => Some(bytes.clone()),
        _ => None,
    })
}

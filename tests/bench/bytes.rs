//! Bytes on the wire: what a record costs on its way up.

use shared::bundle::{BundleNumber, Draft, Section, Serial, seal};
use shared::event::Step;
use shared::facts::{CODEC_DEFLATE, CODEC_GUESSED, CODEC_PLAIN, Form, encode, encode_in};
use shared::seal::OpeningKey;
use shared::signed::DeviceKey;

use crate::figure::{
    BUNDLE_ENVELOPE_BYTES, BYTES_UP_PER_RECORD_50_CODEC_0, BYTES_UP_PER_RECORD_50_CODEC_1,
    BYTES_UP_PER_RECORD_50_CODEC_2, Figure, LONE_RECORD_BUNDLE_BYTES, LONE_RECORD_BYTES_CODEC_0,
    LONE_RECORD_BYTES_CODEC_1, LONE_RECORD_BYTES_CODEC_2,
};
use crate::fleet::{AUTHOR, Recorder, Written, sections};

/// The figures of one codec: its number, a record among 50, a record alone.
const BY_CODEC: [(u8, Figure, Figure); 3] = [
    (
        CODEC_PLAIN,
        BYTES_UP_PER_RECORD_50_CODEC_0,
        LONE_RECORD_BYTES_CODEC_0,
    ),
    (
        CODEC_DEFLATE,
        BYTES_UP_PER_RECORD_50_CODEC_1,
        LONE_RECORD_BYTES_CODEC_1,
    ),
    (
        CODEC_GUESSED,
        BYTES_UP_PER_RECORD_50_CODEC_2,
        LONE_RECORD_BYTES_CODEC_2,
    ),
];

/// 50 records: 40 new residents with number and a stage, 10 later steps. Then one record alone.
pub fn measure() {
    let (fifty, lone) = (fifty(), Recorder::new(40, 2).resident());
    for (codec, per_record, alone) in BY_CODEC {
        let facts = facts_bytes(&fifty, codec);
        println!("{}", per_record.line(facts as f64 / 50.0));
        println!("{}", alone.line(facts_bytes(&lone, codec) as f64));
    }
    let (facts, sealed) = spelled(&fifty);
    println!("{}", BUNDLE_ENVELOPE_BYTES.line((sealed - facts) as f64));
    println!("{}", LONE_RECORD_BUNDLE_BYTES.line(spelled(&lone).1 as f64));
}

/// Bytes of the facts of all sections in one codec.
fn facts_bytes(written: &[Written], codec: u8) -> usize {
    let form = Form::Bundle(AUTHOR.device);
    let sections = sections(written).into_iter();
    sections
        .map(|(_, batch)| encode_in(codec, &batch, form).map_or(0, |bytes| bytes.len()))
        .sum()
}

fn fifty() -> Vec<Written> {
    let mut recorder = Recorder::new(40, 1);
    let mut written: Vec<Written> = (0..40).flat_map(|_| recorder.resident()).collect();
    for n in 0..10 {
        written.extend(recorder.edit(n * 3, Step::EidActivated));
    }
    written
}

/// Bytes of facts, and bytes of the whole sealed bundle.
fn spelled(written: &[Written]) -> (usize, usize) {
    let form = Form::Bundle(AUTHOR.device);
    let sections: Vec<Section> = sections(written)
        .into_iter()
        .map(|(audience, batch)| Section {
            audience,
            plain: encode(&batch, form),
        })
        .collect();
    let facts = sections.iter().map(|section| section.plain.len()).sum();
    let serial = Serial {
        device: AUTHOR.device,
        incarnation: AUTHOR.incarnation,
        number: BundleNumber(0),
    };
    let draft = Draft {
        serial,
        previous: None,
        sections,
    };
    let recipient = OpeningKey::from_bytes([1; 32]).sealing();
    let sealed = seal(&draft, &recipient, &DeviceKey::from_seed([2; 32]), [3; 32]);
    (facts, sealed.expect("within limits").bytes.len())
}

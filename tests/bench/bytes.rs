//! Bytes on the wire: what a record costs on its way up.

use shared::bundle::{BundleNumber, Draft, Section, Serial, seal};
use shared::event::Step;
use shared::facts::{Form, encode};
use shared::seal::OpeningKey;
use shared::signed::DeviceKey;

use crate::figure::{
    BUNDLE_ENVELOPE_BYTES, BYTES_UP_PER_RECORD_50_CODEC_1, LONE_RECORD_BUNDLE_BYTES,
    LONE_RECORD_BYTES,
};
use crate::fleet::{AUTHOR, Recorder, Written, sections};

/// 50 records: 40 new residents with number and a stage, 10 later steps. Then one record alone.
pub fn measure() {
    let (facts, sealed) = spelled(&fifty());
    println!(
        "{}",
        BYTES_UP_PER_RECORD_50_CODEC_1.line(facts as f64 / 50.0)
    );
    println!("{}", BUNDLE_ENVELOPE_BYTES.line((sealed - facts) as f64));
    let (facts, sealed) = spelled(&Recorder::new(40, 2).resident());
    println!("{}", LONE_RECORD_BYTES.line(facts as f64));
    println!("{}", LONE_RECORD_BUNDLE_BYTES.line(sealed as f64));
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

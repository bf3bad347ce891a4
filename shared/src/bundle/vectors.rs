//! Golden bundles: one good, the others each wrong in one way, under `shared/vectors/bundle/`.

use std::fmt::Write;

use super::*;
use crate::golden::{check, hex};
use crate::id::BundleId;
use crate::seal::{OpeningKey, OpeningKeys};
use crate::signed::{DeviceKey, SIGNATURE_BYTES};

const OPENING: [u8; 32] = [0x11; 32];
const DEVICE: [u8; 32] = [0x22; 32];
const SEED: [u8; 32] = [0x33; 32];

#[test]
fn golden_bundles_are_read_as_written() {
    let mut expected = String::new();
    for (name, bytes) in all() {
        check(&format!("bundle/{name}.hex"), &hex(&bytes));
        writeln!(expected, "{name} {}", code(&bytes)).unwrap();
    }
    check("bundle/expected.txt", &expected);
}

#[test]
fn a_future_bundle_names_whom_to_answer() {
    let bytes = changed(|bytes| bytes[4] = 2);
    let serial = good_draft().serial;
    let read = Bundle::read(&bytes).map(|_| ());
    assert_eq!(read, Err(HeaderError::FutureVersion { version: 2, serial }));
    let read = Bundle::read(&bytes[..30]).map(|_| ());
    assert_eq!(read, Err(HeaderError::FutureVersion { version: 2, serial }));
    assert_eq!(
        Bundle::read(&bytes[..29]).map(|_| ()),
        Err(HeaderError::Truncated)
    );
}

/// What a server says of `bytes`, from envelope to plaintext.
fn code(bytes: &[u8]) -> &'static str {
    let bundle = match Bundle::read(bytes) {
        Ok(bundle) => bundle,
        Err(error) => return error.code(),
    };
    let verified = match bundle.verify(&device().public()) {
        Ok(verified) => verified,
        Err(error) => return error.code(),
    };
    match verified.open(&OpeningKeys::new(vec![opening()])) {
        Ok(sections) => {
            assert_eq!(sections, good_draft().sections);
            "good"
        }
        Err(error) => error.code(),
    }
}

fn all() -> Vec<(&'static str, Vec<u8>)> {
    let good = good();
    let longer = [&good[..], &[0]].concat();
    let stranger = OpeningKey::from_bytes([0x44; 32]).sealing();
    let to_stranger = seal(&good_draft(), &stranger, &device(), SEED).unwrap();
    vec![
        ("good", good.clone()),
        ("magic", changed(|bytes| bytes[0] = b's')),
        ("version-future", changed(|bytes| bytes[4] = 2)),
        ("version-zero", changed(|bytes| bytes[4] = 0)),
        ("suite", changed(|bytes| bytes[5] = 2)),
        ("previous-missing", changed(|bytes| bytes[30..46].fill(0))),
        ("previous-of-first", changed(|bytes| bytes[26] = 0)),
        ("section-count-zero", changed(|bytes| bytes[82] = 0)),
        ("section-count-three", changed(|bytes| bytes[82] = 3)),
        ("section-order", changed(|bytes| bytes.swap(83, 120))),
        ("section-twice", changed(|bytes| bytes[120] = 0)),
        ("audience", changed(|bytes| bytes[120] = 2)),
        ("section-empty", changed(|bytes| bytes[116] = 16)),
        ("length-one-less", changed(|bytes| bytes[116] -= 1)),
        ("length-one-more", changed(|bytes| bytes[116] += 1)),
        ("length-huge", changed(|bytes| bytes[116..120].fill(0xff))),
        ("cut-in-header", good[..100].to_vec()),
        ("cut-in-signature", good[..good.len() - 1].to_vec()),
        ("trailing-byte", longer),
        (
            "encapsulated-nothing",
            changed(|bytes| bytes[50..82].fill(0)),
        ),
        ("encapsulated-other", changed(|bytes| bytes[50] ^= 1)),
        ("commitment", changed(|bytes| bytes[84] ^= 1)),
        ("ciphertext", changed(|bytes| bytes[160] ^= 1)),
        ("associated-data", changed(|bytes| bytes[22] ^= 1)),
        ("signature", tampered(good.len() - 1)),
        ("signature-of-other-bytes", tampered(160)),
        ("signature-domain", signed_for("sampan/receipt/v1", good)),
        ("recipient", to_stranger.bytes),
    ]
}

fn good_draft() -> Draft {
    let section = |audience, plain: &[u8]| Section {
        audience,
        plain: plain.to_vec(),
    };
    Draft {
        serial: Serial {
            device: DeviceId::enrolled_with(&device().public().0),
            incarnation: Incarnation(3),
            number: BundleNumber(5),
        },
        previous: Some(BundleId([0x55; 16])),
        sections: vec![
            section(Audience::Team, b"facts for the team"),
            section(Audience::Police, b"facts for police"),
        ],
    }
}

fn good() -> Vec<u8> {
    seal(&good_draft(), &opening().sealing(), &device(), SEED)
        .unwrap()
        .bytes
}

fn opening() -> OpeningKey {
    OpeningKey::from_bytes(OPENING)
}

fn device() -> DeviceKey {
    DeviceKey::from_seed(DEVICE)
}

/// The good bundle changed by `edit` and then signed again, so that only the edit is wrong.
fn changed(edit: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let mut bytes = good();
    edit(&mut bytes);
    signed_for(DOMAIN, bytes)
}

fn signed_for(domain: &str, mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(bytes.len() - SIGNATURE_BYTES);
    let signature = device().sign(domain, &bytes);
    bytes.extend_from_slice(&signature);
    bytes
}

fn tampered(at: usize) -> Vec<u8> {
    let mut bytes = good();
    bytes[at] ^= 1;
    bytes
}

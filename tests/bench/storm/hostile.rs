//! Enrolled devices that send bombs and garbage, one bundle after the other, as fast as they are
//! answered.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use server::author::Author;
use shared::bundle::{BundleNumber, Draft, Section, Serial, seal};
use shared::facts::{CODEC_DEFLATE, CODEC_GUESSED, CODEC_PLAIN};
use shared::id::{Audience, Incarnation};
use shared::seal::SealingKey;

use crate::Traffic;
use crate::wire::Wire;

/// Bytes of the sections they send: from a small bundle's to the longest that is read.
const LENGTHS: [usize; 4] = [600, 4_000, 60_000, 240_000];

/// One such device.
pub struct Hostile {
    secret: [u8; 32],
    sealing: SealingKey,
    number: u32,
}

impl Hostile {
    pub fn new(secret: [u8; 32], sealing: SealingKey) -> Self {
        Self {
            secret,
            sealing,
            number: 0,
        }
    }

    /// Sends until it is told to stop; how many bundles.
    pub async fn rage(mut self, address: SocketAddr, stop: Arc<AtomicBool>) -> u32 {
        let mut wire = Wire::new(address, Arc::new(Traffic::default()));
        while !stop.load(Ordering::Relaxed) {
            let bundle = self.bundle();
            let _whatever_it_says = wire.post("/v1/bundles", &bundle).await;
        }
        self.number
    }

    /// Signed and sealed as it should be, with nothing honest inside.
    fn bundle(&mut self) -> Vec<u8> {
        let keys = Author::keys_of(&self.secret);
        let n = self.number as usize;
        let codec = [CODEC_GUESSED, CODEC_DEFLATE, CODEC_GUESSED, CODEC_PLAIN][n % 4];
        let garbage = shared::hash::digest("garbage", &[&self.secret, &self.number.to_le_bytes()]);
        let length = LENGTHS[n / 4 % LENGTHS.len()];
        let plain: Vec<u8> = [codec]
            .into_iter()
            .chain(garbage.iter().copied().cycle().take(length))
            .collect();
        let draft = Draft {
            serial: Serial {
                device: keys.device(),
                incarnation: Incarnation(self.number + 1),
                number: BundleNumber(0),
            },
            previous: None,
            sections: vec![Section {
                audience: Audience::Team,
                plain,
            }],
        };
        self.number += 1;
        let key = Author::signing(&self.secret);
        let sealed = seal(&draft, &self.sealing, &key, garbage);
        sealed.expect("within the limits of an envelope").bytes
    }
}

//! Sealing what the phone stores of people.
//!
//! A sealed record is `nonce 12 | ciphertext and tag`, ChaCha20-Poly1305 under the data key, the
//! associated data being the store and the record's key, so that no record passes for another.
//! Nonces are hashes of a fresh seed of this start and a counter.

use core::fmt;

use chacha20poly1305::aead::array::Array;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{ChaCha20Poly1305, KeyInit};
use shared::hash;

use crate::effect::Store;

const NONCE_BYTES: usize = 12;

/// The data key with what makes its nonces.
pub(crate) struct Vault {
    cipher: ChaCha20Poly1305,
    seed: [u8; 32],
    sealed: u64,
}

/// A stored record that this key does not open: another key's, or damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a stored record does not open under this key")]
pub(crate) struct Closed;

impl Vault {
    /// `seed` must be fresh at every start.
    pub(crate) fn new(data_key: [u8; 32], seed: [u8; 32]) -> Self {
        Self {
            cipher: ChaCha20Poly1305::new(&Array(data_key)),
            seed: hash::digest("sampan/vault-seed", &[&seed]),
            sealed: 0,
        }
    }

    pub(crate) fn seal(&mut self, store: Store, key: &[u8], plain: &[u8]) -> Vec<u8> {
        self.sealed += 1;
        let nonce: [u8; NONCE_BYTES] = hash::derive(
            "sampan/vault-nonce",
            &[&self.seed, &self.sealed.to_le_bytes()],
        );
        let aad = place(store, key);
        let payload = Payload {
            msg: plain,
            aad: &aad,
        };
        let cipher = self
            .cipher
            .encrypt(&Array(nonce), payload)
            .expect("records are far below 256 GiB");
        [&nonce[..], &cipher].concat()
    }

    pub(crate) fn open(&self, store: Store, key: &[u8], sealed: &[u8]) -> Result<Vec<u8>, Closed> {
        let (nonce, cipher) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(Closed)?;
        let aad = place(store, key);
        let payload = Payload {
            msg: cipher,
            aad: &aad,
        };
        self.cipher
            .decrypt(&Array(*nonce), payload)
            .map_err(|_| Closed)
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vault({} sealed)", self.sealed)
    }
}

fn place(store: Store, key: &[u8]) -> Vec<u8> {
    [&[store as u8], key].concat()
}

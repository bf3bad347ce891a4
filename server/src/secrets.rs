//! What only the server knows: one master secret and everything grown from it.
//!
//! The master secret stands in a file of its own, never beside the data: a stolen disk without it
//! opens nothing. Keys for a purpose are derived by domain, so no key serves two purposes. The keys
//! of residents' documents are not grown from it, or nobody could ever be forgotten: they stand in
//! a [`Vault`].

use std::sync::Arc;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use hmac::{Hmac, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use shared::enrol::ServerKeys;
use shared::field::number::PersonalNumber;
use shared::hash;
use shared::seal::{OpeningKey, OpeningKeys, SealingKey};
use shared::signed::DeviceKey;
use shared::time::UnixSeconds;

use crate::account::AccountId;
use crate::vault::{Vault, VaultError};

mod opening;

use opening::Ring;
pub use opening::{TERM_DAYS, Turned};

/// A personal number as the server compares it: keyed, so that nobody without the key can tell
/// which number it is. Still personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Tag(pub [u8; 16]);

/// The server's keys.
pub struct Secrets {
    signing: DeviceKey,
    opening: Ring,
    tag_key: [u8; 32],
    wrapping: DataKey,
    commons: DataKey,
    accounts: [u8; 32],
    backup: [u8; 32],
    vault: Vault,
}

impl core::fmt::Debug for Secrets {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Secrets")
    }
}

impl Secrets {
    /// Grows every key from the master secret, with a vault that lives as long as they do: for
    /// stores in memory.
    #[must_use]
    pub fn from_master(master: &[u8; 32]) -> Self {
        Self::with_vault(master, Vault::in_memory(*master))
    }

    /// What opens the vault of a server with this master secret.
    #[must_use]
    pub fn vault_key(master: &[u8; 32]) -> DataKey {
        DataKey(hash::digest("sampan/secret", &[b"vault", master]))
    }

    /// Grows every key but those in the vault from the master secret.
    #[must_use]
    pub fn with_vault(master: &[u8; 32], vault: Vault) -> Self {
        let grow = |purpose: &str| hash::digest("sampan/secret", &[purpose.as_bytes(), master]);
        let opening = OpeningKey::from_bytes(grow("opening"));
        Self {
            signing: DeviceKey::from_seed(grow("signing")),
            opening: Ring::new(opening),
            tag_key: grow("tag"),
            wrapping: DataKey(grow("wrapping")),
            commons: DataKey(grow("commons")),
            accounts: grow("accounts"),
            backup: Self::backup_key_of(master),
            vault,
        }
    }

    /// What seals the backups of a server with this master secret.
    #[must_use]
    pub fn backup_key_of(master: &[u8; 32]) -> [u8; 32] {
        hash::digest("sampan/secret", &[b"backup", master])
    }

    /// What seals this server's backups.
    #[must_use]
    pub fn backup_key(&self) -> &[u8; 32] {
        &self.backup
    }

    /// Signs receipts and answers.
    #[must_use]
    pub fn signing(&self) -> &DeviceKey {
        &self.signing
    }

    /// The key to seal bundles to.
    #[must_use]
    pub fn sealing(&self) -> SealingKey {
        self.opening.sealing()
    }

    /// Opens bundles: with the keys of this year and of the last, as they stand now.
    #[must_use]
    pub fn opening(&self) -> Arc<OpeningKeys> {
        self.opening.keys()
    }

    /// Goes over to the opening key of the present term, making it where there is none, and
    /// destroys those that opened for long enough. `seed`: fresh random bytes. To be done before
    /// serving and once a day.
    ///
    /// # Errors
    /// [`VaultError`]; the keys so far serve on.
    pub fn turn_opening_keys(
        &self,
        now: UnixSeconds,
        seed: [u8; 32],
    ) -> Result<Turned, VaultError> {
        self.opening.turn(&self.vault, (now, seed))
    }

    /// What the server is known by.
    #[must_use]
    pub fn public(&self) -> ServerKeys {
        ServerKeys {
            signing: self.signing.public(),
            sealing: vec![self.opening.sealing()],
        }
    }

    /// Seals documents that hold nothing personal: campaigns, targets, catalogues.
    #[must_use]
    pub fn commons(&self) -> &DataKey {
        &self.commons
    }

    /// The keys of residents' documents.
    #[must_use]
    pub fn vault(&self) -> &Vault {
        &self.vault
    }

    /// Seals the keys of invites.
    #[must_use]
    pub fn wrapping(&self) -> &DataKey {
        &self.wrapping
    }

    /// The secret that the keys of an account's device grow from.
    #[must_use]
    pub fn author(&self, account: AccountId) -> [u8; 32] {
        hash::digest("sampan/account", &[&self.accounts, &account.0])
    }

    /// The tag of a personal number.
    #[must_use]
    pub fn tag(&self, number: &PersonalNumber) -> Tag {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.tag_key)
            .expect("HMAC takes keys of any length");
        mac.update(&number.as_u64().to_le_bytes());
        let mut tag = [0; 16];
        tag.copy_from_slice(&mac.finalize().into_bytes()[..16]);
        Tag(tag)
    }
}

/// A key that seals stored bytes.
///
/// The nonce is the hash of key and plaintext, so the same bytes seal to the same bytes and no
/// nonce ever meets two plaintexts; it stands before the ciphertext.
#[derive(Clone, PartialEq, Eq)]
pub struct DataKey(pub [u8; 32]);

const NONCE_BYTES: usize = 12;

impl core::fmt::Debug for DataKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("DataKey")
    }
}

/// Stored bytes that the key does not open: damaged, exchanged, or sealed under another key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("stored bytes do not open; restore from backup or give the right master secret")]
pub struct CannotUnseal;

impl DataKey {
    /// Seals `plain` for the place named `at`; it opens nowhere else.
    #[must_use]
    pub fn seal(&self, at: &[u8], plain: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE_BYTES] = hash::derive("sampan/nonce", &[&self.0, at, plain]);
        let sealed = self
            .cipher()
            .encrypt(
                &Nonce::from(nonce),
                Payload {
                    msg: plain,
                    aad: at,
                },
            )
            .expect("records are far below the cipher's limit");
        [nonce.as_slice(), &sealed].concat()
    }

    /// Opens what [`Self::seal`] sealed for the same place.
    ///
    /// # Errors
    /// [`CannotUnseal`].
    pub fn unseal(&self, at: &[u8], sealed: &[u8]) -> Result<Vec<u8>, CannotUnseal> {
        let (nonce, body) = sealed.split_at_checked(NONCE_BYTES).ok_or(CannotUnseal)?;
        let mut found = [0; NONCE_BYTES];
        found.copy_from_slice(nonce);
        self.cipher()
            .decrypt(&Nonce::from(found), Payload { msg: body, aad: at })
            .map_err(|_| CannotUnseal)
    }

    fn cipher(&self) -> ChaCha20Poly1305 {
        ChaCha20Poly1305::new(&self.0.into())
    }
}

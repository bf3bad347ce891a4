//! Invites: who may enrol, as what, and whether somebody has.

use serde::{Deserialize, Serialize};
use shared::enrol::{InviteId, InviteKey};
use shared::id::DeviceId;
use shared::permission::Grant;
use shared::time::UnixSeconds;

use super::{Ledger, LedgerError, Read, encode};
use crate::secrets::Secrets;
use crate::store::{Put, Store, Table};

/// What the server keeps of an invite: never its secret, and its key only sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteRecord {
    /// What the device that uses it will be.
    pub grant: Grant,
    /// The name the device will have for people.
    pub label: String,
    /// From then on nobody can begin to use it.
    pub expires: UnixSeconds,
    /// The device that used it first; nobody else can.
    pub bound: Option<DeviceId>,
    #[serde(with = "serde_bytes")]
    key: Vec<u8>,
}

impl InviteRecord {
    /// A new invite.
    #[must_use]
    pub fn new(
        (id, key): (InviteId, InviteKey),
        grant: Grant,
        label: String,
        expires: UnixSeconds,
        secrets: &Secrets,
    ) -> Self {
        Self {
            grant,
            label,
            expires,
            bound: None,
            key: secrets.wrapping().seal(&id.0, &key.0),
        }
    }

    /// The key with which both sides prove that they know the invite.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn key(&self, id: InviteId, secrets: &Secrets) -> Result<InviteKey, LedgerError> {
        let key = secrets.wrapping().unseal(&id.0, &self.key)?;
        let key = <[u8; 32]>::try_from(key.as_slice());
        key.map(InviteKey)
            .map_err(|_| LedgerError::Contradiction("an invite's key of the wrong length"))
    }
}

impl<S: Store> Ledger<S> {
    /// The invite with this name.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn invite(&self, id: InviteId) -> Result<Read<InviteRecord>, LedgerError> {
        self.read(Table::Invite, id.0.to_vec()).await
    }
}

/// Writes an invite's record.
#[must_use]
pub fn put_invite(id: InviteId, record: &InviteRecord) -> Put {
    Put {
        table: Table::Invite,
        key: id.0.to_vec(),
        bytes: Some(encode(record)),
    }
}

//! The forms in which the phone's parts lie in storage.
//!
//! Keys: `device`, `alone`, `names`, `loans`, `untold` and `stream` + stream id in [`Store::Meta`]; save, page and entry
//! numbers big-endian elsewhere; `pull` and `belief` in [`Store::Outbox`]. Every value of a store that holds something of people is sealed
//! by the [`Vault`]; bundles are sealed to the server already and stay readable while locked.

use serde::Serialize;
use serde::de::DeserializeOwned;
use shared::id::StreamId;

use crate::effect::{Store, Write};
use crate::vault::Vault;

pub(crate) const DEVICE_KEY: &[u8] = b"device";
pub(crate) const ALONE_KEY: &[u8] = b"alone";
pub(crate) const NAMES_KEY: &[u8] = b"names";
pub(crate) const LOANS_KEY: &[u8] = b"loans";
pub(crate) const UNTOLD_KEY: &[u8] = b"untold";
/// In [`Store::Outbox`]; the keys of bundles have 8 bytes.
pub(crate) const PULL_AHEAD_KEY: &[u8] = b"pull";
/// In [`Store::Outbox`]: what a locked phone believes an order by.
pub(crate) const BELIEF_KEY: &[u8] = b"belief";
const STREAM_PREFIX: &[u8] = b"stream";

/// A stored value that is not what its place says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unreadable(pub(crate) Store);

/// The key of a stream's record in [`Store::Meta`].
pub(crate) fn stream_key(id: StreamId) -> Vec<u8> {
    [STREAM_PREFIX, &stream_bytes(id)].concat()
}

pub(crate) fn is_stream_key(key: &[u8]) -> bool {
    key.starts_with(STREAM_PREFIX)
}

/// The key under which a pulled page lies in [`Store::Facts`]: its stream, then its cursor.
pub(crate) fn facts_key(id: StreamId, after: u64) -> Vec<u8> {
    [&stream_bytes(id)[..], &after.to_be_bytes()].concat()
}

/// How all keys of a stream's pages begin.
pub(crate) fn stream_bytes(id: StreamId) -> [u8; 5] {
    let [a, b, c, d] = id.unit.0.to_be_bytes();
    [a, b, c, d, id.audience.code()]
}

/// The write that puts `value` sealed under `key`.
pub(crate) fn put_sealed(
    vault: &mut Vault,
    store: Store,
    key: &[u8],
    value: &impl Serialize,
) -> Write {
    let plain = postcard::to_allocvec(value).expect("stored forms are plain data");
    Write::Put {
        store,
        key: key.to_vec(),
        value: vault.seal(store, key, &plain),
    }
}

/// The write that puts `value` as it is.
pub(crate) fn put_plain(store: Store, key: &[u8], value: &impl Serialize) -> Write {
    Write::Put {
        store,
        key: key.to_vec(),
        value: postcard::to_allocvec(value).expect("stored forms are plain data"),
    }
}

/// Reads what [`put_sealed`] wrote.
pub(crate) fn read_sealed<T: DeserializeOwned>(
    vault: &Vault,
    store: Store,
    key: &[u8],
    value: &[u8],
) -> Result<T, Unreadable> {
    let plain = vault
        .open(store, key, value)
        .map_err(|_| Unreadable(store))?;
    read_plain(store, &plain)
}

/// Reads what [`put_plain`] wrote.
pub(crate) fn read_plain<T: DeserializeOwned>(store: Store, value: &[u8]) -> Result<T, Unreadable> {
    match postcard::take_from_bytes(value) {
        Ok((read, [])) => Ok(read),
        _ => Err(Unreadable(store)),
    }
}

/// A number as a key that sorts by it.
pub(crate) fn number_key(number: u64) -> [u8; 8] {
    number.to_be_bytes()
}

/// The number in such a key.
pub(crate) fn number_of(store: Store, key: &[u8]) -> Result<u64, Unreadable> {
    let bytes = key.try_into().map_err(|_| Unreadable(store))?;
    Ok(u64::from_be_bytes(bytes))
}

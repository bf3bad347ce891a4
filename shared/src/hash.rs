//! Domain-separated SHA-256, cut to the length an id needs.
//!
//! Every derived id of the protocol comes from here. The domain is written first with its
//! length, and every part with its own, so no two different inputs spell the same bytes.

use sha2::{Digest, Sha256};

/// SHA-256 over `domain` and `parts`, each preceded by its length as 4 bytes, little-endian.
#[must_use]
pub fn digest(domain: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in core::iter::once(domain.as_bytes()).chain(parts.iter().copied()) {
        let length = u32::try_from(part.len()).expect("hashed parts are far below 4 GiB");
        hasher.update(length.to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// The first `N` bytes (at most 32) of [`digest`].
#[must_use]
pub fn derive<const N: usize>(domain: &str, parts: &[&[u8]]) -> [u8; N] {
    let mut out = [0; N];
    out.copy_from_slice(&digest(domain, parts)[..N]);
    out
}

/// Plain SHA-256 of `bytes`: automerge's change hash and the hashes of whole bundles.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

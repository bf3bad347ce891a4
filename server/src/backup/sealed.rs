//! A sealed stream: equal pieces under one key, each with its number, the last one marked.
//!
//! A stream that was cut off, reordered or joined with another does not open. The key is grown
//! from a secret and the salt at the stream's beginning, so that no nonce meets two plaintexts.

use std::io::{self, Read, Write};

use chacha20poly1305::aead::{Aead, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Nonce};
use shared::hash::digest;

/// How every backup begins: what it is, and the form of the sealing.
const MAGIC: &[u8; 16] = b"sampan backup 1\n";
const SALT_BYTES: usize = 32;
const PIECE_BYTES: usize = 64 * 1024;
const TAG_BYTES: usize = 16;

fn cipher(secret: &[u8; 32], salt: &[u8; SALT_BYTES]) -> ChaCha20Poly1305 {
    ChaCha20Poly1305::new(&digest("sampan/backup", &[secret, salt]).into())
}

/// Where a piece stands in its stream.
#[derive(Clone, Copy)]
enum Piece {
    Inner,
    Last,
}

fn nonce(number: u64, piece: Piece) -> Nonce {
    let mut bytes = [0; 12];
    bytes[..8].copy_from_slice(&number.to_le_bytes());
    bytes[11] = u8::from(matches!(piece, Piece::Last));
    Nonce::from(bytes)
}

/// Seals what is written to it.
pub(super) struct Sealer<W> {
    out: W,
    cipher: ChaCha20Poly1305,
    piece: Vec<u8>,
    number: u64,
}

impl<W: Write> Sealer<W> {
    pub(super) fn new(mut out: W, secret: &[u8; 32], salt: [u8; SALT_BYTES]) -> io::Result<Self> {
        out.write_all(MAGIC)?;
        out.write_all(&salt)?;
        Ok(Self {
            out,
            cipher: cipher(secret, &salt),
            piece: Vec::with_capacity(PIECE_BYTES),
            number: 0,
        })
    }

    /// Marks the end and hands back what was written to.
    pub(super) fn finish(mut self) -> io::Result<W> {
        self.seal(Piece::Last)?;
        Ok(self.out)
    }

    fn seal(&mut self, piece: Piece) -> io::Result<()> {
        let sealed = self
            .cipher
            .encrypt(&nonce(self.number, piece), self.piece.as_slice());
        let sealed = sealed.expect("pieces are far below the cipher's limit");
        self.out.write_all(&sealed)?;
        self.piece.clear();
        self.number += 1;
        Ok(())
    }
}

impl<W: Write> Write for Sealer<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.piece.len() == PIECE_BYTES {
            self.seal(Piece::Inner)?;
        }
        let taken = bytes.len().min(PIECE_BYTES - self.piece.len());
        self.piece.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Opens what a [`Sealer`] sealed; `InvalidData` where anything is not as it was.
pub(super) struct Opener<R> {
    from: R,
    cipher: ChaCha20Poly1305,
    /// Sealed bytes read ahead: a whole piece is an inner one only if something follows.
    ahead: Vec<u8>,
    piece: Vec<u8>,
    taken: usize,
    number: u64,
    is_last: bool,
}

impl<R: Read> Opener<R> {
    pub(super) fn new(mut from: R, secret: &[u8; 32]) -> io::Result<Self> {
        let (mut magic, mut salt) = ([0; 16], [0; SALT_BYTES]);
        from.read_exact(&mut magic)?;
        if &magic != MAGIC {
            return Err(io::ErrorKind::InvalidData.into());
        }
        from.read_exact(&mut salt)?;
        Ok(Self {
            from,
            cipher: cipher(secret, &salt),
            ahead: Vec::new(),
            piece: Vec::new(),
            taken: 0,
            number: 0,
            is_last: false,
        })
    }

    /// Whether everything was read, up to the mark of the end.
    pub(super) fn is_at_end(&mut self) -> io::Result<bool> {
        self.need()?;
        Ok(self.taken == self.piece.len())
    }

    /// Opens the next piece once the present one is used up.
    fn need(&mut self) -> io::Result<()> {
        if self.taken < self.piece.len() || self.is_last {
            return Ok(());
        }
        let wanted = PIECE_BYTES + TAG_BYTES + 1 - self.ahead.len();
        self.from
            .by_ref()
            .take(wanted as u64)
            .read_to_end(&mut self.ahead)?;
        let length = self.ahead.len().min(PIECE_BYTES + TAG_BYTES);
        let rest = self.ahead.split_off(length);
        self.is_last = rest.is_empty();
        let piece = if self.is_last {
            Piece::Last
        } else {
            Piece::Inner
        };
        let opened = self
            .cipher
            .decrypt(&nonce(self.number, piece), self.ahead.as_slice());
        self.piece = opened.map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
        (self.ahead, self.taken) = (rest, 0);
        self.number += 1;
        Ok(())
    }
}

impl<R: Read> Read for Opener<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.need()?;
        let part = out.len().min(self.piece.len() - self.taken);
        out[..part].copy_from_slice(&self.piece[self.taken..self.taken + part]);
        self.taken += part;
        Ok(part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed(plain: &[u8]) -> Vec<u8> {
        let mut sealer = Sealer::new(Vec::new(), &[1; 32], [2; 32]).unwrap();
        sealer.write_all(plain).unwrap();
        sealer.finish().unwrap()
    }

    fn opened(bytes: &[u8], secret: [u8; 32]) -> io::Result<Vec<u8>> {
        let mut plain = Vec::new();
        Opener::new(bytes, &secret)?.read_to_end(&mut plain)?;
        Ok(plain)
    }

    #[test]
    fn what_is_sealed_opens_at_every_length_around_a_piece() {
        for length in [
            0,
            1,
            PIECE_BYTES - 1,
            PIECE_BYTES,
            PIECE_BYTES + 1,
            2 * PIECE_BYTES,
        ] {
            let plain = vec![7; length];
            assert_eq!(opened(&sealed(&plain), [1; 32]).unwrap(), plain);
        }
    }

    #[test]
    fn nothing_opens_that_was_cut_off_altered_or_sealed_by_others() {
        let whole = sealed(&[7; 2 * PIECE_BYTES + 9]);
        let first = MAGIC.len() + SALT_BYTES + PIECE_BYTES + TAG_BYTES;
        for length in [0, 20, 48, first, first + 5, whole.len() - 1] {
            assert!(opened(&whole[..length], [1; 32]).is_err(), "{length}");
        }
        assert!(opened(&whole, [3; 32]).is_err());
        let mut altered = whole.clone();
        altered[first + 100] ^= 1;
        assert!(opened(&altered, [1; 32]).is_err());
        let mut swapped = whole[..48].to_vec();
        swapped.extend(&whole[first..first + PIECE_BYTES + TAG_BYTES]);
        swapped.extend(&whole[48..first]);
        swapped.extend(&whole[first + PIECE_BYTES + TAG_BYTES..]);
        assert!(opened(&swapped, [1; 32]).is_err());
    }
}

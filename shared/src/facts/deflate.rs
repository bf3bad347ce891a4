//! Deflate with a cap on what comes out and nothing left over of what goes in.

use miniz_oxide::deflate::compress_to_vec;
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};

use super::FactsError;
use crate::limits::SECTION_BYTES_MAX;

/// Strongest level: batches are a few KB, and bytes are what a phone's signal lacks.
const LEVEL: u8 = 9;

pub(super) fn pack(plain: &[u8]) -> Vec<u8> {
    compress_to_vec(plain, LEVEL)
}

/// Inflates at most [`SECTION_BYTES_MAX`] bytes; every input byte must be used.
pub(super) fn unpack(packed: &[u8]) -> Result<Vec<u8>, FactsError> {
    let mut state = DecompressorOxide::new();
    let mut plain = vec![0; (packed.len() * 4).clamp(256, SECTION_BYTES_MAX)];
    let (mut read, mut written) = (0, 0);
    loop {
        let flags = inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
        let (status, used, made) =
            decompress(&mut state, &packed[read..], &mut plain, written, flags);
        (read, written) = (read + used, written + made);
        match status {
            TINFLStatus::Done if read == packed.len() => {
                plain.truncate(written);
                return Ok(plain);
            }
            TINFLStatus::HasMoreOutput if plain.len() < SECTION_BYTES_MAX => {
                plain.resize((plain.len() * 2).min(SECTION_BYTES_MAX), 0);
            }
            TINFLStatus::HasMoreOutput => return Err(FactsError::TooLarge),
            _ => return Err(FactsError::Malformed),
        }
    }
}

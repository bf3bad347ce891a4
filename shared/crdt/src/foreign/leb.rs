//! Reading numbers and bytes, each in its only spelling.

use super::ForeignError;

/// What is left of some bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn left(&self) -> &'a [u8] {
        self.0
    }

    pub(super) fn byte(&mut self) -> Result<u8, ForeignError> {
        let (first, rest) = self.0.split_first().ok_or(ForeignError::Structure)?;
        self.0 = rest;
        Ok(*first)
    }

    pub(super) fn bytes(&mut self, length: usize) -> Result<&'a [u8], ForeignError> {
        let (bytes, rest) = self
            .0
            .split_at_checked(length)
            .ok_or(ForeignError::Structure)?;
        self.0 = rest;
        Ok(bytes)
    }

    /// A length of something that follows.
    pub(super) fn length(&mut self) -> Result<usize, ForeignError> {
        usize::try_from(self.number()?).map_err(|_| ForeignError::Structure)
    }

    /// An unsigned number.
    pub(super) fn number(&mut self) -> Result<u64, ForeignError> {
        let mut number = 0_u64;
        for shift in (0..63).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return match byte == 0 && shift > 0 {
                    true => Err(ForeignError::Structure),
                    false => Ok(number),
                };
            }
        }
        match self.byte()? {
            1 => Ok(number | 1 << 63),
            _ => Err(ForeignError::Structure),
        }
    }

    /// A signed number.
    pub(super) fn signed(&mut self) -> Result<i64, ForeignError> {
        let mut number = 0_i64;
        for shift in (0..63).step_by(7) {
            let byte = self.byte()?;
            number |= i64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                let unused = 64 - shift - 7;
                return Ok(number << unused >> unused);
            }
        }
        match self.byte()? {
            0 => Ok(number),
            0x7f => Ok(number | i64::MIN),
            _ => Err(ForeignError::Structure),
        }
    }
}

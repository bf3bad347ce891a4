//! What travels: sizes after compression.

use std::fs::File;
use std::io;
use std::path::Path;

use brotli::enc::BrotliEncoderParams;

use crate::stop::Stop;

/// Size of a file after brotli at its best, as a web server would send it.
pub fn brotli_bytes(file: &Path) -> Result<u64, Stop> {
    let unreadable = |source| Stop::File {
        path: file.into(),
        doing: "read",
        source,
    };
    let mut input = File::open(file).map_err(unreadable)?;
    let parameters = BrotliEncoderParams {
        quality: 11,
        ..Default::default()
    };
    let mut count = Count(0);
    brotli::BrotliCompress(&mut input, &mut count, &parameters).map_err(unreadable)?;
    Ok(count.0)
}

/// Counts what is written and keeps nothing.
struct Count(u64);

impl io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

//! Reading bodies: no longer than a bound, no slower than a bound, with or without a length
//! announced.

use core::pin::pin;

use bytes::Buf;
use futures_util::{Stream, StreamExt as _};
use tokio::time::{Instant, timeout};

use super::limits::{BODY_STALL_TIME_MAX, BODY_TIME_MAX};

/// Why a body was not read.
#[derive(Debug, thiserror::Error)]
pub(super) enum BodyError {
    #[error("the body is longer than {bytes_max} bytes: send less")]
    TooLong { bytes_max: usize },
    #[error("the body came too slowly: send it again")]
    TooSlow,
    #[error("the body was cut off: send it again")]
    CutOff(#[source] warp::Error),
}

/// The whole body.
pub(super) async fn read<B: Buf>(
    body: impl Stream<Item = Result<B, warp::Error>>,
    bytes_max: usize,
) -> Result<Vec<u8>, BodyError> {
    let mut body = pin!(body);
    let deadline = Instant::now() + BODY_TIME_MAX;
    let mut read = Vec::new();
    loop {
        let patience = BODY_STALL_TIME_MAX.min(deadline - Instant::now());
        let next = timeout(patience, body.next());
        let Some(chunk) = next.await.map_err(|_| BodyError::TooSlow)? else {
            return Ok(read);
        };
        let mut chunk = chunk.map_err(BodyError::CutOff)?;
        if read.len() + chunk.remaining() > bytes_max {
            return Err(BodyError::TooLong { bytes_max });
        }
        while chunk.has_remaining() {
            let part = chunk.chunk();
            read.extend_from_slice(part);
            let length = part.len();
            chunk.advance(length);
        }
    }
}

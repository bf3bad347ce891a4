//! Accepting connections and stopping gracefully.
//!
//! The loop is our own because warp's has no time-outs, no cap and no deadline.

use std::io;
use std::sync::Arc;

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;
use warp::filters::BoxedFilter;
use warp::reply::Response;

use super::limits::{
    ACCEPT_PAUSE, CONNECTION_TIME_MAX, CONNECTIONS_MAX, DRAIN_TIME_MAX, HEAD_BYTES_MAX,
    HEAD_FIELDS_MAX, HEAD_TIME_MAX, STOP_TIME_MAX,
};
use super::{Parts, Service, routes};
use crate::store::Store;
use crate::writer::DrainError;

/// Why serving did not end as it should.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Commits were still waiting when the time was up; their senders have no answer and will
    /// send again.
    #[error(transparent)]
    Drain(#[from] DrainError),
}

/// Serves until `stop`, then answers what is open, for at most
/// [`STOP_TIME_MAX`](super::limits::STOP_TIME_MAX), and drains the writer.
///
/// # Errors
/// [`ListenError`].
pub async fn serve<S: Store>(
    listener: TcpListener,
    mut parts: Parts<S>,
    stop: impl Future<Output = ()>,
) -> Result<(), ListenError> {
    let writer = parts.server.writer().clone();
    let (closing, is_closing) = watch::channel(false);
    let web = core::mem::take(&mut parts.web);
    let routes = routes(&Service::new(parts, is_closing), web);
    let open = GracefulShutdown::new();
    tokio::select! {
        () = accept(&listener, &routes, &open) => {}
        () = stop => {}
    }
    drop(listener);
    // Whoever waits for news is answered at once.
    closing.send_replace(true);
    if timeout(STOP_TIME_MAX, open.shutdown()).await.is_err() {
        tracing::warn!("requests were still open at the deadline");
    }
    Ok(writer.drain(DRAIN_TIME_MAX).await?)
}

async fn accept(
    listener: &TcpListener,
    routes: &BoxedFilter<(Response,)>,
    open: &GracefulShutdown,
) {
    let builder = builder();
    let room = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let Ok(permit) = room.clone().acquire_owned().await else {
            return;
        };
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                pause(&error).await;
                continue;
            }
        };
        // Answers are written whole; waiting to fill packets would only delay them.
        let _best_effort = stream.set_nodelay(true);
        let service = TowerToHyperService::new(warp::service(routes.clone()));
        let connection = open.watch(builder.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            match timeout(CONNECTION_TIME_MAX, connection).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::debug!(%error, "a connection broke"),
                Err(_) => tracing::debug!("a connection was too old"),
            }
            drop(permit);
        });
    }
}

fn builder() -> http1::Builder {
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME_MAX)
        .max_buf_size(HEAD_BYTES_MAX)
        .max_headers(HEAD_FIELDS_MAX);
    builder
}

/// Waits a little if the fault is the system's; one broken connection is no reason to.
async fn pause(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset
    ) {
        tracing::warn!(%error, "no connection can be accepted");
        tokio::time::sleep(ACCEPT_PAUSE).await;
    }
}

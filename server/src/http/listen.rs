//! Accepting connections and stopping gracefully.
//!
//! The loop is our own because warp's has no TLS, no time-outs, no cap and no deadline.

use core::convert::Infallible;
use core::error::Error;
use core::net::IpAddr;
use std::io;
use std::sync::Arc;

use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use warp::filters::BoxedFilter;
use warp::http::HeaderValue;
use warp::http::header::{CONNECTION, TRANSFER_ENCODING};
use warp::reply::Response;

use super::error::Failure;
use super::limits::{
    ACCEPT_PAUSE, CONNECTION_TIME_MAX, CONNECTIONS_MAX, CONNECTIONS_PER_ADDRESS_MAX,
    DRAIN_TIME_MAX, HANDSHAKE_TIME_MAX, HEAD_BYTES_MAX, HEAD_FIELDS_MAX, HEAD_TIME_MAX,
    STOP_TIME_MAX,
};
use super::peer::{Callers, Front};
use super::strangers::Strangers;
use super::{Parts, Service, guarded, routes};
use crate::clock::Clock;
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
    let front = core::mem::take(&mut parts.front);
    let service = Service::new(parts, is_closing);
    let house = House {
        routes: routes(&service, web),
        front,
        strangers: service.strangers.clone(),
        clock: service.clock.clone(),
        http: builder(),
    };
    let open = GracefulShutdown::new();
    tokio::select! {
        () = accept(&listener, &house, &open) => {}
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

/// What every connection is served with.
#[derive(Clone)]
struct House {
    routes: BoxedFilter<(Response,)>,
    front: Front,
    strangers: Arc<Strangers>,
    clock: Clock,
    http: http1::Builder,
}

async fn accept(listener: &TcpListener, house: &House, open: &GracefulShutdown) {
    let room = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let callers = Callers::new(CONNECTIONS_PER_ADDRESS_MAX);
    loop {
        let Ok(permit) = room.clone().acquire_owned().await else {
            return;
        };
        let (stream, from) = match listener.accept().await {
            Ok((stream, address)) => (stream, address.ip()),
            Err(error) => {
                pause(&error).await;
                continue;
            }
        };
        let line = callers.line(from.into());
        if line.is_none() && !house.front.is_proxy(from) {
            tracing::debug!("one address has too many connections");
            continue;
        }
        // Answers are written whole; waiting to fill packets would only delay them.
        let _best_effort = stream.set_nodelay(true);
        let (house, watcher) = (house.clone(), open.watcher());
        tokio::spawn(async move {
            match timeout(CONNECTION_TIME_MAX, house.meet(stream, from, watcher)).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::debug!(%error, "a connection broke"),
                Err(_) => tracing::debug!("a connection was too old"),
            }
            drop((permit, line));
        });
    }
}

impl House {
    async fn meet(&self, stream: TcpStream, from: IpAddr, watcher: Watcher) -> Broken {
        let Front::Tls(tls) = &self.front else {
            return self.talk(stream, from, watcher).await;
        };
        let greeting = TlsAcceptor::from(tls.config()).accept(stream);
        let stream = timeout(HANDSHAKE_TIME_MAX, greeting).await??;
        self.talk(stream, from, watcher).await
    }

    async fn talk<I>(&self, stream: I, from: IpAddr, watcher: Watcher) -> Broken
    where
        I: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let house = self.clone();
        let service = service_fn(move |request| {
            let house = house.clone();
            async move { Ok::<_, Infallible>(house.answer(request, from).await) }
        });
        let connection = self.http.serve_connection(TokioIo::new(stream), service);
        Ok(watcher.watch(connection).await?)
    }

    /// One request: counted, answered, and its connection closed where its end could be read in
    /// two ways.
    async fn answer(&self, mut request: Request<Incoming>, from: IpAddr) -> Response {
        let peer = self.front.peer(from, request.headers_mut());
        request.extensions_mut().insert(peer);
        let is_doubtful = request.headers().contains_key(TRANSFER_ENCODING);
        let asked = (request.method(), request.uri().path());
        let now = self.clock.now();
        let mut response = match self.strangers.page(peer.address, asked, now) {
            Err(wait) => guarded(Failure::too_often(wait).into_response()),
            Ok(()) => {
                let service = warp::service(self.routes.clone());
                let answered = TowerToHyperService::new(service).call(request).await;
                let response = answered.unwrap_or_else(|never| match never {});
                self.strangers
                    .answered(peer.address, response, self.clock.now())
            }
        };
        if is_doubtful {
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(CONNECTION, close);
        }
        response
    }
}

/// How a connection ended.
type Broken = Result<(), Box<dyn Error + Send + Sync>>;

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

//! News for consoles: which streams have grown, as server-sent events.
//!
//! Events `grown` carry a list of units and audiences, `all` says to load anew. A hint may come
//! twice or, after `all`, not at all; what is true is what the other addresses answer.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::Stream;
use serde::Serialize;
use shared::id::{Audience, StreamId};
use shared::permission::Duty;
use shared::time::LocalDay;
use shared::unit::UnitTree;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{OwnedSemaphorePermit, broadcast, mpsc, watch};
use tokio::time::{Instant, timeout_at};
use warp::Reply;
use warp::sse::Event;

use super::Service;
use super::access::{Caller, Place};
use super::error::Failure;
use super::limits::{EVENT_GATHER_TIME, EVENT_HEARTBEAT, EVENT_STREAMS_MAX, EVENTS_QUEUED_MAX};
use crate::ledger::audit::AUDIT;
use crate::store::{Hint, Store};

/// Answers a console that wants to hear.
pub(super) fn listen<S: Store>(
    service: &Service<S>,
    caller: Caller,
) -> Result<impl Reply + use<S>, Failure> {
    let permit = service
        .listeners
        .clone()
        .try_acquire_owned()
        .map_err(|_| Failure::too_many_listeners())?;
    let hints = service.server.ledger().store().hints();
    let ears = Ears {
        hints,
        caller,
        units: service.server.units(),
        day: service.clock.now().local_day(),
    };
    let events = stream(ears, service.closing.clone(), permit);
    let alive = warp::sse::keep_alive().interval(EVENT_HEARTBEAT);
    Ok(warp::sse::reply(alive.stream(events)))
}

type Told = Result<Event, core::convert::Infallible>;

/// Gathers hints in a task of its own, which ends when the console is gone or the server stops.
fn stream(
    ears: Ears,
    mut closing: watch::Receiver<bool>,
    permit: OwnedSemaphorePermit,
) -> impl Stream<Item = Told> + Send + Sync {
    let (sender, mut events) = mpsc::channel(EVENTS_QUEUED_MAX);
    tokio::spawn(async move {
        let _counted = permit;
        tokio::select! {
            () = tell(ears, &sender) => {}
            () = sender.closed() => {}
            _ = closing.wait_for(|closing| *closing) => {}
        }
    });
    futures_util::stream::poll_fn(move |context| events.poll_recv(context))
}

async fn tell(mut ears: Ears, sender: &mpsc::Sender<Told>) {
    loop {
        let Some(news) = gather(&mut ears).await else {
            return;
        };
        let event = match news {
            News::Grown(streams) => grown(&streams),
            News::All => Event::default().event("all").data(""),
        };
        if sender.send(Ok(event)).await.is_err() {
            return;
        }
    }
}

/// What one console hears: news of the units it may see figures of.
struct Ears {
    hints: broadcast::Receiver<Hint>,
    caller: Caller,
    units: Arc<UnitTree>,
    day: LocalDay,
}

impl Ears {
    async fn hear(&mut self) -> Result<Hint, RecvError> {
        loop {
            let hint = self.hints.recv().await?;
            let place = Place {
                tree: &self.units,
                day: self.day,
            };
            // Every act grows the audit; that is no news for a page.
            if hint.stream != AUDIT && self.caller.has(Duty::Figures, hint.stream.unit, place) {
                return Ok(hint);
            }
        }
    }
}

enum News {
    Grown(BTreeSet<StreamId>),
    All,
}

/// What grew within a short while after the first hint; `None` when there will be no more.
async fn gather(ears: &mut Ears) -> Option<News> {
    let mut streams = BTreeSet::new();
    match ears.hear().await {
        Ok(hint) => drop(streams.insert(hint.stream)),
        Err(RecvError::Lagged(_)) => return Some(News::All),
        Err(RecvError::Closed) => return None,
    }
    let end = Instant::now() + EVENT_GATHER_TIME;
    while let Ok(heard) = timeout_at(end, ears.hear()).await {
        match heard {
            Ok(hint) => drop(streams.insert(hint.stream)),
            Err(RecvError::Lagged(_)) => return Some(News::All),
            Err(RecvError::Closed) => break,
        }
        if streams.len() > EVENT_STREAMS_MAX {
            return Some(News::All);
        }
    }
    Some(News::Grown(streams))
}

#[derive(Serialize)]
struct Grown {
    unit: u32,
    audience: &'static str,
}

fn grown(streams: &BTreeSet<StreamId>) -> Event {
    let list: Vec<Grown> = streams
        .iter()
        .map(|stream| Grown {
            unit: stream.unit.0,
            audience: match stream.audience {
                Audience::Team => "team",
                Audience::Police => "police",
            },
        })
        .collect();
    let event = Event::default().event("grown").json_data(list);
    event.unwrap_or_else(|_| Event::default().event("all").data(""))
}

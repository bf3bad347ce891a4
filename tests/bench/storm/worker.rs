//! A field worker: the real client core, a connection, and a thumb on "send and receive".

#[path = "../../it/world/disk.rs"]
#[allow(dead_code, reason = "worlds use more of it")]
mod disk;
#[path = "../../it/world/luck.rs"]
#[allow(dead_code, reason = "worlds use more of it")]
mod luck;
#[path = "../../it/world/phone.rs"]
#[allow(dead_code, reason = "worlds use more of it")]
mod phone;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use shared::engine::RowEngine;
use shared::id::{Audience, DeviceId, DocumentId, UnitId};
use shared::receipt::{Receipt, Verdict};
use tokio::sync::mpsc::UnboundedSender;

use self::luck::Luck;
use self::phone::{Outbound, Phone};
use crate::Traffic;
use crate::fieldwork::{Plan, edit, met};
use crate::site::Clock;
use crate::wire::Wire;

/// A worker who does not see everybody's records tries again after this long.
const AGAIN: Duration = Duration::from_secs(10);

static ENGINE: RowEngine = RowEngine;

/// One worker with a phone.
pub struct Worker {
    device: usize,
    unit: UnitId,
    /// Entries of the hamlet's stream when everything is there.
    entries: u64,
    phone: Phone<'static, RowEngine>,
    wire: Option<Wire>,
    told: Option<UnboundedSender<Answered>>,
    messages: u64,
}

/// A bundle and the receipt it got.
#[derive(Debug)]
pub struct Answered {
    bundle: Vec<u8>,
    receipt: Vec<u8>,
}

impl Answered {
    /// Changes that were acknowledged.
    pub fn changes(&self) -> u64 {
        match receipt(&self.receipt).verdict {
            Verdict::Taken(outcomes) => outcomes.len() as u64,
            _ => 0,
        }
    }

    /// How many of them the server at this address does not know: it receives them only now.
    pub async fn lost(&self, address: SocketAddr) -> u64 {
        let mut wire = Wire::new(address, Arc::default());
        let again = wire.post("/v1/bundles", &self.bundle).await;
        let again = receipt(&again.expect("an answer").body);
        match again.received == receipt(&self.receipt).received {
            true => 0,
            false => self.changes(),
        }
    }
}

fn receipt(bytes: &[u8]) -> Receipt {
    let signed = shared::signed::Signed::<Receipt>::read(bytes).expect("a receipt");
    signed.claimed().clone()
}

impl Worker {
    pub fn new(device: usize, unit: UnitId, entries: u64) -> Self {
        Self {
            device,
            unit,
            entries,
            phone: Phone::new("worker", &ENGINE, Luck::new(device as u64 + 1)),
            wire: None,
            told: None,
            messages: 0,
        }
    }

    pub fn id(&self) -> DeviceId {
        self.phone.client().device().expect("an open phone")
    }

    pub fn messages(&self) -> u64 {
        self.messages
    }

    /// From here on there is signal; `told` hears of every answered bundle.
    pub fn connect(
        &mut self,
        address: SocketAddr,
        traffic: Arc<Traffic>,
        told: Option<UnboundedSender<Answered>>,
    ) {
        self.wire = Some(Wire::new(address, traffic));
        self.told = told;
        self.messages = 0;
    }

    pub fn hang_up(&mut self) {
        self.wire = None;
        self.phone.outbound.clear();
    }

    pub async fn enrol(&mut self, invite: &str, clock: &Clock) {
        self.phone.enrol(invite.to_owned(), clock.now());
        self.send_all(clock).await;
    }

    /// Asks until the coordinator's confirmation is heard.
    pub async fn enrolled(&mut self, clock: &Clock) {
        while self.phone.client().assignment().is_none()
            || self.phone.client().sync().streams.is_empty()
            || !self.is_active()
        {
            self.phone.tick(clock.now().plus(60));
            self.send_all(clock).await;
        }
    }

    fn is_active(&self) -> bool {
        let notices = &self.phone.notices;
        notices.contains(&client_core::effect::Notice::Enrolled)
    }

    /// Pulls until the hamlet's stream has so many entries here.
    pub async fn pull_all(&mut self, entries: u64, clock: &Clock) {
        while self.cursor() < entries {
            self.phone.reachable(clock.now());
            self.send_all(clock).await;
        }
    }

    /// A day without signal.
    pub fn record(&mut self, plan: &Plan, device: usize, edited: &[DocumentId], clock: &Clock) {
        for person in plan.met(device) {
            let now = clock.now();
            self.phone
                .save(met(&person, self.unit, now), now)
                .expect("saved");
        }
        for n in 0..plan.edits {
            let now = clock.now();
            let document = edited[(device * 7 + n * 3) % edited.len()];
            self.phone
                .save(edit(document, device, self.unit, now), now)
                .expect("saved");
        }
        self.phone.outbound.clear();
    }

    /// Sends and receives until everything of everybody is here.
    pub async fn back_in_signal(mut self, clock: Clock) -> Self {
        loop {
            let pressed = Instant::now();
            self.phone.reachable(clock.now());
            self.send_all(&clock).await;
            while !self.is_whole() && pressed.elapsed() < AGAIN {
                tokio::time::sleep(Duration::from_millis(100)).await;
                let now = clock.now();
                if self.phone.tick_at.is_some_and(|at| at <= now) {
                    self.phone.tick(now);
                    self.send_all(&clock).await;
                }
            }
            if self.is_whole() {
                self.told = None;
                return self;
            }
        }
    }

    fn cursor(&self) -> u64 {
        let streams = self.phone.client().sync().streams;
        let own = streams.iter().find(|stream| {
            stream.stream.unit == self.unit && stream.stream.audience == Audience::Team
        });
        own.map_or(0, |stream| stream.cursor)
    }

    fn is_whole(&self) -> bool {
        self.cursor() >= self.entries && self.phone.client().records().is_empty()
    }

    async fn send_all(&mut self, clock: &Clock) {
        while !self.phone.outbound.is_empty() {
            for message in core::mem::take(&mut self.phone.outbound) {
                self.send(message, clock).await;
            }
        }
    }

    async fn send(&mut self, message: Outbound, clock: &Clock) {
        let (path, bytes) = match &message {
            Outbound::Post { bytes, .. } => ("/v1/bundles", bytes),
            Outbound::Pull { bytes } => ("/v1/pull", bytes),
            Outbound::Enrol { bytes } => ("/v1/enrol", bytes),
            Outbound::LookUp { bytes } => ("/v1/look-up", bytes),
            Outbound::Rekey { bytes } => ("/v1/keys", bytes),
            Outbound::Carried(_) | Outbound::Parcel(_) => return,
        };
        let Some(wire) = &mut self.wire else { return };
        self.messages += 1;
        let sent = Instant::now();
        let reply = wire.post(path, bytes).await.ok();
        if let (Outbound::Post { .. }, true) = (&message, reply.is_some()) {
            wire.note_post(sent.elapsed());
        }
        let answer = reply.filter(|reply| reply.status == 200);
        let answer = answer.map(|reply| reply.body);
        let now = clock.now();
        match message {
            Outbound::Post { serial, bytes } => {
                if let (Some(told), Some(receipt)) = (&self.told, &answer) {
                    let _enough_heard = told.send(Answered {
                        bundle: bytes,
                        receipt: receipt.clone(),
                    });
                }
                self.phone.posted(serial, answer, now);
            }
            Outbound::Pull { .. } => self.phone.pulled(answer, now),
            Outbound::Enrol { .. } => {
                self.phone.enrol_answered(answer.unwrap_or_default(), now);
            }
            Outbound::Rekey { .. } => self.phone.rekeyed(answer.unwrap_or_default(), now),
            Outbound::LookUp { .. } | Outbound::Carried(_) | Outbound::Parcel(_) => {}
        }
    }
}

/// Phones of one hamlet show the same.
pub fn agree(phones: &[Worker], plan: &Plan) {
    for hamlet in 0..plan.hamlets() {
        let of_it = phones
            .iter()
            .filter(|worker| plan.hamlet_of(worker.device) == hamlet);
        let mut shown = of_it.map(Worker::shown);
        let first = shown.next();
        let residents = plan.roster + plan.phones_of(hamlet) * plan.records;
        assert_eq!(
            first.as_ref().map(Vec::len),
            Some(residents),
            "hamlet {hamlet}"
        );
        assert!(
            shown.all(|other| Some(&other) == first.as_ref()),
            "two phones of hamlet {hamlet} show different records"
        );
    }
}

impl Worker {
    /// Every dossier with its heads.
    fn shown(&self) -> Vec<(DocumentId, Vec<shared::id::ChangeHash>)> {
        let client = self.phone.client();
        let everyone = client_core::views::Query::all(shared::kind::Kind::Dossier, usize::MAX);
        let list = client.list(&everyone);
        let ids = list.lines.iter().map(|line| line.document);
        ids.map(|id| (id, client.row(&id).heads)).collect()
    }
}

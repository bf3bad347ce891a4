//! What was done before the storm: devices were enrolled, rosters were written and pulled.

use std::sync::Arc;
use std::time::Duration;

use server::author::{Author, Progress};
use shared::enrol::{EnrolAnswer, Invite};
use shared::id::{DeviceId, DocumentId, Incarnation, UnitId};
use shared::seal::SealingKey;
use tokio::sync::Semaphore;

use crate::Traffic;
use crate::fieldwork::{EDITED, Plan, listed};
use crate::hostile::Hostile;
use crate::site::{Clock, Site};
use crate::wire::Wire;
use crate::worker::Worker;

/// Requests at the same time, before the storm.
const AT_ONCE: usize = 16;

/// How often a bundle of a roster is sent before it is given up, and what is waited in between.
const HAND_IN_TRIES_MAX: usize = 60;
const AGAIN: Duration = Duration::from_secs(1);

/// The coordinator's desk.
#[derive(Debug, Clone)]
pub struct Office {
    address: std::net::SocketAddr,
    token: String,
    clock: Clock,
    turns: Arc<Semaphore>,
}

impl Office {
    pub fn new(site: &Site) -> Self {
        Self {
            address: site.address(),
            token: site.token.clone(),
            clock: site.clock(),
            turns: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// Phones that are enrolled and confirmed.
    pub async fn phones(&self, plan: &Plan) -> Vec<Worker> {
        let one = |device: usize| {
            let (office, hamlet) = (self.clone(), plan.hamlet_of(device));
            let (unit, entries) = (plan.hamlet(hamlet), plan.entries(hamlet));
            tokio::spawn(async move {
                let _turn = office.turns.acquire().await;
                let mut worker = Worker::new(device, unit, entries);
                worker.connect(office.address, Arc::default(), None);
                let invite = office.invite(unit).await;
                worker.enrol(&invite, &office.clock).await;
                office.confirm(worker.id()).await;
                worker.enrolled(&office.clock).await;
                worker
            })
        };
        all((0..plan.devices).map(one)).await
    }

    /// Writes every hamlet's roster; of each the documents that its phones will edit.
    pub async fn rosters(&self, plan: &Plan) -> Vec<Vec<DocumentId>> {
        let one = |hamlet: usize| {
            let (office, plan) = (self.clone(), *plan);
            tokio::spawn(async move {
                let _turn = office.turns.acquire().await;
                office.roster(&plan, hamlet).await
            })
        };
        all((0..plan.hamlets()).map(one)).await
    }

    /// Lets every phone pull its roster and then record without signal.
    pub async fn record(
        &self,
        plan: &Plan,
        phones: Vec<Worker>,
        rosters: &[Vec<DocumentId>],
    ) -> Vec<Worker> {
        let one = |(device, mut worker): (usize, Worker)| {
            let (office, plan) = (self.clone(), *plan);
            let edited = rosters[plan.hamlet_of(device)].clone();
            tokio::spawn(async move {
                let _turn = office.turns.acquire().await;
                worker.pull_all(plan.roster as u64, &office.clock).await;
                worker.record(&plan, device, &edited, &office.clock);
                worker.hang_up();
                worker
            })
        };
        all(phones.into_iter().enumerate().map(one)).await
    }

    /// Devices that will send bombs: so many of a hundred, the honest ones counted.
    pub async fn hostile(&self, plan: &Plan, percent: usize) -> Vec<Hostile> {
        let count = plan.devices * percent / (100 - percent.min(99));
        let one = |n: usize| {
            let (office, unit) = (self.clone(), plan.hamlet(n % plan.hamlets()));
            let mut secret = [0x66; 32];
            secret[..8].copy_from_slice(&(n as u64).to_le_bytes());
            tokio::spawn(async move {
                let _turn = office.turns.acquire().await;
                Hostile::new(secret, office.enrolled(&secret, unit).await)
            })
        };
        all((0..count).map(one)).await
    }

    async fn roster(&self, plan: &Plan, hamlet: usize) -> Vec<DocumentId> {
        let unit = plan.hamlet(hamlet);
        let mut secret = [0x77; 32];
        secret[..4].copy_from_slice(&unit.0.to_le_bytes());
        let mut author = self.author(secret, unit).await;
        let mut documents = Vec::new();
        for person in plan.roster(hamlet) {
            let name = author.new_document();
            documents.push(name.document());
            author.save(self.clock.now(), listed(name, &person, unit));
        }
        let mut wire = self.wire();
        for bundle in author.seal_all(secret).expect("a roster can be sealed") {
            hand_in(&mut wire, &bundle.bytes).await;
        }
        documents.truncate(EDITED);
        documents
    }

    async fn author(&self, secret: [u8; 32], unit: UnitId) -> Author {
        let sealing = self.enrolled(&secret, unit).await;
        Author::from_secret(&secret, Progress::of_new(Incarnation(0)), sealing)
    }

    /// Makes a device of whoever grows from this secret.
    async fn enrolled(&self, secret: &[u8; 32], unit: UnitId) -> SealingKey {
        let text = self.invite(unit).await;
        let invite: Invite = text.parse().expect("an invite");
        let request = Author::enrolment(secret, &invite).expect("a short request");
        let answer = self.wire().post("/v1/enrol", &request).await;
        let body = answer.expect("an answer").body;
        let device = Author::keys_of(secret).device();
        let answer = EnrolAnswer::receive(&body, device, &invite).expect("the server's answer");
        self.confirm(device).await;
        answer.server.sealing[0]
    }

    async fn invite(&self, unit: UnitId) -> String {
        let offer = serde_json::json!({
            "role": "team-member", "units": [unit.0], "team": 1, "label": "Máy",
        });
        let body = self.console("/v1/invites", &offer.to_string()).await;
        let made: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
        made["invite"].as_str().expect("an invite").to_owned()
    }

    async fn confirm(&self, device: DeviceId) {
        let path = format!("/v1/devices/{device}/confirm");
        self.console(&path, "").await;
    }

    async fn console(&self, path: &str, body: &str) -> Vec<u8> {
        let head = format!(
            "POST {path} HTTP/1.1\r\nauthorization: Bearer {}",
            self.token
        );
        let reply = self.wire().exchange(&head, body.as_bytes()).await;
        let reply = reply.expect("an answer");
        assert!(reply.status < 300, "{path}: {}", reply.status);
        reply.body
    }

    fn wire(&self) -> Wire {
        Wire::new(self.address, Arc::new(Traffic::default()))
    }
}

async fn all<T>(tasks: impl Iterator<Item = tokio::task::JoinHandle<T>>) -> Vec<T> {
    let tasks: Vec<_> = tasks.collect();
    let mut done = Vec::with_capacity(tasks.len());
    for task in tasks {
        done.push(task.await.expect("no task panics"));
    }
    done
}

/// Hands a bundle in, again and again: rosters of hundreds of hamlets are more than a server takes
/// in at once, and the same bundle gets the same answer.
async fn hand_in(wire: &mut Wire, bundle: &[u8]) {
    for _ in 0..HAND_IN_TRIES_MAX {
        match wire.post("/v1/bundles", bundle).await {
            Ok(reply) if reply.status == 200 => return,
            _ => tokio::time::sleep(AGAIN).await,
        }
    }
    panic!("a roster is not taken");
}

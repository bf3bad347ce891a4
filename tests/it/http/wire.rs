//! A server on a free port of the loopback, and requests to it, one connection each.

use std::net::SocketAddr;
use std::sync::Arc;

use server::auditor::Findings;
use server::clock::Clock;
use server::http::{self, AddressRates, Front, Parts, Token, Web};
use server::rate::Rate;
use server::secrets::Secrets;
use server::server::{DeviceRates, Foundation, Server};
use server::store::{AnyStore, Memory};
use server::writer::{Writer, WriterConfig};
use shared::id::UnitId;
use shared::time::UnixSeconds;
use shared::unit::{Period, UnitKind, UnitName, UnitTree, UnitVersion};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::phone::{MORNING, Phone};

pub const PROVINCE: UnitId = UnitId(1);
pub const COMMUNE: UnitId = UnitId(2);
pub const HAMLET: UnitId = UnitId(3);
pub const NEIGHBOUR: UnitId = UnitId(4);

/// A province with one commune and two hamlets.
pub fn units() -> UnitTree {
    let unit = |id, kind, parent: Option<UnitId>, name| UnitVersion {
        id,
        code: None,
        kind,
        name: UnitName::vietnamese(name),
        parent,
        valid: Period::default(),
        successors: Vec::new(),
    };
    UnitTree::new(vec![
        unit(PROVINCE, UnitKind::Province, None, "Cà Mau"),
        unit(COMMUNE, UnitKind::Commune, Some(PROVINCE), "Đất Mới"),
        unit(HAMLET, UnitKind::Hamlet, Some(COMMUNE), "Ấp 1"),
        unit(NEIGHBOUR, UnitKind::Hamlet, Some(COMMUNE), "Ấp 2"),
    ])
    .unwrap()
}

/// A running server; it stops without draining when dropped.
pub struct Site {
    pub address: SocketAddr,
    server: Option<Server<AnyStore>>,
    token: Token,
    stop: Option<oneshot::Sender<()>>,
    serving: Option<JoinHandle<()>>,
}

/// What a server meets beside its store.
pub struct Outside {
    pub now: UnixSeconds,
    pub front: Front,
    pub web: Web,
    pub rates: DeviceRates,
    pub address_rates: AddressRates,
}

/// A test asks more often from one address than a province does.
const COUNTLESS: Rate = Rate {
    burst: u32::MAX,
    per_minute: u32::MAX,
};

impl Outside {
    pub fn at(now: UnixSeconds) -> Self {
        Self {
            now,
            front: Front::default(),
            web: Web::default(),
            rates: DeviceRates::default(),
            address_rates: AddressRates {
                failures: COUNTLESS,
                passwords: COUNTLESS,
                pages: COUNTLESS,
            },
        }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.serving.take().inspect(JoinHandle::abort);
    }
}

/// An answer as it came over the wire.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// In small letters.
    pub head: String,
    /// The head's fields, names in small letters.
    pub fields: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The stable code of a problem.
    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap().to_owned()
    }
}

impl Site {
    pub async fn start(store: impl Into<AnyStore>) -> Self {
        Self::start_at(store, MORNING).await
    }

    pub async fn start_at(store: impl Into<AnyStore>, now: UnixSeconds) -> Self {
        Self::start_with(store, Secrets::from_master(&[9; 32]), now).await
    }

    /// The same, with other units.
    pub async fn start_in(
        units: UnitTree,
        store: impl Into<AnyStore>,
        secrets: Secrets,
        now: UnixSeconds,
    ) -> Self {
        let foundation = Foundation {
            secrets: Arc::new(secrets),
            units,
            epoch: 1,
        };
        Self::start_on(store.into(), foundation, Outside::at(now)).await
    }

    /// A usual server, met in an unusual way.
    pub async fn start_outside(outside: Outside) -> Self {
        let foundation = Foundation {
            secrets: Arc::new(Secrets::from_master(&[9; 32])),
            units: units(),
            epoch: 1,
        };
        Self::start_on(Memory::new().into(), foundation, outside).await
    }

    /// The same, with keys that outlive it.
    pub async fn start_with(
        store: impl Into<AnyStore>,
        secrets: Secrets,
        now: UnixSeconds,
    ) -> Self {
        Self::start_in(units(), store, secrets, now).await
    }

    async fn start_on(store: AnyStore, foundation: Foundation, outside: Outside) -> Self {
        let writer = Writer::queued(store.clone(), WriterConfig::default()).unwrap();
        let server = Server::new(store, writer, foundation).with_device_rates(outside.rates);
        let token = Token::from_bytes([5; 32]);
        let here = server.clone();
        let parts = Parts {
            server,
            clock: Clock::starting_at(outside.now),
            token: token.hash(),
            findings: Arc::new(Findings::default()),
            web: outside.web,
            front: outside.front,
            address_rates: outside.address_rates,
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopping) = oneshot::channel();
        let serving = tokio::spawn(async move {
            let until = async move { drop(stopping.await) };
            http::serve(listener, parts, until).await.unwrap();
        });
        Self {
            address,
            server: Some(here),
            token,
            stop: Some(stop),
            serving: Some(serving),
        }
    }

    /// A server that runs elsewhere.
    pub fn elsewhere(address: SocketAddr, token: Token) -> Self {
        Self {
            address,
            server: None,
            token,
            stop: None,
            serving: None,
        }
    }

    /// The server itself, where it runs here.
    pub fn server(&self) -> &Server<AnyStore> {
        self.server.as_ref().expect("runs here")
    }

    /// Stops as a keeper would and waits for the end.
    pub async fn stop(mut self) {
        drop(self.stop.take());
        self.serving.take().expect("runs here").await.unwrap();
    }

    pub async fn send(&self, head: &str, body: &[u8]) -> Answer {
        exchange(self.address, head, body).await
    }

    pub async fn post(&self, path: &str, body: &[u8]) -> Answer {
        let length = body.len();
        self.send(
            &format!("POST {path} HTTP/1.1\r\ncontent-length: {length}"),
            body,
        )
        .await
    }

    /// A request with the console's token.
    pub async fn console(&self, method: &str, path: &str, body: &str) -> Answer {
        let (token, length) = (self.token, body.len());
        let head = format!(
            "{method} {path} HTTP/1.1\r\nauthorization: Bearer {token}\r\ncontent-length: {length}"
        );
        self.send(&head, body.as_bytes()).await
    }

    /// A phone that is enrolled and confirmed.
    pub async fn phone(&self, seed: u8, role: &str, unit: UnitId) -> Phone {
        let mut phone = Phone::new(seed, unit);
        let invite = self.invite(role, unit).await;
        let answer = self.post("/v1/enrol", &phone.enrolment(&invite)).await;
        assert_eq!(answer.status, 200);
        phone.enrolled(&invite, &answer.body);
        self.confirm(&phone).await;
        phone
    }

    pub async fn invite(&self, role: &str, unit: UnitId) -> String {
        let offer = serde_json::json!({
            "role": role, "units": [unit.0], "team": 1, "label": "Máy 1",
        });
        let made = self
            .console("POST", "/v1/invites", &offer.to_string())
            .await;
        assert_eq!(made.status, 200, "{made:?}");
        made.json()["invite"].as_str().unwrap().to_owned()
    }

    pub async fn confirm(&self, phone: &Phone) {
        let path = format!("/v1/devices/{}/confirm", phone.device);
        let confirmed = self.console("POST", &path, "").await;
        assert_eq!(confirmed.status, 204, "{confirmed:?}");
    }

    /// Hands in a bundle; its receipt.
    pub async fn push(&self, bundle: &[u8]) -> Vec<u8> {
        let answer = self.post("/v1/bundles", bundle).await;
        assert_eq!(
            answer.status,
            200,
            "{}",
            String::from_utf8_lossy(&answer.body)
        );
        answer.body
    }

    /// Pulls until nothing more comes.
    pub async fn pull(&self, phone: &mut Phone) {
        loop {
            let answer = self.post("/v1/pull", &phone.pull_request(0)).await;
            assert_eq!(answer.status, 200, "{answer:?}");
            if !phone.pulled(&answer.body).more {
                return;
            }
        }
    }
}

/// One request on a connection of its own.
pub async fn exchange(address: SocketAddr, head: &str, body: &[u8]) -> Answer {
    try_exchange(address, head, body).await.unwrap()
}

/// The same, where the server may be gone.
pub async fn try_exchange(address: SocketAddr, head: &str, body: &[u8]) -> std::io::Result<Answer> {
    exchange_on(TcpStream::connect(address).await?, head, body).await
}

/// The same, on a connection that stands already.
pub async fn exchange_on(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    head: &str,
    body: &[u8],
) -> std::io::Result<Answer> {
    let asked_for_head = head.starts_with("HEAD ");
    let head = format!("{head}\r\nhost: sampan\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await?;
    // The server may answer and close before it has read everything.
    let _may_be_refused = stream.write_all(body).await;
    let mut bytes = Vec::new();
    let read = stream.read_to_end(&mut bytes).await;
    let cut_off = || std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n");
    let Some(end) = end else {
        read?;
        return Err(cut_off());
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let field = |(name, value): (&str, &str)| (name.to_lowercase(), value.to_owned());
    let fields = head.lines().filter_map(|line| line.split_once(": "));
    let fields = fields.map(field).collect();
    let head = head.to_lowercase();
    let status = head.split(' ').nth(1).and_then(|s| s.parse().ok());
    let body = bytes[end + 4..].to_vec();
    let announced = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .and_then(|length| length.trim().parse::<usize>().ok());
    let is_headless = asked_for_head || announced.is_none();
    if !is_headless && announced != Some(body.len()) {
        return Err(cut_off());
    }
    Ok(Answer {
        status: status.ok_or_else(cut_off)?,
        head,
        fields,
        body,
    })
}

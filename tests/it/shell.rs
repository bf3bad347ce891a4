//! What stands around every route: headers on every answer, bounds on every request.
#![allow(clippy::unwrap_used, reason = "all of it is tests")]

use std::fs;
use std::path::Path;
use std::sync::Arc;

use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use server::http::{AddressRates, Front, Tls, TlsFiles, Web};
use server::rate::Rate;
use server::server::DeviceRates;
use server::store::Memory;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::http::phone::MORNING;
use crate::http::wire::{Answer, HAMLET, Outside, Site, exchange_on};

/// Every route, as a stranger asks for it.
const ROUTES: [(&str, &str); 45] = [
    ("POST", "/v1/enrol"),
    ("POST", "/v1/bundles"),
    ("POST", "/v1/pull"),
    ("POST", "/v1/names"),
    ("POST", "/v1/look-up"),
    ("POST", "/v1/keys"),
    ("GET", "/v1/devices/00000000000000000000000000000000/loans"),
    ("POST", "/v1/devices/00000000000000000000000000000000/loans"),
    (
        "DELETE",
        "/v1/devices/00000000000000000000000000000000/loans/1",
    ),
    ("GET", "/v1/health"),
    ("POST", "/v1/session"),
    ("GET", "/v1/session"),
    ("DELETE", "/v1/session"),
    ("GET", "/v1/progress?unit=2"),
    ("GET", "/v1/pace?unit=2&indicator=dossiers"),
    ("GET", "/v1/breakdown?unit=2&by=team"),
    ("GET", "/v1/services?unit=2"),
    ("GET", "/v1/reported?unit=2"),
    ("GET", "/v1/doubles?unit=2"),
    ("GET", "/v1/freshness?unit=2"),
    ("GET", "/v1/units"),
    ("GET", "/v1/events"),
    ("GET", "/v1/devices"),
    ("POST", "/v1/devices/00000000000000000000000000000000/lose"),
    (
        "POST",
        "/v1/devices/00000000000000000000000000000000/assign",
    ),
    ("POST", "/v1/invites"),
    ("GET", "/v1/held"),
    ("POST", "/v1/dossiers/search"),
    ("GET", "/v1/dossiers/00000000000000000000000000000000"),
    ("POST", "/v1/dossiers/00000000000000000000000000000000/edit"),
    (
        "POST",
        "/v1/dossiers/00000000000000000000000000000000/erase",
    ),
    ("POST", "/v1/dossiers/00000000000000000000000000000000/hold"),
    (
        "POST",
        "/v1/dossiers/00000000000000000000000000000000/export",
    ),
    (
        "GET",
        "/v1/dossiers/00000000000000000000000000000000/rights",
    ),
    (
        "POST",
        "/v1/dossiers/00000000000000000000000000000000/refound",
    ),
    ("POST", "/v1/unions/00000000000000000000000000000000/undo"),
    ("GET", "/v1/pairs"),
    ("GET", "/v1/parted"),
    (
        "POST",
        "/v1/parted/00000000000000000000000000000000/00000000000000000000000000000000/undo",
    ),
    ("GET", "/v1/erasures"),
    ("GET", "/v1/audit"),
    ("POST", "/v1/audit/verify"),
    ("POST", "/v1/parcels"),
    ("GET", "/v1/nothing"),
    ("PATCH", "/v1/pull"),
];

#[tokio::test]
async fn every_route_answers_with_its_guards_and_tells_strangers_nothing() {
    let site = Site::start(Memory::new()).await;
    for (method, path) in ROUTES {
        let head = format!("{method} {path} HTTP/1.1\r\ncontent-length: 0");
        let answer = site.send(&head, b"").await;
        let is_open = path == "/v1/health" || (method, path) == ("DELETE", "/v1/session");
        assert!(
            is_open || (400..500).contains(&answer.status),
            "{method} {path}: {answer:?}"
        );
        for guard in [
            "x-content-type-options: nosniff",
            "referrer-policy: no-referrer",
            "cache-control: no-store",
            "content-security-policy: default-src 'none'",
            "frame-ancestors 'none'",
            "cross-origin-resource-policy: same-origin",
            "strict-transport-security: max-age=31536000",
        ] {
            assert!(answer.head.contains(guard), "{method} {path}: {guard}");
        }
    }
}

/// What the server says to these bytes, until it closes.
async fn say(site: &Site, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(site.address).await.unwrap();
    // The server may answer and close before it has read everything.
    let _may_be_refused = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _may_be_reset = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

/// What somebody hides in a request, in the hope that it is taken for one of its own.
const HIDDEN: &str = "GET /v1/hidden HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

#[tokio::test]
async fn a_request_whose_end_is_not_beyond_doubt_is_refused_and_the_connection_closed() {
    let site = Site::start(Memory::new()).await;
    for fields in [
        "content-length: 4\r\ncontent-length: 5",
        "content-length: +4",
        "content-length: -4",
        "content-length: 0x4",
        "content-length: 4, 5",
        "content-length: 99999999999999999999",
        "transfer-encoding: chunked, identity",
        "transfer-encoding: identity",
        "transfer-encoding: xchunked",
        "content-length : 4",
        "content-length: 4\r\n folded: 5",
        "content-length: 4\r\n\tfolded",
        " content-length: 4",
        "x: a\0b",
        "x\r: 4",
        "x y: 4",
    ] {
        let request = format!("POST /v1/pull HTTP/1.1\r\nhost: x\r\n{fields}\r\n\r\nxxxx{HIDDEN}");
        let said = say(&site, request.as_bytes()).await;
        assert!(said.starts_with("HTTP/1.1 400"), "{fields}: {said}");
        assert_eq!(said.matches("HTTP/1.1").count(), 1, "{fields}: {said}");
    }
}

#[tokio::test]
async fn what_follows_a_request_of_two_lengths_is_never_taken_for_a_request() {
    let site = Site::start(Memory::new()).await;
    let length = format!("content-length: {}", 5 + HIDDEN.len());
    let chunked = "transfer-encoding: chunked";
    for fields in [
        format!("{length}\r\n{chunked}"),
        format!("{chunked}\r\n{length}"),
        format!("{chunked}\r\n{chunked}"),
        format!("Transfer-Encoding:\tchunked\r\n{length}"),
        chunked.to_owned(),
    ] {
        let request =
            format!("POST /v1/pull HTTP/1.1\r\nhost: x\r\n{fields}\r\n\r\n0\r\n\r\n{HIDDEN}");
        let said = say(&site, request.as_bytes()).await;
        assert_eq!(said.matches("HTTP/1.1").count(), 1, "{fields}: {said}");
        assert!(!said.contains("HTTP/1.1 404"), "{fields}: {said}");
        assert!(said.contains("connection: close"), "{fields}: {said}");
    }
}

#[tokio::test]
async fn chunks_end_where_they_say_or_not_at_all() {
    let site = Site::start(Memory::new()).await;
    for body in [
        "4\nxxxx\n0\n\n",
        "4\r\nxxxx0\r\n\r\n",
        "-4\r\nxxxx\r\n0\r\n\r\n",
        "4 4\r\nxxxx\r\n0\r\n\r\n",
        "fffffffffffffffff\r\nxxxx\r\n0\r\n\r\n",
        "4;a=\"\n\"\r\nxxxx\r\n0\r\n\r\n",
    ] {
        let request = format!(
            "POST /v1/pull HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n{body}{HIDDEN}"
        );
        let said = say(&site, request.as_bytes()).await;
        assert_eq!(said.matches("HTTP/1.1").count(), 1, "{body:?}: {said}");
        assert!(said.starts_with("HTTP/1.1 400"), "{body:?}: {said}");
        assert!(!said.contains("HTTP/1.1 404"), "{body:?}: {said}");
    }
}

#[tokio::test]
async fn lines_that_end_without_a_return_hide_no_request_and_no_field() {
    let site = Site::start(Memory::new()).await;
    for head in [
        "POST /v1/pull HTTP/1.1\nhost: x\ncontent-length: 4\n\n",
        "POST /v1/pull HTTP/1.1\r\nhost: x\r\ny: z\ncontent-length: 4\r\n\r\n",
    ] {
        let said = say(&site, format!("{head}xxxx{HIDDEN}").as_bytes()).await;
        // Whoever reads such a line as its end, as the standard allows, must read every line so.
        let answers: Vec<_> = said
            .match_indices("HTTP/1.1 ")
            .map(|(at, _)| &said[at + 9..at + 12])
            .collect();
        assert!(
            answers == ["400"] || answers == ["400", "404"],
            "{head:?}: {answers:?}"
        );
    }
}

#[tokio::test]
async fn requests_one_after_the_other_are_answered_once_each_in_their_order() {
    let site = Site::start(Memory::new()).await;
    let health = "GET /v1/health HTTP/1.1\r\nhost: x\r\n\r\n";
    let last = "GET /v1/units HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let pull = "POST /v1/pull HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nxyz";
    let unknown = "GET /v1/hidden HTTP/1.1\r\nhost: x\r\n\r\n";
    let requests = [health, pull, unknown, last, health].concat();
    let said = say(&site, requests.as_bytes()).await;
    let answers = said
        .match_indices("HTTP/1.1 ")
        .map(|(at, _)| &said[at + 9..at + 12]);
    assert_eq!(answers.collect::<Vec<_>>(), ["200", "400", "404", "401"]);
}

#[tokio::test]
async fn a_head_beyond_its_bounds_is_refused() {
    let site = Site::start(Memory::new()).await;
    let long = format!(
        "GET /v1/health HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n",
        "y".repeat(64 * 1024)
    );
    let many = format!(
        "GET /v1/health HTTP/1.1\r\nhost: x\r\n{}\r\n",
        "x: y\r\n".repeat(200)
    );
    for request in [long, many] {
        let said = say(&site, request.as_bytes()).await;
        assert!(
            said.starts_with("HTTP/1.1 431"),
            "{}",
            &said[..said.len().min(80)]
        );
    }
}

/// A folder with a page and a script, as the app's build leaves it.
fn app(folder: &Path) -> Web {
    fs::create_dir(folder.join("assets")).unwrap();
    for name in [
        "index.html",
        "console.html",
        "sw.js",
        "assets/worker-1a2b.js",
    ] {
        fs::write(folder.join(name), "<p>").unwrap();
    }
    Web::read(folder).unwrap()
}

#[tokio::test]
async fn every_page_and_script_is_answered_with_its_guards_also_to_head() {
    let folder = tempfile::tempdir().unwrap();
    let outside = Outside {
        web: app(folder.path()),
        ..Outside::at(MORNING)
    };
    let site = Site::start_outside(outside).await;
    for path in ["/", "/console.html", "/sw.js", "/assets/worker-1a2b.js"] {
        let got = site.send(&format!("GET {path} HTTP/1.1"), b"").await;
        assert_eq!((got.status, &*got.body), (200, &b"<p>"[..]), "{path}");
        let head = site.send(&format!("HEAD {path} HTTP/1.1"), b"").await;
        assert_eq!((head.status, &*head.body), (200, &b""[..]), "{path}");
        for answer in [&got, &head] {
            for guard in [
                "content-length: 3",
                "require-trusted-types-for 'script'; trusted-types sampan",
                "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'",
                "frame-ancestors 'none'",
                "cross-origin-opener-policy: same-origin",
                "cross-origin-resource-policy: same-origin",
                "x-content-type-options: nosniff",
                "referrer-policy: no-referrer",
                "strict-transport-security: max-age=31536000",
                "permissions-policy: camera=(self)",
            ] {
                assert!(answer.head.contains(guard), "{path}: {guard}");
            }
        }
    }
}

#[tokio::test]
async fn a_device_that_asks_too_often_waits_and_nobody_else_does() {
    let rate = Rate {
        burst: 3,
        per_minute: 1,
    };
    let outside = Outside {
        rates: DeviceRates::counted(rate),
        ..Outside::at(MORNING)
    };
    let site = Site::start_outside(outside).await;
    let busy = site.phone(1, "team-member", HAMLET).await;
    let other = site.phone(2, "team-member", HAMLET).await;
    let mut forged = busy.pull_request(0);
    let last = forged.len() - 1;
    forged[last] ^= 1;
    for _ in 0..9 {
        let refused = site.post("/v1/pull", &forged).await;
        assert_eq!(refused.status, 403, "what others forge is not counted");
    }
    for _ in 0..3 {
        assert_eq!(
            site.post("/v1/pull", &busy.pull_request(0)).await.status,
            200
        );
    }
    let refused = site.post("/v1/pull", &busy.pull_request(0)).await;
    assert_eq!((refused.status, &*refused.code()), (429, "too-often"));
    let wait = field(&refused, "retry-after").parse::<u32>().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    assert_eq!(
        site.post("/v1/pull", &other.pull_request(0)).await.status,
        200
    );
}

fn field<'a>(answer: &'a Answer, name: &str) -> &'a str {
    let found = answer.fields.iter().find(|(known, _)| known == name);
    &found.unwrap().1
}

/// A certificate of nobody's but this test's, for a server called `sampan`.
struct Certificate {
    made: CertifiedKey<KeyPair>,
}

impl Certificate {
    fn new() -> Self {
        let made = generate_simple_self_signed(["sampan".to_owned()]).unwrap();
        Self { made }
    }

    fn write(&self, files: &TlsFiles) {
        fs::write(&files.certificate, self.made.cert.pem()).unwrap();
        fs::write(&files.key, self.made.signing_key.serialize_pem()).unwrap();
    }

    /// What a client that believes this certificate alone is answered.
    async fn ask(&self, site: &Site, head: &str) -> std::io::Result<Answer> {
        let mut roots = RootCertStore::empty();
        roots.add(self.made.cert.der().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let client = ClientConfig::builder_with_provider(provider);
        let client = client.with_safe_default_protocol_versions().unwrap();
        let client = client.with_root_certificates(roots).with_no_client_auth();
        let stream = TcpStream::connect(site.address).await?;
        let name = ServerName::try_from("sampan").unwrap();
        let connector = TlsConnector::from(Arc::new(client));
        exchange_on(connector.connect(name, stream).await?, head, b"").await
    }
}

#[tokio::test]
async fn the_server_speaks_tls_itself_and_takes_a_renewed_certificate_while_it_runs() {
    let folder = tempfile::tempdir().unwrap();
    let files = TlsFiles {
        certificate: folder.path().join("certificate.pem"),
        key: folder.path().join("key.pem"),
    };
    let [first, second] = [Certificate::new(), Certificate::new()];
    first.write(&files);
    let tls = Arc::new(Tls::read(files.clone()).unwrap());
    let outside = Outside {
        front: Front::Tls(tls.clone()),
        ..Outside::at(MORNING)
    };
    let site = Site::start_outside(outside).await;
    let health = "GET /v1/health HTTP/1.1";
    assert_eq!(first.ask(&site, health).await.unwrap().status, 200);
    assert!(second.ask(&site, health).await.is_err());
    assert!(
        !say(&site, b"GET /v1/health HTTP/1.1\r\nhost: x\r\n\r\n")
            .await
            .contains("HTTP/1.1")
    );
    let left = first
        .ask(
            &site,
            "DELETE /v1/session HTTP/1.1\r\nsec-fetch-site: same-origin",
        )
        .await;
    let cookie = field(&left.unwrap(), "set-cookie").to_owned();
    assert!(
        cookie.starts_with("__Host-sampan=") && cookie.ends_with("; Secure"),
        "{cookie}"
    );

    assert!(!tls.reload().unwrap(), "nothing changed");
    fs::write(&files.certificate, second.made.cert.pem()).unwrap();
    assert!(tls.reload().is_err(), "the key is still the old one's");
    fs::write(&files.key, "half a key").unwrap();
    assert!(tls.reload().is_err());
    assert_eq!(first.ask(&site, health).await.unwrap().status, 200);
    second.write(&files);
    assert!(tls.reload().unwrap());
    assert_eq!(second.ask(&site, health).await.unwrap().status, 200);
    assert!(first.ask(&site, health).await.is_err());
}

#[tokio::test]
async fn a_named_proxy_says_whether_the_browser_came_by_tls_and_nobody_else_does() {
    let proxied = Outside {
        front: Front::Proxy(Arc::new(["127.0.0.1".parse().unwrap()])),
        ..Outside::at(MORNING)
    };
    for (outside, is_secure) in [(proxied, true), (Outside::at(MORNING), false)] {
        let site = Site::start_outside(outside).await;
        let head = "DELETE /v1/session HTTP/1.1\r\nsec-fetch-site: same-origin\r\nx-forwarded-proto: https";
        let answer = site.send(head, b"").await;
        assert_eq!(
            field(&answer, "set-cookie").ends_with("; Secure"),
            is_secure
        );
    }
}

#[tokio::test]
async fn passwords_typed_at_one_address_are_counted_whatever_names_they_are_for() {
    let outside = Outside {
        address_rates: AddressRates::default(),
        ..Outside::at(MORNING)
    };
    let site = Site::start_outside(outside).await;
    let mut statuses = Vec::new();
    for n in 0..=server::http::limits::PASSWORDS.burst {
        // Too long for anybody's, and so not even hashed.
        let password = "x".repeat(300);
        let body = format!(r#"{{"name":"nobody-{n}","password":"{password}"}}"#);
        let length = body.len();
        let head = format!(
            "POST /v1/session HTTP/1.1\r\nsec-fetch-site: same-origin\r\ncontent-length: {length}"
        );
        statuses.push(site.send(&head, body.as_bytes()).await.status);
    }
    assert_eq!(statuses.pop(), Some(429));
    assert!(statuses.iter().all(|status| *status == 403), "{statuses:?}");
}

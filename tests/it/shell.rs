//! What stands around every route: headers on every answer, bounds on every request.
#![allow(clippy::unwrap_used, reason = "all of it is tests")]

use server::store::Memory;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::http::wire::Site;

/// Every route, as a stranger asks for it.
const ROUTES: [(&str, &str); 26] = [
    ("POST", "/v1/enrol"),
    ("POST", "/v1/bundles"),
    ("POST", "/v1/pull"),
    ("POST", "/v1/names"),
    ("GET", "/v1/health"),
    ("POST", "/v1/session"),
    ("GET", "/v1/session"),
    ("DELETE", "/v1/session"),
    ("GET", "/v1/progress?unit=2"),
    ("GET", "/v1/pace?unit=2&indicator=dossiers"),
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
    ("GET", "/v1/erasures"),
    ("GET", "/v1/audit"),
    ("GET", "/v1/nothing"),
    ("PATCH", "/v1/pull"),
];

#[tokio::test]
async fn every_route_answers_with_its_guards_and_tells_strangers_nothing() {
    let site = Site::start(Memory::new()).await;
    for (method, path) in ROUTES {
        let head = format!("{method} {path} HTTP/1.1\r\ncontent-length: 0");
        let answer = site.send(&head, b"").await;
        let is_open = path == "/v1/health" || method == "DELETE";
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

#[tokio::test]
async fn a_request_whose_end_is_not_beyond_doubt_is_refused_and_the_connection_closed() {
    let site = Site::start(Memory::new()).await;
    let hidden = "GET /v1/health HTTP/1.1\r\nhost: x\r\n\r\n";
    for fields in [
        "content-length: 4\r\ncontent-length: 5",
        "content-length: +4",
        "content-length: 4, 5",
        "transfer-encoding: chunked, identity",
    ] {
        let request = format!("POST /v1/pull HTTP/1.1\r\nhost: x\r\n{fields}\r\n\r\nxxxx{hidden}");
        let said = say(&site, request.as_bytes()).await;
        assert!(said.starts_with("HTTP/1.1 400"), "{fields}: {said}");
        assert_eq!(said.matches("HTTP/1.1").count(), 1, "{fields}: {said}");
    }
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

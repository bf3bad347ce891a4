//! HTTP as a phone speaks it: one connection, kept open, every byte counted.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::Traffic;

/// One phone's or program's connection to the server.
#[derive(Debug)]
pub struct Wire {
    address: SocketAddr,
    stream: Option<TcpStream>,
    traffic: Arc<Traffic>,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub body: Vec<u8>,
}

impl Wire {
    pub fn new(address: SocketAddr, traffic: Arc<Traffic>) -> Self {
        Self {
            address,
            stream: None,
            traffic,
        }
    }

    /// One request and its answer; a connection that broke is not used again.
    pub async fn exchange(&mut self, head: &str, body: &[u8]) -> io::Result<Reply> {
        let reply = self.try_exchange(head, body).await;
        if reply.is_err() {
            self.stream = None;
        }
        reply
    }

    pub async fn post(&mut self, path: &str, body: &[u8]) -> io::Result<Reply> {
        self.exchange(&format!("POST {path} HTTP/1.1"), body).await
    }

    /// How long a bundle waited for its receipt.
    pub fn note_post(&self, took: Duration) {
        let mut all = self.traffic.post_ms.lock().expect("nobody panics here");
        all.push(took.as_secs_f64() * 1e3);
    }

    async fn try_exchange(&mut self, head: &str, body: &[u8]) -> io::Result<Reply> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => TcpStream::connect(self.address).await?,
        };
        stream.set_nodelay(true)?;
        let length = body.len();
        let head = format!("{head}\r\nhost: sampan\r\ncontent-length: {length}\r\n\r\n");
        let request = [head.as_bytes(), body].concat();
        stream.write_all(&request).await?;
        let (reply, bytes) = read(&mut stream).await?;
        let traffic = &self.traffic;
        traffic
            .up
            .fetch_add(request.len() as u64, Ordering::Relaxed);
        traffic.down.fetch_add(bytes as u64, Ordering::Relaxed);
        if reply.status == 503 {
            traffic.put_off.fetch_add(1, Ordering::Relaxed);
        }
        self.stream = Some(stream);
        Ok(reply)
    }
}

/// An answer whose length is announced, and how many bytes it took.
async fn read(stream: &mut TcpStream) -> io::Result<(Reply, usize)> {
    let cut_off = || io::Error::from(io::ErrorKind::UnexpectedEof);
    let mut bytes = Vec::with_capacity(4096);
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(cut_off());
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length
        .map_or(Some(0), |text| text.trim().parse().ok())
        .ok_or_else(cut_off)?;
    while bytes.len() < end + length {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Err(cut_off());
        }
    }
    let reply = Reply {
        status: status.ok_or_else(cut_off)?,
        body: bytes[end..end + length].to_vec(),
    };
    Ok((reply, bytes.len()))
}

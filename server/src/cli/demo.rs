//! A server in memory with a commune at work on it: nothing is kept.

use std::sync::Arc;

use super::serve::{Ground, serve_on};
use super::{Demo, Stop};
use crate::clock::random;
use crate::demo::{populate, world};
use crate::http::Token;
use crate::secrets::Secrets;
use crate::server::{Foundation, Server};
use crate::store::Memory;
use crate::writer::{Writer, WriterConfig};

/// The same people and the same work in every demo.
const SEED: [u8; 32] = *b"sampan demo, the same every time";

pub(super) async fn demo(demo: Demo) -> Result<(), Stop> {
    let store = Memory::new();
    let writer = Writer::queued(store.clone(), WriterConfig::default());
    let foundation = Foundation {
        secrets: Arc::new(Secrets::from_master(&random()?)),
        units: world(SEED).map_err(Box::new)?,
        epoch: 1,
    };
    let server = Server::new(store, writer.map_err(Stop::System)?, foundation);
    let clock = demo.clock.clock();
    let populated = populate(&server, SEED, clock.now()).await;
    let populated = populated.map_err(Box::new)?;
    let token = Token::from_bytes(random()?);
    println!(
        "commune {}, hamlets {:?}",
        populated.commune, populated.hamlets
    );
    println!("token {token}");
    let ground = Ground {
        server,
        clock,
        token: token.hash(),
    };
    serve_on(ground, &demo.listen).await
}

//! Made-up people and work on real administrative units, for demos, replays and load tests.
//!
//! Everything is a pure function of a 32-byte seed and its plan: the same arguments give the
//! same world, here and on any other machine. Nobody in it exists: personal numbers begin with
//! 099 and telephone numbers with 095, which are assigned to nobody.
//!
//! Most modules know no document, no store and no clock. [`replay`] and what stands behind it
//! play on a server, through sealed bundles only and on a clock of their own.

pub mod allocation;
pub mod desk;
pub mod field_days;
pub mod fieldwork;
pub mod hand_in;
pub mod live;
pub mod people;
pub mod replay;
pub mod signal;
pub mod tide;
pub mod typing;
pub mod units;
pub mod world;

mod draw;

pub use draw::Seed;
pub use live::{Populated, RESIDENTS_PER_HAMLET, populate};
pub use replay::{Headway, Manner, Mode, Replay, ReplayReport, replay};
pub use world::{DemoError, world};

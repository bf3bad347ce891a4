//! Made-up people and work on real administrative units, for demos, replays and load tests.
//!
//! Everything is a pure function of a 32-byte seed and its plan: the same arguments give the
//! same world, here and on any other machine. Nobody in it exists: personal numbers begin with
//! 099 and telephone numbers with 095, which are assigned to nobody.
//!
//! The modules know no document, no store and no clock.

pub mod allocation;
pub mod field_days;
pub mod people;
pub mod signal;
pub mod tide;
pub mod typing;
pub mod units;

mod draw;

pub use draw::Seed;

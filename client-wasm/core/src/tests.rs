//! Promises of the whole phone, kept against storage that fails and phones that die.

mod carrying;
mod day;
mod dumping;
mod phone;
mod practising;
mod previewing;
mod progress;
mod reading;
mod saving;
mod searching;
mod ways_back;
mod wiping;
mod world;
mod worst_case;

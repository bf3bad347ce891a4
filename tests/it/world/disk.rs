//! A phone's storage: transactions happen whole or not at all, and the phone may die around one.

use std::collections::BTreeMap;

use client_core::effect::{Store, Write};
use client_core::input::Record;

/// What is durable on one phone.
#[derive(Debug, Clone, Default)]
pub struct Disk {
    records: BTreeMap<(Store, Vec<u8>), Vec<u8>>,
}

impl Disk {
    /// Does one transaction.
    pub fn apply(&mut self, writes: &[Write]) {
        for write in writes {
            match write {
                Write::Put { store, key, value } => {
                    self.records.insert((*store, key.clone()), value.clone());
                }
                Write::Delete { store, key } => {
                    self.records.remove(&(*store, key.clone()));
                }
                Write::DeletePrefix { store, prefix } => {
                    let gone =
                        |(at, key): &(Store, Vec<u8>)| at == store && key.starts_with(prefix);
                    self.records.retain(|place, _| !gone(place));
                }
            }
        }
    }

    /// A disk with these records: the position of the store among all, key, value.
    pub fn of(records: Vec<(u8, Vec<u8>, Vec<u8>)>) -> Self {
        let place = |store: u8| Store::ALL[usize::from(store)];
        let records = records.into_iter();
        let records = records.map(|(store, key, value)| ((place(store), key), value));
        Self {
            records: records.collect(),
        }
    }

    /// All its records, as [`Self::of`] takes them.
    pub fn records(&self) -> Vec<(u8, Vec<u8>, Vec<u8>)> {
        let position = |store| Store::ALL.iter().position(|it| *it == store);
        let place = |store| position(store).expect("all stores are listed") as u8;
        let records = self.records.iter();
        let records =
            records.map(|((store, key), value)| (place(*store), key.clone(), value.clone()));
        records.collect()
    }

    /// Everything a start reads.
    pub fn read_at_start(&self) -> Vec<Record> {
        self.read(|store, _| Store::READ_AT_START.contains(&store))
    }

    /// The pages of facts whose keys begin with `prefix`, in the order of their keys.
    pub fn facts(&self, prefix: &[u8]) -> Vec<Record> {
        self.read(|store, key| {
            store == Store::Facts && !prefix.is_empty() && key.starts_with(prefix)
        })
    }

    fn read(&self, wanted: impl Fn(Store, &[u8]) -> bool) -> Vec<Record> {
        let records = (self.records.iter()).filter(|((store, key), _)| wanted(*store, key));
        records
            .map(|((store, key), value)| Record {
                store: *store,
                key: key.clone(),
                value: value.clone(),
            })
            .collect()
    }

    /// Whether `bytes` stand anywhere in clear.
    pub fn contains(&self, bytes: &[u8]) -> bool {
        let holds = |stored: &[u8]| stored.windows(bytes.len()).any(|part| part == bytes);
        self.records
            .iter()
            .any(|((_, key), value)| holds(key) || holds(value))
    }
}

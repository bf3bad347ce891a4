//! A map by document that is cheap to copy: 256 shared buckets, copied when written.
//!
//! Ids are hashes, so their first byte spreads documents evenly. A copy costs 256 counters, a
//! write one bucket of a few dozen documents.

use std::sync::Arc;

use shared::id::DocumentId;
use shared::sorted::SortedMap;

type Bucket<V> = Arc<SortedMap<DocumentId, V>>;

/// A map by document.
#[derive(Clone)]
pub(crate) struct Buckets<V>(Vec<Bucket<V>>);

const COUNT: usize = 256;

impl<V> Default for Buckets<V> {
    fn default() -> Self {
        let empty: Bucket<V> = Arc::new(SortedMap::new());
        Self(vec![empty; COUNT])
    }
}

impl<V: Clone> Buckets<V> {
    pub(crate) fn get(&self, id: &DocumentId) -> Option<&V> {
        self.0[usize::from(id.0[0])].get(id)
    }

    pub(crate) fn insert(&mut self, id: DocumentId, value: V) -> Option<V> {
        Arc::make_mut(&mut self.0[usize::from(id.0[0])]).insert(id, value)
    }

    pub(crate) fn remove(&mut self, id: &DocumentId) -> Option<V> {
        let bucket = &mut self.0[usize::from(id.0[0])];
        if !bucket.contains_key(id) {
            return None;
        }
        Arc::make_mut(bucket).remove(id)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&DocumentId, &V)> {
        self.0.iter().flat_map(|bucket| bucket.iter())
    }
}

//! Causes before effects.

use std::collections::{BTreeMap, BTreeSet};

use shared::change::Change;
use shared::id::ChangeHash;
use shared::time::UnixSeconds;

/// How many distinct changes could not be placed, because something they were written upon is
/// missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unplaced(pub(crate) usize);

/// `changes` with their hashes, each once, every change after all its dependencies. Of
/// concurrent changes the one with the earlier clock comes first, then the smaller hash, so the
/// order does not depend on how they were handed over.
pub(crate) fn sorted(changes: &[Change]) -> Result<Vec<(ChangeHash, &Change)>, Unplaced> {
    let by_hash: BTreeMap<_, _> = changes
        .iter()
        .map(|change| (change.hash(), change))
        .collect();
    let mut waiting: BTreeMap<ChangeHash, usize> = BTreeMap::new();
    let mut dependents: BTreeMap<ChangeHash, Vec<ChangeHash>> = BTreeMap::new();
    let mut ready: BTreeSet<(UnixSeconds, ChangeHash)> = BTreeSet::new();
    for (hash, change) in &by_hash {
        let deps: BTreeSet<_> = change.deps.iter().copied().collect();
        if deps.is_empty() {
            ready.insert((change.time, *hash));
        }
        waiting.insert(*hash, deps.len());
        for dep in deps {
            dependents.entry(dep).or_default().push(*hash);
        }
    }
    let mut placed = Vec::with_capacity(by_hash.len());
    while let Some((_, hash)) = ready.pop_first() {
        placed.push((hash, by_hash[&hash]));
        for dependent in dependents.remove(&hash).unwrap_or_default() {
            if let Some(open) = waiting.get_mut(&dependent) {
                *open -= 1;
                if *open == 0 {
                    ready.insert((by_hash[&dependent].time, dependent));
                }
            }
        }
    }
    match by_hash.len() - placed.len() {
        0 => Ok(placed),
        unplaced => Err(Unplaced(unplaced)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::change::{Action, Op};
    use shared::id::ActorId;
    use shared::key::Key;
    use shared::value::Value;

    fn change(seq: u64, time: i64, deps: &[&Change]) -> Change {
        let mut deps: Vec<_> = deps.iter().map(|dep| dep.hash()).collect();
        deps.sort_unstable();
        Change {
            actor: ActorId([1; 16]),
            seq,
            start_op: seq,
            time: UnixSeconds(time),
            deps,
            ops: vec![Op {
                key: Key::KIND,
                action: Action::Put(Value::Uint(seq)),
                preds: Vec::new(),
            }],
        }
    }

    #[test]
    fn causes_come_first_whatever_the_clocks_say() {
        let first = change(1, 900, &[]);
        let left = change(2, 20, &[&first]);
        let right = change(3, 10, &[&first]);
        let last = change(4, 0, &[&left, &right]);
        let mixed = [&last, &left, &last, &right, &first].map(Clone::clone);
        let order: Vec<_> = sorted(&mixed).unwrap().iter().map(|(_, c)| c.seq).collect();
        assert_eq!(order, [1, 3, 2, 4]);
        assert_eq!(sorted(&[left, last]), Err(Unplaced(2)));
    }
}

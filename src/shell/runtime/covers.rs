//! Which entries are in snapshots: keeps recovery short at a steady, small cost.
//!
//! A group's state is stored again when it has many entries that no snapshot holds, or when its first such entry
//! is far behind: then everything before it needs no replay.

use crate::base::{ids::GroupId, limits};
use std::collections::{BTreeMap, BTreeSet};

/// What snapshots hold.
#[derive(Debug, Default)]
pub(super) struct SnapshotCovers {
    /// By group: its first entry that no snapshot holds, its last entry, and how many there are.
    open: BTreeMap<GroupId, (i64, i64, u64)>,
    /// The same by first entry.
    oldest: BTreeSet<(i64, GroupId)>,
    /// The last entry of all.
    last: i64,
    /// The checkpoint that was written last.
    written: i64,
}

/// Snapshots that one commit may bring along.
const AT_ONCE: usize = 8;

impl SnapshotCovers {
    /// As recovery found it.
    pub(super) fn new(last: i64) -> Self {
        Self { last, ..Self::default() }
    }

    /// The number of the last committed entry.
    pub(super) fn last(&self) -> i64 {
        self.last
    }

    /// Entries `first ..= last` of a group are committed.
    pub(super) fn add(&mut self, group: &GroupId, first: i64, last: i64) {
        self.last = self.last.max(last);
        let count = (last - first + 1) as u64;
        if let Some(open) = self.open.get_mut(group) {
            open.1 = last;
            open.2 += count;
        } else {
            self.open.insert(group.clone(), (first, last, count));
            self.oldest.insert((first, group.clone()));
        }
    }

    /// The groups whose states are to be stored now, each with its last entry; all of them at the end.
    pub(super) fn due(&mut self, touched: &[GroupId], groups: usize, all: bool) -> Vec<(GroupId, i64)> {
        let mut due: Vec<GroupId> = Vec::new();
        if all {
            due.extend(self.open.keys().cloned());
        } else {
            let many = |group: &&GroupId| {
                self.open.get(*group).is_some_and(|(_, _, n)| *n >= limits::SNAPSHOT_ENTRIES)
            };
            due.extend(touched.iter().filter(many).cloned());
            let lag = (limits::REPLAY_ENTRIES as i64).max(64 * groups as i64);
            let behind = self.oldest.iter().take_while(|(first, _)| self.last - first > lag);
            due.extend(behind.take(AT_ONCE).map(|(_, group)| group.clone()));
            due.sort();
            due.dedup();
        }
        due.into_iter()
            .filter_map(|group| {
                let (first, last, _) = self.open.remove(&group)?;
                self.oldest.remove(&(first, group.clone()));
                Some((group, last))
            })
            .collect()
    }

    /// The new checkpoint where it has moved far enough to be written; at the end where it has moved at all.
    pub(super) fn checkpoint(&mut self, at_end: bool) -> Option<i64> {
        let now = self.oldest.first().map_or(self.last, |(first, _)| first - 1);
        let step = if at_end { 1 } else { limits::REPLAY_ENTRIES as i64 / 4 };
        if now - self.written < step {
            return None;
        }
        self.written = now;
        Some(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(n: usize) -> GroupId {
        GroupId::from(format!("g{n}"))
    }

    #[test]
    fn a_group_with_many_entries_is_stored() {
        let mut covers = SnapshotCovers::default();
        let many = limits::SNAPSHOT_ENTRIES as i64;
        covers.add(&group(1), 1, many - 1);
        assert!(covers.due(&[group(1)], 1, false).is_empty());
        covers.add(&group(1), many, many);
        assert_eq!(covers.due(&[group(1)], 1, false), [(group(1), many)]);
        assert_eq!(covers.checkpoint(true), Some(many));
        assert_eq!(covers.checkpoint(true), None);
    }

    #[test]
    fn a_quiet_group_does_not_hold_the_checkpoint_back() {
        let mut covers = SnapshotCovers::default();
        covers.add(&group(1), 1, 1);
        let mut seq = 2;
        while seq < 3 * limits::REPLAY_ENTRIES as i64 {
            covers.add(&group(2), seq, seq + 9);
            for (name, last) in covers.due(&[group(2)], 2, false) {
                assert!(last <= seq + 9, "{name}");
            }
            seq += 10;
        }
        assert!(covers.checkpoint(false).is_some_and(|at| at > limits::REPLAY_ENTRIES as i64));
    }

    #[test]
    fn the_end_stores_everything() {
        let mut covers = SnapshotCovers::default();
        covers.add(&group(1), 1, 2);
        covers.add(&group(2), 3, 3);
        assert_eq!(covers.due(&[], 2, true), [(group(1), 2), (group(2), 3)]);
        assert_eq!(covers.checkpoint(true), Some(3));
    }
}

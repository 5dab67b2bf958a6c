//! How many members did something within the last n days, for every n, kept exact with every message.
//!
//! Knows numbers of days only.

use crate::base::limits::DAYS_KEPT_MAX;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// By how many days a window has, less one, how many members are in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Windows([u32; DAYS_KEPT_MAX]);

impl Default for Windows {
    fn default() -> Self {
        Self([0; DAYS_KEPT_MAX])
    }
}

impl Windows {
    /// How many did something within the last so many days, today being one.
    pub fn within(&self, days: u32) -> u32 {
        let days = (days as usize).min(DAYS_KEPT_MAX);
        days.checked_sub(1).map_or(0, |last| self.0[last])
    }

    /// Somebody did something on a day, so many days ago; `before` is the same of the last time before.
    pub(super) fn see(&mut self, before: Option<u32>, now: Option<u32>) {
        let (from, to) = (place(now), place(before));
        for count in self.0.iter_mut().take(to).skip(from) {
            *count = count.saturating_add(1);
        }
    }

    /// Somebody is gone who did something last so many days ago.
    pub(super) fn lose(&mut self, last: Option<u32>) {
        for count in self.0.iter_mut().skip(place(last)) {
            *count = count.saturating_sub(1);
        }
    }

    /// So many days have passed on which nothing has happened yet.
    pub(super) fn turn(&mut self, days: i32) {
        let by = days.unsigned_abs() as usize;
        let by = by.min(DAYS_KEPT_MAX);
        if days < 0 {
            // A day begins anew: in a zone that is behind.
            return;
        }
        self.0.copy_within(..DAYS_KEPT_MAX - by, by);
        self.0[..by].fill(0);
    }
}

/// The first window that reaches back so many days.
fn place(back: Option<u32>) -> usize {
    back.map_or(DAYS_KEPT_MAX, |back| (back as usize).min(DAYS_KEPT_MAX))
}

impl Serialize for Windows {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let last = self.0[DAYS_KEPT_MAX - 1];
        // From where it is the same for every longer window it need not be said.
        let kept = self.0.iter().rposition(|n| *n != last).map_or(0, |at| at + 1);
        serializer.collect_seq(self.0[..kept].iter().chain([&last]))
    }
}

impl<'de> Deserialize<'de> for Windows {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored: Vec<u32> = Vec::deserialize(deserializer)?;
        let mut windows = Self([stored.last().copied().unwrap_or(0); DAYS_KEPT_MAX]);
        windows.0.iter_mut().zip(stored).for_each(|(count, n)| *count = n);
        Ok(windows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_window_counts_a_member_once() {
        let mut windows = Windows::default();
        windows.see(None, Some(0));
        windows.turn(3);
        assert_eq!((windows.within(3), windows.within(4), windows.within(35)), (0, 1, 1));
        // The same one again, and another.
        windows.see(Some(3), Some(0));
        windows.see(None, Some(0));
        assert_eq!((windows.within(1), windows.within(4), windows.within(99)), (2, 2, 2));
        let text = serde_json::to_string(&windows).unwrap();
        assert_eq!(text, "[2]");
        assert_eq!(serde_json::from_str::<Windows>(&text).unwrap(), windows);
        windows.turn(1);
        windows.lose(Some(1));
        assert_eq!((windows.within(1), windows.within(2)), (0, 1));
        windows.turn(200);
        assert_eq!(windows, Windows::default());
    }
}

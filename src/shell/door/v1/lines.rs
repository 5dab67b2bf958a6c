//! Lines of JSON up to a bound, and where the next ones begin.
//!
//! Pure.

use crate::base::limits;
use serde::Serialize;

/// The lines of an answer.
#[derive(Debug)]
pub(super) struct Lines {
    text: String,
    left: usize,
    last: Option<String>,
    more: bool,
}

impl Lines {
    /// None yet, and so many at most.
    pub(super) fn new(limit: usize) -> Self {
        Self { text: String::new(), left: limit, last: None, more: false }
    }

    /// Adds a line; `key` is by what the lines after it are asked for. False when there is no room for it.
    pub(super) fn push(&mut self, key: impl FnOnce() -> String, row: &impl Serialize) -> bool {
        if self.left == 0 || self.text.len() > limits::VIEW_BYTES_MAX {
            self.more = true;
            return false;
        }
        let line = serde_json::to_string(row).unwrap_or_else(|_| "{}".into());
        self.left -= 1;
        self.text.push_str(&line);
        self.text.push('\n');
        self.last = Some(key());
        true
    }

    /// The text, and after what there is more.
    pub(super) fn end(self) -> (String, Option<String>) {
        (self.text, self.last.filter(|_| self.more))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_at_their_bound_and_say_where_they_go_on() {
        let mut lines = Lines::new(2);
        for (n, fits) in [(1, true), (2, true), (3, false)] {
            assert_eq!(lines.push(|| n.to_string(), &n), fits);
        }
        assert_eq!(lines.end(), ("1\n2\n".into(), Some("2".into())));
        let mut lines = Lines::new(2);
        assert!(lines.push(|| "1".into(), &1));
        assert_eq!(lines.end(), ("1\n".into(), None), "nothing was left out");
    }
}

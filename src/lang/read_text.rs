//! Whether anything in a playbook reads what members write. Where nothing does, no message text is kept.
//!
//! Careful in one direction: what may read text counts as reading it.

use crate::base::source::{SourceMap, Span};
use std::sync::Arc;

/// Keys of plays and steps that look at what members write.
const KEYS: [&str; 2] = ["remember:", "screen:"];

/// The first place that reads message text outside some others, as `FILE:LINE`.
pub(crate) fn place(sources: &SourceMap, but: &[Span]) -> Option<Arc<str>> {
    sources.iter().find_map(|(id, source)| {
        let lines = |offset: u32| source.place(offset).line as usize;
        let apart: Vec<_> =
            but.iter().filter(|span| span.source == id).map(|s| lines(s.start)..lines(s.end)).collect();
        let mut lines = source.text.lines().zip(1..);
        let (_, line) = lines.find(|(line, n)| {
            reads(line, source.is_script()) && !apart.iter().any(|lines| lines.contains(n))
        })?;
        Some(Arc::from(format!("{}:{line}", source.path)))
    })
}

/// Whether an expression may look at what a message says.
pub(crate) fn may(expression: &str) -> bool {
    expression.lines().any(|line| reads(line, false) || ends(line, "message", &['.', ':', '(']))
}

fn reads(line: &str, script: bool) -> bool {
    let line = line.trim_start();
    if line.starts_with(if script { "//" } else { "#" }) {
        return false;
    }
    let key = line.trim_start_matches("- ").trim_start_matches('{').trim_start();
    if !script && KEYS.iter().any(|name| key.starts_with(name)) {
        return true;
    }
    // The message as a whole may be looked into anywhere.
    let whole = ["signal.data", "data.message"].iter().any(|name| ends(line, name, &['.', ':']));
    let named = ends(line, "message.text", &[]) || (script && line.contains("\"text\""));
    let handed = (script || line.contains("${")) && ends(line, "signal", &['.', ':', '(']);
    whole || named || handed
}

/// Whether a name stands in a line that goes on with none of these.
fn ends(line: &str, name: &str, but: &[char]) -> bool {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(name).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + name.len()..].chars().next();
        !before.is_some_and(word) && !after.is_some_and(|c| word(c) || but.contains(&c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_read_text_counts_as_reading_it() {
        for line in [
            "where: signal.data.message.text.contains(\"hi\")",
            "- post: ${signal.data.message}",
            "  with: { all: \"${signal}\" }",
            "- remember: { messages: 7d }",
            "where: signal.data != ()",
        ] {
            assert!(reads(line, false), "{line}");
        }
        for line in ["let m = signal.data.message;", "fn run(signal) {", "m[\"text\"]"] {
            assert!(reads(line, true), "{line}");
        }
        for line in [
            "where: signal.data.message.kind == \"image\"",
            "- post: Hello ${member.name}, ${signal.data.how}",
            "- signal: order.paid",
            "text: Hello",
            "# where: signal.data.message.text",
            "- post: ${question.text}",
        ] {
            assert!(!reads(line, false), "{line}");
        }
    }
}

//! Wrong indentation, explained: how far a line is indented, and how far it could be.
//!
//! Looks at lines as text; reads nothing as YAML itself.

use crate::base::phrase::{Phrase, phrase};
use crate::{
    base::{
        diagnostic::Diagnostic,
        source::{SourceId, Span},
        words,
    },
    lang::codes,
};

/// A column at which a line may begin.
struct Margin {
    column: usize,
    /// Whether a list's `-` stands there.
    dash: bool,
}

/// The columns that are open above a line.
#[derive(Default)]
struct Above {
    levels: Vec<Margin>,
    /// `post` of a line `post: |`, with its column, while its text goes on.
    block: Option<(String, usize)>,
    /// Whether the line just above is the one that ends with `|`.
    block_begins: bool,
}

impl Above {
    fn read(text: &str) -> Self {
        let mut above = Self::default();
        for line in text.lines() {
            let indent = line.len() - line.trim_start_matches(' ').len();
            let line = line.trim_end();
            if line.len() <= indent || line[indent..].starts_with('#') {
                continue;
            }
            above.block_begins = false;
            if above.block.as_ref().is_some_and(|(_, column)| indent > *column) {
                continue;
            }
            above.line(line, indent);
        }
        above
    }

    fn line(&mut self, line: &str, indent: usize) {
        self.levels.retain(|level| level.column < indent);
        let mut column = indent;
        while line[column..].starts_with("- ") {
            self.levels.push(Margin { column, dash: true });
            column += 2;
            column += line[column..].len() - line[column..].trim_start_matches(' ').len();
        }
        self.levels.push(Margin { column, dash: false });
        let (key, value) = line[column..].split_once(':').unwrap_or(("", &line[column..]));
        let sign = value.trim().trim_end_matches(['-', '+']);
        self.block_begins = matches!(sign, "|" | ">");
        self.block = self.block_begins.then(|| (key.to_owned(), column));
    }

    /// The column nearest to another; the further right of two.
    fn nearest(&self, column: usize, dash: bool) -> Option<usize> {
        let fitting = self.levels.iter().filter(|level| level.dash == dash).map(|level| level.column);
        fitting.min_by_key(|at| (at.abs_diff(column), std::cmp::Reverse(*at)))
    }
}

/// Explains the line at an offset, where its indentation fits nothing above it.
pub(super) fn explain(source: SourceId, text: &str, at: usize) -> Option<Diagnostic> {
    let start = text[..at].rfind('\n').map_or(0, |n| n + 1);
    let end = text[start..].find('\n').map_or(text.len(), |n| start + n);
    let line = text[start..end].trim_end();
    let column = line.len() - line.trim_start_matches(' ').len();
    let content = line.get(column..).filter(|content| !content.is_empty())?;
    let above = Above::read(&text[..start]);
    let is_item = content == "-" || content.starts_with("- ");
    let key = content.split_once(':').map(|(key, _)| key).filter(|key| key.is_ascii() && !is_item);
    let (message, help) = if let Some((name, from)) = &above.block
        && above.block_begins
        && key.is_none()
        && !is_item
        && column <= *from
    {
        let message = phrase!(
            "the text of `{name}` is not indented further than `{name}` itself",
            "`{name}` 的文字没有比 `{name}` 多缩进"
        );
        let by = spaces(from + 2);
        (message, phrase!("indent every line of the text by {by}", "文字的每一行都缩进 {by}"; by))
    } else if above.levels.iter().all(|level| level.column != column) {
        let best = above.nearest(column, is_item).or_else(|| above.nearest(column, !is_item))?;
        let by = spaces(column);
        let message = phrase!("this line is indented by {by}, and nothing above it is", "这一行缩进了 {by}，而上面没有这样缩进的行"; by);
        let by = spaces(best);
        (message, phrase!("indent it by {by}", "缩进 {by}"; by))
    } else {
        let dash = above.levels.iter().position(|level| level.dash && level.column == column)?;
        let inner = above.levels.get(dash + 1)?.column;
        let key = key?;
        let message = phrase!("`{key}` stands below the `-` of a list", "`{key}` 写在了列表的 `-` 下面");
        let by = spaces(inner);
        let help = phrase!(
            "indent it by {by} to make it part of the item above, or begin a new item with `- {key}`",
            "缩进 {by} 使它属于上一项，或用 `- {key}` 另起一项"; by
        );
        (message, help)
    };
    let span = Span::new(source, start + column, start + line.len());
    Some(Diagnostic::error(codes::YAML_SYNTAX, span, message).help(help))
}

/// A number of spaces in words.
fn spaces(n: usize) -> Phrase {
    let en = words::count(n, "space");
    Phrase { en, zh: format!("{n} 个空格") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::SourceMap;

    /// Message and help for the last line.
    fn advice(text: &str) -> Option<(String, String)> {
        let mut map = SourceMap::default();
        let source = map.add("x.yaml", text);
        let found = explain(source, text, text.trim_end().rfind('\n').map_or(0, |n| n + 1))?;
        Some((found.message.en, found.help.unwrap_or_default().en))
    }

    #[test]
    fn a_line_between_two_levels_gets_the_nearest() {
        let (message, help) = advice("a:\n  steps:\n    - post: hi\n     to: group\n").unwrap();
        assert_eq!(message, "this line is indented by 5 spaces, and nothing above it is");
        assert_eq!(help, "indent it by 6 spaces");
        let (_, help) = advice("a:\n  steps:\n    - post: hi\n      to: x\n   - post: ho\n").unwrap();
        assert_eq!(help, "indent it by 4 spaces");
        let (_, help) = advice("a:\n  every: 1h\n    steps:\n").unwrap();
        assert_eq!(help, "indent it by 2 spaces");
    }

    #[test]
    fn a_key_below_the_dash_belongs_to_the_item() {
        let (message, help) = advice("steps:\n  - post: hi\n  to: group\n").unwrap();
        assert_eq!(message, "`to` stands below the `-` of a list");
        assert!(help.starts_with("indent it by 4 spaces"), "{help}");
    }

    #[test]
    fn the_text_of_a_block_stands_further_right() {
        let (message, help) = advice("steps:\n  - post: |\n    大家好\n").unwrap();
        assert_eq!(message, "the text of `post` is not indented further than `post` itself");
        assert_eq!(help, "indent every line of the text by 6 spaces");
    }

    #[test]
    fn what_stands_right_is_not_explained() {
        assert_eq!(advice("a:\n  b: |\n     any\n       thing\n  c: 1\n"), None);
        assert_eq!(advice("a: 1\nb: 2\n"), None);
    }
}

//! Full-width signs where YAML's own stand: `：` behind keys, `，` and brackets in lists on one line.
//!
//! Looks at lines as text. A colon is named only where the lines around it leave no other reading; the signs of a list
//! only where reading it failed. Inside texts they stay what they are.

use super::traps::{self, COLON, Trap, closing_bracket, closing_quote};
use crate::{
    base::{
        diagnostic::{Diagnostic, Report, Severity, fix::Fix},
        phrase::phrase,
        source::{SourceId, SourceMap, Span},
    },
    lang::codes,
};

/// Signs that open and close a list or a mapping on one line, as they are written and as they are meant.
const BRACKETS: [(char, char); 6] =
    [('［', '['), ('【', '['), ('］', ']'), ('】', ']'), ('｛', '{'), ('｝', '}')];

/// What follows the first word of a line.
#[derive(Clone, Copy, PartialEq)]
enum Behind {
    /// `:` and a space, or `:` at the end.
    Colon,
    /// A full-width colon.
    Wide,
    /// Anything else: the line is a text.
    Text,
}

/// A line that belongs to the structure of the file, or seems to.
struct WideLine<'t> {
    /// Offset of the content in the file.
    at: usize,
    /// The column of the first sign that is no space.
    column: usize,
    /// The column of the content, behind dashes.
    content: usize,
    /// The dashes before the content.
    dashes: &'t str,
    /// The first word.
    key: &'t str,
    behind: Behind,
    /// What stands behind the colon.
    value: &'t str,
}

impl<'t> WideLine<'t> {
    fn new(line: &'t str, start: usize) -> Self {
        let column = line.len() - line.trim_start_matches(' ').len();
        let mut content = column;
        while line[content..].starts_with("- ") {
            content += 2 + line[content + 2..].len() - line[content + 2..].trim_start_matches(' ').len();
        }
        let rest = &line[content..];
        let word = |c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
        let (key, after) = rest.split_at(rest.find(word).unwrap_or(rest.len()));
        let plain = after.strip_prefix(':').filter(|v| v.is_empty() || v.starts_with(' '));
        let (behind, value) = match (plain, after.strip_prefix(COLON)) {
            (Some(value), _) if !key.is_empty() => (Behind::Colon, value),
            (_, Some(value)) if !key.is_empty() => (Behind::Wide, value),
            _ => (Behind::Text, rest),
        };
        let value = value.trim_start();
        let value = if value.starts_with('#') { "" } else { value };
        Self { at: start + content, column, content, dashes: &line[column..content], key, behind, value }
    }

    /// The sign that ends the value on a line further down, if it is open here.
    fn open(&self) -> Option<char> {
        let first = self.value.chars().next()?;
        let closer = match first {
            '"' | '\'' => return closing_quote(self.value, first).is_none().then_some(first),
            '[' => ']',
            '{' => '}',
            _ => return None,
        };
        (closing_bracket(self.value).is_none() && mate(self.value).is_none()).then_some(closer)
    }

    /// Whether the value is a block of lines below: `|`, `>-`.
    fn opens_block(&self) -> bool {
        self.value.starts_with(['|', '>']) && self.value.len() <= 3
    }

    fn is_key(&self) -> bool {
        self.behind == Behind::Colon || self.behind == Behind::Wide && self.key.is_ascii()
    }

    /// Whether the key looks as those of the language do.
    fn is_word(&self) -> bool {
        self.key.len() > 1 && self.key.bytes().all(|b| b.is_ascii_lowercase() || matches!(b, b'_' | b'-'))
    }
}

/// Every full-width colon behind a key, and every list that is closed by a full-width bracket.
pub(super) fn signs(source: SourceId, text: &str) -> Vec<Trap> {
    if !text.contains(|c| c == COLON || is_bracket(c)) {
        return Vec::new();
    }
    let rows = rows(text);
    let mut sure = Vec::with_capacity(rows.len());
    let mut found = Vec::new();
    // The rows above that may still have something below them; a deep file stays as quick to read as a flat one.
    let mut above: Vec<usize> = Vec::new();
    for (n, row) in rows.iter().enumerate() {
        while above.last().is_some_and(|last| rows[*last].content > row.column) {
            above.pop();
        }
        let owner = above.last().map(|last| (&rows[*last], sure[*last]));
        let certain = row.behind == Behind::Wide && is_sure(row, owner, rows.get(n + 1));
        sure.push(certain);
        above.push(n);
        let end = row.at + row.key.len();
        if certain {
            let after = text[end..].lines().next().unwrap_or_default().trim_end();
            found.push(traps::full_width_colon(source, end, row.dashes, row.key, after));
        } else if let Some((wide, plain)) = mate(row.value).filter(|_| row.behind == Behind::Colon) {
            let at = row.value.as_ptr() as usize - text.as_ptr() as usize + row.value.len() - wide.len_utf8();
            found.push(bracket(source, at, wide, plain));
        }
    }
    found
}

/// The lines that are not inside a text of several lines.
fn rows(text: &str) -> Vec<WideLine<'_>> {
    let mut rows: Vec<WideLine<'_>> = Vec::new();
    let mut block: Option<usize> = None;
    let mut open: Option<char> = None;
    let mut start = 0;
    for raw in text.split_inclusive('\n') {
        let line = raw.trim_end();
        let row = WideLine::new(line, start);
        start += raw.len();
        if let Some(closer) = open {
            open = open.filter(|_| !line.contains(closer));
        } else if !line.is_empty()
            && !line[row.column..].starts_with('#')
            && block.is_none_or(|column| row.column <= column)
        {
            block = row.opens_block().then_some(if row.behind == Behind::Text {
                row.column
            } else {
                row.content
            });
            open = row.open();
            rows.push(row);
        }
    }
    rows
}

/// Whether a full-width colon can only be that of a key, given the nearest line above that is not deeper, and the
/// line below.
fn is_sure(row: &WideLine<'_>, owner: Option<(&WideLine<'_>, bool)>, next: Option<&WideLine<'_>>) -> bool {
    let below = next
        .filter(|next| next.column > row.content || next.column == row.content && !next.dashes.is_empty());
    let beside = next.filter(|next| next.content == row.content && next.dashes.is_empty());
    let (under_key, under_wide) = match owner {
        // Nothing but a key stands at the left edge.
        None => (true, row.column == 0 && row.dashes.is_empty()),
        Some((owner, sure)) if owner.content == row.content && row.dashes.is_empty() => {
            return row.key.is_ascii() && (owner.behind == Behind::Colon || sure);
        }
        Some((owner, sure)) => (owner.behind != Behind::Text && owner.value.is_empty(), sure),
    };
    if !under_key {
        return false;
    }
    let heads = row.value.is_empty()
        && below.is_some_and(|below| below.is_key() || row.key.is_ascii() && !below.dashes.is_empty());
    let beside_key = row.key.is_ascii() && beside.is_some_and(|next| next.behind == Behind::Colon);
    heads || beside_key || row.dashes.is_empty() && under_wide && row.is_word()
}

/// The full-width bracket at the end of a list or mapping that a plain one opens, and the plain one.
fn mate(value: &str) -> Option<(char, char)> {
    let closer = match value.chars().next()? {
        '[' => ']',
        '{' => '}',
        _ => return None,
    };
    let last = value.chars().next_back()?;
    let wide = BRACKETS.contains(&(last, closer)) && closing_bracket(value).is_none();
    wide.then_some((last, closer))
}

fn bracket(source: SourceId, at: usize, wide: char, plain: char) -> Trap {
    let span = Span::new(source, at, at + wide.len_utf8());
    let diagnostic = Diagnostic::error(
        codes::YAML_FULL_WIDTH,
        span,
        phrase!("`{wide}` is a full-width bracket and closes nothing", "`{wide}` 是全角括号，什么也不闭合"),
    )
    .help(phrase!("write `{plain}`", "写成 `{plain}`"))
    .fix(span, plain.to_string());
    Trap { diagnostic, repair: Some((at..at + wide.len_utf8(), format!("{plain}  "))) }
}

fn is_bracket(c: char) -> bool {
    BRACKETS.iter().any(|(wide, _)| *wide == c)
}

/// Gives what could not be read its fix, where it is a list, a mapping or a clock time with full-width signs in it.
pub(crate) fn mend(report: &mut Report, sources: &SourceMap) {
    for found in report.diagnostics.iter_mut().filter(|found| found.fix.is_none()) {
        let Some(span) = found.span else { continue };
        let text = &*sources.get(span.source).text;
        // A list with one item says so at its key.
        let at = if found.code == "single-option" { behind_key(text, span) } else { Some(span) };
        let Some(span) = at.filter(|at| *at != span || found.severity == Severity::Error) else { continue };
        let (start, end) = (span.start as usize, span.end as usize);
        let Some(written) = text.get(start..end) else { continue };
        let readable = |w: &&str| is_flow(w) || is_clock(w) || is_item(&text[..start], &text[end..]);
        if let Some(plain) = Some(written).filter(readable).and_then(flow) {
            found.help = Some(phrase!("write `{plain}`, with half-width signs", "用半角符号写成 `{plain}`"));
            found.fix = Some(Fix { span, text: plain });
        }
    }
}

/// Where the value on the line of a key is.
fn behind_key(text: &str, key: Span) -> Option<Span> {
    let behind = text.get(key.end as usize..)?.lines().next()?;
    let value = behind.strip_prefix(':')?.trim_start();
    let start = key.end as usize + behind.len() - value.len();
    Some(Span::new(key.source, start, start + value.trim_end().len()))
}

/// Whether a text is a clock time but for its colon: `20：30`.
fn is_clock(written: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    written.split_once(COLON).is_some_and(|(hour, minute)| digits(hour) && digits(minute))
}

/// Whether a text is in brackets of either width.
fn is_flow(written: &str) -> bool {
    let plain = |c: Option<char>| {
        c.map(|c| BRACKETS.iter().find(|(wide, _)| *wide == c).map_or(c, |(_, plain)| *plain))
    };
    let mut chars = written.chars();
    matches!((plain(chars.next()), plain(chars.next_back())), (Some('['), Some(']')) | (Some('{'), Some('}')))
}

/// Whether what stands between two texts is an item of a list or mapping on one line.
fn is_item(before: &str, after: &str) -> bool {
    before.trim_end_matches(' ').ends_with(['[', '{', ','])
        && after.trim_start_matches(' ').starts_with([']', '}', ','])
}

/// The text with the signs of a list made plain; none where there is nothing to change or a quote leaves it open.
fn flow(written: &str) -> Option<String> {
    if written.contains(['"', '\'', '“', '”', '\n']) {
        return None;
    }
    let mut plain = String::with_capacity(written.len());
    for c in written.chars() {
        let spaced = plain.ends_with(": ") || plain.ends_with(", ");
        match c {
            ' ' | '\u{3000}' if spaced => {}
            '，' => plain.push_str(", "),
            COLON if plain.ends_with(|c: char| c.is_ascii_alphabetic()) => plain.push_str(": "),
            COLON => plain.push(':'),
            c => plain.push(BRACKETS.iter().find(|(wide, _)| *wide == c).map_or(c, |(_, plain)| *plain)),
        }
    }
    (plain != written).then_some(plain)
}

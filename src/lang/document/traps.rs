//! The traps of YAML for chat text: each is named for what it is and shown written right.
//!
//! Looks at lines as text; reads nothing as YAML itself.

use super::{quoting::quoted, spaces};
use crate::base::phrase::{pair, phrase};
use crate::{
    base::{
        diagnostic::Diagnostic,
        source::{SourceId, Span},
        words::tick,
    },
    lang::codes,
};
use std::{collections::BTreeSet, ops::Range};

/// `：`, which Chinese input methods write for `:`.
pub(super) const COLON: char = '\u{ff1a}';

/// A slip that was recognised.
pub(crate) struct Trap {
    /// What it is.
    pub(crate) diagnostic: Diagnostic,
    /// The bytes to paint over, and equally many bytes that are YAML; none where reading on makes no sense.
    pub(crate) repair: Option<(Range<usize>, String)>,
}

/// A line taken apart: `  - key: value`.
struct SplitLine<'t> {
    /// Offset of the line.
    start: usize,
    /// The whole line.
    text: &'t str,
    /// Where its content begins, after spaces and dashes, from the line's start.
    content: usize,
    /// Where the value begins, from the line's start: after `key: `, else the content.
    value: usize,
}

impl<'t> SplitLine<'t> {
    fn at(text: &'t str, offset: usize) -> Self {
        let start = text[..offset].rfind('\n').map_or(0, |n| n + 1);
        let end = text[start..].find('\n').map_or(text.len(), |n| start + n);
        let line = text[start..end].trim_end_matches(['\r', ' ']);
        let mut content = line.len() - line.trim_start().len();
        while line[content..].starts_with("- ") {
            content += 2 + line[content + 2..].len() - line[content + 2..].trim_start().len();
        }
        let rest = &line[content..];
        let key = rest.find(": ").filter(|n| *n > 0 && !rest.starts_with(['"', '\'', '[', '{', '#']));
        let value = key.map_or(content, |n| {
            let after = content + n + 1;
            after + line[after..].len() - line[after..].trim_start().len()
        });
        Self { start, text: line, content, value }
    }

    /// The nearest line above that is not blank.
    fn above(&self, text: &'t str) -> Option<Self> {
        let mut end = self.start.checked_sub(1)?;
        loop {
            let line = Self::at(text, end);
            if !line.text.trim().is_empty() {
                return Some(line);
            }
            end = line.start.checked_sub(1)?;
        }
    }

    /// The nearest line below that is not blank.
    fn below(&self, text: &'t str) -> Option<Self> {
        let mut start = self.start;
        loop {
            start += text[start..].find('\n')? + 1;
            let line = Self::at(text, start);
            if !line.text.trim().is_empty() {
                return Some(line);
            }
        }
    }

    /// Whether the next line that is not blank stands deeper than the content of this one.
    fn has_below(&self, text: &str) -> bool {
        let mut below = text[self.start + self.text.len()..].lines().skip(1);
        let below = below.find(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
        below.is_some_and(|below| below.len() - below.trim_start().len() > self.content)
    }

    fn value(&self) -> &'t str {
        &self.text[self.value..]
    }

    fn value_range(&self) -> Range<usize> {
        self.start + self.value..self.start + self.text.len()
    }

    /// The line with another value.
    fn with_value(&self, value: &str) -> String {
        format!("{}{value}", self.text[..self.value].trim_start())
    }
}

/// Explains an error of the YAML reader at an offset.
pub(crate) fn explain(source: SourceId, text: &str, at: usize) -> Option<Trap> {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let line = SplitLine::at(text, at);
    tab(source, &line)
        .or_else(|| wide_comment(source, &line))
        .or_else(|| colon(source, &line))
        .or_else(|| value(source, text, &line))
        .or_else(|| inside(source, text, &line, at))
        .or_else(|| {
            line.above(text).and_then(|above| colon(source, &above).or_else(|| open_quote(source, &above)))
        })
        // A text goes on until the reader meets the tab that the next line begins with.
        .or_else(|| line.below(text).and_then(|below| tab(source, &below)))
}

/// `＃ 备注`: a comment with a full-width sign.
fn wide_comment(source: SourceId, line: &SplitLine<'_>) -> Option<Trap> {
    let sign = '＃';
    line.text.trim_start().strip_prefix(sign)?;
    let at = line.start + line.text.find(sign)?;
    let span = Span::new(source, at, at + sign.len_utf8());
    let message = pair(
        "a comment begins with `#`, and this one with a full-width `＃`",
        "注释以 `#` 开头，这里是全角的 `＃`",
    );
    let diagnostic = Diagnostic::error(codes::YAML_FULL_WIDTH, span, message)
        .help(pair("write `#`", "写成 `#`"))
        .fix(span, "#");
    Some(Trap { diagnostic, repair: Some((at..at + sign.len_utf8(), "#xx".into())) })
}

fn tab(source: SourceId, line: &SplitLine<'_>) -> Option<Trap> {
    let indent = &line.text[..line.text.len() - line.text.trim_start().len()];
    let at = line.start + indent.find('\t')?;
    let diagnostic = Diagnostic::error(
        codes::YAML_TAB,
        Span::new(source, at, at + 1),
        pair("the line is indented with a tab", "这一行用制表符缩进"),
    )
    .label(pair("YAML is indented with spaces only", "YAML 只能用空格缩进"))
    .help(pair(
        "replace the tab by two spaces, and set your editor to do so",
        "把制表符换成两个空格，并让编辑器以后都这样做",
    ));
    Some(Trap { diagnostic, repair: None })
}

/// `title:共读` and `title:共读`: a key without the `: ` that makes it one.
fn colon(source: SourceId, line: &SplitLine<'_>) -> Option<Trap> {
    let rest = &line.text[line.content..];
    let length = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')))?;
    let (key, after) = rest.split_at(length);
    if key.is_empty() {
        return None;
    }
    let at = line.start + line.content + length;
    let indent = line.text[..line.content].trim_start();
    if after.starts_with(COLON) {
        return Some(full_width_colon(source, at, indent, key, after));
    }
    let value = after.strip_prefix(':').filter(|v| !v.is_empty() && !v.starts_with([' ', '/', '\t']))?;
    let range = line.start + line.content..line.start + line.text.len();
    let odd = spaces::behind_colon(source, line.text, line.start, line.content + length + 1);
    let diagnostic = odd.unwrap_or_else(|| {
        Diagnostic::error(
            codes::YAML_SYNTAX,
            Span::new(source, at, at + 1),
            phrase!("a space is missing after `{key}:`", "`{key}:` 后面少了一个空格"),
        )
        .help(phrase!("write `{indent}{key}: {value}`", "写成 `{indent}{key}: {value}`"))
        .fix(Span::new(source, at + 1, at + 1), " ")
    });
    let filler = format!("#{}", "x".repeat(range.len() - 1));
    Some(Trap { diagnostic, repair: Some((range, filler)) })
}

/// `title：共读`: the colon of a key is a full-width one. `after` is the line from the colon on, `indent` the dashes before
/// the key.
pub(super) fn full_width_colon(source: SourceId, at: usize, indent: &str, key: &str, after: &str) -> Trap {
    let width = COLON.len_utf8();
    let value = after[width..].trim_start();
    let colon = if value.is_empty() { ":" } else { ": " };
    let diagnostic = Diagnostic::error(
        codes::YAML_FULL_WIDTH,
        Span::new(source, at, at + width),
        phrase!("`:` after `{key}` is a full-width colon", "`{key}` 后面是全角冒号"),
    )
    .label(pair("expected `:` and a space", "应为半角 `:` 加一个空格"))
    .help(phrase!("write `{indent}{key}{colon}{value}`", "写成 `{indent}{key}{colon}{value}`"))
    .fix(Span::new(source, at, at + after.len() - value.len()), colon);
    Trap { diagnostic, repair: Some((at..at + width, ":  ".into())) }
}

/// A value that YAML reads as something else than text.
fn value(source: SourceId, text: &str, line: &SplitLine<'_>) -> Option<Trap> {
    let value = line.value();
    let first = value.chars().next()?;
    let why = match first {
        '@' | '`' | '%' => {
            phrase!("a text cannot begin with {}", "文字不能以 {} 开头", tick(first.to_string()))
        }
        '*' => {
            pair("a text that begins with `*` is read as an alias", "以 `*` 开头的文字会被读成别名").into()
        }
        '&' => pair("a text that begins with `&` is read as an anchor", "以 `&` 开头的文字会被读成锚").into(),
        '!' => pair("a text that begins with `!` is read as a tag", "以 `!` 开头的文字会被读成标签").into(),
        '"' | '\'' => {
            let close = closing_quote(value, first)?;
            let rest = value[close..].trim();
            if rest.is_empty() || rest.starts_with('#') {
                return None;
            }
            phrase!(
                "the text ends at the second `{first}`, and something follows",
                "文字在第二个 `{first}` 处就结束了，后面还有内容"
            )
        }
        '[' | '{' => {
            let close = closing_bracket(value)?;
            let rest = value[close..].trim_start();
            if rest.is_empty() || rest.starts_with('#') || rest.starts_with(':') {
                return None;
            }
            let what = if first == '[' { pair("list", "列表") } else { pair("mapping", "映射") };
            phrase!(
                "a text that begins with `{first}` is read as a {what}",
                "以 `{first}` 开头的文字会被读成{what}"; what
            )
        }
        '|' | '>' => {
            let rest =
                value[1..].trim_start_matches(|c: char| matches!(c, '-' | '+') || c.is_ascii_digit()).trim();
            if rest.is_empty() || rest.starts_with('#') {
                return None;
            }
            phrase!(
                "a text that begins with `{first}` is read as a block of lines",
                "以 `{first}` 开头的文字会被读成多行文字块"
            )
        }
        '-' | '?' if value[1..].starts_with(' ') => {
            phrase!(
                "a text cannot begin with `{first} ` on the line of its key",
                "与键同一行的文字不能以 `{first} ` 开头"
            )
        }
        _ if line.value > line.content && (value.contains(": ") || value.ends_with(':')) => {
            pair("`: ` in a text makes YAML read a key there", "文字里的 `: ` 会让 YAML 以为那里有一个键")
                .into()
        }
        _ => {
            let hash = value.find(" #").filter(|n| !value[n + 2..].starts_with(' '))?;
            let at = line.start + line.value + hash + 1;
            let diagnostic = comment(source, at, line.start + line.text.len()).help(phrase!(
                "put the text in quotes: `{}`",
                "给文字加上引号：`{}`",
                line.with_value(&quoted(value))
            ));
            return Some(Trap { diagnostic, repair: Some(paint(line.value_range())) });
        }
    };
    let range = line.value_range();
    let diagnostic = Diagnostic::error(codes::YAML_CHAT_TEXT, Span::new(source, range.start, range.end), why)
        .help(phrase!("put it in quotes: `{}`", "加上引号：`{}`", line.with_value(&quoted(value))));
    // Above deeper lines a text in quotes would be the next thing that is no YAML.
    let diagnostic = if line.has_below(text) { diagnostic } else { quote(diagnostic, source, &range, value) };
    Some(Trap { diagnostic, repair: Some(paint(range)) })
}

/// `{ topic: @foo, … }`: the sign is inside brackets.
fn inside(source: SourceId, text: &str, line: &SplitLine<'_>, at: usize) -> Option<Trap> {
    let first = text[at..].chars().next().filter(|c| matches!(c, '@' | '`' | '%' | '*' | '!'))?;
    let end = line.start + line.text.len();
    let stop = text[at..end.max(at)].find([',', '}', ']']).map_or(end, |n| at + n);
    let value = text[at..stop].trim_end();
    let range = at..at + value.len();
    let diagnostic = Diagnostic::error(
        codes::YAML_CHAT_TEXT,
        Span::new(source, range.start, range.end),
        phrase!("a text cannot begin with {}", "文字不能以 {} 开头", tick(first.to_string())),
    )
    .help(phrase!("put it in quotes: `{}`", "加上引号：`{}`", quoted(value)));
    let diagnostic = quote(diagnostic, source, &range, value);
    Some(Trap { diagnostic, repair: Some(paint(range)) })
}

/// A quote that was opened on the line above and is never closed.
fn open_quote(source: SourceId, line: &SplitLine<'_>) -> Option<Trap> {
    let value = line.value();
    let first = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    if closing_quote(value, first).is_some() {
        return None;
    }
    let range = line.value_range();
    let diagnostic = Diagnostic::error(
        codes::YAML_SYNTAX,
        Span::new(source, range.start, range.end),
        phrase!("the quote `{first}` is not closed", "引号 `{first}` 没有闭合"),
    )
    .help(phrase!(
        "close it on the same line: `{}{first}`",
        "在同一行闭合：`{}{first}`",
        line.with_value(value)
    ));
    Some(Trap { diagnostic, repair: Some(paint(range)) })
}

/// Adds the quotes as a fix, where the text has none of its own yet: what is quoted in part can be meant in two ways.
fn quote(diagnostic: Diagnostic, source: SourceId, range: &Range<usize>, value: &str) -> Diagnostic {
    if value.starts_with(['"', '\'', '|', '>']) || value.contains(['\n', '\r']) {
        return diagnostic;
    }
    diagnostic.fix(Span::new(source, range.start, range.end), quoted(value))
}

fn paint(range: Range<usize>) -> (Range<usize>, String) {
    let filler = "x".repeat(range.len());
    (range, filler)
}

fn comment(source: SourceId, start: usize, end: usize) -> Diagnostic {
    Diagnostic::error(
        codes::YAML_CHAT_TEXT,
        Span::new(source, start, end),
        pair(
            "a `#` after a space begins a comment: this part of the text is not read",
            "空格后面的 `#` 是注释的开头：这部分文字读不到",
        ),
    )
}

/// One past the quote that closes a quoted text.
pub(super) fn closing_quote(value: &str, quote: char) -> Option<usize> {
    let mut chars = value.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c == '\\' && quote == '"' {
            chars.next();
        } else if c == quote {
            if quote == '\'' && chars.peek().is_some_and(|(_, next)| *next == '\'') {
                chars.next();
            } else {
                return Some(at + 1);
            }
        }
    }
    None
}

/// One past the bracket that closes the one at the beginning.
pub(super) fn closing_bracket(value: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in value.char_indices() {
        match c {
            '[' | '{' => depth += 1,
            ']' | '}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// Text behind a value that YAML takes for a comment and that does not look like one: `#话题#`.
pub(crate) fn swallowed(source: SourceId, text: &str, start: usize, end: usize) -> Option<Diagnostic> {
    // Looked at before the rest of the line is: all values of a file may be on one.
    let behind = text[end..].trim_start_matches(' ');
    if !behind.starts_with('#') {
        return None;
    }
    let at = text.len() - behind.len();
    let line_end = behind.find('\n').map_or(text.len(), |n| at + n);
    let rest = text[end..line_end].trim_end();
    let note = &rest[at - end + 1..];
    let next = note.chars().next()?;
    if next.is_whitespace() || matches!(next, '#' | '!' | '-' | '=') {
        return None;
    }
    let stop = end + rest.len();
    let line = SplitLine::at(text, at);
    let written = &text[start..stop];
    let topic = note.find('#').is_some_and(|n| !note[..n].contains(' '));
    let mut diagnostic = comment(source, at, stop);
    if !topic && start < end {
        diagnostic.severity = crate::base::diagnostic::Severity::Warning;
        diagnostic.message =
            pair("from `#` on this is a comment and no part of the text", "从 `#` 起是注释，不属于文字")
                .into();
    }
    let key = text[line.start..start.max(line.start)].trim_start().to_owned();
    let key = if key.ends_with(':') { key + " " } else { key };
    Some(diagnostic.help(phrase!(
        "put the text in quotes: `{key}{}`; for a comment leave a space after `#`",
        "给文字加上引号：`{key}{}`；如果是注释，在 `#` 后面空一格",
        quoted(written.trim())
    )))
}

/// A line that begins like an item of a list, and that stands so deep that it is read as part of the text above it.
pub(crate) fn folded_item(source: SourceId, text: &str, span: Span) -> Option<Diagnostic> {
    let (start, end) = (span.start as usize, span.end as usize);
    let written = &text[start..end];
    let (at, _) =
        written.match_indices('\n').find(|(at, _)| written[at + 1..].trim_start().starts_with("- "))?;
    let first = SplitLine::at(text, start);
    let item = SplitLine::at(text, start + at + 1);
    let shown = item.text.trim_start();
    let message = phrase!(
        "`{shown}` is read as part of the text above, not as an item of the list",
        "`{shown}` 被读成了上面那段文字的一部分，不是列表里的一项"
    );
    let begins = first.text.len() - first.text.trim_start().len();
    let help = if first.text[begins..].starts_with("- ") {
        phrase!("indent it by {begins} spaces, like the item above", "缩进 {begins} 个空格，和上一项对齐")
    } else {
        phrase!("write a text of several lines below `|`", "好几行的文字写在 `|` 下面")
    };
    let from = item.start + item.text.len() - shown.len();
    Some(
        Diagnostic::warning(
            codes::YAML_CHAT_TEXT,
            Span::new(source, from, item.start + item.text.len()),
            message,
        )
        .help(help),
    )
}

/// `“大家好”`: quotes that YAML does not know as quotes.
pub(crate) fn full_width_quotes(source: SourceId, text: &str, span: Span) -> Option<Diagnostic> {
    let written = &text[span.start as usize..span.end as usize];
    let inner = written.strip_prefix('“')?.strip_suffix('”')?;
    if inner.contains(['“', '”', '\n']) {
        return None;
    }
    Some(
        Diagnostic::warning(
            codes::YAML_FULL_WIDTH,
            Span::new(source, span.start as usize, span.end as usize),
            pair(
                "“ and ” are part of the text here, not quotes around it",
                "这里的 “ 和 ” 是文字的一部分，不是包住文字的引号",
            ),
        )
        .help(phrase!(
            "write `{}`, or `{}` if they are meant",
            "写成 `{}`；如果就要这两个符号，写成 `{}`",
            quoted(inner),
            quoted(written)
        )),
    )
}

/// The words that some alias of a text may refer to.
pub(crate) fn aliased(text: &str) -> BTreeSet<&str> {
    let ends = |c: char| c.is_whitespace() || matches!(c, ',' | '[' | ']' | '{' | '}');
    let names = text.match_indices('*').map(|(at, _)| {
        let rest = &text[at + 1..];
        &rest[..rest.find(ends).unwrap_or(rest.len())]
    });
    names.filter(|name| !name.is_empty()).collect()
}

/// `&今晚 见`: a word that YAML takes for an anchor which nothing refers to.
pub(crate) fn stray_anchor(
    source: SourceId,
    text: &str,
    span: Span,
    aliased: &BTreeSet<&str>,
) -> Option<Diagnostic> {
    let before = text[..span.start as usize].trim_end_matches([' ', '\t']);
    // A wide space is part of the word, to YAML.
    let word = before.rfind([' ', '\t', '\n', '\r']).map_or(0, |n| n + 1);
    let at = word + before[word..].rfind('&')?;
    let name = &before[at + 1..];
    if name.is_empty() || aliased.contains(name) {
        return None;
    }
    let written = &text[at..span.end as usize];
    Some(
        Diagnostic::error(
            codes::YAML_CHAT_TEXT,
            Span::new(source, at, span.end as usize),
            phrase!("`&{name}` is read as an anchor, not as text", "`&{name}` 会被读成锚，而不是文字"),
        )
        .help(phrase!("put the text in quotes: `{}`", "给文字加上引号：`{}`", quoted(written))),
    )
}

//! What a person or a program reads: width, aligned columns, one JSON object a line.
//!
//! Writes through [`terminal`] and nowhere else. Colours and the terminal's width are used only on a terminal, so that
//! a file or a pipe always gets the same bytes.

use super::lang::Languages;
use crate::{
    base::{
        diagnostic::{Diagnostic, text},
        locale::Locale,
        phrase::{Phrase, Words},
        source::SourceMap,
        visible,
    },
    shell::terminal::{self, ColorChoice, Style, Terminal},
};
use std::io;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

pub(super) use terminal::{BAD, DIM, GOOD, HEADING, NAME, WARN, paint};

/// When colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(super) enum Color {
    /// On a terminal that can show them.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How a command writes what it found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(super) enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// Standard output.
pub(super) struct Output {
    to: Terminal,
    /// Columns that a line may use.
    pub(super) width: usize,
    /// The languages of diagnostics.
    pub(super) languages: Languages,
}

impl Output {
    /// Standard output, with colours as asked.
    pub(super) fn new(color: Color, languages: Languages) -> Self {
        let choice = match color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        // What is no terminal gets every word: nothing is cut off in a file or a pipe.
        let width = terminal::columns().map_or(usize::MAX, |columns| columns.max(40));
        Self { to: Terminal::open(choice), width, languages }
    }

    /// Whether colours are shown.
    pub(super) fn color(&self) -> bool {
        self.to.color
    }

    /// One line; a line end in it is shown as one.
    pub(super) fn line(&mut self, text: impl AsRef<str>) -> io::Result<()> {
        self.to.line(text.as_ref())
    }

    /// One line in the reader's language.
    pub(super) fn say(&mut self, words: impl Into<Phrase>) -> io::Result<()> {
        let words = words.into();
        self.line(words.of(self.languages.people))
    }

    /// A heading.
    pub(super) fn heading(&mut self, text: &str) -> io::Result<()> {
        self.line(paint(HEADING, text))
    }

    /// A diagnostic with its excerpt, for people, and an empty line.
    pub(super) fn diagnostic(&mut self, found: &Diagnostic, sources: &SourceMap) -> io::Result<()> {
        let text = text::render(found, sources, self.to.excerpts(), self.languages.people);
        self.to.diagnostic(&text)?;
        self.line("")
    }

    /// One JSON value on a line of its own.
    pub(super) fn json(&mut self, value: &impl serde::Serialize) -> io::Result<()> {
        self.to.json(value)
    }

    /// Text of several lines, for people.
    pub(super) fn block(&mut self, text: &str) -> io::Result<()> {
        self.to.block(text)
    }

    /// A whole file, for programs.
    pub(super) fn file(&mut self, text: &str) -> io::Result<()> {
        self.to.file(text)
    }

    /// Lines that [`terminal::json`] has made: much at once.
    pub(super) fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.to.bytes(bytes)
    }

    /// Everything that was written is handed to the system.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// How many columns a text takes on a terminal: a Chinese character takes two.
pub(super) fn width(text: &str) -> usize {
    visible::line(text).width()
}

/// Filled up with spaces to a width.
pub(super) fn pad(text: &str, to: usize) -> String {
    let shown = visible::line(text);
    let spaces = to.saturating_sub(shown.width());
    format!("{shown}{}", " ".repeat(spaces))
}

/// One line of at most so many columns; what is cut off is marked.
pub(super) fn clip(text: &str, to: usize) -> String {
    let line = one_line(text);
    if width(&line) <= to {
        return line;
    }
    let mut out = String::new();
    let mut used = 0;
    for c in line.chars() {
        let wide = c.width().unwrap_or(0);
        if used + wide + 1 > to {
            break;
        }
        out.push(c);
        used += wide;
    }
    format!("{}…", out.trim_end())
}

/// The first line, or all of them with a mark between: a post in one row.
pub(super) fn one_line(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    visible::line(&lines.join(visible::LINE_END)).into_owned()
}

/// Rows under a header, each column as wide as its widest cell; the last one takes the rest of the line.
#[derive(Debug, Default)]
pub(super) struct Table {
    header: Vec<&'static str>,
    rows: Vec<Vec<(String, Style)>>,
}

impl Table {
    /// A table with these columns.
    pub(super) fn new(header: &[Words], locale: Locale) -> Self {
        Self { header: header.iter().map(|words| words.of(locale)).collect(), rows: Vec::new() }
    }

    /// Adds a row; one cell a column.
    pub(super) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells.into_iter().map(|cell| (one_line(&cell), Style::Plain)).collect());
    }

    /// Paints a cell of the last row.
    pub(super) fn paint_last(&mut self, column: usize, style: Style) {
        if let Some(cell) = self.rows.last_mut().and_then(|row| row.get_mut(column)) {
            cell.1 = style;
        }
    }

    /// Whether it has no rows.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Writes it.
    pub(super) fn write(&self, out: &mut Output) -> io::Result<()> {
        let columns = self.header.len();
        let mut widths: Vec<usize> = self.header.iter().map(|name| width(name)).collect();
        for row in &self.rows {
            for (cell, most) in row.iter().zip(&mut widths) {
                *most = (*most).max(width(&cell.0));
            }
        }
        let before: usize = widths.iter().take(columns.saturating_sub(1)).map(|w| w + 2).sum();
        let rest = out.width.saturating_sub(before).max(20);
        let write = |out: &mut Output, cells: &[(&str, Style)]| {
            let mut line = String::new();
            for (i, (cell, style)) in cells.iter().enumerate() {
                let last = i + 1 == columns;
                let text = if last { clip(cell, rest) } else { pad(cell, widths[i] + 2) };
                line.push_str(&paint(*style, &text));
            }
            out.line(line.trim_end())
        };
        let header: Vec<(&str, Style)> = self.header.iter().map(|name| (*name, DIM)).collect();
        write(out, &header)?;
        for row in &self.rows {
            let cells: Vec<(&str, Style)> = row.iter().map(|(cell, style)| (cell.as_str(), *style)).collect();
            write(out, &cells)?;
        }
        Ok(())
    }
}

/// Writes a table whose first column is the group, which is left out when there is only one; or a sentence when it
/// has no rows.
pub(super) fn write_or(table: &Table, nothing: Words, several: bool, out: &mut Output) -> io::Result<()> {
    if table.is_empty() {
        return out.say(nothing);
    }
    if several {
        return table.write(out);
    }
    let rows = table.rows.iter().map(|row| row[1..].to_vec()).collect();
    Table { header: table.header[1..].to_vec(), rows }.write(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chinese_character_takes_two_columns() {
        assert_eq!(pad("周三", 6), "周三  ");
        assert_eq!(clip("一周共读一本书", 9), "一周共读…");
        assert_eq!(clip("short", 9), "short");
    }
}

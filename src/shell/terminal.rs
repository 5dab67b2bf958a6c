//! The one door to the terminal: all that a person reads there passes through it.
//!
//! Owns standard output and standard error. The program's own colours are marks that text from outside cannot forge;
//! here they become escape sequences, and every other control character is shown as what it is. Tabs and line ends
//! are there only where the program put them. Output for other programs passes as it is, unless a terminal reads it.

use crate::base::{diagnostic::text::ColourStyle as Excerpt, visible};
use anstyle::AnsiColor;
use std::{
    borrow::Cow,
    io::{self, BufWriter, IsTerminal as _, Write},
};

pub use anstream::ColorChoice;

/// How a piece of text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Style {
    /// As the terminal shows text.
    #[default]
    Plain,
    /// Headings.
    Heading,
    /// What matters less.
    Dim,
    /// Good.
    Good,
    /// Doubtful.
    Warn,
    /// Bad.
    Bad,
    /// Names.
    Name,
}

/// Headings.
pub const HEADING: Style = Style::Heading;
/// What matters less.
pub const DIM: Style = Style::Dim;
/// Good.
pub const GOOD: Style = Style::Good;
/// Doubtful.
pub const WARN: Style = Style::Warn;
/// Bad.
pub const BAD: Style = Style::Bad;
/// Names.
pub const NAME: Style = Style::Name;

impl Style {
    const ALL: [Self; 7] =
        [Self::Plain, Self::Heading, Self::Dim, Self::Good, Self::Warn, Self::Bad, Self::Name];

    /// The mark that begins it: a noncharacter, which no text from outside keeps.
    fn mark(self) -> char {
        char::from_u32(u32::from(MARKS) + self as u32).unwrap_or(MARKS)
    }

    fn of_mark(c: char) -> Option<Self> {
        let index = u32::from(c).checked_sub(u32::from(MARKS))?;
        Self::ALL.get(index as usize).copied()
    }

    fn ansi(self) -> anstyle::Style {
        match self {
            Self::Plain => anstyle::Style::new(),
            Self::Heading => anstyle::Style::new().bold(),
            Self::Dim => anstyle::Style::new().dimmed(),
            Self::Good => AnsiColor::Green.on_default(),
            Self::Warn => AnsiColor::Yellow.on_default(),
            Self::Bad => AnsiColor::Red.on_default().bold(),
            Self::Name => AnsiColor::Cyan.on_default(),
        }
    }
}

/// The mark of the plain style; those of the others follow it.
const MARKS: char = '\u{fdd0}';

/// Text in a style, in one line. The door makes a colour of it, or nothing where colours are not shown.
pub fn paint(style: Style, text: &str) -> String {
    let text = text.replace('\n', visible::LINE_END);
    if style == Style::Plain { text } else { format!("{}{text}{}", style.mark(), Style::Plain.mark()) }
}

/// One line with the program's styles as a terminal takes it.
pub fn line(text: &str) -> String {
    styled(text, visible::line)
}

/// Several lines with the program's styles as a terminal takes them.
pub fn block(text: &str) -> String {
    styled(text, visible::block)
}

fn styled(text: &str, show: fn(&str) -> Cow<'_, str>) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut open = false;
    let mut rest = text;
    while let Some((at, style)) = rest.char_indices().find_map(|(at, c)| Some((at, Style::of_mark(c)?))) {
        out.push_str(&show(&rest[..at]));
        if open {
            out.push_str("\u{1b}[0m");
        }
        open = style != Style::Plain;
        out.push_str(&style.ansi().to_string());
        rest = &rest[at + style.mark().len_utf8()..];
    }
    out.push_str(&show(rest));
    if open {
        out.push_str("\u{1b}[0m");
    }
    out
}

/// A diagnostic, whose renderer colours it: its colours pass, nothing else does.
fn excerpt(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, part) in text.split("\u{1b}[").enumerate() {
        let colour =
            part.find(|c: char| !c.is_ascii_digit() && c != ';').filter(|at| part[*at..].starts_with('m'));
        match colour {
            Some(at) if index > 0 => {
                out.push_str("\u{1b}[");
                out.push_str(&part[..=at]);
                out.push_str(&visible::block(&part[at + 1..]));
            }
            _ if index > 0 => out.push_str(&visible::block(&format!("\u{1b}[{part}"))),
            _ => out.push_str(&visible::block(part)),
        }
    }
    out
}

/// Whether somebody watches standard error while standard output goes elsewhere: the place for progress.
pub fn progress_is_seen() -> bool {
    io::stderr().is_terminal() && !io::stdout().is_terminal()
}

/// Whether standard output is a terminal.
pub fn output_is_seen() -> bool {
    io::stdout().is_terminal()
}

/// Whether standard error is a terminal.
pub fn complaints_are_seen() -> bool {
    io::stderr().is_terminal()
}

/// How far something is, over what was said of it before, on standard error.
pub fn progress(text: &str) {
    let _ = write!(anstream::stderr(), "\r{}", visible::line(text));
}

/// Something that is wrong, on standard error at once, which may be closed.
pub fn complain(text: &str) {
    let _ = writeln!(anstream::stderr(), "{}", block(text.trim_end()));
}

/// A diagnostic on standard error.
pub fn complain_of(diagnostic: &str) {
    let _ = writeln!(anstream::stderr(), "{}", excerpt(diagnostic.trim_end()));
}

/// The columns of the terminal on standard output; none where it is none.
pub fn columns() -> Option<usize> {
    terminal_size::terminal_size_of(io::stdout()).map(|(terminal_size::Width(columns), _)| columns.into())
}

/// Standard output.
pub struct Terminal {
    to: Box<dyn Write + Send>,
    /// Whether colours are shown.
    pub color: bool,
    /// Whether a person watches.
    watched: bool,
}

impl Terminal {
    /// Standard output, with colours as asked.
    pub fn open(choice: ColorChoice) -> Self {
        let choice = match choice {
            ColorChoice::Auto => anstream::AutoStream::choice(&io::stdout()),
            other => other,
        };
        let to = BufWriter::with_capacity(64 * 1024, anstream::AutoStream::new(io::stdout(), choice));
        Self { to: Box::new(to), color: choice != ColorChoice::Never, watched: io::stdout().is_terminal() }
    }

    /// How diagnostics are to be coloured.
    pub fn excerpts(&self) -> Excerpt {
        if self.color { Excerpt::Coloured } else { Excerpt::Plain }
    }

    /// One line.
    pub fn line(&mut self, text: &str) -> io::Result<()> {
        self.to.write_all(line(text).as_bytes())?;
        self.to.write_all(b"\n")
    }

    /// Several lines as they are.
    pub fn block(&mut self, text: &str) -> io::Result<()> {
        self.to.write_all(block(text).as_bytes())
    }

    /// What [`line`] or [`block`] has made already.
    pub fn shown(&mut self, text: &str) -> io::Result<()> {
        self.to.write_all(text.as_bytes())
    }

    /// A diagnostic with its excerpt.
    pub fn diagnostic(&mut self, text: &str) -> io::Result<()> {
        self.to.write_all(excerpt(text).as_bytes())?;
        self.to.write_all(b"\n")
    }

    /// A file for another program: as it is, unless a person watches.
    pub fn file(&mut self, text: &str) -> io::Result<()> {
        if self.watched {
            return self.block(text);
        }
        self.bytes(text.as_bytes())
    }

    /// One value as JSON on a line of its own.
    pub fn json(&mut self, value: &impl serde::Serialize) -> io::Result<()> {
        json(&mut self.to, value)?;
        self.to.write_all(b"\n")
    }

    /// Lines that [`json`] has made, much at once.
    pub fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.to.flush()?;
        io::stdout().lock().write_all(bytes)
    }

    /// Everything that was written is handed to the system.
    pub fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// A value as JSON, in which what a terminal could obey is escaped: the same value to every program.
pub fn json(to: impl Write, value: &impl serde::Serialize) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(to, Escaped);
    value.serialize(&mut serializer).map_err(io::Error::from)
}

struct Escaped;

impl serde_json::ser::Formatter for Escaped {
    fn write_string_fragment<W: Write + ?Sized>(&mut self, to: &mut W, fragment: &str) -> io::Result<()> {
        let mut from = 0;
        if !fragment.is_ascii() || fragment.contains('\u{7f}') {
            for (at, c) in fragment.char_indices().filter(|(_, c)| visible::is_hidden(*c)) {
                to.write_all(&fragment.as_bytes()[from..at])?;
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    write!(to, "\\u{unit:04x}")?;
                }
                from = at + c.len_utf8();
            }
        }
        to.write_all(&fragment.as_bytes()[from..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_programs_colours_pass_and_nothing_else_does() {
        let name = "u\u{1b}[31mred\r\u{1b}]0;x\u{7}";
        let text = line(&format!("{} {name}", paint(Style::Name, name)));
        assert_eq!(text, "\u{1b}[36mu␛[31mred␍␛]0;x␇\u{1b}[0m u␛[31mred␍␛]0;x␇");
        assert_eq!(block("a\n\tb\u{9b}"), "a\n    b<U+009B>");
        assert_eq!(line("a\nb"), "a ⏎ b");
        assert_eq!(
            excerpt("\u{1b}[1m\u{1b}[91merror\u{1b}[0m \u{1b}[2Jx\u{1b}"),
            "\u{1b}[1m\u{1b}[91merror\u{1b}[0m ␛[2Jx␛"
        );
    }

    #[test]
    fn what_was_opened_is_closed() {
        assert_eq!(line(&format!("x{}", Style::Bad.mark())), "x\u{1b}[1m\u{1b}[31m\u{1b}[0m");
    }

    #[test]
    fn json_keeps_its_value_and_no_control() {
        let mut out = Vec::new();
        let text = "\u{1b}]0;x\u{7}\u{9b}\u{7f}\u{202e}好";
        json(&mut out, &text).unwrap();
        let written = String::from_utf8(out).unwrap();
        assert_eq!(written, r#""\u001b]0;x\u0007\u009b\u007f\u202e好""#);
        assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
    }
}

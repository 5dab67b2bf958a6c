//! Long lines on a terminal: broken between words, the rest below the place where the text began.
//!
//! Text only. Knows colours as what takes no room.

use unicode_width::UnicodeWidthChar as _;

/// The furthest column at which a line's text may begin.
const TEXT_BEGINS_MAX: usize = 24;

/// Every line of a text in at most so many columns.
pub(super) fn wrapped(text: &str, columns: usize) -> String {
    let lines: Vec<String> = text.lines().map(|line| one(line, columns)).collect();
    lines.join("\n")
}

fn one(line: &str, columns: usize) -> String {
    let hang = hanging(line);
    let mut out = String::new();
    let mut width = 0;
    for word in words(line) {
        if width + word.width > columns && width > hang {
            out.truncate(out.trim_end().len());
            out.push('\n');
            out.push_str(&" ".repeat(hang));
            width = hang;
        }
        out.push_str(&word.text);
        width += word.width + word.spaces;
    }
    out
}

/// What is not broken: a word with the spaces behind it, or one Chinese character.
#[derive(Default)]
struct Word {
    text: String,
    /// Columns, without the spaces.
    width: usize,
    spaces: usize,
}

fn words(line: &str) -> Vec<Word> {
    let mut words = vec![Word::default()];
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        let wide = c.width().unwrap_or(0);
        let begins = words.last().is_some_and(|word| match c {
            ' ' | '\x1b' => false,
            _ => word.spaces > 0 || (wide > 1 && word.width > 0),
        });
        if begins {
            words.push(Word::default());
        }
        let Some(word) = words.last_mut() else { continue };
        word.text.push(c);
        match c {
            ' ' => word.spaces += 1,
            // A colour: up to its `m`.
            '\x1b' => {
                for c in chars.by_ref() {
                    word.text.push(c);
                    if c == 'm' {
                        break;
                    }
                }
            }
            _ => word.width += wide,
        }
    }
    words
}

/// The column behind the last gap of two spaces near a line's beginning.
fn hanging(line: &str) -> usize {
    let (mut column, mut spaces, mut found) = (0, 0, 0);
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        if c == '\x1b' {
            chars.by_ref().find(|c| *c == 'm');
            continue;
        }
        if c == ' ' {
            spaces += 1;
        } else {
            if spaces >= 2 && column <= TEXT_BEGINS_MAX {
                found = column;
            }
            spaces = 0;
        }
        column += c.width().unwrap_or(0);
        if column > TEXT_BEGINS_MAX {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_is_left_as_it_is() {
        assert_eq!(wrapped("  next  one\n\n  two", 20), "  next  one\n\n  two");
    }

    #[test]
    fn the_rest_stands_below_the_text() {
        assert_eq!(
            wrapped("  deaf   it cannot hear who joins", 20),
            "  deaf   it cannot\n         hear who\n         joins"
        );
        assert_eq!(
            wrapped("08:25  post  一二三四五六七八", 22),
            "08:25  post  一二三四\n             五六七八"
        );
    }

    #[test]
    fn colours_take_no_room() {
        let text = "  \x1b[33mdeaf\x1b[0m   one two three";
        assert_eq!(wrapped(text, 16), "  \x1b[33mdeaf\x1b[0m   one two\n         three");
    }
}

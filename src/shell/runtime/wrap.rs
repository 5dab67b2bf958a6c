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
    // The line under way, its width, and where it could be broken: bytes and columns behind a space.
    let (mut current, mut width, mut space) = (String::new(), 0, None);
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        current.push(c);
        if c == '\x1b' {
            // A colour: up to its `m`.
            for c in chars.by_ref() {
                current.push(c);
                if c == 'm' {
                    break;
                }
            }
            continue;
        }
        width += c.width().unwrap_or(0);
        if width > columns {
            let (at, used) = match space {
                Some((at, used)) if used > hang => (at, used),
                _ => (current.len() - c.len_utf8(), width - c.width().unwrap_or(0)),
            };
            let rest = current.split_off(at);
            out.push_str(current.trim_end());
            out.push('\n');
            current = format!("{}{rest}", " ".repeat(hang));
            width = hang + width - used;
            space = None;
        } else if c == ' ' && width > hang {
            space = Some((current.len(), width));
        }
    }
    out.push_str(&current);
    out
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
        assert_eq!(wrapped("  deaf   it cannot hear who joins", 20), "  deaf   it cannot\n         hear who\n         joins");
        assert_eq!(wrapped("08:25  post  一二三四五六七八", 22), "08:25  post  一二三四\n             五六七八");
    }

    #[test]
    fn colours_take_no_room() {
        let text = "  \x1b[33mdeaf\x1b[0m   one two three";
        assert_eq!(wrapped(text, 16), "  \x1b[33mdeaf\x1b[0m   one two\n         three");
    }
}

//! Codes to scan: an address as squares, for a page or for a terminal.
//!
//! Pure. Draws what `qrcode` computes; knows nothing of what an address leads to.

use qrcode::{Color, EcLevel, QrCode};
use std::fmt::Write as _;

/// Light squares around a code: what the standard asks for.
const QUIET: usize = 4;

/// The squares of a code with their quiet zone: whether each is dark, row by row.
fn squares(text: &str) -> Option<Vec<Vec<bool>>> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let (width, colors) = (code.width(), code.to_colors());
    let whole = width + 2 * QUIET;
    let mut rows = vec![vec![false; whole]; whole];
    for (y, row) in colors.chunks(width).enumerate() {
        for (x, color) in row.iter().enumerate() {
            rows[y + QUIET][x + QUIET] = *color == Color::Dark;
        }
    }
    Some(rows)
}

/// A code as an SVG path of unit squares, and how wide the drawing is; nothing where the text is too long for one.
pub(super) fn path(text: &str) -> Option<(String, usize)> {
    let rows = squares(text)?;
    let mut path = String::new();
    for (y, row) in rows.iter().enumerate() {
        let mut x = 0;
        while x < row.len() {
            let run = row[x..].iter().take_while(|dark| **dark).count();
            if run > 0 {
                let _ = write!(path, "M{x} {y}h{run}v1h-{run}z");
            }
            x += run.max(1);
        }
    }
    Some((path, rows.len()))
}

/// A code in lines of half blocks, light on dark, as terminals are; two rows of squares a line.
pub(super) fn lines(text: &str) -> Option<Vec<String>> {
    let rows = squares(text)?;
    let light = |y: usize, x: usize| rows.get(y).is_none_or(|row| !row[x]);
    let line = |y: usize| {
        let block = |x| match (light(y, x), light(y + 1, x)) {
            (true, true) => '█',
            (true, false) => '▀',
            (false, true) => '▄',
            (false, false) => ' ',
        };
        (0..rows.len()).map(block).collect::<String>()
    };
    Some((0..rows.len()).step_by(2).map(line).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_three_corners_and_its_quiet_zone() {
        let rows = squares("https://club.example/enter/7RKX-M2QD-9TGH").unwrap();
        let last = rows.len() - 1;
        assert!(rows[..QUIET].iter().flatten().all(|dark| !dark));
        assert!(rows.iter().all(|row| row.len() == rows.len() && row[..QUIET].iter().all(|dark| !dark)));
        for (y, x) in [(QUIET, QUIET), (QUIET, last - QUIET - 6), (last - QUIET - 6, QUIET)] {
            assert!((0..7).all(|n| rows[y][x + n] && rows[y + n][x] && rows[y + 6][x + n]));
            assert!(rows[y + 3][x + 3] && !rows[y + 1][x + 1]);
        }
    }

    #[test]
    fn both_drawings_have_the_same_squares() {
        let text = "https://club.example/t/xian.t31.zhu.7Qm";
        let rows = squares(text).unwrap();
        let dark = rows.iter().flatten().filter(|dark| **dark).count();
        let (path, width) = path(text).unwrap();
        let drawn: usize =
            path.split('h').skip(1).filter_map(|part| part.split_once('v')?.0.parse::<usize>().ok()).sum();
        assert_eq!((drawn, width), (dark, rows.len()));
        let lines = lines(text).unwrap();
        let light: usize = lines
            .iter()
            .flat_map(|line| line.chars())
            .map(|block| match block {
                '█' => 2,
                ' ' => 0,
                _ => 1,
            })
            .sum();
        // An odd number of rows has a light one below.
        assert_eq!(light, rows.len() * rows.len() - dark + rows.len());
        assert!(super::path(&"x".repeat(5_000)).is_none());
    }
}

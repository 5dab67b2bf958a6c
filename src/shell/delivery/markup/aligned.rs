//! A table as aligned text, for a platform that has no tables and writes code in letters of one width.
//!
//! Columns are padded to the width that terminals give a character; no cell is shortened.

use super::Align;
use unicode_width::UnicodeWidthStr as _;

/// Rows of plain cells with their columns aligned, a line of dashes under the header.
pub fn aligned(aligns: &[Align], cells: &[Vec<String>]) -> String {
    let columns = cells.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        cells.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut lines = Vec::new();
    for (index, row) in cells.iter().enumerate() {
        let line: Vec<String> = row
            .iter()
            .enumerate()
            .map(|(column, cell)| pad(cell, widths[column], aligns.get(column).copied()))
            .collect();
        lines.push(line.join(" | ").trim_end().to_owned());
        if index == 0 {
            let dashes: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
            lines.push(dashes.join("-+-"));
        }
    }
    lines.join("\n")
}

fn pad(cell: &str, width: usize, align: Option<Align>) -> String {
    let room = width.saturating_sub(cell.width());
    let left = match align {
        Some(Align::Right) => room,
        Some(Align::Center) => room / 2,
        _ => 0,
    };
    format!("{}{cell}{}", " ".repeat(left), " ".repeat(room - left))
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Block, parse, write::cells},
        *,
    };

    #[test]
    fn columns_stand_under_each_other() {
        let blocks = parse("|名字|分数|\n|-|-:|\n|小林|9|\n|Ann **B**|120|");
        let [Block::Table { aligns, rows }] = blocks.as_slice() else { panic!("a table") };
        assert_eq!(aligned(aligns, &cells(rows)), "名字  | 分数\n------+-----\n小林  |    9\nAnn B |  120");
    }
}

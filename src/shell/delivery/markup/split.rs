//! Splits blocks into parts that fit a platform: between paragraphs, else between sentences, else between
//! graphemes, never inside markup.
//!
//! Works on blocks, not on rendered text, so that every part is whole markup. What fits is the caller's question,
//! asked about rendered parts.

use super::{Block, TableRow, TextSpan, trim};
use unicode_segmentation::UnicodeSegmentation as _;

/// Says whether these blocks make a part that the platform takes. Has to be monotonous: what fits, fits with
/// less in it.
pub type Fits<'a> = &'a dyn Fn(&[Block]) -> bool;

/// The parts, in order. A part that does not fit all the same (one character is too much) stands alone.
pub fn split(blocks: Vec<Block>, fits: Fits<'_>) -> Vec<Vec<Block>> {
    let mut parts = Vec::new();
    let mut rest = blocks;
    while !rest.is_empty() {
        if fits(&rest) {
            parts.push(rest);
            break;
        }
        let whole = most(rest.len(), |count| fits(&rest[..count]));
        let next_fits_alone = whole > 0 && fits(&rest[whole..=whole]);
        let cut = if next_fits_alone { None } else { cut_after(&rest, whole, fits) };
        let (part, remaining) = cut.unwrap_or_else(|| {
            // A heading stays with what it heads.
            let strands = whole > 1 && matches!(rest[whole - 1], Block::Heading(..));
            let count = if strands { whole - 1 } else { whole.max(1) };
            (rest[..count].to_vec(), rest[count..].to_vec())
        });
        parts.push(part);
        rest = remaining;
    }
    parts
}

/// The largest count below `len` that is right, by halving; 0 when not even 1 is.
fn most(len: usize, right: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, len);
    while high - low > 1 {
        let middle = usize::midpoint(low, high);
        if right(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

/// Cuts the block after the first `whole` ones, so that its beginning still fits with them.
fn cut_after(blocks: &[Block], whole: usize, fits: Fits<'_>) -> Option<(Vec<Block>, Vec<Block>)> {
    let with = |head: &Block| {
        let mut part = blocks[..whole].to_vec();
        part.push(head.clone());
        part
    };
    let (head, tail) = cut(&blocks[whole], &|head| fits(&with(head)))?;
    let mut remaining = vec![tail];
    remaining.extend_from_slice(&blocks[whole + 1..]);
    Some((with(&head), remaining))
}

/// A beginning of the block that fits, as large as can be, and the rest; none when nothing of it fits.
fn cut(block: &Block, fits: &dyn Fn(&Block) -> bool) -> Option<(Block, Block)> {
    match block {
        Block::Paragraph(spans) => {
            let (head, tail) = cut_spans(spans, &|spans| fits(&Block::Paragraph(spans)))?;
            Some((Block::Paragraph(head), Block::Paragraph(tail)))
        }
        Block::Heading(level, spans) => {
            let (head, tail) = cut_spans(spans, &|spans| fits(&Block::Heading(*level, spans)))?;
            Some((Block::Heading(*level, head), Block::Heading(*level, tail)))
        }
        Block::Code { language, text } => {
            let code = |text: &str| Block::Code { language: language.clone(), text: text.to_owned() };
            let lines: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).filter(|at| *at > 0).collect();
            let at = longest(&lines, |at| fits(&code(&text[..at])))
                .or_else(|| longest(&graphemes(text), |at| fits(&code(&text[..at]))))
                .or_else(|| longest(&characters(text), |at| fits(&code(&text[..at]))))?;
            Some((code(&text[..at]), code(text[at..].strip_prefix('\n').unwrap_or(&text[at..]))))
        }
        Block::Quote(blocks) => {
            let (head, tail) = cut_blocks(blocks, &|blocks| fits(&Block::Quote(blocks.to_vec())))?;
            Some((Block::Quote(head), Block::Quote(tail)))
        }
        Block::List { start, items } => cut_list(*start, items, fits),
        Block::Table { aligns, rows } => {
            let table = |rows: Vec<TableRow>| Block::Table { aligns: aligns.clone(), rows };
            // The header is repeated; a part with a header alone says nothing.
            let count = most(rows.len(), |count| fits(&table(rows[..count].to_vec())));
            if count >= 2 {
                let tail = rows[..1].iter().chain(&rows[count..]).cloned().collect();
                return Some((table(rows[..count].to_vec()), table(tail)));
            }
            // A row that is too large for a part is text.
            cut(&Block::Paragraph(lines_of(rows)), fits)
        }
        Block::Rule => None,
    }
}

fn cut_blocks(blocks: &[Block], fits: Fits<'_>) -> Option<(Vec<Block>, Vec<Block>)> {
    let whole = if fits(blocks) { blocks.len() } else { most(blocks.len(), |count| fits(&blocks[..count])) };
    if whole == blocks.len() {
        return None;
    }
    if whole > 0 && fits(&blocks[whole..=whole]) {
        return Some((blocks[..whole].to_vec(), blocks[whole..].to_vec()));
    }
    cut_after(blocks, whole, fits)
        .or_else(|| (whole > 0).then(|| (blocks[..whole].to_vec(), blocks[whole..].to_vec())))
}

fn cut_list(
    start: Option<u64>,
    items: &[Vec<Block>],
    fits: &dyn Fn(&Block) -> bool,
) -> Option<(Block, Block)> {
    let list = |from: usize, items: Vec<Vec<Block>>| Block::List {
        start: start.map(|first| first.saturating_add(from as u64)),
        items,
    };
    let whole = most(items.len(), |count| fits(&list(0, items[..count].to_vec())));
    if whole > 0 {
        return Some((list(0, items[..whole].to_vec()), list(whole, items[whole..].to_vec())));
    }
    let first = items.first()?;
    let (head, tail) = cut_blocks(first, &|blocks| fits(&list(0, vec![blocks.to_vec()])))?;
    let mut rest = vec![tail];
    rest.extend_from_slice(&items[1..]);
    Some((list(0, vec![head]), list(0, rest)))
}

fn lines_of(rows: &[TableRow]) -> Vec<TextSpan> {
    let mut spans = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        for (column, cell) in row.iter().enumerate() {
            let before = if column > 0 { " | " } else { "\n" };
            if index + column > 0 {
                spans.push(TextSpan::plain(before));
            }
            spans.extend_from_slice(cell);
        }
    }
    spans
}

fn cut_spans(
    spans: &[TextSpan],
    fits: &dyn Fn(Vec<TextSpan>) -> bool,
) -> Option<(Vec<TextSpan>, Vec<TextSpan>)> {
    let text: String = spans.iter().map(|span| span.text.as_str()).collect();
    let head_fits = |at: usize| fits(divide(spans, at).0);
    let at = longest(&sentences(&text), head_fits)
        .or_else(|| longest(&graphemes(&text), head_fits))
        .or_else(|| longest(&characters(&text), head_fits))?;
    let (head, tail) = divide(spans, at);
    (!head.is_empty() && !tail.is_empty()).then_some((head, tail))
}

/// The last of these places up to which it fits.
fn longest(places: &[usize], fits: impl Fn(usize) -> bool) -> Option<usize> {
    let count = most(places.len() + 1, |count| fits(places[count - 1]));
    count.checked_sub(1).map(|index| places[index])
}

/// The spans before and after a place in their joined text.
fn divide(spans: &[TextSpan], at: usize) -> (Vec<TextSpan>, Vec<TextSpan>) {
    let (mut head, mut tail) = (Vec::new(), Vec::new());
    let mut begin = 0;
    for span in spans {
        let end = begin + span.text.len();
        if end <= at {
            head.push(span.clone());
        } else if begin >= at {
            tail.push(span.clone());
        } else {
            let (left, right) = span.text.split_at(at - begin);
            head.push(TextSpan { text: left.to_owned(), ..span.clone() });
            // An image is shown once.
            tail.push(TextSpan { text: right.to_owned(), image: None, ..span.clone() });
        }
        begin = end;
    }
    trim(&mut head);
    trim(&mut tail);
    (head, tail)
}

/// Places after the end of a sentence or a line, inside the text.
fn sentences(text: &str) -> Vec<usize> {
    let mut places = Vec::new();
    let mut after_stop = false;
    for (at, c) in text.char_indices() {
        // Closing quotes and brackets belong to the sentence that they end.
        let closes = after_stop && matches!(c, '”' | '’' | '」' | '』' | '）' | ')' | '"' | '】' | '》');
        let stops = matches!(c, '。' | '！' | '？' | '；' | '…' | '\n' | '!' | '?' | ';' | '.');
        if after_stop && !closes && !stops {
            // A full stop inside a number or an address ends nothing.
            let wide = text[..at].chars().next_back().is_some_and(|last| !last.is_ascii() || last == '\n');
            if wide || c.is_whitespace() {
                places.push(at);
            }
        }
        after_stop = stops || closes;
    }
    places
}

fn graphemes(text: &str) -> Vec<usize> {
    text.grapheme_indices(true).map(|(at, _)| at).filter(|at| *at > 0).collect()
}

/// For a grapheme that is larger than a part.
fn characters(text: &str) -> Vec<usize> {
    text.char_indices().map(|(at, _)| at).filter(|at| *at > 0).collect()
}

#[cfg(test)]
mod tests {
    use super::{
        super::{parse, write::PLAIN},
        *,
    };

    fn parts(text: &str, max: usize) -> Vec<String> {
        let split = split(parse(text), &|blocks| PLAIN.write(blocks).len() <= max);
        split.iter().map(|part| PLAIN.write(part)).collect()
    }

    #[test]
    fn paragraphs_then_sentences_then_graphemes() {
        assert_eq!(parts("one two\n\nthree four", 12), ["one two", "three four"]);
        assert_eq!(parts("一句。两句。三句。", 20), ["一句。两句。", "三句。"]);
        assert_eq!(parts("👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 30), ["👩‍👩‍👧‍👦", "👩‍👩‍👧‍👦"]);
        assert_eq!(parts("1.50 is. more", 9), ["1.50 is.", "more"]);
    }

    #[test]
    fn headings_are_not_stranded_and_lists_keep_counting() {
        assert_eq!(parts("aaaa\n\n# h\n\nbbbbbb", 9), ["aaaa", "h\n\nbbbbbb"]);
        assert_eq!(parts("1. aa\n2. bb\n3. cc", 11), ["1. aa\n2. bb", "3. cc"]);
        assert_eq!(parts("- a。b。c。", 10), ["• a。", "• b。", "• c。"]);
    }

    #[test]
    fn every_part_of_a_table_has_its_header() {
        assert_eq!(parts("|a|b|\n|-|-|\n|1|2|\n|3|4|", 11), ["a | b\n1 | 2", "a | b\n3 | 4"]);
    }

    #[test]
    fn a_sentence_behind_a_fence_is_text_and_comes_once() {
        let said = "字".repeat(40);
        let parts = parts(&format!("```{said}\nab\n```"), 30);
        assert_eq!(parts.concat().replace('\n', ""), format!("{said}ab"));
    }

    #[test]
    fn what_cannot_fit_stands_alone_and_the_rest_goes_on() {
        assert_eq!(parts("👩‍👩‍👧‍👦", 1).concat(), "👩‍👩‍👧‍👦");
        assert_eq!(parts("---\n\nab", 2), ["———", "ab"]);
    }
}

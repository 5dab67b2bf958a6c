//! Reads `CommonMark` into blocks, with `comrak`.
//!
//! The only place that knows the parser. Walks the tree edge by edge, never by recursion: text can be nested as deep as
//! it is long.

use crate::base::markdown::is_own_link;

use super::{Align, Block, SpanStyle, TableRow, TextSpan, addresses, trim};
use comrak::{
    Arena, Options,
    arena_tree::NodeEdge,
    nodes::{ListType, Node, NodeValue, Sourcepos, TableAlignment},
    parse_document,
};
use std::ops::Range;

/// Blocks inside blocks deeper than this are read as if they stood one level up.
const DEPTH_MAX: usize = 12;
/// An address longer than this is written out as text, because a part could not hold it as a link.
const URL_BYTES_MAX: usize = 1_000;
/// A longer word behind a fence is no language.
const LANGUAGE_BYTES_MAX: usize = 32;

/// The blocks of a text.
pub(super) fn read(text: &str) -> Vec<Block> {
    let arena = Arena::new();
    let mut root = parse_document(&arena, text, &options());
    let autolinks =
        addresses::has_scheme(text).then(|| addresses::as_autolinks(text, &taken(root, text))).flatten();
    if let Some(text) = autolinks {
        root = parse_document(&arena, &text, &options());
    }
    let mut reader = MarkReader::default();
    for edge in root.traverse() {
        match edge {
            NodeEdge::Start(node) => reader.start(&node.data().value),
            NodeEdge::End(node) => reader.end(&node.data().value),
        }
    }
    reader.finish()
}

fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    // Single tildes are a range in chats (`19:00~21:00`) and a face: read apart, so that they can be given back.
    options.extension.subscript = true;
    // Punctuation beside a CJK sign does not keep a mark from opening or closing: there are no spaces to go by.
    options.extension.cjk_friendly_emphasis = true;
    options
}

/// The bytes of code, links, images and raw HTML, in order of their starts.
fn taken(root: Node<'_>, text: &str) -> Vec<Range<usize>> {
    let lines = line_starts(text);
    let byte =
        |line: usize, column: usize| lines.get(line.saturating_sub(1)).map_or(text.len(), |at| at + column);
    let bytes = |place: Sourcepos| {
        let start = byte(place.start.line, place.start.column.saturating_sub(1));
        let end = byte(place.end.line, place.end.column);
        start.min(text.len())..end.max(start).min(text.len())
    };
    let mut taken: Vec<Range<usize>> = root
        .descendants()
        .filter_map(|node| {
            let node = node.data();
            let is_taken = matches!(
                node.value,
                NodeValue::Code(_)
                    | NodeValue::CodeBlock(_)
                    | NodeValue::HtmlBlock(_)
                    | NodeValue::HtmlInline(_)
                    | NodeValue::Link(_)
                    | NodeValue::Image(_)
            );
            is_taken.then(|| bytes(node.sourcepos))
        })
        .collect();
    taken.sort_by_key(|range| range.start);
    taken
}

/// Where each line begins; a lone carriage return ends one too (`CommonMark` 2.1).
fn line_starts(text: &str) -> Vec<usize> {
    let bytes = text.as_bytes();
    let ends = |at: &usize| bytes[*at] == b'\n' || bytes[*at] == b'\r' && bytes.get(at + 1) != Some(&b'\n');
    std::iter::once(0).chain((0..bytes.len()).filter(ends).map(|at| at + 1)).collect()
}

/// A container that has begun and not ended.
enum OpenContainer {
    Quote,
    List(Option<u64>, Vec<Vec<Block>>),
    Item,
}

#[derive(Default)]
struct MarkReader {
    /// Open containers, each with the blocks gathered before it began.
    open: Vec<(OpenContainer, Vec<Block>)>,
    blocks: Vec<Block>,
    /// Containers beyond the depth limit that have begun and not ended.
    ignored: usize,
    spans: Vec<TextSpan>,
    heading: Option<u8>,
    bold: usize,
    italic: usize,
    strike: usize,
    links: Vec<String>,
    images: Vec<String>,
    table: Option<(Vec<Align>, Vec<TableRow>)>,
}

impl MarkReader {
    fn start(&mut self, node: &NodeValue) {
        match node {
            NodeValue::Text(text) => self.push(text, false),
            NodeValue::Code(code) => self.push(&code.literal, true),
            NodeValue::HtmlInline(html) if is_line_break(html) => self.push("\n", false),
            NodeValue::HtmlInline(html) => self.push(html, false),
            NodeValue::SoftBreak | NodeValue::LineBreak => self.push("\n", false),
            NodeValue::ThematicBreak => {
                self.flush();
                self.blocks.push(Block::Rule);
            }
            NodeValue::HtmlBlock(html) => {
                self.flush();
                self.push(&html.literal, false);
                self.flush();
            }
            NodeValue::CodeBlock(code) => {
                self.flush();
                let text = code.literal.strip_suffix('\n').unwrap_or(&code.literal);
                let language = code.info.split_whitespace().next().unwrap_or_default();
                // Each part of a long block repeats its language, so a sentence behind the fence is text.
                let (language, text) = if language.len() <= LANGUAGE_BYTES_MAX {
                    (language, text.to_owned())
                } else {
                    ("", format!("{}\n{text}", code.info))
                };
                self.blocks.push(Block::Code { language: language.to_owned(), text });
            }
            NodeValue::Heading(heading) => {
                self.flush();
                self.heading = Some(heading.level);
            }
            NodeValue::BlockQuote => self.open(OpenContainer::Quote),
            NodeValue::List(list) => {
                let start = (list.list_type == ListType::Ordered).then_some(list.start as u64);
                self.open(OpenContainer::List(start, Vec::new()));
            }
            NodeValue::Item(_) => self.open(OpenContainer::Item),
            NodeValue::Strong => self.bold += 1,
            NodeValue::Emph => self.italic += 1,
            NodeValue::Strikethrough => self.strike += 1,
            NodeValue::Subscript => self.push("~", false),
            NodeValue::Link(link) => self.links.push(link.url.clone()),
            NodeValue::Image(image) => {
                self.images.push(image.url.clone());
                // Present even without a description.
                self.spans.push(self.styled("", false));
            }
            NodeValue::Table(table) => {
                self.flush();
                self.table = Some((table.alignments.iter().copied().map(align).collect(), Vec::new()));
            }
            NodeValue::TableRow(_) => {
                if let Some((_, rows)) = &mut self.table {
                    rows.push(Vec::new());
                }
            }
            _ => {}
        }
    }

    fn end(&mut self, node: &NodeValue) {
        match node {
            NodeValue::Paragraph | NodeValue::Heading(_) => {
                self.flush();
                self.heading = None;
            }
            NodeValue::BlockQuote | NodeValue::List(_) | NodeValue::Item(_) => self.close(),
            NodeValue::Strong => self.bold = self.bold.saturating_sub(1),
            NodeValue::Emph => self.italic = self.italic.saturating_sub(1),
            NodeValue::Strikethrough => self.strike = self.strike.saturating_sub(1),
            NodeValue::Subscript => self.push("~", false),
            NodeValue::Link(_) => drop(self.links.pop()),
            NodeValue::Image(_) => drop(self.images.pop()),
            NodeValue::TableCell => {
                let cell = std::mem::take(&mut self.spans);
                if let Some(row) = self.table.as_mut().and_then(|(_, rows)| rows.last_mut()) {
                    row.push(cell);
                }
            }
            NodeValue::Table(_) => {
                if let Some((aligns, rows)) = self.table.take() {
                    self.blocks.push(Block::Table { aligns, rows });
                }
            }
            _ => {}
        }
    }

    fn open(&mut self, container: OpenContainer) {
        self.flush();
        if self.open.len() >= DEPTH_MAX * 2 {
            self.ignored += 1;
        } else {
            self.open.push((container, std::mem::take(&mut self.blocks)));
        }
    }

    fn close(&mut self) {
        self.flush();
        if self.ignored > 0 {
            self.ignored -= 1;
            return;
        }
        let Some((container, before)) = self.open.pop() else {
            return;
        };
        let inner = std::mem::replace(&mut self.blocks, before);
        match container {
            OpenContainer::Quote => self.blocks.push(Block::Quote(inner)),
            OpenContainer::Item => match self.open.last_mut() {
                Some((OpenContainer::List(_, items), _)) => items.push(inner),
                _ => self.blocks.extend(inner),
            },
            OpenContainer::List(start, items) => self.blocks.push(Block::List { start, items }),
        }
    }

    /// Ends the paragraph, heading or tight list item that is being read.
    fn flush(&mut self) {
        let mut spans = std::mem::take(&mut self.spans);
        trim(&mut spans);
        if spans.is_empty() {
            return;
        }
        self.blocks.push(match self.heading {
            Some(level) => Block::Heading(level, spans),
            None => Block::Paragraph(spans),
        });
    }

    fn styled(&self, text: &str, code: bool) -> TextSpan {
        TextSpan {
            text: text.to_owned(),
            style: SpanStyle { bold: self.bold > 0, italic: self.italic > 0, strike: self.strike > 0, code },
            link: self.links.last().filter(|url| !is_own_link(url)).cloned(),
            image: self.images.last().cloned(),
        }
    }

    fn push(&mut self, text: &str, code: bool) {
        let mut span = self.styled(text, code);
        let too_long = |url: &Option<String>| url.as_ref().is_some_and(|url| url.len() > URL_BYTES_MAX);
        if too_long(&span.link) || too_long(&span.image) {
            let url = span.image.take().or(span.link.take()).unwrap_or_default();
            span.text = if span.text == url { url } else { format!("{} {url}", span.text) };
        }
        match self.spans.last_mut() {
            Some(last) if last.style == span.style && last.link == span.link && last.image == span.image => {
                last.text.push_str(&span.text);
            }
            _ => self.spans.push(span),
        }
    }

    fn finish(mut self) -> Vec<Block> {
        self.flush();
        while !self.open.is_empty() {
            self.close();
        }
        self.blocks
    }
}

fn align(align: TableAlignment) -> Align {
    match align {
        TableAlignment::None => Align::Unset,
        TableAlignment::Left => Align::Left,
        TableAlignment::Center => Align::Center,
        TableAlignment::Right => Align::Right,
    }
}

fn is_line_break(html: &str) -> bool {
    matches!(html.to_ascii_lowercase().replace(' ', "").as_str(), "<br>" | "<br/>")
}

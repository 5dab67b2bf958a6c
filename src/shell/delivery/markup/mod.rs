//! Message text as a tree of blocks: what `CommonMark` means, before a platform's dialect writes it down again.
//!
//! Tables and strikethrough are read too, emphasis works beside CJK punctuation, and a bare web address means itself.
//! Raw HTML is text. Nothing here knows a platform.

use crate::model::message::{Mention, Message, Poll};

mod addresses;
mod reader;
pub mod escape;
pub mod mrkdwn;
pub mod write;
pub mod split;
pub mod aligned;
pub mod entities;
pub mod html;

/// A block of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading and its level from 1.
    Heading(u8, Vec<TextSpan>),
    /// A paragraph.
    Paragraph(Vec<TextSpan>),
    /// Code as it stands.
    Code {
        /// The language, if one was given.
        language: String,
        /// Lines parted by `\n`, without the last line end.
        text: String,
    },
    /// A quotation.
    Quote(Vec<Self>),
    /// A list.
    List {
        /// The first number; none for bullets.
        start: Option<u64>,
        /// The items of the list, each some blocks.
        items: Vec<Vec<Self>>,
    },
    /// A table; the first row is its header.
    Table {
        /// One for each column.
        aligns: Vec<Align>,
        /// Rows of cells.
        rows: Vec<TableRow>,
    },
    /// A horizontal rule.
    Rule,
}

/// The cells of a row.
pub type TableRow = Vec<Vec<TextSpan>>;

/// How a column is aligned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// As the platform likes.
    Unset,
    /// To the left.
    Left,
    /// In the middle.
    Center,
    /// To the right.
    Right,
}

/// A stretch of text in one style. Line breaks, soft or hard, are `\n`: chat is written line by line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TextSpan {
    /// What it says; the description of an image.
    pub text: String,
    /// How it looks.
    pub style: SpanStyle,
    /// Where it leads.
    pub link: Option<String>,
    /// The address of the image that it is.
    pub image: Option<String>,
}

/// How text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SpanStyle {
    /// Strong emphasis.
    pub bold: bool,
    /// Emphasis.
    pub italic: bool,
    /// Struck out.
    pub strike: bool,
    /// Code within a line.
    pub code: bool,
}

impl TextSpan {
    /// Plain text.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
}

impl SpanStyle {
    /// Nothing special.
    pub const fn is_plain(self) -> bool {
        !(self.bold || self.italic || self.strike || self.code)
    }
}

/// Everything a message shows, for a platform without polls, images beside text, or buttons: its text, then the
/// question with its options, the image, and one line for each button.
pub fn blocks(message: &Message) -> Vec<Block> {
    let mut blocks = blocks_without_buttons(message);
    if !message.buttons.is_empty() {
        let mut line: Vec<TextSpan> = Vec::new();
        for button in &message.buttons {
            if !line.is_empty() {
                line.push(TextSpan::plain("\n"));
            }
            line.push(TextSpan { link: Some(button.url.clone()), ..TextSpan::plain(&button.text) });
        }
        blocks.push(Block::Paragraph(line));
    }
    blocks
}

/// A message as a person pastes it: whom it mentions spelled out, no mark of `CommonMark`.
pub fn to_paste(message: &Message) -> String {
    let names = message.mentions.iter().map(|mention| match mention {
        Mention::All => message.everybody().to_owned(),
        Mention::Person(person) => format!("@{}", person.name),
    });
    let names = names.collect::<Vec<_>>().join(" ");
    let text = write::PLAIN.write(&blocks(message));
    if names.is_empty() { text } else { format!("{names}\n{text}") }
}

/// What a text says, without its marks.
pub fn plain(text: &str) -> String {
    // Most texts have none.
    let is_plain = !text.contains(['*', '_', '`', '[', '#', '~', '|', '>', '<', '\\', '&']);
    if is_plain { text.to_owned() } else { write::PLAIN.write(&parse(text)) }
}

/// The same without the buttons, for a platform that has some.
pub fn blocks_without_buttons(message: &Message) -> Vec<Block> {
    let mut blocks = parse(&message.text);
    if let Some(paste) = &message.paste {
        // As it is to be pasted: no mark of it means anything.
        blocks.push(Block::Code { text: to_paste(paste), language: String::new() });
    }
    // A text that has the question and the options already is not followed by them.
    let written = |poll: &Poll| {
        let mut items = poll.options.iter().enumerate().map(|(n, option)| format!("{}. {option}", n + 1));
        message.text.contains(&poll.question) && items.all(|item| message.text.contains(&item))
    };
    if let Some(poll) = message.poll.as_ref().filter(|poll| !written(poll)) {
        let question = TextSpan {
            style: SpanStyle { bold: true, ..SpanStyle::default() },
            ..TextSpan::plain(&poll.question)
        };
        // A question that is also the text is not asked twice.
        if message.text.trim() != poll.question.trim() {
            blocks.push(Block::Paragraph(vec![question]));
        }
        let items = poll.options.iter().map(|o| vec![Block::Paragraph(vec![TextSpan::plain(o)])]).collect();
        blocks.push(Block::List { start: Some(1), items });
    }
    if let Some(url) = &message.image {
        blocks.push(Block::Paragraph(vec![TextSpan { image: Some(url.clone()), ..TextSpan::default() }]));
    }
    blocks.retain(|block| !block.is_empty());
    blocks
}

/// Takes away a heading at the very beginning, for a platform that has titles, if it is short enough and leads
/// nowhere.
pub fn take_title(blocks: &mut Vec<Block>, is_short: impl Fn(&str) -> bool) -> Option<String> {
    let Some(Block::Heading(_, spans)) = blocks.first() else { return None };
    let text = write::PLAIN.write(&[Block::Paragraph(spans.clone())]).replace('\n', " ");
    let is_plain = spans.iter().all(|span| span.link.is_none() && span.image.is_none());
    (is_plain && is_short(&text)).then(|| {
        blocks.remove(0);
        text
    })
}

/// The blocks without the question and the options of a poll, for a platform that shows the poll itself.
pub fn without_poll(blocks: Vec<Block>, poll: &Poll) -> Vec<Block> {
    let plain = |blocks: &[Block]| write::PLAIN.write(blocks).trim().to_owned();
    let question = plain(&parse(&poll.question));
    let options: Vec<String> = poll.options.iter().map(|option| plain(&parse(option))).collect();
    let is_poll = |block: &Block| match block {
        Block::List { start: Some(1), items } => {
            items.len() == options.len()
                && items.iter().zip(&options).all(|(item, option)| plain(item) == *option)
        }
        Block::Paragraph(_) => plain(std::slice::from_ref(block)) == question,
        _ => false,
    };
    blocks.into_iter().filter(|block| !is_poll(block)).collect()
}

/// Whether an address is one that every platform opens.
pub fn is_http(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

/// Reads `CommonMark`.
pub fn parse(text: &str) -> Vec<Block> {
    reader::read(text)
}

impl Block {
    fn is_empty(&self) -> bool {
        match self {
            Self::Heading(_, spans) | Self::Paragraph(spans) => spans
                .iter()
                .all(|span| span.text.trim().is_empty() && span.image.is_none() && span.link.is_none()),
            Self::Code { text, .. } => text.trim().is_empty(),
            Self::Rule | Self::Table { .. } => false,
            Self::Quote(blocks) => blocks.iter().all(Self::is_empty),
            Self::List { items, .. } => items.is_empty(),
        }
    }

    /// A paragraph in which nothing is formatted: it loses nothing as plain text.
    pub fn is_plain(&self) -> bool {
        let Self::Paragraph(spans) = self else { return false };
        spans.iter().all(|span| {
            span.style.is_plain()
                && span.image.is_none()
                && span.link.as_ref().is_none_or(|link| *link == span.text)
        })
    }

    /// Calls `see` for every span in it, in order.
    pub fn each_span(&self, see: &mut dyn FnMut(&TextSpan)) {
        match self {
            Self::Heading(_, spans) | Self::Paragraph(spans) => spans.iter().for_each(see),
            Self::Code { .. } | Self::Rule => {}
            Self::Quote(blocks) => blocks.iter().for_each(|block| block.each_span(see)),
            Self::List { items, .. } => items.iter().flatten().for_each(|block| block.each_span(see)),
            Self::Table { rows, .. } => rows.iter().flatten().flatten().for_each(see),
        }
    }

    /// Calls `see` for this block and every block inside it.
    pub fn each_block(&self, see: &mut dyn FnMut(&Self)) {
        see(self);
        match self {
            Self::Quote(blocks) => blocks.iter().for_each(|block| block.each_block(see)),
            Self::List { items, .. } => items.iter().flatten().for_each(|block| block.each_block(see)),
            Self::Heading(..) | Self::Paragraph(_) | Self::Code { .. } | Self::Table { .. } | Self::Rule => {}
        }
    }
}

/// Drops white space at both ends.
pub(in crate::shell::delivery) fn trim(spans: &mut Vec<TextSpan>) {
    while let Some(last) = spans.last_mut() {
        last.text.truncate(last.text.trim_end().len());
        if !last.text.is_empty() || last.image.is_some() {
            break;
        }
        spans.pop();
    }
    while let Some(first) = spans.first_mut() {
        let start = first.text.len() - first.text.trim_start().len();
        first.text.drain(..start);
        if !first.text.is_empty() || first.image.is_some() {
            break;
        }
        spans.remove(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_poll_that_the_text_spells_out_is_not_shown_twice() {
        let poll = Poll {
            question: "来不来?".into(),
            options: vec!["来".into(), "不来".into()],
            anonymous: false,
            several: false,
            closes: None,
        };
        let shown = |text: &str| blocks(&Message { poll: Some(poll.clone()), ..Message::text(text) });
        assert_eq!(shown("**来不来?**\n\n1. 来\n2. 不来").len(), 2);
        let options = Block::List {
            start: Some(1),
            items: poll.options.iter().map(|o| vec![Block::Paragraph(vec![TextSpan::plain(o)])]).collect(),
        };
        assert_eq!(shown("来不来?").last(), Some(&options));
    }
}

//! Text of messages as it is meant: strong words strong, lists as lists, addresses as links.
//!
//! Escapes everything; an address that is no web address is text.

use crate::shell::delivery::markup::{self, Block, TextSpan};
use maud::{Markup, html};

/// A text as a reader of the group would see it.
pub(super) fn prose(text: &str) -> Markup {
    html! { div.prose { (blocks(&markup::parse(text))) } }
}

fn blocks(all: &[Block]) -> Markup {
    html! { @for one in all { (block(one)) } }
}

fn block(block: &Block) -> Markup {
    match block {
        // Headings of a message are none of the page's.
        Block::Heading(_, spans) => html! { p { strong { (line(spans)) } } },
        Block::Paragraph(spans) => html! { p { (line(spans)) } },
        Block::Code { text, .. } => html! { pre { code { (text) } } },
        Block::Quote(inner) => html! { blockquote { (blocks(inner)) } },
        Block::List { start: Some(start), items } => {
            html! { ol start=(start) { @for item in items { li { (blocks(item)) } } } }
        }
        Block::List { start: None, items } => html! { ul { @for item in items { li { (blocks(item)) } } } },
        Block::Table { rows, .. } => html! {
            @for row in rows { p { @for (n, cell) in row.iter().enumerate() { @if n > 0 { " | " } (line(cell)) } } }
        },
        Block::Rule => html! { hr; },
    }
}

fn line(spans: &[TextSpan]) -> Markup {
    html! { @for span in spans { (linked(span)) } }
}

fn linked(span: &TextSpan) -> Markup {
    let address = span.link.as_ref().or(span.image.as_ref());
    match address.filter(|address| address.starts_with("https://") || address.starts_with("http://")) {
        Some(address) => html! { a href=(address) rel="noreferrer" { (styled(span)) } },
        None => styled(span),
    }
}

fn styled(span: &TextSpan) -> Markup {
    let text = html! { bdi { (span.text) } };
    let text = if span.style.code {
        html! { code { (text) } }
    } else {
        text
    };
    let text = if span.style.strike {
        html! { s { (text) } }
    } else {
        text
    };
    let text = if span.style.italic {
        html! { em { (text) } }
    } else {
        text
    };
    if span.style.bold {
        html! { strong { (text) } }
    } else {
        text
    }
}

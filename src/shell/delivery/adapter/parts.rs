//! What adapters of platforms that take JSON do alike: what goes beside the text, which part gets what, how many
//! parts there may be.
//!
//! Nothing here knows a platform.

use super::{Refusal, Request, mention::Mentions};
use crate::{
    base::{limits::MESSAGE_PARTS_MAX, picture::is_address},
    model::{
        channel::ChannelKind,
        message::{Button, Message},
    },
    shell::delivery::{
        markup::{self, Block, split::split},
        picture,
    },
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use std::{borrow::Cow, fmt::Display};

/// What does not stand for itself in an address.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A message, sorted into what the platform shows by means of its own and its text.
#[derive(Debug, Clone, PartialEq)]
pub struct Sorted {
    /// The text, with everything in it that the platform has nothing of its own for.
    pub blocks: Vec<Block>,
    /// Links that are shown as buttons.
    pub buttons: Vec<Button>,
    /// The image that is shown beside the text.
    pub image: Option<String>,
}

/// What a platform shows by means of its own.
#[derive(Clone, Copy)]
pub struct Own<'a> {
    /// So many buttons; further ones are links in the text.
    pub buttons: usize,
    /// Whether this link can be one of them.
    pub button: &'a dyn Fn(&Button) -> bool,
    /// The message's image where it has an address.
    pub image: bool,
    /// The message's image where it is a file.
    pub file: bool,
    /// This message's poll.
    pub poll: bool,
}

/// A platform that shows text only.
pub const TEXT_ONLY: Own<'static> =
    Own { buttons: 0, button: &|_| true, image: false, file: false, poll: false };

/// Sorts a message; buttons and images need an address that can be opened. A message of which nothing is left is
/// refused.
pub fn sort(message: &Message, mentions: &Mentions, own: Own<'_>) -> Result<Sorted, Refusal> {
    let is_button = |button: &Button| markup::is_http(&button.url) && (own.button)(button);
    let (mut buttons, mut links): (Vec<Button>, Vec<Button>) =
        message.buttons.iter().cloned().partition(is_button);
    links.splice(0..0, buttons.drain(own.buttons.min(buttons.len())..));
    let shown = |image: &str| if is_address(image) { own.image } else { own.file };
    let has_image = message.image.as_deref().is_some_and(shown);
    let image = message.image.clone().filter(|_| has_image);
    let poll = message.poll.as_ref().filter(|_| own.poll);
    let mut blocks = markup::blocks(&Message {
        buttons: links,
        image: message.image.clone().filter(|_| !has_image),
        poll: message.poll.clone().filter(|_| !own.poll),
        ..message.clone()
    });
    if let Some(poll) = poll {
        blocks = markup::without_poll(blocks, poll);
    }
    let is_empty = blocks.is_empty() && buttons.is_empty() && image.is_none() && poll.is_none();
    if is_empty && mentions.is_silent() {
        return Err(Refusal("the message is empty".into()));
    }
    Ok(Sorted { blocks, buttons, image })
}

/// A message without its picture where that is a file.
pub fn without_file(message: &Message) -> Cow<'_, Message> {
    match picture::path(message) {
        Some(_) => Cow::Owned(Message { image: None, ..message.clone() }),
        None => Cow::Borrowed(message),
    }
}

/// Which ends of the message a part holds: titles and mentions go with the first one, buttons with the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ends {
    /// It is the first part.
    pub first: bool,
    /// It is the last part.
    pub last: bool,
}

/// A body for each part of the blocks, at least one. Every part is measured with all that both ends have beside
/// their text, so that the parts do not depend on which one comes to stand at an end.
pub fn bodies(
    blocks: Vec<Block>,
    fits: &dyn Fn(&Value) -> bool,
    body: &dyn Fn(&[Block], Ends) -> Value,
) -> Vec<Value> {
    let mut parts = split(blocks, &|part| fits(&body(part, Ends { first: true, last: true })));
    if parts.is_empty() {
        parts.push(Vec::new());
    }
    let last = parts.len() - 1;
    let one =
        |(index, part): (usize, &Vec<Block>)| body(part, Ends { first: index == 0, last: index == last });
    parts.iter().enumerate().map(one).collect()
}

/// The most that one message of a platform may hold, in its unit.
pub const fn longest(kind: ChannelKind) -> usize {
    match kind.longest() {
        Some((max, _)) => max,
        None => usize::MAX,
    }
}

/// The parts of a message, unless they are more than are sent.
pub fn bounded<T>(parts: Vec<T>) -> Result<Vec<T>, Refusal> {
    if parts.len() <= MESSAGE_PARTS_MAX {
        return Ok(parts);
    }
    Err(Refusal(format!(
        "the message would be {} parts, at most {MESSAGE_PARTS_MAX} are sent: shorten it or put it on a page and \
         post the link",
        parts.len()
    )))
}

/// One POST for each body.
pub fn posts(url: &str, bodies: Vec<Value>) -> Result<Vec<Request>, Refusal> {
    let bodies = bounded(bodies)?.into_iter();
    Ok(bodies.map(|body| Request::post_json(url, body.to_string())).collect())
}

/// What is put in front of a text: on its line where the text begins with one, else on a line of its own.
pub fn in_front(prefix: &str, text: &str, blocks: &[Block]) -> String {
    match blocks.first() {
        _ if prefix.is_empty() => text.to_owned(),
        None => prefix.to_owned(),
        Some(Block::Paragraph(_)) => format!("{prefix} {text}"),
        Some(_) => format!("{prefix}\n{text}"),
    }
}

/// An address with a parameter, which replaces one of the same name; all else is kept as it was given.
pub fn with_parameter(url: &str, name: &str, value: &str) -> String {
    let (address, fragment) = url.split_once('#').map_or((url, None), |(a, f)| (a, Some(f)));
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let is_other = |pair: &&str| !pair.is_empty() && pair.split('=').next() != Some(name);
    let mut pairs: Vec<String> = query.split('&').filter(is_other).map(str::to_owned).collect();
    pairs.push(format!("{name}={value}"));
    let fragment = fragment.map(|f| format!("#{f}")).unwrap_or_default();
    format!("{path}?{}{fragment}", pairs.join("&"))
}

/// Whether an address has a parameter of this name.
pub fn has_parameter(url: &str, name: &str) -> bool {
    let query =
        url.split('#').next().and_then(|address| address.split_once('?')).map_or("", |(_, query)| query);
    query.split('&').any(|pair| pair.split('=').next() == Some(name))
}

/// An address with a path added to its own; the query stays.
pub fn endpoint(url: &str, path: &str) -> String {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let (base, query) = url.split_at(end);
    let query = query.split('#').next().unwrap_or_default();
    format!("{}{path}{query}", base.trim_end_matches('/'))
}

/// The requests of a message whose words take the place of those of `sent`, each with the part that it changes; and
/// the parts that are left over. An error where there is nothing to find the parts by, or the words need more parts.
pub fn in_place<T>(requests: Vec<Request>, sent: Vec<T>) -> Result<InPlace<T>, Refusal> {
    if sent.is_empty() {
        return Err(Refusal(UNKNOWN.into()));
    }
    if requests.len() > sent.len() {
        let (is, was) = (requests.len(), sent.len());
        return Err(Refusal(format!("the new words need {is} messages, and {was} were sent")));
    }
    let mut sent = sent.into_iter();
    let pairs: Vec<(Request, T)> = requests.into_iter().zip(&mut sent).collect();
    Ok((pairs, sent.collect()))
}

/// Each request with the part that it changes, and the parts that are left over.
pub type InPlace<T> = (Vec<(Request, T)>, Vec<T>);

/// What is said where the platform has not told what became of a message.
pub const UNKNOWN: &str = "the platform did not say which message it became";

/// Text as one segment of a path: everything but letters, digits and `-._~` is percent-encoded.
pub fn segment(text: &str) -> impl Display + '_ {
    utf8_percent_encode(text, RESERVED)
}

/// Text in UTF-16 units, the largest of what platforms may mean by characters.
pub fn utf16_length(text: &str) -> usize {
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_kept_as_it_was_given() {
        let with = |url| with_parameter(url, "wait", "true");
        assert_eq!(with("https://x/y"), "https://x/y?wait=true");
        assert_eq!(with("https://x/y?a=%20b&c"), "https://x/y?a=%20b&c&wait=true");
        assert_eq!(with("https://x/y?wait=false&z=1#f"), "https://x/y?z=1&wait=true#f");
        assert!(has_parameter("https://x/y?a&threadKey=1", "threadKey"));
        assert!(!has_parameter("https://x/y?a=threadKey", "threadKey"));
    }
    #[test]
    fn paths_are_added_before_the_query() {
        assert_eq!(endpoint("http://h:1/?a=b", "/x"), "http://h:1/x?a=b");
        assert_eq!(endpoint("http://h/base/#f", "/x"), "http://h/base/x");
        assert_eq!(segment("!a/b:h é").to_string(), "%21a%2Fb%3Ah%20%C3%A9");
    }
}

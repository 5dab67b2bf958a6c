//! E-mail: one MIME message with plain text and HTML (RFC 5322, 2045, 2047), for a list or a few people.
//!
//! The subject is the heading that the text begins with, else its first line. The `Message-ID` comes from the
//! idempotency key; few servers drop a second copy by it, so it promises nothing. What travels is one [`Request`]:
//! the envelope in its headers, the whole message as its body. Nothing of a text can become a header.

mod html;

use super::{
    Adapter, Attempt, Carrier, Receipt, Refusal, Request, Response, ShownRequest,
    answer::{self, excerpt},
    console::plain_text,
    mention::Mentions,
    parts,
};
use crate::{
    base::{ids::EffectId, limits::MAIL_RECIPIENTS_MAX, phrase::phrase},
    model::{channel::ChannelKind, message::Message},
    shell::delivery::{
        markup::{self, Block, write::PLAIN},
        picture::Picture,
        target::Robot,
    },
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use lettre::message::{
    Attachment, Body, Mailbox, Message as Mail, MultiPart, SinglePart,
    header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
};
use std::{
    borrow::Cow,
    time::{Duration, UNIX_EPOCH},
};
use unicode_segmentation::UnicodeSegmentation as _;

/// The adapter of `type: email`.
pub struct Email;

/// Longer subjects are cut; clients show less than this.
const SUBJECT_GRAPHEMES_MAX: usize = 120;
/// The header of a [`Request`] that holds the sender of the envelope.
pub const MAIL_FROM: &str = "mail-from";
/// The header of a [`Request`] that holds the recipients of the envelope, parted by commas.
pub const RCPT_TO: &str = "rcpt-to";
/// The header of a [`Response`] that says what was being done: a word of SMTP.
pub const STAGE: &str = "stage";
/// The header of a [`Response`], once for each recipient that the server refused for good.
pub const REFUSED: &str = "refused";

impl Adapter for Email {
    fn carrier(&self) -> Carrier {
        Carrier::Mail
    }

    fn check(&self, robot: &Robot) -> Result<(), (String, String)> {
        let url = robot.setting("url").unwrap_or_default();
        let is_server = reqwest::Url::parse(url)
            .is_ok_and(|url| matches!(url.scheme(), "smtp" | "smtps") && url.has_host());
        if !is_server {
            let wanted = "is not an address of a mail server such as smtps://user:password@mail.example.org";
            return Err(("url".into(), wanted.into()));
        }
        let (from, to) = parties(robot)?;
        if from.len() != 1 {
            return Err(("from".into(), "is one address, such as Readers <bot@example.org>".into()));
        }
        if to.is_empty() || to.len() > MAIL_RECIPIENTS_MAX {
            return Err((
                "to".into(),
                format!(
                    "has {} addresses, expected 1 to {MAIL_RECIPIENTS_MAX}; more are a mailing list's",
                    to.len()
                ),
            ));
        }
        Ok(())
    }

    fn requests(
        &self,
        message: &Message,
        robot: &Robot,
        attempt: &Attempt<'_>,
    ) -> Result<Vec<Request>, Refusal> {
        // Without the picture at hand, as in a preview, its path stands in the text.
        let without = attempt.picture.map(|_| parts::without_file(message));
        let message = without.as_deref().unwrap_or(message);
        let mut blocks = markup::blocks_without_buttons(message);
        if blocks.is_empty() && message.buttons.is_empty() && attempt.picture.is_none() {
            return Err(Refusal("the message is empty".into()));
        }
        let unusable = |(setting, problem): (String, String)| Refusal(format!("`{setting}` {problem}"));
        let (from, to) = parties(robot).map_err(unusable)?;
        let from = from.into_iter().next().ok_or_else(|| Refusal("`from` is missing".into()))?;
        let domain = from.email.domain().to_owned();
        let subject = take_subject(&mut blocks, attempt);
        let plain = text_without_subject(message, &blocks);
        let mentions = Mentions::of(message, ChannelKind::Email).in_words();
        let html = html::page(&mentions, &blocks, &message.buttons);

        let at = UNIX_EPOCH + Duration::from_millis(attempt.at.as_millis().max(0) as u64);
        let mut mail = Mail::builder()
            .from(from.clone())
            .subject(subject)
            .date(at)
            .message_id(Some(format!("<{}@{domain}>", attempt.key())))
            // Holiday notices and bounces are not to answer a robot (RFC 3834).
            .raw_header(HeaderValue::new(
                HeaderName::new_from_ascii_str("Auto-Submitted"),
                "auto-generated".into(),
            ));
        for mailbox in &to {
            mail = mail.to(mailbox.clone());
        }
        if let Some(answered) = &message.reply_to {
            let id = format!("<{}@{domain}>", key_of(attempt, answered));
            mail = mail.in_reply_to(id.clone()).references(id);
        }
        // A line of an encoded part never begins with `--=_`.
        let parts = MultiPart::alternative()
            .boundary(format!("=_{}", attempt.key()))
            .singlepart(part(ContentType::TEXT_PLAIN, plain)?)
            .singlepart(part(ContentType::TEXT_HTML, html)?);
        let parts = match attempt.picture {
            Some(picture) => enclosed(parts, picture, attempt)?,
            None => parts,
        };
        let mail =
            mail.multipart(parts).map_err(|error| Refusal(format!("no mail can be made of it: {error}")))?;
        let body = String::from_utf8(mail.formatted())
            .map_err(|_| Refusal("no mail can be made of it: a header is not ASCII".into()))?;
        let recipients: Vec<String> = to.iter().map(|mailbox| mailbox.email.to_string()).collect();
        Ok(vec![Request {
            method: Cow::Borrowed("MAIL"),
            url: robot.setting("url").unwrap_or_default().to_owned(),
            headers: vec![(MAIL_FROM.into(), from.email.to_string()), (RCPT_TO.into(), recipients.join(","))],
            body,
            raw: None,
        }])
    }

    fn receipt(&self, response: &Response) -> Receipt {
        let stage = response.header(STAGE).unwrap_or_default();
        let said = format!("{} {}", response.status, excerpt(&String::from_utf8_lossy(&response.body)));
        let said = said.trim_end();
        let refused: Vec<String> = response
            .headers
            .iter()
            .filter(|(name, _)| name == REFUSED)
            .map(|(_, value)| excerpt(value))
            .collect();
        let reason = |what: &str| Receipt::Refused { reason: format!("{what} ({said})") };
        match response.status {
            200..300 if refused.is_empty() => Receipt::Accepted { note: String::new() },
            200..300 => Receipt::Accepted {
                note: format!("accepted, but not for everybody: the server refused {}", refused.join("; ")),
            },
            // A server that is shutting down or that has too many connections says so to everybody.
            421 => Receipt::RetryLater {
                after: None,
                throttled: true,
                attempts_max: None,
                reason: format!("the mail server is not available now ({said})"),
            },
            400..500 => answer::retry(format!("the mail server says: not now ({said})")),
            530 if stage != "STARTTLS" => {
                reason("the mail server wants a user and password: write them in `url`")
            }
            538 => reason("the password is not sent over a connection that is not encrypted: use smtps://"),
            534 | 535 => reason("the mail server does not take the user or the password in `url`"),
            552 => reason("the message is larger than the mail server takes, or a mailbox is full"),
            500..600 if stage == "RCPT" => {
                reason(&format!("the mail server refused every recipient: {}", refused.join("; ")))
            }
            500..600 if stage == "MAIL" => {
                reason("the mail server does not take mail from the address in `from`")
            }
            500..600 if stage == "DATA" => reason("the mail server refused the message"),
            _ => reason("the mail server refused"),
        }
    }

    fn shown(&self, request: &Request) -> ShownRequest {
        let (head, body) = request.body.split_once("\r\n\r\n").unwrap_or((&request.body, ""));
        let text = first_part(body).unwrap_or_default();
        let subject = decoded_subject(head);
        ShownRequest {
            note: phrase!("text and HTML · {} bytes", "文字和 HTML · {} 字节", request.body.len()),
            text: format!("{subject}\n\n{}", text.replace("\r\n", "\n")).trim_end().to_owned(),
        }
    }
}

/// The words, and the picture beside them.
fn enclosed(words: MultiPart, picture: &Picture, attempt: &Attempt<'_>) -> Result<MultiPart, Refusal> {
    let media = ContentType::parse(picture.format.media())
        .map_err(|error| Refusal(format!("the picture cannot be enclosed: {error}")))?;
    let file = Attachment::new(picture.name.clone()).body(picture.bytes.to_vec(), media);
    let boundary = format!("=_{}_file", attempt.key());
    Ok(MultiPart::mixed().boundary(boundary).multipart(words).singlepart(file))
}

/// Sender and recipients; the setting and what is wrong with it.
fn parties(robot: &Robot) -> Result<(Vec<Mailbox>, Vec<Mailbox>), (String, String)> {
    let read = |name: &str| {
        let text = robot.setting(name).unwrap_or_default();
        if text.chars().any(char::is_control) {
            return Err((name.to_owned(), "holds a line break or control character".to_owned()));
        }
        let parsed: Result<lettre::message::Mailboxes, _> = text.parse();
        let Ok(boxes) = parsed else {
            let wanted = format!("is {text:?}, expected addresses such as Readers <bot@example.org>");
            return Err((name.to_owned(), wanted));
        };
        let boxes: Vec<Mailbox> = boxes.into_iter().collect();
        // The envelope parts addresses by commas.
        match boxes.iter().find(|mailbox| mailbox.email.to_string().contains([',', '"', ' '])) {
            Some(odd) => {
                Err((name.to_owned(), format!("has the address {}, which is not supported", odd.email)))
            }
            None => Ok(boxes),
        }
    };
    Ok((read("from")?, read("to")?))
}

/// The idempotency key of another effect of the same group.
fn key_of(attempt: &Attempt<'_>, effect: &EffectId) -> String {
    Attempt { effect, ..*attempt }.key()
}

/// The heading at the very beginning, which then is not repeated in the text, else the first line.
fn take_subject(blocks: &mut Vec<Block>, attempt: &Attempt<'_>) -> String {
    let Some(first) = blocks.first() else {
        return attempt.group.to_string();
    };
    let text = PLAIN.write(std::slice::from_ref(first));
    let line: String = if matches!(first, Block::Heading(..)) {
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    } else {
        text.lines().next().unwrap_or_default().trim().to_owned()
    };
    let line: String = line.chars().filter(|c| !c.is_control()).collect();
    let short: String = line.graphemes(true).take(SUBJECT_GRAPHEMES_MAX).collect();
    let is_whole = short.len() == line.len();
    if matches!(first, Block::Heading(..)) && is_whole && blocks.len() > 1 {
        blocks.remove(0);
    }
    match (short.is_empty(), is_whole) {
        (true, _) => attempt.group.to_string(),
        (_, true) => short,
        _ => format!("{short}…"),
    }
}

/// The plain part; who is mentioned first, without what has become the subject.
fn text_without_subject(message: &Message, blocks: &[Block]) -> String {
    let whole = plain_text(message, ChannelKind::Email);
    if markup::blocks_without_buttons(message).len() == blocks.len() {
        return whole;
    }
    let mentions = Mentions::of(message, ChannelKind::Email).in_words();
    let rest = PLAIN.write(&markup::blocks(message)[1..]);
    if mentions.is_empty() { rest } else { format!("{mentions}\n{rest}") }
}

/// A part that any server passes on unchanged.
fn part(kind: ContentType, text: String) -> Result<SinglePart, Refusal> {
    let encoding = if text.is_ascii() {
        ContentTransferEncoding::QuotedPrintable
    } else {
        ContentTransferEncoding::Base64
    };
    let body = Body::new_with_encoding(text.replace('\n', "\r\n"), encoding)
        .map_err(|_| Refusal("no mail can be made of it: the text cannot be encoded".into()))?;
    Ok(SinglePart::builder().header(kind).body(body))
}

/// The text of the first part of a body that this adapter wrote.
fn first_part(body: &str) -> Option<String> {
    let (boundary, rest) = body.split_once("\r\n")?;
    let (head, rest) = rest.split_once("\r\n\r\n")?;
    let (text, _) = rest.split_once(&format!("\r\n{boundary}"))?;
    let bytes = if head.contains("base64") {
        STANDARD.decode(text.replace("\r\n", "")).ok()?
    } else {
        quoted_printable::decode(text, quoted_printable::ParseMode::Robust).ok()?
    };
    String::from_utf8(bytes).ok()
}

/// The subject of a head that this adapter wrote: encoded words are base64 in UTF-8.
fn decoded_subject(head: &str) -> String {
    let mut lines = head.split("\r\n").skip_while(|line| !line.starts_with("Subject:"));
    let mut folded = lines.next().unwrap_or_default().trim_start_matches("Subject:").to_owned();
    for line in lines.take_while(|line| line.starts_with(' ')) {
        folded.push_str(line);
    }
    let mut out = String::new();
    let mut bytes = Vec::new();
    for word in folded.split(' ').filter(|word| !word.is_empty()) {
        let encoded = word.strip_prefix("=?utf-8?b?").and_then(|word| word.strip_suffix("?="));
        if let Some(encoded) = encoded {
            // Between two encoded words a space only parts them.
            bytes.extend(STANDARD.decode(encoded).unwrap_or_default());
            continue;
        }
        out.push_str(&String::from_utf8_lossy(&std::mem::take(&mut bytes)));
        out.push_str(if out.is_empty() { "" } else { " " });
        out.push_str(word);
    }
    out.push_str(&String::from_utf8_lossy(&bytes));
    out
}

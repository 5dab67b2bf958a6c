//! Posts as a person reads them on a terminal: a bubble for each request, as the platform will show it.
//!
//! Made from the requests themselves, after the dialect has written them, so that what was lost or changed on the
//! way is seen. Needs no secret.

use super::{
    adapter::{Attempt, adapter},
    target::Robot,
};
use crate::{
    base::{
        ids::{ChannelName, EffectId, GroupId},
        locale::Locale,
        phrase::{Words, pair},
        time::Timestamp,
        visible,
    },
    model::{channel::ChannelKind, message::Message},
};
use std::fmt::Write as _;
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

/// A bubble is not wider than this, whatever the terminal.
const WIDTH_MAX: usize = 72;
const WIDTH_MIN: usize = 24;

/// The message as the platform will show it, in a terminal of this many columns: one bubble for each part, or the
/// reason why it cannot be sent.
pub fn preview(
    kind: ChannelKind,
    channel: &ChannelName,
    message: &Message,
    (columns, locale): (usize, Locale),
) -> String {
    let (group, effect) = (GroupId::new("group"), EffectId::new("preview"));
    let at = Timestamp::default();
    let attempt = Attempt::of(&group, channel, &effect, at);
    let title = format!("{} · {channel}", platform(kind).of(locale));
    let adapter = adapter(kind);
    let requests = match adapter.requests(message, &Robot::placeholder(kind), &attempt) {
        Ok(requests) => requests,
        Err(refusal) => {
            return bubble(&title, locale.pick("not sent", "不发"), &refusal.to_string(), columns);
        }
    };
    let mut out = String::new();
    for (index, request) in requests.iter().enumerate() {
        let shown = adapter.shown(request);
        let part = if requests.len() > 1 {
            format!("{title} ({}/{})", index + 1, requests.len())
        } else {
            title.clone()
        };
        out.push_str(&bubble(&part, shown.note.of(locale), &shown.text, columns));
    }
    out
}

/// A post of the console channel: a title line with the channel, then the text.
pub fn console(channel: &ChannelName, text: &str) -> String {
    let mut out = format!("┌ {channel}\n");
    for line in text.lines() {
        let _ = writeln!(out, "{}", format!("│ {line}").trim_end());
    }
    out
}

/// What people call the platform.
pub const fn platform(kind: ChannelKind) -> Words {
    match kind {
        ChannelKind::Console => pair("console", "终端"),
        ChannelKind::Manual => pair("to copy", "手工复制"),
        ChannelKind::Webhook => pair("webhook", "webhook"),
        ChannelKind::Wecom => pair("企业微信", "企业微信"),
        ChannelKind::Feishu => pair("飞书", "飞书"),
        ChannelKind::Dingtalk => pair("钉钉", "钉钉"),
        ChannelKind::Slack => pair("Slack", "Slack"),
        ChannelKind::Discord => pair("Discord", "Discord"),
        ChannelKind::Telegram => pair("Telegram", "Telegram"),
        ChannelKind::Teams => pair("Teams", "Teams"),
        ChannelKind::GoogleChat => pair("Google Chat", "Google Chat"),
        ChannelKind::Mattermost => pair("Mattermost", "Mattermost"),
        ChannelKind::Matrix => pair("Matrix", "Matrix"),
        ChannelKind::Onebot => pair("QQ", "QQ"),
        ChannelKind::Ntfy => pair("ntfy", "ntfy"),
        ChannelKind::Email => pair("e-mail", "邮件"),
    }
}

fn bubble(title: &str, note: &str, text: &str, columns: usize) -> String {
    let outer = columns.clamp(WIDTH_MIN, WIDTH_MAX);
    let inner = outer - 4;
    let title = cut(title, inner);
    let note = cut(note, inner);
    let mut out = String::new();
    let _ = writeln!(out, "╭ {title} {}╮", "─".repeat(outer.saturating_sub(title.width() + 4)));
    for line in text.lines() {
        for piece in wrap(line, inner) {
            let _ = writeln!(out, "│ {piece}{} │", " ".repeat(inner.saturating_sub(piece.width())));
        }
    }
    let _ = writeln!(out, "╰{} {note} ╯", "─".repeat(outer.saturating_sub(note.width() + 4)));
    out
}

fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let first = wrap(text, width - 1).into_iter().next().unwrap_or_default();
    format!("{first}…")
}

/// Lines of at most this many columns; breaks at a space where there is one in the second half.
fn wrap(line: &str, width: usize) -> Vec<String> {
    let line = visible::block(line);
    let mut lines = Vec::new();
    let mut current = String::new();
    for grapheme in line.graphemes(true) {
        if current.width() + grapheme.width() > width && !current.is_empty() {
            let space =
                current.rfind(' ').filter(|at| current[..*at].width() * 2 >= width && grapheme != " ");
            let rest = space.map(|at| current[at + 1..].to_owned()).unwrap_or_default();
            if let Some(at) = space {
                current.truncate(at);
            }
            lines.push(std::mem::replace(&mut current, rest));
            if grapheme == " " {
                continue;
            }
        }
        current.push_str(grapheme);
    }
    lines.push(current);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::message::Mention;

    #[test]
    fn a_bubble_shows_the_platform_the_text_and_the_form() {
        let message = Message {
            mentions: vec![Mention::All], ..Message::text("分享开始，请先听完再提问。")
        };
        insta::assert_snapshot!(
            preview(ChannelKind::Wecom, &ChannelName::new("group"), &message, (40, Locale::En)),
            @r"
        ╭ 企业微信 · group ────────────────────╮
        │ 分享开始，请先听完再提问。           │
        │ @所有人                              │
        ╰───────────── text · 39 of 2048 bytes ╯
        "
        );
    }

    #[test]
    fn long_lines_wrap() {
        let message = Message::text("a rather long line that has to be broken somewhere\u{7}");
        insta::assert_snapshot!(
            preview(ChannelKind::Console, &ChannelName::new("c"), &message, (30, Locale::En)),
            @r"
        ╭ console · c ───────────────╮
        │ a rather long line that    │
        │ has to be broken           │
        │ somewhere␇                 │
        ╰────────────────────── text ╯
        "
        );
    }
}

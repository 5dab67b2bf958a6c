//! Pictures that are files: whether each is there, is one, and can be shown by the channels it goes to.
//!
//! Looks at the finished playbook, when every channel is known.

use super::cx::{Cx, file_help};
use crate::{
    base::{
        ids::ChannelName,
        phrase::{pair, phrase},
        picture::{PictureFormat, is_address},
        source::Span,
    },
    lang::codes,
    model::{
        channel::{ChannelKind, Pictures},
        play::{Play, Section},
        playbook::Playbook,
        step::{Post, Verb},
        text::{Text, TextPart},
        trigger::Trigger,
    },
};
use std::collections::BTreeSet;

/// Looks at the pictures of every post.
pub(crate) fn check(cx: &mut Cx<'_>, playbook: &Playbook) {
    for play in &playbook.plays {
        let sections = Section::ALL;
        for step in sections.into_iter().flat_map(|section| play.section(section).steps()) {
            let Verb::Post(post) = &step.verb else { continue };
            let Some(image) = &post.image else { continue };
            let key = format!("plays.{}.steps.{}", play.name, step.id);
            let span = cx.origins.get(&format!("{key}.image")).or_else(|| cx.origins.get(&key)).copied();
            if let Some(span) = span {
                one(cx, playbook, (play, post.as_ref()), image, span);
            }
        }
    }
}

fn one(cx: &mut Cx<'_>, playbook: &Playbook, (play, post): (&Play, &Post), image: &Text, span: Span) {
    let paths = paths(play, image);
    let begins_as_path = matches!(image.parts.first(), Some(TextPart::Literal(text)) if !is_address(text) && !"https://".starts_with(&**text));
    if paths.is_empty() && !begins_as_path {
        return;
    }
    let kinds = kinds(playbook, &post.to);
    if let Some(kind) = kinds.iter().find(|kind| kind.pictures() == Pictures::Addressed) {
        let what = paths.first().cloned().unwrap_or_else(|| image.source());
        cx.error(
            codes::BAD_VALUE,
            span,
            phrase!(
                "the picture `{what}` is a file, and {kind} shows pictures by address only",
                "图片 `{what}` 是文件，而 {kind} 只能按网址显示图片"
            ),
            pair(
                "put it where it has an address and write that: `image: https://…`",
                "把图片放到有网址的地方，写网址：`image: https://…`",
            ),
        );
        return;
    }
    for path in paths {
        if !is_there(cx, &path, &kinds, span) {
            return;
        }
    }
}

/// The files that a picture may be, as far as the playbook says: one, or one for each of the play's dates.
fn paths(play: &Play, image: &Text) -> BTreeSet<String> {
    let file = |text: &str| Some(text.trim()).filter(|t| !t.is_empty() && !is_address(t)).map(str::to_owned);
    if let Some(literal) = image.as_literal() {
        return file(literal).into_iter().collect();
    }
    let (Trigger::Dates(dates), [TextPart::Expr(expr)]) = (&play.trigger, image.parts.as_slice()) else {
        return BTreeSet::new();
    };
    let Some(column) = expr.source().trim().strip_prefix("date.") else { return BTreeSet::new() };
    dates.iter().filter_map(|date| file(date.values.get(column)?.as_str()?)).collect()
}

/// The platforms that a channel of a name is on, over all groups.
fn kinds(playbook: &Playbook, name: &ChannelName) -> BTreeSet<ChannelKind> {
    let own = playbook.groups.values().filter_map(|group| group.channels.get(name));
    playbook.channels.get(name).into_iter().chain(own).map(|channel| channel.kind).collect()
}

/// Whether a file can be shown on these platforms; what is wrong is reported.
fn is_there(cx: &mut Cx<'_>, path: &str, kinds: &BTreeSet<ChannelKind>, span: Span) -> bool {
    let found = match cx.glimpse(path) {
        Ok(None) => return true,
        Ok(Some(found)) => found,
        Err(error) => {
            cx.error(codes::FILE_UNREADABLE, span, error.phrase(), file_help(path, &error));
            return false;
        }
    };
    let Some(format) = found.format else {
        cx.error(
            codes::FILE_UNREADABLE,
            span,
            phrase!("`{path}` is not a picture", "`{path}` 不是图片"),
            pair("save it as PNG, JPEG, GIF or WebP", "存成 PNG、JPEG、GIF 或 WebP"),
        );
        return false;
    };
    for kind in kinds {
        let Pictures::Uploaded(most, formats) = kind.pictures() else { continue };
        if !formats.contains(&format) {
            let (name, taken) = (
                format.name(),
                formats.iter().map(|f| PictureFormat::name(*f)).collect::<Vec<_>>().join(", "),
            );
            cx.error(
                codes::BAD_VALUE,
                span,
                phrase!("{kind} takes no picture of the form {name}", "{kind} 不收 {name} 格式的图片"),
                phrase!("save `{path}` as {taken}", "把 `{path}` 存成 {taken}"),
            );
            return false;
        }
        if found.bytes > most as u64 {
            let bytes = found.bytes;
            cx.error(
                codes::BAD_VALUE,
                span,
                phrase!(
                    "`{path}` has {bytes} bytes, {kind} takes {most} at most",
                    "`{path}` 有 {bytes} 字节，{kind} 最多收 {most}"
                ),
                pair("make the picture smaller", "把图片缩小"),
            );
            return false;
        }
    }
    true
}

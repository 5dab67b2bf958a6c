//! The top of a playbook: `name`, `title`, `timezone`, `locale`.

use super::{cx::Cx, words::check_word};
use crate::base::phrase::{pair, phrase};
use crate::{
    base::{diagnostic::suggest, ids::PlaybookName, locale::Locale, source::Span, time::Zone},
    lang::{
        codes,
        document::{node::Node, reader},
    },
};
use std::sync::Arc;

/// What stands at the top.
pub(crate) struct Head {
    /// `name`
    pub(crate) name: PlaybookName,
    /// `was`: the name when the state began.
    pub(crate) was: Option<Arc<str>>,
    /// `title`, else the name.
    pub(crate) title: Arc<str>,
    /// `locale`
    pub(crate) locale: Locale,
}

/// Lowers the top. Everything after it may use the zone.
pub(crate) fn lower(cx: &mut Cx<'_>, root: &Node) -> Head {
    let name = if let Some(node) = root.get("name").filter(|node| !node.is_null()) {
        let name = reader::text(&mut cx.report, node, pair("a name", "名字")).cloned().unwrap_or_default();
        check_word(cx, &name, node.span, pair("playbook", "剧本"));
        cx.origin("name", node.span);
        name
    } else {
        let span = root.entries().and_then(<[_]>::first).map_or(root.span, |entry| entry.key.span);
        let help =
            pair("begin with a line such as `name: my-readers`", "开头写一行，例如 `name: my-readers`");
        cx.error(codes::MISSING_KEY, span, pair("a playbook needs `name`", "剧本需要 `name`"), help);
        Arc::from("playbook")
    };
    let text = |cx: &mut Cx<'_>, key: &str| {
        let node = root.get(key).filter(|node| !node.is_null())?;
        reader::text(&mut cx.report, node, pair("text", "文字")).map(|text| (text.clone(), node.span))
    };
    let was = text(cx, "was").map(|(was, _)| was);
    let title = text(cx, "title").map_or_else(|| name.clone(), |(title, _)| title);
    if let Some((name, span)) = text(cx, "timezone")
        && let Some(zone) = timezone(cx, &name, span)
    {
        cx.zone = zone;
        cx.zone_named = true;
    }
    let locale = root.get("locale").filter(|node| !node.is_null()).and_then(|node| language(cx, node));
    Head { name: PlaybookName::new(name), was, title, locale: locale.unwrap_or_default() }
}

/// `locale`
pub(crate) fn language(cx: &mut Cx<'_>, node: &Node) -> Option<Locale> {
    let tag = reader::text(&mut cx.report, node, pair("text", "文字"))?.clone();
    let found = Locale::from_tag(&tag);
    if found.is_none() {
        cx.error(
            codes::UNKNOWN_LOCALE,
            node.span,
            phrase!("texts cannot be written in `{tag}` yet", "还不能用 `{tag}` 书写文字"),
            pair("write `en` or `zh-CN`", "写 `en` 或 `zh-CN`"),
        );
    }
    found
}

/// What `timezone` of a group or a play names.
pub(crate) fn own_zone(cx: &mut Cx<'_>, node: &Node) -> Option<Zone> {
    let name = reader::text(&mut cx.report, node, pair("a time zone", "时区"))?.clone();
    timezone(cx, &name, node.span)
}

fn timezone(cx: &mut Cx<'_>, name: &str, span: Span) -> Option<Zone> {
    if let Some(zone) = Zone::named(name) {
        return Some(zone);
    }
    let help = match name.to_lowercase().as_str() {
        "beijing" | "asia/beijing" | "asia/peking" | "china" | "中国" | "cst" | "prc time" | "北京"
        | "北京时间" | "utc+8" | "gmt+8" | "+08:00" => {
            pair("for all of mainland China write `Asia/Shanghai`", "中国大陆一律写 `Asia/Shanghai`").into()
        }
        _ => {
            let zones = Zone::names();
            suggest::nearest(name, zones.iter().map(String::as_str)).map_or_else(
                || {
                    pair(
                        "write a name of the zone database, such as `Asia/Shanghai` or `Europe/Berlin`",
                        "写时区库里的名字，例如 `Asia/Shanghai` 或 `Europe/Berlin`",
                    )
                    .into()
                },
                |near| phrase!("did you mean `{near}`?", "是不是想写 `{near}`？"),
            )
        }
    };
    cx.error(
        codes::UNKNOWN_TIMEZONE,
        span,
        phrase!("there is no time zone `{name}`", "没有 `{name}` 这个时区"),
        help,
    );
    None
}

//! `heartbeat`: an address, and how often it is asked for.

use super::{channels, cx::Cx};
use crate::{
    base::{
        limits,
        phrase::{pair, phrase},
        time::Duration,
    },
    lang::{
        codes,
        document::{
            node::Node,
            reader::{self, Fields},
        },
        keys,
    },
    model::heartbeat::Heartbeat,
};

/// Lowers it: an address, or `{ url, every }`.
pub(crate) fn lower(cx: &mut Cx<'_>, node: &Node) -> Option<Heartbeat> {
    let usual = Duration::from_millis(limits::HEARTBEAT_MS);
    if node.scalar().is_some() {
        return channels::setting(cx, "url", node, true).map(|url| Heartbeat { url, every: usual });
    }
    let fields =
        Fields::read(&mut cx.report, node, pair("`heartbeat`", "`heartbeat`"), keys::HEARTBEAT.names)?;
    let help = pair(
        "add the address that the watchman gave: `url: { env: HEARTBEAT_URL }`",
        "加上监看服务给的地址：`url: { env: HEARTBEAT_URL }`",
    );
    let url =
        fields.need(&mut cx.report, "url", help).and_then(|node| channels::setting(cx, "url", node, true))?;
    let every =
        fields.get("every").and_then(|node| Some((reader::positive(&mut cx.report, node)?, node.span)));
    if let Some((every, span)) = every
        && every.as_millis() < limits::HEARTBEAT_MS_MIN
    {
        let least = Duration::from_millis(limits::HEARTBEAT_MS_MIN);
        cx.error(
            codes::BAD_VALUE,
            span,
            phrase!("`every: {every}` is too often for a heartbeat", "`every: {every}` 对心跳来说太频繁"),
            phrase!("write {least} or more", "写 {least} 或更长"),
        );
    }
    Some(Heartbeat { url, every: every.map_or(usual, |(every, _)| every) })
}

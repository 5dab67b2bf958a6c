//! `channels`: names to destinations, with the settings of each type.
//!
//! Knows where a secret is kept; never reads it.

use super::{cx::Cx, names::NameSort};
use crate::base::phrase::{pair, phrase};
use crate::{
    base::{
        ids::ChannelName,
        source::{Span, normal_path},
        time::Duration,
    },
    lang::{
        codes,
        document::{
            near,
            node::{KeyEntry, Node, NodeKind},
            reader::{self, Fields},
        },
        keys,
    },
    model::channel::{Channel, ChannelKind, Hear, InDoubt, Rate, Setting},
};
use std::{collections::BTreeMap, sync::Arc};

/// Keys that every channel takes.
const COMMON: &[&str] = keys::CHANNEL.names;

/// Lowers a mapping of channels. `origin` is the id of the mapping: `channels`.
pub(crate) fn lower(cx: &mut Cx<'_>, node: &Node, origin: &str) -> BTreeMap<ChannelName, Arc<Channel>> {
    let mut channels = BTreeMap::new();
    for entry in Fields::open(&mut cx.report, node, pair("`channels`", "`channels`"))
        .map(|fields| fields.entries())
        .unwrap_or_default()
    {
        super::words::check_name(cx, entry, pair("channel", "频道"));
        cx.origin(format!("{origin}.{}", entry.key.value), entry.key.span);
        if let Some(channel) = lower_one(cx, &entry.key.value, entry.key.span, &entry.value) {
            channels.insert(channel.name.clone(), Arc::new(channel));
        }
    }
    channels
}

/// Lowers one channel.
fn lower_one(cx: &mut Cx<'_>, name: &str, span: Span, node: &Node) -> Option<Channel> {
    let empty = Channel::console(ChannelName::new(name));
    // `group: console` is enough for a type without settings.
    if node.scalar().is_some() {
        let kind = kind(cx, node)?;
        required(cx, kind, span, &empty.settings);
        return Some(Channel { kind, ..empty });
    }
    let fields = Fields::open(&mut cx.report, node, pair("a channel", "频道"))?;
    let help = pair(
        "say which platform it is on: `type: console`, `type: wecom`, …",
        "写明是哪个平台：`type: console`、`type: wecom`……",
    );
    let kind = fields.need(&mut cx.report, "type", help).and_then(|node| kind(cx, node))?;
    let own = kind.settings();
    let allowed: Vec<&str> = COMMON.iter().copied().chain(own.iter().map(|(key, ..)| *key)).collect();
    let mut channel = Channel { kind, ..empty };
    for entry in fields.entries() {
        let key = &*entry.key.value;
        let node = &entry.value;
        match key {
            "type" => {}
            _ if !allowed.contains(&key) => foreign(cx, kind, entry, fields.entries(), &allowed),
            _ if node.is_null() => cx.error(
                codes::MISSING_VALUE,
                entry.key.span,
                phrase!("`{key}` has no value", "`{key}` 后面没有值"),
                pair("remove the line or fill it in", "删掉这一行，或把值补上"),
            ),
            "rate" => channel.rate = rate(cx, node),
            "in_doubt" => {
                let words = [("resend", InDoubt::Resend), ("hold", InDoubt::Hold)];
                channel.in_doubt = reader::choice(&mut cx.report, node, &words).unwrap_or_default();
            }
            "timeout" => channel.timeout = reader::positive(&mut cx.report, node),
            "alerts" => channel.alerts = alerts(cx, node),
            "hear" => channel.hear = hear(cx, kind, entry),
            "qr" if kind.has_code() => {}
            "qr" => cx.error(
                codes::MISPLACED_KEY,
                entry.key.span,
                phrase!("a code of `{kind}` does not end", "`{kind}` 的群没有会失效的二维码"),
                pair(
                    "`qr` belongs to `type: manual` and `type: wecom`",
                    "`qr` 属于 `type: manual` 和 `type: wecom`",
                ),
            ),
            "to" if kind == ChannelKind::Manual => {
                let expected = pair("the name of a role, a person or a channel", "角色、人或频道的名字");
                if let Some(to) = reader::text(&mut cx.report, node, expected) {
                    cx.refer(NameSort::Hands, to, node.span);
                    channel.settings.insert("to".to_owned(), vec![Setting::Literal(to.to_string())]);
                }
            }
            "ca" => {
                if let Some(path) = reader::text(&mut cx.report, node, pair("a path", "路径")) {
                    channel.settings.insert("ca".to_owned(), vec![Setting::File(path.to_string())]);
                }
            }
            "headers" => headers(cx, node, &mut channel.settings),
            _ => {
                let secret = own.iter().any(|(k, _, secret)| *k == key && *secret);
                let values = settings(cx, entry, secret);
                channel.settings.insert(key.to_owned(), values);
            }
        }
    }
    required(cx, kind, span, &channel.settings);
    Some(channel)
}

/// A key that a channel of its type does not have: where it belongs, or what was meant.
fn foreign(cx: &mut Cx<'_>, kind: ChannelKind, entry: &KeyEntry, entries: &[KeyEntry], allowed: &[&str]) {
    let key = &*entry.key.value;
    let elsewhere = ChannelKind::ALL.iter().find(|kind| kind.settings().iter().any(|(k, ..)| *k == key));
    match elsewhere {
        Some(other) => cx.error(
            codes::MISPLACED_KEY,
            entry.key.span,
            phrase!("a channel of type `{kind}` has no `{key}`", "`{kind}` 类型的频道没有 `{key}` 这个键"),
            phrase!("`{key}` belongs to `type: {other}`", "`{key}` 属于 `type: {other}`"),
        ),
        None => reader::unknown_key(
            &mut cx.report,
            entry,
            entries,
            phrase!("a channel of type `{kind}`", "`{kind}` 类型的频道"),
            allowed,
        ),
    }
}

/// `alerts`: one channel, or several that are tried in order.
pub(super) fn alerts(cx: &mut Cx<'_>, node: &Node) -> Vec<ChannelName> {
    let mut found = Vec::new();
    for item in reader::one_or_many(&mut cx.report, node, pair("a channel's name", "频道名")) {
        let name = item.text().unwrap_or_default();
        cx.refer(NameSort::Channel, name, item.span);
        found.push(ChannelName::new(name));
    }
    found
}

/// How much is heard, on a platform that lets something be heard.
fn hear(cx: &mut Cx<'_>, kind: ChannelKind, entry: &KeyEntry) -> Option<Hear> {
    let hear = reader::choice(&mut cx.report, &entry.value, &Hear::WORDS)?;
    if kind.ear().or_else(|| kind.hook()).is_none() && hear > Hear::Nothing {
        cx.error(
            codes::MISPLACED_KEY,
            entry.key.span,
            phrase!("a channel of type `{kind}` hears nothing", "`{kind}` 类型的频道什么也听不到"),
            pair(
                "remove the line; what happens there is reported by `playbook signal` or a sender of `inbound`",
                "删掉这一行；那里发生的事用 `playbook signal` 或 `inbound` 的发送方报告",
            ),
        );
    }
    Some(hear)
}

fn kind(cx: &mut Cx<'_>, node: &Node) -> Option<ChannelKind> {
    let text = reader::text(&mut cx.report, node, pair("the name of a platform", "平台的名字"))?;
    if let Some(kind) = ChannelKind::parse(text) {
        return Some(kind);
    }
    let names: Vec<&str> = ChannelKind::ALL.iter().map(|kind| kind.as_str()).collect();
    let help = match text.to_lowercase().as_str() {
        "企业微信" | "wework" | "wechat_work" | "wxwork" => pair("write `wecom`", "写 `wecom`").into(),
        "飞书" | "lark" => pair("write `feishu`", "写 `feishu`").into(),
        "钉钉" | "ding" => pair("write `dingtalk`", "写 `dingtalk`").into(),
        "微信" | "wechat" | "weixin" => pair("personal WeChat has no robot: `type: manual` turns each post into a task with the text ready to copy", "个人微信没有机器人：用 `type: manual`，每条消息都会变成一个任务，附上可直接复制的文字").into(),
        "qq" => pair("write `onebot`", "写 `onebot`").into(),
        other => near::advice(other, &names, pair("type", "类型")),
    };
    let text = text.clone();
    cx.error(
        codes::BAD_VALUE,
        node.span,
        phrase!("there is no channel type `{text}`", "没有 `{text}` 这种频道类型"),
        help,
    );
    cx.mend_name(node.span, &text, &names);
    None
}

fn required(cx: &mut Cx<'_>, kind: ChannelKind, span: Span, settings: &BTreeMap<String, Vec<Setting>>) {
    for (key, secret) in kind.lacks(|key| settings.contains_key(key)) {
        let instead = kind.instead_of_url();
        let speaks = kind != ChannelKind::Wecom && !instead.is_empty();
        let help = if key == "url" && speaks {
            let names = instead.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            phrase!(
                "add `url: {{ env: NAME }}`, or what an app speaks with: {names}",
                "加上 `url: {{ env: NAME }}`，或应用发言所需的 {names}"
            )
        } else if secret {
            phrase!("add `{key}: {{ env: NAME }}`", "加上 `{key}: {{ env: NAME }}`")
        } else {
            phrase!("add `{key}: …`", "加上 `{key}: …`")
        };
        cx.error(
            codes::MISSING_KEY,
            span,
            phrase!("a channel of type `{kind}` needs `{key}`", "`{kind}` 类型的频道需要 `{key}`"),
            help,
        );
    }
}

fn headers(cx: &mut Cx<'_>, node: &Node, into: &mut BTreeMap<String, Vec<Setting>>) {
    for entry in Fields::open(&mut cx.report, node, pair("`headers`", "`headers`"))
        .map(|fields| fields.entries())
        .unwrap_or_default()
    {
        let name = entry.key.value.to_lowercase();
        let secret = ["authorization", "x-api-key", "cookie", "token"].iter().any(|word| name.contains(word));
        let values = settings(cx, entry, secret);
        into.insert(format!("headers.{}", entry.key.value), values);
    }
}

/// One setting, or a list of them: several robots of one group.
pub(super) fn settings(cx: &mut Cx<'_>, entry: &KeyEntry, secret: bool) -> Vec<Setting> {
    match &entry.value.kind {
        NodeKind::Sequence(items) => {
            items.iter().filter_map(|item| setting(cx, &entry.key.value, item, secret)).collect()
        }
        _ => setting(cx, &entry.key.value, &entry.value, secret).into_iter().collect(),
    }
}

pub(super) fn setting(cx: &mut Cx<'_>, key: &str, node: &Node, secret: bool) -> Option<Setting> {
    let expected =
        pair("text, `{ env: NAME }` or `{ file: path }`", "文字、`{ env: NAME }` 或 `{ file: path }`");
    match &node.kind {
        NodeKind::Scalar(scalar) => {
            if key == "url" {
                check_url(cx, node, &scalar.text);
            }
            if secret && !is_open(&scalar.text) {
                let name = key.to_uppercase();
                cx.warning(
                    codes::LITERAL_SECRET,
                    node.span,
                    phrase!("`{key}` is a secret and stands in the playbook itself", "`{key}` 是密钥，却直接写在剧本里"),
                    phrase!("keep it in the environment: `{key}: {{ env: {name} }}`, or in a file: `{key}: {{ file: {key}.txt }}`", "把它放进环境变量：`{key}: {{ env: {name} }}`，或放进文件：`{key}: {{ file: {key}.txt }}`"),
                );
            }
            Some(Setting::Literal(scalar.text.to_string()))
        }
        NodeKind::Mapping(_) => {
            if key == "body" && node.get("env").is_none() && node.get("file").is_none() {
                return Some(Setting::Literal(node.to_value().to_json().to_string()));
            }
            let fields =
                Fields::read(&mut cx.report, node, pair("a setting", "设置"), &keys::words(&keys::SECRET))?;
            let (env, file) = (fields.get("env"), fields.get("file"));
            match (env, file) {
                (Some(env), None) => {
                    let name = reader::text(
                        &mut cx.report,
                        env,
                        pair("the name of an environment variable", "环境变量的名字"),
                    )?;
                    Some(Setting::Env(name.to_string()))
                }
                (None, Some(file)) => {
                    let path = reader::text(&mut cx.report, file, pair("a path", "路径"))?;
                    cx.secrets.insert(normal_path(path).unwrap_or_else(|| path.to_string()));
                    Some(Setting::File(path.to_string()))
                }
                _ => {
                    reader::wrong_kind(&mut cx.report, node, expected);
                    None
                }
            }
        }
        NodeKind::Null | NodeKind::Sequence(_) => {
            reader::wrong_kind(&mut cx.report, node, expected);
            None
        }
    }
}

fn check_url(cx: &mut Cx<'_>, node: &Node, url: &str) {
    let host = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"))
        .or_else(|| url.strip_prefix("smtp://"))
        .or_else(|| url.strip_prefix("smtps://"))
        .or_else(|| url.strip_prefix("ws://"))
        .or_else(|| url.strip_prefix("wss://"));
    if !host.is_some_and(|host| !host.is_empty() && !host.starts_with('/')) {
        reader::bad_value(
            &mut cx.report,
            node,
            pair("an address such as https://example.org/hook", "网址，例如 https://example.org/hook"),
            None,
        );
    }
}

/// An address without a secret: this machine itself, or a mail server without a user.
fn is_open(url: &str) -> bool {
    let is_mail = url.starts_with("smtp://") || url.starts_with("smtps://");
    if is_mail {
        return !url.contains('@');
    }
    ["http://127.", "http://localhost", "http://[::1]", "https://127.", "https://localhost"]
        .iter()
        .any(|p| url.starts_with(p))
}

/// `20 per 1m`, `5 per second`.
pub(crate) fn rate(cx: &mut Cx<'_>, node: &Node) -> Option<Rate> {
    let expected = pair("a rate such as `20 per 1m`", "频率，例如 `20 per 1m`");
    let text = reader::text(&mut cx.report, node, expected)?;
    let parsed = text.split_once("per").and_then(|(count, per)| {
        let count: u32 = count.trim().parse().ok().filter(|n| *n > 0)?;
        let per = one_unit(per.trim()).or_else(|| per.trim().parse().ok()).filter(|d| d.as_millis() > 0)?;
        Some(Rate { count, per })
    });
    if parsed.is_none() {
        reader::bad_value(&mut cx.report, node, expected, None);
    }
    parsed
}

/// `minute` for `1 minute`.
pub(crate) fn one_unit(word: &str) -> Option<Duration> {
    if word.starts_with(|c: char| c.is_ascii_alphabetic()) { format!("1 {word}").parse().ok() } else { None }
}

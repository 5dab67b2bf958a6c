//! `channels`: names to destinations, with the settings of each type.
//!
//! Knows where a secret is kept; never reads it.

use super::{cx::Cx, names::Sort};
use crate::{
    base::{ids::ChannelName, source::Span, time::Duration},
    lang::{
        codes,
        document::{
            near,
            node::{Entry, Kind, Node},
            reader::{self, Fields},
        },
        keys,
    },
    model::channel::{Channel, ChannelKind, InDoubt, Need, Rate, Setting},
};
use std::{collections::BTreeMap, sync::Arc};

/// Keys that every channel takes.
const COMMON: &[&str] = keys::CHANNEL.names;

/// Lowers a mapping of channels. `origin` is the id of the mapping: `channels`.
pub(crate) fn lower(cx: &mut Cx<'_>, node: &Node, origin: &str) -> BTreeMap<ChannelName, Arc<Channel>> {
    let mut channels = BTreeMap::new();
    for entry in
        Fields::open(&mut cx.report, node, "`channels`").map(|fields| fields.entries()).unwrap_or_default()
    {
        super::words::check_name(cx, entry, "channel");
        cx.origin(format!("{origin}.{}", entry.key.value), entry.key.span);
        if let Some(channel) = lower_one(cx, &entry.key.value, entry.key.span, &entry.value) {
            channels.insert(channel.name.clone(), Arc::new(channel));
        }
    }
    channels
}

/// Lowers one channel.
fn lower_one(cx: &mut Cx<'_>, name: &str, span: Span, node: &Node) -> Option<Channel> {
    let empty = Channel {
        name: ChannelName::new(name),
        kind: ChannelKind::Console,
        settings: BTreeMap::new(),
        rate: None,
        in_doubt: InDoubt::default(),
        timeout: None,
        alerts: None,
    };
    // `group: console` is enough for a type without settings.
    if node.scalar().is_some() {
        let kind = kind(cx, node)?;
        required(cx, kind, span, &empty.settings);
        return Some(Channel { kind, ..empty });
    }
    let fields = Fields::open(&mut cx.report, node, "a channel")?;
    let help = "say which platform it is on: `type: console`, `type: wecom`, …";
    let kind = fields.need(&mut cx.report, "type", help).and_then(|node| kind(cx, node))?;
    let own = kind.settings();
    let allowed: Vec<&str> = COMMON.iter().copied().chain(own.iter().map(|(key, ..)| *key)).collect();
    let mut channel = Channel { kind, ..empty };
    for entry in fields.entries() {
        let key = &*entry.key.value;
        let node = &entry.value;
        match key {
            "type" => {}
            _ if !allowed.contains(&key) => {
                let elsewhere =
                    ChannelKind::ALL.iter().find(|kind| kind.settings().iter().any(|(k, ..)| *k == key));
                match elsewhere {
                    Some(other) => cx.error(
                        codes::MISPLACED_KEY,
                        entry.key.span,
                        format!("a channel of type `{kind}` has no `{key}`"),
                        format!("`{key}` belongs to `type: {other}`"),
                    ),
                    None => reader::unknown_key(
                        &mut cx.report,
                        entry,
                        &format!("a channel of type `{kind}`"),
                        &allowed,
                    ),
                }
            }
            _ if node.is_null() => cx.error(
                codes::MISSING_VALUE,
                entry.key.span,
                format!("`{key}` has no value"),
                "remove the line or fill it in",
            ),
            "rate" => channel.rate = rate(cx, node),
            "in_doubt" => {
                let words = [("resend", InDoubt::Resend), ("hold", InDoubt::Hold)];
                channel.in_doubt = reader::choice(&mut cx.report, node, &words).unwrap_or_default();
            }
            "timeout" => channel.timeout = reader::positive(&mut cx.report, node),
            "alerts" => {
                if let Some(to) = reader::text(&mut cx.report, node, "a channel's name") {
                    cx.refer(Sort::Channel, to, node.span);
                    channel.alerts = Some(ChannelName::new(to));
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

fn kind(cx: &mut Cx<'_>, node: &Node) -> Option<ChannelKind> {
    let text = reader::text(&mut cx.report, node, "the name of a platform")?;
    if let Some(kind) = ChannelKind::parse(text) {
        return Some(kind);
    }
    let names: Vec<&str> = ChannelKind::ALL.iter().map(|kind| kind.as_str()).collect();
    let help = match text.to_lowercase().as_str() {
        "企业微信" | "wework" | "wechat_work" | "wxwork" => "write `wecom`".into(),
        "飞书" | "lark" => "write `feishu`".into(),
        "钉钉" | "ding" => "write `dingtalk`".into(),
        "微信" | "wechat" | "weixin" => "personal WeChat has no robot: `type: manual` turns each post into a task with the text ready to copy".into(),
        "qq" => "write `onebot`".into(),
        other => near::advice(other, &names, "type"),
    };
    let text = text.clone();
    cx.error(codes::BAD_VALUE, node.span, format!("there is no channel type `{text}`"), help);
    None
}

fn required(cx: &mut Cx<'_>, kind: ChannelKind, span: Span, settings: &BTreeMap<String, Vec<Setting>>) {
    for (key, need, secret) in kind.settings() {
        if *need == Need::Required && !settings.contains_key(*key) {
            let help =
                if *secret { format!("add `{key}: {{ env: NAME }}`") } else { format!("add `{key}: …`") };
            cx.error(codes::MISSING_KEY, span, format!("a channel of type `{kind}` needs `{key}`"), help);
        }
    }
}

fn headers(cx: &mut Cx<'_>, node: &Node, into: &mut BTreeMap<String, Vec<Setting>>) {
    for entry in
        Fields::open(&mut cx.report, node, "`headers`").map(|fields| fields.entries()).unwrap_or_default()
    {
        let name = entry.key.value.to_lowercase();
        let secret = ["authorization", "x-api-key", "cookie", "token"].iter().any(|word| name.contains(word));
        let values = settings(cx, entry, secret);
        into.insert(format!("headers.{}", entry.key.value), values);
    }
}

/// One setting, or a list of them: several robots of one group.
fn settings(cx: &mut Cx<'_>, entry: &Entry, secret: bool) -> Vec<Setting> {
    match &entry.value.kind {
        Kind::Sequence(items) => {
            items.iter().filter_map(|item| setting(cx, &entry.key.value, item, secret)).collect()
        }
        _ => setting(cx, &entry.key.value, &entry.value, secret).into_iter().collect(),
    }
}

fn setting(cx: &mut Cx<'_>, key: &str, node: &Node, secret: bool) -> Option<Setting> {
    let expected = "text, `{ env: NAME }` or `{ file: path }`";
    match &node.kind {
        Kind::Scalar(scalar) => {
            if key == "url" {
                check_url(cx, node, &scalar.text);
            }
            if secret && !is_loopback(&scalar.text) {
                let name = key.to_uppercase();
                cx.warning(
                    codes::LITERAL_SECRET,
                    node.span,
                    format!("`{key}` is a secret and stands in the playbook itself"),
                    format!("keep it in the environment: `{key}: {{ env: {name} }}`, or in a file: `{key}: {{ file: {key}.txt }}`"),
                );
            }
            Some(Setting::Literal(scalar.text.to_string()))
        }
        Kind::Mapping(_) => {
            if key == "body" && node.get("env").is_none() && node.get("file").is_none() {
                return Some(Setting::Literal(node.to_value().to_json().to_string()));
            }
            let fields = Fields::read(&mut cx.report, node, "a setting", &keys::words(&keys::SECRET))?;
            let (env, file) = (fields.get("env"), fields.get("file"));
            match (env, file) {
                (Some(env), None) => {
                    let name = reader::text(&mut cx.report, env, "the name of an environment variable")?;
                    Some(Setting::Env(name.to_string()))
                }
                (None, Some(file)) => {
                    let path = reader::text(&mut cx.report, file, "a path")?;
                    Some(Setting::File(path.to_string()))
                }
                _ => {
                    reader::wrong_kind(&mut cx.report, node, expected);
                    None
                }
            }
        }
        Kind::Null | Kind::Sequence(_) => {
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
        .or_else(|| url.strip_prefix("smtps://"));
    if !host.is_some_and(|host| !host.is_empty() && !host.starts_with('/')) {
        reader::bad_value(&mut cx.report, node, "an address such as https://example.org/hook", None);
    }
}

fn is_loopback(url: &str) -> bool {
    ["http://127.", "http://localhost", "http://[::1]", "https://127.", "https://localhost"]
        .iter()
        .any(|p| url.starts_with(p))
}

/// `20 per 1m`, `5 per second`.
pub(crate) fn rate(cx: &mut Cx<'_>, node: &Node) -> Option<Rate> {
    let expected = "a rate such as `20 per 1m`";
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

//! `budgets`: how much a group may be talked to.

use super::{
    channels::one_unit,
    cx::Cx,
    names::NameSort,
    text::{self, Scope},
};
use crate::base::phrase::{Words, pair, phrase};
use crate::{
    base::{
        diagnostic::Diagnostic,
        ids::{CalendarName, ChannelName},
        time::{ClockTime, Duration},
    },
    lang::{
        codes,
        document::{
            meant::meant,
            node::Node,
            reader::{self, Fields},
        },
        keys::{self, closed::LABELS},
    },
    model::{
        budget::{Budgets, Holding, Promo, Quiet, Quota, QuotaWindow},
        channel::GROUP,
        message::Label,
    },
};
use std::{collections::BTreeMap, sync::Arc};

/// Lowers `budgets`.
pub(crate) fn lower(cx: &mut Cx<'_>, node: &Node, scope: &Scope) -> Budgets {
    let mut budgets = Budgets::default();
    let allowed = [keys::AMOUNTS.names, keys::BUDGETS.names].concat();
    let Some(fields) = Fields::read(&mut cx.report, node, pair("`budgets`", "`budgets`"), &allowed) else {
        return budgets;
    };
    amounts(cx, &fields, scope, &mut budgets);
    if let Some(node) = fields.get("hush")
        && let Some(name) = reader::text(&mut cx.report, node, pair("a calendar's name", "日历的名字"))
    {
        cx.refer(NameSort::Calendar, name, node.span);
        cx.uses_clock(node.span, pair("a calendar's day", "日历上的一天"));
        budgets.hush = Some(CalendarName::new(name));
    }
    if let Some(node) = fields.get("channels") {
        budgets.channels = channels(cx, node, scope);
    }
    budgets
}

/// `channels: { news: { posts: 2 per day } }`
fn channels(cx: &mut Cx<'_>, node: &Node, scope: &Scope) -> BTreeMap<ChannelName, Budgets> {
    let mut channels = BTreeMap::new();
    let fields = Fields::open(&mut cx.report, node, pair("`channels`", "`channels`"));
    for entry in fields.map(|fields| fields.entries()).unwrap_or_default() {
        let name = ChannelName::new(&*entry.key.value);
        if name.as_str() == GROUP {
            let message = pair(
                "expected another channel than `group`, whose budgets stand directly under `budgets`",
                "这里要写 `group` 以外的频道，`group` 的预算直接写在 `budgets` 下",
            );
            let help = pair("move these lines up, beside `channels`", "把这几行上移，和 `channels` 并列");
            cx.report.push(Diagnostic::error(codes::BAD_VALUE, entry.key.span, message).help(help));
            continue;
        }
        cx.refer(NameSort::Channel, name.as_str(), entry.key.span);
        let mut budgets = Budgets::default();
        if let Some(fields) = Fields::read(
            &mut cx.report,
            &entry.value,
            pair("a channel under `budgets`", "`budgets` 里的频道"),
            keys::AMOUNTS.names,
        ) {
            amounts(cx, &fields, scope, &mut budgets);
        }
        channels.insert(name, budgets);
    }
    channels
}

fn amounts(cx: &mut Cx<'_>, fields: &Fields<'_>, scope: &Scope, budgets: &mut Budgets) {
    if let Some(node) = fields.get("quiet") {
        budgets.quiet = match node.items() {
            Some(items) => items.iter().filter_map(|item| quiet(cx, item)).collect(),
            None => quiet(cx, node).into_iter().collect(),
        };
    }
    if let Some(node) = fields.get("posts") {
        if node.scalar().is_some() {
            budgets.posts = quota(cx, node);
        } else if let Some(fields) =
            Fields::read(&mut cx.report, node, pair("`posts`", "`posts`"), keys::POSTS.names)
        {
            budgets.posts = fields.get("max").and_then(|node| quota(cx, node));
            budgets.gap = fields.get("gap").and_then(|node| reader::duration(&mut cx.report, node));
        }
    }
    if let Some(node) = fields.get("mentions") {
        if node.scalar().is_some() {
            budgets.mentions = quota(cx, node);
        } else if let Some(fields) =
            Fields::read(&mut cx.report, node, pair("`mentions`", "`mentions`"), keys::MENTIONS.names)
        {
            budgets.mentions = fields.get("max").and_then(|node| quota(cx, node));
        }
    }
    if let Some(node) = fields.get("promo") {
        budgets.promo = promo(cx, node, scope);
    }
    if let Some(node) = fields.get("labels") {
        budgets.labels = by_label(cx, node);
    }
    if let Some(node) = fields.get("hold") {
        budgets.hold = hold(cx, node);
    }
}

/// Takes in the labels of a file. What the playbook itself declares counts, whatever a file that it uses says of the
/// same name.
pub(crate) fn declare(cx: &mut Cx<'_>, root: &Node) {
    let own = root.get("labels").filter(|node| !node.is_null()).map(|node| labels(cx, node));
    own.into_iter().flatten().for_each(|(name, label)| {
        cx.labels.entry(name).or_insert(label);
    });
}

/// `{ know-how: content, fun: social }`
fn labels(cx: &mut Cx<'_>, node: &Node) -> BTreeMap<String, Label> {
    let mut labels = BTreeMap::new();
    let fields = Fields::open(&mut cx.report, node, pair("`labels`", "`labels`"));
    for entry in fields.map(|fields| fields.entries()).unwrap_or_default() {
        let name = entry.key.value.to_string();
        if Label::parse(&name).is_some() {
            let message = phrase!("`{name}` is a label already", "`{name}` 本来就是一个标签");
            let help = pair("give your own another name", "给自己的标签换个名字");
            cx.report.push(Diagnostic::error(codes::DUPLICATE_NAME, entry.key.span, message).help(help));
            continue;
        }
        if let Some(label) = reader::choice(&mut cx.report, &entry.value, &LABELS) {
            labels.insert(name, label);
        }
    }
    labels
}

impl Cx<'_> {
    /// A label: one of the closed list, or one of the playbook's own.
    pub(crate) fn label(&mut self, node: &Node) -> Option<Label> {
        let own = self.labels.iter().map(|(name, label)| (name.as_str(), *label));
        let words: Vec<(&str, Label)> = LABELS.into_iter().chain(own).collect();
        reader::choice(&mut self.report, node, &words)
    }

    /// The same where it is one of the playbook's own: its name.
    pub(crate) fn own_label(&self, node: &Node) -> Option<Arc<str>> {
        let name = node.text()?;
        self.labels.contains_key(name).then(|| Arc::from(name))
    }
}

/// `{ know-how: 3 per 7d }`: how many of each label.
fn by_label(cx: &mut Cx<'_>, node: &Node) -> BTreeMap<Arc<str>, Quota> {
    let mut quotas = BTreeMap::new();
    let fields = Fields::open(&mut cx.report, node, pair("`labels`", "`labels`"));
    for entry in fields.map(|fields| fields.entries()).unwrap_or_default() {
        let name = &entry.key.value;
        if Label::parse(name).is_none() && !cx.labels.contains_key(&**name) {
            let known: Vec<&str> =
                LABELS.iter().map(|(word, _)| *word).chain(cx.labels.keys().map(String::as_str)).collect();
            let message = phrase!("there is no label `{name}`", "没有 `{name}` 这个标签");
            let known = known.join(", ");
            let help = phrase!(
                "the labels are {known}; your own stand under `labels`",
                "标签有 {known}；自己的写在 `labels` 下"
            );
            cx.report.push(Diagnostic::error(codes::UNKNOWN_NAME, entry.key.span, message).help(help));
            let names: Vec<String> = known.split(", ").map(str::to_owned).collect();
            cx.mend_name(entry.key.span, name, &names);
            continue;
        }
        if let Some(quota) = quota(cx, &entry.value) {
            quotas.insert(name.clone(), quota);
        }
    }
    quotas
}

/// `{ social: 2h, content: day }`
fn hold(cx: &mut Cx<'_>, node: &Node) -> BTreeMap<Label, Holding> {
    let mut hold = BTreeMap::new();
    let Some(fields) = Fields::read(&mut cx.report, node, pair("`hold`", "`hold`"), keys::HOLD.names) else {
        return hold;
    };
    let expected = pair("a length of time such as `2h`, or `day`", "一段时间，例如 `2h`，或 `day`");
    for (word, label) in LABELS {
        let Some(node) = fields.get(word) else { continue };
        let text = reader::text(&mut cx.report, node, expected).cloned().unwrap_or_default();
        let holding = match &*text {
            "day" => Some(Holding::Day),
            length => length.parse().ok().map(Holding::For),
        };
        match holding {
            Some(holding) => drop(hold.insert(label, holding)),
            None => reader::bad_value(&mut cx.report, node, expected, None),
        }
    }
    hold
}

/// `22:30-08:00`
fn quiet(cx: &mut Cx<'_>, node: &Node) -> Option<Quiet> {
    let expected = pair("quiet hours such as 22:30-08:00", "静默时段，例如 22:30-08:00");
    clock_range(cx, node, "`quiet`", expected)
}

/// Two clock times with a dash between them.
pub(crate) fn clock_range(
    cx: &mut Cx<'_>,
    node: &Node,
    what: &'static str,
    expected: Words,
) -> Option<Quiet> {
    let text = reader::text(&mut cx.report, node, expected)?;
    let plain = crate::lang::document::quoting::half_width(text).unwrap_or_else(|| text.to_string());
    let read = |text: &str| {
        let (from, to) = text.split_once(['-', '–', '—', '~'])?;
        let from: ClockTime = from.trim().parse().ok()?;
        let to: ClockTime = to.trim().parse().ok()?;
        (from != to).then_some(Quiet { from, to })
    };
    let parsed = read(&plain);
    if parsed.is_some() {
        cx.uses_clock(node.span, pair(what, what));
    } else {
        let meant = meant(&plain).into_iter().find_map(|one| read(&one));
        let help = meant.map(|Quiet { from, to }| phrase!("write `{from}-{to}`", "写成 `{from}-{to}`"));
        reader::bad_value(&mut cx.report, node, expected, help);
    }
    parsed
}

/// `6 per day`, `6 per 12h`
pub(crate) fn quota(cx: &mut Cx<'_>, node: &Node) -> Option<Quota> {
    let expected =
        pair("an amount such as `6 per day` or `2 per 12h`", "数量，例如 `6 per day` 或 `2 per 12h`");
    let text = reader::text(&mut cx.report, node, expected)?;
    let parsed = text.split_once("per").and_then(|(max, per)| {
        let max: u32 = max.trim().parse().ok()?;
        let per = match per.trim() {
            "day" => QuotaWindow::Day,
            other => QuotaWindow::Sliding(window(other)?),
        };
        Some(Quota { max, per })
    });
    match parsed {
        Some(Quota { per: QuotaWindow::Day, .. }) => {
            cx.uses_clock(node.span, pair("a calendar day", "日历上的一天"));
        }
        Some(_) => {}
        None => reader::bad_value(&mut cx.report, node, expected, None),
    }
    parsed
}

/// A length of time that is not zero, or one unit by name.
fn window(text: &str) -> Option<Duration> {
    one_unit(text).or_else(|| text.parse().ok()).filter(|length: &Duration| length.as_millis() > 0)
}

fn promo(cx: &mut Cx<'_>, node: &Node, scope: &Scope) -> Option<Promo> {
    let fields = Fields::read(&mut cx.report, node, pair("`promo`", "`promo`"), keys::PROMO.names)?;
    let mut promo = Promo::default();
    if let Some(node) = fields.get("max") {
        promo.share = share(cx, node);
    }
    promo.not_before = fields.get("not_before").and_then(|node| reader::duration(&mut cx.report, node));
    if let Some(node) = fields.get("around")
        && let Some(name) = reader::text(&mut cx.report, node, pair("a calendar's name", "日历的名字"))
    {
        cx.refer(NameSort::Calendar, name, node.span);
        promo.around = Some(CalendarName::new(name));
        cx.uses_clock(node.span, pair("a calendar's day", "日历上的一天"));
    }
    promo.before =
        fields.get("before").and_then(|node| reader::duration(&mut cx.report, node)).unwrap_or_default();
    promo.after =
        fields.get("after").and_then(|node| reader::duration(&mut cx.report, node)).unwrap_or_default();
    promo.when = fields.get("when").and_then(|node| text::condition(cx, node, scope));
    Some(promo)
}

/// `20% per 30d`
fn share(cx: &mut Cx<'_>, node: &Node) -> Option<(u32, Duration)> {
    let expected = pair("a share such as `20% per 30d`", "比例，例如 `20% per 30d`");
    let text = reader::text(&mut cx.report, node, expected)?;
    let parsed = text.split_once("per").and_then(|(share, per)| {
        let share: u32 =
            share.trim().trim_end_matches(['%', '\u{ff05}']).trim().parse().ok().filter(|n| *n <= 100)?;
        Some((share, window(per.trim())?))
    });
    if parsed.is_none() || !text.contains(['%', '\u{ff05}']) {
        reader::bad_value(&mut cx.report, node, expected, None);
        return None;
    }
    parsed
}

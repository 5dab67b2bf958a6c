//! `metrics`: the playbook's own numbers.

use super::{
    cx::Cx,
    moments,
    text::{self, Scope},
    triggers,
};
use crate::{
    base::{
        limits, metric,
        phrase::{pair, phrase},
        time::Duration,
        words::ticks,
    },
    lang::{
        codes,
        document::{
            node::{KeyEntry, Node},
            reader::{self, Fields},
        },
        keys,
    },
    model::number::{ATTENDANCE, ComparedWith, Filled, NumberTarget, OwnNumber, Reckoned, TargetDate},
    script::names::{Name, Names},
};
use std::{collections::BTreeSet, sync::Arc};

/// The days that signals are counted over where nothing is said.
const OVER_USUAL: u32 = 30;

/// The numbers of a file that are not taken by another one.
pub(crate) fn lower(cx: &mut Cx<'_>, node: &Node, scope: &Scope, taken: &BTreeSet<String>) -> Vec<OwnNumber> {
    let Some(fields) = Fields::open(&mut cx.report, node, pair("`metrics`", "`metrics`")) else {
        return Vec::new();
    };
    let mut scope = scope.clone();
    let seen = [Name::Group, Name::Members, Name::Vars, Name::Metrics];
    scope.known.globals = seen.into_iter().collect::<Names>();
    let mut numbers: Vec<OwnNumber> = Vec::new();
    for entry in fields.entries().iter().filter(|entry| !taken.contains(&*entry.key.value)) {
        if numbers.len() >= limits::OWN_NUMBERS_MAX {
            let most = limits::OWN_NUMBERS_MAX;
            cx.error(
                codes::TOO_MANY,
                entry.key.span,
                phrase!("there are more than {most} numbers", "数字超过 {most} 个"),
                pair("keep those that somebody looks at", "只留有人看的"),
            );
            break;
        }
        cx.origin(format!("metrics.{}", entry.key.value), entry.key.span);
        numbers.extend(number(cx, entry, &scope));
    }
    numbers
}

fn number(cx: &mut Cx<'_>, entry: &KeyEntry, scope: &Scope) -> Option<OwnNumber> {
    let name = entry.key.value.clone();
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
    if !begins || !name.chars().all(plain) || crate::script::reserved::reserved(&name) {
        cx.error(
            codes::BAD_NAME,
            entry.key.span,
            phrase!("`metrics.{name}` cannot be written in an expression", "表达式里写不了 `metrics.{name}`"),
            pair("use letters, digits and `_`", "只用字母、数字和 `_`"),
        );
        return None;
    }
    if metric::find(&name).is_some() {
        cx.error(
            codes::DUPLICATE_NAME,
            entry.key.span,
            phrase!("`metrics.{name}` is there already", "`metrics.{name}` 已经有了"),
            phrase!(
                "give yours another name; it may read that one: `value: metrics.{name}`",
                "换个名字；可以引用它：`value: metrics.{name}`"
            ),
        );
        return None;
    }
    let fields = Fields::read(&mut cx.report, &entry.value, pair("a number", "数字"), keys::METRIC.names)?;
    let reckoned = reckoned(cx, &fields, entry, scope)?;
    let title =
        fields.get("title").and_then(|node| reader::text(&mut cx.report, node, pair("a title", "标题")));
    let title = title.cloned();
    let target = fields.get("target").and_then(|node| target(cx, node));
    let by = fields.get("by").and_then(|node| date(cx, node));
    if let Some(by) = fields.entry("by").filter(|_| fields.get("target").is_none()) {
        cx.error(
            codes::MISPLACED_KEY,
            by.key.span,
            pair("`by` belongs to a `target`", "`by` 要和 `target` 一起写"),
            pair("say what should be reached: `target: \">= 12\"`", "写明要达到什么：`target: \">= 12\"`"),
        );
    }
    let parts = fields.get("parts").map(|node| parts(cx, node)).unwrap_or_default();
    Some(OwnNumber { name, title, reckoned, target, by, parts })
}

/// `value`, `count` or `sum`: exactly one.
fn reckoned(cx: &mut Cx<'_>, fields: &Fields<'_>, entry: &KeyEntry, scope: &Scope) -> Option<Reckoned> {
    let written: Vec<&str> =
        ["value", "count", "sum"].into_iter().filter(|key| fields.entry(key).is_some()).collect();
    let help = pair(
        "write one of `value: metrics.joins(30) / members.count`, `count: course.renewed`, `sum: signal.data.amount` with `on: order.paid`",
        "写其中一个：`value: metrics.joins(30) / members.count`、`count: course.renewed`，或 `sum: signal.data.amount` 加 `on: order.paid`",
    );
    let [one] = written[..] else {
        let message = if written.is_empty() {
            phrase!("nothing says how `{}` is computed", "没有写明 `{}` 怎么算", entry.key.value)
        } else {
            let keys = ticks(&written, "and");
            phrase!("a number is computed in one way; found {keys}", "一个数字只有一种算法，这里有 {keys}")
        };
        cx.error(codes::MISSING_KEY, entry.key.span, message, help);
        return None;
    };
    if one == "value" {
        for key in ["on", "over"] {
            if let Some(entry) = fields.entry(key) {
                cx.error(
                    codes::MISPLACED_KEY,
                    entry.key.span,
                    phrase!("`{key}` belongs to `count` or `sum`", "`{key}` 属于 `count` 或 `sum`"),
                    pair("take it away", "删去"),
                );
            }
        }
        return Some(Reckoned::Value(text::bare(cx, fields.get("value")?, scope)?));
    }
    if let Some(entry) = fields.entry("on").filter(|_| one == "count") {
        cx.error(
            codes::MISPLACED_KEY,
            entry.key.span,
            pair("`count` names the signal itself", "`count` 直接写信号名"),
            pair("write `count: course.renewed`", "写成 `count: course.renewed`"),
        );
    }
    let signal = if one == "count" {
        fields.get("count")?
    } else {
        let help = pair("write the signal: `on: order.paid`", "写上信号：`on: order.paid`");
        fields.need(&mut cx.report, "on", help)?
    };
    let on = reader::text(&mut cx.report, signal, pair("a signal's name", "信号名"))?.clone();
    triggers::signal_name(cx, &on, signal.span);
    let sum = match one {
        "sum" => {
            let scope = scope.with(Name::Signal);
            Some(text::bare(cx, fields.get("sum")?, &scope)?)
        }
        _ => None,
    };
    let over = fields.get("over").map_or(Some(OVER_USUAL), |node| over(cx, node))?;
    Some(Reckoned::Signals { on, sum, over })
}

/// `over`: whole days.
fn over(cx: &mut Cx<'_>, node: &Node) -> Option<u32> {
    let length = reader::positive(&mut cx.report, node)?;
    let days = length.as_millis() / Duration::DAY.as_millis();
    let most = limits::TALLY_DAYS_MAX;
    let whole = length.as_millis() % Duration::DAY.as_millis() == 0;
    let days = u32::try_from(days).ok().filter(|days| whole && (1..=most).contains(days));
    if days.is_none() {
        let expected = phrase!("whole days, at most {most}d", "整天，最多 {most}d");
        reader::bad_value(&mut cx.report, node, expected, None);
    }
    days
}

/// `target`: a sign and a number.
fn target(cx: &mut Cx<'_>, node: &Node) -> Option<NumberTarget> {
    let text = node.text().unwrap_or_default().trim();
    let found = ComparedWith::ALL.iter().find_map(|(sign, than)| {
        let rest = text.strip_prefix(sign)?.trim();
        let (digits, percent) = rest.strip_suffix('%').map_or((rest, false), |digits| (digits, true));
        let limit: f64 = digits.trim().parse().ok().filter(|limit: &f64| limit.is_finite())?;
        Some(NumberTarget { than: *than, limit: if percent { limit / 100.0 } else { limit } })
    });
    if found.is_none() {
        let expected = pair(
            "a sign and a number, such as \">= 12\" or \"< 5%\"",
            "符号和数，例如 \">= 12\" 或 \"< 5%\"",
        );
        let bare = text.parse::<f64>().is_ok();
        let help = bare.then(|| phrase!("write `\">= {text}\"`", "写成 `\">= {text}\"`"));
        reader::bad_value(&mut cx.report, node, expected, help);
    }
    found
}

/// `by`: a date, or so long after the group began.
fn date(cx: &mut Cx<'_>, node: &Node) -> Option<TargetDate> {
    let text = node.text().unwrap_or_default();
    if text.contains('-') {
        return moments::end(cx, node).map(TargetDate::At);
    }
    reader::positive(&mut cx.report, node).map(TargetDate::After)
}

fn parts(cx: &mut Cx<'_>, node: &Node) -> Vec<Arc<str>> {
    let expected = pair("the names of numbers", "数字的名字");
    let items = reader::one_or_many(&mut cx.report, node, expected);
    items.into_iter().filter_map(|item| named(cx, item, None)).map(|number| number.name).collect()
}

/// `numbers` of a task: names of numbers, some with what they take.
pub(crate) fn filled(cx: &mut Cx<'_>, node: &Node) -> Vec<Filled> {
    let items = reader::one_or_many(&mut cx.report, node, pair("the names of numbers", "数字的名字"));
    items.into_iter().filter_map(|item| named(cx, item, Some(ATTENDANCE))).collect()
}

/// Several numbers in one text, as a list of them is written.
fn separated(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split(['、', '，', '；', ';']).map(str::trim).collect();
    (parts.len() > 1 && parts.iter().all(|part| !part.is_empty())).then(|| parts.join(", "))
}

/// The name of a number, with what it takes in brackets.
fn named(cx: &mut Cx<'_>, item: &Node, also: Option<&str>) -> Option<Filled> {
    let text =
        reader::text(&mut cx.report, item, pair("the name of a number", "数字的名字"))?.trim().to_owned();
    let text = text.strip_prefix("metrics.").unwrap_or(&text);
    let (name, taken) = match text.split_once('(') {
        Some((name, rest)) => (name, rest.strip_suffix(')').and_then(|n| n.trim().parse::<u32>().ok())),
        None => (text, None),
    };
    let metric = metric::find(name);
    let takes = metric.is_some_and(|metric| metric.takes != metric::Takes::Nothing);
    if let Some(several) = separated(text) {
        let help = phrase!(
            "write `{several}`: a half-width `,` stands between two numbers",
            "写成 `{several}`：两个数字之间用半角的 `,`"
        );
        reader::bad_value(&mut cx.report, item, pair("the name of one number", "一个数字的名字"), Some(help));
        return None;
    }
    let known = cx.names.metrics.contains(name) || metric.is_some();
    if text.contains('(') && (taken.is_none() || known && !takes) {
        let help = phrase!("write `{name}`", "写成 `{name}`");
        reader::bad_value(
            &mut cx.report,
            item,
            pair("a number, such as speakers(7)", "数字，例如 speakers(7)"),
            Some(help),
        );
        return None;
    }
    if cx.names.metrics.contains(name) || metric.is_some() || also == Some(name) {
        return Some(Filled { name: Arc::from(name), taken });
    }
    let known = cx.names.metrics.iter().map(String::as_str).chain(also);
    let near = crate::base::diagnostic::suggest::nearest(
        name,
        known.chain(metric::METRICS.iter().map(|metric| metric.name)),
    );
    let help = match near {
        Some(near) => {
            let takes = metric::find(near).is_some_and(|metric| metric.takes != metric::Takes::Nothing);
            let taken = taken.filter(|_| takes).map(|n| format!("({n})")).unwrap_or_default();
            phrase!("did you mean `{near}{taken}`?", "是不是想写 `{near}{taken}`？")
        }
        None => pair("`playbook metrics` lists every number", "`playbook metrics` 列出所有数字").into(),
    };
    let message = phrase!("there is no number `{name}`", "没有数字 `{name}`");
    cx.error(codes::UNKNOWN_NAME, item.span, message, help);
    None
}

/// Reports a number that needs itself, as a value or as a part.
pub(crate) fn check_cycles(cx: &mut Cx<'_>, numbers: &[OwnNumber]) {
    for number in numbers {
        let mut seen = BTreeSet::new();
        let mut ahead = needs(number);
        while let Some(name) = ahead.pop() {
            if name == *number.name {
                let name = &number.name;
                let Some(span) = cx.origins.get(&format!("metrics.{name}")).copied() else { break };
                cx.error(
                    codes::METRIC_CYCLE,
                    span,
                    phrase!("`metrics.{name}` needs itself", "`metrics.{name}` 要用到它自己"),
                    pair(
                        "a number is made of others, down to signals and the numbers of the table",
                        "数字由别的数字组成，最底下是信号和现成的数字",
                    ),
                );
                break;
            }
            if let Some(next) = numbers.iter().find(|next| *next.name == name).filter(|_| seen.insert(name)) {
                ahead.extend(needs(next));
            }
        }
    }
}

/// The numbers that one names in its value and its parts.
fn needs(number: &OwnNumber) -> Vec<String> {
    let mut names: Vec<String> = number.parts.iter().map(ToString::to_string).collect();
    if let Reckoned::Value(value) = &number.reckoned {
        names.extend(crate::model::number::named(value.source()).map(str::to_owned));
    }
    names
}

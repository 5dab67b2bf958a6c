//! What starts a play: `every`, `cron`, `dates`, `on`, or nothing but a command.

use super::{
    cx::Cx,
    dates, member_dates,
    names::NameSort,
    text::{self, Scope},
};
use crate::base::phrase::{Phrase, pair, phrase};
use crate::{
    base::{diagnostic::Diagnostic, source::Span, time::Duration},
    lang::{
        codes,
        document::{
            node::Node,
            quoting::half_width,
            reader::{self, Fields},
        },
        keys,
    },
    model::{
        play::Play,
        schedule::{Frame, Schedule, ScheduleError},
        trigger::{Batch, OnSignal, Trigger},
        whenever::Whenever,
    },
};
use std::{collections::BTreeSet, sync::Arc};

/// The keys that say what starts a play.
const TRIGGERS: [&str; 5] = ["every", "cron", "dates", "on", "whenever"];

/// The signals that the engine sends itself.
pub(crate) const SIGNALS: [&str; 12] = keys::words(&keys::closed::SIGNALS);

/// The trigger key of a play; a second one is reported.
pub(crate) fn find(cx: &mut Cx<'_>, fields: &Fields<'_>) -> Option<&'static str> {
    let mut found = TRIGGERS.into_iter().filter_map(|key| fields.entry(key).map(|entry| (key, entry)));
    let (first, place) = found.next()?;
    for (second, entry) in found {
        let (early, late) = if place.key.span < entry.key.span { (place, entry) } else { (entry, place) };
        cx.report.push(
            Diagnostic::error(
                codes::TWO_TRIGGERS,
                late.key.span,
                phrase!(
                    "a play has one trigger; found `{first}` and `{second}`",
                    "一个玩法只有一种触发方式，这里有 `{first}` 和 `{second}`"
                ),
            )
            .also(early.key.span, pair("the first one", "第一个在这里"))
            .help(pair(
                "make two plays; one can start the other with `start:`",
                "拆成两个玩法；其中一个可以用 `start:` 启动另一个",
            )),
        );
    }
    Some(first)
}

/// Lowers the trigger, and gives the keys that `date` has.
pub(crate) fn lower(
    cx: &mut Cx<'_>,
    fields: &Fields<'_>,
    found: Option<&str>,
    scope: &Scope,
) -> (Trigger, Option<BTreeSet<String>>) {
    misplaced(cx, fields, found);
    let Some(key) = found else { return (Trigger::Command, None) };
    let help = match key {
        "every" => pair("write when: `every: friday at 20:00`", "写明时间：`every: friday at 20:00`"),
        "cron" => pair("write five fields: `cron: 30 20 * * 3`", "写五个字段：`cron: 30 20 * * 3`"),
        "dates" => pair(
            "write a list: `dates: [{ id: a, at: 2026-12-11 20:00 }]`",
            "写一个列表：`dates: [{ id: a, at: 2026-12-11 20:00 }]`",
        ),
        "whenever" => pair(
            "write a condition: `whenever: metrics.speakers(7) < 5`",
            "写一个条件：`whenever: metrics.speakers(7) < 5`",
        ),
        _ => pair("write a signal: `on: member.joined`", "写一个信号：`on: member.joined`"),
    };
    let Some(node) = fields.need(&mut cx.report, key, help) else { return (Trigger::Command, None) };
    match key {
        "every" | "cron" => (schedule(cx, node, key).map_or(Trigger::Command, Trigger::Schedule), None),
        "dates" if node.get("members").is_some() => {
            let keys = ["id", "at", "years"].map(str::to_owned).into();
            (member_dates::lower(cx, node).map_or(Trigger::Command, Trigger::Members), Some(keys))
        }
        "dates" => {
            let (entries, keys) = dates::lower(cx, node);
            // A file without a row that could be read says nothing about its columns.
            let known = !(entries.is_empty() && node.entries().is_some());
            (Trigger::Dates(entries), known.then_some(keys))
        }
        "whenever" => {
            let whenever = super::text::condition(cx, node, scope).map(|condition| {
                let lasts = fields.get("lasts").and_then(|node| reader::positive(&mut cx.report, node));
                let max = fields.get("max").and_then(|node| super::budgets::quota(cx, node));
                Whenever { condition, lasts: lasts.unwrap_or(Duration::ZERO), max }
            });
            (whenever.map_or(Trigger::Command, Trigger::Whenever), None)
        }
        _ => (signal(cx, fields, node, scope).map_or(Trigger::Command, Trigger::Signal), None),
    }
}

/// Keys that only some triggers have.
fn misplaced(cx: &mut Cx<'_>, fields: &Fields<'_>, found: Option<&str>) {
    for key in ["lasts", "max"] {
        if let Some(entry) = fields.entry(key).filter(|_| found != Some("whenever")) {
            cx.error(
                codes::MISPLACED_KEY,
                entry.key.span,
                phrase!("`{key}` belongs to a play with `whenever`", "`{key}` 只用于有 `whenever` 的玩法"),
                pair(
                    "how often members hear from the group is said in `budgets`",
                    "一个群发多少消息写在 `budgets` 里",
                ),
            );
        }
    }
    if found != Some("on") {
        for key in ["where", "batch", "per"] {
            if let Some(entry) = fields.entry(key) {
                let help = if key == "where" {
                    pair("for a condition on the play write `when`", "给玩法加条件请写 `when`")
                } else {
                    pair(
                        "such a play begins with `on: member.joined` or another signal",
                        "这样的玩法以 `on: member.joined` 或别的信号开头",
                    )
                };
                cx.error(
                    codes::MISPLACED_KEY,
                    entry.key.span,
                    phrase!("`{key}` belongs to a play with `on`", "`{key}` 只用于有 `on` 的玩法"),
                    help,
                );
            }
        }
    }
}

fn schedule(cx: &mut Cx<'_>, node: &Node, key: &str) -> Option<Schedule> {
    let text = reader::text(
        &mut cx.report,
        node,
        pair("a schedule such as `friday at 20:00`", "日程，例如 `friday at 20:00`"),
    )?
    .clone();
    let parse =
        |text: &str| if key == "every" { Schedule::parse_every(text) } else { Schedule::parse_cron(text) };
    match parse(&text) {
        Ok(schedule) => {
            if schedule.needs_zone() {
                cx.uses_clock(node.span, Phrase::same(format!("`{text}`")));
            }
            if let Schedule::Term(role) = &schedule {
                cx.refer(NameSort::Role, role.as_str(), node.span);
                if cx.names.roles.contains(role.as_str()) && !cx.names.terms.contains(role.as_str()) {
                    cx.error(
                        codes::NEVER_OCCURS,
                        node.span,
                        phrase!(
                            "the role `{role}` has no `term`, so it is never handed over",
                            "角色 `{role}` 没有 `term`，永远不会交接"
                        ),
                        phrase!(
                            "add a term under `roles`: `{role}: {{ people: […], term: 10 weeks }}`",
                            "在 `roles` 下面加任期：`{role}: {{ people: […], term: 10 weeks }}`"
                        ),
                    );
                }
            }
            Some(schedule)
        }
        Err(error) => {
            let plain = half_width(&text).filter(|plain| parse(plain).is_ok());
            bad_schedule(cx, node, error, plain);
            None
        }
    }
}

/// `jitter`: less than half of what lies between two occurrences, so that their order stays.
pub(crate) fn jitter(cx: &mut Cx<'_>, fields: &Fields<'_>, play: &mut Play) {
    let Some(node) = fields.get("jitter") else { return };
    let Some(jitter) = reader::positive(&mut cx.report, node) else { return };
    let Trigger::Schedule(schedule) = &play.trigger else {
        if ["every", "cron"].iter().all(|key| fields.entry(key).is_none())
            && let Some(entry) = fields.entry("jitter")
        {
            cx.error(
                codes::MISPLACED_KEY,
                entry.key.span,
                pair(
                    "`jitter` belongs to a play with `every` or `cron`",
                    "`jitter` 只用于有 `every` 或 `cron` 的玩法",
                ),
                pair("what has a time of its own begins at it", "有确定时间的玩法按时开始，请删去 `jitter`"),
            );
        }
        return;
    };
    let zone = play.zone.clone().unwrap_or_else(|| cx.zone.clone());
    let least = schedule.least_interval(&Frame { from: play.from, ..Frame::of(&zone) });
    if least.is_some_and(|least| jitter.times(2) >= least) {
        let least = least.map(|least| least.to_string()).unwrap_or_default();
        cx.error(
            codes::BAD_SCHEDULE,
            node.span,
            phrase!(
                "a jitter of {jitter} is half of the {least} between two occurrences, or more",
                "抖动 {jitter} 达到或超过两次之间间隔 {least} 的一半"
            ),
            pair("write a shorter one, so that their order stays", "写短一些，先后才不会乱"),
        );
        return;
    }
    play.jitter = Some(jitter);
}

fn bad_schedule(cx: &mut Cx<'_>, node: &Node, error: ScheduleError, plain: Option<String>) {
    let end = error.range.end.max(error.range.start + 1);
    let span = text::origin(cx, node, error.range.start..end);
    let help = plain
        .map(|plain| phrase!("write `{plain}` with half-width signs", "用半角符号写成 `{plain}`"))
        .or(error.help)
        .unwrap_or_default();
    cx.error(codes::BAD_SCHEDULE, span, error.message, help);
}

fn signal(cx: &mut Cx<'_>, fields: &Fields<'_>, node: &Node, scope: &Scope) -> Option<OnSignal> {
    let name = reader::text(&mut cx.report, node, pair("a signal's name", "信号名"))?.clone();
    signal_name(cx, &name, node.span);
    let filter = fields.get("where").and_then(|node| text::condition(cx, node, scope));
    let batch = fields.get("batch").and_then(|node| batch(cx, node));
    let per_member = match fields.get("per") {
        None => false,
        Some(node) => reader::choice(&mut cx.report, node, &[("member", true)]).unwrap_or_default(),
    };
    if per_member && let Some(entry) = fields.entry("batch") {
        cx.error(
            codes::MISPLACED_KEY,
            entry.key.span,
            pair(
                "`batch` collects many members, `per: member` starts a run for each",
                "`batch` 把许多成员合在一起，`per: member` 则每人执行一次",
            ),
            pair("keep one of the two", "两个只留一个"),
        );
    }
    Some(OnSignal { name, filter, batch, per_member })
}

/// What channels that hear tell beside that.
const HEARD: [&str; 8] = [
    "member.requested",
    "member.renamed",
    "member.role",
    "message.edited",
    "message.deleted",
    "group.renamed",
    "group.dissolved",
    "delivery.confirmed",
];

/// Checks a signal's name; a name that looks like one of the engine's and is none is a warning.
pub(crate) fn signal_name(cx: &mut Cx<'_>, name: &Arc<str>, span: Span) {
    if name.is_empty() || name.contains(char::is_whitespace) {
        cx.error(
            codes::BAD_NAME,
            span,
            phrase!(
                "`{name}` is no signal: a signal's name has no spaces",
                "`{name}` 不是信号：信号名里没有空格"
            ),
            pair("write `-` or `.` between the words", "词与词之间写 `-` 或 `.`"),
        );
        return;
    }
    if SIGNALS.contains(&&**name) || HEARD.contains(&&**name) {
        return;
    }
    let own = ["group.", "phase.", "member.", "task."].iter().any(|prefix| name.starts_with(prefix));
    let near = crate::base::diagnostic::suggest::nearest(name, SIGNALS);
    if let Some(near) = near {
        cx.warning(
            codes::UNKNOWN_SIGNAL,
            span,
            phrase!("nothing sends the signal `{name}` by itself", "没有什么会自动发出信号 `{name}`"),
            phrase!("did you mean `{near}`?", "是不是想写 `{near}`？"),
        );
    } else if own {
        let list = SIGNALS.map(|name| format!("`{name}`")).join(", ");
        cx.warning(
            codes::UNKNOWN_SIGNAL,
            span,
            phrase!("the engine sends no signal `{name}`", "引擎不会发出信号 `{name}`"),
            phrase!(
                "it sends {list}; a signal of your own has another first word",
                "引擎发出的有 {list}；自定义信号请换一个开头的词"
            ),
        );
    }
}

/// `10m`, or `until 20:00`
fn batch(cx: &mut Cx<'_>, node: &Node) -> Option<Batch> {
    let expected = pair("a window such as `10m` or `until 20:00`", "时间窗，例如 `10m` 或 `until 20:00`");
    let text = reader::text(&mut cx.report, node, expected)?;
    let trimmed = text.trim();
    if let Some(clock) = trimmed.strip_prefix("until").map(str::trim) {
        if let Ok(clock) = clock.parse() {
            cx.uses_clock(node.span, Phrase::same(format!("`{trimmed}`")));
            return Some(Batch::Until(clock));
        }
    } else if let Ok(length) = trimmed.parse::<crate::base::time::Duration>()
        && length.as_millis() > 0
    {
        return Some(Batch::For(length));
    }
    reader::bad_value(&mut cx.report, node, expected, None);
    None
}

//! The words for triggers, conditions and waits, with their values.
//!
//! Words only; what they say was found by others.

use super::Finding;
use crate::{
    base::{
        ids::{CalendarName, GroupId, PhaseName},
        locale::Locale,
        phrase::{Phrase, Words, pair, phrase},
        spoken_time,
        time::{Duration, Timestamp, Zone},
        words::list,
    },
    engine::{
        entry::{Skip, Waiting},
        gate::{AskedGate, Gate, Occasion},
        readings::Reader,
        state::{RunWait, State},
    },
    model::{
        play::{CatchUp, Overlap, Play},
        playbook::Playbook,
        step::Verb,
        trigger::{Batch, OnSignal, Trigger},
    },
    script::reading::Reading,
    sim::timeline,
};
/// An instant for a sentence: `2026-12-09 20:30`, with seconds where it has any.
pub(super) fn when(at: Timestamp, zone: &Zone) -> String {
    let civil = zone.civil(at);
    let format = if civil.second() == 0 { "%Y-%m-%d %H:%M" } else { "%Y-%m-%d %H:%M:%S" };
    civil.strftime(format).to_string()
}

/// A day with its name: `Wednesday 2026-12-09`, `2026-12-09（周三）`.
pub(super) fn day(at: Timestamp, zone: &Zone) -> Phrase {
    let civil = zone.civil(at);
    let (date, name) = (civil.strftime("%Y-%m-%d").to_string(), spoken_time::weekday_zh(civil.weekday()));
    Phrase { en: civil.strftime("%A %Y-%m-%d").to_string(), zh: format!("{date}（{name}）") }
}

/// A length for a sentence: "2 hours 5 minutes".
pub(super) fn length(length: Duration) -> Phrase {
    Phrase { en: Locale::En.duration(length), zh: Locale::Zh.duration(length) }
}

/// Names of which one is meant: `a, b or c`, `a、b 或 c`.
fn either(names: &[&str]) -> Phrase {
    let zh = match names {
        [before @ .., last] if !before.is_empty() => format!("{} 或 {last}", before.join("、")),
        _ => names.join(""),
    };
    Phrase { en: list(names, "or"), zh }
}

/// The trigger of a play in words, and which of its instants is meant.
pub(super) fn trigger(
    playbook: &Playbook,
    play: &Play,
    group: &GroupId,
    anchor: Option<Timestamp>,
) -> Finding {
    let zone = play.zone_or(&playbook.zone);
    let place = zone.name();
    let mut text = match &play.trigger {
        Trigger::Schedule(schedule) => {
            let [en, zh] = [Locale::En, Locale::Zh].map(|locale| schedule.describe(locale));
            let times = Phrase { en, zh };
            phrase!("{times}, {place}", "{times}，{place}"; times)
        }
        Trigger::Members(of) => {
            let days = of.words();
            phrase!("{days}, {place}", "{days}，{place}"; days)
        }
        Trigger::Dates(dates) => {
            let n = dates.len();
            match anchor.and_then(|anchor| dates.iter().find(|date| date.at == anchor)).map(|date| &date.id) {
                Some(id) if n == 1 => phrase!("its only date, {id}, {place}", "唯一的日期 {id}，{place}"),
                Some(id) => {
                    phrase!("the date {id}, one of {n}, {place}", "日期 {id}，{n} 个日期之一，{place}")
                }
                None => {
                    let dates = Phrase::counted(n, "date", "个日期");
                    phrase!("{dates}, {place}", "{dates}，{place}"; dates)
                }
            }
        }
        Trigger::Signal(on) => signal(on),
        Trigger::Whenever(whenever) => {
            let (condition, lasts) = (whenever.condition.source(), length(whenever.lasts));
            let lasts = if whenever.lasts.is_zero() {
                Phrase::default()
            } else {
                phrase!(" for {lasts}", " 持续 {lasts}"; lasts)
            };
            phrase!("whenever {condition}{lasts}", "每当 {condition}{lasts}"; lasts)
        }
        Trigger::Command => command(playbook, play),
    };
    if let Some(anchor) = anchor {
        text = text.then(&phrase!("this one is about {}", "这一次是 {} 的", when(anchor, zone)));
        let start = play.start_of(anchor, zone, group);
        if start != anchor {
            let start = when(start, zone);
            text = text.and(&phrase!(" and its first step is due {start}", "，第一步的时间是 {start}"));
        }
    }
    Finding::fact("trigger", text)
}

fn signal(on: &OnSignal) -> Phrase {
    let mut text = phrase!("on the signal {}", "收到信号 {}", on.name);
    if let Some(filter) = &on.filter {
        text = text.and(&phrase!(" where {}", "，且 {}", filter.source()));
    }
    match on.batch {
        None => {}
        Some(Batch::For(window)) => {
            let window = length(window);
            text = text.and(&phrase!(
                ", collected for {window} from the first one",
                "，从第一个起攒 {window}";
                window
            ));
        }
        Some(Batch::Until(clock)) => {
            text = text.and(&phrase!(", collected until {clock}", "，攒到 {clock}"));
        }
    }
    if on.per_member { text.and(&phrase!(", once for each member", "，每个成员一次")) } else { text }
}

fn command(playbook: &Playbook, play: &Play) -> Phrase {
    if let Some(phase) = playbook.phases.iter().find(|phase| phase.on_enter.as_ref() == Some(&play.name)) {
        return phrase!("what is done when the phase {} is entered", "进入阶段 {} 时做的事", phase.name);
    }
    let starts = |other: &Play| {
        let mut steps = other.program.steps();
        steps.any(|step| matches!(&step.verb, Verb::Start { play: started, .. } if *started == play.name))
    };
    let by: Vec<&str> =
        playbook.plays.iter().filter(|other| starts(other)).map(|other| other.name.as_str()).collect();
    let name = &play.name;
    if by.is_empty() {
        return phrase!(
            "none; it begins with `playbook start {name}`",
            "没有；用 `playbook start {name}` 开始"
        );
    }
    let by = either(&by);
    phrase!(
        "none; the play {by} starts it, or `playbook start {name}`",
        "没有；由玩法 {by} 开始，或者用 `playbook start {name}`";
        by
    )
}

/// `members.count is 41, vars.city is "Xi'an"`.
pub(super) fn readings(readings: &[Reading]) -> Phrase {
    Phrase::list(readings.iter().map(|reading| {
        let (source, value) = (&reading.source, &reading.value);
        phrase!("{source} is {value}", "{source} 是 {value}")
    }))
}

/// A condition with its values behind it.
pub(super) fn condition(source: &str, holds: bool, values: &[Reading]) -> Phrase {
    let text = if holds {
        phrase!("{source} is true", "{source} 成立")
    } else {
        phrase!("{source} is false", "{source} 不成立")
    };
    if values.is_empty() {
        return text;
    }
    let values = readings(values);
    phrase!("{text}: {values}", "{text}：{values}"; text, values)
}

/// An answer to one of the questions that an occurrence is asked.
pub(super) fn gate(asked: &AskedGate, at: &Occasion<'_>) -> Finding {
    let (play, zone, state) = (at.play, &at.playbook.zone, at.state);
    let holds = asked.refusal.is_none();
    match asked.gate {
        Gate::Paused => Finding::test("paused", holds, paused(state, play, zone)),
        Gate::Skipped => Finding::test(
            "skip",
            holds,
            phrase!("an operator skipped this occurrence before it started", "开始之前有人把这一次跳过了"),
        ),
        Gate::Final => Finding::test("phase", holds, closed(state)),
        Gate::Enabled => Finding::test(
            "enabled",
            holds,
            phrase!(
                "the file switches the play off: `enabled: false`",
                "文件里把这个玩法关掉了：`enabled: false`"
            ),
        ),
        Gate::Late => {
            Finding::test("max_late", holds, late_rule(play, &state.group, at.anchor, at.now, zone))
        }
        Gate::Bounds => Finding::test("from", holds, bounds(play, at.anchor, holds, zone)),
        Gate::Calendar => calendar(asked, at),
        Gate::During => {
            let names: Vec<&str> = play.during.iter().map(PhaseName::as_str).collect();
            let (names, phase) = (either(&names), phase(at.state, at.playbook, at.now, holds));
            Finding::test("during", holds, phrase!("{names}: {phase}", "{names}：{phase}"; names, phase))
        }
        Gate::When => {
            let source = play.when.as_ref().map_or("", |when| when.source());
            match &asked.refusal {
                Some(Skip::When { condition, .. }) if condition != source => {
                    Finding::test("when", false, condition.clone())
                }
                _ => Finding::test("when", holds, condition(source, holds, &asked.readings)),
            }
        }
        Gate::Overlap => Finding::test("overlap", holds, overlap(asked, play, state, zone)),
    }
}

fn paused(state: &State, play: &Play, zone: &Zone) -> Phrase {
    let ends = &state.by_hand.pause_ends;
    if let Some(until) = ends.of((!state.paused).then_some(&play.name)) {
        let until = when(until, zone);
        return if state.paused {
            phrase!("everything is paused until {until}", "全部暂停了，到 {until}")
        } else {
            phrase!("the play is paused until {until}", "这个玩法暂停了，到 {until}")
        };
    }
    if state.paused {
        return phrase!(
            "everything is paused until `playbook resume`",
            "全部暂停了，`playbook resume` 之后才继续"
        );
    }
    let name = &play.name;
    phrase!(
        "the play is paused until `playbook resume {name}`",
        "这个玩法暂停了，`playbook resume {name}` 之后才继续"
    )
}

/// What a final phase means.
pub(super) fn closed(state: &State) -> Phrase {
    let phase = &state.phase;
    phrase!(
        "the phase {phase} is final: nothing starts in it",
        "{phase} 是最后的阶段：在它里面什么都不会开始"
    )
}

fn bounds(play: &Play, anchor: Timestamp, inside: bool, zone: &Zone) -> Phrase {
    let bound = |name: &str, at: Option<Timestamp>| at.map(|at| format!("{name} {}", when(at, zone)));
    let both: Vec<String> =
        [bound("from", play.from), bound("until", play.until)].into_iter().flatten().collect();
    let (both, at) = (both.join(" "), when(anchor, zone));
    if inside {
        phrase!("{both}: {at} is inside", "{both}：{at} 在里面")
    } else {
        phrase!("{both}: {at} is outside", "{both}：{at} 在外面")
    }
}

fn overlap(asked: &AskedGate, play: &Play, state: &State, zone: &Zone) -> Phrase {
    let Some(Skip::Overlap { open }) = &asked.refusal else { return Phrase::default() };
    let rule = match play.overlap {
        Overlap::Skip => Phrase::same("skip"),
        Overlap::Allow => phrase!("one run a member", "每个成员同时一次活动"),
        Overlap::Replace => Phrase::same("replace"),
    };
    let Some(run) = state.runs.get(open) else {
        return phrase!("{rule}: {open} is still open", "{rule}：{open} 还没结束"; rule);
    };
    let since = when(run.started, zone);
    let waits = run.waiting.as_ref().map(|wait| still(wait, zone)).unwrap_or_default();
    phrase!(
        "{rule}: the run {open}, begun {since}, is still open{waits}",
        "{rule}：{since} 开始的活动 {open} 还没结束{waits}";
        rule, waits
    )
}

/// What a run that is not over waits for, as the end of a sentence about it.
pub(super) fn still(wait: &RunWait, zone: &Zone) -> Phrase {
    let waits = waits(wait, zone);
    phrase!("; it {waits}", "；它{waits}"; waits)
}

fn calendar(asked: &AskedGate, at: &Occasion<'_>) -> Finding {
    let play = at.play;
    let date = day(at.anchor, &at.playbook.zone);
    let names = |names: &[CalendarName]| {
        let names: Vec<&str> = names.iter().map(CalendarName::as_str).collect();
        either(&names)
    };
    let outside =
        |names: Phrase| phrase!("{date} is not in {names}", "{date} 不在日历 {names} 里"; date, names);
    let inside =
        |names: Phrase| phrase!("{date} is in the calendar {names}", "{date} 在日历 {names} 里"; date, names);
    match &asked.refusal {
        Some(Skip::Calendar { calendar }) if play.except.iter().any(|name| name.as_str() == &**calendar) => {
            Finding::test("except", false, inside(Phrase::same(&**calendar)))
        }
        Some(_) => Finding::test("only", false, outside(names(&play.only))),
        None if play.only.is_empty() => Finding::test("except", true, outside(names(&play.except))),
        None => Finding::test("only", true, inside(names(&play.only))),
    }
}

/// The phase the group is in, and when it comes to another.
pub(super) fn phase(state: &State, playbook: &Playbook, now: Timestamp, inside: bool) -> Phrase {
    let mut text = phrase!("the phase is {}", "现在的阶段是 {}", state.phase);
    let Some(phase) = playbook.phase(&state.phase).filter(|_| !inside) else { return text };
    if phase.is_final {
        return text.and(&phrase!(", a final one", "，它是最后的阶段"));
    }
    let next = playbook.phase_after(&state.phase).map(|next| next.name.to_string()).unwrap_or_default();
    if let Some(until) = &phase.until {
        let until = until.source();
        text = text.then(&phrase!("{next} follows when {until}", "{until} 时进入 {next}"));
        let group = playbook.groups.get(&state.group);
        let values = group.map(|group| Reader { state, playbook, group, now }.until()).unwrap_or_default();
        if !values.is_empty() {
            let values = readings(&values);
            text = text.and(&phrase!(" ({values})", "（{values}）"; values));
        }
    }
    if let Some(timeout) = state.phase_timeout {
        let at = when(timeout, &playbook.zone);
        text = text.then(&phrase!("at the latest {at}", "最晚 {at}"));
    }
    text
}

/// How late a run may begin, and how late it was or would be.
pub(super) fn late_rule(
    play: &Play,
    group: &GroupId,
    anchor: Timestamp,
    now: Timestamp,
    zone: &Zone,
) -> Phrase {
    let start = play.start_of(anchor, zone, group);
    let last = play.last_due(anchor, zone, group);
    let max = length(play.max_late);
    let (begin, end) = (when(start, zone), when(last, zone));
    if last > now {
        return phrase!(
            "a step may be {max} late; the last one with a time is due {end}, ahead",
            "步骤最多可以迟 {max}；最后一个定时的步骤是 {end}，还没到";
            max
        );
    }
    if last > start {
        let by = length(now.since(last));
        return phrase!(
            "a step may be {max} late; the last one with a time was due {end}, {by} before",
            "步骤最多可以迟 {max}；最后一个定时的步骤是 {end}，已过 {by}";
            max, by
        );
    }
    let by = length(now.since(start));
    phrase!(
        "it may be {max} late; it was due {begin}, {by} before",
        "最多可以迟 {max}；原定 {begin}，已过 {by}";
        max, by
    )
}

/// What `catch_up` does, in words.
pub(super) const fn catch_up(play: &Play) -> Words {
    match play.catch_up {
        CatchUp::Last => pair(
            "last: of all that were slept through only the last is made up for",
            "last：睡过去的只补做最后一次",
        ),
        CatchUp::All => {
            pair("all: more were slept through than are made up for at once", "all：睡过去的太多，一次补不完")
        }
        CatchUp::None => pair("none: what was slept through is not made up for", "none：睡过去的不补做"),
    }
}

/// What a run waits for, as the rest of a sentence that begins with it.
pub(super) fn waits(wait: &RunWait, zone: &Zone) -> Phrase {
    let step = &wait.step;
    let until = wait
        .ends()
        .map(|at| phrase!(", at the latest until {}", "，最晚到 {}", when(at, zone)))
        .unwrap_or_default();
    let what = match &wait.waiting {
        Waiting::Due | Waiting::Time => {
            let at = when(wait.until.unwrap_or(wait.due), zone);
            return phrase!("waits at step {step} for its time, {at}", "在步骤 {step} 等时间到：{at}");
        }
        Waiting::Script { .. } => phrase!("for its script to return", "等脚本返回"),
        Waiting::Retry => phrase!("for the next try of its script", "等脚本下一次重试"),
        Waiting::Approval { task } => phrase!(
            "for a decision: `playbook approve {task}` or `playbook reject {task}`",
            "等审批：`playbook approve {task}` 或 `playbook reject {task}`"
        ),
        Waiting::Answers { task } => phrase!("for answers to {task}", "等 {task} 的回答"),
        Waiting::Signal { name } => phrase!("for the signal {name}", "等信号 {name}"),
        Waiting::Task { task } => {
            phrase!("for the task {task}: `playbook done {task}`", "等任务 {task}：`playbook done {task}`")
        }
        Waiting::Delivery { effect, .. } => phrase!("for {effect} to be delivered", "等 {effect} 送达"),
        Waiting::Grace { members, .. } => {
            let members = Phrase::counted(members.len(), "member", "位成员");
            phrase!("while {members} may still speak up", "等着看{members}会不会发言"; members)
        }
        Waiting::Choice { .. } => {
            phrase!("while it looks at all members, a part at a time", "分批看完所有成员")
        }
        Waiting::Removal { task } => phrase!(
            "for the removals of {task}: `playbook done {task}`",
            "等 {task} 把人移出：`playbook done {task}`"
        ),
    };
    phrase!("waits at step {step} {what}{until}", "在步骤 {step} {what}{until}"; what, until)
}

/// Why something did not happen, as the end of a sentence.
pub(super) fn skip(reason: &Skip, play: &Play) -> Phrase {
    match reason {
        Skip::CatchUp => match play.catch_up {
            CatchUp::Last => phrase!(
                "it was slept through, and catch_up makes up for the last one only",
                "睡过去了，`catch_up` 只补做最后一次"
            ),
            CatchUp::All => phrase!(
                "it was slept through, and too many were to make up for all",
                "睡过去了，太多了，补不完"
            ),
            CatchUp::None => {
                phrase!("it was slept through, and catch_up is none", "睡过去了，`catch_up` 是 none")
            }
        },
        Skip::Late { by, max } => {
            let (by, max) = (length(*by), length(*max));
            phrase!("it was {by} late and {max} is allowed", "迟了 {by}，最多允许 {max}"; by, max)
        }
        Skip::Operator => phrase!("an operator skipped it", "有人把它跳过了"),
        Skip::Paused => phrase!("it was paused", "当时暂停着"),
        Skip::Disabled => phrase!(
            "the file switches the play off (`enabled: false`)",
            "文件里把这个玩法关掉了（`enabled: false`）"
        ),
        Skip::Phase { phase } => phrase!("the phase was {phase}", "当时的阶段是 {phase}"),
        Skip::When { condition, .. } => phrase!("{condition} was false", "{condition} 不成立"),
        Skip::Overlap { open } => phrase!("the run {open} was still open", "活动 {open} 当时还没结束"),
        Skip::Behind
        | Skip::LeftOut
        | Skip::Calendar { .. }
        | Skip::Undelivered { .. }
        | Skip::Limit { .. }
        | Skip::Broken { .. } => timeline::skipped(reason),
    }
}

/// Whether it was later than people notice.
pub(super) fn is_late(late: Duration) -> bool {
    late >= Duration::SECOND.times(10)
}

/// "on time, 2026-12-02 20:30", "20 minutes late, 2026-12-02 20:50".
pub(super) fn on_time(late: Duration, at: Timestamp, zone: &Zone) -> Phrase {
    let at = when(at, zone);
    if is_late(late) {
        let late = length(late);
        return phrase!("{late} late, {at}", "迟了 {late}，{at}"; late);
    }
    phrase!("on time, {at}", "准时在 {at}")
}

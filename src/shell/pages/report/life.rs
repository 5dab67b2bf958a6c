//! The group's life on the page of `simulate`: phases, the calendar of posts, members and messages, the groups.

use super::{MaybeShown, ReportView, ShownPart};
use crate::{
    base::{ids::PhaseName, time::Timestamp},
    shell::pages::{
        chart::{self, Plot},
        words,
    },
    sim::report::{ReportDay, groups::GroupReport, groups::SERIES_MAX},
};
use jiff::civil::Date;
use maud::{Markup, html};
use std::{collections::BTreeMap, fmt::Write as _};

/// Days that the calendar shows: three years.
const CALENDAR_DAYS_MAX: usize = 1_096;
/// Colours of phases before they begin again.
const PHASE_COLOURS: usize = 5;

/// When each phase began.
pub(super) fn phases(view: &ReportView<'_>) -> MaybeShown {
    let groups = &view.report.groups;
    if view.playbook.phases.len() < 2 {
        return None;
    }
    let shown = &groups[..groups.len().min(SERIES_MAX)];
    let body = html! {
        div.card {
            ul.legend {
                @for (i, phase) in view.playbook.phases.iter().enumerate() {
                    li { i class={ "k " (phase_class(i)) } {} bdi { (phase.name) } }
                }
            }
            div.bands .several[view.several()] {
                @for group in shown {
                    @if view.several() { span.bandname { bdi { (group.title) } } }
                    (band(view, group))
                }
            }
            @if groups.len() > shown.len() { p.words { "+ " (groups.len() - shown.len()) } }
            (phase_table(view))
        }
    };
    let words = view.t(
        "Which phase the group was in. What moves it on is the until or the timeout of the phase.",
        "群在哪个阶段。由阶段的 until 或 timeout 推进。",
    );
    Some((words, body))
}

fn phase_class(index: usize) -> String {
    format!("p{}", index % PHASE_COLOURS)
}

/// One group's phases as a band.
fn band(view: &ReportView<'_>, group: &GroupReport) -> Markup {
    let (from, to) = (view.options.from, view.options.to);
    let all = to.since(from).as_millis().max(1) as f64;
    let x = |at: Timestamp| (at.since(from).as_millis() as f64 * 1_000.0 / all).clamp(0.0, 1_000.0);
    let ends = group.phases.iter().skip(1).map(|(_, at)| *at).chain([to]);
    let spans: Vec<(&PhaseName, Timestamp, Timestamp)> =
        group.phases.iter().zip(ends).map(|((name, at), end)| (name, *at, end)).collect();
    let index = |name: &PhaseName| view.playbook.phases.iter().position(|phase| phase.name == *name);
    html! {
        svg.band.rove viewBox="0 0 1000 10" preserveAspectRatio="none" role="group"
            aria-label={ (view.t("Phases of", "阶段：")) " " (group.title) } {
            @for (i, (name, at, end)) in spans.iter().enumerate() {
                rect class={ "t " (phase_class(index(name).unwrap_or(0))) } role="img" y="0" height="10"
                    x=(format!("{:.1}", x(*at))) width=(format!("{:.1}", (x(*end) - x(*at)).max(2.0)))
                    tabindex=(if i == 0 { "0" } else { "-1" })
                    aria-label=(phase_tip(view, name, *at, *end)) {}
            }
        }
    }
}

fn phase_tip(view: &ReportView<'_>, name: &PhaseName, at: Timestamp, end: Timestamp) -> String {
    let length = view.locale.duration(end.since(at));
    format!("{name}\n{} – {}\n{length}", view.day(at), view.day(end))
}

/// When each phase was entered: a day for one group, the spread for several.
fn phase_table(view: &ReportView<'_>) -> Markup {
    let mut entered: BTreeMap<&PhaseName, Vec<Timestamp>> = BTreeMap::new();
    for group in &view.report.groups {
        let mut seen = std::collections::BTreeSet::new();
        for (name, at) in group.phases.iter().filter(|(name, _)| seen.insert(name.clone())) {
            entered.entry(name).or_default().push(*at);
        }
    }
    for times in entered.values_mut() {
        times.sort_unstable();
    }
    let t = |en, zh| view.t(en, zh);
    let after = |at: Timestamp| {
        view.count(
            (at.since(view.options.from).as_millis() / 86_400_000).max(0) as u64,
            ("day", "days"),
            "天",
        )
    };
    html! {
        table {
            thead {
                tr {
                    th scope="col" { (t("Phase", "阶段")) }
                    @if view.several() {
                        th.n scope="col" { (t("groups", "群数")) }
                        th.n scope="col" { (t("earliest", "最早")) }
                        th.n scope="col" { (t("in the middle", "中位")) }
                        th.n scope="col" { (t("latest", "最晚")) }
                    } @else {
                        th scope="col" { (t("entered", "进入")) }
                        th scope="col" { (t("after", "经过")) }
                    }
                }
            }
            tbody {
                @for phase in &view.playbook.phases {
                    @let times = entered.get(&phase.name).map(Vec::as_slice).unwrap_or_default();
                    tr {
                        th scope="row" { bdi { (phase.name) } }
                        @if view.several() {
                            td.n { (times.len()) }
                            @for at in [times.first(), times.get(times.len() / 2), times.last()] {
                                td.n { (at.map_or_else(|| "–".into(), |at| after(*at))) }
                            }
                        } @else {
                            td { (times.first().map_or_else(|| t("not reached", "没有到达").into(), |at| view.day(*at))) }
                            td { (times.first().map_or_else(String::new, |at| after(*at))) }
                        }
                    }
                }
            }
        }
    }
}

/// A calendar of posts: the darker, the more.
pub(super) fn calendar(view: &ReportView<'_>) -> ShownPart {
    let days = &view.report.days[..view.report.days.len().min(CALENDAR_DAYS_MAX)];
    let max = days.iter().map(|day| day.posts).max().unwrap_or(0);
    let mut months: Vec<(Date, Vec<&ReportDay>)> = Vec::new();
    for day in days {
        let first = day.date.first_of_month();
        match months.last_mut() {
            Some((month, inside)) if *month == first => inside.push(day),
            _ => months.push((first, vec![day])),
        }
    }
    let body = html! {
        div.card {
            div.months {
                @for (month, inside) in &months {
                    div {
                        h3 { (words::month(view.locale, *month)) }
                        div.cal.rove role="group" aria-label=(words::month(view.locale, *month)) {
                            @for name in words::weekdays(view.locale) { span.wd aria-hidden="true" { (name) } }
                            @for (i, day) in inside.iter().enumerate() { (cell(view, day, i == 0, max)) }
                        }
                    }
                }
            }
            @if view.report.days.len() > days.len() {
                p.note { (view.t("The calendar shows the first three years.", "日历只画前三年。")) }
            }
        }
    };
    let words = view.t(
        "How many posts the playbook sent on each day, to all channels. Point at a day, or tap it, to see which plays \
         spoke.",
        "每天发出的消息数，所有频道合计。指向或点按某一天，可以看到是哪些玩法。",
    );
    (words, body)
}

fn cell(view: &ReportView<'_>, day: &ReportDay, first: bool, max: u64) -> Markup {
    let level = if day.posts == 0 { 0 } else { (day.posts * 5).div_ceil(max.max(1)) };
    let column = format!("c{}", words::weekday(day.date) + 1);
    html! {
        button type="button" class={ "t cell l" (level) " " (column) } tabindex=[(!first).then_some("-1")]
            aria-label=(day_tip(view, day)) { @if day.posts > 0 { (words::short(day.posts)) } @else { "·" } }
    }
}

/// What a day was like.
fn day_tip(view: &ReportView<'_>, day: &ReportDay) -> String {
    let t = |en, zh| view.t(en, zh);
    let mut tip = format!(
        "{} · {}",
        words::day(view.locale, day.date),
        view.count(day.posts, ("post", "posts"), "条发帖")
    );
    let mut plays: Vec<(&u32, &str)> =
        day.plays.iter().zip(&view.playbook.plays).map(|(n, play)| (n, play.title.as_ref())).collect();
    plays.sort_by_key(|(n, _)| std::cmp::Reverse(**n));
    for (n, title) in plays.iter().filter(|(n, _)| **n > 0).take(8) {
        let _ = write!(tip, "\n{title}: {n}");
    }
    if day.held > 0 {
        let _ = write!(tip, "\n{}{}", t("held by a budget: ", "被预算压住："), day.held);
    }
    let _ = write!(tip, "\n{}: {}", t("messages of members", "成员消息"), words::number(day.messages));
    let _ = write!(tip, "\n{}: {}", t("members", "成员"), words::number(day.members));
    tip
}

/// Days taken together, where there are too many for one point each.
fn points(days: &[ReportDay]) -> Vec<(Date, ReportDay)> {
    let size = chart::bucket(days.len());
    days.chunks(size)
        .filter_map(|part| {
            let mut sum = part.last()?.clone();
            for day in &part[..part.len() - 1] {
                sum.joined += day.joined;
                sum.left += day.left;
                sum.removed += day.removed;
                sum.messages += day.messages;
                sum.posts += day.posts;
                sum.held += day.held;
            }
            Some((part.first()?.date, sum))
        })
        .collect()
}

/// Members and messages over time, and all numbers by day.
pub(super) fn growth(view: &ReportView<'_>) -> ShownPart {
    let t = |en, zh| view.t(en, zh);
    let points = points(&view.report.days);
    let when = |from: Date, day: &ReportDay| {
        let to = words::day(view.locale, day.date);
        if from == day.date { to } else { format!("{} – {to}", words::short_day(view.locale, from)) }
    };
    let below =
        chart::five(&points.iter().map(|(from, _)| words::short_day(view.locale, *from)).collect::<Vec<_>>());
    let members: Vec<f64> = points.iter().map(|(_, day)| day.members as f64).collect();
    let messages: Vec<f64> = points.iter().map(|(_, day)| day.messages as f64).collect();
    let top = |values: &[f64]| chart::nice(values.iter().copied().fold(1.0, f64::max));
    let member_tips: Vec<String> = points
        .iter()
        .map(|(from, day)| {
            format!(
                "{}\n{}: {}\n+{} {}, −{} {}, −{} {}",
                when(*from, day),
                t("members", "成员"),
                words::number(day.members),
                day.joined,
                t("joined", "加入"),
                day.left,
                t("left", "退出"),
                day.removed,
                t("let go", "被清理"),
            )
        })
        .collect();
    let message_tips: Vec<String> = points
        .iter()
        .map(|(from, day)| {
            let (messages, posts) = (words::number(day.messages), words::number(day.posts));
            let (of_members, of_playbook) = (t("messages of members", "成员消息"), t("posts", "发帖"));
            format!("{}\n{of_members}: {messages}\n{of_playbook}: {posts}", when(*from, day))
        })
        .collect();
    let (members_max, messages_max) = (top(&members), top(&messages));
    let body = html! {
        div.two {
            div.card {
                h3 { (t("Members", "成员")) }
                (Plot { title: t("Members by day", "每天的成员数"), max: members_max, unit: "", tips: &member_tips,
                    below: &below, shapes: chart::line("accent", &members, members_max) }.draw())
            }
            div.card {
                h3 { (t("Messages of members", "成员消息")) }
                (Plot { title: t("Messages of members by day", "每天的成员消息"), max: messages_max, unit: "",
                    tips: &message_tips, below: &below, shapes: chart::bars("social", &messages, messages_max) }.draw())
            }
        }
        (day_table(view, &points, &when))
    };
    let words = if view.real {
        t("Members at the end of each day, and what members wrote.", "每天结束时的成员数，以及成员写的消息。")
    } else {
        t(
            "Members at the end of each day, and what members wrote. The people are invented; how they behave is the \
             world of the settings.",
            "每天结束时的成员数，以及成员写的消息。成员是虚构的，他们的习惯由所用的世界决定。",
        )
    };
    (words, body)
}

fn day_table(
    view: &ReportView<'_>,
    points: &[(Date, ReportDay)],
    when: &dyn Fn(Date, &ReportDay) -> String,
) -> Markup {
    let t = |en, zh| view.t(en, zh);
    let columns = [
        t("members", "成员"),
        t("joined", "加入"),
        t("left", "退出"),
        t("let go", "被清理"),
        t("messages", "消息"),
        t("posts", "发帖"),
        t("held", "压住"),
    ];
    html! {
        details {
            summary { (t("These numbers as a table", "以表格查看这些数字")) }
            div.wide {
                table #days {
                    thead {
                        tr {
                            th scope="col" { (t("Day", "日期")) }
                            @for column in columns { th.n scope="col" { (column) } }
                        }
                    }
                    tbody {
                        @for (from, day) in points {
                            tr {
                                td { (when(*from, day)) }
                                @for n in [day.members, day.joined, day.left, day.removed, day.messages, day.posts, day.held] {
                                    (words::cell(n))
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Each group in a row; only where there are several.
pub(super) fn groups(view: &ReportView<'_>) -> MaybeShown {
    let groups = &view.report.groups;
    if groups.len() < 2 {
        return None;
    }
    let t = |en, zh| view.t(en, zh);
    let phase =
        |group: &GroupReport| group.phases.last().map(|(name, _)| name.to_string()).unwrap_or_default();
    let body = html! {
        div.card.wide {
            table {
                thead {
                    tr {
                        th scope="col" { (t("Group", "群")) }
                        th scope="col" { (t("phase at the end", "最后的阶段")) }
                        th.n scope="col" { (t("members", "成员")) }
                        th scope="col" { (t("over time", "走势")) }
                        th.n scope="col" { (t("messages", "消息")) }
                        th scope="col" { (t("over time", "走势")) }
                        th.n scope="col" { (t("posts", "发帖")) }
                    }
                }
                tbody {
                    @for group in &groups[..groups.len().min(SERIES_MAX)] {
                        tr {
                            th scope="row" { bdi { (group.title) } }
                            td { (phase(group)) }
                            td.n { (words::number(group.members_first)) " → " (words::number(group.members_last)) }
                            td { (chart::spark_line("accent", &group.members_by_day)) }
                            (words::cell(group.messages))
                            td { (chart::spark("social", &group.messages_by_day)) }
                            (words::cell(group.posts))
                        }
                    }
                }
            }
            @if groups.len() > SERIES_MAX {
                p.words { "+ " (view.count((groups.len() - SERIES_MAX) as u64, ("group", "groups"), "个群"))
                    (t(" that are in the sums above", ",已计入上面的合计")) }
            }
        }
    };
    let words =
        t("Every group by itself; the charts above are their sums.", "每个群单独一行，上面的图是合计。");
    Some((words, body))
}

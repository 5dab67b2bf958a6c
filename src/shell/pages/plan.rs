//! The page of `plan`: months as a grid with a lane for each play, and every step as a list below.
//!
//! Shows what may happen; tests no condition. The text of each step is a label that hover, focus and tap show.

use super::{
    page,
    plan_list::{conditions, list, untimed},
    plan_step::{PagedStep, class, held, is_conditional, kind, on, play_conditions, to_group},
    words,
};
use crate::{
    base::{
        ids::{GroupId, PlayName},
        locale::Locale,
        time::Timestamp,
    },
    engine::entry::HoldReason,
    model::{
        budget::{Quota, QuotaWindow as Per},
        group::Group,
        message::Label,
        play::Play,
        playbook::Playbook,
    },
    sim::{
        forecast::Forecast,
        named::as_read,
        plan::{self, LivingStates, Window},
    },
};
use jiff::civil::Date;
use maud::{Markup, html};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

/// Groups that a page shows.
const GROUPS_MAX: usize = 50;
/// Steps that a page shows; a browser has to hold them all.
const STEPS_MAX: usize = 20_000;
/// Steps of one play on one day that its label spells out, and how much of each text.
const TIP: (usize, usize) = (12, 400);

/// The page of a playbook's plan.
pub(in crate::shell) fn html(playbook: &Playbook, window: Window, lives: &LivingStates<'_>) -> String {
    let ahead = Outlook::gather(playbook, window, lives);
    let locale = playbook.locale;
    let body = html! {
        header {
            p.kicker { (locale.pick("Plan", "计划")) }
            h1 { bdi { (playbook.title) } }
            (facts(playbook, window))
            p.words {
                (locale.pick(
                    "All timed steps ahead. Conditions are shown, not tested: a hollow mark happens only if its \
                     condition holds. Point at a mark, tap it, or go there with the arrow keys to read what it says.",
                    "以下是所有有时间的步骤。条件只列出、不判断，空心的标记在条件成立时才会发生。\
                     指向、点按或用方向键移到标记上，就能看到内容。",
                ))
            }
            (legend(locale))
            (chooser(&ahead, locale))
        }
        main {
            @for note in ahead.notes(playbook) { p.note { (note) } }
            @for (group, steps) in &ahead.groups {
                (group_part(playbook, group, steps, ahead.groups.len() > 1))
            }
            (conditions(playbook, &ahead.seen))
            (untimed(playbook, window, &ahead.seen))
        }
        footer { p { "playbook plan · " (playbook.name) " · " (playbook.digest.short()) } }
    };
    page(locale, &format!("{} · {}", playbook.title, locale.pick("plan", "计划")), &body)
}

/// What is ahead, group by group, as far as a page shows it.
struct Outlook<'a> {
    groups: Vec<(&'a Group, Vec<PagedStep>)>,
    seen: BTreeSet<PlayName>,
    /// Where the page ends when there is more than it can hold.
    cut: Option<Timestamp>,
}

impl<'a> Outlook<'a> {
    fn gather(playbook: &'a Playbook, window: Window, lives: &LivingStates<'_>) -> Self {
        let mut shown = playbook.clone();
        shown.groups =
            playbook.groups.iter().take(GROUPS_MAX).map(|(id, g)| (id.clone(), g.clone())).collect();
        let mut by_group: BTreeMap<GroupId, Vec<PagedStep>> = BTreeMap::new();
        let mut forecast = Forecast::new(playbook);
        let (mut seen, mut cut) = (BTreeSet::new(), None);
        for (n, planned) in plan::plan(&shown, window, lives).enumerate() {
            if n == STEPS_MAX {
                cut = Some(planned.at);
                break;
            }
            seen.insert(planned.play.clone());
            let held = forecast.look(&planned);
            by_group.entry(planned.group.clone()).or_default().push(PagedStep { planned, held });
        }
        let groups = playbook.groups.values().take(GROUPS_MAX);
        let groups =
            groups.map(|group| (group.as_ref(), by_group.remove(&group.id).unwrap_or_default())).collect();
        Self { groups, seen, cut }
    }

    /// What the page leaves out.
    fn notes(&self, playbook: &Playbook) -> Vec<String> {
        let locale = playbook.locale;
        let mut notes = Vec::new();
        let more = playbook.groups.len() - self.groups.len();
        if more > 0 {
            notes.push(match locale {
                Locale::En => format!(
                    "This page shows the first {GROUPS_MAX} groups; {more} more are in `plan --format json`."
                ),
                Locale::Zh => {
                    format!("本页列出前 {GROUPS_MAX} 个群，另外 {more} 个见 `plan --format json`。")
                }
            });
        }
        if let Some(at) = self.cut {
            let day = words::day(locale, playbook.zone.date(at));
            let steps = words::number(STEPS_MAX as u64);
            notes.push(match locale {
                Locale::En => format!(
                    "This page ends on {day}: it holds {steps} steps. `plan --format json` goes on to the end."
                ),
                Locale::Zh => format!("本页到 {day} 为止，最多容纳 {steps} 个步骤。全部见 `plan --format json`。"),
            });
        }
        notes
    }
}

/// The window, the zone and the budgets that matter for reading a plan.
fn facts(playbook: &Playbook, window: Window) -> Markup {
    let locale = playbook.locale;
    let last = playbook.zone.date(window.to.just_before().max(window.from));
    let quota = |what: &'static str, quota: Quota| match (locale, quota.per) {
        (Locale::En, Per::Day) => format!("{what}: {} a day", quota.max),
        (Locale::En, Per::Sliding(length)) => format!("{what}: {} in {length}", quota.max),
        (Locale::Zh, Per::Day) => format!("{what}：每天 {}", quota.max),
        (Locale::Zh, Per::Sliding(length)) => format!("{what}: {} 内 {}", locale.duration(length), quota.max),
    };
    html! {
        ul.facts {
            li { (words::day(locale, playbook.zone.date(window.from))) " – " (words::day(locale, last)) }
            li { (locale.pick("time zone: ", "时区：")) (playbook.zone.name()) }
            @for quiet in &playbook.budgets.quiet {
                li { (locale.pick("quiet hours: ", "静默时段：")) (quiet.from) "–" (quiet.to) }
            }
            @if let Some(max) = playbook.budgets.posts {
                li { (quota(locale.pick("posts", "发帖"), max)) }
            }
            @if let Some(gap) = playbook.budgets.gap {
                li { (locale.pick("between posts: ", "两条之间：")) (locale.duration(gap)) }
            }
            @if let Some(max) = playbook.budgets.mentions {
                li { (quota(locale.pick("mentions", "提醒"), max)) }
            }
        }
    }
}

/// The colours and what they stand for.
fn legend(locale: Locale) -> Markup {
    let labels = [Label::Content, Label::Notice, Label::Social, Label::Promo];
    html! {
        ul.legend aria-label=(locale.pick("Colours", "图例")) {
            @for label in labels {
                li { i class={ "k " (label) } {} (words::label(locale, Some(label))) }
            }
            li { i class="k post" {} (locale.pick("post without label", "未标注的发帖")) }
            li { i class="k ask" {} (locale.pick("question to the group", "向群提问")) }
            li { i class="k person" {} (locale.pick("a person is asked", "请人做或审批")) }
            li { i class="k script" {} (locale.pick("script", "脚本")) }
            li { i class="k quiet" {} (locale.pick("nothing is said", "不发声的步骤")) }
            li { i class="k post may" {} (locale.pick("only if its condition holds", "条件成立才发生")) }
        }
    }
}

/// Which group is shown; without script all are.
fn chooser(ahead: &Outlook<'_>, locale: Locale) -> Markup {
    html! {
        @if ahead.groups.len() > 1 {
            p.chooser {
                label for="choose" { (locale.pick("Group", "群")) }
                " "
                select #choose {
                    @for (i, (group, _)) in ahead.groups.iter().enumerate() {
                        option value={ "g" (i) } selected[i == 0] { (group.title) }
                    }
                    option value="" { (locale.pick("all groups", "全部")) }
                }
            }
        }
    }
}

/// One group: its months.
fn group_part(playbook: &Playbook, group: &Group, steps: &[PagedStep], several: bool) -> Markup {
    let locale = playbook.locale;
    let mut months: Vec<(Date, Vec<&PagedStep>)> = Vec::new();
    for step in steps {
        let first = playbook.zone.date(step.at).first_of_month();
        match months.last_mut() {
            Some((month, inside)) if *month == first => inside.push(step),
            _ => months.push((first, vec![step])),
        }
    }
    html! {
        div.group {
            @if several {
                h2 { bdi { (group.title) } @if group.title.as_ref() != group.id.as_str() { " " small { (group.id) } } }
            }
            @if months.is_empty() {
                p.note { (locale.pick("No step has a time in this window.", "这段时间里没有排定的步骤。")) }
            }
            @for (first, inside) in &months { (month(playbook, *first, inside)) }
        }
    }
}

/// One month: the days as columns, a lane for each play, and the list.
fn month(playbook: &Playbook, first: Date, steps: &[&PagedStep]) -> Markup {
    let locale = playbook.locale;
    let days = i32::from(first.days_in_month());
    let weekend = |day: i32| words::weekday(on(first, day)) >= 5;
    let plays = playbook.plays.iter().filter(|play| steps.iter().any(|step| step.play == play.name));
    html! {
        div.card.month {
            h3 { (words::month(locale, first)) }
            div.grid {
                div.shade aria-hidden="true" {
                    @for day in (1..=days).filter(|day| weekend(*day)) { i class={ "c" (day) } {} }
                }
                div.lane.dates aria-hidden="true" {
                    div.name {}
                    div.cells {
                        @for day in 1..=days {
                            span class={ "c" (day) } {
                                (day) small { (words::weekdays(locale)[words::weekday(on(first, day))]) }
                            }
                        }
                    }
                }
                (posts_a_day(playbook, first, steps))
                @for play in plays { (lane(playbook, play, steps)) }
            }
            details {
                summary {
                    (match locale {
                        Locale::En => format!("All steps of {} as a list ({})", words::month(locale, first), steps.len()),
                        Locale::Zh => format!("{}的全部步骤({})", words::month(locale, first), steps.len()),
                    })
                }
                (list(playbook, steps))
            }
        }
    }
}

/// How many messages the group would get each day, and where that is more than the budget allows.
fn posts_a_day(playbook: &Playbook, first: Date, steps: &[&PagedStep]) -> Markup {
    let locale = playbook.locale;
    // Of each day how many are planned, and how many of them its number keeps waiting.
    let mut counts: BTreeMap<i8, (u32, u32)> = BTreeMap::new();
    for step in steps.iter().filter(|step| to_group(step)) {
        let (posts, waiting) = counts.entry(playbook.zone.date(step.at).day()).or_default();
        *posts += 1;
        *waiting += u32::from(step.held.as_ref().is_some_and(|held| held.by == HoldReason::PostsMax));
    }
    let max = playbook.budgets.posts.filter(|quota| quota.per == Per::Day).map(|quota| quota.max);
    let tip = |day: i8, (n, waiting): (u32, u32)| {
        let over = max.filter(|_| waiting > 0);
        let date = words::day(locale, on(first, i32::from(day)));
        match (locale, over) {
            (Locale::En, None) => format!("{date}\nposts planned: {n}"),
            (Locale::En, Some(max)) => format!(
                "{date}\nposts planned: {n}, the budget is {max} a day\n{waiting} will wait, or be missed, if all happen"
            ),
            (Locale::Zh, None) => format!("{date}\n计划发帖 {n} 条"),
            (Locale::Zh, Some(max)) => {
                format!(
                    "{date}\n计划发帖 {n} 条，预算是每天 {max} 条\n若全部发生，{waiting} 条要等，或者错过"
                )
            }
        }
    };
    html! {
        div.lane.counts {
            div.name { (locale.pick("posts a day", "每天发帖")) }
            div.cells.rove {
                @for (i, (day, n)) in counts.iter().enumerate() {
                    @let over = max.is_some() && n.1 > 0;
                    button type="button" class={ "t c" (day) @if over { " over" } }
                        aria-label=(tip(*day, *n)) tabindex=[(i > 0).then_some("-1")] { (n.0) }
                }
            }
        }
    }
}

/// One play's row of a month.
fn lane(playbook: &Playbook, play: &Play, steps: &[&PagedStep]) -> Markup {
    let locale = playbook.locale;
    let mut days: BTreeMap<i8, Vec<&PagedStep>> = BTreeMap::new();
    for step in steps.iter().filter(|step| step.play == play.name) {
        days.entry(playbook.zone.date(step.at).day()).or_default().push(step);
    }
    html! {
        div.lane .may[is_conditional(play)] {
            div.name {
                b { bdi { (play.title) } }
                small {
                    (words::trigger(locale, play))
                    @for phase in &play.during { " " span.chip { (phase) } }
                    @if play.when.is_some() { " " span.chip { (locale.pick("when …", "有条件")) } }
                }
            }
            div.cells.rove {
                @for (i, (day, inside)) in days.iter().enumerate() {
                    button type="button" class={ "t c" (day) } tabindex=[(i > 0).then_some("-1")]
                        aria-label=(tip(playbook, play, inside)) {
                        @for class in stripes(inside) { i class={ "k " (class) } {} }
                    }
                }
            }
        }
    }
}

/// The colours of a day, as many as there is room for; what speaks goes before what does not.
fn stripes(steps: &[&PagedStep]) -> Vec<&'static str> {
    const ROOM: usize = 4;
    let (silent, mut classes): (Vec<_>, Vec<_>) =
        steps.iter().map(|step| class(step)).partition(|c| *c == "quiet");
    if classes.is_empty() {
        classes.extend(silent.first());
    }
    classes.truncate(ROOM);
    classes
}

/// What a day of a lane says: the day and the play, then a line for each step.
fn tip(playbook: &Playbook, play: &Play, steps: &[&PagedStep]) -> String {
    let locale = playbook.locale;
    let date = steps.first().map(|step| words::day(locale, playbook.zone.date(step.at))).unwrap_or_default();
    let mut tip = format!("{date} · {}", play.title);
    for step in steps.iter().take(TIP.0) {
        let whole = as_read(&step.text, locale);
        let text: String = whole.chars().take(TIP.1).collect();
        let cut = if text.len() < whole.len() { "…" } else { "" };
        let _ =
            write!(tip, "\n{} {}: {text}{cut}", words::clock(&playbook.zone, step.at), kind(locale, step));
        if let Some(held) = held(playbook, step) {
            let _ = write!(tip, " ({held})");
        }
    }
    if let more @ 1.. = steps.len().saturating_sub(TIP.0) {
        let _ = write!(tip, "\n+ {more}");
    }
    for line in play_conditions(locale, play) {
        let _ = write!(tip, "\n{line}");
    }
    tip
}

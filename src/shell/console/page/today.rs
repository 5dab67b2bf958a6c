//! `/`: Today as markup.

use super::{
    evening, health,
    parts::{self, run_path, why},
    prose::prose,
    wording,
};
use crate::{
    base::{
        limits,
        locale::Locale,
        time::{Timestamp, Zone},
    },
    engine::entry::{Outcome, Skip, TaskKind},
    shell::{
        console::{
            layout::Frame,
            view::today::{Card, Held, Look, Missed, Place, Row, Standing, Today},
        },
        delivery::markup,
        pages::words,
    },
};
use maud::{Markup, html};

/// The title and the page.
pub(crate) fn page(view: &Today, frame: &Frame) -> (String, Markup) {
    let locale = frame.locale;
    let utc = Zone::utc();
    let zone = view.zone.as_ref().unwrap_or(&utc);
    let day = words::day(locale, zone.date(view.now));
    let title = format!("{} {day}", locale.pick("Today", "今天"));
    let now = html! {
        (headline(view, locale))
        (evening::strips(&view.evenings, view.now, frame))
        @if !view.waits.is_empty() {
            section #waits aria-labelledby="waits-title" {
                h2 #waits-title { (locale.pick("Waiting for you", "等你")) " (" (view.waits.len()) ")" }
                ul.cards { @for (n, card) in view.waits.iter().enumerate() { li.card.task .late[is_late(card, view.now)] { (self::card(card, n, view.now, frame)) } } }
            }
        }
        div.columns {
            section #day aria-labelledby="day-title" {
                h2 #day-title { (locale.pick("Today", "今天")) }
                @if view.day.is_empty() { p.empty { (locale.pick("Nothing starts today.", "今天没有安排。")) } }
                ul.rows { @for row in &view.day { li { (day_row(row, frame)) } } }
            }
            div {
                (held(&view.held, locale))
                (missed(&view.missed, locale))
                (look(&view.look, frame))
                @if !view.others.is_empty() {
                    section #others aria-labelledby="others-title" {
                        h2 #others-title { (locale.pick("Waiting for others", "等别人")) " (" (view.others.len()) ")" }
                        ul.cards { @for (n, card) in view.others.iter().enumerate() { li.card.task .late[is_late(card, view.now)] { (self::card(card, view.waits.len() + n, view.now, frame)) } } }
                    }
                }
            }
        }
        (health::strip(&view.health, locale))
    };
    let body = html! {
        h1 { (title) small { " " (zone.name()) } }
        (parts::whole("now", locale.pick("How it is now", "现在的情况"), &now, frame))
    };
    (title, body)
}

/// The worst line of the page in one sentence; all is well only where every list is empty.
fn headline(view: &Today, locale: Locale) -> Markup {
    let late = view.waits.iter().chain(&view.others).filter(|card| is_late(card, view.now)).count();
    let n = |n: usize, en: &str, many: &str, zh: &str| match locale {
        Locale::En => format!("{n} {}", if n == 1 { en } else { many }),
        Locale::Zh => format!("{n} {zh}"),
    };
    let mut parts = Vec::new();
    if !view.look.is_empty() {
        parts.push(n(view.look.len(), "thing needs a look", "things need a look", "件需要看一眼"));
    }
    if late > 0 {
        parts.push(n(late, "task is overdue", "tasks are overdue", "个任务逾期"));
    }
    if !view.waits.is_empty() {
        parts.push(n(view.waits.len(), "thing waits for you", "things wait for you", "件事等你"));
    }
    if !view.held.is_empty() {
        parts.push(n(view.held.len(), "message is held", "messages are held", "条消息被压住"));
    }
    if !view.missed.is_empty() {
        parts.push(n(view.missed.len(), "thing did not happen", "things did not happen", "件没发生"));
    }
    if !view.others.is_empty() {
        parts.push(n(view.others.len(), "thing waits for others", "things wait for others", "件事等别人"));
    }
    let groups = n(view.groups, "group", "groups", "个群");
    let bad = late > 0 || !view.look.is_empty();
    if parts.is_empty() {
        parts.push(locale.pick("all is well", "一切正常").to_owned());
    }
    html! { p.headline.bad[bad] { (if bad { "▲ " } else { "● " }) (parts.join(locale.pick(" · ", " · "))) " · " (groups) } }
}

fn is_late(card: &Card, now: Timestamp) -> bool {
    card.due.is_some_and(|due| due < now)
}

/// `Xi'an`, `Xi'an, Beijing and 9 more`.
pub(super) fn places(places: &[Place], locale: Locale) -> String {
    let shown: Vec<String> =
        places.iter().take(limits::GROUPS_NAMED_MAX).map(|place| place.title.clone()).collect();
    let more = places.len() - shown.len();
    let named = locale.join(&shown);
    match (more, locale) {
        (0, _) => named,
        (more, Locale::En) => format!("{named} +{}", words::number(more as u64)),
        (more, Locale::Zh) => format!("{named} +{}", words::number(more as u64)),
    }
}

/// What kind of thing is asked.
pub(super) const fn kind(kind: TaskKind, locale: Locale) -> &'static str {
    match (kind, locale) {
        (TaskKind::Task, Locale::En) => "Task",
        (TaskKind::Task, Locale::Zh) => "任务",
        (TaskKind::Approval, Locale::En) => "Approval",
        (TaskKind::Approval, Locale::Zh) => "审批",
        (TaskKind::Question, Locale::En) => "Question",
        (TaskKind::Question, Locale::Zh) => "提问",
        (TaskKind::Delivery, Locale::En) => "To paste by hand",
        (TaskKind::Delivery, Locale::Zh) => "手动发送",
        (TaskKind::Removal, Locale::En) => "To remove by hand",
        (TaskKind::Removal, Locale::Zh) => "手动移出",
    }
}

/// One card of a page that has cards and nothing else.
pub(super) fn below(card: &Card, n: usize, now: Timestamp, frame: &Frame) -> Markup {
    ranked(card, (n, Rank::Second), now, frame)
}

/// One card; `n` makes its ids its own.
pub(super) fn card(card: &Card, n: usize, now: Timestamp, frame: &Frame) -> Markup {
    ranked(card, (n, Rank::Third), now, frame)
}

fn ranked(card: &Card, (n, rank): (usize, Rank), now: Timestamp, frame: &Frame) -> Markup {
    let on: Vec<(&str, &str)> =
        card.places.iter().map(|place| (place.group.as_str(), place.subject.as_str())).collect();
    html! {
        (asked(card, (n, rank), now, frame.locale))
        @if card.answers { div.acts { (acts(card, n, &on, frame)) } }
    }
}

/// Below which heading a card stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rank {
    /// Under none: it is what the page is about.
    First,
    /// Under that of the page.
    Second,
    /// Under that of a part of it.
    Third,
}

impl Rank {
    fn heading(self, class: &str, words: &Markup) -> Markup {
        match self {
            Self::First => html! { h1 class={ "question " (class) } { (words) } },
            Self::Second => html! { h2 class={ "asked " (class) } { (words) } },
            Self::Third => html! { h3 class=(class) { (words) } },
        }
    }
}

/// What is asked, without a button.
pub(super) fn asked(card: &Card, (n, rank): (usize, Rank), now: Timestamp, locale: Locale) -> Markup {
    let kind = kind(card.kind, locale);
    let ids: Vec<&str> =
        card.places.iter().take(limits::GROUPS_NAMED_MAX).map(|place| place.subject.as_str()).collect();
    html! {
        p.meta {
            span { b { (kind) } " · " bdi { (places(&card.places, locale)) } " · " (ids.join(" ")) }
            @if let Some(due) = card.due { (until(due, now, card, locale)) }
            @if !card.people.is_empty() { span { "→ " bdi { (locale.join(&card.people)) } } }
        }
        @if card.kind == TaskKind::Delivery {
            (rank.heading("unseen", &html! { (kind) " " (places(&card.places, locale)) }))
            textarea #{ "text" (n) } readonly rows="5" aria-label=(locale.pick("The text to paste", "要粘贴的文字")) { (card.text) }
        } @else {
            (rank.heading("", &html! { bdi { (markup::plain(&card.text)) } }))
        }
        @if let Some(show) = &card.show { div.text { (prose(show)) } }
        @if !card.members.is_empty() {
            details {
                summary { (locale.pick("Who: ", "名单：")) (card.members.len()) }
                @let names: Vec<String> = card.members.iter().map(|(_, name)| name.clone()).collect();
                p { bdi { (locale.join(&names)) } }
            }
        }
    }
}

/// When something is over, as a length and as a clock time.
fn until(due: Timestamp, now: Timestamp, card: &Card, locale: Locale) -> Markup {
    let (zone, late) = (&card.zone, due < now);
    let length = locale.duration(if late { now.since(due) } else { due.since(now) });
    let same_day = zone.date(due) == zone.date(now);
    let at = if same_day { words::clock(zone, due) } else { locale.time(due, zone, now) };
    let text = match (late, locale) {
        (true, Locale::En) => format!("overdue for {length} (since {at})"),
        (true, Locale::Zh) => format!("逾期 {length}（{at} 到期）"),
        (false, Locale::En) => format!("{length} left, until {at}"),
        (false, Locale::Zh) => format!("还有 {length}，到 {at}"),
    };
    html! { span .badword[late] { (text) } }
}

/// The buttons of a card.
fn acts(card: &Card, n: usize, on: &[(&str, &str)], frame: &Frame) -> Markup {
    let locale = frame.locale;
    let input = |name: &str, label: &str| {
        html! {
            label.field { (label) input type="text" name=(name) autocomplete="off" maxlength="2000"; }
        }
    };
    let second =
        |summary: &str, form: &Markup| html! { details { summary { (summary) } div.inner { (form) } } };
    match card.kind {
        TaskKind::Approval => html! {
            @if card.members.is_empty() {
                (frame.press("approve", on, &html! { button.main { (locale.pick("Approve", "批准")) } }))
            } @else {
                (second(locale.pick("Approve", "批准"), &frame.press("approve", on, &choose(card, locale))))
            }
            (second(locale.pick("Reject", "驳回"), &frame.press("reject", on, &html! {
                (input("reason", locale.pick("Why? Whoever asked is told.", "为什么？原因会告诉提出的人。")))
                button.bad { (locale.pick("Reject", "驳回")) " " (places(&card.places, locale)) }
            })))
        },
        TaskKind::Delivery => html! {
            (copy(n, locale))
            @if card.places.len() > 1 { (sent(card, frame)) }
            @else { (frame.press("done", on, &html! { button.main.after { (locale.pick("Sent", "已发送")) } })) }
            (second(locale.pick("Cannot be sent", "发不了"), &frame.press("unsent", on, &html! {
                (input("reason", locale.pick("Why?", "为什么？")))
                button.bad { (locale.pick("It is not sent", "这条不发了")) }
            })))
            span.copied role="status" {}
        },
        TaskKind::Task | TaskKind::Removal | TaskKind::Question => html! {
            @if card.list.is_empty() {
                (frame.press("done", on, &html! { button.main { (locale.pick("Done", "完成")) } }))
            } @else {
                (frame.press("tick", on, &html! { (ticks(card, locale)) }))
            }
            (second(locale.pick("Done, with words", "完成并留言"), &frame.press("done", on, &html! {
                (input("note", locale.pick("What there is to say", "想说的话")))
                button.main { (locale.pick("Done", "完成")) " " (places(&card.places, locale)) }
            })))
        },
    }
}

/// Who goes: whoever is ticked. Of a list that is too long for a page nobody is taken out here.
fn choose(card: &Card, locale: Locale) -> Markup {
    let n = card.members.len();
    html! {
        @if n <= limits::CHOSEN_SHOWN {
            fieldset {
                legend { (locale.pick("Who goes; take the tick from who stays", "打勾的人会被请出；留下的人请去掉勾")) }
                input type="hidden" name="chosen" value="yes";
                @for (id, name) in &card.members {
                    label.tick { input type="checkbox" name="go" value=(id) checked; span { bdi { (name) } } }
                }
            }
        } @else {
            p.words { (locale.pick(
                "The list is too long for a page: `playbook approve TASK --except NAME` lets somebody stay.",
                "名单太长，这里放不下：用 `playbook approve 编号 --except 名字` 留下某人。",
            )) }
        }
        button.bad { (locale.pick("Let the ticked of these go: ", "请出打勾的成员，共列出 ")) (n) " · " (places(&card.places, locale)) }
    }
}

/// Copies a card's text.
pub(super) fn copy(n: usize, locale: Locale) -> Markup {
    html! {
        button type="button" data-copy={ "text" (n) } data-done=(locale.pick("Copied.", "已复制。"))
            data-select=(locale.pick("Selected: copy it with your device's own menu.", "已选中：请用系统菜单复制。")) {
            (locale.pick("Copy all", "复制全文"))
        }
    }
}

/// One text for several groups: those that are ticked have it, the rest stay.
fn sent(card: &Card, frame: &Frame) -> Markup {
    let locale = frame.locale;
    html! {
        form.press.sheet method="post" action="/press/done" {
            (frame.fields())
            details {
                summary { (locale.pick("In which groups", "发到了哪些群")) " (" (card.places.len()) ")" }
                fieldset {
                    legend { (locale.pick("Take the tick from where it is not yet", "还没发的群请去掉勾")) }
                    @for place in &card.places {
                        label.tick { input type="checkbox" name="on" value={ (place.group) " " (place.subject) } checked; span { bdi { (place.title) } } }
                    }
                }
            }
            button.main.after { (locale.pick("Sent to the ticked groups", "打勾的群已发送")) }
        }
    }
}

/// A checklist: what is ticked off stays so, and with the last of it the task is done.
pub(super) fn ticks(card: &Card, locale: Locale) -> Markup {
    html! {
        div.checklist {
            @for (n, (item, done)) in card.list.iter().enumerate() {
                label.tick {
                    input type="checkbox" name="tick" value=(n + 1) checked[*done] disabled[*done];
                    span { bdi { (item) } }
                }
            }
            button.main { (locale.pick("Tick off", "打勾")) }
        }
    }
}

fn day_row(row: &Row, frame: &Frame) -> Markup {
    let locale = frame.locale;
    let (sign, class, word) = standing(&row.standing, locale);
    let on: Vec<(&str, &str)> =
        row.places.iter().map(|place| (place.group.as_str(), place.subject.as_str())).collect();
    let ahead = matches!(row.standing, Standing::Ahead | Standing::Unless(_));
    html! {
        span class={ "sign " (class) } aria-hidden="true" { (sign) }
        span.time { (words::clock(&row.zone, row.at)) }
        div {
            @match row.places.as_slice() {
                [one] => { a href=(run_path(&one.group, &one.subject.as_str().into())) { bdi { (row.title) } } }
                _ => { bdi { (row.title) } }
            }
            " " small { bdi { (places(&row.places, locale)) } }
            span.rest { (word) @if !row.reason.is_empty() { ": " bdi { (row.reason) } }
                @if let Some(one) = row.places.first() { " · " (why(&one.group, &one.subject.as_str().into(), None, locale)) }
            }
            @if ahead && row.commands {
                details {
                    summary { (locale.pick("Skip this time", "跳过这次")) }
                    (frame.press("skip", &on, &html! {
                        p.words { (locale.pick("It does not start this time", "这一次不会开始")) ": " bdi { (row.title) } ", " (places(&row.places, locale)) }
                        button.bad { (locale.pick("Skip", "跳过")) " " (words::clock(&row.zone, row.at)) " " (row.title) }
                    }))
                }
            }
        }
    }
}

/// A sign, its colour and its word.
fn standing(standing: &Standing, locale: Locale) -> (&'static str, &'static str, String) {
    let (sign, class, word) = match standing {
        Standing::Ended(Outcome::Done) => ("✓", "good", locale.pick("done", "已完成")),
        Standing::Ended(Outcome::Stopped) => ("■", "", locale.pick("stopped", "已中止")),
        Standing::Ended(Outcome::Failed) => ("✕", "bad", locale.pick("failed", "失败")),
        Standing::Ended(Outcome::Cancelled) => ("✕", "", locale.pick("cancelled", "已取消")),
        Standing::Ended(Outcome::Replaced) => {
            ("✕", "", locale.pick("replaced by a newer one", "被新的一次代替"))
        }
        Standing::Open => ("▸", "good", locale.pick("under way", "进行中")),
        Standing::Ahead => ("○", "", locale.pick("ahead", "待开始")),
        Standing::Unless(skip) => return ("◐", "", unless(skip, locale)),
    };
    (sign, class, word.to_owned())
}

/// Why something would not start as things are.
fn unless(skip: &Skip, locale: Locale) -> String {
    let because = crate::sim::timeline::skipped(skip);
    let because = because.of(locale);
    match locale {
        Locale::En => format!("would not start: {because}"),
        Locale::Zh => format!("到时不会开始：{because}"),
    }
}

fn held(held: &[Held], locale: Locale) -> Markup {
    html! {
        @if !held.is_empty() {
            section #held aria-labelledby="held-title" {
                h2 #held-title { (locale.pick("Held back", "压住")) " (" (held.len()) ")" }
                ul.rows { @for held in held { li {
                    span.sign aria-hidden="true" { "⏸" }
                    span.time { (words::clock(&held.zone, held.due)) }
                    div {
                        @if let Some(play) = &held.play { b { (play) } " " }
                        small { bdi { (held.place.title) } }
                        span.rest {
                            (words::hold(locale, held.reason))
                            @if let Some(until) = held.until { " → " (locale.time(until, &held.zone, held.due)) }
                            @if let Some((run, step)) = wording::step_of(&held.place.subject.as_str().into()) { " · " (why(&held.place.group, &run, Some(&step), locale)) }
                        }
                        span.rest { bdi { (held.text) } }
                    }
                } } }
            }
        }
    }
}

fn missed(missed: &[Missed], locale: Locale) -> Markup {
    html! {
        @if !missed.is_empty() {
            section #missed aria-labelledby="missed-title" {
                h2 #missed-title { (locale.pick("Did not happen", "没发生")) " (" (missed.len()) ")" }
                ul.rows { @for row in missed { li {
                    span.sign aria-hidden="true" { "✕" }
                    span.time { (words::clock(&row.zone, row.at)) }
                    div {
                        @if !row.about.is_empty() { b { bdi { (row.about) } } " " }
                        small { bdi { (places(&row.places, locale)) } }
                        span.rest {
                            bdi { (row.text.of(locale)) }
                            @if let (Some(one), Some(run)) = (row.places.first(), &row.run) { " · " (why(&one.group, run, None, locale)) }
                        }
                    }
                } } }
            }
        }
    }
}

fn look(look: &[Look], frame: &Frame) -> Markup {
    let locale = frame.locale;
    html! {
        @if !look.is_empty() {
            section #look aria-labelledby="look-title" {
                h2 #look-title { (locale.pick("Needs a look", "需要看一眼")) " (" (look.len()) ")" }
                ul.rows.plainrows { @for one in look { li {
                    span.sign.bad aria-hidden="true" { "▲" }
                    div { (look_at(one, frame)) }
                } } }
            }
        }
    }
}

fn look_at(look: &Look, frame: &Frame) -> Markup {
    let locale = frame.locale;
    match look {
        Look::Channel { place, since, reason, zone } => html! {
            bdi { (place.title) } ": " (locale.pick("channel ", "频道 ")) b { (place.subject) } (locale.pick(" fails since ", " 发不出去，自 ")) (words::clock(zone, *since))
            span.rest { bdi { (reason) } }
        },
        Look::Failed { place, play, at, reason, commands, zone } => html! {
            bdi { (place.title) } ": " a href=(run_path(&place.group, &place.subject.as_str().into())) { b { (play) } } (locale.pick(" failed, ", " 失败，")) (locale.time(*at, zone, *at))
            span.rest { bdi { (reason) } }
            @if *commands {
                (frame.press("retry", &[(place.group.as_str(), place.subject.as_str())], &html! { button { (locale.pick("Try again", "重试")) } }))
            }
        },
        Look::Paused { place } => {
            html! { bdi { (place.title) } ": " (locale.pick("everything is paused", "全部暂停中")) }
        }
    }
}

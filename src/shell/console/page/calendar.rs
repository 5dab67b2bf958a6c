//! `/calendar` as markup: a grid of plays and days, and the same as a list for phones and for paper.

use super::parts::{self, address, choices, group_path, piece, run_path, second, why};
use crate::{
    base::locale::Locale,
    shell::{
        console::{
            layout::Frame,
            view::calendar::{Calendar, Kind, Lane, Mark, Shape, is_cut},
        },
        pages::words,
    },
    sim::timeline,
};
use jiff::civil::Date;
use maud::{Markup, html};

/// The title and the page.
pub(crate) fn page(view: &Calendar, frame: &Frame) -> (String, Markup) {
    let locale = frame.locale;
    let title = locale.pick("Calendar", "日历");
    let grid = html! {
        @if view.shape != Shape::Agenda {
            @for (n, days) in view.days.chunks(7).enumerate() { (week(view, days, n * 7, locale)) }
        }
        (agenda(view, frame))
    };
    let body = html! {
        h1 { (title) " " small { bdi { (view.place) } } }
        (around(view, locale))
        (legend(locale))
        @if view.cut { p.note { (locale.pick("So much happened that the oldest days here are not whole.", "事情太多，最早几天显示不全。")) } }
        (parts::part("calendar", &span(view, locale), &grid, frame))
        (subscribe(view, locale))
    };
    (format!("{title} · {}", view.place), body)
}

fn span(view: &Calendar, locale: Locale) -> String {
    match view.shape {
        Shape::Month => words::month(locale, view.day),
        Shape::Week | Shape::Agenda => {
            let (first, last) = (view.days.first().copied(), view.days.last().copied());
            let day = |day: Option<Date>| day.map(|day| words::short_day(locale, day)).unwrap_or_default();
            format!("{} – {}", day(first), day(last))
        }
    }
}

fn link(view: &Calendar, shape: Shape, day: Date) -> String {
    let view_word = if shape == Shape::Week { "" } else { shape.word() };
    let play = view.play.as_ref().map_or("", |play| play.as_str());
    let group = view.group.as_str();
    address("/calendar", &[("group", group), ("view", view_word), ("day", &day.to_string()), ("play", play)])
}

fn around(view: &Calendar, locale: Locale) -> Markup {
    let shapes = Shape::ALL.map(|(_, shape)| {
        let name = match shape {
            Shape::Week => locale.pick("week", "周"),
            Shape::Month => locale.pick("month", "月"),
            Shape::Agenda => locale.pick("list", "列表"),
        };
        (name.to_owned(), link(view, shape, view.day), shape == view.shape)
    });
    let today = view.zone.date(view.now);
    html! {
        div.around {
            nav.choices aria-label=(locale.pick("Days", "日期")) { ul {
                li { a href=(link(view, view.shape, view.shape.turned(view.day, false))) { "‹ " (locale.pick("before", "之前")) } }
                li { a href=(link(view, view.shape, today)) aria-current=[(view.days.contains(&today)).then_some("date")] { (locale.pick("today", "今天")) } }
                li { a href=(link(view, view.shape, view.shape.turned(view.day, true))) { (locale.pick("after", "之后")) " ›" } }
            } }
            (choices(locale.pick("How", "显示方式"), &shapes))
            @if view.groups.len() > 1 || view.plays.len() > 1 {
                form.find method="get" action="/calendar" {
                    @if view.groups.len() > 1 {
                        label.field { (locale.pick("Group", "群"))
                            select name="group" { @for (id, title) in &view.groups { option value=(id) selected[*id == view.group] { (title) } } }
                        }
                    } @else { input type="hidden" name="group" value=(view.group); }
                    @if view.plays.len() > 1 {
                        label.field { (locale.pick("Play", "玩法"))
                            select name="play" {
                                option value="" { (locale.pick("all", "全部")) }
                                @for (name, title) in &view.plays { option value=(name) selected[view.play.as_ref() == Some(name)] { (title) } }
                            }
                        }
                    }
                    input type="hidden" name="view" value=(view.shape.word());
                    input type="hidden" name="day" value=(view.day);
                    button { (locale.pick("Show", "显示")) }
                }
            }
        }
    }
}

fn legend(locale: Locale) -> Markup {
    let signs = [
        ("✓", "good", locale.pick("done", "完成")),
        ("!", "bad", locale.pick("late", "迟到")),
        ("✕", "bad", locale.pick("did not happen", "没发生")),
        ("⏸", "", locale.pick("held", "压住")),
        ("○", "", locale.pick("ahead", "待开始")),
        ("▸", "", locale.pick("waits to be pasted", "待转发")),
        ("◐", "", locale.pick("if a condition holds", "有条件")),
    ];
    html! { ul.legend { @for (sign, class, word) in signs { li { (parts::sign(sign, class, word)) } } } }
}

/// The sign of a mark, its colour and its words.
fn standing(mark: &Mark, locale: Locale) -> (&'static str, &'static str, String) {
    match &mark.kind {
        Kind::Done => ("✓", "good", locale.pick("done", "完成").to_owned()),
        Kind::ToPaste => ("▸", "", locale.pick("waits to be pasted", "待转发").to_owned()),
        Kind::Late(by) => (
            "!",
            "bad",
            match locale {
                Locale::En => format!("{} late", locale.duration(*by)),
                Locale::Zh => format!("迟了 {}", locale.duration(*by)),
            },
        ),
        Kind::Missed(skip) => ("✕", "bad", timeline::skipped(skip).of(locale).to_owned()),
        Kind::Failed(error) => ("✕", "bad", error.of(locale).to_owned()),
        Kind::Held(reason, _) => ("⏸", "", timeline::held_by(*reason).of(locale).to_owned()),
        Kind::NotSent => {
            ("✕", "bad", locale.pick("was held, and is not sent", "被压住，没有发出").to_owned())
        }
        Kind::Ahead => ("○", "", locale.pick("ahead", "待开始").to_owned()),
        Kind::If(condition) => (
            "◐",
            "",
            match locale {
                Locale::En => format!("only if {condition}"),
                Locale::Zh => format!("条件：{condition}"),
            },
        ),
    }
}

/// Seven days as a table.
fn week(view: &Calendar, days: &[Date], first: usize, locale: Locale) -> Markup {
    let today = view.zone.date(view.now);
    let lanes: Vec<&Lane> = view
        .lanes
        .iter()
        .filter(|lane| lane.days[first..first + days.len()].iter().any(|marks| !marks.is_empty()))
        .collect();
    html! {
        div.wide.weeks { table.week {
            thead { tr {
                th scope="col" { (locale.pick("Play", "玩法")) }
                @for day in days { th scope="col" .today[*day == today] {
                    (words::weekdays(locale)[words::weekday(*day)]) " " (day.day())
                } }
            } }
            tbody {
                @for lane in lanes { tr {
                    th scope="row" { bdi { (lane.title) } }
                    @for marks in &lane.days[first..first + days.len()] { td { @for mark in marks.iter().take(CELL_MARKS) { (cell(mark, view, locale)) }
                        @if marks.len() > CELL_MARKS { small { "+" (marks.len() - CELL_MARKS) @if is_cut(marks) { " …" } } }
                    } }
                } }
                tr.sums {
                    th scope="row" { (locale.pick("Posts", "发帖")) @if let Some(most) = view.posts_max { " / " (most) } }
                    @for (n, cut) in &view.posts[first..first + days.len()] {
                        @let over = view.posts_max.is_some_and(|most| *n > most);
                        td.n .bad[over] { @if *cut { "≥ " } (n) @if over { "!" span.unseen { (locale.pick(" over the budget", " 超过预算")) } } }
                    }
                }
            }
        } }
    }
}

/// Marks of one play and day that a list shows.
const LIST_MARKS: usize = 12;

impl Lane {
    /// The first of a day.
    fn first(&self, n: usize) -> &[Mark] {
        &self.days[n][..self.days[n].len().min(LIST_MARKS)]
    }
}

/// Marks that one cell shows.
const CELL_MARKS: usize = 4;

fn cell(mark: &Mark, view: &Calendar, locale: Locale) -> Markup {
    let (sign, class, word) = standing(mark, locale);
    let clock = words::clock(&view.zone, mark.at);
    html! {
        a class={ "mark " (class) } href=(run_path(&view.group, &mark.run)) title={ (clock) " " (word) ": " (mark.text) } {
            span aria-hidden="true" { (sign) } small { (clock) } span.unseen { " " (word) }
        }
    }
}

/// Every day as a list.
fn agenda(view: &Calendar, frame: &Frame) -> Markup {
    let locale = frame.locale;
    let today = view.zone.date(view.now);
    html! {
        div.agenda .only[view.shape == Shape::Agenda] {
            @for (n, day) in view.days.iter().enumerate() {
                @let marks: Vec<(&Lane, &Mark)> = on_day(view, n);
                @if !marks.is_empty() {
                    h3 .today[*day == today] { (words::day(locale, *day)) }
                    ul.rows { @for (lane, mark) in marks { li { (row(lane, mark, view, frame)) } } }
                    @for lane in view.lanes.iter().filter(|lane| lane.days[n].len() > LIST_MARKS) {
                        p.note { bdi { (lane.title) } " +" (lane.days[n].len() - LIST_MARKS) @if is_cut(&lane.days[n]) { " …" } }
                    }
                }
            }
            @if view.lanes.is_empty() { p.empty { (locale.pick("Nothing on these days.", "这几天没有安排。")) } }
        }
    }
}

/// What is on a day, in order of time; of a play that has very much, the first.
fn on_day(view: &Calendar, n: usize) -> Vec<(&Lane, &Mark)> {
    let of = |lane| Lane::first(lane, n).iter().map(move |mark| (lane, mark));
    let mut marks: Vec<(&Lane, &Mark)> = view.lanes.iter().flat_map(of).collect();
    marks.sort_by_key(|(_, mark)| mark.at);
    marks
}

fn row(lane: &Lane, mark: &Mark, view: &Calendar, frame: &Frame) -> Markup {
    let locale = frame.locale;
    let (sign, class, word) = standing(mark, locale);
    html! {
        (parts::sign(sign, class, ""))
        span.time { (words::clock(&view.zone, mark.at)) }
        div {
            a href=(run_path(&view.group, &mark.run)) { bdi { (lane.title) } }
            @if !mark.text.is_empty() { " " bdi { (mark.text) } }
            span.rest {
                (word)
                @if let Kind::Held(_, Some(until)) = &mark.kind { " → " (parts::at(*until, view.now, &view.zone)) }
                " · " (why(&view.group, &mark.run, mark.step.as_ref(), locale))
            }
            @if view.commands && mark.skips && view.shape == Shape::Agenda {
                (second(locale.pick("Skip this time", "跳过这次"), &frame.press("skip", &[(view.group.as_str(), mark.run.as_str())], &html! {
                    p.words { (locale.pick("The whole run does not start: ", "整场不会开始：")) bdi { (lane.title) } ", " (words::day(locale, view.zone.date(mark.at))) }
                    button.bad { (locale.pick("Skip ", "跳过 ")) (lane.title) " " (words::clock(&view.zone, mark.at)) }
                })))
            }
        }
    }
}

fn subscribe(view: &Calendar, locale: Locale) -> Markup {
    html! {
        section aria-labelledby="more-title" {
            h2 #more-title { (locale.pick("To take along", "带走")) }
            ul {
                li { a href={ "/calendar.ics?group=" (piece(view.group.as_str())) } { (locale.pick("The coming ninety days for a calendar program (ICS)", "未来九十天的日历文件（ICS）")) } }
                @if let Some(feed) = &view.feed {
                    li {
                        (locale.pick("To subscribe, the address for a calendar program; whoever has it reads the plan of this group: ", "订阅地址，给日历程序用；有这个地址的人都能看到这个群的计划："))
                        code { (feed) }
                    }
                }
                li { a href={ (group_path(&view.group)) "/plan.html" } { (locale.pick("The plan as one file to send to somebody", "完整计划（一个文件，可以发给别人）")) } }
            }
        }
    }
}

//! `/calendar` as markup: a grid of plays and days, and the same as a list for phones and for paper.

use super::{
    cards::places,
    parts::{self, address, choices, group_path, piece, run_path, second, why},
    wording,
};
use crate::{
    base::{
        ids::{GroupId, RunId},
        locale::Locale,
    },
    shell::{
        console::{
            layout::Frame,
            view::{
                calendar::{Calendar, Shape},
                lane::Lane,
                mark::{Kind, Mark, Proviso, is_cut},
                place::Place,
            },
        },
        pages::words,
    },
    sim::{supposed::Supposing, timeline},
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
    let of = where_it_is(view, locale);
    let body = html! {
        h1 { (title) " " small { bdi { (of) } } }
        (around(view, locale))
        @if view.beyond > 0 { p.note { @match locale {
            Locale::En => { "These are the first " (view.of) " of " (words::number((view.of + view.beyond) as u64)) " groups. Choose one to see it; " a href="/groups" { "all groups" } " have a link to their own." }
            Locale::Zh => { "这里是 " (words::number((view.of + view.beyond) as u64)) " 个群里的前 " (view.of) " 个。选一个群看它自己的日历；" a href="/groups" { "群列表" } "里每个群都有链接。" }
        } } }
        (legend(locale))
        @if view.cut { p.note { (locale.pick("So much happened that the oldest days here are not whole.", "事情太多，最早几天显示不全。")) } }
        (parts::part("calendar", &span(view, locale), &grid, frame))
        @if let Some(group) = &view.group { (subscribe(view, group, locale)) }
    };
    (format!("{title} · {of}"), body)
}

/// Of which group, or of how many.
fn where_it_is(view: &Calendar, locale: Locale) -> String {
    match (&view.group, locale) {
        (Some(_), _) => view.place.clone(),
        (None, Locale::En) => format!("{} groups together", view.of),
        (None, Locale::Zh) => format!("{} 个群一起", view.of),
    }
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
    let group = view.group.as_ref().map_or("", |group| group.as_str());
    let day = day.to_string();
    let wanted = [
        ("group", group),
        ("view", view_word),
        ("day", &day),
        ("play", play),
        ("label", &view.label),
        ("person", &view.person),
    ];
    address("/calendar", &wanted)
}

/// What is shown alone: a group, a play, a label, a person.
fn filter(view: &Calendar, locale: Locale) -> Markup {
    let all = locale.pick("all", "全部");
    let choose = |name: &str, label: &str, some: &[(String, String)], chosen: &str| {
        html! {
            label.field { (label)
                select name=(name) {
                    option value="" { (all) }
                    @for (value, title) in some { option value=(value) selected[value == chosen] { (title) } }
                }
            }
        }
    };
    let pairs = |some: &mut dyn Iterator<Item = (String, String)>| some.collect::<Vec<_>>();
    let same = |text: &String| (text.clone(), text.clone());
    let groups = pairs(&mut view.groups.iter().map(|(id, title)| (id.to_string(), title.clone())));
    let plays = pairs(&mut view.plays.iter().map(|(name, title)| (name.to_string(), title.clone())));
    let labels =
        pairs(&mut view.labels.iter().map(|label| (label.clone(), label_words(label, locale).to_owned())));
    let people = pairs(&mut view.people.iter().map(same));
    let several = |some: &[(String, String)], chosen: &str| some.len() > 1 || !chosen.is_empty();
    let (group, play) = (
        view.group.as_ref().map_or("", |id| id.as_str()),
        view.play.as_ref().map_or("", |play| play.as_str()),
    );
    html! {
        form.find method="get" action="/calendar" {
            @if several(&groups, "") { (choose("group", locale.pick("Group", "群"), &groups, group)) }
            @else { input type="hidden" name="group" value=(group); }
            @if several(&plays, play) { (choose("play", locale.pick("Play", "玩法"), &plays, play)) }
            @if several(&labels, &view.label) { (choose("label", locale.pick("Label", "标签"), &labels, &view.label)) }
            @if several(&people, &view.person) { (choose("person", locale.pick("Person", "人"), &people, &view.person)) }
            input type="hidden" name="view" value=(view.shape.word());
            input type="hidden" name="day" value=(view.day);
            button { (locale.pick("Show", "显示")) }
        }
    }
}

/// A label as people call it; one of the file's own as it is written there.
fn label_words(label: &str, locale: Locale) -> &str {
    match label {
        "content" => locale.pick("of value", "干货"),
        "notice" => locale.pick("notices", "通知"),
        "social" => locale.pick("talk and play", "互动"),
        "promo" => locale.pick("promos", "推广"),
        own => own,
    }
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
            @if view.groups.len() > 1 || view.plays.len() > 1 || view.labels.len() > 1 || view.people.len() > 1 {
                (parts::folded(locale.pick("Show some of it alone", "只看一部分"), &filter(view, locale)))
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
        Kind::OnTheWay(status) => {
            let (sign, class, word) = wording::on_the_way(*status, locale);
            (sign, class, word.to_owned())
        }
        Kind::Late(by) => (
            "!",
            "bad",
            match locale {
                Locale::En => format!("{} late", locale.duration(*by)),
                Locale::Zh => format!("迟了 {}", locale.duration(*by)),
            },
        ),
        Kind::Missed(skip) => ("✕", "bad", wording::skipped(skip, locale)),
        Kind::Failed(error) => ("✕", "bad", error.of(locale).to_owned()),
        Kind::Held(reason, _) => ("⏸", "", timeline::held_by(*reason).of(locale).to_owned()),
        Kind::NotSent => {
            ("✕", "bad", locale.pick("was held, and is not sent", "被压住，没有发出").to_owned())
        }
        Kind::Ahead => ("○", "", locale.pick("ahead", "待开始").to_owned()),
        Kind::Doubtful(doubt) => {
            let (sign, words) = wording::doubt(doubt, locale);
            (sign, "", words)
        }
        Kind::If(condition) => ("◐", "", depends(condition, locale)),
    }
}

/// On what it depends, in words; where there are none for it, that it depends.
fn depends(condition: &Proviso, locale: Locale) -> String {
    let mut parts = Vec::new();
    if !condition.during.is_empty() {
        let phases = condition.during.join(" / ");
        parts.push(match locale {
            Locale::En => format!("only in the phase {phases}"),
            Locale::Zh => format!("只在“{phases}”阶段"),
        });
    }
    let words = Supposing { locale, known: &|_| None }.sentence(&condition.when);
    match words {
        Some(words) => parts.push(format!("{}{words}", locale.pick("only if ", "条件："))),
        None if condition.when.is_empty() => {}
        None => parts.push(locale.pick("if a condition holds", "有条件").to_owned()),
    }
    parts.join(locale.pick("; ", "；"))
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

/// Where a mark leads: to its run, in the first of its groups.
fn leads_to(mark: &Mark, view: &Calendar) -> String {
    match (mark.places.first(), &view.group) {
        (Some(place), _) => run_path(&place.group, &place.subject.as_str().into()),
        (None, Some(group)) => run_path(group, &mark.run),
        (None, None) => "/groups".to_owned(),
    }
}

/// In how many groups a mark is, where it is in several.
fn how_many(mark: &Mark) -> usize {
    mark.places.len() + mark.more
}

fn cell(mark: &Mark, view: &Calendar, locale: Locale) -> Markup {
    let (sign, class, word) = standing(mark, locale);
    let clock = words::clock(&mark.zone, mark.at);
    let groups = places(&mark.places, mark.more, locale);
    html! {
        a class={ "mark " (class) } href=(leads_to(mark, view)) title={ (clock) " " (word) ": " (mark.text) @if !groups.is_empty() { " (" (groups) ")" } } {
            span aria-hidden="true" { (sign) } small { (clock) @if how_many(mark) > 1 { " ×" (how_many(mark)) } } span.unseen { " " (word) " " (groups) }
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
        span.time { (words::clock(&mark.zone, mark.at)) }
        div {
            a href=(leads_to(mark, view)) { bdi { (lane.title) } }
            @if !mark.places.is_empty() { " " small { bdi { (places(&mark.places, mark.more, locale)) } } }
            @if !mark.text.is_empty() { " " bdi { (mark.text) } }
            span.rest {
                (word)
                @if let Kind::Held(_, Some(until)) = &mark.kind { " → " (parts::at(*until, view.now, &view.zone)) }
                @if let Some((group, run)) = first(mark, view) { " · " (why(&group, &run, mark.step.as_ref(), locale)) }
            }
            @if view.commands && mark.skips && view.shape == Shape::Agenda { (skip(lane, mark, view, frame)) }
        }
    }
}

/// The run of a mark, in the first of its groups.
fn first(mark: &Mark, view: &Calendar) -> Option<(GroupId, RunId)> {
    let of = |place: &Place| (place.group.clone(), RunId::new(&place.subject));
    mark.places.first().map(of).or_else(|| Some((view.group.clone()?, mark.run.clone())))
}

fn skip(lane: &Lane, mark: &Mark, view: &Calendar, frame: &Frame) -> Markup {
    let locale = frame.locale;
    let own = view.group.as_ref().map(|group| (group.as_str(), mark.run.as_str()));
    let each = mark.places.iter().map(|place| (place.group.as_str(), place.subject.as_str()));
    let on: Vec<(&str, &str)> = each.chain(own.filter(|_| mark.places.is_empty())).collect();
    second(locale.pick("Skip this time", "跳过这次"), &frame.press("skip", &on, &html! {
        p.words {
            (locale.pick("The whole run does not start: ", "整场不会开始：")) bdi { (lane.title) } ", " (words::day(locale, mark.zone.date(mark.at)))
            @if !mark.places.is_empty() { ", " bdi { (places(&mark.places, 0, locale)) } }
        }
        button.bad { (locale.pick("Skip ", "跳过 ")) (lane.title) " " (words::clock(&mark.zone, mark.at)) }
    }))
}

fn subscribe(view: &Calendar, group: &GroupId, locale: Locale) -> Markup {
    html! {
        section aria-labelledby="more-title" {
            h2 #more-title { (locale.pick("To take along", "带走")) }
            ul {
                li { a href={ "/calendar.ics?group=" (piece(group.as_str())) } { (locale.pick("The coming ninety days for a calendar program (ICS)", "未来九十天的日历文件（ICS）")) } }
                @if let Some(feed) = &view.feed {
                    li {
                        (locale.pick("To subscribe, the address for a calendar program; whoever has it reads the plan of this group: ", "订阅地址，给日历程序用；有这个地址的人都能看到这个群的计划："))
                        code { (feed) }
                    }
                }
                li { a href={ (group_path(group)) "/plan.html" } { (locale.pick("The plan as one file to send to somebody", "完整计划（一个文件，可以发给别人）")) } }
            }
        }
    }
}

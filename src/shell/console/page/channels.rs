//! `/channels` as markup.

use super::{
    parts::{self, group_path, part, why},
    wording,
};
use crate::{
    base::locale::Locale,
    shell::{
        console::{
            layout::Frame,
            view::channels::{Book, Channels, Row, Stuck},
        },
        ears::EarState,
        pages::words,
    },
};
use maud::{Markup, html};

/// The title and the page; `access` is who is signed in here, where the reader may know.
pub(crate) fn page(view: &Channels, access: Option<&Markup>, frame: &Frame) -> (String, Markup) {
    let locale = frame.locale;
    let title = locale.pick("Channels", "频道");
    let failing = view.rows.iter().filter(|row| row.failing.is_some()).count();
    let deaf = view
        .rows
        .iter()
        .filter(|row| row.ear.as_ref().is_some_and(|ear| ear.state.trouble().is_some()))
        .count();
    let refused = view.books.iter().filter(|book| book.refused.is_some()).count();
    let body = html! {
        h1 { (title) }
        @if deaf > 0 {
            p.headline.bad { "▲ " @match locale { Locale::En => { (deaf) " of " (view.rows.len()) " channels hear nothing though they should" } Locale::Zh => { (view.rows.len()) " 个频道里有 " (deaf) " 个该听却听不到" } } }
        }
        @if refused > 0 {
            p.headline.bad { "▲ " (locale.pick("The newest version of a file is not in force.", "有文件的最新版本没有生效。")) }
        }
        @if failing > 0 {
            p.headline.bad { "▲ " @match locale { Locale::En => { (failing) " of " (view.rows.len()) " channels fail" } Locale::Zh => { (view.rows.len()) " 个频道里有 " (failing) " 个发不出去" } } }
        } @else if view.stuck.is_empty() && deaf == 0 && refused == 0 {
            p.headline { "● " (locale.pick("Every channel gets through.", "全部频道正常。")) }
        }
        (part("speak", locale.pick("What we speak through", "用什么说"), &table(view, locale), frame))
        @if !view.stuck.is_empty() { (part("stuck", locale.pick("Somebody has to decide", "需要人决定"), &stuck(view, frame), frame)) }
        (part("versions", locale.pick("Files and versions", "文件和版本"), &books(view, locale), frame))
        @if let Some(access) = access { (part("access", locale.pick("Who is signed in", "谁登录着"), access, frame)) }
    };
    (title.to_owned(), body)
}

fn table(view: &Channels, locale: Locale) -> Markup {
    html! {
        @if view.rows.is_empty() { p.empty { (locale.pick("No file has a channel.", "文件里没有频道。")) } }
        @if !view.rows.is_empty() { div.wide { table.list {
            thead { tr {
                th scope="col" { (locale.pick("Channel", "频道")) }
                th scope="col" { (locale.pick("State", "状况")) }
                th scope="col" { (locale.pick("Last taken", "最近送达")) }
                th.n scope="col" { (locale.pick("Waiting", "排队")) }
                th.n scope="col" { (locale.pick("Under way", "发送中")) }
                th.n scope="col" { (locale.pick("By hand", "待手动")) }
                th scope="col" { (locale.pick("Hears", "听")) }
            } }
            tbody { @for row in &view.rows { (tr(row, view, locale)) } }
        } } }
    }
}

fn tr(row: &Row, view: &Channels, locale: Locale) -> Markup {
    let kinds: Vec<&str> = row.kinds.iter().map(|kind| kind.as_str()).collect();
    html! {
        tr {
            th scope="row" {
                bdi { (row.name) } " " small { (kinds.join(", ")) }
                span.rest { bdi { (row.playbook) } @if row.groups > 1 { " · " (words::number(row.groups as u64)) (locale.pick(" groups", " 个群")) } }
            }
            td data-label=(locale.pick("State", "状况")) {
                @match &row.failing {
                    Some((groups, since, reason)) => {
                        (parts::sign("▲", "bad", locale.pick("fails", "发不出去")))
                        " " (locale.pick("since ", "自 ")) (parts::at(*since, view.now, &view.zone))
                        @if row.groups > 1 { " · " (groups) (locale.pick(" groups", " 个群")) }
                        span.rest { bdi { (reason) } }
                    }
                    None => { (parts::sign("●", "good", locale.pick("gets through", "正常"))) }
                }
            }
            td data-label=(locale.pick("Last taken", "最近送达")) { @match row.accepted { Some(at) => { (parts::at(at, view.now, &view.zone)) } None => { "–" } } }
            td.n data-label=(locale.pick("Waiting", "排队")) { (words::number(row.waiting)) }
            td.n data-label=(locale.pick("Under way", "发送中")) { (words::number(row.under_way)) }
            td.n data-label=(locale.pick("By hand", "待手动")) { (words::number(row.by_hand)) }
            td data-label=(locale.pick("Hears", "听")) { (ear(row, view, locale)) }
        }
    }
}

/// How its ear is; without one, what its platform could tell.
fn ear(row: &Row, view: &Channels, locale: Locale) -> Markup {
    let Some(ear) = &row.ear else {
        let able = &row.hears;
        let deaf = !(able.joins || able.messages || able.answers);
        return html! {
            @if deaf { (locale.pick("hears nothing", "听不到任何消息")) }
            @else { (locale.pick("no ear; could hear: ", "没有监听；能听到：")) (hears(row, locale)) }
        };
    };
    let (mark, class, word) = match &ear.state {
        EarState::Begins => ("○", "", locale.pick("begins", "刚开始")),
        EarState::Listens => ("●", "good", locale.pick("hears", "在听")),
        EarState::Troubled(_) => {
            ("▲", "bad", locale.pick("hears nothing just now, tries again", "暂时听不到，正在重试"))
        }
        EarState::Elsewhere(_) => {
            ("▲", "bad", locale.pick("another program holds the connection", "另一个程序占着连接"))
        }
        EarState::Refused(_) => ("▲", "bad", locale.pick("its credential is refused", "凭据被拒绝")),
    };
    html! {
        (parts::sign(mark, class, word)) " " (locale.pick("since ", "自 ")) (parts::at(ear.since, view.now, &view.zone))
        @if let Some(heard) = ear.heard { span.rest { (locale.pick("last heard ", "最近听到 ")) (parts::at(heard, view.now, &view.zone)) } }
        @if let Some(why) = ear.state.trouble() { span.rest lang="en" { bdi { (why) } } }
        span.rest { (hears(row, locale)) }
    }
}

/// What a platform could tell us.
fn hears(row: &Row, locale: Locale) -> String {
    let able = &row.hears;
    let all = [
        (able.joins, locale.pick("joins", "进退群")),
        (able.messages, locale.pick("messages", "消息")),
        (able.answers, locale.pick("answers", "回答")),
    ];
    let words: Vec<String> =
        all.iter().filter(|(able, _)| *able).map(|(_, word)| (*word).to_owned()).collect();
    if words.is_empty() { locale.pick("nothing", "听不到").to_owned() } else { locale.join(&words) }
}

fn stuck(view: &Channels, frame: &Frame) -> Markup {
    let locale = frame.locale;
    html! {
        ul.cards { @for one in &view.stuck { li.card.task.late { (card(one, view, frame)) } } }
        @if view.more { p.note { (locale.pick("There are more: `playbook outbox` lists them all.", "还有更多：用 `playbook outbox` 查看全部。")) } }
    }
}

fn card(one: &Stuck, view: &Channels, frame: &Frame) -> Markup {
    let locale = frame.locale;
    html! {
        p.meta {
            span { b { (if one.in_doubt { locale.pick("May have arrived", "存疑：可能已到") } else { locale.pick("Refused", "被拒收") }) } " · " a href=(group_path(&one.group)) { bdi { (one.place) } } " · " (one.channel) }
            span { (parts::at(one.created, view.now, &one.zone)) }
        }
        h3 { bdi { (one.text) } }
        p { bdi { (one.note) } @if let Some((run, step)) = wording::step_of(&one.effect) { " " (why(&one.group, &run, Some(&step), locale)) } }
        @if one.commands { div.acts { (wording::decide(&one.group, &one.effect, one.in_doubt, frame)) } }
    }
}

fn books(view: &Channels, locale: Locale) -> Markup {
    let row = |book: &Book| {
        html! {
            tr {
                th scope="row" { bdi { (book.title) } span.rest { code { (book.file) } } }
                td data-label=(locale.pick("Version", "版本")) { code { (book.version) } }
                td.n data-label=(locale.pick("Groups", "群")) { (words::number(book.groups as u64)) }
                td data-label=(locale.pick("Findings", "检查")) {
                    @if let Some(why) = &book.refused {
                        (parts::sign("▲", "bad", locale.pick("its newest version is refused", "最新版本没有生效")))
                        span.rest lang="en" { bdi { (why) } }
                    } @else if book.warnings > 0 {
                        (parts::sign("!", "", "")) (book.warnings) (locale.pick(" warnings: `playbook check` shows them", " 条警告：用 `playbook check` 查看"))
                    } @else { (parts::sign("●", "good", locale.pick("none", "没有问题"))) }
                }
            }
        }
    };
    html! {
        div.wide { table.list {
            thead { tr {
                th scope="col" { (locale.pick("File", "文件")) }
                th scope="col" { (locale.pick("Version", "版本")) }
                th.n scope="col" { (locale.pick("Groups", "群")) }
                th scope="col" { (locale.pick("Findings", "检查")) }
            } }
            tbody { @for book in &view.books { (row(book)) } }
        } }
    }
}

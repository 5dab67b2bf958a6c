//! `/channels` as markup.

use super::{
    parts::{self, group_path, part, second, why},
    wording,
};
use crate::{
    base::{locale::Locale, time::Duration},
    model::channel::ChannelKind,
    shell::{
        answers,
        console::{
            layout::Frame,
            test_send::TEST_WORDS,
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
        (part("speak", locale.pick("What we speak through", "用什么说"), &table(view, frame), frame))
        @if !view.stuck.is_empty() { (part("stuck", locale.pick("Somebody has to decide", "需要人决定"), &stuck(view, frame), frame)) }
        (part("versions", locale.pick("Files and versions", "文件和版本"), &books(view, locale), frame))
        (part("engine", locale.pick("The engine", "引擎"), &engine(view, locale), frame))
        @if let Some(access) = access { (part("access", locale.pick("Who is signed in", "谁登录着"), access, frame)) }
    };
    (title.to_owned(), body)
}

fn table(view: &Channels, frame: &Frame) -> Markup {
    let locale = frame.locale;
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
            tbody { @for row in &view.rows { (tr(row, view, frame)) } }
        } } }
    }
}

fn tr(row: &Row, view: &Channels, frame: &Frame) -> Markup {
    let locale = frame.locale;
    let kinds: Vec<&str> = row.kinds.iter().map(|kind| kind.as_str()).collect();
    html! {
        tr {
            th scope="row" {
                bdi { (row.name) } " " small { (kinds.join(", ")) }
                span.rest {
                    bdi { (row.playbook) }
                    @if row.groups > 1 { " · " (words::number(row.groups as u64)) (locale.pick(" groups", " 个群")) }
                    @if row.robots > 1 { " · " (row.robots) (locale.pick(" robots share it", " 个机器人分担")) }
                }
                @if !row.tries.is_empty() { (test_send(row, frame)) }
            }
            td data-label=(locale.pick("State", "状况")) {
                @match &row.failing {
                    Some((groups, since, reason)) => {
                        (parts::sign("▲", "bad", locale.pick("fails", "发不出去")))
                        " " (locale.pick("since ", "自 ")) (parts::at(*since, view.now, &view.zone))
                        @if row.groups > 1 { " · " (groups) (locale.pick(" groups", " 个群")) }
                        span.rest { bdi { (reason.of(locale)) } }
                    }
                    // What it has refused is told below, and is no reason to call it well.
                    None if view.refuses(&row.name) => {
                        (parts::sign("▲", "bad", locale.pick("has refused messages", "有消息被拒收")))
                    }
                    None if row.taken.is_none() && row.waiting > 0 => { (parts::sign("○", "", locale.pick("nothing has got through yet", "还没有送达过"))) }
                    None => { (parts::sign("●", "good", locale.pick("gets through", "正常"))) }
                }
            }
            td data-label=(locale.pick("Last taken", "最近送达")) { (taken(row, view, locale)) }
            td.n data-label=(locale.pick("Waiting", "排队")) {
                (words::number(row.waiting))
                @if let Some(next) = row.next.filter(|next| *next > view.now) { span.rest { (locale.pick("next try ", "下次 ")) (parts::at(next, view.now, &view.zone)) } }
            }
            td.n data-label=(locale.pick("Under way", "发送中")) { (words::number(row.under_way)) }
            td.n data-label=(locale.pick("By hand", "待手动")) { (words::number(row.by_hand)) }
            td data-label=(locale.pick("Hears", "听")) {
                @if let Some(since) = row.silent {
                    (parts::sign("▲", "bad", locale.pick("silent though it usually is not", "平时有动静，现在没有")))
                    " " (locale.pick("since ", "自 ")) (parts::at(since, view.now, &view.zone)) " "
                }
                (ear(row, view, locale)) (connect(row, view, locale))
            }
        }
    }
}

/// What its platform took last, and how long that takes.
fn taken(row: &Row, view: &Channels, locale: Locale) -> Markup {
    let Some(taken) = &row.taken else {
        let by_hand = row.kinds.iter().all(|kind| *kind == ChannelKind::Manual);
        return html! { span.rest {
            @if by_hand { (locale.pick("people paste it", "由人代贴")) }
            @else { (locale.pick("nothing since the engine began", "引擎启动后还没发过")) }
        } };
    };
    html! {
        (parts::at(taken.at, view.now, &view.zone))
        @if let Some((half, most)) = taken.lengths() {
            span.rest title=(locale.pick("From the decision until the platform took it, of the last messages", "最近的消息，从决定到平台收下用了多久")) {
                (locale.pick("half within ", "一半 ")) (seconds(half)) (locale.pick(", 95 % within ", " 内，95% ")) (seconds(most)) (locale.pick("", " 内"))
            }
        }
    }
}

/// `0.4 s`
fn seconds(length: Duration) -> String {
    format!("{:.1} s", length.as_millis() as f64 / 1_000.0)
}

/// One message for real, by a press that says first what it does.
fn test_send(row: &Row, frame: &Frame) -> Markup {
    let locale = frame.locale;
    second(
        locale.pick("Test send", "试发一条"),
        &html! {
            form.press method="post" action="/test-send" {
                (frame.fields())
                input type="hidden" name="channel" value=(row.name);
                p.words { (locale.pick(
                    "One message goes out now, once, and members of the group see it. It counts in no budget; the journal has who tried it and what came of it.",
                    "现在真的发出一条，只发一次，群里的人会看到。不计入预算；日志会记下谁试的、结果怎样。",
                )) }
                @if let [(group, title)] = row.tries.as_slice() {
                    input type="hidden" name="group" value=(group);
                    p.words { (locale.pick("Group: ", "群：")) bdi { (title) } }
                } @else {
                    label.field { (locale.pick("Group", "群"))
                        select name="group" { @for (group, title) in &row.tries { option value=(group) { (title) } } }
                    }
                }
                label.field { (locale.pick("Text", "文字"))
                    input type="text" name="text" maxlength="500" value=(locale.pick(TEST_WORDS.0, TEST_WORDS.1));
                }
                button.main { (locale.pick("Send one to ", "发一条到 ")) bdi { (row.name) } }
            }
        },
    )
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
        @let (now, before) = ear.hourly.counts(view.now);
        @if now + before > 0 { span.rest { @match locale {
            Locale::En => { (now) " reports this hour, " (before) " in the hour before" }
            Locale::Zh => { "这一小时 " (now) " 次，上一小时 " (before) " 次" }
        } } }
        @if let Some(heard) = ear.heard { span.rest { (locale.pick("last heard ", "最近听到 ")) (parts::at(heard, view.now, &view.zone)) } }
        @if let Some(kind) = row.kinds.iter().find(|kind| kind.ear().is_some()) { span.rest { (locale.pick("by ", "方式：")) (kind.hears_by().of(locale)) } }
        @if let Some(cursor) = &row.cursor { span.rest {
            (locale.pick("heard up to ", "已听到 ")) (parts::at(cursor.at, view.now, &view.zone))
            @if !cursor.value.is_empty() { " · " (locale.pick("cursor ", "游标 ")) code { (cursor.value.chars().take(CURSOR_CHARS).collect::<String>()) } }
        } }
        @if let Some(why) = ear.state.trouble() { span.rest { bdi { (answers::in_words(why).of(locale)) } } }
        span.rest { (hears(row, locale)) }
    }
}

/// How much of a cursor is shown: it is the platform's word, and means something to it alone.
const CURSOR_CHARS: usize = 24;

/// How it is connected: by a dialogue that says each setting and where it is found.
fn connect(row: &Row, view: &Channels, locale: Locale) -> Markup {
    let book = view.books.iter().find(|book| book.title == row.playbook);
    let Some(book) = book.filter(|_| row.kinds.iter().any(|kind| kind.ear().is_some())) else {
        return html! {};
    };
    html! {
        details {
            summary { (locale.pick("Connect it", "连接向导")) }
            p.words { (locale.pick(
                "On the machine of the engine, this asks for each setting, says where it is found, and tries it:",
                "在引擎所在的机器上运行，它逐项问设置、说在哪里找，并当场试：",
            )) }
            pre.command { "playbook connect " (row.name) " " (book.file) }
        }
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
        p { bdi { (one.note.of(locale)) } @if let Some((run, step)) = wording::step_of(&one.effect) { " " (why(&one.group, &run, Some(&step), locale)) } }
        @if one.commands { div.acts { (wording::decide(&[(one.group.as_str(), one.effect.as_str())], one.in_doubt, frame)) } }
    }
}

fn books(view: &Channels, locale: Locale) -> Markup {
    let row = |book: &Book| {
        html! {
            tr {
                th scope="row" { bdi { (book.title) } span.rest { code { (book.file) } } }
                td data-label=(locale.pick("Version", "版本")) { code { (book.version) } (earlier(book, view, locale)) }
                td.n data-label=(locale.pick("Groups", "群")) { (words::number(book.groups as u64)) }
                td data-label=(locale.pick("Findings", "检查")) {
                    @if let Some(why) = &book.refused {
                        (parts::sign("▲", "bad", locale.pick("its newest version is refused", "最新版本没有生效")))
                        span.rest { bdi { (why.of(locale)) } }
                    } @else if !book.warnings.is_empty() { (warnings(book, locale)) }
                    @else { (parts::sign("●", "good", locale.pick("none", "没有问题"))) }
                    @for ending in &book.ending { span.rest { "▲ " bdi { (ending.of(locale)) } } }
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

/// What `check` warns of, the first of it.
fn warnings(book: &Book, locale: Locale) -> Markup {
    let n = book.warnings.len();
    html! {
        details {
            summary { (parts::sign("!", "", "")) " " (n) @match locale {
                Locale::En => { (if n == 1 { " warning" } else { " warnings" }) }
                Locale::Zh => { " 条警告" }
            } }
            ul { @for one in book.warnings.iter().take(WARNINGS_SHOWN) { li {
                @if !one.place.is_empty() { code { (one.place) } " " }
                bdi { (one.message.of(locale)) } " " small { (one.code) }
            } } }
            @if n > WARNINGS_SHOWN { p.note { (locale.pick("`playbook check` shows them all.", "用 `playbook check` 查看全部。")) } }
        }
    }
}

/// Warnings of one file that are listed.
const WARNINGS_SHOWN: usize = 20;

/// The versions that took effect before, by the clock.
fn earlier(book: &Book, view: &Channels, locale: Locale) -> Markup {
    html! {
        @if !book.history.is_empty() {
            details {
                summary { (locale.pick("in force since ", "生效于 ")) (parts::at(book.history[0].0, view.now, &view.zone)) }
                ul { @for (at, version) in &book.history { li { (parts::at(*at, view.now, &view.zone)) " " code { (version) } } } }
            }
        }
    }
}

/// How the engine itself is.
fn engine(view: &Channels, locale: Locale) -> Markup {
    let engine = &view.engine;
    html! {
        @if engine.held_up { p.headline.bad { "▲ " (locale.pick("The state cannot be written just now: nothing is decided until it can.", "现在写不了状态：能写之前不做任何决定。")) } }
        dl.facts {
            dt { (locale.pick("Behind", "滞后")) }
            dd { @if engine.behind.as_millis() < 1_000 { (locale.pick("not behind", "没有滞后")) } @else { (locale.duration(engine.behind)) } }
            @if let Some(room) = engine.room {
                dt { (locale.pick("Room on the disk", "磁盘剩余")) }
                dd { (words::number(room / 1_000_000_000)) " GB" }
            }
            dt { (locale.pick("Copies", "备份")) }
            dd { (locale.pick("`playbook backup` makes a verified copy while the engine runs; the engine makes none by itself", "引擎运行时用 `playbook backup` 做一份验证过的备份；引擎自己不做")) }
        }
    }
}

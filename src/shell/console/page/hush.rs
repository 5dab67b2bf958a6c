//! `/hush` as markup: that members see nothing for a while, and the end of it.

use super::{
    cards::reasons,
    parts::{self, field, group_path},
};
use crate::{
    base::locale::Locale,
    shell::console::{
        layout::Frame,
        view::hush::{HushPage, Hushed},
    },
};
use maud::{Markup, html};

/// The title and the page.
pub(crate) fn page(view: &HushPage, frame: &Frame) -> (String, Markup) {
    let locale = frame.locale;
    let title = locale.pick("Hush", "静默");
    let body = html! {
        h1 { (title) }
        p.words { (locale.pick(
            "In a hushed group members see nothing that the engine would say. People who look after it go on being asked, and what is heard still counts.",
            "静默的群里，引擎不再向成员发任何消息。负责群的人照常收到任务，听到的内容照常计数。",
        )) }
        @if let Some((group, name)) = &view.here {
            section aria-labelledby="one-title" {
                h2 #one-title { (locale.pick("Only ", "只静默 ")) bdi { (name) } }
                (quiet(group.as_str(), &many(1, locale), name, frame))
            }
        }
        @if view.loud > 0 && (view.here.is_none() || view.loud > 1) {
            section aria-labelledby="every-title" {
                h2 #every-title { (many(view.loud, locale)) }
                (quiet("", &many(view.loud, locale), &many(view.loud, locale), frame))
            }
        }
        @if view.all > 0 { (parts::part("hushed", locale.pick("Hushed now", "静默中"), &hushed(view, frame), frame)) }
    };
    (title.to_owned(), body)
}

/// `12 groups`
fn many(n: usize, locale: Locale) -> String {
    match locale {
        Locale::En if n == 1 => "1 group".to_owned(),
        Locale::En => format!("{n} groups"),
        Locale::Zh => format!("{n} 个群"),
    }
}

fn quiet(group: &str, how_many: &str, object: &str, frame: &Frame) -> Markup {
    let locale = frame.locale;
    html! {
        form.press.sheet method="post" action="/hush" {
            (frame.fields())
            input type="hidden" name="what" value="hush";
            input type="hidden" name="group" value=(group);
            (reasons("reason", &occasions(locale), locale.pick("Why? Those who look after the group read it.", "为什么？负责群的人会看到。")))
            (field("own-reason", locale.pick("In your own words", "自己写")))
            label.field { (locale.pick("For how long", "多久"))
                select name="for" {
                    option value="" { (locale.pick("until somebody ends it", "直到有人结束")) }
                    option value="1h" { (locale.pick("an hour", "一小时")) }
                    option value="4h" { (locale.pick("four hours", "四小时")) }
                    option value="24h" { (locale.pick("a day", "一天")) }
                }
            }
            p.words { (locale.pick("Members of ", "")) (how_many) (locale.pick(" see nothing from now on.", "的成员从现在起看不到任何消息。")) }
            button.bad { (locale.pick("Hush ", "静默 ")) bdi { (object) } }
        }
    }
}

/// Why a group is to be quiet.
fn occasions(locale: Locale) -> [&'static str; 4] {
    match locale {
        Locale::En => {
            ["a quarrel", "sad news", "something official goes first", "something is wrong with the messages"]
        }
        Locale::Zh => ["群里有争执", "有不幸的消息", "有正式的事要先说", "消息内容有问题"],
    }
}

fn hushed(view: &HushPage, frame: &Frame) -> Markup {
    let locale = frame.locale;
    html! {
        ul.rows { @for one in &view.hushed { li { (row(one, view, frame)) } } }
        @if view.all > view.hushed.len() { p.note { "+" (view.all - view.hushed.len()) } }
        @if view.all > 1 { div.acts { (end("", &many(view.all, locale), frame)) } }
    }
}

fn row(one: &Hushed, view: &HushPage, frame: &Frame) -> Markup {
    let locale = frame.locale;
    html! {
        (parts::sign("‖", "", ""))
        span.time { (parts::at(one.since, view.now, &one.zone)) }
        div {
            a href=(group_path(&one.group)) { bdi { (one.title) } } " " bdi { (one.why) }
            span.rest {
                @match one.until {
                    Some(until) => { (locale.pick("until ", "到 ")) (parts::at(until, view.now, &one.zone)) }
                    None => { (locale.pick("until somebody ends it", "直到有人结束")) }
                }
                " · " (one.held) (locale.pick(" held", " 条压住"))
            }
            div.acts { (end(one.group.as_str(), &one.title, frame)) }
        }
    }
}

fn end(group: &str, object: &str, frame: &Frame) -> Markup {
    let locale = frame.locale;
    parts::second(
        locale.pick("End it", "结束静默"),
        &html! {
            form.press method="post" action="/hush" {
                (frame.fields())
                input type="hidden" name="what" value="unhush";
                input type="hidden" name="group" value=(group);
                p.words { (locale.pick(
                    "Members see what is said again. What has come too late meanwhile is dropped and listed in the journal.",
                    "成员重新看到消息。这段时间已过时的消息不再发送，日志里有清单。",
                )) }
                label.tick { input type="checkbox" name="send" value="yes"; span { (locale.pick("Send what has come too late, too", "过时的也照发")) } }
                button.main { (locale.pick("End it in ", "结束静默：")) bdi { (object) } }
            }
        },
    )
}

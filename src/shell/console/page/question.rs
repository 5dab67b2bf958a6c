//! An open question as markup: how it stands, and the forms that enter answers to it.

use super::{
    cards,
    parts::{self, field, group_path, part, run_path, second},
    today,
};
use crate::{
    base::{limits, locale::Locale, phrase::Phrase, time::Timestamp},
    engine::entry::TaskKind,
    shell::{
        console::{
            layout::Frame,
            view::question::{QuestionPage, QuestionRow},
        },
        delivery::markup,
        pages::words,
    },
};
use maud::{Markup, html};

/// The title and the page.
pub(crate) fn page(view: &QuestionPage, frame: &Frame) -> (String, Markup) {
    let locale = frame.locale;
    let body = html! {
        (crumb(view, locale))
        h1 { bdi { (markup::plain(&view.text)) } }
        (part("answers", locale.pick("How it stands", "现在的结果"), &standing(view, locale), frame))
        section #enter aria-labelledby="enter-title" {
            h2 #enter-title { (locale.pick("Enter answers", "录入回答")) }
            p.words { (locale.pick(
                "For what its channel does not hear: somebody told you, or it was counted elsewhere.",
                "用于频道听不到的回答：有人告诉了你，或者在别处统计过。",
            )) }
            div.acts.pressbar {
                (second(locale.pick("For one member", "替一位成员回答"), &one(view, frame)))
                @if !view.options.is_empty() && view.of.is_none() {
                    (second(locale.pick("A pasted chain", "粘贴接龙"), &chain(view, frame)))
                    (second(locale.pick("What was counted elsewhere", "别处统计的结果"), &counts(view, frame)))
                }
            }
        }
    };
    (format!("{} {} · {}", cards::kind(TaskKind::Question, locale), view.task, view.place), body)
}

/// The title and the page of the questions that are open.
pub(crate) fn every(asked: &[QuestionRow], more: usize, now: Timestamp, frame: &Frame) -> (String, Markup) {
    let locale = frame.locale;
    let title = locale.pick("Enter answers", "录入回答");
    let list = html! {
        @if asked.is_empty() { p.empty { (locale.pick("No question is open.", "现在没有正在问的问题。")) } }
        (today::questions(asked, more, now, locale))
    };
    let body = html! {
        h1 { (title) }
        (parts::whole("open", title, &list, frame))
    };
    (title.to_owned(), body)
}

fn crumb(view: &QuestionPage, locale: Locale) -> Markup {
    html! {
        p.crumb {
            a href=(group_path(&view.group)) { bdi { (view.place) } } " › "
            (cards::kind(TaskKind::Question, locale)) " " (view.task)
            @if let Some(run) = &view.run { " · " a href=(run_path(&view.group, run)) { (locale.pick("the run that asks", "提问的活动")) } }
        }
    }
}

fn standing(view: &QuestionPage, locale: Locale) -> Markup {
    html! {
        p.headline {
            @match locale { Locale::En => { (words::number(view.counted)) (if view.counted == 1 { " answer" } else { " answers" }) } Locale::Zh => { (words::number(view.counted)) " 个回答" } }
            @if let Some((seats, taken)) = view.seats { " · " (locale.pick("places taken: ", "已占名额：")) (taken) " / " (seats) }
            @if let Some(due) = view.due { " · " (locale.pick("until ", "截止 ")) (parts::at(due, view.now, &view.zone)) }
        }
        @if view.totalled { p.words { (locale.pick(
            "Totals that somebody entered count in the place of what was heard.",
            "以有人录入的总数为准，听到的回答不再计入。",
        )) } }
        @if !view.options.is_empty() {
            div.wide { table {
                thead { tr { th scope="col" { (locale.pick("Option", "选项")) } th.n scope="col" { (locale.pick("Chosen", "人数")) } } }
                tbody { @for (option, n) in &view.options { tr { th scope="row" { bdi { (option) } } td.n { (words::number(*n)) } } } }
            } }
        }
        @if !view.answers.is_empty() {
            details {
                summary { (locale.pick("Who answered", "谁回答了")) " (" (view.heard) ")" }
                ul.rows.plainrows { @for (id, name, said) in &view.answers { li {
                    span.sign aria-hidden="true" { "·" }
                    div { bdi { (name) } @if name != id.as_str() { " " small { code { (id) } } } span.rest { bdi { (said) } } }
                } } }
                @if view.heard > view.answers.len() { p.note { (locale.pick("The latest are shown.", "只显示最近的。")) } }
            }
        }
    }
}

/// The hidden fields of every form of the page.
fn on(view: &QuestionPage, what: &str, frame: &Frame) -> Markup {
    html! {
        (frame.fields())
        input type="hidden" name="group" value=(view.group);
        input type="hidden" name="task" value=(view.task);
        input type="hidden" name="what" value=(what);
    }
}

fn one(view: &QuestionPage, frame: &Frame) -> Markup {
    let locale = frame.locale;
    let several = view.choices > 1;
    html! {
        form.press.sheet method="post" action="/answer" {
            (on(view, "one", frame))
            @if let Some(of) = &view.of { input type="hidden" name="member" value=(of); }
            @else { (field("member", locale.pick("Who answers: a name or an id", "谁回答：名字或编号"))) }
            @if !view.options.is_empty() {
                fieldset {
                    legend { @if several { (locale.pick("Up to ", "最多选 ")) (view.choices) } @else { (locale.pick("The answer", "回答")) } }
                    @for (option, _) in &view.options { label.tick {
                        @if several { input type="checkbox" name="option" value=(option); } @else { input type="radio" name="option" value=(option); }
                        span { bdi { (option) } }
                    } }
                }
            }
            @for (n, name) in view.fields.iter().enumerate() {
                label.field { bdi { (name) } input type="text" name={ "field" (n) } maxlength="500" autocomplete="off"; }
            }
            label.tick { input type="checkbox" name="withdraw" value="yes"; span { (locale.pick("Take the answer back instead", "改为收回回答")) } }
            button.main { (locale.pick("Enter this answer", "录入这个回答")) }
        }
    }
}

fn chain(view: &QuestionPage, frame: &Frame) -> Markup {
    let locale = frame.locale;
    html! {
        form.press.sheet method="post" action="/answer" {
            (on(view, "chain", frame))
            label.field {
                (locale.pick("The chain as it stands in the chat: a numbered line for each who comes", "群里的接龙原文：每人一行，带编号"))
                textarea name="chain" rows="8" maxlength=(limits::FORM_BYTES_MAX / 10) required {}
            }
            label.tick { input type="checkbox" name="withdraw" value="yes"; span { (locale.pick("Take back the answers of those who are not in it", "不在接龙里的人，收回他们的回答")) } }
            button.main { (locale.pick("Show what it changes", "看看会改什么")) }
        }
    }
}

fn counts(view: &QuestionPage, frame: &Frame) -> Markup {
    let locale = frame.locale;
    html! {
        form.press.sheet method="post" action="/answer" {
            (on(view, "counts", frame))
            p.words { (locale.pick(
                "These numbers take the place of what was heard. Who it was nobody knows.",
                "这些数字会代替听到的回答，不知道具体是谁。",
            )) }
            @for (n, (option, count)) in view.options.iter().enumerate() {
                label.field { bdi { (option) } input type="number" name={ "count" (n) } min="0" max="1000000" value=(count) required; }
            }
            button.main { (locale.pick("Enter these totals", "录入这些总数")) }
        }
    }
}

/// What a chain changes, before it counts: the second press.
pub(crate) fn chain_read(
    view: &QuestionPage,
    (lines, answers): (&[Phrase], usize),
    (text, withdraws): (&str, bool),
    frame: &Frame,
) -> (String, Markup) {
    let locale = frame.locale;
    let title = locale.pick("What this chain changes", "这份接龙会改什么");
    let body = html! {
        (crumb(view, locale))
        h1 { (title) }
        p { bdi { (markup::plain(&view.text)) } }
        @if lines.is_empty() { p.headline { (locale.pick("Nothing: everybody in it has answered so already.", "没有变化：里面的人都已经这样回答了。")) } }
        ul.plainlist { @for line in lines { li { bdi { (line.of(locale)) } } } }
        div.acts.pressbar {
            @if answers > 0 {
                form.press method="post" action="/answer" {
                    (on(view, "chain", frame))
                    input type="hidden" name="chain" value=(text);
                    @if withdraws { input type="hidden" name="withdraw" value="yes"; }
                    input type="hidden" name="sure" value="yes";
                    button.main { @match locale {
                        Locale::En => { "Count " (answers) (if answers == 1 { " answer" } else { " answers" }) }
                        Locale::Zh => { "计入 " (answers) " 个回答" }
                    } }
                }
            }
            a.button href=(frame.path) { (locale.pick("Back", "返回")) }
        }
    };
    (title.to_owned(), body)
}

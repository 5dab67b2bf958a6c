//! `/why/…`: what `playbook why` answers, as markup.

use super::{
    because::{SpokenNames, called},
    parts::{self, group_path, run_path},
};
use crate::{
    base::{
        ids::{GroupId, RunId},
        locale::Locale,
        phrase::{Phrase, Words, pair},
    },
    shell::{
        console::{layout::Frame, view::naming::NamedStep},
        view::why::WhyAnswer,
    },
    sim::why::Verdict,
};
use maud::{Markup, html};
use std::collections::BTreeSet;

/// The title and the page.
pub(crate) fn page(
    (title, group, place): (&str, &GroupId, &str),
    (answers, open): (&[(WhyAnswer, Verdict)], &BTreeSet<RunId>),
    steps: &[NamedStep],
    frame: &Frame,
) -> (String, Markup) {
    let locale = frame.locale;
    let heading = format!("{}{title}", locale.pick("Why? ", "为什么？"));
    let body = html! {
        p.crumb { a href="/groups" { (locale.pick("Groups", "群")) } " › " a href=(group_path(group)) { bdi { (place) } } }
        h1 { (locale.pick("Why? ", "为什么？")) bdi { (title) } }
        @for (n, (why, verdict)) in answers.iter().enumerate() { (answer(n, why, (*verdict, open), (title, steps), locale)) }
    };
    (heading, body)
}

/// That nothing can be answered, and what to do.
pub(crate) fn unclear(
    asked: &str,
    message: &Phrase,
    help: Option<&Phrase>,
    frame: &Frame,
) -> (String, Markup) {
    let locale = frame.locale;
    let title = locale.pick("Why?", "为什么？");
    let body = html! {
        h1 { (title) " " small { bdi { (asked) } } }
        p { (message.of(locale)) }
        @if let Some(help) = help { p.words { (help.of(locale)) } }
        p { a href="/log" { (locale.pick("To the logbook", "到日志")) } }
    };
    (title.to_owned(), body)
}

/// What became of it, in a word.
fn verdict(verdict: Verdict) -> (&'static str, &'static str, Words) {
    match verdict {
        Verdict::WillHappen => ("○", "", pair("will happen", "会发生")),
        Verdict::WouldNot => ("◐", "", pair("would not start as things are", "照现在的情况不会开始")),
        Verdict::Waits => ("○", "", pair("begins when something else does", "等别的事情发生才开始")),
        Verdict::Happened => ("✓", "good", pair("happened", "发生了")),
        Verdict::Late => ("!", "bad", pair("came late", "迟了")),
        Verdict::Open => ("▸", "good", pair("has begun and waits", "已开始，正在等")),
        Verdict::Held => ("⏸", "", pair("is held by a budget", "被预算压住")),
        Verdict::NotSent => ("✕", "bad", pair("was not sent", "没有发出")),
        Verdict::Missed => ("✕", "bad", pair("was missed", "错过了")),
        Verdict::Skipped => ("✕", "", pair("did not start", "没有开始")),
        Verdict::Failed => ("✕", "bad", pair("failed", "失败了")),
        Verdict::Ended => ("■", "", pair("was ended", "被结束了")),
        Verdict::None => ("–", "", pair("there is no such occurrence", "没有这一次")),
    }
}

fn answer(
    n: usize,
    why: &WhyAnswer,
    (became, open): (Verdict, &BTreeSet<RunId>),
    (title, steps): (&str, &[NamedStep]),
    locale: Locale,
) -> Markup {
    let names = SpokenNames { run: why.run.as_ref(), play: (why.play.as_str(), title), steps, locale };
    let under_way = became != Verdict::Open && why.run.as_ref().is_some_and(|run| open.contains(run));
    let (mark, class, word) = verdict(became);
    let id = format!("answer-{n}");
    html! {
        section aria-labelledby=(id) {
            h2 #(id) {
                @if under_way { (parts::sign("▸", "good", locale.pick("under way", "正在进行"))) " · " (locale.pick("of a step: ", "其中一步：")) }
                (parts::sign(mark, class, word.of(locale)))
                @if let Some(anchor) = &why.anchor { " · " (anchor.minute()) }
            }
            p.headline { bdi { (names.opening(why.says.of(locale))) } }
            ul.because { @for one in &why.because { li {
                @let (mark, word) = match one.holds { Some(true) => ("✓", locale.pick("holds", "成立")), Some(false) => ("✗", locale.pick("does not hold", "不成立")), None => ("·", locale.pick("note", "说明")) };
                span.sign .good[one.holds == Some(true)] .bad[one.holds == Some(false)] { span aria-hidden="true" { (mark) } span.unseen { (word) } }
                " " b { (called(one.what, locale)) } " " bdi { (names.in_words(one.text.of(locale))) }
            } } }
            @if !why.journal.is_empty() {
                h3 { (locale.pick("In the journal", "日志里的记录")) }
                ul.because { @for one in &why.journal { li { small { "#" (one.seq) } " " (one.at.second()) " " bdi { (names.in_words(one.text.of(locale))) } } } }
            }
            @if let Some(run) = &why.run { p { a href=(run_path(&why.group, run)) { (locale.pick("The whole run", "看整场活动")) } } }
        }
    }
}

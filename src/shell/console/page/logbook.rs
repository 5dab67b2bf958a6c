//! `/log` as markup.

use super::parts::{self, address, choices, field, folded, group_path, part, run_path, second, why};
use crate::{
    base::locale::Locale,
    shell::console::{
        history::Kinds,
        layout::Frame,
        view::logbook::{Logbook, Row, Wanted},
    },
    sim::timeline::Tone,
};
use maud::{Markup, html};

/// The title and the page.
pub(crate) fn page(view: &Logbook, frame: &Frame) -> (String, Markup) {
    let locale = frame.locale;
    let title = locale.pick("Logbook", "日志");
    let body = html! {
        h1 { (title) }
        (filters(view, locale))
        (remark(view, frame))
        (part("log", locale.pick("What happened, newest first", "发生了什么（新的在前）"), &rows(view, locale), frame))
        @if let Some(next) = view.next {
            p { a.button href=(link(&view.wanted, view.wanted.kinds, Some(next))) { (locale.pick("Earlier", "更早")) } }
        } @else if view.cut {
            p.note { (locale.pick("Older entries are shown by `playbook log`.", "更早的记录请用 `playbook log` 查看。")) }
        }
    };
    (title.to_owned(), body)
}

fn link(wanted: &Wanted, kinds: &str, before: Option<i64>) -> String {
    let group = wanted.group.as_ref().map_or("", |id| id.as_str());
    let before = before.map(|seq| seq.to_string()).unwrap_or_default();
    let kinds = if kinds == "all" { "" } else { kinds };
    address("/log", &[("group", group), ("kind", kinds), ("q", &wanted.text), ("before", &before)])
}

/// What a kind is called.
fn kind(word: &str, locale: Locale) -> &'static str {
    match word {
        "said" => locale.pick("posts", "发言"),
        "people" => locale.pick("people", "人"),
        "missed" => locale.pick("did not happen", "没发生"),
        "failed" => locale.pick("failed", "失败"),
        "budget" => locale.pick("budgets", "预算"),
        _ => locale.pick("all", "全部"),
    }
}

fn filters(view: &Logbook, locale: Locale) -> Markup {
    let wanted = &view.wanted;
    let kinds = Kinds::CHOICES
        .map(|(word, _)| (kind(word, locale).to_owned(), link(wanted, word, None), word == wanted.kinds));
    html! {
        (choices(locale.pick("Which entries", "哪些记录"), &kinds))
        (folded(locale.pick("Find an entry", "查找记录"), &find(wanted, view, locale)))
    }
}

/// By what entries are found.
fn find(wanted: &Wanted, view: &Logbook, locale: Locale) -> Markup {
    html! {
        form.find method="get" action="/log" role="search" {
            @if view.groups.len() > 1 {
                label.field { (locale.pick("Group", "群"))
                    select name="group" {
                        option value="" { (locale.pick("all groups", "全部群")) }
                        @for (id, title) in &view.groups {
                            option value=(id) selected[Some(id) == wanted.group.as_ref()] { (title) }
                        }
                    }
                }
            } @else if let Some(group) = &wanted.group { input type="hidden" name="group" value=(group); }
            label.field { (locale.pick("Has these words", "包含文字")) input type="search" name="q" value=(wanted.text); }
            input type="hidden" name="kind" value=(wanted.kinds);
            button { (locale.pick("Show", "显示")) }
        }
    }
}

/// A remark about the group, for whoever reads this later.
fn remark(view: &Logbook, frame: &Frame) -> Markup {
    let locale = frame.locale;
    let Some(group) = view.wanted.group.as_ref().filter(|_| view.commands) else { return html! {} };
    html! {
        div.acts.pressbar {
            (second(locale.pick("Remark", "记一笔"), &frame.press("note", &[(group.as_str(), "")], &html! {
                (field("note", locale.pick("A remark for the journal", "写进日志的一句话")))
                button.main { (locale.pick("Write it down", "记下")) }
            })))
        }
    }
}

fn rows(view: &Logbook, locale: Locale) -> Markup {
    let several = view.wanted.group.is_none() && view.groups.len() > 1;
    html! {
        @if view.rows.is_empty() { p.empty {
            @if view.wanted.text.is_empty() { (locale.pick("Nothing of that kind.", "没有这类记录。")) }
            @else { (locale.pick("Nothing with these words among the decisions that were looked at.", "看过的记录里没有这些文字。")) }
        } }
        @if !view.rows.is_empty() {
            div.wide { table.list.log {
                thead { tr {
                    th scope="col" { (locale.pick("Time", "时间")) }
                    @if several { th scope="col" { (locale.pick("Group", "群")) } }
                    th scope="col" { (locale.pick("What", "事情")) }
                    th scope="col" { (locale.pick("About", "关于")) }
                    th scope="col" { (locale.pick("Words", "内容")) }
                    th scope="col" { (locale.pick("Cause", "原因")) }
                } }
                tbody { @for row in &view.rows { (tr(row, several, locale)) } }
            } }
        }
    }
}

fn tr(row: &Row, several: bool, locale: Locale) -> Markup {
    let tone = match row.line.tone {
        Tone::Bad => "bad",
        Tone::Doubt => "doubt",
        Tone::Voice => "good",
        Tone::Person | Tone::Turn | Tone::Plain => "",
    };
    let at = row.zone.civil(row.at);
    html! {
        tr id={ "e" (row.seq) } {
            td.time { time datetime=(row.at.to_rfc3339(&row.zone)) { (at.strftime("%m-%d %H:%M:%S").to_string()) } }
            @if several { td data-label=(locale.pick("Group", "群")) { a href=(group_path(&row.group)) { bdi { (row.place) } } } }
            td data-label=(locale.pick("What", "事情")) { (parts::sign(mark(row.line.tone), tone, row.line.word(locale))) }
            td data-label=(locale.pick("About", "关于")) {
                @match &row.run {
                    Some(run) => { a href=(run_path(&row.group, run)) { bdi { (row.line.about) } } }
                    None => { bdi { (row.line.about) } }
                }
            }
            td.text { bdi { (parts::unmarked(row.line.text.of(locale))) } }
            td { @if let Some(run) = &row.run { (why(&row.group, run, None, locale)) } @else { small { "#" (row.seq) } } }
        }
    }
}

/// The sign of a tone.
fn mark(tone: Tone) -> &'static str {
    match tone {
        Tone::Voice => "✓",
        Tone::Person => "☺",
        Tone::Turn => "◆",
        Tone::Plain => "·",
        Tone::Doubt => "⏸",
        Tone::Bad => "✕",
    }
}

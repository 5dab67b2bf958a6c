//! How a group's rules are kept, as markup: a part of `/groups/{id}`.

use super::parts::{self, group_path, piece, second, sign};
use crate::{
    base::{ids::GroupId, ids::MemberId, locale::Locale},
    engine::moderation::Decides,
    model::moderation::APPEAL,
    shell::console::{
        layout::Frame,
        view::{
            conduct::{Conduct, Judgment, OnWatch, Struck},
            group::Group,
        },
    },
};
use maud::{Markup, html};

/// The part.
pub(super) fn section(view: &Conduct, on: &Group, frame: &Frame) -> Markup {
    let locale = frame.locale;
    html! {
        @if !view.judgments.is_empty() {
            ul.rows { @for one in &view.judgments { li { (judgment(one, on, locale)) } } }
            p { a href="/" { (locale.pick("Decide on Today", "到“今天”页裁定")) } }
        }
        @for rule in &view.watching { (watching(rule, on, locale)) }
        @if view.strikes.is_empty() {
            p.empty { (locale.pick("Nothing counts against anybody.", "没有人有违规记录。")) }
        } @else {
            ul.rows { @for one in &view.strikes { li { (against(one, view.appeals, on, frame)) } } }
        }
        @if view.more > 0 {
            p.words { @match locale {
                Locale::En => { "And " (view.more) " more members." }
                Locale::Zh => { "还有 " (view.more) " 位成员。" }
            } }
        }
        p.words { @match locale {
            Locale::En => { (view.acting) " of " (view.acting + view.watching.len()) " rules act; the others only watch." }
            Locale::Zh => { (view.acting + view.watching.len()) " 条规则里有 " (view.acting) " 条在起作用，其余的只是观察。" }
        } }
    }
}

/// A member, and the question why something counts against them.
fn member(group: &GroupId, id: &MemberId, name: &str, locale: Locale) -> Markup {
    let why = parts::address(&format!("/why/{}", piece(id.as_str())), &[("group", group.as_str())]);
    html! {
        a href={ (group_path(group)) "/members/" (piece(id.as_str())) } { bdi { (name) } }
        " " a.why href=(why) { (locale.pick("Why?", "为什么？")) }
    }
}

fn judgment(one: &Judgment, on: &Group, locale: Locale) -> Markup {
    let what = match &one.about {
        Decides::Mute { length, holds } => {
            let length = locale.duration(*length);
            match (locale, holds) {
                (Locale::En, false) => format!("mute for {length}?"),
                (Locale::En, true) => format!("muted for {length} since the night: leave it?"),
                (Locale::Zh, false) => format!("禁言 {length}吗？"),
                (Locale::Zh, true) => format!("夜里已禁言 {length}：保留吗？"),
            }
        }
        Decides::Remove => locale.pick("remove from the group?", "移出群吗？").to_owned(),
        Decides::Back => {
            locale.pick("was removed and is back: may they stay?", "被移出后又来了：让留下吗？").to_owned()
        }
        Decides::Appeal => locale.pick("asks for another look", "请人再看一次").to_owned(),
        Decides::Hands => locale.pick("something to do by hand", "要人动手的事").to_owned(),
    };
    html! {
        (sign("?", "", ""))
        span.time { (locale.duration(one.waits)) }
        div {
            (member(&on.id, &one.member, &one.name, locale)) " " (what)
            span.rest {
                code { (one.rule) } " · " (one.task)
                @if !one.people.is_empty() { " → " bdi { (locale.join(&one.people)) } }
            }
        }
    }
}

fn watching(rule: &OnWatch, on: &Group, locale: Locale) -> Markup {
    html! {
        details {
            summary {
                "◌ " code { (rule.rule) } " "
                @match locale {
                    Locale::En => { "watches until " (parts::at(rule.acts, on.now, &on.zone)) ": would have caught " (rule.caught) }
                    Locale::Zh => { "观察到 " (parts::at(rule.acts, on.now, &on.zone)) "：本来会拦下 " (rule.caught) " 条" }
                }
            }
            p.words { @match locale {
                Locale::En => { "Of " (rule.of) " members. From then on: " (rule.does.join(", ")) "." }
                Locale::Zh => { "来自 " (rule.of) " 位成员。之后：" (rule.does.join("、")) "。" }
            } }
            @if !rule.last.is_empty() { ul { @for words in &rule.last { li { bdi { (words) } } } } }
        }
    }
}

fn against(one: &Struck, appeals: bool, on: &Group, frame: &Frame) -> Markup {
    let locale = frame.locale;
    html! {
        (sign("!", "bad", ""))
        span.time { (parts::at(one.at, on.now, &on.zone)) }
        div {
            (member(&on.id, &one.member, &one.name, locale))
            span.rest {
                (locale.join(&one.rules))
                " · " (locale.pick("counts until ", "记到 ")) (parts::at(one.until, on.now, &on.zone))
                @if let Some(until) = one.muted { " · " (locale.pick("may not write until ", "禁言到 ")) (parts::at(until, on.now, &on.zone)) }
                @if one.appealed { " · " (locale.pick("another look is asked for", "已请人再看")) }
            }
            @if on.commands && appeals && !one.appealed {
                (second(locale.pick("Appeal", "申诉"), &frame.press("signal", &[(on.id.as_str(), "")], &html! {
                    p.words { (locale.pick("Somebody who has not judged looks at the last strike again.", "由没有裁定过的人再看一次最近这次违规。")) }
                    input type="hidden" name="signal" value=(APPEAL);
                    input type="hidden" name="member" value=(one.member);
                    button.main { (locale.pick("Ask for another look", "请人再看一次")) }
                })))
            }
        }
    }
}

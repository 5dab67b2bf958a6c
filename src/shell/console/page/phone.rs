//! `/t/…`, `/s/…` and `/me` as markup: one thing, one thumb.

use super::cards::{self, Rank};
use crate::{
    base::{limits, locale::Locale, time::Timestamp},
    engine::entry::TaskKind,
    shell::{
        console::{
            layout::Frame,
            view::{
                cards::Shown,
                phone::{Ballot, Closed, OpenSheet, Sheet},
            },
        },
        pages::words,
    },
};
use maud::{Markup, html};

/// What waits for whoever is signed in.
pub(crate) fn mine(shown: &Shown, now: Timestamp, frame: &Frame) -> (String, Markup) {
    let locale = frame.locale;
    let title = locale.pick("Waiting for you", "等你").to_owned();
    let body = html! {
        h1 { (title) " (" (shown.all) ")" }
        @if shown.cards.is_empty() { p.empty { (locale.pick("Nothing waits for you.", "没有等你的事。")) } }
        (cards::list(shown, (0, Rank::Second), now, frame))
    };
    (title, body)
}

/// A task behind a link.
pub(crate) fn task(sheet: &Sheet, frame: &Frame) -> (String, Markup) {
    let locale = frame.locale;
    match sheet {
        Sheet::Open(open) => (cards::kind(open.card.kind, locale).to_owned(), open_task(open, frame)),
        Sheet::Closed(closed) => {
            let title = locale.pick("This is settled", "这件事已经有结果");
            (
                title.to_owned(),
                html! {
                    h1 { (title) }
                    (said(frame))
                    @match closed {
                        Some(closed) => { p.headline { (how(closed, locale)) } @if !closed.note.is_empty() { p.text { bdi { (closed.note) } } } }
                        None => { p { (locale.pick("It is closed, and it was long ago.", "它已经关闭，是很久以前的事了。")) } }
                    }
                    p.words { (locale.pick("There is nothing left to press here.", "这里没有要按的了。")) }
                },
            )
        }
        Sheet::Nobody => {
            let title = locale.pick("This link does not hold any more", "链接已失效");
            (
                title.to_owned(),
                html! {
                    h1 { (title) }
                    (said(frame))
                    p { (locale.pick(
                        "It was made for somebody who is not asked any more. Whoever runs the group can send another.",
                        "它是发给别人的，而那个人已不在名单里。请群的运营者重新发一个。",
                    )) }
                },
            )
        }
    }
}

/// Who settled something, and when.
fn how(closed: &Closed, locale: Locale) -> String {
    let what = match closed.answer.as_str() {
        "done" => locale.pick("done", "已完成"),
        "approved" => locale.pick("approved", "已批准"),
        "rejected" => locale.pick("rejected", "已驳回"),
        "silent" => locale.pick("nobody answered in time", "没有人及时答复"),
        "counted" => locale.pick("counted", "已统计"),
        "cancelled" => locale.pick("cancelled", "已取消"),
        "expired" => locale.pick("its time was over", "已过时"),
        other => other,
    };
    let at = locale.time(closed.at, &closed.zone, closed.at);
    match (&closed.by, locale) {
        (Some(by), Locale::En) => format!("{what} by {by}, {at}"),
        (Some(by), Locale::Zh) => format!("{what}：{by}，{at}"),
        (None, Locale::En) => format!("{what}, {at}"),
        (None, Locale::Zh) => format!("{what}，{at}"),
    }
}

fn said(frame: &Frame) -> Markup {
    html! {
        @for (done, phrase) in &frame.said {
            p.said.no[!done] role="status" { (if *done { "✓ " } else { "✕ " }) (phrase.of(frame.locale)) }
        }
    }
}

fn open_task(open: &OpenSheet, frame: &Frame) -> Markup {
    let (locale, card) = (frame.locale, &open.card);
    html! {
        (said(frame))
        @if card.kind == TaskKind::Delivery {
            p.headline { @for place in card.places.iter().take(1) { bdi { (place.title) } }
                @if open.alike.1 > 1 { " · " @match locale {
                    Locale::En => { (open.alike.0) " of " (open.alike.1) }
                    Locale::Zh => { "第 " (open.alike.0) " 个，共 " (open.alike.1) " 个群" }
                } }
            }
        }
        article.card.task {
            (cards::asked(card, (0, Rank::First), open.now, locale))
            @if let Some(image) = &card.image {
                (cards::picture(image, &format!("{}/picture", frame.path.split('?').next().unwrap_or_default()), locale))
            }
            @if open.alike.1 > 1 { p.words {
                @match locale {
                    Locale::En => { "The same waits in " (open.alike.1) " groups; this page is of this one." }
                    Locale::Zh => { "同样的内容在 " (open.alike.1) " 个群里等着；这一页只管这个群。" }
                }
            } }
            @if open.strict {
                p.words { (locale.pick(
                    "A link is not enough for this: it wants somebody who is signed in. Whoever runs the engine makes a way in with:",
                    "这件事光有链接不够，需要登录后再办。请运行引擎的人生成登录链接：",
                )) }
                pre.command { "playbook open --as " (open.who.first().map_or("NAME", |person| person.id.as_str())) }
            } @else {
                (answers(open, frame))
            }
        }
    }
}

/// The forms of a task. Each asks who you are, where several may be.
fn answers(open: &OpenSheet, frame: &Frame) -> Markup {
    let locale = frame.locale;
    let form = |verb: &str, body: &Markup| {
        html! {
            form.press.sheet method="post" {
                input type="hidden" name="verb" value=(verb);
                input type="hidden" name="request" value=(frame.nonce);
                (who(open, locale))
                (body)
            }
        }
    };
    let note = |name: &str, label: &str| {
        html! {
            label.field { (label) input type="text" name=(name) autocomplete="off" maxlength="2000"; }
        }
    };
    let second =
        |summary: &str, form: &Markup| html! { details { summary { (summary) } div.inner { (form) } } };
    html! {
        div.acts.tall {
            @if open.card.kind == TaskKind::Approval {
                (form("approve", &html! { button.main { (locale.pick("Approve", "批准")) } }))
                (second(locale.pick("Reject", "驳回"), &form("reject", &html! {
                    (cards::reasons("reason", &cards::rejections(locale), locale.pick("Why? Whoever asked is told.", "为什么？原因会告诉提出的人。")))
                    (note("own-reason", locale.pick("In your own words", "自己写")))
                    button.bad { (locale.pick("Reject", "驳回")) }
                })))
            } @else if open.card.kind == TaskKind::Delivery {
                (form("done", &html! {
                    div.thumbbar {
                        (cards::copy(0, locale))
                        button.main.after { (locale.pick("Sent", "已发送")) }
                        span.copied role="status" {}
                    }
                }))
                (second(locale.pick("Cannot be sent", "发不了"), &form("unsent", &html! {
                    (cards::reasons("reason", &cards::hindrances(locale), locale.pick("Why?", "为什么？")))
                    (note("own-reason", locale.pick("In your own words", "自己写")))
                    button.bad { (locale.pick("It is not sent", "这条不发了")) }
                })))
            } @else {
                @if !open.card.list.is_empty() || open.card.checkin { (form("tick", &cards::ticks(&open.card, locale))) }
                @let done = form("done", &html! {
                    (note("note", locale.pick("What there is to say", "想说的话")))
                    button.main[open.card.list.is_empty()] { (locale.pick("Done", "完成")) }
                });
                @if open.card.list.is_empty() { (done) } @else { (second(locale.pick("Done, with words", "完成并留言"), &done)) }
            }
            @if matches!(open.card.kind, TaskKind::Task | TaskKind::Approval) {
                @if !open.card.heirs.is_empty() { (second(locale.pick("I cannot: hand it on", "做不了，交给别人"), &form("reassign", &html! {
                    label.field { (locale.pick("To whom", "交给谁"))
                        select name="to" { @for (id, name) in &open.card.heirs { option value=(id) { (name) } } }
                    }
                    button { (locale.pick("Hand it on", "交出")) }
                }))) }
                (second(locale.pick("Remind me later", "晚点提醒"), &form("remind", &cards::later(locale))))
            }
        }
        (why_me(open, locale))
    }
}

/// Why somebody is asked, and not another.
fn why_me(open: &OpenSheet, locale: Locale) -> Markup {
    let Some(role) = &open.role else { return html! {} };
    let today: Vec<String> = open.card.people.clone();
    html! {
        p.words {
            (locale.pick("Why you? ", "为什么是我？"))
            @match locale {
                Locale::En => { "It is for the role " bdi { (role) } @if !today.is_empty() { ", which " bdi { (locale.join(&today)) } (if today.len() == 1 { " has" } else { " have" }) " now" } "." }
                Locale::Zh => { "这件事归角色 " bdi { (role) } @if !today.is_empty() { "，现在是 " bdi { (locale.join(&today)) } } "。" }
            }
        }
    }
}

/// Who are you? Remembered on the phone.
fn who(open: &OpenSheet, locale: Locale) -> Markup {
    if let [only] = open.who.as_slice() {
        return html! {
            input type="hidden" name="who" value=(only.id);
            p.meta { (locale.pick("As ", "身份：")) bdi { (only.name) } }
        };
    }
    html! {
        fieldset.who-are-you {
            legend { (locale.pick("Who are you?", "你是谁？")) }
            @for person in &open.who {
                label.tick {
                    input type="radio" name="who" value=(person.id) required checked[open.me.as_ref() == Some(&person.id)];
                    span { bdi { (person.name) } }
                }
            }
        }
    }
}

/// A question behind a link.
pub(crate) fn ballot(view: Option<&Ballot>, frame: &Frame) -> (String, Markup) {
    let locale = frame.locale;
    let Some(view) = view else {
        let title = locale.pick("This question is closed", "这个问题已经关闭");
        return (
            title.to_owned(),
            html! {
                h1 { (title) }
                (said(frame))
                p { (locale.pick("Answers are not taken any more.", "不再接受回答。")) }
            },
        );
    };
    let several = view.choices > 1;
    let body = html! {
        (said(frame))
        article.card.task {
            p.meta {
                span { bdi { (view.title) } }
                @if let Some(due) = view.due { span { (until(view, due, locale)) } }
                @if let Some((seats, taken)) = view.seats { span { (places(seats, taken, locale)) } }
            }
            h1.question { bdi { (view.text) } }
            form.press.sheet method="post" {
                input type="hidden" name="request" value=(frame.nonce);
                @if !view.options.is_empty() {
                    fieldset {
                        legend { @if several { (locale.pick("Up to ", "最多选 ")) (view.choices) } @else { (locale.pick("Your answer", "你的选择")) } }
                        @for option in &view.options {
                            label.tick {
                                @if several { input type="checkbox" name="option" value=(option); }
                                @else { input type="radio" name="option" value=(option) required; }
                                span { bdi { (option) } }
                            }
                        }
                    }
                }
                @for (n, field) in view.fields.iter().enumerate() {
                    label.field { bdi { (field) } input type="text" name={ "field" (n) } maxlength="500" required; }
                }
                label.field {
                    (locale.pick("Your name in the group", "你在群里的名字"))
                    input type="text" name="name" maxlength=(limits::BALLOT_NAME_CHARS_MAX) autocomplete="nickname" required;
                }
                button.main { (locale.pick("Send", "提交")) }
            }
        }
    };
    (view.title.clone(), body)
}

fn until(view: &Ballot, due: crate::base::time::Timestamp, locale: Locale) -> String {
    let at = if view.zone.date(due) == view.zone.date(view.now) {
        words::clock(&view.zone, due)
    } else {
        locale.time(due, &view.zone, view.now)
    };
    match locale {
        Locale::En => format!("until {at}"),
        Locale::Zh => format!("到 {at} 为止"),
    }
}

fn places(seats: u32, taken: u64, locale: Locale) -> String {
    match locale {
        Locale::En if taken >= u64::from(seats) => format!("{seats} places, all taken: you can wait for one"),
        Locale::En => format!("{seats} places, {taken} taken"),
        Locale::Zh if taken >= u64::from(seats) => format!("共 {seats} 个名额，已满，可以排候补"),
        Locale::Zh => format!("共 {seats} 个名额，已有 {taken} 人"),
    }
}

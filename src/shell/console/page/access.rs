//! Who is signed in, as a part of `/channels`.

use super::parts::{self, second};
use crate::{
    base::locale::Locale,
    shell::console::{
        door::shown,
        layout::Frame,
        view::access::{Access, Session},
    },
};
use maud::{Markup, html};

/// The list, each with its end.
pub(crate) fn list(view: &Access, frame: &Frame) -> Markup {
    let locale = frame.locale;
    html! {
        form.press method="post" action="/sessions/offer" {
            (frame.fields())
            button { (locale.pick("Sign a phone in", "登录一部手机")) }
        }
        ul.rows { @for row in &view.rows { li { (one(row, view, frame)) } } }
    }
}

fn one(row: &Session, view: &Access, frame: &Frame) -> Markup {
    let locale = frame.locale;
    let label = if row.token {
        locale.pick("a token of a program", "程序用的令牌")
    } else {
        row.label.as_str()
    };
    html! {
        (parts::sign(if row.own { "●" } else { "○" }, "", ""))
        span.time { (parts::at(row.seen, view.now, &view.zone)) }
        div {
            bdi { (shown(&row.name, locale)) } " · " bdi { (label) }
            @if row.own { " · " (locale.pick("this browser", "当前浏览器")) }
            span.rest {
                @match locale {
                    Locale::En => { "signed in " (parts::at(row.made, view.now, &view.zone)) ", last seen " (parts::at(row.seen, view.now, &view.zone)) }
                    Locale::Zh => { (parts::at(row.made, view.now, &view.zone)) " 登录，最近 " (parts::at(row.seen, view.now, &view.zone)) }
                }
            }
            @if !row.own {
                div.acts {
                    (second(locale.pick("Sign out", "退出"), &html! {
                        form.press method="post" action="/sessions/end" {
                            (frame.fields())
                            input type="hidden" name="session" value=(row.sign);
                            p.words { (locale.pick("It has to be let in anew: ", "之后需要重新登录：")) bdi { (shown(&row.name, locale)) } ", " bdi { (label) } }
                            button.bad { (locale.pick("Sign out ", "退出 ")) bdi { (shown(&row.name, locale)) } }
                        }
                    }))
                }
            }
        }
    }
}

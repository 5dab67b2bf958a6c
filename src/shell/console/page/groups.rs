//! `/groups` as markup.

use super::parts::{self, address, choices, group_path, part, second};
use crate::{
    base::locale::Locale,
    shell::{
        console::{
            layout::Frame,
            view::groups::{Groups, Only, Row, Trouble, Wanted},
        },
        pages::words,
    },
};
use maud::{Markup, html};

/// The title and the page.
pub(crate) fn page(view: &Groups, frame: &Frame) -> (String, Markup) {
    let locale = frame.locale;
    let title = locale.pick("Groups", "群");
    let how_many = view.all.map(|all| words::number(all as u64)).unwrap_or_default();
    let body = html! {
        h1 { (title) " " small { (how_many) } }
        (filters(&view.wanted, view, locale))
        (part("groups", locale.pick("The groups", "群列表"), &table(view, frame), frame))
        @if let Some(next) = &view.next {
            p { a.button href=(link(&Wanted { after: Some(next.clone()), ..view.wanted.clone() })) { (locale.pick("More groups", "更多群")) } }
        }
    };
    (title.to_owned(), body)
}

/// Where the groups are that are wanted.
fn link(wanted: &Wanted) -> String {
    let after = wanted.after.as_ref().map_or("", |id| id.as_str());
    address(
        "/groups",
        &[("q", &wanted.name), ("phase", &wanted.phase), ("only", wanted.only.word()), ("from", after)],
    )
}

fn filters(wanted: &Wanted, view: &Groups, locale: Locale) -> Markup {
    let only = Only::ALL.map(|(_, only)| {
        let name = match only {
            Only::All => locale.pick("all", "全部"),
            Only::Trouble => locale.pick("needs a look", "需要看一眼"),
            Only::Waiting => locale.pick("something waits", "有事在等"),
            Only::Paused => locale.pick("paused", "暂停中"),
        };
        (name.to_owned(), link(&Wanted { only, after: None, ..wanted.clone() }), only == wanted.only)
    });
    html! {
        (choices(locale.pick("Which groups", "哪些群"), &only))
        form.find method="get" action="/groups" role="search" {
            label.field { (locale.pick("Name begins with", "名称开头")) input type="search" name="q" value=(wanted.name); }
            @if !view.phases.is_empty() {
                label.field { (locale.pick("Phase", "阶段"))
                    select name="phase" {
                        option value="" { (locale.pick("all", "全部")) }
                        @for phase in &view.phases {
                            option value=(phase) selected[phase.as_str() == wanted.phase] { (phase) }
                        }
                    }
                }
            }
            input type="hidden" name="only" value=(wanted.only.word());
            button { (locale.pick("Find", "查找")) }
        }
    }
}

fn table(view: &Groups, frame: &Frame) -> Markup {
    let locale = frame.locale;
    if view.rows.is_empty() {
        return html! { p.empty { (locale.pick("There is no such group.", "没有这样的群。")) } };
    }
    let phases = view.rows.iter().any(|row| !row.phase.as_str().is_empty());
    let commands = view.rows.iter().any(|row| row.commands);
    let rows = html! {
        div.wide { table.list {
            thead { tr {
                @if commands { th scope="col" { span.unseen { (locale.pick("Choose", "选择")) } } }
                th scope="col" { (locale.pick("Group", "群")) }
                @if phases { th scope="col" { (locale.pick("Phase", "阶段")) } }
                th.n scope="col" { (locale.pick("Members", "成员")) }
                th.n scope="col" { (locale.pick("Waiting", "等待")) }
                th.n scope="col" { (locale.pick("Held", "压住")) }
                th scope="col" { (locale.pick("Next", "下一件")) }
                th scope="col" { (locale.pick("State", "状况")) }
            } }
            tbody { @for row in &view.rows { (tr(row, view, (phases, commands), locale)) } }
        } }
    };
    html! {
        @if commands {
            form.press method="post" action="/press/pause" {
                (frame.fields())
                (rows)
                div.acts {
                    (second(locale.pick("Pause those chosen", "暂停选中的群"), &html! {
                        p.words { (locale.pick(
                            "Nothing starts in the chosen groups until somebody resumes them. Runs under way go on.",
                            "选中的群不再开始新的活动，直到有人恢复。进行中的活动照常继续。",
                        )) }
                        button.bad { (locale.pick("Pause the chosen groups", "暂停选中的群")) }
                    }))
                    (second(locale.pick("Resume those chosen", "恢复选中的群"), &html! {
                        p.words { (locale.pick("Plays start again in the chosen groups.", "选中的群恢复开始活动。")) }
                        button.main formaction="/press/resume" { (locale.pick("Resume the chosen groups", "恢复选中的群")) }
                    }))
                }
            }
        } @else { (rows) }
    }
}

fn tr(row: &Row, view: &Groups, (phases, commands): (bool, bool), locale: Locale) -> Markup {
    html! {
        tr {
            @if commands { td {
                @if row.commands {
                    label.choose {
                        input type="checkbox" name="on" value={ (row.id) " " };
                        span.unseen { (row.title) }
                    }
                }
            } }
            th scope="row" { a href=(group_path(&row.id)) { bdi { (row.title) } } }
            @if phases { td data-label=(locale.pick("Phase", "阶段")) { (row.phase) } }
            td.n data-label=(locale.pick("Members", "成员")) { (words::number(row.members as u64)) }
            td.n data-label=(locale.pick("Waiting", "等待")) { (row.waits) }
            td.n data-label=(locale.pick("Held", "压住")) { (row.held) }
            td data-label=(locale.pick("Next", "下一件")) {
                @if let Some((at, title)) = &row.next { (parts::at(*at, view.now, &row.zone)) " " bdi { (title) } }
                @else { "–" }
            }
            td data-label=(locale.pick("State", "状况")) { (state(row, locale)) }
        }
    }
}

fn state(row: &Row, locale: Locale) -> Markup {
    html! {
        @if row.rests { (parts::sign("○", "", locale.pick("no file runs it", "没有文件在运行它"))) }
        @if row.paused { (parts::sign("‖", "", locale.pick("paused", "暂停中"))) }
        @for one in &row.troubles { (trouble(one, locale)) }
        @if !row.rests && !row.paused && row.troubles.is_empty() { (parts::sign("●", "good", locale.pick("well", "正常"))) }
    }
}

/// One thing that is wrong, in words.
pub(super) fn trouble(trouble: &Trouble, locale: Locale) -> Markup {
    let text = match (trouble, locale) {
        (Trouble::Channel(name), Locale::En) => format!("channel {name} fails"),
        (Trouble::Channel(name), Locale::Zh) => format!("频道 {name} 发不出去"),
        (Trouble::Failed(run), Locale::En) => format!("{run} failed"),
        (Trouble::Failed(run), Locale::Zh) => format!("{run} 失败"),
        (Trouble::Stuck(n), Locale::En) => format!("{n} undelivered"),
        (Trouble::Stuck(n), Locale::Zh) => format!("{n} 条没送达"),
        (Trouble::Late(n), Locale::En) => format!("{n} overdue"),
        (Trouble::Late(n), Locale::Zh) => format!("{n} 件逾期"),
        (Trouble::Broken, Locale::En) => "something broke and was given up".to_owned(),
        (Trouble::Broken, Locale::Zh) => "有一步出错被放弃".to_owned(),
    };
    parts::sign("▲", "bad", &text)
}

//! `/groups` as markup.

use super::{
    parts::{self, address, choices, group_path, part, second},
    pausing::until_field,
};
use crate::{
    base::locale::Locale,
    shell::{
        console::{
            layout::Frame,
            view::groups::{Groups, Only, Order, Row, Trouble, Wanted},
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
        &[
            ("q", &wanted.name),
            ("phase", &wanted.phase),
            ("only", wanted.only.word()),
            ("platform", &wanted.platform),
            ("order", if wanted.order == Order::Health { "health" } else { "" }),
            ("from", after),
        ],
    )
}

fn filters(wanted: &Wanted, view: &Groups, locale: Locale) -> Markup {
    let only = Only::ALL.map(|(_, only)| {
        let name = match only {
            Only::All => locale.pick("all", "全部"),
            Only::Trouble => locale.pick("needs a look", "需要看一眼"),
            Only::Waiting => locale.pick("something waits", "有事在等"),
            Only::Paused => locale.pick("paused", "暂停中"),
            Only::Unwell => locale.pick("health below 40", "健康度低于 40"),
        };
        (name.to_owned(), link(&Wanted { only, after: None, ..wanted.clone() }), only == wanted.only)
    });
    html! {
        (choices(locale.pick("Which groups", "哪些群"), &only))
        (parts::folded(locale.pick("Find a group", "查找群"), &find(wanted, view, locale)))
    }
}

/// By what groups are found, and in which order they are shown.
fn find(wanted: &Wanted, view: &Groups, locale: Locale) -> Markup {
    html! {
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
            @if view.platforms.len() > 1 {
                label.field { (locale.pick("Platform", "平台"))
                    select name="platform" {
                        option value="" { (locale.pick("all", "全部")) }
                        @for kind in &view.platforms { option value=(kind) selected[*kind == wanted.platform] { (kind) } }
                    }
                }
            }
            label.field { (locale.pick("Order", "顺序"))
                select name="order" {
                    option value="" { (locale.pick("by id", "按编号")) }
                    option value="health" selected[wanted.order == Order::Health] { (locale.pick("the least well first", "最不健康的在前")) }
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
    let (well, talks) =
        (view.rows.iter().any(|row| row.health.is_some()), view.rows.iter().any(|row| row.talk.is_some()));
    let has = Columns { phases, commands, well, talks };
    let rows = html! {
        div.wide { table.list {
            thead { tr {
                @if commands { th scope="col" { span.unseen { (locale.pick("Choose", "选择")) } } }
                th scope="col" { (locale.pick("Group", "群")) }
                @if phases { th scope="col" { (locale.pick("Phase", "阶段")) } }
                @if well { th.n scope="col" { (locale.pick("Health", "健康度")) } }
                th.n scope="col" { (locale.pick("Members", "成员")) }
                @if talks {
                    th.n scope="col" { (locale.pick("Spoke in 7 days", "7 天发言人")) }
                    th scope="col" { (locale.pick("Silent", "沉默")) }
                    th.n scope="col" { (locale.pick("Hosts' share", "群主占比")) }
                }
                th.n scope="col" { (locale.pick("Waiting", "等待")) }
                th.n scope="col" { (locale.pick("Held", "压住")) }
                th scope="col" { (locale.pick("Next", "下一件")) }
                th scope="col" { (locale.pick("State", "状况")) }
            } }
            tbody { @for row in &view.rows { (tr(row, view, &has, locale)) } }
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
                        (until_field(frame))
                        button.bad { (locale.pick("Pause the chosen groups", "暂停选中的群")) }
                    }))
                    (second(locale.pick("Resume those chosen", "恢复选中的群"), &html! {
                        p.words { (locale.pick("Plays start again in the chosen groups.", "选中的群恢复开始活动。")) }
                        button.main formaction="/press/resume" { (locale.pick("Resume the chosen groups", "恢复选中的群")) }
                    }))
                    @if !view.plays.is_empty() { (second(locale.pick("Start in those chosen", "在选中的群里开始"), &html! {
                        p.words { (locale.pick("It starts now in each chosen group, whatever its trigger and its conditions.", "在每个选中的群里立即开始，不看触发时间和条件。")) }
                        label.field { (locale.pick("Which play", "哪个玩法"))
                            select name="play" { @for (name, title) in &view.plays { option value=(name) { (title) } } }
                        }
                        button.main formaction="/press/start" { (locale.pick("Start it in the chosen groups", "在选中的群里开始")) }
                    })) }
                }
            }
        } @else { (rows) }
    }
}

/// Which columns have anything in them.
struct Columns {
    phases: bool,
    commands: bool,
    well: bool,
    talks: bool,
}

fn tr(row: &Row, view: &Groups, has: &Columns, locale: Locale) -> Markup {
    html! {
        tr {
            @if has.commands { td {
                @if row.commands {
                    label.choose {
                        input type="checkbox" name="on" value={ (row.id) " " };
                        span.unseen { (row.title) }
                    }
                }
            } }
            th scope="row" { a href=(group_path(&row.id)) { bdi { (row.title) } } }
            @if has.phases { td data-label=(locale.pick("Phase", "阶段")) { (row.phase) } }
            @if has.well { td.n data-label=(locale.pick("Health", "健康度")) { (well(row, locale)) } }
            td.n data-label=(locale.pick("Members", "成员")) { (words::number(row.members as u64)) }
            @if has.talks { (talk(row, locale)) }
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

/// How well it is, and the change in words.
fn well(row: &Row, locale: Locale) -> Markup {
    let Some((now, before)) = row.health else {
        return html! { span.rest { (locale.pick("not known", "还不知道")) } };
    };
    let by = before.map_or(0, |before| i16::from(now) - i16::from(before));
    html! {
        b { (now) }
        @if by != 0 { span.rest { @match (by > 0, locale) {
            (true, Locale::En) => { (by) " higher than a week before" }
            (true, Locale::Zh) => { "比一周前高 " (by) }
            (false, Locale::En) => { (-by) " lower than a week before" }
            (false, Locale::Zh) => { "比一周前低 " (-by) }
        } } }
    }
}

/// Three cells about how it talks.
fn talk(row: &Row, locale: Locale) -> Markup {
    let Some(talk) = &row.talk else {
        return html! { td colspan="3" data-label=(locale.pick("Talk", "发言")) { span.rest { (locale.pick("nobody hears it", "听不到")) } } };
    };
    html! {
        td.n data-label=(locale.pick("Spoke in 7 days", "7 天发言人")) { (talk.speakers) }
        td data-label=(locale.pick("Silent", "沉默")) { @match (talk.silent, locale) {
            (0, _) => { (locale.pick("no", "没有")) }
            (1, Locale::En) => "1 day",
            (days, Locale::En) => { (days) " days" }
            (days, Locale::Zh) => { (days) " 天" }
        } }
        td.n data-label=(locale.pick("Hosts' share", "群主占比")) { @match talk.owner { Some(share) => { (share) "%" } None => { (locale.pick("none spoke", "没人说话")) } } }
    }
}

fn state(row: &Row, locale: Locale) -> Markup {
    html! {
        @if row.rests { (parts::sign("○", "", locale.pick("no file runs it", "没有文件在运行它"))) }
        @if row.paused { (parts::sign("‖", "", locale.pick("paused", "暂停中"))) }
        @if row.hushed { (parts::sign("‖", "bad", locale.pick("hushed", "静默中"))) }
        @for one in &row.troubles { (trouble(one, locale)) }
        @if !row.rests && !row.paused && !row.hushed && row.troubles.is_empty() { (parts::sign("●", "good", locale.pick("nothing is broken", "没有故障"))) }
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

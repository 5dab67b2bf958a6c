//! `/groups/{id}` as markup.

use super::{
    charts, conduct,
    groups::trouble,
    hearsay,
    parts::{self, answer_path, field, group_path, part, run_path, second, why},
    pausing::{paused, until_field},
    wording,
};
use crate::{
    base::locale::Locale,
    engine::entry::TaskKind,
    shell::{
        console::{
            layout::Frame,
            view::group::{Group, Held, Next, Play, Run, Task},
        },
        pages::words,
    },
    sim::{supposed::Supposing, timeline},
};
use maud::{Markup, html};

/// The title and the page.
pub(crate) fn page(view: &Group, frame: &Frame) -> (String, Markup) {
    let locale = frame.locale;
    let on = [(view.id.as_str(), "")];
    let body = html! {
        p.crumb { a href="/groups" { (locale.pick("Groups", "群")) } }
        h1 { bdi { (view.title) } }
        (part("state", locale.pick("How it is", "状况"), &head(view, locale), frame))
        @if view.commands {
            div.acts.pressbar {
                @if view.paused {
                    (second(locale.pick("Resume", "恢复"), &frame.press("resume", &on, &html! {
                        p.words { (locale.pick("What is due starts again in ", "到时间的活动会重新开始：")) bdi { (view.title) } }
                        button.main { (locale.pick("Resume now", "现在恢复")) }
                    })))
                } @else {
                    (second(locale.pick("Pause", "暂停"), &frame.press("pause", &on, &html! {
                        p.words { (locale.pick("Nothing starts here until then. Runs under way go on. Whoever looks in has one task a week: to do so.", "到那时之前不开始任何活动，进行中的照常继续。照看的人每周有一件事：来看一眼。")) }
                        (until_field(frame))
                        @if !view.roles.is_empty() {
                            label.field { (locale.pick("Who looks in", "谁来照看"))
                                select name="caretaker" {
                                    option value="" { (locale.pick("nobody yet", "还没有人")) }
                                    @for role in &view.roles { option value=(role) { (role) } }
                                }
                            }
                        }
                        button.bad { (locale.pick("Pause everything here", "全部暂停")) }
                    })))
                }
                (second(locale.pick("Remark", "记一笔"), &frame.press("note", &on, &html! {
                    (field("note", locale.pick("A remark for the journal", "写进日志的一句话")))
                    button.main { (locale.pick("Write it down", "记下")) }
                })))
                @if !view.signals.is_empty() { (second(locale.pick("Report something", "报告一件事"), &hearsay::form(view, frame))) }
            }
        }
        div.columns {
            div {
                (part("next", locale.pick("Next", "接下来"), &next(view, frame), frame))
                @if !view.held.is_empty() { (part("held", locale.pick("Held back", "压住"), &held(view, frame), frame)) }
                (part("runs", locale.pick("Runs", "活动"), &runs(view, locale), frame))
            }
            div {
                @if !view.tasks.is_empty() { (part("tasks", locale.pick("Waiting for people", "等人处理"), &tasks(view, locale), frame)) }
                @if let Some(conduct) = &view.conduct { (part("conduct", locale.pick("Whether the rules are kept", "群规遵守得怎样"), &conduct::section(conduct, view, frame), frame)) }
                (part("plays", locale.pick("Plays", "玩法"), &parts::folded(locale.pick("Show the plays", "列出玩法"), &plays(view, frame)), frame))
                @if !view.findings.is_empty() { (part("findings", locale.pick("What the numbers are signs of", "数字说明什么"), &findings(view, locale), frame)) }
                @if let Some(charts) = &view.charts { (part("charts", locale.pick("Four weeks", "最近四周"), &charts::section(charts, locale), frame)) }
                @if !view.numbers.is_empty() { (part("numbers", locale.pick("Numbers", "数字"), &parts::folded(locale.pick("Show the numbers", "列出数字"), &numbers(view, locale)), frame)) }
                section aria-labelledby="more-title" {
                    h2 #more-title { (locale.pick("More of this group", "这个群的更多内容")) }
                    ul {
                        li { a href={ (group_path(&view.id)) "/members" } { (locale.pick("Members", "成员")) " (" (words::number(view.members as u64)) ")" } }
                        li { a href=(parts::address("/calendar", &[("group", view.id.as_str())])) { (locale.pick("Calendar", "日历")) } }
                        li { a href=(parts::address("/log", &[("group", view.id.as_str())])) { (locale.pick("Logbook", "日志")) } }
                        li { a href=(parts::address("/log", &[("group", view.id.as_str()), ("kind", "missed")])) { (locale.pick("What did not happen", "没发生的事")) } }
                        li { a href={ (group_path(&view.id)) "/plan.html" } { (locale.pick("The plan as one file to send to somebody", "完整计划（一个文件，可以发给别人）")) } }
                        li { a href={ (group_path(&view.id)) "/report.html" } { (locale.pick("What really happened in thirty days, as one file", "三十天里实际发生的事（一个文件）")) } }
                    }
                }
            }
        }
    };
    (view.title.clone(), body)
}

fn head(view: &Group, locale: Locale) -> Markup {
    let phase = &view.phase;
    html! {
        @if view.playbook.is_none() { p.headline.bad { "▲ " (locale.pick("No file runs this group: nothing happens in it.", "没有文件在运行这个群：不会有任何活动。")) } }
        @if view.paused { p.headline.bad { "‖ " @match view.paused_until {
            None => (locale.pick("Everything is paused: nothing starts until somebody resumes.", "全部暂停：恢复之前不开始任何活动。")),
            Some(until) => { (locale.pick("Everything is paused: nothing starts until ", "全部暂停，到 ")) (parts::at(until, view.now, &view.zone)) (locale.pick("", " 才恢复。")) },
        } } }
        @if let Some(since) = view.hushed { p.headline.bad { "‖ " (locale.pick("Hushed: members see nothing", "静默中：成员什么都看不到")) " · " (locale.pick("since ", "自 ")) (parts::at(since, view.now, &view.zone)) } }
        @if view.troubles.is_empty() && view.findings.is_empty() && !view.paused && view.hushed.is_none() && view.playbook.is_some() {
            p.headline { "● " (locale.pick("Nothing is wrong here.", "一切正常。")) }
        }
        @if !view.findings.is_empty() { p.headline.bad { "▲ " a href="#findings" { @match locale {
            Locale::En => { (view.findings.len()) (if view.findings.len() == 1 { " finding" } else { " findings" }) " in its numbers" }
            Locale::Zh => { "数字里有 " (view.findings.len()) " 条诊断" }
        } } } }
        @if !view.troubles.is_empty() { ul.signs { @for one in &view.troubles { li { (trouble(one, locale)) } } } }
        dl.facts {
            @if let Some(playbook) = &view.playbook { dt { (locale.pick("Playbook", "剧本")) } dd { bdi { (playbook) } } }
            @if let Some(health) = &view.health {
                dt { (locale.pick("Health", "健康度")) }
                dd { @match &health.unknown {
                    Some(why) => { (locale.pick("unknown, because: ", "不知道，因为：")) (why) },
                    None => { (health.shown(locale)) },
                } }
            }
            @if !phase.name.as_str().is_empty() {
                dt { (locale.pick("Phase", "阶段")) }
                dd {
                    (phase.title) " · " (locale.pick("since ", "从 ")) (parts::at(phase.since, view.now, &view.zone))
                    @if let Some(until) = &phase.until {
                        " · " (locale.pick("until ", "直到 "))
                        @match (Supposing { locale, known: &|_| None }).sentence(until) { Some(words) => (words), None => code { (until) } }
                        @if until.contains("members.count") { @match locale {
                            Locale::En => { ": " (view.members) " now" }
                            Locale::Zh => { "：现在 " (view.members) }
                        } }
                    }
                    @if let Some(timeout) = phase.timeout { " · " (locale.pick("at the latest ", "最迟 ")) (parts::at(timeout, view.now, &view.zone)) }
                }
            }
            dt { (locale.pick("Members", "成员")) }
            dd { a href={ (group_path(&view.id)) "/members" } { (words::number(view.members as u64)) } }
            dt { (locale.pick("Times are of", "时区")) }
            dd { (view.zone.name()) }
        }
    }
}

fn next(view: &Group, frame: &Frame) -> Markup {
    let locale = frame.locale;
    html! {
        @if view.next.is_empty() { p.empty { (locale.pick("Nothing has a time.", "没有排定的事。")) } }
        ul.rows { @for one in &view.next { li { (coming(one, view, frame)) } } }
    }
}

fn coming(one: &Next, view: &Group, frame: &Frame) -> Markup {
    let locale = frame.locale;
    let (mark, word) = if one.unless.is_some() {
        ("◐", locale.pick("would not start", "到时不会开始"))
    } else {
        ("○", locale.pick("ahead", "待开始"))
    };
    html! {
        (parts::sign(mark, "", ""))
        span.time { (parts::at(one.at, view.now, &view.zone)) }
        div {
            a href=(run_path(&view.id, &one.run)) { bdi { (one.title) } }
            @if let Some(step) = &one.step { " " small { (locale.pick("step ", "步骤 ")) (step) } }
            span.rest {
                (word)
                @if let Some(skip) = &one.unless { (locale.pick(": ", "：")) (wording::skipped(skip, locale)) " " }
                " " (why(&view.id, &one.run, one.step.as_ref(), locale))
            }
            @if view.commands && one.step.is_none() {
                (second(locale.pick("Skip this time", "跳过这次"), &frame.press("skip", &[(view.id.as_str(), one.run.as_str())], &html! {
                    p.words { (locale.pick("It does not start this time: ", "这一次不会开始：")) bdi { (one.title) } ", " (parts::at(one.at, view.now, &view.zone)) }
                    button.bad { (locale.pick("Skip ", "跳过 ")) (one.title) }
                })))
            }
        }
    }
}

fn held(view: &Group, frame: &Frame) -> Markup {
    let locale = frame.locale;
    let row = |held: &Held| {
        html! {
            (parts::sign("⏸", "", ""))
            span.time { (parts::at(held.due, view.now, &view.zone)) }
            div {
                bdi { (held.text) }
                span.rest {
                    (timeline::held_by(held.reason).of(locale))
                    @if let Some(until) = held.until { " → " (parts::at(until, view.now, &view.zone)) }
                    @if let Some((run, step)) = wording::step_of(&held.effect) { " " (why(&view.id, &run, Some(&step), locale)) }
                }
                @if view.commands { div.acts { (wording::held(&view.id, &held.effect, &held.text, frame)) } }
            }
        }
    };
    html! { ul.rows { @for held in &view.held { li { (row(held)) } } } }
}

fn tasks(view: &Group, locale: Locale) -> Markup {
    let row = |task: &Task| {
        let late = task.due.is_some_and(|due| due < view.now);
        html! {
            (parts::sign(if late { "!" } else { "·" }, if late { "bad" } else { "" }, ""))
            span.time { @if let Some(due) = task.due { (parts::at(due, view.now, &view.zone)) } }
            div {
                @if task.refused { b { (locale.pick("Did not arrive: ", "没有送到：")) } }
                bdi { (task.text) }
                span.rest .badword[late] {
                    (wording::task(task.kind, locale)) " " (task.id)
                    @if late { " · " (locale.pick("overdue", "逾期")) }
                    @if !task.people.is_empty() { " → " bdi { (locale.join(&task.people)) } }
                    @if view.commands && task.kind == TaskKind::Question { " · " a href=(answer_path(&view.id, &task.id)) { (locale.pick("Enter answers", "录入回答")) } }
                }
            }
        }
    };
    html! {
        ul.rows { @for task in &view.tasks { li { (row(task)) } } }
        p { a href="/" { (locale.pick("Answer on Today", "到“今天”页处理")) } }
    }
}

fn runs(view: &Group, locale: Locale) -> Markup {
    let row = |run: &Run| {
        let (mark, class, word) = wording::outcome(run.outcome, locale);
        html! {
            (parts::sign(mark, class, ""))
            span.time { (parts::at(run.started, view.now, &view.zone)) }
            div {
                a href=(run_path(&view.id, &run.id)) { bdi { (run.title) } }
                span.rest {
                    (word)
                    @if let Some((waiting, until)) = &run.waiting {
                        (locale.pick(": ", "：")) (wording::waiting(waiting).of(locale))
                        @if let Some(until) = until { (locale.pick(" until ", "，到 ")) (parts::at(*until, view.now, &view.zone)) }
                    }
                }
            }
        }
    };
    html! {
        @if view.runs.is_empty() { p.empty { (locale.pick("Nothing has run yet.", "还没有活动。")) } }
        ul.rows { @for run in &view.runs { li { (row(run)) } } }
    }
}

fn plays(view: &Group, frame: &Frame) -> Markup {
    let locale = frame.locale;
    let row = |play: &Play| {
        let on = [(view.id.as_str(), play.name.as_str())];
        html! {
            tr {
                th scope="row" { bdi { (play.title) } @if play.paused { " " small { "‖ " (paused(play.paused_until, view.now, &view.zone, frame)) } } }
                td.n data-label=(locale.pick("Runs so far", "已有次数")) { (play.started) }
                @if view.commands { td { div.acts {
                    @if play.paused {
                        (second(locale.pick("Resume", "恢复"), &frame.press("resume", &on, &html! {
                            p.words { (locale.pick("It starts again at its times: ", "到时间会重新开始：")) bdi { (play.title) } }
                            button.main { (locale.pick("Resume ", "恢复 ")) (play.title) }
                        })))
                    } @else {
                        (second(locale.pick("Pause", "暂停"), &frame.press("pause", &on, &html! {
                            p.words { (locale.pick("Nothing more of it starts until then: ", "到那时之前不再开始：")) bdi { (play.title) } }
                            (until_field(frame))
                            button.bad { (locale.pick("Pause ", "暂停 ")) (play.title) }
                        })))
                    }
                    @if play.starts {
                        (second(locale.pick("Start", "开始"), &frame.press("start", &on, &html! {
                            p.words { (locale.pick("It starts now, whatever its trigger and its conditions: ", "立即开始，不看触发时间和条件：")) bdi { (play.title) } }
                            button.main { (locale.pick("Start ", "开始 ")) (play.title) }
                        })))
                    }
                } } }
            }
        }
    };
    html! {
        div.wide { table.list.pressed {
            thead { tr {
                th scope="col" { (locale.pick("Play", "玩法")) }
                th.n scope="col" { (locale.pick("Runs so far", "已有次数")) }
                @if view.commands { th scope="col" { (locale.pick("Press", "操作")) } }
            } }
            tbody { @for play in &view.plays { (row(play)) } }
        } }
    }
}

/// What the doctor found, with what tells and what helps.
fn findings(view: &Group, locale: Locale) -> Markup {
    html! {
        @for (n, one) in view.findings.iter().enumerate() { details {
            summary { (one.title) }
            ul { @for sign in &one.evidence { li { (sign.says) } } }
            @for unknown in &one.unknown { p.words { (locale.pick("Not known: ", "不知道：")) (unknown) } }
            @if let Some(help) = &one.prescription {
                p { (help.says) }
                @for change in &help.change { p { (change.says) } }
                @if !help.plays.is_empty() { ul.plain { @for play in &help.plays { li { code { (play) } " " a href={ "/shelf/" (play) } { (locale.pick("Look at this play", "看这个玩法")) span.unseen { " " (play) } } } } } }
                @if !help.yaml.is_empty() { label.field { (locale.pick("Lines for the file", "加进文件的几行"))
                    textarea #{ "yaml" (n) } readonly rows=(help.yaml.lines().count().clamp(3, 14)) { (help.yaml) }
                }
                div.acts {
                    button type="button" data-copy={ "yaml" (n) } data-done=(locale.pick("Copied.", "已复制。")) data-select=(locale.pick("Selected: copy it with your device's own menu.", "已选中：请用系统菜单复制。")) { (locale.pick("Copy all", "复制全文")) }
                    span.copied role="status" {}
                } }
            }
        } }
    }
}

/// The numbers with what each says and how it is computed.
fn numbers(view: &Group, locale: Locale) -> Markup {
    html! {
        div.wide { table.numbers {
            thead { tr {
                th scope="col" { (locale.pick("Number", "数字")) }
                th.n scope="col" { (locale.pick("Now", "现在")) }
            } }
            tbody { @for one in &view.numbers { tr {
                th scope="row" {
                    details {
                        summary { (one.about) @if let Some(days) = one.days { " " small { (days) (locale.pick(" days", " 天")) } } }
                        p.words { (one.how) }
                        @if !one.parts.is_empty() { p.words { (locale.pick("Made of: ", "组成：")) (one.parts.join(", ")) } }
                        p { code { (one.name()) } @if !one.complete { " · " (locale.pick("not everything was heard", "没有全部听到")) } }
                    }
                }
                td.n { (one.shown(locale)) @if let Some(of) = one.of { " " small { (locale.pick("of ", "/ ")) (words::number(of)) } }
                    @if one.target.is_some() { br; small { (one.aim(locale)) } } }
            } } }
        } }
    }
}

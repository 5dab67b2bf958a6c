//! `/runs/{run}`: the sheet of a run as markup.

use super::{
    cards::places,
    evening::ends_now,
    line,
    parts::{self, address, answer_path, field, group_path, part, second, why, why_path},
    pausing::{paused, until_field},
    prose::prose,
    revise, wording,
};
use crate::{
    base::{limits, locale::Locale, time::Timestamp},
    engine::entry::Waiting,
    shell::{
        console::{
            layout::Frame,
            view::{
                brief::{beginning, short},
                run::{Revised, Sheet, Standing, Step},
            },
        },
        pages::words,
    },
    sim::timeline,
};
use maud::{Markup, html};

/// The title and the page.
pub(crate) fn page(view: &Sheet, frame: &Frame) -> (String, Markup) {
    let locale = frame.locale;
    let body = html! {
        p.crumb { a href="/groups" { (locale.pick("Groups", "群")) } " › " a href=(group_path(&view.group)) { bdi { (view.place) } } }
        h1 { bdi { (view.title) } }
        (part("sheet", locale.pick("How it is", "进行到哪里"), &head(view, frame), frame))
        @if view.commands {
            @let all = parts::folded(locale.pick("Move it, cancel it, pause it", "改期、取消、暂停"), &acts(view, frame));
            (parts::whole("acts", locale.pick("What can be pressed", "可以做的"), &all, frame))
        }
        @if view.started.is_some() { (part("counts", locale.pick("Who is there", "人数"), &counts(view, frame), frame)) }
        (part("steps", locale.pick("Steps", "步骤"), &steps(view, frame), frame))
        (part("journal", locale.pick("What was recorded", "记录"), &journal(view, locale), frame))
        @if view.commands { (parts::bar(locale.pick("What comes next", "下一步"), &next_press(view, frame), frame)) }
    };
    (format!("{} · {}", view.title, view.place), body)
}

fn head(view: &Sheet, frame: &Frame) -> Markup {
    let locale = frame.locale;
    let zone = &view.zone;
    let state = match (&view.ended, view.started) {
        (Some((outcome, _)), _) => wording::outcome(Some(*outcome), locale),
        (None, Some(_)) => wording::outcome(None, locale),
        (None, None) if view.skipped => ("✕", "", locale.pick("is skipped this time", "这一次跳过了")),
        (None, None) if view.unless.is_some() => {
            ("◐", "", locale.pick("would not start as things are", "照现在的情况不会开始"))
        }
        (None, None) => ("○", "", locale.pick("has not begun", "还没开始")),
    };
    html! {
        p.headline {
            (parts::sign(state.0, state.1, state.2))
            @if let (None, Some(started)) = (&view.ended, view.started) {
                " · " (locale.duration(view.now.since(started)))
            }
            @if let Some(skip) = &view.unless { (locale.pick(": ", "：")) (wording::skipped(skip, locale)) }
            @if view.paused { " · " (locale.pick("its play is ", "这个玩法")) (paused(view.paused_until, view.now, zone, frame)) }
            " · " (why(&view.group, &view.run, None, locale))
        }
        @if !view.reason.is_empty() { p.words { bdi { (view.reason.of(locale)) } } }
        (line::of(view, locale))
        dl.facts {
            dt { (locale.pick("About", "时间")) } dd { (words::day(locale, zone.date(view.anchor))) " " (words::clock(zone, view.anchor)) " " small { (zone.name()) } }
            @if let Some(number) = view.number { dt { (locale.pick("Run", "第几次")) } dd { (number) } }
            @if let Some(started) = view.started { dt { (locale.pick("Began", "开始于")) } dd { (parts::at(started, view.now, zone)) } }
            @if let Some((_, Some(ended))) = view.ended { dt { (locale.pick("Ended", "结束于")) } dd { (parts::at(ended, view.now, zone)) } }
            dt { (locale.pick("Id", "编号")) } dd { code { (view.run) } }
        }
    }
}

fn steps(view: &Sheet, frame: &Frame) -> Markup {
    let locale = frame.locale;
    html! {
        @if view.steps.is_empty() { p.empty { (locale.pick("Its steps are not known to this version of the program.", "这个版本的程序不知道它的步骤。")) } }
        ol.rows.evening { @for step in &view.steps { li .now[matches!(step.standing, Standing::Now { .. })] { (row(step, view, frame)) } } }
    }
}

fn row(step: &Step, view: &Sheet, frame: &Frame) -> Markup {
    let locale = frame.locale;
    let (mark, class, word) = match &step.doubt {
        Some(doubt) => {
            let (mark, words) = wording::doubt(doubt, locale);
            (mark, "", words)
        }
        None => standing(step, view, locale),
    };
    let when = step.at.or(step.due);
    html! {
        (parts::sign(mark, class, ""))
        span.time { @if let Some(at) = when { (parts::at(at, view.now, &view.zone)) } }
        div {
            b { (words::verb(locale, step.verb)) } " "
            @let begins = beginning(&step.text);
            @if begins.ends_with('…') {
                details { summary { bdi { (begins) } } div.text { (prose(&step.text)) } }
            } @else { bdi { (begins) } }
            span.rest {
                (word)
                @match step.revised {
                    Some(Revised::Recalled) => { " · " (locale.pick("taken back", "已撤回")) }
                    Some(Revised::Corrected) => { " · " (locale.pick("corrected", "已更正")) }
                    None => {}
                }
                @if let Some(by) = &step.by { " · " bdi { (by) } }
                @if !matches!(step.standing, Standing::Passed) { " · " (why(&view.group, &view.run, Some(&step.id), locale)) }
            }
            @if view.commands { (presses(step, view, frame)) }
        }
    }
}

/// What can be pressed about a step: of the one that the run is at it stands there, of others below one line.
fn presses(step: &Step, view: &Sheet, frame: &Frame) -> Markup {
    let comes = step.standing == Standing::Ahead && view.started.is_some();
    let all = html! {
        @if comes { (skip_ahead(step, view, frame)) }
        @if comes && step.rewords { (leave_out_later(step, view, frame)) }
        (leave_out(step, view, frame))
        (revise::presses(step, view, frame))
    };
    if all.0.is_empty() || matches!(step.standing, Standing::Now { .. }) {
        return all;
    }
    html! { details.more { summary { (frame.locale.pick("Change this step", "改这一步")) } (all) } }
}

/// The step that the run is at can be left out, by a press that says first what that does.
fn leave_out(step: &Step, view: &Sheet, frame: &Frame) -> Markup {
    let Standing::Now { waiting, .. } = &step.standing else { return html! {} };
    let locale = frame.locale;
    let follows = match waiting {
        Waiting::Due | Waiting::Retry => locale
            .pick("It is not carried out, and the run goes on without it: ", "这一步不做，后面照常进行："),
        Waiting::Task { .. } => locale
            .pick("The task stays open, and the run goes on without it: ", "任务仍然开着，后面照常进行："),
        Waiting::Approval { .. } | Waiting::Answers { .. } | Waiting::Removal { .. } => locale.pick(
            "What it asks is closed, and the run goes on without it: ",
            "它问的不再等回答，后面照常进行：",
        ),
        _ => return html! {},
    };
    html! {
        div.acts { (second(locale.pick("Skip this step", "跳过这一步"), &frame.press("skip", &[(view.group.as_str(), view.run.as_str())], &html! {
            p.words { (follows) (in_short(step, locale)) }
            input type="hidden" name="step" value=(step.id);
            button.bad { (locale.pick("Skip: ", "跳过：")) (in_short(step, locale)) }
        }))) }
    }
}

/// A step that is still ahead can be left out, too.
fn leave_out_later(step: &Step, view: &Sheet, frame: &Frame) -> Markup {
    let locale = frame.locale;
    html! {
        div.acts { (second(locale.pick("Skip", "跳过"), &frame.press("skip", &[(view.group.as_str(), view.run.as_str())], &html! {
            p.words { (locale.pick("When its time comes it is not carried out, and the run goes on without it: ", "到时间时这一步不做，后面照常进行：")) (in_short(step, locale)) }
            input type="hidden" name="step" value=(step.id);
            button.bad { (locale.pick("Skip: ", "跳过：")) (in_short(step, locale)) }
        }))) }
    }
}

/// A step in a few words: what it does, and how its text begins.
fn in_short(step: &Step, locale: Locale) -> Markup {
    // The path of a script says nothing to whoever presses.
    let text = if step.verb == "run" { step.id.to_string() } else { step.text.clone() };
    html! { (words::verb(locale, step.verb)) " " bdi { (short(&text)) } }
}

/// A step that comes can be made due at once.
fn skip_ahead(step: &Step, view: &Sheet, frame: &Frame) -> Markup {
    let locale = frame.locale;
    let is_next = view.following().is_some_and(|next| next.id == step.id);
    html! {
        @if is_next && view.at_once.as_ref() == Some(&step.id) {
            (second(locale.pick("Now", "现在就做"), &frame.press("now", &[(view.group.as_str(), view.run.as_str())], &html! {
                p.words { (locale.pick("It is due at once, and what waits before it ends.", "它立即到时间，前面的等待结束。")) }
                input type="hidden" name="step" value=(step.id);
                button.main { (locale.pick("Now: ", "现在：")) (words::verb(locale, step.verb)) " " (step.id) }
            })))
        }
    }
}

/// A sign, its colour and its words.
fn standing(step: &Step, view: &Sheet, locale: Locale) -> (&'static str, &'static str, String) {
    let at = |at: Timestamp| parts::brief(at, view.now, &view.zone);
    match &step.standing {
        Standing::Done if step.task.is_some() => {
            ("▸", "", locale.pick("asked, and not answered yet", "已经交代，还没完成").to_owned())
        }
        Standing::Done => ("✓", "good", locale.pick("done", "完成").to_owned()),
        Standing::ToPaste => ("▸", "", locale.pick("waits to be pasted", "待转发").to_owned()),
        Standing::OnTheWay(status) => {
            let (sign, class, word) = wording::on_the_way(*status, locale);
            (sign, class, word.to_owned())
        }
        Standing::Late(by) => (
            "!",
            "bad",
            match locale {
                Locale::En => format!("{} late", locale.duration(*by)),
                Locale::Zh => format!("迟了 {}", locale.duration(*by)),
            },
        ),
        Standing::Held(reason) => (
            "⏸",
            "",
            match locale {
                Locale::En => format!("held: {}", timeline::held_by(*reason).en),
                Locale::Zh => format!("压住：{}", timeline::held_by(*reason).zh),
            },
        ),
        Standing::NotSent => {
            ("✕", "bad", locale.pick("was held, and is not sent", "被压住，没有发出").to_owned())
        }
        Standing::Now { waiting, until } => {
            let what = wording::waiting(waiting);
            let until = until.map(|until| match locale {
                Locale::En => format!(" until {}", at(until)),
                Locale::Zh => format!("，到 {}", at(until)),
            });
            ("▸", "good", format!("{}{}", what.of(locale), until.unwrap_or_default()))
        }
        Standing::Ahead => ("○", "", locale.pick("ahead", "待开始").to_owned()),
        Standing::Missed(skip) => ("✕", "bad", wording::skipped(skip, locale)),
        Standing::Failed(error) => (
            "✕",
            "bad",
            match locale {
                Locale::En => format!("failed: {}", error.en),
                Locale::Zh => format!("失败：{}", error.zh),
            },
        ),
        Standing::Passed => ("·", "", locale.pick("not on its way", "没有走到").to_owned()),
    }
}

/// Everything that can be pressed about the run.
fn acts(view: &Sheet, frame: &Frame) -> Markup {
    let locale = frame.locale;
    let (group, run) = (view.group.as_str(), view.run.as_str());
    let on = [(group, run)];
    let ahead = view.to_come();
    html! {
        div.acts.pressbar {
            @if view.ended.is_none() {
                @if let Some(date) = &view.date { (second(locale.pick("Move it", "改期"), &postpone(view, date, ahead, frame))) }
                @if view.skipped {
                    (second(locale.pick("Start it after all", "还是要办"), &frame.press("unskip", &on, &html! {
                        p.words { (locale.pick("It was left out this time, and starts at its time again: ", "这一次原本跳过，改回到时间照常开始：")) bdi { (view.title) } ", " (parts::at(view.anchor, view.now, &view.zone)) }
                        button.main { (locale.pick("Do not skip ", "不跳过 ")) (view.title) }
                    })))
                } @else if view.started.is_none() {
                    (second(locale.pick("Skip this time", "跳过这次"), &frame.press("skip", &on, &html! {
                        p.words { (locale.pick("It does not start this time: ", "这一次不会开始：")) bdi { (view.title) } ", " (parts::at(view.anchor, view.now, &view.zone)) }
                        button.bad { (locale.pick("Skip ", "跳过 ")) (view.title) }
                    })))
                    @let now = view.date.as_ref().map_or_else(|| view.play.to_string(), |date| format!("{}/{date}", view.play));
                    (second(locale.pick("Start now", "现在开始"), &frame.press("start", &[(group, &now)], &html! {
                        p.words { @if view.date.is_some() { (locale.pick(
                            "It begins at once, whatever its conditions, and the date is used up: it does not begin again at its time.",
                            "立即开始，不看条件。这个日期就用掉了，到时间不会再开始。",
                        )) } @else { (locale.pick(
                            "One more run begins at once, whatever its trigger and its conditions; this one still comes at its time.",
                            "立即另开一场，不看触发时间和条件；这一次到时间照常开始。",
                        )) } }
                        button.main { (locale.pick("Start now: ", "现在开始：")) (view.title) }
                    })))
                } @else {
                    (second(locale.pick("Later today", "今天往后推"), &frame.press("delay", &on, &html! {
                        p.words { (locale.pick("What is still due today comes later by so much. Members are told only of more than half an hour.", "今天还没到时间的步骤都往后推。超过半小时才会告诉成员。")) }
                        div.acts { @for minutes in ["5", "10", "15", "30"] {
                            button name="by" value={ (minutes) "m" } { (minutes) (locale.pick(" minutes", " 分钟")) }
                        } }
                    })))
                    (second(locale.pick("Cancel it", "取消这场"), &frame.press("cancel", &on, &html! {
                        p.words {
                            @match locale {
                                Locale::En => { (counted(ahead)) (if ahead == 1 { "is" } else { "are" }) " not carried out; what was done stays done. What its play says about a cancelled one is said." }
                                Locale::Zh => { "后面 " (ahead) " 个步骤不再进行；已做的不变。玩法里写了取消通知的会发出。" }
                            }
                        }
                        button.bad { (locale.pick("Cancel ", "取消 ")) (view.title) }
                    })))
                }
            }
            (pause(view, frame))
            (second(locale.pick("Remark", "记一笔"), &frame.press("note", &on, &html! {
                (field("note", locale.pick("A remark for the journal", "写进日志的一句话")))
                button.main { (locale.pick("Write it down", "记下")) }
            })))
            a.button href=(address("/calendar", &[("group", group), ("day", &view.zone.date(view.anchor).to_string())])) { (locale.pick("In the calendar", "在日历里看")) }
        }
    }
}

/// Its play starts nothing for a while, or does again.
fn pause(view: &Sheet, frame: &Frame) -> Markup {
    let locale = frame.locale;
    let on = [(view.group.as_str(), view.play.as_str())];
    if view.paused {
        return frame.press(
            "resume",
            &on,
            &html! { button.main { (locale.pick("Resume the play", "恢复这个玩法")) } },
        );
    }
    second(
        locale.pick("Pause the play", "暂停这个玩法"),
        &frame.press("pause", &on, &html! {
            p.words { (locale.pick(
                "Nothing more of this play starts in this group until somebody resumes it. What is under way goes on: cancel it, or hush the group, to stop that.",
                "恢复之前，这个玩法在这个群里不再开始新的。进行中的照常继续：要停下它，请取消这场或让群静默。",
            )) }
            (until_field(frame))
            button.bad { (locale.pick("Pause ", "暂停 ")) (view.title) }
        }),
    )
}

/// Who has signed up and who is there, as far as anybody counts: the rest is counted by hand.
fn counts(view: &Sheet, frame: &Frame) -> Markup {
    let locale = frame.locale;
    html! {
        dl.facts {
            @for one in &view.turnout.asked { dt { (locale.pick("Answers", "回答")) } dd {
                (one.answers) " · " bdi { (one.text) }
                @if view.commands { " · " a href=(answer_path(&view.group, &one.task)) { (locale.pick("Enter answers", "录入回答")) } }
            } }
            @if let Some((speakers, messages)) = view.turnout.heard {
                dt { (locale.pick("Heard today", "今天听到")) }
                dd { @match locale {
                    Locale::En => { (messages) (if messages == 1 { " message" } else { " messages" }) " of " (speakers) (if speakers == 1 { " member" } else { " members" }) }
                    Locale::Zh => { (speakers) " 人说了 " (messages) " 条" }
                } }
            } @else {
                dt { (locale.pick("Heard today", "今天听到")) }
                dd { (locale.pick("this channel hears no messages: who is there is counted by hand", "这个频道听不到消息：到场人数要人来数")) }
            }
            @if !view.turnout.unanswered.is_empty() {
                dt { (locale.pick("Not answered", "待答")) }
                dd { ul.plain { @for one in &view.turnout.unanswered { li {
                    bdi { (one.name) } " " (parts::at(one.at, view.now, &view.zone))
                    @if view.commands { " " (frame.press("replied", &[(view.group.as_str(), one.member.as_str())], &html! {
                        input type="hidden" name="asked" value=(one.at.as_millis());
                        button { (locale.pick("Answered", "已答")) span.unseen { " " (one.name) } }
                    })) }
                } } } }
            }
            @if let Some((count, by, at)) = &view.turnout.present {
                dt { (locale.pick("Present", "到场")) }
                dd { b { (count) } " · " (parts::at(*at, view.now, &view.zone)) @if let Some(by) = by { " · " bdi { (by) } } }
            }
        }
        @if view.commands && view.ended.is_none() {
            (frame.press("present", &[(view.group.as_str(), view.run.as_str())], &html! {
                label.field { (locale.pick("How many are there now", "现在有多少人"))
                    input type="number" name="count" min="0" max="1000000" inputmode="numeric" required;
                }
                button { (locale.pick("Count: write it down", "记下人数")) }
            }))
        }
    }
}

/// So many steps ahead, in English.
fn counted(steps: usize) -> String {
    format!("{steps} {} ahead ", if steps == 1 { "step" } else { "steps" })
}

/// What moves, before it does.
fn postpone(view: &Sheet, date: &str, ahead: usize, frame: &Frame) -> Markup {
    let locale = frame.locale;
    let subject = format!("{}/{date}", view.play);
    let now = view.zone.civil(view.anchor).strftime("%Y-%m-%dT%H:%M").to_string();
    let told = view
        .steps
        .iter()
        .any(|step| step.verb == "post" && matches!(step.standing, Standing::Done | Standing::Late(_)));
    frame.press("postpone", &[(view.group.as_str(), &subject)], &html! {
        p.words {
            @match locale {
                Locale::En => { "Now at " (now.replace('T', " ")) ". " (counted(ahead)) (if ahead == 1 { "moves" } else { "move" }) " with it; what was done stays done." }
                Locale::Zh => { "现在是 " (now.replace('T', " ")) "。后面 " (ahead) " 个步骤一起移动；已做的不变。" }
            }
            @if told { " " (locale.pick("Members have been told of it already: what the play says about a moved one is said.", "已经告诉过成员：玩法里写了改期通知的会发出。")) }
        }
        label.field { (locale.pick("The new time", "新的时间"))
            input type="datetime-local" name="time" value=(now) required;
        }
        @if !view.elsewhere.is_empty() {
            @let others: Vec<String> = view.elsewhere.iter().map(|one| format!("{} {}", one.group, one.subject)).collect();
            label.tick { input type="checkbox" name="on" value=(others.join("\n"));
                span {
                    @match locale {
                        Locale::En => { "Move it in the other groups that have it at this time, too (" (others.len()) "): " }
                        Locale::Zh => { "另外 " (others.len()) " 个群同一时间也有这场，一起改期：" }
                    }
                    bdi { (places(&view.elsewhere[..others.len().min(limits::GROUPS_NAMED_MAX)], others.len().saturating_sub(limits::GROUPS_NAMED_MAX), locale)) }
                }
            }
        }
        button.main { (locale.pick("Move ", "改期 ")) (view.title) }
    })
}

/// The one press that is likely next, in a bar that stays.
fn next_press(view: &Sheet, frame: &Frame) -> Markup {
    let locale = frame.locale;
    let on = [(view.group.as_str(), view.run.as_str())];
    if view.ended.as_ref().is_some_and(|(outcome, _)| *outcome == crate::engine::entry::Outcome::Failed) {
        return frame.press(
            "retry",
            &on,
            &html! { button.main { (locale.pick("Go on from the step that failed", "从失败的步骤继续")) } },
        );
    }
    let Some(current) = view.current() else { return html! {} };
    let Standing::Now { waiting, .. } = &current.standing else { return html! {} };
    match waiting {
        Waiting::Approval { .. } | Waiting::Task { .. } | Waiting::Removal { .. } => html! {
            a.button.main href="/" { (locale.pick("Answer it on Today", "到“今天”页处理")) }
        },
        Waiting::Time | Waiting::Due | Waiting::Retry | Waiting::Answers { .. } => {
            let next = if current.is_due() { Some(current) } else { view.at_once() };
            let says = match (next, ends_now(waiting, locale)) {
                (Some(next), _) => {
                    html! { (locale.pick("Go on now: ", "现在进入：")) (in_short(next, locale)) }
                }
                (None, says) => html! { (says.unwrap_or_default()) },
            };
            html! {
                    (frame.press("now", &on, &html! {
                        input type="hidden" name="step" value=(current.id);
                        button.main { (says) }
                    }))
                    @if let Waiting::Answers { task } = waiting { a.button href=(answer_path(&view.group, task)) { (locale.pick("Enter answers", "录入回答")) } }
                    @if is_of_today(current, view) { (frame.press("delay", &on, &html! { button name="by" value="10m" { (locale.pick("Ten more minutes", "再加十分钟")) } })) }
            }
        }
        Waiting::Signal { name } => html! {
            div.acts { (second(locale.pick("Go on without the signal", "不等信号，继续"), &frame.press("skip", &on, &html! {
                p.words {
                    @match locale {
                        Locale::En => { "The wait for the signal " bdi { (name) } " is skipped: it ends now, and the run goes on with what comes after it." }
                        Locale::Zh => { "跳过对信号 " bdi { (name) } " 的等待：等待现在结束，接着做后面的步骤。" }
                    }
                }
                input type="hidden" name="step" value=(current.id);
                button.main { (locale.pick("Skip the wait", "跳过等待")) }
            }))) }
        },
        _ => html! {},
    }
}

/// Whether what a step waits for may still come today: only that is put off by minutes.
fn is_of_today(step: &Step, view: &Sheet) -> bool {
    let until = match &step.standing {
        Standing::Now { waiting: Waiting::Due, until } => until.or(step.due),
        Standing::Now { until, .. } => *until,
        _ => None,
    };
    until.is_none_or(|until| view.zone.date(until) <= view.zone.date(view.now))
}

fn journal(view: &Sheet, locale: Locale) -> Markup {
    let lines = &view.lines;
    html! {
        @if lines.is_empty() { p.empty { (locale.pick("Nothing yet.", "还没有记录。")) } }
        ul.rows { @for (at, told) in lines { li {
            (parts::sign("·", "", ""))
            span.time { (parts::at(*at, view.now, &view.zone)) }
            div { b { (told.word(locale)) } " " bdi { (told.about) } span.rest { bdi { (told.text.of(locale)) } } }
        } } }
        @if view.cut { p.note { (locale.pick("Older entries of it are in the logbook.", "更早的记录在日志里。")) } }
        p { a href=(why_path(&view.group, &view.run, None)) { (locale.pick("Why it happened as it did", "为什么是这样")) } }
    }
}

//! People on the page of `simulate`: who talks, what was asked of whom, questions, and who was let go.

use super::{MaybeShown, ReportView};
use crate::{
    base::locale::Locale,
    shell::pages::{chart, words},
    sim::report::asked::AskedReport,
};
use maud::{Markup, html};
use std::fmt::Write as _;

/// Who talks, and how few they are.
pub(super) fn talk(view: &ReportView<'_>) -> MaybeShown {
    let talk = &view.report.talk;
    if talk.messages() == 0 {
        return None;
    }
    let t = |en, zh| view.t(en, zh);
    let most = talk.top.first().map_or(1, |(_, _, n)| *n);
    let speakers = talk.counts.len() as u64;
    let body = html! {
        div.two {
            div.card {
                h3 { (t("How it is spread", "分布")) }
                (curve(view))
                p.words { (spread(view)) }
            }
            div.card {
                h3 { (t("The most talkative", "说得最多的成员")) }
                table.tops {
                    tbody {
                        @for (name, group, n) in &talk.top {
                            tr {
                                th scope="row" { bdi { (name) } @if view.several() { " " small { (group) } } }
                                td.barcell { (chart::bar("social", *n as f64, most as f64)) }
                                (words::cell(*n))
                                td.n { (words::percent(*n, talk.messages())) }
                            }
                        }
                    }
                }
                p.words {
                    (match view.locale {
                        Locale::En => format!(
                            "{} of {} members ever seen wrote something ({}).",
                            words::number(speakers), words::number(talk.members), words::percent(speakers, talk.members)),
                        Locale::Zh => format!(
                            "出现过的 {} 位成员里，{} 位说过话({})。",
                            words::number(talk.members), words::number(speakers), words::percent(speakers, talk.members)),
                    })
                }
            }
        }
    };
    let words = t(
        "In most groups a few carry the talk. If the curve clings to the corner, the group would fall silent without them.",
        "多数群里，少数人撑起了交谈。曲线越贴近左上角，少了他们群就越容易冷下来。",
    );
    Some((words, body))
}

/// The part of the messages that the most talkative wrote, from none of the members to all.
fn curve(view: &ReportView<'_>) -> Markup {
    const POINTS: u32 = 50;
    let talk = &view.report.talk;
    let mut path = String::from("M0 100");
    for i in 1..=POINTS {
        let share = talk.share_of_top(f64::from(i) / f64::from(POINTS));
        let _ = write!(path, "L{} {:.1}", i * 100 / POINTS, 100.0 - share * 100.0);
    }
    let tips: Vec<String> = (1..=10)
        .map(|i| {
            let share = words::decimal(talk.share_of_top(f64::from(i) / 10.0) * 100.0);
            match view.locale {
                Locale::En => format!("the most talkative {}%\nwrote {share}% of the messages", i * 10),
                Locale::Zh => format!("最活跃的 {}% 成员\n写了 {share}% 的消息", i * 10),
            }
        })
        .collect();
    let below = ["0%", "25%", "50%", "75%", "100%"].map(String::from);
    html! {
        div.plot.square {
            div.scale aria-hidden="true" { span { "100%" } span { "50%" } span { "0%" } }
            svg.rove viewBox="0 0 100 100" preserveAspectRatio="none" role="group"
                aria-label=(view.t("Share of the messages by share of the members", "成员占比与消息占比")) {
                path.grid d="M0 0H100M0 50H100M0 100H100" {}
                path.rule d="M0 100L100 0" {}
                path.area.social d={ (path) "V100Z" } {}
                path.line.social d=(path) {}
                @for (i, tip) in tips.iter().enumerate() {
                    rect.hit.t x=(i * 10) y="0" width="10" height="100" role="img" aria-label=(tip)
                        tabindex=(if i == 0 { "0" } else { "-1" }) {}
                }
            }
            div.below aria-hidden="true" { @for word in &below { span { (word) } } }
        }
    }
}

/// The curve in one sentence.
fn spread(view: &ReportView<'_>) -> String {
    let share = |part: f64| words::decimal(view.report.talk.share_of_top(part) * 100.0);
    match view.locale {
        Locale::En => format!(
            "Across: members, the most talkative first. Up: their part of all messages. The first tenth wrote {}%, the \
             first half {}%. On the dashed line all would write alike.",
            share(0.1),
            share(0.5)
        ),
        Locale::Zh => format!(
            "横轴是成员，最活跃的在前。纵轴是他们的消息占比。前一成写了 {}%，前一半写了 {}%。\
             若人人一样多，就是虚线。",
            share(0.1),
            share(0.5)
        ),
    }
}

/// What people were asked to do and to decide.
pub(super) fn asked(view: &ReportView<'_>) -> MaybeShown {
    let rows = &view.report.asked;
    if rows.is_empty() {
        return None;
    }
    let t = |en, zh| view.t(en, zh);
    let head = [
        t("tasks", "任务"),
        t("in time", "按时"),
        t("late", "晚了"),
        t("missed", "没做"),
        t("open", "未到期"),
        t("approvals", "审批"),
        t("given", "同意"),
        t("refused", "拒绝"),
        t("nobody decided", "没人决定"),
    ];
    let body = html! {
        div.card.wide {
            table #asked {
                thead {
                    tr {
                        th scope="col" { (t("Who", "谁")) }
                        th scope="col" { (t("as", "角色")) }
                        th scope="col" { (t("tasks done", "任务完成情况")) }
                        @for column in head { th.n scope="col" { (column) } }
                    }
                }
                tbody { @for row in rows { (asked_row(view, row)) } }
            }
        }
    };
    let words = t(
        "What operators were asked, by person. In time is before it was due; missed is due and not done when this time \
         ended. A post that a person has to copy out counts as a task.",
        "各人被要求做的事。按时：到期之前完成。没做：到期了，直到这段时间结束也没完成。需要人工转发的帖子也算任务。",
    );
    Some((words, body))
}

fn asked_row(view: &ReportView<'_>, row: &AskedReport) -> Markup {
    let nobody = view.t("nobody in particular", "未指定");
    let who = if row.people.is_empty() { nobody.to_owned() } else { view.locale.join(&row.people) };
    let parts = [
        ("accent", row.in_time),
        ("warn", row.late),
        ("wrong", row.missed),
        ("quiet", row.open + row.cancelled),
    ];
    html! {
        tr {
            th scope="row" { bdi { (who) } }
            td { @if let Some(role) = &row.role { bdi { (role) } } }
            td.barcell { @if row.tasks > 0 { (chart::parts(&parts)) } }
            (words::cell(row.tasks))
            (words::cell(row.in_time))
            (words::cell(row.late))
            (words::bad_cell(row.missed))
            (words::cell(row.open))
            (words::cell(row.approvals))
            (words::cell(row.approved))
            (words::cell(row.rejected))
            (words::cell(row.silent))
        }
    }
}

/// What the group was asked, and what it answered.
pub(super) fn questions(view: &ReportView<'_>) -> MaybeShown {
    let rows = &view.report.questions;
    if rows.is_empty() {
        return None;
    }
    let t = |en, zh| view.t(en, zh);
    let body = html! {
        div.questions {
            @for row in rows {
                @let most = row.options.iter().map(|(_, n)| *n).max().unwrap_or(0);
                div.card {
                    h3 { bdi { (row.text) } }
                    p.words {
                        bdi { (view.title(&row.play)) } " · "
                        (view.count(row.asked, ("time asked", "times asked"), "次提问")) " · "
                        (view.count(row.answers, ("answer", "answers"), "个回答")) " · "
                        (t("of those who could", "参与率")) " " (words::percent(row.answers, row.members))
                    }
                    @if !row.options.is_empty() {
                        table.tops {
                            tbody {
                                @for (option, n) in &row.options {
                                    tr {
                                        th scope="row" { bdi { (option) } }
                                        td.barcell { (chart::bar("ask", *n as f64, most as f64)) }
                                        (words::cell(*n))
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    };
    let words = t("What the group was asked, all times together.", "向群提的问题，各次合计。");
    Some((words, body))
}

/// The rounds of letting silent members go.
pub(super) fn prunes(view: &ReportView<'_>) -> MaybeShown {
    let rows = &view.report.prunes;
    if rows.is_empty() {
        return None;
    }
    let t = |en, zh| view.t(en, zh);
    let body = html! {
        div.card.wide {
            table {
                thead {
                    tr {
                        th scope="col" { (t("Told on", "通知日期")) }
                        @if view.several() { th scope="col" { (t("Group", "群")) } }
                        th scope="col" { (t("Play", "玩法")) }
                        th.n scope="col" { (t("told", "通知")) }
                        th.n scope="col" { (t("spoke and stayed", "冒泡留下")) }
                        th.n scope="col" { (t("left", "自己退出")) }
                        th.n scope="col" { (t("let go", "被移出")) }
                    }
                }
                tbody {
                    @for row in rows {
                        tr {
                            td { (view.day(row.at)) }
                            @if view.several() { td { bdi { (row.group) } } }
                            td { bdi { (view.title(&row.play)) } }
                            (words::cell(row.told))
                            (words::cell(row.spoke))
                            (words::cell(row.left))
                            (words::cell(row.gone))
                        }
                    }
                }
            }
            @if view.report.prunes_more > 0 { p.words { "+ " (words::number(view.report.prunes_more)) } }
        }
    };
    let words = t(
        "Members who were told that they have been silent, and what became of them. Nobody is let go without a person's yes.",
        "被告知太久没说话的成员，以及后来怎样。没有人点头，谁也不会被移出。",
    );
    Some((words, body))
}

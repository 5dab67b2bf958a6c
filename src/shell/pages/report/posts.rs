//! What was said on the page of `simulate`: labels and the share of advertising, what budgets held, each play.

use super::{MaybeShown, ReportView, ShownPart};
use crate::{
    base::time::Duration,
    model::message::Label,
    shell::pages::{
        chart::{self, Plot},
        words,
    },
};
use maud::{Markup, html};

/// Where no budget says how far back the share of advertising looks.
const SHARE_DAYS: i64 = 30;

/// Which kinds of posts there were, and the share of advertising over time.
pub(super) fn labels(view: &ReportView<'_>) -> MaybeShown {
    let report = view.report;
    let all: u64 = report.labels.values().sum();
    if all == 0 {
        return None;
    }
    let kinds = Label::ALL.map(Some).into_iter().chain([None]);
    let rows: Vec<(Option<Label>, u64)> =
        kinds.map(|label| (label, report.labels.get(&label).copied().unwrap_or(0))).collect();
    let parts: Vec<(&'static str, u64)> =
        rows.iter().map(|(label, n)| (words::label_class(*label), *n)).collect();
    let body = html! {
        div.card {
            (chart::parts(&parts))
            ul.legend {
                @for (label, n) in &rows {
                    li {
                        i class={ "k " (words::label_class(*label)) } {}
                        (words::label(view.locale, *label)) " " b { (words::number(*n)) } " " small { (words::percent(*n, all)) }
                    }
                }
            }
            (share(view))
        }
    };
    let words = view.t(
        "Posts by the label that the file gives them. Only posts to the group itself count for the share of promo.",
        "按文件里的标签分类。计算推广占比时只算发到群里的消息。",
    );
    Some((words, body))
}

/// The share of advertising over time, against its budget.
fn share(view: &ReportView<'_>) -> Markup {
    let t = |en, zh| view.t(en, zh);
    let days = &view.report.days;
    let budget = view.playbook.budgets.promo.as_ref().and_then(|promo| promo.share);
    let promos: u64 = days.iter().map(|day| day.promo).sum();
    if promos == 0 {
        return html! {
            p.words { (t("No advertising was posted.", "没有发过推广。")) " " (super::budget_words(view)) }
        };
    }
    let window = budget.map_or(Duration::DAY.times(SHARE_DAYS), |(_, window)| window);
    let length = (window.as_millis() / Duration::DAY.as_millis()).max(1) as usize;
    let mut shares = Vec::with_capacity(days.len());
    let (mut all, mut promo) = (0, 0);
    for (i, day) in days.iter().enumerate() {
        all += day.to_group;
        promo += day.promo;
        if let Some(gone) = i.checked_sub(length).and_then(|i| days.get(i)) {
            all -= gone.to_group;
            promo -= gone.promo;
        }
        shares.push((promo, all));
    }
    let size = chart::bucket(days.len());
    let points: Vec<_> = days.iter().zip(&shares).skip(size - 1).step_by(size).collect();
    let value = |(promo, all): (u64, u64)| if all == 0 { 0.0 } else { promo as f64 * 100.0 / all as f64 };
    let values: Vec<f64> = points.iter().map(|(_, share)| value(**share)).collect();
    let limit = budget.map(|(percent, _)| f64::from(percent));
    let max = chart::nice(values.iter().copied().chain(limit).fold(1.0, f64::max) * 1.1);
    let tips: Vec<String> = points
        .iter()
        .map(|(day, (promo, all))| {
            let date = words::day(view.locale, day.date);
            format!("{date}\n{}: {promo} / {all} = {}", t("promo", "推广"), words::percent(*promo, *all))
        })
        .collect();
    let below = chart::five(
        &points.iter().map(|(day, _)| words::short_day(view.locale, day.date)).collect::<Vec<_>>(),
    );
    html! {
        h3.gap {
            (t("Promo, of all posts of the last", "推广占比，最近")) " " (view.locale.duration(window))
        }
        (Plot { title: t("Share of promo by day", "每天的推广占比"), max, unit: "%", tips: &tips, below: &below,
            shapes: html! {
                (chart::line("promo", &values, max))
                @if let Some(limit) = limit { (chart::rule(tips.len(), limit, max)) }
            } }.draw())
        @if limit.is_some() { p.words { (t("The dashed line is the budget.", "虚线是预算。")) " " (super::budget_words(view)) } }
    }
}

/// What budgets held back.
pub(super) fn held(view: &ReportView<'_>) -> MaybeShown {
    let rows = &view.report.holds;
    let t = |en, zh| view.t(en, zh);
    if rows.is_empty() {
        return None;
    }
    let body = html! {
        div.card.wide {
            table {
                thead {
                    tr {
                        th scope="col" { (t("Reason", "原因")) }
                        th.n scope="col" { (t("held", "压住")) }
                        th scope="col" { (t("over time", "走势")) }
                        th.n scope="col" { (t("sent later", "之后发出")) }
                        th.n scope="col" { (t("waited, on average", "平均等待")) }
                        th.n scope="col" { (t("longest", "最久")) }
                        th.n scope="col" { (t("never sent", "没有发出")) }
                        th scope="col" { (t("Plays", "玩法")) }
                    }
                }
                tbody {
                    @for row in rows {
                        @let by_day: Vec<u64> = row.by_day.iter().map(|n| u64::from(*n)).collect();
                        tr {
                            th scope="row" { (words::hold(view.locale, row.reason)) }
                            (words::cell(row.held))
                            td { (chart::spark("warn", &by_day)) }
                            (words::cell(row.released))
                            td.n { (wait(view, row.waited, row.released)) }
                            td.n { (wait(view, row.longest, row.released.min(1))) }
                            (words::bad_cell(row.expired + row.withdrawn))
                            td.long {
                                @for (i, (play, n)) in row.plays.iter().enumerate() {
                                    @if i > 0 { ", " }
                                    bdi { (view.title(play)) } " " (n)
                                }
                            }
                        }
                    }
                }
            }
        }
    };
    let words = t(
        "A budget or a quiet hour held these messages back, counted by the first reason. Nothing is dropped in silence: \
         each went out later, or its time passed.",
        "这些消息被预算或静默时段压住，按最初的原因计数。没有一条会悄悄丢掉：要么之后发出，要么过了时限。",
    );
    Some((words, body))
}

/// A mean length; nothing of nothing.
fn wait(view: &ReportView<'_>, all: Duration, n: u64) -> String {
    if n == 0 {
        return "–".into();
    }
    let mean = all.as_millis() / n as i64;
    let minute = Duration::MINUTE.as_millis();
    let rounded = if mean >= minute { mean / minute * minute } else { mean };
    view.locale.duration(Duration::from_millis(rounded))
}

/// How each play went.
pub(super) fn plays(view: &ReportView<'_>) -> ShownPart {
    let t = |en, zh| view.t(en, zh);
    let report = view.report;
    let body = html! {
        div.card.wide {
            table #results {
                thead {
                    tr {
                        th scope="col" { (t("Play", "玩法")) }
                        th.n scope="col" { (t("runs", "活动")) }
                        th.n scope="col" { (t("posts", "发帖")) }
                        th scope="col" { (t("posts over time", "发帖走势")) }
                        th.n scope="col" { (t("skipped", "跳过")) }
                        th.n scope="col" { (t("missed steps", "错过的步骤")) }
                        th.n scope="col" { (t("failed", "失败")) }
                        th scope="col" { (t("Why not", "为何没有发生")) }
                    }
                }
                tbody {
                    @for (i, play) in view.playbook.plays.iter().enumerate() {
                        @let sums = report.tally.plays.get(&play.name).cloned().unwrap_or_default();
                        @let by_day: Vec<u64> = report.days.iter().map(|day| u64::from(day.plays[i])).collect();
                        tr {
                            th scope="row" { bdi { (play.title) } br; small { (words::trigger(view.locale, play)) } }
                            (words::cell(sums.runs))
                            (words::cell(sums.posts))
                            td { @if sums.posts > 0 { (chart::spark("accent", &by_day)) } }
                            (words::cell(sums.skipped))
                            (words::cell(sums.missed))
                            (words::bad_cell(sums.failed))
                            td.long { (reasons(view, &play.name)) }
                        }
                    }
                }
            }
        }
    };
    let words = t(
        "Runs that started, what they posted, occurrences that did not start (skipped), steps that a run did not carry out \
         (missed), and runs that failed.",
        "活动：开始的次数。跳过：到了时间但没有开始的次数。错过的步骤：活动里没有做的步骤。失败：以失败结束的活动。",
    );
    (words, body)
}

/// Why a play's occurrences and steps did not happen, the most frequent reason first.
fn reasons(view: &ReportView<'_>, play: &crate::base::ids::PlayName) -> String {
    let mut rows: Vec<(&'static str, u64)> = view
        .report
        .reasons
        .iter()
        .filter(|((name, _), _)| name == play)
        .map(|((_, why), n)| (*why, *n))
        .collect();
    rows.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let parts: Vec<String> = rows
        .into_iter()
        .map(|(why, n)| format!("{} {}", words::why(view.locale, why), words::number(n)))
        .collect();
    parts.join(view.t(", ", "、"))
}

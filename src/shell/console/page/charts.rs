//! The charts of a group as markup: each drawn, said in words, and as a table.

use crate::{
    base::{civil_day::CivilDay, locale::Locale},
    shell::{
        console::view::charts::{Charts, OfSource},
        pages::{chart, words},
    },
};
use maud::{Markup, html};

/// Four charts, and what became of those who joined.
pub(super) fn section(charts: &Charts, locale: Locale) -> Markup {
    html! {
        div.charts {
            (drawn(locale.pick("Who spoke, a day", "每天发言的人"), "social", charts.days.iter().map(|day| (day.day, day.speakers)), locale))
            (came_and_left(charts, locale))
            (who_talks(charts, locale))
            (who_else(charts, locale))
        }
        @if !charts.sources.is_empty() { (funnel(&charts.sources, locale)) }
    }
}

fn drawn(
    title: &str,
    class: &str,
    days: impl Iterator<Item = (CivilDay, u32)> + Clone,
    locale: Locale,
) -> Markup {
    let values: Vec<u64> = days.clone().map(|(_, n)| u64::from(n)).collect();
    let most = values.iter().copied().max().unwrap_or_default();
    html! {
        figure.chart {
            figcaption { (title) " " small { (locale.pick("most ", "最多 ")) (words::number(most)) } }
            (chart::spark(class, &values))
            details {
                summary { (locale.pick("As a table", "看表格")) }
                table { (head(&[locale.pick("Day", "日期"), title])) tbody { @for (day, n) in days { tr { th scope="row" { (day.to_string()) } td.n { (n) } } } } }
            }
        }
    }
}

/// What the columns of a table are.
fn head(columns: &[&str]) -> Markup {
    html! { thead { tr { @for column in columns { th scope="col" { (column) } } } } }
}

fn came_and_left(charts: &Charts, locale: Locale) -> Markup {
    let joined: Vec<u64> = charts.days.iter().map(|day| u64::from(day.joined)).collect();
    let left: Vec<u64> = charts.days.iter().map(|day| u64::from(day.left)).collect();
    html! {
        figure.chart {
            figcaption { (locale.pick("Who joined, and who left", "进群和退群")) " " small {
                "+" (words::number(joined.iter().sum())) " −" (words::number(left.iter().sum()))
            } }
            (chart::spark("social", &joined))
            (chart::spark("promo", &left))
            details {
                summary { (locale.pick("As a table", "看表格")) }
                table {
                    thead { tr { th scope="col" { (locale.pick("Day", "日期")) } th.n scope="col" { (locale.pick("Joined", "进")) } th.n scope="col" { (locale.pick("Left", "退")) } } }
                    tbody { @for day in charts.days.iter().filter(|day| day.joined + day.left > 0) { tr {
                        th scope="row" { (day.day.to_string()) } td.n { (day.joined) } td.n { (day.left) }
                    } } }
                }
            }
        }
    }
}

fn percent(share: f64) -> String {
    format!("{:.0}%", share * 100.0)
}

fn who_talks(charts: &Charts, locale: Locale) -> Markup {
    let top = |n: u32| match locale {
        Locale::En if n == 1 => "the one who says most".to_owned(),
        Locale::En => format!("the {n} who say most"),
        Locale::Zh => format!("说得最多的 {n} 人"),
    };
    let rows = charts.tops.iter().map(|(n, share)| (top(*n), *share));
    let owner = charts.owner.map(|share| (locale.pick("owner and hosts", "群主和主持").to_owned(), share));
    let rows: Vec<(String, f64)> = rows.chain(owner).collect();
    html! {
        figure.chart {
            figcaption { (locale.pick("Who talks: the share of all messages", "谁在说话：占全部消息")) }
            @if rows.is_empty() { p.empty { (locale.pick("Nobody hears messages here, or too few were heard.", "这里听不到消息，或者听到的太少。")) } }
            @if !rows.is_empty() { table.parts { (head(&[locale.pick("Who", "谁"), "", locale.pick("Share", "占比")])) tbody { @for (who, share) in &rows { tr {
                th scope="row" { (who) } td { (chart::bar("social", *share, 1.0)) } td.n { (percent(*share)) }
            } } } } }
            @if let Some((few, voices)) = charts.absence { p.note { @match locale {
                Locale::En => { "Absence factor " b { (few) } ": without " (few) " of the " (voices) " who spoke, half of the talk would be gone." }
                Locale::Zh => { "缺席系数 " b { (few) } "：开口的 " (voices) " 人里少了这 " (few) " 人，就少一半的话。" }
            } } }
            (curve(charts, locale))
        }
    }
}

/// How evenly the talk is spread: the curve, and the same as a table.
fn curve(charts: &Charts, locale: Locale) -> Markup {
    html! {
        @if !charts.lorenz.is_empty() {
            (chart::lorenz(&charts.lorenz))
            p.note { (locale.pick(
                "Those who spoke in 28 days, the quietest first, and what they said together (Lorenz). The nearer the straight line, the more evenly.",
                "28 天里开口的人，从说得最少的排起，合起来说了多少（洛伦兹曲线）。越靠近直线越均匀。",
            )) }
            details {
                summary { (locale.pick("As a table", "看表格")) }
                table {
                    (head(&[locale.pick("Of those who spoke", "开口的人"), locale.pick("Of all messages", "全部消息")]))
                    tbody { @for (people, said) in charts.lorenz.iter().skip(1) { tr { th scope="row" { (percent(*people)) } td.n { (percent(*said)) } } } }
                }
            }
        }
    }
}

fn who_else(charts: &Charts, locale: Locale) -> Markup {
    let of = |part: u64, all: u64| (all > 0).then(|| part as f64 / all as f64);
    let (human, bot) = charts.said;
    let rows = [
        (locale.pick("bots, of all messages", "机器人占全部消息"), of(bot, human + bot)),
        (locale.pick("promos, of our posts", "推广占我们的消息"), of(charts.posts.1, charts.posts.0)),
    ];
    html! {
        figure.chart {
            figcaption { (locale.pick("Bots and promos in 28 days", "28 天里的机器人和推广")) }
            table.parts { (head(&[locale.pick("What", "什么"), "", locale.pick("Share", "占比")])) tbody { @for (what, share) in rows { tr {
                th scope="row" { (what) }
                @match share {
                    Some(share) => { td { (chart::bar("promo", share, 1.0)) } td.n { (percent(share)) } }
                    None => { td colspan="2" { span.rest { (locale.pick("nothing was said", "没有消息")) } } }
                }
            } } } }
        }
    }
}

/// What became of those who joined in the last weeks, by where they came from.
fn funnel(sources: &[(String, OfSource)], locale: Locale) -> Markup {
    let row = |(from, of): &(String, OfSource)| {
        html! {
            tr {
                th scope="row" { @if from.is_empty() { (locale.pick("not said", "没说")) } @else { bdi { (from) } } }
                td.n { (of.joined) }
                td.n { (of.spoke) " " small { (percent(f64::from(of.spoke) / f64::from(of.joined.max(1)))) } }
                td.n { @if of.stayed.0 == 0 { (locale.pick("not yet known", "还不知道")) } @else {
                    (of.stayed.1) " " small { (locale.pick("of ", "/ ")) (of.stayed.0) }
                } }
            }
        }
    };
    html! {
        h3 { (locale.pick("What became of those who joined", "进群之后")) }
        div.wide { table {
            thead { tr {
                th scope="col" { (locale.pick("From", "来源")) }
                th.n scope="col" { (locale.pick("Joined", "进群")) }
                th.n scope="col" { (locale.pick("Spoke within 7 days", "7 天内发言")) }
                th.n scope="col" { (locale.pick("Active after 30 days", "30 天后仍活跃")) }
            } }
            tbody { @for one in sources { (row(one)) } }
        } }
    }
}

//! The page of `simulate` and of `report`: what happened in a time, in pictures and plain words.
//!
//! Every picture has its numbers beside it as a table or as labels; every number has a sentence that says what it
//! counts.

mod life;
mod people;
mod posts;

use super::{page, section, words};
use crate::{
    base::{locale::Locale, phrase::Phrase, time::Timestamp},
    model::playbook::Playbook,
    shell::{past::Past, view::metrics::NumberRow},
    sim::{Options, report::Report},
};
use maud::{Markup, html};

/// What was simulated, for whoever wants to see it again.
pub(in crate::shell) struct ReportSettings {
    /// The command that gives the same history.
    pub(in crate::shell) command: String,
    /// How many days.
    pub(in crate::shell) days: u32,
    /// How the synthetic people behave, in a word or a path.
    pub(in crate::shell) world: String,
    /// What was not good, one sentence each.
    pub(in crate::shell) findings: Vec<Phrase>,
    /// The numbers of each group at the end.
    pub(in crate::shell) numbers: Vec<NumberRow>,
}

/// What every part of the page looks at.
struct ReportView<'a> {
    playbook: &'a Playbook,
    options: &'a Options,
    report: &'a Report,
    locale: Locale,
    /// Whether it really happened.
    real: bool,
}

impl ReportView<'_> {
    /// Words in the playbook's language.
    fn t(&self, en: &'static str, zh: &'static str) -> &'static str {
        self.locale.pick(en, zh)
    }

    fn several(&self) -> bool {
        self.report.groups.len() > 1
    }

    /// A play's shown name.
    fn title(&self, play: &crate::base::ids::PlayName) -> String {
        self.playbook.play(play).map_or_else(|| play.to_string(), |play| play.title.to_string())
    }

    /// The last instant that was simulated.
    fn last(&self) -> Timestamp {
        self.options.to.just_before().max(self.options.from)
    }

    fn day(&self, at: Timestamp) -> String {
        words::day(self.locale, self.playbook.zone.date(at))
    }

    /// A number with the noun of its language.
    fn count(&self, n: u64, en: (&str, &str), zh: &str) -> String {
        match self.locale {
            Locale::En => format!("{} {}", words::number(n), if n == 1 { en.0 } else { en.1 }),
            Locale::Zh => format!("{} {zh}", words::number(n)),
        }
    }
}

/// The page of what really happened.
pub(in crate::shell) fn lived(playbook: &Playbook, past: &Past) -> String {
    let days = past.report.days.len();
    let settings = ReportSettings {
        command: format!(
            "playbook report --from {} --days {days} --format html",
            past.options.from.to_rfc3339(&playbook.zone)
        ),
        days: u32::try_from(days).unwrap_or(u32::MAX),
        world: String::new(),
        findings: past.troubles.iter().map(|trouble| trouble.text.clone()).collect(),
        // Those of now are in `playbook metrics`.
        numbers: Vec::new(),
    };
    whole(playbook, &past.options, &settings, &past.report, true)
}

/// The page of a simulated history.
pub(in crate::shell) fn html(
    playbook: &Playbook,
    options: &Options,
    settings: &ReportSettings,
    report: &Report,
) -> String {
    whole(playbook, options, settings, report, false)
}

fn whole(
    playbook: &Playbook,
    options: &Options,
    settings: &ReportSettings,
    report: &Report,
    real: bool,
) -> String {
    let view = ReportView { playbook, options, report, locale: playbook.locale, real };
    let t = |en, zh| view.t(en, zh);
    let parts = [
        ("phases", t("Phases", "阶段"), life::phases(&view)),
        ("calendar", t("Posts by day", "每天发帖"), Some(life::calendar(&view))),
        ("life", t("Members and messages", "成员与消息"), Some(life::growth(&view))),
        ("groups", t("Groups", "各群"), life::groups(&view)),
        ("talk", t("Who talks", "谁在说话"), people::talk(&view)),
        ("promo", t("What was posted", "发了什么"), posts::labels(&view)),
        ("held", t("Held by budgets", "被预算压住的"), posts::held(&view)),
        ("plays", t("Plays", "各玩法的结果"), Some(posts::plays(&view))),
        ("tasks", t("Tasks and approvals", "任务与审批"), people::asked(&view)),
        ("questions", t("Questions", "提问与回答"), people::questions(&view)),
        ("metrics", t("Numbers", "数字"), metrics(&view, settings)),
        ("prunings", t("Prunings", "清理"), people::prunes(&view)),
    ];
    let kicker = if real { t("Report", "报告") } else { t("Simulation", "模拟") };
    let title =
        format!("{} · {}", playbook.title, if real { t("report", "报告") } else { t("simulation", "模拟") });
    let body = html! {
        header {
            p.kicker { (kicker) }
            h1 { bdi { (playbook.title) } }
            ul.facts {
                li { (view.day(options.from)) " – " (view.day(view.last())) }
                li { (t("time zone: ", "时区：")) (playbook.zone.name()) }
                @if view.several() { li { (view.count(report.groups.len() as u64, ("group", "groups"), "个群")) } }
            }
            p.words {
                @if real {
                    (t(
                        "What really happened, from the journal. What no channel hears is not in it.",
                        "真实发生的事，来自运行记录。频道听不到的不在里面。",
                    ))
                } @else {
                    (t(
                        "The real engine lived through this time with synthetic people. Nothing was sent. \
                         It shows what this file does, not what your members will do.",
                        "真实的引擎和虚构的成员一起过了这段时间，没有发出任何消息。\
                         它说明这份文件会做什么，不预言你的成员会做什么。",
                    ))
                }
            }
        }
        main {
            (findings(&view, &settings.findings))
            (numbers(&view, settings))
            nav aria-label=(t("Parts of this page", "本页内容")) {
                ul {
                    @for (id, title, part) in &parts {
                        @if part.is_some() { li { a href={ "#" (id) } { (title) } } }
                    }
                    li { a href="#settings" { (t("How this was made", "如何重现")) } }
                }
            }
            @for (id, title, part) in &parts {
                @if let Some((words, part)) = part { (section(id, title, words, part)) }
            }
            (settings_part(&view, settings))
        }
        footer { p { (if real { "playbook report" } else { "playbook simulate" }) " · " (playbook.name) " · " (playbook.digest.short()) } }
    };
    page(view.locale, &title, &body)
}

/// The numbers at the end, as `playbook metrics` shows those of a living group.
fn metrics(view: &ReportView<'_>, settings: &ReportSettings) -> MaybeShown {
    let known: Vec<&NumberRow> =
        settings.numbers.iter().filter(|row| row.own || row.value.is_some()).collect();
    if known.is_empty() {
        return None;
    }
    let t = |en, zh| view.t(en, zh);
    let words = t(
        "What `playbook metrics` would show of these people at the end, with the targets of the file.",
        "结束时 `playbook metrics` 会显示的数字，以及剧本里的目标。",
    );
    let body = html! {
        div.wide { table {
            thead { tr {
                @if view.several() { th scope="col" { (t("Group", "群")) } }
                th scope="col" { (t("Number", "数字")) }
                th.n scope="col" { (t("At the end", "结束时")) }
                th scope="col" { (t("Target", "目标")) }
            } }
            tbody { @for row in known { tr {
                @if view.several() { td { (row.group) } }
                th scope="row" { (row.about) " " small { code { (row.name()) } } }
                td.n { (row.shown(view.locale)) }
                td { (row.aim(view.locale)) }
            } } }
        } }
    };
    Some((words, body))
}

/// A part of the page: its sentence and what it shows.
type ShownPart = (&'static str, Markup);
/// A part that may have nothing to show.
type MaybeShown = Option<ShownPart>;

/// What was not good comes first.
fn findings(view: &ReportView<'_>, findings: &[Phrase]) -> Markup {
    if findings.is_empty() {
        return html! {};
    }
    let body = html! {
        ul.card.problems { @for finding in findings { li { (finding.of(view.locale)) } } }
    };
    let words = if view.real {
        view.t(
            "What failed, was missed or did not arrive, weightiest first.",
            "失败、错过或没送到的，重的在前。",
        )
    } else {
        view.t(
            "A script failed, or the engine broke a promise. The command at the end of this page shows it again.",
            "有脚本失败，或引擎没有守约。用本页末尾的命令可以重现。",
        )
    };
    section("findings", view.t("Problems", "问题"), words, &body)
}

/// One number with what it is.
struct Tile {
    label: &'static str,
    number: String,
    more: String,
    bad: bool,
}

/// The few numbers that say most.
fn numbers(view: &ReportView<'_>, settings: &ReportSettings) -> Markup {
    let report = view.report;
    let tally = &report.tally;
    let t = |en, zh| view.t(en, zh);
    let days = f64::from(settings.days.max(1));
    let first: u64 = report.groups.iter().map(|group| group.members_first).sum();
    let last: u64 = report.groups.iter().map(|group| group.members_last).sum();
    let posts: u64 = report.labels.values().sum();
    let (to_group, promo) =
        report.days.iter().fold((0, 0), |(all, promo), day| (all + day.to_group, promo + day.promo));
    let sum =
        |of: fn(&crate::sim::report::asked::AskedReport) -> u64| report.asked.iter().map(of).sum::<u64>();
    let (tasks, in_time, late, missed) =
        (sum(|row| row.tasks), sum(|row| row.in_time), sum(|row| row.late), sum(|row| row.missed));
    let questions: u64 = report.questions.iter().map(|row| row.asked).sum();
    let answers: u64 = report.questions.iter().map(|row| row.answers).sum();
    let asked: u64 = report.questions.iter().map(|row| row.members).sum();
    let per_day = |n: u64| format!("{} {}", words::decimal(n as f64 / days), t("a day", "/ 天"));
    let tile = |label, number, more| Tile { label, number, more, bad: false };
    let mut tiles = vec![
        tile(
            t("members", "成员"),
            words::number(last),
            format!(
                "{} {}{}+{} −{}",
                t("from", "起初"),
                words::number(first),
                t(", ", "，"),
                words::number(tally.joined),
                words::number(tally.left + tally.removed)
            ),
        ),
        tile(t("messages of members", "成员消息"), words::number(tally.messages), per_day(tally.messages)),
        tile(t("posts", "发帖"), words::number(posts), per_day(posts)),
        tile(
            t("held by budgets", "被预算压住"),
            words::number(tally.held),
            format!("{} {}", words::number(tally.expired), t("never sent", "条没有发出")),
        ),
        tile(t("promo", "推广占比"), words::percent(promo, to_group), budget_words(view)),
    ];
    if tasks > 0 {
        let (late, missed) = (words::number(late), words::number(missed));
        let more = format!("{} {late}{}{} {missed}", t("late:", "晚了"), t(", ", "，"), t("missed:", "没做"));
        tiles.push(tile(t("tasks done in time", "任务按时完成"), words::percent(in_time, tasks), more));
    }
    if questions > 0 {
        let more = view.count(questions, ("question", "questions"), "次提问");
        tiles.push(tile(t("answered a question", "回答提问的人"), words::percent(answers, asked), more));
    }
    let problems = settings.findings.len();
    tiles.push(Tile {
        label: t("problems", "问题"),
        number: problems.to_string(),
        more: if view.real {
            t("failed, missed, not delivered", "失败、错过、没送到")
        } else {
            t("failed scripts, broken promises", "脚本失败、引擎违约")
        }
        .into(),
        bad: problems > 0,
    });
    html! {
        dl.tiles {
            @for tile in &tiles {
                div.card { dt { (tile.label) } dd .badword[tile.bad] { (tile.number) } dd.more { (tile.more) } }
            }
        }
    }
}

fn budget_words(view: &ReportView<'_>) -> String {
    match (view.playbook.budgets.promo.as_ref().and_then(|promo| promo.share), view.locale) {
        (None, _) => view.t("no budget for its share", "没有占比预算").into(),
        (Some((percent, window)), Locale::En) => format!("the budget is {percent}% of {window}"),
        (Some((percent, window)), Locale::Zh) => {
            format!("预算：{}内最多 {percent}%", Locale::Zh.duration(window))
        }
    }
}

/// How to see it again.
fn settings_part(view: &ReportView<'_>, settings: &ReportSettings) -> Markup {
    let t = |en, zh| view.t(en, zh);
    let simulated = [
        (t("seed", "随机种子"), view.options.seed.to_string()),
        (t("world", "世界"), settings.world.clone()),
        (
            t("members at the beginning, of each group", "每个群起初的虚构成员"),
            view.options.members.to_string(),
        ),
    ];
    let rows = [
        (t("days", "天数"), settings.days.to_string()),
        (t("from", "起始"), view.options.from.to_rfc3339(&view.playbook.zone)),
        ("playbook", format!("{} {}", view.playbook.name, view.playbook.digest.short())),
        (t("facts decided", "决定的事实"), words::number(view.report.tally.entries)),
    ];
    let body = html! {
        div.card {
            table.fixed { tbody { @for (what, value) in simulated.iter().filter(|_| !view.real).chain(&rows) { tr { th scope="row" { (what) } td { (value) } } } } }
            pre.command tabindex="0" { (settings.command) }
        }
    };
    let words = if view.real {
        t(
            "The same command gives the same page as long as the journal is kept.",
            "只要运行记录还在，同一条命令得到同一页。",
        )
    } else {
        t(
            "The same command gives the same page, byte for byte. Another seed is another history of the same people.",
            "同一条命令得到同一页，每个字节都一样。换一个种子，就是另一段历史。",
        )
    };
    section("settings", t("How this was made", "如何重现"), words, &body)
}

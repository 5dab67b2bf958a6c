//! The scorecard: what a group that lives has, each met, not met, or unknown.

use super::exam::{Chart, Exam, Than};
use crate::{
    base::{
        metric::{MetricUnit, find},
        phrase::{Phrase, Words, pair, phrase},
        value::Value,
    },
    model::{play::Section, playbook::Playbook, step::Verb, trigger::Trigger},
};
use std::collections::BTreeSet;

/// Whether a group has something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grade {
    /// The group has it.
    Met,
    /// It has not.
    Not,
    /// Nobody knows.
    Unknown,
}

/// One line of the scorecard.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// The name of the score.
    pub name: &'static str,
    /// What a group should have.
    pub title: Words,
    /// Whether it has.
    pub grade: Grade,
    /// What tells.
    pub line: Phrase,
    /// The row of the practices.
    pub practice: &'static str,
}

type Grader = fn(&mut Exam<'_>) -> (Grade, Phrase);
const SCORES: [(&str, Words, &str, Grader); 8] = [
    ("rules", pair("Its rules are clear", "群规明确"), "P127", rules),
    ("topic", pair("Its topic is clear", "主题鲜明"), "P127", topic),
    ("acquainted", pair("Members know each other", "成员互相熟悉"), "P127", acquainted),
    ("activity", pair("Something happens regularly", "定期有活动"), "P127", activity),
    ("team", pair("More than one looks after it", "有团队照看"), "P128", team),
    ("participation", pair("Members take part", "成员参与"), "P128", participation),
    ("plan", pair("There is a plan", "有计划"), "P128", plan),
    ("open", pair("Members are asked", "态度开放，听成员的"), "P128", open),
];

/// The scorecard of a group.
pub fn score(chart: &Chart, playbook: &Playbook) -> Vec<Score> {
    let judged = SCORES.into_iter().map(|(name, title, practice, judge)| {
        let (grade, line) = judge(&mut Exam::new(chart, playbook));
        Score { name, title, grade, line, practice }
    });
    judged.collect()
}

const fn grade(met: bool) -> Grade {
    if met { Grade::Met } else { Grade::Not }
}

/// Whether a section of the file says everything that it should.
fn says(section: &Value, name: &str, keys: &[&str]) -> (Grade, Phrase) {
    let lacking: Vec<&str> =
        keys.iter().copied().filter(|key| section.get(key).is_none_or(Value::is_null)).collect();
    let (name, all) = (Phrase::same(name), Phrase::ticks(keys, "and"));
    if lacking.is_empty() {
        return (Grade::Met, phrase!("`{name}` says {all}", "`{name}` 写了 {all}"; name, all));
    }
    let names = Phrase::ticks(&lacking, "and");
    (Grade::Not, phrase!("`{name}` does not say {names}", "`{name}` 没有写 {names}"; name, names))
}

fn rules(exam: &mut Exam<'_>) -> (Grade, Phrase) {
    says(&exam.playbook.rules, "rules", &["encourage", "forbid"])
}

fn topic(exam: &mut Exam<'_>) -> (Grade, Phrase) {
    says(&exam.playbook.charter, "charter", &["purpose", "audience", "not_for"])
}

/// A share against what it should be at least.
fn share(exam: &mut Exam<'_>, name: &str, taken: Option<u32>, least: f64) -> (Grade, Phrase) {
    let Some((value, _)) = exam.read(name, taken) else {
        let why =
            exam.missed().unwrap_or_else(|| pair("nothing is known of it yet", "还什么都不知道").into());
        return (Grade::Unknown, why);
    };
    let about = find(name).map_or_else(Phrase::default, |metric| metric.about.into());
    let (shown, wanted) =
        (MetricUnit::Share.write(value), Than::AtLeast.words(&MetricUnit::Share.write(least)));
    let line =
        phrase!("{about}: {shown}; wanted: {wanted}", "{about}：{shown}，应{wanted}"; about, shown, wanted);
    (grade(value >= least), line)
}

fn acquainted(exam: &mut Exam<'_>) -> (Grade, Phrase) {
    let numbers = &exam.chart.gauges.numbers;
    if exam.chart.gauges.hears() && numbers.sum(28, |day| day.replies) == 0 {
        return (Grade::Unknown, pair("no reply of members was heard", "没有听到成员的回复").into());
    }
    let least = exam.limit("strangers");
    share(exam, "connected", None, least)
}

fn participation(exam: &mut Exam<'_>) -> (Grade, Phrase) {
    share(exam, "speakers_share", Some(30), 0.1)
}

fn activity(exam: &mut Exam<'_>) -> (Grade, Phrase) {
    let regular = |play: &&std::sync::Arc<crate::model::play::Play>| {
        matches!(play.trigger, Trigger::Schedule(_) | Trigger::Dates(_))
    };
    let plays = exam.playbook.plays.iter().filter(regular).count();
    if plays == 0 {
        return (Grade::Not, pair("no play has a time of its own", "没有定时的玩法").into());
    }
    let age = exam.chart.gauges.days_since(exam.chart.gauges.created);
    let Some((gap, _)) = exam.read("longest_gap", Some(30)).filter(|_| age >= 7.0) else {
        return (Grade::Unknown, pair("the group is less than a week old", "群还不满一周").into());
    };
    let line = phrase!(
        "plays with a time of their own: {plays}; the longest time without a post in 30 days: {gap} d, wanted: at most 7 d",
        "定时的玩法 {plays} 个；30 天里最长 {gap} 天没有帖子，应不超过 7 天"
    );
    (grade(gap <= 7.0), line)
}

fn team(exam: &mut Exam<'_>) -> (Grade, Phrase) {
    let own = exam.playbook.groups.values().flat_map(|group| group.roles.values());
    let roles = exam.playbook.roles.values().chain(own);
    let people: BTreeSet<&str> =
        roles.flat_map(|role| role.people.iter().map(|person| person.id.as_str())).collect();
    let n = people.len();
    (
        grade(n >= 2),
        phrase!("people with a role: {n}; wanted: at least 2", "有角色的人：{n} 位，应不少于 2 位"),
    )
}

fn plan(exam: &mut Exam<'_>) -> (Grade, Phrase) {
    let charter = &exam.playbook.charter;
    let has = |key| charter.get(key).is_some_and(|value| !value.is_null());
    let phases = exam.playbook.phases.len();
    let line = match () {
        () if has("goals") => {
            pair("`charter.goals` says what is to be reached", "`charter.goals` 写了目标").into()
        }
        () if has("horizon") => {
            pair("`charter.horizon` says for how long", "`charter.horizon` 写了期限").into()
        }
        () if phases > 1 => phrase!("`phases` has {phases} phases", "`phases` 有 {phases} 个阶段"),
        () => {
            let none = pair(
                "neither `charter.goals` nor `charter.horizon` nor `phases` says what is ahead",
                "`charter.goals`、`charter.horizon`、`phases` 都没有写",
            );
            return (Grade::Not, none.into());
        }
    };
    (Grade::Met, line)
}

fn open(exam: &mut Exam<'_>) -> (Grade, Phrase) {
    let asks = |play: &&std::sync::Arc<crate::model::play::Play>| {
        Section::ALL
            .into_iter()
            .any(|section| play.section(section).steps().any(|step| matches!(step.verb, Verb::Ask(_))))
    };
    match exam.playbook.plays.iter().find(asks) {
        Some(play) => {
            let name = &play.name;
            (Grade::Met, phrase!("the play `{name}` asks members", "玩法 `{name}` 会问成员"))
        }
        None => (Grade::Not, pair("no play asks members anything", "没有玩法问成员任何事").into()),
    }
}

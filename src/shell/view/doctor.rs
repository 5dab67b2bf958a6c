//! `doctor`: what the numbers of a group are signs of, what is not known, and what helps; and its scorecard.

use super::GroupShown;
use crate::{
    base::{
        ids::GroupId,
        locale::Locale,
        phrase::{Phrase, phrase},
        time::Timestamp,
    },
    engine::{
        doctor::{Ailment, Around, Chart, Evidence, Grade, Score, diagnose, in_file, score, unjudged},
        state::State,
    },
    model::playbook::Playbook,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A rule that found something, or that could not be judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Complaint {
    /// The group.
    pub group: GroupId,
    /// The rule.
    pub name: String,
    /// What it is, in a sentence.
    pub title: String,
    /// True where it was found; null where it could not be judged.
    pub found: Option<bool>,
    /// The numbers that tell.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Sign>,
    /// What is not known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<String>,
    /// What helps; none where it could not be judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prescription: Option<Prescription>,
    /// Rows of the practices.
    pub practices: Vec<String>,
}

/// A number that tells.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Sign {
    /// As an expression writes it; none where it is no such number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<String>,
    /// The value of the number; none where it is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// What it is a part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<u64>,
    /// What it was compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<f64>,
    /// The same in words.
    pub says: String,
}

/// What helps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Prescription {
    /// In a sentence.
    pub says: String,
    /// Plays that ship with the program and that the file has not: `PLAYBOOK/PLAY`.
    pub plays: Vec<String>,
    /// Those that the file has, and what to change in them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub change: Vec<ChangeInPlay>,
    /// Lines to paste.
    pub yaml: String,
}

/// A play that helps and is in the file already.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangeInPlay {
    /// What it is called in the file.
    pub play: String,
    /// What to change in it.
    pub says: String,
}

/// One line of the scorecard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScoreLine {
    /// The group.
    pub group: GroupId,
    /// The name of the score.
    pub score: String,
    /// What a group should have.
    pub title: String,
    /// `met`, `not` or `unknown`.
    pub state: String,
    /// What tells.
    pub line: String,
    /// The row of the practices.
    pub practice: String,
}

/// What is wrong with a group, then what could not be judged.
pub fn complaints(
    group: GroupShown<'_>,
    playbook: &Playbook,
    now: Timestamp,
    locale: Locale,
) -> Vec<Complaint> {
    chart(group, playbook, now).map_or_else(Vec::new, |(chart, own)| told(group, (&chart, own), locale))
}

/// The same, judged among the other groups of its engine too.
pub fn complaints_among(
    group: GroupShown<'_>,
    playbook: &Playbook,
    around: &Arc<Around>,
    now: Timestamp,
    locale: Locale,
) -> Vec<Complaint> {
    let Some((chart, own)) = chart(group, playbook, now) else { return Vec::new() };
    told(group, (&chart.among(around.clone()), own), locale)
}

fn told(group: GroupShown<'_>, (chart, own): (&Chart, &Playbook), locale: Locale) -> Vec<Complaint> {
    let found = diagnose(chart, own).into_iter().map(|one| Complaint {
        found: Some(true),
        evidence: one.evidence.iter().map(|sign| shown(sign, locale)).collect(),
        unknown: words(&one.unknown, locale),
        prescription: Some(prescription(one.ailment, own, group.state, locale)),
        ..row(group.id, one.ailment, locale)
    });
    let missing = unjudged(chart, own)
        .into_iter()
        .map(|one| Complaint { unknown: words(&one.unknown, locale), ..row(group.id, one.ailment, locale) });
    unheard(group, own, locale).into_iter().chain(found).chain(missing).collect()
}

/// What is heard nowhere: channels that are silent now, and what no channel can hear as it is configured.
fn unheard(group: GroupShown<'_>, own: &Playbook, locale: Locale) -> Vec<Complaint> {
    let row = |name: &str, title: Phrase, says: Vec<Phrase>| Complaint {
        group: group.id.clone(),
        name: name.to_owned(),
        title: title.of(locale).to_owned(),
        found: Some(true),
        evidence: says
            .iter()
            .map(|says| Sign { says: says.of(locale).to_owned(), ..Sign::default() })
            .collect(),
        unknown: Vec::new(),
        prescription: None,
        practices: Vec::new(),
    };
    let silent: Vec<Phrase> = super::problem::silent(group).into_iter().map(|(_, _, text)| text).collect();
    let deaf = super::deaf::deaf(own).iter().map(super::deaf::DeafTo::words).collect();
    let title = || phrase!("Something is not heard", "有些事听不到");
    [("ear-silent", silent), ("deaf", deaf)]
        .into_iter()
        .filter(|(_, says)| !says.is_empty())
        .map(|(name, says)| row(name, title(), says))
        .collect()
}

/// The scorecard of a group.
pub fn marks(group: GroupShown<'_>, playbook: &Playbook, now: Timestamp, locale: Locale) -> Vec<ScoreLine> {
    let Some((chart, own)) = chart(group, playbook, now) else { return Vec::new() };
    let mark = |one: Score| ScoreLine {
        group: group.id.clone(),
        score: one.name.to_owned(),
        title: one.title.of(locale).to_owned(),
        state: match one.grade {
            Grade::Met => "met",
            Grade::Not => "not",
            Grade::Unknown => "unknown",
        }
        .to_owned(),
        line: one.line.of(locale).to_owned(),
        practice: one.practice.to_owned(),
    };
    score(&chart, own).into_iter().map(mark).collect()
}

fn chart<'p>(group: GroupShown<'_>, playbook: &'p Playbook, now: Timestamp) -> Option<(Chart, &'p Playbook)> {
    let own = playbook.in_group(group.id);
    let described = own.groups.get(group.id)?;
    Some((Chart::of(group.state, own, described, now), own))
}

fn row(group: &GroupId, ailment: &Ailment, locale: Locale) -> Complaint {
    Complaint {
        group: group.clone(),
        name: ailment.name.to_owned(),
        title: ailment.title.of(locale).to_owned(),
        found: None,
        evidence: Vec::new(),
        unknown: Vec::new(),
        prescription: None,
        practices: ailment.practices.iter().map(|row| (*row).to_owned()).collect(),
    }
}

fn shown(sign: &Evidence, locale: Locale) -> Sign {
    Sign {
        metric: sign.metric.clone(),
        value: sign.value,
        of: sign.of,
        limit: sign.limit,
        says: sign.says.of(locale).to_owned(),
    }
}

fn prescription(ailment: &Ailment, own: &Playbook, state: &State, locale: Locale) -> Prescription {
    let known = in_file(ailment, own, state);
    let is_known = |play: &&&str| known.iter().any(|one| one.prescribed == **play);
    let (there, new): (Vec<&&str>, Vec<&&str>) = ailment.plays.iter().partition(is_known);
    let file = |play: &str| play.split_once('/').map_or_else(String::new, |(file, _)| format!("{file}.yaml"));
    let files: Vec<String> = there.iter().map(|play| file(play)).collect();
    Prescription {
        says: ailment.advice.of(locale).to_owned(),
        plays: new.iter().map(|play| (**play).to_owned()).collect(),
        yaml: without_uses(ailment.lines.of(locale), &files),
        change: known
            .iter()
            .map(|one| ChangeInPlay { play: one.play.to_string(), says: one.says.of(locale).to_owned() })
            .collect(),
    }
}

/// The lines to paste without those that bring files along which are used already.
fn without_uses(lines: &str, files: &[String]) -> String {
    let brings = |line: &str| line.trim_start().starts_with("- { playbook: ");
    let used =
        |line: &&str| brings(line) && files.iter().any(|file| line.contains(&format!("playbook: {file},")));
    let left: Vec<&str> = lines.lines().filter(|line| !used(line)).collect();
    let some = left.iter().any(|line| brings(line));
    let left = left.iter().filter(|line| some || **line != "use:");
    left.flat_map(|line| [*line, "\n"]).collect()
}

fn words(phrases: &[Phrase], locale: Locale) -> Vec<String> {
    phrases.iter().map(|phrase| phrase.of(locale).to_owned()).collect()
}

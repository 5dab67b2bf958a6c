//! What an edit changes: one playbook against another, play by play, in words.
//!
//! Reads two playbooks; decides nothing.

use super::{
    alike,
    group_at_edit::GroupAtEdit,
    occurrence::next_anchor,
    outside::{self, Outside},
    play::Play,
    playbook::Playbook,
    program::Program,
    step::Step,
    trigger::{Batch, DateEntry, Trigger},
};
use crate::{
    base::{
        ids::PlayName,
        locale::Locale,
        phrase::{Phrase, Words, pair as words, phrase},
        time::{Duration, Timestamp, Zone},
        words::list,
    },
    script::expr::Expr,
};
use std::{fmt::Display, sync::Arc};

/// What became of a play.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlayFate {
    /// It is new.
    Added,
    /// It is another one now.
    Changed,
    /// It is gone.
    Removed,
}

impl PlayFate {
    /// In a word for programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Removed => "removed",
        }
    }

    /// In a word for people.
    pub const fn said(self) -> Words {
        match self {
            Self::Added => words("added", "新增"),
            Self::Changed => words("changed", "改动"),
            Self::Removed => words("removed", "删除"),
        }
    }
}

/// A play that an edit touches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlayEdit {
    /// The name of the play.
    pub play: PlayName,
    /// What became of it.
    pub fate: PlayFate,
    /// What is different, one thing a line.
    pub details: Vec<Phrase>,
}

/// Everything that an edit changes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Edit {
    /// The plays, in the order of the new file, those that are gone last.
    pub plays: Vec<PlayEdit>,
    /// The top-level keys outside the plays that are different.
    pub keys: Vec<&'static str>,
    /// What is different outside the plays, one thing a line.
    pub rest: Vec<Phrase>,
}

impl Edit {
    /// Whether nothing is different.
    pub fn is_empty(&self) -> bool {
        self.plays.is_empty() && self.rest.is_empty()
    }

    /// One line a difference: `evening (changed): …`.
    pub fn lines(&self) -> Vec<Phrase> {
        let mut lines = Vec::new();
        for edit in &self.plays {
            let (play, fate) = (&edit.play, Phrase::from(edit.fate.said()));
            let name = phrase!("{play} ({fate})", "{play}（{fate}）"; fate);
            if edit.details.is_empty() {
                lines.push(name);
                continue;
            }
            lines.extend(
                edit.details
                    .iter()
                    .map(|detail| phrase!("{name}: {detail}", "{name}：{detail}"; name, detail)),
            );
        }
        lines.extend(self.rest.iter().cloned());
        lines
    }

    /// In one sentence: `added b; changed a; other budgets and roles`.
    pub fn summary(&self) -> Phrase {
        let mut parts: Vec<Phrase> = Vec::new();
        for fate in [PlayFate::Added, PlayFate::Changed, PlayFate::Removed] {
            let names: Vec<&str> =
                self.plays.iter().filter(|edit| edit.fate == fate).map(|edit| edit.play.as_str()).collect();
            if !names.is_empty() {
                let (fate, en, zh) = (Phrase::from(fate.said()), list(&names, "and"), names.join("、"));
                let names = Phrase { en, zh };
                parts.push(phrase!("{fate} {names}", "{fate} {names}"; fate, names));
            }
        }
        if !self.keys.is_empty() {
            let ticked: Vec<String> = self.keys.iter().map(|key| format!("`{key}`")).collect();
            let keys = Phrase { en: list(&ticked, "and"), zh: ticked.join("、") };
            parts.push(phrase!("changed {keys}", "改动 {keys}"; keys));
        }
        let all = parts.into_iter().reduce(|all, part| all.then(&part));
        all.unwrap_or_else(|| phrase!("nothing that it does is changed", "要做的事没有改动"))
    }
}

/// Compares two versions, for a group that stands somewhere.
pub fn edit(old: &Playbook, new: &Playbook, at: Option<&GroupAtEdit>) -> Edit {
    let here = |playbook| at.map_or(playbook, |at: &GroupAtEdit| Playbook::in_group(playbook, &at.group));
    let (whole_old, whole_new) = (old, new);
    let (old, new) = (here(old), here(new));
    let mut plays = Vec::new();
    for play in &new.plays {
        let before = old.play(&play.name).or_else(|| old.play(play.was.as_ref()?));
        if before == Some(play) {
            continue;
        }
        let renamed = before.filter(|before| before.name != play.name);
        let mut details: Vec<Phrase> = renamed
            .map(|before| {
                phrase!("it was {}; its dates and runs go on", "原来叫 {}；日期和活动照旧", before.name)
            })
            .into_iter()
            .collect();
        details.extend(before.map(|before| differences(before, play, &new.zone, at)).unwrap_or_default());
        if let Some(at) = at {
            let was = before.and_then(|before| next_start(old, before, before, at));
            let is = next_start(new, play, before.unwrap_or(play), at);
            details.extend(next_words(was, is, before.is_some(), &new.zone));
        }
        let fate = if before.is_some() { PlayFate::Changed } else { PlayFate::Added };
        plays.push(PlayEdit { play: play.name.clone(), fate, details });
    }
    let goes_on =
        |name: &PlayName| new.plays.iter().any(|play| play.name == *name || play.was.as_ref() == Some(name));
    for play in old.plays.iter().filter(|play| !goes_on(&play.name)) {
        let next = at.and_then(|at| next_start(old, play, play, at));
        let details = next.map(|next| {
            let next = when(next, &old.zone);
            phrase!("it does not start {next}", "{next} 不开始了"; next)
        });
        plays.push(PlayEdit {
            play: play.name.clone(),
            fate: PlayFate::Removed,
            details: details.into_iter().collect(),
        });
    }
    let Outside { keys, lines: mut rest } = outside::outside(whole_old, whole_new);
    rest.extend(at.into_iter().flat_map(|at| postponed(old, new, at)));
    rest.extend(alike::advice(old, new));
    Edit { plays, keys, rest }
}

/// The dates that stay where a command has put them.
fn postponed(old: &Playbook, new: &Playbook, at: &GroupAtEdit) -> Vec<Phrase> {
    let stays = |((name, id), is): (&(PlayName, Arc<str>), &Timestamp)| {
        let (was, said) = (entry(old.play(name)?, id)?, entry(new.play(name)?, id)?);
        (was.at == said.at && said.at != *is).then(|| {
            let (is, said) = (when(*is, &new.zone), when(said.at, &new.zone));
            phrase!(
                "{name}/{id} stays at {is}, where a command has put it; the file says {said}",
                "{name}/{id} 还是 {is}，是用命令改过的；文件里写的是 {said}";
                is, said
            )
        })
    };
    at.postponed.iter().filter_map(stays).collect()
}

/// A date of a play.
fn entry<'p>(play: &'p Play, id: &str) -> Option<&'p Arc<DateEntry>> {
    let Trigger::Dates(dates) = &play.trigger else { return None };
    dates.iter().find(|date| &*date.id == id)
}

fn when(at: Timestamp, zone: &Zone) -> Phrase {
    let civil = zone.civil(at);
    let day = Locale::Zh.weekday(civil.date());
    Phrase {
        en: civil.strftime("%a %-d %b %Y %H:%M").to_string(),
        zh: format!(
            "{}年{}月{}日 {day} {}",
            civil.year(),
            civil.month(),
            civil.day(),
            civil.strftime("%H:%M")
        ),
    }
}

/// When a play starts next by its schedule or its dates, whatever its conditions. What `before` says of a date does
/// not count where a command has moved it.
fn next_start(playbook: &Playbook, play: &Play, before: &Play, at: &GroupAtEdit) -> Option<Timestamp> {
    let group = playbook.groups.get(&at.group)?;
    match &play.trigger {
        Trigger::Schedule(_) => {
            // A start may lie before its anchor: the first anchor whose start is ahead.
            let mut after = at.now;
            for _ in 0..64 {
                let anchor = next_anchor(playbook, group, play, at.created, after)?;
                let start = play.start_of(anchor, &playbook.zone, &at.group);
                if start > at.now {
                    return Some(start);
                }
                after = anchor;
            }
            None
        }
        Trigger::Dates(dates) => {
            let anchor = |date: &Arc<DateEntry>| {
                let unchanged = entry(before, &date.id).is_some_and(|before| before.at == date.at);
                if unchanged { at.date(&before.name, date) } else { date.at }
            };
            let ahead = dates.iter().filter(|date| !at.is_settled(&before.name, date));
            let starts = ahead.map(|date| play.start_of(anchor(date), &playbook.zone, &at.group));
            starts.filter(|start| *start > at.now).min()
        }
        Trigger::Members(_) | Trigger::Signal(_) | Trigger::Whenever(_) | Trigger::Command => None,
    }
}

fn next_words(was: Option<Timestamp>, is: Option<Timestamp>, known: bool, zone: &Zone) -> Option<Phrase> {
    match (was, is) {
        (Some(was), Some(is)) if was == is => None,
        (Some(was), Some(is)) => {
            let (was, is) = (when(was, zone), when(is, zone));
            Some(phrase!("next start {was} → {is}", "下次开始 {was} → {is}"; was, is))
        }
        (Some(was), None) => {
            let was = when(was, zone);
            Some(phrase!("it does not start {was} any more", "{was} 不再开始"; was))
        }
        (None, Some(is)) => {
            let is = when(is, zone);
            Some(if known {
                phrase!("next start {is}", "下次开始 {is}"; is)
            } else {
                phrase!("first start {is}", "第一次开始 {is}"; is)
            })
        }
        (None, None) => None,
    }
}

/// What is different between two plays of one name.
fn differences(old: &Play, new: &Play, zone: &Zone, at: Option<&GroupAtEdit>) -> Vec<Phrase> {
    let mut out = Vec::new();
    trigger(&old.trigger, &new.trigger, zone, DatesNow { play: &old.name, at }, &mut out);
    let names = |items: &[String]| if items.is_empty() { "any".to_owned() } else { items.join(", ") };
    let phases = |play: &Play| names(&play.during.iter().map(ToString::to_string).collect::<Vec<_>>());
    let days = |items: &[crate::base::ids::CalendarName]| {
        items.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    };
    let moment = |at: Option<Timestamp>| at.map(|at| when(at, zone));
    let source =
        |expr: &Option<crate::script::expr::Expr>| expr.as_ref().map(|expr| expr.source().to_owned());
    let some = |text: String| (!text.is_empty()).then_some(text);
    pair("title", Some(&old.title), Some(&new.title), &mut out);
    pair("enabled", Some(old.enabled), Some(new.enabled), &mut out);
    pair("groups", some(old.groups.join(", ")), some(new.groups.join(", ")), &mut out);
    let own_zone = |play: &Play| play.zone.as_ref().map(|zone| zone.name().to_owned());
    pair("timezone", own_zone(old), own_zone(new), &mut out);
    pair("jitter", old.jitter, new.jitter, &mut out);
    pair("during", Some(phases(old)), Some(phases(new)), &mut out);
    pair("when", source(&old.when), source(&new.when), &mut out);
    moments("from", moment(old.from), moment(new.from), &mut out);
    // A whole day belongs to it: its last minute says more than the next midnight.
    let last = |play: &Play| moment(play.until.map(|until| until.plus(-Duration::from_millis(1))));
    moments("until", last(old), last(new), &mut out);
    pair("except", some(days(&old.except)), some(days(&new.except)), &mut out);
    pair("only", some(days(&old.only)), some(days(&new.only)), &mut out);
    pair("max_late", Some(old.max_late), Some(new.max_late), &mut out);
    pair("timeout", old.timeout, new.timeout, &mut out);
    pair("frozen", Some(old.frozen), Some(new.frozen), &mut out);
    pair("label", old.label, new.label, &mut out);
    pair("catch_up", Some(word(&old.catch_up)), Some(word(&new.catch_up)), &mut out);
    pair("overlap", Some(word(&old.overlap)), Some(word(&new.overlap)), &mut out);
    if old.args != new.args {
        out.push(phrase!("`args` is different", "`args` 变了"));
    }
    steps("", &old.program, &new.program, &mut out);
    steps("`moved`, ", &old.moved, &new.moved, &mut out);
    steps("`cancelled`, ", &old.cancelled, &new.cancelled, &mut out);
    out
}

/// A word of a closed list as it is written.
fn word(value: &impl std::fmt::Debug) -> String {
    format!("{value:?}").to_lowercase()
}

/// A key with its old and its new value, where they differ.
fn pair<T: PartialEq + Display>(key: &str, old: Option<T>, new: Option<T>, out: &mut Vec<Phrase>) {
    if old != new {
        let said = |value: Option<T>| value.map(|value| Phrase::same(value.to_string()));
        moments(key, said(old), said(new), out);
    }
}

/// The same of what reads otherwise in every language.
fn moments(key: &str, old: Option<Phrase>, new: Option<Phrase>, out: &mut Vec<Phrase>) {
    match (old, new) {
        (old, new) if old == new => {}
        (Some(old), Some(new)) => {
            out.push(phrase!("`{key}` {old} → {new}", "`{key}` {old} → {new}"; old, new));
        }
        (Some(old), None) => out.push(phrase!("`{key}` {old} is gone", "`{key}` {old} 没有了"; old)),
        (None, Some(new)) => out.push(phrase!("`{key}` {new} is new", "`{key}` {new} 是新的"; new)),
        (None, None) => {}
    }
}

/// Where the dates of a play stand when an edit comes.
#[derive(Clone, Copy)]
struct DatesNow<'s> {
    play: &'s PlayName,
    at: Option<&'s GroupAtEdit>,
}

impl DatesNow<'_> {
    /// When a date is now, whatever the file says.
    fn of(self, date: &DateEntry) -> Timestamp {
        self.at.map_or(date.at, |at| at.date(self.play, date))
    }

    fn is_over(self, date: &DateEntry) -> bool {
        self.at.is_some_and(|at| at.is_over(self.play, date))
    }
}

fn trigger(old: &Trigger, new: &Trigger, zone: &Zone, stood: DatesNow<'_>, out: &mut Vec<Phrase>) {
    match (old, new) {
        (Trigger::Dates(old), Trigger::Dates(new)) => dates(old, new, zone, stood, out),
        (old, new) if old == new => {}
        (old, new) => {
            let (old, new) = (trigger_words(old), trigger_words(new));
            out.push(phrase!("{old} → {new}", "{old} → {new}"; old, new));
        }
    }
}

fn trigger_words(trigger: &Trigger) -> Phrase {
    match trigger {
        Trigger::Schedule(schedule) => {
            let [en, zh] = [Locale::En, Locale::Zh].map(|locale| schedule.describe(locale));
            Phrase { en, zh }
        }
        Trigger::Dates(dates) => Phrase::counted(dates.len(), "date", "个日期"),
        Trigger::Members(of) => of.words(),
        Trigger::Signal(on) => {
            let mut text = phrase!("on {}", "收到 {}", on.name);
            if let Some(filter) = &on.filter {
                text = text.and(&phrase!(" where {}", "，且 {}", filter.source()));
            }
            let batch = on.batch.map(|batch| match batch {
                Batch::For(length) => phrase!(", collected for {length}", "，攒 {length}"),
                Batch::Until(clock) => phrase!(", collected until {clock}", "，攒到 {clock}"),
            });
            text = text.and(&batch.unwrap_or_default());
            if on.per_member { text.and(&phrase!(", per member", "，每位成员一次")) } else { text }
        }
        Trigger::Whenever(whenever) => phrase!("whenever {}", "每当 {}", whenever.words()),
        Trigger::Command => phrase!("started by hand", "手动开始"),
    }
}

fn dates(
    old: &[Arc<DateEntry>],
    new: &[Arc<DateEntry>],
    zone: &Zone,
    stood: DatesNow<'_>,
    out: &mut Vec<Phrase>,
) {
    for date in new {
        match old.iter().find(|before| before.id == date.id) {
            before if stood.is_over(date) => {
                if before.is_none_or(|before| before.at != date.at) {
                    let (id, at) = (&date.id, when(date.at, zone));
                    out.push(phrase!(
                        "date {id} is over, and nothing happens at {at}; give the new date an id of its own",
                        "日期 {id} 已经办完了，{at} 不会发生什么；新日期请另起一个 id";
                        at
                    ));
                }
            }
            None => {
                let (id, at) = (&date.id, when(date.at, zone));
                out.push(phrase!("date {id} is new: {at}", "新日期 {id}：{at}"; at));
            }
            // What somebody has moved there already does not move.
            Some(before) if before.at != date.at && stood.of(before) != date.at => {
                let (id, was, is) = (&date.id, when(stood.of(before), zone), when(date.at, zone));
                out.push(phrase!("date {id} moves {was} → {is}", "日期 {id} 从 {was} 改到 {is}"; was, is));
                out.extend(other_values(before, date));
            }
            Some(before) if before.values != date.values => {
                out.extend(other_values(before, date));
            }
            Some(_) => {}
        }
    }
    let gone =
        |before: &&Arc<DateEntry>| !stood.is_over(before) && !new.iter().any(|date| date.id == before.id);
    for gone in old.iter().filter(gone) {
        let (id, at) = (&gone.id, when(stood.of(gone), zone));
        out.push(phrase!("date {id} is cancelled: {at}", "日期 {id} 取消：{at}"; at));
    }
}

/// What a date says otherwise, apart from its time.
fn other_values(before: &DateEntry, date: &DateEntry) -> Option<Phrase> {
    let differs = |name: &&Arc<str>| &***name != "at" && before.values.get(*name) != date.values.get(*name);
    let gone = before.values.keys().filter(|name| !date.values.contains_key(*name));
    let names: Vec<&str> = date.values.keys().chain(gone).filter(differs).map(AsRef::as_ref).collect();
    let (id, en, zh) = (&date.id, names.join(", "), names.join("、"));
    let names = Phrase { en, zh };
    (!names.en.is_empty())
        .then(|| phrase!("date {id} has other values: {names}", "日期 {id} 的内容变了：{names}"; names))
}

/// Steps by their ids.
fn steps(prefix: &str, old: &Program, new: &Program, out: &mut Vec<Phrase>) {
    let known = |program: &Program, step: &Step| program.steps().any(|other| other.id == step.id);
    for step in new.steps() {
        let Some(before) = old.steps().find(|before| before.id == step.id) else {
            let (id, verb) = (&step.id, step.verb.as_str());
            out.push(phrase!("{prefix}step {id} ({verb}) is new", "{prefix}步骤 {id}（{verb}）是新的"));
            continue;
        };
        if before == step {
            continue;
        }
        if before.verb.as_str() != step.verb.as_str() {
            let (was, is) = (before.verb.as_str(), step.verb.as_str());
            let id = &step.id;
            out.push(phrase!("{prefix}step {id}: `{was}` → `{is}`", "{prefix}步骤 {id}：`{was}` → `{is}`"));
            continue;
        }
        let (id, verb) = (&step.id, step.verb.as_str());
        let here = phrase!("{prefix}step {id} ({verb})", "{prefix}步骤 {id}（{verb}）");
        let mut found = Vec::new();
        pair("at", before.at, step.at, &mut found);
        pair(
            "when",
            before.when.as_ref().map(Expr::source),
            step.when.as_ref().map(Expr::source),
            &mut found,
        );
        pair("max_late", before.max_late, step.max_late, &mut found);
        pair("timeout", before.timeout, step.timeout, &mut found);
        if found.is_empty() && has_steps_inside(step) {
            // What is inside has lines of its own.
            continue;
        }
        if found.is_empty() {
            found.push(phrase!("says or does something else", "说的或做的不一样了"));
        }
        out.extend(found.into_iter().map(|what| phrase!("{here}: {what}", "{here}：{what}"; here, what)));
    }
    for gone in old.steps().filter(|step| !known(new, step)) {
        let (id, verb) = (&gone.id, gone.verb.as_str());
        out.push(phrase!("{prefix}step {id} ({verb}) is gone", "{prefix}步骤 {id}（{verb}）没有了"));
    }
}

fn has_steps_inside(step: &Step) -> bool {
    use super::step::Verb;
    match &step.verb {
        Verb::If(_) | Verb::Each(_) => true,
        Verb::Approve(approve) => approve.blocks().next().is_some(),
        Verb::Wait(wait) => !wait.otherwise.is_empty(),
        _ => false,
    }
}

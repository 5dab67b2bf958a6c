//! Entries as a person reads them: one line for each that is worth one.
//!
//! Words only; where they are shown, and in which colour, is the shell's. Also used for the journal.

use crate::{
    base::{
        ids::StepId,
        limits,
        time::{Duration, Timestamp, Zone},
        words,
    },
    engine::{
        entry::{Entry, Fact, HoldReason, Outcome, Outgoing, PhaseCause, Skip, Stale, Task, TaskKind},
        operation::Operation,
    },
    model::play::Section,
};
use std::fmt::Write as _;

/// How often something was skipped. Counting ends somewhere, and what lies beyond is not said as if it were counted.
pub(crate) fn times(count: u64) -> String {
    if count < limits::SLEPT_COUNTED_MAX as u64 {
        return words::count(count as usize, "time");
    }
    format!("at least {} times", limits::SLEPT_COUNTED_MAX)
}

/// How much a line matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Something was said to the group.
    Voice,
    /// A person is asked, or has answered.
    Person,
    /// The group's life turned.
    Turn,
    /// Worth knowing.
    Plain,
    /// Something did not happen as it might have.
    Doubt,
    /// Something went wrong.
    Bad,
}

/// One line of a timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What happened, in a word: `post`, `held`, `task`, …
    pub word: &'static str,
    /// The play, the phase or the task it is about.
    pub about: String,
    /// The rest.
    pub text: String,
    /// How much it matters.
    pub tone: Tone,
}

#[expect(clippy::unnecessary_wraps, reason = "every arm of `describe` ends in it")]
fn line(word: &'static str, about: impl Into<String>, text: impl Into<String>, tone: Tone) -> Option<Line> {
    Some(Line { word, about: about.into(), text: text.into(), tone })
}

/// An entry as one line; none when it is not worth one.
pub fn describe(entry: &Entry, zone: &Zone) -> Option<Line> {
    let at = |at: Timestamp| brief(at, entry.at, zone);
    match &entry.fact {
        Fact::Adopted { created, .. } => {
            line("adopted", "", format!("the group begins at {}", at(*created)), Tone::Turn)
        }
        Fact::PlaybookChanged { digest, .. } => {
            line("playbook", "", format!("version {} is in force", digest.short()), Tone::Turn)
        }
        Fact::PhaseEntered { phase, cause, timeout, is_final } => {
            let mut text = phase_cause(cause);
            if let Some(timeout) = timeout {
                let _ = write!(text, "; until {} at the latest", at(*timeout));
            }
            if *is_final {
                text.push_str("; it is final");
            }
            line("phase", phase.as_str(), text, Tone::Turn)
        }
        Fact::Posted(out) | Fact::Released(out) => {
            let held = matches!(entry.fact, Fact::Released(_)) && entry.at > out.due;
            let note = if held { format!(" (due {})", at(out.due)) } else { String::new() };
            line("post", about(out), format!("{}{}{note}", place(out), words(out)), Tone::Voice)
        }
        Fact::Held { outgoing, reason, until, .. } => {
            let until = until.map(|until| format!(" until {}", at(until))).unwrap_or_default();
            line(
                "held",
                about(outgoing),
                format!("{}{until}: {}", hold(*reason), outgoing.message.text),
                Tone::Doubt,
            )
        }
        Fact::Expired { effect, reason, stale } => {
            let held = reason.map(|reason| format!(", held by {}", hold(reason))).unwrap_or_default();
            let (word, because) = match stale {
                None => ("expired", " was not sent in time".to_owned()),
                Some(stale) => ("missed", format!(" is not sent: {}", gone_stale(*stale, zone))),
            };
            line(word, play_of(effect.as_str()), format!("{effect}{because}{held}"), Tone::Doubt)
        }
        Fact::Withdrawn { effect } => {
            line("withdrawn", play_of(effect.as_str()), format!("{effect} is not sent"), Tone::Doubt)
        }
        Fact::DeliveryFailed { effect, in_doubt, reason, .. } => {
            let word = if *in_doubt { "in doubt" } else { "refused" };
            line(word, play_of(effect.as_str()), reason.as_str(), Tone::Bad)
        }
        Fact::ChannelFailing { channel, since, reason, waiting, .. } => {
            let text = format!("since {}, {waiting} waiting: {reason}", at(*since));
            line("failing", channel.as_str(), text, Tone::Bad)
        }
        Fact::ChannelRecovered { channel, since } => line(
            "recovered",
            channel.as_str(),
            format!("gets through again, was failing since {}", at(*since)),
            Tone::Plain,
        ),
        Fact::TaskOpened(task) => task_opened(task, zone, entry.at),
        Fact::PressUndone { task, by } => {
            let by = by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
            line("undone", task.as_str(), format!("is open again{by}"), Tone::Person)
        }
        Fact::TaskReassigned { task, people, .. } => {
            let names: Vec<&str> = people.iter().map(|person| person.name.as_str()).collect();
            line("given", task.as_str(), format!("to {}", names.join(", ")), Tone::Person)
        }
        Fact::TaskTold { task } => line("told", task.as_str(), "is told now", Tone::Person),
        Fact::NoticeWaits(notice) => {
            line("waits", play_of(notice.effect.as_str()), format!("told at {}", at(notice.at)), Tone::Plain)
        }
        Fact::TaskReminded { task, escalated } => {
            let text = if *escalated { "is overdue" } else { "a reminder was sent" };
            line(if *escalated { "overdue" } else { "reminder" }, task.as_str(), text, Tone::Person)
        }
        Fact::TaskClosed { task, answer, by, operator, .. } => {
            let by = by.as_ref().map(|by| format!(" by {by}")).unwrap_or_default();
            let operator = if *operator { " as operator" } else { "" };
            line("answer", task.as_str(), format!("{answer}{by}{operator}"), Tone::Person)
        }
        Fact::Skipped { play, from, to, count, reason, .. } => {
            let which = if *count > 1 {
                format!("{} from {} to {}", times(*count), at(*from), at(*to))
            } else {
                at(*from)
            };
            line("skipped", play.as_str(), format!("{which}: {}", skip(reason)), Tone::Doubt)
        }
        Fact::StepSkipped { run, step, reason, .. } => {
            line("missed", play_of(run.as_str()), format!("step {step}: {}", skip(reason)), Tone::Doubt)
        }
        Fact::StepFailed { run, step, error, retry } => {
            let retry = retry.map(|retry| format!("; again at {}", at(retry))).unwrap_or_default();
            line("failed", play_of(run.as_str()), format!("step {step}: {error}{retry}"), Tone::Bad)
        }
        _ => describe_rest(entry, zone),
    }
}

/// What is rarer.
fn describe_rest(entry: &Entry, zone: &Zone) -> Option<Line> {
    let at = |at: Timestamp| brief(at, entry.at, zone);
    match &entry.fact {
        Fact::RunStarted { run, play, section, .. } if *section != Section::Steps => {
            let text = format!("{run}: people are told that it is {}", section.word());
            line("run", play.as_str(), text, Tone::Plain)
        }
        // The step that failed has a line of its own.
        Fact::RunFinished { outcome: Outcome::Failed, reason, .. } if reason.starts_with("step ") => None,
        Fact::RunFinished { run, outcome, reason } if *outcome != Outcome::Done => {
            let word = self::outcome(*outcome);
            let reason = if reason.is_empty() { String::new() } else { format!(": {reason}") };
            let tone = if *outcome == Outcome::Failed { Tone::Bad } else { Tone::Plain };
            line("run", play_of(run.as_str()), format!("{word}{reason}"), tone)
        }
        Fact::DateMoved { play, date, to, .. } => {
            line("moved", play.as_str(), format!("{date} is now at {}", at(*to)), Tone::Turn)
        }
        Fact::DateMissing { play, date, until } => {
            let text = format!(
                "{date} is not in the file any more; it is cancelled at {} unless it is back",
                at(*until)
            );
            line("missing", play.as_str(), text, Tone::Doubt)
        }
        Fact::DateBack { play, date } => {
            line("back", play.as_str(), format!("{date} is in the file again"), Tone::Plain)
        }
        Fact::DateCancelled { play, date, .. } => {
            line("cancelled", play.as_str(), date.to_string(), Tone::Turn)
        }
        Fact::PruneNoticed { run, members } => {
            let n = members.len();
            let have = if n == 1 { "has" } else { "have" };
            let text = format!("{} {have} been told", words::count(n, "silent member"));
            line("notice", play_of(run.as_str()), text, Tone::Plain)
        }
        Fact::MemberGone { member } => {
            line("gone", member.as_str(), "is no longer in the group", Tone::Plain)
        }
        Fact::Paused { play } => {
            line("paused", play.as_ref().map_or("every play", |p| p.as_str()), "", Tone::Turn)
        }
        Fact::Resumed { play } => {
            line("resumed", play.as_ref().map_or("every play", |p| p.as_str()), "", Tone::Turn)
        }
        Fact::Slept { from, length } => {
            line("slept", "", format!("since {}, {length}", at(*from)), Tone::Turn)
        }
        Fact::Renamed { from, to } => {
            line("renamed", to.as_str(), format!("it was {from}; its dates and runs go on"), Tone::Turn)
        }
        Fact::Reworded { run, steps, .. } => {
            let steps: Vec<&str> = steps.iter().map(StepId::as_str).collect();
            let what = if steps.is_empty() {
                "its vars, data or row".to_owned()
            } else {
                format!("step {}", steps.join(", "))
            };
            line(
                "reworded",
                play_of(run.as_str()),
                format!("{run} says what the new version says: {what}"),
                Tone::Turn,
            )
        }
        Fact::ClockSet { to } => {
            line("clock", "", format!("set back from {} to {}", at(entry.at), at(*to)), Tone::Turn)
        }
        Fact::DateWaits { play, date, waits: true } => {
            line("waits", play.as_str(), format!("{date} is due, and the play is paused"), Tone::Doubt)
        }
        Fact::Operator { by, did } => Some(by_operator(did, by.as_deref(), entry.at, zone)),
        Fact::Refused { reason } => line("refused", "", reason.as_str(), Tone::Doubt),
        Fact::Poisoned { reason, .. } => line("parked", "", reason.as_str(), Tone::Bad),
        Fact::ScriptReturned { effect, log, .. } if !log.is_empty() => {
            line("log", play_of(effect.as_str()), log.join(" · "), Tone::Plain)
        }
        _ => None,
    }
}

/// What an operator has done.
fn by_operator(did: &Operation, by: Option<&str>, now: Timestamp, zone: &Zone) -> Line {
    let (word, about, text) = match did {
        Operation::Noted { run, text } => {
            ("note", run.as_ref().map_or_else(String::new, ToString::to_string), text.clone())
        }
        Operation::Hurried { run, step } => ("now", run.to_string(), format!("step {step}")),
        Operation::Delayed { run, later, .. } => {
            ("delayed", run.to_string(), format!("what is still due today is {} later", later.length))
        }
        Operation::Unskipped { run, .. } => ("unskipped", run.to_string(), "starts after all".to_owned()),
        Operation::PutOff { play, date } => {
            ("put off", play.to_string(), format!("{date} has no time until it is given another one"))
        }
        Operation::Hushed { until, why, .. } => {
            let until = until.map(|until| format!(" until {}", brief(until, now, zone))).unwrap_or_default();
            ("hush", String::new(), format!("members see nothing{until}: {why}"))
        }
        Operation::Unhushed { send, .. } => {
            let late = if *send { "sent" } else { "dropped" };
            (
                "unhush",
                String::new(),
                format!("members see again what is said; what came meanwhile is {late}"),
            )
        }
    };
    let by = by.map(|by| format!(" ({by})")).unwrap_or_default();
    Line { word, about, text: format!("{text}{by}"), tone: Tone::Turn }
}

fn task_opened(task: &Task, zone: &Zone, now: Timestamp) -> Option<Line> {
    let names: Vec<&str> = task.people.iter().map(|person| person.name.as_str()).collect();
    let whom = if names.is_empty() { String::new() } else { format!("{}: ", names.join(", ")) };
    let due = task.due.map(|due| format!(" (by {})", brief(due, now, zone))).unwrap_or_default();
    let word = match task.kind {
        TaskKind::Task => "task",
        TaskKind::Approval => "approval",
        TaskKind::Question => "question",
        TaskKind::Delivery => "to copy",
        TaskKind::Removal => "removal",
    };
    let told = task.tell.map(|tell| format!(" (told at {})", brief(tell, now, zone))).unwrap_or_default();
    line(word, task.id.as_str(), format!("{whom}{}{due}{told}", task.text), Tone::Person)
}

/// An instant beside another: the clock alone on the same day, with the year when it is another one.
pub fn brief(at: Timestamp, now: Timestamp, zone: &Zone) -> String {
    let (civil, today) = (zone.civil(at), zone.civil(now));
    let format = if civil.date() == today.date() {
        "%H:%M"
    } else if civil.year() == today.year() {
        "%m-%d %H:%M"
    } else {
        "%Y-%m-%d %H:%M"
    };
    civil.strftime(format).to_string()
}

fn about(out: &Outgoing) -> String {
    out.play.as_ref().map_or_else(|| play_of(out.effect.as_str()), ToString::to_string)
}

fn place(out: &Outgoing) -> String {
    if out.channel.as_str() == "group" { String::new() } else { format!("[{}] ", out.channel) }
}

/// The play of a run's or an effect's id.
fn play_of(id: &str) -> String {
    id.split('@').next().unwrap_or(id).to_owned()
}

/// How a run ended, in a word.
pub const fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "done",
        Outcome::Stopped => "stopped",
        Outcome::Failed => "failed",
        Outcome::Cancelled => "cancelled",
        Outcome::Replaced => "replaced",
    }
}

/// Why a held message is not sent any more, in a few words.
pub fn gone_stale(stale: Stale, zone: &Zone) -> String {
    match stale {
        Stale::Hold => "held for as long as it may be".to_owned(),
        Stale::Hushed => "it came while members saw nothing".to_owned(),
        Stale::LaterStep => "a later step of its run is due".to_owned(),
        Stale::Never { possible: Some(at) } => {
            format!(
                "it would be held for too long; the first day that would be possible is {}",
                zone.date(at)
            )
        }
        Stale::Never { possible: None } => {
            "it would be held for too long, and nobody knows when it would be possible".to_owned()
        }
    }
}

/// Why a message is held, in words.
pub fn hold(reason: HoldReason) -> &'static str {
    match reason {
        HoldReason::Quiet => "quiet hours",
        HoldReason::PostsMax => "the posts of the day are used up",
        HoldReason::PostsGap => "too soon after the last post",
        HoldReason::PromoShare => "advertising would pass its share",
        HoldReason::PromoNotBefore => "the group is too young for advertising",
        HoldReason::PromoAround => "no key date is near",
        HoldReason::PromoWhen => "the condition for advertising is not met",
        HoldReason::MentionsMax => "the mentions of the day are used up",
        HoldReason::Order => "behind an earlier message",
        HoldReason::Ahead => "a message with a clock time comes first",
        HoldReason::Session => "a session is on",
        HoldReason::Hush => "members see nothing on this day",
    }
}

/// What a message says; whose words are forgotten says so.
fn words(out: &crate::engine::entry::Outgoing) -> &str {
    if out.message.text.is_empty() && out.message.image.is_none() { "(forgotten)" } else { &out.message.text }
}

/// Why something did not happen, in words.
pub fn skip(reason: &Skip) -> String {
    match reason {
        Skip::Late { by, max } => format!("{} late, {max} is allowed", coarse(*by)),
        Skip::CatchUp => "catch_up chose others".into(),
        Skip::Overlap { open } => format!("{open} is still open"),
        Skip::Calendar { calendar } => format!("the calendar {calendar} closes the day"),
        Skip::Phase { phase } => format!("the phase is {phase}"),
        Skip::When { condition } => format!("{condition} is false"),
        Skip::Paused => "paused".into(),
        Skip::Disabled => "switched off in the file (`enabled: false`)".into(),
        Skip::Operator => "an operator said so".into(),
        Skip::Undelivered { effect } => format!("{effect} was not delivered"),
        Skip::Limit { limit } => format!("the limit is {limit}"),
        Skip::Broken { error } => error.clone(),
    }
}

/// A length without the parts that nobody reads: seconds of hours, minutes of days.
fn coarse(length: Duration) -> Duration {
    let millis = length.as_millis();
    let unit = match millis.abs() {
        n if n >= Duration::DAY.as_millis() => Duration::HOUR,
        n if n >= Duration::HOUR.as_millis() => Duration::MINUTE,
        n if n >= Duration::SECOND.as_millis() => Duration::SECOND,
        _ => return length,
    };
    Duration::from_millis(millis / unit.as_millis() * unit.as_millis())
}

fn phase_cause(cause: &PhaseCause) -> String {
    match cause {
        PhaseCause::Adopted => "the first one".into(),
        PhaseCause::Until { condition } => format!("because {condition}"),
        PhaseCause::Timeout => "because its time was over".into(),
        PhaseCause::Step { run } => format!("because {run} says so"),
        PhaseCause::Edit => "because the file has no phase of the old name".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_counted_is_not_said_as_if_it_were() {
        assert_eq!(times(1), "1 time");
        assert_eq!(times(99_999), "99999 times");
        for count in [100_000, 100_001, u64::MAX] {
            assert_eq!(times(count), "at least 100000 times");
        }
    }
}

//! Entries as a person reads them: one line for each that is worth one.
//!
//! Words only; where they are shown, and in which colour, is the shell's. Also used for the journal.

mod answered;
mod kept;
mod operated;
mod reason;
mod moderated;
mod word;

pub use answered::{answer, subject};
pub use reason::{ended, gone_stale, held_by, hold, message_of, outcome, skip, skipped};

pub use word::kind;

use crate::{
    base::{
        ids::StepId,
        limits,
        locale::Locale,
        phrase::{Phrase, Words, pair, phrase},
        time::{Timestamp, Zone},
        words,
    },
    engine::{
        entry::{Entry, Fact, Outcome, Outgoing, Poison, Skip, Task, TaskKind},
        standing::Stood,
    },
    model::play::Section,
};
use operated::by_operator;
use reason::{every, long, paused, phase_cause};
use word::word;

/// How often something was skipped. Counting ends somewhere, and what lies beyond is not said as if it were counted.
pub(crate) fn times(count: u64) -> Phrase {
    let most = limits::SLEPT_COUNTED_MAX;
    if count < most as u64 {
        return Phrase { en: words::count(count as usize, "time"), zh: format!("{count} 次") };
    }
    phrase!("at least {most} times", "至少 {most} 次")
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
    pub text: Phrase,
    /// How much it matters.
    pub tone: Tone,
}

impl Line {
    /// What happened, in a word of a language.
    pub fn word(&self, locale: Locale) -> &'static str {
        locale.pick(self.word, word(self.word))
    }
}

/// Text that people wrote, or words of the program in both languages.
struct LineText(Phrase);

impl From<Phrase> for LineText {
    fn from(phrase: Phrase) -> Self {
        Self(phrase)
    }
}

impl From<Words> for LineText {
    fn from(words: Words) -> Self {
        Self(words.into())
    }
}

impl From<&str> for LineText {
    fn from(text: &str) -> Self {
        Self(Phrase::same(text))
    }
}

impl From<String> for LineText {
    fn from(text: String) -> Self {
        Self(Phrase::same(text))
    }
}

#[expect(clippy::unnecessary_wraps, reason = "every arm of `describe` ends in it")]
fn line(word: &'static str, about: impl Into<String>, text: impl Into<LineText>, tone: Tone) -> Option<Line> {
    Some(Line { word, about: about.into(), text: text.into().0, tone })
}

/// An entry as one line; none when it is not worth one.
pub fn describe(entry: &Entry, zone: &Zone) -> Option<Line> {
    let at = |at: Timestamp| brief(at, entry.at, zone);
    match &entry.fact {
        Fact::Adopted { created, .. } => {
            let text = phrase!("the group begins at {}", "群从 {} 开始", at(*created));
            line("adopted", "", text, Tone::Turn)
        }
        Fact::PlaybookChanged { digest, .. } => {
            let text = phrase!("version {} is in force", "版本 {} 生效", digest.short());
            line("playbook", "", text, Tone::Turn)
        }
        Fact::PhaseEntered { phase, cause, timeout, is_final } => {
            let mut text = phase_cause(cause);
            if let Some(timeout) = timeout {
                text = text.then(&phrase!("until {} at the latest", "最迟到 {}", at(*timeout)));
            }
            if *is_final {
                text = text.then(&phrase!("it is final", "这是最后一个阶段"));
            }
            line("phase", phase.as_str(), text, Tone::Turn)
        }
        Fact::Posted(out) | Fact::Released(out) => {
            let held = matches!(entry.fact, Fact::Released(_)) && entry.at > out.due;
            let due = at(out.due);
            let note = if held { phrase!(" (due {due})", "（原定 {due}）") } else { Phrase::default() };
            let (place, words) = (Phrase::same(place(out)), words(out));
            line(
                "post",
                about(out),
                phrase!("{place}{words}{note}", "{place}{words}{note}"; place, words, note),
                Tone::Voice,
            )
        }
        Fact::Held { outgoing, reason, until, .. } => {
            let until = until.map(|until| phrase!(" until {}", "到 {}", at(until))).unwrap_or_default();
            let (reason, text) = (Phrase::from(held_by(*reason)), Phrase::same(&*outgoing.message.text));
            let said = phrase!("{reason}{until}: {text}", "{reason}，压{until}：{text}"; reason, until, text);
            line("held", about(outgoing), said, Tone::Doubt)
        }
        Fact::Expired { effect, reason, stale, hush } => {
            // A hush says all there is to say.
            let held = reason.filter(|_| hush.is_none()).map(|reason| Phrase::from(held_by(reason)));
            let held = held.map(|by| phrase!(" ({by})", "（{by}）"; by)).unwrap_or_default();
            let (word, because) = match stale {
                None => ("expired", phrase!(" was not sent in time", " 没有按时发出")),
                Some(stale) => {
                    let stale = gone_stale(*stale, hush.as_deref(), zone);
                    ("missed", phrase!(" is not sent: {stale}", " 不再发出：{stale}"; stale))
                }
            };
            let about = play_of(effect.as_str());
            let effect = message_of(effect, entry.at, zone);
            line(
                word,
                about,
                phrase!("{effect}{because}{held}", "{effect}{because}{held}"; effect, because, held),
                Tone::Doubt,
            )
        }
        Fact::Withdrawn { effect } => {
            let message = message_of(effect, entry.at, zone);
            let text = phrase!("{message} is not sent", "{message} 不再发出"; message);
            line("withdrawn", play_of(effect.as_str()), text, Tone::Doubt)
        }
        Fact::DeliveryFailed { effect, in_doubt, reason, .. } => {
            let word = if *in_doubt { "in doubt" } else { "refused" };
            line(word, play_of(effect.as_str()), reason.clone(), Tone::Bad)
        }
        Fact::ChannelFailing { channel, since, reason, waiting, .. } => {
            let since = at(*since);
            let text = phrase!(
                "since {since}, {waiting} waiting: {reason}",
                "从 {since} 起，{waiting} 条在等：{reason}";
                reason
            );
            line("failing", channel.as_str(), text, Tone::Bad)
        }
        Fact::ChannelRecovered { channel, since } => {
            let text = phrase!("gets through again, was failing since {}", "又通了，故障始于 {}", at(*since));
            line("recovered", channel.as_str(), text, Tone::Plain)
        }
        Fact::TaskOpened(task) => task_opened(task, zone, entry.at),
        Fact::Skipped { .. } | Fact::StepSkipped { .. } | Fact::StepFailed { .. } => {
            describe_missed(entry, zone)
        }
        _ => describe_people(entry, zone),
    }
}

/// What did not happen, or failed.
fn describe_missed(entry: &Entry, zone: &Zone) -> Option<Line> {
    let at = |at: Timestamp| brief(at, entry.at, zone);
    match &entry.fact {
        Fact::Skipped { play, from, to, count, reason, .. } => {
            let (from, to, why) = (at(*from), at(*to), skipped(reason));
            let which = if *count > 1 {
                let times = times(*count);
                phrase!("{times} from {from} to {to}", "从 {from} 到 {to} 共{times}"; times)
            } else {
                Phrase::same(from)
            };
            line(
                "skipped",
                play.as_str(),
                phrase!("{which}: {why}", "{which}：{why}"; which, why),
                Tone::Doubt,
            )
        }
        Fact::StepSkipped { run, step, reason, .. } => {
            let why = skipped(reason);
            let text = phrase!("step {step}: {why}", "步骤 {step}：{why}"; why);
            let word = if *reason == Skip::Behind { "skipped" } else { "missed" };
            line(word, play_of(run.as_str()), text, Tone::Doubt)
        }
        Fact::StepFailed { run, step, error, retry } => {
            let retry =
                retry.map(|retry| phrase!("; again at {}", "；{} 再试", at(retry))).unwrap_or_default();
            let text = phrase!("step {step}: {error}{retry}", "步骤 {step}：{error}{retry}"; error, retry);
            line("failed", play_of(run.as_str()), text, Tone::Bad)
        }
        _ => None,
    }
}

/// What people were asked and said.
fn describe_people(entry: &Entry, zone: &Zone) -> Option<Line> {
    let at = |at: Timestamp| brief(at, entry.at, zone);
    let by = |by: &Option<String>| by.as_ref().map(|by| phrase!(" by {by}", "（{by}）")).unwrap_or_default();
    match &entry.fact {
        Fact::PressUndone { task, by: who } => {
            let by = by(who);
            line("undone", task.as_str(), phrase!("is open again{by}", "重新打开{by}"; by), Tone::Person)
        }
        Fact::TaskReassigned { task, people, .. } => {
            let names = Phrase::list(people.iter().map(|person| Phrase::same(&*person.name)));
            line("given", task.as_str(), phrase!("to {names}", "给 {names}"; names), Tone::Person)
        }
        Fact::Stood(Stood::Changed { member, tier, from, .. }) => {
            line("tier", member.as_str(), phrase!("{from} → {tier}", "{from} → {tier}"), Tone::Person)
        }
        Fact::Moderated(fact) => moderated::describe(fact, &at),
        Fact::ItemTicked { task, item, text, by: who, .. } => {
            let (by, number) = (by(who), item.saturating_add(1));
            let item = match text {
                Some(text) => Phrase::same(text.as_str()),
                None => phrase!("item {number}", "第 {number} 项"),
            };
            line("ticked", task.as_str(), phrase!("{item}{by}", "{item}{by}"; item, by), Tone::Person)
        }
        Fact::TaskTold { task } => line("told", task.as_str(), pair("is told now", "现在告知"), Tone::Person),
        Fact::NoticeWaits(notice) => {
            let text = phrase!("told at {}", "{} 再告知", at(notice.at));
            line("waits", play_of(notice.effect.as_str()), text, Tone::Plain)
        }
        Fact::TaskReminded { task, escalated } => {
            let (word, text) = if *escalated {
                ("overdue", pair("is overdue", "已逾期"))
            } else {
                ("reminder", pair("a reminder was sent", "已发提醒"))
            };
            line(word, task.as_str(), text, Tone::Person)
        }
        Fact::TaskClosed { task, answer, by: who, operator, .. } => {
            let (by, answer) = (by(who), answered(answer));
            let operator: Phrase =
                if *operator { pair(" as operator", "，代为操作").into() } else { Phrase::default() };
            let text = phrase!("{answer}{by}{operator}", "{answer}{by}{operator}"; answer, by, operator);
            line("answer", task.as_str(), text, Tone::Person)
        }
        _ => describe_rest(entry, zone),
    }
}

/// How a task ended, in a word.
fn answered(answer: &str) -> Phrase {
    let zh = match answer {
        "done" => "完成",
        "approved" => "批准",
        "rejected" => "驳回",
        "silent" => "没有回应",
        "counted" => "收齐",
        "cancelled" => "取消",
        "expired" => "过期",
        "resumed" => "不用做了：玩法已恢复",
        "arrived" => "不用做了：消息已送到",
        other => other,
    };
    let en = match answer {
        "resumed" => "over: the plays were resumed",
        "arrived" => "over: the message has arrived",
        other => other,
    };
    Phrase { en: en.to_owned(), zh: zh.to_owned() }
}

/// That somebody is not there any more, in a word and in some.
const fn gone(forgotten: bool) -> (&'static str, Words) {
    if forgotten {
        ("forgotten", pair("is forgotten", "已忘记"))
    } else {
        ("gone", pair("is no longer in the group", "不在群里了"))
    }
}

/// What is rarer.
fn describe_rest(entry: &Entry, zone: &Zone) -> Option<Line> {
    let at = |at: Timestamp| brief(at, entry.at, zone);
    match &entry.fact {
        Fact::RunStarted { run, play, section, .. } if *section != Section::Steps => {
            let text = if *section == Section::Moved {
                phrase!("{run}: people are told that it is moved", "{run}：告诉大家改期了")
            } else {
                phrase!("{run}: people are told that it is cancelled", "{run}：告诉大家取消了")
            };
            line("run", play.as_str(), text, Tone::Plain)
        }
        // The step that failed has a line of its own.
        Fact::RunFinished { outcome: Outcome::Failed, reason, .. } if reason.en.starts_with("step ") => None,
        Fact::RunFinished { run, outcome, reason } if *outcome != Outcome::Done => {
            let word = Phrase::from(ended(*outcome));
            let reason = if reason.is_empty() {
                Phrase::default()
            } else {
                phrase!(": {reason}", "：{reason}"; reason)
            };
            let tone = if *outcome == Outcome::Failed { Tone::Bad } else { Tone::Plain };
            line(
                "run",
                play_of(run.as_str()),
                phrase!("{word}{reason}", "{word}{reason}"; word, reason),
                tone,
            )
        }
        Fact::DateMoved { play, date, to, .. } => {
            let text = phrase!("{date} is now at {}", "{date} 改到 {}", at(*to));
            line("moved", play.as_str(), text, Tone::Turn)
        }
        Fact::DateMissing { play, date, until } => {
            let text = phrase!(
                "{date} is not in the file any more; it is cancelled at {} unless it is back",
                "文件里没有 {date} 了；{} 前不放回来就取消",
                at(*until)
            );
            line("missing", play.as_str(), text, Tone::Doubt)
        }
        Fact::DateBack { play, date } => line(
            "back",
            play.as_str(),
            phrase!("{date} is in the file again", "文件里又有 {date} 了"),
            Tone::Plain,
        ),
        Fact::DateCancelled { play, date, .. } => {
            line("cancelled", play.as_str(), date.to_string(), Tone::Turn)
        }
        Fact::PruneNoticed { run, members } => {
            let n = members.len();
            let be = if n == 1 { "is" } else { "are" };
            let many = words::count(n, "silent member");
            let text = Phrase {
                en: format!("{many} {be} to be told"),
                zh: format!("要通知 {n} 位久未出现的成员"),
            };
            line("notice", play_of(run.as_str()), text, Tone::Plain)
        }
        Fact::FieldsExpired { members, left } => {
            line("forgot", "", kept::expired_fields(members, *left), Tone::Plain)
        }
        Fact::MemberGone { member, forgotten } => {
            let (word, text) = gone(*forgotten);
            line(word, member.as_str(), text, Tone::Plain)
        }
        Fact::Paused { play, until } => {
            let of = play.as_ref().map_or("", |p| p.as_str());
            line("paused", of, paused(play.as_ref(), until.map(at)), Tone::Turn)
        }
        Fact::Resumed { play } => {
            line("resumed", play.as_ref().map_or("", |p| p.as_str()), every(play.as_ref()), Tone::Turn)
        }
        Fact::Slept { from, length } => {
            let (from, length) = (at(*from), long(*length));
            line("slept", "", phrase!("since {from}, {length}", "从 {from} 起，{length}"; length), Tone::Turn)
        }
        _ => describe_file(entry, zone),
    }
}

/// What an edit did, and what went wrong in the engine.
fn describe_file(entry: &Entry, zone: &Zone) -> Option<Line> {
    let at = |at: Timestamp| brief(at, entry.at, zone);
    match &entry.fact {
        Fact::Renamed { from, to } => {
            let text =
                phrase!("it was {from}; its dates and runs go on", "原名 {from}；日期和进行中的活动继续");
            line("renamed", to.as_str(), text, Tone::Turn)
        }
        Fact::Reworded { run, steps, .. } => {
            let steps: Vec<&str> = steps.iter().map(StepId::as_str).collect();
            let what = if steps.is_empty() {
                phrase!("its vars, data or row", "变量、数据或日期行")
            } else {
                phrase!("step {}", "步骤 {}", steps.join(", "))
            };
            let text = phrase!(
                "{run} says what the new version says: {what}",
                "{run} 改用新版本的文字：{what}";
                what
            );
            line("reworded", play_of(run.as_str()), text, Tone::Turn)
        }
        Fact::ClockSet { to } => {
            let text = phrase!("set back from {} to {}", "从 {} 拨回到 {}", at(entry.at), at(*to));
            line("clock", "", text, Tone::Turn)
        }
        Fact::DateWaits { play, date, waits: true } => {
            let text = phrase!("{date} is due, and the play is paused", "{date} 到时间了，但玩法暂停中");
            line("waits", play.as_str(), text, Tone::Doubt)
        }
        Fact::Operator { by, did } => Some(by_operator(did, by.as_deref(), entry.at, zone)),
        Fact::Refused { reason } => line("refused", "", reason.clone(), Tone::Doubt),
        Fact::Poisoned(Poison { reason, .. }) => line("parked", "", reason.clone(), Tone::Bad),
        Fact::ScriptReturned { effect, log, .. } if !log.is_empty() => {
            line("log", play_of(effect.as_str()), log.join(" · "), Tone::Plain)
        }
        _ => None,
    }
}

fn task_opened(task: &Task, zone: &Zone, now: Timestamp) -> Option<Line> {
    let names = Phrase::list(task.people.iter().map(|person| Phrase::same(&*person.name)));
    let whom = if names.is_empty() { Phrase::default() } else { phrase!("{names}: ", "{names}："; names) };
    let at = |at: Timestamp| brief(at, now, zone);
    let due = task.due.map(|due| phrase!(" (by {})", "（{} 前）", at(due))).unwrap_or_default();
    let word = match task.kind {
        TaskKind::Task => "task",
        TaskKind::Approval => "approval",
        TaskKind::Question => "question",
        TaskKind::Delivery => "to copy",
        TaskKind::Removal => "removal",
    };
    let told = task.tell.map(|tell| phrase!(" (told at {})", "（{} 告知）", at(tell))).unwrap_or_default();
    let text = &task.text;
    let said = phrase!("{whom}{text}{due}{told}", "{whom}{text}{due}{told}"; whom, due, told);
    line(word, task.id.as_str(), said, Tone::Person)
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

/// What a message says; whose words are forgotten says so.
fn words(out: &crate::engine::entry::Outgoing) -> Phrase {
    if out.message.text.is_empty() && out.message.image.is_none() {
        phrase!("(forgotten)", "（已忘记）")
    } else {
        Phrase::same(&*out.message.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_counted_is_not_said_as_if_it_were() {
        assert_eq!((times(1).en.as_str(), times(1).zh.as_str()), ("1 time", "1 次"));
        assert_eq!(times(99_999).en, "99999 times");
        for count in [100_000, 100_001, u64::MAX] {
            assert_eq!(times(count).en, "at least 100000 times");
        }
    }
}

//! The journal, gone through once: at each entry about the play, what the state before it held.
//!
//! Applies entries as recovery does and never decides.

use super::{
    Account, Cited, Finding, Question, Versions, ahead,
    case::{Case, Standing},
    heard::Heard,
    message,
    note::Fate,
    words::{self, is_late, when},
};
use crate::{
    base::{
        ids::{EffectId, GroupId, RunId, StepId},
        locale::Locale,
        phrase::{Phrase, phrase},
        time::Timestamp,
        words::shorten,
    },
    engine::{
        self, IllegalEntry,
        entry::{Cause, Entry, Fact, Outcome, Skip},
        gate::Occasion,
        input::Signal,
        operation::{Bidding, Operation},
        readings::Reader,
        state::State,
    },
    model::{
        play::{Play, Section},
        playbook::Playbook,
        trigger::{OnSignal, Trigger},
    },
    sim::timeline,
};
use std::{collections::VecDeque, sync::Arc};

/// Occurrences that are kept while the journal goes by; older ones are let go.
const CASES_MAX: usize = 64;
/// Occurrences that one answer tells of.
const TOLD_MAX: usize = 12;

/// Goes through a journal with a question.
pub struct Historian<'q> {
    pub(super) question: &'q Question,
    pub(super) versions: &'q Versions<'q>,
    pub(super) state: State,
    pub(super) cases: VecDeque<Case>,
    /// Signals of the play's name that came, those that met its `where`, and what was found of the last one.
    pub(super) heard: Heard,
    slept: Option<(i64, Timestamp, Timestamp)>,
    adopted: Option<(i64, Timestamp)>,
    previous: Option<Timestamp>,
    batch: Vec<crate::base::value::Value>,
}

impl<'q> Historian<'q> {
    /// Before the first entry of a group.
    pub fn new(question: &'q Question, group: GroupId, versions: &'q Versions<'q>) -> Self {
        Self {
            question,
            versions,
            state: State::new(group),
            cases: VecDeque::new(),
            heard: Heard::default(),
            slept: None,
            adopted: None,
            previous: None,
            batch: Vec::new(),
        }
    }

    /// The next entry.
    pub fn see(&mut self, seq: i64, entry: &Entry) -> Result<(), IllegalEntry> {
        match &entry.fact {
            Fact::Adopted { .. } => self.adopted = Some((seq, entry.at)),
            Fact::Slept { from, length } => self.slept = Some((seq, *from, from.plus(*length))),
            _ => {}
        }
        if let Some(playbook) = self
            .state
            .digest
            .clone()
            .and_then(|digest| (self.versions)(&digest))
            .map(|playbook| playbook.shared_in_group(&self.state.group).clone())
        {
            self.note(seq, entry, &playbook);
        }
        engine::apply(&mut self.state, entry)?;
        self.previous = Some(entry.at);
        Ok(())
    }

    /// The answers, in order of time: what the journal has, then what is ahead under the version in force.
    pub fn accounts(self, playbook: &Playbook) -> Vec<Account> {
        let Self { question, state, heard, cases, .. } = self;
        let group = state.group.clone();
        let mut cases: Vec<Case> = cases.into();
        if question.at.is_none() && question.run.is_none() {
            // The last that is over, and everything that is not.
            let last = cases.iter().rposition(|case| !is_open(case));
            let mut index = 0;
            cases.retain(|case| {
                index += 1;
                Some(index - 1) == last || is_open(case)
            });
        }
        let from = cases.len().saturating_sub(TOLD_MAX);
        let known: Vec<RunId> = cases.iter().map(|case| case.run.clone()).collect();
        let past = cases.into_iter().skip(from);
        let mut accounts: Vec<Account> = past.map(|case| case.account(&group, question, &state)).collect();
        accounts.extend(ahead::accounts(question, &state, playbook, &heard, &known));
        accounts
    }

    pub(super) fn wants(&self, run: &RunId, from: Timestamp, to: Timestamp) -> bool {
        let question = self.question;
        match (&question.run, question.at) {
            (Some(wanted), _) => question.is_one_run(wanted, run),
            (None, Some((begin, end))) => from < end && to >= begin,
            (None, None) => true,
        }
    }

    pub(super) fn open(&mut self, case: Case) {
        if self.cases.len() >= CASES_MAX {
            let old = self.cases.iter().position(|case| !is_open(case)).unwrap_or(0);
            self.cases.remove(old);
        }
        self.cases.push_back(case);
    }

    fn note(&mut self, seq: i64, entry: &Entry, playbook: &Arc<Playbook>) {
        let about = self.question;
        match &entry.fact {
            Fact::SignalReceived(signal) => self.hear(seq, entry, signal, playbook),
            Fact::BatchClosed { play } if about.is_about(play) => {
                let batch = self.state.plays.get(play).and_then(|known| known.batch.clone());
                self.batch = batch.map(|(_, signals)| signals).unwrap_or_default();
            }
            Fact::Skipped { play, run, from, to, count, reason } if about.is_about(play) => {
                self.skipped(seq, entry, playbook, run, (*from, *to, *count), reason);
            }
            Fact::RunStarted { run, play, anchor, cause, section, .. } if about.is_about(play) => {
                // What tells of a move or an end is no occurrence, unless it is asked for.
                if *section == Section::Steps || about.run.as_ref() == Some(run) {
                    self.started(seq, entry, playbook, run, (*anchor, *section), cause);
                }
            }
            Fact::DateCancelled { play, date, .. } if about.is_about(play) => {
                self.date_cancelled(seq, entry, playbook, date);
            }
            Fact::DateArmed { play, date, start: Some(_), .. } if about.is_about(play) => {
                self.date_armed(date);
            }
            Fact::Operator { by, did: Operation::Asked { what: Bidding::Start, about } } => {
                self.asked_to_start(entry.at, about, by.as_deref());
            }
            Fact::DateMoved { play, date, from, to, .. } if about.is_about(play) => {
                self.date_moved(seq, entry, playbook, date, (*from, *to));
            }
            _ => self.note_step(seq, entry, playbook),
        }
    }

    fn hear(&mut self, seq: i64, entry: &Entry, signal: &Signal, playbook: &Arc<Playbook>) {
        let Some(play) = self.question.play_in(playbook) else { return };
        let Trigger::Signal(on) = &play.trigger else { return };
        if on.name != signal.name {
            return;
        }
        self.heard.all += 1;
        let Some((met, finding)) = self.filtered(on, signal, playbook, entry.at) else { return };
        self.heard.met += usize::from(met);
        let text = match &signal.member {
            Some(member) => phrase!("signal {} of {member}", "{member} 的信号 {}", signal.name),
            None => phrase!("signal {}", "信号 {}", signal.name),
        };
        let cited = Cited { seq, at: entry.at, step: None, text };
        let asked = self.question.at.is_some_and(|(from, to)| entry.at >= from && entry.at < to);
        if self.question.at.is_none() || asked {
            self.heard.last = Some((cited, finding));
        }
        self.heard.signal = Some(signal.clone());
    }

    /// Whether a signal meets the play's `where`, with the values.
    fn filtered(
        &self,
        on: &OnSignal,
        signal: &Signal,
        playbook: &Arc<Playbook>,
        now: Timestamp,
    ) -> Option<(bool, Finding)> {
        let group = playbook.groups.get(&self.state.group)?;
        let reader = Reader { state: &self.state, playbook, group, now };
        let (met, values) = reader.filter(on, signal);
        let text = match &on.filter {
            Some(filter) => words::condition(filter.source(), met, &values),
            None => {
                phrase!(
                    "it has no `where`: every such signal starts it",
                    "没有 `where`：每个这样的信号都会让它开始"
                )
            }
        };
        Some((met, Finding::test("where", met, text)))
    }

    fn gates(
        &self,
        playbook: &Arc<Playbook>,
        play: &Play,
        run: &RunId,
        anchor: Timestamp,
        cause: &Cause,
        now: Timestamp,
    ) -> Vec<Finding> {
        let Some(group) = playbook.groups.get(&self.state.group) else { return Vec::new() };
        let state = &self.state;
        let occasion = Occasion { state, playbook, group, play, run, anchor, cause, now };
        occasion.asked().iter().map(|asked| words::gate(asked, &occasion)).collect()
    }

    fn skipped(
        &mut self,
        seq: i64,
        entry: &Entry,
        playbook: &Arc<Playbook>,
        run: &RunId,
        (from, to, many): (Timestamp, Timestamp, u64),
        reason: &Skip,
    ) {
        let Some(play) = self.question.play_in(playbook).cloned() else { return };
        if !self.wants(run, from, to) {
            return;
        }
        let standing = Standing::Skipped(reason.clone());
        let mut case = Case::new(run.clone(), from, play.clone(), (playbook, &self.state.group), standing);
        (case.to, case.count) = (to, many);
        match reason {
            Skip::Late { .. } => {
                let rule = words::late_rule(&play, &self.state.group, from, entry.at, &playbook.zone);
                case.findings.push(Finding::test("max_late", false, rule));
                case.findings.extend(self.lateness(from, entry.at, playbook));
            }
            Skip::CatchUp => {
                case.findings.push(Finding::test("catch_up", false, words::catch_up(&play)));
                case.findings.extend(self.lateness(from, entry.at, playbook));
            }
            _ => {
                let cause = self.cause(run, &play);
                case.findings.extend(self.gates(playbook, &play, run, from, &cause, entry.at));
                if let Skip::Limit { limit } = reason {
                    case.findings.push(Finding::test("limit", false, &**limit));
                }
            }
        }
        case.cite(cited(seq, entry, None, playbook));
        self.open(case);
    }

    /// Why a run would have existed, as far as the journal and the file tell.
    fn cause(&self, run: &RunId, play: &Play) -> Cause {
        let mut cause = Cause::default();
        match &play.trigger {
            Trigger::Dates(dates) => {
                let id = run.as_str().split_once('@').map_or("", |(_, id)| id);
                if let Some(date) = dates.iter().find(|date| &*date.id == id) {
                    cause.date = Some(date.id.clone());
                    cause.values = crate::base::value::Value::Map(date.values.clone());
                }
            }
            Trigger::Signal(on) => {
                let signal = self.heard.signal.as_ref();
                cause.signals = match on.batch {
                    Some(_) => self.batch.clone(),
                    None => signal.map(Signal::to_value).into_iter().collect(),
                };
                cause.member = signal.filter(|_| on.per_member).and_then(|signal| signal.member.clone());
            }
            Trigger::Members(_) => {
                cause.member = run
                    .as_str()
                    .strip_prefix(play.name.as_str())
                    .and_then(|rest| rest.split_once('/'))
                    .map(|(_, member)| crate::base::ids::MemberId::new(member));
            }
            Trigger::Schedule(_) | Trigger::Whenever(_) | Trigger::Command => {}
        }
        cause
    }

    fn started(
        &mut self,
        seq: i64,
        entry: &Entry,
        playbook: &Arc<Playbook>,
        run: &RunId,
        (anchor, section): (Timestamp, Section),
        cause: &Cause,
    ) {
        let Some(play) = self.question.play_in(playbook).cloned() else { return };
        if !self.wants(run, anchor, anchor) {
            return;
        }
        let standing = Standing::Begun { at: entry.at, ended: None };
        let mut case = Case::new(run.clone(), anchor, play.clone(), (playbook, &self.state.group), standing);
        case.findings.extend(self.gates(playbook, &play, run, anchor, cause, entry.at));
        if cause.by_hand {
            case.by_hand = Some(phrase!("somebody", "有人"));
            // A person chose the moment: it is late for nothing.
            case.findings.retain(|finding| finding.what != "max_late");
        }
        // An operator is not held by conditions.
        for finding in &mut case.findings {
            if finding.holds == Some(false) {
                finding.text = std::mem::take(&mut finding.text)
                    .then(&phrase!("it was started by hand all the same", "但还是有人手动开始了"));
                finding.holds = None;
            }
        }
        let start = play.start_of(anchor, &playbook.zone, &self.state.group);
        if !cause.by_hand && section == Section::Steps && is_late(entry.at.since(start)) {
            let rule = words::late_rule(&play, &self.state.group, anchor, entry.at, &playbook.zone);
            case.findings.push(Finding::test("max_late", true, rule));
            case.findings.extend(self.lateness(start, entry.at, playbook));
        }
        if let (Trigger::Signal(_), Some((_, finding))) = (&play.trigger, &self.heard.last) {
            case.findings.push(finding.clone());
        }
        self.no_longer_cancelled(run);
        let text = phrase!("{run} began", "{run} 开始");
        case.cite(Cited { seq, at: entry.at, step: None, text });
        self.open(case);
    }

    /// Why something came later than it was due, as far as the journal tells.
    pub(super) fn lateness(&self, due: Timestamp, at: Timestamp, playbook: &Playbook) -> Option<Finding> {
        let zone = &playbook.zone;
        if let Some((seq, adopted)) = self.adopted.filter(|(_, adopted)| due < *adopted) {
            let text = phrase!(
                "the engine first saw the group {}, after that (journal {seq})",
                "引擎 {} 才第一次见到这个群，比它晚（日志 {seq}）",
                when(adopted, zone)
            );
            return Some(Finding::fact("adopted", text));
        }
        if let Some((seq, from, to)) = self.slept.filter(|(_, from, to)| *from <= due && due <= *to) {
            let text = phrase!(
                "the group slept from {} to {}: the engine was down, the machine was suspended, or its clock \
                 jumped (journal {seq})",
                "从 {} 到 {} 群在睡：引擎没在运行、电脑休眠了，或者时钟跳了（日志 {seq}）",
                when(from, zone),
                when(to, zone)
            );
            return Some(Finding::fact("slept", text));
        }
        let previous = self.previous.filter(|previous| *previous < at)?;
        let text = phrase!(
            "nothing was decided between {} and {}: the engine was down, or the machine was suspended or busy",
            "从 {} 到 {} 什么都没有决定：引擎没在运行，或者电脑休眠了、太忙",
            when(previous, zone),
            when(at, zone)
        );
        Some(Finding::fact("slept", text))
    }

    fn note_step(&mut self, seq: i64, entry: &Entry, playbook: &Arc<Playbook>) {
        let Some((run, step)) = about(&self.state, &entry.fact) else { return };
        let Some(index) = self.cases.iter().position(|case| case.run == run) else { return };
        let note = step.as_ref().and_then(|step| self.step_note(entry, playbook, &run, step));
        let cited = cited(seq, entry, step.clone(), playbook);
        let case = &mut self.cases[index];
        case.cite(cited);
        match &entry.fact {
            Fact::RunFinished { outcome, reason, .. } => {
                if let Standing::Begun { ended, .. } = &mut case.standing {
                    *ended = Some((*outcome, entry.at, reason.clone()));
                }
                if *outcome == Outcome::Replaced {
                    let text = phrase!("replace: {reason}", "replace：{reason}"; reason);
                    case.findings.push(Finding::test("overlap", false, text));
                }
            }
            Fact::RunRetried { .. } => {
                if let Standing::Begun { ended, .. } = &mut case.standing {
                    *ended = None;
                }
            }
            _ => {}
        }
        if let (Some(step), Some(note)) = (step, note) {
            // What became of its message says more than that the step has ended.
            let keep = note.fate == Fate::Done
                && case.steps.get(&step).is_some_and(|known| !matches!(known.fate, Fate::Waits | Fate::Done));
            if !keep {
                let earlier = case.steps.remove(&step).map(|known| known.findings).unwrap_or_default();
                case.steps.insert(step, note.because(earlier));
            }
        }
    }
}

/// Whether a run has begun and not ended.
fn is_open(case: &Case) -> bool {
    matches!(case.standing, Standing::Begun { ended: None, .. })
}

/// The run, and where it is about one the step, that an entry is about.
fn about(state: &State, fact: &Fact) -> Option<(RunId, Option<StepId>)> {
    let of_effect = |effect: &EffectId| {
        let (rest, _) = effect.as_str().rsplit_once('/')?;
        let (run, step) = rest.rsplit_once('/')?;
        Some((RunId::from(run), Some(StepId::from(step))))
    };
    match fact {
        Fact::StepWaiting { run, step, .. }
        | Fact::StepDone { run, step, .. }
        | Fact::StepSkipped { run, step, .. }
        | Fact::StepFailed { run, step, .. }
        | Fact::ScriptCalled { run, step, .. } => Some((run.clone(), Some(step.clone()))),
        Fact::RunFinished { run, .. } | Fact::RunRetried { run } | Fact::PruneNoticed { run, .. } => {
            Some((run.clone(), None))
        }
        Fact::Posted(out) | Fact::Released(out) | Fact::Held { outgoing: out, .. } => of_effect(&out.effect),
        Fact::StillHeld { effect, .. }
        | Fact::Expired { effect, .. }
        | Fact::Withdrawn { effect }
        | Fact::DeliveryFailed { effect, .. }
        | Fact::Delivered { effect, .. }
        | Fact::ScriptReturned { effect, .. }
        | Fact::ScriptFailed { effect, .. } => of_effect(effect),
        Fact::TaskOpened(task) => Some((task.run.clone()?, task.step.clone())),
        Fact::TaskClosed { task, .. } | Fact::ItemTicked { task, .. } => {
            let task = &state.tasks.get(task)?.task;
            Some((task.run.clone()?, task.step.clone()))
        }
        _ => None,
    }
}

/// An entry as one line of an answer.
fn cited(seq: i64, entry: &Entry, step: Option<StepId>, playbook: &Playbook) -> Cited {
    let zone = &playbook.zone;
    let at_step = step.as_ref().map(|step| phrase!("step {step}", "步骤 {step}")).unwrap_or_default();
    let text = match (timeline::describe(entry, zone), &entry.fact) {
        (_, Fact::StepWaiting { .. }) => phrase!("{at_step} waits", "{at_step} 等待"; at_step),
        (_, Fact::StepDone { .. }) => phrase!("{at_step} done", "{at_step} 完成"; at_step),
        (_, Fact::ScriptCalled { script, .. }) => {
            phrase!("{at_step} calls {script}", "{at_step} 调用 {script}"; at_step)
        }
        (_, Fact::ScriptReturned { .. }) => {
            phrase!("{at_step}: its script returned", "{at_step}：脚本返回了"; at_step)
        }
        (_, Fact::StillHeld { reason, until, .. }) => {
            let (key, until) = (message::key(*reason), message::until(*until, zone));
            phrase!("{at_step}: still held by {key}{until}", "{at_step}：还被 {key} 压住{until}"; at_step, until)
        }
        (_, Fact::RunFinished { outcome: Outcome::Done, .. }) => phrase!("done", "完成"),
        (_, Fact::StepSkipped { reason, .. }) if !matches!(reason, Skip::Late { .. }) => {
            let why = timeline::skipped(reason);
            phrase!("{at_step} skipped: {why}", "{at_step} 跳过：{why}"; at_step, why)
        }
        (_, Fact::ScriptFailed { .. }) => {
            phrase!("{at_step}: its script failed", "{at_step}：脚本失败"; at_step)
        }
        (None, Fact::RunFinished { .. }) => phrase!("the run failed", "活动失败"),
        (Some(line), _) => {
            let of = |locale| {
                let text = shorten(line.text.of(locale), 100);
                format!("{} {text}", line.word(locale)).trim_end().to_owned()
            };
            Phrase { en: of(Locale::En), zh: of(Locale::Zh) }
        }
        (None, _) => at_step,
    };
    Cited { seq, at: entry.at, step, text }
}

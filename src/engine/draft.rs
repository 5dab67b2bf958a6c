//! A decision in the making: a state, and whoever is told of each entry that changes it.
//!
//! Every entry is applied as it is decided, by the same `apply` that recovery uses, so that what a later step sees
//! is what recovery will see. Whether the state is a working copy is the caller's: `step` passes one.

use super::{
    IllegalEntry,
    addressee::Addressee,
    apply,
    entry::{Entry, Fact, Outgoing, TaskKind},
    facts::{ExprAbout, build_facts},
    input::Signal,
    outgoing::Notice,
    request::Request,
    setting::Setting,
    state::{Run, State},
    task::EndsWith,
    timer::Timer,
};
use crate::{
    base::{
        hint,
        ids::{ChannelName, EffectId, InputId, MemberId, PlayName, RoleName, RunId, StepId},
        person::Person,
        phrase::{Phrase, phrase},
        time::Timestamp,
    },
    model::{
        channel::STAFF,
        group::Group,
        message::Message,
        play::Play,
        playbook::{Playbook, Playbooks},
        step::Assignee,
        trigger::Trigger,
    },
    script::{expr::EvalError, facts::Facts, names::Names},
};
use std::{
    cell::RefCell,
    collections::{BTreeSet, VecDeque},
    sync::Arc,
};

/// The result of a piece of a decision; an illegal entry is a bug and ends the decision.
pub(super) type Decided<T = ()> = Result<T, IllegalEntry>;

/// A decision in the making.
pub(super) struct Draft<'a> {
    /// What the entries so far add up to.
    pub(super) state: &'a mut State,
    /// All versions that open runs may need.
    pub(super) playbooks: &'a Playbooks,
    /// The version in force.
    pub(super) playbook: Arc<Playbook>,
    /// The group as that version describes it.
    pub(super) group: Arc<Group>,
    /// The clock of the input.
    pub(super) now: Timestamp,
    /// Whether a play is about the dates of members.
    dates_members: bool,
    /// Whether the command was refused.
    pub(super) refused: bool,
    /// Members who have another day than before.
    pub(super) redated: BTreeSet<MemberId>,
    /// Runs that can go on.
    pub(super) ready: VecDeque<RunId>,
    /// Signals that have been recorded and not yet answered, and whether a step sent them.
    pub(super) signals: VecDeque<(Signal, bool)>,
    /// Whether what happens now is caused by a step.
    pub(super) inside: bool,
    /// Runs that a step has started, by itself or by a signal: only these can be without end.
    pub(super) chained: BTreeSet<RunId>,
    /// Steps carried out.
    pub(super) steps: usize,
    /// Whether the conditions that plays wait for are looked at: not after every message.
    pub(super) tests_conditions: bool,
    /// Whether anything has been decided.
    pub(super) decided: bool,
    seen: &'a mut dyn FnMut(&State, Entry),
    input: Option<InputId>,
    /// What is under way, told to whoever catches what breaks.
    under: &'a Under,
    /// What broke an earlier try of the same decision.
    broken: &'a [(Piece, Phrase)],
}

/// A piece of a decision that can be given up by itself.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Piece {
    /// A timer that fires.
    Timer(Timestamp, Timer),
    /// A step of a run.
    Step(RunId, StepId),
}

/// The piece that is under way; survives a panic in it.
pub(super) type Under = RefCell<Option<Piece>>;

impl<'a> Draft<'a> {
    pub(super) fn new(
        state: &'a mut State,
        playbooks: &'a Playbooks,
        Setting { playbook, group, now, id: input }: Setting,
        seen: &'a mut dyn FnMut(&State, Entry),
        (under, broken): (&'a Under, &'a [(Piece, Phrase)]),
    ) -> Self {
        let is_of_members = |play: &Arc<Play>| matches!(play.trigger, Trigger::Members(_));
        Self {
            state,
            dates_members: playbook.plays.iter().any(is_of_members),
            refused: false,
            redated: BTreeSet::new(),
            playbooks,
            playbook,
            group,
            now,
            ready: VecDeque::new(),
            signals: VecDeque::new(),
            inside: false,
            chained: BTreeSet::new(),
            steps: 0,
            tests_conditions: true,
            decided: false,
            seen,
            input,
            under,
            broken,
        }
    }

    /// Notes what is under way; gives why it has to be given up, if it broke an earlier try.
    pub(super) fn begin(&self, piece: Piece) -> Option<Phrase> {
        let broke = self.broken.iter().find(|(broken, _)| *broken == piece).map(|(_, reason)| reason.clone());
        *self.under.borrow_mut() = Some(piece);
        broke
    }

    /// What was under way is over.
    pub(super) fn end(&self) {
        *self.under.borrow_mut() = None;
    }

    /// Decides one fact.
    pub(super) fn emit(&mut self, fact: Fact) -> Decided {
        let entry = Entry { at: self.now, input: self.input.take(), fact };
        let told = told_of(&entry.fact).filter(|_| self.dates_members);
        let before = told.and_then(|id| self.state.members.get(id)).cloned();
        apply::apply(self.state, &entry)?;
        if let Some(id) = told {
            self.note_dates(id, before.as_ref());
        }
        self.decided = true;
        (self.seen)(self.state, entry);
        Ok(())
    }

    /// An open run.
    pub(super) fn run(&self, id: &RunId) -> Decided<Arc<Run>> {
        self.state.runs.get(id).cloned().ok_or_else(|| IllegalEntry(format!("no open run {id}")))
    }

    /// The id of the next effect of a run's step.
    pub(super) fn effect_id(&self, run: &RunId, step: &StepId) -> EffectId {
        let ordinal = self.state.runs.get(run).map_or(0, |r| r.ordinal);
        EffectId::from(format!("{run}/{step}/{ordinal}"))
    }

    /// What expressions see. Only what the names need is gathered.
    pub(super) fn facts(&self, names: Names, about: &ExprAbout<'_>) -> Arc<Facts> {
        let (playbook, group, play) = match about.run.and_then(|run| self.play_of(run)) {
            Some((playbook, group, play)) => (playbook, group, Some(play)),
            None => (self.playbook.clone(), self.group.clone(), None),
        };
        build_facts(self.state, &playbook, &group, play.as_deref(), self.now, names, about)
    }

    /// The people behind a role or a person's name now, the role's name, and where they are told.
    pub(super) fn assignee(&self, to: Option<&Assignee>, facts: &Arc<Facts>) -> Result<Addressee, EvalError> {
        let staff = || {
            let staff = ChannelName::new(STAFF);
            self.playbook.channel(&self.group, &staff).is_some().then_some(staff)
        };
        let by_word = |word: &str| {
            if let Some(role) = self.playbook.role(&self.group, &word.into()) {
                let (people, _) = self.holders(role);
                return Some(Addressee {
                    role: Some(role.name.clone()),
                    people,
                    channel: role.channel.clone().or_else(staff),
                });
            }
            let person = self.playbook.people.get(word)?;
            let person = Person::clone(person);
            let channel = self
                .playbook
                .roles
                .values()
                .find(|role| role.channel.is_some() && role.people.iter().any(|p| p.id == person.id))
                .and_then(|role| role.channel.clone());
            Some(Addressee { role: None, people: vec![person], channel: channel.or_else(staff) })
        };
        Ok(match to {
            None => Addressee { role: None, people: Vec::new(), channel: staff() },
            Some(Assignee::Role(role)) => by_word(role.as_str()).unwrap_or_default(),
            Some(Assignee::Person(person)) => by_word(person.as_str()).unwrap_or_default(),
            Some(Assignee::Text(text)) => {
                let word = text.render(facts)?;
                by_word(&word).ok_or_else(|| {
                    EvalError(phrase!(
                        "`{word}` is neither a role nor one of `people`; write one of their names",
                        "`{word}` 既不是角色，也不是 `people` 里的人；请写其中一个名字"
                    ))
                })?
            }
        })
    }

    /// Asks the host for something: whoever has the first role. Where nobody has one, `alerts` is told.
    pub(super) fn ask_host(&mut self, text: String, play: Option<PlayName>) -> Decided {
        self.ask_host_in(text, play, None, false)
    }

    /// The same about a run, and at night too where it is urgent.
    pub(super) fn ask_host_in(
        &mut self,
        text: String,
        play: Option<PlayName>,
        run: Option<RunId>,
        urgent: bool,
    ) -> Decided {
        let role = self.playbook.host_role(&self.group).cloned();
        self.ask_role(role, text, (play, run), urgent, None, None)
    }

    /// What people are told, with commands that work as they stand where the playbook has several groups.
    pub(super) fn hinted(&self, text: String) -> String {
        if self.playbook.groups.len() > 1 { hint::of_group(&text, self.group.id.as_str()) } else { text }
    }

    /// Asks whoever has a role, by when it is due.
    pub(super) fn ask_role(
        &mut self,
        role: Option<RoleName>,
        text: String,
        (play, run): (Option<PlayName>, Option<RunId>),
        urgent: bool,
        due: Option<Timestamp>,
        ends: Option<EndsWith>,
    ) -> Decided {
        let Some(role) = role else {
            return self.alert(self.next_task_id().as_str(), text);
        };
        let to = self.assignee(Some(&Assignee::Role(role)), &self.facts(Names::NONE, &ExprAbout::default()));
        let text = self.hinted(text);
        let request =
            Request { due, urgent, ends, ..Request::new(TaskKind::Task, text, to.unwrap_or_default()) };
        self.open_alone(request, play, run).map(drop)
    }

    /// Sends a message that no budget holds, once whoever is to read it is awake.
    pub(super) fn notify_from(
        &mut self,
        from: Timestamp,
        effect: EffectId,
        channel: ChannelName,
        message: Message,
        play: Option<PlayName>,
    ) -> Decided {
        if from <= self.now {
            return self.notify(effect, channel, message, play);
        }
        let notice = Notice { effect, channel, message, play, at: from };
        self.emit(Fact::NoticeWaits(Box::new(notice)))
    }

    /// The hours of whoever is to read a notice have begun.
    pub(super) fn notice_due(&mut self, effect: &EffectId) -> Decided {
        let Some(notice) = self.state.notices.get(effect).cloned() else { return Ok(()) };
        let Notice { effect, channel, message, play, .. } = notice;
        self.notify(effect, channel, message, play)
    }

    /// Sends a message that no budget holds.
    pub(super) fn notify(
        &mut self,
        effect: EffectId,
        channel: ChannelName,
        message: Message,
        play: Option<PlayName>,
    ) -> Decided {
        self.send_notice(Outgoing { play, ..Outgoing::new(effect, channel, message, self.now) })
    }

    /// The same, where more is to be said of the message.
    pub(super) fn send_notice(&mut self, out: Outgoing) -> Decided {
        let out = self.with_delivery_task(out)?;
        self.emit(Fact::Notified(Box::new(out)))
    }
}

/// The member whose field a fact tells, where it tells one.
fn told_of(fact: &Fact) -> Option<&MemberId> {
    match fact {
        Fact::MemberSet(listed) => Some(&listed.member.id),
        Fact::SignalReceived(signal) => signal.member.as_ref(),
        _ => None,
    }
}

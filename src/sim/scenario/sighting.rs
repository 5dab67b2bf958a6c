//! A sighting: an entry of the journal as a scenario can expect it.
//!
//! One for each entry that a person would notice; the bookkeeping of the engine gives none.

use crate::{
    base::{
        ids::{ChannelName, EffectId, MemberId, PlayName, RunId, StepId},
        time::{Timestamp, Zone},
    },
    engine::entry::{Entry, Fact, Outgoing, Poison, TaskKind},
    model::message::Label,
    sim::timeline,
};

/// Something that was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sighting {
    /// When it was seen.
    pub at: Timestamp,
    /// What sort.
    pub sort: Sort,
    /// The play behind it.
    pub play: Option<PlayName>,
    /// The step behind it.
    pub step: Option<StepId>,
    /// The channel of a message.
    pub channel: Option<ChannelName>,
    /// The label of a message.
    pub label: Option<Label>,
    /// The member it is about.
    pub member: Option<MemberId>,
    /// The text of a message or task, the name of a phase or signal, or the reason.
    pub text: String,
}

macro_rules! sorts {
    ($($(#[$doc:meta])* $variant:ident $word:literal)*) => {
        /// The sorts of sightings.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Sort { $($(#[$doc])* $variant),* }

        impl Sort {
            /// Every sort with the key by which a scenario names it.
            pub const ALL: &[(&str, Self)] = &[$(($word, Self::$variant)),*];

            /// The key by which a scenario names it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }
    };
}

sorts! {
    /// A message went out.
    Post "post"
    /// A person was asked to do something.
    Task "task"
    /// The group was asked something.
    Ask "ask"
    /// A person was asked for a yes.
    Approve "approve"
    /// A person was asked to remove members.
    Removal "removal"
    /// A budget held a message back.
    Held "held"
    /// A message was not sent because its time was over.
    Expired "expired"
    /// A step did not happen.
    Missed "missed"
    /// An occurrence did not start.
    Skipped "skipped"
    /// A step or a run failed.
    Failed "failed"
    /// A run began.
    Started "started"
    /// A run ended; the text says how: `done`, `stopped`, …
    Ended "ended"
    /// A phase was entered.
    Phase "phase"
    /// A signal was reported, or sent by a step.
    Signal "signal"
    /// A member is no longer in the group.
    Gone "gone"
    /// A date has a new instant.
    Moved "moved"
    /// A date was cancelled.
    Cancelled "cancelled"
    /// The engine refused a command, with the reason.
    Refused "refused"
}

impl Sighting {
    /// What there is to see in an entry.
    pub fn of(entry: &Entry, zone: &Zone) -> Option<Self> {
        let seen = |sort, text: &str| Self::plain(entry.at, sort, text);
        Some(match &entry.fact {
            Fact::Posted(out) | Fact::Released(out) => {
                Self::message(entry.at, Sort::Post, out, &out.message.text)
            }
            Fact::Held { outgoing, reason, .. } => {
                Self::message(entry.at, Sort::Held, outgoing, timeline::hold(*reason))
            }
            Fact::Expired { effect, .. } | Fact::Withdrawn { effect } => {
                let (play, step) = origin(effect);
                Self { play, step, ..seen(Sort::Expired, effect.as_str()) }
            }
            Fact::DeliveryFailed { effect, reason, .. } => {
                let (play, step) = origin(effect);
                Self { play, step, ..seen(Sort::Failed, &reason.en) }
            }
            Fact::TaskOpened(task) => {
                let sort = match task.kind {
                    TaskKind::Task => Sort::Task,
                    TaskKind::Question => Sort::Ask,
                    TaskKind::Approval => Sort::Approve,
                    TaskKind::Removal => Sort::Removal,
                    // The message itself was seen as a post.
                    TaskKind::Delivery => return None,
                };
                let play = task.run.as_ref().map(play_of);
                Self { play, step: task.step.clone(), ..seen(sort, &task.text) }
            }
            Fact::StepSkipped { run, step, reason, .. } => {
                let step = Some(step.clone());
                Self { play: Some(play_of(run)), step, ..seen(Sort::Missed, &timeline::skip(reason)) }
            }
            Fact::Skipped { play, reason, .. } => {
                Self { play: Some(play.clone()), ..seen(Sort::Skipped, &timeline::skip(reason)) }
            }
            Fact::OccurrenceDropped { play, .. } => {
                Self { play: Some(play.clone()), ..seen(Sort::Skipped, "an operator said so") }
            }
            Fact::StepFailed { run, step, error, .. } => {
                let step = Some(step.clone());
                Self { play: Some(play_of(run)), step, ..seen(Sort::Failed, &error.en) }
            }
            Fact::RunStarted { run, play, .. } => {
                Self { play: Some(play.clone()), ..seen(Sort::Started, run.as_str()) }
            }
            Fact::RunFinished { run, outcome, reason } => {
                let word = timeline::outcome(*outcome);
                let text = if reason.is_empty() { word.to_owned() } else { format!("{word}: {}", reason.en) };
                Self { play: Some(play_of(run)), ..seen(Sort::Ended, &text) }
            }
            Fact::PhaseEntered { phase, .. } => seen(Sort::Phase, phase.as_str()),
            Fact::SignalReceived(signal) => {
                Self { member: signal.member.clone(), ..seen(Sort::Signal, &signal.name) }
            }
            Fact::MemberGone { member, .. } => {
                Self { member: Some(member.clone()), ..seen(Sort::Gone, member.as_str()) }
            }
            Fact::DateMoved { play, date, to, .. } => {
                let text = format!("{date} to {}", zone.civil(*to).strftime("%Y-%m-%d %H:%M"));
                Self { play: Some(play.clone()), ..seen(Sort::Moved, &text) }
            }
            Fact::DateCancelled { play, date, .. } => {
                Self { play: Some(play.clone()), ..seen(Sort::Cancelled, date) }
            }
            Fact::Refused { reason } => seen(Sort::Refused, &reason.en),
            Fact::Poisoned(Poison { reason, .. }) => seen(Sort::Failed, &reason.en),
            _ => return None,
        })
    }

    fn plain(at: Timestamp, sort: Sort, text: &str) -> Self {
        Self {
            at,
            sort,
            play: None,
            step: None,
            channel: None,
            label: None,
            member: None,
            text: text.to_owned(),
        }
    }

    fn message(at: Timestamp, sort: Sort, out: &Outgoing, text: &str) -> Self {
        let (play, step) = origin(&out.effect);
        Self {
            play: out.play.clone().or(play),
            step,
            channel: Some(out.channel.clone()),
            label: out.label,
            ..Self::plain(at, sort, text)
        }
    }

    /// Whether a person follows a group's life by it: the beginnings and ends of runs are seen by their steps, and
    /// what the engine signals by itself was seen before.
    pub fn is_noticed(&self) -> bool {
        match self.sort {
            Sort::Started | Sort::Ended => false,
            Sort::Signal => !matches!(self.text.as_str(), "group.created" | "phase.entered" | "task.done"),
            _ => true,
        }
    }

    /// The first line of its text.
    pub fn line(&self) -> &str {
        self.text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default()
    }

    /// What it is about, in a few words: `welcome`, `grow`.
    pub fn about(&self) -> String {
        let place = self.channel.as_ref().filter(|channel| channel.as_str() != "group");
        let place = place.map(|channel| format!(" to {channel}")).unwrap_or_default();
        let label = self.label.map(|label| format!(" ({label})")).unwrap_or_default();
        format!("{}{place}{label}", self.play.as_ref().map_or("", |play| play.as_str()))
    }
}

fn play_of(run: &RunId) -> PlayName {
    PlayName::new(run.as_str().split('@').next().unwrap_or_default())
}

/// The play and the step of an effect: its id is run + step + ordinal.
fn origin(effect: &EffectId) -> (Option<PlayName>, Option<StepId>) {
    let mut parts = effect.as_str().rsplitn(3, '/');
    let (Some(_), Some(step), Some(run)) = (parts.next(), parts.next(), parts.next()) else {
        return (None, None);
    };
    let play = run.contains('@').then(|| PlayName::new(run.split('@').next().unwrap_or_default()));
    (play, Some(StepId::from(step.to_owned())))
}

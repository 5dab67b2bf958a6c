//! A step: one action inside a play. A closed list of verbs.
//!
//! Says what to do; never does it.

use super::{
    channel::GROUP,
    message::Label,
    number::Filled,
    text::{Template, Text},
};
use crate::{
    base::{
        ids::{ChannelName, PersonId, PhaseName, PlayName, RoleName, StepId},
        offset::Offset,
        person::Person,
        time::{ClockTime, Duration, Timestamp},
    },
    script::expr::Expr,
};
use std::sync::Arc;

/// The name by which the steps of a loop know which round it is, from 1; an `as` of that name wins.
pub const LOOP_NUMBER: &str = "number";

/// Steps in order.
pub type Block = Vec<Arc<Step>>;

/// One action inside a play.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Its `id`, else its position: `3`, `4.then.1`.
    pub id: StepId,
    /// When it is due, from the run's anchor; without it when the step before has ended.
    pub at: Option<Offset>,
    /// Skipped unless this is true.
    pub when: Option<Expr>,
    /// Missed when it is later than this; default the play's.
    pub max_late: Option<Duration>,
    /// Fails when it has not ended after this.
    pub timeout: Option<Duration>,
    /// What it does.
    pub verb: Verb,
}

impl Step {
    /// Whether it posts to a channel; a script may post to the group.
    pub fn speaks_to(&self, channel: &ChannelName) -> bool {
        match &self.verb {
            Verb::Post(post) => post.to == *channel,
            Verb::Ask(ask) => ask.to == *channel,
            Verb::Run(_) => channel.as_str() == GROUP,
            _ => false,
        }
    }
}

/// What a step does.
#[derive(Debug, Clone, PartialEq)]
pub enum Verb {
    /// Sends a message.
    Post(Box<Post>),
    /// Calls a script.
    Run(Box<RunScript>),
    /// Asks a person; does not wait.
    Task(Box<TaskStep>),
    /// A gate that waits for a person.
    Approve(Box<Approve>),
    /// Asks the group; waits and collects.
    Ask(Box<Ask>),
    /// Waits.
    Wait(Box<Wait>),
    /// Branches.
    If(Box<If>),
    /// Loops.
    Each(Box<Each>),
    /// Lets silent members go.
    Prune(Box<Prune>),
    /// Marks members: a tag, points of some kind, or that they come in.
    Mark(Box<Mark>),
    /// Writes group variables.
    Set(Vec<(Arc<str>, Expr)>),
    /// Sends a signal.
    Signal {
        /// The name of the signal.
        name: Text,
        /// The data of the signal.
        with: Template,
    },
    /// Starts a play.
    Start {
        /// The play to start.
        play: PlayName,
        /// The `args` of the run that starts.
        with: Template,
    },
    /// Changes phase.
    Enter(PhaseName),
    /// Ends the run, with a reason that may be empty.
    Stop(Text),
}

impl Verb {
    /// The verb's key.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Post(_) => "post",
            Self::Run(_) => "run",
            Self::Task(_) => "task",
            Self::Approve(_) => "approve",
            Self::Ask(_) => "ask",
            Self::Wait(_) => "wait",
            Self::If(_) => "if",
            Self::Each(_) => "each",
            Self::Prune(_) => "prune",
            Self::Mark(mark) => mark.what.as_str(),
            Self::Set(_) => "set",
            Self::Signal { .. } => "signal",
            Self::Start { .. } => "start",
            Self::Enter(_) => "enter",
            Self::Stop(_) => "stop",
        }
    }

    /// The text that people read, where there is one.
    pub fn shown(&self) -> Option<&Text> {
        match self {
            Self::Post(post) => Some(&post.text),
            Self::Task(task) => Some(&task.text),
            Self::Approve(approve) => Some(&approve.text),
            Self::Ask(ask) => Some(&ask.text),
            Self::Prune(prune) => prune.notice.as_ref(),
            _ => None,
        }
    }

    /// The name under which later steps see this one's value.
    pub fn binding(&self) -> Option<&Arc<str>> {
        match self {
            Self::Run(run) => run.binding.as_ref(),
            Self::Task(task) => task.binding.as_ref(),
            Self::Ask(ask) => ask.binding.as_ref(),
            Self::Wait(wait) => wait.binding.as_ref(),
            Self::Post(_)
            | Self::Approve(_)
            | Self::If(_)
            | Self::Each(_)
            | Self::Prune(_)
            | Self::Mark(_)
            | Self::Set(_)
            | Self::Signal { .. }
            | Self::Start { .. }
            | Self::Enter(_)
            | Self::Stop(_) => None,
        }
    }
}

/// `post`
#[derive(Debug, Clone, PartialEq)]
pub struct Post {
    /// CommonMark.
    pub text: Text,
    /// The channel; default `group`.
    pub to: ChannelName,
    /// The step's label, else the play's.
    pub label: Option<Label>,
    /// Where that is a name of the playbook's own: the name.
    pub own_label: Option<Arc<str>>,
    /// Who is notified.
    pub mention: Vec<MentionTarget>,
    /// An image's address.
    pub image: Option<Text>,
    /// Links as buttons: text and address.
    pub buttons: Vec<(Text, Text)>,
    /// The step whose message this answers.
    pub reply_to: Option<StepId>,
    /// Not sent later than this after its due instant, held or not.
    pub expires: Option<Duration>,
    /// Passes quiet hours and the gap.
    pub urgent: bool,
    /// It stays at the top of the channel.
    pub pin: bool,
    /// What happens when nobody pasted it in its window: the next step with an `at` goes on, or the run ends.
    pub otherwise: Silence,
}

/// Whom a post notifies.
#[derive(Debug, Clone, PartialEq)]
pub enum MentionTarget {
    /// Everybody.
    All,
    /// Whoever has the role.
    Role(RoleName),
    /// One of `people`.
    Person(Arc<Person>),
    /// A member's id or name, known when the step runs.
    Text(Text),
}

/// Whom a task, an approval or a removal goes to.
#[derive(Debug, Clone, PartialEq)]
pub enum Assignee {
    /// Whoever has the role.
    Role(RoleName),
    /// One of `people`.
    Person(PersonId),
    /// A role or a person, known when the step runs.
    Text(Text),
}

/// `run`
#[derive(Debug, Clone, PartialEq)]
pub struct RunScript {
    /// The script's path in the playbook's folder.
    pub script: Arc<str>,
    /// The function; default `main`.
    pub call: Arc<str>,
    /// The argument of the script.
    pub with: Template,
    /// The name under which later steps see what it returned.
    pub binding: Option<Arc<str>>,
    /// How often and how soon it is tried again when it fails.
    pub retry: Option<Retry>,
}

/// `retry: 3`, or `retry: { times: 3, wait: 1m }`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// Further tries after the first.
    pub times: u32,
    /// Before each of them.
    pub wait: Duration,
}

/// `task`
#[derive(Debug, Clone, PartialEq)]
pub struct TaskStep {
    /// What is asked.
    pub text: Text,
    /// Of whom.
    pub to: Option<Assignee>,
    /// By when.
    pub due: Option<By>,
    /// So long before it is due, a reminder each.
    pub remind: Vec<Duration>,
    /// Who is told when it is overdue.
    pub escalate: Option<Assignee>,
    /// A checklist.
    pub list: Vec<Text>,
    /// `list: checkin`: those who said in this run that they come are ticked off at the door.
    pub checkin: bool,
    /// `numbers`: what is shown below the text.
    pub numbers: Vec<Filled>,
    /// Told at once, at night too.
    pub urgent: bool,
    /// The name that `wait` uses.
    pub binding: Option<Arc<str>>,
}

/// By when something is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// So long after it was to be asked.
    After(Duration),
    /// So far from the run's anchor.
    At(Offset),
    /// Then.
    Moment(Timestamp),
}

impl By {
    /// The instant, for a step that was due then; an offset is the run's to apply.
    pub fn of(self, due: Timestamp, apply: impl FnOnce(Offset) -> Timestamp) -> Timestamp {
        match self {
            Self::After(length) => due.plus(length),
            Self::At(offset) => apply(offset),
            Self::Moment(at) => at,
        }
    }
}

/// `approve`
#[derive(Debug, Clone, PartialEq)]
pub struct Approve {
    /// What is asked.
    pub text: Text,
    /// Of whom.
    pub to: Option<Assignee>,
    /// What is approved, where it is more than the question.
    pub show: Option<Show>,
    /// How long there is; without it the gate waits until somebody decides.
    pub open_for: Option<Duration>,
    /// Told at once, at night too.
    pub urgent: bool,
    /// A link in a message is not enough to decide.
    pub strict: bool,
    /// Where a yes leads. Steps are what is gated; without any the rest of the run is.
    pub yes: Way,
    /// Where a no leads; never on.
    pub no: Way,
    /// Where silence leads.
    pub silence: Way,
    /// `approval`, unless another step of the play has that name.
    pub binding: Option<Arc<str>>,
}

impl Approve {
    /// Whether the gate holds back steps of its own only, so that the run goes on behind them whatever is decided.
    pub const fn gates_a_part(&self) -> bool {
        matches!(self.yes, Way::Steps(_))
    }

    /// Whether its ways have no steps but those that a yes leads to.
    pub(super) const fn is_plain(&self) -> bool {
        !matches!(self.no, Way::Steps(_)) && !matches!(self.silence, Way::Steps(_))
    }

    /// The steps on its ways: of a yes, a no and silence.
    pub fn blocks(&self) -> impl Iterator<Item = &Block> {
        [&self.yes, &self.no, &self.silence].into_iter().filter_map(|way| match way {
            Way::Steps(block) => Some(block),
            Way::Proceed | Way::Stop => None,
        })
    }
}

/// Where a decision leads.
#[derive(Debug, Clone, PartialEq)]
pub enum Way {
    /// On.
    Proceed,
    /// What is gated does not happen.
    Stop,
    /// To these steps.
    Steps(Block),
}

/// What somebody who approves is shown.
#[derive(Debug, Clone, PartialEq)]
pub enum Show {
    /// A text of its own is shown.
    Text(Text),
    /// The text of another step of the play.
    Step(StepId),
}

/// What silence means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Silence {
    /// No.
    #[default]
    Stop,
    /// Go on.
    Proceed,
}

/// `ask`
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// The question.
    pub text: Text,
    /// The options, for a poll or a quiz.
    pub options: Vec<Text>,
    /// The fields, for a sign-up.
    pub fields: Vec<Arc<str>>,
    /// The right option, for a quiz.
    pub answer: Option<Text>,
    /// Points for a right answer, or for any where there is no right one.
    pub points: Option<i64>,
    /// How many options may be chosen at once.
    pub choices: u32,
    /// How many places there are; who comes later waits.
    pub seats: Option<u32>,
    /// Whether only the member is asked whom the run is about.
    pub of_member: bool,
    /// How long it is open.
    pub open_for: Duration,
    /// Whether names are hidden.
    pub anonymous: bool,
    /// The channel; default `group`.
    pub to: ChannelName,
    /// The step's label, else the play's.
    pub label: Option<Label>,
    /// Where that is a name of the playbook's own: the name.
    pub own_label: Option<Arc<str>>,
    /// The name under which later steps see `{ winner, total, counts, answers, … }`.
    pub binding: Option<Arc<str>>,
}

/// `wait`
#[derive(Debug, Clone, PartialEq)]
pub struct Wait {
    /// What the step waits for.
    pub target: WaitFor,
    /// Only a signal for which this is true.
    pub filter: Option<Expr>,
    /// How long at most.
    pub timeout: Option<Duration>,
    /// What happens when it was in vain: these steps, then `silence`.
    pub otherwise: Block,
    /// What happens after `otherwise`; for a wait the default is to proceed.
    pub silence: Silence,
    /// The name under which later steps see the signal that came; `()` when none came.
    pub binding: Option<Arc<str>>,
}

/// What a wait waits for.
#[derive(Debug, Clone, PartialEq)]
pub enum WaitFor {
    /// So long.
    For(Duration),
    /// To the next such clock time.
    Until(ClockTime),
    /// For a signal.
    Signal(Arc<str>),
    /// For the task or question of this `as` name.
    Binding(Arc<str>),
}

/// `if`
#[derive(Debug, Clone, PartialEq)]
pub struct If {
    /// The condition.
    pub cond: Expr,
    /// When it is true.
    pub then: Block,
    /// When it is not.
    pub otherwise: Block,
}

/// `each`
#[derive(Debug, Clone, PartialEq)]
pub struct Each {
    /// A list.
    pub items: Expr,
    /// The name of the item.
    pub binding: Arc<str>,
    /// At most so many items.
    pub max: Option<u32>,
    /// For each item.
    pub steps: Block,
}

/// `prune`
#[derive(Debug, Clone, PartialEq)]
pub struct Prune {
    /// Who is to go; `member` is in scope.
    pub predicate: Expr,
    /// Who never goes.
    pub protect: Option<Expr>,
    /// At most so many.
    pub max: Option<u32>,
    /// Who first.
    pub order: PruneOrder,
    /// What the group is told first; members are named.
    pub notice: Option<Text>,
    /// How long they have, from the delivery of the notice.
    pub grace: Duration,
    /// So long before the grace ends, the group is told once more.
    pub remind: Vec<Duration>,
    /// Who decides, and removes where the platform cannot.
    pub to: Option<Assignee>,
}

/// `tag`, `untag`, `award`, `admit`
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Which of them.
    pub what: Marking,
    /// The tag; for `award` how many points, and behind them of which kind; for `admit` yes or no.
    pub text: Text,
    /// Whom; the member whom the run is about where it does not say.
    pub of: Option<Text>,
}

/// What is done to a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marking {
    /// A tag is given.
    Tag,
    /// A tag is taken away.
    Untag,
    /// Points are given, or taken.
    Award,
    /// Who has asked to come in is let in, or is not.
    Admit,
}

impl Marking {
    /// The verb's key.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Tag => "tag",
            Self::Untag => "untag",
            Self::Award => "award",
            Self::Admit => "admit",
        }
    }
}

/// Who goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PruneOrder {
    /// `idle`: longest idle first.
    #[default]
    Idle,
    /// `oldest`: first to have joined.
    Oldest,
    /// `newest`: last to have joined.
    Newest,
    /// `points`: fewest points first.
    Points,
}

//! What each entry adds to the numbers.
//!
//! Reads an entry and the members it names; never anything else of the group, so that an entry counts the same on
//! recovery.

use super::{
    attending,
    close::{self, is_of_people},
    cohort::is_soon,
    day::add,
    kept::{Campaign, Numbers, OpenQuestion, keep, operated},
    question,
    said::{self, Quoted, Said},
    station::{is_a_bot, is_owner, is_staff},
    unheard::UNHEARD,
};
use crate::{
    base::{
        civil_day::CivilDay,
        habits::Habits,
        ids::{MemberId, TaskId},
        limits,
        member::Members,
        time::{Duration, Timestamp},
        value::Value,
    },
    engine::{
        entry::{Entry, Fact, Outgoing, TaskKind},
        input::Signal,
        state::{OpenTask, State},
    },
    model::{channel::GROUP, message::Label},
};
use std::sync::Arc;

/// What was so before an entry was applied.
#[derive(Debug, Default)]
pub(in crate::engine) struct Before {
    /// Whether the member of the signal was no member.
    new: bool,
    /// A task of somebody who looks after the group ends.
    task: Option<Ending>,
    /// A question to the group ends that so many have answered.
    asked: Option<u32>,
}

/// A task that ends.
#[derive(Debug)]
struct Ending {
    due: Option<Timestamp>,
    /// Whose duty it was.
    whose: Vec<String>,
    /// Who ended it.
    who: Option<String>,
}

/// Within so long after an advertisement something is a response to it.
const RESPONDS: Duration = Duration::DAY;

/// The signals that tell that something was bought.
pub(super) const SALES: [&str; 2] = ["order.paid", "paid"];

/// Looks at what the entry takes away.
pub(super) fn before(state: &mut State, entry: &Entry) -> Before {
    if state.numbers.is_new() || matches!(entry.fact, Fact::DayClosed { .. }) {
        return Before::default();
    }
    match &entry.fact {
        Fact::SignalReceived(signal) => {
            let Some(member) = &signal.member else { return Before::default() };
            if &*signal.name == "member.left" {
                let removed = signal.data.get("how").and_then(Value::as_str) == Some("removed");
                leaves(state, entry.at, member, if removed { Leaving::Removed } else { Leaving::Left });
            }
            Before { new: !state.members.has_joined(member), ..Before::default() }
        }
        Fact::MemberGone { member, forgotten } => {
            leaves(state, entry.at, member, if *forgotten { Leaving::Forgotten } else { Leaving::Left });
            Before::default()
        }
        Fact::TaskClosed { task, by, .. } => {
            if let Some(open) = state.tasks.get(task).filter(|open| open.task.checkin).cloned() {
                attending::door_closed(state, entry.at, &open);
            }
            let of_group =
                |open: &&Arc<OpenTask>| open.task.kind == TaskKind::Question && open.task.of.is_none();
            let asked = state.tasks.get(task).filter(of_group).map(|open| {
                let entered = open.totals.iter().fold(0, |sum: u32, n| sum.saturating_add(*n));
                entered.max(u32::try_from(open.answers.len()).unwrap_or(u32::MAX))
            });
            Before { new: false, task: ending(state, task, by.as_deref()), asked }
        }
        Fact::RunFinished { run, .. } => {
            attending::run_ended(state, run);
            Before::default()
        }
        _ => Before::default(),
    }
}

fn ending(state: &State, task: &TaskId, by: Option<&str>) -> Option<Ending> {
    let open = state.tasks.get(task).filter(|open| is_of_people(open.task.kind))?;
    let who = by.map(|by| open.task.person(by).to_owned());
    Some(Ending { due: open.task.due, whose: open.task.whose(by), who })
}

/// Counts what was recorded.
pub(super) fn after(state: &mut State, entry: &Entry, before: Before) {
    match &entry.fact {
        Fact::SignalReceived(signal) => hear(state, entry.at, signal, before.new),
        Fact::Posted(out) | Fact::Released(out) => posted(state, entry.at, out),
        Fact::Answered(given) => act(state, entry.at, &given.member, entry.at, 0),
        Fact::TaskClosed { answer, .. } => {
            if let Some(responses) = before.asked.filter(|_| &**answer == "counted") {
                let members = u32::try_from(state.members.len()).unwrap_or(u32::MAX);
                let asked = Campaign { at: entry.at, members, responses };
                keep(&mut today(state, entry.at).asks, asked, limits::CAMPAIGNS_KEPT_MAX);
            }
            let Some(ending) = before.task else { return };
            ended(today(state, entry.at), entry.at, &ending, answer);
        }
        Fact::Skipped { count, .. } => add(&mut today(state, entry.at).open.skipped, *count),
        _ => {}
    }
}

/// The numbers, on the day of an instant.
fn today(state: &mut State, at: Timestamp) -> &mut Numbers {
    let numbers = Arc::make_mut(&mut state.numbers);
    if at >= numbers.until && numbers.open.is_empty() {
        close::pass(numbers, &mut state.members, at);
    }
    numbers
}

fn hear(state: &mut State, at: Timestamp, signal: &Signal, new: bool) {
    let name = &*signal.name;
    if SALES.contains(&name) {
        let numbers = today(state, at);
        add(&mut numbers.open.bought, 1);
        let day = numbers.day_of(signal.happened());
        if let Some(member) = &signal.member {
            attending::bought(numbers, day, member);
        }
    }
    let Some(member) = &signal.member else {
        if name == "rules.changed" {
            today(state, at).rules_changed = Some(at);
        }
        if name == crate::engine::idle::OPERATORS_IDLE {
            today(state, at).idle_told = Some(at);
        }
        if name == "member.joined" {
            // Some platforms say only how many came.
            let told = signal.data.get("count").and_then(Value::as_int).unwrap_or(1);
            let most = crate::base::limits::MEMBERS_MAX as u64;
            add(&mut today(state, at).open.joined, u64::try_from(told).unwrap_or(0).min(most));
        }
        return;
    };
    let happened = signal.happened();
    match name {
        "member.joined" if new => joined(state, at, member, happened),
        "message" if signal.data.get(UNHEARD).is_some() => {}
        "message" => talks(state, at, member, happened, (1, &Said::of(&signal.data))),
        "reaction" => {
            let (to, added) = said::reaction(&signal.data);
            reacts(state, at, member, happened, (to.as_ref(), added));
        }
        "answer" | "came" => act(state, at, member, happened, 0),
        "click" => {
            act(state, at, member, happened, 0);
            responded(today(state, at), happened);
        }
        "strike" => add(&mut today(state, at).open.strikes, 1),
        "screened" => {
            let kind = signal.data.get("kind").and_then(Value::as_str).unwrap_or("other").to_owned();
            let first = state.members.habits(member).is_some_and(|habits| {
                habits.first.is_some_and(|first| happened.since(first) < Duration::MINUTE)
            });
            let numbers = today(state, at);
            numbers.open.screen(&kind);
            add(&mut numbers.open.new_screened, u64::from(first));
        }
        _ => {}
    }
}

/// Somebody says so many things at an instant; one that replies or asks is said alone.
pub(in crate::engine) fn talks(
    state: &mut State,
    at: Timestamp,
    member: &MemberId,
    happened: Timestamp,
    (messages, said): (u64, &Said<'_>),
) {
    says(state, at, member, happened, messages);
    if let Some(channel) = said.channel.filter(|_| !is_bot(&state.members, member)) {
        today(state, at).open.said_in(channel, messages);
    }
    if let Some(reply) = &said.reply {
        replies(state, member, reply);
    }
    if is_bot(&state.members, member) {
        return;
    }
    let numbers = today(state, at);
    if let Some(on_topic) = said.on_topic {
        add(&mut numbers.open.judged, 1);
        add(&mut numbers.open.on_topic, u64::from(on_topic));
    }
    question::answer(numbers, member, happened, said.reply.as_ref());
    if said.asks {
        let id = said.id.map(str::to_owned);
        let asked = OpenQuestion { by: member.clone(), at: happened, id, due: None, whose: Vec::new() };
        question::ask(numbers, asked);
    }
    if said.reply.as_ref().is_some_and(|reply| is_to_us(&state.members, reply)) {
        responded(today(state, at), happened);
    }
}

/// Somebody puts something to a message of somebody, if it is told whose, or takes it away.
pub(in crate::engine) fn reacts(
    state: &mut State,
    at: Timestamp,
    member: &MemberId,
    happened: Timestamp,
    (to, added): (Option<&MemberId>, bool),
) {
    act(state, at, member, happened, 0);
    let ours = to.is_none_or(|to| is_bot(&state.members, to));
    let numbers = today(state, at);
    if added {
        add(&mut numbers.open.reactions, 1);
        if ours {
            responded(numbers, happened);
        }
    }
}

/// Somebody joined of whom nothing was known.
fn joined(state: &mut State, at: Timestamp, id: &MemberId, happened: Timestamp) {
    let Some(member) = state.members.get(id).cloned() else { return };
    if is_a_bot(&member) {
        return;
    }
    let numbers = today(state, at);
    let day = numbers.day_of(happened);
    add(&mut numbers.open.joined, 1);
    numbers.cohorts.join(day, &member.source);
    with_habits(state, id, at, |habits, _| habits.came = Some(day));
}

/// How somebody is there no more.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Leaving {
    /// By themselves, or let go by a play.
    Left,
    /// The platform said that somebody removed them.
    Removed,
    /// Nothing is kept of them any more: they are not counted, and have not left for that.
    Forgotten,
}

/// Somebody leaves.
fn leaves(state: &mut State, at: Timestamp, id: &MemberId, how: Leaving) {
    let known = state.members.get(id).filter(|member| !is_a_bot(member) && member.asked.is_none());
    let Some(member) = known.cloned() else { return };
    let habits = state.members.habits(id).cloned();
    let numbers = today(state, at);
    let quits = how != Leaving::Forgotten;
    if quits {
        add(&mut numbers.open.left, 1);
        add(&mut numbers.open.removed, u64::from(how == Leaving::Removed));
        let after = numbers.campaigns.back().is_some_and(|last| at.since(last.at) <= RESPONDS);
        add(&mut numbers.open.left_after_promo, u64::from(after));
    }
    if let Some(habits) = habits {
        numbers.speakers.lose(back(habits.spoke(numbers.today)));
        numbers.actors.lose(back(habits.acted(numbers.today)));
        if let Some(day) = habits.came.filter(|_| quits && is_soon(member.joined, at)) {
            add(&mut numbers.open.left_early, 1);
            numbers.cohorts.leave_early(day, &member.source);
        }
    }
}

/// Somebody says so many things.
fn says(state: &mut State, at: Timestamp, id: &MemberId, happened: Timestamp, messages: u64) {
    if is_bot(&state.members, id) {
        return add(&mut today(state, at).open.bot, messages);
    }
    let member = state.members.get(id).cloned();
    let (owner, staff) = member.as_deref().map_or((false, false), |who| (is_owner(who), is_staff(who)));
    let numbers = today(state, at);
    add(&mut numbers.open.human, messages);
    add(&mut numbers.open.owner, if owner { messages } else { 0 });
    numbers.spoke = numbers.spoke.max(Some(happened));
    if staff {
        operated(numbers, id.as_str(), happened);
    }
    late(numbers, happened);
    let first = state.members.habits(id).is_none_or(|habits| habits.first.is_none());
    act(state, at, id, happened, messages);
    let Some(member) = member.filter(|_| first) else { return };
    let came = state.members.habits(id).and_then(|habits| habits.came);
    let numbers = today(state, at);
    add(&mut numbers.open.new_speakers, 1);
    if let Some(day) = came.filter(|_| is_soon(member.joined, happened)) {
        numbers.cohorts.activate(day, &member.source);
    }
}

/// What is heard of a closed day counts today, and that day is known to be incomplete.
fn late(numbers: &mut Numbers, happened: Timestamp) {
    if happened >= numbers.from {
        return;
    }
    let day = numbers.day_of(happened);
    if let Some(closed) = numbers.closed.iter_mut().rev().find(|closed| closed.day == day) {
        Arc::make_mut(closed).incomplete = true;
    }
}

/// Somebody does something, and says so many things in it.
fn act(state: &mut State, at: Timestamp, id: &MemberId, happened: Timestamp, messages: u64) {
    if is_bot(&state.members, id) {
        return;
    }
    let day = today(state, at).day_of(happened);
    let seen = with_habits(state, id, at, |habits, today| {
        let seen = |habits: &Habits| (back(habits.spoke(today)), back(habits.acted(today)));
        let before = seen(habits);
        habits.mark(day, messages);
        if messages > 0 {
            habits.first = Some(habits.first.map_or(happened, |first| first.min(happened)));
        }
        (before, seen(habits))
    });
    if let Some((before, now)) = seen {
        let numbers = Arc::make_mut(&mut state.numbers);
        numbers.speakers.see(before.0, now.0);
        numbers.actors.see(before.1, now.1);
    }
}

/// Changes what is known of what somebody did. Whoever is counted for the first time gets the next number.
fn with_habits<T>(
    state: &mut State,
    id: &MemberId,
    at: Timestamp,
    change: impl FnOnce(&mut Habits, CivilDay) -> T,
) -> Option<T> {
    let numbers = today(state, at);
    let (no, day) = (numbers.next_no, numbers.today);
    let mut taken = false;
    let changed = state.members.count(
        id,
        || {
            taken = true;
            Habits::new(no, day)
        },
        |habits| change(habits, day),
    );
    if taken {
        Arc::make_mut(&mut state.numbers).next_no = no.saturating_add(1);
    }
    changed
}

/// A reply: both know each other now.
fn replies(state: &mut State, by: &MemberId, reply: &Quoted<'_>) {
    if let Some(to) = reply.member.map(MemberId::new) {
        meet(state, by, &to);
    }
}

/// One member replies to another.
fn meet(state: &mut State, by: &MemberId, to: &MemberId) {
    let (by, to) = (&state.members.own_id(by).clone(), &state.members.own_id(to).clone());
    let known = |id: &MemberId| state.members.get(id).filter(|member| !is_a_bot(member)).cloned();
    let (Some(a), Some(b)) = (known(by).filter(|_| by != to), known(to)) else { return };
    let at = state.clock;
    let number = |state: &mut State, id: &MemberId| with_habits(state, id, at, |habits, _| habits.no);
    let (Some(mine), Some(theirs)) = (number(state, by), number(state, to)) else { return };
    let new = with_habits(state, by, at, |habits, _| {
        habits.gave = habits.gave.saturating_add(1);
        habits.meet(theirs)
    });
    let _ = with_habits(state, to, at, |habits, _| {
        habits.got = habits.got.saturating_add(1);
        habits.meet(mine)
    });
    let open = &mut Arc::make_mut(&mut state.numbers).open;
    add(&mut open.replies, 1);
    add(&mut open.replies_owner, u64::from(is_owner(&a) || is_owner(&b)));
    add(&mut open.pairs, u64::from(new == Some(true)));
}

/// How many days ago the last of some days was.
fn back(days: u64) -> Option<u32> {
    (days != 0).then(|| days.trailing_zeros())
}

fn posted(state: &mut State, at: Timestamp, out: &Outgoing) {
    if out.channel.as_str() != GROUP {
        return;
    }
    let members = u32::try_from(state.members.len()).unwrap_or(u32::MAX);
    let numbers = today(state, at);
    let label = out.label.unwrap_or(Label::Content);
    numbers.open.post(label);
    if label == Label::Promo {
        let campaign = Campaign { at, members, responses: 0 };
        keep(&mut numbers.campaigns, campaign, limits::CAMPAIGNS_KEPT_MAX);
    }
}

/// Something came back that may be about the last advertisement.
fn responded(numbers: &mut Numbers, at: Timestamp) {
    if let Some(last) = numbers.campaigns.back_mut().filter(|last| at.since(last.at) <= RESPONDS) {
        add(&mut last.responses, 1);
    }
}

/// A task has ended.
fn ended(numbers: &mut Numbers, at: Timestamp, ending: &Ending, answer: &str) {
    let (due, whose, from) = (ending.due, ending.whose.as_slice(), numbers.overdue_from());
    match answer {
        "done" | "approved" | "rejected" => {
            if let Some(who) = &ending.who {
                operated(numbers, who, at);
            }
            match due {
                Some(due) if due < from => {}
                Some(due) if due < at => numbers.open.duty(whose, |duties| &mut duties.late),
                _ => numbers.open.duty(whose, |duties| &mut duties.done),
            }
        }
        // What was due so long ago was counted at the end of the day after.
        "silent" | "expired" if due.is_none_or(|due| due >= from) => {
            numbers.open.duty(whose, |duties| &mut duties.missed);
        }
        _ => {}
    }
}

/// Whether a reply is to something of ours, as far as can be told.
fn is_to_us(members: &Members, reply: &Quoted<'_>) -> bool {
    reply.member.is_some_and(|member| is_bot(members, &MemberId::new(member)))
}

fn is_bot(members: &Members, id: &MemberId) -> bool {
    members.get(id).is_some_and(|member| is_a_bot(member))
}

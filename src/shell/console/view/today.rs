//! Today: what waits for the reader, what the day brings, what is held, and what needs a look.
//!
//! Equal things of several groups are one row. What the reader may not see is not in it.

use super::{evening::Evening, health::Strip};
use crate::{
    base::{
        ids::{GroupId, MemberId, PersonId, PlayName, RunId, TaskId},
        limits,
        phrase::Phrase,
        time::{Duration, Timestamp, Zone},
    },
    engine::{
        entry::{Entry, Fact, HoldReason, Outcome, Skip, TaskKind},
        state::{OpenTask, State},
        view::{self, Upcoming},
    },
    model::playbook::Playbook,
    shell::{
        console::{
            door::{self, Asker},
            history::run_of,
            link::Links,
        },
        delivery::markup,
        runtime::publish::{GroupNow, Snapshot},
        store::LogLine,
    },
    sim::timeline,
};
use std::collections::BTreeMap;

/// Today.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Today {
    /// The instant it was made.
    pub(crate) now: Timestamp,
    /// The zone in which its day is told.
    pub(crate) zone: Option<Zone>,
    /// How many groups the reader sees.
    pub(crate) groups: usize,
    /// Runs about a moment of today that are under way.
    pub(crate) evenings: Vec<Evening>,
    /// What waits for the reader, by deadline.
    pub(crate) waits: Vec<Card>,
    /// What waits for others.
    pub(crate) others: Vec<Card>,
    /// What happened today and what comes, in order of time.
    pub(crate) day: Vec<Row>,
    /// What had its time and did not happen, newest first.
    pub(crate) missed: Vec<Missed>,
    /// What budgets hold back.
    pub(crate) held: Vec<Held>,
    /// What needs a look.
    pub(crate) look: Vec<Look>,
    /// How well groups are, the worst first.
    pub(crate) health: Strip,
}

/// A group in which something is, and the thing's id there.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Place {
    /// The group.
    pub(crate) group: GroupId,
    /// As people call it.
    pub(crate) title: String,
    /// The task, run or message.
    pub(crate) subject: String,
}

/// Something that a person is asked, in one group or alike in several.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Card {
    /// The groups that the task is open in.
    pub(crate) places: Vec<Place>,
    /// What kind of task it is.
    pub(crate) kind: TaskKind,
    /// What is asked; of a delivery, the text that is to be pasted.
    pub(crate) text: String,
    /// What is approved.
    pub(crate) show: Option<String>,
    /// What is to be ticked off, and whether it is.
    pub(crate) list: Vec<(String, bool)>,
    /// Of a removal, or the approval of one: who.
    pub(crate) members: Vec<(MemberId, String)>,
    /// Who is asked.
    pub(crate) people: Vec<String>,
    /// When it should be done, or is over.
    pub(crate) due: Option<Timestamp>,
    /// Whether the reader may answer it.
    pub(crate) answers: bool,
    /// Whether the reader commands its groups.
    pub(crate) commands: bool,
    /// The zone of its groups.
    pub(crate) zone: Zone,
}

impl Card {
    /// One task of one group, as it stands there.
    pub(crate) fn of(title: &str, group: &GroupNow, open: &OpenTask, zone: Zone) -> Self {
        let task = &open.task;
        let member = |id: &MemberId| {
            let known = group.state.members.get(id);
            (id.clone(), known.map_or_else(|| id.to_string(), |member| member.name.clone()))
        };
        let place =
            Place { group: group.state.group.clone(), title: title.to_owned(), subject: task.id.to_string() };
        Self {
            places: vec![place],
            kind: task.kind,
            text: if task.kind == TaskKind::Delivery {
                markup::to_paste(&task.to_paste())
            } else {
                task.text.clone()
            },
            show: task.show.clone(),
            list: task
                .list
                .iter()
                .zip(0..)
                .map(|(item, n)| (item.clone(), open.ticks.contains_key(&n)))
                .collect(),
            members: task.members.iter().map(member).collect(),
            people: task.people.iter().map(|person| person.name.clone()).collect(),
            due: task.due,
            answers: false,
            commands: false,
            zone,
        }
    }
}

/// How a row of the day stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Standing {
    /// It has ended.
    Ended(Outcome),
    /// It is under way.
    Open,
    /// The row is still to come.
    Ahead,
    /// It comes, and would not start as things are.
    Unless(Skip),
}

/// A run, or one that comes, in one group or in several at the same time.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    /// When the row is due.
    pub(crate) at: Timestamp,
    /// The play.
    pub(crate) play: PlayName,
    /// As people call it.
    pub(crate) title: String,
    /// How it stands.
    pub(crate) standing: Standing,
    /// Where; its run there.
    pub(crate) places: Vec<Place>,
    /// Whether the reader commands all of these groups.
    pub(crate) commands: bool,
    /// Why it ended, where that says something.
    pub(crate) reason: String,
    /// The zone of its groups.
    pub(crate) zone: Zone,
}

/// Something that had its time and did not happen, in one group or alike in several.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Missed {
    /// When that was decided.
    pub(crate) at: Timestamp,
    /// What it is about.
    pub(crate) about: String,
    /// What happened instead, in words.
    pub(crate) text: Phrase,
    /// The groups in which it was missed.
    pub(crate) places: Vec<Place>,
    /// The run, in the first group.
    pub(crate) run: Option<RunId>,
    /// The zone of its groups.
    pub(crate) zone: Zone,
}

/// A message that a budget holds back.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Held {
    /// Where; the message there.
    pub(crate) place: Place,
    /// The play.
    pub(crate) play: Option<PlayName>,
    /// How it begins.
    pub(crate) text: String,
    /// By what.
    pub(crate) reason: HoldReason,
    /// When it was to go.
    pub(crate) due: Timestamp,
    /// When it is looked at again at the latest.
    pub(crate) until: Option<Timestamp>,
    /// The zone of its group.
    pub(crate) zone: Zone,
}

/// What needs a look.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Look {
    /// A channel that fails.
    Channel {
        /// Where; the channel there.
        place: Place,
        /// Since when the channel has been failing.
        since: Timestamp,
        /// What the platform said.
        reason: String,
        /// The zone of its group.
        zone: Zone,
    },
    /// A run that failed.
    Failed {
        /// Where; the run there.
        place: Place,
        /// The play.
        play: PlayName,
        /// When the run failed.
        at: Timestamp,
        /// Why the run failed.
        reason: String,
        /// Whether the reader may have it go on.
        commands: bool,
        /// The zone of its group.
        zone: Zone,
    },
    /// A group that is paused.
    Paused {
        /// The group that is paused.
        place: Place,
    },
}

/// Whether a task waits for somebody: it asks them, or nobody by name and they command its group.
pub(crate) fn waits_for(asker: &Asker, group: &GroupNow, open: &OpenTask, now: Timestamp) -> bool {
    if open.task.kind == TaskKind::Question {
        return false;
    }
    let nobody = open.task.people.is_empty() && open.task.role.is_none();
    match &asker.person {
        None => true,
        Some(_) if nobody => asker.commands(group, now),
        Some(_) => asker.is_asked(group, open, now),
    }
}

/// One group while the day is gathered.
struct One<'a> {
    id: &'a GroupId,
    group: &'a GroupNow,
    playbook: &'a Playbook,
    zone: &'a Zone,
    commands: bool,
}

impl One<'_> {
    fn place(&self, subject: impl ToString) -> Place {
        Place {
            group: self.id.clone(),
            title: door::title(self.group, self.id),
            subject: subject.to_string(),
        }
    }

    fn state(&self) -> &State {
        &self.group.state
    }

    fn title(&self, play: &PlayName) -> String {
        let known = self.playbook.play(play);
        known.map_or_else(|| play.to_string(), |play| play.title.to_string())
    }
}

/// Gathers it.
pub(crate) fn today(
    snapshot: &Snapshot,
    (asker, now): (&Asker, Timestamp),
    links: &Links,
    story: &[LogLine],
) -> Today {
    let mut today = Today { now, ..Today::default() };
    let mut cards = Cards::new();
    let mut rows: BTreeMap<RowKey, Row> = BTreeMap::new();
    for (id, group) in &snapshot.groups {
        let Some(book) = &group.book else { continue };
        let playbook = book.playbook.in_group(id);
        let one = One { id, group, playbook, zone: &playbook.zone, commands: asker.commands(group, now) };
        tasks(&one, asker, now, links, &mut cards);
        if !asker.sees(group, now) {
            continue;
        }
        today.groups += 1;
        today.zone.get_or_insert_with(|| playbook.zone.clone());
        runs(&one, now, &mut rows);
        held(&one, &mut today.held);
        look(&one, now, &mut today.look);
    }
    let (mine, others): (Vec<_>, Vec<_>) = cards.into_iter().partition(|((_, others, _), _)| !others);
    today.waits = mine.into_iter().map(|(_, card)| card).collect();
    today.others = others.into_iter().map(|(_, card)| card).take(limits::PAGE_ROWS_MAX).collect();
    today.day = rows.into_values().take(limits::PAGE_ROWS_MAX).map(|row| judged(row, snapshot)).collect();
    today.missed = self::missed(snapshot, asker, now, story);
    today.held.sort_by_key(|held| held.due);
    today.held.truncate(limits::PAGE_ROWS_MAX);
    today.look.truncate(limits::PAGE_ROWS_MAX);
    today
}

/// Cards by what their tasks have in common, whether they are others', and their text.
type Cards<'a> = BTreeMap<(Likeness<'a>, bool, String), Card>;

/// What makes two tasks one card: the same words for the same people until the same minute, with the same done of it.
/// Whom a decision removes is looked at group by group.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Likeness<'a> {
    due: Timestamp,
    kind: &'static str,
    text: &'a str,
    show: Option<&'a str>,
    people: Vec<&'a PersonId>,
    list: Vec<(&'a str, bool)>,
    alone: Option<(&'a GroupId, &'a TaskId)>,
}

/// What a task has in common with those that are shown as one.
pub(crate) fn likeness<'a>(group: &'a GroupNow, open: &'a OpenTask) -> Likeness<'a> {
    let task = &open.task;
    let list = task.list.iter().zip(0..).map(|(item, n)| (item.as_str(), open.ticks.contains_key(&n)));
    Likeness {
        due: task.due.map_or(Timestamp::MAX, minute),
        kind: task.kind.as_str(),
        text: &task.text,
        show: task.show.as_deref(),
        people: task.people.iter().map(|person| &person.id).collect(),
        list: list.collect(),
        alone: (!task.members.is_empty()).then_some((&group.state.group, &task.id)),
    }
}

fn tasks<'a>(one: &One<'a>, asker: &Asker, now: Timestamp, links: &Links, cards: &mut Cards<'a>) {
    for open in one.group.state.tasks.values() {
        let task = &open.task;
        let mine = waits_for(asker, one.group, open, now);
        if task.kind == TaskKind::Question || !(mine || asker.sees(one.group, now)) {
            continue;
        }
        let mut new = Card::of(&door::title(one.group, one.id), one.group, open, one.zone.clone());
        if let Some(book) = one.group.book.as_ref().filter(|_| task.kind == TaskKind::Delivery)
            && let Some((locale, address)) = links.pasted(book, one.state(), open)
        {
            new.text = format!("{}\n\n{}{address}", new.text, locale.pick("Answer here: ", "在这里回答："));
        }
        // What is to be pasted has the address of its own group below it.
        let key = (likeness(one.group, open), !mine, new.text.clone());
        let answers = asker.answers(one.group, &task.id, now).is_some();
        let place = one.place(&task.id);
        let card = cards.entry(key).or_insert_with(|| Card {
            places: Vec::new(),
            answers,
            commands: one.commands,
            ..new
        });
        card.answers &= answers;
        card.commands &= one.commands;
        card.places.push(place);
    }
}

/// The minute of an instant: what is within one is at the same time.
pub(super) fn minute(at: Timestamp) -> Timestamp {
    Timestamp::from_millis(at.as_millis().div_euclid(60_000).saturating_mul(60_000))
}

/// What makes two runs one row.
type RowKey = (Timestamp, PlayName, u8, String);

fn runs(one: &One<'_>, now: Timestamp, rows: &mut BTreeMap<RowKey, Row>) {
    let (begin, end) = one.zone.day_bounds(now);
    let mut add = |at: Timestamp, play: &PlayName, run: &RunId, standing: Standing, reason: &str| {
        let kind = match &standing {
            Standing::Ended(outcome) => 1 + *outcome as u8,
            Standing::Open => 0,
            Standing::Ahead | Standing::Unless(_) => u8::MAX,
        };
        let row = rows.entry((minute(at), play.clone(), kind, reason.to_owned())).or_insert_with(|| Row {
            at,
            play: play.clone(),
            title: one.title(play),
            standing,
            places: Vec::new(),
            commands: true,
            reason: reason.to_owned(),
            zone: one.zone.clone(),
        });
        row.commands &= one.commands;
        row.places.push(one.place(run));
    };
    for run in one.state().finished.iter().filter(|run| run.finished.is_some_and(|at| at >= begin)) {
        let reason = if run.outcome == Some(Outcome::Done) { "" } else { &run.reason };
        add(run.started, &run.play, &run.id, Standing::Ended(run.outcome.unwrap_or(Outcome::Done)), reason);
    }
    for run in one.state().runs.values() {
        let standing = run.outcome.map_or(Standing::Open, Standing::Ended);
        add(run.started, &run.play, &run.id, standing, &run.reason);
    }
    for Upcoming { at, play, run, step, .. } in view::before(one.state(), one.playbook, end) {
        if step.is_none() {
            add(at, &play, &run, Standing::Ahead, "");
        }
    }
}

/// Looks what stands in the way of a row that comes: of several groups, in the first.
fn judged(row: Row, snapshot: &Snapshot) -> Row {
    let unless = || {
        let place = row.places.first().filter(|_| row.standing == Standing::Ahead)?;
        let group = snapshot.groups.get(&place.group)?;
        let playbook = group.book.as_ref()?.playbook.in_group(&place.group);
        view::unless(&group.state, playbook, &row.play, &RunId::new(&place.subject), row.at)
    };
    match unless() {
        Some(skip) => Row { standing: Standing::Unless(skip), ..row },
        None => row,
    }
}

/// What did not happen, of entries that say so, newest first.
fn missed(snapshot: &Snapshot, asker: &Asker, now: Timestamp, story: &[LogLine]) -> Vec<Missed> {
    let mut rows: Vec<Missed> = Vec::new();
    for line in story {
        let Some(group) = snapshot.groups.get(&line.group).filter(|group| asker.sees(group, now)) else {
            continue;
        };
        let Some(book) = &group.book else { continue };
        let zone = &book.playbook.in_group(&line.group).zone;
        let Some(words) = timeline::describe(&line.entry, zone) else { continue };
        let (title, at) = (door::title(group, &line.group), line.entry.at);
        let place = Place { group: line.group.clone(), title, subject: line.seq.to_string() };
        let same = rows
            .iter_mut()
            .find(|row| minute(row.at) == minute(at) && row.about == words.about && row.text == words.text);
        if let Some(row) = same {
            row.places.push(place);
        } else if rows.len() < limits::MISSED_SHOWN {
            let (about, text) = (words.about, words.text);
            let run = missed_run(&line.entry);
            rows.push(Missed { at, about, text, places: vec![place], run, zone: zone.clone() });
        }
    }
    rows
}

/// The run that did not happen, or of which a part did not.
fn missed_run(entry: &Entry) -> Option<RunId> {
    match &entry.fact {
        Fact::Skipped { run, .. } => Some(run.clone()),
        _ => run_of(entry),
    }
}

fn held(one: &One<'_>, all: &mut Vec<Held>) {
    for held in one.state().held.iter() {
        let out = &held.outgoing;
        all.push(Held {
            place: one.place(&out.effect),
            play: out.play.clone(),
            text: super::group::beginning(&out.message.text),
            reason: held.reason,
            due: out.due,
            until: held.until,
            zone: one.zone.clone(),
        });
    }
}

fn look(one: &One<'_>, now: Timestamp, all: &mut Vec<Look>) {
    let zone = || one.zone.clone();
    for (channel, failing) in &one.state().failing {
        let (place, reason) = (one.place(channel), failing.reason.clone());
        all.push(Look::Channel { place, since: failing.since, reason, zone: zone() });
    }
    let since = now.plus(-Duration::from_millis(limits::FAILED_SHOWN_MS));
    let runs = one.state().runs.values().chain(one.state().finished.iter());
    for run in runs.filter(|run| run.outcome == Some(Outcome::Failed)) {
        let at = run.finished.unwrap_or(run.started);
        if at >= since {
            let (place, play, reason) = (one.place(&run.id), run.play.clone(), run.reason.clone());
            all.push(Look::Failed { place, play, at, reason, commands: one.commands, zone: zone() });
        }
    }
    if one.state().paused {
        all.push(Look::Paused { place: one.place("") });
    }
}

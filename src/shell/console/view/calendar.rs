//! The calendar of one group: what happened and what will, a lane a play, a column a day.
//!
//! What was comes from entries of the journal, what will be from the plan, with dates where they have been moved to.

use super::group::{beginning, title};
use crate::{
    base::{
        ids::{GroupId, PlayName, RunId, StepId},
        phrase::Phrase,
        time::{Duration, Timestamp, Zone},
    },
    engine::{
        entry::{Fact, HoldReason, Outgoing, Skip},
        state::State,
    },
    model::{
        budget::Window as Per,
        channel::GROUP,
        group::Group,
        play::Play,
        playbook::Playbook,
        trigger::{DateEntry, Trigger},
    },
    shell::{
        console::{
            board::{Board, Here},
            door::Asker,
        },
        store::LogLine,
    },
    sim::plan::{self, Planned, Window},
};
use jiff::{ToSpan as _, civil::Date};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// How days are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Seven days beginning on a Monday.
    #[default]
    Week,
    /// All weeks of a month.
    Month,
    /// Seven days as a list.
    Agenda,
}

impl Shape {
    /// Every shape, with its word in an address.
    pub(crate) const ALL: [(&'static str, Self); 3] =
        [("week", Self::Week), ("month", Self::Month), ("agenda", Self::Agenda)];

    /// The shape of a word.
    pub(crate) fn parse(word: &str) -> Self {
        Self::ALL.iter().find(|(name, _)| *name == word).map_or(Self::Week, |(_, shape)| *shape)
    }

    /// The word of the shape in an address.
    pub(crate) fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, shape)| *shape == self).map_or("week", |(name, _)| name)
    }

    /// The days around one.
    pub(crate) fn days(self, day: Date) -> Vec<Date> {
        let monday = |day: Date| day.saturating_sub(i64::from(day.weekday().to_monday_zero_offset()).days());
        let (first, last) = match self {
            Self::Week => (monday(day), monday(day).saturating_add(6.days())),
            Self::Agenda => (day, day.saturating_add(6.days())),
            Self::Month => {
                (monday(day.first_of_month()), monday(day.last_of_month()).saturating_add(6.days()))
            }
        };
        first.series(1.day()).take_while(|day| *day <= last).collect()
    }

    /// The day from which the ones before or after are shown.
    pub(crate) fn turned(self, day: Date, forward: bool) -> Date {
        let span = match self {
            Self::Week | Self::Agenda => 7.days(),
            Self::Month => 1.month(),
        };
        let day = if self == Self::Month { day.first_of_month() } else { day };
        if forward { day.saturating_add(span) } else { day.saturating_sub(span) }
    }
}

/// How a mark stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Kind {
    /// It happened on time.
    Done,
    /// It waits to be pasted by somebody.
    ToPaste,
    /// It happened later than it was due.
    Late(Duration),
    /// It did not happen.
    Missed(Skip),
    /// The run failed.
    Failed(Phrase),
    /// A budget holds it.
    Held(HoldReason, Option<Timestamp>),
    /// A budget held it until it was not sent any more.
    NotSent,
    /// The run is still to come.
    Ahead,
    /// It comes, if a condition holds then.
    If(String),
}

/// A mark on a day.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Mark {
    /// When the mark is.
    pub(crate) at: Timestamp,
    /// How it stands.
    pub(crate) kind: Kind,
    /// The run.
    pub(crate) run: RunId,
    /// The step, where it is one.
    pub(crate) step: Option<StepId>,
    /// What it does.
    pub(crate) verb: &'static str,
    /// How it begins.
    pub(crate) text: String,
    /// Whether the run has not begun: it can be skipped as a whole.
    pub(crate) skips: bool,
}

/// A play.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Lane {
    /// The play of the lane.
    pub(crate) play: PlayName,
    /// As people call it.
    pub(crate) title: String,
    /// What is on each day.
    pub(crate) days: Vec<Vec<Mark>>,
}

/// The page.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Calendar {
    /// The instant it was made.
    pub(crate) now: Timestamp,
    /// The group.
    pub(crate) group: GroupId,
    /// The group as people call it.
    pub(crate) place: String,
    /// Other groups to choose from.
    pub(crate) groups: Vec<(GroupId, String)>,
    /// How days are shown.
    pub(crate) shape: Shape,
    /// The day that was asked for.
    pub(crate) day: Date,
    /// The days.
    pub(crate) days: Vec<Date>,
    /// The plays that have anything on them.
    pub(crate) lanes: Vec<Lane>,
    /// Posts to the group, by day, and whether there are more than were counted.
    pub(crate) posts: Vec<(u32, bool)>,
    /// How many a day the budget allows.
    pub(crate) posts_max: Option<u32>,
    /// Whether what was could not be read to its beginning.
    pub(crate) cut: bool,
    /// Whether the reader commands the group.
    pub(crate) commands: bool,
    /// Every play that has anything on these days.
    pub(crate) plays: Vec<(PlayName, String)>,
    /// The one that is shown alone.
    pub(crate) play: Option<PlayName>,
    /// Where a calendar program reads what is ahead.
    pub(crate) feed: Option<String>,
    /// The file that runs the group.
    pub(crate) file: String,
    /// The zone of the group.
    pub(crate) zone: Zone,
}

impl Calendar {
    /// Shows one play alone, where there is one of that name.
    pub(crate) fn only(&mut self, play: &str) {
        if self.lanes.iter().any(|lane| lane.play.as_str() == play) {
            self.lanes.retain(|lane| lane.play.as_str() == play);
            self.play = Some(PlayName::new(play));
        }
    }
}

/// The instants of some days.
pub(crate) fn window(days: &[Date], zone: &Zone) -> Window {
    let bound = |day: Date| zone.instant(day.to_datetime(jiff::civil::Time::midnight()));
    let from = days.first().copied().map(bound).unwrap_or_default();
    let to = days.last().map(|day| bound(day.saturating_add(1.day()))).unwrap_or_default();
    Window { from, to }
}

/// The calendar of a group that the reader sees. `lines` are entries of the group inside the days.
pub(crate) fn calendar(
    board: &Board,
    asker: &Asker,
    (group, shape, day): (&GroupId, Shape, Date),
    (lines, cut): (&[LogLine], bool),
    now: Timestamp,
) -> Option<Calendar> {
    let here = board.group_of(group).filter(|here| asker.sees(here.now, now))?;
    let (zone, days) = (here.zone(), shape.days(day));
    let whole = window(&days, &zone);
    let mut marks: Vec<(PlayName, Mark)> = past(lines, here.state()).into_iter().collect();
    if let Some(playbook) = here.playbook() {
        let from = whole.from.max(now);
        if from < whole.to {
            marks.extend(ahead(here, playbook, &days, Window { from, to: whole.to }));
        }
    }
    let mut lanes: BTreeMap<PlayName, Lane> = BTreeMap::new();
    let mut posts = vec![(0_u32, false); days.len()];
    for (play, mark) in marks {
        let Some(place) = days.iter().position(|day| *day == zone.date(mark.at)) else { continue };
        if mark.verb == "post" && !matches!(mark.kind, Kind::Missed(_) | Kind::Failed(_) | Kind::NotSent) {
            posts[place].0 += 1;
        }
        let lane = lanes.entry(play.clone()).or_insert_with(|| Lane {
            title: title(here, &play),
            play,
            days: vec![Vec::new(); days.len()],
        });
        lane.days[place].push(mark);
    }
    let mut lanes: Vec<Lane> = lanes.into_values().collect();
    for lane in &mut lanes {
        lane.days.iter_mut().for_each(|marks| marks.sort_by_key(|mark| mark.at));
        for (marks, posts) in lane.days.iter().zip(&mut posts) {
            posts.1 |= is_cut(marks);
        }
    }
    let place = |lane: &Lane| {
        here.playbook().and_then(|playbook| playbook.plays.iter().position(|play| play.name == lane.play))
    };
    lanes.sort_by_key(|lane| place(lane).unwrap_or(usize::MAX));
    let plays = lanes.iter().map(|lane| (lane.play.clone(), lane.title.clone())).collect();
    let quota = here.playbook().and_then(|playbook| playbook.budgets.posts);
    let posts_max = quota.filter(|quota| quota.per == Per::Day).map(|quota| quota.max);
    let seen = board.now.groups.iter().filter(|(_, group)| asker.sees(group, now)).take(GROUPS_OFFERED);
    let groups = seen.filter_map(|(id, _)| Some((id.clone(), board.group_of(id)?.title().to_owned())));
    Some(Calendar {
        now,
        group: group.clone(),
        place: here.title().to_owned(),
        groups: groups.collect(),
        shape,
        day,
        days,
        lanes,
        posts,
        posts_max,
        plays,
        play: None,
        feed: None,
        cut,
        commands: asker.commands(here.now, now),
        file: here.now.book.as_ref().map(|book| book.file.display().to_string()).unwrap_or_default(),
        zone,
    })
}

/// Groups that a list offers.
const GROUPS_OFFERED: usize = 50;

/// Whether a play has more on a day than was counted.
pub(crate) fn is_cut(marks: &[Mark]) -> bool {
    marks.iter().filter(|mark| mark.kind == Kind::Ahead || matches!(mark.kind, Kind::If(_))).count()
        == DAY_MARKS + 1
}

/// What was: each message, task and miss once, as it stands after all entries.
fn past(lines: &[LogLine], state: &State) -> Vec<(PlayName, Mark)> {
    let mut marks: BTreeMap<String, (PlayName, Mark)> = BTreeMap::new();
    for line in lines {
        let at = line.entry.at;
        match &line.entry.fact {
            Fact::Posted(out) | Fact::Released(out) => {
                let late = at.since(out.due);
                let kind = if waits_for_hands(out, state) {
                    Kind::ToPaste
                } else if late > Duration::from_millis(ON_TIME_MS) {
                    Kind::Late(late)
                } else {
                    Kind::Done
                };
                message(&mut marks, out, at, kind);
            }
            Fact::Held { outgoing, reason, until, .. } => {
                message(&mut marks, outgoing, outgoing.due, Kind::Held(*reason, *until));
            }
            Fact::Expired { effect, .. } | Fact::Withdrawn { effect } => {
                if let Some((_, mark)) = marks.get_mut(effect.as_str()) {
                    mark.kind = Kind::NotSent;
                }
            }
            Fact::DeliveryFailed { effect, in_doubt: false, reason, .. } => {
                if let Some((_, mark)) = marks.get_mut(effect.as_str()) {
                    mark.kind = Kind::Failed(reason.clone());
                }
            }
            Fact::Delivered { effect, .. } => {
                if let Some((_, mark)) = marks.get_mut(effect.as_str()) {
                    mark.kind = Kind::Done;
                }
            }
            Fact::TaskOpened(task) => {
                let Some(run) = &task.run else { continue };
                let mark = Mark {
                    at,
                    kind: Kind::Done,
                    run: run.clone(),
                    step: task.step.clone(),
                    verb: "task",
                    text: beginning(&task.text),
                    skips: false,
                };
                marks.insert(task.id.to_string(), (play_of(run), mark));
            }
            Fact::Skipped { play, run, from, reason, .. } => {
                let kind = Kind::Missed(reason.clone());
                let mark = Mark {
                    at: *from,
                    kind,
                    run: run.clone(),
                    step: None,
                    verb: "",
                    text: String::new(),
                    skips: false,
                };
                marks.insert(format!("{run}/"), (play.clone(), mark));
            }
            Fact::StepSkipped { reason: Skip::When { .. }, .. } => {}
            Fact::StepSkipped { run, step, due, reason, .. } => {
                let (kind, step) = (Kind::Missed(reason.clone()), Some(step.clone()));
                let key = format!("{run}/{step:?}");
                let mark = Mark {
                    at: *due,
                    kind,
                    run: run.clone(),
                    step,
                    verb: "",
                    text: String::new(),
                    skips: false,
                };
                marks.insert(key, (play_of(run), mark));
            }
            Fact::StepFailed { run, step, error, .. } => {
                let (kind, step) = (Kind::Failed(error.clone()), Some(step.clone()));
                let key = format!("{run}/{step:?}");
                let mark =
                    Mark { at, kind, run: run.clone(), step, verb: "", text: String::new(), skips: false };
                marks.insert(key, (play_of(run), mark));
            }
            _ => {}
        }
    }
    marks.into_values().collect()
}

/// What is no later than this came on time, in milliseconds: gaps between messages and short batches are no delay.
pub(super) const ON_TIME_MS: i64 = 60_000;

/// Whether nobody has said yet that a message is pasted which a person was asked to paste.
pub(super) fn waits_for_hands(out: &Outgoing, state: &State) -> bool {
    out.manual.as_ref().is_some_and(|task| state.tasks.contains_key(task))
}

fn message(marks: &mut BTreeMap<String, (PlayName, Mark)>, out: &Outgoing, at: Timestamp, kind: Kind) {
    let effect = out.effect.as_str();
    let mut parts = effect.rsplitn(3, '/');
    let (_, step, run) = (parts.next(), parts.next(), parts.next());
    let (Some(step), Some(run)) = (step, run) else { return };
    let run = RunId::new(run);
    let play = out.play.clone().unwrap_or_else(|| play_of(&run));
    let mark = Mark {
        at,
        kind,
        run,
        step: Some(StepId::new(step)),
        verb: "post",
        text: beginning(&out.message.text),
        skips: false,
    };
    marks.insert(effect.to_owned(), (play, mark));
}

fn play_of(run: &RunId) -> PlayName {
    PlayName::new(run.as_str().split('@').next().unwrap_or_default())
}

/// What will be, from the plan.
fn ahead(here: Here<'_>, playbook: &Playbook, days: &[Date], window: Window) -> Vec<(PlayName, Mark)> {
    let (state, zone) = (here.state(), here.zone());
    let moved = as_moved(playbook, state);
    let Some(group) = moved.groups.get(here.id).cloned() else { return Vec::new() };
    let steps = planned(&moved, &group, (days, &zone), window);
    steps
        .into_iter()
        .map(|step| {
            let known = state.plays.get(&step.play);
            let skipped = known.is_some_and(|known| known.skip.contains(&step.run));
            let kind =
                if skipped { Kind::Missed(Skip::Operator) } else { condition(&moved, state, &step.play) };
            let begun = state.runs.contains_key(&step.run);
            let verb = if step.channel.as_ref().is_none_or(|channel| channel.as_str() == GROUP) {
                step.verb
            } else {
                "note"
            };
            let mark = Mark {
                at: step.at,
                kind,
                run: step.run,
                step: Some(step.step),
                verb: if step.verb == "post" { verb } else { step.verb },
                text: beginning(&step.text),
                skips: !begun && !skipped,
            };
            (step.play, mark)
        })
        .collect()
}

/// The steps of a window: of a play that has very much in a day, the first of each day, so that what comes later is
/// not left out.
fn planned(
    playbook: &Playbook,
    group: &Group,
    (days, zone): (&[Date], &Zone),
    window: Window,
) -> Vec<Planned> {
    let of = |plays: &BTreeSet<PlayName>, among: bool| {
        let mut part = playbook.clone();
        part.plays.retain(|play| plays.contains(&play.name) == among);
        part
    };
    let mut dense: BTreeSet<PlayName> = BTreeSet::new();
    let mut steps: Vec<Planned> = loop {
        let rest = of(&dense, false);
        let steps: Vec<Planned> = plan::plan_of(&rest, group, window).take(MARKS_MAX + 1).collect();
        if steps.len() <= MARKS_MAX || rest.plays.is_empty() {
            break steps;
        }
        let mut a_day: BTreeMap<(&PlayName, Date), usize> = BTreeMap::new();
        for step in &steps {
            *a_day.entry((&step.play, zone.date(step.at))).or_default() += 1;
        }
        let most = a_day.values().copied().max().unwrap_or_default().min(DAY_MARKS + 1);
        dense.extend(a_day.iter().filter(|(_, n)| **n >= most).map(|((play, _), _)| (*play).clone()));
    };
    for play in &dense {
        let alone = of(&BTreeSet::from([play.clone()]), true);
        for day in days {
            let Window { from, to } = self::window(&[*day], zone);
            let day = Window { from: from.max(window.from), to: to.min(window.to) };
            if day.from < day.to {
                steps.extend(plan::plan_of(&alone, group, day).take(DAY_MARKS + 1));
            }
        }
    }
    steps
}

/// Marks that a page has at most of plays that have few of them in a day.
const MARKS_MAX: usize = 2_000;
/// Marks of one play and day that are counted; where there are more, the day says so.
pub(crate) const DAY_MARKS: usize = 24;

/// Whether a play starts whatever happens until then.
fn condition(playbook: &Playbook, state: &State, name: &PlayName) -> Kind {
    let Some(play) = playbook.play(name) else { return Kind::Ahead };
    if state.is_paused(name) {
        return Kind::Missed(Skip::Paused);
    }
    let mut conditions: Vec<String> = Vec::new();
    if !play.during.is_empty() && !play.during.contains(&state.phase) {
        let names: Vec<&str> = play.during.iter().map(crate::base::ids::PhaseName::as_str).collect();
        conditions.push(names.join(" / "));
    }
    conditions.extend(play.when.as_ref().map(|when| when.source().to_owned()));
    if conditions.is_empty() { Kind::Ahead } else { Kind::If(conditions.join("; ")) }
}

/// The playbook with dates where commands have moved them, and without those that are settled.
fn as_moved(playbook: &Playbook, state: &State) -> Playbook {
    let mut moved = playbook.clone();
    for play in &mut moved.plays {
        let Trigger::Dates(dates) = &play.trigger else { continue };
        let Some(known) = state.plays.get(&play.name) else { continue };
        let open: BTreeSet<&Arc<str>> =
            state.runs.values().filter_map(|run| run.cause.date.as_ref()).collect();
        let mut kept: Vec<Arc<DateEntry>> = Vec::new();
        for date in dates {
            match known.dates.get(&date.id) {
                Some((_, None)) if !open.contains(&date.id) => {}
                Some((anchor, _)) => {
                    kept.push(Arc::new(DateEntry { at: *anchor, civil: None, ..DateEntry::clone(date) }));
                }
                None => kept.push(date.clone()),
            }
        }
        DateEntry::sort(&mut kept);
        *play = Arc::new(Play { trigger: Trigger::Dates(kept), ..Play::clone(play) });
    }
    moved
}

//! Members of one group: a table of a hundred by their ids, and one of them with what is kept and why.

use super::journey::{JourneyPoint, journey};
use crate::{
    base::{
        habits::{Habits, window},
        ids::{GroupId, MemberId, TaskId},
        limits,
        member::{Member, TIER_TAG},
        time::{Duration, Timestamp, Zone},
    },
    model::keeping::Kept,
    shell::console::{
        board::{Board, Here},
        door::Asker,
    },
};
use std::collections::BTreeMap;

/// Which members are wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// The beginning of a name or an id.
    pub(crate) name: String,
    /// Of which kind.
    pub(crate) only: Only,
    /// A tag.
    pub(crate) tag: String,
    /// Those after this one.
    pub(crate) after: Option<MemberId>,
}

/// A kind of members: an expression in disguise.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Only {
    /// All.
    #[default]
    All,
    /// Not heard for sixty days, or never since they joined before that.
    Silent,
    /// Never heard.
    Mute,
    /// Joined within seven days.
    New,
    /// Of the highest tier, and not heard today.
    CoreAbsent,
}

impl Only {
    /// Every kind, with its word in an address.
    pub(crate) const ALL: [(&'static str, Self); 5] = [
        ("", Self::All),
        ("silent", Self::Silent),
        ("mute", Self::Mute),
        ("new", Self::New),
        ("core-absent", Self::CoreAbsent),
    ];

    /// The kind of a word.
    pub(crate) fn parse(word: &str) -> Self {
        Self::ALL.iter().find(|(name, _)| *name == word).map_or(Self::All, |(_, only)| *only)
    }

    /// The word of the filter in an address.
    pub(crate) fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, only)| *only == self).map_or("", |(name, _)| name)
    }
}

/// A member in the table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    /// The id of the member.
    pub(crate) id: MemberId,
    /// The shown name of the member.
    pub(crate) name: String,
    /// The tags of the member.
    pub(crate) tags: Vec<String>,
    /// Where they came from.
    pub(crate) source: String,
    /// When they joined.
    pub(crate) joined: Option<Timestamp>,
    /// When they were last heard.
    pub(crate) seen: Option<Timestamp>,
    /// Messages that were heard.
    pub(crate) messages: u64,
    /// The points of the member.
    pub(crate) points: i64,
    /// The tier of the member.
    pub(crate) tier: String,
    /// On how many of the last 28 days they did something.
    pub(crate) active: u32,
    /// With how many others they have spoken.
    pub(crate) peers: usize,
    /// For which rules strikes count against them.
    pub(crate) strikes: Vec<String>,
}

/// The page.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Members {
    /// The instant it was made.
    pub(crate) now: Timestamp,
    /// The group.
    pub(crate) group: GroupId,
    /// The group as people call it.
    pub(crate) place: String,
    /// What was wanted.
    pub(crate) wanted: Wanted,
    /// How many members are known.
    pub(crate) all: usize,
    /// The members.
    pub(crate) rows: Vec<Row>,
    /// The last of them, where there are more.
    pub(crate) next: Option<MemberId>,
    /// How many there are of each kind.
    pub(crate) kinds: BTreeMap<&'static str, usize>,
    /// Whether the reader commands the group.
    pub(crate) commands: bool,
    /// Approvals that wait and are about members: their ids, and how many.
    pub(crate) removals: Vec<(TaskId, usize)>,
    /// Whether the reader may see and change everything.
    pub(crate) admin: bool,
    /// The zone of the group.
    pub(crate) zone: Zone,
}

/// The members that are wanted, of a group that the reader sees.
pub(crate) fn members(
    board: &Board,
    asker: &Asker,
    id: &GroupId,
    wanted: Wanted,
    now: Timestamp,
) -> Option<Members> {
    let here = board.group_of(id).filter(|here| asker.sees(here.now, now))?;
    let members = &here.state().members;
    let core = core(here);
    let mut kinds: BTreeMap<&'static str, usize> = BTreeMap::new();
    for member in members.iter().take(MEMBERS_COUNTED_MAX) {
        let seen = members.activity(&member.id).seen;
        for (word, only) in Only::ALL {
            if meets(only, member, seen, (core.as_deref(), &here.zone(), now)) {
                *kinds.entry(word).or_default() += 1;
            }
        }
    }
    let name = wanted.name.to_lowercase();
    let (mut rows, mut next) = (Vec::new(), None);
    for member in members.after(wanted.after.as_ref()) {
        let activity = members.activity(&member.id);
        let named = name.is_empty()
            || member.name.to_lowercase().contains(&name)
            || member.id.as_str().to_lowercase().starts_with(&name);
        let tagged = wanted.tag.is_empty() || member.tags.contains(&wanted.tag);
        if !named
            || !tagged
            || !meets(wanted.only, member, activity.seen, (core.as_deref(), &here.zone(), now))
        {
            continue;
        }
        if rows.len() == limits::PAGE_ROWS {
            next = rows.last().map(|row: &Row| row.id.clone());
            break;
        }
        rows.push(row(here, member, now));
    }
    let removals = here.state().tasks.values().filter(|open| !open.task.members.is_empty());
    Some(Members {
        now,
        group: id.clone(),
        place: here.title().to_owned(),
        wanted,
        all: members.len(),
        rows,
        next,
        removals: removals.map(|open| (open.task.id.clone(), open.task.members.len())).collect(),
        kinds,
        commands: asker.commands(here.now, now),
        admin: asker.admin,
        zone: here.zone(),
    })
}

/// Members of one group that are counted by their kind; of a larger one the first.
const MEMBERS_COUNTED_MAX: usize = 5_000;

/// The name of the highest tier, where the file has tiers.
fn core(here: Here<'_>) -> Option<String> {
    here.playbook()?.tiers.last().map(|tier| tier.name.to_string())
}

fn row(here: Here<'_>, member: &Member, now: Timestamp) -> Row {
    let state = here.state();
    let activity = state.members.activity(&member.id);
    let habits = state.members.habits(&member.id);
    let acted = |habits: &Habits| (habits.acted(state.numbers.today) & window(ACTIVE_DAYS)).count_ones();
    Row {
        tier: member.tier().unwrap_or_default().to_owned(),
        active: habits.map_or(0, |habits| acted(habits)),
        peers: habits.map_or(0, |habits| habits.peers().len()),
        strikes: state.moderation.strikes_of(&member.id, now).map(|strike| strike.rule.to_string()).collect(),
        id: member.id.clone(),
        name: member.name.clone(),
        tags: member.tags.iter().filter(|tag| !tag.starts_with(TIER_TAG)).cloned().collect(),
        source: member.source.clone(),
        joined: member.joined,
        seen: activity.seen,
        messages: activity.messages,
        points: member.points,
    }
}

fn meets(
    only: Only,
    member: &Member,
    seen: Option<Timestamp>,
    (core, zone, now): (Option<&str>, &Zone, Timestamp),
) -> bool {
    let before = |days: i64| now.plus(-Duration::DAY.times(days));
    match only {
        Only::All => true,
        Only::Silent => seen.or(member.joined).is_some_and(|at| at < before(SILENT_DAYS)),
        Only::Mute => seen.is_none(),
        Only::New => member.joined.is_some_and(|at| at >= before(NEW_DAYS)),
        Only::CoreAbsent => {
            let is_core = core.is_some() && member.tier() == core;
            is_core && seen.is_none_or(|at| zone.date(at) < zone.date(now))
        }
    }
}

/// Days of which it is counted on how many somebody did something.
pub(crate) const ACTIVE_DAYS: u32 = 28;
/// Whoever was not heard for so many days is silent.
pub(crate) const SILENT_DAYS: i64 = 60;
/// Whoever joined within so many days is new.
pub(crate) const NEW_DAYS: i64 = 7;

/// One member.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct One {
    /// The instant it was made.
    pub(crate) now: Timestamp,
    /// The group.
    pub(crate) group: GroupId,
    /// The group as people call it.
    pub(crate) place: String,
    /// As in the table.
    pub(crate) row: Row,
    /// What else is kept: name and value, written out, and what the file says of it.
    pub(crate) fields: Vec<(String, String, Kept)>,
    /// Their way through the group, oldest first.
    pub(crate) journey: Vec<JourneyPoint>,
    /// Whether the reader commands the group.
    pub(crate) commands: bool,
    /// Questions that they have answered and that are open.
    pub(crate) answers: Vec<(TaskId, String)>,
    /// Whether the reader may have them forgotten, and sees everything.
    pub(crate) admin: bool,
    /// The zone of the group.
    pub(crate) zone: Zone,
}

/// One member of a group that the reader sees.
pub(crate) fn one(
    board: &Board,
    asker: &Asker,
    (group, id): (&GroupId, &MemberId),
    now: Timestamp,
) -> Option<One> {
    let here = board.group_of(group).filter(|here| asker.sees(here.now, now))?;
    let state = here.state();
    let member = state.members.get(id)?;
    let keeping = here.playbook().and_then(|playbook| playbook.keeping.fields.as_ref());
    let kept = |name: &str| keeping.and_then(|fields| fields.get(name)).cloned().unwrap_or_default();
    let fields = member.fields.iter().map(|(name, value)| {
        let text = value.as_str().map_or_else(|| value.to_json().to_string(), str::to_owned);
        (name.clone(), text, kept(name))
    });
    let answered = state.tasks.values().filter(|open| open.answers.contains_key(id));
    Some(One {
        now,
        group: group.clone(),
        place: here.title().to_owned(),
        row: row(here, member, now),
        fields: fields.collect(),
        journey: journey(here, id, now),
        commands: asker.commands(here.now, now),
        answers: answered
            .map(|open| (open.task.id.clone(), super::brief::beginning(&open.task.text)))
            .collect(),
        admin: asker.admin,
        zone: here.zone(),
    })
}

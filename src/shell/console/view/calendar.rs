//! The calendar of one group: what happened and what will, a lane a play, a column a day.
//!
//! What was comes from entries of the journal, what will be from the plan, with dates where they have been moved to.

use super::{
    brief::title,
    happened,
    lane::Lane,
    mark::{Kind, Mark, is_cut, window},
    occurrence, planned,
};
use crate::{
    base::{
        ids::{GroupId, PlayName},
        time::{Timestamp, Zone},
    },
    model::budget::QuotaWindow as Per,
    shell::{
        console::{board::Board, door::Asker},
        store::LogLine,
    },
    sim::plan::Window,
};
use jiff::{ToSpan as _, civil::Date};
use std::collections::{BTreeMap, BTreeSet};

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

/// The page.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Calendar {
    /// The instant it was made.
    pub(crate) now: Timestamp,
    /// The group; none where it is the calendar of several together.
    pub(crate) group: Option<GroupId>,
    /// How many groups it is of.
    pub(crate) of: usize,
    /// How many groups the reader sees that it is not of.
    pub(crate) beyond: usize,
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
    /// Labels of posts on these days.
    pub(crate) labels: BTreeSet<String>,
    /// The label that is shown alone.
    pub(crate) label: String,
    /// Who is asked on these days.
    pub(crate) people: BTreeSet<String>,
    /// Who is shown alone.
    pub(crate) person: String,
    /// Where a calendar program reads what is ahead.
    pub(crate) feed: Option<String>,
    /// The file that runs the group.
    pub(crate) file: String,
    /// The zone of the group.
    pub(crate) zone: Zone,
}

impl Calendar {
    /// Shows one play, one label and one person alone, where there are such.
    pub(crate) fn only(&mut self, play: &str, label: &str, person: &str) {
        if self.lanes.iter().any(|lane| lane.play.as_str() == play) {
            self.lanes.retain(|lane| lane.play.as_str() == play);
            self.play = Some(PlayName::new(play));
        }
        let mut keep = |holds: &dyn Fn(&Mark) -> bool| {
            for lane in &mut self.lanes {
                lane.days.iter_mut().for_each(|marks| marks.retain(holds));
            }
            self.lanes.retain(|lane| lane.days.iter().any(|marks| !marks.is_empty()));
        };
        if self.labels.contains(label) {
            keep(&|mark| mark.label == label);
            self.label = label.to_owned();
        }
        if self.people.contains(person) {
            keep(&|mark| mark.people.iter().any(|one| one == person));
            self.person = person.to_owned();
        }
    }

    /// Which labels and people there are on its days.
    pub(super) fn told(mut self) -> Self {
        let marks = || self.lanes.iter().flat_map(|lane| lane.days.iter().flatten());
        let labels = marks().map(|mark| mark.label.clone()).filter(|label| !label.is_empty()).collect();
        let people = marks().flat_map(|mark| mark.people.iter().cloned()).collect();
        (self.labels, self.people) = (labels, people);
        self
    }
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
    let mut marks: Vec<(PlayName, Mark)> = happened::past((lines, &*board.on_the_way), here.state(), &zone);
    if let Some(playbook) = here.playbook() {
        let from = whole.from.max(now);
        if from < whole.to {
            marks.extend(planned::ahead(here, playbook, &days, Window { from, to: whole.to }));
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
    if shape == Shape::Month {
        for lane in &mut lanes {
            occurrence::gathered(lane, here, &days, &zone);
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
    let calendar = Calendar {
        now,
        group: Some(group.clone()),
        of: 1,
        beyond: 0,
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
        labels: BTreeSet::new(),
        label: String::new(),
        people: BTreeSet::new(),
        person: String::new(),
        feed: None,
        cut,
        commands: asker.commands(here.now, now),
        file: here.now.book.as_ref().map(|book| book.file.display().to_string()).unwrap_or_default(),
        zone,
    };
    Some(calendar.told())
}

/// Groups that a list offers.
const GROUPS_OFFERED: usize = 50;

//! What of a playbook comes to its end: a calendar that covers no more days, a file of dates that has no more rows.
//!
//! A fact about a file and an instant; whoever asks brings the clock.

use super::{playbook::Playbook, trigger::Trigger};
use crate::base::{
    ids::{CalendarName, PlayName},
    limits,
    phrase::{Phrase, pair, phrase},
    time::Timestamp,
    words,
};
use jiff::civil::Date;
use std::sync::Arc;

/// What ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Covers {
    /// A calendar that decides on which days plays start, or advertising goes.
    Calendar(CalendarName),
    /// The dates of a play, read from this file.
    Dates(PlayName, Arc<str>),
}

/// Something that ends soon, or has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// What runs out.
    pub what: Covers,
    /// The last day that it says anything about.
    pub last: Date,
    /// Whether that day has passed.
    pub over: bool,
}

impl Ending {
    /// What ends, and when, in one sentence.
    pub fn in_words(&self) -> Phrase {
        let word = if self.over { pair("ended", "已经在") } else { pair("ends", "将在") };
        let last = self.last;
        match &self.what {
            Covers::Calendar(name) => {
                let what = Phrase::same(words::tick(name.as_str()));
                phrase!("the calendar {what} {word} on {last}", "日历 {what} {word} {last} 用完"; what, word)
            }
            Covers::Dates(play, file) => {
                let (what, of) = (Phrase::same(words::tick(file)), Phrase::same(words::tick(play.as_str())));
                phrase!("{what}, the dates of {of}, {word} on {last}", "{what}（{of} 的日期）{word} {last} 用完"; what, of, word)
            }
        }
    }
}

/// What ends within some weeks of an instant or has ended before it, in order of the file.
///
/// Of calendars those that tell working days and are used, and those of `only` and of `promo.around`, without whose
/// days nothing starts. A list of dates in the file itself is meant to end.
pub fn endings(playbook: &Playbook, now: Timestamp) -> Vec<Ending> {
    let today = playbook.zone.date(now);
    let soon = today.saturating_add(jiff::Span::new().days(limits::ENDS_SOON_DAYS));
    let calendars = playbook.calendars.iter().filter(|(name, _)| decides(playbook, name));
    let calendars =
        calendars.filter_map(|(name, calendar)| Some((Covers::Calendar(name.clone()), calendar.last_day()?)));
    let dates = playbook.plays.iter().filter_map(|play| {
        let Trigger::Dates(dates) = &play.trigger else { return None };
        let file = play.dates_file.clone()?;
        Some((Covers::Dates(play.name.clone(), file), playbook.zone.date(dates.last()?.at)))
    });
    calendars
        .chain(dates)
        .filter(|(_, last)| *last < soon)
        .map(|(what, last)| Ending { what, last, over: last < today })
        .collect()
}

fn decides(playbook: &Playbook, name: &CalendarName) -> bool {
    let tells_work = playbook.calendars.get(name).is_some_and(|calendar| calendar.tells_work);
    let workday =
        |trigger: &Trigger| matches!(trigger, Trigger::Schedule(schedule) if schedule.needs_workdays());
    let around = playbook.budgets.promo.as_ref().and_then(|promo| promo.around.as_ref());
    around == Some(name)
        || playbook.plays.iter().any(|play| {
            play.only.contains(name) || tells_work && (workday(&play.trigger) || play.except.contains(name))
        })
}

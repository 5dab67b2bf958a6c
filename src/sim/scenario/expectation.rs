//! An expectation: what has to be seen, or must never be, and in which stretch of time.
//!
//! Judges sightings that somebody else gathered; knows neither the engine nor the file it was written in.

use super::sighting::{Sighting, Sort};
use crate::{
    base::{
        ids::{ChannelName, MemberId, PlayName, StepId},
        source::Span,
        time::{Duration, Timestamp, Zone},
        words,
    },
    model::message::Label,
    script::expr::Expr,
};
use std::fmt::Write as _;

/// How much later than its `at` something may happen when the scenario does not say: within that minute.
pub const WITHIN: Duration = Duration::MINUTE;

/// What has to be seen, or must never be.
#[derive(Debug, Clone)]
pub struct Expectation {
    /// Where it was written.
    pub span: Span,
    /// When it is expected.
    pub window: Window,
    /// What is expected.
    pub what: What,
}

/// From an instant to another; what happens exactly at the end is no longer in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first instant.
    pub from: Timestamp,
    /// The end.
    pub to: Timestamp,
}

/// What is expected.
#[derive(Debug, Clone)]
pub enum What {
    /// As many sightings as `least` to `most`.
    Seen {
        /// Which sightings count.
        filter: Filter,
        /// At least so many.
        least: usize,
        /// At most so many.
        most: usize,
    },
    /// The expression is true at the end of the window's first instant.
    True(Expr),
}

/// Which sightings count: all that is given has to agree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// The sort.
    pub sort: Option<Sort>,
    /// The play.
    pub play: Option<PlayName>,
    /// The step.
    pub step: Option<StepId>,
    /// The channel.
    pub channel: Option<ChannelName>,
    /// The label.
    pub label: Option<Label>,
    /// The member.
    pub member: Option<MemberId>,
    /// The text.
    pub text: Wording,
}

/// What a text has to be like.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wording {
    /// All of these are in it.
    pub contains: Vec<String>,
    /// None of these is in it.
    pub lacks: Vec<String>,
    /// It is exactly this, but for white space at its ends.
    pub equals: Option<String>,
}

impl Wording {
    fn fits(&self, text: &str) -> bool {
        self.contains.iter().all(|part| text.contains(part.as_str()))
            && !self.lacks.iter().any(|part| text.contains(part.as_str()))
            && self.equals.as_ref().is_none_or(|whole| text.trim() == whole.trim())
    }
}

impl Window {
    /// Whether an instant is in it.
    pub fn holds(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }

    /// As people read it: `at 2026-12-01 09:10`, `from … to …`.
    fn in_words(&self, zone: &Zone) -> String {
        let day = |at: Timestamp| zone.civil(at).strftime("%Y-%m-%d %H:%M").to_string();
        if self.to.since(self.from) <= WITHIN {
            return format!("at {}", day(self.from));
        }
        format!("from {} to {}", day(self.from), day(self.to))
    }
}

impl Filter {
    /// Whether a sighting counts, whenever it was.
    pub fn fits(&self, seen: &Sighting) -> bool {
        self.fits_but_for_text(seen) && self.text.fits(&seen.text)
    }

    /// Whether a sighting counts if its text is not looked at.
    fn fits_but_for_text(&self, seen: &Sighting) -> bool {
        fn agrees<T: PartialEq>(wanted: Option<&T>, is: Option<&T>) -> bool {
            wanted.is_none_or(|wanted| is == Some(wanted))
        }
        self.sort.is_none_or(|sort| sort == seen.sort)
            && agrees(self.play.as_ref(), seen.play.as_ref())
            && agrees(self.step.as_ref(), seen.step.as_ref())
            && agrees(self.channel.as_ref(), seen.channel.as_ref())
            && agrees(self.label.as_ref(), seen.label.as_ref())
            && agrees(self.member.as_ref(), seen.member.as_ref())
    }

    /// As people read it: `post of welcome with "小何"`.
    pub fn in_words(&self) -> String {
        let mut out = self.sort.map_or("anything", Sort::as_str).to_owned();
        if let Some(play) = &self.play {
            let _ = write!(out, " of {play}");
        }
        if let Some(step) = &self.step {
            let _ = write!(out, ", step {step}");
        }
        if let Some(channel) = &self.channel {
            let _ = write!(out, " to {channel}");
        }
        if let Some(label) = self.label {
            let _ = write!(out, " with label {label}");
        }
        if let Some(member) = &self.member {
            let _ = write!(out, " about {member}");
        }
        for part in &self.text.contains {
            let _ = write!(out, " with {part:?}");
        }
        for part in &self.text.lacks {
            let _ = write!(out, " without {part:?}");
        }
        if let Some(whole) = &self.text.equals {
            let _ = write!(out, " that is {whole:?}");
        }
        out
    }
}

impl Expectation {
    /// What is expected, in one line.
    pub fn in_words(&self, zone: &Zone) -> String {
        let when = self.window.in_words(zone);
        match &self.what {
            What::True(expr) if self.window.from == self.window.to => {
                format!("at the end: {}", expr.source())
            }
            What::True(expr) => format!("{when}: {}", expr.source()),
            What::Seen { filter, most: 0, .. } => format!("never {when}: {}", filter.in_words()),
            What::Seen { filter, least: 1, most: usize::MAX } => format!("{when}: {}", filter.in_words()),
            What::Seen { filter, least, most } if least == most => {
                format!("{when}: {}, {}", filter.in_words(), words::count(*least, "time"))
            }
            What::Seen { filter, least, most: usize::MAX } => {
                format!("{when}: {}, at least {}", filter.in_words(), words::count(*least, "time"))
            }
            What::Seen { filter, least, most } => {
                format!("{when}: {}, {least} to {}", filter.in_words(), words::count(*most, "time"))
            }
        }
    }

    /// The sightings that count, if it is about sightings.
    pub fn counted<'s>(&self, seen: &'s [Sighting]) -> Vec<&'s Sighting> {
        let What::Seen { filter, .. } = &self.what else { return Vec::new() };
        seen.iter().filter(|one| self.window.holds(one.at) && filter.fits(one)).collect()
    }

    /// What comes nearest to it, in words, where it was not seen: at another time, or with another text.
    pub fn nearly(&self, seen: &[Sighting], zone: &Zone) -> Option<String> {
        let What::Seen { filter, most, .. } = &self.what else { return None };
        if *most == 0 {
            return None;
        }
        let away = |one: &&Sighting| one.at.since(self.window.from).as_millis().unsigned_abs();
        let day = |at: Timestamp| zone.civil(at).strftime("%Y-%m-%d %H:%M").to_string();
        if let Some(one) = seen.iter().filter(|one| filter.fits(one)).min_by_key(away) {
            let by = one.at.since(self.window.from);
            let way = if by.as_millis() < 0 { "earlier" } else { "later" };
            let by = Duration::from_millis(by.as_millis().saturating_abs());
            return Some(format!("it was at {}, {by} {way}", day(one.at)));
        }
        let other = seen.iter().filter(|one| self.window.holds(one.at) && filter.fits_but_for_text(one));
        let one = other.min_by_key(away)?;
        Some(format!("at that time it says: {}", one.line()))
    }
}

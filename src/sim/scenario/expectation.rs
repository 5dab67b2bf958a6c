//! An expectation: what has to be seen, or must never be, and in which stretch of time.
//!
//! Judges sightings that somebody else gathered; knows neither the engine nor the file it was written in.

use super::sighting::{Sighting, Sort};
use crate::{
    base::{
        ids::{ChannelName, MemberId, PlayName, StepId},
        locale::Locale,
        phrase::{Phrase, phrase},
        source::Span,
        time::{Duration, Timestamp, Zone},
    },
    model::message::Label,
    script::expr::Expr,
};

/// How much later than its `at` something may happen when the scenario does not say: within that minute.
pub const WITHIN: Duration = Duration::MINUTE;

/// What has to be seen, or must never be.
#[derive(Debug, Clone)]
pub struct Expectation {
    /// Where it was written.
    pub span: Span,
    /// When it is expected.
    pub window: ExpectedWindow,
    /// What is expected.
    pub what: What,
}

/// From an instant to another; what happens exactly at the end is no longer in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExpectedWindow {
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
    pub text: TextExpectation,
}

/// What a text has to be like.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TextExpectation {
    /// All of these are in it.
    pub contains: Vec<String>,
    /// None of these is in it.
    pub lacks: Vec<String>,
    /// It is exactly this, but for white space at its ends.
    pub equals: Option<String>,
}

impl TextExpectation {
    fn fits(&self, text: &str) -> bool {
        self.contains.iter().all(|part| text.contains(part.as_str()))
            && !self.lacks.iter().any(|part| text.contains(part.as_str()))
            && self.equals.as_ref().is_none_or(|whole| text.trim() == whole.trim())
    }
}

impl ExpectedWindow {
    /// Whether an instant is in it.
    pub fn holds(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.to
    }

    /// As people read it: `at 2026-12-01 09:10`, `from … to …`.
    fn in_words(&self, zone: &Zone) -> Phrase {
        let (from, to) = (minute(self.from, zone), minute(self.to, zone));
        if self.to.since(self.from) <= WITHIN {
            return phrase!("at {from}", "{from}");
        }
        phrase!("from {from} to {to}", "{from} 到 {to}")
    }
}

/// An instant to the minute.
fn minute(at: Timestamp, zone: &Zone) -> String {
    zone.civil(at).strftime("%Y-%m-%d %H:%M").to_string()
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
    pub fn in_words(&self) -> Phrase {
        let sort = self.sort.map(|sort| Phrase::same(sort.as_str()));
        let mut out = sort.unwrap_or_else(|| phrase!("anything", "任何事"));
        let mut say = |more: Phrase| out = std::mem::take(&mut out).and(&more);
        if let Some(play) = &self.play {
            say(phrase!(" of {play}", "，玩法 {play}"));
        }
        if let Some(step) = &self.step {
            say(phrase!(", step {step}", "，步骤 {step}"));
        }
        if let Some(channel) = &self.channel {
            say(phrase!(" to {channel}", "，发到 {channel}"));
        }
        if let Some(label) = self.label {
            say(phrase!(" with label {label}", "，标签 {label}"));
        }
        if let Some(member) = &self.member {
            say(phrase!(" about {member}", "，关于 {member}"));
        }
        for part in &self.text.contains {
            say(phrase!(" with {part:?}", "，含有 {part:?}"));
        }
        for part in &self.text.lacks {
            say(phrase!(" without {part:?}", "，不含 {part:?}"));
        }
        if let Some(whole) = &self.text.equals {
            say(phrase!(" that is {whole:?}", "，就是 {whole:?}"));
        }
        out
    }
}

impl Expectation {
    /// What is expected, in one line.
    pub fn in_words(&self, zone: &Zone) -> Phrase {
        let when = self.window.in_words(zone);
        let (filter, least, most) = match &self.what {
            What::True(expr) => {
                let source = expr.source();
                if self.window.from == self.window.to {
                    return phrase!("at the end: {source}", "结束时：{source}");
                }
                return phrase!("{when}: {source}", "{when}：{source}"; when);
            }
            What::Seen { filter, least, most } => (filter.in_words(), *least, *most),
        };
        if most == 0 {
            return phrase!("never {when}: {filter}", "{when} 不会有：{filter}"; when, filter);
        }
        let said = phrase!("{when}: {filter}", "{when}：{filter}"; when, filter);
        let times = |n| Phrase::counted(n, "time", "次");
        match (least, most) {
            (1, usize::MAX) => said,
            (least, most) if least == most => {
                let times = times(least);
                phrase!("{said}, {times}", "{said}，{times}"; said, times)
            }
            (least, usize::MAX) => {
                let times = times(least);
                phrase!("{said}, at least {times}", "{said}，至少 {times}"; said, times)
            }
            (least, most) => {
                let times = times(most);
                phrase!("{said}, {least} to {times}", "{said}，{least} 到 {times}"; said, times)
            }
        }
    }

    /// The sightings that count, if it is about sightings.
    pub fn counted<'s>(&self, seen: &'s [Sighting]) -> Vec<&'s Sighting> {
        let What::Seen { filter, .. } = &self.what else { return Vec::new() };
        seen.iter().filter(|one| self.window.holds(one.at) && filter.fits(one)).collect()
    }

    /// What comes nearest to it, in words, where it was not seen: at another time, or with another text.
    pub fn nearly(&self, seen: &[Sighting], zone: &Zone) -> Option<Phrase> {
        let What::Seen { filter, most, .. } = &self.what else { return None };
        if *most == 0 {
            return None;
        }
        let away = |one: &&Sighting| one.at.since(self.window.from).as_millis().unsigned_abs();
        if let Some(one) = seen.iter().filter(|one| filter.fits(one)).min_by_key(away) {
            let by = one.at.since(self.window.from);
            let (at, length) = (minute(one.at, zone), Duration::from_millis(by.as_millis().saturating_abs()));
            let length = Phrase { en: length.to_string(), zh: Locale::Zh.duration(length) };
            return Some(if by.as_millis() < 0 {
                phrase!("it was at {at}, {length} earlier", "它在 {at}，早了 {length}"; length)
            } else {
                phrase!("it was at {at}, {length} later", "它在 {at}，晚了 {length}"; length)
            });
        }
        let other = seen.iter().filter(|one| self.window.holds(one.at) && filter.fits_but_for_text(one));
        let one = other.min_by_key(away)?;
        Some(phrase!("at that time it says: {}", "那时写的是：{}", one.line()))
    }
}

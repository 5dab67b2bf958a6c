//! What every lint asks of a playbook: places, steps, channels, and when steps are due.

use crate::{
    base::{
        diagnostic::{Diagnostic, code::Code},
        ids::ChannelName,
        offset::Offset,
        phrase::Phrase,
        source::{SourceId, SourceMap, Span},
        time::{Duration, Timestamp},
        value::Value,
    },
    model::{
        channel::{Channel, ChannelKind},
        occurrence::{closed_day, next_anchor},
        play::{Play, Section},
        playbook::Playbook,
        schedule::Schedule,
        step::{Block, Post, Show, Step, Verb, WaitFor, Way},
        text::Text,
        trigger::Trigger,
    },
};
use jiff::civil::Date;
use std::{
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// A Monday from which schedules are sampled: a lint has no clock, and any ordinary weeks will do.
const SAMPLE_FROM: jiff::civil::Date = jiff::civil::Date::constant(2026, 3, 2);
/// Occurrences of one play that are looked at.
const SAMPLE_MAX: usize = 400;

/// A playbook and where it was written.
pub(crate) struct Context<'a> {
    pub(crate) playbook: &'a Playbook,
    pub(crate) origins: &'a BTreeMap<String, Span>,
    pub(crate) sources: &'a SourceMap,
    /// How often each word stands in the files.
    words: OnceCell<BTreeMap<&'a str, usize>>,
}

/// A step and the instant it is due, relative to the anchor.
pub(crate) struct Due<'a> {
    pub(crate) step: &'a Arc<Step>,
    base: Option<Offset>,
    plus: Duration,
}

impl Due<'_> {
    /// When it is due in the run with this anchor.
    pub(crate) fn at(&self, anchor: Timestamp, playbook: &Playbook) -> Timestamp {
        self.base.map_or(anchor, |base| base.apply(anchor, &playbook.zone)).plus(self.plus)
    }

    /// How long before its anchor it is due, roughly: calendar days count as days. Negative after the anchor.
    pub(crate) fn lead(&self) -> Duration {
        let base = match self.base {
            None => Duration::ZERO,
            Some(Offset::Exact(distance)) => distance,
            Some(Offset::Days(days, _)) => Duration::DAY.times(i64::from(days)),
        };
        -(base + self.plus)
    }
}

impl<'a> Context<'a> {
    /// What all lints of one playbook share.
    pub(crate) fn new(
        playbook: &'a Playbook,
        origins: &'a BTreeMap<String, Span>,
        sources: &'a SourceMap,
    ) -> Self {
        Self { playbook, origins, sources, words: OnceCell::new() }
    }

    /// How often a name stands in the playbook, its data files and its scripts: once where it is defined and
    /// nowhere else. Generous: a word of a text that happens to be the name counts.
    pub(crate) fn mentions(&self, name: &str) -> usize {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if !name.chars().all(plain) {
            return self.sources.iter().map(|(_, source)| source.text.matches(name).count()).sum();
        }
        let words = self.words.get_or_init(|| {
            let mut words = BTreeMap::new();
            for (_, source) in self.sources.iter() {
                for word in source.text.split(|c| !plain(c)).filter(|word| !word.is_empty()) {
                    *words.entry(word).or_default() += 1;
                }
            }
            words
        });
        words.get(name).copied().unwrap_or_default()
    }

    /// Whether some file has these words.
    pub(crate) fn reads(&self, words: &str) -> bool {
        let ends = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        let mut texts = self.sources.iter().map(|(_, source)| &source.text);
        texts.any(|text| text.match_indices(words).any(|(at, _)| ends(&text[at + words.len()..])))
    }

    /// The texts of the playbook's files and scripts.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &'a str> {
        self.sources.iter().map(|(_, source)| &*source.text)
    }

    /// Whether a script names something in quotes.
    pub(crate) fn in_scripts(&self, name: &str) -> bool {
        let named = |text: &str| text.contains(&format!("\"{name}\"")) || text.contains(&format!("`{name}`"));
        self.sources.iter().any(|(_, source)| source.is_script() && named(&source.text))
    }

    /// The place of a key of a step, else of the step.
    pub(crate) fn key_span(&self, play: &Play, step: &Step, key: &str) -> Span {
        let step = format!("plays.{}.steps.{}", play.name, step.id);
        self.origins.get(&format!("{step}.{key}")).copied().unwrap_or_else(|| self.span(&step))
    }

    /// The shortest time between two starts of a play with a schedule.
    pub(crate) fn gap(&self, play: &Play) -> Option<Duration> {
        matches!(play.trigger, Trigger::Schedule(_)).then_some(())?;
        let anchors = self.scheduled(play, 60);
        anchors.windows(2).map(|pair| pair[1].since(pair[0])).min()
    }

    /// The days of 2026 and 2027 on which clocks are set forward in the playbook's zone.
    pub(crate) fn gap_days(&self) -> Vec<Date> {
        let zone = &self.playbook.zone;
        let first = Date::constant(2026, 1, 1);
        let length = |day: Date| {
            let midnight = |day: Date| zone.instant(day.to_datetime(jiff::civil::Time::midnight()));
            day.tomorrow().map_or(Duration::DAY, |next| midnight(next).since(midnight(day)))
        };
        first.series(jiff::Span::new().days(1)).take(730).filter(|day| length(*day) < Duration::DAY).collect()
    }

    /// The place of `plays.welcome.steps.2.text`; where that is not known, of the nearest thing around it.
    pub(crate) fn span(&self, key: &str) -> Span {
        let mut key = key;
        loop {
            if let Some(span) = self.origins.get(key) {
                return *span;
            }
            match key.rfind('.') {
                Some(at) => key = &key[..at],
                None => break,
            }
        }
        self.origins.get("name").copied().unwrap_or(Span::new(SourceId(0), 0, 0))
    }

    /// The place of a step; those of `moved` and `cancelled` have ids that say so.
    pub(crate) fn step_span(&self, play: &Play, step: &Step) -> Span {
        self.span(&format!("plays.{}.steps.{}", play.name, step.id))
    }

    /// Every step of every play, nested ones and those of `moved` and `cancelled` included.
    pub(crate) fn steps(&self) -> impl Iterator<Item = (&'a Arc<Play>, Section, &'a Arc<Step>)> {
        self.playbook.plays.iter().flat_map(|play| {
            Section::ALL
                .into_iter()
                .flat_map(move |section| play.section(section).steps().map(move |step| (play, section, step)))
        })
    }

    /// Every `post` step.
    pub(crate) fn posts(&self) -> impl Iterator<Item = (&'a Arc<Play>, Section, &'a Arc<Step>, &'a Post)> {
        self.steps().filter_map(|(play, section, step)| match &step.verb {
            Verb::Post(post) => Some((play, section, step, &**post)),
            _ => None,
        })
    }

    /// Whether the file describes a community's life and not one play: advice about what is missing in it is
    /// meant only then.
    pub(crate) fn is_community(&self) -> bool {
        !self.playbook.charter.is_null()
            || (self.playbook.phases.len() >= 2 && self.playbook.plays.len() >= 4)
    }

    /// The channels of a name, one of each kind: the playbook's and those of its groups. The console that stands
    /// in where the file names no channel is not among them.
    pub(crate) fn channels(&self, name: &ChannelName) -> Vec<&'a Channel> {
        let mut out: Vec<&Channel> = Vec::new();
        let own = self
            .playbook
            .channels
            .get(name)
            .filter(|_| self.origins.contains_key(&format!("channels.{name}")));
        let groups = self.playbook.groups.values().filter_map(|group| group.channels.get(name));
        for channel in own.into_iter().chain(groups) {
            if !out.iter().any(|other| other.kind == channel.kind && other.ear() == channel.ear()) {
                out.push(channel);
            }
        }
        out
    }

    /// The kinds of the channels of a name.
    pub(crate) fn kinds(&self, name: &ChannelName) -> Vec<ChannelKind> {
        let mut kinds: Vec<ChannelKind> = Vec::new();
        for channel in self.channels(name) {
            if !kinds.contains(&channel.kind) {
                kinds.push(channel.kind);
            }
        }
        kinds
    }

    /// The anchors of a play: of a schedule those in some ordinary weeks, of dates all of them, else none.
    pub(crate) fn anchors(&self, play: &Play, weeks: i64) -> Vec<Timestamp> {
        match &play.trigger {
            Trigger::Schedule(_) => self.scheduled(play, weeks),
            Trigger::Dates(dates) => dates.iter().take(SAMPLE_MAX).map(|date| date.at).collect(),
            Trigger::Members(_) | Trigger::Signal(_) | Trigger::Whenever(_) | Trigger::Command => Vec::new(),
        }
    }

    fn scheduled(&self, play: &Play, weeks: i64) -> Vec<Timestamp> {
        let Some(group) = self.playbook.groups.values().next() else { return Vec::new() };
        let midnight = |day: Date| self.playbook.zone.instant(day.to_datetime(jiff::civil::Time::midnight()));
        let monday = midnight(SAMPLE_FROM);
        let first = self.densest(play, weeks).map_or(monday, midnight);
        let start = play.from.map_or(first, |from| from.max(first));
        let end = start.plus(Duration::DAY.times(7 * weeks));
        let mut out = Vec::new();
        let mut after = start.just_before();
        for _ in 0..SAMPLE_MAX {
            let Some(at) = next_anchor(self.playbook, group, play, monday, after) else { break };
            if at >= end || at <= after {
                break;
            }
            if play.only.is_empty() || closed_day(self.playbook, play, at).is_none() {
                out.push(at);
            }
            after = at;
        }
        out
    }

    /// For a play that starts on the days of calendars `only`: the day that opens the weeks with most of these days.
    /// No ordinary weeks will do there, most have none.
    fn densest(&self, play: &Play, weeks: i64) -> Option<Date> {
        let calendars = play.only.iter().filter_map(|name| self.playbook.calendars.get(name));
        let days: BTreeSet<Date> = calendars.flat_map(|calendar| calendar.off.iter().copied()).collect();
        let many = |day: &Date| {
            let end = day.saturating_add(jiff::Span::new().weeks(weeks));
            days.range(*day..end).count()
        };
        days.iter().copied().max_by_key(|day| (many(day), std::cmp::Reverse(*day)))
    }

    /// Whether a play comes back at least once a week.
    pub(crate) fn is_weekly(&self, play: &Play) -> bool {
        matches!(&play.trigger, Trigger::Schedule(schedule) if !matches!(schedule, Schedule::Term(_)))
            && self.anchors(play, 4).len() >= 4
    }
}

/// The texts of a step that people read, each with its key.
pub(crate) fn shown_texts(step: &Step) -> Vec<(&'static str, &Text)> {
    match &step.verb {
        Verb::Post(post) => vec![("post", &post.text)],
        Verb::Task(task) => vec![("task", &task.text)],
        Verb::Approve(approve) => match &approve.show {
            Some(Show::Text(show)) => vec![("approve", &approve.text), ("show", show)],
            _ => vec![("approve", &approve.text)],
        },
        Verb::Ask(ask) => std::iter::once(&ask.text).chain(&ask.options).map(|text| ("ask", text)).collect(),
        Verb::Prune(prune) => prune.notice.iter().map(|text| ("notice", text)).collect(),
        _ => Vec::new(),
    }
}

/// Whether two plays run in one phase and one group.
pub(crate) fn meet(one: &Play, other: &Play) -> bool {
    let shares = |a: &[_], b: &[_]| a.is_empty() || b.is_empty() || a.iter().any(|x| b.contains(x));
    shares(&one.during, &other.during)
        && (one.groups.is_empty()
            || other.groups.is_empty()
            || one.groups.iter().any(|group| other.groups.contains(group)))
}

/// The steps of a play whose due instants follow from the file: those with an `at`, and those after them as long
/// as nothing before them waits for people.
pub(crate) fn due_steps(play: &Play) -> Vec<Due<'_>> {
    let mut out = Vec::new();
    walk(&play.steps, Some((None, Duration::ZERO)), &mut out);
    out
}

type LintCursor = Option<(Option<Offset>, Duration)>;

fn walk<'a>(block: &'a Block, mut cursor: LintCursor, out: &mut Vec<Due<'a>>) -> LintCursor {
    for step in block {
        if let Some(at) = step.at {
            cursor = Some((Some(at), Duration::ZERO));
        }
        if let Some((base, plus)) = cursor {
            out.push(Due { step, base, plus });
        }
        let wait = |by: Duration| cursor.map(|(base, plus)| (base, plus + by));
        cursor = match &step.verb {
            Verb::Wait(wait_step) => match &wait_step.target {
                WaitFor::For(length) => wait(*length),
                WaitFor::Until(_) | WaitFor::Signal(_) | WaitFor::Binding(_) => None,
            },
            Verb::Ask(ask) => wait(ask.open_for),
            Verb::Approve(approve) => {
                let decided = approve.open_for.filter(|_| approve.silence == Way::Proceed);
                let after = decided.and_then(wait);
                for block in approve.blocks() {
                    walk(block, after, out);
                }
                after
            }
            Verb::If(branch) => {
                let (then, other) = (walk(&branch.then, cursor, out), walk(&branch.otherwise, cursor, out));
                if then == cursor && other == cursor { cursor } else { None }
            }
            Verb::Each(each) => {
                let after = walk(&each.steps, cursor, out);
                if after == cursor { cursor } else { None }
            }
            Verb::Prune(_) => None,
            Verb::Post(_)
            | Verb::Run(_)
            | Verb::Task(_)
            | Verb::Mark(_)
            | Verb::Set(_)
            | Verb::Signal { .. }
            | Verb::Start { .. }
            | Verb::Enter(_)
            | Verb::Stop(_) => cursor,
        };
    }
    cursor
}

/// Calls `see` with every list of steps of a play, the nested ones included.
pub(crate) fn each_block<'a>(block: &'a Block, see: &mut impl FnMut(&'a Block)) {
    see(block);
    for step in block {
        match &step.verb {
            Verb::If(branch) => {
                each_block(&branch.then, see);
                each_block(&branch.otherwise, see);
            }
            Verb::Each(each) => each_block(&each.steps, see),
            Verb::Approve(approve) => approve.blocks().for_each(|block| each_block(block, see)),
            Verb::Wait(wait) => each_block(&wait.otherwise, see),
            _ => {}
        }
    }
}

/// How long a run lasts at least: its waits for a time and its offsets, people's time not counted. Steps with a
/// condition count nothing.
pub(crate) fn run_length(play: &Play) -> Duration {
    let mut start = None;
    let mut end = Duration::ZERO;
    for step in &play.steps {
        if let Some(Offset::Exact(at)) = step.at {
            let first = *start.get_or_insert(at);
            end = end.max(at + -first);
        } else if let Some(Offset::Days(days, _)) = step.at {
            // The clock times are not compared: of two calendar days at least the days between them are counted.
            let at = Duration::DAY.times(i64::from(days));
            let first = *start.get_or_insert(at);
            end = end.max(at + -first + -Duration::DAY);
        } else {
            start.get_or_insert(Duration::ZERO);
        }
        if step.when.is_some() {
            continue;
        }
        end = end
            + match &step.verb {
                Verb::Wait(wait) => match wait.target {
                    WaitFor::For(length) => length,
                    _ => Duration::ZERO,
                },
                Verb::Ask(ask) => ask.open_for,
                Verb::Stop(_) => break,
                _ => Duration::ZERO,
            };
    }
    end
}

/// A diagnostic of a lint.
pub(crate) fn found(code: &Code, span: Span, message: impl Into<Phrase>) -> Diagnostic {
    Diagnostic { severity: code.severity, ..Diagnostic::warning(code.slug, span, message) }
        .practices(code.practices)
}

/// How many entries a list has; a single text counts as one, nothing as none.
pub(crate) fn entries(value: Option<&Value>) -> usize {
    match value {
        None | Some(Value::Null) => 0,
        Some(Value::List(items)) => items.len(),
        Some(Value::Str(text)) => usize::from(!text.trim().is_empty()),
        Some(Value::Map(map)) => map.len(),
        Some(_) => 1,
    }
}

/// Whether something is written there.
pub(crate) fn is_written(value: Option<&Value>) -> bool {
    entries(value) > 0
}

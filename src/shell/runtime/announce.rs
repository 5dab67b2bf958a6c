//! What a person sees while the engine runs: what just happened, from committed entries; then what comes next.
//!
//! Up to five groups are told about one by one; of more only what went wrong, and sums. Decides nothing.

use super::{
    book::Book,
    console::{BAD, Console, DIM, GOOD, NAME, WARN, paint},
    header,
    slot::Slot,
};
use crate::{
    base::{
        ids::GroupId,
        time::{Timestamp, Zone},
        visible,
    },
    courier::{Outcome, Settlement},
    engine::{
        self,
        entry::{Entry, Fact, Outgoing, TaskKind},
    },
    model::channel::ChannelKind,
    shell::{
        clock,
        delivery::preview,
        store::{ChannelHealth, OutboxRow},
    },
    sim::timeline::{self, Line, Tone},
};
use std::{collections::BTreeMap, fmt::Write as _, path::Path};

/// Groups that are told about one by one.
const GROUPS_IN_DETAIL: usize = 5;
/// Troubles told one by one in one burst when there are many groups.
const TROUBLES_MAX: u32 = 20;
/// Channels that fail, told one by one at the start.
const CHANNELS_SHOWN: usize = 8;
/// The columns before a line's text.
const INDENT: usize = 10;

/// Tells people.
pub(super) struct Announcer {
    console: Console,
    rehearse: bool,
    groups: usize,
    /// Whether a group's first overview has been shown.
    overview: bool,
    /// Something was told since the last look at what comes next.
    told: bool,
    next_told: Option<String>,
    /// The clock is not believed, and that has been told.
    doubted: bool,
    sums: BTreeMap<&'static str, u64>,
    troubles: u32,
}

impl Announcer {
    pub(super) fn new(console: Console, rehearse: bool) -> Self {
        Self {
            console,
            rehearse,
            groups: 0,
            overview: false,
            told: false,
            next_told: None,
            doubted: false,
            sums: BTreeMap::new(),
            troubles: 0,
        }
    }

    /// Which files run, and where their state is.
    pub(super) fn header(&mut self, books: &[Book], dir: &Path) {
        self.groups = books.iter().map(|book| book.playbook.groups.len()).sum();
        self.console.block(header::header(books, dir, self.rehearse, self.console.columns));
    }

    /// Something is wrong.
    pub(super) fn trouble(&self, text: &str) {
        self.console.say(paint(BAD, text));
    }

    /// Something worth knowing.
    pub(super) fn say(&self, text: impl AsRef<str>) {
        self.console.say(text);
    }

    /// The console, for diagnostics.
    pub(super) fn console(&self) -> &Console {
        &self.console
    }

    /// Groups in the state that no file runs.
    pub(super) fn resting(&self, groups: &[GroupId]) {
        if !groups.is_empty() {
            let names: Vec<&str> = groups.iter().take(8).map(GroupId::as_str).collect();
            let more =
                if groups.len() > 8 { format!(" and {} more", groups.len() - 8) } else { String::new() };
            self.say(paint(
                WARN,
                &format!("resting: {}{more}: in the state, and in no file", names.join(", ")),
            ));
        }
    }

    /// Messages that were on their way when the engine ended.
    pub(super) fn carried_on(&self, rows: &[OutboxRow]) {
        let doubtful = rows.iter().filter(|row| row.in_doubt).count();
        if !rows.is_empty() {
            let mut text = format!("{} on the way from before", messages(rows.len()));
            if doubtful > 0 {
                let _ = write!(
                    text,
                    ", {doubtful} of them in doubt: an attempt was under way when the engine ended"
                );
            }
            self.say(paint(WARN, &text));
        }
    }

    /// Messages that were on their way in a copy that was put back.
    pub(super) fn may_have_been_sent(&self, count: usize) {
        if count > 0 {
            self.trouble(&format!(
                "{} on the way when the copy was made are held, because they may have been sent since: \
                 `playbook outbox` lists them, `playbook done EFFECT` says that one arrived, `playbook retry EFFECT` \
                 sends it",
                messages(count)
            ));
        }
    }

    /// Messages that wait for a person, and channels that fail, from before.
    pub(super) fn channels(&self, channels: &[ChannelHealth]) {
        let dead: u32 = channels.iter().map(|channel| channel.dead).sum();
        if dead > 0 {
            let were = if dead == 1 { "1 message was".into() } else { format!("{dead} messages were") };
            self.say(paint(
                BAD,
                &format!("{were} refused: `playbook outbox` says why, `playbook retry EFFECT` sends again"),
            ));
        }
        let doubtful: u32 = channels.iter().map(|channel| channel.in_doubt).sum();
        if doubtful > 0 {
            let text = format!(
                "{} in doubt: `playbook done EFFECT` says that one arrived, `playbook retry EFFECT` sends it again",
                messages(doubtful as usize)
            );
            self.say(paint(WARN, &text));
        }
        for channel in channels.iter().filter(|channel| channel.failing.is_some()).take(CHANNELS_SHOWN) {
            let Some((since, reason)) = &channel.failing else { continue };
            let ago = clock_left(clock::now(), *since);
            let (group, name, n) = (&channel.group, &channel.channel, channel.waiting);
            let text =
                format!("channel `{name}` of {group} has been failing for {ago}, {n} waiting: {reason}");
            self.say(paint(BAD, &text));
        }
    }

    /// A decision is a fact.
    pub(super) fn entries(&mut self, book: &Book, slot: &Slot, entries: &[Entry]) {
        let detail = self.groups <= GROUPS_IN_DETAIL;
        for entry in entries {
            let Some(line) = timeline::describe(entry, &book.playbook.zone).or_else(|| notified(entry))
            else {
                continue;
            };
            self.told = true;
            if detail {
                self.line(book, slot, entry, &line);
                continue;
            }
            *self.sums.entry(line.word).or_default() += 1;
            if line.tone == Tone::Bad && self.troubles < TROUBLES_MAX {
                self.troubles += 1;
                self.line(book, slot, entry, &line);
            }
        }
    }

    fn line(&self, book: &Book, slot: &Slot, entry: &Entry, line: &Line) {
        let style = match line.tone {
            Tone::Voice => GOOD,
            Tone::Person | Tone::Turn => NAME,
            Tone::Plain => DIM,
            Tone::Doubt => WARN,
            Tone::Bad => BAD,
        };
        let clock = book.playbook.zone.civil(entry.at).strftime("%H:%M:%S").to_string();
        let whose = if self.groups > 1 { format!("{} · ", slot.group()) } else { String::new() };
        let out = outgoing(entry);
        let text = if out.is_some_and(|out| self.previewed(book, slot, out).is_some()) {
            String::new()
        } else {
            format!("  {}", shown(&line.text))
        };
        let head = format!("{}  {}", paint(DIM, &clock), paint(style, &format!("{:<9}", line.word)));
        let tail = if line.about.is_empty() {
            format!("{whose}{}", text.trim_start())
        } else {
            format!("{whose}{}{text}", paint(NAME, &visible::line(&line.about)))
        };
        self.console.say(format!("{head} {}", tail.trim_end()));
        if let Some(preview) = out.and_then(|out| self.previewed(book, slot, out)) {
            self.console.block(indent(&preview));
        }
        if let Some(answer) = how_to_answer(entry, (self.groups > 1).then(|| slot.group())) {
            self.console.say(indent(&paint(DIM, &answer)));
        }
    }

    /// A message as its platform will show it; none for the console, where the courier prints it.
    fn previewed(&self, book: &Book, slot: &Slot, out: &Outgoing) -> Option<String> {
        let group = book.playbook.groups.get(slot.group())?;
        let kind = book.playbook.channel(group, &out.channel)?.kind;
        if kind == ChannelKind::Console && !self.rehearse {
            return None;
        }
        Some(preview::preview(kind, &out.channel, &out.message, self.console.columns.saturating_sub(INDENT)))
    }

    /// What became of a message.
    pub(super) fn settled(&mut self, settlement: &Settlement) {
        if self.groups > GROUPS_IN_DETAIL {
            let word = match settlement.outcome {
                Outcome::Accepted => "delivered",
                Outcome::Deferred { .. } => "deferred",
                Outcome::Dead | Outcome::Held | Outcome::Expired => return,
            };
            *self.sums.entry(word).or_default() += 1;
            self.told = true;
            return;
        }
        let clock = clock::now();
        let (word, style, text) = match &settlement.outcome {
            Outcome::Accepted if settlement.in_doubt => (
                "delivered",
                WARN,
                "; an earlier attempt is in doubt, so a second copy is possible".to_owned(),
            ),
            // What went well has been seen as a post.
            Outcome::Accepted => return,
            Outcome::Deferred { until, .. } => {
                let left = clock_left(*until, clock);
                ("later", WARN, format!(" will be tried again in {left}: {}", settlement.note))
            }
            // The engine says these itself, once it has heard of them.
            Outcome::Dead | Outcome::Held | Outcome::Expired => return,
        };
        self.say(format!("          {} {}{text}", paint(style, &format!("{word:<9}")), settlement.effect));
    }

    /// A group's wake decided nothing although its deadline stays.
    pub(super) fn idle_wake(&self, slot: &Slot) {
        let reason = engine::deadline(&slot.state).map(|deadline| format!("{:?}", deadline.reason));
        self.trouble(&format!(
            "group {} was woken for {} and decided nothing; it is tried again with pauses",
            slot.group(),
            reason.unwrap_or_default()
        ));
    }

    /// What the machine's clock shows, while it is not believed.
    pub(super) fn clock(&mut self, shows: Option<Timestamp>) {
        if std::mem::replace(&mut self.doubted, shows.is_some()) == shows.is_some() {
            return;
        }
        let text = match shows {
            Some(shows) => format!(
                "clock     it jumped to {}, which the time that the machine has counted contradicts; it is believed \
                 when it has stood for a minute",
                shows.to_utc()
            ),
            None => format!("clock     it is {} and believed", clock::now().to_utc()),
        };
        self.say(paint(WARN, &text));
    }

    /// Nothing more to do for the moment: the first time an overview, later what comes next.
    pub(super) fn idle(&mut self, slots: &BTreeMap<GroupId, Slot>, books: &[Book]) {
        if !self.overview {
            self.overview = true;
            self.told = false;
            self.sums.clear();
            for (index, book) in books.iter().enumerate() {
                let own: Vec<&Slot> = slots.values().filter(|slot| slot.book == Some(index)).collect();
                self.console.block(header::overview(
                    book,
                    &own,
                    self.groups > 1,
                    self.rehearse,
                    self.console.columns,
                ));
            }
            self.say(paint(DIM, "  running; stop with Ctrl-C"));
            return;
        }
        if !std::mem::take(&mut self.told) {
            return;
        }
        if self.groups > GROUPS_IN_DETAIL {
            let sums: Vec<String> = self.sums.iter().map(|(word, n)| format!("{n} {word}")).collect();
            let zone = books.first().map_or_else(Zone::utc, |book| book.playbook.zone.clone());
            let at = zone.civil(clock::now()).strftime("%H:%M:%S").to_string();
            self.say(format!("{}  {}", paint(DIM, &at), sums.join(" · ")));
            self.sums.clear();
            self.troubles = 0;
            return;
        }
        let next = header::next_line(slots, books);
        if next.is_some() && next != self.next_told {
            if let Some(next) = &next {
                self.say(paint(DIM, next));
            }
            self.next_told = next;
        }
    }

    pub(super) fn stopping(&self) {
        self.say(paint(DIM, "stopping: attempts in flight are finished first; once more to stop at once"));
    }

    pub(super) fn stopped(&self) {
        let end =
            if self.rehearse { "the rehearsal's state is thrown away" } else { "everything is recorded" };
        self.say(paint(DIM, &format!("stopped; {end}")));
    }
}

/// A message to a person is not a line of the journal's story by itself; on the screen it is.
fn notified(entry: &Entry) -> Option<Line> {
    let Fact::Notified(out) = &entry.fact else { return None };
    let text = format!("[{}] {}", out.channel, out.message.text);
    Some(Line { word: "told", about: out.channel.to_string(), text, tone: Tone::Plain })
}

fn outgoing(entry: &Entry) -> Option<&Outgoing> {
    match &entry.fact {
        Fact::Posted(out) | Fact::Released(out) | Fact::Notified(out) => Some(out),
        _ => None,
    }
}

/// The command that answers what a person is asked.
fn how_to_answer(entry: &Entry, group: Option<&GroupId>) -> Option<String> {
    let Fact::TaskOpened(task) = &entry.fact else { return None };
    Some(answer_command(task.kind, task.id.as_str(), group))
}

/// The command that answers a task of a kind.
pub(super) fn answer_command(kind: TaskKind, id: &str, group: Option<&GroupId>) -> String {
    let whose = group.map(|group| format!(" --group {group}")).unwrap_or_default();
    match kind {
        TaskKind::Approval => format!("playbook approve {id}{whose} · playbook reject {id}{whose}"),
        TaskKind::Question => {
            format!("playbook signal answer --member ID --with task={id} --with option=1{whose}")
        }
        TaskKind::Task | TaskKind::Delivery | TaskKind::Removal => format!("playbook done {id}{whose}"),
    }
}

/// One line of a text that may have several.
fn shown(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    visible::line(&lines.join(visible::LINE_END)).into_owned()
}

fn indent(text: &str) -> String {
    let pad = " ".repeat(INDENT);
    let lines: Vec<String> = text.lines().map(|line| format!("{pad}{line}")).collect();
    lines.join("\n")
}

fn messages(n: usize) -> String {
    if n == 1 { "1 message is".into() } else { format!("{n} messages are") }
}

/// How long until an instant, coarsely.
pub(super) fn clock_left(at: Timestamp, now: Timestamp) -> String {
    let millis = at.since(now).as_millis().max(0);
    if millis < 1_000 {
        return "a moment".into();
    }
    let (n, unit) = match millis {
        m if m < 60_000 => ((m + 500) / 1_000, "second"),
        m if m < 3_600_000 => (m / 60_000, "minute"),
        m if m < 48 * 3_600_000 => (m / 3_600_000, "hour"),
        m => (m / 86_400_000, "day"),
    };
    if n == 1 { format!("1 {unit}") } else { format!("{n} {unit}s") }
}

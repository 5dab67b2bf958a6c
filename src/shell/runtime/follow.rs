//! The terminal as a subscriber of the engine: what just happened, from committed entries and from what became of
//! messages; then what comes next.
//!
//! Up to five groups are told about one by one; of more only what went wrong, and sums. Decides nothing, and where it
//! is too slow the engine does not wait.

use super::{
    console::{BAD, Console, DIM, GOOD, NAME, WARN, paint},
    header,
    pieces::{INDENT, answer_command, clock_left, indent},
    publish::{Commit, Heard, InForce, Published, Subscription},
};
use crate::{
    base::{
        ids::GroupId,
        phrase::{Phrase, pair, phrase},
        time::Zone,
        visible,
    },
    courier::{ParcelOutcome, Settlement},
    engine::{
        entry::{Entry, Fact, Outgoing, Skip},
        state::State,
    },
    model::channel::ChannelKind,
    shell::{answers, clock, delivery::preview},
    sim::timeline::{self, Line, Tone},
};
use std::{collections::BTreeMap, sync::Arc};

/// Groups that are told about one by one.
const GROUPS_IN_DETAIL: usize = 5;
/// Troubles told one by one in one burst when there are many groups.
const TROUBLES_MAX: u32 = 20;

/// Tells what it hears.
pub(super) struct Follower {
    console: Console,
    published: Published,
    rehearse: bool,
    /// A group's first overview has been shown.
    overview: bool,
    /// That other plays are not rehearsed was said.
    left_out: bool,
    next_told: Option<String>,
    sums: BTreeMap<&'static str, u64>,
    troubles: u32,
}

impl Follower {
    pub(super) fn new(console: Console, published: Published, rehearse: bool) -> Self {
        let (sums, troubles) = (BTreeMap::new(), 0);
        Self {
            console,
            published,
            rehearse,
            overview: false,
            left_out: false,
            next_told: None,
            sums,
            troubles,
        }
    }

    /// Tells everything until the engine ends.
    pub(super) async fn follow(mut self, mut heard: Subscription) {
        while let Some(heard) = heard.next().await {
            match heard {
                Heard::Commits(commits) => commits.iter().for_each(|commit| self.commit(commit)),
                Heard::Settled(settled) => settled.iter().for_each(|settled| self.settled(settled)),
                Heard::Idle => self.idle(),
                Heard::Lost(_) => self.console.say(paint(
                    WARN,
                    self.console.locale().pick(
                        "…         more happened than could be told here: `playbook log` has all of it",
                        "…         发生的事多得这里说不完：`playbook log` 里都有",
                    ),
                )),
            }
        }
    }

    /// How many groups files run.
    fn groups(&self) -> usize {
        self.published.snapshot().books.iter().map(|book| book.playbook.groups.len()).sum()
    }

    /// A decision is a fact.
    fn commit(&mut self, commit: &Commit) {
        let Some(book) = &commit.now.book else { return };
        let groups = self.groups();
        for entry in commit.entries.iter() {
            // What is not rehearsed was not meant to happen: that is said once.
            if matches!(entry.fact, Fact::Skipped { reason: Skip::LeftOut, .. })
                && std::mem::replace(&mut self.left_out, true)
            {
                continue;
            }
            let line = timeline::describe(entry, &book.playbook.zone);
            let Some(mut line) = line.or_else(|| timeline::answer(entry)).or_else(|| notified(entry)) else {
                continue;
            };
            let known = timeline::subject(&entry.fact).and_then(|id| commit.now.state.members.get(id));
            if let Some(known) = known.filter(|known| !known.name.is_empty()) {
                line.about.clone_from(&known.name);
            }
            if groups <= GROUPS_IN_DETAIL {
                self.line(book, (&commit.group, groups > 1), entry, &line);
                continue;
            }
            *self.sums.entry(line.word(self.console.locale())).or_default() += 1;
            if line.tone == Tone::Bad && self.troubles < TROUBLES_MAX {
                self.troubles += 1;
                self.line(book, (&commit.group, true), entry, &line);
            }
        }
    }

    fn line(&self, book: &InForce, (group, several): (&GroupId, bool), entry: &Entry, line: &Line) {
        let style = match line.tone {
            Tone::Voice => GOOD,
            Tone::Person | Tone::Turn => NAME,
            Tone::Plain => DIM,
            Tone::Doubt => WARN,
            Tone::Bad => BAD,
        };
        let locale = self.console.locale();
        let clock = book.playbook.zone.civil(entry.at).strftime("%H:%M:%S").to_string();
        let whose = if several { format!("{group} · ") } else { String::new() };
        let preview = outgoing(entry).and_then(|out| self.previewed(book, group, out));
        let text =
            if preview.is_some() { String::new() } else { format!("  {}", shown(line.text.of(locale))) };
        let head = format!("{}  {}", paint(DIM, &clock), paint(style, &header::wide(line.word(locale), 9)));
        let tail = if line.about.is_empty() {
            format!("{whose}{}", text.trim_start())
        } else {
            format!("{whose}{}{text}", paint(NAME, &visible::line(&line.about)))
        };
        self.console.say(format!("{head} {}", tail.trim_end()));
        if let Some(preview) = preview {
            self.console.block(indent(&preview));
        }
        if let Some(answer) = how_to_answer(entry, several.then_some(group)) {
            self.console.say(indent(&paint(DIM, &answer)));
        }
    }

    /// A message as its platform will show it; none for the console, where the courier prints it.
    fn previewed(&self, book: &InForce, group: &GroupId, out: &Outgoing) -> Option<String> {
        let kind = kind_of(book, group, out.channel.as_str())?;
        let live = book.playbook.groups.get(group).is_some_and(|group| group.live);
        if kind == ChannelKind::Console && !self.rehearse && live {
            return None;
        }
        Some(preview::preview(
            kind,
            &out.channel,
            &out.message,
            (self.console.columns.saturating_sub(INDENT), self.console.locale()),
        ))
    }

    /// What became of a message. What was refused is said by the engine itself, once it has heard of it.
    fn settled(&mut self, settlement: &Settlement) {
        let groups = self.groups();
        let group = &settlement.group;
        let snapshot = self.published.snapshot();
        let book = snapshot.groups.get(group).and_then(|now| now.book.as_deref());
        let (arrived, locale) = (pair("arrived", "送到"), self.console.locale());
        let (word, style, text) = match &settlement.outcome {
            ParcelOutcome::Accepted if settlement.in_doubt => {
                let text = phrase!(
                    "an earlier attempt is in doubt, so a second copy is possible",
                    "前一次发送存疑，所以可能会有第二份"
                );
                (arrived, WARN, text)
            }
            // What stands on the console has been seen there.
            ParcelOutcome::Accepted
                if book.and_then(|book| kind_of(book, group, settlement.channel.as_str()))
                    == Some(ChannelKind::Console) =>
            {
                return;
            }
            ParcelOutcome::Accepted => (arrived, DIM, answers::in_words(&settlement.note)),
            ParcelOutcome::Deferred { until, .. } => {
                let left = clock_left(*until, clock::now());
                let note = answers::in_words(&settlement.note);
                let text =
                    phrase!("will be tried again in {left}: {note}", "{left}后再试：{note}"; left, note);
                (pair("later", "稍后"), WARN, text)
            }
            ParcelOutcome::Dead | ParcelOutcome::Held | ParcelOutcome::Expired => return,
        };
        let (word, text) = (word.of(locale), text.of(locale));
        if groups > GROUPS_IN_DETAIL {
            *self.sums.entry(word).or_default() += 1;
            return;
        }
        let zone = book.map_or_else(Zone::utc, |book| book.playbook.zone.clone());
        let at = zone.civil(clock::now()).strftime("%H:%M:%S").to_string();
        let whose = if groups > 1 { format!("{group} · ") } else { String::new() };
        let head = format!("{}  {}", paint(DIM, &at), paint(style, &header::wide(word, 9)));
        let text = format!("{head} {whose}{}  {}", settlement.effect, shown(text));
        self.console.say(text.trim_end());
    }

    /// Nothing more to do for the moment: the first time an overview, later what comes next.
    fn idle(&mut self) {
        let snapshot = self.published.snapshot();
        let groups = self.groups();
        let of = |book: &Arc<InForce>| -> Vec<&State> {
            let own = snapshot.groups.values();
            let own = own.filter(|now| now.book.as_ref().is_some_and(|own| Arc::ptr_eq(own, book)));
            own.map(|now| &*now.state).collect()
        };
        if !std::mem::replace(&mut self.overview, true) {
            self.sums.clear();
            for book in snapshot.books.iter() {
                let columns = (self.console.columns, self.console.locale());
                self.console.block(header::overview(book, &of(book), groups > 1, self.rehearse, columns));
            }
            self.console.say(paint(
                DIM,
                self.console.locale().pick("  running; stop with Ctrl-C", "  运行中；按 Ctrl-C 停止"),
            ));
            return;
        }
        if groups > GROUPS_IN_DETAIL {
            if self.sums.is_empty() {
                return;
            }
            let sums: Vec<String> = self.sums.iter().map(|(word, n)| format!("{n} {word}")).collect();
            let zone = snapshot.books.first().map_or_else(Zone::utc, |book| book.playbook.zone.clone());
            let at = zone.civil(clock::now()).strftime("%H:%M:%S").to_string();
            self.console.say(format!("{}  {}", paint(DIM, &at), sums.join(" · ")));
            self.sums.clear();
            self.troubles = 0;
            return;
        }
        let all =
            snapshot.books.iter().flat_map(|book| of(book).into_iter().map(move |state| (state, &**book)));
        let next = header::next_line(all, snapshot.groups.len() > 1, self.console.locale());
        if next.is_some() && next != self.next_told {
            if let Some(next) = &next {
                self.console.say(paint(DIM, next));
            }
            self.next_told = next;
        }
    }
}

/// The platform of a group's channel.
fn kind_of(book: &InForce, group: &GroupId, channel: &str) -> Option<ChannelKind> {
    let group = book.playbook.groups.get(group)?;
    Some(book.playbook.channel(group, &channel.into())?.kind)
}

/// A message to a person is not a line of the journal's story by itself; on the screen it is.
fn notified(entry: &Entry) -> Option<Line> {
    let Fact::Notified(out) = &entry.fact else { return None };
    let text = format!("[{}] {}", out.channel, out.message.text);
    Some(Line { word: "told", about: out.channel.to_string(), text: Phrase::same(text), tone: Tone::Plain })
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
    Some(answer_command(task.kind, task.id.as_str(), &task.fields, group))
}

/// One line of a text that may have several.
fn shown(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    visible::line(&lines.join(visible::LINE_END)).into_owned()
}

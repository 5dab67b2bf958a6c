//! What the engine says of itself on the terminal: what it found at the start, what is wrong, that it stops. What
//! happens in groups is told by the follower.
//!
//! Text only. Decides nothing.

use super::{
    book::Book,
    console::{BAD, Console, DIM, WARN, paint},
    header,
    slot::Slot,
};
use crate::{
    base::{ids::GroupId, time::Timestamp},
    engine::{self, entry::TaskKind},
    shell::{
        clock,
        store::{Backlog, OutboxRow, Status},
    },
};
use std::{collections::BTreeMap, fmt::Write as _, path::Path};

/// Channels that fail, told one by one at the start.
const CHANNELS_SHOWN: usize = 8;
/// The columns before a line's text.
pub(super) const INDENT: usize = 10;

/// Tells people.
pub(super) struct Announcer {
    console: Console,
    rehearse: bool,
    /// The clock is not believed, and that has been told.
    doubted: bool,
}

impl Announcer {
    pub(super) fn new(console: Console, rehearse: bool) -> Self {
        Self { console, rehearse, doubted: false }
    }

    /// Which files run, and where their state is.
    pub(super) fn header(&self, books: &[Book], dir: &Path) {
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
    pub(super) fn backlog(&self, backlog: &BTreeMap<GroupId, Vec<Backlog>>) {
        let all = || backlog.iter().flat_map(|(group, rows)| rows.iter().map(move |rows| (group, rows)));
        let count = |status| -> usize {
            all().filter(|(_, rows)| rows.status == status).map(|(_, rows)| rows.count as usize).sum()
        };
        let dead = count(Status::Dead);
        if dead > 0 {
            let were = if dead == 1 { "1 message was".into() } else { format!("{dead} messages were") };
            self.say(paint(
                BAD,
                &format!("{were} refused: `playbook outbox` says why, `playbook retry EFFECT` sends again"),
            ));
        }
        let doubtful = count(Status::InDoubt);
        if doubtful > 0 {
            let text = format!(
                "{} in doubt: `playbook done EFFECT` says that one arrived, `playbook retry EFFECT` sends it again",
                messages(doubtful)
            );
            self.say(paint(WARN, &text));
        }
        let on_their_way = |rows: &Backlog| matches!(rows.status, Status::Pending | Status::Claimed);
        let failing = all().filter(|(_, rows)| rows.failing && on_their_way(rows));
        for (group, rows) in failing.take(CHANNELS_SHOWN) {
            let ago = clock_left(clock::now(), rows.since);
            let (name, n, reason) = (&rows.channel, rows.count, &rows.note);
            let text =
                format!("channel `{name}` of {group} has been failing for {ago}, {n} waiting: {reason}");
            self.say(paint(BAD, &text));
        }
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

    pub(super) fn stopping(&self) {
        self.say(paint(DIM, "stopping: attempts in flight are finished first; once more to stop at once"));
    }

    pub(super) fn stopped(&self) {
        let end =
            if self.rehearse { "the rehearsal's state is thrown away" } else { "everything is recorded" };
        self.say(paint(DIM, &format!("stopped; {end}")));
    }
}

/// The command that answers a task of a kind.
pub(super) fn answer_command(kind: TaskKind, id: &str, fields: &[String], group: Option<&GroupId>) -> String {
    let whose = group.map(|group| format!(" --group {group}")).unwrap_or_default();
    match kind {
        TaskKind::Approval => format!("playbook approve {id}{whose} · playbook reject {id}{whose}"),
        TaskKind::Question if !fields.is_empty() => {
            let fields: Vec<String> = fields.iter().map(|field| shell_word(&format!("{field}=…"))).collect();
            format!("playbook answer {id} --member ID --with {}{whose}", fields.join(" "))
        }
        TaskKind::Question => format!("playbook answer {id} 1 --member ID{whose}"),
        TaskKind::Task | TaskKind::Delivery | TaskKind::Removal => format!("playbook done {id}{whose}"),
    }
}

/// A word as a shell takes it.
fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '=' | '…' | '_' | '-' | '.');
    if word.chars().all(plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

/// A block below a line's text.
pub(super) fn indent(text: &str) -> String {
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

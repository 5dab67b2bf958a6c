//! What the engine says of itself on the terminal: what it found at the start, what is wrong, that it stops. What
//! happens in groups is told by the follower.
//!
//! Text only. Decides nothing.

use super::{
    book::Book,
    console::{BAD, Console, DIM, WARN, paint},
    header,
    pieces::clock_left,
    slot::GroupSlot,
};
use crate::{
    base::{
        hint,
        ids::GroupId,
        phrase::{Phrase, phrase},
        time::Timestamp,
    },
    engine,
    shell::{
        answers, clock,
        store::{Backlog, MessageStatus, OutboxRow},
        terminal::Style,
    },
};
use std::{collections::BTreeMap, path::Path};

/// Channels that fail, told one by one at the start.
const CHANNELS_SHOWN: usize = 8;
/// Tells people.
pub(super) struct Announcer {
    console: Console,
    /// What is said of a rehearsal at its start; nothing where it is none.
    rehearsal: Vec<Phrase>,
    /// The clock is not believed, and that has been told.
    doubted: bool,
}

impl Announcer {
    pub(super) fn new(console: Console, rehearsal: Vec<Phrase>) -> Self {
        Self { console, rehearsal, doubted: false }
    }

    /// Which files run, and where their state is.
    pub(super) fn header(&self, books: &[Book], dir: &Path) {
        self.console.block(header::header(books, dir, &self.rehearsal, self.console.locale()));
    }

    /// Something is wrong.
    pub(super) fn trouble(&self, words: &Phrase) {
        self.tell(BAD, words);
    }

    /// Something worth knowing.
    pub(super) fn say(&self, text: impl AsRef<str>) {
        self.console.say(text);
    }

    /// The same in both languages, and how much it matters.
    pub(super) fn tell(&self, style: Style, words: &Phrase) {
        self.console.say(paint(style, words.of(self.console.locale())));
    }

    /// The console, for diagnostics.
    pub(super) fn console(&self) -> &Console {
        &self.console
    }

    /// Groups in the state that no file runs.
    pub(super) fn resting(&self, groups: &[GroupId]) {
        if !groups.is_empty() {
            let names: Vec<&str> = groups.iter().take(8).map(GroupId::as_str).collect();
            let names = Phrase { en: names.join(", "), zh: names.join("、") };
            let more = match groups.len().saturating_sub(8) {
                0 => Phrase::default(),
                more => phrase!(" and {more} more", " 等，另有 {more} 个"),
            };
            let text = phrase!(
                "resting: {names}{more}: in the state, and in no file",
                "停放：{names}{more}：状态里有，文件里没有";
                names, more
            );
            self.tell(WARN, &text);
        }
    }

    /// Messages that were on their way when the engine ended.
    pub(super) fn carried_on(&self, rows: &[OutboxRow]) {
        let doubtful = rows.iter().filter(|row| row.in_doubt).count();
        if !rows.is_empty() {
            let n = messages(rows.len());
            let mut text = phrase!("{n} on the way from before", "{n}是之前就在路上的"; n);
            if doubtful > 0 {
                let many = Phrase::same(doubtful.to_string());
                text = phrase!(
                    "{text}, {many} of them in doubt: an attempt was under way when the engine ended",
                    "{text}，其中 {many} 条存疑：引擎结束时正在发送";
                    text, many
                );
            }
            self.tell(WARN, &text);
        }
    }

    /// Messages that were on their way in a copy that was put back.
    pub(super) fn may_have_been_sent(&self, count: usize) {
        if count > 0 {
            let n = messages(count);
            let text = phrase!(
                "{n} on the way when the copy was made are held, because they may have been sent since: \
                 `playbook outbox` lists them, `playbook done EFFECT` says that one arrived, `playbook retry EFFECT` \
                 sends it",
                "做副本时在路上的{n}先压住，因为之后可能已经发过：`playbook outbox` 列出它们，\
                 `playbook done EFFECT` 表示已经送到，`playbook retry EFFECT` 发出";
                n
            );
            self.tell(BAD, &text);
        }
    }

    /// Messages that wait for a person, and channels that fail, from before. Of `several` groups a command names one.
    pub(super) fn backlog(&self, backlog: &BTreeMap<GroupId, Vec<Backlog>>, several: bool) {
        let all = || backlog.iter().flat_map(|(group, rows)| rows.iter().map(move |rows| (group, rows)));
        let count = |status| -> usize {
            all().filter(|(_, rows)| rows.status == status).map(|(_, rows)| rows.count as usize).sum()
        };
        let hinted = |status, text: Phrase| {
            let mut of = all().filter(|(_, rows)| rows.status == status).map(|(group, _)| group);
            let first = of.next();
            let only = first.filter(|first| of.all(|other| other == *first));
            if several { hint::phrase_of_group(&text, only.map_or("GROUP", GroupId::as_str)) } else { text }
        };
        let dead = count(MessageStatus::Dead);
        if dead > 0 {
            let en = if dead == 1 { "1 message was".into() } else { format!("{dead} messages were") };
            let were = Phrase { en, zh: format!("{dead} 条消息") };
            let text = phrase!(
                "{were} refused: `playbook outbox` says why, `playbook retry EFFECT` sends again",
                "{were}被拒收：`playbook outbox` 说明原因，`playbook retry EFFECT` 再发一次";
                were
            );
            self.tell(BAD, &hinted(MessageStatus::Dead, text));
        }
        let doubtful = count(MessageStatus::InDoubt);
        if doubtful > 0 {
            let n = messages(doubtful);
            let text = phrase!(
                "{n} in doubt: `playbook done EFFECT` says that one arrived, `playbook retry EFFECT` sends it again",
                "{n}存疑：`playbook done EFFECT` 表示已经送到，`playbook retry EFFECT` 再发一次";
                n
            );
            self.tell(WARN, &hinted(MessageStatus::InDoubt, text));
        }
        let on_their_way =
            |rows: &Backlog| matches!(rows.status, MessageStatus::Pending | MessageStatus::Claimed);
        let failing = all().filter(|(_, rows)| rows.failing && on_their_way(rows));
        for (group, rows) in failing.take(CHANNELS_SHOWN) {
            let ago = clock_left(clock::now(), rows.since);
            let reason = answers::in_words(&rows.note);
            let (name, n) = (&rows.channel, rows.count);
            let text = phrase!(
                "channel `{name}` of {group} has been failing for {ago}, {n} waiting: {reason}",
                "{group} 的频道 `{name}` 已经发送失败 {ago}，{n} 条在等：{reason}";
                reason, ago
            );
            self.tell(BAD, &text);
        }
    }

    /// A group's wake decided nothing although its deadline stays.
    pub(super) fn idle_wake(&self, slot: &GroupSlot) {
        let reason = engine::deadline(&slot.state).map(|deadline| format!("{:?}", deadline.reason));
        let (group, reason) = (slot.group(), reason.unwrap_or_default());
        let text = phrase!(
            "group {group} was woken for {reason} and decided nothing; it is tried again with pauses",
            "群 {group} 因 `{reason}` 被叫醒，却什么都没决定；隔一阵再试"
        );
        self.tell(BAD, &text);
    }

    /// What the machine's clock shows, while it is not believed.
    pub(super) fn clock(&mut self, shows: Option<Timestamp>) {
        if std::mem::replace(&mut self.doubted, shows.is_some()) == shows.is_some() {
            return;
        }
        let text = match shows {
            Some(shows) => phrase!(
                "clock     it jumped to {}, which the time that the machine has counted contradicts; it is believed \
                 when it has stood for a minute",
                "时钟      跳到了 {}，与本机计过的时间不符；稳住一分钟后才采信",
                shows.to_utc()
            ),
            None => phrase!(
                "clock     it is {} and believed",
                "时钟      现在是 {}，已采信",
                clock::now().to_utc()
            ),
        };
        self.tell(WARN, &text);
    }

    pub(super) fn stopping(&self) {
        let text = phrase!(
            "stopping: attempts in flight are finished first; once more to stop at once",
            "正在停止：先做完正在发送的；再按一次立即停止"
        );
        self.tell(DIM, &text);
    }

    pub(super) fn stopped(&self) {
        let end = if self.rehearsal.is_empty() {
            phrase!("stopped; everything is recorded", "已停止；全部记录在案")
        } else {
            phrase!("stopped; the rehearsal's state is thrown away", "已停止；演练的状态已丢弃")
        };
        self.tell(DIM, &end);
    }
}

fn messages(n: usize) -> Phrase {
    let en = if n == 1 { "1 message is".into() } else { format!("{n} messages are") };
    Phrase { en, zh: format!("{n} 条消息") }
}

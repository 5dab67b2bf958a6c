//! `playbook simulate --world journal:…`: what would have changed, had the playbook been what it is now.
//!
//! Shows; the replay and the comparison are in `sim`.

use super::{
    failure::{Exit, Failure},
    output::{BAD, Format, GOOD, HEADING, NAME, Output, WARN, clip, one_line, pad, paint, width},
    simulate_found::found,
};
use crate::{
    base::{
        ids::GroupId,
        phrase::{Phrase, phrase},
        time::Timestamp,
    },
    model::playbook::Playbook,
    shell::view::lived,
    sim::{
        Finding, Material,
        difference::{PostChange, Posts},
        recording::Recording,
        replay::{self, Unheard},
    },
};
use std::{collections::BTreeMap, sync::Arc};

/// Replays every recorded group that the playbook runs.
pub(super) fn run(
    playbook: &Arc<Playbook>,
    material: &Material,
    recordings: &BTreeMap<GroupId, Recording>,
    format: Format,
    out: &mut Output,
) -> Result<(), Failure> {
    let known = recordings.iter().filter(|(group, _)| playbook.groups.contains_key(*group));
    let mut replayed = 0;
    let mut bad: Option<Finding> = None;
    for (group, recording) in known {
        replayed += 1;
        let (mut was, mut is) = (Posts::default(), Posts::default());
        recording.entries().for_each(|entry| was.see(entry));
        let (findings, unheard) = replay::replay(playbook, material, recording, |entry| is.see(entry));
        bad = bad.or_else(|| findings.into_iter().next());
        let told = TwoHistories { playbook, group, recording, was: &was, is: &is, unheard: &unheard };
        match format {
            Format::Json => told.json(out)?,
            Format::Text => told.text(out)?,
        }
    }
    if replayed == 0 {
        let names: Vec<&str> = recordings.keys().map(GroupId::as_str).collect();
        return Err(Failure::new(
            Exit::Playbook,
            phrase!(
                "the playbook runs no group of the journal; the journal has {}",
                "日志里的群都不在这份剧本里；日志里有 {}",
                names.join(", ")
            ),
        ));
    }
    out.flush()?;
    bad.map_or(Ok(()), |finding| Err(Failure::new(Exit::Playbook, found(playbook, &finding))))
}

/// One group's two histories.
struct TwoHistories<'a> {
    playbook: &'a Playbook,
    group: &'a GroupId,
    recording: &'a Recording,
    was: &'a Posts,
    is: &'a Posts,
    unheard: &'a Unheard,
}

impl TwoHistories<'_> {
    fn time(&self, at: Timestamp) -> String {
        self.playbook.zone.civil(at).strftime("%Y-%m-%d %H:%M").to_string()
    }

    fn json(&self, out: &mut Output) -> Result<(), Failure> {
        for (play, effect, change) in self.was.changes(self.is) {
            let about = (self.group, &play, &effect);
            out.json(&lived::difference(about, &change, &self.playbook.zone))?;
        }
        Ok(())
    }

    fn text(&self, out: &mut Output) -> Result<(), Failure> {
        let (from, to) = self.recording.span();
        let (group, from, to) = (self.group, self.time(from), self.time(to));
        let span = phrase!("{group}, {from} to {to}", "{group}，{from} 到 {to}");
        let locale = out.languages.people;
        out.heading(span.of(locale))?;
        let changes = self.was.changes(self.is);
        let mut last = None;
        for (play, _, change) in &changes {
            if last != Some(play) {
                let to_people = locale.pick("told to people", "给人的通知");
                let of = if play.as_str().is_empty() { to_people } else { play.as_str() };
                out.line(format!("  {}", paint(NAME, of)))?;
                last = Some(play);
            }
            self.line(change, out)?;
        }
        let n = |word: &str| changes.iter().filter(|(_, _, change)| change.word() == word).count();
        let [added, removed, changed, moved] = ["added", "removed", "changed", "moved"].map(n);
        let (was, is) = (Phrase::counted(self.was.len(), "message", "条消息"), self.is.len());
        out.say(phrase!(
            "  {was} as recorded, {is} now: {added} added, {removed} removed, {changed} changed, {moved} moved",
            "  记录里 {was}，现在 {is} 条：多了 {added}，少了 {removed}，改了 {changed}，挪了 {moved}";
            was
        ))?;
        if self.unheard.gone > 0 {
            let what = Phrase::counted(self.unheard.gone as usize, "answer", "个");
            out.say(phrase!(
                "  {what} or receipt of the recording had nothing to be about any more",
                "  记录里有{what}回答或回执已经没有对象了";
                what
            ))?;
        }
        if self.unheard.refused > 0 {
            let what = Phrase::counted(self.unheard.refused as usize, "command", "个");
            out.say(phrase!(
                "  {what} that the engine had refused is not repeated: the journal does not say which",
                "  引擎当时拒绝的{what}命令没有重做：日志里没有写是哪些";
                what
            ))?;
        }
        Ok(())
    }

    fn line(&self, change: &PostChange, out: &mut Output) -> Result<(), Failure> {
        let locale = out.languages.people;
        let left = format!("    {}  ", self.time(change.at()));
        let room = |out: &Output| out.width.saturating_sub(width(&left) + 10).max(20);
        let (style, text) = match change {
            PostChange::Added(is) => (GOOD, one_line(&is.text)),
            PostChange::Removed(was) => (BAD, one_line(&was.text)),
            PostChange::Changed(was, is) => {
                (WARN, format!("{} → {}", one_line(&was.text), one_line(&is.text)))
            }
            PostChange::Moved(_, is) => {
                let (at, text) = (self.time(is.at), one_line(&is.text));
                let moved = phrase!("to {at}: {text}", "到 {at}：{text}");
                (HEADING, moved.of(locale).to_owned())
            }
        };
        let text = clip(&text, room(out));
        out.line(format!("{left}{}{text}", paint(style, &pad(change.said().of(locale), 10))))?;
        Ok(())
    }
}

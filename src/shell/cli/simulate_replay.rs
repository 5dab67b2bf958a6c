//! `playbook simulate --world journal:…`: what would have changed, had the playbook been what it is now.
//!
//! Shows; the replay and the comparison are in `sim`.

use super::{
    failure::{Code, Failure},
    output::{BAD, Format, GOOD, HEADING, NAME, Output, WARN, clip, one_line, pad, paint, width},
    simulate::found,
};
use crate::{
    base::{ids::GroupId, time::Timestamp, words},
    model::playbook::Playbook,
    shell::view::lived,
    sim::{
        Finding, Material,
        difference::{Change, Posts},
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
        let told = Told { playbook, group, recording, was: &was, is: &is, unheard: &unheard };
        match format {
            Format::Json => told.json(out)?,
            Format::Text => told.text(out)?,
        }
    }
    if replayed == 0 {
        let names: Vec<&str> = recordings.keys().map(GroupId::as_str).collect();
        return Err(Failure::new(
            Code::Playbook,
            format!("the playbook runs no group of the journal; the journal has {}", names.join(", ")),
        ));
    }
    out.flush()?;
    bad.map_or(Ok(()), |finding| Err(Failure::new(Code::Playbook, found(playbook, &finding).en)))
}

/// One group's two histories.
struct Told<'a> {
    playbook: &'a Playbook,
    group: &'a GroupId,
    recording: &'a Recording,
    was: &'a Posts,
    is: &'a Posts,
    unheard: &'a Unheard,
}

impl Told<'_> {
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
        out.heading(&format!("{}, {} to {}", self.group, self.time(from), self.time(to)))?;
        let changes = self.was.changes(self.is);
        let mut last = None;
        for (play, _, change) in &changes {
            if last != Some(play) {
                out.line(format!(
                    "  {}",
                    paint(NAME, if play.as_str().is_empty() { "told to people" } else { play.as_str() })
                ))?;
                last = Some(play);
            }
            self.line(change, out)?;
        }
        let n = |word: &str| changes.iter().filter(|(_, _, change)| change.word() == word).count();
        out.line(format!(
            "  {} as recorded, {} now: {} added, {} removed, {} changed, {} moved",
            words::count(self.was.len(), "message"),
            self.is.len(),
            n("added"),
            n("removed"),
            n("changed"),
            n("moved")
        ))?;
        if self.unheard.gone > 0 {
            let what = words::count(self.unheard.gone as usize, "answer");
            out.line(format!("  {what} or receipt of the recording had nothing to be about any more"))?;
        }
        if self.unheard.refused > 0 {
            let what = words::count(self.unheard.refused as usize, "command");
            out.line(format!(
                "  {what} that the engine had refused is not repeated: the journal does not say which"
            ))?;
        }
        Ok(())
    }

    fn line(&self, change: &Change, out: &mut Output) -> Result<(), Failure> {
        let left = format!("    {}  ", self.time(change.at()));
        let room = |out: &Output| out.width.saturating_sub(width(&left) + 10).max(20);
        let (style, text) = match change {
            Change::Added(is) => (GOOD, one_line(&is.text)),
            Change::Removed(was) => (BAD, one_line(&was.text)),
            Change::Changed(was, is) => (WARN, format!("{} → {}", one_line(&was.text), one_line(&is.text))),
            Change::Moved(_, is) => (HEADING, format!("to {}: {}", self.time(is.at), one_line(&is.text))),
        };
        let text = clip(&text, room(out));
        out.line(format!("{left}{}{text}", paint(style, &pad(change.word(), 10))))?;
        Ok(())
    }
}

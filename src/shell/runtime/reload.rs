//! Saved files take effect: compiled beside the driver, refused as a whole when broken, adopted by an ordered
//! input of each group otherwise.

use super::{
    RunError,
    book::{Book, Loaded},
    console::{BAD, DIM, GOOD, WARN, paint},
    driver::{Driver, Event},
};
use crate::{
    base::{ids::PlayName, words},
    engine::view::{standing, under_way},
    model::{edit::edit, playbook::Playbook},
    shell::{
        clock,
        scripts::{self, Change},
        watch::Watch,
        workspace::Reads,
    },
};
use std::{collections::BTreeMap, sync::Arc};

/// Compilations under way, by book: whether something has changed again meanwhile.
#[derive(Debug, Default)]
pub(super) struct Reload {
    under_way: BTreeMap<usize, bool>,
    /// What the last refused version was read from, so that it is refused once.
    refused: BTreeMap<usize, Reads>,
}

impl Driver {
    /// Watches the files of all books.
    pub(super) fn watch(&mut self) {
        let events = self.events.clone();
        match Watch::start(move || drop(events.send(Event::Changed))) {
            Ok(watch) => self.watch = Some(watch),
            Err(reason) => {
                let text = format!("files are not watched, an edit needs a restart: {reason}");
                return self.announcer.say(paint(WARN, &text));
            }
        }
        self.watch_again();
    }

    fn watch_again(&mut self) {
        let paths = self.books.iter().flat_map(Book::paths).collect();
        if let Some(Err(reason)) = self.watch.as_mut().map(|watch| watch.set(paths)) {
            let text = format!("a folder is not watched, edits there need a restart: {reason}");
            self.announcer.say(paint(WARN, &text));
        }
    }

    /// Something may have changed: every book is compiled again.
    pub(super) fn changed(&mut self) {
        for index in 0..self.books.len() {
            self.recompile(index);
        }
    }

    fn recompile(&mut self, index: usize) {
        if let Some(again) = self.reload.under_way.get_mut(&index) {
            *again = true;
            return;
        }
        self.reload.under_way.insert(index, false);
        let (file, events) = (self.books[index].file.clone(), self.events.clone());
        tokio::task::spawn_blocking(move || {
            let loaded = Book::open(&file).map(Box::new);
            let _ = events.send(Event::Recompiled(index, loaded));
        });
    }

    /// A book was compiled again.
    pub(super) fn recompiled(
        &mut self,
        index: usize,
        loaded: Result<Box<Loaded>, String>,
    ) -> Result<(), RunError> {
        let again = self.reload.under_way.remove(&index).unwrap_or_default();
        match loaded {
            Ok(loaded) => self.take_version(index, *loaded)?,
            // In the middle of a save by rename the file is away for a moment.
            Err(reason) => {
                self.announcer.say(paint(WARN, &format!("{reason}; the last good version goes on")));
            }
        }
        if again {
            self.recompile(index);
        }
        Ok(())
    }

    fn take_version(&mut self, index: usize, loaded: Loaded) -> Result<(), RunError> {
        if loaded.reads == self.books[index].reads || self.reload.refused.get(&index) == Some(&loaded.reads) {
            return Ok(());
        }
        let name = loaded.file.display().to_string();
        let Some(playbook) = loaded.compiled.playbook.clone() else {
            self.announcer.console().diagnostics(&loaded);
            self.announcer.say(paint(BAD, &format!("{name} has errors: the last good version goes on")));
            // The scripts it uses may be fine, and take effect on their own.
            let changes = self.books[index].reload_scripts(&loaded.reads);
            self.say_scripts(index, &changes);
            self.reload.refused.insert(index, loaded.reads);
            return Ok(());
        };
        if let Some(other) = self.owner_of_a_group(index, &playbook) {
            self.announcer
                .say(paint(BAD, &format!("{name} is refused: {other}; the last good version goes on")));
            self.reload.refused.insert(index, loaded.reads);
            return Ok(());
        }
        let reads = loaded.reads.clone();
        if !loaded.compiled.script_problems.is_empty() {
            self.announcer.console().diagnostics(&loaded);
        }
        let (old, changes) = match self.books[index].replace(loaded, playbook.clone(), self.rehearse) {
            Ok(replaced) => replaced,
            Err(missing) => {
                let text =
                    format!("{name} is refused: {}; the last good version goes on", missing.join("; "));
                self.announcer.say(paint(BAD, &text));
                self.reload.refused.insert(index, reads);
                return Ok(());
            }
        };
        self.reload.refused.remove(&index);
        self.say_scripts(index, &changes);
        if old.digest != playbook.digest {
            self.adopt(index, &old, &playbook)?;
        }
        self.watch_again();
        Ok(())
    }

    /// Another file that runs one of these groups.
    fn owner_of_a_group(&self, index: usize, playbook: &Playbook) -> Option<String> {
        playbook.groups.keys().find_map(|group| {
            let other = self.slots.get(group)?.book.filter(|book| *book != index)?;
            Some(format!("group `{group}` is run by {}", self.books.get(other)?.file.display()))
        })
    }

    fn adopt(&mut self, index: usize, old: &Playbook, new: &Arc<Playbook>) -> Result<(), RunError> {
        self.playbooks.insert(new.clone());
        for slot in self.slots.values_mut() {
            if slot.book == Some(index) && !new.groups.contains_key(slot.group()) {
                slot.book = None;
            }
        }
        let gone: Vec<_> =
            old.groups.keys().filter(|group| !new.groups.contains_key(*group)).cloned().collect();
        for group in &gone {
            self.arm(group);
        }
        self.rest(&gone)?;
        self.say_edit(index, old, new);
        self.settle_in(index, &BTreeMap::new())?;
        let used = self.digests_in_use();
        self.playbooks.retain(|digest| used.contains(digest));
        Ok(())
    }

    /// What an edit changes, before it takes effect: the plays, their next starts, and what goes on as it began.
    fn say_edit(&self, index: usize, old: &Playbook, new: &Playbook) {
        let slots = || self.slots.values().filter(|slot| slot.book == Some(index));
        let now = clock::now();
        let at = slots().next().map(|slot| standing(&slot.state, old, now));
        let edit = edit(old, new, at.as_ref());
        let head = paint(GOOD, &format!("edit      version {} takes effect: ", new.digest.short()));
        self.announcer.say(format!("{head}{}", edit.summary()));
        let states = slots().map(|slot| &slot.state);
        for line in shorten(edit.lines()).into_iter().chain(under_way(states, new)) {
            self.announcer.say(paint(DIM, &format!("          {line}")));
        }
    }

    fn say_scripts(&self, index: usize, changes: &[Change]) {
        for change in changes {
            let text = match change {
                Change::Added(path) => paint(GOOD, &format!("script    {path} is in use")),
                Change::Replaced(path) => paint(
                    GOOD,
                    &format!("script    {path} was saved: the next step that runs it runs the new one"),
                ),
                // What is wrong was said with the diagnostics.
                Change::Broken { path, last_good, .. } => {
                    let goes_on = if *last_good {
                        "the last good version goes on".to_owned()
                    } else {
                        let plays: Vec<String> = scripts::users(&self.books[index].playbook, path)
                            .iter()
                            .map(PlayName::to_string)
                            .collect();
                        format!("steps that run it fail ({})", plays.join(", "))
                    };
                    paint(BAD, &format!("script    {path} is refused, {goes_on}"))
                }
            };
            self.announcer.say(text);
        }
    }
}

/// Lines of one edit that are shown; the rest is counted.
const LINES_SHOWN: usize = 24;

fn shorten(mut lines: Vec<String>) -> Vec<String> {
    let more = lines.len().saturating_sub(LINES_SHOWN);
    lines.truncate(LINES_SHOWN);
    if more > 0 {
        lines.push(format!("and {} more", words::count(more, "difference")));
    }
    lines
}

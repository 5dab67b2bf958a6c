//! Saved files take effect: compiled beside the driver, refused as a whole when broken, adopted by an ordered
//! input of each group otherwise.

use super::{
    RunError,
    book::{Again, Book, Loaded, Reopened},
    console::{BAD, DIM, GOOD, WARN, paint},
    driver::{Driver, Event},
};
use crate::{
    base::{diagnostic::Severity, ids::PlayName, limits, locale::Locale, visible, words},
    engine::view::{reworded, standing, under_way},
    lang::Compiled,
    model::{edit::edit, playbook::Playbook},
    shell::{
        clock,
        refusals::{self, Refusal, Refusals},
        scripts::{self, Change},
        socket::CommandReply,
        watch::{Notice, Watch},
        workspace::Reads,
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use tokio::sync::oneshot;

/// Compilations under way, what was refused, and who asked for them.
#[derive(Debug, Default)]
pub(super) struct Reload {
    /// By book: whether something has changed again meanwhile.
    under_way: BTreeMap<usize, bool>,
    /// What the last refused version was read from, so that it is refused once.
    refused: BTreeMap<usize, Reads>,
    /// What is said of refused files to whoever looks at the state.
    refusals: Refusals,
    asked: Vec<Requester>,
}

/// Somebody who asked for a reload and waits for the answer.
#[derive(Debug)]
struct Requester {
    reply: Option<oneshot::Sender<CommandReply>>,
    /// Books that have not been compiled since.
    left: BTreeSet<usize>,
    said: Vec<String>,
    refused: Vec<String>,
}

/// What became of a version.
enum Uptake {
    InForce(String),
    Refused(String),
}

impl Driver {
    /// Watches the files of all books.
    pub(super) fn watch(&mut self) {
        let events = self.events.clone();
        match Watch::start(move |notice| drop(events.send(Event::Watch(notice)))) {
            Ok(watch) => {
                for book in &mut self.books {
                    book.watched_by(&watch.eyes());
                }
                self.watch = Some(watch);
            }
            Err(reason) => {
                let text = format!("files are not watched, an edit needs `playbook reload`: {reason}");
                return self.announcer.say(paint(WARN, &text));
            }
        }
        self.watch_again();
    }

    fn watch_again(&mut self) {
        let Some(watch) = &self.watch else { return };
        let refused = self.reload.refused.iter().flat_map(|(index, reads)| {
            let root = self.books[*index].folder.root();
            reads.keys().map(move |path| root.join(path))
        });
        watch.set(self.books.iter().flat_map(Book::paths).chain(refused).collect());
    }

    /// Keeps in mind which files were broken when the engine started.
    pub(super) fn refused_at_start(&mut self) {
        for index in 0..self.books.len() {
            if let Some(reads) = self.books[index].refused.take() {
                self.reload.refused.insert(index, reads);
                self.note(index, Some("it has errors: the last good version goes on, from the state"));
            }
        }
        self.keep_notes();
    }

    /// What is said of a file to whoever looks at the state; nothing while its newest version is in force.
    fn note(&mut self, index: usize, why: Option<&str>) {
        let file = self.books[index].file.display().to_string();
        let before = self.reload.refusals.clone();
        match why {
            Some(why) => {
                let since = before.get(&file).map_or_else(clock::now, |refusal| refusal.since);
                self.reload.refusals.insert(file, Refusal { since, why: why.to_owned() });
            }
            None => drop(self.reload.refusals.remove(&file)),
        }
        if self.reload.refusals != before {
            self.keep_notes();
        }
    }

    fn keep_notes(&self) {
        if let Err(error) = refusals::write(&self.dir, &self.reload.refusals) {
            let dir = self.dir.display();
            self.announcer
                .say(paint(WARN, &format!("what is refused cannot be written down in {dir}: {error}")));
        }
    }

    /// The watcher has something to say.
    pub(super) fn noticed(&mut self, notice: Notice) {
        match notice {
            Notice::Said(text) => self.announcer.say(paint(WARN, &text)),
            // Something may have changed: every book is compiled again.
            Notice::Changed => {
                for index in 0..self.books.len() {
                    self.recompile(index);
                }
            }
        }
    }

    /// Reads every file and every secret again, whatever the watcher saw. Who asked is answered when all are read.
    pub(super) fn reload(&mut self, reply: Option<oneshot::Sender<CommandReply>>) {
        let left = (0..self.books.len()).collect();
        self.reload.asked.push(Requester { reply, left, said: Vec::new(), refused: Vec::new() });
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
        let again = Again {
            file: self.books[index].file.clone(),
            eyes: self.watch.as_ref().map(Watch::eyes),
            good: self.books[index].reads.clone(),
            refused: self.reload.refused.get(&index).cloned().unwrap_or_default(),
            forced: self.reload.asked.iter().any(|asked| asked.left.contains(&index)),
        };
        let events = self.events.clone();
        tokio::task::spawn_blocking(move || {
            let reopened = Book::reopen(&again);
            let _ = events.send(Event::Recompiled(index, reopened));
        });
    }

    /// A book was compiled again.
    pub(super) fn recompiled(
        &mut self,
        index: usize,
        reopened: Result<Reopened, String>,
    ) -> Result<(), RunError> {
        let again = self.reload.under_way.remove(&index).unwrap_or_default();
        let name = self.books[index].file.display().to_string();
        let taken = match reopened {
            Ok(Reopened::Version(loaded)) => self.take_version(index, *loaded)?,
            Ok(Reopened::AsInForce) => {
                self.note(index, None);
                if self.reload.refused.remove(&index).is_some() {
                    let text = format!("{name} is again what it was: the version in force goes on");
                    self.announcer.say(paint(GOOD, &text));
                }
                self.read_secrets(index);
                Uptake::InForce(format!("{name} is as it was"))
            }
            Ok(Reopened::AsRefused) => Uptake::Refused(format!("{name} is as it was when it was refused")),
            // The watcher tells of its end.
            Ok(Reopened::BeingWritten) => {
                Uptake::Refused(format!("{name}: a file is being written; reload when that is done"))
            }
            // In the middle of a save by rename the file is away for a moment.
            Err(reason) => {
                let text = format!("{reason}; the last good version goes on");
                self.announcer.say(paint(WARN, &text));
                self.note(index, Some(&text));
                Uptake::Refused(text)
            }
        };
        if again {
            self.recompile(index);
        } else {
            self.answer_reload(index, &taken);
        }
        Ok(())
    }

    /// A book is read: whoever waits for the last one is answered.
    fn answer_reload(&mut self, index: usize, taken: &Uptake) {
        for asked in &mut self.reload.asked {
            if asked.left.remove(&index) {
                match taken {
                    Uptake::InForce(text) => asked.said.push(text.clone()),
                    Uptake::Refused(text) => asked.refused.push(text.clone()),
                }
            }
        }
        for asked in self.reload.asked.extract_if(.., |asked| asked.left.is_empty()) {
            let refused = (!asked.refused.is_empty()).then(|| asked.refused.join("; "));
            let reply =
                CommandReply { ok: refused.is_none(), said: asked.said, refused, ..CommandReply::default() };
            if let Some(sender) = asked.reply {
                let _ = sender.send(reply);
            }
        }
    }

    fn take_version(&mut self, index: usize, loaded: Loaded) -> Result<Uptake, RunError> {
        let name = loaded.file.display().to_string();
        let Some(playbook) = loaded.compiled.playbook.clone() else {
            self.announcer.console().diagnostics(&loaded);
            let text = format!("{name} has errors: the last good version goes on");
            self.announcer.say(paint(BAD, &text));
            // The scripts it uses may be fine, and take effect on their own.
            let changes = self.books[index].reload_scripts(&loaded.compiled.scripts);
            self.say_scripts(index, &changes);
            self.reload.refused.insert(index, loaded.reads.clone());
            self.note(index, Some("it has errors: the last good version goes on"));
            return Ok(Uptake::Refused(format!("{text}\n{}", places(&loaded.compiled))));
        };
        let playbook = self.rehearse.as_ref().map_or_else(|| playbook.clone(), |is| is.narrowed(&playbook));
        if let Some(other) = self.owner_of_a_group(index, &playbook) {
            return Ok(self.refuse_version(index, loaded.reads, &other));
        }
        if let Some(renamed) = self.stranded(index, &playbook) {
            return Ok(self.refuse_version(index, loaded.reads, &renamed));
        }
        let reads = loaded.reads.clone();
        if !loaded.compiled.script_problems.is_empty() {
            self.announcer.console().diagnostics(&loaded);
        }
        let (old, changes) = match self.books[index].replace(loaded, playbook.clone(), self.rehearse.as_ref())
        {
            Ok(replaced) => replaced,
            Err(missing) => return Ok(self.refuse_version(index, reads, &missing.join("; "))),
        };
        self.reload.refused.remove(&index);
        self.note(index, None);
        self.retarget();
        self.say_scripts(index, &changes);
        let taken = if old.digest == playbook.digest {
            self.show_all();
            format!("{name} is as it was; its scripts and secrets were read again")
        } else {
            self.adopt(index, &old, &playbook)?;
            format!("{name}: version {} takes effect", playbook.digest.short())
        };
        self.watch_again();
        Ok(Uptake::InForce(taken))
    }

    /// The file is as it was; what its channels read from other files may not be.
    fn read_secrets(&mut self, index: usize) {
        if self.rehearse.is_some() {
            return;
        }
        match self.books[index].read_secrets() {
            Ok(true) => {
                self.retarget();
                self.show_all();
                let text =
                    format!("secret    channels of {} have new ones", self.books[index].file.display());
                self.announcer.say(paint(GOOD, &text));
            }
            Ok(false) => {}
            // In the middle of a rotation a file is away or empty for a moment.
            Err(problems) => {
                let text = format!("secret    {}; the last ones are used", problems.join("; "));
                self.announcer.say(paint(WARN, &text));
            }
        }
    }

    /// A version without errors that cannot be run here.
    fn refuse_version(&mut self, index: usize, reads: Reads, why: &str) -> Uptake {
        let name = self.books[index].file.display();
        let text = format!("{name} is refused: {why}; the last good version goes on");
        self.announcer.say(paint(BAD, &text));
        self.reload.refused.insert(index, reads);
        self.note(index, Some(&format!("{why}; the last good version goes on")));
        Uptake::Refused(text)
    }

    /// An edit that takes a group away and begins another one has most likely given it another id.
    fn stranded(&self, index: usize, playbook: &Playbook) -> Option<String> {
        let left = self
            .slots
            .values()
            .find(|slot| slot.book == Some(index) && !playbook.groups.contains_key(slot.group()))?;
        let begins = playbook.groups.keys().find(|group| !self.slots.contains_key(*group))?;
        let left = left.group();
        Some(format!(
            "group `{left}` is gone and `{begins}` would begin anew; if it is the same group, write `was: {left}` at \
             `{begins}` (for a file without `groups` beside `name`); if it is another one, save the file once without \
             `{begins}`, then with it"
        ))
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
        self.show_all();
        Ok(())
    }

    /// What an edit changes, before it takes effect: the plays, their next starts, and what goes on as it began.
    fn say_edit(&self, index: usize, old: &Playbook, new: &Arc<Playbook>) {
        let slots = || self.slots.values().filter(|slot| slot.book == Some(index));
        let now = clock::now();
        let at = slots().next().map(|slot| standing(&slot.state, old, now));
        let edit = edit(old, new, at.as_ref());
        let head = paint(GOOD, &format!("edit      version {} takes effect: ", new.digest.short()));
        self.announcer.say(format!("{head}{}", edit.summary()));
        let states = || slots().map(|slot| &*slot.state);
        let told = under_way(states(), new).into_iter().chain(reworded(states(), &self.playbooks, new));
        for line in shorten(edit.lines()).into_iter().chain(told) {
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

/// The errors of a file, one a line, each with its place: what `check` shows first.
fn places(compiled: &Compiled) -> String {
    let errors = compiled.report.diagnostics.iter().filter(|found| found.severity == Severity::Error);
    let lines: Vec<String> = errors
        .map(|found| {
            let place = found.span.map(|span| {
                let source = compiled.sources.get(span.source);
                let place = source.place(span.start);
                format!("{}:{}:{}: ", source.path, place.line, place.column)
            });
            let (place, code) = (place.unwrap_or_default(), found.code);
            visible::line(&format!("{place}error[{code}]: {}", found.message.of(Locale::En))).into_owned()
        })
        .collect();
    let rest = lines.len().saturating_sub(limits::RELOAD_ERRORS_SHOWN);
    let mut shown = lines.into_iter().take(limits::RELOAD_ERRORS_SHOWN).collect::<Vec<_>>().join("\n");
    if rest > 0 {
        shown += &format!("\nand {rest} more; `playbook check` shows all");
    }
    shown
}

//! Saved files take effect: compiled beside the driver, refused as a whole when broken, adopted by an ordered
//! input of each group otherwise.

use super::{
    RunError,
    book::{Again, Book, BrokenAtStart, Loaded, Reopened},
    compiling::Requester,
    console::{BAD, DIM, GOOD, WARN, paint},
    driver::Driver,
    event::Event,
    first_error::first_error,
};
use crate::{
    base::{
        diagnostic::Severity,
        ids::PlayName,
        limits,
        phrase::{Phrase, phrase},
        visible, words,
    },
    engine::view::{reworded, standing, under_way},
    lang::Compiled,
    model::{edit::edit, playbook::Playbook},
    shell::{
        clock,
        refusals::{self, RefusedFile},
        scripts::{self, ScriptChange},
        socket::CommandReply,
        watch::{Watch, WatchNotice},
        workspace::Reads,
    },
};
use std::{collections::BTreeMap, sync::Arc};
use tokio::sync::oneshot;

/// What became of a version.
enum Uptake {
    InForce(Phrase),
    Refused(Phrase),
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
                let text = phrase!(
                    "files are not watched, an edit needs `playbook reload`: {reason}",
                    "没有监视文件，改了要用 `playbook reload`：{reason}"
                );
                return self.announcer.tell(WARN, &text);
            }
        }
        self.watch_again();
    }

    fn watch_again(&mut self) {
        let Some(watch) = &self.watch else { return };
        let refused = self.compiling.refused.iter().flat_map(|(index, reads)| {
            let root = self.books[*index].folder.root();
            reads.keys().map(move |path| root.join(path))
        });
        watch.set(self.books.iter().flat_map(Book::paths).chain(refused).collect());
    }

    /// Keeps in mind which files were broken when the engine started.
    pub(super) fn refused_at_start(&mut self) {
        for index in 0..self.books.len() {
            if let Some(BrokenAtStart { reads, why }) = self.books[index].refused.take() {
                self.compiling.refused.insert(index, reads);
                let why = phrase!(
                    "it has errors: the last good version goes on, from the state{why}",
                    "有错误：从状态里接着用上一个好的版本{why}"; why
                );
                self.note(index, Some(&why));
            }
        }
        self.keep_notes();
    }

    /// What is said of a file to whoever looks at the state; nothing while its newest version is in force.
    fn note(&mut self, index: usize, why: Option<&Phrase>) {
        let file = self.books[index].file.display().to_string();
        let before = self.compiling.refusals.clone();
        match why {
            Some(why) => {
                let since = before.get(&file).map_or_else(clock::now, |refusal| refusal.since);
                self.compiling
                    .refusals
                    .insert(file, RefusedFile { since, why: why.en.clone(), zh: why.zh.clone() });
            }
            None => drop(self.compiling.refusals.remove(&file)),
        }
        if self.compiling.refusals != before {
            self.keep_notes();
        }
    }

    fn keep_notes(&self) {
        if let Err(error) = refusals::write(&self.dir, &self.compiling.refusals) {
            let dir = self.dir.display();
            let text = phrase!(
                "what is refused cannot be written down in {dir}: {error}",
                "拒绝了什么，没法记在 {dir} 里：{error}"
            );
            self.announcer.tell(WARN, &text);
        }
    }

    /// The watcher has something to say.
    pub(super) fn noticed(&mut self, notice: WatchNotice) {
        match notice {
            WatchNotice::Said(text) => self.announcer.tell(WARN, &text),
            // Something may have changed: every book is compiled again.
            WatchNotice::Changed => {
                for index in 0..self.books.len() {
                    self.recompile(index);
                }
            }
        }
    }

    /// Reads every file and every secret again, whatever the watcher saw. Who asked is answered when all are read.
    pub(super) fn reload(&mut self, reply: Option<oneshot::Sender<CommandReply>>) {
        let left = (0..self.books.len()).collect();
        self.compiling.asked.push(Requester { reply, left, said: Vec::new(), refused: Vec::new() });
        for index in 0..self.books.len() {
            self.recompile(index);
        }
    }

    fn recompile(&mut self, index: usize) {
        if let Some(again) = self.compiling.under_way.get_mut(&index) {
            *again = true;
            return;
        }
        self.compiling.under_way.insert(index, false);
        let again = Again {
            file: self.books[index].file.clone(),
            eyes: self.watch.as_ref().map(Watch::eyes),
            good: self.books[index].reads.clone(),
            refused: self.compiling.refused.get(&index).cloned().unwrap_or_default(),
            forced: self.compiling.asked.iter().any(|asked| asked.left.contains(&index)),
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
        reopened: Result<Reopened, Phrase>,
    ) -> Result<(), RunError> {
        let again = self.compiling.under_way.remove(&index).unwrap_or_default();
        let name = self.books[index].file.display().to_string();
        let taken = match reopened {
            Ok(Reopened::Version(loaded)) => self.take_version(index, *loaded)?,
            Ok(Reopened::AsInForce) => {
                self.note(index, None);
                if self.compiling.refused.remove(&index).is_some() {
                    let text = phrase!(
                        "{name} is again what it was: the version in force goes on",
                        "{name} 又和原来一样了：正在生效的版本继续运行"
                    );
                    self.announcer.tell(GOOD, &text);
                }
                self.read_secrets(index);
                Uptake::InForce(phrase!("{name} is as it was", "{name} 没有变"))
            }
            Ok(Reopened::AsRefused) => Uptake::Refused(phrase!(
                "{name} is as it was when it was refused",
                "{name} 和被拒绝时一样，没有变"
            )),
            // The watcher tells of its end.
            Ok(Reopened::BeingWritten) => Uptake::Refused(phrase!(
                "{name}: a file is being written; reload when that is done",
                "{name}：有文件正在写；写完再 reload"
            )),
            // In the middle of a save by rename the file is away for a moment.
            Err(reason) => {
                let text = goes_on(&reason);
                self.announcer.tell(WARN, &text);
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
        for asked in &mut self.compiling.asked {
            if asked.left.remove(&index) {
                match taken {
                    Uptake::InForce(text) => asked.said.push(text.clone()),
                    Uptake::Refused(text) => asked.refused.push(text.clone()),
                }
            }
        }
        for asked in self.compiling.asked.extract_if(.., |asked| asked.left.is_empty()) {
            let refused = asked.refused.into_iter().reduce(|all, one| all.then(&one));
            let reply = CommandReply { ok: refused.is_none(), ..CommandReply::default() };
            let reply = reply.saying(asked.said, refused);
            if let Some(sender) = asked.reply {
                let _ = sender.send(reply);
            }
        }
    }

    fn take_version(&mut self, index: usize, loaded: Loaded) -> Result<Uptake, RunError> {
        let name = loaded.file.display().to_string();
        let Some(playbook) = loaded.compiled.playbook.clone() else {
            self.announcer.console().diagnostics(&loaded.compiled);
            let text = phrase!(
                "{name} has errors: the last good version goes on",
                "{name} 有错误：上一个好的版本继续运行"
            );
            self.announcer.tell(BAD, &text);
            // The scripts it uses may be fine, and take effect on their own.
            let changes = self.books[index].reload_scripts(&loaded.compiled.scripts);
            self.say_scripts(index, &changes);
            self.compiling.refused.insert(index, loaded.reads.clone());
            let why = first_error(&loaded.compiled);
            let why = phrase!(
                "it has errors: the last good version goes on{why}",
                "有错误：上一个好的版本继续运行{why}"; why
            );
            self.note(index, Some(&why));
            let places = places(&loaded.compiled);
            return Ok(Uptake::Refused(phrase!("{text}\n{places}", "{text}\n{places}"; text, places)));
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
            self.announcer.console().diagnostics(&loaded.compiled);
        }
        let (old, changes) = match self.books[index].replace(loaded, playbook.clone(), self.rehearse.as_ref())
        {
            Ok(replaced) => replaced,
            Err(missing) => return Ok(self.refuse_version(index, reads, &all_of(missing))),
        };
        self.compiling.refused.remove(&index);
        self.note(index, None);
        self.retarget();
        self.say_scripts(index, &changes);
        let taken = if old.digest == playbook.digest {
            self.show_all();
            phrase!(
                "{name} is as it was; its scripts and secrets were read again",
                "{name} 没有变；脚本和密钥重新读过了"
            )
        } else {
            self.adopt(index, &old, &playbook)?;
            phrase!("{name}: version {} takes effect", "{name}：版本 {} 生效", playbook.digest.short())
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
                let file = self.books[index].file.display();
                let text =
                    phrase!("secret    channels of {file} have new ones", "密钥      {file} 的频道换了新的");
                self.announcer.tell(GOOD, &text);
            }
            Ok(false) => {}
            // In the middle of a rotation a file is away or empty for a moment.
            Err(problems) => {
                let problems = all_of(problems);
                let text = phrase!(
                    "secret    {problems}; the last ones are used",
                    "密钥      {problems}；还用原来的";
                    problems
                );
                self.announcer.tell(WARN, &text);
            }
        }
    }

    /// A version without errors that cannot be run here.
    fn refuse_version(&mut self, index: usize, reads: Reads, why: &Phrase) -> Uptake {
        let (name, why) = (self.books[index].file.display(), goes_on(why));
        let text = phrase!("{name} is refused: {why}", "{name} 被拒绝：{why}"; why);
        self.announcer.tell(BAD, &text);
        self.compiling.refused.insert(index, reads);
        self.note(index, Some(&why));
        Uptake::Refused(text)
    }

    /// An edit that takes a group away and begins another one has most likely given it another id.
    fn stranded(&self, index: usize, playbook: &Playbook) -> Option<Phrase> {
        let left = self
            .slots
            .values()
            .find(|slot| slot.book == Some(index) && !playbook.groups.contains_key(slot.group()))?;
        let begins = playbook.groups.keys().find(|group| !self.slots.contains_key(*group))?;
        let left = left.group();
        Some(phrase!(
            "group `{left}` is gone and `{begins}` would begin anew; if it is the same group, write `was: {left}` at \
             `{begins}` (for a file without `groups` beside `name`); if it is another one, save the file once without \
             `{begins}`, then with it",
            "群 `{left}` 没有了，`{begins}` 会从头开始；如果是同一个群，在 `{begins}` 里写 `was: {left}`\
             （没有 `groups` 的文件写在 `name` 旁边）；如果是另一个群，先存一次没有 `{begins}` 的文件，再加上它"
        ))
    }

    /// Another file that runs one of these groups.
    fn owner_of_a_group(&self, index: usize, playbook: &Playbook) -> Option<Phrase> {
        playbook.groups.keys().find_map(|group| {
            let other = self.slots.get(group)?.book.filter(|book| *book != index)?;
            let file = self.books.get(other)?.file.display();
            Some(phrase!("group `{group}` is run by {file}", "群 `{group}` 由 {file} 运行"))
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
        let locale = self.announcer.console().locale();
        let version = new.digest.short();
        let head = phrase!("edit      version {version} takes effect: ", "修改      版本 {version} 生效：");
        self.announcer.say(format!("{}{}", paint(GOOD, head.of(locale)), edit.summary().of(locale)));
        let states = || slots().map(|slot| &*slot.state);
        let told = under_way(states(), new).into_iter().chain(reworded(states(), &self.playbooks, new));
        for line in shorten(edit.lines()).into_iter().chain(told) {
            self.announcer.say(paint(DIM, &format!("          {}", line.of(locale))));
        }
    }

    fn say_scripts(&self, index: usize, changes: &[ScriptChange]) {
        for change in changes {
            let (style, text) = match change {
                ScriptChange::Added(path) => {
                    (GOOD, phrase!("script    {path} is in use", "脚本      {path} 开始使用"))
                }
                ScriptChange::Replaced(path) => (
                    GOOD,
                    phrase!(
                        "script    {path} was saved: the next step that runs it runs the new one",
                        "脚本      {path} 存盘了：下一个用到它的步骤用新的"
                    ),
                ),
                // What is wrong was said with the diagnostics.
                ScriptChange::Broken { path, last_good: true, .. } => (
                    BAD,
                    phrase!(
                        "script    {path} is refused, the last good version goes on",
                        "脚本      {path} 被拒绝，上一个好的版本继续用"
                    ),
                ),
                ScriptChange::Broken { path, .. } => {
                    let plays = scripts::users(&self.books[index].playbook, path);
                    let plays = plays.iter().map(PlayName::to_string).collect::<Vec<_>>().join(", ");
                    (
                        BAD,
                        phrase!(
                            "script    {path} is refused, steps that run it fail ({plays})",
                            "脚本      {path} 被拒绝，用到它的步骤会失败（{plays}）"
                        ),
                    )
                }
            };
            self.announcer.tell(style, &text);
        }
    }
}

/// Lines of one edit that are shown; the rest is counted.
const LINES_SHOWN: usize = 24;

/// Several things that are missing, in one sentence.
fn all_of(problems: Vec<Phrase>) -> Phrase {
    problems.into_iter().reduce(|all, one| all.then(&one)).unwrap_or_default()
}

/// What is wrong with a version, and that the one before it goes on.
fn goes_on(why: &Phrase) -> Phrase {
    phrase!("{why}; the last good version goes on", "{why}；上一个好的版本继续运行"; why)
}

fn shorten(mut lines: Vec<Phrase>) -> Vec<Phrase> {
    let more = lines.len().saturating_sub(LINES_SHOWN);
    lines.truncate(LINES_SHOWN);
    if more > 0 {
        let en = words::count(more, "more difference");
        lines.push(Phrase { en: format!("and {en}"), zh: format!("还有 {more} 处不同") });
    }
    lines
}

/// The errors of a file, one a line, each with its place: what `check` shows first.
fn places(compiled: &Compiled) -> Phrase {
    let errors = compiled.report.diagnostics.iter().filter(|found| found.severity == Severity::Error);
    let all: Vec<Phrase> = errors
        .map(|found| {
            let place = found.span.map(|span| {
                let source = compiled.sources.get(span.source);
                let place = source.place(span.start);
                format!("{}:{}:{}: ", source.path, place.line, place.column)
            });
            let (place, code, message) = (place.unwrap_or_default(), found.code, &found.message);
            let line = phrase!("{place}error[{code}]: {message}", "{place}错误[{code}]：{message}"; message);
            let [en, zh] = [line.en, line.zh].map(|line| visible::line(&line).into_owned());
            Phrase { en, zh }
        })
        .collect();
    let rest = all.len().saturating_sub(limits::RELOAD_ERRORS_SHOWN);
    let mut lines: Vec<Phrase> = all.into_iter().take(limits::RELOAD_ERRORS_SHOWN).collect();
    if rest > 0 {
        lines.push(phrase!(
            "and {rest} more; `playbook check` shows all",
            "还有 {rest} 处；`playbook check` 会全部列出"
        ));
    }
    let shown = lines.into_iter().reduce(|all, line| phrase!("{all}\n{line}", "{all}\n{line}"; all, line));
    shown.unwrap_or_default()
}

//! Watches the files of playbooks: says when something that matters may have changed, and knows what is being
//! written just now.
//!
//! Events come from the folders of every entry on the way to a file (links included), because an editor that saves
//! by rename would end a file's own watch. Where no event comes (a mount that sends none, a folder that was
//! replaced) the entries are looked at every [`limits::FILE_LOOK_MS`]. What changed is not said; the reader compares
//! texts, so a touch costs nothing.

#![expect(clippy::disallowed_methods, reason = "owns the file watcher, its thread and its quiet period")]

mod look;

use crate::base::{
    limits,
    phrase::{Phrase, phrase},
};
use look::FileLook;
use notify::{
    EventKind, RecommendedWatcher, RecursiveMode, Watcher as _,
    event::{AccessKind, AccessMode, CreateKind, ModifyKind},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, Sender, channel},
    },
    time::{Duration, Instant},
};

/// What a watcher says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WatchNotice {
    /// Something may have changed.
    Changed,
    /// Something that people should know of the watching itself.
    Said(Phrase),
}

/// A running watcher; it ends when this is dropped.
#[derive(Debug)]
pub struct Watch {
    eyes: Eyes,
}

/// What readers ask of a watcher. Cheap to clone; without a watcher it knows nothing.
#[derive(Debug, Clone, Default)]
pub struct Eyes(Arc<WatchShared>);

#[derive(Debug, Default)]
struct WatchShared {
    /// Entries that were changed and not closed, and when they were changed last.
    writing: Mutex<BTreeMap<PathBuf, Instant>>,
    told: Mutex<Option<Sender<WatchNews>>>,
}

/// What the watcher's thread is told.
#[derive(Debug)]
enum WatchNews {
    Event(notify::Event),
    /// The paths that matter from now on.
    Paths(BTreeSet<PathBuf>),
    /// One more of them.
    Also(PathBuf),
    Stop,
}

/// Whether the system says when a file that was written is closed.
const CLOSES_ARE_TOLD: bool = cfg!(any(target_os = "linux", target_os = "android"));
/// A change is reported at the latest so long after it began, however busy the folder is.
const PATIENCE: Duration = Duration::from_millis(150);
const QUIET: Duration = Duration::from_millis(limits::QUIET_MS);
const LOOK: Duration = Duration::from_millis(limits::FILE_LOOK_MS);
const LOOK_AGAIN: Duration = Duration::from_millis(limits::FILE_LOOK_AGAIN_MS);
const UNCLOSED: Duration = Duration::from_millis(limits::FILE_UNCLOSED_MS_MAX);

impl Eyes {
    /// Whether somebody has begun to write this file and has not closed it. The path has no links in it.
    pub fn is_written(&self, path: &Path) -> bool {
        let writing = self.0.writing.lock().unwrap_or_else(PoisonError::into_inner);
        writing.get(path).is_some_and(|last| last.elapsed() < UNCLOSED)
    }

    /// This file matters as well.
    pub fn look_at(&self, path: PathBuf) {
        self.tell(WatchNews::Also(path));
    }

    fn tell(&self, told: WatchNews) {
        if let Some(sender) = &*self.0.told.lock().unwrap_or_else(PoisonError::into_inner) {
            let _ = sender.send(told);
        }
    }
}

impl Watch {
    /// Starts without any path. `tell` is called on the watcher's thread; a change is told after a quiet period.
    pub fn start(tell: impl Fn(WatchNotice) + Send + 'static) -> std::io::Result<Self> {
        let (sender, told) = channel();
        let eyes = Eyes::default();
        *eyes.0.told.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender.clone());
        let events = move |event: notify::Result<notify::Event>| {
            if let Ok(event) = event {
                let _ = sender.send(WatchNews::Event(event));
            }
        };
        let (watcher, failed) = match notify::recommended_watcher(events) {
            Ok(watcher) => (Some(watcher), None),
            Err(error) => (None, Some(why(&error))),
        };
        let watching = Watching {
            eyes: eyes.clone(),
            tell: Box::new(tell),
            watcher,
            paths: BTreeSet::new(),
            seen: FileLook::default(),
            unsettled: None,
            watched: BTreeMap::new(),
            dirty: None,
            next_look: Instant::now() + LOOK,
            said: BTreeSet::new(),
        };
        if let Some(reason) = failed {
            let seconds = LOOK.as_secs();
            let text = phrase!(
                "{reason}: files are looked at every {seconds} s instead",
                "{reason}：改为每 {seconds} 秒看一次文件";
                reason
            );
            (watching.tell)(WatchNotice::Said(text));
        }
        std::thread::Builder::new().name("watch".into()).spawn(move || watching.work(&told))?;
        Ok(Self { eyes })
    }

    /// What readers ask.
    pub fn eyes(&self) -> Eyes {
        self.eyes.clone()
    }

    /// The files that matter from now on, present or not. Where there are new ones a change is told: they may have
    /// changed since they were read.
    pub fn set(&self, paths: BTreeSet<PathBuf>) {
        self.eyes.tell(WatchNews::Paths(paths));
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.eyes.tell(WatchNews::Stop);
    }
}

/// The watcher's thread.
struct Watching {
    eyes: Eyes,
    tell: Box<dyn Fn(WatchNotice) + Send>,
    /// None where the system gives no events.
    watcher: Option<RecommendedWatcher>,
    paths: BTreeSet<PathBuf>,
    /// How the entries were when they were looked at last.
    seen: FileLook,
    /// A change that was found by looking and has to be found once more.
    unsettled: Option<FileLook>,
    /// The folders that are watched, and which ones they were.
    watched: BTreeMap<PathBuf, Option<(u64, u64)>>,
    /// When the first and the last event came that was not told yet.
    dirty: Option<(Instant, Instant)>,
    next_look: Instant,
    /// What has been said once.
    said: BTreeSet<Phrase>,
}

impl Watching {
    fn work(mut self, told: &Receiver<WatchNews>) {
        loop {
            let until = self.quiet().map_or(self.next_look, |quiet| quiet.min(self.next_look));
            match told.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(WatchNews::Event(event)) => self.hear(&event),
                Ok(WatchNews::Paths(paths)) => self.set(paths.iter().filter_map(absolute).collect()),
                Ok(WatchNews::Also(path)) => {
                    let mut paths = self.paths.clone();
                    paths.extend(absolute(&path));
                    self.set(paths);
                }
                Ok(WatchNews::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {}
            }
            let now = Instant::now();
            if self.quiet().is_some_and(|quiet| quiet <= now) {
                self.dirty = None;
                self.unsettled = None;
                self.see(FileLook::at(&self.paths));
                (self.tell)(WatchNotice::Changed);
            }
            if self.next_look <= now {
                self.look(now);
            }
        }
    }

    /// When the folders have been quiet for long enough.
    fn quiet(&self) -> Option<Instant> {
        self.dirty.map(|(first, last)| (last + QUIET).min(first + PATIENCE))
    }

    fn touch(&mut self) {
        let now = Instant::now();
        self.dirty = Some((self.dirty.map_or(now, |(first, _)| first), now));
    }

    fn set(&mut self, paths: BTreeSet<PathBuf>) {
        let more = !paths.is_subset(&self.paths);
        if paths == self.paths {
            return;
        }
        self.paths = paths;
        self.see(FileLook::at(&self.paths));
        if more {
            self.touch();
        }
    }

    /// An event: whether it matters, and whether a file is being written.
    fn hear(&mut self, event: &notify::Event) {
        if event.need_rescan() {
            return self.touch();
        }
        let matter: Vec<&PathBuf> = event.paths.iter().filter(|path| self.seen.matters(path)).collect();
        if matter.is_empty() {
            return;
        }
        let shared = self.eyes.0.clone();
        let mut writing = shared.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let mut touched = true;
        for path in matter {
            match event.kind {
                EventKind::Access(AccessKind::Close(AccessMode::Write)) => {
                    touched = writing.remove(path).is_some();
                }
                EventKind::Access(_) => touched = false,
                EventKind::Modify(ModifyKind::Data(_) | ModifyKind::Any) if CLOSES_ARE_TOLD => {
                    writing.insert(path.clone(), Instant::now());
                }
                EventKind::Create(CreateKind::File | CreateKind::Any)
                    if CLOSES_ARE_TOLD && is_begun(path) =>
                {
                    writing.insert(path.clone(), Instant::now());
                }
                EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)) => {
                    writing.remove(path);
                }
                _ => {}
            }
        }
        drop(writing);
        if touched {
            self.touch();
        }
    }

    /// Looks at every entry, whatever events say.
    fn look(&mut self, now: Instant) {
        self.next_look = now + LOOK;
        let written = self.written(now);
        let found = FileLook::at(&self.paths);
        if found.differs(&self.seen, &written) {
            if self.unsettled.as_ref() != Some(&found) {
                self.unsettled = Some(found);
                self.next_look = now + LOOK_AGAIN;
                return;
            }
            if self.watcher.is_some() && self.dirty.is_none() {
                let text = phrase!(
                    "a change was found by looking, no event told of it: files are looked at every {} s",
                    "看了才发现有改动，没有收到通知：每 {} 秒看一次文件",
                    LOOK.as_secs()
                );
                self.say(text);
            }
            self.unsettled = None;
            self.see(found);
            (self.tell)(WatchNotice::Changed);
        } else if self.unsettled.take().is_some() || self.seen.was_coarse() {
            self.see(found);
            (self.tell)(WatchNotice::Changed);
        } else if self.watched.iter().any(|(folder, place)| look::place(folder) != *place) {
            self.see(found);
        }
    }

    /// What is being written; what was left open for long is taken as it is.
    fn written(&mut self, now: Instant) -> BTreeSet<PathBuf> {
        let shared = self.eyes.0.clone();
        let mut writing = shared.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let before = writing.len();
        writing.retain(|_, last| now.duration_since(*last) < UNCLOSED);
        if writing.len() < before {
            self.touch();
        }
        writing.keys().cloned().collect()
    }

    /// Keeps how the entries are, and watches the folders they are in.
    fn see(&mut self, found: FileLook) {
        let Some(watcher) = &mut self.watcher else {
            self.seen = found;
            return;
        };
        let mut said = Vec::new();
        let gone: Vec<PathBuf> = self
            .watched
            .iter()
            .filter(|(folder, place)| !found.folders.contains(*folder) || look::place(folder) != **place)
            .map(|(folder, _)| folder.clone())
            .collect();
        for folder in gone {
            let _ = watcher.unwatch(&folder);
            self.watched.remove(&folder);
        }
        for folder in &found.folders {
            if self.watched.contains_key(folder) {
                continue;
            }
            let place = look::place(folder);
            match watcher.watch(folder, RecursiveMode::NonRecursive) {
                Ok(()) => {
                    if let Some(mount) = look::silent_mount(folder) {
                        said.push(phrase!(
                            "{} is on {mount}, which tells of no change from elsewhere: its files are looked at every {} s",
                            "{} 在 {mount} 上，别处的改动不会通知：每 {} 秒看一次里面的文件",
                            folder.display(),
                            LOOK.as_secs()
                        ));
                    }
                }
                // It is gone, or it comes with the next look.
                Err(_) if place.is_none() => continue,
                Err(error) => {
                    let why = why(&error);
                    let (folder, seconds) = (folder.display(), LOOK.as_secs());
                    said.push(phrase!(
                        "{folder} is not watched ({why}): its files are looked at every {seconds} s",
                        "{folder} 监视不了（{why}）：每 {seconds} 秒看一次里面的文件";
                        why
                    ));
                }
            }
            self.watched.insert(folder.clone(), place);
        }
        self.seen = found;
        for text in said {
            self.say(text);
        }
    }

    /// Says something once.
    fn say(&mut self, text: Phrase) {
        if self.said.insert(text.clone()) {
            (self.tell)(WatchNotice::Said(text));
        }
    }
}

/// Whether a file that was just made is empty because somebody is about to write it.
fn is_begun(path: &Path) -> bool {
    std::fs::symlink_metadata(path).is_ok_and(|meta| meta.is_file() && meta.len() == 0 && meta.nlink() == 1)
}

fn absolute(path: impl AsRef<Path>) -> Option<PathBuf> {
    std::path::absolute(path).ok()
}

/// Why there are no events, with what to do.
fn why(error: &notify::Error) -> Phrase {
    let code = match &error.kind {
        notify::ErrorKind::Io(error) => error.raw_os_error(),
        notify::ErrorKind::MaxFilesWatch => {
            return phrase!(
                "no inotify watch is left for this user (raise fs.inotify.max_user_watches)",
                "这个用户的 inotify 监视数用完了（调大 `fs.inotify.max_user_watches`）"
            );
        }
        _ => None,
    };
    let errno = code.map(rustix::io::Errno::from_raw_os_error);
    if errno == Some(rustix::io::Errno::MFILE) {
        return phrase!(
            "no inotify instance is left for this user (raise fs.inotify.max_user_instances)",
            "这个用户的 inotify 实例用完了（调大 `fs.inotify.max_user_instances`）"
        );
    }
    error.to_string().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    struct Seen {
        notices: Receiver<WatchNotice>,
    }

    impl Seen {
        fn start(paths: &[&Path]) -> (Watch, Self) {
            let (sender, notices) = channel();
            let watch = Watch::start(move |notice| {
                let _ = sender.send(notice);
            })
            .unwrap();
            watch.set(paths.iter().map(|path| path.to_path_buf()).collect());
            let seen = Self { notices };
            seen.change();
            (watch, seen)
        }

        #[track_caller]
        fn change(&self) {
            loop {
                match self.notices.recv_timeout(Duration::from_secs(20)).expect("a change is seen") {
                    WatchNotice::Changed => return,
                    WatchNotice::Said(_) => {}
                }
            }
        }
    }

    #[test]
    fn saves_in_place_by_rename_and_in_a_new_folder_are_seen() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.yaml");
        let later = dir.path().join("scripts/b.rhai");
        std::fs::write(&file, "1").unwrap();
        let (_watch, seen) = Seen::start(&[&file, &later]);
        for round in 0..2 {
            std::fs::write(&file, format!("in place {round}")).unwrap();
            seen.change();
            let beside = dir.path().join("a.yaml.tmp");
            std::fs::write(&beside, format!("by rename {round}")).unwrap();
            std::fs::rename(&beside, &file).unwrap();
            seen.change();
        }
        std::fs::create_dir(dir.path().join("scripts")).unwrap();
        seen.change();
        std::fs::write(&later, "fn main() {}").unwrap();
        seen.change();
    }

    #[test]
    fn a_file_is_being_written_until_it_is_closed() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        let file = root.join("a.csv");
        std::fs::write(&file, "a\nb\n").unwrap();
        let (watch, seen) = Seen::start(&[&file]);
        let mut open = std::fs::File::create(&file).unwrap();
        open.write_all(b"a\n").unwrap();
        seen.change();
        assert!(watch.eyes().is_written(&file));
        open.write_all(b"b\n").unwrap();
        drop(open);
        while watch.eyes().is_written(&file) {
            seen.change();
        }
    }

    #[test]
    fn edits_behind_links_and_in_a_replaced_folder_are_seen() {
        let dir = tempfile::tempdir().unwrap();
        for folder in ["one", "two", "new"] {
            std::fs::create_dir(dir.path().join(folder)).unwrap();
            std::fs::write(dir.path().join(folder).join("p.yaml"), folder).unwrap();
        }
        let link = |target: &str, name: &str| {
            let beside = dir.path().join("beside");
            std::os::unix::fs::symlink(target, &beside).unwrap();
            std::fs::rename(&beside, dir.path().join(name)).unwrap();
        };
        link("one", "current");
        link("current/p.yaml", "p.yaml");
        let (_watch, seen) = Seen::start(&[&dir.path().join("p.yaml")]);
        std::fs::write(dir.path().join("one/p.yaml"), "edited").unwrap();
        seen.change();
        link("two", "current");
        seen.change();
        std::fs::write(dir.path().join("two/p.yaml"), "edited").unwrap();
        seen.change();
        std::fs::rename(dir.path().join("two"), dir.path().join("old")).unwrap();
        std::fs::rename(dir.path().join("new"), dir.path().join("two")).unwrap();
        seen.change();
        // Whatever was told of the folder itself has been told by now.
        while seen.notices.recv_timeout(2 * LOOK).is_ok() {}
        std::fs::write(dir.path().join("two/p.yaml"), "edited again").unwrap();
        seen.change();
    }
}

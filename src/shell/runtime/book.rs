//! A playbook file as the engine runs it: its compiled version, its scripts, and where its messages go.

use super::{
    first_error::first_error,
    publish::{InForce, Noticed},
    rehearsal::Rehearse,
    targets::{Outlets, SettingsFrom},
};
use crate::{
    base::{
        diagnostic::Severity,
        ids::{Digest, GroupId},
        limits,
        phrase::{Phrase, phrase},
        source::Folder as _,
    },
    lang::{self, Compiled},
    model::channel::Setting,
    model::playbook::{Playbook, Playbooks},
    script::sandbox::{Script, Scripts},
    shell::{
        ears::{self, KnownEar, KnownHook},
        scripts::{self, Library, ScriptChange},
        senders::{self, KnownSender},
        store::{GroupInfo, Reader},
        watch::Eyes,
        watchman::{self, Watchman},
        workspace::{DiskFolder, Reads},
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};

/// A file that was compiled, with or without errors.
pub(super) struct Loaded {
    /// The file as it was given.
    pub(super) file: PathBuf,
    /// Its name in its folder.
    pub(super) name: String,
    /// Everything that was read for it.
    pub(super) reads: Reads,
    /// What came of it.
    pub(super) compiled: Compiled,
    /// The folder it is in.
    pub(super) root: PathBuf,
    /// This is the last good version: what the file is read from now has errors.
    pub(super) refused: Option<BrokenAtStart>,
}

impl Loaded {
    /// The playbook, if it has no errors.
    pub(super) fn playbook(&self) -> Option<&Arc<Playbook>> {
        self.compiled.playbook.as_ref()
    }
}

/// What a file is compiled again from.
pub(super) struct Again {
    /// The file as it was given.
    pub(super) file: PathBuf,
    /// Who knows what is being written; none where nobody watches.
    pub(super) eyes: Option<Eyes>,
    /// The texts of the version in force.
    pub(super) good: Reads,
    /// The texts of the version that was refused last; empty where there is none.
    pub(super) refused: Reads,
    /// Whether it is compiled also where nothing has changed.
    pub(super) forced: bool,
}

/// A version that was refused at the start.
#[derive(Default)]
pub(super) struct BrokenAtStart {
    /// What it was read from.
    pub(super) reads: Reads,
    /// Its first error, as the end of a sentence.
    pub(super) why: Phrase,
}

impl BrokenAtStart {
    /// Of a file with errors.
    pub(super) fn of(loaded: Loaded) -> Self {
        Self { why: first_error(&loaded.compiled), reads: loaded.reads }
    }
}

/// What came of opening a file again.
pub(super) enum Reopened {
    /// Everything is as in the version in force.
    AsInForce,
    /// Everything is as it was when it was refused.
    AsRefused,
    /// A file is being written that has no last version.
    BeingWritten,
    /// Another version, with or without errors.
    Version(Box<Loaded>),
}

/// A playbook in force.
pub(super) struct Book {
    /// The file as it was given.
    pub(super) file: PathBuf,
    /// Its name in its folder.
    pub(super) name: String,
    /// Its folder, for scripts.
    pub(super) folder: Arc<DiskFolder>,
    /// The version in force.
    pub(super) playbook: Arc<Playbook>,
    /// What others see of it.
    pub(super) shown: Arc<InForce>,
    /// What it was compiled from.
    pub(super) reads: Reads,
    /// The scripts of the version.
    pub(super) library: Arc<Library>,
    /// Where its messages go; empty in a rehearsal.
    pub(super) targets: Arc<Outlets>,
    /// Who may report facts about its groups.
    pub(super) senders: Arc<Vec<KnownSender>>,
    /// Warnings worth repeating on the screen: what its channels cannot hear.
    pub(super) compiled: Compiled,
    /// What the version was read from that was refused at the start.
    pub(super) refused: Option<BrokenAtStart>,
}

impl Book {
    /// Whether a group's messages are decided and shown, and go nowhere.
    pub(super) fn rehearses(&self, group: &GroupId) -> bool {
        self.playbook.groups.get(group).is_some_and(|group| !group.live)
    }

    /// Compiles a file. An error says that there is nothing to compile.
    pub(super) fn open(file: &Path) -> Result<Loaded, Phrase> {
        let (folder, name) = DiskFolder::of_file(file)?;
        Ok(compile(file, &folder, name))
    }

    /// Compiles a file again, unless everything is as it was read.
    pub(super) fn reopen(again: &Again) -> Result<Reopened, Phrase> {
        let (folder, name) = DiskFolder::of_file(&again.file)?;
        let folder = match &again.eyes {
            Some(eyes) => folder.watched(eyes.clone(), again.good.clone()),
            None => folder,
        };
        if !again.forced {
            for path in again.good.keys().chain(again.refused.keys()) {
                drop(folder.read(path));
            }
            let reads = folder.reads();
            let as_read = |known: &Reads| known.iter().all(|(path, text)| reads.get(path) == Some(text));
            if as_read(&again.good) {
                return Ok(Reopened::AsInForce);
            }
            if !again.refused.is_empty() && as_read(&again.refused) {
                return Ok(Reopened::AsRefused);
            }
        }
        let loaded = compile(&again.file, &folder, name);
        Ok(if folder.is_unsettled() { Reopened::BeingWritten } else { Reopened::Version(Box::new(loaded)) })
    }

    /// From now on a watcher knows which files are being written.
    pub(super) fn watched_by(&mut self, eyes: &Eyes) {
        self.folder = Arc::new(DiskFolder::new(self.folder.root()).watched(eyes.clone(), Reads::new()));
    }

    /// Makes a compiled file ready to run. All missing secrets are named.
    pub(super) fn new(loaded: Loaded, rehearse: Option<&Rehearse>) -> Result<Self, Vec<Phrase>> {
        let Some(playbook) = &loaded.compiled.playbook else {
            return Err(vec![phrase!("{} has errors", "{} 有错误", loaded.file.display())]);
        };
        let playbook = rehearse.map_or_else(|| playbook.clone(), |rehearse| rehearse.narrowed(playbook));
        let targets = Self::targets(&playbook, &loaded, rehearse)?;
        let library = Library::default();
        load_scripts(&library, &playbook, &loaded.compiled.scripts, &loaded.root);
        let senders = Self::senders(&playbook, &loaded.root, rehearse.is_some())?;
        let watchman = Self::watchman(&playbook, &loaded.root, rehearse.is_some())?;
        let shown = shown(&loaded, &playbook, (&senders, watchman), (&targets, heard(&targets, rehearse)));
        Ok(Self {
            shown,
            senders,
            folder: Arc::new(DiskFolder::new(&loaded.root)),
            file: loaded.file,
            name: loaded.name,
            playbook,
            reads: loaded.reads,
            library: Arc::new(library),
            targets,
            compiled: loaded.compiled,
            refused: loaded.refused,
        })
    }

    fn targets(
        playbook: &Playbook,
        loaded: &Loaded,
        rehearse: Option<&Rehearse>,
    ) -> Result<Arc<Outlets>, Vec<Phrase>> {
        let file = |path: &str| super::secret_file(&loaded.root, path);
        let from = SettingsFrom { root: &loaded.root, env: &super::env, file: &file };
        let targets = match rehearse {
            Some(rehearse) => Outlets::rehearsed(playbook, &from, rehearse.to.as_ref()),
            None => Outlets::resolve(playbook, &from),
        };
        targets.map(Arc::new)
    }

    /// The senders with their keys. A rehearsal needs no keys: who has one may report.
    fn senders(
        playbook: &Playbook,
        root: &Path,
        rehearse: bool,
    ) -> Result<Arc<Vec<KnownSender>>, Vec<Phrase>> {
        let read_file = |path: &str| super::secret_file(root, path);
        match senders::read(playbook, &super::env, &read_file) {
            Ok(known) => Ok(Arc::new(known)),
            Err(_) if rehearse => Ok(Arc::default()),
            Err(problems) => Err(problems),
        }
    }

    /// Who is told that the engine works; of a rehearsal nobody is.
    fn watchman(playbook: &Playbook, root: &Path, rehearse: bool) -> Result<Option<Watchman>, Vec<Phrase>> {
        let read_file = |path: &str| super::secret_file(root, path);
        if rehearse {
            return Ok(None);
        }
        watchman::read(playbook, &super::env, &read_file).map_err(|problem| vec![problem])
    }

    /// Puts a newer version into force. Missing secrets refuse it and nothing has changed. Gives the playbook
    /// that was in force and what became of the scripts.
    pub(super) fn replace(
        &mut self,
        loaded: Loaded,
        playbook: Arc<Playbook>,
        rehearse: Option<&Rehearse>,
    ) -> Result<(Arc<Playbook>, Vec<ScriptChange>), Vec<Phrase>> {
        let targets = Self::targets(&playbook, &loaded, rehearse)?;
        let senders = Self::senders(&playbook, &loaded.root, rehearse.is_some())?;
        let watchman = Self::watchman(&playbook, &loaded.root, rehearse.is_some())?;
        let changes = load_scripts(&self.library, &playbook, &loaded.compiled.scripts, &loaded.root);
        self.shown = shown(&loaded, &playbook, (&senders, watchman), (&targets, heard(&targets, rehearse)));
        self.senders = senders;
        self.targets = targets;
        self.reads = loaded.reads;
        self.compiled = loaded.compiled;
        Ok((std::mem::replace(&mut self.playbook, playbook), changes))
    }

    /// Keeps the scripts of an older version, whose runs go on.
    pub(super) fn keep_scripts_of(&self, old: &Playbook) {
        load_scripts(&self.library, old, &self.compiled.scripts, self.folder.root());
    }

    /// Looks at the scripts only: the version that did not compile has changed some.
    pub(super) fn reload_scripts(&mut self, compiled: &Scripts) -> Vec<ScriptChange> {
        load_scripts(&self.library, &self.playbook, compiled, self.folder.root())
    }

    /// Reads the settings of its channels and the keys of its senders again; whether any is another one.
    pub(super) fn read_secrets(&mut self) -> Result<bool, Vec<Phrase>> {
        let file = |path: &str| super::secret_file(self.folder.root(), path);
        let from = SettingsFrom { root: self.folder.root(), env: &super::env, file: &file };
        let targets = Arc::new(Outlets::resolve(&self.playbook, &from)?);
        let senders = Self::senders(&self.playbook, self.folder.root(), false)?;
        let watchman = Self::watchman(&self.playbook, self.folder.root(), false)?;
        let is_new = targets != self.targets || senders != self.senders || watchman != self.shown.watchman;
        if is_new {
            let (file, playbook) = (self.shown.file.clone(), self.playbook.clone());
            let (warnings, known) = (self.shown.warnings.clone(), senders.clone());
            let (ears, hooks) = (ears(&playbook, &targets), hooks(&playbook, &targets));
            self.targets = targets.clone();
            self.shown = Arc::new(InForce {
                file,
                playbook,
                warnings,
                targets,
                senders: known,
                watchman,
                ears,
                hooks,
            });
            self.senders = senders;
        }
        Ok(is_new)
    }

    /// The files from which its channels read settings.
    fn secret_files(&self) -> impl Iterator<Item = PathBuf> + '_ {
        let own = self.playbook.groups.values().flat_map(|group| group.channels.values());
        let settings =
            self.playbook.channels.values().chain(own).flat_map(|channel| channel.settings.values());
        let of_senders = self.playbook.inbound.values().flat_map(|sender| sender.key.settings());
        let of_heart = self.playbook.heartbeat.iter().map(|heartbeat| &heartbeat.url);
        settings.flatten().chain(of_senders).chain(of_heart).filter_map(|setting| match setting {
            Setting::File(path) => Some(self.folder.root().join(path)),
            Setting::Literal(_) | Setting::Env(_) => None,
        })
    }

    /// The texts of this version, as they are stored.
    pub(super) fn files(&self) -> BTreeMap<String, Arc<str>> {
        self.reads.iter().filter_map(|(path, text)| Some((path.clone(), text.clone()?))).collect()
    }

    /// What readers of the state need to know of a group.
    pub(super) fn info(&self, group: &GroupId) -> GroupInfo {
        let title = self.playbook.groups.get(group).map_or(group.as_str(), |group| &group.title);
        let own = self.playbook.in_group(group);
        GroupInfo {
            playbook: self.playbook.name.to_string(),
            title: title.to_owned(),
            zone: own.zone.name().to_owned(),
            locale: own.locale.pick("en", "zh").to_owned(),
            file: self.file.display().to_string(),
            digest: self.playbook.digest.clone(),
        }
    }

    /// The paths that matter for the watcher: what it was compiled from, and what its scripts have read since.
    pub(super) fn paths(&self) -> BTreeSet<PathBuf> {
        let read_since = self.folder.reads();
        let read = self.reads.keys().chain(read_since.keys()).map(|path| self.folder.root().join(path));
        read.chain(self.secret_files()).collect()
    }
}

fn compile(file: &Path, folder: &DiskFolder, name: String) -> Loaded {
    let compiled = lang::compile(folder, &name);
    if let Some(playbook) = &compiled.playbook {
        // Whether or not the compiler has looked at them: the watcher has to know them.
        for path in scripts::paths(playbook) {
            drop(folder.read(&path));
        }
    }
    let root = folder.root().to_path_buf();
    Loaded { file: file.into(), name, reads: folder.reads(), compiled, root, refused: None }
}

/// Where its channels are heard; nowhere in a rehearsal.
fn heard<'a>(targets: &'a Outlets, rehearse: Option<&Rehearse>) -> Option<&'a Outlets> {
    rehearse.is_none().then_some(targets)
}

/// What others see of a version that takes effect.
fn shown(
    loaded: &Loaded,
    playbook: &Arc<Playbook>,
    (senders, watchman): (&Arc<Vec<KnownSender>>, Option<Watchman>),
    (targets, heard): (&Arc<Outlets>, Option<&Outlets>),
) -> Arc<InForce> {
    let nowhere = Outlets::default();
    let heard = heard.unwrap_or(&nowhere);
    Arc::new(InForce {
        file: loaded.file.clone(),
        playbook: playbook.clone(),
        warnings: warnings(&loaded.compiled),
        targets: targets.clone(),
        senders: senders.clone(),
        watchman,
        ears: ears(playbook, heard),
        hooks: hooks(playbook, heard),
    })
}

/// What `check` warns of in a version, each with its place.
fn warnings(compiled: &Compiled) -> Arc<Vec<Noticed>> {
    let all = compiled.report.diagnostics.iter().filter(|found| found.severity == Severity::Warning);
    let noticed = all.map(|found| {
        let place = found.span.map(|span| {
            let source = compiled.sources.get(span.source);
            format!("{}:{}", source.path, source.place(span.start).line)
        });
        Noticed { place: place.unwrap_or_default(), code: found.code, message: found.message.clone() }
    });
    Arc::new(noticed.take(limits::DIAGNOSTICS_MAX).collect())
}

/// The channels of which platforms tell `/hooks/…`.
fn hooks(playbook: &Playbook, targets: &Outlets) -> Arc<Vec<KnownHook>> {
    Arc::new(ears::hooks(playbook, &|group, channel| targets.get(group, channel).cloned()))
}

/// The ears that a version asks for; none in a rehearsal, which has nowhere to listen.
fn ears(playbook: &Playbook, targets: &Outlets) -> Arc<Vec<KnownEar>> {
    Arc::new(ears::known(playbook, &|group, channel| targets.get(group, channel).cloned()))
}

/// Loads the scripts as they were compiled with their version; one that this version does not run is read now.
fn load_scripts(
    library: &Library,
    playbook: &Playbook,
    compiled: &Scripts,
    root: &Path,
) -> Vec<ScriptChange> {
    let script = |path: Arc<str>| {
        let script = compiled.get(&path).cloned();
        let script = script.unwrap_or_else(|| Script::read(&path, &DiskFolder::new(root)));
        (path, script)
    };
    library.load(scripts::paths(playbook).into_iter().map(script).collect())
}

/// Compiles an older version again from its stored texts. A version that this program compiles to another digest
/// keeps the old one: its runs go on.
pub(super) fn recompile(reader: &Reader, digest: &Digest, playbooks: &mut Playbooks) -> Result<(), Phrase> {
    let stored = reader.sources(digest).map_err(|error| error.in_words())?;
    let version = digest.short();
    let Some((folder, path)) = stored else {
        return Err(phrase!(
            "the texts of version {version} are not in the state",
            "状态里没有版本 {version} 的原文"
        ));
    };
    let compiled = lang::compile(&folder, &path);
    let Some(playbook) = compiled.playbook else {
        return Err(phrase!(
            "version {version} of {path} does not compile with this program",
            "{path} 的版本 {version} 用本程序编译不过"
        ));
    };
    let playbook = if playbook.digest == *digest {
        playbook
    } else {
        Arc::new(Playbook { digest: digest.clone(), ..Playbook::clone(&playbook) })
    };
    playbooks.insert(playbook);
    Ok(())
}

//! `playbook backup` and `playbook restore`: a copy of the state, and a copy in its place.
//!
//! A backup only reads, engine running or not; what it wrote it has read again. A restore takes the state's lock.

use super::{
    args::{StateArg, time_of_all},
    failure::Failure,
    output::Output,
    state::directory,
};
use crate::{
    base::{
        locale::Locale,
        phrase::{Phrase, phrase},
        time::{Timestamp, Zone},
    },
    shell::{
        clock, private,
        store::{self, Copied, Reader},
    },
};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// Copies the whole state into one file, engine running or not.
///
/// The copy is of one moment, is read again before it gets its name, and can be put back with `playbook restore`.
#[derive(Debug, clap::Args)]
pub(super) struct BackupArgs {
    /// The file to write.
    #[arg(value_name = "FILE")]
    to: PathBuf,
    /// Replace a file that has this name already.
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    state: StateArg,
}

impl BackupArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let dir = directory(self.state.state.as_deref(), None);
        let to = self.to.display();
        if self.to.is_dir() {
            return Err(Failure::usage(phrase!(
                "{to} is a folder; expected the name of a file to write",
                "{to} 是文件夹；这里应该是要写入的文件名"
            )));
        }
        if self.to.exists() && !self.force {
            return Err(Failure::usage(phrase!("{to} exists already", "{to} 已经存在")).help(phrase!(
                "give another name, one with the date for example, or --force to replace it",
                "换个名字（例如带上日期），或加 `--force` 覆盖"
            )));
        }
        if self.is_of_a_state(&dir) {
            return Err(Failure::usage(phrase!(
                "{to} is a file of a state itself; a copy needs a name and a place of its own",
                "{to} 是状态自己的文件；副本要有自己的名字和位置"
            ))
            .help(phrase!(
                "for example `playbook backup backup-2027-01-14.db`",
                "例如 `playbook backup backup-2027-01-14.db`"
            )));
        }
        let failed = |error: store::StoreError| Failure::environment(error.in_words());
        let copied = Reader::open(&dir).map_err(failed)?.copy(&self.to).map_err(failed)?;
        let said = said(&copied, &zone_of(&dir));
        out.say(phrase!("{to}: {said}, read again and whole", "{to}：{said}，已重读核对，完整"; said))?;
        Ok(())
    }
}

impl BackupArgs {
    /// Whether the file to write is one by which a state lives, in the folder of this one or of another.
    fn is_of_a_state(&self, dir: &Path) -> bool {
        let Some(name) = self.to.file_name().map(|name| name.to_string_lossy().into_owned()) else {
            return false;
        };
        let folder = self.to.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
        let same = match (folder.canonicalize(), dir.canonicalize()) {
            (Ok(folder), Ok(dir)) => folder == dir,
            _ => false,
        };
        private::is_ours(&name) && (same || store::path(folder).exists())
    }
}

/// Puts a copy in the place of the state. The engine must not run.
///
/// What was sent after the copy was made is not known to it. So what it holds as on its way, and what is due until
/// --until, is in doubt: held until `playbook done EFFECT` says that it arrived or `playbook retry EFFECT` sends it.
/// The state that was there is kept beside.
#[derive(Debug, clap::Args)]
pub(super) struct RestoreArgs {
    /// The copy, as `playbook backup` wrote it.
    #[arg(value_name = "FILE")]
    from: PathBuf,
    /// When the lost engine ended, if you know: what is due later was not sent by it [default: now].
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    #[command(flatten)]
    state: StateArg,
}

impl RestoreArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let dir = directory(self.state.state.as_deref(), None);
        // What has no zone of its own is of those who live by the copy.
        let groups = Reader::of_copy(&self.from).and_then(|reader| reader.groups()).unwrap_or_default();
        let until = self.until.as_deref().map(|text| time_of_all(text, &groups)).transpose()?;
        let restored = store::restore(&self.from, &dir, until)
            .map_err(|error| Failure::environment(error.in_words()))?;
        let zone = zone_of(&dir);
        let (place, copied) = (Phrase::same(dir.display().to_string()), said(&restored.copied, &zone));
        out.say(phrase!("{place}: {copied}", "{place}：{copied}"; place, copied))?;
        if let Some(aside) = &restored.aside {
            out.say(phrase!("the state that was there lies in {}", "原来的状态放在 {}", aside.display()))?;
        }
        if !restored.forgotten.is_empty() {
            let people = Phrase::counted(restored.forgotten.len(), "member", "位成员");
            out.say(phrase!(
                "{people} forgotten since the copy was made: forgotten in it, too",
                "做副本之后忘记的 {people}，在副本里也已忘记";
                people
            ))?;
        }
        let messages = Phrase::counted(restored.doubtful, "message", "条消息");
        let until = moment(restored.until, &zone);
        out.say(phrase!(
            "{messages} on the way in the copy, and whatever is due until {until}, may have been sent since: held until \
             you say so (`playbook outbox`, `playbook done EFFECT`, `playbook retry EFFECT`)",
            "副本里在路上的 {messages}，以及 {until} 之前到期的消息，可能已经发过：都先压住，等你决定            （`playbook outbox`、`playbook done EFFECT`、`playbook retry EFFECT`）";
            messages, until
        ))?;
        Ok(())
    }
}

/// The zone of the groups of a state, where they all have one; else UTC.
fn zone_of(dir: &Path) -> Zone {
    let groups = Reader::open(dir).and_then(|reader| reader.groups()).unwrap_or_default();
    let zones: BTreeSet<&str> = groups.values().map(|info| &*info.zone).collect();
    match (zones.len(), groups.values().next()) {
        (1, Some(info)) => info.zone(),
        _ => Zone::utc(),
    }
}

/// An instant as people read it, with its zone.
fn moment(at: Timestamp, zone: &Zone) -> Phrase {
    let (now, name) = (clock::now(), zone.name());
    let told = |locale: Locale| format!("{} ({name})", locale.time(at, zone, now));
    Phrase { en: told(Locale::En), zh: told(Locale::Zh) }
}

fn said(copied: &Copied, zone: &Zone) -> Phrase {
    let last = copied.last_at.map_or_else(
        || phrase!("nothing decided yet", "还没有做过决定"),
        |at| {
            let (seq, at) = (copied.last_seq, moment(at, zone));
            phrase!("entries up to {seq} of {at}", "条目到 {seq}（{at}）为止"; at)
        },
    );
    let groups = Phrase::counted(copied.groups as usize, "group", "个群");
    let open = Phrase::counted(copied.open as usize, "message", "条消息");
    let bytes = Phrase::same(copied.bytes.to_string());
    phrase!(
        "{groups}, {last}, {open} on the way, {bytes} bytes",
        "{groups}，{last}，{open}在路上，{bytes} 字节";
        groups, last, open, bytes
    )
}

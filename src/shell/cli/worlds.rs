//! `--world`: a preset by name, a world file, or a recorded journal.
//!
//! Reads through [`DiskFolder`]; a file with problems is refused with the diagnostics of `check`.

use super::{
    failure::{Exit, Failure},
    output::Output,
};
use crate::{
    base::{ids::GroupId, phrase::phrase, source::Folder as _},
    engine::entry::Entry,
    model::playbook::Playbook,
    shell::{store::Reader, view::log, workspace::DiskFolder},
    sim::{
        recording::Recording,
        world::{
            World,
            file::{self, Read},
            preset::Preset,
        },
    },
};
use std::{collections::BTreeMap, path::Path, sync::Arc};

/// What `--world` names.
pub(super) enum Chosen {
    /// A synthetic world.
    World(Arc<World>),
    /// What was recorded, by group.
    Journal(BTreeMap<GroupId, Recording>),
}

/// Reads what `--world` names.
pub(super) fn read(word: Option<&str>, playbook: &Playbook, out: &mut Output) -> Result<Chosen, Failure> {
    // Where there are rules, somebody breaks them.
    let with = |world: World| {
        if playbook.moderation.rules.is_empty() { world } else { world.with_an_advertiser() }
    };
    let Some(word) = word else { return Ok(Chosen::World(Arc::new(with(World::default())))) };
    if let Some(path) = word.strip_prefix("journal:") {
        return journal(Path::new(path)).map(Chosen::Journal);
    }
    if let Some(preset) = Preset::parse(word) {
        return Ok(Chosen::World(Arc::new(with(preset.world()))));
    }
    let path = Path::new(word);
    if !path.exists() {
        let names = Preset::ALL.map(Preset::as_str).join(", ");
        return Err(Failure::usage(phrase!(
            "there is no world {word:?}; expected {names}, a world file, or journal:FILE",
            "没有叫 {word:?} 的世界；应该是 {names}、一个世界文件，或 `journal:FILE`"
        )));
    }
    let text = text_of(path)?;
    let Read { world, report, sources } = file::read(word, &text, &playbook.zone);
    for diagnostic in &report.diagnostics {
        out.diagnostic(diagnostic, &sources)?;
    }
    let Some(world) = world else {
        out.flush()?;
        return Err(Failure::new(Exit::Playbook, phrase!("{word} has errors", "{word} 有错误")).help(
            phrase!(
                "docs/simulate.md has every key of a world file",
                "世界文件的每个键见 `docs/simulate.md`"
            ),
        ));
    };
    if let Some(first) = file::unknown(&world, playbook).into_iter().next() {
        return Err(Failure::new(Exit::Playbook, format!("{word}: {first}")));
    }
    Ok(Chosen::World(Arc::new(world)))
}

fn text_of(path: &Path) -> Result<Arc<str>, Failure> {
    let (folder, name) = DiskFolder::of_file(path).map_err(Failure::environment)?;
    folder.read(&name).map_err(|error| Failure::environment(error.to_string()))
}

/// A journal by group: of a state directory, or as `playbook log --format json` writes it.
fn journal(path: &Path) -> Result<BTreeMap<GroupId, Recording>, Failure> {
    let mut groups: BTreeMap<GroupId, Vec<Entry>> = BTreeMap::new();
    if path.is_dir() {
        let reader = Reader::open(path).map_err(|error| Failure::environment(error.to_string()))?;
        reader
            .log(None, 0, &mut |line| groups.entry(line.group).or_default().push(line.entry))
            .map_err(|error| Failure::environment(error.to_string()))?;
    } else {
        let text = text_of(path)?;
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let line = log::read(line).map_err(|error| {
                Failure::new(Exit::Playbook, format!("{}:{}: {error}", path.display(), number + 1)).help(
                    phrase!(
                        "`playbook log --format json` writes a journal that can be replayed",
                        "`playbook log --format json` 写出的日志可以重放"
                    ),
                )
            })?;
            groups.entry(line.group).or_default().push(line.entry);
        }
    }
    if groups.is_empty() {
        let text = phrase!("the journal {} is empty", "日志 {} 是空的", path.display());
        return Err(Failure::new(Exit::Playbook, text));
    }
    let read = groups.into_iter().map(|(group, entries)| {
        let recording = Recording::new(group.clone(), entries)
            .map_err(|error| Failure::new(Exit::Playbook, format!("{}: {error}", path.display())))?;
        Ok((group, recording))
    });
    read.collect()
}

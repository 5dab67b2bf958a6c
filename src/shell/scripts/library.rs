//! The scripts of one playbook as they are called: swapped whole. A broken edit is refused and the last good version
//! goes on serving.
//!
//! Compiles nothing: scripts come compiled, with what they import.

use crate::{
    base::{
        ids::PlayName,
        phrase::{Phrase, phrase},
    },
    model::{play::Section, playbook::Playbook, step::Verb},
    script::sandbox::{Script, ScriptError, Scripts},
};
use arc_swap::ArcSwap;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The scripts of one playbook. Calls read it without waiting for an edit.
#[derive(Debug, Default)]
pub struct Library {
    scripts: ArcSwap<BTreeMap<Arc<str>, Shelved>>,
}

#[derive(Debug, Clone)]
struct Shelved {
    /// What serves.
    good: Option<Script>,
    /// What is wrong with what was tried last.
    errors: Vec<ScriptError>,
}

/// What loading did to one script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScriptChange {
    /// It is there for the first time.
    Added(Arc<str>),
    /// The next call runs the new text.
    Replaced(Arc<str>),
    /// It does not compile.
    Broken {
        /// The script that is broken.
        path: Arc<str>,
        /// What is wrong.
        errors: Vec<ScriptError>,
        /// Whether an earlier version goes on serving.
        last_good: bool,
    },
}

/// The paths of the scripts that a playbook's steps run.
pub fn paths(playbook: &Playbook) -> BTreeSet<Arc<str>> {
    let mut found = BTreeSet::new();
    for play in &playbook.plays {
        for section in Section::ALL {
            for step in play.section(section).steps() {
                if let Verb::Run(run) = &step.verb {
                    found.insert(run.script.clone());
                }
            }
        }
    }
    found
}

impl Library {
    /// Puts these scripts into force. Others stay as they are: a run that began with an older version may still need
    /// them.
    pub fn load(&self, compiled: Scripts) -> Vec<ScriptChange> {
        let before = self.scripts.load();
        let mut after = BTreeMap::clone(&before);
        let mut changes = Vec::new();
        for (path, compiled) in compiled {
            let old = before.get(&path);
            let unchanged = old.is_some_and(|old| match (&compiled, &old.good) {
                (Ok(new), Some(good)) => old.errors.is_empty() && new.digest == good.digest,
                (Err(errors), _) => old.errors == *errors,
                (Ok(_), None) => false,
            });
            if unchanged {
                continue;
            }
            let last_good = old.and_then(|old| old.good.clone());
            let entry = match compiled {
                Ok(script) => {
                    changes.push(match old {
                        Some(_) => ScriptChange::Replaced(path.clone()),
                        None => ScriptChange::Added(path.clone()),
                    });
                    Shelved { good: Some(script), errors: Vec::new() }
                }
                Err(errors) => {
                    changes.push(ScriptChange::Broken {
                        path: path.clone(),
                        errors: errors.clone(),
                        last_good: last_good.is_some(),
                    });
                    Shelved { good: last_good, errors }
                }
            };
            after.insert(path, entry);
        }
        drop(before);
        self.scripts.store(Arc::new(after));
        changes
    }

    /// The script that serves a path, or why there is none.
    pub fn get(&self, path: &str) -> Result<Script, Phrase> {
        let scripts = self.scripts.load();
        let Some(entry) = scripts.get(path) else {
            return Err(phrase!(
                "{path} is not a script of the playbook that is in force",
                "{path} 不是生效的剧本里的脚本"
            ));
        };
        entry.good.clone().ok_or_else(|| {
            let errors = entry.errors.iter().map(said).reduce(|all, one| all.then(&one));
            phrase!("the script does not compile: ", "脚本编译不了：").and(&errors.unwrap_or_default())
        })
    }
}

/// An error with its place, where it has one, in every language.
pub(super) fn said(error: &ScriptError) -> Phrase {
    if error.line == 0 {
        Phrase::same(format!("{}: ", error.path)).and(&error.message)
    } else {
        error.in_words()
    }
}

/// The plays that run a script, for messages.
pub fn users(playbook: &Playbook, path: &str) -> Vec<PlayName> {
    let uses = |play: &crate::model::play::Play| {
        Section::ALL.into_iter().any(|section| {
            play.section(section)
                .steps()
                .any(|step| matches!(&step.verb, Verb::Run(run) if *run.script == *path))
        })
    };
    playbook.plays.iter().filter(|play| uses(play)).map(|play| play.name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::MemoryFolder;

    fn load(library: &Library, text: &str) -> Vec<ScriptChange> {
        let mut folder = MemoryFolder::default();
        if !text.is_empty() {
            folder.0.insert("a.rhai".to_owned(), Arc::from(text));
        }
        library.load([(Arc::from("a.rhai"), Script::read("a.rhai", &folder))].into())
    }

    #[test]
    fn only_another_text_is_a_change() {
        let library = Library::default();
        assert_eq!(load(&library, "fn main() { 1 }"), [ScriptChange::Added("a.rhai".into())]);
        assert_eq!(load(&library, "fn main() { 1 }"), []);
        assert_eq!(load(&library, "fn main() { 2 }"), [ScriptChange::Replaced("a.rhai".into())]);
    }

    #[test]
    fn a_broken_edit_is_refused_and_the_last_good_one_serves() {
        let library = Library::default();
        assert!(library.get("a.rhai").is_err());
        load(&library, "fn main() { 1 }");
        for broken in ["fn main( {", ""] {
            let changes = load(&library, broken);
            assert!(matches!(&changes[..], [ScriptChange::Broken { last_good: true, .. }]), "{changes:?}");
            assert!(library.get("a.rhai").is_ok());
        }
        assert_eq!(load(&library, "fn main() { 3 }"), [ScriptChange::Replaced("a.rhai".into())]);
    }

    #[test]
    fn a_script_that_never_compiled_says_why() {
        let library = Library::default();
        assert!(matches!(&load(&library, "")[..], [ScriptChange::Broken { last_good: false, .. }]));
        let error = library.get("a.rhai").unwrap_err();
        assert!(error.en.starts_with("the script does not compile: a.rhai: "), "{}", error.en);
    }
}

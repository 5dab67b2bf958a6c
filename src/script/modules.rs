//! `import` in scripts: only what was resolved inside the playbook's folder when the script was compiled.
//!
//! Reads no file itself and looks nowhere else.

use super::frame;
use crate::base::source::normal_path;
use rhai::{Engine, EvalAltResult, Module, ModuleResolver, Position, Shared};

/// The path in the playbook's folder that an `import` means; the ending may be left out. `None` where it leaves
/// the folder.
pub(super) fn path_of(wanted: &str) -> Option<String> {
    let stem = wanted.strip_suffix(".rhai").unwrap_or(wanted);
    normal_path(&format!("{stem}.rhai"))
}

/// Finds imports among those of the script being called.
pub(super) struct Resolver;

impl ModuleResolver for Resolver {
    fn resolve(
        &self,
        _: &Engine,
        _: Option<&str>,
        path: &str,
        position: Position,
    ) -> Result<Shared<Module>, Box<EvalAltResult>> {
        let clean = path_of(path).unwrap_or_default();
        frame::with(|f| f.imports().and_then(|imports| imports.get(&clean).cloned())).ok_or_else(|| {
            let message = format!(
                "{path:?} was not found when the script was compiled; `import` takes a path in quotes inside the playbook's folder"
            );
            EvalAltResult::ErrorRuntime(message.into(), position).into()
        })
    }
}

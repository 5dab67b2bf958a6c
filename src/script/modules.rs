//! `import` in scripts: only what was resolved inside the playbook's folder when the script was compiled.
//!
//! Reads no file itself and looks nowhere else.

use super::frame;
use rhai::{Engine, EvalAltResult, Module, ModuleResolver, Position, Shared};
use std::collections::BTreeMap;

/// Compiled modules by the path as the importing script writes it.
pub(super) type Imports = BTreeMap<String, Shared<Module>>;

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
        frame::with(|f| f.imports().and_then(|imports| imports.get(path).cloned())).ok_or_else(|| {
            let message = format!("{path:?} was not found when the script was compiled; `import` takes a path in quotes inside the playbook's folder");
            EvalAltResult::ErrorRuntime(message.into(), position).into()
        })
    }
}

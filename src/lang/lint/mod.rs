//! Lints about a playbook that compiles: `craft` is advice, `correct` is about what cannot be meant. Warnings, but for
//! `minors`, whose rules nobody may decide to live without.
//!
//! One file a lint: its code with the explanation, all its words in both languages, and its check. A lint reads the playbook, never the YAML; it has
//! no clock. Advice about what is missing is given only to a file that describes a community.

use crate::{
    base::{
        diagnostic::{Diagnostic, code::Code},
        source::{SourceMap, Span},
    },
    model::playbook::Playbook,
};
use context::Context;
use std::collections::BTreeMap;

/// A lint: what it reports and how it looks.
struct Lint {
    code: Code,
    check: fn(&Context<'_>, &mut Vec<Diagnostic>),
}

macro_rules! lints {
    ($($name:ident)*) => {
        /// The lints of this folder.
        pub(super) const LINTS: &[Lint] = &[$(Lint { code: $name::CODE, check: $name::check }),*];
    };
}

mod context;
mod correct;
mod craft;

/// Every lint.
fn lints() -> impl Iterator<Item = &'static Lint> {
    craft::LINTS.iter().chain(correct::LINTS)
}

/// The codes of all lints, by slug.
pub fn codes() -> impl Iterator<Item = Code> {
    lints().map(|lint| lint.code)
}

/// What the craft has to say about a playbook. `origins` says where things were written: `rules`, `charter`,
/// `budgets`, `channels.NAME`, `phases.NAME`, `roles.NAME`, `plays.NAME`, `plays.NAME.steps.ID`; finer keys
/// (`rules.items`, `plays.NAME.during`, …) are used where they are there.
pub fn lint(playbook: &Playbook, origins: &BTreeMap<String, Span>, sources: &SourceMap) -> Vec<Diagnostic> {
    let cx = Context::new(playbook, origins, sources);
    let mut out = Vec::new();
    for lint in lints() {
        (lint.check)(&cx, &mut out);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{base::diagnostic::code::Example, base::source::MemoryFolder, lang::compile};
    use std::sync::Arc;

    /// The messages of one code for a playbook (completed by a name and a zone). Errors fail the test.
    pub(super) fn messages(code: &Code, yaml: &'static str) -> Vec<String> {
        let text: Arc<str> = Arc::from(Example::of(yaml).whole());
        messages_of(code, text)
    }

    /// As [`messages`], of a whole file.
    pub(super) fn messages_of(code: &Code, text: Arc<str>) -> Vec<String> {
        let compiled = compile(&MemoryFolder([("community.yaml".to_owned(), text)].into()), "community.yaml");
        let Some(playbook) = compiled.playbook else { panic!("{:#?}", compiled.report) };
        let found = lint(&playbook, &compiled.origins, &compiled.sources).into_iter();
        found.filter(|found| found.code == code.slug).map(|found| found.message.en).collect()
    }
}

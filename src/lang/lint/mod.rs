//! Lints: advice about the craft, about a playbook that compiles. Warnings, never errors.
//!
//! One file a lint: its code with the explanation, and its check. A lint reads the playbook, never the YAML; it has
//! no clock. Advice about what is missing is given only to a file that describes a community.

mod announcement_lead_short;
mod broadcast_only;
mod burst;
mod charter_incomplete;
mod context;
mod dead_play;
mod deaf_channel;
mod event;
mod handover_too_long;
mod mention_unsupported;
mod message_too_long;
mod no_prune_grace;
mod no_weekly_interaction;
mod offline_lead_short;
mod promo_too_early;
mod rules_section_missing;
mod rules_too_many;
mod unused_channel;
mod wide_mention;

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
        /// Every lint.
        const LINTS: &[Lint] = &[$(Lint { code: $name::CODE, check: $name::check }),*];
    };
}

lints! {
    announcement_lead_short
    broadcast_only
    burst
    charter_incomplete
    dead_play
    deaf_channel
    handover_too_long
    mention_unsupported
    message_too_long
    no_prune_grace
    no_weekly_interaction
    offline_lead_short
    promo_too_early
    rules_section_missing
    rules_too_many
    unused_channel
    wide_mention
}

/// The codes of all lints, by slug.
pub fn codes() -> impl Iterator<Item = Code> {
    LINTS.iter().map(|lint| lint.code)
}

/// What the craft has to say about a playbook. `origins` says where things were written: `rules`, `charter`,
/// `budgets`, `channels.NAME`, `phases.NAME`, `roles.NAME`, `plays.NAME`, `plays.NAME.steps.ID`; finer keys
/// (`rules.items`, `plays.NAME.during`, …) are used where they are there.
pub fn lint(playbook: &Playbook, origins: &BTreeMap<String, Span>, sources: &SourceMap) -> Vec<Diagnostic> {
    let cx = Context { playbook, origins, sources };
    let mut out = Vec::new();
    for lint in LINTS {
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
        found.filter(|found| found.code == code.slug).map(|found| found.message).collect()
    }
}

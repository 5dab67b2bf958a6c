//! The messages that rules of `moderate` name: what they have to catch, and what they have to let pass.
//!
//! Tries each; what a rule makes of a message is the engine's.

use super::{
    failure::Failure,
    load,
    tested::{Tested, TestedCase},
};
use crate::{
    base::{
        phrase::{Phrase, phrase},
        time::Timestamp,
    },
    engine::moderation::{TriedRule, samples},
    shell::clock,
};
use std::path::Path;

/// Whether a file may be a playbook whose rules name messages.
pub(super) fn may_have(text: &str) -> bool {
    text.contains("moderate:") && ["accept:", "reject:"].iter().any(|key| text.contains(key))
}

/// Tries every message of a playbook's rules.
pub(super) fn tested(path: &Path, shown: &Path) -> Result<Tested, Failure> {
    let loaded = load::compile(path)?;
    let playbook = loaded.playbook()?.clone();
    let compiled = &loaded.compiled;
    let line = |rule: &str| {
        let span = compiled.origins.get(&format!("moderate.{rule}"));
        span.map_or(1, |span| compiled.sources.get(span.source).place(span.start).line)
    };
    let now: Timestamp = clock::now();
    let cases = samples(&playbook, now).into_iter().map(|tried| TestedCase {
        line: line(&tried.rule),
        expected: expected(&tried),
        found: found(&tried),
        timeline: Vec::new(),
    });
    Ok(Tested { path: shown.into(), cases: cases.collect(), readable: true })
}

fn expected(tried: &TriedRule) -> Phrase {
    let (rule, words) = (&tried.rule, &tried.words);
    if tried.wanted {
        phrase!("`{rule}` catches “{words}”", "`{rule}` 抓得住“{words}”")
    } else {
        phrase!("`{rule}` lets pass “{words}”", "`{rule}` 放过“{words}”")
    }
}

/// What came of it, where it is not what was wanted.
fn found(tried: &TriedRule) -> Option<Phrase> {
    match tried.caught {
        Some(caught) if caught == tried.wanted => None,
        Some(true) => Some(phrase!("it is caught", "被抓住了")),
        Some(false) => Some(phrase!("it passes", "被放过了")),
        // What cannot be known is held against nobody.
        None if !tried.wanted => None,
        None => Some(phrase!(
            "the rule reads something that the sample does not say, so it passes",
            "规则要看样例里没写的东西，所以放过了"
        )),
    }
}

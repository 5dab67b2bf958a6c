//! The closed list of diagnostic codes: what each means, why it matters, how it looks wrong and right.
//!
//! Printed by `playbook explain`; never consulted while compiling.

mod plays;
mod reading;
mod shape;

use super::lint;
use crate::base::{
    diagnostic::{
        Severity,
        code::{Code, Example, Words},
        suggest,
    },
    locale::Locale,
};
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr;

/// All words about a slug of the compiler.
struct Explained {
    slug: &'static str,
    severity: Severity,
    meaning: Words,
    explanation: Words,
    bad: Example,
    good: Example,
}

const fn entry(
    slug: &'static str,
    severity: Severity,
    meaning: Words,
    explanation: Words,
    bad: Example,
    good: Example,
) -> Explained {
    Explained { slug, severity, meaning, explanation, bad, good }
}

/// An entry that cannot have an example of a few lines.
const fn none(slug: &'static str, severity: Severity, meaning: Words, explanation: Words) -> Explained {
    entry(slug, severity, meaning, explanation, Example::of(""), Example::of(""))
}

/// Every code, by slug.
pub fn all() -> Vec<Code> {
    let entries = [reading::ENTRIES, shape::ENTRIES, plays::ENTRIES].into_iter().flatten();
    let written = entries.map(|entry| Code {
        slug: entry.slug,
        severity: entry.severity,
        meaning: entry.meaning,
        explanation: entry.explanation,
        bad: entry.bad,
        good: entry.good,
        practices: &[],
    });
    let mut codes: Vec<Code> = written.chain(lint::codes()).collect();
    codes.sort_by_key(|code| code.slug);
    codes
}

/// The code of a slug; where there is none, the nearest slug.
pub fn find(slug: &str) -> Result<Code, Option<&'static str>> {
    let codes = all();
    match codes.iter().find(|code| code.slug == slug) {
        Some(code) => Ok(*code),
        None => Err(suggest::nearest(slug, codes.iter().map(|code| code.slug))),
    }
}

/// What `playbook explain` prints without a code: one line a code.
pub fn list(locale: Locale) -> String {
    let codes = all();
    let width = codes.iter().map(|code| code.slug.width()).max().unwrap_or(0);
    codes.iter().fold(String::new(), |mut out, code| {
        let _ = writeln!(
            out,
            "{:width$}  {:7}  {}",
            code.slug,
            code.severity.word().of(locale),
            code.meaning.of(locale)
        );
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::source::MemoryFolder,
        lang::{Compiled, compile},
    };
    use std::{collections::BTreeMap, sync::Arc};

    fn compiled(example: &Example) -> Compiled {
        let mut files: BTreeMap<String, Arc<str>> =
            example.files.iter().map(|(path, text)| ((*path).to_owned(), Arc::from(*text))).collect();
        files.insert("community.yaml".into(), Arc::from(example.whole()));
        compile(&MemoryFolder(files), "community.yaml")
    }

    /// What a compilation found: `error unknown-key`.
    fn found(example: &Example) -> Vec<String> {
        let compiled = compiled(example);
        let lints = compiled
            .playbook
            .iter()
            .flat_map(|playbook| lint::lint(playbook, &compiled.origins, &compiled.sources));
        let lints: Vec<_> = lints.collect();
        let all = compiled.report.diagnostics.iter().chain(&compiled.script_problems).chain(&lints);
        all.map(|found| format!("{} {}: {}", found.severity.as_str(), found.code, found.message.en)).collect()
    }

    #[test]
    fn every_wrong_example_has_its_problem_and_every_right_one_has_not() {
        let mut lies = Vec::new();
        for code in all() {
            let mark = format!("{} {}: ", code.severity.as_str(), code.slug);
            if !code.bad.yaml.is_empty() && !found(&code.bad).iter().any(|found| found.starts_with(&mark)) {
                lies.push(format!("the wrong example of {} gives {:?}", code.slug, found(&code.bad)));
            }
            let right = found(&code.good);
            if !code.good.yaml.is_empty()
                && right.iter().any(|found| found.starts_with(&mark) || found.starts_with("error"))
            {
                lies.push(format!("the right example of {} gives {right:?}", code.slug));
            }
        }
        assert!(lies.is_empty(), "{}", lies.join("\n"));
    }

    #[test]
    fn every_slug_of_the_compiler_has_an_entry() {
        let known: Vec<&str> = all().iter().map(|code| code.slug).collect();
        let missing: Vec<&&str> =
            crate::lang::codes::ALL.iter().filter(|slug| !known.contains(slug)).collect();
        assert!(missing.is_empty(), "not explained: {missing:?}");
    }

    #[test]
    fn slugs_are_unique_and_every_code_is_explained_in_both_languages() {
        let codes = all();
        for pair in codes.windows(2) {
            assert_ne!(pair[0].slug, pair[1].slug);
        }
        for code in &codes {
            for words in [code.meaning, code.explanation] {
                assert!(!words.en.is_empty() && !words.zh.is_empty(), "{} is not explained", code.slug);
            }
            assert!(!code.meaning.en.ends_with('.'), "{}: one line without a full stop", code.slug);
        }
    }

    #[test]
    fn a_slip_in_a_slug_is_understood() {
        assert_eq!(find("rules-too-many").map(|code| code.slug), Ok("rules-too-many"));
        assert_eq!(find("rules-to-many"), Err(Some("rules-too-many")));
        assert_eq!(find("zzz"), Err(None));
        assert!(
            list(Locale::Zh).lines().any(|line| line.starts_with("deaf-channel") && line.contains("频道"))
        );
    }
}

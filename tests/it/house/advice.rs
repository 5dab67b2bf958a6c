//! What `check` says of everything that ships: each warning is mended, or argued here.

use super::shelf::{folder, playbooks};
use playbook::{base::diagnostic::Severity, lang};
use std::collections::BTreeSet;

/// Warnings that stay: the code, where (the end of the path; empty for everywhere), and why.
const ARGUED: &[(&str, &str, &str)] = &[
    (
        "deaf-channel",
        "",
        "a console and a robot hear nothing, and that has to be said to whoever copies the file",
    ),
    ("charter-incomplete", "seed-recruiting.yaml", "a part: the charter is of the file that uses it"),
    ("charter-incomplete", "rules.yaml", "a part: the charter is of the file that uses it"),
    ("charter-incomplete", "book-club-en.yaml", "a small circle that says as much as it knows"),
    (
        "rules-section-missing",
        "kol-session.yaml",
        "a part: it names the two rules that are said before an evening",
    ),
    ("rules-section-missing", "en/rules.yaml", "a name card with a city is a custom of Chinese groups"),
    ("rules-section-missing", "guild.yaml", "a name card with a city is a custom of Chinese groups"),
    ("no-weekly-interaction", "seed-recruiting.yaml", "a part: games are the matter of weekly-games"),
    ("no-weekly-interaction", "rules.yaml", "a part: games are the matter of weekly-games"),
    (
        "announcement-lead-short",
        "flash-group.yaml",
        "a group that lives for a week cannot announce a week ahead",
    ),
    (
        "empty-when-unanswered",
        "spring-clean.yaml",
        "shows the warning that an operator meets first, with its place",
    ),
    ("empty-when-unanswered", "book-club-en.yaml", "four friends: one of them always votes"),
    (
        "empty-when-unanswered",
        "community.yaml",
        "the book of the month is always voted for by whoever proposed one",
    ),
    (
        "two-welcomes",
        "newcomers.yaml",
        "the roll call says hello to all of a day, the journey asks each how it goes",
    ),
    ("handover-between", "book-club-en.yaml", "whoever has the role when it happens is meant"),
    ("handover-between", "community.yaml", "whoever has the role when it happens is meant"),
    ("handover-between", "guild.yaml", "whoever has the role when it happens is meant"),
    ("handover-between", "whole-life.yaml", "whoever has the role when it happens is meant"),
    ("no-moderator", "community.yaml", "the hosts of forty people sit in the room"),
    ("no-preflight", "community.yaml", "the lists are on the shelf, and the first example stays short"),
];

#[test]
fn every_warning_of_what_ships_is_argued_and_every_argument_is_needed() {
    let (mut open, mut used) = (BTreeSet::new(), BTreeSet::new());
    for (dir, file) in playbooks() {
        let path = dir.join(&file);
        let compiled = lang::compile(&folder(&dir), &file);
        for found in &compiled.report.diagnostics {
            if found.severity == Severity::Error {
                continue;
            }
            let code = found.code.to_string();
            let argued = ARGUED.iter().position(|(slug, end, _)| *slug == code && path.ends_with(end));
            let argued =
                argued.or_else(|| ARGUED.iter().position(|(slug, end, _)| *slug == code && end.is_empty()));
            match argued {
                Some(place) => drop(used.insert(place)),
                None => drop(open.insert(format!("{}: {code}: {}", path.display(), found.message.en))),
            }
        }
    }
    assert!(open.is_empty(), "mend or argue: {open:#?}");
    let idle: Vec<_> = (0..ARGUED.len()).filter(|place| !used.contains(place)).map(|at| ARGUED[at]).collect();
    assert!(idle.is_empty(), "nothing warns of these any more: {idle:#?}");
}

//! Circles of files: two files that name each other, or more that do so round about. Each is a wall in the wrong
//! place, so their number may only shrink.

use super::tidy::files;
use std::collections::{BTreeMap, BTreeSet};

/// The one circle that is left is the grammar's own: a step has waits and approvals, and those have steps.
const CIRCLES_MAX: usize = 1;
/// Files that are part of one. May only shrink.
const FILES_IN_CIRCLES_MAX: usize = 4;

/// A module's path: `["engine", "apply"]`.
type Module = Vec<String>;

/// The words of a path.
fn words(path: &str) -> impl Iterator<Item = String> + '_ {
    path.split("::").map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned)
}

/// What a `use` tree names, each as the words of its path.
fn leaves(prefix: &[String], tree: &str, found: &mut Vec<Module>) {
    let tree = tree.trim();
    let Some((head, body)) = tree.split_once('{') else {
        let path = tree.split(" as ").next().unwrap_or_default();
        found.push(prefix.iter().cloned().chain(words(path)).collect());
        return;
    };
    let prefix: Module = prefix.iter().cloned().chain(words(head)).collect();
    let body = body.trim_end().strip_suffix('}').unwrap_or(body);
    let (mut depth, mut begin) = (0_i32, 0);
    for (at, c) in body.char_indices().chain([(body.len(), ',')]) {
        depth += i32::from(c == '{') - i32::from(c == '}');
        if c == ',' && depth == 0 {
            if !body[begin..at].trim().is_empty() {
                leaves(&prefix, &body[begin..at], found);
            }
            begin = at + 1;
        }
    }
}

/// The paths that a file names, from `crate`, `super` or `self` on; comments, texts and its own tests aside.
fn named(text: &str) -> Vec<Module> {
    let code: String = text
        .lines()
        .take_while(|line| !line.starts_with("#[cfg(test)]"))
        .filter(|line| !line.trim_start().starts_with("//"))
        .map(|line| line.split(" // ").next().unwrap_or(line).to_owned() + "\n")
        .collect();
    let code: String = code.split('"').step_by(2).collect();
    let mut found = Vec::new();
    for statement in code.split(';') {
        let begin = ["use crate::", "use super::", "use self::"].iter().find_map(|word| statement.find(word));
        if let Some(at) = begin {
            leaves(&[], &statement[at + 4..], &mut found);
            continue;
        }
        let words = statement.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
        for path in words.filter(|word| word.starts_with("crate::") || word.starts_with("super::")) {
            leaves(&[], path, &mut found);
        }
    }
    found
}

/// Which files each file names.
fn arrows() -> BTreeMap<Module, BTreeSet<Module>> {
    let module = |path: &str| -> Module {
        let path = path.trim_start_matches("src/").trim_end_matches(".rs");
        path.trim_end_matches("/mod").split('/').map(str::to_owned).collect()
    };
    let texts: BTreeMap<Module, String> = files("src", ".rs")
        .into_iter()
        .filter(|(path, _)| !path.ends_with("tests.rs") && !path.contains("/tests/"))
        .map(|(path, text)| (module(&path), text))
        .collect();
    let known = |path: &[String], least: usize| {
        (least..=path.len()).rev().map(|len| path[..len].to_vec()).find(|path| texts.contains_key(path))
    };
    let of = |me: &Module, path: &Module| {
        let first = path.first().map(String::as_str);
        let (base, rest) = if first == Some("crate") {
            (Vec::new(), &path[1..])
        } else {
            let ups = path.iter().take_while(|word| *word == "super").count();
            let own = usize::from(first == Some("self"));
            (me[..me.len().saturating_sub(ups)].to_vec(), &path[ups.max(own)..])
        };
        let least = base.len();
        known(&[base, rest.to_vec()].concat(), least).filter(|other| other != me)
    };
    let names = |(me, text): (&Module, &String)| {
        (me.clone(), named(text).iter().filter_map(|path| of(me, path)).collect())
    };
    texts.iter().map(names).collect()
}

/// All that can be reached from a module.
fn reached(from: &Module, arrows: &BTreeMap<Module, BTreeSet<Module>>) -> BTreeSet<Module> {
    let (mut seen, mut ahead) = (BTreeSet::new(), vec![from.clone()]);
    while let Some(next) = ahead.pop() {
        for other in arrows.get(&next).into_iter().flatten() {
            if seen.insert(other.clone()) {
                ahead.push(other.clone());
            }
        }
    }
    seen
}

#[test]
fn the_reader_of_paths_sees_trees_and_places() {
    let text = "use crate::{\n    base::{ids::A, time},\n    lang,\n};\nuse super::state::State;\n// use crate::no;\nfn f() { crate::sim::x(\"crate::text\") }\n#[cfg(test)]\nuse crate::never;\n";
    let found: Vec<String> = named(text).iter().map(|path| path.join("::")).collect();
    assert_eq!(
        found,
        ["crate::base::ids::A", "crate::base::time", "crate::lang", "super::state::State", "crate::sim::x"]
    );
}

#[test]
fn files_that_name_each_other_grow_fewer() {
    let arrows = arrows();
    let reach: BTreeMap<&Module, BTreeSet<Module>> =
        arrows.keys().map(|module| (module, reached(module, &arrows))).collect();
    let mut circles: BTreeSet<BTreeSet<String>> = BTreeSet::new();
    for (module, all) in reach.iter().filter(|(module, all)| all.contains(**module)) {
        let circle = all.iter().filter(|other| reach.get(other).is_some_and(|back| back.contains(*module)));
        circles.insert(circle.map(|module| module.join("/")).collect());
    }
    let files: usize = circles.iter().map(BTreeSet::len).sum();
    let list: Vec<String> =
        circles.iter().map(|circle| circle.iter().cloned().collect::<Vec<_>>().join(" ")).collect();
    assert!(
        circles.len() <= CIRCLES_MAX && files <= FILES_IN_CIRCLES_MAX,
        "{} circles of {files} files; {CIRCLES_MAX} of {FILES_IN_CIRCLES_MAX} may be:\n  {}",
        circles.len(),
        list.join("\n  ")
    );
}

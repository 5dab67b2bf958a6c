//! The rules of the house as tests: layers, the IO line, headers, lengths, leftovers, the two READMEs.
//!
//! Reads the repository's own files and judges them; it never changes one.

#![expect(clippy::disallowed_methods, reason = "reads the repository's files")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    path::{Path, PathBuf},
};

/// What each layer may name, itself aside (DESIGN section 3: only what is to its left; lang and engine never
/// meet).
const LAYERS: &[(&str, &[&str])] = &[
    ("base", &[]),
    ("script", &["base"]),
    ("model", &["base", "script"]),
    ("lang", &["base", "script", "model"]),
    ("engine", &["base", "script", "model"]),
    ("courier", &["base", "model", "engine"]),
    ("sim", &["base", "script", "model", "lang", "engine", "courier"]),
    ("shell", &["base", "script", "model", "lang", "engine", "courier", "sim"]),
];

/// The shell modules that own a resource and so carry the marker line. Whoever adds one adds it here, where a
/// reviewer sees it.
const OWNERS: &[&str] = &[
    "src/shell/cli/fix.rs",
    "src/shell/cli/lang.rs",
    "src/shell/cli/new.rs",
    "src/shell/cli/send.rs",
    "src/shell/cli/state.rs",
    "src/shell/cli/test.rs",
    "src/shell/clock.rs",
    "src/shell/console/keep.rs",
    "src/shell/crash.rs",
    "src/shell/delivery/courier.rs",
    "src/shell/door/listen.rs",
    "src/shell/door/reverse.rs",
    "src/shell/door/v1/stream.rs",
    "src/shell/ears/mod.rs",
    "src/shell/heartbeat.rs",
    "src/shell/files.rs",
    "src/shell/lock.rs",
    "src/shell/private.rs",
    "src/shell/refusals.rs",
    "src/shell/runtime/asks.rs",
    "src/shell/runtime/build.rs",
    "src/shell/runtime/console.rs",
    "src/shell/runtime/dispatch.rs",
    "src/shell/runtime/mod.rs",
    "src/shell/runtime/rehearsal.rs",
    "src/shell/runtime/work.rs",
    "src/shell/scripts/attempts.rs",
    "src/shell/scripts/host.rs",
    "src/shell/socket.rs",
    "src/shell/socket_server.rs",
    "src/shell/store/mod.rs",
    "src/shell/watch.rs",
    "src/shell/watch/look.rs",
    "src/shell/workspace.rs",
];

/// Files that may be longer than [`FILE_LINES_MAX`], with the length they may have. May only shrink.
const LONG_FILES: &[(&str, usize)] =
    &[("src/base/limits.rs", 640), ("src/engine/entry.rs", 720), ("src/shell/ears/discord.rs", 600)];

/// Functions that may be longer than [`FUNCTION_LINES_MAX`], with the length they may have. May only shrink.
const LONG_FUNCTIONS: &[(&str, &str, usize)] = &[("src/engine/apply/mod.rs", "apply_fact", 153)];

/// Lines of a file, its unit tests aside.
const FILE_LINES_MAX: usize = 520;
/// Lines of a function.
const FUNCTION_LINES_MAX: usize = 90;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Files under a folder of the repository whose name ends so: path from the root with `/`, and text.
pub(crate) fn files(under: &str, ending: &str) -> BTreeMap<String, String> {
    fn walk(dir: &Path, found: &mut Vec<PathBuf>) {
        let Ok(entries) = std::fs::read_dir(dir) else { return };
        for entry in entries {
            let entry = entry.unwrap();
            let kind = entry.file_type().unwrap();
            if kind.is_dir() {
                walk(&entry.path(), found);
            } else if kind.is_file() {
                found.push(entry.path());
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(under), &mut found);
    found
        .into_iter()
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .map(|path| {
            let name = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
            let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{name}: {e}"));
            (name, text)
        })
        .collect()
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

#[track_caller]
fn none(problems: &[String], rule: &str) {
    assert!(problems.is_empty(), "{rule}:\n  {}", problems.join("\n  "));
}

/// The text without line comments, so that prose may name what code may not.
fn code(text: &str) -> String {
    text.lines().fold(String::new(), |mut out, line| {
        let line = line.trim_start();
        if !line.starts_with("//") {
            let _ = writeln!(out, "{line}");
        }
        out
    })
}

/// The names after `crate::` or `playbook::`, groups in braces taken apart.
fn crate_names(code: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let (mut depth, mut word, mut first) = (0, String::new(), true);
            for c in group.chars() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => {
                        names.insert(std::mem::take(&mut word));
                        first = true;
                    }
                    c if depth == 0 && first && (c.is_alphanumeric() || c == '_') => word.push(c),
                    c if depth == 0 && !c.is_whitespace() => first = false,
                    _ => {}
                }
            }
            names.insert(word);
        } else {
            names.insert(rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect());
        }
    }
    names.remove("");
    names
}

#[test]
fn a_layer_names_only_layers_to_its_left() {
    let layers: BTreeMap<_, _> = LAYERS.iter().copied().collect();
    let mut problems = Vec::new();
    for (path, text) in files("src", ".rs") {
        let Some(layer) = path.strip_prefix("src/").and_then(|p| p.split_once('/')).map(|(l, _)| l) else {
            continue;
        };
        let Some(allowed) = layers.get(layer) else {
            problems.push(format!("{path}: there is no layer `{layer}`"));
            continue;
        };
        for name in crate_names(&code(&text)) {
            if layers.contains_key(name.as_str()) && name != layer && !allowed.contains(&name.as_str()) {
                problems.push(format!("{path} is in `{layer}` and names `crate::{name}`"));
            }
        }
    }
    none(&problems, "a layer names only layers to its left");
}

#[test]
fn the_reader_of_crate_paths_reads_groups() {
    let names = crate_names("use crate::{\n base::{ids::A, time},\n lang,\n};\nfn f() { crate::sim::x() }");
    assert_eq!(names.into_iter().collect::<Vec<_>>(), ["base", "lang", "sim"]);
}

#[test]
fn only_listed_shell_modules_own_a_resource() {
    let marker = concat!("[expect(clippy::", "disallowed_methods");
    let found: BTreeSet<String> = files("src", ".rs")
        .into_iter()
        .filter(|(_, text)| code(text).contains(marker))
        .map(|(path, _)| path)
        .collect();
    let listed: BTreeSet<String> = OWNERS.iter().map(ToString::to_string).collect();
    let extra: Vec<_> = found.difference(&listed).cloned().collect();
    none(&extra, "these files own a resource and are not in OWNERS");
    let gone: Vec<_> = listed.difference(&found).cloned().collect();
    none(&gone, "these files are in OWNERS and own nothing");
    let outside: Vec<_> = found.into_iter().filter(|path| !path.starts_with("src/shell/")).collect();
    none(&outside, "only the shell does IO");
}

#[test]
fn every_file_begins_with_what_it_is() {
    let mut problems = Vec::new();
    for folder in ["src", "tests", "benches", "examples"] {
        for (path, text) in files(folder, ".rs") {
            if !text.starts_with("//! ") {
                problems.push(path);
            }
        }
    }
    none(&problems, "a file begins with `//! ` and says what is in it and what it must never do");
}

/// Doc comments of one line, and of several their first, that name no subject: `Which.`, `Its id.`, `It waits.`.
fn names_no_subject(line: &str) -> bool {
    const BARE: &[&str] = &[
        "Which",
        "When",
        "Why",
        "What",
        "Who",
        "Where",
        "Whose",
        "How",
        "Since when",
        "Until when",
        "Where to",
        "For what",
        "What kind",
        "Which one",
        "How many",
        "How much",
        "How long",
        "They themselves",
        "These",
        "This",
    ];
    let text = line.trim_end_matches(['.', ':']);
    let words = text.split(' ').count();
    BARE.contains(&text)
        || words <= 3 && ["Its ", "Their "].iter().any(|begin| text.starts_with(begin))
        || words == 2 && ["It ", "They "].iter().any(|begin| text.starts_with(begin))
}

#[test]
fn a_doc_line_names_its_subject() {
    for (line, wanted) in
        [("Its id.", true), ("How many.", true), ("It waits.", true), ("The run's id.", false)]
    {
        assert_eq!(names_no_subject(line), wanted, "{line}");
    }
    let mut problems = Vec::new();
    for (path, text) in files("src", ".rs") {
        let mut before = "";
        for (number, line) in text.lines().map(str::trim).enumerate() {
            if let Some(doc) = line.strip_prefix("/// ")
                && !before.starts_with("///")
                && names_no_subject(doc)
            {
                problems.push(format!("{path}:{}: {doc}", number + 1));
            }
            before = line;
        }
    }
    none(&problems, "a doc line could stand alone in an index");
}

/// How many names stand for types in more than one file. May only shrink: one word is for one thing.
const SHARED_TYPE_NAMES_MAX: usize = 72;

/// The name that a line declares a type by, where it does so at the outermost level of its file.
fn declared_type(line: &str) -> Option<&str> {
    let line = ["pub ", "pub(crate) ", "pub(super) "]
        .iter()
        .find_map(|visible| line.strip_prefix(visible))
        .unwrap_or(line);
    let rest = ["struct ", "enum ", "trait ", "type "].iter().find_map(|word| line.strip_prefix(word))?;
    rest.split(|c: char| !c.is_alphanumeric()).next().filter(|name| !name.is_empty())
}

#[test]
fn one_word_is_for_one_type() {
    assert_eq!(declared_type("pub(super) struct Run<'a> {"), Some("Run"));
    assert_eq!(declared_type("    struct Inner;"), None);
    let mut by_name: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (path, text) in files("src", ".rs") {
        for line in body(&text) {
            if let Some(name) = declared_type(line) {
                by_name.entry(name.to_owned()).or_default().insert(path.clone());
            }
        }
    }
    let shared: Vec<String> = by_name
        .iter()
        .filter(|(_, paths)| paths.len() > 1)
        .map(|(name, paths)| format!("{name}: {}", paths.iter().cloned().collect::<Vec<_>>().join(", ")))
        .collect();
    assert!(
        shared.len() <= SHARED_TYPE_NAMES_MAX,
        "{} names stand for more than one type, {SHARED_TYPE_NAMES_MAX} may:\n  {}",
        shared.len(),
        shared.join("\n  ")
    );
}

#[test]
fn no_leftovers() {
    let words = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("to", "do!("),
        concat!("unimplemented", "!("),
        concat!("dbg", "!("),
    ];
    let mut problems = Vec::new();
    for (folder, ending) in [
        ("src", ".rs"),
        ("tests", ".rs"),
        ("benches", ".rs"),
        ("playbooks", ".rhai"),
        ("examples", ".rhai"),
        ("examples", ".yaml"),
        ("playbooks", ".yaml"),
        ("docs", ".md"),
    ] {
        for (path, text) in files(folder, ending) {
            for (number, line) in text.lines().enumerate() {
                if let Some(word) = words.iter().find(|word| line.contains(**word)) {
                    problems.push(format!("{path}:{}: {word}", number + 1));
                }
            }
        }
    }
    none(&problems, "nothing is left for later in the text of the house; issues are for that");
}

/// The lines of a file before its unit tests.
fn body(text: &str) -> impl Iterator<Item = &str> {
    text.lines().take_while(|line| !line.starts_with("#[cfg(test)]"))
}

#[test]
fn files_are_short_enough_to_read() {
    let long: BTreeMap<_, _> = LONG_FILES.iter().copied().collect();
    let mut problems = Vec::new();
    for (path, text) in files("src", ".rs") {
        let lines = body(&text).count();
        let limit = long.get(path.as_str()).copied().unwrap_or(FILE_LINES_MAX);
        if lines > limit {
            problems
                .push(format!("{path} has {lines} lines, {limit} are allowed: split what deserves a name"));
        } else if limit > FILE_LINES_MAX && lines <= FILE_LINES_MAX {
            problems.push(format!("{path} has become short ({lines} lines): take it off LONG_FILES"));
        }
    }
    for path in long.keys() {
        if !root().join(path).exists() {
            problems.push(format!("{path} is in LONG_FILES and is gone"));
        }
    }
    none(&problems, "file length");
}

/// The functions of a file with their lengths: from the line with `fn` to the brace that closes it, as rustfmt
/// sets it.
fn functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = body(text).collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let mut words = line
            .split_whitespace()
            .skip_while(|word| matches!(*word, "const" | "async") || word.starts_with("pub"));
        let (Some("fn"), Some(name)) = (words.next(), words.next()) else { continue };
        let name: String = name.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        if line.trim_end().ends_with(['}', ';']) {
            continue;
        }
        let closing = format!("{}}}", " ".repeat(indent));
        let end = lines[start..].iter().position(|line| *line == closing);
        found.push((name, end.map_or(1, |length| length + 1)));
    }
    found
}

#[test]
fn functions_are_short_enough_to_read() {
    let mut problems = Vec::new();
    let mut used = BTreeSet::new();
    for (path, text) in files("src", ".rs") {
        for (name, lines) in functions(&text) {
            let ratchet = LONG_FUNCTIONS.iter().find(|(p, n, _)| *p == path && *n == name);
            let limit = ratchet.map_or(FUNCTION_LINES_MAX, |(_, _, limit)| *limit);
            if ratchet.is_some() && lines > FUNCTION_LINES_MAX {
                used.insert((path.clone(), name.clone()));
            }
            if lines > limit {
                problems.push(format!("{path}: `{name}` has {lines} lines, {limit} are allowed"));
            }
        }
    }
    for (path, name, _) in LONG_FUNCTIONS {
        if !used.contains(&(path.to_string(), name.to_string())) {
            problems.push(format!("{path}: `{name}` is short or gone: take it off LONG_FUNCTIONS"));
        }
    }
    none(&problems, "function length");
}

#[test]
fn the_reader_of_functions_counts_lines() {
    let text = "impl A {\n    pub const fn a(&self) {\n        b();\n    }\n\n    fn c() {}\n}\n";
    assert_eq!(functions(text), [("a".to_string(), 3)]);
}

#[test]
fn no_integration_test_is_forgotten() {
    let mut problems = Vec::new();
    for path in files("tests/it", ".rs").into_keys() {
        let (folder, name) = path.rsplit_once('/').expect("a path has a folder");
        // A folder is named where its folder's files are, a file in the `mod.rs` beside it.
        let (list, name) = match name.trim_end_matches(".rs") {
            "main" => continue,
            "mod" => {
                let (above, name) = folder.rsplit_once('/').expect("a folder lies in a folder");
                (
                    if above == "tests/it" {
                        "tests/it/main.rs".to_owned()
                    } else {
                        format!("{above}/mod.rs")
                    },
                    name,
                )
            }
            name => (format!("{folder}/mod.rs"), name),
        };
        if !read(&list).lines().any(|line| line.trim_end_matches(';').ends_with(&format!("mod {name}"))) {
            problems.push(format!("{path} is not in {list}"));
        }
    }
    none(&problems, "every file of tests/it is part of the one test binary");
}

#[test]
fn the_map_names_files_that_are_there() {
    let all: BTreeSet<String> = ["src", "tests"]
        .into_iter()
        .flat_map(|folder| files(folder, ".rs").into_keys())
        .flat_map(|path| {
            Path::new(&path).ancestors().map(|p| format!("/{}", p.display())).collect::<Vec<_>>()
        })
        .collect();
    let mut problems = Vec::new();
    for page in ["ARCHITECTURE.md", "CONTRIBUTING.md"] {
        let text = read(page);
        let named: Vec<&str> = text.split('`').skip(1).step_by(2).collect();
        let paths: Vec<&str> = named
            .into_iter()
            .filter(|word| !word.contains(' ') && !word.contains("NAME") && !word.contains('…'))
            .filter(|word| word.ends_with('/') || Path::new(word).extension().is_some_and(|end| end == "rs"))
            .collect();
        assert!(paths.len() > 20, "{page}: the reader of paths finds few: {paths:?}");
        for path in paths {
            let wanted = format!("/{}", path.trim_end_matches('/'));
            if !root().join(path).exists() && !all.iter().any(|known| known.ends_with(&wanted)) {
                problems.push(format!("{page} names {path}, which is not there"));
            }
        }
    }
    none(&problems, "the map names what is there");
}

/// Heading levels and fenced blocks of a Markdown text, in order. Of a block what does not depend on the
/// language of the page: shell lines as they are, the keys of YAML, the commands of a console, else the kind.
fn skeleton(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut fence: Option<String> = None;
    for line in text.lines() {
        if let Some(block) = &mut fence {
            if line.trim_end() == "```" {
                found.extend(fence.take());
                continue;
            }
            let keep = match block.lines().next() {
                Some("```sh") => Some(line),
                Some("```console") => line.starts_with("$ ").then_some(line),
                Some(kind) if kind.starts_with("```yaml") => line.split_once(':').map(|(key, _)| key),
                _ => None,
            };
            if let Some(keep) = keep {
                block.push('\n');
                block.push_str(keep);
            }
        } else if line.starts_with("```") {
            fence = Some(line.to_string());
        } else if line.starts_with('#') {
            found.push(line.chars().take_while(|c| *c == '#').collect());
        }
    }
    found
}

#[test]
fn the_two_readmes_say_the_same() {
    let (english, chinese) = (skeleton(&read("README.md")), skeleton(&read("README.zh-CN.md")));
    for (number, (e, c)) in english.iter().zip(&chinese).enumerate() {
        assert_eq!(
            e,
            c,
            "heading level or code block {} differs between README.md and README.zh-CN.md",
            number + 1
        );
    }
    assert_eq!(english.len(), chinese.len(), "headings and code blocks");
    assert!(english.len() > 4, "the READMEs have headings and code blocks");
}

#[test]
fn dependencies_come_from_the_public_index() {
    let public = concat!("source = \"registry+https://github.com/rust-lang/crates", ".io-index\"");
    let other: Vec<String> = read("Cargo.lock")
        .lines()
        .filter(|line| line.starts_with("source = ") && *line != public)
        .map(ToString::to_string)
        .collect();
    none(&other, "Cargo.lock names another registry");
    for path in [".cargo/config.toml", ".cargo/config"] {
        assert!(
            !root().join(path).exists(),
            "{path}: how this machine reaches a registry is not the project's"
        );
    }
}

#[test]
fn the_shared_plugins_are_the_ones_the_community_uses() {
    for name in ["welcome", "rules", "riddle"] {
        let (shared, own) =
            (format!("scripts/{name}.rhai"), format!("examples/community/scripts/{name}.rhai"));
        assert!(read(&shared) == read(&own), "{shared} and {own} differ: change both");
    }
    let (shared, own) = ("playbooks/data/riddles.csv", "examples/community/data/riddles.csv");
    assert!(read(shared) == read(own), "{shared} and {own} differ: change both");
}

#[test]
fn every_practice_has_its_row() {
    let page = read("docs/practices.md");
    let missing: Vec<String> =
        (1..=136).map(|n| format!("P{n:03}")).filter(|id| !page.contains(&format!("| {id} |"))).collect();
    none(&missing, "docs/practices.md has a row for every practice");
}

#[test]
fn a_lint_stands_in_the_row_of_the_practice_it_enforces() {
    let page = read("docs/practices.md");
    let mut seen = 0;
    for code in playbook::lang::explain::all() {
        for practice in code.practices {
            seen += 1;
            let row =
                page.lines().find(|line| line.starts_with(&format!("| {practice} |"))).unwrap_or_default();
            assert!(
                row.contains(&format!("`{}`", code.slug)),
                "docs/practices.md, {practice}: name the lint `{}`",
                code.slug
            );
        }
    }
    assert!(seen > 5, "{seen} lints enforce practices");
}

#[test]
fn there_is_one_door_to_the_terminal() {
    const DOOR: &str = "src/shell/terminal.rs";
    let words = [
        "::stdout()",
        "::stderr()",
        "println!",
        "eprintln!",
        "print!(",
        "anstream::",
        "anstyle::",
        "Stdout",
        "Stderr",
    ];
    let mut problems = Vec::new();
    for (path, text) in files("src", ".rs").into_iter().filter(|(path, _)| path != DOOR) {
        for line in code(&body(&text).collect::<Vec<_>>().join("\n")).lines() {
            if let Some(word) = words.iter().find(|word| line.contains(**word)) {
                problems.push(format!("{path}: {word}"));
            }
        }
    }
    none(&problems, "what a person reads goes through src/shell/terminal.rs");
    assert!(words.iter().any(|word| read(DOOR).contains(word)), "the door is there");
}

#[test]
fn every_limit_is_enforced_somewhere() {
    let limits = read("src/base/limits.rs");
    let names = limits.lines().filter_map(|line| line.strip_prefix("pub const ")?.split(':').next());
    let code: Vec<String> = files("src", ".rs")
        .into_iter()
        .filter(|(path, _)| path != "src/base/limits.rs")
        .map(|(_, text)| code(&body(&text).collect::<Vec<_>>().join("\n")))
        .collect();
    let words: BTreeSet<&str> =
        code.iter().flat_map(|text| text.split(|c: char| !c.is_alphanumeric() && c != '_')).collect();
    let (used, unused): (Vec<&str>, Vec<&str>) = names.partition(|name| words.contains(name));
    let unused: Vec<String> = unused.into_iter().map(str::to_owned).collect();
    none(&unused, "a bound that nothing looks at bounds nothing");
    assert!(used.len() > 50, "{used:?}");
}

#[test]
fn the_command_line_builds_no_json() {
    // What a person types is read there.
    const READS: &[&str] = &["src/shell/cli/remote.rs"];
    let mut problems = Vec::new();
    for (path, text) in files("src/shell/cli", ".rs") {
        let body = code(&body(&text).collect::<Vec<_>>().join("\n"));
        let reads = READS.contains(&path.as_str());
        if body.contains("json!") || (body.contains("serde_json") && !reads) {
            problems.push(path);
        }
    }
    none(&problems, "JSON is made from the values of src/shell/view/");
}

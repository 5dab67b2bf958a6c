//! Every file of `tests/language` compiles to the report beside it, as `check` prints it, in English and for `invalid` in Chinese.
//!
//! `valid` files have no errors, `invalid` files are named after their flaw. `UPDATE_EXPECT=1 cargo test --test it
//! language` writes the reports anew; read the difference before you keep it.
#![expect(clippy::disallowed_methods, reason = "reads and writes the test's own files")]

use playbook::{
    base::{
        decode::{Encoding, decode},
        diagnostic::{Diagnostic, Severity, fix, text},
        locale::Locale,
        source::{Folder, FolderError, MemoryFolder, SourceId},
    },
    lang::{Compiled, compile, explain},
};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/language")
}

fn add(files: &mut BTreeMap<String, Arc<str>>, folder: &Path, prefix: &str) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{prefix}{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            add(files, &path, &format!("{name}/"));
        } else {
            files.insert(name, fs::read_to_string(&path).unwrap().into());
        }
    }
}

/// The shared files, and one playbook among them.
fn folder(name: &str, text: &str) -> MemoryFolder {
    let mut files = BTreeMap::new();
    add(&mut files, &root().join("files"), "");
    files.insert(name.to_owned(), text.into());
    MemoryFolder(files)
}

/// The report as `check` prints it.
fn report(compiled: &Compiled, locale: Locale) -> String {
    let all = compiled.report.diagnostics.iter().chain(&compiled.script_problems);
    all.map(|found| text::render(found, &compiled.sources, text::ColourStyle::Plain, locale) + "\n\n")
        .collect()
}

/// Words that are the same in Chinese: names of formats, programs and platforms.
const NAMES: &[&str] = &[
    "wecom",
    "feishu",
    "dingtalk",
    "ntfy",
    "telegram",
    "discord",
    "console",
    "manual",
    "YAML",
    "Excel",
    "CSV",
    "JSON",
    "ICS",
    "IANA",
    "RRULE",
    "FREQ",
    "KEY",
    "VALUE",
    "NAME",
    "PARAMETER",
    "value",
    "Rhai",
    "cron",
    "crontab",
    "Quartz",
    "DAILY",
    "WEEKLY",
    "MONTHLY",
    "YEARLY",
    "iCalendar",
    "ics",
    "https",
    "example",
    "org",
    "hook",
    "api",
    "Asia",
    "Shanghai",
    "Europe",
    "Berlin",
    "days",
    "months",
    "weeks",
    "webhook",
];

/// English words of a Chinese sentence: outside backticks and quotes, and no names.
fn english(zh: &str) -> Vec<String> {
    let plain: String = zh.split('`').step_by(2).collect::<Vec<_>>().join(" ");
    let plain: String = plain.split('"').step_by(2).collect::<Vec<_>>().join(" ");
    let plain = plain.lines().filter(|line| !line.starts_with("    ")).collect::<Vec<_>>().join(" ");
    let words = plain.split(|c: char| !c.is_ascii_alphabetic()).map(str::to_owned);
    words.filter(|word| word.len() > 3 && !NAMES.contains(&word.as_str())).collect()
}

/// The text of a file; bytes that are no UTF-8 are refused by the folder, as the disk's folder does.
fn read(path: &Path) -> Result<String, FolderError> {
    let bytes = fs::read(path).unwrap();
    let place = || path.file_name().unwrap().to_string_lossy().into_owned();
    match decode(&bytes) {
        Ok((text, Encoding::Utf8)) => Ok(text.into_owned()),
        Ok((_, encoding)) => Err(FolderError::Encoding { path: place(), encoding }),
        Err(error) => Err(FolderError::NotText { path: place(), error }),
    }
}

fn expect(path: &Path, found: &str, wrong: &mut Vec<String>) {
    if std::env::var("UPDATE_EXPECT").is_ok() {
        fs::write(path, found).unwrap();
    } else if fs::read_to_string(path).unwrap_or_default() != found {
        wrong.push(format!("{}:\n{found}", path.display()));
    }
}

fn check(kind: &str) -> Vec<(String, Compiled)> {
    let mut done = Vec::new();
    let mut wrong = Vec::new();
    for entry in fs::read_dir(root().join(kind)).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ending| ending != "yaml") {
            continue;
        }
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let compiled = match read(&path) {
            Ok(text) => compile(&folder(&name, &text), &name),
            Err(error) => compile(&Unreadable(error), &name),
        };
        expect(&path.with_extension("txt"), &report(&compiled, Locale::En), &mut wrong);
        if kind == "invalid" {
            expect(&path.with_extension("zh.txt"), &report(&compiled, Locale::Zh), &mut wrong);
        }
        done.push((name, compiled));
    }
    assert!(wrong.is_empty(), "reports differ from what is written beside the files:\n{}", wrong.join("\n"));
    done
}

/// A folder whose only file is no text.
struct Unreadable(FolderError);

impl Folder for Unreadable {
    fn read(&self, _: &str) -> Result<Arc<str>, FolderError> {
        Err(self.0.clone())
    }
}

#[test]
fn valid_files_compile_without_errors() {
    for (name, compiled) in check("valid") {
        assert!(!compiled.report.has_errors(), "{name}: {}", report(&compiled, Locale::En));
        assert!(compiled.playbook.is_some(), "{name}");
    }
}

#[test]
fn invalid_files_say_what_is_wrong() {
    for (name, compiled) in check("invalid") {
        let problems = compiled.report.count(Severity::Error) + compiled.report.count(Severity::Warning);
        assert!(problems + compiled.script_problems.len() > 0, "{name} has no problem");
        assert_eq!(compiled.playbook.is_none(), compiled.report.has_errors(), "{name}");
    }
}

#[test]
fn a_chinese_report_has_no_english_words() {
    let mut left = Vec::new();
    let examples = explain::all().into_iter().filter(|code| !code.bad.yaml.is_empty()).map(|code| {
        let beside = code.bad.files.iter().map(|(path, text)| ((*path).to_owned(), Arc::from(*text)));
        let mut files: BTreeMap<String, Arc<str>> = beside.collect();
        files.insert("bad.yaml".into(), code.bad.whole().into());
        (code.slug.to_owned(), compile(&MemoryFolder(files), "bad.yaml"))
    });
    for (name, compiled) in check("invalid").into_iter().chain(check("valid")).chain(examples) {
        for found in compiled.report.diagnostics.iter().chain(&compiled.script_problems) {
            let labels = found.labels.iter().map(|label| &label.text);
            for phrase in labels.chain([&found.message, &found.label]).chain(&found.help) {
                let words = english(&phrase.zh);
                if !words.is_empty() {
                    left.push(format!("{name}: {words:?} in {}", phrase.zh));
                }
            }
        }
    }
    assert!(left.is_empty(), "{}", left.join("\n"));
}

/// The text with every fix made, again and again until there is none.
fn mended(name: &str, text: &str) -> (String, usize) {
    let mut text = text.to_owned();
    for made in 0..20 {
        let compiled = compile(&folder(name, &text), name);
        let fixes = fix::together(&compiled.report.diagnostics, SourceId(0));
        if fixes.is_empty() {
            return (text, made);
        }
        let mended: Vec<&Diagnostic> = compiled
            .report
            .diagnostics
            .iter()
            .filter(|d| d.fix.as_ref().is_some_and(|f| fixes.contains(&f)))
            .collect();
        let after = fix::apply(&text, &fixes);
        let again = compile(&folder(name, &after), name);
        for found in mended {
            let same =
                again.report.diagnostics.iter().find(|d| d.code == found.code && d.message == found.message);
            let before = compiled.report.diagnostics.iter().filter(|d| d.message == found.message).count();
            let now = again.report.diagnostics.iter().filter(|d| d.message == found.message).count();
            assert!(same.is_none() || now < before, "{name}: not mended: {}", found.message.en);
        }
        text = after;
    }
    panic!("{name}: fixes without end");
}

#[test]
fn fixes_mend_what_they_say_and_end() {
    let mut rounds = 0;
    for kind in ["valid", "invalid"] {
        for entry in fs::read_dir(root().join(kind)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let Ok(text) = read(&path) else { continue };
            if path.extension().is_some_and(|ending| ending == "yaml") {
                let (after, made) = mended(&name, &text);
                rounds += made;
                assert_eq!(mended(&name, &after), (after.clone(), 0), "{name}: mending twice changes more");
                assert!(made > 0 || after == text, "{name}");
            }
        }
    }
    assert!(rounds > 10, "hardly anything was mended");
}

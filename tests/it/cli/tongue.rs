//! What the command line says is in the language of who reads it, and a word means one thing.

use crate::help::playground::{Playground, eventually};

const FILE: &str = "\
name: demo
title: 示范
timezone: Asia/Shanghai
people:
  zhu: { name: 小朱 }
roles:
  host: { people: [zhu] }
plays:
  begin:
    on: group.created
    steps:
      - task: 邀请朋友
        to: host
        due: 1d
        as: invited
      - approve: 可以开始吗?
        to: host
      - post: 开始
  game:
    every: day at 20:30
    steps:
      - post: 猜谜
";

/// Names of the playbook and of the world, and what stands for itself.
const NAMES: [&str; 38] = [
    // Templates.
    "guild",
    "community",
    "rules",
    "pruning",
    "admission",
    "enforce",
    "growth",
    "people",
    "service",
    "newcomers",
    "workshop",
    "fresh",
    // Keys of the language.
    "trigger",
    "post",
    "approve",
    "paused",
    "overlap",
    "skip",
    "limit",
    "next",
    "when",
    "where",
    "signals",
    "demo",
    "begin",
    "game",
    "group",
    "console",
    "Asia",
    "Shanghai",
    "Ctrl",
    "task",
    "zhu",
    "playbook",
    "state",
    "nobody",
    "invited",
    "main",
];

/// English words outside names and backticks.
pub(crate) fn english(text: &str) -> Vec<String> {
    let outside: String = text.split('`').step_by(2).collect::<Vec<_>>().join(" ");
    // A command that is to be typed as it stands.
    let rest = outside.split("playbook ").enumerate();
    let rest =
        rest.map(|(n, part)| if n == 0 { part } else { part.split_once(' ').map_or("", |(_, rest)| rest) });
    rest.collect::<Vec<_>>()
        .join(" ")
        .split(|c: char| c.is_whitespace() || "，。：；（）、".contains(c))
        // Ids, files and instants.
        .filter(|word| !word.contains(['/', '@', '.', '_', '-']) && !word.chars().any(|c| c.is_ascii_digit()))
        .flat_map(|word| word.split(|c: char| !c.is_ascii_alphabetic()))
        .filter(|word| word.len() > 1 && !NAMES.contains(word))
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_chinese_terminal_reads_chinese() {
    let place = Playground::new().file("demo.yaml", FILE).env("LANG", "zh_CN.UTF-8");
    let engine = place.start(&["run", "demo.yaml"]);
    eventually("the approval", || place.run(&["tasks"]).stdout.contains("可以开始吗"));
    eventually("the overview", || engine.stdout().contains("运行中"));
    let mut said = Vec::new();
    for args in [
        &["status"][..],
        &["status", "--all"],
        &["runs"],
        &["tasks"],
        &["log"],
        &["outbox"],
        &["members"],
        &["pause", "game"],
        &["resume", "game"],
        &["why", "begin"],
        &["why", "game"],
        &["why", "game", "--at", "2020-01-01"],
        &["plan", "demo.yaml", "--days", "2"],
        &["next", "--every", "day at 20:30", "-n", "1"],
        &["new"],
        &["new", "rules", "fresh"],
        &["simulate", "demo.yaml", "--days", "3"],
        &["simulate", "demo.yaml", "--days", "3", "--verbose"],
        &["simulate", "demo.yaml", "--days", "3", "--runs", "2"],
        &["simulate", "demo.yaml", "--days", "3", "--faults"],
        &["test"],
        &["done", "t1"],
    ] {
        said.push((args.join(" "), place.run(args).exits(0).stdout));
    }
    said.push(("refusal".into(), place.run(&["status", "--group", "nobody"]).exits(2).stderr));
    said.push(("run".into(), engine.stop().stdout));
    said.push(("stopped".into(), place.run(&["done", "t1"]).exits(3).stderr));
    for (what, text) in said {
        // Names of a file's own, which whoever reads it writes there.
        let text = text.replace("deputy (副群主)", "").replace("owner (群主)", "");
        assert_eq!(english(&text), Vec::<String>::new(), "{what}: {text}");
    }
}

#[test]
fn programs_and_english_readers_get_what_they_got() {
    let place = Playground::new().file("demo.yaml", FILE).env("LANG", "zh_CN.UTF-8");
    let _engine = place.start(&["run", "demo.yaml"]);
    eventually("the approval", || place.run(&["tasks"]).stdout.contains("可以开始吗"));
    let runs = place.run(&["runs", "--lang", "en"]).exits(0).stdout;
    assert!(runs.contains("waits for approval t2"), "{runs}");
    let json = place.run(&["runs", "--format", "json"]).exits(0).json_lines();
    assert_eq!(json[0]["waiting"], "approval t2");
    let status = place.run(&["status", "--lang", "en"]).exits(0).stdout;
    assert!(status.contains("waits for somebody"), "{status}");
}

/// Words of the table's third column that mean something else where they stand: what muting a group is called,
/// where a business sells, what the head of a member list may say, what an operator has written, and the pages of
/// platforms where apps are made.
const OTHERWISE: [(&str, &str); 7] = [
    ("src/lang/lint/craft/wide_mention.rs", "免打扰"),
    ("src/lang/lint/craft/goal_one_channel.rs", "渠道"),
    ("src/lang/roster.rs", "群组"),
    ("docs/zh/channels/feishu.md", "流程"),
    ("docs/zh/channels/feishu.md", "彩排"),
    ("docs/zh/channels/feishu.md", "后台"),
    ("docs/zh/channels/wecom.md", "后台"),
];

fn sources(dir: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(dir).expect("a folder of sources").filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, found);
        } else if path
            .extension()
            .is_some_and(|ending| ["rs", "zh", "md"].iter().any(|known| ending == *known))
        {
            found.push(path);
        }
    }
}

#[test]
fn a_word_that_the_table_has_another_for_is_not_said() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let table = std::fs::read_to_string(root.join("docs/words.md")).expect("the table is there");
    let rows = table.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| English"));
    let not: Vec<String> = rows
        .filter_map(|row| row.split('|').nth(3))
        .flat_map(|cell| cell.split('、').map(|word| word.trim().to_owned()).collect::<Vec<_>>())
        .filter(|word| !word.is_empty())
        .collect();
    assert!(not.len() >= 3, "{not:?}");
    let mut found = Vec::new();
    let mut files = Vec::new();
    sources(&root.join("src"), &mut files);
    assert!(files.len() > 300, "{} sources", files.len());
    let pages = files.len();
    sources(&root.join("docs/zh"), &mut files);
    assert!(files.len() >= pages + 12, "{} pages", files.len() - pages);
    files.push(root.join("README.zh-CN.md"));
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a source");
        let name = file.strip_prefix(root).expect("a source of ours").display().to_string();
        let said = not.iter().filter(|word| text.contains(word.as_str()));
        let said = said.filter(|word| !OTHERWISE.contains(&(name.as_str(), word.as_str())));
        found.extend(said.map(|word| format!("{name}: {word}")));
    }
    assert_eq!(found, Vec::<String>::new(), "docs/words.md has another word");
}

#[test]
fn every_word_of_the_table_is_one_that_the_program_says() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let table = std::fs::read_to_string(root.join("docs/words.md")).expect("the table is there");
    let mut files = Vec::new();
    sources(&root.join("src"), &mut files);
    let said: String = files.iter().map(|file| std::fs::read_to_string(file).expect("a source")).collect();
    let rows = table.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| English"));
    let words: Vec<&str> = rows.filter_map(|row| row.split('|').nth(2)).map(str::trim).collect();
    assert!(words.len() >= 50, "{words:?}");
    let silent: Vec<&&str> = words.iter().filter(|word| !said.contains(**word)).collect();
    assert!(silent.is_empty(), "in docs/words.md and nowhere in the program: {silent:?}");
    let mut once = words.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), words.len(), "one word stands for two things");
}

#[test]
fn every_command_and_option_has_its_chinese_line() {
    let missing = playbook::shell::cli::untranslated();
    assert_eq!(missing, Vec::<String>::new(), "say these in src/shell/cli/help.zh");
    let place = Playground::new().env("LANG", "zh_CN.UTF-8");
    let long = place.run(&["members", "import", "--help"]).exits(0).stdout;
    for text in ["用法： playbook members import", "导入成员名单", "--replace", "[默认："] {
        assert!(long.contains(text), "{text} in {long}");
    }
    let short = place.run(&["run", "-h"]).exits(0).stdout;
    assert!(short.contains("运行剧本，直到叫停") && !short.contains("SIGTERM"), "{short}");
    let asked = place.run(&["plan", "--help", "--lang", "en"]).exits(0).stdout;
    assert!(asked.starts_with("Shows all timed steps"), "{asked}");
    assert!(place.run(&[]).exits(2).stderr.contains("命令："));
}

#[test]
fn a_command_that_is_written_wrong_is_told_in_chinese() {
    let place = Playground::new().env("LANG", "zh_CN.UTF-8");
    for (typed, said) in [
        (&["chekc"][..], "没有 `chekc` 这个命令"),
        (&["plan"], "还缺 `<FILE>`"),
        (&["plan", "--formt", "x"], "是不是 `--format`"),
        (&["plan", "x.yaml", "--format", "pdf"], "可以写 `text`、`json`、`ics`、`html`"),
        (&["plan", "x.yaml", "--days"], "后面要写一个值"),
        (&["plan", "x.yaml", "--days", "many"], "不能是 `many`"),
        (&["plan", "x.yaml", "--days", "1", "--days", "2"], "写了两次"),
    ] {
        let stderr = place.run(typed).exits(2).stderr;
        assert!(stderr.contains(said) && stderr.starts_with("playbook: "), "{typed:?}: {stderr}");
    }
}

//! Every command of the program with every option of its help, run once against a real state and a running engine:
//! the exit code is as promised, and nothing panics.

use crate::help::playground::{Output, Playground, eventually};
use std::collections::{BTreeMap, BTreeSet};

const FILE: &str = "\
name: demo
timezone: Asia/Shanghai
people: { zhu: { name: Zhu } }
roles: { host: { people: [zhu] } }
channels: { group: { type: console } }
groups: { xian: { title: 西安 }, beijing: {} }
plays:
  begin:
    on: group.created
    steps:
      - task: Invite friends
        to: host
      - approve: Begin?
        to: host
      - post: Begun
  second:
    on: again
    steps:
      - approve: Again?
        to: host
      - post: Again
  game:
    every: day at 20:30
    args: { round: 1 }
    steps:
      - post: Riddle
  guest:
    dates:
      - { id: jia, at: 2099-12-05 20:00 }
    steps:
      - post: Talk
  broken:
    steps:
      - run: broken.rhai
";

/// In order: what is typed and the exit code. `G` is `--group xian`, `S` is `--state .playbook`.
const TABLE: &[(&str, i32)] = &[
    ("new", 0),
    ("new rules fresh", 0),
    ("new nothing-of-that-name", 2),
    ("check demo.yaml --all", 0),
    ("check demo.yaml --format json --against .playbook", 0),
    ("check demo.yaml --fix --format github", 0),
    ("check broken.yaml", 1),
    ("plan demo.yaml --from 2026-12-01 --days 3 --format json", 0),
    ("plan broken.yaml", 1),
    ("simulate demo.yaml --from 2026-12-01 --days 3 --members 5 --world dying --seed 2 --format json", 0),
    ("simulate demo.yaml --from 2026-12-01 --days 2 --runs 2", 0),
    ("simulate demo.yaml --from 2026-12-01 --days 2 --verbose", 0),
    ("simulate demo.yaml --from 2026-12-01 --days 2 --metrics", 0),
    ("simulate demo.yaml --from 2026-12-01 --days 2 --doctor", 0),
    ("simulate demo.yaml --from 2026-12-01 --days 4 --without-top 2 --format json", 0),
    ("simulate demo.yaml --from 2026-12-01 --days 2 --runs 1 --faults --step 1", 0),
    ("test scenario.yaml --format json", 0),
    ("test scenario.yaml --update", 0),
    ("run demo.yaml S --no-watch --strict --fresh", 3),
    ("run broken.yaml --rehearse", 1),
    ("rehearse broken.yaml --from 2026-12-11 --speed 60", 1),
    ("rehearse demo.yaml --to nowhere", 2),
    ("rehearse demo.yaml --play nothing", 2),
    ("rehearse demo.yaml --from 2026-12-11 --until 2026-12-11", 2),
    ("run demo.yaml --listen example.org", 2),
    ("run demo.yaml --listen 0.0.0.0:0", 3),
    ("run broken.yaml --rehearse --listen 0.0.0.0:0 --url https://club.example", 1),
    ("run broken.yaml --rehearse --listen 0.0.0.0:0 --insecure", 1),
    ("status demo.yaml", 0),
    ("status S G --format json --number 3 --all", 0),
    ("status --group nobody", 2),
    ("report S G --from 2020-01-01 --days 3 --format json", 0),
    ("report demo.yaml", 0),
    ("runs S G --format json", 0),
    ("log S G --format json --after 2 --all --since yesterday --until tomorrow", 0),
    ("outbox S G --format json --all", 0),
    ("tasks S G --format json", 0),
    ("members S G --format json", 0),
    ("metrics S G --format json", 0),
    ("metrics S G --how --by", 0),
    ("doctor S G --format json", 0),
    ("doctor demo.yaml --score", 0),
    ("members import people.csv S G --replace --dry-run", 0),
    ("members import people.csv S G --replace --yes --joined --by Zhu", 0),
    ("members export S G --format csv", 0),
    ("members export S G --member nobody", 4),
    ("members show nobody:1 S G", 4),
    ("members forget nobody:1 --yes S G", 4),
    ("members tag nobody:1 vip S G --by Zhu", 4),
    ("members tag nobody:1 vip S G --off", 4),
    ("members replied nobody:1 S G --by Zhu", 4),
    ("pause game S G --until 2020-01-01 --by Zhu", 4),
    ("done t99 S G --everywhere", 4),
    ("tasks t1 S G", 0),
    ("answers S G --format json", 0),
    ("answers t99 S G", 2),
    ("answers demo.yaml", 0),
    ("tasks t99 S G", 2),
    ("done t1 S G --note well --by Zhu", 0),
    ("done t2 S G --item 1", 4),
    ("approve t2 S G --by Zhu --except Li", 4),
    ("approve t2 S G --by Zhu --note fine --as-operator", 0),
    ("signal again S G --member li --data {\"a\":1} --with b=2 --by Zhu", 0),
    ("signal agian S G", 4),
    ("signal nothing S G --anyway", 0),
    ("answer t9 yes S G --member li --by Zhu", 4),
    ("answer t9 S G --member li --with dish=soup", 4),
    ("answer t9 S G --member li --withdraw", 4),
    ("answer t9 S G --counts 6,3,1", 4),
    ("answer t9 S G --chain demo.yaml --dry-run", 4),
    ("reject t3 S G --reason no --by Zhu --as-operator", 0),
    ("undo t1 S G --by Zhu", 4),
    ("reassign t1 --to nobody S G --by Zhu", 4),
    ("handover nobody --to nobody S G --by Zhu", 4),
    ("handover nobody --to nobody S --all", 4),
    ("remind t99 S G --by Zhu", 4),
    ("remind t99 S G --in 2h", 4),
    ("start game S G --data {\"round\":2} --with more=3 --by Zhu", 0),
    ("start nothing S G --member li", 4),
    ("start broken S G", 0),
    ("cancel game@never S G --silent --by Zhu", 4),
    ("note xian sunny S --by Zhu", 0),
    ("note game@never sunny S G", 4),
    ("now game@never S G --by Zhu", 4),
    ("delay game@never 10m S G --by Zhu", 4),
    ("delay game@never soon S G", 2),
    ("recall nothing@never/1/0 S G --by Zhu", 4),
    ("correct nothing@never/1/0 better S G --by Zhu", 4),
    ("reword nothing@never better S G --by Zhu", 2),
    ("swap host Zhu --with Li S G --by Zhu", 4),
    ("swap host Zhu --with Li S --all", 4),
    ("done T99 S --group 西安", 4),
    ("hush S G --why testing --for 1h --by Zhu", 0),
    ("unhush S G --send --by Zhu", 0),
    ("unhush S G", 4),
    ("pause game S G --by Zhu", 0),
    ("pause S G --by Zhu --caretaker host", 0),
    ("resume S --all", 0),
    ("pause S --all", 0),
    ("resume game S G --by Zhu", 0),
    ("postpone guest/jia 2099-12-06 S G --by Zhu", 0),
    ("retry game@never S G --by Zhu", 4),
    ("postpone guest/jia tbd S G", 0),
    ("postpone guest/jia 2099-12-07 S G", 0),
    ("skip guest@jia S G --by Zhu", 0),
    ("unskip guest@jia S G --by Zhu", 0),
    ("unskip guest@jia S G", 4),
    ("reload demo.yaml S", 0),
    ("open demo.yaml S --as zhu --revoke", 4),
    ("open demo.yaml S --token zhu", 4),
    ("backup copy.db S", 0),
    ("backup copy.db S --force", 0),
    ("clock --set-back S --group nobody --by Zhu", 2),
    ("compact S --before 2020-01-01", 0),
    ("restore copy.db --state other --until 2099-01-01", 0),
    (
        "next --every friday@at@20:00 --timezone Asia/Shanghai --from 2026-12-01 -n 2 --number 2 --format json",
        2,
    ),
    ("next --every friday@at@20:00 --timezone Asia/Shanghai --from 2026-12-01 --number 2 --format json", 0),
    ("next --cron 0@8@*@*@1", 0),
    ("why game S G --format json --at 2026-12-01", 0),
    ("why nothing S G", 2),
    ("render text.md --as wecom --format json", 0),
    ("send nowhere hello --file demo.yaml G", 2),
    ("send group hello --file demo.yaml", 0),
    ("connect nowhere demo.yaml G", 2),
    ("connect group demo.yaml --fix --wait 1s", 4),
    ("connect group demo.yaml --manifest", 2),
    ("connect group demo.yaml --login bot", 2),
    ("explain", 0),
    ("explain unknown-key", 0),
    ("explain nothing-of-that-name", 2),
    ("schema", 0),
    ("handbook demo.yaml", 0),
    ("handbook demo.yaml --members", 0),
    ("handbook demo.yaml --lang zh", 0),
    ("api --format rhai", 0),
    ("api --lang zh --color never", 0),
    ("completions bash", 0),
    ("--version", 0),
    ("--help", 0),
    ("nothing", 2),
];

/// The commands of the reference page, each with its long options.
fn commands() -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut command = String::new();
    for line in playbook::shell::cli::reference(playbook::base::locale::Locale::En).lines() {
        let heading = line.strip_prefix('#').map(|line| line.trim_start_matches('#').trim());
        if let Some(name) = heading.and_then(|line| line.strip_prefix("`playbook")) {
            command = name.trim_end_matches('`').trim().to_owned();
            found.entry(command.clone()).or_default();
        }
        let Some((short, rest)) = line.split_once("--").filter(|(before, _)| before.len() <= 6) else {
            continue;
        };
        let option = short.trim().trim_end_matches(',');
        let name: String = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '-').collect();
        if option.is_empty() || option.starts_with('-') {
            found.entry(command.clone()).or_default().insert(format!("--{name}"));
        }
    }
    found
}

fn words(typed: &str) -> Vec<String> {
    let words = typed.split(' ').flat_map(|word| match word {
        "S" => vec!["--state".into(), ".playbook".into()],
        "G" => vec!["--group".into(), "xian".into()],
        // A space within a word.
        other => {
            vec![other.replace('@', if other.contains("never") || other.contains("jia") { "@" } else { " " })]
        }
    });
    words.collect()
}

/// A folder with what the table needs.
pub(super) fn stage() -> Playground {
    furnished(FILE)
}

/// The same for a playbook whose tasks and notices are in Chinese.
pub(super) fn chinese_stage() -> Playground {
    furnished(&FILE.replace("timezone:", "locale: zh-CN\ntimezone:"))
}

fn furnished(file: &str) -> Playground {
    Playground::new()
        .file("demo.yaml", file)
        .file("broken.rhai", "fn main(args) { throw \"no\"; }")
        .file("broken.yaml", "name: broken\nplay: {}\n")
        .file("people.csv", "id,name\nli,Li\n")
        .file("text.md", "**hello**\n")
        .file(
            "scenario.yaml",
            "playbook: demo.yaml\ngroup: beijing\nstart: 2026-12-01 08:00\nexpect:\n  - at: +12h30m\n    post: Riddle\n",
        )
}

/// Types every line of the table while an engine runs; what came of each is looked at. Gives what `run` itself said.
pub(super) fn each(place: &Playground, mut see: impl FnMut(&str, &[String], i32, &Output)) -> String {
    let engine = place.start(&["run", "demo.yaml"]);
    eventually("the tasks of both groups", || {
        place.run(&["tasks", "--group", "xian"]).stdout.contains("Invite friends")
    });
    for (line, code) in TABLE {
        let words = words(line);
        if line.starts_with("approve") || line.starts_with("reject") {
            let id = &words[1];
            eventually("the approval", || {
                place.run(&["tasks", "--group", "xian"]).stdout.contains(id.as_str())
            });
        }
        let args: Vec<&str> = words.iter().map(String::as_str).collect();
        see(line, &words, *code, &place.run(&args));
    }
    engine.stop().exits(0).stdout
}

#[test]
fn every_command_with_every_option_ends_as_promised() {
    let mut typed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let known = commands();
    let _ = each(&stage(), |line, words, code, output| {
        let two = words.iter().take(2).cloned().collect::<Vec<_>>().join(" ");
        let command = if known.contains_key(&two) { two } else { words[0].clone() };
        typed.entry(command).or_default().extend(words.iter().filter(|word| word.starts_with("--")).cloned());
        assert!(!output.stderr.contains("bug of playbook"), "{line}: {}", output.stderr);
        assert_eq!(output.code, Some(code), "{line}\n{}\n{}", output.stdout, output.stderr);
    });
    let mut missing = Vec::new();
    for (command, options) in known {
        if command.is_empty() {
            continue;
        }
        let Some(used) = typed.get(&command) else {
            missing.push(command);
            continue;
        };
        for option in options.difference(used) {
            if !matches!(option.as_str(), "--help" | "--color" | "--lang") {
                missing.push(format!("{command} {option}"));
            }
        }
    }
    assert_eq!(missing, [""; 0], "in the help and not in the table");
}

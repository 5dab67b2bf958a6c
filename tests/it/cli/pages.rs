//! `--format html` from outside: one self-contained page, the same bytes each time, with the numbers of the journal,
//! valid by an independent judge.

use crate::{help::judge, help::playground::Playground};
use std::{collections::BTreeMap, fmt::Write as _};

const SMALL: &str = "\
name: demo
timezone: UTC
people:
  zhu: { name: Zhu }
roles:
  host: { people: [zhu] }
budgets:
  quiet: 22:30-08:00
  posts: { max: 1 per day }
phases:
  - name: seed
    timeout: 5d
  - name: grow
plays:
  game:
    title: Riddle night
    every: friday at 20:30
    during: grow
    label: social
    steps:
      - post: A riddle
      - wait: 20m
      - post: The answer
  night:
    every: day at 23:00
    only: sundays
    steps:
      - post: Good night
  hello:
    on: member.joined
    steps:
      - task: Say hello
        to: host
        due: 1h
calendars:
  sundays: [2026-12-06]
";

fn plan(place: &Playground, file: &str, days: &str) -> String {
    place.run(&["plan", file, "--from", "2026-12-01", "--days", days, "--format", "html"]).exits(0).stdout
}

fn simulate(place: &Playground, file: &str, days: &str, format: &str) -> String {
    let args = ["simulate", file, "--from", "2026-12-01", "--days", days, "--seed", "3", "--format", format];
    place.run(&args).exits(0).stdout
}

/// What a page says, line by line: headings, cells and labels, without styles and scripts.
fn outline(page: &str) -> String {
    let body = page.split_once("<body>").unwrap().1;
    let body = body.split_once("<script>").map_or(body, |(before, _)| before);
    let mut lines = String::new();
    for part in body.split('<') {
        let (tag, text) = part.split_once('>').unwrap_or(("", part));
        let name = tag.split_whitespace().next().unwrap_or_default();
        if let Some((_, label)) = tag.split_once("aria-label=\"") {
            let label = label.split('"').next().unwrap_or_default().replace('\n', " | ");
            let _ = write!(lines, "\n[{label}]");
        }
        if matches!(name, "h1" | "h2" | "h3" | "p" | "li" | "tr" | "summary" | "div" | "dt" | "option") {
            lines.push('\n');
        }
        let _ = write!(lines, " {text}");
    }
    let lines = lines.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_plan_page_has_months_lanes_and_every_step() {
    let place = Playground::new().file("demo.yaml", SMALL);
    insta::assert_snapshot!(outline(&plan(&place, "demo.yaml", "12")));
}

#[test]
fn a_report_page_explains_a_history() {
    let place = Playground::new().file("demo.yaml", SMALL);
    let args =
        ["simulate", "demo.yaml", "--from", "2026-12-01", "--days", "12", "--members", "3", "--seed", "3"];
    let page = place.run(&[&args[..], &["--format", "html"]].concat()).exits(0).stdout;
    let outline = outline(&page);
    let headings: Vec<&str> =
        page.split("<h2 ").skip(1).filter_map(|part| part.split(['>', '<']).nth(1)).collect();
    assert_eq!(
        headings,
        [
            "Phases",
            "Posts by day",
            "Members and messages",
            "Who talks",
            "What was posted",
            "Held by budgets",
            "Plays",
            "Tasks and approvals",
            "Numbers",
            "How this was made"
        ]
    );
    for wanted in [
        "[grow | Sun 6 Dec 2026 – Sun 13 Dec 2026 | 7 days]",
        "seed Tue 1 Dec 2026 0 days",
        "grow Sun 6 Dec 2026 5 days",
        "quiet hours 1",
        "playbook simulate demo.yaml --from 2026-12-01T00:00:00+00:00 --days 12 --members 3 --seed 3 --format html",
    ] {
        assert!(outline.contains(wanted), "{wanted}:\n{outline}");
    }
}

#[test]
fn a_page_loads_nothing_and_is_the_same_each_time() {
    let place = Playground::new();
    let _ = place.run(&["new", "community"]).exits(0);
    let file = "community/community.yaml";
    for page in [
        |place: &Playground| plan(place, "community/community.yaml", "90"),
        |place: &Playground| simulate(place, "community/community.yaml", "90", "html"),
    ] {
        let first = page(&place);
        assert_eq!(first, page(&place));
        assert!(first.starts_with("<!DOCTYPE html><html lang=\"zh-CN\">"));
        for loads in
            ["http:", "https:", " src=", "@import", "url(", "<link", "<iframe", "<img", "style=\"", "onclick"]
        {
            assert!(!first.contains(loads), "{loads}");
        }
        assert!(first.contains("default-src 'none'"));
    }
    assert_ne!(
        simulate(&place, file, "90", "html"),
        place
            .run(&[
                "simulate",
                file,
                "--from",
                "2026-12-01",
                "--days",
                "90",
                "--seed",
                "4",
                "--format",
                "html"
            ])
            .exits(0)
            .stdout
    );
}

#[test]
fn the_numbers_of_a_report_are_those_of_the_journal() {
    let place = Playground::new();
    let _ = place.run(&["new", "community"]).exits(0);
    let file = "community/community.yaml";
    let mut expected: BTreeMap<String, [u64; 5]> = BTreeMap::new();
    let (mut plays, mut tasks): (BTreeMap<String, [u64; 2]>, u64) = (BTreeMap::new(), 0);
    for line in simulate(&place, file, "120", "json").lines() {
        let entry: serde_json::Value = serde_json::from_str(line).unwrap();
        let day = expected.entry(entry["at"].as_str().unwrap()[..10].to_owned()).or_default();
        match (entry["entry"].as_str().unwrap(), entry["name"].as_str().unwrap_or_default()) {
            ("signal_received", "member.joined") => day[0] += 1,
            ("signal_received", "member.left") => day[1] += 1,
            ("signal_received", "message") => day[2] += 1,
            ("posted" | "released", _) => day[3] += 1,
            ("held", _) => day[4] += 1,
            _ => {}
        }
        match (entry["entry"].as_str().unwrap(), entry["play"].as_str()) {
            ("run_started", Some(play)) => plays.entry(play.into()).or_default()[0] += 1,
            ("posted" | "released", Some(play)) => plays.entry(play.into()).or_default()[1] += 1,
            ("task_opened", _) if entry["kind"] == "task" || entry["kind"] == "removal" => tasks += 1,
            _ => {}
        }
    }
    let page = simulate(&place, file, "120", "html");
    let mut found = BTreeMap::new();
    for cells in rows(&page, "days") {
        // 2026年12月1日 周二
        let numbers: Vec<u32> =
            cells[0].split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect();
        let n = |i: usize| cells[i].replace(',', "").parse::<u64>().unwrap();
        let day = format!("{}-{:02}-{:02}", numbers[0], numbers[1], numbers[2]);
        found.insert(day, [n(2), n(3), n(5), n(6), n(7)]);
    }
    assert_eq!(found.len(), 120);
    found.retain(|_, numbers| *numbers != [0; 5]);
    expected.retain(|_, numbers| *numbers != [0; 5]);
    assert_eq!(found, expected);

    let of = |cells: &[String], i: usize| cells[i].parse::<u64>().unwrap();
    let results: Vec<[u64; 2]> =
        rows(&page, "results").iter().map(|cells| [of(cells, 0), of(cells, 1)]).collect();
    let known = playbook_plays(&place, file);
    assert_eq!(results.len(), known.len());
    for (name, numbers) in known.iter().zip(results) {
        assert_eq!(numbers, plays.get(name).copied().unwrap_or_default(), "{name}");
    }
    let asked = rows(&page, "asked");
    assert_eq!(asked.iter().map(|cells| of(cells, 2)).sum::<u64>(), tasks);
    for cells in asked {
        assert_eq!(of(&cells, 2), (3..7).map(|i| of(&cells, i)).sum::<u64>(), "{cells:?}");
    }
}

/// The text of the cells of a table, row by row, without its head.
fn rows(page: &str, id: &str) -> Vec<Vec<String>> {
    let table = page.split(&format!("id=\"{id}\"")).nth(1).unwrap().split("</table>").next().unwrap();
    let rows = table.split("<tr>").skip(2);
    rows.map(|row| {
        let cells = row.split("<td").skip(1);
        cells.filter_map(|cell| cell.split(['>', '<']).nth(1)).map(str::to_owned).collect()
    })
    .collect()
}

/// The plays of a playbook, in the order of the file.
fn playbook_plays(place: &Playground, file: &str) -> Vec<String> {
    let text = place.read(file);
    let plays = text.split_once("\nplays:\n").unwrap().1;
    let names = plays.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names
        .filter(|line| !line.trim().starts_with('#'))
        .map(|line| line.trim().trim_end_matches(':').to_owned())
        .collect()
}

#[test]
fn only_plan_and_simulate_write_pages() {
    let place = Playground::new().file("demo.yaml", SMALL);
    for command in ["check", "status", "log", "next"] {
        let output = place.run(&[command, "demo.yaml", "--format", "html"]).exits(2);
        assert_eq!(output.stdout, "", "{command}");
    }
}

#[test]
fn a_failed_script_is_on_the_page_and_ends_with_1() {
    let file =
        "name: demo\ntimezone: UTC\nplays:\n  a:\n    every: day at 09:00\n    steps:\n      - run: s.rhai\n";
    let place = Playground::new().file("demo.yaml", file).file("s.rhai", "fn main() { [][3] }\n");
    let args = ["simulate", "demo.yaml", "--from", "2026-12-01", "--days", "1", "--format", "html"];
    let page = place.run(&args).exits(1).stdout;
    assert!(page.contains("<h2 id=\"findings-title\">Problems</h2>"), "{page}");
    assert!(page.contains("the script of a@2026-12-01T09:00:00Z/1/0 failed"), "{page}");
    assert!(page.trim_end().ends_with("</html>"));
}

#[test]
fn a_page_says_what_it_leaves_out() {
    let file = "name: demo\ntimezone: UTC\nplays:\n  a:\n    every: 10m\n    steps:\n      - post: tick\n";
    let groups: String = (0..60).fold("groups:\n".into(), |mut text, n| {
        let _ = writeln!(text, "  g{n}: {{ title: Group {n} }}");
        text
    });
    let place = Playground::new().file("demo.yaml", &format!("{file}{groups}"));
    let page = plan(&place, "demo.yaml", "30");
    assert!(page.contains("This page shows the first 50 groups; 10 more are in `plan --format json`."));
    assert!(page.contains("This page ends on Thu 3 Dec 2026: it holds 20,000 steps."));
    assert!(page.len() < 8_000_000, "{}", page.len());
}

/// What html-validate has against a page, beyond matters of taste.
const VALIDATE: &str = r#"
const { HtmlValidate } = require("html-validate");
const judge = new HtmlValidate({
  root: true,
  extends: ["html-validate:standard"],
  rules: { "long-title": "off", "no-inline-style": "error", "no-implicit-button-type": "error" },
});
(async () => {
  for (const file of process.argv.slice(2)) {
    const { results } = await judge.validateFile(file);
    for (const { messages } of results) {
      for (const { ruleId, message, line, column } of messages.slice(0, 20)) {
        console.log(`${file}:${line}:${column}: ${ruleId}: ${message}`);
      }
    }
  }
})();
"#;

#[test]
fn pages_are_valid_html() {
    let Some(home) = judge::node() else { return };
    let place = Playground::new().file("demo.yaml", SMALL).file("validate.js", VALIDATE);
    for template in ["community", "twenty-cities"] {
        let _ = place.run(&["new", template]).exits(0);
    }
    let mut pages = Vec::new();
    for file in ["demo.yaml", "community/community.yaml", "twenty-cities/twenty-cities.yaml"] {
        for (kind, page) in
            [("plan", plan(&place, file, "60")), ("simulate", simulate(&place, file, "60", "html"))]
        {
            let name = format!("{kind}-{}.html", file.replace('/', "-"));
            place.write(&name, &page);
            pages.push(name);
        }
    }
    place.write("broken.html", "<!DOCTYPE html><html lang=\"en\"><p class=\"a\" class=\"b\"></html>");
    pages.push("broken.html".into());
    let output = std::process::Command::new("node")
        .arg("validate.js")
        .args(&pages)
        .current_dir(place.root())
        .env("NODE_PATH", home.join("node_modules"))
        .output()
        .unwrap();
    let said =
        String::from_utf8_lossy(&output.stdout).into_owned() + &*String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let (broken, others): (Vec<&str>, Vec<&str>) =
        said.lines().partition(|line| line.contains("broken.html"));
    assert!(others.is_empty(), "{}", others.join("\n"));
    assert!(
        broken.iter().any(|line| line.contains("no-dup-attr")),
        "the judge sees what is wrong: {broken:?}"
    );
}

//! `playbook test` from outside: what is met and what is not, timelines, recording, results for build servers.

use crate::help::playground::Playground;

const PLAYBOOK: &str = "\
name: demo
timezone: Asia/Shanghai
channels:
  group: { type: console }
people:
  zhu: { name: 小朱 }
roles:
  host: { people: [zhu] }
budgets:
  quiet: 22:00-08:00
phases:
  - name: seed
    until: members.count >= 3
  - name: grow
plays:
  welcome:
    on: member.joined
    batch: 10m
    steps:
      - post: 欢迎 ${signals.map(|s| s.data.name)}
        label: notice
  guest:
    dates:
      - { id: jia, at: 2026-12-05 20:00 }
    steps:
      - at: -1d 18:00
        approve: 可以发预告吗
        to: host
        open_for: 2h
      - at: -10m
        post: 就要开始
      - at: 0m
        post: 开始
  quiz:
    every: saturday at 19:00
    steps:
      - ask: 一加一
        options: [二, 三]
        open_for: 1h
        as: sum
      - post: 答案 ${sum.winner}
  vote:
    steps:
      - task: 数一数 ${args.what}
        to: host
";

const GOOD: &str = "\
playbook: demo.yaml
start: 2026-12-01 09:00
members: 1
script:
  - at: +1h
    signal: member.joined
    with: { id: m2, name: 小何 }
  - { at: +3d 18:30, approve: guest, by: 小朱 }
  - { at: +4d 19:05, signal: answer, with: { id: m1, task: quiz, option: 三 } }
  - { at: +4d 21:00, start: vote, with: { what: 票 } }
  - { at: +4d 21:10, done: vote }
  - { at: +4d 22:30, signal: member.joined, with: { id: m3, name: 小林 } }
expect:
  - { at: +1h10m, play: welcome, post: { contains: [欢迎, 小何] }, label: notice }
  - { at: +3d 18:00, play: guest, approve: 可以 }
  - { at: +4d 19:50, post: { equals: 就要开始 } }
  - { at: +4d 20:00, post: 答案 三, play: quiz }
  - { at: +4d 21:00, task: 数一数 票 }
  - { at: +4d 22:30, phase: grow }
  - { at: +4d 22:40, held: quiet }
  - { at: +5d 08:00, post: { contains: 小林, lacks: 小何 } }
  - { post: true, play: guest, count: 2 }
  - { post: true, before: +5d, count: { min: 5, max: 6 } }
  - never: { failed: true }
  - never: { label: promo, before: +14d }
  - { at: +4d 22:00, that: 'members.count == 2 && phase.name == \"seed\"' }
  - that: members.count == 3
";

fn demo() -> Playground {
    Playground::new().file("demo.yaml", PLAYBOOK)
}

#[test]
fn a_scenario_whose_expectations_are_met() {
    let place = demo().file("good.test.yaml", GOOD);
    let output = place.run(&["test"]).exits(0);
    assert_eq!(
        output.stdout,
        "ok   good.test.yaml: 14 expectations\n1 scenario, 14 expectations: all good\n"
    );
    assert_eq!(output.stderr, "");
}

#[test]
fn what_was_found_stands_beside_what_was_expected() {
    let place = demo().file(
        "bad.test.yaml",
        "\
playbook: demo.yaml
start: 2026-12-01 09:00
script:
  - at: +1h
    signal: member.joined
    with: { id: m2, name: 小何 }
  - at: +2h
    approve: guest
expect:
  - at: +1h10m
    post: 小贺
  - at: +1h
    play: welcome
    post: 小何
  - never: { post: 欢迎 }
  - at: +3d 18:00
    approve: 可以
    count: 2
  - that: members.count == 7
",
    );
    let output = place.run(&["test", "bad.test.yaml"]).exits(1);
    insta::assert_snapshot!(output.stdout, @r#"
FAIL bad.test.yaml: 6 of 6 expectations not met

  bad.test.yaml:10
    expected  at 2026-12-01 10:10: post with "小贺"
    found     at that time it says: 欢迎 小何
        2026-12-01 09:00  phase     seed
        2026-12-01 10:00  signal    member.joined
      ? 2026-12-01 10:10  expected  here
        2026-12-01 10:10  post      welcome (notice)  欢迎 小何
        2026-12-04 18:00  approve   guest  可以发预告吗

  bad.test.yaml:12
    expected  at 2026-12-01 10:00: post of welcome with "小何"
    found     it was at 2026-12-01 10:10, 10m later
        2026-12-01 09:00  phase     seed
      ? 2026-12-01 10:00  expected  here
        2026-12-01 10:00  signal    member.joined
        2026-12-01 10:10  post      welcome (notice)  欢迎 小何
        2026-12-04 18:00  approve   guest  可以发预告吗

  bad.test.yaml:15
    expected  never from 2026-12-01 09:00 to 2026-12-05 18:01: post with "欢迎"
    found     it was seen once
        2026-12-01 09:00  phase     seed
        2026-12-01 10:00  signal    member.joined
      ! 2026-12-01 10:10  post      welcome (notice)  欢迎 小何
        2026-12-04 18:00  approve   guest  可以发预告吗

  bad.test.yaml:16
    expected  at 2026-12-04 18:00: approve with "可以", 2 times
    found     it was seen once
        2026-12-01 09:00  phase     seed
        2026-12-01 10:00  signal    member.joined
        2026-12-01 10:10  post      welcome (notice)  欢迎 小何
      ! 2026-12-04 18:00  approve   guest  可以发预告吗

  bad.test.yaml:19
    expected  at the end: members.count == 7
    found     it is false
        2026-12-01 10:00  signal    member.joined
        2026-12-01 10:10  post      welcome (notice)  欢迎 小何
        2026-12-04 18:00  approve   guest  可以发预告吗
      ? 2026-12-05 18:01  expected  here

  bad.test.yaml:7
    expected  at 2026-12-01 11:00: this can be done
    found     no approval of guest is open at this time
        2026-12-01 09:00  phase     seed
        2026-12-01 10:00  signal    member.joined
        2026-12-01 10:10  post      welcome (notice)  欢迎 小何
        2026-12-04 18:00  approve   guest  可以发预告吗

1 scenario, 6 expectations: 1 failed
"#);
}

#[test]
fn a_scenario_with_mistakes_tells_them_all() {
    let place = demo().file(
        "wrong.test.yaml",
        "\
playbook: demo.yaml
start: tomorrow
grup: x
script:
  - at: +1h
    signl: member.joined
  - at: +1h
    signal: member.joined
  - { at: 1x, start: welcom }
expect:
  - { at: +1h, post: x, task: y, lable: promo }
  - that: member.count > 3
",
    );
    let output = place.run(&["test", "wrong.test.yaml"]).exits(1);
    let codes: Vec<&str> = output.stdout.lines().filter(|line| line.starts_with("error[")).collect();
    insta::assert_snapshot!(codes.join("\n"), @r#"
error[bad-value]: expected a time: `+1h` or `+7d 10:00` after the start, `2026-12-01 08:00`, or one with an offset, found `tomorrow`
error[unknown-key]: a scenario has no key `grup`
error[one-verb]: an act does exactly one thing, this one does 0
error[unknown-key]: an act has no key `signl`
error[missing-key]: `member.joined` is about a member, and none is named
error[bad-value]: expected a time: `+1h` or `+7d 10:00` after the start, `2026-12-01 08:00`, or one with an offset, found `1x`
error[unknown-name]: the playbook has no play `welcom`
error[one-verb]: an expectation looks for one thing, this one for several
error[unknown-key]: an expectation has no key `lable`
error[expression]: `member` is not in scope here
"#);
    assert!(
        output.stdout.contains("FAIL wrong.test.yaml: it cannot be read, 10 errors"),
        "{}",
        output.stdout
    );
}

#[test]
fn what_happens_is_recorded_and_then_expected() {
    let place = demo().file(
        "new.test.yaml",
        "\
# 第一天
playbook: demo.yaml
start: 2026-12-01 09:00
script:
  - at: +1h
    signal: member.joined # 小何来了
    with: { id: m2, name: 小何 }
expect:
  - at: +9h
    post: 不会有的
  - never:
      failed: true
# 结束
",
    );
    place.run(&["test", "new.test.yaml"]).exits(1);
    place.run(&["test", "--update", "new.test.yaml"]).exits(0);
    let text = place.read("new.test.yaml");
    insta::assert_snapshot!(text, @r#"
# 第一天
playbook: demo.yaml
start: 2026-12-01 09:00
script:
  - at: +1h
    signal: member.joined # 小何来了
    with: { id: m2, name: 小何 }
expect:
  - at: +0d 09:00
    phase: seed
  - at: +0d 10:10
    play: welcome
    label: notice
    post: "欢迎 小何"
  - never:
      failed: true
# 结束
"#);
    place.run(&["test", "new.test.yaml"]).exits(0);
    place.run(&["test", "--update", "new.test.yaml"]).exits(0);
    assert_eq!(place.read("new.test.yaml"), text, "recording twice changes nothing");
}

#[test]
fn a_scenario_without_expectations_says_how_to_get_some() {
    let place = demo().file("empty.test.yaml", "playbook: demo.yaml\nstart: 2026-12-01 09:00\nscript: []\n");
    let output = place.run(&["test"]).exits(0);
    assert!(
        output.stdout.contains("warning[missing-key]: a scenario that expects nothing"),
        "{}",
        output.stdout
    );
    assert!(output.stdout.contains("playbook test --update"), "{}", output.stdout);
    place.run(&["test", "--update"]).exits(0);
    assert!(place.read("empty.test.yaml").ends_with("expect:\n  - at: +0d 09:00\n    phase: seed\n"));
}

#[test]
fn folders_are_searched_and_other_files_left_alone() {
    let place = demo()
        .file("good.test.yaml", GOOD)
        .file("deep/er/own.yaml", &GOOD.replace("playbook: demo.yaml", "playbook: ../../demo.yaml"))
        .file(".hidden/x.test.yaml", "playbook: nothing.yaml\nexpect: []\n")
        .file("data.yml", "- a\n- b\n");
    let output = place.run(&["test", "."]).exits(0);
    assert_eq!(
        output.stdout,
        "ok   deep/er/own.yaml: 14 expectations\nok   good.test.yaml: 14 expectations\n\
         2 scenarios, 28 expectations: all good\n"
    );
    place.run(&["test", "nowhere"]).exits(3);
    place.file("only/data.yml", "a: 1\n").run(&["test", "only"]).exits(2);
}

#[test]
fn a_playbook_with_several_groups_asks_which() {
    let two = format!("{PLAYBOOK}groups:\n  xian: {{ title: 西安 }}\n  chengdu: {{ title: 成都 }}\n");
    let place = Playground::new().file("demo.yaml", &two).file("good.test.yaml", GOOD);
    let output = place.run(&["test"]).exits(1);
    assert!(output.stdout.contains("the playbook has 2 groups and `group` names none"), "{}", output.stdout);
    place.write("good.test.yaml", &format!("{GOOD}group: xian\n"));
    place.run(&["test"]).exits(0);
    place.write("good.test.yaml", &format!("{GOOD}group: xiam\n"));
    let output = place.run(&["test"]).exits(1);
    assert!(output.stdout.contains("did you mean `xian`?"), "{}", output.stdout);
}

#[test]
fn a_playbook_with_errors_is_the_scenarios_error() {
    let place = demo().file("good.test.yaml", GOOD);
    place.write("demo.yaml", "name: demo\nplais: {}\n");
    let output = place.run(&["test"]).exits(1);
    assert!(output.stdout.contains("demo.yaml has errors"), "{}", output.stdout);
    place.write("good.test.yaml", "playbook: gone.yaml\nstart: 2026-12-01\nexpect: []\n");
    let output = place.run(&["test"]).exits(1);
    assert!(output.stdout.contains("there is no file gone.yaml"), "{}", output.stdout);
}

#[test]
fn a_script_that_fails_fails_the_scenario() {
    let place = Playground::new()
        .file(
            "demo.yaml",
            "name: demo\ntimezone: UTC\nplays:\n  a:\n    every: day at 10:00\n    steps:\n      - run: a.rhai\n",
        )
        .file("a.rhai", "fn main(args) { throw \"no\"; }\n")
        .file("a.test.yaml", "playbook: demo.yaml\nstart: 2026-12-01\nexpect:\n  - never: { post: true }\n");
    let output = place.run(&["test"]).exits(1);
    assert!(output.stdout.contains("everything goes well"), "{}", output.stdout);
    assert!(output.stdout.contains("the script of a@2026-12-01T10:00:00Z"), "{}", output.stdout);
}

#[test]
fn results_for_programs() {
    let place = demo().file("good.test.yaml", GOOD).file(
        "bad.test.yaml",
        "playbook: demo.yaml\nstart: 2026-12-01\nexpect:\n  - { at: +1h, post: '<&\"' }\n",
    );
    let lines = place.run(&["test", "--format", "json"]).exits(1).json_lines();
    assert_eq!(lines.len(), 15);
    assert_eq!(
        lines[0],
        serde_json::json!({
            "file": "bad.test.yaml",
            "line": 4,
            "met": false,
            "expected": "at 2026-12-01 01:00: post with \"<&\\\"\"",
            "found": "nothing like it was seen",
        })
    );
    assert!(lines[1..].iter().all(|line| line["met"] == true), "{lines:?}");
    let xml = place.run(&["test", "--format", "junit"]).exits(1).stdout;
    let (head, rest) = xml.split_at(xml.find("<testsuite name=\"good").expect("the second suite"));
    assert_eq!(
        head,
        "\
<?xml version=\"1.0\" encoding=\"UTF-8\"?>
<testsuites name=\"playbook\" tests=\"15\" failures=\"1\">
  <testsuite name=\"bad.test.yaml\" tests=\"1\" failures=\"1\">
    <testcase classname=\"bad.test.yaml\" name=\"at 2026-12-01 01:00: post with &quot;&lt;&amp;\\&quot;&quot;\" file=\"bad.test.yaml\" line=\"4\">
      <failure message=\"nothing like it was seen\">bad.test.yaml:4: expected at 2026-12-01 01:00: post with &quot;&lt;&amp;\\&quot;&quot;; found nothing like it was seen</failure>
    </testcase>
  </testsuite>
  "
    );
    assert_eq!(rest.matches("<testcase ").count(), 14);
    assert!(xml.ends_with("</testsuites>\n"));
}

#[test]
fn an_answer_with_a_slip_is_no_silence() {
    let script = |answer: &str| {
        format!(
            "playbook: demo.yaml\nstart: 2026-12-01 09:00\nmembers: 1\nscript:\n  - {{ at: +4d 19:05, signal: answer, \
             with: {{ id: m1, {answer} }} }}\nexpect:\n  - {{ at: +4d 20:00, play: quiz, post: 答案 }}\n"
        )
    };
    let place = demo();
    for (answer, wanted) in [
        ("task: quiz, option: 四", "which are: 1 二, 2 三"),
        ("option: 9", "which are: 1 二, 2 三"),
        ("task: quizz, option: 三", "did you mean `quiz`?"),
        ("task: summ, option: 三", "there is no open question `summ`"),
    ] {
        place.write("a.test.yaml", &script(answer));
        let output = place.run(&["test", "a.test.yaml"]).exits(1).stdout;
        assert!(output.contains(wanted) && output.contains("a.test.yaml:5"), "{answer}: {output}");
    }
    for answer in ["task: quiz, option: 三", "task: sum, option: 2", "option: 二"] {
        place.write("a.test.yaml", &script(answer));
        let _ = place.run(&["test", "a.test.yaml"]).exits(0);
    }
    // Who answers when it is over is somebody to rehearse, not a slip.
    place.write("a.test.yaml", &script("task: quiz, option: 三").replace("19:05", "20:05"));
    let _ = place.run(&["test", "a.test.yaml"]).exits(0);
}

#[test]
fn a_scenario_outlives_a_rename() {
    let renamed = PLAYBOOK.replace("  quiz:\n", "  riddle:\n    was: quiz\n");
    let place = Playground::new().file("demo.yaml", &renamed).file("good.test.yaml", GOOD);
    let output = place.run(&["test"]).exits(0);
    assert!(output.stdout.contains("14 expectations: all good"), "{}", output.stdout);
}

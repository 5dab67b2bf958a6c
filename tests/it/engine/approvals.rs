//! `approve`: who may decide, what they are shown, where a yes, a no and silence lead, and who hears what a no ended.

use crate::{
    help::playground::{Playground, eventually},
    help::story::Story,
};
use playbook::engine::input::Command;

const PEOPLE: &str = "
people: { zhu: { name: 小朱 }, lin: { name: 小林 }, he: { name: 小何 } }
roles: { host: { people: [zhu], channel: staff }, editor: { people: [lin], channel: desk } }
channels:
  { group: { type: console }, staff: { type: console }, desk: { type: console }, alerts: { type: console } }
";

fn evening(gate: &str) -> String {
    format!(
        "{PEOPLE}
plays:
  talk:
    title: 嘉宾分享
    dates: [{{ id: jia, at: 2026-12-11 20:00, guest: 贾老师 }}]
    steps:
      - at: -8d 18:00
        approve: 文案可以发了吗
        to: editor
        open_for: 16h
{gate}
      - at: -7d 12:00
        id: teaser
        post: 预告 **${{date.guest}}**
      - at: 0m
        post: 分享开始
      - at: +1d 18:00
        task: 整理成文
        to: host
"
    )
}

fn reject(story: &mut Story, task: &str, by: &str, why: &str) {
    let (by, reason) = (Some(by.to_owned()), (!why.is_empty()).then(|| why.to_owned()));
    story.command(Command::Reject { task: task.into(), by, reason, as_operator: false });
}

fn to_group(story: &Story) -> Vec<String> {
    story.posts().into_iter().filter(|text| !text.starts_with("**")).collect()
}

#[test]
fn a_no_that_ends_the_run_is_told_to_whoever_was_asked_to_the_hosts_and_to_alerts() {
    let mut story = Story::new("2026-12-01 08:00", &evening("        show: teaser"));
    story.until("2026-12-03 19:00");
    story.news();
    let asked = story.posts().join("\n");
    assert!(asked.contains("**Approval t1** · 文案可以发了吗\n> 预告 **贾老师**\n"), "{asked}");
    reject(&mut story, "t1", "lin", "把时间写清楚");
    let news = story.news();
    for channel in ["desk", "staff", "alerts"] {
        let told = format!("tell {channel}: **嘉宾分享 · ");
        assert!(news.contains(&told), "{channel}: {news}");
    }
    assert!(news.contains("not approved by lin: 把时间写清楚"), "{news}");
    let told = story.posts().join("\n");
    for step in ["12:00 预告 **贾老师**", "20:00 分享开始", "18:00 整理成文"] {
        assert!(told.contains(step), "{step}: {told}");
    }
    story.until("2026-12-20 08:00");
    assert!(to_group(&story).is_empty() && story.state.runs.is_empty());
}

#[test]
fn silence_that_ends_the_run_is_told_as_a_no_is() {
    let mut story = Story::new("2026-12-01 08:00", &evening(""));
    story.until("2026-12-04 10:00");
    let news = story.news();
    assert!(news.contains("tell staff: **嘉宾分享 · ") && news.contains("nobody decided in time"), "{news}");
}

#[test]
fn nobody_is_told_when_nothing_is_ahead() {
    let yaml = format!("{PEOPLE}plays: {{ a: {{ steps: [{{ approve: 行吗, to: editor }}] }} }}");
    let mut story = Story::new("2026-12-01 08:00", &yaml);
    story.start("a");
    story.news();
    reject(&mut story, "t1", "lin", "");
    assert!(!story.news().contains("tell "), "nothing does not happen");
}

#[test]
fn what_a_no_leads_to_knows_the_reason_and_never_comes_to_what_was_gated() {
    let gate =
        "        no:\n          - task: 改文案：${approval.note}（${approval.by}）\n            to: host";
    let mut story = Story::new("2026-12-01 08:00", &evening(gate));
    story.until("2026-12-03 19:00");
    reject(&mut story, "t1", "lin", "把时间写清楚");
    let news = story.news();
    assert!(news.contains("改文案：把时间写清楚（lin）"), "{news}");
    assert!(!news.contains("tell alerts"), "who writes `no:` has said what happens: {news}");
    story.until("2026-12-20 08:00");
    assert!(to_group(&story).is_empty() && story.state.runs.is_empty());
}

#[test]
fn a_gate_with_steps_of_its_own_leaves_the_rest_alone() {
    let yaml = format!(
        "{PEOPLE}
plays:
  talk:
    steps:
      - approve: 可以发吗
        to: editor
        open_for: 2h
        yes: [post: 预告]
        no: [post: '改：${{approval.note}}']
        silence: [post: 没人理]
      - post: '开始 ${{approval.answer}}'
"
    );
    let story_of = |act: &dyn Fn(&mut Story)| {
        let mut story = Story::new("2026-12-01 08:00", &yaml);
        story.start("talk");
        act(&mut story);
        story.until("2026-12-02 08:00");
        to_group(&story)
    };
    assert_eq!(story_of(&|story| story.approve("t1")), ["预告", "开始 yes"]);
    assert_eq!(story_of(&|story| reject(story, "t1", "lin", "太硬")), ["改：太硬", "开始 no"]);
    assert_eq!(story_of(&|_| {}), ["没人理", "开始 silence"]);
}

#[test]
fn a_yes_may_stop_and_silence_may_proceed() {
    let yaml = format!(
        "{PEOPLE}
plays:
  off: {{ steps: [{{ approve: 今晚取消吗, to: host, open_for: 1h, yes: stop, silence: proceed }}, {{ post: 照常 }}] }}
"
    );
    let mut story = Story::new("2026-12-01 08:00", &yaml);
    story.start("off");
    story.approve("t1");
    story.until("2026-12-01 10:00");
    assert!(to_group(&story).is_empty());
    story.start("off");
    story.until("2026-12-01 12:00");
    assert_eq!(to_group(&story), ["照常"]);
}

#[test]
fn only_who_was_asked_can_decide_and_the_operator_in_their_place() {
    let yaml =
        format!("{PEOPLE}plays: {{ a: {{ steps: [{{ approve: 行吗, to: editor }}, {{ post: 好 }}] }} }}");
    let mut story = Story::new("2026-12-01 08:00", &yaml);
    story.start("a");
    story.news();
    let approve = |by: Option<&str>, as_operator| {
        let by = by.map(str::to_owned);
        Command::Approve { task: "t1".into(), by, note: None, as_operator, except: Vec::new() }
    };
    for other in ["zhu", "somebody", "小何"] {
        story.command(approve(Some(other), false));
        let news = story.news();
        assert!(news.contains("refused: t1 asks 小林 (lin) as editor") && news.contains(other), "{news}");
        assert!(news.contains("--as-operator"), "{news}");
    }
    let mut by_id = story;
    by_id.command(approve(Some("lin"), false));
    assert_eq!(to_group(&by_id), ["好"]);
    let closed =
        by_id.entries.iter().filter_map(|entry| serde_json::to_value(entry).ok()?.get("fact").cloned());
    let closed: Vec<_> = closed.filter(|fact| fact["entry"] == "task_closed").collect();
    assert_eq!(closed[0].get("operator"), None, "who was asked is no operator");
    for (by, operator) in [(Some("小林"), false), (Some("somebody"), true), (None, true)] {
        by_id.start("a");
        let task = by_id.state.tasks.keys().next().expect("an approval").clone();
        let by = by.map(str::to_owned);
        by_id.command(Command::Approve {
            task,
            by: by.clone(),
            note: None,
            as_operator: operator,
            except: Vec::new(),
        });
        let last = by_id.entries.iter().rev().find_map(|entry| {
            let fact = serde_json::to_value(entry).ok()?.get("fact").cloned()?;
            (fact["entry"] == "task_closed").then_some(fact)
        });
        assert_eq!(last.expect("it is closed").get("operator").is_some(), operator, "{by:?}");
    }
}

#[test]
fn who_may_let_members_go_is_asked_in_the_same_way() {
    let yaml = format!(
        "{PEOPLE}plays: {{ p: {{ steps: [{{ prune: member.idle > days(1), grace: 0d, to: editor }}] }} }}"
    );
    let mut story = Story::new("2026-12-01 08:00", &yaml);
    story.join("a", "a");
    story.until("2027-01-05 08:00");
    story.start("p");
    let task = story.state.tasks.values().next().expect("an approval").task.clone();
    story.command(Command::Approve {
        task: task.id,
        by: Some("zhu".into()),
        note: None,
        as_operator: false,
        except: Vec::new(),
    });
    assert!(story.news().contains("zhu was not asked"));
}

const BOSS: &str = "\
name: ap
timezone: UTC
people: { bob: { name: Bob } }
roles: { boss: { people: [bob] } }
plays:
  go:
    on: go
    steps:
      - approve: send the mail to everybody?
        show: mail
        to: boss
        open_for: 1h
      - id: mail
        post: Dear ${members.count} friends
";

#[test]
fn a_stranger_is_refused_by_the_engine_and_the_operator_is_shown_in_the_journal() {
    let place = Playground::new().file("p.yaml", BOSS);
    let engine = place.start(&["run", "p.yaml"]);
    engine.line("running");
    let _ = place.run(&["signal", "go"]).exits(0);
    eventually("the approval", || place.run(&["tasks"]).stdout.contains("Dear 0 friends"));
    let tasks = place.run(&["tasks", "--format", "json"]).exits(0).json_lines();
    assert_eq!(tasks[0]["show"], "Dear 0 friends");
    let refused = place.run(&["approve", "t1", "--by", "somebody"]).exits(4);
    assert!(refused.stderr.contains("Bob (bob) as boss"), "{}", refused.stderr);
    assert!(refused.stderr.contains("--as-operator"), "{}", refused.stderr);
    let _ = place.run(&["reject", "t1", "--by", "eve", "--reason", "no"]).exits(4);
    let _ = place.run(&["approve", "t1", "--by", "somebody", "--as-operator", "--note", "go on"]).exits(0);
    let log = place.run(&["log"]).exits(0).stdout;
    assert!(log.contains("approved by somebody as operator"), "{log}");
    let _ = place.run(&["signal", "go"]).exits(0);
    eventually("the second", || place.run(&["tasks"]).stdout.contains("t2"));
    let _ = place.run(&["approve", "t2", "--by", "bob"]).exits(0);
    let log = place.run(&["log"]).exits(0).stdout;
    assert!(log.contains("approved by bob\n"), "{log}");
    let _ = place.run(&["signal", "go"]).exits(0);
    eventually("the third", || place.run(&["tasks"]).stdout.contains("t3"));
    let _ = place.run(&["approve", "t3"]).exits(0);
    assert_eq!(place.run(&["log"]).exits(0).stdout.matches("as operator").count(), 2);
    let _ = engine.stop().exits(0);
}

#[test]
fn what_cannot_be_meant_is_an_error_at_its_line() {
    let check = |beside: &str| {
        let yaml = format!(
            "name: a\npeople: {{ lin: {{ name: Lin }} }}\nplays:\n  p:\n    steps:\n      - approve: ok?\n        to: lin\n{beside}      - post: x\n        id: teaser\n      - wait: 1h\n        id: pause\n"
        );
        Playground::new().file("p.yaml", &yaml).run(&["check", "p.yaml", "--lang", "en"])
    };
    for (beside, said) in [
        ("        no: proceed\n", "a no never proceeds"),
        ("        silence: proceed\n", "`silence` is for silence"),
        ("        yes: [post: y]\n        then: [post: z]\n", "older word for `yes`"),
        ("        show: teasr\n", "did you mean `teaser`"),
        ("        show: pause\n", "has no text that could be shown"),
    ] {
        let output = check(beside).exits(1);
        let all = format!("{}{}", output.stdout, output.stderr);
        assert!(all.contains(said), "{beside}: {all}");
    }
    for good in [
        "        show: teaser\n",
        "        show: Two words.\n",
        "        open_for: 3h\n        silence: proceed\n",
        "        no: stop\n",
        "        yes: proceed\n",
    ] {
        let _ = check(good).exits(0);
    }
}

#[test]
fn a_no_to_the_copy_leaves_the_evening_of_the_shelf() {
    let shelf = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("playbooks");
    let test = format!(
        "playbook: {}
start: 2026-12-28 09:00
members: 30
script:
  - {{ at: 2027-01-06 19:00, reject: session, by: 编辑, reason: 把时间写清楚再发 }}
expect:
  - {{ at: 2027-01-06 19:00, play: session, task: 把时间写清楚再发 }}
  - {{ at: 2027-01-14 17:00, task: 把还没在群里的报名者请进来 }}
  - {{ at: 2027-01-14 20:00, post: 今晚请来的是 }}
  - never: {{ post: 看下一条报名 }}
",
        shelf.join("kol-session.yaml").display()
    );
    let _ = Playground::new().file("reject.test.yaml", &test).run(&["test", "reject.test.yaml"]).exits(0);
}

#[test]
fn a_no_in_a_round_of_a_loop_tells_of_the_rounds_that_do_not_come_and_of_no_other_branch() {
    let play = |steps: &str| format!("{PEOPLE}plays:\n  rounds:\n    on: go\n    steps:\n{steps}");
    let last_of_its_round = "      - each: '[1, 2]'\n        as: n\n        steps:\n          - approve: Round ${n}?\n            to: editor\n";
    let in_two = "      - each: '[1, 2]'\n        as: m\n        steps:\n          - each: '[1]'\n            as: n\n            steps:\n              \
                  - approve: Go?\n                to: editor\n          - post: 'Second ${m}'\n";
    for (steps, told) in [(last_of_its_round, "Round ${n}?"), (in_two, "Second 1")] {
        let mut story = Story::new("2026-12-01 10:00", &play(steps));
        story.signal("go", None, playbook::base::value::Value::Null);
        story.news();
        reject(&mut story, "t1", "lin", "");
        let news = story.news();
        let words = story.posts().join("\n");
        assert!(news.contains("tell alerts: ") && words.contains(told), "{news}{words}");
    }
    // In the last round nothing is ahead, and what the other branch would have done was never to come.
    let nothing = "      - each: '[1]'\n        as: n\n        steps:\n          - approve: Round ${n}?\n            to: editor\n";
    let branch = "      - if: 1 > 0\n        then:\n          - approve: Go?\n            to: editor\n        else:\n          - post: Never\n";
    for steps in [nothing, branch] {
        let mut story = Story::new("2026-12-01 10:00", &play(steps));
        story.signal("go", None, playbook::base::value::Value::Null);
        story.news();
        reject(&mut story, "t1", "lin", "");
        let news = story.news();
        let words = story.posts().join("\n");
        assert!(!news.contains("tell alerts: ") && !words.contains("Never"), "{news}{words}");
    }
}

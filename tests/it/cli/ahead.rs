//! What lies ahead as it really will be: whose turn it is, what an open run stands in the way of, what is wrong and
//! what is only not heard, and commands that work as they are printed.

use crate::help::playground::{Playground, eventually};

const ROTA: &str = "\
name: rota
timezone: Asia/Shanghai
people: { ann: { name: Ann }, bob: { name: Bob }, cyn: { name: Cyn } }
roles:
  host: { people: [ann, bob, cyn], term: 7d, from: 2099-01-05 }
plays:
  talk:
    every: tuesday at 20:00
    from: 2099-01-01
    steps:
      - post: Tonight with ${roles.host}.
";

/// Who hosts the four Tuesdays, by the plan's posts.
fn hosts(place: &Playground) -> Vec<String> {
    let steps = place.run(&["plan", "p.yaml", "--from", "2099-01-05", "--days", "28", "--format", "json"]);
    let text = |step: &serde_json::Value| step["text"].as_str().unwrap_or_default().to_owned();
    let said = steps.exits(0).json_lines();
    said.iter().map(|step| text(step).replace("Tonight with ", "").replace('.', "")).collect()
}

#[test]
fn a_plan_says_who_hosts_which_week_after_swaps_and_absences() {
    let away = ROTA.replace("from: 2099-01-05", "from: 2099-01-05, away: { ann: 2099-01-05..2099-01-07 }");
    let place = Playground::new().file("p.yaml", ROTA);
    assert_eq!(hosts(&place), ["Ann", "Bob", "Cyn", "Ann"]);
    let engine = place.start(&["run", "p.yaml"]);
    engine.line("running");
    // Before the first term it is the first one's; swapped are the next turns of both.
    let _ = place.run(&["swap", "host", "bob", "--with", "cyn"]).exits(0);
    assert_eq!(hosts(&place), ["Ann", "Cyn", "Bob", "Ann"]);
    let plan = place.run(&["plan", "p.yaml", "--from", "2099-01-05", "--days", "28"]).exits(0).stdout;
    for line in [
        "Whose turn it is",
        "2099-01-05 00:00  host: Ann",
        "2099-01-12 00:00  host: Cyn instead of Bob",
        "2099-01-19 00:00  host: Bob instead of Cyn",
        "2099-01-26 00:00  host: Ann",
    ] {
        assert!(plan.contains(line), "{line} in\n{plan}");
    }
    let page =
        place.run(&["plan", "p.yaml", "--from", "2099-01-12", "--days", "7", "--format", "html"]).exits(0);
    assert!(page.stdout.contains("Tonight with Cyn"), "the page says the same");
    let ics =
        place.run(&["plan", "p.yaml", "--from", "2099-01-12", "--days", "7", "--format", "ics"]).exits(0);
    assert!(ics.stdout.contains("Tonight with Cyn"), "the calendar says the same");
    let status = place.run(&["status", "--format", "json"]).exits(0).json_lines();
    assert_eq!(status[0]["turns"][0]["role"], "host", "{status:?}");
    assert_eq!(status[0]["turns"][0]["people"][0], "Ann");
    let text = place.run(&["status"]).exits(0).stdout;
    assert!(text.contains("host: Ann until 2099-01-12 00:00, then Cyn instead of Bob"), "{text}");
    // Whoever is away is stood in for, from the moment at which the file says so.
    place.write("p.yaml", &away);
    let _ = engine.line("takes effect");
    eventually("the absence", || {
        let plan = place.run(&["plan", "p.yaml", "--from", "2099-01-05", "--days", "7"]).stdout;
        plan.contains("2099-01-05 00:00  host: Bob instead of Ann")
            && plan.contains("2099-01-08 00:00  host: Ann")
    });
    let _ = engine.stop().exits(0);
}

#[test]
fn a_start_that_an_open_run_stands_in_the_way_of_is_not_shown_as_going_to_happen() {
    let file = "\
name: block
timezone: UTC
people: { ann: { name: Ann } }
roles: { host: { people: [ann] } }
channels: { group: { type: console }, staff: { type: console } }
plays:
  talk:
    every: 12h
    steps: [{ approve: May we?, to: host, open_for: 30d, otherwise: stop }, { post: We begin. }]
  short:
    every: 12h
    steps: [{ post: Hello. }, { wait: 1m }, { post: Bye. }]
";
    let place = Playground::new().file("p.yaml", file);
    let engine = place.start(&["run", "p.yaml"]);
    engine.line("running");
    let next = || {
        let status = place.run(&["status", "--format", "json"]).exits(0).json_lines();
        let next = status[0]["next"].as_array().cloned().unwrap_or_default();
        let of = |play: &str| {
            let starts = next.iter().filter(|one| one["step"].is_null());
            starts.clone().find(|one| one["play"] == play).cloned().unwrap_or_default()
        };
        (of("talk"), of("short"))
    };
    assert!(next().0["unless"].is_null(), "nothing is open yet");
    let said = place.run(&["start", "talk"]).exits(0).stdout;
    assert!(said.contains("is skipped if this run is still open then"), "{said}");
    let _ = place.run(&["start", "short"]).exits(0);
    let (talk, short) = next();
    assert!(talk["unless"].to_string().contains("is still open"), "{talk}");
    assert!(short["unless"].is_null(), "it is over long before: {short}");
    let status = place.run(&["status"]).exits(0).stdout;
    assert!(status.contains("will not start: talk@"), "{status}");
    let plan = place.run(&["plan", "p.yaml", "--days", "2"]).exits(0).stdout;
    assert!(plan.contains("talk will not start at ") && !plan.contains("short will not start"), "{plan}");
    let _ = place.run(&["approve", "t1", "--by", "Ann"]).exits(0);
    eventually("the way is free", || next().0["unless"].is_null());
    let _ = engine.stop().exits(0);
}

const TWO: &str = "\
name: two
timezone: UTC
people: { ann: { name: Ann } }
roles: { host: { people: [ann] } }
channels: { group: { type: webhook, url: \"http://127.0.0.1:9/\" } }
groups: { east: {}, west: {} }
plays:
  hello: { on: member.joined, steps: [{ post: Welcome. }] }
  quiz: { on: quiz, steps: [{ ask: Which?, options: [a, b], open_for: 1d }] }
  silent: { every: 30 days at 09:00, steps: [{ prune: 'member.idle > days(60)', notice: silent, grace: 7d }] }
  tidy: { steps: [{ task: Tidy up., to: host }] }
";

#[test]
fn what_is_not_heard_is_one_line_and_stands_behind_what_is_broken() {
    let place = Playground::new().file("p.yaml", &TWO.replace("groups: { east: {}, west: {} }\n", ""));
    let engine = place.start(&["run", "p.yaml"]);
    engine.line("running");
    let _ = place.run(&["hush", "--why", "a storm"]).exits(0);
    let status = place.run(&["status"]).exits(0).stdout;
    let lines: Vec<&str> = status.lines().collect();
    let place_of = |text: &str| lines.iter().position(|line| line.contains(text));
    assert_eq!(lines.iter().filter(|line| line.contains("cannot hear")).count(), 1, "{status}");
    for part in ["who joins or leaves (hello)", "messages (silent)", "answers (quiz)"] {
        assert!(status.contains(part), "{part}: {status}");
    }
    assert!(place_of("members see nothing") < place_of("cannot hear"), "{status}");
    let _ = engine.stop().exits(0);
}

#[test]
fn commands_name_their_group_where_there_are_several() {
    let place = Playground::new().file("p.yaml", TWO);
    let engine = place.start(&["run", "p.yaml"]);
    engine.line("running");
    let _ = place.run(&["start", "tidy", "--group", "west"]).exits(0);
    let _ = engine.line("playbook done t1 --group west");
    let _ = place.run(&["hush", "--group", "west", "--why", "a storm"]).exits(0);
    let status = place.run(&["status"]).exits(0).stdout;
    assert!(status.contains("`playbook unhush --group west`"), "{status}");
    let _ = place.run(&["unhush", "--group", "west"]).exits(0);
    // What the engine refuses and what it says to somebody are no exception.
    let _ = place.run(&["signal", "member.joined", "--member", "barbara", "--group", "west"]).exits(0);
    let refused = place.run(&["signal", "message", "--member", "barbra", "--group", "west"]).exits(4).stderr;
    assert!(refused.contains("--group west`"), "{refused}");
    let _ = place.run(&["pause", "--group", "west"]).exits(0);
    let status = place.run(&["status", "--group", "west"]).exits(0).stdout;
    assert!(status.contains("`playbook resume --group west`"), "{status}");
    let _ = engine.stop().exits(0);
}

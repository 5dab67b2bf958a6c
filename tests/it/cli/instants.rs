//! Instants as people type them: the same in every command, in the zone of those whom they are about.

use crate::help::playground::Playground;

const FILE: &str = "\
name: demo
timezone: Asia/Shanghai
plays:
  game:
    every: day at 20:30
    steps: [{ post: riddle }]
  guest:
    dates: [{ id: jia, at: 2099-12-05 20:00 }]
    steps: [{ post: talk }]
";

#[test]
fn every_option_that_takes_an_instant_takes_it_as_people_say_it() {
    let place = Playground::new().file("p.yaml", FILE);
    let engine = place.start(&["run", "p.yaml"]);
    engine.line("running");
    for said in ["tomorrow", "明天", "tomorrow 20:30", "明天20：30"] {
        let json = ["why", "game", "--at", said, "--format", "json"];
        let answers = place.run(&json).exits(0).stdout;
        assert!(answers.contains("T20:30:00+08:00"), "{said}: {answers}");
    }
    for args in [
        &["postpone", "guest/jia", "2099年12月6日(周日)20:00"][..],
        &["postpone", "guest/jia", "Mon 7 Dec 2099, 20:00"],
        &["skip", "game@明天"],
        &["unskip", "game@tomorrow"],
        &["plan", "p.yaml", "--from", "明天", "--days", "1"],
        &["simulate", "p.yaml", "--from", "tomorrow", "--days", "1"],
        &["report", "--from", "昨天"],
        &["next", "--every", "day at 10:00", "--timezone", "Asia/Shanghai", "--from", "tomorrow"],
        &["log", "--since", "昨天", "--until", "tomorrow 8:00"],
        &["compact", "--before", "today"],
    ] {
        let _ = place.run(args).exits(0);
    }
    let dates = place.run(&["log", "--format", "json"]).stdout;
    assert!(dates.contains("2099-12-07T20:00:00"), "{dates}");
    assert_eq!(place.run(&["log", "--until", "yesterday"]).exits(0).stdout, "");
    let whole = place.run(&["log"]).stdout;
    assert_eq!(place.run(&["log", "--since", "yesterday"]).stdout, whole);
    let refused = place.run(&["log", "--since", "whenever"]).exits(2).stderr;
    assert!(refused.contains("tomorrow 20:00") && refused.contains("Asia/Shanghai"), "{refused}");
    let _ = engine.stop().exits(0);
}

#[test]
fn a_time_without_a_zone_is_of_the_groups_also_for_what_is_about_a_whole_state() {
    let place = Playground::new().file("p.yaml", FILE);
    let engine = place.start(&["run", "p.yaml"]);
    engine.line("running");
    let _ = place.run(&["backup", "copy.db"]).exits(0);
    let _ = engine.stop().exits(0);
    // The zone is of the copy: nothing else is there where a state was lost.
    let restored =
        place.run(&["restore", "copy.db", "--until", "2099-01-01 08:00", "--state", "new"]).exits(0);
    assert!(restored.stdout.contains("Thu 1 Jan 2099, 08:00 (Asia/Shanghai)"), "{}", restored.stdout);
    // In several zones nobody can say which instant is meant.
    let two = FILE.to_owned() + "groups: { sh: {}, bln: { timezone: Europe/Berlin } }\n";
    let place = Playground::new().file("p.yaml", &two);
    let engine = place.start(&["run", "p.yaml"]);
    engine.line("running");
    let refused = place.run(&["compact", "--before", "today"]).exits(2).stderr;
    assert!(refused.contains("Asia/Shanghai, Europe/Berlin") && refused.contains("+08:00"), "{refused}");
    let _ = place.run(&["compact", "--before", "2026-01-01T00:00:00Z"]).exits(0);
    let _ = place.run(&["log", "--group", "bln", "--since", "today"]).exits(0);
    let _ = engine.stop().exits(0);
}

//! Names as people type them: a play by its title, somebody with a slip in the name, somebody who was not asked.

use crate::help::playground::{Playground, eventually};

const FILE: &str = "\
name: demo
timezone: UTC
people:
  zhu: { name: 小朱 }
  anna: { name: Anna }
roles:
  host: { people: [zhu] }
plays:
  game:
    title: 周五猜谜
    every: friday at 20:30
    steps: [{ post: riddle }, { wait: 10d }, { post: answer }]
  guest:
    title: The guest / an evening
    dates: [{ id: jia, at: 2099-12-05 20:00 }, { id: yi, at: 2099-12-12 20:00 }]
    steps: [{ post: talk }]
  one: { title: Twice, steps: [{ post: one }] }
  two: { title: Twice, steps: [{ post: two }] }
  ask: { steps: [{ task: Buy tea, to: host }, { ask: Coming?, options: [yes, no], open_for: 9d }] }
";

#[test]
fn a_title_is_as_good_as_a_name_wherever_a_play_is_meant() {
    let place = Playground::new().file("p.yaml", FILE);
    let engine = place.start(&["run", "p.yaml"]);
    engine.line("running");
    let guest = "The guest / an evening";
    for args in [
        &["why", "周五猜谜"][..],
        &["why", "The guest / an evening/jia"],
        &["pause", "周五猜谜"],
        &["resume", "周五猜谜"],
        &["skip", "周五猜谜"],
        &["unskip", "周五猜谜"],
        &["postpone", "The guest / an evening/jia", "2099-12-06 20:00"],
        &["postpone", "The guest / an evening/yi", "tbd"],
        &["start", "The guest / an evening/jia"],
        &["start", "周五猜谜"],
        &["note", "周五猜谜", "went well"],
        &["now", "周五猜谜"],
    ] {
        let said = place.run(args).exits(0).stdout;
        assert!(!said.contains(guest) || args[0] == "start" || args[0] == "why", "{args:?}: {said}");
    }
    let states = place.run(&["log", "--format", "json"]).stdout;
    assert!(states.contains("guest@jia") && states.contains("went well"), "{states}");
    let _ = place.run(&["start", "周五猜谜"]).exits(0);
    let _ = place.run(&["cancel", "周五猜谜"]).exits(0);
    // A title of two plays is neither; what is near one of them is named.
    let refused = place.run(&["start", "Twice"]).exits(4).stderr;
    assert!(refused.contains("`one`, `two`"), "{refused}");
    for args in [
        &["start", "周五猜迷"][..],
        &["pause", "周五猜迷"],
        &["skip", "周五猜迷"],
        &["cancel", "周五猜迷"],
        &["now", "周五猜迷"],
        &["delay", "周五猜迷", "5m"],
    ] {
        let refused = place.run(args).exits(4).stderr;
        assert!(refused.contains("did you mean `game` (周五猜谜)?"), "{args:?}: {refused}");
    }
    let refused = place.run(&["postpone", "gest/jia", "2099-12-06"]).exits(4).stderr;
    assert!(refused.contains("did you mean `guest`"), "{refused}");
    let refused = place.run(&["why", "周五猜迷"]).exits(2).stderr;
    assert!(refused.contains("did you mean `game` (周五猜谜)?"), "{refused}");
    let _ = engine.stop().exits(0);
    // One play alone, by its title.
    let rehearse = |play: &str| {
        place.run(&[
            "rehearse",
            "p.yaml",
            "--from",
            "2026-12-11 20:29",
            "--until",
            "2026-12-11 20:31",
            "--speed",
            "600",
            "--play",
            play,
        ])
    };
    let said = rehearse("周五猜谜").exits(0).stdout;
    assert!(said.contains("riddle") && !said.contains("talk"), "{said}");
    let refused = rehearse("周五猜迷").exits(2).stderr;
    assert!(refused.contains("`game` (周五猜谜)"), "{refused}");
}

#[test]
fn an_occurrence_is_named_by_its_day_in_every_command() {
    let place = Playground::new().file("p.yaml", FILE);
    let engine = place.start(&["run", "p.yaml"]);
    engine.line("running");
    let guest = "The guest / an evening";
    let say = |words: &str| words.replace("GUEST", guest);
    for (line, code, says) in [
        ("why|game@2099-12-04", 0, "2099-12-04 20:30"),
        ("why|周五猜谜@2099-12-04 20:30", 0, "2099-12-04 20:30"),
        ("why|GUEST@2099-12-05", 0, "the date jia"),
        ("why|guest@2099-12-05/1", 0, "step 1 of guest"),
        ("skip|GUEST@2099-12-05", 0, "skipped guest@jia"),
        ("unskip|guest@2099-12-05", 0, "guest@jia starts after all"),
        ("postpone|GUEST@2099-12-05|2099-12-06 20:00", 0, "guest/jia is now at"),
        ("postpone|guest@2099-12-12|tbd", 0, "guest/yi has no time"),
        ("postpone|guest@2099-12-25|tbd", 4, "guest/jia (Sun 6 Dec 2099, 20:00)"),
        ("postpone|nobody|tbd", 2, "there is no play `nobody`"),
        ("start|guest@2099-12-25", 4, "guest has no date of that day"),
        ("start|guest@2099-12-06", 0, "started guest@2099-12-06"),
        ("start|game@2099-12-04", 2, "`playbook start game`"),
        ("skip|周五猜谜", 0, "skipped game@"),
        ("skip|周五猜谜", 4, "is skipped already"),
        ("skip|one", 4, "nothing of `one` is ahead"),
        ("skip|nobody", 4, "there is no play `nobody`"),
    ] {
        let words = say(line);
        let output = place.run(&words.split('|').collect::<Vec<_>>());
        assert_eq!(output.code, Some(code), "{words}: {}{}", output.stdout, output.stderr);
        let said = format!("{}{}", output.stdout, output.stderr);
        assert!(said.contains(says), "{words}: {said}");
    }
    let _ = engine.stop().exits(0);
}

#[test]
fn a_run_is_found_by_every_name_that_its_play_had_and_what_tells_of_a_move_is_none() {
    let file = |name: &str| {
        format!(
            "name: demo\ntimezone: UTC\nplays:\n  {name}\n    dates: [{{ id: a, at: 2099-12-05 20:00 }}]\n    steps: [{{ post: announce, at: -36500d 10:00, max_late: 36500d }}, {{ post: go, at: 0m }}]\n    moved: [post: moved]\n"
        )
    };
    let place = Playground::new().file("p.yaml", &file("t:"));
    let engine = place.start(&["run", "p.yaml"]);
    engine.line("announce");
    let _ = place.run(&["postpone", "t/a", "2099-12-06 20:00"]).exits(0);
    engine.line("moved");
    let why = place.run(&["why", "t", "--lang", "en"]).exits(0).stdout;
    assert!(!why.contains("t~") && !why.contains("~moved"), "{why}");
    place.write("p.yaml", &file("tt:\n    was: t"));
    let _ = place.run(&["reload"]).exits(0);
    eventually("the new name", || place.run(&["why", "tt"]).code == Some(0));
    for asked in ["t@a", "tt@a", "tt/a", "tt", "tt/2", "t"] {
        let why = place.run(&["why", asked, "--lang", "en"]).exits(0).stdout;
        assert!(why.contains("waits for its time") || why.contains("2099-12-06 20:00"), "{asked}: {why}");
    }
    let _ = engine.stop().exits(0);
}

#[test]
fn a_slip_in_an_id_makes_nobody_a_member_and_who_is_new_is_said() {
    let place = Playground::new().file("p.yaml", FILE);
    let engine = place.start(&["run", "p.yaml"]);
    engine.line("running");
    let said = place
        .run(&["signal", "member.joined", "--member", "barbara", "--with", "name=Barbara"])
        .exits(0)
        .stdout;
    assert!(said.contains("barbara was not known and is a member now"), "{said}");
    let _ = place.run(&["start", "ask"]).exits(0);
    eventually("the question", || place.run(&["tasks"]).stdout.contains("Coming?"));
    for args in [
        &["signal", "message", "--member", "barbra"][..],
        &["signal", "member.left", "--member", "Barbara2x"],
        &["answer", "ask", "yes", "--member", "barbrra"],
    ] {
        let output = place.run(args);
        let known = args.last() == Some(&"Barbara2x");
        assert_eq!(output.code, Some(if known { 0 } else { 4 }), "{args:?}: {output:?}");
        assert!(known || output.stderr.contains("did you mean `barbara` (Barbara)?"), "{args:?}: {output:?}");
    }
    let members = place.run(&["members", "--format", "json"]).json_lines();
    assert_eq!(members.len(), 1, "{members:?}");
    let refused = place.run(&["why", "barbra"]).exits(2).stderr;
    assert!(refused.contains("did you mean the member `barbara`?"), "{refused}");
    // Who is really new is said to be; a number makes another id, and a report can insist.
    let said = place.run(&["answer", "ask", "yes", "--member", "tom"]).exits(0).stdout;
    assert!(
        said.contains("tom has answered ask") && said.contains("tom was not known and is a member now"),
        "{said}"
    );
    let said = place.run(&["answer", "ask", "yes", "--member", "barbara"]).exits(0).stdout;
    assert!(!said.contains("not known"), "{said}");
    let said = place.run(&["signal", "message", "--member", "barbarа", "--anyway"]).exits(0).stdout;
    assert!(
        said.contains(
            "is a member now; did you mean `barbara`? `playbook members forget barbarа` takes it back"
        ),
        "{said}"
    );
    let _ = place.run(&["signal", "message", "--member", "barbara7"]).exits(0);
    let refused = place.run(&["members", "show", "barbra"]).exits(4).stderr;
    assert!(refused.contains("did you mean `barbara`?"), "{refused}");
    let _ = engine.stop().exits(0);
}

#[test]
fn who_was_not_asked_is_told_and_a_name_that_nobody_has_is_refused() {
    let place = Playground::new().file("p.yaml", FILE);
    let engine = place.start(&["run", "p.yaml"]);
    engine.line("running");
    for _ in 0..3 {
        let _ = place.run(&["start", "ask"]).exits(0);
    }
    eventually("the tasks", || place.run(&["tasks"]).stdout.matches("Buy tea").count() == 3);
    let tasks = place.run(&["tasks", "--format", "json"]).json_lines();
    let tea: Vec<&str> =
        tasks.iter().filter(|row| row["kind"] == "task").filter_map(|row| row["task"].as_str()).collect();
    let refused = place.run(&["done", tea[0], "--by", "zhou"]).exits(4).stderr;
    assert!(
        refused.contains("nobody is called `zhou`") && refused.contains("小朱 (zhu) as host"),
        "{refused}"
    );
    let refused = place.run(&["done", tea[0], "--by", "ana"]).exits(4).stderr;
    assert!(refused.contains("did you mean `--by anna`?"), "{refused}");
    let refused = place.run(&["handover", "zho", "--to", "anna"]).exits(4).stderr;
    assert!(
        refused.contains("nothing is open for zho") && refused.contains("did you mean `zhu`?"),
        "{refused}"
    );
    let said = place.run(&["done", tea[0], "--by", "anna"]).exits(0).stdout;
    assert!(said.contains("asked 小朱 (zhu) as host; that anna has done it is on record"), "{said}");
    for (task, by) in [(tea[1], Some("小朱")), (tea[2], None)] {
        let by = by.map_or(vec![], |by| vec!["--by", by]);
        let said = place.run(&[&["done", task][..], &by].concat()).exits(0).stdout;
        assert!(said.contains("is done") && !said.contains("on record"), "{said}");
    }
    let _ = engine.stop().exits(0);
}

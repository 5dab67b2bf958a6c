//! Edits of a running playbook, through the real binary: what they change is said, and runs finish as they began,
//! across crashes too.

use crate::{
    help::playground::{Playground, eventually},
    help::sink::Sink,
};

fn file(url: &str, text: &str, every: &str) -> String {
    format!(
        "name: p\ntimezone: UTC\nchannels:\n  group: {{ type: webhook, url: \"{url}\" }}\nplays:\n  long:\n    steps:\n      - post: begin {text}\n      - wait: go\n      - post: end {text}\n  daily:\n    every: {every}\n    steps:\n      - post: daily\n"
    )
}

fn bodies(sink: &Sink) -> String {
    sink.got().into_iter().map(|post| post.body).collect()
}

#[test]
fn a_run_finishes_under_its_steps_and_the_newest_words_over_an_edit_and_a_crash() {
    let sink = Sink::start();
    let url = sink.url("/");
    let play = Playground::new().file("p.yaml", &file(&url, "old", "day at 08:00"));
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("running");
    let _ = play.run(&["start", "long"]).exits(0);
    eventually("the run begins", || bodies(&sink).contains("begin old"));
    play.write("p.yaml", &file(&url, "new", "day at 09:30"));
    engine.line("takes effect: changed long and daily");
    engine.line("long (changed): step 1 (post): says or does something else");
    engine.line("daily (changed): every day at 08:00 → every day at 09:30");
    let next = engine.line("daily (changed): next start");
    assert!(next.contains("08:00 → ") && next.ends_with("09:30"), "{next}");
    engine.line("1 run under way finishes under version");
    let said = engine.line("1 run takes the new words for its steps ahead: long@");
    assert!(said.ends_with("(step 3)"), "{said}");
    eventually("the new version is in force", || {
        play.run(&["log", "--format", "json"]).exits(0).stdout.contains("playbook_changed")
    });
    let _ = engine.kill();
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("running");
    let _ = play.run(&["signal", "go"]).exits(0);
    eventually("the old run ends", || bodies(&sink).contains("end new"));
    let _ = play.run(&["start", "long"]).exits(0);
    eventually("a new one begins", || bodies(&sink).contains("begin new"));
    assert!(!bodies(&sink).contains("end old"));
    let _ = engine.stop().exits(0);
}

#[test]
fn check_against_a_state_says_what_an_edit_would_change_and_changes_nothing() {
    let dates = |list: &str| {
        format!(
            "name: p\ntimezone: UTC\nplays:\n  talk:\n    dates: [{list}]\n    steps:\n      - post: now\n  old:\n    every: 2h\n    steps:\n      - post: x\n"
        )
    };
    let play =
        Playground::new().file("p.yaml", &dates("{ id: a, at: 2099-01-01 }, { id: b, at: 2099-02-01 }"));
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("running");
    let same = play.run(&["check", "p.yaml", "--against", ".playbook"]).exits(0).stdout;
    assert!(same.contains("is in force already"), "{same}");
    let edited = dates("{ id: a, at: 2099-01-02 20:00 }, { id: c, at: 2099-03-01 }")
        .replace("  old:\n    every: 2h", "  fresh:\n    every: day at 10:00")
        + "budgets:\n  posts: 2 per day\n";
    play.write("next.yaml", &edited);
    let said = play.run(&["check", "next.yaml", "--against", ".playbook"]).exits(0).stdout;
    for line in [
        "added fresh; changed talk; removed old; changed `budgets`",
        "talk (changed): date a moves Thu 1 Jan 2099 00:00 → Fri 2 Jan 2099 20:00",
        "talk (changed): date b is cancelled: Sun 1 Feb 2099 00:00",
        "talk (changed): date c is new: Sun 1 Mar 2099 00:00",
        "talk (changed): next start Thu 1 Jan 2099 00:00 → Fri 2 Jan 2099 20:00",
        "fresh (added): first start ",
        "old (removed): it does not start ",
        "`budgets`: changed posts",
    ] {
        assert!(said.contains(line), "{line} in\n{said}");
    }
    let args = ["check", "next.yaml", "--against", ".playbook", "--format", "json"];
    let lines = play.run(&args).exits(0).json_lines();
    let change = lines.last().unwrap();
    assert_eq!(change["changes"][0]["plays"][0]["fate"], "changed", "{change}");
    assert_eq!(change["changes"][0]["groups"].as_array().unwrap().len(), 1);
    assert_eq!(change["changes"][0]["rest"][0], "`budgets`: changed posts");
    let status = play.run(&["status", "--format", "json"]).exits(0).json_lines();
    assert_eq!(status[0]["next"].as_array().unwrap().len(), 3, "{status:?}");
    let _ = engine.stop().exits(0);
}

#[test]
fn an_edit_says_which_part_changed_where_no_play_did() {
    let file = "\
name: parts
timezone: UTC
charter: { audience: readers, goal: talk }
people: { ann: { name: Ann }, bob: { name: Bob } }
roles: { host: { people: [ann] } }
channels: { group: { type: console }, staff: { type: console } }
members: { fields: { city: { purpose: meetings } } }
budgets: { quiet: 22:00-08:00 }
moderate:
  ads: { words: [casino], say: No casinos. }
metrics: { books: { count: book } }
plays:
  talk: { every: day at 10:00, steps: [{ post: hi }] }
";
    let play = Playground::new().file("p.yaml", file);
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("running");
    for (from, to, parts) in [
        ("goal: talk", "goal: read", "`charter`: changed goal"),
        ("bob: { name: Bob }", "cyn: { name: Cyn }", "`people`: added cyn; removed bob"),
        ("people: [ann] }", "people: [ann, bob] }", "`roles`: changed host"),
        ("staff: {", "desk: {", "`channels`: added desk; removed staff"),
        ("city: { purpose: meetings }", "city: { purpose: walks }", "`members`: changed city"),
        (
            "quiet: 22:00-08:00",
            "quiet: 23:00-08:00, mentions: 1 per day",
            "`budgets`: changed quiet and mentions",
        ),
        ("words: [casino]", "words: [casino, poker]", "`moderate`: changed ads"),
        ("books: { count: book }", "books: { count: read }", "`metrics`: changed books"),
        ("plays:", "access: { viewer: [ann] }\nplays:", "`access`: changed viewer"),
        ("plays:", "labels: { fun: social }\nplays:", "`labels`: added fun"),
        ("plays:", "groups: { parts: { title: A club } }\nplays:", "1 group with other settings: parts"),
    ] {
        play.write("next.yaml", &file.replacen(from, to, 1));
        let said = play.run(&["check", "next.yaml", "--against", ".playbook"]).exits(0).stdout;
        assert!(said.contains(parts), "{parts} in\n{said}");
        assert!(said.contains(": changed `"), "the first line says so, too:\n{said}");
    }
    play.write("p.yaml", &file.replace("casino", "poker"));
    let said = engine.line("takes effect");
    assert!(said.contains("changed `moderate`"), "{said}");
    let said = engine.line("`moderate`");
    assert!(said.contains("changed ads"), "{said}");
    let _ = engine.stop().exits(0);
}

#[test]
fn a_date_moves_by_command_and_by_edit_over_a_restart_and_only_those_who_were_told_hear_of_it() {
    let sink = Sink::start();
    let file = |dates: &str| {
        format!(
            "name: p\ntimezone: UTC\nchannels:\n  group: {{ type: webhook, url: \"{}\" }}\nplays:\n  talk:\n    max_late: 3000d\n    dates: [{dates}]\n    moved: [{{ post: \"moved ${{date.id}} ${{date.at.format(\\\"%F\\\")}}\" }}]\n    cancelled: [{{ post: \"off ${{date.id}}\" }}]\n    steps:\n      - at: -73000d\n        post: told ${{date.id}}\n      - at: 0m\n        post: now\n",
            sink.url("/")
        )
    };
    let far = "{ id: quiet, at: 2299-01-01 }";
    let told = "{ id: a, at: 2099-01-01 }, { id: b, at: 2099-01-02 }";
    let play =
        Playground::new().file("p.yaml", &file(&format!("{told}, {far}")).replace("-73000d", "-27000d"));
    let engine = play.start(&["run", "p.yaml"]);
    eventually("two dates are told", || {
        let all = bodies(&sink);
        all.contains("told a") && all.contains("told b")
    });
    let _ = play.run(&["postpone", "talk/a", "2099-01-05"]).exits(0);
    eventually("those who were told hear of it", || bodies(&sink).contains("moved a 2099-01-05"));
    let _ = play.run(&["postpone", "talk/quiet", "2299-01-05"]).exits(0);
    let _ = engine.kill();
    // While the engine is down, one date moves on in the file and the others are taken out.
    play.write("p.yaml", &file("{ id: a, at: 2099-01-09 }").replace("-73000d", "-27000d"));
    let engine = play.start(&["run", "p.yaml"]);
    eventually("the file's move is told", || bodies(&sink).contains("moved a 2099-01-09"));
    eventually("the cancelled one is told", || bodies(&sink).contains("off b"));
    let status = play.run(&["status", "--format", "json"]).exits(0).stdout;
    assert!(status.contains("2099-01-09T00:00:00+00:00") && !status.contains("2299"), "{status}");
    assert!(!bodies(&sink).contains("quiet"), "nobody was told of it: {}", bodies(&sink));
    let _ = engine.stop().exits(0);
}

#[test]
fn a_date_that_a_command_has_moved_stays_there_when_another_play_is_edited() {
    let sink = Sink::start();
    let file = |text: &str| {
        format!(
            "name: p\ntimezone: UTC\nchannels:\n  group: {{ type: webhook, url: \"{}\" }}\nplays:\n  talk:\n    max_late: 30000d\n    dates: [{{ id: a, at: 2099-01-01 }}]\n    moved: [{{ post: \"moved ${{date.at.format(\\\"%F\\\")}}\" }}]\n    steps:\n      - at: -27000d\n        post: told\n      - at: 0m\n        post: now\n  other:\n    every: day at 10:00\n    steps:\n      - post: {text}\n",
            sink.url("/")
        )
    };
    let play = Playground::new().file("p.yaml", &file("helo"));
    let engine = play.start(&["run", "p.yaml"]);
    eventually("it is told", || bodies(&sink).contains("told"));
    let _ = play.run(&["postpone", "talk/a", "2099-01-05"]).exits(0);
    eventually("those who were told hear of it", || bodies(&sink).contains("moved 2099-01-05"));
    let stays = "talk/a stays at Mon 5 Jan 2099 00:00, where a command has put it; the file says Thu 1 Jan";
    play.write("next.yaml", &file("hello"));
    let said = play.run(&["check", "next.yaml", "--against", ".playbook"]).exits(0).stdout;
    assert!(said.contains(stays), "{said}");
    play.write("p.yaml", &file("hello"));
    engine.line("takes effect: changed other");
    engine.line(stays);
    // Written into the file where it stands, nothing moves.
    play.write("there.yaml", &file("hello").replace("2099-01-01", "2099-01-05"));
    let said = play.run(&["check", "there.yaml", "--against", ".playbook"]).exits(0).stdout;
    assert!(!said.contains("moves"), "{said}");
    let _ = play.run(&["postpone", "talk/a", "2099-01-06"]).exits(0);
    eventually("it moves again", || bodies(&sink).contains("moved 2099-01-06"));
    assert!(!bodies(&sink).contains("moved 2099-01-01"), "{}", bodies(&sink));
    let _ = engine.stop().exits(0);
}

/// Groups that rest are in the state for ever; a command means the one group that is run.
#[test]
fn a_group_that_rests_is_named_by_nobody_but_who_means_it() {
    let file = |groups: &str| {
        format!(
            "name: p\ntimezone: UTC\nchannels:\n  group: console\ngroups: {groups}\nplays:\n  talk:\n    every: day at 10:00\n    steps:\n      - post: Hello\n"
        )
    };
    let play = Playground::new().file("p.yaml", &file("{ a: {}, b: {} }"));
    let engine = play.start(&["run", "p.yaml"]);
    eventually("both begin", || {
        play.run(&["status", "--format", "json"])
            .json_lines()
            .iter()
            .filter(|l| !l["phase"].is_null())
            .count()
            == 2
    });
    let said = play.run(&["start", "talk"]).exits(2).stderr;
    assert!(said.contains("runs 2 groups") && said.contains("a, b"), "{said}");
    play.write("next.yaml", &file("{ a: {}, c: {} }"));
    let said = play.run(&["check", "next.yaml", "--against", ".playbook"]).exits(0).stdout;
    assert!(said.contains("begins here: c") && said.contains("rests from then on: b"), "{said}");
    let _ = engine.stop().exits(0);
    play.write("p.yaml", &file("{ a: {} }"));
    let engine = play.start(&["run", "p.yaml"]);
    eventually("b rests", || {
        play.run(&["status", "--group", "b", "--format", "json"]).json_lines()[0]["file"].is_null()
    });
    // Nothing of it comes, and the table says why.
    let told = play.run(&["status"]).exits(0).stdout;
    assert!(told.contains("rests: in no file") && told.matches(" talk").count() == 1, "{told}");
    let told = play.run(&["status", "--group", "b"]).exits(0).stdout;
    assert!(told.contains("no file runs this group") && !told.contains("next"), "{told}");
    let _ = play.run(&["start", "talk"]).exits(0);
    let _ = engine.stop().exits(0);
    play.write("p.yaml", &file("{ a: {}, b: {} }"));
    let engine = play.start(&["run", "p.yaml"]);
    eventually("b is run again", || {
        play.run(&["status", "--group", "b", "--format", "json"]).json_lines()[0]["file"] == "p.yaml"
    });
    let _ = engine.stop().exits(0);
}

/// Two groups, or one; a play that waits in the middle, and one that answers with a number.
fn club(url: &str, groups: &str, text: &str) -> String {
    format!(
        "name: p\ntimezone: UTC\nchannels:\n  group: {{ type: webhook, url: \"{url}\" }}\ngroups: {{ {groups} }}\nplays:\n  order:\n    on: order\n    steps:\n      - post: n${{signal.data.n}};\n  long:\n    on: begin\n    steps:\n      - post: begin {text};\n      - wait: go\n      - post: end {text};\n"
    )
}

/// The messages of a group as they arrived: everything up to the semicolon.
fn heard(sink: &Sink, group: &str) -> Vec<String> {
    let of_group = |post: &crate::help::sink::Got| post.id.starts_with(&format!("{group}/"));
    let text = |body: String| {
        let json: serde_json::Value = serde_json::from_str(&body).unwrap();
        json["text"].as_str().unwrap().trim_end_matches(';').to_owned()
    };
    sink.got().into_iter().filter(of_group).map(|post| text(post.body)).collect()
}

#[test]
fn a_group_that_rests_and_is_run_again_keeps_its_order_its_open_runs_and_its_messages() {
    let sink = Sink::start();
    let url = sink.url("/");
    let play = Playground::new().file("p.yaml", &club(&url, "a: {}, b: {}", "one"));
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("running");
    let order = |n: u32| {
        let _ = play.run(&["signal", "order", "--group", "a", "--data", &format!("{{\"n\":{n}}}")]).exits(0);
    };
    let _ = play.run(&["signal", "begin", "--group", "a"]).exits(0);
    eventually("the run begins", || heard(&sink, "a") == ["begin one"]);
    sink.busy(true);
    (0..3).for_each(order);
    let _ = engine.stop().exits(0);
    play.write("p.yaml", &club(&url, "b: {}", "two"));
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("running");
    sink.busy(false);
    // It comes back while the engine runs, under a third version.
    play.write("p.yaml", &club(&url, "a: {}, b: {}", "three"));
    eventually("it is run again", || play.run(&["signal", "go", "--group", "a"]).code == Some(0));
    order(3);
    eventually("everything arrives", || heard(&sink, "a").len() == 6);
    let mut all = heard(&sink, "a");
    all.retain(|text| text.starts_with('n'));
    assert_eq!(all, ["n0", "n1", "n2", "n3"], "in the order in which it was decided");
    assert!(heard(&sink, "a").contains(&"end three".to_owned()), "{:?}", heard(&sink, "a"));
    // Away and back within one engine's life.
    let _ = play.run(&["signal", "begin", "--group", "a"]).exits(0);
    eventually("another run begins", || heard(&sink, "a").contains(&"begin three".to_owned()));
    play.write("p.yaml", &club(&url, "b: {}", "four"));
    engine.line("resting: a");
    play.write("p.yaml", &club(&url, "a: {}, b: {}", "five"));
    eventually("it is run again", || play.run(&["signal", "go", "--group", "a"]).code == Some(0));
    eventually("its run ends, in the newest words", || heard(&sink, "a").contains(&"end five".to_owned()));
    let log = play.run(&["log", "--group", "a", "--format", "json"]).exits(0).stdout;
    assert!(!log.contains("\"outcome\":\"failed\""), "{log}");
    let _ = engine.stop().exits(0);
}

#[test]
fn a_group_that_has_another_id_in_the_file_needs_to_say_what_it_was() {
    let sink = Sink::start();
    let url = sink.url("/");
    let play = Playground::new().file("p.yaml", &club(&url, "xian: {}", "one"));
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("running");
    let _ = play.run(&["signal", "begin"]).exits(0);
    eventually("the run begins", || heard(&sink, "xian") == ["begin one"]);
    play.write("p.yaml", &club(&url, "xi-an: {}", "two"));
    engine.line("write `was: xian` at `xi-an`");
    let _ = engine.stop().exits(0);
    let refused = play.run(&["run", "p.yaml"]).exits(1).stderr;
    assert!(refused.contains("`xian`") && refused.contains("--fresh"), "{refused}");
    // As a table it is a column.
    play.write("groups.csv", "id,group.was,city\nxi-an,xian,Xi'an\n");
    let table = club(&url, "", "two").replace("groups: {  }", "groups: groups.csv");
    play.write("p.yaml", &table);
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("running");
    let _ = play.run(&["signal", "go", "--group", "xian"]).exits(0);
    eventually("the old run ends", || heard(&sink, "xian").contains(&"end two".to_owned()));
    let status = play.run(&["status", "--format", "json"]).exits(0).json_lines();
    assert_eq!((&status[0]["group"], &status[0]["title"]), (&"xian".into(), &"xi-an".into()));
    let _ = engine.stop().exits(0);
    play.write("p.yaml", &club(&url, "other: {}", "three"));
    let engine = play.start(&["run", "p.yaml", "--fresh"]);
    engine.line("resting: xian");
    let _ = engine.stop().exits(0);
}

#[test]
fn a_playbook_that_has_another_name_keeps_its_only_group() {
    let sink = Sink::start();
    let file =
        |name: &str| club(&sink.url("/"), "", "x").replace("groups: {  }\n", "").replace("name: p\n", name);
    let play = Playground::new().file("p.yaml", &file("name: c\n"));
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("running");
    let _ = play.run(&["signal", "begin"]).exits(0);
    eventually("the run begins", || heard(&sink, "c") == ["begin x"]);
    play.write("p.yaml", &file("name: readers\n"));
    engine.line("write `was: c` at `readers`");
    play.write("p.yaml", &file("name: readers\nwas: c\n"));
    engine.line("takes effect");
    let _ = play.run(&["signal", "go"]).exits(0);
    eventually("the run ends", || heard(&sink, "c") == ["begin x", "end x"]);
    let _ = engine.stop().exits(0);
}

#[test]
fn a_play_under_the_old_name_is_an_error_while_was_stands() {
    let plays = "plays:\n  b: { was: a, steps: [post: x] }\n  a: { steps: [post: y] }\n";
    let play = Playground::new().file("p.yaml", &format!("name: p\n{plays}"));
    let said = play.run(&["check", "p.yaml"]).exits(1).stdout;
    assert!(said.contains("`b` was `a`"), "{said}");
    play.write("p.yaml", "name: p\ngroups: { a: {}, b: { was: a } }\nplays: { x: { steps: [post: x] } }\n");
    let _ = play.run(&["check", "p.yaml"]).exits(1);
}

#[test]
fn a_date_that_moves_to_another_day_keeps_its_clock_time() {
    let file = "name: p\ntimezone: Asia/Shanghai\nplays:\n  talk:\n    dates: [{ id: a, at: 2099-01-01 20:00 }]\n    steps: [post: now]\n";
    let play = Playground::new().file("p.yaml", file);
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("running");
    let said = play.run(&["postpone", "talk/a", "2099-01-05"]).exits(0).stdout;
    assert!(said.contains("talk/a is now at Mon 5 Jan 2099, 20:00"), "{said}");
    let said = play.run(&["postpone", "talk/a", "2099-01-06 21:30"]).exits(0).stdout;
    assert!(said.contains("Tue 6 Jan 2099, 21:30"), "{said}");
    let _ = engine.stop().exits(0);
}

#[test]
fn a_date_that_moves_into_the_night_or_is_started_early_says_what_that_does() {
    let file = "name: p\ntimezone: Asia/Shanghai\nbudgets: { quiet: 22:30-08:00 }\nplays:\n  talk:\n    \
                dates: [{ id: a, at: 2099-01-01 20:00 }, { id: b, at: 2099-02-01 20:00 }]\n    steps: [post: now]\n";
    let play = Playground::new().file("p.yaml", file);
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("running");
    let said = play.run(&["postpone", "talk/a", "2099-01-05 21:00"]).exits(0).stdout;
    assert_eq!(said.lines().count(), 1, "nothing to mind: {said}");
    let said = play.run(&["postpone", "talk/a", "2099-01-05 23:00"]).exits(0).stdout;
    assert!(said.contains("what is due at 2099-01-05 23:00 is held until 2099-01-06 08:00"), "{said}");
    let said = play.run(&["postpone", "talk/a", "2099-01-05 23:30", "--lang", "zh"]).exits(0).stdout;
    assert!(said.contains("落在静默时段里的消息有 1 条"), "{said}");
    let said = play.run(&["postpone", "talk/a", "2020-01-05 21:00"]).exits(4).stderr;
    assert!(said.contains("has passed already"), "{said}");
    let said = play.run(&["start", "talk/b"]).exits(0).stdout;
    assert!(said.contains("the date is used up: nothing happens at 2099-02-01 20:00"), "{said}");
    assert!(said.contains("playbook rehearse FILE --play talk"), "{said}");
    let _ = play.run(&["pause", "talk"]).exits(0);
    // A plan reads the file; what stands otherwise is said below it.
    for words in [
        "This is the file alone",
        "talk is paused",
        "talk/a is at 2099-01-05 23:30, not 2099-01-01 20:00",
        "talk/b is over already: done",
        "playbook status p.yaml",
    ] {
        let plan = play.run(&["plan", "p.yaml", "--days", "2"]).exits(0).stdout;
        assert!(plan.contains(words), "{words}: {plan}");
    }
    let steps =
        play.run(&["plan", "p.yaml", "--from", "2098-12-31", "--format", "json"]).exits(0).json_lines();
    assert_eq!(steps.len(), 1, "programs get the steps of the file: {steps:?}");
    let _ = engine.stop().exits(0);
}

#[test]
fn a_play_that_is_probably_another_one_renamed_gets_the_hint_and_was_may_be_said_late() {
    let file = |name: &str, was: &str| {
        format!(
            "name: p\ntimezone: UTC\nplays:\n  {name}:\n    {was}title: Riddles\n    dates: [{{ id: a, at: 2099-01-01 20:00 }}, {{ id: b, at: 2099-02-01 20:00 }}]\n    steps: [{{ post: a riddle }}]\n  other: {{ every: day at 03:00, steps: [post: night] }}\n"
        )
    };
    let play = Playground::new().file("p.yaml", &file("quiz", ""));
    let said = play.run(&["check", "p.yaml"]).exits(0).stdout;
    assert!(!said.contains("was:"), "{said}");
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("running");
    let hint =
        "`quiz` is gone and `riddle` is new and alike: if it is the same play, add `was: quiz` to `riddle`";
    // Before it takes effect, and when it does.
    play.write("q.yaml", &file("riddle", ""));
    for command in ["check", "plan"] {
        let said = play.run(&[command, "q.yaml"]).exits(0).stdout;
        assert!(said.contains(hint), "{command}: {said}");
    }
    let said = play.run(&["check", "q.yaml", "--against", ".playbook"]).exits(0).stdout;
    assert!(said.contains(hint), "{said}");
    play.write("p.yaml", &file("riddle", ""));
    engine.line(hint);
    // It may be said late; said in time, what a command has moved is where it was put.
    play.write("p.yaml", &file("riddle", "was: quiz\n    "));
    eventually("it is the same play", || {
        play.run(&["log", "--format", "json"]).stdout.contains("\"renamed\"")
    });
    let _ = play.run(&["postpone", "riddle/a", "2099-01-06 21:00"]).exits(0);
    play.write("p.yaml", &file("enigma", "was: riddle\n    "));
    eventually("the date stays", || play.run(&["plan", "p.yaml"]).stdout.contains("enigma/a is at "));
    // At a start too, for what was edited while nothing ran.
    let _ = engine.stop().exits(0);
    play.write("p.yaml", &file("puzzle", ""));
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("`enigma` is gone and `puzzle` is new and alike");
    engine.line("running");
    let _ = engine.stop().exits(0);
    // What has nothing in common with what is gone is something else.
    play.write(
        "p.yaml",
        "name: p\ntimezone: UTC\nplays:\n  walk: { every: day at 07:00, steps: [post: walk] }\n",
    );
    let said = play.run(&["check", "p.yaml"]).exits(0).stdout;
    assert!(!said.contains("was:"), "{said}");
}

#[test]
fn what_an_edit_says_of_a_date_that_is_over_is_that_it_is_over() {
    let file = |at: &str| {
        format!(
            "name: p\ntimezone: UTC\nchannels: {{ group: console }}\nplays:\n  talk:\n    dates: [{{ id: a, at: {at} }}]\n    steps: [post: now]\n"
        )
    };
    let play = Playground::new().file("p.yaml", &file("2099-01-01 20:00"));
    let engine = play.start(&["run", "p.yaml"]);
    engine.line("running");
    let _ = play.run(&["start", "talk/a"]).exits(0);
    eventually("it is over", || play.run(&["log", "--format", "json"]).stdout.contains("run_finished"));
    play.write("next.yaml", &file("2099-03-01 20:00"));
    let said = play.run(&["check", "next.yaml", "--against", ".playbook"]).exits(0).stdout;
    assert!(said.contains("date a is over") && said.contains("an id of its own"), "{said}");
    assert!(!said.contains("moves") && !said.contains("next start"), "{said}");
    let refused = play.run(&["postpone", "talk/a", "2099-03-01"]).exits(4).stderr;
    assert!(refused.contains("is over"), "{refused}");
    let _ = engine.stop().exits(0);
}

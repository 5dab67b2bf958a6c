//! Files with which something went wrong for somebody, and others of their kind, each with what comes of it now: tables
//! and calendars that other programs wrote, pauses, and scenarios that looked good and were not.

use crate::help::playground::Playground;

/// The days on which a play is planned that runs on the days of a calendar.
fn days(ics: &str) -> Vec<String> {
    let place = Playground::new()
        .file(
            "p.yaml",
            "name: p\ntimezone: Europe/Berlin\ncalendars: { cal: c.ics }\nplays: { a: { every: day at 12:00, only: cal, steps: [post: on] } }\n",
        )
        .file("c.ics", &format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\n{}END:VCALENDAR\r\n", ics.replace('\n', "\r\n")));
    let plan =
        place.run(&["plan", "p.yaml", "--from", "2026-11-30", "--days", "30", "--format", "json"]).exits(0);
    plan.json_lines().iter().map(|line| line["at"].as_str().unwrap_or_default()[5..10].to_owned()).collect()
}

const WEEKLY: &str = "BEGIN:VEVENT\nUID:u1\nDTSTART;TZID=Europe/Berlin:20261201T190000\nRRULE:FREQ=WEEKLY;COUNT=4;BYDAY=TU\nSUMMARY:club\nEND:VEVENT\n";

/// The weekly club with one more event about it.
fn and(more: &str) -> Vec<String> {
    days(&format!("{WEEKLY}BEGIN:VEVENT\nUID:u1\n{more}\nEND:VEVENT\n"))
}

#[test]
fn instances_that_other_programs_cancel_or_move_are_cancelled_and_moved() {
    assert_eq!(days(WEEKLY), ["12-01", "12-08", "12-15", "12-22"]);
    let zone = "TZID=Europe/Berlin";
    let cancelled =
        format!("RECURRENCE-ID;{zone}:20261208T190000\nDTSTART;{zone}:20261208T190000\nSTATUS:CANCELLED");
    assert_eq!(and(&cancelled), ["12-01", "12-15", "12-22"]);
    assert_eq!(
        and("RECURRENCE-ID:20261215T180000Z\nSTATUS:CANCELLED"),
        ["12-01", "12-08", "12-22"],
        "in UTC"
    );
    let all_day = "BEGIN:VEVENT\nUID:u2\nDTSTART;VALUE=DATE:20261201\nRRULE:FREQ=WEEKLY;COUNT=3\nEND:VEVENT\n\
                   BEGIN:VEVENT\nUID:u2\nRECURRENCE-ID;VALUE=DATE:20261215\nSTATUS:CANCELLED\nEND:VEVENT\n";
    assert_eq!(days(all_day), ["12-01", "12-08"]);
    // From one on: moved by a day, moved by an hour, ended.
    let from = |at: &str, to: &str| {
        format!("RECURRENCE-ID;RANGE=THISANDFUTURE;{zone}:2026{at}T190000\nDTSTART;{zone}:2026{to}")
    };
    assert_eq!(and(&from("1215", "1216T190000")), ["12-01", "12-08", "12-16", "12-23"]);
    assert_eq!(and(&from("1215", "1215T200000")), ["12-01", "12-08", "12-15", "12-22"]);
    let ended = format!("RECURRENCE-ID;RANGE=THISANDFUTURE;{zone}:20261215T190000\nSTATUS:CANCELLED");
    assert_eq!(and(&ended), ["12-01", "12-08"]);
}

#[test]
fn of_several_versions_the_newest_counts_and_a_range_that_is_not_read_is_refused() {
    let zone = "TZID=Europe/Berlin";
    let of =
        |sequence: u8, more: &str| format!("BEGIN:VEVENT\nUID:u1\nSEQUENCE:{sequence}\n{more}\nEND:VEVENT\n");
    let moved = format!("RECURRENCE-ID;{zone}:20261208T190000\nDTSTART;{zone}:20261209T190000");
    let off = "RECURRENCE-ID:20261208T180000Z\nSTATUS:CANCELLED";
    for (first, second, expected) in [
        (of(1, &moved), of(2, off), &["12-01", "12-15", "12-22"][..]),
        (of(2, off), of(1, &moved), &["12-01", "12-15", "12-22"]),
        (of(2, &moved), of(1, off), &["12-01", "12-09", "12-15", "12-22"]),
        (of(3, "DTSTART:20261201T180000Z\nSTATUS:CANCELLED"), String::new(), &[]),
    ] {
        assert_eq!(days(&format!("{WEEKLY}{first}{second}")), expected, "{first}{second}");
    }
    let prior =
        format!("RECURRENCE-ID;RANGE=THISANDPRIOR;{zone}:20261215T190000\nDTSTART;{zone}:20261216T190000");
    let place = Playground::new()
        .file("p.yaml", "name: p\ntimezone: UTC\ncalendars: { cal: c.ics }\nplays: { a: { every: day at 12:00, only: cal, steps: [post: on] } }\n")
        .file("c.ics", &format!("BEGIN:VCALENDAR\n{WEEKLY}{}END:VCALENDAR\n", of(1, &prior)));
    let checked = place.run(&["check", "p.yaml"]).exits(1).stdout;
    assert!(checked.contains("`RANGE=THISANDPRIOR` is not read"), "{checked}");
}

#[test]
fn what_is_held_for_too_long_is_told_with_what_went_wrong() {
    let place = Playground::new().file(
        "p.yaml",
        "name: p\ntimezone: Asia/Shanghai\nbudgets: { quiet: 22:00-08:00, posts: 1 per day }\nplays:\n  a: { every: day at 09:00, steps: [post: one] }\n  b: { title: Tea, every: day at 12:00, steps: [{ post: today only, label: social }] }\n",
    );
    let simulate = |more: &[&str]| {
        let args =
            ["simulate", "p.yaml", "--from", "2026-12-07T00:00:00+08:00", "--days", "3", "--members", "0"];
        place.run(&[&args[..], more].concat()).exits(0).stdout
    };
    let short = simulate(&["--lang", "en"]);
    let said =
        "Tea (b), step 1, was not sent 3 times, first at 2026-12-07 14:00: held for as long as it may be";
    assert!(short.contains(said) && !short.contains("nothing: no step failed"), "{short}");
    let short = simulate(&["--lang", "zh"]);
    assert!(
        short.contains("Tea (b) 的步骤 1 没有发出了 3 次") || short.contains("Tea (b) 的步骤 1"),
        "{short}"
    );
    let long = simulate(&["--verbose", "--lang", "en"]);
    let said = "14:00  missed    b  step 1 of 12:00 is not sent: held for as long as it may be (the posts of the day are used up)";
    assert!(long.contains(said) && !long.contains("T04:00:00Z"), "{long}");
}

#[test]
fn a_range_with_tildes_stays_and_two_tildes_strike() {
    let place = Playground::new();
    for (text, shown) in [
        ("周六~周日 19:00~21:00", "周六~周日 19:00~21:00"),
        ("5~10~15 元", "5~10~15 元"),
        ("价 ~9.9~ 元 (￣▽￣)~ ~(￣▽￣)~", "价 ~9.9~ 元 (￣▽￣)~ ~(￣▽￣)~"),
        ("~~旧~~ 新", "旧 新"),
    ] {
        place.write("t.md", text);
        let output = place.run(&["render", "t.md", "--as", "telegram", "--format", "json"]).exits(0);
        assert_eq!(output.json_lines()[0]["body"]["text"], shown, "{text}");
    }
}

#[test]
fn a_zone_that_a_calendar_defines_itself_is_read_from_it() {
    let zone = |name: &str, offset: &str| {
        format!(
            "BEGIN:VTIMEZONE\nTZID:{name}\nBEGIN:STANDARD\nTZOFFSETFROM:{offset}\nTZOFFSETTO:{offset}\nDTSTART:19700101T000000\nEND:STANDARD\nEND:VTIMEZONE\n"
        )
    };
    let event = |zone: &str| {
        format!("BEGIN:VEVENT\nUID:u\nDTSTART;TZID={zone}:20261201T230000\nSUMMARY:off\nEND:VEVENT\n")
    };
    // 23:00 there is a day in Berlin: the same, the same, and the next.
    for (name, tzid, offset, day) in [
        ("Customized Time Zone", "Customized Time Zone", "+0100", "12-01"),
        ("(UTC+08:00) Beijing\\, Chongqing", "\"(UTC+08:00) Beijing, Chongqing\"", "+0800", "12-01"),
        ("Made up here", "Made up here", "-0500", "12-02"),
    ] {
        assert_eq!(days(&format!("{}{}", zone(name, offset), event(tzid))), [day], "{name}");
    }
}

#[test]
fn what_a_pause_held_back_is_caught_up_as_the_play_says() {
    for (catch_up, posts) in [("last", 1), ("all", 2), ("none", 0)] {
        let file = format!(
            "name: pz\ntimezone: Asia/Shanghai\nplays:\n  daily:\n    every: 1h\n    catch_up: {catch_up}\n    max_late: 3h\n    steps: [{{ post: an hourly question }}]\n"
        );
        let expected = match posts {
            0 => "  - never: { post: hourly }\n".to_owned(),
            n => "  - { at: 2026-12-01 21:30, post: hourly }\n".repeat(n),
        };
        let scenario = format!(
            "playbook: p.yaml\nstart: 2026-12-01 19:30\nuntil: 2026-12-01 21:45\nscript:\n  - {{ at: 2026-12-01 19:45, pause: daily }}\n  - {{ at: 2026-12-01 21:30, resume: daily }}\nexpect:\n{expected}"
        );
        let place = Playground::new().file("p.yaml", &file).file("p.test.yaml", &scenario);
        let output = place.run(&["test", "p.test.yaml"]);
        assert_eq!(output.code, Some(0), "{catch_up}: {}", output.stdout);
    }
}

const STRIKES: &str = "name: p\ntimezone: UTC\nplays:\n  strike: { on: rule.broken, per: member, steps: [post: 'A word with ${member.name}'] }\n  order: { on: order.paid, steps: [post: 'Order ${signal.data.id}'] }\n";

#[test]
fn a_scenario_says_whom_a_signal_is_about_in_either_way() {
    let test = |script: &str, expect: &str| {
        let place = Playground::new().file("p.yaml", STRIKES).file(
            "p.test.yaml",
            &format!("playbook: p.yaml\nstart: 2026-12-01 09:00\nmembers: [{{ id: w, name: Wei }}]\nscript:\n  - {{ at: +1h, {script} }}\nexpect:\n  - {{ at: +1h, post: {expect} }}\n"),
        );
        let output = place.run(&["test", "p.test.yaml"]);
        assert_eq!(output.code, Some(0), "{script}: {}{}", output.stdout, output.stderr);
    };
    test("signal: rule.broken, with: { id: w, kind: ads }", "A word with Wei");
    test("signal: rule.broken, member: w, with: { kind: ads }", "A word with Wei");
    // What no play hears about a member is about none.
    test("signal: order.paid, with: { id: A17 }", "Order A17");
}

#[test]
fn a_scenario_whose_run_fails_is_not_good_whatever_it_expects() {
    for (steps, said) in [
        ("[{ run: s.rhai, as: q }, { post: 'It is ${q.c}' }]", "there is no key `c`"),
        ("[{ run: bad.rhai }, { post: after }]", "broken on purpose"),
        ("[{ post: 'It is ${vars.n / args.by}' }]", "step 1"),
    ] {
        let place = Playground::new()
            .file("s.rhai", "fn main(args) { #{} }")
            .file("bad.rhai", "fn main(args) { throw \"broken on purpose\"; }")
            .file("p.yaml", &format!("name: p\ntimezone: UTC\nvars: {{ n: 3 }}\nplays:\n  quiz: {{ every: day at 18:00, args: {{ by: 0 }}, steps: {steps} }}\n  other: {{ every: day at 12:00, steps: [post: noon] }}\n"))
            .file("p.test.yaml", "playbook: p.yaml\nstart: 2026-12-05 10:00\nuntil: 2026-12-05 20:00\nexpect:\n  - { at: 2026-12-05 12:00, post: noon }\n");
        let output = place.run(&["test", "p.test.yaml"]).exits(1);
        assert!(output.stdout.contains(said), "{steps}: {}", output.stdout);
    }
}

#[test]
fn a_condition_that_cannot_be_decided_stands_in_a_simulation_and_in_status() {
    let text = "name: p\ntimezone: UTC\nvars: { none: 0 }\nplays:\n  a: { every: 1s, when: '1 / vars.none == 1', steps: [{ post: a }] }\n";
    let place =
        Playground::new().file("p.yaml", text).file("ok.yaml", &text.replace("1 / vars.none", "vars.none"));
    let said = place.run(&["simulate", "p.yaml", "--days", "1"]).exits(0).stdout;
    assert!(said.contains("What went wrong\n  a, failed") && said.contains("cannot be decided"), "{said}");
    let _ = place.run(&["simulate", "ok.yaml", "--days", "1"]).exits(0);
    let engine = place.start(&["run", "p.yaml"]);
    engine.line("running");
    crate::help::playground::eventually("it is a problem", || {
        place.run(&["status"]).stdout.contains("an occurrence of a could not be decided")
    });
    let _ = engine.stop().exits(0);
}

#[test]
fn what_is_asked_of_a_simulation_and_written_in_a_table_has_a_bound() {
    let place = Playground::new().file(
        "p.yaml",
        "name: p\ntimezone: UTC\nplays: { a: { every: day at 10:00, steps: [{ post: a }] } }\n",
    );
    for (option, number) in [
        ("--members", "4294967295"),
        ("--members", "100001"),
        ("--days", "4294967295"),
        ("--runs", "1000000"),
    ] {
        let said = place.run(&["simulate", "p.yaml", option, number]).exits(2).stderr;
        assert!(said.contains(number), "{said}");
    }
    let columns: Vec<String> = (0..1_001).map(|n| format!("c{n}")).collect();
    let dates = "name: p\ntimezone: UTC\nplays: { a: { dates: { file: t.csv, at: '${row.at}' }, steps: [{ post: a }] } }\n";
    let place = place
        .file("d.yaml", dates)
        .file("t.csv", &format!("id,at,{}\na,2027-01-01 10:00\n", columns.join(",")));
    let said = place.run(&["check", "d.yaml"]).exits(1).stdout;
    assert!(said.contains("1003 columns are too many; the limit is 1000"), "{said}");
    for (id, words) in
        [("x".repeat(300), "at most 100 letters"), ("1.39E+10".to_owned(), "a spreadsheet has shortened")]
    {
        place.write("t.csv", &format!("id,at\n{id},2027-01-01 10:00\n"));
        let said = place.run(&["check", "d.yaml"]).exits(1).stdout;
        assert!(said.contains(words), "{said}");
    }
    let groups = "name: p\ntimezone: UTC\nchannels: { group: { type: onebot, url: 'http://127.0.0.1:1', group: '1' } }\ngroups: g.csv\nplays: { a: { every: day at 10:00, steps: [{ post: a }] } }\n";
    let place = place.file("g.yaml", groups);
    for row in ["1.23E+08,1", "g,1.23E+08"] {
        place.write("g.csv", &format!("id,channels.group.group\n{row}\n"));
        let said = place.run(&["check", "g.yaml"]).exits(1).stdout;
        assert!(said.contains("a spreadsheet has shortened"), "{row}: {said}");
    }
}

//! What a file writes is what is meant: numbers keep their spelling, one mistake is told once, times of elsewhere get
//! their help, and texts have what messages need without a script.

use crate::{help::playground::Playground, help::story::Story};
use playbook::base::value::Value;

fn posts(yaml: &str, to: &str) -> Vec<String> {
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.until(to);
    story.posts().iter().map(ToString::to_string).collect()
}

fn check(yaml: &str) -> String {
    let place = Playground::new().file("p.yaml", yaml);
    place.run(&["check", "p.yaml", "--all"]).stdout
}

#[test]
fn a_number_keeps_its_spelling_in_text_and_counts_as_what_it_is() {
    let yaml = "
vars: { price: 9.90, ver: 1.10, room: 2E5, tel: 010-123, zip: 0086, t: 08:00, big: 1_000, list: [1.0, 2.50] }
plays:
  a:
    dates: [{ id: x, at: 2026-12-01 09:00, fee: 3.00 }]
    steps:
      - post: '${vars.price} ${vars.ver} ${vars.room} ${vars.tel} ${vars.zip} ${vars.t} ${vars.big} ${vars.list} ${date.fee}'
      - post: '${vars.price * 2} ${vars.price + 0.1} ${vars.room / 4} ${vars.price > 9} ${round(vars.price, 0)}'
      - set: { kept: vars.price }
      - post: '${vars.kept}'
";
    assert_eq!(
        posts(yaml, "2026-12-01 10:00"),
        ["9.90 1.10 2E5 010-123 0086 08:00 1_000 1.0, 2.50 3.00", "19.8 10 50000 true 10", "9.90"]
    );
}

#[test]
fn numbers_of_data_files_and_groups_keep_their_spelling_too() {
    let yaml = "name: p\ntimezone: UTC\ngroups:\n  a: { vars: { fee: 12.50 } }\nvars: { fee: 1 }\nplays:\n  a:\n    every: day at 09:00\n    steps:\n      - post: '${data(\"menu.yaml\").tea} ${vars.fee} ${data(\"list.csv\").nth(1).price}'\n";
    let place = Playground::new()
        .file("p.yaml", yaml)
        .file("menu.yaml", "tea: 4.50\n")
        .file("list.csv", "name,price\ntea,7.00\n");
    let said = place.run(&["plan", "p.yaml", "--from", "2026-12-01", "--days", "1"]).exits(0).stdout;
    let lived = place.run(&[
        "simulate",
        "p.yaml",
        "--from",
        "2026-12-01",
        "--days",
        "1",
        "--members",
        "1",
        "--verbose",
    ]);
    assert!(lived.exits(0).stdout.contains("4.50 12.50 7.00"));
    assert!(said.contains("4.50 12.50 7.00"), "{said}");
}

#[test]
fn lists_and_loops_number_themselves() {
    let yaml = "
vars: { used: [] }
plays:
  riddle:
    every: day at 09:00
    args: { rows: [{ id: a, text: first }, { id: b, text: second }, { id: c, text: third }] }
    steps:
      - post: '${args.rows.nth(run.number).text}'
      - set: { riddle: 'args.rows.unused(vars.used).last', used: 'vars.used + [vars.riddle.id]' }
      - post: '${vars.riddle.text}'
      - each: '[\"Ann\", \"Bo\"]'
        as: who
        steps:
          - each: '[\"x\"]'
            as: mark
            steps:
              - post: '${number}${mark}'
          - post: '${number}. ${who}'
      - post: '${[\"Ann\", \"B*o*\"].numbered()}'
  own:
    every: day at 10:00
    steps:
      - set: { n: '7' }
      - each: '[1]'
        as: number
        steps: [{ post: 'own ${number}' }]
";
    let said = posts(yaml, "2026-12-02 09:30");
    assert_eq!(
        said[..8],
        ["first", "third", "1x", "1. Ann", "1x", "2. Bo", "1. Ann\n2. B\\*o\\*", "own 1"],
        "{said:?}"
    );
    assert_eq!(said[8..10], ["second", "second"], "the second day takes what the first has left");
}

#[test]
fn plurals_and_times_of_two_zones_are_functions() {
    let yaml = "
plays:
  a:
    dates: [{ id: x, at: 2026-12-11 20:00 }]
    steps:
      - at: -10d 09:00
        each: '[0, 1, 5]'
        as: n
        steps:
          - post: '${plural(n, \"nobody came\", \"one guest\", \"# guests\")}, ${plural(n, \"day\", \"days\")}'
      - at: -10d 09:00
        post: '${date.at} = ${at(date.at, \"Europe/Berlin\")} = ${date.at.at(\"18:00\")}'
";
    assert_eq!(
        posts(yaml, "2026-12-01 10:00"),
        [
            "nobody came, 0 days",
            "one guest, 1 day",
            "5 guests, 5 days",
            "Fri 11 Dec, 20:00 = Fri 11 Dec, 13:00 = Fri 11 Dec, 18:00"
        ]
    );
    let wrong = check(
        "name: p\ntimezone: UTC\nplays:\n  a:\n    every: day at 09:00\n    steps:\n      - post: '${at(now, \"Europe/Berln\")}'\n",
    );
    assert!(
        wrong.contains("Europe/Berlin") && wrong.contains("neither a time zone nor a clock time"),
        "{wrong}"
    );
}

#[test]
fn a_stamp_and_a_channel_are_what_discord_has_and_words_elsewhere() {
    let text = "at [Fri 11 Dec, 20:00](time:1796990400) in [#rules](channel:123), not \\[x\\](time:5) or [y](https://a.example/)";
    let place = Playground::new().file("m.md", text);
    let body = |kind: &str| place.run(&["render", "m.md", "--as", kind, "--format", "json"]).exits(0).stdout;
    let discord = body("discord");
    assert!(discord.contains("at <t:1796990400:F> in <#123>"), "{discord}");
    assert!(!discord.contains("<t:5"), "what others wrote stays text: {discord}");
    for kind in ["slack", "telegram", "wecom", "matrix", "mattermost"] {
        let said = body(kind);
        assert!(said.contains("20:00") && said.contains("#rules"), "{said}");
        assert!(!said.contains("time:17") && !said.contains("channel:123"), "{said}");
    }
    let yaml = "
plays:
  a:
    dates: [{ id: x, at: 2026-12-11 20:00 }]
    steps:
      - at: -10d 09:00
        post: '${stamp(date.at)} ${channel_link(\"123\", \"rules\")}'
";
    assert_eq!(
        posts(yaml, "2026-12-01 10:00"),
        ["[Fri 11 Dec, 20:00](time:1796990400) [#rules](channel:123)"]
    );
}

#[test]
fn one_mistake_makes_one_diagnostic() {
    let quiz = |step: &str, after: &str| {
        format!(
            "name: c5\ntimezone: Europe/Paris\nplays:\n  quiz:\n    every: sunday at 18:00\n    steps:\n      - {step}\n      - {after}\n"
        )
    };
    for (step, after, errors, says) in [
        (
            "{ ask: 'What does ${vars.word} mean?', options: [a, b], as: quiz }",
            "post: \"${quiz.total} answers.\"",
            1,
            "`vars` has no `word`",
        ),
        (
            "{ ask: What does it mean?, optons: [a, b], as: quiz }",
            "post: \"${quiz.total} answers.\"",
            1,
            "`ask` has no key `optons`",
        ),
        ("{ task: 'Call ${vars.who}', as: ring }", "wait: ring", 1, "`vars` has no `who`"),
        ("{ post: 'Hi ${vars.who}', id: hi }", "{ post: again, reply_to: hi }", 1, "`vars` has no `who`"),
        ("{ pst: hello, as: x }", "post: \"${x}\"", 1, "pst"),
        // What is really used too early is said.
        ("post: \"${quiz.total}\"", "{ ask: Who?, options: [a, b], as: quiz }", 1, "`quiz` is used before"),
        ("{ ask: Who?, as: quiz }", "post: \"${quiz.total}\"", 1, "needs `options` or `fields`"),
    ] {
        let said = check(&quiz(step, after));
        assert_eq!(said.matches("error[").count(), errors, "{step}: {said}");
        assert!(said.contains(says), "{said}");
    }
}

#[test]
fn a_scenario_and_a_world_are_told_for_what_they_are() {
    for (yaml, says) in [
        ("title: t\nplaybook: p.yaml\nstart: 2026-12-01\nscript: []\nexpect: []\n", "playbook test FILE"),
        ("extends: lively\njoins: 3 per day\n", "--world FILE"),
    ] {
        let said = check(yaml);
        assert!(said.contains(says), "{said}");
        assert_eq!(said.matches("error[").count(), 1, "{said}");
    }
    assert!(check("name: x\n").contains("0 errors") || !check("name: x\n").contains("scenario"));
}

#[test]
fn times_as_people_write_them_elsewhere_get_their_line() {
    let date = |at: &str| {
        format!(
            "name: p\ntimezone: UTC\nplays:\n  a:\n    dates: [{{ id: x, at: '{at}' }}]\n    steps: [{{ post: hi }}]\n"
        )
    };
    let step = |at: &str| {
        format!(
            "name: p\ntimezone: UTC\nplays:\n  a:\n    dates: [{{ id: x, at: 2026-12-01 10:00 }}]\n    steps: [{{ at: '{at}', post: hi }}]\n"
        )
    };
    let quiet = |hours: &str| {
        format!(
            "name: p\ntimezone: UTC\nbudgets: {{ quiet: '{hours}' }}\nplays:\n  a: {{ every: day at 09:00, steps: [{{ post: hi }}] }}\n"
        )
    };
    for (yaml, wanted) in [
        (date("12/24/2026 20:00"), "write `2026-12-24 20:00`"),
        (date("24.12.2026 8pm"), "write `2026-12-24 20:00`"),
        (date("3/4/2026 20:00"), "write `2026-03-04 20:00` or `2026-04-03 20:00`"),
        (date("2026-12-24 下午8点"), "write `2026-12-24 20:00`"),
        (step("1 hour before"), "write `-1h`"),
        (step("2 days after at 10am"), "write `+2d 10:00`"),
        (step("提前1小时"), "write `-1h`"),
        (quiet("10pm-8am"), "write `22:00-08:00`"),
        (quiet("晚上10点-早上8点"), "write `22:00-08:00`"),
    ] {
        let said = check(&yaml);
        assert!(said.contains(wanted), "{yaml}{said}");
    }
}

#[test]
fn the_age_of_a_group_that_was_there_before_is_asked_for() {
    let yaml = |created: &str, rest: &str| {
        format!(
            "name: p\ntimezone: UTC\ngroups:\n  old: {{ members: [{{ id: li }}]{created} }}\n{rest}plays:\n  a: {{ on: group.created, steps: [{{ post: hi, label: promo }}] }}\n"
        )
    };
    let budget = "budgets:\n  promo: { max: 20% per 30d, not_before: 14d }\n";
    assert!(check(&yaml("", budget)).contains("created-unknown"));
    assert!(!check(&yaml(", created: 2025-03-01", budget)).contains("created-unknown"));
    assert!(!check(&yaml("", "")).contains("created-unknown"), "the signal asks nothing");
}

#[test]
fn small_things_say_what_to_do() {
    let place = Playground::new()
        .file("p.yaml", "name: x\ntimezone: UTC\nx-common: &c { during: main }\nphases: [{ name: main }]\nplays:\n  a: { <<: *c, every: day at 10:00, steps: [{ run: s.rhai }] }\n")
        .file("s.rhai", "fn main(args) { let s = \" hi \"; let t = s.trim(); post(`[${t}] ${s.replace(\"h\", \"H\")}`); }\n");
    let lived = place
        .run(&["simulate", "p.yaml", "--from", "2026-12-01", "--days", "1", "--members", "1", "--verbose"])
        .exits(0);
    assert!(lived.stdout.contains("[hi] Hi"), "{}", lived.stdout);
    assert!(check("name: x\ntimezone: Asia/Peking\nplays: {}\n").contains("`Asia/Shanghai`"));
    let twice = "name: m\ntimezone: UTC\nx-a: &a { during: main }\nx-b: &b { label: social }\nphases: [{ name: main }]\nplays:\n  p:\n    <<: *a\n    <<: *b\n    every: day at 20:30\n    steps: [{ post: hi }]\n";
    assert!(check(twice).contains("`<<: [*a, *b]`"));
    let next = place.run(&["next", "--every", "day at 9:00", "-n", "0"]).exits(2);
    assert!(!next.stdout.contains("fifty years"));
}

#[test]
fn a_value_in_its_spelling_comes_back_as_it_was_stored() {
    for text in ["9.90", "2E5", "1.0"] {
        let value = Value::spelled(text).unwrap();
        let stored = serde_json::to_string(&value).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&stored).unwrap(), value, "{stored}");
        assert_eq!(value.to_json().as_f64(), text.parse().ok(), "a number for other programs");
    }
}

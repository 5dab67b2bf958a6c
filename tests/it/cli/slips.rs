//! Files that went wrong for somebody who runs a group, and others of their kind: what `check` says of each at its line,
//! and what a simulated life of it comes to.

use crate::help::playground::Playground;

/// What is written, what is typed, and what is said.
struct Slip {
    /// The files beside the playbook, path and text.
    files: &'static [(&'static str, &'static str)],
    /// The playbook, behind its name and its zone.
    text: &'static str,
    /// What is typed, and the exit code.
    typed: (&'static str, i32),
    /// What is said.
    says: &'static [&'static str],
    /// What is not.
    lacks: &'static [&'static str],
}

const HEAD: &str = "name: p\ntimezone: Europe/Paris\n";
const CHECK: (&str, i32) = ("check p.yaml --all", 0);
const WRONG: (&str, i32) = ("check p.yaml --all", 1);

fn look(slips: &[Slip]) {
    for Slip { files, text, typed: (line, code), says, lacks } in slips {
        let place = Playground::new().file("p.yaml", &format!("{HEAD}{text}"));
        for (path, text) in *files {
            place.write(path, text);
        }
        let output = place.run(&line.split(' ').collect::<Vec<_>>());
        assert_eq!(output.code, Some(*code), "{line}\n{text}\n{}{}", output.stdout, output.stderr);
        for words in *says {
            assert!(output.stdout.contains(words), "{words}\n{text}\n{}", output.stdout);
        }
        for words in *lacks {
            assert!(!output.stdout.contains(words), "not {words}\n{text}\n{}", output.stdout);
        }
    }
}

#[test]
fn what_never_starts_and_what_is_posted_as_it_stands_is_told_at_its_line() {
    look(&[
        Slip {
            files: &[],
            text: "plays:\n  a:\n    on: join\n    steps: [post: 'Welcome {member.name}!']\n  b:\n    on: new_member\n    steps: [post: hi]\n",
            typed: CHECK,
            says: &[
                "[signal-misspelt]",
                "`join`",
                "`new_member`",
                "`member.joined`",
                "[brace-without-dollar]",
            ],
            lacks: &[],
        },
        Slip {
            files: &[],
            text: "plays:\n  a:\n    on: 新人入群\n    steps: [post: 欢迎]\n  b:\n    on: 退群\n    steps: [post: 再见]\n",
            typed: CHECK,
            says: &["nothing sends `新人入群`", "nothing sends `退群`", "`member.left`"],
            lacks: &[],
        },
        Slip {
            files: &[],
            text: "plays:\n  a:\n    every: workday at 08:00\n    steps: [post: 早]\n",
            typed: CHECK,
            says: &["[workday-without-calendar]", "p.yaml:5:12"],
            lacks: &[],
        },
        Slip {
            files: &[],
            text: "plays:\n  a:\n    dates: [{ id: x, at: 2026-12-16 19:00 }]\n    steps: [post: '${date.at.foo}']\n",
            typed: WRONG,
            says: &["a time has no `foo`", "p.yaml:6:"],
            lacks: &[],
        },
        Slip {
            files: &[],
            text: "plays:\n  a:\n    dates: [{ id: x, at: 2026-12-16 19:00, host: Ann }]\n    steps: [post: '${date.hots}']\n",
            typed: WRONG,
            says: &["`hots`", "host"],
            lacks: &[],
        },
    ]);
}

#[test]
fn one_slip_is_one_problem_and_blames_no_step_that_is_right() {
    look(&[
        Slip {
            files: &[],
            text: "plays:\n  q:\n    every: sunday at 18:00\n    steps:\n      - ask: 'What does ${vars.word} mean?'\n        options: [butterfly, spoon]\n        as: quiz\n      - post: '${quiz.total} answers.'\n",
            typed: WRONG,
            says: &["`vars` has no `word`", "1 error"],
            lacks: &["`quiz`"],
        },
        Slip {
            files: &[],
            text: "plays:\n  q:\n    every: sunday at 18:00\n    steps:\n      - ask: What does it mean?\n        optons: [butterfly, spoon]\n        as: quiz\n      - post: '${quiz.total} answers.'\n",
            typed: WRONG,
            says: &["did you mean `options`?", "1 error"],
            lacks: &["no `quiz`"],
        },
        Slip {
            files: &[],
            text: "plays:\n  q:\n    every: sunday at 18:00\n    steps:\n      - task: Look\n        duee: 1d\n        as: looked\n      - wait: looked\n",
            typed: WRONG,
            says: &["did you mean `due`?", "1 error"],
            lacks: &["no `looked`"],
        },
    ]);
}

#[test]
fn people_who_are_not_there_are_told_with_their_row() {
    const PEOPLE: &str =
        "people: { zhang: { name: 张店长 }, wang: { name: 王店长 } }\nroles: { host: zhang }\n";
    let groups = format!(
        "{HEAD}{PEOPLE}groups: groups.csv\nplays: {{ a: {{ every: day at 09:00, steps: [{{ task: 看, to: host }}] }} }}\n"
    );
    for (cell, says) in [
        ("没有这个人", Some("`没有这个人` is nobody under `people`")),
        ("zhagn", Some("there is no person `zhagn`")),
        ("王店长", None),
        ("wang zhang", None),
        ("wang;zhang", None),
    ] {
        let place = Playground::new().file("p.yaml", &groups);
        place.write("groups.csv", &format!("id,title,roles.host\nx1,一店,zhang\nx2,二店,{cell}\n"));
        let output = place.run(&["check", "p.yaml", "--all"]).stdout;
        let at_row = output.contains("groups.csv:3:");
        assert_eq!(at_row, says.is_some(), "{cell}: {output}");
        assert!(says.is_none_or(|says| output.contains(says)), "{cell}: {output}");
    }
    let talks = format!(
        "{HEAD}{PEOPLE}plays:\n  talk:\n    dates: {{ file: talks.csv, at: \"${{row.date}} 20:00\" }}\n    steps:\n      - {{ at: -1d 10:00, task: 准备, to: '${{date.host}}' }}\n      - {{ at: 0m, post: 开始 }}\n"
    );
    let place = Playground::new().file("p.yaml", &talks);
    place.write(
        "talks.csv",
        "id,date,host\na,2099-12-11,wang\nb,2099-12-18,wagn\nc,2099-12-25,editor\nd,2100-01-01,host\n",
    );
    let output = place.run(&["check", "p.yaml", "--all"]).exits(0).stdout;
    for words in ["talks.csv:3:", "`wagn`", "did you mean `wang`?", "talks.csv:4:", "`editor`"] {
        assert!(output.contains(words), "{words}: {output}");
    }
    assert!(!output.contains("talks.csv:2:") && !output.contains("talks.csv:5:"), "{output}");
}

#[test]
fn whom_a_post_mentions_is_somebody() {
    let text = |mention: &str| {
        format!(
            "{HEAD}plays:\n  raid:\n    every: saturday at 20:00\n    steps:\n      - {{ at: -2d 18:00, ask: Who?, options: [Tank, Healer], open_for: 1d, as: signup }}\n      - {{ at: -1h, post: Soon, mention: '{mention}' }}\n"
        )
    };
    for (mention, fits) in [
        ("${signup.answers}", false),
        ("${signup.total}", false),
        ("${signup.winner}", false),
        ("${signup.who(\"Tank\")}", true),
        ("${signup.unanswered}", true),
    ] {
        let place = Playground::new().file("p.yaml", &text(mention));
        let output = place.run(&["check", "p.yaml"]);
        assert_eq!(output.code, Some(i32::from(!fits)), "{mention}: {}", output.stdout);
        assert!(fits || output.stdout.contains("signup.who("), "{mention}: {}", output.stdout);
    }
}

#[test]
fn a_picture_that_is_not_there_and_a_cell_that_is_missing_are_told_before_their_day() {
    look(&[
        Slip {
            files: &[],
            text: "plays: { a: { steps: [{ post: hi, image: cat.png }] } }\n",
            typed: WRONG,
            says: &["there is no file \"cat.png\""],
            lacks: &[],
        },
        Slip {
            files: &[("topics.csv", "id,date,topic\na,2099-12-05,围城\nb,2099-12-12\n")],
            text: "plays:\n  t:\n    dates: { file: topics.csv, at: \"${row.date} 12:30\" }\n    steps: [post: '${date.topic}']\n",
            typed: CHECK,
            says: &["topics.csv:3:", "[missing-cell]"],
            lacks: &[],
        },
        Slip {
            files: &[("topics.csv", "id,date,topic\nb，2099-12-12，围城\n")],
            text: "plays:\n  t:\n    dates: { file: topics.csv, at: \"${row.date} 12:30\" }\n    steps: [post: '${date.topic}']\n",
            typed: WRONG,
            says: &["topics.csv:2:", "，"],
            lacks: &["create `topics.csv`"],
        },
    ]);
}

#[test]
fn cron_fields_that_cannot_be_meant_are_told_with_what_probably_was() {
    let text = |cron: &str| format!("{HEAD}plays: {{ a: {{ cron: \"{cron}\", steps: [post: hi] }} }}\n");
    for (cron, says) in [
        ("*/45 * * * *", "every: 45m"),
        ("0 */13 * * *", "cron-uneven"),
        ("0 9 1,15 * 1", "cron-either-day"),
        ("*/61 * * * *", "61"),
        ("0 */5 * * *", "cron-uneven"),
    ] {
        let place = Playground::new().file("p.yaml", &text(cron));
        let output = place.run(&["check", "p.yaml", "--all"]).stdout;
        assert!(output.contains(says), "{cron}: {output}");
    }
    for cron in ["*/15 * * * *", "0 */6 * * *", "30 20 * * 3"] {
        let place = Playground::new().file("p.yaml", &text(cron));
        let output = place.run(&["check", "p.yaml", "--all"]).exits(0).stdout;
        assert!(!output.contains("[cron-"), "{cron}: {output}");
    }
}

#[test]
fn a_simulated_life_shows_what_the_file_alone_does_not() {
    look(&[
        // A failed run is said first, and ends the simulation with 1.
        Slip {
            files: &[("s.rhai", "fn main(args) { #{} }\n")],
            text: "plays:\n  q:\n    every: sunday at 18:00\n    steps:\n      - { run: s.rhai, as: q }\n      - post: ${q.c}\n",
            typed: ("simulate p.yaml --from 2026-12-01 --days 14", 1),
            says: &["What went wrong\n  q, step 2, failed 2 times"],
            lacks: &[],
        },
        // Nobody is asked at night: what quiet hours hold is put in the morning, and is open from then on.
        Slip {
            files: &[],
            text: "budgets: { quiet: 22:00-08:00 }\nplays:\n  vote:\n    every: day at 22:30\n    steps:\n      - { ask: Who is there?, options: [I, not I], open_for: 1h, as: v }\n      - post: ${v.total} are there\n",
            typed: ("simulate p.yaml --from 2026-12-01T09:00:00+01:00 --days 2 --verbose", 0),
            says: &["08:00  question", "(by 09:00)", "09:00  answer"],
            lacks: &["22:30  question", "23:30  answer"],
        },
        // What was missed because the day was full is not posted at midnight.
        Slip {
            files: &[],
            text: "budgets: { quiet: 22:30-08:00, posts: 3 per day }\nplays:\n  talk:\n    dates: [{ id: a, at: 2027-01-15 20:00 }]\n    steps:\n      - { at: -10m, post: soon }\n      - { at: 0m, post: now, urgent: true }\n      - { at: +40m, post: questions, urgent: true }\n      - { at: +60m, post: thanks, urgent: true }\n",
            typed: ("simulate p.yaml --from 2027-01-15T12:00:00+01:00 --days 2 --verbose", 0),
            says: &["20:40  post      talk  questions", "21:00  post      talk  thanks"],
            lacks: &["00:00  post", "08:00  post"],
        },
        // A run whose sign-up was missed still says something that makes sense.
        Slip {
            files: &[],
            text: "plays:\n  raid:\n    every: saturday at 20:00\n    steps:\n      - { at: -2d 18:00, ask: Who comes?, options: [Tank, Healer], open_for: 1d, as: signup }\n      - { at: -1h, post: 'In one hour. ${signup.total} signed up.' }\n",
            typed: ("simulate p.yaml --from 2026-12-04T12:00:00+01:00 --days 2 --verbose", 0),
            says: &["In one hour. 0 signed up."],
            lacks: &["failed  "],
        },
        // People are not reminded at night.
        Slip {
            files: &[],
            text: "budgets: { quiet: 22:00-08:00 }\npeople: { ann: { name: Ann } }\nroles: { host: { people: [ann], channel: staff } }\nchannels: { group: { type: console }, staff: { type: console } }\nplays:\n  t:\n    every: day at 20:00\n    steps: [{ task: Look, to: host, due: 8h, remind: 1h, escalate: host }]\n",
            typed: ("simulate p.yaml --from 2026-12-01T09:00:00+01:00 --days 5 --members 5 --verbose", 0),
            says: &["task"],
            lacks: &["03:00  reminder", "04:00  overdue", "02:00  reminder"],
        },
    ]);
}

/// What `check` says of a playbook.
fn checked(text: &str) -> String {
    Playground::new().file("p.yaml", text).run(&["check", "p.yaml", "--all", "--lang", "en"]).stdout
}

#[test]
fn signs_that_look_like_others_are_named_where_they_stand() {
    const PLAY: &str =
        "name: p\ntimezone: UTC\nplays:\n  a:\n    every: day at 20:30\n    steps:\n      - post: hi\n";
    for (from, to, line, says) in [
        ("every: day", "every:\u{a0}day", 5, "a no-break space (U+00A0)"),
        ("every: day", "every:\u{3000}day", 5, "a full-width space (U+3000)"),
        ("    every", "\u{2003}\u{2003}every", 5, "an em space (U+2003)"),
        ("    steps", "\u{2028}    steps", 6, "a line separator (U+2028)"),
        ("plays", "\u{feff}plays", 3, "U+FEFF"),
        ("    every", "\u{c}    every", 5, "U+000C"),
        ("post: hi", "post: h\u{0}i", 7, "U+0000"),
        ("- post", "– post", 7, "`–` begins no list"),
        ("- post", "－ post", 7, "`－` begins no list"),
        ("- post", "• post", 7, "`•` begins no list"),
        ("plays:", "＃ note\nplays:", 3, "write `#`"),
        ("    steps", "    when: members.count ≥ 3\n    steps", 6, "for `≥` write `>=`"),
        ("    steps", "    when: members.count\u{3000}> 3\n    steps", 6, "(U+3000): write a plain one"),
        ("    steps", "    when: members.count\u{a0}> 3\n    steps", 6, "(U+00A0): write a plain one"),
        ("post: hi", "post: Hi $｛run.number｝", 7, "`｛run.number｝` is posted as it stands"),
    ] {
        let said = checked(&PLAY.replacen(from, to, 1));
        assert!(said.contains(says) && said.contains(&format!("p.yaml:{line}:")), "{to}: {said}");
    }
    // What can be mended is.
    for (from, to) in [
        ("every: day", "every:\u{a0}day"),
        ("every: day", "every:\u{3000}day"),
        ("plays", "\u{feff}plays"),
        ("    every", "\u{c}    every"),
        ("- post", "– post"),
        ("plays:", "＃ note\nplays:"),
    ] {
        let place = Playground::new().file("p.yaml", &PLAY.replacen(from, to, 1));
        let _ = place.run(&["check", "p.yaml", "--fix"]);
        let again = place.run(&["check", "p.yaml"]);
        assert_eq!(again.code, Some(0), "{to}: {}\n{}", again.stdout, place.read("p.yaml"));
    }
}

#[test]
fn marks_that_vanish_are_told_and_marks_that_are_meant_are_not() {
    let text = |post: &str| format!("{HEAD}plays: {{ a: {{ steps: [{{ post: '{post}' }}] }} }}\n");
    for post in ["盒子 3*4*5 厘米", "a*b 和 c*d", "x**2 + y**2", "电话*138*0000", "早呀 (*^_^*)", "^_^ >_<"]
    {
        assert!(checked(&text(post)).contains("[emphasis-in-word]"), "{post}");
    }
    for post in ["**重点**：*明天*见", "10 * 20 * 30", "a_b_c", "5*2 元", "请看**《活着》**第三章"]
    {
        assert!(!checked(&text(post)).contains("[emphasis-in-word]"), "{post}");
    }
}

#[test]
fn a_text_with_a_hole_when_nobody_answers_is_told() {
    let text = |steps: &str| {
        format!(
            "{HEAD}plays:\n  q:\n    every: sunday at 18:00\n    steps:\n      - {{ ask: Which?, options: [book, film], open_for: 1h, as: a }}\n{steps}"
        )
    };
    for steps in [
        "      - post: It is ${a.winner}\n",
        "      - task: Order ${a.winner}\n",
        "      - { ask: 'Who brings ${a.winner}?', options: [I, not I], open_for: 1h }\n",
        "      - post: With us ${a.who(\"book\")}\n",
        "      - post: First ${a.answers[0].member.name}\n",
        "      - post: So many ${a.counts[a.winner]}\n",
        "      - { post: hi, image: 'https://example.org/${a.winner}.png' }\n",
        "      - { post: hi, buttons: [{ text: '${a.winner}', url: 'https://example.org' }] }\n",
    ] {
        assert!(checked(&text(steps)).contains("[empty-when-unanswered]"), "{steps}");
    }
    for steps in [
        "      - { post: 'It is ${a.winner}', when: a.total > 0 }\n",
        "      - { if: a.total == 0, then: [{ stop: nobody }] }\n      - post: It is ${a.winner}\n",
        "      - { if: a.total == 0, then: [{ post: nobody }], else: [{ post: 'It is ${a.winner}' }] }\n",
        "      - post: Books ${a.counts.book}, of ${a.total}\n",
        "      - post: With us ${a.who(\"book\").count}\n",
    ] {
        assert!(!checked(&text(steps)).contains("[empty-when-unanswered]"), "{steps}");
    }
}

#[test]
fn a_timeout_of_a_step_that_takes_no_time_is_told() {
    let text = |step: &str, group: &str| {
        format!(
            "{HEAD}channels: {{ group: {{ type: {group} }} }}\npeople: {{ ann: {{ name: Ann }} }}\nroles: {{ host: ann }}\nplays:\n  o: {{ steps: [post: o] }}\n  t:\n    every: day at 09:00\n    steps:\n      - {{ {step}, timeout: 5m }}\n"
        )
    };
    for (step, says) in [
        ("post: hi", "`expires`"),
        ("task: look, to: host", "`due`"),
        ("set: { n: 1 }", "leave it out"),
        ("start: o", "leave it out"),
        ("if: members.count > 1, then: [{ post: hi }]", "inside"),
    ] {
        let said = checked(&text(step, "console"));
        assert!(said.contains("[timeout-of-nothing]") && said.contains(says), "{step}: {said}");
    }
    for (step, group) in [
        ("ask: Well?, options: [a, b], open_for: 1m", "console"),
        ("approve: Go?, to: host", "console"),
        ("wait: go", "console"),
        ("post: hi", "manual"),
    ] {
        assert!(!checked(&text(step, group)).contains("[timeout-of-nothing]"), "{step}");
    }
}

//! `qr` of a channel: somebody is asked for a fresh code before the old one ends, and when its seats are nearly used up.

use crate::help::story::Story;
use playbook::{base::source::MemoryFolder, lang};
use std::sync::Arc;

const YAML: &str = "
roles: { keeper: { people: [lin] }, host: { people: [zhu] } }
people: { zhu: { name: 小朱 }, lin: { name: 小林 } }
channels:
  group: { type: manual, qr: { file: images/code.png, made: 2026-12-01, seats: 10 } }
  staff: console
plays: { hello: { steps: [{ post: hi, to: staff }] } }
";

fn asked(story: &Story) -> Vec<(String, String)> {
    let tasks = story.state.tasks.values();
    tasks.map(|open| (open.task.text.clone(), open.task.people[0].name.clone())).collect()
}

#[test]
fn a_fresh_code_is_asked_for_on_the_sixth_day_and_another_way_when_the_seats_go() {
    let mut story = Story::new("2026-12-01 09:00", YAML);
    story.until("2026-12-07 08:00");
    assert_eq!(asked(&story), []);
    story.until("2026-12-07 09:00");
    let (text, who) = asked(&story).pop().expect("a task");
    assert!(text.contains("images/code.png") && text.contains("ends tomorrow"), "{text}");
    assert_eq!(who, "小朱", "the host, whatever other roles there are");
    story.done("t1");
    // A new code is a new day: nothing of the old one is left over.
    story.edit(&YAML.replace("2026-12-01", "2026-12-07"));
    story.until("2026-12-13 09:00");
    assert_eq!(asked(&story).len(), 1);
    story.done("t2");
    for n in 0..9 {
        story.join(&format!("m{n}"), &format!("M{n}"));
    }
    story.until("2026-12-14 09:00");
    let (text, _) = asked(&story).pop().expect("a task");
    assert!(text.contains("9 of 10"), "{text}");
}

fn problems(yaml: &str) -> Vec<String> {
    let mut folder = MemoryFolder::default();
    folder.0.insert("p.yaml".into(), Arc::from(format!("name: p\ntimezone: Asia/Shanghai\n{yaml}")));
    let compiled = lang::compile(&folder, "p.yaml");
    compiled.report.diagnostics.iter().map(|found| found.message.en.clone()).collect()
}

#[test]
fn a_code_that_nobody_keeps_or_that_does_not_end_is_an_error() {
    let of = |channel: &str, roles: &str| {
        problems(&format!(
            "channels: {{ group: {channel} }}\n{roles}\nplays: {{ a: {{ steps: [{{ post: hi }}] }} }}\n"
        ))
    };
    let host = "people: { zhu: { name: Z } }\nroles: { host: { people: [zhu] } }";
    let found = of("{ type: console, qr: { made: 2026-12-01 } }", host);
    assert!(found.iter().any(|one| one.contains("does not end")), "{found:?}");
    let found = of("{ type: manual, qr: { made: 2026-12-01 } }", "");
    assert!(found.iter().any(|one| one.contains("nobody can be asked")), "{found:?}");
    let found = of("{ type: manual, qr: { seats: 3 } }", host);
    assert!(found.iter().any(|one| one.contains("`made`")), "{found:?}");
    let found = of("{ type: manual, qr: { made: 2026-12-01, sets: 3 } }", host);
    assert!(found.iter().any(|one| one.contains("`sets`")), "{found:?}");
}

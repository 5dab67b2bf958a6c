//! Keys whose effect no other story needs: each does what it promises, where the same file without it does not.

use crate::help::story::{Story, at};
use playbook::{
    base::{
        ids::MemberId,
        limits,
        member::{Listed, Member},
        source::MemoryFolder,
        value::Value,
    },
    engine::{effect::Effect, input::Command, outgoing::Outgoing},
    lang,
};
use std::sync::Arc;

const PEOPLE: &str = "
people: { zhu: { name: 小朱 } }
roles: { host: { people: [zhu], channel: staff } }
channels: { group: { type: console }, staff: { type: console } }
";

/// What went out, in order.
fn sent(story: &Story) -> Vec<Outgoing> {
    let sent = story.entries.iter().filter_map(|entry| match entry.effect() {
        Some(Effect::Send(out)) => Some(out.clone()),
        _ => None,
    });
    sent.collect()
}

/// What `check` says of a file, in English.
fn said(yaml: &str) -> String {
    let mut folder = MemoryFolder::default();
    let _ = folder.0.insert("p.yaml".into(), Arc::from(format!("name: p\ntimezone: UTC\n{yaml}")));
    let report = lang::compile(&folder, "p.yaml").report;
    let lines = report.diagnostics.iter().map(|found| format!("{}: {}\n", found.code, found.message.en));
    lines.collect::<Vec<_>>().concat()
}

#[test]
fn a_play_hands_over_its_args_and_has_an_end_by_its_timeout() {
    let yaml = "
plays:
  a: { args: { who: 佳 }, timeout: 2h, steps: [{ post: '你好 ${args.who}' }, { wait: 1d }, { post: 晚了 }] }
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.start("a");
    assert_eq!(story.posts(), ["你好 佳"]);
    story.until("2026-12-01 09:59");
    assert_eq!(story.state.runs.len(), 1);
    story.until("2026-12-01 10:00");
    assert!(story.state.runs.is_empty() && story.news().contains("failed"));
}

#[test]
fn a_step_may_be_less_late_than_its_play() {
    let yaml = "
plays:
  a: { max_late: 2h, steps: [{ wait: 1d }, { post: 准时, max_late: 10m }, { post: 稍晚 }] }
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.start("a");
    story.sleep_until("2026-12-02 08:30");
    assert_eq!(story.posts(), ["稍晚"]);
}

#[test]
fn a_post_answers_an_earlier_one_and_carries_buttons() {
    let yaml = "
plays:
  a:
    steps:
      - { post: 预告, id: teaser, buttons: [{ text: 报名, url: 'https://example.org/in' }] }
      - { post: 谜底, reply_to: teaser }
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.start("a");
    let sent = sent(&story);
    let [button] = &sent[0].message.buttons[..] else { panic!("one button: {:?}", sent[0].message) };
    assert_eq!((&*button.text, &*button.url), ("报名", "https://example.org/in"));
    assert_eq!(sent[1].message.reply_to.as_ref(), Some(&sent[0].effect));
}

#[test]
fn a_question_goes_to_its_channel() {
    let yaml = format!(
        "{PEOPLE}plays: {{ a: {{ steps: [{{ ask: 去哪, options: [山, 海], to: staff, as: v }}] }} }}\n"
    );
    let mut story = Story::new("2026-12-01 10:00", &yaml);
    story.start("a");
    assert_eq!(sent(&story)[0].channel.as_str(), "staff");
}

#[test]
fn the_function_that_is_named_is_called() {
    let yaml = "plays: { a: { steps: [{ run: s.rhai, call: reveal, as: n }, { post: '${n}' }] } }";
    let script = "fn main(args) { 1 } fn reveal(args) { 2 }";
    let mut story = Story::with_files("2026-12-01 08:00", yaml, &[("s.rhai", script)]);
    story.start("a");
    assert_eq!(story.posts(), ["2"]);
}

#[test]
fn a_script_is_tried_again_after_its_wait() {
    let yaml = "plays: { a: { steps: [{ run: s.rhai, retry: { times: 1, wait: 3h } }] } }";
    let mut story =
        Story::with_files("2026-12-01 08:00", yaml, &[("s.rhai", "fn main(args) { throw \"坏了\" }")]);
    story.start("a");
    story.until("2026-12-01 10:59");
    assert_eq!(story.state.runs.len(), 1, "it waits for its second try");
    story.until("2026-12-01 11:00");
    assert!(story.state.runs.is_empty(), "and that one failed, too");
}

#[test]
fn a_wait_until_a_clock_time_ends_at_it() {
    let mut story =
        Story::new("2026-12-01 08:00", "plays: { a: { steps: [{ wait: { until: 20:00 } }, post: 晚上好] } }");
    story.start("a");
    story.until("2026-12-01 19:59");
    assert!(story.posts().is_empty());
    story.until("2026-12-01 20:00");
    assert_eq!(story.posts(), ["晚上好"]);
}

#[test]
fn fewest_points_go_first_where_the_order_says_so() {
    let yaml = format!(
        "{PEOPLE}plays: {{ p: {{ steps: [{{ prune: member.idle > days(10), max: 1, order: points, to: host }}] }} }}\n"
    );
    let mut story = Story::new("2026-12-01 10:00", &yaml);
    let listed = |id: &str, seen: &str, points: i64| {
        let mut one: Listed = Member::new(id.into(), Some(at("2026-08-01 08:00"))).into();
        one.seen = Some(at(seen));
        one.member.points = points;
        one
    };
    let members = vec![listed("old", "2026-10-01 08:00", 9), listed("poor", "2026-11-01 08:00", 1)];
    story.command(Command::ImportMembers { members, left: Vec::new(), joined: false });
    story.until("2026-12-20 10:00");
    story.start("p");
    let task = &story.state.tasks.values().next().expect("an approval").task;
    assert_eq!(task.members.iter().map(MemberId::as_str).collect::<Vec<_>>(), ["poor"]);
}

#[test]
fn tags_points_and_admission_are_of_whom_the_step_names() {
    let yaml = format!(
        "{PEOPLE}
plays:
  a:
    on: hello
    per: member
    steps:
      - award: 5
        of: '${{members.tagged(\"vip\")}}'
      - untag: vip
        of: '${{members.tagged(\"vip\")}}'
  b:
    on: asks
    per: member
    steps:
      - admit: yes
        of: '${{members.tagged(\"new\")}}'
  c: {{ on: mark, per: member, steps: [{{ tag: '${{signal.data.tag}}' }}] }}
"
    );
    let mut story = Story::new("2026-12-01 10:00", &yaml);
    story.join("ann", "Ann");
    story.join("bob", "Bob");
    story.signal("mark", Some("ann"), Value::map([("tag", Value::str("vip"))]));
    story.signal("hello", Some("bob"), Value::Null);
    let member =
        |story: &Story, id: &str| story.state.members.get(&id.into()).expect("a member").as_ref().clone();
    assert_eq!((member(&story, "ann").points, member(&story, "bob").points), (5, 0));
    assert!(!member(&story, "ann").tags.contains("vip"));
    story.signal("mark", Some("ann"), Value::map([("tag", Value::str("new"))]));
    story.signal("asks", Some("bob"), Value::Null);
    let asked: Vec<&str> = story.state.tasks.values().map(|open| &*open.task.text).collect();
    assert!(asked.len() == 1 && asked[0].contains("Ann"), "{asked:?}");
}

#[test]
fn whoever_is_named_on_a_platform_is_the_same_person_there() {
    let platforms = [
        "console",
        "manual",
        "webhook",
        "wecom",
        "feishu",
        "dingtalk",
        "slack",
        "discord",
        "telegram",
        "teams",
        "google_chat",
        "mattermost",
        "matrix",
        "onebot",
        "ntfy",
        "email",
    ];
    for platform in platforms {
        for known in [true, false] {
            let handle = if known { format!("{platform}: h1") } else { String::new() };
            let yaml = format!(
                "people: {{ lin: {{ name: Lin, {handle} }} }}\nplays: {{ a: {{ steps: [post: Hi] }} }}\n"
            );
            let mut story = Story::new("2026-12-01 10:00", &yaml);
            for id in ["lin".to_owned(), format!("{platform}:h1")] {
                story.signal("message", Some(&id), Value::Null);
            }
            assert_eq!(story.state.members.len(), if known { 1 } else { 2 }, "{platform}");
        }
    }
}

#[test]
fn a_person_is_called_by_name() {
    let yaml = "people: { zhu: { name: 小朱 } }\nroles: { host: [zhu] }\nplays: { a: { steps: [post: '找 ${roles.host.name}'] } }";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.start("a");
    assert_eq!(story.posts(), ["找 小朱"]);
}

#[test]
fn rules_and_the_charter_are_there_for_texts() {
    let yaml = "
rules: { intro: 欢迎, namecard: 城市-名字 }
charter: { purpose: 读书 }
plays: { a: { steps: [post: '${rules.intro} ${rules.namecard} ${charter.purpose}'] } }
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.start("a");
    assert_eq!(story.posts(), ["欢迎 城市-名字 读书"]);
}

#[test]
fn check_reads_every_part_of_the_charter() {
    let plays = "
plays:
  night: { every: friday at 20:00, steps: [{ post: Page ten., label: content }] }
  late: { every: monday at 20:00, steps: [{ post: 'First is ${members.top(1)}.' }] }
";
    let full = [
        ("purpose", "finish one book a month"),
        ("audience", "[in Xi'an, aged 22 to 35]"),
        ("not_for", "[looking for customers]"),
        ("tie", "interest"),
        ("offers", "[a reading night every Friday]"),
        ("sustain", "members take turns"),
        ("values", "[finish what you began]"),
        ("maintain", "[people, members, content]"),
        ("horizon", "two years"),
    ];
    let charter = |left_out: &str, more: &str| {
        let lines = full.iter().filter(|(key, _)| *key != left_out);
        let lines = lines.map(|(key, value)| format!("  {key}: {value}\n")).collect::<Vec<_>>().concat();
        said(&format!("charter:\n{lines}{more}{plays}"))
    };
    let whole = charter("", "");
    for code in ["charter-incomplete", "values-missing", "no-maintenance", "not-a-fit", "minors:"] {
        assert!(!whole.contains(code), "{whole}");
    }
    for key in ["purpose", "audience", "not_for", "tie", "offers", "sustain"] {
        let without = charter(key, "");
        assert!(without.contains("charter-incomplete") && without.contains(&format!("`{key}`")), "{without}");
    }
    assert!(charter("values", "").contains("values-missing"));
    assert!(charter("maintain", "").contains("no-maintenance"));
    assert!(charter("", "  fit: a short service\n").contains("not-a-fit"));
    assert!(charter("", "  minors: true\n").contains("minors: "));
    // Where groups hang together, somebody plans for long.
    let brief = |more: &str| said(&format!("charter: {{ purpose: read{more} }}\n{plays}"));
    assert!(
        !brief("").contains("values-missing") && brief(", topology: local first").contains("values-missing")
    );
}

#[test]
fn a_proof_that_is_kept_is_told() {
    let field = |proof: &str| {
        said(&format!(
            "members: {{ fields: {{ badge: {{ purpose: admission{proof} }} }} }}\nplays: {{ a: {{ steps: [post: Hi] }} }}\n"
        ))
    };
    assert!(field(", proof: true").contains("proof-kept") && !field("").contains("proof-kept"));
}

#[test]
fn a_retention_beside_the_fields_holds_for_each() {
    let yaml = "
members: { retention: 2d, fields: { city: { purpose: 见面 } } }
plays: { a: { steps: [post: 你好] } }
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    let city = Value::map([("name", Value::str("Ann")), ("city", Value::str("西安"))]);
    story.signal("member.joined", Some("ann"), city);
    let has =
        |story: &Story| story.state.members.get(&"ann".into()).expect("Ann").fields.contains_key("city");
    story.until("2026-12-03 07:00");
    assert!(has(&story));
    story.until("2026-12-03 09:00");
    assert!(!has(&story), "two days are over");
}

#[test]
fn a_bound_is_said_where_it_is_reached() {
    // The door: whoever may have a seat fits on the list, and of more the task says how many are not on it.
    let yaml = format!(
        "{PEOPLE}
plays:
  night:
    steps:
      - {{ ask: 来吗, options: [来, 不来], open_for: 1h, as: signup }}
      - {{ task: 签到, to: host, list: checkin }}
"
    );
    let most = limits::LIST_ITEMS_MAX;
    assert_eq!(most, limits::SEATS_MAX as usize);
    let mut story = Story::new("2026-12-01 10:00", &yaml);
    let ids: Vec<String> = (0..most + 2).map(|n| format!("m{n:05}")).collect();
    let listed = |id: &String| Member::new(id.as_str().into(), Some(at("2026-08-01 08:00"))).into();
    let members = ids.iter().map(listed).collect();
    story.command(Command::ImportMembers { members, left: Vec::new(), joined: false });
    story.start("night");
    let ask = story.state.tasks.keys().next().expect("a question").as_str().to_owned();
    for id in &ids {
        let data = Value::map([("task", Value::str(&ask)), ("option", Value::str("来"))]);
        story.signal("answer", Some(id), data);
    }
    story.until("2026-12-01 11:30");
    let open = story.state.tasks.values().find(|open| open.task.checkin).expect("the list at the door");
    assert_eq!(open.task.list.len(), most);
    assert!(open.task.text.contains("2 more have signed up"), "{}", open.task.text);
    // A loop: no file may ask for more than is done.
    let each = |max: usize| {
        said(&format!(
            "plays: {{ a: {{ steps: [{{ each: members, as: m, max: {max}, steps: [post: Hi] }}] }} }}\n"
        ))
    };
    assert!(!each(limits::EACH_MAX).contains("bad-value"));
    assert!(each(limits::EACH_MAX + 1).contains("bad-value: expected a whole number, at most 1000"));
}

//! Days of members: birthdays, anniversaries, and what somebody has paid for.

use crate::help::{playground::Playground, story::Story};
use playbook::{
    base::{
        ids::MemberId,
        limits,
        member::{Listed, Member},
        value::Value,
    },
    engine::input::Command,
};
use std::collections::BTreeMap;

fn told(story: &mut Story, id: &str, fields: &[(&'static str, &str)]) {
    let name = [("name", Value::str(id))];
    let data = Value::map(name.into_iter().chain(fields.iter().map(|(key, text)| (*key, Value::str(*text)))));
    story.signal("member.joined", Some(id), data);
}

#[test]
fn a_birthday_comes_every_year_and_an_anniversary_from_the_first_year_on() {
    let yaml = "plays:
  birthday:
    dates: { members: birthday, at: \"09:00\", every: year }
    steps: [{ post: '生日快乐 ${member.name} ${date.years}' }]
  year:
    dates: { members: joined, at: \"10:00\", every: year }
    steps: [{ post: '${member.name} 来了 ${date.years} 年' }]
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    told(&mut story, "li", &[("birthday", "12-03")]);
    told(&mut story, "wu", &[("birthday", "1990/12/3")]);
    told(&mut story, "he", &[("birthday", "soon")]);
    story.until("2026-12-31 12:00");
    assert_eq!(story.posts(), ["生日快乐 li 0", "生日快乐 wu 36"]);
    story.until("2027-12-31 12:00");
    assert_eq!(
        story.posts()[2..],
        ["he 来了 1 年", "li 来了 1 年", "wu 来了 1 年", "生日快乐 li 0", "生日快乐 wu 37"]
    );
}

#[test]
fn what_somebody_has_paid_for_is_asked_about_before_it_ends_and_no_more_once_they_have_paid() {
    let yaml = "plays:
  renew:
    dates: { members: paid_until, at: \"10:00\" }
    steps:
      - at: -7d 10:00
        post: 还有一周：${member.name}
      - at: 0m
        post: 今天到期：${member.name}
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    told(&mut story, "li", &[("paid_until", "2026-12-20")]);
    told(&mut story, "wu", &[("paid_until", "2026-12-20")]);
    story.until("2026-12-15 12:00");
    assert_eq!(story.posts(), ["还有一周：li", "还有一周：wu"]);
    told(&mut story, "li", &[("paid_until", "2027-12-20")]);
    story.until("2026-12-21 12:00");
    assert_eq!(story.posts()[2..], ["今天到期：wu"]);
    // Told late: the week before has passed, the day itself has not.
    told(&mut story, "he", &[("paid_until", "2026-12-24")]);
    story.until("2026-12-25 12:00");
    assert_eq!(story.posts()[3..], ["今天到期：he"]);
    // What the engine slept through and is too late is not said.
    told(&mut story, "yu", &[("paid_until", "2026-12-28")]);
    story.sleep_until("2026-12-28 12:00");
    story.until("2027-12-12 12:00");
    assert_eq!(story.posts().len(), 4, "{:?}", story.posts());
}

#[test]
fn somebody_who_leaves_has_no_day_and_a_day_is_told_once() {
    let yaml = "plays:
  a:
    dates: { members: day, at: \"10:00\" }
    max_late: 6h
    steps: [{ post: '${member.name}' }]
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    for id in ["li", "wu"] {
        told(&mut story, id, &[("day", "2026-12-02")]);
    }
    story.signal("member.left", Some("wu"), Value::Null);
    story.until("2026-12-02 11:00");
    assert_eq!(story.posts(), ["li"]);
    told(&mut story, "li", &[("day", "2027-12-02")]);
    told(&mut story, "li", &[("day", "2026-12-02")]);
    story.until("2026-12-02 12:00");
    assert_eq!(story.posts(), ["li"], "the same day is the same run");
    told(&mut story, "he", &[("day", "2026-12-02")]);
    assert_eq!(story.posts(), ["li", "he"], "within max_late it is said");
}

#[test]
fn check_plan_and_start_know_dates_of_members() {
    let play = |dates: &str| {
        format!(
            "name: p\ntimezone: Asia/Shanghai\nmembers: {{ fields: {{ birthday: {{ purpose: greet }} }} }}\nplays:\n  a:\n    dates: {dates}\n    \
             steps: [post: '${{member.name}} ${{date.at}} ${{date.years}}']\n"
        )
    };
    let place = Playground::new().file("p.yaml", &play("{ members: birthday, at: \"09:00\", every: year }"));
    place.run(&["check", "p.yaml"]).exits(0);
    let plan = place.run(&["plan", "p.yaml", "--from", "2026-12-01"]).exits(0);
    assert!(plan.stdout.contains("every year on the day in `birthday` of each member"), "{}", plan.stdout);
    for (dates, found) in [
        ("{ members: birthdya, at: \"09:00\" }", "did you mean `birthday`"),
        ("{ members: joined, at: \"09:00\" }", "every: year"),
        ("{ members: birthday }", "at: \"10:00\""),
        ("{ members: birthday, at: noon }", "10:00"),
        ("{ members: birthday, at: \"09:00\", every: month }", "year"),
    ] {
        place.write("p.yaml", &play(dates));
        let checked = place.run(&["check", "p.yaml"]).exits(1);
        assert!(checked.stdout.contains(found), "{dates}: {}", checked.stdout);
    }
}

#[test]
fn a_day_of_many_members_is_lived_in_parts() {
    let yaml = "plays:
  birthday:
    dates: { members: birthday, at: \"09:00\", every: year }
    steps: [{ post: 'Happy birthday, ${member.name}' }]
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    let member = |n: usize, day: &str| {
        let mut member = Member::new(MemberId::from(format!("m{n:05}")), None);
        member.fields.insert("birthday".to_owned(), Value::str(day));
        Listed::from(member)
    };
    let all: Vec<Listed> =
        (0..5_000).map(|n| member(n, if n % 4 == 0 { "12-03" } else { "06-06" })).collect();
    for members in all.chunks(limits::MEMBERS_AT_ONCE_MAX) {
        let (members, left) = (members.to_vec(), Vec::new());
        story.command(Command::ImportMembers { members, left, joined: false });
    }
    let before = story.entries.len();
    story.until("2026-12-03 09:00");
    // Somebody whose day it turns out to be while others have theirs: once, wherever the parts have come.
    assert!(story.posts().len() < 1_250);
    for (n, day) in [(1, "12-03"), (4_999, "12-03"), (4_000, "06-06")] {
        let members = vec![member(n, day)];
        story.command(Command::ImportMembers { members, left: Vec::new(), joined: false });
    }
    story.until("2026-12-03 12:00");
    let mut posts = story.posts();
    posts.sort();
    assert_eq!(posts.len(), 1_251, "each of the 1,250, two more, and one less");
    posts.dedup();
    assert_eq!(posts.len(), 1_251, "nobody twice");
    let mut decisions: BTreeMap<i64, usize> = BTreeMap::new();
    for entry in &story.entries[before..] {
        *decisions.entry(entry.at.as_millis()).or_default() += 1;
    }
    let most = decisions.values().max().copied().unwrap_or_default();
    assert!(most <= limits::MEMBER_RUNS_AT_ONCE_MAX * 6, "{most} entries in one decision");
    assert!(decisions.len() >= 7, "{decisions:?}");
    // The next year has its day as well.
    story.until("2027-12-04 08:00");
    assert!(story.posts().len() > 2_500);
}

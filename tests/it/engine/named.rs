//! What a file names elsewhere: groups and dates in tables, plays of another file, lists of words, who may command; and
//! what it says for people, who see it.

use crate::help::{
    playground::Playground,
    story::{Story, at},
};
use playbook::{
    base::{
        ids::{GroupId, MemberId, PersonId},
        member::{Listed, Member},
        value::Value,
    },
    engine::{entry::Fact, input::Command, moderation::Moderating},
    model::access::Right,
};

#[test]
fn groups_of_a_table_have_their_titles_and_members() {
    let yaml = "groups: { file: g.csv }\nplays: { a: { steps: [post: Hi] } }\n";
    let story = Story::with_files("2026-12-01 08:00", yaml, &[("g.csv", "id,title\nxian,西安\n")]);
    assert_eq!(story.state.group.as_str(), "xian");
    let yaml = "groups: { xian: { title: 西安, members: [{ id: zoe, name: Zoe }] } }\nplays: { a: { steps: [post: Hi] } }\n";
    let story = Story::new("2026-12-01 08:00", yaml);
    assert_eq!(story.playbook.groups[&GroupId::new("xian")].title.as_ref(), "西安");
    assert_eq!(story.state.members.name_of(&MemberId::new("zoe")), "Zoe");
}

#[test]
fn a_used_file_has_its_prefix_and_its_values() {
    let yaml = "use: [{ playbook: q.yaml, with: { day: 周五 }, as: one }]\nplays: { a: { steps: [start: one-ask] } }\n";
    let part = "name: q\ntimezone: Asia/Shanghai\nvars: { day: 周一 }\nplays: { ask: { steps: [post: '${vars.day}'] } }\n";
    let mut story = Story::with_files("2026-12-01 08:00", yaml, &[("q.yaml", part)]);
    story.start("a");
    assert_eq!(story.posts(), ["周五"]);
}

#[test]
fn dates_of_a_table_have_the_id_that_the_file_says_and_those_of_members_come_every_year() {
    let yaml = "
plays:
  talk:
    dates: { file: t.csv, at: '${row.day} 12:30', id: '${row.topic}' }
    steps: [post: '${date.topic}']
  birthday:
    dates: { members: born, at: '10:00', every: year }
    steps: [post: '${member.name}']
";
    let table = "day,topic\n2026-12-02,stars\n";
    let mut story = Story::with_files("2026-12-01 08:00", yaml, &[("t.csv", table)]);
    let mut ann: Listed = Member::new("ann".into(), Some(at("2026-08-01 08:00"))).into();
    ann.member.fields.insert("born".into(), Value::str("2000-12-03"));
    story.command(Command::ImportMembers { members: vec![ann], left: Vec::new(), joined: false });
    story.until("2026-12-02 13:00");
    assert!(story.news().contains("talk@stars"));
    story.until("2026-12-04 08:00");
    assert_eq!(story.posts(), ["stars", "ann"]);
}

#[test]
fn links_that_all_rules_allow_and_words_of_a_list_are_what_the_file_says() {
    let yaml = "
moderate:
  watch: no
  allow: [mp.weixin.qq.com]
  links: { links: yes, say: No links., do: remind }
  words: { words: { file: words.txt }, say: No ads., do: remind }
plays: {}
";
    let mut story = Story::with_files("2026-12-01 08:00", yaml, &[("words.txt", "cheap loans\n")]);
    let mut broken = |text: &str| {
        story.join("ann", "Ann");
        let before = story.entries.len();
        let message =
            Value::map([("kind", Value::str("text")), ("text", Value::str(text)), ("id", Value::str(text))]);
        story.signal("message", Some("ann"), Value::map([("message", message)]));
        let broken = story.entries[before..].iter().filter_map(|entry| match &entry.fact {
            Fact::Moderated(Moderating::Broken(breach)) => Some(breach.rule.to_string()),
            _ => None,
        });
        broken.collect::<Vec<_>>()
    };
    assert_eq!(broken("see https://mp.weixin.qq.com/s/1"), [""; 0]);
    assert_eq!(broken("see https://elsewhere.example/1"), ["links"]);
    assert_eq!(broken("Cheap loans here"), ["words"]);
}

#[test]
fn whoever_is_an_operator_commands_and_no_host_does_then() {
    let right = |access: &str, who: &str| {
        let yaml = format!(
            "people: {{ zhu: {{}}, ed: {{}} }}\nroles: {{ host: [zhu] }}\n{access}plays: {{ a: {{ steps: [post: Hi] }} }}\n"
        );
        let story = Story::new("2026-12-01 08:00", &yaml);
        let group = story.playbook.groups.values().next().expect("a group").clone();
        let host = story.playbook.roles.values().next().expect("a role").people.clone();
        story.playbook.right(&group, &PersonId::new(who), |_| host.clone())
    };
    assert_eq!(right("", "zhu"), Some(Right::Operator), "the host, where nothing is said");
    assert_eq!(right("access: { operator: [ed] }\n", "ed"), Some(Right::Operator));
    assert_ne!(right("access: { operator: [ed] }\n", "zhu"), Some(Right::Operator));
}

#[test]
fn what_a_file_says_for_people_is_shown_to_them() {
    let yaml = "\
name: club
title: Readers of Xi'an
timezone: UTC
phases:
  - { name: seed, title: The first weeks, until: members.count >= 60 }
  - grow
plays:
  night:
    evidence: { who: Lin, where: three reading groups, numbers: 12% spoke more, date: 2026-05 }
    steps: [{ post: Hi }]
";
    let place = Playground::new().file("p.yaml", yaml);
    let book = place.run(&["handbook", "p.yaml"]).exits(0).stdout;
    for told in
        ["Readers of Xi'an", "The first weeks", "Lin", "three reading groups", "12% spoke more", "2026-05"]
    {
        assert!(book.contains(told), "{told}: {book}");
    }
}

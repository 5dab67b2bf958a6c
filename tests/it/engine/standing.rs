//! Where members stand: tags, points by kind, tiers that are risen to, kept and fallen from.

use crate::help::story::{Story, at};
use playbook::{
    base::{ids::MemberId, value::Value},
    engine::{entry::Fact, standing::Stood},
};

const YAML: &str = "
members:
  tiers:
    - { name: member }
    - { name: core, enter: 'member.points_of(\"help\") >= 10', remain: 'member.points_of(\"help\") >= 5', at_least: 14d }
    - { name: vip, enter: 'member.tags.contains(\"paid\")' }
plays:
  helped:
    on: helped
    per: member
    steps:
      - award: ${signal.data.n} help
      - tag: helper
  paid:
    on: order.paid
    per: member
    steps:
      - tag: paid
  refunded:
    on: order.refunded
    per: member
    steps:
      - untag: paid
  risen:
    on: tier.changed
    per: member
    steps:
      - post: '${member.name} ${signal.data.from} > ${member.tier} ${signal.data.up}'
  tagged:
    on: tag.added
    where: 'signal.data.tag == \"helper\"'
    steps:
      - post: '${member.name} helps, ${member.points_of(\"help\")}'
";

fn helped(story: &mut Story, who: &str, n: i64) {
    story.signal("helped", Some(who), Value::map([("n", Value::Int(n))]));
}

#[test]
fn a_member_rises_stays_for_a_while_and_falls() {
    let mut story = Story::new("2026-12-01 09:00", YAML);
    story.join("a", "Ann");
    helped(&mut story, "a", 10);
    assert_eq!(story.posts(), ["Ann member > core true", "Ann helps, 10"]);
    // Below what enters and above what remains: stays, whatever the day.
    helped(&mut story, "a", -4);
    story.until("2027-01-10 09:00");
    assert_eq!(story.posts().len(), 2, "{:?}", story.posts());
    // Below what remains: falls at once, because the fortnight is over.
    helped(&mut story, "a", -2);
    assert_eq!(story.posts().last().map(String::as_str), Some("Ann core > member false"));
    // Risen anew, nobody falls within a fortnight; after it the day's look lets them fall.
    helped(&mut story, "a", 10);
    helped(&mut story, "a", -12);
    story.until("2027-01-20 09:00");
    assert_eq!(story.posts().last().map(String::as_str), Some("Ann member > core true"));
    story.until("2027-01-25 09:00");
    assert_eq!(story.posts().last().map(String::as_str), Some("Ann core > member false"));
}

#[test]
fn the_highest_tier_counts_and_who_leaves_it_falls_to_the_next_that_holds() {
    let mut story = Story::new("2026-12-01 09:00", YAML);
    story.join("a", "Ann");
    helped(&mut story, "a", 10);
    story.signal("order.paid", Some("a"), Value::Null);
    assert_eq!(story.posts().last().map(String::as_str), Some("Ann core > vip true"));
    let tags = &story.state.members.get(&MemberId::new("a")).unwrap().tags;
    assert_eq!(tags.iter().map(String::as_str).collect::<Vec<_>>(), ["helper", "paid", "tier:vip"]);
    story.signal("order.refunded", Some("a"), Value::Null);
    assert_eq!(story.posts().last().map(String::as_str), Some("Ann vip > core false"));
    story.signal("member.left", Some("a"), Value::Null);
    assert!(story.state.standing.is_empty() || story.state.standing.since.is_empty());
}

#[test]
fn many_members_are_looked_at_a_part_in_one_decision_and_again_at_midnight() {
    let mut list = String::from("id,points\n");
    for n in 0..4_500 {
        list.push_str(&format!("m{n:04},{}\n", n % 2));
    }
    let yaml = "
members:
  import: data/list.csv
  tiers:
    - { name: member }
    - { name: core, enter: member.points > 0 }
";
    let mut story = Story::with_files("2026-12-01 09:00", yaml, &[("data/list.csv", &list)]);
    story.until("2026-12-01 09:01");
    let looks: Vec<_> =
        story.entries.iter().filter(|e| matches!(e.fact, Fact::Stood(Stood::LookedAt { .. }))).collect();
    assert_eq!(looks.len(), 4, "armed, and three parts");
    let risen = story.entries.iter().filter(|e| matches!(e.fact, Fact::Stood(Stood::Changed { .. }))).count();
    assert_eq!(risen, 2_250);
    assert_eq!(story.state.standing.next, Some(at("2026-12-02 00:00")));
    let before = story.entries.len();
    story.until("2026-12-02 09:00");
    let again = story.entries[before..].iter().any(|e| matches!(e.fact, Fact::Stood(Stood::Changed { .. })));
    assert!(!again, "nothing has changed, and nothing is recorded of it");
}

#[test]
fn a_streak_is_of_days_in_a_row_and_tags_reach_whom_of_names() {
    let yaml = "
plays:
  came:
    on: came
    per: member
    steps:
      - award: 1 checkin
  count:
    every: day at 21:00
    steps:
      - post: '${members.map(|m| m.streak(\"checkin\"))}'
  all:
    on: group.closed
    steps:
      - tag: veteran
        of: ${members}
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.join("a", "Ann");
    for day in 1..4 {
        story.until(&format!("2026-12-0{day} 12:00"));
        story.signal("came", Some("a"), Value::Null);
        story.signal("came", Some("a"), Value::Null);
    }
    story.until("2026-12-05 22:00");
    assert_eq!(story.posts(), ["1", "2", "3", "3", "0"]);
    story.signal("group.closed", None, Value::Null);
    assert!(story.state.members.get(&MemberId::new("a")).unwrap().tags.contains("veteran"));
}

#[test]
fn a_proof_goes_with_the_decision() {
    let yaml = "
members:
  fields:
    badge: { purpose: admission, proof: true, retention: decided }
    city: { purpose: to meet }
plays:
  admission:
    on: member.joined
    per: member
    steps:
      - approve: 'Is this ${member.name}? ${member.badge}'
      - tag: admitted
";
    let mut story = Story::new("2026-12-01 09:00", yaml);
    let data = Value::map([
        ("name", Value::str("Ann")),
        ("badge", Value::str("b.jpg")),
        ("city", Value::str("Xi'an")),
    ]);
    story.signal("member.joined", Some("a"), data);
    let ann = |story: &Story| story.state.members.get(&MemberId::new("a")).unwrap().as_ref().clone();
    assert!(ann(&story).fields.contains_key("badge"));
    story.approve("t1");
    assert_eq!(ann(&story).fields.keys().map(String::as_str).collect::<Vec<_>>(), ["city"]);
    assert!(ann(&story).tags.contains("admitted"));
}

#[test]
fn new_rules_are_told_with_what_is_added_and_removed() {
    let yaml = "
rules: { encourage: [quotes], forbid: [ads, links] }
plays:
  changed:
    on: rules.changed
    steps:
      - post: '+${signal.data.added} -${signal.data.removed} =${signal.data.kept}'
";
    let mut story = Story::new("2026-12-01 09:00", yaml);
    story.edit(&yaml.replace("[ads, links]", "[ads, games]"));
    assert_eq!(story.posts(), ["+games -links =quotes, ads"]);
    // Another edit says nothing of the rules.
    let other =
        yaml.replace("[ads, links]", "[ads, games]").replace("changed:\n", "changed:\n    title: New\n");
    story.edit(&other);
    assert_eq!(story.posts().len(), 1);
}

#[test]
fn who_asks_to_come_in_is_no_member_before_they_come_in() {
    let yaml = "
members:
  fields:
    city: { purpose: to meet }
plays:
  admission:
    on: member.requested
    per: member
    steps:
      - ask: '${member.name} would like to join; please fill this in'
        of: member
        fields: [city]
        open_for: 2d
        as: form
      - approve: 'Let ${member.name} in?'
      - admit: yes
      - tag: admitted
  how-many:
    steps:
      - post: '${members.count} here'
";
    let mut story = Story::new("2026-12-01 09:00", yaml);
    story.join("bo", "Bo");
    let (id, named) = (MemberId::new("ann"), || Value::map([("name", Value::str("Ann"))]));
    story.signal("member.requested", Some("ann"), named());
    let there = |story: &Story| story.state.members.iter().map(|m| m.name.clone()).collect::<Vec<_>>();
    assert!(story.state.tasks.values().any(|open| open.task.text.contains("Ann would like")));
    assert_eq!(story.state.members.get(&id).unwrap().name, "Ann");
    assert_eq!(there(&story), ["Bo"]);
    let answer = Value::map([("city", Value::str("York"))]);
    story.signal("answer", Some("ann"), answer);
    assert_eq!((there(&story).len(), story.state.members_ever), (1, 1));
    story.until("2026-12-03 10:00");
    let approval = story.state.tasks.keys().next_back().unwrap().to_string();
    story.approve(&approval);
    story.start("how-many");
    assert!(story.posts().iter().any(|post| post == "1 here"), "{:?}", story.posts());
    // The platform says that they came in: what the play noted of them is there.
    story.signal("member.joined", Some("ann"), Value::Null);
    assert_eq!((there(&story), story.state.members_ever), (vec!["Ann".to_owned(), "Bo".to_owned()], 2));
    let ann = story.state.members.get(&id).unwrap();
    assert_eq!((ann.asked, ann.joined), (None, Some(story.now)));
    assert!(ann.tags.contains("admitted"));
    // Whoever speaks there has come in, too, told or not.
    story.signal("member.requested", Some("cem"), named());
    assert_eq!(there(&story).len(), 2);
    story.signal("message", Some("cem"), Value::Null);
    assert_eq!(there(&story).len(), 3);
}

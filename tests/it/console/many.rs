//! Very much of everything: pages stay short, say how much more there is, and a press is for the first of it.

use crate::{
    console::{
        entrance::{Browser, engine},
        pages::journal,
    },
    hearing::door::ask,
    help::playground::Playground,
};
use std::fmt::Write as _;

const GROUPS: usize = 240;
/// What a page may have at most.
const BYTES: usize = 60_000;

const TOWN: &str = "\
name: town
title: Town
timezone: UTC
access: { admin: [zhu] }
people:
  zhu: { name: Zhu }
  lin: { name: Lin }
roles:
  host: { people: [lin] }
inbound:
  crm: { token: { file: token }, may: [tick] }
channels:
  group: { type: console }
budgets: { posts: { max: 1 per day } }
groups: groups.csv
plays:
  tick:
    on: tick
    steps:
      - task: Look at the long answers, all of them
        to: host
        due: 3h
      - post: A first one.
      - post: A second one, which is one too many.
      - post: A third one.
      - wait: 5h
  alone:
    on: tick
    steps:
      - task: Call ${group.title}, and only them
        to: host
  broken:
    on: tick
    steps:
      - set: { x: 1 / 0 }
";

#[test]
fn a_town_of_groups_fits_on_every_page() {
    let mut groups = String::from("id,title\n");
    for n in 0..GROUPS {
        let _ = writeln!(groups, "g{n:03},Group number {n} <b>");
    }
    let token = "a-token-that-is-long-enough-for-the-door";
    let play = Playground::new().file("p.yaml", TOWN).file("groups.csv", &groups).file("token", token);
    let (_engine, port, link) = engine(&play);
    let mut facts = String::new();
    for n in 0..GROUPS {
        let _ = writeln!(facts, "{{\"id\":\"b{n}\",\"type\":\"tick\",\"group\":\"g{n:03}\"}}");
    }
    let token = format!("Bearer {token}");
    let headers = [("authorization", token.as_str()), ("content-type", "application/x-ndjson")];
    let _ = ask(port, "POST /signals", &headers, facts.as_bytes()).is(200);
    let admin = Browser::enter(port, &link);
    let today = admin.get("/").is(200).body;
    for says in [
        "240 groups",
        "481 things wait for you",
        "and 469 more",
        "240 things need a look",
        "480 messages are held",
    ] {
        assert!(today.contains(says), "{says}: {today}");
    }
    for path in [
        "/",
        "/me",
        "/groups",
        "/groups?only=waiting",
        "/members",
        "/members?q=a",
        "/log",
        "/log?kind=missed",
        "/log?kind=failed",
        "/log?kind=budget",
        "/log?group=g100",
        "/channels",
        "/hush",
        "/groups/g100",
        "/calendar?group=g100&view=month",
        "/calendar",
        "/calendar?view=month",
        "/groups?order=health",
        "/log?q=hello",
    ] {
        let page = admin.get(path).is(200).body;
        assert!(page.len() < BYTES, "{path} has {} bytes", page.len());
    }
    let together = admin.get("/calendar").is(200).body;
    assert!(together.contains("the first 6 of 240 groups"), "{together}");
    // A page of cards follows another until there is none.
    let (mut path, mut seen) = ("/me".to_owned(), 0);
    loop {
        let page = admin.get(&path).is(200).body;
        seen += page.matches("<li class=\"card").count();
        let Some(at) = page.find("href=\"/me?from=") else { break };
        path = page[at + 6..].split('"').next().unwrap().to_owned();
        assert!(seen < 1_000, "it goes on for ever");
    }
    assert_eq!(seen, GROUPS * 2 + 1);
    // One press on what is alike in all of them is for the first fifty.
    let card = today.split("<li class=\"card").find(|card| card.contains("all of them")).expect("a card");
    assert!(card.contains("+237") && card.contains("the other 190 come next"), "{card}");
    let on = card[card.find("name=\"on\" value=\"").unwrap() + 17..].split('"').next().unwrap();
    assert_eq!(on.lines().count(), 50);
    let _ = admin.press(&today, "press/done", &[("on", on)]).is(303);
    assert_eq!(journal(&play, "task_closed").len(), 50);
    let today = admin.get("/").is(200).body;
    assert!(today.contains("the other 140 come next"), "{today}");
}

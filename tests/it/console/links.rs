//! Links in messages through the real binary: what a phone shows, who answers by them, and what a stolen one is worth.

use crate::{
    console::entrance::form,
    hearing::door::{Said, ask},
    help::playground::{Playground, Process},
};

const CLUB: &str = "\
name: club
timezone: Asia/Shanghai
people: { zhu: { name: Zhu }, lin: { name: Lin } }
roles: { host: { people: [lin, zhu] } }
channels: { group: { type: console }, staff: { type: console } }
groups: { xi.an: { title: \"<i>Xi'an</i>\" }, beijing: {} }
plays:
  topic:
    on: topic
    steps:
      - approve: Is <b>this</b> fine?
        to: host
        open_for: 2h
      - post: Tonight.
  chore:
    on: chore
    steps:
      - task: Prepare the room
        to: zhu
        list: [light, tea]
  strict:
    on: strict
    steps:
      - approve: Really?
        to: host
        strict: true
      - post: Done.
  poll:
    on: poll
    steps:
      - ask: Which day?
        options: [Friday, \"<u>Sunday</u>\"]
        open_for: 1h
        as: day
      - post: ${day.winner}
";

const HERE: [(&str, &str); 3] = [
    ("host", "club.example"),
    ("sec-fetch-site", "same-origin"),
    ("content-type", "application/x-www-form-urlencoded"),
];

fn engine(play: &Playground) -> (Process, u16) {
    let args = ["run", "p.yaml", "--listen", "127.0.0.1:0", "--url", "https://club.example"];
    let engine = play.start(&args);
    let port = engine.line("door ").rsplit(':').next().unwrap().trim().parse().unwrap();
    engine.line("running");
    (engine, port)
}

/// Sets something off and gives the path of the link that is sent for it.
fn link(play: &Playground, engine: &Process, signal: &str, kind: &str) -> String {
    let _ = play.run(&["signal", signal, "--group", "xi.an"]).exits(0);
    next_link(engine, kind)
}

/// The path of the next link that is sent.
fn next_link(engine: &Process, kind: &str) -> String {
    let base = format!("https://club.example/{kind}/");
    let line = engine.line(&base);
    let from = line.find(&base).unwrap() + "https://club.example".len();
    let end = |c: char| !(c.is_ascii_alphanumeric() || "/._-%".contains(c));
    let rest = &line[from..];
    rest[..rest.find(end).unwrap_or(rest.len())].trim_end_matches('.').to_owned()
}

fn get(port: u16, path: &str) -> Said {
    ask(port, &format!("GET {path}"), &HERE[..1], b"")
}

fn post(port: u16, path: &str, fields: &[(&str, &str)]) -> Said {
    ask(port, &format!("POST {path}"), &HERE, form(fields).as_bytes())
}

fn journal(play: &Playground, entry: &str) -> Vec<serde_json::Value> {
    let log = play.run(&["log", "--format", "json"]).exits(0).json_lines();
    log.into_iter().filter(|line| line["entry"] == entry).collect()
}

#[test]
fn a_role_s_link_asks_who_you_are_and_is_worth_nothing_once_it_was_used() {
    let play = Playground::new().file("p.yaml", CLUB);
    let (engine, port) = engine(&play);
    let path = link(&play, &engine, "topic", "t");
    for _ in 0..3 {
        let page = get(port, &path).is(200);
        assert!(page.body.contains("Is &lt;b&gt;this&lt;/b&gt; fine?"), "{}", page.body);
        assert!(page.body.contains("&lt;i&gt;Xi'an&lt;/i&gt;"), "{}", page.body);
        assert!(page.body.contains("Who are you?") && page.body.contains("Lin") && page.body.contains("Zhu"));
        assert!(page.head.contains("referrer-policy: no-referrer"), "{}", page.head);
    }
    assert!(journal(&play, "task_closed").is_empty(), "looking at it changed something");
    let fields = [("verb", "approve"), ("request", "r1"), ("who", "zhu")];
    // From elsewhere, as nobody, as somebody who was not asked.
    let foreign = [HERE[0], ("sec-fetch-site", "cross-site"), HERE[2]];
    let _ = ask(port, &format!("POST {path}"), &foreign, form(&fields).as_bytes()).is(403);
    let _ = post(port, &path, &[("verb", "approve"), ("who", "mallory")]).is(303);
    let _ = post(port, &path, &fields[..1]).is(303);
    assert!(journal(&play, "task_closed").is_empty());
    let said = post(port, &path, &fields).is(303);
    assert!(said.cookie().starts_with("playbook-me=zhu"), "{}", said.head);
    let closed = journal(&play, "task_closed");
    assert_eq!(closed.len(), 1);
    assert_eq!((&closed[0]["answer"], &closed[0]["by"]), (&"approved".into(), &"Zhu (link)".into()));
    // Whoever has it later learns who did it, and can do nothing.
    let page = get(port, &path).is(200);
    assert!(page.body.contains("approved by Zhu (link)") && !page.body.contains("<button"), "{}", page.body);
    let _ = post(port, &path, &[("verb", "reject"), ("request", "r2"), ("who", "lin")]).is(303);
    assert_eq!(journal(&play, "task_closed").len(), 1);
}

#[test]
fn a_link_leads_to_its_task_alone() {
    let play = Playground::new().file("p.yaml", CLUB);
    let (engine, port) = engine(&play);
    let path = link(&play, &engine, "chore", "t");
    assert!(path.starts_with("/t/xi.an.t1.zhu."), "{path}");
    let _ = play.run(&["signal", "chore", "--group", "beijing"]).exits(0);
    let seal = path.rsplit('.').next().unwrap();
    for forged in [
        format!("/t/beijing.t1.zhu.{seal}"),
        format!("/t/xi.an.t2.zhu.{seal}"),
        format!("/t/xi.an.t1.lin.{seal}"),
        format!("/t/xi.an.t1.zhu.{}", "A".repeat(22)),
        "/t/x".to_owned(),
        format!("/s/xi.an.{seal}"),
    ] {
        let _ = get(port, &forged).is(if forged.starts_with("/s/") { 410 } else { 404 });
        let _ = post(port, &forged, &[("verb", "done"), ("who", "zhu"), ("request", "r")]).is(303);
    }
    assert!(journal(&play, "task_closed").is_empty());
    let _ = post(port, &path, &[("verb", "tick"), ("who", "zhu"), ("request", "r"), ("tick", "1")]).is(303);
    assert_eq!(journal(&play, "item_ticked")[0]["by"], "Zhu (link)");
    let fields = [("verb", "done"), ("who", "zhu"), ("request", "r"), ("note", "no tea")];
    let _ = post(port, &path, &fields).is(303);
    let _ = post(port, &path, &fields).is(303);
    let closed = journal(&play, "task_closed");
    assert_eq!((closed.len(), &closed[0]["note"]), (1, &"no tea".into()));
    // Made anew, the key makes links of before worthless.
    let second = link(&play, &engine, "chore", "t");
    let _ = play.run(&["open", "--revoke"]).exits(0);
    let _ = get(port, &second).is(404);
}

#[test]
fn who_leaves_the_people_has_no_link_any_more() {
    let play = Playground::new().file("p.yaml", CLUB);
    let (engine, port) = engine(&play);
    let path = link(&play, &engine, "chore", "t");
    let _ = get(port, &path).is(200);
    let gone =
        CLUB.replace("zhu: { name: Zhu }, ", "").replace("[lin, zhu]", "[lin]").replace("to: zhu", "to: lin");
    play.write("p.yaml", &gone);
    let _ = play.run(&["reload"]).exits(0);
    assert!(get(port, &path).body.contains("does not hold any more"));
    let _ = post(port, &path, &[("verb", "done"), ("who", "zhu"), ("request", "r")]).is(303);
    assert!(journal(&play, "task_closed").is_empty());
}

/// A text that somebody pastes is marked as sent from the page of its link.
#[test]
fn what_is_pasted_is_marked_as_sent_by_its_link() {
    let file = CLUB.replace(
        "group: { type: console }, staff",
        "group: { type: console }, wall: { type: manual, to: host }, staff",
    ) + "  rules:\n    on: rules\n    steps:\n      - post: \"**Rules** of the house\"\n        to: wall\n";
    let play = Playground::new().file("p.yaml", &file);
    let (engine, port) = engine(&play);
    let path = link(&play, &engine, "rules", "t");
    let page = get(port, &path).is(200).body;
    assert!(page.contains("Copy all") && page.contains("Rules of the house"), "{page}");
    let said = post(port, &path, &[("verb", "done"), ("request", "r1"), ("who", "lin")]).is(303);
    assert!(said.cookie().starts_with("playbook-me=lin"), "{}", said.head);
    assert_eq!(journal(&play, "delivered").len(), 1);
    assert!(get(port, &path).is(200).body.contains("done by Lin"));
}

#[test]
fn a_strict_approval_wants_a_session() {
    let play = Playground::new().file("p.yaml", CLUB);
    let (engine, port) = engine(&play);
    let path = link(&play, &engine, "strict", "t");
    let page = get(port, &path).is(200);
    assert!(page.body.contains("playbook open --as lin") && !page.body.contains("<button"), "{}", page.body);
    let _ = post(port, &path, &[("verb", "approve"), ("who", "lin"), ("request", "r")]).is(303);
    assert!(journal(&play, "task_closed").is_empty());
}

#[test]
fn a_question_is_answered_by_its_link_once_a_browser_and_name() {
    let play = Playground::new().file("p.yaml", CLUB);
    let (engine, port) = engine(&play);
    let path = link(&play, &engine, "poll", "s");
    let page = get(port, &path).is(200);
    assert!(page.body.contains("value=\"&lt;u&gt;Sunday&lt;/u&gt;\""), "{}", page.body);
    let vote = |name: &str, option: &str, cookie: &str| {
        let headers = [&HERE[..], &[("cookie", cookie)]].concat();
        let body = form(&[("name", name), ("option", option)]);
        ask(port, &format!("POST {path}"), &headers, body.as_bytes()).is(303).cookie()
    };
    let browser = vote("<b>He</b>", "Friday", "");
    assert!(browser.starts_with("playbook-browser="), "{browser}");
    let _ = vote("<b>He</b>", "Friday", &browser);
    let _ = vote("<b>He</b>", "<u>Sunday</u>", &browser);
    let _ = vote("Lan", "Friday", &browser);
    let _ = vote("", "Friday", &browser);
    let _ = vote("Mo", "Monday", &browser);
    let answered = journal(&play, "answered");
    assert_eq!(answered.len(), 2, "{answered:#?}");
    let signals = journal(&play, "signal_received");
    let via = signals
        .iter()
        .filter(|line| line["signal"]["data"]["via"] == "page" || line["data"]["via"] == "page");
    assert_eq!(via.count(), 2, "{signals:#?}");
    for n in 0..25 {
        let _ = vote(&format!("Bot {n}"), "Friday", "");
    }
    assert_eq!(journal(&play, "answered").len(), 16, "20 a minute and address, six were used");
    let run = play.run(&["runs", "--format", "json"]).exits(0).json_lines();
    let id = run.iter().find(|run| run["play"] == "poll").unwrap()["run"].as_str().unwrap().to_owned();
    let _ = play.run(&["cancel", &id, "--group", "xi.an"]).exits(0);
    assert!(get(port, &path).is(410).body.contains("This question is closed"));
    let _ = vote("Late", "Friday", "");
    assert_eq!(journal(&play, "answered").len(), 16);
}

#[test]
fn without_an_address_for_others_a_message_says_what_to_type() {
    let play = Playground::new().file("p.yaml", CLUB);
    let engine = play.start(&["run", "p.yaml", "--listen", "127.0.0.1:0"]);
    engine.line("running");
    let _ = play.run(&["signal", "chore", "--group", "beijing"]).exits(0);
    engine.line("playbook done t1");
    assert!(!engine.stdout().contains("/t/"), "{}", engine.stdout());
}

#[test]
fn a_link_of_what_was_handed_on_is_dead_and_whoever_has_it_now_has_one() {
    let play = Playground::new().file("p.yaml", CLUB);
    let (engine, port) = engine(&play);
    let old = link(&play, &engine, "chore", "t");
    let _ = get(port, &old).is(200);
    let _ = play.run(&["handover", "zhu", "--to", "lin", "--group", "xi.an"]).exits(0);
    let new = next_link(&engine, "t");
    assert_ne!(old, new);
    let page = get(port, &old).body;
    assert!(page.contains("does not hold any more") && page.contains("not asked any more"), "{page}");
    for who in ["zhu", "lin"] {
        let _ = post(port, &old, &[("verb", "done"), ("who", who), ("request", "r1")]).is(303);
    }
    assert!(journal(&play, "task_closed").is_empty());
    let _ = post(port, &new, &[("verb", "done"), ("who", "lin"), ("request", "r2")]).is(303);
    assert_eq!(journal(&play, "task_closed").len(), 1);
    // What a role is asked holds for whoever has it: after a swap they stand first.
    let file = CLUB.replace("{ people: [lin, zhu] }", "{ people: [lin, zhu], term: 30d }");
    let play = Playground::new().file("p.yaml", &file);
    let (engine, port) = self::engine(&play);
    let path = link(&play, &engine, "topic", "t");
    let first = |page: &str| {
        let at = |name: &str| page.find(&format!("value=\"{name}\"")).unwrap_or(usize::MAX);
        if at("lin") < at("zhu") { "lin" } else { "zhu" }
    };
    assert_eq!(first(&get(port, &path).is(200).body), "lin");
    let _ = play.run(&["swap", "host", "lin", "--with", "zhu", "--group", "xi.an"]).exits(0);
    assert_eq!(first(&get(port, &path).is(200).body), "zhu");
    let _ = post(port, &path, &[("verb", "approve"), ("who", "zhu"), ("request", "r3")]).is(303);
    assert_eq!(journal(&play, "task_closed").len(), 1);
}

#[test]
fn whoever_cannot_hands_it_on_or_puts_it_off_by_the_link() {
    let play = Playground::new().file("p.yaml", CLUB);
    let (engine, port) = engine(&play);
    let path = link(&play, &engine, "topic", "t");
    let page = get(port, &path).is(200).body;
    assert!(
        page.contains("Why you?") && page.contains("Remind me later") && page.contains("?lang=zh"),
        "{page}"
    );
    assert!(get(port, &format!("{path}?lang=zh")).is(200).body.contains("为什么是我？"));
    let later = [("verb", "remind"), ("in", "3h"), ("request", "r1"), ("who", "zhu")];
    let _ = post(port, &path, &later).is(303);
    let did = journal(&play, "operator");
    assert_eq!((&did[0]["did"], &did[0]["by"]), (&"reminded_later".into(), &"Zhu (link)".into()), "{did:#?}");
    let on = [("verb", "reassign"), ("to", "lin"), ("request", "r2"), ("who", "zhu")];
    let said = post(port, &path, &on).is(303);
    assert_eq!(journal(&play, "task_reassigned").len(), 1);
    // The link asks nobody any more, and its page says what was done by it.
    let back = said.head.lines().find_map(|line| line.strip_prefix("location: ")).unwrap().to_owned();
    // The head is in small letters here, and the link is not.
    let told = back.split('?').nth(1).unwrap();
    assert!(get(port, &format!("{path}?{told}")).body.contains("handed on"));
    assert!(journal(&play, "task_closed").is_empty());
    // Where a link is not enough to decide, it is not enough for this either.
    let strict = link(&play, &engine, "strict", "t");
    for fields in [later, on] {
        let _ = post(port, &strict, &fields).is(303);
    }
    assert_eq!(journal(&play, "task_reassigned").len(), 1);
}

#[test]
fn a_picture_is_shown_to_whoever_may_answer_and_no_other_file_is() {
    const PNG: &[u8] = &[0x89, b'P', b'N', b'G', 13, 10, 26, 10, 0, 0, 0, 13];
    let wall = "group: { type: console }, wall: { type: manual, to: host }, staff";
    let file = CLUB.replace("group: { type: console }, staff", wall)
        + "  rules:\n    on: rules\n    steps:\n      - post: Look at this\n        image: rules.png\n        to: wall\n";
    let play = Playground::new().file("p.yaml", &file);
    play.write_bytes("rules.png", PNG);
    let (engine, port) = engine(&play);
    let path = link(&play, &engine, "rules", "t");
    let page = get(port, &path).is(200).body;
    assert!(page.contains(&format!("src=\"{path}/picture\"")), "{page}");
    let shown = get(port, &format!("{path}/picture")).is(200);
    assert!(
        shown.head.contains("content-type: image/png") && shown.head.contains("nosniff"),
        "{}",
        shown.head
    );
    // Neither a forged link nor nobody gets it, and it goes with the task.
    let _ = get(port, &format!("{}/picture", path.replace(".t1.", ".t2."))).is(404);
    let _ = get(port, "/picture?group=xi.an&task=t1").is(401);
    play.write("rules.png", "not a picture, but a secret");
    let _ = get(port, &format!("{path}/picture")).is(404);
    play.write_bytes("rules.png", PNG);
    let _ = post(port, &path, &[("verb", "done"), ("request", "r1"), ("who", "lin")]).is(303);
    let _ = get(port, &format!("{path}/picture")).is(404);
}

//! The pages of groups, runs, members, channels and the journal through the real binary: what they show, what a press on
//! them does, who may press it, and what is told to pages that are open.

use crate::{
    console::entrance::{Browser, after, engine, open},
    hearing::door::{ask, connect},
    help::playground::{Playground, eventually},
};
use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
};

const CITIES: &str = "\
name: cities
title: Cities
timezone: Asia/Shanghai
access: { admin: [zhu], viewer: [ed] }
people:
  zhu: { name: Zhu }
  ed: { name: Ed }
roles:
  host: { people: [zhu] }
channels:
  group: { type: console }
groups:
  xian: { title: \"西安 <b>\" }
  beijing: { title: 北京 }
plays:
  talk:
    title: Talk <i>
    dates:
      - { id: jia, at: '2031-12-04 20:00' }
    steps:
      - at: -1d
        post: Tomorrow <script>alert(1)</script>
      - at: 0m
        post: We begin
  evening:
    title: Evening
    steps:
      - post: Good evening
      - wait: 5h
      - post: Questions, please
  hello:
    on: hello
    steps:
      - post: Hello
";

fn play() -> Playground {
    Playground::new().file("p.yaml", CITIES)
}

/// Every page of the bar, and what lies under it.
const PAGES: [&str; 11] = [
    "/groups",
    "/members?q=src",
    "/hush?group=xian",
    "/groups/xian",
    "/groups/xian/members",
    "/groups/xian/members/m1",
    "/runs/talk@jia?group=xian",
    "/log",
    "/why/talk@jia?group=xian",
    "/channels",
    "/calendar?group=xian&view=agenda&day=2031-12-03",
];

/// What members would not see is what a press names; of a whole engine it is all groups that one commands.
#[test]
fn all_groups_are_hushed_by_two_presses_and_heard_again() {
    let play = play();
    let (_engine, port, link) = engine(&play);
    let zhu = Browser::enter(port, &link);
    let today = zhu.get("/").is(200).body;
    assert!(today.contains("href=\"/hush\""), "{today}");
    let page = zhu.get("/hush").is(200).body;
    assert!(page.contains("2 groups"), "{page}");
    let all = [("what", "hush"), ("own-reason", "something happened")];
    let said = zhu.press(&page, "hush", &all).is(303);
    // The same form again is the same press.
    let _ = zhu.press(&page, "hush", &all).is(303);
    let all = journal(&play, "operator");
    assert_eq!(all.len(), 2, "{all:#?}");
    assert_eq!(all[0]["why"], "something happened");
    let back = said.head.lines().find_map(|line| line.strip_prefix("location: ")).unwrap().to_owned();
    let page = zhu.get(&back).is(200).body;
    assert!(page.contains("2 groups: members see nothing") && page.contains("something happened"), "{page}");
    // A viewer neither sees the way there nor goes it.
    let ed = Browser::enter(port, &open(&play, &["--as", "ed"]));
    let viewed = ed.get("/").is(200).body;
    assert!(!viewed.contains("/hush"), "{viewed}");
    let _ = ed.get("/hush").is(404);
    let end = [("what", "unhush")];
    let _ = ed.press(&viewed, "hush", &end).is(303);
    assert_eq!(journal(&play, "operator").len(), 2);
    let _ = zhu.press(&page, "hush", &[("what", "unhush"), ("group", "xian")]).is(303);
    assert_eq!(journal(&play, "operator").len(), 3);
}

#[test]
fn what_was_said_is_taken_back_and_corrected_and_what_comes_is_reworded() {
    let play = play();
    let (_engine, port, link) = engine(&play);
    let _ = play.run(&["start", "evening", "--group", "xian"]).exits(0);
    let zhu = Browser::enter(port, &link);
    let run = journal(&play, "run_started")[0]["run"].as_str().unwrap().to_owned();
    let path = format!("/runs/{run}?group=xian");
    let sheet = zhu.get(&path).is(200).body;
    assert!(sheet.contains("/press/recall") && sheet.contains("/press/correct"), "{sheet}");
    assert!(sheet.contains("/press/reword"), "{sheet}");
    let on = format!("xian {run}");
    let reword = [("on", on.as_str()), ("step", "3"), ("text", "Ask **now**, please")];
    let _ = zhu.press(&sheet, "press/reword", &reword).is(303);
    let sheet = zhu.get(&path).is(200).body;
    assert!(sheet.contains("Ask now, please"), "{sheet}");
    let effect = journal(&play, "posted")[0]["effect"].as_str().unwrap().to_owned();
    let said = format!("xian {effect}");
    let _ = zhu.press(&sheet, "press/correct", &[("on", &said), ("text", "Good evening, Xi'an")]).is(303);
    let corrected = zhu.get(&path).is(200).body;
    assert!(
        corrected.contains("Good evening, Xi&#39;an") || corrected.contains("Good evening, Xi'an"),
        "{corrected}"
    );
    assert!(corrected.contains("corrected"), "{corrected}");
    let _ = zhu.press(&corrected, "press/recall", &[("on", &said)]).is(303);
    let sheet = zhu.get(&path).is(200).body;
    assert!(sheet.contains("taken back"), "{sheet}");
    // Who only looks takes nothing back.
    let ed = Browser::enter(port, &open(&play, &["--as", "ed"]));
    let viewed = ed.get(&path).is(200).body;
    assert!(!viewed.contains("/press/"), "{viewed}");
    let before = journal(&play, "operator").len();
    let _ = ed.press(&viewed, "press/recall", &[("on", &said)]).is(303);
    assert_eq!(journal(&play, "operator").len(), before);
}

/// Two who were not seen for long; the approval lets one of them stay.
#[test]
fn whoever_approves_takes_the_tick_from_who_stays() {
    let file = format!(
        "{CITIES}  tidy:\n    on: tidy\n    steps:\n      - prune: member.idle > days(45)\n        grace: 0d\n        to: host\n"
    );
    let list = "id,name,joined,seen\nm1,Ann,2024-01-01,2024-01-02\nm2,Bob <b>,2024-01-01,2024-01-02\n";
    let play = Playground::new().file("p.yaml", &file).file("m.csv", list);
    let (_engine, port, link) = engine(&play);
    let _ = play.run(&["members", "import", "m.csv", "--group", "xian"]).exits(0);
    let _ = play.run(&["signal", "tidy", "--group", "xian"]).exits(0);
    let zhu = Browser::enter(port, &link);
    let page = zhu.get("/").is(200).body;
    assert!(page.contains("name=\"go\" value=\"m2\" checked") && page.contains("Bob &lt;b&gt;"), "{page}");
    let task = journal(&play, "task_opened")[0]["id"].as_str().unwrap().to_owned();
    let on = format!("xian {task}");
    let _ = zhu.press(&page, "press/approve", &[("on", &on), ("chosen", "yes"), ("go", "m1")]).is(303);
    let closed = journal(&play, "task_closed");
    assert_eq!(closed.len(), 1, "{closed:#?}");
    let text = play.run(&["log", "--format", "json"]).exits(0).stdout;
    let removal = journal(&play, "task_opened");
    assert_eq!(removal[1]["members"], serde_json::json!(["m1"]), "{text}");
}

#[test]
fn an_admin_ends_a_session_and_nobody_else_does() {
    let play = play();
    let (_engine, port, link) = engine(&play);
    let admin = Browser::enter(port, &link);
    let ed = Browser::enter(port, &open(&play, &["--as", "ed"]));
    let of_ed = ed.get("/channels").is(200).body;
    assert!(of_ed.contains("this browser") && !of_ed.contains("/sessions/end"), "{of_ed}");
    let page = admin.get("/channels").is(200).body;
    let sign = after(&page, "name=\"session\" value=\"").to_owned();
    assert_eq!(sign.len(), 16);
    // Whoever may not end it learns nothing.
    let mine = admin.get("/channels").is(200).body;
    assert_eq!(after(&mine, "name=\"session\" value=\""), sign);
    let other = Browser::enter(port, &open(&play, &["--as", "zhu"]));
    let _ = ed.press(&of_ed, "sessions/end", &[("session", "0123456789abcdef")]).is(303);
    let _ = other.get("/").is(200);
    let _ = admin.press(&page, "sessions/end", &[("session", &sign)]).is(303);
    let _ = ed.get("/").is(401);
    let _ = other.get("/").is(200);
}

pub(crate) fn journal(play: &Playground, entry: &str) -> Vec<serde_json::Value> {
    let log = play.run(&["log", "--format", "json"]).exits(0).json_lines();
    log.into_iter().filter(|line| line["entry"] == entry).collect()
}

#[test]
fn pages_show_names_as_they_are_written_and_run_nothing() {
    let play = play().file("m.csv", "id,name\nm1,<img src=x onerror=alert(2)>\n");
    let (_engine, port, link) = engine(&play);
    let _ = play.run(&["members", "import", "m.csv", "--group", "xian"]).exits(0);
    let zhu = Browser::enter(port, &link);
    for path in PAGES {
        let page = zhu.get(path).is(200);
        assert!(page.head.contains("script-src 'self'"), "{path}: {}", page.head);
        let body = page.body;
        assert_eq!(body.matches("<script").count(), 1, "{path}");
        assert!(!body.contains("<img") && !body.contains("<i>") && !body.contains("<b> "), "{path}: {body}");
        assert_eq!(body.matches("<h1").count(), 1, "{path}");
        assert!(body.len() < 60_000, "{path} has {} bytes", body.len());
    }
    assert!(zhu.get("/runs/talk@jia?group=xian").body.contains("Tomorrow &lt;script&gt;"));
    assert!(zhu.get("/groups/xian/members/m1").body.contains("&lt;img src=x"));
    for nothing in ["/groups/nobody", "/runs/talk@jia?group=nobody", "/groups/xian/members/nobody"] {
        let _ = zhu.get(nothing).is(404);
    }
    // What the state does not know any more the journal may.
    let elsewhere = zhu.get("/runs/talk@nothing?group=xian").is(303);
    assert!(elsewhere.head.contains("location: /why/talk@nothing?group=xian"), "{}", elsewhere.head);
    let plan = zhu.get("/groups/xian/plan.html").is(200);
    assert!(plan.head.contains("attachment; filename=\"plan.html\""), "{}", plan.head);
    let _ = zhu.get("/calendar.ics?group=xian").is(200);
    let report = zhu.get("/groups/xian/report.html").is(200);
    assert!(report.head.contains("attachment; filename=\"report.html\""), "{}", report.head);
    assert!(report.body.contains("西安 &lt;b&gt;") || !report.body.contains("西安 <b>"), "{}", report.body);
    let _ = zhu.get("/groups/nobody/report.html").is(404);
    // A calendar program has no session, and its address is good for one group.
    let page = zhu.get("/calendar?group=xian&day=2031-12-03&play=talk").is(200).body;
    assert!(page.contains("Talk &lt;i&gt;"), "{page}");
    let feed = page[page.find("/c/xian.").expect("an address")..].split('<').next().unwrap().to_owned();
    assert!(ask(port, &format!("GET {feed}"), &[], b"").is(200).body.starts_with("BEGIN:VCALENDAR"));
    let _ = ask(port, &format!("GET {}", feed.replace("xian", "beijing")), &[], b"").is(404);
    for path in PAGES {
        let _ = ask(port, &format!("GET {path}"), &[], b"").is(401);
    }
}

#[test]
fn a_run_is_followed_and_pressed_on_its_sheet() {
    let play = play();
    let (_engine, port, link) = engine(&play);
    let zhu = Browser::enter(port, &link);
    let page = zhu.get("/groups/xian").is(200).body;
    let said = zhu.press(&page, "press/start", &[("on", "xian evening")]).is(303);
    let back = said.head.lines().find_map(|line| line.strip_prefix("location: ")).unwrap().to_owned();
    let page = zhu.get(&back).is(200).body;
    let at = page.find("/runs/evening@").expect("the run is on the page that follows the press");
    let path = page[at..].split('"').next().unwrap().replace("&amp;", "&");
    let sheet = zhu.get(&path).is(200).body;
    assert!(sheet.contains("Good evening") && sheet.contains("Go on now"), "{sheet}");
    let run = journal(&play, "run_started")[0]["run"].as_str().unwrap().to_owned();
    let on = format!("xian {run}");
    let _ = zhu.press(&sheet, "press/note", &[("on", &on), ("note", "the guest is <late>")]).is(303);
    assert!(journal(&play, "operator").iter().any(|entry| entry["text"] == "the guest is <late>"));
    // The wait ends, and the question time begins.
    let _ = zhu.press(&sheet, "press/now", &[("on", &on), ("step", "2")]).is(303);
    let posts: Vec<_> = journal(&play, "posted").iter().map(|line| line["message"]["text"].clone()).collect();
    assert_eq!(posts, ["Good evening", "Questions, please"]);
    let sheet = zhu.get(&path).is(200).body;
    assert!(sheet.contains("the guest is &lt;late&gt;") && !sheet.contains("Go on now"), "{sheet}");
}

#[test]
fn a_date_is_moved_and_groups_are_paused_together() {
    let play = play();
    let (_engine, port, link) = engine(&play);
    let zhu = Browser::enter(port, &link);
    let page = zhu.get("/runs/talk@jia?group=xian").is(200).body;
    assert!(page.contains("2 steps ahead move with it"), "{page}");
    let move_it = [("on", "xian talk/jia"), ("time", "2031-12-05T21:00")];
    let _ = zhu.press(&page, "press/postpone", &move_it).is(303);
    // The same form again is the same press.
    let _ = zhu.press(&page, "press/postpone", &move_it).is(303);
    let moved = journal(&play, "date_moved");
    assert_eq!(moved.len(), 1);
    assert_eq!(moved[0]["to"], "2031-12-05T21:00:00+08:00");
    let calendar = zhu.get("/calendar?group=xian&day=2031-12-05").is(200).body;
    assert!(calendar.contains("21:00"), "{calendar}");

    let page = zhu.get("/groups").is(200).body;
    let _ = zhu.press(&page, "press/pause", &[("on", "xian "), ("on", "beijing ")]).is(303);
    assert_eq!(journal(&play, "paused").len(), 2);
    let page = zhu.get("/groups?only=paused").is(200).body;
    assert!(page.contains("北京") && page.contains("西安"), "{page}");
    let _ = zhu.press(&page, "press/resume", &[("on", "xian ")]).is(303);
    let page = zhu.get("/groups?only=paused").is(200).body;
    assert!(page.contains("北京") && !page.contains("href=\"/groups/xian\""), "{page}");
}

#[test]
fn a_viewer_sees_and_presses_nothing() {
    let play = play();
    let (_engine, port, _) = engine(&play);
    let ed = Browser::enter(port, &open(&play, &["--as", "ed"]));
    for path in PAGES.iter().filter(|path| !path.ends_with("/m1") && !path.starts_with("/hush")) {
        let page = ed.get(path).is(200).body;
        assert!(!page.contains("/press/"), "{path}: {page}");
    }
    let page = ed.get("/groups").is(200).body;
    for (verb, on) in [
        ("pause", "xian "),
        ("start", "xian evening"),
        ("cancel", "xian talk@jia"),
        ("postpone", "xian talk/jia"),
        ("note", "xian "),
        ("signal", "xian "),
        ("forget", "xian m1"),
    ] {
        let fields = [("on", on), ("note", "x"), ("signal", "hello"), ("time", "2031-12-05T21:00")];
        let _ = ed.press(&page, &format!("press/{verb}"), &fields).is(303);
    }
    for entry in ["paused", "run_started", "date_moved", "operator"] {
        assert_eq!(journal(&play, entry), Vec::<serde_json::Value>::new(), "{entry}");
    }
    assert!(journal(&play, "signal_received").iter().all(|line| line["name"] != "hello"));
}

/// An open stream of changes.
struct Stream(TcpStream, String);

impl Stream {
    fn open(port: u16, cookie: &str) -> (u16, Self) {
        let mut stream = connect(port);
        let head = format!("GET /live HTTP/1.1\r\nhost: localhost\r\ncookie: {cookie}\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut open = Self(stream, String::new());
        open.until("\r\n\r\n");
        let status = open.1.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or_default();
        (status, open)
    }

    /// Reads until something was said; gives everything.
    fn until(&mut self, what: &str) -> &str {
        let mut some = [0; 4_096];
        while !self.1.contains(what) {
            let read = self.0.read(&mut some).unwrap();
            assert!(read > 0, "it ended before {what:?}: {}", self.1);
            self.1.push_str(&String::from_utf8_lossy(&some[..read]));
        }
        &self.1
    }
}

#[test]
fn a_page_that_is_open_hears_what_has_changed_and_asks_for_its_parts() {
    let play = play();
    let (_engine, port, link) = engine(&play);
    let zhu = Browser::enter(port, &link);
    let before = zhu.get("/groups/xian").is(200).body;
    assert!(before.contains("data-live=\"g:xian\""), "{before}");
    let (status, mut stream) = Stream::open(port, zhu.cookie());
    assert_eq!(status, 200);
    let _ = play.run(&["start", "evening", "--group", "xian"]).exits(0);
    let said = stream.until("\"g:xian\"");
    assert!(said.contains("event: changed") && said.contains("r:evening@"), "{said}");
    assert!(!said.contains("Good evening"), "a stream tells names only: {said}");
    let parts = zhu.get_part("/groups/xian").is(200).body;
    assert!(parts.contains("data-part=\"runs\"") && parts.contains("Evening"), "{parts}");
    assert!(!parts.contains("<h1") && parts.len() < before.len(), "{parts}");
    // Nothing has changed: the same sign.
    let sign = |page: &str| page.split("data-part=\"plays\" data-rev=\"").nth(1).unwrap()[..12].to_owned();
    let again = zhu.get_part("/groups/xian").is(200).body;
    assert_eq!(sign(&parts), sign(&again));
    let _ = ask(port, "GET /live", &[], b"").is(401);
}

#[test]
fn three_hundred_streams_leave_room_for_pages() {
    let play = play();
    let (_engine, port, link) = engine(&play);
    let zhu = Browser::enter(port, &link);
    let mut open = Vec::new();
    let mut turned_away = 0;
    for _ in 0..300 {
        let (status, stream) = Stream::open(port, zhu.cookie());
        match status {
            200 => open.push(stream),
            503 => turned_away += 1,
            other => panic!("{other}: {}", stream.1),
        }
    }
    assert_eq!((open.len(), turned_away), (200, 100));
    let _ = zhu.get("/groups").is(200);
    drop(open);
    // Whoever left makes room.
    eventually("a place is free again", || Stream::open(port, zhu.cookie()).0 == 200);
}

#[test]
fn the_group_shows_how_its_rules_are_kept_and_takes_an_appeal() {
    let house = CITIES.replace("plays:\n", HOUSE);
    let play = Playground::new().file("p.yaml", &house);
    let (_engine, port, link) = engine(&play);
    let zhu = Browser::enter(port, &link);
    let page = zhu.get("/groups/xian").is(200).body;
    assert!(page.contains("Nothing counts against anybody.") && page.contains("1 of 2 rules act"), "{page}");
    let says = |text: &str| {
        let data =
            format!("{{\"message\": {{\"id\": \"{text}\", \"kind\": \"text\", \"text\": \"{text}\"}}}}");
        let args = ["signal", "message", "--member", "m1", "--group", "xian", "--data", &data];
        let _ = play.run(&args).exits(0);
    };
    says("please vote for me");
    says("guaranteed profit");
    let page = zhu.get("/groups/xian").is(200).body;
    assert!(page.contains("would have caught 1") && page.contains("please vote for me"), "{page}");
    assert!(page.contains("counts until") && page.contains("mute for 1 day?"), "{page}");
    let why = zhu.get("/why/m1?group=xian").is(200).body;
    assert!(page.contains("href=\"/why/m1?group=xian\"") && why.contains("fraud"), "{why}");
    // The strike is looked at again by somebody who has not judged it.
    let _ =
        zhu.press(&page, "press/signal", &[("on", "xian "), ("signal", "appeal"), ("member", "m1")]).is(303);
    let page = zhu.get("/groups/xian").is(200).body;
    assert!(page.contains("asks for another look") && page.contains("another look is asked for"), "{page}");
    let ed = Browser::enter(port, &open(&play, &["--as", "ed"]));
    let page = ed.get("/groups/xian").is(200).body;
    assert!(page.contains("counts until") && !page.contains("Ask for another look"), "{page}");
}

/// What members may not do there: a rule that watches and one that acts.
const HOUSE: &str = "\
moderate:
  begging: { words: [vote for me], do: [remind], say: Not here }
  fraud: { words: [guaranteed profit], do: [mute 1d], watch: no }
plays:
";

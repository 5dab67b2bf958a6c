//! The console through the real binary over HTTP: how one gets in, who may press what, and what an attacker gets.

use crate::{
    hearing::door::{Said, ask},
    help::playground::{Playground, Process},
};
use std::fmt::Write as _;

pub(crate) const CLUB: &str = "\
name: club
title: Club
timezone: Asia/Shanghai
access: { admin: [zhu], viewer: [ed] }
people:
  zhu: { name: Zhu }
  lin: { name: Lin }
  ed: { name: Ed }
roles:
  host: { people: [lin] }
channels:
  group: { type: manual }
  staff: { type: console }
groups:
  xian: { title: \"西安 <b>\" }
  beijing: { title: 北京, roles: { host: zhu } }
plays:
  topic:
    on: topic
    steps:
      - approve: \"Is <script>alert(1)</script> fine?\"
        show: \"A \\\"quoted\\\" text\"
        to: host
        open_for: 2h
      - post: Tonight at eight.
  chores:
    on: chores
    steps:
      - task: Prepare the room
        to: zhu
        list: [light, tea]
";

/// A browser, as far as it matters here: one cookie, no script.
pub(crate) struct Browser {
    port: u16,
    cookie: String,
}

/// The value of an attribute that follows a piece of a page.
pub(crate) fn after<'a>(page: &'a str, piece: &str) -> &'a str {
    let from = page.find(piece).unwrap_or_else(|| panic!("no {piece:?} in {page}")) + piece.len();
    let rest = &page[from..];
    &rest[..rest.find('"').unwrap()]
}

fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "%{byte:02X}");
        out
    })
}

pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    let pairs = fields.iter().map(|(key, value)| format!("{}={}", encoded(key), encoded(value)));
    pairs.collect::<Vec<_>>().join("&")
}

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

impl Browser {
    /// Signs in with a link.
    #[track_caller]
    pub(crate) fn enter(port: u16, link: &str) -> Self {
        let path = &link[link.find("/enter/").unwrap()..];
        let said = ask(port, &format!("POST {path}"), &[("sec-fetch-site", "same-origin")], b"").is(303);
        let cookie = said.head.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
        // The head is in small letters here, and the cookie is not.
        assert!(cookie.contains("httponly; samesite=lax"), "{cookie}");
        Self { port, cookie: said.cookie() }
    }

    pub(crate) fn get(&self, path: &str) -> Said {
        ask(self.port, &format!("GET {path}"), &[("cookie", &self.cookie), ("accept", "text/html")], b"")
    }

    /// What a page that is open asks for.
    pub(crate) fn get_part(&self, path: &str) -> Said {
        let headers = [("cookie", self.cookie.as_str()), ("playbook-part", "all")];
        ask(self.port, &format!("GET {path}"), &headers, b"")
    }

    /// The same browser, in which somebody has chosen a language.
    pub(crate) fn reading(self, locale: &str) -> Self {
        let page = self.get("/").is(200).body;
        let said = self.press(&page, "language", &[("lang", locale)]).is(303);
        let cookie = format!("{}; {}", self.cookie, said.cookie());
        Self { cookie, ..self }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn cookie(&self) -> &str {
        &self.cookie
    }

    /// Sends a form with the seal of a page.
    pub(crate) fn press(&self, page: &str, verb: &str, fields: &[(&str, &str)]) -> Said {
        self.press_with(page, verb, fields, &[("sec-fetch-site", "same-origin")])
    }

    fn press_with(&self, page: &str, verb: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Said {
        let hidden = ["token", "back", "request"]
            .map(|name| (name, after(page, &format!("name=\"{name}\" value=\"")).replace("&amp;", "&")));
        let hidden = hidden.each_ref().map(|(name, value)| (*name, value.as_str()));
        let body = form(&[&hidden, fields].concat());
        let headers = [&[("cookie", self.cookie.as_str()), FORM], headers].concat();
        ask(self.port, &format!("POST /{verb}"), &headers, body.as_bytes())
    }
}

/// An engine with a console, its port, and the link that it prints.
pub(crate) fn engine(play: &Playground) -> (Process, u16, String) {
    let engine = play.start(&["run", "p.yaml", "--listen", "127.0.0.1:0"]);
    let line = engine.line("console   http://127.0.0.1:");
    let link = line[line.find("http").unwrap()..].trim().to_owned();
    let port = link.rsplit(':').next().unwrap().split('/').next().unwrap().parse().unwrap();
    engine.line("running");
    (engine, port, link)
}

pub(crate) fn open(play: &Playground, args: &[&str]) -> String {
    play.run(&[&["open"], args].concat()).exits(0).stdout.lines().last().unwrap().to_owned()
}

fn journal(play: &Playground, entry: &str) -> Vec<serde_json::Value> {
    let log = play.run(&["log", "--format", "json"]).exits(0).json_lines();
    log.into_iter().filter(|line| line["entry"] == entry).collect()
}

#[test]
fn a_link_signs_in_once_and_looking_at_it_uses_nothing_up() {
    let play = Playground::new().file("p.yaml", CLUB);
    let (_engine, port, link) = engine(&play);
    let path = link[link.find("/enter/").unwrap()..].to_owned();
    for _ in 0..3 {
        // A program that looks at links before people do.
        let page = ask(port, &format!("GET {path}"), &[], b"").is(200);
        assert!(page.body.contains("<button") && !page.head.contains("set-cookie"), "{page:?}");
    }
    // Nor does one that asks for the head alone, or with another method.
    let _ = ask(port, &format!("HEAD {path}"), &[], b"").is(200);
    for method in ["PUT", "DELETE", "OPTIONS"] {
        let _ = ask(port, &format!("{method} {path}"), &[], b"").is(405);
    }
    let foreign = [("sec-fetch-site", "cross-site")];
    let _ = ask(port, &format!("POST {path}"), &foreign, b"").is(403);
    let browser = Browser::enter(port, &link);
    let page = browser.get("/").is(200);
    for header in [
        "content-security-policy: default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src \
         'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        "x-content-type-options: nosniff",
        "referrer-policy: no-referrer",
        "cache-control: no-store",
    ] {
        assert!(page.head.contains(header), "{header}: {}", page.head);
    }
    assert!(!page.body.contains("style=") && !page.body.contains("<style") && !page.body.contains("onclick"));
    for kind in ["css", "js"] {
        let asset = after(&page.body, if kind == "css" { "stylesheet\" href=\"" } else { "defer src=\"" });
        let said = ask(port, &format!("GET {asset}"), &[], b"").is(200);
        assert!(said.head.contains("immutable"), "{}", said.head);
    }
    let _ = ask(port, &format!("POST {path}"), &[], b"").is(410);
    let _ = ask(port, "GET /", &[], b"").is(401);
    let _ = ask(port, "GET /", &[("cookie", "playbook=guess")], b"").is(401);
    let _ = browser.get("/nothing").is(404);
    assert!(browser.press(&page.body, "leave", &[]).is(303).head.contains("location: /"));
    let _ = browser.get("/").is(401);
}

#[test]
fn who_is_signed_in_stays_so_over_a_restart_until_everybody_is_signed_out() {
    let play = Playground::new().file("p.yaml", CLUB);
    let (engine, port, link) = engine(&play);
    let cookie = Browser::enter(port, &link).cookie;
    let _ = engine.stop();
    let (engine, port, _) = self::engine(&play);
    let browser = Browser { port, cookie };
    let _ = browser.get("/").is(200);
    let said = play.run(&["open", "--revoke"]).exits(0).stdout;
    assert!(said.starts_with("signed out: 1 session\nhttp://127.0.0.1:"), "{said}");
    let _ = browser.get("/").is(401);
    let refused = play.run(&["open", "--as", "nobody"]).exits(4);
    assert!(refused.stderr.contains("no playbook here has a person `nobody`"), "{refused:?}");
    let _ = engine.stop();
    let quiet = play.start(&["run", "p.yaml"]);
    quiet.line("running");
    assert!(play.run(&["open"]).exits(4).stderr.contains("--listen"));
}

#[test]
fn a_press_is_a_command_of_whoever_pressed_it_and_counts_once() {
    let play = Playground::new().file("p.yaml", CLUB);
    let (_engine, port, _) = engine(&play);
    let _ = play.run(&["signal", "topic", "--group", "xian"]).exits(0);
    let lin = Browser::enter(port, &open(&play, &["--as", "lin"]));
    let page = lin.get("/").is(200);
    assert!(
        page.body.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && !page.body.contains("<script>alert")
    );
    assert!(page.body.contains("西安 &lt;b&gt;"));
    let first = lin.press(&page.body, "press/approve", &[("on", "xian t1")]).is(303);
    let second = lin.press(&page.body, "press/approve", &[("on", "xian t1")]).is(303);
    let to =
        |said: &Said| said.head.lines().find_map(|line| line.strip_prefix("location: ")).unwrap().to_owned();
    let page = lin.get(&to(&first)).is(200);
    assert!(page.body.contains("t1: approved"), "{}", page.body);
    assert!(lin.get(&to(&second)).is(200).body.contains("t1: approved"));
    let closed = journal(&play, "task_closed");
    assert_eq!(closed.len(), 1, "{closed:?}");
    assert_eq!(closed[0]["by"], "Lin", "{closed:?}");
    // The post is for somebody to paste, and cannot be.
    assert!(page.body.contains(">Tonight at eight.</textarea>"), "{}", page.body);
    let fields = [("on", "xian t2"), ("reason", "phone <b>broken</b>")];
    let _ = lin.press(&page.body, "press/unsent", &fields).is(303);
    let failed = journal(&play, "delivery_failed");
    assert_eq!(failed[0]["reason"], "not posted by Lin: phone <b>broken</b>", "{failed:?}");
}

#[test]
fn what_is_ticked_and_said_goes_with_a_task() {
    let play = Playground::new().file("p.yaml", CLUB);
    let (_engine, port, _) = engine(&play);
    for group in ["xian", "beijing"] {
        let _ = play.run(&["signal", "chores", "--group", group]).exits(0);
    }
    let zhu = Browser::enter(port, &open(&play, &["--as", "zhu"]));
    let page = zhu.get("/").is(200);
    let heads = page.body.matches("<bdi>Prepare the room</bdi></h3>").count();
    assert_eq!(heads, 1, "alike in two groups: one card");
    let both = [("on", "xian t1"), ("on", "beijing t1")];
    let _ = zhu.press(&page.body, "press/tick", &[&both[..], &[("tick", "1")]].concat()).is(303);
    let page = zhu.get("/").is(200);
    assert!(
        page.body.contains("value=\"1\" checked disabled") && page.body.contains("value=\"2\">"),
        "{}",
        page.body
    );
    let ticked = journal(&play, "item_ticked");
    assert_eq!((ticked.len(), &ticked[0]["by"]), (2, &"Zhu".into()), "{ticked:?}");
    let _ = zhu.press(&page.body, "press/done", &[&both[..], &[("note", "tea is out")]].concat()).is(303);
    let closed = journal(&play, "task_closed");
    let said: Vec<_> =
        closed.iter().map(|line| (line["group"].as_str().unwrap(), line["note"].as_str().unwrap())).collect();
    assert_eq!(said, [("xian", "tea is out"), ("beijing", "tea is out")]);
}

#[test]
fn others_press_nothing() {
    let play = Playground::new().file("p.yaml", CLUB);
    let (_engine, port, _) = engine(&play);
    for group in ["xian", "beijing"] {
        let _ = play.run(&["signal", "topic", "--group", group]).exits(0);
    }
    let [ed, lin] = ["ed", "lin"].map(|name| Browser::enter(port, &open(&play, &["--as", name])));
    let page = ed.get("/").is(200).body;
    assert!(page.contains("A &quot;quoted&quot; text") && !page.contains("/press/"), "a viewer sees: {page}");
    let page_of_lin = lin.get("/").is(200).body;
    assert!(!page_of_lin.contains("北京"), "the host of another group sees it: {page_of_lin}");
    let _ = ed.press(&page, "press/approve", &[("on", "xian t1")]).is(303);
    let _ = lin.press(&page_of_lin, "press/approve", &[("on", "beijing t1")]).is(303);
    let _ = lin.press(&page_of_lin, "press/explode", &[("on", "xian t1")]).is(303);
    // Another one's seal, a seal of another page, no seal.
    let fields = [("on", "xian t1")];
    let _ = lin.press(&page, "press/approve", &fields).is(403);
    let foreign = page_of_lin.replace("name=\"back\" value=\"/\"", "name=\"back\" value=\"/other\"");
    let _ = lin.press(&foreign, "press/approve", &fields).is(403);
    let bare = form(&fields);
    let _ = ask(port, "POST /press/approve", &[("cookie", &lin.cookie), FORM], bare.as_bytes()).is(403);
    let _ = ask(port, "POST /press/approve", &[FORM], bare.as_bytes()).is(401);
    // A page of elsewhere, by its own name or by ours.
    for forged in [
        [("sec-fetch-site", "cross-site"), ("x", "")],
        [("sec-fetch-site", "same-site"), ("x", "")],
        [("origin", "https://evil.example"), ("x", "")],
        [("origin", "http://127.0.0.1.evil.example"), ("x", "")],
    ] {
        let _ = lin.press_with(&page_of_lin, "press/approve", &fields, &forged).is(403);
    }
    let host = [("host", "evil.example"), ("cookie", lin.cookie.as_str())];
    let said = ask(port, "GET /", &host, b"").is(421);
    assert!(said.body.contains("--url"), "{said:?}");
    let _ = lin.get("/press/approve?on=xian+t1").is(405);
    assert_eq!(journal(&play, "task_closed"), Vec::<serde_json::Value>::new());
    let _ = lin.press(&page_of_lin, "press/approve", &fields).is(303);
    assert_eq!(journal(&play, "task_closed").len(), 1);
}

#[test]
fn a_page_speaks_the_language_that_its_reader_chose() {
    let play = Playground::new().file("p.yaml", CLUB);
    let (_engine, port, link) = engine(&play);
    let browser = Browser::enter(port, &link);
    let page = browser.get("/").is(200).body;
    assert!(page.contains("lang=\"en\"") && page.contains("Today"), "{page}");
    let browser = browser.reading("zh");
    let page = browser.get("/").is(200).body;
    assert!(page.contains("lang=\"zh-CN\"") && page.contains("今天"), "{page}");
}

#[test]
fn others_reach_it_by_its_proxy_alone() {
    let play = Playground::new().file("p.yaml", CLUB);
    let refused = play.run(&["run", "p.yaml", "--listen", "0.0.0.0:0"]).exits(3);
    assert!(
        refused.stderr.contains("--url https://HOST") && refused.stderr.contains("--insecure"),
        "{refused:?}"
    );
    let engine = play.start(&["run", "p.yaml", "--listen", "127.0.0.1:0", "--url", "https://club.example/"]);
    let port: u16 = engine.line("door ").rsplit(':').next().unwrap().trim().parse().unwrap();
    let line = engine.line("console  ");
    let path = line.split("https://club.example").nth(1).unwrap().trim().to_owned();
    let behind = [("host", "club.example"), ("origin", "https://club.example")];
    let said = ask(port, &format!("POST {path}"), &behind, b"").is(303);
    assert!(said.head.contains("set-cookie: __host-playbook="), "{}", said.head);
    assert!(said.head.contains("; secure"), "{}", said.head);
    let cookie = said.cookie();
    let _ = ask(port, "GET /", &[("host", "club.example"), ("cookie", &cookie)], b"").is(200);
    let plain = cookie.replace("__Host-", "");
    let _ = ask(port, "GET /", &[("host", "club.example"), ("cookie", &plain)], b"").is(401);
}

#[test]
fn today_says_what_did_not_happen() {
    let play = Playground::new().file("p.yaml", CLUB);
    let (_engine, port, link) = engine(&play);
    for group in ["xian", "beijing"] {
        let _ = play.run(&["signal", "topic", "--group", group]).exits(0);
        let _ = play.run(&["approve", "t1", "--group", group]).exits(0);
        let _ = play.run(&["pause", "--group", group]).exits(0);
        let _ = play.run(&["signal", "topic", "--group", group]).exits(0);
    }
    let browser = Browser::enter(port, &link);
    let page = browser.get("/").is(200).body;
    let missed = &page[page.find("id=\"missed\"").unwrap()..];
    assert!(missed.contains("<b><bdi>topic</bdi></b>") && missed.contains("paused"), "{missed}");
    assert!(page.contains("everything is paused") && !page.contains("all is well"), "{page}");
}

#[test]
fn a_state_that_was_put_back_signs_nobody_in() {
    let play = Playground::new().file("p.yaml", CLUB);
    let (engine, port, link) = engine(&play);
    let cookie = Browser::enter(port, &link).cookie;
    let _ = play.run(&["backup", "copy.db"]).exits(0);
    let _ = engine.stop();
    let key = std::fs::read(play.path(".playbook/control.key")).unwrap();
    let _ = play.run(&["restore", "copy.db", "--state", ".playbook"]).exits(0);
    let (_engine, port, _) = self::engine(&play);
    let _ = Browser { port, cookie }.get("/").is(401);
    assert_ne!(
        std::fs::read(play.path(".playbook/control.key")).unwrap(),
        key,
        "links of before still lead here"
    );
}

#[test]
fn a_session_may_what_its_person_may_now_also_after_turns_were_swapped() {
    let file = CLUB
        .replace("host: { people: [lin] }", "host: { people: [lin, ed], term: 30d }")
        .replace(", viewer: [ed]", "");
    let play = Playground::new().file("p.yaml", &file);
    let (engine, port, _) = engine(&play);
    let sessions = ["lin", "ed"].map(|who| Browser::enter(port, &open(&play, &["--as", who])));
    let [lin, ed] = &sessions;
    let _ = lin.get("/groups/xian").is(200);
    let _ = ed.get("/groups/xian").is(404);
    let _ = play.run(&["swap", "host", "lin", "--with", "ed", "--group", "xian"]).exits(0);
    let _ = lin.get("/groups/xian").is(404);
    let _ = ed.get("/groups/xian").is(200);
    let _ = engine.stop().exits(0);
}

//! What an operator does from the pages beside the daily presses: tries a channel, gives a message up, looks ahead over all
//! groups, hands on and puts off by a link, takes a list of members along and brings one in.

use crate::{
    console::{
        entrance::{Browser, engine, open},
        pages::journal,
    },
    hearing::door::ask,
    help::{
        devtools, judge,
        playground::{Playground, eventually},
        sink::Sink,
    },
};
use playbook::base::limits;
use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpListener,
};

/// A receiver that takes nothing: every request is refused for good.
#[expect(clippy::disallowed_methods, reason = "a test server has a socket and a thread")]
pub(crate) fn refuses() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let (mut line, mut length) = (String::new(), 0);
            while reader.read_line(&mut line).unwrap_or(0) > 2 {
                let lower = line.to_ascii_lowercase();
                if let Some(value) = lower.strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap_or(0);
                }
                line.clear();
            }
            let mut body = vec![0; length];
            let _ = reader.read_exact(&mut body);
            let _ = stream
                .write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 4\r\nconnection: close\r\n\r\nnope");
        }
    });
    port
}

fn town(group: &str, broken: &str) -> String {
    format!(
        "name: town
title: Town
timezone: UTC
access: {{ admin: [zhu], operator: [host], viewer: [ed] }}
people:
  zhu: {{ name: Zhu }}
  lin: {{ name: Lin }}
  ed: {{ name: Ed }}
roles:
  host: {{ people: [lin], channel: staff }}
channels:
  group: {{ type: webhook, url: '{group}' }}
  broken: {{ type: webhook, url: '{broken}' }}
  staff: {{ type: console }}
groups:
  xian: {{ title: 西安 }}
  beijing: {{ title: 北京 }}
plays:
  morning:
    title: Morning paper
    every: day at 07:30
    label: notice
    steps:
      - post: 'Good morning, ${{members.count}} of you'
  evening:
    title: Evening talk
    every: day at 20:00
    label: social
    steps:
      - post: Good evening
  chore:
    on: chore
    steps:
      - task: Prepare the room
        to: host
        due: 8h
  lost:
    on: lost
    steps:
      - post: Nobody gets this
        to: broken
      - post: After it
"
    )
}

struct Town {
    play: Playground,
    _engine: crate::help::playground::Process,
    port: u16,
    sink: Sink,
}

fn start() -> Town {
    let sink = Sink::start();
    let broken = format!("http://127.0.0.1:{}/no", refuses());
    let play = Playground::new().file("p.yaml", &town(&sink.url("/in"), &broken));
    let (engine, port, _) = engine(&play);
    Town { play, _engine: engine, port, sink }
}

impl Town {
    fn enter(&self, who: &str) -> Browser {
        Browser::enter(self.port, &open(&self.play, &["--as", who]))
    }
}

#[test]
fn a_channel_is_tried_by_a_press_that_says_first_what_it_does() {
    let town = start();
    let zhu = town.enter("zhu");
    let page = zhu.get("/channels").is(200).body;
    assert!(page.contains("/test-send") && page.contains("members of the group see it"), "{page}");
    assert!(page.contains("nothing since the engine began") && !page.contains(">–<"), "{page}");
    let fields = [("group", "xian"), ("channel", "group"), ("text", "Is this <b>seen</b>?")];
    let said = zhu.press(&page, "test-send", &fields).is(303);
    let got = town.sink.got();
    assert!(got.len() == 1 && got[0].body.contains("Is this"), "{got:?}");
    let back = said.head.lines().find_map(|line| line.strip_prefix("location: ")).unwrap().to_owned();
    let after = zhu.get(&back).is(200).body;
    assert!(after.contains("the platform took it") && after.contains("accepted"), "{after}");
    // The same form again sends nothing.
    let _ = zhu.press(&page, "test-send", &fields).is(303);
    assert_eq!(town.sink.got().len(), 1);
    // Who tried what stands in the journal.
    let notes = journal(&town.play, "operator");
    assert!(notes.iter().any(|line| line["did"] == "noted" && line["by"] == "Zhu"), "{notes:#?}");
    // One that does not arrive says so.
    let page = zhu.get("/channels").is(200).body;
    let said = zhu.press(&page, "test-send", &[("group", "xian"), ("channel", "broken")]).is(303);
    let back = said.head.lines().find_map(|line| line.strip_prefix("location: ")).unwrap().to_owned();
    assert!(zhu.get(&back).is(200).body.contains("the platform refused it"));
    // A viewer neither has the press nor does it.
    let ed = town.enter("ed");
    let viewed = ed.get("/channels").is(200).body;
    assert!(!viewed.contains("/test-send"), "{viewed}");
    let _ = ed.press(&viewed, "test-send", &fields).is(303);
    let _ = zhu.press(&page, "test-send", &[("group", "xian"), ("channel", "staff/../group")]).is(303);
    assert_eq!(town.sink.got().len(), 1);
}

#[test]
fn a_message_that_was_refused_is_given_up_and_nobody_has_to_decide_any_more() {
    let town = start();
    let _ = town.play.run(&["signal", "lost", "--group", "xian"]).exits(0);
    let zhu = town.enter("zhu");
    eventually("it is refused", || zhu.get("/").is(200).body.contains("/press/drop"));
    let failed = journal(&town.play, "delivery_failed");
    let effect = failed[0]["effect"].as_str().unwrap().to_owned();
    let page = zhu.get("/channels").is(200).body;
    assert!(page.contains("Give up this message"), "{page}");
    let on = format!("xian {effect}");
    // A viewer may not.
    let ed = town.enter("ed");
    let viewed = ed.get("/channels").is(200).body;
    let _ = ed.press(&viewed, "press/drop", &[("on", &on)]).is(303);
    assert!(zhu.get("/channels").is(200).body.contains("Give up this message"));
    let _ = zhu.press(&page, "press/drop", &[("on", &on)]).is(303);
    let page = zhu.get("/channels").is(200).body;
    assert!(!page.contains("Give up this message"), "{page}");
    let dropped = journal(&town.play, "operator");
    assert!(dropped.iter().any(|line| line["did"] == "dropped" && line["by"] == "Zhu"), "{dropped:#?}");
    let all = town.play.run(&["outbox", "--all", "--format", "json"]).exits(0).json_lines();
    let row = all.iter().find(|row| row["effect"] == effect.as_str()).unwrap();
    assert!(row["status"] == "expired" && row["note"] == "given up by Zhu", "{row}");
    // On the command line the same, and once only.
    let _ = town.play.run(&["signal", "lost", "--group", "beijing"]).exits(0);
    let stuck = || {
        let rows = town.play.run(&["outbox", "--format", "json"]).exits(0).json_lines();
        rows.into_iter()
            .find(|row| row["status"] == "dead")
            .map(|row| row["effect"].as_str().unwrap().to_owned())
    };
    eventually("another one is refused", || stuck().is_some());
    let effect = stuck().unwrap();
    let said = town.play.run(&["skip", &effect, "--group", "beijing"]).exits(0).stdout;
    assert!(said.contains("is given up"), "{said}");
    let _ = town.play.run(&["skip", &effect, "--group", "beijing"]).exits(4);
    assert_eq!(stuck(), None);
}

#[test]
fn all_groups_have_one_calendar_with_what_is_alike_as_one_mark() {
    let town = start();
    let zhu = town.enter("zhu");
    let day = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let next = day.checked_add(jiff::Span::new().days(8)).unwrap();
    let page = zhu.get(&format!("/calendar?day={next}")).is(200).body;
    assert!(page.contains("2 groups together") && page.contains("07:30 ×2"), "{page}");
    assert!(!page.contains("${"), "{page}");
    assert!(page.contains("[how many members there are]"), "{page}");
    // By label, by group.
    let page = zhu.get(&format!("/calendar?day={next}&label=social")).is(200).body;
    assert!(page.contains("20:00 ×2") && !page.contains("07:30"), "{page}");
    let page = zhu.get(&format!("/calendar?day={next}&group=xian")).is(200).body;
    assert!(page.contains("07:30") && !page.contains("×2"), "{page}");
    // A press in the list is for all groups of the mark.
    let page = zhu.get(&format!("/calendar?day={next}&view=agenda")).is(200).body;
    let on = page[page.find("name=\"on\" value=\"").expect("a press") + 17..].split('"').next().unwrap();
    assert_eq!(on.lines().count(), 2, "{on}");
    let _ = zhu.press(&page, "press/skip", &[("on", on)]).is(303);
    assert_eq!(journal(&town.play, "occurrence_dropped").len(), 2);
}

#[test]
fn a_card_is_put_off_and_a_reminder_comes_then() {
    let town = start();
    let _ = town.play.run(&["signal", "chore", "--group", "xian"]).exits(0);
    let lin = town.enter("lin");
    let page = lin.get("/").is(200).body;
    assert!(page.contains("in three hours"), "{page}");
    let _ = lin.press(&page, "press/remind", &[("on", "xian t1"), ("in", "3h")]).is(303);
    let later = journal(&town.play, "operator");
    let at = later.iter().find(|line| line["did"] == "reminded_later").expect("it is on record");
    assert_eq!((at["task"].as_str(), at["by"].as_str()), (Some("t1"), Some("Lin")), "{at}");
    let said = town.play.run(&["remind", "t1", "--in", "2h", "--group", "xian"]).exits(0).stdout;
    assert!(said.contains("a reminder of t1 comes at"), "{said}");
    // Whoever is not asked, and commands nothing, puts nothing off.
    let ed = town.enter("ed");
    let viewed = ed.get("/").is(200).body;
    let _ = ed.press(&viewed, "press/remind", &[("on", "xian t1"), ("in", "3h")]).is(303);
    let later = journal(&town.play, "operator");
    assert_eq!(later.iter().filter(|line| line["did"] == "reminded_later").count(), 2);
}

#[test]
fn a_list_of_members_is_pasted_in_and_taken_along() {
    let town = start();
    let zhu = town.enter("zhu");
    let page = zhu.get("/groups/xian/members").is(200).body;
    let list = "id,name,tags\nm1,<img src=x>,vip\nm2,小何,\n";
    let _ = zhu.press(&page, "bring", &[("group", "xian"), ("list", list)]).is(303);
    let page = zhu.get("/groups/xian/members").is(200).body;
    assert!(page.contains("小何") && page.contains("&lt;img src=x&gt;") && !page.contains("<img"), "{page}");
    let table = zhu.get("/groups/xian/members.csv").is(200);
    assert!(table.head.contains("attachment") && table.body.contains("小何"), "{}", table.body);
    // A list that cannot be read says why, and a viewer brings none.
    let said = zhu.press(&page, "bring", &[("group", "xian"), ("list", "colour\nred\n")]).is(303);
    let back = said.head.lines().find_map(|line| line.strip_prefix("location: ")).unwrap().to_owned();
    assert!(zhu.get(&back).is(200).body.contains("said no"), "it is told");
    // As many as one decision brings in are one form, in Chinese too.
    let rows = (0..limits::MEMBERS_AT_ONCE_MAX).map(|n| format!("member{n:05},成员的名字第{n}号\n"));
    let many = format!("id,name\n{}", rows.collect::<String>());
    let _ = zhu.press(&page, "bring", &[("group", "xian"), ("list", &many)]).is(303);
    let all = town.play.run(&["members", "--group", "xian", "--format", "json"]).exits(0).json_lines();
    assert!(all.len() >= limits::MEMBERS_AT_ONCE_MAX + 2, "{}", all.len());
    // A press for more things than it may be for does nothing, and says so.
    let ons = vec![("on", "xian t99"); limits::PRESS_GROUPS_MAX + 1];
    let said = zhu.press(&page, "press/done", &ons).is(303);
    let back = said.head.lines().find_map(|line| line.strip_prefix("location: ")).unwrap().to_owned();
    assert!(zhu.get(&back).is(200).body.contains("at once are too many"), "it is told");
    let ed = town.enter("ed");
    let viewed = ed.get("/groups/xian/members").is(200).body;
    assert!(!viewed.contains("/bring") && !viewed.contains("members.csv"), "{viewed}");
    let _ = ed.get("/groups/xian/members.csv").is(404);
    let _ = ed.press(&viewed, "bring", &[("group", "xian"), ("list", list)]).is(303);
    let _ = ask(town.port, "GET /groups/xian/members.csv", &[], b"").is(401);
}

#[test]
fn a_hush_is_nothing_that_is_well() {
    let town = start();
    let zhu = town.enter("zhu");
    assert!(zhu.get("/").is(200).body.contains("all is well"));
    let _ = town.play.run(&["hush", "--why", "a quarrel", "--group", "xian"]).exits(0);
    let today = zhu.get("/").is(200).body;
    assert!(today.contains("hushed: members see nothing") && !today.contains("all is well"), "{today}");
    let group = zhu.get("/groups/xian").is(200).body;
    assert!(group.contains("Hushed: members see nothing") && !group.contains("Nothing is wrong"), "{group}");
}

#[test]
fn who_is_there_is_counted_by_hand_where_nobody_hears() {
    let town = start();
    let _ = town.play.run(&["start", "evening", "--group", "xian"]).exits(0);
    let zhu = town.enter("zhu");
    let run = journal(&town.play, "run_started")[0]["run"].as_str().unwrap().to_owned();
    let path = format!("/runs/{}?group=xian", run.replace('#', "%23"));
    let sheet = zhu.get(&path).is(200).body;
    assert!(sheet.contains("this channel hears no messages"), "{sheet}");
    let on = format!("xian {run}");
    let _ = zhu.press(&sheet, "press/present", &[("on", &on), ("count", "48")]).is(303);
    let _ = zhu.press(&zhu.get(&path).body, "press/present", &[("on", &on), ("count", "many")]).is(303);
    let sheet = zhu.get(&path).is(200).body;
    assert!(sheet.contains("<dt>Present</dt><dd><b>48</b>") && sheet.contains("Zhu"), "{sheet}");
}

#[test]
fn what_was_typed_stays_until_it_was_sent_and_taken() {
    let Some(chromium) = judge::chromium() else { return };
    let town = start();
    let _ = town.play.run(&["signal", "chore", "--group", "xian"]).exits(0);
    let mut browser = devtools::Browser::start(&chromium);
    let mut tab = browser.tab(devtools::Screen::PHONE);
    tab.go(&open(&town.play, &["--as", "lin"]));
    tab.leads(|tab| drop(tab.eval("document.querySelector('button.main').click()")));
    let note = "document.querySelector('form[action=\"/press/done\"] input[name=note]')";
    tab.eval(&format!(
        "(() => {{ {note}.value = 'the tea is out'; {note}.dispatchEvent(new Event('input', {{ bubbles: true }})); }})()"
    ));
    let home = tab.eval("location.href").as_str().unwrap().to_owned();
    tab.go(&home);
    assert_eq!(tab.eval(&format!("{note}.value")), "the tea is out");
    assert_eq!(tab.eval(&format!("{note}.closest('details').open")), true, "what was restored is seen");
    tab.leads(|tab| drop(tab.eval(&format!("{note}.form.querySelector('button').click()"))));
    assert_eq!(journal(&town.play, "task_closed")[0]["note"], "the tea is out");
    assert_eq!(tab.eval("Object.keys(sessionStorage).filter((key) => key.startsWith('typed')).length"), 0);
}

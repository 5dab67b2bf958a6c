//! What is done by hand about a run, a play and a member: the line of a run, pauses that end by themselves, questions
//! that were answered elsewhere, tags.

use crate::{
    console::{
        entrance::{Browser, engine, open},
        pages::journal,
    },
    help::playground::{Playground, eventually},
};

const CLUB: &str = "\
name: club
timezone: Asia/Shanghai
access: { admin: [zhu], viewer: [ed] }
people:
  zhu: { name: Zhu }
  ed: { name: Ed }
roles:
  host: { people: [zhu] }
channels:
  group: { type: console }
plays:
  talk:
    dates:
      - { id: jia, at: '2031-12-04 20:00' }
    steps:
      - at: -7d
        post: In a week
      - post: We begin
      - at: 2h
        post: Half of it
      - at: 4h
        post: We end
  gift:
    on: tag.added
    per: member
    steps:
      - post: '${member.name} has one'
      - wait: 5h
";

fn club() -> (Playground, crate::help::playground::Process, Browser, Browser) {
    let play = Playground::new().file("p.yaml", CLUB);
    let (engine, port, _) = engine(&play);
    let zhu = Browser::enter(port, &open(&play, &["--as", "zhu"]));
    let ed = Browser::enter(port, &open(&play, &["--as", "ed"]));
    (play, engine, zhu, ed)
}

#[test]
fn the_sheet_of_a_run_has_its_moments_in_a_line_with_now_among_them() {
    let (play, _engine, zhu, _) = club();
    let path = "/runs/talk@jia?group=club";
    let line = |sheet: &str| {
        let line = sheet.split("<ol class=\"line\"").nth(1).unwrap_or_else(|| panic!("no line in {sheet}"));
        line.split("</ol>").next().unwrap().to_owned()
    };
    let ahead = line(&zhu.get(path).is(200).body);
    assert!(ahead.find("aria-current=\"time\"").unwrap() < ahead.find("−7d").unwrap(), "{ahead}");
    for clock in ["20:00", "22:00", "+1d"] {
        assert!(ahead.contains(clock), "{clock}: {ahead}");
    }
    let _ = play.run(&["start", "talk/jia"]).exits(0);
    let begun = line(&zhu.get(path).is(200).body);
    let now = begun.find("aria-current=\"time\"").unwrap();
    assert!(begun[..now].contains("behind") && begun[now..].contains("ahead"), "{begun}");
}

#[test]
fn a_pause_has_an_end_where_somebody_says_one() {
    let (play, _engine, zhu, ed) = club();
    let page = zhu.get("/groups/club").is(200).body;
    let _ = zhu.press(&page, "press/pause", &[("on", "club gift"), ("until", "2031-01-02T10:00")]).is(303);
    let page = zhu.get("/groups/club").is(200).body;
    assert!(page.contains("paused until ") && page.contains("2031-01-02 10:00"), "{page}");
    let _ = zhu.press(&page, "press/pause", &[("on", "club "), ("until", "2031-01-03T10:00")]).is(303);
    let page = zhu.get("/groups/club").is(200).body;
    assert!(page.contains("nothing starts until ") && page.contains("2031-01-03 10:00"), "{page}");
    let status = play.run(&["status"]).exits(0).stdout;
    assert!(status.contains("paused: nothing starts until 2031-01-03 10:00"), "{status}");
    let said = play.run(&["pause", "talk", "--until", "2031-02-01 09:00"]).exits(0).stdout;
    assert!(said.contains("paused talk until "), "{said}");
    let ends: Vec<String> = journal(&play, "paused").iter().map(|line| line["until"].to_string()).collect();
    assert_eq!(ends.len(), 3, "{ends:?}");
    assert!(play.run(&["pause", "--until", "2020-01-01"]).exits(4).stderr.contains("over already"));
    let why = play.run(&["why", "talk"]).exits(0).stdout;
    assert!(why.contains("paused until 2031-01-03 10:00"), "{why}");
    // What is no time is none of anybody's business, and a viewer pauses nothing.
    let _ = zhu.press(&page, "press/pause", &[("on", "club gift"), ("until", "soon")]).is(303);
    let seen = ed.get("/groups/club").is(200).body;
    let _ = ed.press(&seen, "press/pause", &[("on", "club ")]).is(303);
    assert_eq!(journal(&play, "paused").len(), 3);
}

#[test]
fn a_member_is_tagged_and_what_they_asked_is_answered_by_a_press() {
    let (play, _engine, zhu, ed) = club();
    let _ = play.run(&["signal", "member.joined", "--member", "m1", "--anyway"]).exits(0);
    let path = "/groups/club/members/m1";
    let page = zhu.get(path).is(200).body;
    let _ = zhu.press(&page, "press/tag", &[("on", "club m1"), ("tag", "vip")]).is(303);
    let page = zhu.get(path).is(200).body;
    assert!(page.contains("vip") && page.contains("action=\"/press/untag\""), "{page}");
    // The play that hears of it is on their way, with a link to its run.
    assert!(page.contains("Their way") && page.contains("href=\"/runs/gift@"), "{page}");
    let seen = ed.get(path).is(200).body;
    assert!(seen.contains("vip") && !seen.contains("/press/untag") && !seen.contains("/press/tag"), "{seen}");
    let _ = ed.press(&seen, "press/untag", &[("on", "club m1"), ("tag", "vip")]).is(303);
    let said = play.run(&["members", "tag", "m1", "vip"]).exits(4).stderr;
    assert!(said.contains("has the tag `vip` already"), "{said}");
    let _ = play.run(&["members", "tag", "m1", "vip", "--off"]).exits(0);
    assert!(!zhu.get(path).is(200).body.contains("/press/untag"));

    let _ = play.run(&["start", "talk/jia"]).exits(0);
    let asks = "{\"message\":{\"id\":\"q\",\"question\":true}}";
    let _ = play.run(&["signal", "message", "--member", "m1", "--data", asks, "--anyway"]).exits(0);
    let run = "/runs/talk@jia?group=club";
    let sheet = zhu.get(run).is(200).body;
    let form = sheet.split("action=\"/press/replied\"").nth(1).unwrap_or_else(|| panic!("{sheet}"));
    let asked = form.split("name=\"asked\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let _ = zhu.press(&sheet, "press/replied", &[("on", "club m1"), ("asked", &asked)]).is(303);
    assert!(!zhu.get(run).is(200).body.contains("/press/replied"));
    let by: Vec<_> = journal(&play, "operator").into_iter().filter(|line| line["did"] == "replied").collect();
    assert!(by.len() == 1 && by[0]["by"] == "Zhu", "{by:?}");
    let said = play.run(&["members", "replied", "m1"]).exits(4).stderr;
    assert!(said.contains("no question of a member is open"), "{said}");
}

#[test]
fn a_play_that_a_finding_prescribes_is_shown_as_its_file_has_it() {
    let (_play, _engine, zhu, _) = club();
    let page = zhu.get("/shelf/weekly-games/spotlight").is(200).body;
    assert!(
        page.contains("every: 2 weeks on monday") && page.contains("playbook new weekly-games"),
        "{page}"
    );
    assert!(!page.contains("  riddle:"), "no other play of the file");
    for nothing in ["/shelf/weekly-games/nothing", "/shelf/nothing/spotlight"] {
        let _ = zhu.get(nothing).is(404);
    }
    // Whatever the doctor prescribes can be looked at.
    let home = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let table = std::fs::read_to_string(home.join("docs/doctor.md")).unwrap();
    let mut seen = 0;
    for name in table.split('`').filter(|word| word.split('/').count() == 2) {
        let file = name.split('/').next().unwrap();
        if home.join("playbooks").join(format!("{file}.yaml")).is_file() && !name.contains(".yaml") {
            let _ = zhu.get(&format!("/shelf/{name}")).is(200);
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen}");
}

const FAR: &str = "\
name: far
timezone: UTC
access: { admin: [zhu] }
people:
  zhu: { name: Zhu }
roles:
  host: { people: [zhu] }
channels:
  group: { type: webhook, url: 'http://127.0.0.1:9/in' }
  staff: { type: console }
plays:
  hello:
    steps:
      - post: Hello all
  clean:
    steps:
      - task: Clean up
        to: host
  talk:
    dates:
      - { id: ada, at: 'AT' }
    steps:
      - at: -1h
        post: In an hour
      - at: 1h
        post: Half of it
      - at: 90m
        post: The end of it
";

#[test]
fn what_has_not_arrived_is_never_called_done_and_today_says_why() {
    let at = jiff::Timestamp::now() + jiff::SignedDuration::from_mins(30);
    let at = at.to_zoned(jiff::tz::TimeZone::UTC).strftime("%Y-%m-%d %H:%M").to_string();
    let play = Playground::new().file("p.yaml", &FAR.replace("AT", &at));
    let (_engine, port, _) = engine(&play);
    let zhu = Browser::enter(port, &open(&play, &["--as", "zhu"]));
    let _ = play.run(&["start", "hello"]).exits(0);
    let _ = play.run(&["start", "clean"]).exits(0);
    eventually("the failure is on the pages", || {
        zhu.get("/").is(200).body.contains("has been failing since")
            && zhu.get("/channels").is(200).body.contains("▲</span> fails")
    });
    let run =
        journal(&play, "run_started").iter().find(|line| line["play"] == "hello").unwrap()["run"].clone();
    let sheet = zhu.get(&format!("/runs/{}?group=far", run.as_str().unwrap())).is(200).body;
    assert!(sheet.contains("is on its way, not there yet"), "{sheet}");
    assert!(zhu.get("/log").is(200).body.contains("on its way"), "the logbook");
    assert!(zhu.get("/calendar").is(200).body.contains("is on its way, not there yet"), "the calendar");
    // A run whose task is open is not done, and what a run under way says next stands there in advance.
    let today = zhu.get("/").is(200).body;
    assert!(today.contains("its task is open"), "{today}");
    let soon = today.split("Goes out in the next three hours").nth(1).unwrap_or_else(|| panic!("{today}"));
    assert!(soon.contains("Half of it") && soon.contains("The end of it"), "{soon}");
}

/// A community at noon of its own day whose talk begins in half an hour, and the clock of an instant there.
fn noon(plays: &str) -> (String, impl Fn(i64) -> String) {
    let now = jiff::Timestamp::now();
    let ahead = 12 - i64::from(now.to_zoned(jiff::tz::TimeZone::UTC).hour());
    let zone = if ahead < 0 { format!("Etc/GMT+{}", -ahead) } else { format!("Etc/GMT-{ahead}") };
    let local = now.to_zoned(jiff::tz::TimeZone::get(&zone).unwrap());
    let at = move |minutes: i64, form: &str| {
        (local.clone() + jiff::SignedDuration::from_mins(minutes)).strftime(form).to_string()
    };
    let head = "name: noon\ntimezone: ZONE\naccess: { admin: [zhu], viewer: [ed] }\npeople:\n  zhu: { name: Zhu }\n  ed: \
                { name: Ed }\nbudgets: { posts: { max: 1 per day } }\nchannels:\n  group: { type: console }\nplays:\n";
    let file = format!("{head}{plays}").replace("ZONE", &zone).replace("AT", &at(30, "%Y-%m-%d %H:%M"));
    (file, move |minutes| at(minutes, "%H:%M"))
}

/// A section of a page.
fn section<'p>(page: &'p str, id: &str) -> &'p str {
    let from = page.split_once(&format!("<section id=\"{id}\"")).map_or("", |(_, rest)| rest);
    from.split("</section>").next().unwrap_or_default()
}

#[test]
fn a_held_message_is_sent_now_or_given_up_from_today() {
    let (file, _) = noon(
        "  first:\n    steps:\n      - post: The first\n  second:\n    steps:\n      - post: The second\n  \
         third:\n    steps:\n      - post: The third\n",
    );
    let play = Playground::new().file("p.yaml", &file);
    let (_engine, port, _) = engine(&play);
    let zhu = Browser::enter(port, &open(&play, &["--as", "zhu"]));
    let ed = Browser::enter(port, &open(&play, &["--as", "ed"]));
    for name in ["first", "second", "third"] {
        let _ = play.run(&["start", name]).exits(0);
    }
    let held: Vec<String> =
        journal(&play, "held").iter().map(|line| line["effect"].as_str().unwrap().to_owned()).collect();
    assert_eq!(held.len(), 2, "{held:?}");
    let on: Vec<String> = held.iter().map(|effect| format!("noon {effect}")).collect();
    let seen = ed.get("/").is(200).body;
    assert!(section(&seen, "held").contains("The second"), "{seen}");
    assert!(!seen.contains("/press/release") && !seen.contains("/press/recall"), "{seen}");
    // Whoever may only look cannot, by whatever form.
    let _ = ed.press(&seen, "press/release", &[("on", &on[0])]).is(303);
    let today = zhu.get("/").is(200).body;
    let cards = section(&today, "held");
    assert!(cards.contains("Send it now") && cards.contains("Give it up"), "{cards}");
    assert!(cards.contains(&format!("value=\"{}\"", on[0])), "{cards}");
    let group = zhu.get("/groups/noon").is(200).body;
    assert!(section(&group, "held").contains("/press/release"), "{group}");
    let _ = zhu.press(&today, "press/release", &[("on", &on[0])]).is(303);
    let today = zhu.get("/").is(200).body;
    let cards = section(&today, "held");
    assert!(!cards.contains("The second") && cards.contains("The third"), "{cards}");
    let _ = zhu.press(&today, "press/recall", &[("on", &on[1])]).is(303);
    assert!(!zhu.get("/").is(200).body.contains("id=\"held\""));
    let of = |kind| -> Vec<String> {
        journal(&play, kind).iter().map(|line| line["effect"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!((of("released"), of("withdrawn")), (held[..1].to_vec(), held[1..].to_vec()));
}

#[test]
fn the_strip_of_an_evening_and_its_sheet_say_the_same_times() {
    let (file, clock) = noon(
        "  talk:\n    dates:\n      - { id: ada, at: 'AT' }\n    steps:\n      - at: -2h\n        post: In two hours\n      \
         - at: 0m\n        post: We begin\n      - at: 1h\n        post: Half of it\n      - at: 90m\n        post: The \
         end\n",
    );
    let play = Playground::new().file("p.yaml", &file);
    let (_engine, port, _) = engine(&play);
    let zhu = Browser::enter(port, &open(&play, &["--as", "zhu"]));
    let said = || {
        let strip = section(&zhu.get("/").is(200).body, "evening").to_owned();
        (strip, zhu.get("/runs/talk@ada?group=noon").is(200).body)
    };
    let (strip, _) = said();
    assert!(strip.contains(&clock(30)), "{strip}");
    let on = ("on", "noon talk@ada");
    let _ = zhu.press(&zhu.get("/").is(200).body, "press/delay", &[on, ("by", "10m")]).is(303);
    let (strip, sheet) = said();
    let begins = clock(40);
    assert!(strip.contains(&begins) && !strip.contains(&clock(30)) && sheet.contains(&begins), "{strip}");
    assert!(sheet.contains(&clock(100)) && !sheet.contains(&clock(90)), "{sheet}");
    let _ = zhu.press(&zhu.get("/").is(200).body, "press/now", &[on]).is(303);
    let (strip, sheet) = said();
    assert!(strip.contains("has begun early") && strip.contains("Half of it"), "{strip}");
    assert!(strip.contains(&clock(100)) && !strip.contains(&clock(90)), "{strip}");
    assert!(sheet.contains(&clock(100)), "{sheet}");
}

#[test]
fn what_a_pause_stops_is_nothing_that_goes_out_and_today_says_so() {
    let (file, _) =
        noon("  talk:\n    dates:\n      - { id: ada, at: 'AT' }\n    steps:\n      - post: We begin\n");
    let play = Playground::new().file("p.yaml", &file);
    let (_engine, port, _) = engine(&play);
    let zhu = Browser::enter(port, &open(&play, &["--as", "zhu"]));
    let ed = Browser::enter(port, &open(&play, &["--as", "ed"]));
    assert!(section(&zhu.get("/").is(200).body, "soon").contains("We begin"));
    let _ = play.run(&["pause"]).exits(0);
    let today = zhu.get("/").is(200).body;
    assert!(!today.contains("id=\"soon\"") && today.contains("1 group is paused"), "{today}");
    assert!(section(&today, "groups").contains("/press/resume"), "{today}");
    assert!(!ed.get("/").is(200).body.contains("/press/resume"));
    let _ = zhu.press(&today, "press/resume", &[("on", "noon ")]).is(303);
    let today = zhu.get("/").is(200).body;
    assert!(section(&today, "soon").contains("We begin") && !today.contains("is paused"), "{today}");
}

#[test]
fn a_date_is_moved_in_the_other_groups_that_have_it_where_somebody_ticks_that() {
    let file = "name: duo\ntimezone: UTC\naccess: { admin: [zhu] }\npeople:\n  zhu: { name: Zhu }\nchannels:\n  group: { \
                type: console }\ngroups:\n  one: { title: One }\n  two: { title: Two }\nplays:\n  talk:\n    dates:\n      \
                - { id: ada, at: '2031-12-04 20:00' }\n    steps:\n      - post: We begin\n";
    let play = Playground::new().file("p.yaml", file);
    let (_engine, port, _) = engine(&play);
    let zhu = Browser::enter(port, &open(&play, &["--as", "zhu"]));
    let sheet = || zhu.get("/runs/talk@ada?group=one").is(200).body;
    let page = sheet();
    assert!(
        page.contains("in the other groups that have it at this time, too (1): <bdi>Two</bdi>"),
        "{page}"
    );
    let box_ =
        page.split("type=\"checkbox\" name=\"on\" value=\"").nth(1).unwrap_or_else(|| panic!("{page}"));
    let others = box_.split('"').next().unwrap();
    let at = ("time", "2031-12-05T20:00");
    let _ = zhu.press(&page, "press/postpone", &[("on", "one talk/ada"), ("on", others), at]).is(303);
    for group in ["one", "two"] {
        let sheet = zhu.get(&format!("/runs/talk@ada?group={group}")).is(200).body;
        assert!(sheet.contains("value=\"2031-12-05T20:00\""), "{sheet}");
    }
    // Moved in one alone, the dates are not the same any more.
    let page = sheet();
    let at = ("time", "2031-12-06T20:00");
    let _ = zhu.press(&page, "press/postpone", &[("on", "one talk/ada"), at]).is(303);
    assert!(!sheet().contains("in the other groups"), "{}", sheet());
}

#[test]
fn a_refused_file_is_explained_by_its_first_error_in_the_language_of_the_page() {
    let play = Playground::new().file("p.yaml", CLUB);
    let (_engine, port, _) = engine(&play);
    let zhu = Browser::enter(port, &open(&play, &["--as", "zhu"]));
    let health = zhu.get("/groups/club").is(200).body;
    assert!(health.contains("unknown, because: "), "{health}");
    play.write("p.yaml", &CLUB.replace("      - post: We begin\n", "      - pots: We begin\n"));
    let line = CLUB.lines().position(|line| line.contains("We begin")).unwrap() + 1;
    let place = format!("p.yaml:{line}: ");
    eventually("the refusal is on the pages", || {
        zhu.get("/").is(200).body.contains(&place) && zhu.get("/channels").is(200).body.contains(&place)
    });
    let page = zhu.get("/channels").is(200).body;
    assert!(page.contains("it has errors: the last good version goes on") && page.contains("pots"), "{page}");
    let zhu = zhu.reading("zh");
    for path in ["/", "/channels"] {
        let page = zhu.get(path).is(200).body;
        assert!(page.contains("上一个好的版本继续运行。") && page.contains(&place), "{page}");
        assert!(!page.contains("the last good version goes on"), "{page}");
    }
}

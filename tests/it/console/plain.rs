//! What a host reads on the pages: what is doubtful says so, what broke stands first by its words, what was pressed can
//! be taken back, and nothing is told in the words of the engine.

use crate::{
    console::{
        entrance::{Browser, engine, open},
        operate::refuses,
        pages::journal,
    },
    help::playground::{Playground, Process, eventually},
};
use jiff::{SignedDuration, tz::TimeZone};

/// A community at noon of its own day, with whatever plays; `HH±N` and `DAY±N` stand for instants N minutes away.
fn noon(head: &str, plays: &str) -> (Playground, Process, Browser, Browser) {
    let now = jiff::Timestamp::now();
    let ahead = 12 - i64::from(now.to_zoned(TimeZone::UTC).hour());
    let zone = if ahead < 0 { format!("Etc/GMT+{}", -ahead) } else { format!("Etc/GMT-{ahead}") };
    let local = now.to_zoned(TimeZone::get(&zone).unwrap());
    let file = format!(
        "name: noon\ntimezone: {zone}\naccess: {{ admin: [zhu], viewer: [ed] }}\npeople:\n  zhu: {{ name: Zhu }}\n  ed: \
         {{ name: Ed }}\n{head}plays:\n{plays}"
    );
    let mut file = file;
    for minutes in [-20, -10, 10, 30, 40, 60, 90] {
        let at = local.clone() + SignedDuration::from_mins(minutes);
        file = file.replace(&format!("HH{minutes:+}"), &at.strftime("%H:%M").to_string());
        file = file.replace(&format!("DAY{minutes:+}"), &at.strftime("%Y-%m-%d %H:%M").to_string());
    }
    let play = Playground::new().file("p.yaml", &file);
    let (engine, port, _) = engine(&play);
    let zhu = Browser::enter(port, &open(&play, &["--as", "zhu"]));
    let ed = Browser::enter(port, &open(&play, &["--as", "ed"]));
    (play, engine, zhu, ed)
}

/// A section of a page.
fn section<'p>(page: &'p str, id: &str) -> &'p str {
    let from = page.split_once(&format!("<section id=\"{id}\"")).map_or("", |(_, rest)| rest);
    from.split("</section>").next().unwrap_or_default()
}

#[test]
fn what_will_be_held_or_waits_for_a_yes_is_not_promised() {
    let (play, _engine, zhu, _) = noon(
        "budgets:\n  promo: { not_before: 14d }\n  posts: { gap: 25m }\nchannels:\n  group: { type: console }\n",
        "  course:\n    title: The course\n    every: day at HH+60\n    label: promo\n    steps:\n      - post: Six \
         places left\n  never:\n    every: day at HH+10\n    when: members.count >= 50\n    steps:\n      - post: Never\n  first:\n    every: day at HH+30\n    steps:\n      - post: The first\n  second:\n    every: day \
         at HH+40\n    steps:\n      - post: The second\n  topic:\n    title: The topic\n    every: day at HH+90\n    \
         steps:\n      - at: -2h\n        approve: Is it all right?\n        show: A question\n        to: zhu\n        \
         open_for: 4h\n      - at: 0m\n        post: A question for all\n",
    );
    let today = zhu.get("/").is(200).body;
    let soon = section(&today, "soon");
    let row = |text: &str| {
        soon.split("<li>")
            .find(|row| row.contains(text))
            .unwrap_or_else(|| panic!("{text}: {soon}"))
            .to_owned()
    };
    assert!(row("Six places left").contains("probably will be missed: no advertising before"), "{soon}");
    assert!(row("The second").contains("probably held: the gap until"), "{soon}");
    assert!(!row("The first").contains("probably held"), "{soon}");
    // What would not start says so, and takes no room from what comes after it.
    assert!(
        row("Never").contains("would not start: it is not so that the group has at least 50 members"),
        "{soon}"
    );
    // In the rows of the day, too.
    let day = section(&today, "day");
    assert!(day.contains("probably will be missed: no advertising before"), "{day}");
    let calendar = zhu.get("/calendar?view=agenda").is(200).body;
    assert!(calendar.contains("probably will be missed: no advertising before"), "{calendar}");
    assert!(calendar.contains("only if it is approved: Is it all right?"), "{calendar}");
    let run = calendar.split("/runs/topic@").nth(1).unwrap().split(['"', '?']).next().unwrap();
    let sheet = zhu.get(&format!("/runs/topic@{run}?group=noon")).is(200).body;
    assert!(sheet.contains("only if it is approved: Is it all right?"), "{sheet}");
    // Members see nothing while the group is hushed, and no page says anything else.
    let _ = play.run(&["hush", "--why", "a quarrel"]).exits(0);
    let today = zhu.get("/").is(200).body;
    let soon = section(&today, "soon");
    assert!(soon.contains("probably held: the group is hushed then"), "{soon}");
}

#[test]
fn what_broke_stands_first_and_is_told_by_its_words() {
    let broken = format!("http://127.0.0.1:{}/no", refuses());
    let (play, _engine, zhu, _) = noon(
        &format!(
            "roles:\n  host: {{ people: [zhu] }}\nchannels:\n  group: {{ type: webhook, url: '{broken}' }}\n  staff: {{ \
             type: console }}\n  paste: {{ type: manual, to: host }}\ngroups:\n  one: {{ title: One }}\n  two: {{ title: \
             Two }}\n"
        ),
        "  talk:\n    title: The talk\n    groups: [one]\n    dates:\n      - { id: ada, at: 'DAY+10' }\n    steps:\n      \
         - at: -20m\n        post: In ten minutes\n        to: paste\n      - at: 0m\n        post: We begin\n  chore:\n    \
         on: chore\n    steps:\n      - task: Sweep the floor\n        to: zhu\n        due: 1m\n  rules:\n    on: rules\n    \
         steps:\n      - post: No voice messages after nine\n",
    );
    let _ = play.run(&["signal", "chore", "--group", "two"]).exits(0);
    for group in ["one", "two"] {
        let _ = play.run(&["signal", "rules", "--group", group]).exits(0);
    }
    eventually("both are refused", || {
        let today = zhu.get("/").is(200).body;
        today.matches("/press/drop").count() > 1
            && today.contains("One, Two")
            && journal(&play, "delivery_failed").len() == 2
    });
    let today = zhu.get("/").is(200).body;
    let look = section(&today, "look");
    assert_eq!(look.matches("Was refused: ").count(), 1, "what is alike is one row: {look}");
    assert!(look.contains("No voice messages after nine") && look.contains("One, Two"), "{look}");
    let waits = section(&today, "waits");
    assert!(today.find("id=\"look\"") < today.find("id=\"waits\""), "{today}");
    // What the members of the evening wait for comes before what is due sooner.
    assert!(waits.find("In ten minutes").unwrap() < waits.find("Sweep the floor").unwrap(), "{waits}");
    // A card that asks about a refused message has its words, and no id of it.
    assert!(waits.contains("Was refused: </") || waits.contains("Was refused: <bdi>"), "{waits}");
    let heads: Vec<&str> =
        waits.split("<h3").skip(1).map(|head| head.split("</h3>").next().unwrap()).collect();
    assert!(!heads.iter().any(|head| head.contains("rules@")), "{heads:?}");
    // One press is for both groups.
    let on: Vec<String> = journal(&play, "delivery_failed")
        .iter()
        .map(|line| format!("{} {}", line["group"].as_str().unwrap(), line["effect"].as_str().unwrap()))
        .collect();
    let _ = zhu.press(&today, "press/drop", &[("on", &on.join("\n"))]).is(303);
    eventually("nobody has to decide any more", || {
        !section(&zhu.get("/").is(200).body, "look").contains("Was refused")
    });
}

#[test]
fn an_answer_is_taken_back_where_it_was_given() {
    let (play, _engine, zhu, ed) = noon(
        "channels:\n  group: { type: console }\n",
        "  topic:\n    every: day at HH+60\n    steps:\n      - at: -2h\n        approve: Is it all right?\n        to: \
         zhu\n        open_for: 4h\n      - at: 0m\n        post: A question for all\n  chore:\n    on: chore\n    steps:\n      \
         - task: Sweep the floor\n        to: zhu\n",
    );
    let _ = play.run(&["signal", "chore"]).exits(0);
    let today = zhu.get("/").is(200).body;
    let said = zhu.press(&today, "press/done", &[("on", "noon t1")]).is(303);
    let back = said.head.lines().find_map(|line| line.strip_prefix("location: ")).unwrap().to_owned();
    let page = zhu.get(&back).is(200).body;
    assert!(page.contains("Take it back") && page.contains("/press/undo"), "{page}");
    // Nobody else is offered it, and whoever only looks cannot.
    assert!(!ed.get(&back).is(200).body.contains("/press/undo"));
    let _ = ed.press(&ed.get("/").is(200).body, "press/undo", &[("on", "noon t1")]).is(303);
    assert!(!zhu.get("/").is(200).body.contains("Sweep the floor"));
    let _ = zhu.press(&page, "press/undo", &[("on", "noon t1")]).is(303);
    let page = zhu.get(&back).is(200).body;
    assert!(section(&page, "waits").contains("Sweep the floor"), "{page}");
    assert!(!page.contains("/press/undo"), "there is nothing to take back any more: {page}");
    assert_eq!(journal(&play, "press_undone").len(), 1);
}

#[test]
fn a_hush_has_reasons_to_tap_and_goes_without_one() {
    let (play, _engine, zhu, _) =
        noon("channels:\n  group: { type: console }\n", "  x:\n    steps: [post: hi]\n");
    let page = zhu.get("/hush").is(200).body;
    assert!(page.contains("value=\"a quarrel\""), "{page}");
    let _ = zhu.press(&page, "hush", &[("what", "hush"), ("own-reason", "")]).is(303);
    let all = journal(&play, "operator");
    assert_eq!(all[0]["why"], "no reason was given", "{all:#?}");
    let _ = play.run(&["unhush"]).exits(0);
    let page = zhu.get("/hush").is(200).body;
    let _ = zhu
        .press(&page, "hush", &[("what", "hush"), ("reason", "a quarrel"), ("own-reason", "at nine")])
        .is(303);
    assert_eq!(journal(&play, "operator").last().unwrap()["why"], "a quarrel: at nine");
}

#[test]
fn why_is_told_in_words_that_a_host_reads() {
    let (play, _engine, zhu, _) = noon(
        "budgets: { posts: { gap: 15m } }\nchannels:\n  group: { type: console }\n",
        "  hello:\n    title: The greeting\n    on: hello\n    steps:\n      - post: Good day to all\n  talk:\n    title: The \
         talk\n    dates:\n      - { id: ada, at: 'DAY+30' }\n    steps:\n      - at: -40m\n        post: Soon\n      - at: \
         0m\n        post: We begin\n",
    );
    for _ in 0..2 {
        let _ = play.run(&["signal", "hello"]).exits(0);
    }
    let runs = journal(&play, "run_started");
    let held =
        runs.iter().rev().find(|line| line["play"] == "hello").unwrap()["run"].as_str().unwrap().to_owned();
    let text = |page: &str| {
        let main = page.split("<main").nth(1).unwrap();
        let mut out = String::new();
        let mut inside = false;
        for c in main.chars() {
            match c {
                '<' => inside = true,
                '>' => inside = false,
                c if !inside => out.push(c),
                _ => {}
            }
        }
        out
    };
    let english = text(&zhu.get(&format!("/why/{held}?group=noon")).is(200).body);
    assert!(english.contains("Gap between posts") && english.contains("The greeting"), "{english}");
    let talk = text(&zhu.get("/why/talk@ada?group=noon").is(200).body);
    let zhu = zhu.reading("zh");
    let chinese = text(&zhu.get(&format!("/why/{held}?group=noon")).is(200).body);
    assert!(chinese.contains("两条消息的间隔"), "{chinese}");
    for page in [&english, &chinese, &talk] {
        for jargon in ["posts.gap", "max_late", "adopted", "where ", "hello@", "talk@", "(journal", "（日志"]
        {
            assert!(!page.contains(jargon), "{jargon}: {page}");
        }
    }
}

#[test]
fn a_month_has_a_line_an_occurrence_and_none_from_before_the_group() {
    let (_play, _engine, zhu, _) = noon(
        "channels:\n  group: { type: console }\n",
        "  talk:\n    title: The talk\n    dates:\n      - { id: ada, at: 'DAY+30' }\n    steps:\n      - at: -14d\n        \
         post: In two weeks\n        max_late: 1h\n      - at: -7d\n        post: In a week\n      - at: 0m\n        post: We \
         begin\n      - at: 1h\n        post: Half of it\n  riddle:\n    title: The riddle\n    every: day at HH+60\n    when: \
         members.count >= 50\n    steps:\n      - post: A riddle\n      - wait: 5m\n      - post: Its solution\n  odd:\n    \
         title: The odd one\n    every: day at HH+90\n    when: (run.number * 7 + members.count) % 9 == 4\n    steps:\n      - post: Never\n",
    );
    let month = zhu.get("/calendar?view=month").is(200).body;
    let table = month.split("class=\"agenda\"").next().unwrap();
    let list = month.split("class=\"agenda\"").nth(1).unwrap_or_else(|| panic!("{month}"));
    assert!(!month.contains("late, 1 hour is allowed") && !table.contains("class=\"mark bad\""), "{month}");
    assert_eq!(list.matches(">The talk<").count(), 1, "{list}");
    // Of a day each occurrence once, with its condition in words; what has none for it is not told as in the file.
    let day = list.split("<h3").find(|day| day.contains(">The talk<")).unwrap();
    assert_eq!(day.matches(">The riddle<").count(), 1, "{day}");
    assert!(day.contains("only if the group has at least 50 members"), "{day}");
    assert!(day.contains("if a condition holds") && !day.contains("run.number"), "{day}");
}

#[test]
fn what_no_channel_hears_is_reported_by_name() {
    let (play, _engine, zhu, _) = noon(
        "channels:\n  group: { type: console }\n",
        "  welcome:\n    on: member.joined\n    steps:\n      - post: 'Welcome, ${member.name}'\n  dues:\n    on: fee.paid\n    \
         steps:\n      - post: Thanks\n  risen:\n    on: tier.changed\n    steps:\n      - post: Well done\n",
    );
    let page = zhu.get("/groups/noon").is(200).body;
    for offered in ["somebody has joined", "somebody has left", "somebody has spoken", "a fee was paid"] {
        assert!(page.contains(offered), "{offered}: {page}");
    }
    assert!(!page.contains("value=\"tier.changed\""), "{page}");
    let on = ("on", "noon ");
    let tell = |page: &str, signal: &str, member: &str| {
        let said = zhu.press(page, "press/signal", &[on, ("signal", signal), ("member", member)]).is(303);
        let back = said.head.lines().find_map(|line| line.strip_prefix("location: ")).unwrap().to_owned();
        zhu.get(&back).is(200).body
    };
    let page = tell(&page, "member.joined", "Little He");
    assert!(page.contains("reported") && page.contains("<option value=\"Little He\">"), "{page}");
    let posted = journal(&play, "posted");
    assert_eq!(posted[0]["message"]["text"], "Welcome, Little He", "{posted:#?}");
    let page = tell(&page, "message", "Little He");
    assert!(page.contains("reported"), "{page}");
    // A name that nobody has is no new member, and nothing is reported of nobody.
    let page = tell(&page, "member.left", "Big He");
    assert!(page.contains("nobody here is called Big He"), "{page}");
    let page = tell(&page, "member.left", "");
    assert!(page.contains("say who it is"), "{page}");
    let page = tell(&page, "member.left", "Little He");
    assert!(page.contains("reported"), "{page}");
    let state = play.run(&["members", "--format", "json"]).exits(0).stdout;
    assert!(!state.contains("Little He"), "{state}");
}

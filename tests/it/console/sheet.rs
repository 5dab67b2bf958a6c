//! The sheet of a run: the press that is likely next does what its words say, what was recorded is of that run alone, and
//! steps that are still to come are counted.

use crate::{
    console::{
        entrance::{Browser, engine},
        pages::journal,
    },
    help::playground::Playground,
};

const CLUB: &str = "\
name: club
timezone: Asia/Shanghai
access: { admin: [zhu] }
people:
  zhu: { name: Zhu }
roles:
  host: { people: [zhu] }
channels:
  group: { type: console }
plays:
  talk:
    dates:
      - { id: jia, at: '2031-12-04 20:00' }
    steps:
      - post: We begin
      - at: 2h
        post: Half of it
      - at: 4h
        post: We end
  later:
    steps:
      - at: 2h
        task: Bring the cake
        to: host
      - at: 3h
        post: The cake is here
  gap:
    steps:
      - wait: 1h
      - at: 5h
        post: Far away
  heard:
    steps:
      - wait: { signal: bell }
      - post: The bell
  quiz:
    steps:
      - ask: Which one?
        options: [one, two]
        open_for: 3h
      - post: That was it
  cleaning:
    steps:
      - task: Clean up
        to: host
  reading:
    steps:
      - task: Read on
        to: host
      - wait: 1h
";

/// Starts a play; the path of its sheet, and what a press is on.
fn start(play: &Playground, name: &str) -> (String, String) {
    let _ = play.run(&["start", name]).exits(0);
    let runs = journal(play, "run_started");
    let run = runs.last().unwrap()["run"].as_str().unwrap().to_owned();
    let group = runs.last().unwrap()["group"].as_str().unwrap().to_owned();
    (format!("/runs/{run}?group={group}"), format!("{group} {run}"))
}

/// The bar at the bottom.
fn bar(sheet: &str) -> &str {
    let at = sheet.find("class=\"nextbar").expect("a bar");
    sheet[at..].split("</main>").next().unwrap()
}

fn texts(play: &Playground) -> Vec<String> {
    let text = |line: &serde_json::Value| line["message"]["text"].as_str().unwrap().to_owned();
    journal(play, "posted").iter().map(text).collect()
}

#[test]
fn a_step_that_waits_for_its_time_is_carried_out_by_the_next_press_and_left_out_only_by_a_second() {
    let play = Playground::new().file("p.yaml", CLUB);
    let (_engine, port, link) = engine(&play);
    let zhu = Browser::enter(port, &link);
    let (path, on) = start(&play, "later");
    let sheet = zhu.get(&path).is(200).body;
    let next = bar(&sheet);
    assert!(next.contains("action=\"/press/now\"") && next.contains("name=\"step\" value=\"1\""), "{next}");
    assert!(next.contains("Go on now: task <bdi>Bring the cake</bdi>"), "{next}");
    assert!(!next.contains("/press/skip"), "{next}");
    assert!(sheet.contains("2 steps ahead are not carried out"), "{sheet}");
    // It is done, and the next one waits for its own time.
    let _ = zhu.press(&sheet, "press/now", &[("on", &on), ("step", "1")]).is(303);
    assert_eq!(journal(&play, "task_opened")[0]["text"], "Bring the cake");
    assert_eq!(journal(&play, "step_skipped").len(), 0);
    let sheet = zhu.get(&path).is(200).body;
    let next = bar(&sheet);
    assert!(next.contains("Go on now: post <bdi>The cake is here</bdi>"), "{next}");
    assert!(sheet.contains("1 step ahead is not carried out"), "{sheet}");
    // Left out it is only by a press that says so, below words that do.
    let before = sheet.split("action=\"/press/skip\"").next().unwrap();
    assert!(before.contains("<summary>Skip this step</summary>"), "{sheet}");
    assert!(sheet.contains("It is not carried out, and the run goes on without it: post"), "{sheet}");
    assert!(sheet.contains("Skip: post <bdi>The cake is here</bdi>"), "{sheet}");
    let _ = zhu.press(&sheet, "press/skip", &[("on", &on), ("step", "2")]).is(303);
    assert_eq!(texts(&play), [""; 0]);
    assert_eq!(journal(&play, "step_skipped").len(), 1);
}

#[test]
fn the_bar_says_what_becomes_of_each_wait() {
    let play = Playground::new().file("p.yaml", CLUB);
    let (_engine, port, link) = engine(&play);
    let zhu = Browser::enter(port, &link);
    // What has a time of its own does not come with the end of a wait.
    let (path, on) = start(&play, "gap");
    let sheet = zhu.get(&path).is(200).body;
    assert!(bar(&sheet).contains("End the wait now") && !bar(&sheet).contains("Far away"), "{sheet}");
    let _ = zhu.press(&sheet, "press/now", &[("on", &on), ("step", "1")]).is(303);
    assert_eq!(texts(&play), [""; 0]);
    assert!(bar(&zhu.get(&path).is(200).body).contains("Go on now: post <bdi>Far away</bdi>"));

    let (path, on) = start(&play, "heard");
    let sheet = zhu.get(&path).is(200).body;
    let next = bar(&sheet);
    assert!(next.contains("<summary>Go on without the signal</summary>"), "{next}");
    assert!(next.contains("The wait for the signal <bdi>bell</bdi> is skipped: it ends now"), "{next}");
    let _ = zhu.press(&sheet, "press/skip", &[("on", &on), ("step", "1")]).is(303);
    assert_eq!(texts(&play), ["The bell"]);

    let (path, on) = start(&play, "quiz");
    let sheet = zhu.get(&path).is(200).body;
    assert!(bar(&sheet).contains("Count the answers now"), "{sheet}");
    let _ = zhu.press(&sheet, "press/now", &[("on", &on), ("step", "1")]).is(303);
    assert_eq!(journal(&play, "task_closed")[0]["answer"], "counted");
    assert_eq!(texts(&play).last().unwrap(), "That was it");
}

#[test]
fn what_was_recorded_of_a_run_has_nothing_of_the_tasks_of_others() {
    let play = Playground::new().file("p.yaml", CLUB);
    let (_engine, port, link) = engine(&play);
    let zhu = Browser::enter(port, &link);
    let (reading, _) = start(&play, "reading");
    let (cleaning, _) = start(&play, "cleaning");
    let tasks: Vec<String> =
        journal(&play, "task_opened").iter().map(|task| task["id"].as_str().unwrap().to_owned()).collect();
    let [of_reading, of_cleaning] = tasks.as_slice() else { panic!("{tasks:?}") };
    let recorded = |path: &str| {
        let sheet = zhu.get(path).is(200).body;
        sheet[sheet.find("id=\"journal\"").expect("what was recorded")..].to_owned()
    };
    for task in &tasks {
        let _ = play.run(&["done", task]).exits(0);
    }
    assert_eq!(journal(&play, "task_closed").len(), 2);
    let told = |task: &str| format!("<bdi>{task}</bdi>");
    let one = recorded(&reading);
    assert_eq!(
        (one.matches(&told(of_reading)).count(), one.matches(&told(of_cleaning)).count()),
        (2, 0),
        "{one}"
    );
    let other = recorded(&cleaning);
    assert_eq!(
        (other.matches(&told(of_reading)).count(), other.matches(&told(of_cleaning)).count()),
        (0, 2),
        "{other}"
    );
}

#[test]
fn a_step_that_waits_for_its_time_moves_with_its_date() {
    let play = Playground::new().file("p.yaml", CLUB);
    let (_engine, port, link) = engine(&play);
    let zhu = Browser::enter(port, &link);
    let (path, _) = start(&play, "talk/jia");
    let sheet = zhu.get(&path).is(200).body;
    assert!(sheet.contains("2 steps ahead move with it"), "{sheet}");
}

const PASTED: &str = "\
name: hands
timezone: UTC
access: { admin: [zhu] }
people:
  zhu: { name: Zhu }
roles:
  host: { people: [zhu] }
channels:
  group: { type: manual }
plays:
  hello:
    steps:
      - post: Hello **all**
";

#[test]
fn a_post_that_a_person_pastes_is_not_said_before_somebody_says_so() {
    let play = Playground::new().file("p.yaml", PASTED);
    let (_engine, port, link) = engine(&play);
    let zhu = Browser::enter(port, &link);
    let (path, _) = start(&play, "hello");
    let page = |path: &str| zhu.get(path).is(200).body;
    let sheet = page(&path);
    assert!(sheet.contains("until its message has arrived") && !sheet.contains("/press/recall"), "{sheet}");
    // Its legend has the words once.
    let waits = |page: &str| page.matches("waits to be pasted").count();
    let calendar = page("/calendar");
    assert!(waits(&calendar) > 1, "{calendar}");
    let log = page("/log");
    assert!(log.contains("to paste") && log.contains("Hello all") && !log.contains("**"), "{log}");

    let _ = play.run(&["done", "t1"]).exits(0);
    let sheet = page(&path);
    assert!(!sheet.contains("until its message has arrived") && sheet.contains("/press/recall"), "{sheet}");
    assert_eq!(waits(&page("/calendar")), 1);

    // Whoever looks in while everything is paused ends the pause where they are asked.
    let _ = play.run(&["pause", "--caretaker", "host"]).exits(0);
    let today = page("/");
    assert!(today.contains("is paused since") && today.contains("action=\"/press/resume\""), "{today}");
}

#[test]
fn a_step_that_is_still_ahead_is_left_out_once_its_time_comes() {
    let play = Playground::new().file("p.yaml", CLUB);
    let (_engine, port, link) = engine(&play);
    let zhu = Browser::enter(port, &link);
    let (path, on) = start(&play, "later");
    let sheet = zhu.get(&path).is(200).body;
    assert!(sheet.contains("When its time comes it is not carried out"), "{sheet}");
    let _ = zhu.press(&sheet, "press/skip", &[("on", &on), ("step", "2")]).is(303);
    let did = journal(&play, "operator");
    assert_eq!(did.last().unwrap()["did"], "step_left_out", "{did:#?}");
    assert_eq!(journal(&play, "step_skipped").len(), 0, "it is still ahead");
    // The run goes on to it, and past it.
    for step in ["1", "2"] {
        let sheet = zhu.get(&path).is(200).body;
        let _ = zhu.press(&sheet, "press/now", &[("on", &on), ("step", step)]).is(303);
    }
    assert_eq!(journal(&play, "step_skipped").len(), 1);
    assert_eq!(texts(&play), [""; 0]);
    assert_eq!(journal(&play, "run_finished").len(), 1);
    // What says nothing, or is no step of it, is refused with what there is.
    let (path, _) = start(&play, "gap");
    let run = path["/runs/".len()..].split('?').next().unwrap().to_owned();
    let said = play.run(&["skip", &format!("{run}/9")]).exits(4).stderr;
    assert!(said.contains("waits at step 1, not at 9"), "{said}");
}

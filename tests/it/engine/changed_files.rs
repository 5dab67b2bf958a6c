//! Stories of files that are edited while a group lives by them, and of phases.

use crate::help::story::{Story, at};
use playbook::{
    base::{
        ids::{PlayName, RunId},
        value::Value,
    },
    engine::{
        entry::{Entry, Fact},
        input::{Command, InputKind},
    },
};
use std::sync::Arc;

#[test]
fn a_play_that_answers_signals_now_does_not_start_by_its_old_schedule() {
    let mut story =
        Story::new("2026-12-01 08:00", "plays: { hi: { every: day at 08:30, steps: [post: 早] } }");
    story.edit("plays: { hi: { on: ping, steps: [post: 早] } }");
    story.until("2026-12-03 08:00");
    assert!(story.posts().is_empty());
    story.signal("ping", None, Value::Null);
    assert_eq!(story.posts(), ["早"]);
}

#[test]
fn a_schedule_leaves_out_the_instant_at_which_its_play_was_started_in_another_way() {
    let mut story = Story::new("2026-12-01 08:30", "plays: { hi: { on: ping, steps: [post: 乓] } }");
    story.signal("ping", None, Value::Null);
    story.edit("plays: { hi: { every: day at 08:30, steps: [post: 早] } }");
    story.until("2026-12-02 09:00");
    assert_eq!(story.posts(), ["乓", "早"]);
    let runs: Vec<String> = story.state.finished.iter().map(|run| run.id.to_string()).collect();
    assert_eq!(runs, ["hi@2026-12-01T00:30:00Z", "hi@2026-12-02T00:30:00Z"]);
}

/// Runs of a schedule may begin and end before the moment that they are about, and be forgotten by then.
#[test]
fn a_start_does_not_take_the_id_of_an_occurrence_that_is_settled_ahead_of_its_time() {
    let early =
        "plays: { hi: { every: 10m, overlap: allow, max_late: 3d, steps: [{ at: -1d 08:00, post: 早 }] } }";
    let mut story = Story::new("2026-12-01 08:30", early);
    story.until("2026-12-01 09:00");
    let ended = story.entries.len();
    story.edit("plays: { hi: { steps: [post: 晚] } }");
    story.until("2026-12-01 10:00");
    story.command(Command::Start {
        play: "hi".into(),
        args: Value::Null,
        date: None,
        member: None,
        by: None,
    });
    let started = |entry: &Entry| match &entry.fact {
        Fact::RunStarted { run, .. } => Some(run.to_string()),
        _ => None,
    };
    let before: Vec<String> = story.entries[..ended].iter().filter_map(started).collect();
    let after: Vec<String> = story.entries[ended..].iter().filter_map(started).collect();
    assert!(before.contains(&"hi@2026-12-01T02:00:00Z".to_owned()), "{before:?}");
    assert_eq!(after, [format!("hi@2026-12-01T02:00:00Z#{}", before.len() + 1)]);
}

#[test]
fn a_window_that_is_open_when_its_play_gets_a_schedule_closes_for_good() {
    let mut story =
        Story::new("2026-12-01 08:00", "plays: { hi: { on: ping, batch: 10m, steps: [post: 乓] } }");
    story.signal("ping", None, Value::Null);
    story.edit("plays: { hi: { every: day at 20:00, steps: [post: 乓] } }");
    story.until("2026-12-01 19:00");
    assert!(story.posts().is_empty());
}

#[test]
fn a_window_that_is_open_over_an_edit_closes_in_time_with_the_new_words() {
    let yaml = |word: &str| format!("plays: {{ hi: {{ on: ping, batch: 10m, steps: [post: {word}] }} }}");
    let mut story = Story::new("2026-12-01 08:00", &yaml("旧"));
    story.signal("ping", None, Value::Null);
    story.edit(&yaml("新"));
    story.until("2026-12-01 08:10");
    assert_eq!(story.posts(), ["新"]);
}

#[test]
fn a_date_or_a_play_taken_out_by_mistake_can_be_put_back() {
    let with = "plays: { talk: { dates: [{ id: jia, at: 2026-12-03 20:00 }], steps: [post: 开始] } }";
    for without in
        ["plays: { talk: { dates: [], steps: [post: 开始] } }", "plays: { other: { steps: [post: x] } }"]
    {
        let mut story = Story::new("2026-12-01 08:00", with);
        story.edit(without);
        story.until("2026-12-02 08:00");
        story.edit(with);
        story.until("2026-12-04 08:00");
        assert_eq!(story.posts(), ["开始"], "{without}");
    }
}

#[test]
fn a_date_that_has_begun_does_not_begin_again_when_it_is_put_back() {
    let yaml = |dates: &str| {
        format!(
            "plays: {{ talk: {{ dates: [{dates}], steps: [post: 预告, {{ at: +1d 20:00, post: 之后 }}] }} }}"
        )
    };
    let date = "{ id: jia, at: 2026-12-02 20:00 }";
    let mut story = Story::new("2026-12-01 08:00", &yaml(date));
    story.until("2026-12-02 21:00");
    story.edit(&yaml(""));
    story.edit(&yaml(date));
    story.until("2026-12-05 08:00");
    assert_eq!(story.posts(), ["预告", "之后"], "it goes on as if it had not been away");
    story.edit(&yaml(""));
    story.until("2026-12-05 09:00");
    story.edit(&yaml(date));
    story.until("2026-12-09 08:00");
    assert_eq!(story.posts().len(), 2, "what is over is over");
}

/// A play with a date, an hour ahead of which everybody is told.
fn talk(dates: &str, more: &str) -> String {
    format!(
        "plays:
  talk:
    dates: [{dates}]
    moved: [post: '改期至 ${{date.at.format(\"%d %H\")}}']
    cancelled: [post: 取消]
    steps: [{{ at: -1d 08:00, post: 预告 }}, {{ at: 0m, post: '开始 ${{run.id}}' }}]
{more}"
    )
}

#[test]
fn what_a_command_did_to_a_date_stays_over_edits_that_do_not_touch_the_date() {
    let date = "{ id: jia, at: 2026-12-02 20:00 }";
    let postpone = |story: &mut Story, day: &str| {
        story.command(Command::Postpone {
            play: "talk".into(),
            date: Arc::from("jia"),
            at: at(day),
            by: None,
        });
    };
    let mut story = Story::new("2026-12-01 09:00", &talk(date, "  x: { steps: [post: helo] }"));
    assert_eq!(story.posts(), ["预告"]);
    postpone(&mut story, "2026-12-04 20:00");
    story.edit(&talk(date, "  x: { steps: [post: hello] }"));
    story.edit(&talk(&date.replace('}', ", guest: 甲 }"), ""));
    assert_eq!(story.posts(), ["预告", "改期至 04 20"], "neither another play nor another column moves it");
    postpone(&mut story, "2026-12-05 20:00");
    // The file is missing the date for a moment, and then says what it said.
    story.edit(&talk("", ""));
    story.edit(&talk(date, ""));
    story.until("2026-12-05 21:00");
    assert_eq!(story.posts(), ["预告", "改期至 04 20", "改期至 05 20", "开始 talk@jia"]);
}

#[test]
fn the_file_moves_a_date_that_a_command_had_moved() {
    let date = |day: &str| format!("{{ id: jia, at: 2026-12-{day} 20:00 }}");
    let mut story = Story::new("2026-12-01 09:00", &talk(&date("02"), ""));
    let to = at("2026-12-04 20:00");
    story.command(Command::Postpone { play: "talk".into(), date: Arc::from("jia"), at: to, by: None });
    story.edit(&talk(&date("04"), ""));
    assert_eq!(story.posts(), ["预告", "改期至 04 20"], "the file has caught up, nobody needs to hear of it");
    story.edit(&talk(&date("02"), ""));
    assert_eq!(story.posts().last().map(String::as_str), Some("改期至 02 20"));
    story.edit(&talk(&date("03"), ""));
    assert_eq!(story.posts().last().map(String::as_str), Some("改期至 03 20"));
}

#[test]
fn a_run_that_was_cancelled_or_started_by_a_command_is_left_alone_by_edits() {
    let date = "{ id: jia, at: 2026-12-02 20:00 }";
    let mut story = Story::new("2026-12-01 09:00", &talk(date, ""));
    let to = at("2026-12-04 20:00");
    story.command(Command::Postpone { play: "talk".into(), date: Arc::from("jia"), at: to, by: None });
    story.command(Command::Cancel { run: RunId::new("talk@jia"), silent: true, by: None });
    story.edit(&talk(date, "  x: { steps: [post: x] }"));
    story.until("2026-12-05 20:00");
    assert_eq!(story.posts(), ["预告", "改期至 04 20"]);
}

#[test]
fn a_date_that_is_missing_for_a_moment_says_nothing_and_goes_no_further_meanwhile() {
    let date = "{ id: jia, at: 2026-12-02 20:00 }";
    let mut story = Story::new("2026-12-01 09:00", &talk(date, ""));
    story.until("2026-12-02 19:59:58");
    story.edit(&talk("", ""));
    story.until("2026-12-02 20:00:01");
    assert_eq!(story.posts(), ["预告"], "it was due, and the file does not have it");
    story.edit(&talk(date, ""));
    assert_eq!(story.posts(), ["预告", "开始 talk@jia"]);
}

#[test]
fn a_date_that_comes_back_after_people_were_told_is_announced_again() {
    let date = "{ id: jia, at: 2026-12-02 20:00 }";
    let mut story = Story::new("2026-12-01 09:00", &talk(date, ""));
    story.edit(&talk("", ""));
    story.until("2026-12-01 10:00");
    assert_eq!(story.posts(), ["预告", "取消"]);
    story.edit(&talk(date, ""));
    story.edit(&talk(date, "  x: { steps: [post: x] }"));
    story.until("2026-12-03 20:00");
    assert_eq!(story.posts(), ["预告", "取消", "开始 talk@jia#2"], "the steps ahead");
    story.edit(&talk("", ""));
    story.until("2026-12-03 21:00");
    story.edit(&talk(date, ""));
    story.until("2026-12-04 20:00");
    assert_eq!(story.posts().len(), 3, "it is over");
}

#[test]
fn a_date_that_moves_twice_at_one_instant_is_told_twice() {
    let yaml = "
plays:
  talk:
    dates: [{ id: jia, at: 2026-12-11 20:00 }]
    moved: [post: '改期至 ${date.at.format(\"%d\")}']
    steps: [{ at: -10d 08:00, post: 预告 }, { at: 0m, post: 开始 }]
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    for day in ["2026-12-12 20:00", "2026-12-13 20:00"] {
        story.command(Command::Postpone {
            play: "talk".into(),
            date: Arc::from("jia"),
            at: at(day),
            by: None,
        });
    }
    assert_eq!(story.posts(), ["预告", "改期至 12", "改期至 13"]);
}

#[test]
fn what_an_edit_made_while_the_engine_was_down_leaves_out_is_on_record() {
    let mut story = Story::new(
        "2026-12-01 08:00",
        "plays: { hi: { every: day at 08:30, max_late: 3d, steps: [post: 早] } }",
    );
    story.now = at("2026-12-03 12:00");
    story.edit("plays: { hi: { every: day at 09:30, max_late: 3d, steps: [post: 早] } }");
    let news = story.news();
    assert!(news.contains("slept"), "{news}");
    assert!(news.contains("skipped hi@2026-12-01T00:30:00Z x3: operator"), "{news}");
    story.until("2026-12-04 12:00");
    assert_eq!(story.posts(), ["早"]);
}

#[test]
fn an_edit_makes_the_phase_final_and_takes_it_back() {
    let yaml = |last: &str| {
        format!(
            "phases: [{{ name: a{last} }}, {{ name: b }}]\nplays: {{ hi: {{ every: day at 08:30, steps: [post: 早] }} }}"
        )
    };
    let mut story = Story::new("2026-12-01 08:00", &yaml(""));
    let entered = story.state.phase_entered;
    story.until("2026-12-01 12:00");
    story.edit(&yaml(", final: true"));
    assert_eq!(playbook::engine::deadline(&story.state), None, "nothing wakes it");
    story.until("2026-12-03 12:00");
    story.edit(&yaml(""));
    story.until("2026-12-04 12:00");
    assert_eq!(story.posts().len(), 2, "on the first day and on the last");
    assert_eq!(story.state.phase_entered, entered, "the group has been in that phase all the while");
    story.start("hi");
    assert_eq!(story.posts().len(), 3);
}

#[test]
fn a_new_timeout_counts_from_when_the_phase_was_entered() {
    let yaml = |days: u32| {
        format!(
            "phases: [{{ name: a, timeout: {days}d }}, {{ name: b }}]\nplays: {{ x: {{ steps: [post: x] }} }}"
        )
    };
    let mut story = Story::new("2026-12-01 08:00", &yaml(9));
    story.until("2026-12-03 08:00");
    story.edit(&yaml(4));
    story.until("2026-12-05 07:59");
    assert_eq!(story.state.phase.as_str(), "a");
    story.until("2026-12-05 08:00");
    assert_eq!(story.state.phase.as_str(), "b");
}

#[test]
fn a_run_that_is_open_starts_nothing_in_a_final_phase() {
    let yaml = "
phases: [{ name: a }, { name: b, final: true, on_enter: [post: 再见] }]
plays:
  end: { steps: [{ enter: b }, { start: other }, { post: 最后 }] }
  other: { steps: [post: 不该有] }
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.start("end");
    let mut posts = story.posts();
    posts.sort();
    assert_eq!(posts, ["再见", "最后"]);
    assert!(story.news().contains("skipped other@2026-12-01T00:00:00Z: phase"));
}

#[test]
fn a_group_created_long_ago_has_its_first_timeout_behind_it() {
    let yaml = "
groups: { g: { created: 2026-10-01 } }
phases: [{ name: a, timeout: 14d }, { name: b, timeout: 30d }, { name: c }]
plays:
  hello: { on: group.created, steps: [post: 刚建群] }
  plan: { on: group.created, steps: [{ post: 太早 }, { at: +70d 10:00, post: 两个月 }] }
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    assert_eq!(story.state.phase.as_str(), "b");
    let news = story.news();
    assert!(news.contains("skipped hello@2026-09-30T16:00:00Z: late"), "{news}");
    story.until("2026-12-31 09:00");
    assert_eq!(story.posts(), ["两个月"]);
    assert_eq!(story.state.phase.as_str(), "c");
}

#[test]
fn only_what_is_coming_can_be_skipped() {
    let yaml = "plays: { hi: { every: day at 08:30, steps: [post: 早] }, x: { steps: [post: x] } }";
    let mut story = Story::new("2026-12-01 09:00", yaml);
    for wrong in ["hi@2026-12-01T00:30:00Z", "hi@2026-12-02T00:31:00Z", "hi@tomorrow", "x@1", "no@1", "hi"] {
        story.command(Command::Skip { run: RunId::new(wrong), step: None, by: None });
        assert!(story.news().contains("refused"), "{wrong}");
    }
    story.command(Command::Skip { run: RunId::new("hi@2026-12-02T00:30:00Z"), step: None, by: None });
    story.until("2026-12-02 09:00");
    assert!(story.posts().is_empty());
}

#[test]
fn skipping_a_step_that_waits_for_its_script_forgets_the_call() {
    let yaml =
        "plays: { a: { steps: [run: s.rhai, { wait: 10m }, { post: 之后 }] }, b: { steps: [run: s.rhai] } }";
    let files = [("s.rhai", "fn main(args) { post(\"脚本\"); }")];
    let mut story = Story::with_files("2026-12-01 08:00", yaml, &files);
    story.answer_scripts = false;
    story.start("a");
    let call = story.state.calls.front().expect("a call").clone();
    story.command(Command::Skip { run: call.run.clone(), step: Some(call.step.clone()), by: None });
    assert!(story.state.calls.is_empty());
    story.input(InputKind::ScriptReturned { effect: call.effect.clone(), result: Err("spät".into()) });
    story.answer_scripts = true;
    story.start("b");
    story.until("2026-12-01 09:00");
    assert_eq!(story.posts(), ["脚本", "之后"], "the next script is not blocked, and the run went on");
}

#[test]
fn a_start_by_hand_never_takes_the_name_of_an_occurrence() {
    let yaml = "plays: { hi: { every: day at 08:00, overlap: allow, steps: [{ at: -2d, post: 预告 }, { at: 0m, post: 开始 }] } }";
    let mut story = Story::new("2026-12-01 07:00", yaml);
    story.until("2026-12-03 08:00");
    story.start("hi");
    let news = story.news();
    assert!(news.contains("start hi@2026-12-03T00:00:00Z#"), "{news}");
}

#[test]
fn a_clock_that_is_set_back_takes_the_waits_with_it_and_starts_nothing_twice() {
    let yaml = "
plays:
  tick: { every: day at 08:30, steps: [post: 早] }
  slow: { steps: [post: 一, wait: 10m, post: 二] }
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    // The machine's clock was wrong, and the group lived by it.
    story.now = at("2027-01-10 08:31");
    story.start("slow");
    story.now = at("2026-12-01 08:05");
    story.start("slow");
    assert_eq!(story.posts(), ["早", "一", "一"]);
    story.command(Command::SetBackClock { to: at("2026-12-01 08:05") });
    assert_eq!(story.state.clock, at("2026-12-01 08:05"));
    story.until("2026-12-01 08:15");
    assert_eq!(story.posts(), ["早", "一", "一", "二", "二"], "they wait as long as they should");
    story.until("2027-01-11 08:00");
    assert_eq!(story.posts().len(), 5, "what was settled stays settled");
    story.until("2027-01-11 08:30");
    assert_eq!(story.posts().len(), 6);
    story.command(Command::SetBackClock { to: at("2027-02-01 08:00") });
    assert!(story.news().contains("refused"), "it is not ahead");
}

#[test]
fn a_pause_is_time_slept_through() {
    let yaml = |catch_up: &str| {
        format!(
            "plays: {{ tick: {{ every: 10m, {catch_up} steps: [post: '${{run.anchor.format(\"%H:%M\")}}'] }} }}"
        )
    };
    for (catch_up, missed) in
        [("", &["08:40"][..]), ("catch_up: none,", &[]), ("catch_up: all,", &["08:20", "08:30", "08:40"])]
    {
        for (play, by) in [
            (None, None),
            (Some(PlayName::new("tick")), Some(PlayName::new("tick"))),
            (Some(PlayName::new("tick")), None),
        ] {
            let mut story = Story::new("2026-12-01 08:05", &yaml(catch_up));
            story.until("2026-12-01 08:15");
            story.command(Command::Pause { play, caretaker: None, until: None, by: None });
            story.until("2026-12-01 08:45");
            story.edit(&(yaml(catch_up) + "\n# only a comment\n"));
            assert_eq!(story.posts(), ["08:10"], "nothing starts in a pause");
            story.command(Command::Resume { play: by, by: None });
            assert_eq!(story.posts()[1..], *missed, "{catch_up}");
            story.until("2026-12-01 08:50");
            assert_eq!(story.posts().last().map(String::as_str), Some("08:50"));
        }
    }
}

#[test]
fn a_date_that_is_due_in_a_pause_begins_at_its_end_unless_that_is_too_late() {
    let yaml =
        "plays: { talk: { max_late: 1h, dates: [{ id: jia, at: 2026-12-02 20:00 }], steps: [post: 开始] } }";
    for (end, posts) in [("2026-12-02 20:30", 1), ("2026-12-02 21:30", 0)] {
        let mut story = Story::new("2026-12-01 09:00", yaml);
        story.command(Command::Pause { play: None, caretaker: None, until: None, by: None });
        story.until("2026-12-02 20:10");
        story.until(end);
        story.now = at(end);
        story.command(Command::Resume { play: None, by: None });
        assert_eq!(story.posts().len(), posts, "{end}");
        let news = story.news();
        assert!(posts == 1 || news.contains("skipped talk@jia: late"), "{news}");
    }
}

#[test]
fn a_start_of_a_play_with_dates_or_for_each_member_says_which() {
    let yaml = "
plays:
  talk: { dates: [{ id: jia, at: 2026-12-05 20:00, guest: 甲 }], steps: [post: '${date.guest}'] }
  hello: { on: member.joined, per: member, steps: [{ wait: 1h }, { post: '${member.name}' }] }
";
    let start = |play: &str, date: Option<&str>, member: Option<&str>| Command::Start {
        play: play.into(),
        args: Value::Null,
        date: date.map(Arc::from),
        member: member.map(Into::into),
        by: None,
    };
    let mut story = Story::new("2026-12-01 09:00", yaml);
    story.command(start("talk", None, None));
    assert!(story.news().contains("talk/jia"), "it names the dates");
    story.command(start("hello", None, None));
    assert!(story.news().contains("--member"));
    story.command(start("hello", None, Some("nobody")));
    assert!(story.news().contains("no member"));
    story.command(start("hello", Some("jia"), None));
    assert!(story.news().contains("no dates"));
    assert!(story.posts().is_empty());
    story.command(start("talk", Some("jia"), None));
    assert_eq!(story.posts(), ["甲"]);
    story.until("2026-12-06 09:00");
    assert_eq!(story.posts(), ["甲"], "it does not begin twice");
}

#[test]
fn a_play_that_was_another_one_keeps_its_dates_its_runs_and_what_is_settled() {
    let yaml = |name: &str, was: &str| {
        format!(
            "plays:
  {name}:
    {was}
    dates: [{{ id: jia, at: 2026-12-02 20:00 }}, {{ id: yi, at: 2026-12-09 20:00 }}]
    cancelled: [post: 取消]
    steps: [{{ at: -1d 08:00, post: '预告 ${{run.play}}' }}, {{ at: 0m, post: '开始 ${{run.id}}' }}]
  day{name}: {{ {was2} every: day at 08:30, steps: [post: 早] }}",
            was2 = was.replace("was: ", "was: day").replace('\n', "") + if was.is_empty() { "" } else { "," },
        )
    };
    let mut story = Story::new("2026-12-01 09:00", &yaml("guest", ""));
    assert_eq!(story.posts(), ["预告 guest"]);
    story.command(Command::Skip { run: RunId::new("dayguest@2026-12-03T00:30:00Z"), step: None, by: None });
    story.edit(&yaml("session", "was: guest"));
    story.until("2026-12-02 20:00");
    assert_eq!(story.posts(), ["预告 guest", "早", "开始 guest@jia"], "nobody is told of a new name");
    story.until("2026-12-03 09:00");
    assert_eq!(story.posts().len(), 3, "what was to be skipped is skipped");
    // The old name is not needed for ever.
    story.edit(&yaml("session", ""));
    story.until("2026-12-09 21:00");
    let posts = story.posts();
    assert!(
        posts.contains(&"预告 session".to_owned()) && posts.contains(&"开始 session@yi".to_owned()),
        "{posts:?}"
    );
    assert!(!posts.contains(&"取消".to_owned()), "{posts:?}");
    let read = serde_json::from_str(&serde_json::to_string(&story.state).unwrap()).unwrap();
    assert_eq!(story.state, read);
}

#[test]
fn a_new_name_without_the_old_one_begins_nothing_a_second_time() {
    let yaml = |name: &str| {
        format!(
            "plays:
  {name}:
    dates: [{{ id: jia, at: 2026-12-02 20:00 }}, {{ id: yi, at: 2026-12-09 20:00 }}]
    steps: [{{ at: -1d 08:00, post: '报名 ${{run.play}}' }}, {{ at: 0m, post: '开始 ${{run.id}}' }}]
  day{name}: {{ every: day at 20:00, steps: [{{ at: -12h, post: 早 }}, {{ at: 0m, post: 晚 }}] }}"
        )
    };
    let mut story = Story::new("2026-12-01 07:00", &yaml("guest"));
    story.until("2026-12-01 09:00");
    let posts = story.posts();
    assert_eq!(posts.len(), 2, "{posts:?}");
    story.edit(&yaml("session"));
    assert_eq!(story.posts(), posts, "what has begun does not begin again");
    story.until("2026-12-02 07:00");
    assert_eq!(story.posts()[2..], ["晚"], "the run under the old name goes on, and no other one");
    story.until("2026-12-02 21:00");
    let count =
        |words: &str, story: &Story| story.posts().iter().filter(|post| post.starts_with(words)).count();
    assert_eq!((count("报名", &story), count("开始", &story)), (1, 1), "{:?}", story.posts());
    // What is ahead belongs to the new name.
    story.until("2026-12-09 21:00");
    assert!(story.posts().contains(&"开始 session@yi".to_owned()), "{:?}", story.posts());
}

#[test]
fn a_condition_that_has_started_its_play_does_not_start_it_again_under_another_name() {
    let yaml = |name: &str, was: &str| {
        format!(
            "plays: {{ {name}: {{ {was} whenever: members.count >= 2, steps: [post: 我们是两个人了] }} }}"
        )
    };
    let begin = || {
        let mut story = Story::new("2026-12-01 08:00", &yaml("crowd", ""));
        story.join("a", "甲");
        story.join("b", "乙");
        assert_eq!(story.posts().len(), 1);
        story
    };
    // By one save, by two, and over a name in between.
    for saves in [
        &[("many", "was: crowd,")][..],
        &[("many", ""), ("many", "was: crowd,")],
        &[("several", "was: crowd,"), ("many", "was: crowd,")],
        &[("several", ""), ("many", ""), ("many", "was: crowd,")],
        &[("several", "was: crowd,"), ("many", "was: several,"), ("many", "")],
    ] {
        let mut story = begin();
        for (name, was) in saves {
            story.edit(&yaml(name, was));
            story.join("c", "丙");
            story.until("2026-12-02 09:00");
        }
        assert_eq!(story.posts().len(), 1, "{saves:?}");
        // It goes on: false, and true again.
        story.signal("member.left", Some("b"), Value::Null);
        story.signal("member.left", Some("c"), Value::Null);
        story.now = at("2026-12-03 08:00");
        story.join("b", "乙");
        assert_eq!(story.posts().len(), 2, "{saves:?}");
        let read = serde_json::from_str(&serde_json::to_string(&story.state).unwrap()).unwrap();
        assert_eq!(story.state, read);
    }
}

#[test]
fn a_condition_goes_on_counting_under_another_name() {
    let yaml = |name: &str, was: &str| {
        format!(
            "plays: {{ {name}: {{ {was} whenever: members.count >= 2, lasts: 3d, steps: [post: 三天了] }} }}"
        )
    };
    let mut story = Story::new("2026-12-01 08:00", &yaml("crowd", ""));
    story.join("a", "甲");
    story.join("b", "乙");
    story.until("2026-12-03 08:00");
    story.edit(&yaml("many", "was: crowd,"));
    story.until("2026-12-04 07:00");
    assert!(story.posts().is_empty());
    story.until("2026-12-04 09:00");
    assert_eq!(story.posts().len(), 1, "the two days under the old name count");
    assert_eq!(story.state.conditions.keys().map(ToString::to_string).collect::<Vec<_>>(), ["many"]);
}

#[test]
fn dates_keep_what_has_begun_through_any_number_of_names() {
    let yaml = |name: &str, was: &str| {
        format!(
            "plays:
  {name}:
    {was}
    dates: [{{ id: jia, at: 2026-12-05 20:00 }}]
    steps: [{{ at: -4d 08:00, post: 报名 }}, {{ at: 0m, post: 开始 }}]
  other: {{ steps: [post: x] }}"
        )
    };
    for saves in [
        &[("b", "was: a"), ("c", "was: a")][..],
        &[("b", ""), ("b", "was: a"), ("c", "was: b")],
        &[("b", "was: a"), ("a", ""), ("c", "was: a")],
    ] {
        let mut story = Story::new("2026-12-01 09:00", &yaml("a", ""));
        assert_eq!(story.posts(), ["报名"]);
        for (name, was) in saves {
            story.edit(&yaml(name, was));
        }
        story.until("2026-12-06 08:00");
        assert_eq!(story.posts(), ["报名", "开始"], "{saves:?}");
    }
    // Gone by one save and back under another name by the next, while its run is open.
    let mut story = Story::new("2026-12-01 09:00", &yaml("a", ""));
    story.edit("plays: { other: { steps: [post: x] } }");
    story.edit(&yaml("b", ""));
    assert_eq!(story.posts(), ["报名"], "it is not asked a second time");
}

/// A play with a date that is talked about for days, in the words of one version.
fn evening(first: &str, more: &str) -> String {
    format!(
        "vars: {{ place: {first} }}
plays:
  evening:
    dates: [{{ id: jia, at: 2026-12-10 20:00, guest: {first} }}]
    steps:
      - {{ at: -5d 10:00, post: 预告 {first} }}
      - {{ at: -1d 10:00, id: last, post: \"{first}: ${{date.guest}} 在 ${{vars.place}}\" }}{more}"
    )
}

#[test]
fn the_steps_ahead_of_an_open_run_say_what_the_newest_version_says() {
    let mut story = Story::new("2026-12-01 08:00", &evening("旧", ""));
    story.until("2026-12-06 08:00");
    story.edit(&evening("新", ""));
    let reworded = story.entries.iter().filter_map(|entry| match &entry.fact {
        Fact::Reworded { run, steps, .. } => Some((run.to_string(), steps.len())),
        _ => None,
    });
    assert_eq!(reworded.collect::<Vec<_>>(), [("evening@jia".to_owned(), 1)]);
    story.until("2026-12-11 08:00");
    assert_eq!(story.posts(), ["预告 旧", "新: 新 在 新"]);
}

#[test]
fn words_of_a_step_that_found_another_place_are_known_by_its_own_name_only() {
    let added = "\n      - { at: 0m, post: 开始 }";
    let mut story = Story::new("2026-12-01 08:00", &evening("旧", added));
    story.until("2026-12-06 08:00");
    // A step in front: what was step 3 is step 4 now, and has no name of its own.
    let moved = evening("新", added).replace("    steps:\n", "    steps:\n      - { at: -6d, post: 更早 }\n");
    story.edit(&moved.replace("post: 开始", "post: 开场"));
    story.until("2026-12-11 08:00");
    assert_eq!(story.posts(), ["预告 旧", "新: 新 在 新", "开始"]);
}

#[test]
fn words_that_read_a_name_that_the_run_never_had_are_not_taken() {
    let mut story = Story::new("2026-12-01 08:00", &evening("旧", ""));
    story.until("2026-12-06 08:00");
    let asked = evening("新", "").replace(
        "    steps:\n",
        "    steps:\n      - { at: -6d, ask: 来吗, options: [来, 不来], open_for: 1h, as: poll }\n",
    );
    story.edit(&asked.replace("在 ${vars.place}", "有 ${poll.total} 人"));
    story.until("2026-12-11 08:00");
    assert_eq!(story.posts(), ["预告 旧", "旧: 新 在 新"], "vars and the row are there; the poll is not");
}

#[test]
fn a_frozen_play_keeps_its_words_and_a_further_edit_brings_further_ones() {
    let frozen = |word: &str| evening(word, "").replace("    dates:", "    frozen: true\n    dates:");
    let mut story = Story::new("2026-12-01 08:00", &frozen("旧"));
    story.until("2026-12-06 08:00");
    story.edit(&frozen("新"));
    story.until("2026-12-11 08:00");
    assert_eq!(story.posts(), ["预告 旧", "旧: 旧 在 旧"]);

    let mut story = Story::new("2026-12-01 08:00", &evening("一", ""));
    story.until("2026-12-06 08:00");
    for word in ["二", "三"] {
        story.edit(&evening(word, ""));
    }
    let before = story.entries.len();
    story.edit(&evening("三", "\n  other: { steps: [post: x] }"));
    assert!(
        story.entries[before..].iter().all(|entry| !matches!(entry.fact, Fact::Reworded { .. })),
        "nothing that the run says is different"
    );
    story.until("2026-12-11 08:00");
    assert_eq!(story.posts(), ["预告 一", "三: 三 在 三"]);
}

#[test]
fn a_question_that_is_open_is_counted_by_the_options_that_were_read() {
    let poll = |a: &str, b: &str| {
        format!(
            "plays: {{ hi: {{ on: ping, steps: [{{ ask: 哪天, options: [{a}, {b}], open_for: 1h, as: day }}, {{ post: \"{a} ${{day.winner}}\" }}] }} }}"
        )
    };
    let mut story = Story::new("2026-12-01 08:00", &poll("周五", "周六"));
    story.signal("ping", None, Value::Null);
    story.edit(&poll("星期五", "星期六"));
    let said = Value::map([("option", Value::from("周五")), ("task", Value::from("t1"))]);
    story.signal("answer", Some("lin"), said);
    story.until("2026-12-01 09:01");
    assert!(story.posts().contains(&"星期五 周五".to_owned()), "{:?}", story.posts());
}

#[test]
fn an_edit_that_is_taken_back_takes_its_words_back() {
    let mut story = Story::new("2026-12-01 08:00", &evening("甲", ""));
    story.until("2026-12-06 08:00");
    story.edit(&evening("乙", ""));
    story.edit(&evening("甲", ""));
    story.until("2026-12-11 08:00");
    assert_eq!(story.posts(), ["预告 甲", "甲: 甲 在 甲"]);
}

//! What operators do while an evening is on: the next step now, ten minutes later, not today, without a time, hush.

use crate::help::story::{Story, at};
use playbook::{
    base::{
        ids::{PlayName, RunId, StepId},
        time::Duration,
        value::Value,
    },
    engine::{
        entry::{Fact, HoldReason},
        input::Command,
    },
};
use std::sync::Arc;

const CHANNELS: &str = "channels: { group: { type: console }, staff: { type: console } }\n";

const TALK: &str = "
plays:
  talk:
    dates: [{ id: jia, at: 2026-12-11 20:00, guest: 甲 }]
    steps:
      - { id: teaser, at: -1d 12:00, post: '预告 ${date.guest}' }
      - { id: open, at: 0m, post: 开始 }
      - { id: questions, at: +40m, post: 提问 }
      - { id: thanks, at: +1d 20:00, post: 谢谢 }
    moved: [{ post: '改到 ${date.at.format(\"%H:%M\")}' }]
    cancelled: [{ post: 取消 }]
    replaced: [{ post: '${date.was.guest} 换成 ${date.guest}' }]
";

fn talk() -> Story {
    Story::new("2026-12-01 08:00", &format!("{CHANNELS}{TALK}"))
}

fn run() -> RunId {
    RunId::new("talk@jia")
}

#[expect(clippy::unnecessary_wraps, reason = "every command takes it so")]
fn by() -> Option<String> {
    Some("zhu".to_owned())
}

fn now(story: &mut Story, step: Option<&str>) -> String {
    story.news();
    story.command(Command::Now { run: run(), step: step.map(StepId::new), by: by() });
    story.news()
}

fn delay(story: &mut Story, minutes: i64) -> String {
    story.news();
    story.command(Command::Delay { run: run(), length: Duration::MINUTE.times(minutes), by: by() });
    story.news()
}

/// When each post went out, as a clock shows it.
fn clocks(story: &Story) -> Vec<String> {
    use playbook::engine::effect::Effect;
    let sent = story.entries.iter().filter_map(|entry| match entry.effect() {
        Some(Effect::Send(out)) => Some((entry.at, out.message.text.clone())),
        _ => None,
    });
    let zone = &story.playbook.zone;
    sent.map(|(at, text)| format!("{} {text}", zone.civil(at).strftime("%d %H:%M"))).collect()
}

#[test]
fn the_next_step_comes_now_and_the_others_keep_their_times() {
    let mut story = talk();
    story.until("2026-12-11 20:20");
    assert!(now(&mut story, Some("thanks")).contains("refused: `talk@jia` waits at step questions"));
    assert!(!now(&mut story, Some("questions")).contains("refused"));
    story.until("2026-12-13 08:00");
    assert_eq!(clocks(&story), ["10 12:00 预告 甲", "11 20:00 开始", "11 20:20 提问", "12 20:00 谢谢"]);
    assert!(now(&mut story, None).contains("refused: there is no open run"));
}

#[test]
fn a_wait_and_a_question_end_now() {
    let mut story = Story::new(
        "2026-12-01 08:00",
        "plays:\n  talk:\n    steps:\n      - wait: 2h\n      - { id: poll, ask: 来吗, options: [来, 不来], open_for: 1d, as: who }\n      - post: '${who.total} 人'\n",
    );
    story.start("talk");
    let run = story.state.runs.keys().next().expect("a run").clone();
    let next = |step: Option<&str>| Command::Now { run: run.clone(), step: step.map(StepId::new), by: None };
    story.command(next(Some("poll")));
    let news = story.news();
    assert!(news.contains("task t1"), "the wait is over, and the question is put: {news}");
    story.command(next(None));
    assert!(story.news().contains("post group: 0 人"));
}

#[test]
fn what_waits_for_a_person_is_not_hurried() {
    let mut story = Story::new(
        "2026-12-01 08:00",
        &format!(
            "{CHANNELS}people: {{ zhu: {{}} }}\nroles: {{ host: {{ people: [zhu] }} }}\nplays: {{ talk: {{ steps: [{{ approve: 可以吗, to: host }}, {{ post: 好 }}] }} }}\n"
        ),
    );
    story.start("talk");
    let run = story.state.runs.keys().next().expect("a run").clone();
    story.news();
    story.command(Command::Now { run, step: None, by: None });
    assert!(story.news().contains("for an approval; `playbook skip talk@"));
}

#[test]
fn ten_minutes_later_moves_what_is_due_today_and_nothing_else() {
    let mut story = talk();
    story.until("2026-12-11 19:50");
    assert!(!delay(&mut story, 10).contains("改到"), "members are not told of ten minutes");
    story.until("2026-12-11 20:15");
    assert!(!delay(&mut story, 15).contains("refused"));
    story.until("2026-12-13 08:00");
    assert_eq!(clocks(&story), ["10 12:00 预告 甲", "11 20:10 开始", "11 21:05 提问", "12 20:00 谢谢"]);
}

#[test]
fn members_hear_of_more_than_half_an_hour_while_it_is_ahead() {
    let mut story = talk();
    story.until("2026-12-11 19:00");
    assert!(!delay(&mut story, 30).contains("改到"));
    assert!(delay(&mut story, 5).contains("post group: 改到 20:35"));
    story.until("2026-12-11 20:40");
    assert!(!delay(&mut story, 5).contains("改到"), "it has begun: who is there sees it");
    story.until("2026-12-11 22:00");
    assert!(delay(&mut story, 5).contains("refused: nothing of `talk@jia` is due today"));
    assert!(delay(&mut story, 600).contains("refused: a run is delayed by some minutes"));
}

#[test]
fn a_date_that_is_given_a_time_begins_then_whatever_it_was_delayed_by() {
    let mut story = talk();
    story.until("2026-12-11 19:30");
    assert!(!delay(&mut story, 10).contains("refused"));
    let to = |at| Command::Postpone { play: "talk".into(), date: Arc::from("jia"), at, by: None };
    story.command(to(at("2026-12-11 21:00")));
    story.until("2026-12-11 20:50");
    assert!(!delay(&mut story, 20).contains("refused"));
    story.command(Command::PutOff { play: "talk".into(), date: Arc::from("jia"), by: by() });
    story.command(to(at("2026-12-11 22:00")));
    story.until("2026-12-13 08:00");
    let clocks = clocks(&story);
    assert!(clocks.contains(&"11 22:00 开始".to_owned()), "{clocks:?}");
    assert!(clocks.contains(&"11 22:40 提问".to_owned()), "{clocks:?}");
}

#[test]
fn what_lay_before_a_start_by_hand_is_skipped_and_not_late() {
    let mut story = talk();
    story.news();
    let play = PlayName::new("talk");
    let start =
        Command::Start { play, args: Value::Null, date: Some(Arc::from("jia")), member: None, by: by() };
    story.command(start);
    let news = story.news();
    assert!(news.contains("talk@jia/teaser: behind"), "{news}");
    assert!(!news.contains("late"), "{news}");
    assert_eq!(story.state.runs[&run()].missed, 0);
}

#[test]
fn who_asks_to_come_in_has_the_name_that_was_told() {
    let named = |data: Value, signal: &str| {
        let yaml = format!(
            "plays: {{ in: {{ on: {signal}, per: member, steps: [{{ post: '${{member.name}} 想进来' }}] }} }}\n"
        );
        let mut story = Story::new("2026-12-01 08:00", &yaml);
        story.signal(signal, Some("n2"), data);
        story.posts()
    };
    let about = || Value::map([("name", Value::str("Hal"))]);
    assert_eq!(named(Value::map([("member", about())]), "join.requested"), ["Hal 想进来"]);
    assert_eq!(named(about(), "join.requested"), ["Hal 想进来"]);
    assert_eq!(named(about(), "member.requested"), ["Hal 想进来"]);
}

#[test]
fn a_wait_under_way_takes_the_delay() {
    let mut story =
        Story::new("2026-12-01 08:00", "plays: { talk: { steps: [{ wait: 1h }, { post: 好 }] } }\n");
    story.start("talk");
    let run = story.state.runs.keys().next().expect("a run").clone();
    story.command(Command::Delay { run, length: Duration::MINUTE.times(15), by: None });
    story.until("2026-12-01 12:00");
    assert_eq!(clocks(&story), ["01 09:15 好"]);
}

#[test]
fn a_skipped_occurrence_comes_back_until_its_time() {
    let mut story =
        Story::new("2026-12-01 08:00", "plays: { hi: { every: day at 08:30, steps: [{ post: 早 }] } }\n");
    let run = RunId::new("hi@2026-12-02T00:30:00Z");
    let skip = || Command::Skip { run: run.clone(), step: None, by: by() };
    let unskip = || Command::Unskip { run: run.clone(), by: by() };
    story.until("2026-12-01 12:00");
    story.command(unskip());
    assert!(story.news().contains("refused: no coming occurrence"));
    story.command(skip());
    story.command(unskip());
    story.until("2026-12-02 12:00");
    assert!(story.news().contains("post group: 早"));
    story.command(unskip());
    assert!(story.news().contains("refused: `hi@2026-12-02T00:30:00Z` has begun"));
}

#[test]
fn who_cancels_says_whether_members_are_told() {
    for (silent, told) in [(false, true), (true, false)] {
        let mut story = talk();
        story.until("2026-12-10 13:00");
        story.command(Command::Cancel { run: run(), silent, by: by() });
        assert_eq!(story.news().contains("post group: 取消"), told, "silent: {silent}");
        assert!(story.state.finished.iter().any(|run| run.reason.en == "cancelled by zhu"));
    }
    let mut early = talk();
    early.start("talk");
    early.command(Command::Cancel { run: run(), silent: false, by: by() });
    assert!(!early.news().contains("取消"), "nobody had been told");
}

#[test]
fn what_was_asked_for_a_run_need_not_be_done_once_it_is_cancelled() {
    let mut story = Story::new(
        "2026-12-01 08:00",
        "people: { zhu: {} }\nroles: { host: { people: [zhu], channel: staff } }\nchannels: { group: { type: manual }, staff: { type: console } }\nplays: { talk: { steps: [{ task: 订场地, to: host }, { post: 好 }, { post: 又好 }] } }\n",
    );
    story.start("talk");
    assert_eq!(story.state.tasks.len(), 2);
    let run = story.state.runs.keys().next().expect("a run").clone();
    story.command(Command::Cancel { run, silent: false, by: by() });
    assert!(story.state.tasks.is_empty(), "{:?}", story.state.tasks);
}

#[test]
fn a_date_without_a_time_waits_for_one_and_members_hear_that_it_follows() {
    let mut story = talk();
    story.until("2026-12-10 13:00");
    story.news();
    let put_off = || Command::PutOff { play: "talk".into(), date: Arc::from("jia"), by: by() };
    story.command(put_off());
    let news = story.news();
    assert!(news.contains("**talk** is put off") && news.contains("the new time follows"), "{news}");
    story.command(put_off());
    assert!(story.news().contains("refused: `talk/jia` has no time already"));
    story.until("2026-12-13 08:00");
    assert_eq!(story.news(), "", "nothing of it happens");
    let to = at("2026-12-20 20:00");
    story.command(Command::Postpone { play: "talk".into(), date: Arc::from("jia"), at: to, by: None });
    story.until("2026-12-22 08:00");
    let news = story.news();
    for said in ["改到 20:00", "开始", "提问", "谢谢"] {
        assert!(news.contains(said), "{said}: {news}");
    }
}

#[test]
fn a_date_that_has_not_begun_waits_for_its_time_as_well() {
    let mut story = talk();
    story.command(Command::PutOff { play: "talk".into(), date: Arc::from("jia"), by: by() });
    story.until("2026-12-15 08:00");
    assert!(story.posts().is_empty() && story.state.runs.is_empty());
    let to = at("2026-12-20 20:00");
    story.command(Command::Postpone { play: "talk".into(), date: Arc::from("jia"), at: to, by: None });
    story.until("2026-12-22 08:00");
    assert_eq!(story.posts(), ["预告 甲", "开始", "提问", "谢谢"]);
}

#[test]
fn another_guest_is_told_to_those_who_knew_the_first() {
    let mut story = talk();
    story.until("2026-12-10 13:00");
    story.edit(&format!("{CHANNELS}{}", TALK.replace("guest: 甲", "guest: 乙")));
    assert!(story.news().contains("post group: 甲 换成 乙"));
    let mut early = talk();
    early.edit(&format!("{CHANNELS}{}", TALK.replace("guest: 甲", "guest: 乙")));
    assert!(!early.news().contains("换成"), "nobody had been told");
}

#[test]
fn a_hush_stops_members_and_not_the_staff() {
    let text = format!(
        "{CHANNELS}plays:\n  hi: {{ every: day at 10:00, steps: [{{ post: 早, urgent: true }}, {{ post: 内部, to: staff }}] }}\n"
    );
    for send in [false, true] {
        let mut story = Story::new("2026-12-01 08:00", &text);
        let why = "一位成员出了事".to_owned();
        story.command(Command::Hush { until: None, why: " ".into(), by: by() });
        assert!(story.news().contains("refused: a hush needs its reason"));
        story.command(Command::Hush { until: None, why, by: by() });
        story.until("2026-12-01 10:10");
        assert_eq!(story.posts(), ["内部"]);
        story.command(Command::Unhush { send, by: by() });
        let said: &[&str] = if send { &["内部", "早"] } else { &["内部"] };
        assert_eq!(story.posts(), said);
        story.command(Command::Unhush { send, by: by() });
        assert!(story.news().contains("refused: `story` is not hushed"));
        story.until("2026-12-02 10:10");
        assert_eq!(story.posts().len(), said.len() + 2);
    }
}

/// Four posts of one minute under a gap, of which the first has left and the others are held.
fn in_a_gap() -> Story {
    let text = format!(
        "{CHANNELS}budgets: {{ posts: {{ gap: 30m }} }}\nplays:\n  a: {{ every: day at 10:00, steps: [post: 一] }}\n  \
         b: {{ every: day at 10:00, steps: [post: 二] }}\n  c: {{ every: day at 10:00, steps: [post: 三] }}\n  \
         d: {{ every: day at 10:05, steps: [post: 四] }}\n"
    );
    let mut story = Story::new("2026-12-01 09:00", &text);
    story.until("2026-12-01 10:02");
    assert_eq!(story.posts(), ["一"]);
    story.command(Command::Hush { until: None, why: "出事了".into(), by: by() });
    story
}

#[test]
fn what_was_held_before_a_hush_keeps_its_reason_and_outlasts_it() {
    for send in [false, true] {
        let mut story = in_a_gap();
        let reasons = |story: &Story| story.state.held.iter().map(|held| held.reason).collect::<Vec<_>>();
        assert_eq!(reasons(&story), [HoldReason::PostsGap, HoldReason::Order], "as before the hush");
        story.command(Command::Unhush { send, by: by() });
        assert_eq!(reasons(&story), [HoldReason::PostsGap, HoldReason::Order], "and after it");
        story.until("2026-12-01 10:40");
        assert_eq!(story.posts(), ["一", "二"]);
        story.until("2026-12-01 12:30");
        assert_eq!(story.posts(), ["一", "二", "三", "四"]);
    }
}

#[test]
fn what_came_while_hushed_is_dropped_and_what_was_held_before_goes_a_gap_apart() {
    let mut story = in_a_gap();
    story.until("2026-12-01 11:40");
    assert_eq!(story.posts(), ["一"]);
    story.command(Command::Unhush { send: false, by: by() });
    assert_eq!(story.posts(), ["一", "二"], "its gap is over");
    story.until("2026-12-01 12:09");
    assert_eq!(story.posts(), ["一", "二"]);
    story.until("2026-12-01 14:00");
    assert_eq!(story.posts(), ["一", "二", "三"], "the fourth came while members saw nothing");
}

#[test]
fn what_a_hush_kept_back_goes_or_is_dropped_in_the_order_in_which_it_was_decided() {
    let text = format!(
        "{CHANNELS}plays:\n  z: {{ every: day at 10:00, steps: [post: 一] }}\n  m: {{ every: day at 10:01, steps: [post: 二] }}\n  \
         a: {{ every: day at 10:02, steps: [post: 三] }}\n"
    );
    for send in [true, false] {
        let mut story = Story::new("2026-12-01 09:00", &text);
        story.command(Command::Hush { until: None, why: "出事了".into(), by: by() });
        story.until("2026-12-01 10:10");
        let before = story.entries.len();
        story.command(Command::Unhush { send, by: by() });
        let gone = story.entries[before..].iter().filter_map(|entry| match &entry.fact {
            Fact::Expired { effect, .. } => Some(effect.to_string()),
            Fact::Released(out) => Some(out.effect.to_string()),
            _ => None,
        });
        let plays: Vec<String> = gone.map(|effect| effect[..1].to_owned()).collect();
        assert_eq!(plays, ["z", "m", "a"], "{send}");
        assert_eq!(story.posts(), if send { vec!["一", "二", "三"] } else { vec![] });
    }
}

#[test]
fn a_question_that_a_hush_has_swallowed_ends_with_it() {
    let text = format!(
        "{CHANNELS}plays:\n  quiz:\n    every: day at 10:00\n    steps:\n      \
         - {{ ask: 几个？, options: [一, 二], open_for: 1h, as: said }}\n      - post: 结果 ${{said.total}}\n      \
         - {{ at: +2h, post: 中午 }}\n"
    );
    let mut story = Story::new("2026-12-01 09:00", &text);
    story.command(Command::Hush { until: None, why: "出事了".into(), by: by() });
    story.until("2026-12-01 10:10");
    assert!(story.state.tasks.is_empty(), "nobody is asked what nobody sees");
    story.command(Command::Unhush { send: false, by: by() });
    story.until("2026-12-01 12:10");
    assert_eq!(story.posts(), ["中午"], "nothing is said of answers that nobody could give");
}

#[test]
fn a_hush_with_an_end_ends_by_itself_and_drops_what_came() {
    let text = format!(
        "{CHANNELS}plays: {{ hi: {{ every: 1h, steps: [{{ post: '${{now.format(\"%H\")}}' }}] }} }}\n"
    );
    let mut story = Story::new("2026-12-01 08:30", &text);
    let until = Some(at("2026-12-01 10:30"));
    story.command(Command::Hush { until, why: "默哀".into(), by: by() });
    story.until("2026-12-01 11:30");
    assert_eq!(story.posts(), ["11"]);
}

#[test]
fn a_remark_is_kept_with_its_author() {
    let mut story = talk();
    story.until("2026-12-11 20:20");
    let note = |run: Option<RunId>| Command::Note { run, text: "麦克风坏了十分钟".into(), by: by() };
    story.command(note(Some(run())));
    story.command(note(None));
    let kept = story.entries.iter().map(|entry| serde_json::to_value(&entry.fact).expect("stored"));
    let kept: Vec<_> = kept.filter(|fact| fact["did"] == "noted").collect();
    assert_eq!(kept.len(), 2);
    assert_eq!((&kept[0]["run"], &kept[0]["by"]), (&"talk@jia".into(), &"zhu".into()));
    story.command(note(Some(RunId::new("talk@yi"))));
    assert!(story.news().contains("refused: there is no open run `talk@yi`"));
}

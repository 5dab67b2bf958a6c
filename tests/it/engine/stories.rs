//! What the engine decides, told as stories: lateness, catching up, overlap, gates, questions, waits, dates.

use crate::help::story::{Story, at};
use playbook::{
    base::{
        ids::{InputId, PlayName, RunId},
        time::Duration,
        value::Value,
    },
    engine::input::{Command, Input, InputKind, Receipt, Signal},
};
use std::sync::Arc;

#[track_caller]
fn tells(story: &mut Story, expected: &str) {
    let news = story.news();
    let strip =
        |text: &str| text.lines().map(str::trim).filter(|l| !l.is_empty()).collect::<Vec<_>>().join("\n");
    assert_eq!(strip(&news), strip(expected), "\nwhat happened:\n{news}");
}

#[test]
fn a_daily_post_starts_once_a_day() {
    let mut story =
        Story::new("2026-12-01 07:00", "plays: { hi: { every: day at 08:30, steps: [post: 早] } }");
    story.until("2026-12-02 09:00");
    tells(
        &mut story,
        "12-01 07:00 phase main
         12-01 08:30 start hi@2026-12-01T00:30:00Z
         12-01 08:30 post group: 早
         12-01 08:30 end hi@2026-12-01T00:30:00Z: done
         12-02 08:30 start hi@2026-12-02T00:30:00Z
         12-02 08:30 post group: 早
         12-02 08:30 end hi@2026-12-02T00:30:00Z: done",
    );
}

#[test]
fn late_within_max_late_happens_later_is_missed() {
    let yaml = "plays: { hi: { every: day at 08:30, max_late: 30m, steps: [post: 早] } }";
    let mut story = Story::new("2026-12-01 07:00", yaml);
    story.sleep_until("2026-12-01 08:55");
    story.news();
    story.sleep_until("2026-12-02 09:01");
    tells(&mut story, "12-02 09:01 skipped hi@2026-12-02T00:30:00Z: late");
}

#[test]
fn what_was_slept_through_is_one_entry_and_the_last_is_made_up_for() {
    let yaml = "plays: { tick: { every: 10m, max_late: 45m, steps: [post: 滴] } }";
    let mut story = Story::new("2026-12-01 07:01", yaml);
    story.sleep_until("2026-12-01 10:01");
    tells(
        &mut story,
        "12-01 07:01 phase main
         12-01 10:01 slept 2h51m
         12-01 10:01 skipped tick@2026-11-30T23:10:00Z x13: late
         12-01 10:01 skipped tick@2026-12-01T01:20:00Z x4: catch_up
         12-01 10:01 start tick@2026-12-01T02:00:00Z
         12-01 10:01 post group: 滴
         12-01 10:01 end tick@2026-12-01T02:00:00Z: done",
    );
}

#[test]
fn catch_up_all_and_none() {
    let yaml = "plays: { tick: { every: 10m, catch_up: all, steps: [post: 滴] } }";
    let mut story = Story::new("2026-12-01 07:01", yaml);
    story.sleep_until("2026-12-01 07:41");
    assert_eq!(story.posts().len(), 4, "every one inside max_late");
    let yaml = "plays: { tick: { every: 10m, catch_up: none, steps: [post: 滴] } }";
    let mut story = Story::new("2026-12-01 07:01", yaml);
    story.sleep_until("2026-12-01 07:41");
    assert_eq!(story.posts().len(), 0, "none after a pause");
    story.until("2026-12-01 07:51");
    assert_eq!(story.posts().len(), 1, "the next one is on time");
}

#[test]
fn overlap_skips_allows_and_replaces() {
    let yaml = |overlap: &str| {
        format!("plays: {{ slow: {{ every: 10m, overlap: {overlap}, steps: [wait: 15m, post: 完] }} }}")
    };
    let mut story = Story::new("2026-12-01 07:01", &yaml("skip"));
    story.until("2026-12-01 07:26");
    tells(
        &mut story,
        "12-01 07:01 phase main
         12-01 07:10 start slow@2026-11-30T23:10:00Z
         12-01 07:20 skipped slow@2026-11-30T23:20:00Z: overlap
         12-01 07:25 post group: 完
         12-01 07:25 end slow@2026-11-30T23:10:00Z: done",
    );
    let mut story = Story::new("2026-12-01 07:01", &yaml("replace"));
    story.until("2026-12-01 07:36");
    assert_eq!(story.posts().len(), 0, "each is replaced before it posts");
    let mut story = Story::new("2026-12-01 07:01", &yaml("allow"));
    story.until("2026-12-01 07:36");
    assert_eq!(story.posts().len(), 2);
}

#[test]
fn a_date_whose_early_steps_have_passed_starts_all_the_same() {
    let yaml = "
plays:
  talk:
    dates: [{ id: jia, at: 2026-12-11 20:00, topic: 长篇 }]
    steps:
      - at: -14d 10:00
        post: 太早
      - at: -7d 12:00
        post: 预告 ${date.topic}
      - at: 0m
        post: 开始
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.until("2026-12-12 00:00");
    tells(
        &mut story,
        "12-01 08:00 phase main
         12-01 08:00 start talk@jia
         12-01 08:00 missed talk@jia/1: late
         12-04 12:00 post group: 预告 长篇
         12-11 20:00 post group: 开始
         12-11 20:00 end talk@jia: done",
    );
}

#[test]
fn occurrences_before_the_groups_creation_do_not_exist() {
    let yaml = "plays: { talk: { dates: [2026-11-01 20:00, 2026-12-03 20:00], steps: [post: 开始] } }";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.until("2026-12-05 00:00");
    assert_eq!(story.posts(), ["开始"]);
}

#[test]
fn approval_gates_the_rest() {
    let yaml = "
people: { zhu: { name: 小朱 } }
roles: { host: { people: [zhu] } }
plays:
  ad:
    steps:
      - approve: 可以发吗?
        to: host
        open_for: 2h
      - post: 发了
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.start("ad");
    story.approve("t1");
    tells(
        &mut story,
        "12-01 08:00 phase main
         12-01 08:00 start ad@2026-12-01T00:00:00Z
         12-01 08:00 task t1 可以发吗?
         12-01 08:00 closed t1: approved
         12-01 08:00 post group: 发了
         12-01 08:00 end ad@2026-12-01T00:00:00Z: done",
    );
    story.until("2026-12-01 09:00");
    story.start("ad");
    story.command(Command::Reject {
        task: "t2".into(),
        by: None,
        reason: Some("太硬".into()),
        as_operator: false,
    });
    story.start("ad");
    story.until("2026-12-01 12:00");
    tells(
        &mut story,
        "12-01 09:00 start ad@2026-12-01T01:00:00Z
         12-01 09:00 task t2 可以发吗?
         12-01 09:00 closed t2: rejected
         12-01 09:00 end ad@2026-12-01T01:00:00Z: stopped
         12-01 09:00 start ad@2026-12-01T01:00:00Z#2
         12-01 09:00 task t3 可以发吗?
         12-01 11:00 closed t3: silent
         12-01 11:00 end ad@2026-12-01T01:00:00Z#2: stopped",
    );
    story.approve("t9");
    assert!(story.news().contains("refused: there is no open task t9"));
}

#[test]
fn approval_with_then_gates_only_those_steps_and_silence_may_proceed() {
    let yaml = "
plays:
  ad:
    steps:
      - approve: 可以发吗?
        open_for: 1h
        then: [post: 广告]
      - post: 其余
  soft:
    steps:
      - approve: 可以发吗?
        open_for: 1h
        otherwise: proceed
      - post: 默认发
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.start("ad");
    story.start("soft");
    story.until("2026-12-01 10:00");
    assert_eq!(story.posts(), ["其余", "默认发"]);
}

#[test]
fn a_poll_counts_and_a_tie_goes_to_the_first_option() {
    let yaml = "
plays:
  vote:
    steps:
      - ask: 读哪本?
        options: [活着, 围城]
        open_for: 1h
        as: vote
      - post: 结果 ${vote.winner} ${vote.total}
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.start("vote");
    let answer = |option: &str| Value::map([("option", Value::str(option))]);
    story.signal("answer", Some("a"), answer("围城"));
    story.signal("answer", Some("b"), answer("1"));
    story.signal("answer", Some("c"), answer("没有这本"));
    story.until("2026-12-01 09:30");
    assert_eq!(story.posts().last().map(String::as_str), Some("结果 活着 2"));
    story.start("vote");
    story.until("2026-12-01 11:00");
    assert_eq!(story.posts().last().map(String::as_str), Some("结果  0"), "no answer gives nothing");
}

#[test]
fn waits_for_time_clock_signal_and_task() {
    let yaml = "
plays:
  w:
    steps:
      - wait: 20m
      - post: 一
      - wait: 09:00
      - post: 二
      - wait: ready
        timeout: 1h
        otherwise: [post: 没等到]
      - post: 三
      - task: 做点事
        as: job
      - wait: job
      - post: 四
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.start("w");
    story.until("2026-12-01 09:30");
    story.signal("ready", None, Value::Null);
    story.until("2026-12-01 13:00");
    story.done("t1");
    assert_eq!(story.posts(), ["一", "二", "三", "四"]);
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.start("w");
    story.until("2026-12-01 13:00");
    assert_eq!(story.posts(), ["一", "二", "没等到", "三"]);
}

#[test]
fn branches_loops_variables_and_starts() {
    let yaml = "
vars: { n: 1 }
plays:
  main-play:
    steps:
      - set: { n: vars.n + 1 }
      - if: vars.n > 1
        then: [post: 大于一]
        else: [post: 不大]
      - each: '[1, 2, 3]'
        as: k
        max: 2
        steps: [post: '第 ${k} 个']
      - start: other
        with: { who: 小何 }
      - stop: 够了
      - post: 到不了
  other:
    steps: [post: '你好 ${args.who}']
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.start("main-play");
    let mut posts = story.posts();
    posts.sort();
    assert_eq!(posts, ["你好 小何", "大于一", "第 1 个", "第 2 个"]);
}

#[test]
fn phases_follow_until_and_timeout_and_a_final_one_is_still() {
    let yaml = "
phases:
  - { name: seed, until: members.count >= 2, timeout: 3d }
  - { name: grow, timeout: 1d }
  - { name: over, final: true }
plays:
  hi: { every: day at 08:30, during: seed, steps: [post: 早] }
  any: { every: day at 09:30, steps: [post: 都行] }
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.join("a", "甲");
    assert_eq!(story.state.phase.as_str(), "seed");
    story.join("b", "乙");
    assert_eq!(story.state.phase.as_str(), "grow");
    story.until("2026-12-01 10:00");
    story.until("2026-12-09 10:00");
    assert_eq!(story.state.phase.as_str(), "over");
    assert_eq!(playbook::engine::deadline(&story.state), None, "nothing wakes it");
    assert_eq!(story.posts(), ["都行"], "once while growing, never after");
    let mut slow = Story::new("2026-12-01 08:00", yaml);
    slow.until("2026-12-04 09:00");
    assert_eq!(slow.state.phase.as_str(), "grow", "the timeout alone leaves a phase");
}

#[test]
fn a_batch_collects_and_is_anchored_at_its_end() {
    let yaml = "
plays:
  welcome:
    on: member.joined
    batch: 10m
    steps: [post: '欢迎 ${signals.len()} 位,${signal.member.name} 等']
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.join("a", "甲");
    story.until("2026-12-01 08:05");
    story.join("b", "乙");
    story.until("2026-12-01 08:30");
    tells(
        &mut story,
        "12-01 08:00 phase main
         12-01 08:10 start welcome@2026-12-01T00:10:00Z
         12-01 08:10 post group: 欢迎 2 位,甲 等
         12-01 08:10 end welcome@2026-12-01T00:10:00Z: done",
    );
}

#[test]
fn a_window_that_was_open_before_a_pause_closes_behind_it() {
    let yaml = "
plays:
  welcome:
    on: member.joined
    batch: 10m
    max_late: 1h
    steps: [post: '欢迎 ${signals.len()} 位']
";
    for (only, resumed, posts) in [
        (None, "2026-12-01 08:40", vec!["欢迎 1 位".to_owned()]),
        (Some("welcome"), "2026-12-01 08:40", vec!["欢迎 1 位".to_owned()]),
        // A pause is time slept through: later than `max_late` nobody is greeted.
        (None, "2026-12-01 12:00", Vec::new()),
    ] {
        let mut story = Story::new("2026-12-01 08:00", yaml);
        story.join("a", "甲");
        let play = only.map(PlayName::new);
        story.command(Command::Pause { play: play.clone(), by: None, until: None, caretaker: None });
        story.until(resumed);
        assert!(story.posts().is_empty());
        story.command(Command::Resume { play, by: None });
        story.until("2026-12-01 13:00");
        assert_eq!(story.posts(), posts, "{only:?} {resumed}");
    }
}

#[test]
fn a_condition_that_cannot_be_decided_is_a_trouble_that_people_are_told_once_a_day() {
    let yaml = "
channels: { group: { type: console }, alerts: { type: console } }
vars: { none: 0 }
phases: [{ name: one, until: '1 / vars.none == 1' }, { name: two }]
plays:
  a: { every: 10m, when: '1 / vars.none == 1', steps: [post: a] }
  b: { on: go, where: 'signal.data.x.y > 3', steps: [post: b] }
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.until("2026-12-01 10:00");
    story.signal("go", None, Value::map([("n", Value::Int(1))]));
    story.signal("go", None, Value::map([("n", Value::Int(2))]));
    story.until("2026-12-01 11:00");
    let told = story.posts();
    let of = |words: &str| told.iter().filter(|text| text.contains(words)).count();
    assert_eq!(
        (of("`until: 1 / vars.none == 1`"), of("`when: 1 / vars.none == 1`"), of("`where")),
        (1, 1, 2)
    );
    let broken = |play: Option<&str>| {
        story
            .state
            .broken
            .iter()
            .filter(|one| one.play.as_ref().map(playbook::base::ids::PlayName::as_str) == play)
            .count()
    };
    assert_eq!((broken(None), broken(Some("a")), broken(Some("b"))), (1, 1, 0), "{:?}", story.state.broken);
    assert_eq!(story.state.phase.as_str(), "one");
}

#[test]
fn one_run_a_member_ends_when_the_member_leaves() {
    let yaml = "
plays:
  journey:
    on: member.joined
    per: member
    steps:
      - at: +1d
        post: 你好 ${member.name}
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.join("a", "甲");
    story.until("2026-12-01 08:01");
    story.join("b", "乙");
    story.signal("member.left", Some("a"), Value::Null);
    story.until("2026-12-03 08:00");
    assert_eq!(story.posts(), ["你好 乙"]);
}

#[test]
fn pruning_tells_waits_checks_again_asks_and_lists() {
    let yaml = "
people: { zhu: { name: 小朱 } }
roles: { host: { people: [zhu] } }
plays:
  prune:
    every: day at 10:00
    steps:
      - prune: member.idle > days(60) && !member.tags.contains(\"vip\")
        max: 2
        notice: 你已经两个月没有冒泡了。
        grace: 7d
        to: host
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    for id in ["a", "b", "c"] {
        story.join(id, id);
    }
    story.signal("member.joined", Some("v"), Value::map([("tags", Value::list(vec![Value::str("vip")]))]));
    story.until("2027-01-30 09:00");
    story.signal("message", Some("c"), Value::Null);
    story.until("2027-01-30 11:00");
    story.signal("message", Some("b"), Value::Null);
    story.news();
    assert_eq!(story.idle_for(Duration::DAY.times(60)), 2, "a and the vip");
    story.until("2027-02-06 11:00");
    story.approve("t1");
    story.done("t2");
    tells(
        &mut story,
        "01-31 10:00 skipped prune@2027-01-31T02:00:00Z: overlap
         02-01 10:00 skipped prune@2027-02-01T02:00:00Z: overlap
         02-02 10:00 skipped prune@2027-02-02T02:00:00Z: overlap
         02-03 10:00 skipped prune@2027-02-03T02:00:00Z: overlap
         02-04 10:00 skipped prune@2027-02-04T02:00:00Z: overlap
         02-05 10:00 skipped prune@2027-02-05T02:00:00Z: overlap
         02-06 10:00 skipped prune@2027-02-06T02:00:00Z: overlap
         02-06 10:00 task t1 Remove 1 member who stayed silent? a
         02-06 11:00 closed t1: approved
         02-06 11:00 task t2 Remove 1 member from the group: a
         02-06 11:00 closed t2: done
         02-06 11:00 gone a
         02-06 11:00 end prune@2027-01-30T02:00:00Z: done",
    );
}

#[test]
fn quiet_hours_hold_and_the_gap_spaces_what_is_released() {
    let yaml = "
budgets: { quiet: '22:30-08:00', posts: { max: 3 per day, gap: 10m } }
plays:
  a: { every: day at 23:00, steps: [post: 一, post: 二, { post: 急, urgent: true }] }
  b: { every: day at 08:05, steps: [post: 三, post: 四] }
";
    let mut story = Story::new("2026-12-01 22:00", yaml);
    story.until("2026-12-02 12:00");
    tells(
        &mut story,
        "12-01 22:00 phase main
         12-01 23:00 start a@2026-12-01T15:00:00Z
         12-01 23:00 hold quiet: 一
         12-01 23:00 hold quiet: 二
         12-01 23:00 post group: 急
         12-01 23:00 end a@2026-12-01T15:00:00Z: done
         12-02 08:00 release group: 一
         12-02 08:05 start b@2026-12-02T00:05:00Z
         12-02 08:05 hold posts_gap: 三
         12-02 08:05 hold posts_gap: 四
         12-02 08:05 end b@2026-12-02T00:05:00Z: done
         12-02 08:10 release group: 二
         12-02 08:20 release group: 三",
    );
    story.until("2026-12-03 09:00");
    assert!(!story.posts().contains(&"四".to_owned()), "the fourth is of its day, and missed");
}

#[test]
fn promo_is_held_to_its_share_and_not_before() {
    let yaml = "
budgets: { promo: { max: 25% per 30d, not_before: 2d } }
plays:
  ad: { every: day at 09:00, label: promo, steps: [post: 广告] }
  hi: { every: day at 10:00, steps: [post: 内容] }
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.until("2026-12-20 12:00");
    let posts = story.posts();
    assert_eq!(posts[..9].iter().filter(|p| *p == "广告").count(), 1, "{posts:?}");
    assert_eq!(posts[..3], ["内容", "内容", "广告"], "one, while there are few");
    let ads = posts.iter().filter(|p| *p == "广告").count();
    assert!(ads >= 5, "{ads} of {}", posts.len());
    assert!(ads * 4 <= posts.len(), "{ads} of {}", posts.len());
}

#[test]
fn a_held_message_expires_with_its_reason() {
    let yaml = "
budgets: { quiet: '22:30-08:00' }
plays: { a: { every: day at 23:00, steps: [{ post: 过时, expires: 2h }] } }
";
    let mut story = Story::new("2026-12-01 22:00", yaml);
    story.until("2026-12-02 12:00");
    assert!(story.news().contains("12-02 01:00 expired"));
    assert!(story.posts().is_empty());
}

#[test]
fn a_moved_date_plans_again_and_tells_only_those_who_had_been_told() {
    let yaml = "
plays:
  talk:
    dates: [{ id: jia, at: 2026-12-11 20:00, topic: 长篇 }]
    moved: [post: '改期至 ${date.at}']
    steps:
      - at: -7d 12:00
        post: 预告
      - at: 0m
        post: 开始
";
    let postpone =
        |to: &str| Command::Postpone { play: "talk".into(), date: Arc::from("jia"), at: at(to), by: None };
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.command(postpone("2026-12-12 20:00"));
    story.until("2026-12-05 13:00");
    assert_eq!(story.posts(), ["预告"], "nobody knew of the first date");
    story.command(postpone("2026-12-13 20:00"));
    story.until("2026-12-14 00:00");
    assert_eq!(story.posts(), ["预告", "改期至 Sun 13 Dec, 20:00", "开始"]);
    story.command(postpone("2026-12-20 20:00"));
    assert!(story.news().contains("refused: `talk/jia` is over"));
}

#[test]
fn what_is_told_of_a_change_that_has_changed_again_is_not_told_and_a_near_one_does_not_wait() {
    let yaml = "
budgets: { posts: { max: 1 per 1d, gap: 1h } }
plays:
  talk:
    dates: [{ id: jia, at: 2026-12-11 20:00 }]
    moved: [post: '改期至 ${date.at}']
    cancelled: [post: 取消]
    steps:
      - at: -7d 12:00
        post: 预告
      - at: 0m
        post: 开始
";
    let postpone =
        |to: &str| Command::Postpone { play: "talk".into(), date: Arc::from("jia"), at: at(to), by: None };
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.until("2026-12-04 12:10");
    story.command(postpone("2026-12-12 20:00"));
    assert_eq!(story.state.held.len(), 1, "the day has had its post");
    story.command(postpone("2026-12-13 20:00"));
    assert_eq!(story.state.held.len(), 1, "of two that contradict each other the later one is said");
    story.until("2026-12-06 00:00");
    assert_eq!(story.posts(), ["预告", "改期至 Sun 13 Dec, 20:00"]);
    // On the day itself whoever has set out must hear of it, whatever the day has had.
    story.until("2026-12-13 19:50");
    story.command(postpone("2026-12-13 20:30"));
    story.command(postpone("2026-12-13 21:00"));
    assert!(story.state.held.is_empty());
    let said = story.posts();
    assert_eq!(said[2..], ["改期至 Sun 13 Dec, 20:30", "改期至 Sun 13 Dec, 21:00"]);
}

#[test]
fn a_person_lets_a_held_message_go_but_not_while_the_group_is_hushed() {
    let yaml = "budgets: { quiet: 22:30-08:00 }\nplays: { hi: { steps: [{ post: 周五见 }] } }\n";
    let mut story = Story::new("2026-12-01 23:30", yaml);
    story.start("hi");
    let effect = story.state.held.front().expect("a held message").outgoing.effect.clone();
    let release = || Command::Release { effect: effect.clone(), by: Some("Zhu".into()) };
    story.command(Command::Hush { until: None, why: "哀悼".into(), by: None });
    story.command(release());
    assert!(story.news().contains("end the silence first"));
    story.command(Command::Unhush { send: true, by: None });
    story.command(release());
    assert!(story.news().contains("release group: 周五见"));
    assert_eq!(story.posts(), ["周五见"]);
    story.command(release());
    assert!(story.news().contains("is not held"));
}

#[test]
fn an_edit_moves_and_cancels_dates_and_gives_open_runs_their_words() {
    let yaml = |dates: &str, word: &str| {
        format!(
            "
plays:
  talk:
    dates: [{dates}]
    moved: [post: 改期]
    cancelled: [post: 取消]
    steps:
      - at: -7d 12:00
        post: 预告
      - at: 0m
        post: {word}
"
        )
    };
    let mut story = Story::new("2026-12-01 08:00", &yaml("{ id: jia, at: 2026-12-11 20:00 }", "开始"));
    story.until("2026-12-05 08:00");
    story.edit(&yaml("{ id: jia, at: 2026-12-12 20:00 }", "新词"));
    story.until("2026-12-12 21:00");
    assert_eq!(story.posts(), ["预告", "改期", "新词"], "the run takes the newest words");
    let mut story = Story::new("2026-12-01 08:00", &yaml("{ id: jia, at: 2026-12-11 20:00 }", "开始"));
    story.until("2026-12-05 08:00");
    story.edit(&yaml("", "开始"));
    story.until("2026-12-12 21:00");
    assert_eq!(story.posts(), ["预告", "取消"]);
}

#[test]
fn a_script_is_a_transaction() {
    let good =
        "fn main(args) { post(\"一\"); post(#{ text: \"二\", label: \"content\" }); state.set(\"n\", 1); 7 }";
    let bad = "fn main(args) { post(\"半\"); throw \"坏了\"; }";
    let yaml = "
plays:
  good:
    steps: [{ run: good.rhai, as: x }, post: '值 ${x}']
  bad:
    steps: [run: bad.rhai, post: 到不了]
";
    let mut story = Story::with_files("2026-12-01 08:00", yaml, &[("good.rhai", good), ("bad.rhai", bad)]);
    story.start("good");
    assert_eq!(story.posts(), ["一", "二", "值 7"]);
    story.start("bad");
    assert_eq!(story.posts().len(), 3, "nothing of the failed script happened");
    assert!(story.news().contains("坏了"));
    let run = story.state.finished.back().expect("a finished run").id.clone();
    story.command(Command::Retry { run, by: None });
    assert!(story.news().contains("坏了"), "it was tried again");
}

#[test]
fn a_script_that_comes_back_too_late_posts_nothing() {
    let yaml = "plays: { a: { every: day at 09:00, max_late: 30m, steps: [run: s.rhai] } }";
    let files = [("s.rhai", "fn main(args) { post(\"晚了\"); }")];
    let mut story = Story::with_files("2026-12-01 08:00", yaml, &files);
    story.answer_scripts = false;
    story.until("2026-12-01 09:00");
    story.now = at("2026-12-01 10:00");
    story.answer_scripts = true;
    story.run_scripts();
    assert!(story.posts().is_empty());
    assert!(story.news().contains("expired"));
}

#[test]
fn a_repeated_input_is_a_no_op() {
    let mut story = Story::new("2026-12-01 08:00", "plays: { a: { on: ping, steps: [post: 乓] } }");
    let signal = Signal {
        name: Arc::from("ping"),
        id: InputId::new("same"),
        at: story.now,
        sent: None,
        member: None,
        data: Value::Null,
    };
    for _ in 0..3 {
        story.input_as(Input { id: InputId::new("same"), kind: InputKind::Signal(signal.clone()) });
    }
    assert_eq!(story.posts(), ["乓"]);
}

#[test]
fn a_refused_message_is_told_to_alerts() {
    let yaml = "
channels: { group: { type: console }, alerts: { type: console } }
plays: { a: { steps: [post: 你好] } }
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.start("a");
    let effect = story
        .entries
        .iter()
        .find_map(|e| match &e.fact {
            playbook::engine::entry::Fact::Posted(out) => Some(out.effect.clone()),
            _ => None,
        })
        .expect("a post");
    story.input(InputKind::Receipt { effect, receipt: Receipt::Refused { reason: "93000".into() } });
    assert!(story.news().contains("tell alerts"));
}

#[test]
fn a_manual_channel_makes_a_post_a_task() {
    let yaml = "
channels: { group: { type: manual } }
plays: { a: { steps: [post: 请复制] } }
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.start("a");
    assert!(story.news().contains("task t1 请复制"));
    story.done("t1");
    assert!(story.state.tasks.is_empty());
}

#[test]
fn pausing_and_skipping() {
    let yaml = "plays: { hi: { every: day at 08:30, steps: [post: 早] } }";
    let mut story = Story::new("2026-12-01 07:00", yaml);
    story.command(Command::Pause { play: Some(PlayName::new("hi")), caretaker: None, until: None, by: None });
    story.until("2026-12-01 12:00");
    story.command(Command::Resume { play: Some(PlayName::new("hi")), by: None });
    story.command(Command::Skip { run: RunId::new("hi@2026-12-02T00:30:00Z"), step: None, by: None });
    story.until("2026-12-03 12:00");
    assert_eq!(story.posts().len(), 1);
    let news = story.news();
    // A pause is time slept through: what it held is too late at the resume.
    assert!(news.contains("hi@2026-12-01T00:30:00Z: late"), "{news}");
    assert!(news.contains("hi@2026-12-02T00:30:00Z: operator"), "{news}");
}

#[test]
fn roles_rotate_and_hand_over() {
    let yaml = "
people: { zhu: { name: 小朱 }, lin: { name: 小林 } }
roles: { host: { people: [zhu, lin], term: 1 week, from: 2026-11-30 } }
plays:
  handover:
    every: term of host
    steps:
      - at: -1d 10:00
        task: 与 ${roles.host.next} 交接
        to: host
      - at: +0d 09:00
        post: 本期 ${roles.host}
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.until("2026-12-15 00:00");
    assert_eq!(story.posts(), ["本期 小林", "本期 小朱"]);
    let news = story.news();
    assert!(news.contains("12-06 10:00 task t1 与 小林 交接"), "{news}");
}

#[test]
fn a_clock_that_goes_back_starts_nothing_twice() {
    let mut story =
        Story::new("2026-12-01 07:00", "plays: { hi: { every: day at 08:30, steps: [post: 早] } }");
    story.until("2026-12-01 09:00");
    story.now = at("2026-12-01 08:00");
    let epoch = story.state.epoch;
    story.input(InputKind::Wake { epoch });
    story.until("2026-12-01 23:00");
    assert_eq!(story.posts().len(), 1);
}

//! Budgets: what is held, how long, what is missed and why, what passes, and what is told to the host.

use crate::help::story::{Story, at};
use playbook::{
    base::value::Value,
    engine::{
        entry::{Fact, HoldReason, Stale},
        state::State,
    },
    lang,
};
use std::sync::Arc;

/// The missed messages of a story: what held each, and why it was given up.
fn missed(story: &Story) -> Vec<(Option<HoldReason>, Stale)> {
    let stale = story.entries.iter().filter_map(|entry| match &entry.fact {
        Fact::Expired { reason, stale: Some(stale), .. } => Some((*reason, *stale)),
        _ => None,
    });
    stale.collect()
}

/// When each message went out, and whether it mentions anybody.
fn sent(story: &Story) -> Vec<String> {
    let zone = &story.playbook.zone;
    let out = story.entries.iter().filter_map(|entry| match &entry.fact {
        Fact::Posted(out) | Fact::Released(out) => Some((entry.at, out)),
        _ => None,
    });
    out.map(|(at, out)| {
        let mention = if out.message.mentions.is_empty() { "" } else { " @" };
        format!("{} {}{mention}", zone.civil(at).strftime("%m-%d %H:%M"), out.message.text)
    })
    .collect()
}

fn tasks(story: &Story) -> Vec<String> {
    story.state.tasks.values().map(|open| open.task.text.clone()).collect()
}

#[test]
fn an_urgent_message_over_the_days_number_goes_at_its_own_time_and_never_at_midnight() {
    let yaml = "
budgets: { quiet: 22:30-08:00, posts: { max: 3 per day } }
plays:
  talk:
    dates: [{ at: 2027-01-15 20:00 }]
    steps:
      - { at: -10m, post: 马上开始 }
      - { at: 0m, post: 分享开始, urgent: true }
      - { at: +40m, post: 提问时间, urgent: true }
      - { at: +60m, post: 谢谢嘉宾, urgent: true }
";
    let mut story = Story::new("2027-01-15 12:00", yaml);
    story.until("2027-01-17 00:00");
    assert_eq!(
        sent(&story),
        ["01-15 19:50 马上开始", "01-15 20:00 分享开始", "01-15 20:40 提问时间", "01-15 21:00 谢谢嘉宾"]
    );
}

#[test]
fn what_a_new_day_allows_waits_for_the_end_of_the_quiet_hours() {
    let yaml = "
budgets: { quiet: 22:30-08:00, posts: { max: 1 per day }, hold: { notice: 3d } }
plays:
  a: { every: monday at 12:00, label: notice, steps: [post: 一, post: 二] }
";
    let mut story = Story::new("2027-01-18 10:00", yaml);
    story.until("2027-01-20 00:00");
    assert_eq!(sent(&story), ["01-18 12:00 一", "01-19 08:00 二"]);
}

#[test]
fn lateness_makes_no_night_message_and_a_clock_time_in_the_night_or_a_person_does() {
    let yaml = "
budgets: { quiet: 22:30-08:00 }
plays:
  evening: { every: day at 22:00, max_late: 3h, steps: [{ post: 晚了, urgent: true }] }
  night: { every: day at 23:00, steps: [{ post: 夜里, urgent: true }] }
  alarm: { on: leak, steps: [{ post: 漏水, urgent: true }] }
  call: { steps: [{ post: 有人叫, urgent: true }] }
";
    let mut story = Story::new("2027-01-15 21:00", yaml);
    story.sleep_until("2027-01-15 22:45");
    story.until("2027-01-15 23:10");
    story.signal("leak", None, Value::Null);
    story.start("call");
    story.until("2027-01-16 09:00");
    assert_eq!(
        sent(&story),
        ["01-15 23:00 夜里", "01-15 23:10 有人叫", "01-16 08:00 晚了", "01-16 08:00 漏水"]
    );
}

#[test]
fn urgent_advertising_is_refused_wherever_its_label_stands() {
    for play in [
        "label: promo, steps: [{ post: 买, urgent: true }]",
        "steps: [{ post: 买, urgent: true, label: promo }]",
    ] {
        let text = format!("name: x\nplays: {{ a: {{ {play} }} }}\n");
        let files = playbook::base::source::MemoryFolder([("p.yaml".into(), Arc::from(text))].into());
        let compiled = lang::compile(&files, "p.yaml");
        assert!(compiled.playbook.is_none());
        let said: Vec<&str> = compiled.report.diagnostics.iter().map(|d| d.message.en.as_str()).collect();
        assert!(said.iter().any(|said| said.contains("urgent")), "{said:?}");
    }
}

#[test]
fn a_script_cannot_advertise_urgently() {
    let yaml = "plays: { a: { every: day at 09:00, steps: [run: ad.rhai] } }";
    let script = "fn main(args) { post(#{ text: \"buy\", urgent: true, label: \"promo\" }); }";
    let mut story = Story::with_files("2027-01-15 08:00", yaml, &[("ad.rhai", script)]);
    story.until("2027-01-15 10:00");
    assert!(sent(&story).is_empty() && story.news().contains("advertising cannot be urgent"));
}

#[test]
fn a_mention_over_the_budget_goes_out_without_it_and_the_host_is_told() {
    let yaml = "
people: { raiders: { name: Raiders }, zhu: { name: Zhu } }
roles: { host: zhu }
budgets: { quiet: 23:30-10:00, mentions: 1 per day }
plays:
  raid:
    every: saturday at 20:00
    steps:
      - { at: -1h, post: In one hour we raid., mention: raiders }
      - { at: 0m, post: Form up!, mention: raiders, urgent: true }
";
    let mut story = Story::new("2027-01-16 12:00", yaml);
    story.until("2027-01-17 12:00");
    assert_eq!(sent(&story), ["01-16 19:00 In one hour we raid. @", "01-16 20:00 Form up!"]);
    let told = tasks(&story);
    assert!(told.len() == 1 && told[0].contains("Form up!"), "{told:?}");
}

#[test]
fn the_days_mention_of_all_is_kept_for_a_date_and_for_what_is_urgent() {
    let yaml = |evening: &str| {
        format!(
            "
people: {{ zhu: {{ name: Zhu }} }}
roles: {{ host: zhu }}
budgets: {{ mentions: 1 per day }}
plays:
  news: {{ every: day at 09:00, steps: [{{ post: 早报, mention: all }}] }}
  {evening}
"
        )
    };
    let dated = "talk: { dates: [{ at: 2027-01-16 20:00 }], steps: [{ at: 0m, post: 开始, mention: all }] }";
    let mut story = Story::new("2027-01-16 08:00", &yaml(dated));
    story.until("2027-01-17 12:00");
    assert_eq!(sent(&story), ["01-16 09:00 早报", "01-16 20:00 开始 @", "01-17 09:00 早报 @"]);
    assert!(tasks(&story)[0].contains("早报"));
    let urgent = "call: { every: saturday at 20:00, steps: [{ post: 集合, mention: all, urgent: true }] }";
    let mut story = Story::new("2027-01-16 08:00", &yaml(urgent));
    story.until("2027-01-16 21:00");
    assert_eq!(sent(&story), ["01-16 09:00 早报", "01-16 20:00 集合 @"]);
    let plain = "call: { every: saturday at 20:00, steps: [{ post: 集合, mention: all }] }";
    let mut story = Story::new("2027-01-16 08:00", &yaml(plain));
    story.until("2027-01-16 21:00");
    assert_eq!(sent(&story), ["01-16 09:00 早报 @", "01-16 20:00 集合"]);
}

#[test]
fn advertising_that_cannot_go_in_time_is_missed_at_once_with_the_first_day_on_which_it_could() {
    let yaml = "
calendars: { member-day: [2026-12-12, 2027-01-08] }
budgets:
  quiet: 21:30-08:00
  promo: { max: 20% per 30d, not_before: 14d, around: member-day, before: 3d, after: 1d }
plays:
  brief: { every: day at 08:30, steps: [{ post: 早报, label: content }] }
  flash: { every: day at 10:00, only: member-day, steps: [{ post: 今天八八折, label: promo }] }
";
    let mut story = Story::new("2026-12-07 00:00", yaml);
    story.until("2026-12-12 10:01");
    let first = Stale::Never { possible: Some(at("2027-01-05 00:00")) };
    assert_eq!(missed(&story), [(Some(HoldReason::PromoNotBefore), first)]);
    story.until("2027-01-20 00:00");
    let flash: Vec<_> = sent(&story).into_iter().filter(|said| said.contains("八八折")).collect();
    assert_eq!(flash, ["01-08 10:00 今天八八折"], "and never 24 days later");
}

#[test]
fn advertising_over_its_share_waits_only_while_enough_can_still_come() {
    let budgets = "budgets: { quiet: 22:00-08:00, promo: { max: 20% per 30d } }";
    let yaml = format!(
        "{budgets}
plays:
  early: {{ every: day at 08:30, steps: [post: 一, post: 二, post: 三, post: 四] }}
  ad: {{ every: 'thu, fri at 10:00', steps: [{{ post: 广告, label: promo }}] }}
  late: {{ every: day at 12:00, steps: [post: 五] }}
"
    );
    let mut story = Story::new("2027-01-14 08:00", &yaml);
    story.until("2027-01-14 20:00");
    assert!(sent(&story).contains(&"01-14 10:00 广告".to_owned()), "{:?}", sent(&story));
    story.until("2027-01-15 20:00");
    assert!(sent(&story).contains(&"01-15 10:00 广告".to_owned()), "two of eleven: {:?}", sent(&story));
    let more = format!(
        "{budgets}
plays:
  early: {{ every: day at 08:30, steps: [post: 一, post: 二, post: 三, post: 四] }}
  ad: {{ every: 'thu, fri at 10:00', steps: [{{ post: 广告, label: promo }}, {{ post: 再一条, label: promo }}] }}
  late: {{ every: day at 12:00, steps: [post: 五, post: 六, post: 七] }}
"
    );
    let mut story = Story::new("2027-01-14 08:00", &more);
    story.until("2027-01-14 20:00");
    let few = missed(&story);
    assert!(matches!(few[..], [(Some(HoldReason::PromoFew), Stale::Never { .. })]), "{few:?}");
    story.until("2027-01-15 20:00");
    let ads: Vec<_> =
        sent(&story).into_iter().filter(|said| said.contains("广告") || said.contains("再")).collect();
    assert_eq!(ads, ["01-14 10:00 广告", "01-15 10:00 广告", "01-15 12:00 再一条"], "three of fifteen");
}

#[test]
fn with_few_posts_one_advertisement_goes_in_fourteen_days() {
    let few = "
budgets: { promo: { max: 10% per 30d } }
plays:
  ad: { every: friday at 10:00, steps: [{ post: 广告, label: promo }] }
  news: { every: sunday at 10:00, steps: [post: 新闻] }
";
    let mut story = Story::new("2027-01-14 08:00", few);
    story.until("2027-03-01 00:00");
    let ads: Vec<_> = sent(&story).into_iter().filter(|said| said.contains("广告")).collect();
    assert_eq!(ads, ["01-15 10:00 广告", "01-29 10:00 广告", "02-12 10:00 广告", "02-26 10:00 广告"]);
    let possible = |day: &str| Stale::Never { possible: Some(at(day)) };
    let held = missed(&story);
    assert_eq!(held[0], (Some(HoldReason::PromoFew), possible("2027-01-29 10:00")));
    assert!(held.iter().all(|(reason, _)| *reason == Some(HoldReason::PromoFew)), "{held:?}");
    let never = few.replace("10%", "0%");
    let mut story = Story::new("2027-01-14 08:00", &never);
    story.until("2027-02-01 00:00");
    assert!(sent(&story).iter().all(|said| !said.contains("广告")), "nothing of a share of nothing");
    // A window shorter than the fortnight does not forget the last one.
    let week = few.replace("30d", "7d");
    let mut story = Story::new("2027-01-14 08:00", &week);
    story.until("2027-02-13 00:00");
    let ads: Vec<_> = sent(&story).into_iter().filter(|said| said.contains("广告")).collect();
    assert_eq!(ads, ["01-15 10:00 广告", "01-29 10:00 广告", "02-12 10:00 广告"]);
}

#[test]
fn each_label_is_held_as_long_as_it_may_and_a_notice_becomes_a_task() {
    let yaml = "
people: { zhu: { name: Zhu } }
roles: { host: zhu }
budgets: { quiet: 22:30-08:00, posts: 1 per 10d }
plays:
  first: { every: friday at 09:00, steps: [post: 第一条] }
  rest:
    every: friday at 10:00
    steps:
      - { post: 说话, label: social }
      - { post: 内容, label: content }
      - { post: 没有标签 }
      - { post: 通知, label: notice }
";
    let mut story = Story::new("2027-01-15 08:00", yaml);
    story.until("2027-01-15 11:59");
    assert!(missed(&story).is_empty());
    story.until("2027-01-15 12:00");
    assert_eq!(missed(&story).len(), 1, "talk is stale after two hours");
    story.until("2027-01-15 22:30");
    assert_eq!(missed(&story).len(), 3, "content is of its day");
    assert!(tasks(&story).is_empty());
    story.until("2027-01-18 10:00");
    assert_eq!(missed(&story).len(), 4);
    assert!(missed(&story).iter().all(|(_, stale)| *stale == Stale::Hold));
    assert!(tasks(&story)[0].contains("通知"));
    assert_eq!(sent(&story), ["01-15 09:00 第一条"]);
}

#[test]
fn the_file_says_how_long_each_label_is_held() {
    let yaml = "
budgets: { posts: 1 per 10d, hold: { social: 30m, content: 26h, notice: day } }
plays:
  first: { every: friday at 09:00, steps: [post: 第一条] }
  rest:
    every: friday at 10:00
    steps: [{ post: 说话, label: social }, { post: 内容 }, { post: 通知, label: notice }]
";
    let mut story = Story::new("2027-01-15 08:00", yaml);
    let mut ends = Vec::new();
    for hour in ["2027-01-15 10:30", "2027-01-16 00:00", "2027-01-16 12:00"] {
        story.until(hour);
        ends.push(missed(&story).len());
    }
    assert_eq!(ends, [1, 2, 3]);
}

#[test]
fn no_message_is_held_beyond_a_later_step_of_its_run() {
    let yaml = "
budgets: { posts: { max: 1 per 1h } }
plays:
  news: { every: day at 19:55, steps: [post: 新闻] }
  riddle:
    every: day at 20:00
    steps: [{ post: 谜面 }, { wait: 20m }, { post: 谜底, label: notice }]
";
    let mut story = Story::new("2027-01-15 08:00", yaml);
    story.until("2027-01-15 23:00");
    assert_eq!(missed(&story), [(Some(HoldReason::PostsMax), Stale::LaterStep)]);
    assert_eq!(sent(&story), ["01-15 19:55 新闻", "01-15 20:55 谜底"]);
}

#[test]
fn what_an_older_program_held_is_held_from_now_on() {
    let yaml = "
budgets: { posts: 1 per 10d }
plays: { a: { every: friday at 09:00, label: social, steps: [post: 一, post: 二] } }
";
    let mut story = Story::new("2027-01-15 08:00", yaml);
    story.until("2027-01-15 10:00");
    let mut stored = serde_json::to_value(&story.state).expect("a state can be stored");
    assert!(stored["held"][0].as_object_mut().expect("a held message").remove("hold").is_some());
    let timers = stored["timers"].as_array_mut().expect("timers");
    timers.retain(|timer| {
        timer[1]["timer"] != "expiry" || timer[0] != serde_json::json!(at("2027-01-15 11:00"))
    });
    let old: State = serde_json::from_value(stored).expect("an older state");
    story.resume_from(old);
    story.until("2027-01-15 10:30");
    story.signal("anything", None, Value::Null);
    story.until("2027-01-15 12:00");
    assert!(missed(&story).is_empty(), "its two hours began at 10:30");
    story.until("2027-01-15 12:30");
    assert_eq!(missed(&story).len(), 1);
}

#[test]
fn what_has_no_clock_time_waits_for_what_has_one() {
    let yaml = "
budgets: { posts: { gap: 10m } }
plays:
  hello: { on: member.joined, steps: [post: 欢迎] }
  news: { every: day at 20:00, steps: [post: 新闻] }
";
    let mut story = Story::new("2027-01-15 19:00", yaml);
    story.until("2027-01-15 19:30");
    story.join("a", "A");
    story.until("2027-01-15 19:55");
    story.join("b", "B");
    story.until("2027-01-15 21:00");
    assert_eq!(sent(&story), ["01-15 19:30 欢迎", "01-15 20:00 新闻", "01-15 20:10 欢迎"]);
}

#[test]
fn nobody_talks_into_a_session_unless_the_play_may() {
    let yaml = "
budgets: { posts: { max: 20 per day } }
plays:
  talk:
    dates: [{ at: 2027-01-15 20:00 }]
    steps:
      - { at: -1d 10:00, post: 明天 }
      - { at: 0m, post: 开始 }
      - { at: +30m, post: 提问 }
      - { at: +60m, post: 谢谢 }
      - { at: +1d 10:00, post: 整理 }
  hello: { on: member.joined, steps: [post: 欢迎] }
  help: { on: member.joined, during_session: yes, steps: [post: 请安静] }
  quiz: { every: friday at 20:15, steps: [post: 问答] }
";
    let mut story = Story::new("2027-01-14 08:00", yaml);
    story.until("2027-01-15 20:10");
    story.join("a", "A");
    story.until("2027-01-17 00:00");
    assert_eq!(
        sent(&story),
        [
            "01-14 10:00 明天",
            "01-15 20:00 开始",
            "01-15 20:10 请安静",
            "01-15 20:30 提问",
            "01-15 21:00 谢谢",
            "01-15 21:00 问答",
            "01-15 21:00 欢迎",
            "01-16 10:00 整理",
        ]
    );
}

#[test]
fn there_may_be_several_quiet_hours() {
    let yaml = "
budgets: { quiet: ['22:00-08:00', '12:00-13:30', '13:30-14:00'], hold: { content: 1d } }
plays:
  noon: { every: day at 12:30, steps: [post: 午] }
  night: { every: day at 23:00, steps: [post: 夜] }
";
    let mut story = Story::new("2027-01-15 10:00", yaml);
    story.until("2027-01-16 09:00");
    assert_eq!(sent(&story), ["01-15 14:00 午", "01-16 08:00 夜"]);
}

#[test]
fn labels_of_ones_own_count_as_what_they_are_declared_to_be() {
    let yaml = "
labels: { know-how: content, fun: social, offer: promo }
budgets: { promo: { max: 20% per 30d, not_before: 14d }, posts: 1 per 10d }
plays:
  first: { every: friday at 09:00, steps: [{ post: 第一条, label: know-how }] }
  rest: { every: friday at 10:00, label: fun, steps: [post: 说话, { post: 买, label: offer }] }
";
    let mut story = Story::new("2027-01-15 08:00", yaml);
    story.until("2027-01-15 12:00");
    let never = Stale::Never { possible: Some(at("2027-01-29 08:00")) };
    assert_eq!(
        missed(&story),
        [(Some(HoldReason::PromoNotBefore), never), (Some(HoldReason::PostsMax), Stale::Hold)]
    );
    for (wrong, said) in [("fun: joke", "one of"), ("promo: social", "a label already")] {
        let text = format!("name: x\nlabels: {{ {wrong} }}\nplays: {{ a: {{ steps: [post: x] }} }}\n");
        let files = playbook::base::source::MemoryFolder([("p.yaml".into(), Arc::from(text))].into());
        let messages: Vec<_> =
            lang::compile(&files, "p.yaml").report.diagnostics.into_iter().map(|d| d.message.en).collect();
        assert!(messages.iter().any(|message| message.contains(said)), "{messages:?}");
    }
}

#[test]
fn on_a_day_of_mourning_members_see_nothing_and_staff_goes_on() {
    let yaml = "
channels: { group: { type: console }, staff: { type: console } }
calendars: { mourning: [2027-01-16] }
budgets: { hush: mourning, hold: { notice: 3d } }
plays:
  news: { every: day at 09:00, steps: [post: 新闻, { post: 急, urgent: true, label: notice }, { post: 给同事, to: staff }] }
";
    let mut story = Story::new("2027-01-16 08:00", yaml);
    story.until("2027-01-17 09:30");
    assert_eq!(
        sent(&story),
        ["01-16 09:00 给同事", "01-17 00:00 急", "01-17 09:00 新闻", "01-17 09:00 急", "01-17 09:00 给同事"]
    );
    assert_eq!(missed(&story), [(Some(HoldReason::Hush), Stale::Hold)]);
}

#[test]
fn a_file_that_is_used_brings_its_own_labels() {
    let used =
        "name: b\nlabels: { tip: content, fun: promo }\nplays: { q: { steps: [{ post: x, label: tip }] } }\n";
    let file = "name: a\nuse: [{ playbook: b.yaml }]\nlabels: { fun: social }\nplays: { p: { steps: [{ post: x, label: fun }] } }\n";
    let files = [("b.yaml", used), ("a.yaml", file)].map(|(name, text)| (name.to_owned(), Arc::from(text)));
    let compiled = lang::compile(&playbook::base::source::MemoryFolder(files.into()), "a.yaml");
    assert!(compiled.playbook.is_some(), "{:?}", compiled.report.diagnostics);
}

#[test]
fn a_mention_that_notifies_nobody_takes_nothing_of_the_days_mentions() {
    let left = |kind: &str| {
        let yaml = format!(
            "
channels: {{ group: {{ type: {kind} }} }}
budgets: {{ mentions: 1 per day }}
plays:
  a: {{ every: day at 10:00, steps: [{{ post: A, mention: all }}] }}
  b: {{ every: day at 11:00, steps: [{{ post: B, mention: all }}] }}
"
        );
        let mut story = Story::new("2027-01-18 09:00", &yaml);
        story.until("2027-01-18 12:00");
        (sent(&story), story.state.released.iter().filter(|released| released.mentions).count())
    };
    let (said, used) = left("ntfy, url: { env: NTFY }");
    assert_eq!((said, used), (vec!["01-18 10:00 A @".to_owned(), "01-18 11:00 B @".to_owned()], 0));
    let (said, used) = left("console");
    assert_eq!((said, used), (vec!["01-18 10:00 A @".to_owned(), "01-18 11:00 B".to_owned()], 1));
}

#[test]
fn a_label_of_ones_own_has_a_quota_of_its_own_and_holds_up_nothing_else() {
    let yaml = "
labels: { know-how: content, fun: social }
budgets: { labels: { know-how: 2 per 7d } }
plays:
  paper: { every: day at 09:00, label: know-how, steps: [{ post: paper }] }
  game: { every: day at 09:30, label: fun, steps: [{ post: game }] }
  plain: { every: day at 10:00, steps: [{ post: plain }] }
";
    let mut story = Story::new("2026-12-01 08:00", yaml);
    story.until("2026-12-03 12:00");
    let papers = |story: &Story| sent(story).iter().filter(|text| text.ends_with("paper")).count();
    assert_eq!(papers(&story), 2, "{:?}", sent(&story));
    let others = sent(&story).iter().filter(|text| !text.ends_with("paper")).count();
    assert_eq!(others, 6, "nothing else waits: {:?}", sent(&story));
    let held = story.state.held.front().expect("the third paper waits");
    assert_eq!(held.reason, HoldReason::LabelMax);
    assert_eq!(held.outgoing.own_label.as_deref(), Some("know-how"));
    // It is of its day, and the window has room again a week after the first.
    story.until("2026-12-09 12:00");
    assert!(missed(&story).iter().all(|one| *one == (Some(HoldReason::LabelMax), Stale::Hold)));
    assert_eq!(papers(&story), 4, "{:?}", sent(&story));
    // One of the four labels may be named, too, and what has no label counts as content.
    let mut story = Story::new("2026-12-01 08:00", &yaml.replace("know-how: 2", "content: 1"));
    story.until("2026-12-03 12:00");
    let texts = sent(&story);
    assert_eq!(texts.iter().filter(|text| !text.ends_with("game")).count(), 1, "{texts:?}");
    let wrong = yaml.replace("know-how: 2", "knowhow: 2");
    let mut folder = playbook::base::source::MemoryFolder::default();
    folder.0.insert("p.yaml".into(), Arc::from(format!("name: p\ntimezone: UTC\n{wrong}")));
    let found = lang::compile(&folder, "p.yaml").report.diagnostics;
    assert!(found.iter().any(|one| one.code == "unknown-name"), "{found:#?}");
}

#[test]
fn a_question_that_was_held_is_open_from_when_members_can_read_it() {
    let yaml = "
budgets: { quiet: 22:30-08:00 }
plays:
  ask:
    steps:
      - { ask: 来吗, options: [来, 不来], open_for: 2h, label: notice, as: coming }
      - { post: \"来的 ${coming.total} 位\", label: notice }
  form:
    steps:
      - { ask: 叫什么, fields: [名字], open_for: 1h, label: notice, as: named }
      - { post: \"${named.total} 位\", label: notice }
";
    let mut story = Story::new("2027-01-14 23:00", yaml);
    story.start("ask");
    story.start("form");
    assert!(story.state.tasks.is_empty(), "nobody is asked before they can read it");
    story.until("2027-01-15 08:30");
    assert_eq!(
        sent(&story),
        [
            "01-15 08:00 **来吗**\n\n1. 来\n2. 不来\n\nOpen until Fri 15 Jan, 10:00.",
            "01-15 08:00 **叫什么**\n\n- 名字\n\nOpen until Fri 15 Jan, 09:00.",
        ]
    );
    let open: Vec<_> = story.state.tasks.values().map(|open| open.task.due).collect();
    assert_eq!(open, [Some(at("2027-01-15 10:00")), Some(at("2027-01-15 09:00"))]);
    let poll = story.entries.iter().find_map(|entry| match &entry.fact {
        Fact::Released(out) => out.message.poll.clone(),
        _ => None,
    });
    assert_eq!(poll.and_then(|poll| poll.closes), Some(at("2027-01-15 10:00")));
    story.join("lin", "Lin");
    story.signal("answer", Some("lin"), Value::map([("task", Value::str("t1")), ("option", Value::Int(1))]));
    story.until("2027-01-15 10:00");
    assert_eq!(sent(&story)[2..], ["01-15 09:00 0 位", "01-15 10:00 来的 1 位"]);
}

#[test]
fn a_question_that_is_held_for_too_long_is_never_put_and_nothing_follows_from_it() {
    let yaml = "
budgets: { quiet: 22:30-08:00 }
plays:
  ask:
    steps:
      - { ask: 来吗, options: [来, 不来], open_for: 9h, label: social, as: coming }
      - { post: \"来的 ${coming.total} 位\" }
";
    let mut story = Story::new("2027-01-14 23:00", yaml);
    story.start("ask");
    story.until("2027-01-15 12:00");
    assert_eq!(missed(&story), [(Some(HoldReason::Quiet), Stale::Hold)]);
    assert_eq!(sent(&story), [""; 0]);
    assert!(story.state.tasks.is_empty() && story.state.runs.is_empty(), "{:?}", story.state.runs);
}

#[test]
fn what_has_room_again_in_the_quiet_hours_waits_for_their_end_and_says_so_at_once() {
    let yaml = "
budgets: { quiet: 22:30-08:00, posts: { max: 1 per day } }
plays:
  talk: { label: notice, steps: [{ post: one }, { post: two }] }
";
    let mut story = Story::new("2027-01-15 20:00", yaml);
    story.start("talk");
    let held = story.state.held.front().expect("a message over the day's number");
    assert_eq!((held.reason, held.until), (HoldReason::PostsMax, Some(at("2027-01-16 08:00"))));
    story.until("2027-01-16 12:00");
    assert_eq!(sent(&story), ["01-15 20:00 one", "01-16 08:00 two"]);
}

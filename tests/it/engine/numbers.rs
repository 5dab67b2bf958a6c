//! What is counted of a group, day by day: from facts alone, the same on recovery, and in bounds.

use crate::help::story::{Story, at};
use playbook::{
    base::{habits::window, ids::MemberId, limits, seed::Seed, time::Duration, value::Value},
    engine::{
        entry::Fact,
        input::{InputKind, Signal},
        numbers::{as_of, day::DayNumbers},
    },
    shell::view::metrics::reading,
};
use std::{collections::BTreeMap, sync::Arc};

const QUIET: &str = "plays: { a: { steps: [{ post: hi, label: promo }] } }";

fn message(rest: &[(&str, Value)]) -> Value {
    Value::map([("message", Value::map(rest.iter().cloned()))])
}

fn text(value: &str) -> Value {
    Value::str(value)
}

fn closed(story: &Story) -> Vec<DayNumbers> {
    let of_entry = |fact: &Fact| match fact {
        Fact::DayClosed { numbers, .. } => Some(DayNumbers::clone(numbers)),
        _ => None,
    };
    story.entries.iter().filter_map(|entry| of_entry(&entry.fact)).collect()
}

#[test]
fn a_day_closes_with_the_first_input_after_midnight_and_says_what_happened_on_it() {
    let mut story = Story::new("2026-12-01 08:00", QUIET);
    story.signal("member.joined", Some("a"), Value::map([("source", text("poster"))]));
    story.signal("member.joined", Some("b"), Value::Null);
    story.signal("member.joined", Some("host"), Value::map([("role", text("owner"))]));
    story.signal("message", Some("a"), message(&[("id", text("1")), ("text", text("第几章？"))]));
    story.now = story.now.plus(Duration::MINUTE.times(5));
    let reply = Value::map([("id", text("1")), ("member", text("a"))]);
    story.signal("message", Some("host"), message(&[("reply_to", reply.clone())]));
    story.signal("message", Some("host"), message(&[("reply_to", reply)]));
    story.start("a");
    story.signal("reaction", Some("b"), Value::Null);
    story.signal("member.left", Some("b"), Value::Null);
    assert!(closed(&story).is_empty());
    // Two days later; nothing happened on the day between them.
    story.now = at("2026-12-03 09:00");
    story.signal("message", Some("a"), Value::Null);
    let days = closed(&story);
    let day = days.first().expect("a closed day");
    assert_eq!(days.len(), 1);
    assert_eq!(day.day.to_string(), "2026-12-01");
    assert_eq!((day.members, day.joined, day.left, day.left_early), (2, 3, 1, 1));
    assert_eq!((day.speakers, day.actors, day.new_speakers), (2, 2, 2), "whoever left is not among them");
    assert_eq!((day.human, day.owner, day.bot, day.posts), (3, 2, 0, [0, 0, 0, 1]));
    assert_eq!((day.asked, day.settled, day.answered, day.answered_soon), (1, 1, 1, 1));
    assert_eq!(day.first_response, [0, 0, 0, 1], "five minutes are less than eight");
    assert_eq!((day.replies, day.replies_owner, day.pairs, day.reactions), (2, 2, 1, 1));
    let numbers = &story.state.numbers;
    assert_eq!(numbers.campaigns.back().map(|campaign| campaign.responses), Some(1));
    assert_eq!((numbers.speakers.within(1), numbers.speakers.within(3)), (1, 2));
    let cohort: Vec<_> = numbers.cohorts.between(day.day, day.day).collect();
    assert_eq!(
        cohort.iter().map(|one| (&*one.from, one.joined)).collect::<Vec<_>>(),
        [("poster", 1), ("", 2)]
    );
    assert_eq!(cohort.iter().map(|one| one.left_early).sum::<u32>(), 1);
    // Who looks later without an input sees the same, and nothing is recorded.
    let later = at("2026-12-09 09:00");
    let (seen, _) = as_of(&story.state, later);
    assert_eq!((seen.speakers.within(7), seen.speakers.within(9), seen.closed.len()), (1, 2, 2));
    story.now = later;
    story.input(InputKind::Wake { epoch: story.state.epoch });
    // How healthy the group was is judged by its playbook, so it is known from the record alone.
    let mut recorded = playbook::engine::numbers::Numbers::clone(&story.state.numbers);
    for day in &mut recorded.closed {
        std::sync::Arc::make_mut(day).health = None;
    }
    let mut seen = playbook::engine::numbers::Numbers::clone(&seen);
    for day in &mut seen.closed {
        std::sync::Arc::make_mut(day).health = None;
    }
    assert_eq!(recorded, seen);
}

#[test]
fn what_was_sent_on_a_closed_day_counts_today_and_that_day_is_incomplete() {
    let mut story = Story::new("2026-12-01 08:00", QUIET);
    story.join("a", "a");
    story.join("b", "b");
    story.now = at("2026-12-02 08:00");
    story.join("c", "c");
    let late = Signal {
        name: Arc::from("message"),
        id: "late".into(),
        at: story.now,
        sent: Some(at("2026-12-01 20:00")),
        member: Some("a".into()),
        data: Value::Null,
    };
    story.input(InputKind::Signal(late));
    let numbers = &story.state.numbers;
    assert!(numbers.closed.back().is_some_and(|day| day.incomplete));
    assert_eq!((numbers.open.human, numbers.open.incomplete), (1, false));
    let habits = story.state.members.habits(&MemberId::new("a")).expect("habits");
    assert_eq!(habits.spoke(numbers.today), 0b10, "on the day on which it was said");
    assert_eq!((numbers.speakers.within(1), numbers.speakers.within(2)), (0, 1));
}

#[test]
fn windows_are_what_a_recount_gives_and_every_list_has_a_bound() {
    let mut story = Story::new("2026-12-01 08:00", QUIET);
    let mut seed = Seed::from_u64(7);
    for n in 0..1_500_u64 {
        story.now = story.now.plus(Duration::MINUTE.times(seed.below(180) as i64));
        let who = format!("m{}", seed.below(40));
        let name = ["message", "message", "message", "reaction", "member.joined", "member.left"]
            [seed.below(6) as usize];
        let source = format!("s{}", seed.below(30));
        let question = message(&[("question", Value::Bool(true)), ("id", text(&n.to_string()))]);
        let data = if name == "message" { question } else { Value::map([("source", text(&source))]) };
        story.signal(name, Some(&who), data);
        if n % 50 == 0 {
            story.start("a");
        }
    }
    let numbers = &story.state.numbers;
    for days in 1..=limits::DAYS_KEPT_MAX as u32 {
        let count = |bits: &dyn Fn(&playbook::base::habits::Habits) -> u64| {
            let all = story.state.members.all_habits();
            all.filter(|(_, habits)| bits(habits) & window(days) != 0).count() as u32
        };
        assert_eq!(numbers.speakers.within(days), count(&|habits| habits.spoke(numbers.today)), "{days}");
        assert_eq!(numbers.actors.within(days), count(&|habits| habits.acted(numbers.today)), "{days}");
    }
    assert!(numbers.closed.len() <= limits::DAYS_KEPT_MAX && numbers.closed.len() > 20);
    assert!(numbers.questions.len() <= limits::QUESTIONS_OPEN_MAX);
    assert_eq!(numbers.campaigns.len(), limits::CAMPAIGNS_KEPT_MAX);
    for day in &numbers.closed {
        assert!(numbers.cohorts.between(day.day, day.day).count() <= limits::SOURCES_COUNTED_MAX + 1);
        assert!(day.answered <= day.settled, "{day:?}");
    }
    let oldest = numbers.today.plus(-limits::COHORTS_DAYS_MAX - 40);
    let kept = numbers.cohorts.between(oldest, numbers.today);
    assert!(kept.count() < 75 * (limits::SOURCES_COUNTED_MAX + 1));
}

#[test]
fn a_month_after_joining_it_is_looked_at_who_is_still_there() {
    let mut story = Story::new("2026-12-01 08:00", QUIET);
    for who in ["stays", "silent", "leaves"] {
        story.join(who, who);
    }
    let joined = story.state.numbers.today;
    story.signal("message", Some("leaves"), Value::Null);
    story.now = at("2026-12-27 08:00");
    story.signal("message", Some("stays"), Value::Null);
    story.signal("member.left", Some("leaves"), Value::Null);
    story.now = at("2026-12-31 08:00");
    story.signal("message", Some("stays"), Value::Null);
    let cohort = |story: &Story| story.state.numbers.cohorts.between(joined, joined).next().cloned().unwrap();
    assert_eq!((cohort(&story).retained, cohort(&story).activated), (None, 1));
    story.now = at("2027-01-01 08:00");
    story.signal("message", Some("silent"), Value::Null);
    assert_eq!((cohort(&story).joined, cohort(&story).retained), (3, Some(1)));
    assert_eq!(cohort(&story).left_early, 0);
}

#[test]
fn a_zone_that_changes_counts_its_days_from_the_next_close_on() {
    let mut story = Story::new("2026-12-01 08:00", QUIET);
    story.join("a", "a");
    story.edit(&format!("{QUIET}\ngroups: {{ story: {{ timezone: America/New_York }} }}"));
    assert_eq!(story.state.numbers.zone.as_deref(), Some("Asia/Shanghai"));
    story.now = at("2026-12-02 08:00");
    story.join("b", "b");
    let numbers = &story.state.numbers;
    assert_eq!(numbers.zone.as_deref(), Some("America/New_York"));
    assert_eq!(numbers.today.to_string(), "2026-12-01", "there it is still the day before");
    assert!(numbers.open.incomplete);
    assert_eq!(closed(&story).len(), 1);
}

/// Ninety who talk, among so many members; some reply to each other.
fn talk_among(members: usize) -> Story {
    let mut list = String::from("id,role\n");
    for n in 0..members {
        list.push_str(&format!("m{n:04},{}\n", if n == 3 { "owner" } else { "" }));
    }
    // Wakes the group at midnight.
    let yaml = "
members: { import: data/list.csv }
plays:
  uneven: { whenever: metrics.gini > 0.99, steps: [{ post: hi }] }
";
    let mut story = Story::with_files("2026-12-01 09:00", yaml, &[("data/list.csv", &list)]);
    story.until("2026-12-01 09:01");
    for n in 0..300_usize {
        story.now = story.now.plus(Duration::MINUTE);
        let (who, to) = (format!("m{:04}", n * n % 90), format!("m{:04}", n % 7));
        let reply = Value::map([("member", text(&to))]);
        let data = if n % 5 == 0 { message(&[("reply_to", reply)]) } else { Value::Null };
        story.signal("message", Some(&who), data);
    }
    story
}

fn read(story: &Story, name: &str, taken: Option<u32>) -> playbook::base::metric::Figure {
    let own = story.playbook.in_group(&story.state.group);
    let group = &own.groups[&story.state.group];
    let metric = playbook::base::metric::find(name).expect("a number");
    playbook::engine::numbers::Gauges::of(&story.state, Some((own, group)), story.now).read(metric, taken)
}

#[test]
fn a_large_group_is_looked_at_in_parts_once_its_day_is_over() {
    let mut large = talk_among(4_500);
    let unknown = read(&large, "gini", None).unknown.expect("not looked at yet");
    assert!(unknown.en.contains("when a day is over"), "{unknown:?}");
    let before = large.entries.len();
    large.until("2026-12-02 09:00");
    let looks: Vec<_> =
        large.entries[before..].iter().filter(|e| matches!(e.fact, Fact::Surveyed { .. })).collect();
    // Three parts of two thousand for those who look after the group, and three for everything else.
    assert_eq!(looks.len(), 6, "{looks:?}");
    let mut instants: Vec<_> = looks.iter().map(|look| look.at).collect();
    instants.dedup();
    assert_eq!(instants.len(), 6, "each in a decision of its own, and other inputs come in between");
    // What they find is what one look finds where there are few.
    let mut small = talk_among(1_500);
    small.until("2026-12-02 09:00");
    assert!(!small.entries.iter().any(|entry| matches!(entry.fact, Fact::Surveyed { .. })));
    for (name, taken) in [
        ("gini", None),
        ("hhi", None),
        ("absence_factor", None),
        ("density", None),
        ("top_share", Some(3)),
        ("new_in_top", Some(20)),
        ("dau", None),
        ("trend", None),
    ] {
        let (ours, theirs) = (read(&large, name, taken).value, read(&small, name, taken).value);
        assert!(theirs.is_some() && ours == theirs, "{name}: {ours:?} in parts, {theirs:?} at once");
    }
    let (ours, theirs) = (read(&large, "connected", None), read(&small, "connected", None));
    assert_eq!((ours.of, theirs.of), (Some(4_500), Some(1_500)));
    let people = |figure: &playbook::base::metric::Figure| {
        (figure.value.expect("known") * figure.of.expect("of all") as f64).round() as u64
    };
    assert_eq!(people(&ours), people(&theirs), "as many know another");
    // How many did anything on the day is what the day was closed with.
    let acted = |story: &Story, day: &str| {
        let own = story.playbook.in_group(&story.state.group);
        let group = &own.groups[&story.state.group];
        let gauges = playbook::engine::numbers::Gauges::of(&story.state, Some((own, group)), story.now);
        let day = playbook::base::civil_day::CivilDay::of(at(day), &own.zone);
        gauges.acted_on(day).value.map(|n| n as u64)
    };
    for day in ["2026-12-01 12:00", "2026-12-02 08:00"] {
        assert_eq!(acted(&large, day), acted(&small, day), "{day}");
        assert!(acted(&large, day).is_some());
    }
    // Who is among the twenty for the first time is noted in the same way.
    let risen = |story: &Story| {
        let all = story.state.members.all_habits();
        all.filter(|(_, habits)| habits.risen.is_some()).map(|(id, _)| id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(risen(&large), risen(&small));
    assert_eq!(risen(&large).len(), 20);
    // It comes to rest, and looks again when there has been another day.
    let before = large.entries.len();
    large.until("2026-12-03 09:00");
    let looked = large.entries[before..].iter().any(|entry| matches!(entry.fact, Fact::Surveyed { .. }));
    assert!(!looked, "nothing happened on the day");
}

/// A playbook in which somebody answers within half an hour of the day, and at night somebody else within two hours.
const ON_DUTY: &str = "
people: { zhu: { name: 小朱 }, lin: { name: 小林 } }
roles:
  host: { people: [zhu, lin], term: 7 days, from: 2026-12-01, hours: '09:00-21:00', answer_within: 30m }
plays: { hi: { every: day at 12:00, steps: [post: 好] } }
";

fn asks(story: &mut Story, when: &str, who: &str) {
    story.until(when);
    let question = Value::map([("question", Value::Bool(true))]);
    story.signal("message", Some(who), Value::map([("message", question)]));
}

fn answers(story: &mut Story, when: &str) {
    story.until(when);
    story.signal("message", Some("helper"), Value::Null);
}

fn breach(story: &Story) -> (Option<f64>, BTreeMap<String, Option<f64>>) {
    let gauges = reading(&story.state, Some(&story.playbook), story.now);
    let metric = playbook::base::metric::find("sla_breach").expect("a number");
    let parts = gauges.parts_of("sla_breach").into_iter().map(|(whose, figure)| (whose, figure.value));
    (gauges.read(metric, None).value, parts.collect())
}

#[test]
fn an_answer_is_late_by_what_the_role_on_duty_promises_inside_its_hours() {
    let mut story = Story::new("2026-12-01 08:00", ON_DUTY);
    // Asked before the hours begin: half an hour from nine.
    asks(&mut story, "2026-12-02 08:10", "a");
    answers(&mut story, "2026-12-02 09:05");
    assert_eq!(
        breach(&story),
        (Some(0.0), [("role host".into(), Some(0.0)), ("person zhu".into(), Some(0.0))].into())
    );
    // Within an hour and all the same too late.
    asks(&mut story, "2026-12-02 15:00", "a");
    answers(&mut story, "2026-12-02 15:40");
    assert_eq!(breach(&story).0, Some(0.5));
    // The next one has the turn: theirs is counted for them.
    asks(&mut story, "2026-12-09 10:00", "a");
    answers(&mut story, "2026-12-09 10:10");
    let (all, by) = breach(&story);
    assert!(all.is_some_and(|all| (all - 1.0 / 3.0).abs() < 1e-9), "{all:?}");
    assert_eq!((by["person zhu"], by["person lin"]), (Some(0.5), Some(0.0)));
    let duties = story.entries.iter().filter(|entry| matches!(entry.fact, Fact::OnDuty(_))).count();
    assert_eq!(duties, 2, "one for each who had the turn, however much is asked");
    // A file without the key goes back to the hour, and what was counted stays.
    let plain = ON_DUTY.replace(", answer_within: 30m", "");
    story.edit(&plain);
    asks(&mut story, "2026-12-10 10:00", "a");
    answers(&mut story, "2026-12-10 10:50");
    assert_eq!(breach(&story).0, Some(0.25));
}

#[test]
fn whoever_promises_the_sooner_answer_at_that_hour_is_on_duty() {
    let night = ON_DUTY
        .replace("plays:", "  night: { people: [lin], hours: '21:00-09:00', answer_within: 2h }\nplays:");
    let mut story = Story::new("2026-12-01 08:00", &night);
    asks(&mut story, "2026-12-02 23:00", "a");
    answers(&mut story, "2026-12-02 23:50");
    assert_eq!(
        breach(&story),
        (Some(0.0), [("role night".into(), Some(0.0)), ("person lin".into(), Some(0.0))].into())
    );
    asks(&mut story, "2026-12-03 12:00", "a");
    answers(&mut story, "2026-12-03 12:40");
    assert_eq!(breach(&story).1["person zhu"], Some(1.0));
}

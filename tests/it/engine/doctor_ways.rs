//! The doctor's rules about how a group is run: for each a world that shows the sign, and one so like it that only the
//! sign is missing.

use crate::{
    engine::doctor::{found, group, group_of, join, later, people, say, told},
    help::story::Story,
};
use playbook::{
    base::value::Value,
    engine::doctor::{Around, Chart, diagnose},
};
use std::sync::Arc;

/// So many messages of which somebody judged whether they are on topic.
fn judged(story: &mut Story, on_topic: usize, off: usize) {
    for i in 0..on_topic + off {
        let message = Value::map([("on_topic", Value::Bool(i < on_topic))]);
        story.signal("message", Some("m1"), Value::map([("message", message)]));
    }
}

#[test]
fn much_talk_about_something_else_is_told() {
    let tale = |on_topic: usize, members: usize| {
        let mut story = group("");
        people(&mut story, members);
        judged(&mut story, on_topic, 20 - on_topic);
        found(&story).contains("off_topic")
    };
    assert!(tale(5, 5), "a quarter");
    assert!(!tale(6, 5), "30% are not less than 30%");
    assert!(!tale(5, 30), "hardly anybody speaks");
    // What nobody judged is no sign.
    let mut story = group("");
    people(&mut story, 5);
    say(&mut story, "m1", 20);
    assert!(!found(&story).contains("off_topic"));
}

#[test]
fn selling_to_strangers_is_told() {
    let hears = "inbound: { shop: { token: { env: SHOP }, may: [order.paid] } }\n";
    let tale = |extra: &str, ads: usize, bought: usize, speakers: usize| {
        let mut story = group(extra);
        people(&mut story, 40);
        for _ in 0..ads {
            story.start("ad");
        }
        for _ in 0..bought {
            story.signal("order.paid", None, Value::Null);
        }
        for i in 0..speakers {
            say(&mut story, &format!("m{i}"), 1);
        }
        found(&story).contains("no_trust")
    };
    assert!(tale(hears, 3, 0, 3));
    assert!(!tale(hears, 2, 0, 3), "two advertisements");
    assert!(!tale(hears, 3, 1, 3), "somebody bought");
    assert!(!tale(hears, 3, 0, 5), "a tenth of the members speaks");
    assert!(!tale("", 3, 0, 3), "nobody would report what is bought");
}

/// Questions, each answered after so many minutes, or never.
fn asked(story: &mut Story, minutes: &[Option<i64>]) {
    for wait in minutes {
        let id = format!("q{}", story.entries.len());
        let question = Value::map([("id", Value::str(&id)), ("question", Value::Bool(true))]);
        story.signal("message", Some("m0"), Value::map([("message", question)]));
        if let Some(wait) = wait {
            story.now = story.now.plus(playbook::base::time::Duration::MINUTE.times(*wait));
            let to = Value::map([("id", Value::str(&id)), ("member", Value::str("m0"))]);
            story.signal("message", Some("m1"), Value::map([("message", Value::map([("reply_to", to)]))]));
        }
    }
    for _ in 0..2 {
        later(story, 1);
        say(story, "m2", 1);
    }
}

#[test]
fn slow_answers_and_none_at_all_are_told() {
    let tale = |minutes: &[Option<i64>]| {
        let mut story = group("");
        people(&mut story, 3);
        asked(&mut story, minutes);
        found(&story).contains("slow_answers")
    };
    assert!(tale(&[Some(90), Some(90), Some(90), Some(5), Some(5)]), "three of five");
    assert!(!tale(&[Some(90), Some(90), Some(5), Some(5), Some(5)]));
    // Where a role promises more, less is late; and it is said on whose duty.
    let promised = |minutes: &[Option<i64>]| {
        let mut story = group_of("{ people: [zhu], answer_within: 10m }");
        people(&mut story, 3);
        asked(&mut story, minutes);
        told(&story, "slow_answers")
    };
    let late = promised(&[Some(20), Some(20), Some(20), Some(5), Some(5)]);
    assert!(late.iter().any(|line| line == "on duty of person zhu: 60% of 5"), "{late:?}");
    assert!(promised(&[Some(5), Some(5), Some(9), Some(5), Some(5)]).is_empty());
    assert!(tale(&[None, None, None, None, Some(5), Some(5), Some(5)]), "three of seven");
    assert!(!tale(&[None, None, None, Some(5), Some(5), Some(5)]));
}

#[test]
fn everything_in_the_first_two_weeks_is_told_a_month_later() {
    let tale = |early: usize, late: usize, age: i64| {
        let mut story = group("");
        people(&mut story, 3);
        for _ in 0..early {
            story.start("news");
        }
        later(&mut story, 20);
        for _ in 0..late {
            story.start("news");
        }
        later(&mut story, age - 20);
        say(&mut story, "m0", 1);
        found(&story).contains("front_loaded")
    };
    assert!(tale(16, 5, 29), "three quarters");
    assert!(!tale(14, 7, 29));
    assert!(!tale(16, 5, 22), "too early to tell");
}

#[test]
fn many_who_never_speak_are_told() {
    let tale = |speakers: usize| {
        let mut story = group("");
        people(&mut story, 24);
        for i in 0..speakers {
            say(&mut story, &format!("m{i}"), 1);
        }
        later(&mut story, 8);
        found(&story).contains("lurkers")
    };
    assert!(tale(15), "ten of twenty-five");
    assert!(!tale(16));
}

#[test]
fn a_group_to_which_nobody_new_comes_is_told() {
    let tale = |days: i64, newcomer: bool| {
        let mut story = group("");
        people(&mut story, 24);
        for i in 0..24 {
            say(&mut story, &format!("m{i}"), 1);
        }
        later(&mut story, days);
        if newcomer {
            join(&mut story, "new", &[]);
        }
        say(&mut story, "m0", 1);
        found(&story).contains("no_new_blood")
    };
    assert!(tale(61, false));
    assert!(!tale(61, true) && !tale(59, false));
}

#[test]
fn whoever_leaves_while_nobody_posts_is_told() {
    let tale = |silent: i64, leave: usize| {
        let mut story = group("");
        people(&mut story, 30);
        for _ in 0..20 {
            story.start("news");
            later(&mut story, 1);
        }
        later(&mut story, silent);
        for i in 0..leave {
            story.signal("member.left", Some(&format!("m{i}")), Value::Null);
        }
        story.start("news");
        later(&mut story, 1);
        say(&mut story, "m20", 1);
        found(&story).contains("lost_in_pause")
    };
    assert!(tale(8, 4));
    assert!(!tale(3, 4) && !tale(8, 1));
}

fn among(story: &Story, around: Around) -> Vec<&'static str> {
    let described = story.playbook.groups.values().next().expect("a group");
    let chart = Chart::of(&story.state, &story.playbook, described, story.now).among(Arc::new(around));
    diagnose(&chart, &story.playbook).iter().map(|one| one.ailment.name).collect()
}

#[test]
fn members_in_many_groups_are_told_where_all_groups_are_looked_at() {
    let mut story = group("");
    people(&mut story, 24);
    say(&mut story, "m0", 1);
    let around = |crowded: usize, seats: u32| Around {
        groups: 6,
        seats: (0..crowded).map(|i| (format!("m{i}").as_str().into(), seats)).collect(),
        ..Around::default()
    };
    assert!(among(&story, around(5, 4)).contains(&"scattered"), "a fifth");
    assert!(!among(&story, around(4, 4)).contains(&"scattered"));
    assert!(!among(&story, around(5, 3)).contains(&"scattered"));
    assert!(!found(&story).contains("scattered"), "one group alone");
    // The same group four times is what the program makes of four groups.
    let four = [(); 4].map(|()| (&story.state, &*story.playbook));
    assert_eq!(Around::of(four.into_iter(), story.now).seats.get("m0"), Some(&4));
}

#[test]
fn new_groups_beside_sick_ones_are_told() {
    let mut story = group("");
    people(&mut story, 3);
    let around = |groups, young, health| Around { groups, young, health, ..Around::default() };
    assert!(among(&story, around(3, 1, Some(49.0))).contains(&"sprawl"));
    for well in
        [around(2, 1, Some(49.0)), around(3, 0, Some(49.0)), around(3, 1, Some(50.0)), around(3, 1, None)]
    {
        assert!(!among(&story, well).contains(&"sprawl"));
    }
}

#[test]
fn weeks_without_a_guest_are_told() {
    let tale = |dates: &str, days: i64| {
        let mut story = group("");
        let yaml = format!(
            "people: {{ zhu: {{ name: Z }} }}\nroles: {{ host: {{ people: [zhu] }} }}\nplays:\n  guest:\n    dates: {dates}\n    \
             steps: [{{ post: hi }}]\n"
        );
        story.edit(&yaml);
        later(&mut story, days);
        found(&story).contains("no_guest")
    };
    let one = "[{ id: a, at: 2026-12-01 20:00 }]";
    assert!(tale(one, 23));
    assert!(!tale(one, 21));
    assert!(
        !tale("[{ id: a, at: 2026-12-01 20:00 }, { id: b, at: 2026-12-27 20:00 }]", 23),
        "one comes soon"
    );
    assert!(
        tale("[{ id: a, at: 2026-12-01 20:00 }, { id: b, at: 2027-02-27 20:00 }]", 23),
        "one comes much later"
    );
    assert!(!tale("[{ id: a, at: 2027-02-01 20:00 }]", 23), "none was there yet");
}

#[test]
fn a_role_that_nobody_took_over_is_told() {
    let tale = |who: &[&str], days: i64| {
        let yaml = "people: { zhu: { name: Z }, lin: { name: L } }\nroles: { host: { people: [zhu, lin], term: 2 weeks } }\nplays:\n  \
                    work: { steps: [{ task: x, to: host, due: 4h }] }\n";
        let mut story = Story::new("2026-11-30 09:00", yaml);
        later(&mut story, days);
        for who in who {
            story.start("work");
            let task = story.state.tasks.keys().next().cloned().expect("a task");
            let by = Some((*who).into());
            story.command(playbook::engine::input::Command::Done { task, by, note: Value::Null });
        }
        found(&story).contains("late_handover")
    };
    // The second fortnight is Lin's.
    assert!(tale(&["zhu"], 17));
    assert!(!tale(&["zhu"], 16), "two days into it");
    assert!(!tale(&["zhu", "lin"], 17));
    assert!(!tale(&[], 17), "nobody does anything, which is another sign");
    assert!(!tale(&["zhu"], 13), "in the first term there was nobody before");
}

#[test]
fn goals_that_only_count_are_told() {
    let tale = |goals: &str| {
        let extra = format!("charter: {{ purpose: p, audience: [a], not_for: [b], goals: {goals} }}\n");
        let mut story = group(&extra);
        people(&mut story, 3);
        found(&story).contains("vanity_goals")
    };
    assert!(tale("[{ want: a, metric: metrics.joins(30) }, { want: b, metric: metrics.messages(7) }]"));
    assert!(!tale("[{ want: a, metric: metrics.joins(30) }, { want: b, metric: metrics.retention30 }]"));
    assert!(!tale("[{ want: a, metric: metrics.joins(30) }, { want: b }]"), "one is measured");
}

#[test]
fn a_health_that_falls_for_three_weeks_is_a_sign_and_stands_in_the_closed_days() {
    let tale = |speakers: [usize; 5]| {
        let mut story = group("");
        people(&mut story, 30);
        for n in speakers {
            for _ in 0..7 {
                for i in 0..n {
                    let to = Value::map([("member", Value::str(format!("m{}", (i + 1) % 30)))]);
                    let reply = Value::map([("message", Value::map([("reply_to", to)]))]);
                    story.signal("message", Some(&format!("m{i}")), reply);
                }
                say(&mut story, "owner", 1);
                later(&mut story, 1);
            }
        }
        say(&mut story, "owner", 1);
        story
    };
    let falling = tale([30, 30, 20, 8, 3]);
    assert!(falling.state.numbers.closed.iter().rev().take(7).all(|day| day.health.is_some()));
    let health = |back: usize| falling.state.numbers.closed.iter().rev().nth(back).and_then(|day| day.health);
    assert!(health(0) < health(8) && health(8) < health(15), "{:?}", [health(0), health(8), health(15)]);
    assert!(found(&falling).contains("dying"));
    assert!(!found(&tale([30, 30, 30, 30, 30])).contains("dying"));
}

#[test]
fn a_healthy_year_has_no_finding() {
    let mut story = group(
        "charter: { purpose: reading, audience: [readers], not_for: [sellers], goals: [{ want: a, metric: metrics.retention30 }] }\n",
    );
    people(&mut story, 24);
    let mut wrong = Vec::new();
    for day in 0..364_usize {
        if day % 4 == 0 {
            join(&mut story, &format!("n{day}"), &[]);
            let to = Value::map([("member", Value::str("m2"))]);
            let reply = Value::map([("message", Value::map([("reply_to", to)]))]);
            story.signal("message", Some(&format!("n{day}")), reply);
        }
        if day % 7 == 3 {
            story.start("news");
            story.start("work");
            let task = story.state.tasks.keys().next().cloned().expect("a task");
            story.command(playbook::engine::input::Command::Done {
                task,
                by: Some("zhu".into()),
                note: Value::Null,
            });
            let question =
                Value::map([("id", Value::str(format!("q{day}"))), ("question", Value::Bool(true))]);
            story.signal("message", Some("m1"), Value::map([("message", question)]));
            story.now = story.now.plus(playbook::base::time::Duration::MINUTE.times(5));
            let to = Value::map([("id", Value::str(format!("q{day}"))), ("member", Value::str("m1"))]);
            story.signal("message", Some("m2"), Value::map([("message", Value::map([("reply_to", to)]))]));
        }
        for i in 0..6_usize {
            let (who, to) = ((day * 5 + i * 4) % 24, (day * 5 + i * 4 + day % 22 + 1) % 24);
            let to = Value::map([("member", Value::str(format!("m{to}")))]);
            let reply = Value::map([("message", Value::map([("reply_to", to)]))]);
            story.signal("message", Some(&format!("m{who}")), reply);
        }
        say(&mut story, "owner", 1);
        later(&mut story, 1);
        if day % 28 == 27 {
            say(&mut story, "owner", 1);
            wrong.extend(found(&story).into_iter().map(|name| (day, name)));
        }
    }
    assert_eq!(wrong, []);
}

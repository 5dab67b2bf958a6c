//! The doctor's rules about how a group talks, sells and receives: for each a world that shows the sign, and one so
//! like it that only the sign is missing.

use crate::{
    engine::doctor::{found, group, join, later, people, say, told},
    help::story::Story,
};
use playbook::base::value::Value;

/// A signal about a member.
fn tell(story: &mut Story, name: &str, who: &str, times: usize) {
    for _ in 0..times {
        story.signal(name, Some(who), Value::map([("kind", Value::str("ads"))]));
    }
}

#[test]
fn screened_messages_and_rising_breaches_are_junk() {
    let tale = |screened: usize| {
        let mut story = group("");
        people(&mut story, 3);
        say(&mut story, "m0", 20);
        tell(&mut story, "screened", "m1", screened);
        found(&story).contains("junk")
    };
    assert!(tale(5), "a quarter");
    assert!(!tale(4), "a fifth is not more than a fifth");
    let weeks = |strikes: [usize; 3]| {
        let mut story = group("");
        people(&mut story, 3);
        for (week, n) in strikes.into_iter().enumerate() {
            later(&mut story, if week == 0 { 0 } else { 7 });
            tell(&mut story, "strike", "m1", n);
        }
        found(&story).contains("junk")
    };
    assert!(weeks([1, 2, 4]));
    assert!(!weeks([1, 4, 4]) && !weeks([0, 1, 2]));
}

#[test]
fn more_than_anybody_can_read_on_three_days_is_a_flood() {
    let tale = |days: usize, each: usize| {
        let mut story = group("doctor: { flood: 30 }\n");
        people(&mut story, 4);
        for _ in 0..12 {
            say(&mut story, "m0", 1);
            later(&mut story, 1);
        }
        for _ in 0..days {
            later(&mut story, 1);
            say(&mut story, "m1", each);
        }
        found(&story).contains("flood")
    };
    assert!(tale(3, 31));
    assert!(!tale(2, 31), "two days");
    assert!(!tale(3, 30), "not more than the threshold");
}

#[test]
fn a_group_of_several_channels_is_flooded_where_one_of_them_is() {
    let tale = |channels: &[&str], each: usize| {
        let mut story = group("doctor: { flood: 30 }\n");
        people(&mut story, 4);
        for _ in 0..12 {
            say(&mut story, "m0", 1);
            later(&mut story, 1);
        }
        for _ in 0..3 {
            later(&mut story, 1);
            for channel in channels {
                let said = Value::map([("channel", Value::str(*channel))]);
                for _ in 0..each {
                    story.signal("message", Some("m1"), Value::map([("message", said.clone())]));
                }
            }
        }
        told(&story, "flood")
    };
    // Four channels in which twenty messages can be read, each.
    assert!(tale(&["talk", "help", "show", "off"], 20).is_empty());
    let found = tale(&["talk", "help"], 31);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].contains("in `help`") && found[1].contains("in `talk`"), "{found:?}");
}

/// Six questions, of which the first so many are answered at once.
fn ask(story: &mut Story, answered: usize) {
    for i in 0..6 {
        let id = format!("q{}", story.entries.len());
        let question = Value::map([("id", Value::str(&id)), ("question", Value::Bool(true))]);
        story.signal("message", Some("m0"), Value::map([("message", question)]));
        if i < answered {
            let to = Value::map([("id", Value::str(&id)), ("member", Value::str("m0"))]);
            let reply = Value::map([("reply_to", to)]);
            story.signal("message", Some("m1"), Value::map([("message", reply)]));
        }
    }
}

#[test]
fn a_silent_core_and_fewer_answers_are_a_fading_core() {
    let tale = |core_days: usize, answered: usize| {
        let mut story = group("");
        people(&mut story, 3);
        join(&mut story, "star", &[("tags", Value::list(vec![Value::str("core")]))]);
        ask(&mut story, 6);
        later(&mut story, 18);
        for _ in 0..core_days {
            later(&mut story, 1);
            say(&mut story, "star", 1);
        }
        later(&mut story, 4 - core_days as i64);
        ask(&mut story, answered);
        // What nobody answered in a day counts when that day is closed.
        for _ in 0..2 {
            later(&mut story, 1);
            say(&mut story, "m2", 1);
        }
        found(&story).contains("fading_core")
    };
    assert!(tale(2, 4), "from all to two thirds");
    assert!(!tale(2, 5), "from all to five sixths");
    assert!(!tale(3, 4), "a core member spoke on three days");
}

#[test]
fn a_program_that_talks_to_itself_is_told() {
    let tale = |speakers: usize| {
        let mut story = group("");
        people(&mut story, 60);
        join(&mut story, "robot", &[("bot", Value::Bool(true))]);
        say(&mut story, "robot", 25);
        for i in 0..speakers {
            say(&mut story, &format!("m{i}"), 1);
        }
        found(&story).contains("bot_talk")
    };
    assert!(tale(1));
    assert!(!tale(3), "5% speak");
}

#[test]
fn many_who_come_at_once_and_fall_silent_are_told_in_the_seed_phase_too() {
    let tale = |come: usize, stay: usize| {
        let mut story = group("phases: [seed, grow]\n");
        people(&mut story, 10);
        later(&mut story, 12);
        for i in 0..come {
            join(&mut story, &format!("new{i}"), &[]);
        }
        for i in 0..10 {
            say(&mut story, &format!("new{i}"), 1);
        }
        later(&mut story, 4);
        for i in 0..stay {
            say(&mut story, &format!("new{i}"), 1);
        }
        later(&mut story, 3);
        found(&story)
    };
    assert!(tale(30, 1).contains("cold_spike"));
    assert!(!tale(30, 2).contains("cold_spike"), "a fifth stayed");
}

#[test]
fn a_source_whose_people_never_speak_is_told() {
    let tale = |speak: usize, react: usize| {
        let mut story = group("phases: [seed, grow]\n");
        people(&mut story, 2);
        for i in 0..12 {
            join(&mut story, &format!("f{i}"), &[("source", Value::str("fair"))]);
        }
        later(&mut story, 1);
        for i in 0..speak {
            say(&mut story, &format!("f{i}"), 1);
        }
        later(&mut story, 9);
        for i in 0..react {
            story.signal("reaction", Some(&format!("f{i}")), Value::Null);
        }
        found(&story).contains("freeloaders")
    };
    assert!(tale(1, 6));
    assert!(!tale(2, 0), "a sixth spoke");
    assert!(!tale(1, 7), "more than half did something this week");
}

#[test]
fn newcomers_who_advertise_are_told() {
    let tale = |screened: usize| {
        let mut story = group("");
        people(&mut story, 6);
        for i in 0..6 {
            say(&mut story, &format!("m{i}"), 1);
            tell(&mut story, "screened", &format!("m{i}"), usize::from(i < screened));
        }
        found(&story).contains("adverts_arrive")
    };
    assert!(tale(4));
    assert!(!tale(3), "half are not more than half");
}

/// So many advertisements, a day apart, each with so many clicks within the day.
fn ads(story: &mut Story, clicks: &[usize]) {
    for n in clicks {
        story.start("ad");
        tell(story, "click", "m0", *n);
        later(story, 1);
    }
}

#[test]
fn advertisements_without_an_echo_are_told() {
    let tale = |clicks: &[usize]| {
        let mut story = group("");
        people(&mut story, 20);
        ads(&mut story, clicks);
        found(&story).contains("no_echo")
    };
    assert!(tale(&[1, 0, 0, 0]), "of the last three");
    assert!(!tale(&[0, 0, 1]));
    assert!(!tale(&[0, 0]), "two");
}

#[test]
fn questions_that_nobody_answers_are_told() {
    let tale = |answers: usize| {
        let yaml = "people: { zhu: { name: Zhu } }\nroles: { host: { people: [zhu] } }\nchannels: { group: { type: console } }\nplays:\n  poll: { on: go, steps: [{ ask: 'Tea?', options: [yes, no], open_for: 2h }] }\n";
        let mut story = Story::new("2026-11-30 09:00", yaml);
        people(&mut story, 120);
        say(&mut story, "m0", 1);
        for turn in 0..3 {
            story.signal("go", None, Value::Null);
            // Of the last one so many.
            for i in 0..if turn == 2 { answers } else { 0 } {
                story.signal("answer", Some(&format!("m{i}")), Value::map([("option", Value::str("yes"))]));
            }
            later(&mut story, 1);
        }
        found(&story).contains("no_echo")
    };
    assert!(tale(0) && tale(1), "less than one in a hundred");
    assert!(!tale(2));
}

#[test]
fn advertisements_that_bring_back_less_and_less_are_told() {
    let tale = |clicks: &[usize]| {
        let mut story = group("");
        people(&mut story, 20);
        ads(&mut story, clicks);
        found(&story).contains("worn_ads")
    };
    assert!(tale(&[4, 4, 4, 4, 2]));
    assert!(!tale(&[4, 1, 1, 1, 3]));
    assert!(!tale(&[4, 3, 2, 1]), "four");
}

#[test]
fn too_many_advertisements_and_whoever_leaves_after_them_are_told() {
    let share = |promo: usize| {
        let mut story = group("");
        people(&mut story, 5);
        for i in 0..10 {
            story.start(if i < promo { "ad" } else { "news" });
        }
        found(&story).contains("pushy")
    };
    assert!(share(3));
    assert!(!share(2), "a fifth is not more than a fifth");
    let leave = |wait: i64| {
        let mut story = group("");
        people(&mut story, 10);
        for _ in 0..9 {
            story.start("news");
        }
        later(&mut story, 20);
        story.start("ad");
        later(&mut story, wait);
        for i in 0..3 {
            story.signal("member.left", Some(&format!("m{i}")), Value::Null);
        }
        found(&story).contains("pushy")
    };
    assert!(leave(1));
    assert!(!leave(2), "not within a day");
}

#[test]
fn more_stars_than_listeners_and_talk_without_a_core_are_told() {
    let stars = |core: usize, again: usize| {
        let mut story = group("");
        for i in 0..12 {
            let tags = if i < core { vec![Value::str("core")] } else { Vec::new() };
            join(&mut story, &format!("m{i}"), &[("tags", Value::list(tags))]);
            say(&mut story, &format!("m{i}"), 1);
        }
        later(&mut story, 14);
        for i in 0..again {
            say(&mut story, &format!("m{i}"), 1);
        }
        found(&story).contains("lopsided_core")
    };
    assert!(stars(7, 2));
    assert!(!stars(6, 2), "half are not more than half");
    assert!(!stars(7, 12), "nobody fell silent");
    let nobody = |messages: usize, core: bool| {
        let mut story = group("");
        let tags = if core { vec![Value::str("core")] } else { Vec::new() };
        join(&mut story, "m0", &[("tags", Value::list(tags))]);
        for i in 1..5 {
            join(&mut story, &format!("m{i}"), &[]);
        }
        for i in 0..5 {
            say(&mut story, &format!("m{i}"), messages);
        }
        found(&story).contains("lopsided_core")
    };
    assert!(nobody(11, false));
    assert!(!nobody(10, false) && !nobody(11, true));
}

#[test]
fn rules_after_which_fewer_speak_and_more_is_punished_are_too_strict() {
    let tale = |strikes: usize, speakers: usize| {
        let mut story = group("");
        people(&mut story, 8);
        later(&mut story, 3);
        for i in 0..8 {
            say(&mut story, &format!("m{i}"), 1);
        }
        tell(&mut story, "strike", "m0", 2);
        later(&mut story, 4);
        story.signal("rules.changed", None, Value::Null);
        later(&mut story, 1);
        for i in 0..speakers {
            say(&mut story, &format!("m{i}"), 1);
        }
        tell(&mut story, "strike", "m0", strikes);
        later(&mut story, 4);
        found(&story).contains("too_strict")
    };
    assert!(tale(3, 6));
    assert!(!tale(2, 6), "no more breaches than before");
    assert!(!tale(3, 7), "seven of eight still speak");
}

//! What breaks a rule of the group and what follows: watching first, strikes that decay, a ladder, a judge who is no
//! party, appeals; and that what members write is read and not kept.

use crate::help::story::{Story, at};
use playbook::{
    base::{
        ids::{MemberId, TaskId},
        time::Duration,
        value::Value,
    },
    engine::{
        entry::{Fact, TaskKind},
        input::{Command, Input, Receipt},
        moderation::{Breach, Moderating},
    },
};

const TEAM: &str = "
people:
  lin: { name: Lin, telegram: '1' }
  zhu: { name: Zhu, telegram: '2' }
  ann: { name: Ann }
roles:
  host: { people: [lin] }
  mediator: { people: [zhu, ann] }
";

/// A message that a member writes.
fn says(story: &mut Story, who: &str, text: &str) {
    writes(story, who, &[("kind", Value::str("text")), ("text", Value::str(text))]);
}

fn writes(story: &mut Story, who: &str, message: &[(&'static str, Value)]) {
    let id = Value::from(format!("m{}", story.entries.len()));
    let all = message.iter().cloned().chain([("id", id)]);
    let message = Value::map(all);
    story.signal("message", Some(who), Value::map([("message", message)]));
}

fn breaches(story: &Story) -> Vec<Breach> {
    let broken = story.entries.iter().filter_map(|entry| match &entry.fact {
        Fact::Moderated(Moderating::Broken(breach)) => Some(Breach::clone(breach)),
        _ => None,
    });
    broken.collect()
}

fn rungs(story: &Story) -> Vec<String> {
    breaches(story).into_iter().filter_map(|breach| breach.rung).map(|rung| rung.to_string()).collect()
}

/// The open tasks: what kind, of whom, what.
fn tasks(story: &Story) -> Vec<(TaskKind, String, String)> {
    let open = story.state.tasks.values().map(|open| &open.task);
    let whom = |people: &[playbook::base::person::Person]| {
        people.iter().map(|person| person.id.to_string()).collect::<Vec<_>>().join(" ")
    };
    open.map(|task| (task.kind, whom(&task.people), task.text.clone())).collect()
}

fn first_task(story: &Story) -> String {
    story.state.tasks.keys().next().expect("an open task").to_string()
}

fn approve(story: &mut Story, task: &str, by: &str, yes: bool) {
    let (task, by) = (TaskId::new(task), Some(by.to_owned()));
    let as_operator = true;
    story.command(if yes {
        Command::Approve { task, by, note: None, as_operator, except: Vec::new() }
    } else {
        Command::Reject { task, by, reason: None, as_operator }
    });
}

fn refusals(story: &Story) -> Vec<String> {
    let refused = story.entries.iter().filter_map(|entry| match &entry.fact {
        Fact::Refused { reason } => Some(reason.en.clone()),
        _ => None,
    });
    refused.collect()
}

#[test]
fn a_new_rule_watches_for_a_week_then_says_what_it_would_have_caught_and_acts() {
    let yaml = format!(
        "{TEAM}moderate:\n  judge: mediator\n  ads: {{ words: [free money], say: No ads here. }}\nplays:\n  seen:\n    on: strike\n    steps:\n      - post: struck\n"
    );
    let mut story = Story::new("2026-12-01 09:00", &yaml);
    story.join("telegram:7", "Ben");
    says(&mut story, "telegram:7", "Free  money for all");
    says(&mut story, "telegram:7", "hello");
    assert_eq!(story.posts(), [""; 0], "it does nothing");
    assert_eq!(breaches(&story).iter().map(|breach| breach.watched).collect::<Vec<_>>(), [true]);
    assert_eq!(story.state.moderation.rules["ads"].acts, at("2026-12-08 09:00"));
    story.until("2026-12-08 09:01");
    let (kind, whom, text) = tasks(&story).remove(0);
    assert_eq!((kind, whom.as_str()), (TaskKind::Task, "zhu ann"));
    assert!(
        text.contains("would have caught 1 messages, of Ben") && text.contains("Free money for all"),
        "{text}"
    );
    says(&mut story, "telegram:7", "FREE MONEY");
    assert_eq!(story.posts().last().map(String::as_str), Some("struck"));
    assert!(story.posts().contains(&"No ads here.".to_owned()));
    assert_eq!(rungs(&story), ["remind"]);
    assert_eq!(story.state.moderation.rules["ads"].caught, 0);
}

#[test]
fn what_members_write_is_read_by_rules_and_not_kept() {
    let yaml = "moderate:\n  watch: no\n  ads: { words: [free money], say: No ads here. }\n";
    let mut story = Story::new("2026-12-01 09:00", yaml);
    says(&mut story, "telegram:7", "my secret is out?");
    says(&mut story, "telegram:7", &format!("free money {}", "x".repeat(4_000)));
    let journal = serde_json::to_string(&story.entries).unwrap();
    assert!(!journal.contains("secret"), "{journal}");
    assert!(!journal.contains(&"x".repeat(200)), "no more than the beginning of what broke a rule");
    assert!(journal.contains("free money"), "which its writer and the judge are shown");
    assert!(journal.contains("\"question\":true"), "what numbers need of it stays");
    let state = serde_json::to_string(&story.state).unwrap();
    assert!(!state.contains("secret") && !state.contains(&"x".repeat(200)));
    assert!(story.playbook.keeps_text.is_none());
    assert_eq!(story.playbook.reads_text.as_deref(), Some("p.yaml:5"));

    // Another reader keeps it, as without rules.
    let both = format!(
        "{yaml}plays:\n  echo:\n    on: message\n    where: signal.data.message.text.contains(\"hi\")\n    steps:\n      - post: heard\n"
    );
    let mut story = Story::new("2026-12-01 09:00", &both);
    says(&mut story, "telegram:7", "my secret, hi");
    assert!(serde_json::to_string(&story.entries).unwrap().contains("secret"));
    assert_eq!(story.posts(), ["heard"]);
}

const LADDER: &str = "moderate:
  judge: mediator
  watch: no
  ads: { words: [free money], say: No ads here., do: [remind, warn, mute 1d, remove], to: host }
channels:
  group: { type: telegram, token: { env: T }, chat: '-100' }
  staff: { type: console }
budgets:
  quiet: 22:00-08:00
";

#[test]
fn the_ladder_is_climbed_strike_by_strike_and_only_a_person_removes() {
    let mut story = Story::new("2026-12-01 09:00", &format!("{TEAM}{LADDER}"));
    story.join("telegram:7", "Ben");
    for hour in 10..14 {
        story.until(&format!("2026-12-01 {hour}:00"));
        says(&mut story, "telegram:7", "free money");
        // A moment later it is the same breach.
        says(&mut story, "telegram:7", "FREE MONEY");
    }
    assert_eq!(rungs(&story), ["remind", "warn", "mute 1d", "remove"]);
    // Where the platform can tell a member alone, it does; the group hears nothing of it.
    let alone = whispers(&story);
    assert_eq!(alone.len(), 2, "{alone:#?}");
    let warn = &alone[1];
    assert!(warn.contains("No ads here.") && warn.contains("free money"), "{warn}");
    assert!(warn.contains("It counts until") && warn.contains("(2 now)"), "{warn}");
    assert!(warn.contains("write to Lin"), "{warn}");
    let open = tasks(&story);
    assert_eq!(open.len(), 2, "{open:#?}");
    let (kind, whom, mute) = &open[0];
    assert_eq!((*kind, whom.as_str()), (TaskKind::Approval, "zhu ann"));
    assert!(mute.contains("Mute Ben for 1 day?"), "{mute}");
    assert!(story.state.moderation.muted.is_empty(), "by day the judge says so first");
    let (kind, _, remove) = &open[1];
    assert_eq!(*kind, TaskKind::Approval);
    assert!(remove.contains("Remove Ben?") && remove.matches("free money").count() >= 4, "{remove}");
    assert!(story.state.members.contains(&MemberId::new("telegram:7")));

    let ids: Vec<String> = story.state.tasks.keys().map(ToString::to_string).collect();
    approve(&mut story, &ids[0], "zhu", true);
    assert_eq!(story.state.moderation.muted[&MemberId::new("telegram:7")].until, at("2026-12-02 13:00"));
    let restricted = story.entries.iter().any(|entry| match &entry.fact {
        Fact::Notified(out) => out.message.restricts.is_some(),
        _ => false,
    });
    assert!(restricted, "the platform is asked");
    approve(&mut story, &ids[1], "zhu", true);
    let removes = |entry: &playbook::engine::entry::Entry| matches!(&entry.fact, Fact::Notified(out) if out.effect.as_str().starts_with("remove/"));
    assert_eq!(
        story.entries.iter().filter(|entry| removes(entry)).count(),
        1,
        "the platform is asked after the yes"
    );
    assert!(!story.state.members.contains(&MemberId::new("telegram:7")), "and has done it");
    story.until("2026-12-02 13:01");
    assert!(story.state.moderation.muted.is_empty());
}

/// What members were told alone.
fn whispers(story: &Story) -> Vec<String> {
    let told = story.entries.iter().filter_map(|entry| match &entry.fact {
        Fact::Notified(out) if out.message.alone.is_some() => Some(out.message.text.clone()),
        _ => None,
    });
    told.collect()
}

#[test]
fn what_the_platform_refuses_a_person_does_or_the_group_is_told() {
    let mut story = Story::new("2026-12-01 09:00", &format!("{TEAM}{LADDER}"));
    story.deliver = false;
    story.join("telegram:7", "Ben");
    let refuse = |story: &mut Story| {
        let asked: Vec<_> = story.state.moderation.asked.keys().cloned().collect();
        assert_eq!(asked.len(), 1);
        let reason = "bot can't initiate conversation with a user (403)".to_owned();
        story.input_as(Input::receipt(&asked[0], Receipt::Refused { reason: reason.into() }));
        assert!(story.state.moderation.asked.is_empty());
    };
    says(&mut story, "telegram:7", "free money");
    assert!(!story.posts().contains(&"No ads here.".to_owned()));
    refuse(&mut story);
    assert!(story.posts().contains(&"No ads here.".to_owned()), "the group is told, without a name");
    story.until("2026-12-01 10:00");
    says(&mut story, "telegram:7", "free money");
    refuse(&mut story);
    let (kind, whom, warn) = tasks(&story).remove(0);
    assert_eq!((kind, whom.as_str()), (TaskKind::Task, "lin"));
    assert!(
        warn.contains("Write to Ben alone, not in the group") && warn.contains("> No ads here."),
        "{warn}"
    );
}

#[test]
fn strikes_decay_and_expressions_read_them() {
    let yaml = format!(
        "{TEAM}moderate:\n  watch: no\n  strikes_expire: 10d\n  ads: {{ words: [free money], say: No ads here., do: [remind, warn] }}\nplays:\n  told:\n    on: strike\n    per: member\n    steps:\n      - post: '${{member.strikes}} of ${{signal.data.rule}}'\n"
    );
    let mut story = Story::new("2026-12-01 09:00", &yaml);
    story.join("a", "Ben");
    for day in [1, 2, 12, 30] {
        story.until(&format!("2026-12-{day:02} 10:00"));
        says(&mut story, "a", "free money");
    }
    let told: Vec<String> = story.posts().into_iter().filter(|text| text.contains(" of ads")).collect();
    assert_eq!(told, ["1 of ads", "2 of ads", "1 of ads", "1 of ads"]);
    assert_eq!(rungs(&story), ["remind", "warn", "remind", "remind"]);
    assert_eq!(story.state.moderation.strikes.len(), 1);
}

#[test]
fn at_night_a_mute_holds_until_the_judge_has_woken() {
    let yaml = format!("{TEAM}{LADDER}").replace("remind, warn, mute 1d, remove", "delete, mute 1h");
    let mut story = Story::new("2026-12-01 09:00", &yaml);
    story.join("telegram:7", "Ben");
    story.until("2026-12-02 03:00");
    says(&mut story, "telegram:7", "free money");
    let member = MemberId::new("telegram:7");
    assert_eq!(story.state.moderation.muted[&member].until, at("2026-12-02 10:00"), "two hours after eight");
    let deleted = story.entries.iter().any(|entry| match &entry.fact {
        Fact::Notified(out) => out.message.revises.as_ref().is_some_and(|revision| revision.heard.is_some()),
        _ => false,
    });
    assert!(deleted, "what was written is taken away at once");
    let (kind, _, text) = tasks(&story).pop().unwrap();
    assert_eq!(kind, TaskKind::Approval);
    assert!(text.contains("It came at night, so Ben is muted until"), "{text}");
    story.until("2026-12-02 08:30");
    let task = first_task(&story);
    approve(&mut story, &task, "ann", false);
    assert!(story.state.moderation.muted.is_empty() && story.state.moderation.strikes.is_empty());
    let lifted = story.entries.iter().rev().find_map(|entry| match &entry.fact {
        Fact::Notified(out) => out.message.restricts.clone(),
        _ => None,
    });
    assert_eq!(lifted.and_then(|restriction| restriction.until), None, "the platform lets Ben write again");
}

#[test]
fn a_judge_is_never_a_party_and_an_appeal_goes_to_somebody_else() {
    let yaml = format!("{TEAM}{LADDER}").replace("remind, warn, mute 1d, remove", "mute 1d");
    let yaml =
        format!("{yaml}plays: {{}}\n").replace("watch: no", "watch: no\n  exempt: member.role == \"owner\"");
    let mut story = Story::new("2026-12-01 09:00", &yaml);
    // Zhu is one of the two judges.
    story.join("telegram:2", "Zhu");
    says(&mut story, "telegram:2", "free money");
    let (_, whom, _) = tasks(&story).remove(0);
    assert_eq!(whom, "ann", "Zhu does not judge Zhu");
    let task = first_task(&story);
    approve(&mut story, &task, "zhu", false);
    assert!(refusals(&story)[0].contains("zhu cannot decide t1: it is about them"), "{:?}", refusals(&story));
    approve(&mut story, &task, "ann", true);
    assert_eq!(story.state.moderation.muted.len(), 1);
    story.signal("appeal", Some("telegram:2"), Value::map([("text", Value::str("it was a joke"))]));
    let (kind, whom, text) = tasks(&story).remove(0);
    assert_eq!((kind, whom.as_str()), (TaskKind::Approval, "lin"), "Ann has decided already");
    assert!(text.contains("it was a joke") && text.contains("ann decided about it"), "{text}");
    let task = first_task(&story);
    approve(&mut story, &task, "ann", true);
    assert!(refusals(&story)[1].contains("they have decided about it already"), "{:?}", refusals(&story));
    approve(&mut story, &task, "lin", true);
    assert!(story.state.moderation.strikes.is_empty() && story.state.moderation.muted.is_empty());
    // Nothing is left to ask about.
    story.signal("appeal", Some("telegram:2"), Value::Null);
    assert_eq!(tasks(&story), []);
}

#[test]
fn floods_repeats_kinds_and_links_are_counted_by_member() {
    let yaml = "moderate:
  watch: no
  stickers: { kind: sticker, max: 2 per day, say: Two stickers a day., do: [remind] }
  flood: { max: 5 per 1m, say: Slowly., do: [remind] }
  copies: { repeats: 2 per 1h, say: Once is enough., do: [remind] }
  links: { links: yes, allow: [mp.weixin.qq.com], say: No links., do: [remind] }
";
    let mut story = Story::new("2026-12-01 09:00", yaml);
    let rules = |story: &Story| breaches(story).iter().map(|b| b.rule.to_string()).collect::<Vec<_>>();
    for who in ["a", "a", "b", "b", "a"] {
        writes(&mut story, who, &[("kind", Value::str("sticker"))]);
    }
    assert_eq!(rules(&story), ["stickers"], "the third of one member");
    story.until("2026-12-02 00:01");
    writes(&mut story, "a", &[("kind", Value::str("sticker"))]);
    assert_eq!(rules(&story).len(), 1, "a new day");
    for n in 0..6 {
        says(&mut story, "c", &format!("number {n}"));
    }
    assert_eq!(rules(&story).last().map(String::as_str), Some("flood"));
    for n in 0..3 {
        story.until(&format!("2026-12-02 01:0{}", n * 2));
        says(&mut story, "d", "buy  MY book");
        says(&mut story, "e", &format!("my book, part {n}"));
    }
    assert_eq!(rules(&story)[2..], ["copies"], "the same three times, however it is written");
    says(&mut story, "f", "read https://mp.weixin.qq.com/s/1");
    says(&mut story, "f", "buy at https://shop.example/1 and https://mp.weixin.qq.com/s/1");
    assert_eq!(rules(&story)[3..], ["links"]);
    let kept = story
        .state
        .moderation
        .counted
        .values()
        .flat_map(|rules| rules.values())
        .map(std::collections::VecDeque::len)
        .max();
    assert!(kept.unwrap() <= 8, "what is older than its window is let go");
}

#[test]
fn whoever_looks_after_the_group_or_is_known_in_it_is_exempt() {
    let yaml = format!(
        "{TEAM}moderate:\n  watch: no\n  ads: {{ match: member.age < days(100), say: No ads here. }}\nchannels:\n  group: {{ type: telegram, token: {{ env: T }}, chat: '-100', hear: all }}\n"
    );
    let mut story = Story::new("2026-12-01 09:00", &yaml);
    story.join("telegram:7", "Ben");
    story.join("telegram:1", "Lin");
    story.join("telegram:9", "Old");
    story.signal("member.joined", Some("bot"), Value::map([("role", Value::str("bot"))]));
    for day in 1..=9 {
        story.until(&format!("2026-12-{day:02} 10:00"));
        says(&mut story, "telegram:9", "good morning");
    }
    let before = breaches(&story).len();
    assert_eq!(before, 7, "until they are known: {:#?}", breaches(&story));
    for who in ["telegram:1", "bot", "telegram:9"] {
        says(&mut story, who, "x");
    }
    assert_eq!(breaches(&story).len(), before);
    says(&mut story, "telegram:7", "x");
    assert_eq!(breaches(&story).len(), before + 1);
}

#[test]
fn where_the_platform_cannot_a_person_is_asked_once() {
    let yaml = format!(
        "{TEAM}moderate:\n  judge: mediator\n  watch: no\n  ads: {{ words: [free money], do: [delete, report, redirect], say: Ask Lin., to: host }}\n"
    );
    let mut story = Story::new("2026-12-01 09:00", &yaml);
    story.join("a", "Ben");
    for _ in 0..4 {
        says(&mut story, "a", "free money");
    }
    let open = tasks(&story);
    assert!(open.iter().all(|(kind, whom, _)| *kind == TaskKind::Task && whom == "lin"));
    let deletes: Vec<&String> = open
        .iter()
        .map(|(_, _, text)| text)
        .filter(|text| text.starts_with("Delete what Ben wrote"))
        .collect();
    let [deletes] = deletes.as_slice() else { panic!("one card: {open:#?}") };
    assert!(
        deletes.contains("4 messages by now") && deletes.matches("“free money”").count() == 4,
        "{deletes}"
    );
    assert!(story.state.moderation.strikes.is_empty(), "what is only sent elsewhere is no strike");
    assert_eq!(story.posts().iter().filter(|text| *text == "Ask Lin.").count(), 1, "once an hour");
}

#[test]
fn what_comes_after_the_card_is_done_has_a_card_of_its_own() {
    let team = TEAM.replace("host: { people: [lin] }", "host: { people: [lin], channel: staff }");
    let yaml = format!(
        "{team}channels: {{ group: {{ type: console }}, staff: {{ type: console }} }}\nmoderate:\n  judge: mediator\n  watch: no\n  ads: {{ words: [free money], do: [delete, warn], say: No., to: host }}\n"
    );
    let mut story = Story::new("2026-12-01 09:00", &yaml);
    story.join("a", "Ben");
    says(&mut story, "a", "free money");
    says(&mut story, "a", "free money, twice");
    let delete = |story: &Story| {
        let open = story.state.tasks.values().find(|open| open.task.text.starts_with("Delete"));
        open.map(|open| (open.task.id.clone(), open.task.text.clone()))
    };
    let (id, text) = delete(&story).expect("a card");
    assert!(text.contains("2 messages by now") && text.contains("twice"), "{text}");
    let told = story.entries.iter().filter(|entry| match &entry.fact {
        Fact::Notified(out) => out.message.text.contains("Delete what Ben wrote"),
        _ => false,
    });
    assert_eq!(told.count(), 2, "whoever is asked is told that it is more");
    story.command(Command::Done { task: id, by: None, note: Value::Null });
    assert_eq!(delete(&story), None);
    // The other card, about a word to the member, is still open and is not about messages.
    assert!(!story.state.tasks.is_empty());
    says(&mut story, "a", "free money for ever");
    let (_, text) = delete(&story).expect("another card");
    assert!(text.contains("for ever") && !text.contains("twice"), "{text}");
}

#[test]
fn many_who_join_at_once_wake_the_judge() {
    let yaml = format!(
        "{TEAM}moderate:\n  judge: mediator\n  raid: 5 joins per 1m\nbudgets:\n  quiet: 22:00-08:00\nchannels:\n  staff: {{ type: console }}\n  group: {{ type: console }}\n"
    );
    let mut story = Story::new("2026-12-01 09:00", &yaml);
    for n in 0..5 {
        story.until(&format!("2026-12-01 1{n}:00"));
        story.join(&format!("slow{n}"), "Slow");
    }
    assert_eq!(tasks(&story), []);
    story.until("2026-12-02 03:00");
    for n in 0..40 {
        story.join(&format!("fast{n}"), "Fast");
    }
    let open = tasks(&story);
    assert_eq!(open.len(), 1, "told once");
    assert!(
        open[0].2.contains("6 joined within 1 minute") && open[0].2.contains("Close the door"),
        "{}",
        open[0].2
    );
    assert!(story.posts().iter().any(|text| text.contains("Close the door")), "at three in the morning, too");
    assert!(story.state.moderation.joins.len() <= 41);
}

#[test]
fn nothing_is_held_against_anybody_for_what_is_not_known() {
    let yaml = "moderate:\n  watch: no\n  new: { match: member.age < days(14), say: Later. }\n  words: { words: [x], say: No. }\n";
    let mut story = Story::new("2026-12-01 09:00", yaml);
    // Nobody knows when they joined, and what was said is not told.
    writes(&mut story, "a", &[("kind", Value::str("text"))]);
    let known: Vec<Breach> = breaches(&story);
    assert!(known.iter().all(|breach| &*breach.rule != "words"), "{known:?}");
}

#[test]
fn a_rule_that_leaves_the_file_is_forgotten_and_one_that_says_so_acts_at_once() {
    let rule =
        |watch: &str| format!("moderate:\n  ads: {{ words: [free money], say: No., watch: {watch} }}\n");
    let mut story = Story::new("2026-12-01 09:00", &rule("3d"));
    assert_eq!(story.state.moderation.rules["ads"].acts, at("2026-12-04 09:00"));
    story.until("2026-12-02 09:00");
    story.edit(&rule("no"));
    assert_eq!(story.state.moderation.rules["ads"].acts, at("2026-12-02 09:00"));
    story.edit("plays: {}\n");
    assert!(story.state.moderation.rules.is_empty());
    assert_eq!(story.now.since(at("2026-12-02 09:00")), Duration::ZERO);
}

#[test]
fn a_rule_that_needs_no_reason_has_words_of_its_own() {
    let yaml = format!(
        "{TEAM}locale: en\nmoderate:\n  stickers: {{ kind: sticker, max: 1 per day, do: [remind], watch: no }}\n  copies: {{ repeats: 2 per \
         1h, watch: no }}\nplays: {{ a: {{ on: tick, steps: [{{ post: a }}] }} }}\n"
    );
    let mut story = Story::new("2026-12-01 09:00", &yaml);
    story.join("a", "Al");
    for _ in 0..2 {
        writes(&mut story, "a", &[("kind", Value::str("sticker"))]);
    }
    for _ in 0..3 {
        says(&mut story, "a", "look at this");
    }
    let posts = story.posts().join("\n");
    assert!(posts.contains("A little less of this") && posts.contains("Once is enough"), "{posts}");
}

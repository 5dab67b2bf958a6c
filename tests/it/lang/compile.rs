//! What a playbook becomes: ids, merged groups, used files, the digest, and bounds on hostile input.

use playbook::{
    base::{
        diagnostic::Severity,
        ids::{ChannelName, GroupId, PlayName, RoleName},
        source::MemoryFolder,
        value::Value,
    },
    lang::{Compiled, compile},
    model::{channel::Setting, playbook::Playbook, step::Verb, trigger::Trigger},
};
use proptest::prelude::*;
use std::{fmt::Write as _, sync::Arc};

const YARDSTICK: &str = include_str!("../../language/valid/community.yaml");
const HOLIDAYS: &str = include_str!("../../language/files/calendars/holidays.ics");

fn with(text: &str, files: &[(&str, &str)]) -> Compiled {
    let mut all = MemoryFolder::default();
    for (path, text) in files.iter().copied().chain([("p.yaml", text), ("calendars/holidays.ics", HOLIDAYS)])
    {
        all.0.insert(path.to_owned(), text.into());
    }
    compile(&all, "p.yaml")
}

fn good(text: &str, files: &[(&str, &str)]) -> Arc<Playbook> {
    let compiled = with(text, files);
    compiled.playbook.unwrap_or_else(|| panic!("{:#?}", compiled.report))
}

fn play_ids(playbook: &Playbook, play: &str) -> Vec<String> {
    let play = playbook.play(&PlayName::new(play)).unwrap();
    play.program.steps().map(|step| step.id.to_string()).collect()
}

#[test]
fn steps_are_named_by_their_place_or_their_id() {
    let text = "name: a\nplays:\n  p:\n    steps:\n      - post: one\n      - if: members.count > 1\n        then: [{ post: x }, { id: own, post: y }]\n        else: [{ post: z }]\n      - approve: ok?\n        then: [{ post: w }]\n      - wait: s\n        timeout: 1h\n        otherwise: [{ post: v }]\n      - each: members\n        as: m\n        steps: [{ post: u }]\n";
    let compiled = with(text, &[]);
    let playbook = compiled.playbook.unwrap();
    let ids = play_ids(&playbook, "p");
    assert_eq!(
        ids,
        ["1", "2", "2.then.1", "own", "2.else.1", "3", "3.then.1", "4", "4.otherwise.1", "5", "5.steps.1"]
    );
    for id in ids {
        assert!(compiled.origins.contains_key(&format!("plays.p.steps.{id}")), "{id}");
    }
}

#[test]
fn a_number_in_a_text_stays_as_it_was_written() {
    let playbook =
        good("name: a\nplays: { p: { steps: [{ post: 1.10 }, { post: on }, { post: 007 }] } }\n", &[]);
    let texts: Vec<String> = playbook.plays[0]
        .steps
        .iter()
        .map(|step| match &step.verb {
            Verb::Post(post) => post.text.source(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(texts, ["1.10", "on", "007"]);
}

#[test]
fn a_file_without_groups_channels_and_phases_has_one_of_each() {
    let playbook = good("name: hello\nplays: { p: { steps: [{ post: hi }] } }\n", &[]);
    assert_eq!(playbook.groups.keys().map(GroupId::as_str).collect::<Vec<_>>(), ["hello"]);
    assert_eq!(playbook.channels.keys().map(ChannelName::as_str).collect::<Vec<_>>(), ["group"]);
    assert_eq!(playbook.phases.len(), 1);
}

#[test]
fn a_group_has_its_own_over_the_playbooks_key_by_key() {
    let table = "\u{feff}id,title,vars.city,roles.host,channels.group.url.env,size\nnorth,北,北京,lin,NORTH,20\nsouth,南,,,,\n";
    let text = "name: a\ntimezone: Asia/Shanghai\nchannels: { group: { type: wecom, url: { env: ALL }, rate: 5 per 1m } }\nroles: { host: { people: [zhu], term: 2 weeks } }\nvars: { city: 西安, size: 1 }\ngroups: groups.csv\nplays: { p: { steps: [{ post: hi }] } }\n";
    let playbook = good(text, &[("groups.csv", table)]);
    let north = &playbook.groups[&GroupId::new("north")];
    let south = &playbook.groups[&GroupId::new("south")];
    assert_eq!((&*north.title, &*south.title), ("北", "南"));
    assert_eq!(north.vars.get("city"), Some(&Value::str("北京")));
    assert_eq!(north.vars.get("size"), Some(&Value::Int(20)));
    assert_eq!(south.vars.get("city"), Some(&Value::str("西安")));
    let channel = &north.channels[&ChannelName::new("group")];
    assert_eq!(channel.settings["url"], [Setting::Env("NORTH".into())]);
    assert_eq!(channel.rate.map(|rate| rate.count), Some(5));
    assert!(south.channels.is_empty());
    let role = &north.roles[&RoleName::new("host")];
    assert_eq!(role.people[0].name, "lin");
    assert!(role.term.is_some());
}

/// Two parts of a life, each with phases, budgets, rules and people of its own.
const SEED: &str = "name: seed\ntimezone: UTC\nvars: { goal: 60 }\npeople: { ann: { name: Ann } }\nroles: { host: { people: [ann] } }\nrules: { forbid: [ads] }\nbudgets: { quiet: 22:30-08:00, posts: 4 per day }\nphases: [{ name: seed, until: members.count >= vars.goal }, { name: grow }]\nplays:\n  invite:\n    on: group.created\n    during: seed\n    steps: [{ task: Invite, to: host }]\n";
const GAMES: &str = "name: games\ntimezone: UTC\nvars: { goal: 5 }\nrules: { namecard: name }\nbudgets: { gap: 1m, posts: 6 per day, mentions: 1 per day }\nplays:\n  riddle:\n    every: day at 20:00\n    when: members.count > vars.goal\n    steps: [{ run: scripts/riddle.rhai }]\n";

#[test]
fn used_files_bring_phases_budgets_rules_and_tables_of_their_own() {
    let files = [
        ("a/seed.yaml", SEED),
        ("b/games.yaml", &GAMES.replace("gap: 1m, ", "")),
        ("b/scripts/riddle.rhai", "fn main(args) { post(#{ text: `${data(\"data/r.csv\")[0].q}` }) }"),
        ("b/data/r.csv", "id,q\n1,why\n"),
    ];
    let text = "name: life\ntimezone: UTC\nbudgets: { posts: 5 per day }\nuse: [{ playbook: a/seed.yaml }, { playbook: b/games.yaml }]\n";
    let compiled = with(text, &files);
    assert!(compiled.script_problems.is_empty(), "{:#?}", compiled.script_problems);
    let playbook = compiled.playbook.clone().unwrap_or_else(|| panic!("{:#?}", compiled.report));
    let phases: Vec<&str> = playbook.phases.iter().map(|phase| phase.name.as_str()).collect();
    assert_eq!(phases, ["seed", "grow"]);
    assert!(!playbook.budgets.quiet.is_empty() && playbook.budgets.mentions.is_some());
    assert_eq!(playbook.budgets.posts.as_ref().map(|quota| quota.max), Some(5), "the playbook's own counts");
    let rules = playbook.rules.as_map().unwrap();
    assert!(rules.contains_key("forbid") && rules.contains_key("namecard"));
    assert!(playbook.roles.contains_key(&RoleName::new("host")));
    let told = compiled.report.diagnostics.iter().filter(|found| found.code == "use-differs").count();
    assert_eq!(told, 0, "what the playbook says itself is no riddle");
}

#[test]
fn used_files_that_differ_are_named_and_the_first_one_counts() {
    let other = SEED.replace("name: seed, until", "name: start, until").replace("4 per day", "6 per day");
    let other = other.replace("  invite:", "  other:").replace("during: seed", "during: grow");
    let files = [("a.yaml", SEED), ("b.yaml", other.as_str())];
    let text = "name: life\ntimezone: UTC\nuse: [{ playbook: a.yaml }, { playbook: b.yaml }]\n";
    let compiled = with(text, &files);
    let told: Vec<&str> = compiled
        .report
        .diagnostics
        .iter()
        .filter(|found| found.code == "use-differs")
        .map(|found| found.message.en.as_str())
        .collect();
    assert_eq!(told.len(), 2, "{:#?}", compiled.report);
    assert!(told.iter().any(|text| text.contains("`phases`")), "{told:?}");
    assert!(told.iter().any(|text| text.contains("`budgets.posts`")), "{told:?}");
    let playbook = compiled.playbook.unwrap();
    assert_eq!(playbook.phases[0].name.as_str(), "seed");
    assert_eq!(playbook.budgets.posts.as_ref().map(|quota| quota.max), Some(4));
}

/// A part that promises something about what is kept of members.
const FORM: &str = "name: form\nmembers:\n  purpose: to know whom we meet\n  fields:\n    badge: { purpose: who they are, proof: true, retention: decided }\n    city: { purpose: meeting, retention: 365d }\nplays: { ask: { on: member.requested, steps: [{ post: hi }] } }\n";

#[test]
fn what_a_part_promises_to_members_comes_along() {
    let one = "name: life\nuse: [{ playbook: form.yaml }]\n";
    let playbook = good(one, &[("form.yaml", FORM)]);
    let fields = playbook.keeping.fields.clone().expect("fields");
    assert_eq!(fields.keys().map(|name| &**name).collect::<Vec<_>>(), ["badge", "city"]);
    assert_eq!(fields["city"].purpose.as_deref(), Some("meeting"));
    assert_eq!(fields["city"].retention, "365d".parse().ok());
    assert_eq!(playbook.proofs.iter().map(|name| &**name).collect::<Vec<_>>(), ["badge"]);
    assert_eq!(playbook.keeping.purpose.as_deref(), Some("to know whom we meet"));

    // What the playbook says counts, and what it does not say holds as it was promised.
    let own = "name: life\nmembers: { retention: 90d, fields: { city: to send a card, shoe: { purpose: sport } } }\nuse: [{ playbook: form.yaml }]\n";
    let playbook = good(own, &[("form.yaml", FORM)]);
    let fields = playbook.keeping.fields.clone().expect("fields");
    assert_eq!(fields["city"].purpose.as_deref(), Some("to send a card"));
    assert_eq!(
        (fields["city"].retention, fields["shoe"].retention),
        ("90d".parse().ok(), "90d".parse().ok())
    );
    let none = own.replace("retention: 90d, ", "");
    let kept = good(&none, &[("form.yaml", FORM)]).keeping.fields.clone().expect("fields");
    assert_eq!((kept["city"].retention, kept["shoe"].retention), ("365d".parse().ok(), None));
    assert_eq!(fields["badge"].retention, None, "it goes with the decision");
    assert_eq!(playbook.proofs.len(), 1);

    // Whoever keeps it longer is told what was promised; in two places.
    let longer = "name: life\nmembers: { fields: { city: { retention: 800d }, badge: { retention: 30d } } }\nuse: [{ playbook: form.yaml }]\n";
    let compiled = with(longer, &[("form.yaml", FORM)]);
    let told: Vec<_> =
        compiled.report.diagnostics.iter().filter(|found| found.code == "use-differs").collect();
    assert_eq!(told.len(), 2, "{:#?}", compiled.report);
    assert!(told[1].message.en.contains("365d at most") || told[0].message.en.contains("365d at most"));
    assert!(told.iter().all(|one| one.severity == Severity::Warning && one.labels.len() == 1), "{told:#?}");

    // Of two parts that contradict each other neither promise can be kept.
    let other = FORM.replace("name: form", "name: other").replace("365d", "30d").replace("ask:", "again:");
    let files = [("form.yaml", FORM), ("other.yaml", other.as_str())];
    let two = "name: life\nuse: [{ playbook: form.yaml }, { playbook: other.yaml }]\n";
    let compiled = with(two, &files);
    let told: Vec<_> =
        compiled.report.diagnostics.iter().filter(|found| found.code == "fields-differ").collect();
    assert_eq!(told.len(), 1, "{:#?}", compiled.report);
    assert!(told[0].severity == Severity::Error && told[0].labels.len() == 1 && compiled.playbook.is_none());
    let decided = two.replace("use:", "members: { fields: { city: { retention: 30d } } }\nuse:");
    let playbook = good(&decided, &files);
    assert_eq!(playbook.keeping.fields.clone().expect("fields")["city"].retention, "30d".parse().ok());
}

#[test]
fn tiers_of_parts_are_put_together() {
    let part = |name: &str, play: &str, tier: &str| {
        format!(
            "name: {name}\nmembers: {{ tiers: [{{ name: member }}, {tier}] }}\nplays: {{ {play}: {{ steps: [{{ post: x }}] }} }}\n"
        )
    };
    let core = part("a", "p", "{ name: core, enter: member.points > 10 }");
    let vip = part("b", "q", "{ name: vip, enter: member.points > 90 }");
    let more = part("c", "r", "{ name: core, enter: member.points > 50 }");
    let files = [("a.yaml", core.as_str()), ("b.yaml", vip.as_str()), ("c.yaml", more.as_str())];
    let tiers = |text: &str| {
        let compiled = with(text, &files);
        let told = compiled.report.diagnostics.iter().filter(|found| found.code == "use-differs").count();
        let playbook = compiled.playbook.unwrap_or_else(|| panic!("{:#?}", compiled.report));
        (playbook.tiers.iter().map(|tier| tier.name.to_string()).collect::<Vec<_>>(), told)
    };
    let two = "name: life\nuse: [{ playbook: a.yaml }, { playbook: b.yaml }]\n";
    assert_eq!(tiers(two), (["member", "core", "vip"].map(str::to_owned).into(), 0));
    let three = "name: life\nuse: [{ playbook: a.yaml }, { playbook: c.yaml }]\n";
    assert_eq!(tiers(three), (["member", "core"].map(str::to_owned).into(), 1), "two that differ");
    let own = "name: life\nmembers: { tiers: [{ name: new }, { name: core, enter: member.points > 5 }, { name: member, enter: member.points > 1 }] }\nuse: [{ playbook: a.yaml }, { playbook: c.yaml }]\n";
    assert_eq!(
        tiers(own),
        (["new", "core", "member"].map(str::to_owned).into(), 0),
        "what the playbook says counts"
    );
}

#[test]
fn what_a_part_cannot_bring_is_said() {
    let part = "name: part\nfetch: [api.example.com]\nmembers: { import: m.csv }\ndoctor: { dying: 30d }\nalerts: group\nmoderate: { ads: { links: yes, say: no ads, do: [remind] } }\nplays: { p: { steps: [{ post: x }] } }\n";
    let other = part
        .replace("name: part", "name: other")
        .replace("no ads", "none")
        .replace("plays: { p:", "plays: { q:");
    let files = [("a.yaml", part), ("b.yaml", other.as_str())];
    let compiled = with("name: life\nuse: [{ playbook: a.yaml }, { playbook: b.yaml }]\n", &files);
    let told = |code: &str| compiled.report.diagnostics.iter().filter(|found| found.code == code).count();
    assert_eq!(told("use-left-out"), 4, "{:#?}", compiled.report);
    assert_eq!(told("use-differs"), 1, "the rule of `moderate`: {:#?}", compiled.report);
    let playbook = compiled.playbook.clone().expect("a playbook");
    assert!((playbook.doctor.get("dying") - 30.0).abs() < 1e-9 && playbook.alerts.len() == 1);
    assert!(playbook.fetch_hosts.is_empty());
}

#[test]
fn whoever_uses_a_part_gives_its_dates() {
    let part = "name: evening\ntimezone: UTC\nvars: { evenings: [{ id: a, at: 2027-01-14 19:00, guest: Ada }] }\nplays:\n  session:\n    dates: \"${vars.evenings}\"\n    steps: [{ post: \"${date.guest}\" }]\n";
    let dates = |text: &str, files: &[(&str, &str)]| -> Vec<String> {
        let playbook = good(text, files);
        let Trigger::Dates(dates) = &playbook.plays[0].trigger else { panic!("dates") };
        dates.iter().map(|date| format!("{} {}", date.id, date.values["guest"].to_json())).collect()
    };
    let of =
        |with: &str| format!("name: life\ntimezone: UTC\nuse: [{{ playbook: parts/evening.yaml{with} }}]\n");
    let files = [
        ("parts/evening.yaml", part),
        ("evenings.csv", "id,at,guest\nc,2027-03-04 20:00,Cleo\nd,2027-04-01 20:00,Dan\n"),
        // Paths of `with` count from the file that says it.
        ("parts/evenings.csv", "id,at,guest\nx,2027-03-04 20:00,nobody\n"),
    ];
    assert_eq!(dates(part, &[]).len(), 1);
    assert!(dates(&of(""), &files)[0].starts_with("a "));
    let list = dates(&of(", with: { evenings: [{ id: b, at: 2027-02-04 19:00, guest: Ben }] }"), &files);
    assert!(list.len() == 1 && list[0].starts_with("b ") && list[0].contains("Ben"), "{list:?}");
    let table = dates(&of(", with: { evenings: { file: evenings.csv } }"), &files);
    assert!(table.len() == 2 && table[0].contains("Cleo"), "{table:?}");
    let wrong = with(&part.replace("${vars.evenings}", "${vars.evening}"), &[]);
    let told = wrong.report.diagnostics.iter().find(|found| found.code == "unknown-name").expect("an error");
    assert!(told.help.iter().any(|help| help.en.contains("evenings")), "{told:#?}");
}

#[test]
fn a_used_playbook_brings_its_plays_with_other_constants() {
    let quiz = "name: quiz\nvars: { topic: 诗, size: 3 }\nplays:\n  ask:\n    args: { level: easy }\n    steps: [{ post: \"${vars.topic} ${vars.size}\" }, { start: reveal }, { run: s.rhai }]\n  reveal: { steps: [{ post: x }] }\n";
    let text = "name: a\nvars: { topic: 小说 }\nuse:\n  - { playbook: parts/quiz.yaml, with: { size: 5, level: hard }, as: one }\n  - { playbook: parts/quiz.yaml, as: two }\nplays: { p: { steps: [{ start: one-ask }, { post: \"${vars.topic}\" }] } }\n";
    let playbook = good(text, &[("parts/quiz.yaml", quiz), ("parts/s.rhai", "fn main() { 1 }")]);
    let names: Vec<&str> = playbook.plays.iter().map(|play| play.name.as_str()).collect();
    assert_eq!(names, ["p", "one-ask", "one-reveal", "two-ask", "two-reveal"]);
    let Verb::Post(post) = &playbook.plays[1].steps[0].verb else { panic!("a post") };
    assert_eq!(post.text.source(), "${vars.one_topic} ${vars.size}");
    let Verb::Start { play, .. } = &playbook.plays[1].steps[1].verb else { panic!("a start") };
    assert_eq!(play.as_str(), "one-reveal");
    let Verb::Run(run) = &playbook.plays[1].steps[2].verb else { panic!("a run") };
    assert_eq!(&*run.script, "parts/s.rhai");
    assert_eq!(playbook.vars.get("topic"), Some(&Value::str("小说")));
    assert_eq!(playbook.vars.get("one_topic"), Some(&Value::str("诗")));
    assert_eq!(
        (playbook.vars.get("size"), playbook.vars.get("two_size")),
        (Some(&Value::Int(5)), Some(&Value::Int(3)))
    );
    assert!(format!("{:?}", playbook.plays[1].args).contains("hard"));
}

#[test]
fn entering_a_phase_starts_its_own_play() {
    let text = "name: a\nphases:\n  - { name: seed, until: members.count > 3, on_enter: [{ post: hi }] }\n  - name: grow\n";
    let playbook = good(text, &[]);
    let name = playbook.phases[0].on_enter.clone().unwrap();
    assert_eq!(name.as_str(), "on-enter-seed");
    let Trigger::Signal(signal) = &playbook.play(&name).unwrap().trigger else { panic!("a signal") };
    assert_eq!(&*signal.name, "phase.entered");
    assert!(signal.filter.is_some());
}

#[test]
fn rows_of_a_table_become_dates() {
    let text = "name: a\ntimezone: Asia/Shanghai\nplays:\n  p:\n    dates: { file: t.csv, at: \"${row.date} 12:30\", id: \"${row.topic}\" }\n    steps: [{ post: \"${date.topic} ${date.note}\" }]\n";
    let table = "\u{feff}date,topic,note\n2026/1/12,信,\n2026-01-05,诗,x\n";
    let playbook = good(text, &[("t.csv", table)]);
    let Trigger::Dates(dates) = &playbook.plays[0].trigger else { panic!("dates") };
    let found: Vec<(&str, String)> =
        dates.iter().map(|date| (&*date.id, date.at.to_rfc3339(&playbook.zone))).collect();
    assert_eq!(
        found,
        [("诗", "2026-01-05T12:30:00+08:00".to_owned()), ("信", "2026-01-12T12:30:00+08:00".to_owned())]
    );
}

#[test]
fn a_table_that_is_not_there_is_one_problem() {
    let text = "name: x\ntimezone: UTC\nplays:\n  a:\n    dates: { file: none.csv, at: \"${row.day} 12:00\" }\n    steps:\n      - post: ${date.topic}\n";
    let problems = with(text, &[]).report.diagnostics;
    assert_eq!(problems.iter().filter(|p| p.severity == Severity::Error).count(), 1, "{problems:?}");
}

#[test]
fn a_script_that_does_not_compile_does_not_take_the_playbook_away() {
    let text = "name: a\nplays: { p: { steps: [{ run: s.rhai }, { run: none.rhai }] } }\n";
    let compiled = with(text, &[("s.rhai", "fn main(args) { let = 1; }")]);
    assert!(compiled.playbook.is_some());
    let codes: Vec<&str> = compiled.script_problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes.len(), 2, "{codes:?}");
    let inside = compiled
        .script_problems
        .iter()
        .filter_map(|problem| problem.span)
        .map(|span| compiled.sources.get(span.source).path.clone());
    assert!(inside.collect::<Vec<_>>().contains(&"s.rhai".to_owned()));
}

#[test]
fn comments_and_indentation_are_no_part_of_the_digest_and_data_is() {
    let text = "name: a\ntimezone: Asia/Shanghai\nplays:\n  p:\n    dates: { file: t.csv }\n    steps:\n      - post: hi\n";
    let same = "# a comment\nname: a   # another\ntimezone: Asia/Shanghai\n\nplays:\n    p:\n        dates: { file: t.csv }\n        steps:\n        - post: hi\n";
    let table = [("t.csv", "id,at\na,2026-01-05\n")];
    let first = good(text, &table).digest.clone();
    assert_eq!(first.as_str().len(), 64);
    assert_eq!(good(same, &table).digest, first);
    assert_ne!(good(&text.replace("hi", "ho"), &table).digest, first);
    assert_ne!(good(text, &[("t.csv", "id,at\na,2026-01-06\n")]).digest, first);
}

#[test]
fn ten_thousand_groups_compile() {
    let mut table = String::from("id,title,city,roles.host,channels.group.url.env\n");
    for n in 0..10_000 {
        writeln!(table, "g{n},Group {n},City {n},host {n},HOOK_{n}").unwrap();
    }
    let text = "name: a\ntimezone: Asia/Shanghai\nchannels: { group: { type: wecom, url: { env: A } } }\nroles: { host: { people: [x], term: 2 weeks } }\ngroups: g.csv\nplays: { p: { every: day at 08:00, steps: [{ post: \"${vars.city}\" }] } }\n";
    let playbook = good(text, &[("g.csv", &table)]);
    assert_eq!(playbook.groups.len(), 10_000);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn damaged_playbooks_are_reported_and_never_panic(
        cuts in proptest::collection::vec((0_usize..YARDSTICK.len(), 0_usize..12, "[ -~\\n\\t:#@*&!\\[\\]{}'\"%`|>,?：“”#话题$]{0,6}"), 1..5),
    ) {
        let mut text = YARDSTICK.to_owned();
        for (at, length, insert) in cuts {
            let mut start = at.min(text.len());
            while !text.is_char_boundary(start) { start -= 1; }
            let mut end = (start + length).min(text.len());
            while !text.is_char_boundary(end) { end += 1; }
            text.replace_range(start..end, &insert);
        }
        let compiled = with(&text, &[]);
        prop_assert_eq!(compiled.playbook.is_none(), compiled.report.has_errors());
        for diagnostic in &compiled.report.diagnostics {
            let span = diagnostic.span.unwrap();
            let source = compiled.sources.get(span.source);
            prop_assert!(span.start <= span.end && span.end as usize <= source.text.len(), "{:?}", diagnostic);
            prop_assert!(source.text.is_char_boundary(span.start as usize) && source.text.is_char_boundary(span.end as usize), "{:?}", diagnostic);
        }
    }
}

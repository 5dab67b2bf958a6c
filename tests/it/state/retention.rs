//! Fields of members: what is not declared is not stored, and what was kept long enough goes, from the journal too.

use crate::{
    help::playground::{Playground, eventually},
    state::forget::{having, the_journal_gives_the_state},
};

const FILE: &str = "\
name: kept
timezone: UTC
members:
  fields:
    city: { purpose: to meet, retention: 2s }
    badge: { purpose: to check who they are }
plays:
  hello:
    on: member.joined
    steps: [{ post: 'Welcome, ${member.name}!' }]
";

fn fields(place: &Playground) -> serde_json::Value {
    place.run(&["members", "show", "ann"]).exits(0).json_lines()[0]["fields"].clone()
}

#[test]
fn only_declared_fields_are_stored_and_only_as_long_as_declared() {
    let place = Playground::new().file("kept.yaml", FILE);
    let engine = place.start(&["run", "kept.yaml"]);
    engine.line("running");
    let data =
        r#"{ "name": "Ann", "city": "Oldtown", "badge": "B77", "passport": "E1234567", "paid": true }"#;
    place.run(&["signal", "member.joined", "--member", "ann", "--data", data]).exits(0);
    eventually("she was welcomed", || place.run(&["log"]).stdout.contains("Welcome, Ann!"));
    assert!(having(&place.path(".playbook"), "E1234567").is_empty(), "nobody declared a passport");
    eventually("her city is forgotten", || {
        fields(&place) == serde_json::json!({ "badge": "B77", "paid": true })
    });
    let log = place.run(&["log"]).exits(0).stdout;
    assert!(log.contains("forgot") && log.contains("city of 1 member: kept long enough"), "{log}");
    let _ = engine.stop();
    assert!(
        !having(&place.path(".playbook"), "Oldtown").is_empty(),
        "the journal has it until the next start"
    );

    let engine = place.start(&["run", "kept.yaml"]);
    eventually("the journal is rewritten", || having(&place.path(".playbook"), "Oldtown").is_empty());
    assert_eq!(fields(&place), serde_json::json!({ "badge": "B77", "paid": true }));
    let _ = engine.stop();
    the_journal_gives_the_state(&place);
}

#[test]
fn a_column_that_is_not_declared_is_left_out_and_a_script_may_not_store_one() {
    let place = Playground::new()
        .file(
            "kept.yaml",
            &format!(
                "{}  store:\n    steps: [{{ run: s.rhai }}]\n",
                FILE.replace("members:\n", "members:\n  import: m.csv\n")
            ),
        )
        .file("m.csv", "id,name,city,phone\nann,Ann,Oldtown,13800138000\n")
        .file("s.rhai", "fn main(args) { for m in members { m.set(\"phone\", \"1380\"); }; }");
    let check = place.run(&["check", "kept.yaml"]).exits(0).stdout;
    assert!(
        check.contains("field-not-kept") && check.contains("`phone` is not under `members.fields`"),
        "{check}"
    );
    let engine = place.start(&["run", "kept.yaml"]);
    engine.line("running");
    place.run(&["start", "store"]).exits(0);
    eventually("the script was refused", || {
        place.run(&["log"]).stdout.contains("the field `phone` of a member, which is not kept")
    });
    assert!(fields(&place).get("phone").is_none());
    let _ = engine.stop();
}

const LEAVERS: &str = "\
name: kept
timezone: UTC
members:
  fields:
    city: { purpose: to meet }
    badge: { purpose: to check who they are, retention: 10d }
plays:
  echo:
    on: message
    where: 'signal.data.message.text.contains(\"ferry\")'
    steps: [{ post: Somebody knows the ferry }]
";

#[test]
fn who_has_left_for_thirty_days_leaves_the_journal_and_who_came_back_stays() {
    const DAY: i64 = 86_400_000;
    let place = Playground::new().file("kept.yaml", LEAVERS).file("clock", "0 0");
    let clock = place.path("clock").display().to_string();
    let place = place.env("PLAYBOOK_CLOCK", &clock);
    let day = |day: i64| place.write_by_rename("clock", &format!("{0} {0}", day * DAY));
    let state = || place.path(".playbook");
    let engine = place.start(&["run", "kept.yaml"]);
    engine.line("running");
    let say = |name: &str, who: &str, data: &serde_json::Value| {
        let _ = place.run(&["signal", name, "--member", who, "--data", &data.to_string()]).exits(0);
    };
    let known = serde_json::json!({ "name": "Ann", "city": "Oldtown", "badge": "B7719" });
    let text = serde_json::json!({ "message": { "id": "1", "kind": "text", "text": "take the blue ferry" } });
    say("member.joined", "ann", &known);
    say("message", "ann", &text);
    say("member.joined", "bo", &serde_json::json!({ "name": "Bo", "city": "Harbour" }));
    eventually("it was heard", || place.run(&["log"]).stdout.contains("knows the ferry"));
    say("member.left", "ann", &serde_json::json!({}));
    // Bo leaves and comes back with the same field.
    say("member.left", "bo", &serde_json::json!({}));
    say("member.joined", "bo", &serde_json::json!({ "name": "Bo", "city": "Harbour" }));
    day(31);
    eventually("what was kept of them is over", || {
        let log = place.run(&["log"]).exits(0).stdout;
        log.contains("badge, city and message.text") && log.contains("left long ago")
    });
    for words in ["Oldtown", "B7719", "blue ferry"] {
        assert!(!having(&state(), words).is_empty(), "{words} is in the journal until it is rewritten");
    }
    // An engine that runs on does that after a week, whenever it next decides something.
    day(39);
    say("message", "bo", &serde_json::json!({ "message": { "id": "9", "text": "hello" } }));
    eventually("it stopped, rewrote and went on", || {
        ["Oldtown", "B7719", "blue ferry"].iter().all(|words| having(&state(), words).is_empty())
            && place.run(&["status"]).code == Some(0)
    });
    let bo = place.run(&["members", "show", "bo"]).exits(0).json_lines()[0].clone();
    assert_eq!(bo["fields"], serde_json::json!({ "city": "Harbour" }));
    say("message", "bo", &serde_json::json!({ "message": { "id": "9", "text": "hello" } }));
    let _ = engine.stop().exits(0);
    the_journal_gives_the_state(&place);
}

const FORMS: &str = "\
name: kept
timezone: UTC
plays:
  trip:
    steps:
      - ask: Who comes along?
        fields: [diet, phone]
        open_for: 100d
        as: trip
  where:
    steps:
      - ask: Where to?
        options: [The lighthouse, The old mill]
        open_for: 1d
        as: where
  past:
    steps:
      - ask: What do you bring?
        fields: [dish]
        open_for: 1d
        as: past
      - wait: 90d
";

#[test]
fn what_a_leaver_has_filled_in_goes_after_thirty_days_and_what_they_chose_stays() {
    const DAY: i64 = 86_400_000;
    let place = Playground::new().file("kept.yaml", FORMS).file("clock", "0 0");
    let clock = place.path("clock").display().to_string();
    let place = place.env("PLAYBOOK_CLOCK", &clock);
    let day = |day: i64| place.write_by_rename("clock", &format!("{0} {0}", day * DAY));
    let says = |name: &str, who: &str, data: serde_json::Value| {
        let _ = place.run(&["signal", name, "--member", who, "--data", &data.to_string()]).exits(0);
    };
    let engine = place.start(&["run", "kept.yaml"]);
    engine.line("running");
    for play in ["trip", "where", "past"] {
        let _ = place.run(&["start", play]).exits(0);
    }
    eventually("three questions are open", || {
        place.run(&["tasks", "--format", "json"]).stdout.lines().count() == 3
    });
    for who in ["ann", "bo", "cy"] {
        says("member.joined", who, serde_json::json!({}));
        says(
            "answer",
            who,
            serde_json::json!({ "ask": "trip", "diet": format!("no nuts, {who}"), "phone": 13_812_345_678_i64 }),
        );
        says("answer", who, serde_json::json!({ "ask": "where", "option": "The old mill" }));
        says("answer", who, serde_json::json!({ "ask": "past", "dish": format!("pie of {who}") }));
    }
    day(2);
    eventually("two of them are counted", || {
        place.run(&["tasks", "--format", "json"]).stdout.lines().count() == 1
    });
    says("member.left", "ann", serde_json::json!({}));
    // Bo comes back before it is over, so that all of it is a member's.
    says("member.left", "bo", serde_json::json!({}));
    says("member.joined", "bo", serde_json::json!({}));
    day(33);
    eventually("it is over", || {
        let log = place.run(&["log"]).exits(0).stdout;
        log.contains("answer.fields of 1 member") && log.contains("left long ago")
    });
    let _ = engine.stop().exits(0);
    let engine = place.start(&["run", "kept.yaml"]);
    engine.line("running");
    let state = place.path(".playbook");
    for words in ["no nuts, ann", "pie of ann"] {
        assert_eq!(having(&state, words), [""; 0], "{words}");
    }
    for words in ["no nuts, bo", "pie of bo", "no nuts, cy", "13812345678"] {
        assert!(!having(&state, words).is_empty(), "{words}");
    }
    let chosen = place.run(&["answers", "where", "--format", "json"]).exits(0).stdout;
    assert_eq!(chosen.matches("The old mill").count(), 4, "the option, and three who chose it: {chosen}");
    // Of whoever leaves again all of it goes.
    says("member.left", "bo", serde_json::json!({}));
    day(64);
    eventually("it is over again", || {
        place.run(&["log"]).exits(0).stdout.matches("answer.fields of 1 member").count() == 2
    });
    let _ = engine.stop().exits(0);
    let engine = place.start(&["run", "kept.yaml"]);
    engine.line("running");
    let _ = engine.stop().exits(0);
    for words in ["no nuts, bo", "pie of bo"] {
        assert_eq!(having(&state, words), [""; 0], "{words}");
    }
    assert!(!having(&state, "no nuts, cy").is_empty(), "cy is still there");
    the_journal_gives_the_state(&place);
}

const ASKING: &str = "\
name: kept
timezone: UTC
members: { fields: { city: { purpose: to meet } } }
plays:
  door:
    on: member.requested
    steps:
      - ask: Why here?
        fields: [why]
        open_for: 1d
        as: told
";

#[test]
fn whoever_asked_to_come_in_and_did_not_is_known_for_thirty_days() {
    const DAY: i64 = 86_400_000;
    let place = Playground::new().file("kept.yaml", ASKING).file("clock", "0 0");
    let clock = place.path("clock").display().to_string();
    let place = place.env("PLAYBOOK_CLOCK", &clock);
    let day = |day: i64| place.write_by_rename("clock", &format!("{0} {0}", day * DAY));
    let says = |name: &str, who: &str, data: serde_json::Value| {
        let _ = place.run(&["signal", name, "--member", who, "--data", &data.to_string()]).exits(0);
    };
    let engine = place.start(&["run", "kept.yaml"]);
    engine.line("running");
    for (who, city) in [("eve-asks", "Harbour"), ("ann-asks", "Oldtown")] {
        says("member.requested", who, serde_json::json!({ "name": who, "city": city }));
        says("answer", who, serde_json::json!({ "why": format!("{who} likes ferries") }));
    }
    says("member.joined", "ann-asks", serde_json::json!({}));
    // Of this one nothing is known but that they ask.
    says("member.requested", "bo-asks", serde_json::json!({}));
    day(31);
    eventually("it is over", || {
        let log = place.run(&["log"]).exits(0).stdout;
        log.contains("answer.fields of 2 members") && log.contains("left long ago")
    });
    let _ = engine.stop().exits(0);
    the_journal_gives_the_state(&place);
    let engine = place.start(&["run", "kept.yaml"]);
    engine.line("running");
    let state = place.path(".playbook");
    for words in ["Harbour", "eve-asks likes ferries"] {
        assert_eq!(having(&state, words), [""; 0], "{words}");
    }
    for words in ["Oldtown", "ann-asks likes ferries"] {
        assert!(!having(&state, words).is_empty(), "{words}: whoever came in is a member");
    }
    let _ = engine.stop().exits(0);
    the_journal_gives_the_state(&place);
    let states = playbook::shell::store::Reader::open(&state).unwrap().states().unwrap();
    let known = &states.groups.values().next().expect("a group").state.members;
    assert_eq!(known.asking().count(), 0, "who asked is known no more");
    assert_eq!(known.len(), 1);
}

#[test]
fn a_list_is_told_where_a_required_field_is_missing_or_is_of_another_type() {
    let file = "\
name: kept
timezone: UTC
members:
  purpose: to invite people to meetings
  fields:
    city: { purpose: to meet, required: true }
    paid: { purpose: renewals, type: day }
    seats: { type: number }
  import: m.csv
groups:
  xian: { members: [{ id: zoe, paid: someday }] }
plays:
  hello: { on: member.joined, steps: [post: Welcome] }
";
    let place = Playground::new().file("kept.yaml", file).file(
        "m.csv",
        "id,name,city,paid,seats\nann,Ann,,2027-01-05,2\nbob,Bob,Oldtown,soon,many\ncy,Cy,,1月5日,\n",
    );
    let check = place.run(&["check", "kept.yaml"]).exits(0).stdout;
    for told in [
        "field-unlike",
        "`city` is required, and 3 members of the list without: Ann, Cy, zoe",
        "`paid` is a day, and none for 2 members of the list: Bob, zoe",
        "`seats` is a number, and none for 1 member of the list: Bob",
    ] {
        assert!(check.contains(told), "{told}: {check}");
    }
    let notice = place.run(&["handbook", "kept.yaml", "--members"]).exits(0).stdout;
    assert!(notice.contains("What it is for: to invite people to meetings"), "{notice}");

    let engine = place.start(&["run", "kept.yaml"]);
    engine.line("running");
    place.write("more.csv", "id,paid\nbob,2027-02-01\ndee,later\n");
    let brought = place.run(&["members", "import", "more.csv"]).exits(0).stdout;
    assert!(brought.contains("`city` is required, and 1 member of the list without: dee"), "{brought}");
    assert!(brought.contains("`paid` is a day, and none for 1 member of the list: dee"), "{brought}");
    let _ = engine.stop();
}

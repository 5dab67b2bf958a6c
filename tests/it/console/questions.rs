//! Answers that no channel hears, entered at the console: by one member, by a pasted chain, as totals.

use crate::{
    console::{
        entrance::{Browser, engine, open},
        pages::journal,
    },
    help::playground::Playground,
};

const DINNER: &str = "\
name: dinner
title: Dinner
timezone: UTC
access: { admin: [zhu], viewer: [ed] }
people:
  zhu: { name: Zhu }
  ed: { name: Ed }
roles:
  host: { people: [zhu] }
channels:
  group: { type: console }
plays:
  poll:
    on: poll
    steps:
      - ask: Who comes?
        options: [来, 不来]
        open_for: 3h
        as: who
  form:
    on: form
    steps:
      - ask: What do you bring?
        fields: [dish, chairs]
        open_for: 3h
        as: what
";

const MEMBERS: &str = "id,name\nm1,Ann\nm2,Bob <b>\nm3,Lin\nm4,Lin\n";
const PATH: &str = "/answer?group=dinner&task=t1";

fn dinner(signal: &str) -> (Playground, crate::help::playground::Process, Browser) {
    let play = Playground::new().file("p.yaml", DINNER).file("m.csv", MEMBERS);
    let (running, port, link) = engine(&play);
    let _ = play.run(&["members", "import", "m.csv"]).exits(0);
    let _ = play.run(&["signal", signal]).exits(0);
    let zhu = Browser::enter(port, &link);
    (play, running, zhu)
}

/// Enters something; the page that says what came of it.
fn enter(zhu: &Browser, fields: &[(&str, &str)]) -> String {
    let page = zhu.get(PATH).is(200).body;
    let on = [("group", "dinner"), ("task", "t1")];
    let said = zhu.press(&page, "answer", &[&on[..], fields].concat()).is(303);
    let to = said.head.lines().find_map(|line| line.strip_prefix("location: ")).unwrap().to_owned();
    zhu.get(&to).is(200).body
}

#[test]
fn an_answer_is_entered_for_a_member_and_refused_as_the_command_refuses_it() {
    let (play, _running, zhu) = dinner("poll");
    assert!(zhu.get("/").is(200).body.contains("/answer?group=dinner&amp;task=t1"));
    assert!(zhu.get("/groups/dinner").is(200).body.contains("/answer?group=dinner&amp;task=t1"));
    let page = enter(&zhu, &[("what", "one"), ("member", "Ann"), ("option", "来")]);
    assert!(page.contains("Ann has answered t1") && page.contains("1 answer"), "{page}");
    let _ = enter(&zhu, &[("what", "one"), ("member", "m2"), ("option", "来")]);
    let page = enter(&zhu, &[("what", "one"), ("member", "Ann"), ("option", "不来")]);
    assert!(page.contains("2 answers") && page.contains("Bob &lt;b&gt;"), "{page}");
    // Two have that name; nobody is chosen; that is no option.
    for (fields, why) in [
        ([("what", "one"), ("member", "Lin"), ("option", "来")], "m3, m4"),
        ([("what", "one"), ("member", ""), ("option", "来")], "say whose answer"),
        ([("what", "one"), ("member", "m1"), ("option", "")], "choose an answer"),
        ([("what", "one"), ("member", "m1"), ("option", "perhaps")], "perhaps"),
    ] {
        let page = enter(&zhu, &fields);
        assert!(page.contains("class=\"said no\"") && page.contains(why), "{why}: {page}");
    }
    let page = enter(&zhu, &[("what", "one"), ("member", "Ann"), ("withdraw", "yes")]);
    assert!(page.contains("Ann has taken back the answer to t1") && page.contains("1 answer"), "{page}");
    let answered = journal(&play, "answered");
    assert_eq!(answered.iter().map(|line| &line["member"]).collect::<Vec<_>>(), ["m1", "m2", "m1"]);
    // Who entered it is on record.
    assert!(journal(&play, "signal_received").iter().any(|line| line["data"]["by"] == "admin"));
}

#[test]
fn a_pasted_chain_says_what_it_changes_before_it_counts() {
    let (play, _running, zhu) = dinner("poll");
    let _ = enter(&zhu, &[("what", "one"), ("member", "m1"), ("option", "不来")]);
    let _ = enter(&zhu, &[("what", "one"), ("member", "m3"), ("option", "来")]);
    let page = zhu.get(PATH).is(200).body;
    let text = "接龙\n1. Ann\n2. Bob <b> +1\n3. 小新 不来\n3点见\n";
    let on = [("group", "dinner"), ("task", "t1"), ("what", "chain"), ("chain", text)];
    let look = zhu.press(&page, "answer", &on).is(200).body;
    assert!(look.contains("~ Ann: 不来 → 来") && look.contains("+ Bob &lt;b&gt;: 来"), "{look}");
    assert!(look.contains("+ 小新: 不来") && look.contains("line 5 is not understood"), "{look}");
    // Who is missing in it is named with the way that this page has.
    assert!(look.contains("? Lin (m3) has answered") && !look.contains("--withdraw"), "{look}");
    assert!(look.contains("1 more is brought along"), "{look}");
    assert_eq!(journal(&play, "answered").len(), 2, "it has only been looked at");
    let sure = [&on[..], &[("sure", "yes")]].concat();
    let _ = zhu.press(&look, "answer", &sure).is(303);
    // The same form again is the same press.
    let _ = zhu.press(&look, "answer", &sure).is(303);
    assert_eq!(journal(&play, "answered").len(), 5);
    let page = zhu.get(PATH).is(200).body;
    assert!(page.contains("4 answers"), "{page}");
    // Without a task it is the list of what is asked.
    let every = zhu.get("/answer").is(200).body;
    assert!(every.contains("Who comes?") && every.contains("/answer?group=dinner&amp;task=t1"), "{every}");
    let page = enter(&zhu, &[("what", "chain"), ("chain", "nothing here")]);
    assert!(page.contains("no numbered line"), "{page}");
}

#[test]
fn totals_take_the_place_of_what_was_heard_and_a_form_is_filled_in() {
    let (play, _running, zhu) = dinner("poll");
    let page = enter(&zhu, &[("what", "counts"), ("count0", "6"), ("count1", "3")]);
    assert!(
        page.contains("t1: 9 in all")
            && page.contains("9 answers")
            && page.contains("Totals that somebody entered"),
        "{page}"
    );
    assert_eq!(journal(&play, "answers_totalled")[0]["totals"], serde_json::json!([6, 3]));
    let page = enter(&zhu, &[("what", "counts"), ("count0", "6")]);
    assert!(page.contains("a whole number for each option"), "{page}");

    let (play, _running, zhu) = dinner("form");
    let page = enter(&zhu, &[("what", "one"), ("member", "m1"), ("field0", "soup"), ("field1", "2")]);
    assert!(page.contains("m1 has answered t1") && page.contains("dish: soup"), "{page}");
    assert_eq!(journal(&play, "answered").len(), 1);
    // Who only looks enters nothing, and learns nothing.
    let port = zhu.port();
    let ed = Browser::enter(port, &open(&play, &["--as", "ed"]));
    let _ = ed.get(PATH).is(303);
    assert!(ed.get("/answer").is(200).body.contains("No question is open"));
    let viewed = ed.get("/").is(200).body;
    assert!(!viewed.contains("/answer?"), "{viewed}");
    let on = [("group", "dinner"), ("task", "t1"), ("what", "one"), ("member", "m3"), ("field0", "x")];
    let _ = ed.press(&viewed, "answer", &on).is(404);
    assert_eq!(journal(&play, "answered").len(), 1);
}

//! A pasted chain and totals that were counted elsewhere, through the real binary.

use crate::help::{
    playground::{Playground, eventually},
    story::Story,
};
use playbook::base::value::Value;

const YAML: &str = "name: p
plays:
  dinner:
    steps:
      - ask: 周五聚餐来吗？
        options: [来, 不来, 再看]
        open_for: 1d
        as: dinner
      - post: '${dinner.total} 人，${dinner.winner}，${dinner.counts[\"来\"]}，${dinner.incomplete}'
";

const CHAIN: &str = "#接龙\n周五聚餐\n1. 小明\n2、小红 +1\n3）老王（不来）\n4. 小明\n5. 双\n";

fn asked(place: &Playground) {
    for (id, name) in [("w1", "小明"), ("w2", "老王"), ("w3", "双"), ("w4", "双")] {
        let name = format!("name={name}");
        place.run(&["signal", "member.joined", "--member", id, "--with", &name]).exits(0);
    }
    place.run(&["start", "dinner"]).exits(0);
    eventually("it is asked", || place.run(&["tasks"]).stdout.contains("t1"));
}

fn answers(place: &Playground) -> serde_json::Value {
    let tasks = place.run(&["tasks", "--format", "json"]).exits(0).json_lines();
    tasks[0]["answers"].clone()
}

#[test]
fn a_chain_shows_what_it_changes_and_counts_it() {
    let place = Playground::new().file("p.yaml", YAML).file("chain.txt", CHAIN);
    let engine = place.start(&["run", "p.yaml"]);
    engine.line("running");
    asked(&place);
    let shown = place.run(&["answer", "T1", "--chain", "chain.txt", "--dry-run", "--lang", "zh"]).exits(0);
    for line in [
        "+ 小明：来",
        "+ 小红：来（不认识，会新建）",
        "+ 老王：不来",
        "= 小明 出现了两次",
        "! 双 是 w3, w4 的名字",
        "另外带 1 人",
    ] {
        assert!(shown.stdout.contains(line), "{line}: {}", shown.stdout);
    }
    assert_eq!(answers(&place), 0, "nothing was counted");
    let counted = place.run(&["answer", "t1", "--chain", "chain.txt", "--lang", "en"]).exits(0);
    assert!(counted.stdout.contains("t1: 3 counted"), "{}", counted.stdout);
    assert_eq!(answers(&place), 3);

    place.write("chain.txt", "1. 小明 再看\n2. 小红\n");
    let again = place.run(&["answer", "t1", "--chain", "chain.txt", "--lang", "en"]).exits(0);
    assert!(
        again.stdout.contains("~ 小明: 来 → 再看") && again.stdout.contains("? 老王"),
        "{}",
        again.stdout
    );
    assert_eq!(answers(&place), 3, "whoever is missing keeps the answer");
    place.run(&["answer", "t1", "--chain", "chain.txt", "--withdraw"]).exits(0);
    assert_eq!(answers(&place), 2);

    place.run(&["answer", "t7", "--chain", "chain.txt"]).exits(4);
    place.write("chain.txt", "谁来吃饭\n");
    place.run(&["answer", "t1", "--chain", "chain.txt"]).exits(2);
    place.run(&["answer", "t1", "--chain", "nowhere.txt"]).exits(3);
    engine.stop().exits(0);
}

#[test]
fn headings_are_no_members_and_nothing_is_dropped_in_silence() {
    let text = concat!(
        "#接龙\n12月20日市图书馆见面\n1.5小时左右\n2026年12月20日\n1. 张三👍\n2. 小何 带两个人\n",
        "3. 刘备 关羽\n⑦ 张飞\n5. Anna Smith 不来\n赵云也来\n",
    );
    let (gbk, _, wrong) = encoding_rs::GB18030.encode(text);
    assert!(!wrong);
    let place = Playground::new().file("p.yaml", YAML);
    let engine = place.start(&["run", "p.yaml"]);
    engine.line("running");
    asked(&place);
    for (id, name) in [("z3", "name=张三"), ("as", "name=Anna Smith")] {
        place.run(&["signal", "member.joined", "--member", id, "--with", name]).exits(0);
    }
    for bytes in [text.as_bytes(), &gbk] {
        place.write_bytes("chain.txt", bytes);
        let shown =
            place.run(&["answer", "t1", "--chain", "chain.txt", "--dry-run", "--lang", "zh"]).exits(0);
        let expected = concat!(
            "+ 张三：来\n+ 小何：来（不认识，会新建）\n+ 刘备：来（不认识，会新建）\n+ 张飞：来（不认识，会新建）\n",
            "+ Anna Smith：不来\n另外带 2 人；他们没有自己的回答\n",
            "! 刘备 已计入，后面的没看懂：关羽（另一个人要单独写一行）\n! 第 10 行没看懂，没有计入：赵云也来\n",
        );
        assert_eq!(shown.stdout, expected);
    }
    let english = place.run(&["answer", "t1", "--chain", "chain.txt", "--dry-run", "--lang", "en"]).exits(0);
    for line in ["! 刘备 counts; what stands behind", "! line 10 is not understood and not counted: 赵云也来"]
    {
        assert!(english.stdout.contains(line), "{line}: {}", english.stdout);
    }
    engine.stop().exits(0);
}

#[test]
fn a_paste_is_taken_whole_and_its_question_goes_by_every_name() {
    const SEATS: &str = "name: p
plays:
  meetup:
    steps:
      - ask: 谁来？
        options: [来, 不来]
        seats: 3
        open_for: 1d
        as: signup
      - post: '${signup.seated.count} 人有位，候补 ${signup.waiting.count}'
";
    for (name, chain) in [
        ("meetup", "1. 甲\n2. 乙\n3. 丙\n4. 丁\n"),
        ("signup", "1. 丁\n2. 丙\n3. 乙\n4. 甲\n"),
        ("T1", "1. 甲\n2. 不来的 不来\n3. 丙\n4. 丁\n5. 乙\n"),
    ] {
        let place = Playground::new().file("p.yaml", SEATS).file("chain.txt", chain);
        let engine = place.start(&["run", "p.yaml"]);
        engine.line("running");
        place.run(&["start", "meetup"]).exits(0);
        eventually("it is asked", || place.run(&["tasks"]).stdout.contains("t1"));
        place.run(&["answer", "nobody", "--chain", "chain.txt"]).exits(4);
        place.run(&["answer", name, "--chain", "chain.txt"]).exits(0);
        eventually("the run knows who waits", || {
            place.run(&["outbox", "--all"]).stdout.contains("3 人有位，候补 1")
        });
        engine.stop().exits(0);
    }
}

#[test]
fn totals_are_a_number_for_each_option() {
    let place = Playground::new().file("p.yaml", YAML);
    let engine = place.start(&["run", "p.yaml"]);
    engine.line("running");
    asked(&place);
    let wrong = place.run(&["answer", "t1", "--counts", "6,3", "--lang", "en"]).exits(4);
    assert!(wrong.stderr.contains("`来`, `不来`, `再看`"), "{}", wrong.stderr);
    let taken = place.run(&["answer", "t1", "--counts", "6,3,1", "--lang", "zh"]).exits(0);
    assert!(taken.stdout.contains("t1：一共 10"), "{}", taken.stdout);
    engine.stop().exits(0);
}

#[test]
fn totals_take_the_place_of_what_was_heard_and_say_that_they_are_totals() {
    let yaml = YAML.replace("name: p\n", "");
    for (counts, said) in [
        (None, "1 人，不来，0，false"),
        (Some([6, 3, 1]), "10 人，来，6，true"),
        (Some([2, 2, 2]), "6 人，来，2，true"),
        (Some([0, 0, 0]), "0 人，，0，true"),
    ] {
        let mut story = Story::new("2026-12-01 08:00", &yaml);
        story.start("dinner");
        let answer = Value::map([("option", Value::str("不来"))]);
        story.signal("answer", Some("w1"), answer);
        if let Some(counts) = counts {
            let counts = Value::list(counts.map(Value::Int).to_vec());
            story.signal("answer", None, Value::map([("counts", counts)]));
        }
        story.until("2026-12-03 08:00");
        assert_eq!(story.posts().last().map(String::as_str), Some(said));
    }
}

#[test]
fn whoever_says_no_is_never_counted_as_coming_and_a_list_joins_who_was_known_by_name_only() {
    const CLUB: &str = "name: p
plays:
  dinner:
    steps:
      - { ask: Who comes?, options: [I am coming, not this time], seats: 1, open_for: 1d, as: dinner }
      - wait: 1d
";
    let text = "1. Ann\n2. Bob (not coming)\n3. Cy (no)\n7) Gil - maybe\n8. Eve (can’t)\n9. Lee（不来）\n10. 小李不来\n11. Lin\n";
    let place = Playground::new().file("p.yaml", CLUB).file("chain.txt", text);
    let engine = place.start(&["run", "p.yaml"]);
    engine.line("running");
    place.run(&["start", "dinner"]).exits(0);
    eventually("it is asked", || place.run(&["tasks"]).stdout.contains("t1"));
    let said = place.run(&["answer", "t1", "--chain", "chain.txt", "--lang", "en"]).exits(0).stdout;
    let new = "(new: nobody here goes by this name)";
    for (name, option) in [
        ("Ann", "I am coming"),
        ("Bob", "not this time"),
        ("Cy", "not this time"),
        ("Eve", "not this time"),
        ("Lee", "not this time"),
        ("Lin", "I am coming"),
    ] {
        assert!(said.contains(&format!("+ {name}: {option} {new}\n")), "{name}: {said}");
    }
    assert!(said.contains("! Gil is not counted") && said.contains("! 小李不来 is not counted"), "{said}");
    assert!(said.contains("t1: 6 counted"), "{said}");
    // The list knows Ann by an id; two have the name of Lin, and nobody knows which of them it was.
    place.write("list.csv", "id,name\nm1,Ann\nm2,Lin\nm3,Lin\n");
    let said = place.run(&["members", "import", "list.csv", "--lang", "en"]).exits(0).stdout;
    assert!(said.contains("Ann was known by name only and is m1 now"), "{said}");
    assert!(said.contains("! Lin is known by name only and may be m2, m3"), "{said}");
    let rows = place.run(&["members", "--format", "json"]).exits(0).json_lines();
    let ids: Vec<&str> = rows.iter().filter_map(|row| row["id"].as_str()).collect();
    assert!(ids.contains(&"m1") && !ids.contains(&"Ann"), "{ids:?}");
    let log = || place.run(&["log", "--format", "json"]).exits(0).json_lines();
    let withdrawn = || {
        let all = log();
        let of = all.iter().filter(|line| line["entry"] == "answer_withdrawn");
        of.map(|line| line["member"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };

    // Who is not in the list any more gives the place up, and whoever waits moves up.
    let seat_of_lin = || {
        let rows = place.run(&["answers", "--format", "json"]).exits(0).json_lines();
        let given = rows[0]["answers"].as_array().cloned().unwrap_or_default();
        given.iter().find(|one| one["member"] == "Lin").map(|one| one["seat"].clone())
    };
    assert_eq!(seat_of_lin(), Some("waiting".into()));
    place.write("list.csv", "id,name\nLin,Lin\nm2,Lin\nm3,Lin\n");
    let _ = place.run(&["members", "import", "list.csv", "--replace", "--yes"]).exits(0);
    assert!(withdrawn().contains(&"m1".to_owned()) && !withdrawn().contains(&"Lin".to_owned()));

    assert_eq!(seat_of_lin(), Some("place".into()));

    // A name is no id: nothing is stopped for it, nor for somebody who was never there.
    let _ = place.run(&["members", "forget", "nobody:1"]).exits(4);
    place.write("list.csv", "id,name\nm4,Moe\nm5,Moe\n");
    let _ = place.run(&["members", "import", "list.csv"]).exits(0);
    let refused = place.run(&["members", "forget", "Moe", "--lang", "en"]).exits(4).stderr;
    assert!(refused.contains("`Moe` is the name of m4, m5"), "{refused}");

    // Whoever is forgotten gives the place up, while the engine runs or not.
    let _ = place.run(&["members", "forget", "Lin"]).exits(0);
    assert_eq!(withdrawn().len(), 6, "{:?}", withdrawn());
    engine.stop().exits(0);
}

#[test]
fn a_known_name_is_met_without_its_accents_and_a_near_one_is_asked() {
    let yaml = YAML.replace("[来, 不来, 再看]", "[yes, no]");
    let chain = "1. Cleo Diaz metal\n2. ANNA SMITH no\n3. Bartholomw\n";
    let place = Playground::new().file("p.yaml", &yaml).file("chain.txt", chain);
    let engine = place.start(&["run", "p.yaml"]);
    engine.line("running");
    asked(&place);
    for (id, name) in
        [("c", "name=Cleo Díaz"), ("d", "name=Cleo"), ("as", "name=Anna Smith"), ("b", "name=Bartholomew")]
    {
        place.run(&["signal", "member.joined", "--member", id, "--with", name]).exits(0);
    }
    let shown = place.run(&["answer", "t1", "--chain", "chain.txt", "--dry-run", "--lang", "en"]).exits(0);
    for line in [
        "+ Cleo Díaz: yes\n",
        "+ Anna Smith: no\n",
        "+ Bartholomw: yes (new: nobody here goes by this name; is it Bartholomew? Then write that name)",
    ] {
        assert!(shown.stdout.contains(line), "{line}: {}", shown.stdout);
    }
    engine.stop().exits(0);
}

//! People as they are typed and listed, through the real binary: by name, by no name, by a list that leaves some out.

use crate::help::playground::{Playground, eventually};

const YAML: &str = "name: p
plays:
  hi: { on: member.joined, batch: 2s, steps: [{ post: '欢迎 ${signals.map(|s| s.data.name)}' }] }
";

fn ids(place: &Playground) -> Vec<String> {
    let rows = place.run(&["members", "--format", "json"]).exits(0).json_lines();
    rows.iter().filter_map(|row| row["id"].as_str().map(str::to_owned)).collect()
}

#[test]
fn a_welcome_has_a_name_however_it_was_told() {
    let place = Playground::new().file("p.yaml", YAML);
    let engine = place.start(&["run", "p.yaml"]);
    engine.line("running");
    for (id, with) in [("m8", "姓名=小钱"), ("m9", "名字=小赵"), ("m7", "city=西安"), ("m6", "name=走了")]
    {
        let _ = place.run(&["signal", "member.joined", "--member", id, "--with", with]).exits(0);
    }
    // Whoever has left again is not greeted.
    let _ = place.run(&["signal", "member.left", "--member", "m6"]).exits(0);
    let said = engine.line("欢迎");
    assert!(said.contains("小钱") && said.contains("小赵") && said.contains("m7"), "{said}");
    assert!(!said.contains("走了"), "{said}");
    let shown = place.run(&["members", "--format", "json"]).exits(0).json_lines();
    let of = |id: &str| shown.iter().find(|row| row["id"] == id).cloned().unwrap_or_default();
    assert_eq!((of("m9")["name"].clone(), of("m8")["name"].clone()), ("小赵".into(), "小钱".into()));
    engine.stop().exits(0);
}

#[test]
fn a_list_of_names_is_about_those_who_have_them() {
    let place = Playground::new().file("p.yaml", "name: p\nplays:\n  a: { steps: [post: x] }\n");
    let engine = place.start(&["run", "p.yaml"]);
    engine.line("running");
    place.write("all.csv", "id,name\nm1,小何\nm2,老李\nm3,双\nm4,双\n");
    let _ = place.run(&["members", "import", "all.csv"]).exits(0);
    place.write("names.csv", "姓名,城市\n老李,西安\n新人,北京\n");
    let _ = place.run(&["members", "import", "names.csv"]).exits(0);
    assert_eq!(ids(&place), ["m1", "m2", "m3", "m4", "新人"]);
    // A name is as good as an id where one has it.
    let li = place.run(&["members", "show", "老李"]).exits(0).json_lines();
    assert_eq!((li[0]["id"].clone(), li[0]["fields"]["城市"].clone()), ("m2".into(), "西安".into()));
    let of = place.run(&["members", "export", "--member", "小何"]).exits(0).json_lines();
    assert_eq!(of[0]["id"], "m1");
    let both = place.run(&["members", "show", "双", "--lang", "zh"]).exits(4).stderr;
    assert!(both.contains("`双` 是 m3, m4 的名字"), "{both}");

    place.write("double.csv", "姓名\n老李\n双\n");
    let both = place.run(&["members", "import", "double.csv", "--lang", "zh"]).exits(4).stderr;
    assert!(both.contains("double.csv:3: `双` 是 m3, m4 的名字"), "{both}");
    engine.stop().exits(0);
}

#[test]
fn a_list_that_replaces_says_first_who_goes() {
    let place = Playground::new().file("p.yaml", "name: p\nplays:\n  a: { steps: [post: x] }\n");
    let engine = place.start(&["run", "p.yaml"]);
    engine.line("running");
    place.write("all.csv", "id,name\nm1,小何\nm2,老李\nm3,老王\n");
    let _ = place.run(&["members", "import", "all.csv", "--replace"]).exits(0);
    place.write("one.csv", "id,name\nm1,小何\nm5,小白\n");
    let replace = ["members", "import", "one.csv", "--replace", "--lang", "zh"];
    let refused = place.run(&replace).exits(4);
    assert!(
        refused.stdout.contains("3 人里有 2 位成员不在名单里，会离开：老李 (m2), 老王 (m3)"),
        "{}",
        refused.stdout
    );
    assert!(refused.stderr.contains("--yes"), "{}", refused.stderr);
    let looked = place.run(&[&replace[..], &["--dry-run"]].concat()).exits(0).stdout;
    assert!(looked.contains("老李 (m2)") && looked.contains("会导入 2 行"), "{looked}");
    assert_eq!(ids(&place), ["m1", "m2", "m3"], "nothing was done");
    let done = place.run(&[&replace[..], &["--yes"]].concat()).exits(0).stdout;
    assert!(done.contains("2 位离开"), "{done}");
    assert_eq!(ids(&place), ["m1", "m5"]);
    engine.stop().exits(0);
}

#[test]
fn what_is_no_backup_is_said_of_the_file_and_leaves_nothing() {
    let place = Playground::new().file("m.csv", "id,name\nm1,小何\n");
    let said = place.run(&["restore", "m.csv", "--lang", "zh"]).exits(3).stderr;
    assert!(said.contains("m.csv 不是备份") && !said.contains("损坏"), "{said}");
    let said = place.run(&["restore", "lost.db", "--lang", "en"]).exits(3).stderr;
    assert!(said.contains("lost.db: there is no such file"), "{said}");
    assert!(!place.path(".playbook").exists());
}

#[test]
fn of_two_rows_of_a_chain_the_last_one_counts() {
    let yaml = "name: p
plays:
  dinner:
    steps:
      - ask: 周五聚餐来吗？
        options: [来, 不来]
        open_for: 1d
";
    let chain = "一、时间：周五\n7. 小明\n8。王姐\n九、张三\n10，周八\n11. 小明 不来\n";
    let place = Playground::new().file("p.yaml", yaml).file("chain.txt", chain);
    let engine = place.start(&["run", "p.yaml"]);
    engine.line("running");
    let _ = place.run(&["signal", "member.joined", "--member", "m1", "--with", "名字=小明"]).exits(0);
    let _ = place.run(&["start", "dinner"]).exits(0);
    eventually("it is asked", || place.run(&["tasks"]).stdout.contains("t1"));
    let shown = place.run(&["answer", "t1", "--chain", "chain.txt", "--lang", "zh"]).exits(0).stdout;
    for line in [
        "+ 小明：不来",
        "+ 王姐：来",
        "+ 张三：来",
        "+ 周八：来",
        "= 小明 出现了两次，以最后一行为准",
        "t1：计入 4 人",
    ] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    engine.stop().exits(0);
}

#[test]
fn a_slip_in_a_short_id_is_asked_about_and_can_be_taken_back() {
    let yaml = "name: p
plays:
  raid: { steps: [{ ask: 今晚打什么？, options: [DPS, Tank], open_for: 1d }] }
";
    let place = Playground::new().file("p.yaml", yaml);
    let engine = place.start(&["run", "p.yaml"]);
    engine.line("running");
    let _ = place.run(&["signal", "member.joined", "--member", "zed"]).exits(0);
    let _ = place.run(&["start", "raid"]).exits(0);
    eventually("it is asked", || place.run(&["tasks"]).stdout.contains("t1"));
    // Capitals and wide letters are no other option.
    let said = place.run(&["answer", "t1", "ｄps", "--member", "zde", "--lang", "en"]).exits(0).stdout;
    for part in [
        "did you mean `zed`?",
        "`playbook answer t1 --withdraw --member zde`",
        "`playbook members forget zde` takes it back",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let answers = place.run(&["answers", "--format", "json"]).exits(0).stdout;
    assert!(answers.contains("DPS"), "{answers}");
    let _ = place.run(&["answer", "t1", "healer", "--member", "zed"]).exits(4);
    engine.stop().exits(0);
}

//! Lists of members: how they come in, and what is not known of people.

use crate::help::playground::{Playground, eventually};

const FILE: &str = "\
name: mem
timezone: Asia/Shanghai
groups:
  north: {}
  south: {}
plays:
  welcome:
    on: member.joined
    steps:
      - post: 欢迎 ${member.name}
  cleanup:
    steps:
      - prune: member.idle > days(60)
        protect: member.joined < now - days(3000)
        notice: 还在吗？
        grace: 1d
";

fn import(place: &Playground, args: &[&str]) -> crate::help::playground::Output {
    place.run(&[&["members", "import"], args].concat())
}

fn ids(place: &Playground, group: &str) -> Vec<String> {
    let rows = place.run(&["members", "--group", group, "--format", "json"]).exits(0).json_lines();
    rows.iter().map(|row| row["id"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_list_is_read_as_spreadsheets_write_it() {
    let place = Playground::new().file("mem.yaml", FILE);
    let engine = place.start(&["run", "mem.yaml"]);
    eventually("the engine", || place.run(&["status"]).code == Some(0));
    place.write("semi.csv", "\u{feff}id;name;city\n1;Ann;X\n");
    import(&place, &["semi.csv", "--group", "north"]).exits(0);
    place.write("upper.csv", "sep=,\nID,Name,City\nu1,\"Ann\nB\",X\nu1,Bea,Y\n");
    let twice = import(&place, &["upper.csv", "--group", "north"]).exits(0).stdout;
    assert!(twice.starts_with("line 5: `u1` is in line 3 already"), "{twice}");
    // 编号,昵称,标签 / li,小李,核心；vip in GBK.
    place.write_bytes(
        "gbk.csv",
        b"\xb1\xe0\xba\xc5,\xea\xc7\xb3\xc6,\xb1\xea\xc7\xa9\nli,\xd0\xa1\xc0\xee,\xba\xcb\xd0\xc4\xa3\xbbvip\n",
    );
    import(&place, &["gbk.csv", "--group", "north"]).exits(0);
    let rows = place.run(&["members", "--group", "north", "--format", "json"]).exits(0).json_lines();
    let li = rows.iter().find(|row| row["id"] == "li").expect("li");
    assert_eq!((li["name"].as_str(), &li["tags"]), (Some("小李"), &serde_json::json!(["vip", "核心"])));
    assert_eq!((&li["joined"], &li["seen"]), (&serde_json::Value::Null, &serde_json::Value::Null));

    place.write("sci.csv", "id,name\n\"a\",\"x\ny\"\n1.39E+10,电话\n");
    let refused = import(&place, &["sci.csv", "--group", "north"]).exits(2).stderr;
    assert!(
        refused.contains("sci.csv:4: `1.39E+10` is a number that a spreadsheet has shortened"),
        "{refused}"
    );
    // The same in a column by which people are told apart: two who share what is left of their numbers are not one.
    let shortened = [
        "id,discord\na,1.23E+17\n",
        "id,name\n13900000000.0,x\n",
        "id,name\n#N/A,x\n",
        "id,name\n\"1,39E+10\",x\n",
    ];
    for list in shortened {
        place.write("short.csv", list);
        let refused = import(&place, &["short.csv", "--group", "north"]).exits(2).stderr;
        assert!(refused.contains("is a number that a spreadsheet has shortened"), "{list}: {refused}");
    }
    place.write("whole.csv", "id,note\n1E10,1.5E+3\n");
    import(&place, &["whole.csv", "--group", "north"]).exits(0);
    place.write("latin.csv", "");
    place.write_bytes("latin.csv", b"id,name\nm\xFCller,M\xFCller\n");
    let refused = import(&place, &["latin.csv", "--group", "north"]).exits(2).stderr;
    assert!(refused.contains("CSV UTF-8"), "{refused}");

    // The column says into which group; `--replace` lets go of who is not listed there.
    place.write("both.csv", "id,群\nn1,north\ns1,south\ns2,south\n");
    import(&place, &["both.csv", "--replace", "--yes"]).exits(0);
    assert_eq!(
        (ids(&place, "north"), ids(&place, "south")),
        (vec!["n1".into()], vec!["s1".into(), "s2".into()])
    );
    place.write("lost.csv", "id,group\nx,west\n");
    let lost = import(&place, &["lost.csv"]).exits(2).stderr;
    assert!(lost.contains("there is no group west"), "{lost}");

    // Nobody has joined by being listed, unless somebody says so; nobody is silent of whom nobody knows it.
    place.write("new.csv", "id,name\nn2,Neu\n");
    import(&place, &["new.csv", "--group", "north", "--joined"]).exits(0);
    place.run(&["start", "cleanup", "--group", "north"]).exits(0);
    eventually("the prune ends", || {
        let log = place.run(&["log", "--group", "north", "--format", "json"]).stdout;
        log.lines().any(|line| line.contains("run_finished") && line.contains("cleanup"))
    });
    let _ = engine.stop().exits(0);
    let log = place.run(&["log", "--group", "north", "--format", "json"]).exits(0).json_lines();
    let of = |kind: &str| log.iter().filter(|line| line["entry"] == kind).collect::<Vec<_>>();
    assert_eq!(of("posted").len(), 1, "one welcome");
    assert!(of("posted")[0]["message"]["text"].as_str().is_some_and(|text| text.contains("Neu")));
    assert_eq!(of("prune_noticed").len(), 0);
}

#[test]
fn what_is_exported_is_text_in_a_spreadsheet_and_comes_back_the_same() {
    let place = Playground::new().file("p.yaml", "name: p\nplays: { a: { on: go, steps: [post: x] } }\n").file(
        "in.csv",
        "id,name,joined,seen,tags,points,city\nm1,'=HYPERLINK(1),2026-01-02,2026-02-03,core;vip,-3,\"Xi'an, north\"\nm2,李,,,,,\n",
    );
    let engine = place.start(&["run", "p.yaml"]);
    engine.line("running");
    let _ = place.run(&["members", "import", "in.csv"]).exits(0);
    let exported = place.run(&["members", "export"]).exits(0).stdout;
    let lines: Vec<&str> = exported.lines().collect();
    assert_eq!(lines[0], "group,id,name,role,source,joined,seen,messages,points,tags,city");
    assert!(lines[1].starts_with("p,m1,'=HYPERLINK(1),,,2026-01-02T00:00:00+00:00,"), "{exported}");
    assert!(lines[1].ends_with(",-3,core;vip,\"Xi'an, north\""), "{exported}");
    let before = place.run(&["members", "--format", "json"]).exits(0).stdout;
    assert!(before.contains("\"name\":\"=HYPERLINK(1)\""), "{before}");
    place.write("out.csv", &exported);
    let _ = place.run(&["members", "import", "out.csv", "--replace", "--yes"]).exits(0);
    assert_eq!(place.run(&["members", "--format", "json"]).exits(0).stdout, before);
    let shown = place.run(&["members", "show", "m1"]).exits(0).stdout;
    assert_eq!(Some(shown.trim_end()), before.lines().next());
    let nobody = place.run(&["members", "show", "m9"]).exits(4).stderr;
    assert!(nobody.contains("no member `m9` is known") && nobody.contains("playbook members"), "{nobody}");
    let _ = engine.stop().exits(0);
}

const SHORT: &str = "\
name: short
timezone: Asia/Shanghai
people: { ann: { name: Ann } }
roles: { host: { people: [ann] } }
members: { fields: { city: { purpose: the map } } }
plays:
  guest: { dates: [{ id: only, at: 2099-01-01 20:00 }], steps: [{ post: hello }] }
";

#[test]
fn a_list_is_told_about_in_its_own_words_and_what_is_not_kept_is_named() {
    let place = Playground::new().file("p.yaml", SHORT).env("LANG", "zh_CN.UTF-8");
    let engine = place.start(&["run", "p.yaml"]);
    eventually("the engine", || place.run(&["status"]).code == Some(0));
    place.write("wrong.csv", "编号,入群时间\na,2026/1/5\nb,2026/13/45\n");
    let refused = place.run(&["members", "import", "wrong.csv"]).exits(2).stderr;
    assert!(
        refused.contains("wrong.csv:3: `入群时间` 写的是 `2026/13/45`，应为日历上存在的一天"),
        "{refused}"
    );
    place.write("good.csv", "编号,昵称,入群时间,citty,shoes\na2,小李,2026年5月3日,X,41\n");
    let said = place.run(&["members", "import", "good.csv"]).exits(0).stdout;
    assert!(said.contains("`citty` 这一列没有保留") && said.contains("是不是指 `city`"), "{said}");
    assert!(said.contains("`shoes` 这一列没有保留"), "{said}");
    let shown = place.run(&["members", "show", "a2"]).exits(0).stdout;
    assert!(shown.contains("2026-05-0"), "{shown}");
    // Nothing counts against them, which is an answer.
    for who in ["a2", "小李"] {
        let why = place.run(&["why", who]).exits(0).stdout;
        assert!(why.contains("小李 名下没有记录"), "{why}");
    }
    // The roles that there are; the one date that there is; an engine that has the state.
    let refused = place.run(&["pause", "--caretaker", "nobody"]).exits(4).stderr;
    assert!(refused.contains("角色有 `host`"), "{refused}");
    let refused = place.run(&["start", "guest"]).exits(4).stderr;
    assert!(refused.contains("用掉一个日期") && refused.contains("playbook start guest/"), "{refused}");
    let date = refused.split("playbook start ").nth(1).and_then(|rest| rest.split('`').next()).unwrap();
    let said = place.run(&["start", date]).exits(0).stdout;
    assert!(said.contains("2099-01-01 20:00 不会再发生什么"), "{said}");
    eventually("the evening", || place.run(&["log", "--format", "json"]).stdout.contains("hello"));
    let _ = place.run(&["backup", "copy.db"]).exits(0);
    let locked = place.run(&["restore", "copy.db"]).exits(3).stderr;
    assert!(locked.contains("引擎") && !locked.contains("another engine"), "{locked}");
    let _ = engine.stop().exits(0);
}

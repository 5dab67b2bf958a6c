//! Lists of members as other programs write them: what is read as it is meant, and what is refused with its cause.

use crate::help::playground::Playground;

const YAML: &str = "\
name: p
timezone: Asia/Shanghai
members:
  fields: { city: { purpose: to meet }, phone: 手机号, shirt: { purpose: 尺码 } }
groups: { a: { title: 甲群 }, b: { title: 乙群 } }
plays: { x: { steps: [post: hi] } }
";

/// What is said when a list is brought into group `a`, and the members that are there then.
fn brought(path: &str, bytes: &[u8]) -> (i32, String, Vec<serde_json::Value>) {
    let place = Playground::new().file("p.yaml", YAML);
    place.write_bytes(path, bytes);
    let engine = place.start(&["run", "p.yaml"]);
    engine.line("running");
    let output = place.run(&["members", "import", path, "--group", "a", "--lang", "en"]);
    let members = place.run(&["members", "--group", "a", "--format", "json"]).exits(0).json_lines();
    engine.stop().exits(0);
    (output.code.unwrap_or(-1), format!("{}{}", output.stdout, output.stderr), members)
}

#[test]
fn a_list_is_read_however_a_spreadsheet_wrote_it() {
    let utf16: Vec<u8> = "\u{feff}id\tname\nt1\t阿一\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (gb, _, _) = encoding_rs::GB18030.encode("编号,姓名\nt1,阿一\n");
    for (path, bytes) in [
        ("tabs.csv", "id\tname\nt1\t阿一\n".as_bytes()),
        ("utf16.csv", &utf16),
        ("gb.csv", &gb),
        ("quoted.csv", "\u{feff}\"ID\",\"Name\"\r\n\"t1\",\"阿一\"\r\n".as_bytes()),
        ("spaces.csv", " Id , NAME \nt1 , 阿一 \n".as_bytes()),
        ("sep.csv", "sep=;\nid;name\nt1;阿一\n".as_bytes()),
        ("cr.csv", "id,name\rt1,阿一\r".as_bytes()),
        ("blank.csv", "\n\nid,name,\n\nt1,阿一,\n,,\n".as_bytes()),
        ("own.csv", "id,name,group\nt1,阿一,a\n".as_bytes()),
        ("title.csv", "id,name,群\nt1,阿一,甲群\n".as_bytes()),
    ] {
        let (code, said, members) = brought(path, bytes);
        assert_eq!((code, members.len()), (0, 1), "{path}: {said}");
        assert_eq!((&members[0]["id"], &members[0]["name"]), (&"t1".into(), &"阿一".into()), "{path}");
    }
}

#[test]
fn what_is_no_list_or_has_lost_its_ids_is_refused_with_the_cause() {
    for (path, text, says) in [
        (
            "sci.csv",
            "id,name\n1.39E+10,a\n",
            "sci.csv:2: `1.39E+10` is a number that a spreadsheet has shortened",
        ),
        ("sci2.csv", "id,name\n1.39e10,a\n", "has shortened"),
        ("point.csv", "id,name\n13800138000.0,a\n", "has shortened"),
        ("na.csv", "id,name\n#N/A,a\n", "`#N/A` is a number that a spreadsheet"),
        ("wide.csv", "id，name\nt1，阿一\n", "full-width commas (`，`)"),
        ("wide2.csv", "编号；姓名\nt1；阿一\n", "full-width semicolons (`；`)"),
        ("book.csv", "PK\u{3}\u{4}…", "it is a spreadsheet file (such as .xlsx)"),
        ("rows.json", "[{\"id\": \"t1\", \"name\": \"a\"}]", "a member needs an `id`"),
        ("rows.yaml", "- { id: t1, name: a }\n", "a member needs an `id`"),
        ("pipes.csv", "id|name\nt1|a\n", "a member needs an `id`"),
        ("empty.csv", "", "begin with a line such as `id,name`"),
        ("both.csv", "name,姓名\na,b\n", "both mean `name`"),
    ] {
        let (code, said, members) = brought(path, text.as_bytes());
        assert_eq!((code, members.len()), (2, 0), "{path}: {said}");
        assert!(said.contains(says), "{path}: {said}");
    }
}

#[test]
fn columns_fill_the_fields_that_are_meant_and_those_of_other_groups_are_said() {
    let (code, said, members) =
        brought("m.csv", "id,name,城市,Phone,尺码,鞋\nt1,阿一,北京,123,M,42\n".as_bytes());
    assert_eq!(code, 0, "{said}");
    let fields = &members[0]["fields"];
    assert_eq!(
        (&fields["city"], &fields["phone"], &fields["shirt"]),
        (&"北京".into(), &123.into(), &"M".into())
    );
    assert!(fields.get("城市").is_none() && fields.get("鞋").is_none(), "{fields}");
    for words in ["`城市` fills the field `city`", "`Phone` fills the field `phone`", "`鞋` is not kept"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    // What the field's own column says stands.
    let (_, _, members) = brought("m.csv", "id,city,城市\nt1,西安,北京\n".as_bytes());
    assert_eq!(members[0]["fields"]["city"], "西安");
    let (code, said, members) = brought("m.csv", "id,group\nt1,b\nt2,乙群\nt3,a\n".as_bytes());
    assert_eq!((code, members.len()), (0, 1), "{said}");
    assert!(said.contains("2 rows of other groups left out: b, 乙群"), "{said}");
    // A list in the file is read by the same names.
    let place = Playground::new()
        .file("p.yaml", &YAML.replace("members:\n", "members:\n  import: m.csv\n"))
        .file("m.csv", "id,城市,鞋\nt1,北京,42\n");
    let checked = place.run(&["check", "p.yaml", "--all", "--lang", "en"]).exits(0).stdout;
    assert!(checked.contains("`鞋` is not under `members.fields`") && !checked.contains("城市"), "{checked}");
}

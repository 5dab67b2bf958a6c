//! Lists of members as people keep them: the one reader, for files that a playbook names and for
//! `playbook members import`.
//!
//! What a list does not say stays unsaid: a member without a date has joined and was seen nobody knows when.

use super::{
    data::{self, DataProblem},
    spoiled::spoiled,
};
use crate::base::{
    ids::MemberId,
    limits,
    member::{Listed, Member},
    phrase::{Phrase, pair, phrase},
    time::{Timestamp, Zone},
    value::{Map, Value},
    words::{shorten, tick},
};
use crate::model::{
    channel::ChannelKind,
    keeping::{Keeping, Kept, Unlike},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    sync::Arc,
};

/// The columns that mean something, each with its other names; every other column is a field.
const COLUMNS: [(&str, &[&str]); 10] = [
    ("id", &["编号", "账号", "成员编号", "成员id", "用户id", "userid", "user_id", "member_id"]),
    ("name", &["名字", "姓名", "昵称", "群昵称", "名称", "nickname"]),
    ("role", &["身份", "角色"]),
    ("source", &["来源"]),
    ("joined", &["入群", "入群时间", "入群日期", "加入时间", "joined_at"]),
    ("seen", &["最后发言", "最近发言", "最后活跃", "最近活跃", "last_seen", "last seen"]),
    ("messages", &["发言数", "消息数"]),
    ("points", &["积分"]),
    ("tags", &["标签"]),
    ("group", &["群", "群组"]),
];

/// The column that a name of it means: `name` of 姓名. None where it is a field.
pub fn column(name: &str) -> Option<&'static str> {
    let lower = name.trim().to_lowercase();
    let meant = COLUMNS.iter().find(|(name, others)| *name == lower || others.contains(&&*lower));
    meant.map(|(name, _)| *name)
}

/// What fields of members are called in lists, in either language.
const FIELDS: [&[&str]; 19] = [
    &["city", "城市", "所在城市"],
    &["phone", "mobile", "telephone", "手机", "手机号", "电话", "联系电话"],
    &["email", "e-mail", "邮箱", "电子邮箱"],
    &["birthday", "birthdate", "生日", "出生日期"],
    &["age", "年龄"],
    &["gender", "sex", "性别"],
    &["company", "公司", "单位"],
    &["department", "部门"],
    &["job", "occupation", "职业", "职位"],
    &["school", "学校"],
    &["region", "area", "地区", "区域"],
    &["province", "省份", "省"],
    &["address", "地址"],
    &["interest", "interests", "hobby", "兴趣", "爱好"],
    &["wechat", "微信", "微信号"],
    &["store", "shop", "门店", "店铺"],
    &["note", "notes", "remark", "备注"],
    &["order", "order_no", "订单", "订单号"],
    &["child_age", "孩子年龄", "宝宝月龄"],
];

/// The field that a column of a list fills where it is declared under another name: by case, by what the playbook says
/// it is for, or by the word for it in the other language. None where two could be meant.
pub fn declared<'k>(keeping: &'k Keeping, column: &str) -> Option<&'k str> {
    if keeping.keeps(column) {
        return None;
    }
    let plain = |name: &str| name.trim().to_lowercase();
    let column = plain(column);
    let word = FIELDS.iter().find(|words| words.contains(&&*column));
    let fits = |(name, kept): &(&'k Arc<str>, &'k Kept)| {
        let name = plain(name);
        name == column
            || kept.purpose.as_deref().is_some_and(|purpose| plain(purpose) == column)
            || word.is_some_and(|words| words.contains(&&*name))
    };
    let mut meant = keeping.fields.iter().flatten().filter(fits);
    meant.next().filter(|_| meant.next().is_none()).map(|(name, _)| &**name)
}

/// Puts what a list says under the names by which the playbook declares it, and says which columns those were. What
/// a column of the field's own name says comes first.
pub fn as_declared(keeping: &Keeping, member: &mut Member) -> Vec<(String, String)> {
    let meant = member.fields.keys().filter_map(|column| {
        let field = declared(keeping, column)?;
        (!member.fields.contains_key(field)).then(|| (column.clone(), field.to_owned()))
    });
    let meant: Vec<(String, String)> = meant.collect();
    for (column, field) in &meant {
        if let Some(value) = member.fields.remove(column) {
            member.fields.entry(field.clone()).or_insert(value);
        }
    }
    meant
}

/// What separates tags, beside white space.
const SEPARATORS: [char; 7] = [',', '，', ';', '；', '、', '|', '｜'];

/// One member of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonRow {
    /// What it says of them.
    pub listed: Listed,
    /// The group that it names, if it names one.
    pub group: Option<String>,
    /// Whether it has no id: the name stands for one.
    pub by_name: bool,
    /// The bytes of the file in which it was written.
    pub range: Range<usize>,
}

/// Reads a CSV file of members; `identity` is the column by which people are one on several platforms. Every row that cannot be read is a problem; none of the others is lost to it.
pub fn read(text: &str, identity: Option<&str>, zone: &Zone) -> Result<Vec<PersonRow>, Vec<DataProblem>> {
    let table = data::csv_rows(text).map_err(|problem| {
        let blank = text.trim_start_matches('\u{feff}').trim().is_empty();
        vec![if blank {
            problem.help(pair("begin with a line such as `id,name`", "开头写一行，例如 `id,name`"))
        } else {
            problem
        }]
    })?;
    if table.is_empty() {
        let names = data::csv_names(text).map_err(|problem| vec![problem])?;
        if !names.iter().any(|name| matches!(column(name), Some("id" | "name"))) {
            let (message, help) = nobody();
            return Err(vec![
                DataProblem::new(0..text.lines().next().map_or(0, str::len), message).help(help),
            ]);
        }
    }
    if table.len() > limits::MEMBERS_MAX * 2 {
        return Err(vec![DataProblem::new(0..0, too_many(table.len()))]);
    }
    let (mut rows, mut problems) = (Vec::with_capacity(table.len()), Vec::new());
    for row in &table {
        let Some(map) = row.value.as_map() else { continue };
        let mut moment = |text: &str| data::parse_moment(text, zone).map_err(|error| error.expected.into());
        match listed(map, identity, &mut moment) {
            Ok((listed, group)) => {
                let by_name = !has_id(map);
                rows.push(PersonRow { listed, group, by_name, range: row.range.clone() });
            }
            Err((message, help)) => {
                let problem = DataProblem::new(row.range.clone(), message);
                problems.push(if help.is_empty() { problem } else { problem.help(help) });
            }
        }
        if problems.len() >= limits::DATA_PROBLEMS_MAX {
            break;
        }
    }
    if problems.is_empty() { Ok(rows) } else { Err(problems) }
}

/// Rows that say something else of somebody whom an earlier row of the same group has listed, with that row. The later
/// row counts.
pub fn twice<T>(rows: &[T], row: impl Fn(&T) -> (&Listed, Option<&str>)) -> Vec<(usize, usize)> {
    let mut first: BTreeMap<(Option<&str>, &MemberId), usize> = BTreeMap::new();
    let mut found = Vec::new();
    for (index, item) in rows.iter().enumerate() {
        let (listed, group) = row(item);
        if let Some(earlier) = first.insert((group, &listed.member.id), index)
            && row(&rows[earlier]).0 != listed
        {
            found.push((index, earlier));
        }
    }
    found
}

/// What members of a list have otherwise than `members.fields` says, once a field: the first of them, and the words.
pub fn unlike<'m>(keeping: &Keeping, members: impl Iterator<Item = &'m Member>) -> Vec<(usize, Phrase)> {
    let mut found: BTreeMap<(&str, Unlike), (usize, usize, Vec<String>)> = BTreeMap::new();
    for (index, member) in members.enumerate() {
        for what in keeping.unlike(member) {
            let (_, count, names) = found.entry(what).or_insert((index, 0, Vec::new()));
            *count += 1;
            if names.len() < limits::LIST_ITEMS_SHOWN {
                names.push(shorten(&member.name, 40));
            }
        }
    }
    let words = |((field, unlike), (first, count, names)): ((&str, Unlike), (usize, usize, Vec<String>))| {
        let (field, more) = (tick(field), if count > names.len() { ", …" } else { "" });
        let (who, names) = (Phrase::counted(count, "member", "位成员"), names.join(", ") + more);
        let words = match unlike {
            Unlike::Missing => {
                phrase!("{field} is required, and {who} of the list without: {names}", "{field} 是必填的，名单里有 {who}没有：{names}"; who)
            }
            Unlike::NoNumber => {
                phrase!("{field} is a number, and none for {who} of the list: {names}", "{field} 应为数字，名单里有 {who}写的不是：{names}"; who)
            }
            Unlike::NoDay => {
                phrase!("{field} is a day, and none for {who} of the list: {names}", "{field} 应为日期，名单里有 {who}写的不是：{names}"; who)
            }
        };
        (first, words)
    };
    found.into_iter().map(words).collect()
}

/// More members than a group may have.
pub(crate) fn too_many(found: usize) -> Phrase {
    phrase!(
        "{found} members are too many; the limit is {}",
        "{found} 名成员太多了；上限是 {}",
        limits::MEMBERS_MAX
    )
}

/// A list that does not say who its members are.
fn nobody() -> WrongRow {
    let help = pair(
        "name the column by which signals name a member `id`; a list of names alone has the column `name`; the list is CSV",
        "把信号里用来指认成员的那一列命名为 `id`；只有名字的名单用 `name` 一列；名单是 CSV",
    );
    (pair("a member needs an `id`", "成员需要 `id`").into(), help.into())
}

/// What one row says, and the group it names. `identity` is the column by which people are one on several platforms;
/// `moment` reads a time; an error of it is what was expected.
pub(crate) fn listed(
    row: &Map,
    identity: Option<&str>,
    moment: &mut dyn FnMut(&str) -> Result<Timestamp, Phrase>,
) -> Result<(Listed, Option<String>), WrongRow> {
    let row = columns(row)?;
    let text =
        |key: &str| row.get(key).map(|(_, value)| unquoted(plain(value))).filter(|text| !text.is_empty());
    let Some(id) = text("id").or_else(|| text("name")) else {
        return Err(nobody());
    };
    // By a platform's column and by the one that is `identity` people are told apart as by their id.
    let names = row
        .iter()
        .filter(|(key, _)| **key == "id" || Some(**key) == identity || ChannelKind::parse(key).is_some());
    for (_, (_, value)) in names {
        if let Some(wrong) = spoiled(&plain(value)) {
            return Err(wrong);
        }
    }
    if let Some(wrong) = spoiled(&id) {
        return Err(wrong);
    }
    if id.chars().count() > limits::NAME_CHARS_MAX {
        let told = phrase!(
            "an id has at most {} letters; this one has {}",
            "编号最多 {} 个字；这一个有 {} 个",
            limits::NAME_CHARS_MAX,
            id.chars().count()
        );
        return Err((told, pair("put the rest into a column of its own", "其余的写进另外一列").into()));
    }
    // A column is called what the file calls it.
    let wrong = |key: &str, text: &str, expected: &Phrase| {
        wrong(row.get(key).map_or(key, |(column, _)| column), text, expected)
    };
    let mut time = |key: &str| {
        let Some(text) = text(key) else { return Ok(None) };
        moment(&text).map(Some).map_err(|expected| wrong(key, &text, &expected))
    };
    let mut member = Member::new(MemberId::new(&id), time("joined")?);
    let seen = time("seen")?;
    let number = |key: &str| match (row.get(key), text(key)) {
        (_, None) => Ok(None),
        (Some((_, Value::Int(number))), _) => Ok(Some(*number)),
        (_, Some(text)) => Err(wrong(key, &text, &pair("a whole number", "整数").into())),
    };
    member.points = number("points")?.unwrap_or_default();
    let messages = number("messages")?.map(|number| u64::try_from(number).unwrap_or_default());
    member.name = text("name").unwrap_or(id);
    member.role = text("role").unwrap_or_default();
    member.source = text("source").unwrap_or_default();
    member.tags = row.get("tags").map(|(_, value)| tags(value)).unwrap_or_default();
    for (key, (_, value)) in &row {
        if !COLUMNS.iter().any(|(known, _)| known == key) && value.as_str() != Some("") && !value.is_null() {
            member.fields.insert((*key).to_owned(), Value::clone(value));
        }
    }
    let group = text("group");
    Ok((Listed { member, seen, messages }, group))
}

/// Whether a row says an id.
fn has_id(row: &Map) -> bool {
    row.iter().any(|(name, value)| column(name) == Some("id") && !plain(value).is_empty())
}

/// Text that was written with `'` in front, so that a spreadsheet does not take it for a formula.
fn unquoted(text: String) -> String {
    match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t', '\r']) => rest.to_owned(),
        _ => text,
    }
}

type WrongRow = (Phrase, Phrase);

fn wrong(key: &str, text: &str, expected: &Phrase) -> WrongRow {
    let text = tick(shorten(text, 24));
    (
        phrase!("`{key}` is {text}, expected {expected}", "`{key}` 写的是 {text}，应为{expected}"; expected),
        Phrase::default(),
    )
}

/// The cells by what their columns mean. Case and the spaces around a name do not matter.
fn columns(row: &Map) -> Result<BTreeMap<&str, (&str, &Value)>, WrongRow> {
    let mut known: BTreeMap<&str, (&str, &Value)> = BTreeMap::new();
    for (column, value) in row {
        let name = self::column(column).unwrap_or(column);
        if let Some((other, _)) = known.insert(name, (column.trim(), value)) {
            return Err((
                phrase!(
                    "the columns {} and {} both mean `{name}`",
                    "{} 和 {} 两列都表示 `{name}`",
                    tick(other),
                    tick(column)
                ),
                pair("leave one of them out", "去掉其中一列").into(),
            ));
        }
    }
    Ok(known)
}

/// Tags as a list, or in one cell with whatever signs people put between words.
fn tags(value: &Value) -> BTreeSet<String> {
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|c: char| SEPARATORS.contains(&c) || c.is_whitespace());
        words.filter(|tag| !tag.is_empty()).map(str::to_owned).collect()
    };
    match value {
        Value::List(items) => items.iter().map(plain).filter(|tag| !tag.is_empty()).collect(),
        value => words(&plain(value)).into_iter().collect(),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Str(text) => text.trim().to_owned(),
        Value::Null => String::new(),
        other => other.to_json().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Result<Vec<PersonRow>, Vec<DataProblem>> {
        read(text, None, &Zone::named("Asia/Shanghai").unwrap())
    }

    fn wrong_of(text: &str) -> DataProblem {
        rows(text).unwrap_err().remove(0)
    }

    #[test]
    fn columns_go_where_they_belong() {
        let text = "\u{feff}ID;姓名;joined;Tags;City;积分\nli;小李;2026/11/2;vip，host;西安;5\n\nwang;;;;;\n";
        let rows = rows(text).unwrap();
        assert_eq!(rows.len(), 2);
        let li = &rows[0].listed.member;
        assert_eq!((li.id.as_str(), li.name.as_str(), li.points), ("li", "小李", 5));
        assert_eq!(li.joined.unwrap().to_utc(), "2026-11-01T16:00:00Z");
        assert_eq!(li.fields["City"], Value::str("西安"));
        assert_eq!(rows[1].listed, Member::new(MemberId::new("wang"), None).into());
    }

    #[test]
    fn tags_are_separated_as_people_do() {
        for cell in [
            "核心；vip",
            "核心、vip",
            "核心 vip",
            "核心　vip",
            "核心|vip",
            "\"核心, vip\"",
            "；核心，，vip；",
        ] {
            let rows = rows(&format!("id,tags\na,{cell}\n")).unwrap();
            let tags: Vec<_> = rows[0].listed.member.tags.iter().map(String::as_str).collect();
            assert_eq!(tags, ["vip", "核心"], "{cell}");
        }
    }

    #[test]
    fn what_nobody_said_is_not_said() {
        let listed = |text: &str| rows(text).unwrap().remove(0).listed;
        let named = listed("name\nAnn\n");
        assert_eq!((named.seen, named.messages, named.member.joined), (None, None, None));
        let joined = listed("id,joined,seen\na,2026-01-01,\n");
        assert_eq!((joined.member.joined.is_some(), joined.seen), (true, None));
    }

    #[test]
    fn a_number_that_lost_its_digits_is_no_id() {
        for id in ["1.39E+10", "1E+17", "1.3e+08", "1.39E10", "13912345678.0"] {
            assert!(wrong_of(&format!("id,name\n{id},a\n")).message.en.contains("shortened"), "{id}");
        }
        for id in ["1e5", "E+1", "13912345678", "o1.3E+", "a.bE+9", "1.0", "v1.2e3"] {
            assert!(rows(&format!("id\n{id}\n")).is_ok(), "{id}");
        }
        for id in ["#N/A", "#REF!", "######"] {
            assert!(wrong_of(&format!("id,name\n{id},a\n")).message.en.contains("a spreadsheet"), "{id}");
        }
        assert!(wrong_of("[{\"id\": 1}]").message.en.contains("needs an `id`"));
    }

    #[test]
    fn a_problem_is_about_its_row() {
        let text = "id,joined,points\na,\"2026-01-01\",1\n\"b\nb\",soon,1\nc,,many\n";
        let found = rows(text).unwrap_err();
        assert_eq!(found.len(), 2);
        assert!(text[found[0].range.clone()].starts_with("\"b"), "{found:?}");
        assert!(found[0].message.en.starts_with("`joined` is `soon`, expected a date such as"));
        assert_eq!(found[1].message.en, "`points` is `many`, expected a whole number");
        assert!(wrong_of("City\nx\n").message.en.contains("needs an `id`"));
        assert_eq!(wrong_of("name,姓名\na,b\n").message.en, "the columns `name` and `姓名` both mean `name`");
    }

    #[test]
    fn who_is_listed_twice_is_found() {
        let twice = |text: &str| {
            let rows = rows(text).unwrap();
            super::twice(&rows, |row| (&row.listed, row.group.as_deref()))
        };
        assert_eq!(twice("id,name\na,A\nb,B\na,C\n"), [(2, 0)]);
        assert_eq!(twice("id,name\na,A\na,A\n"), []);
        assert_eq!(twice("id,group,name\na,x,A\na,y,B\n"), []);
    }
}

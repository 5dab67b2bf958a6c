//! A pasted chain (接龙): numbered lines of names, each with a note or people who are brought along.
//!
//! Pure: reads text, compares it with what is known. Reports nothing to the engine.

use crate::{
    base::{
        diagnostic::suggest::nearest,
        ids::MemberId,
        member::Member,
        phrase::{Phrase, phrase},
        value::Value,
        words::shorten,
    },
    engine::state::{OpenTask, State},
    shell::stance::{self, Stance},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// A name of fewer letters is somebody else's with any other letter: 小红 is not 小明.
const NEAR_LETTERS_MIN: usize = 4;

/// What was pasted.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Chain {
    /// Its rows, in order.
    pub(super) lines: Vec<ChainLine>,
    /// Lines that are neither a row nor a heading: which line of the text, and what it says.
    pub(super) unread: Vec<(usize, String)>,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ChainLine {
    /// Everything behind the number.
    pub(super) written: String,
    /// Who it names, without emoji at the end.
    pub(super) name: String,
    /// How many more people are brought along.
    pub(super) more: u32,
}

/// What a chain changes in the answers to a question.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ChainDifference {
    /// Whose answer is new or another one now, with the option, in the order of the rows.
    pub(super) said: Vec<(MemberId, String)>,
    /// Whose answer is new, with the option.
    pub(super) new: Vec<(MemberId, String)>,
    /// Whose answer is another one now: before and after.
    pub(super) changed: Vec<(MemberId, String, String)>,
    /// Who has answered and is not in the chain.
    pub(super) missing: Vec<MemberId>,
    /// Names that stand there more than once.
    pub(super) doubles: Vec<String>,
    /// Names that several members have, with their ids.
    pub(super) unclear: Vec<(String, Vec<String>)>,
    /// Who counts although nothing is known by what stands behind the name: perhaps it is somebody else's.
    pub(super) unsure: Vec<(String, String)>,
    /// Who is not counted because what the row says is no clear answer.
    pub(super) uncounted: Vec<(String, String)>,
    /// Of those whose answer is new, who is no member yet.
    pub(super) strangers: BTreeSet<MemberId>,
    /// Who of them is perhaps meant by a stranger's name.
    pub(super) near: BTreeMap<MemberId, String>,
    /// What those are called who are named here and have a name.
    pub(super) names: BTreeMap<MemberId, String>,
    /// How many people are brought along.
    pub(super) more: u32,
}

/// The rows of a text: `1. 小明`, `2、小红 +1`, `③ 老何 带两个人`, `4) Lin (late)`. What stands before the first row is its
/// heading, except a line that seems to be a row and cannot be read.
pub(super) fn read(text: &str) -> Chain {
    let mut chain = Chain::default();
    // Where rows have digits, `一、` begins a heading above them.
    let digits = text.lines().any(|text| {
        let numbered = behind_number(text.trim_matches(is_blank));
        numbered.is_some_and(|(rest, drawn)| named_part(rest, drawn).is_some())
    });
    let mut last = 0;
    for (at, text) in text.lines().enumerate() {
        let text = text.trim_matches(is_blank);
        if text.is_empty() {
            continue;
        }
        let counted = chain.lines.len() + 1;
        let begun = !chain.lines.is_empty() || !digits;
        let next = |n: usize| begun && (n == last + 1 || n == counted);
        let spoken = spoken_number(text).filter(|(n, _)| next(*n));
        let numbered = behind_number(text).or(spoken.map(|(_, rest)| (rest, false)));
        if let Some(line) = numbered.and_then(|(rest, drawn)| line(named_part(rest, drawn)?)) {
            chain.lines.push(line);
            last = number_at(text).or(spoken.map(|(n, _)| n)).unwrap_or(counted);
        } else if !chain.lines.is_empty() || numbered.is_some_and(|(rest, _)| !is_amount(rest)) {
            chain.unread.push((at + 1, text.to_owned()));
        }
    }
    chain
}

/// Blanks, and characters that nobody sees.
fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FE0E}' | '\u{FE0F}' | '\u{FEFF}')
}

/// Digits, also as wide as a Chinese character.
fn is_digit(c: char) -> bool {
    matches!(c, '0'..='9' | '０'..='９')
}

fn is_emoji(c: char) -> bool {
    matches!(c, '\u{2300}'..='\u{23FF}' | '\u{2600}'..='\u{27BF}' | '\u{2B00}'..='\u{2BFF}' | '\u{1F000}'..='\u{1FAFF}'
        | '\u{200D}' | '\u{20E3}' | '\u{FE0E}' | '\u{FE0F}' | '\u{E0020}'..='\u{E007F}')
}

/// What sets a note off from a name.
fn is_bracket(c: char) -> bool {
    "（）()[]【】：:—-".contains(c)
}

/// Where a name ends.
fn ends_name(c: char) -> bool {
    c.is_whitespace() || is_bracket(c) || "，,、；;/＆&".contains(c)
}

/// What stands behind the number of a row, and whether the number is drawn (①, 1️⃣) and needs no sign behind it. A row's
/// number has at most three digits; a year has more.
fn behind_number(text: &str) -> Option<(&str, bool)> {
    let drawn = |c: char| matches!(c, '①'..='⑳' | '㉑'..='㉟' | '㊱'..='㊿' | '🔟');
    if let Some(rest) = text.strip_prefix(drawn) {
        return Some((rest, true));
    }
    let (mut rest, mut digits, mut keycap) = (text, 0, false);
    while let Some(next) = rest.strip_prefix(is_digit) {
        let key = next.trim_start_matches('\u{FE0F}').strip_prefix('\u{20E3}');
        keycap |= key.is_some();
        rest = key.unwrap_or(next);
        digits += 1;
    }
    matches!(digits, 1..=3).then_some((rest, keycap))
}

/// The number in digits with which a row begins.
fn number_at(text: &str) -> Option<usize> {
    number_of(text, false).filter(|_| text.starts_with(is_digit)).map(|(n, _)| n as usize)
}

/// A number of a row in Chinese words with its sign (`九、`, `十二．`), and what stands behind the words.
fn spoken_number(text: &str) -> Option<(usize, &str)> {
    let ones = |c: char| "一二三四五六七八九".chars().position(|known| known == c).map(|at| at + 1);
    let words = text.trim_start_matches(|c| c == '十' || ones(c).is_some());
    let number = &text[..text.len() - words.len()];
    let n = match number.split_once('十') {
        None => number.chars().next().and_then(ones).filter(|_| number.chars().count() == 1)?,
        Some((tens, rest)) => {
            let one = |text: &str, none| {
                let mut words = text.chars();
                let first = words.next().map_or(Some(none), ones);
                first.filter(|_| words.next().is_none())
            };
            one(tens, 1)? * 10 + one(rest, 0)?
        }
    };
    words.starts_with(['、', '.', '．', '。', ')', '）', '，']).then_some((n, words))
}

/// What stands behind the sign that makes a number the number of a row; nothing where it is a date, a time, a length.
fn named_part(rest: &str, drawn: bool) -> Option<&str> {
    let signs = ['.', '、', ')', '）', '．', ':', '：', '。', '，', ','];
    let open = rest.trim_start_matches(is_blank);
    if let Some(name) = open.strip_prefix(signs) {
        // 1.5, 12.20 and 19:30 are no rows, 2、3号楼小王 is one.
        let splits = open.starts_with(['.', '．', ':', '：', '，', ',']) && name.starts_with(is_digit);
        return (!splits).then_some(name);
    }
    let spaced = open.len() < rest.len() && !is_amount(rest);
    (spaced || drawn).then_some(open)
}

/// Whether what stands behind a number makes a date, a time, a length or a sum of it.
fn is_amount(rest: &str) -> bool {
    let open = rest.trim_start_matches(is_blank);
    if open.strip_prefix(|c| ".．:：/-~～".contains(c)).is_some_and(|rest| rest.starts_with(is_digit)) {
        return true;
    }
    // With a blank between, `3 点点` is somebody and `3 点` is not.
    let ends = |behind: &str| open.len() == rest.len() || !behind.starts_with(char::is_alphabetic);
    let short = ['年', '月', '日', '点', '时', '分', '天', '位', '个', '元', '块', '周', '期'];
    open.starts_with(is_digit)
        || ["小时", "分钟", "月份", "人", "号"].iter().any(|unit| open.starts_with(unit))
        || open.strip_prefix(short).is_some_and(ends)
}

fn line(text: &str) -> Option<ChainLine> {
    let text = text.trim_matches(is_blank);
    let (plain, more) = brought(text);
    let name = plain.split(ends_name).next().unwrap_or_default();
    let bare = name.trim_end_matches(is_emoji);
    let name = if bare.is_empty() { name } else { bare }.to_owned();
    (!name.is_empty()).then(|| ChainLine { written: text.to_owned(), name, more })
}

/// A row without the people who are brought along, and how many they are: `+1`, `＋2人`, `带两个人`.
fn brought(text: &str) -> (String, u32) {
    let (mut plain, mut more) = (String::new(), 0_u32);
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let next = &rest[c.len_utf8()..];
        let found = match c {
            '+' | '＋' => number_of(next, false),
            '带' => number_of(next, true),
            _ => None,
        };
        if let Some((n, behind)) = found {
            more = more.saturating_add(n);
            plain.push(' ');
            rest = behind;
        } else {
            plain.push(c);
            rest = next;
        }
    }
    (plain.trim_matches(is_blank).to_owned(), more)
}

/// A number of people at the beginning of a text, and what stands behind it.
fn number_of(text: &str, counted: bool) -> Option<(u32, &str)> {
    let text = text.trim_start_matches(is_blank);
    let digits = text.trim_start_matches(is_digit);
    let (number, rest) = text.split_at(text.len() - digits.len());
    let (n, rest) = if number.is_empty() {
        let c = text.chars().next()?;
        let n = match c {
            '两' => 2,
            _ => 1 + "一二三四五六七八九十".chars().position(|known| known == c)?,
        };
        (u32::try_from(n).ok()?, &text[c.len_utf8()..])
    } else {
        let plain = |c: char| if c >= '０' { char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c) } else { c };
        (number.chars().map(plain).collect::<String>().parse().ok()?, rest)
    };
    let Some(rest) = rest.trim_start_matches(is_blank).strip_prefix(['个', '人', '位', '名', '口'])
    else {
        return (!counted).then_some((n, rest));
    };
    let whom = ["人", "朋友", "家属", "家人", "大人", "小孩", "孩子", "同学", "同事"];
    Some((n, whom.iter().find_map(|whom| rest.strip_prefix(whom)).unwrap_or(rest)))
}

/// What stands behind a name, where it is not set off as a note, and is neither emoji nor people who come along.
fn loose(said: &str) -> Option<String> {
    let (said, _) = brought(said);
    let noise = |c: char| ends_name(c) || is_blank(c) || is_emoji(c);
    let text = said.trim_matches(|c| noise(c) && !is_bracket(c));
    (!text.is_empty() && !text.starts_with(is_bracket)).then(|| text.to_owned())
}

/// Whom a row means: of a name that several have, all their ids, and what is said behind the name.
fn meant<'a>(state: &State, line: &'a ChainLine) -> (Vec<MemberId>, &'a str) {
    let behind = |name: &str| after_name(&line.written, name).filter(|rest| !name.is_empty() && ends(rest));
    // A name of several words, or with emoji, is longer than what a row alone can tell.
    let long =
        |name: &str| behind(name).is_some_and(|rest| line.written.len() - rest.len() > line.name.len());
    let longest = state
        .members
        .iter()
        .map(|member| &*member.name)
        .filter(|name| long(name))
        .max_by_key(|name| name.len());
    let name = longest.unwrap_or(&line.name);
    let said = after_name(&line.written, name).unwrap_or_default();
    let id = MemberId::new(name);
    if state.members.contains(&id) {
        return (vec![id], said);
    }
    let named: Vec<MemberId> =
        state.members.iter().filter(|member| member.name == *name).map(|member| member.id.clone()).collect();
    // A list writes names without their accents, and small.
    let named = if named.is_empty() {
        let same = |member: &&Arc<Member>| after_name(&member.name, name) == Some("");
        state.members.iter().filter(same).map(|member| member.id.clone()).collect()
    } else {
        named
    };
    (if named.is_empty() { vec![id] } else { named }, said)
}

/// What stands behind a name with which a text begins, whatever its capitals and accents.
fn after_name<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let mut wanted = name.chars().flat_map(plain);
    let mut rest = text;
    let mut next = wanted.next();
    while next.is_some() {
        let c = rest.chars().next()?;
        for letter in plain(c) {
            if next != Some(letter) {
                return None;
            }
            next = wanted.next();
        }
        rest = &rest[c.len_utf8()..];
    }
    Some(rest.trim_start_matches(is_mark))
}

/// An accent that stands behind its letter.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}')
}

/// A letter as it is compared: small and without its accent; nothing of an accent alone.
fn plain(c: char) -> impl Iterator<Item = char> {
    const ACCENTED: [(&str, char); 18] = [
        ("àáâãäåāăą", 'a'),
        ("çćĉċč", 'c'),
        ("ďđ", 'd'),
        ("èéêëēĕėęě", 'e'),
        ("ĝğġģ", 'g'),
        ("ĥħ", 'h'),
        ("ìíîïĩīĭįı", 'i'),
        ("ĵ", 'j'),
        ("ķ", 'k'),
        ("ĺļľł", 'l'),
        ("ñńņň", 'n'),
        ("òóôõöøōŏő", 'o'),
        ("ŕŗř", 'r'),
        ("śŝşšș", 's'),
        ("ţťț", 't'),
        ("ùúûüũūŭůűų", 'u'),
        ("ýÿŷ", 'y'),
        ("źżž", 'z'),
    ];
    let bare = |c: char| ACCENTED.iter().find(|(all, _)| all.contains(c)).map_or(c, |(_, letter)| *letter);
    c.to_lowercase().filter(|c| !is_mark(*c)).map(bare)
}

/// Whether a name can end where this begins.
fn ends(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with(|c| ends_name(c) || is_emoji(c) || "+＋带".contains(c))
}

/// Compares a chain with the answers that are known. Who says nothing else takes the first option.
pub(super) fn compare(state: &State, open: &OpenTask, lines: &[ChainLine]) -> ChainDifference {
    let options = &open.task.options;
    let mut found = ChainDifference::default();
    let mut seen: BTreeSet<MemberId> = BTreeSet::new();
    let meant: Vec<_> = lines.iter().map(|line| meant(state, line)).collect();
    for (at, (line, (named, said))) in lines.iter().zip(&meant).enumerate() {
        let [member] = &named[..] else {
            found.unclear.push((line.name.clone(), named.iter().map(ToString::to_string).collect()));
            continue;
        };
        // Whoever writes a second row has changed their mind.
        if meant[at + 1..].iter().any(|(later, _)| later == named) {
            if seen.insert(member.clone()) {
                found.doubles.push(line.name.clone());
            }
            continue;
        }
        seen.insert(member.clone());
        let stranger = !state.members.contains(member);
        let together = stranger && stance::ends_in_one(&line.name);
        let (says, behind) = (stance::chosen(said, options), loose(said));
        let Some(says) = says.filter(|_| !together || behind.is_some()).cloned() else {
            let said = said.trim_matches(|c| ends_name(c) || is_blank(c));
            let said = if said.is_empty() { line.written.clone() } else { said.to_owned() };
            found.uncounted.push((line.name.clone(), said));
            continue;
        };
        found.more = found.more.saturating_add(line.more);
        if !options.iter().any(|option| stance::names(said, option))
            && stance::stance(said) == Stance::Open
            && let Some(said) = behind
        {
            found.unsure.push((line.name.clone(), said));
        }
        let member = member.clone();
        match open.answers.get(&member).map(|(option, _)| option.and_then(|at| options.get(at as usize))) {
            Some(Some(known)) if *known == says => continue,
            None => {
                found.new.push((member.clone(), says.clone()));
                if stranger {
                    found.strangers.insert(member.clone());
                    let names = state.members.iter().map(|known| &*known.name);
                    let long = line.name.chars().count() >= NEAR_LETTERS_MIN;
                    let near = nearest(&line.name, names).filter(|_| long).map(str::to_owned);
                    found.near.extend(near.map(|near| (member.clone(), near)));
                }
            }
            Some(known) => {
                found.changed.push((member.clone(), known.cloned().unwrap_or_default(), says.clone()));
            }
        }
        found.said.push((member, says));
    }
    found.missing = open.answers.keys().filter(|member| !seen.contains(*member)).cloned().collect();
    let shown = seen.iter().chain(&found.missing);
    found.names = shown.map(|id| (id.clone(), called(state, id))).collect();
    found
}

/// What somebody is called, with the id where others have that name, too.
fn called(state: &State, id: &MemberId) -> String {
    let name = state.members.name_of(id);
    let others = state.members.iter().any(|member| member.name == name && member.id != *id);
    if others && name != id.as_str() { format!("{name} ({id})") } else { name }
}

impl Chain {
    /// What was not understood, a line each.
    pub(super) fn unread_in_words(&self, found: &ChainDifference) -> Vec<Phrase> {
        let unsure = found.unsure.iter().map(|(name, said)| {
            phrase!(
                "! {name} counts; what stands behind is not understood: {said} (a second name needs a line of its own)",
                "! {name} 已计入，后面的没看懂：{said}（另一个人要单独写一行）"
            )
        });
        let unread = self.unread.iter().map(|(at, text)| {
            let text = shorten(text, 60);
            phrase!(
                "! line {at} is not understood and not counted: {text}",
                "! 第 {at} 行没看懂，没有计入：{text}"
            )
        });
        let uncounted = found.uncounted.iter().map(|(name, said)| {
            let said = shorten(said, 60);
            phrase!(
                "! {name} is not counted: what the row says is no clear answer: {said} (write one of the options)",
                "! {name} 没有计入，看不出是什么回答：{said}（请写上选项）"
            )
        });
        uncounted.chain(unsure).chain(unread).collect()
    }
}

impl ChainDifference {
    /// What it changes, a line each; `how` says what takes back the answers of those who are missing.
    pub(super) fn in_words(&self, withdraws: bool, how: &Phrase) -> Vec<Phrase> {
        let mut lines: Vec<Phrase> = Vec::new();
        let called = |id: &MemberId| self.names.get(id).cloned().unwrap_or_else(|| id.to_string());
        for (id, option) in &self.new {
            let member = called(id);
            lines.push(if self.strangers.contains(id) {
                match self.near.get(id) {
                    Some(near) => phrase!(
                        "+ {member}: {option} (new: nobody here goes by this name; is it {near}? Then write that name)",
                        "+ {member}：{option}（不认识，会新建；是不是 {near}？是就改成这个名字）"
                    ),
                    None => phrase!(
                        "+ {member}: {option} (new: nobody here goes by this name)",
                        "+ {member}：{option}（不认识，会新建）"
                    ),
                }
            } else {
                phrase!("+ {member}: {option}", "+ {member}：{option}")
            });
        }
        for (id, was, is) in &self.changed {
            let member = called(id);
            lines.push(phrase!("~ {member}: {was} → {is}", "~ {member}：{was} → {is}"));
        }
        for id in &self.missing {
            let member = called(id);
            lines.push(if withdraws {
                phrase!("- {member}: taken back", "- {member}：收回")
            } else {
                phrase!(
                    "? {member} has answered and is not in the chain; {how}",
                    "? {member} 回答过，但不在接龙里；{how}";
                    how
                )
            });
        }
        for name in &self.doubles {
            lines.push(phrase!(
                "= {name} is there twice; the last row counts",
                "= {name} 出现了两次，以最后一行为准"
            ));
        }
        for (name, ids) in &self.unclear {
            let ids = ids.join(", ");
            lines.push(phrase!(
                "! {name} is the name of {ids} and is not counted: write the id in its place",
                "! {name} 是 {ids} 的名字，没有计入：请改写成编号"
            ));
        }
        if self.more > 0 {
            let n = self.more;
            lines.push(if n == 1 {
                phrase!(
                    "1 more is brought along, without an answer of their own",
                    "另外带 1 人；他们没有自己的回答"
                )
            } else {
                phrase!(
                    "{n} more are brought along; they have no answer of their own",
                    "另外带 {n} 人；他们没有自己的回答"
                )
            });
        }
        lines
    }

    /// The answers that it comes to, as rows of an `answer`.
    pub(super) fn rows(&self, withdraws: bool) -> Vec<Value> {
        let row = |member: &MemberId, key: &str, value: Value| {
            Value::map([("member", Value::str(member.as_str())), (key, value)])
        };
        let said = self.said.iter().map(|(member, option)| row(member, "option", Value::str(option)));
        let gone = self.missing.iter().filter(|_| withdraws);
        said.chain(gone.map(|member| row(member, "withdraw", Value::Bool(true)))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_as_chats_write_them() {
        for (text, name, more) in [
            ("1. 小明", "小明", 0),
            ("1.小明", "小明", 0),
            ("2、小红 +1", "小红", 1),
            ("3）老王（晚到）", "老王", 0),
            ("4 Lin - no", "Lin", 0),
            ("5.  何  不来", "何", 0),
            ("6：李＋２人", "李", 2),
            ("7． 小何 带两个人", "小何", 2),
            ("8: 小何带3人", "小何", 3),
            ("8。王姐", "王姐", 0),
            ("9，周八", "周八", 0),
            ("一、张三", "张三", 0),
            ("9) 老王（带1个小孩）", "老王", 1),
            ("１０. 刘备 关羽", "刘备", 0),
            ("⑦ 张飞", "张飞", 0),
            ("⑳张飞", "张飞", 0),
            ("1️⃣ 张三", "张三", 0),
            ("1️⃣2️⃣张三", "张三", 0),
            ("🔟 张三", "张三", 0),
            ("11. 张三👍", "张三", 0),
            ("11. 张三❤️👍🏻 +1", "张三", 1),
            ("12. 🌸", "🌸", 0),
            ("13. 月月", "月月", 0),
            ("14 点点", "点点", 0),
            ("15. 带兵", "带兵", 0),
            ("16、2号楼小王", "2号楼小王", 0),
            ("\u{200B}17. 张三[强]", "张三", 0),
        ] {
            let chain = read(text);
            let read: Vec<_> = chain.lines.iter().map(|line| (&*line.name, line.more)).collect();
            assert_eq!((read, chain.unread), (vec![(name, more)], vec![]), "{text}");
        }
    }

    #[test]
    fn dates_times_and_lengths_are_no_rows() {
        for text in [
            "#接龙",
            "12月20日市图书馆见面",
            "2026年12月20日",
            "1.5小时左右",
            "12.20 周日",
            "19:30 开始",
            "3 人成行",
            "12 月 20 日",
            "50元一位",
            "50 元/人",
            "10号线",
            "2 小时左右",
            "8点半",
            "20261220",
        ] {
            assert_eq!(read(text), Chain::default(), "{text} is a heading");
            let below = read(&format!("1. 张三\n{text}\n"));
            assert_eq!(below.lines.len(), 1, "{text}");
            assert_eq!(below.unread, [(2, text.to_owned())], "it is not dropped below a row");
        }
    }

    #[test]
    fn what_seems_to_be_a_row_and_cannot_be_read_is_told() {
        for text in ["1张三", "1.", "2. +1", "3. （待定）"] {
            assert_eq!(read(text).unread, [(1, text.to_owned())], "{text}");
        }
    }

    #[test]
    fn what_is_loose_behind_a_name_is_told_and_a_note_is_not() {
        for (said, expected) in [
            (" 关羽", Some("关羽")),
            ("、关羽", Some("关羽")),
            (" 晚到 +1", Some("晚到")),
            ("（晚到）", None),
            (" - late", None),
            (" 带两个人", None),
            ("👍", None),
            ("", None),
        ] {
            assert_eq!(loose(said).as_deref(), expected, "{said}");
        }
    }
}

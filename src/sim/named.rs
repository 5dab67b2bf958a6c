//! What people read where an expression stands whose value is only known when it is said: the topic, the winner, how many.
//!
//! Nothing is evaluated; an expression is named by its words, in brackets.

use crate::base::{
    locale::Locale,
    metric,
    phrase::{Words, pair},
};

/// What stands where an expression does, by its whole text.
const NAMES: [(&str, Words); 23] = [
    ("member.name", pair("the member's name", "成员的名字")),
    ("member.id", pair("the member's id", "成员的 id")),
    ("member.points", pair("the member's points", "成员的积分")),
    ("member.tier", pair("where the member stands", "成员的层级")),
    ("signal.member.name", pair("the member's name", "成员的名字")),
    ("group.title", pair("the name of the group", "群名")),
    ("group.id", pair("the group", "群的 id")),
    ("members.count", pair("how many members there are", "成员人数")),
    ("run.number", pair("which time it is", "第几次")),
    ("now", pair("the time", "当时的时间")),
    ("date.at", pair("the date and time", "日期和时间")),
    ("date.title", pair("the title", "标题")),
    ("phase", pair("the phase", "当时的阶段")),
    ("approval.note", pair("what whoever decided has noted", "审批时写的话")),
    ("approval.by", pair("whoever decided", "审批的人")),
    ("metrics.health", pair("the health of the group", "群的健康度")),
    ("signal.data.added", pair("the new rules", "新增的群规")),
    ("signal.data.removed", pair("the rules that went", "去掉的群规")),
    ("signal.data.kept", pair("the rules that stay", "保留的群规")),
    ("signals", pair("what has come", "收到的信号")),
    ("signal.data", pair("what was reported", "报来的内容")),
    ("with", pair("what was given", "带来的内容")),
    ("member", pair("the member", "这位成员")),
];

/// What stands where an expression does, by how it begins; behind it its last word.
const BEGINNINGS: [(&str, Words); 9] = [
    ("signals.", pair("those who came", "这一批人")),
    ("members.", pair("the members it is about", "说到的那些成员")),
    ("metrics.", pair("the number", "数字")),
    ("data(", pair("from a table", "表里的内容")),
    ("signal.data.", pair("reported", "报来的")),
    ("date.", pair("of that date", "这一场的")),
    ("args.", pair("given", "带来的")),
    ("member", pair("of the member", "成员的")),
    ("if ", pair("as the case may be", "视情况而定")),
];

/// The last names of paths that playbooks often write, as they are called.
const LAST: [(&str, Words); 15] = [
    ("seated", pair("those who have a place", "有名额的人")),
    ("winner", pair("what most have chosen", "选得最多的")),
    ("total", pair("how many answered", "回答的人数")),
    ("count", pair("their number", "人数")),
    ("right", pair("the right answer", "正确答案")),
    ("note", pair("what was noted", "写下的话")),
    ("items", pair("what stands in the list", "清单里写的")),
    ("names", pair("their names", "他们的名字")),
    ("name", pair("the name", "名字")),
    ("inviter", pair("whoever brought them", "邀请 TA 的人")),
    ("guest", pair("the guest", "嘉宾")),
    ("topic", pair("the topic", "题目")),
    ("place", pair("the place", "地点")),
    ("goal", pair("the goal", "目标")),
    ("about", pair("who that is", "介绍")),
];

/// What stands where an expression does, in brackets.
pub fn named(source: &str, locale: Locale) -> String {
    let known = NAMES.iter().find(|(name, _)| *name == source).map(|(_, words)| words.of(locale));
    if let Some(words) = known {
        return bracketed(words, locale);
    }
    if let Some(words) = number(source) {
        return bracketed(words.of(locale), locale);
    }
    // What one of several texts is made of, of which one is empty.
    let made = source.strip_prefix("if ").and_then(|_| {
        NAMES
            .iter()
            .filter(|(name, _)| name.starts_with("signal.data."))
            .find(|(name, _)| source.contains(name))
    });
    if let Some((_, words)) = made {
        return bracketed(words.of(locale), locale);
    }
    let last = last_name(source);
    let called = last.and_then(|last| LAST.iter().find(|(name, _)| *name == last));
    if let Some((_, words)) = called {
        return bracketed(words.of(locale), locale);
    }
    let begun = BEGINNINGS.iter().find(|(beginning, _)| source.starts_with(beginning));
    if last.is_none() && [".count", ".len", "metrics."].iter().any(|part| source.contains(part)) {
        return bracketed(locale.pick("how many", "数目"), locale);
    }
    let words = match (begun, last) {
        (Some((_, words)), None) => words.of(locale).to_owned(),
        (Some((beginning, words)), Some(last)) => match *beginning {
            "date." | "args." | "signal.data." => last.replace('_', " "),
            "metrics." | "member" => match locale {
                Locale::En if *beginning == "member" => format!("{last} {}", words.en),
                _ => format!("{} {last}", words.of(locale)),
            },
            _ => words.of(locale).to_owned(),
        },
        (None, Some(last)) => last.replace('_', " "),
        (None, None) => locale.pick("worked out at the time", "届时算出").to_owned(),
    };
    bracketed(&words, locale)
}

/// A number of the group by its name for people.
fn number(source: &str) -> Option<Words> {
    Some(metric::find(source.strip_prefix("metrics.")?)?.about)
}

/// Words in the brackets of the language.
pub fn bracketed(words: &str, locale: Locale) -> String {
    match locale {
        Locale::En => format!("[{words}]"),
        Locale::Zh => format!("〔{words}〕"),
    }
}

/// A text that is known beforehand but for some expressions, with each of those named.
pub fn as_read(text: &str, locale: Locale) -> String {
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(from) = rest.find("${") {
        let Some(length) = closing(&rest[from + 2..]) else { break };
        out.push_str(&rest[..from]);
        out.push_str(&named(rest[from + 2..from + 2 + length].trim(), locale));
        rest = &rest[from + 3 + length..];
    }
    out.push_str(rest);
    out
}

/// Where the bracket closes that an expression stands in; its own may have some, too.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return Some(at),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// The last name of a path that is nothing but names and dots.
fn last_name(source: &str) -> Option<&str> {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '"' | '[' | ']');
    let last = source.rsplit(['.', '[']).next()?.trim_matches(|c| matches!(c, '"' | ']'));
    (source.chars().all(plain) && !last.is_empty()).then_some(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_later_is_named() {
        let text = "Tonight: ${date.topic}, ${members.count} of us, ${if x { 1 } else { 2 }}. ${";
        assert_eq!(
            as_read(text, Locale::En),
            "Tonight: [the topic], [how many members there are] of us, [as the case may be]. ${"
        );
        assert_eq!(as_read("${result.winner}！", Locale::Zh), "〔选得最多的〕！");
        assert_eq!(as_read("nothing", Locale::En), "nothing");
    }
}

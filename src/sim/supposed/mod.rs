//! What people read where a condition stands that has one of the usual forms: `the group has at least 50 members`.
//!
//! Nothing is evaluated, and a condition of which a part has no words has none.

mod member;
mod parse;

use super::named::named;
use crate::base::{locale::Locale, metric, time::Duration};
use parse::{Comparison, Hop, Supposition};

/// How conditions are told: in which language, and what is known of a path from the file.
#[derive(Clone, Copy)]
pub struct Supposing<'a> {
    /// The language.
    pub locale: Locale,
    /// The value of a path whose value the file says.
    pub known: &'a dyn Fn(&str) -> Option<String>,
}

impl Supposing<'_> {
    /// A condition as a sentence: `the group has at least 50 members`.
    pub fn sentence(&self, source: &str) -> Option<String> {
        self.holds(&parse::parse(source)?, None)
    }

    /// A condition about a member as what that member does or is: `has been silent for more than 60 days`.
    pub fn of_member(&self, source: &str) -> Option<String> {
        self.holds(&parse::parse(source)?, Some("member"))
    }

    fn say(&self, en: String, zh: String) -> String {
        match self.locale {
            Locale::En => en,
            Locale::Zh => zh,
        }
    }

    /// A condition; `about` is the name of whom it is said, whose name is left out then.
    fn holds(&self, one: &Supposition, about: Option<&str>) -> Option<String> {
        match one {
            Supposition::All(all) => self.joined(all, about, self.locale.pick(" and ", "，并且")),
            Supposition::Either(all) => self.joined(all, about, self.locale.pick(" or ", "，或者")),
            Supposition::Not(inner) => self.is(inner, about, false),
            Supposition::Compared(left, how, right) => self.compared(left, *how, right, about),
            Supposition::Path(_) => self.is(one, about, true),
            _ => None,
        }
    }

    fn joined(&self, all: &[Supposition], about: Option<&str>, word: &str) -> Option<String> {
        let mut said: Vec<String> = Vec::new();
        for one in all {
            let words = self.holds(one, about)?;
            // What joins others stands in brackets, for it would be read otherwise.
            let nested = matches!(one, Supposition::Either(_) | Supposition::All(_));
            let words = if nested { self.say(format!("({words})"), format!("（{words}）")) } else { words };
            if !said.contains(&words) {
                said.push(words);
            }
        }
        Some(said.join(word))
    }

    /// A path that is true or false by itself.
    fn is(&self, one: &Supposition, about: Option<&str>, is: bool) -> Option<String> {
        let Supposition::Path(hops) = one else { return None };
        let whose = self.whose(hops, about);
        if let Some((subject, rest)) = whose {
            return self.member_is(rest, is).map(|does| format!("{subject}{does}"));
        }
        match hops.as_slice() {
            [Hop::Name(members), between @ .., Hop::Call(call, taken)] if members == "members" => {
                let [Supposition::Of(name, inner)] = taken.as_slice() else { return None };
                if !between.iter().all(|hop| matches!(hop, Hop::Call(top, _) if top == "top")) {
                    return None;
                }
                let does = self.holds(inner, Some(name))?;
                match (call.as_str(), is) {
                    ("any", true) => {
                        Some(self.say(format!("there is somebody who {does}"), format!("有成员{does}")))
                    }
                    ("any", false) => Some(self.say(format!("nobody {does}"), format!("没有成员{does}"))),
                    ("all", true) => Some(self.say(format!("everybody {does}"), format!("每位成员都{does}"))),
                    _ => None,
                }
            }
            [Hop::Name(signal), Hop::Name(data), .., Hop::Name(last)]
                if signal == "signal" && data == "data" =>
            {
                let not = if is { "" } else { "not " };
                let zh = if is { "是" } else { "否" };
                Some(self.say(format!("`{last}` was {not}reported"), format!("报来的 `{last}` 为{zh}")))
            }
            _ => None,
        }
    }

    /// Whose condition a path is: the words for that member, and what is asked of them.
    fn whose<'h>(&self, hops: &'h [Hop], about: Option<&str>) -> Option<(String, &'h [Hop])> {
        let [Hop::Name(first), rest @ ..] = hops else { return None };
        if Some(first.as_str()) == about {
            return Some((String::new(), rest));
        }
        // One of several, by the name that a step gives each.
        if matches!(rest, [Hop::Name(tags), ..] if tags == "tags") && first != "member" {
            return Some((self.say(format!("`{first}` "), format!("`{first}` ")), rest));
        }
        (first == "member" && !rest.is_empty())
            .then(|| (self.say("the member ".into(), "这位成员".into()), rest))
    }

    fn compared(
        &self,
        left: &Supposition,
        how: Comparison,
        right: &Supposition,
        about: Option<&str>,
    ) -> Option<String> {
        if let Supposition::Reckoned(value, sign, part) = left {
            return match (sign, &**value, &**part) {
                ('%', Supposition::Path(hops), Supposition::Number(every)) => {
                    self.every(hops, every.parse().ok()?, how, right)
                }
                ('+', Supposition::Path(one), Supposition::Path(other)) => {
                    let some = how == Comparison::More && *right == Supposition::Number("0".into());
                    let (one, other) = (self.listed(one)?, self.listed(other)?);
                    some.then(|| {
                        self.say(format!("{one} or {other} are not empty"), format!("有{one}或{other}"))
                    })
                }
                _ => None,
            };
        }
        let Supposition::Path(hops) = left else { return None };
        if let Some((subject, rest)) = self.whose(hops, about) {
            return self.member_compared(rest, how, right).map(|does| format!("{subject}{does}"));
        }
        self.counted(hops, how, right).or_else(|| self.plain(hops, how, right))
    }

    /// Counts that have a sentence of their own.
    fn counted(&self, hops: &[Hop], how: Comparison, right: &Supposition) -> Option<String> {
        let none = *right == Supposition::Number("0".into());
        match hops {
            [Hop::Name(members), Hop::Name(count)] if members == "members" && count == "count" => {
                let many = self.amount(how, &self.value(right)?);
                Some(self.say(format!("the group has {many} members"), format!("群里{many} 人")))
            }
            [Hop::Name(metrics), hop] if metrics == "metrics" => {
                let value = self.of_metric(hop, right)?;
                let (name, bound) = (self.metric(hop)?, self.amount(how, &value));
                Some(self.say(format!("{name}: {bound}"), format!("{name}{bound}")))
            }
            [.., Hop::Name(total)] if total == "total" => Some(match how {
                Comparison::More if none => self.say("somebody answered".into(), "有人回答".into()),
                Comparison::Same if none => self.say("nobody answered".into(), "没有人回答".into()),
                _ => {
                    let many = self.amount(how, &self.value(right)?);
                    self.say(format!("{many} answered"), format!("回答的人{many}"))
                }
            }),
            [.., Hop::Name(left), Hop::Call(len, _)] if left == "left" && len == "len" => {
                (how == Comparison::More && none)
                    .then(|| self.say("something on the list is not done".into(), "清单上还有没做的".into()))
            }
            [Hop::Call(data, _), Hop::Call(nth, _)] if data == "data" && nth == "nth" => {
                let nothing = how == Comparison::Same && *right == Supposition::Nothing;
                nothing.then(|| self.say("nothing is left in the table".into(), "表里的用完了".into()))
            }
            _ => None,
        }
    }

    /// A value of a path that is compared as it stands.
    fn plain(&self, hops: &[Hop], how: Comparison, right: &Supposition) -> Option<String> {
        let (source, last) = written(hops)?;
        let same = match how {
            Comparison::Same => true,
            Comparison::Other => false,
            _ => {
                let (name, bound) = (self.name(&source), self.amount(how, &self.value(right)?));
                return Some(self.say(format!("{name} is {bound}"), format!("{name}{bound}")));
            }
        };
        if *right == Supposition::Nothing || *right == Supposition::Text(String::new()) {
            let name = self.name(&source);
            return Some(match (hops, same) {
                ([_], true) => {
                    self.say(format!("nothing came of `{last}`"), format!("`{last}` 没有等到结果"))
                }
                ([_], false) => self.say(format!("`{last}` has come"), format!("`{last}` 有了结果")),
                (_, true) => self.say(format!("there is nothing for {name}"), format!("没有{name}")),
                (_, false) => self.say(format!("{name} stands there"), format!("有{name}")),
            });
        }
        let value = self.value(right)?;
        let name = match source.as_str() {
            "signal.data.message.text" => self.say("the message".into(), "发的是".into()),
            "signal.data.message.kind" => self.say("the kind of message".into(), "消息的种类".into()),
            _ => self.name(&source),
        };
        let is = match (source.as_str(), same) {
            ("signal.data.message.text", true) => self.say(" is ".into(), String::new()),
            (_, true) => self.say(" is ".into(), "是".into()),
            (_, false) => self.say(" is not ".into(), "不是".into()),
        };
        Some(format!("{name}{is}{value}"))
    }

    /// A condition on what is left over: every other time, each third month.
    fn every(&self, hops: &[Hop], every: u32, how: Comparison, right: &Supposition) -> Option<String> {
        let Supposition::Number(left) = right else { return None };
        let left: u32 = left.parse().ok().filter(|left| *left < every && how == Comparison::Same)?;
        match (written(hops)?.0.as_str(), every) {
            ("run.number", 2) if left == 1 => {
                Some(self.say("it is the first, third, fifth … time".into(), "这是单数次".into()))
            }
            ("run.number", 2) => {
                Some(self.say("it is the second, fourth … time".into(), "这是双数次".into()))
            }
            ("now.month", 2..=12) => {
                let months: Vec<String> =
                    (1..=12).filter(|m| m % every == left).map(|m: u32| m.to_string()).collect();
                let (en, zh) = (months.join(", "), months.join("、"));
                Some(self.say(format!("the month is one of {en}"), format!("月份是 {zh} 月")))
            }
            _ => None,
        }
    }

    /// How much, compared: `at least 50`.
    fn amount(&self, how: Comparison, value: &str) -> String {
        let (en, zh) = match how {
            Comparison::AtLeast => ("at least", "至少"),
            Comparison::AtMost => ("at most", "最多"),
            Comparison::More => ("more than", "超过"),
            Comparison::Less => ("less than", "不到"),
            Comparison::Same => ("exactly", "正好"),
            Comparison::Other => ("other than", "不是"),
        };
        // Between Chinese and a number there is a space, between Chinese and Chinese none.
        let space = if value.starts_with(|c: char| c.is_ascii()) { " " } else { "" };
        self.say(format!("{en} {value}"), format!("{zh}{space}{value}"))
    }

    /// A value: a number, a length of time, a text in quotes, what the file says of a name.
    fn value(&self, one: &Supposition) -> Option<String> {
        match one {
            Supposition::Number(number) => Some(number.clone()),
            Supposition::Text(text) => Some(format!("“{text}”")),
            Supposition::Reckoned(of, '*', part) => {
                let Supposition::Number(part) = &**part else { return None };
                let share: f64 = part.parse().ok().filter(|share| *share < 1.0)?;
                let (share, of) = (metric::MetricUnit::Share.write(share), self.value(of)?);
                let share = share.of(self.locale);
                Some(self.say(format!("{share} of {of}"), format!("{of}的 {share}")))
            }
            Supposition::Path(hops) => match hops.as_slice() {
                [Hop::Name(members), Hop::Name(count)] if members == "members" && count == "count" => {
                    Some(self.say("the members".into(), "成员数".into()))
                }
                [Hop::Name(metrics), hop] if metrics == "metrics" => self.metric(hop),
                hops => self.length(hops).or_else(|| (self.known)(&written(hops)?.0)),
            },
            _ => None,
        }
    }

    /// `days(7)` and its kin.
    fn length(&self, hops: &[Hop]) -> Option<String> {
        let [Hop::Call(unit, taken)] = hops else { return None };
        let [Supposition::Number(number)] = taken.as_slice() else { return None };
        let length = match unit.as_str() {
            "minutes" => Duration::MINUTE,
            "hours" => Duration::HOUR,
            "days" => Duration::DAY,
            _ => return None,
        };
        Some(self.locale.duration(length.times(number.parse().ok()?)))
    }

    /// A number of the group by its name for people, with the days that it looks back.
    fn metric(&self, hop: &Hop) -> Option<String> {
        let (name, taken) = match hop {
            Hop::Name(name) => (name, None),
            Hop::Call(name, taken) => match taken.as_slice() {
                [Supposition::Number(taken)] => (name, Some(taken.parse().ok()?)),
                _ => return None,
            },
            Hop::At(_) => return None,
        };
        let known = metric::find(name)?;
        let days = match (known.takes, taken) {
            (metric::Takes::Days(usual), taken) => Some(taken.unwrap_or(usual)),
            _ => None,
        };
        let about = known.about.of(self.locale);
        Some(days.map_or_else(
            || self.say(format!("“{about}”"), format!("“{about}”")),
            |days| self.say(format!("“{about}” in {days} days"), format!("{days} 天内“{about}”")),
        ))
    }

    /// What a number of the group is compared with, in its unit.
    fn of_metric(&self, hop: &Hop, right: &Supposition) -> Option<String> {
        let (Hop::Name(name) | Hop::Call(name, _)) = hop else { return None };
        match right {
            Supposition::Number(number) => {
                let unit = metric::find(name)?.unit;
                Some(unit.write(number.parse().ok()?).of(self.locale).to_owned())
            }
            other => self.value(other),
        }
    }

    /// What a path of which the length is asked is called.
    fn listed(&self, hops: &[Hop]) -> Option<String> {
        match hops {
            [before @ .., Hop::Call(len, _)] if len == "len" => Some(self.name(&written(before)?.0)),
            _ => None,
        }
    }

    /// What a path is called, or the value that the file says it has.
    fn name(&self, source: &str) -> String {
        let named = named(source, self.locale);
        named.trim_matches(['[', ']', '〔', '〕']).to_owned()
    }
}

/// A path of names alone as it is written, and its last name.
fn written(hops: &[Hop]) -> Option<(String, &str)> {
    let mut names = Vec::new();
    for hop in hops {
        let Hop::Name(name) = hop else { return None };
        names.push(name.as_str());
    }
    Some((names.join("."), names.last()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORMS: [(&str, &str, &str); 22] = [
        ("members.count >= vars.enough", "the group has at least 50 members", "群里至少 50 人"),
        ("60 > members.count", "the group has less than 60 members", "群里不到 60 人"),
        ("metrics.speakers(7) < 5", "“Members who spoke” in 7 days: less than 5", "7 天内“开口的成员”不到 5"),
        (
            "metrics.speakers(7) < members.count * 0.05",
            "“Members who spoke” in 7 days: less than 5% of the members",
            "7 天内“开口的成员”不到成员数的 5%",
        ),
        ("metrics.health >= 70", "“How well the group is”: at least 70/100", "“群的健康度”至少 70/100"),
        ("metrics.silence >= 14", "“Days since anybody spoke”: at least 14 d", "“沉默天数”至少 14 天"),
        ("now.month % 3 == 0", "the month is one of 3, 6, 9, 12", "月份是 3、6、9、12 月"),
        ("run.number % 2 == 1", "it is the first, third, fifth … time", "这是单数次"),
        ("quiz.total > 0", "somebody answered", "有人回答"),
        ("asked == ()", "nothing came of `asked`", "`asked` 没有等到结果"),
        ("csat.winner == \"No\"", "what most have chosen is “No”", "选得最多的是“No”"),
        ("retro.left.len() > 0", "something on the list is not done", "清单上还有没做的"),
        ("signal.data.message.text == \"签到\"", "the message is “签到”", "发的是“签到”"),
        ("member.messages == 1", "the member has written once", "这位成员只说过一次话"),
        (
            "member.active(28) >= 7",
            "the member was active on at least 7 of the last 28 days",
            "这位成员最近 28 天里至少 7 天有动静",
        ),
        (
            "members.any(|m| m.joined >= now - days(10) && m.messages == 0)",
            "there is somebody who joined within the last 10 days and has never written",
            "有成员进群不到 10 天，并且从没说过话",
        ),
        (
            "members.any(|m| !m.tags.contains(\"vip\") || m.role != \"\")",
            "there is somebody who does not have the tag vip or has a role",
            "有成员没有标签 vip，或者有身份",
        ),
        (
            "member[\"inviter\"] != () && member[\"inviter\"] != \"\"",
            "the member was brought by somebody",
            "这位成员是别人邀请来的",
        ),
        (
            "signal.data.added.len() + signal.data.removed.len() > 0",
            "the new rules or the rules that went are not empty",
            "有新增的群规或去掉的群规",
        ),
        ("data(\"quiz.csv\").nth(run.number) == ()", "nothing is left in the table", "表里的用完了"),
        ("one.tags.contains(\"asked-once\")", "`one` has the tag asked-once", "`one` 有标签 asked-once"),
        ("signal.data.amount > 100", "amount is more than 100", "amount超过 100"),
    ];

    #[test]
    fn usual_conditions_are_sentences_in_both_languages() {
        let known = |path: &str| (path == "vars.enough").then(|| "50".to_owned());
        for (source, en, zh) in FORMS {
            let told = |locale| Supposing { locale, known: &known }.sentence(source);
            assert_eq!(told(Locale::En).as_deref(), Some(en), "{source}");
            assert_eq!(told(Locale::Zh).as_deref(), Some(zh), "{source}");
        }
    }

    #[test]
    fn what_has_no_words_has_none() {
        let supposing = Supposing { locale: Locale::En, known: &|_| None };
        for source in [
            "members.count >= vars.enough",
            "signal.data.seat == signals[0].data.seat",
            "1 + 1",
            "x",
            "(",
            "",
        ] {
            assert_eq!(supposing.sentence(source), None, "{source}");
        }
        let silent = "member.idle > days(60) && !member.tags.contains(\"vip\")";
        let told = supposing.of_member(silent);
        assert_eq!(
            told.as_deref(),
            Some("has been silent for more than 60 days and does not have the tag vip")
        );
    }
}

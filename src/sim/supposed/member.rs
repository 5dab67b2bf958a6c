//! Conditions about a member, as what that member does or is, without a subject.
//!
//! Words only.

use super::{
    Supposing,
    parse::{Comparison, Hop, Supposition},
};

impl Supposing<'_> {
    /// What is true of a member or not: a tag, a part of the name.
    pub(super) fn member_is(&self, hops: &[Hop], is: bool) -> Option<String> {
        let [Hop::Name(list), Hop::Call(contains, taken)] = hops else { return None };
        let ("contains", [Supposition::Text(text)]) = (contains.as_str(), taken.as_slice()) else {
            return None;
        };
        Some(match (list.as_str(), is) {
            ("tags", true) => self.say(format!("has the tag {text}"), format!("有标签 {text}")),
            ("tags", false) => self.say(format!("does not have the tag {text}"), format!("没有标签 {text}")),
            ("name", true) => self.say(format!("has “{text}” in the name"), format!("名字里有“{text}”")),
            ("name", false) => {
                self.say(format!("has no “{text}” in the name"), format!("名字里没有“{text}”"))
            }
            _ => return None,
        })
    }

    /// What a member has, compared.
    pub(super) fn member_compared(
        &self,
        hops: &[Hop],
        how: Comparison,
        right: &Supposition,
    ) -> Option<String> {
        match hops {
            [Hop::Name(name)] => match name.as_str() {
                "messages" => self.messages(how, right),
                "idle" => self.idle(how, right),
                "joined" => self.joined_ago(how, right),
                "points" => self.points(how, right),
                "peers" => {
                    let many = self.amount(how, &self.value(right)?);
                    Some(self.say(format!("has spoken with {many} others"), format!("交谈过的人{many}")))
                }
                "role" => self.field(how, right, ("a role", "身份")),
                "tier" => self.field(how, right, ("a tier", "层级")),
                "inviter" => self.inviter(how, right),
                name => self.field(how, right, (name, name)),
            },
            [Hop::At(Supposition::Text(name))] if name == "inviter" => self.inviter(how, right),
            [Hop::At(Supposition::Text(name))] => self.field(how, right, (name, name)),
            [Hop::Call(active, taken)] if active == "active" => {
                let [Supposition::Number(days)] = taken.as_slice() else { return None };
                let many = self.amount(how, &self.value(right)?);
                Some(self.say(
                    format!("was active on {many} of the last {days} days"),
                    format!("最近 {days} 天里{many} 天有动静"),
                ))
            }
            _ => None,
        }
    }

    fn messages(&self, how: Comparison, right: &Supposition) -> Option<String> {
        let Supposition::Number(number) = right else { return None };
        Some(match (how, number.as_str()) {
            (Comparison::Same, "0") => self.say("has never written".into(), "从没说过话".into()),
            (Comparison::More, "0") => self.say("has written".into(), "说过话".into()),
            (Comparison::Same, "1") => self.say("has written once".into(), "只说过一次话".into()),
            _ => {
                let many = self.amount(how, number);
                self.say(format!("has written {many} messages"), format!("说过的话{many} 条"))
            }
        })
    }

    fn points(&self, how: Comparison, right: &Supposition) -> Option<String> {
        let value = self.value(right)?;
        if (how, value.as_str()) == (Comparison::More, "0") {
            return Some(self.say("has points".into(), "有积分".into()));
        }
        let many = self.amount(how, &value);
        Some(self.say(format!("has {many} points"), format!("积分{many}")))
    }

    fn idle(&self, how: Comparison, right: &Supposition) -> Option<String> {
        let long = self.value(right)?;
        Some(match how {
            Comparison::More | Comparison::AtLeast => {
                let long = self.amount(how, &long);
                self.say(format!("has been silent for {long}"), format!("{long}没有动静"))
            }
            Comparison::Less | Comparison::AtMost => {
                self.say(format!("was active within {long}"), format!("{long}内有动静"))
            }
            _ => return None,
        })
    }

    fn joined_ago(&self, how: Comparison, right: &Supposition) -> Option<String> {
        let Supposition::Reckoned(now, '-', long) = right else { return None };
        if **now != Supposition::Path(vec![Hop::Name("now".into())]) {
            return None;
        }
        let long = self.value(long)?;
        Some(match how {
            Comparison::More | Comparison::AtLeast => {
                self.say(format!("joined within the last {long}"), format!("进群不到 {long}"))
            }
            Comparison::Less | Comparison::AtMost => {
                self.say(format!("joined at least {long} ago"), format!("进群满 {long}"))
            }
            _ => return None,
        })
    }

    fn inviter(&self, how: Comparison, right: &Supposition) -> Option<String> {
        if !is_nothing(right) {
            return None;
        }
        match how {
            Comparison::Other => Some(self.say("was brought by somebody".into(), "是别人邀请来的".into())),
            Comparison::Same => Some(self.say("came alone".into(), "是自己来的".into())),
            _ => None,
        }
    }

    /// Something that a member has or is.
    fn field(&self, how: Comparison, right: &Supposition, (en, zh): (&str, &str)) -> Option<String> {
        let bare = en.strip_prefix("a ").unwrap_or(en);
        Some(match how {
            Comparison::Same if is_nothing(right) => self.say(format!("has no {bare}"), format!("没有{zh}")),
            Comparison::Other if is_nothing(right) => self.say(format!("has {en}"), format!("有{zh}")),
            Comparison::Same => {
                let value = self.value(right)?;
                self.say(format!("has the {bare} {value}"), format!("{zh}是{value}"))
            }
            Comparison::Other => {
                let value = self.value(right)?;
                self.say(format!("does not have the {bare} {value}"), format!("{zh}不是{value}"))
            }
            _ => {
                let many = self.amount(how, &self.value(right)?);
                self.say(format!("has {bare} {many}"), format!("{zh}{many}"))
            }
        })
    }
}

fn is_nothing(value: &Supposition) -> bool {
    *value == Supposition::Nothing || *value == Supposition::Text(String::new())
}

//! What people outside have said, wherever an expression may have it from: so that it stays plain text in a message.
//!
//! Reads facts only. What an expression makes of such text letter by letter is beyond it.

use super::{
    convert::MEMBER_KEY,
    facts::Facts,
    names::{Name, Names},
};
use crate::base::{ids::MemberId, markdown, member::Member, value::Value};

/// `text`, which an expression with these names gave, with all of it that came from members escaped.
pub(super) fn escape(text: &str, facts: &Facts, names: Names) -> String {
    let mut heard = Heard { facts, strings: Vec::new() };
    if names.has(Name::Members) {
        facts.members.iter().for_each(|member| heard.member(member));
    }
    if names.has(Name::Member) {
        heard.by_id(facts.member.as_ref().map_or("", MemberId::as_str));
    }
    for (name, value) in [(Name::Signal, &facts.signal), (Name::Signals, &facts.signals)] {
        if names.has(name) {
            heard.value(value, true);
        }
    }
    heard.value(&facts.args, false);
    facts.bindings.values().for_each(|value| heard.value(value, false));
    markdown::escape_all(text, &heard.strings)
}

struct Heard<'a> {
    facts: &'a Facts,
    /// Only those that have marks.
    strings: Vec<&'a str>,
}

impl<'a> Heard<'a> {
    fn string(&mut self, text: &'a str) {
        if markdown::has_marks(text) {
            self.strings.push(text);
        }
    }

    fn member(&mut self, member: &'a Member) {
        self.string(&member.name);
        self.string(&member.role);
        self.string(&member.source);
        member.tags.iter().for_each(|tag| self.string(tag));
        member.fields.values().for_each(|value| self.value(value, true));
    }

    /// The member, or the id by which one who is not here is called.
    fn by_id(&mut self, id: &str) {
        if let Some(member) = self.facts.members.get(&MemberId::new(id)) {
            self.member(member);
        }
    }

    /// `said`: its strings are somebody's words; otherwise only those of the members, answers and data in it.
    fn value(&mut self, value: &'a Value, said: bool) {
        match value {
            Value::Str(text) if said => {
                self.string(text);
                self.by_id(text);
            }
            Value::List(items) => items.iter().for_each(|item| self.value(item, said)),
            Value::Map(map) => {
                if let Some(Value::Str(id)) = map.get(MEMBER_KEY) {
                    self.by_id(id);
                }
                for (key, item) in map.iter() {
                    self.value(item, said || matches!(&**key, "answers" | "answer" | "data" | "member"));
                }
            }
            _ => {}
        }
    }
}

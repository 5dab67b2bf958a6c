//! Who is never let go by a `prune`, and whether a group hears enough to call anybody silent.
//!
//! Reads what is known of members; where it is not known, nobody is let go for it.

use crate::{
    base::{
        ids::{ChannelName, MemberId},
        limits,
        member::{Listed, Member},
        person::Person,
        phrase::phrase,
        time::{Duration, Timestamp},
        value::Value,
    },
    engine::{
        carrying::{At, Trouble},
        draft::Draft,
    },
    model::{
        channel::{ChannelKind, GROUP},
        step::Prune,
    },
    script::{facts::Facts, names::Names},
};
use std::sync::Arc;

/// Whoever joined a shorter time ago stays.
const SETTLED: Duration = Duration::DAY.times(30);
/// A list that tells when members were seen is believed for so long.
const ROSTER: Duration = Duration::DAY.times(14);
/// How long somebody has been silent of whom a person says so.
const SILENT: Duration = Duration::DAY.times(3_650);
/// What an ordinary member's role is called, where a platform gives it a name.
const ORDINARY: [&str; 5] = ["member", "members", "成员", "群成员", "普通成员"];
/// What a cell says of somebody who has not paid.
const UNPAID: [&str; 6] = ["no", "false", "0", "否", "未付", "无"];

/// Whether a member is one of the people.
pub(in crate::engine) fn is_the_same(member: &Member, person: &Person) -> bool {
    let id = member.id.as_str();
    let is_member = |kind: &str, handle: &str| {
        id == handle
            || id.strip_prefix(kind).and_then(|rest| rest.strip_prefix(':')) == Some(handle)
            || member.handle(kind).as_deref() == Some(handle)
    };
    person.id.as_str() == id || person.handles.iter().any(|(kind, handle)| is_member(kind, handle))
}

impl Draft<'_> {
    /// Who stays whatever a condition says: who has a role, who has paid, who has not been here for long.
    pub(in crate::engine) fn is_protected(&self, member: &Member) -> bool {
        self.has_role(member) || self.has_paid(member) || self.is_new(member)
    }

    pub(in crate::engine) fn has_role(&self, member: &Member) -> bool {
        let role = member.role.trim().to_lowercase();
        if !role.is_empty() && !ORDINARY.contains(&role.as_str()) {
            return true;
        }
        let roles = self.playbook.roles.values().chain(self.group.roles.values());
        roles.flat_map(|role| &role.people).any(|person| is_the_same(member, person))
    }

    fn has_paid(&self, member: &Member) -> bool {
        if member.tags.iter().any(|tag| matches!(tag.as_str(), "paid" | "付费")) {
            return true;
        }
        let paid = member.fields.get("paid").is_some_and(|paid| match paid {
            Value::Bool(paid) => *paid,
            Value::Int(n) => *n != 0,
            Value::Str(text) => {
                let text = text.trim().to_lowercase();
                !text.is_empty() && !UNPAID.contains(&text.as_str())
            }
            Value::Null => false,
            _ => true,
        });
        let today = self.playbook.zone.date(self.now).to_string();
        let until = member.fields.get("paid_until").is_some_and(|until| match until {
            Value::Time(at) => *at >= self.now,
            // A day that cannot be read may be ahead.
            Value::Str(text) => !text.trim().is_empty() && text.trim().replace('/', "-") >= today,
            Value::Null => false,
            _ => true,
        });
        paid || until
    }

    fn is_new(&self, member: &Member) -> bool {
        member.joined.is_some_and(|joined| self.now.since(joined) < SETTLED)
    }

    /// Whether the group hears enough to call somebody silent, as far as a condition asks for that.
    pub(in crate::engine) fn hears_for(&self, prune: &Prune) -> bool {
        let source = prune.predicate.source();
        if ![".idle", ".seen", ".messages"].iter().any(|field| source.contains(field)) {
            return true;
        }
        let channel = self.playbook.channel(&self.group, &ChannelName::new(GROUP));
        let kind = channel.map(|channel| channel.kind);
        // On the console a group is tried out; all that it hears is typed in.
        if kind == Some(ChannelKind::Console) || channel.is_some_and(|channel| channel.abilities().messages) {
            return true;
        }
        if self.state.roster.is_some_and(|at| self.now.since(at) <= ROSTER) {
            return true;
        }
        // Whoever types in a message now and then does not make silent what nobody types in.
        kind != Some(ChannelKind::Manual) && self.is_told_of_messages()
    }

    /// Whether another program reports what members say: several of them have been heard lately.
    fn is_told_of_messages(&self) -> bool {
        let members = &self.state.members;
        let enough = limits::HEARD_MEMBERS_MIN.min(members.len().div_ceil(2)).max(1);
        let spoke = |id: &&MemberId| {
            let activity = members.activity(id);
            activity.messages > 0 && activity.seen.is_some_and(|seen| self.now.since(seen) <= ROSTER)
        };
        members.ids().filter(spoke).take(enough).count() == enough
    }

    /// What a condition sees of members on a channel that hears nothing: whom a person has called silent has been
    /// silent, unless seen since the run began.
    pub(in crate::engine) fn facts_of_silent(&self, at: &At<'_>, members: &[Arc<Member>]) -> Arc<Facts> {
        let facts = self.step_facts(at, Names::ALL);
        let mut facts = Facts::clone(&facts);
        for member in members {
            let activity = self.state.members.activity(&member.id);
            if activity.seen.is_some_and(|seen| seen > at.run.started) {
                continue;
            }
            let seen = Some(self.now.plus(-SILENT));
            facts.members.list(&Listed { member: Member::clone(member), seen, messages: None });
        }
        Arc::new(facts)
    }

    /// The members whom a person names, by id or by name.
    pub(in crate::engine) fn named_members(&self, words: &[String]) -> Result<Vec<MemberId>, Trouble> {
        let mut found = Vec::new();
        for word in words {
            let id = MemberId::new(word);
            if self.state.members.contains(&id) {
                found.push(id);
                continue;
            }
            let mut same = self.state.members.iter().filter(|member| member.name == *word);
            match (same.next(), same.next()) {
                (Some(member), None) => found.push(member.id.clone()),
                (Some(one), Some(other)) => {
                    return Err(Trouble::Step(phrase!(
                        "`{word}` is the name of several members, {} and {} among them; write the id",
                        "叫 `{word}` 的成员有好几位，例如 {} 和 {}；请写 id",
                        one.id,
                        other.id
                    )));
                }
                (None, _) => {
                    return Err(Trouble::Step(phrase!(
                        "no member is called `{word}`; `playbook members` lists ids and names",
                        "没有叫 `{word}` 的成员；用 `playbook members` 看 id 和名字"
                    )));
                }
            }
        }
        found.dedup();
        Ok(found)
    }
}

/// The names in an answer: a list, or text in which they are apart by commas or lines.
pub(super) fn names_in(note: &Value) -> Vec<String> {
    let words: Vec<String> = match note {
        Value::Str(text) => {
            let apart = [',', ';', '\n', '、', '\u{ff0c}', '\u{ff1b}'];
            text.split(apart).map(str::to_owned).collect()
        }
        Value::List(items) => items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect(),
        _ => Vec::new(),
    };
    words.iter().map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect()
}

/// When the reminders of a grace are due, and its end, in order.
pub(super) fn moments(prune: &Prune, from: Timestamp) -> Vec<Timestamp> {
    let ends = from.plus(prune.grace);
    let reminders = prune.remind.iter().map(|before| ends.plus(-*before)).filter(|at| *at > from);
    let mut moments: Vec<Timestamp> = reminders.chain([ends]).collect();
    moments.sort_unstable();
    moments
}

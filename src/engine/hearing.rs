//! Who hears a signal: what is reported by hand and heard by nobody is refused, with what was meant.
//!
//! Facts from senders and ears do not come by here; they are recorded whoever hears them.

use super::{
    chatter::{Chatter, Speaker},
    draft::{Decided, Draft},
    input::Signal,
};
use crate::{
    base::{
        diagnostic::suggest::nearest,
        ids::MemberId,
        limits,
        member::{Listed, Member},
        phrase::{Phrase, pair, phrase},
        value::Value,
        words::tick,
    },
    model::trigger::{ALWAYS_HEARD, meant_signal},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The signals by which somebody asks to come in.
const REQUESTS: [&str; 2] = ["member.requested", "join.requested"];
/// At most so many names are offered.
const NAMES_SHOWN: usize = 12;

impl Draft<'_> {
    /// Records what somebody reports by hand, if anybody hears it. Of several answers at once all are taken, or none.
    pub(super) fn report(&mut self, signal: &Signal) -> Decided {
        let rows = answers_of(&Signal { at: self.now, ..signal.clone() });
        let most = limits::MEMBERS_AT_ONCE_MAX;
        if rows.len() > most {
            return self.refuse(phrase!(
                "{} answers came at once; the limit is {most}",
                "一次来了 {} 个回答，上限是 {most} 个",
                rows.len()
            ));
        }
        match rows.iter().find_map(|row| self.unheard(row)) {
            Some(reason) => self.refuse(reason),
            None => rows.into_iter().try_for_each(|row| self.record_signal(row)),
        }
    }

    /// Why a signal means nothing here.
    fn unheard(&self, signal: &Signal) -> Option<Phrase> {
        if let Some(reason) = self.mistyped(signal) {
            return Some(reason);
        }
        let name = &*signal.name;
        let heard = self.hears();
        if name == "answer" {
            return self.answer_unfit(signal);
        }
        if heard.contains(name) || ALWAYS_HEARD.contains(&name) {
            return None;
        }
        let near = nearest(name, heard.iter().map(String::as_str).chain(ALWAYS_HEARD))
            .or_else(|| meant_signal(name));
        let what = match near {
            Some(near) => phrase!("; did you mean {}?", "；是不是 {}？", tick(near)),
            None if heard.is_empty() => {
                pair(", which hears joins, leaves and messages alone.", "，它只听进群、退群和消息。").into()
            }
            None => {
                let names: Vec<&String> = heard.iter().take(NAMES_SHOWN).collect();
                let names = Phrase::ticks(&names, "and");
                phrase!(", which hears {names}.", "，它听的是 {names}。"; names)
            }
        };
        let (name, group) = (Phrase::same(tick(name)), Phrase::same(self.group.id.as_str()));
        Some(phrase!(
            "nothing hears the signal {name} in the playbook of `{group}`{what} `--anyway` reports it all the same",
            "`{group}` 的剧本里没有谁听信号 {name}{what}加上 `--anyway` 照样报进去";
            name, group, what
        ))
    }

    /// Why an answer means nothing here.
    pub(super) fn answer_unfit(&self, signal: &Signal) -> Option<Phrase> {
        let refusal = self.answer_meant(signal).err()?;
        // A play that hears answers hears those to its own questions elsewhere, too.
        (refusal.named || !self.hears().contains("answer")).then_some(refusal.reason)
    }

    /// The names that the version in force hears, and the versions with which open runs began.
    fn hears(&self) -> BTreeSet<String> {
        let mut heard: BTreeSet<String> = self.playbook.hears().into_iter().map(str::to_owned).collect();
        let old: BTreeMap<_, _> = (self.state.runs.values())
            .filter(|run| run.digest != self.playbook.digest)
            .map(|run| ((&run.digest, run.born_as()), run))
            .collect();
        for run in old.values() {
            if let Some((_, _, play)) = self.play_of(run) {
                heard.extend(play.awaits().map(str::to_owned));
            }
        }
        heard
    }

    /// What a signal tells of somebody who is known. Another name or role is theirs from then on; what stands beside
    /// something that they did fills in only what nobody has said.
    pub(super) fn keep_up(&mut self, id: &MemberId, signal: &Signal) -> Decided {
        let word = |data: &Value, key| data.get(key).and_then(Value::as_str).map(str::to_owned);
        match &*signal.name {
            "member.renamed" => {
                let name = word(&signal.data, "name").filter(|name| !name.trim().is_empty());
                self.turn_into(id, name, None)
            }
            "member.role" => self.turn_into(id, None, word(&signal.data, "role")),
            // Who asks to come in may be described by the report itself.
            name if REQUESTS.contains(&name) => {
                let about = |key| signal.data.get("member").and_then(|beside| word(beside, key));
                let told = |key| about(key).or_else(|| word(&signal.data, key));
                self.fill_in(id, told("name"), about("role"))
            }
            // Whatever is reported may say who it is about.
            _ => {
                let beside = signal.data.get("member").unwrap_or(&Value::Null);
                self.fill_in(id, word(beside, "name"), word(beside, "role"))
            }
        }
    }

    /// Fills in what is not known of somebody.
    pub(super) fn fill_in(&mut self, id: &MemberId, name: Option<String>, role: Option<String>) -> Decided {
        let Some(known) = self.state.members.get(id) else { return Ok(()) };
        let nameless = known.name.is_empty() || known.name == id.as_str();
        let name = name.filter(|name| nameless && !name.trim().is_empty());
        let role = role.filter(|role| known.role.is_empty() && !role.is_empty());
        self.turn_into(id, name, role)
    }

    fn turn_into(&mut self, id: &MemberId, name: Option<String>, role: Option<String>) -> Decided {
        let Some(known) = self.state.members.get(id) else { return Ok(()) };
        let mut member = Member::clone(known);
        member.name = name.unwrap_or(member.name);
        member.role = role.unwrap_or(member.role);
        if member == **known {
            return Ok(());
        }
        self.emit(super::entry::Fact::MemberSet(Arc::new(Listed::from(member))))
    }

    /// Records what was heard together, and what it told of who spoke.
    pub(super) fn hear(&mut self, heard: &Chatter) -> Decided {
        if heard.is_empty() {
            return Ok(());
        }
        let mut fact = heard.clone();
        let speakers = std::mem::take(&mut fact.speakers);
        for member in fact.members_mut() {
            *member = self.member_of(member)?;
        }
        self.before_talk(&fact)?;
        self.emit(super::entry::Fact::Heard(fact))?;
        for Speaker { id, name, role } in speakers {
            let id = self.state.members.own_id(&id).clone();
            self.fill_in(&id, name, role)?;
        }
        Ok(())
    }

    /// Somebody of whom a signal tells and whom nobody knew is known from then on.
    /// Whoever asks to come in is no member by that.
    pub(super) fn make_known(&mut self, member: &MemberId, signal: &Signal) -> Decided {
        if self.state.members.contains(member) {
            return Ok(());
        }
        let (data, mut known) = (&signal.data, Member::new(member.clone(), None));
        known.asked = REQUESTS.contains(&&*signal.name).then(|| signal.happened());
        if let Some(name) = data.get("name").and_then(Value::as_str).filter(|name| !name.trim().is_empty()) {
            known.name = name.to_owned();
        }
        self.emit(super::entry::Fact::MemberSet(Arc::new(Listed::from(known))))
    }
}

/// A report as the signals that it is: `data.rows` of an `answer` are the answers of several members, each a map with
/// `member` and what that member answers.
fn answers_of(signal: &Signal) -> Vec<Signal> {
    let rows = signal.data.get("rows").and_then(Value::as_list).unwrap_or_default();
    if &*signal.name != "answer" || signal.member.is_some() || rows.is_empty() {
        return vec![signal.clone()];
    }
    let answer = |row: &Value| {
        let mut data = row.as_map().cloned().unwrap_or_default();
        let member = data.remove("member").as_ref().and_then(Value::as_str).map(MemberId::new);
        data.extend(signal.data.get("task").map(|task| (Arc::from("task"), task.clone())));
        Signal { member, data: Value::Map(Arc::new(data)), ..signal.clone() }
    };
    rows.iter().map(answer).collect()
}

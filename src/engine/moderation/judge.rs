//! Who decides about members, and what their answer does.
//!
//! Nobody decides about themselves, and an appeal goes to somebody who has not decided yet.

use super::{Ban, Decides, Matter, Moderating, said};
use crate::{
    base::{
        ids::{ChannelName, MemberId, TaskId},
        member::Member,
        person::Person,
        phrase::{Phrase, pair, phrase},
        value::Value,
    },
    engine::{
        addressee::Addressee,
        draft::{Decided, Draft},
        entry::{Fact, TaskKind},
        facts::ExprAbout,
        input::{Signal, VIA_LINK},
        request::Request,
        steps::protect::is_the_same,
    },
    model::{channel::STAFF, step::Assignee},
    script::names::Names,
};
use std::sync::Arc;

/// Whether somebody is one of those who cannot decide.
fn is_party(person: &Person, parties: &[String]) -> bool {
    parties.iter().any(|party| party == person.id.as_str() || *party == person.name)
}

impl Draft<'_> {
    /// Whoever judges, whomever it is about.
    pub(super) fn judges(&self) -> Addressee {
        let host = || self.playbook.host_role(&self.group).cloned().map(Assignee::Role);
        let judge = self.playbook.moderation.judge.clone().or_else(host);
        self.assignee(judge.as_ref(), &self.facts(Names::NONE, &ExprAbout::default())).unwrap_or_default()
    }

    /// Whoever judges a member: nobody who is the member, and none of some others. Where none of the judges is left, the
    /// next of the role is asked, then whoever has another one.
    pub(super) fn judge(&self, member: &Member, but: &[String]) -> Addressee {
        let judges = self.judges();
        let fit = |person: &Person| !is_the_same(member, person) && !is_party(person, but);
        if !judges.people.is_empty() && judges.people.iter().all(fit) {
            return judges;
        }
        let named = judges.role.as_ref().and_then(|role| self.playbook.role(&self.group, role));
        let deputies = named.iter().flat_map(|role| &role.people);
        let roles = self.playbook.roles.values().chain(self.group.roles.values());
        let others = roles.flat_map(|role| &role.people);
        let now: Vec<Person> = judges.people.iter().filter(|person| fit(person)).cloned().collect();
        let people = if now.is_empty() {
            deputies.chain(others).find(|person| fit(person)).cloned().into_iter().collect()
        } else {
            now
        };
        let staff = ChannelName::new(STAFF);
        let staff = self.playbook.channel(&self.group, &staff).is_some().then_some(staff);
        let channel = self.channel_of(None, &people).or(staff);
        Addressee { role: None, people, channel }
    }

    /// To whom a member can turn who thinks that a decision is wrong.
    pub(super) fn appeals_to(&self, member: &Member) -> Vec<String> {
        let judged: Vec<String> = self.judge(member, &[]).people.iter().map(|p| p.id.to_string()).collect();
        self.judge(member, &judged).people.into_iter().map(|person| person.name).collect()
    }

    /// Why somebody cannot decide about this: they are a party to it.
    pub(in crate::engine) fn refusal_of_party(&self, task: &TaskId, by: Option<&str>) -> Option<Phrase> {
        let case = self.state.moderation.cases.get(task)?;
        let by = by?;
        let plain = by.strip_suffix(VIA_LINK).unwrap_or(by);
        let member = self.state.members.get(&case.member);
        let person = self.playbook.people.values().find(|one| one.id.as_str() == plain || one.name == plain);
        let is_member = case.member.as_str() == plain
            || person.zip(member).is_some_and(|(person, member)| is_the_same(member, person));
        let is_other = case.parties.iter().any(|party| party == plain)
            || person.is_some_and(|person| is_party(person, &case.parties));
        let why = if is_member {
            pair("it is about them", "说的就是 TA 自己")
        } else if is_other && case.about == Decides::Appeal {
            pair("they have decided about it already", "TA 已经决定过一次了")
        } else {
            return None;
        };
        let (plain, task, why) = (Phrase::same(plain), Phrase::same(task.as_str()), Phrase::from(why));
        Some(phrase!(
            "{plain} cannot decide {task}: {why}; somebody else of the team can, for example with --by NAME",
            "{plain} 不能决定 {task}：{why}；请团队里另一个人来，例如写 `--by 名字`";
            plain, task, why
        ))
    }

    /// What was asked about a member is answered.
    pub(in crate::engine) fn case_ends(
        &mut self,
        task: &TaskId,
        case: &Matter,
        yes: bool,
        by: Option<String>,
    ) -> Decided {
        self.emit(Fact::Moderated(Moderating::CaseClosed { task: task.clone(), judge: by.clone() }))?;
        let Some(member) = self.state.members.get(&case.member).cloned() else { return Ok(()) };
        let rule = self.playbook.moderation.rule(&case.rule).cloned().unwrap_or_default();
        match (&case.about, yes) {
            (Decides::Hands, _) | (Decides::Appeal, false) => Ok(()),
            (Decides::Mute { length, holds: false }, true) => {
                let by_hand = !self.platform_mutes(&member.id);
                self.mute(&rule, &member, self.now.plus(*length), by_hand)
            }
            (Decides::Mute { length, holds: true }, true) => {
                let until = case.strike.plus(*length);
                let known = self.state.moderation.muted.get(&member.id).map(|mute| mute.until);
                if known.is_some_and(|known| known < until) {
                    return self.mute(&rule, &member, until, false);
                }
                Ok(())
            }
            (Decides::Back, true) => {
                self.emit(Fact::Moderated(Moderating::BanEnded { member: member.id.clone() }))
            }
            (Decides::Remove, true) | (Decides::Back, false) => {
                let ban = Ban::removal(case.rule.clone(), self.now);
                self.emit(Fact::Moderated(Moderating::Banned { member: member.id.clone(), ban }))?;
                let text = said::removal(&self.playbook, &member);
                let to = self.judge(&member, &[]);
                let task = self.remove_alone(&member.id, to, text)?;
                self.case(task, &rule, &member.id, Decides::Hands, Vec::new())
            }
            (Decides::Mute { .. } | Decides::Remove, false) | (Decides::Appeal, true) => self.lift(case, by),
        }
    }

    /// The strike is taken back, and what followed from it ends.
    fn lift(&mut self, case: &Matter, judge: Option<String>) -> Decided {
        let (member, strike) = (case.member.clone(), case.strike);
        self.emit(Fact::Moderated(Moderating::Lifted { member, strike, judge }))?;
        let banned = self.state.moderation.banned.get(&case.member).is_some_and(|ban| ban.rule == case.rule);
        if banned {
            self.emit(Fact::Moderated(Moderating::BanEnded { member: case.member.clone() }))?;
        }
        let muted = self.state.moderation.muted.get(&case.member).is_some_and(|mute| mute.rule == case.rule);
        if muted { self.unmute(&case.member, true) } else { Ok(()) }
    }

    /// A member thinks that what was held against them is wrong: somebody who has not decided looks at it.
    pub(super) fn appeal(&mut self, signal: &Signal) -> Decided {
        let Some(member) = signal.member.as_ref().and_then(|id| self.state.members.get(id)).cloned() else {
            return Ok(());
        };
        let strikes = self.state.moderation.strikes_of(&member.id, self.now);
        let Some(strike) = strikes.filter(|strike| !strike.appealed).last().cloned() else { return Ok(()) };
        let Some(rule) = self.playbook.moderation.rule(&strike.rule).cloned() else { return Ok(()) };
        // Whoever was asked before, and has decided or will, does not decide again.
        let open = self.state.moderation.cases.iter().filter(|(_, case)| case.member == member.id);
        let asked = open.filter_map(|(task, _)| self.state.tasks.get(task));
        let asked = asked.flat_map(|open| open.task.people.iter().map(|person| person.id.to_string()));
        let mut parties: Vec<String> = asked.collect();
        parties.extend(strike.judge.as_deref().map(|by| by.strip_suffix(VIA_LINK).unwrap_or(by).to_owned()));
        let to = self.judge(&member, &parties);
        let why = signal.data.get("text").or_else(|| signal.data.get("why")).and_then(Value::as_str);
        let text = said::appeal(&self.playbook, &rule, &member, &strike, why, self.now);
        let task = self.open_alone(Request::new(TaskKind::Approval, text, to), None, None)?;
        let Some(task) = task else { return Ok(()) };
        let case = Matter {
            member: member.id.clone(),
            rule: strike.rule.clone(),
            about: Decides::Appeal,
            parties,
            strike: strike.at,
            messages: Vec::new(),
            more: 0,
        };
        self.emit(Fact::Moderated(Moderating::CaseOpened { task, case: Box::new(case) }))
    }

    fn platform_mutes(&self, member: &MemberId) -> bool {
        self.can_mute(member)
    }

    /// What a task is about that asks something about a member.
    pub(in crate::engine) fn matter(&self, task: &TaskId) -> Option<Arc<Matter>> {
        self.state.moderation.cases.get(task).cloned().map(Arc::new)
    }
}

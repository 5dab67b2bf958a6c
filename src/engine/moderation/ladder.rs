//! What follows the breach of a rule: a line to the group, a word to the member, a message that is taken away, and what
//! a judge is asked.
//!
//! Where the platform can do it, it is asked to; else a person is. Nobody is removed here, and nothing that cannot be
//! taken back happens without a person.

use super::{Breach, Decides, Matter, Moderating, Mute, PlatformAsk, said};
use crate::{
    base::{
        ids::{EffectId, MemberId, TaskId},
        limits,
        member::Member,
        time::{Duration, Timestamp},
        words::shorten,
    },
    engine::{
        addressee::Addressee,
        draft::{Decided, Draft},
        entry::{Fact, Outgoing, TaskKind},
        facts::ExprAbout,
        hands,
        input::Signal,
        notice,
        request::Request,
    },
    model::{
        budget::QuotaWindow,
        channel::{ChannelKind, GROUP},
        message::{Label, Mention, Message, Revising, Revision},
        moderation::{APPEAL, HouseRule, Rung},
    },
    script::names::Names,
};
use std::sync::Arc;

/// A rule is said to the group once in so long, however often it is broken.
const TOLD_EVERY: Duration = Duration::HOUR;
/// A raid is told once in so long.
const RAID_EVERY: Duration = Duration::HOUR;
/// How long a judge who was asleep has before a mute of the night ends.
const JUDGE_WAKES: Duration = Duration::HOUR.times(2);

impl Draft<'_> {
    /// The rules of the version in force: a new one watches first, one that is gone is forgotten.
    pub(in crate::engine) fn arm_rules(&mut self) -> Decided {
        let rules = self.playbook.moderation.rules.clone();
        let known = self.state.moderation.clone();
        for gone in known.rules.keys().filter(|name| rules.iter().all(|rule| rule.name != **name)) {
            self.emit(Fact::Moderated(Moderating::RuleEnded { rule: gone.clone() }))?;
        }
        for rule in rules.iter() {
            let acts = known.rules.get(&rule.name).map(|known| known.acts);
            let sooner = rule.watch.is_zero() && acts.is_some_and(|acts| acts > self.now);
            if acts.is_none() || sooner {
                let (rule, acts) = (rule.name.clone(), self.now.plus(rule.watch));
                self.emit(Fact::Moderated(Moderating::RuleBegan { rule, acts }))?;
            }
        }
        Ok(())
    }

    /// Something was reported from outside: the rules look at it.
    pub(in crate::engine) fn look_at_report(&mut self, signal: &Signal) -> Decided {
        match &*signal.name {
            "message" | "message.edited" => self.screen(signal),
            "member.joined" => self.count_join(signal),
            APPEAL => self.appeal(signal),
            _ => Ok(()),
        }
    }

    /// Whether the group is told of a rule that was broken: once an hour.
    pub(super) fn tells(&self, rule: &HouseRule, rung: Option<Rung>) -> bool {
        let told = self.state.moderation.rules.get(&rule.name).and_then(|known| known.told);
        let lately = told.is_some_and(|told| self.now.since(told) < TOLD_EVERY);
        (rule.acts.redirect || rung == Some(Rung::Remind)) && !lately && rule.is_said()
    }

    /// What follows a breach.
    pub(super) fn follow(
        &mut self,
        rule: &HouseRule,
        rung: Option<Rung>,
        breach: &Breach,
        again: bool,
    ) -> Decided {
        let Some(member) = self.state.members.get(&breach.member).cloned() else { return Ok(()) };
        if rule.acts.delete {
            self.take_away(rule, breach, &member)?;
        }
        if breach.told {
            self.say_rule(rule)?;
        }
        if rule.acts.report && !again {
            let text = said::report(&self.playbook, rule, &member, breach);
            let to = self.hands_of(rule, &member);
            self.by_hand(rule, &member.id, to, text)?;
        }
        match rung {
            Some(Rung::Warn) => {
                let told = self.told_of(rule, &member, breach);
                let text = said::by_hand(&self.playbook, &member, &told);
                if self.whispers_to(&member.id) {
                    return self.whisper(rule, &member, told, text);
                }
                let to = self.hands_of(rule, &member);
                self.by_hand(rule, &member.id, to, text)
            }
            Some(Rung::Remind) if !breach.told && self.whispers_to(&member.id) => {
                let told = self.told_of(rule, &member, breach);
                self.whisper(rule, &member, told, String::new())
            }
            Some(Rung::Mute(length)) => self.ask_to_mute(rule, &member, breach, length),
            Some(Rung::Remove) => self.ask_to_remove(rule, &member, breach),
            Some(Rung::Remind) | None => Ok(()),
        }
    }

    /// What members are told of a rule.
    fn words_of(&self, rule: &HouseRule) -> String {
        let Some(say) = &rule.say else {
            let usual = rule.usual_words();
            return usual.map_or_else(String::new, |usual| usual.of(self.playbook.locale).to_owned());
        };
        let facts = self.facts(say.names(), &ExprAbout::default());
        say.render_markdown(&facts).unwrap_or_else(|_| say.source())
    }

    /// What the member is told.
    fn told_of(&self, rule: &HouseRule, member: &Member, breach: &Breach) -> String {
        let appeals = self.appeals_to(member);
        said::told(&self.playbook, rule, breach, &self.words_of(rule), &appeals, self.now)
    }

    /// Whether a member can be told alone by the platform.
    pub(super) fn whispers_to(&self, member: &MemberId) -> bool {
        self.platform_of(member).is_some_and(ChannelKind::whispers)
    }

    /// The member is told alone. Where the platform cannot, a person does it, or the group is told the rule.
    fn whisper(&mut self, rule: &HouseRule, member: &Member, told: String, by_hand: String) -> Decided {
        let effect = EffectId::from(format!("alone/{}/{}", rule.name, self.state.epoch));
        let message = Message { alone: Some(Arc::from(member.id.as_str())), ..Message::text(told) };
        self.ask_platform_to(effect, message, rule, member, by_hand)
    }

    /// The platform is asked to do something to a member or to what they wrote; its answer is an input.
    fn ask_platform_to(
        &mut self,
        effect: EffectId,
        message: Message,
        rule: &HouseRule,
        member: &Member,
        text: String,
    ) -> Decided {
        let asked = Box::new(PlatformAsk { member: member.id.clone(), rule: rule.name.clone(), text });
        self.emit(Fact::Moderated(Moderating::PlatformAsked { effect: effect.clone(), asked }))?;
        let out = Outgoing { awaited: true, ..Outgoing::new(effect, GROUP.into(), message, self.now) };
        self.emit(Fact::Notified(Box::new(out)))
    }

    /// One line to the group that names nobody; at night, and after an hour, nobody reads it any more.
    fn say_rule(&mut self, rule: &HouseRule) -> Decided {
        let text = self.words_of(rule);
        let effect = EffectId::from(format!("moderate/{}/{}", rule.name, self.state.epoch));
        let out = Outgoing {
            label: Some(Label::Notice),
            expires: Some(self.now.plus(TOLD_EVERY)),
            reactive: true,
            ..Outgoing::new(effect, GROUP.into(), Message::text(text), self.now)
        };
        self.offer(out).map(drop)
    }

    /// The platform of the group's channel, where a member is heard on it.
    pub(in crate::engine) fn platform_of(&self, member: &MemberId) -> Option<ChannelKind> {
        let kind = self.playbook.channel(&self.group, &GROUP.into())?.kind;
        let theirs = member.as_str().strip_prefix(kind.as_str()).is_some_and(|rest| rest.starts_with(':'));
        theirs.then_some(kind)
    }

    /// Whether the platform of the group's channel keeps this member from writing.
    pub(super) fn can_mute(&self, member: &MemberId) -> bool {
        let channel = self.playbook.channel(&self.group, &GROUP.into());
        channel.is_some_and(|channel| channel.abilities().mutes) && self.platform_of(member).is_some()
    }

    /// The message goes: the platform is asked, else a person.
    fn take_away(&mut self, rule: &HouseRule, breach: &Breach, member: &Member) -> Decided {
        let can = self.platform_of(&member.id).is_some_and(ChannelKind::deletes_of_others);
        let Some(message) = breach.message.clone().filter(|_| can) else {
            return self.take_away_by_hand(rule, breach, member);
        };
        let alone = self.matter_of(rule, &member.id, Decides::Hands).with(&breach.words);
        let text = said::delete(&self.playbook, rule, member, &alone);
        let effect = EffectId::from(format!("moderate/{}/{}", rule.name, self.state.epoch));
        let revises = Revision { of: effect.clone(), does: Revising::Deletes, heard: Some(message) };
        let message = Message { revises: Some(revises), ..Message::default() };
        let asked = PlatformAsk { member: member.id.clone(), rule: rule.name.clone(), text };
        self.ask_and_wait(effect, asked, message)
    }

    /// One task for what somebody writes in a row: it grows with each message, and whoever is asked is told again each
    /// time that their number has doubled.
    fn take_away_by_hand(&mut self, rule: &HouseRule, breach: &Breach, member: &Member) -> Decided {
        let mut cases = self.state.moderation.cases.iter();
        let open = cases.find(|(task, case)| {
            let same = case.member == member.id && case.rule == rule.name && case.message_count() > 0;
            same && self.state.tasks.contains_key(*task)
        });
        let Some((task, case)) = open.map(|(task, case)| (task.clone(), case.clone())) else {
            let case = self.matter_of(rule, &member.id, Decides::Hands).with(&breach.words);
            let text = said::delete(&self.playbook, rule, member, &case);
            let to = self.hands_of(rule, member);
            let task = self.open_alone(Request::new(TaskKind::Task, text, to), None, None)?;
            return self.case_opens(task, case);
        };
        let case = case.with(&breach.words);
        let text = said::delete(&self.playbook, rule, member, &case);
        let (words, id) = (breach.words.clone(), task.clone());
        self.emit(Fact::Moderated(Moderating::CaseGrew { task, words, text }))?;
        let Some(open) = self.state.tasks.get(&id).cloned() else { return Ok(()) };
        // Whoever has not been told yet is told of all of them at once.
        let waits = open.task.tell.is_some_and(|tell| tell > self.now);
        if waits || !case.message_count().is_power_of_two() {
            return Ok(());
        }
        let Some(channel) = self.channel_of(open.task.role.as_ref(), &open.task.people) else {
            return Ok(());
        };
        let text = notice::task_opened(&self.playbook, &self.group.id, &open.task, self.now);
        let mentions = open.task.people.iter().cloned().map(Mention::Person).collect();
        let effect = EffectId::from(format!("told/{id}/{}", self.state.epoch));
        self.notify(effect, channel, Message { mentions, ..Message::text(text) }, None)
    }

    /// Asks the platform for something; what becomes of it is waited for.
    fn ask_and_wait(&mut self, effect: EffectId, asked: PlatformAsk, message: Message) -> Decided {
        let told = Moderating::PlatformAsked { effect: effect.clone(), asked: Box::new(asked) };
        self.emit(Fact::Moderated(told))?;
        let out = Outgoing { awaited: true, ..Outgoing::new(effect, GROUP.into(), message, self.now) };
        self.emit(Fact::Notified(Box::new(out)))
    }

    /// The platform did not do what it was asked: a person is.
    pub(in crate::engine) fn platform_refused(&mut self, effect: &EffectId, why: &str) -> Decided {
        let Some(asked) = self.state.moderation.asked.get(effect).cloned() else { return Ok(()) };
        let rule = self.playbook.moderation.rule(&asked.rule).cloned().unwrap_or_default();
        if asked.text.is_empty() {
            if !self.tells(&rule, Some(Rung::Remind)) {
                return Ok(());
            }
            self.emit(Fact::Moderated(Moderating::Told { rule: rule.name.clone() }))?;
            return self.say_rule(&rule);
        }
        let member = self.state.members.get(&asked.member).cloned();
        let to = member.map(|member| self.hands_of(&rule, &member)).unwrap_or_default();
        let text = hands::with_reason(self.playbook.locale, &asked.text, why);
        self.by_hand(&rule, &asked.member, to, text)
    }

    /// Who does by hand what a rule asks for: its `to`, else the judge.
    fn hands_of(&self, rule: &HouseRule, member: &Member) -> Addressee {
        let facts = self.facts(Names::NONE, &ExprAbout::default());
        let to = rule.to.as_ref().and_then(|to| self.assignee(Some(to), &facts).ok());
        to.unwrap_or_else(|| self.judge(member, &[]))
    }

    /// Somebody is asked to do something about a member.
    fn by_hand(&mut self, rule: &HouseRule, member: &MemberId, to: Addressee, text: String) -> Decided {
        let task = self.open_alone(Request::new(TaskKind::Task, text, to), None, None)?;
        self.case(task, rule, member, Decides::Hands, Vec::new())
    }

    /// Notes what a task is about.
    pub(super) fn case(
        &mut self,
        task: Option<TaskId>,
        rule: &HouseRule,
        member: &MemberId,
        about: Decides,
        parties: Vec<String>,
    ) -> Decided {
        let matter = self.matter_of(rule, member, about);
        self.case_opens(task, Matter { parties, ..matter })
    }

    /// Something about a member, and the last strike that it is about.
    fn matter_of(&self, rule: &HouseRule, member: &MemberId, about: Decides) -> Matter {
        let strikes = self.state.moderation.strikes_of(member, self.now);
        let strike =
            strikes.filter(|strike| strike.rule == rule.name).last().map_or(self.now, |last| last.at);
        Matter {
            member: member.clone(),
            rule: rule.name.clone(),
            about,
            parties: Vec::new(),
            strike,
            messages: Vec::new(),
            more: 0,
        }
    }

    fn case_opens(&mut self, task: Option<TaskId>, case: Matter) -> Decided {
        let Some(task) = task.filter(|_| self.state.moderation.cases.len() < limits::MODERATE_CASES_MAX)
        else {
            return Ok(());
        };
        self.emit(Fact::Moderated(Moderating::CaseOpened { task, case: Box::new(case) }))
    }

    /// By day the judge says whether somebody is muted. By night it happens where the platform can, and lasts until the
    /// judge has had time to look at it.
    fn ask_to_mute(
        &mut self,
        rule: &HouseRule,
        member: &Arc<Member>,
        breach: &Breach,
        length: Duration,
    ) -> Decided {
        let asked = self.state.moderation.case_of(&member.id, |about| matches!(about, Decides::Mute { .. }));
        let until = self.now.plus(length);
        let muted = self.state.moderation.muted.get(&member.id).is_some_and(|mute| mute.until >= until);
        if asked.is_some() || muted {
            return Ok(());
        }
        let to = self.judge(member, &[]);
        let awake = self.hours(&to).from(self.now);
        let by_platform = self.can_mute(&member.id);
        let holds = by_platform && awake > self.now;
        if holds {
            self.mute(rule, member, until.max(awake.plus(JUDGE_WAKES)), false)?;
        }
        let held = self.state.moderation.muted.get(&member.id).filter(|_| holds).map(|mute| mute.until);
        let tells = said::Tells {
            say: self.words_of(rule),
            appeals: self.appeals_to(member),
            by_platform,
            held,
            now: self.now,
        };
        let text = said::mute(&self.playbook, rule, member, breach, length, &tells);
        let task = self.open_alone(Request::new(TaskKind::Approval, text, to), None, None)?;
        self.case(task, rule, &member.id, Decides::Mute { length, holds }, Vec::new())
    }

    /// Only a person's yes removes anybody.
    fn ask_to_remove(&mut self, rule: &HouseRule, member: &Arc<Member>, breach: &Breach) -> Decided {
        if self.state.moderation.case_of(&member.id, |about| *about == Decides::Remove).is_some() {
            return Ok(());
        }
        let to = self.judge(member, &[]);
        let strikes: Vec<_> = self.state.moderation.strikes_of(&member.id, self.now).cloned().collect();
        let text = said::remove(&self.playbook, rule, member, breach, &strikes, self.now);
        let request =
            Request { members: vec![member.id.clone()], ..Request::new(TaskKind::Approval, text, to) };
        let task = self.open_alone(request, None, None)?;
        self.case(task, rule, &member.id, Decides::Remove, Vec::new())
    }

    /// Somebody may not write from now on.
    pub(super) fn mute(
        &mut self,
        rule: &HouseRule,
        member: &Member,
        until: Timestamp,
        by_hand: bool,
    ) -> Decided {
        let mute = Mute { until, rule: rule.name.clone(), by_hand };
        self.emit(Fact::Moderated(Moderating::Muted { member: member.id.clone(), mute }))?;
        if by_hand {
            return Ok(());
        }
        let text = said::mute_by_hand(&self.playbook, member, until, self.now);
        self.ask_platform_to_mute(rule, member, Some(until), text)
    }

    /// Somebody may write again.
    pub(super) fn unmute(&mut self, member: &MemberId, early: bool) -> Decided {
        let Some(mute) = self.state.moderation.muted.get(member).cloned() else { return Ok(()) };
        self.emit(Fact::Moderated(Moderating::Unmuted { member: member.clone() }))?;
        let Some(known) = self.state.members.get(member).cloned() else { return Ok(()) };
        let rule = self.playbook.moderation.rule(&mute.rule).cloned().unwrap_or_default();
        let text = said::unmute_by_hand(&self.playbook, &known);
        if mute.by_hand {
            let to = self.hands_of(&rule, &known);
            return self.by_hand(&rule, member, to, text);
        }
        // What was said to end by itself does, where the platform knows an end.
        if early || !self.platform_of(member).is_none_or(ChannelKind::ends_mutes) {
            self.ask_platform_to_mute(&rule, &known, None, text)
        } else {
            Ok(())
        }
    }

    fn ask_platform_to_mute(
        &mut self,
        rule: &HouseRule,
        member: &Member,
        until: Option<Timestamp>,
        text: String,
    ) -> Decided {
        let effect = EffectId::from(format!("mute/{}/{}", rule.name, self.state.epoch));
        let message = Message::silences(member.id.as_str(), self.now, until);
        let asked = PlatformAsk { member: member.id.clone(), rule: rule.name.clone(), text };
        self.ask_and_wait(effect, asked, message)
    }

    /// The time of something has come: a rule has watched for long enough, or somebody may write again.
    pub(in crate::engine) fn moderation_due(&mut self) -> Decided {
        let (known, now) = (self.state.moderation.clone(), self.now);
        for (name, watched) in known.rules.iter().filter(|(_, rule)| rule.caught > 0 && rule.acts <= now) {
            self.emit(Fact::Moderated(Moderating::Watched { rule: name.clone() }))?;
            let names = watched.of.iter().map(|id| self.state.members.name_of(id)).collect::<Vec<_>>();
            let text = said::watched(&self.playbook, name, watched, &names);
            let to = self.judges();
            self.open_alone(Request::new(TaskKind::Task, text, to), None, None)?;
        }
        for (member, _) in known.muted.iter().filter(|(_, mute)| mute.until <= now) {
            self.unmute(member, false)?;
        }
        Ok(())
    }

    /// Somebody joined: are they too many at once?
    fn count_join(&mut self, signal: &Signal) -> Decided {
        let Some(raid) = self.playbook.moderation.raid.filter(|_| !self.state.phase_final) else {
            return Ok(());
        };
        let QuotaWindow::Sliding(within) = raid.per else { return Ok(()) };
        let from = self.now.plus(-within);
        // A list that is read in tells of those who joined long ago.
        if signal.happened() <= from {
            return Ok(());
        }
        self.emit(Fact::Moderated(Moderating::JoinCounted { from }))?;
        let joins = self.state.moderation.joins.len() as u32;
        let lately = self.state.moderation.raided.is_some_and(|at| self.now.since(at) < RAID_EVERY);
        if joins <= raid.max || lately {
            return Ok(());
        }
        self.emit(Fact::Moderated(Moderating::Raid { joins, within }))?;
        let new = self.state.members.iter().filter(|member| member.joined.is_some_and(|at| at > from));
        let names: Vec<String> =
            new.take(limits::WATCHED_KEPT_MAX).map(|member| shorten(&member.name, 40)).collect();
        let text = said::raid(&self.playbook, joins, within, &names);
        let request = Request { urgent: true, ..Request::new(TaskKind::Task, text, self.judges()) };
        self.open_alone(request, None, None).map(drop)
    }
}

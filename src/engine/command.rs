//! Commands: what an operator may ask for, and why it is refused.
//!
//! A refusal is an entry too, so that whoever asked gets an answer that was committed.

use super::{
    draft::{Decided, Draft},
    due::{StartCause, date_values},
    entry::{Cause, Fact, Outcome, Outgoing},
    input::{Command, Signal},
    joined_ids::JoinedIds,
    notice,
    operation::{Bidding, Operation},
    steps::approve::Judgement,
};
use crate::{
    base::{
        ids::{ChannelName, EffectId, InputId, MemberId, PlayName, RunId},
        limits,
        member::{Listed, Member},
        phrase::{Phrase, pair, phrase},
        time::Timestamp,
        value::Value,
    },
    model::{
        channel::GROUP,
        message::{Label, Message},
        play::Play,
        trigger::Trigger,
    },
};
use std::{collections::BTreeSet, sync::Arc};

/// Who gave a command, what it asks for, and about what, where its own facts do not say who it was.
fn asked(command: &Command) -> Option<(&String, Bidding, String)> {
    let every = |play: &Option<PlayName>| play.as_ref().map(ToString::to_string).unwrap_or_default();
    let (by, what, about) = match command {
        Command::Start { play, date, by, .. } => {
            let date = date.as_ref().map(|date| format!("/{date}")).unwrap_or_default();
            (by, Bidding::Start, format!("{play}{date}"))
        }
        Command::Pause { play, by, .. } => (by, Bidding::Pause, every(play)),
        Command::Resume { play, by } => (by, Bidding::Resume, every(play)),
        Command::Postpone { play, date, by, .. } => (by, Bidding::Postpone, format!("{play}/{date}")),
        Command::Retry { run, by } => (by, Bidding::Retry, run.to_string()),
        _ => return None,
    };
    by.as_ref().map(|by| (by, what, about))
}

impl Draft<'_> {
    /// Carries a command out, and records who gave it where its own facts do not say.
    pub(super) fn command(&mut self, command: &Command) -> Decided {
        self.obey(command)?;
        match asked(command) {
            Some((by, what, about)) if !self.refused => {
                self.operated(Operation::Asked { what, about }, Some(by.clone()))
            }
            _ => Ok(()),
        }
    }

    fn obey(&mut self, command: &Command) -> Decided {
        match command {
            Command::Start { play, args, date, member, .. } => {
                self.start_command(play, args, date.as_ref(), member.as_ref())
            }
            Command::Report { signal } => self.report(signal),
            Command::SetBackClock { to } => self.set_back_clock(*to),
            Command::Cancel { run, silent, by } => self.cancel(run, *silent, by.as_deref()),
            Command::Note { run, text, by } => self.note(run.as_ref(), text, by.clone()),
            Command::Now { run, step, by } => self.hurry(run, step.as_ref(), by.clone()),
            Command::Delay { run, length, by } => self.delay(run, *length, by.clone()),
            Command::Unskip { run, by } => self.unskip(run, by.clone()),
            Command::Hush { until, why, by } => self.hush(*until, why, by.clone()),
            Command::Unhush { send, by } => self.unhush(*send, by.clone()),
            Command::Release { effect, by } => self.release_by_hand(effect, by.clone()),
            Command::Recall { effect, known, by } => self.recall(effect, known.as_deref(), by.clone()),
            Command::Drop { effect, known, by } => self.drop_message(effect, known.as_deref(), by.clone()),
            Command::Correct { effect, text, known, by } => {
                self.correct((effect, text), known.as_deref(), by.clone())
            }
            Command::Reword { run, step, text, by } => self.reword_step(run, step, text, by.clone()),
            Command::Swap { role, one, other, by } => self.swap(role, (one, other), by.clone()),
            Command::PutOff { play, date, by } => self.put_off(play, date, by.clone()),
            Command::Pause { play, until, caretaker, .. } => {
                self.pause_plays(play.as_ref(), *until, caretaker.as_ref())
            }
            Command::Resume { play, .. } => self.resume_plays(play.as_ref()),
            Command::Postpone { play, date, at, .. } => self.postpone(play, date, *at),
            Command::Retry { run, .. } => {
                let failed =
                    self.state.finished.iter().any(|r| r.id == *run && r.outcome == Some(Outcome::Failed));
                if !failed {
                    return self.refuse(phrase!(
                        "there is no failed run `{run}` among the last {} that ended; `playbook runs` lists them", "最近结束的 {} 场活动里没有失败的 `{run}`；用 `playbook runs` 看有哪些",
                        limits::RUNS_REMEMBERED_MAX
                    ));
                }
                self.emit(Fact::RunRetried { run: run.clone() })?;
                self.ready.push_back(run.clone());
                Ok(())
            }
            Command::Skip { run, step, by } => self.skip_command(run, step.as_ref(), by.clone()),
            Command::Done { task, by, note } => self.done_by_hand(task, by.clone(), note.clone()),
            Command::Tick { task, items, by } => self.tick(task, items, by.as_deref()),
            Command::Approve { task, by, note, as_operator, except } => {
                let spared = match self.spared(task, except) {
                    Ok(spared) => spared,
                    Err(reason) => return self.refuse(reason),
                };
                let (by, note) = (by.clone(), note.clone());
                self.decided(task, Judgement { yes: true, by, note, spared, as_operator: *as_operator })
            }
            Command::Reject { task, by, reason, as_operator } => {
                let (by, note, spared) = (by.clone(), reason.clone(), Vec::new());
                self.decided(task, Judgement { yes: false, by, note, spared, as_operator: *as_operator })
            }
            Command::Undo { task, by } => self.undo(task, by.clone()),
            Command::Reassign { task, to, by } => self.reassign(task, to, by.clone()),
            Command::Handover { from, to, by } => self.handover(from, to, by.clone()),
            Command::Remind { task, at: None, .. } => self.remind_now(task),
            Command::Remind { task, at: Some(at), by } => self.remind_later(task, *at, by.clone()),
            Command::Tag { member, tag, off, by } => self.tag(member, tag, *off, by.clone()),
            Command::Replied { member, asked, by } => self.replied(member, *asked, by.clone()),
            Command::ImportMembers { members, left, joined } => self.import_members(members, left, *joined),
        }
    }

    /// Records that a command was refused, and why.
    pub(super) fn refuse(&mut self, reason: Phrase) -> Decided {
        self.refused = true;
        self.emit(Fact::Refused { reason })
    }

    pub(super) fn no_play(&mut self, play: &PlayName) -> Decided {
        let names: Vec<&str> = self.playbook.plays.iter().map(|p| p.name.as_str()).collect();
        let near = self.playbook.near_play(play.as_str()).map(|near| {
            let near = near.called();
            phrase!(" did you mean {near}?", "是不是 {near}？"; near)
        });
        let near = near.unwrap_or_default();
        let names = Phrase::same(names.join(", "));
        self.refuse(phrase!(
            "there is no play `{play}`;{near} plays are {names}",
            "没有玩法 `{play}`；{near}有的玩法是 {names}";
            near, names
        ))
    }

    pub(super) fn no_run(&mut self, run: &RunId) -> Decided {
        let open: Vec<&str> = self.state.runs.keys().map(RunId::as_str).take(8).collect();
        let open = match open.as_slice() {
            [] => pair("no run is open", "现在没有活动").into(),
            open => phrase!("open are {}", "正在进行的有 {}", open.join(", ")),
        };
        self.refuse(phrase!("there is no open run `{run}`; ", "没有正在进行的活动 `{run}`；").and(&open))
    }

    fn start_command(
        &mut self,
        name: &PlayName,
        args: &Value,
        date: Option<&Arc<str>>,
        member: Option<&MemberId>,
    ) -> Decided {
        let playbook = self.playbook.clone();
        let Some(play) = playbook.play(name) else { return self.no_play(name) };
        if self.state.phase_final {
            return self.refuse(phrase!(
                "`{}` is a final phase; nothing starts in it",
                "`{}` 是最后阶段，什么都不再开始",
                self.state.phase
            ));
        }
        if let Trigger::Dates(dates) = &play.trigger {
            // A date that is started is used up, so it is not taken without having been named.
            let Some(id) = date else {
                let known: Vec<String> = dates.iter().map(|date| format!("{name}/{}", date.id)).collect();
                let known = if known.is_empty() { "–".into() } else { known.join(", ") };
                let ahead = dates.iter().find(|date| self.live_date(play, &date.id).is_ok());
                let now = ahead.map(|date| {
                    let id = &date.id;
                    phrase!(
                        "; `playbook start {name}/{id}` has it now, `playbook rehearse FILE --play {name}` tries it and \
                         keeps the date",
                        "；要现在办，用 `playbook start {name}/{id}`；想试一试又保留日期，用 `playbook rehearse FILE --play {name}`"
                    )
                });
                let which = phrase!(
                    "`{name}` has dates, and a start uses one up; which one is meant? They are: {known}",
                    "`{name}` 有日期，现在开始就会用掉一个日期，要说是哪一个：{known}"
                );
                return self.refuse(which.and(&now.unwrap_or_default()));
            };
            return self.start_date(play, id, args);
        }
        if date.is_some() {
            return self.refuse(phrase!(
                "`{name}` has no dates; start it by its name alone",
                "`{name}` 没有日期，只写名字就能开始"
            ));
        }
        let each = match &play.trigger {
            Trigger::Signal(on) => on.per_member,
            Trigger::Members(_) => true,
            _ => false,
        };
        let member = member.map(|id| self.member_of(id)).transpose()?;
        let member = match member.as_ref() {
            Some(id) if !self.state.members.contains(id) => return self.no_member(id),
            None if each => {
                return self.refuse(phrase!(
                    "`{name}` runs for one member each (`per: member`); say for whom with `--member ID`",
                    "`{name}` 是一人一场（`per: member`），要用 `--member ID` 说为谁开始"
                ));
            }
            member => member.cloned(),
        };
        let run = self.fresh_run_id(name, self.now);
        let cause = Cause { args: args.clone(), member, by_hand: true, ..Cause::default() };
        self.try_start(play, run, self.now, cause, StartCause::ByOperator).map(|_| ())
    }

    /// Starts the run of a date now, which is the moment it is about from then on.
    fn start_date(&mut self, play: &Arc<Play>, id: &Arc<str>, args: &Value) -> Decided {
        if let Err(reason) = self.live_date(play, id) {
            return self.refuse(reason);
        }
        if let Some(open) = self.state.run_of_date(&play.name, id) {
            return self.refuse(phrase!("`{}` has begun already", "`{}` 已经开始了", open.id));
        }
        let known = self.state.plays.get(&play.name);
        let (Some(run), Some(date)) = (known.map(|p| p.date_run(&play.name, id)), Self::date_entry(play, id))
        else {
            return self.refuse(phrase!("`{}` has no date `{id}`", "`{}` 没有日期 `{id}`", play.name));
        };
        let (name, date_id, anchor) = (play.name.clone(), id.clone(), self.now);
        self.emit(Fact::DateArmed { play: name, date: date_id, anchor, start: None })?;
        let values = date_values(date, anchor);
        let cause =
            Cause { date: Some(id.clone()), values, args: args.clone(), by_hand: true, ..Cause::default() };
        self.try_start(play, run, anchor, cause, StartCause::ByOperator).map(|_| ())
    }

    fn set_back_clock(&mut self, to: Timestamp) -> Decided {
        // Between the asking and the deciding the machine's clock goes on; only what `clock` calls ahead is set back.
        if self.now.since(to).as_millis() <= limits::CLOCK_AHEAD_MS {
            let clock = self.now.to_rfc3339(&self.playbook.zone);
            return self.refuse(phrase!(
                "the group's clock is not ahead: it shows {clock}",
                "群的时钟没有走快：现在是 {clock}"
            ));
        }
        self.emit(Fact::ClockSet { to })?;
        self.now = to;
        self.set_midnight()
    }

    fn dated(&self, name: &PlayName) -> Option<Arc<Play>> {
        let play = self.playbook.play(name)?;
        matches!(play.trigger, Trigger::Dates(_)).then(|| play.clone())
    }

    fn no_dates(&mut self, name: &PlayName) -> Decided {
        match self.playbook.play(name) {
            None => self.no_play(name),
            Some(_) => self.refuse(phrase!(
                "`{name}` has no dates; only a play with `dates` can be postponed. To leave one occurrence out, use \
                 `playbook skip`", "`{name}` 没有日期，只有写了 `dates` 的玩法才能改期。想少办一次，用 `playbook skip`"
            )),
        }
    }

    /// A date has no time until it is given another one; people who had been told are told.
    fn put_off(&mut self, name: &PlayName, id: &Arc<str>, by: Option<String>) -> Decided {
        let Some(play) = self.dated(name) else { return self.no_dates(name) };
        let was = match self.live_date(&play, id) {
            Ok(was) => was,
            Err(reason) => return self.refuse(reason),
        };
        if self.state.by_hand.is_put_off(name, id) {
            return self.refuse(phrase!(
                "`{name}/{id}` has no time already; `playbook postpone` gives it one",
                "`{name}/{id}` 本来就还没定时间；用 `playbook postpone` 给它一个"
            ));
        }
        let told = self.state.run_of_date(name, id).is_some_and(|run| run.told);
        self.operated(Operation::PutOff { play: name.clone(), date: id.clone() }, by)?;
        if !told {
            return Ok(());
        }
        let was = self.playbook.locale.time(was, play.zone_or(&self.playbook.zone), self.now);
        let text = notice::put_off(self.playbook.locale, &play.title, &was);
        let effect = EffectId::from(format!("put-off/{name}@{id}/{}", self.state.epoch));
        let out = Outgoing::new(effect, ChannelName::new(GROUP), Message::text(text), self.now);
        let out = Outgoing { label: Some(Label::Notice), play: Some(name.clone()), by_hand: true, ..out };
        self.offer(out).map(drop)
    }

    fn postpone(&mut self, name: &PlayName, id: &Arc<str>, to: Timestamp) -> Decided {
        let Some(play) = self.dated(name) else { return self.no_dates(name) };
        let from = match self.live_date(&play, id) {
            Ok(from) => from,
            Err(reason) => return self.refuse(reason),
        };
        if to <= self.now {
            return self.refuse(phrase!(
                "{} has passed already; a date can only be moved ahead of now",
                "{} 已经过去了；日期只能改到以后",
                to.to_rfc3339(&self.playbook.zone)
            ));
        }
        if from == to && !self.state.by_hand.is_put_off(name, id) {
            return self
                .refuse(phrase!("`{name}/{id}` is at that time already", "`{name}/{id}` 本来就在这个时间"));
        }
        let said = Self::date_entry(&play, id).map(|date| date.at);
        self.move_date(&play, id, (from, to), said)
    }

    /// Somebody who is new in a list has just joined.
    fn report_join(&mut self, listed: Listed) -> Decided {
        let member = listed.member.id.clone();
        let data = join_data(&listed.member);
        let id = InputId::from(format!("join/{member}/{}", self.state.epoch));
        let listed = Listed {
            member: Member { joined: listed.member.joined.or(Some(self.now)), ..listed.member },
            seen: listed.seen.or(Some(self.now)),
            ..listed
        };
        self.list_member(Arc::new(listed))?;
        let name = Arc::from("member.joined");
        self.record_signal(Signal { name, id, at: self.now, sent: None, member: Some(member), data })
    }

    fn import_members(&mut self, members: &[Listed], left: &[MemberId], joined: bool) -> Decided {
        let new = members.iter().filter(|m| !self.state.members.has_joined(&m.member.id)).count();
        if self.state.members.len() + new > limits::MEMBERS_MAX {
            return self.refuse(phrase!(
                "the group would have {} members; at most {} are kept",
                "这样群里会有 {} 位成员，最多只能有 {} 位",
                self.state.members.len() + new,
                limits::MEMBERS_MAX
            ));
        }
        if members.iter().any(|member| member.seen.is_some()) {
            self.emit(Fact::RosterRead)?;
        }
        let mut there = BTreeSet::new();
        for member in members {
            let mut member = member.clone();
            let own = self.member_of(&member.member.id)?;
            there.insert(own.clone());
            if member.member.name == member.member.id.as_str() {
                member.member.name = own.to_string();
            }
            member.member.id = own;
            let member = &member;
            let known = self.state.members.listed(&member.member.id);
            let merged = match &known {
                Some(known) => merge(known, member),
                None => member.clone(),
            };
            let double = self.known_by_name_only(&merged, members);
            let reported = joined && known.as_ref().is_none_or(|known| known.member.asked.is_some());
            if (double.is_some() || !reported) && known.as_ref() != Some(&merged) {
                self.take_over(Arc::new(merged.clone()))?;
            }
            if let Some(from) = double {
                self.emit(Fact::JoinedIds(JoinedIds { from, into: merged.member.id.clone() }))?;
            }
            if reported {
                self.report_join(merged)?;
            }
        }
        self.join_all_by_identity()?;
        // An id that has become another name of somebody does not leave.
        let members = &self.state.members;
        let stays = |id: &MemberId| there.contains(id) || members.own_id(id) != id;
        let left: Vec<MemberId> = left.iter().filter(|id| !stays(id)).cloned().collect();
        self.remove_members(&left)?;
        if !left.is_empty() {
            self.removals_over()?;
        }
        if !self.decided {
            // Nothing was new; the import itself is still on record.
            return self.set_midnight();
        }
        Ok(())
    }
}

/// What a report of somebody's coming says of them.
fn join_data(member: &Member) -> Value {
    let word = |text: &str| (!text.is_empty()).then(|| Value::str(text));
    let known =
        [("name", word(&member.name)), ("role", word(&member.role)), ("source", word(&member.source))];
    let fields = member.fields.iter().map(|(key, value)| (Arc::from(key.as_str()), value.clone()));
    let known = known.into_iter().filter_map(|(key, value)| Some((Arc::from(key), value?)));
    Value::Map(Arc::new(fields.chain(known).collect()))
}

/// A list tells who somebody is; what was heard of them here is kept.
fn merge(known: &Listed, listed: &Listed) -> Listed {
    let mut member = listed.member.clone();
    member.ids.clone_from(&known.member.ids);
    // A list without a day says nothing of it.
    member.joined = known.member.joined.into_iter().chain(listed.member.joined).min();
    if member.points == 0 {
        member.points = known.member.points;
    }
    member.tags.extend(known.member.tags.iter().cloned());
    for (key, value) in &known.member.fields {
        member.fields.entry(key.clone()).or_insert_with(|| value.clone());
    }
    Listed { member, seen: known.seen.max(listed.seen), messages: known.messages.max(listed.messages) }
}

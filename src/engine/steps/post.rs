//! `post`: a message is rendered, its people are found, and the budgets say when it goes.
//!
//! Also the posts of scripts, and posts to a manual channel, which become tasks for a person.

use super::task::Closing;
use crate::{
    base::{
        ids::{ChannelName, EffectId, RunId, StepId, TaskId},
        limits,
        phrase::{Phrase, Words, pair, phrase},
        time::{Duration, Timestamp},
        value::Value,
    },
    engine::{
        addressee::Addressee,
        carrying::{At, Carried, Trouble, Went},
        draft::{Decided, Draft},
        effect::effect_run,
        entry::{Fact, Outgoing, Task, TaskKind, Waiting},
        facts::ExprAbout,
        notice,
    },
    model::{
        channel::{ChannelKind, GROUP},
        message::{Button, Label, Mention, Message},
        play::{Play, Section},
        playbook::Playbook,
        step::{Assignee, MentionTarget, Post, Step, Verb},
        text::Text,
        timetable,
    },
    script::names::Names,
};
use std::{collections::BTreeMap, sync::Arc};

const URGENT_PROMO: Words = pair(
    "advertising cannot be urgent: leave out `urgent`, or give the message another label",
    "推广不能加急：去掉 `urgent`，或者给消息换个标签",
);

/// The name that a step or its play gives to its label, where it is one of the playbook's own.
pub(super) fn own_label(label: Option<Label>, own: Option<&Arc<str>>, play: &Play) -> Option<Arc<str>> {
    if label.is_some() { own.cloned() } else { play.own_label.clone() }
}

/// When what a step tells its members is overtaken: by the next step of its run that posts at a time of its own, and what
/// is said ahead of the run's moment by that moment.
fn told_before(at: &At<'_>) -> Option<Timestamp> {
    let zone = at.play.zone_or(&at.playbook.zone);
    if at.run.section != Section::Steps {
        return None;
    }
    let slots = timetable::timetable(&at.play.steps, at.run.anchor, zone);
    let place = slots.iter().position(|slot| slot.step.id == at.step.id)?;
    // A step without a time of its own counts from what came before it, whenever that was pasted.
    at.step.at?;
    let posts = |step: &Step| step.at.is_some() && matches!(step.verb, Verb::Post(_) | Verb::Ask(_));
    let later = slots[place + 1..].iter().filter(|slot| posts(&slot.step)).map(|slot| at.run.moved(slot.at));
    let anchor = at.run.moved(at.run.anchor);
    later.chain([anchor]).filter(|by| *by > at.due).min()
}

/// A message with what its step says of its time.
fn of_step(at: &At<'_>, out: Outgoing) -> Outgoing {
    let by_hand = at.run.cause.by_hand;
    if at.run.section != Section::Steps {
        let urgent = out.urgent || out.label != Some(Label::Promo) && is_of_these_hours(at);
        // What is said of a date is a notice: it goes on being true tomorrow, and a person says it where nothing else can.
        let label = out.label.or(Some(Label::Notice));
        return Outgoing { reactive: true, by_hand, urgent, label, ..out };
    }
    let zone = at.play.zone_or(&at.playbook.zone);
    // All dues of a run are later by its delay.
    let due = at.run.by_file(at.due);
    let before = timetable::later_step(at.play, &at.step.id, at.run.anchor, due, zone);
    Outgoing {
        reactive: by_hand || !timetable::has_clock_time(at.play, &at.step.id),
        before: before.map(|before| at.run.moved(before)),
        by_hand,
        ..out
    }
}

/// Whether a change that is told is of a date so near that it does not wait its turn: who has set out must hear of it.
fn is_of_these_hours(at: &At<'_>) -> bool {
    let Value::Map(values) = &at.run.cause.values else { return false };
    let Some(Value::Time(date)) = values.get("at") else { return false };
    let away = date.since(at.due);
    -Duration::DAY < away && away < Duration::DAY
}

impl Draft<'_> {
    pub(in crate::engine) fn post(&mut self, at: &At<'_>, post: &Post) -> Carried {
        let mut names = post.text.names();
        names = post.image.iter().fold(names, |n, t| n.union(t.names()));
        names = post.buttons.iter().fold(names, |n, (t, u)| n.union(t.names()).union(u.names()));
        for target in &post.mention {
            names = match target {
                MentionTarget::Text(text) => names.union(text.names()),
                MentionTarget::All | MentionTarget::Role(_) | MentionTarget::Person(_) => names,
            };
        }
        let facts = self.step_facts(at, names);
        let mut message = Message::text(at.words(&post.text).render_markdown(&facts)?);
        for target in &post.mention {
            self.mention(target, &facts, &mut message.mentions)?;
        }
        if let Some(image) = &post.image {
            // A column may be empty for one of the dates.
            message.image = Some(image.render(&facts)?).filter(|image| !image.trim().is_empty());
        }
        for (text, url) in &post.buttons {
            message.buttons.push(Button { text: text.render(&facts)?, url: url.render(&facts)? });
        }
        message.reply_to = post.reply_to.as_ref().and_then(|step| at.run.posts.get(step)).cloned();
        message.pin = post.pin;
        let effect = self.effect_id(&at.run.id, &at.step.id);
        let out = Outgoing {
            label: post.label.or(at.play.label),
            own_label: own_label(post.label, post.own_label.as_ref(), at.play),
            play: Some(at.play.name.clone()),
            expires: post.expires.map(|expires| at.due.plus(expires)),
            late_left: Some(self.late_left(at)),
            urgent: post.urgent,
            ..Outgoing::new(effect, post.to.clone(), message, at.due)
        };
        let (manual, effect) = (self.is_manual(&post.to), out.effect.clone());
        let may_go = self.send(at, out)?;
        if !manual {
            return self.done(at, at.pc + 1, None);
        }
        // Nothing that follows makes sense to a group that has not read it.
        if !may_go {
            return self.undelivered(at, effect);
        }
        self.wait(at, Waiting::Delivery { effect, members: Vec::new() }, None, None)?;
        Ok(Went::Waits)
    }

    /// How much of a step's `max_late` is left now.
    pub(in crate::engine) fn late_left(&self, at: &At<'_>) -> Duration {
        at.step.max_late.unwrap_or(at.play.max_late) + -self.now.since(at.due)
    }

    /// Decides a message: it goes out, or a budget holds it.
    ///
    /// Gives whether it may still go.
    pub(in crate::engine) fn send(&mut self, at: &At<'_>, out: Outgoing) -> Result<bool, Trouble> {
        let mut out = of_step(at, out);
        if out.expires.is_none() && self.is_manual(&out.channel) {
            // What comes next in the evening says another thing: nobody pastes the earlier one then.
            let rest = self.rest_of_day(&out.channel);
            out.expires = told_before(at).filter(|by| self.now < *by && *by < rest);
        }
        let size = out.message.text.len();
        if size > limits::MESSAGE_BYTES_MAX {
            return Err(Trouble::Step(phrase!(
                "the message has {size} bytes; at most {} may be sent at once",
                "消息有 {size} 字节，一次最多发 {} 字节",
                limits::MESSAGE_BYTES_MAX
            )));
        }
        if out.urgent && out.label == Some(Label::Promo) {
            return Err(Trouble::Step(URGENT_PROMO.into()));
        }
        let late = out.late_left.is_some_and(|left| left.as_millis() < 0);
        if late || out.expires.is_some_and(|expires| expires < self.now) {
            // Decided and dropped in one breath; the journal has both.
            let effect = out.effect.clone();
            self.emit(Fact::Held {
                outgoing: Box::new(out),
                reason: crate::engine::entry::HoldReason::Order,
                until: None,
                hold: None,
            })?;
            self.emit(Fact::Expired { effect, reason: None, stale: None, hush: None })?;
            return Ok(false);
        }
        Ok(self.offer(out)?)
    }

    /// Lets a message go, in the time that it has from now on. For a person that is the window of pasting it: `expires`,
    /// else the rest of the day up to the quiet hours; `max_late` has bounded when they are asked.
    pub(in crate::engine) fn let_go(&mut self, out: Outgoing) -> Decided<Outgoing> {
        if !self.is_manual(&out.channel) {
            return self.with_delivery_task(out.released_at(self.now));
        }
        let window = out.expires.unwrap_or_else(|| self.rest_of_day(&out.channel));
        self.with_delivery_task(Outgoing { expires: Some(window), ..out })
    }

    /// Whether a person pastes what is posted there.
    pub(in crate::engine) fn is_manual(&self, channel: &ChannelName) -> bool {
        let channel = self.playbook.channel(&self.group, channel);
        channel.is_some_and(|channel| channel.kind == ChannelKind::Manual)
    }

    fn rest_of_day(&self, channel: &ChannelName) -> Timestamp {
        let zone = &self.playbook.zone;
        let (_, midnight) = zone.day_bounds(self.now);
        let budgets = self.playbook.budgets.of(channel);
        let quiet = budgets.and_then(|budgets| budgets.quiet_begins(self.now, zone));
        quiet.map_or(midnight, |from| from.min(midnight))
    }

    /// Asks a person to deliver a message on a manual channel.
    pub(in crate::engine) fn with_delivery_task(&mut self, mut out: Outgoing) -> Decided<Outgoing> {
        if !self.is_manual(&out.channel) || out.manual.is_some() {
            return Ok(out);
        }
        if self.state.tasks.len() >= limits::TASKS_OPEN_MAX {
            self.give_up_oldest_delivery()?;
        }
        let to = self.hands(&out.channel);
        let told = self.telling(&to, out.expires, out.urgent);
        let with = Message { text: String::new(), reply_to: None, ..out.message.clone() };
        let task = Task {
            show: None,
            tell: Some(told).filter(|told| *told > self.now),
            paste: (with != Message::default()).then(|| Box::new(with)),
            reminds: Vec::new(),
            escalate_at: None,
            list: Vec::new(),
            id: self.next_task_id(),
            kind: TaskKind::Delivery,
            text: out.message.text.clone(),
            run: None,
            step: None,
            role: to.role.clone(),
            people: to.people.clone(),
            opened: self.now,
            due: out.expires,
            remind: None,
            escalate: Vec::new(),
            effect: Some(out.effect.clone()),
            into: Some(out.channel.clone()),
            ends: None,
            options: Vec::new(),
            fields: Vec::new(),
            choices: None,
            seats: None,
            of: None,
            strict: false,
            anonymous: false,
            checkin: false,
            members: Vec::new(),
        };
        out.manual = Some(task.id.clone());
        let (id, later) = (task.id.clone(), task.tell.is_some());
        let message = self.paste_message(&out.channel, &task, notice::to_paste);
        self.emit(Fact::TaskOpened(Box::new(task)))?;
        if let Some(channel) = to.channel.filter(|channel| !later && !self.is_manual(channel)) {
            self.notify(format!("task/{id}/told").into(), channel, message, out.play.clone())?;
        }
        Ok(out)
    }

    /// Whoever should have copied it out says that it is not posted.
    pub(in crate::engine) fn not_delivered(
        &mut self,
        task: &Task,
        by: Option<String>,
        why: Option<String>,
    ) -> Decided {
        let note = why.as_deref().map_or(Value::Null, Value::str);
        self.close(&task.id, "rejected", Closing { by: by.clone(), note, operator: false })?;
        let Some(effect) = task.effect.clone() else { return Ok(()) };
        let by = by.map_or_else(Phrase::default, |by| phrase!(" by {by}", "（{by} 说的）"));
        let why = why.map_or_else(Phrase::default, |why| phrase!(": {why}", "：{why}"));
        let reason = phrase!("not posted{by}{why}", "没有贴出去{by}{why}"; by, why);
        self.emit(Fact::DeliveryFailed { effect: effect.clone(), in_doubt: false, reason, nth: 0 })?;
        self.message_lost(&effect)
    }

    /// Who pastes what is posted on a manual channel: its `to`, else whoever has the first role.
    fn hands(&self, channel: &ChannelName) -> Addressee {
        let channel = self.playbook.channel(&self.group, channel);
        let to = channel.and_then(|channel| channel.hands());
        let named = to.map(ChannelName::new).filter(|to| self.playbook.channel(&self.group, to).is_some());
        if named.is_some() {
            return Addressee { channel: named, ..Addressee::default() };
        }
        let host = self.playbook.host_role(&self.group).cloned().map(Assignee::Role);
        let to = to.map(|to| Assignee::Text(Text::literal(to))).or(host);
        let facts = self.facts(Names::NONE, &ExprAbout::default());
        self.assignee(to.as_ref(), &facts).unwrap_or_default()
    }

    /// What whoever pastes a message reads of it.
    pub(in crate::engine) fn paste_message(
        &self,
        channel: &ChannelName,
        task: &Task,
        words: fn(&Playbook, &str, &ChannelName, &Task, Timestamp) -> String,
    ) -> Message {
        Message {
            mentions: task.people.iter().cloned().map(Mention::Person).collect(),
            paste: Some(Box::new(task.to_paste())),
            asks: task.asks(),
            ..Message::text(words(&self.playbook, &self.group.title, channel, task, self.now))
        }
    }

    /// The manual channel that a task is about, and where whoever pastes is told.
    pub(in crate::engine) fn pasting(&self, task: &Task) -> Option<(ChannelName, ChannelName)> {
        let all = self.playbook.channels.keys().chain(self.group.channels.keys());
        // Every manual channel has the same hands, or the task says whose it is.
        let mut manual = all.filter(|name| self.is_manual(name));
        let of = manual.find(|name| {
            let hands = self.hands(name);
            hands.role == task.role && hands.people == task.people
        })?;
        let to = self.hands(of).channel.filter(|channel| !self.is_manual(channel))?;
        Some((of.clone(), to))
    }

    /// Nobody has copied it out in its window: it is not posted later than it may be.
    pub(in crate::engine) fn window_closed(&mut self, task: &Task) -> Decided {
        self.close(&task.id, "expired", Closing::default())?;
        if let Some((of, to)) = self.pasting(task) {
            let message = self.paste_message(&of, task, notice::not_pasted);
            let from = self.hours(&self.hands(&of)).from(self.now);
            let effect = EffectId::from(format!("task/{}/missed", task.id));
            self.notify_from(from, effect, to, message, None)?;
        }
        let Some(effect) = task.effect.clone() else { return Ok(()) };
        let reason = pair("nobody delivered it before it expired", "过期之前没有人代贴").into();
        self.emit(Fact::DeliveryFailed { effect: effect.clone(), in_doubt: false, reason, nth: 0 })?;
        self.message_lost(&effect)
    }

    /// A run that was ended has nothing to copy out any more.
    pub(in crate::engine) fn take_back_deliveries(&mut self, run: &RunId) -> Decided {
        let is_its = |task: &Task| {
            let effect = task.effect.as_ref().filter(|_| task.kind == TaskKind::Delivery);
            effect.is_some_and(|effect| effect_run(effect) == Some(run.as_str()))
        };
        let tasks = self.state.tasks.values().map(|open| open.task.clone());
        let theirs: Vec<Task> = tasks.filter(is_its).collect();
        for task in theirs {
            self.close(&task.id, "cancelled", Closing::default())?;
            let Some(effect) = task.effect else { continue };
            let reason =
                pair("its run was ended before anybody delivered it", "还没人代贴，它的活动就结束了").into();
            self.emit(Fact::DeliveryFailed { effect, in_doubt: false, reason, nth: 0 })?;
        }
        Ok(())
    }

    /// Nobody has copied it out for so long that the limit is reached: it counts as not delivered.
    fn give_up_oldest_delivery(&mut self) -> Decided {
        let deliveries = self.state.tasks.values().filter(|open| open.task.kind == TaskKind::Delivery);
        let Some(oldest) = deliveries.min_by_key(|open| open.task.opened).cloned() else { return Ok(()) };
        self.close(&oldest.task.id, "cancelled", Closing::default())?;
        let Some(effect) = oldest.task.effect.clone() else { return Ok(()) };
        let reason = phrase!(
            "{} tasks are open in this group, the limit",
            "这个群有 {} 个任务没做完，到上限了",
            limits::TASKS_OPEN_MAX
        );
        self.emit(Fact::DeliveryFailed { effect: effect.clone(), in_doubt: false, reason, nth: 0 })?;
        self.message_lost(&effect)
    }

    pub(in crate::engine) fn next_task_id(&self) -> TaskId {
        TaskId::from(format!("t{}", self.state.tasks_opened + 1))
    }

    /// Reads the map of a script's `post(…)` or of any other post that is data.
    pub(in crate::engine) fn outgoing_of_map(
        &self,
        with: &Value,
        effect: EffectId,
        play: &Play,
        due: crate::base::time::Timestamp,
        posts: &BTreeMap<StepId, EffectId>,
    ) -> Result<Outgoing, Trouble> {
        let text = |key: &str| with.get(key).and_then(Value::as_str);
        let channel = ChannelName::new(text("to").unwrap_or(GROUP));
        if self.playbook.channel(&self.group, &channel).is_none() {
            return Err(Trouble::Step(phrase!(
                "the script posts to `{channel}`; there is no such channel. Channels are: {}",
                "脚本要发到 `{channel}`，没有这个频道。有的频道是 {}",
                self.channel_names()
            )));
        }
        let mut message = Message::text(text("text").unwrap_or_default());
        match with.get("mention") {
            Some(Value::Str(word)) => message.mentions = self.mention_word(word),
            Some(Value::List(words)) => {
                let words = words.iter().filter_map(Value::as_str);
                message.mentions = words.flat_map(|word| self.mention_word(word)).collect();
            }
            _ => {}
        }
        message.image = text("image").filter(|image| !image.trim().is_empty()).map(str::to_owned);
        for button in with.get("buttons").and_then(Value::as_list).unwrap_or_default() {
            let part = |key: &str| button.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
            message.buttons.push(Button { text: part("text"), url: part("url") });
        }
        message.reply_to = text("reply_to").and_then(|step| posts.get(step)).cloned();
        message.pin = with.get("pin").and_then(Value::as_bool).unwrap_or_default();
        let expires = match with.get("expires") {
            Some(Value::Duration(length)) => Some(due.plus(*length)),
            Some(Value::Time(at)) => Some(*at),
            _ => None,
        };
        let label = text("label").and_then(Label::parse);
        Ok(Outgoing {
            label: label.or(play.label),
            own_label: own_label(label, None, play),
            play: Some(play.name.clone()),
            expires,
            urgent: with.get("urgent").and_then(Value::as_bool).unwrap_or_default(),
            ..Outgoing::new(effect, channel, message, due)
        })
    }

    fn channel_names(&self) -> String {
        let mut names: Vec<&str> = self
            .playbook
            .channels
            .keys()
            .chain(self.group.channels.keys())
            .map(ChannelName::as_str)
            .collect();
        names.sort_unstable();
        names.dedup();
        names.join(", ")
    }
}

//! From what an ear tells to facts of groups: whose chat it is, which question an answer belongs to, what may be kept,
//! what was recorded before; and the wait until all of it is committed.
//!
//! What may not be kept is dropped here and goes no further.

use super::{
    ear::ROSTER,
    known::{KnownEar, Listener},
};
use crate::{
    base::{
        ids::{GroupId, MemberId, TaskId},
        limits,
    },
    engine::{
        deaf::{EarNews, EarTold},
        entry::{Task, TaskKind},
    },
    model::channel::{ChannelKind, Hear},
    shell::{
        clock,
        door::{Arrival, Arrivals, Took, reported},
        runtime::publish::Published,
        store::{Covering, Cursor, Letter, Reader, StoreError, StoreHandle, Work},
    },
};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};
use tokio::sync::mpsc;

/// How long the line waits before it hands over again what was not taken.
const AGAIN: Duration = Duration::from_millis(250);

/// Where facts go.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// What the engine shows of itself.
    pub(super) published: Published,
    /// The driver.
    pub(super) arrived: mpsc::Sender<Arrivals>,
    /// The writer.
    pub(super) store: StoreHandle,
    /// The state directory.
    pub(super) dir: PathBuf,
    /// What platforms said of the questions that are open.
    pub(super) notes: BTreeMap<(GroupId, TaskId), Vec<String>>,
}

/// The engine takes nothing any more.
#[derive(Debug)]
pub(super) struct Stopping;

impl Place {
    /// Hands facts over and waits until they are recorded, and the cursor with them.
    pub(super) async fn take(
        &mut self,
        ear: &KnownEar,
        signals: &[Value],
        cursor: Option<&str>,
    ) -> Result<(), Stopping> {
        loop {
            let all = self.arrivals(ear, signals).await;
            let Ok(items) = self.unknown(all).await else {
                super::wait(AGAIN).await;
                continue;
            };
            let cursor = cursor.map(|value| Cursor {
                channel: ear.name.clone(),
                value: value.to_owned(),
                at: clock::now(),
            });
            if items.is_empty() || self.commit(items, cursor.as_ref()).await? {
                return match cursor {
                    Some(cursor) => self.store.send(Work::Cursor(cursor)).map_err(|_| Stopping),
                    None => Ok(()),
                };
            }
            super::wait(AGAIN).await;
        }
    }

    /// Remembers up to when an ear has listened.
    pub(super) fn note(&self, cursor: Cursor) {
        // Where the engine stops, the one before is true.
        let _ = self.store.send(Work::Cursor(cursor));
    }

    /// Hands over what is to be known of an ear. Nobody waits for it.
    pub(super) fn tell(&self, ear: &KnownEar, listener: &Listener, what: EarTold, id: String) {
        let news = EarNews { channel: listener.channel.clone(), what };
        let items = vec![Arrival::of_ear(news, id, ear.name.clone(), listener.group.clone())];
        let arrived = self.arrived.clone();
        tokio::spawn(async move {
            let (took, mut told) = mpsc::unbounded_channel();
            if arrived.send(Arrivals { items, covering: None, took }).await.is_ok() {
                told.recv().await;
            }
        });
    }

    /// Waits for the commits; false when not all were taken.
    async fn commit(&self, items: Vec<Arrival>, cursor: Option<&Cursor>) -> Result<bool, Stopping> {
        let (took, mut heard) = mpsc::unbounded_channel();
        let left = items.len();
        let covering = cursor.map(|cursor| Arc::new(Covering::new(cursor.clone(), left)));
        self.arrived.send(Arrivals { items, covering, took }).await.map_err(|_| Stopping)?;
        let all = async {
            for _ in 0..left {
                match heard.recv().await {
                    Some((_, Took::Full)) => return false,
                    // A group that no file has any more takes nothing.
                    None => return true,
                    Some(_) => {}
                }
            }
            true
        };
        let most = Duration::from_millis(limits::EAR_COMMIT_MS_MAX);
        Ok(tokio::time::timeout(most, all).await.unwrap_or(false))
    }

    /// Each fact for each group that it concerns.
    async fn arrivals(&mut self, ear: &KnownEar, signals: &[Value]) -> Vec<Arrival> {
        let mut all = Vec::new();
        let mut of_chat: BTreeMap<&str, Vec<&Listener>> = BTreeMap::new();
        let mut channels: BTreeMap<&GroupId, usize> = BTreeMap::new();
        for listener in &ear.listeners {
            of_chat.entry(&listener.chat).or_default().push(listener);
            *channels.entry(&listener.group).or_default() += 1;
        }
        let everybody: Vec<&Listener> = ear.listeners.iter().collect();
        for signal in signals {
            let concerned = match signal["chat"].as_str() {
                Some(chat) => of_chat.get(chat).map(Vec::as_slice).unwrap_or_default(),
                None => everybody.as_slice(),
            };
            let several = concerned.len() > 1;
            for listener in concerned {
                if signal["type"] == ROSTER {
                    let gone = self.gone(ear, listener, signal);
                    all.extend(gone.into_iter().filter_map(|told| arrival(ear, &listener.group, told)));
                    continue;
                }
                let mut signal = signal.clone();
                // Of a group that is heard in several channels each is counted for itself.
                if channels.get(&listener.group) > Some(&1) && signal["message"].is_object() {
                    signal["message"]["channel"] = json!(listener.channel.as_str());
                }
                let all_told = self.told(ear.kind, listener, &signal).await;
                // What answers a question stands beside its answer.
                let alone = all_told.len() > 1;
                for mut told in all_told {
                    if several {
                        let id = told["id"].as_str().unwrap_or_default();
                        told["id"] = json!(format!("{id}@{}", listener.group));
                    }
                    let arrival = arrival(ear, &listener.group, told);
                    all.extend(arrival.map(|arrival| Arrival { alone, ..arrival }));
                }
            }
        }
        all
    }

    /// Those of a group who are known on the platform and are not on its roster. Where a group has several chats there,
    /// nobody knows in which of them somebody was.
    fn gone(&self, ear: &KnownEar, listener: &Listener, roster: &Value) -> Vec<Value> {
        let own = |other: &&Listener| other.group == listener.group;
        let state = self.published.snapshot().groups.get(&listener.group).map(|now| now.state.clone());
        let Some(state) = state.filter(|_| ear.listeners.iter().filter(own).count() == 1) else {
            return Vec::new();
        };
        let here = roster["data"]["members"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let here: BTreeSet<&str> = here.collect();
        let prefix = format!("{}:", ear.kind);
        let known = state.members.iter().filter_map(|member| member.id.as_str().strip_prefix(&prefix));
        let id = roster["id"].as_str().unwrap_or_default();
        let left = |user: &str| {
            json!({
                "id": format!("{id}:{user}"), "type": "member.left", "data": { "how": "unknown" },
                "member": { "id": format!("{prefix}{user}") },
            })
        };
        known.filter(|user| !here.contains(user)).map(left).collect()
    }

    /// What a group is told: the fact, as much of it as is heard, and the answer that a reply is.
    async fn told(&mut self, kind: ChannelKind, listener: &Listener, signal: &Value) -> Vec<Value> {
        let mut told = signal.clone();
        if told["type"] == "message" && calls_one_of(&listener.hosts, &told["message"]["mentions"]) {
            told["message"]["question"] = json!(true);
        }
        name_members(kind, &mut told);
        let of_answer = told["data"]["poll"].as_str().or_else(|| told["message"]["id"].as_str());
        if told["type"] == "answer" {
            let Some(asked) = self.question(&listener.group, of_answer).await else { return Vec::new() };
            asked.answer(&mut told["data"]);
            return vec![told];
        }
        if told["type"] == "reaction" {
            let answer = self.pressed(&listener.group, &told).await;
            return std::iter::once(told).chain(answer).collect();
        }
        let replied = told["message"]["reply_to"]["id"].as_str().filter(|_| told["type"] == "message");
        let mut all = Vec::new();
        let mut asked = self.question(&listener.group, replied).await;
        if told["data"]["called"] == true {
            // Where only the robot is heard that is how people answer.
            asked = asked.or_else(|| self.only_question(&listener.group));
        }
        if let Some(text) = told["message"]["text"].as_str()
            && let Some(asked) = asked
        {
            let id = told["id"].as_str().unwrap_or_default();
            let (time, member) = (&told["time"], &told["member"]);
            let mut data = json!({ "option": text.trim() });
            asked.answer(&mut data);
            let id = format!("{id}/answer");
            all.push(json!({ "id": id, "type": "answer", "time": time, "member": member, "data": data }));
        }
        if listener.hear < Hear::All
            && let Some(message) = told["message"].as_object_mut()
        {
            message.remove("text");
        }
        all.insert(0, told);
        all
    }

    /// The answer that a reaction is: 1️⃣ under a question is its first option, and gone again takes that back.
    async fn pressed(&mut self, group: &GroupId, told: &Value) -> Option<Value> {
        let number = told["data"]["emoji"].as_str().and_then(number_of)?;
        let asked = self.question(group, told["message"]["id"].as_str()).await?;
        let option = asked.options.get(number - 1).filter(|_| asked.only_one)?;
        let mut data = json!({ "option": option });
        if told["data"]["added"] == false {
            // Whoever has chosen another one meanwhile keeps that.
            let state = self.published.snapshot().groups.get(group).map(|now| now.state.clone())?;
            let member = MemberId::new(told["member"]["id"].as_str()?);
            let answers = &state.tasks.get(&asked.task)?.answers;
            let (_, chosen) = answers.get(state.members.own_id(&member))?;
            if chosen.as_str() != Some(option) {
                return None;
            }
            data = json!({ "withdraw": true });
        }
        data["task"] = json!(asked.task.as_str());
        let id = told["id"].as_str().unwrap_or_default();
        let (time, member) = (&told["time"], &told["member"]);
        Some(
            json!({ "id": format!("{id}/answer"), "type": "answer", "time": time, "member": member, "data": data }),
        )
    }

    /// The open question that a message or a poll of the platform put. A quick answer may come before it is recorded
    /// that the question has arrived: then that is waited for.
    async fn question(&mut self, group: &GroupId, id: Option<&str>) -> Option<Asked> {
        let id = id?;
        for _ in 0..limits::EAR_ASKED_TRIES_MAX {
            let (found, fresh) = self.look_up(group, id).await;
            if found.is_some() || !fresh {
                return found;
            }
            super::wait(AGAIN).await;
        }
        None
    }

    /// The question, and whether one was put so lately that it may not be known yet how the platform calls it.
    async fn look_up(&mut self, group: &GroupId, id: &str) -> (Option<Asked>, bool) {
        let state = self.published.snapshot().groups.get(group).map(|now| now.state.clone());
        let Some(state) = state else { return (None, false) };
        self.notes.retain(|(other, task), _| other != group || state.tasks.contains_key(task));
        let (now, mut fresh) = (clock::now(), false);
        for open in state.tasks.values().filter(|open| open.task.kind == TaskKind::Question) {
            let (Some(run), Some(step)) = (&open.task.run, &open.task.step) else { continue };
            let key = (group.clone(), open.task.id.clone());
            if !self.notes.contains_key(&key) {
                let (dir, group, effects) = (self.dir.clone(), group.clone(), format!("{run}/{step}/"));
                let read = move || Reader::beside_engine(&dir)?.notes(&group, &effects);
                let notes = tokio::task::spawn_blocking(read).await.ok().and_then(Result::ok);
                let Some(notes) = notes.filter(|notes| !notes.is_empty()) else {
                    fresh |= now.since(open.task.opened).as_millis() < limits::EAR_ASKED_LATELY_MS;
                    continue;
                };
                self.notes.insert(key.clone(), notes);
            }
            let mut notes = self.notes.get(&key).into_iter().flatten();
            if notes.any(|note| note.split_whitespace().any(|word| word == id)) {
                return (Some(Asked::of(&open.task)), fresh);
            }
        }
        (None, fresh)
    }

    /// The question that is open, where there is only one.
    fn only_question(&self, group: &GroupId) -> Option<Asked> {
        let state = self.published.snapshot().groups.get(group)?.state.clone();
        let mut open = state.tasks.values().filter(|open| open.task.kind == TaskKind::Question);
        let only = Asked::of(&open.next()?.task);
        open.next().is_none().then_some(only)
    }

    /// Those that were not recorded before.
    async fn unknown(&self, all: Vec<Arrival>) -> Result<Vec<Arrival>, StoreError> {
        if all.is_empty() {
            return Ok(all);
        }
        let letters: Vec<Letter> = all.iter().map(|arrival| arrival.letter.clone()).collect();
        let dir = self.dir.clone();
        let read = move || Reader::beside_engine(&dir).and_then(|reader| reader.letters(&letters));
        let known =
            tokio::task::spawn_blocking(read).await.map_err(|error| StoreError::Io(error.to_string()))??;
        Ok(all.into_iter().zip(known).filter(|(_, known)| !known).map(|(arrival, _)| arrival).collect())
    }
}

/// An open question.
struct Asked {
    task: TaskId,
    /// The only line of its form: whatever is said fills it in.
    field: Option<String>,
    /// The options of a poll, and whether only one may be chosen.
    options: Vec<String>,
    only_one: bool,
}

impl Asked {
    fn of(task: &Task) -> Self {
        let field = match (task.options.as_slice(), task.fields.as_slice()) {
            ([], [only]) => Some(only.clone()),
            _ => None,
        };
        let only_one = task.choices.unwrap_or(1) == 1;
        Self { task: task.id.clone(), field, options: task.options.clone(), only_one }
    }

    /// Makes what was said an answer to it. Platforms count options from 1, whatever stands in them.
    fn answer(&self, data: &mut Value) {
        data["task"] = json!(self.task.as_str());
        let place = |number: &Value| usize::try_from(number.as_u64()?.checked_sub(1)?).ok();
        let nth = |number: &Value| self.options.get(place(number)?).cloned();
        match &mut data["option"] {
            Value::Array(all) => {
                for one in all {
                    *one = nth(one).map_or_else(|| one.take(), Value::from);
                }
            }
            Value::Null => drop(data.as_object_mut().and_then(|data| data.shift_remove("option"))),
            one => *one = nth(one).map_or_else(|| one.take(), Value::from),
        }
        if let Some(field) = &self.field
            && let Some(said) = data.as_object_mut().and_then(|data| data.shift_remove("option"))
        {
            data["fields"] = json!({ field: said });
        }
    }
}

/// The number that an emoji is, from 1 to 10: as a sign of its own, or by its name.
fn number_of(emoji: &str) -> Option<usize> {
    const NAMES: [&str; 10] =
        ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "keycap_ten"];
    if emoji == "🔟" {
        return Some(10);
    }
    let by_sign = || {
        let digit = emoji.strip_suffix('\u{20e3}')?.trim_end_matches('\u{fe0f}').parse::<usize>().ok()?;
        (1..=9).contains(&digit).then_some(digit)
    };
    NAMES.iter().position(|name| *name == emoji.trim_matches(':')).map(|at| at + 1).or_else(by_sign)
}

/// Whether somebody of these is called: by id, or by the name that some platforms write behind an @.
fn calls_one_of(hosts: &[String], mentions: &Value) -> bool {
    let called = mentions.as_array().into_iter().flatten().filter_map(Value::as_str);
    let plain = |name: &str| name.trim_start_matches('@').to_lowercase();
    called.into_iter().any(|called| hosts.iter().any(|host| plain(host) == plain(called)))
}

/// A member's id says on which platform it is one, so that two platforms never collide.
fn name_members(kind: ChannelKind, told: &mut Value) {
    let name = |id: &mut Value| {
        // On Telegram people are called by names, too, and these are no ids.
        let is_id = |found: &&str| kind != ChannelKind::Telegram || !found.starts_with('@');
        if let Some(found) = id.as_str().filter(is_id) {
            *id = json!(format!("{kind}:{found}"));
        }
    };
    for path in ["/member/id", "/member/inviter", "/actor/id", "/message/reply_to/member"] {
        told.pointer_mut(path).into_iter().for_each(name);
    }
    let mentions = told.pointer_mut("/message/mentions").and_then(Value::as_array_mut);
    mentions.into_iter().flatten().for_each(name);
}

/// A fact as the driver takes it; none where the platform said something that is none.
fn arrival(ear: &KnownEar, group: &GroupId, told: Value) -> Option<Arrival> {
    let read = reported::signal(told, None, clock::now()).ok()?;
    Some(Arrival::of(read, ear.name.clone(), group.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_signs_and_by_their_names() {
        let read =
            ["1️⃣", "9\u{20e3}", "🔟", "two", ":keycap_ten:", "0️⃣", "👍", "12\u{20e3}", ""].map(number_of);
        assert_eq!(read, [Some(1), Some(9), Some(10), Some(2), Some(10), None, None, None, None]);
    }

    #[test]
    fn whoever_calls_a_host_asks_something() {
        let hosts = ["42".to_owned(), "lin_reads".to_owned()];
        let calls = |mentions: Value| calls_one_of(&hosts, &mentions);
        assert!(calls(json!(["7", "42"])) && calls(json!(["@Lin_Reads"])));
        assert!(!calls(json!(["7"])) && !calls(json!([])) && !calls(Value::Null));
    }

    #[test]
    fn a_place_in_a_list_is_the_option_that_stands_there() {
        let asked = Asked {
            task: TaskId::new("t1"),
            field: None,
            options: vec!["2".into(), "1".into()],
            only_one: false,
        };
        let answer = |mut data: Value| {
            asked.answer(&mut data);
            data
        };
        // What is typed is read by whoever knows the question; what a platform counts is a place.
        assert_eq!(answer(json!({ "option": 2 })), json!({ "option": "1", "task": "t1" }));
        assert_eq!(answer(json!({ "option": [1, 2] })), json!({ "option": ["2", "1"], "task": "t1" }));
        assert_eq!(answer(json!({ "option": "2" })), json!({ "option": "2", "task": "t1" }));
        assert_eq!(answer(json!({ "withdraw": true })), json!({ "withdraw": true, "task": "t1" }));
    }
}

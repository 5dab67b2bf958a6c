//! What a script asks for: posts, tasks, signals, and what it notes about members.

use super::{Given, fail, function};
use crate::{
    base::{
        civil_day::CivilDay,
        phrase::{Phrase, pair, phrase},
        value::Value,
    },
    script::{
        action::Action,
        convert,
        frame::{self, Live},
        objects::{MemberList, MemberRef},
        posting, render,
    },
};
use rhai::{Dynamic, Map, Module};
use std::sync::Arc;

pub(super) fn register(module: &mut Module) {
    function(module, "post", |text: &str| act(Action::Post { with: posting::from_text(text) }));
    function(module, "post", |map: Map| -> Given<()> {
        act(Action::Post { with: posting::read(&posting::POST, &map).map_err(fail)? })
    });
    function(module, "task", |text: &str| act(Action::Task { with: posting::from_text(text) }));
    function(module, "task", |map: Map| -> Given<()> {
        act(Action::Task { with: posting::read(&posting::TASK, &map).map_err(fail)? })
    });
    function(module, "signal", |name: &str| signal(name, &Dynamic::UNIT));
    function(module, "signal", |name: &str, data: Map| signal(name, &Dynamic::from_map(data)));
    function(module, "log", |value: Dynamic| frame::note(&render::text(&value)));
    register_members(module);
}

fn register_members(module: &mut Module) {
    function(module, "tag", |m: &mut MemberRef, tag: &str| set_tag(m, tag, true));
    function(module, "untag", |m: &mut MemberRef, tag: &str| set_tag(m, tag, false));
    function(module, "award", |m: &mut MemberRef, points: i64| award(m, points, None));
    function(module, "award", |m: &mut MemberRef, points: i64, kind: &str| award(m, points, Some(kind)));
    function(module, "set", |m: &mut MemberRef, key: &str, value: Dynamic| set_field(m, key, &value));
    function(module, "tag", |list: &mut MemberList, tag: &str| {
        list.clone().into_iter().try_for_each(|m| set_tag(&m, tag, true))
    });
    function(module, "untag", |list: &mut MemberList, tag: &str| {
        list.clone().into_iter().try_for_each(|m| set_tag(&m, tag, false))
    });
    function(module, "award", |list: &mut MemberList, points: i64| {
        list.clone().into_iter().try_for_each(|m| award(&m, points, None))
    });
}

fn live<R>(change: impl FnOnce(&mut Live) -> Result<R, Phrase>) -> Given<R> {
    frame::with(|f| match f.live() {
        Some(live) => change(&mut live.borrow_mut()).map_err(fail),
        None => Err(fail(pair(
            "an expression changes nothing; this is only in scripts",
            "表达式不改变任何东西；这只在脚本里有",
        ))),
    })
}

fn act(action: Action) -> Given<()> {
    live(|live| live.act(action))
}

fn signal(name: &str, data: &Dynamic) -> Given<()> {
    if name.is_empty() || name.contains(char::is_whitespace) {
        return Err(fail(phrase!(
            "{name:?} is not the name of a signal: a name has no spaces, such as \"game.won\"",
            "{name:?} 不是信号名：名字里没有空格，例如 \"game.won\""
        )));
    }
    let data = convert::to_value(data).map_err(fail)?;
    act(Action::Signal { name: name.into(), data })
}

fn set_tag(member: &MemberRef, tag: &str, on: bool) -> Given<()> {
    if tag.is_empty() {
        return Err(fail(pair("a tag is a word, not empty text", "标签是一个词，不能是空的")));
    }
    live(|live| {
        let (id, tag) = (member.0.clone(), tag.to_owned());
        if let Some(known) = live.members.get(&id) {
            let mut changed = known.as_ref().clone();
            if on {
                changed.tags.insert(tag.clone());
            } else {
                changed.tags.remove(&tag);
            }
            live.members.set(Arc::new(changed));
        }
        live.act(if on { Action::Tag { member: id, tag } } else { Action::Untag { member: id, tag } })
    })
}

fn award(member: &MemberRef, points: i64, kind: Option<&str>) -> Given<()> {
    if kind.is_some_and(|kind| kind.trim().is_empty() || kind.contains(char::is_whitespace)) {
        return Err(fail(pair(
            "the kind of points is one word, such as \"venue\"",
            "积分的种类是一个词，例如 \"venue\"",
        )));
    }
    let today = frame::with(|f| CivilDay::of(f.facts.now, &f.facts.zone));
    live(|live| {
        if let Some(known) = live.members.get(&member.0) {
            let mut changed = known.as_ref().clone();
            match kind {
                None => changed.points = changed.points.saturating_add(points),
                Some(kind) => changed.accounts.entry(kind.to_owned()).or_default().add(points, today),
            }
            live.members.set(Arc::new(changed));
        }
        let kind = kind.map(str::to_owned);
        live.act(Action::Points { member: member.0.clone(), add: points, kind })
    })
}

fn set_field(member: &MemberRef, key: &str, value: &Dynamic) -> Given<()> {
    const OWN: [&str; 10] =
        ["id", "name", "role", "source", "joined", "seen", "idle", "messages", "points", "tags"];
    if OWN.contains(&key) {
        return Err(fail(phrase!(
            "`{key}` is what the platform reported; store your own under another name",
            "`{key}` 是平台报来的；自己的请换个名字存"
        )));
    }
    let value = convert::to_value(value)
        .map_err(|why| fail(phrase!("`{key}` cannot be stored: ", "`{key}` 存不了：").and(&why)))?;
    live(|live| {
        if let Some(known) = live.members.get(&member.0) {
            let mut changed = known.as_ref().clone();
            if value == Value::Null {
                changed.fields.remove(key);
            } else {
                changed.fields.insert(key.to_owned(), value.clone());
            }
            live.members.set(Arc::new(changed));
        }
        live.act(Action::Field { member: member.0.clone(), key: key.to_owned(), value })
    })
}

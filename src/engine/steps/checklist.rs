//! A task's list: what is ticked off, answered and added, and what later steps know of it.

use crate::{
    base::{
        diagnostic::suggest::nearest,
        ids::TaskId,
        limits, markdown,
        phrase::{Phrase, phrase},
        value::Value,
        words::{shorten, tick},
    },
    engine::{
        coming::ARRIVED,
        draft::{Decided, Draft},
        entry::{Fact, TaskKind},
        state::OpenTask,
    },
    model::text::{Text, TextPart},
    script::{expr::EvalError, facts::Facts},
};
use std::sync::Arc;

/// What is on a list now. An item that is exactly one `${…}` may be a list itself.
pub(in crate::engine) fn written(list: &[Text], facts: &Arc<Facts>) -> Result<Vec<String>, EvalError> {
    let mut items = Vec::new();
    for item in list {
        match item.parts.as_slice() {
            [TextPart::Expr(expr)] => match expr.eval(facts)? {
                Value::List(values) => {
                    items.extend(values.iter().map(|value| markdown::escape(&shown(value))));
                }
                Value::Null => {}
                _ => items.push(item.render_markdown(facts)?),
            },
            _ => items.push(item.render_markdown(facts)?),
        }
    }
    if items.len() > limits::LIST_ITEMS_MAX {
        return Err(EvalError(phrase!(
            "the list has {} items; a task has at most {}",
            "清单有 {} 项，一个任务最多 {} 项",
            items.len(),
            limits::LIST_ITEMS_MAX
        )));
    }
    Ok(items)
}

fn shown(value: &Value) -> String {
    match value {
        Value::Str(text) => text.to_string(),
        other => other.to_json().to_string(),
    }
}

/// A task as later steps see it under its `as` name: `items` says of each what was answered, `left` what is open.
pub(in crate::engine) fn value(open: &OpenTask, done: bool, by: Option<&str>, note: &Value) -> Value {
    let items = open.task.list.iter().zip(0_u32..).map(|(text, place)| {
        let answer = open.ticks.get(&place);
        Value::map([
            ("item", Value::str(text)),
            ("done", Value::Bool(answer.is_some())),
            ("answer", answer.filter(|answer| **answer != Value::Bool(true)).cloned().unwrap_or_default()),
        ])
    });
    let mut value = Value::map([
        ("task", Value::str(open.task.id.as_str())),
        ("done", Value::Bool(done)),
        ("by", by.map_or(Value::Null, Value::str)),
        ("note", note.clone()),
        ("items", Value::list(items.collect())),
        ("left", Value::list(open.left().map(Value::str).collect())),
    ]);
    if let (true, Value::Map(map)) = (open.task.checkin, &mut value) {
        Arc::make_mut(map).insert(Arc::from(ARRIVED), Value::Int(open.arrived().1));
    }
    value
}

impl OpenTask {
    /// What on its list is open.
    pub fn left(&self) -> impl Iterator<Item = &str> {
        let list = self.task.list.iter().zip(0_u32..);
        list.filter(|(_, place)| !self.ticks.contains_key(place)).map(|(text, _)| text.as_str())
    }
}

/// An item that somebody names: where it is on the list, what is new on it, what is answered.
struct Ticked {
    item: u32,
    text: Option<String>,
    value: Value,
}

impl Draft<'_> {
    /// Things on a list are done. With the last of them the task is.
    pub(in crate::engine) fn tick(&mut self, id: &TaskId, items: &[String], by: Option<&str>) -> Decided {
        let Some(open) = self.state.tasks.get(id).cloned() else { return self.no_task(id) };
        if open.task.kind != TaskKind::Task || open.task.list.is_empty() && !open.task.checkin {
            return self.refuse(phrase!(
                "{id} has no list; answer it with `playbook done {id}`",
                "{id} 没有清单；做完了用 `playbook done {id}`"
            ));
        }
        let mut ticked = Vec::new();
        let mut length = open.task.list.len();
        for item in items {
            match meant(&open, item, length) {
                Ok(one) => {
                    length += usize::from(one.text.is_some());
                    ticked.push(one);
                }
                Err(reason) => return self.refuse(phrase!("{id}: ", "{id}：").and(&reason)),
            }
        }
        for Ticked { item, text, value } in ticked {
            let by = by.map(str::to_owned);
            self.emit(Fact::ItemTicked { task: id.clone(), item, text, value, by })?;
            if !open.ticks.contains_key(&item) {
                self.tell_came(&open, item)?;
            }
        }
        let Some(open) = self.state.tasks.get(id).cloned() else { return Ok(()) };
        // People come until somebody says that nobody comes any more.
        if open.task.checkin || open.left().next().is_some() {
            return self.bind_task(id, &value(&open, false, None, &Value::Null));
        }
        self.task_done(id, by.map(str::to_owned), Value::Null)
    }
}

fn meant(open: &OpenTask, written: &str, length: usize) -> Result<Ticked, Phrase> {
    let written = written.trim();
    if written.len() > limits::LIST_ANSWER_BYTES_MAX {
        return Err(phrase!(
            "an answer has at most {} bytes",
            "一个回答最多 {} 字节",
            limits::LIST_ANSWER_BYTES_MAX
        ));
    }
    if let Some(text) = written.strip_prefix(['+', '＋']).map(str::trim).filter(|text| !text.is_empty()) {
        if length >= limits::LIST_ITEMS_MAX {
            return Err(phrase!("a list has at most {} items", "一张清单最多 {} 项", limits::LIST_ITEMS_MAX));
        }
        let value = Value::Bool(true);
        return Ok(Ticked { item: length as u32, text: Some(markdown::escape(text)), value });
    }
    if let Some(item) = place(&open.task.list, written) {
        return Ok(Ticked { item, text: None, value: Value::Bool(true) });
    }
    let split = written.split_once(['=', '＝']).map(|(name, answer)| (name.trim(), answer.trim()));
    if let Some((name, answer)) = split
        && let Some(item) = place(&open.task.list, name)
    {
        let value = if answer.is_empty() { Value::Bool(true) } else { Value::str(answer) };
        return Ok(Ticked { item, text: None, value });
    }
    let name = split.map_or(written, |(name, _)| name);
    let near = nearest(name, open.task.list.iter().map(String::as_str));
    let near =
        near.map_or_else(Phrase::default, |near| phrase!("; did you mean {}", "；是不是 {}", tick(near)));
    let left: Vec<String> = (open.task.list.iter().zip(1..))
        .take(limits::LIST_ITEMS_SHOWN)
        .map(|(text, number)| format!("{number} {}", shorten(text, 40)))
        .collect();
    let (name, left) = (Phrase::same(tick(name)), Phrase::same(left.join(", ")));
    Err(
        phrase!("{name} is not on its list{near}; the list: {left}", "{name} 不在它的清单上{near}；清单：{left}"; name, near, left),
    )
}

/// The place of an item: its number from 1, its text, or the beginning that only one has.
fn place(list: &[String], name: &str) -> Option<u32> {
    let index = |at: usize| u32::try_from(at).ok();
    if let Some(at) = list.iter().position(|text| text == name || *text == markdown::escape(name)) {
        return index(at);
    }
    if let Ok(number) = name.parse::<usize>() {
        return number.checked_sub(1).filter(|at| *at < list.len()).and_then(index);
    }
    let mut found = list.iter().enumerate().filter(|(_, text)| !name.is_empty() && text.starts_with(name));
    let (at, _) = found.next()?;
    found.next().is_none().then(|| index(at)).flatten()
}

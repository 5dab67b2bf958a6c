//! What lists have beyond Rhai's own `map`, `filter`, `reduce`, `sort`, `contains`, `len`, ….

use super::{Given, counting, fail, function, property};
use crate::{
    base::{
        markdown,
        phrase::{pair, phrase},
    },
    script::{frame, render},
};
use std::collections::BTreeSet;

use rhai::{Array, Dynamic, FnPtr, FuncRegistration, Map, Module, NativeCallContext};

pub(super) fn register(module: &mut Module) {
    property(module, "count", |list: &mut Array| list.len() as i64);
    FuncRegistration::new_getter("first")
        .set_into_module(module, |list: &mut Array| list.first().cloned().unwrap_or_default());
    FuncRegistration::new_getter("last")
        .set_into_module(module, |list: &mut Array| list.last().cloned().unwrap_or_default());
    function(module, "first", |list: &mut Array| list.first().cloned().unwrap_or_default());
    function(module, "last", |list: &mut Array| list.last().cloned().unwrap_or_default());
    counting(module, "take", |list: &mut Array, n: i64| {
        frame::spent(list.len() / 4);
        list.iter().take(usize::try_from(n).unwrap_or(0)).cloned().collect::<Array>()
    });
    function(module, "nth", |list: &mut Array, n: i64| {
        let index = n.checked_sub(1).and_then(|n| usize::try_from(n).ok());
        index.and_then(|index| list.get(index)).cloned().unwrap_or_default()
    });
    function(module, "unused", |list: &mut Array, used: Dynamic| -> Given<Array> {
        // One item counts as a list of it, nothing as an empty one.
        let one = used.clone();
        let used =
            if used.is_unit() { Array::new() } else { used.into_array().unwrap_or_else(|_| vec![one]) };
        frame::spend_on(list.iter().chain(used.iter()), 4)?;
        let taken: BTreeSet<String> = used.iter().map(key).collect();
        Ok(list.iter().filter(|item| !taken.contains(&key(item))).cloned().collect())
    });
    function(module, "numbered", |list: &mut Array| -> Given<String> {
        frame::spend_on(list.iter(), 2)?;
        let lines: Vec<String> = list
            .iter()
            .enumerate()
            .map(|(index, item)| format!("{}. {}", index + 1, markdown::escape(&render::text(item))))
            .collect();
        super::text::fits(lines.iter().map(|line| line.len() + 1).sum())?;
        Ok(lines.join("\n"))
    });
    function(module, "sum", |list: &mut Array| sum(list));
    function(module, "unique", |list: &mut Array| -> Given<Array> {
        frame::spend_on(list.iter(), 8)?;
        Ok(unique(list))
    });
    chosen(module);
    joined(module);
}

/// What takes a function of the script's: `any`, `where`, `group_by`.
fn chosen(module: &mut Module) {
    function(module, "any", |ctx: NativeCallContext<'_>, list: &mut Array, test: FnPtr| -> Given<bool> {
        for item in list.iter() {
            let answer: Dynamic = test.call_within_context(&ctx, (item.clone(),))?;
            if answer.as_bool().map_err(|kind| {
                fail(phrase!(
                    "the condition gave {kind}, not true or false",
                    "条件给出的是 {kind}，不是真或假"
                ))
            })? {
                return Ok(true);
            }
        }
        Ok(false)
    });
    function(module, "where", |ctx: NativeCallContext<'_>, list: &mut Array, test: FnPtr| -> Given<Array> {
        frame::spend_on(list.iter(), 1)?;
        let mut kept = Array::new();
        for item in list.iter() {
            let answer: Dynamic = test.call_within_context(&ctx, (item.clone(),))?;
            if answer.as_bool().map_err(|kind| {
                fail(phrase!(
                    "the condition gave {kind}, not true or false",
                    "条件给出的是 {kind}，不是真或假"
                ))
            })? {
                kept.push(item.clone());
            }
        }
        Ok(kept)
    });
    function(module, "group_by", |ctx: NativeCallContext<'_>, list: &mut Array, key: FnPtr| -> Given<Map> {
        frame::spend_on(list.iter(), 1)?;
        let mut groups = Map::new();
        for item in list.iter() {
            let name: Dynamic = key.call_within_context(&ctx, (item.clone(),))?;
            let entry =
                groups.entry(render::text(&name).into()).or_insert_with(|| Dynamic::from_array(Vec::new()));
            if let Ok(mut members) = entry.as_array_mut() {
                members.push(item.clone());
            }
        }
        Ok(groups)
    });
}

/// Lists as text.
fn joined(module: &mut Module) {
    for name in ["to_string", "join"] {
        function(module, name, |list: &mut Array| -> Given<String> {
            frame::spend_on(list.iter(), 2)?;
            Ok(render::text(&Dynamic::from_array(list.clone())))
        });
    }
    function(module, "join", |list: &mut Array, between: &str| -> Given<String> {
        frame::spend_on(list.iter(), 2)?;
        let parts: Vec<String> = list.iter().map(render::text).collect();
        let bytes = parts.iter().map(String::len).sum::<usize>() + between.len() * parts.len();
        super::text::fits(bytes)?;
        Ok(parts.join(between))
    });
}

/// What tells an item from others: its `id` where it has one, else how it reads.
fn key(item: &Dynamic) -> String {
    let id = item.as_map_ref().ok().and_then(|map| map.get("id").cloned());
    render::text(id.as_ref().unwrap_or(item))
}

/// A whole number when all are, else a number with a fraction.
fn sum(list: &Array) -> Given<Dynamic> {
    frame::spend(list.len() as u64 / 4)?;
    let mut whole = 0_i64;
    let mut fraction = 0.0;
    let mut all_whole = true;
    for item in list {
        if let Ok(n) = item.as_int() {
            whole = whole.checked_add(n).ok_or_else(|| fail(pair("the sum is too large", "和太大了")))?;
        } else if let Ok(x) = item.as_float() {
            fraction += x;
            all_whole = false;
        } else {
            return Err(fail(phrase!(
                "`sum` adds numbers; the list has {}",
                "`sum` 把数加起来；列表里有 {}",
                item.type_name()
            )));
        }
    }
    Ok(if all_whole { whole.into() } else { (whole as f64 + fraction).into() })
}

/// Without what reads the same as an earlier one.
fn unique(list: &Array) -> Array {
    let mut seen = std::collections::BTreeSet::new();
    list.iter()
        .filter(|item| seen.insert((item.type_name().to_owned(), render::text(item))))
        .cloned()
        .collect()
}

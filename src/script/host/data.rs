//! Data from outside: files, addresses, open maps, what scripts stored.

use super::{Given, fail, function, property, written};
use crate::{
    base::{
        limits::SCRIPT_FETCHES_MAX,
        phrase::{Phrase, pair, phrase},
        source::normal_path,
        value::Value,
    },
    script::{
        action::Fetched,
        convert, frame,
        objects::{OpenMap, StateRef},
        weight,
    },
};
use rhai::{Array, Dynamic, FuncRegistration, Module};

pub(super) fn register(module: &mut Module) {
    function(module, "data", |path: &str| data(path));
    written::<OpenMap>(module);
    FuncRegistration::new_index_getter().set_into_module(module, |map: &mut OpenMap, key: &str| {
        map.0.get(key).map_or(Dynamic::UNIT, convert::counted)
    });
    function(module, "get", |map: &mut OpenMap, key: &str| {
        map.0.get(key).map_or(Dynamic::UNIT, convert::counted)
    });
    function(module, "contains", |map: &mut OpenMap, key: &str| map.0.contains_key(key));
    function(module, "len", |map: &mut OpenMap| map.0.len() as i64);
    function(module, "is_empty", |map: &mut OpenMap| map.0.is_empty());
    function(module, "keys", |map: &mut OpenMap| {
        frame::spent(map.0.len());
        map.0.keys().map(|key| Dynamic::from(key.to_string())).collect::<Array>()
    });
    function(module, "values", |map: &mut OpenMap| map.0.values().map(convert::counted).collect::<Array>());
    function(module, "to_map", |map: &mut OpenMap| {
        Dynamic::from_map(map.0.iter().map(|(k, v)| (k.as_ref().into(), convert::counted(v))).collect())
    });
}

fn data(path: &str) -> Given<Dynamic> {
    frame::spend(path.len() as u64 / 64)?;
    let clean = normal_path(path).ok_or_else(|| {
        fail(phrase!(
            "{path:?} is outside the playbook's folder; `data` reads only inside it",
            "{path:?} 在剧本文件夹外面；`data` 只读里面的文件"
        ))
    })?;
    let value = frame::with(|f| match f.host() {
        Some(host) => host.data(&clean).map_err(Phrase::from),
        None => f.facts.data.get(&clean).or_else(|| f.facts.data.get(path)).cloned().ok_or_else(|| {
            phrase!(
                "the file {path:?} was not read with the playbook; write its path as it is, in quotes",
                "文件 {path:?} 没有随剧本一起读；请把路径原样写在引号里"
            )
        }),
    });
    let value = value.map_err(fail)?;
    frame::spend(weight::plain_cost(&value))?;
    Ok(convert::to_dynamic(&value))
}

/// `state` and `fetch`.
pub(super) fn register_scripts(module: &mut Module) {
    function(module, "fetch", |url: &str| fetch(url));
    written::<StateRef>(module);
    function(module, "get", |_: &mut StateRef, key: &str| get(key));
    function(module, "get", |_: &mut StateRef, key: &str, otherwise: Dynamic| {
        let value = get(key);
        if value.is_unit() { otherwise } else { value }
    });
    function(module, "set", |_: &mut StateRef, key: &str, value: Dynamic| set(key, &value));
    function(module, "remove", |_: &mut StateRef, key: &str| set(key, &Dynamic::UNIT));
    function(module, "contains", |_: &mut StateRef, key: &str| !get(key).is_unit());
    property(module, "keys", |_: &mut StateRef| {
        frame::with(|f| {
            f.live().map_or_else(Array::new, |live| {
                let state = live.borrow().state.clone();
                frame::spent(state.len());
                state.keys().map(|key| Dynamic::from(key.to_string())).collect()
            })
        })
    });
    FuncRegistration::new_index_getter().set_into_module(module, |_: &mut StateRef, key: &str| get(key));
    // Pure for Rhai: `state` is a constant handle, what it stands for is not.
    FuncRegistration::new_index_setter()
        .with_purity(true)
        .set_into_module(module, |_: &mut StateRef, key: &str, value: Dynamic| set(key, &value));
}

fn get(key: &str) -> Dynamic {
    frame::with(|f| {
        f.live().and_then(|live| live.borrow().state.get(key).map(convert::counted)).unwrap_or_default()
    })
}

fn set(key: &str, value: &Dynamic) -> Given<()> {
    let value = convert::to_value(value)
        .map_err(|why| fail(phrase!("`state.{key}` cannot be set: ", "`state.{key}` 存不了：").and(&why)))?;
    frame::with(|f| match f.live() {
        Some(live) => live.borrow_mut().set_state(key, value).map_err(fail),
        None => Err(fail(pair(
            "an expression changes nothing; `state` is written by scripts",
            "表达式不改变任何东西；`state` 由脚本来写",
        ))),
    })
}

fn fetch(url: &str) -> Given<Dynamic> {
    frame::with(|f| {
        let (Some(host), Some(live)) = (f.host(), f.live()) else {
            return Err(fail(pair("`fetch` is only in scripts", "`fetch` 只在脚本里有")));
        };
        if live.borrow().fetches.len() >= SCRIPT_FETCHES_MAX {
            return Err(fail(phrase!(
                "this call fetched {SCRIPT_FETCHES_MAX} addresses already, which is the limit",
                "这一次调用已经取了 {SCRIPT_FETCHES_MAX} 个网址，到上限了"
            )));
        }
        let answer = host.fetch(url);
        let body = answer.as_ref().map_or(Value::Null, Clone::clone);
        live.borrow_mut().fetches.push(Fetched { url: url.into(), body });
        answer.map(|body| convert::to_dynamic(&body)).map_err(fail)
    })
}

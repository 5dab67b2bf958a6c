//! What Rhai's own functions cost: by the length of what they are given, before they do it.
//!
//! Rhai counts one operation for a call, whatever the call goes through. Each function here stands before the one
//! of its name and signature: it counts, then it lets the other do its work. A test lists everything that Rhai
//! has and fails on what is neither here, nor among what costs the same however long a value is, nor among what
//! calls a closure for each element and is counted there.

use super::frame;
use crate::base::phrase::phrase;
use rhai::{
    Array, Dynamic, Engine, FnPtr, FuncRegistration, ImmutableString, Map, Module, NativeCallContext,
    RhaiFunc, Shared,
};
use std::{
    any::TypeId,
    ops::{Range, RangeInclusive},
};

/// Functions that go through their arguments, with what they take: `A`rray, `M`ap, `S`tring, `C`haracter,
/// `I`nteger, `R`ange, `Q`: inclusive range, `D`ynamic.
#[rustfmt::skip]
pub(super) const BY_LENGTH: [(&str, &[&str]); 56] = [
    ("!=", &["AA", "MM"]), ("+", &["AA", "MM", "SD", "DS"]), ("+=", &["MM", "SD"]), ("==", &["AA", "MM"]),
    ("append", &["AA", "SD"]), ("chop", &["AI"]), ("clear", &["A", "M"]), ("contains", &["AD", "SC", "SS"]),
    ("crop", &["SI", "SII", "SQ", "SR"]), ("debug", &["A", "M", "S"]), ("dedup", &["A"]),
    ("drain", &["AII", "AQ", "AR"]), ("extract", &["AI", "AII", "AQ", "AR"]), ("fill_with", &["MM"]),
    ("get", &["SI"]), ("get$len", &["S"]), ("index_of", &["AD", "ADI", "SC", "SCI", "SS", "SSI"]),
    ("insert", &["AID"]), ("keys", &["M"]), ("len", &["S"]), ("make_lower", &["S"]), ("make_upper", &["S"]),
    ("max", &["SS"]), ("min", &["SS"]), ("mixin", &["MM"]), ("order", &["A"]), ("order_desc", &["A"]),
    ("pad", &["AID", "SIC", "SIS"]), ("parse_float", &["S"]), ("parse_int", &["S", "SI"]),
    ("pop", &["S", "SI"]), ("print", &["A", "M"]), ("push", &["AD"]), ("remove", &["AI", "SC", "SS"]),
    ("retain", &["AII", "AQ", "AR"]), ("reverse", &["A"]), ("set", &["AID", "MSD", "SIC"]), ("shift", &["A"]),
    ("sort", &["A"]), ("sort_desc", &["A"]), ("splice", &["AIIA", "AQA", "ARA"]),
    ("split", &["AI", "S", "SC", "SCI", "SI", "SS", "SSI"]), ("split_rev", &["SC", "SCI", "SS", "SSI"]),
    ("sub_string", &["SI", "SII", "SQ", "SR"]), ("to_chars", &["S"]), ("to_debug", &["A", "M", "S"]),
    ("to_json", &["M"]), ("to_lower", &["S"]),
    ("to_string", &["M"]), ("to_upper", &["S"]), ("trim", &["S"]), ("truncate", &["AI", "SI"]),
    ("values", &["M"]), ("starts_with", &["SS"]), ("ends_with", &["SS"]), ("to_blob", &["S"]),
];

/// Functions that would call another by its name in text, for each element and uncounted, with what they take.
#[rustfmt::skip]
pub(super) const BY_NAME: [(&str, &[&str]); 10] = [
    ("all", &["AS"]), ("dedup", &["AS"]), ("drain", &["AS"]), ("filter", &["AS"]), ("map", &["AS"]),
    ("reduce", &["AS", "ASD"]), ("reduce_rev", &["AS", "ASD"]), ("retain", &["AS"]), ("some", &["AS"]),
    ("sort", &["AS"]),
];

/// Functions that look at a part of what they are called on.
const IN_PART: [&str; 11] =
    ["chop", "clear", "extract", "insert", "pop", "push", "remove", "set", "shift", "splice", "truncate"];

/// Functions that compare each element with several others.
const SORTING: [&str; 4] = ["order", "order_desc", "sort", "sort_desc"];
/// How many times a sorting one goes through a list of the longest there is.
const SORTING_TIMES: u64 = 15;

/// The counted functions, and those that collect what closures give; `uncounted` has the functions themselves.
pub(super) fn counted(uncounted: fn() -> &'static Engine) -> Module {
    let mut module = Module::new();
    for (name, signatures) in BY_LENGTH {
        for signature in signatures {
            count(&mut module, name, signature, uncounted);
        }
    }
    for (name, signatures) in BY_NAME {
        for signature in signatures {
            refuse(&mut module, name, signature);
        }
    }
    collecting(&mut module);
    searching(&mut module);
    module
}

fn refuse(module: &mut Module, name: &'static str, signature: &str) {
    let body = move |_: Option<NativeCallContext<'_>>, _: &mut [&mut Dynamic]| {
        let message = phrase!(
            "`{name}` takes a closure, such as `|x| x > 3`, not the name of a function in text",
            "`{name}` 要一个闭包，例如 `|x| x > 3`，不能写函数的名字"
        );
        Err(rhai::EvalAltResult::ErrorRuntime(frame::raised(message).into(), rhai::Position::NONE).into())
    };
    register(module, name, signature, Shared::new(body));
}

fn register(module: &mut Module, name: &str, signature: &str, func: Shared<Native>) {
    let types: Vec<TypeId> = signature.chars().map(type_of).collect();
    let function = RhaiFunc::Method { func, has_context: true, is_pure: true, is_volatile: true };
    FuncRegistration::new(name).in_global_namespace().set_into_module_raw(module, types, function);
}

/// `index_of` of a text in a list: Rhai would take the text for the name of a function.
fn searching(module: &mut Module) {
    let search = |list: &Array, text: &str, from: usize| -> Given<i64> {
        frame::spend((list.len() / 2 + text.len() / 64) as u64)?;
        let is = |item: &Dynamic| item.as_immutable_string_ref().is_ok_and(|item| item.as_str() == text);
        let found = list.iter().skip(from).position(is);
        Ok(found.map_or(-1, |at| (from + at) as i64))
    };
    let register = || FuncRegistration::new("index_of").in_global_namespace().with_purity(true);
    register().set_into_module(module, move |list: &mut Array, text: &str| search(list, text, 0));
    register().set_into_module(module, move |list: &mut Array, text: &str, start: i64| {
        let from = if start < 0 { (list.len() as i64).saturating_add(start) } else { start };
        search(list, text, usize::try_from(from).unwrap_or(0))
    });
}

fn count(module: &mut Module, name: &'static str, signature: &str, uncounted: fn() -> &'static Engine) {
    let times = if SORTING.contains(&name) { SORTING_TIMES } else { 1 };
    // `print` and `debug` hand the text to the log by themselves; all that is needed here is the text.
    let does = if matches!(name, "print" | "debug") { "to_debug" } else { name };
    let (pads, in_part) = (name == "pad", IN_PART.contains(&name));
    let body = move |context: Option<NativeCallContext<'_>>, args: &mut [&mut Dynamic]| {
        let (object, rest) =
            args.split_first().map_or((None, &[][..]), |(first, rest)| (Some(&**first), rest));
        match object {
            Some(object) if in_part => frame::spend_on_part(object)?,
            Some(object) => frame::spend_on([object], times)?,
            None => {}
        }
        frame::spend_on(rest.iter().map(|arg| &**arg), times)?;
        if pads && let Some(n) = args.get(1).and_then(|n| n.as_int().ok()) {
            frame::spend(n.clamp(0, i64::from(u16::MAX)).unsigned_abs() / 4)?;
        }
        let Some(outer) = context else { return Ok(Dynamic::UNIT) };
        let inner = NativeCallContext::new_with_all_fields(
            uncounted(),
            does,
            outer.call_source(),
            outer.global_runtime_state(),
            outer.call_position(),
        );
        inner.call_native_fn_raw(does, true, args)
    };
    register(module, name, signature, Shared::new(body));
}

fn type_of(letter: char) -> TypeId {
    match letter {
        'A' => TypeId::of::<Array>(),
        'M' => TypeId::of::<Map>(),
        'S' => TypeId::of::<ImmutableString>(),
        'C' => TypeId::of::<char>(),
        'I' => TypeId::of::<i64>(),
        'R' => TypeId::of::<Range<i64>>(),
        'Q' => TypeId::of::<RangeInclusive<i64>>(),
        _ => TypeId::of::<Dynamic>(),
    }
}

/// A native function as Rhai keeps it.
type Native = dyn Fn(Option<NativeCallContext<'_>>, &mut [&mut Dynamic]) -> Given<Dynamic> + Send + Sync;

type Given<T> = Result<T, Box<rhai::EvalAltResult>>;

/// `map` and `zip`: what the closures gave is measured as it comes, not when all of it is there.
fn collecting(module: &mut Module) {
    let register = |name: &str| FuncRegistration::new(name).in_global_namespace().with_volatility(true);
    register("map").with_purity(true).set_into_module(
        module,
        |ctx: NativeCallContext<'_>, list: &mut Array, make: FnPtr| -> Given<Array> {
            let mut collected = Collected::default();
            for (at, item) in list.iter_mut().enumerate() {
                let index = [Dynamic::from(at as i64)];
                collected.push(make.call_raw_with_extra_args(
                    "map",
                    &ctx,
                    Some(item),
                    [],
                    index,
                    Some(0),
                )?)?;
            }
            Ok(collected.finish())
        },
    );
    register("zip").with_purity(true).set_into_module(
        module,
        |ctx: NativeCallContext<'_>, list: &mut Array, other: Array, make: FnPtr| -> Given<Array> {
            let mut collected = Collected::default();
            for (at, (left, right)) in list.iter().zip(other).enumerate() {
                let pair = [left.clone(), right];
                let index = [Dynamic::from(at as i64)];
                collected.push(make.call_raw_with_extra_args("zip", &ctx, None, pair, index, None)?)?;
            }
            Ok(collected.finish())
        },
    );
    register("map").with_purity(true).set_into_module(
        module,
        |ctx: NativeCallContext<'_>, map: &mut Map, make: FnPtr| -> Given<Map> {
            let mut collected = Collected::default();
            let mut keys = Vec::with_capacity(map.len());
            for (key, value) in map.iter_mut() {
                let name = [key.into()];
                collected.push(make.call_raw_with_extra_args(
                    "map",
                    &ctx,
                    Some(value),
                    name,
                    [],
                    Some(1),
                )?)?;
                keys.push(key.clone());
            }
            Ok(keys.into_iter().zip(collected.finish()).collect())
        },
    );
}

/// A list in the making, weighed as it grows.
#[derive(Default)]
pub(super) struct Collected {
    items: Array,
    bytes: usize,
}

impl Collected {
    /// Adds one; fails when all that is held is too much.
    pub(super) fn push(&mut self, value: Dynamic) -> Given<()> {
        self.bytes += frame::with(|frame| frame.hold(&value).map_err(|stop| stop.error(frame)))?;
        self.items.push(value);
        Ok(())
    }

    /// The list.
    pub(super) fn finish(mut self) -> Array {
        std::mem::take(&mut self.items)
    }
}

/// Whatever becomes of the list, it is no longer in the making.
impl Drop for Collected {
    fn drop(&mut self) {
        frame::with(|frame| frame.release(self.bytes));
    }
}

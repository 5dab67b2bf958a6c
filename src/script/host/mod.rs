//! The host API: every function and property that expressions and scripts have beside Rhai's own.
//!
//! One file a subject. What is registered here is listed in [`super::api`]; a test compares the two.

mod actions;
mod chance;
mod data;
mod group;
mod lists;
mod numbers;
mod people;
mod text;
mod time;

use super::frame;
use crate::base::phrase::{Phrase, phrase};
use rhai::{Dynamic, EvalAltResult, FuncRegistration, Module, Position, RhaiNativeFunc, Variant};

/// What a host function gives.
type Given<T> = Result<T, Box<EvalAltResult>>;

/// What expressions and scripts share.
pub(super) fn shared() -> Module {
    let mut module = Module::new();
    time::register(&mut module);
    people::register(&mut module);
    group::register(&mut module);
    numbers::register(&mut module);
    lists::register(&mut module);
    text::register(&mut module);
    chance::register(&mut module);
    data::register(&mut module);
    module
}

/// Rhai's functions that expressions do not have: they pile up, value inside value, deeper than a stack.
pub(super) const NOT_IN_EXPRESSIONS: [&str; 2] = ["reduce", "reduce_rev"];

/// What expressions have in place of [`NOT_IN_EXPRESSIONS`], so that they cannot be reached by name either.
pub(super) fn expressions() -> Module {
    use rhai::{Array, FnPtr};
    let mut module = Module::new();
    for name in NOT_IN_EXPRESSIONS {
        let refuse = move || {
            fail(phrase!(
                "`{name}` is only in scripts; a list of numbers has `sum()`",
                "`{name}` 只在脚本里有；数的列表可以用 `sum()`"
            ))
        };
        function(&mut module, name, move |_: &mut Array, _: FnPtr| Given::<()>::Err(refuse()));
        function(&mut module, name, move |_: &mut Array, _: FnPtr, _: Dynamic| Given::<()>::Err(refuse()));
    }
    module
}

/// What only scripts have, because it changes something or asks the outside.
pub(super) fn scripts() -> Module {
    let mut module = Module::new();
    actions::register(&mut module);
    data::register_scripts(&mut module);
    module
}

/// A failure in plain words; Rhai adds the place.
#[expect(clippy::unnecessary_box_returns, reason = "Rhai's functions fail with a boxed error")]
fn fail(message: impl Into<Phrase>) -> Box<EvalAltResult> {
    let message = message.into();
    EvalAltResult::ErrorRuntime(frame::raised(message).into(), Position::NONE).into()
}

/// Registers a function.
fn function<A: 'static, const N: usize, const X: bool, R, const F: bool, FN>(
    module: &mut Module,
    name: &str,
    body: FN,
) where
    R: Variant + Clone,
    FN: RhaiNativeFunc<A, N, X, R, F> + Send + Sync + 'static,
{
    FuncRegistration::new(name).in_global_namespace().with_volatility(true).set_into_module(module, body);
}

/// Registers a property; it may be written with or without `()`.
fn property<T, R>(module: &mut Module, name: &str, body: impl Fn(&mut T) -> R + Send + Sync + Clone + 'static)
where
    T: Variant + Clone,
    R: Variant + Clone,
{
    FuncRegistration::new_getter(name).set_into_module(module, body.clone());
    function(module, name, body);
}

/// Registers a method that takes how many; a number of the group, which is real, counts by its whole part.
fn counting<T, R>(
    module: &mut Module,
    name: &str,
    body: impl Fn(&mut T, i64) -> R + Send + Sync + Clone + 'static,
) where
    T: Variant + Clone,
    R: Variant + Clone,
{
    let whole = body.clone();
    function(module, name, move |on: &mut T, n: f64| whole(on, n as i64));
    function(module, name, body);
}

/// Registers how a kind of value is written: in text, in strings, beside `+`.
fn written<T: Variant + Clone>(module: &mut Module) {
    use super::render;
    function(module, "to_string", |value: &mut T| render::text(&Dynamic::from(value.clone())));
    function(module, "to_debug", |value: &mut T| render::text(&Dynamic::from(value.clone())));
    function(module, "print", |value: &mut T| render::text(&Dynamic::from(value.clone())));
    function(module, "+", |left: &str, right: T| {
        frame::spent(left.len() / 64);
        format!("{left}{}", render::text(&Dynamic::from(right)))
    });
    function(module, "+", |left: T, right: &str| {
        frame::spent(right.len() / 64);
        format!("{}{right}", render::text(&Dynamic::from(left)))
    });
}

/// Registers `==` and `!=` of a kind of value with its own kind.
fn equal<T: Variant + Clone>(module: &mut Module, same: fn(&T, &T) -> bool) {
    function(module, "==", move |a: T, b: T| same(&a, &b));
    function(module, "!=", move |a: T, b: T| !same(&a, &b));
}

/// Registers `==` and `!=` of a kind of value with text, on both sides.
fn equals_text<T: Variant + Clone>(module: &mut Module, same: fn(&T, &str) -> bool) {
    function(module, "==", move |a: T, b: &str| same(&a, b));
    function(module, "==", move |a: &str, b: T| same(&b, a));
    function(module, "!=", move |a: T, b: &str| !same(&a, b));
    function(module, "!=", move |a: &str, b: T| !same(&b, a));
}

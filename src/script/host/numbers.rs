//! `metrics`: numbers about the group, and what a member did lately.
//!
//! What nobody knows is unknown: an expression ends there, a script gets nothing. What is known is a real number.

use super::{Given, fail, function, written};
use crate::{
    base::{
        metric::{METRICS, Takes},
        phrase::phrase,
    },
    script::{
        frame,
        objects::{MemberRef, MetricsRef},
    },
};
use rhai::{Dynamic, FuncRegistration, Module};

pub(super) fn register(module: &mut Module) {
    written::<MetricsRef>(module);
    for metric in &METRICS {
        let name = metric.name;
        FuncRegistration::new_getter(name)
            .set_into_module(module, move |_: &mut MetricsRef| read(name, None));
        function(module, name, move |_: &mut MetricsRef| read(name, None));
        if metric.takes != Takes::Nothing {
            function(module, name, move |_: &mut MetricsRef, n: i64| read(name, Some(n)));
            function(module, name, move |_: &mut MetricsRef, n: f64| read(name, Some(n as i64)));
        }
    }
    FuncRegistration::new_index_getter()
        .set_into_module(module, |_: &mut MetricsRef, name: &str| read(name, None));
    function(module, "active", |member: &mut MemberRef, days: i64| active(member, days));
    function(module, "active", |member: &mut MemberRef, days: f64| active(member, days as i64));
    FuncRegistration::new_getter("peers").set_into_module(module, |member: &mut MemberRef| {
        let found = frame::with(|f| f.facts.metrics.as_ref().and_then(|m| m.peers(&member.0)));
        lately("peers", member, found)
    });
}

/// Whether an expression ends because nobody knows.
#[expect(
    clippy::redundant_closure_for_method_calls,
    reason = "the method is not general over the frame's lifetime"
)]
fn unknown() -> bool {
    frame::with(|f| f.reads_unknown())
}

fn active(member: &MemberRef, days: i64) -> Given<Dynamic> {
    let days = u32::try_from(days.clamp(0, 64)).unwrap_or(0);
    let found = frame::with(|f| f.facts.metrics.as_ref().and_then(|m| m.active(&member.0, days)));
    lately("active", member, found)
}

fn lately(name: &str, member: &MemberRef, found: Option<u32>) -> Given<Dynamic> {
    match found {
        Some(n) => Ok(Dynamic::from(f64::from(n))),
        None if unknown() => Err(fail(phrase!(
            "`{name}` of {} is not known: nobody has said",
            "{} 的 `{name}` 不知道：没有人说过",
            member.0
        ))),
        None => Ok(Dynamic::UNIT),
    }
}

/// A number. Always a real one, so that a division keeps its fraction whatever the day's value is.
fn read(name: &str, taken: Option<i64>) -> Given<Dynamic> {
    let taken = taken.map(|n| u32::try_from(n.max(0)).unwrap_or(u32::MAX));
    // Some of them look at every member.
    frame::spent(frame::with(|f| f.facts.members.len()) / 8);
    let figure = frame::with(|f| f.facts.metrics.as_ref().and_then(|metrics| metrics.figure(name, taken)));
    match figure.and_then(|figure| figure.value) {
        Some(value) => Ok(Dynamic::from(value)),
        None if unknown() => Err(fail(phrase!("`metrics.{name}` is not known", "`metrics.{name}` 还不知道"))),
        None => Ok(Dynamic::UNIT),
    }
}

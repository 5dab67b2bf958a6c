//! What happens in a life under faults, in words: inputs, entries, and what platforms see.
//!
//! For whoever reads the story of a seed; nothing is decided by it.

use crate::{
    engine::{
        entry::Entry,
        input::{Input, InputKind},
    },
    sim::courier::CourierEvent,
};

/// An input in a word or two.
pub(super) fn word(input: &Input) -> String {
    match &input.kind {
        InputKind::Adopt { .. } => "adopt".into(),
        InputKind::Wake { .. } => "wake".into(),
        InputKind::Signal(signal) => format!("signal {} ({})", signal.name, input.id),
        InputKind::ScriptReturned { effect, result } => {
            format!("script {effect} {}", if result.is_ok() { "returned" } else { "failed" })
        }
        InputKind::Receipt { effect, .. } => format!("receipt of {effect}"),
        InputKind::Channel(news) => format!("news of {}", news.channel),
        InputKind::Command(_) => format!("command ({})", input.id),
        InputKind::Ear(news) => format!("news of the ear of {}", news.channel),
        InputKind::Heard(_) => format!("what is heard ({})", input.id),
    }
}

/// What kinds of facts were decided.
pub(super) fn kinds(entries: &[Entry]) -> String {
    let kinds: Vec<String> = entries
        .iter()
        .map(|entry| {
            let json = serde_json::to_value(&entry.fact).unwrap_or_default();
            json["entry"].as_str().unwrap_or_default().to_owned()
        })
        .collect();
    if kinds.is_empty() { "nothing".into() } else { kinds.join(", ") }
}

/// What was seen of a message.
pub(super) fn describe(event: &CourierEvent) -> String {
    match event {
        CourierEvent::Arrived { channel, effect, in_doubt } => {
            format!("{effect} arrives on {channel}{}", if *in_doubt { ", perhaps again" } else { "" })
        }
        CourierEvent::Doubted { effect } => format!("the outcome of {effect} is unknown"),
        CourierEvent::Settled { effect, .. } => format!("{effect} leaves the outbox"),
    }
}

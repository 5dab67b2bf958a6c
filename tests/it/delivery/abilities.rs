//! The table of what each platform hears and does: the documentation has it as the code has it.
//!
//! `UPDATE_EXPECT=1 cargo test --test it abilities` writes it anew.

#![expect(clippy::disallowed_methods, reason = "reads the documentation")]

use playbook::{
    base::{
        ids::{ChannelName, EffectId, GroupId},
        time::Timestamp,
    },
    courier::route::preset_rates,
    model::{channel::ChannelKind, message::Message},
    shell::delivery::{
        adapter::{Attempt, adapter},
        target::Robot,
    },
};
use std::fmt::Write as _;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/channels/README.md");
const BEGIN: &str = "<!-- written from the code: abilities -->\n";
const END: &str = "<!-- end -->\n";

fn table() -> String {
    let names = ChannelKind::Console.abilities().list().map(|(name, _)| name).join(" | ");
    let mut out = format!("| `type` | {names} | at most | recognises a second copy by |\n|---|");
    out.push_str(&"---|".repeat(15));
    for kind in ChannelKind::ALL {
        let abilities = kind.abilities().list().map(|(_, can)| if can { "yes" } else { "" }).join(" | ");
        let rates: Vec<String> =
            preset_rates(*kind).iter().map(|rate| format!("{} per {}", rate.count, rate.per)).collect();
        let key = kind.idempotency().unwrap_or_default();
        let page = format!("{kind}.md");
        let has_page = std::path::Path::new(PAGE).with_file_name(&page).exists();
        let name = if has_page { format!("[`{kind}`]({page})") } else { format!("`{kind}`") };
        let _ = write!(out, "\n| {name} | {abilities} | {} | {key} |", rates.join(", "));
    }
    // A cell without anything has one space.
    while out.contains("|  |") {
        out = out.replace("|  |", "| |");
    }
    out + "\n"
}

#[test]
fn the_page_of_channels_has_the_table_of_the_code() {
    let page = std::fs::read_to_string(PAGE).unwrap();
    let (before, rest) = page.split_once(BEGIN).expect("the mark at which the table begins");
    let (kept, after) = rest.split_once(END).expect("the mark at which the table ends");
    if std::env::var("UPDATE_EXPECT").is_ok() {
        std::fs::write(PAGE, format!("{before}{BEGIN}{}{END}{after}", table())).unwrap();
        return;
    }
    assert_eq!(kept, table(), "docs/channels/README.md is out of date: UPDATE_EXPECT=1 writes it anew");
}

/// What a channel does beside posting, of the names in the table.
const DOES: [&str; 8] = [
    "removes members",
    "mutes members",
    "lets in who asks",
    "has polls",
    "has buttons to answer by",
    "deletes what was sent",
    "edits what was sent",
    "pins what was sent",
];

#[test]
fn each_channels_page_says_what_it_does_beside_posting() {
    for kind in ChannelKind::ALL {
        let page = std::path::Path::new(PAGE).with_file_name(format!("{kind}.md"));
        let text = std::fs::read_to_string(&page).unwrap_or_else(|error| panic!("{kind}: {error}"));
        let able = kind.abilities().list();
        let does: Vec<&str> =
            able.iter().filter(|(name, can)| *can && DOES.contains(name)).map(|(name, _)| *name).collect();
        let does = if does.is_empty() { "does nothing".to_owned() } else { does.join(", ") };
        let line = format!("\n**Beside posting** it {does}.");
        assert!(text.contains(&line), "{} lacks: {line}", page.display());
    }
}

#[test]
fn a_key_travels_exactly_where_the_table_says_so() {
    let (group, channel, effect) = (GroupId::new("g"), ChannelName::new("c"), EffectId::new("e/1"));
    let at = Timestamp::default();
    let attempt = Attempt::of(&group, &channel, &effect, at);
    for kind in ChannelKind::ALL {
        // A mail's `Message-ID` holds it, and promises nothing.
        let adapter = adapter(*kind);
        let text = (0..1_500).map(|n| format!("第{n}句话。")).collect::<Vec<_>>().concat();
        let Ok(requests) = adapter.requests(&Message::text(text), &Robot::placeholder(*kind), &attempt)
        else {
            panic!("{kind}: a long message is sent in parts");
        };
        let keys: Vec<bool> = requests
            .iter()
            .enumerate()
            .map(|(part, request)| {
                let headers = format!("{:?}", request.headers);
                // Two parts are two messages, and their keys differ.
                let key = attempt.part_key(part);
                [&request.url, &request.body, &headers].iter().any(|place| place.contains(&key))
            })
            .collect();
        let expected = kind.idempotency().is_some() || *kind == ChannelKind::Email;
        assert!(keys.iter().all(|found| *found == expected), "{kind}: {keys:?}, the table says {expected}");
    }
}

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
const PAGE_ZH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/zh/channels/README.md");
const BEGIN: &str = "<!-- written from the code: abilities -->\n";
const END: &str = "<!-- end -->\n";

/// The names of the table's columns in Chinese, in its order.
const NAMES_ZH: [&str; 13] = [
    "听到进群",
    "听到消息",
    "听到回答",
    "移出成员",
    "禁言成员",
    "放申请的人进群",
    "@ 人",
    "@ 所有人",
    "有投票",
    "有按钮回答",
    "删除发过的",
    "修改发过的",
    "置顶发过的",
];

fn table(zh: bool) -> String {
    let names: Vec<&str> = ChannelKind::Console.abilities().list().map(|(name, _)| name).to_vec();
    let (names, more, yes) = if zh {
        assert_eq!(names.len(), NAMES_ZH.len(), "a column has no Chinese name");
        (NAMES_ZH.join(" | "), "最多 | 靠什么认出第二份", "能")
    } else {
        (names.join(" | "), "at most | recognises a second copy by", "yes")
    };
    let mut out = format!("| `type` | {names} | {more} |\n|---|");
    out.push_str(&"---|".repeat(15));
    for kind in ChannelKind::ALL {
        let abilities = kind.abilities().list().map(|(_, can)| if can { yes } else { "" }).join(" | ");
        let rates: Vec<String> =
            preset_rates(*kind).iter().map(|rate| format!("{} per {}", rate.count, rate.per)).collect();
        let key = kind.idempotency().unwrap_or_default();
        let key = if zh {
            key.replace("header ", "请求头 ")
                .replace(" in the body", "，在正文里")
                .replace(" in the query", "，在查询里")
                .replace(" in the path", "，在路径里")
        } else {
            key.to_owned()
        };
        let page = format!("{kind}.md");
        let has_page = |of: &str| std::path::Path::new(of).with_file_name(&page).exists();
        let name = if zh && has_page(PAGE_ZH) || !zh && has_page(PAGE) {
            format!("[`{kind}`]({page})")
        } else if has_page(PAGE) {
            format!("[`{kind}`](../../channels/{page})")
        } else {
            format!("`{kind}`")
        };
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
    for (path, zh) in [(PAGE, false), (PAGE_ZH, true)] {
        let page = std::fs::read_to_string(path).unwrap();
        let (before, rest) = page.split_once(BEGIN).expect("the mark at which the table begins");
        let (kept, after) = rest.split_once(END).expect("the mark at which the table ends");
        if std::env::var("UPDATE_EXPECT").is_ok() {
            std::fs::write(path, format!("{before}{BEGIN}{}{END}{after}", table(zh))).unwrap();
        } else {
            assert_eq!(kept, table(zh), "{path} is out of date: UPDATE_EXPECT=1 writes it anew");
        }
    }
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

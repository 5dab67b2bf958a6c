//! `qr` of a channel: the code by which people get into a group, which is good for some days and so many people.
//!
//! Becomes two plays, so that whoever keeps the code is asked as by every other play.

use super::{cx::Cx, plays, text::Scope};
use crate::{
    base::{
        ids::RoleName,
        limits,
        locale::Locale,
        phrase::{pair, phrase},
    },
    lang::{
        codes,
        document::{
            node::{KeyEntry, Node},
            parse,
            reader::{self, Fields},
        },
        keys,
    },
    model::{play::Play, role::Role},
};
use jiff::civil::Date;
use std::{collections::BTreeMap, sync::Arc};

/// A code is good for seven days; on this day of them somebody is asked for the next one.
const RENEWED_ON: i64 = 6;
/// So many get in by the code of a group, where the file does not say.
const SEATS: i64 = 200;
/// Of the seats, this part may be taken before somebody is asked, in percent.
const NEARLY: i64 = 90;

/// What is written of a code.
struct Code<'a> {
    channel: &'a str,
    group: Option<&'a str>,
    entry: &'a KeyEntry,
    file: String,
    made: Date,
    seats: i64,
}

/// The plays that keep the codes of all channels fresh.
pub(super) fn lower(
    cx: &mut Cx<'_>,
    root: &Node,
    groups: &[KeyEntry],
    (roles, locale): (&BTreeMap<RoleName, Arc<Role>>, Locale),
    scope: &Scope,
) -> Vec<Arc<Play>> {
    let mut codes = find(cx, root.get("channels"), None);
    for group in groups {
        codes.extend(find(cx, group.value.get("channels"), Some(&group.key.value)));
    }
    let host = RoleName::new("host");
    let keeper = roles.keys().find(|role| **role == host).or_else(|| roles.keys().next());
    let mut all = Vec::new();
    for code in codes {
        let Some(keeper) = keeper else {
            let said = phrase!(
                "nobody can be asked for a fresh code: there are no `roles`",
                "没有人可以换二维码：没有写 `roles`"
            );
            let help = pair("add `roles: { host: NAME }`", "加上 `roles: { host: 名字 }`");
            cx.error(codes::MISSING_KEY, code.entry.key.span, said, help);
            continue;
        };
        let text = code.plays(keeper.as_str(), locale);
        let source = cx.sources.add(format!("qr of {}", code.channel), text.clone());
        let Some(document) = parse::parse(source, &text, &mut cx.report) else { continue };
        for entry in document.root.entries().unwrap_or_default() {
            cx.origin(format!("plays.{}", entry.key.value), code.entry.key.span);
            all.extend(plays::lower(cx, &entry.key.value, entry, scope, None).map(Arc::new));
        }
    }
    all
}

fn find<'a>(cx: &mut Cx<'_>, channels: Option<&'a Node>, group: Option<&'a str>) -> Vec<Code<'a>> {
    let entries = channels.and_then(Node::entries).unwrap_or_default();
    let mut found = Vec::new();
    for channel in entries {
        let qr = |entry: &&KeyEntry| &*entry.key.value == "qr" && !entry.value.is_null();
        let Some(entry) = channel.value.entries().and_then(|entries| entries.iter().find(qr)) else {
            continue;
        };
        found.extend(read(cx, entry).map(|(file, made, seats)| Code {
            channel: &channel.key.value,
            group,
            entry,
            file,
            made,
            seats,
        }));
    }
    found
}

fn read(cx: &mut Cx<'_>, entry: &KeyEntry) -> Option<(String, Date, i64)> {
    let fields = Fields::read(&mut cx.report, &entry.value, pair("`qr`", "`qr`"), keys::QR.names)?;
    let help = pair(
        "say on which day the code was made: `made: 2026-12-01`",
        "写明二维码是哪天生成的：`made: 2026-12-01`",
    );
    let made = fields.need(&mut cx.report, "made", help)?;
    let made = reader::parsed::<Date>(
        &mut cx.report,
        made,
        pair("a day such as 2026-12-01", "一个日期，例如 2026-12-01"),
    )?;
    let expected = pair("the path of a picture", "图片的路径");
    let file = fields.get("file").and_then(|node| reader::text(&mut cx.report, node, expected));
    let seats = fields
        .get("seats")
        .map_or(Some(SEATS), |node| reader::integer(&mut cx.report, node, 1, i64::from(limits::SEATS_MAX)))?;
    Some((file.map(ToString::to_string).unwrap_or_default(), made, seats))
}

impl Code<'_> {
    /// The two plays as somebody would write them.
    fn plays(&self, keeper: &str, locale: Locale) -> String {
        let Self { channel, group, made, seats, .. } = self;
        let name = group.map_or_else(|| format!("qr-{channel}"), |group| format!("qr-{group}-{channel}"));
        let day = made.checked_add(jiff::Span::new().days(RENEWED_ON)).unwrap_or(*made);
        let nearly = seats * NEARLY / 100;
        let quoted = |text: String| serde_json::Value::from(text).to_string();
        let groups =
            group.map_or_else(String::new, |group| format!("\n  groups: [{}]", quoted(group.to_owned())));
        let picture = if self.file.is_empty() {
            String::new()
        } else {
            phrase!(" ({})", "（{}）", self.file).of(locale).to_owned()
        };
        let fresh = phrase!(
            "The code{picture} ends tomorrow: make a new one, replace the old one wherever it hangs, and write its day at `made`",
            "二维码{picture}明天失效：换一张新的，把海报和文章里的旧图换掉，再把 `made` 改成新的日期"
        );
        let full = phrase!(
            "{nearly} of {seats} have come in by the code{picture}: let members invite, or open the next group",
            "二维码{picture}快满了（{nearly}/{seats}）：改成由群友邀请，或者开下一个群"
        );
        let [fresh, full] = [fresh, full].map(|said| quoted(said.of(locale).to_owned()));
        let titles = [pair("A fresh code", "换群二维码"), pair("The code is nearly used up", "二维码快满了")];
        let [one, two] = titles.map(|title| quoted(title.of(locale).to_owned()));
        let keeper = quoted(keeper.to_owned());
        format!(
            "{name}:\n  title: {one}{groups}\n  dates: [{{ id: \"{made}\", at: \"{day} 08:45\" }}]\n  steps:\n    \
             - task: {fresh}\n      to: {keeper}\n      due: 1d\n\
             {name}-full:\n  title: {two}{groups}\n  whenever: members.count >= {nearly}\n  max: 1 per 30d\n  steps:\n    \
             - wait: \"08:45\"\n    - task: {full}\n      to: {keeper}\n      due: 3d\n"
        )
    }
}

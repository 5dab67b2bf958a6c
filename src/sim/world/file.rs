//! A world file: a small YAML file with a closed set of keys, read with the same diagnostics as a playbook.
//!
//! Reads text that somebody else read; every problem is reported, and a world exists only when none is an error.

use super::{
    NamedMember, Operator, OutsideSender, People, PlatformHabits, World, WorldMoment, preset::Preset,
};
use crate::{
    base::{
        diagnostic::{Diagnostic, Report},
        ids::{ChannelName, RoleName},
        phrase::{Words, pair, phrase},
        source::SourceMap,
        time::{Duration, Zone},
        value::Value,
    },
    lang::{
        codes, data,
        document::{
            node::Node,
            parse,
            reader::{self, Fields},
        },
    },
};

/// What reading a world file gave.
#[derive(Debug)]
pub struct Read {
    /// The world; none when the report has an error.
    pub world: Option<World>,
    /// Every problem.
    pub report: Report,
    /// The text, for excerpts.
    pub sources: SourceMap,
}

const MOMENT: Words = pair("a time such as 2026-12-05 20:00 or +3d", "时间，如 2026-12-05 20:00 或 +3d");
const AFTER: Words = pair("a length after the beginning, such as +3d", "开始之后的时长，如 +3d");

const KEYS: [&str; 23] = [
    "extends",
    "members",
    "joins",
    "joins_halve",
    "joins_until",
    "sources",
    "lurkers",
    "messages",
    "tail",
    "stars",
    "newcomers",
    "activity_halves",
    "leaves",
    "invites",
    "answers",
    "reactions",
    "red_packets",
    "awake",
    "operators",
    "channels",
    "people",
    "signals",
    "fetch",
];

/// Reads a world file. `zone` is the playbook's: clock times of outages are its.
pub fn read(path: &str, text: &str, zone: &Zone) -> Read {
    let mut sources = SourceMap::default();
    let source = sources.add(path, text);
    let mut report = Report::default();
    let document = parse::parse(source, text, &mut report);
    let world = document.and_then(|document| {
        let fields = Fields::read(&mut report, &document.root, pair("a world", "世界"), &KEYS)?;
        Some(world(&fields, zone, &mut report))
    });
    report.sort();
    let world = world.filter(|_| !report.has_errors());
    Read { world, report, sources }
}

fn world(fields: &Fields<'_>, zone: &Zone, report: &mut Report) -> World {
    let presets = Preset::ALL.map(|preset| (preset.as_str(), preset));
    let preset = fields.get("extends").and_then(|node| reader::choice(report, node, &presets));
    let mut world = preset.unwrap_or(Preset::Ordinary).world();
    people(&mut world.people, fields, report);
    if let Some(node) = fields.get("operators") {
        operators(&mut world, node, report);
    }
    if let Some(fields) =
        fields.get("channels").and_then(|node| Fields::open(report, node, pair("`channels`", "`channels`")))
    {
        for entry in fields.entries() {
            if let Some(line) = line(&entry.value, zone, report) {
                world.channels.insert(ChannelName::new(&*entry.key.value), line);
            }
        }
    }
    if let Some(node) = fields.get("people") {
        for item in reader::list(report, node, pair("a list of people", "人员列表")).unwrap_or_default() {
            world.named.extend(named(item, report));
        }
    }
    if let Some(node) = fields.get("signals") {
        for item in reader::list(report, node, pair("a list of signals", "信号列表")).unwrap_or_default()
        {
            world.signals.extend(sender(item, zone, report));
        }
    }
    if let Some(fields) =
        fields.get("fetch").and_then(|node| Fields::open(report, node, pair("`fetch`", "`fetch`")))
    {
        for entry in fields.entries() {
            world.fetch.insert(entry.key.value.to_string(), entry.value.to_value());
        }
    }
    world
}

fn people(people: &mut People, fields: &Fields<'_>, report: &mut Report) {
    if let Some(node) = fields.get("members") {
        people.members =
            reader::integer(report, node, 0, 100_000).map_or(people.members, |members| members as u32);
    }
    put(&mut people.joins, fields.get("joins"), report, rate);
    put_some(&mut people.joins_halve, fields.get("joins_halve"), report, reader::positive);
    put_some(&mut people.joins_until, fields.get("joins_until"), report, after);
    if let Some(fields) =
        fields.get("sources").and_then(|node| Fields::open(report, node, pair("`sources`", "`sources`")))
    {
        let read = fields
            .entries()
            .iter()
            .filter_map(|entry| Some((entry.key.value.clone(), reader::count(report, &entry.value)?)));
        people.sources = read.collect();
    }
    put(&mut people.lurkers, fields.get("lurkers"), report, share);
    put(&mut people.messages, fields.get("messages"), report, rate);
    put(&mut people.tail, fields.get("tail"), report, share);
    if let Some(node) = fields.get("stars")
        && let Some(stars) = Fields::read(report, node, pair("`stars`", "`stars`"), &["share", "messages"])
    {
        put(&mut people.stars, stars.get("share"), report, share);
        put(&mut people.star_messages, stars.get("messages"), report, rate);
    }
    if let Some(node) = fields.get("newcomers")
        && let Some(newcomers) =
            Fields::read(report, node, pair("`newcomers`", "`newcomers`"), &["quiet_after", "share"])
    {
        put(&mut people.fade, newcomers.get("share"), report, share);
        put(&mut people.fade_after, newcomers.get("quiet_after"), report, reader::positive);
    }
    put_some(&mut people.activity_halves, fields.get("activity_halves"), report, reader::positive);
    put(&mut people.leaves, fields.get("leaves"), report, daily_share);
    put(&mut people.invites, fields.get("invites"), report, daily_share);
    put(&mut people.answers, fields.get("answers"), report, share);
    put(&mut people.reactions, fields.get("reactions"), report, share);
    put(&mut people.red_packets, fields.get("red_packets"), report, share);
    put(&mut people.awake, fields.get("awake"), report, awake);
}

fn operators(world: &mut World, node: &Node, report: &mut Report) {
    let Some(fields) = Fields::open(report, node, pair("`operators`", "`operators`")) else { return };
    for entry in fields.entries() {
        let role = (&*entry.key.value != "default").then(|| RoleName::new(&*entry.key.value));
        let keys = ["in_time", "done", "approves", "decides", "awake"];
        let Some(fields) =
            Fields::read(report, &entry.value, pair("an operator's habits", "操作者的习惯"), &keys)
        else {
            continue;
        };
        let mut operator = world.operator(role.as_ref());
        put(&mut operator.in_time, fields.get("in_time"), report, share);
        put(&mut operator.done, fields.get("done"), report, share);
        put(&mut operator.approves, fields.get("approves"), report, share);
        put(&mut operator.decides, fields.get("decides"), report, share);
        put_some(&mut operator.awake, fields.get("awake"), report, awake);
        check_order(&operator, &entry.value, report);
        world.operators.insert(role, operator);
    }
}

fn check_order(operator: &Operator, node: &Node, report: &mut Report) {
    let pairs = [
        ("in_time", operator.in_time, "done", operator.done),
        ("approves", operator.approves, "decides", operator.decides),
    ];
    for (part, less, whole, more) in pairs {
        if less > more {
            report.push(
                Diagnostic::error(
                    codes::BAD_VALUE,
                    node.span,
                    phrase!(
                        "`{part}` is a part of `{whole}` and is larger: {} of {}",
                        "`{part}` 是 `{whole}` 的一部分，却比它大：{} 比 {}",
                        percent(less),
                        percent(more)
                    ),
                )
                .help(phrase!(
                    "make `{whole}` at least {}",
                    "让 `{whole}` 至少为 {}",
                    percent(less)
                )),
            );
        }
    }
}

fn percent(share: f64) -> String {
    format!("{}%", (share * 1_000.0).round() / 10.0)
}

fn line(node: &Node, zone: &Zone, report: &mut Report) -> Option<PlatformHabits> {
    let keys = ["latency", "limit", "outage", "outages", "refuses", "doubt"];
    let fields = Fields::read(report, node, pair("a channel of the world", "世界里的频道"), &keys)?;
    let mut line = PlatformHabits::default();
    put(&mut line.latency, fields.get("latency"), report, reader::duration);
    put_some(&mut line.limit, fields.get("limit"), report, limit);
    put(&mut line.refuses, fields.get("refuses"), report, share);
    put(&mut line.doubt, fields.get("doubt"), report, share);
    if let Some(node) = fields.get("outage") {
        line.outages.extend(outage(node, zone, report));
    }
    if let Some(node) = fields.get("outages") {
        for item in reader::list(
            report,
            node,
            pair("a list of outages: [[from, to], …]", "中断的列表：[[起, 止], …]"),
        )
        .unwrap_or_default()
        {
            line.outages.extend(outage(item, zone, report));
        }
    }
    Some(line)
}

fn outage(node: &Node, zone: &Zone, report: &mut Report) -> Option<(WorldMoment, WorldMoment)> {
    const EXPECTED: Words = pair(
        "two times: [from, to], each such as 2026-12-05 20:00 or +3d",
        "两个时间：[起, 止]，如 2026-12-05 20:00 或 +3d",
    );
    let items = reader::list(report, node, EXPECTED)?;
    let [from, to] = items else {
        reader::bad_value(report, node, EXPECTED, None);
        return None;
    };
    let (from, to) = (moment(from, zone, report)?, moment(to, zone, report)?);
    let ordered = match (from, to) {
        (WorldMoment::At(from), WorldMoment::At(to)) => from < to,
        (WorldMoment::After(from), WorldMoment::After(to)) => from < to,
        _ => true,
    };
    if !ordered {
        let help = pair("write the earlier time first", "先写早的时间");
        let message = pair("the outage ends before it begins", "中断的结束早于开始");
        report.push(Diagnostic::error(codes::BAD_VALUE, node.span, message).help(help));
        return None;
    }
    Some((from, to))
}

fn moment(node: &Node, zone: &Zone, report: &mut Report) -> Option<WorldMoment> {
    let text = reader::text(report, node, MOMENT)?;
    let read = match text.strip_prefix('+') {
        Some(length) => length.trim().parse().ok().map(WorldMoment::After),
        None => data::parse_moment(text, zone).ok().map(WorldMoment::At),
    };
    if read.is_none() {
        reader::bad_value(report, node, MOMENT, None);
    }
    read
}

fn named(node: &Node, report: &mut Report) -> Option<NamedMember> {
    let keys = ["id", "name", "joins", "leaves", "messages", "answers", "quiet_after", "advertises"];
    let fields = Fields::read(report, node, pair("a person", "人"), &keys)?;
    let name = fields.need(
        report,
        "name",
        pair("give the shown name, such as `name: Ann`", "写出显示的名字，如 `name: 小安`"),
    )?;
    let mut named = NamedMember {
        name: reader::text(report, name, pair("a name", "名字"))?.clone(),
        ..NamedMember::default()
    };
    named.id = fields.get("id").and_then(|node| reader::text(report, node, pair("an id", "编号"))).cloned();
    put_some(&mut named.joins, fields.get("joins"), report, after);
    put_some(&mut named.leaves, fields.get("leaves"), report, after);
    put_some(&mut named.messages, fields.get("messages"), report, rate);
    put_some(&mut named.answers, fields.get("answers"), report, share);
    put_some(&mut named.quiet_after, fields.get("quiet_after"), report, reader::positive);
    put_some(&mut named.advertises, fields.get("advertises"), report, share);
    Some(named)
}

/// A signal of the playbook's own: how often, or when.
fn sender(node: &Node, zone: &Zone, report: &mut Report) -> Option<OutsideSender> {
    let keys = ["name", "rate", "at", "by", "data"];
    let fields = Fields::read(report, node, pair("a signal of the world", "世界里的信号"), &keys)?;
    let help =
        pair("give the signal's name, such as `name: order.paid`", "写出信号名，如 `name: order.paid`");
    let name = fields.need(report, "name", help)?;
    let name = reader::text(report, name, pair("a signal's name", "信号名"))?.clone();
    let mut sender = OutsideSender { name, rate: 0.0, at: Vec::new(), by_member: false, data: Value::Null };
    put(&mut sender.rate, fields.get("rate"), report, rate);
    if let Some(node) = fields.get("at") {
        for item in reader::one_or_many(report, node, MOMENT) {
            sender.at.extend(moment(item, zone, report));
        }
    }
    if let Some(node) = fields.get("by") {
        sender.by_member = reader::choice(report, node, &[("member", true), ("nobody", false)])?;
    }
    sender.data = fields.get("data").map(Node::to_value).unwrap_or_default();
    if fields.get("rate").is_none() && fields.get("at").is_none() {
        let message = pair("this signal never comes", "这个信号永远不会来");
        let help = pair("write `rate: 2 per week` or `at: +3d`", "写上 `rate: 2 per week` 或 `at: +3d`");
        report.push(Diagnostic::error(codes::BAD_VALUE, node.span, message).help(help));
        return None;
    }
    Some(sender)
}

fn put<T>(
    place: &mut T,
    node: Option<&Node>,
    report: &mut Report,
    read: impl FnOnce(&mut Report, &Node) -> Option<T>,
) {
    if let Some(value) = node.and_then(|node| read(report, node)) {
        *place = value;
    }
}

fn put_some<T>(
    place: &mut Option<T>,
    node: Option<&Node>,
    report: &mut Report,
    read: impl FnOnce(&mut Report, &Node) -> Option<T>,
) {
    if let Some(value) = node.and_then(|node| read(report, node)) {
        *place = Some(value);
    }
}

/// `+3d`: so long after the beginning.
fn after(report: &mut Report, node: &Node) -> Option<Duration> {
    let text = reader::text(report, node, AFTER)?;
    let read = text.strip_prefix('+').and_then(|length| length.trim().parse().ok());
    if read.is_none() {
        reader::bad_value(report, node, AFTER, None);
    }
    read
}

fn decimal(text: &str) -> Option<f64> {
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    plain.then(|| text.parse().ok()).flatten()
}

/// `40%`, from 0% to 100%.
fn share(report: &mut Report, node: &Node) -> Option<f64> {
    const EXPECTED: Words = pair("a share from 0% to 100%, such as 40%", "0% 到 100% 的份额，如 40%");
    let text = reader::text(report, node, EXPECTED)?;
    let number = text.trim().strip_suffix('%').and_then(|number| decimal(number.trim()));
    let read = number.filter(|number| *number <= 100.0).map(|number| number / 100.0);
    if read.is_none() {
        let help = decimal(text.trim())
            .filter(|n| *n <= 1.0)
            .map(|n| phrase!("write `{}`", "写成 `{}`", percent(n)));
        reader::bad_value(report, node, EXPECTED, help);
    }
    read
}

/// Splits `X per day`, `X per week`, `X per month` (30 days) into X and days.
fn per(text: &str) -> Option<(&str, f64)> {
    let (number, per) = text.split_once(" per ")?;
    let days = match per.trim() {
        "day" => 1.0,
        "week" => 7.0,
        "month" => 30.0,
        _ => return None,
    };
    Some((number.trim(), days))
}

/// `1.5 per day`, as a number a day.
fn rate(report: &mut Report, node: &Node) -> Option<f64> {
    const EXPECTED: Words = pair(
        "a rate such as 1.5 per day, 3 per week or 2 per month",
        "频率，如 1.5 per day、3 per week 或 2 per month",
    );
    let text = reader::text(report, node, EXPECTED)?;
    let read = per(text).and_then(|(number, days)| Some(decimal(number)? / days)).filter(|n| *n <= 1e4);
    if read.is_none() {
        let help = decimal(text.trim())
            .map(|_| phrase!("say in how long: `{text} per day`", "写明多长时间：`{text} per day`"));
        reader::bad_value(report, node, EXPECTED, help);
    }
    read
}

/// `2% per month`, as a chance a day.
fn daily_share(report: &mut Report, node: &Node) -> Option<f64> {
    const EXPECTED: Words = pair(
        "a share in a time, such as 0.1% per day or 2% per month",
        "一段时间里的份额，如 0.1% per day 或 2% per month",
    );
    let text = reader::text(report, node, EXPECTED)?;
    let read = per(text).and_then(|(number, days)| {
        let number = decimal(number.strip_suffix('%')?.trim())?;
        (number <= 100.0).then_some(number / 100.0 / days)
    });
    if read.is_none() {
        reader::bad_value(report, node, EXPECTED, None);
    }
    read
}

/// `08:00-23:00`
fn awake(report: &mut Report, node: &Node) -> Option<(Duration, Duration)> {
    const EXPECTED: Words =
        pair("waking hours such as 08:00-23:00, the earlier first", "醒着的时段，如 08:00-23:00，早的在前");
    let text = reader::text(report, node, EXPECTED)?;
    let clock = |text: &str| {
        let at: crate::base::time::ClockTime = text.trim().parse().ok()?;
        Some(Duration::SECOND.times(i64::from(at.hour) * 3600 + i64::from(at.minute) * 60))
    };
    let read = text.split_once('-').and_then(|(from, to)| Some((clock(from)?, clock(to)?)));
    let read = read.filter(|(from, to)| from < to);
    if read.is_none() {
        reader::bad_value(report, node, EXPECTED, None);
    }
    read
}

/// `20 per 1m`
fn limit(report: &mut Report, node: &Node) -> Option<(u32, Duration)> {
    const EXPECTED: Words = pair("a limit such as 20 per 1m", "上限，如 20 per 1m");
    let text = reader::text(report, node, EXPECTED)?;
    let read = text.split_once(" per ").and_then(|(count, length)| {
        let count: u32 = count.trim().parse().ok().filter(|count| *count > 0)?;
        let length: Duration = length.trim().parse().ok()?;
        (length.as_millis() > 0).then_some((count, length))
    });
    if read.is_none() {
        reader::bad_value(report, node, EXPECTED, None);
    }
    read
}

/// What a world says of channels and roles that the playbook does not have, as warnings of the command line.
pub fn unknown(world: &World, playbook: &crate::model::playbook::Playbook) -> Vec<String> {
    let mut found = Vec::new();
    for name in world.channels.keys() {
        let own = playbook.groups.values().any(|group| group.channels.contains_key(name));
        if !own && !playbook.channels.contains_key(name) {
            found.push(format!("the world describes a channel `{name}` that the playbook does not have"));
        }
    }
    for role in world.operators.keys().flatten() {
        let own = playbook.groups.values().any(|group| group.roles.contains_key(role));
        if !own && !playbook.roles.contains_key(role) {
            found.push(format!("the world describes a role `{role}` that the playbook does not have"));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{diagnostic::text, locale::Locale};

    fn read_text(text: &str) -> Read {
        read("w.yaml", text, &Zone::named("Asia/Shanghai").unwrap())
    }

    #[test]
    fn a_world_extends_a_preset() {
        let read = read_text(
            "extends: lively\njoins: 3 per week\nlurkers: 62.5%\noperators:\n  host: { in_time: 10%, done: 20% }\n\
             channels:\n  group: { latency: 2s, limit: 20 per 1m, outage: [2026-12-05 20:00, 2026-12-05 22:00] }\n\
             people:\n  - { name: 小何, joins: +3d, messages: 2 per day }\nfetch:\n  https://a.example/x: { t: 7 }\n",
        );
        assert_eq!(read.report.diagnostics, []);
        let world = read.world.unwrap();
        assert_eq!(&*world.name, "lively");
        assert!((world.people.joins - 3.0 / 7.0).abs() < 1e-12);
        assert!((world.people.lurkers - 0.625).abs() < 1e-12);
        let host = world.operator(Some(&"host".into()));
        assert!((host.done - 0.2).abs() < 1e-12 && (host.decides - 0.98).abs() < 1e-12);
        let line = &world.channels[&ChannelName::new("group")];
        assert_eq!((line.latency, line.limit), (Duration::SECOND.times(2), Some((20, Duration::MINUTE))));
        assert_eq!(line.outages.len(), 1);
        assert_eq!(world.named[0].joins, Some(Duration::DAY.times(3)));
        assert_eq!(world.fetch["https://a.example/x"].get("t"), Some(&crate::base::value::Value::Int(7)));
    }

    #[test]
    fn every_problem_is_reported_with_its_line() {
        let read = read_text(
            "extends: livly\njoin: 3 per day\nlurkers: 0.4\nmessages: 2\nawake: 23:00-08:00\n\
             channels:\n  group: { outage: [+2d, +1d], limt: 1 }\noperators:\n  host: { in_time: 90%, done: 20% }\n",
        );
        assert!(read.world.is_none());
        let all: Vec<String> = read
            .report
            .diagnostics
            .iter()
            .map(|d| {
                text::render(d, &read.sources, text::ColourStyle::Plain, Locale::En)
                    .lines()
                    .next()
                    .unwrap()
                    .to_owned()
            })
            .collect();
        let help: Vec<_> = read
            .report
            .diagnostics
            .iter()
            .filter_map(|d| d.help.as_ref().map(|help| help.en.clone()))
            .collect();
        assert_eq!(all.len(), 8, "{all:#?}");
        assert!(help.iter().any(|help| help.contains("`lively`")), "{help:?}");
        assert!(help.iter().any(|help| help.contains("`joins`")), "{help:?}");
        assert!(help.iter().any(|help| help == "write `40%`"), "{help:?}");
        assert!(help.iter().any(|help| help == "say in how long: `2 per day`"), "{help:?}");
    }

    #[test]
    fn an_empty_file_is_no_world() {
        assert!(read_text("# nothing\n").world.is_none());
    }
}

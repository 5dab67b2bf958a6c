//! From a document to a playbook, in four passes: names → lower → resolve → check.
//!
//! One file a section. Every pass reports what it finds and goes on; a playbook exists only when nothing is an
//! error.

mod budgets;
mod calendars;
mod channels;
mod check;
mod cx;
mod dates;
mod groups;
mod members;
mod moments;
mod names;
mod people;
mod phases;
mod plays;
mod resolve;
mod scripts;
mod steps;
mod text;
mod triggers;
mod uses;
mod verbs;

use super::{Compiled, codes};
use crate::{
    base::{
        diagnostic::{Diagnostic, Report, Severity, suggest},
        ids::{ChannelName, Digest, PlaybookName, RoleName},
        limits,
        locale::Locale,
        source::{Folder, Span},
        time::Zone,
        value::{Map, Value},
    },
    lang::document::{
        node::{Entry, Kind, Node},
        parse,
        quoting::half_width,
        reader::{self, Fields},
    },
    model::{
        channel::{Channel, ChannelKind, InDoubt},
        play::Play,
        playbook::Playbook,
    },
    script::names::{Name, Names as Globals},
};
use cx::{Cx, UnitView};
use sha2::Digest as _;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use text::Scope;
use uses::Unit;

/// Keys at the top of a playbook.
const TOP: &[&str] = &[
    "name",
    "title",
    "timezone",
    "locale",
    "charter",
    "rules",
    "channels",
    "groups",
    "people",
    "roles",
    "calendars",
    "vars",
    "members",
    "budgets",
    "phases",
    "plays",
    "use",
    "fetch",
];

/// Words that an expression cannot use as a name, and so no key of `vars`, `dates` or `with` may be.
const RESERVED: &[&str] = &[
    "Fn",
    "as",
    "async",
    "await",
    "break",
    "call",
    "case",
    "catch",
    "const",
    "continue",
    "curry",
    "debug",
    "default",
    "do",
    "else",
    "eval",
    "exit",
    "export",
    "false",
    "fn",
    "for",
    "global",
    "go",
    "goto",
    "if",
    "import",
    "in",
    "is",
    "is_def_fn",
    "is_def_var",
    "is_shared",
    "let",
    "loop",
    "match",
    "module",
    "new",
    "null",
    "nil",
    "package",
    "print",
    "private",
    "protected",
    "public",
    "return",
    "shared",
    "spawn",
    "static",
    "super",
    "switch",
    "sync",
    "this",
    "thread",
    "throw",
    "true",
    "try",
    "type_of",
    "until",
    "use",
    "var",
    "void",
    "while",
    "with",
    "yield",
];

/// Compiles the file `path` of a folder.
pub(crate) fn compile(folder: &dyn Folder, path: &str) -> Compiled {
    let mut cx = Cx::new(folder);
    let playbook = read(&mut cx, path);
    let masked = std::mem::take(&mut cx.masked);
    let said = |d: &Diagnostic| {
        !d.code.starts_with("yaml-")
            && d.span.is_some_and(|span| {
                masked.get(&span.source).is_some_and(|ranges| parse::touches(ranges, span))
            })
    };
    cx.report.diagnostics.retain(|diagnostic| !said(diagnostic));
    cx.report.sort();
    let mut scripts = Report { diagnostics: cx.script_problems };
    scripts.sort();
    let broken = cx.report.has_errors();
    if let Some(playbook) = playbook.as_ref().filter(|_| !broken) {
        let advice = super::lint::lint(playbook, &cx.origins, &cx.sources);
        cx.report.diagnostics.extend(advice);
        cx.report.sort();
    }
    shorten(&mut cx.report);
    Compiled {
        playbook: playbook.filter(|_| !broken).map(Arc::new),
        report: cx.report,
        script_problems: scripts.diagnostics,
        sources: cx.sources,
        origins: cx.origins,
    }
}

/// Keeps as many problems as anybody reads.
fn shorten(report: &mut Report) {
    let rest = report.diagnostics.len().saturating_sub(limits::DIAGNOSTICS_MAX);
    if rest == 0 {
        return;
    }
    let dropped = report.diagnostics.split_off(limits::DIAGNOSTICS_MAX);
    let Some(span) = dropped.iter().find_map(|d| d.span) else { return };
    let mut note = Diagnostic::error(codes::TOO_MANY, span, format!("{rest} more problems are not shown"));
    note.severity = dropped.iter().map(|d| d.severity).min().unwrap_or(Severity::Info);
    report.push(note.help("mend the ones above first"));
}

fn read(cx: &mut Cx<'_>, path: &str) -> Option<Playbook> {
    let file = match cx.read_first(path) {
        Ok(file) => file,
        Err(diagnostic) => {
            cx.report.push(diagnostic);
            return None;
        }
    };
    let document = parse::parse(file.source, &file.text, &mut cx.report)?;
    cx.masked.insert(file.source, document.masked.clone());
    let root = &document.root;
    if root.entries().is_none() {
        reader::wrong_kind(&mut cx.report, root, "a playbook, which is a mapping that begins with `name:`");
        return None;
    }
    check_top(cx, root);
    let folder = file.path.rsplit_once('/').map(|(folder, _)| format!("{folder}/")).unwrap_or_default();
    let home = UnitView { folder, ..UnitView::default() };
    cx.unit = home.clone();
    let head = head(cx, root);
    let mut units = Vec::new();
    uses::load(cx, root, &file.path, &mut units);
    cx.unit = home.clone();
    let groups = groups::load(cx, root.get("groups").filter(|node| !node.is_null()));
    let mut vars = vars(cx, root);
    uses::overlay(cx, &mut units, &mut vars);
    collect_names(cx, root, &units, &groups, &vars);
    cx.unit = home.clone();
    let mut playbook = lower(cx, root, &home, &units, &groups, head, Arc::new(vars));
    cx.resolve();
    let named = root.get("timezone").is_some();
    cx.check_zone(named);
    check::check(cx, &playbook);
    let mut hash = cx.digest_all();
    root.digest(&mut hash);
    let digits: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    playbook.digest = Digest::from(digits);
    playbook.data = Arc::new(std::mem::take(&mut cx.data));
    Some(playbook)
}

/// What stands at the top.
struct Head {
    name: PlaybookName,
    title: Arc<str>,
    locale: Locale,
}

fn head(cx: &mut Cx<'_>, root: &Node) -> Head {
    top_origins(cx, root);
    let name = match root.get("name").filter(|node| !node.is_null()) {
        Some(node) => {
            let name = reader::text(&mut cx.report, node, "a name").cloned().unwrap_or_default();
            check_word(cx, &name, node.span, "playbook");
            cx.origin("name", node.span);
            name
        }
        None => {
            let span = Span { end: root.span.start + 1, ..root.span };
            cx.error(
                codes::MISSING_KEY,
                span,
                "a playbook needs `name`",
                "begin with a line such as `name: my-readers`",
            );
            Arc::from("playbook")
        }
    };
    let text = |cx: &mut Cx<'_>, key: &str| {
        let node = root.get(key).filter(|node| !node.is_null())?;
        reader::text(&mut cx.report, node, "text").map(|text| (text.clone(), node.span))
    };
    let title = text(cx, "title").map_or_else(|| name.clone(), |(title, _)| title);
    if let Some((zone, span)) = text(cx, "timezone") {
        timezone(cx, &zone, span);
    }
    let mut locale = Locale::default();
    if let Some((tag, span)) = text(cx, "locale") {
        match Locale::from_tag(&tag) {
            Some(found) => locale = found,
            None => cx.error(
                codes::UNKNOWN_LOCALE,
                span,
                format!("texts cannot be written in `{tag}` yet"),
                "write `en` or `zh-CN`",
            ),
        }
    }
    Head { name: PlaybookName::new(name), title, locale }
}

/// Where the keys at the top were written, and those of the sections that lints look into.
fn top_origins(cx: &mut Cx<'_>, root: &Node) {
    for entry in root.entries().unwrap_or_default() {
        let key = &entry.key.value;
        cx.origin(key.to_string(), entry.key.span);
        if matches!(&**key, "charter" | "rules" | "budgets") {
            for inner in entry.value.entries().unwrap_or_default() {
                cx.origin(format!("{key}.{}", inner.key.value), inner.key.span);
            }
        }
    }
}

fn timezone(cx: &mut Cx<'_>, name: &str, span: Span) {
    if let Some(zone) = Zone::named(name) {
        cx.zone = zone;
        cx.zone_named = true;
        return;
    }
    let help = match name.to_lowercase().as_str() {
        "beijing" | "asia/beijing" | "cst" | "prc time" | "北京" | "北京时间" | "utc+8" | "gmt+8"
        | "+08:00" => "for all of mainland China write `Asia/Shanghai`".to_owned(),
        _ => {
            let zones = Zone::names();
            suggest::nearest(name, zones.iter().map(String::as_str)).map_or_else(
                || "write a name of the zone database, such as `Asia/Shanghai` or `Europe/Berlin`".to_owned(),
                |near| format!("did you mean `{near}`?"),
            )
        }
    };
    cx.error(codes::UNKNOWN_TIMEZONE, span, format!("there is no time zone `{name}`"), help);
}

fn vars(cx: &mut Cx<'_>, root: &Node) -> Map {
    let Some(node) = root.get("vars").filter(|node| !node.is_null()) else { return Map::new() };
    check_reserved(cx, node);
    for entry in node.entries().unwrap_or_default() {
        cx.origin(format!("vars.{}", entry.key.value), entry.key.span);
    }
    match node.to_value() {
        Value::Map(map) => Map::clone(&map),
        _ => {
            reader::wrong_kind(&mut cx.report, node, "a mapping of names to values");
            Map::new()
        }
    }
}

fn collect_names(cx: &mut Cx<'_>, root: &Node, units: &[Unit], groups: &[Entry], vars: &Map) {
    let mut names = names::Names::default();
    names.collect(root);
    names.collect_phases(root);
    units.iter().for_each(|unit| names.collect(&unit.document.root));
    groups.iter().for_each(|group| names.collect_group(&group.value));
    names.vars.extend(vars.keys().map(ToString::to_string));
    names.plays.extend(names::keys(root.get("plays")).map(str::to_owned));
    for unit in units {
        names.plays.extend(unit.view.plays.values().cloned());
    }
    if names.channels.is_empty() {
        names.channels.insert("group".into());
    }
    cx.names = names;
}

/// A mapping without the entries whose keys are taken.
fn without(node: Option<&Node>, taken: &BTreeSet<String>) -> Option<Node> {
    let node = node?;
    let entries =
        node.entries()?.iter().filter(|entry| !taken.contains(&*entry.key.value)).cloned().collect();
    Some(Node { span: node.span, kind: Kind::Mapping(entries) })
}

fn lower(
    cx: &mut Cx<'_>,
    root: &Node,
    home: &UnitView,
    units: &[Unit],
    groups: &[Entry],
    head: Head,
    vars: Arc<Map>,
) -> Playbook {
    let get = |key: &str| root.get(key).filter(|node| !node.is_null());
    let mut channels = get("channels").map(|node| channels::lower(cx, node, "channels")).unwrap_or_default();
    cx.people = get("people").map(|node| people::lower_people(cx, node)).unwrap_or_default();
    let mut calendars = get("calendars").map(|node| calendars::lower(cx, node)).unwrap_or_default();
    let mut taken: [BTreeSet<String>; 4] = ["channels", "people", "roles", "calendars"]
        .map(|key| names::keys(root.get(key)).map(str::to_owned).collect());
    let mut unit_roles = Vec::new();
    for unit in units {
        cx.unit = unit.view.clone();
        let section = |index: usize, key: &str, taken: &[BTreeSet<String>; 4]| {
            without(unit.document.root.get(key), &taken[index])
        };
        if let Some(node) = section(0, "channels", &taken) {
            channels.extend(channels::lower(cx, &node, "channels"));
        }
        if let Some(node) = section(1, "people", &taken) {
            let more = people::lower_people(cx, &node);
            cx.people.extend(more);
        }
        unit_roles.extend(section(2, "roles", &taken));
        if let Some(node) = section(3, "calendars", &taken) {
            calendars.extend(calendars::lower(cx, &node));
        }
        for (index, key) in ["channels", "people", "roles", "calendars"].into_iter().enumerate() {
            taken[index].extend(names::keys(unit.document.root.get(key)).map(str::to_owned));
        }
    }
    cx.unit = home.clone();
    let people = std::mem::take(&mut cx.people);
    let mut roles: BTreeMap<RoleName, _> = BTreeMap::new();
    for node in get("roles").into_iter().chain(unit_roles.iter()) {
        roles.extend(people::lower_roles(cx, node, &people, "roles"));
    }
    cx.people = people;
    if channels.is_empty() && get("channels").is_none() {
        let name = ChannelName::new("group");
        channels.insert(name.clone(), Arc::new(console(name)));
    }
    let scope = scope(cx);
    let budgets = get("budgets").map(|node| budgets::lower(cx, node, &scope)).unwrap_or_default();
    let shared = groups::Shared {
        name: head.name.as_str(),
        title: &head.title,
        channels: root.get("channels"),
        roles: root.get("roles"),
        vars: &vars,
    };
    let mut groups = groups::lower(cx, groups, &shared);
    if let Some(node) = get("members") {
        import(members::lower_section(cx, node), &mut groups);
    }
    let mut phases = phases::lower(cx, get("phases"), &scope);
    let mut plays = plays(cx, root, home, units, &scope);
    cx.unit = home.clone();
    plays.append(&mut phases.plays);
    Playbook {
        name: head.name,
        title: head.title,
        digest: Digest::new(""),
        zone: cx.zone.clone(),
        locale: head.locale,
        charter: get("charter").map(Node::to_value).unwrap_or_default(),
        rules: get("rules").map(Node::to_value).unwrap_or_default(),
        vars,
        people: cx.people.clone(),
        roles,
        channels,
        calendars,
        budgets,
        groups,
        phases: phases.phases,
        plays,
        data: Arc::default(),
        fetch_hosts: get("fetch").map(|node| fetch_hosts(cx, node)).unwrap_or_default(),
    }
}

/// What every expression may name.
fn scope(cx: &Cx<'_>) -> Scope {
    let mut scope = Scope::default();
    scope.known.globals = [
        Name::Group,
        Name::Members,
        Name::Phase,
        Name::Vars,
        Name::Rules,
        Name::Charter,
        Name::Roles,
        Name::Now,
    ]
    .into_iter()
    .collect::<Globals>();
    scope.known.roles.clone_from(&cx.names.roles);
    scope.known.vars = Some(cx.names.vars.clone());
    scope
}

fn console(name: ChannelName) -> Channel {
    Channel {
        name,
        kind: ChannelKind::Console,
        settings: BTreeMap::new(),
        rate: None,
        in_doubt: InDoubt::default(),
        timeout: None,
        alerts: None,
    }
}

/// Gives members of `import` to the group that their row names, else to every group.
fn import(
    rows: Vec<members::Row>,
    groups: &mut BTreeMap<crate::base::ids::GroupId, Arc<crate::model::group::Group>>,
) {
    for (id, group) in groups.iter_mut() {
        let own = rows.iter().filter(|row| row.group.as_deref().is_none_or(|name| name == id.as_str()));
        let own: Vec<_> = own.map(|row| row.member.clone()).collect();
        if !own.is_empty() {
            Arc::make_mut(group).members.extend(own);
        }
    }
}

/// The plays of the file, then those of the files that it uses.
fn plays(cx: &mut Cx<'_>, root: &Node, home: &UnitView, units: &[Unit], scope: &Scope) -> Vec<Arc<Play>> {
    let mut plays: Vec<Arc<Play>> = Vec::new();
    let mut seen: BTreeMap<String, Span> = BTreeMap::new();
    let sources = std::iter::once((root, home, None))
        .chain(units.iter().map(|unit| (&unit.document.root, &unit.view, Some(unit))));
    for (root, view, unit) in sources {
        let Some(node) = root.get("plays").filter(|node| !node.is_null()) else { continue };
        cx.unit = view.clone();
        let entries =
            Fields::open(&mut cx.report, node, "`plays`").map(|fields| fields.entries()).unwrap_or_default();
        for entry in entries {
            check_name(cx, entry, "play");
            let name =
                view.plays.get(&*entry.key.value).cloned().unwrap_or_else(|| entry.key.value.to_string());
            let span = unit.map_or(entry.key.span, Unit::span);
            if let Some(first) = seen.insert(name.clone(), span) {
                // Twice in one file is a duplicate key, which was reported.
                if unit.is_some() {
                    let diagnostic = Diagnostic::error(
                        codes::DUPLICATE_NAME,
                        span,
                        format!("there are two plays `{name}`"),
                    );
                    cx.report.push(
                        diagnostic.also(first, "the first one").help("write `as: PREFIX` beside `playbook:`"),
                    );
                }
                continue;
            }
            cx.origin(format!("plays.{name}"), entry.key.span);
            for key in ["every", "cron", "dates", "on"] {
                if let Some(node) = entry.value.get(key) {
                    cx.origin(format!("plays.{name}.trigger"), node.span);
                }
            }
            let with = unit.map(|unit| unit.with.as_slice());
            plays.extend(plays::lower(cx, &name, entry, scope, with).map(Arc::new));
        }
    }
    plays
}

/// `fetch`: the hosts that scripts may fetch from.
fn fetch_hosts(cx: &mut Cx<'_>, node: &Node) -> Vec<String> {
    let mut hosts = Vec::new();
    for item in reader::one_or_many(&mut cx.report, node, "a host") {
        let text = item.text().unwrap_or_default();
        let host = text.split_once("://").map_or(text, |(_, rest)| rest);
        let bad = host.is_empty() || host.contains(['/', ' ', '@', '*']) || host != text;
        if bad {
            let plain = host.split('/').next().unwrap_or_default();
            let help = if plain.is_empty() { None } else { Some(format!("write `{plain}`")) };
            reader::bad_value(&mut cx.report, item, "the name of a host such as api.example.org", help);
            continue;
        }
        hosts.push(host.to_ascii_lowercase());
    }
    hosts
}

/// Keys at the top that do not exist.
fn check_top(cx: &mut Cx<'_>, root: &Node) {
    for entry in root.entries().unwrap_or_default() {
        let key = &*entry.key.value;
        if TOP.contains(&key) {
            continue;
        }
        if steps::is_verb(key)
            || plays::KEYS.contains(&key) && suggest::nearest(key, TOP.iter().copied()).is_none()
        {
            cx.error(
                codes::MISPLACED_KEY,
                entry.key.span,
                format!("`{key}` does not stand at the top of a playbook"),
                "put it into a play, under `plays`",
            );
        } else {
            reader::unknown_key(&mut cx.report, entry, "a playbook", TOP);
        }
    }
}

/// A name that is a key.
fn check_name(cx: &mut Cx<'_>, entry: &Entry, what: &str) {
    check_word(cx, &entry.key.value, entry.key.span, what);
}

/// A name that commands and ids can carry.
fn check_word(cx: &mut Cx<'_>, name: &str, span: Span, what: &str) {
    let bad = name.chars().find(|c| {
        c.is_whitespace()
            || c.is_control()
            || "/@#:,\"'`$\\{}[]()".contains(*c)
            || half_width(&c.to_string()).is_some()
    });
    if name.is_empty() {
        cx.error(codes::BAD_NAME, span, format!("a {what} needs a name"), "write a short word");
    } else if let Some(sign) = bad {
        let plain: String = name
            .chars()
            .map(|c| if c.is_alphanumeric() || matches!(c, '_' | '-' | '.') { c } else { '-' })
            .collect();
        let sign = if sign.is_whitespace() { "a space".to_owned() } else { format!("`{sign}`") };
        cx.error(
            codes::BAD_NAME,
            span,
            format!("the name of a {what} cannot have {sign} in it"),
            format!("write `{}`", plain.trim_matches('-')),
        );
    } else if name.chars().count() > 100 {
        cx.error(
            codes::BAD_NAME,
            span,
            format!("the name of a {what} has at most 100 letters"),
            "put the rest into `title`",
        );
    }
}

/// Keys that the expression language reserves; true when it is none.
fn check_word_reserved(cx: &mut Cx<'_>, key: &str, span: Span) -> bool {
    if !RESERVED.contains(&key) {
        return true;
    }
    cx.error(
        codes::RESERVED_NAME,
        span,
        format!("`{key}` is a word of the expression language"),
        format!("write `{key}_` or another word"),
    );
    false
}

/// The keys of a mapping that expressions read.
fn check_reserved(cx: &mut Cx<'_>, node: &Node) {
    for entry in node.entries().unwrap_or_default() {
        check_word_reserved(cx, &entry.key.value, entry.key.span);
        check_reserved(cx, &entry.value);
    }
}

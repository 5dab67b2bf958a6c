//! From a document to a playbook, in four passes: names → lower → resolve → check.
//!
//! One file a section. Every pass reports what it finds and goes on; a playbook exists only when nothing is an
//! error.

mod approvals;
mod brought;
mod budgets;
mod calendars;
mod channels;
mod check;
mod common;
mod cx;
mod environs;
mod dates;
mod doctor;
mod fields;
mod given;
mod groups;
mod heard;
mod heartbeat;
mod head;
mod access;
mod inbound;
mod lists;
mod member_dates;
mod member_row;
mod members;
mod messages;
mod moderate;
mod moments;
mod names;
mod numbers;
mod other;
mod people;
mod phases;
mod pictures;
mod place;
mod plays;
mod qr;
mod resolve;
mod said;
mod scripts;
mod steps;
mod text;
mod tiers;
mod top;
mod triggers;
mod uses;
mod verbs;
mod waits;
mod words;

use super::{Compiled, codes};
use crate::base::phrase::{pair, phrase};
use crate::{
    base::{
        diagnostic::{Diagnostic, Report, Severity},
        ids::Digest,
        limits,
        source::{Folder, SourceMap, Span},
        value::{Map, Value},
    },
    lang::document::{
        node::{KeyEntry, Node},
        parse,
        reader::{self, Fields},
        wide,
    },
    lang::read_text,
    model::{keeping::has_minors, play::Play, playbook::Playbook},
};
use cx::{Cx, UnitView};
use environs::{Environs, budgets_of, environs, moderation, own_numbers, scope, tiers_of};
use sha2::Digest as _;
use std::{collections::BTreeMap, fmt::Write as _, sync::Arc};
use text::Scope;
pub(crate) use triggers::SIGNALS;
use uses::UsedFile;

/// Compiles the file `path` of a folder.
pub(crate) fn compile(folder: &dyn Folder, path: &str) -> Compiled {
    let mut cx = Cx::new(folder);
    let playbook = read(&mut cx, path);
    if let Some(playbook) = &playbook {
        pictures::check(&mut cx, playbook);
    }
    let masked = std::mem::take(&mut cx.masked);
    let said = |d: &Diagnostic| {
        !d.code.starts_with("yaml-")
            && d.span.is_some_and(|span| {
                masked.get(&span.source).is_some_and(|ranges| parse::touches(ranges, span))
            })
    };
    cx.report.diagnostics.retain(|diagnostic| !said(diagnostic));
    let mut scripts = Report { diagnostics: cx.script_problems };
    scripts.sort();
    if let Some(playbook) = playbook.as_ref().filter(|_| !cx.report.has_errors()) {
        cx.report.diagnostics.extend(super::lint::lint(playbook, &cx.origins, &cx.sources));
    }
    let broken = cx.report.has_errors();
    cx.report.sort();
    wide::mend(&mut cx.report, &cx.sources);
    let open_secrets = open_secrets(&cx.report, &cx.sources);
    shorten(&mut cx.report);
    Compiled {
        playbook: playbook.filter(|_| !broken).map(Arc::new),
        report: cx.report,
        script_problems: scripts.diagnostics,
        scripts: cx.scripts,
        sources: cx.sources,
        open_secrets,
        origins: cx.origins,
    }
}

/// The secrets that stand in the texts themselves, as they are written there.
fn open_secrets(report: &Report, sources: &SourceMap) -> Vec<Arc<str>> {
    let spans = report.diagnostics.iter().filter(|found| found.code == codes::LITERAL_SECRET);
    let written = spans.filter_map(|found| {
        let span = found.span?;
        let written = sources.get(span.source).text.get(span.start as usize..span.end as usize)?;
        Some(written.trim_matches(['"', '\'']))
    });
    written.map(Arc::from).collect()
}

/// Keeps as many problems as anybody reads.
fn shorten(report: &mut Report) {
    let rest = report.diagnostics.len().saturating_sub(limits::DIAGNOSTICS_MAX);
    if rest == 0 {
        return;
    }
    let dropped = report.diagnostics.split_off(limits::DIAGNOSTICS_MAX);
    let Some(span) = dropped.iter().find_map(|d| d.span) else { return };
    let mut note = Diagnostic::error(
        codes::TOO_MANY,
        span,
        phrase!("{rest} more problems are not shown", "还有 {rest} 个问题没有列出"),
    );
    note.severity = dropped.iter().map(|d| d.severity).min().unwrap_or(Severity::Info);
    report.push(note.help(pair("mend the ones above first", "先改好上面这些")));
}

fn read(cx: &mut Cx<'_>, path: &str) -> Option<Playbook> {
    let file = match cx.read_first(path) {
        Ok(file) => file,
        Err(diagnostic) => {
            cx.report.push(*diagnostic);
            return None;
        }
    };
    let document = parse::parse(file.source, &file.text, &mut cx.report)?;
    cx.masked.insert(file.source, document.masked.clone());
    let root = &document.root;
    if root.entries().is_none() {
        reader::wrong_kind(
            &mut cx.report,
            root,
            pair("a playbook, which is a mapping that begins with `name:`", "剧本，即以 `name:` 开头的映射"),
        );
        return None;
    }
    if other::say(cx, root) {
        return None;
    }
    top::check(cx, root);
    for entry in root.entries().unwrap_or_default() {
        cx.origin(&*entry.key.value, entry.key.span);
        if matches!(&*entry.key.value, "charter" | "rules" | "budgets" | "vars") {
            for inner in entry.value.entries().unwrap_or_default() {
                cx.origin(format!("{}.{}", entry.key.value, inner.key.value), inner.key.span);
            }
        }
    }
    let folder = file.path.rsplit_once('/').map(|(folder, _)| format!("{folder}/")).unwrap_or_default();
    let home = UnitView { folder, ..UnitView::default() };
    cx.unit = home.clone();
    let head = head::lower(cx, root);
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
    let mut digits = String::with_capacity(64);
    for byte in hash.finalize() {
        let _ = write!(digits, "{byte:02x}");
    }
    playbook.keeps_text = read_text::place(&cx.sources, &cx.moderated);
    playbook.reads_text = playbook.keeps_text.clone().or_else(|| playbook.moderation.reads_text.clone());
    playbook.seal(&Digest::from(digits), &Arc::new(std::mem::take(&mut cx.data)));
    Some(playbook)
}

fn vars(cx: &mut Cx<'_>, root: &Node) -> Map {
    let Some(node) = root.get("vars").filter(|node| !node.is_null()) else { return Map::new() };
    words::check_reserved(cx, node);
    for entry in node.entries().unwrap_or_default() {
        cx.origin(format!("vars.{}", entry.key.value), entry.key.span);
    }
    if let Value::Map(map) = node.to_value() {
        return Map::clone(&map);
    }
    reader::wrong_kind(&mut cx.report, node, pair("a mapping of names to values", "名字到值的映射"));
    Map::new()
}

fn collect_names(cx: &mut Cx<'_>, root: &Node, units: &[UsedFile], groups: &[KeyEntry], vars: &Map) {
    let mut names = names::PlaybookNames::default();
    names.collect(root);
    let has = |root: &Node| root.get("phases").is_some_and(|node| !node.is_null());
    let used = units.iter().map(|unit| &unit.document.root).find(|root| has(root));
    names.collect_phases(if has(root) { root } else { used.unwrap_or(root) });
    for unit in units {
        names.collect(&unit.document.root);
        names.plays.extend(unit.view.plays.values().cloned());
    }
    for group in groups {
        names.collect_group(&group.key.value, &group.value);
    }
    names.vars.extend(vars.keys().map(ToString::to_string));
    names.plays.extend(names::keys(root.get("plays")).map(str::to_owned));
    if names.channels.is_empty() {
        names.channels.insert("group".into());
    }
    cx.names = names;
    cx.heard = said::find(root, units);
}

fn lower(
    cx: &mut Cx<'_>,
    root: &Node,
    home: &UnitView,
    units: &[UsedFile],
    groups: &[KeyEntry],
    head: head::Head,
    vars: Arc<Map>,
) -> Playbook {
    let get = |key: &str| root.get(key).filter(|node| !node.is_null());
    brought::told_apart(cx, root, units, "labels");
    budgets::declare(cx, root);
    for unit in units {
        budgets::declare(cx, &unit.document.root);
    }
    let Environs { channels, calendars, roles } = environs(cx, root, home, units);
    let scope = scope(cx);
    let budgets = budgets_of(cx, root, home, units, &scope);
    let shared = groups::Shared {
        name: head.was.as_deref().unwrap_or(head.name.as_str()),
        title: &head.title,
        channels: root.get("channels"),
        roles: root.get("roles"),
        vars: &vars,
    };
    let raw = groups;
    let ids = inbound::ids(groups, head.name.as_str(), shared.name);
    let identity = root.get("members").and_then(|node| node.get("identity")).and_then(Node::text);
    cx.identity = identity.map(Arc::from);
    let mut groups = groups::lower(cx, groups, &shared);
    let tiers = tiers_of(cx, root, home, units, &scope);
    let thresholds = brought::section(cx, root, home, units, "doctor");
    let charter = brought::value(&brought::section(cx, root, home, units, "charter"));
    cx.minors = has_minors(&charter);
    let keeping = environs::keeping(cx, root, units, &mut groups);
    let brought = brought::phases(cx, root, home, units);
    cx.unit = brought.as_ref().map_or_else(|| home.clone(), |(view, _)| view.clone());
    let mut phases = phases::lower(cx, brought.map(|(_, node)| node), &scope);
    let mut plays = plays(cx, root, home, units, &scope);
    cx.unit = home.clone();
    plays.append(&mut phases.plays);
    plays.append(&mut qr::lower(cx, root, raw, (&roles, head.locale), &scope));
    Playbook {
        name: head.name,
        title: head.title,
        digest: Digest::new(""),
        zone: cx.zone.clone(),
        locale: head.locale,
        reads_text: None,
        keeps_text: None,
        moderation: moderation(cx, root, home, units, &scope),
        charter,
        rules: brought::value(&brought::section(cx, root, home, units, "rules")),
        vars,
        person_ids: Arc::default(),
        people: cx.people.clone(),
        roles,
        channels,
        alerts: brought::first(root, units, "alerts")
            .map(|node| channels::alerts(cx, node))
            .unwrap_or_default(),
        heartbeat: get("heartbeat").and_then(|node| heartbeat::lower(cx, node)),
        calendars,
        labels: cx.labels.iter().map(|(name, label)| (Arc::from(name.as_str()), *label)).collect(),
        tiers: tiers.into(),
        doctor: doctor::lower(cx, &thresholds),
        numbers: own_numbers(cx, root, home, units, &scope).into(),
        proofs: std::mem::take(&mut cx.proofs).into(),
        budgets,
        keeping,
        groups,
        phases: phases.phases,
        plays,
        data: Arc::default(),
        fetch_hosts: get("fetch").map(|node| fetch_hosts(cx, node)).unwrap_or_default(),
        own: BTreeMap::new(),
        inbound: get("inbound").map(|node| inbound::lower(cx, node, &ids)).unwrap_or_default(),
        access: access::lower(cx, get("access")),
    }
}

/// The plays of the file, then those of the files that it uses.
fn plays(cx: &mut Cx<'_>, root: &Node, home: &UnitView, units: &[UsedFile], scope: &Scope) -> Vec<Arc<Play>> {
    let mut plays: Vec<Arc<Play>> = Vec::new();
    let mut seen: BTreeMap<String, Span> = BTreeMap::new();
    let sources = std::iter::once((root, home, None))
        .chain(units.iter().map(|unit| (&unit.document.root, &unit.view, Some(unit))));
    for (root, view, unit) in sources {
        let Some(node) = root.get("plays").filter(|node| !node.is_null()) else { continue };
        cx.unit = view.clone();
        let entries = Fields::open(&mut cx.report, node, pair("`plays`", "`plays`"))
            .map(|fields| fields.entries())
            .unwrap_or_default();
        for entry in entries {
            words::check_name(cx, entry, pair("play", "玩法"));
            let name =
                view.plays.get(&*entry.key.value).cloned().unwrap_or_else(|| entry.key.value.to_string());
            let span = unit.map_or(entry.key.span, UsedFile::span);
            if let Some(first) = seen.insert(name.clone(), span) {
                // Twice in one file is a duplicate key, which was reported.
                if unit.is_some() {
                    let diagnostic = Diagnostic::error(
                        codes::DUPLICATE_NAME,
                        span,
                        phrase!("there are two plays `{name}`", "有两个玩法都叫 `{name}`"),
                    );
                    cx.report.push(diagnostic.also(first, pair("the first one", "第一个在这里")).help(pair(
                        "write `as: PREFIX` beside `playbook:`",
                        "在 `playbook:` 旁边写 `as: PREFIX`",
                    )));
                }
                continue;
            }
            cx.origin(format!("plays.{name}"), entry.key.span);
            for field in entry.value.entries().unwrap_or_default() {
                cx.origin(format!("plays.{name}.{}", field.key.value), field.key.span);
            }
            for key in ["every", "cron", "dates", "on", "whenever"] {
                if let Some(node) = entry.value.get(key) {
                    cx.origin(format!("plays.{name}.trigger"), node.span);
                }
            }
            let with = unit.map(|unit| unit.with.as_slice());
            let entry = given::dates(cx, entry, root, unit);
            plays.extend(plays::lower(cx, &name, &entry, scope, with).map(Arc::new));
        }
    }
    old_names(cx, &plays);
    plays
}

/// A play that `was` another one has all that belongs to the old name: nobody else can have that name, or the same
/// past.
fn old_names(cx: &mut Cx<'_>, plays: &[Arc<Play>]) {
    for (index, play) in plays.iter().enumerate() {
        let Some(was) = &play.was else { continue };
        let other = plays[..index].iter().find(|other| other.was.as_ref() == Some(was));
        let Some(other) = plays.iter().find(|other| other.name == *was).or(other) else { continue };
        let Some(span) = cx.origins.get(&format!("plays.{}.was", play.name)).copied() else { continue };
        let (name, other) = (&play.name, &other.name);
        cx.error(
            codes::DUPLICATE_NAME,
            span,
            phrase!(
                "`{name}` was `{was}`, and so is or was the play `{other}`",
                "`{name}` 原来叫 `{was}`，而玩法 `{other}` 也叫或也曾叫这个名字"
            ),
            pair(
                "give the other play another name, or take `was` away once every engine has run the new name",
                "给另一个玩法换个名字；所有引擎都用过新名字之后，也可以去掉 `was`",
            ),
        );
    }
}

/// `fetch`: the hosts that scripts may fetch from.
fn fetch_hosts(cx: &mut Cx<'_>, node: &Node) -> Vec<String> {
    let mut hosts = Vec::new();
    for item in reader::one_or_many(&mut cx.report, node, pair("a host", "主机名")) {
        let text = item.text().unwrap_or_default();
        let host = text.split_once("://").map_or(text, |(_, rest)| rest);
        let bad = host.is_empty() || host.contains(['/', ' ', '@', '*']) || host != text;
        if bad {
            let plain = host.split('/').next().unwrap_or_default();
            let help =
                if plain.is_empty() { None } else { Some(phrase!("write `{plain}`", "写成 `{plain}`")) };
            reader::bad_value(
                &mut cx.report,
                item,
                pair("the name of a host such as api.example.org", "主机名，例如 api.example.org"),
                help,
            );
            continue;
        }
        hosts.push(host.to_ascii_lowercase());
    }
    hosts
}

//! A scenario file as a tree, and the scenario that it says: every problem is reported, with its place.
//!
//! A closed schema, read with the same means as a playbook. Opens no file; the playbook is compiled by the caller.

use super::{
    Scenario,
    act::{Act, Deed, TaskAim, ended, is_about_a_member},
};
use crate::{
    base::{
        diagnostic::{Diagnostic, Report},
        ids::{GroupId, MemberId, PlayName, StepId},
        limits,
        member::{Listed, Member},
        offset::Offset,
        phrase::{Words, pair, phrase},
        source::{SourceId, SourceMap, Span},
        time::{Duration, Timestamp},
        value::Value,
    },
    lang::{
        codes, data,
        document::{
            Document, near,
            node::Node,
            parse,
            reader::{self, Fields},
        },
    },
    model::{moderation, play::Play, playbook::Playbook},
};
use std::{collections::BTreeMap, sync::Arc};

const SCENARIO: Words = pair("a scenario", "情景");
const PLAY: Words = pair("play", "玩法");
const TOP: &[&str] =
    &["title", "playbook", "group", "start", "until", "members", "script", "expect", "fetch"];
const DEEDS: &[&str] =
    &["signal", "done", "approve", "reject", "start", "cancel", "pause", "resume", "postpone"];
pub(super) const WHEN: &[&str] = &["at", "within", "after", "before"];
pub(super) const FILTER: &[&str] = &["play", "step", "to", "label", "member", "count", "that", "never"];

/// A scenario file that was read as YAML.
#[derive(Debug)]
pub struct ScenarioDraft {
    document: Option<Document>,
    /// The file's text, for reports.
    pub sources: SourceMap,
    /// What is wrong so far.
    pub report: Report,
}

impl ScenarioDraft {
    /// Reads the YAML of a file.
    pub fn new(path: &str, text: &str) -> Self {
        let mut sources = SourceMap::default();
        let source = sources.add(path, text);
        let mut report = Report::default();
        let document = parse::parse(source, text, &mut report);
        Self { document, sources, report }
    }

    /// Whether the file is a scenario and no playbook or data: it names a playbook and what is expected of it.
    pub fn is_scenario(&self) -> bool {
        let root = self.document.as_ref().map(|document| &document.root);
        root.is_some_and(|root| {
            root.get("playbook").is_some() && ["expect", "script"].iter().any(|key| root.get(key).is_some())
        })
    }

    /// Whether the file is a playbook: it has plays and names no playbook that it is about.
    pub fn is_playbook(&self) -> bool {
        let root = self.document.as_ref().map(|document| &document.root);
        root.is_some_and(|root| root.get("playbook").is_none() && root.get("plays").is_some())
    }

    /// The path of the playbook as it was written, relative to the scenario's folder.
    pub fn playbook(&mut self) -> Option<Arc<str>> {
        let document = self.document.as_ref()?;
        let fields = Fields::open(&mut self.report, &document.root, SCENARIO)?;
        let help = pair(
            "name the playbook that it tests: `playbook: community.yaml`",
            "写明它检验哪一份剧本：`playbook: community.yaml`",
        );
        let node = fields.need(&mut self.report, "playbook", help)?;
        // Only now: a playbook given for a scenario is one mistake, not one for each of its keys.
        Fields::read(&mut self.report, &document.root, SCENARIO, TOP)?;
        reader::text(&mut self.report, node, pair("the path of a playbook", "剧本的路径")).cloned()
    }

    /// The place of the playbook's path, where it is the playbook that has problems.
    pub fn playbook_span(&self) -> Option<Span> {
        self.document.as_ref()?.root.get("playbook").map(|node| node.span)
    }

    /// Where the list under `expect` is, from its key to its last byte, if there is one.
    pub fn expect_span(&self) -> Option<Span> {
        let entries = self.document.as_ref()?.root.entries()?;
        let entry = entries.iter().find(|entry| &*entry.key.value == "expect")?;
        let end = if entry.value.is_null() { entry.key.span.end + 1 } else { entry.value.span.end };
        Some(Span { source: SourceId(0), start: entry.key.span.start, end })
    }

    /// The expectations that hold whatever is recorded, as they were written: `never` and `that`.
    pub fn lasting(&self, text: &str) -> Vec<String> {
        let items = self.document.as_ref().and_then(|document| document.root.get("expect")?.items());
        let lasting = items
            .unwrap_or_default()
            .iter()
            .filter(|item| ["never", "that"].iter().any(|key| item.get(key).is_some()));
        let source = self.sources.get(SourceId(0));
        let written = lasting.filter_map(|item| {
            let rest = text.get(item.span.end as usize..)?;
            // The colon of a key without a value is behind the item.
            let end = item.span.end as usize + rest.lines().next().unwrap_or_default().len();
            let body = text.get(item.span.start as usize..end)?.trim_end();
            let indent = (source.place(item.span.start).column as usize).saturating_sub(3);
            Some(format!("{}- {body}", " ".repeat(indent)))
        });
        written.collect()
    }

    /// The scenario; none where the report has an error.
    pub fn finish(&mut self, playbook: &Playbook) -> Option<Scenario> {
        let document = self.document.take()?;
        let mut reading =
            ScenarioReading { playbook, report: std::mem::take(&mut self.report), start: None, latest: None };
        let scenario = reading.scenario(&document.root);
        self.report = reading.report;
        self.report.sort();
        self.document = Some(document);
        scenario.filter(|_| !self.report.has_errors())
    }
}

/// A scenario in the making.
pub(super) struct ScenarioReading<'p> {
    pub(super) playbook: &'p Playbook,
    pub(super) report: Report,
    pub(super) start: Option<Timestamp>,
    /// The latest instant that the file names.
    pub(super) latest: Option<Timestamp>,
}

impl ScenarioReading<'_> {
    fn scenario(&mut self, root: &Node) -> Option<Scenario> {
        let fields = Fields::open(&mut self.report, root, SCENARIO)?;
        let start = fields.need(
            &mut self.report,
            "start",
            pair("say when it begins: `start: 2026-12-01 08:00`", "写明何时开始：`start: 2026-12-01 08:00`"),
        );
        let start = start.and_then(|node| self.moment(node));
        // The rest is read all the same: every problem is told at once.
        self.start = start.or(Some(Timestamp::from_millis(0)));
        let group = self.group(&fields);
        let members = fields.get("members").map(|node| self.members(node)).unwrap_or_default();
        let mut script = self.each(&fields, "script", Self::act);
        let until = fields.get("until").and_then(|node| self.moment(node));
        let mut expect = self.each(&fields, "expect", Self::expectation);
        if fields.get("expect").is_none() {
            let help = pair(
                "say what should happen, or let `playbook test --update` write it",
                "写明应该发生什么，或用 `playbook test --update` 记录下来",
            );
            let wrong = Diagnostic::warning(
                codes::MISSING_KEY,
                root.span,
                pair("a scenario that expects nothing", "这份情景没有任何期望"),
            );
            self.report
                .push(Diagnostic { span: fields.entry("playbook").map(|e| e.key.span), ..wrong.help(help) });
        }
        let until = until.unwrap_or_else(|| self.latest.unwrap_or(Timestamp::MIN).plus(Duration::DAY));
        // An open end is the scenario's own.
        for one in expect.iter_mut().filter(|one| one.window.to == Timestamp::MAX) {
            one.window.to = until;
            one.window.from = one.window.from.min(until);
        }
        let fetch = fields.get("fetch").map(|node| self.fixtures(node)).unwrap_or_default();
        script.sort_by_key(|act| act.at);
        Some(Scenario { start: start?, until, group: group?, members, script, expect, fetch })
    }

    pub(super) fn each<T>(
        &mut self,
        fields: &Fields<'_>,
        key: &str,
        read: fn(&mut Self, &Node) -> Option<T>,
    ) -> Vec<T> {
        let Some(node) = fields.get(key) else { return Vec::new() };
        let items = reader::list(
            &mut self.report,
            node,
            pair("a list: each item begins with `- `", "列表，每一项以 `- ` 开头"),
        );
        items.unwrap_or_default().iter().filter_map(|item| read(self, item)).collect()
    }

    fn group(&mut self, fields: &Fields<'_>) -> Option<GroupId> {
        let names: Vec<&str> = self.playbook.groups.keys().map(GroupId::as_str).collect();
        let Some(node) = fields.get("group") else {
            if let [only] = names.as_slice() {
                return Some(GroupId::new(only));
            }
            let span = fields.entry("playbook").map_or(fields.span, |entry| entry.key.span);
            let message = phrase!(
                "the playbook has {} groups and `group` names none",
                "剧本有 {} 个群，`group` 没有写明是哪一个",
                names.len()
            );
            let wrong = Diagnostic::error(codes::MISSING_KEY, span, message);
            self.report.push(wrong.help(phrase!(
                "add `group: {}`",
                "加上 `group: {}`",
                names.first().unwrap_or(&"")
            )));
            return None;
        };
        self.name(node, pair("group", "群"), &names).map(GroupId::new)
    }

    /// One of the names that there are.
    pub(super) fn name<'n>(&mut self, node: &'n Node, what: Words, names: &[&str]) -> Option<&'n str> {
        let text = reader::text(&mut self.report, node, pair("a name", "名字"))?;
        if names.contains(&&**text) {
            return Some(text);
        }
        self.unknown(node.span, what, text, names);
        None
    }

    pub(super) fn unknown(&mut self, span: Span, what: Words, found: &str, names: &[&str]) {
        let message = phrase!("the playbook has no {what} `{found}`", "剧本没有{what} `{found}`"; what);
        let wrong = Diagnostic::error(codes::UNKNOWN_NAME, span, message);
        self.report.push(wrong.help(near::advice(found, names, what)));
    }

    pub(super) fn play(&mut self, node: &Node) -> Option<PlayName> {
        if let Some(now) = node.text().and_then(|text| self.was(text)) {
            return Some(now);
        }
        let plays: Vec<&str> = self.playbook.plays.iter().map(|play| play.name.as_str()).collect();
        self.name(node, PLAY, &plays).map(PlayName::new)
    }

    /// The play that was called so: a scenario is as old as the file that it was written for.
    fn was(&self, name: &str) -> Option<PlayName> {
        let called = |play: &&Arc<Play>| play.was.as_ref().is_some_and(|was| was.as_str() == name);
        let is_there = self.playbook.plays.iter().any(|play| play.name.as_str() == name);
        self.playbook.plays.iter().find(called).filter(|_| !is_there).map(|play| play.name.clone())
    }

    /// An instant: an offset from the start, or a time of its own.
    pub(super) fn moment(&mut self, node: &Node) -> Option<Timestamp> {
        let expected = pair(
            "a time: `+1h` or `+7d 10:00` after the start, `2026-12-01 08:00`, or one with an offset",
            "时间：开始之后的 `+1h` 或 `+7d 10:00`，`2026-12-01 08:00`，或带时差的时间",
        );
        let text = reader::text(&mut self.report, node, expected)?.clone();
        let offset = text.trim_start().starts_with(['+', '-']).then(|| text.parse::<Offset>().ok()).flatten();
        let at = match (offset, self.start) {
            (Some(offset), Some(start)) => Some(offset.apply(start, &self.playbook.zone)),
            (Some(_), None) => None,
            (None, _) => match text.trim().parse::<jiff::Timestamp>() {
                Ok(instant) => Some(Timestamp::from_jiff(instant)),
                Err(_) => data::parse_moment(&text, &self.playbook.zone).ok(),
            },
        };
        if at.is_none() {
            reader::bad_value(&mut self.report, node, expected, None);
        }
        self.latest = self.latest.max(at);
        at
    }

    fn members(&mut self, node: &Node) -> Vec<Listed> {
        let start = self.start.unwrap_or(Timestamp::MIN);
        if node.scalar().is_some() {
            let most = limits::MEMBERS_MAX as i64;
            let count = reader::integer(&mut self.report, node, 0, most).unwrap_or_default();
            return (1..=count).map(|n| there(MemberId::from(format!("m{n}")), start)).collect();
        }
        let items = reader::list(
            &mut self.report,
            node,
            pair("how many members there are, or a list of them", "成员人数，或成员列表"),
        );
        items.unwrap_or_default().iter().filter_map(|item| self.member(item, start)).collect()
    }

    fn member(&mut self, node: &Node, start: Timestamp) -> Option<Listed> {
        if let Some(id) = node.text() {
            return Some(there(MemberId::new(id), start));
        }
        let fields = Fields::open(&mut self.report, node, pair("a member", "成员"))?;
        let id = fields.need(
            &mut self.report,
            "id",
            pair("a member is `{ id: m1, name: 小何 }`", "成员写成 `{ id: m1, name: 小何 }`"),
        )?;
        let id = reader::text(&mut self.report, id, pair("an id", "编号"))?.clone();
        let joined = fields.get("joined").and_then(|node| self.moment(node)).unwrap_or(start);
        let Listed { mut member, mut seen, mut messages } = there(MemberId::new(&id), joined);
        for entry in fields.entries() {
            let node = &entry.value;
            let mut text = || Some(reader::text(&mut self.report, node, pair("text", "文字"))?.to_string());
            match &*entry.key.value {
                "id" | "joined" => {}
                "name" => member.name = text()?,
                "role" => member.role = text()?,
                "source" => member.source = text()?,
                "seen" => seen = Some(self.moment(node)?),
                "messages" => {
                    messages = Some(reader::integer(&mut self.report, node, 0, i64::MAX)? as u64);
                }
                "points" => {
                    member.points = reader::parsed(&mut self.report, node, pair("a whole number", "整数"))?;
                }
                "tags" => {
                    let tags = reader::one_or_many(&mut self.report, node, pair("a tag", "标签"));
                    member.tags = tags.iter().filter_map(|tag| tag.text()).map(str::to_owned).collect();
                }
                other => {
                    member.fields.insert(other.to_owned(), node.to_value());
                }
            }
        }
        Some(Listed { member, seen, messages })
    }

    fn fixtures(&mut self, node: &Node) -> BTreeMap<String, Value> {
        let fields =
            Fields::open(&mut self.report, node, pair("a list of answers by address", "按地址列出的回答"));
        let entries = fields.map_or(&[][..], |fields| fields.entries());
        entries.iter().map(|entry| (entry.key.value.to_string(), entry.value.to_value())).collect()
    }

    fn act(&mut self, node: &Node) -> Option<Act> {
        const BESIDE: &[&str] = &["at", "with", "member", "by", "reason", "to", "item"];
        let allowed = [DEEDS, BESIDE].concat();
        let fields = Fields::read(&mut self.report, node, pair("an act", "动作"), &allowed)?;
        let deeds: Vec<&str> = DEEDS.iter().copied().filter(|deed| fields.entry(deed).is_some()).collect();
        let [deed] = deeds.as_slice() else {
            let message = phrase!(
                "an act does exactly one thing, this one does {}",
                "一个动作只做一件事，这里做了 {} 件",
                deeds.len()
            );
            let wrong = Diagnostic::error(codes::ONE_VERB, node.span, message);
            let list: Vec<String> = DEEDS.iter().map(|deed| format!("`{deed}`")).collect();
            self.report.push(wrong.help(phrase!("write one of {}", "写下列之一：{}", list.join(", "))));
            return None;
        };
        let at = fields
            .need(&mut self.report, "at", pair("say when: `at: +1h`", "写明何时：`at: +1h`"))
            .and_then(|node| self.moment(node));
        let value = fields.need(&mut self.report, deed, pair("say what it is about", "写明对象"))?;
        let with = fields.get("with").map_or(Value::Null, Node::to_value);
        let deed = match *deed {
            "signal" => self.signal(&fields, value, with)?,
            "done" => ended(self.aim(&fields, value)?, super::items::of(&mut self.report, &fields), with),
            "approve" => Deed::Approve(self.aim(&fields, value)?),
            "reject" => {
                let reason = fields
                    .get("reason")
                    .and_then(|node| reader::text(&mut self.report, node, pair("text", "文字")));
                Deed::Reject(self.aim(&fields, value)?, reason.map(ToString::to_string))
            }
            "start" => Deed::Start(self.play(value)?, with),
            "cancel" => Deed::Cancel(self.play(value)?),
            "pause" if value.text() == Some("all") => Deed::Pause(None),
            "pause" => Deed::Pause(Some(self.play(value)?)),
            "resume" if value.text() == Some("all") => Deed::Resume(None),
            "resume" => Deed::Resume(Some(self.play(value)?)),
            _ => {
                let (play, date) = self
                    .play_and(value, pair("a play, a slash and the date's id", "玩法、斜线和日期的编号"))?;
                let help = pair(
                    "say when it is to be: `to: 2026-12-08 20:00`",
                    "写明改到何时：`to: 2026-12-08 20:00`",
                );
                let to = fields.need(&mut self.report, "to", help).and_then(|node| self.moment(node))?;
                Deed::Postpone(play, Arc::from(date?), to)
            }
        };
        Some(Act { at: at?, span: node.span, deed })
    }

    fn signal(&mut self, fields: &Fields<'_>, value: &Node, with: Value) -> Option<Deed> {
        let name = reader::text(&mut self.report, value, pair("a signal's name", "信号名"))?.clone();
        if name.is_empty() || name.contains(char::is_whitespace) {
            reader::bad_value(
                &mut self.report,
                value,
                pair("a signal's name, one word", "信号名，一个词"),
                None,
            );
            return None;
        }
        let about_member = is_about_a_member(&name);
        let named = fields.get("member").and_then(Node::text).map(str::to_owned);
        let inside = fields.get("with").and_then(|with| with.get("id")).and_then(Node::text);
        let within = inside.filter(|_| about_member || self.playbook.runs_for_each(&name)).map(str::to_owned);
        let member = named.or(within).map(MemberId::from);
        if about_member && member.is_none() {
            let message = phrase!(
                "`{name}` is about a member, and none is named",
                "`{name}` 关于一位成员，却没有写是谁"
            );
            let wrong = Diagnostic::error(codes::MISSING_KEY, value.span, message);
            self.report.push(wrong.help(pair(
                "add `member: m1`, or `with: { id: m1 }`",
                "加上 `member: m1`，或 `with: { id: m1 }`",
            )));
            return None;
        }
        let data = if &*name == "answer" { self.renamed_question(with) } else { with };
        Some(Deed::Signal { name, member, data })
    }

    /// An answer to the question of a play that has another name now.
    fn renamed_question(&self, with: Value) -> Value {
        let key = ["task", "ask"].into_iter().find(|key| with.get(key).is_some());
        let now = key.and_then(|key| Some((key, self.was(with.get(key)?.as_str()?)?)));
        let Some((key, now)) = now else { return with };
        let mut data = with.as_map().cloned().unwrap_or_default();
        data.insert(Arc::from(key), Value::str(now.as_str()));
        Value::Map(Arc::new(data))
    }

    /// `PLAY` or `PLAY/STEP`, and who does it.
    fn aim(&mut self, fields: &Fields<'_>, node: &Node) -> Option<TaskAim> {
        let (play, step) =
            self.play_and(node, pair("a play, or a play, a slash and a step", "玩法，或玩法、斜线和步骤"))?;
        let by =
            fields.get("by").and_then(|node| reader::text(&mut self.report, node, pair("a name", "名字")));
        Some(TaskAim { play, step: step.map(StepId::from), by: by.map(ToString::to_string) })
    }

    /// `PLAY/WORD`; the word may be missing.
    fn play_and(&mut self, node: &Node, what: Words) -> Option<(PlayName, Option<String>)> {
        let text = reader::text(&mut self.report, node, what)?;
        let (play, word) = match text.split_once('/') {
            Some((play, word)) => (play, Some(word.to_owned())),
            None => (&**text, None),
        };
        if let Some(now) = self.was(play) {
            return Some((now, word));
        }
        let plays: Vec<&str> = self.playbook.plays.iter().map(|play| play.name.as_str()).collect();
        if play != moderation::RULES && !plays.contains(&play) {
            self.unknown(node.span, PLAY, play, &plays);
            return None;
        }
        Some((PlayName::new(play), word))
    }
}

/// Somebody who is in the group at the beginning, and was seen last when they joined.
fn there(id: MemberId, joined: Timestamp) -> Listed {
    Listed { seen: Some(joined), ..Member::new(id, Some(joined)).into() }
}

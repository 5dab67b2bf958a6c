//! YAML text → tree. The only file that names the YAML crate.
//!
//! Bounded: nodes, depth, copies by alias. What is not YAML is explained as the slip it most likely is, painted
//! over and read on, so that the rest of the file gets its diagnostics too.

use super::{
    Document,
    fault::{ReadFault, advice, fault, not_yaml, whole_characters, wide_separator},
    indent,
    node::{KeyEntry, Node, NodeKind, Scalar, ValueStyle},
    spaces, traps, wide,
};
use crate::base::phrase::{pair, phrase};
use crate::{
    base::{
        diagnostic::{Diagnostic, Report},
        limits,
        source::{SourceId, Span, Spanned},
    },
    lang::codes,
};
use serde_saphyr::granit_parser::{Event, Parser, ScalarStyle, Span as Place, options};
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    sync::Arc,
};

/// How many slips of one file are painted over before reading stops.
const REPAIRS_MAX: usize = 40;

/// Reads a file. `None` when not even a part of it can be read; the report says why.
pub(crate) fn parse(source: SourceId, text: &str, report: &mut Report) -> Option<Document> {
    let odd = spaces::odd(source, text);
    if !odd.is_empty() {
        // Where lines stand is unknown until they are plain spaces.
        for found in odd {
            report.push(found);
        }
        return None;
    }
    let mut work = text.to_owned();
    let mut masked: Vec<Range<usize>> = Vec::new();
    for trap in wide::signs(source, text) {
        report.push(trap.diagnostic);
        let Some((range, filler)) = trap.repair else { continue };
        work.replace_range(range.clone(), &filler);
        masked.push(range);
    }
    let repairs_max = masked.len() + REPAIRS_MAX;
    loop {
        let fault = match Builder::new(source, &work).build() {
            Ok((root, notes)) => {
                let painted = |span: Span| touches(&masked, span);
                notes.into_iter().filter(|note| !note.span.is_some_and(painted)).for_each(|n| report.push(n));
                return finish(source, root, masked, report);
            }
            Err(fault) => fault,
        };
        let forbidden = spaces::forbidden(source, text);
        if !forbidden.is_empty() {
            for found in forbidden {
                report.push(found);
            }
            return None;
        }
        let at = fault.at.min(text.len());
        if masked.iter().any(|range| range.start <= at && at < range.end) || masked.len() >= repairs_max {
            return None;
        }
        let slip = matches!(fault.code, codes::YAML_SYNTAX | codes::YAML_TAG);
        let Some(trap) = slip.then(|| traps::explain(source, &work, at)).flatten() else {
            // Inside brackets, lines may stand where they like.
            let indented = slip && !fault.message.en.contains("flow");
            let found = indented.then(|| indent::explain(source, &work, at)).flatten();
            let found = found.map(|found| whole_characters(found, text));
            report.push(found.unwrap_or_else(|| fault.into_diagnostic(source, text)));
            return None;
        };
        report.push(whole_characters(trap.diagnostic, text));
        let (range, filler) = trap.repair?;
        work.replace_range(range.clone(), &filler);
        masked.push(range);
    }
}

/// Whether a span lies on a painted place.
pub(crate) fn touches(masked: &[Range<usize>], span: Span) -> bool {
    masked.iter().any(|range| {
        (span.start as usize) < range.end && range.start < (span.end as usize).max(span.start as usize + 1)
    })
}

fn finish(
    source: SourceId,
    root: Option<Node>,
    masked: Vec<Range<usize>>,
    report: &mut Report,
) -> Option<Document> {
    let Some(root) = root.filter(|root| !root.is_null()) else {
        report.push(
            Diagnostic::error(
                codes::EMPTY_FILE,
                Span::new(source, 0, 0),
                pair("the file is empty", "文件是空的"),
            )
            .help(pair(
                "a playbook begins with `name:`; `playbook new` writes one",
                "剧本以 `name:` 开头；`playbook new` 可以生成一个",
            )),
        );
        return None;
    };
    Some(Document { root, masked })
}

/// A collection that is still open.
enum OpenCollection {
    Sequence {
        start: usize,
        anchor: usize,
        items: Vec<Node>,
    },
    Mapping {
        start: usize,
        anchor: usize,
        entries: Vec<KeyEntry>,
        seen: BTreeMap<Arc<str>, Span>,
        key: Option<Spanned<Arc<str>>>,
        merges: Vec<Node>,
    },
}

struct Builder<'t> {
    source: SourceId,
    text: &'t str,
    stack: Vec<OpenCollection>,
    root: Option<Node>,
    documents: usize,
    /// Finished nodes by anchor, with how many nodes they hold.
    anchors: BTreeMap<usize, (Node, usize)>,
    /// The words that some alias may refer to, once they are asked for.
    aliased: Option<BTreeSet<&'t str>>,
    nodes: usize,
    replayed: usize,
    notes: Vec<Diagnostic>,
}

impl<'t> Builder<'t> {
    fn new(source: SourceId, text: &'t str) -> Self {
        Self {
            source,
            text,
            stack: Vec::new(),
            root: None,
            documents: 0,
            anchors: BTreeMap::new(),
            aliased: None,
            nodes: 0,
            replayed: 0,
            notes: Vec::new(),
        }
    }

    fn build(mut self) -> Result<(Option<Node>, Vec<Diagnostic>), ReadFault> {
        let options = options! {
            disallow_directives: true,
            emit_comments: false,
            flow_nesting_limit: limits::YAML_DEPTH_MAX,
            block_nesting_limit: limits::YAML_DEPTH_MAX,
        };
        let text = self.text;
        for result in Parser::new_from_str_with_options(text, options) {
            let (event, place) = result.map_err(|error| {
                let at = error.marker().byte_offset().unwrap_or_default();
                let help = wide_separator(text, at).unwrap_or_else(|| advice(&error.info()).into());
                ReadFault { at, code: codes::YAML_SYNTAX, message: not_yaml(&error.info()), help: Some(help) }
            })?;
            self.event(event, place)?;
        }
        Ok((self.root, self.notes))
    }

    fn range(&self, place: &Place) -> Range<usize> {
        let range = place.byte_range().unwrap_or(0..0);
        let start = range.start.min(self.text.len());
        start..range.end.clamp(start, self.text.len())
    }

    fn event(&mut self, event: Event<'_>, place: Place) -> Result<(), ReadFault> {
        let range = self.range(&place);
        if let Some(tag) = event.tag() {
            let at = place.tag_span().map_or_else(|| range.clone(), |span| self.range(&span));
            if !matches!(tag.core_suffix(), Some("str" | "map" | "seq")) {
                let end = self.text[at.start..].find('\n').map_or(self.text.len(), |n| at.start + n);
                let line = at.start..end;
                let tag = &self.text[at];
                return Err(ReadFault {
                    at: line.start,
                    code: codes::YAML_TAG,
                    message: phrase!("`{tag}` is read as a YAML tag", "`{tag}` 会被读成 YAML 标签"),
                    help: Some(pair("put the text in quotes", "给文字加上引号").into()),
                });
            }
        }
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    return Err(fault(
                        range.start,
                        codes::YAML_SYNTAX,
                        pair("a second document begins here", "从这里开始是第二个文档"),
                        pair(
                            "one file is one playbook: put the second one in a file of its own",
                            "一个文件一个剧本：把第二个放进另一个文件",
                        ),
                    ));
                }
            }
            Event::Scalar(value, style, anchor, tag) => {
                let forced = tag.is_some();
                self.scalar(&value, style, anchor, forced, range)?;
            }
            Event::SequenceStart(_, anchor, _) => {
                self.open(
                    OpenCollection::Sequence { start: range.start, anchor, items: Vec::new() },
                    &range,
                )?;
            }
            Event::MappingStart(_, anchor, _) => {
                self.open(
                    OpenCollection::Mapping {
                        start: range.start,
                        anchor,
                        entries: Vec::new(),
                        seen: BTreeMap::new(),
                        key: None,
                        merges: Vec::new(),
                    },
                    &range,
                )?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(&range)?,
            Event::Alias(id) => self.alias(id, &range)?,
            _ => {}
        }
        Ok(())
    }

    fn count(&mut self, at: usize) -> Result<(), ReadFault> {
        self.nodes += 1;
        if self.nodes > limits::YAML_NODES_MAX {
            return Err(fault(
                at,
                codes::YAML_TOO_LARGE,
                pair("the file has too many values", "文件里的值太多了"),
                pair("move tables into CSV files", "把表格移到 CSV 文件里"),
            ));
        }
        Ok(())
    }

    fn open(&mut self, frame: OpenCollection, range: &Range<usize>) -> Result<(), ReadFault> {
        self.count(range.start)?;
        if self.stack.len() >= limits::YAML_DEPTH_MAX {
            return Err(fault(
                range.start,
                codes::YAML_TOO_LARGE,
                phrase!("this is nested deeper than {} levels", "嵌套超过 {} 层", limits::YAML_DEPTH_MAX),
                pair("split the play: `start:` begins another one", "拆开玩法：用 `start:` 启动另一个"),
            ));
        }
        if self.key_expected() {
            return Err(fault(
                range.start,
                codes::YAML_SYNTAX,
                pair("a key is a word, found a collection", "键应该是一个词，写的却是列表或映射"),
                pair(
                    "if this is text, put it in quotes: a text cannot begin with `{` or `[`",
                    "如果这是文字，请加引号：文字不能以 `{` 或 `[` 开头",
                ),
            ));
        }
        self.stack.push(frame);
        Ok(())
    }

    fn key_expected(&self) -> bool {
        matches!(self.stack.last(), Some(OpenCollection::Mapping { key: None, .. }))
    }

    fn scalar(
        &mut self,
        value: &str,
        style: ScalarStyle,
        anchor: usize,
        forced: bool,
        range: Range<usize>,
    ) -> Result<(), ReadFault> {
        self.count(range.start)?;
        let style = match style {
            ScalarStyle::Plain if !forced => ValueStyle::Plain,
            ScalarStyle::Plain | ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => ValueStyle::Quoted,
            ScalarStyle::Literal | ScalarStyle::Folded => ValueStyle::Block,
        };
        let is_key = self.key_expected();
        let trimmed = self.text[range.clone()].trim_end().len();
        let span = Span::new(self.source, range.start, range.start + trimmed);
        if style == ValueStyle::Plain && !is_key {
            let (start, end) = match self.stack.last() {
                // Nothing is shown behind its comment: look behind the key.
                Some(OpenCollection::Mapping { key: Some(key), .. }) if trimmed == 0 => {
                    let behind = self.text[key.span.end as usize..].find(':').map_or(0, |n| n + 1);
                    let at = key.span.end as usize + behind;
                    (at, at)
                }
                _ => (range.start, range.start + trimmed),
            };
            if let Some(note) = traps::swallowed(self.source, self.text, start, end) {
                self.notes.push(note);
            } else if let Some(note) = traps::full_width_quotes(self.source, self.text, span)
                .or_else(|| traps::folded_item(self.source, self.text, span))
            {
                self.notes.push(note);
            }
            if anchor != 0
                && let Some(note) = {
                    let text = self.text;
                    let aliased = self.aliased.get_or_insert_with(|| traps::aliased(text));
                    traps::stray_anchor(self.source, text, span, aliased)
                }
            {
                self.notes.push(note);
            }
        }
        let empty = style == ValueStyle::Plain && matches!(value, "" | "~" | "null");
        let kind =
            if empty { NodeKind::Null } else { NodeKind::Scalar(Scalar { text: Arc::from(value), style }) };
        self.place(Node { span, kind }, anchor, 1)
    }

    fn alias(&mut self, id: usize, range: &Range<usize>) -> Result<(), ReadFault> {
        let Some((node, size)) = self.anchors.get(&id).cloned() else {
            return Err(fault(
                range.start,
                codes::YAML_ALIAS,
                pair("this alias is inside what it stands for", "这个别名就在它所代表的内容里面"),
                pair("write the value out", "把值直接写出来"),
            ));
        };
        self.replayed += size;
        if self.replayed > limits::YAML_ALIAS_REPLAYS_MAX {
            return Err(fault(
                range.start,
                codes::YAML_ALIAS,
                phrase!(
                    "aliases repeat more than {} values",
                    "别名重复了超过 {} 个值",
                    limits::YAML_ALIAS_REPLAYS_MAX
                ),
                pair(
                    "write fewer aliases; a value that is used often can be one of `vars`",
                    "少用别名；常用的值可以写进 `vars`",
                ),
            ));
        }
        self.place(node, 0, size)
    }

    fn close(&mut self, range: &Range<usize>) -> Result<(), ReadFault> {
        let Some(frame) = self.stack.pop() else { return Ok(()) };
        let (start, anchor, kind) = match frame {
            OpenCollection::Sequence { start, anchor, items } => (start, anchor, NodeKind::Sequence(items)),
            OpenCollection::Mapping { start, anchor, entries, merges, .. } => {
                (start, anchor, NodeKind::Mapping(merged(entries, merges)))
            }
        };
        let own = match &kind {
            NodeKind::Sequence(items) => items.last().map(|node| node.span),
            NodeKind::Mapping(entries) => entries.last().map(|entry| entry.value.span),
            NodeKind::Null | NodeKind::Scalar(_) => None,
        };
        // A block collection's end event comes after the blank lines and comments behind it.
        let block = self.text[..range.end].ends_with([']', '}']).then_some(range.end);
        let end = block.or_else(|| own.map(|span| span.end as usize)).unwrap_or(range.end);
        let size = weight(&kind);
        let node = Node { span: Span::new(self.source, start, end.max(start)), kind };
        self.place(node, anchor, size)
    }

    fn place(&mut self, node: Node, anchor: usize, size: usize) -> Result<(), ReadFault> {
        if anchor != 0 {
            self.anchors.insert(anchor, (node.clone(), size));
        }
        match self.stack.last_mut() {
            None => self.root = Some(node),
            Some(OpenCollection::Sequence { items, .. }) => items.push(node),
            Some(OpenCollection::Mapping { entries, key, seen, merges, .. }) => match key.take() {
                Some(name) if &*name.value == "<<" => merges.push(node),
                Some(name) => entries.push(KeyEntry { key: name, value: node }),
                None => {
                    let NodeKind::Scalar(scalar) = node.kind else {
                        return Err(fault(
                            node.span.start as usize,
                            codes::YAML_SYNTAX,
                            pair("a key is missing before the `:`", "`:` 前面少了键"),
                            pair(
                                "write a word there, or put the text in quotes",
                                "在那里写一个词，或给文字加引号",
                            ),
                        ));
                    };
                    if let Some(first) = seen.get(&scalar.text) {
                        self.notes.push(
                            Diagnostic::error(
                                codes::DUPLICATE_KEY,
                                node.span,
                                phrase!("`{}` is written twice", "`{}` 写了两次", scalar.text),
                            )
                            .label(pair("the second one", "第二个在这里"))
                            .also(*first, pair("first written here", "第一次写在这里"))
                            .help(if &*scalar.text == "<<" {
                                pair(
                                    "to merge several, write one list: `<<: [*a, *b]`",
                                    "要合并几个，写成一个列表：`<<: [*a, *b]`",
                                )
                            } else {
                                pair("keep one of the two", "两个只留一个")
                            }),
                        );
                    } else {
                        seen.insert(scalar.text.clone(), node.span);
                    }
                    *key = Some(Spanned::new(scalar.text, node.span));
                }
            },
        }
        Ok(())
    }
}

/// The entries with those of `<<` behind them, where they are not written here.
fn merged(mut entries: Vec<KeyEntry>, merges: Vec<Node>) -> Vec<KeyEntry> {
    for node in merges {
        let sources = match node.kind {
            NodeKind::Mapping(more) => vec![more],
            NodeKind::Sequence(items) => items
                .into_iter()
                .filter_map(|item| match item.kind {
                    NodeKind::Mapping(more) => Some(more),
                    NodeKind::Null | NodeKind::Scalar(_) | NodeKind::Sequence(_) => None,
                })
                .collect(),
            NodeKind::Null | NodeKind::Scalar(_) => Vec::new(),
        };
        for entry in sources.into_iter().flatten() {
            if !entries.iter().any(|known| known.key.value == entry.key.value) {
                entries.push(entry);
            }
        }
    }
    entries
}

fn weight(kind: &NodeKind) -> usize {
    match kind {
        NodeKind::Null | NodeKind::Scalar(_) => 1,
        NodeKind::Sequence(items) => 1 + items.iter().map(|item| weight(&item.kind)).sum::<usize>(),
        NodeKind::Mapping(entries) => {
            1 + entries.iter().map(|entry| 1 + weight(&entry.value.kind)).sum::<usize>()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{diagnostic::Severity, source::SourceMap, value::Value};

    fn read(text: &str) -> (Option<Document>, Vec<String>) {
        let mut map = SourceMap::default();
        let source = map.add("x.yaml", text);
        let mut report = Report::default();
        let document = parse(source, text, &mut report);
        report.sort();
        let lines = report
            .diagnostics
            .iter()
            .map(|d| {
                let place = d.span.map(|span| map.get(source).place(span.start));
                let place = place.map(|place| place.to_string()).unwrap_or_default();
                format!("{place} {} {}", d.code, d.severity.as_str())
            })
            .collect();
        (document, lines)
    }

    fn clean(text: &str) -> Node {
        let (document, lines) = read(text);
        assert_eq!(lines, Vec::<String>::new(), "{text}");
        document.expect("a document").root
    }

    #[test]
    fn spans_cover_what_was_written() {
        let text = "a: [1, {x: y}] # hi\nb:\n  - one\n  - two words\n\n# end\nc: \"q\\tx\"\nd: |\n  hi\n  ho\ne: 1.10\n";
        let root = clean(text);
        let slice = |node: &Node| &text[node.span.start as usize..node.span.end as usize];
        assert_eq!(slice(root.get("a").unwrap()), "[1, {x: y}]");
        assert_eq!(slice(root.get("b").unwrap()), "- one\n  - two words");
        assert_eq!(slice(root.get("c").unwrap()), "\"q\\tx\"");
        assert_eq!(root.get("c").unwrap().text(), Some("q\tx"));
        assert_eq!(root.get("d").unwrap().text(), Some("hi\nho\n"));
        assert_eq!(slice(root.get("d").unwrap()), "hi\n  ho");
        assert_eq!(root.get("e").unwrap().text(), Some("1.10"));
        assert!(
            matches!(root.get("e").unwrap().to_value(), Value::Spelled(..)),
            "a number keeps its spelling"
        );
    }

    #[test]
    fn on_yes_and_no_are_plain_words() {
        let root = clean("on: yes\nno: off\n");
        assert_eq!(root.get("on").unwrap().to_value(), Value::str("yes"));
        assert_eq!(root.get("no").unwrap().to_value(), Value::str("off"));
    }

    #[test]
    fn a_duplicate_key_is_reported_at_the_second() {
        assert_eq!(read("a: 1\nb: 2\na: 3\n").1, ["3:1 duplicate-key error"]);
    }

    #[test]
    fn an_alias_bomb_and_deep_nesting_are_refused() {
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for n in 1..12 {
            let prior = n - 1;
            let items = vec![format!("*a{prior}"); 9].join(", ");
            bomb.extend(["a", &n.to_string(), ": &a", &n.to_string(), " [", &items, "]\n"]);
        }
        assert!(read(&bomb).1[0].contains("yaml-alias"));
        let deep = format!("a: {}1{}\n", "[".repeat(40), "]".repeat(40));
        assert_eq!(read(&deep).1.len(), 1);
    }

    #[test]
    fn an_alias_brings_its_value_and_merges() {
        let root = clean("base: &b { x: 1, y: 2 }\nown: { <<: *b, y: 3 }\n");
        assert_eq!(root.get("own").unwrap().get("x").unwrap().text(), Some("1"));
        assert_eq!(root.get("own").unwrap().get("y").unwrap().text(), Some("3"));
    }

    #[test]
    fn every_chat_trap_of_a_file_is_reported_at_once() {
        let text = "a: @all hi\nb: `code`\nc: *bold* text\nd: !wow\ne: \"a\" == b\nf: key: text: more\ng: %5 off\nh: [公告] 今晚\ni: 你好 #话题# 大家\nj: ok\n";
        let (document, lines) = read(text);
        let codes: Vec<&str> = lines.iter().map(String::as_str).collect();
        assert_eq!(
            codes,
            (1..=9)
                .map(|n| format!("{n}:4 yaml-chat-text error"))
                .map(|l| if l.starts_with('9') { "9:7 yaml-chat-text error".to_owned() } else { l })
                .collect::<Vec<_>>()
        );
        assert_eq!(document.unwrap().root.get("j").unwrap().text(), Some("ok"));
    }

    #[test]
    fn a_full_width_colon_is_named_and_read_as_a_colon() {
        let (document, lines) = read("a: 1\ntitle\u{ff1a}共读\nname: y\n");
        assert_eq!(lines, ["2:6 yaml-full-width error"]);
        assert_eq!(document.unwrap().root.get("title").unwrap().text(), Some("共读"));
    }

    #[test]
    fn comments_that_swallow_text_are_told_from_comments() {
        assert_eq!(read("a: hi #topic# there\n").1, ["1:7 yaml-chat-text error"]);
        assert_eq!(read("a: #topic# there\n").1, ["1:4 yaml-chat-text error"]);
        assert_eq!(read("a: hi #早安\n").1, ["1:7 yaml-chat-text warning"]);
        assert!(
            read("a: hi # a comment\nb: 1 #2\n#c\n")
                .1
                .iter()
                .all(|line| line.contains(Severity::Warning.as_str()))
        );
        assert_eq!(read("a: C# is #1\n").1.len(), 1);
        clean("a: # comment\n  b: 1\n#c\n");
    }

    #[test]
    fn an_empty_file_and_two_documents_are_refused() {
        assert_eq!(read("# nothing\n").1, ["1:1 empty-file error"]);
        assert!(read("a: 1\n---\nb: 1\n").1[0].contains("yaml-syntax"));
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_file() {
        assert_eq!(clean("\u{feff}a: 1\n").get("a").unwrap().text(), Some("1"));
    }
}

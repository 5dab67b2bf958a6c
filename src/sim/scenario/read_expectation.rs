//! Reads what a scenario expects: what has to be seen or must never be, when, how often, and in which words.

use super::read::{FILTER, ScenarioReading, WHEN};
use super::{
    expectation::{Expectation, ExpectedWindow, Filter, TextExpectation, WITHIN, What},
    sighting::Sort,
};
use crate::{
    base::{
        diagnostic::{Diagnostic, Report},
        ids::{ChannelName, MemberId, StepId},
        phrase::pair,
        time::Timestamp,
    },
    lang::{
        codes,
        document::{
            node::Node,
            reader::{self, Fields},
        },
    },
    model::message::Label,
    script::{
        expr::Expr,
        names::{Known, Name},
    },
};

impl ScenarioReading<'_> {
    pub(super) fn expectation(&mut self, node: &Node) -> Option<Expectation> {
        let sorts: Vec<&str> = Sort::ALL.iter().map(|(word, _)| *word).collect();
        let allowed = [WHEN, FILTER, &sorts].concat();
        let fields = Fields::read(&mut self.report, node, pair("an expectation", "期望"), &allowed)?;
        if let Some(never) = fields.get("never") {
            let inside = Fields::read(
                &mut self.report,
                never,
                pair("what must never be seen", "绝不应出现的事"),
                &allowed,
            )?;
            let window = self.window(&inside)?;
            let filter = self.filter(&inside)?;
            return Some(Expectation {
                span: node.span,
                window,
                what: What::Seen { filter, least: 0, most: 0 },
            });
        }
        let window = self.window(&fields)?;
        if let Some(that) = fields.get("that") {
            let expr = self.condition(that)?;
            let at = if fields.get("at").is_some() { window.from } else { Timestamp::MAX };
            let window = ExpectedWindow { from: at, to: if at == Timestamp::MAX { at } else { window.to } };
            return Some(Expectation { span: node.span, window, what: What::True(expr) });
        }
        let filter = self.filter(&fields)?;
        let (least, most) = match fields.get("count") {
            Some(node) => self.count(node)?,
            None => (1, usize::MAX),
        };
        Some(Expectation { span: node.span, window, what: What::Seen { filter, least, most } })
    }

    fn window(&mut self, fields: &Fields<'_>) -> Option<ExpectedWindow> {
        let within = fields.get("within").map(|node| reader::positive(&mut self.report, node));
        let within = match within {
            Some(read) => read?,
            None => WITHIN,
        };
        if let Some(node) = fields.get("at") {
            let from = self.moment(node)?;
            let to = from.plus(within);
            self.latest = self.latest.max(Some(to));
            return Some(ExpectedWindow { from, to });
        }
        let start = self.start.unwrap_or(Timestamp::MIN);
        let from = match fields.get("after") {
            Some(node) => self.moment(node)?,
            None => start,
        };
        let to = match fields.get("before") {
            Some(node) => self.moment(node)?,
            None => Timestamp::MAX,
        };
        Some(ExpectedWindow { from, to })
    }

    fn count(&mut self, node: &Node) -> Option<(usize, usize)> {
        if node.entries().is_some() {
            let fields = Fields::read(&mut self.report, node, pair("a count", "次数"), &["min", "max"])?;
            let bound = |report: &mut Report, key: &str, default: usize| {
                let node = fields.get(key);
                node.map_or(Some(default), |node| {
                    reader::integer(report, node, 0, 1 << 30).map(|n| n as usize)
                })
            };
            let least = bound(&mut self.report, "min", 0)?;
            return Some((least, bound(&mut self.report, "max", usize::MAX)?));
        }
        let count = reader::integer(&mut self.report, node, 0, 1 << 30)? as usize;
        Some((count, count))
    }

    fn filter(&mut self, fields: &Fields<'_>) -> Option<Filter> {
        let sorts = Sort::ALL.iter().filter_map(|(word, sort)| Some((*sort, fields.entry(word)?)));
        let sorts: Vec<_> = sorts.collect();
        if let [_, (_, second), ..] = sorts.as_slice() {
            let message = pair(
                "an expectation looks for one thing, this one for several",
                "一条期望只找一样东西，这里写了几样",
            );
            let wrong = Diagnostic::error(codes::ONE_VERB, second.key.span, message);
            self.report.push(wrong.help(pair("make a list item of its own of each", "每样写成单独的一项")));
            return None;
        }
        let mut filter = Filter::default();
        if let Some((sort, entry)) = sorts.first() {
            filter.sort = Some(*sort);
            filter.text = self.wording(*sort, &entry.value)?;
        }
        filter.play = match fields.get("play") {
            Some(node) => Some(self.play(node)?),
            None => None,
        };
        filter.step = fields.get("step").and_then(Node::text).map(StepId::from);
        filter.channel = fields.get("to").and_then(Node::text).map(ChannelName::from);
        filter.member = fields.get("member").and_then(Node::text).map(MemberId::from);
        filter.label = match fields.get("label") {
            Some(node) => {
                let words: Vec<(&str, Label)> =
                    Label::ALL.iter().map(|label| (label.as_str(), *label)).collect();
                Some(reader::choice(&mut self.report, node, &words)?)
            }
            None => None,
        };
        Some(filter)
    }

    /// A text is a part of what is seen, and the whole name where names are seen; nothing and `true` fit all.
    fn wording(&mut self, sort: Sort, node: &Node) -> Option<TextExpectation> {
        if node.is_null() || node.text() == Some("true") {
            return Some(TextExpectation::default());
        }
        if let Some(text) = node.text() {
            return Some(if matches!(sort, Sort::Phase | Sort::Signal | Sort::Gone) {
                TextExpectation { equals: Some(text.to_owned()), ..TextExpectation::default() }
            } else {
                TextExpectation { contains: vec![text.to_owned()], ..TextExpectation::default() }
            });
        }
        let fields = Fields::read(
            &mut self.report,
            node,
            pair("a text to look for", "要找的文字"),
            &["contains", "lacks", "equals"],
        )?;
        let report = &mut self.report;
        let mut texts = |key: &str| -> Vec<String> {
            let nodes = fields.get(key).map(|node| reader::one_or_many(report, node, pair("text", "文字")));
            let texts = nodes.unwrap_or_default().into_iter().filter_map(Node::text);
            texts.map(str::to_owned).collect()
        };
        let (contains, lacks) = (texts("contains"), texts("lacks"));
        let equals = fields.get("equals").and_then(Node::text).map(str::to_owned);
        Some(TextExpectation { contains, lacks, equals })
    }

    /// A condition about the group.
    fn condition(&mut self, node: &Node) -> Option<Expr> {
        let scalar = reader::scalar(&mut self.report, node, pair("an expression", "表达式"))?;
        let names = [
            Name::Group,
            Name::Members,
            Name::Phase,
            Name::Vars,
            Name::Roles,
            Name::Rules,
            Name::Charter,
            Name::Now,
            Name::Metrics,
            Name::Operators,
        ];
        let roles = self.playbook.roles.keys().map(ToString::to_string).collect();
        let known = Known { globals: names.into_iter().collect(), roles, ..Known::default() };
        match Expr::compile(scalar.text.trim(), &known) {
            Ok(expr) => Some(expr),
            Err(errors) => {
                for error in errors {
                    let wrong = Diagnostic::error(codes::EXPRESSION, node.span, error.message);
                    self.report.push(Diagnostic { help: error.help, ..wrong });
                }
                None
            }
        }
    }
}

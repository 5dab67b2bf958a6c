//! Expressions and texts: from a scalar to what the engine evaluates, with problems at their place in the file.

use super::cx::Cx;
use crate::base::phrase::{Phrase, Words, pair, phrase};
use crate::{
    base::{
        diagnostic::Diagnostic, ids::GroupId, limits, locale::Locale, source::Span, time::Timestamp,
        value::Value,
    },
    lang::{
        codes,
        document::{
            node::{Node, NodeKind, ValueStyle},
            reader,
        },
    },
    model::text::{Template, Text, TextPart},
    script::{
        expr::{Expr, ExprError},
        facts::Facts,
        names::{Known, Name, Names},
    },
};
use std::{collections::BTreeSet, ops::Range, sync::Arc};

/// What may be named at a place, and what will be set only later.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scope {
    /// What may be named.
    pub(crate) known: Known,
    /// Every `as` name of the play, set by now or not.
    pub(crate) sometime: BTreeSet<String>,
    /// The `as` names of the play's loops, which are known only inside them.
    pub(crate) loops: BTreeSet<String>,
    /// Whether a step of the play has taken the name `approval`.
    pub(crate) approval_taken: bool,
}

impl Scope {
    /// Says whether a binding holds only what the operator owns.
    pub(crate) fn owns(&mut self, binding: &str, owned: bool) {
        if owned {
            self.known.owned.insert(binding.to_owned());
        } else {
            self.known.owned.remove(binding);
        }
    }

    /// This scope with one more global name.
    pub(crate) fn with(&self, name: Name) -> Self {
        let mut scope = self.clone();
        scope.known.globals = scope.known.globals.with(name);
        scope
    }
}

/// A bare expression: `when`, `until`, `if`, …
pub(crate) fn bare(cx: &mut Cx<'_>, node: &Node, scope: &Scope) -> Option<Expr> {
    let scalar = reader::scalar(&mut cx.report, node, pair("an expression", "表达式"))?;
    let text = scalar.text.clone();
    if let Some(at) = text.find("${") {
        let inner = text.trim().strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
        let help = match inner.filter(|inner| !inner.contains("${")) {
            Some(inner) => phrase!("write `{}`", "写成 `{}`", inner.trim()),
            None => pair(
                "this place takes an expression as it is: leave `${` and `}` out",
                "这里本来就是表达式：去掉 `${` 和 `}`",
            )
            .into(),
        };
        let span = origin(cx, node, at..at + 2);
        let message = pair("`${` inside an expression", "表达式里写了 `${`");
        let mut diagnostic = Diagnostic::error(codes::DOLLAR_IN_EXPRESSION, span, message).help(help);
        // Only where the value is the braces and nothing else, and stands there without quotes.
        if let Some(inner) = inner.filter(|inner| !inner.contains("${"))
            && scalar.style == ValueStyle::Plain
        {
            diagnostic = diagnostic.fix(node.span, inner.trim());
        }
        cx.report.push(diagnostic);
        return None;
    }
    expression(cx, node, &text, 0..text.len(), scope)
}

/// A bare expression that must be true or false: a number or a text is refused at once.
pub(crate) fn condition(cx: &mut Cx<'_>, node: &Node, scope: &Scope) -> Option<Expr> {
    if let Some(scalar) = node.scalar() {
        let text = scalar.text.trim();
        let literal = text.parse::<f64>().is_ok()
            || (text.len() > 1
                && text.starts_with('"')
                && !text[1..text.len() - 1].contains('"')
                && text.ends_with('"'));
        if literal {
            cx.error(
                codes::CONDITION_NOT_BOOLEAN,
                node.span,
                phrase!(
                    "a condition is true or false, found `{text}`",
                    "条件只能是真或假，写的却是 `{text}`"
                ),
                pair(
                    "compare it with something: `members.count >= 60`",
                    "让它和什么比较一下：`members.count >= 60`",
                ),
            );
            return None;
        }
    }
    let expr = bare(cx, node, scope)?;
    if let Some(kind) = never_boolean(cx, &expr) {
        let source = expr.source();
        cx.error(
            codes::CONDITION_NOT_BOOLEAN,
            node.span,
            phrase!(
                "a condition is true or false, and `{source}` is {kind}",
                "条件只能是真或假，而 `{source}` 是{kind}"; kind
            ),
            pair(
                "compare it with something: `members.count >= 60`",
                "让它和什么比较一下：`members.count >= 60`",
            ),
        );
        return None;
    }
    Some(expr)
}

/// What an expression always is, where that is neither true nor false and can be known: it names nothing, or only
/// what has the same type in every group.
fn never_boolean(cx: &Cx<'_>, expr: &Expr) -> Option<Words> {
    let certain = [Name::Now, Name::Group, Name::Members, Name::Phase].into_iter().collect::<Names>();
    let branches = ["if", "switch", "??", "data"].iter().any(|word| expr.source().contains(word));
    if expr.names().union(certain) != certain || branches {
        return None;
    }
    let facts = Facts::bare(GroupId::new("group"), Timestamp::default(), cx.zone.clone(), Locale::En);
    let value = expr.eval(&Arc::new(facts)).ok()?;
    (!matches!(value, Value::Bool(_) | Value::Null)).then(|| value.kind())
}

/// Text with `${…}` in it.
pub(crate) fn text(cx: &mut Cx<'_>, node: &Node, scope: &Scope) -> Option<Text> {
    let scalar = reader::scalar(&mut cx.report, node, pair("text", "文字"))?;
    let text = scalar.text.clone();
    parts(cx, node, &text, scope).map(|parts| Text { parts })
}

/// A value with texts in it; a text that is exactly one `${…}` keeps its type.
pub(crate) fn template(cx: &mut Cx<'_>, node: &Node, scope: &Scope) -> Option<Template> {
    Some(match &node.kind {
        NodeKind::Null => Template::Const(Value::Null),
        NodeKind::Scalar(scalar) if !scalar.text.contains("${") => Template::Const(scalar.to_value()),
        NodeKind::Scalar(scalar) => {
            let text = scalar.text.clone();
            let exact = if scalar.style == ValueStyle::Block { text.trim_end() } else { &text };
            let mut parts = parts(cx, node, exact, scope)?;
            match parts.as_slice() {
                [TextPart::Expr(_)] => match parts.remove(0) {
                    TextPart::Expr(expr) => Template::Expr(expr),
                    TextPart::Literal(text) => Template::Const(Value::Str(text)),
                },
                [TextPart::Literal(text)] => Template::Const(Value::Str(text.clone())),
                _ => Template::Text(Text { parts }),
            }
        }
        NodeKind::Sequence(items) => {
            let list: Vec<_> = items.iter().map(|item| template(cx, item, scope)).collect();
            simplify_list(list.into_iter().collect::<Option<_>>()?)
        }
        NodeKind::Mapping(entries) => {
            let mut map = Vec::new();
            for entry in entries {
                map.push((entry.key.value.clone(), template(cx, &entry.value, scope)));
            }
            simplify_map(
                map.into_iter().map(|(key, value)| value.map(|value| (key, value))).collect::<Option<_>>()?,
            )
        }
    })
}

fn simplify_list(items: Vec<Template>) -> Template {
    let plain: Option<Vec<Value>> = items.iter().map(as_const).collect();
    plain.map_or(Template::List(items), |values| Template::Const(Value::list(values)))
}

fn simplify_map(entries: Vec<(Arc<str>, Template)>) -> Template {
    let plain: Option<Vec<(Arc<str>, Value)>> =
        entries.iter().map(|(key, value)| as_const(value).map(|value| (key.clone(), value))).collect();
    plain.map_or(Template::Map(entries), |values| Template::Const(Value::map(values)))
}

fn as_const(template: &Template) -> Option<Value> {
    match template {
        Template::Const(value) => Some(value.clone()),
        Template::Expr(_) | Template::Text(_) | Template::List(_) | Template::Map(_) => None,
    }
}

/// Takes a text apart at its `${…}`.
fn parts(cx: &mut Cx<'_>, node: &Node, text: &str, scope: &Scope) -> Option<Vec<TextPart>> {
    let mut parts = Vec::new();
    let mut literal = String::new();
    let mut at = 0;
    let mut good = true;
    while let Some(found) = text[at..].find("${").map(|n| at + n) {
        literal.push_str(&text[at..found]);
        if literal.ends_with('$') {
            // `$${` stands for `${`.
            literal.push('{');
            at = found + 2;
            continue;
        }
        let Some(end) = closing(text, found + 2) else {
            let span = origin(cx, node, found..found + 2);
            cx.error(
                codes::TEXT_EXPRESSION,
                span,
                pair("this `${` is not closed", "这个 `${` 没有闭合"),
                pair(
                    "add the `}`; for the two signs themselves write `$${`",
                    "补上 `}`；想写出这两个符号本身就写 `$${`",
                ),
            );
            return None;
        };
        let range = found + 2..end;
        at = end + 1;
        if !literal.is_empty() {
            parts.push(TextPart::Literal(Arc::from(std::mem::take(&mut literal))));
        }
        if text[range.clone()].trim().is_empty() {
            let span = origin(cx, node, found..end + 1);
            cx.error(
                codes::TEXT_EXPRESSION,
                span,
                pair("this `${}` holds nothing", "这个 `${}` 里什么也没有"),
                pair(
                    "write an expression inside, such as `${members.count}`",
                    "在里面写一个表达式，例如 `${members.count}`",
                ),
            );
            good = false;
            continue;
        }
        match expression(cx, node, text, range, scope) {
            Some(expr) => parts.push(TextPart::Expr(expr)),
            None => good = false,
        }
    }
    literal.push_str(&text[at..]);
    if !literal.is_empty() || parts.is_empty() {
        parts.push(TextPart::Literal(Arc::from(literal)));
    }
    good.then_some(parts)
}

/// Where the `}` is that closes a `${` whose inside begins at an offset: strings and inner braces are skipped.
pub(crate) fn closing(text: &str, from: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quote: Option<char> = None;
    let mut chars = text[from..].char_indices();
    while let Some((at, c)) = chars.next() {
        match (quote, c) {
            (Some(_), '\\') => {
                chars.next();
            }
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '`' | '\'') => quote = Some(c),
            (None, '{') => depth += 1,
            (None, '}') if depth == 0 => return Some(from + at),
            (None, '}') => depth -= 1,
            (None, _) => {}
        }
    }
    None
}

/// Compiles a part of a scalar.
fn expression(cx: &mut Cx<'_>, node: &Node, text: &str, range: Range<usize>, scope: &Scope) -> Option<Expr> {
    let raw = &text[range.clone()];
    let lead = raw.len() - raw.trim_start().len();
    let source = raw.trim();
    let start = range.start + lead;
    if source.len() > limits::EXPRESSION_BYTES_MAX {
        let message = phrase!(
            "the expression has {} bytes; the limit is {}",
            "表达式有 {} 字节；上限是 {}",
            source.len(),
            limits::EXPRESSION_BYTES_MAX
        );
        cx.error(codes::EXPRESSION, node.span, message, pair("move it into a script", "把它移到脚本里"));
        return None;
    }
    if source.is_empty() {
        cx.error(
            codes::EXPRESSION,
            node.span,
            pair("an expression is expected here, found nothing", "这里应有一个表达式，却什么也没有"),
            Phrase::default(),
        );
        return None;
    }
    let renamed = rename_vars(source, &cx.unit.vars);
    let result = Expr::compile(renamed.as_deref().unwrap_or(source), &scope.known);
    match result {
        Ok(expr) => {
            for path in expr.data().to_vec() {
                cx.data_file(&path, node.span);
            }
            Some(expr)
        }
        Err(errors) => {
            for error in errors {
                let range = if renamed.is_some() { 0..source.len() } else { error.range.clone() };
                let span = origin(cx, node, start + range.start..start + range.end.max(range.start + 1));
                report(cx, span, source, error, scope);
            }
            None
        }
    }
}

fn report(cx: &mut Cx<'_>, span: Span, source: &str, error: ExprError, scope: &Scope) {
    let word = source.get(error.range.clone()).unwrap_or_default();
    if scope.loops.contains(word) && !scope.known.bindings.contains(word) {
        let message = phrase!(
            "`{word}` is the item of a loop and known only inside it",
            "`{word}` 是循环的当前项，只在循环里面有"
        );
        cx.error(
            codes::NOT_SET_YET,
            span,
            message,
            phrase!(
                "move this step into the `steps` of the `each` with `as: {word}`",
                "把这个步骤移进写着 `as: {word}` 的 `each` 的 `steps` 里"
            ),
        );
        return;
    }
    if scope.sometime.contains(word) && !scope.known.bindings.contains(word) {
        cx.error(
            codes::NOT_SET_YET,
            span,
            phrase!("`{word}` is used before the step that sets it", "`{word}` 在设置它的步骤之前就用到了"),
            phrase!(
                "move this step behind the one with `as: {word}`",
                "把这个步骤移到写着 `as: {word}` 的步骤后面"
            ),
        );
        return;
    }
    let help = duration_call(source, error.range.start).or(error.help).unwrap_or_default();
    cx.error(codes::EXPRESSION, span, error.message, help);
}

/// `60d` as other places of a file have it, where the unit stands at `at`: how an expression writes it.
fn duration_call(source: &str, at: usize) -> Option<Phrase> {
    let (before, unit) = (source.get(..at)?, source.get(at..)?);
    let number = before.rsplit(|c: char| !c.is_ascii_digit()).next().filter(|digits| !digits.is_empty())?;
    let word = unit.split(|c: char| !c.is_alphanumeric()).next()?;
    let call = match word {
        "d" | "天" => "days",
        "h" | "小时" => "hours",
        "m" | "分钟" => "minutes",
        "s" | "秒" => "seconds",
        _ => return None,
    };
    Some(phrase!("in an expression write `{call}({number})`", "在表达式里写成 `{call}({number})`"))
}

/// Writes `vars.x` as `vars.prefix_x` where a used file's var had to be renamed.
pub(crate) fn rename_vars(
    source: &str,
    names: &std::collections::BTreeMap<String, String>,
) -> Option<String> {
    if names.is_empty() || !source.contains("vars.") {
        return None;
    }
    let mut out = String::with_capacity(source.len() + 16);
    let mut rest = source;
    let mut changed = false;
    while let Some(at) = rest.find("vars.") {
        let whole = !rest[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '.');
        let (before, after) = rest.split_at(at + "vars.".len());
        out.push_str(before);
        let end = after.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(after.len());
        match names.get(&after[..end]).filter(|_| whole) {
            Some(name) => {
                out.push_str(name);
                changed = true;
            }
            None => out.push_str(&after[..end]),
        }
        rest = &after[end..];
    }
    out.push_str(rest);
    changed.then_some(out)
}

/// The place in the file of a range of a scalar's text: as exact as YAML's folding and escaping allow.
pub(crate) fn origin(cx: &Cx<'_>, node: &Node, range: Range<usize>) -> Span {
    let Some(scalar) = node.scalar() else { return node.span };
    let file = &cx.sources.get(node.span.source).text;
    let Some(raw) = file.get(node.span.start as usize..node.span.end as usize) else { return node.span };
    let (Some(start), Some(end)) = (
        align(&scalar.text, raw, scalar.style, range.start),
        align(&scalar.text, raw, scalar.style, range.end.saturating_sub(1)),
    ) else {
        return node.span;
    };
    let last = raw[end..].chars().next().map_or(1, char::len_utf8);
    let base = node.span.start as usize;
    Span::new(node.span.source, base + start, base + (end + last).max(start + 1))
}

/// Where in the source of a scalar the byte `target` of its text was written.
fn align(text: &str, raw: &str, style: ValueStyle, target: usize) -> Option<usize> {
    let mut at = usize::from(style == ValueStyle::Quoted && raw.starts_with(['"', '\'']));
    let double = raw.starts_with('"') && style == ValueStyle::Quoted;
    for (offset, c) in text.char_indices() {
        let rest = raw.get(at..)?;
        if offset >= target {
            return Some(
                at + rest.len() - if c.is_whitespace() { rest.len() } else { rest.trim_start().len() },
            );
        }
        let next = rest.chars().next()?;
        if next == c {
            at += c.len_utf8();
            if c == '\'' && style == ValueStyle::Quoted && !double {
                at += 1;
            } else if c == '\n' {
                at += raw.get(at..)?.len() - raw.get(at..)?.trim_start_matches([' ', '\t']).len();
            }
        } else if next == '\\' && double {
            let escape = rest.chars().nth(1)?;
            at += match escape {
                'x' => 4,
                'u' => 6,
                'U' => 10,
                other => 1 + other.len_utf8(),
            };
        } else if c.is_whitespace() {
            // Folded: one space stands for a line's end and what follows it; or eaten already.
            at += rest.len() - rest.trim_start().len();
        } else if next.is_whitespace() {
            at += rest.len() - rest.trim_start().len() + c.len_utf8();
        } else {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closing_brace_is_found_behind_strings_and_maps() {
        assert_eq!(closing("a}", 0), Some(1));
        assert_eq!(closing("#{a: 1}.a} x", 0), Some(9));
        assert_eq!(closing(r#"f("}") }"#, 0), Some(7));
        assert_eq!(closing("a", 0), None);
    }

    #[test]
    fn offsets_find_their_way_through_quotes_blocks_and_escapes() {
        let at = |text: &str, raw: &str, style, word: &str| {
            align(text, raw, style, text.find(word).expect("the word")).map(|at| raw[at..].to_owned())
        };
        assert_eq!(at("it's me", "'it''s me'", ValueStyle::Quoted, "me").as_deref(), Some("me'"));
        assert_eq!(at("a\tb ok", r#""a\tb ok""#, ValueStyle::Quoted, "ok").as_deref(), Some("ok\""));
        assert_eq!(at("one\ntwo x\n", "one\n    two x", ValueStyle::Block, "x").as_deref(), Some("x"));
        assert_eq!(at("one two x", "one\n    two x", ValueStyle::Plain, "x").as_deref(), Some("x"));
    }

    #[test]
    fn vars_of_a_used_file_are_renamed_as_whole_words() {
        let names = [("city".to_owned(), "quiz_city".to_owned())].into();
        assert_eq!(
            rename_vars("vars.city + vars.city_id + myvars.city", &names).as_deref(),
            Some("vars.quiz_city + vars.city_id + myvars.city")
        );
        assert_eq!(rename_vars("vars.other", &names), None);
    }
}

//! Text with `${…}` in it, and values with text in them.
//!
//! Compiled by the compiler, rendered by the engine; never evaluates anything itself but expressions.

use crate::{
    base::value::{Map, Value},
    script::{
        expr::{EvalError, Expr},
        facts::Facts,
        names::Names,
    },
};
use std::{fmt::Write as _, sync::Arc};

/// Text in which `${…}` is replaced when it is used.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Text {
    /// In order.
    pub parts: Vec<TextPart>,
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq)]
pub enum TextPart {
    /// Copied as it is.
    Literal(Arc<str>),
    /// Replaced by its value, written for the playbook's locale.
    Expr(Expr),
}

impl Text {
    /// Text without expressions.
    pub fn literal(text: impl AsRef<str>) -> Self {
        Self { parts: vec![TextPart::Literal(Arc::from(text.as_ref()))] }
    }

    /// The text, if nothing in it has to be evaluated.
    pub fn as_literal(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [TextPart::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// The global names that it uses.
    pub fn names(&self) -> Names {
        self.parts.iter().fold(Names::NONE, |names, part| match part {
            TextPart::Literal(_) => names,
            TextPart::Expr(expr) => names.union(expr.names()),
        })
    }

    /// Whether it may hold what others said.
    pub fn hears(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, TextPart::Expr(expr) if expr.hears()))
    }

    /// The text with every expression replaced by its value.
    pub fn render(&self, facts: &Arc<Facts>) -> Result<String, EvalError> {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                TextPart::Literal(text) => out.push_str(text),
                TextPart::Expr(expr) => out.push_str(&expr.eval_text(facts)?),
            }
        }
        Ok(out)
    }

    /// The same for text that is `CommonMark`: what came from members stays plain text in it.
    pub fn render_markdown(&self, facts: &Arc<Facts>) -> Result<String, EvalError> {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                TextPart::Literal(text) => out.push_str(text),
                TextPart::Expr(expr) => out.push_str(&expr.eval_markdown(facts)?),
            }
        }
        Ok(out)
    }

    /// The text with every expression that cannot be evaluated yet left as it was written.
    pub fn preview(&self, facts: &Arc<Facts>, known: Names) -> String {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                TextPart::Literal(text) => out.push_str(text),
                TextPart::Expr(expr) => {
                    let ready = expr.names().union(known) == known;
                    match ready.then(|| expr.eval_text(facts)) {
                        Some(Ok(text)) => out.push_str(&text),
                        _ => {
                            let _ = write!(out, "${{{}}}", expr.source());
                        }
                    }
                }
            }
        }
        out
    }

    /// As it was written.
    pub fn source(&self) -> String {
        self.parts.iter().fold(String::new(), |mut out, part| {
            match part {
                TextPart::Literal(text) => out.push_str(&text.replace("${", "$${")),
                TextPart::Expr(expr) => {
                    let _ = write!(out, "${{{}}}", expr.source());
                }
            }
            out
        })
    }
}

/// A value in which text may hold `${…}`; a text that is exactly one `${expr}` keeps its type.
#[derive(Debug, Clone, PartialEq)]
pub enum Template {
    /// A plain value.
    Const(Value),
    /// Exactly one expression.
    Expr(Expr),
    /// Text with expressions in it.
    Text(Text),
    /// A list.
    List(Vec<Template>),
    /// A map.
    Map(Vec<(Arc<str>, Template)>),
}

impl Default for Template {
    fn default() -> Self {
        Self::Const(Value::Null)
    }
}

impl Template {
    /// The global names that it uses.
    pub fn names(&self) -> Names {
        match self {
            Self::Const(_) => Names::NONE,
            Self::Expr(expr) => expr.names(),
            Self::Text(text) => text.names(),
            Self::List(items) => items.iter().fold(Names::NONE, |n, t| n.union(t.names())),
            Self::Map(entries) => entries.iter().fold(Names::NONE, |n, (_, t)| n.union(t.names())),
        }
    }

    /// Whether it may hold what others said.
    pub fn hears(&self) -> bool {
        match self {
            Self::Const(_) => false,
            Self::Expr(expr) => expr.hears(),
            Self::Text(text) => text.hears(),
            Self::List(items) => items.iter().any(Self::hears),
            Self::Map(entries) => entries.iter().any(|(_, item)| item.hears()),
        }
    }

    /// The value of the template for some facts.
    pub fn eval(&self, facts: &Arc<Facts>) -> Result<Value, EvalError> {
        Ok(match self {
            Self::Const(value) => value.clone(),
            Self::Expr(expr) => expr.eval(facts)?,
            Self::Text(text) => Value::from(text.render(facts)?),
            Self::List(items) => {
                Value::list(items.iter().map(|item| item.eval(facts)).collect::<Result<_, _>>()?)
            }
            Self::Map(entries) => {
                let mut map = Map::new();
                for (key, item) in entries {
                    map.insert(key.clone(), item.eval(facts)?);
                }
                Value::Map(Arc::new(map))
            }
        })
    }
}

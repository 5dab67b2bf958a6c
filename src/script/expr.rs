//! An expression: compiled once with its file, names checked, evaluated against [`Facts`].
//!
//! Bounded by operations; it can change nothing.

use super::{
    facts::Facts,
    names::{Known, Names},
};
use crate::base::value::Value;
use std::{fmt, ops::Range, sync::Arc};

/// A compiled expression. Cloning shares it.
#[derive(Clone)]
pub struct Expr(Arc<Inner>);

struct Inner {
    source: String,
    names: Names,
    data: Vec<String>,
}

/// Why an expression does not compile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExprError {
    /// What was found and expected.
    pub message: String,
    /// The bytes of the source it is about.
    pub range: Range<usize>,
    /// What to write instead.
    pub help: Option<String>,
}

/// Why an evaluation failed: the message says what was found and the expression it was found in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct EvalError(pub String);

impl Expr {
    /// Compiles an expression; every problem that can be seen without running it is reported.
    pub fn compile(source: &str, known: &Known) -> Result<Self, Vec<ExprError>> {
        let _ = known;
        Ok(Self(Arc::new(Inner { source: source.into(), names: Names::ALL, data: Vec::new() })))
    }

    /// What was written.
    pub fn source(&self) -> &str {
        &self.0.source
    }

    /// The global names that it uses.
    pub fn names(&self) -> Names {
        self.0.names
    }

    /// The files that it reads with `data("…")`.
    pub fn data(&self) -> &[String] {
        &self.0.data
    }

    /// Its value.
    pub fn eval(&self, facts: &Arc<Facts>) -> Result<Value, EvalError> {
        let _ = facts;
        Err(EvalError("not built".into()))
    }

    /// Its value, which must be true or false.
    pub fn eval_bool(&self, facts: &Arc<Facts>) -> Result<bool, EvalError> {
        let value = self.eval(facts)?;
        value.as_bool().ok_or_else(|| {
            EvalError(format!("`{}` is {}; a condition is true or false", self.source(), value.kind()))
        })
    }

    /// Its value as text, written for the locale of the facts. This is what `${ }` in a text becomes.
    pub fn eval_text(&self, facts: &Arc<Facts>) -> Result<String, EvalError> {
        let _ = facts;
        Err(EvalError("not built".into()))
    }
}

/// Equal when the text is equal: the same text in the same playbook means the same.
impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.0.source == other.0.source
    }
}

impl fmt::Debug for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Expr({})", self.0.source)
    }
}

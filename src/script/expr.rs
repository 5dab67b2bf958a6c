//! An expression: compiled once with its file, names checked, evaluated against [`Facts`].
//!
//! Bounded by operations; it can change nothing.

use super::{
    allowance,
    check::{self, CodePlace},
    convert, engine,
    facts::Facts,
    failure,
    frame::Frame,
    names::{Known, Names},
    people::{self, Named},
    place, render, stack,
};
use crate::base::phrase::{Phrase, Words, pair, phrase};
use crate::base::{ids::MemberId, limits::EXPRESSION_BYTES_MAX, markdown, value::Value};
use rhai::{AST, Dynamic, Scope};
use std::{
    fmt,
    ops::Range,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

/// A compiled expression. Cloning shares it.
#[derive(Clone)]
pub struct Expr(Arc<ExprInner>);

struct ExprInner {
    source: String,
    ast: AST,
    names: Names,
    data: Vec<String>,
    hears: bool,
}

/// Why an expression does not compile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExprError {
    /// What was found and expected.
    pub message: Phrase,
    /// The bytes of the source it is about.
    pub range: Range<usize>,
    /// What to write instead.
    pub help: Option<Phrase>,
}

/// Why an evaluation failed: the message says what was found and the expression it was found in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.en)]
pub struct EvalError(pub Phrase);

impl Expr {
    /// Compiles an expression; every problem that can be seen without running it is reported.
    pub fn compile(source: &str, known: &Known) -> Result<Self, Vec<ExprError>> {
        let whole = |message: Phrase, help: Words| {
            vec![ExprError { message, range: 0..source.len(), help: Some(help.into()) }]
        };
        if source.trim().is_empty() {
            return Err(whole(
                pair("there is no expression here", "这里没有表达式").into(),
                pair("write one, such as `members.count >= 60`", "写一个，例如 `members.count >= 60`"),
            ));
        }
        if source.len() > EXPRESSION_BYTES_MAX {
            let message = phrase!(
                "the expression has {} bytes; the limit is {EXPRESSION_BYTES_MAX}",
                "表达式有 {} 字节；上限是 {EXPRESSION_BYTES_MAX}",
                source.len()
            );
            return Err(whole(message, pair("put it into a script", "把它放进脚本")));
        }
        let ast = stack::room(|| engine::expressions().compile_expression(source)).map_err(|error| {
            let range = place::range(source, error.position());
            let (message, help) = failure::parse(&error, &source[range.clone()]);
            vec![ExprError { message, range, help }]
        })?;
        let found =
            stack::room(|| check::walk(&ast, &CodePlace::Expression(known), engine::expression_functions()));
        if !found.problems.is_empty() {
            return Err(found
                .problems
                .into_iter()
                .map(|problem| ExprError {
                    message: problem.message,
                    range: place::range(source, problem.position),
                    help: problem.help,
                })
                .collect());
        }
        Ok(Self(Arc::new(ExprInner {
            source: source.into(),
            ast,
            names: found.names,
            data: found.data.into_iter().collect(),
            hears: found.hears,
        })))
    }

    /// A piece of this expression as one of its own. Its names were checked with the whole; none where the piece
    /// cannot stand alone.
    pub(super) fn piece(&self, source: &str) -> Option<Self> {
        let ast = stack::room(|| engine::expressions().compile_expression(source)).ok()?;
        Some(Self(Arc::new(ExprInner {
            source: source.into(),
            ast,
            names: self.names(),
            data: self.0.data.clone(),
            hears: self.hears(),
        })))
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

    /// Whether its value may hold what others said: it names more than the operator owns.
    pub fn hears(&self) -> bool {
        self.0.hears
    }

    /// Whether an expression may give what others said, where only this is known of it. One that does not compile may.
    pub fn may_hear(source: &str, known: &Known) -> bool {
        let Ok(ast) = stack::room(|| engine::expressions().compile_expression(source)) else { return true };
        stack::room(|| check::walk(&ast, &CodePlace::Expression(known), engine::expression_functions())).hears
    }

    /// Its value; nothing when it is unknown.
    pub fn eval(&self, facts: &Arc<Facts>) -> Result<Value, EvalError> {
        let value =
            self.run(facts, None, |value| convert::to_value(value).map_err(|why| self.about(&why)))?;
        Ok(value.unwrap_or_default())
    }

    /// Its value, which must be true or false. What is unknown is not true.
    pub fn eval_bool(&self, facts: &Arc<Facts>) -> Result<bool, EvalError> {
        Ok(self.run(facts, None, |value| self.truth(value))?.unwrap_or(false))
    }

    /// Its value, which must be true or false; none when it is unknown.
    pub fn eval_known(&self, facts: &Arc<Facts>) -> Result<Option<bool>, EvalError> {
        self.run(facts, None, |value| self.truth(value))
    }

    /// Its value with this member in scope as `member`, which must be true or false; none when it is unknown.
    /// Cheaper than facts of their own for every member.
    pub fn eval_bool_for(&self, facts: &Arc<Facts>, member: &MemberId) -> Result<Option<bool>, EvalError> {
        self.run(facts, Some(member), |value| self.truth(value))
    }

    /// Its value as text, written for the locale of the facts. This is what `${ }` in a text becomes.
    pub fn eval_text(&self, facts: &Arc<Facts>) -> Result<String, EvalError> {
        let text = self.run(facts, None, |value| Ok(render::text(value)))?;
        Ok(text.unwrap_or_else(|| facts.locale.pick("unknown", "未知").to_owned()))
    }

    /// The people that its value stands for.
    pub fn eval_people(&self, facts: &Arc<Facts>) -> Result<Vec<Named>, EvalError> {
        let people = self.run(facts, None, |value| {
            people::named(value).map_err(|why| {
                let source = Phrase::same(self.source());
                EvalError(phrase!("`{source}` is {why}", "`{source}` 是{why}"; source, why))
            })
        })?;
        Ok(people.unwrap_or_default())
    }

    /// The same for text that is `CommonMark`: where the value may hold what others said (names, fields, signals,
    /// answers), it means only itself, while what the playbook says keeps its marks.
    pub fn eval_markdown(&self, facts: &Arc<Facts>) -> Result<String, EvalError> {
        let written = self.run(facts, None, |value| Ok((render::is_measure(value), render::text(value))))?;
        Ok(match written {
            None => facts.locale.pick("unknown", "未知").to_owned(),
            Some((measure, text)) if measure || !self.hears() || !markdown::has_marks(&text) => text,
            Some((_, text)) => markdown::escape(&text),
        })
    }

    /// What is wrong with its value.
    fn about(&self, why: &Phrase) -> EvalError {
        EvalError(phrase!("`{}`: ", "`{}`：", self.source()).and(why))
    }

    fn truth(&self, value: &Dynamic) -> Result<bool, EvalError> {
        value.as_bool().map_err(|_| {
            let kind = convert::to_value(value).map_or(pair("a function", "函数"), |value| value.kind());
            let (kind, source) = (Phrase::from(kind), Phrase::same(self.source()));
            EvalError(phrase!(
                "`{source}` is {kind}; a condition is true or false",
                "`{source}` 是{kind}；条件应为真或假";
                source, kind
            ))
        })
    }

    fn run<R>(
        &self,
        facts: &Facts,
        member: Option<&MemberId>,
        read: impl FnOnce(&Dynamic) -> Result<R, EvalError>,
    ) -> Result<Option<R>, EvalError> {
        let allowed = allowance::next();
        let frame = Frame::expression(facts, member).at_most(allowed);
        let entered = frame.enter(|| {
            let engine = engine::expressions();
            // Reading the value is a part of it: a text is written there, a list is taken apart.
            let result = catch_unwind(AssertUnwindSafe(|| {
                stack::room(|| {
                    let value = engine.eval_ast_with_scope::<Dynamic>(&mut Scope::new(), &self.0.ast);
                    match value {
                        Ok(value) => read(&value.flatten()).map(Some),
                        Err(_) if frame.is_unknown() => Ok(None),
                        Err(_) if frame.is_cut_short() => Err(EvalError(phrase!(
                            "`{}`: the decision that this is part of has done all it may at once; ask less of all \
                             members, or do it in a script", "`{}`：这一次决定要算的太多了；少查一些成员，或者放到脚本里做",
                            self.source()
                        ))),
                        Err(error) => {
                            let failure = failure::explain(&error, &frame);
                            Err(self.about(&failure.message))
                        }
                    }
                })
            }));
            match result {
                Ok(read) => read,
                Err(_) => {
                    Err(EvalError(phrase!("`{}` broke the evaluator; please report this", "`{}` 让求值器出错了，请报告给我们", self.source())))
                }
            }
        });
        allowance::spend(frame.operations());
        entered
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

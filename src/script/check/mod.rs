//! What can be seen of code without running it: names, properties, functions, the maps of `post` and `task`.
//!
//! One walk over Rhai's tree serves expressions and scripts. It never runs anything, and where it cannot be
//! sure it says nothing.

mod calls;
mod names;

use super::{
    engine::Arities,
    names::{Known, Names},
    suggest,
};
use crate::base::phrase::{Phrase, Words, pair};
use rhai::{AST, ASTFlags, ASTNode, Dynamic, Expr, FlowControl, FnPtr, Position, Shared, Stmt};
use std::collections::{BTreeMap, BTreeSet};

/// The kind of a value, as far as it is known: a heading of the API's table, or one of these.
type ValueKind = &'static str;

/// Nothing is known of the value.
const ANY: ValueKind = "any";

/// Where the code stands.
pub(super) enum CodePlace<'a> {
    /// In a playbook, with the names it may use there.
    Expression(&'a Known),
    /// In a script file, with its own functions, its constants and what its imports have.
    Script { functions: Arities, constants: BTreeSet<String>, modules: BTreeMap<String, Arities> },
}

/// Something wrong at a place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ScriptProblem {
    pub(super) position: Position,
    pub(super) message: Phrase,
    pub(super) help: Option<Phrase>,
}

/// What a walk found.
pub(super) struct Findings {
    pub(super) problems: Vec<ScriptProblem>,
    pub(super) names: Names,
    /// Paths of `data("…")`, in order.
    pub(super) data: BTreeSet<String>,
    /// Whether the value may hold what others said, as it was said.
    pub(super) hears: bool,
}

/// Walks all of a compiled source.
pub(super) fn walk(ast: &AST, place: &CodePlace<'_>, functions: &Arities) -> Findings {
    let (closures, mut own): (Vec<_>, Vec<_>) =
        functions_of(ast).into_iter().partition(|function| is_closure(&function.name));
    own.sort_by_key(|function| function.position);
    let mut walk = CheckPass {
        place,
        functions,
        closures: closures.into_iter().map(|f| (f.name.clone(), Shared::new(f))).collect(),
        locals: Vec::new(),
        key: None,
        found: Findings { problems: Vec::new(), names: Names::NONE, data: BTreeSet::new(), hears: false },
    };
    walk.block(ast.statements());
    for function in own {
        walk.locals = function.params.iter().map(|name| (name.clone(), ANY)).collect();
        walk.block(&function.statements);
    }
    walk.found.problems.dedup();
    walk.found
}

fn is_closure(name: &str) -> bool {
    name.starts_with("anon$")
}

/// A function as it was written.
struct Function {
    name: String,
    params: Vec<String>,
    position: Position,
    statements: Vec<Stmt>,
}

/// The functions of a source. Rhai hands out bodies only by walking, so each is walked on its own.
fn functions_of(ast: &AST) -> Vec<Function> {
    ast.iter_fn_def()
        .map(|def| {
            let mut alone = ast.clone_functions_only();
            alone.retain_functions(|_, _, name, params| {
                name == def.name.as_str() && params == def.params.len()
            });
            let mut statements = Vec::new();
            alone.walk(&mut |path: &[ASTNode<'_>]| {
                if let [ASTNode::Stmt(statement)] = path {
                    statements.push((*statement).clone());
                }
                true
            });
            Function {
                name: def.name.to_string(),
                params: def.params.iter().map(ToString::to_string).collect(),
                position: def.body.start_position(),
                statements,
            }
        })
        .collect()
}

struct CheckPass<'a> {
    place: &'a CodePlace<'a>,
    functions: &'a Arities,
    closures: BTreeMap<String, Shared<Function>>,
    locals: Vec<(String, ValueKind)>,
    /// The key that follows the name which is looked at: `x` in `vars.x`.
    key: Option<String>,
    found: Findings,
}

impl CheckPass<'_> {
    fn problem(&mut self, position: Position, message: impl Into<Phrase>, help: Option<Phrase>) {
        self.found.problems.push(ScriptProblem { position, message: message.into(), help });
    }

    fn is_script(&self) -> bool {
        matches!(self.place, CodePlace::Script { .. })
    }

    fn block(&mut self, statements: &[Stmt]) {
        let depth = self.locals.len();
        for statement in statements {
            self.statement(statement);
        }
        self.locals.truncate(depth);
    }

    fn statement(&mut self, statement: &Stmt) {
        match statement {
            Stmt::If(flow, _) | Stmt::While(flow, _) | Stmt::Do(flow, _, _) => self.flow(flow),
            Stmt::For(parts, _) => {
                let (item, counter, flow) = &**parts;
                let kind = self.expr(&flow.expr);
                let depth = self.locals.len();
                self.locals.push((item.name.to_string(), element(kind)));
                self.locals.extend(counter.iter().map(|name| (name.name.to_string(), "number")));
                self.block(flow.body.statements());
                self.locals.truncate(depth);
            }
            Stmt::Switch(parts, _) => {
                self.expr(&parts.0);
                for case in &parts.1.expressions {
                    self.expr(&case.lhs);
                    self.expr(&case.rhs);
                }
            }
            Stmt::Var(parts, _, position) => {
                self.only_in_scripts(
                    *position,
                    pair("an expression has no variables", "表达式里不能定义变量"),
                );
                let kind = self.expr(&parts.1);
                self.locals.push((parts.0.name.to_string(), kind));
            }
            Stmt::Assignment(parts) => {
                self.only_in_scripts(
                    parts.0.position(),
                    pair("an expression cannot assign; `==` compares", "表达式不能赋值；比较用 `==`"),
                );
                self.not_through_this(&parts.1.lhs);
                self.expr(&parts.1.lhs);
                self.expr(&parts.1.rhs);
            }
            Stmt::FnCall(call, position) => {
                self.call(call, *position);
            }
            Stmt::Block(block) => self.block(block.statements()),
            Stmt::TryCatch(flow, _) => self.try_catch(flow),
            Stmt::Expr(expr) => {
                self.expr(expr);
            }
            Stmt::BreakLoop(expr, _, _) | Stmt::Return(expr, _, _) => {
                if let Some(expr) = expr {
                    self.expr(expr);
                }
            }
            Stmt::Import(parts, _) => {
                self.expr(&parts.0);
            }
            _ => {}
        }
    }

    fn only_in_scripts(&mut self, position: Position, message: Words) {
        if !self.is_script() {
            self.problem(
                position,
                message,
                Some(
                    pair(
                        "put several statements into a script and `run` it",
                        "多条语句请放进脚本，再用 `run` 运行",
                    )
                    .into(),
                ),
            );
        }
    }

    /// What grows through `this` is in no variable of the function that makes it grow, and cannot be weighed there.
    fn not_through_this(&mut self, target: &Expr) {
        let root = match target {
            Expr::Dot(parts, ..) | Expr::Index(parts, ..) => &parts.lhs,
            other => other,
        };
        if let Expr::ThisPtr(position) = root {
            self.problem(
                *position,
                pair("`this` cannot be changed", "不能修改 `this`"),
                Some(
                    pair(
                        "return the new value: `list.map(|x| x + 1)`, `value = changed(value)`",
                        "返回新的值：`list.map(|x| x + 1)`、`value = changed(value)`",
                    )
                    .into(),
                ),
            );
        }
    }

    fn flow(&mut self, flow: &FlowControl) {
        self.expr(&flow.expr);
        self.block(flow.body.statements());
        self.block(flow.branch.statements());
    }

    fn try_catch(&mut self, flow: &FlowControl) {
        self.block(flow.body.statements());
        let depth = self.locals.len();
        if let Expr::Variable(name, ..) = &flow.expr {
            self.locals.push((name.1.to_string(), ANY));
        }
        self.block(flow.branch.statements());
        self.locals.truncate(depth);
    }

    fn expr(&mut self, expr: &Expr) -> ValueKind {
        match expr {
            Expr::BoolConstant(..) => "bool",
            Expr::IntegerConstant(..) | Expr::FloatConstant(..) => "number",
            Expr::StringConstant(..) | Expr::CharConstant(..) => "text",
            Expr::DynamicConstant(value, _) => {
                self.constant(value);
                ANY
            }
            Expr::InterpolatedString(parts, _) => {
                self.each(parts.iter());
                "text"
            }
            Expr::Array(items, _) => {
                self.each(items.iter());
                "list"
            }
            Expr::Map(parts, _) => {
                self.each(parts.0.iter().map(|(_, value)| value));
                "map"
            }
            Expr::Variable(parts, _, position) => {
                if parts.2.is_empty() {
                    self.variable(&parts.1, *position)
                } else {
                    ANY
                }
            }
            Expr::FnCall(call, position) | Expr::MethodCall(call, position) => self.call(call, *position),
            Expr::Dot(parts, flags, _) => {
                let heard = self.found.hears;
                self.key = key(&parts.lhs, &parts.rhs);
                let root = self.expr(&parts.lhs);
                self.chain(root, &parts.rhs, false, *flags, heard)
            }
            Expr::Index(parts, flags, _) => {
                let heard = self.found.hears;
                self.key = key(&parts.lhs, &parts.rhs);
                let root = self.expr(&parts.lhs);
                self.chain(root, &parts.rhs, true, *flags, heard)
            }
            Expr::And(items, _) | Expr::Or(items, _) => {
                self.each(items.iter());
                "bool"
            }
            Expr::Coalesce(items, _) => {
                self.each(items.iter());
                ANY
            }
            Expr::Stmt(block) => {
                self.block(block.statements());
                ANY
            }
            _ => ANY,
        }
    }

    fn each<'e>(&mut self, items: impl Iterator<Item = &'e Expr>) {
        for item in items {
            self.expr(item);
        }
    }

    /// `a.b[c].d(e)`: Rhai nests it to the right, so each part is taken off in turn. `heard` is whether anything
    /// from outside was named before the chain.
    fn chain(&mut self, on: ValueKind, rest: &Expr, index: bool, flags: ASTFlags, heard: bool) -> ValueKind {
        let ends = flags.intersects(ASTFlags::BREAK);
        let (head, next) = match rest {
            Expr::Dot(parts, flags, _) if !ends => (&parts.lhs, Some((&parts.rhs, false, *flags))),
            Expr::Index(parts, flags, _) if !ends => (&parts.lhs, Some((&parts.rhs, true, *flags))),
            other => (other, None),
        };
        let gives = if index { self.index(on, head) } else { self.part(on, head) };
        if let Expr::MethodCall(call, _) = head
            && sheltered(&call.name)
        {
            self.found.hears = heard;
        }
        match next {
            Some((rest, index, flags)) => self.chain(gives, rest, index, flags, heard),
            None => gives,
        }
    }

    fn index(&mut self, on: ValueKind, key: &Expr) -> ValueKind {
        match key {
            Expr::StringConstant(name, position) if matches!(on, "vars" | "date" | "roles") => {
                self.property(on, name, *position)
            }
            _ => {
                self.expr(key);
                element(on)
            }
        }
    }

    fn part(&mut self, on: ValueKind, part: &Expr) -> ValueKind {
        match part {
            Expr::Property(parts, position) => self.property(on, &parts.2, *position),
            Expr::MethodCall(call, position) => self.method(on, call, *position),
            other => self.expr(other),
        }
    }

    fn constant(&mut self, value: &Dynamic) {
        if let Some(function) = value.read_lock::<FnPtr>() {
            self.closure(function.fn_name(), 0, ANY);
        }
    }

    /// A closure where it is written: it sees what is in scope there. `captured` is the number of
    /// names that Rhai hands in as its first parameters; `item` is the kind of what it is called with.
    fn closure(&mut self, name: &str, captured: usize, item: ValueKind) {
        let Some(function) = self.closures.get(name).cloned() else {
            return;
        };
        let depth = self.locals.len();
        let own = function.params.iter().skip(captured);
        self.locals.extend(own.map(|name| (name.clone(), item)));
        self.block(&function.statements);
        self.locals.truncate(depth);
    }
}

/// The key that follows a name: `x` in `vars.x` and in `vars["x"].y`.
fn key(on: &Expr, rest: &Expr) -> Option<String> {
    match (on, rest) {
        (Expr::Variable(..), Expr::Property(parts, _)) => Some(parts.2.to_string()),
        (Expr::Variable(..), Expr::StringConstant(name, _)) => Some(name.to_string()),
        (Expr::Variable(..), Expr::Dot(parts, ..) | Expr::Index(parts, ..)) => key(on, &parts.lhs),
        _ => None,
    }
}

/// Functions after which words from outside count as the operator's own: made plain, or meant as they are.
fn sheltered(function: &str) -> bool {
    matches!(function, "plain" | "raw" | "stamp" | "channel_link" | "numbered")
}

/// The kind of an element.
fn element(kind: ValueKind) -> ValueKind {
    match kind {
        "members" => "member",
        _ => ANY,
    }
}

/// `; did you mean …?`
fn meant(found: &str, names: &[&str]) -> Phrase {
    suggest::or_list(found, names)
}

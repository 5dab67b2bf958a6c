//! A script: compiled once, called with facts, its actions collected. Every limit is set here or in
//! [`super::engine`].
//!
//! A call is a transaction: what it collected comes out when it returns, and never otherwise.

pub use super::outside::Host;
use super::{
    action::CallOutcome,
    beside::Nearby,
    check::{self, CodePlace},
    convert, engine,
    engine::Arities,
    facts::Facts,
    failure,
    frame::{Frame, Imports},
    modules,
    names::Names,
    place, stack,
};
use crate::base::phrase::{Phrase, pair, phrase};
use crate::base::{
    ids::GroupId,
    limits::SCRIPT_BYTES_MAX,
    locale::Locale,
    source::{Folder, MemoryFolder},
    time::{Timestamp, Zone},
    value::Value,
};
use rhai::{AST, CallFnOptions, Dynamic, Expr, Module, Position, Scope, Stmt};
use sha2::{Digest as _, Sha256};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::{self, Write as _},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

/// Imports may import, this deep.
const IMPORT_DEPTH_MAX: usize = 8;

/// Scripts by path, or what is wrong with them.
pub type Scripts = BTreeMap<Arc<str>, Result<Script, Vec<ScriptError>>>;

/// A compiled script. Cloning shares it.
#[derive(Clone)]
pub struct Script {
    /// Its path in the playbook's folder.
    pub path: Arc<str>,
    /// The digest of its source and of what it imports: 64 hex digits.
    pub digest: Arc<str>,
    /// The functions it has, by name and number of parameters.
    pub functions: Arc<Vec<(String, usize)>>,
    /// The files that it reads by a path in quotes, `data("…")`.
    pub data_paths: Arc<Vec<String>>,
    /// The files that it imports, and those that they import, with their endings.
    pub imports: Arc<Vec<String>>,
    /// Whether it, or what it imports, can read what others said: members, signals, `state`, `fetch`.
    pub hears: bool,
    /// The global names that it and what it imports use.
    pub names: Names,
    code: Arc<CompiledCode>,
}

struct CompiledCode {
    ast: AST,
    modules: Imports,
}

/// A problem of a script: when it is compiled, or when it is run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}:{line}:{column}: {}", message.en)]
pub struct ScriptError {
    /// The script's path.
    pub path: String,
    /// Line, from 1; 0 where the problem has no place.
    pub line: u32,
    /// Column in characters, from 1; 0 where the problem has no place.
    pub column: u32,
    /// What was found, what was expected, what to do.
    pub message: Phrase,
}

impl ScriptError {
    /// The message with its place before it.
    pub fn in_words(&self) -> Phrase {
        let Self { path, line, column, message } = self;
        Phrase::same(format!("{path}:{line}:{column}: ")).and(message)
    }
}

impl Script {
    /// Compiles a script that imports nothing; reports every problem that can be seen without running it.
    pub fn compile(path: &str, source: &str) -> Result<Self, Vec<ScriptError>> {
        Self::compile_with(path, source, &MemoryFolder::default())
    }

    /// Reads a script and what it imports from the folder, and compiles them.
    pub fn read(path: &str, folder: &dyn Folder) -> Result<Self, Vec<ScriptError>> {
        match folder.read(path) {
            Ok(source) => Self::compile_with(path, &source, folder),
            Err(why) => Err(vec![error(path, Position::NONE, why.phrase())]),
        }
    }

    /// Compiles a script and what it imports from the folder.
    pub fn compile_with(path: &str, source: &str, folder: &dyn Folder) -> Result<Self, Vec<ScriptError>> {
        let mut compiler = Compiler {
            folder,
            files: BTreeMap::new(),
            open: Vec::new(),
            digest: Sha256::new(),
            hears: false,
            names: Names::NONE,
        };
        let unit = stack::plenty(|| compiler.unit(path, source))?;
        let modules = compiler.modules();
        let mut digest = String::with_capacity(64);
        for byte in compiler.digest.finalize() {
            let _ = write!(digest, "{byte:02x}");
        }
        Ok(Self {
            path: Arc::from(path),
            digest: Arc::from(digest),
            functions: Arc::new(
                unit.functions.iter().flat_map(|(name, n)| n.iter().map(|n| (name.clone(), *n))).collect(),
            ),
            data_paths: Arc::new(unit.data.into_iter().collect()),
            imports: Arc::new(compiler.files.keys().cloned().collect()),
            hears: compiler.hears,
            names: compiler.names,
            code: Arc::new(CompiledCode { ast: unit.ast, modules }),
        })
    }

    /// Calls a function with one argument (the step's `with`), or with none where it takes none.
    pub fn call(
        &self,
        function: &str,
        args: &Value,
        facts: &Arc<Facts>,
        host: &dyn Host,
    ) -> Result<CallOutcome, ScriptError> {
        let takes = self.takes(function)?;
        stack::plenty(|| self.call_here(function, takes, args, facts, host))
    }

    fn call_here(
        &self,
        function: &str,
        takes: usize,
        args: &Value,
        facts: &Facts,
        host: &dyn Host,
    ) -> Result<CallOutcome, ScriptError> {
        let facts = Facts { args: args.clone(), ..Facts::clone(facts) };
        let host = Nearby { host, script: &self.path };
        let frame = Frame::script(&facts, &host, &self.code.modules);
        let result = frame.enter(|| {
            let arguments = if takes == 0 { Vec::new() } else { vec![convert::open(args)] };
            let run = || {
                engine::scripts().call_fn_with_options::<Dynamic>(
                    CallFnOptions::new().eval_ast(true),
                    &mut Scope::new(),
                    &self.code.ast,
                    function,
                    arguments,
                )
            };
            match catch_unwind(AssertUnwindSafe(run)) {
                Ok(Ok(value)) => convert::to_value(&value.flatten()).map_err(|why| {
                    let position = self.position_of(function);
                    error(
                        &self.path,
                        position,
                        phrase!("`{function}` cannot return this: ", "`{function}` 不能返回这个值：")
                            .and(&why),
                    )
                }),
                Ok(Err(failed)) => {
                    let failure = failure::explain(&failed, &frame);
                    let position = if failure.position.is_none() {
                        self.position_of(function)
                    } else {
                        failure.position
                    };
                    let file = failure.source.as_deref().unwrap_or(&self.path);
                    Err(error(file, position, failure.message))
                }
                Err(_) => Err(error(
                    &self.path,
                    Position::NONE,
                    phrase!(
                        "`{function}` broke the sandbox; nothing of it was kept; please report this",
                        "`{function}` 弄坏了沙箱；什么都没有保留；请报告这个问题"
                    ),
                )),
            }
        });
        frame.break_circles();
        let live = frame.into_live();
        let value = result?;
        let live = live.ok_or_else(|| {
            error(&self.path, Position::NONE, pair("the call lost its actions", "这次调用的动作丢失了"))
        })?;
        Ok(CallOutcome { value, actions: live.actions, log: live.log, fetches: live.fetches })
    }

    /// How many arguments a function takes: one or none.
    fn takes(&self, function: &str) -> Result<usize, ScriptError> {
        let counts: Vec<usize> =
            self.functions.iter().filter(|(name, _)| name == function).map(|(_, n)| *n).collect();
        if counts.contains(&1) {
            return Ok(1);
        }
        if counts.contains(&0) {
            return Ok(0);
        }
        let message = if let Some(n) = counts.first() {
            phrase!(
                "`{function}` takes {n} arguments; a step calls a function with one, its `with`, or with none",
                "`{function}` 要 {n} 个参数；步骤调用函数时只给一个（它的 `with`）或不给"
            )
        } else {
            let names: BTreeSet<&str> = self.functions.iter().map(|(name, _)| name.as_str()).collect();
            let names: Vec<&str> = names.into_iter().collect();
            let more = super::suggest::or_list(function, &names);
            phrase!("there is no function `{function}`{more}", "没有函数 `{function}`{more}"; more)
        };
        Err(error(&self.path, Position::NONE, message))
    }

    fn position_of(&self, function: &str) -> Position {
        self.code
            .ast
            .iter_fn_def()
            .find(|def| def.name == function)
            .map_or(Position::NONE, |def| def.body.start_position())
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Script({})", self.path)
    }
}

fn error(path: &str, position: Position, message: impl Into<Phrase>) -> ScriptError {
    let message = message.into();
    let (line, column) = place::line_column(position);
    ScriptError { path: path.into(), line, column, message }
}

/// Compiles a file and what it imports.
struct Compiler<'a> {
    folder: &'a dyn Folder,
    /// What was compiled as a module, by path.
    files: BTreeMap<String, (Arc<Module>, Arities)>,
    /// The files being compiled, the innermost last.
    open: Vec<String>,
    digest: Sha256,
    hears: bool,
    names: Names,
}

/// One compiled file.
struct Unit {
    ast: AST,
    functions: Arities,
    data: BTreeSet<String>,
}

impl Compiler<'_> {
    fn unit(&mut self, path: &str, source: &str) -> Result<Unit, Vec<ScriptError>> {
        if source.len() > SCRIPT_BYTES_MAX {
            let message = phrase!(
                "the script has {} bytes; the limit is {SCRIPT_BYTES_MAX}; split it and `import` its parts",
                "脚本有 {} 字节；上限是 {SCRIPT_BYTES_MAX}；把它拆开，再用 `import` 引入",
                source.len()
            );
            return Err(vec![error(path, Position::NONE, message)]);
        }
        self.digest.update((source.len() as u64).to_le_bytes());
        self.digest.update(source.as_bytes());
        let mut ast = engine::scripts().compile(source).map_err(|failed| {
            let found = &source[place::range(source, failed.position())];
            let (message, help) = failure::parse(&failed, found);
            vec![error(path, failed.position(), sentence(message, help.as_ref()))]
        })?;
        if ast.statements().is_empty() && !ast.has_functions() {
            let message = pair(
                "the script is empty; it needs a function, such as `fn main(args) { … }`",
                "脚本是空的；它需要一个函数，例如 `fn main(args) { … }`",
            );
            return Err(vec![error(path, Position::NONE, message)]);
        }
        ast.set_source(path);
        let mut problems = Vec::new();
        let aliases = self.imports(path, &ast, &mut problems);
        let mut functions = Arities::new();
        for def in ast.iter_fn_def().filter(|def| !def.name.starts_with("anon$")) {
            functions.entry(def.name.to_string()).or_default().insert(def.params.len());
        }
        let place =
            CodePlace::Script { functions: functions.clone(), constants: constants(&ast), modules: aliases };
        let found = check::walk(&ast, &place, engine::script_functions());
        self.hears |= found.hears;
        self.names = self.names.union(found.names);
        problems.extend(
            found.problems.into_iter().map(|p| error(path, p.position, sentence(p.message, p.help.as_ref()))),
        );
        if problems.is_empty() {
            Ok(Unit { ast, functions, data: found.data })
        } else {
            problems.sort_by_key(|p| (p.line, p.column));
            Err(problems)
        }
    }

    /// Resolves every `import` of a file.
    fn imports(
        &mut self,
        path: &str,
        ast: &AST,
        problems: &mut Vec<ScriptError>,
    ) -> BTreeMap<String, Arities> {
        let mut aliases = BTreeMap::new();
        for (expr, alias, position) in imports_of(ast) {
            let Expr::StringConstant(wanted, place) = &expr else {
                let message = pair(
                    "`import` takes a path in quotes, because the file is read with the script",
                    "`import` 要用引号写出路径，因为文件是随脚本一起读入的",
                );
                problems.push(error(path, position, message));
                continue;
            };
            match self.module(wanted) {
                Ok(functions) => {
                    aliases.insert(alias, functions);
                }
                Err(ImportProblem::Refused(message)) => problems.push(error(path, *place, message)),
                Err(ImportProblem::Broken(inner)) => problems.extend(inner),
            }
        }
        aliases
    }

    /// Everything that was imported so far.
    fn modules(&self) -> Imports {
        self.files.iter().map(|(path, (module, _))| (path.clone(), module.clone())).collect()
    }

    /// Compiles an imported file, once; what functions it has.
    fn module(&mut self, wanted: &str) -> Result<Arities, ImportProblem> {
        let Some(path) = modules::path_of(wanted) else {
            return Err(ImportProblem::Refused(phrase!(
                "{wanted:?} is outside the playbook's folder; `import` takes a path inside it",
                "{wanted:?} 在剧本的文件夹之外；`import` 只能引入里面的文件"
            )));
        };
        if let Some((_, functions)) = self.files.get(&path) {
            return Ok(functions.clone());
        }
        if self.open.contains(&path) || self.open.len() >= IMPORT_DEPTH_MAX {
            return Err(ImportProblem::Refused(phrase!(
                "{wanted:?} imports itself, or imports go too deep",
                "{wanted:?} 引入了自己，或引入的层次太深"
            )));
        }
        let source = self.folder.read(&path).map_err(|why| ImportProblem::Refused(why.phrase()))?;
        self.open.push(path.clone());
        let unit = self.unit(&path, &source).map_err(ImportProblem::Broken);
        self.open.pop();
        let unit = unit?;
        let module = evaluate(&path, &unit.ast, &self.modules())
            .map_err(|failed| ImportProblem::Broken(vec![failed]))?;
        self.files.insert(path, (Arc::new(module), unit.functions.clone()));
        Ok(unit.functions)
    }
}

/// Why an import cannot be had.
enum ImportProblem {
    /// The path is no good.
    Refused(Phrase),
    /// The file has problems of its own.
    Broken(Vec<ScriptError>),
}

/// Runs the top level of an imported file once, where it sees nothing and nobody listens.
fn evaluate(path: &str, ast: &AST, modules: &Imports) -> Result<Module, ScriptError> {
    let group = GroupId::new("");
    let facts = Facts::bare(group, Timestamp::from_millis(0), Zone::utc(), Locale::En);
    let frame = Frame::script(&facts, &Nobody, modules);
    let result = frame.enter(|| {
        Module::eval_ast_as_new(Scope::new(), ast, engine::scripts()).map_err(|failed| {
            let failure = failure::explain(&failed, &frame);
            error(failure.source.as_deref().unwrap_or(path), failure.position, failure.message)
        })
    });
    let acted = frame.into_live().is_some_and(|live| !live.actions.is_empty());
    if acted {
        let message = pair(
            "an imported file only defines functions and constants; its top level does something",
            "被引入的文件只定义函数和常量；它的最外层却做了别的事",
        );
        return Err(error(path, Position::NONE, message));
    }
    result
}

/// The host of code that runs before anybody calls it.
struct Nobody;

impl Host for Nobody {
    fn data(&self, _: &str) -> Result<Value, String> {
        Err("`data` is read inside a function, not at the top level of an imported file".into())
    }

    fn fetch(&self, _: &str) -> Result<Value, String> {
        Err("`fetch` is used inside a function, not at the top level of an imported file".into())
    }

    fn expired(&self) -> bool {
        false
    }
}

/// The names of the top level's constants.
fn constants(ast: &AST) -> BTreeSet<String> {
    ast.iter_literal_variables(true, false)
        .map(|(name, ..)| name.to_owned())
        .chain(ast.statements().iter().filter_map(|statement| match statement {
            Stmt::Var(parts, flags, _) if flags.intersects(rhai::ASTFlags::CONSTANT) => {
                Some(parts.0.name.to_string())
            }
            _ => None,
        }))
        .collect()
}

/// Every `import`, wherever it stands: its path, its alias, its place.
fn imports_of(ast: &AST) -> Vec<(Expr, String, Position)> {
    let mut found = Vec::new();
    ast.walk(&mut |path: &[rhai::ASTNode<'_>]| {
        if let Some(rhai::ASTNode::Stmt(Stmt::Import(parts, position))) = path.last() {
            found.push((parts.0.clone(), parts.1.name.to_string(), *position));
        }
        true
    });
    found
}

fn sentence(message: Phrase, help: Option<&Phrase>) -> Phrase {
    match help {
        Some(help) => message.then(help),
        None => message,
    }
}

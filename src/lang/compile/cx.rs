//! What every pass of one compilation shares: the files, the names, the problems found so far.
//!
//! Reads files only through the [`Folder`] it was given.

use super::names::{PlaybookNames, Reference};
use crate::base::phrase::{Phrase, pair, phrase};
use crate::{
    base::{
        diagnostic::{Diagnostic, Report, fix::Fix, suggest::certain},
        limits,
        picture::Glimpse,
        source::{Folder, FolderError, SourceId, SourceMap, Span, normal_path},
        time::Zone,
        value::Value,
    },
    lang::{
        codes, data,
        document::{meant::meant, quoting::half_width},
    },
    model::message::Label,
    script::sandbox::{Script, ScriptError, Scripts},
};
use sha2::{Digest as _, Sha256};
use std::{collections::BTreeMap, ops::Range, sync::Arc};

/// One compilation under way.
pub(crate) struct Cx<'f> {
    folder: &'f dyn Folder,
    /// What was found.
    pub(crate) report: Report,
    /// What was found in scripts.
    pub(crate) script_problems: Vec<Diagnostic>,
    /// The texts that were read.
    pub(crate) sources: SourceMap,
    /// Where things were written.
    pub(crate) origins: BTreeMap<String, Span>,
    /// Painted places by file: nothing more is said about them.
    pub(crate) masked: BTreeMap<SourceId, Vec<Range<usize>>>,
    /// The playbook's zone; UTC until it is known.
    pub(crate) zone: Zone,
    /// Whether the playbook names its zone.
    pub(crate) zone_named: bool,
    /// The first place that needs a zone, and what is there.
    clock_use: Option<(Span, Phrase)>,
    /// Fields of members that are kept until a decision.
    pub(crate) proofs: Vec<Arc<str>>,
    /// `members.identity`: the field by which people are one on several platforms.
    pub(crate) identity: Option<Arc<str>>,
    /// Whether the charter says that minors are among the members.
    pub(crate) minors: bool,
    /// The members that groups list themselves.
    pub(crate) listed: Vec<super::member_row::Row>,
    /// Where `moderate` is written: what reads text there keeps none of it.
    pub(crate) moderated: Vec<Span>,
    /// The labels of the playbook's own, with what they count as.
    pub(crate) labels: BTreeMap<String, Label>,
    /// Every name of the playbook.
    pub(crate) names: PlaybookNames,
    /// Which vars and args may hold what others said.
    pub(crate) heard: super::heard::Heard,
    /// Names that were used, checked once all are known.
    pub(crate) refs: Vec<Reference>,
    /// The people of the playbook, once they are lowered.
    pub(crate) people: PeopleById,
    /// Files that expressions read.
    pub(crate) data: BTreeMap<String, Value>,
    /// Where the dates of the play that is being lowered were written, by id.
    pub(crate) date_rows: BTreeMap<Arc<str>, Span>,
    /// Files that channels name as secrets.
    pub(crate) secrets: std::collections::BTreeSet<String>,
    /// The unit that is being lowered.
    pub(crate) unit: UnitView,
    files: BTreeMap<String, Option<(SourceId, Arc<str>)>>,
    /// The scripts that steps run, each compiled once, by path.
    pub(crate) scripts: Scripts,
    digested: BTreeMap<String, [u8; 32]>,
}

/// The people of a playbook, by id.
pub(crate) type PeopleById = BTreeMap<crate::base::ids::PersonId, Arc<crate::base::person::Person>>;

/// What lowering has to know of the file it is in: the playbook itself, or one that it uses.
#[derive(Debug, Clone, Default)]
pub(crate) struct UnitView {
    /// The folder of the file, with a `/` behind it; empty for the playbook's own.
    pub(crate) folder: String,
    /// The file's play names and what they are called in the playbook.
    pub(crate) plays: BTreeMap<String, String>,
    /// The file's vars that had to be renamed.
    pub(crate) vars: BTreeMap<String, String>,
    /// The folder from which the dates' paths of the play at hand count, where another file gives them.
    pub(crate) dates_from: Option<String>,
}

/// A file that was read.
pub(crate) struct File {
    /// Its path in the playbook's folder.
    pub(crate) path: String,
    /// The id of the file among the sources.
    pub(crate) source: SourceId,
    /// The text of the file.
    pub(crate) text: Arc<str>,
}

impl<'f> Cx<'f> {
    /// The beginning of a compilation.
    pub(crate) fn new(folder: &'f dyn Folder) -> Self {
        Self {
            folder,
            report: Report::default(),
            script_problems: Vec::new(),
            sources: SourceMap::default(),
            origins: BTreeMap::new(),
            masked: BTreeMap::new(),
            zone: Zone::utc(),
            zone_named: false,
            clock_use: None,
            labels: BTreeMap::new(),
            proofs: Vec::new(),
            identity: None,
            minors: false,
            listed: Vec::new(),
            moderated: Vec::new(),
            names: PlaybookNames::default(),
            heard: super::heard::Heard::default(),
            refs: Vec::new(),
            people: PeopleById::new(),
            data: BTreeMap::new(),
            date_rows: BTreeMap::new(),
            secrets: std::collections::BTreeSet::new(),
            unit: UnitView::default(),
            files: BTreeMap::new(),
            scripts: Scripts::new(),
            digested: BTreeMap::new(),
        }
    }

    /// Reports an error.
    pub(crate) fn error(
        &mut self,
        code: &'static str,
        span: Span,
        message: impl Into<Phrase>,
        help: impl Into<Phrase>,
    ) {
        self.report.push(with_help(Diagnostic::error(code, span, message), help.into()));
    }

    /// Gives the problem that was just reported its fix, where it is certain which of these names was meant and nothing
    /// but the name stands there.
    pub(crate) fn mend_name(&mut self, span: Span, found: &str, names: &[impl AsRef<str>]) {
        let text = &self.sources.get(span.source).text;
        let there = text.get(span.start as usize..span.end as usize);
        let alone = there.is_some_and(|there| there.trim_matches(['"', '\'']) == found);
        if let (Some(name), Some(last)) = (
            certain(found, names.iter().map(AsRef::as_ref)).filter(|_| alone),
            self.report.diagnostics.last_mut(),
        ) {
            last.fix = Some(Fix { span, text: name.to_owned() });
        }
    }

    /// Reports a warning.
    pub(crate) fn warning(
        &mut self,
        code: &'static str,
        span: Span,
        message: impl Into<Phrase>,
        help: impl Into<Phrase>,
    ) {
        self.report.push(with_help(Diagnostic::warning(code, span, message), help.into()));
    }

    /// Remembers where something was written.
    pub(crate) fn origin(&mut self, id: impl Into<String>, span: Span) {
        self.origins.insert(id.into(), span);
    }

    /// Notes that a clock time is used, which needs the playbook's zone.
    pub(crate) fn uses_clock(&mut self, span: Span, what: impl Into<Phrase>) {
        let earlier = self.clock_use.as_ref().is_some_and(|(first, _)| *first <= span);
        if !self.zone_named && !earlier {
            self.clock_use = Some((span, what.into()));
        }
    }

    /// Reads something whose clock times are another zone's.
    pub(crate) fn in_zone<T>(&mut self, zone: Option<&Zone>, read: impl FnOnce(&mut Self) -> T) -> T {
        let Some(zone) = zone else { return read(self) };
        let outer =
            (std::mem::replace(&mut self.zone, zone.clone()), std::mem::replace(&mut self.zone_named, true));
        let read = read(self);
        (self.zone, self.zone_named) = outer;
        read
    }

    /// Reports a missing time zone once, at the first clock time.
    pub(crate) fn check_zone(&mut self, has_key: bool) {
        if has_key || self.zone_named {
            return;
        }
        if let Some((span, what)) = self.clock_use.take() {
            self.error(
                codes::MISSING_TIMEZONE,
                span,
                phrase!("{what} is a clock time, and the playbook names no time zone", "{what}是钟点，剧本却没有写时区"; what),
                pair("add a line such as `timezone: Asia/Shanghai` at the top of the file", "在文件开头加一行，例如 `timezone: Asia/Shanghai`"),
            );
        }
    }

    /// Where a path of the file at hand may be: beside that file, else under the playbook's folder.
    fn candidates(&self, path: &str) -> Vec<String> {
        let beside = format!("{}{path}", self.unit.folder);
        if self.unit.folder.is_empty() { vec![beside] } else { vec![beside, path.to_owned()] }
    }

    /// Reads a file once; the reason where it cannot be read.
    pub(crate) fn load(&mut self, path: &str, limit: usize) -> Result<File, FolderError> {
        let mut first = None;
        for candidate in self.candidates(path) {
            let clean = normal_path(&candidate).unwrap_or_else(|| candidate.clone());
            if let Some(Some((source, text))) = self.files.get(&clean) {
                return Ok(File { path: clean, source: *source, text: text.clone() });
            }
            let read = self.folder.read(&candidate).and_then(|text| {
                let error = || FolderError::TooLarge {
                    path: clean.clone(),
                    found: text.len() as u64,
                    limit: limit as u64,
                };
                if text.len() > limit { Err(error()) } else { Ok(text) }
            });
            match read {
                Ok(text) => {
                    let source = self.sources.add(clean.clone(), text.clone());
                    self.files.insert(clean.clone(), Some((source, text.clone())));
                    return Ok(File { path: clean, source, text });
                }
                Err(error) => first = first.or(Some(error)),
            }
        }
        Err(first.unwrap_or_else(|| FolderError::Missing(path.to_owned())))
    }

    /// Reads a file that the playbook names; reports at the name why it cannot.
    pub(crate) fn read(&mut self, path: &str, span: Span, limit: usize) -> Option<File> {
        match self.load(path, limit) {
            Ok(file) => Some(file),
            Err(error) => {
                let help = file_help(path, &error);
                self.error(codes::FILE_UNREADABLE, span, error.phrase(), help);
                None
            }
        }
    }

    /// What a picture is, by its path in the playbook's folder; none where the folder cannot say.
    pub(crate) fn glimpse(&self, path: &str) -> Result<Option<Glimpse>, FolderError> {
        self.folder.glimpse(path)
    }

    /// Reads the playbook itself.
    pub(crate) fn read_first(&mut self, path: &str) -> Result<File, Box<Diagnostic>> {
        self.load(path, limits::PLAYBOOK_BYTES_MAX).map_err(|error| {
            let source = self.sources.add(path, "");
            let diagnostic =
                Diagnostic::error(codes::FILE_UNREADABLE, Span::new(source, 0, 0), error.phrase());
            let help = match error {
                FolderError::Missing(_) | FolderError::Outside(_) => {
                    pair("look at the path", "检查路径").into()
                }
                _ => Phrase::default(),
            };
            Box::new(with_help(diagnostic, help))
        })
    }

    /// Reads a data file, which is a part of the playbook's meaning.
    pub(crate) fn read_data(&mut self, path: &str, span: Span) -> Option<File> {
        let file = self.read(path, span, limits::DATA_BYTES_MAX)?;
        self.digest(&file.path, &Sha256::digest(file.text.as_bytes()));
        Some(file)
    }

    /// Adds a file's meaning to the playbook's digest.
    pub(crate) fn digest(&mut self, path: &str, hash: &[u8]) {
        let mut bytes = [0_u8; 32];
        bytes.copy_from_slice(&hash[..32]);
        self.digested.insert(path.to_owned(), bytes);
    }

    /// The digest of everything that was added.
    pub(crate) fn digest_all(&self) -> Sha256 {
        let mut all = Sha256::new();
        for (path, hash) in &self.digested {
            all.update((path.len() as u64).to_le_bytes());
            all.update(path.as_bytes());
            all.update(hash);
        }
        all
    }

    /// Reads a file for `data("…")` of an expression.
    pub(crate) fn data_file(&mut self, path: &str, span: Span) {
        if self.data.contains_key(path) || self.is_secret(path, span) {
            return;
        }
        let Some(file) = self.read_data(path, span) else { return };
        match data::parse(path, &file.text) {
            Ok(value) => {
                self.data.insert(path.to_owned(), value);
            }
            Err(problem) => self.data_problem(&file, problem),
        }
    }

    /// Warns of the rows of a table that have too few cells.
    pub(crate) fn short_rows(&mut self, file: &File, rows: &[data::DataRow]) {
        for (row, lacks) in rows.iter().filter_map(|row| Some((row, row.lacks()?))) {
            self.warning(
                codes::MISSING_CELL,
                Span::new(file.source, row.range.start, row.range.end),
                lacks,
                pair(
                    "add the cell, or a comma for an empty one if it is meant to be empty",
                    "补上这一格；如果就是空的，补一个逗号",
                ),
            );
        }
    }

    /// Whether a channel names a file as a secret; what is read as data would stand in messages and in the state.
    pub(crate) fn is_secret(&mut self, path: &str, span: Span) -> bool {
        let secret = self.secrets.contains(path);
        if secret {
            self.error(
                codes::FILE_UNREADABLE,
                span,
                phrase!("`{path}` is a secret of a channel", "`{path}` 是频道的密钥文件"),
                pair("secrets are not read as data; use another file", "密钥不能当数据读；请用别的文件"),
            );
        }
        secret
    }

    /// Reports a problem of a data file at its place there.
    pub(crate) fn data_problem(&mut self, file: &File, problem: data::DataProblem) {
        let span = Span::new(file.source, problem.range.start, problem.range.end);
        self.error(codes::BAD_DATA, span, problem.message, problem.help.unwrap_or_default());
    }

    /// The script of a path, compiled once. Its problems go into a list of their own.
    pub(crate) fn script(&mut self, path: &str, span: Span) -> Option<(String, Option<Script>)> {
        let file = match self.load(path, limits::SCRIPT_BYTES_MAX) {
            Ok(file) => file,
            Err(error) => {
                let diagnostic = Diagnostic::error(codes::FILE_UNREADABLE, span, error.phrase());
                self.script_problems.push(with_help(diagnostic, file_help(path, &error)));
                let problem =
                    ScriptError { path: path.to_owned(), line: 0, column: 0, message: error.phrase() };
                self.scripts.insert(Arc::from(path), Err(vec![problem]));
                return None;
            }
        };
        if let Some(known) = self.scripts.get(&*file.path) {
            return Some((file.path, known.clone().ok()));
        }
        let script = Script::compile_with(&file.path, &file.text, self.folder);
        for problem in script.as_ref().err().into_iter().flatten() {
            // A problem of an imported file stands in that file.
            let source = if problem.path == file.path {
                file.source
            } else {
                self.load(&problem.path, limits::SCRIPT_BYTES_MAX).map_or(file.source, |file| file.source)
            };
            let span = script_span(&self.sources, source, problem.line, problem.column);
            self.script_problems.push(Diagnostic::error(codes::SCRIPT, span, problem.message.clone()));
        }
        self.scripts.insert(Arc::from(&*file.path), script.clone());
        Some((file.path, script.ok()))
    }

    /// Reports a date that cannot be read.
    pub(crate) fn bad_date(&mut self, span: Span, text: &str, expected: impl Into<Phrase>) {
        let expected = expected.into();
        let help = half_width(text)
            .map(|plain| phrase!("write `{plain}` with half-width signs", "用半角符号写成 `{plain}`"))
            .or_else(|| self.dates_meant(text));
        self.error(
            codes::BAD_DATE,
            span,
            phrase!("expected {expected}, found `{text}`", "应为{expected}，写的却是 `{text}`"; expected),
            help.unwrap_or_default(),
        );
    }
}

impl Cx<'_> {
    /// The date that a text may have meant, or the two.
    fn dates_meant(&self, text: &str) -> Option<Phrase> {
        let reads = |one: &String| data::parse_moment(one, &self.zone).is_ok();
        let all: Vec<String> =
            meant(text).into_iter().filter(reads).map(|one| format!("`{one}`")).take(2).collect();
        let (en, zh) = (all.join(" or "), all.join(" 或 "));
        (!all.is_empty()).then(|| phrase!("write {en}", "写成 {zh}"))
    }
}

/// The place of a line and column in a script: the word there.
fn script_span(sources: &SourceMap, source: SourceId, line: u32, column: u32) -> Span {
    let file = sources.get(source);
    if line == 0 {
        return Span::new(source, 0, 0);
    }
    let start = file.offset(crate::base::source::Place { line, column: column.max(1) }) as usize;
    let rest = &file.text[start..];
    let word = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
    let length =
        if word == 0 { rest.chars().next().filter(|c| *c != '\n').map_or(0, char::len_utf8) } else { word };
    Span::new(source, start, start + length)
}

fn with_help(diagnostic: Diagnostic, help: Phrase) -> Diagnostic {
    if help.is_empty() { diagnostic } else { diagnostic.help(help) }
}

pub(crate) fn file_help(path: &str, error: &FolderError) -> Phrase {
    if !matches!(error, FolderError::Missing(_) | FolderError::Outside(_)) {
        return Phrase::default();
    }
    if path.starts_with('/') || path.contains("..") || path.contains('\\') {
        return pair(
            "files lie in the playbook's folder or below; write the path from there, with `/`",
            "文件都在剧本所在的文件夹里面；路径从那里写起，用 `/` 分隔",
        )
        .into();
    }
    phrase!(
        "create `{path}` in the playbook's folder, or correct the path",
        "在剧本的文件夹里建 `{path}`，或改正路径"
    )
}

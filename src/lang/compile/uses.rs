//! `use`: other playbooks' plays, under a prefix, with their `vars` overlaid.

use super::cx::{Cx, UnitView};
use crate::base::phrase::{pair, phrase};
use crate::{
    base::{
        limits,
        source::Span,
        value::{Map, Value},
    },
    lang::{
        codes,
        document::{
            Document, near,
            node::{KeyEntry, Node},
            parse,
            reader::{self, Fields},
        },
        keys,
    },
};
use sha2::{Digest as _, Sha256};
use std::sync::Arc;

/// How many files one playbook may use, each counted as often as it is used.
const UNITS_MAX: usize = 256;

/// A file that is used.
pub(crate) struct UsedFile {
    /// The tree of the unit's file.
    pub(crate) document: Document,
    /// How its names are seen from the playbook.
    pub(crate) view: UnitView,
    /// The `with` of its use.
    pub(crate) with: Vec<KeyEntry>,
    /// The folder of the file that uses it, from which the paths of `with` count.
    pub(crate) with_folder: String,
    /// Its vars, overlaid and renamed.
    pub(crate) vars: Map,
    /// The `with` as a whole, and where the use was written.
    span: Span,
    /// What its plays' names begin with.
    prefix: String,
}

/// Reads every file that a playbook uses, and what those use.
pub(crate) fn load(cx: &mut Cx<'_>, root: &Node, path: &str, units: &mut Vec<UsedFile>) {
    let mut stack = vec![path.to_owned()];
    walk(cx, root, &mut stack, units);
    cx.unit = UnitView::default();
}

fn walk(cx: &mut Cx<'_>, root: &Node, stack: &mut Vec<String>, units: &mut Vec<UsedFile>) {
    let Some(node) = root.get("use").filter(|node| !node.is_null()) else { return };
    let folder = cx.unit.folder.clone();
    for item in reader::list(
        &mut cx.report,
        node,
        pair("a list of `{ playbook: path }`", "一列 `{ playbook: path }`"),
    )
    .unwrap_or_default()
    {
        cx.unit = UnitView { folder: folder.clone(), ..UnitView::default() };
        if units.len() >= UNITS_MAX {
            cx.error(
                codes::USE_CYCLE,
                item.span,
                phrase!("more than {UNITS_MAX} playbooks are used", "引用的剧本超过 {UNITS_MAX} 个"),
                pair("use fewer", "少引用一些"),
            );
            return;
        }
        one(cx, item, stack, units);
    }
}

fn one(cx: &mut Cx<'_>, item: &Node, stack: &mut Vec<String>, units: &mut Vec<UsedFile>) {
    let (path_node, prefix, with) = if item.scalar().is_some() {
        (item, String::new(), Vec::new())
    } else {
        let Some(fields) = Fields::read(&mut cx.report, item, pair("a use", "引用"), keys::USE.names)
        else {
            return;
        };
        let Some(path) = fields.need(
            &mut cx.report,
            "playbook",
            pair("write the file: `- playbook: parts/quiz.yaml`", "写明文件：`- playbook: parts/quiz.yaml`"),
        ) else {
            return;
        };
        let prefix = fields.get("as").and_then(|node| {
            let name = reader::text(&mut cx.report, node, pair("a name", "名字"))?.to_string();
            super::words::check_word(cx, &name, node.span, pair("prefix", "前缀"));
            Some(name)
        });
        let with = fields.get("with").map(|node| {
            if node.entries().is_none() {
                reader::wrong_kind(
                    &mut cx.report,
                    node,
                    pair("a mapping of names to values", "名字到值的映射"),
                );
            }
            node.entries().unwrap_or_default().to_vec()
        });
        (path, prefix.unwrap_or_default(), with.unwrap_or_default())
    };
    let Some(path) =
        reader::text(&mut cx.report, path_node, pair("a playbook's path", "剧本的路径")).cloned()
    else {
        return;
    };
    let Some(file) = cx.read(&path, path_node.span, limits::PLAYBOOK_BYTES_MAX) else { return };
    if let Some(at) = stack.iter().position(|seen| *seen == file.path) {
        let circle: Vec<&str> = stack[at..].iter().map(String::as_str).chain([file.path.as_str()]).collect();
        cx.error(
            codes::USE_CYCLE,
            path_node.span,
            phrase!(
                "playbooks use each other in a circle: {}",
                "剧本互相引用，成了一个圈：`{}`",
                circle.join(" → ")
            ),
            pair("remove one of the uses", "去掉其中一个引用"),
        );
        return;
    }
    let Some(document) = parse::parse(file.source, &file.text, &mut cx.report) else { return };
    cx.masked.entry(file.source).or_default().extend(document.masked.iter().cloned());
    if document.root.entries().is_none() {
        reader::wrong_kind(
            &mut cx.report,
            &document.root,
            pair("a playbook, which is a mapping", "剧本，即一个映射"),
        );
        return;
    }
    super::top::check(cx, &document.root);
    left_out(cx, &document.root);
    let mut hash = Sha256::new();
    document.root.digest(&mut hash);
    cx.digest(&file.path, &hash.finalize());
    let folder = file.path.rsplit_once('/').map(|(folder, _)| format!("{folder}/")).unwrap_or_default();
    let plays = super::names::keys(document.root.get("plays"))
        .map(|name| {
            (name.to_owned(), if prefix.is_empty() { name.to_owned() } else { format!("{prefix}-{name}") })
        })
        .collect();
    let view = UnitView { folder: folder.clone(), plays, ..UnitView::default() };
    let root = document.root.clone();
    let with_folder = std::mem::take(&mut cx.unit.folder);
    units.push(UsedFile {
        document,
        view,
        with,
        with_folder,
        vars: Map::new(),
        span: path_node.span,
        prefix,
    });
    stack.push(file.path);
    cx.unit = UnitView { folder, ..UnitView::default() };
    walk(cx, &root, stack, units);
    stack.pop();
}

/// What stands in a file that is used and is the playbook's own to say: doors, secrets, groups, lists of members.
const OWN_TO_SAY: [&str; 6] = ["groups", "inbound", "access", "heartbeat", "fetch", "import"];

/// Says what of a file does not come along.
fn left_out(cx: &mut Cx<'_>, root: &Node) {
    let sections = root.entries().unwrap_or_default();
    let members = root.get("members").and_then(Node::entries).unwrap_or_default();
    let lists = members.iter().filter(|entry| &*entry.key.value == "import");
    for entry in sections.iter().filter(|entry| &*entry.key.value != "import").chain(lists) {
        let key = &*entry.key.value;
        if !OWN_TO_SAY.contains(&key) || entry.value.is_null() {
            continue;
        }
        let key = if key == "import" { "members.import" } else { key };
        cx.warning(
            codes::USE_LEFT_OUT,
            entry.key.span,
            phrase!("`{key}` of a file that is used does not count", "被引用文件里的 `{key}` 不算数"),
            phrase!("write `{key}` in the playbook that uses it", "在引用它的剧本里写 `{key}`"),
        );
    }
}

/// Lays each `with` over its file's `vars`, and gives a var of its own name to each that means something else
/// elsewhere. `vars` are the playbook's, and receive those of the files.
pub(crate) fn overlay(cx: &mut Cx<'_>, units: &mut [UsedFile], vars: &mut Map) {
    for unit in units {
        let root = &unit.document.root;
        let own = root.get("vars").and_then(Node::entries).unwrap_or_default();
        check_with(cx, unit, own);
        let prefix = if unit.prefix.is_empty() { "used".to_owned() } else { unit.prefix.clone() };
        let prefix: String =
            prefix.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        for entry in own {
            let over = unit.with.iter().find(|with| with.key.value == entry.key.value);
            let value = over.map_or(&entry.value, |with| &with.value).to_value();
            let mut name = entry.key.value.clone();
            let mut turn = 1;
            while vars.get(&name).is_some_and(|known: &Value| *known != value) {
                let number = if turn == 1 { String::new() } else { turn.to_string() };
                name = Arc::from(format!("{prefix}{number}_{}", entry.key.value));
                turn += 1;
            }
            if name != entry.key.value {
                unit.view.vars.insert(entry.key.value.to_string(), name.to_string());
            }
            unit.vars.insert(name.clone(), value.clone());
            vars.insert(name, value);
        }
    }
}

/// A `with` that neither the file's `vars` nor the `args` of its plays know.
fn check_with(cx: &mut Cx<'_>, unit: &UsedFile, own: &[KeyEntry]) {
    let plays = unit.document.root.get("plays").and_then(Node::entries).unwrap_or_default();
    let args = plays.iter().filter_map(|play| play.value.get("args").and_then(Node::entries)).flatten();
    let known: Vec<&str> = own.iter().chain(args).map(|entry| &*entry.key.value).collect();
    for entry in &unit.with {
        if !known.contains(&&*entry.key.value) {
            let help =
                near::advice(&entry.key.value, &known, pair("var in that playbook", "那个剧本里的变量"));
            cx.error(
                codes::UNKNOWN_WITH,
                entry.key.span,
                phrase!(
                    "the used playbook has no var or argument `{}`",
                    "引用的剧本没有变量或参数 `{}`",
                    entry.key.value
                ),
                help,
            );
            cx.mend_name(entry.key.span, &entry.key.value, &known);
        }
    }
}

impl UsedFile {
    /// Where the use was written.
    pub(crate) fn span(&self) -> Span {
        self.span
    }
}

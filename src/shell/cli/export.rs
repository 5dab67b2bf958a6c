//! `playbook members export` and `members show`: what is kept of members, to be taken elsewhere.
//!
//! Only reads. What `export` writes, `members import` reads again.

use super::{
    args::{GroupArg, StateArg},
    failure::{Exit, Failure},
    output::{Format, Output},
    state::ReadArgs,
};
use crate::{
    base::{diagnostic::suggest, ids::MemberId, phrase::phrase},
    shell::view::members::{self, MemberRow, members},
};
use std::collections::BTreeSet;

/// Names that are offered where a part of one was typed.
const NAMES_SHOWN: usize = 5;

/// Writes the members as a table that a spreadsheet opens and `members import` reads again.
///
/// A cell that a spreadsheet would take for a formula begins with `'`. With `--member ID` everything that is kept of one
/// person, to be given to them: one object a group, unless `--format csv` says otherwise.
#[derive(Debug, clap::Args)]
pub(super) struct ExportArgs {
    #[command(flatten)]
    state: StateArg,
    #[command(flatten)]
    group: GroupArg,
    /// Only this member, by id, or by the name where one has it.
    #[arg(long, value_name = "ID")]
    member: Option<String>,
    /// How to write them [default: csv; json with `--member`].
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<ListFormat>,
}

/// How a list is written.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum ListFormat {
    /// A table with a header.
    Csv,
    /// One object a line.
    Json,
}

/// Shows everything that is kept of one member, in every group or in one: one object a group.
#[derive(Debug, clap::Args)]
pub(super) struct ShowArgs {
    /// The id, as `playbook members` shows it, or the name where one has it.
    id: String,
    #[command(flatten)]
    state: StateArg,
    #[command(flatten)]
    group: GroupArg,
}

fn rows(state: &StateArg, group: &GroupArg) -> Result<Vec<MemberRow>, Failure> {
    let format = super::args::FormatArg { format: Format::Json };
    let read = ReadArgs { file: None, state: state.clone(), group: group.clone(), format };
    let opened = read.open()?;
    Ok(opened.groups().flat_map(members).collect())
}

impl ExportArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let mut rows = rows(&self.state, &self.group)?;
        let usual = if self.member.is_some() { ListFormat::Json } else { ListFormat::Csv };
        if let Some(id) = &self.member {
            rows = of(rows, id)?;
        }
        match self.format.unwrap_or(usual) {
            ListFormat::Json => Ok(rows.iter().try_for_each(|row| out.json(row))?),
            ListFormat::Csv => {
                let text = members::csv(&rows).map_err(|error| Failure::environment(error.to_string()))?;
                Ok(out.file(&text)?)
            }
        }
    }
}

impl ShowArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let rows = of(rows(&self.state, &self.group)?, &self.id)?;
        Ok(rows.iter().try_for_each(|row| out.json(row))?)
    }
}

/// Those of one member.
fn of(rows: Vec<MemberRow>, id: &str) -> Result<Vec<MemberRow>, Failure> {
    let mut id = MemberId::new(id);
    if !rows.iter().any(|row| row.id == id) {
        let named = rows.iter().filter(|row| row.name == id.as_str()).map(|row| &row.id);
        let named: BTreeSet<&MemberId> = named.collect();
        if named.len() > 1 {
            let ids = named.into_iter().map(MemberId::as_str).collect::<Vec<_>>().join(", ");
            let text = phrase!("`{id}` is the name of {ids}", "`{id}` 是 {ids} 的名字");
            return Err(Failure::new(Exit::Refused, text)
                .help(phrase!("write the id of the one who is meant", "请写要看的那个人的编号")));
        }
        if let Some(one) = named.first().map(|one| (*one).clone()) {
            id = one;
        }
    }
    let like = |name: &str| name.to_lowercase().contains(&id.as_str().to_lowercase());
    let named: BTreeSet<String> = (rows.iter().filter(|row| like(&row.name)))
        .map(|row| format!("{} ({})", row.name, row.id))
        .take(NAMES_SHOWN)
        .collect();
    let near = suggest::nearest(id.as_str(), rows.iter().map(|row| row.id.as_str())).map(str::to_owned);
    let found: Vec<MemberRow> = rows.into_iter().filter(|row| row.id == id).collect();
    if found.is_empty() {
        let text = phrase!("no member `{id}` is known", "没有成员 `{id}`");
        let near =
            near.map(|near| phrase!("did you mean `{near}`? ", "是不是 `{near}`？")).unwrap_or_default();
        if !named.is_empty() {
            let named = named.into_iter().collect::<Vec<_>>().join(", ");
            return Err(Failure::new(Exit::Refused, text).help(phrase!(
                "names with it: {named}; write the id or the whole name",
                "名字里有它的：{named}；请写编号或整个名字"
            )));
        }
        return Err(Failure::new(Exit::Refused, text).help(phrase!(
            "{near}`playbook members` lists the ids",
            "{near}`playbook members` 会列出编号";
            near
        )));
    }
    Ok(found)
}

//! `playbook explain`: a diagnostic at length.

use super::{
    failure::Failure,
    output::{BAD, Output, Table, WARN},
};
use crate::{
    base::{
        diagnostic::Severity,
        locale::Locale,
        phrase::{pair, phrase},
    },
    lang::explain,
};

/// Explains a diagnostic at length: why it matters, how it looks wrong and how right.
///
/// Without a code, lists all of them.
#[derive(Debug, clap::Args)]
pub(super) struct ExplainArgs {
    /// The code, as `check` writes it in brackets.
    #[arg(value_name = "CODE")]
    code: Option<String>,
}

impl ExplainArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let locale = out.languages.people;
        let Some(wanted) = &self.code else { return list(locale, out) };
        let code = explain::find(wanted).map_err(|near| {
            let help = near.map_or_else(
                || {
                    phrase!(
                        "`playbook explain` without a code lists all of them",
                        "`playbook explain` 不带代号会列出全部"
                    )
                },
                |near| phrase!("did you mean {near}?", "是不是想写 {near}？"),
            );
            Failure::usage(phrase!("there is no code {wanted:?}", "没有代号 {wanted:?}")).help(help)
        })?;
        out.block(&code.explain(locale))?;
        Ok(())
    }
}

fn list(locale: Locale, out: &mut Output) -> Result<(), Failure> {
    let mut table =
        Table::new(&[pair("code", "代号"), pair("severity", "级别"), pair("meaning", "含义")], locale);
    for code in explain::all() {
        table.row(vec![
            code.slug.to_owned(),
            code.severity.word().of(locale).to_owned(),
            code.meaning.of(locale).to_owned(),
        ]);
        match code.severity {
            Severity::Error => table.paint_last(1, BAD),
            Severity::Warning => table.paint_last(1, WARN),
            Severity::Info => {}
        }
    }
    table.write(out)?;
    Ok(())
}

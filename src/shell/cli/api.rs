//! `playbook api`: what expressions and scripts may use.

use super::{failure::Failure, output::Output};
use crate::script::api;

/// Lists what expressions and scripts may use, with one line of explanation each.
#[derive(Debug, clap::Args)]
pub(super) struct ApiArgs {
    /// How to write it.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: ApiFormat,
}

/// How the listing is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
enum ApiFormat {
    /// For people.
    #[default]
    Text,
    /// A `.d.rhai` file for editors.
    Rhai,
}

impl ApiArgs {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        match self.format {
            ApiFormat::Text => out.block(&api::listing(out.languages.people))?,
            ApiFormat::Rhai => out.file(&api::definitions())?,
        }
        Ok(())
    }
}

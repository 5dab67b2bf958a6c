//! `playbook schema`: the JSON Schema of a playbook, for editors.

use super::{failure::Failure, output::Output};
use crate::lang::schema;

/// Prints the JSON Schema of a playbook, by which editors complete and explain.
///
/// Save it beside your playbooks, and name it in their first line:
///
///   playbook schema > playbook.schema.json
///   # yaml-language-server: $schema=playbook.schema.json
#[derive(Debug, clap::Args)]
pub(super) struct SchemaArgs {}

impl SchemaArgs {
    #[expect(clippy::unused_self, reason = "every command runs in the same way")]
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        out.file(&format!("{:#}\n", schema::schema()))?;
        Ok(())
    }
}

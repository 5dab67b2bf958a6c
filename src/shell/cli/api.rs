//! `playbook api`: what expressions and scripts may use.

use super::{failure::Failure, output::Output};
use crate::{base::locale::Locale, script::api};

/// Lists what expressions and scripts may use, with one line of explanation each.
#[derive(Debug, clap::Args)]
pub(super) struct Api {
    /// How to write it.
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: ApiFormat,
    /// The language of the explanations: `en` or `zh`.
    #[arg(long, default_value = "en", value_name = "LANG")]
    lang: String,
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

impl Api {
    pub(super) fn run(&self, out: &mut Output) -> Result<(), Failure> {
        let locale = Locale::from_tag(&self.lang).ok_or_else(|| {
            Failure::usage(format!("{:?} is no language here; expected en or zh", self.lang))
        })?;
        out.raw(&match self.format {
            ApiFormat::Text => api::listing(locale),
            ApiFormat::Rhai => api::definitions(),
        })?;
        Ok(())
    }
}

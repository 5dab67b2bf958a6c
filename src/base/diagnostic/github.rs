//! A diagnostic as a GitHub workflow command, which becomes an annotation on the changed line.
//!
//! Format and escapes: GitHub's "Workflow commands for GitHub Actions" and `@actions/core`'s `command.ts`
//! (data escapes `%`, CR, LF; properties `:` and `,` as well).

use super::{Diagnostic, Severity, extent::extent};
use crate::base::{locale::Locale, source::SourceMap};

/// `::error file=…,line=…,col=…,endLine=…,endColumn=…,title=code::message`, without a line end.
pub fn render(diagnostic: &Diagnostic, sources: &SourceMap, locale: Locale) -> String {
    let at = extent(diagnostic, sources);
    let command = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "notice",
    };
    let message = match &diagnostic.help {
        Some(help) => format!(
            "{}\n{}{}",
            diagnostic.message.of(locale),
            locale.pick("help: ", "建议："),
            help.of(locale)
        ),
        None => diagnostic.message.of(locale).to_owned(),
    };
    format!(
        "::{command} file={},line={},col={},endLine={},endColumn={},title={}::{}",
        property(at.file),
        at.start.line,
        at.start.column,
        at.end.line,
        at.end.column,
        property(diagnostic.code),
        data(&message),
    )
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{phrase::Phrase, source::Span};

    #[test]
    fn escapes_what_the_command_would_end_at() {
        let mut sources = SourceMap::default();
        let id = sources.add("a,b:c.yaml", "name: x\n");
        let found =
            Diagnostic::warning("promo-share", Span::new(id, 6, 7), Phrase::same("20% is, well: much"))
                .help(Phrase::same("cut"));
        assert_eq!(
            render(&found, &sources, Locale::En),
            "::warning file=a%2Cb%3Ac.yaml,line=1,col=7,endLine=1,endColumn=8,title=promo-share\
             ::20%25 is, well: much%0Ahelp: cut"
        );
    }
}

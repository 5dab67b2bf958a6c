//! A diagnostic as one JSON object on one line, with stable keys.

use super::{Diagnostic, extent::extent};
use crate::base::{locale::Locale, source::SourceMap};
use serde_json::json;

/// `{code, severity, message, file, line, column, end_line, end_column, help, practices}`, without a line end.
///
/// Where a change mends it for certain there is `fix` as well: `{file, line, column, end_line, end_column, text}`, what
/// to write in place of what is there.
///
/// Lines and columns begin at 1, columns count characters, `end_column` is one past the last character. `help`
/// is null when there is none, `practices` is always a list. `message` and `help` are in the language asked for, the keys and
/// words that programs look for never change.
pub fn render(diagnostic: &Diagnostic, sources: &SourceMap, locale: Locale) -> String {
    value(diagnostic, sources, locale).to_string()
}

/// What [`render`] writes, as a value.
pub fn value(diagnostic: &Diagnostic, sources: &SourceMap, locale: Locale) -> serde_json::Value {
    let at = extent(diagnostic, sources);
    let mut object = json!({
        "code": diagnostic.code,
        "severity": diagnostic.severity.as_str(),
        "message": diagnostic.message.of(locale),
        "file": at.file,
        "line": at.start.line,
        "column": at.start.column,
        "end_line": at.end.line,
        "end_column": at.end.column,
        "help": diagnostic.help.as_ref().map(|help| help.of(locale)),
        "practices": diagnostic.practices,
    });
    if let (Some(fix), Some(object)) = (&diagnostic.fix, object.as_object_mut()) {
        let source = sources.get(fix.span.source);
        let (start, end) = (source.place(fix.span.start), source.place(fix.span.end));
        let place = json!({
            "file": source.path,
            "line": start.line,
            "column": start.column,
            "end_line": end.line,
            "end_column": end.column,
            "text": fix.text,
        });
        object.insert("fix".to_owned(), place);
    }
    object
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{phrase::Phrase, source::Span};

    #[test]
    fn one_line_with_stable_keys() {
        let mut sources = SourceMap::default();
        let id = sources.add("a.yaml", "名: 长安\n");
        let span = Span::new(id, "名: ".len(), "名: 长安".len());
        let found = Diagnostic::error("unknown-key", span, Phrase::same("there is no \"名\"\nhere"))
            .help(Phrase::same("write `name`"));
        assert_eq!(
            render(&found, &sources, Locale::En),
            r#"{"code":"unknown-key","severity":"error","message":"there is no \"名\"\nhere","file":"a.yaml","line":1,"column":4,"end_line":1,"end_column":6,"help":"write `name`","practices":[]}"#
        );
    }

    #[test]
    fn without_a_place_it_is_the_beginning_of_the_file() {
        let mut sources = SourceMap::default();
        let id = sources.add("a.yaml", "");
        let mut found =
            Diagnostic::warning("empty", Span::new(id, 0, 0), Phrase::same("nothing")).practices(&["P013"]);
        found.span = None;
        assert_eq!(
            render(&found, &sources, Locale::En),
            r#"{"code":"empty","severity":"warning","message":"nothing","file":"a.yaml","line":1,"column":1,"end_line":1,"end_column":1,"help":null,"practices":["P013"]}"#
        );
    }
}

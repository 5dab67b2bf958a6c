//! A diagnostic as one JSON object on one line, with stable keys.

use super::{Diagnostic, extent::extent};
use crate::base::source::SourceMap;
use serde_json::json;

/// `{code, severity, message, file, line, column, end_line, end_column, help, practices}`, without a line end.
///
/// Lines and columns begin at 1, columns count characters, `end_column` is one past the last character. `help`
/// is null when there is none, `practices` is always a list.
pub fn render(diagnostic: &Diagnostic, sources: &SourceMap) -> String {
    let at = extent(diagnostic, sources);
    json!({
        "code": diagnostic.code,
        "severity": diagnostic.severity.as_str(),
        "message": diagnostic.message,
        "file": at.file,
        "line": at.start.line,
        "column": at.start.column,
        "end_line": at.end.line,
        "end_column": at.end.column,
        "help": diagnostic.help,
        "practices": diagnostic.practices,
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::Span;

    #[test]
    fn one_line_with_stable_keys() {
        let mut sources = SourceMap::default();
        let id = sources.add("a.yaml", "名: 长安\n");
        let span = Span::new(id, "名: ".len(), "名: 长安".len());
        let found = Diagnostic::error("unknown-key", span, "there is no \"名\"\nhere").help("write `name`");
        assert_eq!(
            render(&found, &sources),
            r#"{"code":"unknown-key","severity":"error","message":"there is no \"名\"\nhere","file":"a.yaml","line":1,"column":4,"end_line":1,"end_column":6,"help":"write `name`","practices":[]}"#
        );
    }

    #[test]
    fn without_a_place_it_is_the_beginning_of_the_file() {
        let mut sources = SourceMap::default();
        let id = sources.add("a.yaml", "");
        let mut found = Diagnostic::warning("empty", Span::new(id, 0, 0), "nothing").practices(&["P013"]);
        found.span = None;
        assert_eq!(
            render(&found, &sources),
            r#"{"code":"empty","severity":"warning","message":"nothing","file":"a.yaml","line":1,"column":1,"end_line":1,"end_column":1,"help":null,"practices":["P013"]}"#
        );
    }
}

//! A diagnostic for people: the line it is about with carets under it, and what to do next.
//!
//! Returns text; whether it is shown, and whether in colour, is the caller's.

use super::{Diagnostic, Report, Severity};
use crate::base::phrase::phrase;
use crate::base::{
    locale::Locale,
    source::{SourceId, SourceMap, Span},
    visible, words,
};
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use std::ops::Range;

/// Whether to use a terminal's colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Style {
    /// Text only.
    #[default]
    Plain,
    /// With ANSI escapes.
    Coloured,
}

/// A diagnostic with its excerpt, several lines without the last line end:
///
/// ```text
/// error[unknown-key]: there is no key `setps` in a play
///  --> community.yaml:12:5
///    |
/// 12 |     setps:
///    |     ^^^^^ not a key of a play
///    |
///    = help: did you mean `steps`?
/// ```
pub fn render(diagnostic: &Diagnostic, sources: &SourceMap, style: Style, locale: Locale) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    }
    .with_name(diagnostic.severity.word().of(locale));
    let mut group = level
        .primary_title(visible::block(diagnostic.message.of(locale)))
        .id(diagnostic.code)
        .elements(excerpts(diagnostic, sources, locale));
    if diagnostic.span.is_none()
        && let Some((_, source)) = sources.iter().next()
    {
        group = group.element(Origin::path(visible::line(&source.path)));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(
            Level::HELP.with_name(locale.pick("help", "建议")).message(visible::block(help.of(locale))),
        );
    }
    if !diagnostic.practices.is_empty() {
        let rows = diagnostic.practices.join(locale.pick(", ", "、"));
        let text = phrase!(
            "practice {rows}; `playbook explain {}` says why",
            "依据 {rows}；`playbook explain {}` 说明原因",
            diagnostic.code
        );
        let note = Level::NOTE.with_name(locale.pick("note", "说明"));
        group = group.element(note.message(text.of(locale).to_owned()));
    }
    let groups: [Group<'_>; 1] = [group];
    let renderer = match style {
        Style::Plain => Renderer::plain(),
        Style::Coloured => Renderer::styled(),
    };
    renderer.render(&groups)
}

/// One excerpt a file: the diagnostic's own first, then those of its further labels.
fn excerpts<'a>(
    diagnostic: &'a Diagnostic,
    sources: &'a SourceMap,
    locale: Locale,
) -> Vec<Snippet<'a, Annotation<'a>>> {
    let Some(primary) = diagnostic.span else { return Vec::new() };
    let mut files: Vec<SourceId> = vec![primary.source];
    for label in &diagnostic.labels {
        if !files.contains(&label.span.source) {
            files.push(label.span.source);
        }
    }
    files
        .into_iter()
        .map(|file| {
            let mut marks = Vec::new();
            if file == primary.source {
                marks.push((AnnotationKind::Primary, primary, diagnostic.label.of(locale)));
            }
            for label in diagnostic.labels.iter().filter(|label| label.span.source == file) {
                marks.push((AnnotationKind::Context, label.span, label.text.of(locale)));
            }
            excerpt(file, sources, &marks)
        })
        .collect()
}

/// The lines that the marks are on; lines between distant marks are folded by the renderer. Only these lines are
/// handed over, so that the cost does not grow with the file.
fn excerpt<'a>(
    file: SourceId,
    sources: &'a SourceMap,
    marks: &[(AnnotationKind, Span, &'a str)],
) -> Snippet<'a, Annotation<'a>> {
    let source = sources.get(file);
    let text = source.text.as_ref();
    let ranges: Vec<Range<usize>> = marks.iter().map(|(_, span, _)| first_line(text, *span)).collect();
    let start = ranges.iter().map(|range| range.start).min().unwrap_or(0);
    let end = ranges.iter().map(|range| range.end).max().unwrap_or(0);
    let start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let end = text[end..].find('\n').map_or(text.len(), |at| end + at);
    let end = if text[start..end].ends_with('\r') { end - 1 } else { end };
    let line = source.place(start as u32).line;
    let mut snippet = Snippet::source(&text[start..end])
        .path(visible::line(&source.path))
        .line_start(line as usize)
        .fold(true);
    for ((kind, _, label), range) in marks.iter().zip(ranges) {
        let mut annotation = kind.span(range.start - start..range.end - start);
        if !label.is_empty() {
            annotation = annotation.label(visible::line(label));
        }
        snippet = snippet.annotation(annotation);
    }
    snippet
}

/// A span cut at the end of its first line: carets under a whole section point at nothing.
fn first_line(text: &str, span: Span) -> Range<usize> {
    let boundary = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = boundary(span.start as usize);
    let end = boundary(span.end as usize).max(start);
    let line = text[start..end].lines().next().unwrap_or_default();
    start..start + line.trim_end().len()
}

/// How many problems there are: `2 errors, 1 warning in community.yaml`. Empty when there is none.
pub fn summary(report: &Report, path: &str, locale: Locale) -> String {
    let counts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Info]
        .into_iter()
        .map(|severity| (report.count(severity), severity))
        .filter(|(n, _)| *n > 0)
        .map(|(n, severity)| counted(n, severity, locale))
        .collect();
    if counts.is_empty() {
        return String::new();
    }
    let counts = counts.join(locale.pick(", ", "，"));
    phrase!("{counts} in {path}", "{path} 中有 {counts}").of(locale).to_owned()
}

/// How many of a severity: `2 errors`, `2 个错误`.
pub fn counted(n: usize, severity: Severity, locale: Locale) -> String {
    let noun = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "remark",
    };
    match locale {
        Locale::En => words::count(n, noun),
        Locale::Zh => format!("{n} 个{}", severity.word().zh),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::phrase::{Phrase, pair};

    fn span_of(sources: &SourceMap, id: SourceId, part: &str) -> Span {
        let at = sources.get(id).text.find(part).unwrap();
        Span::new(id, at, at + part.len())
    }

    #[test]
    fn shows_the_line_the_carets_and_the_help() {
        let mut sources = SourceMap::default();
        let id = sources.add("community.yaml", "name: demo\nplays:\n  hello:\n    setps: []\n");
        let found = Diagnostic::error(
            "unknown-key",
            span_of(&sources, id, "setps"),
            pair("there is no key `setps` in a play", "玩法没有 `setps` 这个键"),
        )
        .label(pair("not a key of a play", "不是玩法的键"))
        .help(pair("did you mean `steps`?", "是不是想写 `steps`？"));
        insta::assert_snapshot!(render(&found, &sources, Style::Plain, Locale::En), @"
        error[unknown-key]: there is no key `setps` in a play
         --> community.yaml:4:5
          |
        4 |     setps: []
          |     ^^^^^ not a key of a play
          |
          = help: did you mean `steps`?
        ");
        insta::assert_snapshot!(render(&found, &sources, Style::Plain, Locale::Zh), @"
        错误[unknown-key]: 玩法没有 `setps` 这个键
         --> community.yaml:4:5
          |
        4 |     setps: []
          |     ^^^^^ 不是玩法的键
          |
          = 建议: 是不是想写 `steps`？
        ");
    }

    #[test]
    fn wide_characters_line_up_and_other_places_are_shown() {
        let mut sources = SourceMap::default();
        let id = sources.add(
            "community.yaml",
            "vars:\n  城市: 西安\n  a: 1\n  b: 2\n  c: 3\n  d: 4\n  书名: 《活着》 # 好\n",
        );
        let found = Diagnostic::warning("demo", span_of(&sources, id, "《活着》"), Phrase::same("读完了"))
            .label(Phrase::same("已经读过"))
            .also(span_of(&sources, id, "西安"), Phrase::same("first written here"))
            .practices(&["P013"]);
        insta::assert_snapshot!(render(&found, &sources, Style::Plain, Locale::En), @"
        warning[demo]: 读完了
         --> community.yaml:7:7
          |
        2 |   城市: 西安
          |         ---- first written here
        ...
        7 |   书名: 《活着》 # 好
          |         ^^^^^^^^ 已经读过
          |
          = note: practice P013; `playbook explain demo` says why
        ");
    }

    #[test]
    fn a_place_in_another_file_has_its_own_excerpt() {
        let mut sources = SourceMap::default();
        let id = sources.add("a.yaml", "name: a\r\nuse: b.yaml\r\n");
        let other = sources.add("b.yaml", "name: b\n");
        let found =
            Diagnostic::error("demo", span_of(&sources, id, "b.yaml"), Phrase::same("both are called so"))
                .also(span_of(&sources, other, "b"), Phrase::same("here"))
                .help(Phrase::same("first line\nsecond line"));
        insta::assert_snapshot!(render(&found, &sources, Style::Plain, Locale::En), @"
        error[demo]: both are called so
         --> a.yaml:2:6
          |
        2 | use: b.yaml
          |      ^^^^^^
          |
         ::: b.yaml:1:7
          |
        1 | name: b
          |       - here
          |
          = help: first line
                  second line
        ");
    }

    #[test]
    fn a_block_is_marked_on_its_first_line_only() {
        let mut sources = SourceMap::default();
        let id = sources.add("a.yaml", "rules:\n  forbid:\n    - 一\n    - 二\n");
        let found = Diagnostic::warning(
            "demo",
            span_of(&sources, id, "forbid:\n    - 一\n    - 二\n"),
            Phrase::same("two"),
        );
        insta::assert_snapshot!(render(&found, &sources, Style::Plain, Locale::En), @"
        warning[demo]: two
         --> a.yaml:2:3
          |
        2 |   forbid:
          |   ^^^^^^^
        ");
    }

    #[test]
    fn without_a_place_it_names_the_file() {
        let mut sources = SourceMap::default();
        let id = sources.add("a.yaml", "");
        let mut found =
            Diagnostic::error("empty-file", Span::new(id, 0, 0), Phrase::same("the file is empty"));
        let with = render(&found, &sources, Style::Plain, Locale::En);
        found.span = None;
        let without = render(&found, &sources, Style::Plain, Locale::En);
        insta::assert_snapshot!(format!("{with}\n----\n{without}"), @"
        error[empty-file]: the file is empty
         --> a.yaml:1:1
          |
        1 |
          | ^
        ----
        error[empty-file]: the file is empty
        --> a.yaml
        ");
    }

    proptest::proptest! {
        #[test]
        fn no_place_makes_it_panic(text in "[a-z好\\n\r\t\u{feff}\u{1b}👩 ]{0,40}", a in 0_usize..60, b in 0_usize..60, c in 0_usize..60) {
            let mut sources = SourceMap::default();
            let id = sources.add("a.yaml", text);
            let found = Diagnostic::error("demo", Span::new(id, a, b), Phrase::same("message")).also(Span::new(id, c, c + 3), Phrase::same("here"));
            let shown = render(&found, &sources, Style::Plain, Locale::En);
            proptest::prop_assert!(shown.starts_with("error[demo]: message\n"), "{shown}");
            super::super::json::render(&found, &sources, Locale::Zh);
            super::super::github::render(&found, &sources, Locale::Zh);
        }
    }

    #[test]
    fn colours_only_when_asked() {
        let mut sources = SourceMap::default();
        let id = sources.add("a.yaml", "name: a\n");
        let found = Diagnostic::error("demo", span_of(&sources, id, "a"), Phrase::same("message"));
        assert!(!render(&found, &sources, Style::Plain, Locale::En).contains('\u{1b}'));
        assert!(render(&found, &sources, Style::Coloured, Locale::En).contains("\u{1b}["));
    }

    #[test]
    fn the_summary_counts_by_severity() {
        let mut report = Report::default();
        assert_eq!(summary(&report, "a.yaml", Locale::En), "");
        let span = Span::new(SourceId(0), 0, 0);
        report.push(Diagnostic::error("a", span, Phrase::same("x")));
        report.push(Diagnostic::error("a", span, Phrase::same("y")));
        report.push(Diagnostic::warning("b", span, Phrase::same("z")));
        assert_eq!(summary(&report, "a.yaml", Locale::En), "2 errors, 1 warning in a.yaml");
    }
}

//! A diagnostic for people: the line it is about with carets under it, and what to do next.
//!
//! Returns text; whether it is shown, and whether in colour, is the caller's.

use super::{Diagnostic, Report, Severity};
use crate::base::phrase::phrase;
use crate::base::{
    limits,
    locale::Locale,
    source::{SourceId, SourceMap, Span},
    visible, words,
};
use annotate_snippets::{AnnotationKind, Element, Group, Level, Origin, Renderer, Snippet};
use std::ops::Range;

/// Whether to use a terminal's colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColourStyle {
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
pub fn render(diagnostic: &Diagnostic, sources: &SourceMap, style: ColourStyle, locale: Locale) -> String {
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
        ColourStyle::Plain => Renderer::plain(),
        ColourStyle::Coloured => Renderer::styled(),
    };
    renderer.render(&groups)
}

/// A place in a file, what kind it is, and what stands under it.
type Underline<'a> = (AnnotationKind, Range<usize>, &'a str);

/// The excerpts of a diagnostic: its own first, then those of its further labels. Places of one file that are near
/// each other share one.
fn excerpts<'a>(diagnostic: &'a Diagnostic, sources: &'a SourceMap, locale: Locale) -> Vec<Element<'a>> {
    let Some(primary) = diagnostic.span else { return Vec::new() };
    let first = (primary, AnnotationKind::Primary, diagnostic.label.of(locale));
    let others =
        diagnostic.labels.iter().map(|label| (label.span, AnnotationKind::Context, label.text.of(locale)));
    let mut excerpts: Vec<(SourceId, Vec<Underline<'a>>)> = Vec::new();
    for (span, kind, label) in std::iter::once(first).chain(others) {
        let range = first_line(&sources.get(span.source).text, span);
        let near = |mark: &Underline<'_>| {
            let gap = mark.1.start.max(range.start) - mark.1.start.min(range.start);
            gap <= limits::DIAGNOSTIC_LINE_BYTES_MAX * 4
        };
        match excerpts.iter_mut().find(|(file, marks)| *file == span.source && marks.iter().any(near)) {
            Some((_, marks)) => marks.push((kind, range, label)),
            None => excerpts.push((span.source, vec![(kind, range, label)])),
        }
    }
    excerpts.into_iter().flat_map(|(file, marks)| excerpt(file, sources, marks)).collect()
}

/// The lines that the marks are on; lines between distant marks are folded by the renderer. Only these lines are
/// handed over, and of a long line only what is around the marks, so that the cost does not grow with the file.
fn excerpt<'a>(file: SourceId, sources: &'a SourceMap, marks: Vec<Underline<'a>>) -> Vec<Element<'a>> {
    let most = limits::DIAGNOSTIC_LINE_BYTES_MAX;
    let source = sources.get(file);
    let text = source.text.as_ref();
    let first = marks.iter().map(|(_, range, _)| range.start).min().unwrap_or(0);
    let last = marks.iter().map(|(_, range, _)| range.end.min(range.start + most)).max().unwrap_or(0);
    let line_start = text[..first].rfind('\n').map_or(0, |at| at + 1);
    let last = words::floor(text, last);
    let line_end = text[last..].find('\n').map_or(text.len(), |at| last + at);
    let line_end = if text[line_start..line_end].ends_with('\r') { line_end - 1 } else { line_end };
    let is_cut = first - line_start > most;
    let start = if is_cut { words::floor(text, first - most / 4) } else { line_start };
    let end = words::floor(text, line_end.min(last + most)).max(last);
    let place = source.place(first as u32);
    let mut snippet = Snippet::source(&text[start..end]).line_start(place.line as usize).fold(true);
    let mut elements = Vec::new();
    if is_cut {
        // The renderer would count columns from where the excerpt begins.
        let origin = Origin::path(visible::line(&source.path));
        let origin = origin.line(place.line as usize).char_column(place.column as usize);
        elements.push(Element::from(origin));
    } else {
        snippet = snippet.path(visible::line(&source.path));
    }
    for (kind, range, label) in marks {
        let mut annotation = kind.span(range.start - start..range.end.min(end) - start);
        if !label.is_empty() {
            annotation = annotation.label(visible::line(label));
        }
        snippet = snippet.annotation(annotation);
    }
    elements.push(Element::from(snippet));
    elements
}

/// A span cut at the end of its first line: carets under a whole section point at nothing.
fn first_line(text: &str, span: Span) -> Range<usize> {
    let start = words::floor(text, span.start as usize);
    let end = words::floor(text, span.end as usize).max(start);
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
        insta::assert_snapshot!(render(&found, &sources, ColourStyle::Plain, Locale::En), @"
        error[unknown-key]: there is no key `setps` in a play
         --> community.yaml:4:5
          |
        4 |     setps: []
          |     ^^^^^ not a key of a play
          |
          = help: did you mean `steps`?
        ");
        insta::assert_snapshot!(render(&found, &sources, ColourStyle::Plain, Locale::Zh), @"
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
        insta::assert_snapshot!(render(&found, &sources, ColourStyle::Plain, Locale::En), @"
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
        insta::assert_snapshot!(render(&found, &sources, ColourStyle::Plain, Locale::En), @"
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
        insta::assert_snapshot!(render(&found, &sources, ColourStyle::Plain, Locale::En), @"
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
        let with = render(&found, &sources, ColourStyle::Plain, Locale::En);
        found.span = None;
        let without = render(&found, &sources, ColourStyle::Plain, Locale::En);
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
            let shown = render(&found, &sources, ColourStyle::Plain, Locale::En);
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
        assert!(!render(&found, &sources, ColourStyle::Plain, Locale::En).contains('\u{1b}'));
        assert!(render(&found, &sources, ColourStyle::Coloured, Locale::En).contains("\u{1b}["));
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

//! Data files as plain values, and dates as people write them.
//!
//! Reads text that somebody else read from disk; knows nothing of playbooks.

use super::{codes, document};
use crate::base::phrase::{Phrase, Words, pair, phrase};
use crate::base::{
    decode,
    diagnostic::{Report, Severity, suggest},
    limits,
    source::SourceId,
    time::{ClockTime, TimeError, Timestamp, Zone},
    value::{Map, Value},
    words::{count, shorten, tick},
};
use jiff::civil::Date;
use std::{collections::BTreeSet, fmt, ops::Range, sync::Arc};

/// A problem of a data file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataProblem {
    /// What was found and what was expected.
    pub message: Phrase,
    /// The bytes of the file that it is about.
    pub range: Range<usize>,
    /// What to write instead.
    pub help: Option<Phrase>,
}

impl DataProblem {
    /// A problem of some bytes.
    pub fn new(range: Range<usize>, message: impl Into<Phrase>) -> Self {
        Self { message: message.into(), range, help: None }
    }

    /// Adds what to write instead.
    pub fn help(mut self, text: impl Into<Phrase>) -> Self {
        self.help = Some(text.into());
        self
    }
}

impl DataProblem {
    /// What it says, with what to write instead.
    pub fn in_words(&self) -> Phrase {
        let Self { message, help, .. } = self;
        match help {
            Some(help) => phrase!("{message}; {help}", "{message}；{help}"; message, help),
            None => message.clone(),
        }
    }
}

impl fmt::Display for DataProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message.en)?;
        self.help.iter().try_for_each(|help| write!(f, "; {}", help.en))
    }
}

/// Reads a data file by the ending of its path.
///
/// | Ending | Value |
/// |---|---|
/// | `.yaml`, `.yml` | what YAML says |
/// | `.json` | what JSON says |
/// | `.csv` | a list of maps, one a row: see [`csv_rows`] |
/// | anything else | the text |
///
/// A byte order mark is accepted everywhere.
pub fn parse(path: &str, text: &str) -> Result<Value, DataProblem> {
    let ending = path.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    match ending.as_deref() {
        Some("yaml" | "yml") => yaml(text),
        Some("json") => json(text),
        Some("csv") => {
            csv_rows(text).map(|rows| Value::list(rows.into_iter().map(|row| row.value).collect()))
        }
        _ => Ok(Value::str(without_mark(text))),
    }
}

/// The text without a byte order mark.
fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

fn yaml(text: &str) -> Result<Value, DataProblem> {
    let mut report = Report::default();
    let document = document::parse::parse(SourceId(0), text, &mut report);
    if let Some(error) = report.diagnostics.iter().find(|found| found.severity == Severity::Error) {
        // An empty file holds nothing, which is a value like any other.
        if error.code == codes::EMPTY_FILE {
            return Ok(Value::Null);
        }
        let range = error.span.map_or(0..0, |span| span.start as usize..span.end as usize);
        return Err(DataProblem { message: error.message.clone(), range, help: error.help.clone() });
    }
    Ok(document.map_or(Value::Null, |document| document.root.to_value()))
}

fn json(text: &str) -> Result<Value, DataProblem> {
    let body = without_mark(text);
    let value: serde_json::Value = serde_json::from_str(body).map_err(|error| {
        let start =
            body.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
        let at = (text.len() - body.len() + start + error.column().saturating_sub(1)).min(text.len());
        let said = error.to_string();
        let said = said.rsplit_once(" at line ").map_or(said.as_str(), |(said, _)| said);
        DataProblem::new(at..at, phrase!("this is not JSON: {said}", "这不是 JSON：{said}"))
    })?;
    Ok(Value::from_json(&value))
}

/// One row of a CSV file.
#[derive(Debug, Clone, PartialEq)]
pub struct DataRow {
    /// A map from the header's names to the cells.
    pub value: Value,
    /// The bytes of the file in which the row was written.
    pub range: Range<usize>,
    /// The named columns for which it has no cell, not even an empty one.
    pub missing: Vec<Arc<str>>,
}

impl DataRow {
    /// What a row with too few cells lacks, for a warning at its place.
    pub fn lacks(&self) -> Option<Phrase> {
        let names: Vec<&str> = self.missing.iter().map(AsRef::as_ref).collect();
        (!names.is_empty()).then(|| {
            let names = Phrase::ticks(&names, "and");
            phrase!("this row has no cell for {names}", "这一行没有 {names} 的单元格"; names)
        })
    }
}

/// The rows of a CSV file, each a map from the header's names to its cells, in the order of the file.
///
/// Names and cells are trimmed. A cell that is a plain whole number (no leading zeros, no `+`) is a number;
/// every other cell is text, an empty one the empty text. Lines without any cell are left out. Columns are
/// laid out as [`decode::layout`] finds.
///
/// # Errors
///
/// A name twice in the header, a cell under no name, a header without names, quotes that never end, full-width
/// commas where the others are half-width.
pub fn csv_rows(text: &str) -> Result<Vec<DataRow>, DataProblem> {
    let decode::Layout { start: skipped, delimiter } = decode::layout(text);
    let body = &text[skipped..];
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(body.as_bytes());
    let mut header: Option<Vec<Arc<str>>> = None;
    let mut rows = Vec::new();
    let mut record = csv::StringRecord::new();
    loop {
        let more = reader.read_record(&mut record).map_err(|error| {
            let at = error.position().map_or(0, |p| p.byte() as usize) + skipped;
            DataProblem::new(at..at, phrase!("this is not CSV: {error}", "这不是 CSV：{error}"))
        })?;
        if !more {
            break;
        }
        let start = record.position().map_or(0, |p| p.byte() as usize) + skipped;
        let range = line_at(text, start, reader.position().byte() as usize + skipped);
        let raw = text.get(range.clone()).unwrap_or_default();
        if raw.contains('\n') && raw.matches('"').count() % 2 == 1 {
            return Err(DataProblem::new(
                range.start..range.start,
                pair("a quote that begins in this row never ends", "从这一行开始的引号没有结束"),
            )
            .help(pair(
                "a quote inside quotes is written twice: \"he said \"\"hi\"\"\"",
                "引号里的引号要写两遍：\"he said \"\"hi\"\"\"",
            )));
        }
        wide_commas(&record, header.as_ref().map_or(2, Vec::len), &range)?;
        match &header {
            None => header = Some(csv_header(&record, range)?),
            Some(_) if record.iter().all(str::is_empty) => {}
            Some(names) => rows.push(csv_row(names, &record, range)?),
        }
    }
    if header.is_none() {
        return Err(DataProblem::new(
            0..0,
            pair("the file is empty; its first line names the columns", "文件是空的；第一行应写各列的名字"),
        )
        .help(pair("begin with a line such as `id,at,title`", "开头写一行，例如 `id,at,title`")));
    }
    Ok(rows)
}

/// The names of the columns of a CSV file.
pub fn csv_names(text: &str) -> Result<Vec<Arc<str>>, DataProblem> {
    let decode::Layout { start, delimiter } = decode::layout(text);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(&text.as_bytes()[start..]);
    let mut record = csv::StringRecord::new();
    match reader.read_record(&mut record) {
        Ok(_) => csv_header(&record, start..text.len()),
        Err(error) => {
            Err(DataProblem::new(start..start, phrase!("this is not CSV: {error}", "这不是 CSV：{error}")))
        }
    }
}

/// A row that has too few cells because some of its separators are full-width.
fn wide_commas(record: &csv::StringRecord, columns: usize, range: &Range<usize>) -> Result<(), DataProblem> {
    for (wide, plain, en, zh) in
        [('，', ',', "full-width commas", "全角逗号"), ('；', ';', "full-width semicolons", "全角分号")]
    {
        let found: usize = record.iter().map(|cell| cell.matches(wide).count()).sum();
        if found > 0 && record.len() < columns && record.len() + found >= columns {
            let message = phrase!(
                "this row has {en} (`{wide}`), which separate no cells",
                "这一行里有{zh}（`{wide}`），它不分隔单元格"
            );
            let help = phrase!(
                "write `{plain}` between cells; a `{wide}` inside a cell may stay when the others are right",
                "单元格之间用半角的 `{plain}`；其余都对时，单元格里的 `{wide}` 可以保留"
            );
            return Err(DataProblem::new(range.clone(), message).help(help));
        }
    }
    Ok(())
}

/// A range without the line ends around it.
fn line_at(text: &str, start: usize, end: usize) -> Range<usize> {
    let piece = text.get(start..end).unwrap_or_default();
    let start = start + (piece.len() - piece.trim_start_matches(['\r', '\n']).len());
    start..start + text.get(start..end).unwrap_or_default().trim_end().len()
}

fn csv_header(record: &csv::StringRecord, range: Range<usize>) -> Result<Vec<Arc<str>>, DataProblem> {
    let names: Vec<Arc<str>> = record.iter().map(Arc::from).collect();
    if names.iter().all(|name| name.is_empty()) {
        return Err(DataProblem::new(
            range,
            pair(
                "the first line of a CSV file names its columns; this one names none",
                "CSV 文件的第一行应写各列的名字，这里没有",
            ),
        ));
    }
    if names.len() > limits::CSV_COLUMNS_MAX {
        return Err(DataProblem::new(
            range,
            phrase!(
                "{} columns are too many; the limit is {}",
                "{} 列太多了；上限是 {}",
                names.len(),
                limits::CSV_COLUMNS_MAX
            ),
        )
        .help(pair("leave out the columns that nothing reads", "去掉用不到的列")));
    }
    let mut known = BTreeSet::new();
    for name in &names {
        if !name.is_empty() && !known.insert(name) {
            return Err(DataProblem::new(
                range,
                phrase!("two columns are named {}", "有两列都叫 {}", tick(name)),
            )
            .help(pair("give each column a name of its own", "给每一列各自的名字")));
        }
    }
    Ok(names)
}

fn csv_row(
    names: &[Arc<str>],
    record: &csv::StringRecord,
    range: Range<usize>,
) -> Result<DataRow, DataProblem> {
    let mut map = Map::new();
    for name in names.iter().filter(|name| !name.is_empty()) {
        map.insert(name.clone(), Value::str(""));
    }
    for (n, cell) in record.iter().enumerate() {
        match names.get(n).filter(|name| !name.is_empty()) {
            Some(name) => {
                map.insert(name.clone(), csv_cell(cell));
            }
            None if cell.is_empty() => {}
            None => {
                let columns = names.iter().filter(|name| !name.is_empty()).count();
                return Err(DataProblem::new(
                    range,
                    phrase!(
                        "{} is in column {} and the header names {}",
                        "{} 在第 {} 列，而表头只有 {} 列",
                        tick(shorten(cell, 24)),
                        n + 1,
                        count(columns, "column")
                    ),
                )
                .help(pair(
                    "put a cell that holds a comma in double quotes: \"a, b\"",
                    "含逗号的单元格要加双引号：\"a, b\"",
                )));
            }
        }
    }
    let missing = names.iter().skip(record.len()).filter(|name| !name.is_empty()).cloned().collect();
    Ok(DataRow { value: Value::Map(Arc::new(map)), range, missing })
}

/// A plain whole number is one; everything else stays as it was written (`007`, `+86…`, `1.10` are names).
fn csv_cell(cell: &str) -> Value {
    match cell.parse::<i64>() {
        Ok(n) if n.to_string() == cell => Value::Int(n),
        _ => Value::str(cell),
    }
}

const DATE: Words = pair("a date such as 2026-01-05", "日期，例如 2026-01-05");
const MOMENT: Words = pair(
    "a time such as 2026-12-11 20:00 (or 2026-12-11T20:00+08:00, or a date alone)",
    "时间，例如 2026-12-11 20:00（或 2026-12-11T20:00+08:00，或只写日期）",
);

/// Reads `2026-01-05`, `2026/1/5`, `2026.1.5`, `2026年1月5日`.
pub fn parse_date(text: &str) -> Result<Date, TimeError> {
    let error = || TimeError { found: text.into(), expected: DATE };
    let trimmed = text.trim();
    let chinese = trimmed.strip_suffix(['日', '号']).map(|text| text.replacen(['年', '月'], "-", 2));
    let trimmed = chinese.as_deref().unwrap_or(trimmed);
    let separator = trimmed.chars().find(|c| matches!(c, '-' | '/' | '.')).ok_or_else(error)?;
    let mut parts = trimmed.split(separator);
    let mut number = |digits: std::ops::RangeInclusive<usize>| {
        let part = parts.next()?;
        if !digits.contains(&part.len()) || !part.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        part.parse::<i16>().ok()
    };
    let (Some(year), Some(month), Some(day)) = (number(4..=4), number(1..=2), number(1..=2)) else {
        return Err(error());
    };
    if parts.next().is_some() {
        return Err(error());
    }
    Date::new(year, month as i8, day as i8).map_err(|_| TimeError {
        found: text.into(),
        expected: pair(
            "a day of the calendar: months have 28 to 31 days, years 12 months",
            "日历上存在的一天：一个月有 28 到 31 天，一年有 12 个月",
        ),
    })
}

/// Reads an instant: `2026-12-11 20:00` on the zone's clocks, `2026-12-11T20:00+08:00` exactly, a date alone as
/// its midnight. Dates as in [`parse_date`].
pub fn parse_moment(text: &str, zone: &Zone) -> Result<Timestamp, TimeError> {
    let error = || TimeError { found: text.into(), expected: MOMENT };
    let trimmed = text.trim();
    let Some(split) = trimmed.find([' ', 'T', 't', '\t']) else {
        return parse_date(trimmed).map(|date| zone.instant(date.to_datetime(jiff::civil::Time::midnight())));
    };
    let date = parse_date(&trimmed[..split]).map_err(|at| TimeError { found: text.into(), ..at })?;
    let clock = trimmed[split + 1..].trim();
    let (clock, offset) = split_offset(clock).ok_or_else(error)?;
    let clock = clock.trim().split_once('.').map_or(clock.trim(), |(whole, _)| whole);
    let clock: ClockTime = clock.parse().map_err(|_| error())?;
    let civil = date.to_datetime(clock.to_jiff());
    match offset {
        None => Ok(zone.instant(civil)),
        Some(seconds) => {
            let offset = jiff::tz::Offset::from_seconds(seconds).map_err(|_| error())?;
            offset.to_timestamp(civil).map(Timestamp::from_jiff).map_err(|_| error())
        }
    }
}

/// A clock time and its offset from UTC in seconds, if it has one: `Z`, `+08:00`, `+0800`, `+08`.
fn split_offset(clock: &str) -> Option<(&str, Option<i32>)> {
    if let Some(rest) = clock.strip_suffix(['Z', 'z']) {
        return Some((rest, Some(0)));
    }
    let Some(at) = clock.find(['+', '-']) else { return Some((clock, None)) };
    let sign = if clock.as_bytes()[at] == b'-' { -1 } else { 1 };
    let digits: String = clock[at + 1..].chars().filter(|c| *c != ':').collect();
    if !digits.bytes().all(|b| b.is_ascii_digit()) || !matches!(digits.len(), 2 | 4) {
        return None;
    }
    let hours: i32 = digits[..2].parse().ok()?;
    let minutes: i32 = digits.get(2..4).map_or(Some(0), |m| m.parse().ok())?;
    (hours <= 25 && minutes < 60).then_some((&clock[..at], Some(sign * (hours * 3600 + minutes * 60))))
}

/// The nearest column of a row, for a message about a column that is not there.
pub fn nearest_column<'a>(row: &'a Value, name: &str) -> Option<&'a str> {
    suggest::nearest(name, row.as_map()?.keys().map(AsRef::as_ref))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shanghai() -> Zone {
        Zone::named("Asia/Shanghai").unwrap()
    }

    #[test]
    fn the_ending_decides() {
        assert_eq!(
            parse("a/b.JSON", "\u{feff}{\"n\": [1, 2.5, \"x\"]}")
                .unwrap()
                .get("n")
                .unwrap()
                .as_list()
                .unwrap()
                .len(),
            3
        );
        assert_eq!(parse("a.yaml", "n: 1\non: yes\n").unwrap().get("n"), Some(&Value::Int(1)));
        assert_eq!(parse("a.yaml", "\u{feff}# nothing\n").unwrap(), Value::Null);
        let broken = parse("a.yaml", "a: 1\na: 2\n").unwrap_err();
        assert_eq!(broken.range, 5..6, "{broken}");
        assert_eq!(parse("a.md", "\u{feff}# 你好").unwrap(), Value::str("# 你好"));
        assert_eq!(parse("a", "x").unwrap(), Value::str("x"));
    }

    #[test]
    fn broken_json_points_at_the_place() {
        let found = parse("a.json", "{\n  \"a\": 1,\n  b\n}").unwrap_err();
        assert_eq!(&"{\n  \"a\": 1,\n  b\n}"[found.range.start..][..1], "b");
        assert!(
            found.message.en.starts_with("this is not JSON: key must be a string"),
            "{}",
            found.message.en
        );
    }

    #[test]
    fn csv_is_a_list_of_maps() {
        let text = "\u{feff} date , topic,phone\r\n2026/1/5,\"读书, 会\",007\r\n\r\n2026/1/12,12\r\n,,\r\n";
        let rows = csv_rows(text).unwrap();
        assert_eq!(
            rows[0].value,
            Value::map([("date", "2026/1/5".into()), ("topic", "读书, 会".into()), ("phone", "007".into())])
        );
        assert_eq!(
            rows[1].value,
            Value::map([("date", "2026/1/12".into()), ("topic", Value::Int(12)), ("phone", "".into())])
        );
        assert_eq!(rows.len(), 2);
        assert_eq!(&text[rows[1].range.clone()], "2026/1/12,12");
    }

    #[test]
    fn csv_from_other_spreadsheets() {
        let rows = csv_rows("id;at\na;2026-01-05 20:00\n").unwrap();
        assert_eq!(rows[0].value.get("at"), Some(&Value::str("2026-01-05 20:00")));
    }

    #[test]
    fn csv_says_what_is_wrong() {
        let twice = csv_rows("id,at,id\n").unwrap_err();
        assert_eq!(twice.message.en, "two columns are named `id`");
        let text = "id,at\na,2026-01-05,剩下\n";
        let more = csv_rows(text).unwrap_err();
        assert_eq!(more.message.en, "`剩下` is in column 3 and the header names 2 columns");
        assert_eq!(&text[more.range], "a,2026-01-05,剩下");
        let open = csv_rows("id,at\na,\"2026\nb,2027\n").unwrap_err();
        assert_eq!(
            (open.message.en.as_str(), open.range),
            ("a quote that begins in this row never ends", 6..6)
        );
        assert!(csv_rows("").unwrap_err().message.en.contains("empty"));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[a-z0-9好,;\"\\n\r\t\u{feff}{}:# -]{0,60}", moment in "[0-9T:+./ -]{0,20}") {
            for path in ["a.csv", "a.json", "a.yaml", "a.txt"] {
                if let Err(problem) = parse(path, &text) {
                    proptest::prop_assert!(problem.range.end <= text.len(), "{problem:?}");
                }
            }
            let _ = parse_moment(&moment, &shanghai());
        }
    }

    #[test]
    fn dates_as_people_write_them() {
        let day = Date::constant(2026, 1, 5);
        for text in ["2026-01-05", "2026-1-5", "2026/1/5", "2026.1.5", " 2026/01/05 "] {
            assert_eq!(parse_date(text).unwrap(), day, "{text}");
        }
        for text in
            ["2026-13-01", "2026-02-30", "26-1-5", "2026-1/5", "1/5/2026", "2026-01-05-06", "", "明天"]
        {
            assert!(parse_date(text).is_err(), "{text}");
        }
        assert_eq!(
            parse_date("tomorrow").unwrap_err().to_string(),
            "\"tomorrow\" is not a date such as 2026-01-05"
        );
    }

    #[test]
    fn moments_on_the_zones_clocks_or_exact() {
        let zone = shanghai();
        let evening = parse_moment("2026-12-11 20:00", &zone).unwrap();
        assert_eq!(evening.to_utc(), "2026-12-11T12:00:00Z");
        for text in [
            "2026/12/11 20:00:00",
            "2026-12-11T20:00",
            "2026-12-11T20:00+08:00",
            "2026-12-11T12:00Z",
            "2026-12-11 15:30+0330",
        ] {
            assert_eq!(parse_moment(text, &zone).unwrap(), evening, "{text}");
        }
        assert_eq!(parse_moment("2026-12-11", &zone).unwrap().to_utc(), "2026-12-10T16:00:00Z");
        for text in
            ["2026-12-11 25:00", "2026-12-11 20", "2026-12-11T20:00+99:00", "20:00", "2026-12-11 20:00 +x"]
        {
            assert!(parse_moment(text, &zone).is_err(), "{text}");
        }
    }
}

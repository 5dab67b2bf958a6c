//! `calendars`: ICS files, lists of dates, or `{ off, work }` for public holidays with make-up days.

use super::{
    cx::{Cx, File},
    moments,
};
use crate::base::phrase::{Phrase, pair, phrase};
use crate::{
    base::{ids::CalendarName, source::Span, value::Value},
    lang::{
        codes, data,
        document::{
            node::{Node, NodeKind},
            reader::{self, Fields},
        },
        ics, keys,
    },
    model::calendar::Calendar,
};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// The most days between the two ends of `2026-10-01..2026-10-07`.
const RANGE_DAYS_MAX: usize = 366;

/// Lowers `calendars`.
pub(crate) fn lower(cx: &mut Cx<'_>, node: &Node) -> BTreeMap<CalendarName, Calendar> {
    let mut calendars = BTreeMap::new();
    for entry in Fields::open(&mut cx.report, node, pair("`calendars`", "`calendars`"))
        .map(|fields| fields.entries())
        .unwrap_or_default()
    {
        super::words::check_name(cx, entry, pair("calendar", "日历"));
        cx.origin(format!("calendars.{}", entry.key.value), entry.key.span);
        let calendar = calendar(cx, &entry.value).unwrap_or_default();
        calendars.insert(CalendarName::new(&entry.key.value), calendar);
    }
    calendars
}

fn calendar(cx: &mut Cx<'_>, node: &Node) -> Option<Calendar> {
    match &node.kind {
        NodeKind::Mapping(_) => {
            let fields =
                Fields::read(&mut cx.report, node, pair("a calendar", "日历"), keys::CALENDAR.names)?;
            let off = fields.get("off").map(|node| days(cx, node)).unwrap_or_default();
            let work = fields.get("work").map(|node| days(cx, node)).unwrap_or_default();
            Some(Calendar { off, work, tells_work: true })
        }
        NodeKind::Scalar(scalar) if has_ending(&scalar.text, "ics") => {
            ics_file(cx, &scalar.text.clone(), node.span)
        }
        NodeKind::Scalar(_) | NodeKind::Sequence(_) => {
            Some(Calendar { off: days(cx, node), work: BTreeSet::new(), tells_work: false })
        }
        NodeKind::Null => {
            reader::wrong_kind(
                &mut cx.report,
                node,
                pair(
                    "a calendar: an ICS file, a list of dates, or `{ off, work }`",
                    "日历：一个 ICS 文件、一列日期，或 `{ off, work }`",
                ),
            );
            None
        }
    }
}

fn has_ending(path: &str, ending: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, found)| found.eq_ignore_ascii_case(ending))
}

fn ics_file(cx: &mut Cx<'_>, path: &str, span: Span) -> Option<Calendar> {
    let file = cx.read_data(path, span)?;
    match ics::parse(&file.text, &cx.zone) {
        Ok(calendar) => Some(calendar),
        Err(problems) => {
            for problem in problems {
                cx.data_problem(&file, problem);
            }
            None
        }
    }
}

/// Days from a list of dates, a file, or a list of both.
pub(crate) fn days(cx: &mut Cx<'_>, node: &Node) -> BTreeSet<Date> {
    let mut days = BTreeSet::new();
    for item in
        reader::one_or_many(&mut cx.report, node, pair("a date, or a file of dates", "日期，或日期文件"))
    {
        let text = item.text().unwrap_or_default().to_owned();
        let ending =
            ["ics", "csv", "yaml", "yml", "json", "txt"].into_iter().find(|ending| has_ending(&text, ending));
        match ending {
            Some("ics") => {
                days.extend(ics_file(cx, &text, item.span).map(|calendar| calendar.off).unwrap_or_default());
            }
            Some(_) => {
                if let Some(file) = cx.read_data(&text, item.span) {
                    days_of_file(cx, &file, &mut days);
                }
            }
            None => range(cx, &text, item.span, &mut days),
        }
    }
    days
}

/// A date, or `2026-10-01..2026-10-07`.
fn range(cx: &mut Cx<'_>, text: &str, span: Span, days: &mut BTreeSet<Date>) {
    let Some((first, last)) = text.split_once("..") else {
        days.extend(moments::date_of(cx, text, span));
        return;
    };
    let (Some(first), Some(last)) = (moments::date_of(cx, first, span), moments::date_of(cx, last, span))
    else {
        return;
    };
    if last < first {
        cx.error(
            codes::BAD_DATE,
            span,
            pair("the range ends before it begins", "这段日期的结束早于开始"),
            pair("write the earlier date first", "把较早的日期写在前面"),
        );
        return;
    }
    days.extend(first.series(jiff::Span::new().days(1)).take_while(|day| *day <= last).take(RANGE_DAYS_MAX));
}

/// The dates of a file: a list of dates, rows with a `date`, or one date a line.
fn days_of_file(cx: &mut Cx<'_>, file: &File, days: &mut BTreeSet<Date>) {
    let whole = Span::new(file.source, 0, 0);
    if has_ending(&file.path, "csv") {
        match data::csv_rows(&file.text) {
            Ok(rows) => {
                for row in rows {
                    let span = Span::new(file.source, row.range.start, row.range.end);
                    one_day(cx, &row.value, span, days);
                }
            }
            Err(problem) => cx.data_problem(file, problem),
        }
        return;
    }
    match data::parse(&file.path, &file.text) {
        Ok(Value::List(items)) => items.iter().for_each(|item| one_day(cx, item, whole, days)),
        Ok(Value::Str(text)) => {
            for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
            {
                range(cx, line, whole, days);
            }
        }
        Ok(other) => cx.error(
            codes::BAD_DATA,
            whole,
            {
                let found = other.kind();
                phrase!("a calendar is a list of dates, found {found}", "日历应该是一列日期，写的却是{found}"; found)
            },
            Phrase::default(),
        ),
        Err(problem) => cx.data_problem(file, problem),
    }
}

fn one_day(cx: &mut Cx<'_>, value: &Value, span: Span, days: &mut BTreeSet<Date>) {
    let text = value.as_str().or_else(|| {
        let map = value.as_map()?;
        ["date", "day", "日期"].iter().find_map(|key| map.get(*key)).or_else(|| map.values().next())?.as_str()
    });
    match text {
        Some(text) => range(cx, text, span, days),
        None => {
            cx.error(
                codes::BAD_DATE,
                span,
                pair("a row of a calendar needs a `date`", "日历的每一行都要有 `date`"),
                pair("name the column `date`", "把这一列命名为 `date`"),
            );
        }
    }
}

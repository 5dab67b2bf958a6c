//! Dates and moments that are written in a playbook.

use super::cx::Cx;
use crate::base::phrase::{Phrase, pair};
use crate::{
    base::{
        offset::Offset,
        source::Span,
        time::{Timestamp, Zone},
    },
    lang::{
        data,
        document::{node::Node, reader},
    },
};
use jiff::civil::{Date, DateTime};

/// A moment: `2026-12-11 20:00`, RFC 3339, or a date alone for its midnight.
pub(crate) fn moment(cx: &mut Cx<'_>, node: &Node) -> Option<Timestamp> {
    let text = reader::text(
        &mut cx.report,
        node,
        pair("a date such as 2026-12-11, or 2026-12-11 20:00", "日期，例如 2026-12-11 或 2026-12-11 20:00"),
    )?
    .clone();
    moment_of(cx, &text, node.span)
}

/// A moment from its text.
pub(crate) fn moment_of(cx: &mut Cx<'_>, text: &str, span: Span) -> Option<Timestamp> {
    match data::parse_moment(text, &cx.zone) {
        Ok(at) => {
            if !is_exact(text) {
                cx.uses_clock(span, Phrase::same(format!("`{}`", text.trim())));
            }
            Some(at)
        }
        Err(error) => {
            cx.bad_date(span, text, error.expected);
            None
        }
    }
}

/// The first moment that does not belong any more: a date alone is its whole day.
pub(crate) fn end(cx: &mut Cx<'_>, node: &Node) -> Option<Timestamp> {
    let at = moment(cx, node)?;
    let date = node.text().and_then(|text| data::parse_date(text.trim()).ok());
    let after = date.and_then(|date| date.tomorrow().ok());
    Some(after.map_or(at, |day| cx.zone.instant(day.to_datetime(jiff::civil::Time::midnight()))))
}

/// What clocks show at a moment; none where the text names the instant itself.
pub(crate) fn civil(text: &str) -> Option<DateTime> {
    let utc = Zone::utc();
    let at = data::parse_moment(text, &utc).ok().filter(|_| !is_exact(text))?;
    Some(utc.civil(at).datetime())
}

/// What clocks show at the first moment that does not belong any more.
pub(crate) fn civil_end(text: &str) -> Option<DateTime> {
    let after = data::parse_date(text.trim()).ok().and_then(|date| date.tomorrow().ok());
    after.map_or_else(|| civil(text), |day| Some(day.to_datetime(jiff::civil::Time::midnight())))
}

/// Whether a moment says its offset from UTC itself.
pub(super) fn is_exact(text: &str) -> bool {
    let trimmed = text.trim();
    trimmed.split_once(['T', ' ', 't']).is_some_and(|(_, clock)| clock.contains(['Z', 'z', '+', '-']))
}

/// A civil date from its text.
pub(crate) fn date_of(cx: &mut Cx<'_>, text: &str, span: Span) -> Option<Date> {
    match data::parse_date(text) {
        Ok(date) => Some(date),
        Err(error) => {
            cx.bad_date(span, text, error.expected);
            None
        }
    }
}

/// Reads an offset from a run's anchor.
pub(crate) fn offset(cx: &mut Cx<'_>, node: &Node) -> Option<Offset> {
    let expected = pair(
        "an offset from the run's anchor such as -3h, +20m or -7d 10:00",
        "相对于本次锚点的偏移，例如 -3h、+20m 或 -7d 10:00",
    );
    let offset = reader::parsed(&mut cx.report, node, expected)?;
    if matches!(offset, Offset::Days(..)) {
        cx.uses_clock(node.span, Phrase::same(format!("`{}`", node.text().unwrap_or_default())));
    }
    Some(offset)
}

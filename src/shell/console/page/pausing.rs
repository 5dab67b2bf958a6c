//! Pauses as markup: until when one lasts, in words and as a field of a form.

use super::parts;
use crate::{
    base::time::{Timestamp, Zone},
    shell::console::layout::Frame,
};
use maud::{Markup, html};

/// When a pause ends by itself, as a field: empty where somebody has to end it.
pub(super) fn until_field(frame: &Frame) -> Markup {
    html! {
        label.field { (frame.locale.pick("Until (empty: until somebody resumes it)", "到什么时候（不填：直到有人恢复）"))
            input type="datetime-local" name="until";
        }
    }
}

/// That something is paused, and until when.
pub(super) fn paused(until: Option<Timestamp>, now: Timestamp, zone: &Zone, frame: &Frame) -> Markup {
    let locale = frame.locale;
    html! {
        (locale.pick("paused", "暂停中"))
        @if let Some(until) = until { " " (locale.pick("until ", "，到 ")) (parts::at(until, now, zone)) }
    }
}

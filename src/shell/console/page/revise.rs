//! What is pressed about the words of a step: taken back or corrected once they are said, others before that.

use super::{parts::second, prose::prose, wording};
use crate::shell::console::{
    layout::Frame,
    view::{
        brief::beginning,
        run::{Sheet, Standing, Step},
    },
};
use maud::{Markup, html};

/// The presses of a step, for whoever commands its group.
pub(super) fn presses(step: &Step, view: &Sheet, frame: &Frame) -> Markup {
    let group = view.group.as_str();
    html! {
        @if let Some(effect) = step.effect.as_ref().filter(|_| step.revised.is_none_or(|known| !known.is_gone())) {
            @let on = [(group, effect.as_str())];
            div.acts {
                @if matches!(step.standing, Standing::Held(_)) { (wording::held(&view.group, effect, &beginning(&step.text), frame)) }
                @else {
                    (second(frame.locale.pick("Take it back", "撤回"), &recall(step, &on, frame)))
                    (second(frame.locale.pick("Correct it", "更正"), &correct(step, &on, frame)))
                }
            }
        }
        @if step.rewords && view.started.is_some() && view.ended.is_none() {
            div.acts { (second(frame.locale.pick("Other words", "改文字"), &reword(step, &[(group, view.run.as_str())], frame))) }
        }
    }
}

fn recall(step: &Step, on: &[(&str, &str)], frame: &Frame) -> Markup {
    let locale = frame.locale;
    frame.press("recall", on, &html! {
        p.words {
            (locale.pick(
                "The platform deletes it where it can; else a person is asked to. Who has read it has read it.",
                "平台能删就由平台删除，否则请人来删。看过的人已经看过了。",
            ))
        }
        div.text { (prose(&step.text)) }
        button.bad { (locale.pick("Take back this message", "撤回这条消息")) }
    })
}

fn correct(step: &Step, on: &[(&str, &str)], frame: &Frame) -> Markup {
    let locale = frame.locale;
    frame.press(
        "correct",
        on,
        &html! {
            p.words { (locale.pick(
                "The platform changes it where it can; else the correction is posted as an answer to it.",
                "平台能改就直接修改，否则另发一条更正。",
            )) }
            (words(locale.pick("What it is to say", "应该写成"), &step.text))
            button.main { (locale.pick("Correct this message", "更正这条消息")) }
        },
    )
}

fn reword(step: &Step, on: &[(&str, &str)], frame: &Frame) -> Markup {
    let locale = frame.locale;
    frame.press(
        "reword",
        on,
        &html! {
            p.words { (locale.pick("In this run only; the file stays as it is.", "只改这一场，文件不变。")) }
            input type="hidden" name="step" value=(step.id);
            (words(locale.pick("What it is to say", "应该写成"), &step.text))
            button.main { (locale.pick("Say it so", "就这么说")) }
        },
    )
}

fn words(label: &str, text: &str) -> Markup {
    html! { label.field { (label) textarea name="text" rows="5" required { (text) } } }
}

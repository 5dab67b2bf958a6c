//! What each verb does. One file per noun; every function decides facts and returns where the run goes on.
//!
//! Nothing here waits, sends or asks: that is what the entries say.

mod answer;
pub(super) mod approve;
mod arrival;
mod ask;
pub(super) mod checklist;
mod door;
mod figures;
mod flow;
mod held;
mod mark;
pub(super) use mark::tagged;
mod mention;
mod post;
pub(super) mod protect;
mod prune;
mod script;
pub(super) mod task;
mod wait;

pub(super) use held::vars_fit;
pub(super) use task::task_not_done;

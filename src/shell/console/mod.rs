//! The console: the place to run communities from, as pages over what a running engine has published.
//!
//! Nothing here changes anything by itself: a press becomes a command of the control socket. A page is a pure
//! function of a view, a view one of a board and of rows.

pub mod board;
pub mod history;
pub mod keep;

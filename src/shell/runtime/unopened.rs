//! Why an engine does not begin although its files and its state are in order: what it could not open.
//!
//! Words only.

use super::RunError;
use crate::base::phrase::phrase;
use std::{fmt::Display, path::Path};

/// Nobody can come in by the address that was asked for.
pub(super) fn no_door((address, error): (impl Display, impl Display)) -> RunError {
    RunError::environment(phrase!(
        "nobody can listen on {address}: {error}",
        "在 {address} 上监听不了：{error}"
    ))
    .help(phrase!(
        "another program may have that port; `--listen 127.0.0.1:0` takes one that is free",
        "端口可能被别的程序占着；`--listen 127.0.0.1:0` 会找一个空着的"
    ))
}

/// The key with which forms and links are sealed.
pub(super) fn no_key(dir: &Path, error: &dyn Display) -> RunError {
    let dir = dir.display();
    RunError::environment(phrase!(
        "the key in {dir} cannot be read or made: {error}",
        "{dir} 里的密钥读不了，也建不了：{error}"
    ))
}

/// The socket by which commands come.
pub(super) fn no_socket(dir: &Path, error: &dyn Display) -> RunError {
    let dir = dir.display();
    RunError::environment(phrase!(
        "the control socket in {dir} cannot be opened: {error}",
        "{dir} 里的控制接口打不开：{error}"
    ))
}

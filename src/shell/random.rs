//! What nobody can guess: bytes from the operating system.

use std::io::{Error, Result};

/// Fills all of some bytes, or says why it could not.
pub(super) fn fill(bytes: &mut [u8]) -> Result<()> {
    let got = rustix::rand::getrandom(&mut *bytes, rustix::rand::GetRandomFlags::empty())?;
    if got == bytes.len() { Ok(()) } else { Err(Error::other("the system has too little randomness")) }
}

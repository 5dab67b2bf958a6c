//! Why a request brought no answer, however it was carried: over HTTP or by mail.

/// A connection must stand within this, whatever the channel's `timeout`.
pub(super) const CONNECT_MS_MAX: u64 = 5_000;

/// What to do about a certificate whose authority nobody here knows.
pub(super) const UNKNOWN_AUTHORITY: &str = "; its certificate is signed by an authority that this machine does not know: \
                                            for one of your own write `ca: FILE` at the channel";

/// A request that brought no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct SendError {
    /// The request may have reached the receiver: the attempt is in doubt.
    pub written: bool,
    /// What happened, in words, without secrets.
    pub reason: String,
}

//! What became of a message that was sent: taken back, or corrected.

/// What became of a message afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Revised {
    /// It was taken back.
    Recalled,
    /// It was corrected.
    Corrected,
}

impl Revised {
    /// Whether there is nothing left to revise.
    pub(crate) const fn is_gone(self) -> bool {
        matches!(self, Self::Recalled)
    }
}

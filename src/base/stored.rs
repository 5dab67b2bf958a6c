//! What a stored form leaves out: values that say nothing, because reading gives them back by themselves.

/// Whether a value is the one that a reader takes where there is none.
pub fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

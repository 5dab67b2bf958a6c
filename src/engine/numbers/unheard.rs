//! What is said in a simulated group whose channel hears nothing: it happens, and no number knows of it.

/// The key of a message's data that says so.
pub const UNHEARD: &str = "unheard";

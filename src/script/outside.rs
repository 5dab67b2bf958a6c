//! What a script may ask of the outside: data files, addresses that the playbook allows, whether its time is up.

use crate::base::value::Value;

/// What a script may ask of the outside. The shell and the simulator implement it.
pub trait Host: Send + Sync {
    /// Whether there is a data file.
    fn has(&self, path: &str) -> bool {
        self.data(path).is_ok()
    }
    /// The parsed content of a data file (YAML, JSON, CSV: a list of maps; else text).
    fn data(&self, path: &str) -> Result<Value, String>;
    /// The body behind an address that the playbook allows; JSON is parsed.
    fn fetch(&self, url: &str) -> Result<Value, String>;
    /// Whether the wall-clock limit has passed; asked every thousand operations.
    fn expired(&self) -> bool;
}

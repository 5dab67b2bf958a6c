//! Where the data of a script is looked for: in the folder of the playbook that names the script first.
//!
//! A playbook that is used brings its scripts and its tables along, each in its own folder, and a script does not know
//! from where its playbook is used. Reads nothing itself.

use super::outside::Host;
use crate::base::value::Value;

/// The outside of a script as it sees it: a path counts from the folders above the script, the nearest first.
pub(super) struct Nearby<'a> {
    pub(super) host: &'a dyn Host,
    pub(super) script: &'a str,
}

impl Host for Nearby<'_> {
    fn has(&self, path: &str) -> bool {
        places(self.script, path).iter().any(|path| self.host.has(path))
    }

    fn data(&self, path: &str) -> Result<Value, String> {
        let found = places(self.script, path).into_iter().find(|path| self.host.has(path));
        self.host.data(found.as_deref().unwrap_or(path))
    }

    fn fetch(&self, url: &str) -> Result<Value, String> {
        self.host.fetch(url)
    }

    fn expired(&self) -> bool {
        self.host.expired()
    }
}

/// The paths that a script's `data("…")` may mean, the nearest first; the last one counts from the playbook's folder.
pub fn places(script: &str, path: &str) -> Vec<String> {
    let above = script.rmatch_indices('/').map(|(at, _)| &script[..=at]);
    above.map(|folder| format!("{folder}{path}")).chain([path.to_owned()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_looked_for_beside_the_playbook_that_names_the_script() {
        assert_eq!(places("riddle.rhai", "r.csv"), ["r.csv"]);
        assert_eq!(places("scripts/riddle.rhai", "data/r.csv"), ["scripts/data/r.csv", "data/r.csv"]);
        assert_eq!(places("parts/riddle.rhai", "data/r.csv"), ["parts/data/r.csv", "data/r.csv"]);
    }
}

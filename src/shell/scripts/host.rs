//! What a script may ask of the outside while it runs: data files, web addresses, and whether its time is up.

#![expect(clippy::disallowed_methods, reason = "owns the clock and the client of script calls")]

use super::address;
use crate::{
    base::{
        limits,
        source::{Folder, FolderError},
        value::Value,
    },
    lang,
    script::sandbox::Host,
    shell::workspace::DiskFolder,
};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::{
    collections::{BTreeMap, BTreeSet},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::{Duration, Instant},
};
use tokio::runtime::Handle;

/// A data file: its folder and its path there.
type DataKey = (PathBuf, String);

/// Parsed data files, kept as long as their text is the same.
#[derive(Debug, Default)]
pub(super) struct DataCache {
    parsed: Mutex<BTreeMap<DataKey, (Arc<str>, Value)>>,
}

/// Data files kept; past this the cache is begun anew.
const CACHED_MAX: usize = 256;

impl DataCache {
    fn get(&self, folder: &DiskFolder, path: &str) -> Result<Value, String> {
        let key = (folder.root().to_path_buf(), path.to_owned());
        let read = folder.read(path);
        let mut parsed = self.parsed.lock().unwrap_or_else(PoisonError::into_inner);
        let known = parsed.get(&key);
        let text = match (read, known) {
            (Ok(text), Some((known, value))) if *known == text => return Ok(value.clone()),
            (Ok(text), _) => text,
            // Half a table is worse than the one of a moment ago.
            (Err(FolderError::BeingWritten(_)), Some((_, value))) => return Ok(value.clone()),
            (Err(error), _) => return Err(error.to_string()),
        };
        let value = lang::parse_data(path, &text)?;
        if parsed.len() >= CACHED_MAX {
            parsed.clear();
        }
        parsed.insert(key, (text, value.clone()));
        Ok(value)
    }
}

/// The web as scripts see it. One client for all, made when the first script fetches something.
#[derive(Debug)]
pub(super) struct Web {
    runtime: Handle,
    client: OnceLock<Result<reqwest::Client, String>>,
}

impl Web {
    pub(super) fn new(runtime: Handle) -> Self {
        Self { runtime, client: OnceLock::new() }
    }

    fn client(&self) -> Result<&reqwest::Client, String> {
        let made = self.client.get_or_init(|| {
            // Whoever comes first installs the provider; an error says that it is there already.
            let _ = rustls::crypto::ring::default_provider().install_default();
            reqwest::Client::builder()
                .no_proxy()
                .redirect(reqwest::redirect::Policy::none())
                .dns_resolver(Arc::new(PublicNames))
                .build()
                .map_err(|error| error.to_string())
        });
        made.as_ref().map_err(Clone::clone)
    }

    /// Blocks the script's thread, never a thread of the runtime.
    fn fetch(&self, url: &reqwest::Url, time: Duration) -> Result<Value, String> {
        let client = self.client()?;
        let get = async {
            let mut response = client.get(url.clone()).send().await?;
            let status = response.status();
            let mut body = Vec::new();
            while let Some(chunk) = response.chunk().await? {
                body.extend_from_slice(&chunk);
                if body.len() > limits::RESPONSE_BYTES_MAX {
                    body.truncate(limits::RESPONSE_BYTES_MAX);
                    break;
                }
            }
            Ok::<_, reqwest::Error>((status, body))
        };
        let host = url.host_str().unwrap_or_default();
        let answer = self.runtime.block_on(async { tokio::time::timeout(time, get).await });
        let (status, body) = answer
            .map_err(|_| format!("{host} did not answer in time"))?
            .map_err(|error| format!("{host} cannot be fetched: {}", error.without_url()))?;
        if !status.is_success() {
            return Err(format!("{host} answered with status {}", status.as_u16()));
        }
        let text = String::from_utf8_lossy(&body);
        Ok(serde_json::from_str(&text).map_or_else(|_| Value::str(&text), |json| Value::from_json(&json)))
    }
}

/// Names as the system knows them, if they stand for the public internet: a name may be made to stand for anything.
struct PublicNames;

impl Resolve for PublicNames {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let name = name.as_str().to_owned();
            let found: Vec<_> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if let Some(private) = found.iter().find(|found| !address::may_stand_for(&name, found.ip())) {
                let message = format!(
                    "{name} stands for {}, which is no address of the public internet; list that address itself under `fetch` if it is meant",
                    private.ip()
                );
                return Err(message.into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// The outside of one call.
pub(super) struct CallHost<'a> {
    pub(super) folder: &'a DiskFolder,
    pub(super) hosts: &'a [String],
    pub(super) secrets: &'a BTreeSet<String>,
    pub(super) data: &'a DataCache,
    pub(super) web: &'a Web,
    pub(super) until: Instant,
}

impl Host for CallHost<'_> {
    fn has(&self, path: &str) -> bool {
        self.folder.read(path).is_ok()
    }

    fn data(&self, path: &str) -> Result<Value, String> {
        if is_secret(self.folder.root(), path, self.secrets) {
            return Err(format!("{path} is a secret of a channel, which scripts do not read"));
        }
        self.data.get(self.folder, path)
    }

    fn fetch(&self, url: &str) -> Result<Value, String> {
        let url: reqwest::Url = url.parse().map_err(|error| format!("{url:?} is not an address: {error}"))?;
        address::allowed(&url, self.hosts)?;
        let left = self.until.saturating_duration_since(Instant::now());
        self.web.fetch(&url, left)
    }

    fn expired(&self) -> bool {
        Instant::now() >= self.until
    }
}

/// Whether a path is that of a secret, by its name or by where a link leads.
fn is_secret(root: &Path, path: &str, secrets: &BTreeSet<String>) -> bool {
    if secrets.is_empty() {
        return false;
    }
    // By whatever name: a link of either kind leads to the same file.
    let real = |path: &str| std::fs::metadata(root.join(path)).ok().map(|meta| (meta.dev(), meta.ino()));
    let wanted = real(path);
    secrets.iter().any(|secret| secret == path || wanted.is_some() && wanted == real(secret))
}

/// When a call that begins now is over.
pub(super) fn deadline() -> Instant {
    Instant::now() + Duration::from_millis(limits::SCRIPT_WALL_MS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_data_by_whatever_name() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("hook.txt"), "s").unwrap();
        std::fs::write(dir.path().join("open.txt"), "o").unwrap();
        std::os::unix::fs::symlink("hook.txt", dir.path().join("other.txt")).unwrap();
        std::fs::hard_link(dir.path().join("hook.txt"), dir.path().join("second.txt")).unwrap();
        let secrets = ["hook.txt".to_owned()].into();
        let names = [
            ("hook.txt", true),
            ("other.txt", true),
            ("second.txt", true),
            ("./hook.txt", true),
            ("open.txt", false),
            ("none", false),
        ];
        for (path, secret) in names {
            assert_eq!(is_secret(dir.path(), path, &secrets), secret, "{path}");
        }
    }

    #[test]
    fn a_data_file_is_parsed_again_only_when_it_changed() {
        let dir = tempfile::tempdir().unwrap();
        let folder = DiskFolder::new(dir.path());
        let cache = DataCache::default();
        assert!(cache.get(&folder, "a.txt").is_err());
        std::fs::write(dir.path().join("a.txt"), "one").unwrap();
        assert_eq!(cache.get(&folder, "a.txt"), Ok(Value::str("one")));
        std::fs::write(dir.path().join("a.txt"), "two").unwrap();
        assert_eq!(cache.get(&folder, "a.txt"), Ok(Value::str("two")));
    }
}

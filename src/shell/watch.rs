//! Watches the folders of playbooks and says when something that matters may have changed.
//!
//! Directories are watched, not files: an editor that saves by rename would end a file's watch. What changed is
//! not said; the reader compares texts, so a touch or a half-written file that is completed costs nothing.

#![expect(clippy::disallowed_methods, reason = "owns the file watcher and its quiet period")]

use crate::base::limits;
use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::{
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
    time::{Instant, sleep_until},
};

/// A running watcher.
pub struct Watch {
    watcher: RecommendedWatcher,
    watched: BTreeSet<PathBuf>,
    paths: Arc<Mutex<BTreeSet<PathBuf>>>,
}

/// A change is reported at the latest so long after it began, however busy the folder is.
const PATIENCE: Duration = Duration::from_millis(150);

impl Watch {
    /// Starts without any path. `changed` is called after a quiet period; it ends when this is dropped.
    pub fn start(changed: impl Fn() + Send + 'static) -> Result<Self, String> {
        let (sender, receiver) = unbounded_channel();
        let paths: Arc<Mutex<BTreeSet<PathBuf>>> = Arc::default();
        let matter = paths.clone();
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            if event
                .is_ok_and(|event| matters(&event, &matter.lock().unwrap_or_else(PoisonError::into_inner)))
            {
                let _ = sender.send(());
            }
        })
        .map_err(|error| error.to_string())?;
        tokio::spawn(quiet(receiver, changed));
        Ok(Self { watcher, watched: BTreeSet::new(), paths })
    }

    /// The files that matter from now on, present or not. A folder that cannot be watched is named.
    pub fn set(&mut self, paths: BTreeSet<PathBuf>) -> Result<(), String> {
        // The watcher reports absolute paths, whatever it was given.
        let paths: BTreeSet<PathBuf> =
            paths.into_iter().filter_map(|path| std::path::absolute(path).ok()).collect();
        let folders: BTreeSet<PathBuf> = paths.iter().filter_map(|path| nearest(path)).collect();
        *self.paths.lock().unwrap_or_else(PoisonError::into_inner) = paths;
        for gone in self.watched.difference(&folders) {
            let _ = self.watcher.unwatch(gone);
        }
        let mut failed = None;
        for folder in folders.difference(&self.watched) {
            if let Err(error) = self.watcher.watch(folder, RecursiveMode::NonRecursive) {
                failed = Some(format!("{}: {error}", folder.display()));
            }
        }
        self.watched = folders;
        failed.map_or(Ok(()), Err)
    }
}

/// The nearest folder above a file that exists: a folder that appears is seen by its parent.
fn nearest(path: &Path) -> Option<PathBuf> {
    path.ancestors().skip(1).find(|dir| dir.is_dir()).map(Path::to_path_buf)
}

fn matters(event: &notify::Event, paths: &BTreeSet<PathBuf>) -> bool {
    if event.need_rescan() {
        return true;
    }
    if matches!(event.kind, EventKind::Access(_)) {
        return false;
    }
    event.paths.iter().any(|changed| {
        // `..data` is the link that a mounted folder of a container platform is swapped by.
        let swapped = changed.file_name().is_some_and(|name| name.to_string_lossy().starts_with(".."));
        swapped || paths.iter().any(|path| path.starts_with(changed))
    })
}

/// Collects until the folder is quiet, then calls.
async fn quiet(mut events: UnboundedReceiver<()>, changed: impl Fn()) {
    while events.recv().await.is_some() {
        let latest = Instant::now() + PATIENCE;
        loop {
            let until = (Instant::now() + Duration::from_millis(limits::QUIET_MS)).min(latest);
            tokio::select! {
                () = sleep_until(until) => break,
                event = events.recv() => if event.is_none() { break },
            }
        }
        while events.try_recv().is_ok() {}
        changed();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn hint(receiver: &mut UnboundedReceiver<()>) {
        tokio::time::timeout(Duration::from_secs(20), receiver.recv())
            .await
            .expect("a change is seen")
            .unwrap();
    }

    #[tokio::test]
    async fn saves_in_place_by_rename_and_in_a_new_folder_are_seen() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("a.yaml");
        let later = dir.path().join("scripts/b.rhai");
        std::fs::write(&file, "1").unwrap();
        let (sender, mut receiver) = unbounded_channel();
        let mut watch = Watch::start(move || {
            let _ = sender.send(());
        })
        .unwrap();
        let paths: BTreeSet<PathBuf> = [file.clone(), later.clone()].into();
        watch.set(paths.clone()).unwrap();
        for round in 0..2 {
            std::fs::write(&file, format!("in place {round}")).unwrap();
            hint(&mut receiver).await;
            let beside = dir.path().join("a.yaml.tmp");
            std::fs::write(&beside, format!("by rename {round}")).unwrap();
            std::fs::rename(&beside, &file).unwrap();
            hint(&mut receiver).await;
        }
        std::fs::create_dir(dir.path().join("scripts")).unwrap();
        hint(&mut receiver).await;
        watch.set(paths).unwrap();
        std::fs::write(&later, "fn main() {}").unwrap();
        hint(&mut receiver).await;
    }

    #[test]
    fn only_paths_that_matter_matter() {
        let paths: BTreeSet<PathBuf> = ["/x/a.yaml".into(), "/x/scripts/b.rhai".into()].into();
        let event = |path: &str| notify::Event::new(EventKind::Any).add_path(path.into());
        assert!(matters(&event("/x/./a.yaml"), &paths));
        assert!(matters(&event("/x/scripts"), &paths));
        assert!(!matters(&event("/x/state.db-wal"), &paths));
        assert!(!matters(&event("/x/b.yaml"), &paths));
    }
}

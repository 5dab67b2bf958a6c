//! A platform as an app or a bot sees it: an API over HTTP and a socket beside it, which know the same things.

use super::{
    Fake, Reply, Seen,
    sockets::{Did, Say, Sockets},
};
use std::sync::{Arc, Mutex};

/// A running platform that knows a `T`.
pub(crate) struct App<T> {
    pub(super) inner: Arc<Mutex<T>>,
    pub(crate) sockets: Sockets,
    pub(crate) fake: Fake,
}

impl<T: Default + Send + 'static> App<T> {
    /// Starts one. `knows` tells it the port of its sockets.
    pub(super) async fn wired(
        at_socket: fn(&Mutex<T>, Did<'_>) -> Vec<Say>,
        api: fn(&Mutex<T>, &Seen) -> Reply,
        knows: fn(&mut T, u16),
    ) -> Self {
        let inner = Arc::<Mutex<T>>::default();
        let of_sockets = inner.clone();
        let sockets = Sockets::start(move |_, did| at_socket(&of_sockets, did)).await;
        knows(&mut inner.lock().unwrap(), sockets.port);
        let of_api = inner.clone();
        let fake = Fake::start(move |seen, _| api(&of_api, seen)).await;
        Self { inner, sockets, fake }
    }
}

//! The door's sockets: taken, bounded, and given back when the engine stops.
//!
//! Whoever sends slowly, much or nothing gets an end; whoever is one too many is told so. Knows no route.

#![expect(clippy::disallowed_methods, reason = "owns the door's sockets")]

use super::{
    inside::{Inside, Near, Peer},
    reverse::Becoming,
    router::router,
};
use crate::base::limits;
use axum::Router;
use hyper::{body::Incoming, server::conn::http1, service::Service as _};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use std::{future::poll_fn, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::{Semaphore, watch},
    task::JoinHandle,
    time::timeout,
};

/// How long accepting pauses after an error, such as too many open files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
const LINGER: Duration = Duration::from_millis(limits::DOOR_LINGER_MS_MAX);

/// Addresses that are taken, and nobody is heard yet.
#[derive(Debug)]
pub struct BoundDoor(Vec<TcpListener>);

impl BoundDoor {
    /// Takes the addresses. An error names the one that could not be had.
    pub async fn bind(addresses: &[SocketAddr]) -> Result<Self, (SocketAddr, std::io::Error)> {
        let mut listeners = Vec::new();
        for address in addresses {
            listeners.push(TcpListener::bind(address).await.map_err(|error| (*address, error))?);
        }
        Ok(Self(listeners))
    }

    /// Where it is, with the ports that it got.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.0.iter().filter_map(|listener| listener.local_addr().ok()).collect()
    }

    /// Hears from now on.
    pub fn open(self, inside: &Arc<Inside>) -> OpenDoor {
        let (stop, stopping) = watch::channel(false);
        let places = Arc::new(Semaphore::new(limits::DOOR_CONNECTIONS_MAX));
        let away = Arc::new(Semaphore::new(limits::DOOR_TURNED_AWAY_MAX));
        let router = router(inside.clone());
        let accept = |listener| {
            tokio::spawn(accept(listener, router.clone(), (places.clone(), away.clone()), stopping.clone()))
        };
        let accepting = self.0.into_iter().map(accept).collect();
        OpenDoor { stop, places, accepting }
    }
}

/// An open door; nobody is heard any more when this is dropped.
#[derive(Debug)]
pub struct OpenDoor {
    stop: watch::Sender<bool>,
    places: Arc<Semaphore>,
    accepting: Vec<JoinHandle<()>>,
}

impl OpenDoor {
    /// Takes nobody in any more and waits, for a while, for what is being answered.
    pub async fn close(self) {
        let _ = self.stop.send(true);
        let all = self.places.acquire_many(limits::DOOR_CONNECTIONS_MAX as u32);
        let _ = timeout(Duration::from_millis(limits::DOOR_STOP_MS_MAX), all).await;
    }
}

impl Drop for OpenDoor {
    fn drop(&mut self) {
        for task in &self.accepting {
            task.abort();
        }
    }
}

/// Takes connections until the engine stops. An error is somebody's who connected, or a shortage that passes.
async fn accept(
    listener: TcpListener,
    router: Router,
    (places, away): (Arc<Semaphore>, Arc<Semaphore>),
    mut stopping: watch::Receiver<bool>,
) {
    loop {
        let accepted = tokio::select! {
            biased;
            _ = stopping.changed() => return,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else {
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let (router, stopping) = (router.clone(), stopping.clone());
        if let Ok(place) = places.clone().try_acquire_owned() {
            tokio::spawn(async move {
                serve(stream, router, stopping).await;
                drop(place);
            });
        } else if let Ok(place) = away.clone().acquire_owned().await {
            tokio::spawn(async move {
                turn_away(stream).await;
                drop(place);
            });
        }
    }
}

/// Says in one breath that there are too many.
async fn turn_away(mut stream: TcpStream) {
    let body = "{\"code\":\"busy\",\"message\":\"too many connections are open\"}\n";
    let head = "HTTP/1.1 429 Too Many Requests\r\nretry-after: 1\r\nconnection: close\r\ncontent-type: application/json";
    let text = format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    if matches!(timeout(LINGER, stream.write_all(text.as_bytes())).await, Ok(Ok(()))) {
        linger(stream).await;
    }
}

/// Answers the requests of one connection, one after another.
async fn serve(stream: TcpStream, router: Router, mut stopping: watch::Receiver<bool>) {
    let peer = Peer(stream.peer_addr().ok().map(|address| address.ip()));
    let near = Near(stream.local_addr().is_ok_and(|address| address.ip().is_loopback()));
    let handover = Becoming::default();
    let becomes = handover.clone();
    let service = hyper::service::service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(handover.clone());
        request.extensions_mut().insert(near);
        request.extensions_mut().insert(peer);
        Box::pin(TowerToHyperService::new(router.clone()).call(request))
    });
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_millis(limits::DOOR_HEAD_MS_MAX))
        .max_buf_size(limits::DOOR_HEAD_BYTES_MAX)
        .serve_connection(TokioIo::new(stream), service);
    let mut told = *stopping.borrow();
    loop {
        tokio::select! {
            ended = poll_fn(|cx| connection.poll_without_shutdown(cx)) => {
                // An error of the protocol was answered already, as far as anybody reads.
                let _ = ended;
                break;
            }
            _ = stopping.changed(), if !told => {
                told = true;
                std::pin::Pin::new(&mut connection).graceful_shutdown();
            }
        }
    }
    let parts = connection.into_parts();
    match becomes.take() {
        Some(reverse) => reverse.listen(parts.io.into_inner(), parts.read_buf, stopping).await,
        None => linger(parts.io.into_inner()).await,
    }
}

/// Ends a connection so that the last answer arrives: what the other side still sends is read for a moment.
async fn linger(mut stream: TcpStream) {
    if stream.shutdown().await.is_err() {
        return;
    }
    let drain = async {
        let mut left = limits::DOOR_LINGER_BYTES_MAX;
        let mut scrap = vec![0; 16 * 1024];
        while let Ok(read) = stream.read(&mut scrap).await
            && read > 0
            && left > read
        {
            left -= read;
        }
    };
    let _ = timeout(LINGER, drain).await;
}

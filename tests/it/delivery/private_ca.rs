//! A server whose certificate is signed by an authority of one's own: refused with what to do, and taken with `ca`.
//!
//! The certificates in `tls/` are for `localhost`, belong to nobody, and are good for a hundred years.

#![expect(clippy::disallowed_methods, reason = "a test server has a socket and a thread")]

use crate::help::playground::{Playground, eventually};
use rustls::{
    ServerConfig, ServerConnection, Stream,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

const CA: &str = include_str!("tls/ca.pem");

/// An HTTPS server that says `ok` to everything; its port, and how many posts it took.
fn server() -> (u16, Arc<AtomicUsize>) {
    let chain =
        CertificateDer::pem_slice_iter(include_bytes!("tls/server.pem")).collect::<Result<_, _>>().unwrap();
    let key = PrivateKeyDer::from_pem_slice(include_bytes!("tls/key.pem")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = Arc::new(config.with_no_client_auth().with_single_cert(chain, key).unwrap());
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let taken = Arc::new(AtomicUsize::new(0));
    let counted = taken.clone();
    std::thread::spawn(move || {
        for mut socket in listener.incoming().map_while(Result::ok) {
            let mut connection = ServerConnection::new(config.clone()).unwrap();
            let mut stream = Stream::new(&mut connection, &mut socket);
            let mut got = Vec::new();
            let mut some = [0; 4096];
            // The body is the last to come, and ends with the brace of its JSON.
            while !got.ends_with(b"}") {
                match stream.read(&mut some) {
                    Ok(n) if n > 0 => got.extend_from_slice(&some[..n]),
                    _ => break,
                }
            }
            if got.ends_with(b"}") {
                counted.fetch_add(1, Ordering::SeqCst);
                let _ =
                    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok");
            }
        }
    });
    (port, taken)
}

#[test]
fn a_private_authority_is_believed_where_a_channel_names_it() {
    let (port, taken) = server();
    let file = |ca: &str| {
        format!(
            "name: p\ntimezone: UTC\nchannels:\n  group: {{ type: mattermost, url: \"https://localhost:{port}/hooks/x\"{ca} }}\n\
             plays:\n  go:\n    on: go\n    steps:\n      - post: hello\n"
        )
    };
    let place = Playground::new()
        .file("p.yaml", &file(""))
        .file("tls/ca.pem", CA)
        .file("empty.pem", "no certificate");
    let send = ["send", "group", "hi", "--file", "p.yaml"];
    let refused = place.run(&send).exits(3);
    for words in ["an authority that this machine does not know", "`ca: FILE`"] {
        assert!(refused.stdout.contains(words), "{words}: {}", refused.stdout);
    }
    place.write("p.yaml", &file(", ca: tls/ca.pem"));
    assert!(place.run(&["check", "p.yaml"]).exits(0).stdout.contains(" 0 errors"));
    let _ = place.run(&send).exits(0);
    assert_eq!(taken.load(Ordering::SeqCst), 1);
    for (ca, found) in [("gone.pem", "gone.pem cannot be read"), ("empty.pem", "`ca` holds no certificate")] {
        place.write("p.yaml", &file(&format!(", ca: {ca}")));
        let output = place.run(&send).exits(3);
        assert!(output.stderr.contains(found), "{ca}: {}", output.stderr);
    }

    // In the engine, also once the file is there: what waits is tried again at once.
    place.write("p.yaml", &file(", ca: late.pem"));
    place.write("late.pem", include_str!("tls/server.pem"));
    let engine = place.start(&["run", "p.yaml"]);
    engine.line("running");
    let _ = place.run(&["signal", "go"]).exits(0);
    engine.line("an authority that this machine does not know");
    place.write_by_rename("late.pem", CA);
    eventually("it arrives with the right certificates", || taken.load(Ordering::SeqCst) == 2);
    let _ = engine.stop().exits(0);
}

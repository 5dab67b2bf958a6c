//! Speaks SMTP for one message: connects, encrypts, signs in, hands it over (RFC 5321, 3207, 4954).
//!
//! Tells truthfully whether the message can have been taken: it is in doubt only once its text was begun. What the
//! server said comes back as a [`Response`] with the code of SMTP as its status; what it means is the adapter's.
//! No error holds the user or the password.

use super::{
    adapter::{Request, Response, email},
    secret::redact_url,
    send_error::{CONNECT_MS_MAX, SendError, UNKNOWN_AUTHORITY},
};
use crate::base::time::Timestamp;
use lettre::{
    Address,
    transport::smtp::{
        Error,
        authentication::{Credentials, Mechanism},
        client::{AsyncSmtpConnection, Certificate, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::{ClientId, Extension, MailParameter},
    },
};
use percent_encoding::percent_decode_str;
use std::{
    error::Error as _,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

/// After the message was taken, so long is waited for a goodbye.
const QUIT_MS_MAX: u64 = 500;

/// Where the conversation was when it ended, and what was said.
struct LastSaid {
    stage: &'static str,
    code: u16,
    text: String,
    /// Recipients that were refused for good, each with the answer.
    refused: Vec<String>,
}

/// Why a conversation ended without an answer.
enum Hangup {
    /// No connection, or it broke.
    Network(String),
    /// The server said this.
    Said(LastSaid),
}

/// Hands one message over within `timeout`.
pub async fn send(
    request: &Request,
    timeout: Duration,
    ca: Option<&str>,
    now: fn() -> Timestamp,
) -> Result<Response, SendError> {
    let host = redact_url(&request.url);
    let begun = AtomicBool::new(false);
    let said = match tokio::time::timeout(timeout, talk(request, timeout, ca, &begun)).await {
        Ok(Ok(said) | Err(Hangup::Said(said))) => said,
        Ok(Err(Hangup::Network(what))) => {
            let reason = format!("the connection to {host} failed: {what}");
            return Err(SendError { written: begun.load(Ordering::Acquire), reason });
        }
        Err(_) => {
            let reason = format!("{host} did not answer within {} s", timeout.as_secs_f64());
            return Err(SendError { written: begun.load(Ordering::Acquire), reason });
        }
    };
    let stage = (email::STAGE.to_owned(), said.stage.to_owned());
    let refused = said.refused.into_iter().map(|line| (email::REFUSED.to_owned(), line));
    Ok(Response {
        status: said.code,
        headers: std::iter::once(stage).chain(refused).collect(),
        body: said.text.into_bytes(),
        at: now(),
    })
}

async fn talk(
    request: &Request,
    timeout: Duration,
    ca: Option<&str>,
    begun: &AtomicBool,
) -> Result<LastSaid, Hangup> {
    let wrong = |what: &str| Hangup::Network(what.to_owned());
    let url = reqwest::Url::parse(&request.url).map_err(|_| wrong("`url` is not an address"))?;
    let host = url.host_str().ok_or_else(|| wrong("`url` has no host"))?;
    let (from, to) = envelope(request).ok_or_else(|| wrong("the envelope is not whole"))?;
    let hello = ClientId::Domain(from.domain().to_owned());

    let mut server = connect(&url, (host, ca), &hello, timeout).await?;
    sign_in(&mut server, &url, host).await?;

    let is_ascii = to.iter().chain([&from]).all(|address| AsRef::<str>::as_ref(address).is_ascii());
    let mut parameters = Vec::new();
    if !is_ascii {
        if !server.server_info().supports_feature(Extension::SmtpUtfEight) {
            let text = "the mail server does not take addresses beyond ASCII";
            return Err(Hangup::Said(LastSaid {
                stage: "MAIL",
                code: 553,
                text: text.into(),
                refused: Vec::new(),
            }));
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    server.command(Mail::new(Some(from), parameters)).await.map_err(at("MAIL"))?;

    let count = to.len();
    let mut refused = Vec::new();
    for address in to {
        match server.command(Rcpt::new(address.clone(), Vec::new())).await {
            Ok(_) => {}
            Err(error) if error.is_permanent() => match at("RCPT")(error) {
                Hangup::Said(said) => refused.push(format!("{address}: {} {}", said.code, said.text)),
                broken @ Hangup::Network(_) => return Err(broken),
            },
            // One who may be reached later: nobody gets it now, so that nobody gets it twice.
            Err(error) => return Err(at("RCPT")(error)),
        }
    }
    if refused.len() == count {
        return Ok(LastSaid { stage: "RCPT", code: 550, text: String::new(), refused });
    }
    server.command(Data).await.map_err(at("DATA"))?;
    begun.store(true, Ordering::Release);
    let answer = server.message(request.body.as_bytes()).await.map_err(at("DATA"))?;
    let text = answer.message().collect::<Vec<_>>().join(" ");
    let code = u16::from(answer.code());
    let _ = tokio::time::timeout(Duration::from_millis(QUIT_MS_MAX), server.quit()).await;
    Ok(LastSaid { stage: "DATA", code, text, refused })
}

/// A connection, encrypted where the scheme says so or the server offers it.
async fn connect(
    url: &reqwest::Url,
    (host, ca): (&str, Option<&str>),
    hello: &ClientId,
    timeout: Duration,
) -> Result<AsyncSmtpConnection, Hangup> {
    let tls = || {
        let mut tls = TlsParameters::builder(host.trim_matches(['[', ']']).to_owned());
        if let Some(pem) = ca {
            tls = tls.add_root_certificate(Certificate::from_pem(pem.as_bytes())?);
        }
        tls.build()
    };
    let tls = || tls().map_err(at("STARTTLS"));
    let is_encrypted = url.scheme() == "smtps";
    // Mail programs hand in at 587; a relay that knows its neighbours listens at 25.
    let usual = match (is_encrypted, url.username().is_empty()) {
        (true, _) => 465,
        (false, false) => 587,
        (false, true) => 25,
    };
    let address = (host.trim_matches(['[', ']']), url.port().unwrap_or(usual));
    let wait = timeout.min(Duration::from_millis(CONNECT_MS_MAX));
    let outer = if is_encrypted { Some(tls()?) } else { None };
    let connected = AsyncSmtpConnection::connect_tokio1(address, Some(wait), hello, outer, None).await;
    let mut server = connected.map_err(at("EHLO"))?;
    if server.can_starttls() {
        server.starttls(tls()?, hello).await.map_err(at("STARTTLS"))?;
    }
    Ok(server)
}

async fn sign_in(server: &mut AsyncSmtpConnection, url: &reqwest::Url, host: &str) -> Result<(), Hangup> {
    if url.username().is_empty() {
        return Ok(());
    }
    let is_near = matches!(host, "localhost" | "[::1]") || host.starts_with("127.");
    if !server.is_encrypted() && !is_near {
        let text = "the mail server offers no encryption";
        return Err(Hangup::Said(LastSaid {
            stage: "AUTH",
            code: 538,
            text: text.into(),
            refused: Vec::new(),
        }));
    }
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let credentials = Credentials::new(decoded(url.username()), decoded(url.password().unwrap_or_default()));
    let mechanisms = [Mechanism::Plain, Mechanism::Login];
    if server.server_info().get_auth_mechanism(&mechanisms).is_none() {
        let text = "the mail server takes no password; remove the user from `url`, or use another port";
        return Err(Hangup::Said(LastSaid {
            stage: "AUTH",
            code: 535,
            text: text.into(),
            refused: Vec::new(),
        }));
    }
    match server.auth(&mechanisms, &credentials).await.map_err(at("AUTH")) {
        // Some servers repeat what they were sent; the code says enough.
        Err(Hangup::Said(said)) => Err(Hangup::Said(LastSaid { text: String::new(), ..said })),
        other => other.map(drop),
    }
}

fn envelope(request: &Request) -> Option<(Address, Vec<Address>)> {
    let header = |wanted: &str| {
        request.headers.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
    };
    let from = header(email::MAIL_FROM)?.parse().ok()?;
    let to: Option<Vec<Address>> =
        header(email::RCPT_TO)?.split(',').map(|address| address.parse().ok()).collect();
    Some((from, to?))
}

/// What went wrong at a stage: an answer of the server, or the network.
fn at(stage: &'static str) -> impl Fn(Error) -> Hangup {
    move |error| {
        let text = error.source().map_or_else(|| error.to_string(), ToString::to_string);
        match error.status() {
            Some(code) => Hangup::Said(LastSaid { stage, code: code.into(), text, refused: Vec::new() }),
            None if text.contains("UnknownIssuer") => Hangup::Network(format!("{text}{UNKNOWN_AUTHORITY}")),
            None => Hangup::Network(text),
        }
    }
}

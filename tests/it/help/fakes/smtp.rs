//! A mail server that does what it is told at any point of the conversation.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

/// What the server does at one point.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Say {
    /// What a mail server says there when all is well.
    Yes,
    /// This line.
    Line(&'static str),
    /// The command itself, as an error.
    Echo(u16),
    /// Closes the connection without a word.
    Drop,
    /// Says nothing and keeps the connection open.
    Hang,
}

/// A mail that was taken.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mail {
    pub(crate) from: String,
    pub(crate) to: Vec<String>,
    pub(crate) data: String,
}

/// Told the command (empty for the greeting, `.` after the text) and the number of the connection, from 0.
type Behave = Box<dyn Fn(&str, usize) -> Say + Send + Sync>;

/// A running stand-in.
pub(crate) struct MailServer {
    pub(crate) port: u16,
    mails: Arc<Mutex<Vec<Mail>>>,
    connections: watch::Sender<usize>,
    task: JoinHandle<()>,
}

impl MailServer {
    pub(crate) async fn start(behave: impl Fn(&str, usize) -> Say + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("a bound socket").port();
        let mails: Arc<Mutex<Vec<Mail>>> = Arc::default();
        let (behave, taken): (Arc<Behave>, _) = (Arc::new(Box::new(behave)), Arc::clone(&mails));
        let connections = watch::Sender::new(0);
        let counted = connections.clone();
        let task = tokio::spawn(async move {
            let number = AtomicUsize::new(0);
            while let Ok((stream, _)) = listener.accept().await {
                let number = number.fetch_add(1, Ordering::Relaxed);
                counted.send_replace(number + 1);
                tokio::spawn(serve(stream, Arc::clone(&behave), Arc::clone(&taken), number));
            }
        });
        Self { port, mails, connections, task }
    }

    /// Its address, with a user and a password.
    pub(crate) fn url(&self) -> String {
        format!("smtp://bot:pass%20word@127.0.0.1:{}", self.port)
    }

    pub(crate) fn mails(&self) -> Vec<Mail> {
        self.mails.lock().unwrap().clone()
    }

    pub(crate) fn connections(&self) -> usize {
        *self.connections.borrow()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(stream: TcpStream, behave: Arc<Behave>, mails: Arc<Mutex<Vec<Mail>>>, number: usize) {
    let mut stream = BufReader::new(stream);
    let mut mail = Mail::default();
    let mut line = String::new();
    loop {
        let command = line.trim_end().to_owned();
        let verb = command.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let usual = match verb.as_str() {
            "" => "220 fake.test",
            "EHLO" => "250-fake.test\r\n250 AUTH PLAIN LOGIN",
            "AUTH" => "235 2.7.0 in",
            "DATA" => "354 go on",
            "QUIT" => "221 bye",
            _ => "250 2.0.0 ok",
        };
        let answer = match behave(&command, number) {
            Say::Yes => usual.to_owned(),
            Say::Line(line) => line.to_owned(),
            Say::Echo(code) => format!("{code} {command}"),
            Say::Drop => return,
            Say::Hang => std::future::pending().await,
        };
        let is_yes = answer.starts_with(['2', '3']);
        match verb.as_str() {
            "MAIL" => mail.from = command.clone(),
            "RCPT" if is_yes => mail.to.push(command.clone()),
            "." if is_yes => mails.lock().unwrap().push(std::mem::take(&mut mail)),
            _ => {}
        }
        if stream.get_mut().write_all(format!("{answer}\r\n").as_bytes()).await.is_err() || verb == "QUIT" {
            return;
        }
        line.clear();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return;
        }
        if verb == "DATA" && is_yes {
            // What has been read is the first line of the text.
            while line.trim_end() != "." {
                mail.data.push_str(&line);
                line.clear();
                if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
                    return;
                }
            }
        }
    }
}

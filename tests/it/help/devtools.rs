//! A real browser, driven over its `DevTools` protocol: opens pages, moves the pointer, reads the console.
//!
//! Knows the protocol only; what a page must be is the tests'. The browser ends with its test.

use serde_json::{Value, json};
use std::{
    io::{BufRead as _, BufReader},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
};
use tungstenite::{Message, WebSocket};

/// A browser without a window.
pub(crate) struct Browser {
    process: Child,
    socket: WebSocket<TcpStream>,
    last: u64,
    /// Everything the browser has reported and nobody has asked for yet.
    events: Vec<Value>,
    _profile: tempfile::TempDir,
}

/// What a browser shows a page on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Screen {
    pub(crate) width: u32,
    pub(crate) height: u32,
    pub(crate) dark: bool,
    pub(crate) touch: bool,
}

impl Screen {
    pub(crate) const DESKTOP: Self = Self { width: 1280, height: 900, dark: false, touch: false };
    pub(crate) const PHONE: Self = Self { width: 390, height: 844, dark: false, touch: true };

    pub(crate) fn dark(self) -> Self {
        Self { dark: true, ..self }
    }
}

impl Browser {
    /// Starts a Chromium with a profile of its own.
    pub(crate) fn start(chromium: &Path) -> Self {
        let profile = tempfile::tempdir().unwrap();
        let mut process = Command::new(chromium)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--remote-debugging-port=0",
            ])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap());
        let mut line = String::new();
        let address = loop {
            line.clear();
            assert!(lines.read_line(&mut line).unwrap() > 0, "the browser ended before it could be reached");
            if let Some(address) = line.trim().strip_prefix("DevTools listening on ") {
                break address.to_owned();
            }
        };
        // What it says later is not for us, and nobody may block on it.
        std::thread::spawn(move || std::io::copy(&mut lines, &mut std::io::sink()));
        let host = address.trim_start_matches("ws://").split('/').next().unwrap().to_owned();
        let stream = TcpStream::connect(host).unwrap();
        // What never comes fails its test instead of holding it up.
        stream.set_read_timeout(Some(std::time::Duration::from_mins(2))).unwrap();
        let (socket, _) = tungstenite::client(address, stream).unwrap();
        Self { process, socket, last: 0, events: Vec::new(), _profile: profile }
    }

    /// A new tab with nothing in it.
    pub(crate) fn tab(&mut self, screen: Screen) -> Tab<'_> {
        let target = self.call(None, "Target.createTarget", json!({ "url": "about:blank" }));
        let attach = json!({ "targetId": target["targetId"], "flatten": true });
        let session =
            self.call(None, "Target.attachToTarget", attach)["sessionId"].as_str().unwrap().to_owned();
        let mut tab = Tab { browser: self, session };
        for domain in ["Page", "Runtime", "Log", "Network"] {
            tab.call(&format!("{domain}.enable"), json!({}));
        }
        tab.call(
            "Emulation.setDeviceMetricsOverride",
            json!({
                "width": screen.width,
                "height": screen.height,
                "screenWidth": screen.width,
                "screenHeight": screen.height,
                "deviceScaleFactor": 1,
                "mobile": screen.touch,
            }),
        );
        tab.call("Emulation.setTouchEmulationEnabled", json!({ "enabled": screen.touch }));
        let scheme = if screen.dark { "dark" } else { "light" };
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        tab.call("Emulation.setEmulatedMedia", json!({ "features": features }));
        tab
    }

    fn call(&mut self, session: Option<&str>, method: &str, params: Value) -> Value {
        self.last += 1;
        let id = self.last;
        let mut request = json!({ "id": id, "method": method, "params": params });
        if let Some(session) = session {
            request["sessionId"] = json!(session);
        }
        self.socket.send(Message::text(request.to_string())).unwrap();
        loop {
            let message = self.read();
            if message["id"] == json!(id) {
                assert!(message["error"].is_null(), "{method}: {}", message["error"]);
                return message["result"].clone();
            }
            self.events.push(message);
        }
    }

    fn read(&mut self) -> Value {
        loop {
            if let Message::Text(text) = self.socket.read().unwrap() {
                return serde_json::from_str(&text).unwrap();
            }
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// One page in the browser.
pub(crate) struct Tab<'a> {
    browser: &'a mut Browser,
    session: String,
}

impl Tab<'_> {
    /// Carries out a command of the protocol.
    pub(crate) fn call(&mut self, method: &str, params: Value) -> Value {
        let session = self.session.clone();
        self.browser.call(Some(&session), method, params)
    }

    /// Opens a file and waits until it is there.
    pub(crate) fn open(&mut self, file: &Path) {
        self.go(&format!("file://{}", file.display()));
    }

    /// Goes to an address and waits until its page is there.
    pub(crate) fn go(&mut self, url: &str) {
        self.leads(|tab| drop(tab.call("Page.navigate", json!({ "url": url }))));
    }

    /// Does something that leads to another page, and waits until that is there.
    pub(crate) fn leads(&mut self, does: impl FnOnce(&mut Self)) {
        let loads = self.events("Page.loadEventFired").count();
        does(self);
        while self.events("Page.loadEventFired").count() == loads {
            let event = self.browser.read();
            self.browser.events.push(event);
        }
    }

    /// The value of an expression inside the page.
    pub(crate) fn eval(&mut self, expression: &str) -> Value {
        let params = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let result = self.call("Runtime.evaluate", params);
        assert!(result["exceptionDetails"].is_null(), "{expression}: {}", result["exceptionDetails"]);
        result["result"]["value"].clone()
    }

    /// Waits until the first element of a selector shows a text, as the page itself changes.
    #[track_caller]
    pub(crate) fn shows(&mut self, selector: &str, text: &str) {
        let (selector, text) = (json!(selector), json!(text));
        let shown = self.eval(&format!(
            "new Promise((done) => {{ const shown = () => document.querySelector({selector})?.textContent ?? ''; \
             const look = () => {{ if (shown().includes({text})) {{ watch.disconnect(); done(''); }} }}; \
             const watch = new MutationObserver(look); \
             watch.observe(document, {{ subtree: true, childList: true, characterData: true }}); \
             setTimeout(() => done('it shows: ' + shown() + ' on ' + document.body.innerText), 30000); look(); }})"
        ));
        assert_eq!(shown, "", "{selector} does not show {text}");
    }

    /// What the browser has reported about this tab, by the name of the event.
    pub(crate) fn events(&self, method: &str) -> impl Iterator<Item = &Value> {
        self.browser
            .events
            .iter()
            .filter(move |event| event["method"] == method && event["sessionId"] == self.session.as_str())
            .map(|event| &event["params"])
    }

    /// Moves the pointer to the middle of the first element that a selector finds.
    pub(crate) fn hover(&mut self, selector: &str) {
        let (x, y) = self.middle(selector);
        self.call("Input.dispatchMouseEvent", json!({ "type": "mouseMoved", "x": x, "y": y }));
    }

    /// Taps it with a finger.
    pub(crate) fn tap(&mut self, selector: &str) {
        let (x, y) = self.middle(selector);
        self.call(
            "Input.dispatchTouchEvent",
            json!({ "type": "touchStart", "touchPoints": [{ "x": x, "y": y }] }),
        );
        self.call("Input.dispatchTouchEvent", json!({ "type": "touchEnd", "touchPoints": [] }));
    }

    /// Presses a key.
    pub(crate) fn press(&mut self, key: &str) {
        for kind in ["rawKeyDown", "keyUp"] {
            self.call("Input.dispatchKeyEvent", json!({ "type": kind, "key": key, "code": key }));
        }
    }

    fn middle(&mut self, selector: &str) -> (f64, f64) {
        let found = self.eval(&format!(
            "(() => {{ const el = document.querySelector({selector:?}); el.scrollIntoView({{ block: 'center', \
             behavior: 'instant' }}); const box = el.getBoundingClientRect(); return [box.left + box.width / 2, \
             box.top + box.height / 2]; }})()"
        ));
        (found[0].as_f64().unwrap(), found[1].as_f64().unwrap())
    }

    /// Keeps a picture of the whole page.
    pub(crate) fn picture(&mut self, file: &Path) {
        use base64::Engine as _;
        let shot = self.call("Page.captureScreenshot", json!({ "captureBeyondViewport": true }));
        let bytes = base64::prelude::BASE64_STANDARD.decode(shot["data"].as_str().unwrap()).unwrap();
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, bytes).unwrap();
    }
}

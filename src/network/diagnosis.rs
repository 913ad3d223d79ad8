//! Why a fetch failed. Its rejection does not say, on purpose, so this asks around.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use background_fetch_engine::ports::NetworkError;
use futures_util::future::{Either, select};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{EventTarget, Url};

use super::guard::send;
use crate::clock;
use crate::js::object::{self, Members};
use crate::platform::{is_offline, is_same_origin, own_origin};

/// Finds out why the fetch of a request was rejected.
///
/// A GET is asked again without CORS: if that gets an answer, so opaque that there is nothing to
/// read in it, the server is there, and the refusal was of its answer. If it gets none, but this
/// worker's own server answers, it is not the network that is missing. A probe of an upload would
/// tell nothing that matters, as it is never repeated.
///
/// Some browsers say that there is no network whenever they do not know: an answer says that there is one.
pub(super) async fn why_failed(url: &str, is_get: bool) -> NetworkError {
    if is_blocked(url) {
        return NetworkError::Forbidden;
    }
    if !is_get {
        return if is_offline() { NetworkError::Offline } else { NetworkError::Unreachable };
    }
    let Some(violation) = Violation::watch(url) else {
        return NetworkError::Unreachable;
    };
    let reached = answers(url).await;
    if !reached {
        // The event of a violation is a task of its own, maybe after that of the rejection.
        clock::sleep(Duration::ZERO).await;
    }
    match (violation.seen.get(), reached) {
        (true, _) => NetworkError::Forbidden,
        (_, true) => NetworkError::Refused,
        _ if is_offline() => NetworkError::Offline,
        _ if !answers(OWN_SCRIPT).await => NetworkError::Unreachable,
        // Its server is there, but for this: a redirect may lead in circles, or to where nobody is.
        _ if is_same_origin(url) => NetworkError::Broken,
        _ => NetworkError::Absent,
    }
}

async fn answers(url: &str) -> bool {
    let options = Members::new()
        .with("method", "HEAD")
        .with("mode", "no-cors")
        .with("cache", "no-store")
        .with("credentials", "omit")
        .with("priority", "low")
        .object();
    let probe = Box::pin(send(url, &options, None));
    match select(probe, Box::pin(clock::sleep(PROBE_LIMIT))).await {
        Either::Left((answer, _)) => answer.is_ok(),
        Either::Right(_) => false,
    }
}

/// Whether no browser would send it, from here, ever: mixed content or a bad port.
fn is_blocked(url: &str) -> bool {
    let Ok(url) = Url::new(url) else { return true };
    // The default port of a scheme is written "", and is none of them.
    if url.port().parse().is_ok_and(|port| BAD_PORTS.binary_search(&port).is_ok()) {
        return true;
    }
    own_origin().starts_with("https:") && url.protocol() == "http:" && !is_loopback(&url.hostname())
}

/// Whether a host, as the URL parser writes it, is a loopback one and so to be trusted.
fn is_loopback(host: &str) -> bool {
    let is_number = |byte: u8| byte == b'.' || byte.is_ascii_digit();
    host == "localhost"
        || host.ends_with(".localhost")
        || host == "[::1]"
        || (host.starts_with("127.") && host.bytes().all(is_number))
}

/// Listens, while it lives, for a report that the content security policy blocked a URL.
struct Violation {
    seen: Rc<Cell<bool>>,
    listener: Closure<dyn FnMut(JsValue)>,
}

impl Violation {
    fn watch(url: &str) -> Option<Self> {
        let seen = Rc::new(Cell::new(false));
        let url = url.to_owned();
        let flag = Rc::clone(&seen);
        let listener = Closure::new(move |event: JsValue| {
            let blocked = object::get(&event, "blockedURI").as_string();
            // The report has the URL without its fragment, or no more than its origin.
            if blocked.is_some_and(|blocked| !blocked.is_empty() && url.starts_with(&blocked)) {
                flag.set(true);
            }
        });
        let violation = Self { seen, listener };
        let callback = violation.listener.as_ref().unchecked_ref();
        scope().add_event_listener_with_callback(VIOLATION, callback).ok()?;
        Some(violation)
    }
}

impl Drop for Violation {
    fn drop(&mut self) {
        let callback = self.listener.as_ref().unchecked_ref();
        let _ = scope().remove_event_listener_with_callback(VIOLATION, callback);
    }
}

fn scope() -> EventTarget {
    js_sys::global().unchecked_into()
}

const VIOLATION: &str = "securitypolicyviolation";

/// Relative to itself: a file that is sure to be there.
const OWN_SCRIPT: &str = "";

/// A server that needs longer for a HEAD is none that a download could be resumed from now.
const PROBE_LIMIT: Duration = Duration::from_secs(5);

/// The [bad ports](https://fetch.spec.whatwg.org/#port-blocking), in order.
const BAD_PORTS: [u16; 83] = [
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101,
    102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427,
    465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990,
    993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667,
    6668, 6669, 6679, 6697, 10080,
];

//! The global object, asked for what it has. It may be a window, any kind of worker, or Node's.

use crate::Error;
use crate::sys::Global;
use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Url, UrlSearchParams};

/// Whether there is JavaScript around us, without which nothing else here may be called.
pub(crate) fn check() -> Result<(), Error> {
    if cfg!(all(target_arch = "wasm32", target_os = "unknown")) {
        return Ok(());
    }
    Err(Error::unsupported("an EventSource needs a browser or another JavaScript platform: make it on the client only"))
}

/// What `fetch` with readable bodies needs and this platform lacks.
pub(crate) fn missing_for_fetch() -> Option<&'static str> {
    ["fetch", "ReadableStream"].into_iter().find(|name| !has(name))
}

/// Whether there is an `EventSource` of the platform's own.
pub(crate) fn has_native() -> bool {
    has("EventSource")
}

/// Whether a URL belongs to another origin than this page or worker; `None` where origins are unknown, as in Node.
pub(crate) fn is_cross_origin(url: &str) -> Option<bool> {
    // Not the location's: a frame without an address of its own has its parent's origin, a sandboxed one has none.
    let own = js_sys::global().unchecked_into::<Global>().origin()?;
    Some(own != origin(url))
}

/// Whether this is a worker of a browser's, of whatever kind.
pub(crate) fn is_worker() -> bool {
    has("WorkerGlobalScope")
}

fn has(name: &str) -> bool {
    Reflect::has(&js_sys::global(), &JsValue::from_str(name)).unwrap_or(false)
}

/// Whether this platform's `fetch` sends such a header value. Node's fails the request for the sake of a control character that the
/// standard allows, again at every attempt.
pub(crate) fn can_send(header_value: &str) -> bool {
    !header_value.contains(|character: char| character.is_ascii_control() && character != '\t') || !is_node()
}

fn is_node() -> bool {
    has("process")
}

/// Parses `url` against the document's base URL, or against the address of a worker's script.
pub(crate) fn resolve(url: &str) -> Result<String, Error> {
    let invalid = |why: &str| Error::invalid_url(format!("the URL {url:?} cannot be used: {why}"));
    let base = base_url();
    let parsed = match &base {
        Some(base) => Url::new_with_base(url, base),
        None => Url::new(url),
    };
    let parsed = parsed.map_err(|_| match base {
        Some(_) => invalid("it is not a valid URL, neither in full nor relative to this page"),
        None => invalid("it is not a valid URL in full, and there is no page here that it could be relative to"),
    })?;
    // "A forbidden domain code point is […] U+0025 (%)": Chromium's parser lets a blank in a host pass, as %20.
    if parsed.hostname().contains('%') {
        return Err(invalid("its host holds a character that no host can"));
    }
    if !matches!(parsed.protocol().as_str(), "http:" | "https:") {
        return Err(invalid(&format!("its scheme is {:?}, but event streams come over http: or https:", parsed.protocol())));
    }
    if !(parsed.username().is_empty() && parsed.password().is_empty()) {
        return Err(invalid("it holds a user name or a password, which fetch refuses; take them out and use cookies instead"));
    }
    Ok(parsed.href())
}

/// The origin of a URL, serialized.
pub(crate) fn origin(url: &str) -> String {
    if url.is_empty() {
        // A response that was made by a script has none. (And each exception that wasm-bindgen catches costs it a reference for good.)
        return String::new();
    }
    Url::new(url).map(|url| url.origin()).unwrap_or_default()
}

/// A URL with a query parameter more, in the place of those of that name. All else of it stays as it is written, for it may be signed.
pub(crate) fn with_parameter(url: &str, name: &str, value: &str) -> String {
    let (address, fragment) = url.split_at(url.find('#').unwrap_or(url.len()));
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let is_named = |part: &str| {
        // With something before it, for a question mark at the beginning would be left out.
        UrlSearchParams::new_with_str(&format!("&{part}")).is_ok_and(|parameter| parameter.has(name))
    };
    let mut with_it = format!("{path}?");
    for part in query.split('&').filter(|part| !query.is_empty() && !is_named(part)) {
        with_it.push_str(part);
        with_it.push('&');
    }
    with_it.push_str(&String::from(js_sys::encode_uri_component(name)));
    with_it.push('=');
    with_it.push_str(&String::from(js_sys::encode_uri_component(value)));
    with_it.push_str(fragment);
    with_it
}

fn base_url() -> Option<String> {
    let global = js_sys::global().unchecked_into::<Global>();
    match global.document() {
        Some(document) => Some(document.base_uri()),
        None => global.location().map(|location| location.href()),
    }
}

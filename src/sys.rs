//! Raw bindings for what web-sys ties to one kind of global object, or types too narrowly.

use js_sys::{Object, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::RequestInit;

#[wasm_bindgen]
extern "C" {
    /// The global `fetch`, of a window, any worker, or Node.
    #[wasm_bindgen(catch)]
    pub(crate) fn fetch(url: &str, init: &RequestInit) -> Result<Promise, JsValue>;

    /// A promise, with callbacks of any type.
    #[wasm_bindgen(extends = Promise)]
    pub(crate) type Settling;

    #[wasm_bindgen(method)]
    pub(crate) fn then(this: &Settling, fulfilled: &JsValue, rejected: &JsValue) -> Settling;

    #[wasm_bindgen(method, js_name = catch)]
    pub(crate) fn catch(this: &Settling, rejected: &JsValue) -> Settling;

    /// What `reader.read()` gives.
    pub(crate) type ReadResult;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn done(this: &ReadResult) -> bool;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn value(this: &ReadResult) -> Option<Uint8Array>;

    /// The global object, with what may be there or not.
    #[wasm_bindgen(extends = Object)]
    pub(crate) type Global;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn document(this: &Global) -> Option<Document>;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn location(this: &Global) -> Option<Location>;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn origin(this: &Global) -> Option<String>;

    pub(crate) type Document;

    #[wasm_bindgen(method, getter, js_name = baseURI)]
    pub(crate) fn base_uri(this: &Document) -> String;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn hidden(this: &Document) -> Option<bool>;

    pub(crate) type Location;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn href(this: &Location) -> String;
}

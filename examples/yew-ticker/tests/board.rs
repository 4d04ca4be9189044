//! The board without a server: what the test says is what the component hears.
#![cfg(all(target_arch = "wasm32", target_os = "unknown"))]

use tidings::test_util::TestServer;
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::Element;
use yew_ticker::{Board, BoardProps};

wasm_bindgen_test_configure!(run_in_browser);

/// A board on the page, and the element that it is in.
fn shown() -> (Element, yew::AppHandle<Board>) {
    let document = web_sys::window().and_then(|window| window.document()).expect("there is a page");
    let root = document.create_element("main").expect("`main` is a name");
    // Yew hears of clicks below the page only.
    document.body().expect("the page has a body").append_child(&root).expect("it is an element");
    let props = BoardProps { url: "https://prices.test/".into() };
    (root.clone(), yew::Renderer::<Board>::with_root_and_props(root, props).render())
}

/// Presses the button.
fn press(root: &Element) {
    let button = root.query_selector("button").ok().flatten().expect("there is a button");
    button.unchecked_into::<web_sys::HtmlElement>().click();
}

/// Waits until the component shows it.
async fn shows(root: &Element, text: &str) {
    for _ in 0..1_000 {
        if root.text_content().unwrap_or_default().contains(text) {
            return;
        }
        gloo_timers::future::TimeoutFuture::new(1).await;
    }
    panic!("{text:?} was to be shown, not {:?}", root.text_content());
}

#[wasm_bindgen_test]
async fn it_shows_prices_losses_and_what_is_wrong() {
    let server = TestServer::at("https://prices.test/").expect("the URL is good");
    let (root, board) = shown();
    shows(&root, "connecting ...").await;

    let connection = server.request().await;
    connection.open();
    shows(&root, "live").await;
    connection.send("id: 1\nevent: tick\ndata: {\"symbol\": \"TIDE\", \"price\": 12.5}\n\n");
    shows(&root, "TIDE12.50").await;
    connection.event("halt", "");
    shows(&root, "trading is halted").await;
    connection.event("resume", "");
    connection.event("dividend", "whatever");
    shows(&root, "Ticks: 1, other events: 1").await;

    connection.fail("the cable is cut");
    shows(&root, "the network failed (the cable is cut); reconnecting in 3 s").await;
    let connection = server.request().await;
    assert_eq!(connection.last_event_id(), "1");
    connection.open();
    shows(&root, "live again, and nothing was missed").await;

    connection.event("tick", "{\"symbol\": 1}");
    shows(&root, "does not fit: invalid type").await;
    board.destroy();
    connection.aborted().await;
}

#[wasm_bindgen_test]
async fn it_says_that_it_is_closed_and_why() {
    let server = TestServer::at("https://prices.test/").expect("the URL is good");
    let (root, board) = shown();
    let connection = server.request().await;
    connection.open();
    connection.fail("the cable is cut");
    shows(&root, "reconnecting in 3 s").await;
    press(&root);
    // Not what was true before.
    shows(&root, "Pricesclosed").await;

    press(&root);
    shows(&root, "Pricesconnecting ...").await;
    server.request().await.answer(404, "text/html");
    shows(&root, "Pricesthe server answered with status 404").await;
    board.destroy();
}

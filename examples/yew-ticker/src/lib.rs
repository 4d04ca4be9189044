//! A live price board: events as an enum, and a line that says when the connection is lost and when it is back.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::rc::Rc;
use tidings::{ErrorKind, ReadyState};
use tidings_yew::{Options, use_event_source_as};
use yew::prelude::*;

/// What the server sends: the event type is the variant, the data is JSON.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum News {
    Tick {
        symbol: String,
        price: f64,
    },
    Halt,
    Resume,
    #[serde(other)]
    Other,
}

/// What is on the board.
#[derive(Clone, Debug, Default, PartialEq)]
struct Prices {
    newest: BTreeMap<String, f64>,
    halted: bool,
    ticks: u32,
    others: u32,
}

impl Reducible for Prices {
    type Action = Rc<News>;

    fn reduce(self: Rc<Self>, news: Rc<News>) -> Rc<Self> {
        let mut prices = Rc::unwrap_or_clone(self);
        match &*news {
            News::Tick { symbol, price } => {
                prices.newest.insert(symbol.clone(), *price);
                prices.ticks += 1;
            }
            News::Halt => prices.halted = true,
            News::Resume => prices.halted = false,
            News::Other => prices.others += 1,
        }
        prices.into()
    }
}

/// What a [`Board`] needs to know.
#[derive(Debug, PartialEq, Properties)]
pub struct BoardProps {
    /// Where the prices come from.
    pub url: AttrValue,
}

/// The board.
#[component]
pub fn Board(props: &BoardProps) -> Html {
    let prices = use_reducer_eq(Prices::default);
    let dispatcher = prices.dispatcher();
    let source = use_event_source_as::<News>(&props.url, Options::new().on_message(move |news| dispatcher.dispatch(news)));

    let status = match (source.ready_state(), source.error()) {
        (ReadyState::Open, _) if prices.halted => "trading is halted".to_owned(),
        (ReadyState::Open, None) => "live".to_owned(),
        (ReadyState::Open, Some(error)) if error.kind() == ErrorKind::Decode => error.to_string(),
        (ReadyState::Open, Some(_)) => "live again, and nothing was missed".to_owned(),
        (ReadyState::Closed, Some(error)) if error.kind() == ErrorKind::Failure => error.to_string(),
        (ReadyState::Closed, _) => "closed".to_owned(),
        (_, Some(error)) => error.to_string(),
        (_, None) => "connecting ...".to_owned(),
    };
    let toggle = {
        let source = source.clone();
        move |_: MouseEvent| if source.ready_state() == ReadyState::Closed { source.open() } else { source.close() }
    };
    let row = |(symbol, price): (&String, &f64)| {
        html! { <tr key={symbol.clone()}><th scope="row">{ symbol }</th><td>{ format!("{price:.2}") }</td></tr> }
    };
    html! {
        <>
            <h1>{ "Prices" }</h1>
            <p role="status" data-state={source.ready_state().to_string()}>{ status }</p>
            <table><tbody>{ for prices.newest.iter().map(row) }</tbody></table>
            <p>
                { "Ticks: " }<span id="ticks">{ prices.ticks }</span>
                { ", other events: " }<span id="others">{ prices.others }</span>{ " " }
                <button onclick={toggle}>{ if source.ready_state() == ReadyState::Closed { "Open" } else { "Close" } }</button>
            </p>
        </>
    }
}

/// Puts the board on the page. What stands behind `?` of the page's address goes on to the server.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen(start)]
pub fn start() {
    let Some(window) = web_sys::window() else { return };
    let Some(root) = window.document().and_then(|document| document.query_selector("main").ok().flatten()) else { return };
    let url = format!("/examples/prices{}", window.location().search().unwrap_or_default()).into();
    yew::Renderer::<Board>::with_root_and_props(root, BoardProps { url }).render();
}

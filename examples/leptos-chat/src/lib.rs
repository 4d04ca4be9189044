//! A chat: each question is a POST with a token of its own, its answer comes word by word, and can be stopped.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use tidings::{Error, Failure, Interruption, PreparedRequest, ReadyState};
use tidings_leptos::{Options, use_event_source_as};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{RequestInit, Response};

#[derive(Serialize)]
struct Question {
    question: String,
}

/// What the server sends: the event type is the variant, the data is JSON.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Said {
    Word {
        text: String,
    },
    Done,
    #[serde(other)]
    Other,
}

/// The chat with the server at this URL.
#[component]
pub fn Chat(
    /// Where questions go.
    url: String,
) -> impl IntoView {
    let (draft, question) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (text, ending) = (RwSignal::new(String::new()), RwSignal::new(""));
    let options = Options::new()
        .starts_closed()
        .source(move |source| source.method("POST").json(&Question { question: question.get() }).prepare(with_token))
        .on_message(move |said: &Said| match said {
            Said::Word { text: word } => text.update(|text| text.push_str(word)),
            Said::Done => ending.set("done"),
            Said::Other => {}
        });
    let answer = use_event_source_as::<Said>(url, options);

    let ask = move |event: SubmitEvent| {
        event.prevent_default();
        answer.close();
        text.set(String::new());
        ending.set("");
        question.set(draft.get_untracked());
        answer.open();
    };
    let stop = move |_| {
        answer.close();
        ending.set("stopped");
    };
    let is_busy = move || answer.ready_state.get() != ReadyState::Closed;
    let status = move || match answer.ready_state.get() {
        ReadyState::Connecting => "thinking ...",
        ReadyState::Open => "answering ...",
        ReadyState::Closed => ending.get(),
    };
    view! {
        <h1>"Ask"</h1>
        <form on:submit=ask>
            <input aria-label="Your question" required prop:value=draft on:input:target=move |event| draft.set(event.target().value()) />
            " " <button>"Ask"</button> " "
            <button type="button" id="stop" on:click=stop disabled=move || !is_busy()>"Stop"</button>
        </form>
        <p id="answer" aria-live="polite">{text}</p>
        <p role="status">{status}</p>
        <p role="alert">{move || answer.error.get().map(|error| kindly(&error))}</p>
    }
}

/// A token is good for one question, so each request gets another.
async fn with_token(mut request: PreparedRequest) -> Result<PreparedRequest, String> {
    let token = token().await.map_err(|_| "no token could be had")?;
    request.headers.set("Authorization", format!("Bearer {token}"));
    Ok(request)
}

#[derive(Deserialize)]
struct Token {
    token: String,
}

async fn token() -> Result<String, JsValue> {
    let init = RequestInit::new();
    init.set_method("POST");
    let window = web_sys::window().ok_or("there is no page")?;
    let response: Response = JsFuture::from(window.fetch_with_str_and_init("/examples/token", &init)).await?.dyn_into()?;
    let text = JsFuture::from(response.text()?).await?.as_string().unwrap_or_default();
    serde_json::from_str::<Token>(&text).map(|token| token.token).map_err(|error| error.to_string().into())
}

/// What went wrong, as one tells it to people.
fn kindly(error: &Error) -> String {
    let body = error.response().and_then(|response| response.body.as_deref()).unwrap_or_default();
    let said = body.lines().next().unwrap_or_default();
    match (error.status(), error.failure(), error.interruption()) {
        (Some(401 | 403), ..) => "Your session has ended. Please sign in, and ask again.".to_owned(),
        (Some(400..=499), ..) => format!("The server does not take this question: {said}"),
        (Some(500..=599), ..) => "The server is in trouble. Please ask again later.".to_owned(),
        (_, Some(Failure::NotRepeated(_)), _) => {
            "The connection broke off. What came of the answer is above; your question was not sent twice.".to_owned()
        }
        (.., Some(Interruption::Prepare { .. })) => "Nobody can sign in at the moment. Trying again ...".to_owned(),
        _ => error.to_string(),
    }
}

/// Puts the chat on the page. What stands behind `?` of the page's address goes on to the server.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen(start)]
pub fn start() {
    let Some(window) = web_sys::window() else { return };
    let Some(root) = window.document().and_then(|document| document.query_selector("main").ok().flatten()) else { return };
    let url = format!("/examples/answer{}", window.location().search().unwrap_or_default());
    leptos::mount::mount_to(root.unchecked_into(), move || view! { <Chat url=url /> }).forget();
}

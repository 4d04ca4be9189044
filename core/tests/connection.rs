//! The connection machine, as scripts: what happened against what was asked for, in simulated time.

mod script;

use script::{Script, in_words};
use tidings_core::EventStream;
use tidings_core::connection::{Action, Input, Options, ProbeOutcome, ReadyState, Response, State};

#[test]
fn announces_and_dispatches() {
    let mut script = Script::open();
    assert!(script.chunk(1, b"data: one\n\ndata: two\n\nda").is_empty());
    assert!(script.chunk(1, b"ta: three\n\n").is_empty());
    assert_eq!(script.delivered, ["one", "two", "three"]);
}

#[test]
fn every_status_but_200_fails() {
    for status in [204, 205, 301, 304, 400, 401, 404, 410, 429, 500, 503] {
        let mut script = Script::new();
        let expected = ["abort", "closed", "fire error: status"];
        assert_eq!(script.response(1, status, Some("text/event-stream")), expected);
        assert!(script.timer(1).is_empty());
        assert_eq!(script.connection.state(), State::Closed);
    }
}

#[test]
fn another_content_type_fails() {
    for content_type in [None, Some("text/html"), Some("text/event-stream, text/html")] {
        let mut script = Script::new();
        let expected = ["abort", "closed", "fire error: type"];
        assert_eq!(script.response(1, 200, content_type), expected);
    }
}

#[test]
fn a_lost_connection_is_reestablished_after_the_reconnection_time() {
    let mut script = Script::new();
    assert_eq!(script.failed(1), ["connecting", "wait 3000", "fire error: network, again in 3000"]);
    assert_eq!(script.after(3000).timer(1), ["send 2"]);
    assert_eq!(script.accepted(2), ["open", "fire open 2"]);
    assert_eq!(script.body_ended(2), ["connecting", "wait 3000", "fire error: ended, again in 3000"]);
    assert_eq!(script.after(3000).timer(2), ["send 3"]);
    assert_eq!(script.accepted(3), ["open", "fire open 3"]);
    assert_eq!(script.failed(3), ["connecting", "wait 3000", "fire error: network, again in 3000"]);
}

#[test]
fn the_stream_sets_the_reconnection_time() {
    let mut script = Script::open();
    script.chunk(1, b"retry: 250\n");
    assert_eq!(script.connection.reconnection_time(), 250);
    assert_eq!(script.body_ended(1)[1], "wait 250");
    // It outlives the attempt.
    script.after(250).timer(1);
    assert_eq!(script.failed(2)[1], "wait 250");
}

#[test]
fn no_wait_is_shorter_than_the_floor() {
    for asked in ["0", "1", "99"] {
        let mut script = Script::open();
        script.chunk(1, format!("retry: {asked}\n").as_bytes());
        assert_eq!(script.body_ended(1)[1], "wait 100");
    }
}

#[test]
fn no_wait_is_longer_than_a_timer_can_be() {
    let mut script = Script::open();
    script.chunk(1, b"retry: 99999999999\n");
    assert_eq!(script.body_ended(1)[1], "wait 2147483647");
}

#[test]
fn going_online_ends_a_wait_and_nothing_else() {
    let mut script = Script::new();
    assert!(script.when(Input::WentOnline).is_empty(), "a request is on its way");
    script.failed(1);
    assert_eq!(script.after(1000).when(Input::WentOnline), ["stop waiting", "send 2"]);
    script.accepted(2);
    assert!(script.when(Input::WentOnline).is_empty(), "open");
    script.close();
    assert!(script.when(Input::WentOnline).is_empty(), "closed");
}

#[test]
fn going_online_does_not_go_below_the_floor() {
    let mut script = Script::new();
    script.failed(1);
    assert_eq!(script.after(30).when(Input::WentOnline), ["stop waiting", "wait 70"]);
    assert_eq!(script.after(30).when(Input::WentOnline), ["stop waiting", "wait 40"]);
    assert_eq!(script.after(40).timer(1), ["send 2"]);
}

#[test]
fn the_last_event_id_outlives_attempts_and_events_without_one() {
    let mut script = Script::open();
    script.chunk(1, "id: 7ü\ndata\n\nid: 8\ndata: unfinished".as_bytes());
    script.body_ended(1);
    assert_eq!(script.connection.last_event_id(), "7ü");
    script.timer(1);
    script.accepted(2);
    script.chunk(2, b"data: without id\n\n");
    assert_eq!(script.connection.last_event_id(), "7ü");
    script.chunk(2, b"id\n\n");
    assert_eq!(script.connection.last_event_id(), "");
}

#[test]
fn a_new_body_starts_afresh() {
    let mut script = Script::open();
    script.chunk(1, b"event: half\ndata: ha");
    script.body_ended(1);
    script.timer(1);
    script.accepted(2);
    script.chunk(2, b"\xEF\xBB\xBFdata: whole\n\n");
    assert_eq!(script.delivered, ["whole"]);
}

#[test]
fn what_comes_late_is_ignored() {
    let mut script = Script::new();
    script.failed(1);
    script.timer(1);
    assert!(script.accepted(1).is_empty(), "an answer to the attempt before");
    assert!(script.failed(1).is_empty());
    assert!(script.timer(1).is_empty());
    assert_eq!(script.accepted(2), ["open", "fire open 2"]);
    assert!(script.accepted(2).is_empty(), "a second answer");
    assert!(script.body_ended(1).is_empty());
    assert!(script.chunk(1, b"data: late\n\n").is_empty());
    assert!(script.delivered.is_empty());
}

#[test]
fn close_in_every_state() {
    let mut requesting = Script::new();
    assert_eq!(requesting.close(), ["abort", "closed"]);

    let mut streaming = Script::open();
    assert_eq!(streaming.close(), ["abort", "closed"]);

    let mut waiting = Script::new();
    waiting.failed(1);
    assert_eq!(waiting.close(), ["stop waiting", "closed"]);

    for script in [&mut requesting, &mut streaming, &mut waiting] {
        assert!(script.close().is_empty(), "closing twice is closing once");
        assert!(script.accepted(1).is_empty());
        assert!(script.chunk(1, b"data: late\n\n").is_empty());
        assert!(script.timer(1).is_empty());
        assert!(script.failed(1).is_empty());
    }
}

#[test]
fn close_drops_what_is_queued() {
    let mut script = Script::new();
    let response = Response { status: 200, content_type: Some(b"text/event-stream") };
    script.connection.handle(Input::ResponseStarted { attempt: Script::attempt(1), response }, 0);
    assert!(matches!(script.connection.poll_action(), Some(Action::SetReadyState(ReadyState::Open))));
    // The open event is not fired yet.
    assert_eq!(script.close(), ["abort", "closed"]);
}

#[test]
fn close_in_the_first_of_three_events() {
    let mut script = Script::open();
    let mut asked_inside = Vec::new();
    let asked = script.chunk_with(1, b"data: one\n\ndata: two\n\ndata: three\n\n", |connection, _| {
        connection.handle(Input::CloseCalled, 0);
        asked_inside.extend(std::iter::from_fn(|| connection.poll_action()).map(in_words));
    });
    assert_eq!(asked_inside, ["abort", "closed"]);
    assert!(asked.is_empty());
    assert_eq!(script.delivered, ["one"]);
}

#[test]
fn past_the_limit_the_connection_fails_and_keeps_what_came_before() {
    let mut options = Options::default();
    options.limits.max_event_size = Some(10);
    let mut script = Script::with(options);
    script.accepted(1);
    let asked = script.chunk(1, b"data: short\n\ndata: longer than that\n\ndata: short\n\n");
    assert_eq!(asked, ["abort", "closed", "fire error: limit"]);
    assert_eq!(script.delivered, ["short"]);
}

#[test]
fn a_chunk_while_the_parser_is_away_is_ignored() {
    let mut script = Script::open();
    script.connection.handle(Input::ChunkReceived { attempt: Script::attempt(1) }, 0);
    let Some(Action::Dispatch(stream)) = script.connection.poll_action() else { panic!("a chunk is dispatched") };
    assert!(script.when(Input::ChunkReceived { attempt: Script::attempt(1) }).is_empty());
    assert!(script.when(Input::Dispatched(stream)).is_empty());
    assert!(script.when(Input::Dispatched(Box::new(EventStream::new()))).is_empty(), "one too many");
}

/// A source whose first request failed, so that it is being probed.
fn probed() -> Script {
    let mut script = Script::with(Options::default());
    assert_eq!(script.failed(1), ["probe 1", "wait 10000"], "nothing is told before it is known");
    script
}

fn probe_ended(script: &mut Script, outcome: ProbeOutcome) -> Vec<String> {
    script.when(Input::ProbeEnded { attempt: Script::attempt(1), outcome })
}

#[test]
fn a_refused_origin_is_a_failure() {
    let mut script = probed();
    let asked = probe_ended(&mut script, ProbeOutcome::OtherOrigin);
    assert_eq!(asked, ["stop waiting", "closed", "fire error: origin refused"]);
    assert!(probe_ended(&mut script, ProbeOutcome::Unreachable).is_empty());
}

#[test]
fn an_unreachable_server_is_an_interruption_and_is_probed_once() {
    for outcome in [ProbeOutcome::Unreachable, ProbeOutcome::OwnOrigin] {
        let mut script = probed();
        assert_eq!(probe_ended(&mut script, outcome)[0], "stop waiting");
        assert_eq!(script.after(3000).timer(1), ["send 2"]);
        assert_eq!(script.failed(2), ["connecting", "wait 3000", "fire error: network, again in 3000"]);
    }
}

#[test]
fn what_was_open_once_is_not_probed() {
    let mut script = Script::with(Options::default());
    script.accepted(1);
    assert_eq!(script.failed(1)[1], "wait 3000");
    script.timer(1);
    assert_eq!(script.failed(2)[1], "wait 3000");
}

#[test]
fn close_while_probing() {
    let mut script = probed();
    assert_eq!(script.close(), ["stop waiting", "abort", "closed"]);
    assert!(probe_ended(&mut script, ProbeOutcome::Unreachable).is_empty());
}

/// A server that sends no headers before its first event does not answer a probe either.
#[test]
fn a_probe_that_nobody_answers_in_time_tells_no_more_than_the_request_did() {
    let mut script = probed();
    let asked = script.after(10_000).timer(1);
    assert_eq!(asked, ["abort", "connecting", "wait 3000", "fire error: network, again in 3000"]);
    assert!(probe_ended(&mut script, ProbeOutcome::OtherOrigin).is_empty(), "late");
    assert_eq!(script.after(3000).timer(1), ["send 2"]);
    assert_eq!(script.failed(2)[2], "fire error: network, again in 3000", "it is probed once");
}

#[test]
fn patience_with_a_probe_is_no_longer_than_with_a_server() {
    for (idle_timeout, patience) in [(0, 10_000), (1, 1), (400, 400), (10_000, 10_000), (10_001, 10_000), (u32::MAX, 10_000)] {
        let mut options = Options::default();
        options.idle_timeout = idle_timeout;
        let mut script = Script::unasked(options);
        assert_eq!(script.asked()[0], "send 1");
        let asked = script.failed(1);
        assert_eq!(asked[asked.len() - 2..], ["probe 1".to_owned(), format!("wait {patience}")], "{idle_timeout}");
        // The timer of the request itself was stopped, if there was one.
        assert_eq!(asked.len() > 2, idle_timeout > 0);
        // Timers of engines may fire a little early.
        if patience > 1 {
            assert_eq!(script.after(patience - 1).timer(1), ["wait 1"]);
        }
        assert_eq!(script.after(1).timer(1)[3], "fire error: network, again in 3000", "{idle_timeout}");
    }
}

#[test]
fn a_new_connection_may_be_wanted_while_probing() {
    let mut script = probed();
    let asked = script.after(5_000).when(Input::ReconnectCalled);
    assert_eq!(asked, ["stop waiting", "abort", "connecting", "wait 100", "fire error: requested, again in 100"]);
    assert!(probe_ended(&mut script, ProbeOutcome::OtherOrigin).is_empty(), "late");
    assert_eq!(script.after(100).timer(1), ["send 2"]);
    // What was not answered is asked again.
    assert_eq!(script.failed(2), ["probe 2", "wait 10000"]);
}

#[test]
fn being_hidden_while_probing() {
    let mut script = probed();
    assert_eq!(script.when(Input::BecameHidden), ["stop waiting", "abort"]);
    assert!(probe_ended(&mut script, ProbeOutcome::OtherOrigin).is_empty(), "late");
    assert_eq!(script.after(100).when(Input::BecameVisible), ["send 2"]);
    assert_eq!(script.failed(2), ["probe 2", "wait 10000"]);
    // Shown while it goes on, it goes on.
    assert!(script.when(Input::BecameVisible).is_empty());
    assert_eq!(script.connection.state(), State::Probing);
}

#[test]
fn going_online_while_probing_looks_whether_it_takes_too_long() {
    let mut script = probed();
    assert!(script.after(9_999).when(Input::WentOnline).is_empty());
    let asked = script.after(1).when(Input::WentOnline);
    assert_eq!(asked, ["stop waiting", "abort", "connecting", "wait 3000", "fire error: network, again in 3000"]);
}

#[test]
fn a_machine_that_slept_while_probing_tries_again_at_once() {
    let mut script = probed();
    assert_eq!(script.after(3_600_000).timer(1)[2..], ["wait 100", "fire error: network, again in 100"]);
}

#[test]
fn two_failed_attempts_to_resume_across_origins_name_the_remedy() {
    let mut options = Options::default();
    options.cross_origin = true;
    let mut script = Script::with(options);
    script.accepted(1);
    script.chunk(1, b"id: 1\ndata\n\n");
    script.body_ended(1);
    script.timer(1);
    assert_eq!(script.failed(2)[2], "fire error: network, again in 3000");
    script.timer(2);
    assert_eq!(script.failed(3)[2], "fire error: resume refused, again in 3000");
    script.timer(3);
    // It was something else, then, and will not be blamed again.
    script.accepted(4);
    for attempt in 4..8 {
        assert_eq!(script.failed(attempt)[2], "fire error: network, again in 3000");
        script.timer(attempt);
    }
}

#[test]
fn what_is_ignored_is_not_told_either() {
    let mut script = Script::new();
    // A host that hands in more before it has performed what was asked for.
    script.connection.handle(Input::RequestFailed { attempt: Script::attempt(1) }, 0);
    let response = Response { status: 404, content_type: None };
    script.connection.handle(Input::ResponseStarted { attempt: Script::attempt(1), response }, 0);
    script.connection.handle(Input::NativeFailed { attempt: Script::attempt(1) }, 0);
    assert_eq!(script.asked(), ["connecting", "wait 3000", "fire error: network, again in 3000"]);
}

#[test]
fn two_chunks_at_once_are_one_dispatch() {
    let mut script = Script::open();
    for _ in 0..2 {
        script.connection.handle(Input::ChunkReceived { attempt: Script::attempt(1) }, 0);
    }
    assert!(matches!(script.connection.poll_action(), Some(Action::Dispatch(_))));
    assert!(script.connection.poll_action().is_none());
}

#[test]
fn without_an_id_or_another_origin_there_is_no_such_advice() {
    for (cross_origin, body) in [(true, &b"data\n\n"[..]), (false, b"id: 1\ndata\n\n")] {
        let mut options = Options::default();
        options.cross_origin = cross_origin;
        let mut script = Script::with(options);
        script.accepted(1);
        script.chunk(1, body);
        script.failed(1);
        for attempt in 2..6 {
            script.timer(attempt - 1);
            assert_eq!(script.failed(attempt)[2], "fire error: network, again in 3000");
        }
    }
}

#[test]
fn the_browsers_own_source_reconnects_by_itself() {
    let attempt = Script::attempt(1);
    let mut script = Script::new();
    assert_eq!(script.when(Input::NativeInterrupted { attempt }), ["connecting", "fire error: unknown, again"]);
    assert_eq!(script.when(Input::NativeOpened { attempt }), ["open", "fire open 1"]);
    assert_eq!(script.when(Input::NativeInterrupted { attempt }), ["connecting", "fire error: unknown, again"]);
    assert_eq!(script.when(Input::NativeOpened { attempt }), ["open", "fire open 1"]);
    assert_eq!(script.when(Input::NativeFailed { attempt }), ["abort", "closed", "fire error: unknown"]);
    assert!(script.when(Input::NativeOpened { attempt }).is_empty());
    assert!(script.close().is_empty());
}

#[test]
fn listeners_that_reconnect_again_and_again_do_not_cost_the_parser() {
    let mut script = Script::open();
    let now = script.now;
    let events = b"id: 7\ndata: x\n\n".repeat(20);
    script.chunk_with(1, &events, |connection, _| connection.handle(Input::ReconnectCalled, now));
    assert_eq!(script.connection.last_event_id(), "7");
    assert_eq!(script.after(100).timer(1), ["send 2"]);
    script.accepted(2);
    script.chunk(2, b"data: y\n\n");
    assert_eq!(script.delivered.last().map(String::as_str), Some("y"));
}

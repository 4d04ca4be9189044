//! The diagram in ARCHITECTURE.md is the table of transitions, and the table has a row for whatever may come at any time, or says why not.

use std::fmt::Write;
use tidings_core::connection::{Cause, State, TRANSITIONS};

#[test]
fn the_diagram_is_the_table() {
    let page = include_str!("../../ARCHITECTURE.md");
    let diagram = page
        .split("```mermaid\n")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .expect("ARCHITECTURE.md holds one mermaid diagram");
    let expected = diagram_of_the_table();
    assert!(diagram == expected, "the diagram in ARCHITECTURE.md should read:\n{expected}");
}

#[test]
fn no_row_stands_twice_and_closed_is_the_end() {
    for (index, row) in TRANSITIONS.iter().enumerate() {
        assert_ne!(row.from, State::Closed, "{row:?}");
        let twin = TRANSITIONS[index + 1..].iter().find(|other| (other.from, other.cause) == (row.from, row.cause));
        assert_eq!(twin, None, "{row:?}");
    }
}

/// What users and surroundings may bring about in any state, and that nothing was heard for too long.
const ANY_TIME: [Cause; 5] = [Cause::CloseCalled, Cause::ReconnectCalled, Cause::HeldBack, Cause::LimitExceeded, Cause::Idled];

/// What of it is ignored, and why.
const IGNORED: [(State, Cause, &str); 16] = [
    (State::Held, Cause::ReconnectCalled, "what holds it back holds that back too"),
    (State::Held, Cause::HeldBack, "it is; what by is kept beside the state"),
    (State::Held, Cause::LimitExceeded, NOTHING_TO_FAIL),
    (State::Held, Cause::Idled, "nobody is waited for"),
    (State::Preparing, Cause::LimitExceeded, NOTHING_TO_FAIL),
    (State::Preparing, Cause::Idled, "how long it takes is the user's own"),
    (State::Requesting, Cause::LimitExceeded, NOTHING_TO_FAIL),
    (State::Probing, Cause::LimitExceeded, NOTHING_TO_FAIL),
    (State::Deciding, Cause::ReconnectCalled, "the answer says when"),
    (State::Deciding, Cause::HeldBack, "it is kept beside the state until the wait is over"),
    (State::Deciding, Cause::LimitExceeded, NOTHING_TO_FAIL),
    (State::Deciding, Cause::Idled, "how long it takes is the user's own"),
    (State::Waiting, Cause::ReconnectCalled, "it is `WaitOver`, or `WaitOn` until the floor has passed"),
    (State::Waiting, Cause::HeldBack, "it is kept beside the state until the wait is over"),
    (State::Waiting, Cause::LimitExceeded, NOTHING_TO_FAIL),
    (State::Waiting, Cause::Idled, "the timer is that of the wait"),
];
const NOTHING_TO_FAIL: &str = "the host says it again as long as it is so, and then there may be a connection that can fail";

#[test]
fn whatever_may_come_at_any_time_has_a_row_or_is_ignored_on_purpose() {
    use State::*;
    for from in [Held, Preparing, Requesting, Probing, Streaming, Deciding, Waiting] {
        for cause in ANY_TIME {
            let rows = TRANSITIONS.iter().filter(|row| (row.from, row.cause) == (from, cause)).count();
            let ignored = IGNORED.iter().filter(|(state, ignored, _)| (*state, *ignored) == (from, cause)).count();
            assert_eq!(rows + ignored, 1, "{cause:?} in {from:?}");
        }
    }
}

#[test]
fn a_state_in_which_a_server_is_waited_for_has_a_timer_and_an_end_of_it() {
    use State::*;
    let has = |from, cause| TRANSITIONS.iter().any(|row| (row.from, row.cause) == (from, cause));
    for state in [Requesting, Probing, Streaming] {
        assert!(has(state, Cause::WaitOn) && has(state, Cause::Idled), "{state:?}");
    }
}

fn diagram_of_the_table() -> String {
    let mut diagram = String::from("stateDiagram-v2\n    [*] --> Held\n");
    for row in TRANSITIONS {
        let steps = row.steps.iter().map(|step| format!("{step:?}")).collect::<Vec<_>>().join(", ");
        writeln!(diagram, "    {:?} --> {:?} : {:?} / {steps}", row.from, row.to, row.cause).expect("a String takes all");
    }
    diagram.push_str("    Closed --> [*]\n");
    diagram
}

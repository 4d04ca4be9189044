//! The diagram in ARCHITECTURE.md is the table of transitions.

use std::fmt::Write;
use tidings_core::connection::{State, TRANSITIONS};

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

fn diagram_of_the_table() -> String {
    let mut diagram = String::from("stateDiagram-v2\n    [*] --> Held\n");
    for row in TRANSITIONS {
        let steps = row.steps.iter().map(|step| format!("{step:?}")).collect::<Vec<_>>().join(", ");
        writeln!(diagram, "    {:?} --> {:?} : {:?} / {steps}", row.from, row.to, row.cause).expect("a String takes all");
    }
    diagram.push_str("    Closed --> [*]\n");
    diagram
}

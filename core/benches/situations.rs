//! How the parser stands beside its peers, as a Markdown table: `cargo bench -p tidings-core --bench situations`.
//!
//! The parsers take turns, in short rounds, and ratios are taken within a round, so that a machine that slows down now and then
//! slows all of them. Medians are shown. The last column is a peer against itself: how far from 1 a ratio gets by chance.
//!
//! After `--`, words choose the situations whose names have one of them, `--rounds=N` takes so many, and `--json=FILE` writes down what
//! each round found. Without `--bench`, which `cargo bench` gives, the parsers are only checked against each other.

mod situation;

use serde_json::{Value, json};
use situation::{PEERS, Parser, Seen, Situation, TIDINGS};
use std::hint::black_box;
use std::time::{Duration, Instant};

fn main() {
    let (flags, words): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|argument| argument.starts_with("--"));
    let is_set = |flag: &str| flags.iter().any(|given| given == flag);
    let mut situations = situation::all();
    situations.retain(|situation| words.is_empty() || words.iter().any(|word| situation.name.contains(word)));
    situations.iter().for_each(situation::verify);
    if !is_set("--bench") {
        return;
    }
    let value = |name: &str| flags.iter().find_map(|flag| flag.strip_prefix(name)?.strip_prefix('='));
    let rounds = value("--rounds").map_or(61, |rounds| rounds.parse().expect("--rounds=N wants a number"));
    let [(first, _), (second, _)] = PEERS;
    println!("| MB/s | tidings | {first} | {second} | tidings / better peer | {first} / itself |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: |");
    let found: Vec<Value> = situations.iter().map(|situation| measure(situation, rounds)).collect();
    if let Some(file) = value("--json") {
        std::fs::write(file, json!(found).to_string()).expect("--json=FILE wants a file that can be written");
    }
}

/// Prints a row of the table, and gives megabytes a second of each parser, one a round.
fn measure(situation: &Situation, rounds: usize) -> Value {
    let parsers = [TIDINGS, PEERS[0], PEERS[1], PEERS[0]].map(|(_, parser)| Turn::new(situation, parser));
    let mut rates = parsers.each_ref().map(|_| Vec::with_capacity(rounds));
    for round in 0..rounds {
        for place in 0..parsers.len() {
            // Each has each place as often, for who comes after whom matters too.
            let index = (round + place) % parsers.len();
            rates[index].push(situation.size() as f64 / parsers[index].take(situation) / 1e6);
        }
    }
    let [tidings, first, second, control] = &rates;
    let ratio = |of: &[f64], to: &[f64]| median(of.iter().zip(to).map(|(of, to)| of / to).collect());
    let [a, b, c] = [tidings, first, second].map(|rates| median(rates.clone()));
    let better = ratio(tidings, if b > c { first } else { second });
    println!("| {} | {a:.0} | {b:.0} | {c:.0} | {better:.2} | {:.2} |", situation.name, ratio(control, first));
    let [(first_name, _), (second_name, _)] = PEERS;
    let again = format!("{first_name} again");
    json!({
        "situation": situation.name,
        "rates": { TIDINGS.0: tidings, first_name: first, second_name: second, again: control },
    })
}

/// So many goes of a parser through a situation that the clock can measure them.
struct Turn {
    parser: Parser,
    goes: u32,
}

impl Turn {
    fn new(situation: &Situation, parser: Parser) -> Self {
        let mut turn = Turn { parser, goes: 1 };
        // The first go is slower, with nothing in any cache.
        turn.take(situation);
        let one = turn.take(situation);
        turn.goes = ((TURN.as_secs_f64() / one).ceil() as u32).clamp(1, 10_000);
        turn
    }

    /// The seconds that one go took.
    fn take(&self, situation: &Situation) -> f64 {
        let start = Instant::now();
        for _ in 0..self.goes {
            let _: Seen = black_box((self.parser)(black_box(situation)));
        }
        start.elapsed().as_secs_f64() / f64::from(self.goes)
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

const TURN: Duration = Duration::from_millis(8);

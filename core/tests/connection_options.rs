//! What the options of a connection change, as scripts: what happened against what was asked for, in simulated time.

mod script;

use script::Script;
use tidings_core::connection::{Action, Input, Options, Reason, State};

/// Options without the probe, changed so.
fn options(change: impl FnOnce(&mut Options)) -> Options {
    let mut options = Options::default();
    options.probe = false;
    change(&mut options);
    options
}

fn script(change: impl FnOnce(&mut Options)) -> Script {
    Script::with(options(change))
}

fn open(change: impl FnOnce(&mut Options)) -> Script {
    let mut script = script(change);
    assert_eq!(script.accepted(1)[..2], ["open", "fire open 1"]);
    script
}

/// The wait after the loss of each attempt, none of which gets an answer, until there are so many, or no more.
fn waits(options: Options, most: usize) -> Vec<u32> {
    let mut script = Script::with(options);
    let mut waits: Vec<u32> = Vec::new();
    for attempt in 1.. {
        let asked = script.failed(attempt);
        let Some(wait) = asked.iter().find_map(|action| action.strip_prefix("wait ")) else {
            assert_eq!(asked, ["closed", "fire error: network, no more"]);
            break;
        };
        waits.push(wait.parse().expect("a number"));
        if waits.len() == most {
            break;
        }
        let asked = script.after(waits[waits.len() - 1].into()).timer(attempt);
        assert_eq!(asked, [format!("send {}", attempt + 1)]);
    }
    waits
}

mod repeats {
    use super::*;

    fn once(options: &mut Options) {
        options.repeats = false;
    }

    #[test]
    fn the_end_of_a_body_that_is_not_repeated_is_the_end() {
        let mut script = open(once);
        script.chunk(1, b"data: all\n\n");
        assert_eq!(script.body_ended(1), ["closed", "fire close 1"]);
        assert_eq!(script.delivered, ["all"]);
        assert!(script.when(Input::ReconnectCalled).is_empty(), "closed is for good");
    }

    #[test]
    fn a_rejected_request_counts_as_sent() {
        let not_repeated = "fire error: network, not repeated";
        assert_eq!(script(once).failed(1), ["closed", not_repeated]);
        assert_eq!(open(once).failed(1), ["closed", not_repeated]);
    }

    #[test]
    fn nor_is_it_repeated_for_a_status_that_passes() {
        let mut script = script(|options| {
            once(options);
            options.transient.insert(503);
        });
        let asked = script.response(1, 503, None);
        assert_eq!(asked, ["abort", "closed", "fire error: status, not repeated"]);
    }

    #[test]
    fn what_was_not_sent_may_be_prepared_again() {
        let mut script = Script::unasked(options(|options| {
            once(options);
            options.prepares = true;
        }));
        assert_eq!(script.asked(), ["prepare 1"]);
        let asked = script.when(Input::PrepareFailed { attempt: Script::attempt(1) });
        assert_eq!(asked, ["connecting", "wait 3000", "fire error: not prepared, again in 3000"]);
        assert_eq!(script.timer(1), ["prepare 2"]);
    }

    #[test]
    fn being_hidden_does_not_repeat_it_either() {
        let mut script = open(once);
        assert!(script.when(Input::BecameHidden).is_empty());
        assert!(script.when(Input::BecameVisible).is_empty());
        assert_eq!(script.body_ended(1), ["closed", "fire close 1"]);
    }

    #[test]
    fn only_asking_for_it_repeats_it() {
        let asked = open(once).when(Input::ReconnectCalled);
        assert_eq!(asked, ["abort", "connecting", "wait 100", "fire error: requested, again in 100"]);
    }
}

mod waits {
    use super::*;

    fn back_off(min: u32, max: u32, seed: u32) -> Options {
        options(|options| {
            options.reconnection.min = min;
            options.reconnection.max = max;
            options.seed = seed;
        })
    }

    #[test]
    fn they_grow_to_the_longest_and_are_drawn_from_all_between() {
        let reaches = [2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000];
        let mut longest = [0; 7];
        let mut shortest = [u32::MAX; 7];
        for seed in 0..500u32 {
            for (place, wait) in waits(back_off(1_000, 30_000, seed.wrapping_mul(0x9E37_79B9)), 7).into_iter().enumerate() {
                longest[place] = longest[place].max(wait);
                shortest[place] = shortest[place].min(wait);
            }
        }
        for (place, reach) in reaches.into_iter().enumerate() {
            let span = (reach - 1_000) / 20;
            assert!(longest[place] <= reach && longest[place] >= reach - span, "{longest:?}");
            assert!(shortest[place] >= 1_000 && shortest[place] <= 1_000 + span, "{shortest:?}");
        }
    }

    #[test]
    fn the_same_seed_draws_the_same() {
        assert_eq!(waits(back_off(1_000, 60_000, 7), 6), waits(back_off(1_000, 60_000, 7), 6));
        assert_ne!(waits(back_off(1_000, 60_000, 7), 6), waits(back_off(1_000, 60_000, 8), 6));
    }

    #[test]
    fn odd_bounds_are_still_bounds() {
        assert_eq!(waits(back_off(0, 1, 3), 3), [100; 3]);
        assert_eq!(waits(back_off(9_000, 5_000, 3), 3), [5_000; 3]);
        for wait in waits(back_off(u32::MAX, u32::MAX, 3), 3) {
            assert_eq!(wait, 2_147_483_647);
        }
    }

    #[test]
    fn what_the_server_asks_for_takes_the_place_of_the_shortest() {
        let from_to = |retry: &str, from: u32, to: u32| {
            for seed in 0..50 {
                let mut script = Script::with(back_off(1_000, 30_000, seed));
                script.accepted(1);
                script.chunk(1, format!("retry: {retry}\n").as_bytes());
                let asked = script.body_ended(1);
                let wait: u32 = asked[1]["wait ".len()..].parse().expect("a number");
                assert!((from..=to).contains(&wait), "{wait}");
            }
        };
        from_to("5000", 5_000, 10_000);
        from_to("10", 1_000, 2_000);
        from_to("600000", 30_000, 30_000);
    }

    #[test]
    fn a_connection_that_stayed_good_begins_anew() {
        let mut script = Script::with(options(|options| options.reconnection.attempts = 2));
        for attempt in 1..20 {
            script.accepted(attempt);
            assert_eq!(script.after(5_000).body_ended(attempt)[1], "wait 3000");
            script.after(3_000).timer(attempt);
        }
        // One that is lost at once does not.
        script.accepted(20);
        assert_eq!(script.after(4_999).body_ended(20)[1], "wait 3000");
        script.after(3_000).timer(20);
        script.accepted(21);
        let asked = script.body_ended(21);
        assert_eq!(asked, ["closed", "fire error: ended, no more"]);
    }

    #[test]
    fn attempts_are_counted() {
        for attempts in [0, 1, 3] {
            let options = options(|options| options.reconnection.attempts = attempts);
            assert_eq!(waits(options, 10), vec![3_000; attempts as usize]);
        }
    }

    #[test]
    fn time_is_counted_from_the_first_loss() {
        for (time, waited) in [(0, 0), (2_999, 0), (3_000, 1), (8_999, 2), (9_000, 3)] {
            let options = options(|options| options.reconnection.time = time);
            assert_eq!(waits(options, 10).len(), waited, "{time}");
        }
    }

    #[test]
    fn what_a_new_connection_takes_the_place_of_is_freed_though_it_is_closed_next() {
        // A listener that calls both, before the host gets to do what the first asks for.
        let mut script = open(|_| {});
        script.connection.handle(Input::ReconnectCalled, script.now);
        assert_eq!(script.close(), ["abort", "stop waiting", "closed"]);
    }

    #[test]
    fn the_user_may_ask_for_the_next_attempt() {
        let mut script = script(|_| {});
        script.failed(1);
        assert_eq!(script.after(50).when(Input::ReconnectCalled), ["stop waiting", "wait 50"], "not in a busy loop");
        assert_eq!(script.after(50).timer(1), ["send 2"]);
        let asked = script.when(Input::ReconnectCalled);
        assert_eq!(asked, ["abort", "connecting", "wait 100", "fire error: requested, again in 100"]);
        assert_eq!(script.after(100).timer(2), ["send 3"]);
    }
}

mod statuses {
    use super::*;

    fn busy(options: &mut Options) {
        for status in [429, 500, 503] {
            options.transient.insert(status);
        }
    }

    #[test]
    fn one_that_passes_is_an_interruption() {
        for status in [429, 500, 503] {
            let mut script = script(busy);
            let told = "fire error: status, again in 3000";
            assert_eq!(script.response(1, status, None), ["abort", "connecting", "wait 3000", told]);
            assert_eq!(script.timer(1), ["send 2"]);
        }
        assert_eq!(script(busy).response(1, 404, None)[1..], ["closed", "fire error: status"]);
    }

    #[test]
    fn and_too_many_of_them_are_a_failure() {
        let mut script = script(|options| {
            busy(options);
            options.reconnection.attempts = 0;
        });
        let told = "fire error: status, no more";
        assert_eq!(script.response(1, 503, None), ["abort", "closed", told]);
    }

    #[test]
    fn retry_after_is_obeyed_with_429_and_503() {
        for (status, delay, wait) in [(429, 60_000, 60_000), (503, 60_000, 60_000), (503, 10, 3_000), (500, 60_000, 3_000)] {
            let mut script = script(busy);
            assert!(script.when(Input::RetryAfterReceived { attempt: Script::attempt(1), delay }).is_empty());
            assert_eq!(script.response(1, status, None)[2], format!("wait {wait}"));
        }
    }

    #[test]
    fn it_counts_once_and_being_online_is_no_news_then() {
        let mut script = script(busy);
        script.when(Input::RetryAfterReceived { attempt: Script::attempt(1), delay: 60_000 });
        script.response(1, 503, None);
        assert!(script.after(1_000).when(Input::WentOnline).is_empty());
        assert_eq!(script.when(Input::ReconnectCalled), ["stop waiting", "send 2"]);
        assert_eq!(script.response(2, 503, None)[2], "wait 3000");
        assert_eq!(script.after(1_000).when(Input::WentOnline), ["stop waiting", "send 3"]);
    }

    #[test]
    fn with_an_answer_that_is_a_stream_it_means_nothing() {
        let mut script = script(busy);
        script.when(Input::RetryAfterReceived { attempt: Script::attempt(1), delay: 60_000 });
        script.accepted(1);
        assert_eq!(script.body_ended(1)[1], "wait 3000");
    }

    #[test]
    fn a_wait_is_never_longer_than_a_timer() {
        let mut script = script(busy);
        script.when(Input::RetryAfterReceived { attempt: Script::attempt(1), delay: u32::MAX });
        assert_eq!(script.response(1, 503, None)[2], "wait 2147483647");
    }
}

mod predicate {
    use super::*;

    fn asking(options: &mut Options) {
        options.asks = true;
    }

    fn answer(script: &mut Script, number: u32, delay: Option<u32>) -> Vec<String> {
        script.when(Input::RetryAnswered { attempt: Script::attempt(number), delay })
    }

    #[test]
    fn it_has_the_last_word_on_what_would_be_tried_again() {
        let mut script = script(asking);
        assert_eq!(script.failed(1), ["ask: network, again in 3000"]);
        assert_eq!(answer(&mut script, 1, Some(7_000)), ["connecting", "wait 7000", "fire error: network, again in 7000"]);
        assert!(answer(&mut script, 1, None).is_empty(), "it was asked once");
        assert_eq!(script.timer(1), ["send 2"]);
        assert_eq!(script.failed(2), ["ask: network, again in 3000"]);
        let declined = "fire error: network, declined";
        assert_eq!(answer(&mut script, 2, None), ["closed", declined]);
    }

    #[test]
    fn and_on_what_would_not() {
        let mut script = script(asking);
        assert_eq!(script.response(1, 500, None), ["abort", "ask: status"]);
        let told = "fire error: status, again in 200";
        assert_eq!(answer(&mut script, 1, Some(200)), ["connecting", "wait 200", told]);
        script.timer(1);
        assert_eq!(script.response(2, 200, None), ["abort", "ask: type"]);
        assert_eq!(answer(&mut script, 2, None), ["closed", "fire error: type"]);
    }

    #[test]
    fn it_may_repeat_what_is_not_repeated_by_itself() {
        let mut script = script(|options| {
            asking(options);
            options.repeats = false;
        });
        assert_eq!(script.failed(1), ["ask: network, not repeated"]);
        assert_eq!(answer(&mut script, 1, Some(0))[1], "wait 100", "the floor holds");
        script.timer(1);
        script.accepted(2);
        assert_eq!(script.body_ended(2), ["closed", "fire close 2"], "an end is not asked about");
    }

    #[test]
    fn closing_instead_of_an_answer() {
        let mut script = script(asking);
        script.failed(1);
        assert_eq!(script.close(), ["closed"]);
        assert!(answer(&mut script, 1, Some(1)).is_empty());
    }
}

mod prepare {
    use super::*;

    fn preparing() -> Script {
        let mut script = Script::unasked(options(|options| options.prepares = true));
        assert_eq!(script.asked(), ["prepare 1"]);
        script
    }

    fn prepared(script: &mut Script, number: u32) -> Vec<String> {
        script.when(Input::Prepared { attempt: Script::attempt(number) })
    }

    #[test]
    fn it_comes_before_every_attempt() {
        let mut script = preparing();
        assert_eq!(prepared(&mut script, 1), ["send 1"]);
        assert!(prepared(&mut script, 1).is_empty(), "once");
        script.accepted(1);
        script.body_ended(1);
        assert_eq!(script.timer(1), ["prepare 2"]);
        assert!(prepared(&mut script, 1).is_empty(), "late");
        assert_eq!(prepared(&mut script, 2), ["send 2"]);
    }

    #[test]
    fn if_it_fails_the_limits_count() {
        let mut script = Script::unasked(options(|options| {
            options.prepares = true;
            options.reconnection.attempts = 1;
        }));
        script.asked();
        let failed = |number| Input::PrepareFailed { attempt: Script::attempt(number) };
        assert_eq!(script.when(failed(1))[1], "wait 3000");
        script.timer(1);
        let told = "fire error: not prepared, no more";
        assert_eq!(script.when(failed(2)), ["closed", told]);
    }

    #[test]
    fn closing_meanwhile() {
        let mut script = preparing();
        assert_eq!(script.close(), ["abort", "closed"]);
        assert!(prepared(&mut script, 1).is_empty());
    }

    #[test]
    fn being_hidden_meanwhile() {
        let mut script = preparing();
        assert_eq!(script.when(Input::BecameHidden), ["abort"]);
        assert!(prepared(&mut script, 1).is_empty());
        assert_eq!(script.after(100).when(Input::BecameVisible), ["prepare 2"]);
    }

    #[test]
    fn a_new_one_may_be_wanted_meanwhile() {
        let mut script = preparing();
        assert_eq!(script.when(Input::ReconnectCalled), ["abort", "wait 100"]);
        assert!(prepared(&mut script, 1).is_empty(), "late");
        assert_eq!(script.after(100).timer(1), ["prepare 2"]);
        assert_eq!(prepared(&mut script, 2), ["send 2"]);
    }
}

mod silence {
    use super::*;

    fn watched(options: &mut Options) {
        options.idle_timeout = 20_000;
    }

    #[test]
    fn a_server_that_does_not_answer() {
        let mut script = script_watched();
        let asked = script.after(20_000).timer(1);
        let told = "fire error: idle, again in 3000";
        assert_eq!(asked, ["abort", "connecting", "wait 3000", told]);
        assert_eq!(script.after(3_000).timer(1), ["send 2", "wait 20000"]);
    }

    fn script_watched() -> Script {
        script_watched_from(1_000_000)
    }

    fn script_watched_from(now: u64) -> Script {
        let mut script = Script::beginning(now, options(watched));
        assert_eq!(script.asked(), ["send 1", "wait 20000"]);
        script
    }

    /// Times at which a number of 32 bits is odd: half of it, which is below 0 if it has a sign, its end, and the time of day of a clock on the wall.
    const TIMES: [u64; 6] = [0, (1 << 31) - 1_000, 1 << 31, 3_000_000_000, (1 << 32) - 1_000, 1_800_000_000_000];

    #[test]
    fn the_first_silence_begins_with_the_first_request() {
        for now in TIMES {
            let mut script = script_watched_from(now);
            assert!(script.after(100).when(Input::WentOnline).is_empty(), "{now}");
            assert_eq!(script.after(19_900).timer(1)[2..], ["wait 3000", "fire error: idle, again in 3000"], "{now}");
        }
    }

    #[test]
    fn silence_is_counted_across_the_end_of_numbers() {
        for now in TIMES {
            let mut script = script_watched_from(now);
            script.after(600).accepted(1);
            assert!(script.after(19_999).when(Input::WentOnline).is_empty(), "{now}");
            assert_eq!(script.after(1).timer(1)[2..], ["wait 3000", "fire error: idle, again in 3000"], "{now}");
            assert_eq!(script.after(3_000).timer(1), ["send 2", "wait 20000"], "{now}");
            assert_eq!(script.after(19_999).timer(2), ["wait 1"], "{now}");
            assert_eq!(script.after(1).timer(2)[2], "wait 3000", "{now}");
        }
    }

    #[test]
    fn what_is_not_repeated_is_not_given_up_too_early() {
        for now in TIMES {
            let mut script = Script::beginning(now, options(|options| (options.idle_timeout, options.repeats) = (60_000, false)));
            script.asked();
            assert!(script.after(100).when(Input::WentOnline).is_empty(), "{now}");
            assert_eq!(script.accepted(1), ["open", "fire open 1"], "{now}");
        }
    }

    fn open_watched() -> Script {
        let mut script = script_watched();
        assert_eq!(script.accepted(1), ["open", "fire open 1"]);
        script
    }

    #[test]
    fn any_byte_counts_and_the_timer_follows_without_haste() {
        let mut script = open_watched();
        assert!(script.after(15_000).chunk(1, b":\n").is_empty(), "no timer is made for each chunk");
        assert_eq!(script.after(5_000).timer(1), ["wait 15000"]);
        assert_eq!(script.after(15_000).timer(1)[..2], ["abort", "connecting"]);
    }

    #[test]
    fn while_paused_silence_is_ours() {
        let mut script = open_watched();
        assert!(script.when(Input::Paused).is_empty());
        assert_eq!(script.after(20_000).timer(1), ["wait 20000"]);
        assert!(script.after(15_000).when(Input::Resumed).is_empty());
        assert_eq!(script.after(5_000).timer(1), ["wait 15000"]);
        assert_eq!(script.after(15_000).timer(1)[0], "abort");
    }

    #[test]
    fn while_a_refusal_is_read_silence_is_ours_and_in_the_next_attempt_the_servers() {
        let mut script = Script::unasked(options(|options| {
            watched(options);
            options.transient.insert(503);
        }));
        script.asked();
        for attempt in 1..3 {
            assert!(script.after(19_000).when(Input::Paused).is_empty());
            assert_eq!(script.after(1_000).timer(attempt), ["wait 20000"]);
            assert!(script.after(30_000).when(Input::WentOnline).is_empty());
            assert_eq!(script.response(attempt, 503, None)[4], "fire error: status, again in 3000");
            assert_eq!(script.after(3_000).timer(attempt), [format!("send {}", attempt + 1), "wait 20000".to_owned()]);
        }
        assert_eq!(script.after(20_000).timer(3)[3], "fire error: idle, again in 3000");
    }

    #[test]
    fn coming_online_looks_at_once() {
        let mut script = open_watched();
        assert!(script.after(19_999).when(Input::WentOnline).is_empty());
        let told = "fire error: idle, again in 3000";
        assert_eq!(script.after(1).when(Input::WentOnline), ["stop waiting", "abort", "connecting", "wait 3000", told]);
    }

    #[test]
    fn after_a_sleep_it_is_tried_again_at_once() {
        let mut script = open_watched();
        assert_eq!(script.after(3_600_000).timer(1)[..3], ["abort", "connecting", "wait 100"]);
    }

    #[test]
    fn a_clock_that_is_put_back_does_no_harm() {
        let mut script = open_watched();
        script.now -= 900_000;
        assert_eq!(script.timer(1), ["wait 20000"]);
        assert_eq!(script.after(20_000).timer(1)[0], "abort");
    }

    #[test]
    fn what_is_over_is_watched_no_more() {
        assert_eq!(open_watched().close(), ["stop waiting", "abort", "closed"]);
        let mut script = open_watched();
        let asked = script.after(1_000).body_ended(1);
        assert_eq!(asked, ["stop waiting", "connecting", "wait 3000", "fire error: ended, again in 3000"]);
        let mut script = script_watched();
        assert_eq!(script.response(1, 404, None)[..3], ["stop waiting", "abort", "closed"]);
    }
}

mod hidden {
    use super::*;

    #[test]
    fn a_hidden_page_lets_go_and_comes_back_with_its_id() {
        let mut script = open(|_| {});
        script.chunk(1, b"id: 7\ndata\n\n");
        assert_eq!(script.when(Input::BecameHidden), ["abort", "connecting", "fire error: hidden, again"]);
        assert!(script.when(Input::WentOnline).is_empty() && script.when(Input::ReconnectCalled).is_empty());
        assert_eq!(script.connection.last_event_id(), "7");
        assert_eq!(script.after(100).when(Input::BecameVisible), ["send 2"]);
    }

    #[test]
    fn one_that_waits_goes_on_waiting_and_holds_back_then() {
        let mut script = script(|_| {});
        script.failed(1);
        assert!(script.when(Input::BecameHidden).is_empty());
        assert!(script.timer(1).is_empty());
        assert_eq!(script.connection.state(), State::Held);
        assert_eq!(script.when(Input::BecameVisible), ["send 2"]);

        script.failed(2);
        script.when(Input::BecameHidden);
        assert!(script.when(Input::BecameVisible).is_empty());
        assert_eq!(script.timer(2), ["send 3"]);
    }

    #[test]
    fn one_that_asks_is_not_told_of() {
        let mut script = script(|_| {});
        assert_eq!(script.when(Input::BecameHidden), ["abort"]);
        assert!(script.accepted(1).is_empty());
        assert_eq!(script.close(), ["closed"]);
    }

    /// What happens while the events of a chunk are dispatched may be asked for afterwards, when more has happened.
    #[test]
    fn an_error_tells_of_its_own_attempt_and_wait() {
        for (inputs, reason, delay) in [
            ([(Input::BecameHidden, 20), (Input::BecameVisible, 500)], Reason::Hidden, None),
            ([(Input::BecameHidden, 20), (Input::BecameVisible, 50)], Reason::Hidden, None),
            ([(Input::ReconnectCalled, 20), (Input::ReconnectCalled, 170)], Reason::Requested, Some(100)),
        ] {
            let mut script = Script::unasked(options(|options| options.idle_timeout = 30_000));
            script.asked();
            script.accepted(1);
            for (input, later) in inputs {
                script.connection.handle(input, script.now + later);
            }
            let errors = std::iter::from_fn(|| script.connection.poll_action()).filter_map(|action| match action {
                Action::FireError(error) => Some((error.attempt.number(), error.reason, error.delay)),
                _ => None,
            });
            assert_eq!(errors.collect::<Vec<_>>(), [(1, reason, delay)]);
        }
    }

    #[test]
    fn a_page_that_is_hidden_from_the_start() {
        let mut script = Script::unasked(options(|options| options.hidden = true));
        assert!(script.asked().is_empty());
        assert_eq!(script.when(Input::BecameVisible), ["send 1"]);
    }
}

mod overflow {
    use super::*;

    #[test]
    fn resuming_later() {
        let mut script = open(|_| {});
        script.chunk(1, b"id: 7\ndata\n\n");
        let asked = script.when(Input::Overflowed { resume_later: true });
        assert_eq!(asked, ["abort", "connecting", "fire error: overflow, again"]);
        assert!(script.when(Input::BecameHidden).is_empty());
        assert!(script.when(Input::Resumed).is_empty(), "the page is hidden too");
        assert_eq!(script.after(100).when(Input::BecameVisible), ["send 2"]);
        assert_eq!(script.connection.last_event_id(), "7");
    }

    #[test]
    fn resuming_not_before_the_floor() {
        let mut script = open(|_| {});
        script.when(Input::Overflowed { resume_later: true });
        assert_eq!(script.after(30).when(Input::Resumed), ["wait 70"]);
        assert_eq!(script.after(70).timer(1), ["send 2"]);
    }

    #[test]
    fn failing() {
        let told = "fire error: overflow";
        assert_eq!(open(|_| {}).when(Input::Overflowed { resume_later: false }), ["abort", "closed", told]);
        // What is not repeated cannot be resumed.
        let mut once = open(|options| options.repeats = false);
        assert_eq!(once.when(Input::Overflowed { resume_later: true }), ["abort", "closed", told]);
    }

    #[test]
    fn pausing_asks_for_nothing() {
        let mut script = open(|_| {});
        assert!(script.when(Input::Paused).is_empty());
        assert!(script.when(Input::Resumed).is_empty());
        assert_eq!(script.body_ended(1)[1], "wait 3000");
    }
}

/// They only change what happens later.
#[test]
fn some_inputs_move_nothing_by_themselves() {
    let asking = |options: &mut Options| (options.asks, options.prepares) = (true, true);
    let ways: [&dyn Fn(&mut Script); 6] = [
        &|_| {},
        &|script| _ = script.when(Input::Prepared { attempt: Script::attempt(1) }),
        &|script| {
            script.when(Input::Prepared { attempt: Script::attempt(1) });
            script.accepted(1);
        },
        &|script| {
            script.when(Input::Prepared { attempt: Script::attempt(1) });
            script.failed(1);
        },
        &|script| {
            script.when(Input::PrepareFailed { attempt: Script::attempt(1) });
            script.when(Input::RetryAnswered { attempt: Script::attempt(1), delay: Some(9_000) });
        },
        &|script| _ = script.close(),
    ];
    let mut states = Vec::new();
    for way in ways {
        let mut script = Script::unasked(options(asking));
        script.asked();
        way(&mut script);
        let state = script.connection.state();
        states.push(state);
        let attempt = Script::attempt(1);
        for input in [Input::RetryAfterReceived { attempt, delay: 0 }, Input::Paused, Input::Resumed, Input::BecameVisible] {
            let about = format!("{input:?} in {state:?}");
            assert!(script.when(input).is_empty(), "{about}");
            assert_eq!(script.connection.state(), state, "{about}");
        }
    }
    use State::*;
    assert_eq!(states, [Preparing, Requesting, Streaming, Deciding, Waiting, Closed]);
}

#[test]
fn an_id_to_start_from_has_to_fit_into_a_header() {
    let mut script = Script::unasked(Options::default());
    for id in ["a\0b", "a\rb", "a\nb", &"x".repeat(4_097)] {
        assert!(!script.connection.start_from(id.as_bytes()));
        assert_eq!(script.connection.last_event_id(), "");
    }
    for id in ["", "ü7", &"x".repeat(4_096)] {
        assert!(script.connection.start_from(id.as_bytes()));
        assert_eq!(script.connection.last_event_id(), id);
    }
    assert_eq!(script.asked(), ["send 1"]);
    script.accepted(1);
    assert_eq!(script.connection.last_event_id().len(), 4_096, "it outlives attempts");
}

#[test]
fn a_connection_that_was_good_and_let_go_makes_the_next_loss_the_first() {
    let mut script = open(|options| options.reconnection.attempts = 1);
    assert_eq!(script.body_ended(1)[1], "wait 3000");
    assert_eq!(script.after(3_000).timer(1), ["send 2"]);
    script.accepted(2);
    script.after(60_000).when(Input::BecameHidden);
    assert_eq!(script.after(100).when(Input::BecameVisible), ["send 3"]);
    assert_eq!(script.failed(3)[1], "wait 3000");
}

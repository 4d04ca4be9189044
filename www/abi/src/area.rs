//! All that an instance holds, as safe code: the exports only fetch it from where it lies.

#[cfg(feature = "class")]
use crate::numbers::{action, input};
#[cfg(all(feature = "text", target_arch = "wasm32"))]
use crate::text::Text as Buffers;
#[cfg(feature = "class")]
use tidings_core::connection::{Attempt, Connection, Fact};
#[cfg(feature = "class")]
use tidings_core::event_stream::Beside;
#[cfg(not(all(feature = "text", target_arch = "wasm32")))]
use tidings_core::event_stream::Buffers;
use tidings_core::event_stream::Tokenizer;

/// The words of the source or parser at work, what the host hands in, and what it is given. Its methods are the exports; see the crate's contract.
#[derive(Debug)]
#[repr(C)]
pub struct Area {
    words: Words,
    buffers: Buffers,
}

/// So many that what follows lies at the same place whatever the state is.
#[derive(Debug)]
#[repr(C)]
struct Words {
    state: State,
    rest: [u32; REST],
    stamp: u32,
}

/// A source, of which the parser comes first.
#[cfg(feature = "class")]
type State = Connection<Tokenizer>;
/// A parser by itself.
#[cfg(not(feature = "class"))]
type State = Tokenizer;

impl Area {
    /// One with nothing in it: all is 0, which takes no room in a module. So the stamp is written [later](Self::begin).
    pub const fn empty() -> Self {
        let state = Tokenizer::unset();
        #[cfg(feature = "class")]
        let state = Connection::unset(state);
        Area { words: Words { state, rest: [0; REST], stamp: 0 }, buffers: Buffers::new() }
    }

    /// Says by what it was built.
    pub fn begin(&mut self) {
        self.words.stamp = tidings_core::STAMP;
    }

    /// Where the host puts bytes.
    #[cfg(not(all(feature = "text", target_arch = "wasm32")))]
    pub fn input(&mut self) -> &mut [u8] {
        self.buffers.input()
    }

    /// Reads a part of a chunk, of so many bytes of the input, and says how many of the text it wrote.
    pub fn read(&mut self, size: u32) -> u32 {
        #[cfg(feature = "class")]
        let parser = self.words.state.parser();
        #[cfg(not(feature = "class"))]
        let parser = &mut self.words.state;
        parser.read(&mut self.buffers, size as usize) as u32
    }

    /// Something happened to the source; says whether it moved for that, which after a chunk means that the chunk is to be read.
    #[cfg(feature = "class")]
    pub fn tell(&mut self, input: u32, attempt: u32, value: u32, now: u32) -> bool {
        let source = &mut self.words.state;
        let Some(fact) = Fact::from_number(input) else {
            match input {
                input::START_FROM => source.parser().set_resumes(),
                input::COMMENTS_WANTED => source.parser().set_beside(Beside::Comments),
                input::BEGIN => source.begin(now),
                _ => {}
            }
            return false;
        };
        source.tell(fact, Attempt::from_number(attempt), value, now)
    }

    /// What is to be done next; what belongs to it is where the [fields](crate::numbers::field) say.
    #[cfg(feature = "class")]
    pub fn poll(&mut self) -> u32 {
        self.words.state.poll_step().map_or(action::NONE, |step| step as u32)
    }
}

const REST: usize = 127 - size_of::<State>() / size_of::<u32>();

#[cfg(all(test, feature = "class"))]
mod tests {
    use super::*;
    use crate::numbers::{border, field, option, probe_outcome, reason, token, verdict};
    use std::mem::offset_of;
    use tidings_core::connection::{ProbeOutcome, Reason, Record, Settings, Step, Verdict};
    use tidings_core::event_stream::Token;

    /// Gives bytes to the area as a host does, and says how many.
    fn hand_in(area: &mut Area, bytes: &[u8]) -> u32 {
        area.input()[..bytes.len()].copy_from_slice(bytes);
        bytes.len() as u32
    }

    /// A source with the options of the standard, changed so.
    fn connect(change: impl FnOnce(&mut Settings)) -> Box<Area> {
        let mut area = Box::new(Area::empty());
        let settings = area.words.state.settings();
        (settings.probe, settings.repeats, settings.max_event_size) = (1, 1, 1 << 26);
        (settings.attempts, settings.time) = (border::NEVER, border::NEVER);
        change(settings);
        assert!(!area.tell(input::BEGIN, 0, 0, 0));
        area
    }

    fn standard(_: &mut Settings) {}

    fn open(change: impl FnOnce(&mut Settings)) -> Box<Area> {
        let mut area = connect(change);
        assert_eq!(area.poll(), action::SEND_REQUEST);
        assert!(area.tell(input::RESPONSE_STARTED, 1, border::EVENT_STREAM, 0));
        assert_eq!([(); 3].map(|()| area.poll()), [action::BECOME_OPEN, action::FIRE_OPEN, action::NONE]);
        area
    }

    /// The text of a chunk, with a digit for each token; none if the chunk was ignored.
    fn chunk(area: &mut Area, bytes: &[u8]) -> Option<String> {
        let size = hand_in(area, bytes);
        area.tell(input::CHUNK_RECEIVED, 1, 0, 0).then(|| {
            let length = area.read(size) as usize;
            let text = String::from_utf8(area.buffers.output(length).to_vec()).expect("it is UTF-8");
            text.chars().map(|character| if character < '\n' { char::from(b'0' + character as u8) } else { character }).collect()
        })
    }

    #[test]
    fn a_chunk_comes_to_text_and_tokens() {
        let mut area = open(standard);
        let text = chunk(&mut area, b"data:ab\n\ndata:c\nid:\xC3\xA9\n\nevent:t\ndata:\xF0\x9F\x98\x80\n\n:d\ndata");
        assert_eq!(text.as_deref(), Some("\r7ab\r3c\r0\u{E9}\r2\r3t\r1\u{1F600}\r3"));
        assert_eq!([(); 2].map(|()| area.poll()), [action::DISPATCH, action::NONE]);
        area.tell(input::COMMENTS_WANTED, 0, 0, 0);
        assert_eq!(chunk(&mut area, b":x\n\n:d\n").as_deref(), Some("x\r3d\r8"));
    }

    #[test]
    fn a_source_resumes_from_the_id_that_its_host_has() {
        for (starts, second) in [(false, action::SEND_PROBE), (true, action::SEND_PROBE)] {
            let mut area = connect(|settings| settings.cross_origin = 1);
            if starts {
                area.tell(input::START_FROM, 0, 0, 0);
            }
            assert_eq!(area.words.state.parser().resumes(), starts);
            area.poll();
            area.tell(input::REQUEST_FAILED, 1, 0, 0);
            assert_eq!(area.poll(), second);
        }
    }

    #[test]
    fn options_are_heeded() {
        let mut area = connect(|settings| (settings.probe, settings.repeats) = (0, 0));
        area.poll();
        area.tell(input::REQUEST_FAILED, 1, 0, 0);
        assert_eq!(area.poll(), action::BECOME_CLOSED, "no probe, and no repetition");

        let mut area = open(|settings| settings.max_event_size = 3);
        assert_eq!(chunk(&mut area, b"data:1234").as_deref(), Some("\r71234\r6"));
        let actions = [(); 5].map(|()| area.poll());
        assert_eq!(actions, [action::DISPATCH, action::ABORT_REQUEST, action::BECOME_CLOSED, action::FIRE_ERROR, action::NONE]);
        let record = area.words.state.record();
        assert_eq!((record.reason, record.verdict), (Reason::LimitExceeded, Verdict::Failed));

        for (status, ready) in [
            (429 + border::TRANSIENT, action::BECOME_CONNECTING),
            (430, action::BECOME_CLOSED),
            (599 + border::TRANSIENT, action::BECOME_CONNECTING),
        ] {
            let mut area = connect(standard);
            area.poll();
            area.tell(input::RESPONSE_STARTED, 1, status, 0);
            assert_eq!([(); 2].map(|()| area.poll()), [action::ABORT_REQUEST, ready], "{status}");
        }
    }

    #[test]
    fn a_source_that_has_not_begun_asks_for_nothing() {
        let mut area = Area::empty();
        assert_eq!([(); 2].map(|()| area.poll()), [action::NONE; 2]);
    }

    #[test]
    fn a_chunk_that_comes_too_early_is_ignored() {
        let mut area = open(standard);
        assert!(chunk(&mut area, b"data:1\n\n").is_some());
        assert_eq!(chunk(&mut area, b"data:2\n\n"), None);
        assert_eq!([(); 2].map(|()| area.poll()), [action::DISPATCH, action::NONE]);
        assert_eq!(chunk(&mut area, b"data:3\n\n").as_deref(), Some("3\r3"));
    }

    #[test]
    fn what_was_closed_between_a_chunk_and_its_dispatch_dispatches_nothing() {
        let mut area = open(standard);
        chunk(&mut area, b"data:1\n\n");
        area.tell(input::CLOSE_CALLED, 0, 0, 0);
        assert_eq!([(); 3].map(|()| area.poll()), [action::ABORT_REQUEST, action::BECOME_CLOSED, action::NONE]);
    }

    #[test]
    fn no_size_is_more_than_the_input_has() {
        let mut area = open(standard);
        hand_in(&mut area, b"data:1\n\n");
        assert!(area.tell(input::CHUNK_RECEIVED, 1, 0, 0));
        let length = area.read(u32::MAX) as usize;
        assert_eq!(area.buffers.output(length), b"\r\x071\r\x03");
    }

    #[test]
    fn another_content_type_fails() {
        let mut area = connect(standard);
        area.poll();
        area.tell(input::RESPONSE_STARTED, 1, 200, 0);
        assert_eq!([(); 2].map(|()| area.poll()), [action::ABORT_REQUEST, action::BECOME_CLOSED]);
        assert_eq!(area.words.state.record().reason, Reason::ContentType);
    }

    #[test]
    fn numbers_are_those_of_the_core() {
        for (number, step) in [
            (action::PREPARE, Step::Prepare),
            (action::SEND_REQUEST, Step::SendRequest),
            (action::SEND_PROBE, Step::SendProbe),
            (action::ABORT_REQUEST, Step::AbortRequest),
            (action::START_TIMER, Step::StartTimer),
            (action::STOP_TIMER, Step::StopTimer),
            (action::ASK_RETRY, Step::AskRetry),
            (action::BECOME_CONNECTING, Step::BecomeConnecting),
            (action::BECOME_OPEN, Step::BecomeOpen),
            (action::BECOME_CLOSED, Step::BecomeClosed),
            (action::FIRE_OPEN, Step::FireOpen),
            (action::FIRE_ERROR, Step::FireError),
            (action::FIRE_CLOSE, Step::FireClose),
            (action::DISPATCH, Step::Dispatch),
        ] {
            assert_eq!(number, step as u32, "{step:?}");
        }
        let reasons = [
            (reason::UNKNOWN, Reason::Unknown),
            (reason::NETWORK, Reason::Network),
            (reason::BODY_ENDED, Reason::BodyEnded),
            (reason::RESUME_REFUSED, Reason::ResumeRefused),
            (reason::STATUS, Reason::Status),
            (reason::CONTENT_TYPE, Reason::ContentType),
            (reason::ORIGIN_REFUSED, Reason::OriginRefused),
            (reason::LIMIT_EXCEEDED, Reason::LimitExceeded),
            (reason::IDLE, Reason::Idle),
            (reason::PREPARE, Reason::Prepare),
            (reason::HIDDEN, Reason::Hidden),
            (reason::OVERFLOW, Reason::Overflow),
            (reason::REQUESTED, Reason::Requested),
        ];
        assert!(reasons.iter().all(|&(number, reason)| number == reason as u32));
        let verdicts = [
            (verdict::INTERRUPTED, Verdict::Interrupted),
            (verdict::FAILED, Verdict::Failed),
            (verdict::NOT_REPEATED, Verdict::NotRepeated),
            (verdict::RETRIES_EXHAUSTED, Verdict::RetriesExhausted),
            (verdict::DECLINED, Verdict::Declined),
        ];
        assert!(verdicts.iter().all(|&(number, verdict)| number == verdict as u32));
        let outcomes = [
            (probe_outcome::OTHER_ORIGIN, ProbeOutcome::OtherOrigin),
            (probe_outcome::OWN_ORIGIN, ProbeOutcome::OwnOrigin),
            (probe_outcome::UNREACHABLE, ProbeOutcome::Unreachable),
        ];
        assert!(outcomes.iter().all(|&(number, outcome)| number == outcome as u32));
        for (number, fact) in [
            (input::RESPONSE_STARTED, Fact::ResponseStarted),
            (input::CHUNK_RECEIVED, Fact::ChunkReceived),
            (input::BODY_ENDED, Fact::BodyEnded),
            (input::REQUEST_FAILED, Fact::RequestFailed),
            (input::PROBE_ENDED, Fact::ProbeEnded),
            (input::TIMER_FIRED, Fact::TimerFired),
            (input::WENT_ONLINE, Fact::WentOnline),
            (input::CLOSE_CALLED, Fact::CloseCalled),
            (input::PREPARED, Fact::Prepared),
            (input::PREPARE_FAILED, Fact::PrepareFailed),
            (input::RETRY_AFTER_RECEIVED, Fact::RetryAfterReceived),
            (input::RETRY_ANSWERED, Fact::RetryAnswered),
            (input::RECONNECT_CALLED, Fact::ReconnectCalled),
            (input::BECAME_HIDDEN, Fact::BecameHidden),
            (input::BECAME_VISIBLE, Fact::BecameVisible),
            (input::PAUSED, Fact::Paused),
            (input::RESUMED, Fact::Resumed),
            (input::OVERFLOWED, Fact::Overflowed),
        ] {
            assert_eq!(Fact::from_number(number), Some(fact));
            assert_eq!(number, fact as u32);
        }
        for number in [0, input::START_FROM, input::COMMENTS_WANTED, input::BEGIN, 256 + 1, border::NEVER] {
            assert_eq!(Fact::from_number(number), None);
        }
        assert_eq!((border::NEVER, border::EVENT_STREAM, border::TRANSIENT), (Fact::NEVER, Fact::EVENT_STREAM, Fact::TRANSIENT));
        assert_eq!(border::LONGEST_STRING, Tokenizer::LONGEST);
    }

    #[test]
    fn tokens_are_those_of_the_core() {
        for (number, token) in [
            (token::DATA, Token::Data),
            (token::TYPE, Token::Type),
            (token::ID, Token::Id),
            (token::EVENT, Token::Event),
            (token::NO_EVENT, Token::NoEvent),
            (token::NOTHING, Token::Nothing),
            (token::SKIP, Token::Skip),
            (token::RESTART, Token::Restart),
            (token::COMMENT, Token::Comment),
            (token::RECONNECTION_TIME, Token::ReconnectionTime),
            (token::LIMIT_EXCEEDED, Token::LimitExceeded),
        ] {
            assert_eq!(number, token as u32);
        }
    }

    #[test]
    fn words_lie_where_the_numbers_say() {
        type Source = Connection<Tokenizer>;
        let record = Source::RECORD;
        for (field, offset) in [
            (field::ATTEMPT, record + offset_of!(Record, attempt)),
            (field::DELAY, record + offset_of!(Record, delay)),
            (field::REASON, record + offset_of!(Record, reason)),
            (field::VERDICT, record + offset_of!(Record, verdict)),
            (field::OPTIONS, Source::SETTINGS),
        ] {
            assert_eq!(field as usize * size_of::<u32>(), offset, "{field}");
        }
        assert_eq!(border::PARSER_WORDS as usize * size_of::<u32>(), size_of::<Tokenizer>());
        assert_eq!(border::SOURCE_WORDS as usize * size_of::<u32>(), size_of::<Source>());
        assert_eq!(border::STAMP as usize * size_of::<u32>(), offset_of!(Words, stamp));
        let mut area = Area::empty();
        let start = (&raw const area).addr();
        let input = area.input().as_ptr().addr() - start;
        assert_eq!((border::INPUT as usize, border::INPUT_SIZE as usize), (input, area.input().len()));
        assert_eq!(border::OUTPUT as usize, area.buffers.output(1).as_ptr().addr() - start);
        for (option, offset) in [
            (option::CROSS_ORIGIN, offset_of!(Settings, cross_origin)),
            (option::PROBE, offset_of!(Settings, probe)),
            (option::REPEATS, offset_of!(Settings, repeats)),
            (option::PREPARES, offset_of!(Settings, prepares)),
            (option::ASKS, offset_of!(Settings, asks)),
            (option::HIDDEN, offset_of!(Settings, hidden)),
            (option::SKIPS, offset_of!(Settings, skips)),
            (option::MAX_EVENT_SIZE, offset_of!(Settings, max_event_size)),
            (option::SEED, offset_of!(Settings, seed)),
            (option::IDLE_TIMEOUT, offset_of!(Settings, idle_timeout)),
            (option::MIN, offset_of!(Settings, min)),
            (option::MAX, offset_of!(Settings, max)),
            (option::ATTEMPTS, offset_of!(Settings, attempts)),
            (option::TIME, offset_of!(Settings, time)),
        ] {
            assert_eq!(option as usize * size_of::<u32>(), offset, "{option}");
        }
    }
}

//! The numbers that both sides of the border know. `www/src/core/contract.ts` and `www/src/core/memory.ts` have them too, and a test
//! compares.

/// What a host tells: the number of a [`Fact`](tidings_core::connection::Fact), or one of the last three, which are none.
pub mod input {
    /// The value is [`EVENT_STREAM`](super::border::EVENT_STREAM), or the status, with [`TRANSIENT`](super::border::TRANSIENT) added if it passes by itself.
    pub const RESPONSE_STARTED: u32 = 1;
    /// The input holds the chunk.
    pub const CHUNK_RECEIVED: u32 = 2;
    /// The body ended.
    pub const BODY_ENDED: u32 = 3;
    /// The request failed.
    pub const REQUEST_FAILED: u32 = 4;
    /// The value is an [outcome](super::probe_outcome).
    pub const PROBE_ENDED: u32 = 5;
    /// The timer fired.
    pub const TIMER_FIRED: u32 = 6;
    /// See [`Input::Prepared`](tidings_core::connection::Input::Prepared).
    pub const PREPARED: u32 = 7;
    /// See [`Input::PrepareFailed`](tidings_core::connection::Input::PrepareFailed).
    pub const PREPARE_FAILED: u32 = 8;
    /// The value is the time in milliseconds.
    pub const RETRY_AFTER_RECEIVED: u32 = 9;
    /// The value is the wait in milliseconds, [`NEVER`](super::border::NEVER) for none.
    pub const RETRY_ANSWERED: u32 = 10;
    /// There may be a network again.
    pub const WENT_ONLINE: u32 = 11;
    /// See [`Input::ReconnectCalled`](tidings_core::connection::Input::ReconnectCalled).
    pub const RECONNECT_CALLED: u32 = 12;
    /// See [`Input::BecameHidden`](tidings_core::connection::Input::BecameHidden).
    pub const BECAME_HIDDEN: u32 = 13;
    /// See [`Input::Paused`](tidings_core::connection::Input::Paused).
    pub const PAUSED: u32 = 14;
    /// The value is 1 to resume later, 0 to fail.
    pub const OVERFLOWED: u32 = 15;
    /// See [`Input::BecameVisible`](tidings_core::connection::Input::BecameVisible).
    pub const BECAME_VISIBLE: u32 = 16;
    /// See [`Input::Resumed`](tidings_core::connection::Input::Resumed).
    pub const RESUMED: u32 = 17;
    /// `close()` was called.
    pub const CLOSE_CALLED: u32 = 18;
    /// There is a last event ID to start from; before the first poll.
    pub const START_FROM: u32 = 19;
    /// From now on comments are told of.
    pub const COMMENTS_WANTED: u32 = 20;
    /// The options are written; once, before all others.
    pub const BEGIN: u32 = 21;
}

/// What `poll` gives: the number of a [`Step`](tidings_core::connection::Step), or none.
pub mod action {
    /// Nothing to do.
    pub const NONE: u32 = 0;
    /// Stop it.
    pub const STOP_TIMER: u32 = 1;
    /// Abort what is under way.
    pub const ABORT_REQUEST: u32 = 2;
    /// Let the user prepare a request.
    pub const PREPARE: u32 = 3;
    /// Send it.
    pub const SEND_REQUEST: u32 = 4;
    /// Send a probe.
    pub const SEND_PROBE: u32 = 5;
    /// Ask the user what becomes of a loss; what belongs to it is what would belong to the error.
    pub const ASK_RETRY: u32 = 6;
    /// The ready state is CONNECTING.
    pub const BECOME_CONNECTING: u32 = 7;
    /// The ready state is OPEN.
    pub const BECOME_OPEN: u32 = 8;
    /// The ready state is CLOSED.
    pub const BECOME_CLOSED: u32 = 9;
    /// Start the timer.
    pub const START_TIMER: u32 = 10;
    /// Fire `open`.
    pub const FIRE_OPEN: u32 = 11;
    /// Fire `error`.
    pub const FIRE_ERROR: u32 = 12;
    /// Tell of the end that is no error.
    pub const FIRE_CLOSE: u32 = 13;
    /// The events of the last chunk.
    pub const DISPATCH: u32 = 14;
}

/// Which word of a source something is. All but the options belong to what was polled last.
pub mod field {
    /// The attempt.
    pub const ATTEMPT: u32 = 13;
    /// Of a timer: how long it is to run, in milliseconds.
    pub const DELAY: u32 = 14;
    /// Of an error: its [reason](super::reason).
    pub const REASON: u32 = 15;
    /// Of an error: its [verdict](super::verdict).
    pub const VERDICT: u32 = 16;
    /// Of an error: the attempt that has ended.
    pub const ERROR_ATTEMPT: u32 = 17;
    /// Of an error: when the next attempt begins; [`NEVER`](super::border::NEVER) if that is not known.
    pub const ERROR_DELAY: u32 = 18;
    /// The first of the [options](super::option).
    pub const OPTIONS: u32 = 31;
}

/// Why a connection was lost, or failed: [`Reason`](tidings_core::connection::Reason).
pub mod reason {
    /// Not known.
    pub const UNKNOWN: u32 = 0;
    /// The network failed.
    pub const NETWORK: u32 = 1;
    /// The server ended the body.
    pub const BODY_ENDED: u32 = 2;
    /// The network failed again while resuming.
    pub const RESUME_REFUSED: u32 = 3;
    /// The status.
    pub const STATUS: u32 = 4;
    /// The content type.
    pub const CONTENT_TYPE: u32 = 5;
    /// The server refuses this origin.
    pub const ORIGIN_REFUSED: u32 = 6;
    /// An event was too big.
    pub const LIMIT_EXCEEDED: u32 = 7;
    /// The server was silent.
    pub const IDLE: u32 = 8;
    /// The request could not be prepared.
    pub const PREPARE: u32 = 9;
    /// The page is hidden.
    pub const HIDDEN: u32 = 10;
    /// Who listens is behind.
    pub const OVERFLOW: u32 = 11;
    /// The user asked for it.
    pub const REQUESTED: u32 = 12;
}

/// What comes of it: [`Verdict`](tidings_core::connection::Verdict).
pub mod verdict {
    /// It is reestablished.
    pub const INTERRUPTED: u32 = 0;
    /// It failed for the sake of the reason itself.
    pub const FAILED: u32 = 1;
    /// Its request is not to be repeated.
    pub const NOT_REPEATED: u32 = 2;
    /// No more attempts are allowed.
    pub const RETRIES_EXHAUSTED: u32 = 3;
    /// The user does not want to.
    pub const DECLINED: u32 = 4;
}

/// What a probe found out.
pub mod probe_outcome {
    /// See [`ProbeOutcome::OtherOrigin`](tidings_core::connection::ProbeOutcome::OtherOrigin).
    pub const OTHER_ORIGIN: u32 = 0;
    /// See [`ProbeOutcome::OwnOrigin`](tidings_core::connection::ProbeOutcome::OwnOrigin).
    pub const OWN_ORIGIN: u32 = 1;
    /// See [`ProbeOutcome::Unreachable`](tidings_core::connection::ProbeOutcome::Unreachable).
    pub const UNREACHABLE: u32 = 2;
}

/// Which option a word is. The first seven are 0 or 1.
pub mod option {
    /// The URL is of another origin.
    pub const CROSS_ORIGIN: u32 = 0;
    /// A first request that fails is followed by a probe.
    pub const PROBE: u32 = 1;
    /// Requests may be sent again.
    pub const REPEATS: u32 = 2;
    /// The user prepares requests.
    pub const PREPARES: u32 = 3;
    /// The user is asked after a loss.
    pub const ASKS: u32 = 4;
    /// The page is hidden, and that is to hold it back.
    pub const HIDDEN: u32 = 5;
    /// An event that is too big is left out.
    pub const SKIPS: u32 = 6;
    /// The most that one event may hold, in bytes.
    pub const MAX_EVENT_SIZE: u32 = 7;
    /// What waits are drawn with: any number.
    pub const SEED: u32 = 8;
    /// The idle timeout in milliseconds, 0 for none.
    pub const IDLE_TIMEOUT: u32 = 9;
    /// The shortest wait in milliseconds, if they grow.
    pub const MIN: u32 = 10;
    /// The longest; 0 if they are not to grow.
    pub const MAX: u32 = 11;
    /// How many attempts in a row may fail; [`NEVER`](super::border::NEVER) for any number.
    pub const ATTEMPTS: u32 = 12;
    /// For how long it is tried again, in milliseconds; [`NEVER`](super::border::NEVER) for ever.
    pub const TIME: u32 = 13;
}

/// What the text of a chunk is made of: [`Token`](tidings_core::event_stream::Token).
pub mod token {
    /// The value goes on with the data.
    pub const DATA: u32 = 0;
    /// It is the type.
    pub const TYPE: u32 = 1;
    /// It is the id.
    pub const ID: u32 = 2;
    /// It ends the data of an event.
    pub const EVENT: u32 = 3;
    /// A block ended that is no event.
    pub const NO_EVENT: u32 = 4;
    /// It is nothing.
    pub const NOTHING: u32 = 5;
    /// The event is left out.
    pub const SKIP: u32 = 6;
    /// A new body begins.
    pub const RESTART: u32 = 7;
    /// It is a comment.
    pub const COMMENT: u32 = 8;
    /// It is a reconnection time.
    pub const RECONNECTION_TIME: u32 = 9;
    /// The event went past the limit.
    pub const LIMIT_EXCEEDED: u32 = 10;
}

/// Where things lie, and how many.
pub mod border {
    /// The time that means never.
    pub const NEVER: u32 = u32::MAX;
    /// In the place of a status: it is 200, and the content type is that of an event stream.
    pub const EVENT_STREAM: u32 = u32::MAX;
    /// What is added to a status that passes by itself.
    pub const TRANSIENT: u32 = 65_536;
    /// The longest string that all engines can make, in code units (V8's, on 64 bits), less what one part of a chunk may add.
    pub const LONGEST_STRING: u32 = 536_838_120;
    /// How many words a parser has.
    pub const PARSER_WORDS: u32 = 13;
    /// How many words a source has.
    pub const SOURCE_WORDS: u32 = 56;
    /// Which word of the area the stamp is.
    pub const STAMP: u32 = 127;
    /// Where in the area the input begins, in bytes.
    pub const INPUT: u32 = 512;
    /// The most bytes that it takes.
    pub const INPUT_SIZE: u32 = 32_768;
    /// Where in the area the text begins, in bytes.
    pub const OUTPUT: u32 = 33_288;
}

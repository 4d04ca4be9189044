//! The numbers that both sides of the border know. `www/src/core/contract.ts` and `www/src/core/instance.ts` have them too, and a test
//! compares.

/// What a host tells.
pub mod input {
    /// The value is the status; the input holds the content type, unless its size is [`NO_CONTENT_TYPE`](super::NO_CONTENT_TYPE).
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
    /// There may be a network again.
    pub const WENT_ONLINE: u32 = 7;
    /// `close()` was called.
    pub const CLOSE_CALLED: u32 = 8;
    /// See [`Input::Prepared`](tidings_core::connection::Input::Prepared).
    pub const PREPARED: u32 = 9;
    /// See [`Input::PrepareFailed`](tidings_core::connection::Input::PrepareFailed).
    pub const PREPARE_FAILED: u32 = 10;
    /// The value is the time in milliseconds.
    pub const RETRY_AFTER_RECEIVED: u32 = 11;
    /// The value is the wait in milliseconds, [`NEVER`](super::NEVER) for none.
    pub const RETRY_ANSWERED: u32 = 12;
    /// See [`Input::ReconnectCalled`](tidings_core::connection::Input::ReconnectCalled).
    pub const RECONNECT_CALLED: u32 = 13;
    /// See [`Input::BecameHidden`](tidings_core::connection::Input::BecameHidden).
    pub const BECAME_HIDDEN: u32 = 14;
    /// See [`Input::BecameVisible`](tidings_core::connection::Input::BecameVisible).
    pub const BECAME_VISIBLE: u32 = 15;
    /// See [`Input::Paused`](tidings_core::connection::Input::Paused).
    pub const PAUSED: u32 = 16;
    /// See [`Input::Resumed`](tidings_core::connection::Input::Resumed).
    pub const RESUMED: u32 = 17;
    /// The value is 1 to resume later, 0 to fail.
    pub const OVERFLOWED: u32 = 18;
    /// The input holds the last event ID to start from; before the first poll.
    pub const START_FROM: u32 = 19;
    /// From now on comments are events, whose type is empty.
    pub const COMMENTS_WANTED: u32 = 20;
}

/// What `poll` gives.
pub mod action {
    /// Nothing to do.
    pub const NONE: u32 = 0;
    /// See [`Action::SendRequest`](tidings_core::connection::Action::SendRequest).
    pub const SEND_REQUEST: u32 = 1;
    /// See [`Action::SendProbe`](tidings_core::connection::Action::SendProbe).
    pub const SEND_PROBE: u32 = 2;
    /// See [`Action::AbortRequest`](tidings_core::connection::Action::AbortRequest).
    pub const ABORT_REQUEST: u32 = 3;
    /// See [`Action::StartTimer`](tidings_core::connection::Action::StartTimer).
    pub const START_TIMER: u32 = 4;
    /// See [`Action::StopTimer`](tidings_core::connection::Action::StopTimer).
    pub const STOP_TIMER: u32 = 5;
    /// See [`Action::SetReadyState`](tidings_core::connection::Action::SetReadyState).
    pub const SET_READY_STATE: u32 = 6;
    /// See [`Action::FireOpen`](tidings_core::connection::Action::FireOpen).
    pub const FIRE_OPEN: u32 = 7;
    /// See [`Action::FireError`](tidings_core::connection::Action::FireError).
    pub const FIRE_ERROR: u32 = 8;
    /// The events of the table.
    pub const DISPATCH: u32 = 9;
    /// See [`Action::Prepare`](tidings_core::connection::Action::Prepare).
    pub const PREPARE: u32 = 10;
    /// See [`Action::AskRetry`](tidings_core::connection::Action::AskRetry): the fields are those of the error as it would be.
    pub const ASK_RETRY: u32 = 11;
    /// See [`Action::FireClose`](tidings_core::connection::Action::FireClose).
    pub const FIRE_CLOSE: u32 = 12;
}

/// What `field` gives.
pub mod field {
    /// The attempt of the action.
    pub const ATTEMPT: u32 = 0;
    /// Of a timer: how long it is to run, in milliseconds.
    pub const DELAY: u32 = 1;
    /// The ready state: 0, 1 or 2.
    pub const READY_STATE: u32 = 2;
    /// Of an error: 0 if it is an interruption, else what [kind of failure](super::failure).
    pub const FAILURE: u32 = 3;
    /// Of an error: its [reason](super::reason).
    pub const REASON: u32 = 4;
    /// The status of the last response.
    pub const STATUS: u32 = 5;
    /// The address of the last event ID string.
    pub const LAST_EVENT_ID: u32 = 6;
    /// Its size in bytes.
    pub const LAST_EVENT_ID_SIZE: u32 = 7;
    /// Of an error: when the next attempt begins, in milliseconds; `u32::MAX` if that is not known.
    pub const ERROR_DELAY: u32 = 8;
}

/// Why a connection was lost, or failed.
pub mod reason {
    /// Not known.
    pub const UNKNOWN: u32 = 0;
    /// See [`Reason::Network`](tidings_core::connection::Reason::Network).
    pub const NETWORK: u32 = 1;
    /// See [`Reason::BodyEnded`](tidings_core::connection::Reason::BodyEnded).
    pub const BODY_ENDED: u32 = 2;
    /// See [`Reason::ResumeRefused`](tidings_core::connection::Reason::ResumeRefused).
    pub const RESUME_REFUSED: u32 = 3;
    /// See [`Reason::Status`](tidings_core::connection::Reason::Status).
    pub const STATUS: u32 = 4;
    /// See [`Reason::ContentType`](tidings_core::connection::Reason::ContentType).
    pub const CONTENT_TYPE: u32 = 5;
    /// See [`Reason::OriginRefused`](tidings_core::connection::Reason::OriginRefused).
    pub const ORIGIN_REFUSED: u32 = 6;
    /// See [`Reason::LimitExceeded`](tidings_core::connection::Reason::LimitExceeded).
    pub const LIMIT_EXCEEDED: u32 = 7;
    /// See [`Reason::Idle`](tidings_core::connection::Reason::Idle).
    pub const IDLE: u32 = 8;
    /// See [`Reason::Prepare`](tidings_core::connection::Reason::Prepare).
    pub const PREPARE: u32 = 9;
    /// See [`Reason::Hidden`](tidings_core::connection::Reason::Hidden).
    pub const HIDDEN: u32 = 10;
    /// See [`Reason::Overflow`](tidings_core::connection::Reason::Overflow).
    pub const OVERFLOW: u32 = 11;
    /// See [`Reason::Requested`](tidings_core::connection::Reason::Requested).
    pub const REQUESTED: u32 = 12;
}

/// Why a connection is not reestablished.
pub mod failure {
    /// For the sake of the reason itself.
    pub const PLAIN: u32 = 1;
    /// See [`Verdict::NotRepeated`](tidings_core::connection::Verdict::NotRepeated).
    pub const NOT_REPEATED: u32 = 2;
    /// See [`Verdict::RetriesExhausted`](tidings_core::connection::Verdict::RetriesExhausted).
    pub const RETRIES_EXHAUSTED: u32 = 3;
    /// See [`Verdict::Declined`](tidings_core::connection::Verdict::Declined).
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

/// The flags of options.
pub mod option {
    /// The URL is of another origin.
    pub const CROSS_ORIGIN: u32 = 1;
    /// A first request that fails is followed by a probe.
    pub const PROBE: u32 = 2;
    /// Requests may be sent again.
    pub const REPEATS: u32 = 4;
    /// The user prepares requests.
    pub const PREPARES: u32 = 8;
    /// The user is asked after a loss.
    pub const ASKS: u32 = 16;
    /// The page is hidden, and that is to hold it back.
    pub const HIDDEN: u32 = 32;
}

/// The version of the options' layout.
pub const OPTIONS_VERSION: u32 = 1;
/// The size that means that there was no content type.
pub const NO_CONTENT_TYPE: u32 = u32::MAX;
/// The time that means never.
pub const NEVER: u32 = u32::MAX;
/// What `tell` gives for a chunk that came before everything was polled.
pub const OUT_OF_ORDER: u32 = 1;
/// The type of this event follows its data.
pub const NEW_TYPE: u32 = 1;
/// The id of this event follows its data and type.
pub const NEW_ID: u32 = 2;
/// The longest string that all engines can make, in code units: V8's, on 64 bits.
pub const LONGEST_STRING: u32 = 536_870_888;

//! Lines into fields.
//!
//! "If the line contains a U+003A COLON character (:), collect the characters on the line before the first U+003A COLON
//! character (:), and let *field* be that string. Collect the characters on the line after the first U+003A COLON character (:),
//! and let *value* be that string. If *value* starts with a U+0020 SPACE character, remove it from *value*. […] Otherwise […]
//! using the whole line as the field name, and the empty string as the field value."
//!
//! "Field names must be compared literally, with no case folding performed."

/// A field of an event stream, by its name; a comment is the field without one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    Data,
    Event,
    Id,
    Retry,
    Comment,
    Unknown,
}

impl Field {
    /// The field that a name before a colon means.
    pub(super) fn named(name: &[u8]) -> Self {
        match name {
            b"data" => Field::Data,
            b"event" => Field::Event,
            b"id" => Field::Id,
            b"retry" => Field::Retry,
            b"" => Field::Comment,
            _ => Field::Unknown,
        }
    }
}

/// Splits a whole, non-empty line. The value is always the tail of the line.
#[inline]
pub(super) fn split(line: &[u8]) -> (Field, &[u8]) {
    let (field, rest) = match line {
        [b'd', b'a', b't', b'a', rest @ ..] => (Field::Data, rest),
        [b'i', b'd', rest @ ..] => (Field::Id, rest),
        [b'e', b'v', b'e', b'n', b't', rest @ ..] => (Field::Event, rest),
        [b'r', b'e', b't', b'r', b'y', rest @ ..] => (Field::Retry, rest),
        [b':', ..] => (Field::Comment, line),
        _ => return (Field::Unknown, &[]),
    };
    match rest {
        [] => (field, rest),
        [b':', b' ', value @ ..] | [b':', value @ ..] => (field, value),
        _ => (Field::Unknown, &[]),
    }
}

/// The value of a `retry` field, read digit by digit, so that nothing of it has to be kept.
///
/// "If the field value consists of only ASCII digits, then interpret the field value as an integer in base ten." An empty value
/// is no integer. `str::parse` would take a plus sign.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Digits {
    value: u32,
    state: DigitsState,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum DigitsState {
    #[default]
    None,
    Some,
    Broken,
}

impl Digits {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if self.state == DigitsState::Broken {
                return;
            }
            if byte.is_ascii_digit() {
                let value = self.value.saturating_mul(10).saturating_add(u32::from(byte - b'0'));
                self.value = value.min(LONGEST_TIMER);
                self.state = DigitsState::Some;
            } else {
                self.state = DigitsState::Broken;
            }
        }
    }

    /// The reconnection time in milliseconds, if the value was one.
    pub(super) fn reconnection_time(self) -> Option<u32> {
        (self.state == DigitsState::Some).then_some(self.value)
    }
}

/// The longest wait a browser's timer knows, in milliseconds; beyond it a timer fires at once.
const LONGEST_TIMER: u32 = 2_147_483_647;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn split_takes_names_literally() {
        assert_eq!(split(b"data"), (Field::Data, &b""[..]));
        assert_eq!(split(b"data:"), (Field::Data, &b""[..]));
        assert_eq!(split(b"data:  x"), (Field::Data, &b" x"[..]));
        assert_eq!(split(b"data:data:x"), (Field::Data, &b"data:x"[..]));
        assert_eq!(split(b"database: x").0, Field::Unknown);
        assert_eq!(split(b"Data: x").0, Field::Unknown);
        assert_eq!(split(b": note"), (Field::Comment, &b"note"[..]));
        assert_eq!(split(b":"), (Field::Comment, &b""[..]));
    }

    #[test]
    fn digits_saturate_and_refuse_all_else() {
        let read = |bytes: &[u8]| {
            let mut digits = Digits::default();
            digits.push(bytes);
            digits.reconnection_time()
        };
        assert_eq!(read(b"0010"), Some(10));
        assert_eq!(read(b"2147483648"), Some(2_147_483_647));
        assert_eq!(read(b"99999999999999999999"), Some(2_147_483_647));
        for refused in [&b""[..], b"+1", b"-1", b"1 ", b" 1", b"1e3", b"0x10", b"1.5"] {
            assert_eq!(read(refused), None, "{refused:?}");
        }
    }
}

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

/// Splits a line. The value is always the tail of the line.
#[cfg_attr(not(target_arch = "wasm32"), inline)]
#[cfg_attr(target_arch = "wasm32", inline(never))]
pub(super) fn split(line: &[u8]) -> (Field, &[u8]) {
    // Arrays, unlike patterns, are compared a word at a time.
    let (field, rest) = if let Some((name, rest)) = line.split_first_chunk()
        && name == b"data"
    {
        (Field::Data, rest)
    } else if line.first() == Some(&b':') {
        (Field::Comment, line)
    } else if let Some((name, rest)) = line.split_first_chunk()
        && name == b"id"
    {
        (Field::Id, rest)
    } else if let Some((name, rest)) = line.split_first_chunk()
        && name == b"event"
    {
        (Field::Event, rest)
    } else if let Some((name, rest)) = line.split_first_chunk()
        && name == b"retry"
    {
        (Field::Retry, rest)
    } else {
        return (Field::Unknown, &[]);
    };
    match rest {
        [] => (field, rest),
        [b':', b' ', value @ ..] | [b':', value @ ..] => (field, value),
        _ => (Field::Unknown, &[]),
    }
}

/// Whether this is what ends the name of a field.
pub(super) fn is_colon(byte: &u8) -> bool {
    *byte == b':'
}

/// A reconnection time in milliseconds, as far as its digits were read.
///
/// "If the field value consists of only ASCII digits, then interpret the field value as an integer in base ten." An empty value
/// is no integer. `str::parse` would take a plus sign.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Time {
    /// One more than it is; 0 if no digit was read, [`BROKEN`](Self::BROKEN) if something else was.
    after: u32,
}

impl Time {
    const BROKEN: u32 = u32::MAX;

    pub(super) fn read<'a>(&mut self, value: impl IntoIterator<Item = &'a u8>) {
        for byte in value {
            let digit = u32::from(byte.wrapping_sub(b'0'));
            self.after = if digit > 9 || self.after == Self::BROKEN {
                Self::BROKEN
            } else {
                // Ten times more than that is past the longest in any case.
                (self.after.saturating_sub(1).min(LONGEST_TIMER / 10 + 1) * 10 + digit).min(LONGEST_TIMER) + 1
            };
        }
    }

    pub(super) fn milliseconds(self) -> Option<u32> {
        self.after.checked_sub(1).filter(|_| self.after != Self::BROKEN)
    }
}

/// The time that a value is.
pub(super) fn reconnection_time<'a>(value: impl IntoIterator<Item = &'a u8>) -> Option<u32> {
    let mut time = Time::default();
    time.read(value);
    time.milliseconds()
}

/// What stands for digits that go on later: all that they came to so far, in ten digits, or what is none, if they are no digits.
pub(super) fn kept_digits<'a>(value: impl IntoIterator<Item = &'a u8>) -> [u8; 10] {
    let Some(mut time) = reconnection_time(value) else {
        return *b"??????????";
    };
    let mut digits = [0; 10];
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (time % 10) as u8;
        time /= 10;
    }
    digits
}

/// The longest wait a browser's timer knows, in milliseconds; beyond it a timer fires at once.
pub(super) const LONGEST_TIMER: u32 = 2_147_483_647;

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
        let read = |value: &'static [u8]| reconnection_time(value);
        assert_eq!(read(b"0010"), Some(10));
        assert_eq!(read(b"2147483648"), Some(2_147_483_647));
        assert_eq!(read(b"99999999999999999999"), Some(2_147_483_647));
        for refused in [&b""[..], b"+1", b"-1", b"1 ", b" 1", b"1e3", b"0x10", b"1.5"] {
            assert_eq!(read(refused), None, "{refused:?}");
        }
    }
}

//! The data of one event, for serde: JSON, except where a string is asked for.

use serde::Deserializer;
use serde::de::Visitor;
use serde_json::Error;
use serde_json::de::StrRead;
use std::any::type_name;
use std::borrow::Cow;

/// Data that is still text.
#[derive(Clone, Copy)]
pub(super) struct Payload<'de> {
    data: &'de str,
}

type Json<'de> = serde_json::Deserializer<StrRead<'de>>;

impl<'de> Payload<'de> {
    pub(super) fn new(data: &'de str) -> Self {
        Payload { data }
    }

    fn json<T>(self, read: impl FnOnce(&mut Json<'de>) -> Result<T, Error>) -> Result<T, Error> {
        let mut json = serde_json::Deserializer::from_str(self.data);
        let value = read(&mut json)?;
        json.end()?;
        Ok(value)
    }

    /// Text gets the data as it stands. What is only written as text (a date, a UUID) gets the content of a JSON string: a server that
    /// sends JSON puts quotes around it. One that does not is understood too.
    fn string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if is_text::<V::Value>() || !self.data.trim_ascii_start().starts_with('"') {
            return visitor.visit_borrowed_str(self.data);
        }
        self.json(|json| json.deserialize_str(visitor))
    }

    pub(super) fn is_null(self) -> bool {
        self.data.trim_ascii() == "null"
    }
}

/// Whether it is text itself: `Box<str>`, `Rc<str>` and the like are made of `String` by their own implementations. Names are all that tells it,
/// for values that borrow have no `TypeId`; should a compiler name them otherwise, quotes would be taken off where there are some.
fn is_text<T>() -> bool {
    let asked = type_name::<T>();
    [type_name::<String>(), type_name::<&str>(), type_name::<Cow<'_, str>>()].contains(&asked)
}

/// What RawValue and its kin are named between serde_json's own halves.
pub(super) fn is_private_to_json(name: &str) -> bool {
    name.starts_with("$serde_json::")
}

macro_rules! as_json {
    ($($method:ident($($argument:ident: $type:ty),*))*) => {$(
        fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, Error> {
            self.json(|json| json.$method($($argument,)* visitor))
        }
    )*};
}

macro_rules! as_string {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            self.string(visitor)
        }
    )*};
}

impl<'de> Deserializer<'de> for Payload<'de> {
    type Error = Error;

    as_string! { deserialize_str deserialize_string deserialize_char deserialize_identifier }

    as_json! {
        deserialize_any()
        deserialize_bool()
        deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64() deserialize_i128()
        deserialize_u8() deserialize_u16() deserialize_u32() deserialize_u64() deserialize_u128()
        deserialize_f32() deserialize_f64()
        deserialize_bytes() deserialize_byte_buf()
        deserialize_unit() deserialize_unit_struct(name: &'static str)
        deserialize_seq() deserialize_tuple(length: usize) deserialize_tuple_struct(name: &'static str, length: usize)
        deserialize_map() deserialize_struct(name: &'static str, fields: &'static [&'static str])
        deserialize_enum(name: &'static str, variants: &'static [&'static str])
        deserialize_ignored_any()
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, Error> {
        if is_private_to_json(name) {
            return self.json(|json| json.deserialize_newtype_struct(name, visitor));
        }
        visitor.visit_newtype_struct(self)
    }
}

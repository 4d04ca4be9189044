//! The query of a request, as bytes: a test may want to send what is not UTF-8.

use std::{str::FromStr, time::Duration};

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use percent_encoding::percent_decode;

/// The pairs of a query, decoded as a form (`+` is a blank), names as text and values as bytes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query(Vec<(String, Vec<u8>)>);

impl Query {
    /// Takes a query string apart; no query string can fail to be taken apart.
    pub(crate) fn parse(query: &str) -> Self {
        Self(
            query
                .split('&')
                .filter(|pair| !pair.is_empty())
                .map(|pair| {
                    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                    (String::from_utf8_lossy(&decoded(name)).into_owned(), decoded(value))
                })
                .collect(),
        )
    }

    /// Every value of this name, in order.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        self.0.iter().filter(move |(n, _)| n == name).map(|(_, value)| value.as_slice())
    }

    /// The first value of this name.
    pub(crate) fn bytes(&self, name: &str) -> Option<&[u8]> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_slice())
    }

    /// The first value of this name as text.
    pub(crate) fn text(&self, name: &str) -> Result<Option<&str>, Refusal> {
        self.bytes(name)
            .map(|value| std::str::from_utf8(value).map_err(|_| Refusal(format!("`{name}` has to be UTF-8 text"))))
            .transpose()
    }

    /// The first value of this name as a number, or what it is without one.
    pub(crate) fn number<N: FromStr>(&self, name: &str, without: N) -> Result<N, Refusal> {
        Ok(self.optional_number(name)?.unwrap_or(without))
    }

    /// The first value of this name as a number.
    pub(crate) fn optional_number<N: FromStr>(&self, name: &str) -> Result<Option<N>, Refusal> {
        self.text(name)?
            .map(|value| value.parse().map_err(|_| Refusal(format!("`{name}` has to be a number that fits, not `{value}`"))))
            .transpose()
    }

    /// The first value of this name as so many milliseconds.
    pub(crate) fn duration(&self, name: &str, without: u64) -> Result<Duration, Refusal> {
        self.number(name, without).map(Duration::from_millis)
    }
}

fn decoded(part: &str) -> Vec<u8> {
    percent_decode(part.replace('+', " ").as_bytes()).collect()
}

/// A request that a route cannot make sense of: 400, and the reason in a sentence.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Refusal(pub(crate) String);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        (StatusCode::BAD_REQUEST, format!("{}\nGET /routes lists what can be asked.\n", self.0)).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::{Query, Refusal};

    #[test]
    fn decodes_as_a_form_and_keeps_bytes() {
        let query = Query::parse("a=1+2%2B3&b=%FF%00&a=second&c&&=x");
        assert_eq!(query.bytes("a"), Some(&b"1 2+3"[..]));
        assert_eq!(query.all("a").count(), 2);
        assert_eq!(query.bytes("b"), Some(&[0xFF, 0][..]));
        assert_eq!(query.bytes("c"), Some(&b""[..]));
        assert_eq!(query.bytes("d"), None);
    }

    #[test]
    fn refuses_in_words() {
        let query = Query::parse("n=1e3&b=%FF&big=99999");
        assert_eq!(query.number("absent", 7), Ok(7));
        assert_eq!(query.number::<u64>("n", 0), Err(Refusal("`n` has to be a number that fits, not `1e3`".to_owned())));
        assert!(query.number::<u16>("big", 0).is_err());
        assert_eq!(query.text("b"), Err(Refusal("`b` has to be UTF-8 text".to_owned())));
    }
}

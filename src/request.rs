//! What a request is made of, as far as users choose it.

use crate::Error;
use std::fmt;
use std::sync::Arc;

/// Headers, of a request or of a response. Names are compared without regard to case, and kept in lower case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers {
    list: Vec<(String, String)>,
}

impl Headers {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// The value of the first header of this name. Browsers join several of a response to one, with commas.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Puts one in the place of all of this name.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.remove(name);
        self.append(name, value);
    }

    /// Adds one to those of this name.
    pub fn append(&mut self, name: &str, value: impl Into<String>) {
        self.list.push((name.to_ascii_lowercase(), value.into()));
    }

    /// Takes all of this name away.
    pub fn remove(&mut self, name: &str) {
        self.list.retain(|(own, _)| !own.eq_ignore_ascii_case(name));
    }

    /// Names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.list.iter().map(|(name, value)| (&**name, &**value))
    }

    /// What of them no request can hold.
    pub(crate) fn check(&self) -> Result<(), Error> {
        for (name, value) in self.iter() {
            if !is_token(name) {
                return Err(Error::invalid_option(
                    "headers",
                    format!("the name {name:?}"),
                    "a name consists of letters, digits and !#$%&'*+-.^_`|~",
                ));
            }
            if value.contains(|character| matches!(character, '\0' | '\r' | '\n' | '\u{100}'..)) {
                return Err(Error::invalid_option(
                    "headers",
                    // It may be a secret, and this is printed.
                    format!("the value of {name:?}"),
                    "a value holds no NUL, CR, LF, and no character past U+00FF: encode it",
                ));
            }
        }
        Ok(())
    }
}

impl<N: AsRef<str>, V: Into<String>> FromIterator<(N, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(list: I) -> Self {
        let mut headers = Headers::new();
        headers.extend(list);
        headers
    }
}

impl<N: AsRef<str>, V: Into<String>> Extend<(N, V)> for Headers {
    fn extend<I: IntoIterator<Item = (N, V)>>(&mut self, list: I) {
        list.into_iter().for_each(|(name, value)| self.append(name.as_ref(), value));
    }
}

/// The body of a request: text, bytes, or a [`Form`]. Cloning it copies nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Body {
    pub(crate) content: Content,
}

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Content {
    Text(Arc<str>),
    Bytes(Arc<[u8]>),
    Form(Arc<[Field]>),
}

impl Body {
    /// The text, if it is text.
    pub fn as_str(&self) -> Option<&str> {
        match &self.content {
            Content::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The bytes, if it is bytes or text; a form has none before it is sent.
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match &self.content {
            Content::Text(text) => Some(text.as_bytes()),
            Content::Bytes(bytes) => Some(bytes),
            Content::Form(_) => None,
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Bodies may be long, and secret.
        match &self.content {
            Content::Text(text) => write!(f, "Body(text of {} bytes)", text.len()),
            Content::Bytes(bytes) => write!(f, "Body({} bytes)", bytes.len()),
            Content::Form(fields) => write!(f, "Body(form of {} fields)", fields.len()),
        }
    }
}

impl From<&str> for Body {
    fn from(text: &str) -> Self {
        Body { content: Content::Text(text.into()) }
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Body { content: Content::Text(text.into()) }
    }
}

impl From<&[u8]> for Body {
    fn from(bytes: &[u8]) -> Self {
        Body { content: Content::Bytes(bytes.into()) }
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Body { content: Content::Bytes(bytes.into()) }
    }
}

impl From<Form> for Body {
    fn from(form: Form) -> Self {
        Body { content: Content::Form(form.fields.into()) }
    }
}

/// Form data, sent as `multipart/form-data`.
///
/// ```
/// use tidings::Form;
///
/// let form = Form::new().text("question", "Why?").file("picture", "dot.gif", "image/gif", *b"GIF89a");
/// let request = tidings::EventSource::builder("/answer").method("POST").body(form);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "a form does nothing until it is the body of a request"]
pub struct Form {
    fields: Vec<Field>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) value: FieldValue,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FieldValue {
    Text(String),
    File { name: String, content_type: String, bytes: Vec<u8> },
}

impl Form {
    /// An empty one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field of text.
    pub fn text(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.fields.push(Field { name: name.into(), value: FieldValue::Text(value.into()) });
        self
    }

    /// Adds a file of this name and content type.
    pub fn file(
        mut self,
        name: impl Into<String>,
        file_name: impl Into<String>,
        content_type: impl Into<String>,
        bytes: impl Into<Vec<u8>>,
    ) -> Self {
        let value = FieldValue::File { name: file_name.into(), content_type: content_type.into(), bytes: bytes.into() };
        self.fields.push(Field { name: name.into(), value });
        self
    }
}

/// Whether cookies and the like go along, as `fetch` has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Credentials {
    /// To nobody.
    Omit,
    /// To the page's own origin. The default.
    SameOrigin,
    /// To other origins too, as [`with_credentials`](crate::EventSourceBuilder::with_credentials) has it.
    Include,
}

/// What becomes of redirects, as `fetch` has it. (Its `manual` shows no address to go on to, so it is not here.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Redirect {
    /// They are followed. The default. To another origin browsers do not take `Authorization` along, but other headers, `Last-Event-ID` among them.
    Follow,
    /// They are network errors.
    Error,
}

/// The request of one attempt, for [`prepare`](crate::EventSourceBuilder::prepare) to change. URL, headers and body are each time as they were given at
/// construction.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PreparedRequest {
    /// Where it goes. A relative one is resolved as at construction.
    pub url: String,
    /// Its headers, besides `Accept` and `Last-Event-ID`, which may be set too.
    pub headers: Headers,
    /// Its body.
    pub body: Option<Body>,
    /// The number of the attempt, 1 for the first. Changing it changes nothing.
    pub attempt: u32,
    /// What the server will be asked to go on after; empty if there is nothing. Changing it changes nothing.
    pub last_event_id: String,
}

/// What a server answered: status, headers, and where it came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The headers, as far as the browser shows them: of another origin only what that allows (`Access-Control-Expose-Headers`).
    pub headers: Headers,
    /// The URL that answered, after redirects.
    pub url: String,
    /// Of an answer that is no event stream: the first 4 KiB of its body as text, or what of that came within a second.
    pub body: Option<String>,
}

/// A [token](https://www.rfc-editor.org/rfc/rfc9110#name-tokens), such as a method or the name of a header.
pub(crate) fn is_token(text: &str) -> bool {
    let is_of_it = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_of_it)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_found_whatever_their_case() {
        let mut headers: Headers = [("X-One", "1"), ("x-two", "2"), ("X-ONE", "3")].into_iter().collect();
        assert_eq!((headers.get("x-ONE"), headers.get("X-Two"), headers.get("x")), (Some("1"), Some("2"), None));
        headers.set("X-one", "4");
        assert_eq!(headers.iter().collect::<Vec<_>>(), [("x-two", "2"), ("x-one", "4")]);
        headers.remove("X-TWO");
        assert_eq!(headers.iter().count(), 1);
    }

    #[test]
    fn what_no_header_can_be_is_told() {
        let check = |name: &str, value: &str| Headers::from_iter([(name, value)]).check();
        assert!(check("x-a", "ünd so\tweiter").is_ok());
        for (name, value, shown) in
            [("a b", "c", "\"a b\""), ("", "c", "\"\""), ("a:", "c", "\"a:\""), ("a", "secret\n", "\"a\""), ("a", "→", "\"a\"")]
        {
            let error = check(name, value).expect_err(name).to_string();
            assert!(error.contains("`headers`") && error.contains(shown) && !error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn a_body_does_not_print_its_content() {
        let bodies: [Body; 3] = ["secret".into(), b"secret".to_vec().into(), Form::new().text("a", "secret").into()];
        for body in &bodies {
            assert!(!format!("{body:?}").contains("secret"));
        }
        assert_eq!((bodies[0].as_str(), bodies[1].as_str()), (Some("secret"), None));
        assert_eq!((bodies[0].as_bytes(), bodies[2].as_bytes()), (Some(&b"secret"[..]), None));
    }
}

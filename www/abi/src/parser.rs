//! Parsers by themselves, for bodies that others fetch. They share the buffers of their realm.

use crate::realm::Realm;
use tidings_core::EventStream;
use tidings_core::event_stream::Beside;

impl Realm {
    /// Reads the chunk that the input holds, and gives the table.
    pub fn read(&mut self, stream: &mut EventStream, size: usize) -> &[u32] {
        let chunk = self.input.get(..size).unwrap_or_default();
        self.output.write(stream, chunk, Beside::All)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(realm: &mut Realm, stream: &mut EventStream, bytes: &[u8]) -> Vec<u8> {
        realm.prepare(bytes.len())[..bytes.len()].copy_from_slice(bytes);
        let [_, size] = *realm.read(stream, bytes.len()) else { panic!("two words") };
        let text = realm.output.text();
        assert_eq!(size as usize, text.len());
        text.to_vec()
    }

    #[test]
    fn the_strings_tell_what_else_a_stream_says() {
        let (mut realm, mut stream) = (Realm::new(), EventStream::with_limit(Some(3)));
        let text = read(&mut realm, &mut stream, b":c\nretry:12\ndata:x\n\ndata:1234");
        assert_eq!(text, b"c\r\n\r\r00000000014\r\n\n\r\rx\r\r\r\r\n\n\n\r\r");
        assert_eq!(read(&mut realm, &mut stream, b"data:x\n\n"), b"");
    }

    #[test]
    fn parsers_share_buffers_and_nothing_else() {
        let mut realm = Realm::new();
        let [mut first, mut second] = [(); 2].map(|()| EventStream::new());
        read(&mut realm, &mut first, b"id:1\ndata:a");
        read(&mut realm, &mut second, b"data:b");
        assert_eq!(read(&mut realm, &mut first, b"\n\n"), b"a\r\r1\r");
        assert_eq!(read(&mut realm, &mut second, b"\n\n"), b"b\r\r\r");
        // A size that was not prepared is cut to nothing.
        assert_eq!(realm.read(&mut first, usize::MAX)[1], 0);
    }
}

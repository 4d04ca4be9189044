//! Parsers by themselves, for bodies that others fetch. They share the buffers of their realm.

use crate::realm::Realm;
use tidings_core::EventStream;

impl Realm {
    /// Reads the chunk that the input holds, and gives the table.
    pub fn read(&mut self, stream: &mut EventStream, size: usize) -> &[u8] {
        let chunk = self.input.get(..size).unwrap_or_default();
        self.output.write::<true>(stream, chunk, true);
        self.output.table()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(realm: &mut Realm, stream: &mut EventStream, bytes: &[u8]) -> (Vec<u8>, Vec<u32>) {
        realm.prepare(bytes.len())[..bytes.len()].copy_from_slice(bytes);
        let (words, []) = realm.read(stream, bytes.len()).as_chunks() else { panic!("whole words") };
        let words = words.iter().skip(1).map(|word| u32::from_le_bytes(*word)).collect();
        (realm.output.text().to_vec(), words)
    }

    #[test]
    fn the_table_holds_what_else_a_stream_says() {
        let (mut realm, mut stream) = (Realm::new(), EventStream::with_limit(Some(3)));
        let (text, table) = read(&mut realm, &mut stream, b":c\nretry:12\ndata:x\n\ndata:1234");
        assert_eq!(text, b"c\n0000000012\rx\r\n\n");
        assert_eq!(table, [17, 4, 1 << 2 | 1, 2 << 2, 12 << 2 | 1, 13 << 2, 14 << 2 | 1, 14 << 2, 14 << 2 | 1, 16 << 2]);
        assert_eq!(read(&mut realm, &mut stream, b"data:x\n\n"), (b"\n".to_vec(), vec![1, 0]));
    }

    #[test]
    fn parsers_share_buffers_and_nothing_else() {
        let mut realm = Realm::new();
        let [mut first, mut second] = [(); 2].map(|()| EventStream::new());
        read(&mut realm, &mut first, b"id:1\ndata:a");
        read(&mut realm, &mut second, b"data:b");
        assert_eq!(read(&mut realm, &mut first, b"\n\n").0, b"a1\n");
        assert_eq!(read(&mut realm, &mut second, b"\n\n").0, b"b\n");
        // A size that was not prepared is cut to nothing.
        assert!(realm.read(&mut first, usize::MAX).len() >= 12);
    }
}

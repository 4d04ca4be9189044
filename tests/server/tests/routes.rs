//! Proves the tools: what the server promises is looked at as bytes on a socket, with a client of its own that hides
//! nothing. Each test starts a server; no test sleeps.

mod client;

use std::io::Write as _;

use client::{Answer, Piece, Server};

#[test]
fn two_origins_with_the_same_routes() {
    let server = Server::start(&[]);
    assert_ne!(server.first, server.second);
    for port in [server.first, server.second] {
        let mut answer = client::get(port, "/message?body=data:+x%0A%0A&type=text/x&status=203");
        assert_eq!(answer.status, 203);
        assert_eq!(answer.header("content-type"), Some("text/x"));
        assert_eq!(answer.rest(), Ok("data: x\n\n".to_owned()));
    }
}

#[test]
fn lists_its_routes() {
    let server = Server::start(&[]);
    for path in ["/", "/routes"] {
        let listing = server.get(path).rest().expect("ends");
        for route in ["/message?", "/seen/{key}/wait?", "/demo/stream", "cors=star"] {
            assert!(listing.contains(route), "{route} is not in:\n{listing}");
        }
    }
    assert_eq!(server.get("/nothing").status, 404);
}

#[test]
fn statuses_and_redirects() {
    let server = Server::start(&[]);
    for code in [200, 204, 205, 301, 401, 404, 429, 500, 503] {
        let mut answer = server.get(&format!("/status/{code}"));
        assert_eq!(answer.status, code);
        assert_eq!(answer.header("location"), None);
        let body = answer.rest().expect("ends");
        assert_eq!(body.is_empty(), code == 204 || code == 205, "{code}: {body}");
    }
    let answer = server.get("/redirect/307?to=/message%3Fa=b");
    assert_eq!((answer.status, answer.header("location")), (307, Some("/message?a=b")));
    let answer = server.get("/redirect-loop?a=b");
    assert_eq!((answer.status, answer.header("location")), (302, Some("/redirect-loop?a=b")));
}

#[test]
fn content_types_none_one_several() {
    let server = Server::start(&[]);
    assert_eq!(server.get("/content-type").header("content-type"), None);
    let answer = server.get("/content-type?value=text/event-stream;charset%3Dx&value=text/html");
    let values: Vec<_> = answer.headers.iter().filter(|(name, _)| name == "content-type").collect();
    assert_eq!(values.len(), 2);
    assert_eq!(values[0].1, "text/event-stream;charset=x");
}

#[test]
fn kind_words_for_what_makes_no_sense() {
    let server = Server::start(&[]);
    for (path, words) in [
        ("/drip?every=soon", "`every` has to be a number that fits, not `soon`"),
        ("/message?end=never", "`end` is one of"),
        ("/message?cors=yes", "`cors` is one of echo, star and none"),
        ("/message?header=nonsense", "`header` has to be a header field"),
        ("/sequence?steps=200", "a sequence needs a `key`"),
        ("/sequence?key=k&steps=200,huh", "not `huh`"),
        ("/status/42", "a status is a number from 200 to 999"),
        ("/endless?chunk=0", "`chunk` from 1"),
        ("/corpus/..%2F..%2Fsecret", "is not the name of a case"),
    ] {
        let mut answer = server.get(path);
        assert_eq!(answer.status, 400, "{path}");
        let body = answer.rest().expect("ends");
        assert!(body.contains(words), "{path}: {body}");
    }
}

#[test]
fn corpus_in_chunks_that_are_each_a_chunk() {
    let folder = client::TemporaryFolder::new("corpus");
    let stream = "\u{FEFF}data: ä\r\n\r\nid: 1\ndata: b\n\n";
    folder.write("case.sse", stream);
    folder.write("nested/other.sse", "");
    folder.write("case.json", "[1]");
    let server = Server::start(&["--corpus", folder.path()]);

    assert_eq!(server.get("/corpus/index.json").rest(), Ok("[\"case\",\"nested/other\"]\n".into()));
    assert_eq!(server.get("/corpus/case.json").rest(), Ok("[1]".into()));
    assert_eq!(server.get("/corpus/missing").status, 404);
    for split in [1, 2, 3, 7] {
        let pieces = server.get(&format!("/corpus/case?split={split}")).pieces();
        let (end, chunks) = pieces.split_last().expect("some");
        assert_eq!(*end, Piece::End);
        let expected: Vec<Piece> = stream.as_bytes().chunks(split).map(|chunk| Piece::Chunk(chunk.to_vec())).collect();
        assert_eq!(chunks, expected);
    }
    assert_eq!(server.get("/corpus/case").pieces().len(), 2);
    assert_eq!(server.get("/corpus/nested/other").pieces(), [Piece::End]);
}

#[test]
fn a_chunk_is_sent_before_the_next_is_made() {
    let server = Server::start(&[]);
    let mut answer = server.get("/drip?every=600000&count=2&event=t&data=a%0Ab");
    assert_eq!(answer.text(), "event: t\nid: 1\ndata: a\ndata: b\n\n");
}

#[test]
fn drop_ends_in_the_middle_of_a_block() {
    let server = Server::start(&[]);
    let pieces = server.get("/drop?after=2&retry=5&key=k").pieces();
    assert_eq!(
        pieces,
        [
            Piece::text("retry: 5\n\n"),
            Piece::text("id: 1\ndata: event 1\n\n"),
            Piece::text("id: 2\ndata: event 2\n\n"),
            Piece::text("id: half\ndata: never to be seen"),
            Piece::Broken,
        ]
    );
    let resumed = server.ask("GET", "/drop?after=1&end=reset&key=k", &["Last-Event-ID: 2"]).pieces();
    assert_eq!(resumed[0], Piece::text("id: 3\ndata: event 3\n\n"));
    assert_eq!(resumed.last(), Some(&Piece::Broken));
    let seen = server.json("/seen/k/wait?closed=2");
    assert_eq!(seen["log"][0]["ended"], "cut");
    assert_eq!(seen["log"][1]["last_event_id"], "2");
}

#[test]
fn a_body_that_comes_after_its_head_does_not_hide_a_cut() {
    let server = Server::start(&[]);
    let path = "/sequence?key=b&steps=drop,no-answer";
    let head = ["Content-Length: 6"];
    let mut connection = client::send(server.first, "POST", path, &head);
    server.json("/seen/b/wait?requests=1");
    connection.write_all(b"a body").expect("writes");
    let seen = server.json("/seen/b/wait?open=0&closed=1");
    assert_eq!(seen["log"][0]["ended"], "cut");
    // Nor a client that goes.
    let mut connection = client::send(server.first, "POST", path, &head);
    server.json("/seen/b/wait?requests=2");
    connection.write_all(b"a body").expect("writes");
    drop(connection);
    let seen = server.json("/seen/b/wait?open=0&closed=2");
    assert_eq!(seen["log"][1]["ended"], "client-gone");
}

#[test]
fn refuse_answers_nothing() {
    let server = Server::start(&[]);
    for end in ["cut", "reset"] {
        assert!(Answer::of(server.first, "GET", &format!("/refuse?key=k&end={end}"), &[]).is_err());
    }
    let seen = server.json("/seen/k/wait?closed=2");
    assert_eq!(seen["log"][1]["ended"], "cut");
    assert_eq!(seen["log"][1]["status"], serde_json::Value::Null);
}

#[test]
fn notices_at_once_when_a_client_goes() {
    let server = Server::start(&[]);
    // Those that answer with headers first …
    for (number, path) in ["/silent", "/drip?every=600000", "/echo-headers", "/endless", "/ticks"].iter().enumerate() {
        let joint = if path.contains('?') { '&' } else { '?' };
        let answer = server.get(&format!("{path}{joint}key=k"));
        server.json(&format!("/seen/k/wait?open=1&requests={}", number + 1));
        drop(answer);
        let seen = server.json("/seen/k/wait?open=0");
        assert_eq!(seen["log"][number]["ended"], "client-gone", "{path}");
    }
    // … one that was asked with a body that the route does not read …
    let answer = server.ask("POST", "/silent?key=p", &["Content-Length: 6", "", "a body"]);
    drop(answer);
    let seen = server.json("/seen/p/wait?open=0&closed=1");
    assert_eq!(seen["log"][0]["ended"], "client-gone");
    // … and one that never answers.
    for (number, lines) in [&[][..], &["Content-Length: 6", "", "a body"]].into_iter().enumerate() {
        let method = if lines.is_empty() { "GET" } else { "POST" };
        let connection = client::send(server.first, method, "/no-answer?key=n", lines);
        server.json("/seen/n/wait?open=1");
        drop(connection);
        let seen = server.json(&format!("/seen/n/wait?open=0&closed={}", number + 1));
        assert_eq!(seen["log"][number]["ended"], "client-gone");
    }
}

#[test]
fn finished_is_not_gone() {
    let server = Server::start(&[]);
    for path in ["/message?key=k", "/status/503?key=k", "/status/204?key=k", "/routes?key=k"] {
        server.get(path).rest().expect("ends");
    }
    server.ask("HEAD", "/silent?key=k", &[]);
    let seen = server.json("/seen/k/wait?closed=5&open=0");
    for entry in seen["log"].as_array().expect("a list") {
        assert_eq!(entry["ended"], "finished", "{entry}");
    }
    assert_eq!(seen["log"][0]["sent"], 12);
}

#[test]
fn wait_tells_the_state_when_it_takes_too_long() {
    let server = Server::start(&[]);
    let mut answer = server.get("/seen/k/wait?requests=1&within=20");
    assert_eq!(answer.status, 504);
    assert!(answer.rest().expect("ends").contains("\"requests\":0"));
}

#[test]
fn resume_counts_on_and_stops() {
    let server = Server::start(&[]);
    let path = "/resume?count=2&total=3&retry=1";
    assert_eq!(server.get(path).rest(), Ok("retry: 1\n\nid: 1\ndata: event 1\n\nid: 2\ndata: event 2\n\n".into()));
    assert_eq!(server.ask("GET", path, &["last-event-id: 2"]).rest(), Ok("retry: 1\n\nid: 3\ndata: event 3\n\n".into()));
    assert_eq!(server.ask("GET", path, &["last-event-id: 3"]).status, 204);
    assert_eq!(server.get("/resume?count=1&size=10").rest(), Ok("id: 1\ndata: event 1...\n\n".into()));
}

#[test]
fn sequence_goes_on_by_key() {
    let server = Server::start(&[]);
    let path = "/sequence?key=k&steps=503,drop,html,200,204";
    assert_eq!(server.get(path).status, 503);
    assert_eq!(server.get(path).pieces().last(), Some(&Piece::Broken));
    assert_eq!(server.get(path).header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(server.get(path).rest(), Ok("id: 4\ndata: answer 4\n\n".into()));
    assert_eq!(server.get(path).status, 204);
    assert_eq!(server.get(path).status, 204);
    assert_eq!(server.get("/sequence?key=other&steps=503,200").status, 503);
}

#[test]
fn echoes_bytes_of_headers() {
    let server = Server::start(&[]);
    assert_eq!(server.get("/id-then-echo?id=%E2%80%A6").rest(), Ok("retry: 10\n\nid: …\ndata: first\n\n".into()));
    let mut answer = server.ask(
        "POST",
        "/id-then-echo?id=x",
        &["Last-Event-ID: …", "Origin: http://a", "Cookie: a=1; b=2", "Content-Length: 2", "", "hi"],
    );
    let text = answer.text();
    let echo: serde_json::Value = serde_json::from_str(text.trim().trim_start_matches("data: ")).expect("JSON");
    assert_eq!(echo["method"], "POST");
    assert_eq!(echo["last_event_id"], "\u{E2}\u{80}\u{A6}");
    assert_eq!(echo["origin"], "http://a");
    assert_eq!(echo["cookies"]["b"], "2");
    assert_eq!(echo["body"], "hi");

    let answer = server.get("/cookies?set=a%3D1;+Path%3D/&set=b%3D2");
    let set = answer.headers.iter().filter(|(name, _)| name == "set-cookie").count();
    assert_eq!(set, 2);
}

#[test]
fn cors_as_asked() {
    let server = Server::start(&[]);
    let origin = "Origin: http://a.test";
    let allowed = |cors: &str| {
        let answer = server.ask("GET", &format!("/message?cors={cors}"), &[origin]);
        let value = |name| answer.header(name).map(str::to_owned);
        (value("access-control-allow-origin"), value("access-control-allow-credentials"))
    };
    assert_eq!(allowed("echo"), (Some("http://a.test".into()), Some("true".into())));
    assert_eq!(allowed("star"), (Some("*".into()), None));
    assert_eq!(allowed("none"), (None, None));

    let preflight = |cors: &str| {
        let answer = server.ask(
            "OPTIONS",
            &format!("/message?key=k&cors={cors}"),
            &[origin, "Access-Control-Request-Method: POST", "Access-Control-Request-Headers: x-one,last-event-id"],
        );
        assert_eq!(answer.status, 204);
        answer
            .headers
            .iter()
            .filter(|(name, _)| name == "access-control-allow-headers")
            .map(|(_, value)| value.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(preflight("echo"), ["x-one", "last-event-id"]);
    assert_eq!(preflight("star"), ["x-one"]);
    assert!(preflight("none").is_empty());
    let seen = server.json("/seen/k");
    assert_eq!((&seen["preflights"], &seen["requests"]), (&3.into(), &0.into()));
}

#[test]
fn interleaved_is_mixed_and_in_order() {
    let server = Server::start(&[]);
    let body = server.get("/interleaved?count=7&types=a,b&chunk=2").rest().expect("ends");
    let types: String = body.lines().filter_map(|line| line.strip_prefix("event: ")).collect();
    // The squares through 3: 0, 1, 3, 5, 8, 12, 16.
    assert_eq!(types, "abbbaaa", "{body}");
    let data: Vec<_> = body.lines().filter_map(|line| line.strip_prefix("data: ")).collect();
    assert_eq!(data, ["1", "2", "3", "4", "5", "6", "7"]);
    assert_eq!(server.get("/interleaved?chunk=0").status, 400);
}

#[test]
fn burst_is_whole() {
    let server = Server::start(&[]);
    let body = server.get("/burst?count=100&size=1000&chunk=333").rest().expect("ends");
    let (events, done) = body.rsplit_once("event: done").expect("ends with done");
    assert_eq!(events.matches("data: abcdefg").count(), 100);
    assert_eq!(events.len(), 100 * 1_008);
    assert_eq!(done, "\ndata: 100\n\n");
}

#[test]
fn told_sends_what_it_is_told() {
    let server = Server::start(&[]);
    let tell = |query: &str| server.get(&format!("/tell/k{query}")).status;
    // Also before anyone asks for it.
    assert_eq!(tell("?body=data:+1%0A%0A&count=2"), 204);
    let mut answer = server.get("/told?key=k");
    assert_eq!(answer.piece(), Piece::text("data: 1\n\ndata: 1\n\n"));
    server.json("/seen/k/wait?open=1");
    assert_eq!(tell("?body=:%0A"), 204);
    assert_eq!(answer.piece(), Piece::text(":\n"));
    assert_eq!(tell("?end=close"), 204);
    assert_eq!(answer.piece(), Piece::End);
    assert_eq!(server.json("/seen/k/wait?open=0")["log"][0]["ended"], "finished");
    assert_eq!(tell("?body=half&end=cut"), 204);
    assert_eq!(server.get("/told?key=k").pieces(), [Piece::text("half"), Piece::Broken]);
    assert_eq!(server.json("/seen/k/wait?open=0")["log"][1]["ended"], "cut");
    assert_eq!(server.get("/told").status, 400);
    assert_eq!(tell("?end=never"), 400);
    assert_eq!(tell("?body=x&count=100000000"), 400);
    assert_eq!(tell(&format!("?body=x&count={}", usize::MAX)), 400);
}

#[test]
fn prices_resume_and_can_be_dropped() {
    let server = Server::start(&[]);
    let ids = client::ids_until_broken(server.get("/examples/prices?every=1&key=k"), 30, || {
        assert_eq!(server.ask("POST", "/demo/drop?of=k", &["Content-Length: 0"]).rest(), Ok("{\"dropped\":1}\n".into()));
    });
    let last = ids.last().copied().expect("some");
    let mut answer = server.ask("GET", "/examples/prices?every=1", &[&format!("Last-Event-ID: {last}")]);
    assert_eq!(client::ids(&mut answer, 1).first(), Some(&(last + 1)));
}

#[test]
fn an_answer_needs_a_question_and_a_token_of_its_own() {
    let server = Server::start(&[]);
    let token = || {
        let text = server.ask("POST", "/examples/token", &["Content-Length: 0"]).rest().expect("ends");
        let json: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        json["token"].as_str().expect("text").to_owned()
    };
    let ask = |token: &str, body: &str| {
        let lines = [format!("Authorization: Bearer {token}"), format!("Content-Length: {}", body.len())];
        server.ask("POST", "/examples/answer?every=0", &[&lines[0], &lines[1], "", body])
    };
    let first = token();
    let mut answer = ask(&first, "{\"question\": \"Why?\"}");
    assert_eq!(answer.status, 200);
    let body = answer.rest().expect("ends");
    assert!(body.contains("data: {\"text\":\"Why? \"}") && body.ends_with("event: done\ndata: \n\n"), "{body}");
    assert_eq!(ask(&first, "{\"question\": \"Why?\"}").status, 401, "it was used");
    assert_eq!(ask("token-0", "{\"question\": \"Why?\"}").status, 401);
    assert_eq!(ask(&token(), "{}").status, 400);
}

#[test]
fn demo_loses_nothing_when_dropped() {
    let server = Server::start(&[]);
    let stream = "/demo/stream?key=k";
    let mut ids = client::ids_until_broken(server.get(stream), 3, || {
        assert_eq!(server.ask("POST", "/demo/drop?of=other", &["Content-Length: 0"]).rest(), Ok("{\"dropped\":0}\n".into()));
        assert_eq!(
            server.ask("POST", "/demo/drop?of=k&for=600000", &["Content-Length: 0"]).rest(),
            Ok("{\"dropped\":1}\n".into())
        );
    });
    assert!(Answer::of(server.first, "GET", stream, &[]).is_err(), "refused meanwhile");
    assert_eq!(server.ask("POST", "/demo/drop?of=k", &["Content-Length: 0"]).status, 200);
    let last = ids.last().copied().expect("some");
    let mut answer = server.ask("GET", stream, &[&format!("Last-Event-ID: {last}")]);
    ids.extend(client::ids(&mut answer, 3));
    let first = ids[0];
    let expected: Vec<u64> = (first..first + ids.len() as u64).collect();
    assert_eq!(ids, expected);
    drop(answer);
    assert_eq!(server.json("/seen/k/wait?open=0")["open"], 0);
}

#[test]
fn a_stage_does_what_its_page_asks_for() {
    let server = Server::start(&[]);
    let control = |what: &str| server.ask("POST", &format!("/demo/control/{what}"), &["Content-Length: 0"]).status;
    let stream = "/demo/stream?stage=s&lane=a&key=s";
    let last = client::ids(&mut server.get(stream), 1)[0];
    assert_eq!(control("burst?stage=s&count=500"), 204);
    let answer = server.ask("GET", stream, &[&format!("Last-Event-ID: {last}")]);
    let ids = client::ids_until_broken(answer, 501, || assert_eq!(control("status?stage=s&of=s"), 204));
    assert_eq!(ids, (last + 1..=last + ids.len() as u64).collect::<Vec<_>>());
    assert_eq!(server.get(stream).status, 500);
    assert_eq!(server.get(stream).status, 200, "once");
    assert_eq!(server.get("/demo/stream?stage=other&lane=a").status, 200, "another stage knows nothing of it");
    assert_eq!(control("explode?stage=s"), 400);
    assert_eq!(server.json("/demo/second")["origin"], format!("http://127.0.0.1:{}", server.second));
}

#[test]
fn static_files_and_nothing_beside_them() {
    let folder = client::TemporaryFolder::new("static");
    folder.write("secret.txt", "secret");
    folder.write("public/index.html", "<!doctype html>");
    folder.write("public/a.wasm", "");
    folder.write("public/a.js", "");
    let public = format!("{}/public", folder.path());
    let server = Server::start(&["--static", &public]);
    for (path, content_type) in
        [("/", "text/html"), ("/index.html", "text/html"), ("/a.wasm", "application/wasm"), ("/a.js", "text/javascript")]
    {
        let answer = server.get(path);
        assert_eq!((answer.status, answer.header("content-type")), (200, Some(content_type)), "{path}");
    }
    for path in ["/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/missing"] {
        assert_ne!(server.get(path).status, 200, "{path}");
    }
    assert!(server.get("/routes").rest().expect("ends").contains("/seen/{key}"));
}

#[test]
fn a_taken_port_is_said_in_words() {
    let server = Server::start(&[]);
    let output = client::run(&["--port", &server.first.to_string(), "--second-port", "0"]);
    assert!(!output.status.success());
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(words.contains(&format!("port {} is taken", server.first)), "{words}");
    let output = client::run(&["--verbose"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("usage:"));
}

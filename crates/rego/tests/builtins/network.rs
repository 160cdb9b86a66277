//! `http.send` and `net.lookup_ip_addr`, against a server in this process.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use rego::builtins::Network;

use super::{call, call_with};

/// Answers requests by their path, and counts them.
fn serve() -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            counted.fetch_add(1, Ordering::SeqCst);
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut head = Vec::new();
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).unwrap() == 0 || line.trim().is_empty() {
                    break;
                }
                head.push(line.trim().to_owned());
            }
            let length =
                head.iter().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            let mut body = vec![0; length.unwrap_or(0)];
            reader.read_exact(&mut body).unwrap();
            let Some(request) = head.first() else { continue };
            let body = String::from_utf8(body).unwrap();
            let (status, more, body) = match request.split(' ').nth(1).unwrap() {
                "/redirect" => ("302 Found", "Location: /echo\r\n", String::new()),
                "/inside" => ("302 Found", "Location: http://localhost:1/\r\n", String::new()),
                "/kept" => {
                    ("200 OK", "Cache-Control: max-age=1000\r\nDate: Mon, 23 Nov 2026 05:00:00 GMT\r\n", "1".to_owned())
                }
                _ => (
                    "200 OK",
                    "Content-Type: application/json\r\n",
                    format!(r#"{{"line": "{request}", "body": {body:?}}}"#),
                ),
            };
            let length = body.len();
            write!(stream, "HTTP/1.1 {status}\r\n{more}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}")
                .unwrap();
        }
    });
    (address, count)
}

fn open() -> Network {
    Network { allow_hosts: vec!["127.0.0.1".to_owned()], allow_private: true }
}

#[test]
fn nothing_is_sent_unless_allowed() {
    let request = r#"{"method": "get", "url": "http://127.0.0.1:9/"}"#;
    assert_eq!(call("http.send", &[request]), "disallowed host: 127.0.0.1");
    assert_eq!(call("net.lookup_ip_addr", &[r#""localhost""#]), "disallowed host: localhost");
    let guarded = Network { allow_hosts: vec!["*".to_owned()], allow_private: false };
    let refused = call_with(guarded, "http.send", &[request]);
    assert_eq!(refused, r#"Get "http://127.0.0.1:9/": dial tcp 127.0.0.1:9: address is not public"#);
}

#[test]
fn requests_are_answered() {
    let (address, _) = serve();
    let send = |fields: &str| {
        let request = format!(r#"{{"url": "http://{address}/echo", {fields}}}"#);
        let answer = call_with(open(), "http.send", &[&request]);
        serde_json::from_str::<serde_json::Value>(&answer).expect(&answer)
    };
    let answer = send(r#""method": "post", "body": {"a": "<"}"#);
    assert_eq!(answer["status"], "200 OK");
    assert_eq!(answer["status_code"], 200);
    assert_eq!(answer["body"]["line"], "POST /echo HTTP/1.1");
    assert_eq!(answer["body"]["body"], r#"{"a":"\u003c"}"#);
    assert_eq!(answer["headers"]["content-type"][0], "application/json");
}

#[test]
fn redirects_are_followed_only_to_allowed_hosts() {
    let (address, _) = serve();
    let send = |path: &str, fields: &str| {
        let request = format!(r#"{{"method": "post", "url": "http://{address}/{path}", "body": 1{fields}}}"#);
        call_with(open(), "http.send", &[&request])
    };
    assert!(send("redirect", "").contains(r#""status_code":302"#));
    assert!(send("redirect", r#", "enable_redirect": true"#).contains("GET /echo HTTP/1.1"));
    assert_eq!(send("inside", r#", "enable_redirect": true"#), "disallowed host: localhost");
}

#[test]
fn answers_are_kept_for_other_queries() {
    let (address, count) = serve();
    for _ in 0..3 {
        let request = format!(r#"{{"method": "get", "url": "http://{address}/kept", "cache": true}}"#);
        assert!(call_with(open(), "http.send", &[&request]).contains(r#""raw_body":"1""#));
    }
    assert_eq!(count.load(Ordering::SeqCst), 1);
    let other = format!(r#"{{"method": "get", "url": "http://{address}/kept", "cache": true}}"#);
    assert_eq!(call("http.send", &[&other]), "disallowed host: 127.0.0.1");
}

#[test]
fn errors_are_raised_or_given() {
    let unused = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let request = |raise: bool| format!(r#"{{"method": "get", "url": "http://{unused}/", "raise_error": {raise}}}"#);
    let message = format!(r#"Get "http://{unused}/": dial tcp {unused}: connect: connection refused"#);
    assert_eq!(call_with(open(), "http.send", &[&request(true)]), message);
    let given = call_with(open(), "http.send", &[&request(false)]);
    assert!(given.contains("eval_http_send_network_error") && given.contains(r#""status_code":0"#), "{given}");
    assert_eq!(
        call("http.send", &[r#"{"method": "get"}"#]),
        "operand 1 missing required request parameters(s): {\"url\"}"
    );
    assert_eq!(
        call("http.send", &[r#"{"method": "get", "url": "x", "y": 1}"#]),
        "operand 1 invalid request parameters(s): {\"y\"}"
    );
}

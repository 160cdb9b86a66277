//! Sends requests to addresses that were checked, and only to those.

use std::{
    io::Read,
    net::SocketAddr,
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

use reqwest::{
    Method, Url,
    blocking::{Client, Response as Answer},
    header::{HeaderMap, HeaderName, HeaderValue},
    redirect,
};

use super::{guard, request::Request, tls};
use crate::{
    builtins::{Context, Environment, Failure, Network, uri::Uri},
    value::Value,
};

/// What came back.
#[derive(Clone, Debug)]
pub struct Response {
    pub status: u16,
    /// `200 OK`
    pub status_text: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Response {
    /// The first header of a name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }
}

/// Why nothing came back.
#[derive(Clone, Debug)]
pub enum Problem {
    /// A field of the request has a wrong type.
    Operand(String),
    /// The request could not be made.
    Request(String),
    /// It could not be answered, in Go's words.
    Network(String),
    /// It took too long: which request it was.
    Timeout { method: String, url: String },
}

/// Larger answers are refused.
const MAX_BODY: u64 = 16 << 20;
const MAX_REDIRECTS: usize = 20;
/// How often a waiting query looks whether it is cancelled.
const POLL: Duration = Duration::from_millis(10);

/// Runs `work` on a thread of its own while this one watches for cancellation. The thread ends by its own time limit.
pub fn watched<T: Send + 'static>(cx: &Context<'_>, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
    let (sender, receiver) = mpsc::channel();
    thread::Builder::new()
        .name("http.send".to_owned())
        .spawn(move || drop(sender.send(work())))
        .map_err(|error| error.to_string())?;
    loop {
        match receiver.recv_timeout(POLL) {
            Ok(result) => return Ok(result),
            Err(RecvTimeoutError::Timeout) => cx.check()?,
            Err(RecvTimeoutError::Disconnected) => return Err("the request ended without an answer".into()),
        }
    }
}

/// Sends a request and follows redirects if it says so. Each host on the way is checked anew.
pub fn send(cx: &Context<'_>, request: &Request) -> Result<Result<Response, Problem>, Failure> {
    let mut hop = request.clone();
    let deadline = Instant::now() + request.timeout;
    for _ in 0..=MAX_REDIRECTS {
        let (url, host) = match parse_url(cx.env, &hop.url) {
            Ok(parsed) => parsed,
            Err(problem) => return Ok(Err(problem)),
        };
        let network = cx.env.host.network().clone();
        let (sent, at) = (hop.clone(), url.clone());
        let answer = watched(cx, move || exchange(&network, &sent, &at, &host, deadline))?;
        let response = match answer {
            Ok(response) => response,
            Err(problem) => return Ok(Err(problem)),
        };
        match next_hop(&hop, &url, &response) {
            Some(next) if request.follow_redirects => hop = next,
            _ => return Ok(Ok(response)),
        }
    }
    Ok(Err(Problem::Network(format!("{}: stopped after {MAX_REDIRECTS} redirects", operation(&hop)))))
}

fn parse_url(env: &Environment, text: &str) -> Result<(Url, String), Problem> {
    let unsupported = |scheme: &str| format!("unsupported protocol scheme {}", Value::string(scheme));
    let quoted = Value::string(text);
    Uri::parse(text).map_err(Problem::Request)?;
    let url = Url::parse(text).map_err(|error| match error {
        url::ParseError::RelativeUrlWithoutBase => Problem::Network(format!("Get {quoted}: {}", unsupported(""))),
        url::ParseError::EmptyHost => Problem::Network(format!("Get {quoted}: http: no Host in request URL")),
        other => Problem::Request(format!("parse {quoted}: {other}")),
    })?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Problem::Network(format!("Get {quoted}: {}", unsupported(url.scheme()))));
    }
    let host = url.host_str().unwrap_or_default().to_owned();
    guard::check_host(env, &host).map_err(Problem::Request)?;
    Ok((url, host))
}

/// `Get "https://example.org/"`
fn operation(request: &Request) -> String {
    format!("{} {}", method_name(&request.method), Value::string(&request.url))
}

fn method_name(method: &str) -> String {
    let (first, rest) = method.split_at(method.len().min(1));
    if method.is_empty() { "Get".to_owned() } else { first.to_owned() + &rest.to_lowercase() }
}

/// One request and its answer.
fn exchange(
    network: &Network,
    request: &Request,
    url: &Url,
    host: &str,
    deadline: Instant,
) -> Result<Response, Problem> {
    let port = url.port_or_known_default().unwrap_or(80);
    let addresses = guard::resolve(network, host, port)
        .map_err(|why| Problem::Network(format!("{}: {why}", operation(request))))?;
    let timeout = deadline.saturating_duration_since(Instant::now());
    let client = client(request, url, host, &addresses, timeout).map_err(Problem::Request)?;
    let method = if request.method.is_empty() { "GET" } else { &request.method };
    let method = Method::from_bytes(method.as_bytes())
        .map_err(|_| Problem::Request(format!("net/http: invalid method {}", Value::string(method))))?;
    let headers =
        header_map(request).map_err(|why| Problem::Network(format!("{}: net/http: {why}", operation(request))))?;
    let mut builder = client.request(method, named_url(request, url)).headers(headers);
    if !request.body.is_empty() {
        builder = builder.body(request.body.clone());
    }
    let answer = builder.send().map_err(|error| explain(request, &addresses, &error))?;
    read(answer, request)
}

/// The URL with the host that TLS is to be told. The connection goes to the checked addresses all the same.
fn named_url(request: &Request, url: &Url) -> Url {
    let mut named = url.clone();
    if url.scheme() == "https" && !request.tls.server_name.is_empty() {
        // A name that cannot stand in a URL cannot be in a certificate either.
        let name = request.tls.server_name.split(':').next().unwrap_or_default();
        if named.set_host(Some(name)).is_err() {
            return url.clone();
        }
    }
    named
}

fn client(
    request: &Request,
    url: &Url,
    host: &str,
    addresses: &[SocketAddr],
    timeout: Duration,
) -> Result<Client, String> {
    let named = named_url(request, url);
    let mut builder = Client::builder()
        .no_proxy()
        .redirect(redirect::Policy::none())
        .retry(reqwest::retry::never())
        .timeout(timeout)
        .connect_timeout(timeout)
        .pool_max_idle_per_host(0)
        .resolve_to_addrs(host, addresses)
        .tls_backend_preconfigured(tls::config(&request.tls)?);
    if let Some(name) = named.host_str() {
        builder = builder.resolve_to_addrs(name, addresses);
    }
    builder.build().map_err(|error| error.to_string())
}

fn header_map(request: &Request) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    for (name, value) in &request.headers {
        let invalid = |what: &str| format!("invalid header field {what} {}", Value::string(name));
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| invalid("name"))?;
        headers.append(key, HeaderValue::from_str(value).map_err(|_| invalid("value for"))?);
    }
    if !headers.contains_key("user-agent") {
        headers.insert("user-agent", HeaderValue::from_static(concat!("rego/", env!("CARGO_PKG_VERSION"))));
    }
    if !headers.contains_key("host")
        && let Ok(url) = Url::parse(&request.url)
        && let Some(host) = url.host_str()
    {
        let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        headers.insert("host", HeaderValue::from_str(&host).map_err(|_| "invalid host".to_owned())?);
    }
    Ok(headers)
}

fn explain(request: &Request, addresses: &[SocketAddr], error: &reqwest::Error) -> Problem {
    if error.is_timeout() {
        return Problem::Timeout { method: method_name(&request.method), url: request.url.clone() };
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    let refused = cause.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
    let address = addresses.first().map(ToString::to_string).unwrap_or_default();
    let why = match refused {
        Some(std::io::ErrorKind::ConnectionRefused) => format!("dial tcp {address}: connect: connection refused"),
        Some(std::io::ErrorKind::UnexpectedEof) => "EOF".to_owned(),
        _ => cause.downcast_ref::<rustls::Error>().map_or_else(|| cause.to_string(), tls::explain),
    };
    Problem::Network(format!("{}: {why}", operation(request)))
}

fn read(answer: Answer, request: &Request) -> Result<Response, Problem> {
    let status = answer.status();
    let headers = answer
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let status_text = format!("{} {}", status.as_u16(), status.canonical_reason().unwrap_or_default());
    let mut body = Vec::new();
    answer.take(MAX_BODY + 1).read_to_end(&mut body).map_err(|error| match error.kind() {
        std::io::ErrorKind::TimedOut => {
            Problem::Timeout { method: method_name(&request.method), url: request.url.clone() }
        }
        _ => Problem::Network(format!("{}: {error}", operation(request))),
    })?;
    if body.len() as u64 > MAX_BODY {
        return Err(Problem::Request(format!("response is larger than {MAX_BODY} bytes")));
    }
    Ok(Response { status: status.as_u16(), status_text, headers, body })
}

/// Where an answer sends us, or None if it does not.
fn next_hop(request: &Request, url: &Url, response: &Response) -> Option<Request> {
    if !matches!(response.status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let target = url.join(response.header("location")?).ok()?;
    let mut next = Request { url: target.to_string(), ..request.clone() };
    next.headers.retain(|(name, _)| name != "Referer");
    if url.scheme() == "http" || target.scheme() == "https" {
        let mut referer = url.clone();
        // Whoever comes next need not know user, password and fragment.
        let plain = referer.set_username("").and_then(|()| referer.set_password(None));
        referer.set_fragment(None);
        if plain.is_ok() {
            next.headers.push(("Referer".to_owned(), referer.to_string()));
        }
    }
    if !matches!(response.status, 307 | 308) {
        next.body.clear();
        if !matches!(request.method.as_str(), "GET" | "HEAD") {
            next.method = "GET".to_owned();
        }
    }
    if target.host_str() != url.host_str() {
        const PRIVATE: [&str; 5] = ["Authorization", "Cookie", "Cookie2", "Www-Authenticate", "Host"];
        next.headers.retain(|(name, _)| !PRIVATE.contains(&name.as_str()));
        next.tls.server_name.clear();
    }
    Some(next)
}

//! Answers that may be given again: within a query, and among all queries of the process.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, MutexGuard},
    time::{Duration, SystemTime},
};

use super::client::{Problem, Response};
use crate::value::Value;

/// What this query has been answered, by request.
#[derive(Default)]
pub struct OfQuery {
    pub answers: BTreeMap<Value, Result<Value, Problem>>,
}

/// An answer with the time until which it is good.
#[derive(Clone)]
pub struct Entry {
    pub response: Response,
    /// Nanoseconds since 1970.
    pub expires: i128,
}

/// All that is kept may have so many bytes.
const MAX_BYTES: usize = 64 << 20;

/// The cache of the process. What came first is dropped first when it is full.
#[derive(Default)]
pub struct Shared {
    entries: BTreeMap<Value, Entry>,
    order: VecDeque<Value>,
    bytes: usize,
}

static SHARED: Mutex<Option<Shared>> = Mutex::new(None);

/// Works on the cache of the process.
pub fn shared<T>(work: impl FnOnce(&mut Shared) -> T) -> T {
    let mut guard: MutexGuard<'_, Option<Shared>> = SHARED.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    work(guard.get_or_insert_default())
}

impl Shared {
    pub fn get(&self, key: &Value) -> Option<Entry> {
        self.entries.get(key).cloned()
    }

    pub fn remove(&mut self, key: &Value) {
        if let Some(entry) = self.entries.remove(key) {
            self.bytes -= size(key, &entry);
            self.order.retain(|other| other != key);
        }
    }

    pub fn insert(&mut self, key: Value, entry: Entry) {
        self.remove(&key);
        let size = size(&key, &entry);
        if size > MAX_BYTES {
            return;
        }
        while self.bytes + size > MAX_BYTES {
            let Some(oldest) = self.order.front().cloned() else { break };
            self.remove(&oldest);
        }
        self.bytes += size;
        self.order.push_back(key.clone());
        self.entries.insert(key, entry);
    }
}

fn size(key: &Value, entry: &Entry) -> usize {
    let headers: usize = entry.response.headers.iter().map(|(name, value)| name.len() + value.len()).sum();
    key.to_json().len() + entry.response.body.len() + headers + 256
}

/// Statuses whose answers may be kept (RFC 7231, section 6.1).
const CACHEABLE: [u16; 11] = [200, 203, 204, 206, 300, 301, 404, 405, 410, 414, 501];

pub fn is_cacheable(status: u16) -> bool {
    CACHEABLE.contains(&status)
}

/// Whether the server lets the answer be kept.
pub fn may_store(response: &Response) -> bool {
    directive(response, "no-store").is_none()
}

/// Until when an answer is good, in nanoseconds since 1970. None if its headers are wrong.
pub fn expiry(response: &Response) -> Option<i128> {
    let nanos = |time: SystemTime| {
        let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
        i128::try_from(since.as_nanos()).unwrap_or(i128::MAX)
    };
    let date = |name: &str| httpdate::parse_http_date(response.header(name)?).ok().map(nanos);
    match directive(response, "max-age") {
        Some(seconds) => {
            let too_large = !seconds.is_empty() && seconds.bytes().all(|byte| byte.is_ascii_digit());
            let seconds = match seconds.parse::<u32>() {
                Ok(seconds) => i128::from(seconds.min(i32::MAX as u32)),
                Err(_) if too_large => i128::from(i32::MAX),
                Err(_) => return None,
            };
            Some(date("date")? + seconds * 1_000_000_000)
        }
        None => Some(date("expires").unwrap_or(i128::MIN)),
    }
}

/// The value of a directive of `Cache-Control`; empty if it has none.
fn directive<'r>(response: &'r Response, name: &str) -> Option<&'r str> {
    response.header("cache-control")?.split(',').map(|part| part.trim_matches(' ')).find_map(|part| {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        (key.trim_matches(' ') == name && !value.contains('=')).then_some(value)
    })
}

//! Built-ins, called as the evaluator calls them.

mod certificates;
mod codec;
mod collections;
mod graphql;
mod json_schema;
mod network;
mod numbers;
mod patterns;
mod strings;
mod time;
mod tokens;

use std::sync::Arc;

use rego::{
    Value,
    ast::{Location, Source},
    builtins::{Cancel, Context, Environment, Failure, Host, Memory, Network, find},
};

struct Nowhere(Network);

impl Host for Nowhere {
    fn random(&self, bytes: &mut [u8]) {
        bytes.fill(4);
    }

    fn print(&self, _: &Location, _: &str) {}

    fn network(&self) -> &Network {
        &self.0
    }
}

/// What a built-in gives for operands in JSON: a value in JSON, `undefined`, or the text of the failure.
pub fn call(name: &str, operands: &[&str]) -> String {
    call_with(Network::default(), name, operands)
}

/// The same for a host that may use the network.
pub fn call_with(network: Network, name: &str, operands: &[&str]) -> String {
    let operands: Vec<Value> = operands.iter().map(|text| Value::from_json(text).unwrap()).collect();
    let runtime = r#"{"config": {"services": {"a": {"url": "u", "credentials": {"x": 1}}}, "keys": {"k": {"key": "s", "scope": "r"}}}}"#;
    let env = Environment {
        now: 0,
        runtime: Value::from_json(runtime).unwrap(),
        allow_net: if network.allow_hosts.is_empty() { Some(Vec::new()) } else { None },
        host: Arc::new(Nowhere(network)),
        cancel: Cancel::default(),
        memory_limit: 1 << 24,
    };
    let source = Arc::new(Source { name: "test.rego".to_owned(), text: String::new() });
    let location = Location { source, row: 1, col: 1, start: 0, end: 0 };
    let mut memory = Memory::default();
    let mut cx = Context { location: &location, env: &env, memory: &mut memory };
    match find(name).unwrap()(&mut cx, &operands) {
        Ok(Some(value)) => value.to_json(),
        Ok(None) => "undefined".to_owned(),
        Err(Failure::Operand(message) | Failure::Failed(message)) => message,
        Err(Failure::Halt(error)) => error.to_string(),
    }
}

/// Calls each built-in with its operands and compares what comes of it.
pub fn check_all(cases: &[(&str, &[&str], &str)]) {
    for (name, operands, expected) in cases {
        assert_eq!(call(name, operands), *expected, "{name}({})", operands.join(", "));
    }
}

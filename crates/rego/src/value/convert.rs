//! Values to and from everything that serde knows; JSON texts are read by `json`.

use std::{fmt, sync::Arc};

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess, SeqAccess, Visitor},
    ser::{SerializeMap, SerializeSeq},
};

use serde_json::value::RawValue;

use super::{Number, Value};

impl Value {
    /// Writes JSON without white space. Sets become arrays, and keys that are no strings become their JSON text.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl From<serde_json::Value> for Value {
    fn from(json: serde_json::Value) -> Self {
        match json {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(bool) => Self::Bool(bool),
            serde_json::Value::Number(number) => Self::Number(Number::from_literal(&number.to_string())),
            serde_json::Value::String(text) => Self::String(text.into()),
            serde_json::Value::Array(items) => Self::array(items.into_iter().map(Self::from)),
            serde_json::Value::Object(entries) => {
                Self::object(entries.into_iter().map(|(key, value)| (Self::String(key.into()), Self::from(value))))
            }
        }
    }
}

impl From<&Value> for serde_json::Value {
    fn from(value: &Value) -> Self {
        serde_json::to_value(value).unwrap_or_default()
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::string(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text.into())
    }
}

impl From<bool> for Value {
    fn from(bool: bool) -> Self {
        Self::Bool(bool)
    }
}

impl From<Number> for Value {
    fn from(number: Number) -> Self {
        Self::Number(number)
    }
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(bool) => serializer.serialize_bool(*bool),
            Self::Number(Number::Int(int)) => serializer.serialize_i64(*int),
            Self::Number(number) => {
                let literal = RawValue::from_string(number.to_string()).map_err(serde::ser::Error::custom)?;
                literal.serialize(serializer)
            }
            Self::String(text) => serializer.serialize_str(text),
            Self::Array(items) => items.serialize(serializer),
            Self::Object(object) => {
                let mut map = serializer.serialize_map(Some(object.len()))?;
                for (key, value) in object.iter() {
                    match key {
                        Self::String(text) => map.serialize_entry(&**text, value)?,
                        other => map.serialize_entry(&other.to_json(), value)?,
                    }
                }
                map.end()
            }
            Self::Set(set) => {
                let mut seq = serializer.serialize_seq(Some(set.len()))?;
                for member in set.iter() {
                    seq.serialize_element(member)?;
                }
                seq.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;

        impl<'de> Visitor<'de> for Reader {
            type Value = Value;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON value")
            }

            fn visit_unit<E>(self) -> Result<Value, E> {
                Ok(Value::Null)
            }

            fn visit_none<E>(self) -> Result<Value, E> {
                Ok(Value::Null)
            }

            fn visit_bool<E>(self, bool: bool) -> Result<Value, E> {
                Ok(Value::Bool(bool))
            }

            fn visit_i64<E>(self, int: i64) -> Result<Value, E> {
                Ok(Value::int(int))
            }

            fn visit_u64<E>(self, int: u64) -> Result<Value, E> {
                Ok(Value::int(int))
            }

            fn visit_f64<E: de::Error>(self, float: f64) -> Result<Value, E> {
                Number::from_f64(float).map(Value::Number).ok_or_else(|| E::custom("not a finite number"))
            }

            fn visit_str<E>(self, text: &str) -> Result<Value, E> {
                Ok(Value::string(text))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
                let mut items = Vec::with_capacity(seq.size_hint().unwrap_or(0).min(1024));
                while let Some(item) = seq.next_element()? {
                    items.push(item);
                }
                Ok(Value::Array(Arc::new(items)))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
                let mut entries: Vec<(Value, Value)> = Vec::with_capacity(map.size_hint().unwrap_or(0).min(1024));
                while let Some(key) = map.next_key::<String>()? {
                    entries.push((Value::String(key.into()), map.next_value()?));
                }
                Ok(Value::object(entries))
            }
        }

        deserializer.deserialize_any(Reader)
    }
}

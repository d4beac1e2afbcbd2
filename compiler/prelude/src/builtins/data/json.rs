//! JSON that others have written, read into the type that is asked for: an object gives the fields of a struct, a list a
//! tuple, lists in lists a tensor, `[re, im]` a complex number. What no field asks for is passed over. The place of what
//! doesn't fit is a JSON Pointer (RFC 6901), `/model/layers/0`.

use std::fmt;

use qml_source::{Code, Diagnostic};
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value as Json};

use super::save::{decode_complex, decode_float};
use super::types::Type;
use crate::builtins::faults::fault;
use crate::{C64, Fault, Value};

/// Reads a text; a fault tells line and column.
pub(super) fn parse(path: &str, bytes: &[u8]) -> Result<Json, Fault> {
    if bytes.trim_ascii().is_empty() {
        return Err(fault(Code::Q0905, format!("{path}: the file is empty")));
    }
    serde_json::from_slice(bytes).map(|Document(json)| json).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let said = error.to_string();
        let said = said.rsplit_once(" at line ").map_or(said.as_str(), |(said, _)| said);
        let what = match said {
            "number out of range" => "the number is larger than a float can be (1.8e308)".to_owned(),
            _ if error.is_data() => said.to_owned(),
            _ => format!("no JSON: {said}"),
        };
        let message = format!("{path}, line {line}, column {column}: {what}");
        let diagnostic = Diagnostic::error(Code::Q0908, message);
        Box::new(if is_no_number(bytes, line, column) {
            diagnostic.help(
                "JSON has no such numbers: as texts, `\"nan\"`, `\"inf\"` and `\"-inf\"`, they are read",
            )
        } else {
            diagnostic
        })
    })
}

/// Whether what Python writes for what is no number stands there.
fn is_no_number(bytes: &[u8], line: usize, column: usize) -> bool {
    let line = bytes.split(|&byte| byte == b'\n').nth(line.saturating_sub(1)).unwrap_or_default();
    // The reader stops at the first letter, or behind it.
    let from = |back: usize| line.get(column.saturating_sub(back)..).unwrap_or_default();
    let words: [&[u8]; 2] = [b"NaN", b"Infinity"];
    (0..3).any(|back| words.iter().any(|word| from(back).starts_with(word)))
}

/// A document whose objects have each name once.
struct Document(Json);

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Json;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }
    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }
    fn visit_bool<E>(self, x: bool) -> Result<Json, E> {
        Ok(x.into())
    }
    fn visit_i64<E>(self, x: i64) -> Result<Json, E> {
        Ok(x.into())
    }
    fn visit_u64<E>(self, x: u64) -> Result<Json, E> {
        Ok(x.into())
    }
    fn visit_f64<E>(self, x: f64) -> Result<Json, E> {
        Ok(x.into())
    }
    fn visit_str<E>(self, text: &str) -> Result<Json, E> {
        Ok(text.into())
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(Document(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Json::Array(list))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut object = Map::new();
        while let Some((name, Document(value))) = entries.next_entry::<String, _>()? {
            if object.contains_key(&name) {
                return Err(A::Error::custom(format_args!("an object has `{name}` twice")));
            }
            object.insert(name, value);
        }
        Ok(Json::Object(object))
    }
}

/// The part of a document that a pointer leads to.
pub(super) fn part<'j>(path: &str, document: &'j Json, pointer: &str) -> Result<&'j Json, Fault> {
    document.pointer(pointer).ok_or_else(|| {
        // The longest part of the way that is there.
        let (known, there) = pointer
            .rmatch_indices('/')
            .find_map(|(end, _)| Some((&pointer[..end], document.pointer(&pointer[..end])?)))
            .unwrap_or(("", document));
        let diagnostic = missing(path, pointer, known, there);
        Box::new(if pointer.starts_with('/') {
            diagnostic
        } else {
            diagnostic.help("`at:` is a path from the outermost value on, as \"/model/layers/0\"")
        })
    })
}

/// What is said where there is nothing; `there` is what there is at `known`, on the way.
fn missing(path: &str, pointer: &str, known: &str, there: &Json) -> Diagnostic {
    Diagnostic::error(Code::Q0908, format!("{path}: there is nothing at `{pointer}`")).note(format!(
        "{} is {}",
        place(known),
        kind(there)
    ))
}

/// The value of a part of a document; `pointer` is where it is.
pub(super) fn read(path: &str, json: &Json, ty: &Type, pointer: &str) -> Result<Value, Fault> {
    let wrong = || unfit(path, pointer, &kind(json), ty);
    match ty {
        Type::Scalar(name) => scalar(json, name).ok_or_else(wrong),
        Type::Tensor(element, rank) => {
            let (mut shape, mut elements) = (vec![None; *rank], Vec::new());
            collect(path, json, ty, pointer, &mut shape, &mut |json, pointer| {
                elements.push(read(path, json, element, pointer)?);
                Ok(())
            })?;
            let shape: Vec<usize> = shape.into_iter().map(Option::unwrap_or_default).collect();
            Ok(element.tensor(&shape, elements))
        }
        Type::Tuple(parts) => match json.as_array() {
            Some(items) if items.len() == parts.len() => {
                let items = items.iter().zip(parts).enumerate();
                let values = items.map(|(i, (item, ty))| read(path, item, ty, &format!("{pointer}/{i}")));
                Ok(Value::tuple(values.collect::<Result<Vec<_>, _>>()?))
            }
            _ => Err(wrong()),
        },
        Type::Struct(_, fields) => {
            let object = json.as_object().ok_or_else(wrong)?;
            let values = fields.iter().map(|(name, ty)| {
                let inner = format!("{pointer}/{name}");
                match object.get(name) {
                    Some(json) => read(path, json, ty, &inner),
                    None => Err(Box::new(missing(path, &inner, pointer, json))),
                }
            });
            Ok(Value::tuple(values.collect::<Result<Vec<_>, _>>()?))
        }
    }
}

/// Goes through lists in lists, as deep as `shape` has axes; lists of one axis have one length.
fn collect<'j>(
    path: &str,
    json: &'j Json,
    ty: &Type,
    pointer: &str,
    shape: &mut [Option<usize>],
    element: &mut dyn FnMut(&'j Json, &str) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let Some((length, inner)) = shape.split_first_mut() else { return element(json, pointer) };
    let items = json.as_array().ok_or_else(|| unfit(path, pointer, &kind(json), ty))?;
    match *length {
        Some(length) if length != items.len() => {
            let what = format!("a list of {} where others have {length}", items.len());
            return Err(unfit(path, pointer, &what, ty));
        }
        _ => *length = Some(items.len()),
    }
    let mut items = items.iter().enumerate();
    items.try_for_each(|(i, item)| collect(path, item, ty, &format!("{pointer}/{i}"), inner, element))
}

fn scalar(json: &Json, name: &str) -> Option<Value> {
    Some(match name {
        "bool" => Value::Bool(json.as_bool()?),
        "int" => Value::Int(json.as_i64()?),
        "float" => Value::Float(decode_float(json)?),
        "complex" => {
            let real = || decode_float(json).map(|re| C64::new(re, 0.0));
            Value::Complex(decode_complex(json).or_else(real)?)
        }
        "string" => Value::text(json.as_str()?),
        _ => return None,
    })
}

fn unfit(path: &str, pointer: &str, what: &str, ty: &Type) -> Fault {
    let message = format!("{path}: {} is {what}, and `{ty}` is asked for", place(pointer));
    Box::new(Diagnostic::error(Code::Q0908, message))
}

fn place(pointer: &str) -> String {
    if pointer.is_empty() { "the outermost value".to_owned() } else { format!("`{pointer}`") }
}

/// What a value is, in words.
fn kind(json: &Json) -> String {
    match json {
        Json::Null => "`null`".to_owned(),
        Json::Bool(x) => format!("`{x}`"),
        Json::Number(x) => format!("the number {x}"),
        Json::String(text) if text.chars().count() <= 30 => format!("the text {text:?}"),
        Json::String(_) => "a text".to_owned(),
        Json::Array(items) => format!("a list of {}", items.len()),
        Json::Object(object) => {
            let names: Vec<_> = object.keys().take(8).map(|name| format!("`{name}`")).collect();
            let more = if object.len() > 8 { " and others" } else { "" };
            match names.len() {
                0 => "an empty object".to_owned(),
                _ => format!("an object with {}{more}", names.join(", ")),
            }
        }
    }
}

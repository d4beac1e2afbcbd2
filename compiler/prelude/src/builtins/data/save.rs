//! Values in files: `.npy` and `.npz` as NumPy has them, tables in `.csv`, everything else as JSON that says its type; other
//! JSON is read too.
//!
//! The JSON that is written is `{"format": "qml value", "version": 1, "type": T, "value": V}`. A `bool`, an `int`, a `string` are themselves;
//! a `float` is a number that reads back to the last bit, or `"nan"`, `"inf"`, `"-inf"`; a `complex` is `[re, im]`; a tensor
//! is `{"shape": [...], "data": [...]}`, last index fastest; a tuple is a list, a struct an object; an `observable` is its
//! `"terms"`, pairs of a string as `"X0 Z2"` and a complex coefficient, and its `"projectors"`, pairs of bits and a coefficient.

use qml_source::{Code, Diagnostic, bug};
use serde_json::{Map, Value as Json, json};

use super::types::{Type, dims};
use super::{columns, json, numpy};
use crate::builtins::faults::{domain, fault};
use crate::observable::{Observable, Pauli};
use crate::{C64, Fault, Host, Value};

const FORMAT: &str = "qml value";

/// `save(path, value)`, then the type as a hidden argument.
pub(super) fn save(host: &mut dyn Host, args: &mut [Value]) -> Result<Value, Fault> {
    let bytes = saved(args[0].to_str(), &args[1], args[2].to_str())?;
    host.write_file(args[0].to_str(), &bytes)?;
    Ok(Value::Unit)
}

/// What a file of this name gets from `save` of a value of this type.
pub fn saved(path: &str, value: &Value, ty: &str) -> Result<Vec<u8>, Fault> {
    let ty = Type::known(ty);
    match extension(path) {
        "npy" => numpy::write_npy(path, value, &ty),
        "npz" => numpy::write_npz(path, value, &ty),
        "csv" => columns::write(path, value, &ty),
        _ => {
            let whole = json!({
                "format": FORMAT,
                "version": 1,
                "type": ty.to_string(),
                "value": encode(value, &ty)?,
            });
            let mut text = whole.to_string();
            text.push('\n');
            Ok(text.into_bytes())
        }
    }
}

/// `load(path, at?)`, then as hidden arguments the type, and its dimensions in order, -1 where any will do.
pub(super) fn load(host: &mut dyn Host, args: &mut [Value]) -> Result<Value, Fault> {
    let path = args[0].to_str();
    let at = (args[1] != Value::Unit).then(|| args[1].to_str());
    let ty = Type::known(args[2].to_str());
    let bytes = host.read_file(path)?;
    let value = match extension(path) {
        "npy" | "npz" | "csv" if at.is_some() => {
            return Err(domain(format!("{path}: `at:` is a place in a file of JSON")));
        }
        "npy" => numpy::read_npy(path, &bytes, &ty)?,
        "npz" => numpy::read_npz(path, &bytes, &ty)?,
        "csv" => columns::read(path, &bytes, &ty)?,
        _ => read_json(path, &bytes, at, &ty)?,
    };
    let mut found = Vec::new();
    dims(&value, &mut found);
    let wanted = args[3..].iter().map(Value::to_int);
    if let Some((position, (actual, wanted))) = found
        .iter()
        .zip(wanted)
        .enumerate()
        .find(|(_, (actual, wanted))| *wanted >= 0 && **actual as i64 != *wanted)
    {
        let mut message = format!("{path}: a dimension is {actual}, the type asks for {wanted}");
        if let Value::Tensor(tensor) = &value {
            message = format!(
                "{path}: the tensor has shape {:?}, the type asks for length {wanted} on axis {position}",
                tensor.shape()
            );
        }
        return Err(fault(Code::Q0908, message));
    }
    Ok(value)
}

fn extension(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(_, extension)| extension)
}

/// The file holds something else.
pub(super) fn other(path: &str, found: &str, wanted: &Type) -> Fault {
    Box::new(
        Diagnostic::error(Code::Q0908, format!("{path} holds {found}, and `{wanted}` is asked for"))
            .help("the type is written where the value gets its name: `let w: float[4] = load(...);`"),
    )
}

fn read_json(path: &str, bytes: &[u8], at: Option<&str>, ty: &Type) -> Result<Value, Fault> {
    let strange = || other(path, "no value that `save` has written", ty);
    let whole = json::parse(path, bytes)?;
    let text = |key: &str| whole.get(key).and_then(Json::as_str);
    if at.is_some() || text("format") != Some(FORMAT) {
        let pointer = at.unwrap_or_default();
        return json::read(path, json::part(path, &whole, pointer)?, ty, pointer);
    }
    let (Some(written), Some(value)) = (text("type"), whole.get("value")) else { return Err(strange()) };
    let version = whole.get("version").and_then(Json::as_u64);
    if version != Some(1) {
        return Err(fault(Code::Q0908, format!("{path} was written by a newer version of this tool")));
    }
    let found = Type::read(written).ok_or_else(strange)?;
    if !ty.accepts(&found) {
        return Err(other(path, &format!("`{found}`"), ty));
    }
    decode(value, ty).ok_or_else(|| other(path, "a damaged value", ty))
}

fn float(x: f64) -> Json {
    if x.is_nan() {
        json!("nan")
    } else if x.is_infinite() {
        json!(if x > 0.0 { "inf" } else { "-inf" })
    } else {
        json!(x)
    }
}

fn complex(x: C64) -> Json {
    json!([float(x.re), float(x.im)])
}

fn encode(value: &Value, ty: &Type) -> Result<Json, Fault> {
    Ok(match (value, ty) {
        (Value::Bool(x), _) => json!(x),
        (Value::Int(x), _) if ty.is("float") => float(*x as f64),
        (Value::Int(x), _) => json!(x),
        (Value::Float(x), _) => float(*x),
        (Value::Complex(x), _) => complex(*x),
        (Value::Str(text), _) => json!(&**text),
        (Value::Observable(observable), _) => encode_observable(observable),
        (Value::Optimizer(optimizer), _) => match serde_json::to_value(&**optimizer) {
            Ok(json) => json,
            Err(error) => bug!("an optimizer can't be written: {error}"),
        },
        (Value::Tensor(tensor), Type::Tensor(element, _)) => {
            let elements = Value::Tensor(tensor.clone()).into_values();
            let data: Vec<Json> =
                elements.iter().map(|item| encode(item, element)).collect::<Result<_, _>>()?;
            json!({ "shape": tensor.shape(), "data": data })
        }
        (Value::Tuple(values), ty) => {
            let Some(parts) = ty.parts() else { bug!("a tuple of type {ty}") };
            let mut object = Map::new();
            let mut list = Vec::new();
            for (value, (name, ty)) in values.iter().zip(parts) {
                let json = encode(value, ty)?;
                match name {
                    Some(name) => _ = object.insert(name.to_owned(), json),
                    None => list.push(json),
                }
            }
            if object.is_empty() { Json::Array(list) } else { Json::Object(object) }
        }
        (Value::Program(_), _) => {
            return Err(domain("a program can't be saved; save the arguments of its kernel"));
        }
        (value, ty) => bug!("{value:?} is no {ty}"),
    })
}

fn encode_observable(observable: &Observable) -> Json {
    let terms = observable.terms.iter().map(|(string, coefficient)| {
        let letters: Vec<_> = string.iter().map(|(qubit, letter)| format!("{letter:?}{qubit}")).collect();
        json!([letters.join(" "), complex(*coefficient)])
    });
    let projectors = observable.projectors.iter().map(|(bits, coefficient)| {
        let bits: String = bits.iter().map(|&bit| if bit { '1' } else { '0' }).collect();
        json!([bits, complex(*coefficient)])
    });
    json!({ "terms": terms.collect::<Vec<_>>(), "projectors": projectors.collect::<Vec<_>>() })
}

fn decode(json: &Json, ty: &Type) -> Option<Value> {
    Some(match ty {
        Type::Scalar(name) => match name.as_str() {
            "bool" => Value::Bool(json.as_bool()?),
            "int" => Value::Int(json.as_i64()?),
            "float" => Value::Float(decode_float(json)?),
            "complex" => Value::Complex(decode_complex(json)?),
            "string" => Value::text(json.as_str()?),
            "observable" => Value::observable(decode_observable(json)?),
            "optimizer" => Value::Optimizer(std::sync::Arc::new(serde_json::from_value(json.clone()).ok()?)),
            _ => return None,
        },
        Type::Tensor(element, rank) => {
            let shape: Vec<usize> = serde_json::from_value(json.get("shape")?.clone()).ok()?;
            let data = json.get("data")?.as_array()?;
            if shape.len() != *rank || shape.iter().product::<usize>() != data.len() {
                return None;
            }
            let elements: Vec<Value> =
                data.iter().map(|item| decode(item, element)).collect::<Option<_>>()?;
            element.tensor(&shape, elements)
        }
        Type::Tuple(parts) => {
            let items = json.as_array()?;
            if items.len() != parts.len() {
                return None;
            }
            let values = items.iter().zip(parts).map(|(item, ty)| decode(item, ty));
            Value::tuple(values.collect::<Option<Vec<_>>>()?)
        }
        Type::Struct(_, fields) => {
            let values = fields.iter().map(|(name, ty)| decode(json.get(name)?, ty));
            Value::tuple(values.collect::<Option<Vec<_>>>()?)
        }
    })
}

pub(super) fn decode_float(json: &Json) -> Option<f64> {
    match json.as_str() {
        Some("nan") => Some(f64::NAN),
        Some("inf") => Some(f64::INFINITY),
        Some("-inf") => Some(f64::NEG_INFINITY),
        Some(_) => None,
        None => json.as_f64(),
    }
}

pub(super) fn decode_complex(json: &Json) -> Option<C64> {
    match json.as_array()?.as_slice() {
        [re, im] => Some(C64::new(decode_float(re)?, decode_float(im)?)),
        _ => None,
    }
}

fn decode_observable(json: &Json) -> Option<Observable> {
    let mut observable = Observable::default();
    let pairs = |key: &str| json.get(key)?.as_array();
    for pair in pairs("terms")? {
        let mut string = Vec::new();
        for word in pair.get(0)?.as_str()?.split_whitespace() {
            let (letter, qubit) = word.split_at_checked(1)?;
            let letter = match letter {
                "X" => Pauli::X,
                "Y" => Pauli::Y,
                "Z" => Pauli::Z,
                _ => return None,
            };
            string.push((qubit.parse().ok()?, letter));
        }
        if !string.is_sorted_by(|a: &(u32, Pauli), b| a.0 < b.0) {
            return None;
        }
        observable.add_term(string, decode_complex(pair.get(1)?)?);
    }
    for pair in pairs("projectors")? {
        let bits = pair.get(0)?.as_str()?.chars().map(|bit| match bit {
            '0' => Some(false),
            '1' => Some(true),
            _ => None,
        });
        let projector = Observable::projector(bits.collect::<Option<_>>()?);
        observable.add_scaled(&projector, decode_complex(pair.get(1)?)?);
    }
    Some(observable)
}

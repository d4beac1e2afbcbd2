//! Tensors in NumPy's files: one in a `.npy`, several by name in a `.npz`.

use std::collections::BTreeMap;
use std::io::{self, Cursor};

use half::f16;
use ndarray::{ArrayD, IxDyn, OwnedRepr};
use ndarray_npy::{
    NpzReader, NpzWriter, ReadDataError, ReadNpyError, ReadNpyExt, ReadNpzError, ReadableElement, WriteNpyExt,
};
use num_complex::Complex;
use py_literal::Value as PyValue;
use qml_source::{Code, bug};

use super::save::other;
use super::types::Type;
use crate::builtins::faults::{domain, fault};
use crate::{C64, Fault, Value};

/// An array of one of the four types that NumPy and the language share.
enum Numbers {
    Bool(ArrayD<bool>),
    Int(ArrayD<i64>),
    Float(ArrayD<f64>),
    Complex(ArrayD<C64>),
}

/// The element of a tensor, or the scalar itself.
fn element(ty: &Type) -> &Type {
    match ty {
        Type::Tensor(element, _) => element,
        other => other,
    }
}

fn numbers(value: &Value, ty: &Type) -> Option<Numbers> {
    let Type::Scalar(name) = element(ty) else { return None };
    let value = value.clone();
    Some(match name.as_str() {
        "bool" => Numbers::Bool(value.into_bools().into_owned()),
        "int" => Numbers::Int(value.into_ints().into_owned()),
        "float" => Numbers::Float(value.into_floats().into_owned()),
        "complex" => Numbers::Complex(value.into_complexes().into_owned()),
        _ => return None,
    })
}

fn failed(path: &str, error: &dyn std::fmt::Display) -> Fault {
    fault(Code::Q0906, format!("{path}: {error}"))
}

/// The bytes of a `.npy` file.
pub(super) fn write_npy(path: &str, value: &Value, ty: &Type) -> Result<Vec<u8>, Fault> {
    let Some(numbers) = numbers(value, ty) else {
        return Err(domain(format!(
            "{path}: a `.npy` file holds one tensor of numbers or bools, not `{ty}`; `.npz` and `.json` hold more"
        )));
    };
    let mut bytes = Vec::new();
    match numbers {
        Numbers::Bool(array) => array.write_npy(&mut bytes),
        Numbers::Int(array) => array.write_npy(&mut bytes),
        Numbers::Float(array) => array.write_npy(&mut bytes),
        Numbers::Complex(array) => array.write_npy(&mut bytes),
    }
    .map_err(|error| failed(path, &error))?;
    Ok(bytes)
}

/// The names of the arrays of a `.npz` file: those of the fields, or NumPy's own for what has no name.
fn members(ty: &Type) -> Vec<(String, &Type)> {
    match ty.parts() {
        Some(parts) => parts
            .into_iter()
            .enumerate()
            .map(|(i, (name, ty))| (name.map_or_else(|| format!("arr_{i}"), str::to_owned), ty))
            .collect(),
        None => vec![("arr_0".to_owned(), ty)],
    }
}

/// The bytes of a `.npz` file.
pub(super) fn write_npz(path: &str, value: &Value, ty: &Type) -> Result<Vec<u8>, Fault> {
    let mut bytes = Cursor::new(Vec::new());
    let mut writer = NpzWriter::new(&mut bytes);
    let values = match value {
        Value::Tuple(parts) => parts.to_vec(),
        single => vec![single.clone()],
    };
    for ((name, ty), value) in members(ty).into_iter().zip(values) {
        let Some(numbers) = numbers(&value, ty) else {
            return Err(domain(format!(
                "{path}: a `.npz` file holds tensors of numbers or bools, not `{ty}`; `.json` holds everything"
            )));
        };
        match numbers {
            Numbers::Bool(array) => writer.add_array(name, &array),
            Numbers::Int(array) => writer.add_array(name, &array),
            Numbers::Float(array) => writer.add_array(name, &array),
            Numbers::Complex(array) => writer.add_array(name, &array),
        }
        .map_err(|error| failed(path, &error))?;
    }
    writer.finish().map_err(|error| failed(path, &error))?;
    Ok(bytes.into_inner())
}

/// The bytes of a `.npz` file of scalars and tensors of floats, by name.
pub fn npz(values: &BTreeMap<String, Value>) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let mut writer = NpzWriter::new(&mut bytes);
    for (name, value) in values {
        let added = writer.add_array(name.as_str(), &value.clone().into_floats());
        added.unwrap_or_else(|error| bug!("memory can't be written: {error}"));
    }
    writer.finish().unwrap_or_else(|error| bug!("memory can't be written: {error}"));
    bytes.into_inner()
}

/// The value of a `.npy` file.
pub(super) fn read_npy(path: &str, bytes: &[u8], ty: &Type) -> Result<Value, Fault> {
    typed(path, Npy(bytes).numbers(), ty)
}

/// The value of a `.npz` file.
pub(super) fn read_npz(path: &str, bytes: &[u8], ty: &Type) -> Result<Value, Fault> {
    let mut archive = NpzReader::new(Cursor::new(bytes))
        .map_err(|error| other(path, &format!("no archive of NumPy ({error})"), ty))?;
    let mut values = Vec::new();
    for (name, ty) in members(ty) {
        let names = archive.names().unwrap_or_default();
        if !names.contains(&name) {
            let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
            return Err(fault(
                Code::Q0908,
                format!("{path} has no array `{name}`, but {}", names.join(", ")),
            ));
        }
        let read = Member { archive: &mut archive, name: &name }.numbers();
        values.push(typed(path, read, ty)?);
    }
    Ok(match (ty.parts(), values.pop()) {
        (None, Some(value)) => value,
        (_, last) => {
            values.extend(last);
            Value::tuple(values)
        }
    })
}

/// Reads an array with elements of one type.
type Reader<S> = fn(&mut S) -> Result<Numbers, ReadNpyError>;

/// Where an array is read from.
trait Source: Sized {
    /// The array, if its elements are of this type.
    fn read<T: ReadableElement>(&mut self) -> Result<ArrayD<T>, ReadNpyError>;

    /// The array by the type of its elements, widened to one that the language has.
    fn numbers(&mut self) -> Result<Numbers, ReadNpyError> {
        fn ints<S: Source, T: ReadableElement + Copy + Into<i64>>(
            source: &mut S,
        ) -> Result<Numbers, ReadNpyError> {
            source.read::<T>().map(|array| Numbers::Int(array.mapv(Into::into)))
        }
        let readers: [Reader<Self>; 14] = [
            |source| source.read().map(Numbers::Float),
            |source| source.read().map(Numbers::Int),
            |source| source.read().map(Numbers::Bool),
            |source| source.read().map(Numbers::Complex),
            |source| source.read::<f32>().map(|array| Numbers::Float(array.mapv(f64::from))),
            |source| {
                let widened = |x: Complex<f32>| C64::new(x.re.into(), x.im.into());
                source.read::<Complex<f32>>().map(|array| Numbers::Complex(array.mapv(widened)))
            },
            |source| source.read::<Half>().map(|array| Numbers::Float(array.mapv(|x| f64::from(x.0)))),
            ints::<_, i32>,
            ints::<_, i16>,
            ints::<_, i8>,
            ints::<_, u32>,
            ints::<_, u16>,
            ints::<_, u8>,
            |source| source.read::<u64>().and_then(|array| small(&array)),
        ];
        let mut other = None;
        for read in readers {
            match read(self) {
                Err(error @ ReadNpyError::WrongDescriptor(_)) => other = Some(error),
                found => return found,
            }
        }
        Err(other.unwrap_or_else(|| bug!("there are readers")))
    }
}

/// Ints of 64 bits without a sign, if the language has them all.
fn small(array: &ArrayD<u64>) -> Result<Numbers, ReadNpyError> {
    if let Some(large) = array.iter().find(|&&x| i64::try_from(x).is_err()) {
        let message = format!("{large} is larger than the largest int, {}", i64::MAX);
        return Err(ReadNpyError::Io(io::Error::other(message)));
    }
    Ok(Numbers::Int(array.mapv(u64::cast_signed)))
}

/// A float of 16 bits, NumPy's `float16`.
#[derive(Clone, Copy)]
struct Half(f16);

impl ReadableElement for Half {
    fn read_to_end_exact_vec<R: io::Read>(
        mut reader: R,
        type_desc: &PyValue,
        len: usize,
    ) -> Result<Vec<Self>, ReadDataError> {
        let from_bytes = match type_desc {
            PyValue::String(name) if name == "<f2" => f16::from_le_bytes,
            PyValue::String(name) if name == ">f2" => f16::from_be_bytes,
            other => return Err(ReadDataError::WrongDescriptor(other.clone())),
        };
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes)?;
        match bytes.len().checked_sub(2 * len) {
            None => Err(ReadDataError::MissingData),
            Some(0) => Ok(bytes.chunks_exact(2).map(|pair| Self(from_bytes([pair[0], pair[1]]))).collect()),
            Some(n_extra) => Err(ReadDataError::ExtraBytes(n_extra)),
        }
    }
}

/// The bytes of a `.npy` file.
struct Npy<'a>(&'a [u8]);

impl Source for Npy<'_> {
    fn read<T: ReadableElement>(&mut self) -> Result<ArrayD<T>, ReadNpyError> {
        ArrayD::read_npy(self.0)
    }
}

/// An array of a `.npz` file.
struct Member<'a, 'b> {
    archive: &'a mut NpzReader<Cursor<&'b [u8]>>,
    name: &'a str,
}

impl Source for Member<'_, '_> {
    fn read<T: ReadableElement>(&mut self) -> Result<ArrayD<T>, ReadNpyError> {
        self.archive.by_name::<OwnedRepr<T>, IxDyn>(self.name).map_err(|error| match error {
            ReadNpzError::Npy(error) => error,
            ReadNpzError::Zip(error) => ReadNpyError::Io(io::Error::other(error)),
        })
    }
}

/// The value of a type from an array, whose elements are widened to it.
fn typed(path: &str, read: Result<Numbers, ReadNpyError>, ty: &Type) -> Result<Value, Fault> {
    let read = match read {
        Ok(read) => read,
        Err(ReadNpyError::WrongDescriptor(PyValue::String(name))) => {
            return Err(other(path, &format!("an array of NumPy's type `{name}`"), ty));
        }
        Err(ReadNpyError::WrongDescriptor(_)) => return Err(other(path, "an array of records", ty)),
        Err(error) => return Err(other(path, &format!("no array that can be read ({error})"), ty)),
    };
    let (value, found) = match read {
        Numbers::Bool(array) => (Value::from_owned(array), "bool"),
        Numbers::Int(array) => (Value::from_owned(array), "int"),
        Numbers::Float(array) => (Value::from_owned(array), "float"),
        Numbers::Complex(array) => (Value::from_owned(array), "complex"),
    };
    let rank = value.shape().len();
    let found_type = if rank == 0 {
        Type::Scalar(found.to_owned())
    } else {
        Type::Tensor(Box::new(Type::Scalar(found.to_owned())), rank)
    };
    let wanted_rank = if let Type::Tensor(_, rank) = ty { *rank } else { 0 };
    let wanted = element(ty);
    let fits = rank == wanted_rank
        && (wanted.is(found)
            || (wanted.is("float") && found == "int")
            || (wanted.is("complex") && matches!(found, "int" | "float")));
    if !fits {
        return Err(other(path, &format!("`{found_type}`"), ty));
    }
    Ok(if wanted.is("float") {
        Value::from_array(value.into_floats())
    } else if wanted.is("complex") {
        Value::from_array(value.into_complexes())
    } else {
        value
    })
}

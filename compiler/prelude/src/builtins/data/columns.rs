//! Tables with typed columns in CSV files. A table is a tensor of structs of scalars, a row each, or a struct of vectors, a
//! column each; columns are found by the names of the fields. In tuples instead of structs they have their places. A matrix is
//! all columns.

use csv::WriterBuilder;
use qml_source::{Code, Diagnostic, bug};

use super::csv::{Table, table};
use super::types::Type;
use crate::builtins::faults::{domain, fault};
use crate::builtins::format::format_float;
use crate::builtins::lists::from_elements;
use crate::{Fault, Value};

/// A type as a table.
enum Layout<'t> {
    Rows(Vec<Column<'t>>),
    Columns(Vec<Column<'t>>),
    Matrix(&'t Type),
}

/// The name of a column, if it has one, and the type of its fields.
type Column<'t> = (Option<&'t str>, &'t Type);

fn layout(ty: &Type) -> Option<Layout<'_>> {
    let is_field = |ty: &Type| ["bool", "int", "float", "string"].into_iter().any(|scalar| ty.is(scalar));
    match ty {
        Type::Tensor(row, 1) => {
            let columns = row.parts()?;
            columns.iter().all(|(_, ty)| is_field(ty)).then_some(Layout::Rows(columns))
        }
        Type::Tensor(element, 2) => is_field(element).then_some(Layout::Matrix(element)),
        _ => {
            let vectors = ty.parts()?.into_iter().map(|(name, ty)| match ty {
                Type::Tensor(element, 1) if is_field(element) => Some((name, &**element)),
                _ => None,
            });
            vectors.collect::<Option<_>>().map(Layout::Columns)
        }
    }
}

fn no_table(path: &str, ty: &Type) -> Fault {
    Box::new(Diagnostic::error(Code::Q0908, format!("{path}: `{ty}` is no table")).help(
        "a table is a tensor of structs, a row each, or a struct of vectors, a column each; or a matrix",
    ))
}

/// The value of a file.
pub(super) fn read(path: &str, bytes: &[u8], ty: &Type) -> Result<Value, Fault> {
    let layout = layout(ty).ok_or_else(|| no_table(path, ty))?;
    let (Layout::Rows(columns) | Layout::Columns(columns)) = &layout else {
        let Layout::Matrix(element) = layout else { bug!("a layout without columns is a matrix") };
        return matrix(&numbered_table(path, bytes)?, element);
    };
    let has_names = columns.iter().any(|(name, _)| name.is_some());
    let table =
        if has_names { table(path, bytes, true)?.check_rows()? } else { numbered_table(path, bytes)? };
    let places = columns.iter().enumerate().map(|(i, (name, _))| match name {
        Some(name) => named(&table, name),
        None if i < table.rows[0].1.len() => Ok(i),
        None => {
            let n = table.rows[0].1.len();
            let message = format!("{path} has {n} columns, and `{ty}` asks for {}", columns.len());
            Err(Box::new(table.with_separator(Diagnostic::error(Code::Q0904, message))))
        }
    });
    let places = places.collect::<Result<Vec<usize>, _>>()?;
    let n_rows = table.rows.len();
    let fields = || places.iter().zip(columns);
    if let Layout::Rows(_) = layout {
        let row = |row: usize| {
            let values = fields().map(|(&column, (_, ty))| field(&table, row, column, ty));
            Ok(Value::tuple(values.collect::<Result<Vec<_>, Fault>>()?))
        };
        let rows = (0..n_rows).map(row).collect::<Result<Vec<_>, Fault>>()?;
        return Ok(from_elements(&[n_rows], rows));
    }
    let vectors = fields().map(|(&column, (_, ty))| {
        let values = (0..n_rows).map(|row| field(&table, row, column, ty));
        Ok(ty.tensor(&[n_rows], values.collect::<Result<_, Fault>>()?))
    });
    Ok(Value::tuple(vectors.collect::<Result<Vec<_>, Fault>>()?))
}

/// A table whose columns aren't asked for by name.
fn numbered_table(path: &str, bytes: &[u8]) -> Result<Table, Fault> {
    let table = table(path, bytes, true)?;
    table.check_header(&format!(
        "`read_csv(\"{path}\", header: false)` reads it as data; `load` needs a line of names first"
    ))?;
    table.check_rows()
}

fn matrix(table: &Table, element: &Type) -> Result<Value, Fault> {
    let shape = [table.rows.len(), table.rows[0].1.len()];
    let places = (0..shape[0]).flat_map(|row| (0..shape[1]).map(move |column| (row, column)));
    let elements = places.map(|(row, column)| field(table, row, column, element));
    Ok(element.tensor(&shape, elements.collect::<Result<_, Fault>>()?))
}

/// The place of a column: one of this name, else one whose name is this when it is written as a name of the language.
fn named(table: &Table, name: &str) -> Result<usize, Fault> {
    let found = match table.only(name, |other| other == name)? {
        None => table.only(name, |other| identifier(other) == name)?,
        exact => exact,
    };
    found.ok_or_else(|| {
        let names = table.header.as_ref().into_iter().flatten();
        let known: Vec<_> = names.map(|name| format!("`{}`", identifier(name))).collect();
        let message = format!("{}: there is no column `{name}`", table.path);
        Box::new(
            table.with_separator(
                Diagnostic::error(Code::Q0904, message)
                    .note(format!("the columns are, as fields of a struct, {}", known.join(", "))),
            ),
        )
    })
}

/// A name with an underscore for what no name of the language may have: `sepal_length_cm` for `Sepal length (cm)`.
fn identifier(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("_")
}

fn field(table: &Table, row: usize, column: usize, ty: &Type) -> Result<Value, Fault> {
    let text = &table.rows[row].1[column];
    let Type::Scalar(name) = ty else { bug!("a field of a table has type `{ty}`") };
    let (value, what) = match name.as_str() {
        "string" => (Some(Value::text(text)), ""),
        "int" => (text.parse().ok().map(Value::Int), "not an integer"),
        "bool" => (truth(text).map(Value::Bool), "neither `true` nor `false`"),
        _ => (text.parse().ok().map(Value::Float), "not a number"),
    };
    value.ok_or_else(|| Box::new(table.unfit(row, column, what)))
}

fn truth(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// The text of a file.
pub(super) fn write(path: &str, value: &Value, ty: &Type) -> Result<Vec<u8>, Fault> {
    let layout = layout(ty).ok_or_else(|| no_table(path, ty))?;
    let (header, rows) = match &layout {
        Layout::Rows(columns) => {
            let rows = value.clone().into_values();
            (names(columns), rows.iter().map(|row| row.parts().iter().map(text).collect()).collect())
        }
        Layout::Columns(columns) => (names(columns), transposed(path, value.parts())?),
        Layout::Matrix(_) => {
            let n = value.shape()[1];
            let elements: Vec<String> = value.clone().into_values().iter().map(text).collect();
            ((0..n).map(numbered).collect(), elements.chunks(n.max(1)).map(<[_]>::to_vec).collect())
        }
    };
    let mut writer = WriterBuilder::new().from_writer(Vec::new());
    let failed = |error: &dyn std::fmt::Display| fault(Code::Q0906, format!("{path}: {error}"));
    for record in std::iter::once(header).chain(rows) {
        writer.write_record(record).map_err(|error| failed(&error))?;
    }
    writer.into_inner().map_err(|error| failed(&error.error()))
}

fn numbered(column: usize) -> String {
    format!("x{column}")
}

/// The names of columns; numbered ones where there are none.
fn names(columns: &[Column<'_>]) -> Vec<String> {
    let names = columns.iter().enumerate();
    names.map(|(i, (name, _))| name.map_or_else(|| numbered(i), str::to_owned)).collect()
}

fn transposed(path: &str, columns: &[Value]) -> Result<Vec<Vec<String>>, Fault> {
    let n = columns.first().map_or(0, |column| column.shape()[0]);
    let mut rows = vec![Vec::with_capacity(columns.len()); n];
    for column in columns {
        let values = column.clone().into_values();
        if values.len() != n {
            return Err(domain(format!("{path}: columns of {n} and {} rows", values.len())));
        }
        rows.iter_mut().zip(values.iter()).for_each(|(row, value)| row.push(text(value)));
    }
    Ok(rows)
}

fn text(value: &Value) -> String {
    match value {
        Value::Bool(x) => x.to_string(),
        Value::Int(x) => x.to_string(),
        Value::Str(text) => text.to_string(),
        other => format_float(other.to_float()),
    }
}

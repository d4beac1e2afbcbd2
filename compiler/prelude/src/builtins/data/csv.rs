//! Tables in CSV files. Lines and columns count from 1 in messages, columns from 0 in programs.

use csv::{ReaderBuilder, StringRecord, Trim, WriterBuilder};
use ndarray::Axis;
use qml_source::{Code, Diagnostic, bug};

use crate::builtins::faults::{fault, shapes};
use crate::builtins::format::format_float;
use crate::builtins::lists::from_elements;
use crate::{Fault, Host, Value};

/// A table as it stands in the file.
pub(super) struct Table {
    pub path: String,
    pub header: Option<StringRecord>,
    /// Each with the line on which it begins.
    pub rows: Vec<(u64, StringRecord)>,
}

/// Whether a header is a row of numbers, and not the numbers 0, 1, 2 and so on of columns without names.
fn is_data(header: &StringRecord) -> bool {
    let is_number = |field: &str| field.parse::<f64>().is_ok();
    let is_count = header.iter().enumerate().all(|(i, field)| field.parse() == Ok(i));
    header.iter().all(is_number) && (!is_count || header.len() == 1)
}

/// Reads a file; `names` are the columns that are asked for.
fn read_table(host: &mut dyn Host, path: &str, has_header: bool, names: &[Value]) -> Result<Table, Fault> {
    let bytes = host.read_file(path)?;
    let table = table(path, &bytes, has_header)?;
    if !names.iter().any(|name| matches!(name, Value::Str(_))) {
        let names = "`columns:` with names says that they are names";
        table
            .check_header("`header: false` reads it as data")
            .map_err(|fault| Box::new(fault.note(names)))?;
    }
    table.check_rows()
}

/// Reads a table, whose header and number of rows are still to be checked.
pub(super) fn table(path: &str, bytes: &[u8], has_header: bool) -> Result<Table, Fault> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        let message = format!("{path}: the file is text in UTF-16");
        return Err(Box::new(Diagnostic::error(Code::Q0901, message).help("save it as UTF-8")));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes[..error.valid_up_to()].split(|&byte| byte == b'\n').count();
        let message = format!("{path}, line {line}: the file is not text in UTF-8");
        Box::new(Diagnostic::error(Code::Q0901, message).help("save it as UTF-8"))
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if let Some(line) = open_quote(text) {
        let message = format!("{path}, line {line}: the quotes around a field don't end");
        return Err(Box::new(
            Diagnostic::error(Code::Q0909, message)
                .help("a quote in a field that has quotes is written twice"),
        ));
    }
    let mut reader =
        ReaderBuilder::new().has_headers(false).flexible(true).trim(Trim::All).from_reader(text.as_bytes());
    let mut rows: Vec<(u64, StringRecord)> = Vec::new();
    let (mut line, mut counted) = (1, 0);
    for record in reader.records() {
        let record = record.map_err(|error| fault(Code::Q0901, format!("{path}: {error}")))?;
        // The reader places a record before the line ends it skips to get there.
        let mut place = record.position().map_or(0, |position| position.byte() as usize);
        place += text[place..].bytes().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        line += text[counted..place].matches('\n').count() as u64;
        counted = place;
        if let Some((_, first)) = rows.first()
            && first.len() != record.len()
        {
            let n = record.len();
            let fields = if n == 1 { "field" } else { "fields" };
            let message = format!("{path}, line {line}: {n} {fields}, but {} in the first line", first.len());
            return Err(Box::new(with_separator(Diagnostic::error(Code::Q0902, message), first)));
        }
        rows.push((line, record));
    }
    let header = (has_header && !rows.is_empty()).then(|| rows.remove(0).1);
    Ok(Table { path: path.to_string(), header, rows })
}

/// The line of a quote that begins a field which nothing ends.
fn open_quote(text: &str) -> Option<usize> {
    let (mut line, mut opened, mut is_start) = (1, None, true);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        line += usize::from(c == '\n');
        match (c, opened) {
            ('"', Some(_)) if chars.peek() == Some(&'"') => _ = chars.next(),
            ('"', Some(_)) => opened = None,
            ('"', None) if is_start => opened = Some(line),
            _ => {}
        }
        is_start = opened.is_none() && matches!(c, ',' | '\n' | '\r');
    }
    opened
}

/// Tells of a file whose fields something else than commas separates, as its first line has it.
fn with_separator(diagnostic: Diagnostic, first: &StringRecord) -> Diagnostic {
    let count = |separator: char| first.iter().map(|field| field.matches(separator).count()).sum::<usize>();
    let found =
        [(';', "`;`"), ('\t', "tabs")].into_iter().find(|(separator, _)| count(*separator) >= first.len());
    match found {
        Some((_, name)) => diagnostic
            .help(format!("commas separate fields; {name} seem to do it here: write the file with commas")),
        None => diagnostic,
    }
}

impl Table {
    /// Refuses a header that is most likely data; `way_out` says how it is read then.
    pub(super) fn check_header(&self, way_out: &str) -> Result<(), Fault> {
        let Some(header) = self.header.as_ref().filter(|header| is_data(header)) else { return Ok(()) };
        let fields: Vec<_> = header.iter().take(4).collect();
        let more = if header.len() > 4 { ", ..." } else { "" };
        let message = format!(
            "{}: the first line is taken for a header, and is numbers: {}{more}",
            self.path,
            fields.join(", ")
        );
        Err(Box::new(Diagnostic::error(Code::Q0907, message).help(way_out)))
    }

    /// The table, if there is something in it.
    pub(super) fn check_rows(self) -> Result<Self, Fault> {
        if !self.rows.is_empty() {
            return Ok(self);
        }
        let what = match self.header {
            Some(_) => "there is nothing after the header",
            None => "the file is empty",
        };
        Err(fault(Code::Q0905, format!("{}: {what}", self.path)))
    }

    /// With a word on the separator, if that is what is wrong.
    pub(super) fn with_separator(&self, diagnostic: Diagnostic) -> Diagnostic {
        with_separator(diagnostic, self.header.as_ref().unwrap_or(&self.rows[0].1))
    }

    /// The position of the column whose name is one; an error if there are several.
    pub(super) fn only(&self, name: &str, is_it: impl Fn(&str) -> bool) -> Result<Option<usize>, Fault> {
        let names = self.header.as_ref().into_iter().flatten().enumerate();
        let places: Vec<usize> = names.filter(|(_, other)| is_it(other)).map(|(i, _)| i).collect();
        if places.len() > 1 {
            let places: Vec<String> = places.iter().map(|i| (i + 1).to_string()).collect();
            let path = &self.path;
            let message = format!("{path}: the columns {} are all named `{name}`", places.join(", "));
            let help = "give them different names, or choose one of them by its number, which counts from 0: \
                        `read_csv(..., columns: [0, 2])`";
            return Err(Box::new(Diagnostic::error(Code::Q0904, message).help(help)));
        }
        Ok(places.first().copied())
    }

    /// The position of a column given by its name or its number.
    fn column(&self, column: &Value) -> Result<usize, Fault> {
        let n = self.rows[0].1.len();
        let path = &self.path;
        if let Value::Str(name) = column {
            let Some(header) = &self.header else {
                let message =
                    format!("{path}: column `{name}` is named, but the file is read without a header");
                return Err(fault(Code::Q0904, message));
            };
            return self.only(name, |other| other == &**name)?.ok_or_else(|| {
                let names: Vec<_> = header.iter().map(|name| format!("`{name}`")).collect();
                let message = format!("{path}: there is no column `{name}`");
                Box::new(
                    self.with_separator(
                        Diagnostic::error(Code::Q0904, message)
                            .note(format!("the columns are {}", names.join(", "))),
                    ),
                )
            });
        }
        let number = column.to_int();
        usize::try_from(number).ok().filter(|&i| i < n).ok_or_else(|| {
            let message = format!("{path}: there is no column {number}, they are numbered 0 to {}", n - 1);
            Box::new(self.with_separator(Diagnostic::error(Code::Q0904, message)))
        })
    }

    fn number(&self, row: usize, column: usize) -> Result<f64, Fault> {
        let field = &self.rows[row].1[column];
        field.parse().map_err(|_| {
            let diagnostic = self.unfit(row, column, "not a number");
            Box::new(if field.is_empty() {
                diagnostic
            } else {
                diagnostic.help("`columns:` chooses the columns of numbers, `read_labels` reads one of words")
            })
        })
    }

    /// A field that is not what it should be, with its place.
    pub(super) fn unfit(&self, row: usize, column: usize, what: &str) -> Diagnostic {
        let (line, record) = &self.rows[row];
        let field = &record[column];
        let name = match &self.header {
            Some(header) => format!(" (`{}`)", &header[column]),
            None => String::new(),
        };
        let what =
            if field.is_empty() { "the field is empty".into() } else { format!("`{field}` is {what}") };
        let message = format!("{}, line {line}, column {}{name}: {what}", self.path, column + 1);
        self.with_separator(Diagnostic::error(Code::Q0903, message))
    }
}

/// `read_csv(path, header, columns?)`.
pub(super) fn read_csv(host: &mut dyn Host, args: &mut [Value]) -> Result<Value, Fault> {
    let names: Option<Vec<Value>> =
        (args[2] != Value::Unit).then(|| args[2].clone().into_values().iter().cloned().collect());
    let table = read_table(host, args[0].to_str(), args[1].to_bool(), names.as_deref().unwrap_or_default())?;
    let columns: Vec<usize> = match names {
        None => (0..table.rows[0].1.len()).collect(),
        Some(names) => names.iter().map(|name| table.column(name)).collect::<Result<_, _>>()?,
    };
    let mut elements = Vec::with_capacity(table.rows.len() * columns.len());
    for row in 0..table.rows.len() {
        for &column in &columns {
            elements.push(table.number(row, column)?);
        }
    }
    Ok(from_elements(&[table.rows.len(), columns.len()], elements))
}

/// `read_labels(path, column, header?)`: whole numbers as they are, else places in alphabetical order, so that the
/// numbers don't depend on the order of the rows.
pub(super) fn read_labels(host: &mut dyn Host, args: &mut [Value]) -> Result<Value, Fault> {
    let has_header = args.get(2).is_none_or(|header| *header == Value::Unit || header.to_bool());
    let table = read_table(host, args[0].to_str(), has_header, &args[1..2])?;
    let column = table.column(&args[1])?;
    let words: Vec<&str> = table.rows.iter().map(|(_, record)| &record[column]).collect();
    if let Some(row) = words.iter().position(|word| word.is_empty()) {
        let line = table.rows[row].0;
        let message = format!("{}, line {line}, column {}: the field is empty", table.path, column + 1);
        return Err(fault(Code::Q0903, message));
    }
    if let Ok(numbers) = words.iter().map(|word| word.parse()).collect::<Result<Vec<i64>, _>>() {
        return Ok(Value::vector(numbers));
    }
    let mut classes = words.clone();
    classes.sort_unstable();
    classes.dedup();
    let class = |word: &&str| match classes.binary_search(word) {
        Ok(class) => class as i64,
        Err(_) => bug!("a class that is not among the classes"),
    };
    Ok(Value::vector(words.iter().map(class).collect()))
}

/// `write_csv(path, x, header?)`.
pub(super) fn write_csv(host: &mut dyn Host, args: &mut [Value]) -> Result<Value, Fault> {
    let x = args[1].clone().into_floats();
    let mut writer = WriterBuilder::new().from_writer(Vec::new());
    let path = args[0].to_str();
    let failed = |error: &dyn std::fmt::Display| fault(Code::Q0906, format!("{path}: {error}"));
    if args[2] != Value::Unit {
        let names = args[2].clone().into_values();
        if names.len() != x.shape()[1] {
            return Err(shapes("write_csv", names.shape(), x.shape(), 1));
        }
        writer.write_record(names.iter().map(Value::to_str)).map_err(|error| failed(&error))?;
    }
    for row in x.axis_iter(Axis(0)) {
        writer.write_record(row.iter().map(|&x| format_float(x))).map_err(|error| failed(&error))?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(&error.error()))?;
    host.write_file(path, &bytes)?;
    Ok(Value::Unit)
}

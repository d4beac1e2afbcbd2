//! Reads fields out of JSON so that an error names the field it is about.

use qml_source::{Code, Diagnostic};
use serde_json::Value;

use crate::nearest::nearest;

/// A value with the way that led to it, such as `connectivity.edges[3]`.
#[derive(Clone, Debug)]
pub(crate) struct Field<'a> {
    value: &'a Value,
    path: String,
    file: &'a str,
}

impl<'a> Field<'a> {
    /// The whole of a file.
    pub fn root(value: &'a Value, file: &'a str) -> Self {
        Self { value, path: String::new(), file }
    }

    /// An error about this field.
    pub fn error(&self, problem: &str) -> Diagnostic {
        let place = if self.path.is_empty() { "the file" } else { &format!("`{}`", self.path) };
        Diagnostic::error(Code::Q0704, format!("device file `{}`: {place} {problem}", self.file))
    }

    /// Q0704 if there is a field of another name, but for notes.
    pub fn only(&self, known: &[&str]) -> Result<(), Diagnostic> {
        for (name, field) in self.entries()? {
            if !known.contains(&name) && !matches!(name, "note" | "notes") {
                return Err(field.unknown(name, known));
            }
        }
        Ok(())
    }

    /// The error about this field, which has none of the known names.
    pub fn unknown(&self, name: &str, known: &[&str]) -> Diagnostic {
        let error = self.error("is no field of a device file");
        match nearest(name, known) {
            Some(meant) => error.help(format!("did you mean `{meant}`?")),
            None => error
                .note(format!("the fields here: {}", known.join(", ")))
                .help("what only people read can stand under `notes`"),
        }
    }

    /// A field that must be there.
    pub fn get(&self, name: &str) -> Result<Self, Diagnostic> {
        if !self.value.is_object() {
            return Err(self.error("must be an object"));
        }
        self.find(name).ok_or_else(|| self.error(&format!("has no field `{name}`")))
    }

    /// A field that may be absent or null.
    pub fn find(&self, name: &str) -> Option<Self> {
        let value = self.value.get(name).filter(|value| !value.is_null())?;
        let dot = if self.path.is_empty() { "" } else { "." };
        Some(Self { value, path: format!("{}{dot}{name}", self.path), file: self.file })
    }

    /// The elements of a list.
    pub fn list(&self) -> Result<Vec<Self>, Diagnostic> {
        let values = self.value.as_array().ok_or_else(|| self.error("must be a list"))?;
        let element = |(i, value)| Self { value, path: format!("{}[{i}]", self.path), file: self.file };
        Ok(values.iter().enumerate().map(element).collect())
    }

    /// The elements of a list that may be absent.
    pub fn list_or_empty(&self, name: &str) -> Result<Vec<Self>, Diagnostic> {
        self.find(name).map_or(Ok(Vec::new()), |field| field.list())
    }

    /// The entries of an object, by name.
    pub fn entries(&self) -> Result<Vec<(&'a str, Self)>, Diagnostic> {
        let object = self.value.as_object().ok_or_else(|| self.error("must be an object"))?;
        let dot = if self.path.is_empty() { "" } else { "." };
        let entry = |(name, value): (&'a String, &'a Value)| {
            (name.as_str(), Self { value, path: format!("{}{dot}{name}", self.path), file: self.file })
        };
        Ok(object.iter().map(entry).collect())
    }

    /// A text.
    pub fn text(&self) -> Result<&'a str, Diagnostic> {
        self.value.as_str().ok_or_else(|| self.error("must be a text"))
    }

    /// A number.
    pub fn number(&self) -> Result<f64, Diagnostic> {
        self.value.as_f64().ok_or_else(|| self.error("must be a number"))
    }

    /// A number from 0 on.
    pub fn non_negative(&self) -> Result<f64, Diagnostic> {
        self.number().and_then(|x| if x >= 0.0 { Ok(x) } else { Err(self.error("must not be negative")) })
    }

    /// An amount of money.
    pub fn amount(&self) -> Result<f64, Diagnostic> {
        self.non_negative()
            .and_then(|x| if x <= 1e9 { Ok(x) } else { Err(self.error("must be at most 1e9")) })
    }

    /// A number from 0 to 1.
    pub fn probability(&self) -> Result<f64, Diagnostic> {
        let error = || self.error("must be a number from 0 to 1");
        self.number().and_then(|x| if (0.0..=1.0).contains(&x) { Ok(x) } else { Err(error()) })
    }

    /// A whole number from 0 on.
    pub fn count(&self) -> Result<u64, Diagnostic> {
        self.value.as_u64().ok_or_else(|| self.error("must be a whole number, not negative"))
    }

    /// A whole number from 1 on.
    pub fn positive(&self) -> Result<u64, Diagnostic> {
        self.count().and_then(|n| if n > 0 { Ok(n) } else { Err(self.error("must be at least 1")) })
    }

    /// One of these texts.
    pub fn one_of(&self, texts: &[&str]) -> Result<&'a str, Diagnostic> {
        let text = self.text()?;
        if texts.contains(&text) {
            return Ok(text);
        }
        if let [only] = texts {
            return Err(self.error(&format!("is `{text}`, and this version reads `{only}`")));
        }
        let all: Vec<_> = texts.iter().map(|text| format!("`{text}`")).collect();
        Err(self.error(&format!("is `{text}`, which is none of {}", all.join(", "))))
    }

    /// Yes or no.
    pub fn flag(&self) -> Result<bool, Diagnostic> {
        self.value.as_bool().ok_or_else(|| self.error("must be `true` or `false`"))
    }

    /// Reads an optional field.
    pub fn optional<T>(
        &self,
        name: &str,
        read: impl FnOnce(&Self) -> Result<T, Diagnostic>,
    ) -> Result<Option<T>, Diagnostic> {
        self.find(name).as_ref().map(read).transpose()
    }
}

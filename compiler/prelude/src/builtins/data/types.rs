//! The type of a value in a file, as text: `float[?, ?]`, `(int, bool)`, `Model { w: float[?], b: float }`.

use qml_source::bug;

use crate::{Tensor, Value};

/// A type of values that can be kept in a file.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Type {
    /// `bool`, `int`, `float`, `complex`, `string`, `observable` or `optimizer`.
    Scalar(String),
    /// A tensor: its elements and its rank.
    Tensor(Box<Type>, usize),
    /// A tuple.
    Tuple(Vec<Type>),
    /// A struct: its name and its fields.
    Struct(String, Vec<(String, Type)>),
}

impl Type {
    /// Reads a type; none if the text isn't one.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut reader = Reader(text.trim());
        let ty = reader.ty()?;
        reader.0.is_empty().then_some(ty)
    }

    /// The type that the compiler wrote.
    pub(super) fn known(text: &str) -> Self {
        Self::read(text).unwrap_or_else(|| bug!("`{text}` is no type of a value in a file"))
    }

    /// The scalar of this name.
    pub(super) fn is(&self, name: &str) -> bool {
        matches!(self, Self::Scalar(scalar) if scalar == name)
    }

    /// Whether values of the other type are values of this one: names of structs don't count.
    pub(super) fn accepts(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Scalar(a), Self::Scalar(b)) => a == b,
            (Self::Tensor(a, rank), Self::Tensor(b, other_rank)) => rank == other_rank && a.accepts(b),
            (Self::Tuple(a), Self::Tuple(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.accepts(b))
            }
            (Self::Struct(_, a), Self::Struct(_, b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.0 == b.0 && a.1.accepts(&b.1))
            }
            _ => false,
        }
    }

    /// The parts of a tuple or struct, each with the name of its field.
    pub(super) fn parts(&self) -> Option<Vec<(Option<&str>, &Type)>> {
        match self {
            Self::Tuple(parts) => Some(parts.iter().map(|part| (None, part)).collect()),
            Self::Struct(_, fields) => {
                Some(fields.iter().map(|(name, ty)| (Some(name.as_str()), ty)).collect())
            }
            Self::Scalar(_) | Self::Tensor(..) => None,
        }
    }

    /// A tensor of this type from its elements.
    pub(super) fn tensor(&self, shape: &[usize], elements: Vec<Value>) -> Value {
        use crate::builtins::lists::from_elements;
        let Self::Scalar(name) = self else { return from_elements(shape, elements) };
        match name.as_str() {
            "bool" => from_elements(shape, elements.iter().map(Value::to_bool).collect()),
            "int" => from_elements(shape, elements.iter().map(Value::to_int).collect()),
            "float" => from_elements(shape, elements.iter().map(Value::to_float).collect()),
            "complex" => from_elements(shape, elements.iter().map(Value::to_complex).collect()),
            _ => from_elements(shape, elements),
        }
    }
}

impl std::fmt::Display for Type {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let list = |parts: &[String]| parts.join(", ");
        match self {
            Self::Scalar(name) => f.write_str(name),
            Self::Tensor(element, rank) => write!(f, "{element}[{}]", list(&vec!["?".to_owned(); *rank])),
            Self::Tuple(parts) => {
                let parts: Vec<String> = parts.iter().map(Self::to_string).collect();
                write!(f, "({})", list(&parts))
            }
            Self::Struct(name, fields) => {
                let fields: Vec<String> = fields.iter().map(|(name, ty)| format!("{name}: {ty}")).collect();
                write!(f, "{name} {{ {} }}", list(&fields))
            }
        }
    }
}

/// The shapes of all tensors in a value, outermost first: what the dimensions of a type are held against.
pub(super) fn dims(value: &Value, found: &mut Vec<usize>) {
    match value {
        Value::Tensor(tensor) => {
            found.extend(tensor.shape());
            if let Tensor::Value(array) = tensor
                && let Some(first) = array.first()
            {
                dims(first, found);
            }
        }
        Value::Tuple(parts) => parts.iter().for_each(|part| dims(part, found)),
        _ => {}
    }
}

struct Reader<'a>(&'a str);

impl Reader<'_> {
    fn eat(&mut self, token: &str) -> bool {
        self.0 = self.0.trim_start();
        match self.0.strip_prefix(token) {
            Some(rest) => {
                self.0 = rest.trim_start();
                true
            }
            None => false,
        }
    }

    fn word(&mut self) -> Option<String> {
        let end = self.0.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(self.0.len());
        let (word, rest) = self.0.split_at(end);
        self.0 = rest.trim_start();
        (!word.is_empty()).then(|| word.to_owned())
    }

    fn ty(&mut self) -> Option<Type> {
        let mut ty = if self.eat("(") {
            let mut parts = Vec::new();
            while !self.eat(")") {
                parts.push(self.ty()?);
                if !self.eat(",") && !self.0.starts_with(')') {
                    return None;
                }
            }
            Type::Tuple(parts)
        } else {
            let name = self.word()?;
            if self.eat("{") {
                let mut fields = Vec::new();
                while !self.eat("}") {
                    let field = self.word()?;
                    if !self.eat(":") {
                        return None;
                    }
                    fields.push((field, self.ty()?));
                    if !self.eat(",") && !self.0.starts_with('}') {
                        return None;
                    }
                }
                Type::Struct(name, fields)
            } else {
                Type::Scalar(name)
            }
        };
        while self.eat("[") {
            let mut rank = 0;
            while !self.eat("]") {
                if !self.eat("?") {
                    return None;
                }
                rank += 1;
                self.eat(",");
            }
            ty = Type::Tensor(Box::new(ty), rank);
        }
        Some(ty)
    }
}

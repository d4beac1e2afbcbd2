//! The mini-language of signatures (see [`qml_prelude::builtins`]), read.

use qml_source::bug;
use qml_syntax::ast::Argument;

use crate::hir::Type;

/// A signature.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Signature {
    /// As written.
    pub text: &'static str,
    /// The parameters in order.
    pub parameters: Vec<Parameter>,
    /// The result.
    pub result: Option<Pattern>,
}

impl Signature {
    /// Whether this argument, at this position if it has no name, is for a shape.
    pub fn takes_shape(&self, position: usize, argument: &Argument) -> bool {
        let parameter = match &argument.name {
            Some(name) => self.parameters.iter().find(|parameter| parameter.name == name.text),
            None => self.parameters.get(position),
        };
        parameter.is_some_and(|parameter| matches!(parameter.pattern, Pattern::Shape(_)))
    }
}

/// A parameter.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// May be left out.
    pub is_optional: bool,
    /// Its value if left out.
    pub default: Option<Default>,
    /// Its type.
    pub pattern: Pattern,
}

/// A default.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Default {
    /// An int.
    Int(i64),
    /// A float.
    Float(f64),
    /// A bool.
    Bool(bool),
}

/// A type with placeholders.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Pattern {
    /// A type without placeholders.
    Is(Type),
    /// `T`: any type.
    Any(&'static str),
    /// `num`
    Num,
    /// `axis`
    Axis,
    /// `shape[..s]`
    Shape(&'static str),
    /// `seq[m]`
    Sequence(Dim),
    /// `(A, B)`
    Tuple(Vec<Pattern>),
    /// `T[m, ..s]`
    Tensor(Box<Pattern>, Vec<Dim>),
    /// `(seq[?])[m]`: not one tensor, its items may differ in length.
    List(Box<Pattern>, Dim),
}

/// A dimension, or several.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Dim {
    /// `m`
    Name(&'static str),
    /// `2`
    Number(i64),
    /// `m + n`
    Sum(Box<Dim>, Box<Dim>),
    /// `m * n`
    Product(Box<Dim>, Box<Dim>),
    /// `?`
    Unknown,
    /// `..s`
    Rest(&'static str),
    /// `..s & ..t`
    Broadcast(&'static str, &'static str),
    /// `..s - axis`
    WithoutAxis(&'static str),
}

/// Reads a signature; the table is ours, so a wrong one is our fault.
pub(super) fn read(text: &'static str) -> Signature {
    let mut reader = Reader { text, rest: text };
    reader.word();
    reader.expect("(");
    let mut parameters = Vec::new();
    while !reader.eat(")") {
        parameters.push(reader.parameter());
        reader.eat(",");
    }
    let result = reader.eat("->").then(|| reader.pattern());
    if !reader.rest.trim().is_empty() {
        reader.fail();
    }
    Signature { text, parameters, result }
}

struct Reader {
    text: &'static str,
    rest: &'static str,
}

impl Reader {
    fn fail(&self) -> ! {
        bug!("the signature `{}` can't be read at `{}`", self.text, self.rest)
    }

    fn eat(&mut self, token: &str) -> bool {
        self.rest = self.rest.trim_start();
        let Some(rest) = self.rest.strip_prefix(token) else { return false };
        self.rest = rest;
        true
    }

    fn expect(&mut self, token: &str) {
        if !self.eat(token) {
            self.fail();
        }
    }

    fn word(&mut self) -> &'static str {
        self.rest = self.rest.trim_start();
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let end = self.rest.find(|c| !is_word(c)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        if word.is_empty() {
            self.fail();
        }
        self.rest = rest;
        word
    }

    fn parameter(&mut self) -> Parameter {
        let name = self.word();
        let is_optional = self.eat("?");
        self.expect(":");
        let pattern = self.pattern();
        let default = self.eat("=").then(|| self.default());
        Parameter { name, is_optional, default, pattern }
    }

    fn default(&mut self) -> Default {
        self.rest = self.rest.trim_start();
        let end = self.rest.find([',', ')']).unwrap_or(self.rest.len());
        let (literal, rest) = self.rest.split_at(end);
        self.rest = rest;
        let literal = literal.trim();
        match (literal.parse(), literal.parse(), literal.parse()) {
            (Ok(int), _, _) => Default::Int(int),
            (_, Ok(float), _) => Default::Float(float),
            (_, _, Ok(bool)) => Default::Bool(bool),
            _ => self.fail(),
        }
    }

    fn pattern(&mut self) -> Pattern {
        if self.eat("(") {
            let mut parts = Vec::new();
            while !self.eat(")") {
                parts.push(self.pattern());
                self.eat(",");
            }
            return match (parts.len(), self.eat("[")) {
                (1, true) => {
                    let dim = self.dim();
                    self.expect("]");
                    Pattern::List(Box::new(parts.remove(0)), dim)
                }
                (_, true) => Pattern::Tensor(Box::new(Pattern::Tuple(parts)), self.dims()),
                (_, false) => Pattern::Tuple(parts),
            };
        }
        let word = self.word();
        let has_dims = self.eat("[");
        if word == "shape" || word == "seq" {
            let dim = if has_dims { self.dim() } else { self.fail() };
            self.expect("]");
            return match (word, dim) {
                ("shape", Dim::Rest(name)) => Pattern::Shape(name),
                ("seq", dim) => Pattern::Sequence(dim),
                _ => self.fail(),
            };
        }
        let element = self.element(word);
        if has_dims { Pattern::Tensor(Box::new(element), self.dims()) } else { element }
    }

    fn element(&self, word: &'static str) -> Pattern {
        match word {
            "bool" => Pattern::Is(Type::Bool),
            "int" => Pattern::Is(Type::Int),
            "float" => Pattern::Is(Type::Float),
            "complex" => Pattern::Is(Type::Complex),
            "string" => Pattern::Is(Type::Str),
            "observable" => Pattern::Is(Type::Observable),
            "program" => Pattern::Is(Type::Program(None)),
            "optimizer" => Pattern::Is(Type::Optimizer),
            "Counts" => Pattern::Is(Type::Counts),
            "num" => Pattern::Num,
            "axis" => Pattern::Axis,
            "T" | "U" | "V" | "W" => Pattern::Any(word),
            _ => self.fail(),
        }
    }

    /// Dimensions up to the closing bracket.
    fn dims(&mut self) -> Vec<Dim> {
        let mut dims = Vec::new();
        while !self.eat("]") {
            dims.push(self.dim());
            self.eat(",");
        }
        dims
    }

    fn dim(&mut self) -> Dim {
        if self.eat("?") {
            return Dim::Unknown;
        }
        if self.eat("..") {
            let name = self.word();
            if self.eat("&") {
                self.expect("..");
                return Dim::Broadcast(name, self.word());
            }
            if self.eat("-") {
                self.expect("axis");
                return Dim::WithoutAxis(name);
            }
            return Dim::Rest(name);
        }
        let mut dim = self.factor();
        loop {
            if self.eat("+") {
                dim = Dim::Sum(Box::new(dim), Box::new(self.factor()));
            } else if self.eat("*") {
                dim = Dim::Product(Box::new(dim), Box::new(self.factor()));
            } else {
                return dim;
            }
        }
    }

    fn factor(&mut self) -> Dim {
        let word = self.word();
        word.parse().map_or(Dim::Name(word), Dim::Number)
    }
}

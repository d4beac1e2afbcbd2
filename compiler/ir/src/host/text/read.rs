//! Reading.

use std::fmt;

use qml_gates::Gate;
use qml_prelude::BuiltinId;
use qml_source::{FileId, Span};
use rustc_hash::FxHashMap;

use super::tokens::{Token, tokens};
use super::words::{FUNCTION_KINDS, METHODS, PLAIN_OPS, SCALAR_TYPES, find};
use crate::host::{
    Constant, Function, FunctionId, Global, GlobalId, Modifier, Module, Op, OpKind, Region, Test, Type,
    ValueId,
};

/// How deep types and regions may stand in each other: everything that walks modules does so by recursion.
const DEEPEST: usize = 500;

/// What is wrong with a text, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    /// The line, from 1.
    pub line: usize,
    /// What was expected.
    pub message: String,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl Module {
    /// Reads the printed form.
    pub fn parse(text: &str) -> Result<Self, ReadError> {
        let tokens = tokens(text)?;
        let functions = function_names(&tokens);
        let mut reader = Reader {
            tokens,
            position: 0,
            functions,
            module: Self::default(),
            types: Vec::new(),
            ids: 0,
            depth: 0,
        };
        reader.module()?;
        Ok(reader.module)
    }
}

/// The ids of the functions: a function may be called before its definition.
fn function_names(tokens: &[(usize, Token)]) -> FxHashMap<String, FunctionId> {
    let mut names = FxHashMap::default();
    for window in tokens.windows(3) {
        if let [.., (_, Token::Word(name) | Token::Quoted(name))] = window
            && starts_function(&window[..2])
        {
            names.insert(name.clone(), FunctionId(names.len() as u32));
        }
    }
    names
}

/// Whether two words begin a function.
fn starts_function(words: &[(usize, Token)]) -> bool {
    matches!(words, [(_, Token::Word(kind)), (_, Token::Mark('@'))] if find(FUNCTION_KINDS, kind).is_some())
}

struct Reader {
    tokens: Vec<(usize, Token)>,
    position: usize,
    functions: FxHashMap<String, FunctionId>,
    module: Module,
    /// Types of the values of the function that is read.
    types: Vec<Type>,
    /// Ids of values in that function are below.
    ids: usize,
    /// How many types and regions are open.
    depth: usize,
}

type Read<T> = Result<T, ReadError>;

impl Reader {
    fn module(&mut self) -> Read<()> {
        while *self.peek() != Token::End {
            if self.skip_word("global") {
                let name = self.name()?;
                self.mark(':')?;
                let ty = self.ty()?;
                self.mark('=')?;
                let init = self.function_name()?;
                self.module.globals.push(Global { name, ty, init });
            } else if self.skip_word("main") {
                self.module.main = Some(self.function_name()?);
            } else if self.skip_word("test") {
                let name = self.name()?;
                let function = self.function_name()?;
                let span = self.place()?;
                self.module.tests.push(Test { name, function, span });
            } else {
                let function = self.function()?;
                self.module.functions.push(function);
            }
        }
        Ok(())
    }

    fn function(&mut self) -> Read<Function> {
        let shots = if self.skip_word("shots") { Some(self.number()?) } else { None };
        let Some(kind) = find(FUNCTION_KINDS, &self.word()?) else {
            return self.fail("`fn`, `gate` or `kernel`");
        };
        self.mark('@')?;
        let name = self.name()?;
        self.types.clear();
        self.ids = 4 * self.rest_of_function();
        let (mut params, mut param_names) = (Vec::new(), Vec::new());
        self.mark('(')?;
        while !self.skip(')') {
            let value = self.value()?;
            param_names.push(self.name()?);
            self.mark(':')?;
            let ty = self.ty()?;
            self.define(value, ty);
            params.push(value);
            self.skip(',');
        }
        if !self.skip_word("-") {
            self.next();
            return self.fail("`->`");
        }
        self.mark('>')?;
        self.mark('(')?;
        let results = self.types_until_close()?;
        let span = self.place()?;
        self.mark('{')?;
        let (ops, yields) = self.ops("return")?;
        let body = Region { params, ops, yields };
        let types = std::mem::take(&mut self.types);
        Ok(Function { name, kind, types, param_names, results, body, shots, span })
    }

    /// Operations to the closing brace, and the operands of the last word.
    fn ops(&mut self, last: &str) -> Read<(Vec<Op>, Vec<ValueId>)> {
        let mut ops = Vec::new();
        while !self.skip_word(last) {
            ops.push(self.op()?);
        }
        let yields = self.operands()?;
        self.mark('}')?;
        Ok((ops, yields))
    }

    fn op(&mut self) -> Read<Op> {
        let results = self.typed_values()?;
        if !results.is_empty() {
            self.mark('=')?;
        }
        let kind = self.kind()?;
        let args = self.operands()?;
        let mut regions = Vec::new();
        while self.skip('{') {
            let mut params = Vec::new();
            if self.skip('(') {
                params = self.typed_values()?;
                self.mark(')')?;
            }
            let (ops, yields) = self.deeper(|r| r.ops("yield"))?;
            regions.push(Region { params, ops, yields });
        }
        Ok(Op { kind, args, results, regions, span: self.place()? })
    }

    fn kind(&mut self) -> Read<OpKind> {
        let word = self.word()?;
        if let Some(kind) = find(PLAIN_OPS, &word) {
            return Ok(kind);
        }
        self.mark('[')?;
        let kind = match word.as_str() {
            "const" => OpKind::Const(self.constant()?),
            "global" => {
                let name = self.name()?;
                match self.module.globals.iter().position(|global| global.name == name) {
                    Some(i) => OpKind::Global(GlobalId(i as u32)),
                    None => return self.fail("the name of a global"),
                }
            }
            "builtin" => self.builtin()?,
            "call" => OpKind::Call(self.function_name()?),
            "ahead" => OpKind::Ahead(self.function_name()?),
            "program" => OpKind::Program(self.function_name()?),
            "get" => OpKind::TupleGet(self.number()?),
            "gate" => match Gate::find(&self.name()?) {
                Some(gate) => OpKind::Gate(gate),
                None => return self.fail("the name of a gate"),
            },
            "control" => {
                let mut on = Vec::new();
                while *self.peek() != Token::Mark(']') {
                    on.push(self.word()? == "true");
                    self.skip(',');
                }
                OpKind::Modified(Modifier::Control(on))
            }
            "gradient" => {
                let function = self.function_name()?;
                self.mark(',')?;
                let Some(method) = find(METHODS, &self.word()?) else { return self.fail("a method") };
                let mut wrt = Vec::new();
                while self.skip(',') {
                    wrt.push(self.number()?);
                }
                OpKind::ValueAndGradient { function, wrt, method }
            }
            _ => return self.fail("the name of an operation"),
        };
        self.mark(']')?;
        Ok(kind)
    }

    fn builtin(&mut self) -> Read<OpKind> {
        let name = self.name()?;
        let i: usize = if self.skip(',') { self.number()? } else { 0 };
        match BuiltinId::find_all(&name).get(i) {
            Some(&id) => Ok(OpKind::Builtin(id)),
            None => self.fail("the name of a built-in function"),
        }
    }

    fn constant(&mut self) -> Read<Constant> {
        if let Token::Quoted(text) = self.peek().clone() {
            self.next();
            return Ok(Constant::Str(text));
        }
        let word = self.word()?;
        Ok(match word.as_str() {
            "unit" => Constant::Unit,
            "true" => Constant::Bool(true),
            "false" => Constant::Bool(false),
            "complex" => Constant::Complex(self.number()?, self.number()?),
            number => match (number.parse(), number.parse()) {
                (Ok(i), _) => Constant::Int(i),
                (_, Ok(x)) => Constant::Float(x),
                _ => return self.fail("a constant"),
            },
        })
    }

    fn ty(&mut self) -> Read<Type> {
        let word = self.word()?;
        if let Some(ty) = find(SCALAR_TYPES, &word) {
            return Ok(ty);
        }
        self.mark('(')?;
        match word.as_str() {
            "tensor" => {
                let element = Box::new(self.deeper(Self::ty)?);
                self.mark(',')?;
                let rank = self.number()?;
                self.mark(')')?;
                Ok(Type::Tensor(element, rank))
            }
            "list" => {
                let element = Box::new(self.deeper(Self::ty)?);
                self.mark(')')?;
                Ok(Type::List(element))
            }
            "tuple" => Ok(Type::Tuple(self.deeper(Self::types_until_close)?)),
            _ => self.fail("a type"),
        }
    }

    fn types_until_close(&mut self) -> Read<Vec<Type>> {
        let mut types = Vec::new();
        while !self.skip(')') {
            types.push(self.ty()?);
            self.skip(',');
        }
        Ok(types)
    }

    fn typed_values(&mut self) -> Read<Vec<ValueId>> {
        let mut values = Vec::new();
        while self.is_value() {
            let value = self.value()?;
            self.mark(':')?;
            let ty = self.ty()?;
            self.define(value, ty);
            values.push(value);
            self.skip(',');
        }
        Ok(values)
    }

    fn operands(&mut self) -> Read<Vec<ValueId>> {
        let mut values = Vec::new();
        // A value with a colon after it is a result of the next operation.
        while self.is_value()
            && self.tokens.get(self.position + 1).is_some_and(|(_, next)| *next != Token::Mark(':'))
        {
            values.push(self.value()?);
            if !self.skip(',') {
                break;
            }
        }
        Ok(values)
    }

    fn define(&mut self, value: ValueId, ty: Type) {
        let i = value.0 as usize;
        if self.types.len() <= i {
            self.types.resize(i + 1, Type::Unit);
        }
        self.types[i] = ty;
    }

    fn place(&mut self) -> Read<Span> {
        if !self.skip('!') {
            return Ok(Span::default());
        }
        let file = self.number()?;
        self.mark(':')?;
        let start = self.number()?;
        self.mark(':')?;
        let end = self.number()?;
        Ok(Span { file: FileId(file), start, end })
    }

    fn function_name(&mut self) -> Read<FunctionId> {
        self.mark('@')?;
        let name = self.name()?;
        match self.functions.get(&name) {
            Some(&id) => Ok(id),
            None => self.fail("the name of a function of this text"),
        }
    }

    fn name(&mut self) -> Read<String> {
        if let Token::Quoted(name) = self.peek().clone() {
            self.next();
            return Ok(name);
        }
        self.word()
    }

    /// How many words there are before the next function.
    fn rest_of_function(&self) -> usize {
        let rest = &self.tokens[self.position..];
        rest.windows(2).position(starts_function).unwrap_or(rest.len())
    }

    /// What stands one level deeper.
    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        if self.depth == DEEPEST {
            return self.fail(&format!("nesting of at most {DEEPEST} levels"));
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    fn value(&mut self) -> Read<ValueId> {
        let word = self.word()?;
        match word.strip_prefix('%').and_then(|digits| digits.parse().ok()) {
            // Ids are dense; a much larger one is a slip, and would ask for much memory.
            Some(id) if (id as usize) < self.ids => Ok(ValueId(id)),
            _ => self.fail("a value"),
        }
    }

    fn is_value(&self) -> bool {
        matches!(self.peek(), Token::Word(word) if word.starts_with('%'))
    }

    fn number<T: std::str::FromStr>(&mut self) -> Read<T> {
        match self.word()?.parse() {
            Ok(number) => Ok(number),
            Err(_) => self.fail("a number"),
        }
    }

    fn word(&mut self) -> Read<String> {
        let token = self.peek().clone();
        self.next();
        match token {
            Token::Word(word) => Ok(word),
            _ => self.fail("a word"),
        }
    }

    fn skip_word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Token::Word(other) if other == word);
        self.position += usize::from(found);
        found
    }

    fn mark(&mut self, mark: char) -> Read<()> {
        if self.skip(mark) {
            return Ok(());
        }
        self.next();
        self.fail(&format!("`{mark}`"))
    }

    fn skip(&mut self, mark: char) -> bool {
        let found = *self.peek() == Token::Mark(mark);
        self.position += usize::from(found);
        found
    }

    fn peek(&self) -> &Token {
        self.tokens.get(self.position).map_or(&Token::End, |(_, token)| token)
    }

    fn next(&mut self) {
        self.position = (self.position + 1).min(self.tokens.len());
    }

    /// The token before the current one is not what was expected.
    fn fail<T>(&self, expected: &str) -> Read<T> {
        let (line, token) = &self.tokens[self.position.saturating_sub(1)];
        let found = match token {
            Token::Word(word) => word.clone(),
            Token::Quoted(text) => format!("\"{text}\""),
            Token::Mark(mark) => mark.to_string(),
            Token::End => "the end".into(),
        };
        Err(ReadError { line: *line, message: format!("{expected} was expected, not `{found}`") })
    }
}

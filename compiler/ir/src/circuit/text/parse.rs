//! Reads the text of a circuit.

use std::f64::consts::PI;
use std::fmt;

use num_complex::Complex;
use qml_gates::Gate;
use qml_source::Span;
use smallvec::SmallVec;

use crate::circuit::{
    Angle, Bit, BitExpr, Circuit, Control, Op, OpKind, Pauli, Slot, Unfinished, Wire, Wires,
};

/// How deep blocks, brackets and signs may stand in each other: everything that walks circuits does so by recursion.
const DEEPEST: usize = 300;

/// The most terms of a condition, whose tree is as deep as it is long.
const LONGEST_CONDITION: usize = 3000;

/// The most wires, bits or slots: a larger number is a slip, and would ask for much memory.
const MOST: usize = 1 << 20;

/// The words that begin a part of the header.
pub(super) const HEADER_WORDS: [&str; 8] =
    ["wires", "bits", "slots", "output", "results", "unfinished", "layout", "final"];

/// Where the text of a circuit is wrong, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What was expected.
    pub message: String,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message)
    }
}

impl std::error::Error for ParseError {}

impl Circuit {
    /// Reads what [`Circuit`]'s `Display` writes. Without a header, wires, bits and slots are as many as the operations
    /// name. The circuit is not validated.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let mut reader = Reader { text, at: 0, depth: 0, n_terms: 0 };
        reader.circuit().map_err(|message| {
            let before = &text[..reader.at];
            let start_of_line = before.rfind('\n').map_or(0, |i| i + 1);
            ParseError {
                line: before.matches('\n').count() + 1,
                column: before[start_of_line..].chars().count() + 1,
                message,
            }
        })
    }
}

type Read<T> = Result<T, String>;

struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// How many blocks, brackets and signs are open.
    depth: usize,
    /// How many terms the condition has so far.
    n_terms: usize,
}

impl<'a> Reader<'a> {
    fn circuit(&mut self) -> Read<Circuit> {
        let mut header = Circuit::default();
        let (mut n_wires, mut n_bits, mut slots, mut output) = (None, None, None, None);
        self.separators();
        if self.eat_word("circuit") {
            if let Some(name) = self.name()? {
                header.name = name;
            }
            loop {
                match self.header_word() {
                    Some("wires") => n_wires = Some(self.count()?),
                    Some("bits") => n_bits = Some(self.count()?),
                    Some("slots") => {
                        slots = Some(self.list(|r| r.name()?.ok_or_else(|| "expected a name".to_owned()))?);
                    }
                    Some("output") => output = Some(self.list(Self::wire)?),
                    Some("results") => header.result_bits = self.list(Self::condition)?,
                    Some("unfinished") => {
                        let conditions = self.list(Self::condition)?;
                        let loops = conditions.into_iter();
                        header.unfinished =
                            loops.map(|condition| Unfinished { condition, span: Span::default() }).collect();
                    }
                    Some("layout") => header.layout = self.list(Self::wire)?,
                    Some(_) => header.final_layout = self.list(Self::wire)?,
                    None => break,
                }
            }
        }
        let ops = self.ops()?;
        if !self.rest().is_empty() {
            return Err("expected an operation".to_owned());
        }
        let plain = Circuit::from_ops(ops);
        let n_wires = n_wires.unwrap_or(plain.n_wires);
        Ok(Circuit {
            n_wires,
            n_bits: n_bits.unwrap_or(plain.n_bits),
            slots: slots.unwrap_or(plain.slots),
            output: output.unwrap_or_else(|| Circuit::wires(0..n_wires as u32)),
            ops: plain.ops,
            ..header
        })
    }

    /// What stands one level deeper.
    fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Read<T>) -> Read<T> {
        if self.depth == DEEPEST {
            return Err(format!("the text is nested more than {DEEPEST} levels deep"));
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    /// Operations up to the end or a closing brace.
    fn ops(&mut self) -> Read<Vec<Op>> {
        let mut ops = Vec::new();
        loop {
            self.separators();
            if self.rest().is_empty() || self.rest().starts_with('}') {
                return Ok(ops);
            }
            ops.push(Op { kind: self.op()?, span: Span::default() });
            self.spaces();
            if !self.rest().is_empty() && !self.rest().starts_with([';', '\n', '}']) {
                return Err("expected `;` or a new line after the operation".to_owned());
            }
        }
    }

    fn op(&mut self) -> Read<OpKind> {
        let mut controls = SmallVec::new();
        if self.eat_word("ctrl") {
            self.expect("(")?;
            loop {
                let on_one = !self.eat("!");
                controls.push(Control { wire: self.wire()?, on_one });
                if !self.eat(",") {
                    break;
                }
            }
            self.expect(")")?;
        }
        let start = self.at;
        let word = self.word().ok_or("expected an operation")?;
        match word {
            "rot" => {
                self.expect("(")?;
                let angle = self.angle()?;
                self.expect(")")?;
                let mut pauli = SmallVec::new();
                while let Some(letter) = self.letter() {
                    pauli.push((self.wire()?, letter));
                }
                Ok(OpKind::PauliRotation { pauli, angle, controls })
            }
            "unitary" => {
                let entries = self.list(|r| Ok(Complex::new(r.signed()?, r.signed()?)))?;
                Ok(OpKind::Unitary { matrix: entries.into(), wires: self.wires()?, controls })
            }
            _ if !controls.is_empty() => self.gate(word, start, controls),
            "reset" => Ok(OpKind::Reset { wire: self.wire()? }),
            "barrier" => Ok(OpKind::Barrier { wires: self.wires()? }),
            "if" => {
                let condition = self.condition()?;
                let then = self.block()?;
                let otherwise = if self.eat_word("else") { self.block()? } else { Vec::new() };
                Ok(OpKind::If { condition, then, otherwise })
            }
            _ if index_of(word, 'b').is_some_and(|bit| (bit as usize) < MOST) => {
                let bit = index_of(word, 'b').map_or(Bit(0), Bit);
                self.expect("=")?;
                if !self.eat_word("measure") {
                    return Err("expected `measure`".to_owned());
                }
                Ok(OpKind::Measure { wire: self.wire()?, bit })
            }
            _ => self.gate(word, start, controls),
        }
    }

    fn gate(&mut self, word: &str, start: usize, controls: SmallVec<[Control; 2]>) -> Read<OpKind> {
        let Some(gate) = Gate::find(word) else {
            self.at = start;
            self.spaces();
            return Err(format!("no gate is named `{word}`"));
        };
        let mut angles = SmallVec::new();
        if self.eat("(") {
            loop {
                angles.push(self.angle()?);
                if !self.eat(",") {
                    break;
                }
            }
            self.expect(")")?;
        }
        Ok(OpKind::Gate { gate, angles, wires: self.wires()?, controls })
    }

    fn block(&mut self) -> Read<Vec<Op>> {
        self.expect("{")?;
        let ops = self.deeper(Self::ops)?;
        self.expect("}")?;
        Ok(ops)
    }

    fn wires(&mut self) -> Read<Wires> {
        let mut wires = Wires::new();
        loop {
            self.spaces();
            if !self.rest().starts_with('q') {
                return Ok(wires);
            }
            wires.push(self.wire()?);
        }
    }

    fn wire(&mut self) -> Read<Wire> {
        self.indexed('q').map(Wire).ok_or_else(|| "expected a wire, as `q0`".to_owned())
    }

    fn indexed(&mut self, prefix: char) -> Option<u32> {
        let start = self.at;
        let index =
            self.word().and_then(|word| index_of(word, prefix)).filter(|&index| (index as usize) < MOST);
        if index.is_none() {
            self.at = start;
            self.spaces();
        }
        index
    }

    fn letter(&mut self) -> Option<Pauli> {
        [("X", Pauli::X), ("Y", Pauli::Y), ("Z", Pauli::Z)]
            .into_iter()
            .find(|(name, _)| self.eat_word(name))
            .map(|(_, letter)| letter)
    }

    /// A sum of products; at least one factor of each product has no slot.
    fn angle(&mut self) -> Read<Angle> {
        let mut sum = self.product()?;
        loop {
            if self.eat("+") {
                sum = sum.plus(&self.product()?);
            } else if self.eat("-") {
                sum = sum.plus(&self.product()?.negated());
            } else {
                return Ok(sum);
            }
        }
    }

    fn product(&mut self) -> Read<Angle> {
        let mut product = self.factor()?;
        loop {
            if self.eat("*") {
                let factor = self.factor()?;
                product = if factor.is_constant() {
                    product.times(factor.constant)
                } else if product.is_constant() {
                    factor.times(product.constant)
                } else {
                    return Err("a product of slots is not affine".to_owned());
                };
            } else if self.eat("/") {
                let divisor = self.factor()?;
                if !divisor.is_constant() {
                    return Err("division by a slot is not affine".to_owned());
                }
                product.constant /= divisor.constant;
                product.terms.iter_mut().for_each(|term| term.1 /= divisor.constant);
            } else {
                return Ok(product);
            }
        }
    }

    fn factor(&mut self) -> Read<Angle> {
        if self.eat("-") {
            return Ok(self.deeper(Self::factor)?.negated());
        }
        if self.eat("(") {
            let angle = self.deeper(Self::angle)?;
            self.expect(")")?;
            return Ok(angle);
        }
        if self.eat_word("pi") {
            return Ok(Angle::constant(PI));
        }
        if let Some(slot) = self.indexed('s') {
            return Ok(Angle::slot(Slot(slot)));
        }
        self.number().map(Angle::constant)
    }

    fn signed(&mut self) -> Read<f64> {
        if self.eat("-") { Ok(-self.number()?) } else { self.number() }
    }

    fn number(&mut self) -> Read<f64> {
        self.spaces();
        let rest = self.rest();
        let digits =
            |from: usize| rest[from..].find(|c: char| !c.is_ascii_digit()).map_or(rest.len(), |i| from + i);
        let mut end = digits(0);
        if rest[end..].starts_with('.') {
            end = digits(end + 1);
        }
        if end > 0 && rest[end..].starts_with(['e', 'E']) {
            let sign = usize::from(rest[end + 1..].starts_with(['-', '+']));
            end = digits(end + 1 + sign);
        }
        let value = rest[..end].parse().map_err(|_| "expected a number".to_owned())?;
        self.at += end;
        Ok(value)
    }

    fn count(&mut self) -> Read<usize> {
        let word = self.word().ok_or("expected a count")?;
        let count: usize = word.parse().map_err(|_| "expected a count".to_owned())?;
        if count > MOST { Err(format!("the most is {MOST}")) } else { Ok(count) }
    }

    fn condition(&mut self) -> Read<BitExpr> {
        self.n_terms = 0;
        self.condition_above(0)
    }

    /// A condition whose signs bind at least as strongly as `least`.
    fn condition_above(&mut self, least: usize) -> Read<BitExpr> {
        type Join = fn(Box<BitExpr>, Box<BitExpr>) -> BitExpr;
        const SIGNS: [(&str, Join); 3] = [("|", BitExpr::Or), ("^", BitExpr::Xor), ("&", BitExpr::And)];
        if least == SIGNS.len() {
            return self.condition_factor();
        }
        let mut left = self.condition_above(least + 1)?;
        while self.eat(SIGNS[least].0) {
            let right = self.condition_above(least + 1)?;
            left = SIGNS[least].1(Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn condition_factor(&mut self) -> Read<BitExpr> {
        self.n_terms += 1;
        if self.n_terms > LONGEST_CONDITION {
            return Err(format!("the condition has more than {LONGEST_CONDITION} terms"));
        }
        if self.eat("!") {
            return Ok(BitExpr::Not(Box::new(self.deeper(Self::condition_factor)?)));
        }
        if self.eat("(") {
            let condition = self.deeper(|r| r.condition_above(0))?;
            self.expect(")")?;
            return Ok(condition);
        }
        for (word, value) in [("true", true), ("false", false)] {
            if self.eat_word(word) {
                return Ok(BitExpr::Const(value));
            }
        }
        self.indexed('b')
            .map(|bit| BitExpr::Bit(Bit(bit)))
            .ok_or_else(|| "expected a bit, as `b0`".to_owned())
    }

    /// Items in brackets; commas between them may be left out.
    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Read<T>) -> Read<Vec<T>> {
        self.expect("[")?;
        let mut items = Vec::new();
        while !self.eat("]") {
            items.push(item(self)?);
            self.eat(",");
        }
        Ok(items)
    }

    fn header_word(&mut self) -> Option<&'static str> {
        HEADER_WORDS.into_iter().find(|word| self.eat_word(word))
    }

    /// A word that the header doesn't know, or a text in quotes.
    fn name(&mut self) -> Read<Option<String>> {
        self.spaces();
        if !self.rest().starts_with('"') {
            let start = self.at;
            let word = self.word().filter(|word| !HEADER_WORDS.contains(word));
            if word.is_none() {
                self.at = start;
            }
            return Ok(word.map(str::to_owned));
        }
        let mut name = String::new();
        let mut chars = self.rest()[1..].char_indices();
        while let Some((i, c)) = chars.next() {
            match c {
                '"' => {
                    self.at += i + 2;
                    return Ok(Some(name));
                }
                '\\' => match chars.next() {
                    Some((_, 'n')) => name.push('\n'),
                    Some((_, c)) => name.push(c),
                    None => break,
                },
                _ => name.push(c),
            }
        }
        Err("the text in quotes has no end".to_owned())
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn spaces(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start_matches([' ', '\t', '\r']).len();
    }

    /// Spaces, semicolons and new lines.
    fn separators(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start_matches([' ', '\t', '\r', '\n', ';']).len();
    }

    /// The next word, if one comes.
    fn word(&mut self) -> Option<&'a str> {
        self.spaces();
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        self.at += end;
        (end > 0).then_some(&rest[..end])
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let start = self.at;
        let found = self.word() == Some(word);
        if !found {
            self.at = start;
        }
        found
    }

    fn eat(&mut self, sign: &str) -> bool {
        self.spaces();
        let found = self.rest().starts_with(sign);
        if found {
            self.at += sign.len();
        }
        found
    }

    fn expect(&mut self, sign: &str) -> Read<()> {
        if self.eat(sign) { Ok(()) } else { Err(format!("expected `{sign}`")) }
    }
}

/// The number in `q12`, for the prefix `q`.
fn index_of(word: &str, prefix: char) -> Option<u32> {
    let digits = word.strip_prefix(prefix)?;
    if digits.starts_with(|c: char| c.is_ascii_digit()) { digits.parse().ok() } else { None }
}

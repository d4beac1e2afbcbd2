//! Loops that change tensors element by element: random ones, most of which keep the tensors in their places.

use qml_ir::host::{BinaryOp, Builder, FunctionKind, Module, OpKind, Type, ValueId};
use qml_prelude::Value;
use qml_prelude::random::Stream;
use qml_source::{FileId, Span};

use super::memory::check_no_leak_of;
use super::{check_module, tensor};

const LEN: i64 = 4;

struct Generator {
    builder: Builder,
    stream: Stream,
    /// The tensors, as they are now, and as they were.
    tensors: Vec<ValueId>,
    old: Vec<ValueId>,
    floats: Vec<ValueId>,
    ints: Vec<ValueId>,
    place: usize,
}

fn vector() -> Type {
    Type::Tensor(Box::new(Type::Float), 1)
}

impl Generator {
    fn below(&mut self, bound: usize) -> usize {
        self.stream.below(bound as u64) as usize
    }

    fn one_of(&mut self, values: &[ValueId]) -> ValueId {
        values[self.below(values.len())]
    }

    fn index(&mut self) -> ValueId {
        let ints = self.ints.clone();
        let int = self.one_of(&ints);
        // Sometimes out of range.
        let len = if self.below(20) == 0 { LEN + 1 } else { LEN };
        let len = self.builder.int(len);
        self.builder.binary(BinaryOp::Mod, int, len)
    }

    fn float(&mut self) -> ValueId {
        let floats = self.floats.clone();
        self.one_of(&floats)
    }

    fn statements(&mut self, n: usize, depth: usize) {
        for _ in 0..n {
            self.place += 1;
            self.builder.span = Span::new(FileId(0), self.place, self.place + 1);
            match self.below(if depth == 0 { 7 } else { 11 }) {
                0 | 1 => self.read(),
                2 | 3 => self.write(),
                4 => {
                    let (a, b) = (self.float(), self.float());
                    let product = self.builder.binary(BinaryOp::Mul, a, b);
                    let sine = self.builder.builtin("sin", vec![product], Type::Float);
                    self.floats.push(sine);
                }
                5 if self.below(6) == 0 => self.elsewhere(),
                5 | 6 => self.read(),
                7 | 8 => self.for_loop(depth - 1),
                9 => self.branches(depth - 1),
                _ => self.while_loop(depth - 1),
            }
        }
    }

    fn read(&mut self) {
        let is_old = !self.old.is_empty() && self.below(30) == 0;
        let tensors = if is_old { self.old.clone() } else { self.tensors.clone() };
        let (tensor, index) = (self.one_of(&tensors), self.index());
        let element = self.builder.builtin("op.index", vec![tensor, index], Type::Float);
        self.floats.push(element);
    }

    fn write(&mut self) {
        let (at, item, index) = (self.below(2), self.float(), self.index());
        let old = self.tensors[at];
        self.tensors[at] = self.builder.builtin("op.index_set", vec![old, item, index], vector());
        self.old.push(old);
    }

    /// Something that holds a tensor besides.
    fn elsewhere(&mut self) {
        let at = self.below(2);
        let tensor = self.tensors[at];
        let ty = Type::Tuple(vec![vector()]);
        let tuple = self.builder.value(OpKind::Tuple, vec![tensor], ty);
        let copy = self.builder.value(OpKind::TupleGet(0), vec![tuple], vector());
        self.old.push(copy);
    }

    /// A region that yields the tensors and a float, or tells whether a `while` goes on.
    fn region(&mut self, depth: usize, params: Vec<Type>, is_test: bool) -> qml_ir::host::Region {
        let (tensors, old) = (self.tensors.clone(), self.old.clone());
        let (floats, ints) = (self.floats.clone(), self.ints.clone());
        let params = self.builder.open(params);
        if let [.., a, b, x] = params[..] {
            self.old.extend(std::mem::replace(&mut self.tensors, vec![a, b]));
            self.floats.push(x);
        }
        if let [i, _, _, _] = params[..] {
            self.ints.push(i);
        }
        let mut yields = if is_test {
            self.read();
            let (i, end) = (params[0], self.builder.int(5));
            let (x, level) = (self.float(), self.builder.float(0.9));
            let is_early = self.builder.binary(BinaryOp::Lt, i, end);
            let is_low = self.builder.binary(BinaryOp::Lt, x, level);
            vec![self.builder.binary(BinaryOp::And, is_early, is_low)]
        } else {
            let n = 1 + self.below(4);
            self.statements(n, depth);
            let x = self.float();
            let x = self.builder.builtin("tanh", vec![x], Type::Float);
            vec![self.tensors[0], self.tensors[1], x]
        };
        if self.below(25) == 0 && yields.len() == 3 {
            yields.swap(0, 1);
        }
        (self.tensors, self.old, self.floats, self.ints) = (tensors, old, floats, ints);
        self.builder.close(yields)
    }

    fn carried(&mut self) -> Vec<ValueId> {
        let x = self.float();
        vec![self.tensors[0], self.tensors[1], x]
    }

    fn keep(&mut self, results: &[ValueId]) {
        let old = std::mem::replace(&mut self.tensors, results[..2].to_vec());
        self.old.extend(old);
        self.floats.push(results[2]);
    }

    fn for_loop(&mut self, depth: usize) {
        let region = self.region(depth, vec![Type::Int, vector(), vector(), Type::Float], false);
        let (n, mut args) = (self.below(5) as i64, self.carried());
        let bounds = [self.builder.int(0), self.builder.int(n)];
        args.splice(0..0, bounds);
        let types = vec![vector(), vector(), Type::Float];
        let results = self.builder.op_with_regions(OpKind::For, args, types, vec![region]);
        self.keep(&results);
    }

    fn while_loop(&mut self, depth: usize) {
        let types = vec![Type::Int, vector(), vector(), Type::Float];
        let test = self.region(depth, types.clone(), true);
        let mut body = self.region(depth, types.clone(), false);
        // The count of rounds goes up.
        let one = qml_ir::host::Op {
            kind: OpKind::Const(qml_ir::host::Constant::Int(1)),
            args: Vec::new(),
            results: vec![self.builder.new_value(Type::Int)],
            regions: Vec::new(),
            span: self.builder.span,
        };
        let next = qml_ir::host::Op {
            kind: OpKind::Binary(BinaryOp::Add),
            args: vec![body.params[0], one.results[0]],
            results: vec![self.builder.new_value(Type::Int)],
            regions: Vec::new(),
            span: self.builder.span,
        };
        body.yields.insert(0, next.results[0]);
        body.ops.extend([one, next]);
        let mut args = self.carried();
        args.insert(0, self.builder.int(0));
        let results = self.builder.op_with_regions(OpKind::While, args, types, vec![test, body]);
        self.keep(&results[1..]);
    }

    fn branches(&mut self, depth: usize) {
        let (x, level) = (self.float(), self.builder.float(0.1));
        let condition = self.builder.binary(BinaryOp::Lt, x, level);
        let regions = vec![self.region(depth, Vec::new(), false), self.region(depth, Vec::new(), false)];
        let types = vec![vector(), vector(), Type::Float];
        let results = self.builder.op_with_regions(OpKind::If, vec![condition], types, regions);
        self.keep(&results);
    }
}

fn random_loops(seed: u64) -> Module {
    let mut builder = Builder::new("f", FunctionKind::Fn, Span::new(FileId(0), 0, 1));
    let tensors = vec![builder.param("a", vector()), builder.param("b", vector())];
    let floats = vec![builder.param("x", Type::Float)];
    let ints = vec![builder.param("k", Type::Int)];
    let stream = Stream::new(seed);
    let mut generator = Generator { builder, stream, tensors, old: Vec::new(), floats, ints, place: 0 };
    generator.statements(3, 0);
    generator.for_loop(2);
    generator.statements(3, 2);
    let results = [&generator.tensors[..], &generator.floats[generator.floats.len() - 1..]].concat();
    Module { functions: vec![generator.builder.finish(results)], ..Module::default() }
}

#[test]
fn loops_that_change_elements_give_and_tell_the_same() {
    let mut n_faults = 0;
    for seed in 0..150 {
        let module = random_loops(seed);
        module.validate().unwrap_or_else(|broken| panic!("{broken}\n{module}"));
        let a = tensor(&[0.5, -0.5, 0.25, 1.5]);
        // The same tensor twice: to change one must not change the other.
        let b = if seed % 2 == 0 { a.clone() } else { tensor(&[1.0, 2.0, 3.0, 4.0]) };
        let args = [a, b, Value::Float(0.3), Value::Int(seed as i64)];
        match check_module(&module, &[], &args) {
            Ok(_) if seed % 8 == 0 => check_no_leak_of(&module, &args),
            Ok(_) => {}
            Err(_) => n_faults += 1,
        }
    }
    assert!((8..110).contains(&n_faults), "{n_faults} faults");
}

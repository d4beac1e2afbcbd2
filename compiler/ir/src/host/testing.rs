//! Random valid programs, for tests that hold one way of running or changing them against another.
//!
//! The function `f(x: float, y: float, t: float[3], k: int) -> float` of a random module is smooth almost everywhere, its
//! values stay small, its loops are short, and it never faults.
//! [`Cosines`] is a world for those that run kernels.

use qml_prelude::random::Stream;
use qml_prelude::{Fault, Host, ResultFunction, Value};
use qml_source::{Code, Diagnostic, FileId, Span, bug};

use super::build::gradient_of;
use super::{
    BinaryOp, Builder, Constant, Function, FunctionId, FunctionKind, Module, OpKind, Region, Type, UnaryOp,
    ValueId,
};

/// The length of all tensors in a random program, and of the rows and columns of its matrices.
pub const TENSOR_LEN: i64 = 3;

/// A random module: helpers `g0`, `g1`, then `f`, then `df` with the results of `f` and its gradient with respect to `x`,
/// `y` and `t`.
pub fn random_module(seed: u64) -> Module {
    with_functions(Module::default(), seed)
}

/// The same, with expectation values of the kernel `k(x: float)`, the first function, among what it computes.
pub fn random_module_with_calls(seed: u64) -> Module {
    let mut kernel = Builder::new("k", FunctionKind::Kernel, Span::new(FileId(0), 0, 1));
    kernel.param("x", Type::Float);
    let one = kernel.int(1);
    let register = kernel.value(OpKind::Allocate, vec![one], Type::Register);
    let functions = vec![kernel.finish(vec![register])];
    with_functions(Module { functions, ..Module::default() }, seed)
}

fn with_functions(mut module: Module, seed: u64) -> Module {
    for (name, n_statements) in [("g0", 3), ("g1", 3), ("f", 8)] {
        let function = random_function(&module, seed, name, n_statements);
        module.functions.push(function);
    }
    let f = FunctionId(module.functions.len() as u32 - 1);
    let gradient = gradient_of(&module, f, &[0, 1, 2], "df");
    module.functions.push(gradient);
    module
}

/// A function with the parameters of another, which gives a float: the tensor of its value, twice that, its square and its
/// sine.
pub fn four_values(module: &Module, function: FunctionId) -> Function {
    let callee = module.function(function);
    let mut builder = Builder::new("four", FunctionKind::Fn, callee.span);
    let params = callee.body.params.iter().zip(&callee.param_names);
    let args = params.map(|(&param, name)| builder.param(name, callee.ty(param).clone())).collect();
    let y = builder.value(OpKind::Call(function), args, Type::Float);
    let twice = builder.binary(BinaryOp::Add, y, y);
    let square = builder.binary(BinaryOp::Mul, y, y);
    let sine = builder.builtin("sin", vec![y], Type::Float);
    let all = builder.builtin("op.stack", vec![y, twice, square, sine], tensor());
    builder.finish(vec![all])
}

/// A world in which the expectation value of the kernel `k` is `cos(x)`, as that of Z after an RX. It remembers all calls.
#[derive(Debug)]
pub struct Cosines {
    /// Arguments of kernels, in order.
    pub calls: Vec<f64>,
    /// From this value of the angle on, a call is a fault.
    pub limit: f64,
}

impl Cosines {
    /// The same, without faults.
    pub fn new() -> Self {
        Self { calls: Vec::new(), limit: f64::INFINITY }
    }
}

impl Default for Cosines {
    fn default() -> Self {
        Self::new()
    }
}

impl Host for Cosines {
    fn result(&mut self, function: ResultFunction, _: i64, args: &[Value]) -> Result<Value, Fault> {
        let Value::Program(program) = &args[1] else { bug!("{args:?} are no arguments of `expect`") };
        let x = program.args[0].to_float();
        self.calls.push(x);
        if x >= self.limit {
            return Err(Box::new(Diagnostic::error(Code::Q0652, format!("an angle of {x}"))));
        }
        Ok(match function {
            ResultFunction::Expect => Value::Float(x.cos()),
            ResultFunction::ExpectVjp => {
                let of_program = Value::tuple([Value::Float(-x.sin() * args[3].to_float())]);
                Value::tuple([Value::Unit, of_program, Value::Unit])
            }
            other => bug!("random programs ask for no {other:?}"),
        })
    }
}

fn tensor() -> Type {
    Type::Float.of_many()
}

fn matrix() -> Type {
    Type::Tensor(Box::new(Type::Float), 2)
}

fn pair() -> Type {
    Type::Tuple(vec![Type::Float, tensor()])
}

/// What branches give and loops carry: a float, a tensor, a pair and a matrix.
fn state() -> Vec<Type> {
    vec![Type::Float, tensor(), pair(), matrix()]
}

fn random_function(module: &Module, seed: u64, name: &str, n_statements: u64) -> Function {
    let key = name.bytes().fold(seed, |key, byte| qml_prelude::random::child_key(key, u64::from(byte)));
    let mut builder = Builder::new(name, FunctionKind::Fn, Span::new(FileId(0), 0, 1));
    let x = builder.param("x", Type::Float);
    let y = builder.param("y", Type::Float);
    let t = builder.param("t", tensor());
    let k = builder.param("k", Type::Int);
    let scope = Scope {
        floats: vec![x, y],
        tensors: vec![t],
        matrices: Vec::new(),
        ints: vec![k],
        pairs: Vec::new(),
    };
    let mut generator = Generator {
        callees: callees(module),
        kernel: module.find("k"),
        round: None,
        builder,
        stream: Stream::new(key),
        scope,
    };
    generator.statements(n_statements, 3);
    // The result depends on the last values of each kind.
    let scope = generator.scope.clone();
    let sum = generator.builder.builtin("sum", vec![scope.tensors[scope.tensors.len() - 1]], Type::Float);
    let [.., a, b] = scope.floats[..] else { return generator.builder.finish(vec![sum]) };
    let product = generator.builder.binary(BinaryOp::Mul, a, b);
    let result = generator.builder.binary(BinaryOp::Add, sum, product);
    generator.builder.finish(vec![result])
}

fn callees(module: &Module) -> Vec<FunctionId> {
    let is_host = |&i: &usize| module.functions[i].kind == FunctionKind::Fn;
    (0..module.functions.len()).filter(is_host).map(|i| FunctionId(i as u32)).collect()
}

/// The values in scope, by type.
#[derive(Clone)]
struct Scope {
    floats: Vec<ValueId>,
    tensors: Vec<ValueId>,
    matrices: Vec<ValueId>,
    ints: Vec<ValueId>,
    pairs: Vec<ValueId>,
}

struct Generator {
    callees: Vec<FunctionId>,
    kernel: Option<FunctionId>,
    /// The index of the comprehension that is made.
    round: Option<ValueId>,
    builder: Builder,
    stream: Stream,
    scope: Scope,
}

impl Generator {
    fn below(&mut self, bound: usize) -> usize {
        self.stream.below(bound as u64) as usize
    }

    fn pick(&mut self, values: &[ValueId]) -> ValueId {
        // Later values more often: chains get long.
        let i = self.below(values.len()).max(self.below(values.len()));
        values[i]
    }

    fn float(&mut self) -> ValueId {
        if self.below(8) == 0 {
            let x = (self.stream.uniform() * 4.0 - 2.0) as f32;
            return self.builder.float(f64::from(x));
        }
        let floats = self.scope.floats.clone();
        self.pick(&floats)
    }

    fn tensor(&mut self) -> ValueId {
        let tensors = self.scope.tensors.clone();
        self.pick(&tensors)
    }

    fn int(&mut self) -> ValueId {
        let ints = self.scope.ints.clone();
        self.pick(&ints)
    }

    /// An index of a tensor.
    fn index(&mut self) -> ValueId {
        let int = self.int();
        let len = self.builder.int(TENSOR_LEN);
        self.builder.binary(BinaryOp::Mod, int, len)
    }

    fn elementwise(&mut self, name: &str, x: ValueId) -> ValueId {
        let ty = self.builder.ty(x).clone();
        self.builder.builtin(name, vec![x], ty)
    }

    fn statements(&mut self, n: u64, depth: u64) {
        for _ in 0..n {
            if let Some(kernel) = self.kernel
                && self.below(3) == 0
            {
                self.expectation(kernel);
                continue;
            }
            let n_kinds = if depth == 0 { 14 } else { 19 };
            match self.below(n_kinds) {
                0 | 1 => self.arithmetic(),
                2 => self.function(),
                3 => self.quotient(),
                4 => self.tensor_operation(),
                5 => self.reduction(),
                6 => self.element(),
                7 => self.set_element(),
                8 => self.tuple(),
                9 => self.int_operation(),
                10 => self.parts(),
                11 => self.row(),
                12 => self.set_in_matrix(),
                13 => self.tight_loop(),
                14 => self.branches(depth - 1),
                15 => self.for_loop(depth - 1),
                16 => self.while_loop(depth - 1),
                17 => self.map(depth - 1),
                _ => self.call(),
            }
        }
    }

    fn expectation(&mut self, kernel: FunctionId) {
        let (mut x, mut key) = (self.float(), self.int());
        if let Some(round) = self.round
            && self.below(2) == 0
        {
            let t = self.tensor();
            let item = self.builder.builtin("op.index", vec![t, round], Type::Float);
            x = self.builder.binary(BinaryOp::Mul, x, item);
            x = self.elementwise("sin", x);
            key = self.builder.builtin("op.mix", vec![key, round], Type::Int);
        }
        let zero = self.builder.int(0);
        let observable = self.builder.builtin("Z", vec![zero], Type::Observable);
        let program = self.builder.value(OpKind::Program(kernel), vec![x], Type::Program);
        let shots = self.builder.constant(Constant::Unit);
        let value = self.builder.builtin("expect", vec![key, observable, program, shots], Type::Float);
        self.scope.floats.push(value);
    }

    fn arithmetic(&mut self) {
        let op = [BinaryOp::Add, BinaryOp::Sub, BinaryOp::Mul][self.below(3)];
        let (a, b) = (self.float(), self.float());
        let value = self.builder.binary(op, a, b);
        // Products of products would leave the range in which differences mean something.
        let value = if op == BinaryOp::Mul { self.elementwise("sin", value) } else { value };
        self.scope.floats.push(value);
    }

    fn function(&mut self) {
        let x = self.float();
        let value = match self.below(5) {
            0 => self.elementwise("sin", x),
            1 => self.elementwise("cos", x),
            2 => self.elementwise("tanh", x),
            3 => {
                let bounded = self.elementwise("sin", x);
                self.elementwise("exp", bounded)
            }
            _ => self.builder.unary(UnaryOp::Neg, x),
        };
        self.scope.floats.push(value);
    }

    /// A number from 1 to 3.
    fn positive(&mut self) -> ValueId {
        let x = self.float();
        let bounded = self.elementwise("cos", x);
        let two = self.builder.float(2.0);
        self.builder.binary(BinaryOp::Add, two, bounded)
    }

    fn quotient(&mut self) {
        let (x, y) = (self.float(), self.positive());
        let value = match self.below(3) {
            0 => self.builder.binary(BinaryOp::Div, x, y),
            1 => self.elementwise("log", y),
            _ => {
                let exponent = self.elementwise("tanh", x);
                self.builder.binary(BinaryOp::Pow, y, exponent)
            }
        };
        self.scope.floats.push(value);
    }

    fn tensor_operation(&mut self) {
        let (t, u, x) = (self.tensor(), self.tensor(), self.float());
        let value = match self.below(4) {
            0 => self.builder.builtin("op.add", vec![t, u], tensor()),
            1 => {
                let product = self.builder.builtin("op.mul", vec![t, u], tensor());
                self.elementwise("sin", product)
            }
            2 => {
                let product = self.builder.builtin("op.mul", vec![x, t], tensor());
                self.elementwise("tanh", product)
            }
            _ => self.elementwise("cos", t),
        };
        self.scope.tensors.push(value);
    }

    fn reduction(&mut self) {
        let (t, u) = (self.tensor(), self.tensor());
        let value = match self.below(3) {
            0 => self.builder.builtin("sum", vec![t], Type::Float),
            1 => self.builder.builtin("mean", vec![t], Type::Float),
            _ => self.builder.builtin("dot", vec![t, u], Type::Float),
        };
        let value = self.elementwise("sin", value);
        self.scope.floats.push(value);
    }

    fn element(&mut self) {
        let (t, i) = (self.tensor(), self.index());
        let value = self.builder.builtin("op.index", vec![t, i], Type::Float);
        self.scope.floats.push(value);
    }

    /// Bounds of two neighbours.
    fn bounds(&mut self) -> ValueId {
        let (low, high) = match self.below(3) {
            0 => {
                let (int, two) = (self.int(), self.builder.int(2));
                let low = self.builder.binary(BinaryOp::Mod, int, two);
                (low, self.builder.binary(BinaryOp::Add, low, two))
            }
            1 => (self.builder.constant(Constant::Unit), self.builder.int(2)),
            _ => (self.builder.int(1), self.builder.constant(Constant::Unit)),
        };
        let types = vec![self.builder.ty(low).clone(), self.builder.ty(high).clone()];
        self.builder.value(OpKind::Tuple, vec![low, high], Type::Tuple(types))
    }

    /// Two neighbours of a tensor.
    fn part(&mut self) -> ValueId {
        let (t, bounds) = (self.tensor(), self.bounds());
        self.builder.builtin("op.index", vec![t, bounds], tensor())
    }

    /// Parts of tensors: multiplied with each other, summed, or put to the place of others.
    fn parts(&mut self) {
        let (part, x) = (self.part(), self.float());
        let scaled = self.builder.builtin("op.mul", vec![x, part], tensor());
        let scaled = self.elementwise("sin", scaled);
        let value = match self.below(4) {
            0 => {
                let other = self.part();
                self.builder.builtin("dot", vec![part, other], Type::Float)
            }
            1 => self.builder.builtin("sum", vec![scaled], Type::Float),
            kind => {
                let (t, bounds) = (self.tensor(), self.bounds());
                let new = if kind == 2 { part } else { scaled };
                let changed = self.builder.builtin("op.index_set", vec![t, new, bounds], tensor());
                return self.scope.tensors.push(changed);
            }
        };
        let value = self.elementwise("sin", value);
        self.scope.floats.push(value);
    }

    fn set_element(&mut self) {
        let (t, x, i) = (self.tensor(), self.float(), self.index());
        let value = self.builder.builtin("op.index_set", vec![t, x, i], tensor());
        self.scope.tensors.push(value);
    }

    /// A matrix in scope, or a new one.
    fn matrix(&mut self) -> ValueId {
        let matrices = self.scope.matrices.clone();
        if !matrices.is_empty() && self.below(8) > 0 {
            return self.pick(&matrices);
        }
        let rows = vec![self.tensor(), self.tensor(), self.tensor()];
        let value = self.builder.builtin("op.stack", rows, matrix());
        self.scope.matrices.push(value);
        value
    }

    /// A row or an element of a matrix.
    fn row(&mut self) {
        let (m, i) = (self.matrix(), self.index());
        if self.below(3) > 0 {
            let row = self.builder.builtin("op.index", vec![m, i], tensor());
            return self.scope.tensors.push(row);
        }
        let j = self.index();
        let element = self.builder.builtin("op.index", vec![m, i, j], Type::Float);
        self.scope.floats.push(element);
    }

    /// Another row, column or element in a matrix; perhaps an element twice, and a row in between.
    fn set_in_matrix(&mut self) {
        let (m, i, j) = (self.matrix(), self.index(), self.index());
        let changed = match self.below(4) {
            0 => {
                let row = self.tensor();
                self.builder.builtin("op.index_set", vec![m, row, i], matrix())
            }
            1 => {
                let nothing = self.builder.constant(Constant::Unit);
                let types = vec![Type::Unit, Type::Unit];
                let all = self.builder.value(OpKind::Tuple, vec![nothing, nothing], Type::Tuple(types));
                let column = self.tensor();
                self.builder.builtin("op.index_set", vec![m, column, all, j], matrix())
            }
            kind => {
                let (x, y) = (self.float(), self.float());
                let changed = self.builder.builtin("op.index_set", vec![m, x, i, j], matrix());
                if kind == 2 {
                    changed
                } else {
                    let row = self.builder.builtin("op.index", vec![changed, i], tensor());
                    self.scope.tensors.push(row);
                    self.builder.builtin("op.index_set", vec![changed, y, i, j], matrix())
                }
            }
        };
        // As a variable: what it was before is seldom seen again.
        if self.below(4) > 0 {
            self.scope.matrices.retain(|&old| old != m);
        }
        self.scope.matrices.push(changed);
    }

    fn tuple(&mut self) {
        if self.scope.pairs.is_empty() || self.below(2) == 0 {
            let parts = vec![self.float(), self.tensor()];
            let value = self.builder.value(OpKind::Tuple, parts, pair());
            self.scope.pairs.push(value);
            return;
        }
        let pairs = self.scope.pairs.clone();
        let tuple = self.pick(&pairs);
        let x = self.builder.value(OpKind::TupleGet(0), vec![tuple], Type::Float);
        let t = self.builder.value(OpKind::TupleGet(1), vec![tuple], tensor());
        self.scope.floats.push(x);
        self.scope.tensors.push(t);
    }

    fn int_operation(&mut self) {
        let number = self.below(5) as i64 - 2;
        let (i, step) = (self.int(), self.builder.int(number));
        let sum = self.builder.binary(BinaryOp::Add, i, step);
        let seven = self.builder.int(7);
        let small = self.builder.binary(BinaryOp::Mod, sum, seven);
        self.scope.ints.push(small);
        if self.below(2) == 0 {
            let x = self.builder.unary(UnaryOp::ToFloat, small);
            let x = self.elementwise("sin", x);
            self.scope.floats.push(x);
        }
    }

    fn condition(&mut self) -> ValueId {
        let x = self.float();
        let bounded = self.elementwise("sin", x);
        // No value is likely to be just this one.
        let level = self.builder.float(self.stream.uniform() - 0.503_171);
        let is_below = self.builder.binary(BinaryOp::Lt, bounded, level);
        if self.below(3) > 0 {
            return is_below;
        }
        let (i, j) = (self.int(), self.int());
        let is_after = self.builder.binary(BinaryOp::Ge, i, j);
        let op = [BinaryOp::And, BinaryOp::Or][self.below(2)];
        self.builder.binary(op, is_below, is_after)
    }

    /// A region that gets some ints and perhaps a state, and yields a state.
    fn region(&mut self, depth: u64, params: Vec<Type>) -> Region {
        let outer = self.scope.clone();
        let n_ints = params.iter().take_while(|&ty| *ty == Type::Int).count();
        let params = self.builder.open(params);
        let (ints, state) = params.split_at(n_ints);
        self.scope.ints.extend_from_slice(ints);
        if !state.is_empty() {
            self.keep(state);
        }
        let n_statements = 1 + self.below(3) as u64;
        self.statements(n_statements, depth);
        let (x, t, matrix) = (self.float(), self.tensor(), self.matrix());
        let (x, t) = (self.elementwise("sin", x), self.elementwise("tanh", t));
        let tuple = self.builder.value(OpKind::Tuple, vec![x, t], pair());
        self.scope = outer;
        self.builder.close(vec![x, t, tuple, matrix])
    }

    fn keep(&mut self, state: &[ValueId]) {
        self.scope.floats.push(state[0]);
        self.scope.tensors.push(state[1]);
        self.scope.pairs.push(state[2]);
        self.scope.matrices.push(state[3]);
    }

    fn branches(&mut self, depth: u64) {
        let condition = self.condition();
        let regions = vec![self.region(depth, Vec::new()), self.region(depth, Vec::new())];
        let results = self.builder.op_with_regions(OpKind::If, vec![condition], state(), regions);
        self.keep(&results);
    }

    fn initial(&mut self) -> Vec<ValueId> {
        let (x, t) = (self.float(), self.tensor());
        let tuple = self.builder.value(OpKind::Tuple, vec![x, t], pair());
        vec![x, t, tuple, self.matrix()]
    }

    fn for_loop(&mut self, depth: u64) {
        let start = self.below(4) as i64 - 1;
        let (lo, hi) = (self.builder.int(start), self.builder.int(2));
        let args = [vec![lo, hi], self.initial()].concat();
        let region = self.region(depth, [vec![Type::Int], state()].concat());
        let results = self.builder.op_with_regions(OpKind::For, args, state(), vec![region]);
        self.keep(&results);
    }

    /// A loop of arithmetic and elements alone: of what it carries, of tensors around it, and of one of two of them.
    fn tight_loop(&mut self) {
        let (lo, hi) = (self.builder.int(0), self.builder.int(TENSOR_LEN));
        let args = vec![lo, hi, self.float(), self.tensor()];
        let types = vec![Type::Float, tensor()];
        let outer = self.scope.clone();
        let params = self.builder.open([vec![Type::Int], types.clone()].concat());
        let counter = params[0];
        self.scope.floats.push(params[1]);
        self.scope.tensors.push(params[2]);
        for _ in 0..2 + self.below(4) {
            let place = if self.below(2) == 0 {
                counter
            } else {
                let number = self.below(TENSOR_LEN as usize) as i64;
                self.builder.int(number)
            };
            match self.below(4) {
                0 => {
                    let t = self.tensor();
                    let element = self.builder.builtin("op.index", vec![t, place], Type::Float);
                    let x = self.float();
                    let sum = self.builder.binary(BinaryOp::Add, x, element);
                    let sum = self.elementwise("sin", sum);
                    self.scope.floats.push(sum);
                }
                1 => {
                    let (t, x) = (self.tensor(), self.float());
                    let changed = self.builder.builtin("op.index_set", vec![t, x, place], tensor());
                    self.scope.tensors.push(changed);
                }
                2 => {
                    let condition = self.condition();
                    let regions = [self.tensor(), self.tensor()].map(|chosen| {
                        self.builder.open(Vec::new());
                        self.builder.close(vec![chosen])
                    });
                    let chosen = self.builder.op_with_regions(
                        OpKind::If,
                        vec![condition],
                        vec![tensor()],
                        regions.into(),
                    );
                    self.scope.tensors.push(chosen[0]);
                }
                _ => self.arithmetic(),
            }
        }
        let (x, t) = (self.float(), self.tensor());
        let x = self.elementwise("sin", x);
        self.scope = outer;
        let region = self.builder.close(vec![x, t]);
        let results = self.builder.op_with_regions(OpKind::For, args, types, vec![region]);
        self.scope.floats.push(results[0]);
        self.scope.tensors.push(results[1]);
    }

    /// Counts from an int in scope to 3.
    fn while_loop(&mut self, depth: u64) {
        let start = self.index();
        let args = [vec![start], self.initial()].concat();
        let types = [vec![Type::Int], state()].concat();

        let params = self.builder.open(types.clone());
        let end = self.builder.int(TENSOR_LEN);
        let goes_on = self.builder.binary(BinaryOp::Lt, params[0], end);
        let condition = self.builder.close(vec![goes_on]);

        let mut body = self.region(depth, types.clone());
        // The next count, at the end of the body.
        self.builder.open(Vec::new());
        let one = self.builder.int(1);
        let next = self.builder.binary(BinaryOp::Add, body.params[0], one);
        body.ops.extend(self.builder.close(Vec::new()).ops);
        body.yields.insert(0, next);

        let results = self.builder.op_with_regions(OpKind::While, args, types, vec![condition, body]);
        self.keep(&results[1..]);
    }

    fn map(&mut self, depth: u64) {
        let n = self.builder.int(TENSOR_LEN);
        // What the region gets first is the next value.
        let next = ValueId(self.builder.function.types.len() as u32);
        let outer = self.round.replace(next);
        let mut region = self.region(depth, vec![Type::Int]);
        self.round = outer;
        region.yields.truncate(1);
        let results = self.builder.op_with_regions(OpKind::Map, vec![n], vec![tensor()], vec![region]);
        self.scope.tensors.push(results[0]);
    }

    fn call(&mut self) {
        if self.callees.is_empty() {
            return self.arithmetic();
        }
        let number = self.below(self.callees.len());
        let function = self.callees[number];
        let args = vec![self.float(), self.float(), self.tensor(), self.int()];
        let value = self.builder.value(OpKind::Call(function), args, Type::Float);
        let value = self.elementwise("sin", value);
        self.scope.floats.push(value);
    }
}

//! What a program will ask of a device, told without running it: which kernels it calls with which sizes, with how many
//! shots, and on which parameters its gradients can't depend.
//!
//! Host functions are followed from `main` with values of which only the shape, or only shape and integers, may be known:
//! results of kernels and random numbers are unknown floats. Where a branch is open both sides are followed, a loop that is
//! long or open is followed until nothing new is known. So each call that is found may happen, with exactly these sizes and
//! integers; one whose sizes depend on more is listed as open.
//!
//! Inside of a gradient each float carries the entries of the differentiated variables that it may depend on, through
//! kernels by the light cone ([`crate::circuit::light_cone`]). An entry that the objective doesn't carry has the gradient
//! zero, whatever the values are.

mod builtins;
mod cones;
mod control;
mod floats;
mod optimizers;
mod seen;
mod zeros;

use std::rc::Rc;

use qml_prelude::{Effect, Fault, Host, Program, Value};
use qml_source::{Diagnostic, Span};
use rustc_hash::FxHashMap;

use crate::circuit::light_cone::Letters;
use crate::evaluate::{binary, constant_value, unary};
use crate::host::{FunctionId, Module, Op, OpKind, Region, Type, ValueId};
use crate::specialise::{Key, Specialised, split};

use floats::{has_discrete, map_floats};
use seen::{Known, Level, Origins, Seen, lowest};

/// What was found.
#[derive(Debug, Default)]
pub struct Survey {
    /// The kernels that are called, for each choice of sizes and integers the first call.
    pub calls: Vec<KernelCall>,
    /// Calls whose sizes or integers are known only when the program runs: the kernel and the place.
    pub open: Vec<(FunctionId, Span)>,
    /// Shots that are asked for by a number that is known: the number, and the place of the result function.
    pub shots: Vec<(i64, Span)>,
    /// Entries of differentiated variables whose gradient is zero whatever their values are.
    pub zeros: Vec<Diagnostic>,
    /// Everything was followed; else the program is too long for that, and more may be called.
    pub is_complete: bool,
}

/// A call of a kernel.
#[derive(Clone, Debug)]
pub struct KernelCall {
    /// What it is compiled for.
    pub key: Key,
    /// The place of the call.
    pub span: Span,
}

/// Follows a program from its globals through `main`, for at most `budget` operations. Files are read through `host`, which
/// is asked for nothing else. `part_name` is the name of a field of a variable, by the way to it.
pub fn survey(
    module: &Module,
    host: &mut dyn Host,
    budget: usize,
    part_name: &dyn Fn(&str, &[usize]) -> Option<String>,
) -> Survey {
    let mut machine = Machine {
        module,
        host,
        part_name,
        globals: Vec::new(),
        budget,
        nanoseconds: LONGEST,
        depth: 0,
        stand_ins: 0,
        survey: Survey { is_complete: true, ..Survey::default() },
        specialised: FxHashMap::default(),
        inputs: FxHashMap::default(),
        gradients: zeros::Gradients::default(),
    };
    for global in &module.globals {
        let args = machine.keys(global.init);
        let value = machine.call(global.init, args).pop();
        machine.globals.push(value.unwrap_or(Seen::Unknown(Origins::None)));
    }
    if let Some(main) = module.main {
        let args = machine.keys(main);
        machine.call(main, args);
    }
    let Machine { mut survey, gradients, .. } = machine;
    if survey.is_complete {
        survey.zeros = gradients.diagnostics(module);
    }
    survey
}

/// How deep calls and regions may nest.
const MAX_DEPTH: usize = 100;
/// Calls of built-in functions that take longer than so many nanoseconds together are not made: what they give is unknown.
const LONGEST: f64 = 5e7;
/// Floats that cost as much as an operation.
const FLOATS_AN_OPERATION: usize = 256;
/// Loops with more turns than this are not followed turn by turn.
const MAX_TURNS: i64 = 256;

struct Machine<'m, 'h> {
    module: &'m Module,
    host: &'h mut dyn Host,
    part_name: &'h dyn Fn(&str, &[usize]) -> Option<String>,
    globals: Vec<Seen>,
    /// Operations that may still be followed.
    budget: usize,
    /// Nanoseconds that calls of built-in functions may still take.
    nanoseconds: f64,
    depth: usize,
    /// How many stand-ins were made for floats.
    stand_ins: u32,
    survey: Survey,
    specialised: FxHashMap<Key, Option<Rc<Specialised>>>,
    /// By kernel and the letters that a result looks for.
    inputs: FxHashMap<(Key, Vec<Letters>), Rc<Vec<cones::Input>>>,
    gradients: zeros::Gradients,
}

/// A function of values.
type Function<'a> = &'a mut dyn FnMut(&mut dyn Host, &mut [Value]) -> Result<Value, Fault>;

/// The values of one call.
struct Frame<'m> {
    types: &'m [Type],
    values: Vec<Seen>,
}

impl Frame<'_> {
    fn get(&self, value: ValueId) -> &Seen {
        &self.values[value.0 as usize]
    }
}

impl<'m> Machine<'m, '_> {
    /// A key for each parameter of a function that has no other.
    fn keys(&self, function: FunctionId) -> Vec<Seen> {
        vec![Seen::exact(Value::Int(0)); self.module.function(function).body.params.len()]
    }

    fn call(&mut self, function: FunctionId, args: Vec<Seen>) -> Vec<Seen> {
        let callee = self.module.function(function);
        let values = vec![Seen::Unknown(Origins::Any); callee.types.len()];
        let mut frame = Frame { types: &callee.types, values };
        self.region(&callee.body, args, &mut frame)
    }

    fn region(&mut self, region: &'m Region, args: Vec<Seen>, frame: &mut Frame<'m>) -> Vec<Seen> {
        if self.depth >= MAX_DEPTH {
            self.survey.is_complete = false;
            return vec![Seen::Unknown(Origins::Any); region.yields.len()];
        }
        for (param, arg) in region.params.iter().zip(args) {
            frame.values[param.0 as usize] = arg;
        }
        self.depth += 1;
        for op in &region.ops {
            let results = self.op(op, frame);
            for (result, value) in op.results.iter().zip(results) {
                frame.values[result.0 as usize] = value;
            }
        }
        self.depth -= 1;
        region.yields.iter().map(|&value| frame.get(value).clone()).collect()
    }

    fn op(&mut self, op: &'m Op, frame: &mut Frame<'m>) -> Vec<Seen> {
        let Some(budget) = self.budget.checked_sub(1) else {
            self.survey.is_complete = false;
            return vec![Seen::Unknown(Origins::Any); op.results.len()];
        };
        self.budget = budget;
        let args: Vec<Seen> = op.args.iter().map(|&arg| frame.get(arg).clone()).collect();
        let result = match &op.kind {
            OpKind::Const(constant) => Seen::exact(constant_value(constant)),
            OpKind::Global(id) => self.globals[id.0 as usize].clone(),
            OpKind::Unary(kind) => self.apply(&args, true, &mut |_, values| unary(*kind, &values[0])),
            OpKind::Binary(kind) => {
                self.apply(&args, true, &mut |_, values| binary(*kind, &values[0], &values[1]))
            }
            OpKind::Builtin(id) => {
                let row = id.row();
                match row.effect {
                    Effect::Quantum => self.result_function(row.name, op.span, &args),
                    _ => self.builtin(row, &args),
                }
            }
            OpKind::Call(function) => return self.call(*function, args),
            OpKind::Tuple => Seen::tuple(args),
            OpKind::TupleGet(i) => args[0].part(*i as usize),
            OpKind::Program(kernel) => self.program(*kernel, &args, op.span),
            OpKind::If => return self.branch(op, frame, &args[0]),
            OpKind::For => return self.for_loop(op, frame, args),
            OpKind::While => return self.while_loop(op, frame, args),
            OpKind::Map => self.map(op, frame, &args[0]),
            OpKind::ValueAndGradient { function, wrt, .. } => {
                return self.gradient(op, *function, wrt, args);
            }
            _ => return vec![Seen::Unknown(Origins::Any); op.results.len()],
        };
        let is_float = |results: &[ValueId]| {
            results.first().is_some_and(|result| frame.types[result.0 as usize] == Type::Float)
        };
        vec![match result {
            // That it is one number is known by its type.
            Seen::Unknown(origins) if is_float(&op.results) => self.some_float(origins),
            result => result,
        }]
    }

    fn program(&mut self, kernel: FunctionId, args: &[Seen], span: Span) -> Seen {
        let packed = Seen::tuple(args.to_vec());
        match packed {
            Seen::Known(Known { value: Value::Tuple(parts), level, origins })
                if level > Level::Shape || !parts.iter().any(has_discrete) =>
            {
                let key = Key { kernel, args: split(&parts).0 };
                if !self.survey.calls.iter().any(|call| call.key == key) {
                    self.survey.calls.push(KernelCall { key, span });
                }
                let value = Value::Program(Program { kernel: kernel.0, args: parts.to_vec() }.into());
                Seen::Known(Known { value, level: level.max(Level::Discrete), origins })
            }
            other => {
                if !self.survey.open.contains(&(kernel, span)) {
                    self.survey.open.push((kernel, span));
                }
                Seen::Unknown(other.origins())
            }
        }
    }

    /// The specialised kernel of a program, if it can be.
    fn specialise(&mut self, program: &Program) -> Option<Rc<Specialised>> {
        let key = key_of(program);
        if let Some(known) = self.specialised.get(&key) {
            return known.clone();
        }
        let globals: Option<Vec<Value>> = self
            .globals
            .iter()
            .map(|global| match global {
                Seen::Known(known) if !known.has_unknown_discrete() => Some(known.value.clone()),
                _ => None,
            })
            .collect();
        let made = globals.and_then(|globals| {
            crate::specialise::specialise(self.module, &globals, key.kernel, &key.args).ok().map(Rc::new)
        });
        self.specialised.insert(key, made.clone());
        made
    }

    /// A function of values whose shape is known. What comes of stand-ins is a stand-in. `is_elementwise`: a float of the
    /// result depends on the float at its place alone, or on single ones.
    fn apply(&mut self, args: &[Seen], is_elementwise: bool, function: Function<'_>) -> Seen {
        let unknown = || Seen::Unknown(seen::all_origins(args));
        let Some(known) = all_known(args) else { return unknown() };
        let mut values: Vec<Value> = known.iter().map(|known| known.value.clone()).collect();
        let Ok(value) = function(&mut *self.host, &mut values) else { return unknown() };
        if known.iter().all(|known| known.level == Level::Exact) {
            return Seen::exact(value);
        }
        // An int that is made of floats is as unknown as they are; the strings of an observable don't depend on its
        // coefficients.
        let is_made_of_floats = has_discrete(&value)
            && !matches!(value, Value::Observable(_))
            && !known.iter().all(|known| is_sure(known));
        let level = match lowest(known.iter().map(|known| (&known.value, known.level))) {
            _ if is_made_of_floats => Level::Shape,
            Level::Exact => Level::Discrete,
            level => level,
        };
        let origins = builtins::mix_origins(&known, &value, is_elementwise);
        Seen::Known(Known { value: self.stand_in(&value), level, origins })
    }

    /// The value with new floats.
    fn stand_in(&mut self, value: &Value) -> Value {
        let count = &mut self.stand_ins;
        map_floats(value, &mut |_| {
            *count = count.wrapping_add(1);
            0.1 + 0.8 * (f64::from(*count) * 0.618_033_988_749_894_9).fract()
        })
    }
}

/// What a program's circuit is made for.
fn key_of(program: &Program) -> Key {
    Key { kernel: FunctionId(program.kernel), args: split(&program.args).0 }
}

/// The values, if something is known of each.
fn all_known(args: &[Seen]) -> Option<Vec<&Known>> {
    args.iter().map(|arg| if let Seen::Known(known) = arg { Some(known) } else { None }).collect()
}

/// Whether nothing of it is unknown.
fn is_sure(known: &Known) -> bool {
    known.level == Level::Exact || known.level == Level::Discrete && floats::count_floats(&known.value) == 0
}

//! Runs programs on the dense oracle; gradients by finite differences.

use qml_ir::circuit::dense;
use qml_ir::host::{FunctionId, Module};
use qml_ir::specialise::{Argument, cotangents, specialise, split};
use qml_prelude::{C64, Fault, Host, Program, ResultFunction, Value};

pub(super) struct Oracle<'m> {
    module: &'m Module,
    pub globals: Vec<Value>,
    pub printed: String,
}

impl<'m> Oracle<'m> {
    pub(super) fn new(module: &'m Module) -> Self {
        Self { module, globals: Vec::new(), printed: String::new() }
    }

    /// All branches of a kernel's state, and the wires of its register.
    fn branches(
        &self,
        program: &Program,
        args: &[Argument],
        inputs: &[f64],
    ) -> Result<(Vec<Vec<C64>>, Vec<u32>), Fault> {
        let kernel = FunctionId(program.kernel);
        let specialised = specialise(self.module, &self.globals, kernel, args).map_err(Box::new)?;
        let mut slots = Vec::new();
        specialised.bind.bind(inputs, &mut slots).unwrap();
        let branches = dense::branches(&specialised.circuit, &slots).into_iter().map(|branch| branch.state);
        Ok((branches.collect(), specialised.circuit.output.iter().map(|wire| wire.0).collect()))
    }

    fn expect(
        &self,
        observable: &Value,
        program: &Program,
        args: &[Argument],
        inputs: &[f64],
    ) -> Result<f64, Fault> {
        let (states, output) = self.branches(program, args, inputs)?;
        let mut moved = (*observable.to_observable()).clone();
        let terms = std::mem::take(&mut moved.terms);
        for (string, coefficient) in terms {
            let mut string: Vec<_> =
                string.into_iter().map(|(qubit, p)| (output[qubit as usize], p)).collect();
            string.sort_unstable();
            moved.add_term(string, coefficient);
        }
        let mut sum = 0.0;
        for state in states {
            let mut product = vec![C64::new(0.0, 0.0); state.len()];
            moved.multiply_add(&state, &mut product);
            sum += state.iter().zip(&product).map(|(a, b)| (a.conj() * b).re).sum::<f64>();
        }
        Ok(sum)
    }
}

impl Host for Oracle<'_> {
    fn print(&mut self, text: &str) -> Result<(), Fault> {
        self.printed += text;
        Ok(())
    }

    fn result(&mut self, function: ResultFunction, _: i64, args: &[Value]) -> Result<Value, Fault> {
        let program = args.iter().find_map(|arg| match arg {
            Value::Program(program) => Some(program.clone()),
            _ => None,
        });
        let program = program.unwrap();
        let (key, inputs) = split(&program.args);
        match function {
            ResultFunction::Expect => Ok(Value::Float(self.expect(&args[0], &program, &key, &inputs)?)),
            ResultFunction::Probs => {
                let (states, output) = self.branches(&program, &key, &inputs)?;
                let mut probs = vec![0.0; 1 << output.len()];
                for state in states {
                    for (index, amplitude) in state.iter().enumerate() {
                        let outcome: usize =
                            output.iter().enumerate().map(|(i, wire)| (index >> wire & 1) << i).sum();
                        probs[outcome] += amplitude.norm_sqr();
                    }
                }
                Ok(Value::vector(probs))
            }
            ResultFunction::ExpectVjp => {
                let is_float = |arg: &&Value| matches!(arg, Value::Float(_));
                let cotangent = args.iter().find(is_float).unwrap().to_float();
                let mut gradient = Vec::with_capacity(inputs.len());
                for i in 0..inputs.len() {
                    let shifted = |h: f64| {
                        let mut inputs = inputs.clone();
                        inputs[i] += h;
                        self.expect(&args[0], &program, &key, &inputs)
                    };
                    gradient.push(cotangent * (shifted(1e-5)? - shifted(-1e-5)?) / 2e-5);
                }
                let program = Value::Tuple(cotangents(&key, &gradient));
                Ok(Value::tuple(vec![Value::Unit, program, Value::Unit]))
            }
            other => panic!("{other:?} is asked for"),
        }
    }

    fn interrupted(&self) -> bool {
        false
    }
}

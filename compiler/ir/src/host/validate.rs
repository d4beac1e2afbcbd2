//! The rules of the host IR.
//!
//! - Each value is defined once, and before its uses; uses are in the region of the definition or inside it.
//! - Operands, results and regions of an operation are as many as its kind says, and of the types that it says.
//! - What a region yields has the types of what it is handed to.
//! - Quantum operations stand in gates and kernels only; programs and gradients in `fn`s only.
//! - `ahead` and `behind` take turns in a region.
//! - A call gives what the called function takes. Gates broadcast, so there only the number of operands is checked.

mod kinds;
#[cfg(test)]
mod tests;

use rustc_hash::FxHashSet;

use super::{Function, FunctionKind, Module, Op, OpKind, Region, Type, ValueId};

/// What is wrong with an operation, or nothing.
type Rule = Result<(), String>;

impl Module {
    /// Checks every function; the error names the function, the operation and the broken rule.
    pub fn validate(&self) -> Result<(), String> {
        let mut names = FxHashSet::default();
        for function in &self.functions {
            if !names.insert(&function.name) {
                return Err(format!("two functions are called `{}`", function.name));
            }
            self.validate_function(function)?;
        }
        let entries = self.globals.iter().map(|global| global.init).chain(self.main);
        for id in entries.chain(self.tests.iter().map(|test| test.function)) {
            if self.functions.get(id.0 as usize).is_none_or(|function| function.kind != FunctionKind::Fn) {
                return Err(format!("function {} is called from outside and is no `fn`", id.0));
            }
        }
        Ok(())
    }

    /// Checks one function.
    pub fn validate_function(&self, function: &Function) -> Result<(), String> {
        let mut check = Check {
            module: self,
            function,
            defined: vec![false; function.types.len()],
            seen: vec![false; function.types.len()],
        };
        check.function_rules().map_err(|rule| format!("`{}`: {rule}", function.name))
    }
}

struct Check<'m> {
    module: &'m Module,
    function: &'m Function,
    /// Values that are in scope.
    defined: Vec<bool>,
    /// Values that are defined somewhere before.
    seen: Vec<bool>,
}

impl<'m> Check<'m> {
    fn function_rules(&mut self) -> Rule {
        let function = self.function;
        if function.param_names.len() != function.body.params.len() {
            return Err("a parameter has no name".into());
        }
        self.define(&function.body.params)?;
        self.region_rules(&function.body)?;
        if self.types(&function.body.yields) != function.results {
            return Err("the values returned don't have the types of the results".into());
        }
        Ok(())
    }

    /// Operations and yields; the parameters are defined already.
    fn region_rules(&mut self, region: &'m Region) -> Rule {
        let mut is_ahead = false;
        for op in &region.ops {
            let turns = match op.kind {
                OpKind::Ahead(_) => !std::mem::replace(&mut is_ahead, true),
                OpKind::Behind => std::mem::replace(&mut is_ahead, false),
                _ => true,
            };
            if !turns {
                return Err("`ahead` and `behind` don't take turns".into());
            }
            self.op_rules(op).map_err(|rule| {
                if rule.contains(" in: ") {
                    rule
                } else {
                    format!("{rule}, in: {}", self.module.op_text(self.function, op))
                }
            })?;
        }
        if is_ahead {
            return Err("work ahead of its turn goes on after its region".into());
        }
        self.used(&region.yields)
    }

    fn op_rules(&mut self, op: &'m Op) -> Rule {
        self.used(&op.args)?;
        let known = |value: &ValueId| (value.0 as usize) < self.function.types.len();
        if !op.results.iter().chain(op.regions.iter().flat_map(|region| &region.params)).all(known) {
            return Err("a value without a type".into());
        }
        for region in &op.regions {
            let before = self.defined.clone();
            self.define(&region.params)?;
            self.region_rules(region)?;
            self.defined = before;
        }
        self.kind_rules(op)?;
        self.define(&op.results)
    }

    fn used(&self, values: &[ValueId]) -> Rule {
        match values.iter().find(|value| self.defined.get(value.0 as usize) != Some(&true)) {
            Some(value) => Err(format!("{value} is used where it is not defined")),
            None => Ok(()),
        }
    }

    fn define(&mut self, values: &[ValueId]) -> Rule {
        for value in values {
            match self.seen.get_mut(value.0 as usize) {
                None => return Err(format!("{value} has no type")),
                Some(true) => return Err(format!("{value} is defined twice")),
                Some(seen) => *seen = true,
            }
            self.defined[value.0 as usize] = true;
        }
        Ok(())
    }

    fn ty(&self, value: ValueId) -> &'m Type {
        self.function.ty(value)
    }

    fn types(&self, values: &[ValueId]) -> Vec<Type> {
        values.iter().map(|&value| self.ty(value).clone()).collect()
    }
}

impl OpKind {
    /// Whether it stands in gates and kernels only.
    pub fn is_quantum(&self) -> bool {
        matches!(
            self,
            Self::Allocate
                | Self::QubitAt
                | Self::QubitSlice
                | Self::RegisterLen
                | Self::Gate(_)
                | Self::Unitary
                | Self::Evolve
                | Self::Measure
                | Self::Reset
                | Self::Modified(_)
                | Self::Within
        )
    }
}

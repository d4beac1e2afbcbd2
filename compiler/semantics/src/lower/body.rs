//! A host function under construction: the regions that are open, and the value that each variable has at this point.

use qml_ir::host::{Constant, Function, Op, OpKind, Region, Type, ValueId};
use qml_prelude::BuiltinId;
use qml_source::{Span, bug};

use super::Context;
use crate::hir;

/// The index of a variable in [`Body::variables`]: those of the source come first, flags of jumps after.
pub(super) type Variable = usize;

/// A function under construction.
pub(super) struct Body<'m, 'p> {
    pub context: &'m mut Context<'p>,
    pub locals: &'m [hir::Local],
    /// What the function does, where that is known as a block: not of a global.
    pub statements: Option<&'m hir::Block>,
    pub function: Function,
    /// The regions that are open, innermost last.
    pub open: Vec<Region>,
    /// What each variable holds at this point.
    pub variables: Vec<Option<ValueId>>,
    /// The random key at this point.
    pub key: Option<ValueId>,
    /// Names the function in salts and in the names of what is outlined.
    pub path: String,
    /// How many random call sites there are so far.
    pub sites: u32,
    /// How many functions were outlined so far.
    pub outlines: u32,
    /// Set when the function has returned: the flag, and the result if there is one.
    pub returned: Option<(Variable, Option<Variable>)>,
    /// For each loop around this point the flags of `break` and `continue`.
    pub loops: Vec<(Option<Variable>, Option<Variable>)>,
}

impl<'m, 'p> Body<'m, 'p> {
    pub(super) fn new(
        context: &'m mut Context<'p>,
        function: Function,
        locals: &'m [hir::Local],
        path: &str,
    ) -> Self {
        Self {
            context,
            locals,
            statements: None,
            function,
            open: vec![Region::default()],
            variables: vec![None; locals.len()],
            key: None,
            path: path.to_string(),
            sites: 0,
            outlines: 0,
            returned: None,
            loops: Vec::new(),
        }
    }

    /// Adds a parameter.
    pub(super) fn parameter(&mut self, name: &str, ty: Type) -> ValueId {
        let value = self.function.new_value(ty);
        self.function.param_names.push(name.to_string());
        self.open[0].params.push(value);
        value
    }

    /// The finished function.
    pub(super) fn finish(mut self, yields: Vec<ValueId>) -> Function {
        let Some(mut region) = self.open.pop() else { bug!("a function without a body") };
        region.yields = yields;
        self.function.body = region;
        self.function
    }

    /// The type of a value.
    pub(super) fn ty(&self, value: ValueId) -> Type {
        self.function.ty(value).clone()
    }

    /// The host type of a type of the language.
    pub(super) fn host_type(&self, ty: &hir::Type) -> Type {
        super::types::host_type(self.context.program, ty)
    }

    /// Adds an operation; gives its results.
    pub(super) fn emit(
        &mut self,
        kind: OpKind,
        args: Vec<ValueId>,
        results: Vec<Type>,
        regions: Vec<Region>,
        span: Span,
    ) -> Vec<ValueId> {
        let results: Vec<ValueId> = results.into_iter().map(|ty| self.function.new_value(ty)).collect();
        let op = Op { kind, args, results: results.clone(), regions, span };
        match self.open.last_mut() {
            Some(region) => region.ops.push(op),
            None => bug!("an operation outside of a region"),
        }
        results
    }

    /// Adds an operation with one result.
    pub(super) fn one(&mut self, kind: OpKind, args: Vec<ValueId>, ty: Type, span: Span) -> ValueId {
        self.emit(kind, args, vec![ty], Vec::new(), span)[0]
    }

    /// Adds a call of a row of the prelude.
    pub(super) fn builtin(&mut self, name: &str, args: Vec<ValueId>, ty: Type, span: Span) -> ValueId {
        self.one(OpKind::Builtin(row(name)), args, ty, span)
    }

    /// Adds a call of a row of the prelude that gives nothing.
    pub(super) fn builtin_effect(&mut self, name: &str, args: Vec<ValueId>, span: Span) {
        self.one(OpKind::Builtin(row(name)), args, Type::Unit, span);
    }

    pub(super) fn constant(&mut self, constant: Constant, ty: Type, span: Span) -> ValueId {
        self.one(OpKind::Const(constant), Vec::new(), ty, span)
    }

    pub(super) fn int(&mut self, value: i64, span: Span) -> ValueId {
        self.constant(Constant::Int(value), Type::Int, span)
    }

    pub(super) fn bool(&mut self, value: bool, span: Span) -> ValueId {
        self.constant(Constant::Bool(value), Type::Bool, span)
    }

    pub(super) fn str(&mut self, value: impl Into<String>, span: Span) -> ValueId {
        self.constant(Constant::Str(value.into()), Type::Str, span)
    }

    pub(super) fn unit(&mut self, span: Span) -> ValueId {
        self.constant(Constant::Unit, Type::Unit, span)
    }

    /// Part `index` of a tuple.
    pub(super) fn part(&mut self, tuple: ValueId, index: usize, span: Span) -> ValueId {
        let Type::Tuple(parts) = self.ty(tuple) else { bug!("a part of a value that is no tuple") };
        self.one(OpKind::TupleGet(index as u32), vec![tuple], parts[index].clone(), span)
    }

    /// A tuple of values.
    pub(super) fn tuple(&mut self, parts: Vec<ValueId>, span: Span) -> ValueId {
        let ty = Type::Tuple(parts.iter().map(|&part| self.ty(part)).collect());
        self.one(OpKind::Tuple, parts, ty, span)
    }

    /// Makes a region: `fill` adds its operations and gives its yields. Variables and key are those of before afterwards.
    pub(super) fn region(
        &mut self,
        params: Vec<Type>,
        fill: impl FnOnce(&mut Self, &[ValueId]) -> Vec<ValueId>,
    ) -> Region {
        let params: Vec<ValueId> = params.into_iter().map(|ty| self.function.new_value(ty)).collect();
        let (variables, key) = (self.variables.clone(), self.key);
        self.open.push(Region { params: params.clone(), ..Region::default() });
        let yields = fill(self, &params);
        (self.variables, self.key) = (variables, key);
        let Some(mut region) = self.open.pop() else { bug!("a region was closed twice") };
        region.yields = yields;
        region
    }

    /// The value of a variable.
    pub(super) fn get(&self, variable: Variable) -> ValueId {
        self.variables[variable]
            .unwrap_or_else(|| bug!("variable {variable} of `{}` is used before it is set", self.path))
    }

    /// A new variable that isn't in the source.
    pub(super) fn hidden(&mut self, value: ValueId) -> Variable {
        self.variables.push(Some(value));
        self.variables.len() - 1
    }

    /// The values of some variables.
    pub(super) fn get_all(&self, variables: &[Variable]) -> Vec<ValueId> {
        variables.iter().map(|&variable| self.get(variable)).collect()
    }

    /// Sets some variables.
    pub(super) fn set_all(&mut self, variables: &[Variable], values: &[ValueId]) {
        for (&variable, &value) in variables.iter().zip(values) {
            self.variables[variable] = Some(value);
        }
    }

    /// The types of some variables.
    pub(super) fn types_of(&self, variables: &[Variable]) -> Vec<Type> {
        variables.iter().map(|&variable| self.ty(self.get(variable))).collect()
    }
}

fn row(name: &str) -> BuiltinId {
    BuiltinId::find(name).unwrap_or_else(|| bug!("the prelude has no `{name}`"))
}

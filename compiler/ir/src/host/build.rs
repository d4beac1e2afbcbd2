//! Building functions operation by operation.

use qml_prelude::BuiltinId;
use qml_source::{Span, bug};

use super::{
    BinaryOp, Constant, Function, FunctionId, FunctionKind, GradientMethod, Module, Op, OpKind, Region, Type,
    UnaryOp, ValueId,
};

/// A function while it is built: operations go to the innermost open region.
pub struct Builder {
    /// The function, without its body.
    pub function: Function,
    /// The place that the next operations get.
    pub span: Span,
    open: Vec<Region>,
}

impl Builder {
    /// An empty function.
    pub fn new(name: impl Into<String>, kind: FunctionKind, span: Span) -> Self {
        let function = Function {
            name: name.into(),
            kind,
            types: Vec::new(),
            param_names: Vec::new(),
            results: Vec::new(),
            body: Region::default(),
            shots: None,
            span,
        };
        Self { function, span, open: vec![Region::default()] }
    }

    /// The next parameter of the function; before any operation.
    pub fn param(&mut self, name: impl Into<String>, ty: Type) -> ValueId {
        let value = self.function.new_value(ty);
        self.function.param_names.push(name.into());
        self.innermost().params.push(value);
        value
    }

    /// The function, with these results.
    pub fn finish(mut self, results: Vec<ValueId>) -> Function {
        self.function.results = results.iter().map(|&value| self.function.ty(value).clone()).collect();
        self.function.body = self.close(results);
        if !self.open.is_empty() {
            bug!("`{}` ends inside a region", self.function.name);
        }
        self.function
    }

    /// Opens a region inside the current one, with parameters of these types.
    pub fn open(&mut self, params: Vec<Type>) -> Vec<ValueId> {
        let params: Vec<_> = params.into_iter().map(|ty| self.function.new_value(ty)).collect();
        self.open.push(Region { params: params.clone(), ..Region::default() });
        params
    }

    /// Closes the innermost region; it goes to an operation by [`Self::op_with_regions`].
    pub fn close(&mut self, yields: Vec<ValueId>) -> Region {
        let Some(mut region) = self.open.pop() else { bug!("no region is open") };
        region.yields = yields;
        region
    }

    /// The type of a value.
    pub fn ty(&self, value: ValueId) -> &Type {
        self.function.ty(value)
    }

    /// Adds an operation without regions.
    pub fn op(&mut self, kind: OpKind, args: Vec<ValueId>, results: Vec<Type>) -> Vec<ValueId> {
        self.op_with_regions(kind, args, results, Vec::new())
    }

    /// Adds an operation.
    pub fn op_with_regions(
        &mut self,
        kind: OpKind,
        args: Vec<ValueId>,
        results: Vec<Type>,
        regions: Vec<Region>,
    ) -> Vec<ValueId> {
        let results: Vec<_> = results.into_iter().map(|ty| self.function.new_value(ty)).collect();
        let op = Op { kind, args, results: results.clone(), regions, span: self.span };
        self.innermost().ops.push(op);
        results
    }

    /// Adds an operation without regions and with one result.
    pub fn value(&mut self, kind: OpKind, args: Vec<ValueId>, ty: Type) -> ValueId {
        self.op(kind, args, vec![ty])[0]
    }

    /// A constant.
    pub fn constant(&mut self, constant: Constant) -> ValueId {
        let ty = constant.ty();
        self.value(OpKind::Const(constant), Vec::new(), ty)
    }

    /// An int constant.
    pub fn int(&mut self, i: i64) -> ValueId {
        self.constant(Constant::Int(i))
    }

    /// A float constant.
    pub fn float(&mut self, x: f64) -> ValueId {
        self.constant(Constant::Float(x))
    }

    /// One scalar to one.
    pub fn unary(&mut self, op: UnaryOp, x: ValueId) -> ValueId {
        let ty = if op == UnaryOp::ToFloat { Type::Float } else { self.ty(x).clone() };
        self.value(OpKind::Unary(op), vec![x], ty)
    }

    /// Two scalars to one.
    pub fn binary(&mut self, op: BinaryOp, x: ValueId, y: ValueId) -> ValueId {
        let ty = if op.is_comparison() { Type::Bool } else { self.ty(x).clone() };
        self.value(OpKind::Binary(op), vec![x, y], ty)
    }

    /// A call of a built-in function.
    pub fn builtin(&mut self, name: &str, args: Vec<ValueId>, ty: Type) -> ValueId {
        let Some(id) = BuiltinId::find(name) else { bug!("no built-in function is called `{name}`") };
        self.value(OpKind::Builtin(id), args, ty)
    }

    /// Adds an operation whose results were made before by [`Function::new_value`].
    pub fn push(&mut self, kind: OpKind, args: Vec<ValueId>, results: Vec<ValueId>, regions: Vec<Region>) {
        let op = Op { kind, args, results, regions, span: self.span };
        self.innermost().ops.push(op);
    }

    /// Adds operations as they are.
    pub fn append(&mut self, ops: Vec<Op>) {
        self.innermost().ops.extend(ops);
    }

    /// Adds operations before those of the innermost region.
    pub fn prepend(&mut self, ops: Vec<Op>) {
        self.innermost().ops.splice(0..0, ops);
    }

    /// A new value of this type, to be defined by [`Self::push`].
    pub fn new_value(&mut self, ty: Type) -> ValueId {
        self.function.new_value(ty)
    }

    fn innermost(&mut self) -> &mut Region {
        match self.open.last_mut() {
            Some(region) => region,
            None => bug!("no region is open"),
        }
    }
}

impl Constant {
    /// Its type.
    pub fn ty(&self) -> Type {
        match self {
            Self::Unit => Type::Unit,
            Self::Bool(_) => Type::Bool,
            Self::Int(_) => Type::Int,
            Self::Float(_) => Type::Float,
            Self::Complex(..) => Type::Complex,
            Self::Str(_) => Type::Str,
        }
    }
}

impl BinaryOp {
    /// Whether it compares, to a bool.
    pub fn is_comparison(self) -> bool {
        matches!(self, Self::Eq | Self::Ne | Self::Lt | Self::Le | Self::Gt | Self::Ge)
    }
}

/// The type of the derivative of a value of the type `of` by one of the type `by`: that of a tensor has its axes before
/// those of what it is differentiated by.
pub fn derivative_type(of: &Type, by: &Type) -> Type {
    let Type::Tensor(element, rank) = of else { return by.clone() };
    match by {
        Type::Tuple(parts) => Type::Tuple(parts.iter().map(|part| derivative_type(of, part)).collect()),
        Type::Tensor(_, inner) => Type::Tensor(element.clone(), rank + inner),
        _ => of.clone(),
    }
}

/// A function with the parameters of `function`, which gives its value and gradient.
pub fn gradient_of(module: &Module, function: FunctionId, wrt: &[usize], name: &str) -> Function {
    let callee = module.function(function);
    let mut builder = Builder::new(name, FunctionKind::Fn, callee.span);
    let types: Vec<_> = callee.body.params.iter().map(|&param| callee.ty(param).clone()).collect();
    let params =
        types.iter().zip(&callee.param_names).map(|(ty, name)| builder.param(name, ty.clone())).collect();
    let value = &callee.results[0];
    let derivatives = wrt.iter().map(|&i| derivative_type(value, &types[i]));
    let results = std::iter::once(value.clone()).chain(derivatives).collect();
    let kind = OpKind::ValueAndGradient { function, wrt: wrt.to_vec(), method: GradientMethod::Auto };
    let results = builder.op(kind, params, results);
    builder.finish(results)
}

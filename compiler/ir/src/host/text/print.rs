//! Printing.

use std::fmt::{self, Display, Formatter};

use qml_source::{Span, bug};

use super::words::{FUNCTION_KINDS, METHODS, PLAIN_OPS, SCALAR_TYPES, word};
use crate::host::{Constant, Function, FunctionId, Modifier, Module, Op, OpKind, Region, Type, ValueId};

impl Display for Type {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tensor(element, rank) => write!(f, "tensor({element}, {rank})"),
            Self::List(element) => write!(f, "list({element})"),
            Self::Tuple(parts) => {
                f.write_str("tuple(")?;
                separated(f, parts)?;
                f.write_str(")")
            }
            scalar => match word(SCALAR_TYPES, scalar) {
                Some(word) => f.write_str(word),
                None => bug!("{scalar:?} has no word"),
            },
        }
    }
}

impl Display for ValueId {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "%{}", self.0)
    }
}

impl Display for Constant {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unit => f.write_str("unit"),
            Self::Bool(b) => write!(f, "{b}"),
            Self::Int(i) => write!(f, "{i}"),
            // `{:?}` always has a point or an exponent, and reads back as the same float.
            Self::Float(x) => write!(f, "{x:?}"),
            Self::Complex(re, im) => write!(f, "complex {re:?} {im:?}"),
            Self::Str(text) => quoted(f, text),
        }
    }
}

impl Display for Module {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for global in &self.globals {
            f.write_str("global ")?;
            name(f, &global.name)?;
            writeln!(f, ": {} = {}", global.ty, FunctionName(self, global.init))?;
        }
        if let Some(main) = self.main {
            writeln!(f, "main {}", FunctionName(self, main))?;
        }
        for test in &self.tests {
            f.write_str("test ")?;
            quoted(f, &test.name)?;
            writeln!(f, " {}{}", FunctionName(self, test.function), Place(test.span))?;
        }
        let rows = self.globals.len() + self.tests.len() + usize::from(self.main.is_some());
        for (i, function) in self.functions.iter().enumerate() {
            if i > 0 || rows > 0 {
                writeln!(f)?;
            }
            print_function(f, self, function)?;
        }
        Ok(())
    }
}

impl Module {
    /// The printed form of one function.
    pub fn function_text(&self, id: FunctionId) -> String {
        struct Text<'m>(&'m Module, &'m Function);
        impl Display for Text<'_> {
            fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
                print_function(f, self.0, self.1)
            }
        }
        Text(self, self.function(id)).to_string()
    }

    /// The first line of an operation's printed form.
    pub(crate) fn op_text(&self, function: &Function, op: &Op) -> String {
        struct Text<'m>(&'m Module, &'m Function, &'m Op);
        impl Display for Text<'_> {
            fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
                print_op(f, self.0, self.1, self.2, 0)
            }
        }
        let without_regions = Op { regions: Vec::new(), ..op.clone() };
        Text(self, function, &without_regions).to_string().trim_end().to_owned()
    }
}

fn print_function(f: &mut Formatter<'_>, module: &Module, function: &Function) -> fmt::Result {
    if let Some(shots) = function.shots {
        writeln!(f, "shots {shots}")?;
    }
    write!(f, "{} @", word(FUNCTION_KINDS, &function.kind).unwrap_or_default())?;
    name(f, &function.name)?;
    f.write_str("(")?;
    for (i, (param, param_name)) in function.body.params.iter().zip(&function.param_names).enumerate() {
        f.write_str(if i == 0 { "" } else { ", " })?;
        write!(f, "{param} ")?;
        name(f, param_name)?;
        write!(f, ": {}", function.ty(*param))?;
    }
    f.write_str(") -> (")?;
    separated(f, &function.results)?;
    writeln!(f, "){} {{", Place(function.span))?;
    for op in &function.body.ops {
        print_op(f, module, function, op, 1)?;
    }
    f.write_str("  return")?;
    operands(f, &function.body.yields)?;
    f.write_str("\n}\n")
}

fn print_op(
    f: &mut Formatter<'_>,
    module: &Module,
    function: &Function,
    op: &Op,
    depth: usize,
) -> fmt::Result {
    indent(f, depth)?;
    typed(f, function, &op.results)?;
    if !op.results.is_empty() {
        f.write_str(" = ")?;
    }
    print_kind(f, module, &op.kind)?;
    operands(f, &op.args)?;
    for region in &op.regions {
        print_region(f, module, function, region, depth)?;
    }
    writeln!(f, "{}", Place(op.span))
}

fn print_region(
    f: &mut Formatter<'_>,
    module: &Module,
    function: &Function,
    region: &Region,
    depth: usize,
) -> fmt::Result {
    f.write_str(" {")?;
    if !region.params.is_empty() {
        f.write_str(" (")?;
        typed(f, function, &region.params)?;
        f.write_str(")")?;
    }
    f.write_str("\n")?;
    for op in &region.ops {
        print_op(f, module, function, op, depth + 1)?;
    }
    indent(f, depth + 1)?;
    f.write_str("yield")?;
    operands(f, &region.yields)?;
    f.write_str("\n")?;
    indent(f, depth)?;
    f.write_str("}")
}

fn print_kind(f: &mut Formatter<'_>, module: &Module, kind: &OpKind) -> fmt::Result {
    if let Some(word) = word(PLAIN_OPS, kind) {
        return f.write_str(word);
    }
    match kind {
        OpKind::Const(constant) => write!(f, "const[{constant}]"),
        OpKind::Global(id) => {
            f.write_str("global[")?;
            match module.globals.get(id.0 as usize) {
                Some(global) => name(f, &global.name)?,
                None => write!(f, "missing_{}", id.0)?,
            }
            f.write_str("]")
        }
        OpKind::Builtin(id) => write!(f, "builtin[{}]", BuiltinName(*id)),
        OpKind::Call(id) => write!(f, "call[{}]", FunctionName(module, *id)),
        OpKind::Ahead(id) => write!(f, "ahead[{}]", FunctionName(module, *id)),
        OpKind::Program(id) => write!(f, "program[{}]", FunctionName(module, *id)),
        OpKind::TupleGet(i) => write!(f, "get[{i}]"),
        OpKind::Gate(gate) => write!(f, "gate[{}]", gate.def().name),
        OpKind::Modified(Modifier::Control(on)) => {
            f.write_str("control[")?;
            separated(f, on)?;
            f.write_str("]")
        }
        OpKind::ValueAndGradient { function, wrt, method } => {
            let method = word(METHODS, method).unwrap_or_default();
            write!(f, "gradient[{}, {method}", FunctionName(module, *function))?;
            wrt.iter().try_for_each(|i| write!(f, ", {i}"))?;
            f.write_str("]")
        }
        plain => bug!("{plain:?} has no word"),
    }
}

/// The name of a row; if others have it too, also which of them it is: `variance.1`.
struct BuiltinName(qml_prelude::BuiltinId);

impl Display for BuiltinName {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let name = self.0.row().name;
        match qml_prelude::BuiltinId::find_all(name).iter().position(|id| *id == self.0) {
            None | Some(0) => f.write_str(name),
            Some(i) => write!(f, "{name}, {i}"),
        }
    }
}

/// The validator shows operations that refer to nothing, too.
struct FunctionName<'m>(&'m Module, FunctionId);

impl Display for FunctionName<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("@")?;
        match self.0.functions.get(self.1.0 as usize) {
            Some(function) => name(f, &function.name),
            None => write!(f, "missing_{}", self.1.0),
        }
    }
}

struct Place(Span);

impl Display for Place {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.0 == Span::default() {
            return Ok(());
        }
        write!(f, " !{}:{}:{}", self.0.file.0, self.0.start, self.0.end)
    }
}

fn indent(f: &mut Formatter<'_>, depth: usize) -> fmt::Result {
    write!(f, "{:1$}", "", 2 * depth)
}

fn typed(f: &mut Formatter<'_>, function: &Function, values: &[ValueId]) -> fmt::Result {
    for (i, value) in values.iter().enumerate() {
        f.write_str(if i == 0 { "" } else { ", " })?;
        match function.types.get(value.0 as usize) {
            Some(ty) => write!(f, "{value}: {ty}")?,
            None => write!(f, "{value}: unit")?,
        }
    }
    Ok(())
}

fn operands(f: &mut Formatter<'_>, values: &[ValueId]) -> fmt::Result {
    if !values.is_empty() {
        f.write_str(" ")?;
    }
    separated(f, values)
}

fn separated<T: Display>(f: &mut Formatter<'_>, items: &[T]) -> fmt::Result {
    for (i, item) in items.iter().enumerate() {
        f.write_str(if i == 0 { "" } else { ", " })?;
        write!(f, "{item}")?;
    }
    Ok(())
}

fn name(f: &mut Formatter<'_>, name: &str) -> fmt::Result {
    let is_word = name.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.');
    if is_word { f.write_str(name) } else { quoted(f, name) }
}

fn quoted(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str("\"")?;
    for c in text.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            other => write!(f, "{other}")?,
        }
    }
    f.write_str("\"")
}

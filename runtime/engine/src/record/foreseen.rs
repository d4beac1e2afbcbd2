//! What a program tells of its trainings before it runs.

use std::collections::BTreeMap;

use qml_ir::host::{Constant, Module, Op, OpKind, Region};
use qml_prelude::BuiltinId;

/// The trainings of a program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Foreseen {
    /// Whether there is one.
    pub trains: bool,
    /// The names of their metrics, in the order of the source: the columns of `metrics.csv` are there from its first row on.
    pub metrics: Vec<String>,
}

impl Foreseen {
    pub fn of(module: &Module) -> Self {
        let train = BuiltinId::find("run.train");
        let mut begins = Vec::new();
        for function in &module.functions {
            let mut texts = BTreeMap::new();
            each(&function.body, &mut |op| match &op.kind {
                OpKind::Const(Constant::Str(text)) => _ = texts.insert(op.results[0], text.as_str()),
                OpKind::Builtin(id) if Some(*id) == train => {
                    let names = op.args.last().and_then(|names| texts.get(names)).copied();
                    begins.push((op.span, names.unwrap_or_default()));
                }
                _ => {}
            });
        }
        begins.sort_by_key(|(span, _)| (span.file, span.start));
        let mut metrics: Vec<String> = Vec::new();
        for name in begins.iter().flat_map(|(_, names)| names.split(',')).filter(|name| !name.is_empty()) {
            if !metrics.iter().any(|known| known == name) {
                metrics.push(name.to_owned());
            }
        }
        Self { trains: !begins.is_empty(), metrics }
    }
}

/// All operations, in order.
fn each<'m>(region: &'m Region, meet: &mut impl FnMut(&'m Op)) {
    for op in &region.ops {
        meet(op);
        op.regions.iter().for_each(|region| each(region, meet));
    }
}

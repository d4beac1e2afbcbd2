//! `metrics: (accuracy: a, loss: b)`: what is evaluated after each round, under a name that is that of a column of `metrics.csv`.

use qml_prelude::optimizer::COLUMNS;
use qml_syntax::ast::{self, NamedValue, OptionValue};

use crate::body::Body;
use crate::hir::{Expr, Type};
use crate::place::PlaceError;
use crate::suggest;

/// The name of the option.
pub(super) const OPTION: &str = "metrics";

impl Body<'_, '_> {
    pub(super) fn metrics(&mut self, optimize: &ast::Optimize) -> Vec<(ast::Name, Expr)> {
        let mut given = optimize.options.iter().filter(|option| option.name.text == OPTION);
        let Some(option) = given.next() else { return Vec::new() };
        for again in given {
            self.report(PlaceError::WrongOption { name: again.name.clone(), why: "given twice", help: None });
        }
        match &option.value {
            OptionValue::Named(_, values) => self.named_metrics(values),
            OptionValue::Expr(value) => {
                let is_checked = self.expr(value, None).ty != Type::Error;
                if is_checked {
                    let (span, written) = (value.span, suggest::written(value));
                    self.report(PlaceError::MetricsWithoutNames { span, written });
                }
                Vec::new()
            }
        }
    }

    fn named_metrics(&mut self, values: &[NamedValue]) -> Vec<(ast::Name, Expr)> {
        let mut metrics: Vec<(ast::Name, Expr)> = Vec::new();
        for NamedValue { name, value, .. } in values {
            let value = self.expr_of(value, &Type::Float);
            let before =
                metrics.iter().find(|(before, _)| before.text == name.text).map(|(before, _)| before.span);
            if before.is_some() || COLUMNS.contains(&name.text.as_str()) {
                self.report(PlaceError::MetricName { name: name.clone(), before });
            }
            metrics.push((name.clone(), value));
        }
        metrics
    }
}

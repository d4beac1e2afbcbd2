//! The order in which `const`s and `param`s are initialised, functions that they call included.

use qml_source::Span;

use crate::check::Checker;
use crate::function::DeclarationError;

/// A `const` or `param`, or a function.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Node {
    Global(usize),
    Function(usize),
}

/// The globals, each after all that it needs. A need that goes round is reported.
pub(crate) fn order(checker: &mut Checker<'_>) -> Vec<usize> {
    let n_globals = checker.globals.len();
    let n_nodes = n_globals + checker.functions.len();
    let mut is_open = vec![false; n_nodes];
    let mut is_done = vec![false; n_nodes];
    let index = |node| match node {
        Node::Global(i) => i,
        Node::Function(i) => n_globals + i,
    };
    let mut order = Vec::new();
    let mut cycles = Vec::new();
    for root in 0..n_globals {
        // A stack of its own: a long chain of calls must not exhaust that of the machine.
        let mut stack = vec![(Node::Global(root), 0)];
        while let Some((node, next)) = stack.pop() {
            if next == 0 && std::mem::replace(&mut is_open[index(node)], true) {
                continue;
            }
            let Some((needed, span)) = need(checker, node, next) else {
                is_done[index(node)] = true;
                if let Node::Global(i) = node {
                    order.push(i);
                }
                continue;
            };
            stack.push((node, next + 1));
            if !is_open[index(needed)] {
                stack.push((needed, 0));
            } else if !is_done[index(needed)] {
                // Functions may call each other in a ring; a value in the ring needs itself.
                let start = stack.iter().position(|(open, _)| *open == needed).unwrap_or(0);
                let global = stack[start..].iter().find_map(|(open, _)| match open {
                    Node::Global(i) => Some(*i),
                    Node::Function(_) => None,
                });
                cycles.extend(global.map(|global| (global, span)));
            }
        }
    }
    for (global, used) in cycles {
        let name = checker.globals[global].global.name.clone();
        checker.report(DeclarationError::Cycle { name, used });
    }
    order
}

/// The next thing that a node needs.
fn need(checker: &Checker<'_>, node: Node, next: usize) -> Option<(Node, Span)> {
    let (globals, calls) = match node {
        Node::Global(i) => (&checker.globals[i].uses, &checker.globals[i].calls),
        Node::Function(i) => (&checker.functions[i].globals, &checker.functions[i].calls),
    };
    match globals.get(next) {
        Some((id, span)) => Some((Node::Global(id.0 as usize), *span)),
        None => calls.get(next - globals.len()).map(|(id, span)| (Node::Function(id.0 as usize), *span)),
    }
}

//! Random keys: who needs one, and how a call site gets its own.
//!
//! A key is made from the key of the caller, the call site and the indices of the loops around it, so a number drawn
//! doesn't depend on what ran before. The salt of a site is a hash of its function's path and its number in the function:
//! edits elsewhere don't change it.

use qml_ir::host;
use qml_prelude::Effect;
use qml_source::Span;

use super::body::Body;
use super::visit::{self, Node};
use super::{Context, rules};
use crate::hir;

/// For each function whether it draws random numbers or runs programs, itself or through others; `main` always counts.
pub(super) fn functions_that_draw(program: &hir::Program) -> Vec<bool> {
    let mut draws = vec![false; program.functions.len()];
    if let Some(main) = program.main {
        draws[main.0 as usize] = true;
    }
    loop {
        let mut has_changed = false;
        for (index, function) in program.functions.iter().enumerate() {
            if draws[index] {
                continue;
            }
            let mut found = false;
            visit::visit_block(&function.body, &mut |node| found |= node_draws(&draws, node));
            draws[index] = found;
            has_changed |= found;
        }
        if !has_changed {
            return draws;
        }
    }
}

fn node_draws(draws: &[bool], node: Node) -> bool {
    if let Node::Stmt(hir::Stmt { kind: hir::StmtKind::Optimize(optimize), .. }) = node {
        return rules::may_draw(rules::of_optimizer(&optimize.optimizer, None));
    }
    let Node::Expr(hir::Expr { kind: hir::ExprKind::Call(callee, _), .. }) = node else { return false };
    match callee {
        hir::Callee::Builtin(id, _) => takes_key(id.row().effect),
        hir::Callee::Function(id) => draws[id.0 as usize],
        _ => false,
    }
}

/// Whether a row of the prelude takes a key first.
pub(super) fn takes_key(effect: Effect) -> bool {
    matches!(effect, Effect::Random | Effect::Quantum)
}

/// Whether an expression needs a key.
pub(super) fn expr_draws(context: &Context, expr: &hir::Expr) -> bool {
    let mut found = false;
    visit::visit_expr(expr, &mut |node| found |= node_draws(&context.draws, node));
    found
}

/// Whether a block needs a key.
pub(super) fn block_draws(context: &Context, block: &hir::Block) -> bool {
    let mut found = false;
    visit::visit_block(block, &mut |node| found |= node_draws(&context.draws, node));
    found
}

/// The salt of a call site.
fn salt(path: &str, site: u32) -> i64 {
    // FNV-1a, 64 bits.
    let bytes = path.bytes().chain([0]).chain(site.to_le_bytes());
    bytes
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
        as i64
}

impl Body<'_, '_> {
    /// The key of a new call site.
    pub(super) fn site_key(&mut self, span: Span) -> host::ValueId {
        let key = self.current_key();
        let salt = salt(&self.path, self.sites);
        self.sites += 1;
        let salt = self.int(salt, span);
        self.builtin("op.mix", vec![key, salt], host::Type::Int, span)
    }

    /// A key apart from those of the call sites, whose number doesn't change by it.
    pub(super) fn own_key(&mut self, span: Span) -> host::ValueId {
        let key = self.current_key();
        let salt = salt(&format!("{}.own", self.path), self.outlines);
        let salt = self.int(salt, span);
        self.builtin("op.mix", vec![key, salt], host::Type::Int, span)
    }

    /// From here to the end of the region the key is the one of this round of a loop.
    pub(super) fn enter_round(&mut self, index: host::ValueId, span: Span) {
        let key = self.current_key();
        self.key = Some(self.builtin("op.mix", vec![key, index], host::Type::Int, span));
    }

    fn current_key(&self) -> host::ValueId {
        self.key.unwrap_or_else(|| qml_source::bug!("`{}` draws without a random key", self.path))
    }
}

//! Which operator binds what, and what literals are worth: the tree with every pair of parentheses written out.

use qml_source::FileId;

use crate::ast::{Expr, ExprKind, IndexKind, ItemKind, StringPartKind};
use crate::parse;

/// The expression with all its parentheses and none of its own.
fn shape(expr: &Expr) -> String {
    let list = |parts: &[Expr]| parts.iter().map(shape).collect::<Vec<_>>().join(", ");
    match &expr.kind {
        ExprKind::Name(name) => name.text.clone(),
        ExprKind::Int(value) => value.to_string(),
        ExprKind::Float(value) => format!("{value:?}"),
        ExprKind::Imaginary(value) => format!("{value:?}im"),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::String(parts) => parts
            .iter()
            .map(|part| match &part.kind {
                StringPartKind::Text(text) => format!("{text:?}"),
                StringPartKind::Value { value, format } => {
                    let format =
                        format.map(|format| (format.align, format.width, format.digits, format.style));
                    format!("<{}|{format:?}>", shape(value))
                }
            })
            .collect(),
        ExprKind::Paren(inner) => shape(inner),
        ExprKind::Tuple(parts) => format!("tuple({})", list(parts)),
        ExprKind::List(parts) => format!("[{}]", list(parts)),
        ExprKind::Unary { operator, operand } => format!("({} {})", operator.symbol(), shape(operand)),
        ExprKind::Binary { operator, left, right, .. } => {
            format!("({} {} {})", shape(left), operator.symbol(), shape(right))
        }
        ExprKind::Call { callee, arguments } => {
            let arguments: Vec<_> = arguments.iter().map(|argument| shape(&argument.value)).collect();
            format!("{}({})", shape(callee), arguments.join(", "))
        }
        ExprKind::Index { base, indices } => {
            let bound = |bound: &Option<Expr>| bound.as_ref().map(shape).unwrap_or_default();
            let indices = indices.iter().map(|index| match &index.kind {
                IndexKind::Expr(expr) => shape(expr),
                IndexKind::Range { start, end } => format!("{}..{}", bound(start), bound(end)),
            });
            format!("{}[{}]", shape(base), indices.collect::<Vec<_>>().join(", "))
        }
        ExprKind::Field { base, field } => format!("{}.{}", shape(base), field.text),
        ExprKind::If { condition, then, otherwise } => {
            format!("(if {} then {} else {})", shape(condition), shape(then), shape(otherwise))
        }
        ExprKind::Grad { objective, places, .. } => {
            format!("(grad {} wrt {})", shape(objective), places.list.len())
        }
        ExprKind::Qubit(_) | ExprKind::Repeat { .. } | ExprKind::Comprehension { .. } => {
            panic!("not asked for")
        }
    }
}

fn check(text: &str, expected: &str) {
    let text = format!("const A = {text};");
    let parsed = parse(FileId(0), &text);
    assert!(parsed.diagnostics.is_empty(), "{text}: {:?}", parsed.diagnostics);
    match &parsed.module.items[0].kind {
        ItemKind::Const(item) => assert_eq!(shape(&item.value), expected, "{text}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn powers_bind_to_the_right_and_stronger_than_a_minus_before() {
    check("a ** b ** c", "(a ** (b ** c))");
    check("-a ** b", "(- (a ** b))");
    check("a ** -b ** c", "(a ** (- (b ** c)))");
    check("f(a)[0].b ** 2", "(f(a)[0].b ** 2)");
    check("-a * b", "((- a) * b)");
    check("- -a", "(- (- a))");
}

#[test]
fn sums_and_products_bind_to_the_left() {
    check("a - b - c", "((a - b) - c)");
    check("a / b * c % d @ e", "((((a / b) * c) % d) @ e)");
    check("a + b * c - d", "((a + (b * c)) - d)");
    check("(a + b) * c", "((a + b) * c)");
    check("a - -b", "(a - (- b))");
}

#[test]
fn logic_binds_weaker_than_comparison() {
    check("not a == b and c < d or e", "(((not (a == b)) and (c < d)) or e)");
    check("a or b and not c", "(a or (b and (not c)))");
    check("a + 1 >= b * 2", "((a + 1) >= (b * 2))");
    check("not not a", "(not (not a))");
    check("a and b and c or d or e", "((((a and b) and c) or d) or e)");
}

#[test]
fn conditionals_and_gradients_reach_as_far_as_they_can() {
    check("if a then b else c + d", "(if a then b else (c + d))");
    check("if a then b else if c then d else e", "(if a then b else (if c then d else e))");
    check("grad a + b wrt c", "(grad (a + b) wrt 1)");
    check("grad f(a) wrt (a, b.c)", "(grad f(a) wrt 2)");
}

#[test]
fn ranges_in_indices_take_sums() {
    check("a[i - 1..i + 1, .., 2.., ..n]", "a[(i - 1)..(i + 1), .., 2.., ..n]");
    check("a[(i + 1) % n]", "a[((i + 1) % n)]");
}

#[test]
fn literals_have_their_values() {
    check("[1_000, 0x1f, 0b101, 9223372036854775807]", "[1000, 31, 5, 9223372036854775807]");
    check("[1.5e-3, 1e3, 1_0.2_5, 2im, 2.5im]", "[0.0015, 1000.0, 10.25, 2.0im, 2.5im]");
    check(r#""a\n\t\"\\{{}}θ""#, r#""a\n\t\"\\{}θ""#);
    check(r#""""#, "");
    check(
        r#""x = {a + b:>8.3f}{c[1..2]}; {f(d: 1):%}""#,
        r#""x = "<(a + b)|Some((Some(Right), Some(8), Some(3), Some(Fixed)))><c[1..2]|None>"; "<f(1)|Some((None, None, None, Some(Percent)))>"#,
    );
}

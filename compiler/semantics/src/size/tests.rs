//! Sizes are polynomials: equal ones have equal normal forms.

use super::Size;
use crate::hir::LocalId;

fn n() -> Size {
    Size::local(LocalId(0))
}

fn m() -> Size {
    Size::local(LocalId(1))
}

fn show(size: &Size) -> String {
    size.show(&|local| ["n", "m"][local.0 as usize].to_owned())
}

#[test]
fn equal_polynomials_have_one_form() {
    let one = Size::constant(1);
    let square = n().add(&one).unwrap().mul(&n().add(&one).unwrap()).unwrap();
    let expanded =
        n().pow(&Size::constant(2)).unwrap().add(&n().scale(2).unwrap()).unwrap().add(&one).unwrap();
    assert_eq!(square, expanded);
    assert_eq!(show(&square), "2 * n + n * n + 1");
}

#[test]
fn other_operations_compare_by_their_operands() {
    let two = Size::constant(2);
    let a = two.pow(&n().add(&m()).unwrap()).unwrap();
    let b = two.pow(&m().add(&n()).unwrap()).unwrap();
    assert_eq!(a, b);
    assert_eq!(show(&a), "2 ** (n + m)");
}

#[test]
fn substitution_folds() {
    let size = Size::constant(2).pow(&n()).unwrap().add(&m()).unwrap();
    let value = size.substitute(&|local| Some(Size::constant(i64::from(local.0) + 3))).unwrap();
    assert_eq!(value.as_constant(), Some(12));
    assert_eq!(size.substitute(&|_| None), None);
}

#[test]
fn division_rounds_down() {
    let seven = Size::constant(-7);
    assert_eq!(seven.div(&Size::constant(2)).unwrap().as_constant(), Some(-4));
    assert_eq!(seven.rem(&Size::constant(2)).unwrap().as_constant(), Some(1));
    assert_eq!(seven.div(&Size::constant(0)), None);
}

#[test]
fn overflow_is_noticed() {
    assert_eq!(Size::constant(i64::MAX).add(&Size::constant(1)), None);
    assert_eq!(Size::constant(2).pow(&Size::constant(64)), None);
}

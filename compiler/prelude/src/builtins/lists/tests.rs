//! Brackets, lists, tuples.

use std::sync::Arc;

use crate::testing::{TestHost, call, failure, floats, ints, strings};
use crate::{BuiltinId, Tensor, Value};

#[test]
fn items_stack_on_a_new_first_axis() {
    assert_eq!(call("op.stack", &[Value::Int(1), Value::Float(2.5)]), floats(&[2], &[1.0, 2.5]));
    assert_eq!(call("op.stack", &[ints(&[2], &[1, 2]), ints(&[2], &[3, 4])]), ints(&[2, 2], &[1, 2, 3, 4]));
    assert_eq!(call("op.stack", &[Value::text("a"), Value::text("b")]), strings(&["a", "b"]));
    assert_eq!(call("op.stack", &[]), floats(&[0], &[]));
    let message = failure("op.stack", &[ints(&[2], &[1, 2]), ints(&[1], &[3])]);
    assert_eq!(message, "Q0606 item 0 has shape [2] and item 1 has shape [1]");
    assert_eq!(call("op.fill", &[Value::Int(7), Value::Int(3)]), ints(&[3], &[7; 3]));
    assert_eq!(call("op.fill", &[ints(&[2], &[7, 8]), Value::Int(0)]), ints(&[0, 2], &[]));
    assert!(failure("op.fill", &[Value::Int(7), Value::Int(-1)]).starts_with("Q0610"));
}

#[test]
fn a_list_that_nobody_else_holds_grows_in_place() {
    let push = BuiltinId::find("list.push").unwrap().row().call;
    let mut list = call("list.new", &[]);
    let mut n_moves = 0;
    let mut memory = std::ptr::null();
    for i in 0..1000 {
        list = push(&mut TestHost::default(), &mut [list, Value::Int(i)]).unwrap();
        let Value::List(items) = &list else { panic!() };
        assert_eq!(Arc::strong_count(items), 1);
        n_moves += usize::from(items.as_ptr() != memory);
        memory = items.as_ptr();
    }
    assert!(n_moves <= 12, "{n_moves}");
    assert_eq!(call("list.get", &[list.clone(), Value::Int(999)]), Value::Int(999));
    assert!(failure("list.get", &[list.clone(), Value::Int(1000)]).starts_with("Q0605"));
    let Value::Tensor(Tensor::Int(array)) = call("list.stack", &[list]) else { panic!() };
    assert!(array.iter().copied().eq(0..1000));
}

#[test]
fn a_shared_list_is_copied() {
    let list = call("list.push", &[call("list.new", &[]), Value::Int(1)]);
    let longer = call("list.push", &[list.clone(), Value::Int(2)]);
    assert_eq!((call("op.len", &[list]), call("op.len", &[longer])), (Value::Int(1), Value::Int(2)));
}

#[test]
fn tuples_are_read_and_changed() {
    let pair = call("op.tuple", &[Value::Int(1), Value::Float(2.0)]);
    assert_eq!(call("op.tuple_get", &[pair.clone(), Value::Int(1)]), Value::Float(2.0));
    let changed = call("op.tuple_set", &[pair.clone(), Value::Int(0), Value::Int(5)]);
    assert_eq!(changed, Value::tuple([Value::Int(5), Value::Float(2.0)]));
    assert_eq!(pair, Value::tuple([Value::Int(1), Value::Float(2.0)]));
}

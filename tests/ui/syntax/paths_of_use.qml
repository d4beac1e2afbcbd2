use ../x.foo;
use std.gate.qft;
fn main() {}

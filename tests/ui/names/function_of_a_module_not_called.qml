use std.gates as g;

fn main() { print(g.qft); }

use std.ansatze.hardware_efficient;
fn main() {}

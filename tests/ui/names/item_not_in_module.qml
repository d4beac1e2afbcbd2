use std.ansatz.hardware_eficient;
fn main() {}

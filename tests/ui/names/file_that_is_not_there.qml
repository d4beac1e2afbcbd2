use ./encoder.angle;
fn main() {}

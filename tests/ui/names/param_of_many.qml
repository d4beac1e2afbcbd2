param w: float[2] = [1.0, 2.0];

fn main() { print(w); }

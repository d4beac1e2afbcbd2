fn main() { let xs = [print(i) for i in 0..3]; }

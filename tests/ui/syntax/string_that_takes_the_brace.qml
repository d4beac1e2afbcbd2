fn main() { print("abc); }

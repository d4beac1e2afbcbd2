fn main() {}

test "sums" { assert(1 + 1 == 2); }
test "sums" { assert(2 + 2 == 4); }

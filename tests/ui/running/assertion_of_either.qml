test "one of two" {
    let (a, name) = (4, "ry");
    assert(name == "rx" or not (a >= 3 and a != 5));
}

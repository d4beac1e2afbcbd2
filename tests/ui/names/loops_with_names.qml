fn first(n: int) -> int {
    for i in 0..n {
        for j in 0..n {
            break outer;
        }
    }
    rows: for i in 0..n {
        continue;
    }
    return n;
}

fn count(n: int) -> int {
    var k = 0;
    while true {
        k += 1;
        if k > n {
            break;
            k = 0;
        } else if k > 10 {
            continue;
        } else {
            return k;
        }
        print("not here");
        print("nor here");
    }
    if k > 3 { return 3; }
    return k;
}

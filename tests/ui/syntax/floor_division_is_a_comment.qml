fn main() {
    print(7 // 2);
    let a = [8 // 3];
    var n = 9;
    n %= 2;
    print(n);
}

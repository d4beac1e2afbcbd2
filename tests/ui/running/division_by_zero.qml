fn main() {
    var n = 0;
    n += 0;
    print(div(7, n));
}

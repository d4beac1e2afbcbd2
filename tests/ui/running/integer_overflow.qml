fn main() {
    var n = 9223372036854775807;
    n += 1;
    print(n);
}

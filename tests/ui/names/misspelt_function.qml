fn main() {
    print(sqr(2.0));
}

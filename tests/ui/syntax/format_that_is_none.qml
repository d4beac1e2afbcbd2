fn main() {
    print("{1.5:.3q}");
}

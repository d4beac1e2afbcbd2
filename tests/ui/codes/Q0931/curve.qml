fn main() {
    plot([1.0, 0.5, 0.25]);
}

fn main() {
    if true {
        print(1);
}

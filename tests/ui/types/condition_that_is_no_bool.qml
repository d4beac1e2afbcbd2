fn main() {
    let x = 1;
    if x {
        print(x);
    }
}

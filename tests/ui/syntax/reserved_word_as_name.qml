fn main() {
    let gate = 3;
    print(gate);
}

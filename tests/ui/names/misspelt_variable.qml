fn main() {
    let energy = -1.1;
    print(enregy);
}

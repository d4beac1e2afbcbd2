fn main() {
    let items = 3;
    let groups = 0;
    print(items / groups);
}

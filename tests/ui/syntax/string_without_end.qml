fn main() {
    print("energy);
}

fn main() {
    save("start.json", [0.7]);
}

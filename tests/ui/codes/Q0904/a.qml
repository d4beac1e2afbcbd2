fn main() {
    print(read_csv("t.csv", columns: ["d"]));
}

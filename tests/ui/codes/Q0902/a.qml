fn main() {
    print(read_csv("t.csv"));
}

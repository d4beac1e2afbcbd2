fn main() {
    print(read_csv("flowers.csv"));
}

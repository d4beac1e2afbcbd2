fn main() {
    print(read_csv("word.csv"));
}

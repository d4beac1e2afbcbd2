fn main() {
    print(read_csv("iris.csv"));
}

fn main() {
    print(1. + .5);
}

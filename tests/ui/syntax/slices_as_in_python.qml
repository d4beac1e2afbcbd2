fn main() {
    let x = [[1.0, 2.0], [3.0, 4.0]];
    print(x[:1]);
    print(x[:, 0:2]);
    print(x[1:]);
    print(x[::2]);
    print(x[::-1]);
}

fn f() {
    let = 3;
}

fn g() {
    return 1 +;
}

fn main() {
    print(1);
}

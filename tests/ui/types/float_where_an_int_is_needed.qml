fn main() {
    let 数 = 7 / 2;
    for i in 0..数 {
        print(i);
    }
}

fn main() {
    let 角度 = 0.5；
    print(角度);
}

fn main() {
    let 値 = [1.0, 2.0];
    var i = 1;
    i += 4;
    print(値[i]);
}

fn main() {
    var x = 1;
    x += 0.5;
    x = 0.5;
    x /= 2;
    var ys = [1, 2];
    ys[0] = 0.5;
    var energy = 0;
    energy -= Z(0);
}

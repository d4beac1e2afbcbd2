fn main() {
    let x = 1.5;
    let (e, g) = grad floor(x) wrt x;
    var y = e + g;
    optimize y with adam(), steps: 1 {
        minimize round(y);
    }
    print(y);
}

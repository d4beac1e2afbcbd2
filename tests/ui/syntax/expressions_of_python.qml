fn main() {
    let xs = [1.0, 2.0];
    let f = |x| x * 2;
    var a = b = 1;
    let c = 1.0 in xs;
    let d = 1 << 3;
    let e = sum(x for x in xs);
    let g = max(*xs);
    let h = .3 + 2x;
}

fn suffixes() {
    let a = 1f;
    let b = 7 // 2
}

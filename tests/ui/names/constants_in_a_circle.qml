const A = B + 1;
const B = A + 1;
fn main() {
    print(A);
}

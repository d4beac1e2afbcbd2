fn main() {
    let θ = 0.5;
    let ψ0 = [θ, 2.0 * θ];
    print(ψ1);
}

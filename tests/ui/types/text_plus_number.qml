fn main() {
    let θ = 0.5;
    print("angle " + θ);
}

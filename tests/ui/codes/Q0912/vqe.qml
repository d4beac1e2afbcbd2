param layers: int = 2;
param steps: int = 100;

fn main() {
    print(layers * steps);
}

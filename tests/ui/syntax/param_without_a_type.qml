param n = 3;
param lr = 0.5;
param name = "a";

fn main() {
    print("{n} {lr} {name}");
}

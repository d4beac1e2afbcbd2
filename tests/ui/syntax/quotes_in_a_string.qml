fn main() {
    let s = "a";
    print("{concat("b", s)}");
    print("{"a":>5}");
}

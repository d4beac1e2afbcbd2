fn main() {
    let (edges, weights) = read_graph("square.edges");
    print(weights);
}

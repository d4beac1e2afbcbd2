fn empty(x: float[]) -> float {
    return sum(x);
}

fn bracketed(x: [float]) -> float {
    return sum(x);
}

fn local() {
    var x: float[] = [];
}

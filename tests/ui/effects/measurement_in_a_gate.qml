gate g(q: qubit) {
    let b = measure(q);
    if b { x(q); }
}

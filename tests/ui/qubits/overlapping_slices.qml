kernel k() -> qubit[4] {
    let 量子 = qubit[4];
    cx(量子[0..3], 量子[1..4]);
    return 量子;
}

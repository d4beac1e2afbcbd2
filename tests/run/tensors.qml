// Tensors, comprehensions, tuples and structs: values that are never shared.

struct Model { w: float[2, 2], b: float }

fn spread[n](x: float[n]) -> float {
    return max(x) - min(x);
}

test "arithmetic broadcasts" {
    let a = [[1.0, 2.0], [3.0, 4.0]];
    assert_close(a + [10.0, 20.0], [[11.0, 22.0], [13.0, 24.0]], 0.0);
    assert_close(2 * a - 1, [[1.0, 3.0], [5.0, 7.0]], 0.0);
    assert_close(a @ [1.0, 1.0], [3.0, 7.0], 0.0);
    assert_close(transpose(a)[0], [1.0, 3.0], 0.0);
}

test "indices and slices" {
    let x = [10, 11, 12, 13];
    assert(x[1] == 11 and sum(x[1..3]) == 23 and sum(x[2..]) == 25);
    let m = [[1, 2, 3], [4, 5, 6]];
    assert(m[1, 2] == 6 and sum(m[0, ..]) == 6 and sum(m[.., 1]) == 7);
    assert(sum(x[[3, 3, 0]]) == 36);
}

test "comprehensions take several clauses and a condition" {
    let products = [i * j for i in 0..4 for j in i + 1..4 if (i + j) % 2 == 1];
    assert(len(products) == 4 and sum(products) == 0 * 1 + 0 * 3 + 1 * 2 + 2 * 3);
    let pairs = [a + b for (a, b) in zip([1, 2], [10, 20])];
    assert(pairs[0] == 11 and pairs[1] == 22);
}

test "a copy is a copy" {
    var a = [1.0, 2.0];
    let b = a;
    a[0] = 5.0;
    assert_close(b, [1.0, 2.0], 0.0);
    assert_close(a, [5.0, 2.0], 0.0);
}

test "structs and tuples" {
    var m = Model(w: zeros([2, 2]), b: 1.0);
    let before = m;
    m.w[0, 1] += 2.0;
    m = 0.5 * m + before;
    assert_close(m.w, [[0.0, 1.0], [0.0, 0.0]], 0.0);
    assert_close(m.b, 1.5, 0.0);
    var (p, q) = (1, 2);
    (p, q) = (q, p);
    assert(p == 2 and q == 1);
}

test "sizes follow from arguments" {
    assert_close(spread([3.0, 1.0, 7.5]), 6.5, 0.0);
    var grown: float[?] = [];
    for i in 0..3 { grown = append(grown, 1.0 * i); }
    assert_close(spread(grown), 2.0, 0.0);
}

test "names may be Greek or Chinese" {
    let θ = 0.5;
    let 角度 = [θ, 2.0 * θ];
    assert_close(sum(角度), 1.5, 0.0);
}

test "joined bools stay bools" {
    let mask: bool[?] = append([true], false);
    assert(mask[0] and not mask[1]);
    assert(to_int(concat([true, false], [true])) == 5);
    assert(all(stack([true], [true])) and sum(stack([true], [false])) == 1);
    assert_close(concat([1], [0.5]), [1.0, 0.5], 0.0);
}

test "a tensor without items keeps its dimensions" {
    let none = [[i, i] for i in 0..4 if i > 10];
    assert(all(shape(none) == [0, 2]));
    assert(all(shape([[1.0 * i, 2.0] for i in 0..0]) == [0, 2]));
    assert(all(shape([x * 2.0 for x in zeros([0, 3])]) == [0, 3]));
    var t: float[?, 2] = [];
    assert(all(shape(t) == [0, 2]) and len(t[.., 0]) == 0);
    assert_close(sum(t, axis: 0), [0.0, 0.0], 0.0);
    assert(len(sum(t, axis: 1)) == 0 and len(t @ [1.0, 2.0]) == 0);
    t = append(t, [1.0, 2.0]);
    assert_close(t, [[1.0, 2.0]], 0.0);
    let flags = [[i > 0, i > 1] for i in 0..3 for j in 0..i if j > 5];
    assert(all(shape(flags) == [0, 2]) and sum(flags) == 0);
    // The length of a row isn't known before there is one.
    let rows = [range(0, i) for i in 0..0];
    assert(all(shape(rows) == [0, 0]));
}

fn doubled(points: int, n: int) -> float[?, n] {
    return [2.0 * zeros([n]) for i in 0..points];
}

test "a size of the function is a dimension too" {
    let three: float[?, 3] = doubled(0, 3);
    assert(all(shape(three) == [0, 3]));
}

test "one value goes to all elements of a slice" {
    var a = [1.0, 2.0, 3.0, 4.0];
    a[1..3] = 0;
    assert_close(a, [1.0, 0.0, 0.0, 4.0], 0.0);
    var m = zeros([2, 3]);
    m[.., 1] = 5.0;
    m[0] = 7.0;
    assert_close(m, [[7.0, 7.0, 7.0], [0.0, 5.0, 0.0]], 0.0);
    var flags = [false, false];
    flags[0..2] = true;
    assert(all(flags));
}

test "a shape without dimensions is that of a scalar" {
    let one: float = ones([]);
    let x: float = reshape([3.0], []);
    let y = [uniform(0.0, 1.0, []), full([], 2.0)];
    assert_close(one + x, 4.0, 0.0);
    assert_close(y[1], 2.0, 0.0);
}

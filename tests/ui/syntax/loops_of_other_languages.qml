fn main() {
    for (var i = 0; i < 3; i += 1) {
        print(i);
    }
    let xs = [1.0, 2.0];
    for i, x in enumerate(xs) {
        print(x);
    }
    do {
        print(1);
    }
    {
        print(2);
    }
    try {
        print(3);
    }
}

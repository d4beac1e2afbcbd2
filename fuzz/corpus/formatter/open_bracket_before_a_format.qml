fn main()  { ( 
    print("{G.5:.3q}");
}

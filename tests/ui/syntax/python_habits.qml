def main():
    x = [i**2 for i in range(3)]
    print(x)

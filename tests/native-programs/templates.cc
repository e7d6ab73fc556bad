// Templates, virtual calls, exceptions and the standard library.
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace shapes {

struct Shape {
    virtual ~Shape() = default;
    virtual long area() const = 0;
};

template <class T>
struct Box : Shape {
    explicit Box(T side) : side(side) {}
    __attribute__((noinline)) long area() const override { return long(side * side); }
    T side;
};

__attribute__((noinline)) long total(const std::vector<Shape *> &shapes)
{
    long sum = 0;
    for (const Shape *shape : shapes)
        sum += shape->area();
    if (sum < 0)
        throw std::runtime_error("negative");
    return sum;
}

} // namespace shapes

__attribute__((noinline)) std::map<std::string, int> count(const std::string &text)
{
    std::map<std::string, int> words;
    for (char letter : text)
        words[std::string(1, letter)]++;
    return words;
}

int main(int argc, char **argv)
{
    shapes::Box<int> small(argc);
    shapes::Box<double> large(argc * 1.5);
    std::cout << shapes::total({ &small, &large }) << count(argv[0]).size() << "\n";
}

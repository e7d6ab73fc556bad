/* Throws through frames that own memory. */
#include <stdexcept>
#include <string>
#include <vector>

__attribute__((noinline)) int thrower(int number) {
    std::vector<std::string> owned(10, std::string(100, 'x'));
    if (number % 2) throw std::runtime_error(owned[0]);
    return static_cast<int>(owned.size());
}

int main() {
    int sum = 0;
    for (int number = 0; number < 100; number++) {
        try {
            sum += thrower(number);
        } catch (const std::runtime_error &error) {
            sum -= 1;
        }
    }
    return sum == 450 ? 0 : 1;
}

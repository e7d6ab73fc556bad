/* Functions with loops, calls, inlined calls, a jump table and floating point. */
#include <stdio.h>
#include <stdlib.h>

static inline __attribute__((always_inline)) int mix(int count, int limit)
{
    int sum = 0;
    for (int i = 0; i < count; i++)
        sum += rand() % (limit + 1);
    return sum;
}

__attribute__((noinline)) int inner(int count)
{
    return mix(count, 7);
}

__attribute__((noinline)) double average(const double *values, int count)
{
    double sum = 0;
    for (int i = 0; i < count; i++)
        sum += values[i] * 1.5;
    return count ? sum / count : 0;
}

__attribute__((noinline)) const char *name(int digit)
{
    switch (digit) {
    case 0: return "zero";
    case 1: return "one";
    case 2: return "two";
    case 3: return "three";
    case 4: return "four";
    case 5: return "five";
    default: return "many";
    }
}

__attribute__((noinline)) int outer(int count)
{
    int sum = 0;
    for (int i = 0; i < count; i++) {
        sum += inner(i);
        sum ^= mix(i, 3);
    }
    return sum;
}

int main(int argc, char **argv)
{
    double values[] = { argc, 2, 3 };
    printf("%d %f %s %s\n", outer(argc * 100), average(values, 3), name(argc), argv[0]);
    return 0;
}

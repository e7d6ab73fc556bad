/* A library that is loaded later. */
#include <stdlib.h>

void *volatile kept;

void later(void) {
    kept = malloc(1234);
}

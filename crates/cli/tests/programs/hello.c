/* A program to link in several ways. It leaves a file behind if it is started. */
#include <stdio.h>

int main(void) {
    FILE *file = fopen("started", "w");
    return !file || fclose(file);
}

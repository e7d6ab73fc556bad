/* Brings an allocator of its own. It leaves a file behind if it is started. */
#include <fcntl.h>
#include <stddef.h>

static char memory[1 << 20];
static size_t used;

void *malloc(size_t size) {
    void *block = memory + used;
    used += (size + 15) / 16 * 16;
    return used <= sizeof memory ? block : NULL;
}

void free(void *block) {
    (void)block;
}

int main(void) {
    return open("started", O_CREAT | O_WRONLY, 0600) < 0 || !malloc(1);
}

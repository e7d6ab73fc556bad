/* Allocates what the test knows: by every function of the allocator, on threads, in a child; and ends as it is told. */
#define _GNU_SOURCE
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void *kept[64];

static void keep_blocks(void) {
    for (int i = 0; i < 10; i++) kept[i] = malloc(1000);
}

static void pass_blocks(void) {
    for (int i = 0; i < 100; i++) free(calloc(10, 50));
}

static void grow_block(void) {
    void *block = malloc(100);
    block = realloc(block, 300);
    kept[10] = realloc(block, 30000);
}

static void align_blocks(void) {
    if (posix_memalign(&kept[11], 64, 128)) abort();
    kept[12] = aligned_alloc(4096, 8192);
    kept[13] = memalign(256, 256);
    if (malloc_usable_size(kept[12]) < 8192 || (size_t)kept[12] % 4096) abort();
    free(kept[13]);
}

static void *on_thread(void *unused) {
    (void)unused;
    for (int i = 0; i < 50; i++) free(malloc(2000));
    return NULL;
}

static void run_threads(void) {
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        if (pthread_create(&threads[i], NULL, on_thread, NULL)) abort();
    for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
}

static void in_child(void) {
    pid_t child = fork();
    if (child == 0) {
        for (int i = 0; i < 1000; i++) kept[20] = malloc(5000);
        _exit(0);
    }
    int status;
    if (waitpid(child, &status, 0) != child || status) abort();
}

int main(int count, char **words) {
    keep_blocks();
    pass_blocks();
    grow_block();
    align_blocks();
    run_threads();
    in_child();
    const char *end = count > 1 ? words[1] : "return";
    if (!strcmp(end, "kill")) kill(getpid(), SIGKILL);
    if (!strcmp(end, "abort")) abort();
    if (!strcmp(end, "_exit")) _exit(9);
    if (!strcmp(end, "exec")) execlp("sh", "sh", "-c", "exec ./known", NULL);
    return 0;
}

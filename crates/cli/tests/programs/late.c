/* Loads the library that it is given, has it allocate, and is killed: nobody has time to look at what is loaded. */
#include <dlfcn.h>
#include <signal.h>
#include <stddef.h>

int main(int count, char **words) {
    void *library = count > 1 ? dlopen(words[1], RTLD_NOW) : NULL;
    void (*allocate)(void) = library ? (void (*)(void))dlsym(library, "later") : NULL;
    if (!allocate) return 3;
    allocate();
    raise(SIGKILL);
}

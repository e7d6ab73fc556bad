/* Says which signals reach it, one a line, until SIGTERM ends it with code 3. */
#include <signal.h>
#include <stdio.h>

static const struct {
    int number;
    const char *name;
} told[] = {
    {SIGHUP, "HUP"}, {SIGINT, "INT"}, {SIGQUIT, "QUIT"}, {SIGTERM, "TERM"}, {SIGUSR1, "USR1"}, {SIGUSR2, "USR2"},
};

int main(void) {
    const unsigned count = sizeof told / sizeof *told;
    sigset_t all;
    sigemptyset(&all);
    for (unsigned i = 0; i < count; i++) sigaddset(&all, told[i].number);
    sigprocmask(SIG_BLOCK, &all, NULL);
    setvbuf(stdout, NULL, _IONBF, 0);
    puts("ready");
    for (int signal = 0; signal != SIGTERM;) {
        sigwait(&all, &signal);
        for (unsigned i = 0; i < count; i++)
            if (told[i].number == signal) puts(told[i].name);
    }
    return 3;
}

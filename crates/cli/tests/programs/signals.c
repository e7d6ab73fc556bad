/* Says which signals reach it, one a line, until SIGTERM ends it with code 3. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <string.h>

int main(void) {
    const int told[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};
    sigset_t all;
    sigemptyset(&all);
    for (unsigned i = 0; i < sizeof told / sizeof *told; i++) sigaddset(&all, told[i]);
    sigprocmask(SIG_BLOCK, &all, NULL);
    setvbuf(stdout, NULL, _IONBF, 0);
    puts("ready");
    for (int signal = 0; signal != SIGTERM;) {
        sigwait(&all, &signal);
        puts(sigabbrev_np(signal));
    }
    return 3;
}

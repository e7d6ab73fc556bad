/* In the place of the dynamic loader, it puts no library into any program, and ends with code 5. */
void _start(void) {
#if defined(__x86_64__)
    __asm__ volatile("mov $231, %eax; mov $5, %edi; syscall");
#else
    __asm__ volatile("mov x8, #94; mov x0, #5; svc #0");
#endif
    __builtin_unreachable();
}

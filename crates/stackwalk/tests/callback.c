/* A function without a frame pointer that calls back. FRAME: bytes of its frame, so that libraries
 * built from this file differ in their unwind rules and in nothing else. */
void call_back(void (*function)(void *), void *argument) {
    volatile char frame[FRAME];
    frame[0] = 0;
    function(argument);
    frame[1] = 0;
}

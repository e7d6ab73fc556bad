/* Allocates nothing, nor does what is linked to it. */
int main(void) {
    return 0;
}

/* What the operating system takes to start any program at all. */
int main(void) { return 0; }

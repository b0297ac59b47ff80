/* Starts a program again and again and prints, per run, wall and CPU time in microseconds and peak memory in KiB.
 *
 * usage: spawn RUNS PROGRAM [ARG...]
 * Ends with 1 as soon as a run does not end with 0.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static long long microseconds(struct timeval t) { return t.tv_sec * 1000000LL + t.tv_usec; }

static long long now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  posix_spawn_file_actions_t quiet;
  posix_spawn_file_actions_init(&quiet);
  posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
  for (int runs = atoi(argv[1]); runs > 0; runs--) {
    pid_t pid;
    int status;
    struct rusage used;
    long long start = now();
    if (posix_spawnp(&pid, argv[2], &quiet, NULL, argv + 2, environ) != 0) return 1;
    if (wait4(pid, &status, 0, &used) != pid || status != 0) return 1;
    long long cpu = microseconds(used.ru_utime) + microseconds(used.ru_stime);
    printf("%lld %lld %ld\n", now() - start, cpu, used.ru_maxrss);
  }
  return 0;
}

/* What handing credentials out over a Unix socket costs at least: one frame asks, one frame answers.
 *
 * usage: round_trip SOCKET REQUEST-JSON
 * A frame is a length (u32, big endian), then JSON. The answer is printed as it is.
 */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { ANSWER_MAX = 65536 };

static int read_all(int from, char *to, size_t length) {
  while (length > 0) {
    ssize_t got = read(from, to, length);
    if (got <= 0) return -1;
    to += got;
    length -= (size_t)got;
  }
  return 0;
}

int main(int argc, char **argv) {
  static char frame[ANSWER_MAX];
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  if (argc != 3 || strlen(argv[1]) >= sizeof address.sun_path || strlen(argv[2]) > sizeof frame - 4) return 2;
  strcpy(address.sun_path, argv[1]);

  int agent = socket(AF_UNIX, SOCK_STREAM, 0);
  if (agent < 0 || connect(agent, (struct sockaddr *)&address, sizeof address) != 0) return 1;

  size_t length = strlen(argv[2]);
  uint32_t prefix = htonl((uint32_t)length);
  memcpy(frame, &prefix, 4);
  memcpy(frame + 4, argv[2], length);
  if (write(agent, frame, length + 4) != (ssize_t)(length + 4)) return 1;

  if (read_all(agent, (char *)&prefix, 4) != 0) return 1;
  length = ntohl(prefix);
  if (length > sizeof frame || read_all(agent, frame, length) != 0) return 1;
  return fwrite(frame, 1, length, stdout) == length && strstr(frame, "\"Ok\"") ? 0 : 1;
}

/*
 * Reads one file over TFTP as a boot ROM does, for at most SECONDS, and prints as JSON how far it came.
 *
 *   tftp-lossy ADDRESS PORT FILE STYLE BLKSIZE WINDOWSIZE SECONDS [OUTPUT]
 *
 * What a client does about loss is its STYLE:
 *   grub   answers a block that comes again, ignores one that is ahead, and never repeats an ACK by itself
 *   ipxe   answers every block with the last one in order, and repeats that after 0.25 s
 *   edk2   answers every unexpected block so, whether ahead or old, and repeats after 4 s
 *   plain  answers the first block that is ahead, and the last one when it comes again; repeats after 1 s (RFC 7440)
 */
#include <arpa/inet.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { RRQ = 1, DATA = 3, ACK = 4, ERROR = 5, OACK = 6 };
static const double request_patience = 0.5;

static int fd, blksize = 512, window = 1, is_open;
static uint64_t got, acked;
static struct sockaddr_in server;
static uint8_t packet[65536];

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static void ask(char **argv) {
  char request[700] = {0, RRQ};
  int n = 2;
  n += sprintf(request + n, "%s", argv[3]) + 1;
  n += sprintf(request + n, "octet") + 1;
  n += sprintf(request + n, "blksize") + 1;
  n += sprintf(request + n, "%s", argv[5]) + 1;
  n += sprintf(request + n, "tsize") + 1;
  n += sprintf(request + n, "0") + 1;
  if (strcmp(argv[6], "1")) {
    n += sprintf(request + n, "windowsize") + 1;
    n += sprintf(request + n, "%s", argv[6]) + 1;
  }
  sendto(fd, request, n, 0, (struct sockaddr *)&server, sizeof server);
}

static void acknowledge(uint64_t block) {
  uint8_t ack[4] = {0, ACK, (block >> 8) & 255, block & 255};
  acked = got;
  send(fd, ack, 4, 0);
}

static void accept_options(int length) {
  packet[length] = 0;
  for (int at = 2; at < length;) {
    const char *name = (char *)packet + at;
    at += strlen(name) + 1;
    const char *value = (char *)packet + at;
    at += strlen(value) + 1;
    if (!strcasecmp(name, "blksize")) blksize = atoi(value);
    if (!strcasecmp(name, "windowsize")) window = atoi(value);
  }
}

int main(int argc, char **argv) {
  if (argc < 8) {
    fprintf(stderr, "usage: tftp-lossy ADDRESS PORT FILE grub|ipxe|edk2|plain BLKSIZE WINDOWSIZE SECONDS [OUTPUT]\n");
    return 2;
  }
  char style = argv[4][0];
  double patience = style == 'i' ? 0.25 : style == 'e' ? 4 : style == 'p' ? 1 : 1e9;
  double limit = atof(argv[7]);
  server.sin_family = AF_INET;
  server.sin_port = htons(atoi(argv[2]));
  if (inet_pton(AF_INET, argv[1], &server.sin_addr) != 1) return 2;
  FILE *output = argc > 8 ? fopen(argv[8], "wb") : NULL;
  char answered[INET_ADDRSTRLEN] = "";
  fd = socket(AF_INET, SOCK_DGRAM, 0);
  setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &(int){1}, sizeof(int));
  long packets = 0, useless = 0, repeated = 0;
  uint64_t bytes = 0;
  int is_over = 0, told_gap = 0;
  double begun = now(), said = begun;
  ask(argv);
  while (!is_over && now() - begun < limit) {
    struct pollfd polled = {.fd = fd, .events = POLLIN};
    double due = said + (is_open ? patience : request_patience), end = begun + limit;
    double left = (due < end ? due : end) - now();
    if (left > 0 && poll(&polled, 1, left * 1e3 + 1) == 0) continue;
    if (!(polled.revents & POLLIN)) {
      said = now();
      repeated++;
      if (is_open) acknowledge(got);
      else ask(argv);
      continue;
    }
    struct sockaddr_in from;
    socklen_t size = sizeof from;
    int length = recvfrom(fd, packet, sizeof packet - 1, 0, (struct sockaddr *)&from, &size);
    if (length < 4) continue;
    if (packet[1] == ERROR) {
      fprintf(stderr, "server: %.*s\n", length - 4, packet + 4);
      return 1;
    }
    if (!is_open) {
      connect(fd, (struct sockaddr *)&from, sizeof from);
      inet_ntop(AF_INET, &from.sin_addr, answered, sizeof answered);
      is_open = 1;
    }
    said = now();
    if (packet[1] == OACK && got == 0) {
      accept_options(length);
      acknowledge(0);
    }
    if (packet[1] != DATA) continue;
    packets++;
    uint16_t block = packet[2] << 8 | packet[3];
    int16_t ahead = block - (uint16_t)(got + 1);
    if (ahead == 0) {
      got++;
      told_gap = 0;
      bytes += length - 4;
      if (output) fwrite(packet + 4, 1, length - 4, output);
      is_over = length - 4 < blksize;
      if (is_over || style == 'i' || got - acked >= (uint64_t)window) acknowledge(got);
      continue;
    }
    useless++;
    if (style == 'g' && ahead < 0) acknowledge(block);
    if (style == 'i' || style == 'e') acknowledge(got);
    /* The end of a window that comes again means that its ACK was lost. */
    if (style == 'p' && (ahead > 0 ? !told_gap : ahead == -1)) acknowledge(got);
    if (ahead > 0) told_gap = 1;
  }
  if (output) fclose(output);
  printf("{\"from\":\"%s\",\"seconds\":%.6f,\"bytes\":%llu,\"windowsize\":%d,\"complete\":%s,\"packets\":%ld,\"useless\":%ld,"
         "\"repeated\":%ld}\n",
         answered, now() - begun, (unsigned long long)bytes, window, is_over ? "true" : "false", packets, useless, repeated);
  return 0;
}

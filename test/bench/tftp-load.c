/*
 * Reads one file over TFTP with many clients at once (RFC 1350, 2347, 2348, 7440) and prints, as JSON, how
 * long that took.
 *
 *   tftp-load ADDRESS PORT FILE CLIENTS BLKSIZE WINDOWSIZE REPEATS
 *
 * Each client reads the file REPEATS times. With WINDOWSIZE 1 the option is not asked for.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { RRQ = 1, DATA = 3, ACK = 4, ERROR = 5, OACK = 6 };
static const double patience = 1.0;
static const int most_tries = 8;

struct client {
  int fd;
  int left;
  int is_connected;
  int blksize, window;
  int tries;
  uint64_t got;
  uint64_t acked;
  /* A gap is told of once, until the missing block has come. */
  int told_gap;
  double heard_at;
};

static struct sockaddr_in server;
static const char *file;
static int blksize, windowsize, epoll_fd, granted;
static long retries, failures;
static uint64_t bytes_read;
static uint8_t packet[65536];

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static void ask(struct client *c) {
  char request[700];
  int n = 2;
  request[0] = 0;
  request[1] = RRQ;
  n += sprintf(request + n, "%s", file) + 1;
  n += sprintf(request + n, "octet") + 1;
  n += sprintf(request + n, "blksize") + 1;
  n += sprintf(request + n, "%d", blksize) + 1;
  if (windowsize > 1) {
    n += sprintf(request + n, "windowsize") + 1;
    n += sprintf(request + n, "%d", windowsize) + 1;
  }
  sendto(c->fd, request, n, 0, (struct sockaddr *)&server, sizeof server);
}

static void begin(struct client *c) {
  c->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  if (c->fd < 0) {
    perror("socket");
    exit(1);
  }
  c->is_connected = c->tries = c->told_gap = 0;
  c->got = c->acked = 0;
  c->blksize = 512;
  c->window = 1;
  c->heard_at = now();
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
  epoll_ctl(epoll_fd, EPOLL_CTL_ADD, c->fd, &event);
  ask(c);
}

static void acknowledge(struct client *c) {
  uint8_t ack[4] = {0, ACK, (c->got >> 8) & 255, c->got & 255};
  c->acked = c->got;
  send(c->fd, ack, 4, 0);
}

static void accept_options(struct client *c, int length) {
  packet[length] = 0;
  for (int at = 2; at < length;) {
    const char *name = (char *)packet + at;
    at += strlen(name) + 1;
    if (at >= length) break;
    const char *value = (char *)packet + at;
    at += strlen(value) + 1;
    if (!strcasecmp(name, "blksize")) c->blksize = atoi(value);
    if (!strcasecmp(name, "windowsize")) c->window = atoi(value);
  }
  granted = c->window;
}

/* Returns 1 when this client needs its socket no more. */
static int end(struct client *c, int failed) {
  close(c->fd);
  c->fd = -1;
  if (failed) failures++;
  c->left = failed ? 0 : c->left - 1;
  if (c->left > 0) begin(c);
  return 1;
}

static int take(struct client *c, int length) {
  if (length < 4) return 0;
  c->heard_at = now();
  c->tries = 0;
  if (packet[1] == ERROR) {
    fprintf(stderr, "server: %.*s\n", length - 4, packet + 4);
    return end(c, 1);
  }
  if (packet[1] == OACK) {
    accept_options(c, length);
    acknowledge(c);
    return 0;
  }
  if (packet[1] != DATA) return 0;
  uint16_t block = packet[2] << 8 | packet[3];
  if (block != (uint16_t)(c->got + 1)) {
    int is_ahead = (uint16_t)(block - c->got) < 32768;
    if (is_ahead && !c->told_gap) {
      c->told_gap = 1;
      acknowledge(c);
    }
    return 0;
  }
  c->got++;
  c->told_gap = 0;
  bytes_read += length - 4;
  int is_last = length - 4 < c->blksize;
  if (is_last || c->got - c->acked >= (uint64_t)c->window) acknowledge(c);
  return is_last ? end(c, 0) : 0;
}

static void receive(struct client *c) {
  do {
    int length;
    if (c->is_connected) {
      length = recv(c->fd, packet, sizeof packet - 1, 0);
    } else {
      struct sockaddr_in from;
      socklen_t size = sizeof from;
      length = recvfrom(c->fd, packet, sizeof packet - 1, 0, (struct sockaddr *)&from, &size);
      if (length >= 0) {
        connect(c->fd, (struct sockaddr *)&from, sizeof from);
        c->is_connected = 1;
      }
    }
    if (length < 0 || take(c, length)) return;
  } while (c->window > 1);
}

/* Returns 1 while the client has something left to do. */
static int look_after(struct client *c, double time) {
  if (c->left <= 0) return 0;
  if (time - c->heard_at < patience) return 1;
  retries++;
  c->heard_at = time;
  if (++c->tries > most_tries) {
    end(c, 1);
    return 0;
  }
  if (c->is_connected) acknowledge(c);
  else ask(c);
  return 1;
}

int main(int argc, char **argv) {
  if (argc != 8) {
    fprintf(stderr, "usage: tftp-load ADDRESS PORT FILE CLIENTS BLKSIZE WINDOWSIZE REPEATS\n");
    return 2;
  }
  int count = atoi(argv[4]);
  server.sin_family = AF_INET;
  server.sin_port = htons(atoi(argv[2]));
  if (inet_pton(AF_INET, argv[1], &server.sin_addr) != 1 || count < 1) return 2;
  file = argv[3];
  blksize = atoi(argv[5]);
  windowsize = atoi(argv[6]);
  struct rlimit files = {count + 64, count + 64};
  setrlimit(RLIMIT_NOFILE, &files);
  struct client *clients = calloc(count, sizeof *clients);
  epoll_fd = epoll_create1(0);
  double begun = now(), looked = begun;
  for (int i = 0; i < count; i++) {
    clients[i].left = atoi(argv[7]);
    begin(&clients[i]);
  }
  for (int working = 1; working;) {
    struct epoll_event events[256];
    int ready = epoll_wait(epoll_fd, events, 256, 100);
    for (int i = 0; i < ready; i++) receive(events[i].data.ptr);
    double time = now();
    working = 0;
    if (time - looked < 0.2) {
      for (int i = 0; i < count && !working; i++) working = clients[i].left > 0;
      continue;
    }
    looked = time;
    for (int i = 0; i < count; i++) working |= look_after(&clients[i], time);
  }
  double seconds = now() - begun;
  printf("{\"seconds\":%.6f,\"bytes\":%llu,\"windowsize\":%d,\"retries\":%ld,\"failures\":%ld}\n", seconds,
         (unsigned long long)bytes_read, granted, retries, failures);
  return failures > 0;
}

/*
 * An Ethernet cable between two network namespaces that delays, loses and throttles. It does what `tc netem`
 * does, on kernels that were built without it, and repeatably.
 *
 *   wire NAMESPACE_A DEVICE_A NAMESPACE_B DEVICE_B DELAY_MS LOSS_PERCENT RATE_MBIT QUEUE_KB SEED
 *
 * A namespace is a name below /run/netns, or - for the present one. DELAY_MS is one way, LOSS_PERCENT each way.
 * RATE_MBIT 0 is unlimited; otherwise a frame that finds QUEUE_KB waiting before it is lost. Prints `ready` when
 * both devices exist, and on SIGTERM the counts as JSON. The devices vanish with it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

enum { SLOTS = 16384, FRAME = 1600, BATCH = 64 };

struct frame {
  double due;
  int length;
  uint8_t bytes[FRAME];
};

/* One way through the cable. */
struct way {
  int in, out;
  struct frame *slots;
  unsigned head, tail;
  double free_at;
  long passed, lost, dropped;
};

static double delay, loss, seconds_per_byte, queue_seconds;
static uint64_t state;
static volatile sig_atomic_t is_over;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

/* splitmix64 */
static double chance(void) {
  uint64_t mixed = state += 0x9e3779b97f4a7c15u;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
  return ((mixed ^ (mixed >> 31)) >> 11) / 9007199254740992.0;
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static int open_device(const char *namespace, const char *name, int home) {
  char path[300];
  if (strcmp(namespace, "-")) {
    snprintf(path, sizeof path, "/run/netns/%s", namespace);
    int space = open(path, O_RDONLY | O_CLOEXEC);
    if (space < 0 || setns(space, CLONE_NEWNET) < 0) fail(path);
    close(space);
  }
  int device = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (device < 0) fail("/dev/net/tun");
  struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
  snprintf(request.ifr_name, sizeof request.ifr_name, "%s", name);
  if (ioctl(device, TUNSETIFF, &request) < 0) fail(name);
  if (setns(home, CLONE_NEWNET) < 0) fail("setns");
  return device;
}

static void take(struct way *way, double time) {
  for (int count = 0; count < BATCH; count++) {
    struct frame *frame = &way->slots[way->tail % SLOTS];
    int length = read(way->in, frame->bytes, FRAME);
    if (length <= 0) return;
    int is_full = way->tail - way->head == SLOTS - 1 || way->free_at - time > queue_seconds;
    if (chance() < loss) {
      way->lost++;
    } else if (is_full) {
      way->dropped++;
    } else {
      if (way->free_at < time) way->free_at = time;
      way->free_at += length * seconds_per_byte;
      frame->due = way->free_at + delay;
      frame->length = length;
      way->tail++;
    }
  }
}

static void deliver(struct way *way, double time) {
  for (; way->head != way->tail; way->head++) {
    struct frame *frame = &way->slots[way->head % SLOTS];
    if (frame->due > time) return;
    if (write(way->out, frame->bytes, frame->length) == frame->length) way->passed++;
    else way->dropped++;
  }
}

static void stop(int signal) {
  (void)signal;
  is_over = 1;
}

int main(int argc, char **argv) {
  if (argc != 10) {
    fprintf(stderr, "usage: wire NAMESPACE_A DEVICE_A NAMESPACE_B DEVICE_B DELAY_MS LOSS_PERCENT RATE_MBIT QUEUE_KB SEED\n");
    return 2;
  }
  delay = atof(argv[5]) / 1e3;
  loss = atof(argv[6]) / 100;
  double bytes_per_second = atof(argv[7]) * 1e6 / 8;
  seconds_per_byte = bytes_per_second > 0 ? 1 / bytes_per_second : 0;
  queue_seconds = atof(argv[8]) * 1e3 * seconds_per_byte;
  if (bytes_per_second <= 0) queue_seconds = 1e9;
  state = strtoull(argv[9], NULL, 10);
  signal(SIGTERM, stop);
  signal(SIGINT, stop);
  prctl(PR_SET_TIMERSLACK, 1UL);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
  int a = open_device(argv[1], argv[2], home);
  int b = open_device(argv[3], argv[4], home);
  struct way ways[2] = {{.in = a, .out = b}, {.in = b, .out = a}};
  for (int i = 0; i < 2; i++) ways[i].slots = malloc(SLOTS * sizeof(struct frame));
  printf("ready\n");
  fflush(stdout);
  struct pollfd polled[2] = {{.fd = a, .events = POLLIN}, {.fd = b, .events = POLLIN}};
  while (!is_over) {
    double time = now(), due = time + 1;
    for (int i = 0; i < 2; i++) {
      struct way *way = &ways[i];
      if (way->head != way->tail && way->slots[way->head % SLOTS].due < due)
        due = way->slots[way->head % SLOTS].due;
    }
    double left = due > time ? due - time : 0;
    struct timespec wait = {.tv_sec = left, .tv_nsec = (left - (long)left) * 1e9};
    if (ppoll(polled, 2, &wait, NULL) < 0 && errno != EINTR) fail("ppoll");
    time = now();
    for (int i = 0; i < 2; i++) {
      /* A device that is still down answers EIO: it is asked again when the kernel says so. */
      if (polled[i].revents & POLLIN) take(&ways[i], time);
      deliver(&ways[i], time);
    }
  }
  printf("{\"passed\":[%ld,%ld],\"lost\":[%ld,%ld],\"dropped\":[%ld,%ld]}\n", ways[0].passed, ways[1].passed,
         ways[0].lost, ways[1].lost, ways[0].dropped, ways[1].dropped);
  return 0;
}

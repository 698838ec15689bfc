// Preloaded into a process, notes how long each file under SYNCED_UNDER was when it was last synced, one "<length> <path>" a line in
// SYNCED_NOTES: what a power loss leaves of a file is at least that. With SYNC_FAILS_AT=n the n-th sync and all later ones fail.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int syncs = 0;

static int path_of(int fd, char *path, size_t size) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, size - 1);
  if (length < 0) return 0;
  path[length] = 0;
  const char *under = getenv("SYNCED_UNDER");
  return under != NULL && strncmp(path, under, strlen(under)) == 0;
}

static void note(int fd, const char *path) {
  struct stat status;
  char line[1100];
  if (fstat(fd, &status) != 0) return;
  int length = snprintf(line, sizeof line, "%lld %s\n", (long long)status.st_size, path);
  int notes = open(getenv("SYNCED_NOTES"), O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (notes < 0 || write(notes, line, length) != length) abort();
  close(notes);
}

static int synced(int fd, const char *name) {
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  char path[1000];
  if (!path_of(fd, path, sizeof path)) return real(fd);
  const char *fails_at = getenv("SYNC_FAILS_AT");
  if (__sync_add_and_fetch(&syncs, 1) >= (fails_at == NULL ? 1 << 30 : atoi(fails_at))) {
    errno = EIO;
    return -1;
  }
  // No real sync: the power does not really go, and the files are cut to what is noted.
  note(fd, path);
  return 0;
}

int fsync(int fd) { return synced(fd, "fsync"); }
int fdatasync(int fd) { return synced(fd, "fdatasync"); }

/* Preloaded into the engine: remembers, for each database file, how to take back every write that
 * was not flushed. `FILE.undo` holds records of what stood there before; a flush of the file
 * empties it. After a kill the harness plays it backwards: what is left is what a power cut would
 * have left at worst. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What stood in [offset, offset + length) of a file of `size` bytes; the bytes follow. */
struct record {
  int64_t offset;
  int64_t length;
  int64_t size;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int journal_of[4096]; /* file descriptor to its journal, plus one; 0 where unknown, -1 none */

static void* real(const char* name) { return dlsym(RTLD_NEXT, name); }

static int ends_with(const char* text, const char* end) {
  size_t n = strlen(text);
  size_t m = strlen(end);
  return n >= m && strcmp(text + n - m, end) == 0;
}

/* The journal of a database file; -1 for every other descriptor. */
static int journal(int fd) {
  if (fd < 0 || fd >= 4096)
    return -1;
  if (journal_of[fd] != 0)
    return journal_of[fd] - (journal_of[fd] > 0);
  char link[64];
  char path[PATH_MAX + 8];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, path, PATH_MAX);
  if (n <= 0)
    return -1;
  path[n] = 0;
  if (!ends_with(path, ".db") && !ends_with(path, ".db-wal") && !ends_with(path, ".db-journal")) {
    journal_of[fd] = -1;
    return -1;
  }
  strcat(path, ".undo");
  int made = open(path, O_CREAT | O_RDWR | O_APPEND | O_CLOEXEC, 0600);
  journal_of[fd] = made + 1;
  return made;
}

static void write_all(int fd, const void* bytes, size_t size) {
  ssize_t (*write_)(int, const void*, size_t) = real("write");
  if (write_(fd, bytes, size) != (ssize_t)size)
    abort();
}

/* Keeps what a write of `length` bytes at `offset` will overwrite. */
static void remember(int fd, int64_t offset, int64_t length) {
  pthread_mutex_lock(&lock);
  int to = journal(fd);
  struct stat now;
  if (to >= 0 && fstat(fd, &now) == 0) {
    int64_t kept = offset < now.st_size ? now.st_size - offset : 0;
    if (kept > length)
      kept = length;
    struct record* r = malloc(sizeof *r + (size_t)kept);
    ssize_t (*pread_)(int, void*, size_t, off_t) = real("pread64");
    *r = (struct record){offset, kept, now.st_size};
    if (kept > 0 && pread_(fd, r + 1, (size_t)kept, offset) != kept)
      abort();
    write_all(to, r, sizeof *r + (size_t)kept);
    free(r);
  }
  pthread_mutex_unlock(&lock);
}

static void flushed(int fd) {
  pthread_mutex_lock(&lock);
  int to = journal(fd);
  int (*ftruncate_)(int, off_t) = real("ftruncate64");
  if (to >= 0 && ftruncate_(to, 0) != 0)
    abort();
  pthread_mutex_unlock(&lock);
}

ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t offset) {
  remember(fd, offset, (int64_t)size);
  ssize_t (*next)(int, const void*, size_t, off64_t) = real("pwrite64");
  return next(fd, bytes, size, offset);
}

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t offset) {
  return pwrite64(fd, bytes, size, offset);
}

ssize_t write(int fd, const void* bytes, size_t size) {
  if (fd > 2 && fd < 4096 && journal_of[fd] != -1)
    remember(fd, lseek(fd, 0, SEEK_CUR), (int64_t)size);
  ssize_t (*next)(int, const void*, size_t) = real("write");
  return next(fd, bytes, size);
}

int ftruncate64(int fd, off64_t size) {
  struct stat now;
  if (fstat(fd, &now) == 0 && size < now.st_size)
    remember(fd, size, now.st_size - size);
  int (*next)(int, off64_t) = real("ftruncate64");
  return next(fd, size);
}

int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

int fsync(int fd) {
  int (*next)(int) = real("fsync");
  int result = next(fd);
  if (result == 0)
    flushed(fd);
  return result;
}

int fdatasync(int fd) {
  int (*next)(int) = real("fdatasync");
  int result = next(fd);
  if (result == 0)
    flushed(fd);
  return result;
}

int close(int fd) {
  if (fd >= 0 && fd < 4096) {
    pthread_mutex_lock(&lock);
    int (*next)(int) = real("close");
    if (journal_of[fd] > 0)
      next(journal_of[fd] - 1);
    journal_of[fd] = 0;
    pthread_mutex_unlock(&lock);
  }
  int (*next)(int) = real("close");
  return next(fd);
}

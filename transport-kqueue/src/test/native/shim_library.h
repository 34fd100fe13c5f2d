/* Finds and loads libkqueue, and declares the types and tables that all parts of the shim share. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

/* The values of libkqueue's header and of the BSDs. */
struct kevent {
    uintptr_t ident;
    int16_t filter;
    uint16_t flags;
    uint32_t fflags;
    intptr_t data;
    void *udata;
};
enum { EVFILT_READ = -1, EVFILT_WRITE = -2, EVFILT_VNODE = -4, EVFILT_TIMER = -7, EVFILT_USER = -11 };
enum {
    EV_ADD = 0x1, EV_DELETE = 0x2, EV_ENABLE = 0x4, EV_DISABLE = 0x8, EV_ONESHOT = 0x10, EV_CLEAR = 0x20,
    EV_RECEIPT = 0x40, EV_DISPATCH = 0x80, EV_ERROR = 0x4000, EV_EOF = 0x8000
};
#define NOTE_TRIGGER 0x01000000u
#define NOTE_LOWAT 0x1u

#define MAX_FD 65536
#define MAX_KQ 1024
#define BATCH 512 /* libkqueue's MAX_KEVENT */
#define WAKE_IDENT ((uintptr_t)0x7ffffff1)

struct note {
    bool present, enabled, armed, doomed;
    uint16_t flags; /* of its creation, and fixed as in a kernel */
    uint32_t fflags;
    intptr_t data;
    void *udata;
    int dup; /* EVFILT_WRITE: the descriptor that libkqueue watches, -1 while not armed */
};
struct pair {
    struct note side[2]; /* read, write */
};
struct other { /* a note that is no descriptor's readiness */
    int16_t filter;
    uint16_t flags;
    uint32_t fflags;
    uintptr_t ident;
    void *udata;
};
struct kq {
    int id; /* -1: this slot is free */
    int other_end; /* of the pipe whose writing end libkqueue calls the kqueue; -1: not found */
    ino_t pipe;
    bool waiting, closing, doomed;
    unsigned rounds; /* number of waits that have returned */
    pthread_mutex_t lock;
    pthread_cond_t left;
    struct pair *notes[MAX_FD];
    struct other *others;
    size_t other_count, other_capacity;
    struct kevent batch[BATCH]; /* of the waiting thread, one at a time */
};

static int (*real_kqueue)(void);
static int (*real_kevent)(int, const struct kevent *, int, struct kevent *, int, const struct timespec *);
static pthread_once_t loaded = PTHREAD_ONCE_INIT;
static pthread_mutex_t registry = PTHREAD_MUTEX_INITIALIZER;
static struct kq *queues[MAX_KQ];
static _Atomic(struct kq *) queue_of[MAX_FD];
static atomic_int noted[MAX_FD];         /* queues that have notes of this descriptor */
static atomic_int origin[MAX_FD];        /* of a dup: the descriptor it stands for, plus one */
static atomic_int socket_error[MAX_FD];  /* cleared by libkqueue, not yet returned to the application */
static atomic_bool refuse_user, refuse_dispatch, ignore_dispatch, ignore_lowat;

/* Switches to older kernels: EVFILT_USER refused (NetBSD before 10), EV_DISPATCH refused or ignored, NOTE_LOWAT ignored
   (pipes of FreeBSD and NetBSD). */
EXPORT void kqueue_shim_refuse_user(int yes) { refuse_user = yes; }
EXPORT void kqueue_shim_refuse_dispatch(int yes) { refuse_dispatch = yes; }
EXPORT void kqueue_shim_ignore_dispatch(int yes) { ignore_dispatch = yes; }
/* kevent fails as a whole with ENOMEM, like a kernel without memory for the list of changes. */
static atomic_bool no_memory;
EXPORT void kqueue_shim_no_memory(int yes) { no_memory = yes; }
EXPORT void kqueue_shim_ignore_lowat(int yes) { ignore_lowat = yes; }

static void *open_library(void)
{
#if defined(__aarch64__)
    static const char *triplet = "aarch64-linux-gnu";
#else
    static const char *triplet = "x86_64-linux-gnu";
#endif
    static const char *places[] = {"", "/usr/lib/%s", "/libkqueue/usr/lib/%s", "/../libkqueue/usr/lib/%s",
                                   "/../../libkqueue/usr/lib/%s", "/../../target/libkqueue/usr/lib/%s"};
    const char *path = getenv("FDFLUX_LIBKQUEUE");
    if (path != NULL && *path != 0) {
        return dlopen(path, RTLD_NOW | RTLD_LOCAL);
    }
    Dl_info self;
    if (dladdr((void *)&open_library, &self) != 0 && self.dli_fname != NULL) {
        const char *slash = strrchr(self.dli_fname, '/');
        int length = slash == NULL ? 1 : (int)(slash - self.dli_fname);
        for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
            char place[128], file[PATH_MAX];
            snprintf(place, sizeof place, places[i], triplet);
            snprintf(file, sizeof file, "%.*s%s/libkqueue.so.0", length, slash == NULL ? "." : self.dli_fname, place);
            void *handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);
            if (handle != NULL) {
                return handle;
            }
        }
    }
    return dlopen("libkqueue.so.0", RTLD_NOW | RTLD_LOCAL);
}

static void load(void)
{
    void *handle = open_library();
    if (handle == NULL) {
        fprintf(stderr, "kqueue_shim: %s\n", dlerror());
        return;
    }
    real_kevent = (int (*)(int, const struct kevent *, int, struct kevent *, int, const struct timespec *))
        dlsym(handle, "kevent");
    real_kqueue = (int (*)(void))dlsym(handle, "kqueue");
}

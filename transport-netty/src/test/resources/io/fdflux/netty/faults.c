/*
 * Test only: system calls that fail when a test says so. Put before the C library, or before the shim of libkqueue, by
 * fdflux.posix.libraries; FDFLUX_FAULTS_OVER names that shim. Compiled by the tests.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>

struct fault {
    const char *function;
    atomic_int error;
    atomic_int left;
};

static struct fault faults[] = {{.function = "accept4"}, {.function = "recv"}, {.function = "send"},
    {.function = "writev"}, {.function = "bind"}, {.function = "connect"}, {.function = "epoll_wait"},
    {.function = "epoll_pwait2"}, {.function = "kevent"}, {.function = "recvmsg"}, {.function = "SO_PROTOCOL"},
    {.function = "TCP_ULP"}};

static struct fault *fault_of(const char *function)
{
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        if (strcmp(faults[i].function, function) == 0) {
            return &faults[i];
        }
    }
    abort();
}

/* The next calls of a function fail, so many times. */
void fdflux_fault(const char *function, int error, int times)
{
    struct fault *fault = fault_of(function);
    atomic_store(&fault->left, 0);
    atomic_store(&fault->error, error);
    atomic_store(&fault->left, times);
}

/* How many of them are still to come. */
int fdflux_faults_left(const char *function)
{
    return atomic_load(&fault_of(function)->left);
}

static int due(const char *function)
{
    struct fault *fault = fault_of(function);
    int left = atomic_load(&fault->left);
    while (left > 0) {
        if (atomic_compare_exchange_weak(&fault->left, &left, left - 1)) {
            return atomic_load(&fault->error);
        }
    }
    return 0;
}

static void *real(const char *function)
{
    const char *over = getenv("FDFLUX_FAULTS_OVER");
    void *library = over == NULL ? NULL : dlopen(over, RTLD_NOW | RTLD_LOCAL);
    void *found = library == NULL ? NULL : dlsym(library, function);
    return found != NULL ? found : dlsym(RTLD_NEXT, function);
}

#define REAL(name, type) \
    static _Atomic(type) cached; \
    type call = atomic_load(&cached); \
    if (call == NULL) { \
        call = (type)real(name); \
        atomic_store(&cached, call); \
    } \
    if (call == NULL) { \
        errno = ENOSYS; \
        return -1; \
    }

#define FAIL(name) \
    { \
        int error = due(name); \
        if (error != 0) { \
            errno = error; \
            return -1; \
        } \
    }

int accept4(int fd, struct sockaddr *address, socklen_t *length, int flags)
{
    typedef int (*accept4_t)(int, struct sockaddr *, socklen_t *, int);
    REAL("accept4", accept4_t)
    FAIL("accept4")
    return call(fd, address, length, flags);
}

ssize_t recv(int fd, void *bytes, size_t length, int flags)
{
    typedef ssize_t (*recv_t)(int, void *, size_t, int);
    REAL("recv", recv_t)
    FAIL("recv")
    return call(fd, bytes, length, flags);
}

ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
    typedef ssize_t (*recvmsg_t)(int, struct msghdr *, int);
    REAL("recvmsg", recvmsg_t)
    FAIL("recvmsg")
    return call(fd, message, flags);
}

ssize_t send(int fd, const void *bytes, size_t length, int flags)
{
    typedef ssize_t (*send_t)(int, const void *, size_t, int);
    REAL("send", send_t)
    FAIL("send")
    return call(fd, bytes, length, flags);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    typedef ssize_t (*writev_t)(int, const struct iovec *, int);
    REAL("writev", writev_t)
    FAIL("writev")
    return call(fd, parts, count);
}

int bind(int fd, const struct sockaddr *address, socklen_t length)
{
    typedef int (*bind_t)(int, const struct sockaddr *, socklen_t);
    REAL("bind", bind_t)
    FAIL("bind")
    return call(fd, address, length);
}

/* An interrupted connect goes on (connect(2)). */
int connect(int fd, const struct sockaddr *address, socklen_t length)
{
    typedef int (*connect_t)(int, const struct sockaddr *, socklen_t);
    REAL("connect", connect_t)
    int error = due("connect");
    if (error != 0 && error != EINTR) {
        errno = error;
        return -1;
    }
    int result = call(fd, address, length);
    if (error == EINTR && (result == 0 || errno == EINPROGRESS)) {
        errno = EINTR;
        return -1;
    }
    return result;
}

int epoll_wait(int fd, struct epoll_event *events, int room, int timeout)
{
    typedef int (*epoll_wait_t)(int, struct epoll_event *, int, int);
    REAL("epoll_wait", epoll_wait_t)
    FAIL("epoll_wait")
    return call(fd, events, room, timeout);
}

int epoll_pwait2(int fd, struct epoll_event *events, int room, const struct timespec *timeout, const sigset_t *mask)
{
    typedef int (*epoll_pwait2_t)(int, struct epoll_event *, int, const struct timespec *, const sigset_t *);
    REAL("epoll_pwait2", epoll_pwait2_t)
    FAIL("epoll_pwait2")
    return call(fd, events, room, timeout, mask);
}

/* Its changes are taken before it waits, and so before it is interrupted (kqueue(2) of FreeBSD). */
int kevent(int fd, const void *changes, int count, void *events, int room, const struct timespec *timeout)
{
    typedef int (*kevent_t)(int, const void *, int, void *, int, const struct timespec *);
    REAL("kevent", kevent_t)
    int error = room > 0 ? due("kevent") : 0;
    if (error != 0) {
        call(fd, changes, count, NULL, 0, NULL);
        errno = error;
        return -1;
    }
    return call(fd, changes, count, events, room, timeout);
}

/* A socket of another protocol, by its number, or with TLS in the kernel: few machines have such sockets. */
int getsockopt(int fd, int level, int option, void *value, socklen_t *length)
{
    typedef int (*getsockopt_t)(int, int, int, void *, socklen_t *);
    REAL("getsockopt", getsockopt_t)
    int result = call(fd, level, option, value, length);
    if (level == SOL_SOCKET && option == SO_PROTOCOL) {
        int protocol = due("SO_PROTOCOL");
        if (protocol != 0) {
            *(int *)value = protocol;
        }
    } else if (level == IPPROTO_TCP && option == TCP_ULP && due("TCP_ULP") != 0) {
        *length = sizeof "tls";
        memcpy(value, "tls", sizeof "tls");
    }
    return result;
}

/*
 * Test only: runs a command under a seccomp filter that answers some system calls with an error number, as sandboxes do.
 *
 *     refuse CALL:ERRNO ... -- COMMAND ...
 *
 * CALL is a name of the table below. "socket-flags" refuses socket(2) with flags in its type alone. A call that is not
 * refused in spite of the filter ends the program with 9, so that a test never passes for want of a sandbox.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct call {
    const char *name;
    int number;
    unsigned flags; /* of the second argument; 0 for any */
} calls[] = {
    {"accept4", SYS_accept4, 0},
    {"epoll_create1", SYS_epoll_create1, 0},
#ifdef SYS_epoll_pwait2
    {"epoll_pwait2", SYS_epoll_pwait2, 0},
#endif
    {"eventfd2", SYS_eventfd2, 0},
    {"pipe2-flags", SYS_pipe2, O_CLOEXEC | O_NONBLOCK}, /* without flags it is pipe(2) in the C library */
    {"recvmmsg", SYS_recvmmsg, 0},
    {"sendfile", SYS_sendfile, 0},
    {"sendmmsg", SYS_sendmmsg, 0},
    {"socket-flags", SYS_socket, SOCK_NONBLOCK | SOCK_CLOEXEC},
    {"splice", SYS_splice, 0},
};

static struct sock_filter filter[128];
static unsigned short used;

static void add(unsigned short code, unsigned char yes, unsigned char no, unsigned value)
{
    if (used == sizeof filter / sizeof *filter) {
        fputs("refuse: too many calls\n", stderr);
        exit(9);
    }
    filter[used++] = (struct sock_filter){code, yes, no, value};
}

static void refuse(const struct call *call, unsigned error)
{
    add(BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, nr));
    if (call->flags == 0) {
        add(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, (unsigned)call->number);
    } else {
        add(BPF_JMP | BPF_JEQ | BPF_K, 0, 3, (unsigned)call->number);
        add(BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, args[1])); /* little-endian: the lower half */
        add(BPF_JMP | BPF_JSET | BPF_K, 0, 1, call->flags);
    }
    add(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | error);
}

static const struct call *call_named(const char *name)
{
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        if (strcmp(calls[i].name, name) == 0) {
            return &calls[i];
        }
    }
    fprintf(stderr, "refuse: no system call %s here\n", name);
    exit(9);
}

int main(int count, char **arguments)
{
    int command = 1;
    for (; command < count && strcmp(arguments[command], "--") != 0; command++) {
        char *colon = strchr(arguments[command], ':');
        if (colon == NULL) {
            fprintf(stderr, "refuse: %s is not CALL:ERRNO\n", arguments[command]);
            return 9;
        }
        *colon = '\0';
        refuse(call_named(arguments[command]), (unsigned)atoi(colon + 1));
        *colon = ':';
    }
    if (command + 1 >= count) {
        fputs("refuse: what command?\n", stderr);
        return 9;
    }
    add(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW);
    struct sock_fprog program = {used, filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
        perror("refuse: seccomp");
        return 9;
    }
    for (int i = 1; i < command; i++) {
        char *colon = strchr(arguments[i], ':');
        *colon = '\0';
        const struct call *call = call_named(arguments[i]);
        long result = call->flags == 0 ? syscall(call->number, -1, -1, -1, -1, -1, -1)
                                       : syscall(call->number, AF_UNIX, SOCK_STREAM | call->flags, 0);
        if (result != -1 || errno != atoi(colon + 1)) {
            fprintf(stderr, "refuse: %s was not refused\n", arguments[i]);
            return 9;
        }
    }
    execvp(arguments[command + 1], arguments + command + 1);
    perror("refuse: exec");
    return 9;
}

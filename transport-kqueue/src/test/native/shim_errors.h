/*
 * Returns a socket's error, which libkqueue has cleared, from the next call. A kernel does not clear so_error when an
 * event reports it.
 */
static long owed(int fd, bool is_due, long result)
{
    if (is_due && fd >= 0 && fd < MAX_FD && socket_error[fd] != 0) {
        int error = atomic_exchange(&socket_error[fd], 0);
        if (error != 0) {
            errno = error;
            return -1;
        }
    }
    return result;
}

EXPORT ssize_t read(int fd, void *buffer, size_t length)
{
    long n = syscall(SYS_read, fd, buffer, length);
    return owed(fd, n == 0, n);
}

EXPORT ssize_t readv(int fd, const struct iovec *buffers, int count)
{
    long n = syscall(SYS_readv, fd, buffers, count);
    return owed(fd, n == 0, n);
}

EXPORT ssize_t recv(int fd, void *buffer, size_t length, int flags)
{
    long n = syscall(SYS_recvfrom, fd, buffer, length, flags, NULL, NULL);
    return owed(fd, n == 0, n);
}

EXPORT ssize_t write(int fd, const void *buffer, size_t length)
{
    long n = syscall(SYS_write, fd, buffer, length);
    return owed(fd, n < 0 && errno == EPIPE, n);
}

EXPORT ssize_t writev(int fd, const struct iovec *buffers, int count)
{
    long n = syscall(SYS_writev, fd, buffers, count);
    return owed(fd, n < 0 && errno == EPIPE, n);
}

/* A datagram socket's next send returns the error, or its next receive without a datagram. */
static bool owes_datagram_error(int fd)
{
    return fd >= 0 && fd < MAX_FD && socket_error[fd] != 0 && is_datagram(fd);
}

EXPORT ssize_t recvmsg(int fd, struct msghdr *message, int flags)
{
    long n = syscall(SYS_recvmsg, fd, message, flags);
    return owed(fd, n == 0 || (n < 0 && errno == EAGAIN && owes_datagram_error(fd)), n);
}

EXPORT int recvmmsg(int fd, struct mmsghdr *messages, unsigned int count, int flags, struct timespec *timeout)
{
    long n = syscall(SYS_recvmmsg, fd, messages, count, flags, timeout);
    return (int)owed(fd, n < 0 && errno == EAGAIN && owes_datagram_error(fd), n);
}

EXPORT int sendmmsg(int fd, struct mmsghdr *messages, unsigned int count, int flags)
{
    return owes_datagram_error(fd) ? (int)owed(fd, true, 0) : (int)syscall(SYS_sendmmsg, fd, messages, count, flags);
}

EXPORT ssize_t send(int fd, const void *buffer, size_t length, int flags)
{
    long n = syscall(SYS_sendto, fd, buffer, length, flags, NULL, 0);
    return owed(fd, n < 0 && errno == EPIPE, n);
}

EXPORT ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    if (owes_datagram_error(fd)) {
        return owed(fd, true, 0);
    }
    long n = syscall(SYS_sendmsg, fd, message, flags);
    return owed(fd, n < 0 && errno == EPIPE, n);
}

EXPORT int getsockopt(int fd, int level, int option, void *value, socklen_t *length)
{
    int result = (int)syscall(SYS_getsockopt, fd, level, option, value, length);
    if (result == 0 && level == SOL_SOCKET && option == SO_ERROR && *length >= sizeof(int) && fd >= 0 && fd < MAX_FD) {
        int error = atomic_exchange(&socket_error[fd], 0);
        if (*(int *)value == 0) {
            *(int *)value = error;
        }
    }
    return result;
}

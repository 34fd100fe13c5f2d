package io.fdflux.posix.ffi;

import io.fdflux.posix.platform.Platform.Os;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Lists the headers and prototypes of the names in the Java tables. The numbers are in the Java tables only. A struct
 * or function of the code without a row here fails the check.
 */
final class AbiHeaders {

    /** Headers with the constants, included if they exist. */
    private static final List<String> EVERYWHERE = List.of(
            "sys/types.h",
            "sys/socket.h",
            "sys/ioctl.h",
            "sys/uio.h",
            "sys/file.h",
            "sys/time.h",
            "sys/un.h",
            "sys/stat.h",
            "sys/wait.h",
            "netinet/in.h",
            "netinet/ip.h",
            "netinet/tcp.h",
            "netinet/udp.h",
            "errno.h",
            "fcntl.h",
            "poll.h",
            "signal.h",
            "spawn.h",
            "stddef.h",
            "stdlib.h",
            "string.h",
            "termios.h",
            "time.h",
            "unistd.h");

    private static final List<String> LINUX = List.of(
            "sys/epoll.h",
            "sys/eventfd.h",
            "sys/inotify.h",
            "sys/sendfile.h",
            "sys/signalfd.h",
            "sys/syscall.h",
            "sys/timerfd.h");
    private static final List<String> BSD = List.of("sys/event.h");
    private static final List<String> XUCRED = List.of("sys/event.h", "sys/ucred.h");

    // systems: all, linux, or bsd (all but Linux), then systems that lack the entry, each after a minus sign
    // name               systems       prototype
    private static final String TABLE = """
        char[CMSG_LEN(4)]     all
        char[CMSG_SPACE(1)]   all
        char[CMSG_SPACE(4)]   all
        char[CMSG_SPACE(12)]  all
        siginfo_t             linux
        socklen_t             all
        struct accept_filter_arg bsd-macos-openbsd
        struct cmsghdr        all
        struct epoll_event    linux
        struct group_req      all-netbsd-openbsd
        struct group_source_req all-netbsd-openbsd
        struct inotify_event  linux
        struct iovec          all
        struct ip_mreq        all
        struct ipv6_mreq      all
        struct itimerspec     linux
        struct kevent         bsd
        struct linger         all
        struct mmsghdr        all-macos
        struct msghdr         all
        struct pollfd         all
        struct sockaddr_in    all
        struct sockaddr_in6   all
        struct sockaddr_storage all
        struct sockaddr_un    all
        struct sockpeercred   bsd
        struct stat           bsd
        struct tcp_connection_info bsd
        struct tcp_info       all
        struct tcp_md5sig     linux
        struct timespec       all
        struct ucred          linux
        struct unpcbid        bsd
        struct winsize        all
        struct xucred         bsd

        accept                all         int(int, struct sockaddr *, socklen_t *)
        accept4               all-macos   int(int, struct sockaddr *, socklen_t *, int)
        bind                  all         int(int, const struct sockaddr *, socklen_t)
        cfmakeraw             all         void(struct termios *)
        close                 all         int(int)
        connect               all         int(int, const struct sockaddr *, socklen_t)
        dup3                  all-macos   int(int, int, int)
        epoll_create          linux       int(int)
        epoll_create1         linux       int(int)
        epoll_ctl             linux       int(int, int, int, struct epoll_event *)
        epoll_pwait2          linux-musl  int(int, struct epoll_event *, int, const struct timespec *, const sigset_t *)
        epoll_wait            linux       int(int, struct epoll_event *, int, int)
        eventfd               linux       int(unsigned int, int)
        fcntl                 all         int(int, int, ...)
        flock                 all         int(int, int)
        fstat                 bsd         int(int, struct stat *)
        getpagesize           all         int()
        getpeername           all         int(int, struct sockaddr *, socklen_t *)
        getsockname           all         int(int, struct sockaddr *, socklen_t *)
        getsockopt            all         int(int, int, int, void *, socklen_t *)
        grantpt               all         int(int)
        inotify_add_watch     linux       int(int, const char *, uint32_t)
        inotify_init1         linux       int(int)
        inotify_rm_watch      linux       int(int, int)
        ioctl                 all         int(int, unsigned long, ...)
        isatty                all         int(int)
        kevent                bsd         int(int, const struct kevent *, int, struct kevent *, int, const struct timespec *)
        kill                  all         int(pid_t, int)
        kqueue                bsd         int()
        listen                all         int(int, int)
        lseek                 all         off_t(int, off_t, int)
        open                  all         int(const char *, int, ...)
        pipe                  all         int(int *)
        pipe2                 all-macos   int(int *, int)
        poll                  all         int(struct pollfd *, nfds_t, int)
        posix_openpt          all         int(int)
        posix_spawn_file_actions_addchdir_np all-netbsd-openbsd-dragonfly int(posix_spawn_file_actions_t *, const char *)
        posix_spawn_file_actions_addclose all         int(posix_spawn_file_actions_t *, int)
        posix_spawn_file_actions_addclosefrom_np all-macos-netbsd-openbsd-dragonfly-musl int(posix_spawn_file_actions_t *, int)
        posix_spawn_file_actions_adddup2 all         int(posix_spawn_file_actions_t *, int, int)
        posix_spawn_file_actions_destroy all         int(posix_spawn_file_actions_t *)
        posix_spawn_file_actions_init all         int(posix_spawn_file_actions_t *)
        posix_spawnattr_destroy all         int(posix_spawnattr_t *)
        posix_spawnattr_init  all         int(posix_spawnattr_t *)
        posix_spawnattr_setflags all         int(posix_spawnattr_t *, short)
        posix_spawnattr_setpgroup all         int(posix_spawnattr_t *, pid_t)
        posix_spawnattr_setsigmask all         int(posix_spawnattr_t *, const sigset_t *)
        posix_spawnp          all         int(pid_t *, const char *, const posix_spawn_file_actions_t *, const posix_spawnattr_t *, char *const *, char *const *)
        pread                 all         ssize_t(int, void *, size_t, off_t)
        ptsname               all         char *(int)
        read                  all         ssize_t(int, void *, size_t)
        readv                 all         ssize_t(int, const struct iovec *, int)
        recv                  all         ssize_t(int, void *, size_t, int)
        recvfrom              all         ssize_t(int, void *, size_t, int, struct sockaddr *, socklen_t *)
        recvmmsg              all-macos   int(int, struct mmsghdr *, unsigned int, int, struct timespec *)
        recvmsg               all         ssize_t(int, struct msghdr *, int)
        send                  all         ssize_t(int, const void *, size_t, int)
        sendfile              all-netbsd-openbsd ssize_t(int, int, off_t *, size_t)
        sendmmsg              all-macos   int(int, struct mmsghdr *, unsigned int, int)
        sendmsg               all         ssize_t(int, const struct msghdr *, int)
        sendto                all         ssize_t(int, const void *, size_t, int, const struct sockaddr *, socklen_t)
        setsockopt            all         int(int, int, int, const void *, socklen_t)
        shutdown              all         int(int, int)
        socket                all         int(int, int, int)
        socketpair            all         int(int, int, int, int *)
        splice                linux       ssize_t(int, off_t *, int, off_t *, size_t, unsigned int)
        strerror              all         char *(int)
        syscall               linux       long(long, ...)
        tcgetattr             all         int(int, struct termios *)
        tcsetattr             all         int(int, int, const struct termios *)
        timerfd_create        linux       int(int, int)
        timerfd_settime       linux       int(int, int, const struct itimerspec *, struct itimerspec *)
        ttyname_r             all         int(int, char *, size_t)
        unlockpt              all         int(int)
        waitid                linux       int(idtype_t, id_t, siginfo_t *, int)
        waitpid               all         pid_t(pid_t, int *, int)
        write                 all         ssize_t(int, const void *, size_t)
        writev                all         ssize_t(int, const struct iovec *, int)
        """;

    private record Row(String systems, String prototype) {}

    private static final Map<String, Row> ROWS = rows();

    private AbiHeaders() {}

    private static Map<String, Row> rows() {
        Map<String, Row> rows = new LinkedHashMap<>();
        TABLE.lines().filter(line -> !line.isBlank()).forEach(line -> {
            String text = line.trim();
            int after = text.startsWith("struct ") ? "struct ".length() : 0;
            int end = text.indexOf(' ', after);
            String[] cells = text.substring(end).trim().split(" +", 2);
            rows.put(text.substring(0, end), new Row(cells[0], cells.length == 2 ? cells[1] : ""));
        });
        return rows;
    }

    static List<String> headers(AbiTarget target) {
        List<String> own = switch (target.os()) {
            case LINUX -> LINUX;
            case MACOS, FREEBSD -> XUCRED;
            default -> BSD;
        };
        return Stream.concat(EVERYWHERE.stream(), own.stream()).toList();
    }

    static boolean knows(String name) {
        return ROWS.containsKey(name);
    }

    /** Whether the platform should have a function. If not, the code must not need it. */
    static boolean has(AbiTarget target, String name) {
        String[] systems = ROWS.get(name).systems().split("-");
        boolean inside = systems[0].equals("all") || systems[0].equals("linux") == (target.os() == Os.LINUX);
        return inside
                && Arrays.stream(systems)
                        .skip(1)
                        .noneMatch(s -> s.equals(target.os().key()) || s.equals(target.libc()));
    }

    /** Whether this system alone lacks a function, so that the check expects its symbol to be missing. */
    static boolean lacks(AbiTarget target, String name) {
        String systems = ROWS.get(name).systems();
        return systems.contains("-") && !has(target, name) && !(systems.startsWith("linux") && target.os() != Os.LINUX);
    }

    static String prototype(AbiTarget target, String function) {
        if (function.equals("kevent") && target.os() == Os.NETBSD) {
            return "int(int, const struct kevent *, size_t, struct kevent *, size_t, const struct timespec *)";
        }
        if (function.equals("ioctl") && target.musl()) {
            return "int(int, int, ...)";
        }
        if (function.equals("sendfile") && target.os() == Os.MACOS) {
            return "int(int, int, off_t, off_t *, struct sf_hdtr *, int)";
        }
        if (function.equals("sendfile") && target.os() != Os.LINUX) {
            return "int(int, int, off_t, size_t, struct sf_hdtr *, off_t *, int)";
        }
        if (function.endsWith("mmsg")) {
            return mmsg(target, ROWS.get(function).prototype());
        }
        return ROWS.get(function).prototype();
    }

    private static String mmsg(AbiTarget target, String usual) {
        if (target.os() == Os.FREEBSD) {
            return usual.replace("int(int,", "ssize_t(int,")
                    .replace("unsigned int", "size_t")
                    .replace("struct timespec", "const struct timespec");
        }
        return target.os() == Os.NETBSD || target.musl()
                ? usual.replace("unsigned int, int", "unsigned int, unsigned int")
                : usual;
    }

    /**
     * The arguments as Java passes them, except for narrower ones in C, of which a callee reads the low part of the
     * register. These are the int request of musl's ioctl, whose sign bit no request sets, and the short flags of
     * posix_spawnattr_setflags, which are positive.
     */
    static String arguments(AbiTarget target, AbiTables.Function function) {
        if (function.name().equals("posix_spawnattr_setflags")) {
            return function.fixedArguments().replace('I', 'S');
        }
        return function.name().equals("ioctl") && target.musl()
                ? function.fixedArguments().replace('J', 'I')
                : function.fixedArguments();
    }

    /**
     * The size of a member in the platform's headers. musl declares an int and padding, which its sendmsg zeroes,
     * instead of the kernel's 64 bits. On little-endian systems positive numbers have the same bytes.
     */
    static long bytes(AbiTarget target, CStruct struct, CStruct.Field field) {
        return target.musl()
                        && List.of("msg_iovlen", "msg_controllen", "cmsg_len").contains(field.name())
                ? field.bytes() - Integer.BYTES
                : field.bytes();
    }

    /** The reason why the tables lack a constant that the headers have. */
    static Optional<String> whyAbsent(AbiTarget target, String constant) {
        if (target.os() == Os.MACOS && constant.equals("MSG_NOSIGNAL")) {
            return Optional.of("it is newer than systems in use; SO_NOSIGPIPE serves all of them");
        }
        return constant.equals("ENOTSUP") ? Optional.of("it is EOPNOTSUPP's number") : Optional.empty();
    }

    /** Whether a constant is an enumerator without a macro of its name, which the preprocessor does not know. */
    static boolean isEnumerator(String constant) {
        return constant.equals("P_PIDFD");
    }

    /** The C macro of a constant. Empty if it is in headers that are not checked. */
    static Optional<String> macro(AbiTarget target, String constant) {
        if (target.os() == Os.LINUX && constant.matches("(EVFILT|EV|NOTE)_.*")) {
            return Optional.empty(); // in libkqueue's headers
        }
        if (target.os() == Os.MACOS && constant.equals("SO_LINGER")) {
            return Optional.of("SO_LINGER_SEC"); // SO_LINGER is in clock ticks there
        }
        if (target.os() == Os.MACOS && constant.equals("TCP_KEEPIDLE")) {
            return Optional.of("TCP_KEEPALIVE"); // an older name of it
        }
        if (target.os() == Os.MACOS && constant.equals("NOTE_ABSTIME")) {
            return Optional.of("NOTE_ABSOLUTE");
        }
        return Optional.of(constant);
    }
}

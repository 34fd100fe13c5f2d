package io.fdflux.posix.ffi;

import io.fdflux.posix.platform.Platform;
import io.fdflux.posix.platform.UnsupportedPlatformException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.StringTokenizer;

/**
 * Gives the values of C constants on each platform, from a table with a row per name and a column per operating system.
 * The values hold for all architectures listed in {@link Platform}. No other class contains such a number.
 *
 * <p>{@code -} means that the operating system lacks the constant. Linux's kqueue rows come from libkqueue's
 * {@code sys/event.h}, because tests run the kqueue poller over libkqueue there. They have only what works there:
 * libkqueue 2.3.1 has no EVFILT_PROC, its EVFILT_SIGNAL needs signals that are blocked in all threads, and its absolute
 * timers use another clock.
 */
public final class Constants {

    // name               linux       macos       freebsd     netbsd      openbsd     dragonfly
    private static final String TABLE = """
        AF_UNIX           1           1           1           1           1           1
        AF_INET           2           2           2           2           2           2
        AF_INET6          10          30          28          24          24          28
        SOCK_STREAM       1           1           1           1           1           1
        SOCK_DGRAM        2           2           2           2           2           2
        SOCK_SEQPACKET    5           5           5           5           5           5
        SOCK_NONBLOCK     0x800       -           0x20000000  0x20000000  0x4000      0x20000000
        SOCK_CLOEXEC      0x80000     -           0x10000000  0x10000000  0x8000      0x10000000
        MSG_NOSIGNAL      0x4000      -           0x20000     0x400       0x400       0x400
        MSG_DONTWAIT      0x40        0x80        0x80        0x80        0x80        0x80
        MSG_PEEK          0x2         0x2         0x2         0x2         0x2         0x2
        MSG_EOR           0x80        0x8         0x8         0x8         0x8         0x8
        MSG_TRUNC         0x20        0x10        0x10        0x10        0x10        0x10
        MSG_CTRUNC        0x8         0x20        0x20        0x20        0x20        0x20
        MSG_CMSG_CLOEXEC  0x40000000  -           0x40000     0x800       0x800       0x1000
        SCM_RIGHTS        1           1           1           1           1           1
        SHUT_RD           0           0           0           0           0           0
        SHUT_WR           1           1           1           1           1           1
        SHUT_RDWR         2           2           2           2           2           2
        F_GETFD           1           1           1           1           1           1
        F_SETFD           2           2           2           2           2           2
        F_GETFL           3           3           3           3           3           3
        F_SETFL           4           4           4           4           4           4
        FD_CLOEXEC        1           1           1           1           1           1
        O_RDONLY          0           0           0           0           0           0
        O_WRONLY          0x1         0x1         0x1         0x1         0x1         0x1
        O_RDWR            0x2         0x2         0x2         0x2         0x2         0x2
        O_NOCTTY          0x100       0x20000     0x8000      0x8000      0x8000      0x8000
        O_CREAT           0x40        0x200       0x200       0x200       0x200       0x200
        O_EXCL            0x80        0x800       0x800       0x800       0x800       0x800
        O_TRUNC           0x200       0x400       0x400       0x400       0x400       0x400
        O_APPEND          0x400       0x8         0x8         0x8         0x8         0x8
        O_NONBLOCK        0x800       0x4         0x4         0x4         0x4         0x4
        O_CLOEXEC         0x80000     0x1000000   0x100000    0x400000    0x10000     0x20000
        LOCK_EX           2           2           2           2           2           2
        LOCK_NB           4           4           4           4           4           4
        SEEK_END          2           2           2           2           2           2
        CLOCK_REALTIME    0           0           0           0           0           0

        S_IFMT            0xf000      0xf000      0xf000      0xf000      0xf000      0xf000
        S_IFIFO           0x1000      0x1000      0x1000      0x1000      0x1000      0x1000
        S_IFCHR           0x2000      0x2000      0x2000      0x2000      0x2000      0x2000
        S_IFDIR           0x4000      0x4000      0x4000      0x4000      0x4000      0x4000
        S_IFBLK           0x6000      0x6000      0x6000      0x6000      0x6000      0x6000
        S_IFREG           0x8000      0x8000      0x8000      0x8000      0x8000      0x8000

        POSIX_SPAWN_SETPGROUP 0x2     0x2         0x2         0x2         0x2         0x2
        POSIX_SPAWN_SETSIGMASK 0x8    0x8         0x20        0x20        0x20        0x20
        POSIX_SPAWN_CLOEXEC_DEFAULT - 0x4000      -           -           -           -

        POLLIN            0x1         0x1         0x1         0x1         0x1         0x1
        POLLOUT           0x4         0x4         0x4         0x4         0x4         0x4
        POLLERR           0x8         0x8         0x8         0x8         0x8         0x8
        POLLHUP           0x10        0x10        0x10        0x10        0x10        0x10
        POLLNVAL          0x20        0x20        0x20        0x20        0x20        0x20
        POLLRDHUP         0x2000      -           0x4000      -           -           -

        FIONREAD          0x541b      0x4004667f  0x4004667f  0x4004667f  0x4004667f  0x4004667f
        TIOCGWINSZ        0x5413      0x40087468  0x40087468  0x40087468  0x40087468  0x40087468
        TIOCSWINSZ        0x5414      0x80087467  0x80087467  0x80087467  0x80087467  0x80087467
        TCSANOW           0           0           0           0           0           0
        TCSADRAIN         1           1           1           1           1           1

        SOL_SOCKET        1           0xffff      0xffff      0xffff      0xffff      0xffff
        SO_REUSEADDR      2           0x4         0x4         0x4         0x4         0x4
        SO_TYPE           3           0x1008      0x1008      0x1008      0x1008      0x1008
        SO_ERROR          4           0x1007      0x1007      0x1007      0x1007      0x1007
        SO_BROADCAST      6           0x20        0x20        0x20        0x20        0x20
        SO_SNDBUF         7           0x1001      0x1001      0x1001      0x1001      0x1001
        SO_RCVBUF         8           0x1002      0x1002      0x1002      0x1002      0x1002
        SO_KEEPALIVE      9           0x8         0x8         0x8         0x8         0x8
        SO_LINGER         13          0x1080      0x80        0x80        0x80        0x80
        SO_REUSEPORT      15          0x200       0x200       0x200       0x200       0x200
        SO_NOSIGPIPE      -           0x1022      0x800       0x800       -           0x800
        SO_PEERCRED       17          -           -           -           0x1022      -
        SOL_LOCAL         -           0           0           0           -           0
        LOCAL_PEERCRED    -           1           1           -           -           1
        LOCAL_PEERPID     -           2           -           -           -           -
        LOCAL_PEEREID     -           -           -           3           -           -
        SO_DOMAIN         39          -           0x1019      -           0x1024      -
        SO_PROTOCOL       38          -           0x1016      -           0x1025      -
        SO_REUSEPORT_LB   -           -           0x10000     -           -           -
        SO_SNDLOWAT       19          0x1003      0x1003      0x1003      0x1003      0x1003
        SO_PRIORITY       12          -           -           -           -           -
        SO_MARK           36          -           -           -           -           -
        SO_BUSY_POLL      46          -           -           -           -           -
        SO_PREFER_BUSY_POLL 69          -           -           -           -           -
        SO_BUSY_POLL_BUDGET 70          -           -           -           -           -
        SO_INCOMING_CPU   49          -           -           -           -           -
        SO_INCOMING_NAPI_ID 56          -           -           -           -           -
        SO_ACCEPTFILTER   -           -           0x1000      0x1000      -           0x1000
        SO_BINDANY        -           -           -           -           0x1000      -
        IPPROTO_IP        0           0           0           0           0           0
        IPPROTO_TCP       6           6           6           6           6           6
        IPPROTO_IPV6      41          41          41          41          41          41
        IPPROTO_MPTCP     262         -           -           -           -           -
        IPPROTO_UDP       17          17          17          17          17          17
        IP_TOS            1           3           3           3           3           3
        IPV6_TCLASS       67          36          61          61          61          61
        IPV6_V6ONLY       26          27          27          27          27          27
        IP_MULTICAST_IF   32          9           9           9           9           9
        IP_MULTICAST_TTL  33          10          10          10          10          10
        IP_MULTICAST_LOOP 34          11          11          11          11          11
        IP_ADD_MEMBERSHIP 35          12          12          12          12          12
        IP_DROP_MEMBERSHIP 36         13          13          13          13          13
        IP_MULTICAST_ALL  49          -           -           -           -           -
        IPV6_MULTICAST_IF 17          9           9           9           9           9
        IPV6_MULTICAST_HOPS 18        10          10          10          10          10
        IPV6_MULTICAST_LOOP 19        11          11          11          11          11
        IPV6_JOIN_GROUP   20          12          12          12          12          12
        IPV6_LEAVE_GROUP  21          13          13          13          13          13
        IPV6_MULTICAST_ALL 29         -           -           -           -           -
        MCAST_JOIN_GROUP  42          80          80          -           -           -
        MCAST_LEAVE_GROUP 45          81          81          -           -           -
        MCAST_JOIN_SOURCE_GROUP 46    82          82          -           -           -
        MCAST_LEAVE_SOURCE_GROUP 47   83          83          -           -           -
        MCAST_BLOCK_SOURCE 43         84          84          -           -           -
        MCAST_UNBLOCK_SOURCE 44       85          85          -           -           -
        UDP_SEGMENT       103         -           -           -           -           -
        UDP_GRO           104         -           -           -           -           -
        IP_FREEBIND       15          -           -           -           -           -
        IP_RECVORIGDSTADDR 20          -           27          -           -           -
        IPV6_RECVORIGDSTADDR 74          -           72          -           -           -
        IPV6_FREEBIND     78          -           -           -           -           -
        IP_BINDANY        -           -           24          27          -           -
        IPV6_BINDANY      -           -           64          64          -           -
        IP_TRANSPARENT    19          -           -           -           -           -
        IPV6_TRANSPARENT  75          -           -           -           -           -
        IP_BIND_ADDRESS_NO_PORT 24          -           -           -           -           -
        TCP_NODELAY       1           1           1           1           1           1
        TCP_KEEPIDLE      4           0x10        0x100       3           -           0x100
        TCP_KEEPINTVL     5           0x101       0x200       5           -           0x200
        TCP_KEEPCNT       6           0x102       0x400       6           -           0x400
        TCP_DEFER_ACCEPT  9           -           -           -           -           -
        TCP_USER_TIMEOUT  18          -           -           -           -           -
        TCP_QUICKACK      12          -           -           -           -           -
        TCP_CORK          3           -           -           -           -           -
        TCP_NOPUSH        -           4           4           -           0x10        4
        TCP_MAXSEG        2           2           2           2           2           2
        TCP_NOTSENT_LOWAT 25          0x201       -           -           -           -
        TCP_FASTOPEN      23          0x105       1025        -           -           -
        TCP_CONGESTION    13          -           64          -           -           -
        TCP_MD5SIG        14          -           16          0x10        0x4         -
        TCP_INFO          11          -           32          9           9           -
        TCP_ULP           31          -           -           -           -           -
        TCP_RXTLS_MODE    -           -           42          -           -           -
        TCP_CONNECTION_INFO -           0x106       -           -           -           -
        MSG_FASTOPEN      0x20000000  -           -           -           -           -
        MSG_MORE          0x8000      -           -           -           -           -

        EPERM             1           1           1           1           1           1
        ENOENT            2           2           2           2           2           2
        ESRCH             3           3           3           3           3           3
        EINTR             4           4           4           4           4           4
        EIO               5           5           5           5           5           5
        ENXIO             6           6           6           6           6           6
        E2BIG             7           7           7           7           7           7
        ENOEXEC           8           8           8           8           8           8
        EBADF             9           9           9           9           9           9
        ECHILD            10          10          10          10          10          10
        ENOMEM            12          12          12          12          12          12
        EACCES            13          13          13          13          13          13
        EFAULT            14          14          14          14          14          14
        EBUSY             16          16          16          16          16          16
        EEXIST            17          17          17          17          17          17
        ENODEV            19          19          19          19          19          19
        ENOTDIR           20          20          20          20          20          20
        EISDIR            21          21          21          21          21          21
        ENOTTY            25          25          25          25          25          25
        EINVAL            22          22          22          22          22          22
        ENFILE            23          23          23          23          23          23
        EMFILE            24          24          24          24          24          24
        ETXTBSY           26          26          26          26          26          26
        EFBIG             27          27          27          27          27          27
        ENOSPC            28          28          28          28          28          28
        ESPIPE            29          29          29          29          29          29
        EROFS             30          30          30          30          30          30
        EPIPE             32          32          32          32          32          32
        EAGAIN            11          35          35          35          35          35
        EINPROGRESS       115         36          36          36          36          36
        EALREADY          114         37          37          37          37          37
        ENOTSOCK          88          38          38          38          38          38
        EDESTADDRREQ      89          39          39          39          39          39
        EMSGSIZE          90          40          40          40          40          40
        EPROTOTYPE        91          41          41          41          41          41
        ENOPROTOOPT       92          42          42          42          42          42
        EPROTONOSUPPORT   93          43          43          43          43          43
        EPROTO            71          100         92          96          95          92
        ENONET            64          -           -           -           -           -
        EOVERFLOW         75          84          84          84          87          84
        ENOTSUP           -           45          -           86          91          -
        EOPNOTSUPP        95          102         45          45          45          45
        EAFNOSUPPORT      97          47          47          47          47          47
        EADDRINUSE        98          48          48          48          48          48
        EADDRNOTAVAIL     99          49          49          49          49          49
        ENETDOWN          100         50          50          50          50          50
        ENETUNREACH       101         51          51          51          51          51
        ENETRESET         102         52          52          52          52          52
        ECONNABORTED      103         53          53          53          53          53
        ECONNRESET        104         54          54          54          54          54
        ENOBUFS           105         55          55          55          55          55
        EISCONN           106         56          56          56          56          56
        ENOTCONN          107         57          57          57          57          57
        ESHUTDOWN         108         58          58          58          58          58
        ETOOMANYREFS      109         59          59          59          59          59
        ETIMEDOUT         110         60          60          60          60          60
        ECONNREFUSED      111         61          61          61          61          61
        EHOSTDOWN         112         64          64          64          64          64
        EHOSTUNREACH      113         65          65          65          65          65
        ENOSYS            38          78          78          78          78          78
        EDQUOT            122         69          69          69          69          69
        ESTALE            116         70          70          70          70          70
        ELOOP             40          62          62          62          62          62
        ENAMETOOLONG      36          63          63          63          63          63
        ECANCELED         125         89          85          87          88          85

        SIGHUP            1           1           1           1           1           1
        SIGINT            2           2           2           2           2           2
        SIGQUIT           3           3           3           3           3           3
        SIGILL            4           4           4           4           4           4
        SIGTRAP           5           5           5           5           5           5
        SIGABRT           6           6           6           6           6           6
        SIGEMT            -           7           7           7           7           7
        SIGFPE            8           8           8           8           8           8
        SIGKILL           9           9           9           9           9           9
        SIGBUS            7           10          10          10          10          10
        SIGSEGV           11          11          11          11          11          11
        SIGSYS            31          12          12          12          12          12
        SIGPIPE           13          13          13          13          13          13
        SIGALRM           14          14          14          14          14          14
        SIGTERM           15          15          15          15          15          15
        SIGURG            23          16          16          16          16          16
        SIGSTOP           19          17          17          17          17          17
        SIGTSTP           20          18          18          18          18          18
        SIGCONT           18          19          19          19          19          19
        SIGCHLD           17          20          20          20          20          20
        SIGTTIN           21          21          21          21          21          21
        SIGTTOU           22          22          22          22          22          22
        SIGIO             29          23          23          23          23          23
        SIGXCPU           24          24          24          24          24          24
        SIGXFSZ           25          25          25          25          25          25
        SIGVTALRM         26          26          26          26          26          26
        SIGPROF           27          27          27          27          27          27
        SIGWINCH          28          28          28          28          28          28
        SIGINFO           -           29          29          29          29          29
        SIGUSR1           10          30          30          30          30          30
        SIGUSR2           12          31          31          31          31          31
        SIGPWR            30          -           -           32          -           -
        SIGSTKFLT         16          -           -           -           -           -

        P_PIDFD           3           -           -           -           -           -
        WNOHANG           1           1           1           1           1           1
        WEXITED           4           0x4         0x10        0x20        0x4         0x10
        WNOWAIT           0x1000000   0x20        0x8         0x10000     0x10        0x8
        CLD_EXITED        1           1           1           1           1           1
        CLD_KILLED        2           2           2           2           2           2
        CLD_DUMPED        3           3           3           3           3           3
        SYS_pidfd_open    434         -           -           -           -           -
        TFD_CLOEXEC       0x80000     -           -           -           -           -
        TFD_NONBLOCK      0x800       -           -           -           -           -
        TFD_TIMER_ABSTIME 0x1         -           -           -           -           -
        TFD_TIMER_CANCEL_ON_SET 0x2         -           -           -           -           -

        SPLICE_F_MOVE     1           -           -           -           -           -
        SPLICE_F_NONBLOCK 2           -           -           -           -           -
        F_SETPIPE_SZ      1031        -           -           -           -           -
        F_GETPIPE_SZ      1032        -           -           -           -           -

        EPOLLIN           0x1         -           -           -           -           -
        EPOLLPRI          0x2         -           -           -           -           -
        EPOLLOUT          0x4         -           -           -           -           -
        EPOLLERR          0x8         -           -           -           -           -
        EPOLLHUP          0x10        -           -           -           -           -
        EPOLLRDHUP        0x2000      -           -           -           -           -
        EPOLLET           0x80000000  -           -           -           -           -
        EPOLL_CTL_ADD     1           -           -           -           -           -
        EPOLL_CTL_DEL     2           -           -           -           -           -
        EPOLL_CTL_MOD     3           -           -           -           -           -
        EPOLL_CLOEXEC     0x80000     -           -           -           -           -
        EFD_CLOEXEC       0x80000     -           -           -           -           -
        EFD_NONBLOCK      0x800       -           -           -           -           -

        IN_MODIFY         0x2         -           -           -           -           -
        IN_ATTRIB         0x4         -           -           -           -           -
        IN_MOVED_FROM     0x40        -           -           -           -           -
        IN_MOVED_TO       0x80        -           -           -           -           -
        IN_CREATE         0x100       -           -           -           -           -
        IN_DELETE         0x200       -           -           -           -           -
        IN_DELETE_SELF    0x400       -           -           -           -           -
        IN_MOVE_SELF      0x800       -           -           -           -           -
        IN_UNMOUNT        0x2000      -           -           -           -           -
        IN_Q_OVERFLOW     0x4000      -           -           -           -           -
        IN_IGNORED        0x8000      -           -           -           -           -
        IN_ONLYDIR        0x1000000   -           -           -           -           -
        IN_ISDIR          0x40000000  -           -           -           -           -
        IN_NONBLOCK       0x800       -           -           -           -           -
        IN_CLOEXEC        0x80000     -           -           -           -           -

        EVFILT_READ       -1          -1          -1          0           -1          -1
        EVFILT_WRITE      -2          -2          -2          1           -2          -2
        EVFILT_VNODE      -4          -4          -4          3           -4          -4
        EVFILT_PROC       -           -5          -5          4           -5          -5
        EVFILT_SIGNAL     -           -6          -6          5           -6          -6
        EVFILT_TIMER      -7          -7          -7          6           -7          -7
        EVFILT_USER       -11         -10         -11         8           -10         -9
        EV_ADD            0x1         0x1         0x1         0x1         0x1         0x1
        EV_DELETE         0x2         0x2         0x2         0x2         0x2         0x2
        EV_ENABLE         0x4         0x4         0x4         0x4         0x4         0x4
        EV_DISABLE        0x8         0x8         0x8         0x8         0x8         0x8
        EV_ONESHOT        0x10        0x10        0x10        0x10        0x10        0x10
        EV_CLEAR          0x20        0x20        0x20        0x20        0x20        0x20
        EV_RECEIPT        0x40        0x40        0x40        0x40        0x40        0x40
        EV_DISPATCH       0x80        0x80        0x80        0x80        0x80        0x80
        EV_ERROR          0x4000      0x4000      0x4000      0x4000      0x4000      0x4000
        EV_EOF            0x8000      0x8000      0x8000      0x8000      0x8000      0x8000
        NOTE_LOWAT        0x1         0x1         0x1         0x1         0x1         0x1
        NOTE_TRIGGER      0x1000000   0x1000000   0x1000000   0x1000000   0x1000000   0x1000000
        NOTE_DELETE       0x1         0x1         0x1         0x1         0x1         0x1
        NOTE_WRITE        0x2         0x2         0x2         0x2         0x2         0x2
        NOTE_EXTEND       0x4         0x4         0x4         0x4         0x4         0x4
        NOTE_ATTRIB       0x8         0x8         0x8         0x8         0x8         0x8
        NOTE_LINK         0x10        0x10        0x10        0x10        0x10        0x10
        NOTE_RENAME       0x20        0x20        0x20        0x20        0x20        0x20
        NOTE_REVOKE       0x40        0x40        0x40        0x40        0x40        0x40
        NOTE_EXIT         0x80000000  0x80000000  0x80000000  0x80000000  0x80000000  0x80000000
        NOTE_EXITSTATUS   -           0x4000000   -           -           -           -
        NOTE_NSECONDS     -           0x4         0x8         0x3         0x3         -
        NOTE_ABSTIME      -           0x8         0x10        0x10        0x10        -
        """;

    private static final Map<String, Integer> CURRENT =
            Collections.unmodifiableMap(parse(Platform.current().os()));

    private Constants() {}

    /**
     * The value of a constant that this platform must have.
     *
     * @param name as in C
     * @return its value
     * @throws UnsupportedPlatformException if the platform lacks it
     */
    public static int value(String name) {
        return find(name)
                .orElseThrow(() -> new UnsupportedPlatformException(
                        name + " is not in the table of constants for " + Platform.current()));
    }

    /**
     * The value of a flag that is or-ed in, 0 if this platform lacks it.
     *
     * @param name as in C
     * @return its value, or 0
     */
    public static int flag(String name) {
        return find(name).orElse(0);
    }

    /**
     * The value of a constant that this platform may lack.
     *
     * @param name as in C
     * @return its value, or empty
     */
    public static Optional<Integer> find(String name) {
        return Optional.ofNullable(CURRENT.get(name));
    }

    /**
     * All constants of an operating system, in the order of the table.
     *
     * @param os the operating system
     * @return values by name
     */
    public static Map<String, Integer> column(Platform.Os os) {
        return os == Platform.current().os() ? CURRENT : parse(os);
    }

    /** Runs once, at the start, so it avoids the classes of regular expressions and lambdas. */
    private static Map<String, Integer> parse(Platform.Os os) {
        Map<String, Integer> column = new LinkedHashMap<>();
        for (StringTokenizer lines = new StringTokenizer(TABLE, "\n"); lines.hasMoreTokens(); ) {
            String line = lines.nextToken();
            StringTokenizer cells = new StringTokenizer(line, " ");
            int count = cells.countTokens();
            if (count == 0) {
                continue; // between groups
            }
            if (count != Platform.Os.values().length + 1) {
                throw new IllegalStateException("table of constants, row of " + count + " cells: " + line);
            }
            String name = cells.nextToken();
            for (int skipped = 0; skipped < os.ordinal(); skipped++) {
                cells.nextToken();
            }
            String cell = cells.nextToken();
            if (!cell.equals("-")) {
                column.put(name, (int) (long) Long.decode(cell));
            }
        }
        return column;
    }
}

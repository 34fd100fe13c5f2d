package io.fdflux.posix;

import static io.fdflux.posix.ffi.NativeFunctions.ADDRESS;
import static io.fdflux.posix.ffi.NativeFunctions.INT;

import io.fdflux.posix.ffi.Constants;
import io.fdflux.posix.ffi.NativeFunctions;
import io.fdflux.posix.platform.Platform;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.invoke.MethodHandle;
import java.net.BindException;
import java.net.ConnectException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Maps error numbers of the {@linkplain Platform#current() platform} to names, messages and exceptions. Thread-safe.
 */
public final class Errno {

    /** The operation would block. EWOULDBLOCK is the same number on every platform of the tables. */
    public static final int EAGAIN = Constants.value("EAGAIN");

    /** A signal interrupted the call. */
    public static final int EINTR = Constants.value("EINTR");

    /** Not permitted; what epoll_ctl(2) returns for a regular file. */
    public static final int EPERM = Constants.value("EPERM");

    /** Not an open descriptor. */
    public static final int EBADF = Constants.value("EBADF");

    /** No such entry. */
    public static final int ENOENT = Constants.value("ENOENT");

    /** No such process. */
    public static final int ESRCH = Constants.value("ESRCH");

    /** Exists already. */
    public static final int EEXIST = Constants.value("EEXIST");

    /** Somebody else uses it. */
    public static final int EBUSY = Constants.value("EBUSY");

    /** Invalid argument. */
    public static final int EINVAL = Constants.value("EINVAL");

    /** The function or option is not implemented. */
    public static final int ENOSYS = Constants.value("ENOSYS");

    /** The operation is not supported on this socket. */
    public static final int EOPNOTSUPP = Constants.value("EOPNOTSUPP");

    /** The protocol has no such option. */
    public static final int ENOPROTOOPT = Constants.value("ENOPROTOOPT");

    /** Not a socket. */
    public static final int ENOTSOCK = Constants.value("ENOTSOCK");

    /** The connect is in progress. */
    public static final int EINPROGRESS = Constants.value("EINPROGRESS");

    /** An earlier connect is still in progress. */
    public static final int EALREADY = Constants.value("EALREADY");

    /** Connected already. */
    public static final int EISCONN = Constants.value("EISCONN");

    /** Not connected. */
    public static final int ENOTCONN = Constants.value("ENOTCONN");

    /** A datagram without a recipient. */
    public static final int EDESTADDRREQ = Constants.value("EDESTADDRREQ");

    /** A connection was reset before it was accepted. */
    public static final int ECONNABORTED = Constants.value("ECONNABORTED");

    /** The peer reset the connection. */
    public static final int ECONNRESET = Constants.value("ECONNRESET");

    /** No socket listens on the address. */
    public static final int ECONNREFUSED = Constants.value("ECONNREFUSED");

    /** The reading end is closed. */
    public static final int EPIPE = Constants.value("EPIPE");

    /** The process has no descriptor left. */
    public static final int EMFILE = Constants.value("EMFILE");

    /** The system has no descriptor left. */
    public static final int ENFILE = Constants.value("ENFILE");

    /** No buffer space. */
    public static final int ENOBUFS = Constants.value("ENOBUFS");

    /** No memory. */
    public static final int ENOMEM = Constants.value("ENOMEM");

    /** Address in use. */
    public static final int EADDRINUSE = Constants.value("EADDRINUSE");

    /** The address does not belong to this machine. */
    public static final int EADDRNOTAVAIL = Constants.value("EADDRNOTAVAIL");

    /** A message exceeds the capacity. */
    public static final int EMSGSIZE = Constants.value("EMSGSIZE");

    /** A device failed, or the other side of a terminal is closed (n_tty_read in Linux's drivers/tty/n_tty.c). */
    public static final int EIO = Constants.value("EIO");

    /** Permission denied. */
    public static final int EACCES = Constants.value("EACCES");

    /** Cancelled: what read(2) returns for a timer whose clock was set, see timerfd_create(2). */
    public static final int ECANCELED = Constants.value("ECANCELED");

    private static final int ENXIO = Constants.value("ENXIO");
    private static final int ETIMEDOUT = Constants.value("ETIMEDOUT");
    private static final int EHOSTUNREACH = Constants.value("EHOSTUNREACH");
    private static final int ENETUNREACH = Constants.value("ENETUNREACH");

    /** accept(2) of Linux, under "Error handling"; the BSDs return ECONNABORTED. */
    private static final Set<Integer> OF_PENDING_CONNECTION = numbers(
            "ECONNABORTED",
            "EPROTO",
            "ENETDOWN",
            "ENOPROTOOPT",
            "EHOSTDOWN",
            "ENONET",
            "EHOSTUNREACH",
            "EOPNOTSUPP",
            "ENETUNREACH");

    private static final Map<Integer, String> NAMES = names(Platform.current().os());
    private static final int MESSAGE_LIMIT = 1024;

    private static final class Strerror {
        static final MethodHandle HANDLE = NativeFunctions.link("strerror", FunctionDescriptor.of(ADDRESS, INT));
    }

    static {
        // Load the classes of a failure now, because a process without a free descriptor cannot open a class file.
        exception("socket", "no descriptor", EMFILE);
    }

    private Errno() {}

    /** Of the names that the platform has. */
    private static Set<Integer> numbers(String... names) {
        Set<Integer> numbers = new HashSet<>();
        for (String name : names) {
            Constants.find(name).ifPresent(numbers::add);
        }
        return numbers;
    }

    static Map<Integer, String> names(Platform.Os os) {
        Map<Integer, String> names = new TreeMap<>();
        Constants.column(os).forEach((name, value) -> {
            if (name.startsWith("E")
                    && !name.startsWith("EPOLL")
                    && !name.startsWith("EFD_")
                    && !name.startsWith("EV")) {
                names.put(value, name);
            }
        });
        return names;
    }

    /**
     * The symbolic name.
     *
     * @param errno a positive error number
     * @return {@code ECONNRESET}, or {@code errno 123} for one that the tables do not name
     */
    public static String name(int errno) {
        return NAMES.getOrDefault(errno, "errno " + errno);
    }

    /**
     * Whether an error of accept(2) concerns the dequeued connection and not the listener. Linux reports pending
     * network errors of a connection this way, so the next connection may succeed.
     *
     * @param errno a positive error number
     * @return whether to accept again immediately, a bounded number of times
     */
    public static boolean isOfPendingConnection(int errno) {
        return OF_PENDING_CONNECTION.contains(errno);
    }

    /**
     * The English words for an error, in any locale. For a number outside the tables, the words of strerror(3).
     *
     * @param errno a positive error number
     * @return {@code Connection reset by peer}
     */
    public static String message(int errno) {
        String words = ErrorWords.of(name(errno));
        return words != null ? words : systemMessage(errno);
    }

    private static String systemMessage(int errno) {
        try {
            long text = (long) Strerror.HANDLE.invokeExact(NativeFunctions.state(), (long) errno, 0L, 0L, 0L, 0L, 0L);
            return text == 0 ? name(errno) : NativeFunctions.string(text, MESSAGE_LIMIT);
        } catch (Throwable t) {
            throw NativeFunctions.rethrow(t);
        }
    }

    /**
     * The exception for a failed call. Its type is the JDK's, if the JDK has one that applications catch. Its text ends
     * with the error's English words, because applications compare them. An exception that peers cause has no
     * stack trace.
     *
     * @param call    the function that failed: {@code bind}
     * @param subject its address or descriptor
     * @param errno   the error number, positive
     * @return a new exception: {@code recv([id: ...]) failed, ECONNRESET 104: Connection reset by peer}
     */
    public static IOException exception(String call, Object subject, int errno) {
        String text = text(call, subject, errno, hint(call, subject, errno));
        boolean connecting = call.equals("connect");
        if (errno == ECONNREFUSED || errno == ETIMEDOUT && connecting) {
            return new StacklessConnectException(text);
        }
        if (connecting && (errno == EADDRINUSE || errno == EADDRNOTAVAIL || errno == EAGAIN)) {
            return new ConnectException(text);
        }
        boolean binding = call.equals("bind");
        if (errno == EADDRINUSE && (binding || call.equals("listen"))) {
            return new BindException(text);
        }
        if (binding && (errno == EADDRNOTAVAIL || errno == EACCES || errno == EPERM && isPath(subject))) {
            return new BindException(text);
        }
        if (errno == ENOENT && (binding || connecting || call.equals("sendto"))) {
            return new FileNotFoundException(text);
        }
        if (errno == EHOSTUNREACH || errno == ENETUNREACH) {
            return new NoRouteToHostException(text);
        }
        if (errno == ETIMEDOUT) {
            return new StacklessSocketTimeoutException(text);
        }
        if (errno == ECONNRESET || errno == EPIPE || errno == ECONNABORTED) {
            return new StacklessPosixException(text, call, errno);
        }
        return new PosixException(text, call, errno);
    }

    /**
     * The exception for a failed call on a path. Its type is the JDK's for a missing file, a missing permission and a
     * file that exists, else that of {@link #exception}.
     *
     * @param call  the function that failed: {@code open}
     * @param path  its argument
     * @param errno the error number, positive
     * @return a new exception
     */
    public static IOException fileException(String call, Path path, int errno) {
        return FileErrors.exception(call, path, errno);
    }

    /**
     * The text of a failed call: {@code bind(/127.0.0.1:80) failed, EACCES 13 (the hint): Permission denied}.
     *
     * @param call    the function that failed
     * @param subject its address or descriptor
     * @param errno   the error number, positive
     * @param hint    a remedy, or empty
     * @return the text
     */
    public static String text(String call, Object subject, int errno, String hint) {
        String name = NAMES.containsKey(errno) ? name(errno) + " " + errno : name(errno);
        return call + "(" + subject + ") failed, " + name + (hint.isEmpty() ? "" : " (" + hint + ")") + ": "
                + message(errno);
    }

    private static boolean isPath(Object subject) {
        return !(subject instanceof InetSocketAddress);
    }

    private static String hint(String call, Object subject, int errno) {
        String ofCall = switch (call) {
            case "bind" -> isPath(subject) ? bindPathHint(errno) : bindHint(subject, errno);
            case "listen" -> errno == EADDRINUSE ? "another socket listens on its address" : "";
            case "connect" -> connectHint(subject, errno);
            case "sendto" -> sendtoHint(subject, errno);
            case "open" -> errno == ENXIO ? "a FIFO that nobody reads, a socket, or a device that is not there" : "";
            default -> "";
        };
        if (!ofCall.isEmpty()) {
            return ofCall;
        }
        if (errno == EMFILE) {
            return "this process has no descriptor left: see its limit, ulimit -n";
        }
        if (errno == ENFILE) {
            return "the system has no descriptor left";
        }
        return "";
    }

    private static String bindPathHint(int errno) {
        if (errno == EADDRINUSE) {
            return "a file of that name exists: delete it, unless a process listens on it";
        }
        if (errno == EACCES || errno == EPERM) {
            return "it takes permission to write the directory";
        }
        return errno == ENOENT ? "the directory must exist" : "";
    }

    private static String bindHint(Object subject, int errno) {
        if (errno == EADDRINUSE) {
            return "choose another port, or stop the process that listens on it";
        }
        if (errno == EADDRNOTAVAIL) {
            return "choose an address of this machine";
        }
        if (errno == EACCES) {
            return "ports below 1024 need a privilege";
        }
        return scopeHint(subject, errno);
    }

    /**
     * EADDRINUSE and EADDRNOTAVAIL concern the local address, which the kernel chooses for an unbound socket,
     * see connect(2).
     */
    private static String connectHint(Object subject, int errno) {
        if (errno == ECONNREFUSED) {
            return "nothing listens there";
        }
        if (isPath(subject)) {
            if (errno == ENOENT) {
                return "no socket has that path";
            }
            if (errno == EAGAIN) {
                return "the listener's backlog is full";
            }
            return errno == EACCES ? "it takes permission to write the socket's file" : "";
        }
        if (errno == EADDRNOTAVAIL) {
            return "no local port is left for that address, or no local address reaches it";
        }
        if (errno == EADDRINUSE) {
            return "the local address and port are connected to it already";
        }
        if (errno == EACCES || errno == EPERM) {
            return "a firewall rule of this machine forbids it, or a broadcast address lacks the option SO_BROADCAST";
        }
        return scopeHint(subject, errno);
    }

    private static String sendtoHint(Object subject, int errno) {
        if (errno == ENOENT) {
            return "no socket has that path";
        }
        if (errno == EACCES) {
            return "a broadcast address takes the option SO_BROADCAST, a path the permission to write";
        }
        if (errno == EDESTADDRREQ || errno == ENOTCONN) {
            return "connect the socket, or name a recipient";
        }
        if (errno == EMSGSIZE) {
            return "that is more than one datagram holds";
        }
        if (errno == EADDRNOTAVAIL) {
            return "no local port is left, or no local address reaches the recipient";
        }
        return scopeHint(subject, errno);
    }

    private static String scopeHint(Object subject, int errno) {
        return errno == EINVAL && isWithoutScope(subject)
                ? "a link-local address needs its interface: fe80::1%eth0"
                : "";
    }

    private static boolean isWithoutScope(Object subject) {
        if (subject instanceof InetSocketAddress address) {
            return address.getAddress() instanceof Inet6Address ip && ip.isLinkLocalAddress() && ip.getScopeId() == 0;
        }
        String text = String.valueOf(subject); // a description with the recipient in it
        return text.contains("[fe80:") && !text.contains("%");
    }
}
